//! Whether something is negated: a word of the list `negation` near it, in the same clause.
//!
//! A clause ends at a full stop, comma, colon, bracket or dash, at an emoji, at a blank line,
//! at a line end after which no small letter follows, and at a word of the list `contrast`, if the
//! program has one (“not cheap but amazing”).

use std::ops::Range;

use smallvec::SmallVec;

use super::characters::{is_unspaced, is_word};
use super::lexicon::{WIDEST_WINDOW, Window};

/// A word or phrase that negates what stands near it.
#[derive(Debug, Clone)]
pub(crate) struct Negation {
    pub(crate) range: Range<usize>,
    pub(crate) window: Window,
}

/// The negations of a text and what ends their reach; both sorted, none within another.
#[derive(Debug, Default)]
pub(crate) struct Negations {
    pub(crate) words: Vec<Negation>,
    pub(crate) contrasts: Vec<Range<usize>>,
}

/// The edges of the words next to a place, nearest first.
type Edges = SmallVec<[usize; 4]>;

impl Negations {
    /// Whether a range of the text is negated.
    pub(crate) fn negates(&self, text: &str, range: &Range<usize>) -> bool {
        self.is_negated_from_before(text, range) || self.is_negated_from_after(text, range)
    }

    fn is_negated_from_before(&self, text: &str, range: &Range<usize>) -> bool {
        let last = self.words.partition_point(|word| word.range.end <= range.start);
        let candidates = self.words[..last].iter().rev();
        let mut starts: Option<Edges> = None;
        for word in candidates {
            let starts = starts.get_or_insert_with(|| word_starts_before(text, range.start));
            if starts.last().is_none_or(|&furthest| word.range.end <= furthest) {
                return false;
            }
            let reaches =
                reach(starts, word.window.forwards).is_some_and(|&start| word.range.end > start);
            if reaches && !self.is_contrast_within(word.range.end..range.start) {
                return true;
            }
        }
        false
    }

    fn is_negated_from_after(&self, text: &str, range: &Range<usize>) -> bool {
        let first = self.words.partition_point(|word| word.range.start < range.end);
        let mut ends: Option<Edges> = None;
        for word in &self.words[first..] {
            let ends = ends.get_or_insert_with(|| word_ends_after(text, range.end));
            if ends.last().is_none_or(|&furthest| word.range.start >= furthest) {
                return false;
            }
            let reaches =
                reach(ends, word.window.backwards).is_some_and(|&end| word.range.start < end);
            if reaches && !self.is_contrast_within(range.end..word.range.start) {
                return true;
            }
        }
        false
    }

    fn is_contrast_within(&self, range: Range<usize>) -> bool {
        let next = self.contrasts.partition_point(|contrast| contrast.start < range.start);
        self.contrasts.get(next).is_some_and(|contrast| contrast.end <= range.end)
    }
}

/// The edge of the last word that a window reaches.
fn reach(edges: &[usize], window: u8) -> Option<&usize> {
    edges[..edges.len().min(usize::from(window))].last()
}

/// Where the words before a place start that are in the same clause.
fn word_starts_before(text: &str, place: usize) -> Edges {
    let mut starts = Edges::new();
    let mut start = None;
    for (at, character) in text[..place].char_indices().rev() {
        let after = &text[at + character.len_utf8()..];
        if is_word(character) {
            let is_whole = is_unspaced(character);
            if let Some(done) = start.replace(at).filter(|_| is_whole) {
                starts.push(done);
            }
            if is_whole {
                starts.extend(start.take());
            }
        } else {
            let before = text[..at].chars().next_back();
            if start.is_some() && is_within_word(before, character) {
                continue;
            }
            starts.extend(start.take());
            if ends_clause(character, before, after) {
                break;
            }
        }
        if starts.len() >= usize::from(WIDEST_WINDOW) {
            return starts;
        }
    }
    starts.extend(start);
    starts
}

/// Where the words after a place end that are in the same clause.
fn word_ends_after(text: &str, place: usize) -> Edges {
    let mut ends = Edges::new();
    let mut end = None;
    let mut before = None;
    for (at, character) in text[place..].char_indices() {
        let next = place + at + character.len_utf8();
        if is_word(character) {
            let is_whole = is_unspaced(character);
            if let Some(done) = end.replace(next).filter(|_| is_whole) {
                ends.push(done);
            }
            if is_whole {
                ends.extend(end.take());
            }
        } else if !(end.is_some() && is_within_word(text[next..].chars().next(), character)) {
            ends.extend(end.take());
            if ends_clause(character, before, &text[next..]) {
                break;
            }
        }
        if ends.len() >= usize::from(WIDEST_WINDOW) {
            return ends;
        }
        before = Some(character);
    }
    ends.extend(end);
    ends
}

/// Whether a sign next to a letter or digit stands within a word or number, given what is on its
/// other side: `don’t`, `3.5`.
fn is_within_word(other_side: Option<char>, character: char) -> bool {
    matches!(character, '\'' | '’' | '.' | ',') && other_side.is_some_and(is_word)
}

/// Whether a clause ends at a character, given the one before it and the text after it.
fn ends_clause(character: char, before: Option<char>, after: &str) -> bool {
    let next = after.chars().next();
    match character {
        '!' | '?' | ';' | '…' | '—' | '–' | '(' | ')' | '[' | ']' | '。' | '！' | '？' | '、'
        | '，' | '；' | '：' | '•' | '|' => true,
        // Not within a number or an abbreviation.
        '.' | ',' | ':' => next.is_none_or(|next| !is_word(next)),
        '-' => before.is_some_and(char::is_whitespace) && next.is_some_and(char::is_whitespace),
        '\n' => {
            let mut following =
                after.chars().skip_while(|next| next.is_whitespace() && *next != '\n');
            !following.next().is_some_and(char::is_lowercase)
        }
        _ => matches!(character, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FBFF}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `[x]` in a text is negated by every `not` in it, ended by every `but`.
    fn is_negated(text: &str, forwards: u8, backwards: u8) -> bool {
        let window = Window { forwards, backwards };
        let place =
            |word: &'static str| text.match_indices(word).map(move |(at, _)| at..at + word.len());
        let words = place("not").map(|range| Negation { range, window }).collect();
        let negations = Negations { words, contrasts: place("but").collect() };
        let hit = place("HIT").next().unwrap();
        negations.negates(text, &hit)
    }

    #[test]
    fn a_negation_reaches_so_many_words() {
        assert!(is_negated("it is not HIT", 1, 0));
        assert!(is_negated("not at all HIT", 3, 0));
        assert!(!is_negated("not at all really HIT", 3, 0));
        assert!(!is_negated("not HIT", 0, 0));
    }

    #[test]
    fn a_negation_reaches_back_only_where_its_file_says() {
        assert!(is_negated("wir HIT das not", 3, 2));
        assert!(!is_negated("wir HIT das heute not", 3, 2));
        assert!(!is_negated("HIT not", 3, 0));
    }

    #[test]
    fn a_negation_stays_within_its_clause() {
        for text in [
            "not now, HIT",
            "not. HIT",
            "why not? HIT",
            "not – HIT",
            "not - HIT",
            "not (HIT",
            "not 🎉 HIT",
            "not\n\nHIT",
            "not\nHIT",
            "not cheap but HIT",
        ] {
            assert!(!is_negated(text, 5, 0), "{text}");
        }
        for text in [
            "not 3.5 HIT",
            "not\nhalf HIT",
            "not half-HIT",
            "not “HIT",
            "but not HIT",
            "not o'clock HIT",
        ] {
            assert!(is_negated(text, 2, 0), "{text}");
        }
    }

    #[test]
    fn in_scripts_without_spaces_every_character_is_a_word() {
        assert!(is_negated("not会HIT", 2, 0));
        assert!(!is_negated("not会完全HIT", 2, 0));
    }
}
