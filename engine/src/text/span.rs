//! Byte ranges with their places in UTF-16, the unit in which browsers and Java count.

use std::ops::Range;

/// A place in a text, in bytes of UTF-8 and in units of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, schemars::JsonSchema, serde::Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// First UTF-16 unit.
    pub utf16_start: usize,
    /// First UTF-16 unit after it.
    pub utf16_end: usize,
}

/// Adds the UTF-16 places to byte ranges, in one pass over the text, in the order given.
///
/// An end beyond the text is taken as the end of the text, one within a character as the start
/// of that character.
pub fn spans(text: &str, ranges: &[Range<usize>]) -> Vec<Span> {
    let bounded = |range: &Range<usize>| {
        let (start, end) =
            (text.floor_char_boundary(range.start), text.floor_char_boundary(range.end));
        Span { start, end, utf16_start: start, utf16_end: end }
    };
    let mut spans: Vec<Span> = ranges.iter().map(bounded).collect();
    if text.is_ascii() {
        return spans;
    }
    let mut edges: Vec<(usize, usize, bool)> = Vec::with_capacity(2 * spans.len());
    for (index, span) in spans.iter().enumerate() {
        edges.push((span.start, index, true));
        edges.push((span.end, index, false));
    }
    edges.sort_unstable();
    let (mut at, mut units) = (0, 0);
    for (edge, index, is_start) in edges {
        units += text[at..edge].encode_utf16().count();
        at = edge;
        let span = &mut spans[index];
        *(if is_start { &mut span.utf16_start } else { &mut span.utf16_end }) = units;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_take_two_units_and_four_bytes() {
        let text = "a😀é b";
        let found = spans(text, &[8..9, 1..5, 0..text.len()]);
        let places: Vec<_> = found.iter().map(|span| (span.utf16_start, span.utf16_end)).collect();
        assert_eq!(places, [(5, 6), (1, 3), (0, 6)]);
        assert_eq!((found[1].start, found[1].end), (1, 5));
    }

    #[test]
    fn plain_text_has_the_same_places_in_both_units() {
        let found = spans("plain", &[1..3, 5..5]);
        assert_eq!(found[0], Span { start: 1, end: 3, utf16_start: 1, utf16_end: 3 });
    }

    #[test]
    fn ends_outside_the_text_or_within_a_character_are_moved_back() {
        let found = spans("é!", &[1..99, 9..9]);
        assert_eq!(found[0], Span { start: 0, end: 3, utf16_start: 0, utf16_end: 2 });
    }
}
