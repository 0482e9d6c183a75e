//! Rewards of a rule that stand in each other's place: each run gives one of them, but two runs of a
//! period may give both, since each is granted once under its own id.

use std::collections::BTreeSet;

use rhai::Position;

/// A choice of a rule, by the call it stands in and its place, and which way was taken.
type Turn = ((usize, Position), usize);

/// The most rewards of a rule that are compared.
const MOST: usize = 32;
/// The most ids that one of them may have.
const MOST_IDS: usize = 8;

/// The rewards that a walk through a rule has met.
#[derive(Debug, Default)]
pub(super) struct Rewards {
    met: Vec<Met>,
    /// The choices that led to where the walk is.
    way: Vec<Turn>,
    calls: usize,
    /// The call that the walk is in.
    call: usize,
    /// Loops around where the walk is: what they repeat may go each way in turn.
    pub(super) loops: usize,
    each_period: bool,
    too_many: bool,
}

/// A reward where it stands; with several ids where it is one of them.
#[derive(Debug)]
struct Met {
    ids: Vec<String>,
    way: Vec<Turn>,
}

impl Rewards {
    /// The walk enters a function, whose choices are others than at its last call; gives where it
    /// was.
    pub(super) fn enter(&mut self) -> usize {
        self.calls += 1;
        std::mem::replace(&mut self.call, self.calls)
    }

    pub(super) fn leave(&mut self, caller: usize) {
        self.call = caller;
    }

    /// How far the walk has come.
    pub(super) fn way(&self) -> usize {
        self.way.len()
    }

    /// The walk takes a way of a choice; gives how far it had come.
    pub(super) fn turn(&mut self, choice: Position, way: usize) -> usize {
        let before = self.way.len();
        if self.loops == 0 {
            self.way.push(((self.call, choice), way));
        }
        before
    }

    pub(super) fn back_to(&mut self, way: usize) {
        self.way.truncate(way);
    }

    /// The walk meets a reward that has one of these ids.
    pub(super) fn add(&mut self, ids: &[&str]) {
        // So many more are hostile, and each is compared with each.
        self.too_many |= self.met.len() == MOST || ids.len() > MOST_IDS;
        if !self.too_many {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            self.met.push(Met { ids, way: self.way.clone() });
        }
    }

    /// One of them can be had once in each period.
    pub(super) fn each_period(&mut self) {
        self.each_period = true;
    }

    /// Two that no run gives together.
    pub(super) fn rivals(&self) -> Option<(String, String)> {
        if !self.each_period || self.too_many {
            return None;
        }
        let together = |one: &str, other: &str| {
            self.met.iter().any(|met| {
                let beside = |also: &Met| !std::ptr::eq(met, also) && met.goes_with(also);
                met.has(one) && self.met.iter().any(|also| also.has(other) && beside(also))
            })
        };
        let ids: BTreeSet<&String> = self.met.iter().flat_map(|met| &met.ids).collect();
        let ids = || ids.iter().copied();
        let pairs = ids().flat_map(|one| ids().map(move |other| (one, other)));
        let mut rivals = pairs.filter(|(one, other)| one < other && !together(one, other));
        rivals.next().map(|(one, other)| (one.clone(), other.clone()))
    }
}

impl Met {
    fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|known| known == id)
    }

    /// Whether one run may come past both.
    fn goes_with(&self, other: &Met) -> bool {
        let against = |(choice, way): &Turn| {
            other.way.iter().any(|(same, another)| same == choice && another != way)
        };
        !self.way.iter().any(against)
    }
}
