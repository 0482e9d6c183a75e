//! `plaudit leaderboard`: who brought how much, in order.

use std::io::Write;

use plaudit_engine::standings::{Among, BoardQuestion, Leaderboard, Place, Span};
use plaudit_engine::{Program, Roster, canonical};

use super::figures::{dates, usual_window, why, window_name};
use crate::cli;
use crate::input::{self, Asked, Failure};
use crate::output::{
    BOLD, DIM, Exit, YELLOW, count, grouped, note_assumed, on_one_line, styled, table,
};
use crate::rules::Rules;
use crate::values::OneTeam;

pub(super) fn run(rules: Rules<'_>, options: &cli::Leaderboard) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let program = &asked.program;
    let question = question(program, options);
    let bar = input::progress(0, "counting");
    let board = program.leaderboard_with(&asked.records(), &question, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&board)?)?;
        return Ok(Exit::Success);
    }
    let title = styled(BOLD, title(program, &board, &question));
    writeln!(output, "{title}\n{}", styled(DIM, format!("As of {}.", asked.clock())))?;
    note_assumed(&mut output, board.origin.assumed_consent)?;
    writeln!(output)?;
    let top = if options.all { usize::MAX } else { options.top };
    print(&mut output, program, &board, &question, &asked.roster(), top)?;
    Ok(Exit::Success)
}

/// The question that the options ask.
fn question(program: &Program, options: &cli::Leaderboard) -> BoardQuestion {
    let among = match &options.among {
        cli::BoardAmong { style: Some(style), .. } => Among::Style(style.as_str().into()),
        cli::BoardAmong { team: Some(OneTeam { by, name }), .. } => {
            Among::Team(by.clone(), name.clone())
        }
        cli::BoardAmong { teams: Some(by), .. } => Among::Teams(by.clone()),
        _ => Among::Everyone,
    };
    let span = match &options.span {
        cli::BoardSpan { window: Some(window), .. } => Span::Window(window.as_str().into()),
        cli::BoardSpan { all_time: true, .. } => Span::AllTime,
        cli::BoardSpan { period: Some(_), .. } => Span::Period,
        _ if matches!(among, Among::Teams(_)) => {
            Span::Window(usual_window(program, "90_days", None).into())
        }
        _ => Span::Period,
    };
    let period = options.span.period.clone().flatten().map(Into::into);
    BoardQuestion { span, among, period }
}

fn title(program: &Program, board: &Leaderboard, question: &BoardQuestion) -> String {
    let span = match (&question.span, &board.origin.period) {
        (Span::AllTime, _) => "of all time".to_owned(),
        (Span::Window(name), _) => format!("of the last {}", window_name(name)),
        (Span::Period, Some(period)) => format!("of {}", dates(period)),
        (Span::Period, None) => "of the period".to_owned(),
    };
    let among = match &question.among {
        Among::Everyone => "points".to_owned(),
        Among::Style(style) => format!("points as {}", on_one_line(style)),
        Among::Team(by, name) => format!("{} {}, points", on_one_line(by), on_one_line(name)),
        Among::Teams(by) => format!("teams by {}, points for each active person", on_one_line(by)),
    };
    format!("{}: {among} {span}", on_one_line(program.name()))
}

fn print(
    output: &mut impl Write,
    program: &Program,
    board: &Leaderboard,
    question: &BoardQuestion,
    roster: &Roster,
    top: usize,
) -> std::io::Result<()> {
    if let Some(withheld) = board.withheld {
        return writeln!(output, "{}", why(program, withheld));
    }
    let is_of_teams = matches!(question.among, Among::Teams(_));
    let places = &board.places;
    let shown = shown(places, top);
    if shown > 0 {
        let called = |name: &str| match is_of_teams {
            true => on_one_line(name),
            false => input::called(roster, name),
        };
        let rows: Vec<Vec<String>> = places[..shown]
            .iter()
            .map(|place| vec![rank(places, place), called(&place.name), grouped(place.points)])
            .collect();
        let who = if is_of_teams { "team" } else { "advocate" };
        table(output, &["rank", who, "points"], &rows, &[true, false, true])?;
    } else if places.is_empty() && !board.shortened {
        let none = match (&question.span, &board.origin.period) {
            (Span::Period, None) => "There is no period at that time, so nobody has points in it.",
            _ if is_of_teams => {
                "There is no team to show: none is large enough, or nobody was active."
            }
            _ => {
                "Nobody who may be listed has points in that time. --period NAME, --window and \
                 --all-time look further."
            }
        };
        writeln!(output, "{none}")?;
    }
    if shown < places.len() {
        let more = count(places.len() - shown, "more", "more");
        writeln!(output, "  {}", styled(DIM, format!("… and {more} (--all shows every place)")))?;
    }
    if board.shortened {
        let what = if places.is_empty() { "all places are" } else { "the last places are" };
        writeln!(
            output,
            "{} {what} left out: some people are not listed, and too few of them to keep their \
             points from being worked out",
            styled(YELLOW, "note:")
        )?;
    }
    Ok(())
}

/// So many places are shown: nobody is cut off from those who share their rank.
fn shown(places: &[Place], top: usize) -> usize {
    let Some(last) = top.checked_sub(1).and_then(|last| places.get(last)) else {
        return top.min(places.len());
    };
    places.partition_point(|place| place.rank <= last.rank)
}

/// A rank; one that is shared has a mark.
fn rank(places: &[Place], place: &Place) -> String {
    let sharing = places.iter().filter(|other| other.rank == place.rank).count();
    if sharing > 1 { format!("={}", place.rank) } else { place.rank.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_parts_those_who_share_a_rank() {
        let place = |rank: usize| Place { rank, name: "a".into(), points: 1 };
        let places: Vec<Place> = [1, 2, 2, 2, 5].into_iter().map(place).collect();
        let cuts: Vec<usize> = (0..=6).map(|top| shown(&places, top)).collect();
        assert_eq!(cuts, [0, 1, 4, 4, 4, 5, 5]);
        assert_eq!(shown(&places, usize::MAX), 5);
        assert_eq!(shown(&[], 20), 0);
        let ranks: Vec<String> = places.iter().map(|place| rank(&places, place)).collect();
        assert_eq!(ranks, ["1", "=2", "=2", "=2", "5"]);
    }
}
