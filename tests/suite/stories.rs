//! Runs the stories of the shared corpus that go on over time: what is recorded, awarded, decided
//! and put right, step by step, through every door.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::awards::{AwardRun, Choice, Filter, Signed, State};
use plaudit_engine::events::{Event, Identity, LOCAL, Resolved, Verb, read_record};
use plaudit_engine::journal::{Batch, Memory};
use plaudit_engine::ledger::{Export, Ledger, Objection, Ruling};
use plaudit_engine::{Error, Program, Sources, canonical};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases::{contains, lines};
use crate::support::{MANIFEST, plaudit_with, stderr, stdout, top};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    story: String,
    steps: Vec<Step>,
}

/// One step: what is done, and what is expected of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(flatten)]
    act: Act,
    expect: Option<Value>,
    refused: Option<Vec<String>>,
    /// What a refusal says, among other things.
    #[serde(default)]
    says: Vec<String>,
    /// What no door tells, whether it answers or refuses.
    #[serde(default)]
    withholds: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    /// From here on the program is this; the short manifest where it has none.
    Program(BTreeMap<String, String>),
    Record(Vec<Value>),
    /// An export, as somebody may have edited it.
    Restore(Vec<Value>),
    Close {
        as_of: String,
        #[serde(default)]
        preview: bool,
    },
    Grants(Option<String>),
    GrantsWhere {
        team: Option<(String, String)>,
        rule: Option<String>,
        kind: Option<String>,
        state: Option<String>,
    },
    Decide {
        verb: Verb,
        grants: Vec<String>,
        at: String,
    },
    Adjust {
        advocate: String,
        points: i64,
        at: String,
    },
    Dispute {
        advocate: String,
        activity: Option<String>,
        rule: Option<String>,
        at: String,
    },
    Resolve {
        dispute: String,
        uphold: bool,
        points: Option<i64>,
        at: String,
    },
    Disputes(Option<String>),
    Explain {
        advocate: String,
        as_of: String,
    },
    Standing {
        advocate: String,
        as_of: String,
    },
}

const BY: &str = "grace";
const REASON: &str = "as we agreed";

fn signed(at: &str) -> Signed<'static> {
    Signed { by: BY, reason: REASON, at: at.parse().unwrap() }
}

#[test]
fn every_story_goes_as_it_expects_and_the_same_through_every_door() {
    let folder = top().join("tests/cases/ledger");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files {
        let stories: Vec<Story> = serde_json::from_str(&fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for story in stories {
            count += 1;
            if let Err(why) = run(&story) {
                let name = file.file_name().unwrap().display();
                failures.push(format!("{name}: {}\n{why}", story.story));
            }
        }
    }
    assert!(count > 0, "there are no stories");
    assert!(failures.is_empty(), "{} of {count} fail\n\n{}", failures.len(), failures.join("\n\n"));
}

fn run(story: &Story) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Memory::new());
    let mut ledger = None;
    for (number, step) in story.steps.iter().enumerate() {
        let placed = |why: String| format!("  step {}: {why}", number + 1);
        if let Act::Program(files) = &step.act {
            let program = program(files, folder.path());
            ledger = Some(Ledger::open(Arc::new(program), journal.clone(), false).unwrap());
            continue;
        }
        let ledger = ledger.as_ref().expect("a story begins with a program");
        let rust = through_rust(&step.act, ledger);
        match (&rust, &step.refused) {
            (Err(error), Some(codes)) => {
                let found: Vec<&str> =
                    error.problems().iter().map(|problem| problem.code.name()).collect();
                if found != codes.iter().map(String::as_str).collect::<Vec<_>>() {
                    return Err(placed(format!("refused with {found:?}: {error}")));
                }
            }
            (Err(error), None) => return Err(placed(format!("refused: {error}"))),
            (Ok(document), Some(_)) => return Err(placed(format!("not refused: {document}"))),
            (Ok(document), None) => {
                let found: Vec<Value> =
                    document.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                let found = match &step.act {
                    Act::Record(_) => Value::from(found),
                    _ => found[0].clone(),
                };
                if let Some(expected) = &step.expect {
                    contains("", expected, &found).map_err(placed)?;
                }
            }
        }
        let command_line = through_command_line(&step.act, folder.path());
        for told in [&rust.as_ref().map_or_else(ToString::to_string, Clone::clone), {
            let (Ok(told) | Err(told)) = &command_line;
            told
        }] {
            // A long help is broken into lines on the way to a person.
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(missing) = step.says.iter().find(|text| !told.contains(*text)) {
                return Err(placed(format!("it is not said that {missing}: {told}")));
            }
            if let Some(found) = step.withholds.iter().find(|text| told.contains(*text)) {
                return Err(placed(format!("{found} is told: {told}")));
            }
        }
        match (rust, command_line) {
            (Ok(rust), Ok(command_line)) if rust == command_line => {}
            (Err(_), Err(message)) if message.contains("error[") => {}
            (rust, command_line) => {
                return Err(placed(format!(
                    "the doors differ\n  Rust: {}\n  command line: {}",
                    rust.unwrap_or_else(|error| error.to_string()),
                    command_line.unwrap_or_else(|error| error)
                )));
            }
        }
    }
    Ok(())
}

/// The program of these files, which the command line finds in the folder.
fn program(files: &BTreeMap<String, String>, folder: &Path) -> Program {
    let rules = folder.join("rules");
    let _ = fs::remove_dir_all(&rules);
    let mut sources = Sources::new();
    let mut files = files.clone();
    let more = files.remove("program.toml").unwrap_or_default();
    files.insert("program.toml".to_owned(), format!("{MANIFEST}\n{more}"));
    for (path, text) in files {
        let place = rules.join(&path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, &text).unwrap();
        sources = sources.with(path, text);
    }
    Program::from_sources(&sources).unwrap()
}

fn through_rust(act: &Act, ledger: &Ledger) -> Result<String, Error> {
    let now = jiff::Timestamp::now();
    match act {
        Act::Program(_) => unreachable!("it is not asked of a door"),
        Act::Record(events) => {
            let mut answers = Vec::new();
            for event in events {
                answers.push(match read_record::<Event>(&event.to_string(), "event") {
                    Ok(event) => canonical(&ledger.record(vec![event], Batch::Each)?[0])?,
                    Err(error) => {
                        let problem = error.problems()[0].clone().file("standard input:1");
                        canonical(&json!({ "result": "refused", "problem": problem }))?
                    }
                });
            }
            Ok(answers.join("\n"))
        }
        Act::Restore(events) => {
            let export = Export::read(lines(events).as_bytes(), "export")?;
            canonical(&export.restore(&**ledger.journal())?)
        }
        Act::Close { as_of, preview } => {
            let as_of = as_of.parse().unwrap();
            canonical(&ledger.close(&AwardRun { as_of, at: now, by: BY, preview: *preview })?)
        }
        Act::Grants(advocate) => canonical(&ledger.grants(advocate.as_deref(), now)?),
        Act::GrantsWhere { team, rule, kind, state } => {
            let states =
                [State::Proposed, State::Approved, State::Declined, State::Issued, State::Revoked];
            let state = state.as_deref();
            let filter = Filter {
                team: team.as_ref().map(|(by, name)| (&**by, &**name)),
                rule: rule.as_deref(),
                kind: kind.as_deref(),
                state: states.into_iter().find(|it| Some(it.name()) == state),
            };
            canonical(&ledger.grants_where(None, filter, now)?)
        }
        Act::Decide { verb, grants, at } => {
            let choice = Choice { grants, verb: *verb, signed: signed(at), as_of: now };
            canonical(&json!({ "grants": ledger.decide(&choice)? }))
        }
        Act::Adjust { advocate, points, at } => {
            canonical(&ledger.adjust(advocate, *points, &signed(at))?)
        }
        Act::Dispute { advocate, activity, rule, at } => {
            let activity =
                activity.as_deref().map(|id| Identity { source: LOCAL.into(), id: id.into() });
            canonical(&ledger.dispute(&Objection {
                advocate,
                activity: activity.as_ref(),
                rule: rule.as_deref(),
                reason: REASON,
                at: at.parse().unwrap(),
            })?)
        }
        Act::Resolve { dispute, uphold, points, at } => {
            let verb = if *uphold { Resolved::Upheld } else { Resolved::Dismissed };
            let (points, signed, as_of) = (*points, signed(at), now);
            canonical(&ledger.resolve(&Ruling { dispute, verb, points, signed, as_of })?)
        }
        Act::Disputes(advocate) => {
            canonical(&json!({ "disputes": ledger.disputes(advocate.as_deref(), now)? }))
        }
        Act::Explain { advocate, as_of } => {
            canonical(&ledger.live()?.explain(advocate, as_of.parse().unwrap())?)
        }
        Act::Standing { advocate, as_of } => {
            canonical(&ledger.live()?.standing(advocate, as_of.parse().unwrap())?)
        }
    }
}

/// The document, or standard error where there is none.
fn through_command_line(act: &Act, folder: &Path) -> Result<String, String> {
    let journal = folder.join("journal.db").display().to_string();
    let rules = folder.join("rules").display().to_string();
    let text = |text: &str| text.to_owned();
    let mut arguments: Vec<String> = vec![text("--rules"), rules];
    let sign = |at: &str| ["--by", BY, "--reason", REASON, "--at", at].map(str::to_owned).to_vec();
    match act {
        Act::Program(_) => unreachable!("it is not asked of a door"),
        Act::Record(events) => {
            arguments.push(text("record"));
            // A line at a time, so that every line is the first.
            let mut answers = Vec::new();
            for event in events {
                let mut one = arguments.clone();
                one.extend(["--journal".to_owned(), journal.clone(), text("--json")]);
                answers.push(call(&one, &format!("{event}\n"))?);
            }
            return Ok(answers.join("\n"));
        }
        Act::Restore(events) => {
            let restore = ["journal", "restore", "-", &journal, "--json"];
            return call(&restore.map(str::to_owned), &lines(events));
        }
        Act::Close { as_of, preview } => {
            arguments.extend(["close", "--as-of", as_of, "--by", BY].map(str::to_owned));
            arguments.extend(preview.then(|| text("--preview")));
        }
        Act::Grants(advocate) => {
            arguments.extend(["grants", "list"].map(str::to_owned));
            arguments.extend(advocate.clone());
        }
        Act::GrantsWhere { team, rule, kind, state } => {
            arguments.extend(["grants", "list"].map(str::to_owned));
            let team = team.as_ref().map(|(by, name)| format!("{by}={name}"));
            let options =
                [("--team", &team), ("--rule", rule), ("--kind", kind), ("--state", state)];
            for (name, value) in options {
                arguments.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
            }
        }
        Act::Decide { verb, grants, at } => {
            let name = match verb {
                Verb::Approved => "approve",
                Verb::Declined => "decline",
                Verb::Issued => "issue",
                Verb::Revoked => "revoke",
            };
            arguments.extend(["grants", name].map(str::to_owned));
            arguments.extend(grants.clone());
            arguments.extend(sign(at));
        }
        Act::Adjust { advocate, points, at } => {
            arguments.extend([text("adjust"), advocate.clone(), points.to_string()]);
            arguments.extend(sign(at));
        }
        Act::Dispute { advocate, activity, rule, at } => {
            arguments.extend(["disputes", "open", advocate, "--reason", REASON].map(str::to_owned));
            for (name, value) in [("--activity", activity), ("--rule", rule)] {
                arguments.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
            }
            arguments.extend([text("--at"), at.clone()]);
        }
        Act::Resolve { dispute, uphold, points, at } => {
            let how = if *uphold { "--uphold" } else { "--dismiss" };
            arguments.extend(["disputes", "resolve", dispute, how].map(str::to_owned));
            arguments.extend(points.iter().map(|points| format!("--points={points}")));
            arguments.extend(sign(at));
        }
        Act::Disputes(advocate) => {
            arguments.extend(["disputes", "list", "--all"].map(str::to_owned));
            arguments.extend(advocate.clone());
        }
        Act::Explain { advocate, as_of } => {
            arguments.extend(["explain", advocate, "--as-of", as_of].map(str::to_owned));
        }
        Act::Standing { advocate, as_of } => {
            arguments.extend(["standing", advocate, "--as-of", as_of].map(str::to_owned));
        }
    }
    arguments.extend([text("--journal"), journal, text("--json")]);
    call(&arguments, "")
}

fn call(arguments: &[String], input: &str) -> Result<String, String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = plaudit_with(&arguments, input.as_bytes());
    match output.status.code() {
        Some(0 | 1) => Ok(stdout(&output).trim_end().to_owned()),
        _ => Err(stderr(&output)),
    }
}
