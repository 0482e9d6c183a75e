//! `plaudit adjust`: points by hand, with the reason that the person may read.

use std::io::Write;

use plaudit_engine::journal::{Access, Taken};
use plaudit_engine::{canonical, ledger};

use crate::cli::Adjust;
use crate::input::Failure;
use crate::output::{BOLD, DIM, Exit, safe, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Adjust) -> Result<Exit, Failure> {
    let journal = options.file.journal.open(Access::Write)?;
    let signed = options.signed.signed(rules, &journal)?;
    let receipt = ledger::adjust(&journal, &options.advocate, options.points, &signed)?;
    let mut output = anstream::stdout();
    if options.signed.said.json {
        writeln!(output, "{}", canonical(&receipt)?)?;
        return Ok(Exit::Success);
    }
    let known = if receipt.result == Taken::Known { " (on record already)" } else { "" };
    writeln!(
        output,
        "{:+} points for {}: {}{known} {}",
        options.points,
        styled(BOLD, safe(&options.advocate)),
        safe(signed.reason),
        styled(DIM, &receipt.identity.id),
    )?;
    Ok(Exit::Success)
}
