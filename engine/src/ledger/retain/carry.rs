//! What is carried forward, so that points stay what they were: a sum for each person and month of
//! what goes, as points by hand.
//!
//! A sum stands in the month that it is of, and in a part of it in which the person's record was the
//! same, since points count for the team of their time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::error::Error;
use crate::events::{Adjustment, Body, Event, Identity, Log, MOST_POINTS, OWN, People, Place};
use crate::ledger::corrections::own;
use crate::links::Links;
use crate::program::Program;
use crate::roster::Roster;
use crate::scoring::{Fold, add};
use crate::time::{Calendar, Day, Unit};
use crate::timeline::{Adjusted, Timeline, adjusted};

/// What the ids of carried sums begin with; nobody else writes such ids under the engine's source.
const CARRIED: &str = "carried-";
/// Why there is such a sum, in words that the person reads.
const REASON: &str = "carried forward: what earned them is past its retention";

/// Whether an event is a sum that was carried forward.
pub(super) fn is_carried(event: &Event) -> bool {
    matches!(event.body, Body::Adjustment(_))
        && *event.identity.source == *OWN
        && event.identity.id.starts_with(CARRIED)
}

/// What a sum is of: a person, a month by its first day, and since when the person's record was as it
/// was then.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Of {
    advocate: Arc<str>,
    month: Day,
    since: Option<Timestamp>,
}

/// Points with the last time at which some of them were earned.
#[derive(Clone, Copy)]
struct Sum {
    points: i64,
    last: Timestamp,
}

/// What becomes of sums: those on record that change, and new ones.
pub(super) struct Carried {
    /// The sums on record that change, as they are then; without one, it goes.
    pub(super) replaced: BTreeMap<Place, Option<Event>>,
    /// Sums that are put on record.
    pub(super) appended: Vec<Event>,
    /// For how many people there are any.
    pub(super) people: usize,
    /// What they come to.
    pub(super) points: i64,
}

/// Everyone's points by everything on record.
struct Points<'a> {
    calendar: &'a Calendar,
    log: &'a Log,
    links: Arc<Links>,
    roster: Arc<Roster>,
    /// What each activity brought, and whom.
    earned: BTreeMap<Place, (Arc<str>, Sum)>,
}

impl<'a> Points<'a> {
    /// Whoever does not take part may do so again: their points are looked at, too.
    fn of(program: &'a Program, log: &'a Log, assume_consent: bool) -> Result<Self, Error> {
        let links = Arc::new(Links::of(log));
        let end = Timestamp::MAX;
        let roster = Roster::linked(&People::new(), log, &links, end, assume_consent);
        let timeline = Timeline::before(log, Arc::clone(&links), Arc::new(roster), end);
        let mut fold = Fold::new(program, &timeline.contents, &timeline.roster);
        let mut earned = BTreeMap::new();
        for advocate in timeline.advocates() {
            let activities = timeline.activities(log, advocate);
            fold.person(advocate, &activities, |scored| {
                if scored.points != 0 {
                    let sum = Sum { points: scored.points, last: scored.activity.at };
                    earned.insert(scored.activity.place, (Arc::clone(advocate), sum));
                }
            })?;
        }
        let roster = Arc::clone(&timeline.roster);
        Ok(Self { calendar: &program.manifest.calendar, log, links, roster, earned })
    }

    fn key(&self, advocate: &Arc<str>, at: Timestamp) -> Of {
        let history = self.roster.member(advocate).map_or(&[][..], |member| member.history());
        let before = history.partition_point(|(since, _)| *since <= at);
        let since = before.checked_sub(1).map(|index| history[index].0);
        let month = self.calendar.start_of(Unit::Month, self.calendar.day(at));
        Of { advocate: Arc::clone(advocate), month, since }
    }

    fn by_hand(&self, place: Place) -> Option<Adjusted> {
        adjusted(self.log, &self.links, &self.roster, place, Timestamp::MAX)
    }
}

/// Adds up what is of the same person and month.
fn put(sums: &mut BTreeMap<Of, Sum>, key: Of, points: i64, at: Timestamp) -> Result<(), Error> {
    let sum = sums.entry(key).or_insert(Sum { points: 0, last: at });
    *sum = Sum { points: add(sum.points, points)?, last: sum.last.max(at) };
    Ok(())
}

/// What is to be carried forward where one log becomes another, in which the same places are the same
/// events with less in them. `first` is the number of the first new sum.
pub(super) fn carried(
    program: &Program,
    assume_consent: bool,
    (before, after): (&Log, &Log),
    gone: &BTreeSet<Place>,
    first: u64,
) -> Result<Carried, Error> {
    let was = Points::of(program, before, assume_consent)?;
    let is = Points::of(program, after, assume_consent)?;
    let mut sums: BTreeMap<Of, Sum> = BTreeMap::new();
    let places: BTreeSet<&Place> = was.earned.keys().chain(is.earned.keys()).collect();
    for place in places {
        let (was_earned, is_earned) = (was.earned.get(place), is.earned.get(place));
        let points = |earned: Option<&(Arc<str>, Sum)>| earned.map_or(0, |(_, sum)| sum.points);
        let difference = points(was_earned) - points(is_earned);
        if let Some((advocate, sum)) = was_earned.or(is_earned).filter(|_| difference != 0) {
            put(&mut sums, was.key(advocate, sum.last), difference, sum.last)?;
        }
    }
    for adjusted in gone.iter().filter_map(|place| was.by_hand(*place)) {
        let (advocate, points) = (&adjusted.adjustment.advocate, adjusted.adjustment.points);
        put(&mut sums, was.key(advocate, adjusted.at), points, adjusted.at)?;
    }
    sums.retain(|_, sum| sum.points != 0);
    let mut known: BTreeMap<Of, Vec<(Place, Adjusted)>> = BTreeMap::new();
    for (place, _) in before.others().filter(|(_, event)| is_carried(event)) {
        if let Some(adjusted) = was.by_hand(place) {
            let key = was.key(&adjusted.adjustment.advocate, adjusted.at);
            known.entry(key).or_default().push((place, adjusted));
        }
    }
    let people: BTreeSet<&Arc<str>> = sums.keys().map(|key| &key.advocate).collect();
    let people = people.len();
    let mut points = 0;
    let mut carried =
        Carried { replaced: BTreeMap::new(), appended: Vec::new(), people, points: 0 };
    let free = (first..).map(|number| format!("{CARRIED}{number}"));
    let mut free = free.filter(|id| {
        let identity = Identity { source: OWN.into(), id: id.as_str().into() };
        before.position((&identity).into()).is_none()
    });
    for (key, mut sum) in sums {
        points = add(points, sum.points)?;
        let before = known.remove(&key).unwrap_or_default();
        for (_, adjusted) in &before {
            sum.points = add(sum.points, adjusted.adjustment.points)?;
            sum.last = sum.last.max(adjusted.at);
        }
        let mut lines = parts(&key.advocate, sum).into_iter();
        for (place, adjusted) in before {
            let line =
                lines.next().map(|(at, body)| own(adjusted.identity.id.to_string(), at, body));
            carried.replaced.insert(place, line);
        }
        for (at, body) in lines {
            carried.appended.extend(free.next().map(|id| own(id, at, body)));
        }
    }
    carried.points = points;
    Ok(carried)
}

/// A sum as points by hand, of which one event has so many at most.
fn parts(advocate: &Arc<str>, sum: Sum) -> Vec<(Timestamp, Body)> {
    let mut left = sum.points;
    let mut parts = Vec::new();
    while left != 0 {
        let points = left.clamp(-MOST_POINTS, MOST_POINTS);
        left -= points;
        let advocate = Arc::clone(advocate);
        let adjustment = Adjustment { advocate, points, reason: REASON.into(), by: None };
        parts.push((sum.last, Body::Adjustment(adjustment)));
    }
    parts
}
