//! `plaudit facts`: what rules can see, from the one declaration.

use std::io::Write;
use std::path::Path;

use plaudit_engine::facts::{Folder, Object};
use plaudit_engine::requests::{ListedFact, OBJECTS, facts, facts_of, functions, language};
use plaudit_engine::{Kpi, canonical};

use super::processing;
use crate::cli::Facts;
use crate::input::Failure;
use crate::output::{BOLD, DIM, Exit, YELLOW, styled, table};

pub(super) fn run(directory: &Path, options: &Facts) -> Result<Exit, Failure> {
    if options.record {
        return processing::run(directory, options.json);
    }
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&facts())?)?;
        return Ok(Exit::Success);
    }
    if options.markdown {
        write!(output, "{}", page())?;
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
    let makers: Vec<Vec<String>> =
        functions().map(|(call, doc)| vec![call, doc.to_owned()]).collect();
    writeln!(output)?;
    table(&mut output, &["function", "what it makes, or adds"], &makers, &[false, false])?;
    writeln!(output)?;
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

/// What the rules of a folder give.
fn gives(folder: Folder) -> &'static str {
    match folder {
        Folder::Guidelines => "give findings, for a post",
        Folder::Scoring => "give points, for an activity: a whole number from 0, or nothing",
        Folder::Recognition => "give badges, rewards and spotlights, for a person or a team",
        Folder::Coaching => "give suggestions, and who could mentor whom, for a person or a team",
        Folder::Lib => "are helpers",
    }
}

/// All of it as a page of Markdown, for the guide that stands beside the rules.
fn page() -> String {
    let mut page = String::from(
        "# What rules can see and do\n\nMade by `plaudit facts --markdown`. A fact with a `?` may be \
         unknown; it then reads as `()`, and a comparison with it is false. Facts about people are \
         marked with ●: `plaudit lint --data-use` shows which rules read them.\n",
    );
    let mut part = |title: &str, doc: &str, head: &[&str], rows: Vec<Vec<String>>| {
        page.push_str(&format!("\n## {title}\n\n{doc}\n\n"));
        page.push_str(&format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len())));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "·")).collect();
            page.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    };
    for (name, object) in OBJECTS {
        let row = |fact: ListedFact| {
            let mark = if fact.personal { " ●" } else { "" };
            vec![format!("`{}`{mark}", fact.fact), fact.r#type, fact.doc.to_owned()]
        };
        let head = ["fact", "what it may be", "meaning"];
        part(&format!("`{name}`"), object.doc(), &head, facts_of(name, object).map(row).collect());
    }
    let parameters = Folder::ALL.iter().filter(|folder| !folder.parameters().is_empty());
    let parameters = parameters.map(|folder| {
        let names: Vec<String> =
            folder.parameters().iter().map(|(name, _)| format!("`{name}`")).collect();
        vec![format!("`{}/`", folder.name()), names.join(", "), gives(*folder).to_owned()]
    });
    let head = ["folder", "parameters", "rules there"];
    part("What rules may take", "By name, in any order.", &head, parameters.collect());
    let makers = functions().map(|(call, doc)| vec![format!("`{call}`"), doc.to_owned()]);
    let head = ["function", "what it makes, or adds"];
    part("What rules make", "A method follows what it adds to.", &head, makers.collect());
    let named = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    page.push_str(&format!(
        "\n## The language's own functions\n\nOn numbers, texts, lists and maps, as the book of the \
         language describes them: <https://rhai.rs/book/ref/>.\n\n{}.\n\n## What KPIs may measure\n\n{}.\n",
        named(&language()),
        named(&Kpi::metrics().map(str::to_owned).collect::<Vec<_>>()),
    ));
    page
}

/// The objects with facts about people.
fn about_people() -> Vec<&'static str> {
    let personal = |object: Object| object.facts().iter().any(|fact| fact.personal);
    OBJECTS.into_iter().filter(|(_, object)| personal(*object)).map(|(name, _)| name).collect()
}
