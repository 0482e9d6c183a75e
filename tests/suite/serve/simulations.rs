//! Simulations go on while others are served: begun, looked at, cancelled and forgotten.

use std::fs;

use serde_json::{Value, json};

use super::{Answer, Served, Setup, person, share, wait_for};
use crate::support::top;

/// The starter program with other texts in its files.
fn candidate(from: &str, to: &str) -> Value {
    let mut files = serde_json::Map::new();
    let mut folders = vec![top().join("rules")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let path = entry.strip_prefix(top().join("rules")).unwrap().display().to_string();
            let is_rule = ["toml", "rhai", "txt"].iter().any(|ending| path.ends_with(ending));
            if is_rule && !path.starts_with("tests/") {
                let text = fs::read_to_string(&entry).unwrap().replace(from, to);
                files.insert(path, text.into());
            }
        }
    }
    files.into()
}

/// A service with some people who shared something.
fn served() -> (Setup, Served) {
    let setup = Setup::new();
    let served = setup.start();
    let people = ["ada", "bob", "cem", "dia", "eva", "fay"];
    let records: Vec<String> =
        people.iter().flat_map(|id| [person(id), share(&format!("{id}-1"), id)]).collect();
    let answer = served.post("/v1/events", &format!("[{}]", records.join(",")));
    assert_eq!(answer.status, 200, "{answer:?}");
    (setup, served)
}

fn path(begun: &Answer) -> String {
    assert_eq!(begun.status, 202, "{begun:?}");
    format!("/v1/simulations/{}", begun.json()["id"].as_str().unwrap())
}

/// What has become of a simulation once it no longer goes on.
fn ended(served: &Served, path: &str) -> Value {
    let ended = wait_for(|| {
        let job = served.get(path).json();
        (job["state"] != "running").then_some(job)
    });
    ended.expect("it ends")
}

/// The id of a simulation of the starter program, once it has ended.
pub(super) fn simulated(served: &Served) -> String {
    let body = json!({ "files": candidate("", ""), "as_of": "2026-07-01" });
    let begun = served.post("/v1/simulations", &body.to_string());
    ended(served, &path(&begun));
    begun.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_simulation_is_begun_and_looked_at_until_it_has_an_answer() {
    let (_setup, served) = served();
    let files = candidate("minimum_group = 5", "minimum_group = 4");
    let body = json!({ "files": files, "as_of": "2026-07-01", "fail_if": ["people_losing > 0"] });
    let path = path(&served.post("/v1/simulations", &body.to_string()));
    let job = ended(&served, &path);
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["done"], job["of"]);
    assert_eq!(job["simulation"]["exceeded"], false);
    let report = served.get(&format!("{path}/report"));
    assert!(report.media.starts_with("text/html"), "{report:?}");
    assert!(report.body.contains("Limits") && !report.body.contains("<script"), "{}", report.body);
    // What has ended is forgotten.
    assert_eq!(served.call("DELETE", &path, &[], "").status, 200);
    let gone = served.get(&path);
    assert_eq!((gone.status, gone.code().as_str()), (404, "unknown-name"));
    assert_eq!(served.get(&format!("{path}/report")).status, 404);
    assert_eq!(served.call("DELETE", &path, &[], "").status, 404);
}

#[test]
fn what_cannot_be_simulated_is_refused_or_fails_with_its_problems() {
    let (_setup, served) = served();
    let broken = json!({ "files": { "program.toml": "" } });
    let answer = served.post("/v1/simulations", &broken.to_string());
    assert_eq!(answer.status, 422, "{answer:?}");
    let files = candidate("", "");
    let limit = json!({ "files": files, "fail_if": ["levels_lst > 5%"] });
    let answer = served.post("/v1/simulations", &limit.to_string());
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.body.contains("did you mean `levels_lost`?"), "{answer:?}");
    let only = json!({ "files": files, "only": "welcme" });
    let answer = served.post("/v1/simulations", &only.to_string());
    assert_eq!((answer.status, answer.code()), (422, "unknown-rule".to_owned()), "{answer:?}");
    let many = json!({ "files": files, "samples": 100_000 });
    let answer = served.post("/v1/simulations", &many.to_string());
    assert_eq!((answer.status, answer.code()), (422, "wrong-value".to_owned()), "{answer:?}");
    // What a run comes to say of it is told when it has been made.
    let only = json!({ "files": files, "only": "next_step" });
    let job = ended(&served, &path(&served.post("/v1/simulations", &only.to_string())));
    assert_eq!(
        (&job["state"], &job["problems"][0]["code"]),
        (&json!("failed"), &json!("wrong-value"))
    );
    // A mistake comes before what is only worth a look.
    let mut files = candidate("goal = 20", "gol = 20");
    files["notes.md"] = json!("Not a rule.");
    let answer = served.post("/v1/simulations", &json!({ "files": files }).to_string());
    assert_eq!((answer.status, answer.code()), (422, "kpi-without-goal".to_owned()), "{answer:?}");
}

/// A service with many people, and a candidate that takes its time with each of them.
fn slow() -> (Setup, Served, Value) {
    let setup = Setup::new();
    let served = setup.start();
    let ids: Vec<String> = (0..160).map(|number| format!("p{number:03}")).collect();
    let records: Vec<String> = ids
        .iter()
        .flat_map(|id| {
            let shares = (0..5).map(move |number| share(&format!("{id}-{number}"), id));
            std::iter::once(person(id)).chain(shares)
        })
        .collect();
    let answer = served.post("/v1/events", &format!("[{}]", records.join(",")));
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut files = candidate("", "");
    let slow =
        "/// Takes its time.\nfn slow(activity) { let n = 0; while n < 15000 { n += 1; } 0 }\n";
    files["scoring/slow.rhai"] = slow.into();
    (setup, served, json!({ "files": files, "as_of": "2026-07-01" }))
}

#[test]
fn one_that_goes_on_is_named_and_may_be_cancelled() {
    let (_setup, served, body) = slow();
    let begun = served.post("/v1/simulations", &body.to_string());
    let path = path(&begun);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    // Another one is told which it has to wait for.
    let busy = served.post("/v1/simulations", &body.to_string());
    assert_eq!((busy.status, busy.code().as_str()), (503, "overloaded"), "{busy:?}");
    assert!(busy.body.contains(&id), "{busy:?}");
    let listed = served.get("/v1/simulations").json();
    assert_eq!(listed["simulations"][0]["id"], id.as_str(), "{listed}");
    assert_eq!(listed["simulations"][0]["state"], "running", "{listed}");
    assert!(listed["simulations"][0]["begun"].is_string(), "{listed}");
    let cancelled = served.call("DELETE", &path, &[], "");
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    let job = ended(&served, &path);
    assert_eq!(job["state"], "cancelled", "{job}");
    assert!(job["simulation"].is_null() && job["done"].as_u64() < job["of"].as_u64(), "{job}");
    assert_eq!(served.get(&format!("{path}/report")).code(), "wrong-state");
    // Another one may begin, and stands first in the list.
    let next = simulated(&served);
    let listed = served.get("/v1/simulations").json();
    let all: Vec<(&str, &str)> = listed["simulations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| (job["id"].as_str().unwrap(), job["state"].as_str().unwrap()))
        .collect();
    assert_eq!(all, [(next.as_str(), "done"), (id.as_str(), "cancelled")]);
    assert!(listed["simulations"][0].get("simulation").is_none(), "answers are looked up");
}

#[test]
fn what_does_not_fit_in_a_request_is_told_in_plain_words() {
    let (_setup, served) = served();
    let files = candidate("", "");
    for (body, words) in [
        (json!({ "files": [] }), "a list stands where an object in braces belongs"),
        (json!({ "files": files, "samples": "many" }), "where a whole number from 0 belongs"),
        (json!({ "files": files, "fail_if": "faults > 0" }), "where a list in brackets belongs"),
        (json!({ "files": { "program.toml": 5 } }), "`5` stands where text belongs"),
    ] {
        let answer = served.post("/v1/simulations", &body.to_string());
        assert_eq!(answer.status, 422, "{answer:?}");
        let said = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn the_last_few_are_kept() {
    let (_setup, served) = served();
    let body = json!({ "files": candidate("", ""), "as_of": "2026-07-01" }).to_string();
    let paths: Vec<String> = (0..10)
        .map(|_| {
            let path = path(&served.post("/v1/simulations", &body));
            ended(&served, &path);
            path
        })
        .collect();
    let known = paths.iter().filter(|path| served.get(path).status == 200).count();
    assert_eq!(known, 8);
    assert_eq!(served.get(&paths[0]).status, 404);
}
