//! `plaudit standing`: what a person, or everyone, has become.

use std::io::Write;

use plaudit_engine::facts::Value;
use plaudit_engine::standings::{StandingDocument, Withheld};
use plaudit_engine::{Program, Roster, canonical};

use super::figures::{GAP, Named, Of, Row, dashes, group, notable, one, origin, shown, why, words};
use crate::cli::Standing;
use crate::input::{self, Asked, Failure};
use crate::output::{BOLD, DIM, Exit, RED, count, grouped, on_one_line, safe, styled, table};
use crate::rules::Rules;

/// A figure of the page: its name, what it is called there, and what it counts.
type Line = (&'static str, &'static str, Of);

/// Every figure, in groups; `next_level` tells `points_to_next`, too.
const GROUPS: &[(&str, &[Line])] = &[
    (
        "Points and level",
        &[
            ("points", "points", Of::Things),
            ("level", "level", Of::Things),
            ("next_level", "next level", Of::Things),
            ("points_to_next", "missing to it", Of::Things),
            ("points_this_period", "this period", Of::Things),
            ("points_in", "lately", Of::Things),
            ("points_in_style", "by style", Of::Things),
            ("incomplete", "a rule failed, points may be missing", Of::Things),
        ],
    ),
    (
        "Taking part",
        &[
            ("activities", "activities", Of::Things),
            ("activities_this_period", "this period", Of::Things),
            ("activities_in", "lately", Of::Things),
            ("count", "by kind", Of::Things),
            ("first_this_period", "new this period", Of::Things),
            ("unshared_content", "content to take up", Of::Things),
        ],
    ),
    (
        "Regularity",
        &[
            ("streak", "weeks in a row", Of::Weeks),
            ("longest_streak", "longest row", Of::Weeks),
            ("consistency", "active weeks of half a year", Of::Percent),
            ("days_since_last", "last activity", Of::Ago),
            ("days_since_first", "first activity", Of::Ago),
            ("active_days", "active days", Of::Things),
            ("active_weeks", "active weeks", Of::Things),
            ("longest_gap", "longest break", Of::Days),
            ("burst", "in the busiest 28 days of 180", Of::Percent),
            ("launch_spike", "much at the start, little since", Of::Things),
        ],
    ),
    (
        "Style and voice",
        &[
            ("main_style", "mostly", Of::Things),
            ("in_style", "style mix", Of::Percent),
            ("in_chosen_style", "in the chosen style", Of::Percent),
            ("published", "published", Of::Things),
            ("own_voice", "own words", Of::Percent),
            ("ghostwritten", "written by somebody else", Of::Things),
            ("of_format", "formats", Of::Things),
            ("own_photos", "with own photos", Of::Things),
            ("conversation", "conversation", Of::Percent),
            ("customers", "with customers", Of::Things),
        ],
    ),
    (
        "Reach",
        &[
            ("result", "results", Of::Things),
            ("engagements", "engagements", Of::Things),
            ("engagement_per_1000", "for each 1,000 impressions", Of::Things),
            ("engaged_posts", "posts with engagement", Of::Percent),
        ],
    ),
    (
        "Learning",
        &[
            ("trainings", "trainings", Of::Things),
            ("days_since_training", "last training", Of::Ago),
            ("refresher_due", "a refresher is due", Of::Things),
            ("trainings_applied", "put to use", Of::Things),
            ("applied", "share put to use", Of::Percent),
        ],
    ),
    (
        "Mentoring and kudos",
        &[
            ("has_mentor", "has a mentor", Of::Things),
            ("mentees", "mentees", Of::Things),
            ("mentoring_given", "mentoring given", Of::Things),
            ("mentoring_received", "mentoring received", Of::Things),
            ("kudos_given", "kudos given", Of::Things),
            ("kudos_received", "kudos received", Of::Things),
            ("kudos_received_this_period", "received this period", Of::Things),
            ("kudos_from", "from colleagues", Of::Things),
            ("kudos_from_this_period", "of them this period", Of::Things),
        ],
    ),
    (
        "Findings on published posts",
        &[
            ("findings", "findings", Of::Things),
            ("findings_in", "lately", Of::Things),
            ("found", "posts by guideline", Of::Things),
        ],
    ),
];

pub(super) fn run(rules: Rules<'_>, options: &Standing) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let program = &asked.program;
    let mut output = anstream::stdout();
    if let Some(advocate) = &options.advocate {
        let standing = program.standing(&asked.records(), advocate)?;
        if options.past.json {
            writeln!(output, "{}", canonical(&standing)?)?;
        } else {
            page(&mut output, program, &standing, &asked.roster(), options.all)?;
        }
        return Ok(Exit::Success);
    }
    let standings = program.standings(&asked.records())?;
    if program.is_aggregate_only() {
        // On standard error, so that tools read documents or nothing.
        let note = why(program, Withheld::AggregateOnly);
        writeln!(anstream::stderr(), "{note}")?;
    } else if options.past.json {
        for standing in &standings {
            writeln!(output, "{}", canonical(standing)?)?;
        }
    } else {
        let name = styled(BOLD, on_one_line(program.name()));
        writeln!(output, "{name} as of {}", asked.clock())?;
        everyone(&mut output, &standings, &asked.roster())?;
    }
    Ok(Exit::Success)
}

fn page(
    output: &mut impl Write,
    program: &Program,
    standing: &StandingDocument,
    roster: &Roster,
    all: bool,
) -> std::io::Result<()> {
    let called = styled(BOLD, input::called(roster, &standing.advocate));
    let as_of = input::clock(program, standing.origin.as_of);
    writeln!(output, "{called} as of {as_of}")?;
    origin(output, &standing.origin)?;
    if !standing.enrolled {
        writeln!(
            output,
            "No active employee at that time: there are no suggestions and no awards."
        )?;
    }
    for (title, lines) in GROUPS {
        let rows: Vec<Row> = lines
            .iter()
            .filter_map(|(figure, label, of)| {
                let value = line(program, &standing.figures, figure, *of, all)?;
                Some(Row { label, value, figure })
            })
            .collect();
        group(output, title, &rows, all)?;
    }
    writeln!(output)?;
    for fault in &standing.faults {
        let times = count(fault.count, "time", "times");
        writeln!(
            output,
            "{} the rule {} failed {times}, first on {}: {}",
            styled(RED, "fault:"),
            fault.fault.rule,
            on_one_line(&fault.first.id),
            safe(&fault.fault.message),
        )?;
    }
    if one(&standing.figures, "activities").number() == Some(0) {
        writeln!(output, "There is no activity that counts yet.")?;
    }
    let hint = match all {
        true => "`plaudit explain ADVOCATE FIGURE` shows what a figure was worked out from.",
        false => {
            "What is 0 or not known is left out; --all shows every figure with the name that \
             `plaudit explain ADVOCATE FIGURE` takes."
        }
    };
    writeln!(output, "{}", styled(DIM, hint))
}

/// What the page says of a figure; nothing where it would be no news.
fn line(program: &Program, figures: &Named, name: &str, of: Of, all: bool) -> Option<String> {
    let figure = figures.get(name)?;
    if all {
        return shown(program, figure, of, true);
    }
    match name {
        "points" => Some(words(one(figures, name), of)),
        // Said with the level.
        "points_to_next" => None,
        "next_level" => {
            let next = notable(one(figures, name), of)?;
            let missing = one(figures, "points_to_next").number()?;
            Some(format!("{next}, {} to go", words(&missing.into(), Of::Things)))
        }
        // That nothing is out of the ordinary is no news.
        "refresher_due" | "launch_spike" | "incomplete" => {
            (*one(figures, name) == Value::Flag(true)).then(|| "yes".to_owned())
        }
        // The same as the running one.
        "longest_streak" if one(figures, name) == one(figures, "streak") => None,
        _ => shown(program, figure, of, false),
    }
}

fn everyone(
    output: &mut impl Write,
    standings: &[StandingDocument],
    roster: &Roster,
) -> std::io::Result<()> {
    let Some(first) = standings.first() else {
        return writeln!(output, "Nobody is on record who has opted in.");
    };
    origin(output, &first.origin)?;
    writeln!(output)?;
    // By id: in the order of points it would be a board, and some people keep off boards.
    let rows: Vec<Vec<String>> = standings
        .iter()
        .map(|standing| {
            let figures = &standing.figures;
            let value = |name: &str, of: Of| match one(figures, name) {
                Value::Unknown => GAP.to_owned(),
                value => words(value, of),
            };
            vec![
                input::called(roster, &standing.advocate),
                value("points", Of::Things),
                value("level", Of::Things),
                value("streak", Of::Things),
                value("consistency", Of::Percent),
                value("days_since_last", Of::Things),
            ]
        })
        .collect();
    table(
        output,
        &["advocate", "points", "level", "streak", "consistency", "days since last"],
        &rows,
        &[false, true, false, true, true, true],
    )?;
    dashes(output, &rows, "not there yet: no level reached, or nothing done")?;
    let people = grouped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    writeln!(output, "\n{people} people; a streak is in weeks.")
}

#[cfg(test)]
mod tests {
    use plaudit_engine::facts::StandingFact;

    use super::*;

    #[test]
    fn the_page_has_every_figure_once() {
        let mut shown: Vec<&str> =
            GROUPS.iter().flat_map(|(_, lines)| lines.iter().map(|(name, ..)| *name)).collect();
        let mut known: Vec<&str> = StandingFact::FACTS.iter().map(|fact| fact.name).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}
