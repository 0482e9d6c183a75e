//! Points of a team, and how much of them hangs on few people.

use super::Team;
use crate::facts::{LARGEST, TeamFact, Value};
use crate::standings::workings::{scaled, whole};
use crate::time::Day;

impl Team {
    pub(super) fn points(&self, fits: impl Fn(Day) -> bool) -> i64 {
        self.shares.iter().map(|share| share.points(&fits)).sum()
    }

    pub(super) fn concentration(&self, fact: TeamFact, fits: impl Fn(Day) -> bool) -> Value {
        if fact == TeamFact::AverageIn {
            return whole(self.points(&fits), self.active(&fits));
        }
        let mut brought: Vec<i64> =
            self.shares.iter().map(|share| share.points(&fits)).filter(|all| *all > 0).collect();
        brought.sort_unstable_by(|one, other| other.cmp(one));
        let all: i64 = brought.iter().sum();
        let Some(most) = brought.first() else { return Value::Unknown };
        let aggregate_only = self.view.privacy.aggregate_only;
        match fact {
            TeamFact::TopShareIn => self.rounded(scaled(*most, 100, all)),
            TeamFact::WithoutTopIn => self.rounded(scaled(all - most, 100, all)),
            TeamFact::PointsWithoutTopIn if aggregate_only => Value::Unknown,
            TeamFact::PointsWithoutTopIn => Value::Number(all - most),
            TeamFact::AbsenceFactorIn => absence_factor(&brought).into(),
            _ => gini(&brought, brought.len().max(self.enrolled.len())),
        }
    }

    /// A percentage that tells of one person: where figures are shown of groups only, in tens.
    fn rounded(&self, percent: Value) -> Value {
        match percent {
            Value::Number(percent) if self.view.privacy.aggregate_only => {
                Value::Number((percent + 5) / 10 * 10)
            }
            percent => percent,
        }
    }
}

/// The fewest people who brought half of it; `brought` has the most first.
fn absence_factor(brought: &[i64]) -> usize {
    let all: i128 = brought.iter().copied().map(i128::from).sum();
    let mut so_far = 0;
    let needed = brought.iter().position(|points| {
        so_far += i128::from(*points);
        so_far * 2 >= all
    });
    needed.map_or(0, |place| place + 1)
}

/// The Gini coefficient in percent, rounded down: half of the mean difference between two people as
/// a part of the mean. `brought` has the most first; others of the `people` brought nothing.
fn gini(brought: &[i64], people: usize) -> Value {
    let wide = |number: usize| i128::try_from(number).unwrap_or(i128::MAX);
    let people = wide(people);
    let all: i128 = brought.iter().copied().map(i128::from).sum();
    let weighted: i128 = brought
        .iter()
        .enumerate()
        .map(|(place, points)| (people - 1 - 2 * wide(place)) * i128::from(*points))
        .sum();
    let percent = (weighted * 100).checked_div(people * all);
    let percent = percent.and_then(|percent| i64::try_from(percent).ok());
    percent.map_or(Value::Unknown, |percent| Value::Number(percent.clamp(0, LARGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut brought: Vec<i64>) -> Vec<i64> {
        brought.sort_unstable_by(|one, other| other.cmp(one));
        brought
    }

    /// CHAOSS works its metric "contributor absence factor" out with these numbers.
    #[test]
    fn the_absence_factor_is_that_of_its_published_example() {
        assert_eq!(absence_factor(&sorted(vec![1000, 202, 90, 33, 332, 343, 42, 433])), 2);
    }

    #[test]
    fn half_is_enough_and_less_is_not() {
        assert_eq!(absence_factor(&[5, 5]), 1);
        assert_eq!(absence_factor(&[5, 4, 2]), 2);
        assert_eq!(absence_factor(&[]), 0);
    }

    #[test]
    fn gini_goes_from_evenly_to_all_by_one() {
        assert_eq!(gini(&[7, 7, 7, 7], 4), Value::Number(0));
        assert_eq!(gini(&[10], 10), Value::Number(90));
        // |1-3| and |3-1| over 4 pairs are a mean difference of 1; half of it by the mean of 2.
        assert_eq!(gini(&[3, 1], 2), Value::Number(25));
        assert_eq!(gini(&[1], 1), Value::Number(0));
    }
}
