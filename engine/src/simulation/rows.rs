//! The rules of two programs side by side: the same rule under its present name, and what became of
//! it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::RuleChange;
use crate::program::{Program, Rule};

/// A rule, as it was and as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row<'p> {
    pub(super) before: Option<&'p Rule>,
    pub(super) after: Option<&'p Rule>,
}

impl<'p> Row<'p> {
    /// The rule as the candidate has it, or as it was where it is gone.
    pub(super) fn rule(&self) -> Option<&'p Rule> {
        self.after.or(self.before)
    }

    /// Its id; every row has a rule.
    pub(super) fn id(&self) -> Arc<str> {
        self.rule().map(|rule| Arc::clone(rule.shared_id())).unwrap_or_default()
    }

    /// Its earlier name, where it had another one.
    pub(super) fn was(&self) -> Option<Arc<str>> {
        let (before, after) = (self.before?, self.after?);
        (before.id() != after.id()).then(|| Arc::clone(before.shared_id()))
    }

    /// What became of it; a rule that is switched off is as none.
    pub(super) fn change(&self) -> RuleChange {
        let there = |rule: Option<&'p Rule>| rule.filter(|rule| rule.enabled());
        match (there(self.before), there(self.after)) {
            (None, None) => RuleChange::Same,
            (None, Some(_)) => RuleChange::New,
            (Some(_), None) => RuleChange::Gone,
            (Some(before), Some(after)) => {
                let same = before.text() == after.text()
                    && before.folder() == after.folder()
                    && before.settings().says_the_same(after.settings());
                if same { RuleChange::Same } else { RuleChange::Changed }
            }
        }
    }
}

/// The rules of two programs.
#[derive(Debug)]
pub(super) struct Rows<'p> {
    /// By present name.
    pub(super) rows: Vec<Row<'p>>,
    /// The row of each rule of the program before, by its index there.
    pub(super) before: Vec<u32>,
    /// The same of the candidate.
    pub(super) after: Vec<u32>,
}

impl<'p> Rows<'p> {
    pub(super) fn of(before: &'p Program, after: &'p Program) -> Self {
        let mut rows: BTreeMap<&str, Row<'p>> = BTreeMap::new();
        let present = |rule: &'p Rule| after.present_name(rule.id());
        for rule in before.rules() {
            rows.entry(present(rule)).or_default().before = Some(rule);
        }
        for rule in after.rules() {
            rows.entry(rule.id()).or_default().after = Some(rule);
        }
        let places: BTreeMap<&str, u32> = rows.keys().copied().zip(0..).collect();
        let row = |name: &str| places.get(name).copied().unwrap_or_default();
        Self {
            before: before.rules().iter().map(|rule| row(present(rule))).collect(),
            after: after.rules().iter().map(|rule| row(rule.id())).collect(),
            rows: rows.into_values().collect(),
        }
    }
}
