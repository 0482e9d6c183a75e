//! How long a text is, where it is folded, and its words.

use std::ops::Range;

use memchr::memmem;
use unicode_segmentation::UnicodeSegmentation;

use super::x;

/// What a channel counts as one, when it limits the length of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    /// As X does: weighted, a link is 23 (see [`x::weighted_length`]).
    X,
    /// Unicode code points.
    CodePoints,
    /// Units of UTF-16, as JavaScript and Java count.
    Utf16,
    /// User-visible characters (extended grapheme clusters, UAX 29).
    Graphemes,
    /// Bytes of UTF-8.
    Bytes,
}

/// The length of a text.
pub(crate) fn length(text: &str, count: Count) -> usize {
    match count {
        Count::X => x::weighted_length(text),
        Count::Bytes => text.len(),
        Count::CodePoints => text.chars().count(),
        Count::Utf16 if text.is_ascii() => text.len(),
        Count::Utf16 => text.encode_utf16().count(),
        Count::Graphemes => graphemes(text),
    }
}

/// Where the first so many user-visible characters of a text end, in bytes.
pub(crate) fn fold_at(text: &str, graphemes: usize) -> usize {
    if text.len() <= graphemes {
        return text.len();
    }
    text.grapheme_indices(true).nth(graphemes).map_or(text.len(), |(at, _)| at)
}

/// How many user-visible characters a text has.
///
/// Between two ASCII characters there is always a boundary, but for the line end of two (UAX 29, rules
/// GB3 and GB9b to GB999), so only what is around other characters needs the full rules.
fn graphemes(text: &str) -> usize {
    let bytes = text.as_bytes();
    let line_ends = memmem::find_iter(bytes, "\r\n").count();
    if text.is_ascii() {
        return bytes.len() - line_ends;
    }
    let (mut count, mut at) = (0, 0);
    while let Some(offset) = bytes[at..].iter().position(|byte| !byte.is_ascii()) {
        let first = at + offset;
        let start = first.saturating_sub(1).max(at);
        let pairs = bytes[first..].windows(2);
        let length = pairs.take_while(|pair| !(pair[0].is_ascii() && pair[1].is_ascii())).count();
        let end = first + length + 1;
        count += start - at + text[start..end].graphemes(true).count();
        at = end;
    }
    count + (bytes.len() - at) - line_ends
}

/// The words of the given stretches of a text (UAX 29), as ranges of the text.
pub(crate) fn words(text: &str, stretches: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(text.len() / 5);
    for stretch in stretches {
        let mut start = stretch.start;
        // No word reaches over a space, and most of what is between spaces is a plain word.
        for part in text[stretch.clone()].split(' ') {
            if part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                if !part.is_empty() {
                    words.push(start..start + part.len());
                }
            } else {
                let of_part = part.unicode_word_indices();
                words.extend(of_part.map(|(at, word)| start + at..start + at + word.len()));
            }
            start += part.len() + 1;
        }
    }
    words
}

/// The fewest letters of a word that can be shouted: shorter ones are mostly abbreviations.
const SHORTEST_SHOUT: usize = 4;

/// Of the given words, how many have four and more letters with upper and lower case, and which
/// of those are all in capitals.
pub(crate) fn capitals(text: &str, words: &[Range<usize>]) -> (usize, Vec<Range<usize>>) {
    let (mut long, mut shouted) = (0, Vec::new());
    for word in words {
        let (mut capital, mut small) = (0, 0);
        for character in text[word.clone()].chars() {
            capital += usize::from(character.is_uppercase());
            small += usize::from(character.is_lowercase());
        }
        if capital + small >= SHORTEST_SHOUT {
            long += 1;
            if small == 0 {
                shouted.push(word.clone());
            }
        }
    }
    (long, shouted)
}

/// A part of a whole in percent, rounded down; `none` where the whole is nothing.
pub(crate) fn percent(part: usize, whole: usize, none: u8) -> u8 {
    (part * 100).checked_div(whole).map_or(none, |percent| u8::try_from(percent).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::char::is_combining_mark;

    use super::*;
    use proptest::prelude::*;

    fn all_words(text: &str) -> Vec<Range<usize>> {
        words(text, std::slice::from_ref(&(0..text.len())))
    }

    #[test]
    fn every_channel_counts_its_own_way() {
        let text = "e\u{301}👍🏽\r\n";
        let lengths = [Count::CodePoints, Count::Utf16, Count::Graphemes, Count::Bytes]
            .map(|count| length(text, count));
        assert_eq!(lengths, [6, 8, 3, 13]);
        assert_eq!(length("a\r\nb", Count::Graphemes), 3);
        assert_eq!(length("see https://acme.com/a/very/long/path", Count::X), 27);
    }

    #[test]
    fn the_fold_is_after_so_many_characters() {
        assert_eq!(fold_at("plain text", 5), 5);
        assert_eq!(fold_at("e\u{301}👍🏽!", 1), 3);
        assert_eq!(fold_at("short", 210), 5);
        assert_eq!(fold_at("a\r\nb", 2), 3);
    }

    #[test]
    fn words_are_told_from_punctuation() {
        let text = "Don’t stop – 3,5 m! 🎉";
        let found = all_words(text);
        assert_eq!(
            found.into_iter().map(|word| &text[word]).collect::<Vec<_>>(),
            ["Don’t", "stop", "3,5", "m"]
        );
    }

    #[test]
    fn only_long_words_in_capitals_shout() {
        let text = "BUY NOW, Great DEAL! ÜBER 保证保证 R2D2";
        let (long, shouted) = capitals(text, &all_words(text));
        assert_eq!(long, 3);
        assert_eq!(
            shouted.into_iter().map(|word| &text[word]).collect::<Vec<_>>(),
            ["DEAL", "ÜBER"]
        );
    }

    #[test]
    fn percent_is_rounded_down() {
        assert_eq!([percent(2, 3, 0), percent(3, 3, 0), percent(0, 0, 100)], [66, 100, 100]);
    }

    proptest! {
        #[test]
        fn shortcuts_change_no_answer(text in "([ -~]|\\r|\\n|\u{600}|\u{301}|\u{200D}|é|👍|🏽|保|ก|א|'|’|[0-9.,_]|\\PC)*") {
            prop_assert_eq!(graphemes(&text), text.graphemes(true).count());
            // A mark that stands on no letter would make a word of the sign before it.
            let text = text.chars().fold(String::new(), |mut kept, next| {
                let on_letter = kept.chars().next_back().is_some_and(|last| {
                    last.is_alphanumeric() || is_combining_mark(last)
                });
                if on_letter || !is_combining_mark(next) {
                    kept.push(next);
                }
                kept
            });
            let expected: Vec<_> = text.unicode_word_indices().map(|(at, word)| at..at + word.len()).collect();
            prop_assert_eq!(all_words(&text), expected);
        }
    }
}
