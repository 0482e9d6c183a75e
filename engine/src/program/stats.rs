//! How rules are run: which way, how often, what the fast way takes, and how it is switched off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Program;
use crate::scoring::Plan;

/// How often rules were called. Whoever calls many adds them up first, so that threads hardly meet
/// here; alone on its lines of the cache, so that nobody waits for it who only reads the program.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Calls(AtomicU64);

/// How the rules of a program are run. Results never depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The rules of the program.
    pub rules: usize,
    /// Those that need no interpreter, or only for some of what they see.
    pub lowered: usize,
    /// About how many bytes their steps take; fixed once the program is loaded.
    pub bytes: usize,
    /// Calls of rules since the program was loaded. Rules that cannot give anything for a kind of
    /// activity are not called for it.
    pub calls: u64,
    /// The calls that Rhai answered.
    pub in_rhai: u64,
    /// The same by rule, the most first; rules that never needed it are left out.
    pub in_rhai_by_rule: Vec<(Arc<str>, u64)>,
}

impl Program {
    /// The same program with every rule run by Rhai alone: the reference that the fast way is held
    /// to, slower and with the same results. Its version stays, and its figures begin anew.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), plaudit_engine::Error> {
    /// let program = plaudit_engine::Program::load("../rules")?;
    /// assert!(program.stats().lowered > 0);
    /// assert_eq!(program.interpreted().stats().lowered, 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn interpreted(mut self) -> Self {
        for rule in &mut self.rules {
            rule.function = rule.function.interpreted();
        }
        self.calls = Arc::default();
        self.plan = Plan::of(&self);
        self
    }

    /// How the rules were run so far, over all threads. Copies of a program count together.
    pub fn stats(&self) -> Stats {
        let functions = || self.rules.iter().map(|rule| &rule.function);
        let mut by_rule: Vec<(Arc<str>, u64)> = self
            .rules
            .iter()
            .map(|rule| (Arc::clone(&rule.id), rule.function.calls_in_rhai()))
            .filter(|(_, calls)| *calls > 0)
            .collect();
        by_rule.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Stats {
            rules: self.rules.len(),
            lowered: functions().filter(|function| function.is_lowered()).count(),
            bytes: functions().map(|function| function.bytes()).sum::<usize>() + self.plan.bytes(),
            calls: self.calls.0.load(Ordering::Relaxed),
            in_rhai: by_rule.iter().map(|(_, calls)| calls).sum(),
            in_rhai_by_rule: by_rule,
        }
    }

    /// Counts calls of rules.
    pub(crate) fn called(&self, calls: u64) {
        self.calls.0.fetch_add(calls, Ordering::Relaxed);
    }
}
