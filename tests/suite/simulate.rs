//! The command `simulate`: limits as exit codes, reports as pages, and what it needs to be told.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{copy, plaudit, stderr, stdout, top};

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

#[test]
fn settings_that_change_nothing_for_anybody_are_named_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let rules = changed(folder.path(), "\ngoal = 20\n", "\ngoal = 21\n");
    let lists = Path::new(&rules).join("lexicons");
    fs::write(lists.join("slang.en.txt"), "dope\n").unwrap();
    let output = simulate(&["--rules", &rules]);
    let text = stdout(&output);
    assert!(
        text.contains("Nothing would be different for anybody; 1 setting and 1 file are others."),
        "{text}"
    );
    assert!(text.contains("lexicons/slang.en.txt  new"), "{text}");
    let settings = text.split("\nSettings\n").nth(1).unwrap().lines().nth(1).unwrap();
    assert!(settings.contains(".goal") && settings.ends_with("20      21"), "{settings}");
    // The same on the page, by the clock of the program.
    let page = folder.path().join("report.html").display().to_string();
    simulate(&["--rules", &rules, "--html", &page]);
    let page = fs::read_to_string(page).unwrap();
    for text in
        ["1 setting and 1 file are others", "slang.en.txt", "2026-07-01 00:00 (Europe/Berlin)"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("2026-06-30T22"), "{page}");
}

#[test]
fn a_page_begins_with_limits_and_says_in_words_what_it_says_by_colour() {
    let folder = tempfile::tempdir().unwrap();
    let rules = changed(folder.path(), "\npoints = 50\n", "\npoints = 60\n");
    let page = |limits: &[&str]| {
        let file = folder.path().join("report.html").display().to_string();
        let limits = limits.iter().flat_map(|limit| ["--fail-if", limit]);
        let options: Vec<&str> =
            ["--rules", &rules, "--html", &file].into_iter().chain(limits).collect();
        simulate(&options);
        fs::read_to_string(file).unwrap()
    };
    let failed = page(&["levels_lost > 5%", "faults > 0"]);
    let first = failed.split("<h2>").nth(1).unwrap();
    assert!(first.starts_with("Limits (look here)"), "{first}");
    assert!(first.contains("Failed: 1 of 2 limits is exceeded."), "{first}");
    let passed = page(&["faults > 0"]);
    let first = passed.split("<h2>").nth(1).unwrap();
    assert!(
        first.starts_with("Limits<") && first.contains("Passed: the limit is kept."),
        "{first}"
    );
    assert!(!page(&[]).contains("Limits"));
}

#[test]
fn where_figures_are_of_groups_only_no_heading_stands_empty() {
    let folder = tempfile::tempdir().unwrap();
    let rules = changed(folder.path(), "\npoints = 50\n", "\npoints = 60\n");
    let settings = Path::new(&rules).join("program.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let groups = text.replace("aggregate_only = false", "aggregate_only = true");
    fs::write(&settings, groups).unwrap();
    let page = folder.path().join("report.html").display().to_string();
    let output = simulate(&["--rules", &rules, "--html", &page]);
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("Withheld") && page.contains("figures are shown of groups only"),
        "{page}"
    );
    assert!(!page.contains("</h2>\n</section>"), "{page}");
    let text = stdout(&output);
    let mut lines = text.lines().skip(2).peekable();
    while let Some(line) = lines.next() {
        let is_heading = !line.is_empty() && !line.starts_with(' ');
        assert!(
            !is_heading || lines.peek().is_some_and(|next| next.starts_with(' ')),
            "{line}: {text}"
        );
    }
}

#[test]
fn a_limit_that_decides_nothing_is_a_wrong_call() {
    for (limit, help) in [
        ("levels_lost < 0", "never exceeded"),
        ("levels_lost > 200%", "at most 100%"),
        ("levels_lost => 5%", "write >="),
        ("levels_lost = 5%", "> is exceeded beyond the number"),
    ] {
        let output = simulate(&["--rules", "rules", "--fail-if", limit]);
        assert_eq!(output.status.code(), Some(2), "{limit}");
        assert!(stderr(&output).contains(help), "{limit}: {}", stderr(&output));
    }
    let output = simulate(&["--rules", "rules", "--samples", "many"]);
    let said = stderr(&output);
    assert!(said.contains("a whole number from 0 to 1000"), "{said}");
}
