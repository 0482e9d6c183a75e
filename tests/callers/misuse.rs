//! What a program must not do ends in an error, and everything else goes on.

use crate::compiled::{Library, Program, Watch, well};

#[test]
fn misuse_ends_in_errors_and_harms_nothing_else() {
    misused(Watch::Nobody);
}

#[test]
fn the_sanitizers_find_nothing_in_misuse() {
    misused(Watch::Sanitizers);
}

#[test]
#[ignore = "needs valgrind"]
fn valgrind_finds_nothing_in_misuse() {
    misused(Watch::Valgrind);
}

fn misused(watch: Watch) {
    let program = Program::watched("tests/callers/misuse.c", Library::Hooked, watch);
    let output = program.command().output().unwrap();
    well("misuse", &output);
    // Nothing but the program itself writes to standard output.
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "all as it should be\n");
    // Rust's own message of a caught panic, which the header tells of.
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches("a test asked for it").count(), 2, "{told}");
}
