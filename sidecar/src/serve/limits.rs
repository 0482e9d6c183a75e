//! What the service takes in at once, and what it turns away.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use plaudit_engine::{Code, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access::Caller;
use super::problem::Refusal;
use super::settings;

/// The limits of requests.
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) batch: usize,
    pub(crate) arrival: Duration,
    pub(crate) answer: Duration,
    /// Turns of questions that take long.
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    pace: Option<(NonZeroU32, DefaultKeyedRateLimiter<String>)>,
}

impl Limits {
    pub(crate) fn new(settings: &settings::Limits) -> Self {
        let pace = settings.per_minute();
        Self {
            body_bytes: settings.body_bytes,
            batch: settings.batch,
            arrival: settings.arrival(),
            answer: settings.answer(),
            turns: Arc::new(Semaphore::new(settings.questions)),
            waiting: AtomicUsize::new(0),
            most_waiting: settings.waiting,
            pace: pace.map(|most| (most, RateLimiter::keyed(Quota::per_minute(most)))),
        }
    }

    /// Whether a caller may ask once more by now.
    pub(crate) fn admit(&self, caller: &Caller) -> Result<(), Refusal> {
        let Some((most, pace)) = &self.pace else { return Ok(()) };
        // An advocate has a pace of their own, and does not use up that of the host.
        let who = match caller {
            Caller::Advocate { id, key, .. } => format!("{key}/{id}"),
            other => other.key().to_owned(),
        };
        pace.check_key(&who).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let message = format!("there are at most {most} requests in a minute");
            Refusal::from(Problem::new(Code::TooManyRequests, message)).retry_after(wait)
        })
    }

    /// A turn to answer a question that takes long, when one is free.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let _waiting = Waits::one(&self.waiting, self.most_waiting)?;
        let turn = tokio::time::timeout(self.answer, Arc::clone(&self.turns).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| overloaded().into())
    }

    /// Whether so many things in one request are not too many.
    pub(crate) fn batch(&self, count: usize, field: &str) -> Result<(), Refusal> {
        if count <= self.batch {
            return Ok(());
        }
        let message = format!("{count} at once are too many: at most {}", self.batch);
        Err(Problem::new(Code::TooLarge, message).help("send them in parts").field(field).into())
    }
}

fn overloaded() -> Problem {
    Problem::new(Code::Overloaded, "too many questions wait to be answered")
}

/// One who waits, as long as this lives.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn one(waiting: &'a AtomicUsize, most: usize) -> Result<Self, Problem> {
        // Whoever gives up takes itself off the count again.
        let one = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= most { Err(overloaded()) } else { Ok(one) }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::access::sources::Sources;

    #[test]
    fn whoever_finds_no_room_to_wait_is_turned_away_and_the_next_one_gets_the_turn() {
        let settings = settings::Limits { questions: 1, waiting: 0, ..settings::Limits::default() };
        let limits = Limits::new(&settings);
        actix_web::rt::System::new().block_on(async {
            let turn = limits.turn().await.unwrap();
            let refused = limits.turn().await.unwrap_err();
            assert_eq!(refused.problems()[0].code, Code::Overloaded);
            assert_eq!(refused.status(), 503);
            drop(turn);
            assert!(limits.turn().await.is_ok());
        });
    }

    #[test]
    fn each_caller_has_a_pace_of_their_own() {
        let settings = settings::Limits { per_minute: 1, ..settings::Limits::default() };
        let limits = Limits::new(&settings);
        let advocate = |id: &str| Caller::Advocate {
            id: id.into(),
            key: "host".into(),
            sources: Sources::default(),
        };
        assert!(limits.admit(&advocate("ada")).is_ok());
        assert!(limits.admit(&advocate("ada")).is_err());
        assert!(limits.admit(&advocate("bob")).is_ok());
    }
}
