//! `plaudit test`: runs the examples of the rules and tells what they cover.

use std::io::Write;
use std::path::Path;

use plaudit_engine::canonical;
use plaudit_engine::examples::{ExampleFailure, TestReport};

use crate::cli::Test;
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, GREEN, RED, YELLOW, because, count, safe, styled};

pub(super) fn run(directory: &Path, options: &Test) -> Result<Exit, Failure> {
    let program = input::program(directory)?;
    let report = program.test()?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&report)?)?;
    } else {
        for failure in &report.failures {
            print_failure(&mut output, failure)?;
        }
        print_coverage(&mut output, &report)?;
        let verdict = match report.failures.len() {
            0 => styled(GREEN, "all hold"),
            more => styled(RED, format!("{more} do not hold")),
        };
        let examples = count(report.examples, "example", "examples");
        writeln!(
            output,
            "{}: {examples}, {verdict}; {} of {} ways through the rules covered",
            styled(BOLD, safe(program.name())),
            report.branches - report.uncovered.len(),
            report.branches,
        )?;
    }
    let gaps = !report.uncovered.is_empty() || !report.never_fired.is_empty();
    let failed = !report.passed() || (options.strict && gaps);
    Ok(if failed { Exit::No } else { Exit::Success })
}

fn print_failure(output: &mut impl Write, failure: &ExampleFailure) -> std::io::Result<()> {
    writeln!(
        output,
        "{} {} ({}:{})",
        styled(RED, "fails"),
        styled(BOLD, &failure.rule),
        failure.file,
        failure.line
    )?;
    writeln!(output, "  example   {}", safe(&failure.input))?;
    writeln!(output, "  expected  {}", styled(GREEN, &failure.expected))?;
    writeln!(output, "  got       {}", styled(RED, safe(&failure.got)))?;
    if !failure.evidence.is_empty() {
        writeln!(output, "  {}", styled(DIM, format!("because   {}", because(&failure.evidence))))?;
    }
    writeln!(output)
}

fn print_coverage(output: &mut impl Write, report: &TestReport) -> std::io::Result<()> {
    for rule in &report.without_examples {
        writeln!(output, "{} {rule} has no example", styled(YELLOW, "untested"))?;
    }
    for rule in &report.never_fired {
        if !report.without_examples.contains(rule) {
            writeln!(output, "{} no example makes {rule} fire", styled(YELLOW, "never fired"))?;
        }
    }
    for way in &report.uncovered {
        writeln!(
            output,
            "{} {}:{} no example takes {} in {}",
            styled(YELLOW, "not covered"),
            way.file,
            way.line,
            way.way,
            way.function
        )?;
    }
    Ok(())
}
