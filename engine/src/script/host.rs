//! What scripts see of the world: fact objects that record every reading, and findings.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};

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

/// The methods of findings.
pub(super) const FINDING_METHODS: &[&str] = &["at", "suggest"];

/// Registers fact objects and findings.
pub(super) fn register(engine: &mut Engine) {
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
        engine.register_fn(severity.name(), move |message: ImmutableString| Draft {
            severity,
            message,
            places: Vec::new(),
            suggestion: None,
        });
    }
    engine.register_fn("at", |draft: &mut Draft, place: ImmutableString| {
        let mut draft = draft.clone();
        // The same place twice says nothing new; in a loop it would eat memory.
        if !draft.places.contains(&place) {
            draft.places.push(place);
        }
        draft
    });
    engine.register_fn("suggest", |draft: &mut Draft, suggestion: ImmutableString| {
        let mut draft = draft.clone();
        draft.suggestion = Some(suggestion);
        draft
    });
}
