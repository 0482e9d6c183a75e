//! Scenarios: people, events, and what is expected as of times. They tell what a program does over
//! weeks and months, as examples tell what one rule does at once.
//!
//! - `read` reads a scenario of `tests/*.toml`, `expect` what it expects; every problem has its place;
//! - `run` compares what is written there, and nothing else, with what the program says.

mod expect;
mod read;
mod run;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Level, Problem};
use crate::program::Program;

/// What a scenario shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioReport {
    /// What it is about.
    pub title: String,
    /// The file.
    pub file: String,
    /// How many people it tells of.
    pub people: usize,
    /// How many events it tells of.
    pub events: usize,
    /// How many things are expected: figures, lists, boards, and what is withheld.
    pub expectations: usize,
    /// What turned out otherwise.
    pub failures: Vec<ScenarioFailure>,
}

/// Something that turned out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioFailure {
    /// The line of the expectation.
    pub line: usize,
    /// The time as of which it was expected.
    pub as_of: Timestamp,
    /// Whom or what it is about: an advocate, a team, `board` or `pairs`.
    pub about: String,
    /// What was expected of it, such as `points` or `entitlements`.
    pub what: String,
    /// What is written there.
    pub expected: String,
    /// What the program says.
    pub got: String,
    /// What it comes from: numbers and activities, what is missing from a list, rules that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl Program {
    /// What is wrong with the program's scenarios, so that they cannot be run. It is no matter
    /// where posts are checked or activities are scored.
    pub fn scenario_problems(&self) -> Vec<Problem> {
        self.read_scenarios().1
    }

    /// Runs the program's scenarios, by file.
    ///
    /// # Errors
    ///
    /// A scenario cannot be read, or a rule ran out of time (retryable).
    pub fn run_scenarios(&self) -> Result<Vec<ScenarioReport>, Error> {
        let (scenarios, problems) = self.read_scenarios();
        match Error::of(problems) {
            Some(error) => Err(error),
            None => scenarios.iter().map(|scenario| run::run(self, scenario)).collect(),
        }
    }

    /// Runs those scenarios that can be read, and tells what is wrong with the others.
    pub(crate) fn try_scenarios(
        &self,
        waited_for: &dyn Fn() -> Result<(), Problem>,
    ) -> Result<(Vec<ScenarioReport>, Vec<Problem>), Error> {
        let (scenarios, problems) = self.read_scenarios();
        let run = |scenario: &read::Scenario| {
            waited_for()?;
            run::run(self, scenario)
        };
        let reports: Result<_, Error> = scenarios.iter().map(run).collect();
        Ok((reports?, problems))
    }

    fn read_scenarios(&self) -> (Vec<read::Scenario>, Vec<Problem>) {
        let mut problems = self.tests.problems.clone();
        let mut scenarios = Vec::new();
        for (file, text) in &self.tests.texts {
            let (scenario, found) = read::read(self, file, text);
            if !found.iter().any(|problem| problem.level == Level::Error) {
                scenarios.push(scenario);
            }
            problems.extend(found);
        }
        (scenarios, problems)
    }
}
