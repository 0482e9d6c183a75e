//! What the checker knows of a value: which sorts it may be, which fact it comes from, and the
//! constants it may be.

use std::collections::BTreeSet;

use crate::facts::{Object, Type};

/// A set of sorts that a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sorts(u16);

impl Sorts {
    pub(super) const NOTHING: Sorts = Sorts(1);
    pub(super) const FLAG: Sorts = Sorts(1 << 1);
    pub(super) const NUMBER: Sorts = Sorts(1 << 2);
    pub(super) const FRACTION: Sorts = Sorts(1 << 3);
    pub(super) const TEXT: Sorts = Sorts(1 << 4);
    pub(super) const LIST: Sorts = Sorts(1 << 5);
    pub(super) const MAP: Sorts = Sorts(1 << 6);
    pub(super) const FINDING: Sorts = Sorts(1 << 7);
    pub(super) const BADGE: Sorts = Sorts(1 << 8);
    pub(super) const REWARD: Sorts = Sorts(1 << 9);
    pub(super) const SPOTLIGHT: Sorts = Sorts(1 << 10);
    pub(super) const SUGGESTION: Sorts = Sorts(1 << 11);
    pub(super) const MENTORING: Sorts = Sorts(1 << 12);
    pub(super) const OTHER: Sorts = Sorts(1 << 13);
    pub(super) const ANY: Sorts = Sorts((1 << 14) - 1);
    /// What recognition rules make.
    pub(super) const GRANT: Sorts = Sorts::BADGE.or(Sorts::REWARD).or(Sorts::SPOTLIGHT);
    /// What coaching rules make.
    pub(super) const ADVICE: Sorts = Sorts::SUGGESTION.or(Sorts::MENTORING);
    /// All that rules make with the functions they are given.
    pub(super) const MADE: Sorts = Sorts::FINDING.or(Sorts::GRANT).or(Sorts::ADVICE);
    /// The value of code that never goes on, such as `return`.
    pub(super) const NEVER: Sorts = Sorts(0);

    pub(super) const fn or(self, other: Sorts) -> Sorts {
        Sorts(self.0 | other.0)
    }

    /// What is one of these as well as one of those.
    pub(super) const fn and(self, other: Sorts) -> Sorts {
        Sorts(self.0 & other.0)
    }

    pub(super) const fn may_be(self, other: Sorts) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it can be nothing but one of these.
    pub(super) const fn within(self, other: Sorts) -> bool {
        self.0 & !other.0 == 0
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Sorts::NOTHING => "nothing",
            Sorts::FLAG => "yes or no",
            Sorts::NUMBER => "a number",
            Sorts::FRACTION => "a number with a fraction",
            Sorts::TEXT => "text",
            Sorts::LIST => "a list",
            Sorts::MAP => "a map",
            Sorts::FINDING => "a finding",
            Sorts::BADGE => "a badge",
            Sorts::REWARD => "a reward",
            Sorts::SPOTLIGHT => "a spotlight",
            Sorts::SUGGESTION => "a suggestion",
            Sorts::MENTORING => "mentoring",
            _ => "something else",
        }
    }
}

/// A constant that a value may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Constant {
    Nothing,
    Flag(bool),
    Number(i64),
    Text(String),
}

/// The fact that a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) object: Object,
    pub(super) slot: u8,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// A fact object: to be asked or handed on, nothing else.
    Object(Object),
    /// A value.
    Value {
        sorts: Sorts,
        origin: Option<Origin>,
        /// Every constant that it may be; nothing where that is not known.
        constants: Option<BTreeSet<Constant>>,
        /// For a list of constants: its elements.
        elements: Option<BTreeSet<Constant>>,
    },
}

impl Known {
    pub(super) const fn of(sorts: Sorts) -> Known {
        Known::Value { sorts, origin: None, constants: None, elements: None }
    }

    pub(super) fn constant(constant: Constant) -> Known {
        let sorts = match constant {
            Constant::Nothing => Sorts::NOTHING,
            Constant::Flag(_) => Sorts::FLAG,
            Constant::Number(_) => Sorts::NUMBER,
            Constant::Text(_) => Sorts::TEXT,
        };
        Known::Value { sorts, origin: None, constants: Some([constant].into()), elements: None }
    }

    pub(super) fn list(elements: Option<BTreeSet<Constant>>) -> Known {
        Known::Value { sorts: Sorts::LIST, origin: None, constants: None, elements }
    }

    pub(super) fn fact(object: Object, slot: u8) -> Known {
        let fact = &object.facts()[usize::from(slot)];
        let sorts = match fact.kind {
            Type::Flag => Sorts::FLAG,
            Type::Number(..) => Sorts::NUMBER,
            Type::Word(_) | Type::Text => Sorts::TEXT,
        };
        let sorts = if fact.optional { sorts.or(Sorts::NOTHING) } else { sorts };
        Known::Value {
            sorts,
            origin: Some(Origin { object, slot }),
            constants: None,
            elements: None,
        }
    }

    pub(super) const ANY: Known = Known::of(Sorts::ANY);
    pub(super) const NOTHING: Known = Known::of(Sorts::NOTHING);
    pub(super) const NEVER: Known = Known::of(Sorts::NEVER);

    pub(super) fn sorts(&self) -> Sorts {
        match self {
            Known::Object(_) => Sorts::OTHER,
            Known::Value { sorts, .. } => *sorts,
        }
    }

    pub(super) fn constants(&self) -> Option<&BTreeSet<Constant>> {
        match self {
            Known::Value { constants, .. } => constants.as_ref(),
            Known::Object(_) => None,
        }
    }

    /// The constants, where it is text and each of them is known.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        self.constants()?
            .iter()
            .map(|constant| match constant {
                Constant::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// What is known where it may be one or the other.
    pub(super) fn or(self, other: Known) -> Known {
        match (self, other) {
            (Known::Value { sorts, .. }, known) | (known, Known::Value { sorts, .. })
                if sorts == Sorts::NEVER =>
            {
                known
            }
            (
                Known::Value { sorts, origin, constants, elements },
                Known::Value { sorts: s, origin: o, constants: c, elements: e },
            ) => Known::Value {
                sorts: sorts.or(s),
                origin: if origin == o { origin } else { None },
                constants: both(constants, c),
                elements: both(elements, e),
            },
            (Known::Object(object), Known::Object(other)) if object == other => {
                Known::Object(object)
            }
            _ => Known::ANY,
        }
    }
}

/// A value that may be more constants than this counts as one of which nothing is known.
const MOST_CONSTANTS: usize = 64;

fn both(
    one: Option<BTreeSet<Constant>>,
    other: Option<BTreeSet<Constant>>,
) -> Option<BTreeSet<Constant>> {
    let mut all = one?;
    all.extend(other?);
    (all.len() <= MOST_CONSTANTS).then_some(all)
}
