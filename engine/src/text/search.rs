//! One regular expression: how large it may be, and the forms in which it is searched for.
//!
//! It is searched for in a form that is small and fast, and is compiled when a text first asks for it:
//! - in plain ASCII, which most texts are, without anything that is not in it: that decides;
//! - in other texts with the word boundaries of ASCII, since the automata of the regex crate can't follow
//!   those of Unicode through them, and with every class taking the whole of the blocks that it reaches
//!   into. What matches at least as much is found so; only that is looked at with the expression as it is.

use std::sync::OnceLock;

use regex_automata::MatchKind;
use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::prefilter::Prefilter;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};
use regex_syntax::utf8::Utf8Sequences;

use super::lexicon::Trouble;

/// The most memory that a pattern, and all of them together, may take when compiled, in bytes as they are counted
/// below. The starter program takes three quarters of it.
pub(super) const LARGEST_PATTERNS: usize = 16 << 20;

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

/// A regular expression that is small enough.
#[derive(Debug)]
pub(super) struct Search {
    parsed: Hir,
    /// How many bytes it takes when compiled, at most.
    bytes: usize,
    /// As it is in plain ASCII.
    plain: OnceLock<Option<Regex>>,
    /// As it is at most in any text.
    loose: OnceLock<Option<Regex>>,
    alone: OnceLock<Option<Regex>>,
}

impl Search {
    /// Reads an expression.
    pub(super) fn read(text: &str) -> Result<Self, Trouble> {
        let parsed = parse(text)?;
        let bytes = bytes(&parsed).ok_or_else(|| too_large(text, "the expression takes"))?;
        let (plain, loose, alone) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Self { parsed, bytes, plain, loose, alone })
    }

    pub(super) fn parsed(&self) -> &Hir {
        &self.parsed
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it matches anywhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let is_in = |regex: Option<&Regex>| regex.is_some_and(|regex| regex.is_match(text));
        match text.is_ascii() {
            true => is_in(self.plain()),
            false => is_in(self.loose()) && is_in(self.alone()),
        }
    }

    /// INVARIANT: it compiles, being known to be small enough.
    pub(super) fn alone(&self) -> Option<&Regex> {
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

    /// Compiles all forms, so that no text has to wait for them.
    pub(super) fn compile(&self) {
        let _ = (self.plain(), self.loose(), self.alone());
    }

    /// Compiles what a text is searched with first.
    pub(super) fn compile_for(&self, text: &str) {
        let _ = if text.is_ascii() { self.plain() } else { self.loose() };
    }
}

/// A pattern of which nobody asks where it matches.
fn compile_sought(pattern: &Hir) -> Option<Regex> {
    let config = Regex::config().which_captures(WhichCaptures::None);
    // Where a match may begin is looked for first. Not where it may end, to go backwards from there: where that
    // comes to nothing too often, the slowest way of all is taken.
    let beginning = Prefilter::from_hir_prefix(MatchKind::LeftmostFirst, pattern);
    compiled(config.auto_prefilter(false).prefilter(beginning), pattern)
}

fn compile(pattern: &Hir) -> Option<Regex> {
    // Nobody asks for groups; where a match begins and ends is one of its own.
    compiled(Regex::config().which_captures(WhichCaptures::Implicit), pattern)
}

fn compiled(config: Config, pattern: &Hir) -> Option<Regex> {
    let config = config.nfa_size_limit(None).hybrid_cache_capacity(LARGEST_PATTERN_CACHE);
    Regex::builder().configure(config).build_from_hir(pattern).ok()
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

pub(super) fn too_large(text: &str, what: &str) -> Trouble {
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

/// All that is beyond ASCII, in blocks that patterns tell apart: signs of Latin, its letters, other
/// alphabets, dashes and quotation marks, other punctuation, symbols, ideographs and syllables, what is rare, and emoji
/// with all beyond.
const BLOCKS: [(char, char); 9] = [
    ('\u{80}', '\u{BF}'),
    ('\u{C0}', '\u{24F}'),
    ('\u{250}', '\u{1FFF}'),
    ('\u{2000}', '\u{203B}'),
    ('\u{203C}', '\u{206F}'),
    ('\u{2070}', '\u{2FFF}'),
    ('\u{3000}', '\u{D7FF}'),
    ('\u{E000}', '\u{1EFFF}'),
    ('\u{1F000}', char::MAX),
];

/// A pattern that matches wherever this one does, and asks neither which sign of its block a sign is nor
/// whether it belongs to a word: there, it takes it for a boundary wherever there may be one.
fn loose(pattern: &Hir) -> Hir {
    let widened = |class: &mut ClassUnicode| {
        let known = class.clone();
        for (first, last) in BLOCKS {
            let block = ClassUnicode::new([ClassUnicodeRange::new(first, last)]);
            let mut within = known.clone();
            within.intersect(&block);
            if !within.ranges().is_empty() {
                class.union(&block);
            }
        }
    };
    // What is no part of a word is none in ASCII either.
    let (start, end) = (Hir::look(Look::WordStartHalfAscii), Hir::look(Look::WordEndHalfAscii));
    changed(pattern, &widened, &|look| match look {
        Look::WordUnicode => Hir::alternation(vec![start.clone(), end.clone()]),
        Look::WordStartUnicode | Look::WordStartHalfUnicode => start.clone(),
        Look::WordEndUnicode | Look::WordEndHalfUnicode => end.clone(),
        Look::WordUnicodeNegate => Hir::empty(),
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
}
