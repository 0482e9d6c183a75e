//! Words in disguise, for the lists that ask for it with `%obfuscated`.
//!
//! Five disguises, alone or together, of whole words only:
//! - digits and signs for letters (`sh1t`, `$hit`),
//! - masked letters, one sign a letter (`sh*t`, `s#it`),
//! - letters repeated three times and more (`shiiit`),
//! - letters set apart (`s h i t`, `s.h.i.t`), words from each other by wider gaps,
//! - look-alike letters of another script (Cyrillic `а`).
//!
//! A disguised word must have letters enough to be read: two, or one among signs. Numbers with a
//! unit (`5pm`, `1st`), names with a number (`team5`), prices (`$5`), versions, initials of up
//! to three letters (`a.m.`, `J.R.R.`) and e-mail addresses are left alone. Accents are no disguise:
//! `año` is another word than `ano`.

use std::ops::Range;

use foldhash::HashMap;

use super::characters::is_word;
use super::fold::Folded;
use super::reading::{Repeated, Unit, can_be_read, collapsed, first_letters, repeated};
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
        let gap = |between: Range<usize>| folded.original(between).len();
        let runs: Vec<Range<usize>> =
            set_apart(text, &tokens).flat_map(|run| words_of(run, &tokens, gap)).collect();
        if runs.is_empty() {
            return found;
        }
        let words = words(&runs, tokens.len());
        for (index, word) in words.iter().enumerate().filter(|(_, word)| word.len() > 1) {
            let place = tokens[word.start].word(text).start..tokens[word.end - 1].word(text).end;
            if !is_initials(&original[folded.original(place)]) {
                self.find_set_apart(text, &tokens, &words, index, &mut found);
            }
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

    /// Reads single letters in a row as a word of an entry, with the entry's other words around it: all of
    /// them, or all but a leading `a` or `i`.
    fn find_set_apart(
        &self,
        text: &str,
        tokens: &[Token],
        words: &[Range<usize>],
        index: usize,
        found: &mut Vec<(Range<usize>, usize)>,
    ) {
        let run = &words[index];
        let skips_article = matches!(&text[tokens[run.start].word(text)], "a" | "i");
        let starts = [Some(run.start), skips_article.then_some(run.start + 1)];
        for start in starts.into_iter().flatten() {
            if run.end - start < FEWEST_SET_APART {
                continue;
            }
            let units = joined(text, &tokens[start..run.end]);
            for letter in first_letters(&units) {
                for &(entry, position) in self.by_first.get(&letter).into_iter().flatten() {
                    let entry = &self.entries[entry];
                    let Some(first) = index.checked_sub(position) else { continue };
                    let Some(stretch) = words.get(first..first + entry.words.len()) else {
                        continue;
                    };
                    let reads = entry.words.iter().zip(stretch).enumerate().all(
                        |(at, (word, of))| match at == position {
                            true => can_be_read(&units, word, false),
                            false => can_be_read(&joined(text, &tokens[of.clone()]), word, false),
                        },
                    );
                    if reads {
                        let begin = if position == 0 { start } else { stretch[0].start };
                        let begin = tokens[begin].word(text).start;
                        let end = tokens[stretch[stretch.len() - 1].end - 1].word(text).end;
                        found.push((begin..end, entry.source));
                    }
                }
            }
        }
    }
}

/// The letters of a word, which may be set apart.
fn joined(text: &str, tokens: &[Token]) -> Vec<Unit> {
    let letters: String = tokens.iter().map(|token| &text[token.word(text)]).collect();
    collapsed(&letters)
}

/// A run of letters that are set apart, cut where a gap is wider than the narrowest.
fn words_of(
    run: Range<usize>,
    tokens: &[Token],
    gap: impl Fn(Range<usize>) -> usize,
) -> Vec<Range<usize>> {
    let before = |index: usize| gap(tokens[index - 1].place.end..tokens[index].place.start);
    let narrowest = (run.start + 1..run.end).map(before).min().unwrap_or_default();
    let mut words = Vec::new();
    let mut start = run.start;
    for index in run.start + 1..run.end {
        if before(index) > narrowest {
            words.push(start..index);
            start = index;
        }
    }
    words.push(start..run.end);
    words.retain(|word| word.len() >= FEWEST_SET_APART);
    words
}

/// All tokens as words: each by itself, but for those that are set apart.
fn words(runs: &[Range<usize>], tokens: usize) -> Vec<Range<usize>> {
    let mut words = Vec::with_capacity(tokens);
    let mut next = 0;
    for run in runs {
        words.extend((next..run.start).map(|token| token..token + 1));
        words.push(run.clone());
        next = run.end;
    }
    words.extend((next..tokens).map(|token| token..token + 1));
    words
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
        assert_eq!(found(&["shit"], "*s h i t*!"), ["s h i t"]);
    }

    #[test]
    fn phrases_are_seen_through_word_by_word() {
        assert_eq!(found(&["go to hell"], "G0 to h3ll now"), ["G0 to h3ll"]);
        assert!(found(&["go to hell"], "go 2 h3ll").is_empty());
        assert_eq!(found(&["shut your gob"], "Shut your g o b!"), ["Shut your g o b"]);
        assert_eq!(found(&["stupid git"], "s t u p i d   g i t, he"), ["s t u p i d   g i t"]);
        assert_eq!(found(&["git"], "s t u p i d   g i t"), ["g i t"]);
        // “Who reads ads?” has no gaps that say where a word ends.
        assert!(found(&["read"], "w h o r e a d s a d s").is_empty());
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
