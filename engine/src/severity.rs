//! How grave a finding is: the words that rules, settings and verdicts share.

use schemars::JsonSchema;
use serde::Serialize;

/// How grave a finding is, and what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good advice; the author decides.
    Advise,
    /// The author should change something before it is published.
    Revise,
    /// A person of the program team should look at it.
    Review,
    /// It must not be published as it is.
    Block,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 4] =
        [Severity::Advise, Severity::Revise, Severity::Review, Severity::Block];

    /// The name in rules, settings and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Advise => "advise",
            Severity::Revise => "revise",
            Severity::Review => "review",
            Severity::Block => "block",
        }
    }

    /// The severity of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}
