//! What can be asked of records that a request brings along, and of a ledger, alike.

use jiff::Timestamp;

use crate::coaching::Coaching;
use crate::error::Error;
use crate::live::Live;
use crate::pairing::Pairing;
use crate::program::Program;
use crate::recognition::Entitlements;
use crate::scoring::{Explanation, Scores};
use crate::standings::{
    BoardQuestion, FigureExplanation, Leaderboard, StandingDocument, TeamQuestion, TeamsDocument,
};
use crate::timeline::Records;

/// What is looked at, and as of when.
#[derive(Debug)]
pub enum Past<'a> {
    /// Records that came with the request.
    Records(&'a Program, Records<'a>),
    /// What is on record in a ledger.
    Live(&'a Program, &'a Live, Timestamp),
}

impl Past<'_> {
    pub(super) fn program(&self) -> &Program {
        match self {
            Past::Records(program, _) | Past::Live(program, ..) => program,
        }
    }

    pub(super) fn score(&self) -> Result<Scores, Error> {
        match self {
            Past::Records(program, records) => program.score(records),
            Past::Live(_, live, as_of) => live.score(*as_of),
        }
    }

    pub(super) fn explain(&self, advocate: &str) -> Result<Explanation, Error> {
        match self {
            Past::Records(program, records) => program.explain(records, advocate),
            Past::Live(_, live, as_of) => live.explain(advocate, *as_of),
        }
    }

    pub(super) fn explain_figure(
        &self,
        advocate: &str,
        figure: &str,
        argument: Option<&str>,
    ) -> Result<FigureExplanation, Error> {
        match self {
            Past::Records(program, records) => {
                program.explain_figure(records, advocate, figure, argument)
            }
            Past::Live(_, live, as_of) => live.explain_figure(advocate, figure, argument, *as_of),
        }
    }

    pub(super) fn standing(&self, advocate: &str) -> Result<StandingDocument, Error> {
        match self {
            Past::Records(program, records) => program.standing(records, advocate),
            Past::Live(_, live, as_of) => live.standing(advocate, *as_of),
        }
    }

    pub(super) fn standings(&self) -> Result<Vec<StandingDocument>, Error> {
        match self {
            Past::Records(program, records) => program.standings(records),
            Past::Live(_, live, as_of) => live.standings(*as_of),
        }
    }

    pub(super) fn leaderboard(&self, question: &BoardQuestion) -> Result<Leaderboard, Error> {
        match self {
            Past::Records(program, records) => program.leaderboard(records, question),
            Past::Live(_, live, as_of) => live.leaderboard(question, *as_of),
        }
    }

    pub(super) fn teams(&self, question: &TeamQuestion) -> Result<TeamsDocument, Error> {
        match self {
            Past::Records(program, records) => program.teams(records, question),
            Past::Live(_, live, as_of) => live.teams(question, *as_of),
        }
    }

    pub(super) fn recognize(&self, advocate: Option<&str>) -> Result<Entitlements, Error> {
        match self {
            Past::Records(program, records) => program.recognize(records, advocate),
            Past::Live(_, live, as_of) => live.recognize(advocate, *as_of),
        }
    }

    pub(super) fn coach(&self, advocate: Option<&str>) -> Result<Coaching, Error> {
        match self {
            Past::Records(program, records) => program.coach(records, advocate),
            Past::Live(_, live, as_of) => live.coach(advocate, *as_of),
        }
    }

    pub(super) fn pair(&self) -> Result<Pairing, Error> {
        match self {
            Past::Records(program, records) => program.pair(records),
            Past::Live(_, live, as_of) => live.pair(*as_of),
        }
    }
}
