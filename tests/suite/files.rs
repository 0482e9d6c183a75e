//! Which files the command line takes for what: a journal is a regular file of ours by its plain name,
//! events come from anywhere, and what was refused leaves nothing behind.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{plaudit, plaudit_with, stderr, stdout, top};

const EVENT: &str =
    r#"{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#;

/// Runs the command line in a folder, and gives up on it after a while.
fn within(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plaudit"))
        .args(["--rules", &top().join("rules").display().to_string()])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    // SQLite's own files, which whoever only reads may not take away.
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[test]
fn what_is_no_journal_is_said_to_be_none_and_not_damaged() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["hello, this is a note of mine\n".repeat(50), EVENT.to_owned(), "x".to_owned()] {
        fs::write(folder.path().join("note"), &text).unwrap();
        for command in [&["journal", "check", "note"][..], &["record", "--journal", "note", EVENT]]
        {
            let output = within(folder.path(), command, b"");
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{told}");
            assert!(told.contains("`note` is no journal of Plaudit's"), "{told}");
            assert!(!told.contains("is damaged"), "{told}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("note")).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_as_events_and_refused_as_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    fs::write(folder.path().join("events.jsonl"), EVENT).unwrap();
    for command in [
        &["journal", "check", "pipe"][..],
        &["journal", "export", "pipe"],
        &["journal", "backup", "pipe", "copy"],
        &["journal", "restore", "events.jsonl", "pipe"],
        &["record", "--journal", "pipe", EVENT],
        &["import", "events.jsonl", "--journal", "pipe"],
        &["close", "--journal", "pipe", "--as-of", "2026-06-02", "--by", "jo"],
        &["standing", "ada", "--journal", "pipe"],
        &["record", "--journal", ".", EVENT],
        &["journal", "check", "/dev/null"],
    ] {
        let output = within(folder.path(), command, b"");
        assert_eq!(output.status.code(), Some(3), "{command:?}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("and a journal is a file"), "{command:?}: {told}");
    }
    assert_eq!(names(folder.path()), ["events.jsonl", "pipe"]);
    let (place, event) = (folder.path().join("pipe"), EVENT.to_owned());
    let writer = std::thread::spawn(move || fs::write(place, event).unwrap());
    let output = within(folder.path(), &["import", "pipe", "--journal", "journal"], b"");
    assert_eq!(stdout(&output), "1 event recorded\n", "{}", stderr(&output));
    writer.join().unwrap();
}

/// SQLite takes some names for addresses of its own; to us they are names of files.
#[test]
fn a_journal_is_called_as_its_file_whatever_sqlite_makes_of_the_name() {
    for name in [":memory:", "file:x?mode=memory", "file:x?mode=ro", "file::memory:", "a%20b?c#d"] {
        let folder = tempfile::tempdir().unwrap();
        let run = |command: &[&str]| {
            let output = within(folder.path(), command, b"");
            assert_eq!(output.status.code(), Some(0), "{name} {command:?}: {}", stderr(&output));
            stdout(&output)
        };
        run(&["record", "--journal", name, EVENT]);
        assert_eq!(names(folder.path()), [name]);
        assert!(run(&["journal", "export", name]).contains("\"ada\""));
        assert!(run(&["record", "--journal", name, EVENT]).starts_with("known"));
        run(&["journal", "backup", name, "copy"]);
        run(&["journal", "backup", "copy", "file:y?mode=memory"]);
        fs::write(folder.path().join("events"), run(&["journal", "export", name])).unwrap();
        run(&["journal", "restore", "events", "file:z?mode=memory"]);
        let mut expected = [name, "copy", "events", "file:y?mode=memory", "file:z?mode=memory"];
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected);
        for copy in ["copy", "file:y?mode=memory", "file:z?mode=memory"] {
            assert!(run(&["journal", "check", copy]).starts_with("1 event "));
        }
    }
}

#[test]
fn a_dash_is_standard_input_where_events_are_read_and_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["journal", "export", "-"][..],
        &["journal", "check", "-"],
        &["journal", "restore", "events", "-"],
        &["journal", "backup", "-", "copy"],
        &["journal", "backup", "journal", "-"],
        &["record", "--journal", "-", EVENT],
        &["standing", "ada", "--journal", "-"],
    ] {
        let output = within(folder.path(), command, b"");
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(stderr(&output).contains("a journal is a file"), "{}", stderr(&output));
    }
    assert_eq!(names(folder.path()), Vec::<String>::new());
    let output = within(folder.path(), &["journal", "restore", "-", "./-"], EVENT.as_bytes());
    assert_eq!(stdout(&output), "1 event restored\n", "{}", stderr(&output));
    let output = within(folder.path(), &["journal", "export", "./-"], b"");
    assert!(stdout(&output).contains("\"ada\""));
    assert_eq!(names(folder.path()), ["-"]);
}

#[test]
fn a_line_that_is_no_text_is_refused_with_its_number_and_the_next_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal").display().to_string();
    let input = [b"\n{\"id\": \"\xff\"}\n", EVENT.as_bytes(), b"\n"].concat();
    let output = plaudit_with(&["record", "--journal", &journal], &input);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stdout(&output);
    assert!(told.contains("standard input:2") && told.contains("not UTF-8"), "{told}");
    assert!(told.ends_with("recorded 1 as event 1\n"), "{told}");
    assert_eq!(stderr(&output), "");
    let output = plaudit_with(&["record", "--journal", &journal, "--json"], b"\xff\n");
    let problem: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(problem["problem"]["code"], "not-utf8");
    // A line without end is not read into memory without end.
    let output = plaudit_with(&["record", "--journal", &journal], &vec![b'x'; 17 << 20]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("standard input:1"), "{}", stderr(&output));
}

#[test]
fn what_is_refused_leaves_no_journal_behind_and_takes_none_away() {
    let grant = r#"{"type": "grant", "source": "plaudit", "id": "0000000000000000", "at": "2026-02-01T00:00:00Z", "advocate": "ada", "by": "eve", "grant": {"rule": "r", "kind": "reward", "id": "g", "key": "g", "amount": 5, "title": "G", "program": "0"}}"#;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    file("wrong.jsonl", format!("{EVENT}\n{{\"id\": \"2\"}}\n"));
    file("forged.jsonl", format!("{EVENT}\n{grant}\n"));
    let other = EVENT.replace("ada", "bo");
    file("twice.jsonl", format!("{EVENT}\n{other}\n"));
    let before = names(folder.path());
    let commands: [(&[&str], &str, i32); 9] = [
        (&["record", "--journal", "j"], "{\"id\": \"1\"}\n", 1),
        (&["record", "--journal", "j", grant], "", 1),
        (&["record", "--journal", "j"], "", 0),
        (&["import", "missing.jsonl", "--journal", "j"], "", 3),
        (&["import", "wrong.jsonl", "--all-or-nothing", "--journal", "j"], "", 3),
        (&["import", "forged.jsonl", "--all-or-nothing", "--journal", "j"], "", 1),
        (&["journal", "restore", "wrong.jsonl", "j"], "", 3),
        (&["journal", "restore", "forged.jsonl", "j"], "", 3),
        (&["journal", "restore", "twice.jsonl", "j"], "", 3),
    ];
    for (command, input, code) in commands {
        let output = within(folder.path(), command, input.as_bytes());
        assert_eq!(output.status.code(), Some(code), "{command:?}: {}", stderr(&output));
        assert_eq!(names(folder.path()), before, "{command:?}");
    }
    // What was there stays, even where it is empty.
    file("j", String::new());
    for (command, input, _) in commands {
        within(folder.path(), command, input.as_bytes());
        assert!(folder.path().join("j").exists(), "{command:?}");
    }
    let output = plaudit(&["journal", "check", &folder.path().join("j").display().to_string()]);
    assert!(stdout(&output).starts_with("no events "), "{}", stderr(&output));
}

#[test]
fn an_edited_export_is_refused_with_line_and_field_and_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let grant = r#"{"type": "grant", "source": "plaudit", "id": "48297d01a63089e3", "at": "2026-02-01T00:00:00Z", "advocate": "ada", "by": "eve", "grant": {"rule": "coffee", "kind": "reward", "id": "coffee", "key": "coffee@2026-Q1", "period": "2026-Q1", "amount": 10, "title": "G", "program": "0"}}"#;
    for (from, to, field, right) in [
        ("\"amount\": 10", "\"amount\": -10", "grant.amount", "from 1 to 1000000000"),
        (
            "\"amount\": 10",
            "\"amount\": 1.5",
            "grant.amount",
            "stands where a whole number belongs",
        ),
        (
            "\"amount\": 10",
            "\"amount\": 1e30",
            "grant.amount",
            "stands where a whole number belongs",
        ),
        ("\"coffee\", \"kind\"", "\"tea\", \"kind\"", "id", "it would be `"),
        ("3089e3", "3089e4", "id", "it would be `48297d01a63089e3`"),
        ("\"coffee\", \"kind\"", "\"cof\\u0007fee\", \"kind\"", "grant.rule", "visible signs"),
    ] {
        let text = format!("{EVENT}\n\n{}\n", grant.replace(from, to));
        let output = within(folder.path(), &["journal", "restore", "-", "j"], text.as_bytes());
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("standard input:3:"), "{told}");
        assert!(told.contains(&format!("`{field}`")) && told.contains(right), "{told}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

/// The corpus compares the JSON; people read the page.
#[test]
fn a_page_of_an_award_run_shows_its_notices() {
    let folder = tempfile::tempdir().unwrap();
    let grant = r#"{"type": "grant", "source": "plaudit", "id": "48297d01a63089e3", "at": "2026-02-01T00:00:00Z", "advocate": "ada", "by": "eve", "grant": {"rule": "coffee", "kind": "reward", "id": "coffee", "key": "coffee@2026-Q1", "period": "2026-Q1", "amount": 10, "title": "G", "program": "0"}}"#;
    let restored = within(folder.path(), &["journal", "restore", "-", "j"], grant.as_bytes());
    assert_eq!(restored.status.code(), Some(0), "{}", stderr(&restored));
    let close = ["close", "--journal", "j", "--as-of", "2026-03-01", "--by", "jo"];
    for command in [&[&close[..], &["--preview"]].concat(), &close[..]] {
        let page = stdout(&within(folder.path(), command, b""));
        assert!(page.contains("notice: 1 grant of the rule `coffee` is on record"), "{page}");
        assert!(page.contains("formerly = [\"coffee\"]"), "{page}");
    }
}
