//! What a change of the program would do, worked out while others are served.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use jiff::Timestamp;
use plaudit_engine::events::read_record;
use plaudit_engine::requests::When;
use plaudit_engine::simulation::{
    Limit, MOST_SAMPLES, Simulation, SimulationQuestion, USUAL_SAMPLES,
};
use plaudit_engine::{Code, Problem, Program, Sources, canonical};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::input::by_now;
use crate::serve::api::Outcome;
use crate::serve::call::{Call, Reply};
use crate::serve::problem::Refusal;
use crate::serve::simulations::{Asked, End, Job};

/// A program to simulate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulationRequest {
    /// The text of each file of the candidate, by its path within the program directory, such as
    /// `scoring/share.rhai`.
    files: BTreeMap<String, String>,
    /// What happened before this time is looked at; everything up to now where it is not said.
    #[serde(default)]
    as_of: Option<When>,
    /// The id of one rule: the candidate is compared with itself without it.
    #[serde(default)]
    only: Option<Arc<str>>,
    /// What must not be, such as `levels_lost > 5%` or `cost > budget`.
    #[serde(default)]
    fail_if: Vec<Limit>,
    /// So many people, entitlements and posts are named of each kind of change; 20 where it is not
    /// said.
    #[serde(default)]
    #[schemars(range(max = MOST_SAMPLES))]
    samples: Option<usize>,
}

/// The simulations that are known.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Simulations<'a> {
    /// The last one first, without their answers.
    simulations: Vec<SimulationJob<'a>>,
}

/// A simulation that goes on, or has ended.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SimulationJob<'a> {
    /// What it is called: `/v1/simulations/{id}`.
    id: &'a str,
    /// When it was begun.
    begun: Timestamp,
    /// How it does.
    state: JobState,
    /// How many steps are done.
    done: usize,
    /// How many steps there are in all; 0 before they are counted.
    of: usize,
    /// The answer, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulation: Option<&'a Simulation>,
    /// Why there is none.
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    problems: &'a [Problem],
}

/// How a simulation does.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "SimulationState")]
pub(crate) enum JobState {
    /// It goes on.
    Running,
    /// It has an answer.
    Done,
    /// It has none.
    Failed,
    /// Somebody ended it before it had one.
    Cancelled,
}

impl JobState {
    /// How one did that has ended.
    fn of(end: &End) -> Self {
        match end {
            End::Done(..) => Self::Done,
            End::Failed(_) => Self::Failed,
            End::Cancelled => Self::Cancelled,
        }
    }
}

/// Begins one.
pub(crate) fn begin(call: &Call) -> Outcome {
    call.no_query()?;
    let asked: SimulationRequest = read_record(call.text()?, "request")?;
    let samples = asked.samples.unwrap_or(USUAL_SAMPLES);
    let sources = asked
        .files
        .into_iter()
        .fold(Sources::new(), |sources, (path, text)| sources.with(path, text));
    let candidate = call.service.publisher.to_run(Program::from_sources(&sources)?);
    // What can be told at once is no job that fails.
    if let Some(rule) = &asked.only {
        candidate.without(rule).map_err(|error| {
            let problems = error.problems().iter().cloned();
            Refusal::of(problems.map(|problem| problem.field("only")).collect()).of_body()
        })?;
    }
    let as_of = asked.as_of.map_or_else(by_now, |when| when.instant(&candidate));
    let question = SimulationQuestion { only: asked.only, fail_if: asked.fail_if, samples };
    question.check()?;
    let published = Arc::clone(&call.published);
    let asked = Asked { published, candidate, question, as_of };
    let job = call.service.simulations.begin(asked, Arc::clone(&call.service.ending))?;
    let (key, route) = (call.caller.key(), call.door.route.path);
    tracing::info!(target: "audit", key, route, "done");
    let reply = Reply::with_status(StatusCode::ACCEPTED, document(&job)?);
    Ok(Reply { location: Some(format!("/v1/simulations/{}", job.id)), ..reply })
}

/// The simulations that are known. Whoever may see one may see all: they are of one program.
pub(crate) fn list(call: &Call) -> Outcome {
    call.no_query()?;
    let jobs = call.service.simulations.list();
    let simulations = jobs.iter().map(|job| {
        let end = job.end();
        let state = end.as_deref().map_or(JobState::Running, JobState::of);
        SimulationJob { state, ..running(job) }
    });
    Ok(Reply::document(canonical(&Simulations { simulations: simulations.collect() })?))
}

/// How one does, with its answer.
pub(crate) fn look(call: &Call) -> Outcome {
    call.no_query()?;
    let job = known(call)?;
    Ok(Reply::document(document(&job)?))
}

/// The answer as a page.
pub(crate) fn report(call: &Call) -> Outcome {
    call.no_query()?;
    let job = known(call)?;
    match job.end().as_deref() {
        Some(End::Done(_, page)) => Ok(Reply::page(page.clone())),
        _ => {
            let problem = Problem::new(Code::WrongState, "there is no report of it");
            Err(problem.help("there is one once its state is `done`").into())
        }
    }
}

/// Has one end, or forgets it.
pub(crate) fn end(call: &Call) -> Outcome {
    call.no_query()?;
    let job = call.service.simulations.end(id(call)).ok_or_else(|| unknown(call))?;
    Ok(Reply::document(document(&job)?))
}

fn id(call: &Call) -> &str {
    call.path.get("simulation").map(String::as_str).unwrap_or_default()
}

fn known(call: &Call) -> Result<Arc<Job>, Refusal> {
    call.service.simulations.find(id(call)).ok_or_else(|| unknown(call))
}

fn unknown(call: &Call) -> Refusal {
    let message = format!("there is no simulation `{}`", id(call).escape_debug());
    let problem = Problem::new(Code::UnknownName, message)
        .help("the last few are kept until the service ends; begin another");
    Refusal::from(problem).with_status(StatusCode::NOT_FOUND)
}

fn document(job: &Job) -> Result<String, Refusal> {
    // Looked at first: whatever is done by then is done when it has ended.
    let end = job.end();
    let running = running(job);
    Ok(canonical(&match end.as_deref() {
        None => running,
        Some(end) => {
            let (simulation, problems) = match end {
                End::Done(simulation, _) => (Some(&**simulation), &[][..]),
                End::Failed(problems) => (None, &**problems),
                End::Cancelled => (None, &[][..]),
            };
            SimulationJob { state: JobState::of(end), simulation, problems, ..running }
        }
    })?)
}

/// One that goes on.
fn running(job: &Job) -> SimulationJob<'_> {
    let (done, of) = job.progress();
    SimulationJob {
        id: &job.id,
        begun: job.begun,
        state: JobState::Running,
        done,
        of,
        simulation: None,
        problems: &[],
    }
}
