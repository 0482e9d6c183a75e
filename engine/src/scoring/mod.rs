//! Scores activities: which rules give how many points, with evidence, clipped by shared caps.
//!
//! A person's activities are folded in the order of (time, source, id), so the result does not
//! depend on the order of arrival. Points are whole numbers; lines sum to totals.
//!
//! - `fold` goes through one person's activities; `plan` says which rules have a say in which;
//! - this file has the documents and the two questions, [`Program::score`] and
//!   [`Program::explain`].

mod fold;
mod plain;
mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::disputes::{DisputeDocument, disputes};
use crate::error::{Code, Error, Problem};
use crate::events::{Identity, Log};
use crate::facts::{ActivityFact, Evidence, PersonFact, Value};
use crate::fault::Fault;
use crate::links::Links;
use crate::program::Program;
use crate::roster::{NotCounted, Roster};
use crate::time::Calendar;
use crate::timeline::{Adjusted, Records, Settled, Timeline};

use fold::undeclared_channel;
pub(crate) use fold::{Fold, Given, PostVerdict, admitted};
pub use plain::{PlainActivity, PlainPoints, PlainReason};
pub(crate) use plan::Plan;

/// Points that a rule gave for an activity.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
    /// What is left of it under the caps; nothing where guidelines hold it back.
    pub points: i64,
    /// The caps that left less than was earned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capped_by: Vec<Arc<str>>,
    /// The guidelines whose findings in the published post are so grave that it earns nothing, as
    /// `held_back_from` of `[points]` in `program.toml` says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_back_by: Vec<Arc<str>>,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// An activity with its lines.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Total {
    /// The person.
    pub advocate: Arc<str>,
    /// The sum of all lines and of what was given or taken by hand.
    pub points: i64,
    /// Activities that count.
    pub activities: usize,
    /// The points of each rule that gave a line.
    pub rules: BTreeMap<Arc<str>, i64>,
    /// The points that were given or taken by hand.
    #[serde(skip_serializing_if = "is_zero")]
    pub adjusted: i64,
    /// Whether a rule failed, so that points may be missing.
    pub incomplete: bool,
}

/// A failure of a rule at one place, however often it happened.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
    /// Activities in which people are their own counterpart, such as kudos to oneself.
    pub own_counterpart: usize,
    /// Outcomes, edits and retractions whose target has not come yet.
    pub waiting: usize,
    /// Outcomes and edits of something that has neither, such as content.
    #[serde(skip_serializing_if = "is_zero")]
    pub without_effect: usize,
    /// Activities at as-of or later.
    #[serde(skip_serializing_if = "is_zero")]
    pub later: usize,
    /// Skills that people need or have and that the program does not declare, with how many people.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub undeclared_skills: BTreeMap<Arc<str>, usize>,
}

/// Everyone's points.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Sum {
    /// People with an activity that counts.
    pub advocates: usize,
    /// Activities that count.
    pub activities: usize,
    /// Points.
    pub points: i64,
}

/// One person's points, line by line.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
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
    /// Points that were given or taken by hand, in the order of the fold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentLine>,
    /// What the person objects to, and how it ended, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<DisputeDocument>,
}

/// Points that a person gave or took by hand.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct AdjustmentLine {
    /// Its identity.
    #[serde(flatten)]
    pub identity: Identity,
    /// When it was made.
    pub at: Timestamp,
    /// The points; below 0 where they were taken.
    pub points: i64,
    /// Why.
    pub reason: Arc<str>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Arc<str>>,
}

impl AdjustmentLine {
    pub(crate) fn of(adjusted: &Adjusted) -> Self {
        Self {
            identity: adjusted.identity.clone(),
            at: adjusted.at,
            points: adjusted.adjustment.points,
            reason: Arc::clone(&adjusted.adjustment.reason),
            by: adjusted.adjustment.by.clone(),
        }
    }
}

impl Total {
    pub(crate) fn adjust(&mut self, adjustments: &[Adjusted]) -> Result<(), Error> {
        for adjusted in adjustments {
            self.adjusted = add(self.adjusted, adjusted.adjustment.points)?;
            self.points = add(self.points, adjusted.adjustment.points)?;
        }
        Ok(())
    }
}

/// Whether there is nothing to tell.
fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

impl Program {
    /// Scores everyone.
    ///
    /// # Errors
    ///
    /// A rule ran out of time (retryable), or points grew beyond what can be counted.
    pub fn score(&self, input: &Records<'_>) -> Result<Scores, Error> {
        self.score_with(input, |_, _| {})
    }

    /// Scores everyone and says how far it is: people done and people in all.
    ///
    /// # Errors
    ///
    /// As [`Program::score`].
    pub fn score_with(
        &self,
        input: &Records<'_>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Scores, Error> {
        let timeline = Timeline::of(input);
        let roster = &*timeline.roster;
        let mut left_out = LeftOut {
            waiting: timeline.waiting,
            without_effect: timeline.without_effect,
            later: timeline.later,
            undeclared_skills: undeclared_skills(self, roster, input.as_of),
            ..LeftOut::default()
        };
        let mut faults = Faults::default();
        let mut advocates = Vec::new();
        let mut fold = Fold::new(self, &timeline.contents, roster);
        let people = timeline.advocates().count();
        for (done, advocate) in timeline.advocates().enumerate() {
            progress(done, people);
            let activities = timeline.activities(input.log, advocate);
            let adjustments = timeline.adjustments_of(advocate);
            if let Err(why) = roster.shows(advocate, input.as_of) {
                for activity in &activities {
                    left_out.add(why, self, activity);
                }
                continue;
            }
            let mut total =
                fold.person(advocate, &activities, |scored| match scored.not_counted {
                    Some(why) => left_out.add(why, self, scored.activity),
                    None => faults.add(input.log, scored.activity, scored.faults),
                })?;
            total.adjust(adjustments)?;
            if total.activities > 0 || !adjustments.is_empty() {
                advocates.push(total);
            }
        }
        // Points by hand may be all that somebody has.
        for (advocate, adjustments) in &timeline.adjustments {
            if !timeline.has_activities(advocate) && roster.shows(advocate, input.as_of).is_ok() {
                let mut total = Total { advocate: Arc::clone(advocate), ..Total::default() };
                total.adjust(adjustments)?;
                advocates.push(total);
            }
        }
        advocates.sort_by(|a, b| a.advocate.cmp(&b.advocate));
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
    pub fn explain(&self, input: &Records<'_>, advocate: &str) -> Result<Explanation, Error> {
        let timeline = Timeline::of(input);
        let advocate = timeline.find(advocate, input.as_of)?;
        let adjustments = timeline.adjustments_of(&advocate);
        let activities = timeline.activities(input.log, &advocate);
        let mut lines = Vec::new();
        let mut total = Total { advocate: Arc::clone(&advocate), ..Total::default() };
        if !activities.is_empty() {
            let mut fold = Fold::new(self, &timeline.contents, &timeline.roster);
            fold.keep_lines = true;
            total = fold.person(&advocate, &activities, |scored| {
                let Identity { source, id } = input.log.identity(scored.activity.place);
                lines.push(ScoredActivity {
                    source,
                    id,
                    at: scored.activity.at,
                    kind: scored.activity.text(ActivityFact::Kind).cloned().unwrap_or_default(),
                    channel: scored.activity.text(ActivityFact::Channel).cloned(),
                    points: scored.points,
                    not_counted: scored.not_counted,
                    lines: std::mem::take(scored.lines),
                    faults: std::mem::take(scored.faults),
                });
            })?;
        }
        total.adjust(adjustments)?;
        let links = Links::of(input.log);
        let mut disputes = disputes(input.log, &links, &timeline.roster, input.as_of);
        disputes.retain(|dispute| dispute.advocate == advocate);
        Ok(Explanation {
            disputes,
            adjustments: adjustments.iter().map(AdjustmentLine::of).collect(),
            program: self.version().into(),
            as_of: input.as_of,
            assumed_consent: input.assume_consent,
            total,
            lines,
        })
    }
}

/// Skills of people who may be seen that the program does not declare.
fn undeclared_skills(
    program: &Program,
    roster: &Roster,
    as_of: Timestamp,
) -> BTreeMap<Arc<str>, usize> {
    let mut undeclared = BTreeMap::new();
    for id in roster.ids().filter(|id| roster.shows(id, as_of).is_ok()) {
        let facts = roster.facts(id, Calendar::last_instant(as_of));
        let of_person: BTreeSet<&Arc<str>> = [PersonFact::Needs, PersonFact::SkilledIn]
            .iter()
            .filter_map(|fact| match &facts[*fact as usize] {
                Value::Words(words) => Some(words.iter()),
                _ => None,
            })
            .flatten()
            .filter(|skill| !program.manifest.skills.contains(*skill))
            .collect();
        for skill in of_person {
            *undeclared.entry(Arc::clone(skill)).or_default() += 1;
        }
    }
    undeclared
}

impl LeftOut {
    pub(crate) fn add(&mut self, why: NotCounted, program: &Program, activity: &Settled) {
        let count = |counts: &mut BTreeMap<Arc<str>, usize>, name: Option<Arc<str>>| {
            *counts.entry(name.unwrap_or_default()).or_default() += 1;
        };
        match why {
            NotCounted::NotOnRecord => self.not_on_record += 1,
            NotCounted::NoConsent => self.no_consent += 1,
            NotCounted::NotActive => self.not_active += 1,
            NotCounted::OwnCounterpart => self.own_counterpart += 1,
            NotCounted::UndeclaredKind => {
                count(&mut self.undeclared_kinds, activity.text(ActivityFact::Kind).cloned());
            }
            NotCounted::UndeclaredChannel => {
                count(
                    &mut self.undeclared_channels,
                    undeclared_channel(program, activity).cloned(),
                );
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) list: Vec<FaultCount>,
}

impl Faults {
    pub(crate) fn add(&mut self, log: &Log, activity: &Settled, faults: &mut Vec<Fault>) {
        for fault in faults.drain(..) {
            match self.list.iter_mut().find(|known| known.fault.same_place(&fault)) {
                Some(known) => known.count += 1,
                None => {
                    self.list.push(FaultCount {
                        fault,
                        count: 1,
                        first: log.identity(activity.place),
                    });
                }
            }
        }
    }
}

pub(crate) fn add(sum: i64, points: i64) -> Result<i64, Error> {
    sum.checked_add(points).filter(|sum| sum.abs() <= crate::facts::LARGEST).ok_or_else(|| {
        Problem::new(Code::WrongValue, "points grow beyond 2^53 − 1, more than can be counted")
            .help("a rule gives far too many points")
            .into()
    })
}
