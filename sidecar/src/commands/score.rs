//! `plaudit score`: points per person.

use std::cmp::Reverse;
use std::io::Write;

use plaudit_engine::scoring::{LeftOut, Total};
use plaudit_engine::{Roster, Scores, canonical};

use crate::cli::Score;
use crate::input::{self, Asked, Failure};
use crate::output::{
    BOLD, DIM, Exit, RED, YELLOW, count, grouped, note_assumed, safe, styled, table,
};
use crate::rules::Rules;

/// So many people are shown where not everyone is asked for.
const SHOWN: usize = 20;

pub(super) fn run(rules: Rules<'_>, options: &Score) -> Result<Exit, Failure> {
    let mut asked = Asked::open(rules, &options.past)?;
    asked.program = options.ways.of(asked.program);
    let bar = input::progress(0, "scoring");
    let scores = asked.program.score_with(&asked.records(), |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&scores)?)?;
    } else {
        let name = styled(BOLD, safe(asked.program.name()));
        writeln!(output, "{name} as of {}", asked.clock())?;
        print(&mut output, &scores, &asked.roster(), options.all)?;
    }
    options.ways.tell(&asked.program)?;
    Ok(Exit::Success)
}

fn print(
    output: &mut impl Write,
    scores: &Scores,
    roster: &Roster,
    all: bool,
) -> std::io::Result<()> {
    note_assumed(output, scores.assumed_consent)?;
    let mut ranked: Vec<&Total> = scores.advocates.iter().collect();
    ranked.sort_by_key(|total| (Reverse(total.points), total.advocate.clone()));
    let shown = if all { ranked.len() } else { SHOWN.min(ranked.len()) };
    if !ranked.is_empty() {
        let rows: Vec<Vec<String>> =
            ranked[..shown].iter().map(|total| row(total, roster)).collect();
        writeln!(output)?;
        table(
            output,
            &["advocate", "points", "activities", "most of it from"],
            &rows,
            &[false, true, true, false],
        )?;
    }
    if shown < ranked.len() {
        let more = grouped(i64::try_from(ranked.len() - shown).unwrap_or(i64::MAX));
        writeln!(output, "  {}", styled(DIM, format!("… and {more} more (--all shows everyone)")))?;
    }
    writeln!(output)?;
    match &scores.total {
        Some(sum) => writeln!(
            output,
            "{} points for {} of {}",
            grouped(sum.points),
            count(sum.activities, "activity", "activities"),
            count(sum.advocates, "person", "people"),
        )?,
        None => writeln!(output, "The group is too small to show a total.")?,
    }
    if ranked.is_empty() && scores.total.as_ref().is_some_and(|sum| sum.advocates > 0) {
        writeln!(output, "This program shows figures for groups only (aggregate_only).")?;
    }
    print_left_out(output, &scores.left_out, scores.assumed_consent)?;
    for fault in &scores.faults {
        let place = match (&fault.fault.file, fault.fault.line) {
            (Some(file), Some(line)) => format!(" at {file}:{line}"),
            _ => String::new(),
        };
        writeln!(
            output,
            "{} the rule {} failed {}, first on {}: {}{place}",
            styled(RED, "fault:"),
            fault.fault.rule,
            count(fault.count, "time", "times"),
            safe(&fault.first.id),
            safe(&fault.fault.message),
        )?;
    }
    Ok(())
}

fn row(total: &Total, roster: &Roster) -> Vec<String> {
    let mut rules: Vec<_> = total.rules.iter().filter(|(_, points)| **points > 0).collect();
    rules.sort_by_key(|(rule, points)| (Reverse(**points), (*rule).clone()));
    let most: Vec<String> = rules
        .iter()
        .take(3)
        .map(|(rule, points)| format!("{rule} {}", grouped(**points)))
        .collect();
    let advocate = input::called(roster, &total.advocate);
    let mark = if total.incomplete { " (incomplete)" } else { "" };
    vec![
        format!("{advocate}{mark}"),
        grouped(total.points),
        total.activities.to_string(),
        most.join(", "),
    ]
}

fn print_left_out(
    output: &mut impl Write,
    left_out: &LeftOut,
    assumed: bool,
) -> std::io::Result<()> {
    let mut note = |number: usize, why: &str| {
        if number == 0 {
            return Ok(());
        }
        let activities = count(number, "activity is", "activities are");
        writeln!(output, "{} {activities} left out: {why}", styled(YELLOW, "note:"))
    };
    let hint =
        if assumed { "" } else { " (--assume-consent is for files without a consent field)" };
    note(left_out.no_consent, &format!("the person has not opted in{hint}"))?;
    note(left_out.not_on_record, &format!("the person is in no people file{hint}"))?;
    note(left_out.not_active, "the person was no active employee at the time")?;
    note(left_out.own_counterpart, "people cannot be their own counterpart")?;
    for (kind, number) in &left_out.undeclared_kinds {
        note(*number, &format!("the program declares no kind `{}`", safe(kind)))?;
    }
    for (channel, number) in &left_out.undeclared_channels {
        note(*number, &format!("the program declares no channel `{}`", safe(channel)))?;
    }
    if left_out.waiting > 0 {
        let events = count(left_out.waiting, "event waits", "events wait");
        writeln!(
            output,
            "{} {events} for an activity that has not come yet",
            styled(YELLOW, "note:")
        )?;
    }
    if left_out.later > 0 {
        let activities = count(left_out.later, "activity is", "activities are");
        let mark = styled(YELLOW, "note:");
        writeln!(output, "{mark} {activities} dated at that time or later, and not looked at")?;
    }
    for (skill, people) in &left_out.undeclared_skills {
        let people = count(*people, "person", "people");
        let mark = styled(YELLOW, "note:");
        writeln!(
            output,
            "{mark} {people} with a skill that the program does not declare: `{}`",
            safe(skill)
        )?;
    }
    if left_out.without_effect > 0 {
        let events = count(left_out.without_effect, "outcome or edit", "outcomes and edits");
        let mark = styled(YELLOW, "note:");
        writeln!(output, "{mark} {events} of something that is no activity changed nothing")?;
    }
    Ok(())
}
