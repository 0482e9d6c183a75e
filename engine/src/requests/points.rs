//! Questions about points.

use super::given::question;
use super::past::Past;
use crate::error::{Code, Error, Problem};
use crate::wire::canonical;

question! {
    /// Everyone's points.
    Score as "ScoreQuestion" {}
}

impl Score {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        canonical(&past.score()?)
    }
}

question! {
    /// One person's points line by line, or how one figure of their standing comes about.
    Explain as "ExplainQuestion" {
        /// The person, by any of their names.
        advocate: String,
        /// The figure, by the name that rules know it by, such as `streak`; without it, points.
        #[serde(default)]
        figure: Option<String>,
        /// What the figure is asked with, such as `30_days`.
        #[serde(default)]
        argument: Option<String>,
    }
}

impl Explain {
    fn told(&self, past: &Past<'_>) -> Result<String, Error> {
        match (&self.figure, self.argument.as_deref()) {
            (Some(figure), argument) => {
                canonical(&past.explain_figure(&self.advocate, figure, argument)?)
            }
            (None, None) => canonical(&past.explain(&self.advocate)?),
            (None, Some(_)) => {
                let message = "`argument` goes with a `figure`";
                Err(Problem::new(Code::Missing, message).field("figure").into())
            }
        }
    }
}
