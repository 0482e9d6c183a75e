//! Who may do what.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Served, Setup, person, share};

/// Everybody, with or without a key.
const ALL: &[&str] = &["*"];
const ANY_KEY: &[&str] =
    &["leader", "coordinator", "administrator", "check-only", "recorder", "hr", "host"];
const CHECK: &[&str] = &["leader", "coordinator", "administrator", "check-only", "host"];
const RECORD: &[&str] = &["leader", "coordinator", "administrator", "recorder", "host"];
const PEOPLE: &[&str] = &["administrator", "hr"];
const READ: &[&str] = &["leader", "coordinator", "administrator"];
const CHANGES: &[&str] = &["leader", "coordinator", "administrator", "host"];
const AWARD: &[&str] = &["leader", "administrator"];

/// Every route, and the roles that may call it.
const MAY: &[(&str, &str, &[&str])] = &[
    ("POST", "/v1/check", CHECK),
    ("POST", "/v1/check/batch", CHECK),
    ("POST", "/v1/events", ANY_KEY),
    ("POST", "/v1/activities", RECORD),
    ("GET", "/v1/content", CHECK),
    ("POST", "/v1/content", RECORD),
    ("GET", "/v1/people", PEOPLE),
    ("POST", "/v1/people", PEOPLE),
    ("PUT", "/v1/people", PEOPLE),
    ("POST", "/v1/kudos", RECORD),
    ("GET", "/v1/standings", READ),
    ("GET", "/v1/standings/{advocate}", READ),
    ("GET", "/v1/leaderboards", READ),
    ("GET", "/v1/teams", READ),
    ("GET", "/v1/scores", READ),
    ("GET", "/v1/explanations/{advocate}", READ),
    ("GET", "/v1/coaching", READ),
    ("GET", "/v1/pairing", READ),
    ("GET", "/v1/entitlements", READ),
    ("POST", "/v1/award-runs", AWARD),
    ("GET", "/v1/grants", READ),
    ("POST", "/v1/grants/decisions", AWARD),
    ("POST", "/v1/adjustments", READ),
    ("GET", "/v1/disputes", READ),
    ("POST", "/v1/disputes", READ),
    ("POST", "/v1/disputes/{dispute}/resolution", READ),
    ("GET", "/v1/changes", CHANGES),
    ("GET", "/v1/export", &["administrator"]),
    ("GET", "/v1/program", READ),
    ("GET", "/v1/program/rules/{rule}", READ),
    ("GET", "/v1/program/facts", READ),
    ("GET", "/v1/program/status", READ),
    ("POST", "/v1/program/validation", READ),
    ("POST", "/v1/simulations", READ),
    ("GET", "/v1/simulations/{simulation}", READ),
    ("GET", "/v1/simulations/{simulation}/report", READ),
    ("DELETE", "/v1/simulations/{simulation}", READ),
    ("POST", "/v1/ask/score", CHECK),
    ("POST", "/v1/ask/explain", CHECK),
    ("POST", "/v1/ask/standing", CHECK),
    ("POST", "/v1/ask/leaderboard", CHECK),
    ("POST", "/v1/ask/team", CHECK),
    ("POST", "/v1/ask/entitlements", CHECK),
    ("POST", "/v1/ask/coach", CHECK),
    ("POST", "/v1/ask/pair", CHECK),
    ("POST", "/v1/ask/check", CHECK),
    ("POST", "/v1/tokens", &["administrator", "host"]),
    ("GET", "/health/live", ALL),
    ("GET", "/health/ready", ALL),
    ("GET", "/metrics", ANY_KEY),
    ("GET", "/openapi.json", ALL),
    ("GET", "/docs", ALL),
    ("GET", "/", ALL),
];

#[test]
fn every_route_is_open_to_the_roles_of_the_table_and_to_nobody_else() {
    let setup = Setup::new();
    let keys: Vec<(&str, String)> = ANY_KEY.iter().map(|role| (*role, setup.key(role))).collect();
    let mut served = setup.start();
    let declared = routes(&served);
    let listed: BTreeSet<(String, String)> =
        MAY.iter().map(|(method, path, _)| (method.to_string(), path.to_string())).collect();
    assert_eq!(declared, listed, "the table has every route");
    for (method, path, may) in MAY {
        let address = path.replace(['{', '}'], "");
        let body = if *method == "GET" { "" } else { "{}" };
        let headers = [("content-type", "application/json")];
        let bare = served.called_without_key(method, &address, &headers, body);
        match may.contains(&"*") {
            true => assert_eq!(bare.status, 200, "{method} {path}: {bare:?}"),
            false => assert_eq!(bare.code(), "unauthenticated", "{method} {path}"),
        }
        for (role, key) in &keys {
            served.with_key(key);
            let answer = served.call(method, &address, &headers, body);
            let allowed = may.contains(role) || may.contains(&"*");
            match allowed {
                true => assert!(
                    !matches!(answer.status, 401 | 403 | 500..),
                    "{role} {method} {path}: {answer:?}"
                ),
                false => assert_eq!(answer.code(), "forbidden", "{role} {method} {path}"),
            }
        }
    }
}

/// The routes that the service says it has.
fn routes(served: &Served) -> BTreeSet<(String, String)> {
    let document = served.get("/openapi.json").json();
    let paths = document["paths"].as_object().unwrap().iter();
    let routes = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(move |method| (method.to_ascii_uppercase(), path.clone()))
    });
    routes.collect()
}

#[test]
fn a_recorder_puts_neither_people_nor_points_on_record() {
    let setup = Setup::new();
    let recorder = setup.key("recorder");
    let mut served = setup.start();
    served.with_key(&recorder);
    let points = r#"{"type": "adjustment", "id": "a", "advocate": "ada", "points": 5, "reason": "x", "by": "me", "at": "2026-01-01T00:00:00Z"}"#;
    let body = format!("[{},{points},{}]", person("ada"), share("1", "ada"));
    let receipts = served.post("/v1/events", &body).json();
    let results: Vec<&Value> =
        receipts.as_array().unwrap().iter().map(|it| &it["result"]).collect();
    assert_eq!(results, ["refused", "refused", "recorded"]);
    assert_eq!(receipts[0]["problem"]["code"], "forbidden");
}

#[test]
fn a_recorder_takes_back_what_it_may_record_and_nothing_else() {
    let setup = Setup::new();
    let (recorder, administrator) = (setup.key("recorder"), setup.key("administrator"));
    let mut served = setup.start();
    served.with_key(&administrator);
    let out = r#"{"type": "person", "source": "hr", "id": "out", "advocate": "ada", "consent": false, "at": "2026-06-05T00:00:00Z"}"#;
    let (ada, shared) = (person("ada"), share("1", "ada"));
    served.post("/v1/events", &format!("[{ada},{shared},{out}]")).document();
    served.with_key(&recorder);
    let takes_back = |id: &str, source: &str, target: &str| {
        json!({
            "type": "retraction", "id": id, "target": target, "target_source": source,
            "at": "2026-06-06T00:00:00Z",
        })
        .to_string()
    };
    // Not that somebody has opted out, nor what may come, nor that something of it was taken back.
    assert_eq!(served.post("/v1/events", &takes_back("r1", "hr", "out")).code(), "forbidden");
    assert_eq!(served.post("/v1/events", &takes_back("r2", "hr", "to come")).code(), "forbidden");
    // Nor by something else of its own under the same name, which is refused.
    let twin = share("out", "ada").replace("{", "{\"source\": \"hr\", ");
    let both = format!("[{twin},{}]", takes_back("r0", "hr", "out"));
    let receipts = served.post("/v1/events", &both).json();
    let why: Vec<&Value> =
        receipts.as_array().unwrap().iter().map(|it| &it["problem"]["code"]).collect();
    assert_eq!(why, ["conflict", "forbidden"]);
    served.with_key(&administrator);
    served.post("/v1/events", &takes_back("r3", "hr", "ada@2025")).document();
    served.with_key(&recorder);
    assert_eq!(served.post("/v1/events", &takes_back("r4", "local", "r3")).code(), "forbidden");
    // But an activity, on record or in the same request, and that it was taken back.
    assert_eq!(served.post("/v1/events", &takes_back("r5", "local", "1")).status, 201);
    assert_eq!(served.post("/v1/events", &takes_back("r6", "local", "r5")).status, 201);
    let both = format!("[{},{}]", share("2", "ada"), takes_back("r7", "local", "2"));
    let receipts = served.post("/v1/events", &both).json();
    let results: Vec<&Value> =
        receipts.as_array().unwrap().iter().map(|it| &it["result"]).collect();
    assert_eq!(results, ["recorded", "recorded"]);
}

#[test]
fn a_name_that_was_somebody_elses_gives_nobody_their_data() {
    let setup = Setup::new();
    let (mut served, token, administrator) = with_token(&setup);
    served.with_key(&administrator);
    // `shared` was Bob's name until November, and is Ada's now.
    let aliases = |id: &str, who: &str, names: &str, at: &str| {
        format!(
            r#"{{"type": "person", "source": "hr", "id": "{id}", "advocate": "{who}", "aliases": [{names}], "at": "{at}T00:00:00Z"}}"#
        )
    };
    let events = [
        aliases("b1", "bob", r#""shared""#, "2026-01-01"),
        aliases("a1", "ada", r#""shared""#, "2026-11-16"),
    ];
    for event in events {
        served.post("/v1/events", &event).document();
    }
    served.with_key(&token);
    let then = served.get("/v1/standings/shared?as_of=2026-10-20");
    assert!(then.status != 200 || then.json()["advocate"] == "ada", "{then:?}");
    let praise =
        json!({ "id": "k", "advocate": "shared", "to": "bob", "at": "2026-10-20T00:00:00Z" });
    let praised = served.post("/v1/kudos", &praise.to_string());
    assert_eq!(praised.status, 201, "{praised:?}");
    served.with_key(&administrator);
    let given = served.get("/v1/changes").json();
    let last = given["changes"].as_array().unwrap().last().unwrap();
    assert_eq!(last["event"]["advocate"], "ada", "{last}");
}

/// A service with Ada and Bob on record, a token for Ada, and the key of an administrator.
fn with_token(setup: &Setup) -> (Served, String, String) {
    let host = setup.key("host");
    let administrator = setup.key("administrator");
    let mut served = setup.start();
    served.with_key(&administrator);
    let records = [person("ada"), person("bob"), share("1", "ada"), share("2", "bob")];
    for record in records {
        served.post("/v1/events", &record).document();
    }
    served.with_key(&host);
    let token = served.post("/v1/tokens", r#"{"advocate": "ada"}"#).json();
    (served, token["token"].as_str().unwrap().to_owned(), administrator)
}

#[test]
fn an_advocate_sees_their_own_data_and_nobody_elses() {
    let setup = Setup::new();
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&token);
    assert_eq!(served.get("/v1/standings/ada").json()["advocate"], "ada");
    assert_eq!(served.get("/v1/standings/bob").code(), "forbidden");
    assert_eq!(served.get("/v1/explanations/bob").code(), "forbidden");
    assert_eq!(served.get("/v1/entitlements?advocate=bob").code(), "forbidden");
    // Where nobody is named, they are meant.
    for path in ["/v1/entitlements", "/v1/coaching", "/v1/grants", "/v1/disputes"] {
        let own = served.get(path).document();
        assert!(!own.contains("bob"), "{path}: {own}");
        assert_eq!(own, served.get(&format!("{path}?advocate=ada")).document());
    }
    for path in ["/v1/standings", "/v1/leaderboards", "/v1/scores", "/v1/export", "/v1/people"] {
        assert_eq!(served.get(path).code(), "forbidden", "{path}");
    }
}

#[test]
fn an_advocate_checks_drafts_praises_and_objects_as_themselves_only() {
    let setup = Setup::new();
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&token);
    assert_eq!(served.post("/v1/check", r#"{"post": {"text": "Good morning."}}"#).status, 200);
    let of_bob = r#"{"post": {"text": "Good morning.", "author": "bob"}}"#;
    assert_eq!(served.post("/v1/check", of_bob).code(), "forbidden");
    let praise = |from: &str, to: &str| {
        json!({ "id": "k", "advocate": from, "to": to, "at": "2026-06-02T00:00:00Z" }).to_string()
    };
    assert_eq!(served.post("/v1/kudos", &praise("bob", "ada")).code(), "forbidden");
    assert_eq!(served.post("/v1/kudos", &praise("ada", "bob")).status, 201);
    let object = |who: &str, activity: &str| {
        json!({ "advocate": who, "activity": activity, "reason": "why", "at": "2026-06-03T00:00:00Z" })
            .to_string()
    };
    assert_eq!(served.post("/v1/disputes", &object("bob", "2")).code(), "forbidden");
    assert_eq!(served.post("/v1/disputes", &object("ada", "1")).status, 200);
}

#[test]
fn where_figures_of_people_are_for_themselves_a_key_sees_none() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    let output = crate::support::plaudit(&["new", rules.to_str().unwrap()]);
    assert!(output.status.success());
    let manifest = rules.join("program.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("aggregate_only = false"), "the starter program says so");
    std::fs::write(&manifest, text.replace("aggregate_only = false", "aggregate_only = true"))
        .unwrap();
    let setup = Setup::with_rules(&rules);
    let leader = setup.key("leader");
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&leader);
    assert_eq!(served.get("/v1/standings/ada").code(), "forbidden");
    assert_eq!(served.get("/v1/explanations/ada").code(), "forbidden");
    served.with_key(&token);
    assert_eq!(served.get("/v1/standings/ada").json()["advocate"], "ada");
}

#[test]
fn without_keys_the_service_is_for_its_own_machine_alone() {
    let setup = Setup::new();
    let output = setup.command_at("0.0.0.0:0").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("without keys") && told.contains("plaudit keys new"), "{told}");
    let served = setup.start();
    for (name, value) in [("host", "rebound.example.com"), ("origin", "https://example.com")] {
        let answer = served.call("GET", "/v1/program", &[(name, value)], "");
        assert_eq!(answer.code(), "forbidden", "{name}");
    }
    assert_eq!(served.call("GET", "/v1/program", &[("origin", &served.url)], "").status, 200);
}

#[test]
fn a_key_that_is_made_while_it_serves_locks_the_door_and_one_that_is_revoked_is_refused() {
    let setup = Setup::new();
    let mut served = setup.start();
    assert_eq!(served.get("/v1/program").status, 200);
    let leader = setup.key("leader");
    let locked = super::wait_for(|| (served.get("/v1/program").status == 401).then_some(()));
    assert!(locked.is_some(), "it goes on without keys");
    served.with_key(&leader);
    assert_eq!(served.get("/v1/program").status, 200);
    let keys = setup.keys().display().to_string();
    let output = crate::support::plaudit(&["keys", "revoke", "leader", "--keys", &keys]);
    assert!(output.status.success());
    let refused = super::wait_for(|| (served.get("/v1/program").status == 401).then_some(()));
    assert!(refused.is_some(), "a revoked key opens");
}
