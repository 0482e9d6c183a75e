//! What the tools that watch programs are worth: each finds the mistakes that `planted.c` makes.

use std::process::Output;

use crate::compiled::{Library, Program, Watch, well};

fn planted(watch: Watch) -> impl Fn(&str) -> Output {
    let program = Program::watched("tests/callers/planted.c", Library::Released, watch);
    move |what| program.command().arg(what).output().unwrap()
}

fn finds(what: &str, output: &Output, expected: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{what} goes unnoticed\n{told}");
    assert!(told.contains(expected), "{what} is not called {expected}\n{told}");
}

#[test]
fn each_sanitizer_is_linked_and_finds_what_is_planted() {
    let run = planted(Watch::Sanitizers);
    well("nothing", &run("nothing"));
    finds("leak", &run("leak"), "LeakSanitizer: detected memory leaks");
    finds("overflow", &run("overflow"), "AddressSanitizer: heap-buffer-overflow");
    finds("freed", &run("freed"), "AddressSanitizer: heap-use-after-free");
    finds("undefined", &run("undefined"), "signed integer overflow");
}

#[test]
#[ignore = "needs valgrind"]
fn valgrind_finds_what_is_planted() {
    let run = planted(Watch::Valgrind);
    well("nothing", &run("nothing"));
    finds("leak", &run("leak"), "definitely lost");
    finds("overflow", &run("overflow"), "Invalid read");
    finds("freed", &run("freed"), "Invalid read");
}
