//! How much the guidelines find in published posts: what standings count, without evidence.

use std::sync::Arc;

use jiff::Timestamp;

use crate::error::Error;
use crate::facts::{Folder, World};
use crate::fault::{Fault, retryable};
use crate::guidelines::Outcome;
use crate::program::Program;
use crate::script::Given;
use crate::severity::Severity;

/// How much each guideline found in a post, by rule.
pub(crate) type FindingCounts = Vec<(Arc<str>, usize)>;

/// What the guidelines say of a published post, without evidence.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// How much each guideline found, in the order of rules.
    pub(crate) findings: FindingCounts,
    /// How grave the gravest of it is, beside each of them.
    pub(crate) severities: Vec<Severity>,
    /// The gravest of it, as a check says it.
    pub(crate) verdict: Outcome,
    /// Guidelines that failed.
    pub(crate) faults: Vec<Fault>,
    /// Whether it is talk that is protected.
    pub(crate) protected: bool,
}

impl Judged {
    /// The guidelines that found something this grave or graver. One that failed holds nothing back:
    /// that is not its author's fault.
    pub(crate) fn at_least(&self, severity: Severity) -> impl Iterator<Item = &Arc<str>> {
        let rules = self.findings.iter().zip(&self.severities);
        rules.filter(move |(_, gravest)| **gravest >= severity).map(|((rule, _), _)| rule)
    }

    /// What counts of it for its author: of talk that is protected, nothing.
    pub(crate) fn counted(self) -> (FindingCounts, Vec<Fault>) {
        if self.protected { (Vec::new(), Vec::new()) } else { (self.findings, self.faults) }
    }
}

/// The lexicon of talk that is protected by law (NLRA §7 and its like).
pub(crate) const PROTECTED: &str = "protected";

impl Program {
    /// Whether a post speaks of what nobody may be kept from speaking of.
    pub(crate) fn is_protected(&self, world: &World) -> bool {
        let list = self.scanner.list(PROTECTED);
        list.is_some_and(|list| {
            world.post.as_ref().is_some_and(|post| post.analysis.mentions(list))
        })
    }

    /// What the guidelines say of a published post.
    pub(crate) fn judged(&self, world: &Arc<World>, at: Timestamp) -> Result<Judged, Error> {
        let protected = self.is_protected(world);
        let (mut findings, mut severities, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let (mut verdict, mut calls) = (Outcome::Clear, 0);
        for (index, rule) in self.rules_of(Folder::Guidelines) {
            if !rule.settings().in_force(at) {
                continue;
            }
            let (file, function) = (self.file_of(rule), self.function_of(rule));
            calls += 1;
            let result = self.sandbox.result(file, function, index, world);
            match result.and_then(Given::findings) {
                Ok(drafts) => {
                    let Some(gravest) = drafts.iter().map(|draft| draft.severity).max() else {
                        continue;
                    };
                    let severity = match protected {
                        true => Severity::Advise,
                        false => rule.settings().severity.unwrap_or(gravest),
                    };
                    verdict = verdict.max(Outcome::Worst(severity));
                    findings.push((Arc::clone(rule.shared_id()), drafts.len()));
                    severities.push(severity);
                }
                Err(failure) => {
                    retryable(rule, &failure)?;
                    verdict = verdict.max(Outcome::FAULT);
                    faults.push(Fault::new(rule, failure));
                }
            }
        }
        self.called(calls);
        Ok(Judged { findings, severities, verdict, faults, protected })
    }
}
