//! What is put on record, in every format.

use serde_json::{Value, json};

use super::{Answer, Served, Setup, person, share};

fn sent(served: &Served, media: &str, body: &str) -> Answer {
    served.call("POST", "/v1/events", &[("content-type", media)], body)
}

/// The results of a list of receipts.
fn results(answer: &Answer) -> Vec<String> {
    let receipts = answer.json();
    let all = receipts.as_array().unwrap().iter();
    all.map(|receipt| receipt["result"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_event_has_a_status_of_its_own() {
    let served = Setup::new().start();
    let event = share("1", "ada");
    let first = served.post("/v1/events", &event);
    assert_eq!((first.status, &first.json()["result"]), (201, &json!("recorded")));
    assert_eq!(first.json()["position"], 1);
    let again = served.post("/v1/events", &event);
    assert_eq!((again.status, &again.json()["result"]), (200, &json!("known")));
    let other = served.post("/v1/events", &share("1", "bob"));
    assert_eq!((other.status, other.code().as_str()), (409, "conflict"));
    let wrong = served.post("/v1/events", &event.replace("share\"", "share\", \"liks\": 3"));
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "unknown-field"));
    assert!(wrong.json()["help"].as_str().unwrap().contains("likes"), "{wrong:?}");
}

#[test]
fn lists_lines_and_cloud_events_are_answered_one_by_one() {
    let served = Setup::new().start();
    let (one, other) = (share("1", "ada"), share("1", "bob"));
    let list = format!("[{one}, {other}, 5]");
    assert_eq!(
        results(&sent(&served, "application/json", &list)),
        ["recorded", "refused", "refused"]
    );
    let lines = format!("{one}\n\n{}\n{{\n", share("2", "ada"));
    let answer = sent(&served, "application/x-ndjson", &lines);
    assert_eq!(results(&answer), ["known", "recorded", "refused"]);
    assert_eq!(answer.json()[2]["problem"]["line"], 4);
    let cloud = |id: &str| {
        json!({
            "specversion": "1.0", "id": id, "source": "crm", "type": "activity",
            "time": "2026-06-01T09:00:00Z", "subject": "ada",
            "data": { "kind": "share", "channel": "x" },
        })
    };
    let structured = sent(&served, "application/cloudevents+json", &cloud("a").to_string());
    assert_eq!(structured.status, 201, "{structured:?}");
    let batch = json!([cloud("a"), cloud("b")]).to_string();
    let answer = sent(&served, "application/cloudevents-batch+json; charset=utf-8", &batch);
    assert_eq!(results(&answer), ["known", "recorded"]);
    let headers = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "b"),
        ("ce-source", "crm"),
        ("ce-type", "activity"),
        ("ce-time", "2026-06-01T09:00:00Z"),
        ("ce-subject", "ada"),
    ];
    let binary =
        served.call("POST", "/v1/events", &headers, r#"{"kind": "share", "channel": "x"}"#);
    assert_eq!((binary.status, &binary.json()["result"]), (200, &json!("known")));
    assert_eq!(sent(&served, "text/csv", "id,kind\n").code(), "unknown-format");
}

#[test]
fn a_batch_that_is_whole_goes_on_record_as_a_whole_or_not_at_all() {
    let served = Setup::new().start();
    let list = format!("[{}, {}]", share("1", "ada"), share("1", "bob"));
    let answer = served.post("/v1/events?batch=whole", &list);
    assert_eq!(results(&answer), ["left_out", "refused"]);
    assert_eq!(served.get("/health/ready").json()["events"], 0);
    assert_eq!(served.post("/v1/events?batch=some", &list).status, 422);
}

#[test]
fn an_event_without_id_is_known_by_its_key() {
    let served = Setup::new().start();
    let event = share("1", "ada").replace("\"id\": \"1\", ", "");
    let keyed = |key: &str, body: &str| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        served.call("POST", "/v1/activities", &headers, body)
    };
    assert_eq!(served.post("/v1/activities", &event).status, 422);
    assert_eq!(keyed("k1", &event).status, 201);
    assert_eq!(keyed("\"k1\"", &event).status, 200);
    assert_eq!(keyed("k2", &event).status, 201);
    assert_eq!(keyed("k1", &event.replace("ada", "bob")).status, 409);
    let list = format!("[{event},{event}]");
    assert_eq!(results(&keyed("k3", &list)), ["recorded", "recorded"]);
    assert_eq!(results(&keyed("k3", &list)), ["known", "known"]);
    assert_eq!(keyed("k 4", &event).code(), "wrong-value");
    assert_eq!(keyed(&"k".repeat(201), &event).code(), "wrong-value");
}

#[test]
fn people_content_and_activities_have_addresses_of_their_own() {
    let served = Setup::new().start();
    let ada = r#"{"id": "p1", "advocate": "ada", "consent": true, "department": "Sales", "at": "2025-01-01T00:00:00Z"}"#;
    assert_eq!(served.post("/v1/people", ada).status, 201);
    let content = r#"{"id": "launch", "copy": "It is here.", "at": "2026-01-01T00:00:00Z"}"#;
    assert_eq!(served.post("/v1/content", content).status, 201);
    assert_eq!(served.post("/v1/activities", &person("bob")).code(), "wrong-value");
    assert_eq!(served.get("/v1/content").json()["content"][0]["copy"], "It is here.");
    let people = served.get("/v1/people").json();
    assert_eq!(people["people"][0]["department"], "Sales");
    assert_eq!(served.get("/v1/people?advocate=adda").code(), "unknown-advocate");
}

#[test]
fn whoever_is_not_on_a_complete_list_any_more_has_left() {
    let served = Setup::new().start();
    let put = |query: &str, media: &str, body: &str| {
        served.call(
            "PUT",
            &format!("/v1/people?source=hr{query}"),
            &[("content-type", media)],
            body,
        )
    };
    let both = "{\"id\": \"ada\", \"consent\": true}\n{\"id\": \"bob\", \"consent\": true}\n";
    let first = put("&at=2026-01-01", "application/x-ndjson", both).json();
    assert_eq!(first["joined"].as_array().map(Vec::len), Some(2), "{first}");
    let dry = put("&at=2026-02-01&dry_run=true", "application/json", r#"[{"id": "ada"}]"#).json();
    assert_eq!(dry["left"].as_array().map(Vec::len), Some(1), "{dry}");
    let events = served.get("/health/ready").json()["events"].clone();
    let left = put("&at=2026-02-01", "text/csv", "id\nada\n").json();
    assert_eq!(left["left"], dry["left"]);
    let coming = put("&at=2999-01-01", "application/json", r#"[{"id": "ada"}]"#);
    assert_eq!((coming.status, coming.code().as_str()), (422, "wrong-value"));
    assert_ne!(served.get("/health/ready").json()["events"], events);
}

#[test]
fn praise_is_an_activity_of_the_program() {
    let served = Setup::new().start();
    for id in ["ada", "bob"] {
        served.post("/v1/events", &person(id)).document();
    }
    let kudos = json!({ "advocate": "ada", "to": "bob", "at": "2026-06-02T00:00:00Z" }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
    assert_eq!(served.call("POST", "/v1/kudos", &headers, &kudos).status, 201);
    assert_eq!(served.call("POST", "/v1/kudos", &headers, &kudos).status, 200);
    let own = kudos.replace("bob", "ada");
    assert_eq!(served.post("/v1/kudos", &own).code(), "wrong-value");
    let coming = kudos.replace("2026-06-02", "2999-06-02");
    assert_eq!(served.call("POST", "/v1/kudos", &headers, &coming).code(), "wrong-value");
    let given = served.get("/v1/changes?after=2").json();
    assert_eq!(given["changes"][0]["event"]["counterpart"], "bob");
}

#[test]
fn drafts_are_checked_one_by_one_and_nothing_of_them_is_kept() {
    let served = Setup::new().start();
    let text = "A draft that nobody else should see.";
    let batch = json!({ "items": [
        { "id": "a", "post": { "text": text } },
        { "id": "b", "post": { "text": 5 } },
        { "post": { "text": text } },
        { "id": "d", "post": { "text": text, "author": "nobody" } },
    ] });
    let answer = served.post("/v1/check/batch", &batch.to_string()).json();
    let items = answer["items"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = items.iter().map(|it| (&it["id"], &it["status"])).collect();
    assert_eq!(
        told,
        [
            (&json!("a"), &json!(200)),
            (&json!("b"), &json!(422)),
            (&Value::Null, &json!(422)),
            (&json!("d"), &json!(422)),
        ]
    );
    assert_eq!(items[1]["problem"]["field"], "items[1].post.text");
    let alone = served.post("/v1/check", &json!({ "post": { "text": text } }).to_string()).json();
    assert_eq!(items[0]["verdict"]["findings"], alone["findings"]);
    assert_eq!(served.get("/health/ready").json()["events"], 0);
}
