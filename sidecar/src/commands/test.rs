//! `plaudit test`: runs the examples of the rules, tells what they cover, and runs the scenarios.

use std::io::{IsTerminal, Write};
use std::path::Path;

use plaudit_engine::canonical;
use plaudit_engine::error::Level;
use plaudit_engine::examples::{ExampleFailure, TestReport};
use plaudit_engine::scenarios::{ScenarioFailure, ScenarioReport};

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
        print_scenarios(&mut output, &report)?;
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
        summary_of_scenarios(&mut output, &report)?;
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

fn print_scenarios(output: &mut impl Write, report: &TestReport) -> std::io::Result<()> {
    let colours = std::io::stdout().is_terminal();
    for problem in &report.problems {
        writeln!(output, "{}\n", problem.render(colours))?;
    }
    for scenario in &report.scenarios {
        for failure in &scenario.failures {
            print_unexpected(output, scenario, failure)?;
        }
    }
    Ok(())
}

fn print_unexpected(
    output: &mut impl Write,
    scenario: &ScenarioReport,
    failure: &ScenarioFailure,
) -> std::io::Result<()> {
    writeln!(
        output,
        "{} {} ({}:{})",
        styled(RED, "fails"),
        styled(BOLD, safe(&scenario.title)),
        safe(&scenario.file),
        failure.line
    )?;
    let what = format!("{} of {} as of {}", failure.what, failure.about, failure.as_of);
    writeln!(output, "  {}", safe(&what))?;
    writeln!(output, "  expected  {}", styled(GREEN, safe(&failure.expected)))?;
    writeln!(output, "  got       {}", styled(RED, safe(&failure.got)))?;
    if let Some(because) = &failure.because {
        writeln!(output, "  {}", styled(DIM, format!("because   {}", safe(because))))?;
    }
    writeln!(output)
}

fn summary_of_scenarios(output: &mut impl Write, report: &TestReport) -> std::io::Result<()> {
    let refused = report.problems.iter().filter(|problem| problem.level == Level::Error).count();
    if report.scenarios.is_empty() && refused == 0 {
        return Ok(());
    }
    let failures: usize = report.scenarios.iter().map(|scenario| scenario.failures.len()).sum();
    let expectations: usize = report.scenarios.iter().map(|scenario| scenario.expectations).sum();
    let mut verdict = match failures {
        0 => styled(GREEN, "all as expected"),
        more => styled(RED, format!("{more} not as expected")),
    };
    if refused > 0 && report.scenarios.is_empty() {
        let problems = count(refused, "problem", "problems");
        let told = styled(RED, format!("{problems} in scenarios, so none was run"));
        return writeln!(output, "{told}");
    }
    if refused > 0 {
        let problems = count(refused, "problem", "problems");
        verdict.push_str(&styled(RED, format!("; {problems} in scenarios that were not run")));
    }
    writeln!(
        output,
        "{}, {}: {verdict}",
        count(report.scenarios.len(), "scenario", "scenarios"),
        count(expectations, "expectation", "expectations"),
    )
}
