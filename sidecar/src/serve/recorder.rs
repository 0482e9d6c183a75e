//! One thread that writes: what many callers record at the same time is one commit.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Batch, Receipt};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Code, Error, Problem};
use tokio::sync::oneshot;

/// So many events go on record at a time, at most.
const AT_A_TIME: usize = 10_000;

/// What one caller wants on record.
struct Job {
    events: Vec<Event>,
    batch: Batch,
    done: oneshot::Sender<Result<Vec<Receipt>, Error>>,
}

/// The thread that writes.
#[derive(Debug)]
pub(crate) struct Recorder {
    queue: SyncSender<Job>,
}

impl Recorder {
    /// Starts it over the ledger of the moment; up to `waiting` callers wait for it. It ends when the
    /// recorder is dropped and everything that waits is on record.
    pub(crate) fn start(
        waiting: usize,
        ledger: impl Fn() -> Arc<Ledger> + Send + 'static,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (queue, jobs) = sync_channel(waiting);
        let write = move || write(&jobs, ledger);
        Ok((Self { queue }, thread::Builder::new().name("recorder".to_owned()).spawn(write)?))
    }

    /// Puts events on record; the receipts come when they are on the disk.
    pub(crate) async fn record(
        &self,
        events: Vec<Event>,
        batch: Batch,
    ) -> Result<Vec<Receipt>, Error> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let (done, receipts) = oneshot::channel();
        self.queue.try_send(Job { events, batch, done }).map_err(|error| match error {
            TrySendError::Full(_) => {
                Problem::new(Code::Overloaded, "too many requests wait to be recorded")
            }
            TrySendError::Disconnected(_) => gone(),
        })?;
        receipts.await.map_err(|_| gone())?
    }
}

/// A thread that is gone was in the middle of a commit, or there is none any more: what is on record
/// is known when the request comes again.
fn gone() -> Problem {
    Problem::new(Code::Overloaded, "the service is ending")
        .help("send it again: what is on record already changes nothing")
}

fn write(jobs: &Receiver<Job>, ledger: impl Fn() -> Arc<Ledger>) {
    let mut next = jobs.recv().ok();
    while let Some(first) = next.take() {
        let mut together = vec![first];
        let mut count = together[0].events.len();
        // Whatever waits by now goes along; a batch that is whole or nothing goes by itself.
        while together[0].batch == Batch::Each && count < AT_A_TIME {
            match jobs.try_recv() {
                Ok(job) if job.batch == Batch::Each => {
                    count += job.events.len();
                    together.push(job);
                }
                Ok(job) => {
                    next = Some(job);
                    break;
                }
                Err(_) => break,
            }
        }
        commit(together, &ledger());
        if next.is_none() {
            next = jobs.recv().ok();
        }
    }
}

/// Puts the events of several callers on record at once, and answers each.
fn commit(mut together: Vec<Job>, ledger: &Ledger) {
    let batch = together.first().map_or(Batch::Each, |job| job.batch);
    let counts: Vec<usize> = together.iter().map(|job| job.events.len()).collect();
    let events = together.iter_mut().flat_map(|job| std::mem::take(&mut job.events)).collect();
    // A caller who has gone away is not answered, and what they sent is on record all the same.
    match ledger.record(events, batch) {
        Ok(receipts) => {
            let mut receipts = receipts.into_iter();
            for (job, count) in together.into_iter().zip(counts) {
                let _ = job.done.send(Ok(receipts.by_ref().take(count).collect()));
            }
        }
        Err(error) => together.into_iter().for_each(|job| {
            let _ = job.done.send(Err(error.clone()));
        }),
    }
}
