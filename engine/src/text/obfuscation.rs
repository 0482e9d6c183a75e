//! Words in disguise, for the lists that ask for it with `%obfuscated`.
//!
//! Five disguises, alone or together, of whole words only:
//! - digits and signs for letters (`sh1t`, `$hit`),
//! - masked letters, one sign a letter (`sh*t`, `s#it`),
//! - letters repeated three times and more (`shiiit`),
//! - letters set apart (`s h i t`, `s.h.i.t`),
//! - look-alike letters of another script (Cyrillic `а`).
//!
//! A disguised word must have letters enough to be read: two, or one among signs. Numbers with a
//! unit (`5pm`, `1st`), names with a number (`team5`), prices (`$5`), versions, initials of up
//! to three letters (`a.m.`, `J.R.R.`) and e-mail addresses are left alone. Accents are no disguise:
//! `año` is another word than `ano`.

use std::collections::HashMap;
use std::ops::Range;

use super::characters::is_word;
use super::fold::Folded;
use super::reading::{Repeated, can_be_read, collapsed, first_letters, repeated};
use super::token::{FEWEST_SET_APART, Token, is_initials, set_apart, tokens};

/// The most suspicious words that are looked at in one text, which bounds the time.
const MOST_SUSPECTS: usize = 1_000;

/// The entries to find in disguise.
#[derive(Debug, Default)]
pub(crate) struct Disguises {
    entries: Vec<Entry>,
    /// By first letter: the words of entries that start with it, as entry and position.
    by_first: HashMap<char, Vec<(usize, usize)>>,
}

#[derive(Debug)]
struct Entry {
    words: Vec<Vec<Repeated>>,
    open_end: bool,
    source: usize,
}

impl Disguises {
    /// Adds a folded word or phrase of a file.
    pub(crate) fn add(&mut self, text: &str, open_end: bool, source: usize) {
        let words: Vec<Vec<Repeated>> = text.split(' ').map(repeated).collect();
        // A single letter is no disguise of anything.
        if text.chars().filter(|&character| is_word(character)).count() < 2 {
            return;
        }
        for (position, word) in words.iter().enumerate() {
            if let Some((first, _)) = word.first() {
                self.by_first.entry(*first).or_default().push((self.entries.len(), position));
            }
        }
        self.entries.push(Entry { words, open_end, source });
    }

    /// The entries that stand in disguise, as places in the folded text and files.
    pub(crate) fn find(&self, original: &str, folded: &Folded) -> Vec<(Range<usize>, usize)> {
        let mut found = Vec::new();
        if self.entries.is_empty() {
            return found;
        }
        let text = folded.as_str();
        let tokens = tokens(text);
        let suspects = (0..tokens.len()).filter(|&index| tokens[index].suspicious);
        for index in suspects.take(MOST_SUSPECTS) {
            self.find_word(text, &tokens, index, &mut found);
        }
        for run in set_apart(text, &tokens) {
            self.find_set_apart(text, &tokens[run], original, folded, &mut found);
        }
        found
    }

    /// Reads one token as a word of an entry, with the entry's other words around it.
    fn find_word(
        &self,
        text: &str,
        tokens: &[Token],
        index: usize,
        found: &mut Vec<(Range<usize>, usize)>,
    ) {
        let Some(units) = tokens[index].units(text) else { return };
        for letter in first_letters(&units) {
            for &(entry, position) in self.by_first.get(&letter).into_iter().flatten() {
                let entry = &self.entries[entry];
                let Some(first) = index.checked_sub(position) else { continue };
                let Some(stretch) = tokens.get(first..first + entry.words.len()) else { continue };
                let last = entry.words.len() - 1;
                let reads =
                    entry.words.iter().zip(stretch).enumerate().all(|(at, (word, token))| {
                        let open_end = entry.open_end && at == last;
                        if at == position {
                            can_be_read(&units, word, open_end)
                        } else {
                            can_be_read(&collapsed(&text[token.trimmed(text)]), word, open_end)
                        }
                    });
                if reads {
                    let place = stretch[0].trimmed(text).start..stretch[last].trimmed(text).end;
                    found.push((place, entry.source));
                }
            }
        }
    }

    /// Reads single letters in a row as a word: all of them, or all but a leading `a` or `i`.
    fn find_set_apart(
        &self,
        text: &str,
        run: &[Token],
        original: &str,
        folded: &Folded,
        found: &mut Vec<(Range<usize>, usize)>,
    ) {
        let skip_article = matches!(text.get(run[0].place.clone()), Some("a" | "i"));
        for run in [Some(run), run.get(1..).filter(|_| skip_article)].into_iter().flatten() {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let place = first.place.start..last.place.end;
            if run.len() < FEWEST_SET_APART
                || is_initials(&original[folded.original(place.clone())])
            {
                continue;
            }
            let letters: String = run.iter().map(|token| &text[token.place.clone()]).collect();
            let units = collapsed(&letters);
            for letter in first_letters(&units) {
                for &(entry, position) in self.by_first.get(&letter).into_iter().flatten() {
                    let entry = &self.entries[entry];
                    if position == 0
                        && entry.words.len() == 1
                        && can_be_read(&units, &entry.words[0], false)
                    {
                        found.push((place.clone(), entry.source));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'text>(entries: &[&str], text: &'text str) -> Vec<&'text str> {
        let mut disguises = Disguises::default();
        for entry in entries {
            disguises.add(entry.trim_end_matches('*'), entry.ends_with('*'), 0);
        }
        let folded = Folded::new(text);
        let mut found: Vec<_> = disguises
            .find(text, &folded)
            .into_iter()
            .map(|(place, _)| folded.original(place))
            .collect();
        found.sort_by_key(|place| (place.start, place.end));
        found.dedup();
        found.into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn every_disguise_is_seen_through() {
        for text in [
            "sh1t",
            "$hit",
            "5h1t",
            "SH!T",
            "sh*t",
            "s#it",
            "s**t",
            "shiiiit",
            "ssshhhiiittt",
            "s h i t",
            "s.h.i.t",
            "s-h-i-t",
            "S_H_I_T",
            "s*h*i*t",
            "shіt",
            "ѕһіт",
            "s\u{200B}h1t",
            "𝓈𝒽𝟏𝓉",
        ] {
            assert_eq!(found(&["shit"], text), [text], "{text}");
        }
    }

    #[test]
    fn punctuation_around_a_disguise_is_left_out() {
        assert_eq!(found(&["shit"], "Oh, **sh1t**!!! (sh*t)."), ["sh1t", "sh*t"]);
        assert_eq!(found(&["shit"], "a s h i t"), ["s h i t"]);
    }

    #[test]
    fn phrases_are_seen_through_word_by_word() {
        assert_eq!(found(&["go to hell"], "G0 to h3ll now"), ["G0 to h3ll"]);
        assert!(found(&["go to hell"], "go 2 h3ll").is_empty());
    }

    #[test]
    fn an_open_end_stays_open() {
        assert_eq!(found(&["shit*"], "sh*tty"), ["sh*tty"]);
        assert!(found(&["shit"], "sh*tty").is_empty());
    }

    #[test]
    fn double_letters_need_as_many() {
        assert_eq!(found(&["ass"], "a$$"), ["a$$"]);
        assert!(found(&["ass"], "a$").is_empty());
        assert!(found(&["col"], "cool").is_empty());
    }

    #[test]
    fn parts_of_words_are_not_found() {
        for text in ["cl@ssic", "a$$ume", "Scunthorpe", "b-a-s-s", "mass"] {
            assert!(found(&["ass", "cunt"], text).is_empty(), "{text}");
        }
    }

    #[test]
    fn ordinary_writing_is_no_disguise() {
        let entries = [
            "ass", "shit", "sex", "tpm", "ist", "teams", "vi", "als", "am", "usa", "ano", "hes",
            "sam", "sot", "rad", "usss", "assabob",
        ];
        for text in [
            "$5",
            "$5k",
            "US$455",
            "US$5",
            "4ss@b0b.com",
            "455",
            "5pm",
            "1st",
            "team5",
            "v1.2.3",
            "A55",
            "a.m.",
            "U.S.A.",
            "año",
            "7:30am",
            "me@4ss.com",
            "10h",
            "50t",
            "R&D",
            "5am",
            "option a b c",
            "C#",
            "C++",
            "4x4",
            "#1",
            "a*b",
            "100%",
            "сор, он",
        ] {
            assert!(found(&entries, text).is_empty(), "{text}: {:?}", found(&entries, text));
        }
    }

    #[test]
    fn look_alikes_work_both_ways() {
        assert_eq!(found(&["сука"], "cукa"), ["cукa"]);
    }

    #[test]
    fn time_stays_in_proportion() {
        for part in ["a", "a ", "s*t ", "1", "1l1 ", "s.", "*", "$a", "е", "sh1t "] {
            let text = part.repeat((1 << 20) / part.len());
            found(&["shit", "ass", "ililililililil", "sit*", "a a"], &text);
        }
    }
}
