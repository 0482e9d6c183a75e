//! `plaudit facts`: what rules can see, from the one declaration.

use std::io::Write;

use plaudit_engine::facts::{Folder, Object};
use plaudit_engine::requests::{OBJECTS, facts, facts_of};
use plaudit_engine::{Kpi, canonical};

use crate::cli::Facts;
use crate::input::Failure;
use crate::output::{BOLD, DIM, Exit, YELLOW, styled, table};

pub(super) fn run(options: &Facts) -> Result<Exit, Failure> {
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&facts())?)?;
        return Ok(Exit::Success);
    }
    for (name, object) in OBJECTS {
        writeln!(output, "{}  {}", styled(BOLD, name), object.doc())?;
        let rows: Vec<Vec<String>> = facts_of(name, object)
            .map(|fact| vec![fact.fact, fact.r#type, fact.doc.to_owned()])
            .collect();
        table(&mut output, &["fact", "type", "meaning"], &rows, &[false, false, false])?;
        writeln!(output)?;
    }
    for folder in Folder::ALL.iter().filter(|folder| !folder.parameters().is_empty()) {
        let names: Vec<&str> = folder.parameters().iter().map(|(name, _)| *name).collect();
        writeln!(output, "Rules in {} may take {}.", folder.name(), names.join(", "))?;
    }
    let metrics: Vec<&str> = Kpi::metrics().collect();
    writeln!(output, "KPIs in program.toml may measure {}.", metrics.join(", "))?;
    writeln!(output, "{}", styled(DIM, "A fact with a ? may be unknown; it then reads as ()."))?;
    writeln!(
        output,
        "{}",
        styled(
            YELLOW,
            format!(
                "Some facts of {} are about people: `plaudit lint --data-use` shows who reads them.",
                about_people().join(", ")
            )
        )
    )?;
    Ok(Exit::Success)
}

/// The objects with facts about people.
fn about_people() -> Vec<&'static str> {
    let personal = |object: Object| object.facts().iter().any(|fact| fact.personal);
    OBJECTS.into_iter().filter(|(_, object)| personal(*object)).map(|(name, _)| name).collect()
}
