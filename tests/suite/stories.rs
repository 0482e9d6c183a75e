//! Runs the stories of the shared corpus that go on over time through the Rust door and the command
//! line.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::Program;
use plaudit_engine::events::Verb;
use plaudit_engine::journal::Memory;
use plaudit_engine::ledger::Ledger;

use crate::corpus::cases::{lines, sources, write};
use crate::corpus::stories::{Act, BY, REASON, Story, done_in_rust, every_story, program_files};
use crate::support::{plaudit_with, stderr, stdout};

#[test]
fn every_story_goes_as_it_expects_and_the_same_through_every_door() {
    every_story(run);
}

fn run(story: &Story) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(Memory::new());
    let mut ledger = None;
    for (number, step) in story.steps.iter().enumerate() {
        let placed = |why: String| format!("  step {}: {why}", number + 1);
        if let Act::Program(files) = &step.act {
            let files = program_files(files);
            // The command line finds it in the folder.
            let _ = fs::remove_dir_all(folder.path().join("rules"));
            write(folder.path(), &files);
            let program = Arc::new(Program::from_sources(&sources(&files)).unwrap());
            ledger = Some(Ledger::open(program, journal.clone(), false).unwrap());
            continue;
        }
        let ledger = ledger.as_ref().expect("a story begins with a program");
        let rust = done_in_rust(&step.act, ledger);
        step.judge(&rust).map_err(placed)?;
        let command_line = through_command_line(&step.act, folder.path());
        let by_rust = rust.as_ref().map_or_else(ToString::to_string, Clone::clone);
        let (Ok(by_command_line) | Err(by_command_line)) = &command_line;
        for told in [&by_rust, by_command_line] {
            step.judge_words(told).map_err(placed)?;
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
        Act::Erase { advocate, at } => {
            let erase = ["person", "erase", advocate, "--by", BY, "--at", at, "--yes"];
            arguments.extend(erase.map(str::to_owned));
        }
        Act::Retain { as_of, dry_run } => {
            let retain = ["journal", "retain", "--by", BY, "--as-of", as_of];
            arguments.extend(retain.map(str::to_owned));
            arguments.push(text(if *dry_run { "--dry-run" } else { "--yes" }));
        }
        Act::Disclose { advocate, as_of } => {
            let export = ["person", "export", advocate, "--as-of", as_of, "--journal", &journal];
            arguments.extend(export.map(str::to_owned));
            return call(&arguments, "");
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
        Act::Publish { program, at, upon } => {
            let candidate = folder.join("candidate");
            let _ = fs::remove_dir_all(&candidate);
            write(&candidate, &program_files(program));
            arguments[1] = candidate.join("rules").display().to_string();
            arguments.extend(["program", "publish"].map(text));
            arguments.extend(upon.iter().flat_map(|upon| [text("--upon"), upon.to_string()]));
            arguments.extend(["--by", BY, "--note", REASON, "--at", at].map(text));
        }
        Act::RollBack { to, at } => {
            arguments.extend(["program", "rollback"].map(text));
            arguments.extend(to.map(|to| to.to_string()));
            arguments.extend(["--by", BY, "--note", REASON, "--at", at].map(text));
        }
        Act::Publications {} => arguments.extend(["program", "history"].map(text)),
        Act::Simulate(simulate) => {
            let candidate = folder.join("candidate");
            let _ = fs::remove_dir_all(&candidate);
            write(&candidate, &simulate.files());
            let against = std::mem::take(&mut arguments[1]);
            arguments[1] = candidate.join("rules").display().to_string();
            arguments.extend(["simulate", "--as-of", &simulate.as_of].map(str::to_owned));
            match &simulate.only {
                Some(only) => arguments.extend([text("--only"), only.clone()]),
                None => arguments.extend([text("--against"), against]),
            }
            for limit in &simulate.fail_if {
                arguments.extend([text("--fail-if"), limit.clone()]);
            }
            if let Some(samples) = simulate.samples {
                arguments.extend([text("--samples"), samples.to_string()]);
            }
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
