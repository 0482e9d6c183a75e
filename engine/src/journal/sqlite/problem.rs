//! What SQLite says went wrong, in our words.

use rusqlite::{ErrorCode, ffi};

use crate::error::{Code, Problem};

/// What was being done with a file when something went wrong.
#[derive(Clone, Copy)]
pub(super) struct Failed<'a> {
    pub(super) file: &'a str,
    writing: bool,
}

impl<'a> Failed<'a> {
    pub(super) fn reading(file: &'a str) -> Self {
        Self { file, writing: false }
    }

    pub(super) fn writing(file: &'a str) -> Self {
        Self { file, writing: true }
    }

    /// The problem that an error of SQLite is.
    pub(super) fn because(self, error: &rusqlite::Error) -> Problem {
        let file = self.file;
        let Some(code) = error.sqlite_error_code() else {
            return corrupt(file, &error.to_string());
        };
        let full = code == ErrorCode::DiskFull || no_room_for_index(error);
        let problem = match code {
            _ if full => Problem::new(Code::DiskFull, "there is no room on the disk")
                .help("make room and try again; what was acknowledged before is on record"),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                let message = "another process has been writing to the journal for too long";
                Problem::new(Code::JournalBusy, message).help("try again; nothing was changed")
            }
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                Problem::new(Code::Unwritable, "the journal cannot be written: it is read-only")
                    .help("give this user the right to write the file and its directory")
            }
            // The statements are always the same: tables that they do not fit are not as they were.
            ErrorCode::NotADatabase => return no_journal(file, "it is no SQLite file"),
            ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation | ErrorCode::Unknown => {
                return corrupt(file, &message_of(error));
            }
            ErrorCode::CannotOpen => {
                let code = if self.writing { Code::Unwritable } else { Code::Unreadable };
                Problem::new(code, format!("the journal cannot be opened: {}", message_of(error)))
                    .help("look whether the directory is there and may be written")
            }
            _ => {
                let (code, verb) = match self.writing {
                    true => (Code::Unwritable, "written"),
                    false => (Code::Unreadable, "read"),
                };
                Problem::new(code, format!("the journal cannot be {verb}: {}", message_of(error)))
            }
        };
        problem.file(file)
    }
}

/// Whether there was no room for the index of the write-ahead log (`-shm`), which has a code of
/// its own.
pub(super) fn no_room_for_index(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|it| it.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}

/// SQLite's own words.
fn message_of(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, Some(message)) => {
            format!("{message} (SQLite error {})", code.extended_code)
        }
        other => other.to_string(),
    }
}

/// The file is something else, as far as can be told: a journal whose first page is gone looks the
/// same.
pub(super) fn no_journal(file: &str, what: &str) -> Problem {
    Problem::new(Code::JournalCorrupt, format!("`{file}` is no journal of Plaudit's: {what}"))
        .help(
            "nothing was changed; name a journal. If this is one, its beginning was overwritten, and \
             a copy that `plaudit journal backup` made can take its place",
        )
        .file(file)
}

/// The file is damaged.
pub(super) fn corrupt(file: &str, what: &str) -> Problem {
    Problem::new(Code::JournalCorrupt, format!("the journal is damaged: {what}"))
        .help(
            "nothing was changed; `plaudit journal check` says what is wrong, and a copy that \
             `plaudit journal backup` made can take its place",
        )
        .file(file)
}

/// The file was written by a later version.
pub(super) fn newer(file: &str, version: usize, current: usize) -> Problem {
    let message = format!(
        "the journal has schema version {version}; this program knows versions up to {current}"
    );
    Problem::new(Code::JournalVersion, message).help("use a newer plaudit").file(file)
}

/// The file was written by an earlier version and cannot be brought up to date by reading.
pub(super) fn older(file: &str, version: usize, current: usize) -> Problem {
    let message =
        format!("the journal has schema version {version}; it must become {current} first");
    Problem::new(Code::JournalVersion, message)
        .help(
            "any command that writes to it brings it up to date, such as `plaudit journal upgrade`",
        )
        .file(file)
}
