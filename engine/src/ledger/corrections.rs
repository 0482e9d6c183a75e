//! Corrections: points by hand, and what advocates object to.

use std::sync::Arc;

use jiff::Timestamp;

use super::Ledger;
use crate::awards::{SOURCE, Signed, said, short_id};
use crate::error::{Code, Error, Problem};
use crate::events::{Adjustment, Body, Dispute, Event, Identity, Log, MOST_POINTS, People};
use crate::journal::{Batch, Journal, Receipt, log_of};
use crate::roster::{Roster, find_in};

/// What an advocate objects to.
#[derive(Clone, Copy, Debug)]
pub struct Objection<'a> {
    /// Who objects.
    pub advocate: &'a str,
    /// The activity that it is about; nothing where it is about a draft.
    pub activity: Option<&'a Identity>,
    /// The rule whose line or finding it is about, or the rule of recognition that gave something or
    /// did not; nothing where it is about the whole activity.
    pub rule: Option<&'a str>,
    /// Why, in the advocate's own words.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Ledger {
    /// Gives points to a person, or takes them, by hand.
    ///
    /// # Errors
    ///
    /// The person is not in the records, there are no points, or the journal cannot be written.
    pub fn adjust(
        &self,
        advocate: &str,
        points: i64,
        signed: &Signed<'_>,
    ) -> Result<Receipt, Error> {
        adjust_in(&*self.journal, &*self.roster(signed.at)?, advocate, points, signed)
    }

    /// Records that an advocate objects to an activity's points, or to what a rule said.
    ///
    /// # Errors
    ///
    /// The person is not in the records, the activity is not on record or is somebody else's, there
    /// is no such rule, it said nothing there, or the journal cannot be written.
    pub fn dispute(&self, objection: &Objection<'_>) -> Result<Receipt, Error> {
        let Objection { activity, rule, reason, at, .. } = *objection;
        said("reason", reason)?;
        let advocate = self.known(objection.advocate, at)?;
        if activity.is_none() && rule.is_none() {
            let message = "a dispute is about an activity, about what a rule said, or both";
            return Err(Problem::new(Code::Missing, message).into());
        }
        let present = rule.map(|rule| self.program.present_name(rule));
        let (source, id) = activity.map_or(("", ""), |it| (&*it.source, &*it.id));
        let parts = ["dispute", &advocate, source, id, present.unwrap_or_default()];
        let id = short_id(&[&parts[..], &[reason, &at.to_string()]].concat());
        let body = Body::Dispute(Box::new(Dispute {
            advocate: Arc::clone(&advocate),
            activity: activity.cloned(),
            rule: present.map(Arc::from),
            reason: reason.into(),
        }));
        let event = own(id, at, body);
        // The same again is acknowledged, whatever became of what it is about.
        let place = |log: &Log| log.position((&event.identity).into());
        if self.live()?.with_log(|log| place(log).is_none()) {
            if let Some(activity) = activity {
                self.is_own(&advocate, activity, at)?;
            }
            if let Some(rule) = rule {
                self.objectionable(&advocate, activity, rule, at)?;
            }
        }
        append_own(&*self.journal, event)
    }

    /// Whether an activity is on record and somebody's own. What comes late can be objected to once
    /// it is there: until then no rule has said anything of it.
    fn is_own(&self, advocate: &Arc<str>, activity: &Identity, at: Timestamp) -> Result<(), Error> {
        if self.live()?.whose(activity, at).as_ref() == Some(advocate) {
            return Ok(());
        }
        let message = format!(
            "`{advocate}` has no activity `{}` of the source `{}` on record",
            activity.id, activity.source
        );
        Err(Problem::new(Code::UnknownActivity, message)
            .help(
                "`plaudit explain` lists somebody's activities with their ids; one that comes late \
                 can be objected to once it is on record",
            )
            .into())
    }

    /// The advocate whom a name stands for.
    fn known(&self, name: &str, at: Timestamp) -> Result<Arc<str>, Error> {
        let roster = self.roster(at)?;
        find_in(&roster, name, at, std::iter::empty())
    }
}

/// Gives points to a person of a journal, or takes them, as [`Ledger::adjust`] does; no program is
/// needed for it.
///
/// # Errors
///
/// As there.
pub fn adjust(
    journal: &dyn Journal,
    advocate: &str,
    points: i64,
    signed: &Signed<'_>,
) -> Result<Receipt, Error> {
    let (log, _) = log_of(journal)?;
    let roster = Roster::new(&People::new(), &log, signed.at, false);
    adjust_in(journal, &roster, advocate, points, signed)
}

fn adjust_in(
    journal: &dyn Journal,
    roster: &Roster,
    advocate: &str,
    points: i64,
    signed: &Signed<'_>,
) -> Result<Receipt, Error> {
    signed.check()?;
    let advocate = find_in(roster, advocate, signed.at, std::iter::empty())?;
    let at = signed.at.to_string();
    let number = points.to_string();
    let id = short_id(&["adjustment", &advocate, &number, signed.by, signed.reason, &at]);
    append_own(journal, adjustment(&id, &advocate, points, signed)?)
}

/// Puts an event of the ledger's own on record.
fn append_own(journal: &dyn Journal, event: Event) -> Result<Receipt, Error> {
    event.check()?;
    let receipts = journal.append(&[event], Batch::Whole)?;
    let receipt = receipts.into_iter().next();
    let missing = || Error::from(Problem::new(Code::Internal, "the journal did not answer"));
    let receipt = receipt.ok_or_else(missing)?;
    match receipt.problem {
        Some(problem) => Err(problem.into()),
        None => Ok(receipt),
    }
}

/// An event that the ledger puts on record itself.
pub(super) fn own(id: String, at: Timestamp, body: Body) -> Event {
    Event { identity: Identity { source: SOURCE.into(), id: id.into() }, at, body, ext: None }
}

pub(super) fn adjustment(
    id: &str,
    advocate: &Arc<str>,
    points: i64,
    signed: &Signed<'_>,
) -> Result<Event, Problem> {
    if points == 0 || !(-MOST_POINTS..=MOST_POINTS).contains(&points) {
        let message = format!("`{points}` points cannot be given by hand");
        return Err(Problem::new(Code::WrongValue, message)
            .help(format!("a whole number up to {MOST_POINTS}, below or above 0")));
    }
    let (reason, by) = (signed.reason.into(), Some(signed.by.into()));
    let body = Body::Adjustment(Adjustment { advocate: Arc::clone(advocate), points, reason, by });
    Ok(own(id.to_owned(), signed.at, body))
}
