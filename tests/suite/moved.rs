//! A journal that moves from a file to a database and back without a difference, and commands that do
//! with a database what they do with a file.

use std::fs;
use std::path::Path;

use super::server::{Kind, Place, Server};
use super::support::{plaudit, stderr, stdout};

fn run(arguments: &[&str]) -> String {
    let output = plaudit(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

fn refused(arguments: &[&str], code: i32) -> String {
    let output = plaudit(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sample on record, with awards, decisions and a dispute.
fn fill(journal: &str) {
    let people = "tests/data/sample/people.jsonl";
    run(&["sync", people, "--journal", journal, "--at", "2026-04-01"]);
    let imported = run(&["import", "tests/data/sample/activities.jsonl", "--journal", journal]);
    assert!(imported.starts_with("67 events recorded"), "{imported}");
    let again = run(&["import", "tests/data/sample/activities.jsonl", "--journal", journal]);
    assert!(again.contains("67 events on record already"), "{again}");
    run(&["close", "--journal", journal, "--as-of", "2026-07-01", "--by", "grace"]);
    let proposed = run(&["grants", "list", "--journal", journal, "--state", "proposed", "--json"]);
    let proposed: serde_json::Value = serde_json::from_str(&proposed).unwrap();
    let grant = proposed["grants"][0]["grant"].as_str().unwrap();
    let signed = ["--by", "grace", "--reason", "so", "--at", "2026-07-02", "--journal", journal];
    run(&[&["grants", "approve", grant][..], &signed].concat());
    run(&[&["adjust", "farah", "2"][..], &signed].concat());
    let objects = ["disputes", "open", "farah", "--activity", "a-034", "--rule", "create"];
    run(&[&objects[..], &signed[2..]].concat());
}

/// All that is worked out from a journal.
fn answers(journal: &str) -> Vec<String> {
    let as_of = ["--journal", journal, "--as-of", "2026-07-04", "--json"];
    let asked = |command: &[&str]| run(&[command, &as_of].concat());
    vec![
        asked(&["leaderboard"]),
        asked(&["standing", "farah"]),
        asked(&["standing", "emil"]),
        asked(&["explain", "farah"]),
        asked(&["team", "department"]),
        run(&["grants", "list", "--journal", journal, "--json"]),
        run(&["disputes", "list", "--journal", journal, "--all", "--json"]),
        run(&["journal", "export", journal]),
    ]
}

/// A file, a database and another file.
fn three(folder: &Path) -> [String; 3] {
    let database = Place::new(Kind::Database, folder).journal("moved");
    let file = |name: &str| folder.join(name).display().to_string();
    [file("first.db"), database, file("last.db")]
}

#[test]
fn a_journal_that_moves_to_a_database_and_back_says_the_same_throughout() {
    let folder = tempfile::tempdir().unwrap();
    let [first, database, last] = three(folder.path());
    fill(&first);
    let told = run(&["journal", "copy", &first, &database]);
    assert!(told.contains("events copied; the copy was read again"), "{told}");
    run(&["journal", "copy", &database, &last]);
    let expected = answers(&first);
    assert_eq!(answers(&database), expected);
    assert_eq!(answers(&last), expected);
    for journal in [&database, &last] {
        let health = run(&["journal", "check", journal]);
        assert!(health.contains("is well"), "{health}");
    }
    // Again, and after more: only what is new.
    let again = run(&["journal", "copy", &first, &database, "--json"]);
    let events = expected.last().unwrap().lines().count();
    assert_eq!(again, format!("{{\"copied\":0,\"known\":{events}}}\n"));
    let event =
        r#"{"id": "new", "advocate": "amara", "kind": "share", "at": "2026-07-03T09:00:00Z"}"#;
    run(&["record", event, "--journal", &first]);
    let again = run(&["journal", "copy", &first, &database, "--json"]);
    assert_eq!(again, format!("{{\"copied\":1,\"known\":{events}}}\n"));
    // The file is now behind, and not a copy of what it was copied from.
    let error = refused(&["journal", "copy", &last, &database], 3);
    assert!(error.contains("it has more events"), "{error}");
    let error = refused(&["journal", "copy", &database, &database], 3);
    assert!(error.contains("to itself"), "{error}");
}

#[test]
fn commands_do_with_a_database_what_they_do_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let [file, database, restored] = three(folder.path());
    fill(&file);
    fill(&database);
    // Nothing of it depends upon the moment but when it was recorded, which is not exported.
    assert_eq!(answers(&file), answers(&database));
    let export = folder.path().join("export.jsonl");
    fs::write(&export, run(&["journal", "export", &database])).unwrap();
    let export = export.display().to_string();
    let other = Place::new(Kind::Database, folder.path()).journal("restored");
    for journal in [&restored, &other] {
        run(&["journal", "restore", &export, journal]);
        assert_eq!(run(&["journal", "export", journal]), fs::read_to_string(&export).unwrap());
        let again = run(&["journal", "restore", &export, journal]);
        assert!(again.contains("there already"), "{again}");
    }
    let copy = folder.path().join("copy.db").display().to_string();
    let error = refused(&["journal", "backup", &database, &copy], 3);
    assert!(error.contains("pg_dump") && error.contains("plaudit journal copy"), "{error}");
    assert!(!Path::new(&copy).exists());
}

#[test]
fn what_is_refused_leaves_no_journal_behind_in_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = Place::new(Kind::Database, folder.path()).journal("none");
    refused(&["record", r#"{"id": "a"}"#, "--journal", &database], 1);
    let error = refused(&["journal", "export", &database], 3);
    assert!(error.contains("there is no journal"), "{error}");
    let error = refused(&["close", "--as-of", "2026-07-01", "--journal", &database], 3);
    assert!(error.contains("there is no journal"), "{error}");
}

#[test]
fn a_database_that_is_away_is_worth_another_try() {
    let server = Server::start(&["fsync=off"]);
    let address = server.address(&server.database(), "connect_timeout=1");
    let event = r#"{"id": "a", "advocate": "ada", "kind": "share", "at": "2026-07-03T09:00:00Z"}"#;
    run(&["record", event, "--journal", &address]);
    server.stop();
    let error = refused(&["record", event, "--journal", &address], 4);
    assert!(error.contains("journal-unreachable"), "{error}");
    server.restart();
    run(&["record", event, "--journal", &address]);
}
