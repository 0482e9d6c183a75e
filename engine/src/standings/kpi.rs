//! How the program stands to its goals: value, trend, and whether it is too early to judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::census::Census;
use super::team::Team;
use crate::program::{Kpi, Program, Role};
use crate::time::Day;

/// So many windows make a trend, where there are as many.
const SERIES: i64 = 6;
/// Results of a post go on coming in for so many days.
const RESULTS_DAYS: i64 = 7;
/// What is less than so many percent of the value before is no change.
const CHANGE_PERCENT: i128 = 10;

/// A key performance indicator as of a time.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "Kpi", deny_unknown_fields, transform = crate::schema::written)]
pub struct KpiFigure {
    /// What is measured.
    pub metric: Arc<str>,
    /// What it is, in the program's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    /// How many days it looks back.
    pub days: i64,
    /// The value to reach: at least, or at most where less is better. It is the whole program's.
    pub goal: i64,
    /// Whether less is better.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_most: bool,
    /// The value of the window; nothing where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The value of the window before; nothing where the activities do not go back so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// Percent of the goal that is reached, rounded down; of the whole program only, and where more is
    /// better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent_of_goal: Option<i64>,
    /// Whether the goal is reached; of the whole program only, and nothing while it is too early to
    /// say that it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// Where it goes, from the window before to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// The values of up to six windows one after the other, the last one last; null where one is not
    /// known.
    pub series: Vec<Option<i64>>,
    /// By how many percent it grew from window to window, compounded over the series, rounded
    /// down; nothing for fewer than three windows, or where it began with nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<i64>,
    /// Why it is too early to judge; empty where it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub too_early: Vec<TooEarly>,
}

/// Where a figure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// At least a tenth more than before.
    Rising,
    /// Less than a tenth more or less than before.
    Steady,
    /// At least a tenth less than before.
    Falling,
}

/// Why it is too early to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TooEarly {
    /// The first activity is less than a window ago.
    ShortHistory,
    /// At least half of the posts are less than a week old, and their results still come in.
    ResultsComing,
}

impl Program {
    /// How a team stands to the goals, by their names.
    pub(super) fn kpis_of(
        &self,
        census: &Census,
        now: &Arc<Team>,
    ) -> BTreeMap<Arc<str>, KpiFigure> {
        let mut known = BTreeMap::from([(0, Some(Arc::clone(now)))]);
        let mut team = |days: i64| {
            let earlier = || census.earlier(self, days).shown(&now.group);
            known.entry(days).or_insert_with(earlier).clone()
        };
        let kpis = self.manifest.kpis.iter();
        kpis.map(|(name, kpi)| (name.as_str().into(), figure(kpi, now, &mut team))).collect()
    }
}

fn figure(kpi: &Kpi, now: &Team, team: &mut impl FnMut(i64) -> Option<Arc<Team>>) -> KpiFigure {
    let (days, goal, at_most) = (kpi.window, kpi.goal, kpi.is_at_most());
    let whole = now.whole_windows(days).min(SERIES);
    let mut series: Vec<Option<i64>> = (0..whole.max(1))
        .filter_map(|back| days.checked_mul(back))
        .map(|back| team(back)?.within(kpi.fact, "", days).number())
        .collect();
    let value = series.first().copied().flatten();
    let before = series.get(1).copied().flatten();
    series.reverse();
    let mut too_early = Vec::new();
    if whole < 1 {
        too_early.push(TooEarly::ShortHistory);
    }
    if kpi.is_result() && now.is_fresh(days) {
        too_early.push(TooEarly::ResultsComing);
    }
    let of_program = now.group.by.is_none();
    let reached = value.filter(|_| of_program).and_then(|value| match at_most {
        true => too_early.is_empty().then_some(value <= goal),
        false if value >= goal => Some(true),
        false => too_early.is_empty().then_some(false),
    });
    let percent =
        |value: i64| i64::try_from(i128::from(value) * 100 / i128::from(goal.max(1))).ok();
    KpiFigure {
        metric: kpi.metric.as_str().into(),
        description: kpi.description.as_deref().map(Into::into),
        days,
        goal,
        at_most,
        before,
        percent_of_goal: value.filter(|_| of_program && !at_most).and_then(percent),
        reached,
        trend: value.zip(before).map(|(now, before)| trend(now, before)),
        growth: growth(&series),
        series,
        value,
        too_early,
    }
}

fn trend(now: i64, before: i64) -> Trend {
    let change = i128::from(now) - i128::from(before);
    let needed = i128::from(before).abs() * CHANGE_PERCENT;
    match change {
        0 => Trend::Steady,
        up if up > 0 && up * 100 >= needed => Trend::Rising,
        down if down < 0 && -down * 100 >= needed => Trend::Falling,
        _ => Trend::Steady,
    }
}

/// By how many percent a series grew at each step, as if each had grown as much: the largest whole
/// number with which the first value does not come to more than the last one.
fn growth(series: &[Option<i64>]) -> Option<i64> {
    let numbers: Vec<i64> = series.iter().copied().collect::<Option<_>>()?;
    let [first, _, .., last] = numbers[..] else { return None };
    if first < 1 || last < 0 {
        return None;
    }
    let steps = i32::try_from(numbers.len() - 1).ok()?;
    // Too much for this to hold is more than the last value, too.
    let comes_to_more = |percent: i128| {
        let (mut value, mut scale) = (i128::from(first), i128::from(last));
        for _ in 0..steps {
            let Some(next) = value.checked_mul(100 + percent) else { return true };
            let Some(wide) = scale.checked_mul(100) else { return false };
            (value, scale) = (next, wide);
        }
        value > scale
    };
    let (mut low, mut high) = (-100, 1_000_000);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if comes_to_more(middle) { high = middle } else { low = middle }
    }
    i64::try_from(low).ok()
}

impl Team {
    /// How many windows of so many dates, back from the last one, have begun after the team did.
    fn whole_windows(&self, days: i64) -> i64 {
        self.first_day().map_or(0, |first| (self.view.last_day.minus(first) + 1) / days.max(1))
    }

    /// Whether at least half of a window's posts are so new that their results still come in.
    fn is_fresh(&self, days: i64) -> bool {
        let count = |days: i64| {
            let recent = |day: Day| self.view.is_recent(day, days);
            let posts = self.entries().filter(|it| it.role() == Some(Role::Publishing));
            posts.filter(|entry| recent(entry.day)).count()
        };
        let all = count(days);
        all > 0 && count(RESULTS_DAYS.min(days)) * 2 >= all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(series: &[i64]) -> Option<i64> {
        growth(&series.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn growth_is_compounded_and_rounded_down() {
        assert_eq!(grown(&[100, 110, 121]), Some(10));
        assert_eq!(grown(&[100, 500, 120]), Some(9));
        assert_eq!(grown(&[100, 90, 81]), Some(-10));
        assert_eq!(grown(&[100, 90, 80]), Some(-11));
        assert_eq!(grown(&[5, 5, 0]), Some(-100));
        assert_eq!(grown(&[100, 200]), None);
        assert_eq!(grown(&[0, 200, 300]), None);
        let most = crate::facts::LARGEST;
        assert_eq!(grown(&[most, most, most, most, most, most]), Some(0));
        assert_eq!(grown(&[most, 0, 0, 0, 0, 1]), Some(-100));
    }

    #[test]
    fn a_tenth_is_a_change() {
        assert_eq!(trend(110, 100), Trend::Rising);
        assert_eq!(trend(109, 100), Trend::Steady);
        assert_eq!(trend(90, 100), Trend::Falling);
        assert_eq!(trend(91, 100), Trend::Steady);
        assert_eq!(trend(0, 0), Trend::Steady);
        assert_eq!(trend(1, 0), Trend::Rising);
    }
}
