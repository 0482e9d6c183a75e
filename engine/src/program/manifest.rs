//! `program.toml`: what the program's owners set.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::table::{Report, Set, Table, parse};
use crate::error::{Code, Problem, Source, did_you_mean};
use crate::facts::{ActivityFact, STYLES};
use crate::severity::Severity;
use crate::text::Count;
use crate::time::{Calendar, Day, Unit};

/// The settings of a program.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) name: Arc<str>,
    pub(crate) brand: Arc<str>,
    pub(crate) calendar: Calendar,
    pub(crate) channels: BTreeMap<Arc<str>, Channel>,
    /// The activity kinds, each with its style.
    pub(crate) kinds: BTreeMap<Arc<str>, Arc<str>>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) kpis: BTreeMap<String, Kpi>,
    pub(crate) privacy: Privacy,
    pub(crate) rewards: bool,
    pub(crate) rules: BTreeMap<String, RuleSettings>,
}

/// What a channel allows, and since when that is known.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) limit: Option<usize>,
    pub(crate) count: Count,
    pub(crate) fold: Option<usize>,
    pub(crate) hashtags: Option<usize>,
}

/// A limit on the points of several rules together.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Vec<(String, std::ops::Range<usize>)>,
    pub(crate) per: Unit,
    pub(crate) points: i64,
}

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

/// What figures about people may show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Privacy {
    /// A group with fewer members shows nothing.
    pub(crate) minimum_group: usize,
    /// Whether figures about single people are shown to themselves only.
    pub(crate) aggregate_only: bool,
}

/// The settings of one rule.
#[derive(Clone, Debug)]
pub(crate) struct RuleSettings {
    pub(crate) enabled: bool,
    /// The severity of all its findings, instead of what the script says.
    pub(crate) severity: Option<Severity>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    /// Earlier names, under which it may have granted.
    pub(crate) formerly: Vec<String>,
    pub(crate) thresholds: BTreeMap<Arc<str>, i64>,
    /// Where the settings stand.
    pub(crate) range: std::ops::Range<usize>,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            severity: None,
            since: None,
            until: None,
            formerly: Vec::new(),
            thresholds: BTreeMap::new(),
            range: 0..0,
        }
    }
}

impl RuleSettings {
    /// Whether the rule counts for what happens at this time.
    pub(crate) fn in_force(&self, at: Timestamp) -> bool {
        self.enabled
            && self.since.is_none_or(|since| since <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

/// What a KPI may measure: participation, activity, or any result of activities.
fn metrics() -> Vec<&'static str> {
    let people = ["participants", "enrolled", "activities", "posts", "reach", "points"];
    let results =
        ActivityFact::OUTCOMES.iter().map(|fact| ActivityFact::FACTS[*fact as usize].name);
    people.into_iter().chain(results).collect()
}

const COUNTS: &[(&str, Count)] = &[
    ("x", Count::X),
    ("code_points", Count::CodePoints),
    ("utf16", Count::Utf16),
    ("graphemes", Count::Graphemes),
    ("bytes", Count::Bytes),
];

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads `program.toml`. Where a setting is wrong, its default stands in, so that the rest can
/// be checked, too.
pub(super) fn read(source: Source<'_>) -> (Manifest, Vec<Problem>) {
    let report = Report::new(source);
    let document = parse(&report);
    let root = Table::root(&report, &document).only(&[
        "program", "brand", "channels", "kinds", "caps", "kpis", "privacy", "rewards", "rules",
    ]);
    let program =
        root.need_table("program").map(|table| table.only(&["name", "time_zone", "week_start"]));
    let brand = root.need_table("brand").map(|table| table.only(&["name"]));
    let calendar = calendar(program.as_ref());
    let manifest = Manifest {
        name: program.and_then(|table| table.need_text("name")).map_or("", |set| set.value).into(),
        brand: brand.and_then(|table| table.need_text("name")).map_or("", |set| set.value).into(),
        channels: each(&root, "channels", channel),
        kinds: each(&root, "kinds", |table, _| {
            let table = table.only(&["style", "description"]);
            table.text("description");
            let given = table.need_text("style").is_some();
            let style = given.then(|| table.word("style", STYLES)).flatten();
            style.map_or(STYLES[0], |set| set.value).into()
        }),
        caps: each::<Cap>(&root, "caps", cap).into_values().collect(),
        kpis: each(&root, "kpis", kpi)
            .into_iter()
            .map(|(name, kpi)| (name.to_string(), kpi))
            .collect(),
        privacy: privacy(&root),
        rewards: root.table("rewards").is_some_and(|table| rewards(&table)),
        rules: each(&root, "rules", |table, _| rule(table, &calendar))
            .into_iter()
            .map(|(name, settings)| (name.to_string(), settings))
            .collect(),
        calendar,
    };
    (manifest, report.into_problems())
}

fn each<T>(
    root: &Table<'_, '_>,
    name: &'static str,
    read: impl Fn(&Table<'_, '_>, &str) -> T,
) -> BTreeMap<Arc<str>, T> {
    let Some(tables) = root.table(name) else { return BTreeMap::new() };
    tables.tables().iter().map(|(name, table)| ((*name).into(), read(table, name))).collect()
}

fn calendar(program: Option<&Table<'_, '_>>) -> Calendar {
    let zone = program.and_then(|table| {
        let set = table.text("time_zone")?;
        match TimeZone::get(set.value) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let names: Vec<String> =
                    jiff::tz::db().available().map(|name| name.to_string()).collect();
                let problem = Problem::new(
                    Code::WrongValue,
                    format!("there is no time zone `{}`", set.value),
                )
                .help("use a name of the IANA time zone database, such as `Europe/Berlin`")
                .maybe_help(did_you_mean(set.value, names.iter().map(String::as_str)));
                table.problem(problem, set.range);
                None
            }
        }
    });
    let names: Vec<&str> = WEEKDAYS.iter().map(|(name, _)| *name).collect();
    let start = program
        .and_then(|table| table.word("week_start", &names))
        .and_then(|set| WEEKDAYS.iter().find(|(name, _)| *name == set.value))
        .map_or(Weekday::Monday, |(_, day)| *day);
    Calendar::new(zone.unwrap_or(TimeZone::UTC), start)
}

fn channel(table: &Table<'_, '_>, _: &str) -> Channel {
    let table = table.only(&["limit", "count", "fold", "hashtags", "as_of", "source"]);
    // The date and source of the limits are for people; that they are well formed is all the
    // engine asks.
    table.date("as_of");
    table.text("source");
    let names: Vec<&str> = COUNTS.iter().map(|(name, _)| *name).collect();
    let count = table
        .word("count", &names)
        .and_then(|set| COUNTS.iter().find(|(name, _)| *name == set.value))
        .map_or(Count::Graphemes, |(_, count)| *count);
    let size = |name: &str| {
        table.number(name, 0).map(|set| usize::try_from(set.value).unwrap_or(usize::MAX))
    };
    Channel { limit: size("limit"), count, fold: size("fold"), hashtags: size("hashtags") }
}

fn cap(table: &Table<'_, '_>, name: &str) -> Cap {
    let table = table.only(&["rules", "per", "points"]);
    need(&table, "per");
    need(&table, "points");
    need(&table, "rules");
    Cap {
        name: name.into(),
        rules: table
            .texts("rules")
            .into_iter()
            .map(|Set { value, range }| (value.to_owned(), range))
            .collect(),
        per: table
            .word("per", Unit::NAMES)
            .and_then(|set| Unit::parse(set.value))
            .unwrap_or(Unit::Day),
        points: table.number("points", 0).map_or(0, |set| set.value),
    }
}

fn need(table: &Table<'_, '_>, name: &str) {
    if table.names().all(|(known, _)| known != name) {
        table.problem(Problem::new(Code::Missing, format!("`{name}` is missing")), table.range());
    }
}

fn kpi(table: &Table<'_, '_>, name: &str) -> Kpi {
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

fn privacy(root: &Table<'_, '_>) -> Privacy {
    let table = root.table("privacy").map(|table| table.only(&["minimum_group", "aggregate_only"]));
    let group = table.and_then(|table| table.number("minimum_group", 1));
    Privacy {
        minimum_group: group.map_or(5, |set| usize::try_from(set.value).unwrap_or(usize::MAX)),
        aggregate_only: table.and_then(|table| table.flag("aggregate_only")).unwrap_or(false),
    }
}

/// The budget for rewards; that there are rewards makes the tie to the employer due.
fn rewards(table: &Table<'_, '_>) -> bool {
    let table = table.only(&["budget", "currency"]);
    table.text("currency");
    table.number("budget", 0).is_some_and(|set| set.value > 0)
}

fn rule(table: &Table<'_, '_>, calendar: &Calendar) -> RuleSettings {
    let table = table.only(&["enabled", "severity", "since", "until", "formerly", "thresholds"]);
    let names: Vec<&str> = Severity::ALL.iter().map(|severity| severity.name()).collect();
    let since = table.date("since");
    let until = table.date("until");
    if let (Some(since), Some(until)) = (&since, &until)
        && until.value <= since.value
    {
        let problem = Problem::new(Code::WrongValue, "`until` is not after `since`")
            .help("a rule counts from `since` and no longer on `until`");
        table.problem(problem, until.range.clone());
    }
    let thresholds = table.table("thresholds").map_or_else(BTreeMap::new, |thresholds| {
        thresholds
            .names()
            .filter_map(|(name, _)| Some((Arc::from(name), thresholds.number(name, 0)?.value)))
            .collect()
    });
    RuleSettings {
        enabled: table.flag("enabled").unwrap_or(true),
        severity: table.word("severity", &names).and_then(|set| Severity::of(set.value)),
        since: since.map(|set| calendar.start_of_day(Day::of(set.value))),
        until: until.map(|set| calendar.start_of_day(Day::of(set.value))),
        formerly: table.texts("formerly").into_iter().map(|set| set.value.to_owned()).collect(),
        thresholds,
        range: table.range(),
    }
}

/// A named regular expression and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) name: String,
    pub(super) expression: String,
    pub(super) range: std::ops::Range<usize>,
}

/// Reads `patterns.toml`: a name and a regular expression a line.
pub(super) fn read_patterns(source: Source<'_>) -> (Vec<Pattern>, Vec<Problem>) {
    let report = Report::new(source);
    let document = parse(&report);
    let root = Table::root(&report, &document);
    let patterns = root
        .names()
        .filter_map(|(name, _)| {
            let set = root.text(name)?;
            let (name, expression) = (name.to_owned(), set.value.to_owned());
            Some(Pattern { name, expression, range: set.range })
        })
        .collect();
    (patterns, report.into_problems())
}
