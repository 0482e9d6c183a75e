//! The tables of a journal, and how older ones become current ones.
//!
//! They stand in the first schema of the user's search path, or in the one that the address names.
//! New tables take the same steps as old ones. Each step is one transaction, taken by one process at
//! a time (an advisory lock): whoever is killed on the way leaves tables that the next one takes further.

use super::link::Session;
use super::problem::{Fault, corrupt, no_journal, other_version};
use crate::error::{Code, Problem};
use crate::journal::Access;

/// The steps to the current schema; the version of a journal is the number of steps it has taken.
/// A step is never changed after a release: what comes later is a further step.
const STEPS: &[&str] = &[
    // The one row of `plaudit_journal` has the place of the last event; whoever writes locks it until
    // the commit is done. Events are in the order in which they were accepted, as the JSON that is read
    // from files. There is one row for each commit: when it was, the hashes of the identities of its
    // events (four bytes each, in their order), a checksum of their JSON, and a number that tells
    // whose it was. Checkpoints are what was worked out from the events up to a position, for a quick
    // start; never the truth.
    "CREATE TABLE plaudit_journal (
         only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
         version integer NOT NULL,
         last bigint NOT NULL
     ) WITH (fillfactor = 10);
     CREATE TABLE plaudit_events (
         position bigint PRIMARY KEY,
         event text NOT NULL
     );
     CREATE TABLE plaudit_commits (
         first bigint PRIMARY KEY,
         recorded_at bigint NOT NULL,
         identities bytea NOT NULL,
         checksum bigint NOT NULL,
         writer bigint NOT NULL
     );
     CREATE TABLE plaudit_checkpoints (
         name text NOT NULL,
         part bigint NOT NULL,
         position bigint NOT NULL,
         data bytea NOT NULL,
         PRIMARY KEY (name, part)
     );
     ALTER TABLE plaudit_checkpoints ALTER COLUMN data SET STORAGE EXTERNAL;
     INSERT INTO plaudit_journal (version, last) VALUES (0, 0);",
    // Where the records of erasures stand, the last one beside the place of the last event; and what
    // the journal keeps to itself: the key of their hashes, and whether something that was replaced may
    // still stand in the tables' files. The server keeps no samples of what people wrote.
    "ALTER TABLE plaudit_journal ADD COLUMN erased bigint NOT NULL DEFAULT 0;
     CREATE TABLE plaudit_erasures (position bigint PRIMARY KEY);
     CREATE TABLE plaudit_secrets (name text PRIMARY KEY, value bytea NOT NULL);
     ALTER TABLE plaudit_events ALTER COLUMN event SET STATISTICS 0;
     ALTER TABLE plaudit_checkpoints ALTER COLUMN data SET STATISTICS 0;",
    // Which events are programs that were published: there are few, and each start asks for them.
    "CREATE INDEX plaudit_publications ON plaudit_events (position)
     WHERE left(event, 21) = '{\"type\":\"publication\"';",
];

/// The version that this engine reads and writes.
pub(super) const CURRENT: usize = STEPS.len();

/// The oldest server that has all that is asked of it.
const OLDEST_SERVER: u32 = 120_000;

/// One process at a time, in each schema, makes tables or keeps a checkpoint: these are held until
/// the end of a transaction.
pub(super) fn lock(what: &str) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtext('plaudit {what}'), hashtext(current_schema()))")
}

/// Makes sure that there are current tables; they are made, or brought up to date, where that may be.
pub(super) fn ready(session: &Session, access: Access) -> Result<(), Fault> {
    fits(session)?;
    let name = session.name();
    let reached = version(session)?;
    match (reached, access) {
        (CURRENT, _) => Ok(()),
        (0, Access::Read) => {
            Err(no_journal(name, Code::Unreadable, "it has no tables of one").into())
        }
        (0, Access::Write) => {
            Err(no_journal(name, Code::Unwritable, "it has no tables of one").into())
        }
        (older, Access::Read) => Err(other_version(name, older, CURRENT).into()),
        _ => migrate(session),
    }
}

/// Whether the server can keep a journal.
fn fits(session: &Session) -> Result<(), Fault> {
    let rows = session
        .run("SELECT current_setting('server_encoding'), current_setting('server_version_num')")?;
    let said = |column| rows.first().and_then(|row| row.get(column)).unwrap_or_default();
    let refused = |message: String, help: &str| {
        let problem = Problem::new(Code::Unwritable, message).help(help);
        Err(problem.file(session.name()).into())
    };
    if said(0) != "UTF8" {
        let message =
            format!("the database keeps texts as {}, which cannot hold all signs", said(0));
        return refused(message, "make a database with `ENCODING 'UTF8'`");
    }
    if said(1).parse().unwrap_or(OLDEST_SERVER) < OLDEST_SERVER {
        return refused(
            format!("the server is older than PostgreSQL 12: its number is {}", said(1)),
            "use a server that its makers still look after",
        );
    }
    Ok(())
}

/// The version of the tables: 0 where there are none.
pub(super) fn version(session: &Session) -> Result<usize, Fault> {
    // Asked of the table of tables: a name alone is looked up in what the connection remembers, and
    // somebody else may have made it meanwhile.
    let there = session.run(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = 'plaudit_journal' AND n.nspname = ANY (current_schemas(false))",
    )?;
    if there.is_empty() {
        return Ok(0);
    }
    let rows = session.run("SELECT version FROM plaudit_journal")?;
    let said = rows.first().and_then(|row| row.get(0));
    let version = said.and_then(|version| version.parse().ok());
    match version {
        Some(version) if version > CURRENT => {
            Err(other_version(session.name(), version, CURRENT).into())
        }
        Some(version) => Ok(version),
        None => Err(corrupt(session.name(), "the row that says where it ends is missing").into()),
    }
}

/// Takes the tables to the current version, step by step.
fn migrate(session: &Session) -> Result<(), Fault> {
    if let Some(schema) = session.schema() {
        make_schema(session, schema)?;
    }
    loop {
        let taken = session.transaction("BEGIN", || {
            session.run(&lock("schema"))?;
            // Another process may have taken the step while this one waited.
            let reached = version(session)?;
            let Some(step) = STEPS.get(reached) else { return Ok(false) };
            session.run(step)?;
            session.run(&format!("UPDATE plaudit_journal SET version = {}", reached + 1))?;
            Ok(true)
        })?;
        if !taken {
            return Ok(());
        }
    }
}

/// Makes the schema of the tables, if it is not there.
fn make_schema(session: &Session, schema: &str) -> Result<(), Fault> {
    let (text, quoted) = (schema.replace('\'', "''"), schema.replace('"', "\"\""));
    let looked_for = format!("SELECT 1 FROM pg_namespace WHERE nspname = '{text}'");
    if session.run(&looked_for)?.is_empty() {
        match session.run(&format!("CREATE SCHEMA \"{quoted}\"")) {
            // Somebody else has made it at the same moment.
            Err(Fault::Refused(_)) if !session.run(&looked_for)?.is_empty() => {}
            made => drop(made?),
        }
    }
    // A connection remembers which schemas of its path are there.
    session.run(&format!("SET search_path TO \"{quoted}\"")).map(|_| ())
}
