//! What coaching rules make: suggestions, and offers of mentoring and wishes for it.

use rhai::{Engine, ImmutableString};

use super::host::{Refusal, id, is_topic, within, words};
use super::sandbox::limits;

/// A piece of advice as a script makes it; what the program fills in stands in it as `{brand}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AdviceDraft {
    /// Something to do next.
    Suggestion {
        id: ImmutableString,
        /// What to do, in words.
        message: ImmutableString,
        /// Whether content comes with it that the person could share.
        with_content: bool,
    },
    /// The person could mentor others in a topic.
    Offers { topic: ImmutableString, weight: i64 },
    /// The person would gain from a mentor in a topic.
    Seeks { topic: ImmutableString, weight: i64 },
}

impl AdviceDraft {
    /// What examples call it: the id of a suggestion, the topic of mentoring.
    pub(crate) fn label(&self) -> &str {
        match self {
            AdviceDraft::Suggestion { id, .. } => id,
            AdviceDraft::Offers { topic, .. } | AdviceDraft::Seeks { topic, .. } => topic,
        }
    }

    /// What it is, in the words of scripts.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            AdviceDraft::Suggestion { .. } => "suggestion",
            AdviceDraft::Offers { .. } => "offers",
            AdviceDraft::Seeks { .. } => "seeks",
        }
    }

    pub(super) fn suggestion(
        name: ImmutableString,
        message: ImmutableString,
    ) -> Result<Self, Refusal> {
        let (id, message) = (id(name)?, words("suggestion", message)?);
        Ok(Self::Suggestion { id, message, with_content: false })
    }

    pub(super) fn with_content(&mut self) -> Result<Self, Refusal> {
        match self.clone() {
            Self::Suggestion { id, message, .. } => {
                Ok(Self::Suggestion { id, message, with_content: true })
            }
            other => {
                Err(format!("`with_content` is for a suggestion, not for `{}`", other.name())
                    .into())
            }
        }
    }

    pub(super) fn offers(topic: ImmutableString, weight: i64) -> Result<Self, Refusal> {
        let (topic, weight) = mentoring("offers", topic, weight)?;
        Ok(Self::Offers { topic, weight })
    }

    pub(super) fn seeks(topic: ImmutableString, weight: i64) -> Result<Self, Refusal> {
        let (topic, weight) = mentoring("seeks", topic, weight)?;
        Ok(Self::Seeks { topic, weight })
    }

    /// Whether another says the same, whatever its words or weight.
    pub(super) fn repeats(&self, other: &AdviceDraft) -> bool {
        self.name() == other.name() && self.label() == other.label()
    }
}

/// Registers what makes advice and what says more of it.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<AdviceDraft>("advice");
    engine.register_fn("suggestion", AdviceDraft::suggestion);
    engine.register_fn("with_content", AdviceDraft::with_content);
    engine.register_fn("offers", AdviceDraft::offers);
    engine.register_fn("seeks", AdviceDraft::seeks);
}

fn mentoring(
    name: &str,
    topic: ImmutableString,
    weight: i64,
) -> Result<(ImmutableString, i64), Refusal> {
    if !is_topic(&topic) {
        return Err(format!("`{name}` takes a topic of 1 to {} bytes", limits::TOPIC).into());
    }
    Ok((topic, within(name, weight, limits::WEIGHT)?))
}
