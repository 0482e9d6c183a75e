//! What makes something that a rule gives: the same functions that Rhai calls.

use rhai::{Dynamic, ImmutableString};

use super::walk::Held;
use crate::script::{AdviceDraft, Draft, GrantDraft, GrantKind};
use crate::severity::Severity;

/// A function that makes something, or that says more of what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    Finding(Severity),
    At,
    Suggest,
    Grant(GrantKind),
    Level,
    Amount,
    EachPeriod,
    Because,
    Suggestion,
    WithContent,
    Offers,
    Seeks,
}

impl Maker {
    /// The function of a name that makes something.
    pub(super) fn function(name: &str) -> Option<Self> {
        let severity = Severity::ALL.into_iter().find(|severity| severity.name() == name);
        let grant = GrantKind::ALL.into_iter().find(|kind| kind.name() == name);
        match name {
            "suggestion" => Some(Maker::Suggestion),
            "offers" => Some(Maker::Offers),
            "seeks" => Some(Maker::Seeks),
            _ => severity.map(Maker::Finding).or(grant.map(Maker::Grant)),
        }
    }

    /// The method of a name that says more of what was made.
    pub(super) fn method(name: &str) -> Option<Self> {
        Some(match name {
            "at" => Maker::At,
            "suggest" => Maker::Suggest,
            "level" => Maker::Level,
            "amount" => Maker::Amount,
            "each_period" => Maker::EachPeriod,
            "because" => Maker::Because,
            "with_content" => Maker::WithContent,
            _ => return None,
        })
    }

    /// Makes it of its arguments, of which what it says more of is the first; nothing where Rhai must
    /// say why not.
    pub(super) fn make(self, arguments: &[Held<'_>]) -> Option<Dynamic> {
        match (self, arguments) {
            (Maker::Finding(severity), [message]) => {
                Some(Dynamic::from(Draft::new(severity, text(message)?)))
            }
            (Maker::Grant(kind), [name]) => dynamic(GrantDraft::new(kind, text(name)?)),
            (Maker::Suggestion, [name, message]) => {
                dynamic(AdviceDraft::suggestion(text(name)?, text(message)?))
            }
            (Maker::Offers, [topic, weight]) => {
                dynamic(AdviceDraft::offers(text(topic)?, number(weight)?))
            }
            (Maker::Seeks, [topic, weight]) => {
                dynamic(AdviceDraft::seeks(text(topic)?, number(weight)?))
            }
            (Maker::At, [draft, place]) => {
                Some(Dynamic::from(of::<Draft>(draft)?.at(text(place)?)))
            }
            (Maker::Suggest, [draft, suggestion]) => {
                Some(Dynamic::from(of::<Draft>(draft)?.suggest(text(suggestion)?)))
            }
            (Maker::Level, [grant, level]) => {
                dynamic(of::<GrantDraft>(grant)?.level(number(level)?))
            }
            (Maker::Amount, [grant, amount]) => {
                dynamic(of::<GrantDraft>(grant)?.amount(number(amount)?))
            }
            (Maker::EachPeriod, [grant]) => {
                Some(Dynamic::from(of::<GrantDraft>(grant)?.each_period()))
            }
            (Maker::Because, [grant, message]) => {
                dynamic(of::<GrantDraft>(grant)?.because(text(message)?))
            }
            (Maker::WithContent, [advice]) => dynamic(of::<AdviceDraft>(advice)?.with_content()),
            _ => None,
        }
    }
}

fn dynamic<T: Clone + Send + Sync + 'static, E>(made: Result<T, E>) -> Option<Dynamic> {
    made.ok().map(Dynamic::from)
}

fn text(held: &Held<'_>) -> Option<ImmutableString> {
    held.text().map(ImmutableString::from)
}

fn number(held: &Held<'_>) -> Option<i64> {
    match held {
        Held::Number(number) => Some(*number),
        _ => None,
    }
}

/// What was made, to say more of it.
fn of<T: Clone + Send + Sync + 'static>(held: &Held<'_>) -> Option<T> {
    match held {
        Held::Made(made) => made.read_lock::<T>().map(|made| made.clone()),
        _ => None,
    }
}
