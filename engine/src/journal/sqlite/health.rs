//! Looks for damage in a journal file, and copies one that is in use.

use std::path::Path;

use rusqlite::Connection;
use serde::Serialize;

use super::checksum::Checksum;
use super::fresh::{keep_as, part_of};
use super::identities::hash;
use super::path::plain;
use super::problem::Failed;
use super::{Sqlite, erased, event_of, schema};
use crate::error::Error;

/// After so many findings the rest is likely of the same kind.
const MOST_FINDINGS: usize = 100;

/// What was found in a journal file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The version of its tables.
    pub schema: usize,
    /// How many events it has.
    pub events: u64,
    /// How many commits they came in.
    pub commits: u64,
    /// What is wrong with it, where something is.
    pub damage: Vec<String>,
}

impl Sqlite {
    /// Looks at every page, every event and every checksum of the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read so far as to look for damage.
    pub fn check(&self) -> Result<Health, Error> {
        let mut connection = self.reader();
        let failed = Failed::reading(&self.file);
        // One state of the file throughout, whoever writes meanwhile.
        let transaction = connection.transaction().map_err(|error| failed.because(&error))?;
        let mut health = Health {
            schema: schema::version(&transaction, failed)?,
            events: super::position(&transaction, &self.file)?,
            commits: 0,
            damage: Vec::new(),
        };
        pages(&transaction, &mut health.damage).map_err(|error| failed.because(&error))?;
        if health.damage.is_empty() {
            self.contents(&transaction, &mut health)?;
        }
        Ok(health)
    }

    /// Holds every commit against the events it consists of.
    fn contents(&self, connection: &Connection, health: &mut Health) -> Result<(), Error> {
        let failed = Failed::reading(&self.file);
        let because = |error: &rusqlite::Error| failed.because(error);
        let mut commits = connection
            .prepare("SELECT first, identities, checksum FROM commits ORDER BY first")
            .map_err(|error| because(&error))?;
        let mut events = connection
            .prepare("SELECT position, event FROM events ORDER BY position")
            .map_err(|error| because(&error))?;
        let mut commits = commits.query([]).map_err(|error| because(&error))?;
        let mut events = events.query([]).map_err(|error| because(&error))?;
        let mut next = 1;
        let mut erasures: Vec<u64> = Vec::new();
        while let Some(commit) = commits.next().map_err(|error| because(&error))? {
            if health.damage.len() >= MOST_FINDINGS {
                return Ok(());
            }
            let first: u64 = commit.get(0).map_err(|error| because(&error))?;
            let identities: Vec<u8> = commit.get(1).map_err(|error| because(&error))?;
            let stated: i64 = commit.get(2).map_err(|error| because(&error))?;
            health.commits += 1;
            if first != next {
                health
                    .damage
                    .push(format!("the commit of event {first} stands where {next} belongs"));
                return Ok(());
            }
            if identities.is_empty() {
                health.damage.push(format!("the commit of event {first} has no events"));
            }
            let mut checksum = Checksum::default();
            for known in identities.chunks(4) {
                let Some(row) = events.next().map_err(|error| because(&error))? else {
                    health.damage.push(format!("event {next} is missing"));
                    return Ok(());
                };
                let position: u64 = row.get(0).map_err(|error| because(&error))?;
                let text = row.get_ref(1).map_err(|error| because(&error))?;
                let text = text.as_bytes().map_err(|error| because(&error.into()))?;
                // A sign that is none is told by the checksum, and with its event.
                let text = String::from_utf8_lossy(text);
                if position != next {
                    health.damage.push(format!("event {position} stands where {next} belongs"));
                    return Ok(());
                }
                let event = event_of(&self.file, position, &text);
                let erases = event.as_ref().is_ok_and(|event| event.erasure().is_some());
                erasures.extend(erases.then_some(position));
                match event {
                    Ok(event) if hash(&event.identity).to_le_bytes() == known => {}
                    Ok(_) => health.damage.push(format!("event {position} has another identity")),
                    Err(error) => {
                        let problems = error.problems().iter();
                        health.damage.extend(problems.map(|problem| problem.message.clone()));
                    }
                }
                checksum.add(text.as_bytes());
                next += 1;
            }
            if checksum.value() != stated {
                let last = next - 1;
                health.damage.push(format!(
                    "the events {first} to {last} are not what was acknowledged: their checksum \
                     differs"
                ));
            }
        }
        if let Some(row) = events.next().map_err(|error| because(&error))? {
            let position: u64 = row.get(0).map_err(|error| because(&error))?;
            health.damage.push(format!("event {position} belongs to no commit"));
        }
        self.erasures(connection, &erasures, health)
    }

    /// Holds where erasures are said to stand against where they do: what is left out is taken in again.
    fn erasures(
        &self,
        connection: &Connection,
        found: &[u64],
        health: &mut Health,
    ) -> Result<(), Error> {
        let failed = Failed::reading(&self.file);
        let mut select = connection
            .prepare("SELECT position FROM erasures ORDER BY position")
            .map_err(|error| failed.because(&error))?;
        let said: Vec<u64> = select
            .query_map([], |row| row.get(0))
            .and_then(Iterator::collect)
            .map_err(|error| failed.because(&error))?;
        if said != found {
            health.damage.push("the places of erasures are not where erasures are".to_owned());
        }
        if !found.is_empty() && erased::key(connection, &self.file)?.is_none() {
            health
                .damage
                .push("the key of erasures is missing: what was erased is not known".to_owned());
        }
        Ok(())
    }

    /// Copies the journal, as it is at this moment, to a file that is not there yet. Others may go
    /// on writing meanwhile.
    ///
    /// # Errors
    ///
    /// The target is there already or cannot be written, or the journal cannot be read.
    pub fn backup(&self, target: &Path) -> Result<(), Error> {
        let (file, name) = (plain(target), target.display().to_string());
        // A copy that was cut short must not look like one that is whole.
        let partial = part_of(&file, &name)?;
        let copied = self.reader().execute("VACUUM INTO ?1", [partial.to_string_lossy()]);
        if let Err(error) = copied {
            // Nothing of it is of use, and the disk may be full.
            let _ = std::fs::remove_file(partial);
            return Err(Failed::writing(&name).because(&error).into());
        }
        Ok(keep_as(&partial, &file, &name)?)
    }
}

/// What SQLite itself finds wrong with the file.
fn pages(connection: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({MOST_FINDINGS})"))?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let finding: String = row.get(0)?;
        if finding != "ok" {
            damage.push(finding);
        }
    }
    Ok(())
}
