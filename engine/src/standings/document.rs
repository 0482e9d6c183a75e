//! The documents that answer questions about standings, teams and boards.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::board::Place;
use super::kpi::KpiFigure;
use super::viewpoint::Viewpoint;
use super::workings::Part;
use crate::facts::{
    ActivityFact, Argument, Figures, GROUPS, Object, StandingFigures, TeamFigures, Value,
};
use crate::program::{Emv, Program};
use crate::scoring::FaultCount;

/// What every document says of where it comes from.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Origin {
    /// The program's version.
    pub program: Arc<str>,
    /// The time as of which it holds.
    pub as_of: Timestamp,
    /// Whether people without a consent on record were taken for willing.
    pub assumed_consent: bool,
    /// The period that is looked at; nothing between seasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Dates>,
}

/// A period with its dates.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Dates {
    /// Its name.
    pub name: Arc<str>,
    /// Its first date.
    #[schemars(extend("format" = "date"))]
    pub from: String,
    /// The date after its last one.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// A figure: one value, or one for each thing that it can be asked with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// A value; null where it is not known.
    One(Value),
    /// A value for each thing it can be asked with.
    Each(BTreeMap<Arc<str>, Value>),
}

/// What an advocate has become.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Standing", deny_unknown_fields, transform = crate::schema::written)]
pub struct StandingDocument {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// The advocate.
    pub advocate: Arc<str>,
    /// Whether the person is an active employee who has opted in.
    pub enrolled: bool,
    /// Every figure by name; the page of formulas says how each is worked out.
    #[schemars(with = "StandingFigures")]
    pub figures: BTreeMap<&'static str, Figure>,
    /// Rules that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultCount>,
}

/// How one figure comes about.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct FigureExplanation {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// The advocate.
    pub advocate: Arc<str>,
    /// The figure as rules name it.
    pub figure: String,
    /// Its value.
    pub value: Value,
    /// What it means.
    pub meaning: &'static str,
    /// How it is worked out, from the page of formulas.
    pub formula: &'static str,
    /// The numbers it was worked out with, by what they are.
    pub numbers: BTreeMap<&'static str, Value>,
    /// What went into it, one by one.
    pub parts: Vec<Part>,
}

/// Who brought how much, in order.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Leaderboard {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// Which board it is, in the words of the question.
    pub board: BTreeMap<&'static str, Arc<str>>,
    /// The places; empty where it is withheld.
    pub places: Vec<Place>,
    /// Whether the last places were left out so that nobody's points can be told.
    pub shortened: bool,
    /// Why nothing is shown, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// Why nothing is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// The group is too small, or would tell of one that is.
    SmallGroup,
    /// The program shows figures of groups only.
    AggregateOnly,
}

/// What a team has become.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Team", deny_unknown_fields, transform = crate::schema::written)]
pub struct TeamDocument {
    /// What the team is a group by; `program` is everyone.
    #[schemars(extend("enum" = GROUPS))]
    pub by: &'static str,
    /// Its name; nothing for the whole program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Every figure by name; empty where they are withheld.
    #[schemars(with = "TeamFigures")]
    pub figures: BTreeMap<&'static str, Figure>,
    /// Enrolled members by id; nobody where figures are shown of groups only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Arc<str>>,
    /// The figures of the window before, where a window is asked for; those that are of no window are
    /// as they were when the window began. Empty where the team was too small to show then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<TeamFigures>")]
    pub before: Option<BTreeMap<&'static str, Figure>>,
    /// The key performance indicators by name, where one team or the whole program is asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kpis: BTreeMap<Arc<str>, KpiFigure>,
    /// The content of the window that nobody of the team has taken up, by id, where a window is asked
    /// for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unshared_content: Vec<Arc<str>>,
    /// What people brought who were erased since, where they are enough; it is in none of the
    /// figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<ErasedLine>,
    /// Why nothing is shown, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// What people brought to a team who were erased since.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct ErasedLine {
    /// How many they are.
    pub people: i64,
    /// Their activities that counted.
    pub activities: i64,
    /// Their points, as they counted when each was erased.
    pub points: i64,
    /// The version of the program that they were counted by last.
    pub program: Arc<str>,
}

/// A window with its dates, and where the window before begins.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct WindowDates {
    /// Its name.
    pub name: Arc<str>,
    /// The first date of the window before.
    #[schemars(extend("format" = "date"))]
    pub before: String,
    /// Its first date.
    #[schemars(extend("format" = "date"))]
    pub from: String,
    /// The date after its last one.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// By which formula earned media value is worked out.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct EmvFormula {
    /// What it is called.
    pub formula: Arc<str>,
    /// Which version of it.
    pub version: Arc<str>,
    /// In what it counts, by ISO 4217.
    pub currency: Arc<str>,
    /// What a thousand of a result are worth, in hundredths of the currency's unit.
    pub cents_per_1000: BTreeMap<&'static str, i64>,
}

impl EmvFormula {
    pub(super) fn of(emv: &Emv) -> Self {
        let name = |fact: ActivityFact| ActivityFact::FACTS[fact as usize].name;
        let worth = emv.cents_per_1000.iter().map(|(metric, cents)| (name(*metric), *cents));
        Self {
            formula: emv.formula.as_str().into(),
            version: emv.version.as_str().into(),
            currency: Arc::clone(&emv.currency),
            cents_per_1000: worth.collect(),
        }
    }
}

/// Teams with their figures.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Teams", deny_unknown_fields, transform = crate::schema::written)]
pub struct TeamsDocument {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// The window that is looked at, where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowDates>,
    /// The formula of earned media value, where the program has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emv: Option<EmvFormula>,
    /// The teams by name.
    pub teams: Vec<TeamDocument>,
}

impl Origin {
    pub(crate) fn of(program: &Program, view: &Viewpoint, assumed_consent: bool) -> Self {
        Self {
            program: program.version().into(),
            as_of: view.as_of,
            assumed_consent,
            period: view.period.as_ref().map(|period| Dates {
                name: Arc::clone(&period.name),
                from: period.from.show(),
                until: period.until.show(),
            }),
        }
    }
}

/// What a fact can be asked with under a program, in the program's own order.
pub(crate) fn arguments(program: &Program, argument: Argument) -> Vec<Arc<str>> {
    let manifest = &program.manifest;
    match argument {
        Argument::Window => manifest.windows.iter().map(|known| Arc::clone(&known.name)).collect(),
        Argument::Kind => manifest.kinds.keys().cloned().collect(),
        Argument::Skill => manifest.skills.iter().cloned().collect(),
        Argument::Guideline => program
            .rules_of(crate::facts::Folder::Guidelines)
            .map(|(_, rule)| Arc::clone(rule.shared_id()))
            .collect(),
        other => other.words().unwrap_or_default().iter().map(|word| Arc::from(*word)).collect(),
    }
}

/// Every figure of an object by name; those of windows for one window only, where it is named.
pub(super) fn figures(
    program: &Program,
    object: Object,
    figures: &dyn Figures,
    window: Option<&str>,
) -> BTreeMap<&'static str, Figure> {
    let facts = object.facts().iter().enumerate();
    facts
        .filter_map(|(slot, fact)| {
            let slot = u8::try_from(slot).ok()?;
            let figure = match fact.argument {
                None => Figure::One(figures.figure(slot, None)),
                Some(argument) => Figure::Each(
                    arguments(program, argument)
                        .into_iter()
                        .filter(|name| {
                            argument != Argument::Window
                                || window.is_none_or(|only| **name == *only)
                        })
                        .map(|name| {
                            let value = figures.figure(slot, Some(&name));
                            (name, value)
                        })
                        .collect(),
                ),
            };
            Some((fact.name, figure))
        })
        .collect()
}
