//! The programs of `ffi/examples`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::compiled::{Library, NEEDED, Program, Watch, run, well};
use crate::corpus::top;

#[test]
fn the_batch_of_an_hr_system_runs_and_running_it_again_changes_nothing() {
    batch(Watch::Sanitizers);
}

#[test]
#[ignore = "needs valgrind"]
fn valgrind_finds_nothing_in_the_batch_of_an_hr_system() {
    batch(Watch::Valgrind);
}

fn batch(watch: Watch) {
    let program = Program::watched("ffi/examples/hr_batch.c", Library::Released, watch);
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let run = || {
        let output = program
            .command()
            .arg("rules")
            .arg(&journal)
            .args(["tests/data/sample/people.jsonl", "tests/data/sample/activities.jsonl"])
            .output()
            .unwrap();
        well("hr_batch", &output);
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, again) = (run(), run());
    let line = |text: &str, name: &str| {
        text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned).unwrap()
    };
    assert!(line(&first, "activities ").contains("\"recorded\":67"), "{first}");
    assert!(line(&again, "activities ").contains("\"known\":67"), "{again}");
    for answer in ["standings ", "grants "] {
        assert_eq!(line(&first, answer), line(&again, answer));
    }
    assert!(line(&first, "standings ").contains("\"places\":[{"), "{first}");
    assert!(line(&first, "grants ").contains("\"kind\":\"badge\""), "{first}");
}

#[test]
fn the_batch_says_what_is_wrong_and_where() {
    let program = Program::of("ffi/examples/hr_batch.c", Library::Released);
    let output = program.command().args(["tests/data/broken", "j", "p", "a"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("program.toml:12: kpi-without-goal: `clicks` has no goal"), "{told}");
}

/// The drafts of the sample, a line each.
const DRAFTS: &str = include_str!("../data/sample/posts.jsonl");

/// Runs a program with lines on its standard input; what it answers, what it tells, and its exit code.
fn answered(command: &mut Command, input: &str) -> (String, String, Option<i32>) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install {NEEDED}"));
    let mut to = child.stdin.take().unwrap();
    let input = input.to_owned();
    // It may end before it has read everything.
    let writer = std::thread::spawn(move || drop(to.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn the_desk_in_cpp_checks_with_several_threads_and_reloads_between() {
    let program = Program::of_cpp("ffi/examples/draft_desk.cpp", Watch::Sanitizers);
    // Other rules: those of a company whose brand is another.
    let folder = tempfile::tempdir().unwrap();
    copied(&top().join("rules"), folder.path());
    let settings = folder.path().join("program.toml");
    let changed = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, changed.replace("Acme Advocates", "Other Advocates")).unwrap();

    // Several rounds, so that drafts are under way when the rules change.
    let round = format!("{DRAFTS}reload {}\n{DRAFTS}reload rules\n", folder.path().display());
    let (answers, told, code) =
        answered(program.command().args(["rules", "2026-06-01"]), &round.repeat(5));
    assert_eq!(code, Some(0), "{told}");
    let rules: Vec<&str> = told.lines().map(|line| line.strip_prefix("rules ").unwrap()).collect();
    assert_eq!(rules.len(), 11);
    assert_ne!(rules[0], rules[1]);
    let posts: Vec<Value> = DRAFTS.lines().map(json).collect();
    let verdicts: Vec<Value> = answers.lines().map(json).collect();
    assert_eq!(verdicts.len(), 10 * posts.len());
    for (number, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict["post"], posts[number % posts.len()]["id"]);
        assert_eq!(verdict["program"], rules[number / posts.len()]);
    }
    let found: Vec<&str> =
        verdicts[..posts.len()].iter().filter_map(|verdict| verdict["verdict"].as_str()).collect();
    let expected = ["clear", "revise", "clear", "revise", "clear", "revise", "block", "clear"];
    assert_eq!(found, expected);
}

#[test]
fn the_desk_in_cpp_tells_mistakes_and_goes_on() {
    let program = Program::of_cpp("ffi/examples/draft_desk.cpp", Watch::Sanitizers);
    let input =
        "reload tests/data/broken\n{\"txt\":1}\n{\"id\":\"after\",\"text\":\"Good morning.\"}\n";
    let (answers, told, code) = answered(program.command().args(["rules", "2026-06-01"]), input);
    assert_eq!(code, Some(1));
    assert_eq!(json(&answers)["post"], "after");
    for part in [
        "reload tests/data/broken: refused\n",
        "  program.toml:12: kpi-without-goal: `clicks` has no goal\n    a figure without a goal",
        "draft: refused\n  request:1: unknown-field: there is no field `txt`\n",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let (answers, told, code) =
        answered(program.command().args(["tests/data/broken", "2026-06-01"]), input);
    assert_eq!((answers.as_str(), code), ("", Some(1)));
    assert!(told.starts_with("tests/data/broken: refused\n"), "{told}");
}

/// The nightly run in Python, over a journal.
fn nightly(journal: &Path, more: &[&str]) -> (String, String, Option<i32>) {
    let imports = "tests/data/imports/";
    let mut command = Command::new("python3");
    // Warnings are errors, and nothing is written beside the example.
    command.current_dir(top()).args(["-B", "-W", "error", "ffi/examples/python/nightly.py"]);
    command.arg("--library").arg(Library::Released.file());
    command.arg("--journal").arg(journal);
    for (option, value) in [
        ("--rules", "rules"),
        ("--as-of", "2026-07-01"),
        ("--people", &format!("{imports}hr.csv")),
        ("--people-map", &format!("{imports}hr.toml")),
        ("--people-at", "2026-02-01"),
        ("--posts", &format!("{imports}social.csv")),
        ("--posts-map", &format!("{imports}social.toml")),
        ("--drafts", "tests/data/sample/posts.jsonl"),
    ] {
        command.args([option, value]);
    }
    answered(command.args(more), "")
}

#[test]
fn the_nightly_run_in_python_shows_then_grants_and_grants_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let run = |more: &[&str]| {
        let (printed, told, code) = nightly(&journal, more);
        assert_eq!((told.as_str(), code), ("", Some(0)), "{printed}");
        printed
    };
    let (shown, granted, again) = (run(&[]), run(&["--grant"]), run(&["--grant"]));
    let drafts = |printed: &str| -> Vec<String> {
        let line = |line: &str| line.starts_with("draft ") || line.contains("(disclose_employer)");
        printed.lines().filter(|text| line(text)).map(str::to_owned).collect()
    };
    assert_eq!(drafts(&shown).len(), DRAFTS.lines().count() + 1, "{shown}");
    assert_eq!(drafts(&shown)[1], "draft p-2 of amara: revise");
    for (printed, parts) in [
        (
            &shown,
            [
                "people: 4 joined, 0 left, 0 as before\n",
                "posts: 5 events recorded, 0 known\n",
                "awards: 4 grants would be made, 0 before\n",
                "  1001 badge first_step: issued\n",
                "to be decided: 0\n",
            ],
        ),
        (
            &granted,
            [
                "people: 0 joined, 0 left, 4 as before\n",
                "posts: 0 events recorded, 5 known\n",
                "awards: 4 grants made, 0 before\n",
                "  1002 spotlight first_story: proposed\n",
                " 1002: Your first story or video. May we show it to the others?\n",
            ],
        ),
        (
            &again,
            [
                "people: 0 joined, 0 left, 4 as before\n",
                "posts: 0 events recorded, 5 known\n",
                "awards: 0 grants made, 4 before\n",
                "to be decided: 1\n",
                " 1002: Your first story or video. May we show it to the others?\n",
            ],
        ),
    ] {
        for part in parts {
            assert!(printed.contains(part), "{part}{printed}");
        }
        assert_eq!(drafts(printed), drafts(&shown));
    }
}

#[test]
fn the_nightly_run_in_python_says_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    for (option, value, part) in [
        (
            "--rules",
            "tests/data/broken",
            "error: program.toml:12: kpi-without-goal: `clicks` has no goal\n  help: a figure",
        ),
        ("--people-at", "yesterday", "error: request:1: "),
        ("--library", "/not/there.so", "error: /not/there.so: cannot open shared object file"),
    ] {
        let (printed, told, code) = nightly(&journal, &[option, value]);
        assert_eq!((printed.as_str(), code), ("", Some(1)), "{option}: {told}");
        assert!(told.contains(part), "{option}: {told}");
    }
}

/// The messages of a queue: who takes part, what they did, one of them twice, and some that are none.
const QUEUE: &str = r#"{"type":"person","id":"hr-1","source":"hr","advocate":"ada","at":"2026-01-01T00:00:00Z","consent":true}
{"id":"q-1","advocate":"ada","kind":"share","channel":"linkedin","at":"2026-06-01T09:00:00Z"}
{"id":"q-2","advocate":"ada","kind":"teach","at":"2026-06-08T09:00:00Z","minutes":30}
{"id":"q-2","advocate":"ada","kind":"teach","at":"2026-06-08T09:00:00Z","minutes":30}
{"id":"q-3","advocate":"ada","kind":"share"}

[]
{"id":"q-4","advocate":"ada","kind":"kudos","at":"2026-06-09T09:00:00Z"}
"#;

#[test]
fn the_queue_in_java_has_a_receipt_for_every_message_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let jna = "/usr/share/java/jna.jar";
    assert!(Path::new(jna).is_file(), "{jna} is not there; the callers need {NEEDED}");
    let classes = folder.path().join("classes");
    run(
        "javac",
        Command::new("javac")
            .current_dir(top())
            .args(["--release", "17", "-Xlint:all", "-Werror", "-cp", jna, "-d"])
            .arg(&classes)
            .args(["ffi/examples/java/Plaudit.java", "ffi/examples/java/RecordQueue.java"]),
    );
    let journal = folder.path().join("journal.db");
    let queue = |rules: &str, input: &str| {
        let mut command = Command::new("java");
        command.current_dir(top()).arg("-cp").arg(format!("{jna}:{}", classes.display()));
        command.arg("RecordQueue").arg(Library::Released.file()).arg(rules).arg(&journal);
        answered(command.args(["ada", "2026-07-01"]), input)
    };

    let (printed, told, code) = queue("rules", QUEUE);
    assert_eq!(code, Some(1), "{told}");
    let lines: Vec<Value> = printed.lines().map(json).collect();
    let receipts: Vec<(&str, &str)> = lines[..lines.len() - 1]
        .iter()
        .map(|receipt| (receipt["id"].as_str().unwrap(), receipt["result"].as_str().unwrap()))
        .collect();
    let recorded = [("hr-1", "recorded"), ("q-1", "recorded"), ("q-2", "recorded")];
    assert_eq!(receipts[..3], recorded);
    assert_eq!(receipts[3..], [("q-2", "known"), ("q-4", "recorded")]);
    let standing = lines.last().unwrap();
    assert_eq!(standing["advocate"], "ada");
    assert_eq!(standing["figures"]["activities"], 3);
    for part in [
        "dead letter: {\"id\":\"q-3\",\"advocate\":\"ada\",\"kind\":\"share\"}\n  events:5: missing: ",
        "dead letter: []\n  a message is one event, a JSON object\n",
    ] {
        assert!(told.contains(part), "{told}");
    }

    // Many messages through all threads at once, twice: each counts once.
    let many: Vec<String> = (0..500)
        .map(|number| {
            let minute = number % 60;
            format!(
                r#"{{"id":"m-{number}","advocate":"ada","kind":"read","at":"2026-05-01T08:{minute:02}:00Z"}}"#
            )
        })
        .collect();
    let many = many.join("\n");
    let counted = |result: &str| {
        let (printed, told, code) = queue("rules", &many);
        assert_eq!((told.as_str(), code), ("", Some(0)));
        let found = printed.lines().filter(|line| json(line)["result"] == result).count();
        assert_eq!(found, 500, "{result}");
        json(printed.lines().last().unwrap())["figures"]["activities"].clone()
    };
    assert_eq!(counted("recorded"), 503);
    assert_eq!(counted("known"), 503);

    let (printed, told, code) = queue("tests/data/broken", "");
    assert_eq!((printed.as_str(), code), ("", Some(1)));
    assert!(told.starts_with("program.toml:12: kpi-without-goal: `clicks` has no goal\n  help: "));
}

/// Copies a folder with all that is in it.
fn copied(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copied(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
