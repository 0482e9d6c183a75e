//! Publishing: the program that everybody over a journal works by stands in the journal itself, with
//! all that came before it. Where a program is published there, a folder is a candidate.
//!
//! - `history` reads what was published, and puts the files of each program together again.
//!
//! A program is published whole or not at all: it compiles, its examples and scenarios hold, and nobody
//! else has published one in between. What goes on record are the files that differ from the program
//! before; rolling back publishes an earlier program once more, so that the history only ever grows.

mod history;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use self::history::{Publications, Published};
use crate::awards::{SOURCE, said};
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, LONGEST_LINE, LONGEST_TEXT, Publication};
use crate::journal::Journal;
use crate::program::{Program, Sources};

/// The longest name of a file, in bytes, on the file systems that people have.
const LONGEST_NAME: usize = 255;

/// A program that is to be published.
#[derive(Clone, Copy, Debug)]
pub struct Publish<'a> {
    /// Its files.
    pub sources: &'a Sources,
    /// Who publishes it, when, and upon what.
    pub signed: Signed<'a>,
}

/// An earlier program that is to be published once more.
#[derive(Clone, Copy, Debug)]
pub struct RollBack<'a> {
    /// Its number; where it is not said, the one before the current one.
    pub to: Option<u64>,
    /// Who brings it back, when, and upon what.
    pub signed: Signed<'a>,
}

/// Who publishes a program.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Who does.
    pub by: &'a str,
    /// What it is about, for those who look at the history.
    pub note: Option<&'a str>,
    /// When.
    pub at: Timestamp,
    /// The number of the program that it is to follow, 0 where none was published; not said where it
    /// is to follow whichever is current.
    pub upon: Option<u64>,
}

/// Publishes a program: from then on everybody who follows the journal works by it. Where it is
/// published already, nothing changes, and that publication is given.
///
/// `goes_on` is asked between examples; once it says no, the program is not published.
///
/// # Errors
///
/// The program does not compile, or one of its examples or scenarios fails; another program was
/// published than the one that it is to follow; it is too large; or the journal cannot be read or
/// written. Nothing was published then.
pub fn publish(
    journal: &dyn Journal,
    asked: &Publish<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Published, Error> {
    let known = Publications::of(journal)?;
    put(journal, &known, asked.sources, None, &asked.signed, goes_on)
}

/// Publishes an earlier program once more, under a number of its own.
///
/// # Errors
///
/// There is no such program; and as [`publish`].
pub fn roll_back(
    journal: &dyn Journal,
    asked: &RollBack<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Published, Error> {
    let known = Publications::of(journal)?;
    let current = known.current().map_or(0, |current| current.number);
    let to = match asked.to {
        Some(number) => number,
        None if current > 1 => current - 1,
        None => {
            let message = match current {
                0 => "no program was published in this journal",
                _ => "the first program has none before it",
            };
            return Err(Problem::new(Code::NotAllowed, message).into());
        }
    };
    let sources = known.sources(to)?;
    put(journal, &known, &sources, Some(to), &asked.signed, goes_on)
}

/// Puts a program on record, unless it is the current one.
fn put(
    journal: &dyn Journal,
    known: &Publications,
    sources: &Sources,
    restores: Option<u64>,
    signed: &Signed<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Published, Error> {
    signed.check()?;
    let current = known.current().map_or(0, |current| current.number);
    if signed.upon.is_some_and(|upon| upon != current) {
        return Err(another(current));
    }
    let program = Program::from_sources(sources)?;
    if let Some(failed) = Error::of(program.test_while(goes_on)?.failed()) {
        return Err(failed);
    }
    let files = known.differences(&texts(sources)?);
    if let Some(current) = known.current().filter(|_| files.is_empty()) {
        return Ok(current.clone());
    }
    let publication = Publication {
        number: current + 1,
        program: program.version().into(),
        name: program.name().into(),
        note: signed.note.map(Into::into),
        restores,
        files,
    };
    let event = Event {
        identity: Identity { source: SOURCE.into(), id: publication.id().into() },
        at: signed.at,
        body: Body::Publication { publication: Box::new(publication), by: signed.by.into() },
        ext: None,
    };
    fits(&event)?;
    let receipts = journal.append_upon(known.position, &mut |since| {
        let mut published = since.iter().filter_map(|entry| entry.event.publication());
        match published.next_back() {
            Some((latest, _)) if signed.upon.is_none() => Err(meanwhile(latest.number)),
            Some((latest, _)) => Err(another(latest.number)),
            None => Ok(vec![event.clone()]),
        }
    })?;
    if let Some(problem) = receipts.into_iter().find_map(|receipt| receipt.problem) {
        return Err(problem.into());
    }
    Published::of(&event).ok_or_else(|| Problem::new(Code::Internal, "it is no program").into())
}

impl Signed<'_> {
    fn check(&self) -> Result<(), Problem> {
        for (field, text) in [("by", Some(self.by)), ("note", self.note)] {
            let Some(text) = text else { continue };
            said(field, text)?;
            if text.len() > LONGEST_TEXT {
                let message = format!("the text has {} bytes", text.len());
                let help = format!("at most {LONGEST_TEXT}");
                return Err(Problem::new(Code::TooLarge, message).help(help).field(field));
            }
        }
        Ok(())
    }
}

impl Publication {
    /// What the record of it is called: two that are published at once cannot both have the number.
    pub(crate) fn id(&self) -> String {
        format!("program-{}", self.number)
    }
}

fn another(current: u64) -> Error {
    let message = match current {
        0 => "no program was published in this journal yet".to_owned(),
        number => format!("program {number} is published, and not the one that this is to follow"),
    };
    let help = "look at what it changed, and publish upon it";
    Problem::new(Code::Conflict, message).help(help).field("upon").into()
}

/// Somebody else was quicker while examples ran.
fn meanwhile(latest: u64) -> Error {
    let message = format!("program {latest} was published while this one was tried out");
    let help = "look at what it changed, and publish again";
    Problem::new(Code::Conflict, message).help(help).into()
}

/// The files with their texts. Their names can be those of files everywhere.
fn texts(sources: &Sources) -> Result<BTreeMap<Arc<str>, Arc<str>>, Error> {
    let text = |(path, content): (&str, &[u8])| {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.len() > LONGEST_NAME || path.chars().any(char::is_control) {
            let message = format!("no file can be called `{}`", path.escape_debug());
            let help = format!("at most {LONGEST_NAME} bytes, and none that steers a terminal");
            return Err(Problem::new(Code::WrongValue, message).help(help).into());
        }
        let wrong = |_| Problem::new(Code::NotUtf8, "the file is not UTF-8 text").file(path);
        Ok((path.into(), str::from_utf8(content).map_err(wrong)?.into()))
    };
    sources.iter().map(text).collect()
}

/// A journal's export has each event on one line, which has to be read again.
fn fits(event: &Event) -> Result<(), Error> {
    let length = serde_json::to_string(event).map_or(u64::MAX, |text| text.len() as u64);
    if length < LONGEST_LINE {
        return Ok(());
    }
    let message = format!(
        "the files that change have {} MiB together; at most {} are published at once",
        length >> 20,
        LONGEST_LINE >> 20
    );
    Err(Problem::new(Code::TooLarge, message)
        .help("publish the largest lists in several steps")
        .into())
}
