//! The patterns of a program: named regular expressions, found in one pass.
//!
//! The automata of the regex crate can't follow a Unicode word boundary (`\b`) through a text that
//! is not plain ASCII, and what it falls back to is a hundred times slower. Such a text is first
//! searched for the patterns without their word boundaries, which match at least as much; only
//! what matches then is looked at with them.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::lexicon::{Company, Trouble};
use super::scan::Near;

/// The most memory that all patterns together may take when compiled, in bytes.
const LARGEST_PATTERNS: usize = 8 << 20;

/// The most memory for what a pattern search keeps while it runs, in bytes.
const LARGEST_PATTERN_CACHE: usize = 2 << 20;

/// How deep a pattern may be nested.
const DEEPEST_PATTERN: u32 = 50;

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

/// The compiled patterns of a program.
#[derive(Debug)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
    exact: RegexSet,
    /// The patterns without word boundaries; none where they have none, or it got too large.
    relaxed: Option<RegexSet>,
}

#[derive(Debug)]
struct Pattern {
    name: String,
    text: String,
    /// Whether it asks for a word boundary.
    has_boundary: bool,
    /// Compiled when first asked for.
    alone: OnceLock<Option<Regex>>,
    except: Option<Regex>,
    company: Near,
}

impl Pattern {
    /// INVARIANT: it compiles, being part of the set, whose limits are tighter.
    fn alone(&self) -> Option<&Regex> {
        self.alone.get_or_init(|| compile(&self.text).ok()).as_ref()
    }
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

impl PatternTrouble {
    fn new(pattern: &str, trouble: Trouble) -> Self {
        Self { pattern: pattern.to_owned(), of_exception: false, trouble }
    }
}

impl Patterns {
    /// Compiles patterns, each with what must and must not stand near it.
    pub(crate) fn new(
        expressions: Vec<Expression>,
        company: Vec<Near>,
    ) -> Result<Self, Vec<PatternTrouble>> {
        let mut parsed = Vec::with_capacity(expressions.len());
        let mut troubles = Vec::new();
        for expression in &expressions {
            match parse(&expression.find) {
                Ok(pattern) => parsed.push(pattern),
                Err(trouble) => troubles.push(PatternTrouble::new(&expression.name, trouble)),
            }
        }
        let mut exceptions = Vec::with_capacity(expressions.len());
        for Expression { name, except, .. } in &expressions {
            let compiled = except.as_deref().map(|text| {
                parse(text)?;
                compile(text).map_err(|_| too_large(text, "the exception takes"))
            });
            match compiled.transpose() {
                Ok(except) => exceptions.push(except),
                Err(trouble) => troubles.push(PatternTrouble {
                    of_exception: true,
                    ..PatternTrouble::new(name, trouble)
                }),
            }
        }
        if !troubles.is_empty() {
            return Err(troubles);
        }
        let patterns: Vec<(String, String)> =
            expressions.into_iter().map(|known| (known.name, known.find)).collect();
        let exact = compile_set(patterns.iter().map(|(_, text)| text.as_str()));
        let exact = exact.map_err(|_| too_large_together(&patterns))?;
        let has_boundary: Vec<bool> = parsed.iter().map(has_word_boundary).collect();
        let relaxed = has_boundary.contains(&true).then(|| {
            let without: Vec<String> = parsed
                .into_iter()
                .map(|pattern| without_word_boundaries(pattern).to_string())
                .collect();
            compile_set(without.iter().map(String::as_str)).ok()
        });
        let pattern = |(((name, text), has_boundary), (except, company))| Pattern {
            name,
            text,
            has_boundary,
            alone: OnceLock::new(),
            except,
            company,
        };
        let conditions = exceptions.into_iter().zip(company);
        let patterns =
            patterns.into_iter().zip(has_boundary).zip(conditions).map(pattern).collect();
        Ok(Self { patterns, exact, relaxed: relaxed.flatten() })
    }

    /// The names of all patterns, in the order given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.name.as_str())
    }

    /// The pattern of a name.
    pub(crate) fn of_name(&self, name: &str) -> Option<PatternId> {
        let index = self.names().position(|known| known == name)?;
        u32::try_from(index).ok().map(PatternId)
    }

    /// Whether each pattern matches a text, in the order given.
    pub(crate) fn matches(&self, text: &str) -> Box<[bool]> {
        let relaxed = self.relaxed.as_ref().filter(|_| !text.is_ascii());
        let found = relaxed.unwrap_or(&self.exact).matches(text);
        let mut matches = vec![false; self.patterns.len()].into_boxed_slice();
        for index in found.iter() {
            let pattern = &self.patterns[index];
            let sure = relaxed.is_none() || !pattern.has_boundary;
            matches[index] = sure || pattern.alone().is_some_and(|regex| regex.is_match(text));
        }
        matches
    }

    /// The first places of a pattern in a text that are no exceptions; empty ones are left out.
    pub(crate) fn places(&self, pattern: PatternId, text: &str) -> Vec<Range<usize>> {
        let Some(pattern) = self.patterns.get(pattern.index()) else { return Vec::new() };
        let counts = |place: &Range<usize>| {
            let except = pattern.except.as_ref();
            !except.is_some_and(|except| except.is_match(&text[place.clone()]))
        };
        let alone = pattern.alone().into_iter();
        let places = alone.flat_map(|regex| regex.find_iter(text)).take(MOST_PLACES);
        places.map(|found| found.range()).filter(|it| !it.is_empty()).filter(counts).collect()
    }

    /// Whether it takes the places of a pattern to know whether it counts at all.
    pub(crate) fn depends_on_places(&self, pattern: PatternId) -> bool {
        let pattern = self.patterns.get(pattern.index());
        pattern.is_some_and(|known| known.except.is_some() || known.company.is_any())
    }

    /// What must and must not stand near a pattern.
    pub(crate) fn company(&self, pattern: PatternId) -> Option<&Near> {
        self.patterns.get(pattern.index()).map(|known| &known.company)
    }
}

fn compile_set<'text>(
    patterns: impl Iterator<Item = &'text str>,
) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns)
        .size_limit(LARGEST_PATTERNS)
        .dfa_size_limit(LARGEST_PATTERN_CACHE)
        .nest_limit(DEEPEST_PATTERN)
        .build()
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        // Finding places needs more than finding out whether there are any.
        .size_limit(2 * LARGEST_PATTERNS)
        .dfa_size_limit(LARGEST_PATTERN_CACHE)
        .nest_limit(DEEPEST_PATTERN)
        .build()
}

fn too_large(text: &str, what: &str) -> Trouble {
    Trouble {
        line: 1,
        column: 1,
        length: text.chars().count(),
        message: format!("{what} more than {} MiB when compiled", LARGEST_PATTERNS >> 20),
        help: Some(
            "use smaller counts in `{…}` and narrower classes than `\\w` or `\\p{…}`".to_owned(),
        ),
    }
}

/// Which patterns take more memory than all may, or the last one if only all together do.
fn too_large_together(patterns: &[(String, String)]) -> Vec<PatternTrouble> {
    let alone: Vec<_> = patterns
        .iter()
        .filter(|(_, text)| compile_set(std::iter::once(text.as_str())).is_err())
        .map(|(name, text)| PatternTrouble::new(name, too_large(text, "the pattern takes")))
        .collect();
    match patterns.last() {
        Some((name, text)) if alone.is_empty() => {
            let what = "with this pattern all patterns together take";
            vec![PatternTrouble::new(name, too_large(text, what))]
        }
        _ => alone,
    }
}

fn parse(pattern: &str) -> Result<Hir, Trouble> {
    let parsed =
        regex_syntax::ParserBuilder::new().nest_limit(DEEPEST_PATTERN).build().parse(pattern);
    parsed.map_err(|error| {
        let (span, message) = match &error {
            regex_syntax::Error::Parse(error) => (Some(error.span()), error.kind().to_string()),
            regex_syntax::Error::Translate(error) => (Some(error.span()), error.kind().to_string()),
            other => (None, other.to_string()),
        };
        let help = message.contains("look-around").then(|| {
            "a pattern can't look around; write what stands there as part of the pattern".to_owned()
        });
        let length = span.and_then(|span| pattern.get(span.start.offset..span.end.offset));
        Trouble {
            line: span.map_or(1, |span| span.start.line),
            column: span.map_or(1, |span| span.start.column),
            length: length.map_or(0, |part| part.chars().count()),
            message,
            help,
        }
    })
}

fn has_word_boundary(pattern: &Hir) -> bool {
    pattern.properties().look_set().contains_word_unicode()
}

/// A pattern that matches wherever this one does, and asks for no word boundary of Unicode.
fn without_word_boundaries(pattern: Hir) -> Hir {
    if !has_word_boundary(&pattern) {
        return pattern;
    }
    match pattern.into_kind() {
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(without_word_boundaries(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => without_word_boundaries(*capture.sub),
        HirKind::Concat(parts) => {
            Hir::concat(parts.into_iter().map(without_word_boundaries).collect())
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.into_iter().map(without_word_boundaries).collect())
        }
        // INVARIANT: what is left and has a word boundary is one.
        _ => Hir::empty(),
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
        for hostile in
            [r"(\pL{100}){100}".to_owned(), format!("{}{}", "(".repeat(500), ")".repeat(500))]
        {
            assert_eq!(troubles(&hostile)[0].pattern, "wrong");
            let except = Expression { except: Some(hostile), ..Expression::new("wrong", "a+") };
            let troubles = Patterns::new(vec![except], vec![Near::default()]).unwrap_err();
            assert!(troubles[0].of_exception);
        }
    }

    #[test]
    fn patterns_cannot_eat_memory_together() {
        let many = (0..20).map(|number| Expression::new(&format!("p{number}"), r"\pL{30}"));
        let troubles = Patterns::new(many.collect(), vec![Near::default(); 20]).unwrap_err();
        assert_eq!(troubles.len(), 1);
    }

    proptest! {
        #[test]
        fn leaving_boundaries_out_first_changes_no_answer(text in "[abé \\-🎉]{0,12}") {
            let texts = [r"\ba+\b", r"a\B", r"(?:\bab|b\b)+", r"^\b", r"a\b*b", r"\b{start}é", "b{2}"];
            let patterns = patterns(&texts);
            let expected: Vec<bool> = texts.iter().map(|pattern| Regex::new(pattern).unwrap().is_match(&text)).collect();
            prop_assert_eq!(patterns.matches(&text).into_vec(), expected);
        }
    }
}
