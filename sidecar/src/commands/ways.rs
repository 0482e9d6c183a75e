//! `--interpret` and `--stats`: how rules are run, and what is told of it.

use std::io::Write;

use plaudit_engine::{Program, Stats};

use crate::cli::Ways;
use crate::output::{DIM, count, grouped, safe, styled};

/// So many rules are named.
const NAMED: usize = 5;

impl Ways {
    /// The program as it is to be run.
    pub(crate) fn of(self, program: Program) -> Program {
        if self.interpret { program.interpreted() } else { program }
    }

    /// Says how its rules were run, where that was asked. Results stay alone on standard output.
    pub(crate) fn tell(self, program: &Program) -> std::io::Result<()> {
        if !self.stats {
            return Ok(());
        }
        let mut output = anstream::stderr();
        for line in told(&program.stats()) {
            writeln!(output, "{} {line}", styled(DIM, "stats:"))?;
        }
        Ok(())
    }
}

fn told(stats: &Stats) -> Vec<String> {
    let number = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let percent = stats.in_rhai as f64 * 100.0 / stats.calls.max(1) as f64;
    let calls = count(usize::try_from(stats.calls).unwrap_or(usize::MAX), "call", "calls");
    let mut lines = vec![
        format!("{calls} of rules, {} of them by Rhai ({percent:.1} %)", number(stats.in_rhai)),
        format!(
            "{} of {} have steps that need no interpreter, {} KiB in all",
            stats.lowered,
            count(stats.rules, "rule", "rules"),
            stats.bytes.div_ceil(1_024)
        ),
    ];
    if !stats.in_rhai_by_rule.is_empty() {
        let most = stats.in_rhai_by_rule.iter().take(NAMED);
        let mut named: Vec<String> =
            most.map(|(rule, calls)| format!("{} {}", safe(rule), number(*calls))).collect();
        let more = stats.in_rhai_by_rule.len().saturating_sub(NAMED);
        if more > 0 {
            named.push(format!("… and {}", count(more, "more rule", "more rules")));
        }
        lines.push(format!("by Rhai: {}", named.join(", ")));
    }
    lines
}
