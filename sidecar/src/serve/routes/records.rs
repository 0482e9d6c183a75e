//! Records: what happened, who takes part, what there is to share.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use percent_encoding::percent_decode_str;
use plaudit_engine::events::{Event, Format, Identity, read_record};
use plaudit_engine::journal::{Batch, Receipt, Taken};
use plaudit_engine::requests::{self, Form, Incoming, Layout, When};
use plaudit_engine::{Code, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::input::{by_now, now};
use crate::serve::access::roles::Scope;
use crate::serve::api::{Outcome, Waiting};
use crate::serve::call::{Call, Reply, aside, media, with};
use crate::serve::problem::Refusal;

/// What the body is called in problems.
const BODY: &str = "request";
/// What CloudEvents in binary mode begin their headers with.
const CLOUD: &str = "ce-";
/// Names a request that is sent again when its answer was lost.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest of them: it becomes the id of an event.
const LONGEST_KEY: usize = 200;

/// The media types of records, for the documentation.
pub(crate) const MEDIA: [&str; 4] = [
    "application/json",
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
];

/// How several records of one request belong together.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recording {
    /// `each`: every record stands for itself. `whole`: all of them go on record or, where one is
    /// refused, none. `each` where it is not said.
    #[serde(default)]
    batch: Together,
}

/// How several records of one request belong together.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Together {
    #[default]
    Each,
    Whole,
}

/// Praise of one advocate by another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kudos {
    /// The id of the praise; where it is not said, that of the header `Idempotency-Key`.
    #[serde(default)]
    id: Option<String>,
    /// The system that it comes from; `local` where it is not said.
    #[serde(default)]
    source: Option<String>,
    /// Who praises.
    advocate: String,
    /// Who is praised.
    to: String,
    /// The kind of activity that it is, where the program declares several kinds of kudos.
    #[serde(default)]
    kind: Option<String>,
    /// When, by now.
    at: When,
}

/// The complete list of people of a system.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PeopleSync")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "its fields are those of a query, which is read field by field")]
pub(crate) struct Sync {
    /// The system that reports the people.
    source: String,
    /// From when on the list holds; now where it is not said.
    #[serde(default)]
    at: Option<When>,
    /// The most people who may leave by it, in percent; 20 where it is not said.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    at_most_leave_percent: Option<u8>,
    /// Whether it is only looked what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Events of any type that the caller may record.
pub(crate) fn events(call: Call) -> Waiting {
    record(call, None)
}

/// Activities alone.
pub(crate) fn activities(call: Call) -> Waiting {
    record(call, Some("activity"))
}

/// Content to share alone.
pub(crate) fn content(call: Call) -> Waiting {
    record(call, Some("content"))
}

/// What is new of people alone.
pub(crate) fn people(call: Call) -> Waiting {
    record(call, Some("person"))
}

/// What a caller must be allowed for an event. One that takes another one back needs what that one
/// needs; as long as that is not known, whoever may not do everything cannot take it back.
fn scope_of(call: &Call, event: &Event, admitted: &Admitted) -> Result<Scope, Problem> {
    let Some(target) = event.takes_back() else { return Ok(scope(event.type_name())) };
    let known = call.published.ledger.type_of(target);
    let known = known.map_err(|error| {
        let first = error.problems().first().cloned();
        first.unwrap_or_else(|| Problem::new(Code::JournalBusy, error.to_string()))
    })?;
    let may_all = call.caller.may(Scope::People) && call.caller.may(Scope::Correct);
    match known {
        // What is on record counts, whatever the same request says under its name: that is refused.
        Some(kind) => Ok(scope(kind)),
        None if may_all || admitted.borrow().contains(target) => Ok(Scope::Record),
        None => {
            let message = format!("nothing is on record as `{}` of `{}`", target.id, target.source);
            Err(Problem::new(Code::Forbidden, message)
                .help("what may come later is taken back when it is there, or by an administrator")
                .field("target"))
        }
    }
}

/// What came before in the same request, and needs no other scope than recording.
type Admitted = RefCell<HashSet<Identity>>;

/// What a caller must be allowed for an event of a type.
fn scope(kind: &str) -> Scope {
    match kind {
        "person" => Scope::People,
        "adjustment" | "dispute" | "resolution" => Scope::Correct,
        _ => Scope::Record,
    }
}

fn record(call: Call, kind: Option<&'static str>) -> Waiting {
    Box::pin(async move {
        let batch = together(&call)?;
        let read = move |call: &Call| incoming(call, kind, batch);
        // Whether something may be taken back is asked of the journal, which may be long in answering:
        // nobody who serves connections waits for it.
        let (call, form, mut incoming) = match call.text()?.contains("target") {
            true => aside(move || read(&call).map(|(form, read)| (call, form, read))).await?,
            false => read(&call).map(|(form, read)| (call, form, read))?,
        };
        call.service.limits.batch(incoming.len(), "events")?;
        if incoming.is_empty() {
            let problem = Problem::new(Code::Missing, "there is nothing to record");
            return Err(problem.help("send one event, a list of them, or one a line").into());
        }
        let receipts = call.service.recorder.record(incoming.take(), batch).await?;
        call.service.metrics.recorded(&receipts);
        audit(&call, &receipts);
        answered(incoming, form, receipts)
    })
}

/// The events of a request, each admitted or answered.
fn incoming(call: &Call, kind: Option<&str>, batch: Batch) -> Result<(Form, Incoming), Refusal> {
    let (form, text) = prepared(&call.headers, call.text()?, kind)?;
    let before = Admitted::default();
    let admit = |event: &Event| admitted(call, event, kind, &before);
    Ok((form, Incoming::read(&text, BODY, form, batch, admit)?))
}

/// Whether the caller may record this event here.
fn admitted(
    call: &Call,
    event: &Event,
    kind: Option<&str>,
    before: &Admitted,
) -> Result<(), Problem> {
    let found = event.type_name();
    if let Some(kind) = kind.filter(|kind| *kind != found) {
        let message = format!("here goes what is of type `{kind}`, not `{found}`");
        let problem = Problem::new(Code::WrongValue, message).field("type");
        return Err(problem.help("POST /v1/events takes events of any type"));
    }
    call.caller.sources().admit_event(event)?;
    let scope = scope_of(call, event, before)?;
    if !call.caller.may(scope) {
        let message =
            format!("this event of type `{found}` needs a key that may `{}`", scope.name());
        return Err(Problem::new(Code::Forbidden, message).field("type"));
    }
    if scope == Scope::Record {
        before.borrow_mut().insert(event.identity.clone());
    }
    Ok(())
}

/// One receipt with a status of its own, or a list of them.
fn answered(incoming: Incoming, form: Form, receipts: Vec<Receipt>) -> Outcome {
    let result = receipts.first().map(|receipt| receipt.result);
    let answers = incoming.answered(receipts)?;
    let Some(only) = answers.items.first().filter(|_| form == Form::One) else {
        return Ok(Reply::document(answers.document));
    };
    match only.problems.first() {
        Some(_) => Err(Refusal::of(only.problems.clone()).of_body()),
        None => {
            let is_new = result == Some(Taken::Recorded);
            let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(Reply::with_status(status, only.document.clone()))
        }
    }
}

/// Tells the log who recorded how much; whom it is about is in the journal.
fn audit(call: &Call, receipts: &[Receipt]) {
    let count = |result| receipts.iter().filter(|receipt| receipt.result == result).count();
    let (recorded, refused) = (count(Taken::Recorded), count(Taken::Refused));
    let last = receipts.iter().filter_map(|receipt| receipt.position).max().unwrap_or_default();
    let (key, route) = (call.caller.key(), call.door.route.path);
    tracing::info!(target: "audit", key, route, recorded, refused, last, "recorded");
}

fn together(call: &Call) -> Result<Batch, Refusal> {
    let mut fields = BTreeMap::new();
    for (name, text) in &call.query {
        if fields.insert(name.as_str(), text.as_str()).is_some() {
            let problem = Problem::new(Code::Duplicate, format!("`{name}` is said twice"));
            return Err(problem.field(name).into());
        }
    }
    let recording: Recording = read_record(&json!(fields).to_string(), "query")?;
    Ok(match recording.batch {
        Together::Each => Batch::Each,
        Together::Whole => Batch::Whole,
    })
}

/// How the records of a body stand in it, and its text with what the headers and the address say of
/// them.
fn prepared<'a>(
    headers: &HeaderMap,
    text: &'a str,
    kind: Option<&str>,
) -> Result<(Form, Cow<'a, str>), Refusal> {
    if headers.contains_key("ce-specversion") {
        return Ok((Form::One, Cow::Owned(of_binary(headers, text)?)));
    }
    let form = match media(headers).as_deref() {
        None | Some("application/json") if text.trim_start().starts_with('[') => Form::List,
        None | Some("application/json" | "application/cloudevents+json") => Form::One,
        Some("application/cloudevents-batch+json") => Form::List,
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => Form::Lines,
        Some(other) => {
            let message = format!("`{}` is not read here", other.escape_debug());
            let problem = Problem::new(Code::UnknownFormat, message);
            return Err(problem.help(format!("send one of: {}", MEDIA.join(", "))).into());
        }
    };
    let key = match headers.get(IDEMPOTENCY_KEY).map(|key| key.to_str()) {
        None => None,
        Some(Ok(key))
            if (1..=LONGEST_KEY).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            // As the draft standard writes it, in quotes, or bare.
            Some(key.trim_matches('"')).filter(|key| !key.is_empty())
        }
        Some(_) => {
            let message =
                format!("`Idempotency-Key` is 1 to {LONGEST_KEY} visible ASCII characters");
            return Err(Problem::new(Code::WrongValue, message).field("Idempotency-Key").into());
        }
    };
    // What is an activity needs no type, and events are whatever they say.
    let kind = kind.filter(|kind| *kind != "activity");
    if kind.is_none() && key.is_none() {
        return Ok((form, Cow::Borrowed(text)));
    }
    Ok((form, completed(text, form, kind, key)))
}

/// The records with the type and the id that they do not say themselves. Of several, each is known
/// by the key and its number.
fn completed<'a>(text: &'a str, form: Form, kind: Option<&str>, key: Option<&str>) -> Cow<'a, str> {
    let one = |item: &str, number: Option<usize>| -> Option<String> {
        let said = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(item).ok()?;
        if said.contains_key("specversion") {
            return None;
        }
        let mut more: Vec<(&str, Value)> = Vec::new();
        if let Some(kind) = kind.filter(|_| !said.contains_key("type")) {
            more.push(("type", kind.into()));
        }
        if let Some(key) = key.filter(|_| !said.contains_key("id")) {
            more.push(("id", number.map_or(key.into(), |number| format!("{key}.{number}").into())));
        }
        Some(with(item, said.is_empty(), &more))
    };
    let completed = match form {
        Form::One => one(text, None),
        Form::Lines => {
            let lines = text.lines().enumerate();
            let lines = lines.map(|(number, line)| {
                one(line, Some(number)).map_or(Cow::Borrowed(line), Cow::Owned)
            });
            Some(lines.collect::<Vec<_>>().join("\n"))
        }
        Form::List => serde_json::from_str::<Vec<&RawValue>>(text).ok().map(|items| {
            let items = items.iter().enumerate().map(|(number, item)| {
                one(item.get(), Some(number)).map_or(Cow::Borrowed(item.get()), Cow::Owned)
            });
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }),
    };
    completed.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A CloudEvent whose attributes came as headers.
fn of_binary(headers: &HeaderMap, text: &str) -> Result<String, Refusal> {
    let mut envelope = serde_json::Map::new();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix(CLOUD) else { continue };
        let value = value.to_str().map_err(|_| {
            Problem::new(Code::NotUtf8, format!("the header `{name}` is not ASCII"))
                .field(name.as_str())
        })?;
        envelope.insert(attribute.to_owned(), percent_decode_str(value).decode_utf8_lossy().into());
    }
    if let Some(media) = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()) {
        envelope.insert("datacontenttype".to_owned(), media.into());
    }
    let data: Value = serde_json::from_str(text).map_err(|error| {
        let message = format!("the data is not JSON: {error}");
        Problem::new(Code::Syntax, message)
            .file(BODY)
            .line(error.line().max(1), error.column().max(1))
    })?;
    envelope.insert("data".to_owned(), data);
    Ok(Value::Object(envelope).to_string())
}

/// Praise, which is an activity of the program's kind for it.
pub(crate) fn kudos(call: Call) -> Waiting {
    Box::pin(async move {
        call.no_query()?;
        let (_, text) = prepared(&call.headers, call.text()?, None)?;
        let kudos: Kudos = read_record(&text, BODY)?;
        let mut kinds = call.published.program.kudos_kinds();
        let kind = match &kudos.kind {
            Some(kind) => kinds.find(|known| known == kind),
            None => kinds.next(),
        };
        let Some(kind) = kind else {
            let problem = match &kudos.kind {
                Some(kind) => {
                    Problem::new(Code::UnknownKind, format!("`{kind}` is no kind of kudos"))
                }
                None => Problem::new(Code::UnknownKind, "the program declares no kind of kudos"),
            };
            return Err(problem.field("kind").into());
        };
        // What is followed already: nobody who serves connections waits for the journal.
        let roster = call.published.ledger.live_so_far().roster(by_now());
        let person =
            |name: &str| roster.person(name, now()).map_or_else(|| name.into(), |person| person.id);
        if person(&kudos.advocate) == person(&kudos.to) {
            let problem = Problem::new(Code::WrongValue, "nobody praises themselves");
            return Err(problem.field("to").into());
        }
        let at = kudos.at.instant(&call.published.program);
        crate::input::not_later(at).map_err(|problem| problem.field("at"))?;
        let mut activity = json!({
            "advocate": kudos.advocate, "counterpart": kudos.to, "kind": kind, "at": at,
        });
        for (name, text) in [("id", kudos.id), ("source", kudos.source)] {
            if let Some(text) = text {
                activity[name] = text.into();
            }
        }
        let admit = |event: &Event| call.caller.sources().admit_event(event);
        let text = activity.to_string();
        let mut incoming = Incoming::read(&text, BODY, Form::One, Batch::Each, admit)?;
        let receipts = call.service.recorder.record(incoming.take(), Batch::Each).await?;
        call.service.metrics.recorded(&receipts);
        audit(&call, &receipts);
        answered(incoming, Form::One, receipts)
    })
}

/// A complete list of people: whoever is not on it any more has left.
pub(crate) fn sync(call: &Call) -> Outcome {
    let mut call_fields = call.question_fields()?;
    call_fields.entry("at".to_owned()).or_insert_with(|| now().to_string().into());
    if let Some(at) = call_fields.get("at").and_then(Value::as_str) {
        call.has_come(at)?;
    }
    if let Some(source) = call_fields.get("source").and_then(Value::as_str) {
        call.caller.sources().admit(source)?;
    }
    let request = Value::Object(call_fields.into_iter().collect()).to_string();
    let text = call.text()?;
    let (format, text) = match media(&call.headers).as_deref() {
        Some("text/csv") => (Format::Csv, Cow::Borrowed(text)),
        _ => {
            let (form, text) = prepared(&call.headers, text, None)?;
            (Format::JsonLines, if form == Form::Lines { text } else { one_a_line(&text)? })
        }
    };
    let layout = Layout { name: BODY, format };
    let document = requests::sync(&call.published.ledger, &request, text.as_bytes(), &layout);
    let document = document.map_err(|error| Refusal::from(error).of_body())?;
    let (key, route) = (call.caller.key(), call.door.route.path);
    tracing::info!(target: "audit", key, route, "people were brought in line");
    Ok(Reply::document(document))
}

/// Records of a list, or one alone, one a line.
fn one_a_line(text: &str) -> Result<Cow<'static, str>, Refusal> {
    let wrong = |error: serde_json::Error| {
        let problem = Problem::new(Code::Syntax, format!("this is not JSON: {error}"));
        problem.file(BODY).line(error.line().max(1), error.column().max(1))
    };
    let items: Vec<Value> = match text.trim_start().starts_with('[') {
        true => serde_json::from_str(text).map_err(wrong)?,
        false => vec![serde_json::from_str(text).map_err(wrong)?],
    };
    Ok(Cow::Owned(items.iter().map(|item| format!("{item}\n")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_completed_and_what_they_say_themselves_stays() {
        let text = r#"[{"advocate": "ada"}, {"id": "x", "type": "person"}]"#;
        let completed = completed(text, Form::List, Some("person"), Some("k"));
        assert_eq!(
            completed,
            r#"[{"advocate": "ada","type":"person","id":"k.0"},{"id": "x", "type": "person"}]"#
        );
    }
}
