//! Checkpoints in the database: parts of a few megabytes, which count from one commit on, and are
//! read as of one moment.

use tokio_postgres::types::Type;

use super::link::Session;
use super::problem::Fault;
use super::{READ_ONE_STATE, place};
use crate::error::Error;
use crate::journal::Checkpoint;
use crate::journal::checksum::Checksum;

/// The name of the row that says which checkpoint counts.
const CURRENT: &str = "current";

/// The statement that adds a part.
const ADD: &str =
    "INSERT INTO plaudit_checkpoints (name, part, position, data) VALUES ($1, $2, $3, $4)";

/// Keeps a checkpoint in the place of the one before. It is not begun anew where the connection is
/// lost: the next one comes soon enough.
pub(super) fn keep(session: &Session, checkpoint: &mut Checkpoint<'_>) -> Result<(), Fault> {
    session.transaction("BEGIN", || {
        session.run(&super::schema::lock("checkpoint"))?;
        session.run("DELETE FROM plaudit_checkpoints")?;
        let position = place(checkpoint.position);
        let name = format!("log {position}");
        let (mut number, mut checksum) = (0_i64, Checksum::default());
        let mut lost = None;
        let add = |name: &str, number: i64, data: &[u8]| {
            session.execute(
                ADD,
                &[
                    (&name, Type::TEXT),
                    (&number, Type::INT8),
                    (&position, Type::INT8),
                    (&data, Type::BYTEA),
                ],
            )
        };
        let given = (checkpoint.parts)(&mut |part| {
            checksum.add(&part);
            add(&name, number, &part).map_err(|fault| ended(&mut lost, fault))?;
            number += 1;
            Ok(())
        });
        given.map_err(|error| lost.take().unwrap_or(Fault::Refused(error)))?;
        let says = [number.to_le_bytes(), checksum.value().to_le_bytes()].concat();
        add(CURRENT, 0, &says).map(|_| ())
    })
}

/// An error that ends the giving of parts; what really happened is put aside.
fn ended(aside: &mut Option<Fault>, fault: Fault) -> Error {
    let problem = super::problem::unreachable("", "");
    *aside = Some(fault);
    problem.into()
}

/// Shows the parts of the checkpoint that counts, and gives its place if it is whole.
pub(super) fn kept(
    session: &Session,
    each: &mut dyn FnMut(&[u8]) -> bool,
) -> Result<Option<u64>, Fault> {
    session.transaction(READ_ONE_STATE, || {
        let current = session.query(
            "SELECT position, data FROM plaudit_checkpoints WHERE name = $1",
            &[(&CURRENT, Type::TEXT)],
        )?;
        let Some(current) = current.first() else { return Ok(None) };
        let position = session.number(current, 0)?;
        let says: &[u8] = session.get(current, 1)?;
        let name = format!("log {position}");
        let (mut number, mut checksum) = (0_i64, Checksum::default());
        loop {
            let part = session.query(
                "SELECT data FROM plaudit_checkpoints WHERE name = $1 AND part = $2",
                &[(&name, Type::TEXT), (&number, Type::INT8)],
            )?;
            let Some(part) = part.first() else { break };
            let part: &[u8] = session.get(part, 0)?;
            number += 1;
            checksum.add(part);
            if !each(part) {
                return Ok(None);
            }
        }
        let found = [number.to_le_bytes(), checksum.value().to_le_bytes()].concat();
        Ok((found == says).then_some(position))
    })
}
