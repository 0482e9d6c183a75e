//! Single characters: which belong to words, which are invisible, which are letters in disguise.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// A letter, a digit, or a mark that belongs to the letter before it.
pub(crate) fn is_word(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric()
    } else {
        character.is_alphanumeric() || is_combining_mark(character)
    }
}

/// Whether the character is of a script that is written without spaces between words: Han, Kana,
/// Bopomofo, Thai, Lao, Tibetan, Burmese, Khmer and their neighbours.
pub(crate) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0E00}'..='\u{0FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{1950}'..='\u{19FF}' | '\u{1A20}'..='\u{1AAF}' | '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}'
        | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AADF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}' | '\u{1AFF0}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether the character shows nothing and is skipped when words are compared (the assigned
/// part of Unicode's Default_Ignorable_Code_Point).
pub(crate) fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// The letter or digit that a decorative character stands for: mathematical letters, letters in
/// circles and boxes, and the full-width forms.
pub(crate) fn plain_form(character: char) -> Option<char> {
    let shifted = |first: u32, target: char| {
        char::from_u32(u32::from(target) + (u32::from(character) - first))
    };
    match character {
        '\u{FF01}'..='\u{FF5E}' => shifted(0xFF01, '!'),
        '\u{249C}'..='\u{24B5}' => shifted(0x249C, 'a'),
        '\u{1F110}'..='\u{1F129}' => shifted(0x1F110, 'A'),
        '\u{1F150}'..='\u{1F169}' => shifted(0x1F150, 'A'),
        '\u{1F170}'..='\u{1F189}' => shifted(0x1F170, 'A'),
        '\u{24B6}'..='\u{24E9}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1F130}'..='\u{1F149}' => {
            compatible(character)
        }
        _ if is_letterlike(character) => compatible(character),
        _ => None,
    }
}

/// The single character that a character is a styled form of (Unicode compatibility mapping).
fn compatible(character: char) -> Option<char> {
    let (mut count, mut last) = (0, character);
    decompose_compatible(character, |part| {
        count += 1;
        last = part;
    });
    (count == 1 && last != character).then_some(last)
}

/// The letters that Unicode had before the mathematical alphabets, which have gaps for them.
fn is_letterlike(character: char) -> bool {
    matches!(character,
        'ℂ' | 'ℊ'..='ℎ' | 'ℐ'..='ℓ' | 'ℕ' | 'ℙ'..='ℝ' | 'ℤ' | 'ℨ' | 'ℬ' | 'ℭ' | 'ℯ'..='ℱ' | 'ℳ' | 'ℴ')
}

/// How a character takes part in a run of decorative letters.
#[derive(PartialEq, Eq)]
enum Style {
    /// Decorative wherever it stands.
    Always,
    /// An everyday sign or phonetic letter alone, decorative among its like: `🅿`, `ℂ`, `ᴀ`.
    Together,
    /// Full-width letters: ordinary in East Asian text.
    Wide,
}

fn style(character: char) -> Option<Style> {
    match character {
        '\u{1D400}'..='\u{1D7FF}'
        | '\u{249C}'..='\u{24E9}'
        | '\u{1F110}'..='\u{1F129}'
        | '\u{1F130}'..='\u{1F149}'
        | '\u{1F150}'..='\u{1F169}' => Some(Style::Always),
        '\u{1F170}'..='\u{1F189}'
        | '\u{1D00}'..='\u{1D25}'
        | '\u{1D2C}'..='\u{1D61}'
        | 'ʰ'..='ʸ'
        | 'ɢ'
        | 'ɪ'
        | 'ʀ'
        | 'ʏ'
        | 'ʙ'
        | 'ʜ'
        | 'ʟ'
        | 'ɴ'
        | 'ꜰ'
        | 'ꜱ'
        | 'ⁱ'
        | 'ⁿ' => Some(Style::Together),
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => Some(Style::Wide),
        _ if is_letterlike(character) => Some(Style::Together),
        _ => None,
    }
}

/// The length from which a run of small capitals or raised letters is decoration: shorter ones are
/// ordinary writing, such as the French `Mᵐᵉ` or a phonetic sign.
const SHORTEST_STYLED_RUN: usize = 3;

/// Runs of letters that only look like letters: mathematical alphabets, letters in circles and
/// boxes, small capitals, raised letters, and full-width letters outside East Asian text.
///
/// Screen readers spell them out or skip them.
pub(crate) fn decorative(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.is_ascii() {
        return found;
    }
    let mut wide_is_ordinary = None;
    // The open run: where it starts and ends, its letters, and whether one is decorative alone.
    let mut run: Option<(usize, usize, usize, bool)> = None;
    let mut close = |run: &mut Option<(usize, usize, usize, bool)>| {
        if let Some((start, end, letters, always)) = run.take()
            && (always || letters >= SHORTEST_STYLED_RUN)
        {
            found.push(start..end);
        }
    };
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let style = style(character).filter(|style| {
            *style != Style::Wide || !*wide_is_ordinary.get_or_insert_with(|| is_east_asian(text))
        });
        match (style, &mut run) {
            (Some(style), Some((_, run_end, letters, always))) => {
                (*run_end, *letters) = (end, *letters + 1);
                *always |= style != Style::Together;
            }
            (Some(style), None) => run = Some((at, end, 1, style != Style::Together)),
            // What only changes how the letter before it looks is part of the run.
            (None, Some((_, run_end, ..))) if is_ignorable(character) => *run_end = end,
            (None, _) => close(&mut run),
        }
    }
    close(&mut run);
    found
}

fn is_east_asian(text: &str) -> bool {
    text.chars().any(|character| {
        matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
            | '\u{20000}'..='\u{3FFFF}')
    })
}

/// Runs of invisible characters that do nothing for the reader.
///
/// Kept out are joiners within emoji and within scripts that need them, breaks between words of
/// scripts without spaces, selectors that choose how an emoji, a Han or a Mongolian character
/// looks, direction marks in a text with right-to-left letters, tags of flag emoji, and soft
/// hyphens. Direction overrides are never needed.
pub(crate) fn hidden(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if text.is_ascii() || !text.chars().any(is_ignorable) {
        return found;
    }
    let right_to_left = text.chars().any(is_right_to_left);
    let mut before = None;
    let mut graphemes = text.grapheme_indices(true).peekable();
    while let Some((start, grapheme)) = graphemes.next() {
        let after = graphemes.peek().and_then(|(_, next)| next.chars().next());
        let mut characters = grapheme.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            let neighbours = Neighbours { before, next, after: next.or(after) };
            if is_ignorable(character) && !neighbours.need(character, right_to_left, grapheme) {
                let range = start + at..start + at + character.len_utf8();
                match found.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => found.push(range),
                }
            }
            before = if is_ignorable(character) { before } else { Some(character) };
        }
    }
    found
}

/// What stands around an invisible character.
struct Neighbours {
    /// The last visible character before it.
    before: Option<char>,
    /// The next character of the same user-visible character.
    next: Option<char>,
    /// The next character.
    after: Option<char>,
}

impl Neighbours {
    fn need(&self, character: char, right_to_left: bool, grapheme: &str) -> bool {
        let around =
            |test: fn(char) -> bool| self.before.is_some_and(test) || self.after.is_some_and(test);
        match character {
            // A joiner that joins has its next character in the same user-visible character.
            '\u{200D}' => self.next.is_some() || around(is_joining_script),
            '\u{200C}' => around(is_joining_script),
            '\u{200B}' => around(is_unspaced),
            '\u{200E}'
            | '\u{200F}'
            | '\u{061C}'
            | '\u{202A}'..='\u{202C}'
            | '\u{2066}'..='\u{2069}' => right_to_left,
            '\u{180B}'..='\u{180F}' => {
                self.before.is_some_and(|before| matches!(before, '\u{1800}'..='\u{18AF}'))
            }
            '\u{FE00}'..='\u{FE0F}' => self.before.is_some_and(takes_variation),
            '\u{E0100}'..='\u{E01EF}' => self.before.is_some_and(is_unspaced),
            '\u{E0020}'..='\u{E007F}' => grapheme.starts_with('\u{1F3F4}'),
            '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' => true,
            _ => false,
        }
    }
}

/// Signs, digits, Han and a few other letters have forms that a selector chooses; Latin, Greek and
/// Cyrillic letters have none.
fn takes_variation(character: char) -> bool {
    !matches!(character, 'a'..='z' | 'A'..='Z' | '\u{00C0}'..='\u{058F}' | ' ' | '\n')
}

/// Scripts whose letters change shape by what they are joined to: Arabic and its neighbours, the
/// scripts of India and South-East Asia, Mongolian.
fn is_joining_script(character: char) -> bool {
    matches!(character,
        '\u{0600}'..='\u{07FF}' | '\u{0840}'..='\u{109F}' | '\u{1700}'..='\u{18AF}'
        | '\u{1900}'..='\u{1CFF}' | '\u{A800}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' | '\u{10A00}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}

fn is_right_to_left(character: char) -> bool {
    matches!(character,
        '\u{0590}'..='\u{061B}' | '\u{061D}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, find: fn(&str) -> Vec<Range<usize>>) -> Vec<&str> {
        find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn styled_alphabets_are_decorative() {
        assert_eq!(parts("so 𝗯𝗼𝗹𝗱 and Ⓒⓘⓡⓒⓛⓔ", decorative), ["𝗯𝗼𝗹𝗱", "Ⓒⓘⓡⓒⓛⓔ"]);
        assert_eq!(parts("𝒽ℯ𝓁𝓁ℴ ꜱᴍᴀʟʟ ｗｉｄｅ", decorative), ["𝒽ℯ𝓁𝓁ℴ", "ꜱᴍᴀʟʟ", "ｗｉｄｅ"]);
    }

    #[test]
    fn ordinary_signs_are_not_decorative() {
        assert!(decorative("Mᵐᵉ Curie, 🅿️ and ℝ, ① first, café, Ünïcode").is_empty());
        assert!(decorative("ＮＨＫの番組").is_empty());
    }

    #[test]
    fn invisible_characters_without_use_are_hidden() {
        assert_eq!(parts("a\u{200B}\u{200B}b", hidden), ["\u{200B}\u{200B}"]);
        assert_eq!(parts("\u{FEFF}a", hidden), ["\u{FEFF}"]);
        assert_eq!(parts("ab\u{202E}cd", hidden), ["\u{202E}"]);
        assert_eq!(parts("a\u{200D}b\u{FE0F}", hidden), ["\u{200D}", "\u{FE0F}"]);
    }

    #[test]
    fn invisible_characters_with_a_use_are_not_hidden() {
        for text in
            ["👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣", "می‌خواهم", "क्‍ष", "ไทย\u{200B}ไทย", "שלום\u{200F}!", "co\u{AD}op"]
        {
            assert!(hidden(text).is_empty(), "{text:?}: {:?}", hidden(text));
        }
    }
}
