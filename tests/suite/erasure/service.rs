//! The same over HTTP: every route is asked, and the log of the service is read.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{AS_OF, AT, WHO, found, naming, records};
use crate::serve::{Served, Setup};

/// A service over all records, with the awards of one run, and its log at its most talkative.
fn served(setup: &Setup) -> Served {
    let log = setup.folder.path().join("log.jsonl");
    let mut command = setup.command();
    command.stdout(Stdio::piped()).stderr(std::fs::File::create(log).unwrap());
    let served = setup.start_as(command);
    let answer = served.post("/v1/events", &json!(records()).to_string());
    assert!(!answer.document().contains("refused"), "{answer:?}");
    served.post("/v1/award-runs", &json!({ "as_of": AS_OF, "by": "grace" }).to_string()).document();
    served
}

fn setup() -> Setup {
    let setup = Setup::new();
    let decisions = setup.folder.path().join("decisions.jsonl");
    setup
        .set("DECISIONS_FILE", decisions.to_str().unwrap())
        .set("LOG_LEVEL", "debug")
        .set("LOG_FORMAT", "json")
}

/// Every answer to a question without a body that the description of the service has.
fn every_answer(served: &Served, is_gone: bool) -> Vec<(String, String)> {
    let description = served.get("/openapi.json").json();
    let mut answers = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        if methods.get("get").is_none() {
            continue;
        }
        for who in ["p1", "p2", "p3", WHO] {
            let address = path.replace("{advocate}", who).replace("{rule}", "disclose_employer");
            let answer = served.get(&address.replace("{simulation}", "none"));
            // Whoever asks for somebody by name is told the name again, and that nobody has it.
            let echoed = is_gone && who == WHO && path.contains("{advocate}");
            assert!(!echoed || answer.status == 404, "{path}: {answer:?}");
            if !echoed {
                answers.push((address.clone(), answer.body));
            }
            if !path.contains("{advocate}") {
                break;
            }
        }
    }
    answers.push(("teams".to_owned(), served.get("/v1/teams?team=department").body));
    assert!(answers.len() > 25, "{}", answers.len());
    answers
}

#[test]
fn no_answer_and_no_log_of_the_service_has_whoever_was_erased() {
    let setup = setup();
    let mut served = served(&setup);
    let other = setup.start();
    let post = json!({ "post": { "text": "Acme has pumpernickel!", "author": WHO }, "at": AT });
    served.post("/v1/check", &post.to_string()).document();
    let has = |answers: &[(String, String)]| {
        answers.iter().filter(|(_, body)| !found(body.as_bytes()).is_empty()).count()
    };
    assert!(has(&every_answer(&served, false)) > 5);
    let last = served.get("/v1/changes").json()["last"].clone();

    let path = format!("/v1/people/{WHO}/erasure");
    let erased = served.post(&path, &json!({ "at": AT, "by": "grace" }).to_string());
    let told = erased.document();
    assert!(found(told.as_bytes()).is_empty(), "{told}");
    let again = served.post(&path, &json!({ "by": "grace" }).to_string());
    assert_eq!((again.status, again.code().as_str()), (410, "erased"));
    // Another process over the same journal, which knew them, too.
    for service in [&served, &other] {
        for (path, body) in every_answer(service, true) {
            assert!(found(body.as_bytes()).is_empty(), "{path}: {body}");
        }
    }
    // Whoever follows is told to forget and to read anew, and not what is kept.
    let changes = served.get(&format!("/v1/changes?after={last}")).json();
    let event = &changes["changes"][0]["event"];
    assert_eq!(event["type"], "erasure", "{changes}");
    assert!(event["erasure"].get("names").is_none() && event["erasure"].get("rest").is_none());

    let records = records();
    let naming: Vec<&Value> = naming(&records);
    let answer = served.post("/v1/events", &json!(naming).to_string()).json();
    assert_eq!(answer.as_array().unwrap().len(), naming.len());
    for receipt in answer.as_array().unwrap() {
        assert_eq!(receipt["problem"]["code"], "erased", "{receipt}");
    }
    let one = served.post("/v1/events", &naming[0].to_string());
    assert_eq!((one.status, one.code().as_str()), (410, "erased"));

    assert!(served.end().success());
    drop(other);
    for entry in std::fs::read_dir(setup.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(found(&bytes), Vec::<&str>::new(), "{}", path.display());
    }
    assert!(setup.folder.path().join("log.jsonl").exists());
}

#[test]
fn only_an_administrator_erases() {
    let setup = setup();
    let keys: Vec<(&str, String)> = ["leader", "hr", "host", "recorder", "administrator"]
        .into_iter()
        .map(|role| (role, setup.key(role)))
        .collect();
    let mut served = setup.start();
    served.with_key(&keys[4].1);
    served.post("/v1/events", &json!(records()).to_string()).document();
    let path = format!("/v1/people/{WHO}/erasure");
    for (role, key) in &keys {
        served.with_key(key);
        let answer = served.post(&path, "{}");
        let expected = if *role == "administrator" { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{role}: {answer:?}");
    }
}
