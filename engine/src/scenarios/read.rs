//! From TOML to a scenario. All of a file is read before anything of it is run, and every problem
//! has its place.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Code, Problem, Source, choose};
use crate::events::{Body, Event, EventLines, Log, People, PeopleLines, Person, of_value};
use crate::facts::Value;
use crate::program::Program;
use crate::standings::BoardQuestion;
use crate::table::{Report, Table, parse, whole};

/// What a figure that is not known is called in a scenario.
pub(super) const UNKNOWN: &str = "unknown";
/// What stands between the two names of a pair.
pub(super) const MENTORS: &str = " mentors ";

/// People, events, and what is expected.
pub(super) struct Scenario {
    pub(super) title: String,
    pub(super) file: String,
    pub(super) assume_consent: bool,
    pub(super) log: Log,
    pub(super) people: People,
    pub(super) expectations: Vec<Expectation>,
}

/// What is expected of somebody or something as of a time.
pub(super) struct Expectation {
    pub(super) as_of: Timestamp,
    pub(super) about: About,
    /// Whether nothing is to be seen.
    pub(super) withheld: Option<Lined<bool>>,
    pub(super) figures: Vec<ExpectedFigure>,
    pub(super) entitlements: Option<Lined<Vec<String>>>,
    pub(super) suggestions: Option<Lined<Vec<String>>>,
}

/// Whom or what an expectation is about.
pub(super) enum About {
    Advocate(String),
    /// A team; the whole program where nothing is named.
    Team(Option<(String, String)>),
    Board(BoardQuestion, Option<Lined<Vec<String>>>),
    Pairs(Lined<Vec<String>>),
}

/// Something with the line that it stands in.
pub(super) struct Lined<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// A figure that is expected.
pub(super) struct ExpectedFigure {
    pub(super) line: usize,
    pub(super) name: &'static str,
    /// What it is asked with.
    pub(super) argument: Option<Arc<str>>,
    pub(super) value: Value,
}

/// Reads a scenario; it must not be run where one of the problems is an error.
pub(super) fn read(program: &Program, file: &str, text: &str) -> (Scenario, Vec<Problem>) {
    let report = Report::new(Source { file, text });
    let document = parse(&report);
    let root = Table::named(&report, &document, file);
    root.only(&["title", "assume_consent", "people", "events", "expect"]);
    let mut reading = Reading {
        program,
        report: &report,
        lines: lines(text),
        names: BTreeSet::new(),
        names_known: true,
    };
    let title = root.need_text("title").map_or("", |set| set.value).to_owned();
    let assume_consent = root.flag("assume_consent").unwrap_or(false);
    let people = reading.people(&root);
    let log = reading.events(&root);
    let tables = root.list("expect");
    if root.get("expect").is_none() {
        let problem = Problem::new(Code::Missing, "nothing is expected")
            .help("a scenario has at least one `[[expect]]` with `as_of` and what holds then");
        report.add(problem, 0..0);
    }
    let expectations = tables.iter().filter_map(|table| reading.expectation(table)).collect();
    let file = file.to_owned();
    let scenario = Scenario { title, file, assume_consent, log, people, expectations };
    (scenario, report.into_problems())
}

/// Where each line begins.
fn lines(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

pub(super) struct Reading<'r, 'a> {
    pub(super) program: &'r Program,
    pub(super) report: &'r Report<'a>,
    lines: Vec<usize>,
    /// Every name that somebody goes by.
    pub(super) names: BTreeSet<Arc<str>>,
    /// Whether those are all.
    pub(super) names_known: bool,
}

impl Reading<'_, '_> {
    pub(super) fn line(&self, range: &Range<usize>) -> usize {
        self.lines.partition_point(|start| *start <= range.start)
    }

    pub(super) fn problem(
        &self,
        code: Code,
        message: String,
        help: Option<String>,
        range: Range<usize>,
    ) {
        self.report.add(Problem::new(code, message).maybe_help(help), range);
    }

    fn people(&mut self, root: &Table<'_, '_>) -> People {
        let mut taken = PeopleLines::default();
        for table in root.list("people") {
            let line = self.line(&table.range());
            let person = self.record::<Person>(&table);
            if let Some(person) = &person {
                self.names.insert(Arc::clone(&person.id));
                self.names.extend(person.aliases.iter().cloned());
            }
            if let Some(Err(problem)) = person.map(|person| taken.take(person, line)) {
                self.of_record(&table, problem);
            }
        }
        taken.people
    }

    fn events(&mut self, root: &Table<'_, '_>) -> Log {
        let mut taken = EventLines::new(Log::new());
        for table in root.list("events") {
            let line = self.line(&table.range());
            let Some(event) = self.record::<Event>(&table) else { continue };
            match &event.body {
                Body::Activity(activity) => {
                    self.names.insert(Arc::clone(&activity.advocate));
                    self.names.extend(activity.counterpart.clone());
                    self.vocabulary(&table);
                }
                Body::Update { set, .. } => self.names.extend(set.advocate.clone()),
                Body::Person(person) => {
                    self.names.insert(Arc::clone(&person.id));
                    self.names.extend(person.aliases.iter().cloned());
                }
                Body::Adjustment(adjustment) => {
                    self.names.insert(Arc::clone(&adjustment.advocate));
                }
                _ => {}
            }
            if let Err(problem) = taken.take(event, line) {
                self.of_record(&table, problem);
            }
        }
        taken.log
    }

    /// What the program does not declare is kept and scores nothing; in a scenario it is most
    /// likely a slip of the pen.
    fn vocabulary(&self, table: &Table<'_, '_>) {
        let manifest = &self.program.manifest;
        let kinds: Vec<&str> = manifest.kinds.keys().map(|name| &**name).collect();
        let channels: Vec<&str> = self.program.channels().collect();
        for (field, known, code) in
            [("kind", kinds, Code::UnknownKind), ("channel", channels, Code::UnknownChannel)]
        {
            let Some(value) = table.get(field) else { continue };
            let Some(name) = value.get_ref().as_str().filter(|name| !known.contains(name)) else {
                continue;
            };
            let message = format!("the program has no {field} `{name}`: the event scores nothing");
            let problem = Problem::new(code, message).maybe_help(choose(name, known));
            self.report.add(problem.warning(), value.span());
        }
    }

    /// Reads a table as the record that would stand in a line of its own.
    fn record<T: DeserializeOwned>(&mut self, table: &Table<'_, '_>) -> Option<T> {
        match of_value(json_table(table.raw())) {
            Ok(record) => Some(record),
            Err(problem) => {
                self.of_record(table, problem);
                None
            }
        }
    }

    /// Places the problem of a record at the field that it is about.
    fn of_record(&mut self, table: &Table<'_, '_>, problem: Problem) {
        self.names_known = false;
        let range = place(table, &problem);
        self.report.add(problem, range);
    }
}

/// A table as the JSON object that it stands for.
fn json_table(table: &DeTable<'_>) -> serde_json::Value {
    let fields = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value)));
    serde_json::Value::Object(fields.collect())
}

fn json(value: &Spanned<DeValue<'_>>) -> serde_json::Value {
    match value.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Integer(number) => whole(value).map_or_else(|| number.as_str().into(), Into::into),
        DeValue::Float(number) => {
            number.as_str().parse::<f64>().map_or_else(|_| number.as_str().into(), Into::into)
        }
        DeValue::Array(items) => items.iter().map(json).collect(),
        DeValue::Table(table) => json_table(table),
    }
}

/// Where in a table the problem of its record is: at the field of its path, or at one that its
/// message names.
fn place(table: &Table<'_, '_>, problem: &Problem) -> Range<usize> {
    let mut range = table.range();
    let mut inner = Some(table.raw());
    let path = problem.field.as_deref().unwrap_or_default();
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        let next = match value.map(|value| value.get_ref()) {
            Some(DeValue::Array(items)) => {
                step.parse::<usize>().ok().and_then(|index| items.get(index))
            }
            _ => inner.and_then(|table| find(table, step)).map(|(_, value)| value),
        };
        let Some(next) = next else { break };
        range = next.span();
        inner = next.get_ref().as_table();
        value = Some(next);
    }
    let named = problem.message.split('`').skip(1).step_by(2);
    let key = inner.and_then(|table| named.into_iter().find_map(|name| find(table, name)));
    key.map_or(range, |(key, _)| key)
}

fn find<'t, 'a>(
    table: &'t DeTable<'a>,
    name: &str,
) -> Option<(Range<usize>, &'t Spanned<DeValue<'a>>)> {
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    Some((key.span(), value))
}
