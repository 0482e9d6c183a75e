//! Text brought to a form in which equal words are equal bytes, with the way back to the original.
//!
//! Folding is Unicode's full case folding over NFD (canonical caseless matching, Unicode 3.13,
//! D145), and further: a run of white space is one space, apostrophes and hyphens are the ASCII
//! ones, invisible characters are dropped, styled letters (`𝗯𝗼𝗹𝗱`, `ｗｉｄｅ`) are plain letters.

use std::ops::Range;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use super::characters::{is_ignorable, plain_form};

/// A folded text that knows where each part of it came from.
#[derive(Debug, Clone)]
pub(crate) struct Folded {
    text: String,
    /// In order of both offsets; each reaches to the next one, the last to the end.
    pieces: Vec<Piece>,
    original_length: usize,
}

/// A stretch of the folded text and the stretch of the original that it came from.
#[derive(Debug, Clone, Copy)]
struct Piece {
    folded: usize,
    original: usize,
    /// Whether it can only be taken as a whole. Otherwise both stretches have their characters at
    /// the same offsets.
    whole: bool,
}

impl Folded {
    /// Folds a text.
    pub(crate) fn new(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            pieces: Vec::new(),
            original_length: original.len(),
        };
        folded.even(0);
        let case = CaseMapper::new();
        let mut at = 0;
        while at < original.len() {
            let plain = plain_length(&original.as_bytes()[at..]);
            folded.text.push_str(&original[at..at + plain]);
            at += plain;
            if let Some(character) = original[at..].chars().next() {
                at = folded.character(original, at, character, case);
            }
        }
        // What is not ASCII is folded already.
        folded.text.make_ascii_lowercase();
        folded
    }

    /// The folded text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the original of a stretch of the folded text stands, as a range of whole characters.
    pub(crate) fn original(&self, folded: Range<usize>) -> Range<usize> {
        let start = self.original_start(folded.start);
        start..self.original_end(folded.end).max(start)
    }

    /// Where the original of the folded character at an offset starts.
    pub(crate) fn original_start(&self, folded: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.folded <= folded).saturating_sub(1);
        match self.pieces.get(index) {
            Some(piece) if piece.whole => piece.original,
            Some(piece) => piece.original + (folded - piece.folded),
            None => self.original_length,
        }
    }

    /// Where the original of the folded character that ends at an offset ends.
    pub(crate) fn original_end(&self, folded: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.folded < folded);
        let Some(piece) = after.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return 0;
        };
        if piece.whole {
            self.pieces.get(after).map_or(self.original_length, |next| next.original)
        } else {
            piece.original + (folded - piece.folded)
        }
    }

    /// Folds what starts with a character that is not plain; returns where it ends.
    fn character(
        &mut self,
        original: &str,
        at: usize,
        character: char,
        case: CaseMapperBorrowed<'_>,
    ) -> usize {
        let end = at + character.len_utf8();
        if character.is_whitespace() {
            let rest = &original[at..];
            let length = rest.find(|next: char| !next.is_whitespace() && !is_ignorable(next));
            let end = at + length.unwrap_or(rest.len());
            let space = if self.text.ends_with(' ') { "" } else { " " };
            self.replace(at..end, space);
            return end;
        }
        if is_ignorable(character) {
            self.replace(at..end, "");
            return end;
        }
        if is_unchanged(character) {
            self.text.push(character);
            return end;
        }
        let marks = marks(&original[end..]);
        let cluster = &original[at..end + marks];
        let visible = cluster.chars().skip(1).filter(|next| !is_ignorable(*next));
        let first = plain_form(character).unwrap_or(character);
        let decomposed: String = std::iter::once(first).chain(visible).nfd().collect();
        let replacement: String = case.fold_string(&decomposed).nfd().map(simple_sign).collect();
        if replacement == cluster {
            self.text.push_str(cluster);
        } else {
            self.replace(at..end + marks, &replacement);
        }
        end + marks
    }

    /// Puts a replacement for a stretch of the original.
    fn replace(&mut self, original: Range<usize>, replacement: &str) {
        if original.len() == 1 && replacement.len() == 1 {
            // One ASCII character for another: offsets stay even.
            self.text.push_str(replacement);
            return;
        }
        let folded = self.text.len();
        match self.pieces.last_mut() {
            Some(last) if last.folded == folded && last.original == original.start => {
                last.whole = true
            }
            _ => self.pieces.push(Piece { folded, original: original.start, whole: true }),
        }
        self.text.push_str(replacement);
        self.even(original.end);
    }

    fn even(&mut self, original: usize) {
        self.pieces.push(Piece { folded: self.text.len(), original, whole: false });
    }
}

/// Whether a character joins the letter before it, in itself or once it is taken apart.
fn is_mark(character: char) -> bool {
    let mut first = None;
    decompose_canonical(character, |part| {
        first.get_or_insert(part);
    });
    canonical_combining_class(first.unwrap_or(character)) != 0
}

/// How long the marks are that a letter carries; invisible characters between them part nothing.
fn marks(after: &str) -> usize {
    let (mut marks, mut looked) = (0, 0);
    for next in after.chars().take_while(|next| !next.is_ascii()) {
        looked += next.len_utf8();
        if is_mark(next) {
            marks = looked;
        } else if !is_ignorable(next) {
            break;
        }
    }
    marks
}

/// Folds a word or phrase, without white space around it.
pub(crate) fn folded(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text.to_ascii_lowercase();
    }
    Folded::new(text).text.trim_matches(' ').to_owned()
}

/// How many bytes from the start need nothing but lower case: ASCII letters, digits and signs, and
/// single spaces between them.
fn plain_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let single_space =
            byte == b' ' && bytes.get(at + 1).is_some_and(|&next| IS_PLAIN[usize::from(next)]);
        if !IS_PLAIN[usize::from(byte)] && !single_space {
            break;
        }
        at += 1;
    }
    at
}

/// Which bytes are ASCII and neither white space nor a form of the apostrophe.
const IS_PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = !matches!(byte as u8, b' ' | b'\t'..=b'\r' | b'`');
        byte += 1;
    }
    table
};

/// The ASCII apostrophe and hyphen for their other forms.
fn simple_sign(character: char) -> char {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02BC}' | '\u{2032}' | '\u{00B4}' | '`' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        _ => character,
    }
}

/// Common characters known to have neither case nor a decomposition: Han, emoji, dashes, quotes.
fn is_unchanged(character: char) -> bool {
    matches!(character,
        '\u{4E00}'..='\u{9FFF}' | '\u{1F300}'..='\u{1FAFF}' | '\u{2012}'..='\u{2017}'
        | '\u{201A}' | '\u{201C}'..='\u{2027}' | '\u{2600}'..='\u{27BF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_is_folded_in_full() {
        assert_eq!(folded("STRASSE"), folded("straße"));
        assert_eq!(folded("ΟΔΟΣ"), folded("οδος"));
        assert_eq!(folded("ΟΔΟΣ"), folded("οδοσ"));
        assert_eq!(folded("ﬃ"), "ffi");
    }

    #[test]
    fn composed_and_decomposed_letters_are_equal() {
        assert_eq!(folded("CAFÉ"), folded("cafe\u{301}"));
        assert_eq!(folded("ạ\u{302}"), folded("a\u{302}\u{323}"));
        assert_eq!(folded("각"), folded("\u{1100}\u{1161}\u{11A8}"));
    }

    #[test]
    fn spaces_apostrophes_and_invisible_characters_do_not_tell_words_apart() {
        assert_eq!(folded(" so\u{A0}\n\t good "), "so good");
        assert_eq!(folded("don’t"), "don't");
        assert_eq!(folded("a \u{200B} b"), "a b");
        assert_eq!(folded("gua\u{AD}ran\u{200B}teed"), "guaranteed");
        assert_eq!(folded("𝗔𝗰𝗺𝗲 Ⓐⓒⓜⓔ Ａｃｍｅ 🅰cme"), "acme acme acme acme");
    }

    #[test]
    fn a_place_leads_back_to_whole_characters_of_the_original() {
        let original = "Die Stra\u{AD}ße,\n\n CAFÉ!";
        let text = Folded::new(original);
        let place = |word: &str| {
            let start = text.as_str().find(word).unwrap();
            &original[text.original(start..start + word.len())]
        };
        assert_eq!(place("strasse"), "Stra\u{AD}ße");
        assert_eq!(place("stra"), "Stra");
        assert_eq!(place("cafe\u{301}"), "CAFÉ");
        assert_eq!(place(", cafe"), ",\n\n CAFÉ");
        assert_eq!(place("s"), "S");
        // Half of an expansion is the whole letter it came from.
        assert_eq!(place("stras"), "Stra\u{AD}ß");
    }

    proptest! {
        #[test]
        fn every_place_leads_back_into_the_original(original in "\\PC*|[a-zß \u{AD}é\u{301}İ\n]*", ends in any::<(usize, usize)>()) {
            let text = Folded::new(&original);
            let boundaries: Vec<usize> = (0..=text.as_str().len())
                .filter(|&at| text.as_str().is_char_boundary(at))
                .collect();
            let (first, second) = (boundaries[ends.0 % boundaries.len()], boundaries[ends.1 % boundaries.len()]);
            let place = text.original(first.min(second)..first.max(second));
            prop_assert!(original.get(place).is_some());
        }

        #[test]
        fn folding_is_stable(original in "\\PC*") {
            let once = folded(&original);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn folding_a_part_gives_that_part_of_the_folded_text(before in "[ -~é]*", word in "[a-zA-Zßéñ]+", after in "[ -~😀]*") {
            let original = format!("{before} {word} {after}");
            let text = Folded::new(&original);
            // The last one: an earlier one may be the first half of a letter with its accent.
            let start = text.as_str().rfind(&folded(&word)).unwrap();
            let place = text.original(start..start + folded(&word).len());
            prop_assert_eq!(folded(&original[place]), folded(&word));
        }
    }
}
