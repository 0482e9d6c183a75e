//! The README's commands print what the README says they print.
//!
//! With `UPDATE_README=1` the printed output is written into the README instead of compared.

use std::fs;
use std::process::Command;

use crate::serve::{Served, Setup};
use crate::support::top;

/// The lines of a `console` block: commands and what they print.
struct Block {
    start: usize,
    end: usize,
    commands: Vec<String>,
}

fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    for (number, line) in lines.iter().enumerate() {
        match (open, *line) {
            (None, "```console") => open = Some(number + 1),
            (Some(start), "```") => {
                let commands = lines[start..number]
                    .iter()
                    .filter_map(|line| line.strip_prefix("$ "))
                    .map(str::to_owned)
                    .collect();
                found.push(Block { start, end: number, commands });
                open = None;
            }
            _ => {}
        }
    }
    found
}

/// Where the README's service is.
const SERVICE: &str = "127.0.0.1:8080";

/// Runs a command in a shell at the top of a copy-free workspace; `plaudit` is the built binary. The
/// service of the README runs in the scratch folder from its own command on, wherever there is room.
fn print(command: &str, scratch: &std::path::Path, service: &mut Option<Served>) -> Vec<String> {
    if command == "plaudit serve" {
        let setup = Setup::with_rules(&top().join("rules"));
        let mut child = setup.command();
        child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let served = service.insert(setup.start_as(child));
        let told = served.told();
        let address = served.url.trim_start_matches("http://");
        return told.iter().map(|line| line.replace(address, SERVICE)).collect();
    }
    let address = service.as_ref().map(|served| served.url.trim_start_matches("http://"));
    let command = &command.replace(SERVICE, address.unwrap_or(SERVICE));
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_plaudit")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    // A command that makes something makes it in a folder of its own, which has what it reads.
    let folder = if command.contains("my-") { scratch.to_owned() } else { top() };
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    String::from_utf8(printed).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn every_command_of_the_readme_prints_what_stands_below_it() {
    let path = top().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let scratch = tempfile::tempdir().unwrap();
    for name in ["rules", "tests"] {
        std::os::unix::fs::symlink(top().join(name), scratch.path().join(name)).unwrap();
    }
    let blocks = blocks(&lines);
    assert!(blocks.len() >= 8, "the README has lost its tour");
    let mut written = Vec::new();
    let mut service = None;
    let mut at = 0;
    for block in blocks {
        written.extend(lines[at..block.start].iter().map(|line| (*line).to_owned()));
        for command in &block.commands {
            written.push(format!("$ {command}"));
            written.extend(print(command, scratch.path(), &mut service));
        }
        at = block.end;
    }
    written.extend(lines[at..].iter().map(|line| (*line).to_owned()));
    let written = written.join("\n") + "\n";
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path, written).unwrap();
    } else {
        assert!(
            text == written,
            "run with UPDATE_README=1 and read the difference:\n{}",
            difference(&text, &written)
        );
    }
}

fn difference(stands: &str, printed: &str) -> String {
    let mut lines = stands.lines().zip(printed.lines()).enumerate();
    match lines.find(|(_, (stands, printed))| stands != printed) {
        Some((number, (stands, printed))) => {
            format!("line {}\n  stands:  {stands}\n  printed: {printed}", number + 1)
        }
        None => "one is longer than the other".to_owned(),
    }
}

#[test]
fn the_two_commands_of_the_readme_are_there() {
    let text = fs::read_to_string(top().join("README.md")).unwrap();
    assert!(text.contains("cargo run -- check tests/data/sample/post.txt"));
    assert!(text.contains("cargo test --workspace"));
}
