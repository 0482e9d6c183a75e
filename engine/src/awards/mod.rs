//! Awards: entitlements made real, once, by award runs; and what people decide about them.
//!
//! - `register` knows the grants on record and where each stands;
//! - `filter` says which of them are asked for;
//! - `budget` says what rewards may cost and who comes first;
//! - `run` is an award run: which entitlements become grants, and what has changed since the last;
//!   `notices` are what it has to say of grants on record that may cost money twice;
//! - `restored` looks whether the awards of an export are as award runs write them.

mod budget;
mod filter;
mod notices;
mod register;
mod restored;
mod run;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use budget::Budget;
pub use filter::Filter;
pub use notices::{Notice, NoticeKind};
pub(crate) use register::Register;
pub use register::{Decided, Decision, GrantDocument, Grants, State};
pub(crate) use restored::Inspection;
pub(crate) use run::Candidates;
pub use run::{Award, Closed, Held, HeldBack, NamedGrant, Since};

use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, Subject, Verb};
use crate::wire::hex;

/// The source of what the engine writes into a journal by itself.
pub const SOURCE: &str = crate::events::OWN;

/// A hash of several texts, none of which can be taken for part of another.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// The id of something that there is once for these texts: 16 hexadecimal digits.
pub(crate) fn short_id(parts: &[&str]) -> String {
    hex(&digest(parts)[..8])
}

/// An award run to be made.
#[derive(Clone, Copy, Debug)]
pub struct AwardRun<'a> {
    /// It looks at what happened before this time.
    pub as_of: Timestamp,
    /// When it is made: whoever has opted out by then, by everything on record, gets nothing.
    pub at: Timestamp,
    /// Who makes it.
    pub by: &'a str,
    /// Whether it is only told what would be granted.
    pub preview: bool,
}

impl AwardRun<'_> {
    /// Whether somebody is named, and the time that it looks at is over.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        said("by", self.by)?;
        let Self { as_of, at, .. } = self;
        if as_of > at {
            let message = format!("{as_of} is not over yet: what happens until then may change");
            return Err(Problem::new(Code::WrongValue, message)
                .help(format!("award runs look back; now it is {at}"))
                .field("as_of"));
        }
        Ok(())
    }
}

/// What somebody decides about grants.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// The ids of the grants, or unique beginnings of them.
    pub grants: &'a [String],
    /// What is decided.
    pub verb: Verb,
    /// By whom, and why.
    pub signed: Signed<'a>,
    /// Of people who have opted out as of this time nothing is told but where the grant stands.
    pub as_of: Timestamp,
}

/// Who says so, why, and when.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Who.
    pub by: &'a str,
    /// Why, in words that those concerned may read.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Signed<'_> {
    /// Whether somebody is named, and something is said.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        said("by", self.by)?;
        said("reason", self.reason)
    }
}

/// Whether a text says anything at all.
pub(crate) fn said(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        let message = format!("`{field}` says nothing");
        return Err(Problem::new(Code::Missing, message)
            .help("write a name, or a reason that those concerned may read")
            .field(field));
    }
    Ok(())
}

impl Choice<'_> {
    /// The events that the decision is, where it follows for all of the grants; none for those
    /// about which the same person has decided the same already. Of grants of whom `hides` says so
    /// no more is told than where they stand.
    pub(crate) fn events(
        &self,
        register: &Register,
        hides: &dyn Fn(&Subject) -> bool,
    ) -> Result<Vec<Event>, Error> {
        self.signed.check()?;
        let mut problems = Vec::new();
        let mut events: Vec<Event> = Vec::new();
        for id in self.grants {
            match self.event(register, id, hides) {
                Ok(Some(event)) if !events.iter().any(|it| it.identity == event.identity) => {
                    events.push(event);
                }
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            }
        }
        Error::of(problems).map_or(Ok(events), Err)
    }

    /// The grants that it is about, as they are by now.
    pub(crate) fn grants(&self, register: &Register) -> Vec<GrantDocument> {
        let ids: Vec<Identity> =
            self.grants.iter().filter_map(|id| Some(register.one(id).ok()?.0.clone())).collect();
        register.grants_of(&ids)
    }

    fn event(
        &self,
        register: &Register,
        id: &str,
        hides: &dyn Fn(&Subject) -> bool,
    ) -> Result<Option<Event>, Problem> {
        let (identity, grant) = register.one(id)?;
        let (verb, Signed { by, reason, at }) = (self.verb, self.signed);
        if let Some(last) = grant.decisions.last()
            && (last.decision, &*last.by) == (verb, by)
        {
            return Ok(None);
        }
        let wrong =
            |message: String, help: String| Err(Problem::new(Code::WrongState, message).help(help));
        if grant.state.after(verb).is_none() {
            let last = grant.decisions.last().filter(|_| !hides(&grant.subject));
            let by = last.map_or_else(String::new, |last| {
                format!(" by {} at {} ({})", last.by, last.at, last.reason)
            });
            let message = format!(
                "`{}` was {}{by} and cannot be {}",
                grant.grant,
                grant.state.name(),
                verb.name()
            );
            let next: Vec<&str> = Verb::ALL
                .into_iter()
                .filter(|verb| grant.state.after(*verb).is_some())
                .map(Verb::name)
                .collect();
            let help = match next.as_slice() {
                [] => "nothing more can be decided about it".to_owned(),
                next => format!("it can be {}", next.join(" or ")),
            };
            return wrong(message, help);
        }
        let before = grant.decisions.last().map_or(grant.as_of, |last| last.at);
        if at < before {
            let before = match hides(&grant.subject) {
                true => "what went before".to_owned(),
                false => before.to_string(),
            };
            let (grant, verb) = (&grant.grant, verb.name());
            let message = format!("`{grant}` cannot be {verb} at {at}: that is before {before}");
            return wrong(message, "what went before was later: say a later time".to_owned());
        }
        let id = restored::decision_id(&grant.grant, verb);
        Ok(Some(Event {
            identity: Identity { source: SOURCE.into(), id: id.into() },
            at,
            body: Body::Decision {
                target: identity.clone(),
                verb,
                by: by.into(),
                reason: reason.into(),
            },
            ext: None,
        }))
    }
}

impl Register {
    /// The one grant whose id is this or begins like it.
    fn one(&self, id: &str) -> Result<(&Identity, GrantDocument), Problem> {
        let mut found = if id.is_empty() { Vec::new() } else { self.find(id) };
        match (found.pop(), found.len()) {
            (Some(grant), 0) => Ok(grant),
            (Some(_), more) => {
                let message = format!("{} grants have an id that begins with `{id}`", more + 1);
                Err(Problem::new(Code::UnknownGrant, message).help("give more of its digits"))
            }
            (None, _) => {
                let message = format!("there is no grant `{id}`");
                Err(Problem::new(Code::UnknownGrant, message)
                    .help("`plaudit grants list` lists those on record"))
            }
        }
    }
}
