//! What the program wants to reach, what others reach, and what it may give away.

use std::sync::Arc;

use jiff::civil::Date;

use super::need;
use crate::error::{Code, Problem};
use crate::facts::ActivityFact;
use crate::table::Table;
use crate::time::Unit;

/// A key performance indicator with the goal that makes it one.
#[derive(Clone, Debug)]
pub struct Kpi {
    /// What is measured: a result of activities, or the people who take part.
    pub metric: String,
    /// The value to reach within the window.
    pub goal: i64,
    /// The window in days.
    pub window: i64,
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

/// What a KPI may measure: participation, activity, or any result of activities.
fn metrics() -> Vec<&'static str> {
    let people = ["participants", "enrolled", "activities", "posts", "reach", "points"];
    let results =
        ActivityFact::OUTCOMES.iter().map(|fact| ActivityFact::FACTS[*fact as usize].name);
    people.into_iter().chain(results).collect()
}

pub(super) fn kpi(table: &Table<'_, '_>, name: &str) -> Kpi {
    let table = table.only(&["metric", "goal", "window", "description"]);
    table.text("description");
    let metrics = metrics();
    let metric = match table.text("metric") {
        Some(_) => table.word("metric", &metrics).map(|set| set.value.to_owned()),
        None => None,
    };
    if metric.is_none()
        && !metrics.contains(&name)
        && table.names().all(|(known, _)| known != "metric")
    {
        let problem =
            Problem::new(Code::Missing, format!("`{name}` does not say what it measures"))
                .help(format!("add `metric`, one of {}", metrics.join(", ")));
        table.problem(problem, table.range());
    }
    if table.names().all(|(known, _)| known != "goal") {
        let problem = Problem::new(Code::KpiWithoutGoal, format!("`{name}` has no goal")).help(
            "a figure without a goal measures nothing: add `goal = …`, what you want to reach",
        );
        table.problem(problem, table.range());
    }
    Kpi {
        metric: metric.unwrap_or_else(|| name.to_owned()),
        goal: table.number("goal", 1).map_or(1, |set| set.value),
        window: table.number("window", 1).map_or(30, |set| set.value),
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
