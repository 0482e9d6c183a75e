//! The shared corpus through C: the same bytes as through Rust.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::journal::{Access, Memory, Sqlite};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::publishing::{Publish, Signed, publish};
use plaudit_engine::requests::{Changes, ListContent, ListPeople, facts};
use plaudit_engine::{Error, Program as Rules, Sources, canonical};
use serde_json::{Value, json};

use crate::compiled::{Library, Program, Watch};
use crate::corpus::cases::{Case, every_case, lines, sources, through_rust, write};
use crate::corpus::stories::{Act, BY, REASON, Story, done_in_rust, every_story, program_files};
use crate::corpus::texts::{HALVES, company, every_text};
use crate::corpus::top;
use crate::server::{Kind, Place};

/// Opened as a file is, by an address.
const DATABASE: &str = "open_database";

/// The driver, which goes on running.
struct Driver {
    _program: Program,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Driver {
    fn start(watch: Watch) -> Self {
        let program = Program::watched("tests/callers/driver.c", Library::Released, watch);
        let mut child =
            program.command().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { _program: program, child, input, output: BufReader::new(output) }
    }

    /// The status and the answer of a call.
    fn call(&mut self, function: &str, request: &str) -> (i32, String) {
        assert!(!request.contains('\n'), "{request}");
        writeln!(self.input, "{function}\t{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let (status, answer) = line.trim_end_matches('\n').split_once('\t').unwrap();
        (status.parse().unwrap(), answer.to_owned())
    }

    fn end(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }
}

/// Whether C answers with the document of Rust, or refuses with its problems.
fn agree(rust: &Result<String, Error>, (status, answer): &(i32, String)) -> Result<(), String> {
    let same = match rust {
        Ok(document) => (*status, answer) == (0, document),
        Err(error) => {
            let codes = |problems: &Value| -> Vec<String> {
                let all = problems.as_array().into_iter().flatten();
                all.map(|problem| problem["code"].to_string()).collect()
            };
            let expected = codes(&json!(error.problems()));
            let found: Value = serde_json::from_str(answer).unwrap();
            *status != 0 && codes(&found["problems"]) == expected
        }
    };
    match same {
        true => Ok(()),
        false => Err(format!("the doors differ\n  Rust: {rust:?}\n  C: {status} {answer}")),
    }
}

/// A list as C gives it: one JSON array of the documents that stand a line each.
fn as_list(documents: String) -> String {
    format!("[{}]", documents.lines().collect::<Vec<_>>().join(","))
}

#[test]
fn every_case_has_the_same_bytes_through_c() {
    let driver = RefCell::new(Driver::start(Watch::Sanitizers));
    every_case(|case| through_c(case, &mut driver.borrow_mut()));
    driver.into_inner().end();
}

#[test]
fn every_text_has_the_same_verdict_through_c() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &company());
    let mut driver = Driver::start(Watch::Sanitizers);
    let rules = folder.path().join("rules").display().to_string();
    assert_eq!(driver.call("load", &rules).0, 0);
    for half in HALVES {
        every_text(half, |text, answer| {
            let request = serde_json::to_string(&text.question()).unwrap();
            let found = driver.call("check", &request);
            agree(answer, &found).unwrap_or_else(|why| panic!("{}: {why}", text.id));
        });
    }
    driver.end();
}

/// What a case asks, and the request in JSON: its own words.
fn asked(case: &Case) -> (&'static str, String) {
    match &case.check {
        Some(check) => ("check", serde_json::to_string(check).unwrap()),
        None => {
            let (name, job) = case.job();
            (name, serde_json::to_string(job).unwrap())
        }
    }
}

fn through_c(case: &Case, driver: &mut Driver) -> Result<(), String> {
    let files = case.files();
    let folder = tempfile::tempdir().unwrap();
    let rules = match &files {
        Some(files) => {
            write(folder.path(), files);
            folder.path().join("rules")
        }
        None => top().join("rules"),
    };
    let mut rust = through_rust(case, files.as_ref());
    case.judge(&rust)?;
    let loaded = driver.call("load", &rules.display().to_string());
    if loaded.0 != 0 {
        return agree(&rust, &loaded);
    }
    if let Some(candidate) = case.candidate() {
        write(&folder.path().join("candidate"), &candidate);
        let rules = folder.path().join("candidate/rules").display().to_string();
        let (status, answer) = driver.call("load_candidate", &rules);
        if status != 0 {
            return Err(format!("the candidate cannot be loaded: {answer}"));
        }
    }
    let (function, request) = asked(case);
    if function == "standing" && case.job().1.advocate.is_none() {
        rust = rust.map(as_list);
    }
    let found = driver.call(function, &request);
    agree(&rust, &found)?;
    // The items of many are the answers of one.
    if let (Some(check), 0) = (&case.check, found.0) {
        let mut many = serde_json::to_value(check).unwrap();
        let post = many.as_object_mut().unwrap().remove("post").unwrap();
        many["posts"] = json!([post, {}, post]);
        let (status, answers) = driver.call("check_many", &many.to_string());
        let around = [format!("[{},{{\"problems\":", found.1), format!("]}},{}]", found.1)];
        if status != 0 || !answers.starts_with(&around[0]) || !answers.ends_with(&around[1]) {
            return Err(format!("many differ from one: {answers}"));
        }
    }
    Ok(())
}

#[test]
fn facts_are_listed_in_c_as_in_rust() {
    let mut driver = Driver::start(Watch::Sanitizers);
    let (status, listed) = driver.call("facts", "");
    driver.end();
    assert_eq!((status, &listed), (0, &canonical(&facts()).unwrap()));
    assert!(listed.contains(r#""fact":"post.mentions(lexicon)""#), "{listed}");
}

#[test]
fn the_program_that_is_published_in_a_journal_is_loaded_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut driver = Driver::start(Watch::Nobody);
    let journal = Sqlite::open(&path, Access::Create).unwrap();
    let (status, answer) = driver.call("load_published", &path.display().to_string());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert!(status != 0 && answer["problems"][0]["code"] == "not-allowed", "{status} {answer}");
    let rules = Sources::read(&top().join("rules")).unwrap();
    let signed = Signed { by: BY, note: None, at: Timestamp::UNIX_EPOCH, upon: None };
    let asked = Publish { sources: &rules, signed };
    let published = publish(&journal, &asked, &|| true).unwrap();
    let (status, answer) = driver.call("load_published", &path.display().to_string());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["version"]), (0, &json!(published.program)), "{answer}");
    driver.end();
}

#[test]
fn every_story_goes_the_same_through_c_in_memory() {
    let driver = RefCell::new(Driver::start(Watch::Sanitizers));
    every_story(|story| told_in_c(story, "open_memory", &mut driver.borrow_mut()));
    driver.into_inner().end();
}

#[test]
fn every_story_goes_the_same_through_c_in_a_file() {
    let driver = RefCell::new(Driver::start(Watch::Sanitizers));
    every_story(|story| told_in_c(story, "open_file", &mut driver.borrow_mut()));
    driver.into_inner().end();
}

#[test]
fn every_story_goes_the_same_through_c_in_a_database() {
    let driver = RefCell::new(Driver::start(Watch::Sanitizers));
    every_story(|story| told_in_c(story, DATABASE, &mut driver.borrow_mut()));
    driver.into_inner().end();
}

/// Some of the corpus: valgrind takes fifty times as long.
fn watched_by_valgrind(one_of: usize) {
    let driver = RefCell::new(Driver::start(Watch::Valgrind));
    let number = Cell::new(0usize);
    let chosen = || {
        number.set(number.get() + 1);
        number.get().is_multiple_of(one_of)
    };
    every_case(|case| match chosen() {
        true => through_c(case, &mut driver.borrow_mut()),
        false => Ok(()),
    });
    every_story(|story| match chosen() {
        true => told_in_c(story, "open_file", &mut driver.borrow_mut()),
        false => Ok(()),
    });
    driver.into_inner().end();
}

#[test]
#[ignore = "needs valgrind"]
fn valgrind_finds_nothing_in_a_part_of_the_corpus() {
    watched_by_valgrind(24);
}

#[test]
#[ignore = "needs valgrind, and long"]
fn valgrind_finds_nothing_in_the_whole_corpus() {
    watched_by_valgrind(1);
}

fn told_in_c(story: &Story, open: &str, driver: &mut Driver) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Memory::new());
    let mut ledger: Option<Ledger> = None;
    for (number, step) in story.steps.iter().enumerate() {
        let placed = |why: String| format!("  step {}: {why}", number + 1);
        let called = |(status, answer): (i32, String)| match status {
            0 => Ok(()),
            _ => Err(placed(answer)),
        };
        if let Act::Program(files) = &step.act {
            let files = program_files(files);
            let _ = std::fs::remove_dir_all(folder.path().join("rules"));
            write(folder.path(), &files);
            let rules = Arc::new(Rules::from_sources(&sources(&files)).unwrap());
            if ledger.is_none() {
                called(driver.call("close_ledger", ""))
                    .or_else(|why| if why.contains("program") { Ok(()) } else { Err(why) })?;
            }
            called(driver.call("load", &folder.path().join("rules").display().to_string()))?;
            if ledger.is_none() {
                let file = folder.path().join("journal.db").display().to_string();
                let (open, journal) = match open {
                    DATABASE => {
                        let place = Place::of_case(Kind::Database, folder.path());
                        ("open_file", place.journal("story"))
                    }
                    open => (open, file),
                };
                called(driver.call(open, &journal))?;
            }
            ledger = Some(Ledger::open(rules, journal.clone(), false).unwrap());
            continue;
        }
        if let Act::Simulate(simulate) = &step.act {
            let candidate = folder.path().join("candidate");
            let _ = std::fs::remove_dir_all(&candidate);
            write(&candidate, &simulate.files());
            let rules = candidate.join("rules").display().to_string();
            called(driver.call("load_candidate", &rules))?;
        }
        let ledger = ledger.as_ref().expect("a story begins with a program");
        let mut rust = done_in_rust(&step.act, ledger);
        step.judge(&rust).map_err(placed)?;
        let found = match request(&step.act) {
            Some((function, request)) => driver.call(function, &request.to_string()),
            None => {
                let events = match &step.act {
                    Act::Record(events) => events,
                    Act::Restore(events) => {
                        // The driver takes a line a call.
                        let lines = lines(events).trim_end().replace('\n', "\u{1e}");
                        let found = driver.call("ledger_restore", &lines);
                        step.judge_words(&found.1).map_err(placed)?;
                        agree(&rust, &found).map_err(placed)?;
                        continue;
                    }
                    _ => unreachable!(),
                };
                // A call each, as the Rust door records them.
                let mut receipts = Vec::new();
                for event in events {
                    let (status, answer) = driver.call("ledger_record", &event.to_string());
                    called((status, answer.clone()))?;
                    receipts.push(answer.trim_start_matches('[').trim_end_matches(']').to_owned());
                }
                rust = rust.map(as_list);
                (0, as_list(receipts.join("\n")))
            }
        };
        step.judge_words(&found.1).map_err(placed)?;
        agree(&rust, &found).map_err(placed)?;
    }
    match ledger {
        Some(ledger) => looked_up_in_c(&ledger, driver),
        None => Ok(()),
    }
}

/// What is on record in the end, and how it came there.
fn looked_up_in_c(ledger: &Ledger, driver: &mut Driver) -> Result<(), String> {
    let request = json!({ "as_of": "2030-01-01" }).to_string();
    let people = ledger.perform::<ListPeople>(&request);
    agree(&people, &driver.call("ledger_people", &request))?;
    let content = ledger.perform::<ListContent>(&request);
    agree(&content, &driver.call("ledger_content", &request))?;
    // Award runs and decisions are of the moment of their call, so that only their order is the same.
    let last = |changes: &str| {
        let changes: Value = serde_json::from_str(changes).unwrap();
        (changes["last"].clone(), changes["changes"].as_array().map(Vec::len))
    };
    let changes = ledger.perform::<Changes>(&request).unwrap();
    let found = driver.call("ledger_changes", &request).1;
    match last(&changes) == last(&found) {
        true => Ok(()),
        false => Err(format!("changes: {found}\n  in Rust: {changes}")),
    }
}

/// What a step asks of a ledger; nothing where it records events.
fn request(act: &Act) -> Option<(&'static str, Value)> {
    let now = jiff::Timestamp::now().to_string();
    Some(match act {
        Act::Program(_) | Act::Record(_) | Act::Restore(_) => return None,
        Act::Close { as_of, preview } => {
            ("ledger_close", json!({ "as_of": as_of, "at": now, "by": BY, "preview": preview }))
        }
        Act::GrantsWhere { team, rule, kind, state } => {
            let team = team.as_ref().map(|(by, name)| format!("{by}={name}"));
            (
                "ledger_grants",
                json!({ "as_of": now, "team": team, "rule": rule, "kind": kind, "state": state }),
            )
        }
        Act::Grants(advocate) => ("ledger_grants", json!({ "as_of": now, "advocate": advocate })),
        Act::Decide { verb, grants, at } => (
            "ledger_decide",
            json!({ "grants": grants, "verb": verb.name(), "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Adjust { advocate, points, at } => (
            "ledger_adjust",
            json!({ "advocate": advocate, "points": points, "by": BY, "reason": REASON, "at": at }),
        ),
        Act::Erase { advocate, at } => {
            ("ledger_erase", json!({ "advocate": advocate, "by": BY, "at": at }))
        }
        Act::Retain { as_of, dry_run } => {
            ("ledger_retain", json!({ "as_of": as_of, "at": as_of, "by": BY, "dry_run": dry_run }))
        }
        Act::Disclose { advocate, as_of } => {
            ("ledger_disclose", json!({ "advocate": advocate, "as_of": as_of }))
        }
        Act::Publish { program, at, upon } => (
            "ledger_publish",
            json!({
                "files": program_files(program), "by": BY, "note": REASON, "at": at, "upon": upon,
            }),
        ),
        Act::RollBack { to, at } => {
            ("ledger_roll_back", json!({ "to": to, "by": BY, "note": REASON, "at": at }))
        }
        Act::Publications {} => ("ledger_publications", json!({})),
        Act::Dispute { advocate, activity, rule, at } => (
            "ledger_dispute",
            json!({
                "advocate": advocate, "activity": activity, "rule": rule, "reason": REASON, "at": at,
            }),
        ),
        Act::Resolve { dispute, uphold, points, at } => (
            "ledger_resolve",
            json!({
                "dispute": dispute, "uphold": uphold, "points": points, "by": BY, "reason": REASON,
                "at": at,
            }),
        ),
        Act::Disputes(advocate) => {
            ("ledger_disputes", json!({ "as_of": now, "advocate": advocate }))
        }
        Act::Explain { advocate, as_of } => {
            ("ledger_explain", json!({ "advocate": advocate, "as_of": as_of }))
        }
        Act::Simulate(simulate) => ("ledger_simulate", simulate.request()),
        Act::Standing { advocate, as_of } => {
            ("ledger_standing", json!({ "advocate": advocate, "as_of": as_of }))
        }
    })
}
