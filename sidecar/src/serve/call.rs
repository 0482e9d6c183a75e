//! A call of a route, and what is said in return.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use actix_web::web::Bytes;
use plaudit_engine::requests::{Question, Task, When};
use plaudit_engine::{Code, Problem, canonical};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::access::Caller;
use super::access::roles::Scope;
use super::api::fields::{request, value};
use super::api::{HTML, JSON, Needs, Outcome};
use super::doors::Door;
use super::problem::Refusal;
use super::service::{Published, Service};
use crate::input::{by_now, not_later, now};

/// A call of a route.
pub(crate) struct Call {
    pub(crate) service: Arc<Service>,
    /// The program and the ledger that answer, whatever is published meanwhile.
    pub(crate) published: Arc<Published>,
    pub(crate) door: Arc<Door>,
    pub(crate) caller: Caller,
    /// What stands in the address, by the name of the parameter.
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: Vec<(String, String)>,
    /// Of a route that may put something on record.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What is said in return.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) media: &'static str,
    pub(crate) body: String,
    /// Where to look for what was begun.
    pub(crate) location: Option<String>,
}

impl Reply {
    /// A document.
    pub(crate) fn document(body: String) -> Self {
        Self { status: StatusCode::OK, media: JSON, body, location: None }
    }

    /// A document with a status of its own.
    pub(crate) fn with_status(status: StatusCode, body: String) -> Self {
        Self { status, media: JSON, body, location: None }
    }

    /// A value as a canonical document.
    pub(crate) fn of(value: &impl Serialize) -> Outcome {
        Ok(Self::document(canonical(value)?))
    }

    /// A page for people.
    pub(crate) fn page(body: String) -> Self {
        Self { status: StatusCode::OK, media: HTML, body, location: None }
    }

    pub(crate) fn response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, self.media));
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        response.body(self.body)
    }
}

impl Call {
    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str, Refusal> {
        std::str::from_utf8(&self.body).map_err(|error| {
            let message = format!("the body is not UTF-8 from byte {} on", error.valid_up_to());
            Problem::new(Code::NotUtf8, message).into()
        })
    }

    /// The question that path and query ask, as of now where they do not say it.
    pub(crate) fn question(&self) -> Result<String, Refusal> {
        Ok(request(self.question_fields()?))
    }

    /// The fields of that question.
    pub(crate) fn question_fields(&self) -> Result<BTreeMap<String, Value>, Refusal> {
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        for (name, text) in &self.query {
            let known = self.door.parameters.get(name);
            let kind = known.map_or(super::api::fields::Kind::Text, |field| field.kind);
            if fields.insert(name.clone(), value(kind, text)).is_some() {
                let problem = Problem::new(Code::Duplicate, format!("`{name}` is said twice"));
                return Err(problem.field(name).into());
            }
            if known.is_none() {
                return Err(self.unknown_parameter(name));
            }
        }
        for (name, text) in &self.path {
            fields.insert(name.clone(), text.as_str().into());
        }
        if self.door.parameters.contains_key("as_of") {
            fields.entry("as_of".to_owned()).or_insert_with(|| by_now().to_string().into());
        }
        Ok(fields)
    }

    fn unknown_parameter(&self, name: &str) -> Refusal {
        let message = format!("there is no parameter `{}`", name.escape_debug());
        let known: Vec<&str> = self.door.parameters.keys().map(String::as_str).collect();
        let help = match known.as_slice() {
            [] => "there are none here".to_owned(),
            some => format!("known: {}", some.join(", ")),
        };
        Problem::new(Code::UnknownField, message).help(help).field(name).into()
    }

    /// A route without parameters is called without any.
    pub(crate) fn no_query(&self) -> Result<(), Refusal> {
        match self.query.first() {
            Some((name, _)) if self.door.parameters.is_empty() => Err(self.unknown_parameter(name)),
            _ => Ok(()),
        }
    }

    /// The request in the body, with what the address says, and with the time and the caller's name
    /// where it leaves them out. What is added stands behind everything else, so that lines and
    /// columns stay those of the body.
    pub(crate) fn task(&self) -> Result<String, Refusal> {
        let text = self.text()?;
        let Ok(said) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text) else {
            // Whoever reads it says what is wrong with it.
            return Ok(text.to_owned());
        };
        let mut more: Vec<(&str, Value)> = Vec::new();
        for (name, text) in &self.path {
            if said.contains_key(name.as_str()) {
                let message = format!("`{name}` stands in the address already");
                return Err(Problem::new(Code::Duplicate, message).field(name).into());
            }
            more.push((name, text.as_str().into()));
        }
        more.extend(self.left_out(&said));
        // However it is written: escapes may stand in it.
        let at = said.get("at").and_then(|at| serde_json::from_str::<String>(at.get()).ok());
        at.map_or(Ok(()), |at| self.has_come(&at))?;
        Ok(with(text, said.is_empty(), &more))
    }

    /// Whether the time `at` has come; what is no time is told by whoever reads the request.
    pub(crate) fn has_come(&self, at: &str) -> Result<(), Refusal> {
        let Ok(at) = at.parse::<When>() else { return Ok(()) };
        let at = not_later(at.instant(&self.published.program));
        at.map(drop).map_err(|problem| problem.field("at").into())
    }

    /// What the body leaves out that the service knows.
    fn left_out<'a>(
        &self,
        said: &BTreeMap<Cow<'a, str>, &'a RawValue>,
    ) -> Vec<(&'static str, Value)> {
        let fills = self.door.route.fills.iter().filter(|name| !said.contains_key(**name));
        fills
            .map(|name| match *name {
                "by" => (*name, self.caller.name().into()),
                "as_of" => (*name, by_now().to_string().into()),
                _ => (*name, now().to_string().into()),
            })
            .collect()
    }

    /// Asks the ledger.
    pub(crate) fn ask<Q: Question>(&self) -> Outcome {
        Ok(Reply::document(self.published.ledger.answer::<Q>(&self.question()?)?))
    }

    /// Has the ledger do something that the body asks for.
    pub(crate) fn perform<T: Task>(&self) -> Outcome {
        self.no_query()?;
        let done = self.published.ledger.perform::<T>(&self.task()?);
        let document = done.map_err(|error| self.refused(error))?;
        let (key, route) = (self.caller.key(), self.door.route.path);
        tracing::info!(target: "audit", key, route, "done");
        Ok(Reply::document(document))
    }

    /// Has the ledger tell something that path and query ask for.
    pub(crate) fn look_up<T: Task>(&self) -> Outcome {
        Ok(Reply::document(self.published.ledger.perform::<T>(&self.question()?)?))
    }

    /// Asks the program of records that come along.
    pub(crate) fn try_out<Q: Question>(&self) -> Outcome {
        self.no_query()?;
        let text = self.text()?;
        let program = &self.published.program;
        let completed = || {
            let request = self.completed(text);
            program.answer::<Q>(request.as_deref().unwrap_or(text))
        };
        // Most requests say all there is to say: only one that does not is gone through for what it
        // leaves out. What is named may be a field of something in it.
        let named = |name: &&str| text.contains(&format!("\"{name}\""));
        let answered = if self.door.route.fills.iter().all(named) {
            program.answer::<Q>(text).or_else(|error| {
                let missing = error.problems().iter().any(|problem| problem.code == Code::Missing);
                if missing { completed() } else { Err(error) }
            })
        } else {
            completed()
        };
        Ok(Reply::document(answered.map_err(|error| self.refused(error))?))
    }

    /// The request with what it leaves out; nothing where that is nothing.
    fn completed(&self, text: &str) -> Option<String> {
        let said: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
        let more = self.left_out(&said);
        (!more.is_empty()).then(|| with(text, said.is_empty(), &more))
    }

    /// What the engine refuses of a body: what is not found stands in the address only where there is
    /// something in it.
    pub(crate) fn refused(&self, error: plaudit_engine::Error) -> Refusal {
        let refusal = Refusal::from(error);
        if self.path.is_empty() { refusal.of_body() } else { refusal }
    }

    /// Holds an advocate to their own data: whom they name must be themselves, and where they name
    /// nobody they are meant. Where figures of single people are for themselves alone, nobody else is
    /// told of them, nor what rules read of somebody.
    pub(crate) fn confine(&mut self) -> Result<(), Refusal> {
        let Needs::Own(scope) = self.door.route.needs else { return Ok(()) };
        let named = self.path.get("advocate").cloned().or_else(|| {
            self.query.iter().find(|(name, _)| name == "advocate").map(|(_, who)| who.clone())
        });
        let own = match &self.caller {
            Caller::Advocate { id, .. } => Arc::clone(id),
            Caller::Key { .. } => {
                let figures = matches!(scope, Scope::Read | Scope::Export);
                let hidden = self.published.program.is_aggregate_only() && figures;
                return match (hidden, named) {
                    (true, Some(_)) => Err(forbidden(
                        "the program shows figures of single people to themselves alone",
                        "an advocate asks with a token of their own",
                    )),
                    _ => Ok(()),
                };
            }
            Caller::Anybody => return Ok(()),
        };
        let at = by_now();
        // What is followed already: nobody who serves connections waits for the journal.
        let roster = self.published.ledger.live_so_far().roster(at);
        let person = |name: &str| roster.person(name, at).map(|person| person.id);
        let same =
            |name: &str| name == &*own || (person(name).is_some() && person(name) == person(&own));
        let others =
            || forbidden("the token is for another person", "an advocate sees their own data only");
        let asked = self.door.parameters.contains_key("advocate");
        let in_body = self.door.body.contains_key("advocate");
        if named.is_some_and(|name| !same(&name)) {
            return Err(others());
        }
        // By their own id from here on: another name may have been somebody else's at the time that is
        // asked about.
        if let Some(name) = self.path.get_mut("advocate") {
            *name = own.to_string();
        } else if asked {
            self.query.retain(|(name, _)| name != "advocate");
            self.query.push(("advocate".to_owned(), own.to_string()));
        }
        let post = self.door.body.contains_key("post");
        if in_body || post {
            let mut body: Value = match serde_json::from_slice(&self.body) {
                Ok(body) => body,
                // Whoever reads it says what is wrong with it.
                Err(_) => return Ok(()),
            };
            let (object, name) =
                if post { (&mut body["post"], "author") } else { (&mut body, "advocate") };
            let Value::Object(object) = object else { return Ok(()) };
            match object.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(said)) if same(said) => {}
                Some(_) => return Err(others()),
            }
            object.insert(name.to_owned(), (*own).into());
            self.body = Bytes::from(body.to_string());
        }
        Ok(())
    }
}

/// Something that the caller may not do.
pub(crate) fn forbidden(message: &str, help: &str) -> Refusal {
    Problem::new(Code::Forbidden, message).help(help).into()
}

/// The media type of a body, without its parameters; nothing where it is not said.
pub(crate) fn media(headers: &HeaderMap) -> Option<String> {
    let media = headers.get(CONTENT_TYPE)?.to_str().unwrap_or("?");
    Some(media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Has another thread answer.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let answered = actix_web::web::block(work).await;
    answered.map_err(|_| Problem::new(Code::Internal, "the thread of the answer is gone"))?
}

/// A JSON object with more fields behind its own.
pub(crate) fn with(text: &str, is_empty: bool, more: &[(&str, Value)]) -> String {
    let Some((before, after)) = text.rsplit_once('}').filter(|_| !more.is_empty()) else {
        return text.to_owned();
    };
    let added: Vec<String> =
        more.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    let comma = if is_empty { "" } else { "," };
    format!("{before}{comma}{}}}{after}", added.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_stands_behind_everything_else() {
        let more = [("at", Value::from("2026-01-01")), ("by", Value::from("a\"b"))];
        assert_eq!(
            with("{\n  \"x\": {}\n}\n", false, &more),
            "{\n  \"x\": {}\n,\"at\":\"2026-01-01\",\"by\":\"a\\\"b\"}\n"
        );
        assert_eq!(with("{ }", true, &more[..1]), "{ \"at\":\"2026-01-01\"}");
    }
}
