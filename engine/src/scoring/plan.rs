//! Which scoring rules may give something for a kind of activity, and what is left of them: most
//! rules are for one kind or two, and what the program says does not change while it holds.

use std::sync::Arc;

use crate::facts::{ActivityFact, Folder, Object, Value, World};
use crate::program::{Kind, Program};
use crate::script::Rest;

/// What scoring by a program takes that is the same for all activities.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// The scoring rules, by their index in the program.
    pub(super) rules: Arc<[usize]>,
    /// The scoring rules, by kind of activity in the order of kinds.
    by_kind: Arc<[Vec<Planned>]>,
    /// For each scoring rule, the caps that it counts under.
    caps_of: Arc<[Vec<usize>]>,
    /// Whether guidelines look at what an author did before.
    pub(crate) looks_back: bool,
}

/// A rule that may give something.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its place among the scoring rules.
    pub(crate) rule: usize,
    pub(crate) rest: Rest,
}

impl Plan {
    pub(crate) fn of(program: &Program) -> Self {
        let world = World::new(Arc::clone(&program.view));
        let of_kind = |(name, kind): (&Arc<str>, &Kind)| {
            let planned = program.rules_of(Folder::Scoring).enumerate().filter_map(
                |(place, (index, rule))| {
                    let knows = |object: Object, slot: u8, argument: Option<&str>| match object {
                        Object::Program => Some(world.value(index, object, slot, argument)),
                        Object::Activity if slot == ActivityFact::Kind as u8 => {
                            Some(Value::Text(Arc::clone(name)))
                        }
                        Object::Activity if slot == ActivityFact::Style as u8 => {
                            Some(Value::Text(Arc::clone(&kind.style)))
                        }
                        _ => None,
                    };
                    let rest = program.function_of(rule).rest(&knows);
                    (!matches!(rest, Rest::Nothing)).then_some(Planned { rule: place, rest })
                },
            );
            planned.collect()
        };
        let caps = &program.manifest.caps;
        let caps_of = program.rules_of(Folder::Scoring).map(|(_, rule)| {
            let covers = |cap: &usize| caps[*cap].rules.iter().any(|(name, _)| name == rule.id());
            (0..caps.len()).filter(covers).collect()
        });
        Self {
            rules: program.rules_of(Folder::Scoring).map(|(index, _)| index).collect(),
            by_kind: program.manifest.kinds.iter().map(of_kind).collect(),
            caps_of: caps_of.collect(),
            looks_back: program.guidelines_ask(Object::SoFar, None),
        }
    }

    /// The caps that a scoring rule counts under, by its place among them.
    pub(crate) fn caps_of(&self, rule: usize) -> &[usize] {
        self.caps_of.get(rule).map_or(&[], Vec::as_slice)
    }

    /// About how many bytes what is left of rules takes.
    pub(crate) fn bytes(&self) -> usize {
        let planned = self.by_kind.iter().flatten();
        planned.map(|planned| planned.rest.bytes()).sum()
    }

    /// The rules that may give something for a kind, in the order of rules.
    pub(crate) fn of_kind(&self, kind: &Kind) -> &[Planned] {
        self.by_kind.get(kind.number as usize).map_or(&[], Vec::as_slice)
    }
}
