//! What was published before, for checks that need it: the author's record so far and what
//! colleagues said in nearly the same words.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::events::{Log, People};
use crate::facts::SoFar;
use crate::program::Program;
use crate::scoring::{Fold, Roster};
use crate::text::{Analysis, Fingerprint, Input};
use crate::timeline::Timeline;

/// Posts of others within so many days before a post count as near-duplicates …
const NEAR_DAYS: i64 = 30;
/// … when so much of their words is the same, in percent (Jaccard index of three-word shingles).
const NEAR_SIMILARITY: u8 = 80;

/// Published activities that a check may look back on.
#[derive(Debug)]
pub struct History<'a> {
    program: &'a Program,
    log: &'a Log,
    roster: Roster<'a>,
    published: Vec<Published>,
}

#[derive(Debug)]
struct Published {
    advocate: Arc<str>,
    at: Timestamp,
    words: Fingerprint,
}

impl<'a> History<'a> {
    /// Looks back on events. As everywhere, people without consent stay out of it.
    pub fn new(
        program: &'a Program,
        log: &'a Log,
        people: &'a People,
        assume_consent: bool,
    ) -> Self {
        let roster = Roster { people, assume_consent };
        let timeline = Timeline::before(log, Timestamp::MAX);
        let published = timeline
            .by_advocate
            .values()
            .flatten()
            .filter(|activity| roster.admits(&activity.advocate, activity.at).is_ok())
            .filter_map(|activity| {
                let text = Arc::clone(&activity.post.as_ref()?.text);
                let input = Input { text, ..Input::default() };
                let analysis = Analysis::new(Arc::clone(&program.scanner), input);
                let advocate = Arc::clone(&activity.advocate);
                Some(Published { advocate, at: activity.at, words: analysis.fingerprint() })
            })
            .collect();
        Self { program, log, roster, published }
    }

    /// What the author did before a time.
    pub(crate) fn so_far(&self, author: &Arc<str>, at: Timestamp) -> Result<SoFar, Error> {
        let timeline = Timeline::before(self.log, at);
        let mut fold = Fold::new(self.program, self.log, self.roster);
        if let Some(activities) = timeline.by_advocate.get(author) {
            fold.person(author, activities, |_| {})?;
            return Ok(fold.into_so_far());
        }
        Ok(SoFar::default())
    }

    /// Posts of other people shortly before a time that say nearly the same.
    pub(crate) fn near_duplicates(
        &self,
        author: Option<&Arc<str>>,
        text: &Analysis,
        at: Timestamp,
    ) -> usize {
        if self.published.is_empty() {
            return 0;
        }
        let since =
            at.checked_sub(SignedDuration::from_hours(NEAR_DAYS * 24)).unwrap_or(Timestamp::MIN);
        let words = text.fingerprint();
        self.published
            .iter()
            .filter(|post| Some(&post.advocate) != author && post.at < at && since <= post.at)
            .filter(|post| words.similarity(&post.words) >= NEAR_SIMILARITY)
            .count()
    }
}
