//! Refusals as RFC 9457 wants them, from the engine's one table of codes.
//!
//! Everything that becomes a request is refused so. A head that cannot be read, is too long or too slow
//! never reaches us: actix-http 3 answers 400, 431 or 408 with an empty body of its own
//! (`h1/dispatcher.rs`, `poll_request` and `poll_head_timer`; `send_error_response` is given `()`), and
//! neither its `HttpService` nor actix-web's `HttpServer` has a place to say something else.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use plaudit_engine::{Class, Code, Error, Problem};
use schemars::JsonSchema;
use serde::Serialize;

/// The media type of a refusal.
pub(crate) const MEDIA: &str = "application/problem+json";
/// What is said of what is only the operator's business; the log has the rest.
const STORAGE: &str = "a file of the service cannot be read or written at present";
const UNREACHABLE: &str = "the database of the service cannot be reached at present";
const INTERNAL: &str = "the service failed at this; its log says more";

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) struct Refusal {
    problems: Vec<Problem>,
    status: Option<StatusCode>,
    /// After how long it makes sense to ask again.
    retry_after: Option<Duration>,
    /// The methods that there are instead.
    allowed: Option<String>,
}

/// A refusal as RFC 9457 writes it. `code` is stable; `title` and `detail` may be worded otherwise.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProblemDetails")]
pub(crate) struct Document<'a> {
    /// Where the code is explained.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means.
    title: &'static str,
    /// The status code of HTTP.
    status: u16,
    /// What is wrong.
    detail: &'a str,
    /// What is wrong, by a stable name.
    code: &'static str,
    /// What would be right, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// The path of the field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// The file of the program that is wrong, relative to its directory, or `request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The line there, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The column there, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// Everything that is wrong, where that is more than one thing.
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    problems: &'a [Problem],
}

/// The status that a code has.
pub(crate) fn status(code: Code) -> StatusCode {
    match code {
        Code::Syntax | Code::NotUtf8 => StatusCode::BAD_REQUEST,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Code::UnknownFormat => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::TooSlow => StatusCode::REQUEST_TIMEOUT,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        _ => match code.class() {
            Class::NotFound => StatusCode::NOT_FOUND,
            Class::Conflict => StatusCode::CONFLICT,
            Class::Retryable | Class::Storage => StatusCode::SERVICE_UNAVAILABLE,
            Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        },
    }
}

impl Refusal {
    /// Mistakes come before warnings: the answer is called by the first.
    pub(crate) fn of(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.level);
        Self { problems, status: None, retry_after: None, allowed: None }
    }

    /// With a status that is not that of its code.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Worth another try after a while.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// With the methods that there are.
    pub(crate) fn allowed(mut self, methods: String) -> Self {
        self.allowed = Some(methods);
        self
    }

    /// With its fields named as parts of a whole, and without lines, which are those of the part.
    pub(crate) fn under(mut self, part: &str) -> Self {
        for problem in &mut self.problems {
            let within = problem.field.take().map_or_else(String::new, |field| format!(".{field}"));
            problem.field = Some(format!("{part}{within}"));
            (problem.file, problem.line, problem.column, problem.length) = (None, None, None, None);
        }
        self
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn status(&self) -> StatusCode {
        let first = self.problems.first().map_or(Code::Internal, |problem| problem.code);
        self.status.unwrap_or_else(|| status(first))
    }

    /// Where what is named is a part of what was sent, and not the address.
    pub(crate) fn of_body(self) -> Self {
        let status = self.status();
        match status {
            StatusCode::NOT_FOUND => self.with_status(StatusCode::UNPROCESSABLE_ENTITY),
            _ => self,
        }
    }

    /// The whole answer.
    pub(crate) fn response(&self) -> HttpResponse {
        let status = self.status();
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, MEDIA));
        let retryable =
            self.problems.iter().all(|problem| problem.code.class() == Class::Retryable);
        let usual = (retryable || status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        if let Some(wait) = self.retry_after.map(|wait| wait.as_secs().max(1)).or(usual) {
            response.insert_header((RETRY_AFTER, wait.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"plaudit\""));
        }
        if let Some(methods) = &self.allowed {
            response.insert_header((ALLOW, methods.as_str()));
        }
        response.body(self.document().to_string())
    }

    /// The document.
    pub(crate) fn document(&self) -> serde_json::Value {
        let shown: Vec<Problem> = self.problems.iter().cloned().map(discreet).collect();
        let internal = Problem::new(Code::Internal, INTERNAL);
        let first = shown.first().unwrap_or(&internal);
        let document = Document {
            kind: format!("/docs#{}", first.code.name()),
            title: first.code.meaning(),
            status: self.status().as_u16(),
            detail: &first.message,
            code: first.code.name(),
            help: first.help.as_deref(),
            field: first.field.as_deref(),
            file: first.file.as_deref(),
            line: first.line,
            column: first.column,
            problems: if shown.len() > 1 { &shown } else { &[] },
        };
        serde_json::to_value(document).unwrap_or_default()
    }
}

/// A problem without what is only the operator's business: paths of this machine, and why its disk
/// fails.
pub(crate) fn discreet(problem: Problem) -> Problem {
    match problem.code.class() {
        Class::Storage => Problem::new(problem.code, STORAGE),
        Class::Internal => Problem::new(problem.code, INTERNAL),
        Class::Retryable if problem.code == Code::JournalBusy => {
            Problem::new(problem.code, "somebody else is writing to the journal for long")
        }
        Class::Retryable if problem.code == Code::JournalUnreachable => {
            Problem::new(problem.code, UNREACHABLE)
        }
        _ => problem,
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::of(vec![problem])
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::of(error.problems().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_operator_should_know_is_not_told() {
        let problem = Problem::new(Code::DiskFull, "`/srv/secret/journal.db` cannot be written")
            .file("/srv/secret/journal.db");
        let document = Refusal::from(problem).document().to_string();
        assert!(!document.contains("secret"), "{document}");
    }

    #[test]
    fn every_code_has_a_status_of_an_error() {
        for code in Code::ALL {
            let status = status(*code);
            assert!(status.is_client_error() || status.is_server_error(), "{code}");
        }
    }
}
