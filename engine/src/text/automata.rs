//! The entries of all word lists as automata: one for lists of every language, and one for each
//! language. A text asks for those of its language only, and each is compiled when a text needs it: most
//! programs have lists of languages that hardly any text is in. The first text that asks for one, where
//! it is short, is gone through entry by entry instead: that takes a tenth of the time, and whoever
//! checks one post in a process has no use for an automaton.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;

/// The most memory that an automaton may take as a full table, the fastest kind; beyond it a slower
/// one of a tenth of the size is built.
const LARGEST_TABLE: usize = 4 << 20;

/// The most bytes that the texts of one automaton may have together: the library counts the states, of
/// which no byte makes more than one, with 31 bits.
const LARGEST_TEXTS: usize = 1 << 30;

/// The most bytes of a text that is gone through entry by entry.
const SHORT: usize = 1_024;

/// Automata that find texts, each of which means something, a `T`.
pub(crate) struct Automata<T>(Vec<Automaton<T>>);

/// The texts of lists of one language, or of every one.
pub(crate) struct Automaton<T> {
    language: Option<String>,
    /// All texts, one after the other.
    texts: String,
    /// By entry: where its text ends, and what it means.
    entries: Vec<(usize, T)>,
    /// Whether a text has asked for it.
    is_asked_for: AtomicBool,
    compiled: OnceLock<Compiled>,
}

/// What finds the texts.
struct Compiled {
    automaton: AhoCorasick,
    /// The entries, those of the same text beside each other.
    entries: Vec<usize>,
    /// By text: its entries, as a range of these.
    of_text: Vec<Range<usize>>,
}

/// What a text means.
pub(crate) struct Meanings<'t, 's, T> {
    all: &'t [(usize, T)],
    of_text: &'s [usize],
}

impl<'t, T> Meanings<'t, '_, T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'t T> {
        let all = self.all;
        self.of_text.iter().map(move |entry| &all[*entry].1)
    }
}

impl<T> Default for Automata<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Automata<T> {
    /// The automaton for lists of a language, or of every one.
    pub(crate) fn of_language(&mut self, language: Option<&str>) -> &mut Automaton<T> {
        let known = self.0.iter().position(|it| it.language.as_deref() == language);
        let index = known.unwrap_or_else(|| {
            self.0.push(Automaton {
                language: language.map(str::to_owned),
                texts: String::new(),
                entries: Vec::new(),
                is_asked_for: AtomicBool::new(false),
                compiled: OnceLock::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[index]
    }

    /// Whether they cannot be compiled.
    pub(crate) fn are_too_large(&self) -> bool {
        self.0.iter().any(|automaton| automaton.texts.len() > LARGEST_TEXTS)
    }

    /// Shows every place of a text at which something stands that counts in a language that applies, with
    /// what that means.
    pub(crate) fn find<'t>(
        &'t self,
        text: &str,
        applies: impl Fn(&str) -> bool,
        mut show: impl FnMut(Range<usize>, Meanings<'t, '_, T>),
    ) {
        let mut pairs = None;
        for automaton in self.meant(applies) {
            if text.len() <= SHORT && automaton.compiled.get().is_none() {
                automaton.go_through(text, pairs.get_or_insert_with(|| Pairs::of(text)), &mut show);
                continue;
            }
            let compiled = automaton.compiled();
            for found in compiled.automaton.find_overlapping_iter(text) {
                let of_text = compiled.of_text[found.pattern().as_usize()].clone();
                let (all, of_text) = (&automaton.entries, &compiled.entries[of_text]);
                show(found.range(), Meanings { all, of_text });
            }
        }
    }

    /// Those for lists of languages that apply, or of every one.
    fn meant(&self, applies: impl Fn(&str) -> bool) -> impl Iterator<Item = &Automaton<T>> {
        self.0.iter().filter(move |it| it.language.as_deref().is_none_or(&applies))
    }

    /// All that are not compiled yet.
    pub(crate) fn not_compiled(&self) -> impl Iterator<Item = &Automaton<T>> {
        self.0.iter().filter(|automaton| automaton.compiled.get().is_none())
    }

    /// Asks for what a text needs: gives those that are not compiled yet, and whether to compile one is
    /// worth it, as another text has asked for it before or this one is long.
    pub(crate) fn ask_for<'a>(
        &'a self,
        text: &'a str,
        applies: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&'a Automaton<T>, bool)> {
        self.meant(applies).filter(|automaton| automaton.compiled.get().is_none()).map(|it| {
            let is_again = it.is_asked_for.swap(true, Ordering::Relaxed);
            (it, is_again || text.len() > SHORT)
        })
    }
}

/// Which pairs of bytes stand in a text, and which bytes.
struct Pairs {
    pairs: Box<[u64]>,
    bytes: [bool; 256],
}

impl Pairs {
    fn of(text: &str) -> Self {
        let (mut pairs, mut bytes) = (vec![0; (1 << 16) / 64].into_boxed_slice(), [false; 256]);
        for byte in text.bytes() {
            bytes[usize::from(byte)] = true;
        }
        for pair in text.as_bytes().windows(2) {
            let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            pairs[pair / 64] |= 1 << (pair % 64);
        }
        Self { pairs, bytes }
    }

    /// Whether what begins and ends another text stands in it.
    fn may_have(&self, other: &[u8]) -> bool {
        let has = |pair: &[u8]| {
            let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            self.pairs[pair / 64] & 1 << (pair % 64) != 0
        };
        match other {
            [] => false,
            [one] => self.bytes[usize::from(*one)],
            more => has(&more[..2]) && has(&more[more.len() - 2..]),
        }
    }
}

impl<T> Automaton<T> {
    /// Makes room for texts of so many bytes in all: once, instead of again and again as it grows.
    pub(crate) fn reserve(&mut self, bytes: usize, texts: usize) {
        self.texts.reserve_exact(bytes);
        self.entries.reserve_exact(texts);
    }

    /// Adds a text with what it means; the same text may mean several things.
    pub(crate) fn add(&mut self, text: &str, meaning: T) {
        self.texts.push_str(text);
        self.entries.push((self.texts.len(), meaning));
    }

    /// Compiles it, so that no text has to wait for it.
    pub(crate) fn compile(&self) {
        self.compiled();
    }

    /// Finds the same as the automaton, entry by entry.
    fn go_through<'t>(
        &'t self,
        text: &str,
        pairs: &Pairs,
        show: &mut impl FnMut(Range<usize>, Meanings<'t, '_, T>),
    ) {
        let mut start = 0;
        for (index, (end, _)) in self.entries.iter().enumerate() {
            let entry = &self.texts.as_bytes()[start..*end];
            start = *end;
            if !pairs.may_have(entry) {
                continue;
            }
            let finder = memmem::Finder::new(entry);
            let mut from = 0;
            while let Some(found) = finder.find(&text.as_bytes()[from..]) {
                let at = from + found;
                show(at..at + entry.len(), Meanings { all: &self.entries, of_text: &[index] });
                // The next may begin within it.
                from = at + 1;
            }
        }
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let starts = std::iter::once(0).chain(self.entries.iter().map(|(end, _)| *end));
            let ends = self.entries.iter().map(|(end, _)| *end);
            let texts = starts.zip(ends).map(|(start, end)| &self.texts[start..end]);
            let mut sorted: Vec<(&str, usize)> = texts.zip(0..).collect();
            sorted.sort_unstable();
            let same = || sorted.chunk_by(|(one, _), (other, _)| one == other);
            let mut end = 0;
            let of_text = same().map(|same| {
                end += same.len();
                end - same.len()..end
            });
            let of_text = of_text.collect();
            let automaton = automaton(&self.texts, same().map(|same| same[0].0));
            let entries = sorted.iter().map(|(_, entry)| *entry).collect();
            Compiled { automaton, entries, of_text }
        })
    }
}

/// What finds texts, of all of which the bytes are given.
fn automaton<'t>(all: &str, texts: impl Iterator<Item = &'t str>) -> AhoCorasick {
    let mut seen = [false; 256];
    all.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    let classes = seen.iter().filter(|seen| **seen).count() + 1;
    let texts: Vec<&str> = texts.collect();
    let states = texts.iter().map(|text| text.len()).sum::<usize>() + 2;
    let table = states * classes.next_power_of_two() * size_of::<u32>();
    let kind = match table <= LARGEST_TABLE {
        true => AhoCorasickKind::DFA,
        false => AhoCorasickKind::ContiguousNFA,
    };
    let compiled = AhoCorasick::builder().kind(Some(kind)).build(&texts);
    #[expect(clippy::expect_used, reason = "texts of this size have few enough states")]
    compiled.expect("an automaton of texts that are not too large")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(automata: &Automata<usize>, text: &str) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        automata.find(
            text,
            |language| language == "de",
            |place, meanings| {
                found.extend(meanings.iter().map(|meaning| (place.start, place.end, *meaning)));
            },
        );
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn the_first_text_finds_what_later_ones_find(
            entries in prop::collection::vec("[abé ]{1,3}", 0..8),
            text in "[abé ]{0,16}",
        ) {
            let mut automata = Automata::default();
            for (meaning, entry) in entries.iter().enumerate() {
                let language = ["de", "fr"].get(meaning % 3).copied();
                automata.of_language(language).add(entry, meaning);
            }
            let at_first = found(&automata, &text);
            let applies = |language: &str| language == "de";
            prop_assert!(automata.ask_for(&text, applies).all(|(_, is_worth_it)| !is_worth_it));
            for (automaton, is_worth_it) in automata.ask_for(&text, applies) {
                prop_assert!(is_worth_it);
                automaton.compile();
            }
            prop_assert_eq!(&at_first, &found(&automata, &text));
            // As one would look for them by hand.
            let by_hand = entries.iter().enumerate().filter(|(meaning, _)| meaning % 3 != 1);
            let mut by_hand: Vec<(usize, usize, usize)> = by_hand
                .flat_map(|(meaning, entry)| {
                    let starts = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(entry.as_bytes()));
                    starts.map(move |start| (start, start + entry.len(), meaning))
                })
                .collect();
            by_hand.sort_unstable();
            prop_assert_eq!(at_first, by_hand);
        }
    }
}
