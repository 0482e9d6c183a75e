//! `plaudit person`: gives a person what is on record of them, or takes it off the record.

use std::io::Write;

use plaudit_engine::canonical;
use plaudit_engine::journal::Access;
use plaudit_engine::ledger::Erase;

use crate::cli::{ErasePerson, ExportPerson, Person};
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, count, on_one_line, styled};
use crate::rules::Rules;
use crate::values::When;

pub(super) fn run(rules: Rules<'_>, options: &Person) -> Result<Exit, Failure> {
    match options {
        Person::Export(options) => export(rules, options),
        Person::Erase(options) => erase(rules, options),
    }
}

fn export(rules: Rules<'_>, options: &ExportPerson) -> Result<Exit, Failure> {
    let ledger = input::ledger(rules, &options.file.journal, Access::Read)?;
    let as_of = options.as_of.map_or_else(input::by_now, |when| when.instant(ledger.program()));
    writeln!(anstream::stdout(), "{}", ledger.disclose(&options.advocate, as_of)?)?;
    Ok(Exit::Success)
}

fn erase(rules: Rules<'_>, options: &ErasePerson) -> Result<Exit, Failure> {
    let ledger = input::ledger(rules, &options.file.journal, Access::Write)?;
    let at = match options.at {
        None => input::now(),
        Some(When::Instant(instant)) => instant,
        Some(date) => date.instant(ledger.program()),
    };
    let at = input::not_later(at)?;
    let name = on_one_line(&options.advocate);
    let asks = format!("Erase all that is on record of {name}, for good? Write the name again: ");
    if !options.yes && !input::is_meant("an erasure", || Ok(()), &asks, &options.advocate)? {
        return Ok(Exit::No);
    }
    let asked = Erase { advocate: &options.advocate, by: &options.by, at };
    let erased = ledger.erase(&asked)?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&erased)?)?;
        return Ok(Exit::Success);
    }
    writeln!(
        output,
        "{} erased, {} of others changed; nothing is taken in under {} any more {}",
        styled(BOLD, count(erased.events, "event", "events")),
        count(erased.changed, "event", "events"),
        count(erased.names, "name", "names"),
        styled(DIM, &erased.erasure),
    )?;
    if !erased.clean {
        writeln!(
            output,
            "Somebody is reading the journal: the file is cleaned when it is opened to be written next."
        )?;
    }
    writeln!(output, "Copies and exports that were made before still have the person.")?;
    Ok(Exit::Success)
}
