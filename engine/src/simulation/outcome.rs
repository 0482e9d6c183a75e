//! What one program makes of the records, in as few bytes as a comparison needs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;

use super::alike::same_rules;
use super::{Scene, Steps};
use crate::error::Error;
use crate::events::{Log, Place, Subject};
use crate::facts::Folder;
use crate::fault::Fault;
use crate::guidelines::Outcome as Verdict;
use crate::program::Program;
use crate::scoring::{Fold, Given, PostVerdict};
use crate::script::GrantKind;
use crate::severity::Severity;
use crate::standings::{Among, BoardQuestion, Census, Origin, Rescored, Span, Tally, gifts};
use crate::subjects::{Run, Who};
use crate::threads::each;
use crate::timeline::{Settled, Timeline};

/// So many people are counted before others may record something.
const AT_A_TIME: usize = 8;

/// What one program makes of the records.
pub(super) struct Outcome {
    pub(super) origin: Origin,
    /// Whether the whole program is too small to be shown.
    pub(super) too_small: bool,
    /// Everyone, in the order of the people who are counted.
    pub(super) people: Vec<Person>,
    /// What each rule gave each of them, one person after the other: kept apart from them, because
    /// many small pieces between the memory of tallies would keep it from being used again.
    by_rule: Vec<ByRule>,
    /// The posts that are judged, by place.
    pub(super) posts: Vec<Post>,
    /// Sorted by row, subject and key.
    pub(super) grants: Vec<Grant>,
    /// Teams with grants that are too small to be named under the stricter of both programs.
    pub(super) small_teams: BTreeSet<Subject>,
    /// What all rewards with an amount come to: how many, and how much.
    pub(super) rewards: (usize, i64),
    pub(super) faults: Vec<(Fault, usize)>,
}

/// What became of one person. There are many: their numbers, of which none is larger than a place in
/// the log, are kept in few bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person {
    pub(super) points: i64,
    /// Activities that count.
    pub(super) activities: u32,
    /// Whether anything counts for them, points by hand included.
    pub(super) counts: bool,
    /// How many levels they have reached.
    pub(super) levels: u32,
    /// Their rank on the board of the period; 0 where they are not listed.
    pub(super) rank: u32,
    /// What rules gave them, among what they gave everyone.
    by_rule: Range<u32>,
}

/// What a rule gave somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ByRule {
    pub(super) row: u32,
    activities: u32,
    points: i64,
}

impl ByRule {
    pub(super) fn given(&self) -> Given {
        Given { points: self.points, activities: self.activities }
    }
}

/// How a post is judged.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Post {
    pub(super) place: Place,
    /// When it was published.
    pub(super) at: Timestamp,
    /// The author, by their place among the people.
    pub(super) author: u32,
    pub(super) verdict: Verdict,
    /// The rows of the guidelines that found something, and how grave it is.
    pub(super) found: Box<[(u32, Severity)]>,
}

/// What somebody is entitled to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    pub(super) row: u32,
    pub(super) whom: Whom,
    pub(super) key: Arc<str>,
    pub(super) kind: GrantKind,
    /// No amount is larger than a number of this size.
    pub(super) amount: Option<u32>,
}

/// Whom it is for. There are many: people are told by their place among everyone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whom {
    Person(u32),
    Team(Box<Subject>),
}

impl Grant {
    /// The person whom it is for, where it is one.
    pub(super) fn person(&self) -> Option<u32> {
        match self.whom {
            Whom::Person(place) => Some(place),
            Whom::Team(_) => None,
        }
    }

    /// What makes it one of its own.
    pub(super) fn identity(&self) -> (u32, &Whom, &str) {
        (self.row, &self.whom, &self.key)
    }
}

/// One of the two programs.
pub(super) struct Side<'p> {
    program: &'p Program,
    /// The row of each of its rules, by index and by name.
    rows: &'p [u32],
    names: HashMap<&'p str, u32>,
}

impl<'p> Side<'p> {
    pub(super) fn new(program: &'p Program, rows: &'p [u32]) -> Self {
        let names = program.rules.iter().zip(rows).map(|(rule, row)| (rule.id(), *row)).collect();
        Self { program, rows, names }
    }

    fn fold<'f>(&self, timeline: &'f Timeline) -> Fold<'f>
    where
        'p: 'f,
    {
        let mut fold = Fold::new(self.program, &timeline.contents, &timeline.roster);
        fold.judge = true;
        fold
    }
}

impl Outcome {
    /// What each of two programs makes of the records: everyone is counted under one after the other.
    pub(super) fn of_each(
        sides: &[Side<'_>; 2],
        scene: &Scene<'_>,
        steps: &mut Steps<'_>,
    ) -> Result<[Self; 2], Error> {
        let [before, after] = sides;
        let (census, kept) = count(before, scene, steps)?;
        let (before, _) = Self::of(before, kept, census, scene, steps)?;
        let (census, kept) = count(after, scene, steps)?;
        let (after, _) = Self::of(after, kept, census, scene, steps)?;
        Ok([before, after])
    }

    /// The same of programs that are alike: everyone is counted under both at once.
    pub(super) fn of_both(
        sides: &[Side<'_>; 2],
        scene: &Scene<'_>,
        steps: &mut Steps<'_>,
    ) -> Result<[Self; 2], Error> {
        let [before, after] = sides;
        let (census, kept, rescored, kept_after) = count_both(before, after, scene, steps)?;
        let (before, census) = Self::of(before, kept, census, scene, steps)?;
        let census = census.rescored(after.program, rescored.into_iter());
        let (after, _) = Self::of(after, kept_after, census, scene, steps)?;
        Ok([before, after])
    }

    /// What a program makes of people who were counted under it; with them.
    fn of(
        side: &Side<'_>,
        Kept { mut people, by_rule, posts }: Kept,
        census: Census,
        scene: &Scene<'_>,
        steps: &mut Steps<'_>,
    ) -> Result<(Self, Census), Error> {
        let Side { program, names, .. } = side;
        let Scene { past, everyone, .. } = scene;
        let too_small = census.is_too_small();
        let question = BoardQuestion { span: Span::Period, among: Among::Everyone, period: None };
        let board = program.board(&census, &question, past.assumes_consent())?;
        for place in board.places {
            if let Ok(person) = everyone.binary_search(&place.name) {
                people[person].rank = small(place.rank);
            }
        }
        let mut faults = Vec::new();
        for counted in census.tallies.values().flat_map(|tally| &tally.faults) {
            add_fault(&mut faults, &counted.fault, counted.count);
        }
        let stop = steps.stop();
        let mut keys: HashSet<Arc<str>> = HashSet::default();
        let (mut grants, mut rewards) = (Vec::new(), (0, 0_i64));
        let run = Run::new(program, &census, Folder::Recognition).quick(|done| {
            steps.tell(done);
            stop.check()
        });
        // People have their turns in order.
        let mut next = 0;
        let mut place_of = |id: &Arc<str>| {
            while everyone.get(next).is_some_and(|known| !Arc::ptr_eq(known, id) && known < id) {
                next += 1;
            }
            everyone.get(next).filter(|known| *known == id).and_then(|_| u32::try_from(next).ok())
        };
        let failed = program.grants(run, Who::All, |gift, draft, key| {
            let key = match keys.get(&key) {
                Some(known) => Arc::clone(known),
                None => {
                    keys.insert(Arc::clone(&key));
                    key
                }
            };
            if let Some(amount) = draft.amount {
                rewards =
                    (rewards.0 + 1, rewards.1.saturating_add(amount).min(crate::facts::LARGEST));
            }
            let person = gift.subject.advocate().and_then(&mut place_of);
            grants.push(Grant {
                row: names.get(gift.rule.id()).copied().unwrap_or_default(),
                whom: person
                    .map_or_else(|| Whom::Team(Box::new(gift.subject.clone())), Whom::Person),
                key,
                kind: draft.kind,
                amount: draft.amount.and_then(|amount| u32::try_from(amount).ok()),
            });
        })?;
        steps.over();
        for fault in &failed {
            add_fault(&mut faults, &fault.fault, fault.count);
        }
        grants.sort_unstable();
        grants.dedup_by(|a, b| a.identity() == b.identity());
        grants.shrink_to_fit();
        let origin = Origin::of(program, &census.view, past.assumes_consent());
        let small_teams = small_teams(program, &census, scene.minimum, &grants);
        let outcome = Self {
            origin,
            too_small,
            people,
            by_rule,
            posts,
            grants,
            small_teams,
            rewards,
            faults,
        };
        Ok((outcome, census))
    }

    /// What each rule gave somebody, by row.
    pub(super) fn by_rule(&self, person: &Person) -> &[ByRule] {
        &self.by_rule[person.by_rule.start as usize..person.by_rule.end as usize]
    }
}

/// Teams with grants that may not be named under a stricter program than the one that showed them.
fn small_teams(
    program: &Program,
    census: &Census,
    minimum: usize,
    grants: &[Grant],
) -> BTreeSet<Subject> {
    if minimum <= program.minimum_group() {
        return BTreeSet::new();
    }
    let census = census.stricter(minimum);
    let mut shown: BTreeSet<(&str, Option<Arc<str>>)> = BTreeSet::new();
    shown.extend(census.everyone().map(|team| (team.group.by_name(), None)));
    for by in &program.manifest.teams {
        let teams = census.teams(*by);
        shown.extend(
            teams.shown().map(|(name, team)| (team.group.by_name(), Some(Arc::clone(name)))),
        );
    }
    let small = |grant: &Grant| match &grant.whom {
        Whom::Team(team) => match &**team {
            Subject::Team { by, team } if !shown.contains(&(*by, team.clone())) => {
                Some(Subject::Team { by, team: team.clone() })
            }
            _ => None,
        },
        Whom::Person(_) => None,
    };
    grants.iter().filter_map(small).collect()
}

fn add_fault(faults: &mut Vec<(Fault, usize)>, fault: &Fault, many: usize) {
    match faults.iter_mut().find(|(known, _)| known.same_place(fault)) {
        Some((_, count)) => *count += many,
        None => faults.push((fault.clone(), many)),
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is kept of people when their tallies are gone.
#[derive(Default)]
struct Kept {
    people: Vec<Person>,
    by_rule: Vec<ByRule>,
    posts: Vec<Post>,
}

/// What is kept of one person: beside what rules gave, that, and of posts.
type OfPerson = (Person, Vec<ByRule>, Vec<Post>);

impl Kept {
    /// Room for so many people, and for what rules gave them.
    fn with_room(people: usize, by_rule: usize) -> Self {
        Self {
            people: Vec::with_capacity(people),
            by_rule: Vec::with_capacity(by_rule),
            posts: Vec::new(),
        }
    }

    fn take(&mut self, (person, by_rule, posts): OfPerson) {
        let start = small(self.by_rule.len());
        self.by_rule.extend(by_rule);
        self.people.push(Person { by_rule: start..small(self.by_rule.len()), ..person });
        self.posts.extend(posts);
    }
}

/// Everyone's tallies, with what is kept of each when they are gone.
fn count(
    side: &Side<'_>,
    scene: &Scene<'_>,
    steps: &mut Steps<'_>,
) -> Result<(Census, Kept), Error> {
    let Side { program, rows, names } = side;
    let Scene { past, timeline, everyone, .. } = scene;
    let gifts = past.with_log(|log| gifts(program, timeline, log));
    let count = |fold: &mut Fold<'_>, author, log: &Log, advocate: &Arc<str>| {
        let tally = timeline.tally(program, log, fold, &gifts, advocate)?;
        let person = person(program, tally.points, &tally);
        Ok((Arc::new(tally), (person, by_rule(rows, fold), posts(names, fold, author))))
    };
    let counted = everyone_counted(scene, steps, || side.fold(timeline), count)?;
    let given = counted.iter().flatten().map(|(_, of_person)| of_person.1.len()).sum();
    let mut kept = Kept::with_room(everyone.len(), given);
    let mut tallies = Vec::with_capacity(everyone.len());
    for (tally, of_person) in counted.into_iter().flatten() {
        kept.take(of_person);
        tallies.push(tally);
    }
    kept.posts.sort_unstable_by_key(|post| post.place);
    let census = Census::with(program, timeline, everyone.iter().cloned().zip(tallies));
    Ok((census, kept))
}

/// The same under two programs that are alike; of the second, what is different.
fn count_both(
    before: &Side<'_>,
    after: &Side<'_>,
    scene: &Scene<'_>,
    steps: &mut Steps<'_>,
) -> Result<(Census, Kept, Vec<Rescored>, Kept), Error> {
    let Scene { past, timeline, everyone, .. } = scene;
    let program = before.program;
    let gifts = past.with_log(|log| gifts(program, timeline, log));
    let same = same_rules(before.program, after.program);
    let folds = || {
        let mut folds = (before.fold(timeline), after.fold(timeline));
        folds.0.share(&same);
        folds.1.share(&same);
        folds
    };
    let count = |(first, second): &mut (Fold<'_>, Fold<'_>), author, log: &Log, id: &Arc<str>| {
        let rescore = |first: &mut Fold<'_>, activities: &[Settled], tally: &Tally| {
            second.hear(first);
            Rescored::of(log, second, activities, timeline.adjustments_of(id), tally)
        };
        let (tally, rescored) = timeline.tally_and(program, log, first, &gifts, id, rescore)?;
        let kept = |side: &Side<'_>, fold: &mut Fold<'_>, points: i64| -> OfPerson {
            let person = person(side.program, points, &tally);
            (person, by_rule(side.rows, fold), posts(&side.names, fold, author))
        };
        let kept = (kept(before, first, tally.points), kept(after, second, rescored.points()));
        Ok((Arc::new(tally), rescored, kept))
    };
    let counted = everyone_counted(scene, steps, folds, count)?;
    // A turn for each of both.
    steps.over();
    let kept_of = || counted.iter().flatten().map(|(.., kept)| kept);
    let given = kept_of().map(|(before, _)| before.1.len()).sum();
    let given_after = kept_of().map(|(_, after)| after.1.len()).sum();
    let mut kept = Kept::with_room(everyone.len(), given);
    let mut kept_after = Kept::with_room(everyone.len(), given_after);
    let mut tallies = Vec::with_capacity(everyone.len());
    let mut all_rescored = Vec::with_capacity(everyone.len());
    for (tally, rescored, (of_before, of_after)) in counted.into_iter().flatten() {
        kept.take(of_before);
        kept_after.take(of_after);
        tallies.push(tally);
        all_rescored.push(rescored);
    }
    for kept in [&mut kept, &mut kept_after] {
        kept.posts.sort_unstable_by_key(|post| post.place);
    }
    let census = Census::with(program, timeline, everyone.iter().cloned().zip(tallies));
    Ok((census, kept, all_rescored, kept_after))
}

/// What `count` makes of everyone, with the number of each among them.
fn everyone_counted<W, R: Send>(
    scene: &Scene<'_>,
    steps: &mut Steps<'_>,
    with: impl Fn() -> W + Sync,
    count: impl Fn(&mut W, u32, &Log, &Arc<str>) -> Result<R, Error> + Sync,
) -> Result<Vec<Vec<R>>, Error> {
    let some: Vec<(u32, &[Arc<str>])> = (0..).zip(scene.everyone.chunks(AT_A_TIME)).collect();
    let stop = steps.stop();
    let count = |with: &mut W, (turn, some): &(u32, &[Arc<str>])| {
        stop.check()?;
        scene.past.with_log(|log| {
            let first = *turn * AT_A_TIME as u32;
            let all = (first..).zip(some.iter());
            all.map(|(author, advocate)| count(with, author, log, advocate)).collect()
        })
    };
    let counted = each(&some, with, count, |done, _| steps.tell(done * AT_A_TIME))?;
    stop.check()?;
    steps.over();
    Ok(counted)
}

/// What is kept of a person beside what rules gave.
fn person(program: &Program, points: i64, tally: &Tally) -> Person {
    Person {
        points,
        activities: small(tally.entries.len()),
        counts: !tally.entries.is_empty() || !tally.by_hand.is_empty(),
        levels: small(program.manifest.levels.partition_point(|level| level.points <= points)),
        rank: 0,
        by_rule: 0..0,
    }
}

/// What rules gave the person who was folded last, by row.
fn by_rule(rows: &[u32], fold: &Fold<'_>) -> Vec<ByRule> {
    let mut all: BTreeMap<u32, Given> = BTreeMap::new();
    all.extend(fold.by_rule().map(|(rule, given)| (rows[rule], given)));
    let of = |(row, Given { points, activities })| ByRule { row, activities, points };
    all.into_iter().map(of).collect()
}

/// What is kept of the posts of the person who was folded last.
fn posts(names: &HashMap<&str, u32>, fold: &mut Fold<'_>, author: u32) -> Vec<Post> {
    let verdicts = std::mem::take(&mut fold.verdicts).into_iter();
    let found = |(rule, severity): &(Arc<str>, Severity)| Some((*names.get(&**rule)?, *severity));
    let post = |judged: PostVerdict| Post {
        place: judged.place,
        at: judged.at,
        author,
        verdict: judged.verdict,
        found: judged
            .rules
            .iter()
            .filter_map(found)
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .collect(),
    };
    verdicts.map(post).collect()
}
