//! How much of a text is the author's own, and whether two texts say nearly the same.

use std::collections::HashSet;
use std::ops::Range;

use super::fold::folded;
use super::measure::percent;

/// How many words in a row are taken together: fewer stand in any two texts by chance.
const SHINGLE: usize = 3;

/// How many hashes a fingerprint keeps.
const SKETCH: usize = 64;

/// Percent of the words that are not copied, rounded down.
///
/// A word is copied where it stands in three and more words in a row that also stand in the copy,
/// upper and lower case aside; a copy of one or two words counts as a whole.
pub(crate) fn own_words(
    text: &str,
    words: &[Range<usize>],
    copy: &str,
    copy_words: &[Range<usize>],
) -> u8 {
    let (words, copy) = (hashes(text, words), hashes(copy, copy_words));
    let length = SHINGLE.min(copy.len());
    if length == 0 {
        return percent(words.len(), words.len(), 0);
    }
    let copied: HashSet<&[u64]> = copy.windows(length).collect();
    let (mut count, mut counted) = (0, 0);
    for (start, run) in words.windows(length).enumerate() {
        if copied.contains(run) {
            count += start + length - counted.max(start);
            counted = start + length;
        }
    }
    percent(words.len() - count, words.len(), 0)
}

/// A short form of a text that tells how alike two texts are.
///
/// It is made of every three words in a row (of all words, where there are fewer), folded, without
/// links, hashtags and handles. Each three are hashed: FNV-1a with 64 bits over the UTF-8 of the
/// words, a space after each, then the finishing step of splitmix64. The 64 smallest hashes are
/// kept. The hash never changes, so fingerprints may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Sorted, each once.
    hashes: Box<[u64]>,
}

impl Fingerprint {
    pub(crate) fn new(text: &str, words: &[Range<usize>]) -> Self {
        let words: Vec<String> = words.iter().map(|word| folded(&text[word.clone()])).collect();
        let length = SHINGLE.min(words.len()).max(1);
        Self::from_hashes(words.windows(length).map(shingle_hash))
    }

    /// A fingerprint from what [`Fingerprint::hashes`] gave.
    pub fn from_hashes(hashes: impl IntoIterator<Item = u64>) -> Self {
        let mut hashes: Vec<u64> = hashes.into_iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(SKETCH);
        Self { hashes: hashes.into_boxed_slice() }
    }

    /// The hashes that it is made of, at most 64, sorted.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// How alike two texts are, in percent, rounded down: the share of the runs of three words
    /// that both have among those that either has (Jaccard index).
    ///
    /// Exact while neither text has more than 64 different runs; for longer ones it is
    /// estimated from the 64 smallest hashes of both, with a standard error of at most 6.3 points. A
    /// text without words is like no other.
    pub fn similarity(&self, other: &Self) -> u8 {
        let is_whole = |fingerprint: &Self| fingerprint.hashes.len() < SKETCH;
        let limit = if is_whole(self) && is_whole(other) { usize::MAX } else { SKETCH };
        let (mut first, mut second) =
            (self.hashes.iter().peekable(), other.hashes.iter().peekable());
        let (mut either, mut both) = (0, 0);
        while either < limit {
            let next = match (first.peek(), second.peek()) {
                (Some(first), Some(second)) => *(*first).min(*second),
                (Some(only), None) | (None, Some(only)) => **only,
                (None, None) => break,
            };
            let in_first = first.next_if(|hash| **hash == next).is_some();
            let in_second = second.next_if(|hash| **hash == next).is_some();
            either += 1;
            both += usize::from(in_first && in_second);
        }
        percent(both, either, 0)
    }
}

fn hashes(text: &str, words: &[Range<usize>]) -> Vec<u64> {
    words.iter().map(|word| shingle_hash(&[folded(&text[word.clone()])])).collect()
}

fn shingle_hash(words: &[String]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    let fnv = bytes.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::measure::words;
    use super::*;

    fn all_words(text: &str) -> Vec<Range<usize>> {
        words(text, std::slice::from_ref(&(0..text.len())))
    }

    fn own(text: &str, copy: &str) -> u8 {
        own_words(text, &all_words(text), copy, &all_words(copy))
    }

    fn fingerprint(text: &str) -> Fingerprint {
        Fingerprint::new(text, &all_words(text))
    }

    #[test]
    fn a_copy_has_no_own_words_and_a_new_text_only_those() {
        assert_eq!(own("Meet the NEW mixer!", "Meet the new mixer."), 0);
        assert_eq!(own("My grandmother loved baking", "Meet the new mixer."), 100);
    }

    #[test]
    fn three_words_in_a_row_are_copied_two_are_not() {
        assert_eq!(own("the new mixer makes me proud", "Meet the new mixer."), 50);
        assert_eq!(own("the new kitchen", "Meet the new mixer."), 100);
        assert_eq!(own("a b c d x y", "a b c and b c d"), 33);
    }

    #[test]
    fn a_short_copy_counts_as_a_whole() {
        assert_eq!(own("so big news today", "Big news"), 50);
        assert_eq!(own("so big today", "Big news"), 100);
    }

    #[test]
    fn a_text_without_words_has_no_own_ones() {
        assert_eq!(own("", "Meet the new mixer."), 0);
        assert_eq!(own("🎉", "🎉"), 0);
        assert_eq!(own("my words", "🎉"), 100);
    }

    #[test]
    fn fingerprints_tell_how_alike_texts_are() {
        let text = fingerprint("one two three four five six");
        assert_eq!(text.similarity(&fingerprint("One, two, THREE: four five six!")), 100);
        assert_eq!(text.similarity(&fingerprint("one two three four seven eight")), 33);
        assert_eq!(text.similarity(&fingerprint("nothing in common here at all")), 0);
        assert_eq!(fingerprint("").similarity(&fingerprint("")), 0);
        assert_eq!(fingerprint("so good").similarity(&fingerprint("So GOOD")), 100);
    }

    #[test]
    fn the_estimate_for_long_texts_is_near_the_truth() {
        let text = |from: usize, to: usize| {
            (from..to).map(|word| format!("word{word} ")).collect::<String>()
        };
        let (first, second) = (fingerprint(&text(0, 3_000)), fingerprint(&text(1_000, 4_000)));
        assert!(first.hashes().len() == 64);
        let similarity = first.similarity(&second);
        assert!((31..=69).contains(&similarity), "{similarity} is more than three errors from 50");
        assert_eq!(first.similarity(&first.clone()), 100);
    }

    #[test]
    fn the_hash_never_changes() {
        // Computed by another program from the description of the hash.
        assert_eq!(fingerprint("I work here").hashes(), [0xD631_D244_2C79_27B9]);
        let stored = Fingerprint::from_hashes(fingerprint("one two three four").hashes().to_vec());
        assert_eq!(stored, fingerprint("one two three four"));
    }
}
