//! Which of the grants on record are asked for.

use std::sync::Arc;

use jiff::Timestamp;

use super::register::{GrantDocument, State};
use crate::error::{Code, Error, Problem, choose};
use crate::events::Subject;
use crate::facts::{Folder, PersonFact};
use crate::program::{Program, Rule};
use crate::roster::Roster;
use crate::time::Calendar;

/// Which of the grants on record are asked for: those of which everything that is said here holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Of one team: what it is a group by, and its name. Its own grants and those of its members.
    pub team: Option<(&'a str, &'a str)>,
    /// By this rule, under any name that it had.
    pub rule: Option<&'a str>,
    /// `badge`, `reward` or `spotlight`.
    pub kind: Option<&'a str>,
    /// Which stand so.
    pub state: Option<State>,
}

/// A filter that the program has understood.
pub(crate) struct Sieve<'a> {
    filter: Filter<'a>,
    program: &'a Program,
    roster: &'a Roster,
    as_of: Timestamp,
    by: Option<PersonFact>,
}

impl<'a> Filter<'a> {
    /// The filter, made ready for grants like these.
    pub(crate) fn ready(
        self,
        program: &'a Program,
        roster: &'a Roster,
        as_of: Timestamp,
        grants: &[GrantDocument],
    ) -> Result<Sieve<'a>, Error> {
        let by = self.team.map(|(by, _)| program.team_by(by)).transpose()?;
        if let Some(name) = self.rule {
            let present = program.present_name(name);
            // A rule that is gone may have left grants.
            let left = grants.iter().map(|grant| &*grant.what.rule);
            let gives = program.rules().iter().filter(|rule| rule.folder() == Folder::Recognition);
            let known = gives.map(Rule::id).chain(left);
            if !known.clone().any(|known| program.present_name(known) == present) {
                let message = format!("no rule `{name}` gives or gave anything");
                return Err(Problem::new(Code::UnknownRule, message)
                    .maybe_help(choose(name, known))
                    .into());
            }
        }
        let sieve = Sieve { filter: self, program, roster, as_of, by };
        if let Some((by, name)) = self.team {
            let shown = || roster.ids().filter(|id| roster.shows(id, as_of).is_ok());
            let names: Vec<Arc<str>> = shown().filter_map(|id| sieve.team_of(id)).collect();
            let is_subject = grants.iter().any(|grant| sieve.is_of_team(&grant.subject));
            if !is_subject && !names.iter().any(|known| **known == *name) {
                let message = format!("nobody who may be shown is in a {by} `{name}`");
                let names: std::collections::BTreeSet<&str> =
                    names.iter().map(|name| &**name).collect();
                return Err(Problem::new(Code::UnknownName, message)
                    .maybe_help(choose(name, names))
                    .into());
            }
        }
        Ok(sieve)
    }
}

impl Sieve<'_> {
    /// Whether a grant is asked for; `to` is the person by the name that they have by now.
    pub(crate) fn lets_through(&self, grant: &GrantDocument, to: Option<&Arc<str>>) -> bool {
        let Filter { team, rule, kind, state } = self.filter;
        let present = |name| self.program.present_name(name);
        rule.is_none_or(|rule| present(&grant.what.rule) == present(rule))
            && kind.is_none_or(|kind| *grant.what.kind == *kind)
            && state.is_none_or(|state| grant.state == state)
            && team.is_none_or(|(_, name)| match to {
                Some(to) => self.team_of(to).is_some_and(|team| *team == *name),
                None => self.is_of_team(&grant.subject),
            })
    }

    /// The team of somebody, as of the time.
    fn team_of(&self, person: &Arc<str>) -> Option<Arc<str>> {
        let facts = self.roster.facts(person, Calendar::last_instant(self.as_of));
        facts[self.by? as usize].text().cloned()
    }

    fn is_of_team(&self, subject: &Subject) -> bool {
        match (subject, self.filter.team) {
            (Subject::Team { by, team: Some(team) }, Some((group, name))) => {
                *by == group && **team == *name
            }
            _ => false,
        }
    }
}
