//! What the library shows to the linker: the functions of the header, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::compiled::{Library, include, well};

fn exported(library: &Path) -> BTreeSet<String> {
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(library).output().unwrap();
    well("nm", &output);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect()
}

fn declared() -> BTreeSet<String> {
    let text = fs::read_to_string(include().join("plaudit.h")).unwrap();
    // A declaration stands outside of comments, and its name comes before a bracket.
    let outside = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    outside
        .filter_map(|line| {
            let before = line.split('(').next().filter(|before| before.len() < line.len())?;
            let name = before.rsplit([' ', '*']).next()?;
            name.starts_with("plaudit_").then(|| name.to_owned())
        })
        .collect()
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let declared = declared();
    assert!(declared.len() > 50, "{declared:?}");
    assert_eq!(exported(&Library::Released.file()), declared);
}

#[test]
fn only_the_library_of_the_tests_can_be_made_to_panic() {
    let mut hooked = exported(&Library::Hooked.file());
    let hooks = ["plaudit_test_panic_ledger", "plaudit_test_panic_program"];
    for hook in hooks {
        assert!(hooked.remove(hook), "{hook}");
    }
    assert_eq!(hooked, declared());
}

#[test]
fn the_soname_has_the_number_of_the_interface() {
    let output = Command::new("readelf").arg("-d").arg(Library::Released.file()).output().unwrap();
    well("readelf", &output);
    let text = String::from_utf8(output.stdout).unwrap();
    let soname = format!("[libplaudit.so.{}]", plaudit::plaudit_abi_version());
    assert!(text.lines().any(|line| line.contains("SONAME") && line.contains(&soname)), "{text}");
}
