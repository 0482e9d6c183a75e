//! What was published before, for checks that need it: the author's record so far and what
//! colleagues said in nearly the same words.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::events::{Log, People};
use crate::facts::SoFar;
use crate::fault::Fault;
use crate::post::Content;
use crate::program::Program;
use crate::scoring::Fold;
use crate::text::{Analysis, Fingerprint, Input};
use crate::time::Calendar;
use crate::timeline::{Records, Timeline};

/// Posts of others within so many days before a post count as near-duplicates …
const NEAR_DAYS: i64 = 30;
/// … when so much of their words is the same, in percent (Jaccard index of three-word shingles).
const NEAR_SIMILARITY: u8 = 80;

/// Published activities that a check may look back on.
#[derive(Debug)]
pub struct History<'a> {
    program: &'a Program,
    log: &'a Log,
    people: &'a People,
    assume_consent: bool,
    /// What held before the time that was asked for last: a batch asks for one time again and
    /// again.
    latest: Mutex<Option<Arc<Past>>>,
}

/// What held before a time.
#[derive(Debug)]
pub(crate) struct Past {
    at: Timestamp,
    timeline: Timeline,
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
        Self::resumed(program, log, people, assume_consent, None)
    }

    /// The same, where what held before a time is at hand already.
    pub(crate) fn resumed(
        program: &'a Program,
        log: &'a Log,
        people: &'a People,
        assume_consent: bool,
        past: Option<Arc<Past>>,
    ) -> Self {
        Self { program, log, people, assume_consent, latest: Mutex::new(past) }
    }

    /// What held before the time that was asked for last.
    pub(crate) fn into_latest(self) -> Option<Arc<Past>> {
        self.latest.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn before(&self, at: Timestamp) -> Arc<Past> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(past) = latest.as_ref().filter(|past| past.at == at) {
            return Arc::clone(past);
        }
        let timeline = Timeline::of(&Records {
            log: self.log,
            people: self.people,
            as_of: at,
            assume_consent: self.assume_consent,
        });
        let past = Arc::new(Past { at, published: self.published(&timeline, at), timeline });
        *latest = Some(Arc::clone(&past));
        past
    }

    /// The posts of people who may be seen, from the days in which a copy counts.
    fn published(&self, timeline: &Timeline, at: Timestamp) -> Vec<Published> {
        let days = SignedDuration::from_hours(NEAR_DAYS * 24);
        let since = at.checked_sub(days).unwrap_or(Timestamp::MIN);
        let roster = &timeline.roster;
        timeline
            .advocates()
            .filter(|advocate| roster.shows(advocate, at).is_ok())
            .flat_map(|advocate| timeline.activities(self.log, advocate))
            .filter(|activity| since <= activity.at)
            .filter(|activity| roster.admits(&activity.advocate, activity.at).is_ok())
            .filter_map(|activity| {
                let text = Arc::clone(&activity.post.as_ref()?.text);
                let input = Input { text, ..Input::default() };
                let analysis = Analysis::new(Arc::clone(&self.program.scanner), input);
                let advocate = Arc::clone(&activity.advocate);
                Some(Published { advocate, at: activity.at, words: analysis.fingerprint() })
            })
            .collect()
    }

    /// The content of an id, as it stood before a time.
    pub(crate) fn content(&self, id: &str, at: Timestamp) -> Option<Content> {
        self.before(at).timeline.contents.get(id).map(|known| known.content.clone())
    }

    /// What the author did before a time, and the scoring rules that failed on it: where one did,
    /// points are missing.
    pub(crate) fn so_far(
        &self,
        author: &Arc<str>,
        at: Timestamp,
    ) -> Result<(SoFar, Vec<Fault>), Error> {
        let past = self.before(at);
        let roster = &past.timeline.roster;
        let author = &roster.resolve(author, Calendar::last_instant(at));
        let activities = past.timeline.activities(self.log, author);
        if activities.is_empty() || roster.shows(author, at).is_err() {
            return Ok((SoFar::default(), Vec::new()));
        }
        let mut faults: Vec<Fault> = Vec::new();
        let mut fold = Fold::new(self.program, &past.timeline.contents, roster);
        fold.person(author, &activities, |scored| {
            for fault in scored.faults.drain(..) {
                if !faults.iter().any(|known| known.same_place(&fault)) {
                    faults.push(fault);
                }
            }
        })?;
        Ok((fold.into_so_far(), faults))
    }

    /// Posts of other people shortly before a time that say nearly the same.
    pub(crate) fn near_duplicates(
        &self,
        author: Option<&Arc<str>>,
        text: &Analysis,
        at: Timestamp,
    ) -> usize {
        let past = self.before(at);
        if past.published.is_empty() {
            return 0;
        }
        let author =
            author.map(|name| past.timeline.roster.resolve(name, Calendar::last_instant(at)));
        let words = text.fingerprint();
        past.published
            .iter()
            .filter(|post| Some(&post.advocate) != author.as_ref() && post.at < at)
            .filter(|post| words.similarity(&post.words) >= NEAR_SIMILARITY)
            .count()
    }
}
