//! `plaudit coach`: what could help people and teams along.

use std::io::Write;

use plaudit_engine::canonical;
use plaudit_engine::coaching::{Coaching, Suggestion};
use plaudit_engine::facts::Folder;

use super::subjects::{
    by_subject, called, everyone, head, print_faults, print_no_rules, print_withheld,
};
use crate::cli::Coach;
use crate::input::{Asked, Failure};
use crate::output::{BOLD, DIM, Exit, because, count, safe, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Coach) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let coaching = asked.program.coach(&asked.records(), options.advocate.as_deref())?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&coaching)?)?;
    } else {
        head(&mut output, &asked, coaching.origin.assumed_consent)?;
        print(&mut output, &asked, &coaching)?;
    }
    Ok(Exit::Success)
}

fn print(output: &mut impl Write, asked: &Asked, coaching: &Coaching) -> std::io::Result<()> {
    let (program, roster) = (&asked.program, asked.roster());
    let groups = by_subject(&coaching.suggestions, |suggestion| &suggestion.subject);
    for (subject, suggestions) in &groups {
        writeln!(output, "{}", styled(BOLD, called(subject, &everyone(program), &roster)))?;
        for suggestion in suggestions {
            print_suggestion(output, suggestion)?;
        }
        writeln!(output)?;
    }
    let number = count(coaching.suggestions.len(), "suggestion", "suggestions");
    writeln!(output, "{number}; nobody has to follow them, and nothing is kept of them")?;
    if !program.rules().iter().any(|rule| rule.folder() == Folder::Coaching) {
        print_no_rules(output, Folder::Coaching.name())?;
    }
    print_withheld(output, coaching.withheld)?;
    print_faults(output, &coaching.faults, program, &roster)
}

fn print_suggestion(output: &mut impl Write, suggestion: &Suggestion) -> std::io::Result<()> {
    writeln!(
        output,
        "  {} {}",
        safe(&suggestion.title),
        styled(DIM, format!("({})", safe(&suggestion.id))),
    )?;
    writeln!(output, "      {}", safe(&suggestion.message))?;
    for content in &suggestion.content {
        let campaign = content.campaign.as_ref();
        let campaign = campaign.map(|name| format!(", {}", safe(name))).unwrap_or_default();
        writeln!(output, "      To share: {}{campaign}", safe(&content.id))?;
    }
    if !suggestion.evidence.is_empty() {
        let read = format!("because {}", because(&suggestion.evidence));
        writeln!(output, "      {}", styled(DIM, read))?;
    }
    Ok(())
}
