//! Hostile records: each ends in a clear error that names line and field, or in a right answer;
//! never in a panic, and never late.

use plaudit_engine::events::{ColumnMap, Format, Log, read_events, read_people};
use plaudit_engine::{Code, Error};

/// An activity with more fields behind those that it must have.
pub(crate) fn activity(more: &str) -> String {
    format!(r#"{{"id":"1","advocate":"ann","kind":"share","at":"2026-01-01T00:00:00Z"{more}}}"#)
}

pub(crate) fn read(bytes: &[u8], format: Format<'_>) -> Result<Log, Error> {
    let mut log = Log::new();
    read_events(bytes, "events", format, &mut log).map(|_| log)
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
        (r#","ext":5"#, WrongValue, "ext", "an object in braces"),
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
            "is not a time ",
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
fn lines_of_a_table_are_counted_with_blank_ones_and_those_within_a_cell() {
    const T: &str = "2026-01-01T00:00:00Z";
    let head = "id,advocate,kind,at,likes,post.text";
    let (right, wrong) = (format!("1,ann,share,{T},1,x"), format!("2,ann,share,{T},many,x"));
    let (short, two) = (format!("2,ann,share,{T}"), format!("1,ann,share,{T},1,\"a\n\nb\""));
    for (file, line) in [
        (format!("{head}\n\n\n{wrong}\n"), 4),
        (format!("\n\n{head}\n{right}\n\n{wrong}\n"), 6),
        (format!("{head}\r\n\r\n{right}\r\n\r\n{wrong}\r\n"), 5),
        (format!("{head}\n{two}\n\n{wrong}\n"), 6),
        (format!("{head}\n\n\n{two}\n{wrong}\n"), 7),
        // Far more than is read ahead.
        (format!("{head}\n{}{wrong}\n", "\n".repeat(100_000)), 100_002),
    ] {
        let file = file.as_bytes();
        assert_wrong(file, Format::Csv, Code::WrongValue, line, "likes", "not a whole number");
    }
    let file = format!("{head}\n\n{right}\n\n\n{short}\n");
    assert_wrong(file.as_bytes(), Format::Csv, Code::Syntax, 6, "", "4 cells");
    let file = format!("\n\n{head},liks\n");
    assert_wrong(file.as_bytes(), Format::Csv, Code::UnknownField, 3, "", "`likes`");
    let mut file = format!("{head}\n{right}\n\n3,ann,share,{T},1,").into_bytes();
    file.extend(b"\xff\n");
    assert_wrong(&file, Format::Csv, Code::NotUtf8, 4, "", "UTF-8");
    let map = "skip_lines = 2\n[[records]]\nconstants = { kind = \"share\" }\n[records.fields]\nid = \"Nr\"\nadvocate = \"Who\"\nat = \"When\"\n";
    let map = ColumnMap::read(map, "map").unwrap();
    let file = format!("Report\n\n\nNr,Who,When\n\n1,ann,{T}\n\n2,bob,never\n");
    let format = Format::Mapped(&map);
    assert_wrong(file.as_bytes(), format, Code::WrongValue, 8, "at", "not a time");
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

#[test]
fn points_by_hand_have_limits_and_a_reason() {
    let adjust = |more: &str| {
        format!(
            r#"{{"type":"adjustment","id":"1","advocate":"ann","at":"2026-01-01T00:00:00Z"{more}}}"#
        )
    };
    for (more, code, words) in [
        (r#","reason":"x""#, Code::Missing, "`points` is missing"),
        (r#","points":5"#, Code::Missing, "`reason` is missing"),
        (r#","points":5,"reason":null"#, Code::Missing, "`reason` is missing"),
        (r#","points":0,"reason":"x""#, Code::WrongValue, "below or above 0"),
        (r#","points":1000000001,"reason":"x""#, Code::WrongValue, "below or above 0"),
        (r#","points":-1000000001,"reason":"x""#, Code::WrongValue, "below or above 0"),
        (r#","points":9007199254740992,"reason":"x""#, Code::WrongValue, "below or above 0"),
        (r#","points":-9223372036854775808,"reason":"x""#, Code::WrongValue, "below or above 0"),
        (r#","points":5,"reason":"x","agenda":true"#, Code::WrongValue, "`agenda` does not belong"),
        (r#","points":5,"reason":"x","name":"Ann""#, Code::WrongValue, "`name` does not belong"),
        (r#","points":5,"reason":"x","likes":1"#, Code::WrongValue, "`likes` does not belong"),
        (
            r#","points":5,"reason":"x","department":"a""#,
            Code::WrongValue,
            "`department` does not belong",
        ),
    ] {
        assert_wrong(adjust(more).as_bytes(), Format::JsonLines, code, 1, "", words);
    }
    for points in ["1000000000", "-1000000000"] {
        let line = adjust(&format!(r#","points":{points},"reason":"x""#));
        assert_eq!(read(line.as_bytes(), Format::JsonLines).unwrap().len(), 1);
    }
}

#[test]
fn people_and_meetings_among_events_are_read_with_care() {
    let event = |kind: &str, more: &str| {
        format!(r#"{{"type":"{kind}","id":"1","at":"2026-01-01T00:00:00Z"{more}}}"#)
    };
    let words = |many: usize| {
        let words: Vec<String> = (0..many).map(|word| format!("\"w{word}\"")).collect();
        words.join(",")
    };
    let (many, few) = (words(10_000), words(100));
    for (line, code, field, words) in [
        (event("person", ""), Code::Missing, "", "`advocate` is missing"),
        (event("person", r#","advocate":"""#), Code::WrongValue, "advocate", "empty"),
        (
            event("person", r#","advocate":"a","consent":null"#),
            Code::WrongValue,
            "",
            "cannot be cleared",
        ),
        (
            event("person", r#","advocate":"a","away":"no""#),
            Code::WrongValue,
            "away",
            "a list of intervals",
        ),
        (
            event("person", r#","advocate":"a","aliases":["a",""]"#),
            Code::WrongValue,
            "aliases[1]",
            "empty",
        ),
        (
            event("person", r#","advocate":"a","aliases":"b""#),
            Code::WrongValue,
            "aliases",
            "a list in brackets",
        ),
        (
            event("person", r#","advocate":"a","consnt":true"#),
            Code::UnknownField,
            "",
            "did you mean `consent`?",
        ),
        (
            event("person", r#","advocate":"a","consent":true,"consent":false"#),
            Code::WrongValue,
            "",
            "given twice",
        ),
        (
            event("person", r#","advocate":"a","points":5"#),
            Code::WrongValue,
            "",
            "`points` does not belong",
        ),
        (
            event("person", r#","advocate":"a","kind":"share""#),
            Code::WrongValue,
            "",
            "`kind` does not belong",
        ),
        (
            event("person", &format!(r#","advocate":"a","aliases":[{many}]"#)),
            Code::WrongValue,
            "aliases",
            "at most 100",
        ),
        (
            event("person", &format!(r#","advocate":"a","needs":[{many}]"#)),
            Code::WrongValue,
            "needs",
            "at most 100",
        ),
        (event("meeting", ""), Code::Missing, "", "`agenda` is missing"),
        (event("meeting", r#","agenda":1"#), Code::WrongValue, "agenda", "`true` or `false`"),
        (
            event("meeting", r#","agenda":true,"department":"a","country":"b""#),
            Code::WrongValue,
            "",
            "name one team",
        ),
        (
            event("meeting", r#","agenda":true,"name":"a""#),
            Code::WrongValue,
            "",
            "`name` does not belong",
        ),
        (
            event("meeting", r#","agenda":true,"mentor":"a""#),
            Code::WrongValue,
            "",
            "`mentor` does not belong",
        ),
        (event("persn", r#","advocate":"a""#), Code::WrongValue, "", "did you mean `person`?"),
    ] {
        assert_wrong(line.as_bytes(), Format::JsonLines, code, 1, field, words);
    }
    let line = event("person", &format!(r#","advocate":"a","aliases":[{few}],"needs":[{few}]"#));
    assert_eq!(read(line.as_bytes(), Format::JsonLines).unwrap().len(), 1);
    let ones = ["[\"b\",\"a\"]", "[\"a\",\"b\",\"a\"]"]
        .map(|names| event("person", &format!(r#","advocate":"x","aliases":{names}"#)));
    let same = read(ones.join("\n").as_bytes(), Format::JsonLines);
    assert_eq!(same.unwrap().len(), 1, "the same names in another order are the same");
}

#[test]
fn a_table_of_people_has_lists_flags_and_line_ends_of_windows() {
    let table = "id;consent;leaderboard;aliases;needs;at\r\nann;ja;nein;a1, a2;x|y;\r\nann;no;;;;2026-01-01T00:00:00Z\r\n";
    let people = read_people(table.as_bytes(), "people", Format::Csv).unwrap();
    assert_eq!(people.len(), 1);
    for (cell, words) in [("perhaps", "neither"), ("2", "neither")] {
        let table = format!("id;consent\r\nann;ja\r\nbob;{cell}\r\n");
        let error = read_people(table.as_bytes(), "people", Format::Csv).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!((problem.line, problem.field.as_deref()), (Some(3), Some("consent")));
        assert!(problem.message.contains(words), "{problem:?}");
    }
}

#[test]
fn two_lines_of_one_person_and_time_or_one_alias_of_two_are_refused() {
    for (lines, line, words) in [
        (
            "{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"consent\":true}\n{\"id\":\"a\",\"at\":\"2026-01-01T01:00:00+01:00\",\"consent\":false}",
            2,
            "lines 1 and 2",
        ),
        (
            "{\"id\":\"a\",\"aliases\":[\"x\"]}\n{\"id\":\"b\",\"aliases\":[\"x\"]}",
            2,
            "same alias `x`",
        ),
    ] {
        let error = read_people(lines.as_bytes(), "people", Format::JsonLines).unwrap_err();
        assert_eq!(error.problems()[0].line, Some(line));
        assert!(error.problems()[0].message.contains(words), "{error}");
    }
    let itself = "{\"id\":\"a\",\"aliases\":[\"a\"],\"consent\":[{\"from\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-02-01T00:00:00Z\"},{\"from\":\"2026-01-15T00:00:00Z\"},{\"until\":\"2026-01-01T00:00:00Z\"}]}";
    assert_eq!(read_people(itself.as_bytes(), "people", Format::JsonLines).unwrap().len(), 1);
}
