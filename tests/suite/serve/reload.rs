//! Rules that change while the service runs.

use std::fs;
use std::path::PathBuf;

use super::{Served, Setup, wait_for};
use crate::support::{MANIFEST, plaudit};

/// A guideline that finds something in every post.
fn guideline(advice: &str) -> String {
    format!(
        "/// Say hello.\n///\n/// advise: Anything.\nfn hello(post) {{\n    if post.words > 0 {{ advise(\"{advice}\") }}\n}}\n"
    )
}

/// A program of one guideline, and where it stands.
fn program() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("rules/guidelines")).unwrap();
    fs::write(folder.path().join("rules/program.toml"), MANIFEST).unwrap();
    let rule = folder.path().join("rules/guidelines/hello.rhai");
    fs::write(&rule, guideline("one")).unwrap();
    (folder, rule)
}

/// What the rule advises.
fn advice(served: &Served) -> String {
    let verdict = served.post("/v1/check", r#"{"post": {"text": "Good morning."}}"#).json();
    verdict["findings"][0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn the_rules_of_before_go_on_where_new_ones_are_wrong_until_they_are_mended() {
    let (folder, rule) = program();
    let setup = Setup::with_rules(&folder.path().join("rules"));
    let served = setup.start();
    assert_eq!(advice(&served), "one");
    // Rules that do not compile, and rules whose example does not hold.
    let unheld = guideline("two").replace("/// advise: Anything.", "/// clear: Anything.");
    for (broken, why) in
        [("fn hello(post) { post.wrods }", "guidelines/hello.rhai"), (&unheld, "hello")]
    {
        fs::write(&rule, broken).unwrap();
        let degraded = wait_for(|| {
            let health = served.get("/health/ready").json();
            let reason = health["reason"].as_str()?;
            reason.contains(why).then(|| health["status"].clone())
        });
        assert_eq!(degraded.expect("it does not say so"), "degraded");
        assert_eq!(advice(&served), "one");
        let status = served.get("/v1/program/status").json();
        assert_eq!(status["problems"][0]["file"], "guidelines/hello.rhai");
        assert!(status["problems"][0]["line"].is_u64());
        assert!(served.get("/").body.contains("Degraded"));
        fs::write(&rule, guideline("one")).unwrap();
        let mended =
            wait_for(|| (served.get("/health/ready").json()["status"] == "good").then_some(()));
        assert!(mended.is_some(), "the mended rules are not taken up");
    }
    fs::write(&rule, guideline("two")).unwrap();
    assert!(wait_for(|| (advice(&served) == "two").then_some(())).is_some());
    assert_eq!(served.get("/health/ready").json()["status"], "good");
}

#[test]
fn whoever_does_not_watch_has_the_program_read_again_by_a_signal() {
    let (folder, rule) = program();
    let setup = Setup::with_rules(&folder.path().join("rules")).set("WATCH", "false");
    let served = setup.start();
    fs::write(&rule, guideline("two")).unwrap();
    served.signal("HUP");
    assert!(wait_for(|| (advice(&served) == "two").then_some(())).is_some());
}

#[test]
fn what_is_on_record_is_scored_by_the_rules_of_the_moment() {
    let (folder, _) = program();
    let rules = folder.path().join("rules");
    fs::create_dir_all(rules.join("scoring")).unwrap();
    let score = |points: u8| {
        let text = format!(
            "/// Share.\n///\n/// {points}: #{{ activity: #{{ kind: \"share\" }} }}\nfn share(activity) {{ if activity.kind == \"share\" {{ {points} }} }}\n"
        );
        fs::write(rules.join("scoring/share.rhai"), text).unwrap();
    };
    score(3);
    let setup = Setup::with_rules(&rules);
    let served = setup.start();
    for record in [super::person("ada"), super::share("1", "ada").replace("linkedin", "blog")] {
        served.post("/v1/events", &record).document();
    }
    let points = || served.get("/v1/standings/ada").json()["figures"]["points"].as_i64();
    assert_eq!(points(), Some(3));
    score(7);
    assert!(wait_for(|| (points() == Some(7)).then_some(())).is_some());
}

#[test]
fn a_program_is_tried_out_without_being_served() {
    let served = Setup::new().start();
    let before = served.get("/v1/program").json()["version"].clone();
    let files = |rule: &str| {
        serde_json::json!({ "files": { "program.toml": MANIFEST, "guidelines/hello.rhai": rule } })
            .to_string()
    };
    let good = served.post("/v1/program/validation", &files(&guideline("one"))).json();
    assert_eq!((&good["accepted"], &good["examples"]), (&true.into(), &1.into()));
    let bad = served.post("/v1/program/validation", &files("fn hello(post) { post.wrods }")).json();
    assert_eq!(bad["accepted"], false);
    assert!(bad["problems"].as_array().unwrap().iter().any(|problem| problem["line"] == 1));
    assert_eq!(served.get("/v1/program").json()["version"], before);
}

#[test]
fn settings_are_looked_at_without_serving() {
    let setup = Setup::new();
    let config = setup.folder.path().join("plaudit.toml");
    fs::write(&config, format!("rules = {:?}\n[limits]\nbatch = 7\n", setup.rules)).unwrap();
    let config = config.display().to_string();
    let output = plaudit(&["serve", "--check-config", "--config", &config]);
    let settings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(settings["limits"]["batch"], 7);
    assert_eq!(output.status.code(), Some(0));
    fs::write(setup.folder.path().join("plaudit.toml"), "rules = \"/nowhere\"\n").unwrap();
    let output = plaudit(&["serve", "--check-config", "--config", &config]);
    assert_eq!(output.status.code(), Some(3));
}
