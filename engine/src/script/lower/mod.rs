//! Rules without the interpreter: the pure part of a rule as a tree of typed steps over facts.
//!
//! Most rules on most activities and posts compare a few facts and give a number or nothing. That
//! part is lowered once, when the program loads. What is not lowered (loops, texts put together) and what would be a fault *gives up*, and the rule runs in Rhai from the start:
//! rules are pure, so nothing was lost, and every error stays Rhai's own. A property test holds
//! both ways equal, results and readings alike.
//!
//! - `build` turns a syntax tree into steps;
//! - `walk` takes them, `maker` makes what rules give;
//! - `known` leaves out those that are decided already where some facts are known.

mod build;
mod known;
mod maker;
mod walk;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub(super) use build::lower;
pub(super) use known::Knows;

use self::maker::Maker;
use crate::facts::Object;

/// A rule as steps.
#[derive(Debug)]
pub(crate) struct Lowered {
    root: Step,
    /// How many local variables are in use at once, at most.
    locals: usize,
    /// Calls in a row for which Rhai had to say.
    given_up: AtomicU32,
}

/// Where so many calls in a row came to nothing, Rhai is asked at once, but for one call of some: a
/// rule that always gives up at its last step need not go all the way in vain each time.
const PATIENCE: u32 = 8;
const TRIED_AGAIN: u32 = 64;

impl Lowered {
    fn new(root: Step, locals: usize) -> Self {
        Self { root, locals, given_up: AtomicU32::new(0) }
    }

    /// Whether this call is to be tried; threads that ask at the same time may all be told so.
    fn is_tried(&self) -> bool {
        let given_up = self.given_up.load(Ordering::Relaxed);
        given_up < PATIENCE || given_up.is_multiple_of(TRIED_AGAIN)
    }

    /// Notes how a call ended.
    pub(super) fn ended(&self, well: bool) {
        if !well {
            self.given_up.fetch_add(1, Ordering::Relaxed);
        } else if self.given_up.load(Ordering::Relaxed) > 0 {
            // Written only where it changes, as threads share it.
            self.given_up.store(0, Ordering::Relaxed);
        }
    }

    /// About how many bytes its steps take.
    pub(super) fn bytes(&self) -> usize {
        let mut bytes = size_of::<Self>();
        known::within(&self.root, &mut |step| bytes += step.bytes());
        bytes
    }
}

impl Step {
    fn bytes(&self) -> usize {
        let mut bytes = size_of::<Self>();
        if let Step::Switch { cases, .. } = self {
            bytes += cases.len() * size_of::<Case>();
        }
        known::within(self, &mut |step| bytes += step.bytes());
        bytes
    }
}

/// One step. Steps that can only give up are built as such.
#[derive(Debug)]
enum Step {
    Constant(Constant),
    /// A fact, by slot; facts that are asked have their argument at hand.
    Fact {
        object: Object,
        slot: u8,
        argument: Option<Arc<str>>,
    },
    Local(usize),
    /// Gives a local variable a value; the step itself has none.
    Set {
        local: usize,
        value: Box<Step>,
    },
    Not(Box<Step>),
    Negate(Box<Step>),
    /// Yes where all are (or, for the second, where any is), decided as early as can be.
    All(Vec<Step>),
    Any(Vec<Step>),
    Compare {
        how: Comparison,
        left: Box<Step>,
        right: Box<Step>,
    },
    Calculate {
        how: Calculation,
        left: Box<Step>,
        right: Box<Step>,
    },
    /// The first that is known.
    Known(Vec<Step>),
    Among {
        needle: Box<Step>,
        list: Vec<Constant>,
    },
    If {
        condition: Box<Step>,
        then: Box<Step>,
        otherwise: Box<Step>,
    },
    Switch {
        on: Box<Step>,
        cases: Vec<Case>,
        default: Box<Step>,
    },
    /// Makes something to give, or says more of the first argument.
    Make {
        maker: Maker,
        arguments: Vec<Step>,
    },
    /// Several things to give.
    List(Vec<Step>),
    /// Adds something to the list in a local variable; the step itself has no value.
    Push {
        local: usize,
        value: Box<Step>,
    },
    /// One after the other; the value is the last one's.
    Block(Vec<Step>),
    Return(Box<Step>),
    /// A helper's body: a return inside it ends the helper only.
    Helper(Box<Step>),
    GiveUp,
}

#[derive(Debug)]
struct Case {
    value: Constant,
    condition: Option<Step>,
    way: Arc<Step>,
}

#[derive(Clone, Debug, PartialEq)]
enum Constant {
    Nothing,
    Flag(bool),
    Number(i64),
    Text(Arc<str>),
    /// A list without elements, as rules begin to collect with.
    EmptyList,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calculation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Smaller,
    Larger,
}
