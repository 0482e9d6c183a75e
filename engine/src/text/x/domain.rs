//! Where a domain may start and end, and which domains X takes for valid.

use std::ops::Range;

use super::characters::{first, is_accented_any_case, is_direction_mark, is_space, last};
use super::punycode::fits;
use super::suffixes::suffix_end;

/// A stretch between two dots of a possible domain.
pub(super) struct Label {
    start: usize,
    end: usize,
    /// Neither empty nor edged by `-` or `_`.
    whole: bool,
    last_underscore: Option<usize>,
    /// End of the top-level domain this label starts with.
    suffix: Option<usize>,
    /// End of the longest domain that uses this label and at least one more before the suffix.
    far: Option<usize>,
}

/// A place where a domain might start.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) at: usize,
    /// The second half of the character before `at`, when UTF-16 lets a domain start there.
    pub(super) half: Option<u32>,
    pub(super) before: Option<char>,
    pub(super) scheme: Option<usize>,
}

/// A character a domain label may start and end with: X excludes, it does not list.
fn in_label(character: char) -> bool {
    match character {
        '\0'..='\x7F' => {
            character.is_ascii_alphanumeric()
                || matches!(character, '\0'..='\x08' | '\x0E'..='\x1F' | '"' | '`' | '\x7F')
        }
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => false,
        _ => !is_space(character) && !is_direction_mark(character),
    }
}

pub(super) fn in_domain(character: char) -> bool {
    in_label(character) || matches!(character, '-' | '_' | '.')
}

pub(super) fn labels(text: &str, run: Range<usize>) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut start = run.start;
    for part in text[run].split('.') {
        let edges = [first(part), last(part)];
        labels.push(Label {
            start,
            end: start + part.len(),
            whole: edges.iter().all(|edge| edge.is_some_and(in_label)),
            last_underscore: part.rfind('_').map(|position| start + position),
            suffix: suffix_end(text, start),
            far: None,
        });
        start += part.len() + 1;
    }
    for index in (0..labels.len().saturating_sub(1)).rev() {
        let next = &labels[index + 1];
        let near = labels.get(index + 2).and_then(|label| label.suffix);
        // X allows `_` in subdomains only, not in the name before the suffix.
        let near = near.filter(|_| next.last_underscore.is_none());
        labels[index].far = next.far.or(near).filter(|_| next.whole);
    }
    labels
}

/// Where the longest domain that starts here ends.
pub(super) fn domain_end(text: &str, labels: &[Label], start: Start) -> Option<usize> {
    let index = labels.partition_point(|label| label.end < start.at);
    let label = labels.get(index).filter(|label| label.start <= start.at)?;
    let own = &text[start.at..label.end];
    let halved = start.half.is_some();
    if !(halved || first(own).is_some_and(in_label)) || !last(own).map_or(halved, in_label) {
        return None;
    }
    let near = labels.get(index + 1).and_then(|next| next.suffix);
    let plain = label.last_underscore.is_none_or(|position| position < start.at);
    label.far.or(near.filter(|_| plain))
}

/// ASCII (and accented Latin) domains inside a domain: all X links when there is no scheme.
pub(super) fn ascii_domains(domain: &str) -> Vec<Range<usize>> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_accented_any_case(c);
    let (mut names, mut at, mut seen) = (Vec::new(), 0, 0);
    while let Some(offset) = domain[at..].find(in_name) {
        at += offset;
        let (mut position, mut end) = (at, None);
        loop {
            position += domain[position..].find(|c| !in_name(c)).unwrap_or(domain.len() - position);
            if !domain[position..].starts_with('.') {
                break;
            }
            position += 1;
            end = suffix_end(domain, position).or(end);
        }
        let Some(end) = end else {
            at = position;
            continue;
        };
        // The reference looks its match up by text, so an earlier twin wins.
        let name = &domain[at..end];
        let start = seen + domain[seen..].find(name).unwrap_or(at - seen);
        seen = start + name.len();
        names.push(start..seen);
        at = end;
    }
    names
}

/// Every label within the DNS limit once in punycode, and no half-punycode name.
pub(super) fn is_valid_domain(domain: &str, half: Option<u32>) -> bool {
    let half_punycode =
        || half.is_none() && domain.starts_with("xn--") && ascii_domains(domain).is_empty();
    let lengths_fit = domain.split('.').enumerate().all(|(index, label)| {
        let half = half.filter(|_| index == 0);
        fits(label, half)
    });
    lengths_fit && !half_punycode()
}
