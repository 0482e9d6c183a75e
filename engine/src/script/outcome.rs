//! What came of a rule's run: its value in the engine's terms, or its failure in plain words.

use rhai::{Array, Dynamic, EvalAltResult};

use super::host::Draft;
use super::sandbox::limits;
use super::{Failure, Returned};
use crate::error::Code;

/// What a script's value means. Rust's types are never named to the reader.
pub(super) fn returned(value: Dynamic) -> Result<Returned, Failure> {
    if value.is_unit() {
        return Ok(Returned::Nothing);
    }
    if let Ok(points) = value.as_int() {
        return Ok(Returned::Points(points));
    }
    if value.is::<Draft>() {
        return Ok(Returned::Findings(value.try_cast::<Draft>().into_iter().collect()));
    }
    if value.is_array() {
        let items: Array = value.cast();
        let findings: Option<Vec<Draft>> = items.into_iter().map(Dynamic::try_cast).collect();
        return match findings {
            Some(findings) if findings.is_empty() => Ok(Returned::Nothing),
            Some(findings) if findings.len() > limits::FINDINGS => Err(Failure {
                code: Code::LimitExceeded,
                message: format!("the rule gives more than {} findings", limits::FINDINGS),
                file: None,
                line: None,
                column: None,
            }),
            Some(findings) => Ok(Returned::Findings(findings)),
            None => Err(unusable("a list with something else than findings in it")),
        };
    }
    let what = match value.type_name() {
        "bool" => "yes or no",
        "string" | "char" => "a text",
        "map" => "a map",
        "f64" => "a number with a fraction",
        _ => "something that is no result",
    };
    Err(unusable(what))
}

fn unusable(what: &str) -> Failure {
    Failure {
        code: Code::WrongResult,
        message: format!("the rule returned {what}"),
        file: None,
        line: None,
        column: None,
    }
}

pub(super) fn failure(error: EvalAltResult, file: &str) -> Failure {
    use EvalAltResult as E;
    let mut file = file.to_owned();
    let mut error = error;
    loop {
        match error {
            E::ErrorInFunctionCall(_, source, inner, _) => {
                if !source.is_empty() {
                    file = source;
                }
                error = *inner;
            }
            E::ErrorInModule(_, inner, _) => error = *inner,
            _ => break,
        }
    }
    let position = error.position();
    let (code, message) = match &error {
        E::ErrorTooManyOperations(_) => (
            Code::LimitExceeded,
            format!("the rule takes more than {} operations", limits::OPERATIONS),
        ),
        E::ErrorStackOverflow(_) => (
            Code::LimitExceeded,
            format!("functions call each other more than {} deep", limits::CALL_DEPTH),
        ),
        E::ErrorDataTooLarge(what, _) => (Code::LimitExceeded, too_large(what)),
        E::ErrorTooManyVariables(_) => {
            (Code::LimitExceeded, format!("more than {} variables", limits::VARIABLES))
        }
        E::ErrorTooManyModules(_) => {
            (Code::LimitExceeded, format!("more than {} imports", limits::MODULES))
        }
        E::ErrorTerminated(..) => (
            Code::DeadlineExceeded,
            format!("the rule ran longer than {} ms", limits::DEADLINE.as_millis()),
        ),
        E::ErrorRuntime(thrown, _) => (Code::ScriptError, format!("the rule failed: {thrown}")),
        E::ErrorFunctionNotFound(signature, _) => (Code::ScriptError, no_such_call(signature)),
        other => {
            let mut plain = other.to_string();
            if let Some(at) = plain.rfind(" (line ") {
                plain.truncate(at);
            }
            (Code::ScriptError, plain)
        }
    };
    Failure {
        code,
        message,
        file: Some(file),
        line: position.line(),
        column: position.position().or(position.line().map(|_| 1)),
    }
}

/// Rhai names a call that it cannot make by its types, in Rust's words.
fn no_such_call(signature: &str) -> String {
    let (name, types) = signature.split_once('(').unwrap_or((signature, ""));
    let words: Vec<&str> = types
        .trim_end_matches(')')
        .split(',')
        .map(|kind| match kind.split('|').next().unwrap_or_default().trim() {
            "()" | "(" => "nothing",
            "bool" => "yes or no",
            "i64" => "a number",
            "&str" | "string" => "a text",
            "array" => "a list",
            "map" => "a map",
            "finding" => "a finding",
            _ => "something",
        })
        .collect();
    format!("`{}` does not work with {}", name.trim(), words.join(" and "))
}

fn too_large(what: &str) -> String {
    let what = what.to_lowercase();
    if what.contains("string") {
        format!("a text grows beyond {} bytes", limits::TEXT)
    } else if what.contains("array") || what.contains("blob") {
        format!("a list grows beyond {} elements", limits::ARRAY)
    } else {
        format!("a map grows beyond {} entries", limits::MAP)
    }
}
