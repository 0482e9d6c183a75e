//! Real and made-up data against an independent calculation: a program's rules written by hand in
//! Rust (`tests/floor`) and the engine give the same points and findings.
//!
//! The real data are the 17,581 activities of 1,155 people that the public history of a project's
//! design documents tells: `create`, `comment`, `share`, `help` and `mentor`, over twelve years.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;
use plaudit_engine::Post;
use plaudit_engine::events::{Log, People};
use plaudit_engine::facts::Folder;
use plaudit_engine::{CheckContext, Program, Records, Roster, Scores};
use serde_json::Value;

use super::support::{events, people, plaudit, stdout, top};

#[path = "../floor/mod.rs"]
pub(crate) mod floor;

use floor::{checking, records, scoring};

/// The program that the floor does by hand, where the command line looks for it.
const PROGRAM: &str = "tests/floor/program";

fn program() -> &'static Program {
    static PROGRAM: LazyLock<Program> =
        LazyLock::new(|| Program::load(top().join(self::PROGRAM)).unwrap());
    &PROGRAM
}

const AS_OF: &str = "2026-11-01T00:00:00Z";

/// A set of files, read by the engine and by the floor.
struct Data {
    log: Log,
    people: People,
    records: Vec<records::Record>,
    persons: HashMap<String, records::Person>,
    assume_consent: bool,
}

impl Data {
    fn of(activities: &str, persons: &str, assume_consent: bool) -> Self {
        let log = events(activities);
        assert_eq!(log.duplicates(), 0, "the floor takes each event once");
        Self {
            log,
            people: people(persons),
            records: records::read_activities(activities),
            persons: records::read_people(persons),
            assume_consent,
        }
    }

    fn read(folder: &str, assume_consent: bool) -> Self {
        let file = |name: &str| {
            std::fs::read_to_string(top().join("tests/data").join(folder).join(name)).unwrap()
        };
        Self::of(&file("activities.jsonl"), &file("people.jsonl"), assume_consent)
    }

    fn engine(&self, as_of: &str) -> Scores {
        let as_of: Timestamp = as_of.parse().unwrap();
        let input = Records {
            log: &self.log,
            people: &self.people,
            as_of,
            assume_consent: self.assume_consent,
        };
        program().score(&input).unwrap()
    }

    fn floor(&self, as_of: &str) -> BTreeMap<String, scoring::Total> {
        scoring::score(scoring::Input {
            records: &self.records,
            people: &self.persons,
            as_of: as_of.parse().unwrap(),
            assume_consent: self.assume_consent,
        })
    }

    /// Compares everyone's totals and points by rule; gives the floor's.
    fn agree(&self, as_of: &str) -> BTreeMap<String, scoring::Total> {
        let (scores, totals) = (self.engine(as_of), self.floor(as_of));
        assert!(scores.faults.is_empty(), "{:?}", scores.faults);
        let ours: Vec<&str> = scores.advocates.iter().map(|total| &*total.advocate).collect();
        assert_eq!(ours, totals.keys().map(String::as_str).collect::<Vec<_>>());
        for total in &scores.advocates {
            let floor = &totals[&*total.advocate];
            let rules: BTreeMap<&str, i64> =
                total.rules.iter().map(|(rule, points)| (&**rule, *points)).collect();
            assert_eq!(rules, floor.rules(), "{}", total.advocate);
            assert_eq!(
                (total.points, total.activities),
                (floor.points, floor.activities),
                "{}",
                total.advocate
            );
        }
        let sum = scores.total.unwrap();
        assert_eq!(sum.points, totals.values().map(|total| total.points).sum::<i64>());
        assert_eq!(sum.activities, totals.values().map(|total| total.activities).sum::<usize>());
        totals
    }
}

fn rfcs() -> &'static Data {
    static RFCS: LazyLock<Data> = LazyLock::new(|| Data::read("rfcs", true));
    &RFCS
}

const RFC_FILES: [&str; 9] = [
    "--rules",
    PROGRAM,
    "--activities",
    "tests/data/rfcs/activities.jsonl",
    "--people",
    "tests/data/rfcs/people.jsonl",
    "--assume-consent",
    "--as-of",
    AS_OF,
];

/// Runs a command with `--json` and reads what it prints.
fn json(command: &[&str], options: &[&str]) -> Value {
    let output = plaudit(&[command, options, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn real_data_gives_everyone_the_points_of_the_independent_calculation() {
    let totals = rfcs().agree(AS_OF);
    assert_eq!(totals.len(), 1_155);
    assert_eq!(totals.values().map(|total| total.activities).sum::<usize>(), 17_581);
    // As of the middle, too: what comes later must not be seen.
    let earlier = rfcs().agree("2020-02-29T23:30:00Z");
    assert!(earlier.len() < totals.len());
}

#[test]
fn without_consent_nobody_scores() {
    let data = Data { assume_consent: false, ..Data::read("rfcs", false) };
    assert!(data.agree(AS_OF).is_empty());
}

#[test]
fn the_sample_gives_everyone_the_points_of_the_independent_calculation() {
    let sample = Data::read("sample", false);
    let totals = sample.agree("2026-06-30T22:00:00Z");
    assert_eq!(totals.len(), 10);
    assert!(!totals.contains_key("goran"), "did not opt in");
    for as_of in [
        "2026-04-16T09:20:00Z",
        "2026-04-23T10:00:00Z",
        "2026-04-23T10:00:01Z",
        "2026-05-08T06:00:01Z",
    ] {
        sample.agree(as_of);
    }
}

#[test]
fn made_up_data_exercises_every_rule_and_cap_and_gives_the_same_points() {
    let made = floor::synthetic::synthetic(20_000, 200, 20_260_630);
    let data = Data::of(&made.activities, &made.people, false);
    let totals = data.agree("2027-02-01T00:00:00Z");
    let mut rules: BTreeMap<&str, i64> = BTreeMap::new();
    for (rule, points) in totals.values().flat_map(scoring::Total::rules) {
        *rules.entry(rule).or_default() += points;
    }
    assert!(
        rules.keys().copied().eq(scoring::RULES) && rules.values().all(|points| *points > 0),
        "{rules:?}"
    );
    for as_of in ["2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-07-01T00:00:00Z"] {
        data.agree(as_of);
    }
    let capped: BTreeSet<String> = (0..8)
        .filter_map(|person| {
            let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
            let input =
                Records { log: &data.log, people: &data.people, as_of, assume_consent: false };
            program().explain(&input, &format!("person-{person:03}")).ok()
        })
        .flat_map(|explanation| explanation.lines)
        .flat_map(|activity| activity.lines)
        .flat_map(|line| line.capped_by)
        .map(|cap| cap.to_string())
        .collect();
    assert_eq!(
        capped.into_iter().collect::<Vec<_>>(),
        ["listening_per_week", "publishing_per_day", "sharing_per_day"]
    );
}

#[test]
fn the_order_of_the_file_makes_no_difference() {
    let made = floor::synthetic::synthetic(2_000, 40, 7);
    let data = Data::of(&made.activities, &made.people, true);
    let mut lines: Vec<&str> = made.activities.lines().collect();
    lines.reverse();
    let reversed = Data::of(&lines.join("\n"), &made.people, true);
    let as_of = "2026-09-01T00:00:00Z";
    assert_eq!(data.agree(as_of), reversed.agree(as_of));
}

#[test]
fn a_persons_lines_sum_to_the_total() {
    let totals = rfcs().floor(AS_OF);
    let superstar = totals.iter().max_by_key(|(_, total)| total.points).unwrap().0;
    let once = totals.iter().find(|(_, total)| total.activities == 1).unwrap().0;
    for advocate in [superstar.as_str(), once, &written_out_of_order()] {
        let explained = json(&["explain", advocate], &RFC_FILES);
        let (mut points, mut rules) = (0, BTreeMap::new());
        let activities = explained["lines"].as_array().unwrap();
        for activity in activities {
            let mut of_activity = 0;
            for line in activity["lines"].as_array().unwrap() {
                let given = line["points"].as_i64().unwrap();
                assert!(given <= line["earned"].as_i64().unwrap());
                assert!(!line["evidence"].as_array().unwrap().is_empty());
                of_activity += given;
                *rules.entry(line["rule"].as_str().unwrap().to_owned()).or_insert(0) += given;
            }
            assert_eq!(activity["points"].as_i64().unwrap(), of_activity);
            points += of_activity;
        }
        let floor = &totals[advocate];
        assert_eq!(activities.len(), floor.activities);
        assert_eq!((explained["points"].as_i64().unwrap(), points), (floor.points, floor.points));
        assert!(rules.iter().map(|(rule, points)| (rule.as_str(), *points)).eq(floor.rules()));
        let times = activities
            .iter()
            .map(|activity| activity["at"].as_str().unwrap().parse::<Timestamp>().unwrap());
        assert!(times.is_sorted());
    }
}

/// Somebody whose activities are in another order by their clocks than by time.
fn written_out_of_order() -> String {
    let file = std::fs::read_to_string(top().join("tests/data/rfcs/activities.jsonl")).unwrap();
    let mut last: HashMap<String, String> = HashMap::new();
    for line in file.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let at = line["at"].as_str().unwrap()[..19].to_owned();
        let advocate = line["advocate"].as_str().unwrap().to_owned();
        if last.insert(advocate.clone(), at.clone()).is_some_and(|before| before > at) {
            return advocate;
        }
    }
    panic!("everyone's clocks are in order")
}

#[test]
fn the_command_line_tells_the_same_totals() {
    let totals = rfcs().floor(AS_OF);
    let printed = json(&["score"], &RFC_FILES);
    assert_eq!(printed["total"]["points"], totals.values().map(|total| total.points).sum::<i64>());
    assert_eq!(printed["total"]["advocates"], 1_155);
    assert_eq!(printed["total"]["activities"], 17_581);
    let advocates = printed["advocates"].as_array().unwrap();
    let points = |total: &Value| total["points"].as_i64().unwrap();
    assert_eq!(advocates.iter().map(points).sum::<i64>(), points(&printed["total"]));
    for total in advocates {
        assert_eq!(points(total), totals[total["advocate"].as_str().unwrap()].points);
    }
}

#[test]
fn posts_get_the_findings_of_the_independent_check() {
    let checker = checking::Checker::read(&top().join(PROGRAM));
    let sample = std::fs::read_to_string(top().join("tests/data/sample/posts.jsonl")).unwrap();
    let at: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let persons = std::fs::read_to_string(top().join("tests/data/sample/people.jsonl")).unwrap();
    let roster = Roster::new(&people(&persons), &Log::new(), Timestamp::MAX, false);
    let mut found = BTreeSet::new();
    for line in floor::posts::POSTS.lines().chain(sample.lines()) {
        let post: Post = serde_json::from_str(line).unwrap();
        let at = post.at.unwrap_or(at);
        let author = post.author.as_ref().and_then(|author| roster.person(author, at));
        let verdict = program()
            .check(&post, &CheckContext { author: author.as_ref(), ..CheckContext::default() }, at)
            .unwrap();
        assert!(verdict.faults.is_empty());
        let ours: Vec<_> = verdict
            .findings
            .iter()
            .map(|finding| {
                let places =
                    finding.spans.iter().map(|span| span.start..span.end).collect::<Vec<_>>();
                (finding.rule.to_string(), finding.severity.name(), finding.message.clone(), places)
            })
            .collect();
        let own: records::Post = serde_json::from_str(line).unwrap();
        let leads = post.author.as_deref() == Some("farah");
        let floor: Vec<_> = checker
            .check(&own, leads, at)
            .into_iter()
            .map(|finding| {
                let severity = match finding.severity {
                    checking::Severity::Advise => "advise",
                    checking::Severity::Revise => "revise",
                    checking::Severity::Block => "block",
                };
                (finding.rule.to_owned(), severity, finding.message.into_owned(), finding.places)
            })
            .collect();
        assert_eq!(ours, floor, "{}", post.text);
        found.extend(verdict.findings.iter().map(|finding| finding.rule.to_string()));
    }
    let guidelines = program().rules().iter().filter(|rule| rule.folder() == Folder::Guidelines);
    assert!(guidelines.map(|rule| rule.id()).eq(found.iter().map(String::as_str)), "{found:?}");
}
