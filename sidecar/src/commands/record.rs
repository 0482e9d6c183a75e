//! `plaudit record`: puts events on record, one by one, and answers for each.

use std::io::Write;

use plaudit_engine::events::{Event, each_line, read_record};
use plaudit_engine::journal::{Batch, Receipt, Taken};
use plaudit_engine::ledger::take_in;
use plaudit_engine::{Error, Problem, canonical};

use crate::cli::Record;
use crate::input::{self, Failure, STANDARD_INPUT};
use crate::output::{self, Exit, GREEN, RED, on_one_line, safe, styled};
use crate::pseudonyms::Under;
use crate::upcoming::Upcoming;

pub(super) fn run(options: &Record) -> Result<Exit, Failure> {
    let journal = Upcoming::open(&options.file.journal)?;
    let mut under = Under::of(options.under.pseudonyms.as_deref(), &journal)?;
    let mut output = anstream::stdout();
    let mut exit = Exit::Success;
    let mut record = |text: Result<&str, Problem>, name: &str| -> Result<(), Failure> {
        let read = text.map_err(Error::from).and_then(|text| read_record::<Event>(text, name));
        let mut event = match read {
            Ok(event) => event,
            Err(error) => {
                exit = Exit::No;
                return refuse(&mut output, &error, options.json);
            }
        };
        under.iter_mut().for_each(|under| under.put(&mut event));
        let warning = event.not_yet(input::now());
        for receipt in take_in(&journal, vec![event], Batch::Each)? {
            match (receipt.result, &warning) {
                (Taken::Refused, _) => exit = Exit::No,
                (Taken::Recorded, Some(warning)) => {
                    output::report(&warning.clone().into());
                }
                _ => {}
            }
            tell(&mut output, &receipt, options.json)?;
        }
        Ok(())
    };
    for (number, event) in options.events.iter().enumerate() {
        if !event.trim().is_empty() {
            record(Ok(event), &format!("event {}", number + 1))?;
        }
    }
    if options.events.is_empty() {
        let mut recorded = Ok(());
        each_line(std::io::stdin().lock(), STANDARD_INPUT, |text, line| {
            // Each line stands for itself, and is called after its number.
            let name = format!("{STANDARD_INPUT}:{line}");
            recorded = record(text.map_err(|problem| problem.file(&name)), &name);
            recorded.is_ok()
        })?;
        recorded?;
    }
    under.iter().for_each(Under::tell);
    Ok(exit)
}

/// Says what became of an event; whoever waits for the answer gets it at once.
fn tell(output: &mut impl Write, receipt: &Receipt, json: bool) -> Result<(), Failure> {
    if json {
        writeln!(output, "{}", canonical(receipt)?)?;
    } else {
        let id = on_one_line(&receipt.identity.id);
        match (receipt.result, receipt.position, &receipt.problem) {
            (Taken::Refused, _, Some(problem)) => {
                let why = safe(&problem.to_string());
                writeln!(output, "{} {id}: {why}", styled(RED, "refused"))?;
            }
            (Taken::Known, Some(position), _) => {
                writeln!(output, "known {id}: it is event {position} already")?;
            }
            (_, position, _) => {
                let position = position.unwrap_or_default();
                writeln!(output, "{} {id} as event {position}", styled(GREEN, "recorded"))?;
            }
        }
    }
    Ok(output.flush()?)
}

/// Says why something is no event.
fn refuse(output: &mut impl Write, error: &Error, json: bool) -> Result<(), Failure> {
    for problem in error.problems() {
        if json {
            let document = serde_json::json!({ "result": Taken::Refused, "problem": problem });
            writeln!(output, "{}", canonical(&document)?)?;
        } else {
            writeln!(output, "{} {}", styled(RED, "refused"), safe(&problem.to_string()))?;
        }
    }
    Ok(output.flush()?)
}
