//! `plaudit team`: how the whole program, a team or all teams of a kind take part.

use std::io::Write;
use std::path::Path;

use plaudit_engine::facts::Value;
use plaudit_engine::standings::TeamDocument;
use plaudit_engine::{Program, Roster, canonical};

use super::figures::{
    Of, Row, group, of, one, origin, shown, usual_window, why, window_name, words,
};
use crate::cli::Team;
use crate::input::{self, Asked, Failure};
use crate::output::{BOLD, DIM, Exit, count, on_one_line, styled, table};
use crate::values::SomeTeams;

/// So many members are named where not all are asked for.
const NAMED: usize = 40;

/// A figure of the page: its name, what it is called there, and what it counts.
type Line = (&'static str, &'static str, Of);

const GROUPS: &[(&str, &[Line])] = &[
    (
        "People",
        &[
            ("eligible", "employees", Of::Things),
            ("enrolled", "enrolled", Of::Things),
            ("adoption", "adoption", Of::Percent),
            ("days_since_agenda", "last on a meeting's agenda", Of::Ago),
            ("without_part", "hardly anybody joined of", Of::Things),
        ],
    ),
    (
        "Points",
        &[("points", "points", Of::Things), ("points_this_period", "this period", Of::Things)],
    ),
    (
        "Pace",
        &[
            ("burst", "in the busiest 28 days of 180", Of::Percent),
            ("launch_spike", "much at the start, little since", Of::Things),
        ],
    ),
];

/// Figures of windows, in the columns of a table.
const BY_WINDOW: &[Line] = &[
    ("active_in", "active", Of::Things),
    ("participation_in", "participation", Of::Percent),
    ("activities_in", "activities", Of::Things),
    ("points_in", "points", Of::Things),
    ("average_in", "average", Of::Things),
    ("top_share_in", "top share", Of::Percent),
    ("conversation_in", "conversation", Of::Percent),
];

pub(super) fn run(directory: &Path, options: &Team) -> Result<Exit, Failure> {
    let asked = Asked::open(directory, &options.past)?;
    let program = &asked.program;
    let by = options.which.as_ref().map(|which| &*which.by);
    let name = options.which.as_ref().and_then(|which| which.name.as_deref());
    let document = program.teams(&asked.records(), by, name)?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&document)?)?;
        return Ok(Exit::Success);
    }
    let title = match &options.which {
        None => on_one_line(program.name()),
        Some(SomeTeams { by, name: None }) => {
            format!("{}: teams by {}", on_one_line(program.name()), on_one_line(by))
        }
        Some(SomeTeams { by, name: Some(name) }) => {
            format!("{}: {} {}", on_one_line(program.name()), on_one_line(by), on_one_line(name))
        }
    };
    writeln!(output, "{} as of {}", styled(BOLD, title), asked.as_of)?;
    origin(&mut output, &document.origin)?;
    match (by, name, document.teams.as_slice()) {
        (Some(_), None, teams) => compare(&mut output, program, teams, by.unwrap_or_default())?,
        (.., [team]) => page(&mut output, program, team, &asked.roster(), options.all)?,
        _ => writeln!(output, "There is no such team.")?,
    }
    Ok(Exit::Success)
}

/// The figures of a team, and who is in it.
fn page(
    output: &mut impl Write,
    program: &Program,
    team: &TeamDocument,
    roster: &Roster,
    all: bool,
) -> std::io::Result<()> {
    if let Some(withheld) = team.withheld {
        return writeln!(output, "\n{}", why(program, withheld));
    }
    for (title, lines) in GROUPS {
        let rows: Vec<Row> = lines
            .iter()
            .filter_map(|(figure, label, of)| {
                let value = match *figure {
                    "eligible" | "enrolled" | "points" => words(one(&team.figures, figure), *of),
                    _ => shown(program, team.figures.get(figure)?, *of, all)?,
                };
                Some(Row { label, value, figure })
            })
            .collect();
        group(output, title, &rows, all)?;
    }
    writeln!(output, "\n{}", styled(BOLD, "Lately"))?;
    let rows: Vec<Vec<String>> = program
        .windows()
        .map(|window| {
            let values = BY_WINDOW
                .iter()
                .map(|(figure, _, unit)| cell(of(&team.figures, figure, window), *unit));
            std::iter::once(window_name(window)).chain(values).collect()
        })
        .collect();
    let header: Vec<&str> =
        std::iter::once("window").chain(BY_WINDOW.iter().map(|(_, label, _)| *label)).collect();
    let right: Vec<bool> = (0..header.len()).map(|column| column > 0).collect();
    table(output, &header, &rows, &right)?;
    if program.is_aggregate_only() {
        let note = "Members are not named: this program shows figures for groups only.";
        return writeln!(output, "\n{}", styled(DIM, note));
    }
    let shown = if all { team.members.len() } else { NAMED.min(team.members.len()) };
    let names: Vec<String> =
        team.members[..shown].iter().map(|id| input::called(roster, id)).collect();
    writeln!(output, "\n{}", styled(BOLD, "Members"))?;
    for name in &names {
        writeln!(output, "  {name}")?;
    }
    if shown < team.members.len() {
        let more = count(team.members.len() - shown, "more", "more");
        writeln!(output, "  {}", styled(DIM, format!("… and {more} (--all names everyone)")))?;
    }
    Ok(())
}

/// All teams of a kind, one a row.
fn compare(
    output: &mut impl Write,
    program: &Program,
    teams: &[TeamDocument],
    by: &str,
) -> std::io::Result<()> {
    if teams.is_empty() {
        return writeln!(
            output,
            "\nThere are no teams by {}: nobody's is on record.",
            on_one_line(by)
        );
    }
    let window = usual_window(program, "30_days", Some(1));
    let rows: Vec<Vec<String>> = teams
        .iter()
        .map(|team| {
            let name = on_one_line(team.name.as_deref().unwrap_or_default());
            if team.withheld.is_some() {
                let empty = std::iter::repeat_n(String::new(), 5);
                return [name, "withheld".to_owned()].into_iter().chain(empty).collect();
            }
            let figures = &team.figures;
            vec![
                name,
                cell(one(figures, "enrolled"), Of::Things),
                cell(one(figures, "adoption"), Of::Percent),
                cell(of(figures, "active_in", &window), Of::Things),
                cell(of(figures, "participation_in", &window), Of::Percent),
                cell(of(figures, "points_in", &window), Of::Things),
                cell(of(figures, "average_in", &window), Of::Things),
            ]
        })
        .collect();
    writeln!(output)?;
    table(
        output,
        &["team", "enrolled", "adoption", "active", "participation", "points", "average"],
        &rows,
        &[false, true, true, true, true, true, true],
    )?;
    let what = format!(
        "Active, participation, points and average (for each active person) are of the last {}.",
        window_name(&window)
    );
    writeln!(output, "\n{}", styled(DIM, what))?;
    if teams.iter().any(|team| team.withheld.is_some()) {
        let people = program.minimum_group();
        writeln!(
            output,
            "A team is withheld where fewer than {people} people take part, or where its figures \
             would tell of a team that small (minimum_group)."
        )?;
    }
    Ok(())
}

fn cell(value: &Value, of: Of) -> String {
    match value {
        Value::Unknown => "–".to_owned(),
        value => words(value, of),
    }
}

#[cfg(test)]
mod tests {
    use plaudit_engine::facts::TeamFact;

    use super::*;

    #[test]
    fn the_page_has_every_figure_once() {
        let grouped = GROUPS.iter().flat_map(|(_, lines)| lines.iter());
        let mut shown: Vec<&str> = grouped.chain(BY_WINDOW).map(|(name, ..)| *name).collect();
        // They stand in the title.
        shown.extend(["by", "name"]);
        let mut known: Vec<&str> = TeamFact::FACTS.iter().map(|fact| fact.name).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}
