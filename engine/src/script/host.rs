//! What scripts see of the world: fact objects that record every reading, and findings.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};

use super::sandbox::limits;
use super::{advice, grants};
use crate::facts::{Object, Value, World};
use crate::severity::Severity;

/// A fact object in a script's hands. It can be asked and handed to a helper, nothing else.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    pub(super) world: Arc<World>,
    pub(super) object: Object,
}

impl Handle {
    fn read(&self, slots: Slots, argument: Option<&str>) -> Result<Dynamic, Box<EvalAltResult>> {
        match slots[self.object as usize] {
            Some(slot) => Ok(dynamic(self.world.read(self.object, slot, argument))),
            None => Err("the object has no such fact".into()),
        }
    }
}

/// The slot that a name has in each object.
type Slots = [Option<u8>; Object::ALL.len()];

fn dynamic(value: Value) -> Dynamic {
    match value {
        Value::Unknown => Dynamic::UNIT,
        Value::Flag(flag) => flag.into(),
        Value::Number(number) => number.into(),
        Value::Text(text) => ImmutableString::from(&*text).into(),
        // A list is asked for one of its words, and the answer is yes or no.
        Value::Words(_) => Dynamic::UNIT,
    }
}

/// A finding as a script makes it: symbolic, so that it does not depend on the post at hand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) severity: Severity,
    pub(crate) message: ImmutableString,
    /// What the finding points at: names of lexicons, patterns or places.
    pub(crate) places: Vec<ImmutableString>,
    pub(crate) suggestion: Option<ImmutableString>,
}

impl Draft {
    pub(super) fn new(severity: Severity, message: ImmutableString) -> Self {
        Self { severity, message, places: Vec::new(), suggestion: None }
    }

    pub(super) fn at(&mut self, place: ImmutableString) -> Self {
        let mut draft = self.clone();
        // The same place twice says nothing new; in a loop it would eat memory.
        if !draft.places.contains(&place) {
            draft.places.push(place);
        }
        draft
    }

    pub(super) fn suggest(&mut self, suggestion: ImmutableString) -> Self {
        Self { suggestion: Some(suggestion), ..self.clone() }
    }
}

/// Registers fact objects and all that rules make.
pub(super) fn register(engine: &mut Engine) {
    grants::register(engine);
    advice::register(engine);
    engine.register_type_with_name::<Handle>("facts");
    engine.register_type_with_name::<Draft>("finding");

    let mut names: Vec<(&'static str, bool)> = Object::ALL
        .iter()
        .flat_map(|object| object.facts().iter().map(|fact| (fact.name, fact.argument.is_some())))
        .collect();
    names.sort_unstable();
    names.dedup();
    for (name, asked) in names {
        let slots: Slots = Object::ALL.map(|object| {
            object
                .fact(name)
                .filter(|(_, fact)| fact.argument.is_some() == asked)
                .map(|(slot, _)| slot)
        });
        if asked {
            engine.register_fn(name, move |handle: &mut Handle, argument: ImmutableString| {
                handle.read(slots, Some(&argument))
            });
        } else {
            engine.register_get(name, move |handle: &mut Handle| handle.read(slots, None));
        }
    }

    for severity in Severity::ALL {
        engine.register_fn(severity.name(), move |message: ImmutableString| {
            Draft::new(severity, message)
        });
    }
    engine.register_fn("at", Draft::at);
    engine.register_fn("suggest", Draft::suggest);
}

/// How a host function refuses what it is given.
pub(super) type Refusal = Box<EvalAltResult>;

/// A whole number within its limits.
pub(super) fn within(name: &str, number: i64, most: i64) -> Result<i64, Refusal> {
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    Err(format!("`{name}` takes a whole number from 1 to {most}, not {number}").into())
}

/// The id of a grant or a suggestion.
pub(super) fn id(text: ImmutableString) -> Result<ImmutableString, Refusal> {
    if is_id(&text) {
        return Ok(text);
    }
    Err(format!("`{text}` is no id: {WHAT_AN_ID_IS}").into())
}

/// Words for people.
pub(super) fn words(name: &str, text: ImmutableString) -> Result<ImmutableString, Refusal> {
    if text.trim().is_empty() {
        return Err(format!("`{name}` must say something").into());
    }
    Ok(text)
}

/// What ids are made of, as a sentence.
pub(super) const WHAT_AN_ID_IS: &str =
    "an id is one word of letters, digits, `_` and `-`, at most 64 bytes, and not `none`";

/// Whether a text can be the id of a grant or a suggestion; `none` is what examples say where
/// there is nothing.
pub(super) fn is_id(text: &str) -> bool {
    let word = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    !text.is_empty() && text.len() <= limits::ID && word && text != "none"
}

/// Whether a text can be a topic of mentoring.
pub(super) fn is_topic(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= limits::TOPIC
}
