//! What the program wants to reach, what others reach, and what it may give away.

use std::sync::Arc;

use jiff::civil::Date;

use super::need;
use crate::error::{Code, Problem, did_you_mean};
use crate::facts::{ActivityFact, Argument, PERCENT, TeamFact};
use crate::table::Table;
use crate::time::Unit;

/// A key performance indicator with the goal that makes it one.
#[derive(Clone, Debug)]
pub struct Kpi {
    /// What is measured, by the name that the manifest has for it.
    pub metric: String,
    /// The figure of a team that it is.
    pub(crate) fact: TeamFact,
    /// The value to reach within the window: at least, or at most where less is better.
    pub goal: i64,
    /// The window in days.
    pub window: i64,
    /// What it is, in words.
    pub description: Option<String>,
}

/// A figure of the field to compare one's own figures with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benchmark {
    /// The figure.
    pub value: i64,
    /// What it counts, such as `percent`.
    pub unit: Option<String>,
    /// Where it was found.
    pub source: Option<String>,
    /// When it was looked up.
    pub as_of: Option<Date>,
    /// What it says.
    pub description: Option<String>,
}

/// The formula of earned media value, which has no definition that everyone shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emv {
    /// What the formula is called.
    pub formula: String,
    /// Which version of it this is.
    pub version: String,
    /// In what it counts, by ISO 4217.
    pub currency: Arc<str>,
    /// What a thousand of a result are worth, in hundredths of the currency's unit.
    pub cents_per_1000: Vec<(ActivityFact, i64)>,
}

/// What may be given away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rewards {
    /// In whole units of the currency.
    pub(crate) budget: i64,
    pub(crate) currency: Option<Arc<str>>,
    /// How many rewards there may be, with an amount or without; any number where it is not set.
    pub(crate) count: Option<i64>,
    /// What the budget is for: each period where it is not set, or each of these.
    pub(crate) per: Option<Unit>,
}

impl Rewards {
    /// Whether there are any, which makes the tie to the employer due.
    pub(crate) fn given(&self) -> bool {
        self.budget > 0
    }
}

impl Kpi {
    /// What a KPI may measure, by the names that manifests have.
    pub fn metrics() -> impl Iterator<Item = &'static str> {
        metrics().map(|(name, _)| name)
    }

    /// Whether it is a part of a whole, in percent.
    pub fn is_percent(&self) -> bool {
        is_percent(self.fact)
    }

    /// Whether the goal is a limit: of some things less is better.
    pub fn is_at_most(&self) -> bool {
        use TeamFact::{CopiesIn, GiniIn, PushOnlyIn, TopShareIn, UnsharedContentIn};
        matches!(self.fact, CopiesIn | GiniIn | PushOnlyIn | TopShareIn | UnsharedContentIn)
    }

    /// Whether it is a result, which goes on coming in for days after a post.
    pub(crate) fn is_result(&self) -> bool {
        let name = TeamFact::FACTS[self.fact as usize].name;
        let of_results = [
            TeamFact::EmvIn,
            TeamFact::EngagedPostsIn,
            TeamFact::ReachOutsideIn,
            TeamFact::ReachPerDealIn,
        ];
        of_results.contains(&self.fact)
            || outcomes().any(|(outcome, _)| name.strip_suffix(IN) == Some(outcome))
    }
}

/// The end of the names of figures that are asked for a window.
const IN: &str = "_in";

/// What a KPI may measure, with the figure of a team that it is: whatever is a number.
fn metrics() -> impl Iterator<Item = (&'static str, TeamFact)> {
    let called = [
        ("participants", TeamFact::ActiveIn),
        ("reach", TeamFact::ImpressionsIn),
        ("enrolled", TeamFact::Enrolled),
        ("adoption", TeamFact::Adoption),
        ("audience", TeamFact::Audience),
    ];
    let of_windows = TeamFact::ALL.iter().filter_map(|fact| {
        let declared = &TeamFact::FACTS[*fact as usize];
        let of_window = declared.argument == Some(Argument::Window);
        Some((declared.name.strip_suffix(IN)?, *fact)).filter(|_| of_window)
    });
    called.into_iter().chain(of_windows)
}

fn is_percent(fact: TeamFact) -> bool {
    TeamFact::FACTS[fact as usize].kind == PERCENT
}

/// The results of activities by name.
fn outcomes() -> impl Iterator<Item = (&'static str, ActivityFact)> {
    ActivityFact::OUTCOMES.iter().map(|fact| (ActivityFact::FACTS[*fact as usize].name, *fact))
}

pub(super) fn kpi(table: &Table<'_, '_>, name: &str) -> Kpi {
    let table = table.only(&["metric", "goal", "window", "description"]);
    let names: Vec<&'static str> = Kpi::metrics().collect();
    let metric = match table.text("metric") {
        Some(set) => {
            let known = names.iter().copied().find(|known| *known == set.value);
            if known.is_none() {
                // There are many, and they stand nowhere else in a program.
                let help = did_you_mean(set.value, names.iter().copied())
                    .unwrap_or_else(|| format!("one of {}", names.join(", ")));
                let message = format!("`metric` cannot be `{}`", set.value);
                table.problem(Problem::new(Code::WrongValue, message).help(help), set.range);
            }
            known
        }
        None => names.iter().copied().find(|known| *known == name),
    };
    if metric.is_none() && table.names().all(|(known, _)| known != "metric") {
        let problem =
            Problem::new(Code::Missing, format!("`{name}` does not say what it measures"))
                .help(format!("add `metric`, one of {}", names.join(", ")));
        table.problem(problem, table.range());
    }
    if table.names().all(|(known, _)| known != "goal") {
        let problem = Problem::new(Code::KpiWithoutGoal, format!("`{name}` has no goal")).help(
            "a figure without a goal measures nothing: add `goal = …`, what you want to reach",
        );
        table.problem(problem, table.range());
    }
    let fact = metrics().find(|(known, _)| Some(*known) == metric).map(|(_, fact)| fact);
    let goal = table.number("goal", 1);
    if let (Some(goal), Some(metric), Some(fact)) = (&goal, metric, fact)
        && is_percent(fact)
        && goal.value > 100
    {
        let message = format!("`{name}` can never reach {} percent", goal.value);
        let help = format!("`{metric}` is a part of a whole, in percent: a goal from 1 to 100");
        table.problem(Problem::new(Code::WrongValue, message).help(help), goal.range.clone());
    }
    Kpi {
        metric: metric.unwrap_or(name).to_owned(),
        fact: fact.unwrap_or(TeamFact::ActiveIn),
        goal: goal.map_or(1, |set| set.value),
        window: table.number("window", 1).map_or(30, |set| set.value),
        description: table.text("description").map(|set| set.value.to_owned()),
    }
}

pub(super) fn benchmark(table: &Table<'_, '_>, _: &str) -> Benchmark {
    let table = table.only(&["value", "unit", "source", "as_of", "description"]);
    need(&table, "value");
    let text = |name: &str| table.text(name).map(|set| set.value.to_owned());
    Benchmark {
        value: table.number("value", 0).map_or(0, |set| set.value),
        unit: text("unit"),
        source: text("source"),
        as_of: table.date("as_of").map(|set| set.value),
        description: text("description"),
    }
}

pub(super) fn emv(root: &Table<'_, '_>) -> Option<Emv> {
    let names = ["formula", "version", "currency", "cents_per_1000", "description"];
    let table = root.table("emv")?.only(&names);
    table.text("description");
    need(&table, "currency");
    let (formula, version) = (table.need_text("formula"), table.need_text("version"));
    let metrics: Vec<&'static str> = outcomes().map(|(name, _)| name).collect();
    let worth = table.need_table("cents_per_1000").map(|worth| worth.only(&metrics));
    let cents_per_1000: Vec<(ActivityFact, i64)> = worth
        .iter()
        .flat_map(|worth| {
            outcomes().filter_map(|(name, fact)| Some((fact, worth.number(name, 0)?.value)))
        })
        .collect();
    if let Some(worth) = &worth
        && worth.names().next().is_none()
    {
        let problem = Problem::new(Code::Missing, "nothing is worth anything by this formula")
            .help("say what a thousand of a result are worth, such as `impressions = 650`");
        table.problem(problem, worth.range());
    }
    Some(Emv {
        formula: formula?.value.to_owned(),
        version: version?.value.to_owned(),
        currency: currency(&table)?,
        cents_per_1000,
    })
}

pub(super) fn rewards(root: &Table<'_, '_>) -> Rewards {
    let Some(table) = root.table("rewards") else { return Rewards::default() };
    let table = table.only(&["budget", "currency", "count", "per"]);
    let mut spans = vec!["period"];
    spans.extend(Unit::NAMES);
    Rewards {
        budget: table.number("budget", 0).map_or(0, |set| set.value),
        currency: currency(&table),
        count: table.number("count", 0).map(|set| set.value),
        per: table.word("per", &spans).and_then(|set| Unit::parse(set.value)),
    }
}

/// The currency as ISO 4217 has it, so that a budget is not there twice because somebody wrote it
/// differently.
fn currency(table: &Table<'_, '_>) -> Option<Arc<str>> {
    let set = table.text("currency")?;
    let is_code = set.value.len() == 3 && set.value.bytes().all(|sign| sign.is_ascii_uppercase());
    if !is_code {
        let message = format!("`{}` is no code of a currency", set.value);
        let capitals = set.value.trim().to_ascii_uppercase();
        let right = match capitals.as_str() {
            "€" | "EURO" | "EUROS" => "EUR",
            "$" | "US$" | "DOLLAR" | "DOLLARS" => "USD",
            "£" | "POUND" | "POUNDS" => "GBP",
            code if code.len() == 3 && code.bytes().all(|sign| sign.is_ascii_uppercase()) => code,
            _ => "EUR",
        };
        let help = format!("three capital letters by ISO 4217, such as `{right}`");
        table.problem(Problem::new(Code::WrongValue, message).help(help), set.range);
        return None;
    }
    Some(set.value.into())
}
