//! Where the path and the query of a link end.

use super::characters::{count_while, first, is_accented_any_case};

fn in_path(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "!*';:=+,.$/%#[]-–_~@|&".contains(character)
        || matches!(character, '\u{400}'..='\u{4FF}' | '\u{1C80}'..='\u{1C87}')
        || is_accented_any_case(character)
}

fn ends_path(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || (in_path(character) && !"!*';:,.$%[]–~@|&".contains(character))
}

/// End of the path at `at`: the last character that may end one, and any balanced brackets
/// right behind it.
pub(super) fn path_end(text: &str, at: usize) -> Option<usize> {
    let path = text[at..].strip_prefix('/')?;
    let (mut position, mut end) = (0, 0);
    while let Some(character) = first(&path[position..]) {
        if in_path(character) {
            position += character.len_utf8();
            if ends_path(character) {
                end = position;
            }
        } else if let Some(length) = balanced(&path[position..]) {
            end = if end == position { end + length } else { end };
            position += length;
        } else {
            break;
        }
    }
    Some(at + 1 + end)
}

/// Length of `(...)` or `(...(...)...)` at the start: X looks one level deep.
fn balanced(text: &str) -> Option<usize> {
    let outside = |character| !in_path(character);
    let inside = |from: usize| text[from..].find(outside).map(|length| from + length);
    if !text.starts_with('(') {
        return None;
    }
    let stop = inside(1)?;
    match text.as_bytes()[stop] {
        b')' if stop > 1 => Some(stop + 1),
        b'(' => {
            let inner = inside(stop + 1)?;
            let outer = (inner > stop + 1 && text[inner..].starts_with(')'))
                .then(|| inside(inner + 1))??;
            text[outer..].starts_with(')').then_some(outer + 1)
        }
        _ => None,
    }
}

pub(super) fn query_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'?') {
        return at;
    }
    let query = &bytes[at + 1..];
    let allowed = b"!?*'@();:&=+$/%#[]-_.,~|";
    let length = count_while(query, |b| b.is_ascii_alphanumeric() || allowed.contains(b));
    let ends = |b: &u8| b.is_ascii_alphanumeric() || b"-_&=#/".contains(b);
    let last = query[..length].iter().rposition(ends);
    last.map_or(at, |last| at + 2 + last)
}
