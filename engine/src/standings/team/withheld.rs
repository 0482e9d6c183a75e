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
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many enrolled people are in the same teams of several kinds; 0 where something counts for
/// them of which nobody is there any more.
pub(super) type Cells = BTreeMap<Vec<Option<Arc<str>>>, usize>;

/// Of the last kind of the cells, the names of the teams to be withheld; `before` has those of the
/// other kinds, which were decided first.
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
    while let Some(name) = tables.iter().find_map(|table| {
        let graph = Graph::of(table, &withheld);
        graph.light_cut(minimum).and_then(|side| graph.gives_way(&side, &sizes))
    }) {
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

/// Of two kinds of teams: who is in which.
struct Graph<'a> {
    /// The teams of the kind that is decided, by node; those that are withheld are node 0.
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
            let own = own.map_or(0, |place| place + 1);
            let next = names.len() + 1 + others.len();
            let other = *others.entry(*other).or_insert(next);
            *edges.entry((own, other)).or_default() += people;
        }
        Self { nodes: names.len() + 1 + others.len(), names, edges }
    }

    /// The nodes on one side of a cut that weighs less than the minimum.
    fn light_cut(&self, minimum: usize) -> Option<Vec<usize>> {
        let mut left = Joined::of(self);
        // What is joined by enough people is never cut apart.
        while let Some((one, other)) = left.heavy(minimum) {
            left.join(one, other);
        }
        // Stoer and Wagner's minimum cut: the last node of each round is cut off from the others by
        // its own edges, and then joined to the one before it.
        while let Some((before, last, weight)) = left.round() {
            if weight < minimum {
                return Some(std::mem::take(&mut left.nodes[last]));
            }
            left.join(before, last);
        }
        None
    }

    /// The team that is withheld so that a cut is none any more: the smallest on the side that has
    /// not those that are withheld; of equals the last by name.
    fn gives_way(&self, side: &[usize], sizes: &BTreeMap<&Arc<str>, usize>) -> Option<Arc<str>> {
        let smallest = |is_there: &dyn Fn(usize) -> bool| {
            let there = self.names.iter().enumerate().filter(|(place, _)| is_there(place + 1));
            let sized = there.map(|(_, name)| (sizes.get(name), Reverse(*name)));
            sized.min().map(|(_, Reverse(name))| Arc::clone(name))
        };
        let on_side = |node: usize| side.contains(&node);
        match on_side(0) {
            true => smallest(&|node| !on_side(node)).or_else(|| smallest(&on_side)),
            false => smallest(&on_side).or_else(|| smallest(&|node| !on_side(node))),
        }
    }
}

/// A graph some of whose nodes were made one.
struct Joined {
    /// What each node is made of.
    nodes: Vec<Vec<usize>>,
    /// What joins each node to which others.
    edges: Vec<BTreeMap<usize, usize>>,
}

impl Joined {
    fn of(graph: &Graph<'_>) -> Self {
        let mut edges = vec![BTreeMap::new(); graph.nodes];
        for ((one, other), weight) in &graph.edges {
            edges[*one].insert(*other, *weight);
            edges[*other].insert(*one, *weight);
        }
        Self { nodes: (0..graph.nodes).map(|node| vec![node]).collect(), edges }
    }

    /// Two nodes that are joined by so many or more.
    fn heavy(&self, minimum: usize) -> Option<(usize, usize)> {
        self.edges.iter().enumerate().find_map(|(one, edges)| {
            let heavy = edges.iter().find(|(_, weight)| **weight >= minimum);
            heavy.map(|(other, _)| (one, *other))
        })
    }

    /// Takes nodes in, always the one that is held most by those that are in: the last two, and by
    /// how much the last is held. Nothing where no two nodes are joined any more.
    fn round(&self) -> Option<(usize, usize, usize)> {
        let start = self.edges.iter().position(|edges| !edges.is_empty())?;
        let mut is_in = BTreeSet::new();
        let mut held: BTreeMap<usize, usize> = BTreeMap::new();
        let mut queue = BTreeSet::from([(0, Reverse(start))]);
        let (mut before, mut last, mut weight) = (start, start, 0);
        while let Some((held_by, Reverse(node))) = queue.pop_last() {
            is_in.insert(node);
            (before, last, weight) = (last, node, held_by);
            for (next, more) in &self.edges[node] {
                if is_in.contains(next) {
                    continue;
                }
                let by = held.entry(*next).or_default();
                queue.remove(&(*by, Reverse(*next)));
                *by += more;
                queue.insert((*by, Reverse(*next)));
            }
        }
        Some((before, last, weight))
    }

    /// Makes two nodes one.
    fn join(&mut self, one: usize, other: usize) {
        let moved = std::mem::take(&mut self.nodes[other]);
        self.nodes[one].extend(moved);
        for (end, weight) in std::mem::take(&mut self.edges[other]) {
            self.edges[end].remove(&other);
            if end != one {
                *self.edges[one].entry(end).or_default() += weight;
                *self.edges[end].entry(one).or_default() += weight;
            }
        }
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
            prop_assume!(cells.values().sum::<usize>() >= MINIMUM);
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
