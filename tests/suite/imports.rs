//! Exports of other systems, read by a map from the command line.

use std::fs;

use crate::support::{plaudit, stderr, stdout, top};

const EXPORTS: [&str; 8] = [
    "--activities",
    "tests/data/imports/social.csv",
    "--map",
    "tests/data/imports/social.toml",
    "--people",
    "tests/data/imports/hr.csv",
    "--people-map",
    "tests/data/imports/hr.toml",
];

fn run(command: &[&str], more: &[&str]) -> (Option<i32>, String, String) {
    let as_of = ["--as-of", "2026-07-02T00:00:00Z"];
    let output = plaudit(&[command, &as_of, more].concat());
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn exports_of_hr_and_social_tools_are_scored_as_they_are() {
    let (code, shown, told) = run(&["score", "--json"], &EXPORTS);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("tests/data/imports/social.csv: 1 row passed over"), "{told}");
    assert!(told.contains("tests/data/imports/hr.csv: 1 row passed over"), "{told}");
    let scores: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let advocates: Vec<&str> = scores["advocates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|total| total["advocate"].as_str().unwrap())
        .collect();
    // Accounts of the social tool are other names in the HR system.
    assert_eq!(advocates, ["1001", "1002"], "{shown}");
}

#[test]
fn a_wrong_map_or_a_map_of_something_else_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.toml");
    let text = fs::read_to_string(top().join("tests/data/imports/social.toml")).unwrap();
    fs::write(&wrong, text.replace("likes = ", "liks = ")).unwrap();
    let wrong = wrong.display().to_string();
    let (code, _, told) =
        run(&["score", "--map", &wrong], &[&EXPORTS[..2], &EXPORTS[4..]].concat());
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains("did you mean `likes`?") && told.contains("liks = \"Reactions\""),
        "{told}"
    );
    let hr = ["--map", EXPORTS[7]];
    let (code, _, told) = run(&["score"], &[&EXPORTS[..2], &hr, &EXPORTS[4..]].concat());
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("describes people"), "{told}");
    let (code, _, told) =
        run(&["score"], &[&EXPORTS[..4], &["--assume-consent", "--people-map", &wrong]].concat());
    assert_eq!(code, Some(2), "{told}");
}

#[test]
fn without_a_map_the_columns_of_an_export_are_no_fields() {
    let (code, _, told) = run(&["score", "--assume-consent"], &EXPORTS[..2]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("there is no field `Post ID`"), "{told}");
}

/// Runs a command on a journal.
fn on(journal: &std::path::Path, command: &[&str]) -> (Option<i32>, String, String) {
    let journal = journal.display().to_string();
    let output = plaudit(&[command, &["--journal", &journal]].concat());
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn a_journal_of_exports_says_what_the_exports_say() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    // Since before anybody was employed, as a file holds.
    let sync = ["sync", "--at", "2000-01-01", "--map", EXPORTS[7], EXPORTS[5]];
    let import = ["import", "--map", EXPORTS[3], EXPORTS[1]];
    for again in [false, true] {
        let (code, shown, told) = on(&journal, &sync);
        assert_eq!(code, Some(0), "{told}");
        assert_eq!(shown.contains("0 joined"), again, "{shown}");
        let (code, shown, told) = on(&journal, &import);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains("1 row passed over"), "{told}");
        assert!(shown.contains(if again { "on record already" } else { "recorded" }), "{shown}");
    }
    let as_of = ["--as-of", "2026-07-02T00:00:00Z", "--json"];
    for question in [&["score"][..], &["leaderboard"], &["entitlements"], &["explain", "1001"]] {
        let (code, of_journal, told) = on(&journal, &[question, &as_of].concat());
        assert_eq!(code, Some(0), "{told}");
        let output = plaudit(&[question, &as_of, &EXPORTS].concat());
        assert_eq!(of_journal, stdout(&output), "{question:?}");
    }
}

#[test]
fn a_file_with_mistakes_is_recorded_line_by_line_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let file = folder.path().join("events.jsonl");
    let share = |id: u8, hour: u8| {
        format!(
            "{{\"id\":\"{id}\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T{hour:02}:00:00Z\"}}\n"
        )
    };
    let lines = [share(1, 9), share(2, 9).replace("kind", "knd"), share(1, 10), share(3, 9)];
    fs::write(&file, lines.concat()).unwrap();
    let name = file.display().to_string();
    let exported = |journal: &std::path::Path| {
        let output = plaudit(&["journal", "export", &journal.display().to_string()]);
        stdout(&output).lines().count()
    };

    let (code, shown, told) = on(&journal, &["import", "--all-or-nothing", &name]);
    assert_eq!((code, shown.as_str()), (Some(3), ""));
    assert!(told.contains("events.jsonl:2") && told.contains("did you mean `kind`?"), "{told}");
    assert_eq!(exported(&journal), 0);
    // Without the line that is no event, the one that contradicts another keeps all out.
    fs::write(&file, [share(1, 9), share(1, 10), share(3, 9)].concat()).unwrap();
    let (code, shown, told) = on(&journal, &["import", "--all-or-nothing", &name]);
    assert_eq!(code, Some(1));
    assert!(told.contains("events.jsonl:2") && told.contains("conflict"), "{told}");
    assert!(shown.contains("no events recorded, 1 event refused, 2 events left out"), "{shown}");
    assert_eq!(exported(&journal), 0);

    fs::write(&file, lines.concat()).unwrap();
    let (code, shown, told) = on(&journal, &["import", &name]);
    assert_eq!(code, Some(1));
    assert!(told.contains("events.jsonl:2") && told.contains("events.jsonl:3"), "{told}");
    assert!(shown.contains("2 events recorded, 1 event refused"), "{shown}");
    assert_eq!(exported(&journal), 2);
    let (_, shown, _) = on(&journal, &["import", "--json", &name]);
    let results: Vec<serde_json::Value> =
        shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(u64, &str)> = results
        .iter()
        .map(|it| (it["line"].as_u64().unwrap(), it["result"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(1, "known"), (3, "refused"), (4, "known")]);
}

#[test]
fn who_is_missing_on_a_complete_list_leaves_after_a_look_at_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let list = folder.path().join("people.csv");
    let name = list.display().to_string();
    let write = |people: &[&str]| {
        let rows: String = people.iter().map(|id| format!("{id},true,Sales\n")).collect();
        fs::write(&list, format!("id,consent,department\n{rows}")).unwrap();
    };
    write(&["ada", "bo", "cy"]);
    let (code, shown, told) = on(&journal, &["sync", &name, "--at", "2026-01-01"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(shown.contains("3 joined"), "{shown}");
    write(&["ada", "bo"]);
    let (_, shown, _) = on(&journal, &["sync", &name, "--at", "2026-02-01", "--dry-run"]);
    assert!(shown.contains("cy leaves") && shown.contains("Nothing was changed"), "{shown}");
    let health = plaudit(&["journal", "check", &journal.display().to_string()]);
    assert!(stdout(&health).starts_with("3 events"), "{}", stdout(&health));
    let (_, shown, _) = on(&journal, &["sync", &name, "--at", "2026-02-01", "--json"]);
    let changes: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(changes["left"][0]["advocate"], "cy");
    assert_eq!(changes["left"][0]["changes"][0]["field"], "active");
    let (_, shown, _) = on(&journal, &["sync", &name, "--at", "2026-02-01"]);
    assert!(shown.contains("0 left, 2 as before"), "{shown}");
    let (code, _, told) = on(&journal, &["sync", &name, "--at", "2026-01-15"]);
    assert_eq!(code, Some(3));
    assert!(told.contains("was taken in already"), "{told}");
    let everyone: Vec<String> = (0..20).map(|number| format!("person-{number}")).collect();
    let everyone: Vec<&str> = everyone.iter().map(String::as_str).collect();
    write(&everyone);
    assert_eq!(on(&journal, &["sync", &name, "--at", "2026-03-01"]).0, Some(0));
    write(&everyone[..10]);
    let (code, _, told) = on(&journal, &["sync", &name, "--at", "2026-04-01"]);
    assert_eq!(code, Some(3));
    assert!(told.contains("10"), "{told}");
    let allowed = ["sync", &name, "--at", "2026-04-01", "--at-most-leave", "50"];
    assert_eq!(on(&journal, &allowed).0, Some(0));
}

#[test]
fn cloud_events_are_recorded_one_a_line_or_as_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let file = folder.path().join("events.json");
    let event = |id: u8| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/social","type":"com.example.activity","time":"2026-06-01T09:00:00Z","data":{{"advocate":"ada","kind":"share"}}}}"#
        )
    };
    let name = file.display().to_string();
    fs::write(&file, format!("[{},{}]", event(1), event(2))).unwrap();
    let (code, shown, told) = on(&journal, &["import", "--cloud-events", &name]);
    assert_eq!(code, Some(0), "{told}");
    assert!(shown.contains("2 events recorded"), "{shown}");
    fs::write(&file, format!("{}\n{}\n", event(2), event(3))).unwrap();
    let (_, shown, _) = on(&journal, &["import", &name]);
    assert!(shown.contains("1 event recorded, 1 event on record already"), "{shown}");
}

/// What somebody writes on the command line is held to the rules of records: nothing goes on record
/// that could not be read again.
#[test]
fn empty_and_endless_words_are_refused_and_the_journal_stays_readable() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let sync = ["sync", "--at", "2026-01-01", "tests/data/sample/people.jsonl"];
    assert_eq!(on(&journal, &sync).0, Some(0));
    assert_eq!(on(&journal, &["import", "tests/data/sample/activities.jsonl"]).0, Some(0));
    assert_eq!(on(&journal, &["close", "--as-of", "2026-07-01"]).0, Some(0));
    let (_, shown, _) = on(&journal, &["grants", "list", "--state", "proposed", "--json"]);
    let grants: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let grant = grants["grants"][0]["grant"].as_str().unwrap();
    let position = |journal: &std::path::Path| {
        let output = plaudit(&["journal", "check", &journal.display().to_string(), "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        let health: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        health["events"].as_u64().unwrap()
    };
    let before = position(&journal);
    let endless = "x".repeat(20_000);
    for words in ["", "  ", endless.as_str()] {
        for (by, reason) in [(words, "why"), ("grace", words)] {
            let signed = ["--by", by, "--reason", reason];
            for command in [&["grants", "approve", grant][..], &["adjust", "amara", "5"]] {
                let (code, _, told) = on(&journal, &[command, &signed].concat());
                assert_eq!(code, Some(3), "{command:?} {told}");
                assert!(told.contains("says nothing") || told.contains("at most 1000"), "{told}");
            }
        }
        let dispute = ["disputes", "open", "amara", "--rule", "share", "--reason", words];
        assert_eq!(on(&journal, &dispute).0, Some(3));
        let close = ["close", "--as-of", "2026-08-01", "--by", words];
        assert_eq!(on(&journal, &close).0, Some(3), "{words}");
    }
    for words in ["", endless.as_str()] {
        let sync = ["sync", "--at", "2026-02-01", "--source", words, sync[3]];
        assert_eq!(on(&journal, &sync).0, Some(3));
    }
    let sync = ["sync", "--at", "2026-02-01", "--source", "plaudit", "--dry-run", sync[3]];
    let (code, _, told) = on(&journal, &sync);
    assert_eq!(code, Some(2));
    assert!(told.contains("such as `hr`"), "{told}");
    let later = ["--by", "grace", "--reason", "why", "--at", "2206-01-01"];
    let (code, _, told) = on(&journal, &[&["grants", "approve", grant][..], &later].concat());
    assert_eq!(code, Some(3));
    assert!(told.contains("has not come yet"), "{told}");
    assert_eq!(position(&journal), before);
    // What was just recorded is there at once.
    let dispute = ["disputes", "open", "amara", "--rule", "share", "--reason", "It was mine."];
    assert_eq!(on(&journal, &dispute).0, Some(0));
    let (_, shown, _) = on(&journal, &["disputes", "list"]);
    assert!(shown.contains("1 open dispute"), "{shown}");
}
