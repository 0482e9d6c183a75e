//! Which outcomes, edits and retractions belong to which event.

use foldhash::HashMap;
use jiff::Timestamp;

use super::Settled;
use crate::events::{Body, Change, Identity, Log, Stated};
use crate::facts::Value;

/// Outcomes, edits and retractions by the event they name, each list in the order of the fold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    by_target: HashMap<Identity, Vec<usize>>,
}

impl Links {
    pub(crate) fn of(log: &Log) -> Self {
        let mut links = Self::default();
        for index in 0..log.events.len() {
            links.add(log, index);
        }
        links
    }

    /// Takes in an event of the log.
    pub(crate) fn add(&mut self, log: &Log, index: usize) {
        let event = &log.events[index];
        if let Some(target) = event.target() {
            let list = self.by_target.entry(target.clone()).or_default();
            let place = list.partition_point(|known| log.events[*known].order() < event.order());
            list.insert(place, index);
        }
    }

    /// The events that name an event, in the order of the fold.
    pub(crate) fn about(&self, identity: &Identity) -> &[usize] {
        if self.by_target.is_empty() {
            return &[];
        }
        self.by_target.get(identity).map_or(&[], Vec::as_slice)
    }

    /// Whether an event is taken back as of a time. A retraction may itself be taken back, by a
    /// later one.
    pub(crate) fn retracted(&self, log: &Log, identity: &Identity, as_of: Timestamp) -> bool {
        self.about(identity).iter().any(|&index| self.takes_back(log, index, as_of))
    }

    fn takes_back(&self, log: &Log, index: usize, as_of: Timestamp) -> bool {
        let counts = |index: usize| {
            let event = &log.events[index];
            matches!(event.body, Body::Retraction { .. }) && event.at < as_of
        };
        if !counts(index) {
            return false;
        }
        // Every retraction that may matter, each with the place of the one it takes back; without
        // recursion, since there may be any number of them in a row.
        let mut found: Vec<(usize, usize)> = vec![(index, 0)];
        let mut next = 0;
        while let Some(&(index, _)) = found.get(next) {
            let event = &log.events[index];
            let about = self.about(&event.identity).iter().copied();
            let later = about.filter(|later| log.events[*later].order() > event.order());
            found.extend(later.filter(|later| counts(*later)).map(|later| (later, next)));
            next += 1;
        }
        let mut stands = vec![true; found.len()];
        for place in (1..found.len()).rev() {
            if stands[place] {
                stands[found[place].1] = false;
            }
        }
        stands[0]
    }

    /// An activity of the log as it stands as of a time: edited, with its latest results; nothing
    /// where it is taken back or not before then.
    pub(crate) fn settle(&self, log: &Log, index: usize, as_of: Timestamp) -> Option<Settled> {
        let event = &log.events[index];
        let Body::Activity(activity) = &event.body else { return None };
        let about = self.about(&event.identity);
        if about.is_empty() {
            return (event.at < as_of).then(|| Settled::of(event, activity));
        }
        if self.retracted(log, &event.identity, as_of) {
            return None;
        }
        let mut settled = Settled::of(event, activity);
        for later in about.iter().map(|&index| &log.events[index]) {
            if later.at >= as_of || self.retracted(log, &later.identity, as_of) {
                continue;
            }
            match &later.body {
                Body::Outcome { stated, .. } => lay_over(&mut settled.stated, stated),
                Body::Update { set, .. } => change(&mut settled, set),
                _ => {}
            }
        }
        (settled.at < as_of).then_some(settled)
    }

    /// How many events before a time name one that has not come yet, and how many outcomes and
    /// edits name one that has neither results nor edits.
    pub(crate) fn loose(&self, log: &Log, as_of: Timestamp) -> (usize, usize) {
        let (mut waiting, mut without_effect) = (0, 0);
        for (target, about) in &self.by_target {
            let before = about.iter().map(|&index| &log.events[index]).filter(|e| e.at < as_of);
            match log.get(target).map(|event| &event.body) {
                None => waiting += before.count(),
                Some(Body::Activity(_)) => {}
                Some(_) => {
                    let vain =
                        |body: &Body| matches!(body, Body::Outcome { .. } | Body::Update { .. });
                    without_effect += before.filter(|event| vain(&event.body)).count();
                }
            }
        }
        (waiting, without_effect)
    }
}

/// Later statements replace earlier ones, fact by fact.
fn lay_over(stated: &mut Stated, later: &Stated) {
    for (slot, value) in later {
        match stated.binary_search_by_key(slot, |(slot, _)| *slot) {
            Ok(at) => stated[at].1 = value.clone(),
            Err(at) => stated.insert(at, (*slot, value.clone())),
        }
    }
}

fn change(activity: &mut Settled, set: &Change) {
    if let Some(at) = set.at {
        activity.at = at;
    }
    if let Some(advocate) = &set.advocate {
        activity.advocate.clone_from(advocate);
    }
    if let Some(content) = &set.content {
        activity.content.clone_from(content);
    }
    if let Some(counterpart) = &set.counterpart {
        activity.counterpart.clone_from(counterpart);
    }
    if let Some(post) = &set.post {
        activity.post.clone_from(post);
    }
    lay_over(&mut activity.stated, &set.stated);
    // A cleared fact is as if it had never been stated.
    activity.stated.retain(|(_, value)| *value != Value::Unknown);
}
