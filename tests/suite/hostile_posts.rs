//! Hostile posts, texts from outside and random programs: a clear error or a right answer, never a
//! panic, and nothing raw on the terminal.

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use plaudit_engine::events::{Format, read_people, read_posts};
use plaudit_engine::{Program, Sources};
use proptest::prelude::*;

use super::hostile_records::{activity, read};
use crate::support::{self, MANIFEST, plaudit, plaudit_with, sources};

/// A check of what comes in on standard input.
fn check(input: &[u8], more: &[&str]) -> Output {
    let arguments =
        [&["check", "-", "--at", "2026-01-01T00:00:00Z", "--fail-on", "never"], more].concat();
    let output = plaudit_with(&arguments, input);
    assert!(!support::stderr(&output).contains("panicked"), "{}", support::stderr(&output));
    output
}

#[test]
fn posts_are_checked_or_refused_with_the_exit_code_of_the_help() {
    let long = vec![b'x'; 10_000_000];
    let long_json = [b"{\"text\":\"", long.as_slice(), b"\"}"].concat();
    let deep = format!("{{\"text\":{}", "[".repeat(100_000));
    for (input, code, words) in [
        (b"Hello".as_slice(), 0, ""),
        (b"", 3, "nothing to check"),
        (b"\n\n", 3, "nothing to check"),
        (br#"[{"text":"a"}]"#, 3, "without brackets"),
        (b"a\0b", 0, ""),
        ("\u{202e}abc\u{200b}\u{feff}".as_bytes(), 0, ""),
        (br#"{"text":"a","at":"9999-12-30T22:00:00Z"}"#, 0, ""),
        (br#"{"text":"a","at":"-009999-01-02T02:00:00Z"}"#, 0, ""),
        (b"{\"text\":\"a\"}\r\n{\"text\":\"b\"}\r\n", 0, ""),
        (&long, 3, "longer than a post"),
        (&long_json, 3, "at most 1000000"),
        (deep.as_bytes(), 3, "text"),
        (b"a\nb\xff", 3, "standard input:2:2"),
        (br#"{"text":"\ud800"}"#, 3, "not JSON"),
        (br#"{"text":"a","text":"b"}"#, 3, "text"),
        (br#"{"textt":"a"}"#, 3, "did you mean `text`?"),
        (br#"{"text":5}"#, 3, "field `text`"),
        (b"{}", 3, "`text`"),
        (br#"{"text":"a","channel":"linkdin"}"#, 3, "did you mean `linkedin`?"),
        (br#"{"text":"a","content":5}"#, 3, "field `content`"),
        (b"{\"text\":\"a\"}\n{\"text\":5}\n", 3, "standard input:2:"),
    ] {
        let output = check(input, &["--json"]);
        let errors = support::stderr(&output);
        let shown = String::from_utf8_lossy(&input[..input.len().min(80)]).into_owned();
        assert_eq!(output.status.code(), Some(code), "{shown}: {errors}");
        assert!(errors.contains(words), "{shown}: {errors}");
        assert!(errors.len() < 5_000, "{shown}: {}", errors.len());
        assert_eq!(output.stdout.is_empty(), code == 3, "{shown}");
    }
}

#[test]
fn the_exit_code_says_how_it_ended() {
    let activities = "tests/no-such-file.jsonl";
    let record = ["--activities", activities, "--as-of", "2026-01-01T00:00:00Z"];
    for (arguments, code) in [
        (vec!["check", "--text", "Hello", "--fail-on", "never"], 0),
        (vec!["check", "--text", "Acme is the best!", "--fail-on", "advise"], 1),
        (vec!["lint", "--rules", "tests"], 1),
        (vec!["check", "--rules", "no-such-directory", "--text", "x"], 3),
        (vec!["check", "--at", "yesterday", "--text", "x"], 2),
        (vec!["chekc"], 2),
        ([&["score"], &record[..]].concat(), 3),
        ([&["explain", "nobody"], &record[..]].concat(), 3),
        (vec!["score"], 3),
        (vec!["check", "rules"], 3),
    ] {
        let output = plaudit(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", support::stderr(&output));
        assert!(!support::stderr(&output).contains("panicked"));
    }
}

#[test]
fn a_check_at_the_first_time_there_is_can_look_back() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.jsonl");
    fs::write(&file, activity(r#","post":{"text":"one two three four five"}"#)).unwrap();
    let more = ["--activities", file.to_str().unwrap(), "--assume-consent"];
    for at in ["-009999-01-02T02:00:00Z", "9999-12-30T22:00:00Z"] {
        let post = format!(r#"{{"text":"one two three four five","author":"bob","at":"{at}"}}"#);
        assert_eq!(check(post.as_bytes(), &more).status.code(), Some(0), "{at}");
    }
}

/// The terminal's own escapes, which the command line may use, and nothing else.
fn raw_controls(output: &[u8]) -> BTreeSet<char> {
    let text = String::from_utf8(output.to_vec()).unwrap();
    let bidi = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| (c.is_control() && *c != '\n') || bidi(*c)).collect()
}

#[test]
fn nothing_from_outside_reaches_the_terminal_raw() {
    const NASTY: &str = "\u{1b}[2J\u{1b}]0;x\u{7} \u{9b}31m \r \u{8} \u{61c}\u{202e}\u{2066}";
    let json = serde_json::to_string(NASTY).unwrap().replace('\u{9b}', "\\u009b");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.jsonl");
    let line = activity(&format!(",\"campaign\":{json}"))
        .replace("\"ann\"", &json)
        .replace("\"1\"", &json);
    fs::write(
        &file,
        format!(
            "{line}\n{}",
            line.replace("\"share\"", &json).replace("\"id\":", "\"source\":\"x\",\"id\":")
        ),
    )
    .unwrap();
    let records = [
        "--activities",
        file.to_str().unwrap(),
        "--assume-consent",
        "--as-of",
        "2026-06-30T00:00:00Z",
    ];
    let run = |arguments: &[&str], input: &[u8]| {
        // Colours are asked for, so that nothing takes escapes out on the way.
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_plaudit"))
            .args(arguments)
            .env("CLICOLOR_FORCE", "1")
            .current_dir(support::top())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input).unwrap();
        let output = child.wait_with_output().unwrap();
        let own = String::from_utf8_lossy(&output.stdout).replace("\u{1b}[", "");
        assert!(!own.contains("2J") || own.contains("<U+001B>"), "{arguments:?}: {own:?}");
        let mut raw = raw_controls(&output.stdout);
        raw.remove(&'\u{1b}');
        assert!(raw.is_empty(), "{arguments:?}: {raw:?} in {own:?}");
        assert_eq!(
            raw_controls(&output.stderr),
            BTreeSet::new(),
            "{arguments:?}: {:?}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run(&["check", "-"], format!("Acme is the best {NASTY} guaranteed").as_bytes());
    run(&["check", "-"], format!(r#"{{"text":{json},"id":{json},"language":{json}}}"#).as_bytes());
    run(&["check", "-"], format!(r#"{{"text":"a","channel":{json}}}"#).as_bytes());
    run(&["check", "-"], format!(r#"{{"text":"a",{json}:1}}"#).as_bytes());
    run(&["check", "-"], format!(r#"{{"text":"a","at":{json}}}"#).as_bytes());
    run(&[&["score"], &records[..]].concat(), b"");
    run(&[&["explain", NASTY], &records[..]].concat(), b"");
    run(&[&["explain", "\u{1b}[31m"], &records[..]].concat(), b"");
    run(&["lint", "--rules", "no\u{1b}[31m\u{202e}"], b"");
    run(&["check", "no\u{1b}[31m\u{202e}"], b"");
}

/// Programs of random bytes in one file are refused or loaded, never a panic.
fn loads_or_not(path: &str, bytes: Vec<u8>) {
    let bytes = if path == "program.toml" { [MANIFEST.as_bytes(), &bytes].concat() } else { bytes };
    if let Err(error) = Program::from_sources(&sources(&[]).with(path, bytes)) {
        for problem in error.problems() {
            problem.render(false);
        }
    }
}

const SOUP: &[&str] = &[
    "fn ",
    "private ",
    "rule",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "#{",
    ";",
    ",",
    ":",
    ".",
    "=",
    "==",
    "!=",
    "<",
    "=>",
    "..",
    "+=",
    "+",
    "-",
    "!",
    "&&",
    "??",
    "if ",
    "else ",
    "switch ",
    "for ",
    "in ",
    "while ",
    "loop ",
    "do ",
    "until ",
    "let ",
    "const ",
    "return ",
    "throw ",
    "try ",
    "catch ",
    "import ",
    "as ",
    "break ",
    "continue ",
    "global::",
    "activity",
    "person",
    "post",
    "so_far",
    "x",
    "y",
    ".likes",
    ".kind",
    ".count",
    ".push",
    ".len",
    "\"share\"",
    "\"brand\"",
    "advise",
    "`${",
    "}`",
    "1",
    "0",
    "9e9",
    "true",
    "()",
    "_",
    "|",
    "this",
    "\n",
    " ",
    "/// Title\n",
    "/// 5: #{\n",
    "/*",
    "*/",
    "é",
    "\u{1f600}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn random_bytes_never_panic_the_loader(bytes in proptest::collection::vec(any::<u8>(), 0..300), file in 0..5usize) {
        let paths = ["program.toml", "scoring/a.rhai", "lib/a.rhai", "lexicons/a.txt", "patterns.toml"];
        loads_or_not(paths[file], bytes);
    }

    #[test]
    fn random_text_never_panics_the_loader(text in "[\\x00-\\x7fé🎉\u{202e}]{0,200}", file in 0..5usize) {
        let paths = ["program.toml", "scoring/a.rhai", "lib/a.rhai", "lexicons/a.txt", "patterns.toml"];
        loads_or_not(paths[file], text.into_bytes());
    }

    #[test]
    fn random_tokens_never_panic_the_checker(
        soup in proptest::collection::vec(proptest::sample::select(SOUP), 0..60), whole in any::<bool>(),
    ) {
        let soup = soup.concat();
        let rule = if whole { soup } else { format!("/// A.\nfn rule(activity, so_far) {{\n{soup}\n}}\n") };
        loads_or_not("scoring/a.rhai", rule.into_bytes());
    }

    #[test]
    fn random_expressions_never_panic_the_checker(
        parts in proptest::collection::vec(proptest::sample::select(&[
            "activity.likes", "activity.kind", "\"share\"", "1", "x", "[1, \"a\"]", "#{a: 1}", "so_far.count(\"share\")", "x.len()", "-x", "!true",
            "{ x = 1; x }", "if x == 1 { 2 } else { \"b\" }", "switch x { 1 => 2, _ => \"c\" }", "activity", "x[0]", "x.a", "()",
        ][..]), 1..8),
        operators in proptest::collection::vec(proptest::sample::select(&["+", "==", "<", "&&", "??", "in", ";", "-", "!="][..]), 8),
    ) {
        let mut body = "let x = 1; ".to_owned();
        for (part, operator) in parts.iter().zip(&operators) {
            body.push_str(&format!("({part}) {operator} "));
        }
        body.push('1');
        loads_or_not("scoring/a.rhai", format!("/// A.\nfn rule(activity, so_far) {{\n{body}\n}}\n").into_bytes());
    }

    #[test]
    fn random_records_never_panic_their_readers(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, Format::JsonLines);
        let _ = read(&bytes, Format::Csv);
        let _ = read_people(bytes.as_slice(), "people", Format::JsonLines);
        let _ = read_people(bytes.as_slice(), "people", Format::Csv);
        let _ = read_posts(bytes.as_slice(), "posts");
    }

    #[test]
    fn random_fields_never_panic_their_readers(name in "[a-z_.]{1,12}|post|ext|at|type|likes", value in "[-0-9.eE\"\\[\\]{}:,a-z\\\\u]{0,20}|null|true|\"[a-z]{0,4}\"") {
        let _ = read(activity(&format!(",\"{name}\":{value}")).as_bytes(), Format::JsonLines);
        let _ = read(format!("id,advocate,kind,at,{name}\n1,a,share,2026-01-01T00:00:00Z,{value}\n").as_bytes(), Format::Csv);
    }
}

#[test]
fn a_program_without_anything_is_refused() {
    assert!(Program::from_sources(&Sources::new()).is_err());
}
