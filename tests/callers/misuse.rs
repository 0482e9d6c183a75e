//! What a program must not do ends in an error, and everything else goes on.

use crate::compiled::{Library, Program, well};

#[test]
fn misuse_ends_in_errors_and_harms_nothing_else() {
    let program = Program::of("tests/callers/misuse.c", Library::Hooked);
    let output = program.command().output().unwrap();
    well("misuse", &output);
    // Nothing but the program itself writes to standard output.
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "all as it should be\n");
    // Rust's own message of a caught panic, which the header tells of.
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches("a test asked for it").count(), 2, "{told}");
}
