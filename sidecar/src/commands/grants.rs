//! `plaudit grants`: the grants on record, and decisions about them.

use std::io::Write;
use std::path::Path;

use plaudit_engine::awards::{Choice, GrantDocument, Grants as Document, Signed, State};
use plaudit_engine::events::{Grant, Verb};
use plaudit_engine::journal::Access;
use plaudit_engine::{Program, Roster, canonical};
use serde::Serialize;

use super::subjects::{called, print_withheld};
use crate::cli::{Decide, GrantState, Grants, ListGrants};
use crate::input::{self, Failure};
use crate::output::{
    BOLD, DIM, Exit, GREEN, RED, YELLOW, count, grouped, on_one_line, safe, styled,
};

pub(super) fn run(directory: &Path, options: &Grants) -> Result<Exit, Failure> {
    match options {
        Grants::List(options) => list(directory, options),
        Grants::Approve(options) => decide(directory, options, Verb::Approved),
        Grants::Decline(options) => decide(directory, options, Verb::Declined),
        Grants::Issue(options) => decide(directory, options, Verb::Issued),
        Grants::Revoke(options) => decide(directory, options, Verb::Revoked),
    }
}

fn list(directory: &Path, options: &ListGrants) -> Result<Exit, Failure> {
    let ledger = input::ledger(directory, &options.file.journal, Access::Read)?;
    let now = input::by_now();
    let mut document: Document = ledger.grants(options.advocate.as_deref(), now)?;
    if let Some(state) = options.state {
        document.grants.retain(|grant| grant.state == state.into());
    }
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&document)?)?;
        return Ok(Exit::Success);
    }
    let roster = ledger.roster(now)?;
    for grant in &document.grants {
        print(&mut output, ledger.program(), &roster, grant)?;
    }
    writeln!(output, "{}", count(document.grants.len(), "grant", "grants"))?;
    if document.hidden > 0 {
        let hidden = count(document.hidden, "grant", "grants");
        writeln!(output, "{hidden} of people who have opted out")?;
    }
    print_withheld(&mut output, document.withheld)?;
    Ok(Exit::Success)
}

fn decide(directory: &Path, options: &Decide, verb: Verb) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Decided<'a> {
        grants: &'a [GrantDocument],
    }
    let ledger = input::ledger(directory, &options.file.journal, Access::Write)?;
    let signed = options.signed.signed(ledger.program())?;
    let grants = ledger.decide(&Choice { grants: &options.grants, verb, signed })?;
    let mut output = anstream::stdout();
    if options.signed.json {
        writeln!(output, "{}", canonical(&Decided { grants: &grants })?)?;
        return Ok(Exit::Success);
    }
    let roster = ledger.roster(signed.at)?;
    for grant in &grants {
        print(&mut output, ledger.program(), &roster, grant)?;
    }
    Ok(Exit::Success)
}

impl crate::cli::Signed {
    /// Who says so, why, and when: now, where it is not said.
    pub(super) fn signed(&self, program: &Program) -> Result<Signed<'_>, Failure> {
        let at = self.at.map_or_else(input::now, |when| when.instant(program));
        Ok(Signed { by: &self.by, reason: &self.reason, at: input::not_later(at)? })
    }
}

impl From<GrantState> for State {
    fn from(state: GrantState) -> Self {
        match state {
            GrantState::Proposed => State::Proposed,
            GrantState::Approved => State::Approved,
            GrantState::Declined => State::Declined,
            GrantState::Issued => State::Issued,
            GrantState::Revoked => State::Revoked,
        }
    }
}

fn print(
    output: &mut impl Write,
    program: &Program,
    roster: &Roster,
    grant: &GrantDocument,
) -> std::io::Result<()> {
    let colour = match grant.state {
        State::Proposed | State::Approved => YELLOW,
        State::Issued => GREEN,
        State::Declined | State::Revoked => RED,
    };
    writeln!(
        output,
        "{} {}  {}",
        styled(DIM, on_one_line(&grant.grant)),
        styled(BOLD, called(&grant.subject, program, roster)),
        styled(colour, grant.state.name()),
    )?;
    print_what(output, &grant.what)?;
    let granted = format!("granted as of {} by {}", grant.as_of, on_one_line(&grant.granted_by));
    writeln!(output, "    {}", styled(DIM, granted))?;
    for decision in &grant.decisions {
        let verb = decision.decision.name();
        let (by, reason) = (on_one_line(&decision.by), on_one_line(&decision.reason));
        let line = format!("{verb} at {} by {by}: {reason}", decision.at);
        writeln!(output, "    {}", styled(DIM, line))?;
    }
    Ok(())
}

/// What was granted, and the words for whom it is for.
pub(super) fn print_what(output: &mut impl Write, what: &Grant) -> std::io::Result<()> {
    let worth = match what.amount {
        Some(_) => format!(", {}", amount(what.amount, what.currency.as_deref())),
        None => String::new(),
    };
    let (key, title) = (styled(BOLD, safe(&what.key)), styled(DIM, safe(&what.title)));
    writeln!(output, "    {} {key}{worth}  {title}", safe(&what.kind))?;
    match &what.message {
        Some(message) => writeln!(output, "    {}", safe(message)),
        None => Ok(()),
    }
}

/// A sum with its currency.
pub(super) fn amount(amount: Option<i64>, currency: Option<&str>) -> String {
    let sum = grouped(amount.unwrap_or(0));
    currency.map_or(sum.clone(), |currency| format!("{sum} {}", safe(currency)))
}
