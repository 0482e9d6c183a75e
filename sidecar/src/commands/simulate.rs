//! `plaudit simulate`: what a change of the program would do, before anybody is touched by it.

use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use plaudit_engine::publishing::Publications;
use plaudit_engine::simulation::{Simulation, SimulationQuestion};
use plaudit_engine::{Code, Problem, Program, Roster, canonical};

use crate::cli::Simulate;
use crate::input::{self, Asked, Failure};
use crate::output::{BOLD, DIM, Exit, YELLOW, count, on_one_line, safe, styled, table};
use crate::rules::{Rules, USUAL};
use crate::simulated::{self, Section};

pub(super) fn run(rules: Rules<'_>, options: &Simulate) -> Result<Exit, Failure> {
    let usual = Path::new(USUAL);
    let journal = input::open_journal(&options.past.records)?;
    let published = match (&journal, &options.against) {
        (Some(journal), None) => Publications::of(journal)?.program()?,
        _ => None,
    };
    let is_alone = rules.named.is_none() && options.against.is_none() && options.only.is_none();
    if is_alone && published.is_none() {
        let problem = Problem::new(Code::Missing, "there is no program to try out").help(
            "name it: --rules NEW; it is compared with --against OLD, or else with the one that is \
             published in the journal, or with ./rules",
        );
        return Err(problem.into());
    }
    let (candidate, against) = match (&options.only, published) {
        // Compared with itself without the rule.
        (Some(_), Some((_, published))) if rules.named.is_none() => (published, None),
        (Some(_), _) => (input::program(rules.folder())?, None),
        (None, Some((_, published))) => (input::program(rules.folder())?, Some(published)),
        (None, None) => {
            let against = input::program(options.against.as_deref().unwrap_or(usual))?;
            (input::program(rules.folder())?, Some(against))
        }
    };
    let against = against.map(|against| options.ways.of(against));
    let candidate = options.ways.of(candidate);
    let asked = Asked::of(candidate, journal.as_ref(), &options.past)?;
    let program = &asked.program;
    let question = SimulationQuestion {
        only: options.only.clone(),
        fail_if: options.fail_if.clone(),
        samples: options.samples,
    };
    let bar = input::progress(0, "simulating");
    let progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        ControlFlow::Continue(())
    };
    let against = against.as_ref().unwrap_or(program);
    let simulation = program.simulate(against, &asked.records(), &question, progress)?;
    bar.finish_and_clear();
    let roster = asked.roster();
    if let Some(path) = &options.html {
        let page = simulated::page(&simulation, program, &roster);
        may_be_written(path)?;
        std::fs::write(path, page).map_err(|error| {
            let name = path.display().to_string();
            let message = format!("`{name}` cannot be written: {error}");
            Problem::new(Code::Unwritable, message).file(name)
        })?;
    }
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&simulation)?)?;
    } else {
        let [title, what] = simulated::heading(&simulation, program);
        writeln!(output, "{}\n{}", styled(BOLD, safe(&title)), styled(DIM, safe(&what)))?;
        print(&mut output, &simulation, program, &roster)?;
    }
    options.ways.tell(program)?;
    Ok(if simulation.exceeded { Exit::No } else { Exit::Success })
}

/// A page takes the place of an earlier page, and of nothing else.
fn may_be_written(path: &Path) -> Result<(), Problem> {
    let Ok(mut file) = std::fs::File::open(path) else { return Ok(()) };
    let mut start = [0; simulated::PAGE_START.len()];
    let is_empty = file.metadata().is_ok_and(|file| file.len() == 0);
    if is_empty
        || (file.read_exact(&mut start).is_ok() && start == *simulated::PAGE_START.as_bytes())
    {
        return Ok(());
    }
    let name = path.display().to_string();
    Err(Problem::new(
        Code::Unwritable,
        format!("`{name}` is there, and is no page of a simulation"),
    )
    .help("name a file that is not there yet")
    .file(name))
}

fn print(
    output: &mut impl Write,
    simulation: &Simulation,
    program: &Program,
    roster: &Roster,
) -> std::io::Result<()> {
    // Limits stand last: that is what is read first on a terminal.
    let sections = simulated::sections(simulation, program, roster);
    for Section { title, lines, table: of, warns } in
        sections.into_iter().chain(simulated::limits(simulation))
    {
        let title = styled(BOLD, title);
        let mark = if warns { styled(YELLOW, " (look here)") } else { String::new() };
        writeln!(output, "\n{title}{mark}")?;
        for line in &lines {
            writeln!(output, "  {}", on_one_line(line))?;
        }
        let Some(of) = of else { continue };
        let rows: Vec<Vec<String>> =
            of.rows.iter().map(|row| row.iter().map(|cell| on_one_line(cell)).collect()).collect();
        table(output, of.header, &rows, of.right)?;
        if of.more > 0 {
            let more = format!("… and {}", count(of.more, "more", "more"));
            writeln!(output, "  {}", styled(DIM, more))?;
        }
    }
    Ok(())
}
