//! When something held: consent, employment, time away.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// When something held: half-open intervals, in order, none touching the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Times(Vec<(Timestamp, Timestamp)>);

/// What a record says of it: yes or no from its own time on, or all intervals there are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    From(bool),
    Intervals(Times),
}

impl Times {
    pub(crate) fn always() -> Self {
        Self(vec![(Timestamp::MIN, Timestamp::MAX)])
    }

    pub(crate) fn never() -> Self {
        Self(Vec::new())
    }

    /// The intervals in order, those that touch made one.
    fn of(mut intervals: Vec<(Timestamp, Timestamp)>) -> Self {
        intervals.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(intervals.len());
        for (from, until) in intervals {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Self(joined)
    }

    pub(crate) fn hold_at(&self, at: Timestamp) -> bool {
        let before = self.0.partition_point(|(from, _)| *from <= at);
        before > 0 && at < self.0[before - 1].1
    }

    /// All other instants.
    pub(crate) fn others(&self) -> Self {
        let mut others = Vec::with_capacity(self.0.len() + 1);
        let mut since = Timestamp::MIN;
        for (from, until) in &self.0 {
            if since < *from {
                others.push((since, *from));
            }
            since = *until;
        }
        if since < Timestamp::MAX {
            others.push((since, Timestamp::MAX));
        }
        Self(others)
    }

    /// The instants of all of these.
    pub(crate) fn union<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::of(all.into_iter().flat_map(|times| times.0.iter().copied()).collect())
    }

    /// The intervals, in order.
    pub(crate) fn intervals(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.0.iter().copied()
    }

    /// What holds after a record of a time says so; one without a time speaks of always.
    pub(crate) fn state(&mut self, statement: &Statement, at: Option<Timestamp>) {
        let from = at.unwrap_or(Timestamp::MIN);
        match statement {
            Statement::Intervals(times) => *self = times.clone(),
            Statement::From(holds) => {
                self.0.truncate(self.0.partition_point(|(start, _)| *start < from));
                match self.0.last_mut() {
                    Some(last) if *holds && last.1 >= from => last.1 = Timestamp::MAX,
                    last => {
                        if let Some(last) = last {
                            last.1 = last.1.min(from);
                        }
                        if *holds {
                            self.0.push((from, Timestamp::MAX));
                        }
                    }
                }
            }
        }
    }
}

/// `true`, `false` or a list of half-open intervals `{"from": …, "until": …}`.
impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, expecting = "an interval with `from` and `until`")]
        struct Interval {
            #[serde(default, deserialize_with = "crate::post::instant")]
            from: Option<Timestamp>,
            #[serde(default, deserialize_with = "crate::post::instant")]
            until: Option<Timestamp>,
        }

        struct WhenTrue;
        impl<'de> Visitor<'de> for WhenTrue {
            type Value = Statement;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false` or a list of intervals with `from` and `until`")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Statement, E> {
                Ok(Statement::From(flag))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Statement, A::Error> {
                let mut intervals = Vec::new();
                while let Some(interval) = seq.next_element::<Interval>()? {
                    let from = interval.from.unwrap_or(Timestamp::MIN);
                    let until = interval.until.unwrap_or(Timestamp::MAX);
                    if until <= from {
                        return Err(de::Error::custom("the interval ends before it begins"));
                    }
                    intervals.push((from, until));
                }
                Ok(Statement::Intervals(Times::of(intervals)))
            }
        }
        deserializer.deserialize_any(WhenTrue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).unwrap()
    }

    fn holding(times: &Times) -> Vec<i64> {
        (0..10).filter(|hour| times.hold_at(at(*hour))).collect()
    }

    #[test]
    fn a_dated_word_holds_from_its_time_on_and_leaves_the_past_alone() {
        let mut times = Times::never();
        times.state(&Statement::From(true), Some(at(2)));
        times.state(&Statement::From(false), Some(at(4)));
        times.state(&Statement::From(false), Some(at(5)));
        times.state(&Statement::From(true), Some(at(7)));
        assert_eq!(holding(&times), [2, 3, 7, 8, 9]);
        times.state(&Statement::From(true), Some(at(7)));
        assert_eq!(holding(&times), [2, 3, 7, 8, 9]);
    }

    #[test]
    fn a_word_without_a_time_speaks_of_always() {
        let mut times = Times::never();
        times.state(&Statement::From(true), None);
        assert_eq!(times, Times::always());
        times.state(&Statement::From(false), None);
        assert_eq!(times, Times::never());
    }

    #[test]
    fn intervals_replace_what_was_known_and_touching_ones_are_one() {
        let mut times = Times::always();
        let intervals = vec![(at(5), at(6)), (at(1), at(3)), (at(3), at(4))];
        times.state(&Statement::Intervals(Times::of(intervals)), Some(at(9)));
        assert_eq!(holding(&times), [1, 2, 3, 5]);
        assert_eq!(holding(&times.others()), [0, 4, 6, 7, 8, 9]);
        let all = Times::union([&times, &times.others()]);
        assert_eq!((all.others(), all), (Times::never(), Times::always()));
        assert_eq!(Times::never().others(), Times::always());
    }
}
