//! What the starter program's guidelines remark on, measured on texts of which half were set aside
//! until the rules were done. `cargo test -p plaudit-sidecar --test suite guidelines -- --nocapture`
//! prints the figures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::corpus::cases::write;
use crate::corpus::texts::{HALVES, Text, company, every_text, families, texts};
use crate::serve::Setup;
use crate::support::{plaudit, stdout};

/// Families whose texts are all fine.
const FINE: [&str; 2] = ["protected", "welcome"];

/// Right remarks, wrong ones, and those that are missing.
#[derive(Clone, Copy, Default)]
struct Counts {
    right: usize,
    wrong: usize,
    missing: usize,
}

impl Counts {
    /// Of the remarks, how many percent are right.
    fn precision(self) -> usize {
        100 * self.right / (self.right + self.wrong).max(1)
    }

    /// Of what there is to remark on, how many percent were seen.
    fn recall(self) -> usize {
        100 * self.right / (self.right + self.missing).max(1)
    }
}

/// The rules that found something, by family.
fn found(answer: &Value, families: &BTreeMap<String, Vec<String>>) -> BTreeSet<String> {
    let findings = answer["findings"].as_array().unwrap();
    let rules = findings.iter().map(|finding| finding["rule"].as_str().unwrap());
    let family = |rule: &str| {
        let known = families.iter().find(|(_, rules)| rules.iter().any(|known| known == rule));
        known.map_or_else(|| panic!("{rule} is of no family"), |(family, _)| family.clone())
    };
    rules.map(family).collect()
}

/// How each family does on a half.
#[allow(clippy::print_stdout, reason = "the figures are what somebody runs this test for")]
fn measured(half: &str) -> BTreeMap<String, Counts> {
    let families = families();
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let mut misses = String::new();
    every_text(half, |text, answer| {
        let answer: Value = serde_json::from_str(answer.as_ref().unwrap()).unwrap();
        assert_eq!(answer["faults"], json!([]), "{}", text.id);
        let found = found(&answer, &families);
        let expected: BTreeSet<String> = text.expect.iter().cloned().collect();
        for family in found.union(&expected) {
            let counts = counts.entry(family.clone()).or_default();
            match (found.contains(family), expected.contains(family)) {
                (true, true) => counts.right += 1,
                (true, false) => counts.wrong += 1,
                (false, _) => counts.missing += 1,
            }
            if found.contains(family) != expected.contains(family) {
                let what = if found.contains(family) { "wrong" } else { "missing" };
                // What was set aside is not to be learned from.
                let because = if half == "held_out" { "" } else { &*text.because };
                writeln!(misses, "  {what} {family}: {} {because}", text.id).unwrap();
            }
        }
    });
    println!("{half}\n{misses}  family          precision  recall");
    for (family, counts) in &counts {
        let Counts { right, wrong, missing } = *counts;
        let (precision, recall) = (counts.precision(), counts.recall());
        println!(
            "  {family:14}  {precision:8} %  {recall:4} %  ({right} right, {wrong} wrong, {missing} missing)"
        );
    }
    counts
}

#[test]
fn there_are_texts_enough_of_every_family_in_halves_of_the_same_size() {
    let known = families();
    let mut ids = BTreeSet::new();
    let mut many: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (place, half) in HALVES.iter().enumerate() {
        for text in texts(half) {
            let family = text.family().to_owned();
            assert!(known.contains_key(&family) || FINE.contains(&&*family), "{}", text.id);
            assert!(["en", "de", "fr", "es"].contains(&&*text.language), "{}", text.id);
            let expected = |name: &String| known.contains_key(name);
            assert!(text.expect.iter().all(expected), "{}: {:?}", text.id, text.expect);
            many.entry(family).or_default()[place] += 1;
            assert!(ids.insert(text.id.clone()), "{} is there twice", text.id);
        }
    }
    for (family, halves) in &many {
        assert!(halves.iter().sum::<usize>() >= 40, "{family}: {halves:?}");
        assert!(halves[0].abs_diff(halves[1]) <= 2, "{family}: {halves:?}");
    }
    assert_eq!(many.len(), known.len() + FINE.len());
}

#[test]
fn guidelines_see_what_they_should_and_are_seldom_wrong() {
    for learned_from in ["tuning", "practice"] {
        for (family, counts) in measured(learned_from) {
            assert!(counts.precision() >= 90, "{family}: {} % right", counts.precision());
            assert!(counts.recall() >= 80, "{family}: {} % seen", counts.recall());
        }
    }
}

/// Precision and recall on the half that was set aside, in percent, as measured when the rules were done. Recall
/// is below what is aimed at (80), and so is some precision (90): neither may get worse.
const SET_ASIDE: [(&str, usize, usize); 9] = [
    ("accessibility", 100, 87),
    ("claims", 92, 59),
    ("confidential", 90, 75),
    ("copyright", 100, 52),
    ("disclosure", 84, 96),
    ("personal_data", 81, 73),
    ("respect", 92, 74),
    ("value", 83, 83),
    ("voice", 76, 90),
];

#[test]
fn guidelines_do_on_texts_that_were_set_aside_as_well_as_they_did() {
    let counts = measured("held_out");
    for (family, precision, recall) in SET_ASIDE {
        let counts = counts[family];
        assert!(counts.precision() >= precision, "{family}: {} % right", counts.precision());
        assert!(counts.recall() >= recall, "{family}: {} % seen", counts.recall());
    }
}

#[test]
fn protected_talk_is_left_alone_and_no_post_gets_more_than_three_findings() {
    for half in HALVES {
        let mut remarked_on = Vec::new();
        every_text(half, |text, answer| {
            let answer: Value = serde_json::from_str(answer.as_ref().unwrap()).unwrap();
            let findings = answer["findings"].as_array().unwrap();
            if text.family() == "protected" && text.expect.is_empty() && !findings.is_empty() {
                remarked_on.push(text.id.clone());
            }
            assert!(findings.len() <= 3, "{}: {findings:?}", text.id);
            let graver =
                |of: &Value| ["advise", "revise", "review", "block"].iter().position(|it| of == it);
            let grave: Vec<_> =
                findings.iter().map(|finding| graver(&finding["severity"])).collect();
            assert!(grave.is_sorted_by(|a, b| a >= b), "{}: {grave:?}", text.id);
        });
        assert_eq!(remarked_on, [""; 0], "{half}");
    }
}

#[test]
fn every_text_has_the_same_verdict_through_every_door() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &company());
    let rules = folder.path().join("rules");
    let setup = Setup::with_rules(&rules);
    let served = setup.start();
    let rules = rules.display().to_string();
    // The command line is asked for all posts of one time at once, as files are.
    let mut lines: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for half in HALVES {
        every_text(half, |text: &Text, answer| {
            let (question, answer) = (text.question(), answer.as_ref().unwrap());
            let request = serde_json::to_string(&question).unwrap();
            let over_http = served.post("/v1/ask/check", &request);
            assert_eq!(over_http.body, *answer, "{}", text.id);
            if question.events.is_empty() && question.people.is_empty() {
                let (posts, answers) = lines.entry(question.at.clone()).or_default();
                writeln!(posts, "{}", question.post).unwrap();
                answers.push(answer.clone());
            }
        });
    }
    for (at, (posts, answers)) in lines {
        let file = folder.path().join("posts.jsonl");
        std::fs::write(&file, posts).unwrap();
        let file = file.display().to_string();
        let output = plaudit(&[
            "--rules",
            &rules,
            "check",
            "--json",
            "--fail-on",
            "never",
            "--at",
            &at,
            &file,
        ]);
        assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), answers, "{at}");
    }
}
