//! Words on what advocates object to: the first one counts.

use std::sync::Arc;

use jiff::Timestamp;

use super::Ledger;
use super::corrections::{adjustment, own};
use super::followed::Followed;
use crate::awards::{SOURCE, Signed, short_id};
use crate::disputes::{DisputeDocument, Ending, Ruled, Standing, disputes};
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, Log, People, Resolution, Resolved};
use crate::journal::{Entry, Journal, log_of};
use crate::links::Links;
use crate::roster::Roster;

/// A word on what somebody objects to.
#[derive(Clone, Copy, Debug)]
pub struct Ruling<'a> {
    /// The id of the dispute, or a unique beginning of it.
    pub dispute: &'a str,
    /// How it ends.
    pub verb: Resolved,
    /// Points to give or take along with it; both or neither go on record.
    pub points: Option<i64>,
    /// By whom, and why.
    pub signed: Signed<'a>,
    /// Of somebody who has opted out as of this time nothing is told but how the dispute stands.
    pub as_of: Timestamp,
}

/// A dispute on record, and what is known of its end.
struct Case {
    known: DisputeDocument,
    /// The points by hand that came with its end.
    points: Option<i64>,
    /// Whether nothing may be told of who objects.
    hidden: bool,
}

impl Ledger {
    /// Resolves what somebody objects to; where points come with it, both or neither go on record.
    /// The same word again, by the same person for the same reason, changes nothing.
    ///
    /// # Errors
    ///
    /// There is no such dispute, it ended in another way or was withdrawn, or the journal cannot be
    /// written.
    pub fn resolve(&self, ruling: &Ruling<'_>) -> Result<Ruled, Error> {
        let followed = self.followed()?.clone();
        let live = self.live()?;
        let (everyone, shown) = (live.roster(Timestamp::MAX), live.roster(ruling.as_of));
        let case =
            live.with_links(|log, links| Case::find(log, links, &everyone, &shown, ruling))?;
        case.end(&*self.journal, followed, ruling)
    }
}

/// Resolves what somebody objects to, in a journal, as [`Ledger::resolve`] does; no program is
/// needed for it.
///
/// # Errors
///
/// As there.
pub fn resolve(journal: &dyn Journal, ruling: &Ruling<'_>) -> Result<Ruled, Error> {
    let (log, position) = log_of(journal)?;
    let links = Links::of(&log);
    let roster = |as_of| Roster::linked(&People::new(), &log, &links, as_of, false);
    let (everyone, shown) = (roster(Timestamp::MAX), roster(ruling.as_of));
    let case = Case::find(&log, &links, &everyone, &shown, ruling)?;
    case.end(journal, Followed::of(&log, position), ruling)
}

impl Case {
    /// The one dispute whose id is asked for or begins like that.
    fn find(
        log: &Log,
        links: &Links,
        everyone: &Roster,
        shown: &Roster,
        ruling: &Ruling<'_>,
    ) -> Result<Self, Error> {
        let id = ruling.dispute;
        let mut found = disputes(log, links, everyone, Timestamp::MAX);
        found.retain(|dispute| !id.is_empty() && dispute.dispute.starts_with(id));
        if found.iter().any(|dispute| *dispute.dispute == *id) {
            found.retain(|dispute| *dispute.dispute == *id);
        }
        let unknown = |message: String, help: &str| {
            Err(Problem::new(Code::UnknownDispute, message).help(help).into())
        };
        match (found.pop(), found.len()) {
            (None, _) => unknown(
                format!("there is no dispute `{id}`"),
                "`plaudit disputes list --all` lists those on record",
            ),
            (Some(known), 0) => {
                let points = Identity { source: SOURCE.into(), id: points_id(&known).into() };
                let place = log.position((&points).into());
                let points = place.and_then(|place| match &*log.body(place) {
                    Body::Adjustment(adjustment) => Some(adjustment.points),
                    _ => None,
                });
                let hidden = shown.shows(&known.advocate, ruling.as_of).is_err();
                Ok(Self { known, points, hidden })
            }
            (Some(_), more) => unknown(
                format!("{} disputes have an id that begins with `{id}`", more + 1),
                "give more of its digits",
            ),
        }
    }

    /// Ends it, unless the same was said already.
    fn end(
        mut self,
        journal: &dyn Journal,
        followed: Followed,
        ruling: &Ruling<'_>,
    ) -> Result<Ruled, Error> {
        let Signed { by, reason, at } = ruling.signed;
        ruling.signed.check()?;
        if self.known.state != Standing::Open {
            self.same(ruling)?;
            return Ok(Ruled::of(self.known, self.hidden));
        }
        if at < self.known.at {
            let id = &self.known.dispute;
            let message = match self.hidden {
                true => format!("`{id}` was raised later"),
                false => format!("`{id}` was raised at {}, which is later", self.known.at),
            };
            return Err(Problem::new(Code::WrongState, message).help("say a later time").into());
        }
        let (source, id) = (Arc::clone(&self.known.source), Arc::clone(&self.known.dispute));
        let target = Identity { source, id };
        let resolution = Resolution {
            target: target.clone(),
            verb: ruling.verb,
            by: by.into(),
            reason: reason.into(),
        };
        let mut events = vec![own(resolution_id(&self.known), at, Body::Resolution(resolution))];
        if let Some(points) = ruling.points {
            let (id, advocate) = (points_id(&self.known), &self.known.advocate);
            events.push(adjustment(&id, advocate, points, &ruling.signed)?);
        }
        events.iter().try_for_each(Event::check)?;
        let points = Identity { source: SOURCE.into(), id: points_id(&self.known).into() };
        followed.append(journal, &mut |_, since| {
            for Entry { event, .. } in since {
                match &event.body {
                    Body::Resolution(word) if word.target == target => {
                        self.ended(event.at, word);
                    }
                    Body::Adjustment(given) if event.identity == points => {
                        self.points = Some(given.points);
                    }
                    _ => {}
                }
            }
            match self.known.state {
                Standing::Open => Ok(events.clone()),
                _ => self.same(ruling).map(|()| Vec::new()).map_err(Error::from),
            }
        })?;
        if self.known.state == Standing::Open
            && let Body::Resolution(word) = &events[0].body
        {
            self.ended(at, word);
        }
        Ok(Ruled::of(self.known, self.hidden))
    }

    fn ended(&mut self, at: Timestamp, word: &Resolution) {
        self.known.state = Standing::of(word.verb);
        let (by, reason) = (Arc::clone(&word.by), Arc::clone(&word.reason));
        self.known.resolution = Some(Ending { at, by, reason });
    }

    /// Whether it ended as it is to end now; when it is said does not matter.
    fn same(&self, ruling: &Ruling<'_>) -> Result<(), Problem> {
        let Signed { by, reason, .. } = ruling.signed;
        let ending = self.known.resolution.as_ref();
        let is_same = self.known.state == Standing::of(ruling.verb)
            && ending.is_some_and(|ending| *ending.by == *by && *ending.reason == *reason)
            && self.points == ruling.points;
        if is_same {
            return Ok(());
        }
        let (id, state) = (&self.known.dispute, self.known.state.name());
        let message = match ending.filter(|_| !self.hidden) {
            Some(Ending { at, by, reason }) => {
                let points = self.points.map_or_else(String::new, |it| format!(", {it:+} points"));
                format!("`{id}` was {state} by {by} at {at} ({reason}{points})")
            }
            None => format!("`{id}` was {state}"),
        };
        Err(Problem::new(Code::WrongState, message).help("what is resolved stays so"))
    }
}

fn resolution_id(dispute: &DisputeDocument) -> String {
    short_id(&["resolution", &dispute.source, &dispute.dispute])
}

fn points_id(dispute: &DisputeDocument) -> String {
    format!("{}:points", resolution_id(dispute))
}
