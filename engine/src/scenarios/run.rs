//! Compares what a scenario expects with what the program says.

use std::sync::Arc;

use jiff::Timestamp;

use super::read::{About, Expectation, ExpectedFigure, Lined, MENTORS, Scenario, UNKNOWN};
use super::{ScenarioFailure, ScenarioReport};
use crate::error::Error;
use crate::facts::Value;
use crate::program::{Program, Subject as Kind};
use crate::standings::{Figure, FigureExplanation, Leaderboard, TeamQuestion};
use crate::subjects::{Subject, SubjectFault};
use crate::timeline::Records;

/// So many activities are named of what a figure comes from.
const MOST_PARTS: usize = 8;

/// Runs a scenario.
pub(super) fn run(program: &Program, scenario: &Scenario) -> Result<ScenarioReport, Error> {
    let mut report = ScenarioReport {
        title: scenario.title.clone(),
        file: scenario.file.clone(),
        people: scenario.people.len(),
        events: scenario.log.len(),
        expectations: 0,
        failures: Vec::new(),
    };
    for expectation in &scenario.expectations {
        let records = Records {
            log: &scenario.log,
            people: &scenario.people,
            as_of: expectation.as_of,
            assume_consent: scenario.assume_consent,
        };
        let about = match &expectation.about {
            About::Advocate(name) => name.clone(),
            About::Team(None) => "program".to_owned(),
            About::Team(Some((by, name))) => format!("{by} {name}"),
            About::Board(..) => "board".to_owned(),
            About::Pairs(_) => "pairs".to_owned(),
        };
        let as_of = expectation.as_of;
        let mut run = Run { program, records, as_of, about, report: &mut report };
        match &expectation.about {
            About::Advocate(name) => run.advocate(expectation, name)?,
            About::Team(team) => run.team(expectation, team.as_ref())?,
            About::Board(question, places) => {
                let board = program.leaderboard(&run.records, question);
                run.board(expectation, board, places.as_ref())?;
            }
            About::Pairs(pairs) => run.pairs(pairs)?,
        }
    }
    Ok(report)
}

struct Run<'a> {
    program: &'a Program,
    records: Records<'a>,
    as_of: Timestamp,
    about: String,
    report: &'a mut ScenarioReport,
}

/// What the engine says, or why it does not; a call that may be tried again ends the run.
fn said<T>(result: Result<T, Error>) -> Result<Result<T, String>, Error> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) if error.is_retryable() => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

impl Run<'_> {
    fn fail(
        &mut self,
        line: usize,
        what: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
        because: Option<String>,
    ) {
        self.report.failures.push(ScenarioFailure {
            line,
            as_of: self.as_of,
            about: self.about.clone(),
            what: what.into(),
            expected: expected.into(),
            got: got.into(),
            because: because.filter(|because| !because.is_empty()),
        });
    }

    fn advocate(&mut self, expectation: &Expectation, name: &str) -> Result<(), Error> {
        let (program, records) = (self.program, self.records);
        if expectation.withheld.is_some() || !expectation.figures.is_empty() {
            let standing = said(program.standing(&records, name))?;
            self.withheld(expectation.withheld.as_ref(), standing.is_err());
            for expected in &expectation.figures {
                self.report.expectations += 1;
                let document = match &standing {
                    Ok(document) => document,
                    Err(why) => {
                        self.fail(
                            expected.line,
                            called(expected),
                            told(&expected.value),
                            why,
                            None,
                        );
                        continue;
                    }
                };
                let got = figure(document.figures.get(expected.name), expected);
                if got == expected.value {
                    continue;
                }
                let argument = expected.argument.as_deref();
                let explained =
                    said(program.explain_figure(&records, name, expected.name, argument))?;
                let faults = document.faults.iter().map(|fault| &fault.fault);
                let because = explained.iter().map(because).chain(faults.map(failed));
                let because: Vec<String> = because.filter(|words| !words.is_empty()).collect();
                let because = Some(because.join("; "));
                self.fail(
                    expected.line,
                    called(expected),
                    told(&expected.value),
                    told(&got),
                    because,
                );
            }
        }
        let is_theirs = |_: &Subject| true;
        self.entitlements(expectation, Some(name), is_theirs)?;
        self.suggestions(expectation, Some(name), is_theirs)
    }

    fn team(
        &mut self,
        expectation: &Expectation,
        team: Option<&(String, String)>,
    ) -> Result<(), Error> {
        let (by, name) = team.map(|(by, name)| (by.as_str().into(), name.as_str().into())).unzip();
        let question = TeamQuestion { by, name, window: None };
        let document = match said(self.program.teams(&self.records, &question))? {
            Ok(document) => document,
            Err(why) => {
                // Nothing can be said of a team that there is not.
                self.report.expectations += 1;
                let lists = [&expectation.entitlements, &expectation.suggestions];
                let line = (expectation.withheld.iter().map(|withheld| withheld.line))
                    .chain(expectation.figures.iter().map(|figure| figure.line))
                    .chain(lists.into_iter().flatten().map(|list| list.line))
                    .min();
                self.fail(line.unwrap_or(1), "team", "a team", why, None);
                return Ok(());
            }
        };
        if let Some(document) = document.teams.first() {
            self.withheld(expectation.withheld.as_ref(), document.withheld.is_some());
            for expected in &expectation.figures {
                self.report.expectations += 1;
                let got = figure(document.figures.get(expected.name), expected);
                if document.withheld.is_some() {
                    let got = "withheld: the group is too small, or would tell of one that is";
                    self.fail(expected.line, called(expected), told(&expected.value), got, None);
                } else if got != expected.value {
                    let got = told(&got);
                    self.fail(expected.line, called(expected), told(&expected.value), got, None);
                }
            }
        }
        let is_theirs = |subject: &Subject| match subject {
            Subject::Advocate { .. } => false,
            Subject::Team { by: found, team } => {
                let by = question.by.as_deref().unwrap_or("program");
                *found == by && *team == question.name
            }
        };
        self.entitlements(expectation, None, is_theirs)?;
        self.suggestions(expectation, None, is_theirs)
    }

    fn withheld(&mut self, expected: Option<&Lined<bool>>, got: bool) {
        let Some(expected) = expected else { return };
        self.report.expectations += 1;
        if expected.value != got {
            let word = |withheld: bool| if withheld { "withheld" } else { "shown" };
            self.fail(expected.line, "withheld", word(expected.value), word(got), None);
        }
    }

    fn entitlements(
        &mut self,
        expectation: &Expectation,
        advocate: Option<&str>,
        is_theirs: impl Fn(&Subject) -> bool,
    ) -> Result<(), Error> {
        let Some(expected) = &expectation.entitlements else { return Ok(()) };
        let found = said(self.program.recognize(&self.records, advocate))?.map(|found| {
            let theirs = found.entitlements.iter().filter(|given| is_theirs(&given.subject));
            (theirs.map(|given| given.key.to_string()).collect(), found.faults)
        });
        self.list("entitlements", expected, advocate, found);
        Ok(())
    }

    fn suggestions(
        &mut self,
        expectation: &Expectation,
        advocate: Option<&str>,
        is_theirs: impl Fn(&Subject) -> bool,
    ) -> Result<(), Error> {
        let Some(expected) = &expectation.suggestions else { return Ok(()) };
        let found = said(self.program.coach(&self.records, advocate))?.map(|found| {
            let theirs = found.suggestions.iter().filter(|given| is_theirs(&given.subject));
            (theirs.map(|given| given.id.to_string()).collect(), found.faults)
        });
        self.list("suggestions", expected, advocate, found);
        Ok(())
    }

    /// What rules gave; a rule that failed might have given more.
    fn list(
        &mut self,
        what: &str,
        expected: &Lined<Vec<String>>,
        advocate: Option<&str>,
        found: Result<(Vec<String>, Vec<SubjectFault>), String>,
    ) {
        self.report.expectations += 1;
        let (got, faults) = match found {
            Ok(found) => found,
            Err(why) => {
                self.fail(expected.line, what, joined(&expected.value), why, None);
                return;
            }
        };
        let kind = if advocate.is_some() { Kind::Person } else { Kind::Team };
        let program = self.program;
        let concerns = |fault: &&SubjectFault| {
            let rules = program.rules().iter();
            rules.into_iter().any(|rule| *rule.id() == *fault.fault.rule && rule.subject() == kind)
        };
        let faults: Vec<String> =
            faults.iter().filter(concerns).map(|fault| failed(&fault.fault)).collect();
        self.compare(what, expected, got, faults);
    }

    /// Compares two lists whose order says nothing.
    fn compare(
        &mut self,
        what: &str,
        expected: &Lined<Vec<String>>,
        mut got: Vec<String>,
        mut because: Vec<String>,
    ) {
        got.sort();
        let left = |of: &[String], without: &[String]| {
            let mut left = of.to_vec();
            for item in without {
                if let Some(at) = left.iter().position(|known| known == item) {
                    left.remove(at);
                }
            }
            left
        };
        let missing = left(&expected.value, &got);
        let too_many = left(&got, &expected.value);
        if missing.is_empty() && too_many.is_empty() && because.is_empty() {
            return;
        }
        for (words, list) in [("too many", too_many), ("missing", missing)] {
            if !list.is_empty() {
                because.insert(0, format!("{words}: {}", list.join(", ")));
            }
        }
        let because = Some(because.join("; "));
        self.fail(expected.line, what, joined(&expected.value), joined(&got), because);
    }

    fn board(
        &mut self,
        expectation: &Expectation,
        board: Result<Leaderboard, Error>,
        places: Option<&Lined<Vec<String>>>,
    ) -> Result<(), Error> {
        let lines = expectation.withheld.iter().map(|withheld| withheld.line);
        let line = lines.chain(places.map(|places| places.line)).min().unwrap_or(1);
        let board = match said(board)? {
            Ok(board) => board,
            Err(why) => {
                self.report.expectations += 1;
                self.fail(line, "board", "a board", why, None);
                return Ok(());
            }
        };
        self.withheld(expectation.withheld.as_ref(), board.withheld.is_some());
        let Some(expected) = places else { return Ok(()) };
        self.report.expectations += 1;
        let plain: Vec<String> =
            board.places.iter().map(|place| format!("{} {}", place.name, place.points)).collect();
        let same = expected.value.len() == plain.len()
            && expected.value.iter().zip(board.places.iter().zip(&plain)).all(
                |(expected, (place, plain))| {
                    expected == plain || *expected == format!("{}. {plain}", place.rank)
                },
            );
        if !same {
            let ranked: Vec<String> = (board.places.iter().zip(&plain))
                .map(|(place, plain)| format!("{}. {plain}", place.rank))
                .collect();
            let because =
                board.withheld.map(|_| "the board is withheld".to_owned()).or_else(|| {
                    let why = "the last places are left out so that nobody's points can be told";
                    board.shortened.then(|| why.to_owned())
                });
            self.fail(expected.line, "places", joined(&expected.value), joined(&ranked), because);
        }
        Ok(())
    }

    fn pairs(&mut self, expected: &Lined<Vec<String>>) -> Result<(), Error> {
        self.report.expectations += 1;
        match said(self.program.pair(&self.records))? {
            Ok(pairing) => {
                let proposed = pairing.proposed.iter();
                let got = proposed.map(|pair| format!("{}{MENTORS}{}", pair.mentor, pair.mentee));
                let faults = pairing.faults.iter().map(|fault| failed(&fault.fault)).collect();
                self.compare("pairs", expected, got.collect(), faults);
            }
            Err(why) => self.fail(expected.line, "pairs", joined(&expected.value), why, None),
        }
        Ok(())
    }
}

/// The figure that is expected, out of those of a document.
fn figure(found: Option<&Figure>, expected: &ExpectedFigure) -> Value {
    match (found, &expected.argument) {
        (Some(Figure::One(value)), None) => value.clone(),
        (Some(Figure::Each(values)), Some(argument)) => {
            values.get(argument).cloned().unwrap_or_default()
        }
        _ => Value::Unknown,
    }
}

/// A figure as rules name it.
fn called(figure: &ExpectedFigure) -> String {
    match &figure.argument {
        Some(argument) => format!("{}({argument:?})", figure.name),
        None => figure.name.to_owned(),
    }
}

/// A value as scenarios write it.
fn told(value: &Value) -> String {
    match value {
        Value::Unknown => UNKNOWN.to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn joined(list: &[String]) -> String {
    if list.is_empty() { "nothing".to_owned() } else { list.join(", ") }
}

fn failed(fault: &crate::fault::Fault) -> String {
    format!("the rule {} failed: {}", fault.rule, fault.message)
}

/// The numbers and the first activities that a figure comes from.
fn because(explained: &FigureExplanation) -> String {
    let numbers = explained.numbers.iter().map(|(name, value)| format!("{name} {}", told(value)));
    let parts = explained.parts.iter().take(MOST_PARTS).map(|part| {
        let words: Vec<String> = [&part.id, &part.what]
            .into_iter()
            .flatten()
            .map(|word| Arc::clone(word).to_string())
            .chain(part.date.clone())
            .chain(part.amount.map(|amount| format!("{amount:+}")))
            .collect();
        words.join(" ")
    });
    let mut all: Vec<String> = numbers.chain(parts).collect();
    if explained.parts.len() > MOST_PARTS {
        all.push(format!("and {} more", explained.parts.len() - MOST_PARTS));
    }
    all.join(", ")
}
