//! What a route is: one declaration, from which come routing, access, the OpenAPI document, the page
//! of documentation and the names in metrics.

pub(crate) mod fields;
pub(crate) mod openapi;
pub(crate) mod page;
pub(crate) mod table;

use std::future::Future;
use std::pin::Pin;

use actix_web::http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::access::roles::Scope;
use super::call::{Call, Reply};
use super::problem::Refusal;

/// Writes the schema of a type into a document.
pub(crate) type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What comes of a call.
pub(crate) type Outcome = Result<Reply, Refusal>;
/// What a call waits for.
pub(crate) type Waiting = Pin<Box<dyn Future<Output = Outcome>>>;

/// How a route is answered.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// At once, by whoever serves the connection: it takes some microseconds.
    Here(fn(&Call) -> Outcome),
    /// At once where its body is short, and else by another thread.
    BySize(fn(&Call) -> Outcome),
    /// By another thread: it may take long.
    Aside(fn(&Call) -> Outcome),
    /// When something has come about that it waits for.
    When(fn(Call) -> Waiting),
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Everybody, key or not.
    Nothing,
    /// Whoever has any key.
    Key,
    /// A key that may do this.
    Scope(Scope),
    /// The same; and an advocate with a token, for themselves.
    Own(Scope),
}

/// Where routes belong in the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Checks,
    Records,
    Figures,
    Recognition,
    Corrections,
    Changes,
    Program,
    Questions,
    Access,
    Operation,
}

impl Group {
    pub(crate) const ALL: [Group; 10] = [
        Group::Checks,
        Group::Records,
        Group::Figures,
        Group::Recognition,
        Group::Corrections,
        Group::Changes,
        Group::Program,
        Group::Questions,
        Group::Access,
        Group::Operation,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Group::Checks => "Checks",
            Group::Records => "Records",
            Group::Figures => "Figures",
            Group::Recognition => "Recognition",
            Group::Corrections => "Corrections",
            Group::Changes => "Changes",
            Group::Program => "Program",
            Group::Questions => "Questions",
            Group::Access => "Access",
            Group::Operation => "Operation",
        }
    }

    pub(crate) fn about(self) -> &'static str {
        match self {
            Group::Checks => {
                "Check drafts against the guidelines. A draft is private: nothing of it is kept."
            }
            Group::Records => {
                "Put on record what happened and who takes part. What is acknowledged is on the disk."
            }
            Group::Figures => "What people and teams have become, by everything that is on record.",
            Group::Recognition => "What people are entitled to, award runs, and grants.",
            Group::Corrections => "Points by hand, and what advocates object to.",
            Group::Changes => "What is put on record, in order, for tools that follow.",
            Group::Program => "The program that is served, its rules, and others to try out.",
            Group::Questions => {
                "The same questions, asked of records that come with the request: nothing is put on record."
            }
            Group::Access => "Tokens for advocates.",
            Group::Operation => "How the service does.",
        }
    }
}

/// What a route reads from the body.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    /// One JSON document.
    Json(Shape),
    /// Records of this shape, in any of the formats of records.
    Records(Shape),
}

/// A good answer.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) media: &'static str,
    pub(crate) about: &'static str,
    /// Nothing where it is no JSON.
    pub(crate) shape: Option<Shape>,
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// A route of the service.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) group: Group,
    /// What it is for, in some words.
    pub(crate) title: &'static str,
    /// What else there is to know; may be empty.
    pub(crate) about: &'static str,
    pub(crate) needs: Needs,
    /// The request whose fields are the parameters, but for those of the path.
    pub(crate) query: Option<Shape>,
    pub(crate) body: Option<Body>,
    /// The fields of its body that may be left out, though the request needs them: the time is now,
    /// and whoever calls does it.
    pub(crate) fills: &'static [&'static str],
    pub(crate) answers: Vec<Answer>,
    pub(crate) run: Run,
}

impl Route {
    fn new(method: Method, path: &'static str, title: &'static str, run: Run) -> Self {
        Self {
            method,
            path,
            group: Group::Operation,
            title,
            about: "",
            needs: Needs::Nothing,
            query: None,
            body: None,
            fills: &[],
            answers: Vec::new(),
            run,
        }
    }

    pub(crate) fn get(path: &'static str, title: &'static str, run: Run) -> Self {
        Self::new(Method::GET, path, title, run)
    }

    pub(crate) fn post(path: &'static str, title: &'static str, run: Run) -> Self {
        Self::new(Method::POST, path, title, run)
    }

    pub(crate) fn put(path: &'static str, title: &'static str, run: Run) -> Self {
        Self::new(Method::PUT, path, title, run)
    }

    pub(crate) fn delete(path: &'static str, title: &'static str, run: Run) -> Self {
        Self::new(Method::DELETE, path, title, run)
    }

    pub(crate) fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }

    pub(crate) fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    pub(crate) fn needs(mut self, scope: Scope) -> Self {
        self.needs = Needs::Scope(scope);
        self
    }

    /// Needs the scope, or a token of the advocate whom it is about.
    pub(crate) fn own(mut self, scope: Scope) -> Self {
        self.needs = Needs::Own(scope);
        self
    }

    pub(crate) fn any_key(mut self) -> Self {
        self.needs = Needs::Key;
        self
    }

    pub(crate) fn query<Q: JsonSchema>(mut self) -> Self {
        self.query = Some(shape::<Q>);
        self
    }

    pub(crate) fn json<B: JsonSchema>(mut self) -> Self {
        self.body = Some(Body::Json(shape::<B>));
        self
    }

    pub(crate) fn fills(mut self, fields: &'static [&'static str]) -> Self {
        self.fills = fields;
        self
    }

    pub(crate) fn records<R: JsonSchema>(mut self) -> Self {
        self.body = Some(Body::Records(shape::<R>));
        self
    }

    pub(crate) fn answers<D: JsonSchema>(self, about: &'static str) -> Self {
        self.also::<D>(StatusCode::OK, about)
    }

    /// Another good answer.
    pub(crate) fn also<D: JsonSchema>(mut self, status: StatusCode, about: &'static str) -> Self {
        self.answers.push(Answer { status, media: JSON, about, shape: Some(shape::<D>) });
        self
    }

    /// Answers with something that is no JSON.
    pub(crate) fn tells(mut self, media: &'static str, about: &'static str) -> Self {
        self.answers.push(Answer { status: StatusCode::OK, media, about, shape: None });
        self
    }

    /// The names of the parameters in the path.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The name of the operation: `get_standings_advocate`.
    pub(crate) fn operation(&self) -> String {
        let words = self.path.trim_start_matches("/v1").split(['/', '{', '}', '-', '.', '_']);
        let words = words.filter(|word| !word.is_empty());
        std::iter::once(self.method.as_str().to_ascii_lowercase().as_str())
            .chain(words)
            .collect::<Vec<_>>()
            .join("_")
    }
}
