//! `plaudit pseudonym`: makes a key of pseudonyms, and tells people's pseudonyms, or who has one.

use std::io::{BufRead, Write};
use std::path::Path;

use plaudit_engine::{Code, Problem, Pseudonyms, canonical};
use serde_json::json;

use crate::cli::Pseudonym;
use crate::input::{self, Failure};
use crate::output::{Exit, on_one_line};
use crate::pseudonyms;

pub(super) fn run(options: &Pseudonym) -> Result<Exit, Failure> {
    if let Some(path) = &options.new {
        return make(path);
    }
    let Some(path) = &options.keyfile else {
        let problem = Problem::new(Code::Missing, "a file with a key of pseudonyms is missing");
        return Err(problem.help("`plaudit pseudonym --new FILE` makes one").into());
    };
    let key = pseudonyms::read(path)?;
    match &options.find {
        Some(pseudonym) => find(&key, pseudonym, options),
        None => tell(&key, options),
    }
}

fn make(path: &Path) -> Result<Exit, Failure> {
    pseudonyms::make(path)?;
    let name = on_one_line(&path.display().to_string());
    writeln!(
        anstream::stdout(),
        "a key of pseudonyms is in {name}, for you alone: keep it apart from the journal, and a copy of it"
    )?;
    Ok(Exit::Success)
}

/// The ids that are asked about: those of the command line, or a line each of standard input.
fn ids(options: &Pseudonym) -> Result<Vec<String>, Failure> {
    if !options.ids.is_empty() {
        return Ok(options.ids.clone());
    }
    let lines = std::io::stdin().lock().lines().collect::<Result<Vec<String>, _>>();
    let lines = lines.map_err(|error| input::unreadable(input::STANDARD_INPUT, &error))?;
    Ok(lines.into_iter().map(|line| line.trim().to_owned()).filter(|it| !it.is_empty()).collect())
}

fn tell(key: &Pseudonyms, options: &Pseudonym) -> Result<Exit, Failure> {
    let mut output = std::io::BufWriter::new(anstream::stdout());
    for id in ids(options)? {
        let pseudonym = key.of(&id);
        match options.json {
            true => {
                writeln!(output, "{}", canonical(&json!({ "id": id, "pseudonym": pseudonym }))?)?
            }
            false => writeln!(output, "{pseudonym}")?,
        }
    }
    output.flush()?;
    Ok(Exit::Success)
}

/// Goes through the ids that are given, since there is no other way back.
fn find(key: &Pseudonyms, pseudonym: &str, options: &Pseudonym) -> Result<Exit, Failure> {
    let found: Vec<String> =
        ids(options)?.into_iter().filter(|id| key.of(id) == pseudonym).collect();
    let mut output = anstream::stdout();
    for id in &found {
        match options.json {
            true => {
                writeln!(output, "{}", canonical(&json!({ "id": id, "pseudonym": pseudonym }))?)?
            }
            false => writeln!(output, "{}", on_one_line(id))?,
        }
    }
    Ok(if found.is_empty() { Exit::No } else { Exit::Success })
}
