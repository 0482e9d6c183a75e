//! Which teams show nothing: those that are too small, and those whose figures would tell of one
//! that is, by subtraction.
//!
//! Whoever knows the sums of some groups knows their differences, too. Between two kinds of teams
//! that is a matter of graphs: the teams of both are the nodes (those of a kind that are withheld
//! are one node together), and the people in one team of each are an edge that weighs as much as
//! they are many. What can be told by adding and subtracting sums of teams is told of the people on
//! the edges of a cut, so that no cut may weigh less than the minimum. Against the whole program,
//! which is one node, that says: those who are in no team that is shown are nobody, or enough.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many enrolled people are in the same teams of several kinds; 0 where something counts for
/// them of which nobody is there any more.
pub(super) type Cells = BTreeMap<Vec<Option<Arc<str>>>, usize>;

/// Of the next kind of the cells, the names of the teams to be withheld; `before` has those of the
/// kinds in front of it, which were decided first. Kinds behind it do not matter.
pub(super) fn withheld(
    cells: &Cells,
    before: &[BTreeSet<Arc<str>>],
    minimum: usize,
) -> BTreeSet<Arc<str>> {
    let last = before.len();
    let mut sizes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for (names, people) in cells {
        if let Some(name) = &names[last] {
            *sizes.entry(name).or_default() += people;
        }
    }
    let small = sizes.iter().filter(|(_, people)| **people < minimum);
    let mut withheld: BTreeSet<Arc<str>> = small.map(|(name, _)| Arc::clone(*name)).collect();
    // The whole program first, then each of the kinds that were decided.
    let others = std::iter::once(None).chain(before.iter().enumerate().map(Some));
    let tables: Vec<Table<'_>> = others.map(|other| table(cells, last, other)).collect();
    let size = |name: &Arc<str>| sizes.get(name).copied().unwrap_or_default();
    while let Some(name) = tables
        .iter()
        .find_map(|table| Graph::of(table, &withheld).parted(minimum, size).map(Arc::clone))
    {
        withheld.insert(name);
    }
    withheld
}

/// How many people are in a team of the kind that is decided and in one of another kind; nothing
/// stands for all that are not shown.
type Table<'a> = BTreeMap<(Option<&'a Arc<str>>, Option<&'a Arc<str>>), usize>;

fn table<'a>(
    cells: &'a Cells,
    own: usize,
    other: Option<(usize, &BTreeSet<Arc<str>>)>,
) -> Table<'a> {
    let mut table = Table::new();
    for (names, people) in cells {
        let theirs = other
            .and_then(|(kind, hidden)| names[kind].as_ref().filter(|name| !hidden.contains(*name)));
        *table.entry((names[own].as_ref(), theirs)).or_default() += people;
    }
    table
}

/// The node of those that are withheld.
const HIDDEN: usize = 0;

/// Of two kinds of teams: who is in which.
struct Graph<'a> {
    /// The teams of the kind that is decided, whose nodes follow that of those that are withheld.
    names: Vec<&'a Arc<str>>,
    nodes: usize,
    edges: BTreeMap<(usize, usize), usize>,
}

impl<'a> Graph<'a> {
    fn of(table: &Table<'a>, withheld: &BTreeSet<Arc<str>>) -> Self {
        let is_shown = |name: &&Arc<str>| !withheld.contains(*name);
        let all: BTreeSet<&Arc<str>> =
            table.keys().filter_map(|(own, _)| own.filter(is_shown)).collect();
        let names: Vec<&Arc<str>> = all.into_iter().collect();
        let mut others: BTreeMap<Option<&Arc<str>>, usize> = BTreeMap::new();
        let mut edges: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for ((own, other), people) in table {
            let own = own.and_then(|own| names.binary_search(&own).ok());
            let own = own.map_or(HIDDEN, |place| place + 1);
            let next = names.len() + 1 + others.len();
            let other = *others.entry(*other).or_insert(next);
            *edges.entry((own, other)).or_default() += people;
        }
        Self { nodes: names.len() + 1 + others.len(), names, edges }
    }

    /// The smallest team that a cut lighter than the minimum parts from those that are withheld, or
    /// from any other node where it is not connected with those; of equals the last by name.
    fn parted(&self, minimum: usize, size: impl Fn(&Arc<str>) -> usize) -> Option<&'a Arc<str>> {
        let joined = Joined::of(self, minimum);
        let mut teams: Vec<(usize, Reverse<&'a Arc<str>>, usize)> = (1..)
            .zip(&self.names)
            .map(|(node, name)| (size(name), Reverse(*name), joined.of[node]))
            .collect();
        teams.sort_unstable();
        let is_parted = |node: usize| {
            let near = joined.connected(node);
            let hidden = joined.of[HIDDEN];
            match near.contains(&hidden) {
                true => joined.flow(node, hidden, minimum) < minimum,
                // Joined with those that are withheld, or not connected with them.
                false if node == hidden => false,
                false => near.iter().any(|other| joined.flow(node, *other, minimum) < minimum),
            }
        };
        let first = teams.into_iter().find(|(.., node)| is_parted(*node));
        first.map(|(_, Reverse(name), _)| name)
    }
}

/// A graph in which nodes that are joined by enough people, who are never cut apart, are one.
struct Joined {
    /// Which node each one of the graph is by now.
    of: Vec<usize>,
    /// What joins each node to which others.
    edges: Vec<BTreeMap<usize, usize>>,
}

impl Joined {
    fn of(graph: &Graph<'_>, minimum: usize) -> Self {
        let mut edges = vec![BTreeMap::new(); graph.nodes];
        for ((one, other), weight) in &graph.edges {
            edges[*one].insert(*other, *weight);
            edges[*other].insert(*one, *weight);
        }
        let mut joined = Self { of: (0..graph.nodes).collect(), edges };
        let mut left: Vec<usize> = (0..graph.nodes).collect();
        while let Some(node) = left.pop() {
            let heavy = joined.edges[node].iter().find(|(_, weight)| **weight >= minimum);
            if let Some(other) = heavy.map(|(other, _)| *other) {
                joined.join(node, other);
                left.push(node);
            }
        }
        joined
    }

    /// Makes two nodes one.
    fn join(&mut self, one: usize, other: usize) {
        for of in self.of.iter_mut().filter(|of| **of == other) {
            *of = one;
        }
        for (end, weight) in std::mem::take(&mut self.edges[other]) {
            self.edges[end].remove(&other);
            if end != one {
                *self.edges[one].entry(end).or_default() += weight;
                *self.edges[end].entry(one).or_default() += weight;
            }
        }
    }

    /// The other nodes that are connected with one.
    fn connected(&self, node: usize) -> BTreeSet<usize> {
        let mut known = BTreeSet::from([node]);
        let mut left = vec![node];
        while let Some(next) = left.pop() {
            left.extend(self.edges[next].keys().filter(|end| known.insert(**end)));
        }
        known.remove(&node);
        known
    }

    /// How much flows at most from one node to another one, which is what the lightest cut between
    /// them weighs (Ford and Fulkerson); it is not looked for beyond a limit.
    fn flow(&self, from: usize, to: usize, limit: usize) -> usize {
        let mut sent: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut all = 0;
        while all < limit {
            let left = |one: usize, other: usize| {
                let forth = sent.get(&(one, other)).copied().unwrap_or_default();
                let back = sent.get(&(other, one)).copied().unwrap_or_default();
                self.edges[one].get(&other).copied().unwrap_or_default() + back - forth
            };
            let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
            let mut queue = VecDeque::from([from]);
            while let Some(node) = queue.pop_front().filter(|_| !came_from.contains_key(&to)) {
                for end in self.edges[node].keys() {
                    let is_new = *end != from && !came_from.contains_key(end);
                    if is_new && left(node, *end) > 0 {
                        came_from.insert(*end, node);
                        queue.push_back(*end);
                    }
                }
            }
            let mut way = vec![to];
            while let Some(before) = way.last().and_then(|node| came_from.get(node)) {
                way.push(*before);
            }
            let steps: Vec<(usize, usize)> =
                way.windows(2).map(|step| (step[1], step[0])).collect();
            let Some(more) = steps.iter().map(|(one, other)| left(*one, *other)).min() else {
                break;
            };
            for step in steps {
                *sent.entry(step).or_default() += more;
            }
            all += more;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINIMUM: usize = 3;

    fn named(name: u8) -> Option<Arc<str>> {
        (name > 0).then(|| Arc::from(format!("{name}")))
    }

    fn cells(of: &[(u8, u8, usize)]) -> Cells {
        let mut cells = Cells::new();
        for (one, other, people) in of {
            *cells.entry(vec![named(*one), named(*other)]).or_default() += people;
        }
        cells
    }

    /// The names of both kinds that are withheld.
    fn decided(cells: &Cells) -> [BTreeSet<Arc<str>>; 2] {
        let mut first = Cells::new();
        for (names, people) in cells {
            *first.entry(names[..1].to_vec()).or_default() += people;
        }
        let first = withheld(&first, &[], MINIMUM);
        let second = withheld(cells, std::slice::from_ref(&first), MINIMUM);
        [first, second]
    }

    fn names(of: &BTreeSet<Arc<str>>) -> Vec<&str> {
        of.iter().map(|name| &**name).collect()
    }

    #[test]
    fn a_team_that_is_another_one_and_one_person_more_is_withheld() {
        // Department 1 is function 1 and somebody of function 2.
        let all = cells(&[(1, 1, 5), (1, 2, 1), (2, 2, 8)]);
        let [departments, functions] = decided(&all);
        assert_eq!(names(&departments), [""; 0]);
        assert_eq!(names(&functions), ["1", "2"]);
        // Where as many as the minimum are between them, nothing is told of fewer.
        let all = cells(&[(1, 1, 5), (1, 2, 3), (2, 2, 8)]);
        assert_eq!(names(&decided(&all)[1]), [""; 0]);
    }

    #[test]
    fn what_is_withheld_is_nobody_or_enough() {
        let [first, _] = decided(&cells(&[(1, 0, 2), (2, 0, 4), (3, 0, 9)]));
        assert_eq!(names(&first), ["1", "2"]);
        let [first, _] = decided(&cells(&[(1, 0, 2), (2, 0, 1), (3, 0, 9)]));
        assert_eq!(names(&first), ["1", "2"]);
        // Something counts for those who are in no team, of whom nobody is there any more.
        let [first, _] = decided(&cells(&[(0, 0, 0), (2, 0, 4), (3, 0, 9)]));
        assert_eq!(names(&first), ["2"]);
    }

    /// Every set of people whose sum is told by adding and subtracting what is shown.
    fn told(cells: &Cells, hidden: &[BTreeSet<Arc<str>>; 2]) -> Vec<(Vec<usize>, usize)> {
        let keys: Vec<(&Vec<Option<Arc<str>>>, usize)> =
            cells.iter().map(|(names, people)| (names, *people)).collect();
        let mut groups: Vec<Vec<i64>> = vec![vec![1; keys.len()]];
        for (kind, hidden) in hidden.iter().enumerate() {
            let all: BTreeSet<&Arc<str>> =
                keys.iter().filter_map(|(names, _)| names[kind].as_ref()).collect();
            for name in all.into_iter().filter(|name| !hidden.contains(*name)) {
                let is_in = |names: &[Option<Arc<str>>]| names[kind].as_ref() == Some(name);
                groups.push(keys.iter().map(|(names, _)| i64::from(is_in(names))).collect());
            }
        }
        let mut found = Vec::new();
        for combination in 0..5_usize.pow(u32::try_from(groups.len()).unwrap()) {
            let mut sum = vec![0; keys.len()];
            let mut rest = combination;
            for group in &groups {
                let factor = i64::try_from(rest % 5).unwrap() - 2;
                rest /= 5;
                sum.iter_mut().zip(group).for_each(|(sum, is_in)| *sum += factor * is_in);
            }
            let set: Vec<usize> = (0..keys.len()).filter(|cell| sum[*cell] != 0).collect();
            let people = set.iter().map(|cell| keys[*cell].1).sum();
            found.push((set, people));
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_sum_of_shown_teams_tells_of_few_people(
            of in prop::collection::vec((0u8..3, 0u8..4, 0usize..6), 1..8)
        ) {
            let cells = cells(&of);
            // Of so few people, nothing is told at all.
            if cells.values().sum::<usize>() < MINIMUM {
                return Ok(());
            }
            let hidden = decided(&cells);
            for (set, people) in told(&cells, &hidden) {
                prop_assert!(
                    set.is_empty() || people >= MINIMUM,
                    "{people} people of {cells:?} are told where {hidden:?} are hidden"
                );
            }
        }
    }
}
