//! Where words start and end, so that only whole ones are found.
//!
//! A word may start or end wherever the neighbour is neither letter nor digit, and
//! - next to a character of a script that is written without spaces,
//! - at a sign that is not ASCII, such as an emoji, whatever stands next to it,
//! - within a hashtag, where the author shows it: at an underscore, between small letter and capital,
//!   before the last of several capitals, between letter and digit (`#AcmeMixer2` is three words,
//!   `#acmemixer` one).
//!
//! The English `'t` belongs to the word before it: `won` is not a word of “won't”.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::characters::{is_unspaced, is_word};
use super::fold::Folded;

/// The word boundaries of a text. Remembers the last word of each kind it looked at, so that
/// asking at every place of a long word stays cheap.
pub(crate) struct Boundaries<'text> {
    original: &'text str,
    folded: &'text Folded,
    text: &'text str,
    /// Letters, digits, marks and underscores in a row, and whether they are a hashtag; one
    /// for starts and one for ends, which a phrase has in different words.
    runs: [(Range<usize>, bool); 2],
    /// Letters, digits and marks in a row without a boundary between them.
    word: Range<usize>,
}

/// Which of the two remembered runs to use.
#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

impl<'text> Boundaries<'text> {
    pub(crate) fn new(original: &'text str, folded: &'text Folded) -> Self {
        Self {
            original,
            folded,
            text: folded.as_str(),
            runs: [(0..0, false), (0..0, false)],
            word: 0..0,
        }
    }

    /// Whether a whole word may start at an offset of the folded text.
    pub(crate) fn may_start(&mut self, at: usize) -> bool {
        // Most neighbours are ASCII: this spares decoding them.
        match at.checked_sub(1).and_then(|before| self.text.as_bytes().get(before)) {
            None => true,
            Some(before) if before.is_ascii() && !before.is_ascii_alphanumeric() => true,
            Some(_) => {
                let (before, after) = self.around(at);
                after.is_some_and(is_sign)
                    || !before.is_some_and(is_word)
                    || self.is_break(at, Side::Start)
            }
        }
    }

    /// Whether a whole word may end at an offset of the folded text.
    pub(crate) fn may_end(&mut self, at: usize) -> bool {
        match self.text.as_bytes().get(at) {
            None => true,
            Some(b'\'') => !is_contraction(&self.text.as_bytes()[at..]),
            Some(after) if after.is_ascii() && !after.is_ascii_alphanumeric() => true,
            Some(_) => {
                let (before, after) = self.around(at);
                before.is_some_and(is_sign)
                    || !after.is_some_and(is_word)
                    || self.is_break(at, Side::End)
            }
        }
    }

    /// The word around or next to an offset; empty where there is none.
    pub(crate) fn word_around(&mut self, at: usize) -> Range<usize> {
        if self.word.start <= at && at < self.word.end {
            return self.word.clone();
        }
        let (mut start, mut end) = (at, at);
        while let (Some(before), _) = self.around(start)
            && is_word(before)
            && !self.is_break(start, Side::Start)
        {
            start -= before.len_utf8();
        }
        while let (_, Some(after)) = self.around(end)
            && is_word(after)
            && !self.is_break(end, Side::End)
        {
            end += after.len_utf8();
        }
        self.word = start..end;
        start..end
    }

    fn around(&self, at: usize) -> (Option<char>, Option<char>) {
        (self.text[..at].chars().next_back(), self.text[at..].chars().next())
    }

    /// Whether a word ends and another one starts between two word characters.
    fn is_break(&mut self, at: usize, side: Side) -> bool {
        let (Some(before), Some(after)) = self.around(at) else { return false };
        if is_combining_mark(after) {
            return false;
        }
        if is_unspaced(before) || is_unspaced(after) {
            return true;
        }
        self.is_in_hashtag(at, side) && self.is_shown_break(at)
    }

    fn is_in_hashtag(&mut self, at: usize, side: Side) -> bool {
        let (run, hashtag) = &mut self.runs[side as usize];
        if !(run.start <= at && at < run.end) {
            let in_run = |character: char| is_word(character) || character == '_';
            let before = self.text[..at].chars().rev().take_while(|&character| in_run(character));
            let after = self.text[at..].chars().take_while(|&character| in_run(character));
            let start = at - before.map(char::len_utf8).sum::<usize>();
            *run = start..at + after.map(char::len_utf8).sum::<usize>();
            *hashtag = self.text[..start].ends_with('#');
        }
        *hashtag
    }

    /// Whether the author's capitals or digits show a boundary.
    fn is_shown_break(&self, at: usize) -> bool {
        let place = self.folded.original_start(at);
        let mut following = self.original[place..].chars();
        match (self.original[..place].chars().next_back(), following.next()) {
            (Some(before), Some(after)) => {
                let mut small_next = || following.next().is_some_and(char::is_lowercase);
                before.is_numeric() != after.is_numeric()
                    || (after.is_uppercase() && (before.is_lowercase() || small_next()))
            }
            _ => false,
        }
    }
}

fn is_sign(character: char) -> bool {
    !character.is_ascii() && !is_word(character)
}

/// Whether a text starts with the `'t` of “won't” and “can't”.
fn is_contraction(bytes: &[u8]) -> bool {
    bytes.starts_with(b"'t") && !bytes.get(2).is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a folded word is found whole in a text, at its first place.
    fn is_whole(word: &str, original: &str) -> bool {
        let folded = Folded::new(original);
        let start = folded.as_str().find(word).unwrap();
        let mut boundaries = Boundaries::new(original, &folded);
        boundaries.may_start(start) && boundaries.may_end(start + word.len())
    }

    #[test]
    fn parts_of_words_are_not_words() {
        for (word, text) in [
            ("cunt", "Scunthorpe"),
            ("ass", "classic"),
            ("penis", "Penistone"),
            ("cafe", "café"),
            ("won", "we won’t"),
        ] {
            assert!(!is_whole(word, text), "{word} in {text}");
        }
    }

    #[test]
    fn signs_and_spaces_end_words() {
        for (word, text) in [
            ("acme", "Acme's"),
            ("acme", "(Acme)"),
            ("acme", "@Acme"),
            ("acme", "acme_mixer"),
            ("🔥", "hot🔥stuff"),
            ("won", "“won”"),
        ] {
            assert!(is_whole(word, text), "{word} in {text}");
        }
    }

    #[test]
    fn capitals_and_digits_end_words_within_hashtags_only() {
        for (word, text) in [
            ("acme", "#AcmeMixer"),
            ("mixer", "#AcmeMixer2"),
            ("hr", "#HRTech"),
            ("tech", "#HRTech"),
            ("acme", "#acme_mixer"),
        ] {
            assert!(is_whole(word, text), "{word} in {text}");
        }
        for (word, text) in [
            ("acme", "#acmemixer"),
            ("acme", "AcmeMixer"),
            ("acme", "#ACMEMIXER"),
            ("ass", "#ClassicCars"),
        ] {
            assert!(!is_whole(word, text), "{word} in {text}");
        }
    }

    #[test]
    fn scripts_without_spaces_have_no_boundaries_to_ask_for() {
        assert!(is_whole("保证", "我们保证收益"));
        assert!(is_whole("acme", "我爱acme产品"));
        assert!(!is_whole("か", "が"), "a mark belongs to its letter");
    }

    #[test]
    fn the_word_around_a_place_ends_where_words_end() {
        let original = "so #PromisesKept";
        let folded = Folded::new(original);
        let mut boundaries = Boundaries::new(original, &folded);
        assert_eq!(boundaries.word_around(8), 4..12);
        assert_eq!(boundaries.word_around(13), 12..16);
        assert_eq!(boundaries.word_around(3), 3..3);
    }
}
