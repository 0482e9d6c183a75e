//! `plaudit close`: an award run. Entitlements become grants, each once.

use std::io::Write;

use plaudit_engine::awards::{
    Award, AwardRun, Budget, Closed, HeldBack, NamedGrant, Notice, Since,
};
use plaudit_engine::journal::Access;
use plaudit_engine::{Program, Roster, canonical};

use super::grants::{amount, print_what};
use super::subjects::{called, everyone, print_faults, print_withheld};
use crate::cli::Close;
use crate::input::{self, Failure};
use crate::output::{
    BOLD, DIM, Exit, GREEN, YELLOW, because, count, grouped, on_one_line, safe, styled,
};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Close) -> Result<Exit, Failure> {
    let access = if options.preview { Access::Read } else { Access::Write };
    let ledger = input::ledger(rules, &options.file.journal, access)?;
    let as_of = options.as_of.instant(ledger.program());
    let (at, by, preview) = (input::now(), options.by.as_str(), options.preview);
    let closed = ledger.close(&AwardRun { as_of, at, by, preview })?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&closed)?)?;
    } else {
        print(&mut output, ledger.program(), &*ledger.roster(as_of)?, &closed)?;
    }
    Ok(Exit::Success)
}

fn print(
    output: &mut impl Write,
    program: &Program,
    roster: &Roster,
    closed: &Closed,
) -> std::io::Result<()> {
    let what = if closed.preview { "preview of an award run" } else { "award run" };
    let name = styled(BOLD, safe(program.name()));
    writeln!(output, "{name}: {what} as of {}", input::clock(program, closed.origin.as_of))?;
    writeln!(output)?;
    for award in &closed.granted {
        let mark = styled(GREEN, award.state.name());
        print_award(output, program, roster, award, &mark)?;
    }
    for held in &closed.held {
        let why = match held.why {
            HeldBack::Incomplete => "held back: a rule failed for this person",
            HeldBack::OverBudget => "held back: the budget does not have the money",
            HeldBack::OverCount => {
                "held back: as many rewards as there may be are given or reserved"
            }
            HeldBack::BetweenPeriods => "held back: the budget is for periods, and none is running",
        };
        print_award(output, program, roster, &held.award, &styled(YELLOW, why))?;
    }
    for grant in &closed.lapsed {
        writeln!(
            output,
            "{} {} {}: nothing entitles to it any more; it stays unless somebody revokes it",
            styled(DIM, on_one_line(&grant.grant)),
            styled(BOLD, called(&grant.subject, &everyone(program), roster)),
            safe(&grant.what.key),
        )?;
    }
    if !closed.granted.is_empty() || !closed.held.is_empty() || !closed.lapsed.is_empty() {
        writeln!(output)?;
    }
    let verb = if closed.preview { "would be made" } else { "made" };
    writeln!(
        output,
        "{} {verb}, {} before, {} held back",
        count(closed.granted.len(), "grant", "grants"),
        grouped(i64::try_from(closed.kept).unwrap_or(i64::MAX)),
        grouped(i64::try_from(closed.held.len()).unwrap_or(i64::MAX)),
    )?;
    if closed.opted_out > 0 {
        let people = count(closed.opted_out, "person has", "people have");
        writeln!(output, "{people} opted out since, and nothing is granted to them")?;
    }
    print_budget(output, closed.budget.as_ref())?;
    if let Some(since) = &closed.since {
        print_since(output, since, program, roster)?;
    }
    for Notice { message, help, .. } in &closed.notices {
        writeln!(output, "{} {}", styled(YELLOW, "notice:"), on_one_line(message))?;
        writeln!(output, "    {}", on_one_line(help))?;
    }
    if closed.preview {
        writeln!(output, "Nothing was granted: run it without --preview.")?;
    }
    print_withheld(output, closed.withheld)?;
    print_faults(output, &closed.faults, program, roster)
}

fn print_award(
    output: &mut impl Write,
    program: &Program,
    roster: &Roster,
    award: &Award,
    mark: &str,
) -> std::io::Result<()> {
    let id = styled(DIM, on_one_line(&award.grant));
    let to = styled(BOLD, called(&award.subject, &everyone(program), roster));
    writeln!(output, "{id} {to}  {mark}")?;
    print_what(output, &award.what)?;
    if !award.what.evidence.is_empty() {
        let read = format!("because {}", because(&award.what.evidence));
        writeln!(output, "    {}", styled(DIM, read))?;
    }
    Ok(())
}

fn print_budget(output: &mut impl Write, budget: Option<&Budget>) -> std::io::Result<()> {
    let Some(budget) = budget.filter(|it| it.amount > 0 || it.rewards > 0) else { return Ok(()) };
    let since = budget.from.as_ref().map_or_else(String::new, |from| format!(" since {from}"));
    let of = |sum: i64| amount(Some(sum), budget.currency.as_deref());
    let most = budget.count.map_or_else(String::new, |most| format!(" of {}", grouped(most)));
    writeln!(
        output,
        "budget{since}: {} of {} spent or reserved, {}{most} given or reserved",
        of(budget.spent),
        of(budget.amount),
        count(usize::try_from(budget.rewards).unwrap_or(0), "reward", "rewards"),
    )
}

fn print_since(
    output: &mut impl Write,
    since: &Since,
    program: &Program,
    roster: &Roster,
) -> std::io::Result<()> {
    let everyone = everyone(program);
    let named = |grant: &NamedGrant| {
        let (id, to) = (on_one_line(&grant.grant), called(&grant.subject, &everyone, roster));
        let (rule, key) = (on_one_line(&grant.rule), on_one_line(&grant.key));
        format!("    {} {}  {key} by the rule {rule}", styled(DIM, id), styled(BOLD, to))
    };
    let as_of = input::clock(program, since.as_of);
    writeln!(output, "since the run as of {as_of} by {}:", safe(&since.by))?;
    let mut any = false;
    if since.program_changed {
        any = true;
        writeln!(output, "  the program has changed")?;
    }
    for (what, grants) in [
        ("granted now, held back then", &since.released),
        ("not backed by an entitlement any more", &since.lapsed),
        ("backed by an entitlement again", &since.regained),
    ] {
        if !grants.is_empty() {
            any = true;
            writeln!(output, "  {what}:")?;
        }
        for grant in grants {
            writeln!(output, "{}", named(grant))?;
        }
    }
    match any {
        true => Ok(()),
        false => writeln!(output, "  nothing but what is new above has changed"),
    }
}
