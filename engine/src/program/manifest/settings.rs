//! The settings of single rules.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::error::{Code, Problem};
use crate::severity::Severity;
use crate::table::Table;
use crate::time::{Calendar, Day};

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
    pub(crate) range: Range<usize>,
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
    /// Whether others mean the same, wherever they stand.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        let all = |of: &Self| (of.enabled, of.severity, of.since, of.until);
        all(self) == all(other) && self.thresholds == other.thresholds
    }

    /// Whether the rule counts for what happens at this time.
    pub(crate) fn in_force(&self, at: Timestamp) -> bool {
        self.enabled
            && self.since.is_none_or(|since| since <= at)
            && self.until.is_none_or(|until| at < until)
    }
}

pub(super) fn rule(table: &Table<'_, '_>, calendar: &Calendar) -> RuleSettings {
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
