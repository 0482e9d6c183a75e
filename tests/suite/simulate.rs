//! The command `simulate`: limits as exit codes, reports as pages, and what it needs to be told.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{plaudit, stderr, stdout, top};

const SAMPLE: [&str; 6] = [
    "--activities",
    "tests/data/sample/activities.jsonl",
    "--people",
    "tests/data/sample/people.jsonl",
    "--as-of",
    "2026-07-01",
];

/// The starter program with another text in its settings.
fn changed(folder: &Path, from: &str, to: &str) -> String {
    let rules = folder.join("rules");
    copy(&top().join("rules"), &rules);
    let settings = rules.join("program.toml");
    let text = fs::read_to_string(&settings).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(settings, text.replace(from, to)).unwrap();
    rules.display().to_string()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

fn simulate(options: &[&str]) -> Output {
    plaudit(&[&["simulate"], options, &SAMPLE].concat())
}

#[test]
fn a_limit_that_is_exceeded_is_a_no() {
    let folder = tempfile::tempdir().unwrap();
    let rules = changed(folder.path(), "\npoints = 50\n", "\npoints = 60\n");
    for (limit, code) in [
        ("levels_lost > 5%", 1),
        ("levels_lost > 90%", 0),
        ("points_lost > 0", 0),
        ("faults > 0", 0),
    ] {
        let output = simulate(&["--rules", &rules, "--fail-if", limit]);
        assert_eq!(output.status.code(), Some(code), "{limit}: {}", stdout(&output));
    }
    let output = simulate(&["--rules", &rules, "--fail-if", "level_lost > 5%"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `levels_lost`?"), "{}", stderr(&output));
}

#[test]
fn a_report_says_what_the_terminal_says_and_needs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let rules = changed(folder.path(), "\npoints = 50\n", "\npoints = 60\n");
    let page = folder.path().join("report.html").display().to_string();
    let output = simulate(&["--rules", &rules, "--html", &page]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let page = fs::read_to_string(page).unwrap();
    assert!(text.contains("Björn Lind (bjorn): regular → newcomer"), "{text}");
    assert!(page.contains("Björn Lind (bjorn): regular → newcomer"), "{page}");
    for needed in ["<!doctype html>", "lang=\"en\"", "name=\"viewport\"", "scope=\"col\""] {
        assert!(page.contains(needed), "{needed}");
    }
    for foreign in ["<script", "http:", "https:", "<link", "<img", "url(", "@import"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn a_report_takes_the_place_of_a_report_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    let name = page.display().to_string();
    fs::write(&page, "[program]\nname = \"mine\"\n").unwrap();
    let output = simulate(&["--rules", "rules", "--html", &name]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("is no page of a simulation"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&page).unwrap(), "[program]\nname = \"mine\"\n");
    fs::remove_file(&page).unwrap();
    for _ in 0..2 {
        let output = simulate(&["--rules", "rules", "--html", &name]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
}

#[test]
fn without_another_program_there_is_nothing_to_compare() {
    let output = simulate(&[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("--rules NEW"), "{}", stderr(&output));
    // One that is named twice is compared with itself.
    let output = simulate(&["--rules", "rules", "--json"]);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(told["differs"], false, "{told}");
    assert_eq!(told["program"], told["against"]["program"]);
    let output = simulate(&["--only", "welcome", "--against", "rules"]);
    assert_eq!(output.status.code(), Some(2), "they do not go together");
}
