//! Looks for damage in a journal file, and copies one that is in use.

use std::path::Path;

use rusqlite::Connection;

use super::fresh::{keep_as, part_of};
use super::path::plain;
use super::problem::Failed;
use super::{Sqlite, erased, schema};
use crate::error::Error;
use crate::journal::health::{Health, MOST_FINDINGS, Stated};

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
        let next_commit = || {
            let Some(row) = commits.next().map_err(|error| because(&error))? else {
                return Ok(None);
            };
            let first = row.get(0).map_err(|error| because(&error))?;
            let identities = row.get(1).map_err(|error| because(&error))?;
            let checksum = row.get(2).map_err(|error| because(&error))?;
            Ok(Some(Stated { first, identities, checksum }))
        };
        let next_event = || {
            let Some(row) = events.next().map_err(|error| because(&error))? else {
                return Ok(None);
            };
            let position = row.get(0).map_err(|error| because(&error))?;
            let text = row.get_ref(1).map_err(|error| because(&error))?;
            let text = text.as_bytes().map_err(|error| because(&error.into()))?;
            // A sign that is none is told by the checksum, and with its event.
            Ok(Some((position, String::from_utf8_lossy(text).into_owned())))
        };
        if let Some(found) = health.compare(next_commit, next_event)? {
            let said = erased::places(connection).map_err(|error| because(&error))?;
            let has_key = erased::key(connection, &self.file)?.is_some();
            health.erasures(&found, &said, has_key);
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
