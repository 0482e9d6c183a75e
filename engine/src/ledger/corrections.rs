//! Corrections: points by hand, and what advocates object to.

use std::sync::Arc;

use jiff::{Span, Timestamp};

use super::{Ledger, all_taken};
use crate::awards::{SOURCE, Signed, said, short_id};
use crate::disputes::{DisputeDocument, Ending, Standing};
use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::{
    Adjustment, Body, Dispute, Event, Identity, MOST_POINTS, Resolution, Resolved,
};
use crate::facts::Folder;
use crate::journal::{Batch, Entry, Receipt};
use crate::program::Rule;
use crate::roster::find_in;

/// What an advocate objects to.
#[derive(Clone, Copy, Debug)]
pub struct Objection<'a> {
    /// Who objects.
    pub advocate: &'a str,
    /// The activity that it is about; nothing where it is about a draft.
    pub activity: Option<&'a Identity>,
    /// The rule whose line or finding it is about; nothing where it is about the whole activity.
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
        signed.check()?;
        let advocate = self.known(advocate, signed.at)?;
        let at = signed.at.to_string();
        let number = points.to_string();
        let id = short_id(&["adjustment", &advocate, &number, signed.by, signed.reason, &at]);
        let event = adjustment(&id, &advocate, points, signed)?;
        self.append_own(event)
    }

    /// Records that an advocate objects to an activity's points, or to what a rule said.
    ///
    /// # Errors
    ///
    /// The person is not in the records, the activity is not on record or is somebody else's, there
    /// is no such rule, or the journal cannot be written.
    pub fn dispute(&self, objection: &Objection<'_>) -> Result<Receipt, Error> {
        let Objection { activity, rule, reason, at, .. } = *objection;
        said("reason", reason)?;
        let advocate = self.known(objection.advocate, at)?;
        if let Some(activity) = activity {
            let whose = self.live()?.whose(activity, at);
            if whose.as_ref() != Some(&advocate) {
                let message = format!(
                    "`{advocate}` has no activity `{}` of the source `{}` on record",
                    activity.id, activity.source
                );
                return Err(Problem::new(Code::UnknownActivity, message)
                    .help("`plaudit explain` lists somebody's activities with their ids")
                    .into());
            }
        }
        let rule = match rule {
            Some(rule) => Some(self.known_rule(rule)?),
            None if activity.is_none() => {
                let message = "a dispute is about an activity, about what a rule said, or both";
                return Err(Problem::new(Code::Missing, message).into());
            }
            None => None,
        };
        let (source, id) = activity.map_or(("", ""), |it| (&*it.source, &*it.id));
        let parts = ["dispute", &advocate, source, id, rule.as_deref().unwrap_or_default()];
        let id = short_id(&[&parts[..], &[reason, &at.to_string()]].concat());
        let activity = activity.cloned();
        let body =
            Body::Dispute(Box::new(Dispute { advocate, activity, rule, reason: reason.into() }));
        self.append_own(own(id, at, body))
    }

    /// Resolves what somebody objects to; where points come with it, both or neither go on record.
    ///
    /// # Errors
    ///
    /// There is no such dispute, it is resolved or withdrawn already, or the journal cannot be
    /// written.
    pub fn resolve(
        &self,
        dispute: &str,
        verb: Resolved,
        points: Option<i64>,
        signed: &Signed<'_>,
    ) -> Result<DisputeDocument, Error> {
        signed.check()?;
        let position = self.followed()?.position;
        let known = self.open_dispute(dispute, signed.at)?;
        let (source, id) = (Arc::clone(&known.source), Arc::clone(&known.dispute));
        let target = Identity { source, id };
        let name = short_id(&["resolution", &target.source, &target.id]);
        let resolution = Resolution {
            target: target.clone(),
            verb,
            by: signed.by.into(),
            reason: signed.reason.into(),
        };
        let mut events = vec![own(name.clone(), signed.at, Body::Resolution(resolution))];
        if let Some(points) = points {
            events.push(adjustment(&format!("{name}:points"), &known.advocate, points, signed)?);
        }
        let receipts = self.journal.append_upon(position, &mut |since| {
            let resolved = |entry: &Entry| {
                matches!(&entry.event.body, Body::Resolution(it) if it.target == target)
            };
            match since.iter().any(resolved) {
                true => Err(already(&known).into()),
                false => Ok(events.clone()),
            }
        })?;
        all_taken(receipts)?;
        let after = signed.at.checked_add(Span::new().nanoseconds(1)).unwrap_or(signed.at);
        let mut disputes = self.live()?.disputes(after);
        disputes.retain(|it| (&it.source, &it.dispute) == (&target.source, &target.id));
        disputes.pop().ok_or_else(|| {
            Problem::new(Code::Internal, "the dispute that was resolved is gone").into()
        })
    }

    /// The one dispute, not resolved yet, whose id is this or begins like it.
    fn open_dispute(&self, id: &str, at: Timestamp) -> Result<DisputeDocument, Error> {
        let mut found = self.live()?.disputes(Timestamp::MAX);
        found.retain(|dispute| !id.is_empty() && dispute.dispute.starts_with(id));
        if found.iter().any(|dispute| *dispute.dispute == *id) {
            found.retain(|dispute| *dispute.dispute == *id);
        }
        let unknown = |message: String, help: &str| {
            Err(Problem::new(Code::UnknownDispute, message).help(help).into())
        };
        match found.as_slice() {
            [] => unknown(
                format!("there is no dispute `{id}`"),
                "`plaudit disputes list --all` lists those on record",
            ),
            [dispute] if dispute.state != Standing::Open => Err(already(dispute).into()),
            [dispute] if at < dispute.at => {
                let message = format!("`{id}` was raised at {}, which is later", dispute.at);
                Err(Problem::new(Code::WrongState, message).help("say a later time").into())
            }
            [dispute] => Ok(dispute.clone()),
            more => unknown(
                format!("{} disputes have an id that begins with `{id}`", more.len()),
                "give more of its digits",
            ),
        }
    }

    /// The advocate whom a name stands for.
    fn known(&self, name: &str, at: Timestamp) -> Result<Arc<str>, Error> {
        let roster = self.roster(at)?;
        find_in(&roster, name, at, std::iter::empty())
    }

    /// A rule that the program has or had.
    fn known_rule(&self, name: &str) -> Result<Arc<str>, Problem> {
        let present = self.program.present_name(name);
        let says = |rule: &&Rule| matches!(rule.folder(), Folder::Guidelines | Folder::Scoring);
        let rules = self.program.rules().iter().filter(says);
        match rules.clone().any(|rule| rule.id() == present) {
            true => Ok(present.into()),
            false => Err(Problem::new(Code::UnknownRule, format!("there is no rule `{name}`"))
                .maybe_help(did_you_mean(name, rules.map(Rule::id)))),
        }
    }

    /// Puts an event of the ledger's own on record.
    fn append_own(&self, event: Event) -> Result<Receipt, Error> {
        event.check()?;
        let receipts = self.journal.append(&[event], Batch::Whole)?;
        let receipt = receipts.into_iter().next();
        let missing = || Error::from(Problem::new(Code::Internal, "the journal did not answer"));
        let receipt = receipt.ok_or_else(missing)?;
        match receipt.problem {
            Some(problem) => Err(problem.into()),
            None => Ok(receipt),
        }
    }
}

fn already(dispute: &DisputeDocument) -> Problem {
    let message = match &dispute.resolution {
        Some(Ending { at, by, reason }) => {
            format!("`{}` was resolved by {by} at {at} ({reason})", dispute.dispute)
        }
        None => format!("`{}` is resolved or withdrawn already", dispute.dispute),
    };
    Problem::new(Code::WrongState, message).help("what is resolved stays so")
}

/// An event that the ledger puts on record itself.
fn own(id: String, at: Timestamp, body: Body) -> Event {
    Event { identity: Identity { source: SOURCE.into(), id: id.into() }, at, body, ext: None }
}

fn adjustment(
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
