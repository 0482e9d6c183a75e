use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{event, of_cloud_event, of_cloud_parts};
use crate::error::{Code, Error};
use crate::events::{Event, Format, each_event, read_people, read_record};

fn activity() -> Json {
    json!({
        "specversion": "1.0", "id": "1", "source": "/portal", "type": "com.example.activity",
        "time": "2026-01-01T12:00:00Z", "data": {"advocate": "ann", "kind": "share"}
    })
}

/// The activity with other attributes; null takes one away.
fn with(more: Json) -> Json {
    let mut envelope = activity();
    envelope.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    envelope
}

fn read(text: &str, format: Format<'_>) -> Result<Vec<(usize, Event)>, Error> {
    let mut events = Vec::new();
    each_event(text.as_bytes(), "events", format, |event, line| {
        events.push((line, event));
        Ok(())
    })?;
    Ok(events)
}

fn plain() -> Event {
    let text = r#"{"id":"1","source":"/portal","advocate":"ann","kind":"share","at":"2026-01-01T12:00:00Z"}"#;
    read_record(text, "event").unwrap()
}

#[test]
fn what_the_envelope_says_may_be_said_again_and_the_subject_is_the_advocate() {
    for envelope in [
        activity(),
        with(json!({"type": "activity"})),
        with(json!({"datacontenttype": "Application/JSON; charset=utf-8", "subject": null})),
        with(json!({"subject": "ann"})),
        with(json!({"subject": "ann", "data": {"kind": "share"}})),
        with(
            json!({"time": null, "data": {"advocate": "ann", "kind": "share", "at": "2026-01-01T12:00:00Z"}}),
        ),
        with(
            json!({"data": {"advocate": "ann", "kind": "share", "at": "2026-01-01T13:00:00+01:00", "id": "1", "source": "/portal", "type": "activity"}}),
        ),
    ] {
        assert_eq!(event(envelope.clone()), Ok(plain()), "{envelope}");
    }
    let attributes = [
        "specversion=1.0",
        "id=1",
        "source=/portal",
        "type=x.activity",
        "time=2026-01-01T12:00:00Z",
        "subject=ann",
    ];
    let attributes = attributes.map(|one| one.split_once('=').unwrap());
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(of_cloud_parts(attributes, json!({"kind": "share"})).unwrap(), plain());
    assert_eq!(of_cloud_event(&activity().to_string(), "body").unwrap(), plain());
}

#[test]
fn extension_attributes_are_kept_where_rules_never_see_them() {
    let more = json!({"traceparent": "00-ab", "sampledrate": 5, "dataschema": "https://example.com/s", "data": {"advocate": "ann", "kind": "share", "ext": {"a": 1}}});
    let kept = event(with(more)).unwrap();
    let cloud = json!({"sampledrate": 5, "dataschema": "https://example.com/s"});
    assert_eq!(kept.ext, Some(json!({"a": 1, "cloudevents": cloud})));
    let meeting = with(json!({"type": "meeting", "subject": "room", "data": {"agenda": true}}));
    assert_eq!(event(meeting).unwrap().ext, Some(json!({"cloudevents": {"subject": "room"}})));
}

#[test]
fn what_is_wrong_with_an_envelope_is_told_with_its_field() {
    use Code::{Missing, UnknownField, WrongValue};
    let data = |more: Json| {
        let mut data = json!({"advocate": "ann", "kind": "share"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"data": data})
    };
    for (more, code, field, words) in [
        (json!({"specversion": "0.3"}), WrongValue, "specversion", "version 1.0"),
        (json!({"specversion": 1.0}), WrongValue, "specversion", "is text"),
        (json!({"specversion": null}), Missing, "", "`specversion` is missing"),
        (json!({"id": null}), Missing, "", "`id` is missing"),
        (json!({"id": ""}), WrongValue, "id", "is empty"),
        (json!({"id": 5}), WrongValue, "id", "is text"),
        (json!({"id": "x".repeat(2_000)}), WrongValue, "id", "at most 1000"),
        (json!({"source": null}), Missing, "", "`source` is missing"),
        (json!({"type": null}), Missing, "", "`type` is missing"),
        (json!({"type": "com.example.activty"}), WrongValue, "type", "did you mean `activity`?"),
        (json!({"type": "com.example."}), WrongValue, "type", "`outcome`"),
        (json!({"time": null}), Missing, "", "say `at` in the data"),
        (json!({"time": "2026-01-01"}), WrongValue, "time", "offset"),
        (
            data(json!({"at": "2026-01-02T12:00:00Z"})),
            WrongValue,
            "data.at",
            "differs from the attribute `time`",
        ),
        (data(json!({"at": "yesterday"})), WrongValue, "data.at", "is not a time"),
        (data(json!({"at": 5})), WrongValue, "data.at", "differs"),
        (data(json!({"id": "2"})), WrongValue, "data.id", "differs"),
        (data(json!({"source": "x"})), WrongValue, "data.source", "differs"),
        (data(json!({"type": "outcome"})), WrongValue, "data.type", "differs"),
        (json!({"subject": "bob"}), WrongValue, "data.advocate", "attribute `subject`"),
        (json!({"subject": {}}), WrongValue, "subject", "is text"),
        (json!({"data": [1]}), WrongValue, "data", "an object"),
        (json!({"data": "{}"}), WrongValue, "data", "an object"),
        (json!({"data": null}), Missing, "", "`kind`"),
        (json!({"data_base64": "e30="}), WrongValue, "data_base64", "under `data`"),
        (json!({"datacontenttype": "text/xml"}), WrongValue, "datacontenttype", "application/json"),
        (data(json!({"likes": -1})), WrongValue, "data.likes", "a whole number from 0"),
        (data(json!({"liks": 1})), UnknownField, "", "did you mean `likes`?"),
        (data(json!({"ext": 5})), WrongValue, "data.ext", "an object in braces"),
        (
            json!({"dataContentType": "application/json"}),
            UnknownField,
            "",
            "did you mean `datacontenttype`?",
        ),
        (json!({"likes": 5}), UnknownField, "", "under `data`"),
        (json!({"trace": {"a": 1}}), WrongValue, "trace", "text"),
        (json!({"trace": 1.5}), WrongValue, "trace", "whole number"),
    ] {
        let problem = event(with(more.clone())).expect_err(&more.to_string());
        let all = format!("{} {}", problem.message, problem.help.as_deref().unwrap_or_default());
        assert_eq!(
            (problem.code, problem.field.as_deref().unwrap_or_default()),
            (code, field),
            "{more}: {problem:?}"
        );
        assert!(all.contains(words), "{more}: {all}");
    }
    let own = with(
        json!({"trace": "a", "data": {"advocate": "ann", "kind": "share", "ext": {"cloudevents": 1}}}),
    );
    assert!(event(own).unwrap_err().message.contains("attributes of the envelope"));
    assert!(event(json!([activity()])).is_err());
    let twice = activity().to_string().replace("\"id\":\"1\"", "\"id\":\"1\",\"id\":\"2\"");
    assert!(of_cloud_event(&twice, "body").unwrap_err().to_string().contains("given twice"));
    let deep = activity()
        .to_string()
        .replace("\"ann\"", &format!("{}1{}", "[".repeat(9_999), "]".repeat(9_999)));
    assert!(of_cloud_event(&deep, "body").unwrap_err().to_string().contains("recursion"));
}

#[test]
fn lines_and_lists_are_read_with_their_lines() {
    let second = with(json!({"id": "2"}));
    let wrong =
        with(json!({"id": "3", "data": {"advocate": "ann", "kind": "share", "likes": "x"}}));
    // Among other events, one a line.
    let other = r#"{"id":"0","advocate":"ann","kind":"share","at":"2026-01-01T00:00:00Z","ext":{"specversion":"1.0"}}"#;
    let lines = format!("{other}\n\n{}\n{second}\n", activity());
    let read_lines = read(&lines, Format::JsonLines).unwrap();
    assert_eq!(read_lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(read_lines[1].1, plain());
    assert!(read(&lines, Format::CloudEvents).is_err(), "the first line is no CloudEvent");
    // As one list, over as many lines as its writer likes.
    let list = format!("\u{feff} [\n  {:#},\n\n{second} ]\n", activity());
    let read_list = read(&list, Format::CloudEvents).unwrap();
    assert_eq!(read_list.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 14]);
    assert_eq!(read("[]", Format::CloudEvents).unwrap(), []);
    assert_eq!(read("", Format::CloudEvents).unwrap(), []);
    for text in [format!("[{second},\n{wrong}]"), format!("{second}\n{wrong}\n")] {
        let error = read(&text, Format::CloudEvents).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.line, problem.field.as_deref()),
            (Some(2), Some("data.likes")),
            "{error}"
        );
    }
    for (text, words) in [
        (format!("[{second}"), "never closed"),
        ("[".to_owned(), "never closed"),
        (format!("[{second},"), "never closed"),
        (format!("[{second} {second}]"), "`,` or `]`"),
        (format!("[{second}] x"), "behind the end"),
        (format!("[{second},]"), "not JSON"),
        (format!("[,{second}]"), "not JSON"),
        ("[[]]".to_owned(), "JSON object"),
        ("[5".to_owned(), "JSON object"),
        ("x".to_owned(), "not JSON"),
        ("[".repeat(100_000), "recursion"),
    ] {
        let error = read(&text, Format::CloudEvents).expect_err(&text[..text.len().min(99)]);
        assert!(error.to_string().contains(words), "{text:.99}: {error}");
    }
    let people = read_people(lines.as_bytes(), "people", Format::CloudEvents).unwrap_err();
    assert!(people.to_string().contains("only events"), "{people}");
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(
        text in "\\PC{0,200}",
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        name in "(specversion|id|source|type|time|subject|data|datacontenttype|[a-z]{1,3})",
        value in "(null|true|-1|1e3|\"\"|\"[a-z0-9.:TZ-]{0,20}\"|\\[\\]|\\{\\}|\\{\"at\":5\\})",
    ) {
        let _ = read(&text, Format::CloudEvents);
        let _ = read(&format!("[{text}"), Format::CloudEvents);
        let _ = each_event(&*bytes, "events", Format::CloudEvents, |_, _| Ok(()));
        let value: Json = serde_json::from_str(&value).unwrap();
        let _ = event(with(json!({ name: value })));
    }
}
