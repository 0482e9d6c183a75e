//! Runs the shared corpus through the Rust door and the command line.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::corpus::cases::{Case, ScoreCase, every_case, lines, through_rust, write};
use crate::support::{plaudit, stderr, stdout};

/// Which board is asked for, by the options of the command line.
fn options(case: &ScoreCase) -> Vec<String> {
    let options = [
        ("--window", &case.window),
        ("--period", &case.period),
        ("--style", &case.style),
        ("--team", &case.team),
        ("--teams", &case.teams),
    ];
    let given = options.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let given = given.flat_map(|(name, value)| [(*name).to_owned(), value.clone()]);
    given.chain(case.all_time.then(|| "--all-time".to_owned())).collect()
}

#[test]
fn every_case_gives_what_it_expects_and_the_same_bytes_through_every_door() {
    every_case(run);
}

fn run(case: &Case) -> Result<(), String> {
    let files = case.files();
    let folder = tempfile::tempdir().unwrap();
    let rules = match &files {
        Some(files) => {
            write(folder.path(), files);
            folder.path().join("rules").display().to_string()
        }
        None => "rules".to_owned(),
    };
    let rust = through_rust(case, files.as_ref());
    case.judge(&rust)?;
    let command_line = through_command_line(case, &rules, folder.path());
    match (rust, command_line) {
        (Ok(rust), Ok(command_line)) if rust == command_line => Ok(()),
        (Err(_), Err(message)) if message.contains("error[") => Ok(()),
        (rust, command_line) => Err(format!(
            "the doors differ\n  Rust: {}\n  command line: {}",
            rust.unwrap_or_else(|error| error.to_string()),
            command_line.unwrap_or_else(|error| error)
        )),
    }
}

/// The document, or standard error where there is none.
fn through_command_line(case: &Case, rules: &str, folder: &Path) -> Result<String, String> {
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mut arguments: Vec<String> = vec!["--rules".to_owned(), rules.to_owned()];
    let records = |events: &[Value], people: &[Value], arguments: &mut Vec<String>| {
        arguments.extend(["--activities".to_owned(), file("events.jsonl", lines(events))]);
        if !people.is_empty() {
            arguments.extend(["--people".to_owned(), file("people.jsonl", lines(people))]);
        }
    };
    if let Some(check) = &case.check {
        arguments.extend(["check".to_owned(), "--json".to_owned()]);
        records(&check.events, &check.people, &mut arguments);
        arguments.extend(["--at".to_owned(), check.at.clone()]);
        arguments.push(file("post.json", check.post.to_string()));
    } else {
        let (name, job) = case.job();
        if let Some(candidate) = case.candidate() {
            write(&folder.join("candidate"), &candidate);
            arguments[1] = folder.join("candidate/rules").display().to_string();
        }
        arguments.push(name.to_owned());
        match (name, &job.advocate) {
            ("standing", None) => arguments.push("--everyone".to_owned()),
            ("team", _) => {
                arguments.extend(job.team.clone());
                arguments
                    .extend(job.window.iter().flat_map(|it| ["--window".to_owned(), it.clone()]));
            }
            ("leaderboard", _) => arguments.extend(options(job)),
            ("simulate", _) => {
                // One rule alone is compared with the candidate without it.
                let (option, value) = match &job.only {
                    Some(rule) => ("--only", rule.as_str()),
                    None => ("--against", rules),
                };
                arguments.extend([option.to_owned(), value.to_owned()]);
                let limits = job.fail_if.iter();
                arguments.extend(limits.flat_map(|it| ["--fail-if".to_owned(), it.clone()]));
                let samples = job.samples.iter();
                arguments.extend(samples.flat_map(|it| ["--samples".to_owned(), it.to_string()]));
            }
            (_, advocate) => arguments.extend(advocate.clone()),
        }
        arguments.extend(job.figure.iter().chain(&job.argument).cloned());
        arguments.push("--json".to_owned());
        records(&job.events, &job.people, &mut arguments);
        arguments.extend(["--as-of".to_owned(), job.as_of.clone()]);
        if job.assume_consent {
            arguments.push("--assume-consent".to_owned());
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = plaudit(&arguments);
    match output.status.code() {
        Some(0 | 1) => Ok(stdout(&output).trim_end().to_owned()),
        _ => Err(stderr(&output)),
    }
}
