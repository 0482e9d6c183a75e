//! What is left of a rule when some of the facts that it reads are known beforehand: the kind of an
//! activity, a threshold. Every step that they decide is decided here, once; the steps that are left
//! give what all of them would give. What was read can no longer be told from them.

use std::collections::HashMap;
use std::sync::Arc;

use super::walk::{Held, calculate, compare};
use super::{Case, Constant, Lowered, Step};
use crate::facts::{Object, Value};

/// What is known: the value of a fact, by slot and argument; nothing where it is not known.
pub(crate) type Knows<'a> = &'a dyn Fn(Object, u8, Option<&str>) -> Option<Value>;

impl Lowered {
    /// The same rule where some facts are known.
    pub(crate) fn knowing(&self, knows: Knows<'_>) -> Lowered {
        let mut sets = HashMap::new();
        count_sets(&self.root, &mut sets);
        let mut known = Known { knows, sets, locals: HashMap::new() };
        Lowered::new(known.step(&self.root), self.locals)
    }

    /// Whether it gives nothing, whatever else it would read.
    pub(crate) fn gives_nothing(&self) -> bool {
        matches!(self.root, Step::Constant(Constant::Nothing | Constant::EmptyList))
    }

    /// Whether Rhai must say, whatever else it would read.
    pub(crate) fn gives_up(&self) -> bool {
        matches!(self.root, Step::GiveUp)
    }
}

struct Known<'a> {
    knows: Knows<'a>,
    /// How often each local variable is given a value anywhere.
    sets: HashMap<usize, usize>,
    /// Those that are given one value only, which is known.
    locals: HashMap<usize, Constant>,
}

impl Known<'_> {
    fn step(&mut self, step: &Step) -> Step {
        match step {
            Step::Constant(constant) => Step::Constant(constant.clone()),
            Step::Fact { object, slot, argument } => {
                match (self.knows)(*object, *slot, argument.as_deref()) {
                    Some(value) => Step::Constant(Constant::of(value)),
                    None => {
                        let argument = argument.clone();
                        Step::Fact { object: *object, slot: *slot, argument }
                    }
                }
            }
            Step::Local(local) => match self.locals.get(local) {
                Some(constant) => Step::Constant(constant.clone()),
                None => Step::Local(*local),
            },
            Step::Set { local, value } => match self.step(value) {
                Step::Constant(constant) if self.sets.get(local) == Some(&1) => {
                    self.locals.insert(*local, constant);
                    Step::Constant(Constant::Nothing)
                }
                value => Step::Set { local: *local, value: Box::new(value) },
            },
            Step::Not(one) => match self.step(one) {
                Step::Constant(Constant::Flag(flag)) => Step::Constant(Constant::Flag(!flag)),
                Step::Constant(_) | Step::GiveUp => Step::GiveUp,
                one => Step::Not(Box::new(one)),
            },
            Step::Negate(one) => match self.step(one) {
                Step::Constant(Constant::Number(number)) => number
                    .checked_neg()
                    .map_or(Step::GiveUp, |number| Step::Constant(Constant::Number(number))),
                Step::Constant(_) | Step::GiveUp => Step::GiveUp,
                one => Step::Negate(Box::new(one)),
            },
            Step::All(parts) => self.flags(parts, false),
            Step::Any(parts) => self.flags(parts, true),
            Step::Compare { how, left, right } => match (self.step(left), self.step(right)) {
                (Step::GiveUp, _) => Step::GiveUp,
                (Step::Constant(left), Step::Constant(right)) => {
                    compare(*how, &Held::of(&left), &Held::of(&right))
                        .map_or(Step::GiveUp, |flag| Step::Constant(Constant::Flag(flag)))
                }
                (left, right) => {
                    Step::Compare { how: *how, left: Box::new(left), right: Box::new(right) }
                }
            },
            Step::Calculate { how, left, right } => match (self.step(left), self.step(right)) {
                (Step::GiveUp, _) => Step::GiveUp,
                (Step::Constant(left), Step::Constant(right)) => match (left, right) {
                    (Constant::Number(left), Constant::Number(right)) => {
                        calculate(*how, left, right)
                            .map_or(Step::GiveUp, |number| Step::Constant(Constant::Number(number)))
                    }
                    _ => Step::GiveUp,
                },
                (left, right) => {
                    Step::Calculate { how: *how, left: Box::new(left), right: Box::new(right) }
                }
            },
            Step::Known(parts) => self.first_known(parts),
            Step::Among { needle, list } => match self.step(needle) {
                Step::Constant(Constant::EmptyList) | Step::GiveUp => Step::GiveUp,
                Step::Constant(needle) => {
                    let needle = Held::of(&needle);
                    Step::Constant(Constant::Flag(list.iter().any(|item| needle.is(item))))
                }
                needle => Step::Among { needle: Box::new(needle), list: list.clone() },
            },
            Step::If { condition, then, otherwise } => match self.step(condition) {
                Step::Constant(Constant::Flag(true)) => self.step(then),
                Step::Constant(Constant::Flag(false)) => self.step(otherwise),
                Step::Constant(_) | Step::GiveUp => Step::GiveUp,
                condition => Step::If {
                    condition: Box::new(condition),
                    then: Box::new(self.step(then)),
                    otherwise: Box::new(self.step(otherwise)),
                },
            },
            Step::Switch { on, cases, default } => self.switch(on, cases, default),
            Step::Make { maker, arguments } => {
                Step::Make { maker: *maker, arguments: self.each(arguments) }
            }
            Step::List(items) => Step::List(self.each(items)),
            Step::Push { local, value } => {
                Step::Push { local: *local, value: Box::new(self.step(value)) }
            }
            Step::Block(steps) => self.block(steps),
            Step::Return(value) => match self.step(value) {
                Step::GiveUp => Step::GiveUp,
                value => Step::Return(Box::new(value)),
            },
            Step::Helper(body) => match self.step(body) {
                Step::Return(value) => *value,
                body @ (Step::Constant(_) | Step::GiveUp) => body,
                body => Step::Helper(Box::new(body)),
            },
            Step::GiveUp => Step::GiveUp,
        }
    }

    fn each(&mut self, steps: &[Step]) -> Vec<Step> {
        steps.iter().map(|step| self.step(step)).collect()
    }

    /// Yes or no of several parts, of which one that is `decisive` decides.
    fn flags(&mut self, parts: &[Step], decisive: bool) -> Step {
        let mut left = Vec::new();
        for part in parts {
            match self.step(part) {
                // It changes nothing.
                Step::Constant(Constant::Flag(flag)) if flag != decisive => {}
                Step::Constant(Constant::Flag(flag)) => {
                    left.push(Step::Constant(Constant::Flag(flag)));
                    break;
                }
                Step::Constant(_) | Step::GiveUp => {
                    left.push(Step::GiveUp);
                    break;
                }
                part => left.push(part),
            }
        }
        match left.first() {
            None => Step::Constant(Constant::Flag(!decisive)),
            Some(Step::Constant(constant)) => Step::Constant(constant.clone()),
            Some(Step::GiveUp) => Step::GiveUp,
            Some(_) if decisive => Step::Any(left),
            Some(_) => Step::All(left),
        }
    }

    fn first_known(&mut self, parts: &[Step]) -> Step {
        let mut left = Vec::new();
        for part in parts {
            match self.step(part) {
                Step::Constant(Constant::Nothing) => {}
                part @ (Step::Constant(_) | Step::GiveUp) => {
                    left.push(part);
                    break;
                }
                part => left.push(part),
            }
        }
        match left.first() {
            None => Step::Constant(Constant::Nothing),
            Some(Step::Constant(constant)) => Step::Constant(constant.clone()),
            Some(Step::GiveUp) => Step::GiveUp,
            Some(_) => Step::Known(left),
        }
    }

    fn switch(&mut self, on: &Step, cases: &[Case], default: &Step) -> Step {
        let on = match self.step(on) {
            Step::Constant(Constant::EmptyList) | Step::GiveUp => return Step::GiveUp,
            on => on,
        };
        let mut left = Vec::new();
        for case in cases {
            if let Step::Constant(on) = &on
                && !Held::of(on).is(&case.value)
            {
                continue;
            }
            let condition = case.condition.as_ref().map(|condition| self.step(condition));
            let is_sure = match (&on, &condition) {
                (_, Some(Step::Constant(Constant::Flag(false)))) => continue,
                (Step::Constant(_), None | Some(Step::Constant(Constant::Flag(true)))) => true,
                _ => false,
            };
            let way = self.step(&case.way);
            if is_sure {
                return match left.is_empty() {
                    true => way,
                    false => Step::Switch { on: Box::new(on), cases: left, default: Box::new(way) },
                };
            }
            left.push(Case { value: case.value.clone(), condition, way: Arc::new(way) });
        }
        let default = self.step(default);
        match (&on, left.is_empty()) {
            (Step::Constant(_), true) => default,
            _ => Step::Switch { on: Box::new(on), cases: left, default: Box::new(default) },
        }
    }

    fn block(&mut self, steps: &[Step]) -> Step {
        let mut left = Vec::new();
        let mut last = Step::Constant(Constant::Nothing);
        for step in steps {
            match std::mem::replace(&mut last, self.step(step)) {
                // It does nothing but have a value that nobody asks for.
                Step::Constant(_) => {}
                before => left.push(before),
            }
            if matches!(last, Step::Return(_) | Step::GiveUp) {
                break;
            }
        }
        left.push(last);
        for place in (0..left.len() - 1).rev() {
            let (_, later) = left.split_at(place + 1);
            if self.is_idle(&left[place], later) {
                left.remove(place);
            }
        }
        match left.len() {
            1 => left.pop().unwrap_or(Step::GiveUp),
            _ => Step::Block(left),
        }
    }

    /// Whether a step of a block does nothing but give a variable of this block a value that nobody asks
    /// for any more.
    fn is_idle(&self, step: &Step, later: &[Step]) -> bool {
        match step {
            Step::Set { local, value } => {
                self.sets.get(local) == Some(&1)
                    && is_sure(value)
                    && !later.iter().any(|step| asks_for(step, *local))
            }
            _ => false,
        }
    }
}

/// Whether a step can be left out where nobody asks for its value: it ends neither the rule nor the walk.
fn is_sure(step: &Step) -> bool {
    match step {
        Step::Constant(_) | Step::Fact { .. } | Step::Local(_) => true,
        step => is_sure_flag(step),
    }
}

/// Whether a step certainly comes to yes or no.
fn is_sure_flag(step: &Step) -> bool {
    match step {
        Step::Constant(Constant::Flag(_)) => true,
        Step::Not(one) => is_sure_flag(one),
        Step::All(parts) | Step::Any(parts) => parts.iter().all(is_sure_flag),
        // A fact may be unknown, which is neither less nor more than anything.
        Step::Compare { left, right, .. } => matches!(
            (&**left, &**right),
            (Step::Fact { .. }, Step::Constant(Constant::Number(_) | Constant::Text(_)))
                | (Step::Constant(Constant::Number(_) | Constant::Text(_)), Step::Fact { .. })
        ),
        _ => false,
    }
}

/// Whether a local variable is asked for within a step.
fn asks_for(step: &Step, local: usize) -> bool {
    let mut asked = matches!(step, Step::Local(asked) if *asked == local)
        || matches!(step, Step::Push { local: asked, .. } if *asked == local);
    within(step, &mut |step| asked |= asks_for(step, local));
    asked
}

impl Constant {
    fn of(value: Value) -> Self {
        match value {
            // A list is asked for one of its words; by itself it is nothing to a rule.
            Value::Unknown | Value::Words(_) => Constant::Nothing,
            Value::Flag(flag) => Constant::Flag(flag),
            Value::Number(number) => Constant::Number(number),
            Value::Text(text) => Constant::Text(text),
        }
    }
}

/// Counts how often each local variable is given a value.
fn count_sets(step: &Step, sets: &mut HashMap<usize, usize>) {
    if let Step::Set { local, .. } | Step::Push { local, .. } = step {
        *sets.entry(*local).or_default() += 1;
    }
    within(step, &mut |step| count_sets(step, sets));
}

/// Shows the steps that a step is directly made of.
pub(super) fn within(step: &Step, show: &mut dyn FnMut(&Step)) {
    match step {
        Step::Constant(_) | Step::Fact { .. } | Step::Local(_) | Step::GiveUp => {}
        Step::Set { value: one, .. }
        | Step::Push { value: one, .. }
        | Step::Not(one)
        | Step::Negate(one)
        | Step::Return(one)
        | Step::Helper(one)
        | Step::Among { needle: one, .. } => show(one),
        Step::All(parts)
        | Step::Any(parts)
        | Step::Known(parts)
        | Step::Block(parts)
        | Step::List(parts)
        | Step::Make { arguments: parts, .. } => parts.iter().for_each(show),
        Step::Compare { left, right, .. } | Step::Calculate { left, right, .. } => {
            show(left);
            show(right);
        }
        Step::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|step| show(step));
        }
        Step::Switch { on, cases, default } => {
            show(on);
            for Case { condition, way, .. } in cases {
                condition.iter().for_each(&mut *show);
                show(way);
            }
            show(default);
        }
    }
}
