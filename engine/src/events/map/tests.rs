//! Maps as their authors write them, right and wrong, and files that do not fit them.

use proptest::prelude::*;

use super::ColumnMap;
use super::field::OF_FIELD;
use super::read::{OF_RECORD, SETTINGS};
use super::written::WRITTEN;
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Format, Intake, Person, each_event, read_people, read_snapshot};

const PAGE: &str = include_str!("../../../IMPORT.md");
const HR_MAP: &str = include_str!("../../../../tests/data/imports/hr.toml");
const HR: &[u8] = include_bytes!("../../../../tests/data/imports/hr.csv");
const SOCIAL_MAP: &str = include_str!("../../../../tests/data/imports/social.toml");
const SOCIAL: &[u8] = include_bytes!("../../../../tests/data/imports/social.csv");

fn map(text: &str) -> ColumnMap {
    ColumnMap::read(text, "map.toml").unwrap()
}

fn events(bytes: &[u8], format: Format<'_>) -> Result<(Vec<Event>, Intake), Error> {
    let mut events = Vec::new();
    let intake = each_event(bytes, "file", format, |event, _| {
        events.push(event);
        Ok(())
    })?;
    Ok((events, intake))
}

fn people(bytes: &[u8], format: Format<'_>) -> Vec<Person> {
    read_people(bytes, "file", format).unwrap().records().cloned().collect()
}

/// The first problem, with its help behind it.
fn first(error: &Error) -> (&Problem, String) {
    let problem = &error.problems()[0];
    (problem, format!("{} {}", problem.message, problem.help.as_deref().unwrap_or_default()))
}

/// What the first cells of a table of settings name, by the heading that it stands under.
fn named_under(heading: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once(&format!("\n### {heading}\n")).unwrap();
    let section = section.split("\n#").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut names: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_setting_stands_on_the_page_and_no_other() {
    for (heading, settings) in [
        ("Settings of the file", [SETTINGS, &WRITTEN].concat()),
        ("Settings of a record", OF_RECORD.to_vec()),
        ("Settings of a field", [OF_FIELD, &WRITTEN].concat()),
    ] {
        let mut settings = settings;
        settings.sort_unstable();
        assert_eq!(named_under(heading), settings, "{heading}");
    }
}

#[test]
fn rows_that_a_map_has_no_person_for_are_counted() {
    let map = map("[[people]]\nwhen = { \"Vertrag\" = \"fest\" }\n[people.fields]\nid = \"Nr\"\n");
    let file = b"Nr,Vertrag\n1,fest\n2,frei\n3,frei\n,\n";
    let people = read_people(file.as_slice(), "file", Format::Mapped(&map)).unwrap();
    assert_eq!((people.len(), people.skipped()), (1, 2));
    let people = read_people(b"id\n1\n".as_slice(), "file", Format::Csv).unwrap();
    assert_eq!((people.len(), people.skipped()), (1, 0));
}

#[test]
fn the_examples_of_the_page_are_read_as_it_says() {
    let mut compared = 0;
    let (mut saved, mut file) = (None, None);
    let mut parts = PAGE.split("\n```");
    parts.next();
    for block in parts.step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        match language {
            "toml" => saved = Some(map(text)),
            "csv" | "cloudevents" => file = Some((language, text.to_owned())),
            "jsonl" => {
                let (written, lines) = file.take().unwrap();
                let saved = saved.take();
                let format = match (&saved, written) {
                    (Some(saved), "csv") => Format::Mapped(saved),
                    _ => Format::CloudEvents,
                };
                if saved.as_ref().is_some_and(|saved| saved.people) {
                    let same = people(text.as_bytes(), Format::JsonLines);
                    assert_eq!(people(lines.as_bytes(), format), same);
                } else {
                    let same = events(text.as_bytes(), Format::JsonLines).unwrap().0;
                    assert_eq!(events(lines.as_bytes(), format).unwrap().0, same, "{lines}");
                }
                compared += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(compared, 4);
}

#[test]
fn an_export_of_an_hr_system_is_read_as_it_is() {
    let hr = map(HR_MAP);
    let read = people(HR, Format::Mapped(&hr));
    let same = [
        r#"{"id":"1001","name":"Jörg Müßig","department":"Vertrieb Süd","function":"sales","country":"DE","leader":true,"consent":true,"active":[{"from":"2019-03-31T22:00:00Z"}],"aliases":["joerg.muessig@muster.example","joerg-muessig"],"needs":["technical","ideas"]}"#,
        r#"{"id":"1002","name":"Zoë Größl","department":"Kundendienst","function":"service","country":"AT","leader":false,"consent":true,"active":[{"from":"2026-02-02T23:00:00Z"}],"aliases":["zoe.groessl@muster.example"],"needs":["analytics"]}"#,
        r#"{"id":"1003","name":"Änne Öhler","department":"Verwaltung","function":"admin","country":"DE","leader":false,"consent":false,"active":[{"from":"2025-08-31T22:00:00Z"}],"aliases":["aenne.oehler@muster.example"]}"#,
        r#"{"id":"1004","name":"Ugur Straße; der Jüngere","department":"Vertrieb Nord","function":"sales","country":"DE","leader":false,"active":[{"from":"2019-12-31T23:00:00Z","until":"2026-06-30T22:00:00Z"}],"aliases":["ugur.strasse@muster.example"]}"#,
    ];
    assert_eq!(read, people(same.join("\n").as_bytes(), Format::JsonLines));
    let lines = read_snapshot(HR, "hr.csv", Format::Mapped(&hr)).unwrap();
    assert_eq!((lines.len(), lines.skipped), (4, 1));
}

#[test]
fn a_row_of_a_social_tool_is_an_activity_and_its_results() {
    let social = map(SOCIAL_MAP);
    let (read, intake) = events(SOCIAL, Format::Mapped(&social)).unwrap();
    assert_eq!(intake, Intake { records: 5, skipped: 1 });
    let same = r#"{"id":"LinkedIn:7201","source":"social","advocate":"joerg-muessig","kind":"create","channel":"linkedin","at":"2026-02-03T09:15:00Z","post":{"text":"Our new mixer, made by people I like.\n\n#MusterEmployee","channel":"linkedin"}}
{"type":"outcome","id":"LinkedIn:7201@2026-07-01T00:00:00Z","source":"social","target":"LinkedIn:7201","at":"2026-07-01T00:00:00Z","impressions":12345,"likes":1234,"comments":56,"shares":7,"clicks":890}"#;
    assert_eq!(read[..2], events(same.as_bytes(), Format::JsonLines).unwrap().0);
}

#[test]
fn reports_without_a_time_of_their_own_take_that_of_the_export() {
    let text = "[[records]]\ntype=\"outcome\"\n[records.fields]\ntarget=\"Id\"\nlikes=\"Likes\"\n";
    let file = b"Id,Likes\n7,5\n";
    let saved = map(text);
    let error = events(file, Format::Mapped(&saved)).unwrap_err();
    assert!(
        first(&error).1.contains("is missing") || first(&error).1.contains("no column"),
        "{error}"
    );
    let dated = saved.exported_at("2026-07-01T00:00:00Z".parse().unwrap());
    let (read, _) = events(file, Format::Mapped(&dated)).unwrap();
    assert_eq!(&*read[0].identity.id, "7@2026-07-01T00:00:00Z");
}

/// A map of activities with more of it before and behind its record.
fn activities(before: &str, fields: &str) -> String {
    format!(
        "{before}\n[[records]]\n[records.fields]\nid = \"Id\"\nadvocate = \"Who\"\nkind = \"What\"\nat = \"When\"\n{fields}\n"
    )
}

#[test]
fn a_mistake_in_a_map_is_told_with_its_place_and_what_would_be_right() {
    use Code::{Duplicate, Missing, Syntax, UnknownField, UnknownSetting, WrongValue};
    for (text, code, line, words) in [
        (activities("", "likes = "), Syntax, 8, "not TOML"),
        (String::new(), Missing, 1, "`[[records]]`"),
        (activities("encodng = \"utf-8\"", ""), UnknownSetting, 1, "did you mean `encoding`?"),
        (activities("encoding = \"windows-1225\"", ""), WrongValue, 1, "`windows-1252`"),
        (activities("delimiter = \";;\"", ""), WrongValue, 1, "one sign"),
        (activities("delimiter = \"\\\"\"", ""), WrongValue, 1, "one sign"),
        (activities("skip_lines = -1", ""), WrongValue, 1, "from 0"),
        (activities("skip_lines = 100000", ""), Code::TooLarge, 1, "at most"),
        (activities("others = \"keep\"", ""), WrongValue, 1, "`ext`"),
        (activities("zone = \"Europe/Berln\"", ""), WrongValue, 1, "no time zone"),
        (activities("time = \"dd.mm.yyyy\"", ""), WrongValue, 1, "%d.%m.%Y"),
        (activities("time = \"%d.%m.%Y\"", ""), Missing, 7, "`zone`"),
        (activities("ignore = [\"Id\"]", ""), WrongValue, 1, "a record uses it"),
        (activities("", "liks = \"Likes\""), UnknownField, 8, "did you mean `likes`?"),
        (activities("", "type = \"Type\""), WrongValue, 8, "a record of its own"),
        (activities("", "likes = 5"), WrongValue, 8, "text in quotes"),
        (activities("", "likes = \"\""), WrongValue, 8, "text in quotes"),
        (activities("", "likes = []"), WrongValue, 8, "empty"),
        (activities("", "campaign = [\"A\", \"A\"]"), Duplicate, 8, "twice"),
        (activities("", "likes = { colum = \"A\" }"), UnknownSetting, 8, "`column`"),
        (activities("", "likes = { round = true }"), WrongValue, 8, "names no `column`"),
        (
            activities("", "likes = { column = \"A\", zone = \"UTC\" }"),
            WrongValue,
            8,
            "says nothing",
        ),
        (activities("", "likes = { from = \"A\" }"), WrongValue, 8, "no interval"),
        (
            activities("", "active = { from = \"A\", until = \"B\", through = \"C\" }"),
            WrongValue,
            8,
            "ends twice",
        ),
        (
            activities("", "format = { column = \"A\", words = { \"Clip\" = \"vidoe\" } }"),
            WrongValue,
            8,
            "did you mean `video`?",
        ),
        (
            activities("", "likes = { column = \"A\", words = { \"many\" = \"x\" } }"),
            WrongValue,
            8,
            "a whole number",
        ),
        (
            activities(
                "",
                "customer = { column = \"A\", words = { \"Ja\" = true, \"JA\" = false } }",
            ),
            Duplicate,
            8,
            "capital letters",
        ),
        (activities("", "[records.constants]\nlikes = \"five\""), WrongValue, 9, "a whole number"),
        (activities("", "[records.constants]\nlikes = 1.5"), WrongValue, 9, "a whole number"),
        (activities("", "[records.constants]\nkind = \"share\""), Duplicate, 6, "a constant"),
        (activities("", "[records.when]\nX = 5"), WrongValue, 9, "`true`"),
        (
            activities("", "[[records]]\ntype = \"outcom\"\nfields = { target = \"T\" }"),
            WrongValue,
            9,
            "did you mean `outcome`?",
        ),
        (
            activities("", "[[records]]\ntype = \"outcome\"\nfields = { likes = \"T\" }"),
            Missing,
            8,
            "`target`",
        ),
        (activities("", "[[records]]\ntype = \"outcome\""), Missing, 8, "which column is which"),
        (activities("", "[[people]]\nfields = { id = \"A\" }"), WrongValue, 1, "not both"),
        (
            "[[people]]\ntype = \"person\"\nfields = { id = \"A\" }".to_owned(),
            Code::UnknownSetting,
            1,
            "no `type`",
        ),
        ("[[people]]\nfields = { name = \"A\" }".to_owned(), Missing, 1, "`id`"),
        ("records = 5".to_owned(), WrongValue, 1, "[[records]]"),
    ] {
        let error = ColumnMap::read(&text, "map.toml").expect_err(&text);
        let found = error.problems().iter().find(|problem| {
            let help = problem.help.as_deref().unwrap_or_default();
            (problem.code, problem.line) == (code, Some(line))
                && format!("{} {help}", problem.message).contains(words)
        });
        assert!(found.is_some(), "{text}\n{error:?}");
        assert_eq!(error.problems()[0].file.as_deref(), Some("map.toml"));
    }
}

#[test]
fn a_mistake_in_a_row_is_told_by_the_name_of_its_column() {
    let text = activities(
        "decimal = \",\"\nzone = \"UTC\"\nempty = [\"-\"]",
        "likes = \"Gefällt\"\ncustomer = \"Kunde\"\nchannel = { column = \"Wo\", words = { \"LinkedIn\" = \"linkedin\" } }\ntarget_source = [\"A\", \"B\"]\n",
    )
    .replace("target_source = [\"A\", \"B\"]\n", "counterpart = [\"A\", \"B\"]\n");
    let saved = map(&text);
    let good = "1;ann;share;2026-01-01;1.000;ja;LinkedIn;a;b";
    let file = |row: &str| format!("Id;Who;What;When;Gefällt;Kunde;Wo;A;B\n{good}\n{row}\n");
    assert_eq!(events(file("").as_bytes(), Format::Mapped(&saved)).unwrap().0.len(), 1);
    for (row, code, field, words) in [
        (
            "2;ann;share;2026-01-01;1.0;ja;LinkedIn;a;b",
            Code::WrongValue,
            "likes",
            "in the column `Gefällt`: `1.0` is not a whole number",
        ),
        (
            "2;ann;share;2026-01-01;-1;ja;LinkedIn;a;b",
            Code::WrongValue,
            "likes",
            "in the column `Gefällt`: the number is out of range",
        ),
        (
            "2;ann;share;2026-01-01;;oui;LinkedIn;a;b",
            Code::WrongValue,
            "customer",
            "in the column `Kunde`: `oui` is neither",
        ),
        (
            "2;ann;share;2026-01-01;;;LinkdIn;a;b",
            Code::WrongValue,
            "channel",
            "did you mean `linkedin`?",
        ),
        (
            "2;ann;share;2026-13-01;;;;a;b",
            Code::WrongValue,
            "at",
            "in the column `When`: `2026-13-01` is not a time",
        ),
        (
            "-;ann;share;2026-01-01;;;;a;b",
            Code::Missing,
            "id",
            "in the column `Id`: the cell is empty",
        ),
        (
            "2;ann;share;2026-01-01;;;;a;",
            Code::WrongValue,
            "counterpart",
            "in the columns `A` and `B`: one of the columns",
        ),
        ("2;ann;share;2026-01-01", Code::Syntax, "", "4 cells"),
        ("2;ann;share;2026-01-01;\"1;;;a;b", Code::Syntax, "", "in double quotes"),
    ] {
        let error = events(file(row).as_bytes(), Format::Mapped(&saved)).expect_err(row);
        let (problem, all) = first(&error);
        assert_eq!(
            (problem.code, problem.field.as_deref().unwrap_or_default()),
            (code, field),
            "{row}: {error}"
        );
        assert_eq!((problem.line, problem.file.as_deref()), (Some(3), Some("file")), "{row}");
        assert!(all.contains(words), "{row}: {all}");
    }
    let long = file(&format!("2;ann;share;2026-01-01;{};;;a;b", "9".repeat(1_000_000)));
    assert!(events(long.as_bytes(), Format::Mapped(&saved)).is_err());
    let enormous = file(&format!("2;ann;\"{}", "x".repeat(17 << 20)));
    let error = events(enormous.as_bytes(), Format::Mapped(&saved)).unwrap_err();
    assert!(first(&error).1.contains("16 MiB"), "{error}");
    let nul = file("2;a\0nn;share;2026-01-01;;;;a;b");
    assert_eq!(events(nul.as_bytes(), Format::Mapped(&saved)).unwrap().0.len(), 2);
}

#[test]
fn columns_that_do_not_fit_the_map_are_told_once() {
    let strict = map(&activities("zone = \"UTC\"", ""));
    let ignoring = map(&activities("zone = \"UTC\"\nothers = \"ignore\"", ""));
    let keeping = map(&activities("zone = \"UTC\"\nothers = \"ext\"", ""));
    let some = map(&activities("zone = \"UTC\"\nignore = [\"More\"]", ""));
    let file = |head: &str, row: &str| format!("{head}\n{row}\n{row}\n");
    let row = "1,ann,share,2026-01-01";
    for (head, row, code, words) in [
        (
            "Id,Who,What,Wann",
            row.to_owned(),
            Code::Missing,
            "no column `When`, which the map `map.toml` names",
        ),
        ("Id,Who,What,Wen", row.to_owned(), Code::Missing, "did you mean `Wen`?"),
        ("Id,Who,What,When,More", format!("{row},x"), Code::UnknownField, "ignore = [\"More\"]"),
        (
            "Id,Who,What,When,",
            format!("{row},x"),
            Code::UnknownField,
            "column 5 of the file has no name",
        ),
        ("Id,Who,What,When,Id", format!("{row},2"), Code::Duplicate, "`Id` stands there twice"),
        ("", String::new(), Code::Missing, "no column `Who`"),
    ] {
        let error = events(file(head, &row).as_bytes(), Format::Mapped(&strict)).expect_err(head);
        let (problem, all) = first(&error);
        assert_eq!(
            (error.problems().len(), problem.code, problem.line),
            (1, code, Some(1)),
            "{head}: {error}"
        );
        assert!(all.contains(words), "{head}: {all}");
    }
    let more = file("Id,Who,What,When,More", &format!("{row},x"));
    let alone =
        events(file("Id,Who,What,When", row).as_bytes(), Format::Mapped(&strict)).unwrap().0;
    for saved in [&ignoring, &some] {
        assert_eq!(events(more.as_bytes(), Format::Mapped(saved)).unwrap().0, alone);
    }
    let kept = events(more.as_bytes(), Format::Mapped(&keeping)).unwrap().0;
    assert_eq!(kept[0].ext, Some(serde_json::json!({"More": "x"})));
    let error = read_people(more.as_bytes(), "file", Format::Mapped(&strict)).unwrap_err();
    assert!(first(&error).1.contains("describes events"), "{error}");
    let error = events(HR, Format::Mapped(&map(HR_MAP))).unwrap_err();
    assert!(first(&error).1.contains("describes people"), "{error}");
}

#[test]
fn a_file_in_another_encoding_is_told_with_its_line() {
    let saved = map(&activities("zone = \"UTC\"", ""));
    let mut file =
        b"Id,Who,What,When\n1,ann,share,2026-01-01\n2,J\xf6rg,share,2026-01-01\n".to_vec();
    let error = events(&file, Format::Mapped(&saved)).unwrap_err();
    let (problem, all) = first(&error);
    assert_eq!((problem.code, problem.line), (Code::NotUtf8, Some(3)));
    assert!(all.contains("encoding = \"windows-1252\""), "{all}");
    let windows = map(&activities("zone = \"UTC\"\nencoding = \"windows-1252\"", ""));
    assert_eq!(events(&file, Format::Mapped(&windows)).unwrap().0.len(), 2);
    file = "\u{feff}Id,Who,What,When\n1,Jörg,share,2026-01-01\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(events(&file, Format::Mapped(&saved)).unwrap().0.len(), 1);
    let skipping = map(&activities("zone = \"UTC\"\nskip_lines = 9", ""));
    let error = events(&file, Format::Mapped(&skipping)).unwrap_err();
    assert!(first(&error).1.contains("no line 3"), "{error}");
}

proptest! {
    #[test]
    fn no_map_and_no_file_makes_the_reader_panic(
        text in "\\PC*",
        setting in "(encoding|delimiter|skip_lines|time|zone|decimal|ignore|empty|records|people) = [\"'\\[{a-z0-9%.\\n]{0,12}",
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = ColumnMap::read(&text, "map.toml");
        let _ = ColumnMap::read(&activities(&setting, ""), "map.toml");
        for encoding in ["utf-8", "utf-16", "windows-1252", "shift_jis", "iso-2022-jp"] {
            let saved = map(&activities(&format!("encoding = \"{encoding}\"\nothers = \"ext\""), ""));
            let _ = events(&bytes, Format::Mapped(&saved));
        }
    }

    #[test]
    fn no_cell_makes_the_reader_panic(
        format in "(%[a-zA-Z]|[-.: /]){0,6}",
        cell in "[-+0-9.,:%€$ A-Z/]{0,20}",
        zone in "(UTC|Europe/Berlin|Pacific/Apia)",
    ) {
        let text = activities(&format!("time = {format:?}\nzone = \"{zone}\""), "likes = \"N\"");
        let Ok(saved) = ColumnMap::read(&text, "map.toml") else { return Ok(()) };
        let file = format!("Id\tWho\tWhat\tWhen\tN\n1\ta\tshare\t{cell}\t{cell}\n");
        let _ = events(file.as_bytes(), Format::Mapped(&saved));
    }
}
