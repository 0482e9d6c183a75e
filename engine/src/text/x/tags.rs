//! Hashtags, mentions and cashtags of a post.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::{memchr_iter, memchr2_iter};

use super::characters::{count_while, first, is_accented, is_space, last};
use super::emoji::{EMOJI_SELECTOR, KEYCAP, TEXT_SELECTOR};

/// Longest user name (twitter-text 3.x).
const LONGEST_NAME: usize = 20;
/// Longest list name (twitter-text 3.x).
const LONGEST_LIST: usize = 25;

/// Every place of a sign or of its full-width form.
fn signs(text: &str, sign: u8, wide: char) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let lead = wide.encode_utf8(&mut [0; 4]).as_bytes()[0];
    memchr2_iter(sign, lead, bytes).filter_map(move |at| {
        if bytes[at] == sign {
            Some(at..at + 1)
        } else {
            let is_wide = text[at..].starts_with(wide);
            is_wide.then(|| at..at + wide.len_utf8())
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
    for line in include_str!("hashtags.txt").lines() {
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
    let range = TAG_CHARACTERS.get(index).filter(|(first, ..)| *first <= code);
    range.map(|(.., kind)| *kind)
}

pub(super) fn hashtags(text: &str) -> Vec<Range<usize>> {
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

pub(super) fn mentions(text: &str) -> Vec<Range<usize>> {
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

pub(super) fn cashtags(text: &str) -> Vec<Range<usize>> {
    let letters = |from: usize| count_while(&text.as_bytes()[from..], u8::is_ascii_alphabetic);
    let closes = |end: usize| {
        first(&text[end..]).is_none_or(|next| {
            "!'#%&()*+,\\-./:;<=>?@[]^_{|}~$".contains(next)
                || next == '\u{FEFF}'
                // JavaScript's idea of a space, which is not X's list.
                || (is_space(next) && !matches!(next, '\u{85}' | '\u{180E}'))
        })
    };
    let dollars = memchr_iter(b'$', text.as_bytes());
    let opens = |at: &usize| last(&text[..*at]).is_none_or(is_space);
    let read = |at: usize| {
        let end = at + 1 + letters(at + 1);
        let class = if text[end..].starts_with(['.', '_']) { letters(end + 1) } else { 0 };
        let with_class = (1..=2).contains(&class).then_some(end + 1 + class);
        let fits = (1..=6).contains(&(end - at - 1));
        let end = with_class.into_iter().chain([end]).find(|&end| closes(end));
        end.filter(|_| fits).map(|end| at..end)
    };
    dollars.filter(opens).filter_map(read).collect()
}
