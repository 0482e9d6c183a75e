//! What a team publishes: how much, in whose words, about what, and whether anybody minds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Team;
use crate::facts::{TeamFact, Value};
use crate::program::Role;
use crate::standings::standing::{conversation, engagements};
use crate::standings::tally::Entry;
use crate::standings::workings::{percent, whole};
use crate::time::Day;

impl Team {
    pub(super) fn published(&self, fact: TeamFact, fits: impl Fn(Day) -> bool) -> Value {
        let all = || self.entries().filter(|entry| fits(entry.day));
        let posts = || all().filter(|entry| is_post(entry));
        match fact {
            TeamFact::PostsIn => posts().count().into(),
            TeamFact::EngagedPostsIn => {
                let told: Vec<&Entry> = posts().filter(|entry| entry.has_results()).collect();
                percent(told.iter().filter(|entry| engagements(entry) > 0).count(), told.len())
            }
            TeamFact::PushOnlyIn => self.push_only(fits),
            TeamFact::CopiesIn => self.copies(fits),
            TeamFact::OwnVoiceIn => mean_own_words(posts()),
            TeamFact::OwnContentIn => of_origin(posts(), "own"),
            TeamFact::CompanyContentIn => of_origin(posts(), "company"),
            TeamFact::ThirdPartyContentIn => of_origin(posts(), "third_party"),
            TeamFact::UnsharedContentIn => self.unshared(fits).len().into(),
            _ => {
                let (part, all) = conversation(all());
                percent(part.len(), all)
            }
        }
    }

    /// Of the people who published, those who did nothing but that.
    fn push_only(&self, fits: impl Fn(Day) -> bool) -> Value {
        let (mut publishers, mut silent) = (0, 0);
        for share in &self.shares {
            let did = || share.entries().filter(|entry| fits(entry.day));
            if did().any(is_post) {
                publishers += 1;
                silent += usize::from(conversation(did()).0.is_empty());
            }
        }
        percent(silent, publishers)
    }

    /// Of the posts with a text, those that say the same as another person's.
    fn copies(&self, fits: impl Fn(Day) -> bool) -> Value {
        let mut authors: BTreeMap<u64, (BTreeSet<&Arc<str>>, usize)> = BTreeMap::new();
        for share in &self.shares {
            let posts = share.entries().filter(|entry| fits(entry.day) && is_post(entry));
            for words in posts.filter_map(Entry::words) {
                let (authors, posts) = authors.entry(words).or_default();
                authors.insert(&share.tally.advocate);
                *posts += 1;
            }
        }
        let copies = authors.values().filter(|(authors, _)| authors.len() > 1);
        let all = authors.values().map(|(_, posts)| posts).sum();
        percent(copies.map(|(_, posts)| posts).sum(), all)
    }

    /// The content of the last so many dates that nobody has taken up.
    pub(crate) fn unshared_in(&self, days: i64) -> Vec<Arc<str>> {
        let unshared = self.unshared(|day| self.view.is_recent(day, days));
        unshared.into_iter().cloned().collect()
    }

    /// Content of dates that fit, that may be published by now and that nobody of the team has
    /// taken up by now.
    fn unshared(&self, fits: impl Fn(Day) -> bool) -> BTreeSet<&Arc<str>> {
        let view = &*self.view;
        let is_open =
            |embargo: Option<jiff::Timestamp>| embargo.is_none_or(|embargo| embargo <= view.last);
        let open = self.contents.iter().filter(|(_, known)| {
            known.at <= view.last
                && fits(view.calendar.day(known.at))
                && is_open(known.content.embargo)
        });
        let mut left: BTreeSet<&Arc<str>> = open.map(|(id, _)| id).collect();
        for share in &self.shares {
            if left.is_empty() {
                break;
            }
            left.retain(|id| {
                let first = share.tally.contents.get(*id);
                first.is_none_or(|first| *first > view.last_day)
            });
        }
        left
    }
}

fn is_post(entry: &Entry) -> bool {
    entry.role() == Some(Role::Publishing)
}

/// The mean of own words over published activities; what somebody else wrote has none.
pub(super) fn mean_own_words<'a>(entries: impl Iterator<Item = &'a Entry>) -> Value {
    let own =
        entries.filter(|entry| is_post(entry)).filter_map(|entry| match entry.is_ghostwritten() {
            true => Some(0),
            false => entry.own_words(),
        });
    let own: Vec<i64> = own.collect();
    whole(own.iter().sum(), own.len())
}

/// The part of those of which the origin is known that has this one.
fn of_origin<'a>(entries: impl Iterator<Item = &'a Entry>, origin: &str) -> Value {
    let known: Vec<&str> = entries.filter_map(Entry::origin).collect();
    percent(known.iter().filter(|known| **known == origin).count(), known.len())
}
