//! What recognition rules make: badges, rewards and spotlights.

use rhai::{Engine, ImmutableString};

use super::host::{Refusal, id, within, words};
use super::sandbox::limits;

/// What a recognition rule can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum GrantKind {
    /// A sign of what was done, which stays; may have levels.
    Badge,
    /// Something of worth, of an amount where it has one.
    Reward,
    /// Being shown to the others.
    Spotlight,
}

impl GrantKind {
    /// Every kind.
    pub(crate) const ALL: [GrantKind; 3] =
        [GrantKind::Badge, GrantKind::Reward, GrantKind::Spotlight];

    /// The name in scripts and in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            GrantKind::Badge => "badge",
            GrantKind::Reward => "reward",
            GrantKind::Spotlight => "spotlight",
        }
    }
}

/// A grant as a script makes it; what the program fills in stands in it as `{brand}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GrantDraft {
    pub(crate) kind: GrantKind,
    pub(crate) id: ImmutableString,
    /// The level of a badge, from 1; nothing for one without levels.
    pub(crate) level: Option<i64>,
    /// What a reward is worth, in whole units of the program's currency.
    pub(crate) amount: Option<i64>,
    /// Whether it can be had once in each period; otherwise once ever.
    pub(crate) each_period: bool,
    /// Words for the person.
    pub(crate) message: Option<ImmutableString>,
}

impl GrantDraft {
    /// A grant of a kind, of which nothing else is said yet.
    pub(super) fn new(kind: GrantKind, name: ImmutableString) -> Result<Self, Refusal> {
        let (level, amount, message) = (None, None, None);
        Ok(Self { kind, id: id(name)?, level, amount, each_period: false, message })
    }

    pub(super) fn level(&mut self, level: i64) -> Result<Self, Refusal> {
        only(self, GrantKind::Badge, "level")?;
        let level = Some(within("level", level, limits::LEVEL)?);
        Ok(Self { level, ..self.clone() })
    }

    pub(super) fn amount(&mut self, amount: i64) -> Result<Self, Refusal> {
        only(self, GrantKind::Reward, "amount")?;
        let amount = Some(within("amount", amount, limits::AMOUNT)?);
        Ok(Self { amount, ..self.clone() })
    }

    pub(super) fn each_period(&mut self) -> Self {
        Self { each_period: true, ..self.clone() }
    }

    pub(super) fn because(&mut self, message: ImmutableString) -> Result<Self, Refusal> {
        let message = Some(words("because", message)?);
        Ok(Self { message, ..self.clone() })
    }

    /// Whether another says the same, whatever its amount and its words.
    pub(super) fn repeats(&self, other: &GrantDraft) -> bool {
        let key = |grant: &GrantDraft| (grant.kind, grant.level, grant.each_period);
        self.id == other.id && key(self) == key(other)
    }
}

/// Registers what makes grants and what says more of them.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<GrantDraft>("grant");
    for kind in GrantKind::ALL {
        engine.register_fn(kind.name(), move |name: ImmutableString| GrantDraft::new(kind, name));
    }
    engine.register_fn("level", GrantDraft::level);
    engine.register_fn("amount", GrantDraft::amount);
    engine.register_fn("each_period", GrantDraft::each_period);
    engine.register_fn("because", GrantDraft::because);
}

fn only(grant: &GrantDraft, kind: GrantKind, method: &str) -> Result<(), Refusal> {
    if grant.kind == kind {
        return Ok(());
    }
    Err(format!("`{method}` is for a {}, not for a {}", kind.name(), grant.kind.name()).into())
}
