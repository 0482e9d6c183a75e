//! Whether the awards of an export are as award runs and decisions write them: an export is a text
//! that anybody can edit, and a grant is money.

use std::collections::HashMap;
use std::sync::Arc;

use super::{SOURCE, short_id};
use crate::error::{Code, Problem};
use crate::events::{Body, Closing, Event, Grant, Granted, Identity, Subject, Verb};
use crate::script::limits;

/// The longest id or word of a grant, in bytes.
const LONGEST_WORD: usize = 1_000;
/// Somebody with more names than this was made up to keep others waiting.
const MOST_NAMES: usize = 1_000;

impl Event {
    /// Refuses an award or a decision that only an edited export can have.
    pub(crate) fn check_restored(&self) -> Result<(), Problem> {
        let id = &self.identity.id;
        match &self.body {
            Body::Grant(granted) => {
                self.is_own()?;
                word("id", id)?;
                granted.grant.check()
            }
            Body::Decision { target, verb, .. } => {
                self.is_own()?;
                word("id", id)?;
                word("target", &target.id)?;
                is_called(id, &decision_id(&target.id, *verb))
            }
            Body::Close { closing, .. } => {
                self.is_own()?;
                let number = id.strip_prefix("close-").unwrap_or_default();
                if number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
                    let message = format!("`{id}` is no id of an award run");
                    return Err(edited(message, "such as `close-3`").field("id"));
                }
                word("close.program", &closing.program)?;
                let Closing { granted, held, lapsed, .. } = &**closing;
                let mut lists =
                    [("granted", granted), ("held", held), ("lapsed", lapsed)].into_iter();
                lists.try_for_each(|(name, ids)| {
                    ids.iter().try_for_each(|id| word(&format!("close.{name}"), id))
                })
            }
            Body::Erasure { .. } | Body::Tombstone => {
                self.is_own()?;
                word("id", id)
            }
            Body::Publication { publication, .. } => {
                self.is_own()?;
                is_called(id, &publication.id())
            }
            _ => Ok(()),
        }
    }

    fn is_own(&self) -> Result<(), Problem> {
        if *self.identity.source == *SOURCE {
            return Ok(());
        }
        let message =
            format!("an event of type `{}` is written by the engine only", self.body.name());
        Err(edited(message, &format!("their source is `{SOURCE}`")).field("source"))
    }
}

/// What a decision about a grant is called.
pub(super) fn decision_id(grant: &str, verb: Verb) -> String {
    format!("{grant}:{}", verb.name())
}

impl Grant {
    fn check(&self) -> Result<(), Problem> {
        let words = [
            ("rule", Some(&self.rule)),
            ("kind", Some(&self.kind)),
            ("id", Some(&self.id)),
            ("key", Some(&self.key)),
            ("period", self.period.as_ref()),
            ("currency", self.currency.as_ref()),
            ("program", Some(&self.program)),
        ];
        for (name, text) in words {
            text.map_or(Ok(()), |text| word(&format!("grant.{name}"), text))?;
        }
        if !["badge", "reward", "spotlight"].contains(&&*self.kind) {
            let message = format!("`{}` is nothing that can be granted", self.kind);
            return Err(edited(message, "`badge`, `reward` or `spotlight`").field("grant.kind"));
        }
        within("amount", self.amount, limits::AMOUNT, *self.kind == *"reward", "a reward")?;
        within("level", self.level, limits::LEVEL, *self.kind == *"badge", "a badge")?;
        let level = self.level.map_or_else(String::new, |level| format!("/{level}"));
        let once = format!("{}{level}", self.id);
        let each = self.period.as_ref().map(|period| format!("{once}@{period}"));
        if *self.key != *once && Some(&*self.key) != each.as_deref() {
            let message = format!("`{}` is not the key of `{}`", self.key, self.id);
            let right = match each {
                Some(each) => format!("`{once}`, or `{each}` where it comes each period"),
                None => format!("`{once}`"),
            };
            return Err(edited(message, &right).field("grant.key"));
        }
        Ok(())
    }
}

/// A number that rules can give, and give to this kind of grant.
fn within(name: &str, number: Option<i64>, most: i64, fits: bool, of: &str) -> Result<(), Problem> {
    let Some(number) = number else { return Ok(()) };
    if !fits {
        let message = format!("only {of} has `{name}`");
        return Err(edited(message, "leave it out").field(format!("grant.{name}")));
    }
    if (1..=most).contains(&number) {
        return Ok(());
    }
    let message = format!("no rule can give {number} as `{name}`");
    let right = format!("a whole number from 1 to {most}");
    Err(edited(message, &right).field(format!("grant.{name}")))
}

/// A word that engine and owners chose: it can be printed as it is.
fn word(field: &str, text: &str) -> Result<(), Problem> {
    let wrong = if text.trim().is_empty() {
        "says nothing".to_owned()
    } else if let Some(control) = text.chars().find(|sign| sign.is_control()) {
        format!("has the control character U+{:04X}", u32::from(control))
    } else if text.len() > LONGEST_WORD {
        format!("has {} bytes; at most {LONGEST_WORD} are accepted here", text.len())
    } else {
        return Ok(());
    };
    Err(edited(format!("`{field}` {wrong}"), "a word of visible signs").field(field))
}

fn is_called(id: &str, right: &str) -> Result<(), Problem> {
    if *id == *right {
        return Ok(());
    }
    let message = format!("the id `{id}` does not fit what the event says");
    Err(edited(message, &format!("it would be `{right}`")).field("id"))
}

/// What no run of ours has written.
fn edited(message: impl Into<String>, right: &str) -> Problem {
    told(Code::WrongValue, message, right)
}

fn told(code: Code, message: impl Into<String>, right: &str) -> Problem {
    Problem::new(code, message).help(format!(
        "{right}; `plaudit journal export` writes what can be restored, and a change of a grant is \
         a decision about it (`plaudit grants`)"
    ))
}

/// The names that ever stood for the same person, by all that is said of people. An award run calls
/// a grant after the name that the person had by then, which may be none of today's.
#[derive(Debug, Default)]
struct Names {
    groups: Vec<Vec<Arc<str>>>,
    group_of: HashMap<Arc<str>, usize>,
}

impl Names {
    fn group(&mut self, name: &Arc<str>) -> usize {
        if let Some(group) = self.group_of.get(name) {
            return *group;
        }
        self.groups.push(vec![Arc::clone(name)]);
        self.group_of.insert(Arc::clone(name), self.groups.len() - 1);
        self.groups.len() - 1
    }

    fn join(&mut self, one: &Arc<str>, other: &Arc<str>) {
        let (one, other) = (self.group(one), self.group(other));
        if one == other {
            return;
        }
        // The smaller one moves, so that each name moves seldom.
        let larger = self.groups[one].len() >= self.groups[other].len();
        let (to, from) = if larger { (one, other) } else { (other, one) };
        let moved = std::mem::take(&mut self.groups[from]);
        for name in &moved {
            self.group_of.insert(Arc::clone(name), to);
        }
        self.groups[to].extend(moved);
    }

    fn of(&self, name: &Arc<str>) -> &[Arc<str>] {
        let group = self.group_of.get(name).and_then(|group| self.groups.get(*group));
        group.map_or(&[], Vec::as_slice)
    }
}

/// What is granted once: the rule by the name that the grant says, the subject and the key.
type Once = (Arc<str>, String, Arc<str>);

/// Holds the grants of an export against each other, and against those on record.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    names: Names,
    grants: HashMap<Once, Identity>,
}

impl Inspection {
    /// Takes in what an event says of who is who: of all events, before any grant is looked at.
    pub(crate) fn learn(&mut self, event: &Event) {
        if let Body::Person(person) = &event.body {
            for alias in &person.aliases {
                self.names.join(&person.id, alias);
            }
        }
    }

    /// Takes in an event that is on record.
    pub(crate) fn know(&mut self, event: &Event) {
        self.learn(event);
        if let Body::Grant(granted) = &event.body {
            self.grants.entry(once(granted)).or_insert_with(|| event.identity.clone());
        }
    }

    /// Refuses a grant that no award run can have made, beside those known by now.
    pub(crate) fn inspect(&mut self, event: &Event) -> Result<(), Problem> {
        let Body::Grant(granted) = &event.body else { return Ok(()) };
        self.fits(granted, &event.identity.id)?;
        let first = self.grants.entry(once(granted)).or_insert_with(|| event.identity.clone());
        if *first == event.identity {
            return Ok(());
        }
        let message = format!(
            "`{}` and `{}` grant the same thing of the rule `{}` twice",
            first.id, event.identity.id, granted.grant.rule
        );
        let right = "of rule, subject and key there is one grant, also where it was revoked";
        Err(told(Code::Duplicate, message, right).field("id"))
    }

    /// Whether the id is the one that a run gives: a grant whose rule was changed under its id would
    /// leave the rule's own one to be granted again.
    fn fits(&self, granted: &Granted, id: &str) -> Result<(), Problem> {
        let Granted { to, grant, .. } = granted;
        let called = |subject: &Subject| short_id(&[&grant.rule, &subject.key(), &grant.key]);
        let right = called(to);
        let stem = id.split_once('-').map_or(id, |(stem, _)| stem);
        let others = to.advocate().map_or(&[][..], |advocate| self.names.of(advocate));
        let mut others = others.iter().map(|name| Subject::Advocate { advocate: Arc::clone(name) });
        if stem == right || others.len() > MOST_NAMES || others.any(|it| called(&it) == stem) {
            return Ok(());
        }
        let message = format!("the id `{id}` does not fit the rule, the subject and the key");
        Err(edited(message, &format!("by them it would be `{right}`")).field("id"))
    }
}

fn once(granted: &Granted) -> Once {
    let Granted { to, grant, .. } = granted;
    (Arc::clone(&grant.rule), to.key(), Arc::clone(&grant.key))
}
