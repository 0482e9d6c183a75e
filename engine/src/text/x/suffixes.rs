//! Top-level domains that X knows.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::characters::count_while;

static SUFFIXES: LazyLock<Suffixes> = LazyLock::new(|| {
    let lines = include_str!("tlds.txt").lines();
    let all = lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let (ascii, other): (Vec<&str>, Vec<&str>) = all.partition(|suffix| suffix.is_ascii());
    let folded = |suffix: &str| (suffix.chars().map(fold).collect(), suffix.chars().count());
    Suffixes {
        ascii: ascii.into_iter().map(str::as_bytes).collect(),
        other: other.into_iter().map(folded).collect(),
    }
});

struct Suffixes {
    ascii: HashSet<&'static [u8]>,
    /// Case-folded, with its number of characters.
    other: Vec<(String, usize)>,
}

const LONGEST_SUFFIX: usize = 24;

/// Upper case as JavaScript patterns compare it: one character for one, ASCII apart.
fn fold(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if character.is_ascii() || !one.is_ascii() => one,
        _ => character,
    }
}

/// Where the top-level domain that starts at `at` ends.
pub(super) fn suffix_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let word = count_while(&rest[..rest.len().min(LONGEST_SUFFIX + 1)], u8::is_ascii_alphanumeric);
    let closed = |end: usize| {
        !rest.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"@+-".contains(byte))
    };
    if (1..=LONGEST_SUFFIX).contains(&word) && closed(word) {
        let mut lower = [0; LONGEST_SUFFIX];
        lower[..word].copy_from_slice(&rest[..word]);
        lower.make_ascii_lowercase();
        if SUFFIXES.ascii.contains(&lower[..word]) {
            return Some(at + word);
        }
    }
    if rest.get(word).is_some_and(|byte| !byte.is_ascii()) {
        let folded: String = text[at..].chars().take(LONGEST_SUFFIX).map(fold).collect();
        for (suffix, count) in &SUFFIXES.other {
            let end = || text[at..].chars().take(*count).map(char::len_utf8).sum();
            if folded.starts_with(suffix.as_str()) && closed(end()) {
                return Some(at + end());
            }
        }
    }
    let (start, tail) = rest.split_at_checked(4)?;
    let tail = count_while(tail, |byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    (start.eq_ignore_ascii_case(b"xn--") && tail > 0).then_some(at + 4 + tail)
}
