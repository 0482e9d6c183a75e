//! `plaudit keys`: who may call the service.

use std::io::Write;

use plaudit_engine::canonical;
use serde_json::json;

use crate::cli::{Keys, ListKeys, NewKey, RevokeKey};
use crate::input::{Failure, now};
use crate::output::{BOLD, DIM, Exit, on_one_line, styled, table};
use crate::serve::{Key, KeyFile, Sources};

pub(super) fn run(command: &Keys) -> Result<Exit, Failure> {
    match command {
        Keys::New(options) => make(options),
        Keys::List(options) => list(options),
        Keys::Revoke(options) => revoke(options),
    }
}

fn make(options: &NewKey) -> Result<Exit, Failure> {
    let file = KeyFile::new(&options.file.keys);
    let NewKey { name, role, source, expires, .. } = options;
    let (key, presented) = file.make(name, *role, Sources::of(source), now(), *expires)?;
    let mut output = anstream::stdout();
    if options.json {
        let mut document = document(&key);
        document["key"] = presented.into();
        writeln!(output, "{}", canonical(&document)?)?;
        return Ok(Exit::Success);
    }
    writeln!(output, "{presented}")?;
    let what = format!(
        "the key of {} ({}), known as {}; it is shown this once, and {} keeps only a hash of it",
        on_one_line(&key.name),
        key.role.name(),
        key.id,
        file.path().display(),
    );
    writeln!(anstream::stderr(), "{}", styled(DIM, what))?;
    Ok(Exit::Success)
}

fn list(options: &ListKeys) -> Result<Exit, Failure> {
    let keys = KeyFile::new(&options.file.keys).read()?.unwrap_or_default();
    let mut output = anstream::stdout();
    if options.json {
        let documents: Vec<_> = keys.all().iter().map(document).collect();
        writeln!(output, "{}", canonical(&json!({ "keys": documents }))?)?;
        return Ok(Exit::Success);
    }
    if keys.all().is_empty() {
        writeln!(output, "There are no keys: the service is for its own machine alone.")?;
        return Ok(Exit::Success);
    }
    let rows: Vec<Vec<String>> = keys
        .all()
        .iter()
        .map(|key| {
            let until = match (key.revoked, key.expires) {
                (Some(revoked), _) => format!("revoked {revoked}"),
                (None, Some(expires)) => expires.to_string(),
                (None, None) => "it is revoked".to_owned(),
            };
            let (name, role) = (on_one_line(&key.name), key.role.name().to_owned());
            let sources = match key.sources.names() {
                [] => "any".to_owned(),
                names => on_one_line(&names.join(", ")),
            };
            vec![key.id.clone(), name, role, sources, key.made.to_string(), until]
        })
        .collect();
    table(
        &mut output,
        &["id", "name", "role", "sources", "made", "good until"],
        &rows,
        &[false; 6],
    )?;
    Ok(Exit::Success)
}

fn revoke(options: &RevokeKey) -> Result<Exit, Failure> {
    let key = KeyFile::new(&options.file.keys).revoke(&options.key, now())?;
    let name = styled(BOLD, on_one_line(&key.name));
    writeln!(anstream::stdout(), "{name} ({}) is revoked", key.id)?;
    Ok(Exit::Success)
}

/// A key but for what is secret of it.
fn document(key: &Key) -> serde_json::Value {
    let mut document = json!({
        "id": key.id, "name": key.name, "role": key.role.name(), "made": key.made,
    });
    for (name, at) in [("expires", key.expires), ("revoked", key.revoked)] {
        if let Some(at) = at {
            document[name] = at.to_string().into();
        }
    }
    if !key.sources.are_any() {
        document["sources"] = json!(key.sources);
    }
    document
}
