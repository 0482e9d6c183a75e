//! Tells two outcomes apart.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashSet;

use super::SimulationQuestion;
use super::discretion::Discretion;
use super::document::{
    Against, BoardChanges, CostChange, EntitlementChange, EntitlementChanges, GrantChange,
    LevelChanges, LevelCount, LevelStep, Numbers, Part, PeopleChanges, PersonChange, PlaceChange,
    PostChanges, PostSample, RewardCount, RuleChange, RuleChanges, RuleFault, Said, Simulation,
    Swing, Totals, VerdictChange,
};
use super::limits::{Figure, LimitOutcome};
use super::outcome::{Grant, Outcome, Person, Post, Whom};
use super::rows::Rows;
use crate::events::{Log, Place};
use crate::facts::Folder;
use crate::guidelines::Outcome as Verdict;
use crate::program::{Level, Program};
use crate::scoring::{Given, Sum};
use crate::subjects::Subject;

/// So many places make the top of the board.
const TOP: usize = 10;

/// The same thing as it is and as it would be, where it is there.
type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// Posts that go from one verdict to another.
#[derive(Default)]
struct Cell {
    posts: usize,
    authors: BTreeSet<u32>,
}

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

    fn people(&self, changes: &mut [Change], discretion: &mut Discretion) -> Option<PeopleChanges> {
        let (mut gain, mut lose) = (Swing::default(), Swing::default());
        let mut changed: Vec<(Reverse<u64>, &Arc<str>, &Person, &Person)> = Vec::new();
        let (mut otherwise, mut given) = (0, 0);
        for (place, id, was, is) in self.pairs() {
            for (row, was, is) in side_by_side(&was.by_rule, &is.by_rule) {
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

    fn person(&self, id: &Arc<str>, was: &Person, is: &Person) -> PersonChange {
        let rules = side_by_side(&was.by_rule, &is.by_rule)
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
    fn level_step(&self, was: &Person, is: &Person) -> LevelStep {
        let name = |program: &Program, person: &Person| {
            let level = person.levels.checked_sub(1)?;
            Some(Arc::clone(&program.manifest.levels.get(level)?.name))
        };
        let [before, after] = self.programs;
        LevelStep { advocate: None, before: name(before, was), after: name(after, is) }
    }

    fn levels(&self, discretion: &mut Discretion) -> Option<LevelChanges> {
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

    fn board(&self) -> Option<BoardChanges> {
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
        (moved > 0).then_some(BoardChanges { moved, leave_top, top })
    }

    /// Whom a grant is for.
    fn subject(&self, grant: &Grant) -> Subject {
        match &grant.whom {
            Whom::Person(place) => Subject::Advocate {
                advocate: self.everyone.get(*place as usize).cloned().unwrap_or_default(),
            },
            Whom::Team(team) => (**team).clone(),
        }
    }

    fn entitlements(
        &self,
        changes: &mut [Change],
        discretion: &mut Discretion,
    ) -> Vec<EntitlementChanges> {
        let mut told: BTreeMap<u32, Vec<(GrantChange, EntitlementChange)>> = BTreeMap::new();
        let mut people: BTreeMap<(u32, GrantChange), BTreeSet<u32>> = BTreeMap::new();
        for (was, is) in self.grants() {
            let Some(grant) = is.or(was) else { continue };
            let change = &mut changes[grant.row as usize];
            change.entitlements.before += i64::from(was.is_some());
            change.entitlements.after += i64::from(is.is_some());
            let person = grant.person();
            for (side, there) in [was.is_some(), is.is_some()].into_iter().enumerate() {
                if let Some(person) = person.filter(|_| there) {
                    change.given[side].insert(person);
                }
            }
            let worth = |grant: &Grant| (grant.kind, grant.amount);
            let what = match (was, is) {
                (Some(_), None) => GrantChange::Goes,
                (None, _) => GrantChange::Comes,
                (Some(was), Some(is)) if worth(was) != worth(is) => GrantChange::Alters,
                _ => continue,
            };
            if let Some(person) = person {
                change.people.insert(person);
                people.entry((grant.row, what)).or_default().insert(person);
            }
            let amount =
                |grant: Option<&Grant>| grant.and_then(|grant| grant.amount).map(i64::from);
            let amounts = amount(was).or(amount(is)).map(|_| Numbers {
                before: amount(was).unwrap_or(0),
                after: amount(is).unwrap_or(0),
            });
            told.entry(grant.row).or_default().push((
                what,
                EntitlementChange {
                    change: what,
                    subject: self.subject(grant),
                    key: Arc::clone(&grant.key),
                    kind: grant.kind.name(),
                    amount: amounts,
                },
            ));
        }
        discretion.weigh(Part::Entitlements, people.values().map(BTreeSet::len));
        let most = self.samples(discretion);
        told.into_iter()
            .map(|(row, mut told)| {
                // A stable sort keeps the order of people and teams.
                told.sort_by_key(|(what, _)| *what);
                let count = |what| told.iter().filter(|(of, _)| *of == what).count();
                let (come, go) = (count(GrantChange::Comes), count(GrantChange::Goes));
                let (alter, all) = (count(GrantChange::Alters), told.len());
                let samples: Vec<EntitlementChange> = told
                    .into_iter()
                    .map(|(_, change)| change)
                    .filter(|change| self.may_be_named(&change.subject))
                    .take(most)
                    .collect();
                let row = &self.rows.rows[row as usize];
                let title = row.rule().map(|rule| rule.title().into()).unwrap_or_default();
                let more = all - samples.len();
                EntitlementChanges { rule: row.id(), title, come, go, alter, samples, more }
            })
            .collect()
    }

    /// Whether a team is large enough under both programs; who may be named at all is asked elsewhere.
    fn may_be_named(&self, subject: &Subject) -> bool {
        self.outcomes.iter().all(|outcome| !outcome.small_teams.contains(subject))
    }

    /// What people and teams are and would be entitled to, the same beside the same.
    fn grants(&self) -> Vec<Pair<'_, Grant>> {
        let [before, after] = self.outcomes;
        merged(&before.grants, &after.grants, |was, is| was.identity().cmp(&is.identity()))
    }

    fn cost(&self, discretion: &mut Discretion) -> Option<CostChange> {
        let count = |side: usize| {
            let (count, amount) = self.outcomes[side].rewards;
            let currency = self.programs[side].manifest.rewards.currency.clone();
            RewardCount { count, amount, currency }
        };
        let (before, after) = (count(0), count(1));
        if before.count + after.count == 0 {
            return None;
        }
        let mut holders = [(); 3].map(|()| HashSet::default());
        for (was, is) in self.grants() {
            let amount =
                |grant: Option<&Grant>| grant.and_then(|grant| grant.amount).map(i64::from);
            let (was_worth, is_worth) = (amount(was), amount(is));
            let Some(person) = is.or(was).and_then(Grant::person) else {
                continue;
            };
            let flags = [was_worth.is_some(), is_worth.is_some(), was_worth != is_worth];
            for (holders, flag) in holders.iter_mut().zip(flags) {
                if flag {
                    holders.insert(person);
                }
            }
        }
        discretion.weigh(Part::Cost, holders.iter().map(HashSet::len));
        let rewards = &self.programs[1].manifest.rewards;
        let rewards_in_all =
            self.outcomes[1].grants.iter().filter(|grant| grant.kind.name() == "reward").count();
        let over_count = rewards.count.is_some_and(|most| number(rewards_in_all) > most);
        Some(CostChange {
            over: after.amount > rewards.budget || over_count,
            before,
            after,
            budget: rewards.budget,
            budget_count: rewards.count,
        })
    }

    fn posts(
        &self,
        log: &Log,
        changes: &mut [Change],
        discretion: &mut Discretion,
    ) -> Option<PostChanges> {
        let [before, after] = self.outcomes;
        let mut cells: BTreeMap<(Option<Verdict>, Option<Verdict>), Cell> = BTreeMap::new();
        let (mut stricter, mut milder, mut otherwise) = (0, 0, 0);
        let mut told: Vec<Pair<'_, Post>> = Vec::new();
        for (was, is) in merged(&before.posts, &after.posts, |was, is| was.place.cmp(&is.place)) {
            let Some(post) = is.or(was) else { continue };
            let rows = |post: Option<&Post>| post.map_or(&[][..], |post| &post.rows).to_vec();
            let (were, are) = (rows(was), rows(is));
            for (side, rows) in [&were, &are].into_iter().enumerate() {
                for row in rows {
                    let change = &mut changes[*row as usize];
                    match side {
                        0 => change.posts.before += 1,
                        _ => change.posts.after += 1,
                    }
                    change.given[side].insert(post.author);
                    if !were.contains(row) || !are.contains(row) {
                        change.people.insert(post.author);
                    }
                }
            }
            let (verdict_was, verdict_is) =
                (was.map(|post| post.verdict), is.map(|post| post.verdict));
            // Where it is judged under one of the programs only, it is neither.
            if let (Some(before), Some(after)) = (verdict_was, verdict_is) {
                match after.cmp(&before) {
                    Ordering::Greater => stricter += 1,
                    Ordering::Less => milder += 1,
                    Ordering::Equal if were != are => otherwise += 1,
                    Ordering::Equal => continue,
                }
            }
            let cell = cells.entry((verdict_was, verdict_is)).or_default();
            cell.posts += 1;
            cell.authors.insert(post.author);
            told.push((was, is));
        }
        if told.is_empty() {
            return None;
        }
        discretion.weigh(Part::Posts, cells.values().map(|cell| cell.authors.len()));
        let step = |(was, is): &Pair<'_, Post>| {
            let weight = |post: &Option<&Post>| post.map_or(0, |post| weight(post.verdict));
            let place: Place = is.or(*was).map_or(0, |post| post.place);
            (Reverse(weight(was).abs_diff(weight(is))), log.order(place))
        };
        told.sort_by(|one, other| step(one).cmp(&step(other)));
        let (told, more) = shortened(told, self.samples(discretion));
        let samples = told.into_iter().filter_map(|(was, is)| self.post(log, was, is)).collect();
        let verdicts = cells
            .into_iter()
            .map(|((before, after), cell)| VerdictChange { before, after, posts: cell.posts })
            .collect();
        let judged = numbers(before.posts.len(), after.posts.len());
        Some(PostChanges { judged, stricter, milder, otherwise, verdicts, samples, more })
    }

    fn post(&self, log: &Log, was: Option<&Post>, is: Option<&Post>) -> Option<PostSample> {
        let post = is.or(was)?;
        let identity = log.identity(post.place);
        let said = |post: &Post| Said {
            verdict: post.verdict,
            rules: post.rows.iter().map(|row| self.rows.rows[*row as usize].id()).collect(),
        };
        Some(PostSample {
            source: identity.source,
            id: identity.id,
            advocate: Arc::clone(self.everyone.get(post.author as usize)?),
            at: post.at,
            before: was.map(said),
            after: is.map(said),
        })
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
        activities: sum.activities + person.activities,
        points: sum.points.saturating_add(person.points),
    })
}

/// What two lists that are sorted by row have of each row.
fn side_by_side(were: &[(u32, Given)], are: &[(u32, Given)]) -> Vec<(u32, Given, Given)> {
    let pairs = merged(were, are, |(was, _), (is, _)| was.cmp(is));
    let given = |of: Option<&(u32, Given)>| of.map(|(_, given)| *given).unwrap_or_default();
    let row = |(was, is): &Pair<'_, (u32, Given)>| is.or(*was).map_or(0, |(row, _)| *row);
    pairs.into_iter().map(|pair| (row(&pair), given(pair.0), given(pair.1))).collect()
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

/// A place on the board, where it is another one.
fn place_step(was: &Person, is: &Person) -> Option<PlaceChange> {
    let listed = |rank: usize| (rank > 0).then_some(rank);
    let step = PlaceChange { advocate: None, before: listed(was.rank), after: listed(is.rank) };
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

/// How grave a verdict is.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Clear => 0,
        Verdict::Worst(severity) => severity as u8 + 1,
    }
}
