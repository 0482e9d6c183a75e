//! `plaudit import`: puts the events of files on record.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use plaudit_engine::events::{Event, Format, each_event};
use plaudit_engine::journal::{Batch, Receipt, Taken};
use plaudit_engine::ledger::take_in;
use plaudit_engine::{Code, Problem, canonical};
use serde::Serialize;

use crate::cli::Import;
use crate::input::{self, Failure};
use crate::output::{self, Exit, count};
use crate::pseudonyms::Under;
use crate::upcoming::Upcoming;

/// So many events are put on record at a time.
const BATCH: usize = 10_000;
/// So many events of a time to come are named one by one.
const MOST_WARNINGS: usize = 5;

pub(super) fn run(options: &Import) -> Result<Exit, Failure> {
    let map = options.map.as_deref().map(input::map_of).transpose()?;
    let map = match options.exported_at {
        Some(at) => {
            let at = input::not_later(at)?;
            map.map(|map| map.exported_at(at))
        }
        None => map,
    };
    let journal = Upcoming::open(&options.file.journal)?;
    let mut under = Under::of(options.under.pseudonyms.as_deref(), &journal)?;
    let (waiting, told, now) = (Vec::new(), Told::default(), input::now());
    let mut taking = Taking { journal, options, waiting, told, now };
    let mut failed = false;
    for path in &options.files {
        let (reader, name, bar) = input::open(path, "importing")?;
        let format = match options.cloud_events {
            true => Format::CloudEvents,
            false => input::format(&name, map.as_ref()),
        };
        let mut stopped = Ok(());
        let read = each_event(reader, &name, format, |mut event, line| {
            under.iter_mut().for_each(|under| under.put(&mut event));
            taking.waiting.push(Waiting { event, file: path, line });
            if stopped.is_ok() && !options.all_or_nothing && taking.waiting.len() == BATCH {
                stopped = taking.flush();
            }
            match &stopped {
                Ok(()) => Ok(()),
                // What stopped it is told below; nothing more is read in vain.
                Err(_) => Err(Problem::new(Code::Unwritable, "the journal cannot be written")),
            }
        });
        bar.finish_and_clear();
        stopped?;
        match read {
            Ok(intake) => input::tell_skipped(&name, intake.skipped),
            Err(error) if options.all_or_nothing => return Err(error.into()),
            Err(error) => {
                failed = true;
                let rows: BTreeSet<usize> =
                    error.problems().iter().filter_map(|problem| problem.line).collect();
                taking.told.unreadable += rows.len();
                output::report(&error.into());
            }
        }
    }
    taking.flush()?;
    taking.tell_not_yet();
    under.iter().for_each(Under::tell);
    if !options.json {
        taking.summarise()?;
    }
    Ok(if failed || taking.told.refused > 0 { Exit::No } else { Exit::Success })
}

/// An event, and where it stands.
struct Waiting<'a> {
    event: Event,
    file: &'a Path,
    line: usize,
}

/// What became of the events.
#[derive(Default)]
struct Told {
    recorded: usize,
    known: usize,
    refused: usize,
    left_out: usize,
    /// Rows of the files that are no events.
    unreadable: usize,
    /// Events on record of a time that has not come yet.
    not_yet: usize,
}

struct Taking<'a> {
    journal: Upcoming,
    options: &'a Import,
    waiting: Vec<Waiting<'a>>,
    told: Told,
    now: Timestamp,
}

/// What became of an event, with its place in the file.
#[derive(Serialize)]
struct Line<'a> {
    file: String,
    line: usize,
    #[serde(flatten)]
    receipt: &'a Receipt,
}

impl Taking<'_> {
    /// Puts on record what waits for it.
    fn flush(&mut self) -> Result<(), Failure> {
        let (events, places): (Vec<Event>, Vec<(&Path, usize)>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|waiting| (waiting.event, (waiting.file, waiting.line)))
            .unzip();
        let batch = if self.options.all_or_nothing { Batch::Whole } else { Batch::Each };
        let warnings: Vec<Option<Problem>> =
            events.iter().map(|event| event.not_yet(self.now)).collect();
        let receipts = take_in(&self.journal, events, batch)?;
        let mut output = std::io::BufWriter::new(anstream::stdout());
        for ((receipt, warning), (file, line)) in receipts.iter().zip(warnings).zip(places) {
            let file = file.display().to_string();
            if let Some(warning) = warning.filter(|_| receipt.result == Taken::Recorded) {
                self.told.not_yet += 1;
                // A whole export of a wrong year says so once.
                if self.told.not_yet <= MOST_WARNINGS {
                    output::report(&warning.file(file.as_str()).line(line, 1).into());
                }
            }
            let number = match receipt.result {
                Taken::Recorded => &mut self.told.recorded,
                Taken::Known => &mut self.told.known,
                Taken::Refused => &mut self.told.refused,
                Taken::LeftOut => &mut self.told.left_out,
            };
            *number += 1;
            if self.options.json {
                writeln!(output, "{}", canonical(&Line { file, line, receipt })?)?;
            } else if let Some(problem) = &receipt.problem {
                output::report(&problem.clone().file(file).line(line, 1).into());
            }
        }
        Ok(output.flush()?)
    }

    /// Says how many more events are of a time to come.
    fn tell_not_yet(&self) {
        let more = self.told.not_yet.saturating_sub(MOST_WARNINGS);
        if more > 0 {
            let events = count(more, "more event is", "more events are");
            // Nothing can be done where even standard error is closed.
            let _ = writeln!(anstream::stderr(), "{events} of a time that has not come yet");
        }
    }

    fn summarise(&self) -> Result<(), Failure> {
        let Told { recorded, known, refused, left_out, unreadable, .. } = self.told;
        let mut output = anstream::stdout();
        let mut parts = vec![format!("{} recorded", count(recorded, "event", "events"))];
        for (number, what) in
            [(known, "on record already"), (refused, "refused"), (left_out, "left out with them")]
        {
            if number > 0 {
                parts.push(format!("{} {what}", count(number, "event", "events")));
            }
        }
        if unreadable > 0 {
            parts.push(format!("{} left out as unreadable", count(unreadable, "row", "rows")));
        }
        writeln!(output, "{}", parts.join(", "))?;
        Ok(())
    }
}
