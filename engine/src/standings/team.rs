//! What a team has become: every figure of a team, and which teams are large enough to be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::census::Census;
use super::rhythm::{Frozen, Rhythm};
use super::standing::conversation;
use super::tally::{Entry, Tally};
use super::viewpoint::Viewpoint;
use super::workings::{percent, scaled, whole};
use crate::events::EVERYONE;
use crate::facts::{Figures, PersonFact, TeamFact, Value};
use crate::roster::Member;
use crate::time::Day;

/// What a team is a group by: a fact of its people, or everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) by: Option<PersonFact>,
    pub(crate) name: Option<Arc<str>>,
}

impl Group {
    /// Everyone.
    pub(crate) const PROGRAM: Group = Group { by: None, name: None };

    /// The word for what it is by.
    pub(crate) fn by_name(&self) -> &'static str {
        self.by.map_or(EVERYONE, PersonFact::name)
    }
}

/// What one person brought to a team.
#[derive(Clone, Debug)]
struct Share {
    tally: Arc<Tally>,
    /// Which of the person's activities and points by hand count for the team; each is a range
    /// where they follow each other, as they mostly do.
    entries: Vec<Range<usize>>,
    by_hand: Vec<Range<usize>>,
}

/// Takes the next place in, into the last range where it goes on there.
fn take_in(ranges: &mut Vec<Range<usize>>, place: usize) {
    match ranges.last_mut() {
        Some(last) if last.end == place => last.end += 1,
        _ => ranges.push(place..place + 1),
    }
}

impl Share {
    fn of(tally: &Arc<Tally>) -> Self {
        Self { tally: Arc::clone(tally), entries: Vec::new(), by_hand: Vec::new() }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flat_map(|range| &self.tally.entries[range.clone()])
    }

    fn points(&self, fits: impl Fn(Day) -> bool) -> i64 {
        let by_hand = self.by_hand.iter().flat_map(|range| &self.tally.by_hand[range.clone()]);
        let by_hand = by_hand.filter(|hand| fits(hand.day));
        self.entries().filter(|entry| fits(entry.day)).map(|entry| entry.points).sum::<i64>()
            + by_hand.map(|hand| hand.adjusted.adjustment.points).sum::<i64>()
    }
}

/// A group of people as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    view: Arc<Viewpoint>,
    pub(crate) group: Group,
    eligible: usize,
    /// Enrolled members, each with what counts for them in any team.
    pub(crate) enrolled: BTreeMap<Arc<str>, Option<Arc<Tally>>>,
    shares: Vec<Share>,
    /// The date of the last meeting that had advocacy on its agenda.
    last_agenda: Option<Day>,
    /// Of the whole program: groups of which hardly anybody takes part, by what they are by.
    without_part: Vec<(&'static str, Arc<str>)>,
}

impl Figures for Team {
    fn figure(&self, slot: u8, argument: Option<&str>) -> Value {
        self.value(TeamFact::ALL[usize::from(slot)], argument.unwrap_or_default())
    }
}

impl Team {
    fn new(census: &Census, group: Group) -> Self {
        let view = Arc::clone(&census.view);
        let meetings = census.meetings.iter().filter(|(_, meeting)| {
            meeting.agenda
                && meeting.team.as_ref().is_none_or(|(by, name)| {
                    group.by == Some(*by) && group.name.as_ref() == Some(name)
                })
        });
        let last_agenda = meetings.map(|(at, _)| view.calendar.day(*at)).max();
        Self {
            view,
            group,
            eligible: 0,
            enrolled: BTreeMap::new(),
            shares: Vec::new(),
            last_agenda,
            without_part: Vec::new(),
        }
    }

    /// Takes in an active employee, enrolled or not.
    fn enrol(&mut self, id: &Arc<str>, census: &Census) {
        self.eligible += 1;
        if census.roster.is_enrolled(id, self.view.last) {
            self.enrolled.insert(Arc::clone(id), census.tallies.get(id).cloned());
        }
    }

    /// Whether nobody is enrolled and nothing counts for it.
    fn is_empty(&self) -> bool {
        self.enrolled.is_empty() && self.shares.is_empty()
    }

    /// Each person's points of the dates that fit.
    pub(super) fn points_by_person(&self, fits: impl Fn(Day) -> bool) -> BTreeMap<Arc<str>, i64> {
        let points = |share: &Share| (Arc::clone(&share.tally.advocate), share.points(&fits));
        self.shares.iter().map(points).collect()
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.shares.iter().flat_map(Share::entries)
    }

    fn points(&self, fits: impl Fn(Day) -> bool) -> i64 {
        self.shares.iter().map(|share| share.points(&fits)).sum()
    }

    fn active(&self, fits: impl Fn(Day) -> bool) -> usize {
        let is_active = |tally: &&Arc<Tally>| tally.entries.iter().any(|entry| fits(entry.day));
        self.enrolled.values().flatten().filter(is_active).count()
    }

    /// A figure; `argument` is what it is asked with.
    pub(super) fn value(&self, fact: TeamFact, argument: &str) -> Value {
        let view = &*self.view;
        let window = |day: Day| view.is_in_window(day, argument);
        match fact {
            TeamFact::By => self.group.by_name().into(),
            TeamFact::Name => self.group.name.clone().into(),
            TeamFact::Eligible => self.eligible.into(),
            TeamFact::Enrolled => self.enrolled.len().into(),
            TeamFact::Adoption => percent(self.enrolled.len(), self.eligible),
            TeamFact::ActiveIn => self.active(window).into(),
            TeamFact::ParticipationIn => percent(self.active(window), self.enrolled.len()),
            TeamFact::Points => Value::Number(self.points(|_| true)),
            TeamFact::PointsIn => Value::Number(self.points(window)),
            TeamFact::PointsThisPeriod => Value::Number(self.points(|day| view.is_in_period(day))),
            TeamFact::ActivitiesIn => {
                self.entries().filter(|entry| window(entry.day)).count().into()
            }
            TeamFact::AverageIn => whole(self.points(window), self.active(window)),
            TeamFact::TopShareIn => {
                let points = self.shares.iter().map(|share| share.points(window));
                let brought: Vec<i64> = points.filter(|points| *points > 0).collect();
                match brought.iter().max() {
                    Some(most) => scaled(*most, 100, brought.iter().sum()),
                    None => Value::Unknown,
                }
            }
            TeamFact::ConversationIn => {
                let (part, all) = conversation(self.entries().filter(|entry| window(entry.day)));
                percent(part.len(), all)
            }
            TeamFact::Burst => match self.rhythm().burst() {
                Some((most, all, _)) => percent(most, all),
                None => Value::Unknown,
            },
            TeamFact::LaunchSpike => self.rhythm().is_launch_spike().into(),
            TeamFact::WithoutPart => {
                let of_kind = self.without_part.iter().filter(|(by, _)| *by == argument);
                let names: Vec<&str> = of_kind.map(|(_, name)| &**name).collect();
                if names.is_empty() { Value::Unknown } else { names.join(", ").as_str().into() }
            }
            TeamFact::DaysSinceAgenda => self.last_agenda.map(|day| view.days_since(day)).into(),
        }
    }

    /// A team as a whole is never away.
    fn rhythm(&self) -> Rhythm<'_> {
        Rhythm::new(&self.view, self.entries().map(|entry| entry.day), Frozen::default())
    }
}

/// All teams of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Teams {
    /// By name.
    pub(crate) teams: BTreeMap<Arc<str>, Arc<Team>>,
    /// The names of those that are too small to be shown, or that would tell of one.
    pub(crate) withheld: BTreeSet<Arc<str>>,
}

impl Teams {
    /// Those that may be shown, by name.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Team>)> {
        self.teams.iter().filter(|(name, _)| !self.withheld.contains(*name))
    }
}

impl Census {
    /// The whole program as a team; nothing where it is too small to be shown.
    pub(crate) fn everyone(&self, minimum: usize) -> Option<Arc<Team>> {
        let mut team = Team::new(self, Group::PROGRAM);
        for member in self.employees() {
            team.enrol(member, self);
        }
        for tally in self.tallies.values() {
            let mut share = Share::of(tally);
            share.entries.push(0..tally.entries.len());
            share.by_hand.push(0..tally.by_hand.len());
            if !tally.entries.is_empty() || !tally.by_hand.is_empty() {
                team.shares.push(share);
            }
        }
        team.without_part = self.without_part(minimum);
        (team.enrolled.len() >= minimum).then(|| Arc::new(team))
    }

    /// Groups that have enough employees to be shown and too few who enrolled, in order.
    fn without_part(&self, minimum: usize) -> Vec<(&'static str, Arc<str>)> {
        let mut sizes: BTreeMap<(&'static str, Arc<str>), (usize, usize)> = BTreeMap::new();
        for id in self.employees() {
            let facts = self.roster.facts(id, self.view.last);
            for by in PersonFact::TEAMS {
                let Some(name) = facts[*by as usize].text() else { continue };
                let group = (PersonFact::FACTS[*by as usize].name, Arc::clone(name));
                let (eligible, enrolled) = sizes.entry(group).or_default();
                *eligible += 1;
                *enrolled += usize::from(self.roster.is_enrolled(id, self.view.last));
            }
        }
        let few =
            |(eligible, enrolled): &(usize, usize)| *eligible >= minimum && *enrolled < minimum;
        sizes.into_iter().filter(|(_, size)| few(size)).map(|(group, _)| group).collect()
    }

    /// All teams by a fact of their people.
    pub(crate) fn teams(&self, by: PersonFact, minimum: usize) -> Teams {
        let group = |name: &Option<Arc<str>>| Group { by: Some(by), name: name.clone() };
        let name_of = |person: &[Value]| person[by as usize].text().cloned();
        let name_at = |member: Option<&Arc<Member>>, at: Timestamp| {
            member.and_then(|member| member.facts(at)).and_then(|facts| name_of(facts))
        };
        let mut teams: BTreeMap<Option<Arc<str>>, Team> = BTreeMap::new();
        teams.insert(None, Team::new(self, group(&None)));
        for id in self.employees() {
            let name = name_of(&self.roster.facts(id, self.view.last));
            let team = || Team::new(self, group(&name));
            teams.entry(name.clone()).or_insert_with(team).enrol(id, self);
        }
        for tally in self.tallies.values() {
            let mut shares: BTreeMap<Option<Arc<str>>, Share> = BTreeMap::new();
            let share = || Share::of(tally);
            // What somebody did counts for the team they were in at the time.
            let member = self.roster.member(&tally.advocate);
            for (index, entry) in tally.entries.iter().enumerate() {
                let name = name_at(member, entry.at());
                take_in(&mut shares.entry(name).or_insert_with(share).entries, index);
            }
            for (index, hand) in tally.by_hand.iter().enumerate() {
                let name = name_at(member, hand.adjusted.at);
                take_in(&mut shares.entry(name).or_insert_with(share).by_hand, index);
            }
            for (name, share) in shares {
                let team = || Team::new(self, group(&name));
                teams.entry(name.clone()).or_insert_with(team).shares.push(share);
            }
        }
        let none = teams.remove(&None).filter(|team| !team.is_empty());
        let teams: BTreeMap<Arc<str>, Arc<Team>> =
            teams.into_iter().filter_map(|(name, team)| Some((name?, Arc::new(team)))).collect();
        let withheld = withheld(&teams, none.as_ref(), minimum);
        Teams { teams, withheld }
    }

    /// Active employees at the last instant: those on record, and those of whom only events are.
    fn employees(&self) -> impl Iterator<Item = &Arc<str>> {
        let (roster, last) = (&self.roster, self.view.last);
        let others = self.tallies.keys().filter(|id| roster.member(id).is_none());
        roster.ids().filter(move |id| roster.is_active(id, last)).chain(others)
    }
}

/// The teams that show nothing: those under the minimum, and as many of the next smallest as it
/// takes so that the total less the teams shown tells of no fewer people than the minimum.
fn withheld(
    teams: &BTreeMap<Arc<str>, Arc<Team>>,
    none: Option<&Team>,
    minimum: usize,
) -> BTreeSet<Arc<str>> {
    let size = |team: &Team| team.enrolled.len();
    let mut withheld: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut people = none.map_or(0, size);
    let mut empty = none.is_none();
    let mut shown: Vec<(usize, std::cmp::Reverse<&Arc<str>>)> = Vec::new();
    for (name, team) in teams {
        if size(team) < minimum {
            withheld.insert(Arc::clone(name));
            people += size(team);
            empty &= team.is_empty();
        } else {
            shown.push((size(team), std::cmp::Reverse(name)));
        }
    }
    shown.sort_unstable();
    for (size, std::cmp::Reverse(name)) in shown {
        if empty || people >= minimum {
            break;
        }
        withheld.insert(Arc::clone(name));
        people += size;
    }
    withheld
}
