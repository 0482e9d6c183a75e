//! All lists and patterns of a program, and what is found of them in a text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::automata::{Automata, Automaton};
use super::boundary::Boundaries;
use super::fold::Folded;
use super::language::Languages;
use super::lexicon::{Capitals, Company, Lexicon, Trouble, Window};
use super::obfuscation::Disguises;
use super::patterns::{Expression, PatternId, PatternTrouble, Patterns};
use crate::threads;

/// The most words between two parts of an entry.
const WIDEST_GAP: usize = 5;

/// The most bytes between them.
const LONGEST_GAP: usize = 200;

/// The list whose words negate what stands near them.
const NEGATION: &str = "negation";

/// The list whose words end the reach of a negation (`but`, `aber`, `mais`).
const CONTRAST: &str = "contrast";

/// A word or phrase list of a [`Scanner`], in all its languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(u32);

impl ListId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// All word lists and patterns of a program, compiled. Immutable, and shared by every text.
pub struct Scanner {
    lists: IndexMap<String, List, RandomState>,
    sources: Vec<Source>,
    automata: Automata<Target>,
    /// How many parts each entry has that has several.
    in_parts: Vec<u32>,
    disguises: Disguises,
    patterns: Patterns,
    languages: Languages,
}

#[derive(Debug)]
struct List {
    obfuscated: bool,
    /// Whether some of it counts only in a certain company.
    has_company: bool,
    /// The languages that it has files for; none where all of it is for every one.
    languages: BTreeSet<String>,
}

/// A file of a list.
#[derive(Debug)]
struct Source {
    list: ListId,
    language: Option<String>,
    window: Window,
    company: Near,
}

/// The lists that must and must not stand in the same sentence.
#[derive(Debug, Clone, Default)]
pub(crate) struct Near {
    pub(crate) with: Box<[ListId]>,
    pub(crate) without: Box<[ListId]>,
}

impl Near {
    pub(crate) fn is_any(&self) -> bool {
        !self.with.is_empty() || !self.without.is_empty()
    }
}

/// What it means that a text of the automaton is found.
#[derive(Debug, Clone)]
struct Target {
    source: u32,
    open_start: bool,
    open_end: bool,
    exception: bool,
    address: bool,
    /// The capitals that it must have, where they matter.
    capitals: Option<Capitals>,
    /// The entry of several parts that it is one of, and which.
    part: Option<(u32, u32)>,
}

/// A part of an entry that was found in a folded text.
#[derive(Clone, Copy)]
struct FoundPart<'t> {
    part: (u32, u32),
    start: usize,
    end: usize,
    target: &'t Target,
}

/// An entry found in a text, before language, exceptions and links are looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Find {
    pub(crate) list: ListId,
    /// In bytes of the original text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The file that the entry is in.
    pub(crate) source: usize,
    pub(crate) exception: bool,
    /// Whether the entry is written as an address, and so is looked for within links.
    pub(crate) address: bool,
}

impl Scanner {
    /// Takes lists and patterns. A list that something should stand near and that is not there is
    /// as one that is empty.
    ///
    /// # Errors
    ///
    /// What is not right about the patterns.
    pub fn new(
        lexicons: &[Lexicon],
        patterns: Vec<Expression>,
    ) -> Result<Self, Vec<PatternTrouble>> {
        let mut obfuscated: BTreeMap<String, bool> = BTreeMap::new();
        for lexicon in lexicons {
            *obfuscated.entry(lexicon.name.clone()).or_default() |= lexicon.obfuscated;
        }
        let ids: BTreeMap<String, ListId> =
            obfuscated.keys().cloned().zip((0..).map(ListId)).collect();
        // What nothing is found of: no text has a word of it.
        let nowhere = ListId(u32::MAX);
        let near = |company: &Company| {
            let known = |name: &String| ids.get(name).copied().unwrap_or(nowhere);
            Near {
                with: company.with.iter().map(known).collect(),
                without: company.without.iter().map(known).collect(),
            }
        };
        let company = patterns.iter().map(|pattern| near(&pattern.company)).collect();
        let patterns = Patterns::new(patterns, company)?;
        let scanner = Self::of_lists(lexicons, obfuscated, &ids, near);
        if scanner.automata.are_too_large() {
            let message = "the lists are too large together".to_owned();
            return Err(vec![PatternTrouble {
                pattern: "lexicons".to_owned(),
                of_exception: false,
                trouble: Trouble { line: 1, column: 1, length: 0, message, help: None },
            }]);
        }
        Ok(Self { patterns, ..scanner })
    }

    /// One without patterns.
    fn of_lists(
        lexicons: &[Lexicon],
        obfuscated: BTreeMap<String, bool>,
        ids: &BTreeMap<String, ListId>,
        near: impl Fn(&Company) -> Near,
    ) -> Self {
        let mut lists: IndexMap<String, List, RandomState> = obfuscated
            .into_iter()
            .map(|(name, obfuscated)| {
                (name, List { obfuscated, has_company: false, languages: BTreeSet::new() })
            })
            .collect();
        let mut sources = Vec::new();
        let mut in_parts = Vec::new();
        let mut disguises = Disguises::default();
        let mut automata = Automata::default();
        let mut sizes: BTreeMap<Option<&str>, (usize, usize)> = BTreeMap::new();
        for lexicon in lexicons {
            let (bytes, texts) = sizes.entry(lexicon.language.as_deref()).or_default();
            (*bytes, *texts) = (*bytes + lexicon.bytes(), *texts + lexicon.parts.len());
        }
        for (language, (bytes, texts)) in sizes {
            automata.of_language(language).reserve(bytes, texts);
        }
        for lexicon in lexicons {
            let Some(&list) = ids.get(&lexicon.name) else { continue };
            let source = sources.len() as u32;
            let company = near(&lexicon.company);
            lists[list.index()].has_company |= company.is_any();
            lists[list.index()].languages.extend(lexicon.language.clone());
            let automaton = automata.of_language(lexicon.language.as_deref());
            for part in &lexicon.parts {
                let (text, several) = (lexicon.text(part), part.of > 1);
                if several && part.index == 0 {
                    in_parts.push(part.of);
                }
                if lexicon.obfuscated && !part.exception && !part.open_start && !several {
                    disguises.add(text, part.open_end, source as usize);
                }
                let target = Target {
                    source,
                    open_start: part.open_start,
                    open_end: part.open_end,
                    exception: part.exception,
                    address: is_address(text),
                    capitals: lexicon.exact.then(|| part.capitals.clone()),
                    part: several.then(|| (in_parts.len() as u32 - 1, part.index)),
                };
                automaton.add(text, target);
            }
            let (language, window) = (lexicon.language.clone(), lexicon.window);
            sources.push(Source { list, language, window, company });
        }
        let (patterns, languages) = (Patterns::default(), Languages::default());
        Self { lists, sources, automata, in_parts, disguises, patterns, languages }
    }

    /// Takes the languages that texts are likely to be in.
    pub fn of_languages(self, languages: Languages) -> Self {
        Self { languages, ..self }
    }

    /// The languages that texts are likely to be in.
    pub(crate) fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Compiles all that is otherwise compiled when texts ask for it.
    pub(crate) fn compile(&self) {
        let lists = self.automata.not_compiled().map(compiling);
        on_all_cores(lists.chain(self.patterns.compiling()).collect());
    }

    /// Compiles what a text asks for, where it is one of the first: whoever looks for words looks for
    /// patterns next.
    fn compile_for(&self, text: &str, applies: impl Fn(&str) -> bool) {
        let mut unready = self.automata.ask_for(text, applies).peekable();
        if unready.peek().is_some() {
            let lists = unready.filter(|(_, is_worth_it)| *is_worth_it);
            let lists = lists.map(|(automaton, _)| compiling(automaton));
            on_all_cores(lists.chain(self.patterns.compiling_for(text)).collect());
        }
    }

    /// The list of a name.
    pub fn list(&self, name: &str) -> Option<ListId> {
        let index = self.lists.get_index_of(name)?;
        u32::try_from(index).ok().map(ListId)
    }

    fn known(&self, list: ListId) -> Option<&List> {
        self.lists.get_index(list.index()).map(|(_, known)| known)
    }

    /// The pattern of a name.
    pub fn pattern(&self, name: &str) -> Option<PatternId> {
        self.patterns.of_name(name)
    }

    /// The names of all lists, sorted.
    pub fn list_names(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(String::as_str)
    }

    /// The names of all patterns, in the order given.
    pub fn pattern_names(&self) -> impl Iterator<Item = &str> {
        self.patterns.names()
    }

    /// Every entry of every list of a language in a text, sorted by list and place.
    pub(crate) fn finds(&self, original: &str, folded: &Folded, language: &str) -> Vec<Find> {
        let (mut finds, mut parts) = (Vec::new(), Vec::new());
        let mut boundaries = Boundaries::new(original, folded);
        let applies = |of: &str| self.languages.applies(of, language);
        self.compile_for(original, applies);
        self.automata.find(folded.as_str(), applies, |found, targets| {
            let (may_start, may_end) =
                (boundaries.may_start(found.start), boundaries.may_end(found.end));
            for target in targets.iter() {
                if (!may_start && !target.open_start) || (!may_end && !target.open_end) {
                    continue;
                }
                if let Some(capitals) = &target.capitals {
                    let core = folded.original(found.clone());
                    if Capitals::of(&original[core]) != *capitals {
                        continue;
                    }
                }
                let start = match may_start {
                    true => found.start,
                    false => boundaries.word_around(found.start).start,
                };
                let end = match may_end {
                    true => found.end,
                    false => boundaries.word_around(found.end).end,
                };
                match target.part {
                    Some(part) => parts.push(FoundPart { part, start, end, target }),
                    None => finds.push(self.found(target, folded.original(start..end))),
                }
            }
        });
        self.join(parts, original, folded, &mut finds);
        finds.sort_unstable();
        finds.dedup();
        finds
    }

    /// A find, in bytes of the original text.
    fn found(&self, target: &Target, place: Range<usize>) -> Find {
        Find {
            list: self.sources[target.source as usize].list,
            start: place.start,
            end: place.end,
            source: target.source as usize,
            exception: target.exception,
            address: target.address,
        }
    }

    /// Adds the entries of which all parts stand in order and near each other.
    fn join(
        &self,
        mut parts: Vec<FoundPart<'_>>,
        original: &str,
        folded: &Folded,
        finds: &mut Vec<Find>,
    ) {
        parts.sort_unstable_by_key(|found| (found.part, found.start, found.end));
        let next = |part: (u32, u32), from: usize| {
            let found = parts
                .get(parts.partition_point(|known| (known.part, known.start) < (part, from)))?;
            (found.part == part && is_near(&original[folded.original(from..found.start)]))
                .then_some(found)
        };
        for first in parts.iter().filter(|found| found.part.1 == 0) {
            let entry = first.part.0;
            let end = (1..self.in_parts[entry as usize])
                .try_fold(first.end, |end, part| next((entry, part), end).map(|found| found.end));
            if let Some(end) = end {
                let place = folded.original(first.start..end);
                finds.push(self.found(first.target, place));
            }
        }
    }

    /// Every entry found in disguise in a text, sorted by list and place.
    pub(crate) fn disguised(&self, original: &str, folded: &Folded) -> Vec<Find> {
        let mut finds: Vec<Find> = self
            .disguises
            .find(original, folded)
            .into_iter()
            .map(|(place, source)| {
                let place = folded.original(place);
                let list = self.sources[source].list;
                Find {
                    list,
                    start: place.start,
                    end: place.end,
                    source,
                    exception: false,
                    address: false,
                }
            })
            .collect();
        finds.sort_unstable();
        finds.dedup();
        finds
    }

    /// Whether a list is looked for in disguise too.
    pub(crate) fn is_obfuscated(&self, list: ListId) -> bool {
        self.known(list).is_some_and(|list| list.obfuscated)
    }

    /// Whether a file is for texts of one language only.
    pub(crate) fn has_language(&self, source: usize) -> bool {
        self.sources[source].language.is_some()
    }

    /// Whether a file is for texts of a language.
    pub(crate) fn applies(&self, source: usize, language: &str) -> bool {
        self.sources[source]
            .language
            .as_deref()
            .is_none_or(|list| self.languages.applies(list, language))
    }

    /// Whether a list has a file for texts of a language. What it has for all of them, such as names, is
    /// enough where it has nothing else.
    pub(crate) fn has_words(&self, list: ListId, language: &str) -> bool {
        self.known(list).is_some_and(|list| {
            let languages = &list.languages;
            languages.is_empty() || languages.iter().any(|it| self.languages.applies(it, language))
        })
    }

    /// Whether some of a list counts only in a certain company.
    pub(crate) fn has_company(&self, list: ListId) -> bool {
        self.known(list).is_some_and(|list| list.has_company)
    }

    /// What must and must not stand near the entries of a file.
    pub(crate) fn company(&self, source: usize) -> &Near {
        &self.sources[source].company
    }

    /// How far the entries of a file reach, where its list is the one of negations.
    pub(crate) fn window(&self, source: usize) -> Window {
        self.sources[source].window
    }

    /// The list whose words negate.
    pub(crate) fn negation(&self) -> Option<ListId> {
        self.list(NEGATION)
    }

    /// The list whose words end the reach of a negation.
    pub(crate) fn contrast(&self) -> Option<ListId> {
        self.list(CONTRAST)
    }

    /// The patterns.
    pub(crate) fn patterns(&self) -> &Patterns {
        &self.patterns
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Scanner")
            .field("lists", &self.lists)
            .field("patterns", &self.patterns)
            .finish_non_exhaustive()
    }
}

/// Something to be compiled.
pub(crate) type Compiling<'a> = Box<dyn Fn() + Sync + 'a>;

fn compiling(automaton: &Automaton<Target>) -> Compiling<'_> {
    Box::new(|| automaton.compile())
}

fn on_all_cores(all: Vec<Compiling<'_>>) {
    threads::each_surely(&all, |compile| compile());
}

/// Whether an entry is written as an address: it has a dot or slash between letters or digits.
fn is_address(text: &str) -> bool {
    text.as_bytes().windows(3).any(|part| {
        let part_of_word = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        part_of_word(part[0]) && matches!(part[1], b'.' | b'/') && part_of_word(part[2])
    })
}

/// Whether what stands between two parts of an entry is short and within a sentence.
fn is_near(between: &str) -> bool {
    let ends_sentence = |word: &str| word.ends_with(['.', '!', '?', '…', ';']);
    between.len() <= LONGEST_GAP
        && !between.contains('\n')
        && !between.split_whitespace().any(ends_sentence)
        && between.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
            <= WIDEST_GAP
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanner(files: &[(&str, &str)]) -> Scanner {
        let lexicon = |(stem, text): &(&str, &str)| Lexicon::parse(stem, text, "Acme").unwrap();
        let lexicons: Vec<Lexicon> = files.iter().map(lexicon).collect();
        Scanner::new(&lexicons, Vec::new()).unwrap()
    }

    fn found<'text>(scanner: &Scanner, text: &'text str) -> Vec<&'text str> {
        let finds = scanner.finds(text, &Folded::new(text), crate::text::UNKNOWN);
        finds.into_iter().map(|find| &text[find.start..find.end]).collect()
    }

    #[test]
    fn files_of_one_name_are_one_list() {
        let scanner =
            scanner(&[("praise.en", "best"), ("brand", "{brand}"), ("praise.de", "beste")]);
        assert_eq!(scanner.list_names().collect::<Vec<_>>(), ["brand", "praise"]);
        assert!(scanner.list("praise").is_some() && scanner.list("praise.en").is_none());
        assert_eq!(found(&scanner, "Acme ist das BESTE, the best"), ["Acme", "BESTE", "best"]);
    }

    #[test]
    fn phrases_match_over_line_breaks_and_kinds_of_apostrophe() {
        let scanner = scanner(&[("list", "game changer\ndon't miss")]);
        assert_eq!(
            found(&scanner, "a game\n\nchanger, don’t  miss"),
            ["game\n\nchanger", "don’t  miss"]
        );
    }

    #[test]
    fn an_open_end_takes_the_whole_word() {
        let scanner = scanner(&[("list", "promis*\n*n't\n*garantie*")]);
        let text = "Promises isn’t Geldgarantieversprechen compromise";
        assert_eq!(found(&scanner, text), ["Promises", "isn’t", "Geldgarantieversprechen"]);
    }

    #[test]
    fn entries_within_entries_are_all_found() {
        let scanner = scanner(&[("a", "work"), ("b", "i work at acme"), ("c", "acme")]);
        assert_eq!(found(&scanner, "I work at Acme"), ["work", "I work at Acme", "Acme"]);
    }

    #[test]
    fn a_long_word_is_scanned_in_time_in_proportion() {
        let scanner = scanner(&[("list", "*a*\na\naa*\n*aaa")]);
        let text = "a".repeat(1 << 20);
        assert_eq!(found(&scanner, &text).first().map(|word| word.len()), Some(1 << 20));
    }

    #[test]
    fn many_long_entries_still_compile() {
        let text: String =
            (0..5_000).map(|number| format!("entry number {number} of a long list ü\n")).collect();
        let scanner = scanner(&[("list", &text)]);
        assert_eq!(found(&scanner, "Entry number 4999 of a long list Ü").len(), 1);
    }

    #[test]
    fn addresses_are_told_from_phrases() {
        assert!(is_address("rival.com") && is_address("bit.ly/x"));
        assert!(!is_address("a. b") && !is_address("and/ or") && !is_address("no. 1"));
    }
}
