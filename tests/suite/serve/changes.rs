//! Tools that follow what is put on record.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::{Setup, person, share};

#[test]
fn a_tool_learns_of_everything_once_and_in_order() {
    let served = Setup::new().start();
    let events: Vec<String> = [person("ada")]
        .into_iter()
        .chain((0..25).map(|id| share(&id.to_string(), "ada")))
        .collect();
    served.post("/v1/events", &format!("[{}]", events.join(","))).document();
    let (mut after, mut positions) = (0, Vec::new());
    loop {
        let piece = served.get(&format!("/v1/changes?after={after}&at_most=7")).json();
        let changes = piece["changes"].as_array().unwrap();
        positions.extend(changes.iter().map(|change| change["position"].as_u64().unwrap()));
        after = piece["last"].as_u64().unwrap();
        if piece["more"] == false {
            break;
        }
    }
    assert_eq!(positions, (1..=26).collect::<Vec<u64>>());
    assert_eq!(
        served.get("/v1/changes?after=26").json(),
        json!({ "changes": [], "last": 26, "more": false })
    );
}

#[test]
fn whoever_waits_is_told_when_something_comes() {
    let setup = Setup::new();
    let served = setup.start();
    let url = format!("{}/v1/changes?after=0&wait=30", served.url);
    let waiting =
        thread::spawn(move || ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap());
    thread::sleep(Duration::from_millis(200));
    served.post("/v1/events", &share("1", "ada")).document();
    let told: serde_json::Value = serde_json::from_str(&waiting.join().unwrap()).unwrap();
    assert_eq!(told["changes"][0]["event"]["id"], "1");
}

#[test]
fn grants_and_what_is_decided_about_them_are_among_the_changes() {
    let served = Setup::new().start();
    let ada = person("ada").replace("2025-01-01T", "2024-01-01T");
    let first = share("1", "ada");
    served.post("/v1/events", &format!("[{ada},{first}]")).document();
    let closed = served.post("/v1/award-runs", r#"{"as_of": "2026-07-01"}"#).json();
    let granted = closed["granted"].as_array().unwrap();
    assert!(!granted.is_empty(), "{closed}");
    let changes = served.get("/v1/changes?after=2").json();
    let types: Vec<&str> = changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["event"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(types.iter().filter(|kind| **kind == "grant").count(), granted.len());
    assert!(types.contains(&"close"));
}

#[test]
fn a_published_post_comes_with_what_the_guidelines_say_of_it() {
    let served = Setup::new().start();
    served.post("/v1/events", &person("ada")).document();
    let post = json!({
        "id": "1", "advocate": "ada", "kind": "create", "channel": "linkedin",
        "at": "2026-06-01T09:00:00Z",
        "post": { "text": "The new Acme mixer is the best thing I ever bought!", "channel": "linkedin" },
    });
    served.post("/v1/events", &post.to_string()).document();
    let change = &served.get("/v1/changes?after=1").json()["changes"][0];
    let rules: Vec<&str> = change["verdict"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"disclose_employer"), "{change}");
}

#[test]
fn of_whoever_has_opted_out_nothing_is_told() {
    let served = Setup::new().start();
    let (ada, bob) = (person("ada"), person("bob"));
    let praise = r#"{"id": "k", "advocate": "bob", "kind": "kudos", "counterpart": "ada", "at": "2026-06-03T00:00:00Z"}"#;
    let takes_back =
        r#"{"type": "retraction", "id": "r", "target": "1", "at": "2026-06-04T00:00:00Z"}"#;
    let out = r#"{"type": "person", "id": "out", "advocate": "ada", "consent": false, "at": "2026-06-05T00:00:00Z"}"#;
    let (one, two) = (share("1", "ada"), share("2", "bob"));
    let all = format!("[{ada},{bob},{one},{two},{praise},{takes_back},{out}]");
    served.post("/v1/events", &all).document();
    let changes = served.get("/v1/changes").json();
    let told: Vec<u64> = changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change.get("event").is_some())
        .map(|change| change["position"].as_u64().unwrap())
        .collect();
    assert_eq!(told, [2, 4], "{changes}");
    // As that time stood, it was otherwise.
    let before = served.get("/v1/changes?as_of=2026-06-05").json();
    assert!(before["changes"].as_array().unwrap().iter().all(|change| change["event"].is_object()));
}
