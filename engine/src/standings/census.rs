//! Everyone who may be seen as of a time, with what counts for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::standing::Standing;
use super::tally::{Received, Tally, received};
use super::viewpoint::Viewpoint;
use crate::error::Error;
use crate::events::Meeting;
use crate::facts::{PersonFact, Value};
use crate::program::Program;
use crate::roster::{Roster, find_in};
use crate::scoring::Fold;
use crate::time::Calendar;
use crate::timeline::{Contents, Records, Timeline};

/// Everyone who may be seen as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Census {
    pub(crate) view: Arc<Viewpoint>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) contents: Arc<Contents>,
    pub(crate) meetings: Arc<[(Timestamp, Meeting)]>,
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
            if mentor != *id {
                ties.mentor_of.insert(Arc::clone(id), Arc::clone(&mentor));
                ties.mentees_of.entry(mentor).or_default().insert(Arc::clone(id));
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
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Self, Error> {
        let timeline = Timeline::of(records);
        let view = Arc::new(Viewpoint::new(program, records.as_of));
        let roster = Arc::clone(&timeline.roster);
        let mut gifts: BTreeMap<Arc<str>, Vec<Received>> = BTreeMap::new();
        for activity in timeline.by_advocate.values().flatten() {
            if let Some(gift) = received(program, &roster, activity)
                && let Some(counterpart) = &activity.counterpart
            {
                gifts.entry(Arc::clone(counterpart)).or_default().push(gift);
            }
        }
        let mut fold = Fold::new(program, &timeline.contents, &roster);
        fold.judge = judge;
        let mut tallies = BTreeMap::new();
        let everyone = match only {
            Some(name) => [timeline.find(name, records.as_of)?].into(),
            None => everyone(&timeline, records.as_of),
        };
        for (done, advocate) in everyone.iter().enumerate() {
            progress(done, everyone.len());
            let activities = timeline.by_advocate.get(advocate).map_or(&[][..], Vec::as_slice);
            let adjustments = timeline.adjustments.get(advocate).map_or(&[][..], Vec::as_slice);
            let mut received = gifts.remove(advocate).unwrap_or_default();
            received.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
            let tally = Tally::of(program, &mut fold, advocate, activities, adjustments, received)?;
            tallies.insert(Arc::clone(advocate), Arc::new(tally));
        }
        drop(fold);
        progress(everyone.len(), everyone.len());
        Ok(Self {
            ties: Arc::new(Ties::of(&roster, records.as_of)),
            view,
            roster,
            contents: Arc::clone(&timeline.contents),
            meetings: Arc::clone(&timeline.meetings),
            tallies,
        })
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

/// Everyone who may be seen: people on record, and those of whom only events are.
fn everyone(timeline: &Timeline, as_of: Timestamp) -> BTreeSet<Arc<str>> {
    let roster = &timeline.roster;
    roster
        .ids()
        .chain(timeline.by_advocate.keys())
        .chain(timeline.adjustments.keys())
        .filter(|id| roster.shows(id, as_of).is_ok())
        .cloned()
        .collect()
}
