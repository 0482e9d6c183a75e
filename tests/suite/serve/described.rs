//! The service does what it says of itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::simulations::simulated;
use super::{Setup, person, share};
use crate::support::top;

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let served = Setup::new().start();
    let document = served.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[test]
fn the_answers_are_as_their_schemas_say() {
    let served = Setup::new().start();
    for record in [person("ada"), person("bob"), share("1", "ada"), share("2", "bob")] {
        served.post("/v1/events", &record).document();
    }
    served.post("/v1/award-runs", r#"{"as_of": "2026-07-01"}"#).document();
    let sources = plaudit_engine::Sources::read(&top().join("rules")).unwrap();
    let text = |content: &[u8]| String::from_utf8(content.to_vec()).unwrap();
    let files = sources.iter().map(|(path, content)| (path.to_owned(), text(content)));
    let asked = json!({ "files": files.collect::<BTreeMap<_, _>>() });
    served.post("/v1/program/publications", &asked.to_string()).document();
    let simulation = simulated(&served);
    let openapi = served.get("/openapi.json").json();
    let mut checked = 0;
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        let answers = &methods["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if answers.is_null() {
            continue;
        }
        let address = path.replace("{advocate}", "ada").replace("{rule}", "disclose_employer");
        let address = address.replace("{simulation}", &simulation).replace("{number}", "1");
        let answer = served.get(&address).json();
        let mut schema = answers.clone();
        if let Value::Object(fields) = &mut schema {
            fields.insert("components".to_owned(), openapi["components"].clone());
        }
        let validator = jsonschema::validator_for(&schema).unwrap();
        if let Err(error) = validator.validate(&answer) {
            panic!("{path}: {error}\n{answer}");
        }
        checked += 1;
    }
    assert!(checked >= 20, "{checked}");
}

#[test]
fn the_pages_load_nothing_from_anywhere_and_lead_where_they_say() {
    let served = Setup::new().start();
    for path in ["/", "/docs"] {
        let page = served.get(path);
        assert_eq!((page.status, page.media.as_str()), (200, "text/html; charset=utf-8"));
        for outside in ["src=", "<script", "<link", "@import", "url("] {
            assert!(!page.body.contains(outside), "{path} has {outside}");
        }
        for link in page.body.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            assert_eq!(served.get(link).status, 200, "{path} leads to {link}");
        }
    }
    // Every refusal says where it is explained.
    let refusal = served.get("/v1/standings/nobody").json();
    let (page, place) = refusal["type"].as_str().unwrap().split_once('#').unwrap();
    assert!(served.get(page).body.contains(&format!("id=\"{place}\"")));
}

#[test]
fn metrics_are_of_rules_and_routes_and_never_of_people() {
    let served = Setup::new().start();
    served.post("/v1/events", &person("zebulon")).document();
    let post = json!({ "post": {
        "text": "The new Acme mixer is the best thing I ever bought!", "author": "zebulon",
    } });
    served.post("/v1/check", &post.to_string()).document();
    served.get("/v1/standings/zebulon");
    let metrics = served.get("/metrics").body;
    assert!(
        metrics.contains(r#"plaudit_findings_total{rule="disclose_employer",severity="revise"} 1"#),
        "{metrics}"
    );
    assert!(metrics.contains(r#"plaudit_events_total{result="recorded"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"route="/v1/standings/{advocate}""#), "{metrics}");
    assert!(!metrics.contains("zebulon"), "{metrics}");
}

#[test]
fn neither_the_log_nor_that_of_decisions_tells_who_or_what() {
    let setup = Setup::new();
    let decisions = setup.folder.path().join("decisions.jsonl");
    let setup = setup
        .set("DECISIONS_FILE", decisions.to_str().unwrap())
        .set("LOG_LEVEL", "debug")
        .set("LOG_FORMAT", "json");
    let log = setup.folder.path().join("log.jsonl");
    let mut command = setup.command();
    command.stdout(std::process::Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
    let mut served = setup.start_as(command);
    served.post("/v1/events", &person("zebulon")).document();
    let text = "The new Acme mixer is the best thing I ever bought, says quetzalcoatl!";
    let post = json!({ "post": { "text": text, "author": "zebulon" } });
    for _ in 0..3 {
        served.post("/v1/check", &post.to_string()).document();
    }
    served.get("/v1/standings/zebulon");
    served.get("/v1/standings/xylophon");
    assert!(served.end().success());
    let (log, decisions) =
        (std::fs::read_to_string(log).unwrap(), std::fs::read_to_string(decisions).unwrap());
    assert!(log.contains("/v1/standings/{advocate}"), "{log}");
    let lines: Vec<Value> =
        decisions.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["findings"][0]["rule"], "disclose_employer");
    for secret in ["zebulon", "xylophon", "quetzalcoatl"] {
        assert!(!log.contains(secret) && !decisions.contains(secret), "{secret}");
    }
}
