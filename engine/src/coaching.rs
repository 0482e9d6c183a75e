//! What could help people and teams along: suggestions with their evidence. Nobody has to follow
//! them, and nothing is kept of them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::facts::{Evidence, Folder};
use crate::program::{Program, filled};
use crate::script::AdviceDraft;
use crate::standings::{Census, Origin, Withheld};
use crate::subjects::{Run, Subject, SubjectFault, Who};
use crate::timeline::Records;

/// The most pieces of content that come with one suggestion.
const MOST_CONTENT: usize = 3;

/// Something to do next.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Suggestion {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's title.
    pub title: Arc<str>,
    /// The rule's explanation.
    pub help: Arc<str>,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// Its id.
    pub id: Arc<str>,
    /// What to do, in words.
    pub message: String,
    /// Content that the person could share: the latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<ContentHint>,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// Content that somebody could share.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct ContentHint {
    /// Its id.
    pub id: Arc<str>,
    /// The campaign it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Arc<str>>,
    /// Since when it is on record.
    pub at: jiff::Timestamp,
}

/// Suggestions for people and teams.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Coaching {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// By person, then by team; each by rule.
    pub suggestions: Vec<Suggestion>,
    /// Why no people are shown, where they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Rules that failed.
    pub faults: Vec<SubjectFault>,
}

impl Program {
    /// What could help one advocate along, or, where none is named, everyone and every team. In
    /// aggregate-only mode only teams are shown where nobody is named.
    ///
    /// # Errors
    ///
    /// The advocate is not in the records or is not to be shown, or a rule ran out of time
    /// (retryable).
    pub fn coach(&self, records: &Records<'_>, advocate: Option<&str>) -> Result<Coaching, Error> {
        let judge = self.asks_findings(Folder::Coaching);
        // Rules may ask for the person's team, which takes everyone.
        let census = Census::of(self, records, None, judge, |_, _| {})?;
        self.coached(&census, advocate, records.assume_consent)
    }

    /// The same, out of a census that is at hand.
    pub(crate) fn coached(
        &self,
        census: &Census,
        advocate: Option<&str>,
        assumed_consent: bool,
    ) -> Result<Coaching, Error> {
        let advocate = advocate.map(|name| census.find(name)).transpose()?;
        let (who, withheld) = Who::asked(self, advocate.as_deref());
        let (suggestions, faults) = self.suggestions(census, who)?;
        let origin = Origin::of(self, &census.view, assumed_consent);
        Ok(Coaching { origin, suggestions, withheld, faults })
    }

    /// What could help somebody along, out of a census that is at hand.
    fn suggestions(
        &self,
        census: &Census,
        who: Who<'_>,
    ) -> Result<(Vec<Suggestion>, Vec<SubjectFault>), Error> {
        let mut found = Vec::new();
        let faults = Run::new(self, census, Folder::Coaching).run(who, |gift| {
            for draft in gift.given.advice()? {
                let AdviceDraft::Suggestion { id, message, with_content } = draft else { continue };
                found.push(Suggestion {
                    rule: Arc::clone(gift.rule.shared_id()),
                    title: gift.rule.title().into(),
                    help: gift.rule.help().into(),
                    subject: gift.subject.clone(),
                    id: id.as_str().into(),
                    message: filled(&message, &self.manifest.brand),
                    content: match gift.subject {
                        Subject::Advocate { advocate } if with_content => content(census, advocate),
                        _ => Vec::new(),
                    },
                    evidence: gift.evidence.clone(),
                });
            }
            Ok(())
        })?;
        Ok((found, faults))
    }
}

fn content(census: &Census, advocate: &str) -> Vec<ContentHint> {
    let Some(standing) = census.standing(advocate) else { return Vec::new() };
    standing
        .unshared()
        .into_iter()
        .take(MOST_CONTENT)
        .map(|(id, known)| ContentHint {
            id: Arc::clone(id),
            campaign: known.content.campaign.clone(),
            at: known.at,
        })
        .collect()
}
