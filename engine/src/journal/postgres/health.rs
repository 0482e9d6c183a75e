//! Looks for damage in the tables of a journal.

use std::collections::VecDeque;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::link::Session;
use super::problem::Fault;
use super::{AT_A_TIME, READ_ONE_STATE, place, position, schema};
use crate::error::Error;
use crate::journal::health::{Health, Stated};

/// Looks at every event and every checksum, as of one moment, whoever writes meanwhile.
pub(super) fn check(session: &Session) -> Result<Health, Fault> {
    session.transaction(READ_ONE_STATE, || {
        let (schema, events) = (schema::version(session)?, position(session)?);
        let mut health = Health { schema, events, commits: 0, damage: Vec::new() };
        let mut fault = None;
        let mut commits = Pages::new(
            session,
            "SELECT first, identities, checksum FROM plaudit_commits WHERE first > $1
             ORDER BY first LIMIT $2",
        );
        let mut rows = Pages::new(
            session,
            "SELECT position, event FROM plaudit_events WHERE position > $1
             ORDER BY position LIMIT $2",
        );
        let aside = std::cell::RefCell::new(&mut fault);
        let ended = |fault: Fault| {
            **aside.borrow_mut() = Some(fault);
            Error::from(super::problem::unreachable(session.name(), ""))
        };
        let mut seen = 0;
        let compared = health.compare(
            || {
                let Some(row) = commits.next().map_err(&ended)? else { return Ok(None) };
                let stated = || {
                    Ok(Stated {
                        first: session.number(&row, 0)?,
                        identities: session.get(&row, 1)?,
                        checksum: session.get(&row, 2)?,
                    })
                };
                stated().map(Some).map_err(&ended)
            },
            || {
                let Some(row) = rows.next().map_err(&ended)? else { return Ok(None) };
                seen += 1;
                let event = || Ok((session.number(&row, 0)?, session.get(&row, 1)?));
                event().map(Some).map_err(&ended)
            },
        );
        compared.map_err(|error| fault.take().unwrap_or(Fault::Refused(error)))?;
        if health.damage.is_empty() && seen != events {
            let damage = format!("it says that it has {events} events, and has {seen}");
            health.damage.push(damage);
        }
        Ok(health)
    })
}

/// The rows of a table by their first column, some at a time.
struct Pages<'a> {
    session: &'a Session,
    sql: &'a str,
    after: i64,
    rows: VecDeque<Row>,
    ended: bool,
}

impl<'a> Pages<'a> {
    fn new(session: &'a Session, sql: &'a str) -> Self {
        // Also what stands where nothing belongs.
        Self { session, sql, after: i64::MIN, rows: VecDeque::new(), ended: false }
    }

    fn next(&mut self) -> Result<Option<Row>, Fault> {
        if self.rows.is_empty() && !self.ended {
            let most = place(AT_A_TIME);
            let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
                [(&self.after, Type::INT8), (&most, Type::INT8)];
            self.rows = self.session.query(self.sql, &parameters)?.into();
            self.ended = (self.rows.len() as u64) < AT_A_TIME;
            if let Some(last) = self.rows.back() {
                self.after = self.session.get(last, 0)?;
            }
        }
        Ok(self.rows.pop_front())
    }
}
