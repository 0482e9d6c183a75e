//! What a team has become: every figure of a team.
//!
//! - `gather` puts teams together, `withheld` knows which of them show nothing;
//! - `people`, `points`, `posts`, `results` and `learning` have the figures, each those of its kind.

mod gather;
mod learning;
mod people;
mod points;
mod posts;
mod results;
mod withheld;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::census::Census;
use super::rhythm::{Frozen, Rhythm};
use super::tally::{Entry, Tally};
use super::viewpoint::Viewpoint;
use super::workings::percent;
use crate::events::{EVERYONE, Market};
use crate::facts::{Figures, PersonFact, TeamFact, Value};
use crate::roster::Roster;
use crate::time::Day;
use crate::timeline::Contents;

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
    /// Which of the person's activities and points by hand count for the team.
    entries: Vec<Range<usize>>,
    by_hand: Vec<Range<usize>>,
}

impl Share {
    fn of(tally: &Arc<Tally>) -> Self {
        Self { tally: Arc::clone(tally), entries: Vec::new(), by_hand: Vec::new() }
    }

    fn take(&mut self, entries: Range<usize>, by_hand: Range<usize>) {
        self.entries.extend(Some(entries).filter(|range| !range.is_empty()));
        self.by_hand.extend(Some(by_hand).filter(|range| !range.is_empty()));
    }

    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.by_hand.is_empty()
    }

    fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
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
    pub(super) view: Arc<Viewpoint>,
    roster: Arc<Roster>,
    contents: Arc<Contents>,
    pub(crate) group: Group,
    eligible: usize,
    /// The leaders among them.
    leaders: BTreeSet<Arc<str>>,
    /// Enrolled members, each with what counts for them in any team.
    pub(crate) enrolled: BTreeMap<Arc<str>, Arc<Tally>>,
    shares: Vec<Share>,
    /// The date of the last meeting that had advocacy on its agenda.
    last_agenda: Option<Day>,
    /// Of the whole program: groups that are large enough to be shown, by what they are by, and
    /// whether enough of them take part.
    covered: BTreeMap<(&'static str, Arc<str>), bool>,
    /// Of the whole program: the figures of the market.
    market: Vec<(Day, Market)>,
}

impl Figures for Team {
    fn figure(&self, slot: u8, argument: Option<&str>) -> Value {
        self.value(TeamFact::ALL[usize::from(slot)], argument.unwrap_or_default())
    }
}

impl Team {
    fn new(census: &Census, group: Group) -> Self {
        let view = Arc::clone(&census.view);
        let meetings = census.meetings.iter().filter(|(at, meeting)| {
            meeting.agenda
                && *at <= view.last
                && meeting.team.as_ref().is_none_or(|(by, name)| {
                    group.by == Some(*by) && group.name.as_ref() == Some(name)
                })
        });
        let last_agenda = meetings.map(|(at, _)| view.calendar.day(*at)).max();
        Self {
            view,
            roster: Arc::clone(&census.roster),
            contents: Arc::clone(&census.contents),
            group,
            eligible: 0,
            leaders: BTreeSet::new(),
            enrolled: BTreeMap::new(),
            shares: Vec::new(),
            last_agenda,
            covered: BTreeMap::new(),
            market: Vec::new(),
        }
    }

    /// Takes in an active employee, enrolled or not.
    fn enrol(&mut self, id: &Arc<str>, census: &Census) {
        self.eligible += 1;
        let last = self.view.last;
        if census.roster.facts(id, last)[PersonFact::Leader as usize] == Value::Flag(true) {
            self.leaders.insert(Arc::clone(id));
        }
        if let Some(tally) = census.enrolled(id) {
            self.enrolled.insert(Arc::clone(id), Arc::clone(tally));
        }
    }

    /// Each person's points of the dates that fit.
    pub(super) fn points_by_person(&self, fits: impl Fn(Day) -> bool) -> BTreeMap<Arc<str>, i64> {
        let points = |share: &Share| (Arc::clone(&share.tally.advocate), share.points(&fits));
        self.shares.iter().map(points).collect()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.shares.iter().flat_map(Share::entries)
    }

    /// How many activities count for it, and all its points.
    pub(crate) fn brought(&self) -> (i64, i64) {
        (i64::try_from(self.entries().count()).unwrap_or(i64::MAX), self.points(|_| true))
    }

    fn is_program(&self) -> bool {
        self.group.by.is_none()
    }

    /// Whether figures of so many of so many people may be shown: both they and the others are
    /// enough, or nobody. It is so of the whole program only: from it and from the teams where they
    /// are enough, those of the teams where they are few would be told by subtraction.
    fn may_show(&self, some: usize, of: usize) -> bool {
        let minimum = self.view.privacy.minimum_group;
        self.is_program() && some >= minimum && (some >= of || of - some >= minimum)
    }

    /// A figure; `argument` is what it is asked with.
    pub(super) fn value(&self, fact: TeamFact, argument: &str) -> Value {
        self.within(fact, argument, self.view.days_of(argument))
    }

    /// A figure, of the last so many dates where it is one of a window.
    pub(super) fn within(&self, fact: TeamFact, argument: &str, days: i64) -> Value {
        let view = &*self.view;
        let recent = |day: Day| view.is_recent(day, days);
        match fact {
            TeamFact::By => self.group.by_name().into(),
            TeamFact::Name => self.group.name.clone().into(),
            TeamFact::Eligible => self.eligible.into(),
            TeamFact::Enrolled => self.enrolled.len().into(),
            TeamFact::Adoption => percent(self.enrolled.len(), self.eligible),
            TeamFact::ActiveIn => self.active(recent).into(),
            TeamFact::ParticipationIn => percent(self.active(recent), self.enrolled.len()),
            TeamFact::Covered => self.coverage(argument),
            TeamFact::WithoutPart => self.without_part(argument),
            TeamFact::LeadersActiveIn => self.leaders_active(recent),
            TeamFact::LeadersOwnVoiceIn => self.leaders_own_voice(recent),
            TeamFact::Audience => self.audience(view.last),
            TeamFact::AudienceGrowthIn => self.audience_growth(days),
            TeamFact::EarlyParticipation => self.early_participation(),
            TeamFact::Kept => self.kept(),
            TeamFact::ReadyToWiden => self.is_ready(),
            TeamFact::DaysSinceFirst => self.first_day().map(|day| view.days_since(day)).into(),
            TeamFact::DaysSinceAgenda => self.last_agenda.map(|day| view.days_since(day)).into(),
            TeamFact::ActivitiesIn => {
                self.entries().filter(|entry| recent(entry.day)).count().into()
            }
            TeamFact::Burst => match self.rhythm().burst() {
                Some((most, all, _)) => percent(most, all),
                None => Value::Unknown,
            },
            TeamFact::LaunchSpike => self.rhythm().is_launch_spike().into(),
            TeamFact::Points => Value::Number(self.points(|_| true)),
            TeamFact::PointsIn => Value::Number(self.points(recent)),
            TeamFact::PointsThisPeriod => Value::Number(self.points(|day| view.is_in_period(day))),
            TeamFact::AverageIn
            | TeamFact::TopShareIn
            | TeamFact::WithoutTopIn
            | TeamFact::PointsWithoutTopIn
            | TeamFact::AbsenceFactorIn
            | TeamFact::GiniIn => self.concentration(fact, recent),
            TeamFact::PostsIn
            | TeamFact::EngagedPostsIn
            | TeamFact::PushOnlyIn
            | TeamFact::CopiesIn
            | TeamFact::OwnVoiceIn
            | TeamFact::OwnContentIn
            | TeamFact::CompanyContentIn
            | TeamFact::ThirdPartyContentIn
            | TeamFact::UnsharedContentIn
            | TeamFact::ConversationIn => self.published(fact, recent),
            TeamFact::ImpressionsIn
            | TeamFact::LikesIn
            | TeamFact::CommentsIn
            | TeamFact::SharesIn
            | TeamFact::ClicksIn
            | TeamFact::LeadsIn
            | TeamFact::ConversionsIn
            | TeamFact::PipelineValueIn
            | TeamFact::ReachOutsideIn
            | TeamFact::EmvIn
            | TeamFact::ClosedDealsIn
            | TeamFact::ReachPerDealIn
            | TeamFact::ShareOfVoiceIn => self.results(fact, recent),
            TeamFact::TrainingsIn
            | TeamFact::AppliedIn
            | TeamFact::MentoredIn
            | TeamFact::MentoringLiftIn => self.learning(fact, recent),
        }
    }

    /// The date of the first activity that counts for the team.
    pub(super) fn first_day(&self) -> Option<Day> {
        self.entries().map(|entry| entry.day).min()
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
    /// The one of a name, where it may be shown.
    pub(crate) fn shown_named(&self, name: &str) -> Option<&Arc<Team>> {
        self.teams.get(name).filter(|_| !self.withheld.contains(name))
    }

    /// Those that may be shown, by name.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Team>)> {
        self.teams.iter().filter(|(name, _)| !self.withheld.contains(*name))
    }
}
