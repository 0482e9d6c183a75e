//! Boards: who brought how much, in order. Ties share a place; nobody's points can be found by
//! subtraction.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::census::Census;
use super::team::Team;
use crate::facts::{TeamFact, Value};
use crate::time::Day;

/// Which dates a board is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Every date.
    AllTime,
    /// The dates of the period that is looked at.
    Period,
    /// The dates of a window that the program declares, such as `30_days`.
    Window(Arc<str>),
}

/// A place on a board.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "BoardPlace", deny_unknown_fields, transform = crate::schema::written)]
pub struct Place {
    /// The rank: equal figures share it, and the next one counts everyone above.
    pub rank: usize,
    /// The advocate or the team.
    pub name: Arc<str>,
    /// Points, or points for each active person.
    pub points: i64,
}

/// The places of a board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) places: Vec<Place>,
    /// Whether the last places were left out so that nobody's points can be told.
    pub(super) shortened: bool,
}

impl Census {
    fn fits(&self, span: &Span) -> impl Fn(Day) -> bool {
        let view = Arc::clone(&self.view);
        let span = span.clone();
        move |day| match &span {
            Span::AllTime => true,
            Span::Period => view.is_in_period(day),
            Span::Window(name) => view.is_in_window(day, name),
        }
    }

    /// The people of a team, by the points of a span that count for it.
    pub(super) fn board_of_team(&self, team: &Team, span: &Span, minimum: usize) -> Places {
        let points = team.points_by_person(self.fits(span));
        self.rank_people(points, |id| team.enrolled.contains_key(id), minimum)
    }

    /// Everyone, by the points of a span that activities of a style brought.
    pub(super) fn board_of_style(&self, style: &str, span: &Span, minimum: usize) -> Places {
        let fits = self.fits(span);
        let brought = |entries: &[super::tally::Entry]| {
            let of_style = entries.iter().filter(|e| e.style() == style && fits(e.day));
            of_style.map(|entry| entry.points).sum()
        };
        let points = self
            .tallies
            .iter()
            .map(|(id, tally)| (Arc::clone(id), brought(&tally.entries)))
            .collect();
        self.rank_people(points, |id| self.roster.is_enrolled(id, self.view.last), minimum)
    }

    /// Those who may be listed, in order; so many of the last places are left out that those who
    /// have points without being listed are none or enough.
    fn rank_people(
        &self,
        points: BTreeMap<Arc<str>, i64>,
        belongs: impl Fn(&str) -> bool,
        minimum: usize,
    ) -> Places {
        let (listed, others): (Vec<_>, Vec<_>) = points
            .into_iter()
            .filter(|(_, points)| *points != 0)
            .partition(|(id, points)| *points > 0 && belongs(id) && self.roster.is_on_boards(id));
        let mut places = rank(listed);
        let mut hidden = others.len();
        let shortened = 0 < hidden && hidden < minimum && !places.is_empty();
        if shortened {
            let mut last = None;
            while hidden < minimum
                && let Some(place) = places.pop()
            {
                hidden += 1;
                last = Some(place.rank);
            }
            // Those who shared the place of the last one to go would tell of it.
            places.retain(|place| last.is_none_or(|rank| place.rank < rank));
        }
        Places { places, shortened }
    }
}

/// The teams of one kind by their average in a window.
pub(super) fn board_of_teams<'t>(
    teams: impl Iterator<Item = &'t Arc<Team>>,
    window: &str,
) -> Places {
    let average = |team: &Arc<Team>| match team.value(TeamFact::AverageIn, window) {
        Value::Number(points) => Some((team.group.name.clone()?, points)),
        _ => None,
    };
    Places { places: rank(teams.filter_map(average).collect()), shortened: false }
}

/// In order of points, equals in order of their names; equals share a rank.
fn rank(mut points: Vec<(Arc<str>, i64)>) -> Vec<Place> {
    points.sort_by(|(a, more), (b, other)| (Reverse(more), a).cmp(&(Reverse(other), b)));
    let mut places: Vec<Place> = Vec::with_capacity(points.len());
    for (index, (name, points)) in points.into_iter().enumerate() {
        let rank = match places.last() {
            Some(above) if above.points == points => above.rank,
            _ => index + 1,
        };
        places.push(Place { rank, name, points });
    }
    places
}
