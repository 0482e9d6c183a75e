//! Questions about what people and teams are entitled to, and what could help them along.

use super::given::question;
use super::past::Past;
use crate::error::Error;
use crate::wire::canonical;

question! {
    /// What a person is entitled to; without one, everyone and every team. Nothing is granted.
    Entitlements as "EntitlementsQuestion" {
        /// The person, by any of their names.
        #[serde(default)]
        advocate: Option<String>,
    }
}

impl Entitlements {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        canonical(&past.recognize(self.advocate.as_deref())?)
    }
}

question! {
    /// What could help a person along; without one, everyone and every team.
    Coach as "CoachQuestion" {
        /// The person, by any of their names.
        #[serde(default)]
        advocate: Option<String>,
    }
}

impl Coach {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        canonical(&past.coach(self.advocate.as_deref())?)
    }
}

question! {
    /// Mentors and newcomers, paired.
    Pair as "PairQuestion" {}
}

impl Pair {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        canonical(&past.pair()?)
    }
}
