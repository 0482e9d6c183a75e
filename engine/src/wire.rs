//! Canonical JSON (RFC 8785) and the ids of decisions: the same document is the same bytes
//! through every door.

mod usual;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Problem};

/// Writes a document as canonical JSON.
///
/// # Errors
///
/// Never for the documents of this crate; a caller's own type may refuse to be written.
pub fn canonical<T: Serialize>(document: &T) -> Result<String, Error> {
    if let Some(written) = usual::written(document) {
        return Ok(written);
    }
    serde_json_canonicalizer::to_string(document).map_err(|error| {
        Problem::new(Code::Internal, format!("the document cannot be written: {error}")).into()
    })
}

/// The id of a decision: the hash of the program's version and the canonical input.
pub(crate) fn decision_id<T: Serialize>(program: &str, input: &T) -> Result<String, Error> {
    let mut hash = Sha256::new();
    hash.update(program.as_bytes());
    hash.update(b"\n");
    hash.update(canonical(input)?.as_bytes());
    Ok(hex(&hash.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
