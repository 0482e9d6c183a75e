//! W1 in Plaudit, through its public doors: a program with this one rule, as shipped and with every
//! rule run by Rhai alone. The work is more than the rule: Plaudit puts activities in order, looks
//! whether their people take part, keeps caps, totals and what was done so far.

use std::fmt::Write as _;
use std::rc::Rc;

use jiff::Timestamp;
use plaudit_engine::events::{Format, Log, People, read_events};
use plaudit_engine::scoring::PlainActivity;
use plaudit_engine::{Program, Records, Roster, Sources};

use super::rhai::SCRIPT;
use super::{Activity, by_hand};
use crate::rounds::Row;

const MANIFEST: &str = r#"
[program]
name = "W1"
[brand]
name = "Acme"
[channels.linkedin]
[channels.x]
[channels.blog]
[kinds.share]
style = "curator"
[kinds.comment]
style = "commenter"
[kinds.create]
style = "creator"
[kinds.read]
style = "listener"
"#;

/// One person's, so that nothing but activities is measured.
const PERSON: &str = "ada";

pub(super) fn rows(activities: &[Activity]) -> Vec<Row<'_>> {
    let sources = Sources::new().with("program.toml", MANIFEST).with("scoring/w1.rhai", SCRIPT);
    let program = Program::from_sources(&sources).unwrap();
    let mut rows = Vec::new();
    for (way, program) in [
        ("Plaudit as shipped", program.clone()),
        ("Plaudit, every rule by Rhai (interpreted)", program.interpreted()),
    ] {
        rows.extend(way_rows(way, &Rc::new(program), activities));
    }
    rows
}

fn way_rows<'a>(way: &str, program: &Rc<Program>, activities: &'a [Activity]) -> [Row<'a>; 4] {
    let as_of: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let log = Rc::new(log(activities));
    let roster = Rc::new(Roster::new(&People::new(), &log, as_of, true));
    let ids: Rc<[String]> = (0..activities.len()).map(|number| number.to_string()).collect();
    let expected: i64 = activities.iter().map(by_hand).sum();
    let score = {
        let (program, log) = (Rc::clone(program), Rc::clone(&log));
        move || {
            let people = People::new();
            let records = Records { log: &log, people: &people, as_of, assume_consent: true };
            let scores = program.score(&records).unwrap();
            assert_eq!(scores.total.unwrap().points, expected);
        }
    };
    let explain = {
        let (program, log) = (Rc::clone(program), Rc::clone(&log));
        move || {
            let people = People::new();
            let records = Records { log: &log, people: &people, as_of, assume_consent: true };
            let explanation = program.explain(&records, PERSON).unwrap();
            assert_eq!(explanation.lines.len(), activities.len());
            assert_eq!(explanation.total.points, expected);
        }
    };
    let together = {
        let (program, roster, ids) = (Rc::clone(program), Rc::clone(&roster), Rc::clone(&ids));
        move || {
            let plain: Vec<PlainActivity<'_>> =
                activities.iter().zip(&*ids).map(|(it, id)| plain(it, id)).collect();
            let points = program.score_plain(&plain, &roster, as_of).unwrap();
            let sum: i64 = points.iter().map(|points| points.points).sum();
            assert_eq!(sum, expected);
        }
    };
    let alone = {
        let (program, ids) = (Rc::clone(program), Rc::clone(&ids));
        move || {
            let one = |(it, id): (&Activity, &String)| {
                program.score_plain(&[plain(it, id)], &roster, as_of).unwrap()[0].points
            };
            let sum: i64 = activities.iter().zip(&*ids).map(one).sum();
            assert_eq!(sum, expected);
        }
    };
    let count = activities.len();
    [
        Row::new(&format!("{way}, plain values, one a call"), count, alone),
        Row::new(&format!("{way}, plain values, together"), count, together),
        Row::new(&format!("{way}, totals of a log"), count, score),
        Row::new(&format!("{way}, every line with evidence"), count, explain),
    ]
}

fn plain<'a>(it: &'a Activity, id: &'a str) -> PlainActivity<'a> {
    PlainActivity {
        id,
        advocate: PERSON,
        kind: &it.kind,
        at: Timestamp::UNIX_EPOCH,
        channel: it.channel.as_deref().unwrap_or_default(),
        own_words: it.own_words,
        likes: Some(it.likes),
        comments: Some(it.comments),
        clicks: Some(it.clicks),
        impressions: Some(it.impressions),
        ..PlainActivity::default()
    }
}

fn log(activities: &[Activity]) -> Log {
    let mut lines = String::new();
    for (number, it) in activities.iter().enumerate() {
        let _ = write!(
            lines,
            r#"{{"id":"{number}","advocate":"{PERSON}","kind":"{}","at":"2026-01-01T00:00:00Z","likes":{},"comments":{},"clicks":{},"impressions":{}"#,
            it.kind, it.likes, it.comments, it.clicks, it.impressions
        );
        if let Some(channel) = &it.channel {
            let _ = write!(lines, r#","channel":"{channel}""#);
        }
        if let Some(own) = it.own_words {
            let _ = write!(lines, r#","own_words":{own}"#);
        }
        lines.push_str("}\n");
    }
    let mut log = Log::new();
    read_events(lines.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    log
}
