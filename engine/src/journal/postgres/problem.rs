//! What PostgreSQL says went wrong, in our words.

use std::error::Error as _;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::error::{Code, Error, Problem};

/// Why something that a database was asked for was not done.
#[derive(Debug)]
pub(super) enum Fault {
    /// The connection is lost: whoever asked may ask again over another one.
    Lost(String),
    /// It is refused, and would be again.
    Refused(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Refused(error)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Fault::Refused(problem.into())
    }
}

impl Fault {
    /// What an error means where the database `name` was asked for something.
    pub(super) fn of(error: &tokio_postgres::Error, name: &str) -> Self {
        if let Some(refused) = error.as_db_error() {
            return of_server(refused, name);
        }
        let source = error.source();
        let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
        if let Some(why) = io.and_then(certificate) {
            return untrusted(name, &why).into();
        }
        match source {
            None => Fault::Lost(error.to_string()),
            Some(_) if io.is_some() => Fault::Lost(in_full(error)),
            // A server without TLS, a password that is not given, an answer that does not fit.
            Some(_) => failed(name, &in_full(error))
                .help("a password comes from PGPASSWORD, ~/.pgpass or the address; `sslmode` says how much TLS there must be")
                .into(),
        }
    }
}

/// An error with what caused it.
fn in_full(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// What is wrong with the server's certificate, if that is what is wrong.
fn certificate(error: &std::io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
        .then(|| error.to_string())
}

/// What the server itself says.
fn of_server(error: &DbError, name: &str) -> Fault {
    let (code, says) = (error.code(), error.message());
    let gone = matches!(error.parsed_severity(), Some(Severity::Panic))
        || code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            SqlState::TOO_MANY_CONNECTIONS,
            // It was the one that is written to, and is no longer.
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ]
        .contains(code);
    if gone {
        return Fault::Lost(says.to_owned());
    }
    let problem = match *code {
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => {
            let message = "another process has been writing to the journal for too long";
            Problem::new(Code::JournalBusy, message)
                .help("try again; nothing was changed")
                .file(name)
        }
        SqlState::DISK_FULL => Problem::new(Code::DiskFull, "there is no room on the disk")
            .help("make room on the database's server and try again; what was acknowledged before is on record")
            .file(name),
        SqlState::INSUFFICIENT_PRIVILEGE | SqlState::INVALID_SCHEMA_NAME => {
            let message = format!("the database does not allow it: {says}");
            Problem::new(Code::Unwritable, message)
                .help("the user needs a schema that tables may be made in: `CREATE SCHEMA plaudit AUTHORIZATION …` and `?schema=plaudit` in the address")
                .file(name)
        }
        // The statements are always the same: tables that they do not fit are not as they were.
        SqlState::UNDEFINED_TABLE
        | SqlState::UNDEFINED_COLUMN
        | SqlState::DATATYPE_MISMATCH
        | SqlState::UNIQUE_VIOLATION
        | SqlState::CHECK_VIOLATION
        | SqlState::NOT_NULL_VIOLATION
        | SqlState::DATA_CORRUPTED
        | SqlState::INDEX_CORRUPTED => corrupt(name, says),
        _ => failed(name, says),
    };
    problem.into()
}

fn failed(name: &str, says: &str) -> Problem {
    Problem::new(Code::Unreadable, format!("the journal's database refuses it: {says}")).file(name)
}

fn untrusted(name: &str, why: &str) -> Problem {
    Problem::new(Code::Unreadable, format!("the database's server is not trusted: {why}"))
        .help("`sslrootcert` names the file of the certificates that it is trusted by, and the address must name it as its certificate does")
        .file(name)
}

/// The database cannot be reached, or not any longer.
pub(super) fn unreachable(name: &str, why: &str) -> Problem {
    Problem::new(
        Code::JournalUnreachable,
        format!("the journal's database cannot be reached: {why}"),
    )
    .help("try again when it is there; what was acknowledged is on record")
    .file(name)
}

/// The connection was lost while a commit was under way, and no other one came in time.
pub(super) fn in_doubt(name: &str, why: &str) -> Problem {
    let message = format!(
        "the connection to the journal's database was lost during a commit, and whether that is on record is not known yet: {why}"
    );
    Problem::new(Code::JournalUnreachable, message)
        .help("hand the same events in again when it is there: what is on record is known, and changes nothing")
        .file(name)
}

/// What is there is damaged.
pub(super) fn corrupt(name: &str, what: &str) -> Problem {
    Problem::new(Code::JournalCorrupt, format!("the journal is damaged: {what}"))
        .help("nothing was changed; `plaudit journal check` says what is wrong, and a dump of the database, or an export, can take its place")
        .file(name)
}

/// What an address leads to is no journal.
pub(super) fn no_journal(name: &str, code: Code, what: &str) -> Problem {
    Problem::new(code, format!("there is no journal in `{name}`: {what}"))
        .help("`plaudit sync`, `plaudit import` and `plaudit record` make one")
        .file(name)
}

/// The tables have another version than this engine's.
pub(super) fn other_version(name: &str, version: usize, current: usize) -> Problem {
    let problem = if version > current {
        let message = format!(
            "the journal has schema version {version}; this program knows versions up to {current}"
        );
        Problem::new(Code::JournalVersion, message).help("use a newer plaudit")
    } else {
        let message =
            format!("the journal has schema version {version}; it must become {current} first");
        Problem::new(Code::JournalVersion, message)
            .help("any command that writes to it brings it up to date")
    };
    problem.file(name)
}
