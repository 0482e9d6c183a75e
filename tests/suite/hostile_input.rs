//! Hostile records and posts: each ends in a clear error that names line and field, or in a right
//! answer; never in a panic.

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use plaudit_engine::events::{Format, Log, read_events, read_people, read_posts};
use plaudit_engine::{Code, Error, Program, Sources};
use proptest::prelude::*;

use crate::support::{self, MANIFEST, plaudit, plaudit_with, sources};

/// An activity with more fields behind those that it must have.
fn activity(more: &str) -> String {
    format!(r#"{{"id":"1","advocate":"ann","kind":"share","at":"2026-01-01T00:00:00Z"{more}}}"#)
}

fn read(bytes: &[u8], format: Format) -> Result<Log, Error> {
    let mut log = Log::new();
    read_events(bytes, "events", format, &mut log).map(|()| log)
}

/// What must be said of a file: code, line, field, and words of the message or its help.
fn assert_wrong(bytes: &[u8], format: Format, code: Code, line: usize, field: &str, words: &str) {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let error = read(bytes, format).expect_err(&shown);
    let problem = &error.problems()[0];
    let help = problem.help.clone().unwrap_or_default();
    assert_eq!(
        (problem.code, problem.line, problem.field.as_deref().unwrap_or_default()),
        (code, Some(line), field),
        "{shown}: {problem:?}"
    );
    assert!(format!("{} {help}", problem.message).contains(words), "{shown}: {problem:?}");
    assert!(problem.message.chars().count() <= 1_001, "{}", problem.message.len());
}

#[test]
fn what_is_no_record_is_refused_with_its_line() {
    for (text, words) in [
        ("hello", "not JSON"),
        (r#"{"id":"1","adv"#, "not JSON"),
        (r#"{"id":"1"} {"id":"2"}"#, "missing"),
        (r#"{"id":"1","advocate":"ann","kind":"share","at":"2026-01-01T00:00:00Z"} x"#, "trailing"),
        ("[{}]", "object"),
        ("null", "object"),
        ("\"x\"", "object"),
        ("5", "object"),
    ] {
        let file = format!("{}\n\n{text}\n", activity("").replace("\"1\"", "\"0\""));
        let error = read(file.as_bytes(), Format::JsonLines).expect_err(text);
        let problem = &error.problems()[0];
        assert_eq!((error.problems().len(), problem.line), (1, Some(3)), "{text}: {problem:?}");
        assert!(problem.message.contains(words), "{text}: {problem:?}");
    }
}

#[test]
fn a_wrong_field_is_named_with_what_would_be_right() {
    use Code::{Conflict, Missing, UnknownField, WrongValue};
    for (more, code, field, words) in [
        (r#","likes":-1"#, WrongValue, "likes", "a whole number from 0"),
        (r#","likes":1.5"#, WrongValue, "likes", "a whole number from 0"),
        (r#","likes":9223372036854775808"#, WrongValue, "likes", "out of range"),
        (r#","likes":9007199254740992"#, WrongValue, "likes", "out of range"),
        (r#","likes":"many""#, WrongValue, "likes", "a whole number"),
        (r#","likes":true"#, WrongValue, "likes", "a whole number"),
        (r#","likes":[1]"#, WrongValue, "likes", "a whole number"),
        (r#","own_words":101"#, WrongValue, "own_words", "from 0 to 100"),
        (r#","customer":"yes""#, WrongValue, "customer", "`true` or `false`"),
        (r#","customer":1"#, WrongValue, "customer", "`true` or `false`"),
        (r#","campaign":5"#, WrongValue, "campaign", "text"),
        (r#","campaign":"""#, WrongValue, "campaign", "empty"),
        (r#","origin":"compny""#, WrongValue, "origin", "did you mean `company`?"),
        (r#","channel":{}"#, WrongValue, "channel", "text"),
        (r#","source":"""#, WrongValue, "source", "empty"),
        (r#","ext":5"#, WrongValue, "ext", "map"),
        (r#","liks":1"#, UnknownField, "", "did you mean `likes`?"),
        (r#","zzzzzz":1"#, UnknownField, "", "under `ext`"),
        (r#","weekday":1"#, WrongValue, "", "worked out"),
        (r#","kind":"create""#, WrongValue, "", "`kind` is given twice"),
        (r#","id":"2""#, WrongValue, "", "`id` is given twice"),
        (r#","type":"outcom""#, WrongValue, "", "did you mean `outcome`?"),
        (r#","type":"update","target":"1""#, Missing, "", "`set` is missing"),
        (r#","type":"retraction","target":"1""#, WrongValue, "", "does not belong"),
        (r#","post":{"textt":"a"}"#, UnknownField, "post.textt", "did you mean `text`?"),
        (r#","post":{"channel":"x"}"#, Missing, "post", "`text`"),
        (
            r#","post":{"text":"a","at":"2026-13-01T00:00:00Z"}"#,
            WrongValue,
            "post.at",
            "is not a time",
        ),
        (
            r#","post":{"text":"a","media":[{"kind":"image","atl":"x"}]}"#,
            UnknownField,
            "post.media[0].atl",
            "did you mean `alt`?",
        ),
        (
            r#","post":{"text":"a","media":[{"kind":"pic"}]}"#,
            WrongValue,
            "post.media[0].kind",
            "image",
        ),
    ] {
        assert_wrong(activity(more).as_bytes(), Format::JsonLines, code, 1, field, words);
    }
    for (missing, words) in [
        ("id", "`id`"),
        ("advocate", "`advocate`"),
        ("kind", "what was done"),
        ("at", "when it happened"),
    ] {
        let text =
            activity("").replace(&format!("\"{missing}\""), "\"minutes\"").replace(":\"1\"", ":1");
        let text = if missing == "id" {
            text
        } else {
            activity("")
                .split(',')
                .filter(|part| !part.contains(&format!("\"{missing}\"")))
                .collect::<Vec<_>>()
                .join(",")
        };
        let text = if text.ends_with('}') { text } else { format!("{text}}}") };
        assert_wrong(text.as_bytes(), Format::JsonLines, Missing, 1, "", words);
    }
    let two = format!("{}\n{}\n", activity(""), activity(r#","likes":5"#));
    assert_wrong(two.as_bytes(), Format::JsonLines, Conflict, 2, "id", "lines 1 and 2");
}

#[test]
fn a_time_must_exist_and_say_its_offset() {
    for time in [
        "2026-02-30T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01",
        "2026-01-01T25:00:00Z",
        "",
        "now",
        "1767225600",
    ] {
        let text = activity("").replace("2026-01-01T00:00:00Z", time);
        assert_wrong(
            text.as_bytes(),
            Format::JsonLines,
            Code::WrongValue,
            1,
            "at",
            "is not a time with an offset",
        );
    }
    let number = activity("").replace("\"2026-01-01T00:00:00Z\"", "5");
    assert_wrong(
        number.as_bytes(),
        Format::JsonLines,
        Code::WrongValue,
        1,
        "at",
        "a time with an offset",
    );
}

#[test]
fn what_is_far_too_large_is_refused_quickly() {
    let brackets = "[".repeat(100_000);
    let nested = format!(r#","ext":{}1{}"#, "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let long = "x".repeat(10_000_000);
    for (text, code, words) in [
        (brackets, Code::Syntax, "object"),
        (activity(&nested), Code::Syntax, "recursion limit"),
        (activity(r#","likes":1e400"#), Code::Syntax, "number out of range"),
        (
            activity(&format!(",\"likes\":{}", "9".repeat(100_000))),
            Code::Syntax,
            "number out of range",
        ),
        (activity(&format!(",\"{long}\":1")), Code::UnknownField, "there is no field"),
        (activity(&format!(",\"campaign\":\"{long}\"")), Code::WrongValue, "at most 1000"),
        (
            activity(&format!(",\"post\":{{\"text\":\"{long}\"}}")),
            Code::WrongValue,
            "at most 1000000",
        ),
        (activity(&format!(",\"campaign\":\"{long}{long}\"")), Code::TooLarge, "16 MiB"),
    ] {
        let error = read(text.as_bytes(), Format::JsonLines).expect_err(words);
        let problem = &error.problems()[0];
        let help = problem.help.clone().unwrap_or_default();
        assert_eq!(problem.code, code, "{words}");
        assert!(format!("{} {help}", problem.message).contains(words), "{words}");
        assert!(problem.render(false).len() < 5_000, "{words}");
    }
    let many = "x\n".repeat(100_000);
    assert_eq!(read(many.as_bytes(), Format::JsonLines).unwrap_err().problems().len(), 20);
}

#[test]
fn odd_but_right_files_are_read() {
    let second = activity("").replace("\"1\"", "\"2\"");
    for (text, events) in [
        (format!("\u{feff}{}\r\n{second}\r\n", activity("")), 2),
        (format!("\n\n  {}  \n\n", activity("")), 1),
        (format!("{}\n{}\n", activity(""), activity("")), 1),
        (activity(r#","likes":1e3,"campaign":"a\u0000\u202e\u200b""#), 1),
        (activity(r#","ext":{"a":{"b":[1,2.5,null]}}"#), 1),
        (activity(r#","kind2":1"#).replace("\"kind2\":1", "\"content\":null"), 1),
        (String::new(), 0),
    ] {
        assert_eq!(read(text.as_bytes(), Format::JsonLines).unwrap().len(), events, "{text}");
    }
}

#[test]
fn broken_characters_are_named_by_their_line() {
    let mut bytes = format!("{}\n", activity("").replace("\"1\"", "\"0\"")).into_bytes();
    bytes.extend(activity(",\"campaign\":\"x\"").replace("\"x\"", "\"\u{1}\"").into_bytes());
    assert_wrong(&bytes, Format::JsonLines, Code::Syntax, 2, "", "control character");
    let mut bytes = activity("").into_bytes();
    bytes.extend(b"\n\xff\xfe\n");
    assert_wrong(&bytes, Format::JsonLines, Code::NotUtf8, 2, "", "UTF-8");
    let lone = activity(r#","campaign":"\ud800""#);
    assert_wrong(lone.as_bytes(), Format::JsonLines, Code::Syntax, 1, "", "hex escape");
}

#[test]
fn a_csv_file_is_read_with_the_same_care() {
    const HEAD: &str = "id,advocate,kind,at";
    const T: &str = "2026-01-01T00:00:00Z";
    for (head, rows, code, line, field, words) in [
        (HEAD, "1,ann,share".to_owned(), Code::Syntax, 2, "", "3 cells"),
        (HEAD, format!("1,ann,share,{T},x"), Code::Syntax, 2, "", "5 cells"),
        (
            "id,advocate,kind,at,id",
            format!("1,ann,share,{T},2"),
            Code::Duplicate,
            1,
            "",
            "`id` stands there twice",
        ),
        (
            "id,advocate,kind,at,liks",
            format!("1,ann,share,{T},5"),
            Code::UnknownField,
            1,
            "",
            "did you mean `likes`?",
        ),
        (
            "id,advocate,kind,at,likes",
            format!("1,ann,share,{T},abc"),
            Code::WrongValue,
            2,
            "likes",
            "not a whole number",
        ),
        (
            "id,advocate,kind,at,likes",
            format!("1,ann,share,{T},99999999999999999999"),
            Code::WrongValue,
            2,
            "likes",
            "not a whole number",
        ),
        (
            "id,advocate,kind,at,customer",
            format!("1,ann,share,{T},maybe"),
            Code::WrongValue,
            2,
            "customer",
            "neither",
        ),
        (
            HEAD,
            format!("1,ann,share,{T}\n2,bob,share,2026-02-30T00:00:00Z"),
            Code::WrongValue,
            3,
            "at",
            "is not a time",
        ),
        (
            HEAD,
            format!("1,ann,share,{T}\n1,bob,share,{T}"),
            Code::Conflict,
            3,
            "id",
            "lines 2 and 3",
        ),
        ("id,advocate,kind", "1,ann,share".to_owned(), Code::Missing, 2, "", "`at` is missing"),
        (HEAD, ",,,".to_owned(), Code::Missing, 2, "", "`id` is missing"),
        (
            "id,advocate,kind,at,post,post.text",
            format!("1,ann,share,{T},x,y"),
            Code::WrongValue,
            2,
            "post",
            "",
        ),
    ] {
        assert_wrong(format!("{head}\n{rows}\n").as_bytes(), Format::Csv, code, line, field, words);
    }
    let mut broken = format!("{HEAD},campaign\n1,ann,share,{T},").into_bytes();
    broken.extend(b"\xff\n");
    assert_wrong(&broken, Format::Csv, Code::NotUtf8, 2, "", "UTF-8");
    for (text, events) in [
        (format!("\u{feff}{HEAD}\r\n1,ann,share,{T}\r\n"), 1),
        (
            format!("{HEAD},post.text\n1,ann,share,{T},\"a \"\"b\"\", c\nd\"\n2,bob,share,{T},x\n"),
            2,
        ),
        (format!("{HEAD}\n\n1,ann,share,{T}\n\n"), 1),
        (format!("{HEAD}\n"), 0),
        (String::new(), 0),
    ] {
        assert_eq!(read(text.as_bytes(), Format::Csv).unwrap().len(), events, "{text}");
    }
}

#[test]
fn a_csv_quote_that_is_never_closed_is_refused() {
    let text = "id,advocate,kind,at,campaign\n1,ann,share,2026-01-01T00:00:00Z,\"a\n2,bob,share,2026-01-01T00:00:00Z,b\n";
    assert!(read(text.as_bytes(), Format::Csv).is_err());
}

#[test]
fn a_person_who_is_wrong_is_named() {
    for (text, code, line, words) in [
        (r#"{"name":"Ann"}"#, Code::Missing, 1, "`id` is missing"),
        (r#"{"id":"ann","consnt":true}"#, Code::UnknownField, 1, "did you mean `consent`?"),
        (r#"{"id":"ann","consent":"yes"}"#, Code::WrongValue, 1, "`true`, `false` or a list"),
        (
            r#"{"id":"ann","consent":[{"from":"2026-02-01T00:00:00Z","until":"2026-01-01T00:00:00Z"}]}"#,
            Code::WrongValue,
            1,
            "ends before it begins",
        ),
        (r#"{"id":"ann","style":"lurker"}"#, Code::WrongValue, 1, "`listener`"),
        ("{\"id\":\"ann\"}\n{\"id\":\"ann\",\"level\":\"5\"}", Code::Conflict, 2, "lines 1 and 2"),
    ] {
        let error = read_people(text.as_bytes(), "people", Format::JsonLines).expect_err(text);
        let problem = &error.problems()[0];
        let help = problem.help.clone().unwrap_or_default();
        assert_eq!((problem.code, problem.line), (code, Some(line)), "{text}: {problem:?}");
        assert!(format!("{} {help}", problem.message).contains(words), "{text}: {problem:?}");
    }
}

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

#[test]
fn spreadsheets_of_windows_and_of_germany_are_read_and_their_lines_counted_right() {
    let sheet = "\u{feff}id;advocate;kind;at;likes\r\n1;ann;share;2026-01-01T00:00:00Z;3\r\n2;bob;share;gestern;4\r\n";
    let error = read(sheet.as_bytes(), Format::Csv).unwrap_err();
    assert_eq!(error.problems()[0].line, Some(3), "{error}");
    let good = sheet.replace("gestern", "2026-01-02T00:00:00Z");
    assert!(read(good.as_bytes(), Format::Csv).is_ok());
    let tabs = good.replace(';', "\t");
    assert!(read(tabs.as_bytes(), Format::Csv).is_ok());
}

#[test]
fn a_column_that_is_no_field_is_told_once_and_on_the_first_line() {
    let rows = "1,ann,share,2026-01-01T00:00:00Z,x\n".repeat(300);
    let error =
        read(format!("id,advocate,kind,at,team\n{rows}").as_bytes(), Format::Csv).unwrap_err();
    assert_eq!(error.problems().len(), 1);
    assert_eq!(error.problems()[0].line, Some(1));
    assert!(error.problems()[0].help.as_deref().unwrap().contains("ext.team"));
}

#[test]
fn an_inch_mark_within_a_cell_is_text() {
    let text = "id,advocate,kind,at,campaign\n1,ann,share,2026-01-01T00:00:00Z,a 5\" screen\n";
    assert!(read(text.as_bytes(), Format::Csv).is_ok());
}

#[test]
fn an_update_in_a_table_sets_numbers_and_flags() {
    let text =
        "type,id,target,at,set.minutes,set.customer\nupdate,u,1,2026-01-01T00:00:00Z,45,yes\n";
    assert_eq!(read(text.as_bytes(), Format::Csv).map(|_| ()).map_err(|e| e.to_string()), Ok(()));
}
