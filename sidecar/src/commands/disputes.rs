//! `plaudit disputes`: what people object to, and how it ended.

use std::io::Write;

use plaudit_engine::disputes::{DisputeDocument, Ruled, Standing};
use plaudit_engine::events::{Identity, LOCAL, People, Resolved};
use plaudit_engine::journal::{Access, log_of};
use plaudit_engine::ledger::{Objection, Ruling};
use plaudit_engine::{Roster, canonical, ledger};
use serde::Serialize;

use crate::cli::{Dispute, Disputes, ListDisputes, Resolve};
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, GREEN, YELLOW, count, on_one_line, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Disputes) -> Result<Exit, Failure> {
    match options {
        Disputes::List(options) => list(rules, options),
        Disputes::Open(options) => open(rules, options),
        Disputes::Resolve(options) => resolve(rules, options),
    }
}

fn list(rules: Rules<'_>, options: &ListDisputes) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Listed<'a> {
        disputes: &'a [DisputeDocument],
    }
    let ledger = input::ledger(rules, &options.file.journal, Access::Read)?;
    let now = input::by_now();
    let mut disputes = ledger.disputes(options.advocate.as_deref(), now)?;
    disputes.retain(|dispute| options.all || dispute.state == Standing::Open);
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&Listed { disputes: &disputes })?)?;
        return Ok(Exit::Success);
    }
    let roster = ledger.roster(now)?;
    for dispute in &disputes {
        print(&mut output, &roster, dispute)?;
    }
    let what = if options.all { "dispute" } else { "open dispute" };
    writeln!(output, "{}", count(disputes.len(), what, &format!("{what}s")))?;
    Ok(Exit::Success)
}

fn open(rules: Rules<'_>, options: &Dispute) -> Result<Exit, Failure> {
    let ledger = input::ledger(rules, &options.file.journal, Access::Write)?;
    let source = options.source.as_deref().unwrap_or(LOCAL);
    let activity =
        options.activity.as_deref().map(|id| Identity { source: source.into(), id: id.into() });
    let receipt = ledger.dispute(&Objection {
        advocate: &options.advocate,
        activity: activity.as_ref(),
        rule: options.rule.as_deref(),
        reason: &options.said.reason,
        at: options.said.when(rules, &**ledger.journal())?,
    })?;
    let mut output = anstream::stdout();
    if options.said.json {
        writeln!(output, "{}", canonical(&receipt)?)?;
    } else {
        let id = styled(BOLD, &receipt.identity.id);
        writeln!(output, "The dispute {id} is on record; somebody will resolve it.")?;
    }
    Ok(Exit::Success)
}

fn resolve(rules: Rules<'_>, options: &Resolve) -> Result<Exit, Failure> {
    let journal = options.file.journal.open(Access::Write)?;
    let signed = options.signed.signed(rules, &journal)?;
    let verb = if options.how.uphold { Resolved::Upheld } else { Resolved::Dismissed };
    let (dispute, points, as_of) = (&*options.dispute, options.points, input::by_now());
    let ruled = ledger::resolve(&journal, &Ruling { dispute, verb, points, signed, as_of })?;
    let mut output = anstream::stdout();
    if options.signed.said.json {
        writeln!(output, "{}", canonical(&ruled)?)?;
        return Ok(Exit::Success);
    }
    match &ruled {
        Ruled::Shown(dispute) => {
            let roster = Roster::new(&People::new(), &log_of(&journal)?.0, as_of, false);
            print(&mut output, &roster, dispute)?;
        }
        Ruled::Hidden { dispute, state } => {
            let (id, state) = (styled(DIM, on_one_line(dispute)), state.name());
            writeln!(output, "{id} {state}; the person has opted out")?;
        }
    }
    if let Some(points) = points {
        writeln!(output, "    {points:+} points by hand go with it")?;
    }
    Ok(Exit::Success)
}

/// A dispute with what it is about and how it ended.
pub(super) fn print(
    output: &mut impl Write,
    roster: &Roster,
    dispute: &DisputeDocument,
) -> std::io::Result<()> {
    let colour = match dispute.state {
        Standing::Open => YELLOW,
        Standing::Upheld => GREEN,
        Standing::Dismissed | Standing::Withdrawn => DIM,
    };
    let mut about = Vec::new();
    if let Some(rule) = &dispute.rule {
        about.push(format!("rule {}", on_one_line(rule)));
    }
    if let Some(activity) = &dispute.activity {
        about.push(format!("activity {}", on_one_line(&activity.id)));
    }
    writeln!(
        output,
        "{} {}  {}  {}",
        styled(DIM, on_one_line(&dispute.dispute)),
        styled(BOLD, input::called(roster, &dispute.advocate)),
        about.join(" for "),
        styled(colour, dispute.state.name()),
    )?;
    writeln!(output, "    “{}”  {}", on_one_line(&dispute.reason), styled(DIM, dispute.at))?;
    match &dispute.resolution {
        Some(end) => {
            let line =
                format!("{} at {} by {}", on_one_line(&end.reason), end.at, on_one_line(&end.by));
            writeln!(output, "    {}", styled(DIM, line))
        }
        None => Ok(()),
    }
}
