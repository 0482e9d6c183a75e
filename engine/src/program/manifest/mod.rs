//! `program.toml`: what the program's owners set.
//!
//! This file reads the whole; `activities`, `periods`, `people`, `retention`, `goals` and `settings`
//! have the tables, each by what it is about.

mod activities;
mod goals;
mod people;
mod periods;
mod retention;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::error::{Code, Problem, Source};
use crate::facts::{PersonFact, TeamFact};
use crate::severity::Severity;
use crate::table::{Report, Table, parse};
use crate::text::{Company, Expression};
use crate::time::{Calendar, Day};
pub(crate) use activities::{Cap, Channel, Kind, Role};
pub(crate) use goals::Rewards;
pub use goals::{Benchmark, Emv, Kpi};
pub(crate) use people::{Learning, Level, Mentoring, Privacy, Waves};
pub(crate) use periods::{Period, Periods, Window};
pub(crate) use retention::Retention;
pub(crate) use settings::RuleSettings;

/// What activities name, in the order of names. Each activity asks for it: a hash finds it sooner than
/// an order does.
pub(crate) type Declared<T> = IndexMap<Arc<str>, T, RandomState>;

/// The settings of a program.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) name: Arc<str>,
    pub(crate) brand: Arc<str>,
    /// What people write in, the most usual one first; none where that is not said.
    pub(crate) languages: Vec<String>,
    pub(crate) calendar: Calendar,
    pub(crate) channels: Declared<Channel>,
    pub(crate) kinds: Declared<Kind>,
    pub(crate) caps: Vec<Cap>,
    /// Posts with a finding this grave bring no points.
    pub(crate) held_back_from: Option<Severity>,
    /// Shortest first.
    pub(crate) windows: Vec<Window>,
    pub(crate) periods: Periods,
    /// Lowest first.
    pub(crate) levels: Vec<Level>,
    /// The topics that people need help in or can help with.
    pub(crate) skills: BTreeSet<Arc<str>>,
    /// What of a person makes a team; the first is the person's own team.
    pub(crate) teams: Vec<PersonFact>,
    pub(crate) learning: Learning,
    pub(crate) mentoring: Mentoring,
    pub(crate) kpis: BTreeMap<String, Kpi>,
    pub(crate) benchmarks: BTreeMap<Arc<str>, Benchmark>,
    pub(crate) privacy: Privacy,
    pub(crate) retention: Retention,
    pub(crate) rewards: Rewards,
    pub(crate) emv: Option<Emv>,
    pub(crate) waves: Waves,
    pub(crate) rules: BTreeMap<String, RuleSettings>,
}

impl Manifest {
    /// What activities of a kind count as; nothing for most kinds, and for one not declared.
    pub(crate) fn role_of(&self, kind: &str) -> Option<Role> {
        self.kinds.get(kind)?.role
    }

    /// The period that a day falls into; between seasons there is none.
    pub(crate) fn period_of(&self, day: Day) -> Option<Period> {
        self.periods.of(&self.calendar, day)
    }

    /// The period of a name, such as `2026-Q1`, or the one that a date falls into.
    pub(crate) fn period_named(&self, name: &str) -> Option<Period> {
        self.periods.named(&self.calendar, name)
    }
}

/// Reads `program.toml`. Where a setting is wrong, its default stands in, so that the rest can
/// be checked, too.
pub(super) fn read(source: Source<'_>) -> (Manifest, Vec<Problem>) {
    let report = Report::new(source);
    let document = parse(&report);
    let root = Table::root(&report, &document).only(&[
        "program",
        "brand",
        "channels",
        "kinds",
        "caps",
        "points",
        "windows",
        "periods",
        "levels",
        "skills",
        "teams",
        "learning",
        "mentoring",
        "kpis",
        "benchmarks",
        "privacy",
        "rewards",
        "emv",
        "waves",
        "rules",
    ]);
    let program = root
        .need_table("program")
        .map(|table| table.only(&["name", "languages", "time_zone", "week_start"]));
    let brand = root.need_table("brand").map(|table| table.only(&["name"]));
    let calendar = periods::calendar(program.as_ref());
    let mut manifest = Manifest {
        name: program.and_then(|table| table.need_text("name")).map_or("", |set| set.value).into(),
        brand: brand.and_then(|table| table.need_text("name")).map_or("", |set| set.value).into(),
        languages: people::languages(program.as_ref()),
        channels: each(&root, "channels", activities::channel).into_iter().collect(),
        kinds: numbered(each(&root, "kinds", activities::kind)),
        caps: each::<Cap>(&root, "caps", activities::cap).into_values().collect(),
        held_back_from: activities::held_back_from(&root),
        windows: periods::windows(&root),
        periods: periods::periods(&root),
        levels: people::levels(&root),
        skills: people::skills(&root),
        teams: people::teams(&root),
        learning: people::learning(&root),
        mentoring: people::mentoring(&root),
        kpis: each(&root, "kpis", goals::kpi)
            .into_iter()
            .map(|(name, kpi)| (name.to_string(), kpi))
            .collect(),
        benchmarks: each(&root, "benchmarks", goals::benchmark),
        privacy: people::privacy(&root),
        retention: Retention::default(),
        rewards: goals::rewards(&root),
        emv: goals::emv(&root),
        waves: people::waves(&root),
        rules: each(&root, "rules", |table, _| settings::rule(table, &calendar))
            .into_iter()
            .map(|(name, settings)| (name.to_string(), settings))
            .collect(),
        calendar,
    };
    manifest.retention = retention::retention(&root, &manifest.kinds);
    without_formula(&root, &manifest);
    (manifest, report.into_problems())
}

/// The kinds with their numbers.
fn numbered(kinds: BTreeMap<Arc<str>, Kind>) -> Declared<Kind> {
    (0..).zip(kinds).map(|(number, (name, kind))| (name, Kind { number, ..kind })).collect()
}

/// Reports what is measured by a formula that there is not.
fn without_formula(root: &Table<'_, '_>, manifest: &Manifest) {
    let Some(kpis) = root.table("kpis").filter(|_| root.table("emv").is_none()) else { return };
    for (name, table) in kpis.tables() {
        if manifest.kpis.get(name).is_some_and(|kpi| kpi.fact == TeamFact::EmvIn) {
            let message =
                format!("`{name}` measures earned media value, which has no formula here");
            let help = "say in a table `[emv]` what results are worth: formula, version, currency and \
                        cents_per_1000";
            table.problem(Problem::new(Code::Missing, message).help(help), table.range());
        }
    }
}

/// The tables inside a table, by name.
fn each<T>(
    root: &Table<'_, '_>,
    name: &'static str,
    read: impl Fn(&Table<'_, '_>, &str) -> T,
) -> BTreeMap<Arc<str>, T> {
    let Some(tables) = root.table(name) else { return BTreeMap::new() };
    tables.tables().iter().map(|(name, table)| ((*name).into(), read(table, name))).collect()
}

/// Reports a setting that must be there.
fn need(table: &Table<'_, '_>, name: &str) {
    if table.names().all(|(known, _)| known != name) {
        table.problem(Problem::new(Code::Missing, format!("`{name}` is missing")), table.range());
    }
}

/// A pattern and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) expression: Expression,
    pub(super) range: Range<usize>,
    /// Where its exception stands.
    pub(super) except: Option<Range<usize>>,
    /// Where the lists of its company stand, in their order.
    pub(super) company: Vec<Range<usize>>,
}

/// Reads `patterns.toml`: a name and a regular expression a line, or a table of what to find, with
/// what does not count and what must and must not stand in the same sentence. Every `{brand}` becomes the
/// brand's name; an expression could not have it otherwise.
pub(super) fn read_patterns(source: Source<'_>, brand: &str) -> (Vec<Pattern>, Vec<Problem>) {
    let brand = regex_syntax::escape(brand);
    let filled = |expression: &str| expression.replace("{brand}", &brand);
    let report = Report::new(source);
    let document = parse(&report);
    let root = Table::named(&report, &document, "patterns.toml");
    let pattern = |name: &str| {
        let is_table = root.get(name)?.get_ref().is_table();
        let table = if is_table { root.table(name)? } else { root };
        if is_table {
            table.only(&["find", "except", "with", "without"]);
        }
        let find = if is_table { table.need_text("find")? } else { table.text(name)? };
        let mut pattern = Pattern {
            expression: Expression::new(name, &filled(find.value)),
            range: find.range,
            except: None,
            company: Vec::new(),
        };
        if is_table {
            let except = table.text("except");
            pattern.except = except.as_ref().map(|except| except.range.clone());
            pattern.expression.except = except.map(|except| filled(except.value));
            let mut lists = |setting: &str| {
                let lists = table.texts(setting).into_iter();
                let lists = lists.inspect(|list| pattern.company.push(list.range.clone()));
                lists.map(|list| list.value.to_owned()).collect()
            };
            pattern.expression.company = Company { with: lists("with"), without: lists("without") };
        }
        Some(pattern)
    };
    let patterns = root.names().filter_map(|(name, _)| pattern(name)).collect();
    (patterns, report.into_problems())
}
