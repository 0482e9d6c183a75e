//! The patterns of a program: named regular expressions.
//!
//! Each pattern is searched for by itself, in a form that is small and fast, and is compiled when a text
//! first asks for it:
//! - in plain ASCII, which most texts are, without anything that is not in it: that decides;
//! - in other texts without word boundaries, which the automata of the regex crate can't follow
//!   through them, and with every class that reaches beyond ASCII taking all that is beyond. What
//!   matches at least as much is found so; only that is looked at with the pattern as it is.
//!
//! One search for all of them at once is fast only on texts that are known: it keeps a state for every
//! way in which the beginnings of sixty patterns meet, and each new post has others.

use std::borrow::Borrow;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use regex_syntax::utf8::Utf8Sequences;

use super::lexicon::{Company, Trouble};
use super::scan::{Compiling, Near};
use crate::threads;

/// The most memory that all patterns together may take when compiled, in bytes as they are counted
/// below. The starter program takes three quarters of it.
const LARGEST_PATTERNS: usize = 16 << 20;

/// What the parts of a pattern take when compiled, in bytes, measured with regex 1.13: a byte of text or
/// something to look for between signs; a choice; a repetition, each time; a group.
const SIGN: usize = 32;
const CHOICE: usize = 48;
const AGAIN: usize = 72;
const GROUP: usize = 96;
/// A class is a set of rows of bytes: what a byte of them takes, and what it takes beyond the first
/// ones, where rows begin and end alike.
const CLASS: usize = 72;
const CLASS_PART: usize = 36;
const CLASS_PART_SHARED: usize = 16;
const CLASS_PARTS: usize = 200;

/// The most memory for what the search for a pattern keeps while it runs, in bytes; each thread that
/// searches keeps its own. All patterns of the starter program together keep some ten MiB.
const LARGEST_PATTERN_CACHE: usize = 1 << 20;

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

/// The patterns of a program.
#[derive(Debug)]
pub(crate) struct Patterns {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    name: String,
    parsed: Hir,
    except: Option<Hir>,
    /// As it is in plain ASCII.
    plain: OnceLock<Option<Regex>>,
    /// As it is at most in any text.
    loose: OnceLock<Option<Regex>>,
    alone: OnceLock<Option<Regex>>,
    excepted: OnceLock<Option<Regex>>,
    company: Near,
}

impl Pattern {
    /// INVARIANT: it compiles, being known to be small enough.
    fn alone(&self) -> Option<&Regex> {
        self.alone.get_or_init(|| compile(&self.parsed)).as_ref()
    }

    /// INVARIANT: as above.
    fn plain(&self) -> Option<&Regex> {
        self.plain.get_or_init(|| compile_sought(&plain(&self.parsed))).as_ref()
    }

    /// INVARIANT: as above.
    fn loose(&self) -> Option<&Regex> {
        self.loose.get_or_init(|| compile_sought(&loose(&self.parsed))).as_ref()
    }

    /// INVARIANT: as above.
    fn except(&self) -> Option<&Regex> {
        let compile = || self.except.as_ref().and_then(compile);
        self.excepted.get_or_init(compile).as_ref()
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
    /// Takes patterns, each with what must and must not stand near it.
    pub(crate) fn new(
        expressions: Vec<Expression>,
        company: Vec<Near>,
    ) -> Result<Self, Vec<PatternTrouble>> {
        let mut patterns = Vec::with_capacity(expressions.len());
        let mut troubles = Vec::new();
        let (mut all, mut last) = (0, String::new());
        let parsed = threads::each_surely(&expressions, |expression| {
            let except = expression.except.as_deref();
            let except = except.map(|except| small(except, "the exception takes"));
            (small(&expression.find, "the pattern takes"), except)
        });
        let parsed = expressions.into_iter().zip(parsed).zip(company);
        for ((expression, (find, except)), company) in parsed {
            let Expression { name, find: text, .. } = expression;
            let except = match except {
                Some(Err(trouble)) => {
                    let trouble = PatternTrouble::new(&name, trouble);
                    troubles.push(PatternTrouble { of_exception: true, ..trouble });
                    None
                }
                known => known.and_then(Result::ok).map(|(parsed, _)| parsed),
            };
            match find {
                Ok((parsed, bytes)) => {
                    all += bytes;
                    last = text;
                    patterns.push(Pattern {
                        name,
                        parsed,
                        except,
                        plain: OnceLock::new(),
                        loose: OnceLock::new(),
                        alone: OnceLock::new(),
                        excepted: OnceLock::new(),
                        company,
                    });
                }
                Err(trouble) => troubles.push(PatternTrouble::new(&name, trouble)),
            }
        }
        if let Some(Pattern { name, .. }) = patterns.last()
            && all > LARGEST_PATTERNS
        {
            let what = "with this pattern all patterns together take";
            troubles.push(PatternTrouble::new(name, too_large(&last, what)));
        }
        match troubles.is_empty() {
            true => Ok(Self { patterns }),
            false => Err(troubles),
        }
    }

    /// What is to be compiled so that no text has to wait for it.
    pub(crate) fn compiling(&self) -> impl Iterator<Item = Compiling<'_>> {
        self.patterns.iter().map(|pattern| -> Compiling<'_> {
            Box::new(|| {
                let _ = (pattern.plain(), pattern.loose(), pattern.alone(), pattern.except());
            })
        })
    }

    /// Compiles what a text is searched with first.
    pub(crate) fn compile_for(&self, text: &str) {
        let is_plain = text.is_ascii();
        for pattern in &self.patterns {
            let _ = if is_plain { pattern.plain() } else { pattern.loose() };
        }
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
        let is_plain = text.is_ascii();
        let matches = |regex: Option<&Regex>| regex.is_some_and(|regex| regex.is_match(text));
        let all = self.patterns.iter().map(|pattern| match is_plain {
            true => matches(pattern.plain()),
            false => matches(pattern.loose()) && matches(pattern.alone()),
        });
        all.collect()
    }

    /// The first places of a pattern in a text that are no exceptions; empty ones are left out.
    pub(crate) fn places(&self, pattern: PatternId, text: &str) -> Vec<Range<usize>> {
        let Some(pattern) = self.patterns.get(pattern.index()) else { return Vec::new() };
        let counts = |place: &Range<usize>| {
            let except = pattern.except();
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

/// A pattern of which nobody asks where it matches.
fn compile_sought(pattern: &Hir) -> Option<Regex> {
    compiled(Regex::config().which_captures(WhichCaptures::None), &[pattern])
}

fn compile(pattern: &Hir) -> Option<Regex> {
    // Nobody asks for groups; where a match begins and ends is one of its own.
    compiled(Regex::config().which_captures(WhichCaptures::Implicit), &[pattern])
}

fn compiled<H: Borrow<Hir>>(config: Config, patterns: &[H]) -> Option<Regex> {
    let config = config.nfa_size_limit(None).hybrid_cache_capacity(LARGEST_PATTERN_CACHE);
    Regex::builder().configure(config).build_many_from_hir(patterns).ok()
}

/// A pattern that is small enough, and how many bytes it takes when compiled, at most.
fn small(text: &str, what: &str) -> Result<(Hir, usize), Trouble> {
    let parsed = parse(text)?;
    let bytes = bytes(&parsed).ok_or_else(|| too_large(text, what))?;
    Ok((parsed, bytes))
}

/// How many bytes a pattern takes when compiled, at most (for a class of a thousand ranges that nobody
/// would think of, half of it); nothing where it is more than it may take.
fn bytes(pattern: &Hir) -> Option<usize> {
    let sum = |parts: &[Hir], each: usize| {
        parts.iter().try_fold(0, |sum, part| allowed(sum + each + bytes(part)?))
    };
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(SIGN),
        HirKind::Literal(literal) => allowed(literal.0.len() * SIGN),
        HirKind::Class(Class::Unicode(class)) => bytes_of(class),
        HirKind::Class(Class::Bytes(class)) => allowed(CLASS + CLASS_PART * class.ranges().len()),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
            allowed((AGAIN + bytes(&repetition.sub)?).saturating_mul(times as usize))
        }
        HirKind::Capture(capture) => allowed(GROUP + bytes(&capture.sub)?),
        HirKind::Concat(parts) => sum(parts, 0),
        HirKind::Alternation(parts) => sum(parts, CHOICE),
    }
}

fn bytes_of(class: &ClassUnicode) -> Option<usize> {
    let rows = class.ranges().iter().flat_map(|it| Utf8Sequences::new(it.start(), it.end()));
    let parts: usize = rows.map(|row| row.len()).sum();
    let shared = parts.saturating_sub(CLASS_PARTS);
    allowed(CLASS + CLASS_PART * (parts - shared) + CLASS_PART_SHARED * shared)
}

fn allowed(bytes: usize) -> Option<usize> {
    (bytes <= LARGEST_PATTERNS).then_some(bytes)
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

/// A pattern that matches wherever this one does in a text of ASCII, and nowhere else in one.
fn plain(pattern: &Hir) -> Hir {
    changed(pattern, &|class| class.intersect(&ascii()), &Hir::look)
}

/// A pattern that matches wherever this one does, and asks neither for a word boundary of Unicode nor
/// which sign beyond ASCII a sign is.
fn loose(pattern: &Hir) -> Hir {
    let widened = |class: &mut ClassUnicode| {
        if class.ranges().last().is_some_and(|range| !range.end().is_ascii()) {
            class.union(&ClassUnicode::new([ClassUnicodeRange::new('\u{80}', char::MAX)]));
        }
    };
    changed(pattern, &widened, &|look| match look {
        Look::WordUnicode
        | Look::WordUnicodeNegate
        | Look::WordStartUnicode
        | Look::WordEndUnicode
        | Look::WordStartHalfUnicode
        | Look::WordEndHalfUnicode => Hir::empty(),
        look => Hir::look(look),
    })
}

fn ascii() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7F')])
}

/// A pattern with other classes and other things to look for between signs.
fn changed(pattern: &Hir, class: &dyn Fn(&mut ClassUnicode), look: &dyn Fn(Look) -> Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(|part| changed(part, class, look)).collect();
    match pattern.kind() {
        HirKind::Class(Class::Unicode(known)) => {
            let mut known = known.clone();
            class(&mut known);
            Hir::class(Class::Unicode(known))
        }
        HirKind::Look(known) => look(*known),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(changed(&repetition.sub, class, look));
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => changed(&capture.sub, class, look),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => pattern.clone(),
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
        let many = (0..20).map(|number| Expression::new(&format!("p{number}"), r"\pL{30}"));
        let troubles = Patterns::new(many.collect(), vec![Near::default(); 20]).unwrap_err();
        assert_eq!(troubles.len(), 1);
    }

    /// What a pattern takes when compiled, in bytes: the smallest limit that it keeps.
    fn compiled(pattern: &str) -> usize {
        let fits = |limit: usize| {
            let set = regex::RegexSetBuilder::new([pattern]).size_limit(limit).build();
            set.is_ok() && regex::RegexBuilder::new(pattern).size_limit(limit).build().is_ok()
        };
        let (mut low, mut high) = (0, LARGEST_PATTERNS);
        while low < high {
            let middle = (low + high) / 2;
            if fits(middle) { high = middle } else { low = middle + 1 }
        }
        low
    }

    #[test]
    fn a_pattern_takes_no_more_memory_than_is_counted() {
        for pattern in [
            "ab",
            "a?b*c+",
            "(?:ab){0,30}",
            "(?:ab|cd|ef){30}",
            r"(?i)\bstraße\b",
            r"(a(b(c)))",
            r"\w+",
            r"\pL{3}",
            r"\p{Lu}\d",
            ".{50}",
            r"[^\s]",
            r"\p{Emoji}",
            r"[^\w]",
            r"[\u{80}-\u{10ffff}]",
        ] {
            // An empty one takes some 150 bytes.
            let bytes = bytes(&parse(pattern).unwrap()).unwrap() + 150;
            assert!(compiled(pattern) <= bytes, "{pattern}: {} > {bytes}", compiled(pattern));
        }
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
