//! How signs can be read as letters.

use smallvec::SmallVec;
use unicode_security::skeleton;

use super::characters::is_word;

/// The most units a disguised word may have. One more than a mask of reached places could hold.
pub(crate) const LONGEST: usize = 60;

/// How often a letter repeated without end is counted.
const MOST_REPEATS: usize = 4;

/// A letter and how often it stands in a row.
pub(crate) type Repeated = (char, usize);

/// One sign of a word, and what it can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A letter, brought to the Latin letter that it looks like.
    Letter(char),
    /// A digit or sign that stands for a letter, or for either of two.
    Instead(char, char),
    /// Any one letter.
    Mask,
}

impl Unit {
    pub(crate) fn of(character: char) -> Option<Self> {
        Some(match character {
            '0' => Self::Instead('o', 'o'),
            '1' | '!' | '|' => Self::Instead('i', 'l'),
            '3' | '€' => Self::Instead('e', 'e'),
            '4' | '@' => Self::Instead('a', 'a'),
            '5' | '$' => Self::Instead('s', 's'),
            '7' | '+' => Self::Instead('t', 't'),
            '8' => Self::Instead('b', 'b'),
            '9' => Self::Instead('g', 'g'),
            '£' => Self::Instead('l', 'l'),
            '¢' => Self::Instead('c', 'c'),
            '*' | '#' | '•' | '●' | '■' | '█' | '∗' => Self::Mask,
            _ if is_word(character) => Self::Letter(latin_look(character)),
            _ => return None,
        })
    }

    fn can_be(self, letter: char) -> bool {
        match self {
            Self::Letter(known) => known == letter,
            Self::Instead(first, second) => first == letter || second == letter,
            Self::Mask => true,
        }
    }
}

/// The Latin letter that a letter of another script looks like, by Unicode's table of confusable
/// characters (UTS 39); the letter itself where it looks like none.
pub(crate) fn latin_look(character: char) -> char {
    if !('\u{0370}'..='\u{FFFF}').contains(&character) {
        return character;
    }
    let look = |character: char| {
        let mut buffer = [0; 4];
        let mut parts = skeleton(character.encode_utf8(&mut buffer));
        match (parts.next(), parts.next()) {
            (Some(only), None) if only.is_ascii_alphabetic() => Some(only.to_ascii_lowercase()),
            _ => None,
        }
    };
    let capital =
        || character.to_uppercase().next().filter(|capital| *capital != character).and_then(look);
    look(character).or_else(capital).unwrap_or(character)
}

/// The letters of a folded word, each with how often it stands in a row.
pub(crate) fn repeated(word: &str) -> Vec<Repeated> {
    let mut letters: Vec<Repeated> = Vec::with_capacity(word.len());
    for letter in word.chars().map(latin_look) {
        match letters.last_mut() {
            Some((last, count)) if *last == letter => *count += 1,
            _ => letters.push((letter, 1)),
        }
    }
    letters
}

pub(crate) fn first_letters(units: &[Unit]) -> SmallVec<[char; 2]> {
    match units.first() {
        Some(Unit::Letter(letter)) => [*letter].into_iter().collect(),
        Some(Unit::Instead(first, second)) if first == second => [*first].into_iter().collect(),
        Some(Unit::Instead(first, second)) => [*first, *second].into_iter().collect(),
        Some(Unit::Mask) | None => SmallVec::new(),
    }
}

/// The units of a word, a letter repeated without end counted four times.
pub(crate) fn collapsed(word: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for unit in word.chars().map_while(Unit::of) {
        let repeats = units.iter().rev().take(MOST_REPEATS).filter(|last| **last == unit).count();
        if repeats < MOST_REPEATS {
            units.push(unit);
        }
        if units.len() > LONGEST {
            break;
        }
    }
    units
}

/// Whether units can be read as a word, with more letters after it where the end is open.
///
/// A letter of the word is read from as many units, or from three and more where it is repeated.
pub(crate) fn can_be_read(units: &[Unit], word: &[Repeated], open_end: bool) -> bool {
    if units.len() > LONGEST {
        return false;
    }
    // Bit `n`: the word up to here can be read from the first `n` units.
    let mut reached: u64 = 1;
    for &(letter, count) in word {
        let mut next: u64 = 0;
        for start in (0..units.len()).filter(|start| reached & (1 << start) != 0) {
            let fitting = units[start..].iter().take_while(|unit| unit.can_be(letter)).count();
            if fitting >= count {
                next |= 1 << (start + count);
            }
            // A mask hides one letter and so is no repetition.
            let repeats = units[start..start + fitting]
                .iter()
                .take_while(|unit| **unit != Unit::Mask)
                .count();
            for length in count.max(3)..=repeats {
                next |= 1 << (start + length);
            }
        }
        reached = next;
        if reached == 0 {
            return false;
        }
    }
    if open_end {
        let letters_after =
            units.iter().rev().take_while(|unit| matches!(unit, Unit::Letter(_))).count();
        (units.len() - letters_after..=units.len()).any(|end| reached & (1 << end) != 0)
    } else {
        reached & (1 << units.len()) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(signs: &str, word: &str) -> bool {
        can_be_read(&collapsed(signs), &repeated(word), false)
    }

    #[test]
    fn a_sign_may_stand_for_either_of_two_letters() {
        assert!(reads("k1ll", "kill") && reads("ki11", "kill") && reads("ki1l", "kill"));
        assert!(!reads("k1l", "kill"));
    }

    #[test]
    fn a_letter_may_be_repeated_from_three_on() {
        assert!(reads("kiiill", "kill") && reads("killlllllllllllll", "kill"));
        assert!(!reads("kiill", "kill"));
    }

    #[test]
    fn a_mask_hides_one_letter() {
        assert!(reads("k**l", "kill"));
        assert!(!reads("k***l", "kill") && !reads("k*l", "kill"));
    }

    #[test]
    fn only_letters_may_follow_an_open_end() {
        let word = repeated("kill");
        assert!(can_be_read(&collapsed("k1lling"), &word, true));
        assert!(!can_be_read(&collapsed("k1ll*ng"), &word, true));
    }

    #[test]
    fn other_scripts_have_letters_that_look_latin() {
        let looks: String = "асеіһтквмнрух".chars().map(latin_look).collect();
        assert_eq!(looks, "aceihtkbmhpyx");
        assert_eq!(latin_look('ж'), 'ж');
        assert_eq!(latin_look('é'), 'é');
    }
}
