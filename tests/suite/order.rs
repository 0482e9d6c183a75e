//! The same events in any order, with duplicates, give the same bytes.

use std::fs;

use plaudit_engine::events::{Format, Log, People, read_events, read_people};
use plaudit_engine::standings::{Among, BoardQuestion, Span, TeamQuestion};
use plaudit_engine::{Records, canonical};
use proptest::prelude::*;

use crate::support::{plaudit, starter, stdout, top};

const AS_OF: &str = "2026-07-01T00:00:00Z";

/// Asks something of events that come in this order.
fn ask<T>(lines: &[&str], people: &People, question: impl FnOnce(&Records<'_>) -> T) -> T {
    let mut log = Log::new();
    let text = lines.join("\n");
    read_events(text.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    let as_of = AS_OF.parse().unwrap();
    question(&Records { log: &log, people, as_of, assume_consent: true })
}

fn scores(lines: &[&str], people: &People) -> String {
    ask(lines, people, |records| canonical(&starter().score(records).unwrap()).unwrap())
}

fn explained(lines: &[&str], people: &People, advocate: &str) -> String {
    ask(lines, people, |records| canonical(&starter().explain(records, advocate).unwrap()).unwrap())
}

/// Standings, boards, teams, entitlements, suggestions and pairs in one text.
fn standings(lines: &[&str], people: &People) -> String {
    let program = starter();
    let board = |among| BoardQuestion { span: Span::AllTime, among, period: None };
    ask(lines, people, |records| {
        [
            canonical(&program.standings(records).unwrap()),
            canonical(&program.leaderboard(records, &board(Among::Everyone)).unwrap()),
            canonical(
                &program.leaderboard(records, &board(Among::Style("creator".into()))).unwrap(),
            ),
            canonical(&program.teams(records, &TeamQuestion::by("department")).unwrap()),
            canonical(&program.teams(records, &TeamQuestion::default()).unwrap()),
            canonical(&program.recognize(records, None).unwrap()),
            canonical(&program.coach(records, None).unwrap()),
            canonical(&program.pair(records).unwrap()),
        ]
        .map(Result::unwrap)
        .join("\n")
    })
}

fn read_people_of(folder: &str) -> People {
    let text = fs::read(top().join(folder).join("people.jsonl")).unwrap();
    read_people(&*text, "people", Format::JsonLines).unwrap()
}

/// A permutation that needs no randomness: a stride that shares no divisor with the length.
fn strided<'a>(lines: &[&'a str], stride: usize) -> Vec<&'a str> {
    (0..lines.len()).map(|index| lines[index * stride % lines.len()]).collect()
}

#[test]
fn real_activities_in_file_order_reversed_shuffled_and_duplicated_give_the_same_bytes() {
    let text = fs::read_to_string(top().join("tests/data/rfcs/activities.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 17_581);
    let people = read_people_of("tests/data/rfcs");
    let expected = scores(&lines, &people);
    let reversed: Vec<&str> = lines.iter().rev().copied().collect();
    assert_eq!(expected, scores(&reversed, &people), "reversed");
    // 7,919 is prime and no divisor of 17,581, so every line comes once.
    assert_eq!(expected, scores(&strided(&lines, 7_919), &people), "shuffled");
    let doubled: Vec<&str> = lines.iter().chain(&reversed).copied().collect();
    assert_eq!(expected, scores(&doubled, &people), "duplicated");
}

#[test]
fn standings_of_real_people_do_not_depend_on_the_order_of_the_file() {
    let text = fs::read_to_string(top().join("tests/data/rfcs/activities.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let people = read_people_of("tests/data/rfcs");
    let reversed: Vec<&str> = lines.iter().rev().chain(&lines[..500]).copied().collect();
    assert!(standings(&lines, &people) == standings(&reversed, &people));
}

#[test]
fn what_an_explanation_names_makes_up_the_figure() {
    let text = fs::read_to_string(top().join("tests/data/sample/activities.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let people = read_people_of("tests/data/sample");
    let figure = |advocate: &str, figure: &str, argument: Option<&str>| {
        ask(&lines, &people, |records| {
            starter().explain_figure(records, advocate, figure, argument).unwrap()
        })
    };
    for advocate in ["amara", "bjorn", "carla", "deniz", "emil", "farah"] {
        for (name, argument) in [
            ("points", None),
            ("points_in", Some("90_days")),
            ("points_in_style", Some("creator")),
            ("result", Some("clicks")),
            ("engagements", None),
            ("findings", None),
        ] {
            let explained = figure(advocate, name, argument);
            let sum: i64 = explained.parts.iter().filter_map(|part| part.amount).sum();
            assert_eq!(explained.value.number(), Some(sum), "{advocate}: {name}");
        }
        for (name, argument) in [
            ("activities", None),
            ("activities_in", Some("30_days")),
            ("count", Some("share")),
            ("trainings", None),
            ("kudos_received", None),
            ("mentees", None),
            ("active_days", None),
            ("unshared_content", None),
        ] {
            let explained = figure(advocate, name, argument);
            let parts = i64::try_from(explained.parts.len()).unwrap();
            assert_eq!(explained.value.number(), Some(parts), "{advocate}: {name}");
            assert!(!explained.formula.is_empty() && !explained.meaning.is_empty());
        }
    }
}

#[test]
fn the_command_line_gives_the_same_bytes_for_a_file_and_its_reverse() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(top().join("tests/data/rfcs/activities.jsonl")).unwrap();
    let reversed: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
    let path = folder.path().join("reversed.jsonl");
    fs::write(&path, reversed).unwrap();
    let run = |file: &str| {
        let output = plaudit(&[
            "score",
            "--json",
            "--assume-consent",
            "--as-of",
            AS_OF,
            "--activities",
            file,
            "--people",
            "tests/data/rfcs/people.jsonl",
        ]);
        assert!(output.status.success());
        stdout(&output)
    };
    let expected = run("tests/data/rfcs/activities.jsonl");
    assert_eq!(expected, run(&path.display().to_string()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The sample has outcomes, an update, a retraction and content, so their order matters most.
    #[test]
    fn any_order_and_any_duplicates_of_every_kind_of_event_give_the_same_bytes(
        keys in prop::collection::vec(any::<u32>(), 256),
        doubled in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let text = fs::read_to_string(top().join("tests/data/sample/activities.jsonl")).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let people = read_people_of("tests/data/sample");
        let mut shuffled: Vec<&str> = lines.clone();
        shuffled.extend(doubled.iter().map(|index| *index.get(&lines)));
        let mut keyed: Vec<(u32, &str)> = shuffled
            .iter()
            .enumerate()
            .map(|(index, line)| (keys[index % keys.len()].wrapping_add(u32::try_from(index).unwrap()), *line))
            .collect();
        keyed.sort_unstable();
        let shuffled: Vec<&str> = keyed.into_iter().map(|(_, line)| line).collect();
        prop_assert_eq!(scores(&lines, &people), scores(&shuffled, &people));
        prop_assert_eq!(explained(&lines, &people, "amara"), explained(&shuffled, &people, "amara"));
        prop_assert_eq!(standings(&lines, &people), standings(&shuffled, &people));
    }

    /// Lines sum to totals, each rule's and all.
    #[test]
    fn lines_sum_to_totals(
        events in prop::collection::vec((0..3usize, 0..5usize, 0..200i64, 0..400i64, 0..100i64), 1..60),
    ) {
        let kinds = ["share", "create", "comment", "help", "read"];
        let lines: Vec<String> = events
            .iter()
            .enumerate()
            .map(|(index, (advocate, kind, hours, likes, own))| {
                let at: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
                let at = at + jiff::SignedDuration::from_hours(*hours);
                let kind = kinds[*kind];
                format!(r#"{{"id":"{index}","advocate":"a{advocate}","kind":"{kind}","at":"{at}","likes":{likes},"own_words":{own}}}"#)
            })
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let people = People::new();
        let scores: serde_json::Value = serde_json::from_str(&scores(&lines, &people)).unwrap();
        let mut sum = 0;
        for total in scores["advocates"].as_array().unwrap() {
            let advocate = total["advocate"].as_str().unwrap();
            let told: serde_json::Value = serde_json::from_str(&explained(&lines, &people, advocate)).unwrap();
            let of = |field: &str| -> i64 {
                told["lines"].as_array().unwrap().iter()
                    .flat_map(|activity| activity["lines"].as_array().unwrap())
                    .map(|line| line[field].as_i64().unwrap())
                    .sum()
            };
            let rules: i64 = total["rules"].as_object().unwrap().values().map(|points| points.as_i64().unwrap()).sum();
            prop_assert_eq!(total["points"].as_i64().unwrap(), of("points"));
            prop_assert_eq!(total["points"].as_i64().unwrap(), rules);
            prop_assert!(of("points") <= of("earned"));
            sum += rules;
        }
        prop_assert_eq!(scores["total"]["points"].as_i64().unwrap(), sum);
    }
}
