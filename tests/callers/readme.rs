//! The README's program of C is compiled and run, and prints what the README says it prints.
//!
//! With `UPDATE_README=1` what it prints is written into the README instead of compared.

use std::fs;

use crate::compiled::{Library, Program, well, written};
use crate::corpus::top;

/// What stands between a line that opens a block and the one that closes it, behind a place.
fn block<'a>(text: &'a str, opens: &str, behind: usize) -> (usize, &'a str) {
    let start = behind + text[behind..].find(opens).unwrap() + opens.len();
    let length = text[start..].find("```\n").unwrap();
    (start, &text[start..start + length])
}

#[test]
fn the_c_of_the_readme_prints_what_stands_below_it() {
    let path = top().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, source) = block(&text, "```c\n", 0);
    let (printed_at, printed) = block(&text, "```json\n", start);
    let folder = tempfile::tempdir().unwrap();
    let source = written(folder.path(), "draft.c", source);
    let program = Program::of(source.to_str().unwrap(), Library::Released);
    let output = program.command().output().unwrap();
    well("the README's C", &output);
    let found = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let end = printed_at + printed.len();
        fs::write(path, format!("{}{found}{}", &text[..printed_at], &text[end..])).unwrap();
    } else {
        assert_eq!(found, printed, "run with UPDATE_README=1 and read the difference");
    }
}
