//! CloudEvents 1.0 in JSON: the envelope says who tells it, when and of which type; its data has the
//! remaining fields.

use std::fmt;
use std::io::{BufRead, Read};

use memchr::memmem;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::Event;
use super::event::TYPES;
use super::read::{Line, of_value, parse, text_lines, unreadable};
use crate::error::{Code, Error, Place, Problem, Source, choose, did_you_mean};

/// The attributes of an envelope that have a meaning of their own.
const ATTRIBUTES: &[&str] = &[
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "datacontenttype",
    "dataschema",
    "data",
    "data_base64",
];
/// The types of events that speak of an advocate.
const OF_ADVOCATE: &[&str] = &["activity", "person", "adjustment", "dispute"];
/// Attributes of the distributed tracing extension.
const OF_DELIVERY: [&str; 2] = ["traceparent", "tracestate"];
/// The longest list of CloudEvents, in bytes: all of it is read before any of it.
const LONGEST_LIST: u64 = 256 << 20;

/// Reads one CloudEvent, as its text.
///
/// # Errors
///
/// What is wrong with it, with its field.
pub fn of_cloud_event(text: &str, file: &str) -> Result<Event, Error> {
    let read = parse::<Once>(text)
        .and_then(|Once(envelope)| event(envelope).map_err(|problem| (problem, 1, 1)));
    read.map_err(|(problem, line, column)| {
        let source = Source { file, text };
        problem.at(&source, Place { line, column, length: 1 }).into()
    })
}

/// Makes an event of a CloudEvent whose attributes came apart from its data, as HTTP headers do in
/// binary mode; `datacontenttype` is one of the attributes.
///
/// # Errors
///
/// What is wrong with it, with its field.
pub fn of_cloud_parts(
    attributes: impl IntoIterator<Item = (String, String)>,
    data: Json,
) -> Result<Event, Error> {
    let mut envelope: Map<String, Json> =
        attributes.into_iter().map(|(name, value)| (name, value.into())).collect();
    envelope.insert("data".to_owned(), data);
    Ok(event(envelope.into())?)
}

/// Reads a line that is a CloudEvent; nothing where it is none.
pub(super) fn of_line(text: &str) -> Option<Result<Event, (Problem, usize, usize)>> {
    memmem::find(text.as_bytes(), b"\"specversion\"")?;
    match parse::<Once>(text) {
        Ok(Once(envelope)) => {
            envelope.get("specversion")?;
            Some(event(envelope).map_err(|problem| (problem, 1, 1)))
        }
        Err(error) => Some(Err(error)),
    }
}

/// Reads a file of CloudEvents: one a line, or a list of them.
pub(super) fn lines<T: Line>(
    mut reader: impl BufRead,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    // What opens the file may be longer than one piece of it only where it is blank.
    let start = reader.fill_buf().map_err(|error| unreadable(&error))?;
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    if start.trim_ascii_start().first() == Some(&b'[') {
        return list(reader, each);
    }
    text_lines(reader, |text, line| {
        let record = text.and_then(|text| match parse::<Once>(text) {
            Ok(Once(envelope)) => T::of_cloud_event(envelope),
            Err((problem, _, column)) => Err(problem.line(line, column)),
        });
        each(record, line)
    })
}

/// Reads a list that is a whole file, one event after the other.
fn list<T: Line>(
    reader: impl BufRead,
    each: &mut impl FnMut(Result<T, Problem>, usize) -> bool,
) -> Result<(), Problem> {
    let mut bytes = Vec::new();
    let read = reader.take(LONGEST_LIST + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LONGEST_LIST {
        let message = format!("the list is longer than {} MiB", LONGEST_LIST >> 20);
        return Err(Problem::new(Code::TooLarge, message).help("write one event a line"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        Problem::new(Code::NotUtf8, "the line is not UTF-8 text")
            .help("save the file as UTF-8")
            .line(line, 1)
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut at = text.find('[').map_or(0, |bracket| bracket + 1);
    let (mut line, mut counted) = (1, 0);
    let mut line_at = |at: usize| {
        line += text[counted..at].matches('\n').count();
        counted = at;
        line
    };
    let blank = |at: usize| at + (text[at..].len() - text[at..].trim_ascii_start().len());
    for first in std::iter::once(true).chain(std::iter::repeat(false)) {
        at = blank(at);
        let line = line_at(at);
        let wanted = |message: &str| Err(Problem::new(Code::Syntax, message).line(line, 1));
        match text.as_bytes().get(at) {
            Some(b']') if text[at + 1..].trim().is_empty() => break,
            Some(b']') => return wanted("something stands behind the end of the list"),
            Some(b',') if !first => at = blank(at + 1),
            Some(_) if first => {}
            Some(_) => return wanted("this is not JSON: `,` or `]` belongs here"),
            None => return wanted("this is not JSON: the list is never closed"),
        }
        let line = line_at(at);
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Once>();
        let record = match values.next() {
            Some(Ok(Once(envelope))) => T::of_cloud_event(envelope),
            Some(Err(error)) => {
                let message = format!("this is not JSON: {error}");
                return Err(Problem::new(Code::Syntax, message).line(line, 1));
            }
            None => return wanted("this is not JSON: the list is never closed"),
        };
        at += values.byte_offset();
        if !each(record, line) {
            break;
        }
    }
    Ok(())
}

/// Makes an event of a CloudEvent.
pub(super) fn event(envelope: Json) -> Result<Event, Problem> {
    let Json::Object(mut envelope) = envelope else {
        return Err(wrong("a CloudEvent is a JSON object", None));
    };
    // Null says the same as nothing.
    envelope.retain(|name, value| name == "data" || !value.is_null());
    match text(&mut envelope, "specversion")?.as_deref() {
        Some("1.0") => {}
        Some(other) => {
            return Err(wrong(
                format!("there is no CloudEvents version `{other}` here"),
                Some("specversion"),
            )
            .help("version 1.0 is read"));
        }
        None => return Err(missing("specversion")),
    }
    if envelope.contains_key("data_base64") {
        return Err(wrong("`data_base64` is not read", Some("data_base64"))
            .help("send the fields as JSON, under `data`"));
    }
    let json = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        kind == "application/json" || kind == "text/json"
    };
    if let Some(kind) = text(&mut envelope, "datacontenttype")?.filter(|kind| !json(kind)) {
        return Err(wrong(
            format!("data of the type `{kind}` is not read"),
            Some("datacontenttype"),
        )
        .help("send the fields as `application/json`"));
    }
    let mut fields = match envelope.remove("data") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(fields)) => fields,
        Some(_) => {
            return Err(wrong("`data` is an object with the fields of the event", Some("data")));
        }
    };
    let whole = text(&mut envelope, "type")?.ok_or_else(|| missing("type"))?;
    let kind = whole.rsplit('.').next().unwrap_or_default().to_owned();
    if !TYPES.contains(&kind.as_str()) {
        let message = format!("there is no event type `{kind}` for the CloudEvent type `{whole}`");
        return Err(wrong(message, Some("type")).maybe_help(choose(&kind, TYPES.iter().copied())));
    }
    for name in ["id", "source"] {
        let value = text(&mut envelope, name)?.ok_or_else(|| missing(name))?;
        same(&mut fields, name, name, value.into())?;
    }
    if let Some(time) = text(&mut envelope, "time")? {
        at_time(&mut fields, &time)?;
    } else if !fields.contains_key("at") {
        return Err(missing("time").help("or say `at` in the data"));
    }
    let mut rest = Map::new();
    if let Some(subject) = text(&mut envelope, "subject")? {
        match OF_ADVOCATE.contains(&kind.as_str()) {
            true => same(&mut fields, "advocate", "subject", subject.into())?,
            false => rest.extend([("subject".to_owned(), subject.into())]),
        }
    }
    same(&mut fields, "type", "type", kind.into())?;
    // What follows the way of one delivery says nothing of the event: the next one has others.
    envelope.retain(|name, _| !OF_DELIVERY.contains(&name.as_str()));
    for (name, value) in envelope {
        rest.insert(extension(&name, &value).map(|()| name)?, value);
    }
    if !rest.is_empty() {
        let ext = fields.entry("ext").or_insert_with(|| Map::new().into());
        if let Some(ext) = ext.as_object_mut()
            && ext.insert("cloudevents".to_owned(), rest.into()).is_some()
        {
            return Err(wrong(
                "`ext.cloudevents` is for the attributes of the envelope",
                Some("data.ext"),
            ));
        }
    }
    of_value(fields.into()).map_err(|problem| match problem.field.clone() {
        Some(name) if ["id", "source"].contains(&name.as_str()) => problem,
        Some(name) => problem.field(format!("data.{name}")),
        None => problem,
    })
}

fn wrong(message: impl Into<String>, field: Option<&str>) -> Problem {
    let problem = Problem::new(Code::WrongValue, message);
    match field {
        Some(field) => problem.field(field),
        None => problem,
    }
}

fn missing(name: &str) -> Problem {
    Problem::new(Code::Missing, format!("the attribute `{name}` is missing"))
}

/// Takes an attribute that is text.
fn text(envelope: &mut Map<String, Json>, name: &str) -> Result<Option<String>, Problem> {
    match envelope.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(Json::String(_)) => Err(wrong(format!("the attribute `{name}` is empty"), Some(name))),
        Some(_) => Err(wrong(format!("the attribute `{name}` is text"), Some(name))),
    }
}

/// Writes what the envelope says into the fields; the data may say the same, and nothing else.
fn same(
    fields: &mut Map<String, Json>,
    field: &str,
    attribute: &str,
    value: Json,
) -> Result<(), Problem> {
    match fields.get(field) {
        Some(known) if *known != value => {
            Err(differs(field, attribute).field(format!("data.{field}")))
        }
        Some(_) => Ok(()),
        None => {
            fields.insert(field.to_owned(), value);
            Ok(())
        }
    }
}

fn differs(field: &str, attribute: &str) -> Problem {
    let message = format!("`{field}` in the data differs from the attribute `{attribute}`");
    Problem::new(Code::WrongValue, message).help("say it in one place, or the same in both")
}

/// Writes the envelope's time; the data may say the same instant in other words.
fn at_time(fields: &mut Map<String, Json>, time: &str) -> Result<(), Problem> {
    let instant =
        crate::time::parse_instant(time).map_err(|message| wrong(message, Some("time")))?;
    match fields.get("at") {
        Some(Json::String(at)) if at.parse().ok() == Some(instant) => Ok(()),
        // Reading the field tells what is wrong with it.
        Some(Json::String(at)) if at.parse::<jiff::Timestamp>().is_err() => Ok(()),
        _ => same(fields, "at", "time", time.into()),
    }
}

/// Refuses what is no extension attribute: their names are small letters and digits.
fn extension(name: &str, value: &Json) -> Result<(), Problem> {
    if name == "dataschema" {
        return if value.is_string() {
            Ok(())
        } else {
            Err(wrong("the attribute `dataschema` is text", Some(name)))
        };
    }
    if name.is_empty()
        || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        let help = did_you_mean(name, ATTRIBUTES.iter().copied())
            .unwrap_or_else(|| "fields of the event go under `data`".to_owned());
        let message = format!(
            "`{name}` is no attribute of a CloudEvent: they have small letters and digits only"
        );
        return Err(Problem::new(Code::UnknownField, message).help(help));
    }
    if super::event::EVENT.has(name) {
        let message = format!("`{name}` stands beside `data`, not in it");
        return Err(
            Problem::new(Code::UnknownField, message).help("fields of the event go under `data`")
        );
    }
    match value {
        Json::Bool(_) | Json::String(_) => Ok(()),
        Json::Number(number) if number.is_i64() || number.is_u64() => Ok(()),
        _ => Err(wrong(
            format!("the attribute `{name}` is text, a whole number, `true` or `false`"),
            Some(name),
        )),
    }
}

/// A JSON value in which no name stands twice.
struct Once(Json);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfOnce;
        impl<'de> Visitor<'de> for OfOnce {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
                Ok(flag.into())
            }
            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(number.into())
            }
            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(number.into())
            }
            fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
                Ok(number.into())
            }
            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(text.into())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(Once(value)) = seq.next_element()? {
                    list.push(value);
                }
                Ok(list.into())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut object = Map::new();
                while let Some((name, Once(value))) = map.next_entry::<String, Once>()? {
                    if object.contains_key(&name) {
                        return Err(de::Error::custom(format!("`{name}` is given twice")));
                    }
                    object.insert(name, value);
                }
                Ok(object.into())
            }
        }
        deserializer.deserialize_any(OfOnce).map(Once)
    }
}

#[cfg(test)]
mod tests;
