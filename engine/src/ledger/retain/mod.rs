//! Retention: what is past its age by `[privacy.retention]` is taken out of the journal, and not taken
//! in again; points stay what they were.
//!
//! - `past` says what is past its age;
//! - `carry` carries points forward;
//! - `differences` counts what else changes.

mod carry;
mod differences;
mod past;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

pub use self::differences::Otherwise;

use self::carry::{Carried, carried};
use self::past::Past;
use super::Ledger;
use super::corrections::own;
use super::erase::{free, tombstone, with};
use super::followed::Followed;
use crate::awards::said;
use crate::error::{Code, Error, Problem};
use crate::events::{Aged, Body, Erasure, Event, Log, Place};
use crate::journal::{Key, Rewrite, log_of};

/// What is to be looked at, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Retain<'a> {
    /// The time from which ages are counted back.
    pub as_of: Timestamp,
    /// When it is done.
    pub at: Timestamp,
    /// Who asks for it.
    pub by: &'a str,
    /// Whether it is only told what would go.
    pub dry_run: bool,
}

impl Retain<'_> {
    /// Whether somebody is named, and the time that ages are counted back from has come: what is not
    /// past its age yet would go.
    fn check(&self) -> Result<(), Problem> {
        said("by", self.by)?;
        let Self { as_of, at, .. } = self;
        if as_of > at {
            let message = format!("{as_of} has not come yet: nothing goes before its age");
            return Err(Problem::new(Code::WrongValue, message)
                .help(format!("ages are counted back from a time that has come; now it is {at}"))
                .field("as_of"));
        }
        Ok(())
    }
}

/// What went because of its age, or would go.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "Retained", deny_unknown_fields, transform = crate::schema::written)]
pub struct RetainedDocument {
    /// The time from which ages were counted back.
    pub as_of: Timestamp,
    /// Whether nothing was changed, since it was only asked what would go.
    pub dry_run: bool,
    /// The id of the record of it; none where nothing went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Arc<str>>,
    /// What went, setting by setting.
    pub aged: Vec<Aged>,
    /// How many events became tombstones.
    pub events: usize,
    /// How many events stay with less in them.
    pub changed: usize,
    /// How many people have points that are carried forward.
    pub carried_people: usize,
    /// What these points come to.
    pub carried_points: i64,
    /// Figures that are others for some people, by name, with how many people that are. Points and
    /// levels are none of them, but where ages are shorter than a window.
    pub figures: BTreeMap<&'static str, usize>,
    /// What rules of recognition give otherwise; grants stay.
    pub recognition: Vec<Otherwise>,
    /// Whether nothing of it is left in the journal's files; where somebody is reading them for long,
    /// they are cleaned when the journal is opened or written to next.
    pub clean: bool,
}

/// What is to change in a journal, with what is told of it.
struct Change {
    past: Past,
    carried: Carried,
    /// The events that take the place of others.
    replaced: BTreeMap<Place, Event>,
    /// The record of it.
    record: Event,
}

impl Ledger {
    /// Takes what is past its age by the program out of the journal, for good, and carries points
    /// forward, so that everybody's points, levels and points of each month stay what they were.
    ///
    /// # Errors
    ///
    /// The program sets no age, another one is published in the journal, nobody is named, a rule ran out of time (retryable), or the journal
    /// cannot be read or written. Nothing was changed then.
    pub fn retain(&self, asked: &Retain<'_>) -> Result<RetainedDocument, Error> {
        asked.check()?;
        if self.program.manifest.retention.is_empty() {
            let message = "the program says nothing of how long what is on record stays";
            return Err(Problem::new(Code::Missing, message)
                .help("add a table `[privacy.retention]` to `program.toml`, such as `posts = \"1 year\"`")
                .file("program.toml")
                .into());
        }
        // Most of the work is done before the journal is locked, and nothing is locked in vain.
        let (log, _) = log_of(&*self.journal)?;
        let past = Past::of(&self.program, &log, asked.as_of);
        if past.is_empty() {
            return Ok(told(asked, &past, None));
        }
        let change = self.change(&log, &Key::random()?, past, asked)?;
        let after = change.after(&log)?;
        let (program, logs) = (&self.program, (&log, &after));
        let (figures, recognition) =
            differences::differences(program, logs, asked.as_of, self.assume_consent)?;
        let told = |change: &Change| RetainedDocument {
            figures: figures.clone(),
            recognition: recognition.clone(),
            ..told(asked, &change.past, Some(&change.carried))
        };
        if asked.dry_run {
            return Ok(told(&change));
        }
        let mut done = None;
        let rewritten = self.journal.rewrite(&mut |log, key| {
            // Somebody else may have done it, or published another program, by now.
            Followed::of(log, log.len() as u64).is_published(self.program.version(), &[])?;
            let past = Past::of(&self.program, log, asked.as_of);
            if past.is_empty() {
                done = Some(self::told(asked, &past, None));
                return Ok(Rewrite::default());
            }
            let change = self.change(log, key, past, asked)?;
            let erasure = Some(Arc::clone(&change.record.identity.id));
            done = Some(RetainedDocument { erasure, ..told(&change) });
            Ok(change.rewrite())
        })?;
        self.refresh()?;
        let nobody = || Problem::new(Code::Internal, "nothing was decided about the retention");
        Ok(RetainedDocument { clean: rewritten.clean, ..done.ok_or_else(nobody)? })
    }

    /// What is to change so that what is past its age is gone.
    fn change(
        &self,
        log: &Log,
        key: &Key,
        past: Past,
        asked: &Retain<'_>,
    ) -> Result<Change, Error> {
        let grave = |place: &Place| (*place, tombstone(log, key, *place, asked.at));
        let mut replaced: BTreeMap<Place, Event> = past.gone.iter().map(grave).collect();
        replaced.extend(past.changed.iter().map(|(place, event)| (*place, event.clone())));
        let after = with(log, &replaced)?;
        let first = log.len() as u64 + 2;
        let logs = (log, &after);
        let carried = carried(&self.program, self.assume_consent, logs, &past.gone, first)?;
        for (place, event) in &carried.replaced {
            let event = event.clone().unwrap_or_else(|| grave(place).1);
            replaced.insert(*place, event);
        }
        let erasure = Erasure {
            key: key.fingerprint(),
            events: i64::try_from(past.gone.len()).unwrap_or(i64::MAX),
            aged: past.aged.clone(),
            ..Erasure::default()
        };
        let body = Body::Erasure { erasure: Box::new(erasure), by: asked.by.into() };
        let record = own(free(log), asked.at, body);
        Ok(Change { past, carried, replaced, record })
    }
}

impl Change {
    /// The log as it is to be.
    fn after(&self, log: &Log) -> Result<Log, Error> {
        let mut after = with(log, &self.replaced)?;
        for event in &self.carried.appended {
            if after.add(event.clone()).is_err() {
                let message = "a sum would be carried forward under an id that is taken";
                return Err(Problem::new(Code::Internal, message).into());
            }
        }
        Ok(after)
    }

    fn rewrite(self) -> Rewrite {
        let Self { carried, replaced, record, .. } = self;
        let replaced = replaced.into_iter().map(|(place, event)| (u64::from(place) + 1, event));
        // Whoever follows reads the record first, and everything anew.
        let appended = std::iter::once(record).chain(carried.appended);
        Rewrite { replaced: replaced.collect(), appended: appended.collect() }
    }
}

fn told(asked: &Retain<'_>, past: &Past, carried: Option<&Carried>) -> RetainedDocument {
    RetainedDocument {
        as_of: asked.as_of,
        dry_run: asked.dry_run,
        erasure: None,
        aged: past.aged.clone(),
        events: past.gone.len(),
        changed: past.changed.len(),
        carried_people: carried.map_or(0, |carried| carried.people),
        carried_points: carried.map_or(0, |carried| carried.points),
        figures: BTreeMap::new(),
        recognition: Vec::new(),
        clean: true,
    }
}
