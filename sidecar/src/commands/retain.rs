//! `plaudit journal retain`: takes what is past its age out of a journal.

use std::io::Write;

use plaudit_engine::journal::Access;
use plaudit_engine::ledger::{Retain, RetainedDocument};
use plaudit_engine::{Program, canonical};

use crate::cli::RetainJournal;
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, count, grouped, safe, styled, table};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &RetainJournal) -> Result<Exit, Failure> {
    let access = if options.dry_run { Access::Read } else { Access::Write };
    let ledger = input::ledger(rules, &options.file.journal, access)?;
    let at = input::now();
    let as_of = options.as_of.map_or(at, |when| when.instant(ledger.program()));
    let asked = Retain { as_of, at, by: &options.by, dry_run: options.dry_run };
    if !options.dry_run && !options.yes {
        let looks = || {
            let would = ledger.retain(&Retain { dry_run: true, ..asked })?;
            Ok(print(&mut anstream::stderr(), ledger.program(), &would)?)
        };
        if !input::is_meant("retention", looks, "Take it out, for good? Write yes: ", "yes")? {
            return Ok(Exit::No);
        }
    }
    let retained = ledger.retain(&asked)?;
    let mut output = anstream::stdout();
    match options.json {
        true => writeln!(output, "{}", canonical(&retained)?)?,
        false => print(&mut output, ledger.program(), &retained)?,
    }
    Ok(Exit::Success)
}

fn print(
    output: &mut impl Write,
    program: &Program,
    retained: &RetainedDocument,
) -> std::io::Result<()> {
    let RetainedDocument { as_of, dry_run, events, changed, .. } = retained;
    let name = styled(BOLD, safe(program.name()));
    let what = if *dry_run { "what is past its age" } else { "retention" };
    writeln!(output, "{name}: {what} as of {}", input::clock(program, *as_of))?;
    if retained.aged.is_empty() {
        return writeln!(output, "nothing is past its age");
    }
    writeln!(output)?;
    let ages = program.retention().collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = retained
        .aged
        .iter()
        .map(|aged| {
            let age = ages.iter().find(|(setting, ..)| **setting == *aged.setting);
            vec![
                safe(&aged.setting),
                age.map(|(_, _, age)| age.clone()).unwrap_or_default(),
                program.local_time(aged.before),
                grouped(aged.events),
                grouped(aged.changed),
            ]
        })
        .collect();
    table(
        output,
        &["setting", "age", "before", "go", "have less"],
        &rows,
        &[false, false, false, true, true],
    )?;
    let erasure = retained.erasure.as_ref().map_or_else(String::new, |id| format!(" {id}"));
    let (go, have) = if *dry_run { ("would go", "would have") } else { ("went", "have") };
    writeln!(
        output,
        "\n{} {go}, {} {have} less in them{}",
        styled(BOLD, count(*events, "event", "events")),
        count(*changed, "event", "events"),
        styled(DIM, erasure),
    )?;
    writeln!(
        output,
        "{} points of {} are carried forward: everybody's points, levels and months stay",
        grouped(retained.carried_points),
        count(retained.carried_people, "person", "people"),
    )?;
    let figures = retained.figures.iter().map(|(figure, people)| format!("{figure} ({people})"));
    let figures: Vec<String> = figures.collect();
    if !figures.is_empty() {
        writeln!(output, "other figures that change, and for how many: {}", figures.join(", "))?;
    }
    for otherwise in &retained.recognition {
        writeln!(
            output,
            "{}: {} less, {} more; grants stay",
            safe(&otherwise.rule),
            count(otherwise.no_longer, "entitlement", "entitlements"),
            otherwise.only_now,
        )?;
    }
    if !*dry_run {
        if !retained.clean {
            writeln!(
                output,
                "Somebody is reading the journal: the file is cleaned when it is opened to be written next."
            )?;
        }
        writeln!(output, "Copies and exports that were made before still have all of it.")?;
    }
    Ok(())
}
