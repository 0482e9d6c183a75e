//! Looking after a journal at the command line: times to come are refused or told, summaries leave
//! nothing out, and errors name the option that helps.

use std::fs;
use std::path::Path;

use crate::support::{plaudit, stderr, stdout, top};

const LATER: &str = "2300-01-01T00:00:00Z";

/// Runs a command; what it wrote is on one line, so that it does not matter where lines are broken.
fn run(command: &[&str]) -> (Option<i32>, String, String) {
    let output = plaudit(command);
    let told = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.code(), stdout(&output), told)
}

/// A journal with two people, one share, and a badge and a proposal for it.
fn journal(folder: &Path) -> String {
    let journal = folder.join("journal.db").display().to_string();
    let events = [
        r#"{"type": "person", "id": "p1", "advocate": "ada", "consent": true, "at": "2026-01-01T00:00:00Z"}"#,
        r#"{"type": "person", "id": "p2", "advocate": "bo", "consent": true, "at": "2026-01-01T00:00:00Z"}"#,
        r#"{"id": "1", "advocate": "ada", "kind": "create", "channel": "blog", "at": "2026-06-01T00:00:00Z"}"#,
    ];
    let recorded = run(&[&["record", "--journal", &journal], &events[..]].concat());
    assert_eq!(recorded.0, Some(0), "{}", recorded.2);
    journal
}

#[test]
fn a_time_that_has_not_come_is_refused_by_every_command_that_puts_it_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let list = folder.path().join("people.csv");
    fs::write(&list, "id,consent\nada,true\n").unwrap();
    let list = list.display().to_string();
    let map = top().join("tests/data/imports/social.toml").display().to_string();
    let signed = ["--by", "grace", "--reason", "so", "--at", LATER];
    let commands: [&[&str]; 7] = [
        &["sync", &list, "--at", LATER],
        &["sync", &list, "--at", LATER, "--dry-run"],
        &["import", &list, "--map", &map, "--exported-at", LATER],
        &["close", "--as-of", LATER],
        &["adjust", "ada", "5", signed[0], signed[1], signed[2], signed[3], signed[4], signed[5]],
        &["disputes", "open", "ada", "--activity", "1", "--reason", "no", "--at", LATER],
        &["grants", "approve", "00", "--by", "grace", "--reason", "so", "--at", LATER],
    ];
    for command in commands {
        let (code, _, told) = run(&[command, &["--journal", &journal]].concat());
        assert_eq!(code, Some(3), "{command:?}: {told}");
        assert!(told.contains("2300-01-01") && told.contains("now it is"), "{command:?}: {told}");
    }
    let health = run(&["journal", "check", &journal]).1;
    assert!(health.starts_with("3 events"), "{health}");
    // So that today's list is still taken in.
    let (code, shown, told) = run(&["sync", &list, "--at", "2026-07-01", "--journal", &journal]);
    assert_eq!(code, Some(0), "{told}");
    assert!(shown.contains("1 adopted, 0 left, 0 as before"), "{shown}");
}

#[test]
fn an_event_of_a_time_to_come_goes_on_record_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let event = |id: &str, kind: &str| {
        format!(
            r#"{{"type": "person", "id": "{id}", "advocate": "{kind}", "consent": true, "at": "{LATER}"}}"#
        )
    };
    let record = |event: &str| run(&["record", event, "--journal", &journal, "--json"]);
    let (code, shown, told) = record(&event("p3", "cy"));
    assert_eq!(code, Some(0), "{told}");
    assert!(shown.contains(r#""result":"recorded""#), "{shown}");
    assert!(told.contains("warning") && told.contains("`p3` is of 2300-01-01"), "{told}");
    // What is known already, and what is planned, is not told.
    assert_eq!(record(&event("p3", "cy")).2, "");
    let meeting = format!(r#"{{"type": "meeting", "id": "m", "at": "{LATER}"}}"#);
    assert_eq!(record(&meeting).2, "");
    let file = folder.path().join("people.jsonl");
    let many: Vec<String> = (0..9).map(|id| event(&format!("q{id}"), "di")).collect();
    fs::write(&file, many.join("\n")).unwrap();
    let file = file.display().to_string();
    let (code, shown, told) = run(&["import", &file, "--journal", &journal]);
    assert_eq!((code, shown.as_str()), (Some(0), "9 events recorded\n"));
    assert!(told.contains("people.jsonl:5"), "{told}");
    assert!(told.contains("4 more events are of a time that has not come yet"), "{told}");
    assert!(!told.contains("`q5`"), "{told}");
}

#[test]
fn a_summary_of_an_import_counts_the_rows_that_are_no_events() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let file = folder.path().join("some.jsonl");
    let good = r#"{"id": "2", "advocate": "ada", "kind": "share", "at": "2026-06-02T00:00:00Z"}"#;
    fs::write(&file, format!("{good}\nnothing\n\n{{\"id\": \"3\"}}\n{good}\n")).unwrap();
    let file = file.display().to_string();
    let (code, shown, told) = run(&["import", &file, "--journal", &journal]);
    let expected = "1 event recorded, 1 event on record already, 2 rows left out as unreadable\n";
    assert_eq!((code, shown.as_str()), (Some(1), expected), "{told}");
}

#[test]
fn a_list_by_which_too_many_would_leave_names_the_option_that_lets_them() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db").display().to_string();
    let list = folder.path().join("people.csv");
    let sync = |people: std::ops::Range<usize>, at: &str, more: &[&str]| {
        let rows: String = people.map(|number| format!("p{number},true\n")).collect();
        fs::write(&list, format!("id,consent\n{rows}")).unwrap();
        let list = list.display().to_string();
        run(&[&["sync", &list, "--at", at, "--journal", &journal], more].concat())
    };
    assert_eq!(sync(0..21, "2026-01-01", &[]).0, Some(0));
    let (code, _, told) = sync(0..7, "2026-02-01", &[]);
    assert_eq!(code, Some(3));
    assert!(told.contains("14 of the 21 people") && told.contains("more than 20 %"), "{told}");
    assert!(told.contains("allow it: --at-most-leave 67"), "{told}");
    assert!(!told.contains("at_most_leave"), "{told}");
    assert_eq!(sync(0..7, "2026-02-01", &["--at-most-leave", "66"]).0, Some(3));
    assert_eq!(sync(0..7, "2026-02-01", &["--at-most-leave", "67"]).0, Some(0));
}

#[test]
fn an_author_of_whom_a_journal_knows_nothing_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let check = |author: &str, more: &[&str]| {
        let start = ["check", "--text", "A fine day.", "--channel", "linkedin", "--author", author];
        run(&[&start, more].concat())
    };
    let (code, shown, told) = check("nobody", &["--journal", &journal]);
    assert_eq!((code, shown.as_str()), (Some(3), ""));
    assert!(told.contains("the author `nobody` is not on record"), "{told}");
    let (code, _, told) = check("ada", &["--journal", &journal]);
    assert_eq!(code, Some(0), "{told}");
    // Where nobody has to be on record, whoever has done something is known by that.
    let share = r#"{"id": "2", "advocate": "cy", "kind": "share", "at": "2026-06-01T00:00:00Z"}"#;
    assert_eq!(run(&["record", share, "--journal", &journal]).0, Some(0));
    assert_eq!(check("cy", &["--journal", &journal]).0, Some(3));
    assert_eq!(check("cy", &["--journal", &journal, "--assume-consent"]).0, Some(0));
    assert_eq!(check("nobody", &["--journal", &journal, "--assume-consent"]).0, Some(3));
    // Without anybody to look among, nothing can be said of a name.
    assert_eq!(check("nobody", &[]).0, Some(0));
}

#[test]
fn decisions_need_no_program_but_for_a_date() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let (code, shown, told) =
        run(&["close", "--as-of", "2026-07-01", "--journal", &journal, "--json"]);
    assert_eq!(code, Some(0), "{told}");
    let closed: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let granted = closed["granted"].as_array().unwrap();
    let proposed = granted.iter().find(|award| award["state"] == "proposed").unwrap();
    let id = proposed["grant"].as_str().unwrap();
    let at = ["--at", "2026-07-02T00:00:00Z"];
    let opened = [&["disputes", "open", "ada", "--activity", "1", "--reason", "no"], &at[..]];
    let shown = run(&[&opened.concat()[..], &["--journal", &journal, "--json"]].concat()).1;
    let dispute: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let dispute = dispute["id"].as_str().unwrap();
    let signed = ["--by", "grace", "--reason", "so", "--journal", &journal, "--rules", "nowhere"];
    let commands: [&[&str]; 4] = [
        &["grants", "approve", id],
        &["grants", "issue", id],
        &["disputes", "resolve", dispute, "--uphold"],
        &["adjust", "ada", "5"],
    ];
    for command in commands {
        let (code, shown, told) = run(&[command, &signed, &at[..]].concat());
        assert_eq!(code, Some(0), "{command:?}: {told}");
        assert!(shown.contains("ada"), "{command:?}: {shown}");
        let (code, _, told) = run(&[command, &signed, &["--at", "2026-07-03"]].concat());
        assert_eq!(code, Some(3), "{command:?}");
        assert!(told.contains("nowhere"), "a date has a time zone: {told}");
    }
}

#[test]
fn what_has_changed_since_the_last_run_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let close = |as_of: &str| run(&["close", "--as-of", as_of, "--journal", &journal]).1;
    close("2026-07-01");
    let retraction =
        r#"{"type": "retraction", "id": "r", "target": "1", "at": "2026-07-01T00:00:00Z"}"#;
    assert_eq!(run(&["record", retraction, "--journal", &journal]).0, Some(0));
    let shown = close("2026-07-02");
    let since = shown.split_once("since the run").unwrap().1;
    let expected = "  not backed by an entitlement any more:\n    ";
    assert!(since.contains(expected), "{shown}");
    assert!(since.contains(" ada  first_step by the rule first_step\n"), "{shown}");
}

/// Every command with its path, those that have commands themselves, too.
fn commands(path: &[&str], all: &mut Vec<(String, String)>) {
    let help = stdout(&plaudit(&[path, &["--help"]].concat()));
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let list = list.split("\n\n").next().unwrap_or_default();
    for line in list.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        if line.starts_with("  ") && !line.starts_with("   ") && name != "help" {
            commands(&[path, &[name]].concat(), all);
        }
    }
    all.push((path.join(" "), help));
}

#[test]
fn no_help_says_anything_twice() {
    let mut all = Vec::new();
    commands(&[], &mut all);
    assert!(all.len() > 30, "{}", all.len());
    for (name, help) in all {
        let words: Vec<&str> = help.split_whitespace().collect();
        for pair in words.windows(2) {
            assert!(pair[0] != pair[1], "`{name}` says `{}` twice: {help}", pair[0]);
        }
        for line in help.lines().map(str::trim).filter(|line| line.len() > 20) {
            let again = help.lines().filter(|other| other.trim() == line).count();
            assert_eq!(again, 1, "`{name}` says it {again} times: {line}");
        }
        // What one has to say stands before the directory that one hardly ever has to name.
        let rules = help.find("--rules <DIR>").unwrap();
        let last = help.rfind("\n      --").unwrap();
        assert!(rules >= last, "`{name}` lists --rules among its own options: {help}");
    }
}
