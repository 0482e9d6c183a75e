//! Everything that names rhai: the sandbox that rules run in, what they are handed, and what is
//! checked before any of them runs.
//!
//! - `sandbox` builds the engine with every limit set, compiles files and runs rules;
//! - `outcome` says what came of a run: a value or a failure in plain words;
//! - `host` is what scripts see of the world: fact objects and findings; `grants` and `advice` are
//!   what recognition and coaching rules make;
//! - `check` reads the syntax tree and refuses what could only fail later;
//! - `coverage` tells which branches the examples take;
//! - `literal` reads the constant maps of examples;
//! - `lower` runs the pure part of rules without the interpreter.

mod advice;
mod check;
mod coverage;
mod grants;
mod host;
mod literal;
mod lower;
mod outcome;
mod sandbox;
#[cfg(test)]
mod tests;

pub(crate) use advice::AdviceDraft;
pub(crate) use check::{
    Checked, FactUse, FileTree, Vocabulary, check_library, check_rule, language_functions,
    made_functions,
};
pub(crate) use coverage::{Coverage, branches};
pub(crate) use grants::{GrantDraft, GrantKind};
pub(crate) use host::Draft;
pub(crate) use literal::constant_map;
pub(crate) use sandbox::{File, Function, Rest, Sandbox, function_place, limits};

use crate::error::Code;
/// What a rule of any folder gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// Nothing: the rule does not apply.
    Nothing,
    /// Points, from a scoring rule.
    Points(i64),
    /// Findings, from a guideline rule.
    Findings(Vec<Draft>),
    /// Badges, rewards and spotlights, from a recognition rule; at least one.
    Grants(Vec<GrantDraft>),
    /// Suggestions and wishes for mentoring, from a coaching rule; at least one.
    Advice(Vec<AdviceDraft>),
}

/// How a rule failed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) column: Option<usize>,
}
