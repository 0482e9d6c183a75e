//! Tells two outcomes apart.
//!
//! - `people`: points, levels and places; `grants`: entitlements and what rewards cost; `posts`: how
//!   posts are judged;
//! - this file has what they share, and puts the document together.

mod grants;
mod people;
mod posts;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashSet;

use super::SimulationQuestion;
use super::discretion::Discretion;
use super::document::{
    Against, BoardChanges, CostChange, EntitlementChanges, LevelChanges, Numbers, Part,
    PeopleChanges, PostChanges, RuleChange, RuleChanges, RuleFault, Simulation, Swing, Totals,
};
use super::limits::{Figure, LimitOutcome};
use super::outcome::{ByRule, Outcome, Person};
use super::rows::Rows;
use super::written;
use crate::events::Log;
use crate::facts::Folder;
use crate::program::Program;
use crate::scoring::{Given, Sum};

/// So many places make the top of the board.
const TOP: usize = 10;

/// The same thing as it is and as it would be, where it is there.
type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// Two outcomes to be told apart; of each pair, the first is as it is, the second the candidate's.
pub(super) struct Comparison<'a> {
    pub(super) programs: [&'a Program; 2],
    pub(super) rows: &'a Rows<'a>,
    pub(super) everyone: &'a [Arc<str>],
    pub(super) outcomes: [&'a Outcome; 2],
    pub(super) question: &'a SimulationQuestion,
}

/// Something that is different, and how many of the rest are not told.
fn shortened<T>(mut all: Vec<T>, most: usize) -> (Vec<T>, usize) {
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    (all, more)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn numbers(before: usize, after: usize) -> Numbers {
    Numbers { before: number(before), after: number(after) }
}

/// What one row gives, as it is and as it would be.
#[derive(Clone, Debug, Default)]
struct Change {
    points: Numbers,
    activities: Numbers,
    posts: Numbers,
    entitlements: Numbers,
    /// To whom it gives something else.
    people: BTreeSet<u32>,
    /// To whom it gives anything: as it is, and as it would be.
    given: [HashSet<u32>; 2],
}

impl Change {
    fn gives_the_same(&self) -> bool {
        self.people.is_empty()
            && self.entitlements.before == self.entitlements.after
            && self.posts.before == self.posts.after
    }
}

/// Everything that is different, before anybody asks whether it may be told.
struct Differences {
    people: Option<PeopleChanges>,
    totals: Totals,
    levels: Option<LevelChanges>,
    board: Option<BoardChanges>,
    changes: Vec<Change>,
    entitlements: Vec<EntitlementChanges>,
    grants: [usize; 2],
    cost: Option<CostChange>,
    posts: Option<PostChanges>,
    judged: Numbers,
    with_level: usize,
}

impl Comparison<'_> {
    /// What is different and may be told.
    pub(super) fn document(&self, log: &Log) -> Simulation {
        let [before, after] = self.outcomes;
        let too_small = before.too_small || after.too_small;
        let mut discretion = Discretion::of(self.programs, self.everyone.len(), too_small);
        let differences = self.differences(log, &mut discretion);
        let limits = self.limits(&differences, &discretion);
        let rules = self.rules(&differences, &discretion);
        let differs = differences.is_any();
        let tells = |part| discretion.tells(part);
        let Differences { people, totals, levels, board, entitlements, cost, posts, .. } =
            differences;
        Simulation {
            origin: after.origin.clone(),
            against: Against {
                program: Arc::clone(&before.origin.program),
                period: before.origin.period.clone(),
            },
            only: self.question.only.clone(),
            differs: tells(Part::All).then_some(differs),
            settings: written::settings(self.programs),
            files: written::files(self.programs),
            withheld: discretion.list(),
            totals: tells(Part::Points).then_some(totals),
            people: people.filter(|_| tells(Part::Points)),
            levels: levels.filter(|_| tells(Part::Levels)),
            board: board.filter(|_| tells(Part::Board)),
            rules,
            entitlements: if tells(Part::Entitlements) { entitlements } else { Vec::new() },
            cost: cost.filter(|_| tells(Part::Cost)),
            posts: posts.filter(|_| tells(Part::Posts)),
            faults: match tells(Part::All) {
                true => self.faults(),
                false => Vec::new(),
            },
            exceeded: limits.iter().any(|limit| limit.exceeded),
            limits,
        }
    }

    fn samples(&self, discretion: &Discretion) -> usize {
        if discretion.names() { self.question.samples } else { 0 }
    }

    fn differences(&self, log: &Log, discretion: &mut Discretion) -> Differences {
        let mut changes = vec![Change::default(); self.rows.rows.len()];
        let people = self.people(&mut changes, discretion);
        let levels = self.levels(discretion);
        let board = self.board();
        let entitlements = self.entitlements(&mut changes, discretion);
        let cost = self.cost(discretion);
        let posts = self.posts(log, &mut changes, discretion);
        for (row, change) in self.rows.rows.iter().zip(&changes) {
            let part = match row.rule().map(|rule| rule.folder()) {
                Some(Folder::Scoring) => Part::Scoring,
                Some(Folder::Guidelines) => Part::Posts,
                _ => Part::Entitlements,
            };
            let given = change.given.iter().map(HashSet::len);
            if !change.gives_the_same() {
                discretion.weigh(part, given.chain([change.people.len()]));
            }
        }
        // The sum of what scoring rules give is what people have.
        if !discretion.tells(Part::Points) {
            discretion.withhold(Part::Scoring);
        }
        let [before, after] = self.outcomes;
        Differences {
            people,
            totals: Totals { before: sum(before), after: sum(after) },
            levels,
            board,
            changes,
            entitlements,
            grants: [before.grants.len(), after.grants.len()],
            cost,
            posts,
            judged: numbers(before.posts.len(), after.posts.len()),
            with_level: before.people.iter().filter(|person| person.levels > 0).count(),
        }
    }

    /// Everyone, as they are and as they would be.
    fn pairs(&self) -> impl Iterator<Item = (u32, &Arc<str>, &Person, &Person)> {
        let [before, after] = self.outcomes;
        let people = before.people.iter().zip(&after.people);
        (0..).zip(self.everyone).zip(people).map(|((place, id), (was, is))| (place, id, was, is))
    }

    /// What each rule gives somebody, as they are and as they would be.
    fn by_rule(&self, was: &Person, is: &Person) -> Vec<(u32, Given, Given)> {
        let [before, after] = self.outcomes;
        let (were, are) = (before.by_rule(was), after.by_rule(is));
        let given = |of: Option<&ByRule>| of.map(ByRule::given).unwrap_or_default();
        let row = |(was, is): &Pair<'_, ByRule>| is.or(*was).map_or(0, |of| of.row);
        let pairs = merged(were, are, |was, is| was.row.cmp(&is.row));
        pairs.into_iter().map(|pair| (row(&pair), given(pair.0), given(pair.1))).collect()
    }

    fn rules(&self, differences: &Differences, discretion: &Discretion) -> Vec<RuleChanges> {
        let mut told = Vec::new();
        for (row, change) in self.rows.rows.iter().zip(&differences.changes) {
            let (Some(rule), what) = (row.rule(), row.change()) else { continue };
            let (folder, same) = (rule.folder(), change.gives_the_same());
            let part = match folder {
                Folder::Scoring => Part::Scoring,
                Folder::Guidelines => Part::Posts,
                _ => Part::Entitlements,
            };
            let tells = discretion.tells(part);
            if what == RuleChange::Same && (same || !tells) {
                continue;
            }
            let of = |wanted, numbers| (folder == wanted && tells).then_some(numbers);
            told.push(RuleChanges {
                rule: row.id(),
                was: row.was(),
                title: rule.title().into(),
                folder: folder.name(),
                change: what,
                points: of(Folder::Scoring, change.points),
                activities: of(Folder::Scoring, change.activities),
                posts: of(Folder::Guidelines, change.posts),
                entitlements: of(Folder::Recognition, change.entitlements),
                people: (tells && folder != Folder::Coaching).then_some(change.people.len()),
            });
        }
        told
    }

    fn faults(&self) -> Vec<RuleFault> {
        let mut faults: Vec<RuleFault> = self.outcomes[1]
            .faults
            .iter()
            .map(|(fault, count)| RuleFault { fault: fault.clone(), count: *count })
            .collect();
        faults.sort_by(|a, b| {
            let place = |it: &RuleFault| (it.fault.rule.clone(), it.fault.line, it.fault.column);
            place(a).cmp(&place(b)).then_with(|| a.fault.code.cmp(&b.fault.code))
        });
        faults
    }

    fn limits(&self, all: &Differences, discretion: &Discretion) -> Vec<LimitOutcome> {
        let people = all.people.as_ref();
        let swing = |of: fn(&PeopleChanges) -> Swing| people.map(of).unwrap_or_default();
        let (gain, lose) = (swing(|people| people.gain), swing(|people| people.lose));
        let levels = |of: fn(&LevelChanges) -> usize| all.levels.as_ref().map_or(0, of);
        let posts = |of: fn(&PostChanges) -> usize| all.posts.as_ref().map_or(0, of);
        let grants = |of: fn(&EntitlementChanges) -> usize| all.entitlements.iter().map(of).sum();
        let before = &all.totals.before;
        let figure = |figure: Figure| -> (i64, i64) {
            let (value, whole): (usize, usize) = match figure {
                Figure::PeopleLosing => (lose.people, before.advocates),
                Figure::PeopleGaining => (gain.people, before.advocates),
                Figure::PointsLost => return (lose.points, before.points),
                Figure::PointsGained => return (gain.points, before.points),
                Figure::LevelsLost => (levels(|levels| levels.fall), all.with_level),
                Figure::LevelsGained => (levels(|levels| levels.rise), all.with_level),
                Figure::LeaveTop => (all.board.as_ref().map_or(0, |board| board.leave_top), TOP),
                Figure::GrantsLost => (grants(|of| of.go), all.grants[0]),
                Figure::GrantsGained => (grants(|of| of.come), all.grants[0]),
                Figure::Cost => {
                    let amount = all.cost.as_ref().map_or(0, |cost| cost.after.amount);
                    return (amount, self.programs[1].manifest.rewards.budget);
                }
                Figure::VerdictsStricter => {
                    return (number(posts(|of| of.stricter)), all.judged.before);
                }
                Figure::VerdictsMilder => {
                    return (number(posts(|of| of.milder)), all.judged.before);
                }
                Figure::Faults => {
                    let faults = self.outcomes[1].faults.iter().map(|(_, count)| count).sum();
                    (faults, all.totals.after.activities)
                }
            };
            (number(value), number(whole))
        };
        let judge = |limit: &super::Limit| {
            let of = limit.figure();
            limit.judge(discretion.tells(of.part()).then(|| figure(of)))
        };
        self.question.fail_if.iter().map(judge).collect()
    }
}

impl Differences {
    fn is_any(&self) -> bool {
        self.people.is_some()
            || self.totals.before != self.totals.after
            || self.levels.is_some()
            || self.board.is_some()
            || !self.entitlements.is_empty()
            || self.posts.is_some()
            || self.changes.iter().any(|change| !change.gives_the_same())
    }
}

/// People, activities and points in all.
fn sum(outcome: &Outcome) -> Sum {
    let counted = outcome.people.iter().filter(|person| person.counts);
    counted.fold(Sum::default(), |sum, person| Sum {
        advocates: sum.advocates + 1,
        activities: sum.activities + person.activities as usize,
        points: sum.points.saturating_add(person.points),
    })
}

/// Two sorted lists, the same beside the same.
fn merged<'a, T>(
    before: &'a [T],
    after: &'a [T],
    compare: impl Fn(&T, &T) -> Ordering,
) -> Vec<Pair<'a, T>> {
    let mut pairs = Vec::with_capacity(before.len().max(after.len()));
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some(was), Some(is)) => compare(was, is),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return pairs,
        };
        pairs.push(match order {
            Ordering::Less => (before.next(), None),
            Ordering::Greater => (None, after.next()),
            Ordering::Equal => (before.next(), after.next()),
        });
    }
}
