//! Many records, or records that name each other over and over: a right answer, and soon.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plaudit_engine::events::{Log, People};
use plaudit_engine::live::Live;
use plaudit_engine::{Program, Records, Roster, canonical};
use serde_json::Value;

use crate::support::{MANIFEST, events, people, sources, starter, top};

const ONE: &str = r#"{"id": "ann", "consent": true}"#;

/// What works out in far less; what takes the square of its size takes minutes.
const SOON: Duration = Duration::from_secs(20);

fn soon<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    assert!(took < SOON, "{what} took {took:?}");
    result
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The figures of an advocate under the starter program.
fn figures(log: &Log, people: &People, advocate: &str, as_of: &str) -> Value {
    let records = Records { log, people, as_of: time(as_of), assume_consent: false };
    let standing = starter().standing(&records, advocate).unwrap();
    let document: Value = serde_json::from_str(&canonical(&standing).unwrap()).unwrap();
    document["figures"].clone()
}

fn share(id: impl std::fmt::Display, advocate: &str, at: &str) -> String {
    format!(r#"{{"id":"{id}","advocate":"{advocate}","kind":"share","at":"{at}"}}"#)
}

#[test]
fn retractions_of_retractions_may_be_many() {
    for (links, counts) in [(20_000, 1), (20_001, 0)] {
        let mut lines = share("r0", "ann", "2026-01-01T00:00:00Z");
        for link in 1..=links {
            let at = time("2026-01-01T00:00:00Z") + Duration::from_secs(link);
            let before = link - 1;
            write!(
                lines,
                "\n{{\"type\":\"retraction\",\"id\":\"r{link}\",\"target\":\"r{before}\",\"at\":\"{at}\"}}"
            )
            .unwrap();
        }
        let log = events(&lines);
        let figures =
            soon("retractions", || figures(&log, &people(ONE), "ann", "2026-06-01T00:00:00Z"));
        assert_eq!(figures["activities"], counts);
    }
}

#[test]
fn retractions_that_name_each_other_or_themselves_take_nothing_else_back() {
    let retract = |id: &str, target: &str, at: &str| {
        format!(
            r#"{{"type":"retraction","id":"{id}","target":"{target}","at":"2026-01-0{at}T00:00:00Z"}}"#
        )
    };
    let lines = [
        share("1", "ann", "2026-01-01T00:00:00Z"),
        retract("a", "b", "2"),
        retract("b", "a", "3"),
        retract("self", "self", "4"),
        retract("nothing", "gone", "4"),
    ];
    let log = events(&lines.join("\n"));
    assert_eq!(figures(&log, &people(ONE), "ann", "2026-06-01T00:00:00Z")["activities"], 1);
    let live = Live::new(Arc::new(Program::load(top().join("rules")).unwrap()), people(ONE), false);
    for line in &lines {
        live.record(plaudit_engine::events::read_record(line, "event").unwrap()).unwrap();
    }
    live.standing("ann", time("2026-06-01T00:00:00Z")).unwrap();
}

#[test]
fn one_activity_may_have_many_results() {
    let mut lines = Vec::new();
    for outcome in 0..20_000_u64 {
        let at = time("2026-01-02T00:00:00Z") + Duration::from_secs(outcome);
        lines.push(format!(
            r#"{{"type":"outcome","id":"o{outcome}","target":"1","at":"{at}","likes":{outcome}}}"#
        ));
    }
    lines.push(share("1", "ann", "2026-01-01T00:00:00Z"));
    lines.reverse();
    let log = soon("reading", || events(&lines.join("\n")));
    let figures = soon("results", || figures(&log, &people(ONE), "ann", "2026-06-01T00:00:00Z"));
    assert_eq!(figures["result"]["likes"], 19_999);
}

/// Names in a row: each is an alias of the next; with `close`, the last is one of the first.
fn row_of_names(many: usize, close: bool) -> People {
    let mut lines = String::new();
    for name in 1..=many {
        let before = if name == 1 { if close { many } else { 0 } } else { name - 1 };
        writeln!(lines, r#"{{"id":"n{name:05}","consent":true,"aliases":["n{before:05}"]}}"#)
            .unwrap();
    }
    people(&lines)
}

#[test]
fn names_that_stand_for_names_may_go_on_for_long() {
    for (close, name) in [(false, "n10000"), (true, "n00001")] {
        let people = row_of_names(10_000, close);
        let mut lines = String::new();
        for activity in 0..10_000 {
            let advocate = format!("n{:05}", activity + 1);
            writeln!(lines, "{}", share(activity, &advocate, "2026-01-01T00:00:00Z")).unwrap();
        }
        let log = events(&lines);
        let figures = soon("names", || figures(&log, &people, "n00500", "2026-06-01T00:00:00Z"));
        assert_eq!(figures["activities"], 10_000);
        let roster = Roster::new(&people, &log, time("2026-06-01T00:00:00Z"), false);
        assert_eq!(roster.ids().map(|id| &**id).collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn names_that_claim_each_other_are_one_person_by_the_first_of_them() {
    for many in [2, 3, 1_000] {
        let people = row_of_names(many, true);
        let roster = Roster::new(&people, &Log::new(), time("2026-06-01T00:00:00Z"), false);
        assert_eq!(roster.ids().map(|id| &**id).collect::<Vec<_>>(), ["n00001"], "{many}");
    }
    // A name that leads into a circle, and one whose owner changes, which turns the circle into a row.
    let people = people(
        r#"{"id":"b","consent":true,"aliases":["a","x"]}
{"id":"a","consent":true,"aliases":["b"]}
{"id":"c","at":"2026-03-01T00:00:00Z","consent":true,"aliases":["b"]}"#,
    );
    let log = events(
        &[
            share("1", "x", "2026-02-01T00:00:00Z"),
            share("2", "x", "2026-04-01T00:00:00Z"),
            share("3", "a", "2026-04-01T00:00:00Z"),
        ]
        .join("\n"),
    );
    for (as_of, name, activities) in [
        ("2026-02-15T00:00:00Z", "a", 1),
        ("2026-06-01T00:00:00Z", "c", 2),
        ("2026-06-01T00:00:00Z", "x", 2),
    ] {
        assert_eq!(figures(&log, &people, name, as_of)["activities"], activities, "{name} {as_of}");
    }
}

#[test]
fn a_person_may_have_a_long_history() {
    let mut lines = Vec::new();
    for record in 0..50_000_u64 {
        let at = time("1990-01-01T00:00:00Z") + Duration::from_secs(record * 3_600);
        let consent = record % 2 == 0;
        lines.push(format!(r#"{{"id":"ann","at":"{at}","consent":{consent},"away":{consent}}}"#));
    }
    lines.reverse();
    lines.insert(0, ONE.to_owned());
    let people = soon("reading", || people(&lines.join("\n")));
    let log = events(&share("1", "ann", "1990-01-01T00:30:00Z"));
    let records = Records {
        log: &log,
        people: &people,
        as_of: time("1995-09-01T00:30:00Z"),
        assume_consent: false,
    };
    soon("a history", || starter().standings(&records).unwrap());
}

#[test]
fn years_may_be_wrong_by_thousands() {
    // Away now and then, so that every week and date has to be looked at.
    let mut profiles = String::new();
    let mut lines = String::new();
    for person in 0..40 {
        writeln!(
            profiles,
            r#"{{"id":"p{person}","consent":[{{"until":"-009000-01-01T00:00:00Z"}},{{"from":"2020-01-01T00:00:00Z"}}],"away":[{{"from":"2026-01-02T00:00:00Z","until":"2026-01-03T00:00:00Z"}}]}}"#
        )
        .unwrap();
        let name = format!("p{person}");
        writeln!(lines, "{}", share(format!("a{person}"), &name, "-009999-01-05T00:00:00Z"))
            .unwrap();
        writeln!(lines, "{}", share(format!("b{person}"), &name, "2026-01-05T00:00:00Z")).unwrap();
    }
    let (people, log) = (people(&profiles), events(&lines));
    let records = Records {
        log: &log,
        people: &people,
        as_of: time("2026-06-01T00:00:00Z"),
        assume_consent: false,
    };
    let standings = soon("twelve thousand years", || starter().standings(&records).unwrap());
    assert_eq!(standings.len(), 40);
    // Not opted in from -9000 to 2020: those dates are frozen.
    let told = figures(&log, &people, "p1", "2026-06-01T00:00:00Z");
    assert_eq!(
        (&told["longest_gap"], &told["longest_streak"]),
        (&Value::from(367_065), &Value::from(1))
    );
    for as_of in ["-009999-01-02T02:00:00Z", "9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z"] {
        let records = Records { as_of: time(as_of), ..records };
        starter().standings(&records).unwrap();
        starter().coach(&records, None).unwrap();
    }
}

#[test]
fn somebody_may_have_done_very_much() {
    for kind in ["train", "share", "mentor"] {
        let mut lines = String::new();
        for activity in 0..60_000_u64 {
            let at = time("2026-01-01T00:00:00Z") + Duration::from_secs(activity);
            writeln!(
                lines,
                r#"{{"id":"{activity}","advocate":"ann","kind":"{kind}","at":"{at}","counterpart":"p{activity}"}}"#
            )
            .unwrap();
        }
        let log = events(&lines);
        let told = soon(kind, || figures(&log, &people(ONE), "ann", "2026-06-01T00:00:00Z"));
        assert_eq!(told["activities"], 60_000);
    }
}

#[test]
fn a_recognition_rule_that_fails_for_one_person_leaves_the_others_alone() {
    let too_many: Vec<String> = (0..17).map(|number| format!("badge(\"b{number}\")")).collect();
    let rules = format!(
        "/// Loops.\nfn loops(standing) {{ if standing.activities == 1 {{ let n = 0; loop {{ n += 1; }} }} badge(\"a\") }}\n\
         /// Many.\nfn many(standing) {{ if standing.activities == 2 {{ [{}] }} else {{ badge(\"b\") }} }}\n\
         /// Throws.\nfn throws(standing) {{ if standing.activities == 3 {{ throw \"no\" }} badge(\"c\") }}\n\
         /// Team.\nfn of_team(standing, team) {{ if team.enrolled > 0 {{ badge(\"d\") }} }}\n",
        too_many.join(", ")
    );
    let manifest = format!("{MANIFEST}\n[privacy]\nminimum_group = 3\n");
    let program = Program::from_sources(
        &sources(&[("recognition/rules.rhai", &rules)]).with("program.toml", manifest),
    )
    .unwrap();
    let (mut profiles, mut lines) = (String::new(), String::new());
    for person in 0..5 {
        let department = if person < 4 { "large" } else { "small" };
        writeln!(profiles, r#"{{"id":"p{person}","consent":true,"department":"{department}"}}"#)
            .unwrap();
        for activity in 0..person {
            let id = format!("{person}-{activity}");
            writeln!(lines, "{}", share(id, &format!("p{person}"), "2026-01-01T00:00:00Z"))
                .unwrap();
        }
    }
    // With one more in a department of her own, the large one would tell of the small one.
    let (people, log) = (people(&profiles), events(&lines));
    let records = Records {
        log: &log,
        people: &people,
        as_of: time("2026-06-01T00:00:00Z"),
        assume_consent: false,
    };
    let given: Value =
        serde_json::from_str(&canonical(&program.recognize(&records, None).unwrap()).unwrap())
            .unwrap();
    let of = |rule: &str| -> Vec<&str> {
        let all = given["entitlements"].as_array().unwrap().iter();
        all.filter(|one| one["rule"] == rule).map(|one| one["advocate"].as_str().unwrap()).collect()
    };
    assert_eq!(of("loops"), ["p0", "p2", "p3", "p4"]);
    assert_eq!(of("many"), ["p0", "p1", "p3", "p4"]);
    assert_eq!(of("throws"), ["p0", "p1", "p2", "p4"]);
    assert_eq!(of("of_team"), [""; 0], "both teams are withheld");
    let faults: Vec<(&str, &Value, &Value)> = given["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (fault["rule"].as_str().unwrap(), &fault["count"], &fault["first"]["advocate"])
        })
        .collect();
    let one = Value::from(1);
    assert_eq!(
        faults,
        [
            ("loops", &one, &"p1".into()),
            ("many", &one, &"p2".into()),
            ("throws", &one, &"p3".into())
        ]
    );
}
