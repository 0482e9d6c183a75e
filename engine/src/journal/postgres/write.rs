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
use super::{PATIENCE, entries, erased, place, rewrite, schema};
use crate::error::{Error, Problem};
use crate::events::{Event, Identity, Log};
use crate::journal::identities::{Identities, hash};
use crate::journal::prepared::{Commit, Prepared, stored};
use crate::journal::{
    Batch, Entry, Erased, Found, Fresh, Key, Receipt, Rewrite, Taken, all_recorded, conflict,
    settle,
};

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
    /// What of everything on record is to be another; once, too.
    Rewrite(Option<Change<'d>>),
}

/// What is decided to change.
type Change<'d> = &'d mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>;

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
    /// What was erased, up to the record of an erasure at a place.
    erased: (u64, Erased),
    /// How long it waits for others who are writing.
    patience: Duration,
}

impl Writer {
    pub(super) fn new(link: Link) -> Self {
        let number = RandomState::new().build_hasher().finish().cast_signed();
        let identities = Identities::default();
        let erased = (0, Erased::default());
        Self { link, identities, followed: 0, newest: None, number, erased, patience: PATIENCE }
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

    /// Changes what is on record as `decide` asks for.
    pub(super) fn rewrite(
        &mut self,
        began: Instant,
        decide: Change<'_>,
    ) -> Result<Vec<Receipt>, Error> {
        let receipts = self.transact(began, &mut Work::Rewrite(Some(decide)))?;
        Ok(receipts.into_iter().next().unwrap_or_default())
    }

    /// Takes over the key of another journal's hashes, while nobody else writes.
    pub(super) fn take_key(&mut self, began: Instant, key: &Key) -> Result<(), Error> {
        let patience = self.patience;
        self.erased = (0, Erased::default());
        self.link.ask(began, |session| {
            begin(session, patience)?;
            let taken = erased::take_key(session, key).and_then(|()| session.run("COMMIT"));
            if taken.is_err() {
                session.rollback();
            }
            taken.map(drop)
        })
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
            let is_decided = matches!(work, Work::Upon(_, None) | Work::Rewrite(None));
            if is_decided && doubt.is_none() {
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
        let (last, newest) = begin(session, self.patience)?;
        // Nobody is writing now: what was in doubt is on record, or never will be.
        if let Some(Doubt { first, .. }) = doubt {
            let mine = writer_of(session, *first)? == Some(self.number);
            if let Some(Doubt { receipts, .. }) = doubt.take().filter(|_| mine) {
                session.rollback();
                return Ok(receipts);
            }
        }
        if newest != self.erased.0 {
            // Events that the table has are others by now.
            (self.identities, self.newest) = (Identities::default(), None);
            self.erased = (newest, erased::read(session)?);
        }
        self.follow(session, last)?;
        self.followed = last;
        let is_change = matches!(work, Work::Rewrite(_));
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
            Work::Rewrite(decide) => {
                let Some(decide) = decide.take() else {
                    let why =
                        "the connection was lost while it was decided what to change; nothing is";
                    return Err(unreachable(session.name(), why).into());
                };
                decided = [(self.change(session, last, decide)?, Batch::Whole)];
                &decided
            }
        };
        let (commit, erased) = (Commit::after(last), &self.erased.1);
        let mut open = Open { session, last, erased, commit, taken: Vec::new() };
        let mut receipts = Vec::with_capacity(jobs.len());
        for (events, batch) in jobs {
            receipts.push(open.take_in(&mut self.identities, events, *batch)?);
        }
        if is_change {
            receipts.iter().try_for_each(|receipts| all_recorded(receipts))?;
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

    /// Changes what is on record, in an open transaction; the events that are to be put behind all others.
    fn change(
        &mut self,
        session: &Session,
        last: u64,
        decide: Change<'_>,
    ) -> Result<Vec<Prepared>, Fault> {
        let key = match erased::key(session)? {
            Some(key) => key,
            None => {
                let key = Key::random()?;
                erased::keep_key(session, &key)?;
                key
            }
        };
        let rewrite = decide(&rewrite::log_of(session, last)?, &key)?;
        rewrite.check(last)?;
        if !rewrite.replaced.is_empty() {
            rewrite::replace(session, &rewrite.replaced)?;
            (self.identities, self.newest) = (Identities::default(), None);
            // Nothing of the table holds until the change is on record.
            self.followed = 0;
            self.follow(session, last)?;
            self.alone(session, rewrite.replaced.values().map(|event| &event.identity))?;
        }
        let appended = rewrite.appended.iter().map(Prepared::of);
        Ok(appended.collect::<Result<_, _>>()?)
    }

    /// Refuses identities that another event has, which would hide one of both.
    fn alone<'e>(
        &self,
        session: &Session,
        identities: impl Iterator<Item = &'e Identity>,
    ) -> Result<(), Fault> {
        for identity in identities {
            let places = self.identities.candidates(hash(identity)).map(place);
            let texts = texts_at(session, places.collect())?;
            let mut count = 0;
            for (position, text) in &texts {
                let event =
                    stored(text, *position).map_err(|what| corrupt(session.name(), &what))?;
                count += usize::from(event.identity == *identity);
            }
            if count != 1 {
                return Err(conflict(identity).into());
            }
        }
        Ok(())
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

/// Begins to write, as soon as nobody else does; the places of the last event and of the record of the
/// last erasure.
fn begin(session: &Session, patience: Duration) -> Result<(u64, u64), Fault> {
    // 0 would be without end.
    let wait = patience.as_millis().clamp(1, 86_400_000);
    let rows = session.run_patiently(
        &format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
             SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {wait};
             SELECT version, last, erased FROM plaudit_journal FOR UPDATE;
             SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = {}",
            session.to_answer().as_millis()
        ),
        patience,
    )?;
    let said = |column| rows.first()?.get(column)?.parse::<u64>().ok();
    let (Some(version), Some(last), Some(erased)) = (said(0), said(1), said(2)) else {
        let what = "the row that says where it ends is missing";
        return Err(corrupt(session.name(), what).into());
    };
    // A later program may have come while this one had the journal open.
    match usize::try_from(version).unwrap_or(usize::MAX) {
        schema::CURRENT => Ok((last, erased)),
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

/// The texts of events on record, by their places.
fn texts_at(session: &Session, mut places: Vec<i64>) -> Result<HashMap<u64, String>, Fault> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    places.sort_unstable();
    places.dedup();
    let rows = session.query(
        "SELECT position, event FROM plaudit_events WHERE position = ANY($1)",
        &[(&places, Type::INT8_ARRAY)],
    )?;
    rows.iter().map(|row| Ok((session.number(row, 0)?, session.get(row, 1)?))).collect()
}

/// An open transaction.
struct Open<'a> {
    session: &'a Session,
    /// The place of the last event that was on record when it began.
    last: u64,
    erased: &'a Erased,
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
            let found = self.find(known, &on_record, event)?;
            if !matches!(found, Some(Found::Same(_))) && self.refuses(known, &on_record, event)? {
                return Ok(Some(Found::Erased));
            }
            if found.is_some() {
                return Ok(found);
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
        let mut hashes: Vec<u32> = events.iter().map(|event| event.hash).collect();
        if let Some(key) = self.erased.key() {
            for event in events {
                let event = self.read(&event.text, 0)?;
                let of_target = event.target().map(|target| key.tombstone(target));
                hashes.push(hash(&key.tombstone(&event.identity)));
                hashes.extend(of_target.as_ref().map(hash));
            }
        }
        let places = hashes.into_iter().flat_map(|hash| known.candidates(hash));
        texts_at(self.session, places.filter(|it| *it <= self.last).map(place).collect())
    }

    fn read(&self, text: &str, position: u64) -> Result<Event, Problem> {
        stored(text, position).map_err(|what| corrupt(self.session.name(), &what))
    }

    /// Whether an event was erased, or speaks of what was.
    fn refuses(
        &self,
        known: &Identities,
        on_record: &HashMap<u64, String>,
        event: &Prepared,
    ) -> Result<bool, Error> {
        if self.erased.key().is_none() {
            return Ok(false);
        }
        let event = self.read(&event.text, 0)?;
        self.erased.refuses(&event, |identity| {
            for position in known.candidates(hash(identity)) {
                let text = self.text_at(on_record, position)?;
                if self.read(text, position)?.identity == *identity {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// The text of an event that is on record, or was taken in before.
    fn text_at<'t>(
        &'t self,
        on_record: &'t HashMap<u64, String>,
        position: u64,
    ) -> Result<&'t str, Problem> {
        let text = match position.checked_sub(self.commit.first) {
            None => on_record.get(&position).map(String::as_str),
            Some(later) => {
                let taken = usize::try_from(later).ok().and_then(|later| self.taken.get(later));
                taken.map(|event| event.text.as_str())
            }
        };
        text.ok_or_else(|| corrupt(self.session.name(), &format!("event {position} is missing")))
    }

    /// What is on record, or was taken in before, under the identity of an event.
    fn find(
        &self,
        known: &Identities,
        on_record: &HashMap<u64, String>,
        event: &Prepared,
    ) -> Result<Option<Found>, Error> {
        for position in known.candidates(event.hash) {
            let text = self.text_at(on_record, position)?;
            let found = event.beside(text, position);
            if let Some(found) = found.map_err(|what| corrupt(self.session.name(), &what))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Writes down what was taken in.
    fn write(self, writer: i64) -> Result<(), Fault> {
        let Self { session, last, commit, taken, .. } = self;
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
        let erasures = (first..).zip(&taken).filter(|(_, event)| event.erases);
        let erasures: Vec<i64> = erasures.map(|(position, _)| position).collect();
        let ended = session.execute(
            "WITH events AS (
                 INSERT INTO plaudit_events (position, event) SELECT * FROM unnest($1, $2)
             ), commits AS (
                 INSERT INTO plaudit_commits (first, recorded_at, identities, checksum, writer)
                 VALUES ($3, extract(epoch FROM now())::bigint, $4, $5, $6)
             ), erasures AS (
                 INSERT INTO plaudit_erasures SELECT * FROM unnest($8)
             )
             UPDATE plaudit_journal
             SET last = $7, erased = coalesce((SELECT max(place) FROM unnest($8) AS place), erased)",
            &[
                (&places, Type::INT8_ARRAY),
                (&apart, Type::TEXT_ARRAY),
                (&first, Type::INT8),
                (&commit.hashes, Type::BYTEA),
                (&commit.checksum.value(), Type::INT8),
                (&writer, Type::INT8),
                (&place(now_last), Type::INT8),
                (&erasures, Type::INT8_ARRAY),
            ],
        )?;
        match ended {
            1 => Ok(()),
            _ => Err(corrupt(session.name(), "the row that says where it ends is missing").into()),
        }
    }
}
