//! Puts the service together, runs it, and ends it so that nothing is lost.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use actix_web::{App, HttpServer};
use arc_swap::{ArcSwap, ArcSwapOption};
use plaudit_engine::journal::{Access, Journal};
use plaudit_engine::publishing::Publications;
use plaudit_engine::{Code, Problem};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;

use super::access::Gate;
use super::access::keys::KeyFile;
use super::decisions::{DecisionLog, Kept};
use super::doors::Doors;
use super::limits::Limits;
use super::metrics::Metrics;
use super::recorder::Recorder;
use super::reload::Reloads;
use super::service::{Origin, Publisher, Service, holds, warm};
use super::settings::Settings;
use super::simulations::Simulations;
use super::{http, logs, schedule};
use crate::input::Failure;
use crate::output::Exit;

/// How long a connection without a request stays open.
const KEPT_ALIVE: Duration = Duration::from_secs(75);
/// How long calls that are under way may take to end when the service ends, in seconds.
const TO_END: u64 = 30;
/// How long the decision log is waited for then.
const TO_WRITE: Duration = Duration::from_secs(5);

/// Looks whether everything that the settings name can be used; nothing is served or changed.
pub(crate) fn check(settings: &Settings) -> Result<(), Failure> {
    let gate = Gate::open(KeyFile::new(&settings.keys))?;
    may_listen(settings.listen, gate.is_locked())?;
    let published = match (settings.journal.is_there()?, settings.journal.file()) {
        (true, _) => Publications::of(&settings.journal.open(Access::Read)?)?.program()?,
        (false, Some(file)) => {
            may_be_made(file, "journal")?;
            None
        }
        (false, None) => None,
    };
    let program = match published {
        Some((_, program)) => program,
        None => Origin::of(settings.rules.as_deref()).load()?,
    };
    holds(&program, &|| true)?;
    settings
        .decisions
        .file
        .as_deref()
        .map_or(Ok(()), |file| may_be_made(file, "decisions.file"))?;
    Ok(())
}

/// Whether a file is there or could be.
fn may_be_made(path: &Path, setting: &str) -> Result<(), Problem> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let why = if path.as_os_str().is_empty() || path.is_dir() {
        format!("`{}` is no file", path.display())
    } else if !folder.is_dir() {
        format!("there is no directory `{}`", folder.display())
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::Unwritable, why).field(setting))
}

/// Without keys the service is for its own machine alone.
fn may_listen(address: SocketAddr, locked: bool) -> Result<(), Problem> {
    if locked || address.ip().is_loopback() {
        return Ok(());
    }
    let message = format!("without keys nobody else may come in, and {address} is for others, too");
    Err(Problem::new(Code::Forbidden, message)
        .help("make a key first: plaudit keys new NAME --role administrator")
        .field("listen"))
}

/// Serves until it is told to end.
pub(crate) fn run(settings: Settings) -> Result<Exit, Failure> {
    logs::start(&settings.log);
    actix_web::rt::System::new().block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<Exit, Failure> {
    let (service, decisions) = assembled(&settings)?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = if settings.threads == 0 { cores } else { settings.threads };
    let of_calls = Arc::clone(&service);
    let server = HttpServer::new(move || {
        let service = Arc::clone(&of_calls);
        App::new().configure(move |config| http::routes(&service, config))
    });
    let server = server
        .workers(threads)
        .keep_alive(KEPT_ALIVE)
        .client_request_timeout(settings.limits.arrival())
        .client_disconnect_timeout(settings.limits.arrival())
        .max_connections(settings.limits.connections.div_ceil(threads))
        .shutdown_timeout(TO_END)
        .disable_signals()
        .bind(settings.listen)
        .map_err(|error| {
            let message = format!("nothing can be served at {}: {error}", settings.listen);
            Problem::new(Code::Unwritable, message).field("listen")
        })?;
    let addresses = server.addrs();
    let server = server.run();
    let handle = server.handle();

    let reloads = reloads(&service, settings.watch)?;
    let awards =
        actix_web::rt::spawn(schedule::follow(Arc::clone(&service), settings.awards.clone()));
    let retention =
        actix_web::rt::spawn(schedule::retain(Arc::clone(&service), settings.retention.clone()));
    let following = actix_web::rt::spawn(Arc::clone(&service).follow());
    let proving = prove(&service)?;
    warm(service.published.load_full());
    let signals = Signals::new()?;
    let address =
        *service.address.get_or_init(|| addresses.first().copied().unwrap_or(settings.listen));
    if let Err(error) = greet(&service, address) {
        tracing::warn!(%error, "nobody is told where it serves");
    }

    let ending = Arc::clone(&service.ending);
    let told = actix_web::rt::spawn(async move {
        signals.until_told_to_end(&reloads).await;
        tracing::info!("the service ends");
        ending.store(true, Ordering::Relaxed);
        handle.stop(true).await;
    });
    let served = server.await;
    told.abort();
    awards.abort();
    retention.abort();
    following.abort();
    let _ = proving.join();
    ended(service, decisions);
    served.map_err(Failure::Output)?;
    Ok(Exit::Success)
}

/// Everything that calls share, and the thread of the decision log.
fn assembled(settings: &Settings) -> Result<(Arc<Service>, Option<JoinHandle<()>>), Failure> {
    let gate = Gate::open(KeyFile::new(&settings.keys))?;
    may_listen(settings.listen, gate.is_locked())?;
    let origin = Origin::of(settings.rules.as_deref());
    // A directory without a program must not make a journal.
    if !settings.journal.is_there()? {
        origin.load()?;
    }
    let journal: Arc<dyn Journal> = Arc::new(settings.journal.open(Access::Create)?);
    let (assume_consent, interpret) = (settings.assume_consent, settings.interpret);
    let publisher = Publisher { origin, journal, assume_consent, interpret };
    let (number, program) = publisher.program()?;
    let published = publisher.ready(number, program)?;
    let read = (published.ledger.live_so_far().len() as u64, Instant::now());
    let published = Arc::new(ArcSwap::from_pointee(published));
    let of_recorder = Arc::clone(&published);
    let ledger = move || Arc::clone(&of_recorder.load().ledger);
    let (recorder, _) = Recorder::start(settings.limits.recording, ledger)?;
    let metrics = Metrics::new();
    let (decisions, writing) = match &settings.decisions.file {
        Some(path) => {
            let (logged, dropped) = (metrics.logged.clone(), metrics.dropped.clone());
            let kept = Kept { logged, dropped, fails: Arc::default() };
            let (log, thread) = DecisionLog::start(&settings.decisions, path, kept)?;
            (Some(log), Some(thread))
        }
        None => (None, None),
    };
    let service = Service {
        doors: Doors::new(),
        gate,
        limits: Limits::new(&settings.limits),
        metrics,
        decisions,
        recorder,
        published,
        publisher,
        trouble: ArcSwapOption::empty(),
        taking_up: Mutex::new(()),
        read: Mutex::new(read),
        validating: Arc::new(Semaphore::new(1)),
        simulations: Simulations::default(),
        address: OnceLock::new(),
        ending: Arc::new(AtomicBool::new(false)),
    };
    Ok((Arc::new(service), writing))
}

/// Follows the program directory, where there is one and it is wanted.
fn reloads(service: &Arc<Service>, watch: bool) -> Result<Reloads, Problem> {
    let directory = match &service.publisher.origin {
        Origin::Directory(directory) if watch => Some(directory.as_path()),
        _ => None,
    };
    Reloads::start(Arc::clone(service), directory).map_err(|error| {
        Problem::new(Code::Unreadable, format!("the program directory cannot be watched: {error}"))
            .help("`watch = false` serves the program as it is; SIGHUP has it read again")
    })
}

/// Runs the examples of the program while it is served already.
fn prove(service: &Arc<Service>) -> std::io::Result<JoinHandle<()>> {
    let service = Arc::clone(service);
    thread::Builder::new().name("examples".to_owned()).spawn(move || service.prove())
}

/// Says on standard output what is served, and where.
fn greet(service: &Service, address: SocketAddr) -> std::io::Result<()> {
    let published = service.published.load();
    let mut output = anstream::stdout();
    writeln!(output, "Plaudit serves {} at http://{address}/", published.program.name())?;
    match (published.number, &service.publisher.origin) {
        (Some(number), Origin::Directory(directory)) => writeln!(
            output,
            "  program {number} of the journal; {} is a candidate, which `plaudit program publish` \
             publishes",
            directory.display()
        )?,
        (Some(number), Origin::Starter) => writeln!(output, "  program {number} of the journal")?,
        (None, Origin::Starter) => {
            writeln!(output, "  the starter program; `plaudit new rules` makes it your own")?;
        }
        (None, Origin::Directory(_)) => {}
    }
    if !service.gate.is_locked() {
        writeln!(
            output,
            "  for this machine alone, as there are no keys; `plaudit keys new` makes one"
        )?;
    }
    writeln!(output, "  what can be asked, and how: http://{address}/docs")?;
    output.flush()
}

/// What the operating system tells.
struct Signals {
    interrupted: Signal,
    terminated: Signal,
    hung_up: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
            hung_up: signal(SignalKind::hangup())?,
        })
    }

    async fn until_told_to_end(mut self, reloads: &Reloads) {
        loop {
            tokio::select! {
                _ = self.interrupted.recv() => return,
                _ = self.terminated.recv() => return,
                _ = self.hung_up.recv() => reloads.knock(),
            }
        }
    }
}

/// Keeps what makes the next start quick, and writes the decision log to its end. What was
/// acknowledged is on the disk already.
fn ended(service: Arc<Service>, decisions: Option<JoinHandle<()>>) {
    if let Err(error) = service.published.load_full().ledger.checkpoint() {
        tracing::warn!(%error, "no checkpoint could be kept; the next start reads everything");
    }
    let Some(writing) = decisions else { return };
    let until = Instant::now() + TO_WRITE;
    // The log ends with the last one who could write to it.
    while Arc::strong_count(&service) > 1 && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
    }
    if Arc::strong_count(&service) == 1 {
        drop(service);
        let _ = writing.join();
    }
}
