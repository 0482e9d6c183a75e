//! Questions about standings, boards and teams.

use super::given::question;
use super::one_of;
use super::past::Past;
use crate::error::{Code, Error, Problem};
use crate::program::Program;
use crate::standings::{Among, BoardQuestion, Span, TeamQuestion};
use crate::wire::canonical;

question! {
    /// What a person has become; without one, everyone, as a list.
    Standing as "StandingQuestion" {
        /// The person, by any of their names.
        #[serde(default)]
        advocate: Option<String>,
    }
}

impl Standing {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        match &self.advocate {
            Some(advocate) => canonical(&past.standing(advocate)?),
            None => canonical(&past.standings()?),
        }
    }
}

question! {
    /// Who brought how much, in order. Of `window`, `period` and `all_time` one may be said; without
    /// them it is the current period and, for `teams`, the window `90_days` or else the longest. Of
    /// `style`, `team` and `teams` one may be said; without them it is everyone.
    Leaderboard as "LeaderboardQuestion" {
        /// The dates of a window that the program declares, such as `30_days`.
        #[serde(default)]
        window: Option<String>,
        /// The dates of a period, such as `2026-Q2`, or of the one that a date falls into.
        #[serde(default)]
        period: Option<String>,
        /// Every date.
        #[serde(default)]
        all_time: bool,
        /// Points of activities of a style only, such as `creator`.
        #[serde(default)]
        style: Option<String>,
        /// The people of one team, such as `department=Sales`.
        #[serde(default)]
        team: Option<String>,
        /// All teams by something, such as `department`, by points for each active person.
        #[serde(default)]
        teams: Option<String>,
    }
}

/// The window of a board of teams where none is asked for.
const USUAL_WINDOW: &str = "90_days";

impl Leaderboard {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        canonical(&past.leaderboard(&self.question(past.program())?)?)
    }

    fn question(&self, program: &Program) -> Result<BoardQuestion, Problem> {
        one_of(&[
            ("window", self.window.is_some()),
            ("period", self.period.is_some()),
            ("all_time", self.all_time),
        ])?;
        one_of(&[
            ("style", self.style.is_some()),
            ("team", self.team.is_some()),
            ("teams", self.teams.is_some()),
        ])?;
        let among = if let Some(style) = &self.style {
            Among::Style(style.as_str().into())
        } else if let Some(team) = &self.team {
            let (by, name) = one_team(team)?;
            Among::Team(by.into(), name.into())
        } else if let Some(by) = &self.teams {
            Among::Teams(by.as_str().into())
        } else {
            Among::Everyone
        };
        let span = match &self.window {
            Some(window) => Span::Window(window.as_str().into()),
            None if self.all_time => Span::AllTime,
            None if self.period.is_none() && matches!(among, Among::Teams(_)) => {
                let windows = program.windows();
                let usual = windows.clone().find(|window| *window == USUAL_WINDOW);
                Span::Window(usual.or_else(|| windows.last()).unwrap_or(USUAL_WINDOW).into())
            }
            None => Span::Period,
        };
        Ok(BoardQuestion { span, among, period: self.period.as_deref().map(Into::into) })
    }
}

question! {
    /// How the whole program, all teams by something or one team take part.
    Team as "TeamQuestion" {
        /// All teams by something, such as `department`, or one of them, such as
        /// `department=Sales`; without it, everyone.
        #[serde(default)]
        team: Option<String>,
        /// The one window that is looked at, such as `30_days`, against the window before; without
        /// it, every window that the program declares.
        #[serde(default)]
        window: Option<String>,
    }
}

impl Team {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        let (by, name) = match self.team.as_deref().map(team_named).transpose()? {
            Some((by, name)) => (Some(by), name),
            None => (None, None),
        };
        let question = TeamQuestion {
            by: by.map(Into::into),
            name: name.map(Into::into),
            window: self.window.as_deref().map(Into::into),
        };
        canonical(&past.teams(&question)?)
    }
}

/// `department=Sales`.
pub(super) fn one_team(text: &str) -> Result<(&str, &str), Problem> {
    match team_named(text)? {
        (by, Some(name)) => Ok((by, name)),
        (by, None) => {
            let message = format!("`{by}` is a kind of team, and not one of them");
            let problem = Problem::new(Code::WrongValue, message).field("team");
            Err(problem.help(format!("write {by}=NAME")))
        }
    }
}

/// `department` or `department=Sales`; what stands behind the first `=` is the name.
fn team_named(text: &str) -> Result<(&str, Option<&str>), Problem> {
    let (by, name) = match text.split_once('=') {
        Some((by, name)) => (by.trim(), Some(name.trim())),
        None => (text.trim(), None),
    };
    if by.is_empty() || name == Some("") {
        let message = "a team is named by what it is by, such as department, or with its name, \
                       such as department=Sales";
        return Err(Problem::new(Code::WrongValue, message).field("team"));
    }
    Ok((by, name))
}
