//! What the command line does and tells.

use std::fs;
use std::path::Path;

use plaudit_engine::journal::{Access, Journal, Sqlite};
use serde_json::Value;

use super::records;
use crate::server::over_both;
use crate::support::{copy, plaudit, plaudit_with, stderr, stdout, top};

/// The starter program with ages, in a folder of its own.
fn rules(folder: &Path, retention: &str) -> String {
    let rules = folder.join("rules");
    copy(&top().join("rules"), &rules);
    let manifest = fs::read_to_string(rules.join("program.toml")).unwrap();
    let manifest = format!("{manifest}\n[privacy.retention]\n{retention}\n");
    fs::write(rules.join("program.toml"), manifest).unwrap();
    rules.display().to_string()
}

const AGES: &str = "posts = \"1 year\"\nactivities = \"2 years\"\n[privacy.retention.kinds]\nkudos = \"400 days\"\n";

#[test]
fn a_journal_is_retained_by_command_and_says_what_went() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules(folder.path(), AGES);
    over_both(|place| {
        let journal = place.journal("journal");
        let lines: String = records(5, 120).iter().map(|record| format!("{record}\n")).collect();
        let output = plaudit_with(&["record", "--journal", &journal, "--json"], lines.as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        let run = |more: &[&str]| {
            let asked =
                ["--rules", &rules, "journal", "retain", "--journal", &journal, "--by", "grace"];
            plaudit(&[&asked[..], &["--as-of", super::AS_OF], more].concat())
        };
        let standings = || {
            let asked = [
                "--rules",
                &rules,
                "leaderboard",
                "--json",
                "--journal",
                &journal,
                "--as-of",
                super::AS_OF,
            ];
            let board: Value = serde_json::from_str(&stdout(&plaudit(&asked))).unwrap();
            board["places"].clone()
        };
        let before = standings();
        let positions = || place.open("journal").position().unwrap();
        let position = positions();
        let dry = run(&["--dry-run"]);
        assert!(dry.status.success(), "{}", stderr(&dry));
        for said in [
            "what is past its age as of",
            "kinds.kudos",
            "400 days",
            "would go",
            "carried forward",
            "activities (",
        ] {
            assert!(stdout(&dry).contains(said), "{said}\n{}", stdout(&dry));
        }
        assert_eq!(positions(), position);
        let asked = run(&[]);
        assert_eq!(asked.status.code(), Some(3));
        assert!(stderr(&asked).contains("--yes"), "{}", stderr(&asked));
        assert_eq!(positions(), position);
        let done = run(&["--json", "--yes"]);
        assert!(done.status.success(), "{}", stderr(&done));
        let told: Value = serde_json::from_str(&stdout(&done)).unwrap();
        assert!(told["clean"] == true && told["events"].as_u64().unwrap() > 20, "{told}");
        assert!(told["erasure"].as_str().unwrap().starts_with("erasure-"));
        assert_eq!(standings(), before);
        let again = run(&["--yes"]);
        assert!(stdout(&again).contains("nothing is past its age"), "{}", stdout(&again));
        let explained = plaudit(&[
            "--rules",
            &rules,
            "explain",
            "who1",
            "--journal",
            &journal,
            "--as-of",
            super::AS_OF,
        ]);
        assert!(
            stdout(&explained).contains("carried forward: what earned them is past its retention"),
            "{}",
            stdout(&explained)
        );
        // The journal is well, and can be restored with its key.
        let check = plaudit(&["journal", "check", &journal]);
        assert!(check.status.success(), "{}", stderr(&check));
        let export = folder.path().join("export.jsonl");
        fs::write(&export, stdout(&plaudit(&["journal", "export", &journal]))).unwrap();
        let restored = place.journal("restored");
        let arguments = ["journal", "restore", export.to_str().unwrap(), &restored];
        assert_eq!(plaudit(&arguments).status.code(), Some(3));
        let output = plaudit(&[&arguments[..], &["--key-of", &journal]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let refused = plaudit_with(&["record", "--journal", &restored, "--json"], lines.as_bytes());
        assert!(stdout(&refused).contains(r#""code":"erased""#));
    });
}

#[test]
fn nobody_retains_before_its_time_or_without_ages() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("j.db").display().to_string();
    Sqlite::open(Path::new(&journal), Access::Create).unwrap();
    let retain = ["journal", "retain", "--journal", &journal, "--by", "grace", "--yes"];
    let none = plaudit(&retain);
    assert_eq!(none.status.code(), Some(3));
    assert!(stderr(&none).contains("[privacy.retention]"), "{}", stderr(&none));
    let rules = rules(folder.path(), AGES);
    let early = plaudit(&[&["--rules", &rules][..], &retain, &["--as-of", "2999-01-01"]].concat());
    assert_eq!(early.status.code(), Some(3));
    assert!(stderr(&early).contains("has not come yet"), "{}", stderr(&early));
}

#[test]
fn a_wrong_age_is_told_with_its_place_and_a_short_one_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (text, said) in [
        ("posts = \"a year\"", "`posts` is an age such as \"1 year\""),
        ("posts = \"0 days\"", "`posts` is an age such as"),
        ("post = \"1 year\"", "did you mean `posts`?"),
        ("[privacy.retention.kinds]\nkudo = \"1 year\"", "did you mean `kudos`?"),
    ] {
        let one = tempfile::tempdir_in(folder.path()).unwrap();
        let output = plaudit(&["--rules", &rules(one.path(), text), "lint"]);
        let told = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(said) && told.contains("program.toml:"), "{text}\n{told}");
    }
    for (text, said) in [
        ("activities = \"6 months\"", "`365_days`"),
        ("posts = \"80 days\"", "shorter than a period"),
        (
            "corrections = \"3 years\"\nprofiles = \"30 days\"\ndisputes = \"30 days\"",
            "no problems",
        ),
    ] {
        let one = tempfile::tempdir_in(folder.path()).unwrap();
        let output = plaudit(&["--rules", &rules(one.path(), text), "lint"]);
        assert!(
            output.status.success() && stdout(&output).contains(said),
            "{text}\n{}",
            stdout(&output)
        );
    }
}

#[test]
fn the_record_of_processing_tells_the_ages() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules(folder.path(), AGES);
    let record = stdout(&plaudit(&["--rules", &rules, "facts", "--record"]));
    assert!(record.contains("| what people did, with results, edits and what was objected to | 2 years (`privacy.retention.activities`) |"), "{record}");
    assert!(
        record.contains("(`privacy.retention.kinds.kudos`)")
            && record.contains("| everything else: consent")
    );
    let record = stdout(&plaudit(&["facts", "--record"]));
    assert!(
        record.contains("| everything: nothing goes by its age | until it is taken back"),
        "{record}"
    );
}
