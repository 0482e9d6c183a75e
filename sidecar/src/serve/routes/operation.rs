//! How the service does: health, metrics, and pages for people.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::program::State;
use crate::serve::api::{Outcome, Waiting, page};
use crate::serve::call::{Call, Reply, aside};

/// What Prometheus reads.
pub(crate) const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The service runs.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Alive {
    /// Always `good`.
    status: State,
}

/// The service answers.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Ready {
    /// `good`, or `degraded` where it answers with an older program than the directory has, or loses
    /// checks that its decision log should have.
    status: State,
    /// Why it is degraded; of the program `GET /v1/program/status` says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The version of the program that answers.
    program: String,
    /// Since when.
    since: Timestamp,
    /// How many events are on record.
    events: u64,
}

/// That it runs.
pub(crate) fn live(_: &Call) -> Outcome {
    Reply::of(&Alive { status: State::Good })
}

/// That it answers: the journal can be read. It does not wait for the turn of a question.
pub(crate) fn ready(call: Call) -> Waiting {
    Box::pin(aside(move || is_ready(&call)))
}

fn is_ready(call: &Call) -> Outcome {
    let events = call.service.publisher.journal.position()?;
    let reason = call.service.degraded();
    Reply::of(&Ready {
        status: if reason.is_some() { State::Degraded } else { State::Good },
        reason,
        program: call.published.program.version().to_owned(),
        since: call.published.since,
        events,
    })
}

/// Figures of running.
pub(crate) fn metrics(call: &Call) -> Outcome {
    let stats = call.published.program.stats();
    let body = call.service.metrics.told(&call.service.followed(), &stats);
    Ok(Reply { media: METRICS, ..Reply::document(body) })
}

/// The description of all routes, for programs.
pub(crate) fn openapi(call: &Call) -> Outcome {
    Ok(Reply::document(call.service.doors.openapi.clone()))
}

/// The same, for people.
pub(crate) fn docs(call: &Call) -> Outcome {
    Ok(Reply::page(page::documentation(&call.service.doors)))
}

/// What runs here.
pub(crate) fn first(call: &Call) -> Outcome {
    let events = call.service.events();
    let locked = call.service.gate.is_locked();
    let degraded = call.service.degraded();
    let running = page::Running {
        published: &call.published,
        address: call.service.address.get().copied(),
        events,
        locked,
        degraded: degraded.as_deref(),
    };
    Ok(Reply::page(page::first(&running)))
}
