//! Eight threads on one program and one ledger, while the rules are changed: the answers of one thread.

use crate::compiled::{Library, Program, Watch, well};

fn run(watch: Watch, rounds: usize) {
    let program = Program::watched("tests/callers/threads.c", Library::Released, watch);
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let rounds_told = rounds.to_string();
    for place in [None, Some(&journal)] {
        let mut command = program.command();
        command.args(["rules", &rounds_told]).args(place);
        let output = command.output().unwrap();
        well("threads", &output);
        let told = String::from_utf8(output.stdout).unwrap();
        let expected = format!(
            "{} answers are those of one thread, {} on record\n",
            8 * rounds * 7,
            8 * rounds
        );
        assert_eq!(told, expected);
    }
}

#[test]
fn eight_threads_get_the_answers_of_one_while_the_rules_change() {
    run(Watch::Sanitizers, 6);
}

#[test]
#[ignore = "long"]
fn eight_threads_get_the_answers_of_one_for_long() {
    run(Watch::Nobody, 200);
}
