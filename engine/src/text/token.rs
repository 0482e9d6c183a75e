//! A folded text cut into stretches that may be words in disguise.

use std::ops::Range;

use super::characters::is_word;
use super::reading::{LONGEST, Unit, collapsed, latin_look};

/// A stretch of letters, digits and signs that can stand for letters.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// In bytes of the folded text.
    pub(crate) place: Range<usize>,
    /// Whether it is worth reading as a disguise.
    pub(crate) suspicious: bool,
    /// Whether it has exactly one character, but for punctuation around it.
    single: bool,
}

/// What a character is to a token; kinds of several characters are added up.
type Kinds = u8;
/// Not part of any.
const OUTSIDE: Kinds = 0;
const LATIN: Kinds = 1;
const DIGIT: Kinds = 2;
/// A sign that can stand for a letter or hide one.
const SIGN: Kinds = 4;
/// A letter of another script that looks like a Latin one.
const LOOK_ALIKE: Kinds = 8;
/// A letter of another script that looks like no Latin one.
const FOREIGN: Kinds = 16;
/// An accent, or a letter or digit that is none of these.
const OTHER: Kinds = 32;
/// A letter three times and more in a row.
const REPEATED: Kinds = 64;

const ASCII_KINDS: [Kinds; 128] = {
    let mut kinds = [OUTSIDE; 128];
    let mut byte = 0;
    while byte < 128 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => LATIN,
            b'0'..=b'9' => DIGIT,
            b'@' | b'$' | b'!' | b'|' | b'+' | b'*' | b'#' => SIGN,
            _ => OUTSIDE,
        };
        byte += 1;
    }
    kinds
};

fn kind(character: char) -> Kinds {
    match character {
        _ if character.is_ascii() => ASCII_KINDS[character as usize],
        '€' | '£' | '¢' | '•' | '●' | '■' | '█' | '∗' => SIGN,
        _ if !is_word(character) => OUTSIDE,
        _ if latin_look(character).is_ascii() => LOOK_ALIKE,
        _ if character < '\u{0370}' => OTHER,
        _ => FOREIGN,
    }
}

/// The tokens of a folded text, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let is_foreign = is_foreign(text);
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut start = 0;
    let (mut kinds, mut count) = (OUTSIDE, 0);
    let (mut last, mut in_a_row) = ('\0', 0);
    for (at, character) in text.char_indices() {
        let kind = kind(character);
        if kind == OUTSIDE {
            if count > 0 {
                tokens.push(Token::new(text, start..at, (kinds, count), is_foreign));
            }
            (kinds, count, last) = (OUTSIDE, 0, '\0');
            continue;
        }
        if count == 0 {
            start = at;
        }
        in_a_row = if character == last { in_a_row + 1 } else { 1 };
        if in_a_row == 3 && kind & (LATIN | LOOK_ALIKE) != 0 {
            kinds |= REPEATED;
        }
        kinds |= kind;
        count += 1;
        last = character;
    }
    if count > 0 {
        tokens.push(Token::new(text, start..text.len(), (kinds, count), is_foreign));
    }
    tokens
}

/// Whether a text has letters of another script that look like no Latin letter: a word of
/// look-alikes only is then an ordinary word.
fn is_foreign(text: &str) -> bool {
    let in_look_alike_script =
        |character: &char| matches!(character, '\u{0370}'..='\u{058F}' | '\u{13A0}'..='\u{13FF}');
    !text.is_ascii()
        && text.chars().filter(in_look_alike_script).any(|character| kind(character) == FOREIGN)
}

impl Token {
    fn new(text: &str, place: Range<usize>, of: (Kinds, usize), text_is_foreign: bool) -> Self {
        let (kinds, count) = of;
        let has = |kind: Kinds| kinds & kind != 0;
        let mut token = Self { place, suspicious: false, single: count == 1 };
        if count > 1 && has(SIGN) {
            token.single = text[token.word(text)].chars().count() == 1;
        }
        let readable = count > 2 && has(LATIN | LOOK_ALIKE) && !has(FOREIGN);
        if readable && kinds != LATIN {
            let mixed = has(LOOK_ALIKE) && (has(LATIN) || !text_is_foreign);
            // Signs around a word are punctuation: every hashtag would be suspicious.
            let has_sign = || text[token.trimmed(text)].chars().any(|inner| kind(inner) == SIGN);
            token.suspicious = has(DIGIT | REPEATED) || mixed || (has(SIGN) && has_sign());
        }
        token
    }

    /// Its place without the signs around it that are punctuation.
    pub(crate) fn trimmed(&self, text: &str) -> Range<usize> {
        let whole = &text[self.place.clone()];
        let without_end =
            whole.trim_end_matches(['!', '*', '#', '+', '|', '•', '●', '■', '█', '∗']);
        let word = without_end.trim_start_matches(['*', '#', '+', '•', '●', '■', '█', '∗']);
        let end = self.place.start + without_end.len();
        end - word.len()..end
    }

    /// Its place as a word or letter: without punctuation, where it is not nothing but that.
    pub(crate) fn word(&self, text: &str) -> Range<usize> {
        let trimmed = self.trimmed(text);
        if trimmed.is_empty() { self.place.clone() } else { trimmed }
    }

    /// Its units, if it can be a word in disguise at all.
    pub(crate) fn units(&self, text: &str) -> Option<Vec<Unit>> {
        let word = &text[self.trimmed(text)];
        if is_number(word) || is_price(word) || is_mail(word, &text[self.place.end..]) {
            return None;
        }
        let mut units = collapsed(word);
        // `s*h*i*t`: what stands between all letters sets them apart and masks none.
        if units.len() >= 5
            && units.len() % 2 == 1
            && units.iter().skip(1).step_by(2).all(|unit| *unit == Unit::Mask)
        {
            units = units.into_iter().step_by(2).collect();
        }
        let letters = units.iter().filter(|unit| matches!(unit, Unit::Letter(_))).count();
        let masks = units.iter().filter(|unit| **unit == Unit::Mask).count();
        let has_digit = word.contains(|character: char| character.is_ascii_digit());
        let readable = letters >= 2 || (letters == 1 && !has_digit);
        (readable && masks <= letters && units.len() <= LONGEST).then_some(units)
    }
}

/// A number with a unit (`5pm`, `1st`, `3D`), or a name with a number (`team5`, `mp3`).
fn is_number(word: &str) -> bool {
    let is_digit = |character: char| character.is_ascii_digit();
    let without_digits_before = word.trim_start_matches(is_digit);
    let without_digits_after = word.trim_end_matches(is_digit);
    let only_letters = |part: &str| part.chars().all(char::is_alphabetic);
    let with_unit = without_digits_before.len() < word.len()
        && without_digits_before.chars().count() <= 2
        && only_letters(without_digits_before);
    with_unit || (without_digits_after.len() < word.len() && only_letters(without_digits_after))
}

/// An amount of money: a sign of a currency next to a digit.
fn is_price(word: &str) -> bool {
    let is_currency = |character: char| matches!(character, '$' | '€' | '£' | '¢');
    word.chars().zip(word.chars().skip(1)).any(|(first, second)| {
        (is_currency(first) && second.is_ascii_digit())
            || (first.is_ascii_digit() && is_currency(second))
    })
}

/// Something like an e-mail address: an `@` within, and a dot right after.
fn is_mail(word: &str, after: &str) -> bool {
    let mut after = after.chars();
    word.trim_start_matches('@').contains('@')
        && after.next() == Some('.')
        && after.next().is_some_and(char::is_alphanumeric)
}

/// The fewest letters set apart that are a word: two are initials or a time of day.
pub(crate) const FEWEST_SET_APART: usize = 3;

/// Runs of single signs with the same single separator between all of them.
pub(crate) fn set_apart<'text>(
    text: &'text str,
    tokens: &'text [Token],
) -> impl Iterator<Item = Range<usize>> + 'text {
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < tokens.len() {
            let first = next;
            let mut separator = None;
            next += 1;
            if !tokens[first].single {
                continue;
            }
            while tokens.get(next).is_some_and(|token| token.single) {
                let between = &text[tokens[next - 1].place.end..tokens[next].place.start];
                if !matches!(between, " " | "." | "-" | "_" | "·" | "," | "/")
                    || separator.is_some_and(|known| known != between)
                {
                    break;
                }
                separator = Some(between);
                next += 1;
            }
            if (FEWEST_SET_APART..=LONGEST).contains(&(next - first)) {
                return Some(first..next);
            }
        }
        None
    })
}

/// Three capitals with dots, as in `J.R.R.`
pub(crate) fn is_initials(original: &str) -> bool {
    let letters = original.split('.');
    letters.clone().count() == 3
        && letters.into_iter().all(|letter| letter.chars().all(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspicious(text: &str) -> Vec<&str> {
        let suspicious = tokens(text).into_iter().filter(|token| token.suspicious);
        suspicious.map(|token| &text[token.trimmed(text)]).collect()
    }

    #[test]
    fn plain_words_and_numbers_are_not_suspicious() {
        assert!(suspicious("we do #good since 2019! naïve café, 100 %, да, нет").is_empty());
    }

    #[test]
    fn mixtures_are_suspicious() {
        assert_eq!(
            suspicious("an 1nsane sh*t, sooo good, pаypal"),
            ["1nsane", "sh*t", "sooo", "pаypal"]
        );
    }

    #[test]
    fn words_of_look_alikes_are_ordinary_in_a_text_of_their_script() {
        assert_eq!(suspicious("the сор"), ["сор"]);
        assert!(suspicious("сор из избы").is_empty());
    }

    #[test]
    fn single_letters_with_one_kind_of_separator_are_a_run() {
        let text = "a b c  d.e.f, g-h i.j k";
        let found = tokens(text);
        let runs = set_apart(text, &found)
            .map(|run| &text[found[run.start].place.start..found[run.end - 1].place.end]);
        assert_eq!(runs.collect::<Vec<_>>(), ["a b c", "d.e.f"]);
    }
}
