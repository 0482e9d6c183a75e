//! `plaudit lint`: the problems of a program, and which facts about people its rules read.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::Path;

use plaudit_engine::error::Level;
use plaudit_engine::facts::Folder;
use plaudit_engine::{Problem, Program, canonical};
use serde::Serialize;

use crate::cli::Lint;
use crate::input::Failure;
use crate::output::{BOLD, DIM, Exit, GREEN, RED, YELLOW, count, safe, styled, table};

#[derive(Serialize)]
struct Report<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a str>,
    rules: usize,
    problems: &'a [Problem],
    #[serde(skip_serializing_if = "Option::is_none")]
    data_use: Option<Vec<DataUse>>,
}

#[derive(Serialize)]
struct DataUse {
    rule: String,
    folder: &'static str,
    personal: Vec<String>,
    other: Vec<String>,
}

pub(super) fn run(directory: &Path, options: &Lint) -> Result<Exit, Failure> {
    let loaded = Program::load(directory);
    let problems: Vec<Problem> = match &loaded {
        Ok(program) => [program.warnings(), &program.care(), &program.scenario_problems()].concat(),
        Err(error) => error.problems().to_vec(),
    };
    let problems = problems.as_slice();
    let program = loaded.as_ref().ok();
    let uses = program.map(data_use).filter(|_| options.data_use);
    let wrong = problems.iter().any(|problem| problem.level == Level::Error);
    let refused = wrong || (options.strict && !problems.is_empty());
    let mut output = anstream::stdout();
    if options.json {
        let report = Report {
            program: program.map(Program::version),
            rules: program.map_or(0, |program| program.rules().len()),
            problems,
            data_use: uses,
        };
        writeln!(output, "{}", canonical(&report)?)?;
    } else {
        let colours = std::io::stdout().is_terminal();
        for problem in problems {
            writeln!(output, "{}\n", problem.render(colours))?;
        }
        match program {
            Some(program) => summary(&mut output, program, problems)?,
            None => {
                let problems = count(problems.len(), "problem", "problems");
                writeln!(output, "{}: the program is refused", styled(RED, problems))?;
            }
        }
        if let Some(uses) = uses {
            print_data_use(&mut output, &uses)?;
        }
    }
    Ok(if refused { Exit::No } else { Exit::Success })
}

fn summary(
    output: &mut impl Write,
    program: &Program,
    problems: &[Problem],
) -> std::io::Result<()> {
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).count();
    let verdict = match problems.len() {
        _ if errors > 0 => styled(RED, count(errors, "problem", "problems")) + " in scenarios",
        0 => styled(GREEN, "no problems"),
        more => styled(YELLOW, count(more, "warning", "warnings")),
    };
    writeln!(
        output,
        "{}: {verdict}, {}, {} with goals",
        styled(BOLD, safe(program.name())),
        rules(program),
        count(program.kpis().count(), "KPI", "KPIs"),
    )?;
    let off: Vec<&str> =
        program.rules().iter().filter(|rule| !rule.enabled()).map(|rule| rule.id()).collect();
    if !off.is_empty() {
        writeln!(output, "switched off: {}", off.join(", "))?;
    }
    writeln!(output, "{}", styled(DIM, format!("version {}", program.version())))
}

/// How many rules of each folder there are.
fn rules(program: &Program) -> String {
    let of = |folder| program.rules().iter().filter(|rule| rule.folder() == folder).count();
    let mut parts = vec![
        count(of(Folder::Guidelines), "guideline", "guidelines"),
        count(of(Folder::Scoring), "scoring rule", "scoring rules"),
    ];
    for (folder, one, many) in [
        (Folder::Recognition, "recognition rule", "recognition rules"),
        (Folder::Coaching, "coaching rule", "coaching rules"),
    ] {
        if of(folder) > 0 {
            parts.push(count(of(folder), one, many));
        }
    }
    let last = parts.pop().unwrap_or_default();
    format!("{} and {last}", parts.join(", "))
}

fn data_use(program: &Program) -> Vec<DataUse> {
    program
        .rules()
        .iter()
        .map(|rule| {
            let (personal, other): (Vec<_>, Vec<_>) =
                rule.data_use().into_iter().partition(|(_, personal)| *personal);
            let names =
                |facts: Vec<(String, bool)>| facts.into_iter().map(|(name, _)| name).collect();
            DataUse {
                rule: rule.id().to_owned(),
                folder: rule.folder().name(),
                personal: names(personal),
                other: names(other),
            }
        })
        .collect()
}

fn print_data_use(output: &mut impl Write, uses: &[DataUse]) -> std::io::Result<()> {
    writeln!(output, "\n{}", styled(BOLD, "What facts about people the rules read"))?;
    let rows: Vec<Vec<String>> = uses
        .iter()
        .map(|use_of| {
            let personal = if use_of.personal.is_empty() {
                "none".to_owned()
            } else {
                use_of.personal.join(", ")
            };
            vec![use_of.rule.clone(), use_of.folder.to_owned(), personal]
        })
        .collect();
    table(output, &["rule", "folder", "facts about people"], &rows, &[false, false, false])?;
    let all: BTreeSet<&str> =
        uses.iter().flat_map(|use_of| use_of.personal.iter().map(String::as_str)).collect();
    let all: Vec<&str> = all.into_iter().collect();
    let all = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
    writeln!(output, "All facts about people that this program reads: {all}")
}
