//! `plaudit record`: puts events on record, one by one, and answers for each.

use std::io::{BufRead, Write};

use plaudit_engine::events::{Event, read_record};
use plaudit_engine::journal::{Access, Batch, Receipt, Sqlite, Taken};
use plaudit_engine::ledger::take_in;
use plaudit_engine::{Error, canonical};

use crate::cli::Record;
use crate::input::{self, Failure};
use crate::output::{self, Exit, GREEN, RED, on_one_line, safe, styled};

pub(super) fn run(options: &Record) -> Result<Exit, Failure> {
    let journal = Sqlite::open(&options.file.journal, Access::Create)?;
    let mut output = anstream::stdout();
    let mut exit = Exit::Success;
    let mut record = |text: &str, name: &str| -> Result<(), Failure> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let event: Event = match read_record(text, name) {
            Ok(event) => event,
            Err(error) => {
                exit = Exit::No;
                return refuse(&mut output, &error, options.json);
            }
        };
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
        record(event, &format!("event {}", number + 1))?;
    }
    if options.events.is_empty() {
        let mut input = std::io::stdin().lock();
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            if input.read_line(&mut line)? == 0 {
                break;
            }
            record(&line, &format!("standard input:{number}"))?;
        }
    }
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
