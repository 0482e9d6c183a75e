//! What all calls share: the program that is published, the journal, and who looks after them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::http::header::HeaderValue;
use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use plaudit_engine::journal::Journal;
use plaudit_engine::ledger::Ledger;
use plaudit_engine::publishing::Publications;
use plaudit_engine::standings::{Among, BoardQuestion, Span};
use plaudit_engine::{Error, Problem, Program};
use tokio::sync::Semaphore;

use super::access::Gate;
use super::decisions::DecisionLog;
use super::doors::Doors;
use super::limits::Limits;
use super::metrics::{Followed, Metrics};
use super::problem::discreet;
use super::recorder::Recorder;
use super::simulations::Simulations;
use crate::commands::starter;
use crate::input::{by_now, now};

/// So often it is looked what others put on record; whoever asks for figures looks, too.
const FOLLOWED: Duration = Duration::from_millis(250);

/// Everything that calls share.
pub(crate) struct Service {
    pub(crate) doors: Doors,
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) decisions: Option<DecisionLog>,
    pub(crate) recorder: Recorder,
    pub(crate) published: Arc<ArcSwap<Published>>,
    pub(crate) publisher: Publisher,
    /// Why the program that was published, or the one of the directory, is not the one that is served.
    pub(crate) trouble: ArcSwapOption<Trouble>,
    /// One program at a time takes the place of another.
    pub(crate) taking_up: Mutex<()>,
    /// How far the journal was when it was last read to its end, and when that was.
    pub(crate) read: Mutex<(u64, Instant)>,
    /// One program at a time is tried out.
    pub(crate) validating: Arc<Semaphore>,
    /// Simulations that go on, and the last few that did.
    pub(crate) simulations: Simulations,
    /// Where it listens, once it does.
    pub(crate) address: OnceLock<SocketAddr>,
    /// Whether the service ends: whoever waits for something goes.
    pub(crate) ending: Arc<AtomicBool>,
}

/// A program that is served, and the ledger that answers with it.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) program: Arc<Program>,
    pub(crate) ledger: Arc<Ledger>,
    /// The program's version, as answers name it.
    pub(crate) version: HeaderValue,
    pub(crate) since: Timestamp,
    /// Its number, where it is published in the journal.
    pub(crate) number: Option<u64>,
}

/// A program that was not taken up.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) at: Timestamp,
    pub(crate) problems: Vec<Problem>,
}

/// Where the program comes from, where none is published in the journal.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A directory.
    Directory(PathBuf),
    /// The starter program, as it was when this binary was built.
    Starter,
}

impl Origin {
    /// The directory that was named; without a name `rules` where there is one, or else the starter
    /// program.
    pub(crate) fn of(named: Option<&Path>) -> Self {
        match named {
            Some(directory) => Origin::Directory(directory.to_owned()),
            None if Path::new("rules").is_dir() => Origin::Directory("rules".into()),
            None => Origin::Starter,
        }
    }

    /// Compiles the program as it is now.
    pub(crate) fn load(&self) -> Result<Program, Error> {
        match self {
            Origin::Directory(directory) => Program::load(directory),
            Origin::Starter => Program::from_sources(&starter()),
        }
    }
}

/// Makes programs public.
#[derive(Debug)]
pub(crate) struct Publisher {
    pub(crate) origin: Origin,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) assume_consent: bool,
    /// Whether every rule is run by the interpreter alone.
    pub(crate) interpret: bool,
}

impl Publisher {
    /// A program as its rules are to be run.
    pub(crate) fn to_run(&self, program: Program) -> Program {
        if self.interpret { program.interpreted() } else { program }
    }

    /// The program that is to be served: the one that is published in the journal, with its number; or
    /// else the one that it comes with.
    pub(crate) fn program(&self) -> Result<(Option<u64>, Program), Error> {
        match Publications::of(&*self.journal)?.program()? {
            Some((number, program)) => Ok((Some(number), program)),
            None => Ok((None, self.origin.load()?)),
        }
    }

    /// A program over the journal, ready to be served.
    pub(crate) fn ready(&self, number: Option<u64>, program: Program) -> Result<Published, Error> {
        let program = self.to_run(program);
        // No post has to wait for a word list to be compiled.
        program.compile();
        let program = Arc::new(program);
        let ledger =
            Ledger::open(Arc::clone(&program), Arc::clone(&self.journal), self.assume_consent)?;
        let version = HeaderValue::from_str(program.version())
            .unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        Ok(Published { program, ledger: Arc::new(ledger), version, since: now(), number })
    }
}

impl Service {
    /// Takes up the program that is published, or where none is the program of the directory, if it is
    /// another one than the one that is served and its examples hold; else the one that is served stays,
    /// and it is said why. Slow: calls go on meanwhile. Says whether there is no use in another try.
    pub(crate) fn reload(&self) -> bool {
        let _alone = self.taking_up.lock().unwrap_or_else(PoisonError::into_inner);
        let program = self.publisher.program();
        match program.and_then(|(number, program)| self.take_up(number, program)) {
            Ok(()) => {
                self.trouble.store(None);
                self.metrics.reloaded(true);
                true
            }
            Err(error) => {
                self.troubled(&error);
                !error.is_retryable()
            }
        }
    }

    fn take_up(&self, number: Option<u64>, program: Program) -> Result<(), Error> {
        let served = self.published.load_full();
        if program.version() == served.program.version() {
            if number != served.number {
                let Published { program, ledger, version, since, .. } = (*served).clone();
                self.published.store(Arc::new(Published {
                    program,
                    ledger,
                    version,
                    since,
                    number,
                }));
            }
            return Ok(());
        }
        // Examples hold of what was published, and whoever has published it waits.
        if number.is_none() {
            holds(&program, &|| self.goes_on())?;
        }
        let published = self.publisher.ready(number, program)?;
        let (version, rules) =
            (published.program.version().to_owned(), published.program.rules().len());
        let published = Arc::new(published);
        self.published.store(Arc::clone(&published));
        tracing::info!(version, rules, "another program is served");
        warm(published);
        Ok(())
    }

    /// How many events are on record, as far as they are followed: the place of the last one.
    pub(crate) fn events(&self) -> u64 {
        self.published.load().ledger.live_so_far().len() as u64
    }

    /// How far the journal is followed.
    pub(crate) fn followed(&self) -> Followed {
        let (position, at) = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.events();
        Followed {
            on_record: known.max(position),
            behind: position.saturating_sub(known),
            since: at.elapsed(),
            publication: self.published.load().number.unwrap_or(0),
        }
    }

    /// Follows what others put on record, for as long as the service lives: events, erasures, and
    /// programs that are published.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut erasures = self.published.load().ledger.erasures();
        let mut publication = self.published.load().ledger.publication();
        loop {
            tokio::time::sleep(FOLLOWED).await;
            let service = Arc::clone(&self);
            let followed = actix_web::web::block(move || {
                service.read_on()?;
                let ledger = &service.published.load_full().ledger;
                if ledger.erasures() != erasures {
                    service.forget();
                }
                let known = ledger.publication();
                let is_over = known == publication || service.reload();
                let publication = if is_over { known } else { publication };
                Ok::<_, Error>((ledger.erasures(), publication))
            });
            match followed.await {
                Ok(Ok(known)) => (erasures, publication) = known,
                Ok(Err(error)) => tracing::warn!(%error, "the journal cannot be read"),
                Err(_) => {}
            }
        }
    }

    /// Reads the journal to its end.
    fn read_on(&self) -> Result<(), Error> {
        let read = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let at = Instant::now();
        let position = self.publisher.journal.position()?;
        read().0 = position;
        self.published.load_full().ledger.refresh()?;
        read().1 = at;
        Ok(())
    }

    /// Forgets what it keeps of people beside the ledger: somebody was erased.
    pub(crate) fn forget(&self) {
        self.simulations.forget();
    }

    /// Why it does not do all that it should, for everybody to read: without paths.
    pub(crate) fn degraded(&self) -> Option<String> {
        let trouble = self.trouble.load_full();
        let of_program = trouble.as_ref().and_then(|trouble| trouble.problems.first().cloned());
        of_program.map(|problem| discreet(problem).to_string()).or_else(|| {
            let fails = self.decisions.as_ref().is_some_and(DecisionLog::fails);
            fails.then(|| "the decision log cannot be written".to_owned())
        })
    }

    /// Runs the examples of the program that is served already.
    pub(crate) fn prove(&self) {
        let proved = holds(&self.published.load_full().program, &|| self.goes_on());
        if let Err(error) = proved {
            self.troubled(&error);
        }
    }

    /// Whether it makes sense to work on.
    fn goes_on(&self) -> bool {
        !self.ending.load(Ordering::Relaxed)
    }

    fn troubled(&self, error: &Error) {
        if !self.goes_on() {
            return;
        }
        for problem in error.problems() {
            tracing::warn!(problem = %problem, "the program is not as it should be");
        }
        let problems = error.problems().to_vec();
        self.trouble.store(Some(Arc::new(Trouble { at: now(), problems })));
        self.metrics.reloaded(false);
    }
}

/// Works everybody's figures out ahead, aside: the first board of a large journal takes a minute, and
/// whoever asks for it should not wait so long.
pub(crate) fn warm(published: Arc<Published>) {
    let work = move || {
        let question = BoardQuestion { span: Span::AllTime, among: Among::Everyone, period: None };
        // What cannot be worked out is told to whoever asks for it.
        let _ = published.ledger.live_so_far().leaderboard(&question, by_now());
    };
    if let Err(error) = thread::Builder::new().name("warm".to_owned()).spawn(work) {
        tracing::warn!(%error, "nothing is worked out ahead");
    }
}

/// Whether a program does what its examples and scenarios say.
pub(crate) fn holds(program: &Program, go_on: &dyn Fn() -> bool) -> Result<(), Error> {
    let failed = program.test_while(go_on)?.failed();
    match Error::of(failed) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
