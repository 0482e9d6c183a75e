//! What rules in scripts cost, beside the same rules written by hand in Rust.
//!
//! ```sh
//! cargo bench -p plaudit-engine              # some ten seconds
//! cargo bench -p plaudit-engine -- --quick   # a look, not a figure
//! cargo bench -p plaudit-engine -- check     # only what has the word in its name
//! ```
//!
//! The floor is `tests/floor`: a program of twelve guidelines and ten scoring rules and the same by
//! hand, without evidence and without settings. The tests (`rfcs`) hold it equal to the engine in every point and finding. Floor and engine
//! take turns within one run, and what counts is the ratio of neighbours: the times of a busy
//! machine go up and down together. The table shows medians, and the least and the most of the
//! rounds in brackets.
//!
//! - *scoring*: activities that are read already, strings and all, to everyone's totals: putting
//!   outcomes, edits and retractions to their activities, order, rules, caps. Real data are five
//!   plain kinds of activity; the made-up data have outcomes, edits and facts for every rule.
//! - *from JSON*: the same from text. *reading*: the text alone. The engine finds events that come twice
//!   or contradict each other, and places every mistake; the floor does neither.
//! - *check*: posts of some 300 characters against all guidelines. The engine keeps the evidence of
//!   each finding, hashes what it looked at and detects the language; the floor does none of it (it
//!   tells English from German by counting small words in its one pass).
//! - *new posts*: thousands of posts in several languages that the program has not met before, each
//!   once: whatever is kept of the last text is of no use for the next one.
//! - *check, starter*: the same posts against the starter program, which has more guidelines and
//!   longer lists and no floor.
//! - *beside Rhai*: the same program with every rule run by the interpreter alone, which is the floor
//!   here. *left to Rhai*: rules of which nothing is lowered, and rules that give up at their last step,
//!   so that all steps were in vain.
//! - *load*: from the files of the starter program to a program that is ready.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark that cannot measure stops, and prints what it measured"
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plaudit_engine::events::{Format, Log, People, read_events, read_people};
use plaudit_engine::{CheckContext, Post, Program, Records, Sources};

#[path = "../../../tests/floor/mod.rs"]
mod floor;
#[path = "../told/mod.rs"]
mod told;

mod case;

use case::{Case, Effort, Goal, print, time};
use floor::{checking, records, scoring};

/// As in the program that is shipped.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    // `cargo test --all-targets` runs benchmarks, too, and wants no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let effort = match quick {
        true => Effort { rounds: 3, least: Duration::from_millis(5) },
        false => Effort { rounds: 9, least: Duration::from_millis(50) },
    };
    let program = Program::load(top().join("tests/floor/program")).unwrap();
    let starter = Program::load(top().join("rules")).unwrap();
    let (reference, starter_reference) =
        (program.clone().interpreted(), starter.clone().interpreted());
    let hopeless: Vec<(&str, Program)> =
        HOPELESS.iter().map(|(name, body)| (*name, hopeless(body))).collect();
    let references: Vec<Program> =
        hopeless.iter().map(|(_, program)| program.clone().interpreted()).collect();
    let (real, made) = (Data::real(), Data::made());
    let posts = Posts::read();
    posts.agree(&program);
    let new_posts = NewPosts::read();
    let mut cases = Vec::new();
    for (data, names) in [(&real, REAL), (&made, MADE)] {
        data.agree(&program);
        cases.extend(data.cases(&program, names, effort.least));
    }
    cases.push(made.beside(&reference, &program, "scoring, beside Rhai", 0.05, effort.least));
    for ((name, program), reference) in hopeless.iter().zip(&references) {
        cases.push(made.beside(reference, program, name, 1.1, effort.least));
    }
    cases.push(posts.case(&program, effort.least));
    cases.push(posts.beside(&starter_reference, &starter, effort.least));
    cases.push(posts.starter(&starter, effort.least));
    cases.extend(new_posts.cases());
    cases.push(load(effort.least));
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    cases.retain(|case| wanted.iter().all(|word| case.what.contains(word.as_str())));
    for round in 0..effort.rounds {
        for case in &mut cases {
            case.measure(round);
        }
    }
    print(&cases, &effort);
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

const REAL: [&str; 3] = ["scoring, real", "reading, real", "from JSON, real"];
const MADE: [&str; 3] = ["scoring, made up", "reading, made up", "from JSON, made up"];

struct Data {
    lines: String,
    log: Log,
    people: People,
    records: Vec<records::Record>,
    persons: HashMap<String, records::Person>,
    assume_consent: bool,
    as_of: Timestamp,
}

impl Data {
    fn real() -> Self {
        let file =
            |name: &str| std::fs::read_to_string(top().join("tests/data/rfcs").join(name)).unwrap();
        Self::of(file("activities.jsonl"), &file("people.jsonl"), true)
    }

    fn made() -> Self {
        let made = floor::synthetic::synthetic(20_000, 200, 1);
        Self::of(made.activities, &made.people, false)
    }

    fn of(lines: String, people: &str, assume_consent: bool) -> Self {
        Self {
            log: read(&lines),
            people: read_people(people.as_bytes(), "people", Format::JsonLines).unwrap(),
            records: records::read_activities(&lines),
            persons: records::read_people(people),
            lines,
            assume_consent,
            as_of: "2027-02-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn input<'a>(&'a self, log: &'a Log) -> Records<'a> {
        let (as_of, assume_consent) = (self.as_of, self.assume_consent);
        Records { log, people: &self.people, as_of, assume_consent }
    }

    fn floor_input<'a>(&'a self, records: &'a [records::Record]) -> scoring::Input<'a> {
        let (as_of, assume_consent) = (self.as_of, self.assume_consent);
        scoring::Input { records, people: &self.persons, as_of, assume_consent }
    }

    /// A program beside its reference.
    fn beside<'a>(
        &'a self,
        reference: &'a Program,
        program: &'a Program,
        name: &'static str,
        most: f64,
        least: Duration,
    ) -> Case<'a> {
        let activities = self.records.iter().filter(|record| record.what.is_none()).count();
        let input = || self.input(&self.log);
        assert_eq!(
            program.score(&input()).unwrap().total,
            reference.score(&input()).unwrap().total
        );
        Case::new(
            name,
            "activity",
            Goal::Ratio(most),
            move || time(least, activities, || reference.score(&input()).unwrap()),
            move || time(least, activities, || program.score(&input()).unwrap()),
        )
    }

    /// Two things that differ cannot be compared.
    fn agree(&self, program: &Program) {
        let scores = program.score(&self.input(&self.log)).unwrap();
        let floor = scoring::score(self.floor_input(&self.records));
        let ours = scores.advocates.iter().map(|total| (&*total.advocate, total.points));
        assert!(ours.eq(floor.iter().map(|(advocate, total)| (advocate.as_str(), total.points))));
    }

    fn cases<'a>(
        &'a self,
        program: &'a Program,
        names: [&'static str; 3],
        least: Duration,
    ) -> [Case<'a>; 3] {
        let activities = self.records.iter().filter(|record| record.what.is_none()).count();
        let lines = self.records.len();
        let [scoring_name, reading, from_json] = names;
        [
            Case::new(
                scoring_name,
                "activity",
                Goal::Ratio(10.0),
                move || time(least, activities, || scoring::score(self.floor_input(&self.records))),
                move || time(least, activities, || program.score(&self.input(&self.log)).unwrap()),
            ),
            Case::new(
                reading,
                "line",
                Goal::None,
                move || time(least, lines, || records::read_activities(&self.lines)),
                move || time(least, lines, || read(&self.lines)),
            ),
            Case::new(
                from_json,
                "activity",
                Goal::Ratio(1.3),
                move || {
                    time(least, activities, || {
                        let records = records::read_activities(&self.lines);
                        scoring::score(self.floor_input(&records))
                    })
                },
                move || {
                    time(least, activities, || {
                        let log = read(&self.lines);
                        program.score(&self.input(&log)).unwrap()
                    })
                },
            ),
        ]
    }
}

fn read(lines: &str) -> Log {
    let mut log = Log::new();
    read_events(lines.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    log
}

/// Posts of the cases that the guidelines are tuned by, each another one.
struct NewPosts {
    ours: Vec<Post>,
    floor: Vec<records::Post>,
    at: Timestamp,
}

impl NewPosts {
    fn read() -> Self {
        let cases = top().join("tests/cases/guidelines/practice");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(cases).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        let posts: Vec<serde_json::Value> = files
            .iter()
            .flat_map(|file| {
                let cases = std::fs::read_to_string(file).unwrap();
                serde_json::from_str::<Vec<serde_json::Value>>(&cases).unwrap()
            })
            .map(|case| {
                let post = &case["check"]["post"];
                serde_json::json!({ "text": post["text"], "channel": post["channel"] })
            })
            .filter(|post| post["text"].is_string())
            .collect();
        let of = |post: &serde_json::Value| post.to_string();
        Self {
            ours: posts.iter().map(|post| serde_json::from_str(&of(post)).unwrap()).collect(),
            floor: posts.iter().map(|post| serde_json::from_str(&of(post)).unwrap()).collect(),
            at: "2026-06-30T12:00:00Z".parse().unwrap(),
        }
    }

    fn cases(&self) -> [Case<'_>; 2] {
        let by_hand = || {
            let checker = checking::Checker::read(&top().join("tests/floor/program"));
            first_sight(&self.floor, |post| drop(checker.check(post, false, self.at)))
        };
        let (ours, starter) = (self.ours("tests/floor/program"), self.ours("rules"));
        [
            Case::new("check, new posts", "post", Goal::Ratio(2.0), by_hand, ours),
            Case::alone("check, starter, new posts", "post", Goal::None, starter),
        ]
    }

    fn ours(&self, program: &'static str) -> impl FnMut() -> f64 {
        move || {
            let program = Program::load(top().join(program)).unwrap();
            let context = CheckContext::default();
            first_sight(&self.ours, |post| drop(program.check(post, &context, self.at).unwrap()))
        }
    }
}

/// The time for one post, where each is seen for the first time; the first of them, for which lists and
/// patterns are compiled, is not in it.
fn first_sight<T>(posts: &[T], check: impl Fn(&T)) -> f64 {
    let (first, others) = posts.split_first().unwrap();
    check(first);
    let start = Instant::now();
    others.iter().for_each(check);
    start.elapsed().as_secs_f64() * 1e9 / others.len() as f64
}

struct Posts {
    checker: checking::Checker,
    ours: Vec<Post>,
    floor: Vec<records::Post>,
    at: Timestamp,
}

impl Posts {
    fn read() -> Self {
        let lines = floor::posts::POSTS.lines();
        Self {
            checker: checking::Checker::read(&top().join("tests/floor/program")),
            ours: lines.clone().map(|line| serde_json::from_str(line).unwrap()).collect(),
            floor: lines.map(|line| serde_json::from_str(line).unwrap()).collect(),
            at: "2026-06-30T12:00:00Z".parse().unwrap(),
        }
    }

    fn agree(&self, program: &Program) {
        for (ours, floor) in self.ours.iter().zip(&self.floor) {
            let verdict = program.check(ours, &CheckContext::default(), self.at).unwrap();
            let floor = self.checker.check(floor, false, self.at);
            let ours =
                verdict.findings.iter().map(|finding| (&*finding.rule, finding.message.as_str()));
            assert!(ours.eq(floor.iter().map(|finding| (finding.rule, &*finding.message))));
        }
    }

    fn case<'a>(&'a self, program: &'a Program, least: Duration) -> Case<'a> {
        Case::new(
            "check",
            "post",
            Goal::Ratio(2.0),
            move || {
                time(least, self.floor.len(), || {
                    for post in &self.floor {
                        black_box(self.checker.check(post, false, self.at));
                    }
                })
            },
            self.checked(program, least),
        )
    }

    fn beside<'a>(
        &'a self,
        reference: &'a Program,
        starter: &'a Program,
        least: Duration,
    ) -> Case<'a> {
        let (floor, ours) = (self.checked(reference, least), self.checked(starter, least));
        Case::new("check, starter beside Rhai", "post", Goal::None, floor, ours)
    }

    fn starter<'a>(&'a self, starter: &'a Program, least: Duration) -> Case<'a> {
        Case::alone("check, starter", "post", Goal::None, self.checked(starter, least))
    }

    fn checked<'a>(&'a self, program: &'a Program, least: Duration) -> impl FnMut() -> f64 + 'a {
        move || {
            time(least, self.ours.len(), || {
                for post in &self.ours {
                    black_box(program.check(post, &CheckContext::default(), self.at).unwrap());
                }
            })
        }
    }
}

/// Rules that cannot be sped up.
const HOPELESS: [(&str, &str); 2] = [
    ("scoring, left to Rhai", "for n in 0..2 { if activity.likes > 10 + n { return 2; } } 1"),
    (
        "scoring, left to Rhai late",
        "let n = 1; if activity.likes > 10 { n += 2; } if activity.clicks > 10 { n += 2; }
         switch activity.kind { \"share\" => n += 1, \"create\" => n += 2 }
         for m in 0..1 { n += m; } n",
    ),
];

/// Ten such rules with what is around them.
fn hopeless(body: &str) -> Program {
    let folder = top().join("tests/floor/program");
    let manifest = std::fs::read_to_string(folder.join("program.toml")).unwrap();
    let own = ["\n[rules", "\n[caps"].iter().filter_map(|it| manifest.find(it)).min();
    let own = own.unwrap_or(manifest.len());
    let rules: String =
        (0..10).map(|n| format!("/// A.\nfn rule_{n}(activity) {{\n{body}\n}}\n")).collect();
    let sources = Sources::new()
        .with("program.toml", manifest[..own].to_owned())
        .with("scoring/rules.rhai", rules);
    Program::from_sources(&sources).unwrap()
}

fn load(least: Duration) -> Case<'static> {
    let ours = move || time(least, 1, || Program::load(top().join("rules")).unwrap());
    Case::alone("load", "program", Goal::Time(25e6), ours)
}
