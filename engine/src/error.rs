//! What can be wrong, in one table: every door (Rust, C, REST, command line, documentation) takes
//! its codes from [`Code`].
//!
//! A [`Problem`] says what is wrong, where, and what would be right. An [`Error`] is one or more
//! of them: reading a program or a file reports all its problems, not only the first.

mod schema;

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level as Grade, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

/// What kind of thing a code is, for doors that have fewer answers than there are codes: numbers of
/// a C library, status codes of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// What was given cannot be used as it is.
    Refused,
    /// What is named is not there.
    NotFound,
    /// It contradicts what is on record, or the state that something is in.
    Conflict,
    /// The same call may succeed when it is tried again.
    Retryable,
    /// A file or disk cannot be read or written.
    Storage,
    /// The engine broke one of its own promises.
    Internal,
}

/// The table of codes: meaning, variant, the stable name that crosses every door, and its class.
macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal $class:ident, )+) => {
        /// A stable name for each thing that can be wrong. Names are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $( $(#[doc = $doc])+ $variant, )+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$( Code::$variant, )+];

            /// The name as it appears in JSON and on the terminal.
            pub const fn name(self) -> &'static str {
                match self { $( Code::$variant => $name, )+ }
            }

            /// What kind of thing it is.
            pub const fn class(self) -> Class {
                match self { $( Code::$variant => Class::$class, )+ }
            }

            /// What the code means, for documentation.
            pub fn meaning(self) -> &'static str {
                match self { $( Code::$variant => concat!($($doc),+).trim_ascii_start(), )+ }
            }
        }
    };
}

codes! {
    /// a file or directory cannot be read
    Unreadable = "unreadable" Storage,
    /// a file is not UTF-8 text
    NotUtf8 = "not-utf8" Refused,
    /// something is larger than the engine accepts
    TooLarge = "too-large" Refused,
    /// a file does not follow the grammar of its language (Rhai, TOML, JSON, CSV, lexicon)
    Syntax = "syntax" Refused,
    /// a setting of `program.toml` that does not exist
    UnknownSetting = "unknown-setting" Refused,
    /// a setting, field or column that must be there is missing
    Missing = "missing" Refused,
    /// a value has the wrong type or is out of range
    WrongValue = "wrong-value" Refused,
    /// a key performance indicator that names no goal
    KpiWithoutGoal = "kpi-without-goal" Refused,
    /// two things share a name that must be unique
    Duplicate = "duplicate" Refused,
    /// settings for a rule that the program does not have
    UnknownRule = "unknown-rule" Refused,
    /// a rule takes a parameter that its folder does not offer
    UnknownParameter = "unknown-parameter" Refused,
    /// a fact that the object does not have
    UnknownProperty = "unknown-property" Refused,
    /// a function or method that does not exist
    UnknownFunction = "unknown-function" Refused,
    /// a variable that was never defined
    UnknownVariable = "unknown-variable" Refused,
    /// a lexicon that the program does not have
    UnknownLexicon = "unknown-lexicon" Refused,
    /// a pattern that `patterns.toml` does not define
    UnknownPattern = "unknown-pattern" Refused,
    /// an activity kind that `program.toml` does not declare
    UnknownKind = "unknown-kind" Refused,
    /// a channel that `program.toml` does not declare
    UnknownChannel = "unknown-channel" Refused,
    /// a name that facts are asked with and that the program or the engine does not have
    UnknownName = "unknown-name" Refused,
    /// a threshold that is not set for the rule
    UnknownThreshold = "unknown-threshold" Refused,
    /// a place in the text that `.at()` cannot point to
    UnknownPlace = "unknown-place" Refused,
    /// an import of something that is not in the program's `lib` folder
    UnknownImport = "unknown-import" Refused,
    /// a function or method is called with the wrong number or kind of arguments
    WrongArguments = "wrong-arguments" Refused,
    /// a comparison with a value that the fact can never have
    ImpossibleValue = "impossible-value" Refused,
    /// a use of the language that rules may not make or that cannot be checked
    NotAllowed = "not-allowed" Refused,
    /// a rule that returns something its folder has no use for
    WrongResult = "wrong-result" Refused,
    /// a rule without the doc comment that employees read
    MissingDoc = "missing-doc" Refused,
    /// a doc-comment line that looks like an example but is not one
    MalformedExample = "malformed-example" Refused,
    /// an example whose rule did something else than the label says
    ExampleFailed = "example-failed" Refused,
    /// something that works but that its author should look at
    Advice = "advice" Refused,
    /// a field that the record does not have
    UnknownField = "unknown-field" Refused,
    /// two different records under the same source and id
    Conflict = "conflict" Conflict,
    /// a person who is not in the records
    UnknownAdvocate = "unknown-advocate" NotFound,
    /// a rule ended in an error of its script
    ScriptError = "script-error" Refused,
    /// a rule went over one of the limits on operations, depth or size
    LimitExceeded = "limit-exceeded" Refused,
    /// a rule ran out of time; the call may be tried again
    DeadlineExceeded = "deadline-exceeded" Retryable,
    /// a journal that another process has been writing to for too long; the call may be tried again
    JournalBusy = "journal-busy" Retryable,
    /// a journal whose database cannot be reached; the call may be tried again
    JournalUnreachable = "journal-unreachable" Retryable,
    /// a journal that is damaged, or a file that is no journal
    JournalCorrupt = "journal-corrupt" Storage,
    /// a journal that a later version has written
    JournalVersion = "journal-version" Storage,
    /// there is no room on the disk
    DiskFull = "disk-full" Storage,
    /// a file or directory cannot be written
    Unwritable = "unwritable" Storage,
    /// an event that only an award run or a decision about a grant may write
    Reserved = "reserved" Refused,
    /// a grant that is not on record
    UnknownGrant = "unknown-grant" NotFound,
    /// an activity that is not on record
    UnknownActivity = "unknown-activity" NotFound,
    /// an objection to something that no rule has said
    NothingSaid = "nothing-said" NotFound,
    /// a dispute that is not on record
    UnknownDispute = "unknown-dispute" NotFound,
    /// a decision that does not follow from the state that a grant or dispute is in
    WrongState = "wrong-state" Conflict,
    /// a caller without a key, or with one that is unknown, revoked or has expired
    Unauthenticated = "unauthenticated" Refused,
    /// something that the caller's key or token does not allow
    Forbidden = "forbidden" Refused,
    /// a path that the service does not have
    UnknownRoute = "unknown-route" NotFound,
    /// a method that a path of the service does not have
    WrongMethod = "wrong-method" Refused,
    /// a media type that the service does not read there
    UnknownFormat = "unknown-format" Refused,
    /// a request that did not arrive in time; the call may be tried again
    TooSlow = "too-slow" Retryable,
    /// more requests than the caller may make in a minute; the call may be tried again later
    TooManyRequests = "too-many-requests" Retryable,
    /// more work than the service takes in at once; the call may be tried again
    Overloaded = "overloaded" Retryable,
    /// work that its caller stopped before it was done; the call may be made again
    Cancelled = "cancelled" Retryable,
    /// the engine broke one of its own promises; please report it
    Internal = "internal" Internal,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How much a [`Problem`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ProblemLevel")]
pub enum Level {
    /// Refused.
    Error,
    /// Accepted, but worth a look.
    Warning,
}

/// One thing that is wrong: what, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// Error or warning.
    pub level: Level,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The file, relative to the program directory or as the caller named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column, counted in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// How many characters the fault spans, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// The path of the field, such as `post.media[0].alt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The part of the line to show and the byte range of the fault in it, for the caret; left
    /// out of JSON, which has line and column.
    #[serde(skip)]
    shown: Option<(String, Range<usize>)>,
}

/// Longer lines are cut around the fault, so that a generated file cannot flood a terminal.
const SHOWN_LINE: usize = 160;
/// Longer messages are cut: they quote what they are about, which may be megabytes.
const LONGEST_MESSAGE: usize = 1_000;
/// After so many problems of one kind in one place the rest is not told: each costs time and
/// memory, and nobody reads them.
pub(crate) const MOST_PROBLEMS: usize = 100;

/// Text from outside without what could steer a terminal: other signs stand for the controls.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl Problem {
    /// An error without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level: Level::Error,
            message: shortened(message.into()),
            help: None,
            file: None,
            line: None,
            column: None,
            length: None,
            field: None,
            shown: None,
        }
    }

    /// The same, as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what would be right, where something close is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Names the file alone.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the field of the record.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(shortened(field.into()));
        self
    }

    /// Names line and column, both counted from 1.
    #[must_use]
    pub fn line(mut self, line: usize, column: usize) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Places the problem in a file whose text is at hand, with a caret under `length` characters.
    #[must_use]
    pub fn at(mut self, source: &Source<'_>, place: Place) -> Self {
        self.file = Some(source.file.to_owned());
        self.line = Some(place.line);
        self.column = Some(place.column);
        self.length = Some(place.length.max(1));
        let line = source.text.lines().nth(place.line.saturating_sub(1));
        self.shown = line.map(|line| shown(line, place.column, place.length.max(1)));
        self
    }

    /// The problem as text with the source line and a caret; `styled` adds terminal colours.
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let grade = match self.level {
            Level::Error => Grade::ERROR,
            Level::Warning => Grade::WARNING,
        };
        let file = self.file.as_deref().map(harmless);
        let help = self.help.as_deref().map(harmless);

        let mut group = grade
            .primary_title(harmless(&self.title()))
            .id(self.code.name())
            .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
        if let (Some((line, span)), Some(file)) = (&self.shown, &file) {
            group = group.element(
                Snippet::source(line.as_str())
                    .line_start(self.line.unwrap_or(1))
                    .path(file.as_str())
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            );
        } else if let Some(file) = &file {
            let mut origin = annotate_snippets::Origin::path(file.as_str());
            if let Some(line) = self.line {
                origin = origin.line(line);
            }
            if let Some(column) = self.column {
                origin = origin.char_column(column);
            }
            group = group.element(origin);
        }
        if let Some(help) = &help {
            group = group.element(Grade::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    fn title(&self) -> String {
        match &self.field {
            Some(field) => format!("{} (field `{field}`)", self.message),
            None => self.message.clone(),
        }
    }
}

/// The part of a line to show and the byte range of the fault in it.
fn shown(line: &str, column: usize, length: usize) -> (String, Range<usize>) {
    // One sign stands for another, so that columns stay what they are.
    let line: Vec<char> = harmless(line).chars().collect();
    let column = column.saturating_sub(1).min(line.len());
    let end = (column + length).min(line.len());
    let from = if line.len() > SHOWN_LINE { column.saturating_sub(SHOWN_LINE / 2) } else { 0 };
    let to = (from + SHOWN_LINE).min(line.len());
    let bytes = |range: Range<usize>| line[range].iter().map(|c| c.len_utf8()).sum::<usize>();
    let start = bytes(from..column);
    let stop = start + bytes(column..end.clamp(column, to.max(column)));
    let mut text: String = line[from..to].iter().collect();
    if stop == start {
        // The fault is at the end of the line, where there is no character to point at.
        text.push(' ');
        return (text, start..start + 1);
    }
    (text, start..stop)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
            if let Some(line) = self.line {
                write!(f, "{line}:{}:", self.column.unwrap_or(1))?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.title())?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// A file's name and text, to place problems in.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name that the reader of the problem knows the file by.
    pub file: &'a str,
    /// The whole text.
    pub text: &'a str,
}

/// A place in a file: line and column counted from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters, at least 1.
    pub length: usize,
}

impl Source<'_> {
    /// The place of a byte range of the text; a range over several lines is cut at the first.
    pub fn place(&self, range: Range<usize>) -> Place {
        let start = floor_boundary(self.text, range.start);
        let end = floor_boundary(self.text, range.end.max(start));
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let spanned = self.text[start..end].split('\n').next().unwrap_or_default();
        Place {
            line: before.matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            length: spanned.chars().count().max(1),
        }
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One or more problems that ended an operation. Nothing was half done.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Error {
    problems: Vec<Problem>,
}

impl Error {
    /// All problems, in the order of file and line; there is at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether the same call may succeed when it is tried again.
    pub fn is_retryable(&self) -> bool {
        self.problems.iter().all(|problem| problem.code.class() == Class::Retryable)
    }

    /// The same with each problem changed.
    pub(crate) fn each(mut self, change: impl FnMut(&mut Problem)) -> Self {
        self.problems.iter_mut().for_each(change);
        self
    }

    /// An error of these problems, or nothing where none of them is worse than a warning.
    pub fn of(mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort_by(|a, b| {
            (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code))
        });
        problems.dedup();
        problems.iter().any(|problem| problem.level == Level::Error).then_some(Self { problems })
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// The nearest of the known names, as a sentence; nothing where none is near.
pub(crate) fn did_you_mean<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    // What is this long is no slip of the pen, and comparing it takes as long as it is.
    if unknown.len() > 200 {
        return None;
    }
    let length = unknown.chars().count();
    let allowed = (length / 3).clamp(1, 3);
    known
        .into_iter()
        // A name that is far longer is not near, whatever its letters.
        .filter(|name| name.len() <= 12 * (length + allowed))
        .map(|name| (strsim::osa_distance(&unknown.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// The nearest name, or the whole choice where nothing is near.
pub(crate) fn choose<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    did_you_mean(unknown, known.clone()).or_else(|| {
        let names: Vec<_> = known.into_iter().map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => None,
            1..=24 => Some(format!("known: {}", names.join(", "))),
            more => Some(format!("known: {} and {} more", names[..20].join(", "), more - 20)),
        }
    })
}
