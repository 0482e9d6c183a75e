//! How much the guidelines find in published posts: what standings count, without evidence.

use std::sync::Arc;

use jiff::Timestamp;

use crate::error::Error;
use crate::facts::{Folder, World};
use crate::fault::{Fault, retryable};
use crate::program::Program;
use crate::script::Given;

/// How much each guideline found in a post, by rule.
pub(crate) type FindingCounts = Vec<(Arc<str>, usize)>;

/// The lexicon of talk that is protected by law (NLRA §7 and its like).
const PROTECTED: &str = "protected";

impl Program {
    /// Whether a post speaks of what nobody may be kept from speaking of.
    pub(crate) fn is_protected(&self, world: &World) -> bool {
        let list = self.scanner.list(PROTECTED);
        list.is_some_and(|list| {
            world.post.as_ref().is_some_and(|post| post.analysis.mentions(list))
        })
    }

    /// How much each guideline finds in a published post, and the guidelines that failed. Talk
    /// that is protected has no findings here.
    pub(crate) fn findings_of(
        &self,
        world: &Arc<World>,
        at: Timestamp,
    ) -> Result<(FindingCounts, Vec<Fault>), Error> {
        let (mut findings, mut faults) = (Vec::new(), Vec::new());
        if self.is_protected(world) {
            return Ok((findings, faults));
        }
        for (index, rule) in self.rules_of(Folder::Guidelines) {
            if !rule.settings().in_force(at) {
                continue;
            }
            let (file, function) = (self.file_of(rule), self.function_of(rule));
            let result = self.sandbox.result(file, function, index, world);
            match result.and_then(Given::findings) {
                Ok(drafts) if drafts.is_empty() => {}
                Ok(drafts) => findings.push((Arc::clone(rule.shared_id()), drafts.len())),
                Err(failure) => {
                    retryable(rule, &failure)?;
                    faults.push(Fault::new(rule, failure));
                }
            }
        }
        Ok((findings, faults))
    }
}
