//! Runs recognition and coaching rules: once for each enrolled person, and those that take a team
//! alone once for each team that may be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
pub use crate::events::Subject;
use crate::facts::{
    Evidence, Figures, Folder, Object, PeriodFact, PersonFact, Read, StandingFact, TeamFact, Value,
    World,
};
use crate::fault::{Fault, retryable};
use crate::program::{Program, Rule, Subject as Kind, evidence};
use crate::script::{Failure, Given, Rest};
use crate::standings::{Census, Group, Tally, Team, Withheld};
use crate::threads::{each, each_large};

/// A rule that failed, however often it happened.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct SubjectFault {
    /// The failure.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it happened.
    pub count: usize,
    /// The first whom it happened for.
    pub first: Subject,
}

/// Which subjects the rules run for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    /// Everyone, and every team.
    All,
    /// Every team, and everyone but these.
    AllBut(&'a BTreeSet<Arc<str>>),
    /// One person.
    Advocate(&'a str),
    /// Every team.
    Teams,
}

impl<'a> Who<'a> {
    /// The one who is named, or everyone; in aggregate-only mode teams only, and why.
    pub(crate) fn asked(program: &Program, advocate: Option<&'a str>) -> (Self, Option<Withheld>) {
        match advocate {
            Some(id) => (Who::Advocate(id), None),
            None if program.manifest.privacy.aggregate_only => {
                (Who::Teams, Some(Withheld::AggregateOnly))
            }
            None => (Who::All, None),
        }
    }
}

/// What a rule gave to a subject.
pub(crate) struct Gift<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) subject: &'a Subject,
    /// Whether a rule failed on one of the person's activities.
    pub(crate) incomplete: bool,
    pub(crate) given: Given,
    pub(crate) evidence: Vec<Evidence>,
}

/// So many people's rules run at a time, over all cores; what they gave is handed on before the
/// next have their turn, so that it is never there of everyone.
const AT_A_TIME: usize = 2_048;

/// What is told how many people's turns are over, and may end the run.
type Turn<'a> = Box<dyn FnMut(usize) -> Result<(), Error> + 'a>;

/// What one rule gave, and what it read.
type Ran = (Result<Given, Failure>, Vec<Read>);

/// A rule that may give something, by its index in the program.
struct Applied<'r> {
    index: usize,
    rule: &'r Rule,
    rest: Rest,
}

/// What rules run upon.
struct Ground<'a> {
    program: &'a Program,
    census: &'a Census,
    period: Arc<[Value]>,
    /// Whether what rules read is kept.
    explains: bool,
}

impl Ground<'_> {
    /// What the rules give to one person.
    fn of_person<'r>(
        &self,
        id: &Arc<str>,
        rules: &[Applied<'r>],
        teams: &BTreeMap<Arc<str>, Arc<Team>>,
    ) -> Vec<(&'r Rule, Ran)> {
        let census = self.census;
        let mut world = World::new(Arc::clone(&self.program.view));
        world.person = Arc::clone(census.roster.facts(id, census.view.last));
        world.standing = census.standing(id).map(|standing| standing as Arc<dyn Figures>);
        let own = &self.program.manifest.teams[0];
        let team = world.person[*own as usize].text().and_then(|name| teams.get(name));
        world.team = team.map(|team| Arc::clone(team) as Arc<dyn Figures>);
        world.period = Arc::clone(&self.period);
        let has_team = world.team.is_some();
        let (world, mut calls) = (Arc::new(world), 0);
        let ran = rules
            .iter()
            // Rules never see a team that is too small, and do not guess instead.
            .filter(|applied| has_team || !applied.rule.asks(Object::Team, None))
            .map(|applied| {
                calls += 1;
                (applied.rule, self.ran(applied, &world))
            })
            .filter(|(_, (given, _))| !matches!(given, Ok(Given::Nothing)))
            .collect();
        self.program.called(calls);
        ran
    }

    /// What the rules give to all teams of a kind, or to everyone as a team.
    fn of_teams<'r>(
        &self,
        by: Option<PersonFact>,
        rules: &[(usize, &'r Rule)],
    ) -> Vec<(Subject, Vec<(&'r Rule, Ran)>)> {
        // Many rules are for one kind of team: putting the others together is dear.
        let name = by.map_or(Group::PROGRAM.by_name(), |by| by.name());
        let rules = self.applied(rules, &|object, slot| {
            (object == Object::Team && slot == TeamFact::By as u8).then(|| Value::from(name))
        });
        if rules.is_empty() {
            return Vec::new();
        }
        let teams: Vec<Arc<Team>> = match by {
            None => self.census.everyone().into_iter().collect(),
            Some(by) => self.census.teams(by).shown().map(|(_, team)| Arc::clone(team)).collect(),
        };
        let of_team = |team: Arc<Team>| {
            let subject = Subject::Team { by: team.group.by_name(), team: team.group.name.clone() };
            let mut world = World::new(Arc::clone(&self.program.view));
            world.person = Arc::clone(PersonFact::nobody());
            world.team = Some(team as Arc<dyn Figures>);
            world.period = Arc::clone(&self.period);
            let world = Arc::new(world);
            let ran = rules.iter().map(|applied| (applied.rule, self.ran(applied, &world)));
            self.program.called(rules.len() as u64);
            (subject, ran.collect())
        };
        teams.into_iter().map(of_team).collect()
    }

    /// The teams of the first kind, which are people's own.
    fn own_teams(&self) -> BTreeMap<Arc<str>, Arc<Team>> {
        let manifest = &self.program.manifest;
        let teams = self.census.teams(manifest.teams[0]);
        teams.shown().map(|(name, team)| (Arc::clone(name), Arc::clone(team))).collect()
    }

    /// The rules that may give something, where something is known besides what the program and the
    /// period say.
    fn applied<'r>(
        &self,
        rules: &[(usize, &'r Rule)],
        knows: &dyn Fn(Object, u8) -> Option<Value>,
    ) -> Vec<Applied<'r>> {
        let mut world = World::new(Arc::clone(&self.program.view));
        world.period = Arc::clone(&self.period);
        let applied = |(index, rule): &(usize, &'r Rule)| {
            let rest =
                self.program.function_of(rule).rest(&|object, slot, argument| match object {
                    Object::Program | Object::Period => {
                        Some(world.value(*index, object, slot, argument))
                    }
                    object => knows(object, slot),
                });
            Applied { index: *index, rule, rest }
        };
        rules.iter().map(applied).filter(|it| !matches!(it.rest, Rest::Nothing)).collect()
    }

    /// Runs a rule.
    fn ran(&self, applied: &Applied<'_>, world: &Arc<World>) -> Ran {
        let (program, Applied { index, rule, rest }) = (self.program, applied);
        let (file, function) = (program.file_of(rule), program.function_of(rule));
        match self.explains {
            true => program.sandbox.run(file, function, *index, world),
            false => (program.sandbox.rest_of(rest, (file, function), *index, world), Vec::new()),
        }
    }
}

/// A run of all rules of a folder.
pub(crate) struct Run<'a> {
    ground: Ground<'a>,
    folder: Folder,
    faults: Vec<SubjectFault>,
    turn: Turn<'a>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(program: &'a Program, census: &'a Census, folder: Folder) -> Self {
        let view = &census.view;
        let period = view.period.as_ref().map(|period| {
            let days = period.until.minus(period.from);
            let day = view.last_day.minus(period.from) + 1;
            let mut facts = vec![Value::Unknown; PeriodFact::FACTS.len()];
            facts[PeriodFact::Name as usize] = Value::Text(Arc::clone(&period.name));
            facts[PeriodFact::Days as usize] = days.into();
            facts[PeriodFact::Day as usize] = day.into();
            facts[PeriodFact::DaysLeft as usize] = (days - day).into();
            facts
        });
        let period = period.unwrap_or_default().into();
        let ground = Ground { program, census, period, explains: true };
        Self { ground, folder, faults: Vec::new(), turn: Box::new(|_| Ok(())) }
    }

    /// The same without evidence, which is dear to keep; `turn` is told how many people's turns are
    /// over, and may end the run.
    pub(crate) fn quick(mut self, turn: impl FnMut(usize) -> Result<(), Error> + 'a) -> Self {
        self.ground.explains = false;
        self.turn = Box::new(turn);
        self
    }

    /// The name of the period that is looked at; nothing between seasons.
    pub(crate) fn period_name(&self) -> Option<Arc<str>> {
        self.ground.census.view.period.as_ref().map(|period| Arc::clone(&period.name))
    }

    /// Runs the rules and hands on what each gave.
    pub(crate) fn run(
        mut self,
        who: Who<'_>,
        mut take: impl FnMut(Gift<'_>) -> Result<(), Failure>,
    ) -> Result<Vec<SubjectFault>, Error> {
        let rules = |kind: Kind| -> Vec<(usize, &Rule)> {
            let Ground { program, census, .. } = self.ground;
            let all = program.rules_of(self.folder);
            all.filter(|(_, rule)| rule.subject() == kind)
                .filter(|(_, rule)| rule.settings().in_force(census.view.last))
                .collect()
        };
        let (of_people, of_teams) = (rules(Kind::Person), rules(Kind::Team));
        if !matches!(who, Who::Teams) && !of_people.is_empty() {
            self.people(who, &of_people, &mut take)?;
        }
        if !matches!(who, Who::Advocate(_)) && !of_teams.is_empty() {
            self.teams(&of_teams, &mut take)?;
        }
        Ok(self.faults)
    }

    fn people(
        &mut self,
        who: Who<'_>,
        rules: &[(usize, &Rule)],
        take: &mut impl FnMut(Gift<'_>) -> Result<(), Failure>,
    ) -> Result<(), Error> {
        let Ground { census, .. } = self.ground;
        let last = census.view.last;
        let teams = match rules.iter().any(|(_, rule)| rule.asks(Object::Team, None)) {
            true => self.ground.own_teams(),
            false => BTreeMap::new(),
        };
        let applied = self.ground.applied(rules, &|_, _| None);
        let asked: Vec<(&Arc<str>, &Arc<Tally>)> = census
            .tallies
            .iter()
            .filter(|(id, _)| match who {
                Who::Advocate(name) => ***id == *name,
                Who::AllBut(others) => !others.contains(*id),
                Who::All | Who::Teams => true,
            })
            .filter(|(id, _)| census.roster.is_enrolled(id, last))
            // Who is away is left in peace; what somebody has earned stays earned.
            .filter(|(id, _)| self.folder != Folder::Coaching || !census.roster.is_away(id, last))
            .collect();
        for (done, some) in asked.chunks(AT_A_TIME).enumerate() {
            (self.turn)(done * AT_A_TIME)?;
            let ground = &self.ground;
            let person = |(): &mut (), (id, _): &(&Arc<str>, &Arc<Tally>)| {
                Ok(ground.of_person(id, &applied, &teams))
            };
            let ran = each(some, || (), person, |_, _| {})?;
            for ((id, tally), ran) in some.iter().zip(ran) {
                let subject = Subject::Advocate { advocate: Arc::clone(id) };
                for (rule, ran) in ran {
                    self.take(rule, &subject, tally.incomplete, ran, take)?;
                }
            }
        }
        (self.turn)(asked.len())
    }

    fn teams(
        &mut self,
        rules: &[(usize, &Rule)],
        take: &mut impl FnMut(Gift<'_>) -> Result<(), Failure>,
    ) -> Result<(), Error> {
        let ground = &self.ground;
        let kinds = ground.program.manifest.teams.iter().copied().map(Some);
        let kinds: Vec<Option<PersonFact>> = std::iter::once(None).chain(kinds).collect();
        let ran = each_large(&kinds, |by| Ok(ground.of_teams(*by, rules)))?;
        for (subject, ran) in ran.into_iter().flatten() {
            for (rule, ran) in ran {
                self.take(rule, &subject, false, ran, take)?;
            }
        }
        Ok(())
    }

    /// Hands on what a rule gave.
    fn take(
        &mut self,
        rule: &Rule,
        subject: &Subject,
        incomplete: bool,
        (result, reads): Ran,
        take: &mut impl FnMut(Gift<'_>) -> Result<(), Failure>,
    ) -> Result<(), Error> {
        let taken = result.and_then(|given| match given {
            Given::Nothing => Ok(()),
            given => {
                let evidence = evidence(rule.folder(), reads);
                take(Gift { rule, subject, incomplete, given, evidence })
            }
        });
        if let Err(failure) = taken {
            retryable(rule, &failure)?;
            let fault = Fault::new(rule, failure);
            match self.faults.iter_mut().find(|known| known.fault.same_place(&fault)) {
                Some(known) => known.count += 1,
                None => {
                    self.faults.push(SubjectFault { fault, count: 1, first: subject.clone() });
                }
            }
        }
        Ok(())
    }
}

impl Program {
    /// Whether a rule of a folder asks what guidelines found in published posts, which is dear to
    /// work out.
    pub(crate) fn asks_findings(&self, folder: Folder) -> bool {
        let findings = [StandingFact::Findings, StandingFact::FindingsIn, StandingFact::Found];
        self.rules_of(folder).any(|(_, rule)| {
            findings.iter().any(|fact| rule.asks(Object::Standing, Some(*fact as u8)))
        })
    }
}
