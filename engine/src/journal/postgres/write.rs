//! The one place that writes events: everything of a commit is on record, or nothing is.
//!
//! Whoever writes locks the one row of `plaudit_journal` that has the place of the last event, and
//! holds it until the commit is done. So commits of all processes come one after the other, places
//! have no gaps, and become visible in their order: who reads `position > after` can never miss what
//! came with a smaller place later, as with numbers of a sequence.
//!
//! Which identities are on record is known by a table in memory, as for files (`identities`), which
//! follows the commits under that lock. An event that is new costs no look at the database, there is
//! no index over random keys to write, and no two events can come under one identity, as nobody else
//! writes meanwhile.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use super::link::{ATTEMPTS, Link, Session};
use super::problem::{Fault, corrupt, in_doubt, other_version, unreachable};
use super::{PATIENCE, entries, place, schema};
use crate::error::Error;
use crate::events::Event;
use crate::journal::identities::Identities;
use crate::journal::prepared::{Commit, Prepared};
use crate::journal::{Batch, Entry, Found, Fresh, Receipt, Taken, settle};

/// From so many events on they are copied, as files are loaded.
const COPIED: usize = 100;
/// So many are copied by one statement.
const AT_ONCE: usize = 10_000;
/// So many events are looked for at once.
const LOOKED_FOR: usize = 1_000;
/// So many commits are followed at once.
const FOLLOWED: i64 = 10_000;

/// Events that belong together.
type Job = (Vec<Prepared>, Batch);

/// What is decided upon what is on record.
type Decide<'d> = &'d mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>;

/// What a commit is made of.
enum Work<'w, 'd> {
    Jobs(&'w [Job]),
    /// What is decided upon what came after a place: once, whatever becomes of the connection.
    Upon(u64, Option<Decide<'d>>),
}

/// A commit of which it is not known whether it is on record.
struct Doubt {
    first: u64,
    receipts: Vec<Vec<Receipt>>,
}

/// The connection that writes, and what it knows of the journal.
#[derive(Debug)]
pub(super) struct Writer {
    link: Link,
    identities: Identities,
    /// The place up to which the table of identities has what is on record.
    followed: u64,
    /// The last commit of those that the table of identities has, and whose it was: a server that
    /// another one took the place of may have had others.
    newest: Option<(u64, i64)>,
    /// Tells commits of this journal from those of others.
    number: i64,
    /// How long it waits for others who are writing.
    patience: Duration,
}

impl Writer {
    pub(super) fn new(link: Link) -> Self {
        let number = RandomState::new().build_hasher().finish().cast_signed();
        let identities = Identities::default();
        Self { link, identities, followed: 0, newest: None, number, patience: PATIENCE }
    }

    pub(super) fn wait_at_most(&mut self, patience: Duration) {
        (self.patience, self.link.patience) = (patience, patience);
    }

    /// Takes in what several callers brought, in one transaction.
    pub(super) fn commit(
        &mut self,
        began: Instant,
        jobs: &[Job],
    ) -> Result<Vec<Vec<Receipt>>, Error> {
        self.transact(began, &mut Work::Jobs(jobs))
    }

    /// Takes in what is decided upon everything that is on record.
    pub(super) fn commit_upon(
        &mut self,
        began: Instant,
        after: u64,
        decide: Decide<'_>,
    ) -> Result<Vec<Receipt>, Error> {
        let receipts = self.transact(began, &mut Work::Upon(after, Some(decide)))?;
        Ok(receipts.into_iter().next().unwrap_or_default())
    }

    /// Makes one commit, over as many connections as it takes. One whose end was lost with its
    /// connection is looked up over the next before anything is done again.
    fn transact(
        &mut self,
        began: Instant,
        work: &mut Work<'_, '_>,
    ) -> Result<Vec<Vec<Receipt>>, Error> {
        let (mut doubt, mut why) = (None, String::new());
        for _ in 0..ATTEMPTS {
            let session = match self.link.take(began) {
                Ok(session) => session,
                Err(_) if doubt.is_some() => break,
                Err(error) => return Err(error),
            };
            self.followed = self.identities.last;
            let done = self.attempt(&session, work, &mut doubt);
            if done.is_err() {
                session.rollback();
                if self.identities.last != self.followed {
                    // What the table has taken in may not be on record; it is read again.
                    (self.identities, self.newest) = (Identities::default(), None);
                }
            }
            self.link.give_back(session);
            match done {
                Ok(receipts) => return Ok(receipts),
                Err(Fault::Refused(error)) if doubt.is_none() => return Err(error),
                // Somebody writes for long: whether it is on record cannot be looked up.
                Err(Fault::Refused(error)) => {
                    why = error.to_string();
                    break;
                }
                Err(Fault::Lost(lost)) => why = lost,
            }
            if matches!(work, Work::Upon(_, None)) && doubt.is_none() {
                break;
            }
        }
        let name = self.link.name();
        Err(match doubt {
            Some(_) => in_doubt(name, &why).into(),
            None => unreachable(name, &why).into(),
        })
    }

    /// Makes a commit over a connection.
    fn attempt(
        &mut self,
        session: &Session,
        work: &mut Work<'_, '_>,
        doubt: &mut Option<Doubt>,
    ) -> Result<Vec<Vec<Receipt>>, Fault> {
        let last = begin(session, self.patience)?;
        // Nobody is writing now: what was in doubt is on record, or never will be.
        if let Some(Doubt { first, .. }) = doubt {
            let mine = writer_of(session, *first)? == Some(self.number);
            if let Some(Doubt { receipts, .. }) = doubt.take().filter(|_| mine) {
                session.rollback();
                return Ok(receipts);
            }
        }
        self.follow(session, last)?;
        self.followed = last;
        let decided;
        let jobs = match work {
            Work::Jobs(jobs) => *jobs,
            Work::Upon(after, decide) => {
                let mut known = Vec::new();
                entries(session, *after, last, u64::MAX, &mut known)?;
                // It is decided once. Where that is lost with its connection, nothing is on record.
                let Some(decide) = decide.take() else {
                    let why = "the connection was lost while it was decided what to put on record; nothing is";
                    return Err(unreachable(session.name(), why).into());
                };
                let events = decide(known)?;
                events.iter().try_for_each(Event::check)?;
                let events = events.iter().map(Prepared::of).collect::<Result<_, _>>()?;
                decided = [(events, Batch::Whole)];
                &decided
            }
        };
        let mut open = Open { session, last, commit: Commit::after(last), taken: Vec::new() };
        let mut receipts = Vec::with_capacity(jobs.len());
        for (events, batch) in jobs {
            receipts.push(open.take_in(&mut self.identities, events, *batch)?);
        }
        if open.taken.is_empty() {
            session.rollback();
            return Ok(receipts);
        }
        let first = open.commit.first;
        open.write(self.number)?;
        if let Err(fault) = session.run("COMMIT") {
            if matches!(fault, Fault::Lost(_)) {
                *doubt = Some(Doubt { first, receipts });
            }
            return Err(fault);
        }
        self.newest = Some((first, self.number));
        Ok(receipts)
    }

    /// Takes in what the journal has beyond the table: all of it, or what others have written.
    fn follow(&mut self, session: &Session, last: u64) -> Result<(), Fault> {
        if let Some((first, writer)) = self.newest
            && (last < self.identities.last || writer_of(session, first)? != Some(writer))
        {
            // Another server has taken the place, and not with all that the first one had.
            (self.identities, self.newest) = (Identities::default(), None);
        }
        while self.identities.last < last {
            let rows = session.query(
                "SELECT first, identities, writer FROM plaudit_commits WHERE first > $1
                 ORDER BY first LIMIT $2",
                &[(&place(self.identities.last), Type::INT8), (&FOLLOWED, Type::INT8)],
            )?;
            if rows.is_empty() {
                let what = format!("the commit of event {} is missing", self.identities.last + 1);
                return Err(corrupt(session.name(), &what).into());
            }
            for row in &rows {
                let (first, hashes) = (session.number(row, 0)?, session.get(row, 1)?);
                self.identities.commit(first, hashes, |what| corrupt(session.name(), what))?;
                self.newest = Some((first, session.get(row, 2)?));
            }
        }
        if self.identities.last != last {
            let what = format!(
                "its commits have {} events, and it says that it has {last}",
                self.identities.last
            );
            return Err(corrupt(session.name(), &what).into());
        }
        Ok(())
    }
}

/// Begins to write, as soon as nobody else does; the place of the last event.
fn begin(session: &Session, patience: Duration) -> Result<u64, Fault> {
    // 0 would be without end.
    let wait = patience.as_millis().clamp(1, 86_400_000);
    let rows = session.run_patiently(
        &format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
             SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {wait};
             SELECT version, last FROM plaudit_journal FOR UPDATE;
             SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = {}",
            session.to_answer().as_millis()
        ),
        patience,
    )?;
    let said = |column| rows.first()?.get(column)?.parse::<u64>().ok();
    let (Some(version), Some(last)) = (said(0), said(1)) else {
        let what = "the row that says where it ends is missing";
        return Err(corrupt(session.name(), what).into());
    };
    // A later program may have come while this one had the journal open.
    match usize::try_from(version).unwrap_or(usize::MAX) {
        schema::CURRENT => Ok(last),
        other => Err(other_version(session.name(), other, schema::CURRENT).into()),
    }
}

/// Whose commit begins at a place.
fn writer_of(session: &Session, first: u64) -> Result<Option<i64>, Fault> {
    let rows = session.query(
        "SELECT writer FROM plaudit_commits WHERE first = $1",
        &[(&place(first), Type::INT8)],
    )?;
    rows.first().map(|row| session.get(row, 0)).transpose()
}

/// An open transaction.
struct Open<'a> {
    session: &'a Session,
    /// The place of the last event that was on record when it began.
    last: u64,
    commit: Commit,
    taken: Vec<&'a Prepared>,
}

impl<'a> Open<'a> {
    /// Takes in a batch of events.
    fn take_in(
        &mut self,
        known: &mut Identities,
        events: &'a [Prepared],
        batch: Batch,
    ) -> Result<Vec<Receipt>, Fault> {
        let identities = events.iter().map(|event| &event.identity);
        let mut fresh = Fresh::default();
        let (mut on_record, mut fault) = (HashMap::new(), None);
        let settled = settle(identities, batch, known.last, |index| {
            if index % LOOKED_FOR == 0 {
                let next = &events[index..events.len().min(index + LOOKED_FOR)];
                on_record = self.on_record(known, next).map_err(|found| {
                    fault = Some(found);
                    unreachable(self.session.name(), "")
                })?;
            }
            let event = &events[index];
            if let Some(found) = self.find(known, &on_record, event)? {
                return Ok(Some(found));
            }
            let earlier = fresh.earlier(&event.identity, index);
            Ok(earlier.map(|earlier| match events[earlier].text == event.text {
                true => Found::SameInBatch(earlier),
                false => Found::Other,
            }))
        });
        let receipts = settled.map_err(|error| fault.unwrap_or(Fault::Refused(error)))?;
        let taken = events.iter().zip(&receipts);
        for (event, _) in taken.filter(|(_, receipt)| receipt.result == Taken::Recorded) {
            known.add(event.hash)?;
            self.commit.add(event);
            self.taken.push(event);
        }
        Ok(receipts)
    }

    /// The texts of what is on record and may be one of these events, by their places.
    fn on_record(
        &self,
        known: &Identities,
        events: &[Prepared],
    ) -> Result<HashMap<u64, String>, Fault> {
        let places = events.iter().flat_map(|event| known.candidates(event.hash));
        let mut places: Vec<i64> = places.filter(|it| *it <= self.last).map(place).collect();
        if places.is_empty() {
            return Ok(HashMap::new());
        }
        places.sort_unstable();
        places.dedup();
        let rows = self.session.query(
            "SELECT position, event FROM plaudit_events WHERE position = ANY($1)",
            &[(&places, Type::INT8_ARRAY)],
        )?;
        let texts =
            rows.iter().map(|row| Ok((self.session.number(row, 0)?, self.session.get(row, 1)?)));
        texts.collect()
    }

    /// What is on record, or was taken in before, under the identity of an event.
    fn find(
        &self,
        known: &Identities,
        on_record: &HashMap<u64, String>,
        event: &Prepared,
    ) -> Result<Option<Found>, Error> {
        for position in known.candidates(event.hash) {
            let text = match position.checked_sub(self.commit.first) {
                None => on_record.get(&position),
                Some(later) => {
                    let taken = usize::try_from(later).ok().and_then(|later| self.taken.get(later));
                    taken.map(|event| &event.text)
                }
            };
            let missing = || corrupt(self.session.name(), &format!("event {position} is missing"));
            let text = text.ok_or_else(missing)?;
            let found = event.beside(text, position);
            if let Some(found) = found.map_err(|what| corrupt(self.session.name(), &what))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Writes down what was taken in.
    fn write(self, writer: i64) -> Result<(), Fault> {
        let Self { session, last, commit, taken } = self;
        let first = place(commit.first);
        let texts = || (first..).zip(taken.iter().map(|event| event.text.as_str()));
        let (places, apart): (Vec<i64>, Vec<&str>) = match taken.len() < COPIED {
            true => texts().unzip(),
            false => {
                let sql = "COPY plaudit_events (position, event) FROM STDIN (FORMAT binary)";
                let mut left = texts().peekable();
                while left.peek().is_some() {
                    session.copy(sql, left.by_ref().take(AT_ONCE))?;
                }
                Default::default()
            }
        };
        let now_last = last + taken.len() as u64;
        let ended = session.execute(
            "WITH events AS (
                 INSERT INTO plaudit_events (position, event) SELECT * FROM unnest($1, $2)
             ), commits AS (
                 INSERT INTO plaudit_commits (first, recorded_at, identities, checksum, writer)
                 VALUES ($3, extract(epoch FROM now())::bigint, $4, $5, $6)
             )
             UPDATE plaudit_journal SET last = $7",
            &[
                (&places, Type::INT8_ARRAY),
                (&apart, Type::TEXT_ARRAY),
                (&first, Type::INT8),
                (&commit.hashes, Type::BYTEA),
                (&commit.checksum.value(), Type::INT8),
                (&writer, Type::INT8),
                (&place(now_last), Type::INT8),
            ],
        )?;
        match ended {
            1 => Ok(()),
            _ => Err(corrupt(session.name(), "the row that says where it ends is missing").into()),
        }
    }
}
