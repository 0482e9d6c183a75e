//! Who has more and who has less: points, levels, and places on the board.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::{Change, Comparison, TOP, shortened};
use crate::program::{Level, Program};
use crate::simulation::discretion::Discretion;
use crate::simulation::document::{
    BoardChanges, LevelChanges, LevelCount, LevelStep, Numbers, Part, PeopleChanges, PersonChange,
    PlaceChange, Swing,
};
use crate::simulation::outcome::Person;

impl Comparison<'_> {
    pub(super) fn people(
        &self,
        changes: &mut [Change],
        discretion: &mut Discretion,
    ) -> Option<PeopleChanges> {
        let (mut gain, mut lose) = (Swing::default(), Swing::default());
        let mut changed: Vec<(Reverse<u64>, &Arc<str>, &Person, &Person)> = Vec::new();
        let (mut otherwise, mut given) = (0, 0);
        for (place, id, was, is) in self.pairs() {
            for (row, was, is) in self.by_rule(was, is) {
                let change = &mut changes[row as usize];
                change.points.before += was.points;
                change.points.after += is.points;
                change.activities.before += i64::from(was.activities);
                change.activities.after += i64::from(is.activities);
                for (side, given) in [was, is].into_iter().enumerate() {
                    if given.activities > 0 {
                        change.given[side].insert(place);
                    }
                }
                if was != is {
                    change.people.insert(place);
                }
            }
            given += usize::from(was.counts);
            otherwise += usize::from(
                (was.points, was.activities, was.counts) != (is.points, is.activities, is.counts),
            );
            let swing = match is.points.cmp(&was.points) {
                Ordering::Equal => continue,
                Ordering::Greater => &mut gain,
                Ordering::Less => &mut lose,
            };
            swing.people += 1;
            let points = is.points.abs_diff(was.points);
            swing.points = swing.points.saturating_add(i64::try_from(points).unwrap_or(i64::MAX));
            changed.push((Reverse(points), id, was, is));
        }
        discretion.weigh(Part::Points, [gain.people, lose.people, otherwise]);
        if otherwise > 0 {
            discretion.weigh(Part::Points, [given]);
        }
        if changed.is_empty() {
            return None;
        }
        changed.sort_unstable_by_key(|(points, id, ..)| (*points, *id));
        let more = changed.len().saturating_sub(self.samples(discretion));
        changed.truncate(self.samples(discretion));
        let samples =
            changed.into_iter().map(|(_, id, was, is)| self.person(id, was, is)).collect();
        Some(PeopleChanges { gain, lose, samples, more })
    }

    pub(super) fn person(&self, id: &Arc<str>, was: &Person, is: &Person) -> PersonChange {
        let rules = self
            .by_rule(was, is)
            .into_iter()
            .filter(|(_, was, is)| was.points != is.points)
            .map(|(row, was, is)| (self.rows.rows[row as usize].id(), is.points - was.points))
            .collect();
        let level = self.level_step(was, is);
        PersonChange {
            advocate: Arc::clone(id),
            points: Numbers { before: was.points, after: is.points },
            rules,
            level: (level.before != level.after).then_some(level),
            place: place_step(was, is),
        }
    }

    /// The levels of somebody under both programs.
    pub(super) fn level_step(&self, was: &Person, is: &Person) -> LevelStep {
        let name = |program: &Program, person: &Person| {
            let level = person.levels.checked_sub(1)? as usize;
            Some(Arc::clone(&program.manifest.levels.get(level)?.name))
        };
        let [before, after] = self.programs;
        LevelStep { advocate: None, before: name(before, was), after: name(after, is) }
    }

    pub(super) fn levels(&self, discretion: &mut Discretion) -> Option<LevelChanges> {
        let [before, after] = self.programs.map(|program| &program.manifest.levels);
        let mut names: Vec<Option<Arc<str>>> = vec![None];
        names.extend(after.iter().map(|level| Some(Arc::clone(&level.name))));
        for level in before {
            if !names.iter().flatten().any(|name| *name == level.name) {
                names.push(Some(Arc::clone(&level.name)));
            }
        }
        let mut levels: Vec<LevelCount> = names
            .into_iter()
            .map(|level| LevelCount { level, people: Numbers::default() })
            .collect();
        let (mut falls, mut rises) = (Vec::new(), Vec::new());
        for (_, id, was, is) in self.pairs() {
            let step = self.level_step(was, is);
            for count in &mut levels {
                count.people.before += i64::from(count.level == step.before);
                count.people.after += i64::from(count.level == step.after);
            }
            let steps = match direction(&step, was.levels.cmp(&is.levels), after) {
                Ordering::Equal => continue,
                Ordering::Less => &mut rises,
                Ordering::Greater => &mut falls,
            };
            steps.push(LevelStep { advocate: Some(Arc::clone(id)), ..step });
        }
        let (rise, fall) = (rises.len(), falls.len());
        if rise + fall == 0 && levels.iter().all(|level| level.people.before == level.people.after)
        {
            return None;
        }
        let cells = levels.iter().flat_map(|level| [level.people.before, level.people.after]);
        let cells: Vec<usize> = cells.filter_map(|cell| usize::try_from(cell).ok()).collect();
        discretion.weigh(Part::Levels, cells.into_iter().chain([rise, fall]));
        let (samples, more) =
            shortened(falls.into_iter().chain(rises).collect(), self.samples(discretion));
        Some(LevelChanges { rise, fall, levels, samples, more })
    }

    pub(super) fn board(&self) -> Option<BoardChanges> {
        let (mut moved, mut leave_top, mut top) = (0, 0, Vec::new());
        for (_, id, was, is) in self.pairs() {
            let Some(step) = place_step(was, is) else { continue };
            moved += 1;
            let in_top = |rank: Option<usize>| rank.is_some_and(|rank| rank <= TOP);
            leave_top += usize::from(in_top(step.before) && !in_top(step.after));
            if in_top(step.before) || in_top(step.after) {
                top.push(PlaceChange { advocate: Some(Arc::clone(id)), ..step });
            }
        }
        let better = |step: &PlaceChange| step.before.into_iter().chain(step.after).min();
        top.sort_by_key(|step| (better(step), step.after, step.advocate.clone()));
        top.truncate(self.question.samples);
        (moved > 0).then_some(BoardChanges { moved, leave_top, top })
    }
}

/// A place on the board, where it is another one.
fn place_step(was: &Person, is: &Person) -> Option<PlaceChange> {
    let listed = |rank: usize| (rank > 0).then_some(rank);
    let step = PlaceChange {
        advocate: None,
        before: listed(was.rank as usize),
        after: listed(is.rank as usize),
    };
    (step.before != step.after).then_some(step)
}

/// Whether a level is lower (`Less`) than the one after it. Levels are compared as the candidate
/// puts them in order; one that it does not know, by how many levels there are up to it.
fn direction(step: &LevelStep, by_number: Ordering, after: &[Level]) -> Ordering {
    if step.before == step.after {
        return Ordering::Equal;
    }
    let known = |name: &Option<Arc<str>>| match name {
        None => Some(0),
        Some(name) => after.iter().position(|level| level.name == *name).map(|place| place + 1),
    };
    match (known(&step.before), known(&step.after)) {
        (Some(was), Some(is)) => was.cmp(&is),
        _ => by_number,
    }
}
