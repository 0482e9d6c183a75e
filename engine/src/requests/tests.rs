//! Requests: what they refuse and where, and that a ledger answers as a program does.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::error::Level;
use crate::journal::{Batch, Memory};
use crate::program::Sources;

const MANIFEST: &str = r#"
[program]
name = "Test"
time_zone = "Europe/Berlin"
[brand]
name = "Acme"
[kinds.share]
style = "curator"
[kinds.create]
style = "creator"
[privacy]
minimum_group = 1
"#;

fn program() -> Arc<Program> {
    let sources = Sources::new()
        .with("program.toml", MANIFEST)
        .with("scoring/s.rhai", "/// Share.\nfn share(activity) { 3 }\n")
        .with(
            "guidelines/g.rhai",
            "/// Not twice.\nfn often(post, so_far, author) { if so_far.activities > 0 || \
             post.near_duplicates > 0 { advise(\"Again.\") } }\n\
             /// Sales.\nfn sales(author) { if author.department == \"Sales\" { advise(\"Sell.\") } }\n",
        )
        .with(
            "recognition/r.rhai",
            "/// A badge.\nfn badged(standing) { if standing.points > 3 { badge(\"b\") } }\n",
        )
        .with(
            "coaching/c.rhai",
            "/// More.\nfn more(standing) { if standing.points > 0 { suggestion(\"m\", \"More.\") } }\n",
        );
    Arc::new(Program::from_sources(&sources).unwrap())
}

fn ledger() -> Ledger {
    Ledger::open(program(), Arc::new(Memory::new()), false).unwrap()
}

fn events() -> Value {
    let at = |day: u8| format!("2026-06-{day:02}T09:00:00Z");
    let mut events = vec![];
    for (number, name) in ["ada", "bo", "cleo"].into_iter().enumerate() {
        events.push(json!({
            "type": "person", "id": format!("p{number}"), "advocate": name, "consent": true,
            "department": if number == 1 { "Sales" } else { "Service" }, "at": at(1),
        }));
        for day in 2..=4 {
            events.push(json!({
                "id": format!("{name}{day}"), "advocate": name, "kind": "share", "at": at(day),
                "post": { "text": format!("five words that {name} wrote on the day number {day}") },
            }));
        }
    }
    Value::from(events)
}

/// The document, or the codes and fields of the problems.
fn told(answer: Result<String, Error>) -> String {
    answer.unwrap_or_else(|error| {
        let one = |problem: &Problem| {
            format!("{} {}", problem.code, problem.field.as_deref().unwrap_or_default())
        };
        error.problems().iter().map(one).collect::<Vec<_>>().join("; ")
    })
}

#[test]
fn a_ledger_answers_as_a_program_does_upon_the_same_events() {
    let (program, ledger) = (program(), ledger());
    let answers = record(&ledger, &events().to_string(), "events", Batch::Whole).unwrap();
    assert!(answers.items.iter().all(|item| item.problems.is_empty()), "{answers:?}");
    fn both<Q: Question>(program: &Program, ledger: &Ledger, request: &Value) -> String {
        let mut with_events = request.clone();
        with_events["events"] = events();
        let rust = program.answer::<Q>(&with_events.to_string()).unwrap();
        assert_eq!(ledger.answer::<Q>(&request.to_string()).unwrap(), rust, "{request}");
        rust
    }
    for as_of in ["2026-06-03", "2026-07-01", "2026-06-03T12:00:00+02:00"] {
        let everyone = json!({ "as_of": as_of });
        let one = json!({ "as_of": as_of, "advocate": "ada" });
        both::<Score>(&program, &ledger, &everyone);
        both::<Standing>(&program, &ledger, &everyone);
        both::<Standing>(&program, &ledger, &one);
        both::<Explain>(&program, &ledger, &one);
        let figure = json!({
            "as_of": as_of, "advocate": "ada", "figure": "points_in", "argument": "30_days",
        });
        both::<Explain>(&program, &ledger, &figure);
        both::<Leaderboard>(&program, &ledger, &everyone);
        both::<Leaderboard>(&program, &ledger, &json!({ "as_of": as_of, "teams": "department" }));
        both::<Team>(&program, &ledger, &json!({ "as_of": as_of, "team": "department=Sales" }));
        both::<Entitlements>(&program, &ledger, &everyone);
        both::<Coach>(&program, &ledger, &one);
        both::<Pair>(&program, &ledger, &everyone);
    }
    let near = "five words that bo wrote on the day number 3";
    let mut findings = 0;
    for (author, text, at) in [
        ("ada", "something new", "2026-07-01"),
        ("bo", near, "2026-06-04"),
        ("cleo", near, "2026-06-01"),
        ("cleo", near, "2026-06-20"),
        ("ada", "something new", "2026-06-02"),
    ] {
        let request = json!({ "post": { "text": text, "author": author }, "at": at });
        let answer = both::<Check>(&program, &ledger, &request);
        findings += answer.matches("\"severity\":").count();
    }
    assert!(findings > 3, "{findings}");
    // What comes after a check is seen by the next.
    let request =
        json!({ "post": { "text": "x", "author": "new" }, "at": "2026-07-01" }).to_string();
    let unknown = ledger.answer::<Check>(&request).unwrap_err();
    assert_eq!(unknown.problems()[0].code, Code::UnknownAdvocate);
    let event = json!({
        "id": "n", "advocate": "new", "kind": "share", "at": "2026-06-20T09:00:00Z",
    });
    let person = json!({
        "type": "person", "id": "np", "advocate": "new", "consent": true,
        "at": "2026-06-01T09:00:00Z",
    });
    record(&ledger, &json!([person, event]).to_string(), "events", Batch::Each).unwrap();
    let anybody = json!({ "post": { "text": "x" }, "at": "2026-07-01" }).to_string();
    assert_ne!(
        ledger.answer::<Check>(&request).unwrap(),
        ledger.answer::<Check>(&anybody).unwrap()
    );
}

#[test]
fn a_date_is_its_first_instant_in_the_time_zone_of_the_program() {
    let request = |as_of: &str| json!({ "as_of": as_of, "events": events() }).to_string();
    let date = program().answer::<Score>(&request("2026-06-04")).unwrap();
    assert_eq!(date, program().answer::<Score>(&request("2026-06-03T22:00:00Z")).unwrap());
    for wrong in ["2026-6-4", "tomorrow", "2026-06-04T12:00:00", ""] {
        let answer = program().answer::<Score>(&request(wrong));
        assert_eq!(told(answer), "wrong-value as_of", "{wrong}");
    }
}

#[test]
fn what_is_wrong_with_a_request_is_told_with_its_field() {
    let program = program();
    let share =
        json!({ "id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z" });
    let mut other = share.clone();
    other["kind"] = "create".into();
    let as_of = "2026-07-01";
    for (request, expected) in [
        (json!({ "as_of": as_of, "events": [], "advocat": "a" }), "unknown-field advocat"),
        (json!({ "events": [] }), "missing "),
        (json!({ "as_of": as_of }), "missing events"),
        (
            json!({ "as_of": as_of, "events": [{ "id": "1", "liks": 1 }] }),
            "unknown-field events[0]",
        ),
        (json!({ "as_of": as_of, "events": [share, share, other] }), "conflict events[2].id"),
        (
            json!({ "as_of": as_of, "people": [{ "id": "a" }, { "id": "a", "name": "A" }] }),
            "conflict people[1].id",
        ),
        (json!({ "as_of": as_of, "events": {} }), "wrong-value events"),
        (json!([]), "syntax "),
    ] {
        assert_eq!(told(program.answer::<Standing>(&request.to_string())), expected, "{request}");
    }
    let board = |more: Value| {
        let mut request = json!({ "as_of": as_of, "events": [] });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told(program.answer::<Leaderboard>(&request.to_string()))
    };
    assert_eq!(board(json!({ "window": "7_days", "all_time": true })), "wrong-arguments all_time");
    assert_eq!(board(json!({ "style": "curator", "teams": "x" })), "wrong-arguments teams");
    assert_eq!(board(json!({ "team": "department" })), "wrong-value team");
    let check = |request: Value| told(program.answer::<Check>(&request.to_string()));
    assert_eq!(check(json!({ "post": { "text": "x" } })), "missing at");
    let unknown =
        json!({ "post": { "text": "x", "author": "b" }, "at": as_of, "people": [{ "id": "a" }] });
    assert_eq!(check(unknown), "unknown-advocate post.author");
    let ledger = ledger();
    for (field, value) in
        [("events", json!([])), ("people", json!([])), ("assume_consent", true.into())]
    {
        let request = json!({ "as_of": as_of, field: value }).to_string();
        assert_eq!(told(ledger.answer::<Score>(&request)), format!("unknown-field {field}"));
    }
}

#[test]
fn each_post_of_many_has_an_end_of_its_own() {
    let request = json!({
        "at": "2026-07-01",
        "posts": [{ "text": "one" }, { "txt": "two" }, 3, { "text": "four", "at": "2026-06-01T00:00:00Z" }],
    });
    let answers = check_many(&program(), &request.to_string()).unwrap();
    let codes: Vec<String> = answers
        .items
        .iter()
        .map(|item| {
            let all = item.problems.iter().map(|problem| {
                format!("{} {}", problem.code, problem.field.as_deref().unwrap_or_default())
            });
            all.collect()
        })
        .collect();
    assert_eq!(codes, ["", "unknown-field posts[1].txt", "wrong-value posts[2]", ""]);
    let one = json!({ "at": "2026-07-01", "post": { "text": "one" } }).to_string();
    assert_eq!(answers.items[0].document, program().answer::<Check>(&one).unwrap());
    assert!(answers.items[3].document.contains("\"at\":\"2026-06-01T00:00:00Z\""));
    assert!(serde_json::from_str::<Value>(&answers.document).unwrap().is_array());
}

#[test]
fn events_come_as_a_list_or_as_lines_and_their_mistakes_have_a_place() {
    let good = |id: &str| {
        format!(r#"{{"id":"{id}","advocate":"a","kind":"share","at":"2026-06-01T09:00:00Z"}}"#)
    };
    let bad = r#"{"id":"b","liks":1}"#;
    let place = |answers: &Answers| {
        let problem = answers.items[1].problems[0].clone();
        (answers.items.len(), problem.line, problem.column, problem.level)
    };
    let (first, last) = (good("1"), good("2"));
    let lines =
        record(&ledger(), &format!("{first}\n\n{bad}\n{last}\n"), "e", Batch::Each).unwrap();
    assert_eq!(place(&lines), (3, Some(3), Some(19), Level::Error));
    let list = record(&ledger(), &format!("[{first},\n {bad},{last}]"), "e", Batch::Each).unwrap();
    assert_eq!(place(&list), (3, Some(2), Some(20), Level::Error));
    for (answers, recorded) in [(lines, 2), (list, 2)] {
        assert_eq!(answers.document.matches("\"recorded\"").count(), recorded);
    }
    let ledger = ledger();
    let whole = record(&ledger, &format!("[{first},{bad},{last}]"), "e", Batch::Whole).unwrap();
    assert_eq!(whole.document.matches("\"left_out\"").count(), 2);
    assert!(ledger.live().unwrap().is_empty());
    assert_eq!(told(record(&ledger, "[1, ", "e", Batch::Each).map(|it| it.document)), "syntax ");
    assert_eq!(record(&ledger, "", "e", Batch::Each).unwrap().document, "[]");
}

#[test]
fn a_file_is_imported_line_by_line_or_whole() {
    let file = "id,advocate,kind,at\n1,a,share,2026-06-01T09:00:00Z\n2,a,share,never\n\
                3,a,share,2026-06-02T09:00:00Z\n1,a,create,2026-06-01T09:00:00Z\n";
    let csv = Layout { name: "a.csv", format: crate::events::Format::Csv };
    let ledger = ledger();
    let refused = import(&ledger, file.as_bytes(), &csv, Batch::Whole).unwrap_err();
    assert_eq!(refused.problems()[0].line, Some(3));
    assert!(ledger.live().unwrap().is_empty());
    let imported = import(&ledger, file.as_bytes(), &csv, Batch::Each).unwrap();
    assert_eq!((imported.recorded, imported.known, imported.refused.len()), (2, 0, 2));
    let mut lines: Vec<_> = imported.refused.iter().map(|problem| problem.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [Some(3), Some(5)]);
    assert_eq!(import(&ledger, file.as_bytes(), &csv, Batch::Each).unwrap().known, 2);
}

#[test]
fn what_is_exported_in_pieces_is_restored_as_it_was() {
    let here = ledger();
    record(&here, &events().to_string(), "events", Batch::Whole).unwrap();
    here.perform::<Close>(r#"{"as_of":"2026-07-01","at":"2026-07-01","by":"grace"}"#).unwrap();
    let (mut lines, mut after, mut pieces) = (String::new(), 0, 0);
    loop {
        let request = json!({ "after": after, "at_most": 5 }).to_string();
        let piece: Value =
            serde_json::from_str(&here.perform::<Export>(&request).unwrap()).unwrap();
        for event in piece["events"].as_array().unwrap() {
            lines.push_str(&format!("{event}\n"));
        }
        (after, pieces) = (piece["last"].as_u64().unwrap(), pieces + 1);
        if piece["more"] == false {
            break;
        }
    }
    let all = here.journal().position().unwrap();
    assert_eq!((after, pieces), (all, all.div_ceil(5)));
    let there = ledger();
    let restored = restore(&there, lines.as_bytes(), "export").unwrap();
    assert_eq!(restored.recorded as u64, all);
    let grants = r#"{"as_of":"2026-08-01"}"#;
    let granted = here.perform::<ListGrants>(grants).unwrap();
    assert!(granted.contains("\"kind\":\"badge\""), "{granted}");
    assert_eq!(there.perform::<ListGrants>(grants).unwrap(), granted);
    let of_state =
        |state: &str| {
            told(here.perform::<ListGrants>(
                &json!({ "as_of": "2026-08-01", "state": state }).to_string(),
            ))
        };
    assert_eq!(of_state("issued"), granted);
    assert!(of_state("revoked").contains("\"grants\":[]"));
    assert_eq!(of_state("isued"), "wrong-value state");
    assert_eq!(told(here.perform::<Export>(r#"{"at_most":0}"#)), "wrong-value at_most");
}

#[test]
fn people_come_and_go_by_complete_lists() {
    let ledger = ledger();
    let at = |at: &str, dry: bool| json!({ "source": "hr", "at": at, "dry_run": dry }).to_string();
    let layout = Layout::json_lines("people");
    let both = b"{\"id\":\"ada\",\"consent\":true}\n{\"id\":\"bo\"}\n";
    let told = |document: String| -> (usize, usize) {
        let document: Value = serde_json::from_str(&document).unwrap();
        let count = |field: &str| document[field].as_array().unwrap().len();
        (count("joined"), count("left"))
    };
    let dry = sync(&ledger, &at("2026-01-01", true), both, &layout).unwrap();
    assert!(ledger.live().unwrap().is_empty());
    let first = sync(&ledger, &at("2026-01-01", false), both, &layout).unwrap();
    assert_eq!((told(first.clone()), first), ((2, 0), dry));
    let one = b"{\"id\":\"ada\"}\n";
    assert_eq!(told(sync(&ledger, &at("2026-02-01", false), one, &layout).unwrap()), (0, 1));
}

#[test]
fn a_description_says_what_rules_read() {
    let program = program();
    let description = program.describe();
    let sales = description.rules.iter().find(|rule| rule.id == "sales").unwrap();
    assert_eq!(
        (sales.folder, sales.title, sales.file, sales.line),
        ("guidelines", "Sales.", "guidelines/g.rhai", 4)
    );
    assert_eq!(
        sales.reads,
        [description::Fact { fact: "author.department".into(), personal: true }]
    );
    assert_eq!(description.version, program.version());
}
