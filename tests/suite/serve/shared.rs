//! The shared corpus over HTTP: the same bytes as through Rust.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use plaudit_engine::journal::Memory;
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Error, Program};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Answer, Served, Setup};
use crate::corpus::cases::{Case, every_case, lines, sources, through_rust, write};
use crate::corpus::stories::{Act, BY, REASON, Story, done_in_rust, every_story, program_files};
use crate::support::{plaudit_with, stderr, stdout};

/// Whether HTTP answers with the document of Rust, or refuses with its problems.
fn agree(rust: &Result<String, Error>, answer: &Answer) -> Result<(), String> {
    let same = match rust {
        Ok(document) => (200..300).contains(&answer.status) && answer.body == *document,
        Err(error) => {
            let expected: Vec<&str> =
                error.problems().iter().map(|problem| problem.code.name()).collect();
            answer.status >= 400 && codes(answer) == expected
        }
    };
    match same {
        true => Ok(()),
        false => Err(format!("the doors differ\n  Rust: {rust:?}\n  HTTP: {answer:?}")),
    }
}

/// The codes of a refusal.
fn codes(answer: &Answer) -> Vec<String> {
    let document = answer.json();
    let text = |code: &Value| code.as_str().unwrap_or_default().to_owned();
    match document["problems"].as_array() {
        Some(all) => all.iter().map(|problem| text(&problem["code"])).collect(),
        None => vec![text(&document["code"])],
    }
}

/// A list as HTTP gives it: one JSON array of the documents that stand a line each.
fn as_list(documents: String) -> String {
    format!("[{}]", documents.lines().collect::<Vec<_>>().join(","))
}

#[test]
fn every_case_has_the_same_bytes_over_http() {
    // One service for all cases of the starter program, and one for each other program.
    let of_starter = Setup::new();
    let starter = of_starter.start();
    every_case(|case| over_http(case, &starter));
}

fn over_http(case: &Case, starter: &Served) -> Result<(), String> {
    let files = case.files();
    let mut rust = through_rust(case, files.as_ref());
    let Some(files) = &files else { return asked(case, &mut rust, starter) };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    if Program::from_sources(&sources(files)).is_err() {
        // What does not compile is not served.
        let candidate = json!({ "files": files }).to_string();
        let answer = starter.post("/v1/program/validation", &candidate);
        let problems = answer.json()["problems"].clone();
        let refused = answer.json()["accepted"] == false && problems.is_array();
        return if refused { Ok(()) } else { Err(format!("accepted: {answer:?}")) };
    }
    let setup = Setup::with_rules(&folder.path().join("rules"));
    match case.simulate {
        Some(_) => upon_record(case, &rust, &setup.start()),
        None => asked(case, &mut rust, &setup.start()),
    }
}

/// What is simulated over HTTP is what is on record: the records of a case go there first.
fn upon_record(case: &Case, rust: &Result<String, Error>, served: &Served) -> Result<(), String> {
    case.judge(rust)?;
    let (_, job) = case.job();
    let put = [("content-type", "application/x-ndjson")];
    let people = lines(&job.people);
    served.call("PUT", "/v1/people?source=hr&at=2000-01-01", &put, &people).document();
    served.call("POST", "/v1/events", &put, &lines(&job.events)).document();
    let body = json!({
        "files": case.candidate(),
        "as_of": job.as_of,
        "only": job.only,
        "fail_if": job.fail_if,
        "samples": job.samples,
    });
    agree(rust, &simulated(served, &body))
}

fn asked(case: &Case, rust: &mut Result<String, Error>, served: &Served) -> Result<(), String> {
    case.judge(rust)?;
    let (question, request) = match &case.check {
        Some(check) => ("check", serde_json::to_string(check).unwrap()),
        None => {
            let (name, job) = case.job();
            (name, serde_json::to_string(job).unwrap())
        }
    };
    if question == "standing"
        && case.job().1.advocate.is_none()
        && let Ok(documents) = rust
    {
        *documents = as_list(std::mem::take(documents));
    }
    agree(rust, &served.post(&format!("/v1/ask/{question}"), &request))
}

/// However the request is written, and wherever else in it the name of a time stands.
#[test]
fn a_question_that_leaves_out_its_time_is_asked_for_now() {
    let served = Setup::new().start();
    let posted = |path: &str, body: &str| {
        let answer = served.post(path, body);
        assert_eq!(answer.status, 200, "{path} {body}: {answer:?}");
        answer.json()
    };
    let done = r#"{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-05-04T10:00:00Z"}"#;
    let people = r#"[{"id": "ada", "consent": true, "ext": {"as_of": "2020-01-01"}}]"#;
    let question = format!(r#""events": [{done}], "people": {people}"#);
    for (request, points) in [
        (format!("{{{question}}}"), 6),
        (format!(r#"{{"as_of": "2026-07-01", {question}}}"#), 6),
        (format!(r#"{{"as_of": "2026-05-04", {question}}}"#), 0),
        (format!(r#"{{"as\u005fof": "2026-07-01", {question}}}"#), 6),
        (format!(r#"{{"as\u005fof": "2026-05-04", {question}}}"#), 0),
    ] {
        let scores = posted("/v1/ask/score", &request);
        assert_eq!(scores["total"]["points"], points, "{scores}");
    }

    for post in [r#"{"text": "x"}"#, r#"{"text": "x", "ext": {"at": 1}}"#] {
        posted("/v1/ask/check", &format!(r#"{{"post": {post}}}"#));
    }
    // What it leaves out besides is told.
    let answer = served.post("/v1/ask/explain", &format!("{{{question}}}"));
    assert_eq!((answer.status, answer.code().as_str()), (422, "missing"), "{answer:?}");
}

#[test]
fn every_story_goes_the_same_over_http() {
    every_story(told);
}

fn told(story: &Story) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Memory::new());
    let setup = Setup::with_rules(&folder.path().join("rules"));
    let mut open: Option<(Ledger, Served)> = None;
    for (number, step) in story.steps.iter().enumerate() {
        let placed = |why: String| format!("  step {}: {why}", number + 1);
        if let Act::Program(files) = &step.act {
            let files = program_files(files);
            let _ = fs::remove_dir_all(folder.path().join("rules"));
            write(folder.path(), &files);
            let program = Arc::new(Program::from_sources(&sources(&files)).unwrap());
            let ledger = Ledger::open(program, journal.clone(), false).unwrap();
            // The service of before ends with it.
            open = None;
            open.get_or_insert((ledger, setup.start()));
            continue;
        }
        let (ledger, served) = open.as_ref().expect("a story begins with a program");
        let mut rust = done_in_rust(&step.act, ledger);
        step.judge(&rust).map_err(placed)?;
        let answer = match &step.act {
            Act::Record(events) => {
                rust = rust.map(as_list);
                // A call each, as the Rust door records them.
                let answers: Vec<String> = events
                    .iter()
                    .map(|event| served.post("/v1/events", &format!("[{event}]")).document())
                    .map(|list| list.trim_start_matches('[').trim_end_matches(']').to_owned())
                    .collect();
                let found = as_list(answers.join("\n"));
                // Where there is no event at all, each door names its own input.
                let same = found == *rust.as_ref().unwrap()
                    || found.contains("\"file\":\"request\"") && found.contains("refused");
                if !same {
                    return Err(placed(format!("the doors differ\n  {rust:?}\n  {found}")));
                }
                continue;
            }
            Act::Restore(events) => {
                // Beside the service, as whoever looks after the journal does it.
                let path = setup.journal().display().to_string();
                let arguments = ["journal", "restore", "-", &path, "--json"];
                let output = plaudit_with(&arguments, lines(events).as_bytes());
                match (&rust, output.status.success()) {
                    (Ok(rust), true) if *rust == stdout(&output).trim_end() => continue,
                    (Err(_), false) => continue,
                    _ => return Err(placed(format!("{rust:?}\n{}", stderr(&output)))),
                }
            }
            act => over(act, served),
        };
        step.judge_words(&answer.body).map_err(placed)?;
        agree(&rust, &answer).map_err(placed)?;
    }
    Ok(())
}

/// The call that a step is.
fn over(act: &Act, served: &Served) -> Answer {
    let query = |path: &str, fields: &[(&str, Option<&str>)]| {
        let said = fields.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        served.get(&format!("{path}?{}", said.join("&")))
    };
    let send = |path: &str, body: Value| served.post(path, &body.to_string());
    match act {
        Act::Program(_) | Act::Record(_) | Act::Restore(_) => unreachable!("it is no call"),
        Act::Close { as_of, preview } => {
            send("/v1/award-runs", json!({ "as_of": as_of, "by": BY, "preview": preview }))
        }
        Act::Grants(advocate) => query("/v1/grants", &[("advocate", advocate.as_deref())]),
        Act::GrantsWhere { team, rule, kind, state } => {
            let team = team.as_ref().map(|(by, name)| format!("{by}={name}"));
            let (rule, kind, state) = (rule.as_deref(), kind.as_deref(), state.as_deref());
            let fields =
                [("team", team.as_deref()), ("rule", rule), ("kind", kind), ("state", state)];
            query("/v1/grants", &fields)
        }
        Act::Decide { verb, grants, at } => send(
            "/v1/grants/decisions",
            json!({ "grants": grants, "verb": verb.name(), "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Adjust { advocate, points, at } => send(
            "/v1/adjustments",
            json!({ "advocate": advocate, "points": points, "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Erase { advocate, at } => send(
            &format!("/v1/people/{}/erasure", encoded(advocate)),
            json!({ "by": BY, "at": at }),
        ),
        Act::Retain { as_of, dry_run } => {
            send("/v1/journal/retention", json!({ "as_of": as_of, "by": BY, "dry_run": dry_run }))
        }
        Act::Disclose { advocate, as_of } => {
            let path = format!("/v1/people/{}/export", encoded(advocate));
            query(&path, &[("as_of", Some(as_of))])
        }
        Act::Dispute { advocate, activity, rule, at } => send(
            "/v1/disputes",
            json!({ "advocate": advocate, "activity": activity, "rule": rule, "reason": REASON, "at": at }),
        ),
        Act::Resolve { dispute, uphold, points, at } => {
            let body =
                json!({ "uphold": uphold, "points": points, "by": BY, "reason": REASON, "at": at });
            send(&format!("/v1/disputes/{}/resolution", encoded(dispute)), body)
        }
        Act::Disputes(advocate) => query("/v1/disputes", &[("advocate", advocate.as_deref())]),
        Act::Explain { advocate, as_of } => {
            query(&format!("/v1/explanations/{}", encoded(advocate)), &[("as_of", Some(as_of))])
        }
        Act::Publish { program, at, upon } => send(
            "/v1/program/publications",
            json!({
                "files": program_files(program), "by": BY, "note": REASON, "at": at, "upon": upon,
            }),
        ),
        Act::RollBack { to, at } => {
            send("/v1/program/rollback", json!({ "to": to, "by": BY, "note": REASON, "at": at }))
        }
        Act::Publications {} => query("/v1/program/publications", &[]),
        Act::Simulate(simulate) => {
            let mut body = simulate.request();
            body["files"] = json!(simulate.files());
            simulated(served, &body)
        }
        Act::Standing { advocate, as_of } => {
            query(&format!("/v1/standings/{}", encoded(advocate)), &[("as_of", Some(as_of))])
        }
    }
}

/// The answer of a simulation, once it is there; or why there is none.
fn simulated(served: &Served, body: &Value) -> Answer {
    let begun = served.post("/v1/simulations", &body.to_string());
    if begun.status != 202 {
        return begun;
    }
    let path = format!("/v1/simulations/{}", begun.json()["id"].as_str().unwrap());
    loop {
        let mut answer = served.get(&path);
        let job: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&answer.body).unwrap();
        match answer.json()["state"].as_str() {
            Some("running") => std::thread::sleep(Duration::from_millis(5)),
            Some("done") => {
                answer.body = job["simulation"].get().to_owned();
                return answer;
            }
            _ => {
                answer.status = 422;
                return answer;
            }
        }
    }
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
