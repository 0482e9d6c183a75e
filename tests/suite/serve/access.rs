//! Who may do what.

use std::collections::BTreeSet;
use std::path::Path;

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
    ("GET", "/v1/people/{advocate}/export", &["administrator"]),
    ("POST", "/v1/people/{advocate}/erasure", &["administrator"]),
    ("POST", "/v1/journal/retention", &["administrator"]),
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
    ("GET", "/v1/program/publications", READ),
    ("GET", "/v1/program/publications/{number}", READ),
    ("POST", "/v1/program/publications", AWARD),
    ("POST", "/v1/program/rollback", AWARD),
    ("POST", "/v1/simulations", READ),
    ("GET", "/v1/simulations", READ),
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
    assert_eq!(served.get("/v1/people/ada/export").json()["advocate"], "ada");
    assert_eq!(served.get("/v1/people/bob/export").code(), "forbidden");
    assert_eq!(served.post("/v1/people/ada/erasure", "{}").code(), "forbidden");
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

/// The starter program where figures of single people are for themselves alone.
fn aggregate_only(folder: &Path) -> Setup {
    let rules = folder.join("rules");
    let output = crate::support::plaudit(&["new", rules.to_str().unwrap()]);
    assert!(output.status.success());
    let manifest = rules.join("program.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("aggregate_only = false"), "the starter program says so");
    std::fs::write(&manifest, text.replace("aggregate_only = false", "aggregate_only = true"))
        .unwrap();
    Setup::with_rules(&rules)
}

#[test]
fn where_figures_of_people_are_for_themselves_a_key_sees_none() {
    let folder = tempfile::tempdir().unwrap();
    let setup = aggregate_only(folder.path());
    let leader = setup.key("leader");
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&leader);
    assert_eq!(served.get("/v1/standings/ada").code(), "forbidden");
    assert_eq!(served.get("/v1/explanations/ada").code(), "forbidden");
    served.with_key(&token);
    assert_eq!(served.get("/v1/standings/ada").json()["advocate"], "ada");
}

#[test]
fn where_figures_of_people_are_for_themselves_only_those_who_decide_see_who_was_given_what() {
    let folder = tempfile::tempdir().unwrap();
    let setup = aggregate_only(folder.path());
    let keys: Vec<(&str, String)> = ANY_KEY
        .iter()
        .filter(|role| !matches!(**role, "host" | "administrator"))
        .map(|role| (*role, setup.key(role)))
        .collect();
    let (mut served, token, administrator) = with_token(&setup);
    served.with_key(&administrator);
    served.post("/v1/award-runs", r#"{"as_of": "2026-07-01"}"#).document();
    let all = served.get("/v1/grants").json();
    assert_eq!(all["withheld"], "aggregate_only");
    let grants = all["grants"].as_array().unwrap();
    for name in ["ada", "bob"] {
        assert!(grants.iter().any(|grant| grant["advocate"] == name), "{all}");
    }
    assert!(grants.iter().all(|grant| grant.get("evidence").is_none()), "{all}");
    for (role, key) in keys {
        served.with_key(&key);
        let listed = served.get("/v1/grants");
        match AWARD.contains(&role) {
            true => assert_eq!(listed.json(), all, "{role}"),
            false => assert_eq!(listed.code(), "forbidden", "{role}"),
        }
        // What rules read of somebody is for that person.
        assert_eq!(served.get("/v1/grants?advocate=ada").code(), "forbidden", "{role}");
        // Nor does anybody find out by following what goes on record.
        if CHANGES.contains(&role) {
            let changes = served.get("/v1/changes").json();
            let told = changes["changes"].as_array().unwrap().iter();
            let events: Vec<&Value> = told.map(|change| &change["event"]).collect();
            assert!(events.iter().any(|event| event["type"] == "person"), "{role}: {changes}");
            assert!(events.iter().all(|event| event["type"] != "grant"), "{role}: {changes}");
        }
    }
    served.with_key(&token);
    let own = served.get("/v1/grants").json();
    let own = own["grants"].as_array().unwrap();
    assert!(!own.is_empty() && own.iter().all(|grant| grant["advocate"] == "ada"), "{own:?}");
    assert!(own.iter().all(|grant| grant.get("evidence").is_some()), "{own:?}");
}

#[test]
fn where_figures_of_people_are_for_themselves_whoever_resolves_sees_who_objects() {
    let folder = tempfile::tempdir().unwrap();
    let setup = aggregate_only(folder.path());
    let coordinator = setup.key("coordinator");
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&token);
    let objection = json!({ "advocate": "ada", "activity": "1", "reason": "why", "at": "2026-06-03T00:00:00Z" });
    served.post("/v1/disputes", &objection.to_string()).document();
    served.with_key(&coordinator);
    let all = served.get("/v1/disputes").json();
    assert_eq!(all["disputes"][0]["advocate"], "ada");
    assert_eq!(served.get("/v1/disputes?advocate=ada").json(), all);
}

#[test]
fn a_key_that_is_bound_to_sources_records_their_events_and_no_others() {
    let setup = Setup::new();
    let (crm, hr) = (setup.bound_key("recorder", &["crm", "web"]), setup.bound_key("hr", &["hr"]));
    let any = setup.key("administrator");
    let mut served = setup.start();
    let of = |source: &str, id: &str| {
        share(id, "ada").replacen('{', &format!("{{\"source\": \"{source}\", "), 1)
    };
    served.with_key(&crm);
    // Each for itself: one that is not theirs does not keep the others out.
    let list = format!("[{}, {}, {}]", of("crm", "1"), of("hr", "ada@2025"), share("1", "ada"));
    let receipts = served.post("/v1/events", &list).json();
    let results: Vec<&Value> =
        receipts.as_array().unwrap().iter().map(|it| &it["result"]).collect();
    assert_eq!(results, ["recorded", "refused", "refused"]);
    for (place, source) in [(1, "hr"), (2, "local")] {
        let problem = &receipts[place]["problem"];
        assert_eq!((&problem["code"], &problem["field"]), (&json!("forbidden"), &json!("source")));
        assert!(problem["message"].as_str().unwrap().contains(source), "{problem}");
        assert!(problem["help"].as_str().unwrap().contains("crm, web"), "{problem}");
    }
    assert_eq!(served.post("/v1/activities", &of("web", "1")).status, 201);
    // So the identity is free for whom it belongs to.
    served.with_key(&hr);
    assert_eq!(served.post("/v1/events", &person("ada")).status, 201);
    assert_eq!(served.post("/v1/people", &person("bob").replace("\"hr\"", "\"crm\"")).status, 403);
    let list = |source: &str| {
        let headers = [("content-type", "application/json")];
        let path = format!("/v1/people?source={source}&at=2026-01-01");
        served.call("PUT", &path, &headers, r#"[{"id": "ada"}]"#)
    };
    assert_eq!(list("crm").code(), "forbidden");
    assert_eq!(list("hr").status, 200);
    // What is taken back or edited must be theirs, too; results may be of anybody's.
    served.with_key(&any);
    assert_eq!(served.post("/v1/events", &of("app", "2")).status, 201);
    let about = |kind: &str, id: &str, target: (&str, &str), more: &str| {
        format!(
            r#"{{"type": "{kind}", "source": "crm", "id": "{id}", "target": "{}", "target_source": "{}", "at": "2026-06-02T00:00:00Z"{more}}}"#,
            target.1, target.0
        )
    };
    served.with_key(&crm);
    let edit = r#", "set": {"channel": "x"}"#;
    for (kind, id, more) in [("retraction", "r1", ""), ("update", "u1", edit)] {
        let refused = served.post("/v1/events", &about(kind, id, ("app", "2"), more));
        assert_eq!(refused.json()["field"], "target_source", "{kind}: {refused:?}");
        assert_eq!(refused.code(), "forbidden", "{kind}");
    }
    let likes = r#", "likes": 3"#;
    assert_eq!(served.post("/v1/events", &about("outcome", "o1", ("app", "2"), likes)).status, 201);
    assert_eq!(served.post("/v1/events", &about("update", "u2", ("crm", "1"), edit)).status, 201);
    assert_eq!(served.post("/v1/events", &about("retraction", "r2", ("web", "1"), "")).status, 201);
}

#[test]
fn a_token_speaks_for_the_sources_of_the_key_that_minted_it() {
    let setup = Setup::new();
    let (host, any) = (setup.bound_key("host", &["intranet"]), setup.key("administrator"));
    let mut served = setup.start();
    served.with_key(&any);
    for id in ["ada", "bob"] {
        served.post("/v1/events", &person(id)).document();
    }
    served.with_key(&host);
    let token = served.post("/v1/tokens", r#"{"advocate": "ada"}"#).json();
    served.with_key(token["token"].as_str().unwrap());
    let praise = |source: &str| {
        json!({ "id": "k", "source": source, "advocate": "ada", "to": "bob", "at": "2026-06-02T00:00:00Z" })
            .to_string()
    };
    assert_eq!(served.post("/v1/kudos", &praise("hr")).code(), "forbidden");
    assert_eq!(served.post("/v1/kudos", &praise("intranet")).status, 201);
}

#[test]
fn the_list_of_keys_says_for_which_sources_they_speak() {
    let setup = Setup::new();
    setup.bound_key("recorder", &["crm", "web"]);
    setup.key("leader");
    let keys = setup.keys().display().to_string();
    let list = |more: &[&str]| {
        let output = crate::support::plaudit(&[&["keys", "list", "--keys", &keys], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let rows: Vec<String> = list(&[]).lines().map(str::to_owned).collect();
    assert!(rows[0].contains("sources"), "{rows:?}");
    assert!(
        rows.iter().any(|row| row.contains("recorder") && row.contains("crm, web")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row.contains("leader") && row.contains("any")), "{rows:?}");
    let listed: Value = serde_json::from_str(&list(&["--json"])).unwrap();
    assert_eq!(listed["keys"][0]["sources"], json!(["crm", "web"]));
    assert!(listed["keys"][1].get("sources").is_none());
    for (wrong, code) in [("plaudit", 2), ("", 3)] {
        let output = crate::support::plaudit(&[
            "keys", "new", "x", "--role", "recorder", "--source", wrong, "--keys", &keys,
        ]);
        assert_eq!(output.status.code(), Some(code), "{wrong}: {output:?}");
    }
}

#[test]
fn whom_a_token_is_for_is_known_without_a_look_at_the_journal() {
    let setup = Setup::new();
    let (mut served, token, _) = with_token(&setup);
    served.with_key(&token);
    let draft = r#"{"post": {"text": "Good morning.", "author": "ada"}}"#;
    assert_eq!(served.post("/v1/check", draft).status, 200);
    // Whoever looks now finds no events to read.
    let journal = rusqlite::Connection::open(setup.journal()).unwrap();
    journal.execute("ALTER TABLE events RENAME TO away", []).unwrap();
    journal.execute("ALTER TABLE commits RENAME TO gone", []).unwrap();
    assert_eq!(served.get("/v1/standings/ada").status, 503);
    assert_eq!(served.post("/v1/check", draft).status, 200);
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
