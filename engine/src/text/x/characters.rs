//! Classes of characters that several rules of X share, and small steps over text.

pub(super) fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{180E}'
        | '\u{2000}'..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

pub(super) fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Latin letters with marks, as listed by X.
pub(super) fn is_accented(character: char) -> bool {
    matches!(character, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{253}'
        | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25B}' | '\u{263}' | '\u{268}' | '\u{26F}'
        | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}

/// The same, plus what a pattern that ignores case adds: other cases of letters in the list.
pub(super) fn is_accented_any_case(character: char) -> bool {
    const OTHER_CASES: &str = "ɠɩɵʀʃʈʊʌʒ\u{399}\u{3B9}\u{1FBE}ⱥⱦⱾⱿ\u{A7DC}";
    is_accented(character) || (!character.is_ascii() && OTHER_CASES.contains(character))
}

pub(super) fn first(text: &str) -> Option<char> {
    text.chars().next()
}

pub(super) fn last(text: &str) -> Option<char> {
    text.chars().next_back()
}

pub(super) fn count_while(bytes: &[u8], allowed: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !allowed(byte)).unwrap_or(bytes.len())
}

pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
