//! Everyone who may be seen as of a time, with what counts for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashMap;
use jiff::Timestamp;

use super::standing::Standing;
use super::tally::{Received, Tally, is_received, received};
use super::viewpoint::Viewpoint;
use crate::error::Error;
use crate::events::{Market, Meeting};
use crate::facts::{PersonFact, Value};
use crate::program::Program;
use crate::roster::{Roster, find_in};
use crate::scoring::Fold;
use crate::threads::each;
use crate::time::Calendar;
use crate::timeline::{Contents, Records, Timeline};

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
        progress: impl FnMut(usize, usize),
    ) -> Result<Self, Error> {
        let (timeline, log) = (Timeline::of(records), records.log);
        let view = Arc::new(Viewpoint::new(program, records.as_of));
        let roster = &timeline.roster;
        let mut gifts: HashMap<Arc<str>, Vec<Received>> = HashMap::default();
        for activity in timeline.with_counterpart(log, |kind| is_received(program, kind)) {
            if let Some(gift) = received(program, roster, &activity)
                && let Some(counterpart) = activity.counterpart
            {
                gifts.entry(counterpart).or_default().push(gift);
            }
        }
        let everyone: Vec<Arc<str>> = match only {
            Some(name) => vec![timeline.find(name, records.as_of)?],
            None => everyone(&timeline, records.as_of).into_iter().collect(),
        };
        let fold = || {
            let mut fold = Fold::new(program, &timeline.contents, roster);
            fold.judge = judge;
            fold
        };
        let count = |fold: &mut Fold<'_>, advocate: &Arc<str>| {
            let activities = timeline.activities(log, advocate);
            let adjustments = timeline.adjustments_of(advocate);
            let gifts = gifts.get(advocate).cloned().unwrap_or_default();
            Tally::of(program, log, fold, advocate, &activities, adjustments, gifts)
        };
        let tallies = each(&everyone, fold, count, progress)?;
        let tallies = everyone.iter().cloned().zip(tallies.into_iter().map(Arc::new)).collect();
        Ok(Self {
            ties: Arc::new(Ties::of(roster, records.as_of)),
            view,
            roster: Arc::clone(roster),
            contents: Arc::clone(&timeline.contents),
            meetings: Arc::clone(&timeline.meetings),
            market: Arc::clone(&timeline.market),
            tallies,
        })
    }

    /// The same so many dates earlier: what was done by then, as it is known now, by those who
    /// were there then.
    pub(crate) fn earlier(&self, program: &Program, days: i64) -> Self {
        let view = match days {
            0 => Arc::clone(&self.view),
            days => Arc::new(self.view.earlier(program, days)),
        };
        Self { view, ..self.clone() }
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
        .chain(timeline.advocates())
        .chain(timeline.adjustments.keys())
        .filter(|id| roster.shows(id, as_of).is_ok())
        .cloned()
        .collect()
}
