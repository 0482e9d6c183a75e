//! Links of a post.

use std::ops::Range;

use memchr::memchr;

use super::characters::{count_while, first, last, units};
use super::domain::{Start, ascii_domains, domain_end, in_domain, is_valid_domain, labels};
use super::path::{path_end, query_end};
use super::suffixes::suffix_end;

/// Longest link X accepts, in UTF-16 units, its scheme counted twice (twitter-text 3.x).
const LONGEST_LINK: usize = 4096;
/// Longest t.co slug (twitter-text 3.x).
const LONGEST_SLUG: usize = 40;

/// A link of a post.
pub(crate) struct Link {
    pub(super) range: Range<usize>,
    /// UTF-16 units the length counts as this link. Fewer than the range holds when a link
    /// without scheme lost the non-ASCII end of its domain but kept its path.
    pub(super) units: usize,
}

/// A character a link may follow.
fn opens_link(character: char) -> bool {
    !character.is_ascii_alphanumeric()
        && !matches!(
            character,
            '@' | '＠' | '$' | '#' | '＃' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

/// Links of a post, found from their dots: most posts have none before a top-level domain.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let (mut from, mut floor) = (0, 0);
    while let Some(offset) = memchr(b'.', &text.as_bytes()[from..]) {
        let dot = from + offset;
        from = dot + 1;
        if suffix_end(text, dot + 1).is_none() {
            continue;
        }
        let start = text[floor..dot].rfind(|c| !in_domain(c));
        let start = start.map_or(floor, |outside| {
            floor + outside + first(&text[floor + outside..]).map_or(0, char::len_utf8)
        });
        let end = text[dot..].find(|c| !in_domain(c)).map_or(text.len(), |end| dot + end);
        let run = start..end;
        floor = links_in_run(text, run.clone(), floor, &mut found);
        from = floor.max(run.end);
    }
    found
}

/// Reads one unbroken run of domain characters; `floor` is where the last match ended, and the
/// answer is where the last one in here did. Each character is looked at a bounded number of times.
fn links_in_run(text: &str, run: Range<usize>, mut floor: usize, found: &mut Vec<Link>) -> usize {
    let labels = labels(text, run.clone());
    if let Some(scheme) = scheme_before(text, run.start, floor) {
        let start = Start { at: run.start, half: None, before: None, scheme: Some(scheme) };
        if let Some(end) = domain_end(text, &labels, start) {
            floor = take_link(text, start, end, found);
        }
    }
    let before = last(&text[floor.min(run.start)..run.start]).map_or(0, char::len_utf8);
    let mut at = floor.max(run.start - before);
    'scan: while at < run.end {
        let Some(character) = first(&text[at..]) else {
            break;
        };
        let next = at + character.len_utf8();
        let low = character.encode_utf16(&mut [0; 2]).get(1).map(|&unit| unit.into());
        let follows = Start { at: next, half: None, before: Some(character), scheme: None };
        // In the order the reference meets them: a domain from the second half of this
        // character, from its end, or (only at the very start of the text) including it.
        let from_half = Start { half: low, ..follows };
        let with_it = Start { at: 0, before: None, ..follows };
        let starts = [
            opens_link(character).then_some(from_half),
            (at == 0).then_some(with_it),
            low.map(|_| follows),
        ];
        for start in starts.into_iter().flatten() {
            if let Some(end) = domain_end(text, &labels, start) {
                floor = take_link(text, start, end, found);
                at = floor;
                continue 'scan;
            }
        }
        at = next;
    }
    floor
}

/// Where `http://` or `https://` right before `at` starts, if a link may start there.
fn scheme_before(text: &str, at: usize, floor: usize) -> Option<usize> {
    let preceding = &text.as_bytes()[floor.min(at)..at];
    let length = [b"https://".as_slice(), b"http://"].into_iter().find_map(|scheme| {
        let tail = &preceding[preceding.len().checked_sub(scheme.len())?..];
        tail.eq_ignore_ascii_case(scheme).then_some(scheme.len())
    })?;
    let start = at - length;
    last(&text[floor..start]).map_or(start == 0, opens_link).then_some(start)
}

/// Reads what follows a domain, keeps the link if X does, and says where the match ends.
fn take_link(text: &str, start: Start, domain_end: usize, found: &mut Vec<Link>) -> usize {
    let domain = &text[start.at..domain_end];
    let bytes = text.as_bytes();
    let after_port = match bytes[domain_end..].strip_prefix(b":") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_digit) => {
            domain_end + 1 + count_while(rest, u8::is_ascii_digit)
        }
        _ => domain_end,
    };
    let after_path = path_end(text, after_port);
    let end = query_end(bytes, after_path.unwrap_or(after_port));

    let first = start.scheme.unwrap_or(start.at);
    let scheme = start.scheme.map_or("https://".len(), |scheme| start.at - scheme);
    let long = scheme + units(&text[first..end]) + usize::from(start.half.is_some()) > LONGEST_LINK;
    if long || !is_valid_domain(domain, start.half) {
        return end;
    }
    if start.scheme.is_some() {
        if let Some(shown) = short_link_end(bytes, domain, domain_end, end) {
            found.push(Link { range: first..shown, units: units(&text[first..shown]) });
        }
    } else if !matches!(start.before, Some('-' | '_' | '.' | '/')) {
        let names = ascii_domains(domain);
        for (index, name) in names.iter().enumerate() {
            let mut range = start.at + name.start..start.at + name.end;
            let mut count = units(&domain[name.clone()]);
            if after_path.is_some() && index + 1 == names.len() {
                range.end = end;
                count += units(&text[domain_end..end]);
            }
            found.push(Link { range, units: count });
        }
    }
    end
}

/// Where a link ends that may be a t.co one, which X cuts after its slug; nothing if X drops it.
fn short_link_end(bytes: &[u8], domain: &str, domain_end: usize, end: usize) -> Option<usize> {
    if !domain.eq_ignore_ascii_case("t.co") || bytes.get(domain_end) != Some(&b'/') {
        return Some(end);
    }
    let slug = count_while(&bytes[domain_end + 1..], u8::is_ascii_alphanumeric);
    match slug {
        0 => Some(end),
        1..=LONGEST_SLUG => Some(query_end(bytes, domain_end + 1 + slug)),
        _ => None,
    }
}
