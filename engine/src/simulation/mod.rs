//! What another program would make of the same past: who gains and loses, what levels, boards,
//! entitlements and rewards become, and which published posts would be judged otherwise.
//!
//! - `outcome` is what one program makes of the records, in few bytes; people are counted under both
//!   programs at once where these are `alike`, and kept of the second is only what is different;
//! - `rows` puts the rules of both side by side, `written` whatever else is written in them; `compare`
//!   tells the two outcomes apart;
//! - `discretion` says what of it may be told; `limits` are what an owner does not want it to exceed;
//! - `document` is the answer.

mod alike;
mod compare;
mod discretion;
mod document;
mod limits;
mod outcome;
mod rows;
#[cfg(test)]
mod tests;
mod written;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

pub use document::{
    Against, Became, BoardChanges, CostChange, EntitlementChange, EntitlementChanges, FileChange,
    GrantChange, LevelChanges, LevelCount, LevelStep, Numbers, Part, PeopleChanges, PersonChange,
    PlaceChange, PostChanges, PostSample, RewardCount, RuleChange, RuleChanges, RuleFault, Said,
    SettingChange, Simulation, Swing, Totals, VerdictChange, WithheldPart,
};
pub use limits::{Limit, LimitOutcome};

use self::alike::are_alike;
use self::compare::Comparison;
use self::outcome::{Outcome, Side};
use self::rows::Rows;
use crate::error::{Code, Error, Problem};
use crate::events::Log;
use crate::facts::Folder;
use crate::live::Live;
use crate::program::Program;
use crate::timeline::{Records, Timeline};

/// So many people, grants and posts are named of each kind of change where it is not said.
pub const USUAL_SAMPLES: usize = 20;
/// So many at most.
pub const MOST_SAMPLES: usize = 1_000;

/// What is asked of a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationQuestion {
    /// The id of one rule: the candidate is compared with itself without it.
    pub only: Option<Arc<str>>,
    /// What must not be exceeded.
    pub fail_if: Vec<Limit>,
    /// So many people, grants and posts are named of each kind of change, up to [`MOST_SAMPLES`].
    pub samples: usize,
}

impl Default for SimulationQuestion {
    fn default() -> Self {
        Self { only: None, fail_if: Vec::new(), samples: USUAL_SAMPLES }
    }
}

impl SimulationQuestion {
    /// Whether it can be asked.
    ///
    /// # Errors
    ///
    /// It asks for more samples than there may be.
    pub fn check(&self) -> Result<(), Problem> {
        if self.samples > MOST_SAMPLES {
            let message = format!("{} samples cannot be asked for", self.samples);
            let problem = Problem::new(Code::WrongValue, message).field("samples");
            return Err(problem.help(format!("a number from 0 to {MOST_SAMPLES}")));
        }
        Ok(())
    }
}

/// Where the events are.
pub(crate) enum Past<'a> {
    Records(Records<'a>),
    Live(&'a Live, Timestamp),
}

impl Past<'_> {
    fn timeline(&self) -> Timeline {
        match self {
            Past::Records(records) => Timeline::of(records),
            Past::Live(live, as_of) => live.timeline(*as_of),
        }
    }

    /// Shows the events; nobody records anything meanwhile, so it should not take long.
    fn with_log<T>(&self, show: impl FnOnce(&Log) -> T) -> T {
        match self {
            Past::Records(records) => show(records.log),
            Past::Live(live, _) => live.with_log(show),
        }
    }

    fn assumes_consent(&self) -> bool {
        match self {
            Past::Records(records) => records.assume_consent,
            Past::Live(live, _) => live.assumes_consent(),
        }
    }
}

/// What both programs are counted upon.
struct Scene<'a> {
    past: &'a Past<'a>,
    timeline: &'a Timeline,
    /// The people who are counted, in order.
    everyone: &'a [Arc<str>],
    /// The least number of people that a group needs to be shown, under the stricter program.
    minimum: usize,
}

impl Program {
    /// Replays the records under this program, the candidate, and under another one, and says what
    /// is different. `progress` is told steps done and steps in all, of both programs together, and
    /// may break off.
    ///
    /// # Errors
    ///
    /// The question names a rule that there is not, or more samples than there may be; a rule ran
    /// out of time (retryable); or `progress` broke off (`cancelled`).
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), plaudit_engine::Error> {
    /// use std::ops::ControlFlow;
    ///
    /// use plaudit_engine::events::{Format, Log, People, read_events};
    /// use plaudit_engine::simulation::SimulationQuestion;
    /// use plaudit_engine::{Program, Records};
    ///
    /// let program = Program::load("../rules")?;
    /// let mut log = Log::new();
    /// let share = r#"{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#;
    /// read_events(share.as_bytes(), "events", Format::JsonLines, &mut log)?;
    /// let as_of = "2026-07-01T00:00:00Z".parse().expect("a time");
    /// let records = Records { log: &log, people: &People::new(), as_of, assume_consent: true };
    /// let question = SimulationQuestion::default();
    /// let same = program.simulate(&program, &records, &question, |_, _| ControlFlow::Continue(()))?;
    /// assert_eq!(same.differs, None, "too few people to tell");
    /// # Ok(())
    /// # }
    /// ```
    pub fn simulate(
        &self,
        against: &Program,
        records: &Records<'_>,
        question: &SimulationQuestion,
        progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Simulation, Error> {
        self.simulated(against, &Past::Records(*records), question, progress)
    }

    fn simulated(
        &self,
        against: &Program,
        past: &Past<'_>,
        question: &SimulationQuestion,
        mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Simulation, Error> {
        question.check()?;
        let without =
            question.only.as_deref().map(|rule| self.counted_without(rule)).transpose()?;
        let against = without.as_ref().unwrap_or(against);
        let rows = Rows::of(against, self);
        let timeline = past.timeline();
        let everyone = timeline.everyone();
        let stopped = AtomicBool::new(false);
        let mut steps =
            Steps { tell: &mut progress, stopped: &stopped, before: 0, people: everyone.len() };
        let minimum = against.minimum_group().max(self.minimum_group());
        let scene = Scene { past, timeline: &timeline, everyone: &everyone, minimum };
        let sides = [Side::new(against, &rows.before), Side::new(self, &rows.after)];
        let [before, after] = match are_alike(against, self) {
            true => Outcome::of_both(&sides, &scene, &mut steps)?,
            false => Outcome::of_each(&sides, &scene, &mut steps)?,
        };
        let comparison = Comparison {
            programs: [against, self],
            rows: &rows,
            everyone: &everyone,
            outcomes: [&before, &after],
            question,
        };
        Ok(past.with_log(|log| comparison.document(log)))
    }

    /// The same program without a rule that gives something that can be counted.
    fn counted_without(&self, rule: &str) -> Result<Program, Error> {
        let without = self.without(rule).map_err(|error| {
            error.each(|problem| {
                problem.field = Some("only".to_owned());
            })
        })?;
        let found = self.rules().iter().find(|known| known.id() == rule);
        if found.is_some_and(|rule| rule.folder() == Folder::Coaching) {
            let message = format!("`{rule}` gives suggestions, which are not counted");
            let problem = Problem::new(Code::WrongValue, message).field("only");
            return Err(problem.help("ask what it suggests, and to whom, by coaching").into());
        }
        Ok(without)
    }
}

impl Live {
    /// Replays what is on record under a candidate, and says what is different from the program
    /// that it is looked at with, as [`Program::simulate`] does. Others may record meanwhile: what
    /// they record is not looked at.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn simulate(
        &self,
        candidate: &Program,
        question: &SimulationQuestion,
        as_of: Timestamp,
        progress: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Simulation, Error> {
        candidate.simulated(self.program(), &Past::Live(self, as_of), question, progress)
    }
}

/// How often everyone has a turn: counted, then recognised, under each of two programs.
const TURNS: usize = 4;

/// How far it is.
struct Steps<'a> {
    tell: &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    stopped: &'a AtomicBool,
    /// Turns of everyone that are over.
    before: usize,
    people: usize,
}

impl<'a> Steps<'a> {
    /// Says how many people's turns are over, of those that everyone has now.
    fn tell(&mut self, done: usize) {
        let done = self.before * self.people + done.min(self.people);
        if (self.tell)(done, TURNS * self.people).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Everyone has had a turn.
    fn over(&mut self) {
        self.before += 1;
    }

    fn stop(&self) -> Stop<'a> {
        Stop(self.stopped)
    }
}

/// Whether it was broken off.
#[derive(Clone, Copy)]
struct Stop<'a>(&'a AtomicBool);

impl Stop<'_> {
    fn check(self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
            let problem = Problem::new(Code::Cancelled, "the simulation was stopped");
            return Err(problem.help("start it again to have its answer").into());
        }
        Ok(())
    }
}
