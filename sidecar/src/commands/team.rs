//! `plaudit team`: how the whole program, a team or all teams of a kind take part.

use std::io::Write;
use std::sync::Arc;

use plaudit_engine::facts::Value;
use plaudit_engine::standings::{
    ErasedLine, Figure, KpiFigure, TeamDocument, TeamQuestion, TooEarly, Trend, WindowDates,
};
use plaudit_engine::{Program, Roster, canonical};

use super::figures::{
    GAP, Named, Of, Row, dashes, group, notable, of, one, origin, shown, usual_window, why,
    window_name, words,
};
use crate::cli::Team;
use crate::input::{self, Asked, Failure};
use crate::output::{BOLD, DIM, Exit, count, grouped, on_one_line, styled, table};
use crate::rules::Rules;
use crate::values::SomeTeams;

/// So many members are named where not all are asked for.
const NAMED: usize = 40;

/// A figure of the page: its name, what it is called there, and what it counts.
type Line = (&'static str, &'static str, Of);

/// What a dash in a table of figures means.
const NOT_KNOWN: &str = "not known: the records do not tell, or they would tell of too few people";

/// Figures as of now.
const NOW: &[(&str, &[Line])] = &[
    (
        "People",
        &[
            ("eligible", "employees", Of::Things),
            ("enrolled", "enrolled", Of::Things),
            ("adoption", "adoption", Of::Percent),
            ("audience", "audience", Of::Things),
            ("days_since_agenda", "last on the agenda of a meeting", Of::Ago),
            ("covered", "groups with people enrolled", Of::Percent),
            ("without_part", "groups with hardly anybody enrolled", Of::Things),
        ],
    ),
    (
        "Points",
        &[("points", "points", Of::Things), ("points_this_period", "this period", Of::Things)],
    ),
    (
        "Pace",
        &[
            ("days_since_first", "began", Of::Ago),
            ("early_participation", "took part in the first 28 days", Of::Percent),
            ("kept", "of those, also in the last 28 days", Of::Percent),
            ("burst", "activities in the busiest 28 of 180 days", Of::Percent),
            ("launch_spike", "much at the start, little since", Of::Things),
            ("ready_to_widen", "ready for the next wave", Of::Things),
        ],
    ),
];

/// Figures of windows.
const BY_WINDOW: &[(&str, &[Line])] = &[
    (
        "Taking part",
        &[
            ("active_in", "active people", Of::Things),
            ("participation_in", "participation", Of::Percent),
            ("leaders_active_in", "active leaders", Of::Percent),
            ("activities_in", "activities", Of::Things),
            ("points_in", "points", Of::Things),
            ("average_in", "points for each active person", Of::Things),
        ],
    ),
    (
        "On how many shoulders",
        &[
            ("top_share_in", "share of the person with most points", Of::Percent),
            ("without_top_in", "share of all others", Of::Percent),
            ("points_without_top_in", "points of all others", Of::Things),
            ("absence_factor_in", "people who brought half of the points", Of::Things),
            ("gini_in", "unevenness of points (Gini)", Of::Percent),
        ],
    ),
    (
        "Posts",
        &[
            ("posts_in", "posts", Of::Things),
            ("engaged_posts_in", "posts with any engagement", Of::Percent),
            ("own_voice_in", "own words", Of::Percent),
            ("leaders_own_voice_in", "leaders' own words", Of::Percent),
            ("copies_in", "same words as a colleague", Of::Percent),
            ("conversation_in", "conversation, beside publishing", Of::Percent),
            ("push_only_in", "people who publish, never converse", Of::Percent),
            ("own_content_in", "about content of their own", Of::Percent),
            ("company_content_in", "about the company's content", Of::Percent),
            ("third_party_content_in", "about content of others", Of::Percent),
            ("unshared_content_in", "content that nobody shared", Of::Things),
        ],
    ),
    (
        "Results",
        &[
            ("impressions_in", "reach (impressions)", Of::Things),
            ("reach_outside_in", "reach outside the brand's own", Of::Things),
            ("likes_in", "likes", Of::Things),
            ("comments_in", "comments", Of::Things),
            ("shares_in", "shares", Of::Things),
            ("clicks_in", "clicks", Of::Things),
            ("leads_in", "leads", Of::Things),
            ("conversions_in", "conversions", Of::Things),
            ("pipeline_value_in", "sales pipeline", Of::Things),
            ("emv_in", "earned media value", Of::Things),
            ("closed_deals_in", "closed deals", Of::Things),
            ("reach_per_deal_in", "reach for each closed deal", Of::Things),
            ("share_of_voice_in", "share of voice", Of::Percent),
            ("audience_growth_in", "new followers and connections", Of::Things),
        ],
    ),
    (
        "Learning",
        &[
            ("trainings_in", "trainings", Of::Things),
            ("applied_in", "trainings put to use", Of::Percent),
            ("mentored_in", "newly mentored people", Of::Things),
            ("mentoring_lift_in", "more activities, for ten newly mentored", Of::Things),
        ],
    ),
];

pub(super) fn run(rules: Rules<'_>, options: &Team) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let program = &asked.program;
    let by = options.which.as_ref().map(|which| &*which.by);
    let name = options.which.as_ref().and_then(|which| which.name.as_deref());
    let question = TeamQuestion {
        by: by.map(Into::into),
        name: name.map(Into::into),
        window: options.window.as_deref().map(Into::into),
    };
    let document = program.teams(&asked.records(), &question)?;
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
    writeln!(output, "{} as of {}", styled(BOLD, title), asked.clock())?;
    origin(&mut output, &document.origin)?;
    match (by, name, document.teams.as_slice()) {
        (Some(by), None, teams) => {
            let window = document.window.as_ref().map(|window| &*window.name);
            compare(&mut output, program, teams, by, window)?;
        }
        (.., [team]) => {
            page(&mut output, program, team, document.window.as_ref(), options.all)?;
            if let Some(emv) = document.emv.as_ref().filter(|_| team.withheld.is_none()) {
                let (formula, version) = (on_one_line(&emv.formula), on_one_line(&emv.version));
                let by = format!(
                    "Earned media value in {} by the formula “{formula}”, version {version}.",
                    emv.currency
                );
                writeln!(output, "\n{}", styled(DIM, by))?;
            }
            members(&mut output, program, team, &asked.roster(), options.all)?;
            erased(&mut output, team)?;
        }
        _ => writeln!(output, "There is no such team.")?,
    }
    Ok(Exit::Success)
}

/// The figures of a team, and how it stands to the goals.
fn page(
    output: &mut impl Write,
    program: &Program,
    team: &TeamDocument,
    window: Option<&WindowDates>,
    all: bool,
) -> std::io::Result<()> {
    if let Some(withheld) = team.withheld {
        return writeln!(output, "\n{}", why(program, withheld));
    }
    match window {
        Some(window) => against_before(output, team, window, all)?,
        None => {
            for (title, lines) in NOW {
                let rows: Vec<Row> = lines
                    .iter()
                    .filter_map(|(figure, label, of)| {
                        let value = match *figure {
                            "eligible" | "enrolled" | "points" => {
                                words(one(&team.figures, figure), *of)
                            }
                            _ => shown(program, team.figures.get(figure)?, *of, all)?,
                        };
                        Some(Row { label, value, figure })
                    })
                    .collect();
                group(output, title, &rows, all)?;
            }
            lately(output, program, team, all)?;
        }
    }
    goals(output, program, team)
}

/// Figures of windows, a column for each window.
fn lately(
    output: &mut impl Write,
    program: &Program,
    team: &TeamDocument,
    all: bool,
) -> std::io::Result<()> {
    let windows: Vec<&str> = program.windows().collect();
    let row = |(figure, label, unit): &Line| {
        let values: Vec<&Value> =
            windows.iter().map(|window| of(&team.figures, figure, window)).collect();
        let is_notable = values.iter().any(|value| notable(value, *unit).is_some());
        let cells = values.into_iter().map(|value| cell(value, *unit));
        (all || is_notable).then(|| std::iter::once((*label).to_owned()).chain(cells).collect())
    };
    let names: Vec<String> = windows.iter().map(|window| window_name(window)).collect();
    for (title, lines) in BY_WINDOW {
        columns(output, title, &names, lines.iter().filter_map(row).collect())?;
    }
    Ok(())
}

/// Every figure of one window, beside that of the window before.
fn against_before(
    output: &mut impl Write,
    team: &TeamDocument,
    window: &WindowDates,
    all: bool,
) -> std::io::Result<()> {
    let before = team.before.as_ref().filter(|before| !before.is_empty());
    let row = |(figure, label, unit): &Line| {
        let value = |figures: &Named| match figures.get(figure)? {
            Figure::One(value) => Some(value.clone()),
            Figure::Each(values) => values.get(&window.name).cloned(),
        };
        let values = [value(&team.figures), before.and_then(value)];
        let is_notable = |value: &Value| notable(value, *unit).is_some();
        let cells =
            values.iter().map(|value| value.as_ref().map_or(GAP.to_owned(), |it| cell(it, *unit)));
        (all || values.iter().flatten().any(is_notable))
            .then(|| std::iter::once((*label).to_owned()).chain(cells).collect())
    };
    // Figures of no window are as of the end of each.
    let as_of = ["now".to_owned(), format!("{} ago", window_name(&window.name))];
    let within = [window_name(&window.name), "the same before".to_owned()];
    // Of groups there is more than one value.
    let is_simple = |(figure, ..): &&Line| !["covered", "without_part"].contains(figure);
    for (groups, names) in [(NOW, &as_of), (BY_WINDOW, &within)] {
        for (title, lines) in groups {
            let rows = lines.iter().filter(is_simple).filter_map(row).collect();
            columns(output, title, names, rows)?;
        }
    }
    let name = window_name(&window.name);
    let dates = format!(
        "The {name} are from {} up to, and without, {}; the same before begin on {}; “{name} ago” is the \
         beginning of {}.",
        window.from, window.until, window.before, window.from
    );
    writeln!(output, "\n{}", styled(DIM, dates))?;
    if before.is_none() {
        writeln!(output, "{}", styled(DIM, "The team was too small to show before."))?;
    }
    if !team.unshared_content.is_empty() {
        let names: Vec<String> =
            team.unshared_content.iter().take(NAMED).map(|id| on_one_line(id)).collect();
        writeln!(output, "\n{}", styled(BOLD, "Content that nobody shared"))?;
        writeln!(output, "  {}", names.join(", "))?;
    }
    Ok(())
}

/// A table under a heading; nothing where it has no row.
fn columns(
    output: &mut impl Write,
    title: &str,
    names: &[String],
    rows: Vec<Vec<String>>,
) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    // As wide in every table of the page, so that numbers stand below each other.
    let labels = NOW.iter().chain(BY_WINDOW).flat_map(|(_, lines)| lines.iter());
    let width = labels.map(|(_, label, _)| label.len()).max().unwrap_or_default();
    let title = format!("{title:<width$}");
    let header: Vec<&str> =
        std::iter::once(&*title).chain(names.iter().map(|name| &**name)).collect();
    let right: Vec<bool> = (0..header.len()).map(|column| column > 0).collect();
    table(output, &header, &rows, &right)?;
    dashes(output, &rows, NOT_KNOWN)
}

/// How the team stands to the goals of the program.
fn goals(output: &mut impl Write, program: &Program, team: &TeamDocument) -> std::io::Result<()> {
    let unit = |name: &str| {
        let (_, kpi) = program.kpis().find(|(known, _)| *known == name)?;
        program.unit_of(kpi).map(on_one_line)
    };
    let row = |(name, kpi): (&Arc<str>, &KpiFigure)| {
        let unit = unit(name).map_or_else(String::new, |unit| format!(" {unit}"));
        let amount = |number: i64| format!("{}{unit}", grouped(number));
        let number = |number: Option<i64>| number.map_or(GAP.to_owned(), amount);
        let limit = if kpi.at_most { "at most " } else { "" };
        let mut notes: Vec<String> = Vec::new();
        match kpi.reached {
            Some(true) => notes.push("reached".to_owned()),
            Some(false) => notes.push("not reached".to_owned()),
            None => {}
        }
        notes.extend(kpi.too_early.iter().map(|why| match why {
            TooEarly::ShortHistory => "too early to judge: not a whole window yet".to_owned(),
            TooEarly::ResultsComing => "too early to judge: results still come in".to_owned(),
        }));
        let trend = match kpi.trend {
            Some(Trend::Rising) => "rising",
            Some(Trend::Steady) => "steady",
            Some(Trend::Falling) => "falling",
            None => GAP,
        };
        vec![
            on_one_line(name),
            format!("{limit}{}", amount(kpi.goal)),
            number(kpi.value),
            kpi.percent_of_goal.map_or(GAP.to_owned(), |percent| format!("{} %", grouped(percent))),
            number(kpi.before),
            trend.to_owned(),
            notes.join("; "),
        ]
    };
    let names = ["goal", "now", "of it", "before", "trend", ""].map(str::to_owned);
    let rows: Vec<Vec<String>> = team.kpis.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(output)?;
    let header: Vec<&str> =
        std::iter::once("Goals").chain(names.iter().map(|name| &**name)).collect();
    table(output, &header, &rows, &[false, true, true, true, true, false, false])?;
    let meaning = match team.by {
        "program" => "not known, or there is no window before to compare with",
        _ => "not known, told of the whole program only, or there is no window before",
    };
    dashes(output, &rows, meaning)?;
    for (name, kpi) in &team.kpis {
        if let Some(description) = &kpi.description {
            let what = format!("{}: {}", on_one_line(name), on_one_line(description));
            writeln!(output, "  {}", styled(DIM, what))?;
        }
    }
    Ok(())
}

/// What people brought who were erased since, where they are enough.
fn erased(output: &mut impl Write, team: &TeamDocument) -> std::io::Result<()> {
    let Some(ErasedLine { people, activities, points, .. }) = &team.erased else { return Ok(()) };
    writeln!(
        output,
        "\nerased since: {} people with {} activities and {} points, which are in none of these figures",
        grouped(*people),
        grouped(*activities),
        grouped(*points)
    )
}

/// Who is in the team.
fn members(
    output: &mut impl Write,
    program: &Program,
    team: &TeamDocument,
    roster: &Roster,
    all: bool,
) -> std::io::Result<()> {
    if team.withheld.is_some() {
        return Ok(());
    }
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
    window: Option<&str>,
) -> std::io::Result<()> {
    if teams.is_empty() {
        return writeln!(
            output,
            "\nThere are no teams by {}: nobody's is on record.",
            on_one_line(by)
        );
    }
    let window = window.map_or_else(|| usual_window(program, "30_days", Some(1)), str::to_owned);
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
    dashes(output, &rows, NOT_KNOWN)?;
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
        Value::Unknown => GAP.to_owned(),
        value => words(value, of),
    }
}

#[cfg(test)]
mod tests {
    use plaudit_engine::facts::TeamFact;

    use super::*;

    #[test]
    fn the_page_has_every_figure_once() {
        let grouped = NOW.iter().chain(BY_WINDOW).flat_map(|(_, lines)| lines.iter());
        let mut shown: Vec<&str> = grouped.map(|(name, ..)| *name).collect();
        // They stand in the title.
        shown.extend(["by", "name"]);
        let mut known: Vec<&str> = TeamFact::FACTS.iter().map(|fact| fact.name).collect();
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
    }
}
