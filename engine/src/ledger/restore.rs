//! Makes a journal out of an export, all of it or nothing: an export is a text that anybody can edit,
//! and what it says of awards is held against what award runs write.

use std::collections::HashSet;
use std::io::BufRead;

use crate::awards::Inspection;
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Format, Identity, each_event};
use crate::journal::{Erased, Journal, Key, Receipt, Taken};
use crate::publishing::Publications;

/// After so many problems the rest is likely of the same kind.
const MOST_PROBLEMS: usize = 20;

/// An export that was read and found right in itself.
#[derive(Debug)]
pub struct Export {
    file: String,
    events: Vec<Event>,
    /// The line of each event.
    lines: Vec<usize>,
}

/// What became of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, schemars::JsonSchema, serde::Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Restored {
    /// Events that are on record now.
    pub recorded: usize,
    /// Events that were on record already.
    pub known: usize,
}

impl Export {
    /// Reads an export: JSON lines as [`Journal::read`] gives them.
    ///
    /// # Errors
    ///
    /// Every problem of the file with its line and field, up to twenty: among them grants, decisions
    /// and award runs as no award run or decision writes them.
    pub fn read(reader: impl BufRead, file: &str) -> Result<Self, Error> {
        let (mut events, mut lines) = (Vec::new(), Vec::new());
        each_event(reader, file, Format::JsonLines, |event, line| {
            event.check_restored()?;
            events.push(event);
            lines.push(line);
            Ok(())
        })?;
        let export = Self { file: file.to_owned(), events, lines };
        // Who goes by which names stands on lines before or behind a grant.
        export.inspect(Inspection::default())?;
        Ok(export)
    }

    /// Puts the events on record: all of them in one commit, or, where one is refused, none.
    ///
    /// # Errors
    ///
    /// A grant does not go together with what is on record, another event is on record under the
    /// identity of one of them, or the journal cannot be read or written.
    pub fn restore(mut self, journal: &dyn Journal) -> Result<Restored, Error> {
        self.knows(&journal.erased()?)?;
        let mut position = 0;
        let mut on_record = Inspection::default();
        let mut published = Vec::new();
        journal.read(0, &mut |entry| {
            position = entry.position;
            on_record.know(&entry.event);
            published.extend(entry.event.publication().is_some().then_some(entry.event));
            Ok(())
        })?;
        let receipts = journal.append_upon(position, &mut |since| {
            let mut inspection = std::mem::take(&mut on_record);
            for entry in since {
                inspection.know(&entry.event);
                published.extend(entry.event.publication().is_some().then_some(entry.event));
            }
            self.follow_on(std::mem::take(&mut published))?;
            self.inspect(inspection)?;
            Ok(std::mem::take(&mut self.events))
        })?;
        self.answer(receipts)
    }

    /// Whether the journal has the key under which something was erased: without it, what was erased
    /// would be taken in again.
    fn knows(&self, erased: &Erased) -> Result<(), Error> {
        let ours = erased.key().map(Key::fingerprint);
        let mut records = self.events.iter().zip(&self.lines);
        let foreign = records.find(|(event, _)| {
            let erasure = event.erasure().filter(|it| !it.names.is_empty() || it.events > 0);
            erasure.is_some_and(|it| Some(&it.key) != ours.as_ref())
        });
        let Some((_, line)) = foreign else { return Ok(()) };
        let message = "people were erased, under a key that this journal does not have";
        Err(Problem::new(Code::Erased, message)
            .help(
                "name the journal that was exported, so that they are not taken in again: `plaudit \
                 journal restore --key-of JOURNAL`; a copy that `plaudit journal backup` made has \
                 the key",
            )
            .file(&self.file)
            .line(*line, 1)
            .into())
    }

    /// Whether the programs of the export come behind those on record, one after the other.
    fn follow_on(&self, mut published: Vec<Event>) -> Result<(), Error> {
        let known: HashSet<Identity> = published.iter().map(|it| it.identity.clone()).collect();
        let placed = self.events.iter().zip(&self.lines);
        let new = placed.filter(|(event, _)| event.publication().is_some());
        let mut new = new.filter(|(event, _)| !known.contains(&event.identity)).peekable();
        while let Some((event, line)) = new.next() {
            published.push(event.clone());
            let history = Publications::of_events(published.iter().cloned(), 0);
            let is_last = new.peek().is_none();
            let checked = history.and_then(|it| if is_last { it.check_current() } else { Ok(()) });
            checked.map_err(|error| {
                error.each(|problem| *problem = problem.clone().file(&self.file).line(*line, 1))
            })?;
        }
        Ok(())
    }

    /// Looks at all grants, beside those that are known already.
    fn inspect(&self, mut inspection: Inspection) -> Result<(), Error> {
        self.events.iter().for_each(|event| inspection.learn(event));
        let placed = self.events.iter().zip(&self.lines);
        let problems = placed.filter_map(|(event, line)| {
            let problem = inspection.inspect(event).err()?;
            Some(problem.file(&self.file).line(*line, 1))
        });
        Error::of(problems.take(MOST_PROBLEMS).collect()).map_or(Ok(()), Err)
    }

    fn answer(&self, receipts: Vec<Receipt>) -> Result<Restored, Error> {
        let mut restored = Restored::default();
        let mut problems: Vec<Problem> = Vec::new();
        for (receipt, line) in receipts.into_iter().zip(&self.lines) {
            match (receipt.result, receipt.problem) {
                (Taken::Recorded, _) => restored.recorded += 1,
                (Taken::Known, _) => restored.known += 1,
                (_, Some(problem)) if problems.len() < MOST_PROBLEMS => {
                    problems.push(problem.file(&self.file).line(*line, 1));
                }
                _ => {}
            }
        }
        Error::of(problems).map_or(Ok(restored), Err)
    }
}
