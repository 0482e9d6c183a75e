//! Exports of other systems, read by a map from the command line.

use std::fs;

use crate::support::{plaudit, stderr, stdout, top};

const EXPORTS: [&str; 8] = [
    "--activities",
    "tests/data/imports/social.csv",
    "--map",
    "tests/data/imports/social.toml",
    "--people",
    "tests/data/imports/hr.csv",
    "--people-map",
    "tests/data/imports/hr.toml",
];

fn run(command: &[&str], more: &[&str]) -> (Option<i32>, String, String) {
    let as_of = ["--as-of", "2026-07-02T00:00:00Z"];
    let output = plaudit(&[command, &as_of, more].concat());
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn exports_of_hr_and_social_tools_are_scored_as_they_are() {
    let (code, shown, told) = run(&["score", "--json"], &EXPORTS);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("tests/data/imports/social.csv: 1 row passed over"), "{told}");
    let scores: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let advocates: Vec<&str> = scores["advocates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|total| total["advocate"].as_str().unwrap())
        .collect();
    // Accounts of the social tool are other names in the HR system.
    assert_eq!(advocates, ["1001", "1002"], "{shown}");
}

#[test]
fn a_wrong_map_or_a_map_of_something_else_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.toml");
    let text = fs::read_to_string(top().join("tests/data/imports/social.toml")).unwrap();
    fs::write(&wrong, text.replace("likes = ", "liks = ")).unwrap();
    let wrong = wrong.display().to_string();
    let (code, _, told) =
        run(&["score", "--map", &wrong], &[&EXPORTS[..2], &EXPORTS[4..]].concat());
    assert_eq!(code, Some(3), "{told}");
    assert!(
        told.contains("did you mean `likes`?") && told.contains("liks = \"Reactions\""),
        "{told}"
    );
    let hr = ["--map", EXPORTS[7]];
    let (code, _, told) = run(&["score"], &[&EXPORTS[..2], &hr, &EXPORTS[4..]].concat());
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("describes people"), "{told}");
    let (code, _, told) =
        run(&["score"], &[&EXPORTS[..4], &["--assume-consent", "--people-map", &wrong]].concat());
    assert_eq!(code, Some(2), "{told}");
}

#[test]
fn without_a_map_the_columns_of_an_export_are_no_fields() {
    let (code, _, told) = run(&["score", "--assume-consent"], &EXPORTS[..2]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("there is no field `Post ID`"), "{told}");
}
