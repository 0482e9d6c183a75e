//! Events and people that come as text, taken into a ledger.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Answers, Item, REQUEST, When};
use crate::error::{Error, Problem, Source};
use crate::events::{
    ColumnMap, Event, Format, LONGEST_TEXT, People, each_event, read_event, read_record,
    read_snapshot,
};
use crate::journal::{Batch, Receipt, Taken};
use crate::ledger::{Export, Ledger, Restored};
use crate::pseudonyms::{KnownNames, Pseudonyms};
use crate::snapshot::{Snapshot, Taking};
use crate::wire::canonical;

/// So many events of a file are put on record at a time.
const AT_A_TIME: usize = 10_000;

/// How a text of records is written, and what it is called where its problems are placed.
#[derive(Clone, Debug)]
pub struct Layout<'a> {
    /// What the text is called.
    pub name: &'a str,
    /// How it is written.
    pub format: Format<'a>,
}

/// How events stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    One,
    /// A JSON array of objects.
    List,
    /// A JSON object a line.
    Lines,
}

impl Form {
    /// A list where the text begins like one, and else lines.
    pub fn of(text: &str) -> Self {
        if text.trim_start().starts_with('[') { Form::List } else { Form::Lines }
    }
}

/// Events as they came, each an event or a CloudEvent, on their way to a journal.
#[derive(Debug)]
pub struct Incoming {
    /// What becomes of each: known now, or when the journal has answered.
    waiting: Vec<Option<Item>>,
    events: Vec<Event>,
}

impl Incoming {
    /// Reads events. What is no event, or is not admitted, is told in its place; with [`Batch::Whole`]
    /// it keeps the others out.
    ///
    /// # Errors
    ///
    /// The text is no list where it should be one.
    pub fn read(
        text: &str,
        name: &str,
        form: Form,
        batch: Batch,
        admit: impl Fn(&Event) -> Result<(), Problem>,
    ) -> Result<Self, Error> {
        let mut read: Vec<Result<Event, Error>> = match form {
            Form::One => vec![read_event(text, name)],
            Form::List => list(text, name)?,
            Form::Lines => lines(text, name),
        };
        for event in &mut read {
            if let Ok(known) = event
                && let Err(problem) = admit(known)
            {
                *event = Err(problem.into());
            }
        }
        let spoiled = batch == Batch::Whole && read.iter().any(Result::is_err);
        let mut events: Vec<Event> = Vec::new();
        let waiting = read
            .into_iter()
            .map(|event| match event {
                Err(error) => no_event(&error).map(Some),
                Ok(event) if spoiled => {
                    let receipt = Receipt {
                        identity: event.identity,
                        result: Taken::LeftOut,
                        position: None,
                        problem: None,
                    };
                    receipted(receipt).map(Some)
                }
                Ok(event) => {
                    events.push(event);
                    Ok(None)
                }
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { waiting, events })
    }

    /// How many came, events or not.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing came.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The events, for the journal.
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// What became of each, with the journal's receipts for the events that were taken.
    ///
    /// # Errors
    ///
    /// As [`canonical`].
    pub fn answered(self, receipts: Vec<Receipt>) -> Result<Answers, Error> {
        let mut receipts = receipts.into_iter();
        let mut items = Vec::with_capacity(self.waiting.len());
        for item in self.waiting {
            match item {
                Some(item) => items.push(item),
                None => items.extend(receipts.next().map(receipted).transpose()?),
            }
        }
        Ok(Answers::of(items))
    }
}

/// Puts events on record: a JSON array of them, or one JSON object a line. The answer is a receipt
/// for each; with [`Batch::Each`] one that is refused, or is no event at all, does not keep the
/// others out.
///
/// # Errors
///
/// The text is neither, or the journal cannot be written; then nothing was taken in.
pub fn record(ledger: &Ledger, text: &str, name: &str, batch: Batch) -> Result<Answers, Error> {
    let mut incoming = Incoming::read(text, name, Form::of(text), batch, |_| Ok(()))?;
    let events = incoming.take();
    let receipts = match events.is_empty() {
        true => Vec::new(),
        false => ledger.record(events, batch)?,
    };
    incoming.answered(receipts)
}

/// Events under pseudonyms, as one JSON array, for whoever records them elsewhere: a JSON array of them,
/// or one JSON object a line. Mentions of people are those of people whom one of the events is about
/// (`person`).
///
/// # Errors
///
/// The text is neither, or one of them is no event.
pub fn pseudonymize(key: &Pseudonyms, text: &str, name: &str) -> Result<String, Error> {
    let read = match Form::of(text) {
        Form::List => list(text, name)?,
        Form::One | Form::Lines => lines(text, name),
    };
    let mut events: Vec<Event> = read.into_iter().collect::<Result<_, _>>()?;
    let mut known = KnownNames::default();
    for event in &events {
        let mut event = event.clone();
        key.event(&mut event, &|_| false);
        known.learn(&event);
    }
    for event in &mut events {
        key.event(event, &|name| known.has(name));
    }
    canonical(&events)
}

/// The events of a JSON array, each with its place in it where it is none.
fn list(text: &str, name: &str) -> Result<Vec<Result<Event, Error>>, Error> {
    let source = Source { file: name, text };
    let items = serde_json::from_str::<Vec<&RawValue>>(text).map_err(|error| {
        let problem = Problem::new(crate::Code::Syntax, format!("this is no JSON list: {error}"));
        problem.file(name).line(error.line().max(1), error.column().max(1))
    })?;
    let event = |item: &RawValue| {
        // It is a part of the text, so that its place in it can be told.
        let start = item.get().as_ptr().addr() - text.as_ptr().addr();
        read_event(item.get(), name).map_err(|error: Error| {
            let place = source.place(start..start + 1);
            error.each(|problem| {
                let (line, column) = (problem.line.unwrap_or(1), problem.column.unwrap_or(1));
                problem.column = Some(if line == 1 { place.column + column - 1 } else { column });
                problem.line = Some(place.line + line - 1);
            })
        })
    };
    Ok(items.into_iter().map(event).collect())
}

/// The events of lines, each with its line where it is none.
fn lines(text: &str, name: &str) -> Vec<Result<Event, Error>> {
    let lines = text.lines().map(|line| line.trim_start_matches('\u{feff}')).enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let event = |(number, line): (usize, &str)| {
        read_event(line, name)
            .map_err(|error: Error| error.each(|problem| problem.line = Some(number + 1)))
    };
    lines.map(event).collect()
}

fn receipted(receipt: Receipt) -> Result<Item, Error> {
    let problems = receipt.problem.iter().cloned().collect();
    Ok(Item { document: canonical(&Recorded::Event(receipt))?, problems })
}

/// What was to be recorded cannot be read as an event.
fn no_event(error: &Error) -> Result<Item, Error> {
    let problems = error.problems().to_vec();
    // There is always one.
    let unknown = || Problem::new(crate::Code::Internal, "there is no event");
    let problem = problems.first().cloned().unwrap_or_else(unknown);
    let refused = Recorded::NoEvent { result: Taken::Refused, problem };
    Ok(Item { document: canonical(&refused)?, problems })
}

/// What became of one of several things that were to be recorded.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub enum Recorded {
    /// It is an event.
    Event(Receipt),
    /// It cannot be read as one.
    NoEvent {
        /// It is refused.
        result: Taken,
        /// Why.
        problem: Problem,
    },
}

/// What came of a file of events.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Imported {
    /// Events that are on record now.
    pub recorded: usize,
    /// Events that were on record already.
    pub known: usize,
    /// Events that were left out because another one of the file was refused.
    pub left_out: usize,
    /// Rows that the map has no record for.
    pub skipped: usize,
    /// Events that were refused, and lines that are none, each with its place.
    pub refused: Vec<Problem>,
}

/// Puts the events of a file on record, in the format of the file. With [`Batch::Each`] the lines
/// that can be used are taken in, ten thousand at a time, and what is wrong with others is told; with
/// [`Batch::Whole`] all of them are or none.
///
/// # Errors
///
/// With [`Batch::Whole`], every problem of the file; the journal cannot be written. Events that were
/// put on record before that stay there, and are known when the file comes again.
pub fn import(
    ledger: &Ledger,
    text: &[u8],
    layout: &Layout<'_>,
    batch: Batch,
) -> Result<Imported, Error> {
    let mut imported = Imported::default();
    let mut waiting: Vec<(Event, usize)> = Vec::new();
    let flush = |waiting: &mut Vec<(Event, usize)>, imported: &mut Imported| {
        let (events, lines): (Vec<Event>, Vec<usize>) = waiting.drain(..).unzip();
        if events.is_empty() {
            return Ok(());
        }
        for (receipt, line) in ledger.record(events, batch)?.into_iter().zip(lines) {
            match receipt.result {
                Taken::Recorded => imported.recorded += 1,
                Taken::Known => imported.known += 1,
                Taken::LeftOut => imported.left_out += 1,
                Taken::Refused => {
                    let placed = |problem: Problem| problem.file(layout.name).line(line, 1);
                    imported.refused.extend(receipt.problem.map(placed));
                }
            }
        }
        Ok::<(), Error>(())
    };
    let mut stopped = Ok(());
    let read = each_event(text, layout.name, layout.format, |event, line| {
        waiting.push((event, line));
        if stopped.is_ok() && batch == Batch::Each && waiting.len() == AT_A_TIME {
            stopped = flush(&mut waiting, &mut imported);
        }
        match &stopped {
            Ok(()) => Ok(()),
            // What stopped it is told below.
            Err(_) => Err(Problem::new(crate::Code::Unwritable, "the journal cannot be written")),
        }
    });
    stopped?;
    match read {
        Ok(intake) => imported.skipped = intake.skipped,
        Err(error) if batch == Batch::Whole => return Err(error),
        Err(error) => imported.refused.extend(error.problems().iter().cloned()),
    }
    flush(&mut waiting, &mut imported)?;
    Ok(imported)
}

/// Puts an export on record again as it is, grants and decisions included: a JSON line an event, all
/// of them or, where one cannot be, none.
///
/// # Errors
///
/// A line is no event, is an award as none of ours is written, or contradicts what is on record; the
/// journal cannot be written.
pub fn restore(ledger: &Ledger, text: &[u8], name: &str) -> Result<Restored, Error> {
    Export::read(text, name)?.restore(&**ledger.journal())
}

/// The complete list of people of an HR system, to bring the people on record in line with.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SyncTask")]
pub struct Sync {
    /// The system that reports the people.
    #[schemars(length(min = 1, max = LONGEST_TEXT))]
    pub source: String,
    /// From when on the list holds.
    pub at: When,
    /// The most people who may leave by it, in percent of those whom the source reports as active,
    /// where they are more than five; 20 where it is not said.
    #[serde(default)]
    pub at_most_leave_percent: Option<u8>,
    /// Whether it is only looked what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// Brings the people of a ledger in line with a complete list of them: whoever is named is there,
/// whom the same source reported before and does not name any more has left. The answer says who
/// joins, changes, returns and leaves.
///
/// # Errors
///
/// The request or the list cannot be read, more would leave than may, a later list of the same source
/// is on record, or the journal cannot be read or written; nothing is changed then.
pub fn sync(
    ledger: &Ledger,
    request: &str,
    text: &[u8],
    layout: &Layout<'_>,
) -> Result<String, Error> {
    let request: Sync = read_record(request, REQUEST)?;
    let mut lines = read_snapshot(text, layout.name, layout.format)?;
    let erased = ledger.journal().erased()?;
    lines.leave_out(|name| erased.has(name));
    let at = request.at.instant(ledger.program());
    let mut taking = Taking::new(request.source.as_str(), at);
    if let Some(percent) = request.at_most_leave_percent {
        taking.at_most_leave_percent = percent;
    }
    let taken = |log: &_| Snapshot::take(&People::new(), log, &lines, &taking);
    let snapshot = ledger.live()?.with_log(taken)?;
    if !request.dry_run {
        for receipt in ledger.record(snapshot.events.clone(), Batch::Whole)? {
            if let (Taken::Refused, Some(problem)) = (receipt.result, receipt.problem) {
                return Err(problem.into());
            }
        }
    }
    canonical(&snapshot)
}

impl<'a> Layout<'a> {
    /// JSON, one object a line.
    pub fn json_lines(name: &'a str) -> Self {
        Self { name, format: Format::JsonLines }
    }

    /// A table whose columns are named by another system, and the map that says what they mean.
    pub fn mapped(name: &'a str, map: &'a ColumnMap) -> Self {
        Self { name, format: Format::Mapped(map) }
    }
}
