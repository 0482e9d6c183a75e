//! What another program would make of the same past.

use std::ops::ControlFlow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::given::{Given, Listed};
use super::{REQUEST, When};
use crate::error::Error;
use crate::events::{Log, People, read_record};
use crate::ledger::Ledger;
use crate::program::Program;
use crate::simulation::{Limit, MOST_SAMPLES, SimulationQuestion, USUAL_SAMPLES};
use crate::timeline::Records;
use crate::wire::canonical;

/// What a change of the program would do.
///
/// A program is asked with `events` and `people`, too, lists of records as files have them
/// one a line, and may be asked with `assume_consent`, which takes people for willing where
/// the records say nothing about consent. A ledger has its own.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SimulateQuestion")]
pub struct Simulate {
    /// What happened before this time is looked at.
    pub as_of: When,
    /// The id of one rule: the candidate is compared with itself without it.
    #[serde(default)]
    pub only: Option<Arc<str>>,
    /// What must not be, such as `levels_lost > 5%` or `cost > budget`.
    #[serde(default)]
    pub fail_if: Vec<Limit>,
    /// So many people, entitlements and posts are named of each kind of change; 20 where it is not
    /// said.
    #[serde(default)]
    #[schemars(range(max = MOST_SAMPLES))]
    pub samples: Option<usize>,
    /// What is known of people, where a program is asked.
    #[serde(default)]
    people: Option<Listed<People>>,
    /// What happened, where a program is asked.
    #[serde(default)]
    events: Option<Listed<Log>>,
    /// Whether people are taken for willing where nothing is known of their consent.
    #[serde(default)]
    assume_consent: Option<bool>,
}

impl Simulate {
    fn given(&self) -> Given<'_> {
        Given {
            people: self.people.as_ref(),
            events: self.events.as_ref(),
            assume_consent: self.assume_consent,
        }
    }

    fn question(&self) -> SimulationQuestion {
        SimulationQuestion {
            only: self.only.clone(),
            fail_if: self.fail_if.clone(),
            samples: self.samples.unwrap_or(USUAL_SAMPLES),
        }
    }
}

/// Nobody breaks it off.
fn goes_on(_: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What a candidate makes of the people and events that the request brings along, beside what
/// another program makes of them: a [`Simulate`] request, answered with a
/// [`crate::simulation::Simulation`].
///
/// # Errors
///
/// The request is none, its records cannot be used, or what [`Program::simulate`] ends in.
pub fn simulate(candidate: &Program, against: &Program, request: &str) -> Result<String, Error> {
    let asked: Simulate = read_record(request, REQUEST)?;
    let given = asked.given();
    given.check(true)?;
    let records = Records {
        log: given.log(),
        people: given.people(),
        as_of: asked.as_of.instant(candidate),
        assume_consent: given.assumes_consent(),
    };
    canonical(&candidate.simulate(against, &records, &asked.question(), goes_on)?)
}

impl Ledger {
    /// What a candidate makes of what is on record, beside what the program of the ledger makes of it:
    /// a [`Simulate`] request, answered with a [`crate::simulation::Simulation`].
    ///
    /// # Errors
    ///
    /// The request is none or brings records along, the journal cannot be read, or what
    /// [`Program::simulate`] ends in.
    pub fn simulate(&self, candidate: &Program, request: &str) -> Result<String, Error> {
        let asked: Simulate = read_record(request, REQUEST)?;
        asked.given().refuse()?;
        let as_of = asked.as_of.instant(candidate);
        canonical(&self.live()?.simulate(candidate, &asked.question(), as_of, goes_on)?)
    }
}
