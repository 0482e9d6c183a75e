//! Simulations that go on while others are served: one at a time, and the last few are kept, in memory,
//! until the service ends.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use plaudit_engine::simulation::{Simulation, SimulationQuestion};
use plaudit_engine::{Code, Problem, Program};

use super::problem::discreet;
use super::service::Published;
use crate::input::by_now;
use crate::simulated;

/// So many are kept, the one that goes on included; the oldest is forgotten first.
const KEPT: usize = 8;

/// The simulations that are known.
#[derive(Debug, Default)]
pub(crate) struct Simulations {
    jobs: Mutex<VecDeque<Arc<Job>>>,
}

/// A simulation that goes on, or has ended.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// When it was begun.
    pub(crate) begun: Timestamp,
    done: AtomicUsize,
    of: AtomicUsize,
    cancelled: AtomicBool,
    end: Mutex<Option<Arc<End>>>,
}

/// How a simulation ended.
#[derive(Debug)]
pub(crate) enum End {
    /// With an answer, and a page of it.
    Done(Box<Simulation>, String),
    Failed(Vec<Problem>),
    Cancelled,
}

/// What is simulated.
pub(crate) struct Asked {
    pub(crate) published: Arc<Published>,
    pub(crate) candidate: Program,
    pub(crate) question: SimulationQuestion,
    pub(crate) as_of: Timestamp,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Job {
    /// Steps done, and steps in all; nothing in all before it has begun to count.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }

    /// How it ended; nothing while it goes on.
    pub(crate) fn end(&self) -> Option<Arc<End>> {
        held(&self.end).clone()
    }

    fn ended(&self) -> bool {
        held(&self.end).is_some()
    }

    fn run(&self, asked: &Asked, ending: &AtomicBool) -> End {
        let Asked { published, candidate, question, as_of } = asked;
        let progress = |done: usize, of: usize| {
            self.of.store(of, Ordering::Relaxed);
            self.done.store(done, Ordering::Relaxed);
            let stop = self.cancelled.load(Ordering::Relaxed) || ending.load(Ordering::Relaxed);
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let ledger = &published.ledger;
        let simulated = ledger
            .live()
            .and_then(|live| live.simulate(candidate, question, *as_of, progress))
            .and_then(|simulation| Ok((simulation, ledger.roster(*as_of)?)));
        match simulated {
            Ok((simulation, roster)) => {
                let page = simulated::page(&simulation, candidate, &roster);
                End::Done(Box::new(simulation), page)
            }
            Err(error) => match error.problems() {
                [problem] if problem.code == Code::Cancelled => End::Cancelled,
                problems => End::Failed(problems.iter().cloned().map(discreet).collect()),
            },
        }
    }
}

impl Simulations {
    /// Begins one, where no other goes on.
    pub(crate) fn begin(&self, asked: Asked, ending: Arc<AtomicBool>) -> Result<Arc<Job>, Problem> {
        let job = Arc::new(Job {
            id: random()?,
            begun: by_now(),
            done: AtomicUsize::new(0),
            of: AtomicUsize::new(0),
            cancelled: AtomicBool::new(false),
            end: Mutex::new(None),
        });
        {
            let mut jobs = held(&self.jobs);
            if let Some(running) = jobs.iter().find(|job| !job.ended()) {
                let message = format!("another simulation goes on: `{}`", running.id);
                let help = format!(
                    "wait until it has ended, or cancel it: DELETE /v1/simulations/{}",
                    running.id
                );
                return Err(Problem::new(Code::Overloaded, message).help(help));
            }
            while jobs.len() >= KEPT {
                jobs.pop_front();
            }
            jobs.push_back(Arc::clone(&job));
        }
        let running = Arc::clone(&job);
        let begun = std::thread::Builder::new().name("simulation".to_owned()).spawn(move || {
            // Whatever happens, it has ended then, so that another may begin.
            let run = std::panic::AssertUnwindSafe(|| running.run(&asked, &ending));
            let end = std::panic::catch_unwind(run).unwrap_or_else(|_| {
                End::Failed(vec![Problem::new(Code::Internal, "the simulation broke off")])
            });
            *held(&running.end) = Some(Arc::new(end));
        });
        match begun {
            Ok(_) => Ok(job),
            Err(error) => {
                held(&self.jobs).retain(|known| known.id != job.id);
                let message = format!("there is no thread for it: {error}");
                Err(Problem::new(Code::Overloaded, message))
            }
        }
    }

    /// All that are known, the last one first.
    pub(crate) fn list(&self) -> Vec<Arc<Job>> {
        held(&self.jobs).iter().rev().cloned().collect()
    }

    /// The one of an id.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Job>> {
        held(&self.jobs).iter().find(|job| job.id == id).cloned()
    }

    /// Has the one end that goes on, and forgets all others.
    pub(crate) fn forget(&self) {
        for job in held(&self.jobs).drain(..) {
            job.cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Has one end that goes on; forgets one that has ended.
    pub(crate) fn end(&self, id: &str) -> Option<Arc<Job>> {
        let mut jobs = held(&self.jobs);
        let place = jobs.iter().position(|job| job.id == id)?;
        let job = Arc::clone(&jobs[place]);
        if job.ended() {
            jobs.remove(place);
        } else {
            job.cancelled.store(true, Ordering::Relaxed);
        }
        Some(job)
    }
}

/// An id that nobody guesses.
fn random() -> Result<String, Problem> {
    let mut random = [0u8; 8];
    getrandom::fill(&mut random).map_err(|error| {
        Problem::new(Code::Internal, format!("there is no randomness: {error}"))
    })?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
