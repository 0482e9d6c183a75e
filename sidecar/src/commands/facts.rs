//! `plaudit facts`: what rules can see, from the one declaration.

use std::io::Write;

use plaudit_engine::canonical;
use plaudit_engine::facts::{Fact, Folder, LARGEST, Object, Type, Words};
use serde::Serialize;

use crate::cli::Facts;
use crate::input::Failure;
use crate::output::{BOLD, DIM, Exit, YELLOW, styled, table};

#[derive(Serialize)]
struct Listed {
    fact: String,
    r#type: String,
    optional: bool,
    given: bool,
    personal: bool,
    doc: &'static str,
}

pub(super) fn run(options: &Facts) -> Result<Exit, Failure> {
    let mut output = anstream::stdout();
    if options.json {
        let all: Vec<Listed> = objects()
            .into_iter()
            .flat_map(|(name, object)| object.facts().iter().map(move |fact| listed(name, fact)))
            .collect();
        writeln!(output, "{}", canonical(&all)?)?;
        return Ok(Exit::Success);
    }
    for (name, object) in objects() {
        writeln!(output, "{}  {}", styled(BOLD, name), object.doc())?;
        let rows: Vec<Vec<String>> = object
            .facts()
            .iter()
            .map(|fact| {
                let listed = listed(name, fact);
                vec![listed.fact, listed.r#type, fact.doc.to_owned()]
            })
            .collect();
        table(&mut output, &["fact", "type", "meaning"], &rows, &[false, false, false])?;
        writeln!(output)?;
    }
    for folder in Folder::ALL.iter().filter(|folder| !folder.parameters().is_empty()) {
        let names: Vec<&str> = folder.parameters().iter().map(|(name, _)| *name).collect();
        writeln!(output, "Rules in {} may take {}.", folder.name(), names.join(", "))?;
    }
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
    objects().into_iter().filter(|(_, object)| personal(*object)).map(|(name, _)| name).collect()
}

fn objects() -> Vec<(&'static str, Object)> {
    vec![
        ("post", Object::Post),
        ("activity", Object::Activity),
        ("person", Object::Person),
        ("so_far", Object::SoFar),
        ("program", Object::Program),
        ("standing", Object::Standing),
        ("team", Object::Team),
        ("period", Object::Period),
    ]
}

fn listed(object: &str, fact: &Fact) -> Listed {
    let argument = match fact.argument {
        None => String::new(),
        Some(argument) => format!("({})", argument.name()),
    };
    let mut kind = match fact.kind {
        Type::Flag => "yes or no".to_owned(),
        Type::Number(least, LARGEST) if least == -LARGEST => "whole number".to_owned(),
        Type::Number(least, LARGEST) => format!("number from {least}"),
        Type::Number(least, most) => format!("number {least} to {most}"),
        Type::Word(Words::Kinds) => "a declared kind".to_owned(),
        Type::Word(Words::Channels) => "a declared channel".to_owned(),
        Type::Word(Words::Levels) => "a declared level".to_owned(),
        Type::Word(Words::Fixed(words)) if words.len() > 8 => "a language code".to_owned(),
        Type::Word(Words::Fixed(words)) => words.join(" | "),
        Type::Text => "text".to_owned(),
    };
    if fact.optional {
        kind.push('?');
    }
    Listed {
        fact: format!("{object}.{}{argument}", fact.name),
        r#type: kind,
        optional: fact.optional,
        given: fact.given,
        personal: fact.personal,
        doc: fact.doc,
    }
}
