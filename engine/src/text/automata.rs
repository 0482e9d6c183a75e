//! The entries of all word lists as automata: one for lists of every language, and one for each
//! language. A text asks for those of its language only, and each is compiled when a text first asks
//! for it: most programs have lists of languages that hardly any text is in.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// The most memory that an automaton may take as a full table, the fastest kind; beyond it a slower
/// one of a tenth of the size is built.
const LARGEST_TABLE: usize = 4 << 20;

/// The most bytes that the texts of one automaton may have together: the library counts the states, of
/// which no byte makes more than one, with 31 bits.
const LARGEST_TEXTS: usize = 1 << 30;

/// Automata that find texts, each of which means something, a `T`.
pub(crate) struct Automata<T>(Vec<Automaton<T>>);

/// The texts of lists of one language, or of every one.
struct Automaton<T> {
    language: Option<String>,
    texts: Vec<String>,
    /// By text: what it means, as a range of `meanings`.
    meanings_of: Vec<Range<usize>>,
    meanings: Vec<T>,
    compiled: OnceLock<AhoCorasick>,
}

impl<T> Automata<T> {
    /// Takes texts of languages with what each means; the same text may mean several things. Nothing
    /// where the texts are too large together.
    pub(crate) fn new(entries: Vec<(Option<String>, String, T)>) -> Option<Self> {
        let mut by_language: BTreeMap<Option<String>, Vec<(String, T)>> = BTreeMap::new();
        for (language, text, meaning) in entries {
            by_language.entry(language).or_default().push((text, meaning));
        }
        let of = |(language, entries)| Automaton::new(language, entries);
        by_language.into_iter().map(of).collect::<Option<_>>().map(Self)
    }

    /// Shows every place of a text at which something stands that counts in a language that applies, with
    /// what that means.
    pub(crate) fn find<'t>(
        &'t self,
        text: &str,
        applies: impl Fn(&str) -> bool,
        mut show: impl FnMut(Range<usize>, &'t [T]),
    ) {
        let is_meant = |automaton: &&Automaton<T>| {
            let of = automaton.language.as_deref();
            of.is_none_or(&applies)
        };
        for automaton in self.0.iter().filter(is_meant) {
            for found in automaton.compiled().find_overlapping_iter(text) {
                let meanings = automaton.meanings_of[found.pattern().as_usize()].clone();
                show(found.range(), &automaton.meanings[meanings]);
            }
        }
    }

    /// Compiles them all, so that no text has to wait for it.
    pub(crate) fn compile(&self) {
        for automaton in &self.0 {
            automaton.compiled();
        }
    }
}

impl<T> Automaton<T> {
    fn new(language: Option<String>, mut entries: Vec<(String, T)>) -> Option<Self> {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (mut texts, mut meanings_of) = (Vec::<String>::new(), Vec::<Range<usize>>::new());
        let mut meanings = Vec::with_capacity(entries.len());
        for (text, meaning) in entries {
            meanings.push(meaning);
            match meanings_of.last_mut() {
                Some(last) if texts.last() == Some(&text) => last.end += 1,
                _ => {
                    meanings_of.push(meanings.len() - 1..meanings.len());
                    texts.push(text);
                }
            }
        }
        let fits = texts.iter().map(String::len).sum::<usize>() <= LARGEST_TEXTS;
        fits.then(|| Self { language, texts, meanings_of, meanings, compiled: OnceLock::new() })
    }

    fn compiled(&self) -> &AhoCorasick {
        self.compiled.get_or_init(|| {
            let states: usize = self.texts.iter().map(String::len).sum::<usize>() + 2;
            let mut seen = [false; 256];
            let bytes = self.texts.iter().flat_map(|text| text.bytes());
            bytes.for_each(|byte| seen[usize::from(byte)] = true);
            let classes = seen.iter().filter(|seen| **seen).count() + 1;
            let table = states * classes.next_power_of_two() * size_of::<u32>();
            let kind = match table <= LARGEST_TABLE {
                true => AhoCorasickKind::DFA,
                false => AhoCorasickKind::ContiguousNFA,
            };
            let compiled = AhoCorasick::builder().kind(Some(kind)).build(&self.texts);
            #[expect(clippy::expect_used, reason = "texts of this size have few enough states")]
            compiled.expect("an automaton of texts that are not too large")
        })
    }
}
