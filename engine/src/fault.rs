//! A rule that failed: reported with the result, never swallowed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Code, Error, Problem};
use crate::program::Rule;
use crate::script::Failure;

/// A rule that failed.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Fault {
    /// The rule's id.
    pub rule: Arc<str>,
    /// What kind of failure it was.
    pub code: Code,
    /// What happened.
    pub message: String,
    /// The file of the program where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Fault {
    /// Whether another failure is of the same rule, kind and place; the words may differ.
    pub(crate) fn same_place(&self, other: &Fault) -> bool {
        let place = |fault: &Fault| (fault.code, fault.line, fault.column);
        self.rule == other.rule && self.file == other.file && place(self) == place(other)
    }

    pub(crate) fn new(rule: &Rule, failure: Failure) -> Self {
        Self {
            rule: Arc::clone(rule.shared_id()),
            code: failure.code,
            message: failure.message,
            file: failure.file,
            line: failure.line,
            column: failure.column,
        }
    }
}

/// A rule that ran out of time ends the whole call: the result would depend on the machine.
pub(crate) fn retryable(rule: &Rule, failure: &Failure) -> Result<(), Error> {
    if failure.code != Code::DeadlineExceeded {
        return Ok(());
    }
    let mut problem =
        Problem::new(failure.code, format!("the rule `{}`: {}", rule.id(), failure.message))
            .help("try again; if it happens again, make the rule simpler");
    if let Some(file) = &failure.file {
        problem = problem.file(file);
        if let Some(line) = failure.line {
            problem = problem.line(line, failure.column.unwrap_or(1));
        }
    }
    Err(problem.into())
}
