//! All that a rule can see at one moment, and the record of what it looked at.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::post::PostView;
use super::{ActivityFact, Fact, Object, PersonFact, PostFact, ProgramFact};
use super::{SoFar, SoFarFact, Value};

/// A fact that a rule read and the value it saw.
#[derive(Clone, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The fact as the rule names it, such as `activity.kind` or `post.mentions("brand")`.
    pub fact: String,
    /// The value it saw; null where it is not known.
    pub value: Value,
}

/// One reading of a fact, in the terms of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) object: Object,
    pub(crate) slot: u8,
    pub(crate) argument: Option<Arc<str>>,
    pub(crate) value: Value,
}

/// What the program's owners set, as far as rules can see it.
#[derive(Debug)]
pub(crate) struct ProgramView {
    pub(crate) name: Arc<str>,
    pub(crate) brand: Arc<str>,
    pub(crate) rewards: bool,
    /// The thresholds of each rule, by the rule's index.
    pub(crate) thresholds: Vec<BTreeMap<Arc<str>, i64>>,
}

/// Values that an example states instead of the world: by object, slot and argument.
pub(crate) type Stubs = HashMap<(Object, u8, Option<Arc<str>>), Value>;

/// Figures that are worked out when they are asked for: a standing's or a team's.
pub(crate) trait Figures: std::fmt::Debug + Send + Sync {
    /// The value of a fact, by its slot.
    fn figure(&self, slot: u8, argument: Option<&str>) -> Value;
}

/// All that a rule can see at one moment.
///
/// A world is filled once per activity or post and read by every rule in turn; what each rule
/// read is recorded, once per fact and in reading order.
#[derive(Debug)]
pub struct World {
    pub(crate) program: Arc<ProgramView>,
    /// The activity's facts by slot; empty where there is no activity.
    activity: Vec<Value>,
    /// The slots of facts that the activity says more of than what is so of any.
    laid: Vec<u8>,
    /// The person's facts by slot; empty where nothing is known of the person.
    pub(crate) person: Arc<[Value]>,
    pub(crate) so_far: SoFar,
    pub(crate) post: Option<PostView>,
    pub(crate) standing: Option<Arc<dyn Figures>>,
    pub(crate) team: Option<Arc<dyn Figures>>,
    /// The period's facts by slot; empty where there is none.
    pub(crate) period: Arc<[Value]>,
    pub(crate) stubs: Stubs,
    recording: Mutex<Recording>,
}

#[derive(Debug, Default)]
struct Recording {
    rule: usize,
    reads: Vec<Read>,
}

impl World {
    pub(crate) fn new(program: Arc<ProgramView>) -> Self {
        Self {
            program,
            activity: Vec::new(),
            laid: Vec::new(),
            person: Arc::from([]),
            so_far: SoFar::default(),
            post: None,
            standing: None,
            team: None,
            period: Arc::from([]),
            stubs: Stubs::new(),
            recording: Mutex::default(),
        }
    }

    /// Shows another activity, by what its record states. One states few of the facts that there are.
    pub(crate) fn show_activity(&mut self, stated: &[(u8, Value)]) {
        let defaults = Object::Activity.defaults();
        if self.activity.is_empty() {
            self.activity.extend_from_slice(defaults);
            self.laid.reserve(defaults.len());
        }
        for slot in self.laid.drain(..).map(usize::from) {
            self.activity[slot] = defaults[slot].clone();
        }
        for (slot, value) in stated {
            self.activity[usize::from(*slot)] = value.clone();
            self.laid.push(*slot);
        }
    }

    /// Says of the activity that is shown what its record does not state.
    pub(crate) fn lay(&mut self, fact: ActivityFact, value: impl Into<Value>) {
        let slot = fact as u8;
        let known = &mut self.activity[usize::from(slot)];
        if !self.laid.contains(&slot) {
            *known = value.into();
            self.laid.push(slot);
        }
    }

    /// Begins a rule's turn; `rule` is its index in the program.
    pub(crate) fn begin(&self, rule: usize) {
        let mut recording = self.recording();
        recording.rule = rule;
        recording.reads.clear();
    }

    /// Ends the turn and hands out what the rule read.
    pub(crate) fn end(&self) -> Vec<Read> {
        std::mem::take(&mut self.recording().reads)
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        // A panic while the lock was held cannot leave it half written: a push either happened
        // or did not.
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a fact for the rule whose turn it is, and records the reading.
    pub(crate) fn read(&self, object: Object, slot: u8, argument: Option<&str>) -> Value {
        let mut recording = self.recording();
        let known = recording.reads.iter().find(|read| {
            read.object == object && read.slot == slot && read.argument.as_deref() == argument
        });
        if let Some(read) = known {
            return read.value.clone();
        }
        let value = self.value(recording.rule, object, slot, argument);
        let argument = argument.map(Arc::from);
        recording.reads.push(Read { object, slot, argument, value: value.clone() });
        value
    }

    /// The value of a fact for a rule, without a record of the reading.
    pub(crate) fn value(
        &self,
        rule: usize,
        object: Object,
        slot: u8,
        argument: Option<&str>,
    ) -> Value {
        if !self.stubs.is_empty()
            && let Some(value) = self.stubs.get(&(object, slot, argument.map(Arc::from)))
        {
            return value.clone();
        }
        let index = usize::from(slot);
        let default = || object.facts()[index].default();
        match object {
            Object::Activity => self.activity_fact(ActivityFact::ALL[index]),
            Object::Person => {
                let stated = self.person.get(index).cloned().unwrap_or_else(default);
                answer(stated, &PersonFact::FACTS[index], argument)
            }
            Object::SoFar => self.so_far.read(SoFarFact::ALL[index], argument),
            Object::Post => match &self.post {
                Some(post) => post.read(PostFact::ALL[index], argument),
                None => default(),
            },
            Object::Standing => figure(self.standing.as_ref(), slot, argument, default),
            Object::Team => figure(self.team.as_ref(), slot, argument, default),
            Object::Period => self.period.get(index).cloned().unwrap_or_else(default),
            Object::Program => match ProgramFact::ALL[index] {
                ProgramFact::Name => Value::Text(Arc::clone(&self.program.name)),
                ProgramFact::Brand => Value::Text(Arc::clone(&self.program.brand)),
                ProgramFact::Rewards => Value::Flag(self.program.rewards),
                ProgramFact::Threshold => argument
                    .and_then(|name| self.program.thresholds.get(rule)?.get(name))
                    .map_or(Value::Unknown, |number| Value::Number(*number)),
            },
        }
    }

    /// A fact that needs no working out, as it is kept; nothing where it must be asked for.
    pub(crate) fn kept(&self, object: Object, slot: u8) -> Option<&Value> {
        let kept = match object {
            Object::Activity if self.post.is_none() => self.activity.get(usize::from(slot)),
            Object::Person if PersonFact::FACTS[usize::from(slot)].argument.is_none() => {
                self.person.get(usize::from(slot))
            }
            _ => None,
        };
        kept.filter(|_| self.stubs.is_empty())
    }

    /// An activity's fact; what its record does not state, its post may tell.
    fn activity_fact(&self, fact: ActivityFact) -> Value {
        let value = self.activity.get(fact as usize);
        let value = value.cloned().unwrap_or_else(|| ActivityFact::FACTS[fact as usize].default());
        match (&value, fact, &self.post) {
            (Value::Unknown, ActivityFact::OwnWords, Some(post)) if post.has_supplied() => {
                post.read(PostFact::OwnWords, None)
            }
            (Value::Unknown, ActivityFact::Words, Some(post)) => post.read(PostFact::Words, None),
            (Value::Unknown, ActivityFact::Format, Some(post)) => post.read(PostFact::Format, None),
            (Value::Unknown, ActivityFact::Origin, Some(post)) => post.read(PostFact::Origin, None),
            _ => value,
        }
    }
}

/// Whether a list names what is asked for; other values are the answer themselves.
fn answer(stated: Value, fact: &Fact, argument: Option<&str>) -> Value {
    match (&stated, argument) {
        (Value::Words(words), Some(asked)) => {
            Value::Flag(words.iter().any(|word| **word == *asked))
        }
        (Value::Words(_), None) => fact.default(),
        _ => stated,
    }
}

fn figure(
    figures: Option<&Arc<dyn Figures>>,
    slot: u8,
    argument: Option<&str>,
    default: impl Fn() -> Value,
) -> Value {
    figures.map_or_else(default, |figures| figures.figure(slot, argument))
}

/// A table's defaults with what a record states laid over them.
pub(crate) fn dense(object: Object, stated: &[(u8, Value)]) -> Vec<Value> {
    let mut values = object.defaults().to_vec();
    for (slot, value) in stated {
        values[usize::from(*slot)] = value.clone();
    }
    values
}

impl PersonFact {
    /// The facts of a person of whom nothing is known.
    pub(crate) fn nobody() -> &'static Arc<[Value]> {
        static NOBODY: LazyLock<Arc<[Value]>> = LazyLock::new(|| dense(Object::Person, &[]).into());
        &NOBODY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_shows_nothing_of_the_one_before() {
        let view = ProgramView {
            name: "".into(),
            brand: "".into(),
            rewards: false,
            thresholds: Vec::new(),
        };
        let mut world = World::new(Arc::new(view));
        let stated = |fact: ActivityFact, value: Value| vec![(fact as u8, value)];
        world.show_activity(&stated(ActivityFact::Likes, Value::Number(3)));
        world.lay(ActivityFact::Origin, "own");
        world.show_activity(&stated(ActivityFact::Origin, "company".into()));
        // What the record states holds.
        world.lay(ActivityFact::Origin, "third_party");
        let defaults = Object::Activity.defaults();
        for fact in ActivityFact::ALL {
            let shown = world.value(0, Object::Activity, *fact as u8, None);
            match fact {
                ActivityFact::Origin => assert_eq!(shown, "company".into()),
                other => assert_eq!(shown, defaults[*other as usize]),
            }
        }
    }
}
