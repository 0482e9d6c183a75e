//! The document that answers a simulation.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::limits::LimitOutcome;
use crate::fault::Fault;
use crate::guidelines::Outcome;
use crate::scoring::Sum;
use crate::script::GrantKind;
use crate::standings::{Dates, Origin, Withheld};
use crate::subjects::Subject;

/// What a candidate would make of the same past, beside what another program makes of it. What is
/// not different is not told.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Simulation {
    /// Where it comes from; the program is the candidate.
    #[serde(flatten)]
    pub origin: Origin,
    /// What the candidate is compared with.
    pub against: Against,
    /// The one rule that it is about: the candidate is compared with itself without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Arc<str>>,
    /// Whether anything would be different for anybody; not told of a group that is too small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<bool>,
    /// The settings of `program.toml` that are others, by name.
    pub settings: Vec<SettingChange>,
    /// Word lists, patterns and libraries of rules that are others, by path.
    pub files: Vec<FileChange>,
    /// What is not told, and why.
    pub withheld: Vec<WithheldPart>,
    /// People, activities and points of all time in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Whose points of all time would be others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleChanges>,
    /// Who would have another level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<LevelChanges>,
    /// Who would have another place on the board of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board: Option<BoardChanges>,
    /// The rules that are others, or that would give something else, by id.
    pub rules: Vec<RuleChanges>,
    /// What people and teams would be entitled to, and no longer, by rule.
    pub entitlements: Vec<EntitlementChanges>,
    /// What rewards come to, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostChange>,
    /// Published posts that would be judged otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posts: Option<PostChanges>,
    /// Rules of the candidate that failed.
    pub faults: Vec<RuleFault>,
    /// What was not to be exceeded, and whether it is.
    pub limits: Vec<LimitOutcome>,
    /// Whether a limit is exceeded.
    pub exceeded: bool,
}

/// What a candidate is compared with.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "SimulatedAgainst", deny_unknown_fields, transform = crate::schema::written)]
pub struct Against {
    /// The program's version.
    pub program: Arc<str>,
    /// The period that is looked at under it; nothing between seasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Dates>,
}

/// A setting that is another.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct SettingChange {
    /// Its name with those of the tables around it, such as `kpis.clicks.goal`.
    pub setting: Arc<str>,
    /// As it is, written as in TOML; nothing where it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<str>>,
    /// As it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<str>>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FileChangeKind")]
pub enum Became {
    /// It was not there.
    New,
    /// It is no longer there.
    Gone,
    /// It says something else.
    Changed,
}

/// A file that is another.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct FileChange {
    /// Its path within the program directory.
    pub path: Arc<str>,
    /// What became of it.
    pub change: Became,
}

/// A part of a simulation that may be withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SimulationPart")]
pub enum Part {
    /// Everything.
    All,
    /// Who it is: names of people, and which posts they are.
    Names,
    /// Totals, and how many gain and lose.
    Points,
    /// Levels.
    Levels,
    /// The board.
    Board,
    /// What scoring rules give.
    Scoring,
    /// What people are entitled to.
    Entitlements,
    /// What rewards come to.
    Cost,
    /// Posts, and what guidelines find.
    Posts,
}

/// What is not told, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct WithheldPart {
    /// Which part.
    pub part: Part,
    /// Why.
    pub why: Withheld,
}

/// A number as it is, and as it would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Numbers {
    /// As it is.
    pub before: i64,
    /// As it would be.
    pub after: i64,
}

/// People, activities and points of all time in all.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "SimulatedTotals", deny_unknown_fields, transform = crate::schema::written)]
pub struct Totals {
    /// As they are.
    pub before: Sum,
    /// As they would be.
    pub after: Sum,
}

/// So many people, and so many points in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Swing {
    /// How many people.
    pub people: usize,
    /// How many points all of them gain or lose; never below 0.
    pub points: i64,
}

/// Whose points would be others.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PeopleChanges {
    /// Those who would have more.
    pub gain: Swing,
    /// Those who would have fewer.
    pub lose: Swing,
    /// The largest changes first, of equals by id.
    pub samples: Vec<PersonChange>,
    /// How many more there are.
    pub more: usize,
}

/// A person whose points would be others.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PersonChange {
    /// The person.
    pub advocate: Arc<str>,
    /// Points of all time.
    pub points: Numbers,
    /// How many more or fewer points each rule would give, where it is not as many.
    pub rules: BTreeMap<Arc<str>, i64>,
    /// The level, where it would be another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<LevelStep>,
    /// The place on the board of the period, where it would be another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceChange>,
}

/// A level as it is, and as it would be; nothing below the lowest.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct LevelStep {
    /// Whose; nothing beside a person who is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advocate: Option<Arc<str>>,
    /// As it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<str>>,
    /// As it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<str>>,
}

/// How many people have a level.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct LevelCount {
    /// The level; nothing below the lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Arc<str>>,
    /// How many people have it and would have it.
    pub people: Numbers,
}

/// Who would have another level.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct LevelChanges {
    /// How many would have a higher one.
    pub rise: usize,
    /// How many would have a lower one, or none.
    pub fall: usize,
    /// Every level of either program, lowest first as the candidate has them.
    pub levels: Vec<LevelCount>,
    /// Those who fall, then those who rise, by id.
    pub samples: Vec<LevelStep>,
    /// How many more there are.
    pub more: usize,
}

/// A place on the board, as it is and as it would be; nothing where somebody is not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PlaceChange {
    /// Whose; nothing beside a person who is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advocate: Option<Arc<str>>,
    /// The rank as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<usize>,
    /// The rank as it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
}

/// Who would have another place on the board of the period.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct BoardChanges {
    /// How many people would have another place, or one at all, or none.
    pub moved: usize,
    /// How many of the top ten would no longer be among them.
    pub leave_top: usize,
    /// Those of the top ten, before or after, who would have another place: by the better one.
    pub top: Vec<PlaceChange>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// It was not there, or switched off.
    New,
    /// It is no longer there, or switched off.
    Gone,
    /// Its text or its settings are others.
    Changed,
    /// It says the same, and gives something else because of others: caps, lists, what was done
    /// before.
    Same,
}

/// A rule that is another, or that would give something else.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct RuleChanges {
    /// The rule's id.
    pub rule: Arc<str>,
    /// Its earlier name, where it had another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Arc<str>>,
    /// Its title.
    pub title: Arc<str>,
    /// Its folder.
    pub folder: &'static str,
    /// What became of it.
    pub change: RuleChange,
    /// The points that it gives, under the caps; of scoring rules only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Numbers>,
    /// The activities that it gives points for, 0 included; of scoring rules only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<Numbers>,
    /// The posts that it finds something in; of guidelines only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posts: Option<Numbers>,
    /// What it entitles people and teams to; of recognition rules only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entitlements: Option<Numbers>,
    /// How many people it gives something else to, or finds something else of, or something graver or
    /// milder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
}

/// What became of something that somebody is entitled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantChange {
    /// It would no longer be there.
    Goes,
    /// It would be there.
    Comes,
    /// It would be of another kind, or worth something else.
    Alters,
}

/// What a rule entitles people and teams to, where it is something else.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct EntitlementChanges {
    /// The rule's id.
    pub rule: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// How many come.
    pub come: usize,
    /// How many go.
    pub go: usize,
    /// How many are of another kind, or worth something else.
    pub alter: usize,
    /// Those that go, then those that come, then the others; by person, then by team.
    pub samples: Vec<EntitlementChange>,
    /// How many more there are.
    pub more: usize,
}

/// Something that somebody would be entitled to, or no longer.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct EntitlementChange {
    /// What becomes of it.
    pub change: GrantChange,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// What makes it one of its own for the rule and subject.
    pub key: Arc<str>,
    /// What it is: `badge`, `reward` or `spotlight`.
    #[schemars(with = "GrantKind")]
    pub kind: &'static str,
    /// What a reward is worth, in whole units of the currency; 0 on the side where it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Numbers>,
}

/// Rewards with an amount.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct RewardCount {
    /// How many there are.
    pub count: usize,
    /// Their sum, in whole units of the currency.
    pub amount: i64,
    /// The currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Arc<str>>,
}

/// What all rewards with an amount come to that people and teams are entitled to.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct CostChange {
    /// As it is.
    pub before: RewardCount,
    /// As it would be.
    pub after: RewardCount,
    /// The budget of the candidate, in its currency.
    pub budget: i64,
    /// How many rewards the candidate's budget is for; any number where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_count: Option<i64>,
    /// Whether it would be over the budget, in money or in number.
    pub over: bool,
}

/// How many posts go from one verdict to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct VerdictChange {
    /// The verdict as it is; nothing where the post is not judged, as its activity does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Outcome>,
    /// The verdict as it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Outcome>,
    /// How many posts.
    pub posts: usize,
}

/// Published posts that would be judged otherwise: each at its own time, by what its author had done
/// before, not by what colleagues wrote.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PostChanges {
    /// How many posts are judged.
    pub judged: Numbers,
    /// How many would have a graver verdict.
    pub stricter: usize,
    /// How many would have a milder verdict.
    pub milder: usize,
    /// How many would have the same verdict by other rules.
    pub otherwise: usize,
    /// All of these by verdict, and those that are judged under one of the programs only.
    pub verdicts: Vec<VerdictChange>,
    /// Some of them: the largest step first, of equals by time and identity.
    pub samples: Vec<PostSample>,
    /// How many more there are.
    pub more: usize,
}

/// A post that would be judged otherwise.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PostSample {
    /// The source of its activity.
    pub source: Arc<str>,
    /// The id of its activity within the source.
    pub id: Arc<str>,
    /// The author.
    pub advocate: Arc<str>,
    /// When it was published.
    pub at: Timestamp,
    /// What is said of it; nothing where it is not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// What would be said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
}

/// What the guidelines say of a post, in short.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Said {
    /// The verdict.
    pub verdict: Outcome,
    /// The rules that found something, by id.
    pub rules: Vec<Arc<str>>,
}

/// A rule of the candidate that failed.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct RuleFault {
    /// The failure.
    #[serde(flatten)]
    pub fault: Fault,
    /// How often it happened.
    pub count: usize,
}
