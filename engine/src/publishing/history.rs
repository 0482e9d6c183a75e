//! What was published in a journal, in its order.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Code, Error, Problem};
use crate::events::{Event, Publication};
use crate::journal::Journal;
use crate::program::{Program, Sources};

/// A program that was published.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "PublishedProgram", deny_unknown_fields, transform = crate::schema::written)]
pub struct Published {
    /// Its number, from 1.
    pub number: u64,
    /// Its content hash.
    pub program: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// When it was published.
    pub at: Timestamp,
    /// Who published it.
    pub by: Arc<str>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
    /// The number of the earlier one that it brings back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// The files that are new or have another text than in the program before.
    pub changed: Vec<Arc<str>>,
    /// The files of the program before that are gone.
    pub removed: Vec<Arc<str>>,
}

impl Published {
    /// What an event says, where it says that a program was published.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let (publication, by) = event.publication()?;
        let Publication { number, program, name, note, restores, files } = publication.clone();
        let (changed, removed): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(_, text)| text.is_some());
        let paths = |files: Vec<(Arc<str>, _)>| files.into_iter().map(|(path, _)| path).collect();
        let (changed, removed) = (paths(changed), paths(removed));
        let (at, by) = (event.at, Arc::clone(by));
        Some(Self { number, program, name, at, by, note, restores, changed, removed })
    }
}

/// The texts of files by path.
type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// Everything that was published in a journal.
#[derive(Clone, Debug, Default)]
pub struct Publications {
    all: Vec<Published>,
    /// The files of each that differ from the one before.
    files: Vec<BTreeMap<Arc<str>, Option<Arc<str>>>>,
    /// The place in the journal up to which there are no others.
    pub(super) position: u64,
}

impl Publications {
    /// What was published in a journal up to now.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or a program is missing in it.
    pub fn of(journal: &dyn Journal) -> Result<Self, Error> {
        let position = journal.position()?;
        let entries = journal.publications()?.into_iter();
        let known = entries.filter(|entry| entry.position <= position).map(|entry| entry.event);
        Self::of_events(known, position)
    }

    /// The same of events, in their order.
    pub(crate) fn of_events(
        events: impl Iterator<Item = Event>,
        position: u64,
    ) -> Result<Self, Error> {
        let mut known = Self { position, ..Self::default() };
        for event in events {
            let Some(published) = Published::of(&event) else { continue };
            let expected = known.all.len() as u64 + 1;
            if published.number != expected {
                let message = format!(
                    "program {expected} is missing: program {} comes in its place",
                    published.number
                );
                return Err(Problem::new(Code::JournalCorrupt, message).into());
            }
            if let Some(restores) = published.restores.filter(|it| !(1..expected).contains(it)) {
                let message =
                    format!("program {expected} is program {restores} again, and comes first");
                return Err(Problem::new(Code::JournalCorrupt, message).into());
            }
            known.all.push(published);
            let files = event.publication().map(|(publication, _)| publication.files.clone());
            known.files.push(files.unwrap_or_default());
        }
        Ok(known)
    }

    /// All of them, in their order: the number of each is its place, from 1.
    pub fn all(&self) -> &[Published] {
        &self.all
    }

    /// The one that everybody works by; nothing where none was published.
    pub fn current(&self) -> Option<&Published> {
        self.all.last()
    }

    /// The files of a program that was published.
    ///
    /// # Errors
    ///
    /// There is none of that number.
    pub fn sources(&self, number: u64) -> Result<Sources, Error> {
        Ok(self.published(number)?.1)
    }

    /// A program that was published, with its files.
    ///
    /// # Errors
    ///
    /// There is none of that number.
    pub fn published(&self, number: u64) -> Result<(&Published, Sources), Error> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let published = place.and_then(|place| self.all.get(place)).ok_or_else(|| {
            let message = format!("there is no program {number}");
            let help = match self.all.len() {
                0 => "none was published in this journal".to_owned(),
                1 => "there is program 1 alone".to_owned(),
                last => format!("there are programs 1 to {last}"),
            };
            Problem::new(Code::WrongValue, message).help(help)
        })?;
        let with = |sources: Sources, (path, text): (Arc<str>, Arc<str>)| {
            sources.with(&*path, text.as_bytes())
        };
        Ok((published, self.texts(number).into_iter().fold(Sources::new(), with)))
    }

    /// The program that everybody works by, compiled, with its number; nothing where none was published.
    ///
    /// # Errors
    ///
    /// It does not compile: another version of the engine has published it.
    pub fn program(&self) -> Result<Option<(u64, Program)>, Error> {
        let Some(number) = self.current().map(|current| current.number) else { return Ok(None) };
        let of_which = |problem: &mut Problem| {
            problem.message = format!("in program {number} of the journal: {}", problem.message);
        };
        let compiled = Program::from_sources(&self.sources(number)?);
        Ok(Some((number, compiled.map_err(|error| error.each(of_which))?)))
    }

    /// Whether the current program is the one that it is said to be. Those before it may have lost
    /// names to an erasure.
    pub(crate) fn check_current(&self) -> Result<(), Error> {
        let Some(current) = self.current() else { return Ok(()) };
        if self.sources(current.number)?.version() == *current.program {
            return Ok(());
        }
        let message = format!("the files of program {} do not have its hash", current.number);
        let help = "they were changed after it was published";
        Err(Problem::new(Code::JournalCorrupt, message).help(help).field("program").into())
    }

    /// The files of a program; none of program 0.
    fn texts(&self, number: u64) -> Texts {
        let until = usize::try_from(number).unwrap_or(usize::MAX);
        let mut texts = Texts::new();
        for (path, text) in self.files.iter().take(until).flatten() {
            match text {
                Some(text) => texts.insert(Arc::clone(path), Arc::clone(text)),
                None => texts.remove(path),
            };
        }
        texts
    }

    /// What is to change in the current program so that it has these files.
    pub(super) fn differences(&self, wanted: &Texts) -> BTreeMap<Arc<str>, Option<Arc<str>>> {
        let known = self.texts(self.all.len() as u64);
        let other = wanted.iter().filter(|(path, text)| known.get(*path) != Some(text));
        let other = other.map(|(path, text)| (Arc::clone(path), Some(Arc::clone(text))));
        let gone = known.keys().filter(|path| !wanted.contains_key(*path));
        other.chain(gone.map(|path| (Arc::clone(path), None))).collect()
    }

    /// For each program, the files of its own that the current one still has.
    pub(crate) fn in_use(&self) -> Vec<Vec<Arc<str>>> {
        let mut latest: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for (place, files) in self.files.iter().enumerate() {
            latest.extend(files.keys().map(|path| (path, place)));
        }
        let mut in_use = vec![Vec::new(); self.files.len()];
        for (path, place) in latest {
            in_use[place].push(Arc::clone(path));
        }
        in_use
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Body, Identity};

    #[test]
    fn a_published_program_that_does_not_compile_says_which_one_it_is() {
        // As another version of the engine may have found it right.
        let files = [
            ("program.toml", "name = \"Test\"\nbrand = \"Acme\"\n"),
            ("scoring/share.rhai", "fn share(activity) {"),
        ];
        let text = |(path, text): (&str, &str)| (path.into(), Some(text.into()));
        let publication = Publication {
            number: 1,
            program: "".into(),
            name: "Test".into(),
            note: None,
            restores: None,
            files: files.into_iter().map(text).collect(),
        };
        let event = Event {
            identity: Identity { source: "plaudit".into(), id: publication.id().into() },
            at: Timestamp::UNIX_EPOCH,
            body: Body::Publication { publication: Box::new(publication), by: "grace".into() },
            ext: None,
        };
        let refused = Publications::of_events(std::iter::once(event), 1).unwrap().program();
        let refused = refused.unwrap_err();
        let problem = refused.problems().iter().find(|it| it.code == Code::Syntax).unwrap();
        assert!(problem.message.starts_with("in program 1 of the journal: "), "{refused}");
        assert_eq!(problem.file.as_deref(), Some("scoring/share.rhai"));
    }
}
