//! Everyone who may be seen as of a time, with what counts for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;
use jiff::Timestamp;

use super::standing::Standing;
use super::tally::{Received, Rescored, Tally, is_received, received};
use super::viewpoint::Viewpoint;
use crate::error::Error;
use crate::events::{Log, Market, Meeting};
use crate::facts::{PersonFact, Value};
use crate::program::Program;
use crate::roster::{Roster, find_in};
use crate::scoring::Fold;
use crate::threads::each;
use crate::time::Calendar;
use crate::timeline::{Contents, Records, Settled, Timeline};

/// Everyone who may be seen as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Census {
    pub(crate) view: Arc<Viewpoint>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) contents: Arc<Contents>,
    pub(crate) meetings: Arc<[(Timestamp, Meeting)]>,
    pub(crate) market: Arc<[(Timestamp, Market)]>,
    pub(crate) tallies: BTreeMap<Arc<str>, Arc<Tally>>,
    pub(crate) ties: Arc<Ties>,
}

/// Whom people name as mentor in their profiles; who of them is enrolled changes with time.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    pub(crate) mentor_of: BTreeMap<Arc<str>, Arc<str>>,
    pub(crate) mentees_of: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

impl Ties {
    /// The ties as people's profiles state them as of a time.
    pub(crate) fn of(roster: &Roster, as_of: Timestamp) -> Self {
        let last = Calendar::last_instant(as_of);
        let mut ties = Self::default();
        for id in roster.ids() {
            let facts = roster.facts(id, last);
            let Value::Text(mentor) = &facts[PersonFact::Mentor as usize] else { continue };
            let mentor = roster.resolve(mentor, last);
            if mentor != id {
                ties.mentor_of.insert(Arc::clone(id), Arc::clone(mentor));
                ties.mentees_of.entry(Arc::clone(mentor)).or_default().insert(Arc::clone(id));
            }
        }
        ties
    }
}

impl Census {
    /// Counts everyone from the beginning, or one advocate only. `judge` says whether published
    /// posts are judged, too, which is dear; `progress` is told people done and people in all.
    pub(crate) fn of(
        program: &Program,
        records: &Records<'_>,
        only: Option<&str>,
        judge: bool,
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, Error> {
        let (timeline, log) = (Timeline::of(records), records.log);
        let gifts = gifts(program, &timeline, log);
        let everyone: Vec<Arc<str>> = match only {
            Some(name) => vec![timeline.find(name, records.as_of)?],
            None => timeline.everyone(),
        };
        let fold = || {
            let mut fold = Fold::new(program, &timeline.contents, &timeline.roster);
            fold.judge = judge;
            fold
        };
        let count = |fold: &mut Fold<'_>, advocate: &Arc<str>| {
            timeline.tally(program, log, fold, &gifts, advocate).map(Arc::new)
        };
        let tallies = each(&everyone, fold, count, progress)?;
        Ok(Self::with(program, &timeline, everyone.into_iter().zip(tallies)))
    }

    /// A census of people who were counted upon a timeline.
    pub(crate) fn with(
        program: &Program,
        timeline: &Timeline,
        tallies: impl Iterator<Item = (Arc<str>, Arc<Tally>)>,
    ) -> Self {
        Self {
            view: Arc::new(Viewpoint::new(program, timeline.as_of)),
            roster: Arc::clone(&timeline.roster),
            contents: Arc::clone(&timeline.contents),
            meetings: Arc::clone(&timeline.meetings),
            market: Arc::clone(&timeline.market),
            tallies: tallies.collect(),
            ties: Arc::new(Ties::of(&timeline.roster, timeline.as_of)),
        }
    }

    /// A group with fewer members shows nothing.
    pub(crate) fn minimum_group(&self) -> usize {
        self.view.privacy.minimum_group
    }

    /// The same people under another program that makes this of them, in their order.
    pub(crate) fn rescored(self, program: &Program, all: impl Iterator<Item = Rescored>) -> Self {
        let mut tallies = self.tallies;
        for (tally, rescored) in tallies.values_mut().zip(all) {
            Arc::make_mut(tally).rescore(rescored);
        }
        Self { view: Arc::new(Viewpoint::new(program, self.view.as_of)), tallies, ..self }
    }

    /// The same, where groups must be larger to be shown.
    pub(crate) fn stricter(&self, minimum: usize) -> Self {
        Self { view: Arc::new(self.view.stricter(minimum)), ..self.clone() }
    }

    /// The same so many dates earlier: what was done by then, as it is known now, by those who
    /// were there then.
    pub(crate) fn earlier(&self, program: &Program, days: i64) -> Self {
        Self { view: Arc::new(self.view.earlier(program, days)), ..self.clone() }
    }

    /// The advocate whom a name stands for, where there is one who may be seen.
    pub(crate) fn find(&self, name: &str) -> Result<Arc<str>, Error> {
        self.find_among(name, self.tallies.keys())
    }

    /// The same among people who may not have been counted yet.
    pub(crate) fn find_among<'a>(
        &'a self,
        name: &str,
        have_done: impl Iterator<Item = &'a Arc<str>> + Clone,
    ) -> Result<Arc<str>, Error> {
        find_in(&self.roster, name, self.view.as_of, have_done)
    }

    /// What an advocate has become.
    pub(crate) fn standing(&self, advocate: &str) -> Option<Arc<Standing>> {
        self.tallies.get(advocate).map(|tally| Arc::new(Standing::new(self, Arc::clone(tally))))
    }
}

/// What everyone did for others, by whom it was for: until those are counted.
pub(crate) type Gifts = HashMap<Arc<str>, Mutex<Vec<Received>>>;

/// What counts for somebody because of what others did.
pub(crate) fn gifts(program: &Program, timeline: &Timeline, log: &Log) -> Gifts {
    let mut gifts: HashMap<Arc<str>, Vec<Received>> = HashMap::default();
    let fits = |kind: &str| is_received(program, kind);
    let gift = |activity: Settled| {
        let gift = received(program, &timeline.roster, &activity)?;
        Some((activity.counterpart?, gift))
    };
    for (counterpart, gift) in timeline.with_counterpart(log, fits, gift) {
        gifts.entry(counterpart).or_default().push(gift);
    }
    gifts.into_iter().map(|(id, gifts)| (id, Mutex::new(gifts))).collect()
}

impl Timeline {
    /// Everyone who may be seen, in order: people on record, and those of whom only events are.
    pub(crate) fn everyone(&self) -> Vec<Arc<str>> {
        let all = self.roster.ids().chain(self.advocates()).chain(self.adjustments.keys());
        let shown: BTreeSet<&Arc<str>> =
            all.filter(|id| self.roster.shows(id, self.as_of).is_ok()).collect();
        shown.into_iter().cloned().collect()
    }

    /// What counts for one of them, who has not been counted yet: gifts are handed over.
    pub(crate) fn tally(
        &self,
        program: &Program,
        log: &Log,
        fold: &mut Fold<'_>,
        gifts: &Gifts,
        advocate: &Arc<str>,
    ) -> Result<Tally, Error> {
        let (tally, ()) = self.tally_and(program, log, fold, gifts, advocate, |_, _, _| Ok(()))?;
        Ok(tally)
    }

    /// The same, with what else is made of the activities.
    pub(crate) fn tally_and<T>(
        &self,
        program: &Program,
        log: &Log,
        fold: &mut Fold<'_>,
        gifts: &Gifts,
        advocate: &Arc<str>,
        also: impl FnOnce(&mut Fold<'_>, &[Settled], &Tally) -> Result<T, Error>,
    ) -> Result<(Tally, T), Error> {
        let mut activities = std::mem::take(&mut fold.room);
        self.put_activities(log, advocate, &mut activities);
        let adjustments = self.adjustments_of(advocate);
        let gifts = gifts.get(advocate).map(|gifts| {
            let mut gifts = gifts.lock().unwrap_or_else(PoisonError::into_inner);
            gifts.shrink_to_fit();
            std::mem::take(&mut *gifts)
        });
        let gifts = gifts.unwrap_or_default();
        let tally = Tally::of(program, log, fold, advocate, &activities, adjustments, gifts);
        let both = tally.and_then(|tally| {
            let also = also(fold, &activities, &tally)?;
            Ok((tally, also))
        });
        activities.clear();
        fold.room = activities;
        both
    }
}
