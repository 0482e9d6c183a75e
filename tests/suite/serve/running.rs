//! What the service does by itself, and that it stays as it is.

use serde_json::json;

use super::{Setup, person, share, wait_for};
use crate::support::rounds;

#[test]
fn awards_that_are_due_are_run_once() {
    let setup = Setup::new();
    let mut served = setup.start();
    let records = format!("[{},{}]", person("ada"), share("1", "ada"));
    served.post("/v1/events", &records).document();
    assert!(served.end().success());
    assert!(setup.start().get("/v1/grants").json()["grants"].as_array().unwrap().is_empty());
    let setup =
        setup.set("AWARDS_EVERY", "day").set("AWARDS_HOUR", "0").set("AWARDS_BY", "the clock");
    let mut served = setup.start();
    let granted = wait_for(|| {
        let grants = served.get("/v1/grants").json()["grants"].as_array().unwrap().clone();
        (!grants.is_empty()).then_some(grants)
    });
    assert_eq!(granted.expect("no run")[0]["granted_by"], "the clock");
    let events = served.get("/health/ready").json()["events"].clone();
    assert!(served.end().success());
    // As a run is on record for the day, the next start makes none.
    let served = setup.start();
    let run = wait_for(|| {
        let metrics = served.get("/metrics").body;
        metrics.contains("plaudit_requests_total").then_some(metrics)
    });
    assert!(!run.unwrap().contains("plaudit_award_runs_total{"));
    assert_eq!(served.get("/health/ready").json()["events"], events);
}

#[test]
fn memory_does_not_grow_with_what_is_asked() {
    let served = Setup::new().start();
    for id in ["ada", "bob"] {
        served.post("/v1/events", &person(id)).document();
        served.post("/v1/events", &share(id, id)).document();
    }
    let ask = |from: u32, count: u32| {
        for number in from..from + count {
            // No draft comes twice.
            let text =
                format!("Draft {number}: the new Acme mixer is the best thing I ever bought!");
            let draft = json!({ "post": { "text": text, "author": "ada" } }).to_string();
            assert_eq!(served.post("/v1/check", &draft).status, 200);
            assert_eq!(served.get("/v1/standings/ada").status, 200);
            let past = format!("/v1/leaderboards?as_of={}-01-01", 2000 + number % 20);
            assert_eq!(served.get(&past).status, 200);
            assert_eq!(served.post("/v1/check", "{").status, 400);
            assert_eq!(served.get(&format!("/v1/standings/nobody-{number}")).status, 404);
        }
    };
    ask(0, 400);
    let before = served.memory();
    let more = rounds(600, 40_000);
    ask(400, more);
    let after = served.memory();
    // An allocator keeps some room; what is kept of each request would be far more in the long run.
    assert!(after < before + 8 * 1_024, "{before} KiB before {more} rounds, {after} KiB after");
}

#[test]
fn the_unit_of_the_system_is_one() {
    let unit = crate::support::top().join("sidecar/deploy/plaudit.service");
    let text = std::fs::read_to_string(&unit).unwrap();
    // What it sets are settings that there are.
    let setup = Setup::new();
    let mut command = setup.command();
    command.arg("--check-config");
    for line in text.lines().filter_map(|line| line.strip_prefix("Environment=")) {
        let (name, value) = line.split_once('=').unwrap();
        if name != "PLAUDIT_CONFIG" {
            command.env(name, value);
        }
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for (name, line) in [("ExecStart", "plaudit serve"), ("ExecReload", "kill -HUP")] {
        assert!(text.lines().any(|it| it.starts_with(name) && it.contains(line)), "{name}");
    }
}
