//! The patterns of a program: named regular expressions.
//!
//! Each is searched for by itself, where the text has what it [needs](super::needs); several that find the
//! same and differ in their company are searched for once.
//!
//! One search for all of them at once is fast only on texts that are known: it keeps a state for every
//! way in which the beginnings of sixty patterns meet, and each new post has others.

use std::collections::BTreeSet;
use std::ops::Range;

use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};

use super::lexicon::{Company, Trouble};
use super::needs::{Needs, Sets};
use super::scan::{Compiling, Near};
use super::search::{LARGEST_PATTERNS, Search, too_large};
use crate::threads;

/// The most places of a pattern that are given, which bounds the time for patterns that would look
/// through the rest of the text again after every place.
const MOST_PLACES: usize = 100;

/// A pattern of a [`Scanner`](super::Scanner).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(u32);

impl PatternId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Something to find that no word list can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// Its name.
    pub name: String,
    /// A regular expression.
    pub find: String,
    /// Another one: what is found does not count where this matches within it.
    pub except: Option<String>,
    /// What must and must not stand near.
    pub company: Company,
}

impl Expression {
    /// An expression without exceptions, which counts in any company.
    pub fn new(name: &str, find: &str) -> Self {
        let (name, find) = (name.to_owned(), find.to_owned());
        Self { name, find, except: None, company: Company::default() }
    }
}

/// The patterns of a program.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    patterns: IndexMap<String, Pattern, RandomState>,
    searches: Vec<Search>,
    /// What a text cannot do without where each of them finds something.
    needs: Vec<Needs>,
    /// What these ask for.
    sets: Sets,
}

#[derive(Debug)]
struct Pattern {
    /// What it finds, and what it does not: which of the searches.
    find: usize,
    except: Option<usize>,
    company: Near,
}

/// Something in a pattern that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternTrouble {
    /// The pattern's name.
    pub pattern: String,
    /// Whether its exception is meant, not what it finds.
    pub of_exception: bool,
    /// What is not right, by line and column of the expression.
    pub trouble: Trouble,
}

impl Patterns {
    /// Takes patterns, each with what must and must not stand near it.
    pub(crate) fn new(
        expressions: Vec<Expression>,
        company: Vec<Near>,
    ) -> Result<Self, Vec<PatternTrouble>> {
        let texts: IndexSet<&str> = expressions
            .iter()
            .flat_map(|it| [Some(it.find.as_str()), it.except.as_deref()])
            .flatten()
            .collect();
        let all: Vec<&str> = texts.iter().copied().collect();
        let read = threads::each_surely(&all, |text| Search::read(text));
        let (mut troubles, mut sets) = (Vec::new(), Sets::default());
        let mut patterns = IndexMap::default();
        let mut needs: Vec<Option<Needs>> = read.iter().map(|_| None).collect();
        let (mut bytes, mut counted, mut last) = (0, vec![false; read.len()], None);
        for (expression, company) in expressions.iter().zip(company) {
            let name = &expression.name;
            let mut known = |text: &str, of_exception: bool| {
                let place = texts.get_index_of(text)?;
                let trouble = read[place].as_ref().err();
                troubles.extend(trouble.map(|trouble| PatternTrouble {
                    pattern: name.clone(),
                    of_exception,
                    trouble: trouble.clone(),
                }));
                let search = read[place].as_ref().ok()?;
                if !std::mem::replace(&mut counted[place], true) {
                    bytes += search.bytes();
                    last = Some(expression);
                }
                Some((place, search))
            };
            let except = expression.except.as_deref().and_then(|except| known(except, true));
            let Some((find, search)) = known(&expression.find, false) else { continue };
            let except = except.map(|(place, _)| place);
            needs[find].get_or_insert_with(|| Needs::of(search.parsed(), &mut sets));
            patterns.entry(name.clone()).or_insert(Pattern { find, except, company });
        }
        if let Some(Expression { name, find, .. }) = last
            && bytes > LARGEST_PATTERNS
        {
            let what = "with this pattern all patterns together take";
            let (pattern, trouble) = (name.clone(), too_large(find, what));
            troubles.push(PatternTrouble { pattern, of_exception: false, trouble });
        }
        let searches = read.into_iter().filter_map(Result::ok).collect();
        // Of what is searched for in an exception alone nothing is asked.
        let needs = needs.into_iter().map(Option::unwrap_or_default).collect();
        match troubles.is_empty() {
            true => Ok(Self { patterns, searches, needs, sets }),
            false => Err(troubles),
        }
    }

    /// What is to be compiled so that no text has to wait for it.
    pub(crate) fn compiling(&self) -> impl Iterator<Item = Compiling<'_>> {
        self.patterns.values().map(|pattern| -> Compiling<'_> {
            Box::new(|| {
                self.searches[pattern.find].compile();
                let _ = pattern.except.map(|except| self.searches[except].alone());
            })
        })
    }

    /// What a text is searched with first, each once.
    pub(crate) fn compiling_for<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = Compiling<'a>> {
        let traits = self.sets.traits(text);
        let needed = self.patterns.values().filter(move |it| self.needs[it.find].are_met(&traits));
        let searches: BTreeSet<usize> = needed.map(|pattern| pattern.find).collect();
        let searches = searches.into_iter().map(|find| &self.searches[find]);
        searches.map(move |search| -> Compiling<'_> { Box::new(|| search.compile_for(text)) })
    }

    /// The names of all patterns, in the order given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.patterns.keys().map(String::as_str)
    }

    /// The pattern of a name.
    pub(crate) fn of_name(&self, name: &str) -> Option<PatternId> {
        let index = self.patterns.get_index_of(name)?;
        u32::try_from(index).ok().map(PatternId)
    }

    fn known(&self, pattern: PatternId) -> Option<&Pattern> {
        self.patterns.get_index(pattern.index()).map(|(_, known)| known)
    }

    /// Whether each pattern matches a text, in the order given.
    pub(crate) fn matches(&self, text: &str) -> Box<[bool]> {
        let traits = self.sets.traits(text);
        let mut known = vec![None; self.searches.len()];
        let matches = |pattern: &Pattern| {
            *known[pattern.find].get_or_insert_with(|| {
                self.needs[pattern.find].are_met(&traits) && self.searches[pattern.find].is_in(text)
            })
        };
        self.patterns.values().map(matches).collect()
    }

    /// The first places of a pattern in a text that are no exceptions; empty ones are left out.
    pub(crate) fn places(&self, pattern: PatternId, text: &str) -> Vec<Range<usize>> {
        let Some(pattern) = self.known(pattern) else { return Vec::new() };
        let counts = |place: &Range<usize>| {
            let except = pattern.except.and_then(|except| self.searches[except].alone());
            !except.is_some_and(|except| except.is_match(&text[place.clone()]))
        };
        let alone = self.searches[pattern.find].alone().into_iter();
        let places = alone.flat_map(|regex| regex.find_iter(text)).take(MOST_PLACES);
        places.map(|found| found.range()).filter(|it| !it.is_empty()).filter(counts).collect()
    }

    /// Whether it takes the places of a pattern to know whether it counts at all.
    pub(crate) fn depends_on_places(&self, pattern: PatternId) -> bool {
        self.known(pattern).is_some_and(|known| known.except.is_some() || known.company.is_any())
    }

    /// What must and must not stand near a pattern.
    pub(crate) fn company(&self, pattern: PatternId) -> Option<&Near> {
        self.known(pattern).map(|known| &known.company)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patterns(texts: &[&str]) -> Patterns {
        let named = texts.iter().zip(0..);
        let named = named.map(|(text, number)| Expression::new(&format!("p{number}"), text));
        Patterns::new(named.collect(), vec![Near::default(); texts.len()]).unwrap()
    }

    fn troubles(text: &str) -> Vec<PatternTrouble> {
        let expressions = vec![Expression::new("fine", "a+"), Expression::new("wrong", text)];
        Patterns::new(expressions, vec![Near::default(); 2]).unwrap_err()
    }

    #[test]
    fn patterns_are_found_with_their_places() {
        let patterns = patterns(&[r"\d+ ?%", r"\+\d{6,}"]);
        assert_eq!(patterns.places(patterns.of_name("p0").unwrap(), "5% or 10 %"), [0..2, 6..10]);
        assert_eq!(*patterns.matches("call +4912345"), [false, true]);
    }

    #[test]
    fn word_boundaries_hold_in_texts_of_every_script() {
        let patterns = patterns(&[r"\bgut\b", r"\Bgut", "gut"]);
        assert_eq!(*patterns.matches("gut"), [true, false, true]);
        assert_eq!(*patterns.matches("“gut” 🎉"), [true, false, true]);
        assert_eq!(*patterns.matches("gutés 🎉"), [false, false, true]);
        assert_eq!(*patterns.matches("égut"), [false, true, true]);
        assert_eq!(*patterns.matches("schlecht 🎉"), [false, false, false]);
    }

    #[test]
    fn a_wrong_pattern_says_where() {
        let troubles = troubles("ab(c");
        let PatternTrouble { pattern, of_exception, trouble } = &troubles[0];
        assert_eq!((troubles.len(), pattern.as_str(), *of_exception), (1, "wrong", false));
        assert_eq!((trouble.line, trouble.column, trouble.length), (1, 3, 1));
    }

    #[test]
    fn a_pattern_cannot_eat_memory() {
        for hostile in [
            r"(\pL{100}){100}".to_owned(),
            r"(?:a{1000}){1000}".to_owned(),
            r"(?:(?:a?){999}|b){999}".to_owned(),
            r"\w".repeat(100_000),
            format!("{}{}", "(".repeat(500), ")".repeat(500)),
        ] {
            assert_eq!(troubles(&hostile)[0].pattern, "wrong");
            let except = Expression { except: Some(hostile), ..Expression::new("wrong", "a+") };
            let troubles = Patterns::new(vec![except], vec![Near::default()]).unwrap_err();
            assert!(troubles[0].of_exception);
        }
    }

    #[test]
    fn patterns_cannot_eat_memory_together() {
        let many = (0..20)
            .map(|number| Expression::new(&format!("p{number}"), &format!(r"\pL{{30}}{number}")));
        // One that takes nothing, or nothing more, is not to blame.
        let others = [Expression::new("again", r"\pL{30}0"), Expression::new("wrong", "ab(c")];
        let many: Vec<Expression> = many.chain(others).collect();
        let company = vec![Near::default(); many.len()];
        let mut troubles = Patterns::new(many, company).unwrap_err();
        troubles.sort_by(|a, b| a.pattern.cmp(&b.pattern));
        let blamed: Vec<&str> = troubles.iter().map(|trouble| trouble.pattern.as_str()).collect();
        assert_eq!(blamed, ["p19", "wrong"]);
    }

    proptest! {
        #[test]
        fn searching_for_a_smaller_form_first_changes_no_answer(text in "[abé \\-🎉]{0,12}") {
            let texts = [r"\ba+\b", r"a\B", r"(?:\bab|b\b)+", r"^\b", r"a\b*b", r"\b{start}é", "b{2}", r"(?i)É\w", r"[^a\s]b", r"\p{L}{2} ?[^\x00-\x7F]", r"(?i-u:A)-"];
            let patterns = patterns(&texts);
            let expected: Vec<bool> = texts.iter().map(|pattern| regex::Regex::new(pattern).unwrap().is_match(&text)).collect();
            prop_assert_eq!(patterns.matches(&text).into_vec(), expected);
        }
    }
}
