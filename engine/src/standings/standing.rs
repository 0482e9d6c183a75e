//! What an advocate has become: every figure of a standing, by the page of formulas.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::census::{Census, Ties};
use super::rhythm::{Frozen, Rhythm};
use super::tally::{ByHand, Entry, Received, Tally};
use super::viewpoint::{FRESH_DAYS, Viewpoint};
use super::workings::{Workings, percent};
use crate::facts::{ActivityFact, Figures, PersonFact, STYLES, StandingFact, Value};
use crate::program::Role;
use crate::roster::Roster;
use crate::time::Day;
use crate::timeline::Contents;

/// An advocate as of a time.
#[derive(Debug)]
pub(crate) struct Standing {
    view: Arc<Viewpoint>,
    roster: Arc<Roster>,
    contents: Arc<Contents>,
    ties: Arc<Ties>,
    pub(crate) tally: Arc<Tally>,
}

impl Figures for Standing {
    fn figure(&self, slot: u8, argument: Option<&str>) -> Value {
        let fact = StandingFact::ALL[usize::from(slot)];
        self.workings(fact, argument.unwrap_or_default()).value()
    }
}

impl Standing {
    pub(super) fn new(census: &Census, tally: Arc<Tally>) -> Self {
        Self {
            view: Arc::clone(&census.view),
            roster: Arc::clone(&census.roster),
            contents: Arc::clone(&census.contents),
            ties: Arc::clone(&census.ties),
            tally,
        }
    }

    fn entries(&self, fits: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
        self.tally.entries.iter().filter(|entry| fits(entry)).collect()
    }

    fn by_hand(&self, fits: impl Fn(Day) -> bool) -> Vec<&ByHand> {
        self.tally.by_hand.iter().filter(|hand| fits(hand.day)).collect()
    }

    /// What others did for the person; who has opted out since is not seen.
    fn received(&self, role: Role) -> impl Iterator<Item = &Received> {
        self.tally
            .received
            .iter()
            .filter(move |gift| gift.role == role)
            .filter(|gift| self.roster.shows(&gift.from, self.view.as_of).is_ok())
    }

    /// Whether somebody is on record by name, and enrolled.
    fn is_enrolled(&self, id: &str) -> bool {
        self.roster.member(id).is_some() && self.roster.is_enrolled(id, self.view.last)
    }

    /// A fact of the person's profile at the last instant.
    fn profile(&self, fact: PersonFact) -> Value {
        self.roster.facts(&self.tally.advocate, self.view.last)[fact as usize].clone()
    }

    /// How a figure comes about; `argument` is what it is asked with.
    pub(super) fn workings(&self, fact: StandingFact, argument: &str) -> Workings<'_> {
        let view = &*self.view;
        let all = |_: Day| true;
        let window = |day: Day| view.is_in_window(day, argument);
        let period = |day: Day| view.is_in_period(day);
        match fact {
            StandingFact::Points => Workings::Points(self.entries(|_| true), self.by_hand(all)),
            StandingFact::PointsIn => {
                Workings::Points(self.entries(|entry| window(entry.day)), self.by_hand(window))
            }
            StandingFact::PointsThisPeriod => {
                Workings::Points(self.entries(|entry| period(entry.day)), self.by_hand(period))
            }
            StandingFact::PointsInStyle => {
                Workings::Points(self.entries(|entry| entry.style() == argument), Vec::new())
            }
            StandingFact::Level | StandingFact::NextLevel | StandingFact::PointsToNext => {
                self.level(fact)
            }
            StandingFact::Activities => Workings::Count(self.entries(|_| true)),
            StandingFact::ActivitiesIn => Workings::Count(self.entries(|entry| window(entry.day))),
            StandingFact::ActivitiesThisPeriod => {
                Workings::Count(self.entries(|entry| period(entry.day)))
            }
            StandingFact::Count => {
                let kind = view.kind(argument);
                Workings::Count(self.entries(|entry| Some(entry.kind) == kind))
            }
            StandingFact::FirstThisPeriod => {
                let kind = view.kind(argument);
                let first = self.tally.entries.iter().find(|entry| Some(entry.kind) == kind);
                let falls = first.is_some_and(|entry| period(entry.day));
                Workings::Has(falls, first.into_iter().collect())
            }
            StandingFact::ActiveDays
            | StandingFact::ActiveWeeks
            | StandingFact::DaysSinceFirst
            | StandingFact::DaysSinceLast
            | StandingFact::Streak
            | StandingFact::LongestStreak
            | StandingFact::Consistency
            | StandingFact::LongestGap
            | StandingFact::Burst
            | StandingFact::LaunchSpike => self.rhythm(fact),
            StandingFact::InStyle
            | StandingFact::InChosenStyle
            | StandingFact::MainStyle
            | StandingFact::Published
            | StandingFact::OwnVoice
            | StandingFact::Ghostwritten
            | StandingFact::OfFormat
            | StandingFact::OwnPhotos
            | StandingFact::Conversation
            | StandingFact::Customers => self.voice(fact, argument),
            StandingFact::Result
            | StandingFact::Engagements
            | StandingFact::EngagementPer1000
            | StandingFact::EngagedPosts => self.reach(fact, argument),
            StandingFact::Trainings
            | StandingFact::DaysSinceTraining
            | StandingFact::RefresherDue
            | StandingFact::TrainingsApplied
            | StandingFact::Applied => self.learning(fact),
            StandingFact::MentoringGiven
            | StandingFact::MentoringReceived
            | StandingFact::Mentees
            | StandingFact::HasMentor
            | StandingFact::KudosGiven
            | StandingFact::KudosReceived
            | StandingFact::KudosReceivedThisPeriod
            | StandingFact::KudosFrom
            | StandingFact::KudosFromThisPeriod => self.others(fact),
            StandingFact::Findings => self.findings(|_, _| true),
            StandingFact::FindingsIn => self.findings(|entry, _| window(entry.day)),
            StandingFact::Found => Workings::Count(
                self.entries(|entry| entry.findings().iter().any(|(rule, _)| **rule == *argument)),
            ),
            StandingFact::UnsharedContent => Workings::Content(
                self.unshared().into_iter().map(|(id, _)| Arc::clone(id)).collect(),
            ),
            StandingFact::Incomplete => Workings::Follows(self.tally.incomplete.into(), Vec::new()),
        }
    }

    fn level(&self, fact: StandingFact) -> Workings<'_> {
        let points = self.tally.points;
        let levels = &self.view.levels;
        let reached = levels.partition_point(|level| level.points <= points);
        let value = match (fact, reached.checked_sub(1), levels.get(reached)) {
            (StandingFact::Level, Some(level), _) => Value::from(Arc::clone(&levels[level].name)),
            (StandingFact::NextLevel, _, Some(next)) => Value::from(Arc::clone(&next.name)),
            (StandingFact::PointsToNext, _, Some(next)) => Value::Number(next.points - points),
            _ => Value::Unknown,
        };
        let mut others = vec![("points", Value::Number(points))];
        if let Some(level) = reached.checked_sub(1) {
            others.push(("points of this level", levels[level].points.into()));
        }
        if let Some(next) = levels.get(reached) {
            others.push(("points of the next level", next.points.into()));
        }
        Workings::Follows(value, others)
    }

    fn rhythm(&self, fact: StandingFact) -> Workings<'_> {
        let (view, id) = (&*self.view, &self.tally.advocate);
        let frozen = Frozen::of(&self.roster.frozen(id), &view.calendar);
        let days = self.tally.entries.iter().map(|entry| entry.day);
        let rhythm = Rhythm::new(view, days, frozen);
        let day = |day: Option<Day>| {
            let dates = day.map(|day| ("day", Value::from(day.show().as_str())));
            let value = day.map(|day| view.days_since(day)).into();
            Workings::Follows(value, dates.into_iter().collect())
        };
        match fact {
            StandingFact::ActiveDays => Workings::Dates(rhythm.active_days()),
            StandingFact::ActiveWeeks => Workings::Dates(rhythm.active_weeks()),
            StandingFact::DaysSinceFirst => day(rhythm.active_days().first().copied()),
            StandingFact::DaysSinceLast => day(rhythm.active_days().last().copied()),
            StandingFact::Streak => {
                let (length, weeks) = rhythm.streak();
                Workings::Weeks(length, weeks)
            }
            StandingFact::LongestStreak => {
                let (length, weeks) = rhythm.longest_streak();
                Workings::Weeks(length, weeks)
            }
            StandingFact::Consistency => Workings::ActiveShare(rhythm.consistency()),
            StandingFact::LongestGap => {
                let (gap, between) = rhythm.longest_gap();
                let shown = |day: Day| Value::from(day.show().as_str());
                let days = between
                    .map(|(from, until)| vec![("after", shown(from)), ("before", shown(until))]);
                Workings::Follows(gap.into(), days.unwrap_or_default())
            }
            StandingFact::Burst => {
                let burst = rhythm.burst();
                let value = burst.map_or(Value::Unknown, |(most, all, _)| percent(most, all));
                let others = burst.map(|(most, all, first)| {
                    vec![
                        ("activities in the busiest 28 days", most.into()),
                        ("activities in 180 days", all.into()),
                        ("first of the 28 days", Value::from(first.show().as_str())),
                    ]
                });
                Workings::Follows(value, others.unwrap_or_default())
            }
            _ => {
                let (early, late, all) = rhythm.launch();
                let others = vec![
                    ("activities in the first 28 days", early.into()),
                    ("activities in the last 28 days", late.into()),
                    ("activities", all.into()),
                ];
                Workings::Follows(rhythm.is_launch_spike().into(), others)
            }
        }
    }

    fn voice(&self, fact: StandingFact, argument: &str) -> Workings<'_> {
        let all = self.tally.entries.len();
        let published = |entry: &Entry| entry.role() == Some(Role::Publishing);
        match fact {
            StandingFact::InStyle => {
                Workings::Share(self.entries(|entry| entry.style() == argument), all)
            }
            StandingFact::InChosenStyle => match self.profile(PersonFact::Style) {
                Value::Text(style) => {
                    Workings::Share(self.entries(|entry| *entry.style() == *style), all)
                }
                _ => Workings::Follows(Value::Unknown, Vec::new()),
            },
            StandingFact::MainStyle => {
                let of =
                    |style: &str| self.tally.entries.iter().filter(|e| e.style() == style).count();
                let counts: Vec<(&'static str, usize)> =
                    STYLES.iter().map(|style| (*style, of(style))).collect();
                // Of equals, the first in the order of the list.
                let main = counts.iter().rev().max_by_key(|(_, count)| *count);
                let main = main.filter(|(_, count)| *count > 0).map(|(style, _)| *style);
                let others =
                    counts.iter().map(|(style, count)| (*style, (*count).into())).collect();
                Workings::Follows(main.into(), others)
            }
            StandingFact::Published => Workings::Count(self.entries(published)),
            StandingFact::OwnVoice => Workings::Mean(
                self.entries(published)
                    .into_iter()
                    .filter_map(|entry| {
                        Some((entry, if entry.is_ghostwritten() { 0 } else { entry.own_words()? }))
                    })
                    .collect(),
            ),
            StandingFact::Ghostwritten => {
                Workings::Count(self.entries(|entry| published(entry) && entry.is_ghostwritten()))
            }
            StandingFact::OfFormat => Workings::Count(
                self.entries(|entry| published(entry) && entry.format() == Some(argument)),
            ),
            StandingFact::OwnPhotos => {
                Workings::Count(self.entries(|entry| published(entry) && entry.has_own_photo()))
            }
            StandingFact::Conversation => {
                let (part, all) = conversation(self.tally.entries.iter());
                Workings::Share(part, all)
            }
            _ => Workings::Count(self.entries(|entry| entry.is_for_customer())),
        }
    }

    fn reach(&self, fact: StandingFact, argument: &str) -> Workings<'_> {
        let entries = || self.tally.entries.iter();
        match fact {
            StandingFact::Result => {
                let metric = ActivityFact::OUTCOMES
                    .iter()
                    .position(|fact| ActivityFact::FACTS[*fact as usize].name == argument);
                let amount = |entry: &Entry| entry.result(metric?);
                Workings::Sum(
                    entries()
                        .filter_map(|entry| Some((entry, amount(entry)?)))
                        .filter(|(_, amount)| *amount > 0)
                        .collect(),
                )
            }
            StandingFact::Engagements => Workings::Sum(
                entries()
                    .map(|entry| (entry, engagements(entry)))
                    .filter(|(_, amount)| *amount > 0)
                    .collect(),
            ),
            StandingFact::EngagementPer1000 => Workings::PerThousand(
                entries()
                    .map(|entry| (entry, engagements(entry), impressions(entry)))
                    .filter(|(.., impressions)| *impressions > 0)
                    .collect(),
            ),
            _ => {
                let told = self
                    .entries(|entry| entry.role() == Some(Role::Publishing) && entry.has_results());
                let all = told.len();
                let engaged = told.into_iter().filter(|entry| engagements(entry) > 0).collect();
                Workings::Share(engaged, all)
            }
        }
    }

    fn learning(&self, fact: StandingFact) -> Workings<'_> {
        let view = &*self.view;
        let is_training = |entry: &Entry| entry.role() == Some(Role::Training);
        let trainings = self.entries(is_training);
        let last = trainings.last().map(|entry| view.days_since(entry.day));
        let (applied, open) = applied(view, self.tally.entries.iter());
        match fact {
            StandingFact::Trainings => Workings::Count(trainings),
            StandingFact::DaysSinceTraining => Workings::Follows(last.into(), Vec::new()),
            StandingFact::RefresherDue => {
                let days = view.learning.refresher_days;
                let due = last.is_some_and(|since| since >= days);
                let others =
                    vec![("days_since_training", last.into()), ("refresher_days", days.into())];
                Workings::Follows(due.into(), others)
            }
            StandingFact::TrainingsApplied => Workings::Count(applied),
            _ => {
                let over =
                    |entry: &&&Entry| entry.day.plus(view.learning.action_days) <= view.last_day;
                let all = applied.len() + open.iter().filter(over).count();
                Workings::Share(applied, all)
            }
        }
    }

    /// The people whom the person mentored of late, and those who name them as mentor.
    pub(crate) fn mentees(&self) -> BTreeSet<Arc<str>> {
        let (view, id) = (&*self.view, &self.tally.advocate);
        let recent = |day: Day| view.is_recent(day, view.mentoring.pair_days);
        let mentored = self
            .tally
            .entries
            .iter()
            .filter(|entry| entry.role() == Some(Role::Mentoring) && recent(entry.day));
        let mut mentees: BTreeSet<Arc<str>> = mentored
            .filter_map(|entry| entry.mentee().cloned())
            .filter(|id| self.roster.shows(id, view.as_of).is_ok())
            .collect();
        let named = self.ties.mentees_of.get(id).into_iter().flatten();
        mentees.extend(named.filter(|id| self.is_enrolled(id)).cloned());
        mentees
    }

    /// The mentor whom the profile names, and those who mentored the person of late.
    pub(crate) fn mentors(&self) -> BTreeSet<Arc<str>> {
        let (view, id) = (&*self.view, &self.tally.advocate);
        let recent = |day: Day| view.is_recent(day, view.mentoring.pair_days);
        self.received(Role::Mentoring)
            .filter(|gift| recent(gift.day))
            .map(|gift| Arc::clone(&gift.from))
            .chain(self.ties.mentor_of.get(id).filter(|id| self.is_enrolled(id)).cloned())
            .collect()
    }

    fn others(&self, fact: StandingFact) -> Workings<'_> {
        let of_role = |role: Role| self.entries(|entry| entry.role() == Some(role));
        match fact {
            StandingFact::MentoringGiven => Workings::Count(of_role(Role::Mentoring)),
            StandingFact::MentoringReceived => {
                Workings::Received(self.received(Role::Mentoring).collect())
            }
            StandingFact::Mentees => Workings::People(self.mentees()),
            StandingFact::HasMentor => {
                let mentors = self.mentors();
                let named = mentors.iter().next().map(|name| ("mentor", Arc::clone(name).into()));
                Workings::Follows((!mentors.is_empty()).into(), named.into_iter().collect())
            }
            StandingFact::KudosGiven => {
                let given = of_role(Role::Kudos);
                Workings::Count(given.into_iter().filter(|e| e.has_counterpart()).collect())
            }
            StandingFact::KudosReceived => Workings::Received(self.received(Role::Kudos).collect()),
            StandingFact::KudosReceivedThisPeriod => Workings::Received(
                self.received(Role::Kudos)
                    .filter(|gift| self.view.is_in_period(gift.day))
                    .collect(),
            ),
            _ => {
                let ever = fact == StandingFact::KudosFrom;
                let gifts = self.received(Role::Kudos);
                let fits = gifts.filter(|gift| ever || self.view.is_in_period(gift.day));
                Workings::People(fits.map(|gift| Arc::clone(&gift.from)).collect())
            }
        }
    }

    fn findings(&self, fits: impl Fn(&Entry, &str) -> bool) -> Workings<'_> {
        let of = |entry: &Entry| -> usize {
            entry
                .findings()
                .iter()
                .filter(|(rule, _)| fits(entry, rule))
                .map(|(_, many)| many)
                .sum()
        };
        Workings::Sum(
            self.tally
                .entries
                .iter()
                .map(|entry| (entry, i64::try_from(of(entry)).unwrap_or(i64::MAX)))
                .filter(|(_, many)| *many > 0)
                .collect(),
        )
    }

    /// Fresh content that may be published and that the person has not taken up: the latest
    /// first, of equals by id.
    pub(crate) fn unshared(&self) -> Vec<(&Arc<str>, &crate::timeline::Published)> {
        let view = &*self.view;
        let mut fresh: Vec<_> = self
            .contents
            .iter()
            .filter(|(_, known)| view.is_recent(view.calendar.day(known.at), FRESH_DAYS))
            .filter(|(_, known)| known.content.embargo.is_none_or(|until| until <= view.last))
            .filter(|(id, _)| !self.tally.contents.contains_key(*id))
            .collect();
        fresh.sort_by(|(a, known), (b, other)| other.at.cmp(&known.at).then_with(|| a.cmp(b)));
        fresh
    }
}

/// The trainings that an action followed in time, in order, and the others.
pub(super) fn applied<'a>(
    view: &Viewpoint,
    entries: impl DoubleEndedIterator<Item = &'a Entry>,
) -> (Vec<&'a Entry>, Vec<&'a Entry>) {
    let (mut applied, mut open) = (Vec::new(), Vec::new());
    // Of what was done after a training, the first action is the one that decides; from the last
    // entry back, it is the one that was seen latest.
    let mut action: Option<Day> = None;
    for entry in entries.rev() {
        if entry.role() == Some(Role::Training) {
            let in_time =
                action.is_some_and(|action| action.minus(entry.day) <= view.learning.action_days);
            if in_time { &mut applied } else { &mut open }.push(entry);
        } else if entry.style() != "listener" {
            action = Some(entry.day);
        }
    }
    applied.reverse();
    (applied, open)
}

/// Activities that are conversation, and how many are that or publishing.
pub(super) fn conversation<'a>(
    entries: impl Iterator<Item = &'a Entry>,
) -> (Vec<&'a Entry>, usize) {
    let (mut part, mut all) = (Vec::new(), 0);
    for entry in entries {
        let is_conversation = entry.role() == Some(Role::Conversation) || entry.is_for_customer();
        all += usize::from(is_conversation || entry.role() == Some(Role::Publishing));
        if is_conversation {
            part.push(entry);
        }
    }
    (part, all)
}

pub(super) fn result(entry: &Entry, fact: ActivityFact) -> i64 {
    let place = ActivityFact::OUTCOMES.iter().position(|known| *known == fact);
    place.and_then(|place| entry.result(place)).unwrap_or(0)
}

fn impressions(entry: &Entry) -> i64 {
    result(entry, ActivityFact::Impressions)
}

/// Likes, comments, shares and clicks together.
pub(super) fn engagements(entry: &Entry) -> i64 {
    [ActivityFact::Likes, ActivityFact::Comments, ActivityFact::Shares, ActivityFact::Clicks]
        .into_iter()
        .map(|fact| result(entry, fact))
        .fold(0, i64::saturating_add)
}
