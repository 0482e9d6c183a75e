//! `plaudit journal`: looks after a journal.

use std::io::Write;

use plaudit_engine::journal::{self, Access, Copied, Journal as Kept, Sqlite};
use plaudit_engine::ledger::{Export, Restored};
use plaudit_engine::{Code, Problem, canonical};

use super::retain;
use crate::cli::{Backup, Copy, Journal, OneJournal, Restore};
use crate::input::{self, Failure};
use crate::output::{BOLD, Exit, GREEN, RED, count, safe, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Journal) -> Result<Exit, Failure> {
    match options {
        Journal::Check(options) => check(options),
        Journal::Backup(options) => backup(options),
        Journal::Export(options) => export(options),
        Journal::Restore(options) => restore(options),
        Journal::Retain(options) => retain::run(rules, options),
        Journal::Copy(options) => copy(options),
    }
}

fn check(options: &OneJournal) -> Result<Exit, Failure> {
    let health = options.journal.open(Access::Read)?.check()?;
    let mut output = anstream::stdout();
    let exit = if health.damage.is_empty() { Exit::Success } else { Exit::No };
    if options.json {
        writeln!(output, "{}", canonical(&health)?)?;
        return Ok(exit);
    }
    for damage in &health.damage {
        writeln!(output, "{} {}", styled(RED, "damage:"), safe(damage))?;
    }
    let events = count(usize::try_from(health.events).unwrap_or(usize::MAX), "event", "events");
    let commits = count(usize::try_from(health.commits).unwrap_or(usize::MAX), "commit", "commits");
    match exit {
        Exit::Success => {
            let well = styled(GREEN, "every page, event and checksum is well");
            writeln!(output, "{events} in {commits}: {well}")?;
        }
        _ => writeln!(output, "{events} should be there; restore a copy, or export what is left")?,
    }
    Ok(exit)
}

fn backup(options: &Backup) -> Result<Exit, Failure> {
    options.file.open(Access::Read)?.backup(&options.copy)?;
    let copy = Sqlite::open(&options.copy, Access::Read)?;
    let events = usize::try_from(copy.position()?).unwrap_or(usize::MAX);
    let name = safe(&options.copy.display().to_string());
    let mut output = anstream::stdout();
    writeln!(output, "{} copied to {}", count(events, "event", "events"), styled(BOLD, name))?;
    Ok(Exit::Success)
}

fn export(options: &OneJournal) -> Result<Exit, Failure> {
    let journal = options.journal.open(Access::Read)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut failed = Ok(());
    let read = journal.read(0, &mut |entry| {
        let written = serde_json::to_writer(&mut output, &entry.event);
        failed = written.map_err(std::io::Error::from).and_then(|()| writeln!(output));
        match &failed {
            Ok(()) => Ok(()),
            // Ends the reading; the failure itself is told.
            Err(error) => Err(input::unwritten(error).into()),
        }
    });
    failed?;
    read?;
    output.flush()?;
    Ok(Exit::Success)
}

fn restore(options: &Restore) -> Result<Exit, Failure> {
    let (reader, name, bar) = input::open(&options.export, "reading the export")?;
    let export = Export::read(reader, &name)?;
    bar.finish_and_clear();
    let exported = options.key_of.as_ref().map(|address| address.open(Access::Read)).transpose()?;
    let restore = |to: &dyn Kept| {
        exported.as_ref().map_or(Ok(()), |exported| journal::share_key(exported, to))?;
        export.restore(to)
    };
    let restored = match options.journal.file().filter(|file| !file.exists()) {
        Some(new) => Sqlite::make(new, |journal| restore(journal))?,
        None => restore(&options.journal.open(Access::Create)?)?,
    };
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&restored)?)?;
        return Ok(Exit::Success);
    }
    let Restored { recorded, known } = restored;
    let known = match known {
        0 => String::new(),
        more => format!(", {} there already", count(more, "event", "events")),
    };
    writeln!(output, "{} restored{known}", count(recorded, "event", "events"))?;
    Ok(Exit::Success)
}

fn copy(options: &Copy) -> Result<Exit, Failure> {
    if options.from == options.to {
        let problem = Problem::new(Code::WrongValue, "a journal is not copied to itself");
        return Err(problem.into());
    }
    let from = options.from.open(Access::Read)?;
    let to = options.to.open(Access::Create)?;
    let bar = input::progress(from.position()?, "copying");
    let copied = journal::copy(&from, &to, &mut |position| bar.set_position(position));
    bar.finish_and_clear();
    let copied = copied?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&copied)?)?;
        return Ok(Exit::Success);
    }
    let Copied { copied, known } = copied;
    let events = |number| count(usize::try_from(number).unwrap_or(usize::MAX), "event", "events");
    let known = match known {
        0 => String::new(),
        more => format!(", {} there already", events(more)),
    };
    writeln!(output, "{} copied{known}; the copy was read again and is the same", events(copied))?;
    Ok(Exit::Success)
}
