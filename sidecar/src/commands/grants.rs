//! `plaudit grants`: the grants on record, and decisions about them.

use std::io::Write;

use jiff::Timestamp;
use plaudit_engine::awards::{
    Choice, Decided, Filter, GrantDocument, Grants as Document, Signed, State,
};
use plaudit_engine::events::People;
use plaudit_engine::events::{Grant, Verb};
use plaudit_engine::journal::{Access, Journal, log_of};
use plaudit_engine::ledger;
use plaudit_engine::{Roster, canonical};
use serde::Serialize;

use super::subjects::{called, everyone, print_withheld};
use crate::cli::{Decide, GrantKind, GrantState, Grants, ListGrants, Said};
use crate::input::{self, Failure};
use crate::output::{
    BOLD, DIM, Exit, GREEN, RED, YELLOW, count, grouped, on_one_line, safe, styled,
};
use crate::rules::Rules;
use crate::values::When;

pub(super) fn run(rules: Rules<'_>, options: &Grants) -> Result<Exit, Failure> {
    match options {
        Grants::List(options) => list(rules, options),
        Grants::Approve(options) => decide(rules, options, Verb::Approved),
        Grants::Decline(options) => decide(rules, options, Verb::Declined),
        Grants::Issue(options) => decide(rules, options, Verb::Issued),
        Grants::Revoke(options) => decide(rules, options, Verb::Revoked),
    }
}

fn list(rules: Rules<'_>, options: &ListGrants) -> Result<Exit, Failure> {
    let ledger = input::ledger(rules, &options.file.journal, Access::Read)?;
    let now = input::by_now();
    let filter = Filter {
        team: options.team.as_ref().map(|team| (&*team.by, &*team.name)),
        rule: options.rule.as_deref(),
        kind: options.kind.map(|kind| match kind {
            GrantKind::Badge => "badge",
            GrantKind::Reward => "reward",
            GrantKind::Spotlight => "spotlight",
        }),
        state: options.state.map(State::from),
    };
    let document: Document = ledger.grants_where(options.advocate.as_deref(), filter, now)?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&document)?)?;
        return Ok(Exit::Success);
    }
    let roster = ledger.roster(now)?;
    for grant in &document.grants {
        print(&mut output, &everyone(ledger.program()), &roster, grant)?;
    }
    writeln!(output, "{}", count(document.grants.len(), "grant", "grants"))?;
    if document.hidden > 0 {
        let hidden = count(document.hidden, "grant", "grants");
        writeln!(output, "{hidden} of people who have opted out are not shown")?;
    }
    print_withheld(&mut output, document.withheld)?;
    Ok(Exit::Success)
}

fn decide(rules: Rules<'_>, options: &Decide, verb: Verb) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Listed<'a> {
        grants: &'a [Decided],
    }
    let journal = options.file.journal.open(Access::Write)?;
    let signed = options.signed.signed(rules, &journal)?;
    let as_of = input::by_now();
    let choice = Choice { grants: &options.grants, verb, signed, as_of };
    let grants = ledger::decide(&journal, &choice)?;
    let mut output = anstream::stdout();
    if options.signed.said.json {
        writeln!(output, "{}", canonical(&Listed { grants: &grants })?)?;
        return Ok(Exit::Success);
    }
    let roster = Roster::new(&People::new(), &log_of(&journal)?.0, as_of, false);
    for grant in &grants {
        match grant {
            Decided::Shown(grant) => print(&mut output, "everyone", &roster, grant)?,
            Decided::Hidden { grant, state } => {
                let (id, state) = (styled(DIM, on_one_line(grant)), state.name());
                writeln!(output, "{id} {state}; the person has opted out")?;
            }
        }
    }
    Ok(Exit::Success)
}

impl Said {
    /// When it was: now, where it is not said. The program is asked only where a date is in its time
    /// zone.
    pub(super) fn when(
        &self,
        rules: Rules<'_>,
        journal: &dyn Journal,
    ) -> Result<Timestamp, Failure> {
        let at = match self.at {
            None => input::now(),
            Some(When::Instant(instant)) => instant,
            Some(date) => date.instant(&rules.over(journal)?),
        };
        Ok(input::not_later(at)?)
    }
}

impl crate::cli::Signed {
    /// Who says so, why, and when.
    pub(super) fn signed(
        &self,
        rules: Rules<'_>,
        journal: &dyn Journal,
    ) -> Result<Signed<'_>, Failure> {
        let at = self.said.when(rules, journal)?;
        Ok(Signed { by: &self.by, reason: &self.said.reason, at })
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
    everyone: &str,
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
        styled(BOLD, called(&grant.subject, everyone, roster)),
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
