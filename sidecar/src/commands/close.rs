//! `plaudit close`: an award run. Entitlements become grants, each once.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::awards::{Award, Budget, Closed, HeldBack, Notice, Since};
use plaudit_engine::journal::Access;
use plaudit_engine::{Code, Problem, Program, Roster, canonical};

use super::grants::{amount, print_what};
use super::subjects::{called, print_faults, print_withheld};
use crate::cli::Close;
use crate::input::{self, Failure};
use crate::output::{
    BOLD, DIM, Exit, GREEN, YELLOW, because, count, grouped, on_one_line, safe, styled,
};

pub(super) fn run(directory: &Path, options: &Close) -> Result<Exit, Failure> {
    let access = if options.preview { Access::Read } else { Access::Write };
    let ledger = input::ledger(directory, &options.file.journal, access)?;
    let as_of = options.as_of.instant(ledger.program());
    let now = input::now();
    if as_of > now {
        let message = format!("{as_of} is not over yet: what happens until then may still change");
        let help = format!("award runs look back; now it is {now}");
        return Err(Problem::new(Code::WrongValue, message).help(help).into());
    }
    let closed = ledger.close(as_of, &options.by, options.preview)?;
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
    writeln!(output, "{name}: {what} as of {}", closed.origin.as_of)?;
    writeln!(output)?;
    for award in &closed.granted {
        let mark = styled(GREEN, award.state.name());
        print_award(output, program, roster, award, &mark)?;
    }
    for held in &closed.held {
        let why = match held.why {
            HeldBack::Incomplete => "held back: a rule failed for this person",
            HeldBack::OverBudget => "held back: the budget does not have it",
            HeldBack::BetweenPeriods => "held back: the budget is for periods, and none is running",
        };
        print_award(output, program, roster, &held.award, &styled(YELLOW, why))?;
    }
    for grant in &closed.lapsed {
        writeln!(
            output,
            "{} {} {}: nothing entitles to it any more; it stays unless somebody revokes it",
            styled(DIM, on_one_line(&grant.grant)),
            styled(BOLD, called(&grant.subject, program, roster)),
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
    print_budget(output, closed.budget.as_ref())?;
    if let Some(since) = &closed.since {
        print_since(output, since)?;
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
    let to = styled(BOLD, called(&award.subject, program, roster));
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

fn print_since(output: &mut impl Write, since: &Since) -> std::io::Result<()> {
    let list = |ids: &[Arc<str>]| -> String {
        let ids: Vec<String> = ids.iter().map(|id| on_one_line(id)).collect();
        ids.join(", ")
    };
    writeln!(output, "since the run as of {} by {}:", since.as_of, safe(&since.by))?;
    let mut any = false;
    if since.program_changed {
        any = true;
        writeln!(output, "  the program has changed")?;
    }
    for (what, ids) in [
        ("granted now, held back then", &since.released),
        ("not backed by an entitlement any more", &since.lapsed),
        ("backed by an entitlement again", &since.regained),
    ] {
        if !ids.is_empty() {
            any = true;
            writeln!(output, "  {what}: {}", list(ids))?;
        }
    }
    match any {
        true => Ok(()),
        false => writeln!(output, "  nothing but what is new above has changed"),
    }
}
