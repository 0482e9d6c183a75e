//! What X sees in a post: its length, links, hashtags, mentions, cashtags and emoji.
//!
//! Every rule here is the behaviour of X's own library, twitter-text 3.x with config v3
//! (<https://github.com/twitter/twitter-text>). That library works on UTF-16 with patterns that
//! scan left to right and never look again at what a match has used up; several odd-looking
//! conditions below exist only because its answers depend on that.

use std::collections::HashSet;
use std::iter::from_fn;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What one link adds to the length, however long it is (twitter-text 3.x, config v3).
const LINK_LENGTH: usize = 23;
/// Longest link X accepts, in UTF-16 units, its scheme counted twice (twitter-text 3.x).
const LONGEST_LINK: usize = 4096;
/// Longest domain label, in punycode (twitter-text 3.x, after RFC 1035).
const LONGEST_LABEL: usize = 63;
/// Longest user name (twitter-text 3.x).
const LONGEST_NAME: usize = 20;
/// Longest list name (twitter-text 3.x).
const LONGEST_LIST: usize = 25;
/// Longest t.co slug (twitter-text 3.x).
const LONGEST_SLUG: usize = 40;

const EMOJI_SELECTOR: char = '\u{FE0F}';
const TEXT_SELECTOR: char = '\u{FE0E}';
const JOINER: char = '\u{200D}';
const KEYCAP: char = '\u{20E3}';

/// Byte ranges of everything X turns into a link (twitter-text 3.x, entity extraction).
///
/// Each list is in text order, and no two ranges of any list overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entities {
    /// Links, with or without a scheme.
    pub links: Vec<Range<usize>>,
    /// Hashtags, with their `#` or `＃`.
    pub hashtags: Vec<Range<usize>>,
    /// Mentions with their `@` or `＠`; a list is one range, `@user/list`.
    pub mentions: Vec<Range<usize>>,
    /// Cashtags, with their `$`.
    pub cashtags: Vec<Range<usize>>,
}

/// The length X counts for a post (twitter-text 3.x, config v3).
///
/// The text is brought to NFC first. Latin, Greek, Arabic and their neighbours count 1, every
/// other character 2, a whole emoji sequence 2, a link 23. The limit is 280 for most accounts.
pub fn weighted_length(text: &str) -> usize {
    if text.is_ascii() || is_nfc(text) {
        normalized_length(text)
    } else {
        normalized_length(&text.nfc().collect::<String>())
    }
}

fn normalized_length(text: &str) -> usize {
    let links = links(text);
    let emoji = if text.is_ascii() {
        Vec::new()
    } else {
        emoji(text)
    };
    let (mut links, mut emoji) = (links.iter().peekable(), emoji.iter().peekable());
    let (mut total, mut at) = (0, 0);
    while at < text.len() {
        // Something that starts inside what was just counted no longer counts by itself.
        while links.next_if(|link| link.range.start < at).is_some() {}
        while emoji.next_if(|range| range.start < at).is_some() {}
        let link = links.peek().map_or(text.len(), |link| link.range.start);
        let symbol = emoji.peek().map_or(text.len(), |range| range.start);
        let plain = &text[at..link.min(symbol)];
        total += if plain.is_ascii() {
            plain.len()
        } else {
            plain.chars().map(weight).sum()
        };
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

fn first(text: &str) -> Option<char> {
    text.chars().next()
}

fn last(text: &str) -> Option<char> {
    text.chars().next_back()
}

fn count_while(bytes: &[u8], allowed: impl Fn(&u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !allowed(byte))
        .unwrap_or(bytes.len())
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

enum Kind {
    Link,
    Mention,
    Hashtag,
    Cashtag,
}

/// The links, hashtags, mentions and cashtags of a post (twitter-text 3.x, entity extraction).
///
/// Where two overlap the one that starts first stays.
pub fn entities(text: &str) -> Entities {
    let mut all: Vec<(Kind, Range<usize>)> = Vec::new();
    all.extend(links(text).into_iter().map(|link| (Kind::Link, link.range)));
    all.extend(
        mentions(text)
            .into_iter()
            .map(|range| (Kind::Mention, range)),
    );
    all.extend(
        hashtags(text)
            .into_iter()
            .map(|range| (Kind::Hashtag, range)),
    );
    all.extend(
        cashtags(text)
            .into_iter()
            .map(|range| (Kind::Cashtag, range)),
    );
    all.sort_by_key(|(_, range)| range.start);
    let (mut entities, mut end) = (Entities::default(), 0);
    for (kind, range) in all {
        if range.start < end {
            continue;
        }
        end = range.end;
        match kind {
            Kind::Link => entities.links.push(range),
            Kind::Mention => entities.mentions.push(range),
            Kind::Hashtag => entities.hashtags.push(range),
            Kind::Cashtag => entities.cashtags.push(range),
        }
    }
    entities
}

// ---------------------------------------------------------------------------------------------
// Links
// ---------------------------------------------------------------------------------------------

struct Link {
    range: Range<usize>,
    /// UTF-16 units the length counts as this link. Fewer than the range holds when a link
    /// without scheme lost the non-ASCII end of its domain but kept its path.
    units: usize,
}

/// A stretch between two dots of a possible domain.
struct Label {
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
struct Start {
    at: usize,
    /// The second half of the character before `at`, when UTF-16 lets a domain start there.
    half: Option<u32>,
    before: Option<char>,
    scheme: Option<usize>,
}

static SUFFIXES: LazyLock<Suffixes> = LazyLock::new(|| {
    let lines = include_str!("x_tlds.txt").lines();
    let all = lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
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
fn suffix_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let word = count_while(
        &rest[..rest.len().min(LONGEST_SUFFIX + 1)],
        u8::is_ascii_alphanumeric,
    );
    let closed = |end: usize| {
        !rest
            .get(end)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"@+-".contains(byte))
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

fn in_domain(character: char) -> bool {
    in_label(character) || matches!(character, '-' | '_' | '.')
}

fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{180E}'
        | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A character a link may follow.
fn opens_link(character: char) -> bool {
    !character.is_ascii_alphanumeric()
        && !matches!(
            character,
            '@' | '＠' | '$' | '#' | '＃' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

/// Latin letters with marks, as listed by X.
fn is_accented(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{253}'
        | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25B}' | '\u{263}' | '\u{268}' | '\u{26F}'
        | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}

/// The same, plus what a pattern that ignores case adds: other cases of letters in the list.
fn is_accented_any_case(character: char) -> bool {
    const OTHER_CASES: &str = "ɠɩɵʀʃʈʊʌʒ\u{399}\u{3B9}\u{1FBE}ⱥⱦⱾⱿ\u{A7DC}";
    is_accented(character) || (!character.is_ascii() && OTHER_CASES.contains(character))
}

/// Links of a post, found from their dots: most posts have none before a top-level domain.
fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let (mut from, mut floor) = (0, 0);
    while let Some(offset) = text.as_bytes()[from..]
        .iter()
        .position(|&byte| byte == b'.')
    {
        let dot = from + offset;
        from = dot + 1;
        if suffix_end(text, dot + 1).is_none() {
            continue;
        }
        let start = text[floor..dot].rfind(|c| !in_domain(c));
        let start = start.map_or(floor, |outside| {
            floor + outside + first(&text[floor + outside..]).map_or(0, char::len_utf8)
        });
        let end = text[dot..]
            .find(|c| !in_domain(c))
            .map_or(text.len(), |end| dot + end);
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
        let start = Start {
            at: run.start,
            half: None,
            before: None,
            scheme: Some(scheme),
        };
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
        let low = character
            .encode_utf16(&mut [0; 2])
            .get(1)
            .map(|&unit| unit.into());
        let follows = Start {
            at: next,
            half: None,
            before: Some(character),
            scheme: None,
        };
        // In the order the reference meets them: a domain from the second half of this
        // character, from its end, or (only at the very start of the text) including it.
        let from_half = Start {
            half: low,
            ..follows
        };
        let with_it = Start {
            at: 0,
            before: None,
            ..follows
        };
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

fn labels(text: &str, run: Range<usize>) -> Vec<Label> {
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
fn domain_end(text: &str, labels: &[Label], start: Start) -> Option<usize> {
    let index = labels.partition_point(|label| label.end < start.at);
    let label = labels.get(index).filter(|label| label.start <= start.at)?;
    let own = &text[start.at..label.end];
    let halved = start.half.is_some();
    if !(halved || first(own).is_some_and(in_label)) || !last(own).map_or(halved, in_label) {
        return None;
    }
    let near = labels.get(index + 1).and_then(|next| next.suffix);
    let plain = label
        .last_underscore
        .is_none_or(|position| position < start.at);
    label.far.or(near.filter(|_| plain))
}

/// Where `http://` or `https://` right before `at` starts, if a link may start there.
fn scheme_before(text: &str, at: usize, floor: usize) -> Option<usize> {
    let preceding = &text.as_bytes()[floor.min(at)..at];
    let length = [b"https://".as_slice(), b"http://"]
        .into_iter()
        .find_map(|scheme| {
            let tail = &preceding[preceding.len().checked_sub(scheme.len())?..];
            tail.eq_ignore_ascii_case(scheme).then_some(scheme.len())
        })?;
    let start = at - length;
    last(&text[floor..start])
        .map_or(start == 0, opens_link)
        .then_some(start)
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
    let scheme = start
        .scheme
        .map_or("https://".len(), |scheme| start.at - scheme);
    let long = scheme + units(&text[first..end]) + usize::from(start.half.is_some()) > LONGEST_LINK;
    if long || !is_valid_domain(domain, start.half) {
        return end;
    }
    if start.scheme.is_some() {
        if let Some(shown) = short_link_end(bytes, domain, domain_end, end) {
            found.push(Link {
                range: first..shown,
                units: units(&text[first..shown]),
            });
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
            found.push(Link {
                range,
                units: count,
            });
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

/// ASCII (and accented Latin) domains inside a domain: all X links when there is no scheme.
fn ascii_domains(domain: &str) -> Vec<Range<usize>> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_accented_any_case(c);
    let (mut names, mut at, mut seen) = (Vec::new(), 0, 0);
    while let Some(offset) = domain[at..].find(in_name) {
        at += offset;
        let (mut position, mut end) = (at, None);
        loop {
            position += domain[position..]
                .find(|c| !in_name(c))
                .unwrap_or(domain.len() - position);
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

fn in_path(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "!*';:=+,.$/%#[]-–_~@|&".contains(character)
        || matches!(character, '\u{400}'..='\u{4FF}' | '\u{1C80}'..='\u{1C87}')
        || is_accented_any_case(character)
}

fn ends_path(character: char) -> bool {
    in_path(character) && (!"!*';:,.$%[]–~@|&".contains(character))
}

/// End of the path at `at`: the last character that may end one, and any balanced brackets
/// right behind it.
fn path_end(text: &str, at: usize) -> Option<usize> {
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

fn query_end(bytes: &[u8], at: usize) -> usize {
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

/// Every label within the DNS limit once in punycode, and no half-punycode name.
fn is_valid_domain(domain: &str, half: Option<u32>) -> bool {
    let half_punycode =
        || half.is_none() && domain.starts_with("xn--") && ascii_domains(domain).is_empty();
    let lengths_fit = domain.split('.').enumerate().all(|(index, label)| {
        let half = half.filter(|_| index == 0);
        (1..=LONGEST_LABEL).contains(&punycode_length(label, half))
    });
    lengths_fit && !half_punycode()
}

/// Length of a label in punycode (RFC 3492), or anything above the limit if it is surely longer.
fn punycode_length(label: &str, half: Option<u32>) -> usize {
    let points = half.into_iter().chain(label.chars().map(u32::from));
    let points: Vec<u32> = points.take(LONGEST_LABEL + 1).collect();
    if points.len() > LONGEST_LABEL {
        return points.len();
    }
    // The reference's encoder takes the ideographic full stops for dots as well.
    let parts = points.split(|point| matches!(point, 0x3002 | 0xFF0E | 0xFF61));
    parts.map(|part| encoded_length(part) + 1).sum::<usize>() - 1
}

fn encoded_length(points: &[u32]) -> usize {
    if points.iter().all(|&point| point < 0x80) {
        return points.len();
    }
    let basic = points.iter().filter(|&&point| point < 0x80).count();
    let mut length = "xn--".len() + basic + usize::from(basic > 0);
    let (mut code, mut delta, mut bias, mut handled) = (0x80, 0, 72, basic as u32);
    while let Some(&next) = points.iter().filter(|&&point| point >= code).min() {
        delta += (next - code) * (handled + 1);
        code = next;
        for &point in points {
            if point < code {
                delta += 1;
            } else if point == code {
                let first = handled == basic as u32;
                let (mut rest, mut place) = (delta, 36);
                loop {
                    length += 1;
                    let threshold = u32::clamp(place.max(bias) - bias, 1, 26);
                    if rest < threshold {
                        break;
                    }
                    rest = (rest - threshold) / (36 - threshold);
                    place += 36;
                }
                let mut spread = if first { delta / 700 } else { delta / 2 };
                spread += spread / (handled + 1);
                bias = 0;
                while spread > 455 {
                    spread /= 35;
                    bias += 36;
                }
                bias += 36 * spread / (spread + 38);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        code += 1;
    }
    length
}

// ---------------------------------------------------------------------------------------------
// Hashtags, mentions, cashtags
// ---------------------------------------------------------------------------------------------

/// Every place of a sign or of its full-width form.
fn signs(text: &str, sign: u8, wide: char) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let lead = wide.encode_utf8(&mut [0; 4]).as_bytes()[0];
    let mut from = 0;
    from_fn(move || {
        loop {
            let wanted = |byte: &u8| *byte == sign || *byte == lead;
            let at = from + bytes[from..].iter().position(wanted)?;
            from = at + 1;
            if bytes[at] == sign {
                return Some(at..at + 1);
            }
            if text[at..].starts_with(wide) {
                return Some(at..at + wide.len_utf8());
            }
        }
    })
}

#[derive(Clone, Copy, PartialEq)]
enum TagCharacter {
    Letter,
    Other,
}

static TAG_CHARACTERS: LazyLock<Vec<(u32, u32, TagCharacter)>> = LazyLock::new(|| {
    let mut ranges = Vec::new();
    for line in include_str!("x_hashtags.txt").lines() {
        let mut words = line.split_whitespace();
        let kind = match words.next() {
            Some("letter") => TagCharacter::Letter,
            Some("other") => TagCharacter::Other,
            _ => continue,
        };
        let code = |digits| u32::from_str_radix(digits, 16).ok();
        ranges.extend(words.filter_map(|range| {
            let (first, last) = range.split_once("..")?;
            Some((code(first)?, code(last)?, kind))
        }));
    }
    ranges.sort_by_key(|&(first, ..)| first);
    ranges
});

fn tag_character(character: char) -> Option<TagCharacter> {
    let code = u32::from(character);
    let index = TAG_CHARACTERS.partition_point(|&(_, last, _)| last < code);
    let range = TAG_CHARACTERS
        .get(index)
        .filter(|(first, ..)| *first <= code);
    range.map(|(.., kind)| *kind)
}

fn hashtags(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut floor) = (Vec::new(), 0);
    for sign in signs(text, b'#', '＃') {
        let opens = |before| {
            matches!(before, TEXT_SELECTOR | EMOJI_SELECTOR)
                || (before != '&' && tag_character(before).is_none())
        };
        let opens = last(&text[floor.min(sign.start)..sign.start]).map_or(sign.start == 0, opens);
        let rest = &text[sign.end..];
        if !opens || rest.starts_with([EMOJI_SELECTOR, KEYCAP]) {
            continue;
        }
        let (mut length, mut has_letter) = (0, false);
        for character in rest.chars() {
            let Some(kind) = tag_character(character) else {
                break;
            };
            length += character.len_utf8();
            has_letter |= kind == TagCharacter::Letter;
        }
        if has_letter {
            floor = sign.end + length;
            if !text[floor..].starts_with(['#', '＃']) && !text[floor..].starts_with("://") {
                found.push(sign.start..floor);
            }
        }
    }
    found
}

fn mentions(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut floor) = (Vec::new(), 0);
    let bytes = text.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    for sign in signs(text, b'@', '＠') {
        if !opens_mention(text, sign.start, floor) {
            continue;
        }
        let name = &bytes[sign.end..bytes.len().min(sign.end + LONGEST_NAME)];
        let name = count_while(name, word);
        if name == 0 {
            continue;
        }
        let mut end = sign.end + name;
        if bytes.get(end) == Some(&b'/') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic)
        {
            let list = &bytes[end + 1..bytes.len().min(end + 1 + LONGEST_LIST)];
            end += 1 + count_while(list, |byte| word(byte) || *byte == b'-');
        }
        floor = end;
        let rest = &text[end..];
        if !rest.starts_with(['@', '＠'])
            && !rest.starts_with(is_accented)
            && !rest.starts_with("://")
        {
            found.push(sign.start..end);
        }
    }
    found
}

/// What may stand before `@`: no word, unless the word is `RT`.
fn opens_mention(text: &str, at: usize, floor: usize) -> bool {
    let before = &text[floor.min(at)..at];
    let Some(character) = last(before) else {
        return at == 0;
    };
    if !character.is_ascii_alphanumeric() && !"_!#$%&*@＠".contains(character) {
        return true;
    }
    let split = before.len().checked_sub(2);
    let Some((rest, word)) = split.and_then(|split| before.split_at_checked(split)) else {
        return false;
    };
    let opens_word = |c: char| !c.is_ascii_alphanumeric() && !"_+~.-".contains(c);
    word.eq_ignore_ascii_case("rt") && last(rest).map_or(at == 2, opens_word)
}

fn cashtags(text: &str) -> Vec<Range<usize>> {
    let letters = |from: usize| count_while(&text.as_bytes()[from..], u8::is_ascii_alphabetic);
    let closes = |end: usize| {
        first(&text[end..]).is_none_or(|next| {
            "!'#%&()*+,\\-./:;<=>?@[]^_{|}~$".contains(next)
                || next == '\u{FEFF}'
                // JavaScript's idea of a space, which is not X's list.
                || (is_space(next) && !matches!(next, '\u{85}' | '\u{180E}'))
        })
    };
    let dollars = text.match_indices('$').map(|(at, _)| at);
    let opens = |at: &usize| last(&text[..*at]).is_none_or(is_space);
    let read = |at: usize| {
        let end = at + 1 + letters(at + 1);
        let class = if text[end..].starts_with(['.', '_']) {
            letters(end + 1)
        } else {
            0
        };
        let with_class = (1..=2).contains(&class).then_some(end + 1 + class);
        let fits = (1..=6).contains(&(end - at - 1));
        let end = with_class.into_iter().chain([end]).find(|&end| closes(end));
        end.filter(|_| fits).map(|end| at..end)
    };
    dollars.filter(opens).filter_map(read).collect()
}

// ---------------------------------------------------------------------------------------------
// Emoji
// ---------------------------------------------------------------------------------------------

/// Emoji of a text, one range for a whole sequence, as the parser of twitter-text 3.x (twemoji)
/// groups them, with the sequences Unicode has added since.
///
/// A character that is text unless asked otherwise (`☺`) is an emoji unless U+FE0E follows.
pub fn emoji(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(offset) = bytes[at..].iter().position(|byte| !byte.is_ascii()) {
        let start = at + offset;
        let rest = &text[start..];
        let keycap = rest
            .strip_prefix(EMOJI_SELECTOR)
            .unwrap_or(rest)
            .strip_prefix(KEYCAP);
        if let (Some(after), Some(b'#' | b'*' | b'0'..=b'9')) = (keycap, bytes[at..start].last()) {
            at = text.len() - after.len();
            found.push(start - 1..at);
        } else if let Some(length) = sequence_length(rest) {
            at = start + length;
            found.push(start..at);
        } else {
            at = start + first(rest).map_or(1, char::len_utf8);
        }
    }
    found
}

/// The longest emoji in Unicode, in characters, with room to spare.
const LONGEST_SEQUENCE: usize = 12;

fn sequence_length(text: &str) -> Option<usize> {
    let base = first(text)?;
    if !matches!(base, '©' | '®' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1FBFF}')
        || (text[base.len_utf8()..].starts_with(TEXT_SELECTOR) && takes_selector(base))
    {
        return None;
    }
    let mut ends = [0; LONGEST_SEQUENCE];
    let (mut count, mut previous) = (0, JOINER);
    for (position, character) in text.char_indices().take(LONGEST_SEQUENCE) {
        let continues = matches!(
            character,
            JOINER | EMOJI_SELECTOR | '\u{E0020}'..='\u{E007F}'
        ) || is_skin_tone(character)
            || is_regional(character);
        if previous != JOINER && !continues {
            break;
        }
        ends[count] = position + character.len_utf8();
        count += 1;
        previous = character;
    }
    let ends = ends[..count].iter().rev().copied();
    ends.into_iter().find(|&end| is_emoji(&text[..end]))
}

fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_regional(character: char) -> bool {
    matches!(character, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Characters with emoji style by default that twemoji lets U+FE0E and U+FE0F change.
fn is_older_emoji(character: char) -> bool {
    "⌚⌛◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❗⬛⬜⭐⭕🀄🈚🈯"
        .contains(character)
}

/// Text style by default, or old enough to be treated so.
fn takes_selector(character: char) -> bool {
    is_older_emoji(character) || text_style(character).is_some_and(|_| character != '♾')
}

/// The emoji of a character whose default style is text.
fn text_style(character: char) -> Option<&'static emojis::Emoji> {
    let mut buffer = [0; 4];
    let alone: &str = character.encode_utf8(&mut buffer);
    emojis::get(alone).filter(|emoji| emoji.as_str() != alone)
}

fn is_emoji(sequence: &str) -> bool {
    let mut characters = sequence.chars();
    let mut next = || characters.next();
    match (next(), next(), next(), next()) {
        (Some(alone), None, ..) => {
            let needs_selector = matches!(alone, '©' | '®' | '™' | '♟');
            let part = is_skin_tone(alone)
                || is_regional(alone)
                || matches!(alone, '\u{1F9B0}'..='\u{1F9B3}');
            part || (emojis::get(sequence).is_some() && !needs_selector)
        }
        (Some(base), Some(EMOJI_SELECTOR), None, _) => takes_selector(base),
        (Some(base), Some(EMOJI_SELECTOR), Some(tone), None) if is_skin_tone(tone) => {
            text_style(base).is_some_and(|emoji| emoji.skin_tones().is_some())
        }
        // X knows the eye in a speech bubble only without selectors.
        _ if sequence.starts_with("👁\u{200D}🗨") => sequence == "👁\u{200D}🗨",
        _ if sequence.starts_with("👁\u{FE0F}\u{200D}") => false,
        (Some('🕴'), Some(look), ..) if look == EMOJI_SELECTOR || is_skin_tone(look) => {
            // Unicode has no such sequences, X does.
            let gender = &sequence['🕴'.len_utf8() + look.len_utf8()..];
            matches!(gender, "" | "\u{200D}♀\u{FE0F}" | "\u{200D}♂\u{FE0F}")
        }
        _ => emojis::get(sequence).is_some_and(|emoji| emoji.as_str() == sequence),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const EXTRACT: &str = include_str!("../../../tests/data/x/extract.json");
    const LENGTHS: &str = include_str!("../../../tests/data/x/weighted_length.json");
    const ANSWERS: &str = include_str!("../../../tests/data/x/answers.json");

    type Ranges = Vec<Range<usize>>;

    fn list(value: &Value) -> &[Value] {
        value.as_array().map_or(&[], Vec::as_slice)
    }

    fn words<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    fn without_sign(word: &str) -> &str {
        word.trim_start_matches(['#', '＃', '@', '＠', '$'])
    }

    /// Compares one group of the conformance suite, by words and by ranges in code points.
    fn conforms(group: &str, count: usize, find: fn(Entities) -> Ranges) {
        let groups: Value = serde_json::from_str(EXTRACT).expect("the data is JSON");
        assert_eq!(list(&groups[group]).len(), count, "cases in {group}");
        for case in list(&groups[group]) {
            let text = case["text"].as_str().expect("a text");
            let found = find(entities(text));
            let expected = list(&case["expected"]);
            if expected.iter().any(Value::is_object) {
                let code_points = |end: usize| text[..end].chars().count();
                let found = found
                    .iter()
                    .map(|range| [code_points(range.start), code_points(range.end)]);
                let expected = expected.iter().map(|entity| entity["indices"].clone());
                assert!(
                    found.map(|range| serde_json::json!(range)).eq(expected),
                    "{case}"
                );
            } else {
                let found = words(text, &found);
                let found: Vec<&str> = found.into_iter().map(without_sign).collect();
                assert_eq!(found, expected, "{case}");
            }
        }
    }

    #[test]
    fn links_conform() {
        conforms("urls", 89, |found| found.links);
        conforms("urls_with_indices", 12, |found| found.links);
        conforms("tco_urls_with_params", 5, |found| found.links);
    }

    #[test]
    fn hashtags_conform() {
        conforms("hashtags", 64, |found| found.hashtags);
        conforms("hashtags_with_indices", 8, |found| found.hashtags);
        conforms("hashtags_from_astral", 3, |found| found.hashtags);
    }

    #[test]
    fn mentions_and_lists_conform() {
        conforms("mentions", 20, |found| found.mentions);
        conforms("mentions_with_indices", 3, |found| found.mentions);
        conforms("mentions_or_lists_with_indices", 5, |found| found.mentions);
    }

    #[test]
    fn cashtags_conform() {
        conforms("cashtags", 8, |found| found.cashtags);
        conforms("cashtags_with_indices", 2, |found| found.cashtags);
    }

    #[test]
    fn lengths_conform() {
        let cases: Value = serde_json::from_str(LENGTHS).expect("the data is JSON");
        assert_eq!(list(&cases).len(), 24);
        for case in list(&cases) {
            let text = case["text"].as_str().expect("a text");
            assert_eq!(weighted_length(text), case["weighted_length"], "{case}");
        }
    }

    #[test]
    fn difficult_texts_get_the_answers_of_the_reference() {
        let ranges = |value: &Value| -> Ranges {
            let end =
                |pair: &Value, index: usize| pair[index].as_u64().expect("an offset") as usize;
            list(value)
                .iter()
                .map(|pair| end(pair, 0)..end(pair, 1))
                .collect()
        };
        let cases: Value = serde_json::from_str(ANSWERS).expect("the data is JSON");
        assert_eq!(list(&cases).len(), 400);
        for case in list(&cases) {
            let text = case["text"].as_str().expect("a text");
            let expected = Entities {
                links: ranges(&case["links"]),
                hashtags: ranges(&case["hashtags"]),
                mentions: ranges(&case["mentions"]),
                cashtags: ranges(&case["cashtags"]),
            };
            assert_eq!(entities(text), expected, "{case}");
            assert_eq!(weighted_length(text), case["weighted_length"], "{case}");
        }
    }

    #[test]
    fn the_entity_that_starts_first_wins() {
        let text = "https://example.com/#tag #tag.com ＠user/list $TSLA";
        let found = entities(text);
        assert_eq!(words(text, &found.links), ["https://example.com/#tag"]);
        assert_eq!(words(text, &found.hashtags), ["#tag"]);
        assert_eq!(words(text, &found.mentions), ["＠user/list"]);
        assert_eq!(words(text, &found.cashtags), ["$TSLA"]);
    }

    #[test]
    fn composed_and_decomposed_text_count_the_same() {
        assert_eq!(weighted_length("Gru\u{308}\u{DF}e"), 5);
        assert_eq!(weighted_length("Gr\u{FC}\u{DF}e"), 5);
    }

    #[test]
    fn an_emoji_sequence_is_one_emoji() {
        let text = "1️⃣ a 👩🏽\u{200D}💻 b 🇩🇪 c ❤️\u{200D}🔥 d 🐦\u{200D}🔥 e ☺";
        let found = words(text, &emoji(text));
        assert_eq!(
            found,
            [
                "1️⃣",
                "👩🏽\u{200D}💻",
                "🇩🇪",
                "❤️\u{200D}🔥",
                "🐦\u{200D}🔥",
                "☺"
            ]
        );
        assert_eq!(weighted_length(text), 6 * 2 + 5 * 2 + 5);
    }

    #[test]
    fn text_that_only_resembles_emoji_is_none() {
        for text in [
            "",
            "1 # *",
            "©",
            "™",
            "☺\u{FE0E}",
            "⌚\u{FE0E}",
            "\u{FE0F}",
            "日本語",
            "\u{20E3}",
            "a\u{200D}",
        ] {
            assert!(emoji(text).is_empty(), "{text:?}");
        }
        assert_eq!(words("©\u{FE0F}", &emoji("©\u{FE0F}")), ["©\u{FE0F}"]);
    }

    #[test]
    fn repetition_ends_in_time() {
        let parts = [
            "a.",
            "日.",
            "a.com",
            "a.com日",
            "a.co/(",
            "@a",
            "#1",
            "$a ",
            "😀.com",
            "🇩",
            "1\u{FE0F}\u{20E3}",
        ];
        let start = std::time::Instant::now();
        for part in parts {
            let text = part.repeat(200_000 / part.len());
            entities(&text);
            weighted_length(&text);
        }
        // Quadratic work would take minutes.
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }
}
