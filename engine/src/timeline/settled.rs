//! An activity as it stands: with its edits and latest results, or not at all.

use std::sync::Arc;

use jiff::Timestamp;

use crate::events::{Activity, Body, Change, Log, Place, Resolved, Stated};
use crate::facts::{ActivityFact, Value};
use crate::links::Links;
use crate::post::Post;
use crate::roster::Roster;

/// An activity as it stands as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    /// Where the log has it.
    pub(crate) place: Place,
    pub(crate) at: Timestamp,
    pub(crate) advocate: Arc<str>,
    pub(crate) content: Option<Arc<str>>,
    pub(crate) counterpart: Option<Arc<str>>,
    pub(crate) post: Option<Arc<Post>>,
    pub(crate) stated: Stated,
    /// Rules whose findings somebody objected to and was right, with who objected.
    pub(crate) upheld: Vec<(Arc<str>, Arc<str>)>,
}

impl Settled {
    fn of(place: Place, at: Timestamp, activity: Activity) -> Self {
        let Activity { advocate, content, counterpart, post, stated } = activity;
        Self { place, at, advocate, content, counterpart, post, stated, upheld: Vec::new() }
    }

    /// A text that the record states.
    pub(crate) fn text(&self, fact: ActivityFact) -> Option<&Arc<str>> {
        match self.stated.iter().find(|(slot, _)| *slot == fact as u8) {
            Some((_, Value::Text(text))) => Some(text),
            _ => None,
        }
    }

    /// Puts advocates in the place of the names that stand for them.
    pub(crate) fn resolve(&mut self, roster: &Roster) {
        for name in [Some(&mut self.advocate), self.counterpart.as_mut()].into_iter().flatten() {
            let advocate = roster.resolve(name, self.at);
            if !Arc::ptr_eq(advocate, name) {
                *name = Arc::clone(advocate);
            }
        }
        // Nobody objects on behalf of somebody else.
        let own = |by: &Arc<str>| *roster.resolve(by, self.at) == self.advocate;
        self.upheld.retain(|(by, _)| own(by));
    }
}

impl Links {
    /// An activity of the log as it stands as of a time: edited, with its latest results; nothing
    /// where it is taken back or not before then.
    pub(crate) fn settle(&self, log: &Log, event: Place, as_of: Timestamp) -> Option<Settled> {
        self.settle_by(log, event, self.about(event), as_of)
    }

    /// The same, where it is at hand what names the activity.
    pub(crate) fn settle_by(
        &self,
        log: &Log,
        event: Place,
        about: &[Place],
        as_of: Timestamp,
    ) -> Option<Settled> {
        let (at, activity) = log.activity(event)?;
        let mut settled = Settled::of(event, at, activity);
        if about.iter().any(|&later| self.takes_back(log, later, as_of)) {
            return None;
        }
        for &later in about {
            if log.at(later) >= as_of || self.retracted(log, later, as_of) {
                continue;
            }
            match &*log.body(later) {
                Body::Outcome { stated, .. } => lay_over(&mut settled.stated, stated),
                Body::Update { set, .. } => change(&mut settled, set),
                Body::Dispute(dispute) => {
                    let Some(rule) = &dispute.rule else { continue };
                    let ended = self.resolution(log, later, as_of);
                    if ended.is_some_and(|(_, ended)| ended.verb == Resolved::Upheld) {
                        let by = Arc::clone(&dispute.advocate);
                        settled.upheld.push((by, Arc::clone(rule)));
                    }
                }
                _ => {}
            }
        }
        (settled.at < as_of).then_some(settled)
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
