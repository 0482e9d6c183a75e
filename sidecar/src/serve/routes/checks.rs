//! Checks of drafts. Nothing of a draft is kept.

use plaudit_engine::requests::{Check, When};
use plaudit_engine::{Post, Problem, Verdict, canonical};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::input::now;
use crate::serve::api::Outcome;
use crate::serve::call::{Call, Reply};
use crate::serve::problem::Refusal;

/// Drafts to check, each for itself.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CheckBatch")]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch<'a> {
    /// The drafts.
    #[serde(borrow)]
    #[schemars(with = "Vec<Item>")]
    items: Vec<&'a RawValue>,
}

/// A draft of several.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "DraftToCheck")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is read as a check with a name, and this is its schema")]
struct Item {
    /// What the draft is called in the answer.
    id: String,
    /// The draft.
    post: Post,
    /// The time to check for, where the draft does not say one itself; now where neither does.
    #[serde(default)]
    at: Option<When>,
}

/// What became of drafts, in their order.
#[derive(JsonSchema)]
#[schemars(rename = "CheckBatchAnswer")]
#[expect(dead_code, reason = "it is written piece by piece, and this is its schema")]
pub(crate) struct Answers {
    /// What became of each.
    items: Vec<Answer>,
}

/// What became of one of several drafts: a verdict or a problem.
#[derive(JsonSchema)]
#[schemars(rename = "CheckBatchItem")]
#[expect(dead_code, reason = "it is written piece by piece, and this is its schema")]
pub(crate) struct Answer {
    /// What the draft is called; null where it did not say so.
    id: Option<String>,
    /// The status that a check of the draft alone would have had.
    #[schemars(range(min = 200, max = 599))]
    status: u16,
    /// What the guidelines say.
    #[schemars(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// Why there is no verdict.
    #[schemars(skip_serializing_if = "Option::is_none")]
    problem: Option<crate::serve::problem::Document<'static>>,
}

/// One draft.
pub(crate) fn one(call: &Call) -> Outcome {
    call.no_query()?;
    let verdict = verdict(call, call.text()?).map_err(Refusal::of_body)?;
    Reply::of(&verdict)
}

fn verdict(call: &Call, request: &str) -> Result<Verdict, Refusal> {
    let check = Check::read(request)?;
    // What others put on record is followed beside it: a check looks back, and waits for nobody.
    let live = call.published.ledger.live_so_far();
    let verdict = check.verdict(live, &call.published.program, now())?;
    call.service.metrics.checked(&verdict);
    if let Some(log) = &call.service.decisions {
        log.keep(&verdict);
    }
    Ok(verdict)
}

/// Several drafts: each has its own end.
pub(crate) fn many(call: &Call) -> Outcome {
    call.no_query()?;
    let batch: Batch<'_> = plaudit_engine::events::read_record(call.text()?, "request")?;
    call.service.limits.batch(batch.items.len(), "items")?;
    let mut answers: Vec<String> = Vec::with_capacity(batch.items.len());
    for (index, item) in batch.items.iter().enumerate() {
        let (id, outcome) = named(call, item, index);
        let id = canonical(&id)?;
        answers.push(match outcome {
            Ok(verdict) => {
                format!("{{\"id\":{id},\"status\":200,\"verdict\":{}}}", canonical(&verdict)?)
            }
            Err(refusal) => {
                let (status, problem) =
                    (refusal.status().as_u16(), canonical(&refusal.document())?);
                format!("{{\"id\":{id},\"problem\":{problem},\"status\":{status}}}")
            }
        });
    }
    Ok(Reply::document(format!("{{\"items\":[{}]}}", answers.join(","))))
}

/// A draft of several, by its name, and what came of it.
fn named(call: &Call, item: &RawValue, index: usize) -> (Option<String>, Result<Verdict, Refusal>) {
    let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(item.get()) else {
        let problem = Problem::new(plaudit_engine::Code::Syntax, "this is no object");
        return (None, Err(problem.field(format!("items[{index}]")).into()));
    };
    let id = match fields.remove("id") {
        Some(Value::String(id)) => id,
        other => {
            let code = match other {
                None => plaudit_engine::Code::Missing,
                Some(_) => plaudit_engine::Code::WrongValue,
            };
            let problem = Problem::new(code, "each item has an `id`, a text, to be told apart by");
            return (None, Err(problem.field(format!("items[{index}].id")).into()));
        }
    };
    let outcome = verdict(call, &Value::Object(fields).to_string());
    (Some(id), outcome.map_err(|refusal| refusal.of_body().under(&format!("items[{index}]"))))
}
