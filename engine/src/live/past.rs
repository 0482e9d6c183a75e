//! What held before a time, for checks: found by index, so that a check costs what its author did and
//! what was published shortly before, however much is on record.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLockReadGuard};

use jiff::Timestamp;

use super::{Live, State};
use crate::events::{Body, Kind, Log, Place};
use crate::history::{Past, is_near, near_since, words};
use crate::links::Links;
use crate::post::Post;
use crate::program::Program;
use crate::roster::Roster;
use crate::text::Fingerprint;
use crate::timeline::{Contents, Settled, in_order};

#[cfg(test)]
mod tests;

/// A text with its words.
type Text = (Arc<str>, Fingerprint);

/// Activities that have a post, by the times at which they may have been: as recorded, and as any edit
/// has it. It may name more than is needed, never less; what stands is settled when it is asked for.
#[derive(Debug, Default)]
pub(super) struct Posts {
    /// So many events were looked through: they are only once somebody asks.
    seen: Place,
    /// With the texts that a post may have, once somebody has asked for that time.
    by_time: BTreeMap<(Timestamp, Place), OnceLock<Box<[Text]>>>,
}

impl Posts {
    fn is_behind(&self, log: &Log) -> bool {
        self.seen < log.places().end
    }

    /// Looks through what was recorded since.
    fn follow(&mut self, log: &Log, links: &Links) {
        for event in self.seen..log.places().end {
            // An edit may have come before the activity that it names, or after it.
            let activity = match log.kind(event) {
                Kind::Activity => Some(event),
                Kind::Update => log.target(event).and_then(|target| log.position(target)),
                _ => None,
            };
            if let Some(activity) = activity {
                self.take(log, links, activity);
            }
        }
        self.seen = log.places().end;
    }

    fn take(&mut self, log: &Log, links: &Links, activity: Place) {
        let Some(recorded) = log.names(activity) else { return };
        let mut times = vec![recorded.at];
        let mut has_post = recorded.post.is_some();
        edits(log, links, activity, |at, post| {
            times.extend(at);
            has_post |= post.is_some();
        });
        if has_post {
            self.by_time.extend(times.into_iter().map(|at| ((at, activity), OnceLock::new())));
        }
    }
}

/// Shows what each edit of an activity says of its time and its post.
fn edits(
    log: &Log,
    links: &Links,
    activity: Place,
    mut show: impl FnMut(Option<Timestamp>, Option<&Post>),
) {
    for edit in links.about(activity) {
        if let Body::Update { set, .. } = &*log.body(*edit) {
            show(set.at, set.post.as_ref().and_then(Option::as_deref));
        }
    }
}

/// The texts that the post of an activity may have, before and after its edits.
fn texts(program: &Program, log: &Log, links: &Links, activity: Place) -> Box<[Text]> {
    let mut texts: Vec<Arc<str>> = Vec::new();
    let mut note = |post: &Post| texts.push(Arc::clone(&post.text));
    log.names(activity).and_then(|recorded| recorded.post).into_iter().for_each(&mut note);
    edits(log, links, activity, |_, post| post.into_iter().for_each(&mut note));
    texts.into_iter().map(|text| (Arc::clone(&text), words(program, &text))).collect()
}

/// The past of what is on record.
#[derive(Debug)]
pub(super) struct OnRecord<'a> {
    pub(super) live: &'a Live,
    pub(super) state: &'a State,
}

impl<'a> OnRecord<'a> {
    fn settle(&self, activity: Place, roster: &Roster, at: Timestamp) -> Option<Settled> {
        let mut settled = self.state.links.settle(&self.state.log, activity, at)?;
        settled.resolve(roster);
        Some(settled)
    }

    /// The posts by time, with all that is on record.
    fn posts(&self) -> RwLockReadGuard<'a, Posts> {
        let State { log, links, .. } = self.state;
        let posts = &self.live.posts;
        if posts.read().unwrap_or_else(PoisonError::into_inner).is_behind(log) {
            posts.write().unwrap_or_else(PoisonError::into_inner).follow(log, links);
        }
        posts.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Past for OnRecord<'_> {
    fn roster(&self, at: Timestamp) -> Arc<Roster> {
        Arc::clone(&self.live.ground(self.state, at).roster)
    }

    fn contents(&self, at: Timestamp) -> Arc<Contents> {
        Arc::clone(&self.live.ground(self.state, at).contents)
    }

    fn activities(&self, advocate: &Arc<str>, at: Timestamp) -> Vec<Settled> {
        let State { log, index, .. } = self.state;
        let roster = self.roster(at);
        let own = index.own(log, &index.kin_of([Arc::clone(advocate)]));
        let settled = own.into_iter().filter_map(|activity| self.settle(activity, &roster, at));
        let mut activities: Vec<Settled> =
            settled.filter(|settled| settled.advocate == *advocate).collect();
        in_order(log, &mut activities);
        activities
    }

    fn near(&self, words: &Fingerprint, author: Option<&Arc<str>>, at: Timestamp) -> usize {
        let State { log, links, .. } = self.state;
        let (posts, roster) = (self.posts(), self.roster(at));
        let days = posts.by_time.range((near_since(at), Place::MIN)..(at, Place::MIN));
        // Few say the same: they alone are put together as they stand.
        days.filter(|&(&(published, activity), known)| {
            let texts = known.get_or_init(|| texts(&self.live.program, log, links, activity));
            let near = |text: Option<&Arc<str>>| {
                let mut texts = texts.iter().filter(|(known, _)| text.is_none_or(|it| it == known));
                texts.any(|(_, others)| is_near(words, others))
            };
            let stands = |settled: Settled| {
                settled.at == published
                    && Some(&settled.advocate) != author
                    && roster.shows(&settled.advocate, at).is_ok()
                    && roster.admits(&settled.advocate, published).is_ok()
                    && settled.post.is_some_and(|post| near(Some(&post.text)))
            };
            near(None) && self.settle(activity, &roster, at).is_some_and(stands)
        })
        .count()
    }
}
