//! What commands share that speak of people and teams: who they are, in groups, and rules that
//! failed for them.

use std::collections::BTreeMap;
use std::io::Write;

use plaudit_engine::standings::Withheld;
use plaudit_engine::subjects::{Subject, SubjectFault};
use plaudit_engine::{Program, Roster};

use crate::input::{self, Asked};
use crate::output::{BOLD, RED, YELLOW, count, note_assumed, safe, styled};

/// The first lines of a page: the program, the time, and what was assumed.
pub(super) fn head(output: &mut impl Write, asked: &Asked, assumed: bool) -> std::io::Result<()> {
    let name = styled(BOLD, safe(asked.program.name()));
    writeln!(output, "{name} as of {}", asked.clock())?;
    note_assumed(output, assumed)?;
    writeln!(output)
}

/// What people and teams were given, by whom it is for: people first, then teams.
pub(super) fn by_subject<'a, T>(
    given: &'a [T],
    subject: impl Fn(&'a T) -> &'a Subject,
) -> BTreeMap<&'a Subject, Vec<&'a T>> {
    let mut groups: BTreeMap<&Subject, Vec<&T>> = BTreeMap::new();
    for one in given {
        groups.entry(subject(one)).or_default().push(one);
    }
    groups
}

/// What a page calls the team that everyone is in.
pub(super) fn everyone(program: &Program) -> String {
    format!("everyone in {}", safe(program.name()))
}

/// A person or a team as a page names them.
pub(super) fn called(subject: &Subject, everyone: &str, roster: &Roster) -> String {
    match subject {
        Subject::Advocate { advocate } => input::called(roster, advocate),
        Subject::Team { by, team: Some(name) } => format!("{by} {}", safe(name)),
        Subject::Team { team: None, .. } => everyone.to_owned(),
    }
}

/// Says why no people are shown.
pub(super) fn print_withheld(
    output: &mut impl Write,
    withheld: Option<Withheld>,
) -> std::io::Result<()> {
    let why = match withheld {
        None => return Ok(()),
        Some(Withheld::AggregateOnly) => {
            "This program shows figures for groups only (aggregate_only); people see their own."
        }
        Some(Withheld::SmallGroup) => {
            "The group is too small to be shown, or would tell of one that is."
        }
    };
    writeln!(output, "{why}")
}

/// Says which rules failed, and for whom first.
pub(super) fn print_faults(
    output: &mut impl Write,
    faults: &[SubjectFault],
    program: &Program,
    roster: &Roster,
) -> std::io::Result<()> {
    for fault in faults {
        let place = match (&fault.fault.file, fault.fault.line) {
            (Some(file), Some(line)) => format!(" at {file}:{line}"),
            _ => String::new(),
        };
        writeln!(
            output,
            "{} the rule {} failed {}, first for {}: {}{place}",
            styled(RED, "fault:"),
            fault.fault.rule,
            count(fault.count, "time", "times"),
            called(&fault.first, &everyone(program), roster),
            safe(&fault.fault.message),
        )?;
    }
    Ok(())
}

/// Says that the program has no rules for what was asked.
pub(super) fn print_no_rules(output: &mut impl Write, folder: &str) -> std::io::Result<()> {
    let mark = styled(YELLOW, "note:");
    writeln!(output, "{mark} this program has no rules in `{folder}/`")
}
