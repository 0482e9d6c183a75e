//! Connections: they are made anew where they are lost, to whichever host is there, for as long as
//! the patience lasts.
//!
//! The client is asynchronous and driven by a thread of the journal's own; whoever asks waits for the
//! answer like for any other thread. So a journal may be used on every thread, also on one that runs
//! another runtime, and a wait can be given up when the network is cut.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, SimpleQueryMessage, SimpleQueryRow};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Database;
use super::problem::{Fault, corrupt, unreachable};
use crate::error::{Code, Error, Problem};

/// How often something that may be done again is done, where the connection is lost each time.
pub(super) const ATTEMPTS: usize = 3;

/// The thread that all connections of a journal are driven by.
#[derive(Debug)]
pub(super) struct Driver(Option<Runtime>);

impl Driver {
    pub(super) fn start() -> Result<Self, Problem> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("plaudit-journal")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| {
            Problem::new(Code::Internal, format!("no thread for the journal: {error}"))
        })?;
        Ok(Self(Some(runtime)))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may be dropped on a thread of another runtime, which must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Wakes a thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits so long at most.
fn wait<F: Future>(future: F, limit: Duration) -> Option<F::Output> {
    let until = Instant::now() + limit;
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

/// A connection that is open.
pub(super) struct Session {
    client: Client,
    driven: AbortHandle,
    database: Arc<Database>,
    /// Whether nobody may use it any more.
    broken: Cell<bool>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Session").field(&self.database).finish()
    }
}

impl Session {
    pub(super) fn name(&self) -> &str {
        &self.database.name
    }

    /// How long an answer is waited for.
    pub(super) fn to_answer(&self) -> Duration {
        self.database.to_answer
    }

    pub(super) fn schema(&self) -> Option<&str> {
        self.database.schema.as_deref()
    }

    fn answered<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
        limit: Duration,
    ) -> Result<T, Fault> {
        let Some(answer) = wait(asked, limit) else {
            // Closed at once: nobody waits until the network takes what is still to be sent.
            self.driven.abort();
            self.broken.set(true);
            return Err(Fault::Lost(format!("no answer for {} seconds", limit.as_secs())));
        };
        answer.map_err(|error| {
            let fault = Fault::of(&error, self.name());
            if matches!(fault, Fault::Lost(_)) {
                self.broken.set(true);
            }
            fault
        })
    }

    /// Runs statements that have no parameters; the rows of the answer.
    pub(super) fn run(&self, sql: &str) -> Result<Vec<SimpleQueryRow>, Fault> {
        self.run_within(sql, self.database.to_answer)
    }

    /// The same where the answer may take longer, as others are waited for.
    pub(super) fn run_patiently(
        &self,
        sql: &str,
        patience: Duration,
    ) -> Result<Vec<SimpleQueryRow>, Fault> {
        self.run_within(sql, self.database.to_answer + patience)
    }

    fn run_within(&self, sql: &str, limit: Duration) -> Result<Vec<SimpleQueryRow>, Fault> {
        let messages = self.answered(self.client.simple_query(sql), limit)?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Asks for rows.
    pub(super) fn query(
        &self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Fault> {
        self.answered(self.client.query_typed(sql, parameters), self.database.to_answer)
    }

    /// Changes rows; how many.
    pub(super) fn execute(
        &self,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<u64, Fault> {
        self.answered(self.client.execute_typed(sql, parameters), self.database.to_answer)
    }

    /// Copies places and texts into a table.
    pub(super) fn copy<'a>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = (i64, &'a str)>,
    ) -> Result<(), Fault> {
        let limit = self.database.to_answer;
        let sink = self.answered(self.client.copy_in(sql), limit)?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::INT8, Type::TEXT]));
        for (position, text) in rows {
            self.answered(writer.as_mut().write(&[&position, &text]), limit)?;
        }
        self.answered(writer.finish(), limit).map(|_| ())
    }

    /// Works in a transaction, which is given up where the work fails.
    pub(super) fn transaction<T>(
        &self,
        begin: &str,
        work: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.run(begin)?;
        let done = work();
        match done {
            Ok(done) => {
                self.run("COMMIT")?;
                Ok(done)
            }
            Err(fault) => {
                self.rollback();
                Err(fault)
            }
        }
    }

    /// Gives a transaction up.
    pub(super) fn rollback(&self) {
        if !self.broken.get() && self.run("ROLLBACK").is_err() {
            self.broken.set(true);
        }
    }

    /// A value of a row.
    pub(super) fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        column: usize,
    ) -> Result<T, Fault> {
        let value = row.try_get(column);
        value.map_err(|error| corrupt(self.name(), &error.to_string()).into())
    }

    /// A number that cannot be below 0.
    pub(super) fn number(&self, row: &Row, column: usize) -> Result<u64, Fault> {
        let value: i64 = self.get(row, column)?;
        let below = || corrupt(self.name(), &format!("{value} is no place")).into();
        u64::try_from(value).map_err(|_| below())
    }
}

/// What makes connections, and has one.
#[derive(Debug)]
pub(super) struct Link {
    database: Arc<Database>,
    driver: Arc<Driver>,
    session: Option<Session>,
    /// How long hosts are tried before it is said that none can be reached.
    pub(super) patience: Duration,
    /// When that was said last.
    failed: Option<(Instant, Problem)>,
}

impl Link {
    pub(super) fn new(database: Arc<Database>, driver: Arc<Driver>, patience: Duration) -> Self {
        Self { database, driver, session: None, patience, failed: None }
    }

    pub(super) fn name(&self) -> &str {
        &self.database.name
    }

    /// Does something that may be done again, where the connection is lost on the way. `began` is
    /// when whoever asks began to wait for the link.
    pub(super) fn ask<T>(
        &mut self,
        began: Instant,
        mut work: impl FnMut(&Session) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let mut why = String::new();
        for _ in 0..ATTEMPTS {
            let session = self.take(began)?;
            let done = work(&session);
            self.give_back(session);
            match done {
                Ok(done) => return Ok(done),
                Err(Fault::Refused(error)) => return Err(error),
                Err(Fault::Lost(lost)) => why = lost,
            }
        }
        Err(unreachable(self.name(), &why).into())
    }

    /// The connection, which is made where there is none.
    pub(super) fn take(&mut self, began: Instant) -> Result<Session, Error> {
        if let Some(session) = self.session.take()
            && !session.client.is_closed()
        {
            return Ok(session);
        }
        // Who waited while somebody else tried in vain need not do the same.
        if let Some((at, problem)) = &self.failed
            && *at >= began
        {
            return Err(problem.clone().into());
        }
        let until = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(20);
        loop {
            match self.connect() {
                Ok(session) => return Ok(session),
                Err(Fault::Refused(error)) => return Err(error),
                Err(Fault::Lost(why)) if Instant::now() + pause >= until => {
                    let problem = unreachable(self.name(), &why);
                    self.failed = Some((Instant::now(), problem.clone()));
                    return Err(problem.into());
                }
                Err(Fault::Lost(_)) => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(500));
                }
            }
        }
    }

    /// Keeps the connection for whoever comes next, if it is still one.
    pub(super) fn give_back(&mut self, session: Session) {
        if !session.broken.get() {
            self.session = Some(session);
        }
    }

    /// Connects to the first host that takes it. Where all are away it is lost; where one refuses,
    /// and none of the others may come back, it is refused.
    fn connect(&self) -> Result<Session, Fault> {
        let mut told: Option<Fault> = None;
        for host in &self.database.hosts {
            match self.connect_to(host) {
                Ok(session) => return Ok(session),
                Err(fault) if matches!(told, Some(Fault::Lost(_))) => drop(fault),
                Err(fault) => told = Some(fault),
            }
        }
        Err(told.unwrap_or_else(|| Fault::Lost("there is no host".to_owned())))
    }

    fn connect_to(&self, host: &Config) -> Result<Session, Fault> {
        let Some(runtime) = &self.driver.0 else {
            return Err(Fault::Lost("the journal is closed".to_owned()));
        };
        let (host, tls) = (host.clone(), self.database.tls.clone());
        let limit = self.database.to_connect;
        let connecting =
            runtime.spawn(async move { tokio::time::timeout(limit, open(host, tls)).await });
        let connected = wait(connecting, limit * 2).and_then(Result::ok).and_then(Result::ok);
        let Some(connected) = connected else {
            let why = format!("no connection within {} seconds", limit.as_secs());
            return Err(Fault::Lost(why));
        };
        let (client, driven) = connected.map_err(|error| Fault::of(&error, &self.database.name))?;
        let database = Arc::clone(&self.database);
        let session = Session { client, driven, database, broken: Cell::new(false) };
        session.run_within(&settings(&session), limit)?;
        Ok(session)
    }
}

async fn open(
    host: Config,
    tls: MakeRustlsConnect,
) -> Result<(Client, AbortHandle), tokio_postgres::Error> {
    let (client, connection) = host.connect(tls).await?;
    let driven = tokio::spawn(async move {
        // How it ended is told to whoever waits for an answer.
        let _ = connection.await;
    });
    Ok((client, driven.abort_handle()))
}

/// What holds for a connection: nobody who has left keeps others waiting, and what is acknowledged is
/// on the disk, also where the database is set up to acknowledge earlier.
fn settings(session: &Session) -> String {
    let path = session.schema().map_or(String::new(), |schema| {
        format!("SET search_path TO \"{}\";", schema.replace('"', "\"\""))
    });
    let answer = session.to_answer().as_millis();
    format!(
        "SET client_min_messages = error; SET standard_conforming_strings = on; {path}
         SET statement_timeout = {answer}; SET idle_in_transaction_session_timeout = '5min';
         SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5;
         SET tcp_keepalives_count = 3; SET tcp_user_timeout = '20s';
         SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') = 'off'"
    )
}
