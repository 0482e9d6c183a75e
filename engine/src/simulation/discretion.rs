//! What of a simulation may be told: the stricter of both programs decides.

use std::collections::BTreeMap;

use super::document::{Part, WithheldPart};
use crate::program::Program;
use crate::standings::Withheld;

/// What may be told.
#[derive(Debug)]
pub(super) struct Discretion {
    /// How many people there are in all.
    people: usize,
    minimum: usize,
    aggregate_only: bool,
    withheld: BTreeMap<Part, Withheld>,
}

impl Discretion {
    /// The stricter of two programs; `too_small` is whether the whole program is too small to be
    /// shown under one of them.
    pub(super) fn of(programs: [&Program; 2], people: usize, too_small: bool) -> Self {
        let mut withheld = BTreeMap::new();
        let minimum = programs.map(Program::minimum_group).into_iter().max().unwrap_or_default();
        let aggregate_only = programs.into_iter().any(Program::is_aggregate_only);
        if aggregate_only {
            withheld.insert(Part::Names, Withheld::AggregateOnly);
            withheld.insert(Part::Board, Withheld::AggregateOnly);
        }
        if too_small {
            withheld = [(Part::All, Withheld::SmallGroup)].into();
        }
        Self { people, minimum, aggregate_only, withheld }
    }

    /// Whether a part may be told.
    pub(super) fn tells(&self, part: Part) -> bool {
        !self.withheld.contains_key(&Part::All) && !self.withheld.contains_key(&part)
    }

    /// Whether people may be named.
    pub(super) fn names(&self) -> bool {
        self.tells(Part::Names)
    }

    /// Withholds a part where figures are of groups only and one of these numbers of people, or of
    /// all but them, is under the minimum: nobody, or everybody, tells of no single person.
    pub(super) fn weigh(&mut self, part: Part, numbers: impl IntoIterator<Item = usize>) {
        if self.aggregate_only && numbers.into_iter().any(|number| !self.is_safe(number)) {
            self.withhold(part);
        }
    }

    /// Withholds a part, as it would tell of another one.
    pub(super) fn withhold(&mut self, part: Part) {
        self.withheld.insert(part, Withheld::SmallGroup);
    }

    fn is_safe(&self, number: usize) -> bool {
        let large = |number: usize| number == 0 || number >= self.minimum;
        large(number) && large(self.people.saturating_sub(number))
    }

    /// What is not told, and why.
    pub(super) fn list(&self) -> Vec<WithheldPart> {
        if let Some(why) = self.withheld.get(&Part::All) {
            return vec![WithheldPart { part: Part::All, why: *why }];
        }
        self.withheld.iter().map(|(part, why)| WithheldPart { part: *part, why: *why }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_groups(people: usize) -> Discretion {
        Discretion { people, minimum: 5, aggregate_only: true, withheld: BTreeMap::new() }
    }

    #[test]
    fn a_number_that_tells_of_few_people_is_withheld_and_so_is_one_of_all_but_few() {
        for (number, told) in
            [(0, true), (1, false), (4, false), (5, true), (15, true), (16, false), (20, true)]
        {
            let mut discretion = of_groups(20);
            discretion.weigh(Part::Levels, [0, number, 20]);
            assert_eq!(discretion.tells(Part::Levels), told, "{number} of 20");
        }
    }

    #[test]
    fn where_people_are_named_numbers_are_told() {
        let mut discretion = Discretion { aggregate_only: false, ..of_groups(20) };
        discretion.weigh(Part::Levels, [1]);
        assert!(discretion.tells(Part::Levels) && discretion.names());
    }
}
