//! Questions about teams, and their answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::census::Census;
use super::document::{
    EmvFormula, ErasedLine, Figure, Origin, TeamDocument, TeamsDocument, WindowDates, Withheld,
    figures,
};
use super::team::{Group, Team};
use crate::error::Error;
use crate::events::{Log, Rest};
use crate::facts::{Object, PersonFact};
use crate::program::{Program, Window};
use crate::timeline::Records;

/// Which teams are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamQuestion {
    /// What they are by, such as `department`; nothing for the whole program.
    pub by: Option<Arc<str>>,
    /// Which of them; nothing for all.
    pub name: Option<Arc<str>>,
    /// The one window that is looked at, against the window before; nothing for all windows.
    pub window: Option<Arc<str>>,
}

impl TeamQuestion {
    /// All teams by something, such as `department`.
    pub fn by(by: &str) -> Self {
        Self { by: Some(by.into()), ..Self::default() }
    }

    /// One team.
    pub fn one(by: &str, name: &str) -> Self {
        Self { name: Some(name.into()), ..Self::by(by) }
    }
}

impl Program {
    /// The figures of teams: of the whole program, of all teams by something, or of one of them.
    ///
    /// # Errors
    ///
    /// There is no such team or window, or a rule ran out of time (retryable).
    pub fn teams(
        &self,
        records: &Records<'_>,
        question: &TeamQuestion,
    ) -> Result<TeamsDocument, Error> {
        let census = Census::of(self, records, None, false, |_, _| {})?;
        let kept = kept_of(records.log, records.as_of);
        self.teams_document(&census, question, &kept, records.assume_consent)
    }

    pub(crate) fn teams_document(
        &self,
        census: &Census,
        question: &TeamQuestion,
        kept: &[Rest],
        assumed_consent: bool,
    ) -> Result<TeamsDocument, Error> {
        let TeamQuestion { by, name, window } = question;
        let by = by.as_deref().map(|by| {
            let known = self.team_by(by);
            // Who names a team alone has often only left out what it is by.
            known.map_err(|error| match name {
                None => self.called_so(census, by, error),
                Some(_) => error,
            })
        });
        let by = by.transpose()?;
        let window = window.as_deref().map(|window| self.window_named(window)).transpose()?;
        let before = window.map(|window| census.earlier(self, window.days));
        let before = before.as_ref();
        let documents = Documents { program: self, census, window, before, kept };
        let teams = match (by, name) {
            (None, _) => vec![documents.one(Group::PROGRAM, census.everyone())],
            (Some(by), Some(name)) => {
                let group = Group { by: Some(by), name: Some(Arc::clone(name)) };
                vec![documents.one(group, self.team_of(census, by.name(), name)?.ok())]
            }
            (Some(by), None) => documents.all(by),
        };
        let origin = Origin::of(self, &census.view, assumed_consent);
        let window = window.map(|window| {
            let until = census.view.last_day.plus(1);
            WindowDates {
                name: Arc::clone(&window.name),
                before: until.plus(-2 * window.days).show(),
                from: until.plus(-window.days).show(),
                until: until.show(),
            }
        });
        let emv = self.manifest.emv.as_ref().map(EmvFormula::of);
        Ok(TeamsDocument { origin, window, emv, teams })
    }
}

impl Program {
    /// Adds to an error that there are teams of this name.
    fn called_so(&self, census: &Census, name: &str, error: Error) -> Error {
        let kinds = self.manifest.teams.iter();
        let same = kinds.filter_map(|by| {
            let teams = census.teams(*by);
            let same =
                teams.teams.keys().find(|team| team.to_lowercase() == name.to_lowercase())?;
            Some(format!("`{}={same}`", by.name()))
        });
        let same: Vec<String> = same.collect();
        if same.is_empty() {
            return error;
        }
        error.each(|problem| problem.help = Some(format!("did you mean {}?", same.join(" or "))))
    }
}

/// What the latest erasure before a time has kept of everyone who was erased.
pub(crate) fn kept_of(log: &Log, as_of: Timestamp) -> Vec<Rest> {
    let before = log.others().filter(|(_, event)| event.at < as_of);
    let kept = before.filter_map(|(_, event)| event.erasure()).flat_map(|it| &it.rest);
    kept.cloned().collect()
}

/// Makes documents of teams.
struct Documents<'a> {
    program: &'a Program,
    census: &'a Census,
    window: Option<&'a Window>,
    /// Everyone as of the beginning of the window.
    before: Option<&'a Census>,
    /// What is kept of people who were erased.
    kept: &'a [Rest],
}

impl Documents<'_> {
    /// One team, held to the goals.
    fn one(&self, group: Group, team: Option<Arc<Team>>) -> TeamDocument {
        let before = self.before.and_then(|before| before.shown(&group));
        let kpis = team.as_ref().map(|team| self.program.kpis_of(self.census, team));
        let kpis = kpis.unwrap_or_default();
        TeamDocument { kpis, ..self.team(group, team.as_ref(), before.as_ref()) }
    }

    /// All teams of a kind.
    fn all(&self, by: PersonFact) -> Vec<TeamDocument> {
        let known = self.census.teams(by);
        let before = self.before.map(|before| before.teams(by));
        let document = |(name, team): (&Arc<str>, &Arc<Team>)| {
            let shown = known.shown_named(name);
            let before = before.as_ref().and_then(|before| before.shown_named(name));
            self.team(team.group.clone(), shown, before)
        };
        known.teams.iter().map(document).collect()
    }

    fn team(
        &self,
        group: Group,
        team: Option<&Arc<Team>>,
        before: Option<&Arc<Team>>,
    ) -> TeamDocument {
        let (by, name) = (group.by_name(), group.name);
        let mut document = TeamDocument {
            by,
            name,
            figures: BTreeMap::new(),
            members: Vec::new(),
            before: None,
            kpis: BTreeMap::new(),
            unshared_content: Vec::new(),
            erased: None,
            withheld: None,
        };
        let Some(team) = team else {
            document.withheld = Some(Withheld::SmallGroup);
            return document;
        };
        document.figures = self.figures(team);
        document.erased = self.erased(&team.group);
        if !self.program.is_aggregate_only() {
            document.members = team.enrolled.keys().cloned().collect();
        }
        if let Some(window) = self.window {
            document.before = Some(before.map_or_else(BTreeMap::new, |team| self.figures(team)));
            document.unshared_content = team.unshared_in(window.days);
        }
        document
    }

    /// What is kept of people who were erased, where they are enough: in the group and, so that it
    /// cannot be told by subtraction, among those who are in none of the groups that are shown.
    fn erased(&self, group: &Group) -> Option<ErasedLine> {
        let minimum = i64::try_from(self.census.minimum_group()).unwrap_or(i64::MAX);
        let of = |group: &Group| {
            let (by, name) = (group.by_name(), &group.name);
            self.kept.iter().find(move |one| *one.by == *by && one.team == *name)
        };
        let own = of(group).filter(|one| one.people >= minimum)?;
        if group.by.is_some() {
            let teams = self.kept.iter().filter(|one| *one.by == *own.by && one.people >= minimum);
            let shown: i64 = teams.map(|one| one.people).sum();
            let others = of(&Group::PROGRAM)?.people - shown;
            if others != 0 && others < minimum {
                return None;
            }
        }
        let Rest { people, activities, points, .. } = *own;
        Some(ErasedLine { people, activities, points, program: Arc::clone(&own.program) })
    }

    fn figures(&self, team: &Team) -> BTreeMap<&'static str, Figure> {
        let window = self.window.map(|window| &*window.name);
        let mut figures = figures(self.program, Object::Team, team, window);
        // They are said beside the figures.
        figures.remove("by");
        figures.remove("name");
        figures
    }
}
