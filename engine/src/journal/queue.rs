//! Callers that write at the same time share a commit: one of them writes for all who wait, then
//! hands over. No thread of its own, so that a library may use it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::prepared::Prepared;
use super::{Batch, Receipt};
use crate::error::{Code, Error, Problem};

/// So many events at most are written in one commit that callers share.
const MOST_EVENTS: usize = 10_000;

/// So often at most others are let run before a commit.
const MOST_TURNS: usize = 50;

type Job = (Vec<Prepared>, Batch);
type Answer = Result<Vec<Receipt>, Error>;

/// Those who wait for a commit.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    jobs: Vec<(Job, Arc<Caller>)>,
    /// Whether somebody is writing.
    writing: bool,
    /// How many callers shared the last commit.
    shared: usize,
}

/// Somebody who waits.
#[derive(Debug, Default)]
struct Caller {
    turn: Mutex<Turn>,
    called: Condvar,
}

#[derive(Debug, Default)]
enum Turn {
    #[default]
    Wait,
    /// It is this caller's turn to write.
    Write,
    Done(Answer),
}

impl Caller {
    fn call(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
        self.called.notify_one();
    }

    /// Waits for an answer; nothing where it is this caller's turn to write.
    fn wait(&self) -> Option<Answer> {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match std::mem::take(&mut *turn) {
                Turn::Wait => {
                    turn = self.called.wait(turn).unwrap_or_else(PoisonError::into_inner);
                }
                Turn::Write => return None,
                Turn::Done(answer) => return Some(answer),
            }
        }
    }
}

/// Passes the turn on, also where writing ends in a panic.
struct Writing<'q> {
    queue: &'q Queue,
    served: Vec<Arc<Caller>>,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        for caller in self.served.drain(..) {
            let message = "the commit was given up; whether it is on record is not known";
            caller.call(Turn::Done(Err(Problem::new(Code::Internal, message).into())));
        }
        let mut waiting = self.queue.lock();
        match waiting.jobs.first() {
            Some((_, next)) => next.call(Turn::Write),
            None => waiting.writing = false,
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has events written, together with those of others who wait.
    pub(super) fn append(
        &self,
        events: Vec<Prepared>,
        batch: Batch,
        commit: impl FnOnce(&[Job]) -> Result<Vec<Vec<Receipt>>, Error>,
    ) -> Answer {
        let caller = Arc::new(Caller::default());
        let mut waiting = self.lock();
        waiting.jobs.push(((events, batch), Arc::clone(&caller)));
        let is_first = !std::mem::replace(&mut waiting.writing, true);
        drop(waiting);
        if !is_first && let Some(answer) = caller.wait() {
            return answer;
        }
        self.serve(commit);
        // Whoever writes is among those who are served.
        caller.wait().unwrap_or_else(|| {
            let message = "whoever wrote a commit was not served by it";
            Err(Problem::new(Code::Internal, message).into())
        })
    }

    /// Writes for those who wait, the one who writes among them.
    fn serve(&self, commit: impl FnOnce(&[Job]) -> Result<Vec<Vec<Receipt>>, Error>) {
        let mut waiting = self.lock();
        // Those who shared the last commit are likely to come again: the disk takes far longer than
        // letting them run. Whoever writes alone waits for nobody.
        for _ in 0..MOST_TURNS {
            if waiting.jobs.len() >= waiting.shared {
                break;
            }
            drop(waiting);
            std::thread::yield_now();
            waiting = self.lock();
        }
        let mut events = 0;
        let share = waiting.jobs.iter().position(|((job, _), _)| {
            events += job.len();
            events > MOST_EVENTS
        });
        let share = share.unwrap_or(waiting.jobs.len()).max(1);
        waiting.shared = share;
        let (jobs, served): (Vec<Job>, Vec<Arc<Caller>>) = waiting.jobs.drain(..share).unzip();
        drop(waiting);
        let mut writing = Writing { queue: self, served };
        let answer = commit(&jobs);
        let served = std::mem::take(&mut writing.served);
        match answer {
            Ok(receipts) => {
                for (caller, receipts) in served.iter().zip(receipts) {
                    caller.call(Turn::Done(Ok(receipts)));
                }
            }
            // Nothing of the commit is on record.
            Err(error) => {
                served.iter().for_each(|caller| caller.call(Turn::Done(Err(error.clone()))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::scope;

    use super::*;

    /// Nothing to write, for each of those who wait.
    fn nothing(jobs: &[Job]) -> Vec<Vec<Receipt>> {
        jobs.iter().map(|_| Vec::new()).collect()
    }

    fn wait_for(queue: &Queue, waiting: usize) {
        while queue.lock().jobs.len() < waiting {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_waits_behind_a_commit_that_panics_is_served_by_the_next() {
        let queue = Queue::default();
        scope(|scope| {
            let panics = scope.spawn(|| {
                queue.append(Vec::new(), Batch::Each, |_| {
                    wait_for(&queue, 4);
                    std::panic::resume_unwind(Box::new("given up"))
                })
            });
            while !queue.lock().writing {
                std::thread::yield_now();
            }
            let append = || queue.append(Vec::new(), Batch::Each, |jobs| Ok(nothing(jobs)));
            let waiting: Vec<_> = (0..4).map(|_| scope.spawn(append)).collect();
            assert!(panics.join().is_err());
            for waiting in waiting {
                assert_eq!(waiting.join().unwrap().unwrap(), []);
            }
        });
        assert!(!queue.lock().writing);
    }

    #[test]
    fn all_of_a_commit_that_fails_or_panics_are_told_and_the_next_goes_on() {
        for panic in [false, true] {
            let queue = Queue::default();
            scope(|scope| {
                let first = || {
                    queue.append(Vec::new(), Batch::Each, |jobs| {
                        wait_for(&queue, 3);
                        Ok(nothing(jobs))
                    })
                };
                let first = scope.spawn(first);
                while !queue.lock().writing {
                    std::thread::yield_now();
                }
                let fails = || {
                    queue.append(Vec::new(), Batch::Each, |_| {
                        if panic {
                            std::panic::resume_unwind(Box::new("given up"))
                        }
                        Err(Problem::new(Code::DiskFull, "no room").into())
                    })
                };
                let waiting: Vec<_> = (0..3).map(|_| scope.spawn(fails)).collect();
                assert_eq!(first.join().unwrap().unwrap(), []);
                let ends: Vec<_> = waiting.into_iter().map(|it| it.join()).collect();
                assert_eq!(ends.iter().filter(|end| end.is_err()).count(), usize::from(panic));
                for told in ends.into_iter().flatten() {
                    let code = told.unwrap_err().problems()[0].code;
                    assert_eq!(code, if panic { Code::Internal } else { Code::DiskFull });
                }
            });
            let next = queue.append(Vec::new(), Batch::Each, |jobs| Ok(nothing(jobs)));
            assert_eq!(next.unwrap(), []);
        }
    }
}
