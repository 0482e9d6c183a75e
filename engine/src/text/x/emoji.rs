//! Emoji of a text, a whole sequence as one.

use std::ops::Range;

use super::characters::first;

pub(super) const EMOJI_SELECTOR: char = '\u{FE0F}';
pub(super) const TEXT_SELECTOR: char = '\u{FE0E}';
const JOINER: char = '\u{200D}';
pub(super) const KEYCAP: char = '\u{20E3}';

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
        let keycap = rest.strip_prefix(EMOJI_SELECTOR).unwrap_or(rest).strip_prefix(KEYCAP);
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
        let continues = matches!(character, JOINER | EMOJI_SELECTOR | '\u{E0020}'..='\u{E007F}')
            || is_skin_tone(character)
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
