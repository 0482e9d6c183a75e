//! `plaudit entitlements`: what people and teams are entitled to. Nothing is granted.

use std::io::Write;

use plaudit_engine::canonical;
use plaudit_engine::facts::Folder;
use plaudit_engine::recognition::{Entitlement, Entitlements as Document};

use super::subjects::{
    by_subject, called, everyone, head, print_faults, print_no_rules, print_withheld,
};
use crate::cli::Entitlements;
use crate::input::{Asked, Failure};
use crate::output::{BOLD, DIM, Exit, YELLOW, because, count, grouped, safe, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Entitlements) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let document = asked.program.recognize(&asked.records(), options.advocate.as_deref())?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&document)?)?;
    } else {
        head(&mut output, &asked, document.origin.assumed_consent)?;
        print(&mut output, &asked, &document)?;
    }
    Ok(Exit::Success)
}

fn print(output: &mut impl Write, asked: &Asked, document: &Document) -> std::io::Result<()> {
    let (program, roster) = (&asked.program, asked.roster());
    let groups = by_subject(&document.entitlements, |entitlement| &entitlement.subject);
    for (subject, entitlements) in &groups {
        let incomplete = entitlements.iter().any(|entitlement| entitlement.incomplete);
        let mark = match incomplete {
            true => styled(YELLOW, " (incomplete: a rule failed, so nothing is awarded yet)"),
            false => String::new(),
        };
        writeln!(output, "{}{mark}", styled(BOLD, called(subject, &everyone(program), &roster)))?;
        for entitlement in entitlements {
            print_entitlement(output, entitlement)?;
        }
        writeln!(output)?;
    }
    let number = count(document.entitlements.len(), "entitlement", "entitlements");
    writeln!(output, "{number} as of then; nothing is granted by looking")?;
    if let Some(rewards) = &document.rewards {
        let currency =
            rewards.currency.as_deref().map_or_else(String::new, |of| format!(" {}", safe(of)));
        writeln!(
            output,
            "{} come to {}{currency}; the budget is {}{currency}",
            count(rewards.count, "reward", "rewards"),
            grouped(rewards.amount),
            grouped(rewards.budget),
        )?;
    }
    if !program.rules().iter().any(|rule| rule.folder() == Folder::Recognition) {
        print_no_rules(output, Folder::Recognition.name())?;
    }
    print_withheld(output, document.withheld)?;
    print_faults(output, &document.faults, program, &roster)
}

fn print_entitlement(output: &mut impl Write, entitlement: &Entitlement) -> std::io::Result<()> {
    let amount = match (entitlement.amount, &entitlement.currency) {
        (Some(amount), Some(currency)) => format!(", {} {}", grouped(amount), safe(currency)),
        (Some(amount), None) => format!(", {}", grouped(amount)),
        (None, _) => String::new(),
    };
    writeln!(
        output,
        "  {} {}{amount}  {}",
        entitlement.kind,
        styled(BOLD, safe(&entitlement.key)),
        styled(DIM, safe(&entitlement.title)),
    )?;
    if let Some(message) = &entitlement.message {
        writeln!(output, "      {}", safe(message))?;
    }
    if !entitlement.evidence.is_empty() {
        let read = format!("because {}", because(&entitlement.evidence));
        writeln!(output, "      {}", styled(DIM, read))?;
    }
    Ok(())
}
