//! The programs of `ffi/examples`.

use crate::compiled::{Library, Program, Watch, well};

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
    assert!(line(&first, "activities ").contains("\"recorded\":62"), "{first}");
    assert!(line(&again, "activities ").contains("\"known\":62"), "{again}");
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
