//! Scores activities: which rules give how many points, with evidence, clipped by shared caps.
//!
//! A person's activities are folded in the order of (time, source, id), so the result does not
//! depend on the order of arrival. Points are whole numbers; lines sum to totals.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::{Identity, Log, People, Person};
use crate::facts::{ActivityFact, Evidence, Object, PersonFact, SoFar, Value, World, dense, fill};
use crate::guidelines::{Fault, retryable};
use crate::program::{Folder, Program, Rule, evidence};
use crate::script::{Failure, Returned, limits};
use crate::time::Day;
use crate::timeline::{Standing, Timeline};

/// What to score: events, people and the time as of which to look.
#[derive(Clone, Copy, Debug)]
pub struct ScoreInput<'a> {
    /// The accepted events.
    pub log: &'a Log,
    /// The people on record.
    pub people: &'a People,
    /// Events at this time and later are not looked at.
    pub as_of: Timestamp,
    /// Takes people without a consent on record for willing; for files that have no such field.
    pub assume_consent: bool,
}

/// The people on record, and whether those without a word on consent take part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roster<'a> {
    pub(crate) people: &'a People,
    pub(crate) assume_consent: bool,
}

/// Why an activity does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// The person is not on record, so there is no consent.
    NotOnRecord,
    /// The person had not opted in.
    NoConsent,
    /// The person was no active employee.
    NotActive,
    /// The program does not declare the kind.
    UndeclaredKind,
    /// The program does not declare the channel.
    UndeclaredChannel,
}

impl Roster<'_> {
    pub(crate) fn admits(&self, advocate: &str, at: Timestamp) -> Result<(), NotCounted> {
        let Some(person) = self.people.get(advocate) else {
            return if self.assume_consent { Ok(()) } else { Err(NotCounted::NotOnRecord) };
        };
        if !self.consents(person, at) {
            return Err(NotCounted::NoConsent);
        }
        if !person.active.hold_at(at) {
            return Err(NotCounted::NotActive);
        }
        Ok(())
    }

    fn consents(&self, person: &Person, at: Timestamp) -> bool {
        person.consent.as_ref().map_or(self.assume_consent, |times| times.hold_at(at))
    }

    /// Whether the person can be seen as of a time: opting out hides everything while it lasts.
    fn shows(&self, advocate: &str, as_of: Timestamp) -> Result<(), NotCounted> {
        // As-of is exclusive: what counts is the last instant before it.
        let last = as_of.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(as_of);
        match self.people.get(advocate) {
            Some(person) if self.consents(person, last) => Ok(()),
            Some(_) => Err(NotCounted::NoConsent),
            None if self.assume_consent => Ok(()),
            None => Err(NotCounted::NotOnRecord),
        }
    }
}

/// Points that a rule gave for an activity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's title.
    pub title: Arc<str>,
    /// The rule's explanation.
    pub help: Arc<str>,
    /// The version of the program that the rule belongs to.
    pub program: Arc<str>,
    /// What the rule gave.
    pub earned: i64,
    /// What is left of it under the caps.
    pub points: i64,
    /// The caps that left less than was earned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capped_by: Vec<Arc<str>>,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// An activity with its lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoredActivity {
    /// The source of its identity.
    pub source: Arc<str>,
    /// The id within the source.
    pub id: Arc<str>,
    /// When it happened.
    pub at: Timestamp,
    /// What was done.
    pub kind: Arc<str>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// The sum of its lines.
    pub points: i64,
    /// Why it does not count at all, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_counted: Option<NotCounted>,
    /// What each rule that applies gave, by rule.
    pub lines: Vec<Line>,
    /// Rules that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// A person's totals.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Total {
    /// The person.
    pub advocate: Arc<str>,
    /// The sum of all lines.
    pub points: i64,
    /// Activities that count.
    pub activities: usize,
    /// The points of each rule that gave a line.
    pub rules: BTreeMap<Arc<str>, i64>,
    /// Whether a rule failed, so that points may be missing.
    pub incomplete: bool,
}

/// The same failure of a rule, however often it happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultCount {
    /// The failure.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it happened.
    pub count: usize,
    /// The first activity in the order of people and time that it happened on.
    pub first: Identity,
}

/// What was left out, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// Activities of people who had not opted in, or have opted out since.
    pub no_consent: usize,
    /// Activities of people who are not on record.
    pub not_on_record: usize,
    /// Activities of people who were no active employees.
    pub not_active: usize,
    /// Activities of kinds that the program does not declare.
    pub undeclared_kinds: BTreeMap<Arc<str>, usize>,
    /// Activities on channels that the program does not declare.
    pub undeclared_channels: BTreeMap<Arc<str>, usize>,
    /// Outcomes, edits and retractions whose target has not come yet.
    pub waiting: usize,
}

/// Everyone's points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// The program's version.
    pub program: Arc<str>,
    /// The time as of which the points hold.
    pub as_of: Timestamp,
    /// Whether people without a consent on record were taken for willing.
    pub assumed_consent: bool,
    /// Everyone's totals by advocate; nobody's in aggregate-only mode.
    pub advocates: Vec<Total>,
    /// The sums; nothing where the group is too small to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Sum>,
    /// What was left out.
    pub left_out: LeftOut,
    /// Rules that failed.
    pub faults: Vec<FaultCount>,
}

/// Sums over everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// People with an activity that counts.
    pub advocates: usize,
    /// Activities that count.
    pub activities: usize,
    /// Points.
    pub points: i64,
}

/// One person's points, line by line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The program's version.
    pub program: Arc<str>,
    /// The time as of which the points hold.
    pub as_of: Timestamp,
    /// Whether people without a consent on record were taken for willing.
    pub assumed_consent: bool,
    /// The person's totals.
    #[serde(flatten)]
    pub total: Total,
    /// Every activity in the order of the fold.
    pub lines: Vec<ScoredActivity>,
}

impl Program {
    /// Scores everyone.
    ///
    /// # Errors
    ///
    /// A rule ran out of time (retryable), or points grew beyond what can be counted.
    pub fn score(&self, input: &ScoreInput<'_>) -> Result<Scores, Error> {
        self.score_with(input, |_, _| {})
    }

    /// Scores everyone and says how far it is: people done and people in all.
    ///
    /// # Errors
    ///
    /// As [`Program::score`].
    pub fn score_with(
        &self,
        input: &ScoreInput<'_>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Scores, Error> {
        let roster = Roster { people: input.people, assume_consent: input.assume_consent };
        let timeline = Timeline::before(input.log, input.as_of);
        let mut left_out = LeftOut { waiting: timeline.waiting, ..LeftOut::default() };
        let mut faults = Faults::default();
        let mut advocates = Vec::new();
        let mut fold = Fold::new(self, input.log, roster);
        let people = timeline.by_advocate.len();
        for (done, (advocate, activities)) in timeline.by_advocate.iter().enumerate() {
            progress(done, people);
            if let Err(why) = roster.shows(advocate, input.as_of) {
                for activity in activities {
                    left_out.add(why, activity);
                }
                continue;
            }
            let total = fold.person(advocate, activities, |scored| match scored.not_counted {
                Some(why) => left_out.add(why, scored.activity),
                None => faults.add(scored.activity, scored.faults),
            })?;
            if total.activities > 0 {
                advocates.push(total);
            }
        }
        progress(people, people);
        let mut sum = Sum { advocates: advocates.len(), ..Sum::default() };
        for total in &advocates {
            sum.activities += total.activities;
            sum.points = add(sum.points, total.points)?;
        }
        let privacy = self.manifest.privacy;
        let mut total = Some(sum);
        if privacy.aggregate_only {
            total = total.filter(|sum| sum.advocates >= privacy.minimum_group);
            advocates.clear();
        }
        Ok(Scores {
            program: self.version().into(),
            as_of: input.as_of,
            assumed_consent: input.assume_consent,
            advocates,
            total,
            left_out,
            faults: faults.list,
        })
    }

    /// One person's points, line by line.
    ///
    /// # Errors
    ///
    /// The person has no activity before as-of or is not to be shown, or a rule ran out of time
    /// (retryable).
    pub fn explain(&self, input: &ScoreInput<'_>, advocate: &str) -> Result<Explanation, Error> {
        let roster = Roster { people: input.people, assume_consent: input.assume_consent };
        let timeline = Timeline::before(input.log, input.as_of);
        let known = timeline.by_advocate.get_key_value(advocate);
        if known.is_none() && !input.people.contains_key(advocate) {
            let names = timeline.by_advocate.keys().chain(input.people.keys()).map(|name| &**name);
            return Err(Problem::new(
                Code::UnknownAdvocate,
                format!("there is no advocate `{advocate}` in the records"),
            )
            .maybe_help(did_you_mean(advocate, names))
            .into());
        }
        if let Err(why) = roster.shows(advocate, input.as_of) {
            let help = match why {
                NotCounted::NotOnRecord => "add the person to the people file; consent is needed, too",
                _ => "the person has not opted in; --assume-consent is for files without a consent field",
            };
            let message = format!("nothing is shown about `{advocate}`: there is no consent");
            return Err(Problem::new(Code::UnknownAdvocate, message).help(help).into());
        }
        let mut lines = Vec::new();
        let mut total = Total { advocate: advocate.into(), ..Total::default() };
        if let Some((advocate, activities)) = known {
            let mut fold = Fold::new(self, input.log, roster);
            fold.keep_lines = true;
            total = fold.person(advocate, activities, |scored| {
                lines.push(ScoredActivity {
                    source: Arc::clone(&scored.activity.identity.source),
                    id: Arc::clone(&scored.activity.identity.id),
                    at: scored.activity.at,
                    kind: text_of(scored.activity, ActivityFact::Kind).unwrap_or_default(),
                    channel: text_of(scored.activity, ActivityFact::Channel),
                    points: scored.points,
                    not_counted: scored.not_counted,
                    lines: std::mem::take(scored.lines),
                    faults: std::mem::take(scored.faults),
                });
            })?;
        }
        Ok(Explanation {
            program: self.version().into(),
            as_of: input.as_of,
            assumed_consent: input.assume_consent,
            total,
            lines,
        })
    }
}

fn text_of(activity: &Standing, fact: ActivityFact) -> Option<Arc<str>> {
    let found = activity.stated.iter().find(|(slot, _)| *slot == fact as u8)?;
    match &found.1 {
        Value::Text(text) => Some(Arc::clone(text)),
        _ => None,
    }
}

fn add(sum: i64, points: i64) -> Result<i64, Error> {
    sum.checked_add(points).filter(|sum| *sum <= crate::facts::LARGEST).ok_or_else(|| {
        Problem::new(Code::WrongValue, "points grow beyond 2^53 − 1, more than can be counted")
            .help("a rule gives far too many points")
            .into()
    })
}

impl LeftOut {
    fn add(&mut self, why: NotCounted, activity: &Standing) {
        let count = |counts: &mut BTreeMap<Arc<str>, usize>, fact| {
            *counts.entry(text_of(activity, fact).unwrap_or_default()).or_default() += 1;
        };
        match why {
            NotCounted::NotOnRecord => self.not_on_record += 1,
            NotCounted::NoConsent => self.no_consent += 1,
            NotCounted::NotActive => self.not_active += 1,
            NotCounted::UndeclaredKind => count(&mut self.undeclared_kinds, ActivityFact::Kind),
            NotCounted::UndeclaredChannel => {
                count(&mut self.undeclared_channels, ActivityFact::Channel);
            }
        }
    }
}

#[derive(Default)]
struct Faults {
    list: Vec<FaultCount>,
}

impl Faults {
    fn add(&mut self, activity: &Standing, faults: &mut Vec<Fault>) {
        for fault in faults.drain(..) {
            match self.list.iter_mut().find(|known| known.fault == fault) {
                Some(known) => known.count += 1,
                None => {
                    self.list.push(FaultCount { fault, count: 1, first: activity.identity.clone() });
                }
            }
        }
    }
}

/// How much of a cap is used, and in which of its periods.
#[derive(Clone, Copy, Debug)]
struct Used {
    period: Option<Day>,
    points: i64,
}

/// An activity that was just scored.
pub(crate) struct Scored<'s> {
    activity: &'s Standing,
    points: i64,
    not_counted: Option<NotCounted>,
    /// Empty unless lines are kept.
    lines: &'s mut Vec<Line>,
    faults: &'s mut Vec<Fault>,
}

/// Folds people's activities into points, one person after the other.
pub(crate) struct Fold<'a> {
    program: &'a Program,
    log: &'a Log,
    roster: Roster<'a>,
    version: Arc<str>,
    rules: Vec<(usize, &'a Rule)>,
    /// For each rule, the caps that it counts under.
    caps_of: Vec<Vec<usize>>,
    world: Arc<World>,
    used: Vec<Used>,
    pub(crate) keep_lines: bool,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(program: &'a Program, log: &'a Log, roster: Roster<'a>) -> Self {
        let rules: Vec<(usize, &Rule)> = program.rules_of(Folder::Scoring).collect();
        let caps = &program.manifest.caps;
        let caps_of = rules
            .iter()
            .map(|(_, rule)| {
                let covers = |cap: &usize| caps[*cap].rules.iter().any(|(name, _)| name == rule.id());
                (0..caps.len()).filter(covers).collect()
            })
            .collect();
        Self {
            program,
            log,
            roster,
            version: program.version().into(),
            rules,
            caps_of,
            world: Arc::new(World::new(Arc::clone(&program.view))),
            used: Vec::new(),
            keep_lines: false,
        }
    }

    /// Folds one person's activities, which are in order, and shows each as it is scored.
    pub(crate) fn person(
        &mut self,
        advocate: &Arc<str>,
        activities: &[Standing],
        mut show: impl FnMut(&mut Scored<'_>),
    ) -> Result<Total, Error> {
        let facts = match self.roster.people.get(advocate) {
            Some(person) => dense(Object::Person, &person.stated).into(),
            None => PersonFact::nobody(),
        };
        let world = unique(&mut self.world);
        world.person = facts;
        world.so_far = SoFar::default();
        self.used.clear();
        self.used.resize(self.program.manifest.caps.len(), Used { period: None, points: 0 });
        let mut total = Total { advocate: Arc::clone(advocate), ..Total::default() };
        let (mut lines, mut faults) = (Vec::new(), Vec::new());
        for activity in activities {
            lines.clear();
            faults.clear();
            let not_counted = self.refusal(activity);
            let mut points = 0;
            if not_counted.is_none() {
                points = self.activity(activity, &mut total, &mut lines, &mut faults)?;
                total.activities += 1;
                total.points = add(total.points, points)?;
                total.incomplete |= !faults.is_empty();
            }
            show(&mut Scored { activity, points, not_counted, lines: &mut lines, faults: &mut faults });
        }
        Ok(total)
    }

    /// The record of the person who was folded last.
    pub(crate) fn into_so_far(mut self) -> SoFar {
        std::mem::take(&mut unique(&mut self.world).so_far)
    }

    fn refusal(&self, activity: &Standing) -> Option<NotCounted> {
        if let Err(why) = self.roster.admits(&activity.advocate, activity.at) {
            return Some(why);
        }
        let manifest = &self.program.manifest;
        let kind = text_of(activity, ActivityFact::Kind);
        if !kind.is_some_and(|kind| manifest.kinds.contains_key(&kind)) {
            return Some(NotCounted::UndeclaredKind);
        }
        let channel = text_of(activity, ActivityFact::Channel);
        if channel.is_some_and(|channel| !manifest.channels.contains_key(&channel)) {
            return Some(NotCounted::UndeclaredChannel);
        }
        None
    }

    /// Scores one activity that counts, and takes it into the record.
    fn activity(
        &mut self,
        activity: &Standing,
        total: &mut Total,
        lines: &mut Vec<Line>,
        faults: &mut Vec<Fault>,
    ) -> Result<i64, Error> {
        let calendar = &self.program.manifest.calendar;
        let day = calendar.day(activity.at);
        let kind = text_of(activity, ActivityFact::Kind).unwrap_or_default();
        self.show_world(activity, &kind, day);
        let mut sum = 0;
        for index in 0..self.rules.len() {
            let (rule_index, rule) = self.rules[index];
            if !rule.settings().in_force(activity.at) {
                continue;
            }
            let program = self.program;
            let (file, function) = (program.file_of(rule), program.function_of(rule));
            let (result, reads) = if self.keep_lines {
                program.sandbox.run(file, function, rule_index, &self.world)
            } else {
                // Evidence is rebuilt when somebody asks for it.
                (program.sandbox.result(file, function, rule_index, &self.world), Vec::new())
            };
            let earned = match points(result) {
                Ok(Some(earned)) => earned,
                Ok(None) => continue,
                Err(failure) => {
                    retryable(rule, &failure)?;
                    faults.push(Fault::new(rule, failure));
                    continue;
                }
            };
            let (points, capped_by) = self.clip(index, earned, day);
            sum = add(sum, points)?;
            match total.rules.get_mut(rule.id()) {
                Some(known) => *known = add(*known, points)?,
                None => {
                    total.rules.insert(Arc::clone(rule.shared_id()), points);
                }
            }
            if self.keep_lines {
                lines.push(Line {
                    rule: Arc::clone(rule.shared_id()),
                    title: rule.title().into(),
                    help: rule.help().into(),
                    program: Arc::clone(&self.version),
                    earned,
                    points,
                    capped_by,
                    evidence: evidence(rule.folder(), reads),
                });
            }
        }
        unique(&mut self.world).so_far.add(&kind, sum);
        Ok(sum)
    }

    /// Fills the world with an activity.
    fn show_world(&mut self, activity: &Standing, kind: &Arc<str>, day: Day) {
        let manifest = &self.program.manifest;
        let post = activity.post.as_ref().and_then(|post| {
            let mut post = Arc::clone(post);
            if post.channel.is_none() {
                Arc::make_mut(&mut post).channel = text_of(activity, ActivityFact::Channel);
            }
            if post.content.is_none() {
                if let Some(content) = &activity.content {
                    Arc::make_mut(&mut post).content =
                        Some(crate::events::Shared::Id(Arc::clone(content)));
                }
            }
            self.program.post_view(post, Some(self.log), activity.at).ok()
        });
        let content = activity.content.as_ref().and_then(|id| self.log.content(id));
        let world = unique(&mut self.world);
        fill(Object::Activity, &activity.stated, &mut world.activity);
        let mut set = |fact: ActivityFact, value: Value| world.activity[fact as usize] = value;
        set(ActivityFact::Style, manifest.kinds.get(kind).cloned().into());
        set(ActivityFact::Weekday, day.weekday().into());
        set(ActivityFact::HasCounterpart, activity.counterpart.is_some().into());
        if let Some(content) = content {
            for (fact, value) in [
                (ActivityFact::Origin, Value::from(content.origin)),
                (ActivityFact::Campaign, Value::from(content.campaign.clone())),
            ] {
                if world.activity[fact as usize] == Value::Unknown {
                    world.activity[fact as usize] = value;
                }
            }
        }
        world.post = post;
        let week = manifest.calendar.week(day);
        world.so_far.look_from(day, week, activity.content.clone(), activity.counterpart.clone());
    }

    /// What the caps leave of a rule's points; they clip exactly, in the order of rules.
    fn clip(&mut self, rule: usize, earned: i64, day: Day) -> (i64, Vec<Arc<str>>) {
        let manifest = &self.program.manifest;
        let mut points = earned;
        let mut capped_by = Vec::new();
        for cap in &self.caps_of[rule] {
            let limit = &manifest.caps[*cap];
            let period = manifest.calendar.start_of(limit.per, day);
            let used = &mut self.used[*cap];
            if used.period != Some(period) {
                *used = Used { period: Some(period), points: 0 };
            }
            let room = limit.points - used.points;
            if earned > room {
                capped_by.push(Arc::clone(&limit.name));
            }
            points = points.min(room);
        }
        for cap in &self.caps_of[rule] {
            self.used[*cap].points += points;
        }
        (points, capped_by)
    }
}

/// The world between two evaluations, when no script holds it.
fn unique(world: &mut Arc<World>) -> &mut World {
    if Arc::get_mut(world).is_none() {
        // Only a script that kept a fact object could hold it, which the checker refuses.
        let mut fresh = World::new(Arc::clone(&world.program));
        fresh.person = Arc::clone(&world.person);
        fresh.so_far = world.so_far.clone();
        *world = Arc::new(fresh);
    }
    #[expect(clippy::expect_used, reason = "it was just made, or found to be held by nobody else")]
    Arc::get_mut(world).expect("held once")
}

/// The points that a rule gave, if it applies.
fn points(result: Result<Returned, Failure>) -> Result<Option<i64>, Failure> {
    let wrong = |message: String| {
        Err(Failure { code: Code::WrongResult, message, file: None, line: None, column: None })
    };
    match result? {
        Returned::Nothing => Ok(None),
        Returned::Points(points) if (0..=limits::POINTS).contains(&points) => Ok(Some(points)),
        Returned::Points(points) if points > limits::POINTS => {
            wrong(format!("{points} are too many points; a rule gives at most {} at once", limits::POINTS))
        }
        Returned::Points(points) => wrong(format!("{points} is no number of points; they are 0 or more")),
        Returned::Findings(_) => wrong("a scoring rule returned a finding".to_owned()),
    }
}
