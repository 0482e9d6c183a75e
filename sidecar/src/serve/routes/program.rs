//! The program that is served, and others to try out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use jiff::Timestamp;
use plaudit_engine::error::Level;
use plaudit_engine::events::read_record;
use plaudit_engine::requests::{Publication, Publish, RollBack};
use plaudit_engine::{Code, Problem, Program, Sources};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::serve::api::{Outcome, Waiting};
use crate::serve::call::{Call, Reply, aside};

/// Files of a program.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    /// The text of each file, by its path within the program directory, such as
    /// `scoring/share.rhai`.
    files: BTreeMap<String, String>,
}

/// What there is to say of a program that was tried out.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Validation {
    /// Whether it could be served: it compiles, and its examples and scenarios hold.
    accepted: bool,
    /// Its version, where it compiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// How many examples were run.
    examples: usize,
    /// How many scenarios were run.
    scenarios: usize,
    /// What is wrong with it, and what should be looked at.
    problems: Vec<Problem>,
}

/// How the last try to take up the program of the directory ended.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProgramStatus {
    /// The version that is served.
    version: String,
    /// Since when.
    since: Timestamp,
    /// Its number, where it is published in the journal; else it is that of this process's directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<u64>,
    /// `good`, or `degraded` where the program that was published, or the one of the directory, is
    /// another one and cannot be served.
    status: State,
    /// When that was found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_at: Option<Timestamp>,
    /// Why it cannot be served.
    problems: Vec<Problem>,
    /// What should be looked at in the program that is served.
    warnings: Vec<Problem>,
}

/// How something does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ServiceState")]
pub(crate) enum State {
    /// As it should.
    Good,
    /// It goes on as it was before.
    Degraded,
}

/// A rule with everything that is written of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RuleText {
    /// Its name.
    id: String,
    /// The first line of its doc comment.
    title: String,
    /// The rest of it, without the examples.
    help: String,
    /// The file that it stands in.
    file: String,
    /// Its line there, from 1.
    line: usize,
    /// Its text, with comments and examples.
    text: String,
}

/// What the program is.
pub(crate) fn describe(call: &Call) -> Outcome {
    call.no_query()?;
    Reply::of(&call.published.program.describe())
}

/// A rule in its own words.
pub(crate) fn rule(call: &Call) -> Outcome {
    call.no_query()?;
    let program = &call.published.program;
    let asked = call.path.get("rule").map(String::as_str).unwrap_or_default();
    let present = program.present_name(asked);
    let Some(rule) = program.rules().iter().find(|rule| rule.id() == present) else {
        let problem = Problem::new(Code::UnknownRule, format!("there is no rule `{asked}`"));
        let refusal = crate::serve::problem::Refusal::from(problem);
        return Err(refusal.with_status(actix_web::http::StatusCode::NOT_FOUND));
    };
    let (file, line) = program.place_of(rule);
    Reply::of(&RuleText {
        id: rule.id().to_owned(),
        title: rule.title().to_owned(),
        help: rule.help().to_owned(),
        file: file.to_owned(),
        line,
        text: rule.text().to_owned(),
    })
}

/// What rules can see.
pub(crate) fn facts(call: &Call) -> Outcome {
    call.no_query()?;
    Reply::of(&plaudit_engine::requests::facts())
}

/// How the program does.
pub(crate) fn status(call: &Call) -> Outcome {
    call.no_query()?;
    Reply::of(&status_of(call))
}

fn status_of(call: &Call) -> ProgramStatus {
    let trouble = call.service.trouble.load_full();
    ProgramStatus {
        version: call.published.program.version().to_owned(),
        since: call.published.since,
        publication: call.published.number,
        status: if trouble.is_some() { State::Degraded } else { State::Good },
        refused_at: trouble.as_ref().map(|trouble| trouble.at),
        problems: trouble.map(|trouble| trouble.problems.clone()).unwrap_or_default(),
        warnings: call.published.program.warnings().to_vec(),
    }
}

/// Compiles a program that nobody is served with, and runs its examples: one at a time, and for as long
/// as an answer may take.
pub(crate) fn validate(call: Call) -> Waiting {
    alone(call, tried_out)
}

/// A program that was published, with its files.
pub(crate) fn publication(call: &Call) -> Outcome {
    call.no_query()?;
    let asked = call.path.get("number").map(String::as_str).unwrap_or_default();
    let request = match asked.parse::<u64>() {
        Ok(number) => format!("{{\"number\":{number}}}"),
        Err(_) => {
            let problem = Problem::new(Code::WrongValue, format!("`{asked}` is no number"));
            return Err(problem.field("number").into());
        }
    };
    Ok(Reply::document(call.published.ledger.perform::<Publication>(&request)?))
}

/// Publishes a program; this process serves it when it answers.
pub(crate) fn publish(call: Call) -> Waiting {
    alone(call, |call| {
        let published = call.perform::<Publish>()?;
        call.service.reload();
        Ok(published)
    })
}

/// Publishes an earlier program once more.
pub(crate) fn roll_back(call: Call) -> Waiting {
    alone(call, |call| {
        let published = call.perform::<RollBack>()?;
        call.service.reload();
        Ok(published)
    })
}

/// Runs the examples of one program at a time.
fn alone(call: Call, run: fn(&Call) -> Outcome) -> Waiting {
    Box::pin(async move {
        let service = Arc::clone(&call.service);
        let turn = Arc::clone(&service.validating).try_acquire_owned().map_err(|_| {
            Problem::new(Code::Overloaded, "another program is tried out at present")
        })?;
        aside(move || {
            let _turn = turn;
            run(&call)
        })
        .await
    })
}

fn tried_out(call: &Call) -> Outcome {
    call.no_query()?;
    let until = Instant::now() + call.service.limits.answer;
    let goes_on = || Instant::now() < until && !call.service.ending.load(Ordering::Relaxed);
    let candidate: Candidate = read_record(call.text()?, "request")?;
    let sources = candidate
        .files
        .into_iter()
        .fold(Sources::new(), |sources, (path, text)| sources.with(path, text));
    let validation = match Program::from_sources(&sources) {
        Err(error) => Validation {
            accepted: false,
            version: None,
            examples: 0,
            scenarios: 0,
            problems: error.problems().to_vec(),
        },
        Ok(program) => {
            let report = program.test_while(&goes_on)?;
            let problems = [report.failed().as_slice(), program.warnings()].concat();
            Validation {
                accepted: problems.iter().all(|problem| problem.level != Level::Error),
                version: Some(program.version().to_owned()),
                examples: report.examples,
                scenarios: report.scenarios.len(),
                problems,
            }
        }
    };
    Reply::of(&validation)
}
