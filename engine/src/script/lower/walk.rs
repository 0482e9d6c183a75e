//! Takes the steps of a rule. Where a step has no sure answer, the whole walk gives up.

use std::cmp::Ordering;
use std::sync::Arc;

use rhai::Dynamic;
use smallvec::{SmallVec, smallvec};

use super::{Calculation, Case, Comparison, Constant, Lowered, Step};
use crate::facts::{Object, Type, Value, World};
use crate::script::Given;
use crate::script::outcome::given;

/// A fact that was read: what it is, and the argument it was asked with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'s> {
    pub(crate) object: Object,
    pub(crate) slot: u8,
    pub(crate) argument: Option<&'s Arc<str>>,
}

/// A value on the way.
#[derive(Clone, Debug)]
pub(super) enum Held<'s> {
    Nothing,
    Flag(bool),
    Number(i64),
    /// A text of the rule, or of a fact that the world keeps.
    Text(&'s str),
    /// A text that was worked out.
    Read(Arc<str>),
    EmptyList,
    /// Something to give.
    Made(Dynamic),
    /// Several such things.
    List(Vec<Dynamic>),
}

/// Why a walk stops.
#[derive(Clone, Copy)]
enum Stop {
    /// The rule or a helper of it returns what the walk has at hand.
    Returned,
    GiveUp,
}

type Walked<'s> = Result<Held<'s>, Stop>;

struct Walk<'s> {
    world: &'s World,
    rule: usize,
    locals: SmallVec<[Held<'s>; 4]>,
    returned: Held<'s>,
    /// What was read, where that is asked for.
    seen: Option<Vec<Seen<'s>>>,
}

impl Lowered {
    /// What the rule gives back and what it read, in reading order; nothing where Rhai must say.
    pub(crate) fn run<'s>(
        &'s self,
        rule: usize,
        world: &'s World,
    ) -> Option<(Given, Vec<Seen<'s>>)> {
        let (returned, seen) = self.walk(rule, world, Some(Vec::new()))?;
        Some((returned, seen.unwrap_or_default()))
    }

    /// What the rule gives back; nothing where Rhai must say.
    pub(crate) fn result(&self, rule: usize, world: &World) -> Option<Given> {
        self.walk(rule, world, None).map(|(returned, _)| returned)
    }

    fn walk<'s>(
        &'s self,
        rule: usize,
        world: &'s World,
        seen: Option<Vec<Seen<'s>>>,
    ) -> Option<(Given, Option<Vec<Seen<'s>>>)> {
        let locals = smallvec![Held::Nothing; self.locals];
        let mut walk = Walk { world, rule, locals, returned: Held::Nothing, seen };
        let given = self.is_tried().then(|| walk.all(&self.root)).flatten();
        self.ended(given.is_some());
        Some((given?, walk.seen))
    }
}

impl<'s> Held<'s> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Held::Text(text) => Some(text),
            Held::Read(text) => Some(text),
            _ => None,
        }
    }

    /// Whether only Rhai knows what it is equal to.
    fn is_beyond_comparison(&self) -> bool {
        matches!(self, Held::EmptyList | Held::Made(_) | Held::List(_))
    }

    pub(super) fn of(constant: &'s Constant) -> Self {
        match constant {
            Constant::Nothing => Held::Nothing,
            Constant::Flag(flag) => Held::Flag(*flag),
            Constant::Number(number) => Held::Number(*number),
            Constant::Text(text) => Held::Text(text),
            Constant::EmptyList => Held::EmptyList,
        }
    }

    pub(super) fn is(&self, constant: &Constant) -> bool {
        match (self, constant) {
            (Held::Flag(flag), Constant::Flag(other)) => flag == other,
            (Held::Number(number), Constant::Number(other)) => number == other,
            (held, Constant::Text(text)) => held.text() == Some(text),
            _ => false,
        }
    }
}

impl<'s> Walk<'s> {
    /// What comes of all steps; nothing where Rhai must say.
    fn all(&mut self, root: &'s Step) -> Option<Given> {
        match self.step(root).ok()? {
            Held::Nothing | Held::EmptyList => Some(Given::Nothing),
            Held::Number(number) => Some(Given::Points(number)),
            Held::Made(made) => given(made).ok(),
            Held::List(all) => given(Dynamic::from_array(all)).ok(),
            _ => None,
        }
    }

    fn step(&mut self, step: &'s Step) -> Walked<'s> {
        Ok(match step {
            Step::Constant(constant) => Held::of(constant),
            Step::Fact { object, slot, argument } => self.read(*object, *slot, argument.as_ref()),
            Step::Local(local) => self.locals[*local].clone(),
            Step::Set { local, value } => {
                self.locals[*local] = self.step(value)?;
                Held::Nothing
            }
            Step::Not(_) | Step::All(_) | Step::Any(_) | Step::Compare { .. } => {
                Held::Flag(self.flag(step)?)
            }
            Step::Negate(one) => match self.step(one)? {
                Held::Number(number) => Held::Number(number.checked_neg().ok_or(Stop::GiveUp)?),
                _ => return Err(Stop::GiveUp),
            },
            Step::Calculate { how, left, right } => {
                if let Some(number) = self.number(step) {
                    return Ok(Held::Number(number));
                }
                let (Held::Number(left), Held::Number(right)) =
                    (self.step(left)?, self.step(right)?)
                else {
                    return Err(Stop::GiveUp);
                };
                Held::Number(calculate(*how, left, right).ok_or(Stop::GiveUp)?)
            }
            Step::Known(parts) => {
                for part in parts {
                    match self.step(part)? {
                        Held::Nothing => {}
                        known => return Ok(known),
                    }
                }
                Held::Nothing
            }
            Step::Among { needle, list } => match self.step(needle)? {
                needle if needle.is_beyond_comparison() => return Err(Stop::GiveUp),
                needle => Held::Flag(list.iter().any(|item| needle.is(item))),
            },
            Step::If { condition, then, otherwise } => {
                let way = if self.flag(condition)? { then } else { otherwise };
                self.step(way)?
            }
            Step::Switch { on, cases, default } => {
                let on = self.step(on)?;
                self.switch(&on, cases, default)?
            }
            Step::Make { maker, arguments } => {
                let mut values: SmallVec<[Held<'s>; 2]> = SmallVec::new();
                for argument in arguments {
                    values.push(self.step(argument)?);
                }
                Held::Made(maker.make(&values).ok_or(Stop::GiveUp)?)
            }
            Step::List(items) => {
                let mut all = Vec::with_capacity(items.len());
                for item in items {
                    all.push(self.made(item)?);
                }
                Held::List(all)
            }
            Step::Push { local, value } => {
                let made = self.made(value)?;
                match &mut self.locals[*local] {
                    Held::List(all) => all.push(made),
                    list @ Held::EmptyList => *list = Held::List(vec![made]),
                    _ => return Err(Stop::GiveUp),
                }
                Held::Nothing
            }
            Step::Block(steps) => {
                let mut last = Held::Nothing;
                for step in steps {
                    last = self.step(step)?;
                }
                last
            }
            Step::Return(value) => {
                self.returned = self.step(value)?;
                return Err(Stop::Returned);
            }
            Step::Helper(body) => match self.step(body) {
                Err(Stop::Returned) => std::mem::replace(&mut self.returned, Held::Nothing),
                other => other?,
            },
            Step::GiveUp => return Err(Stop::GiveUp),
        })
    }

    fn flag(&mut self, step: &'s Step) -> Result<bool, Stop> {
        match step {
            Step::Compare { how, left, right } => self.compared(*how, left, right),
            Step::Not(one) => Ok(!self.flag(one)?),
            // Decided as early as can be.
            Step::All(parts) | Step::Any(parts) => {
                let decides = matches!(step, Step::Any(_));
                for part in parts {
                    if self.flag(part)? == decides {
                        return Ok(decides);
                    }
                }
                Ok(!decides)
            }
            _ => match self.step(step)? {
                Held::Flag(flag) => Ok(flag),
                _ => Err(Stop::GiveUp),
            },
        }
    }

    fn compared(&mut self, how: Comparison, left: &'s Step, right: &'s Step) -> Result<bool, Stop> {
        if let (Some(left), Some(right)) = (self.number(left), self.number(right)) {
            return Ok(how.holds(left.cmp(&right)));
        }
        let (left, right) = (self.step(left)?, self.step(right)?);
        compare(how, &left, &right).ok_or(Stop::GiveUp)
    }

    /// The number that a step comes to, where that takes nothing but numbers and nobody asks what was
    /// read: most steps are of this sort, and need not hold values of every sort. Where it is
    /// nothing, the step is to be taken.
    fn number(&self, step: &Step) -> Option<i64> {
        match step {
            Step::Constant(Constant::Number(number)) => Some(*number),
            Step::Local(local) => match &self.locals[*local] {
                Held::Number(number) => Some(*number),
                _ => None,
            },
            Step::Fact { object, slot, argument } if self.seen.is_none() => {
                if let Some(value) = self.world.kept(*object, *slot) {
                    return value.number();
                }
                let fact = &object.facts()[usize::from(*slot)];
                let is_number = matches!(fact.kind, Type::Number(..));
                let value = || self.world.value(self.rule, *object, *slot, argument.as_deref());
                is_number.then(value)?.number()
            }
            Step::Calculate { how, left, right } => {
                calculate(*how, self.number(left)?, self.number(right)?)
            }
            _ => None,
        }
    }

    fn made(&mut self, step: &'s Step) -> Result<Dynamic, Stop> {
        match self.step(step)? {
            Held::Made(made) => Ok(made),
            _ => Err(Stop::GiveUp),
        }
    }

    fn switch(&mut self, on: &Held<'s>, cases: &'s [Case], default: &'s Step) -> Walked<'s> {
        if on.is_beyond_comparison() {
            return Err(Stop::GiveUp);
        }
        for case in cases {
            if on.is(&case.value) {
                let holds = match &case.condition {
                    Some(condition) => self.flag(condition)?,
                    None => true,
                };
                if holds {
                    return self.step(&case.way);
                }
            }
        }
        self.step(default)
    }

    fn read(&mut self, object: Object, slot: u8, argument: Option<&'s Arc<str>>) -> Held<'s> {
        if let Some(seen) = &mut self.seen {
            let same = |known: &Seen<'_>| {
                known.object == object && known.slot == slot && known.argument == argument
            };
            if !seen.iter().any(same) {
                seen.push(Seen { object, slot, argument });
            }
        }
        match self.world.kept(object, slot) {
            // A list is asked for one of its words; by itself it is nothing to a rule.
            Some(Value::Unknown | Value::Words(_)) => Held::Nothing,
            Some(Value::Flag(flag)) => Held::Flag(*flag),
            Some(Value::Number(number)) => Held::Number(*number),
            Some(Value::Text(text)) => Held::Text(text),
            None => match self.world.value(self.rule, object, slot, argument.map(|text| &**text)) {
                Value::Unknown | Value::Words(_) => Held::Nothing,
                Value::Flag(flag) => Held::Flag(flag),
                Value::Number(number) => Held::Number(number),
                Value::Text(text) => Held::Read(text),
            },
        }
    }
}

/// As Rhai compares: values of different sorts are unequal, and neither less nor more.
pub(super) fn compare(how: Comparison, left: &Held<'_>, right: &Held<'_>) -> Option<bool> {
    if left.is_beyond_comparison() || right.is_beyond_comparison() {
        return None;
    }
    let ordering = match (left, right) {
        (Held::Nothing, Held::Nothing) => match how {
            Comparison::Equal => return Some(true),
            Comparison::Unequal => return Some(false),
            _ => return None,
        },
        (Held::Flag(left), Held::Flag(right)) => match how {
            Comparison::Equal => return Some(left == right),
            Comparison::Unequal => return Some(left != right),
            _ => return None,
        },
        (Held::Number(left), Held::Number(right)) => left.cmp(right),
        (left, right) => match (left.text(), right.text()) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => return Some(how == Comparison::Unequal),
        },
    };
    Some(how.holds(ordering))
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering == Ordering::Equal,
            Comparison::Unequal => ordering != Ordering::Equal,
            Comparison::Less => ordering == Ordering::Less,
            Comparison::AtMost => ordering != Ordering::Greater,
            Comparison::More => ordering == Ordering::Greater,
            Comparison::AtLeast => ordering != Ordering::Less,
        }
    }
}

pub(super) fn calculate(how: Calculation, left: i64, right: i64) -> Option<i64> {
    match how {
        Calculation::Add => left.checked_add(right),
        Calculation::Subtract => left.checked_sub(right),
        Calculation::Multiply => left.checked_mul(right),
        Calculation::Divide => left.checked_div(right),
        Calculation::Remainder => left.checked_rem(right),
        Calculation::Smaller => Some(left.min(right)),
        Calculation::Larger => Some(left.max(right)),
    }
}
