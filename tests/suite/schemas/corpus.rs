//! The shared corpus, held to the schemas.

use std::sync::Arc;

use jsonschema::Validator;
use plaudit_engine::awards::{Closed, Grants};
use plaudit_engine::coaching::Coaching;
use plaudit_engine::disputes::Ruled;
use plaudit_engine::events::Event;
use plaudit_engine::journal::{Memory, Receipt};
use plaudit_engine::ledger::{Disclosure, ErasedDocument, Ledger, Restored, RetainedDocument};
use plaudit_engine::pairing::Pairing;
use plaudit_engine::publishing::Published;
use plaudit_engine::recognition::Entitlements;
use plaudit_engine::requests as ask;
use plaudit_engine::simulation::Simulation;
use plaudit_engine::standings::{FigureExplanation, Leaderboard, StandingDocument, TeamsDocument};
use plaudit_engine::{Error, Explanation, Problem, Program, Scores, Verdict};
use serde_json::{Value, json};

use super::{asked, closed, told};
use crate::corpus::cases::{Case, every_case, sources, through_rust};
use crate::corpus::stories::{Act, BY, REASON, Story, done_in_rust, every_story, program_files};

/// What a question and its answer are held to.
struct Pair {
    name: &'static str,
    request: Validator,
    document: Validator,
}

fn pair<Q: schemars::JsonSchema, D: schemars::JsonSchema>(name: &'static str) -> Pair {
    Pair { name, request: asked::<Q>(), document: told::<D>() }
}

/// Why there is no answer.
struct Refusals {
    problem: Validator,
    refusal: Validator,
}

impl Refusals {
    fn new() -> Self {
        Self { problem: told::<Problem>(), refusal: told::<ask::Refusal>() }
    }

    fn hold(&self, error: &Error) -> Result<(), String> {
        for problem in error.problems() {
            closed(&self.problem, &serde_json::to_value(problem).unwrap())?;
        }
        let document = ask::refusal(error.problems()).unwrap();
        closed(&self.refusal, &serde_json::from_str(&document).unwrap())
    }
}

fn documents(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn every_case_is_asked_and_answered_by_the_schemas() {
    let questions = [
        pair::<ask::Check, Verdict>("check"),
        pair::<ask::Score, Scores>("score"),
        pair::<ask::Explain, FigureExplanation>("explain a figure"),
        pair::<ask::Explain, Explanation>("explain"),
        pair::<ask::Standing, StandingDocument>("standing"),
        pair::<ask::Leaderboard, Leaderboard>("leaderboard"),
        pair::<ask::Team, TeamsDocument>("team"),
        pair::<ask::Entitlements, Entitlements>("entitlements"),
        pair::<ask::Coach, Coaching>("coach"),
        pair::<ask::Pair, Pairing>("pair"),
        pair::<ask::Simulate, Simulation>("simulate"),
    ];
    let refusals = Refusals::new();
    every_case(|case| {
        let (name, request) = words(case);
        let Pair { request: question, document, .. } =
            questions.iter().find(|pair| pair.name == name).expect("a case has a question");
        match through_rust(case, case.files().as_ref()) {
            Err(error) => refusals.hold(&error),
            Ok(answer) => {
                closed(question, &request)?;
                documents(&answer).try_for_each(|answer| closed(document, &answer))
            }
        }
    });
}

/// The words of a case's request.
fn words(case: &Case) -> (&'static str, Value) {
    if let Some(check) = &case.check {
        return ("check", serde_json::to_value(check).unwrap());
    }
    let (name, job) = case.job();
    let name = if job.figure.is_some() { "explain a figure" } else { name };
    (name, serde_json::to_value(job).unwrap())
}

#[test]
fn every_story_is_asked_and_answered_by_the_schemas() {
    let tasks = [
        pair::<Event, ask::Recorded>("record"),
        pair::<Event, Restored>("restore"),
        pair::<ask::Close, Closed>("close"),
        pair::<ask::ListGrants, Grants>("grants"),
        pair::<ask::Decide, ask::DecidedGrants>("decide"),
        pair::<ask::Adjust, Receipt>("adjust"),
        pair::<ask::Object, Receipt>("dispute"),
        pair::<ask::Erase, ErasedDocument>("erase"),
        pair::<ask::Retain, RetainedDocument>("retain"),
        pair::<ask::Disclose, Disclosure>("disclose"),
        pair::<ask::Publish, Published>("publish"),
        pair::<ask::RollBack, Published>("roll back"),
        pair::<ask::ListPublications, Vec<Published>>("publications"),
        pair::<ask::Resolve, Ruled>("resolve"),
        pair::<ask::ListDisputes, ask::Disputes>("disputes"),
        pair::<ask::Explain, Explanation>("explain"),
        pair::<ask::Standing, StandingDocument>("standing"),
        pair::<ask::Export, ask::Exported>("export"),
        pair::<ask::Simulate, Simulation>("simulate"),
    ];
    let refusals = Refusals::new();
    every_story(|story| told_over_time(story, &tasks, &refusals));
}

fn told_over_time(story: &Story, tasks: &[Pair], refusals: &Refusals) -> Result<(), String> {
    let task = |name: &str| tasks.iter().find(|pair| pair.name == name).expect("a task");
    let journal = Arc::new(Memory::new());
    let mut ledger = None;
    for (number, step) in story.steps.iter().enumerate() {
        let placed = |why: String| format!("  step {}:\n{why}", number + 1);
        if let Act::Program(files) = &step.act {
            let files = program_files(files);
            let program = Arc::new(Program::from_sources(&sources(&files)).unwrap());
            ledger = Some(Ledger::open(program, journal.clone(), false).unwrap());
            continue;
        }
        let ledger = ledger.as_ref().expect("a story begins with a program");
        let (name, requests) = requests(&step.act);
        let answer = match done_in_rust(&step.act, ledger) {
            Err(error) => {
                refusals.hold(&error).map_err(placed)?;
                continue;
            }
            Ok(answer) => answer,
        };
        for (index, answer) in documents(&answer).enumerate() {
            closed(&task(name).document, &answer).map_err(placed)?;
            if answer["result"] != "refused" {
                let asked = if name == "record" { &requests[index..=index] } else { &requests[..] };
                for request in asked {
                    closed(&task(name).request, request).map_err(placed)?;
                }
            }
        }
        let export = ledger.perform::<ask::Export>("{}").unwrap();
        closed(&task("export").document, &serde_json::from_str(&export).unwrap())
            .map_err(placed)?;
    }
    Ok(())
}

/// The words in which a step is asked for.
fn requests(act: &Act) -> (&'static str, Vec<Value>) {
    let one = |name, request: Value| (name, vec![request]);
    match act {
        Act::Program(_) => unreachable!("it is not asked of a door"),
        Act::Record(events) => ("record", events.clone()),
        Act::Restore(events) => ("restore", events.clone()),
        Act::Close { as_of, preview } => {
            one("close", json!({ "as_of": as_of, "at": as_of, "by": BY, "preview": preview }))
        }
        Act::Grants(advocate) => {
            one("grants", json!({ "as_of": "2026-07-01", "advocate": advocate }))
        }
        Act::GrantsWhere { team, rule, kind, state } => {
            let team = team.as_ref().map(|(by, name)| format!("{by}={name}"));
            let filter = json!({ "team": team, "rule": rule, "kind": kind, "state": state });
            let mut request = json!({ "as_of": "2026-07-01" });
            request.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
            one("grants", request)
        }
        Act::Decide { verb, grants, at } => one(
            "decide",
            json!({ "verb": verb.name(), "grants": grants, "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Adjust { advocate, points, at } => one(
            "adjust",
            json!({ "advocate": advocate, "points": points, "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Erase { advocate, at } => {
            one("erase", json!({ "advocate": advocate, "by": BY, "at": at }))
        }
        Act::Retain { as_of, dry_run } => {
            one("retain", json!({ "as_of": as_of, "at": as_of, "by": BY, "dry_run": dry_run }))
        }
        Act::Disclose { advocate, as_of } => {
            one("disclose", json!({ "advocate": advocate, "as_of": as_of }))
        }
        Act::Publish { program, at, upon } => one(
            "publish",
            json!({ "files": program_files(program), "by": BY, "note": REASON, "at": at, "upon": upon }),
        ),
        Act::RollBack { to, at } => {
            one("roll back", json!({ "to": to, "by": BY, "note": REASON, "at": at }))
        }
        Act::Publications {} => one("publications", json!({})),
        Act::Dispute { advocate, activity, rule, at } => one(
            "dispute",
            json!({ "advocate": advocate, "activity": activity, "rule": rule, "reason": REASON, "at": at }),
        ),
        Act::Resolve { dispute, uphold, points, at } => one(
            "resolve",
            json!({ "dispute": dispute, "uphold": uphold, "points": points, "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Disputes(advocate) => {
            one("disputes", json!({ "as_of": "2026-07-01", "advocate": advocate }))
        }
        Act::Explain { advocate, as_of } => {
            one("explain", json!({ "as_of": as_of, "advocate": advocate }))
        }
        Act::Simulate(simulate) => one("simulate", simulate.request()),
        Act::Standing { advocate, as_of } => {
            one("standing", json!({ "as_of": as_of, "advocate": advocate }))
        }
    }
}
