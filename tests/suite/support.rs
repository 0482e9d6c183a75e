//! What the suites share: places, programs in memory, and the command line.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use jiff::Timestamp;
use plaudit_engine::awards::AwardRun;
use plaudit_engine::events::{Event, Format, Log, People, read_events, read_people, read_record};
use plaudit_engine::{Program, Sources};

pub(crate) use crate::corpus::{MANIFEST, top};

/// The starter program, compiled once for all tests.
pub(crate) fn starter() -> &'static Program {
    static STARTER: LazyLock<Program> =
        LazyLock::new(|| Program::load(top().join("rules")).unwrap());
    &STARTER
}

/// A program of the short manifest and these files.
pub(crate) fn sources(files: &[(&str, &str)]) -> Sources {
    let start = Sources::new().with("program.toml", MANIFEST);
    files.iter().fold(start, |sources, (path, text)| sources.with(*path, *text))
}

/// A program of one scoring rule, whose body is given.
pub(crate) fn scoring(body: &str) -> Sources {
    let rule = format!("/// Score.\nfn rule(activity, person, so_far, program) {{\n{body}\n}}\n");
    sources(&[("scoring/rule.rhai", &rule)])
}

/// Events out of JSON lines.
pub(crate) fn events(lines: &str) -> Log {
    let mut log = Log::new();
    read_events(lines.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    log
}

/// People out of JSON lines.
pub(crate) fn people(lines: &str) -> People {
    read_people(lines.as_bytes(), "people", Format::JsonLines).unwrap()
}

/// Runs the command line at the top of the workspace.
pub(crate) fn plaudit(arguments: &[&str]) -> Output {
    plaudit_with(arguments, b"")
}

/// Runs the command line with standard input.
pub(crate) fn plaudit_with(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plaudit"))
        .args(arguments)
        .current_dir(top())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input closes it early.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// An event: somebody shared something, with so many words of their own.
pub(crate) fn share(id: &str, own_words: i64) -> Event {
    let line = format!(
        r#"{{"id": "{id}", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z", "own_words": {own_words}}}"#
    );
    read_record(&line, "event").unwrap()
}

/// An award run that is made at the time that it looks back from.
pub(crate) fn run(as_of: Timestamp, by: &str, preview: bool) -> AwardRun<'_> {
    AwardRun { as_of, at: as_of, by, preview }
}

/// How often: a few times, or many times in the full tier.
pub(crate) fn rounds(few: u32, many: u32) -> u32 {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse::<u64>().ok());
    if cases.is_some_and(|cases| cases > 1_000) { many } else { few }
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
