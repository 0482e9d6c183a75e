//! The entries of all word lists as automata: one for lists of every language, and one for each
//! language. A text asks for those of its language only, and each is compiled when a text first asks
//! for it: most programs have lists of languages that hardly any text is in.

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
pub(crate) struct Automaton<T> {
    language: Option<String>,
    /// All texts, one after the other.
    texts: String,
    /// By entry: where its text ends, and what it means.
    entries: Vec<(usize, T)>,
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
pub(crate) struct Meanings<'t, T> {
    all: &'t [(usize, T)],
    of_text: &'t [usize],
}

impl<'t, T> Meanings<'t, T> {
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
            let (texts, entries, compiled) = (String::new(), Vec::new(), OnceLock::new());
            let language = language.map(str::to_owned);
            self.0.push(Automaton { language, texts, entries, compiled });
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
        mut show: impl FnMut(Range<usize>, Meanings<'t, T>),
    ) {
        for automaton in self.meant(applies) {
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

    /// Those of them that are not compiled yet.
    pub(crate) fn not_compiled(
        &self,
        applies: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = &Automaton<T>> {
        self.meant(applies).filter(|automaton| automaton.compiled.get().is_none())
    }
}

impl<T> Automaton<T> {
    /// Adds a text with what it means; the same text may mean several things.
    pub(crate) fn add(&mut self, text: &str, meaning: T) {
        self.texts.push_str(text);
        self.entries.push((self.texts.len(), meaning));
    }

    /// Compiles it, so that no text has to wait for it.
    pub(crate) fn compile(&self) {
        self.compiled();
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
