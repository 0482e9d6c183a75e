//! What is put on record, in order, for tools that follow.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use plaudit_engine::requests;
use plaudit_engine::{Code, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::serve::api::Waiting;
use crate::serve::call::{Call, aside};
use crate::serve::problem::Refusal;

/// So often it is looked whether something has come.
const LOOKED_AT: Duration = Duration::from_millis(100);
/// The longest that a call waits for something to come.
const LONGEST: u64 = 30;

/// What was put on record after a place, and how long to wait for something.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ChangesToFollow")]
#[expect(dead_code, reason = "its fields are those of a query, which is read field by field")]
pub(crate) struct Follow {
    #[serde(flatten)]
    changes: requests::Changes,
    /// So many seconds the answer waits until there is a change, up to 30; not at all where it is not
    /// said.
    #[schemars(range(min = 0, max = 30))]
    wait: Option<u64>,
}

/// What there is, or what comes within the time that the call waits.
pub(crate) fn follow(call: Call) -> Waiting {
    Box::pin(async move {
        let mut call = call;
        let until = Instant::now() + waits(&mut call)?;
        let after = call.query.iter().find(|(name, _)| name == "after");
        let after: u64 = after.and_then(|(_, place)| place.parse().ok()).unwrap_or_default();
        let service = Arc::clone(&call.service);
        let goes_on = || Instant::now() < until && !service.ending.load(Ordering::Relaxed);
        // What is followed already: nobody who serves connections waits for the journal.
        while service.events() <= after && goes_on() {
            tokio::time::sleep(LOOKED_AT).await;
        }
        aside(move || call.look_up::<requests::Changes>()).await
    })
}

/// How long the call waits, which is no part of the question.
fn waits(call: &mut Call) -> Result<Duration, Refusal> {
    let Some(at) = call.query.iter().position(|(name, _)| name == "wait") else {
        return Ok(Duration::ZERO);
    };
    let (_, text) = call.query.remove(at);
    match text.parse() {
        Ok(seconds) if seconds <= LONGEST => Ok(Duration::from_secs(seconds)),
        _ => {
            let problem = Problem::new(Code::WrongValue, "`wait` is no number of seconds up to 30");
            Err(problem.field("wait").into())
        }
    }
}
