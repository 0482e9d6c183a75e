//! How long X counts a post.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::emoji::emoji;
use super::links::{Link, links};

/// What one link adds to the length, however long it is (twitter-text 3.x, config v3).
const LINK_LENGTH: usize = 23;

/// The length X counts for a post (twitter-text 3.x, config v3).
///
/// The text is brought to NFC first. Latin, Greek, Arabic and their neighbours count 1, every
/// other character 2, a whole emoji sequence 2, a link 23. The limit is 280 for most accounts.
pub fn weighted_length(text: &str) -> usize {
    weighted_length_with(text, &links(text))
}

/// The same, where the links of the text are known.
pub(crate) fn weighted_length_with(text: &str, known: &[Link]) -> usize {
    if text.is_ascii() || is_nfc(text) {
        normalized_length(text, known)
    } else {
        let normalized: String = text.nfc().collect();
        normalized_length(&normalized, &links(&normalized))
    }
}

fn normalized_length(text: &str, links: &[Link]) -> usize {
    let emoji = if text.is_ascii() { Vec::new() } else { emoji(text) };
    let (mut links, mut emoji) = (links.iter().peekable(), emoji.iter().peekable());
    let (mut total, mut at) = (0, 0);
    while at < text.len() {
        // Something that starts inside what was just counted no longer counts by itself.
        while links.next_if(|link| link.range.start < at).is_some() {}
        while emoji.next_if(|range| range.start < at).is_some() {}
        let link = links.peek().map_or(text.len(), |link| link.range.start);
        let symbol = emoji.peek().map_or(text.len(), |range| range.start);
        let plain = &text[at..link.min(symbol)];
        total += if plain.is_ascii() { plain.len() } else { plain.chars().map(weight).sum() };
        at += plain.len();
        if let Some(link) = links.next_if(|link| link.range.start == at) {
            let (end, half_left) = skip_units(text, at, link.units);
            total += LINK_LENGTH + if half_left { 2 } else { 0 };
            at = end;
        } else if let Some(range) = emoji.next_if(|range| range.start == at) {
            total += 2;
            at = range.end;
        }
    }
    total
}

/// Config v3 gives these ranges weight 100 of 200.
fn weight(character: char) -> usize {
    match u32::from(character) {
        0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247 => 1,
        _ => 2,
    }
}

/// Where a number of UTF-16 units ends, and whether that splits the last character.
fn skip_units(text: &str, at: usize, units: usize) -> (usize, bool) {
    let (mut end, mut left) = (at, units);
    for character in text[at..].chars() {
        if left == 0 {
            break;
        }
        end += character.len_utf8();
        if left < character.len_utf16() {
            return (end, true);
        }
        left -= character.len_utf16();
    }
    (end, false)
}
