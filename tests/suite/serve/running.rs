//! What the service does by itself, and that it stays as it is.

use serde_json::json;

use super::{Served, Setup, person, share, wait_for};
use crate::server::free_port;
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

/// What a counter stands at.
fn counted(served: &Served, name: &str) -> u64 {
    let metrics = served.get("/metrics").body;
    let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("{name}_total ")));
    line.unwrap().parse().unwrap()
}

#[test]
fn a_log_of_checks_that_cannot_be_written_is_told_once_and_goes_on_when_it_can() {
    let setup = Setup::new();
    let folder = setup.folder.path().join("decisions");
    let file = folder.join("log.jsonl");
    let setup = setup.set("DECISIONS_FILE", file.to_str().unwrap());
    std::fs::create_dir(&folder).unwrap();
    let told = setup.folder.path().join("told");
    let mut command = setup.command();
    command.stdout(std::process::Stdio::piped()).stderr(std::fs::File::create(&told).unwrap());
    let mut served = setup.start_as(command);
    let check = || served.post("/v1/check", r#"{"post": {"text": "Good morning."}}"#).document();
    let counts = || {
        let count = |name: &str| counted(&served, &format!("plaudit_decisions_{name}"));
        (count("logged"), count("dropped"))
    };
    let stand = |at: (u64, u64)| wait_for(|| (counts() == at).then_some(())).expect("other counts");
    check();
    stand((1, 0));
    std::fs::remove_dir_all(&folder).unwrap();
    for dropped in 1..=3 {
        check();
        stand((1, dropped));
    }
    let health = served.get("/health/ready").json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["reason"], "the decision log cannot be written");
    std::fs::create_dir(&folder).unwrap();
    check();
    stand((2, 3));
    assert_eq!(served.get("/health/ready").json()["status"], "good");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 1);
    assert!(served.end().success());
    let told = std::fs::read_to_string(told).unwrap();
    assert_eq!(told.matches("the decision log cannot be written").count(), 1, "{told}");
    assert_eq!(told.matches("the decision log is written again").count(), 1, "{told}");
}

#[test]
fn only_what_is_on_the_disk_counts_as_logged() {
    // Takes no byte, as a full disk.
    let served = Setup::new().set("DECISIONS_FILE", "/dev/full").start();
    served.post("/v1/check", r#"{"post": {"text": "Good morning."}}"#).document();
    let dropped = || counted(&served, "plaudit_decisions_dropped");
    assert!(wait_for(|| (dropped() == 1).then_some(())).is_some());
    assert_eq!(counted(&served, "plaudit_decisions_logged"), 0);
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

#[test]
fn a_service_that_nobody_listens_to_serves_all_the_same() {
    let setup = Setup::new();
    let port = free_port();
    let mut command = setup.command_at(&format!("127.0.0.1:{port}"));
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    // Whatever it says from now on, nobody can be told.
    drop(child.stdout.take());
    let url = format!("http://127.0.0.1:{port}/health/live");
    let answers = || ureq::get(&url).call().is_ok().then_some(());
    let first = wait_for(answers);
    let second = answers();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.is_some() && second.is_some());
}
