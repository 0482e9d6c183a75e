//! What counts for one person: activities that were scored, points by hand, and what others did
//! for them. Every figure of a standing is worked out from it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::error::Error;
use crate::events::Identity;
use crate::facts::{ActivityFact, Object, Value, World};
use crate::guidelines::FindingCounts;
use crate::program::{Program, Role};
use crate::roster::Roster;
use crate::scoring::{FaultCount, Faults, Fold, Total, refusal};
use crate::time::{Calendar, Day};
use crate::timeline::{Adjusted, Settled};

/// An activity that counts, with all that figures ask of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) identity: Identity,
    pub(crate) at: Timestamp,
    pub(crate) day: Day,
    pub(crate) points: i64,
    pub(crate) kind: Arc<str>,
    pub(crate) style: Arc<str>,
    pub(crate) role: Option<Role>,
    /// The person's facts at the time: the teams that it counts for.
    pub(crate) person: Arc<[Value]>,
    pub(crate) content: Option<Arc<str>>,
    pub(crate) counterpart: Option<Arc<str>>,
    pub(crate) format: Option<Arc<str>>,
    pub(crate) own_words: Option<i64>,
    pub(crate) ghostwritten: bool,
    pub(crate) own_photo: bool,
    pub(crate) customer: bool,
    /// The latest results, in the order of [`ActivityFact::OUTCOMES`], where any is on record.
    pub(crate) results: Option<Box<[i64]>>,
    /// How much each guideline found in its post.
    pub(crate) findings: FindingCounts,
}

/// Points by hand, with the day and the teams they count for.
#[derive(Clone, Debug)]
pub(crate) struct ByHand {
    pub(crate) adjusted: Adjusted,
    pub(crate) day: Day,
    pub(crate) person: Arc<[Value]>,
}

/// What somebody else did for the person: mentoring or kudos.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) identity: Identity,
    pub(crate) at: Timestamp,
    pub(crate) day: Day,
    pub(crate) from: Arc<str>,
    pub(crate) role: Role,
}

/// What counts for one person.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) advocate: Arc<str>,
    /// In the order of the fold.
    pub(crate) entries: Vec<Entry>,
    pub(crate) by_hand: Vec<ByHand>,
    pub(crate) received: Vec<Received>,
    pub(crate) total: Total,
    pub(crate) faults: Vec<FaultCount>,
}

impl Tally {
    /// Folds one person's activities, which are in order.
    pub(crate) fn of(
        program: &Program,
        fold: &mut Fold<'_>,
        advocate: &Arc<str>,
        activities: &[Settled],
        adjustments: &[Adjusted],
        received: Vec<Received>,
    ) -> Result<Self, Error> {
        let calendar = &program.manifest.calendar;
        let mut entries = Vec::new();
        let mut faults = Faults::default();
        let roster = fold.roster();
        let mut total = fold.person(advocate, activities, |scored| {
            if scored.not_counted.is_some() {
                return;
            }
            let mut entry = entry(program, scored.activity, scored.world);
            entry.points = scored.points;
            entry.findings = std::mem::take(scored.findings);
            faults.add(scored.activity, scored.faults);
            entries.push(entry);
        })?;
        total.adjust(adjustments)?;
        let by_hand = adjustments
            .iter()
            .map(|adjusted| ByHand {
                adjusted: adjusted.clone(),
                day: calendar.day(adjusted.at),
                person: roster.facts(advocate, adjusted.at),
            })
            .collect();
        let advocate = Arc::clone(advocate);
        let faults = faults.list;
        Ok(Self { advocate, entries, by_hand, received, total, faults })
    }
}

/// What figures ask of an activity that counts; its points and findings are not there yet.
fn entry(program: &Program, activity: &Settled, world: &World) -> Entry {
    let fact = |fact: ActivityFact| world.value(0, Object::Activity, fact as u8, None);
    let kind = activity.text(ActivityFact::Kind).cloned().unwrap_or_default();
    let declared = program.manifest.kinds.get(&kind);
    let results = ActivityFact::OUTCOMES;
    let stated = |fact: &ActivityFact| activity.stated.iter().any(|(slot, _)| *slot == *fact as u8);
    let flag = |value: Value| value == Value::Flag(true);
    Entry {
        identity: activity.identity.clone(),
        at: activity.at,
        day: program.manifest.calendar.day(activity.at),
        points: 0,
        style: declared.map(|kind| Arc::clone(&kind.style)).unwrap_or_default(),
        role: declared.and_then(|kind| kind.role),
        kind,
        person: Arc::clone(&world.person),
        content: activity.content.clone(),
        counterpart: activity.counterpart.clone(),
        format: match fact(ActivityFact::Format) {
            Value::Text(format) => Some(format),
            _ => None,
        },
        own_words: fact(ActivityFact::OwnWords).number(),
        ghostwritten: flag(fact(ActivityFact::Ghostwritten)),
        own_photo: flag(fact(ActivityFact::OwnPhoto)),
        customer: flag(fact(ActivityFact::Customer)),
        results: results
            .iter()
            .any(stated)
            .then(|| results.iter().map(|metric| fact(*metric).number().unwrap_or(0)).collect()),
        findings: Vec::new(),
    }
}

/// What an activity is to its counterpart, where it counts.
pub(crate) fn received(program: &Program, roster: &Roster, activity: &Settled) -> Option<Received> {
    activity.counterpart.as_ref()?;
    let role = program.manifest.role_of(activity.text(ActivityFact::Kind)?)?;
    let counts = matches!(role, Role::Mentoring | Role::Kudos)
        && refusal(program, roster, activity).is_none();
    let calendar: &Calendar = &program.manifest.calendar;
    counts.then(|| Received {
        identity: activity.identity.clone(),
        at: activity.at,
        day: calendar.day(activity.at),
        from: Arc::clone(&activity.advocate),
        role,
    })
}
