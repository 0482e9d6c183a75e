//! What was published before, for checks that need it: the author's record so far and what
//! colleagues said in nearly the same words.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::error::Error;
use crate::events::{Log, People};
use crate::facts::SoFar;
use crate::fault::Fault;
use crate::post::Content;
use crate::program::Program;
use crate::roster::Roster;
use crate::scoring::Fold;
use crate::text::{Analysis, Fingerprint, Input};
use crate::time::Calendar;
use crate::timeline::{Contents, Records, Settled, Timeline};

/// Posts of others within so many days before a post count as near-duplicates …
const NEAR_DAYS: i64 = 30;
/// … when so much of their words is the same, in percent (Jaccard index of three-word shingles).
const NEAR_SIMILARITY: u8 = 50;

/// Published activities that a check may look back on.
#[derive(Debug)]
pub struct History<'a> {
    program: &'a Program,
    past: Box<dyn Past + 'a>,
}

/// Finds out what held before a time.
pub(crate) trait Past: Debug + Send + Sync {
    /// Who takes part.
    fn roster(&self, at: Timestamp) -> Arc<Roster>;

    /// What there is to share.
    fn contents(&self, at: Timestamp) -> Arc<Contents>;

    /// What an advocate did, in the order of the fold.
    fn activities(&self, advocate: &Arc<str>, at: Timestamp) -> Vec<Settled>;

    /// How many posts of others, from the days in which a copy counts, say nearly the same.
    fn near(&self, words: &Fingerprint, author: Option<&Arc<str>>, at: Timestamp) -> usize;
}

/// The beginning of the days in which a copy counts.
pub(crate) fn near_since(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(NEAR_DAYS * 24)).unwrap_or(Timestamp::MIN)
}

/// Whether two texts say nearly the same.
pub(crate) fn is_near(one: &Fingerprint, other: &Fingerprint) -> bool {
    one.similarity(other) >= NEAR_SIMILARITY
}

/// The words of a published text, to compare them.
pub(crate) fn words(program: &Program, text: &Arc<str>) -> Fingerprint {
    let input = Input { text: Arc::clone(text), ..Input::default() };
    Analysis::new(Arc::clone(&program.scanner), input).fingerprint()
}

impl<'a> History<'a> {
    /// Looks back on events. As everywhere, people without consent stay out of it.
    pub fn new(
        program: &'a Program,
        log: &'a Log,
        people: &'a People,
        assume_consent: bool,
    ) -> Self {
        let records = Records { log, people, as_of: Timestamp::MAX, assume_consent };
        Self::over(program, Rebuilt { program, records, latest: Mutex::new(None) })
    }

    /// The same, where it is found out in a way of its own what held before a time.
    pub(crate) fn over(program: &'a Program, past: impl Past + 'a) -> Self {
        Self { program, past: Box::new(past) }
    }

    /// The content of an id, as it stood before a time.
    pub(crate) fn content(&self, id: &str, at: Timestamp) -> Option<Content> {
        self.past.contents(at).get(id).map(|known| known.content.clone())
    }

    /// What the author did before a time, and the scoring rules that failed on it: where one did,
    /// points are missing.
    pub(crate) fn so_far(
        &self,
        author: &Arc<str>,
        at: Timestamp,
    ) -> Result<(SoFar, Vec<Fault>), Error> {
        let roster = self.past.roster(at);
        let author = roster.resolve(author, Calendar::last_instant(at));
        let activities = match roster.shows(author, at) {
            Ok(()) => self.past.activities(author, at),
            Err(_) => Vec::new(),
        };
        if activities.is_empty() {
            return Ok((SoFar::default(), Vec::new()));
        }
        let mut faults: Vec<Fault> = Vec::new();
        let contents = self.past.contents(at);
        let mut fold = Fold::new(self.program, &contents, &roster);
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
        let roster = self.past.roster(at);
        let author = author.map(|name| roster.resolve(name, Calendar::last_instant(at)));
        self.past.near(&text.fingerprint(), author, at)
    }
}

/// A past that is put together from all events.
#[derive(Debug)]
struct Rebuilt<'a> {
    program: &'a Program,
    records: Records<'a>,
    /// What held before the time that was asked for last: a batch asks for one time again and
    /// again.
    latest: Mutex<Option<Arc<Before>>>,
}

/// What held before a time.
#[derive(Debug)]
struct Before {
    at: Timestamp,
    timeline: Timeline,
    published: Vec<Published>,
}

#[derive(Debug)]
struct Published {
    advocate: Arc<str>,
    words: Fingerprint,
}

impl Rebuilt<'_> {
    fn before(&self, at: Timestamp) -> Arc<Before> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = latest.as_ref().filter(|before| before.at == at) {
            return Arc::clone(before);
        }
        let timeline = Timeline::of(&Records { as_of: at, ..self.records });
        let published = self.published(&timeline, at);
        let before = Arc::new(Before { at, timeline, published });
        *latest = Some(Arc::clone(&before));
        before
    }

    /// The posts of people who may be seen, from the days in which a copy counts.
    fn published(&self, timeline: &Timeline, at: Timestamp) -> Vec<Published> {
        let since = near_since(at);
        let roster = &timeline.roster;
        timeline
            .advocates()
            .filter(|advocate| roster.shows(advocate, at).is_ok())
            .flat_map(|advocate| timeline.activities(self.records.log, advocate))
            .filter(|activity| since <= activity.at)
            .filter(|activity| roster.admits(&activity.advocate, activity.at).is_ok())
            .filter_map(|activity| {
                let words = words(self.program, &activity.post.as_ref()?.text);
                Some(Published { advocate: activity.advocate, words })
            })
            .collect()
    }
}

impl Past for Rebuilt<'_> {
    fn roster(&self, at: Timestamp) -> Arc<Roster> {
        Arc::clone(&self.before(at).timeline.roster)
    }

    fn contents(&self, at: Timestamp) -> Arc<Contents> {
        Arc::clone(&self.before(at).timeline.contents)
    }

    fn activities(&self, advocate: &Arc<str>, at: Timestamp) -> Vec<Settled> {
        self.before(at).timeline.activities(self.records.log, advocate)
    }

    fn near(&self, words: &Fingerprint, author: Option<&Arc<str>>, at: Timestamp) -> usize {
        let before = self.before(at);
        let others = before.published.iter().filter(|post| Some(&post.advocate) != author);
        others.filter(|post| is_near(words, &post.words)).count()
    }
}
