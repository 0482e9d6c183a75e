//! Journals by what they are called: the name of a file, or the address of a database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(feature = "postgres")]
use super::Postgres;
#[cfg(feature = "sqlite")]
use super::Sqlite;
use super::{
    Access, Batch, Checkpoint, Entry, Erased, Health, Journal, Key, Receipt, Rewrite, Rewritten,
};
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log};

/// What addresses of databases begin with.
const BEGINNINGS: [&str; 2] = ["postgres://", "postgresql://"];

/// Where a journal is: a file, or a database by its address (`postgres://…`). What it shows of itself
/// has no password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Where);

#[derive(Clone, PartialEq, Eq)]
enum Where {
    File(PathBuf),
    Database(String),
}

impl Address {
    /// What somebody calls a journal.
    pub fn of(called: impl Into<PathBuf>) -> Self {
        let path: PathBuf = called.into();
        match path.to_str().filter(|text| BEGINNINGS.iter().any(|it| text.starts_with(it))) {
            Some(text) => Self(Where::Database(text.to_owned())),
            None => Self(Where::File(path)),
        }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Where::File(path) => Some(path),
            Where::Database(_) => None,
        }
    }

    /// Whether there is a journal.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or refuses it.
    pub fn is_there(&self) -> Result<bool, Error> {
        match &self.0 {
            Where::File(path) => Ok(path.exists()),
            #[cfg(feature = "postgres")]
            Where::Database(address) => Postgres::is_there(address),
            #[cfg(not(feature = "postgres"))]
            Where::Database(_) => Ok(false),
        }
    }

    /// Opens the journal.
    ///
    /// # Errors
    ///
    /// Those of opening a file or a database, or the engine was built without one of them.
    pub fn open(&self, access: Access) -> Result<Store, Error> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Where::File(path) => Ok(Store::Sqlite(Sqlite::open(path, access)?)),
            #[cfg(feature = "postgres")]
            Where::Database(address) => Ok(Store::Postgres(Postgres::open(address, access)?)),
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => {
                let message = "this program was built without journals of this kind";
                let _ = access;
                Err(Problem::new(Code::Unreadable, message).file(self.to_string()).into())
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Where::File(path) => path.display().fmt(f),
            // The password stands between the user's name and the host, or behind the question mark.
            Where::Database(address) => {
                let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
                let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
                match rest.rsplit_once('@') {
                    Some((user, host)) => {
                        let user = user.split_once(':').map_or(user, |(user, _)| user);
                        write!(f, "{scheme}://{user}@{host}")
                    }
                    // What looks like a port and is none may be a password without its host.
                    None if rest.split_once(':').is_some_and(|(_, port)| {
                        !port.starts_with(|sign: char| sign.is_ascii_digit())
                    }) =>
                    {
                        write!(f, "{scheme}://…")
                    }
                    None => write!(f, "{scheme}://{rest}"),
                }
            }
        }
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PathBuf::deserialize(deserializer).map(Self::of)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A journal that outlives its process, of whichever kind its address names.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there are few of them, each behind a pointer")]
pub enum Store {
    /// One file.
    #[cfg(feature = "sqlite")]
    Sqlite(Sqlite),
    /// A database.
    #[cfg(feature = "postgres")]
    Postgres(Postgres),
}

impl Store {
    fn journal(&self) -> &dyn Journal {
        match self {
            #[cfg(feature = "sqlite")]
            Store::Sqlite(journal) => journal,
            #[cfg(feature = "postgres")]
            Store::Postgres(journal) => journal,
        }
    }

    /// Looks for damage in all that it has.
    ///
    /// # Errors
    ///
    /// It cannot be read so far as to look for damage.
    pub fn check(&self) -> Result<Health, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Store::Sqlite(journal) => journal.check(),
            #[cfg(feature = "postgres")]
            Store::Postgres(journal) => journal.check(),
        }
    }

    /// Copies it, as it is at this moment, to a file that is not there yet.
    ///
    /// # Errors
    ///
    /// It is no file, the target is there already or cannot be written, or it cannot be read.
    pub fn backup(&self, target: &Path) -> Result<(), Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Store::Sqlite(journal) => journal.backup(target),
            #[cfg(feature = "postgres")]
            Store::Postgres(_) => {
                let message = "only a journal that is one file is copied so";
                let help = "`pg_dump` copies a database; `plaudit journal copy` makes another journal of \
                            its events, and `plaudit journal export` prints them";
                let _ = target;
                Err(Problem::new(Code::NotAllowed, message).help(help).into())
            }
        }
    }

    /// Sets how long a call waits for another process that is writing; ten seconds at first.
    ///
    /// # Errors
    ///
    /// The time is refused.
    pub fn wait_at_most(&self, patience: Duration) -> Result<(), Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Store::Sqlite(journal) => journal.wait_at_most(patience),
            #[cfg(feature = "postgres")]
            Store::Postgres(journal) => {
                journal.wait_at_most(patience);
                Ok(())
            }
        }
    }
}

impl Journal for Store {
    fn append(&self, events: &[Event], batch: Batch) -> Result<Vec<Receipt>, Error> {
        self.journal().append(events, batch)
    }

    fn append_upon(
        &self,
        after: u64,
        decide: &mut dyn FnMut(Vec<Entry>) -> Result<Vec<Event>, Error>,
    ) -> Result<Vec<Receipt>, Error> {
        self.journal().append_upon(after, decide)
    }

    fn rewrite(
        &self,
        decide: &mut dyn FnMut(&Log, &Key) -> Result<Rewrite, Error>,
    ) -> Result<Rewritten, Error> {
        self.journal().rewrite(decide)
    }

    fn erased(&self) -> Result<Erased, Error> {
        self.journal().erased()
    }

    fn take_key(&self, key: &Key) -> Result<(), Error> {
        self.journal().take_key(key)
    }

    fn read(
        &self,
        after: u64,
        each: &mut dyn FnMut(Entry) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.journal().read(after, each)
    }

    fn publications(&self) -> Result<Vec<Entry>, Error> {
        self.journal().publications()
    }

    fn position(&self) -> Result<u64, Error> {
        self.journal().position()
    }

    fn keep(&self, checkpoint: &mut Checkpoint<'_>) -> Result<(), Error> {
        self.journal().keep(checkpoint)
    }

    fn kept(&self, each: &mut dyn FnMut(&[u8]) -> bool) -> Result<Option<u64>, Error> {
        self.journal().kept(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_password() {
        let shown = |called: &str| format!("{0} {0:?}", Address::of(called));
        assert_eq!(shown("a.db"), "a.db a.db");
        assert!(Address::of("postgres.db").file().is_some());
        for address in [
            "postgres://ada:s3cret@one,two:1/db?password=s3cret",
            "postgresql://ada@one/db?password=s3cret",
            "postgres://ada:s3@cret@one/db",
            "postgres://ada:s3?cret",
        ] {
            let address = Address::of(address);
            assert!(address.file().is_none() && !shown(&address.to_string()).contains("s3"));
            assert!(!format!("{address:?}").contains("cret"), "{address:?}");
        }
    }
}
