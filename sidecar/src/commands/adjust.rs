//! `plaudit adjust`: points by hand, with the reason that the person may read.

use std::io::Write;
use std::path::Path;

use plaudit_engine::canonical;
use plaudit_engine::journal::{Access, Taken};

use crate::cli::Adjust;
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, safe, styled};

pub(super) fn run(directory: &Path, options: &Adjust) -> Result<Exit, Failure> {
    let ledger = input::ledger(directory, &options.file.journal, Access::Write)?;
    let signed = options.signed.signed(ledger.program())?;
    let receipt = ledger.adjust(&options.advocate, options.points, &signed)?;
    let mut output = anstream::stdout();
    if options.signed.json {
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
