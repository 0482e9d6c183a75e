//! The same over HTTP, and by the calendar of the service.

use serde_json::json;

use super::records;
use crate::serve::{Served, Setup, wait_for};
use crate::support::{copy, top};

fn setup() -> Setup {
    let folder = tempfile::tempdir().unwrap().keep();
    let rules = folder.join("rules");
    copy(&top().join("rules"), &rules);
    let manifest = std::fs::read_to_string(rules.join("program.toml")).unwrap();
    let ages = "[privacy.retention]\nposts = \"1 year\"\nactivities = \"2 years\"\n";
    std::fs::write(rules.join("program.toml"), format!("{manifest}\n{ages}")).unwrap();
    Setup::with_rules(&rules)
}

fn fill(served: &Served) {
    let answer = served.post("/v1/events", &json!(records(9, 80)).to_string());
    assert!(!answer.document().contains("refused"), "{answer:?}");
}

#[test]
fn what_is_past_its_age_goes_over_http_and_only_an_administrator_may() {
    let setup = setup();
    let keys: Vec<(&str, String)> = ["leader", "hr", "host", "administrator"]
        .into_iter()
        .map(|role| (role, setup.key(role)))
        .collect();
    let mut served = setup.start();
    served.with_key(&keys[3].1);
    fill(&served);
    let points =
        |served: &Served| served.get("/v1/leaderboards?as_of=2026-07-01").json()["places"].clone();
    let before = points(&served);
    let last = served.get("/v1/changes").json()["last"].clone();
    let asked = json!({ "as_of": "2026-07-01", "dry_run": true });
    let dry = served.post("/v1/journal/retention", &asked.to_string()).json();
    assert!(dry["events"].as_u64().unwrap() > 5 && dry["dry_run"] == true, "{dry}");
    for (role, key) in &keys {
        served.with_key(key);
        let answer =
            served.post("/v1/journal/retention", &json!({ "as_of": "2026-07-01" }).to_string());
        let expected = if *role == "administrator" { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{role}: {answer:?}");
        if expected == 200 {
            assert_eq!(answer.json()["events"], dry["events"]);
        }
    }
    assert_eq!(points(&served), before);
    let changes = served.get(&format!("/v1/changes?after={last}")).json();
    let event = &changes["changes"][0]["event"];
    assert_eq!(
        (&event["type"], &event["by"]),
        (&"erasure".into(), &"administrator".into()),
        "{changes}"
    );
    assert!(event["erasure"]["aged"][0]["events"].is_number(), "{changes}");
    let again = served.post("/v1/events", &json!(records(9, 80)).to_string()).document();
    assert!(again.contains(r#""code":"erased""#), "{again}");
    let early = served.post("/v1/journal/retention", &json!({ "as_of": "2999-01-01" }).to_string());
    assert_eq!((early.status, early.code().as_str()), (422, "wrong-value"), "{early:?}");
}

#[test]
fn what_is_due_goes_once_however_many_processes_look_after_it() {
    let setup = setup();
    let mut served = setup.start();
    fill(&served);
    assert!(served.end().success());
    let setup = setup
        .set("RETENTION_EVERY", "day")
        .set("RETENTION_HOUR", "0")
        .set("RETENTION_BY", "the clock");
    let both = [setup.start(), setup.start()];
    let erasures = |served: &Served| {
        let changes = served.get("/v1/changes?at_most=1000").json();
        let events = changes["changes"].as_array().unwrap().clone();
        events
            .into_iter()
            .map(|it| it["event"].clone())
            .filter(|it| it["type"] == "erasure")
            .collect::<Vec<_>>()
    };
    for served in &both {
        let found = wait_for(|| Some(erasures(served)).filter(|found| !found.is_empty()));
        assert_eq!(found.expect("no run")[0]["by"], "the clock");
    }
    // A third one finds nothing left to do.
    let events = both[0].get("/health/ready").json()["events"].clone();
    let third = setup.start();
    assert_eq!(erasures(&third).len(), 1);
    assert_eq!(third.get("/health/ready").json()["events"], events);
}
