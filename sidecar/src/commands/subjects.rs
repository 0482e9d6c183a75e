//! What commands share that speak of people and teams: who they are, in groups, and rules that
//! failed for them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use plaudit_engine::standings::Withheld;
use plaudit_engine::subjects::{Subject, SubjectFault};
use plaudit_engine::{Program, Roster};

use crate::cli::Records;
use crate::input::{self, Failure, Loaded};
use crate::output::{BOLD, DIM, RED, YELLOW, count, safe, styled};
use crate::values::When;

/// A program with the records that are to be looked at.
pub(super) struct Asked {
    pub(super) program: Program,
    loaded: Loaded,
    pub(super) as_of: Timestamp,
}

impl Asked {
    /// Loads the program and reads the records.
    pub(super) fn open(
        directory: &Path,
        records: &Records,
        as_of: Option<When>,
    ) -> Result<Self, Failure> {
        input::need_records(records)?;
        let program = input::program(directory)?;
        let loaded = input::records(records)?;
        let as_of = input::time(&program, as_of);
        Ok(Self { program, loaded, as_of })
    }

    /// What the engine is to look at.
    pub(super) fn input(&self, records: &Records) -> plaudit_engine::Records<'_> {
        self.loaded.as_of(self.as_of, records)
    }

    /// Who takes part, by all their names.
    pub(super) fn roster(&self, records: &Records) -> Roster {
        self.loaded.roster(self.as_of, records)
    }

    /// The first lines of a page: the program, the time, and what was assumed.
    pub(super) fn head(&self, output: &mut impl Write, assumed: bool) -> std::io::Result<()> {
        let name = styled(BOLD, safe(self.program.name()));
        writeln!(output, "{name} as of {}", self.as_of)?;
        if assumed {
            let note =
                "People without a consent on record are taken for willing (--assume-consent).";
            writeln!(output, "{}", styled(DIM, note))?;
        }
        writeln!(output)
    }
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

/// A person or a team as a page names them.
pub(super) fn called(subject: &Subject, program: &Program, roster: &Roster) -> String {
    match subject {
        Subject::Advocate { advocate } => input::called(roster, advocate),
        Subject::Team { by, team: Some(name) } => format!("{by} {}", safe(name)),
        Subject::Team { team: None, .. } => format!("everyone in {}", safe(program.name())),
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
            called(&fault.first, program, roster),
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
