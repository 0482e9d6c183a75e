//! A program over a journal: standings that follow what is on record, and the one place where
//! awards are given.
//!
//! - `corrections` are points by hand, and what advocates object to; `said` is what they can object
//!   to, and `rulings` are how that ends;
//! - `somebody` knows what is on record of one person: `erase` takes it out of the journal,
//!   `disclosure` gives it to that person; `retain` takes out what is past its age;
//! - `followed` puts on record what is decided upon everything up to the end of the journal.
//!
//! Several processes may keep ledgers over the same journal; each follows what the others write.

mod corrections;
mod disclosure;
mod erase;
mod followed;
mod restore;
mod retain;
mod rulings;
mod said;
mod somebody;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub use corrections::{Objection, adjust};
pub use disclosure::{Consent, Disclosure, Naming, OnRecord, Role, RuleUse};
pub use erase::{Erase, ErasedDocument};
pub use restore::{Export, Restored};
pub use retain::{Otherwise, Retain, RetainedDocument};
pub use rulings::{Ruling, resolve};

use self::followed::Followed;
use crate::awards::{AwardRun, Candidates, Choice, Closed, Decided, Filter, Grants, SOURCE};
use crate::disputes::DisputeDocument;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, ERASED, Event, Identity, People};
use crate::journal::{Batch, Entry, Journal, Receipt, Taken, keep, log_and_keep, log_of};
use crate::live::{Entitled, Live};
use crate::program::Program;
use crate::roster::{Roster, find_in};
use crate::standings::Withheld;
use crate::time::Calendar;

/// So many events may take each other back in turn; nobody means more.
const LONGEST_CHAIN: usize = 64;

/// A program over a journal.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), plaudit_engine::Error> {
/// use std::sync::Arc;
///
/// use plaudit_engine::Program;
/// use plaudit_engine::events::read_record;
/// use plaudit_engine::journal::{Batch, Memory, Taken};
/// use plaudit_engine::ledger::Ledger;
///
/// let program = Arc::new(Program::load("../rules")?);
/// let ledger = Ledger::open(program, Arc::new(Memory::new()), false)?;
/// let events = [
///     r#"{"id": "1", "type": "person", "advocate": "ada", "consent": true, "at": "2026-01-01T00:00:00Z"}"#,
///     r#"{"id": "2", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#,
/// ];
/// let events = events.map(|event| read_record(event, "event")).into_iter().collect::<Result<_, _>>()?;
/// let receipts = ledger.record(events, Batch::Each)?;
/// assert!(receipts.iter().all(|receipt| receipt.result == Taken::Recorded));
///
/// let as_of = "2026-07-01T00:00:00Z".parse().expect("a time");
/// assert_eq!(ledger.live()?.standing("ada", as_of)?.advocate.as_ref(), "ada");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Ledger {
    program: Arc<Program>,
    journal: Arc<dyn Journal>,
    assume_consent: bool,
    live: Live,
    followed: Mutex<Followed>,
}

impl Ledger {
    /// A ledger over everything that is on record: from the last checkpoint on, where there is one.
    /// Where that took long, another one is kept, if the journal can be written.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn open(
        program: Arc<Program>,
        journal: Arc<dyn Journal>,
        assume_consent: bool,
    ) -> Result<Self, Error> {
        let (log, position) = log_and_keep(&*journal)?;
        let followed = Mutex::new(Followed::of(&log, position));
        let live = Live::over(Arc::clone(&program), People::new(), log, assume_consent);
        Ok(Self { program, journal, assume_consent, live, followed })
    }

    /// Takes events in, durably, and answers for each. Grants and decisions about them are not
    /// taken from outside: only award runs grant.
    ///
    /// # Errors
    ///
    /// The journal cannot be written; then none of the events was taken in.
    pub fn record(&self, events: Vec<Event>, batch: Batch) -> Result<Vec<Receipt>, Error> {
        let (events, receipts) = take_in_and_keep(&*self.journal, events, batch)?;
        self.follow_own(events, &receipts);
        Ok(receipts)
    }

    /// How many erasures are on record, as far as it was followed: whoever keeps what they were told
    /// of people forgets it when there are more.
    pub fn erasures(&self) -> usize {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).erasures
    }

    /// The number of the program that is published, as far as the journal was followed; 0 where none is.
    /// Whoever keeps a ledger of another program makes a new one.
    pub fn publication(&self) -> u64 {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        followed.published.as_ref().map_or(0, |(number, _)| *number)
    }

    /// Follows events that were just put on record without reading them from the journal, as far as
    /// nobody else's come between. Whoever asks next follows the rest: what is on record is
    /// acknowledged, come what may.
    fn follow_own(&self, events: Vec<Event>, receipts: &[Receipt]) {
        // Somebody who follows it already reads these, too.
        let Ok(mut followed) = self.followed.try_lock() else { return };
        for (event, receipt) in events.into_iter().zip(receipts) {
            match (receipt.result, receipt.position) {
                (Taken::Recorded, Some(position)) if position == followed.position + 1 => {
                    followed.register.add(&event);
                    followed.count(&event);
                    if self.live.record(event).is_err() {
                        return;
                    }
                    followed.position = position;
                }
                (Taken::Recorded, _) => return,
                _ => {}
            }
        }
    }

    /// Standings by everything that is on record by now.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn live(&self) -> Result<&Live, Error> {
        self.refresh()?;
        Ok(&self.live)
    }

    /// Standings by what was followed up to now, without a look at the journal: for whoever has many
    /// small questions, and follows it with [`Ledger::refresh`].
    pub fn live_so_far(&self) -> &Live {
        &self.live
    }

    /// Who takes part as of a time, by all their names.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn roster(&self, as_of: Timestamp) -> Result<Arc<Roster>, Error> {
        Ok(self.live()?.roster(as_of))
    }

    /// The type of the event on record under an identity; of one that takes another one back, the type
    /// of what it is about in the end. Nothing where that is not on record.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn type_of(&self, identity: &Identity) -> Result<Option<&'static str>, Error> {
        Ok(self.live()?.with_log(|log| {
            let mut identity = identity.clone();
            // Those that take each other back in a circle are about nothing.
            for _ in 0..LONGEST_CHAIN {
                let event = log.event(log.position((&identity).into())?);
                match event.takes_back() {
                    Some(target) => identity = target.clone(),
                    None => return Some(event.type_name()),
                }
            }
            None
        }))
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The journal.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    /// Follows the journal to its end. Every question does so by itself.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn refresh(&self) -> Result<(), Error> {
        self.followed().map(|_| ())
    }

    /// What is known at the end of the journal.
    fn followed(&self) -> Result<MutexGuard<'_, Followed>, Error> {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_outdated = false;
        self.journal.read(followed.position, &mut |Entry { position, event }| {
            is_outdated |= event.erasure().is_some();
            if !is_outdated {
                followed.register.add(&event);
                followed.count(&event);
                self.live.record(event)?;
                followed.position = position;
            }
            Ok(())
        })?;
        if is_outdated {
            // Whatever is known may be of somebody who was erased.
            let (log, position) = log_of(&*self.journal)?;
            *followed = Followed::of(&log, position);
            self.live.start_anew(log);
        }
        Ok(followed)
    }

    /// Keeps a checkpoint, so that the next start is quick. It is never the truth: where it is
    /// missing, damaged or of another version, everything is read again.
    ///
    /// # Errors
    ///
    /// The journal cannot be read or written.
    pub fn checkpoint(&self) -> Result<(), Error> {
        let followed = self.followed()?;
        self.live.with_log(|log| keep(&*self.journal, log, followed.position))
    }

    /// Makes entitlements as of a time real: the one way in which grants come about. Each is given
    /// once for its rule, subject and key; rewards are proposed as far as the budget goes. Whoever
    /// has opted out since is passed over. Of a preview nothing is granted.
    ///
    /// # Errors
    ///
    /// The time that it looks at is not over, another program is published in the journal, the journal
    /// cannot be read or written, or a rule ran out of time (retryable); then nothing was granted.
    pub fn close(&self, run: &AwardRun<'_>) -> Result<Closed, Error> {
        let closed = self.closed(run, false)?;
        closed.ok_or_else(|| Problem::new(Code::Internal, "the award run said nothing").into())
    }

    /// The same, unless a run as of that time or a later one is on record by then: of several processes
    /// with the same calendar one runs awards.
    ///
    /// # Errors
    ///
    /// As [`Ledger::close`].
    pub fn close_once(&self, run: &AwardRun<'_>) -> Result<Option<Closed>, Error> {
        match self.last_run()? {
            Some(last) if last >= run.as_of => Ok(None),
            _ => self.closed(run, true),
        }
    }

    fn closed(&self, run: &AwardRun<'_>, once: bool) -> Result<Option<Closed>, Error> {
        run.check()?;
        let followed = self.followed()?.clone();
        let Entitled { census, names, opted_out, entitlements, faults } =
            self.live.all_entitled(run.as_of, run.at)?;
        let candidates = Candidates {
            program: &self.program,
            census: &census,
            names: &names,
            opted_out,
            entitlements: &entitlements,
            faults: &faults,
            assumed_consent: self.assume_consent,
            asked: run,
        };
        if run.preview {
            return Ok(Some(candidates.close(&followed.register)?.1));
        }
        let mut closed = None;
        let known = followed.clone();
        followed.append(&*self.journal, &mut |register, since| {
            known.is_published(self.program.version(), since)?;
            if once && register.last_as_of().is_some_and(|last| last >= run.as_of) {
                return Ok(Vec::new());
            }
            let (events, told) = candidates.close(register)?;
            closed = Some(told);
            Ok(events)
        })?;
        Ok(closed)
    }

    /// What the last award run on record looked at: what happened before this time.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn last_run(&self) -> Result<Option<Timestamp>, Error> {
        Ok(self.followed()?.register.last_as_of())
    }

    /// The grants on record: everyone's, or those of one person. Of people who have opted out as of
    /// the time nothing is shown; in aggregate-only mode what rules read of people is shown only
    /// where one is named.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or the person is not in the records or is not to be shown.
    pub fn grants(&self, advocate: Option<&str>, as_of: Timestamp) -> Result<Grants, Error> {
        self.grants_where(advocate, Filter::default(), as_of)
    }

    /// Those of the grants on record that a filter lets through. How many there are of people who
    /// have opted out is told without it: what they got, and where they work, is not to be found out.
    ///
    /// # Errors
    ///
    /// As `grants`; and there are no such teams or no such rule.
    pub fn grants_where(
        &self,
        advocate: Option<&str>,
        filter: Filter<'_>,
        as_of: Timestamp,
    ) -> Result<Grants, Error> {
        let grants = self.followed()?.register.grants();
        let roster = self.live.roster(as_of);
        let last = Calendar::last_instant(as_of);
        let present = |name: &Arc<str>| Arc::clone(roster.resolve(name, last));
        let asked = match advocate {
            Some(name) => {
                let granted = grants.iter().filter_map(|grant| grant.subject.advocate());
                let granted: Vec<Arc<str>> = granted.map(present).collect();
                Some(find_in(&roster, name, as_of, granted.iter())?)
            }
            None => None,
        };
        let aggregate = advocate.is_none() && self.program.manifest.privacy.aggregate_only;
        let filter = filter.ready(&self.program, &roster, as_of, &grants)?;
        let mut shown = Grants {
            grants: Vec::new(),
            hidden: 0,
            withheld: aggregate.then_some(Withheld::AggregateOnly),
        };
        for mut grant in grants {
            let to = grant.subject.advocate().map(present);
            if asked.is_some() && asked != to {
                continue;
            }
            if to.as_ref().is_some_and(|to| roster.shows(to, as_of).is_err()) {
                shown.hidden += 1;
                continue;
            }
            if !filter.lets_through(&grant, to.as_ref()) {
                continue;
            }
            if aggregate && to.is_some() {
                grant.what.evidence.clear();
            }
            shown.grants.push(grant);
        }
        Ok(shown)
    }

    /// What people object to: everyone, or one person. Of people who have opted out as of the time
    /// nothing is shown.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or the person is not in the records or is not to be shown.
    pub fn disputes(
        &self,
        advocate: Option<&str>,
        as_of: Timestamp,
    ) -> Result<Vec<DisputeDocument>, Error> {
        let mut disputes = self.live()?.disputes(as_of);
        let roster = self.live.roster(as_of);
        let whose: Vec<Arc<str>> =
            disputes.iter().map(|dispute| Arc::clone(&dispute.advocate)).collect();
        if let Some(name) = advocate {
            let asked = find_in(&roster, name, as_of, whose.iter())?;
            disputes.retain(|dispute| dispute.advocate == asked);
        }
        disputes.retain(|dispute| roster.shows(&dispute.advocate, as_of).is_ok());
        Ok(disputes)
    }

    /// Decides about grants: all of them or, where one cannot be decided so, none. Gives the grants
    /// as they are then; of people who have opted out only where they stand.
    ///
    /// # Errors
    ///
    /// There is no such grant, the decision does not follow from where it stands, or the journal
    /// cannot be written.
    pub fn decide(&self, choice: &Choice<'_>) -> Result<Vec<Decided>, Error> {
        let followed = self.followed()?.clone();
        followed.decide(&*self.journal, choice, &self.live.roster(choice.as_of))
    }
}

/// Decides about grants of a journal, as [`Ledger::decide`] does; no program is needed for it.
///
/// # Errors
///
/// As there.
pub fn decide(journal: &dyn Journal, choice: &Choice<'_>) -> Result<Vec<Decided>, Error> {
    let (log, position) = log_of(journal)?;
    let roster = Roster::new(&People::new(), &log, choice.as_of, false);
    Followed::of(&log, position).decide(journal, choice, &roster)
}

/// Takes events from outside into a journal: all but those that only award runs and decisions write.
///
/// # Errors
///
/// The journal cannot be written; then none of the events was taken in.
pub fn take_in(
    journal: &dyn Journal,
    events: Vec<Event>,
    batch: Batch,
) -> Result<Vec<Receipt>, Error> {
    take_in_and_keep(journal, events, batch).map(|(_, receipts)| receipts)
}

/// The same, and gives the events back with their receipts.
fn take_in_and_keep(
    journal: &dyn Journal,
    events: Vec<Event>,
    batch: Batch,
) -> Result<(Vec<Event>, Vec<Receipt>), Error> {
    let reserved = |event: &Event| {
        *event.identity.source == *SOURCE
            || matches!(event.body, Body::Grant(_) | Body::Decision { .. } | Body::Close { .. })
            || matches!(event.body, Body::Erasure { .. } | Body::Tombstone)
            || matches!(event.body, Body::Publication { .. })
            || is_nobodys(event)
    };
    if !events.iter().any(reserved) {
        let receipts = journal.append(&events, batch)?;
        return Ok((events, receipts));
    }
    let mut receipts: Vec<Option<Receipt>> = Vec::with_capacity(events.len());
    let mut open = Vec::new();
    for event in &events {
        if reserved(event) {
            receipts.push(Some(Receipt::refused(&event.identity, reserved_for_engine(event))));
        } else if batch == Batch::Whole {
            let (identity, result) = (event.identity.clone(), Taken::LeftOut);
            receipts.push(Some(Receipt { identity, result, position: None, problem: None }));
        } else {
            receipts.push(None);
            open.push(event.clone());
        }
    }
    let mut taken = journal.append(&open, batch)?.into_iter();
    let receipts = receipts.into_iter().filter_map(|receipt| receipt.or_else(|| taken.next()));
    Ok((events, receipts.collect()))
}

/// Whether somebody is called what stands for those who were erased.
fn is_nobodys(event: &Event) -> bool {
    match &event.body {
        Body::Activity(activity) => *activity.advocate == *ERASED,
        Body::Person(person) => {
            *person.id == *ERASED || person.aliases.iter().any(|alias| **alias == *ERASED)
        }
        Body::Adjustment(adjustment) => *adjustment.advocate == *ERASED,
        Body::Dispute(dispute) => *dispute.advocate == *ERASED,
        _ => false,
    }
}

/// Why an event is not taken from outside.
fn reserved_for_engine(event: &Event) -> Problem {
    let (message, help, field) = match &*event.identity.source {
        _ if is_nobodys(event) => (
            format!("`{ERASED}` stands for people who were erased, and is nobody's name"),
            "name the person as the other systems know them",
            "advocate",
        ),
        SOURCE => (
            format!("the source `{SOURCE}` is kept for what the engine records itself"),
            "name the system that the event comes from; `plaudit journal restore` takes an export",
            "source",
        ),
        _ => (
            format!("an event of type `{}` cannot be recorded by hand", event.body.name()),
            "`plaudit close` grants, `plaudit grants` decides about grants, `plaudit person erase` erases, \
             and `plaudit program publish` publishes",
            "type",
        ),
    };
    Problem::new(Code::Reserved, message).help(help).field(field)
}
