//! `plaudit explain`: one person's points, line by line, or how one figure comes about.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use plaudit_engine::facts::{Object, PERCENT};
use plaudit_engine::scoring::{Explanation, ScoredActivity};
use plaudit_engine::standings::{FigureExplanation, Part};
use plaudit_engine::{Code, NotCounted, Problem, Program, Records, canonical};

use super::disputes;
use super::figures::{Of, dates, words};
use crate::cli::Explain;
use crate::input::{self, Asked, Failure};
use crate::output::{
    BOLD, DIM, Exit, RED, YELLOW, because, count, grouped, on_one_line, safe, styled, table,
};
use crate::rules::Rules;
use crate::values::AskedFigure;

/// So much of what went into a figure is shown where not all is asked for.
const SHOWN: usize = 40;

pub(super) fn run(rules: Rules<'_>, options: &Explain) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let (program, records) = (&asked.program, asked.records());
    if let Some(figure) = &options.figure {
        return explain_figure(program, &records, figure, options);
    }
    let explanation = program.explain(&records, &options.advocate)?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&explanation)?)?;
        return Ok(Exit::Success);
    }
    if !options.summary {
        for activity in &explanation.lines {
            print(&mut output, activity, &program.local_time(activity.at))?;
        }
        for adjustment in &explanation.adjustments {
            let by = adjustment
                .by
                .as_ref()
                .map(|by| format!(" ({})", on_one_line(by)))
                .unwrap_or_default();
            writeln!(
                output,
                "{}  {}  {}  {}\n    {}{by}",
                program.local_time(adjustment.at),
                styled(BOLD, "by hand"),
                styled(BOLD, format!("{:+}", adjustment.points)),
                styled(DIM, safe(&adjustment.identity.id)),
                on_one_line(&adjustment.reason),
            )?;
        }
        let roster = asked.roster();
        for dispute in &explanation.disputes {
            disputes::print(&mut output, &roster, dispute)?;
        }
    }
    print_totals(&mut output, program, &explanation)?;
    if options.summary {
        print_months(&mut output, program, &explanation)?;
    }
    writeln!(output, "{}", styled(DIM, format!("program version {}", explanation.program)))?;
    Ok(Exit::Success)
}

fn print_totals(
    output: &mut impl Write,
    program: &Program,
    explanation: &Explanation,
) -> std::io::Result<()> {
    let total = &explanation.total;
    let mark = if total.incomplete { " (incomplete: a rule failed)" } else { "" };
    writeln!(
        output,
        "{}: {} points for {} as of {}{mark}",
        styled(BOLD, safe(&total.advocate)),
        grouped(total.points),
        count(total.activities, "activity", "activities"),
        input::clock(program, explanation.as_of),
    )?;
    let by_hand = (total.adjusted != 0).then_some(("by hand", total.adjusted));
    let rules = total.rules.iter().map(|(rule, points)| (&**rule, *points));
    let lines: Vec<(&str, String)> =
        rules.chain(by_hand).map(|(rule, points)| (rule, grouped(points))).collect();
    let width = lines.iter().map(|(_, points)| points.len()).max().unwrap_or(0).max(8);
    for (rule, points) in lines {
        writeln!(output, "  {points:>width$}  {rule}")?;
    }
    Ok(())
}

/// Points and activities that count by month, in the program's time zone.
fn print_months(
    output: &mut impl Write,
    program: &Program,
    explanation: &Explanation,
) -> std::io::Result<()> {
    let month = |at| {
        let time = program.local_time(at);
        // `2026-06-30 12:00` without day and clock; years may have a sign.
        time.split(' ')
            .next()
            .and_then(|date| date.rsplit_once('-'))
            .map_or_else(|| time.clone(), |(month, _)| month.to_owned())
    };
    let mut months: BTreeMap<String, (i64, usize)> = BTreeMap::new();
    for activity in explanation.lines.iter().filter(|activity| activity.not_counted.is_none()) {
        let sum = months.entry(month(activity.at)).or_default();
        sum.0 += activity.points;
        sum.1 += 1;
    }
    for adjustment in &explanation.adjustments {
        months.entry(month(adjustment.at)).or_default().0 += adjustment.points;
    }
    let rows: Vec<Vec<String>> = months
        .into_iter()
        .map(|(month, (points, activities))| {
            let activities = i64::try_from(activities).unwrap_or(i64::MAX);
            vec![month, grouped(points), grouped(activities)]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    table(output, &["month", "points", "activities"], &rows, &[false, true, true])
}

fn explain_figure(
    program: &Program,
    input: &Records<'_>,
    figure: &AskedFigure,
    options: &Explain,
) -> Result<Exit, Failure> {
    let argument = match (&figure.argument, &options.argument) {
        (Some(inside), Some(behind)) => {
            let problem = Problem::new(
                Code::WrongArguments,
                format!("`{}` is asked with `{inside}` and with `{behind}`", figure.name),
            );
            return Err(problem.help("name what it is asked with once").into());
        }
        (inside, behind) => inside.as_deref().or(behind.as_deref()),
    };
    let explanation = program.explain_figure(input, &options.advocate, &figure.name, argument)?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&explanation)?)?;
    } else {
        print_figure(&mut output, program, &explanation, &figure.name, options.all)?;
    }
    Ok(Exit::Success)
}

fn print_figure(
    output: &mut impl Write,
    program: &Program,
    explanation: &FigureExplanation,
    name: &str,
    all: bool,
) -> std::io::Result<()> {
    let is_percent = Object::Standing.fact(name).is_some_and(|(_, fact)| fact.kind == PERCENT);
    let unit = if is_percent { Of::Percent } else { Of::Things };
    writeln!(
        output,
        "{}: {} is {} as of {}",
        styled(BOLD, on_one_line(&explanation.advocate)),
        on_one_line(&explanation.figure),
        styled(BOLD, words(&explanation.value, unit)),
        input::clock(program, explanation.origin.as_of),
    )?;
    writeln!(output, "  {}", explanation.meaning)?;
    writeln!(output, "  {} {}", styled(DIM, "formula:"), explanation.formula)?;
    if let Some(period) = explanation.origin.period.as_ref().filter(|_| name.contains("period")) {
        writeln!(output, "  {} {}", styled(DIM, "period:"), dates(period))?;
    }
    for (number, value) in &explanation.numbers {
        writeln!(output, "  {} {}", styled(DIM, format!("{number}:")), words(value, Of::Things))?;
    }
    let parts = &explanation.parts;
    if parts.is_empty() {
        return Ok(());
    }
    writeln!(output, "\n{}", count(parts.len(), "part:", "parts:"))?;
    let shown = if all { parts.len() } else { SHOWN.min(parts.len()) };
    for part in &parts[..shown] {
        writeln!(output, "  {}", show(program, part))?;
    }
    if shown < parts.len() {
        let more = count(parts.len() - shown, "more", "more");
        writeln!(output, "  {}", styled(DIM, format!("… and {more} (--all shows everything)")))?;
    }
    Ok(())
}

/// One thing that went into a figure, on a line.
fn show(program: &Program, part: &Part) -> String {
    let when = part.at.map(|at| program.local_time(at)).or_else(|| part.date.clone());
    let what = part.what.as_deref().map(on_one_line);
    let amount = part.amount.map(grouped);
    let id = part.id.as_deref().map(|id| match part.at {
        // An event's id matters less than what it was.
        Some(_) => styled(DIM, on_one_line(id)),
        None => on_one_line(id),
    });
    let reason = part.reason.as_deref().map(on_one_line);
    let all = [when, what, amount, id, reason];
    all.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn print(output: &mut impl Write, activity: &ScoredActivity, time: &str) -> std::io::Result<()> {
    let place = activity.channel.as_ref().map(|channel| format!(" on {}", safe(channel)));
    writeln!(
        output,
        "{time}  {}{}  {}  {}",
        styled(BOLD, safe(&activity.kind)),
        place.unwrap_or_default(),
        styled(BOLD, format!("{:+}", activity.points)),
        styled(DIM, safe(&activity.id)),
    )?;
    for line in &activity.lines {
        let names = |names: &[Arc<str>]| safe(&names.join(" and "));
        let capped = if !line.held_back_by.is_empty() {
            format!(", {} held back by {}", line.earned, names(&line.held_back_by))
        } else if line.points < line.earned {
            format!(", clipped from {} by {}", line.earned, names(&line.capped_by))
        } else {
            String::new()
        };
        writeln!(output, "    {:+}  {} ({}){capped}", line.points, safe(&line.title), line.rule)?;
        if !line.evidence.is_empty() {
            writeln!(output, "        {}", styled(DIM, because(&line.evidence)))?;
        }
    }
    if let Some(why) = activity.not_counted {
        writeln!(output, "    {} {}", styled(YELLOW, "not counted:"), reason(why))?;
    } else if activity.lines.is_empty() && activity.faults.is_empty() {
        writeln!(output, "    no rule applies")?;
    }
    for fault in &activity.faults {
        writeln!(output, "    {} {}: {}", styled(RED, "fault"), fault.rule, safe(&fault.message))?;
    }
    Ok(())
}

const fn reason(why: NotCounted) -> &'static str {
    match why {
        NotCounted::NotOnRecord => "the person is not on record",
        NotCounted::NoConsent => "the person had not opted in",
        NotCounted::NotActive => "the person was no active employee",
        NotCounted::UndeclaredKind => "the program does not declare the kind",
        NotCounted::UndeclaredChannel => "the program does not declare the channel",
        NotCounted::OwnCounterpart => "people cannot be their own counterpart",
    }
}
