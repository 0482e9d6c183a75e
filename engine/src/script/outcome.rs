//! What came of a rule's run: its value in the engine's terms, or its failure in plain words.

use rhai::{Array, Dynamic, EvalAltResult};

use super::sandbox::limits;
use super::{AdviceDraft, Draft, Failure, Given, GrantDraft};
use crate::error::Code;

/// What a script's value means. Rust's types are never named to the reader.
pub(super) fn given(value: Dynamic) -> Result<Given, Failure> {
    if value.is_unit() {
        return Ok(Given::Nothing);
    }
    if let Ok(points) = value.as_int() {
        return Ok(Given::Points(points));
    }
    let alone = (!value.is_array()).then(|| what_it_is(&value));
    let items: Array = if alone.is_none() { value.cast() } else { vec![value] };
    let Some(first) = items.first() else { return Ok(Given::Nothing) };
    if first.is::<Draft>() {
        several(items, limits::FINDINGS, "findings").map(Given::Findings)
    } else if first.is::<GrantDraft>() {
        let grants: Vec<GrantDraft> = several(items, limits::GIVEN, "grants")?;
        match twice(&grants, GrantDraft::repeats) {
            Some(grant) => {
                Err(wrong(format!("the rule gives the {} `{}` twice", grant.kind.name(), grant.id)))
            }
            None => Ok(Given::Grants(grants)),
        }
    } else if first.is::<AdviceDraft>() {
        let advice: Vec<AdviceDraft> = several(items, limits::GIVEN, "pieces of advice")?;
        match twice(&advice, AdviceDraft::repeats) {
            Some(said) => {
                Err(wrong(format!("the rule gives `{}` of `{}` twice", said.name(), said.label())))
            }
            None => Ok(Given::Advice(advice)),
        }
    } else {
        Err(unusable(alone.unwrap_or("a list with something that is no result in it")))
    }
}

/// What a value is that may be no result.
fn what_it_is(value: &Dynamic) -> &'static str {
    match value.type_name() {
        "bool" => "yes or no",
        "string" | "char" => "a text",
        "map" => "a map",
        "f64" => "a number with a fraction",
        _ => "something that is no result",
    }
}

impl Given {
    /// What it is, in plain words.
    fn name(&self) -> &'static str {
        match self {
            Given::Nothing => "nothing",
            Given::Points(_) => "a number",
            Given::Findings(_) => "a finding",
            Given::Grants(_) => "a badge, reward or spotlight",
            Given::Advice(_) => "a suggestion or mentoring",
        }
    }

    /// The findings of a guideline rule; anything else is its failure.
    pub(crate) fn findings(self) -> Result<Vec<Draft>, Failure> {
        match self {
            Given::Nothing => Ok(Vec::new()),
            Given::Findings(findings) => Ok(findings),
            other => Err(wrong(format!("a guideline rule returned {}", other.name()))),
        }
    }

    /// The points of a scoring rule, where it applies; anything else is its failure.
    pub(crate) fn points(self) -> Result<Option<i64>, Failure> {
        match self {
            Given::Nothing => Ok(None),
            Given::Points(points) if points > limits::POINTS => Err(wrong(format!(
                "{points} are too many points; a rule gives at most {} at once",
                limits::POINTS
            ))),
            Given::Points(points) if points < 0 => {
                Err(wrong(format!("{points} is no number of points; they are 0 or more")))
            }
            Given::Points(points) => Ok(Some(points)),
            other => Err(wrong(format!("a scoring rule returned {}", other.name()))),
        }
    }

    /// The badges, rewards and spotlights of a recognition rule; anything else is its failure.
    pub(crate) fn grants(self) -> Result<Vec<GrantDraft>, Failure> {
        match self {
            Given::Nothing => Ok(Vec::new()),
            Given::Grants(grants) => Ok(grants),
            other => Err(wrong(format!("a recognition rule returned {}", other.name()))),
        }
    }

    /// The advice of a coaching rule; anything else is its failure.
    pub(crate) fn advice(self) -> Result<Vec<AdviceDraft>, Failure> {
        match self {
            Given::Nothing => Ok(Vec::new()),
            Given::Advice(advice) => Ok(advice),
            other => Err(wrong(format!("a coaching rule returned {}", other.name()))),
        }
    }
}

/// All elements of a list as what its first is.
fn several<T: Clone + 'static>(items: Array, most: usize, what: &str) -> Result<Vec<T>, Failure> {
    let all: Option<Vec<T>> = items.into_iter().map(Dynamic::try_cast).collect();
    match all {
        None => Err(unusable(&format!("a list with something else than {what} in it"))),
        Some(all) if all.len() > most => Err(Failure {
            code: Code::LimitExceeded,
            ..wrong(format!("the rule gives more than {most} {what}"))
        }),
        Some(all) => Ok(all),
    }
}

/// The first that repeats one before it.
fn twice<T>(all: &[T], repeats: impl Fn(&T, &T) -> bool) -> Option<&T> {
    all.iter()
        .enumerate()
        .find(|(at, one)| all[..*at].iter().any(|other| repeats(other, one)))
        .map(|(_, one)| one)
}

fn unusable(what: &str) -> Failure {
    wrong(format!("the rule returned {what}"))
}

fn wrong(message: String) -> Failure {
    Failure { code: Code::WrongResult, message, file: None, line: None, column: None }
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
            "grant" => "a badge, reward or spotlight",
            "advice" => "a suggestion or mentoring",
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
