//! From accepted events to what holds: activities with their latest outcomes and edits, without
//! what was taken back, in the order of the fold.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use jiff::Timestamp;

use crate::events::{Activity, Body, Change, Event, Identity, Log, Stated};
use crate::post::{Content, Post};

/// An activity as it stands as of a time.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) identity: Identity,
    pub(crate) at: Timestamp,
    pub(crate) advocate: Arc<str>,
    pub(crate) content: Option<Arc<str>>,
    pub(crate) counterpart: Option<Arc<str>>,
    pub(crate) post: Option<Arc<Post>>,
    pub(crate) stated: Stated,
}

/// Content by its id.
pub(crate) type Contents = HashMap<Arc<str>, Content>;

/// Everyone's activities before a time, each person's in the order of the fold.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) by_advocate: BTreeMap<Arc<str>, Vec<Standing>>,
    /// The content on record, by id: of several, the first in the order of the fold.
    pub(crate) contents: Contents,
    /// Outcomes, edits and retractions whose target has not come yet.
    pub(crate) waiting: usize,
}

impl Timeline {
    /// What holds before `as_of`, by the time of events, whenever they arrived.
    pub(crate) fn before(log: &Log, as_of: Timestamp) -> Self {
        let mut events: Vec<&Event> = log.events.iter().collect();
        events.sort_by(|a, b| a.order().cmp(&b.order()));
        let retracted = retracted(&events, as_of);
        let mut activities: HashMap<&Identity, Standing> = HashMap::with_capacity(events.len());
        for event in &events {
            if let Body::Activity(activity) = &event.body
                && !retracted.contains(&event.identity)
            {
                activities.insert(&event.identity, standing(event, activity));
            }
        }
        let mut contents = Contents::new();
        for event in events.iter().filter(|event| event.at < as_of) {
            if let Body::Content(content) = &event.body
                && let Some(id) = &content.id
                && !retracted.contains(&event.identity)
            {
                contents.entry(Arc::clone(id)).or_insert_with(|| content.clone());
            }
        }
        let known: HashSet<&Identity> = events.iter().map(|event| &event.identity).collect();
        let mut waiting = 0;
        for event in events.iter().filter(|event| event.at < as_of) {
            let target = match &event.body {
                Body::Outcome { target, .. }
                | Body::Update { target, .. }
                | Body::Retraction { target } => target,
                Body::Activity(_) | Body::Content(_) => continue,
            };
            if !known.contains(target) {
                waiting += 1;
            }
            if retracted.contains(&event.identity) {
                continue;
            }
            if let Some(activity) = activities.get_mut(target) {
                match &event.body {
                    Body::Outcome { stated, .. } => lay_over(&mut activity.stated, stated),
                    Body::Update { set, .. } => change(activity, set),
                    _ => {}
                }
            }
        }
        let mut by_advocate: BTreeMap<Arc<str>, Vec<Standing>> = BTreeMap::new();
        for activity in activities.into_values().filter(|activity| activity.at < as_of) {
            by_advocate.entry(Arc::clone(&activity.advocate)).or_default().push(activity);
        }
        for activities in by_advocate.values_mut() {
            activities.sort_by(|a, b| (a.at, &a.identity).cmp(&(b.at, &b.identity)));
        }
        Self { by_advocate, contents, waiting }
    }
}

/// The events that are taken back. A retraction may itself be taken back by a later one, so the
/// latest are looked at first.
fn retracted<'a>(in_order: &[&'a Event], as_of: Timestamp) -> HashSet<&'a Identity> {
    let mut retracted = HashSet::new();
    for event in in_order.iter().rev().filter(|event| event.at < as_of) {
        if let Body::Retraction { target } = &event.body
            && !retracted.contains(&event.identity)
        {
            retracted.insert(target);
        }
    }
    retracted
}

fn standing(event: &Event, activity: &Activity) -> Standing {
    Standing {
        identity: event.identity.clone(),
        at: event.at,
        advocate: Arc::clone(&activity.advocate),
        content: activity.content.clone(),
        counterpart: activity.counterpart.clone(),
        post: activity.post.clone(),
        stated: activity.stated.clone(),
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

fn change(activity: &mut Standing, set: &Change) {
    if let Some(at) = set.at {
        activity.at = at;
    }
    if let Some(advocate) = &set.advocate {
        activity.advocate = Arc::clone(advocate);
    }
    if let Some(content) = &set.content {
        activity.content = content.clone();
    }
    if let Some(counterpart) = &set.counterpart {
        activity.counterpart = counterpart.clone();
    }
    if let Some(post) = &set.post {
        activity.post = post.clone();
    }
    lay_over(&mut activity.stated, &set.stated);
    // A cleared fact is as if it had never been stated.
    activity.stated.retain(|(_, value)| *value != crate::facts::Value::Unknown);
}
