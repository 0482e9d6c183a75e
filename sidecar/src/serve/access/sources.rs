//! The sources that a key is bound to: what it records comes from these systems and no others, so that
//! nobody takes an id that is somebody else's to give.

use std::sync::Arc;

use plaudit_engine::events::Event;
use plaudit_engine::{Code, Problem};
use serde::{Deserialize, Serialize};

/// The sources that a key may speak for; any where none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sources(Arc<[String]>);

impl Sources {
    /// These; any where there are none.
    pub(crate) fn of(names: &[String]) -> Self {
        Self(names.into())
    }

    /// The names, none where it is any.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// Whether it is any.
    pub(crate) fn are_any(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this source is one of them.
    pub(crate) fn admit(&self, source: &str) -> Result<(), Problem> {
        if self.are_any() || self.0.iter().any(|known| known == source) {
            return Ok(());
        }
        let message = format!("this key does not speak for the source `{source}`");
        let help = format!(
            "it speaks for: {}; an administrator makes keys: `plaudit keys new NAME --role ROLE \
             --source SOURCE`",
            self.0.join(", ")
        );
        Err(Problem::new(Code::Forbidden, message).help(help).field("source"))
    }

    /// Whether an event is of one of them, and what it takes back or edits, too. What others report of
    /// an event, such as its results, is no change of it.
    pub(crate) fn admit_event(&self, event: &Event) -> Result<(), Problem> {
        self.admit(&event.identity.source)?;
        event.alters().map_or(Ok(()), |target| {
            self.admit(&target.source).map_err(|problem| problem.field("target_source"))
        })
    }
}

#[cfg(test)]
mod tests {
    use plaudit_engine::events::read_event;

    use super::*;

    fn admits(sources: &[&str], event: &str) -> bool {
        let sources: Vec<String> = sources.iter().map(|name| (*name).to_owned()).collect();
        Sources::of(&sources).admit_event(&read_event(event, "event").unwrap()).is_ok()
    }

    #[test]
    fn an_event_that_does_not_say_its_source_is_of_the_one_called_local() {
        let share =
            r#"{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#;
        assert!(admits(&[], share));
        assert!(admits(&["crm", "local"], share));
        assert!(!admits(&["crm"], share));
    }

    #[test]
    fn results_may_be_of_somebody_elses_event_and_changes_may_not() {
        let about = |kind: &str, more: &str| {
            format!(
                r#"{{"type": "{kind}", "source": "web", "id": "1", "target": "a", "target_source": "crm", "at": "2026-06-01T09:00:00Z"{more}}}"#
            )
        };
        assert!(admits(&["web"], &about("outcome", r#", "likes": 3"#)));
        for (kind, more) in [("retraction", ""), ("update", r#", "set": {"channel": "x"}"#)] {
            assert!(!admits(&["web"], &about(kind, more)), "{kind}");
            assert!(admits(&["web", "crm"], &about(kind, more)), "{kind}");
        }
    }
}
