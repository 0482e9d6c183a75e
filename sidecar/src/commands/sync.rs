//! `plaudit sync`: brings the people of a journal in line with a complete list of them.

use std::io::Write;
use std::path::Path;

use plaudit_engine::events::{Log, People, SnapshotLines, read_snapshot};
use plaudit_engine::journal::{Access, Batch, Journal, Taken, log_of};
use plaudit_engine::{Problem, SeenPerson, Snapshot, Taking, canonical};
use serde_json::Value;

use crate::cli::Sync;
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, GREEN, RED, YELLOW, count, on_one_line, styled};
use crate::pseudonyms;
use crate::upcoming::Upcoming;

pub(super) fn run(directory: &Path, options: &Sync) -> Result<Exit, Failure> {
    let program = input::program(directory)?;
    // A list of a time to come would keep out every list until then.
    let at = input::not_later(options.at.instant(&program))?;
    let map = options.map.as_deref().map(input::map_of).transpose()?;
    let (reader, name, bar) = input::open(&options.people, "reading people")?;
    let mut lines = read_snapshot(reader, &name, input::format(&name, map.as_ref()))?;
    bar.finish_and_clear();
    input::tell_skipped(&name, lines.skipped);
    if let Some(path) = &options.under.pseudonyms {
        pseudonyms::read(path)?.people(&mut lines);
    }
    let journal = &options.file.journal;
    let journal: Box<dyn Journal> = match options.dry_run {
        true => Box::new(journal.open(Access::Read)?),
        false => Box::new(Upcoming::open(journal)?),
    };
    let erased = journal.erased()?;
    lines.leave_out(|name| erased.has(name));
    let mut taking = Taking::new(options.source.as_str(), at);
    taking.at_most_leave_percent = options.at_most_leave;
    let snapshot = take(&log_of(&*journal)?.0, &lines, &taking)?;
    if !options.dry_run {
        for receipt in journal.append(&snapshot.events, Batch::Whole)? {
            if let (Taken::Refused, Some(problem)) = (receipt.result, receipt.problem) {
                return Err(problem.into());
            }
        }
    }
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&snapshot)?)?;
    } else {
        print(&mut output, &snapshot, options.dry_run)?;
    }
    Ok(Exit::Success)
}

/// Works out what the list changes; where too many would leave, it is said which option lets them.
fn take(log: &Log, lines: &SnapshotLines, taking: &Taking) -> Result<Snapshot, Failure> {
    let people = People::new();
    let error = match Snapshot::take(&people, log, lines, taking) {
        Ok(snapshot) => return Ok(snapshot),
        Err(error) => error,
    };
    let too_many = |problem: &&Problem| problem.field.as_deref() == Some(Taking::MOST);
    let Some(problem) = error.problems().iter().find(too_many) else { return Err(error.into()) };
    let all = Taking { at_most_leave_percent: 100, ..taking.clone() };
    let percent = Snapshot::take(&people, log, lines, &all)?.leave_percent;
    let mut problem = problem.clone().help(format!(
        "is the file complete? if they have left, allow it: --at-most-leave {percent}"
    ));
    problem.field = None;
    Err(problem.into())
}

fn print(output: &mut impl Write, snapshot: &Snapshot, dry_run: bool) -> std::io::Result<()> {
    let groups = [
        (GREEN, "joins", &snapshot.joined),
        (GREEN, "returns", &snapshot.returned),
        (YELLOW, "changes", &snapshot.changed),
        (DIM, "is adopted: reported from now on", &snapshot.adopted),
        (RED, "leaves", &snapshot.left),
    ];
    for (colour, verb, people) in groups {
        for person in people {
            let name = match &person.name {
                Some(name) => format!("{} ({})", on_one_line(name), on_one_line(&person.advocate)),
                None => on_one_line(&person.advocate),
            };
            writeln!(output, "{} {}", styled(BOLD, name), styled(colour, verb))?;
            print_changes(output, person)?;
        }
    }
    let numbers = [
        (snapshot.joined.len(), "joined"),
        (snapshot.returned.len(), "returned"),
        (snapshot.changed.len(), "changed"),
        (snapshot.adopted.len(), "adopted"),
        (snapshot.left.len(), "left"),
        (snapshot.unchanged, "as before"),
    ];
    let erased = (snapshot.erased, "erased and passed over");
    let numbers = numbers.into_iter().chain(Some(erased).filter(|(number, _)| *number > 0));
    let numbers: Vec<String> = numbers.map(|(number, what)| format!("{number} {what}")).collect();
    writeln!(output, "as of {}: {}", snapshot.at, numbers.join(", "))?;
    let events = count(snapshot.events.len(), "event", "events");
    match dry_run {
        true => writeln!(output, "Nothing was changed; without --dry-run: {events} recorded."),
        false => writeln!(output, "{events} recorded"),
    }
}

fn print_changes(output: &mut impl Write, person: &SeenPerson) -> std::io::Result<()> {
    let show = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => on_one_line(text),
        other => on_one_line(&other.to_string()),
    };
    for change in &person.changes {
        let (before, after) = (show(&change.before), show(&change.after));
        writeln!(output, "    {}", styled(DIM, format!("{}: {before} → {after}", change.field)))?;
    }
    Ok(())
}
