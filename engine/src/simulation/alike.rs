//! Whether two programs look at people alike, so that people can be counted under both at once.

use std::collections::HashSet;

use crate::facts::{Folder, Object, ProgramFact, SoFarFact};
use crate::program::{Program, Rule};

/// Tables of `program.toml` that change what activities bring and what follows from it, and neither
/// which activities count nor what else figures ask of them.
const OF_POINTS: [&str; 7] = ["benchmarks", "caps", "emv", "kpis", "levels", "points", "rewards"];

/// Whether the same activities count under both programs, and all that figures ask of them is the
/// same but for their points.
pub(super) fn are_alike(one: &Program, other: &Program) -> bool {
    one.written.files == other.written.files
        && guidelines(one).eq(guidelines(other))
        && judging(one) == judging(other)
        && settings(one).eq(settings(other))
        && ![one, other].into_iter().any(judges_by_points)
}

/// The files of guidelines, by their digests.
fn guidelines(program: &Program) -> impl Iterator<Item = (&String, &[u8; 32])> {
    let prefix = format!("{}/", Folder::Guidelines.name());
    program.written.rules.iter().filter(move |(path, _)| path.starts_with(&prefix))
}

/// The scoring rules, by their ids, that give the same for every activity under programs that are
/// alike: nothing that they are made of, and nothing that they ask, is another.
pub(super) fn same_rules<'p>(one: &'p Program, other: &'p Program) -> HashSet<&'p str> {
    let same = |rule: &&'p Rule| {
        let Some(its_other) = other.rules().iter().find(|known| known.id() == rule.id()) else {
            return false;
        };
        let (file, its_file) = (one.place_of(rule).0, other.place_of(its_other).0);
        file == its_file
            && one.written.rules.get(file) == other.written.rules.get(file)
            && rule.settings().says_the_same(its_other.settings())
            && !asks_points(rule)
            && (!rule.asks(Object::Program, Some(ProgramFact::Rewards as u8))
                || one.view.rewards == other.view.rewards)
    };
    let all = one.rules_of(Folder::Scoring).map(|(_, rule)| rule);
    all.filter(same).map(Rule::id).collect()
}

/// The guidelines that are switched on.
fn judging(program: &Program) -> Vec<&str> {
    let all = program.rules_of(Folder::Guidelines).map(|(_, rule)| rule);
    all.filter(|rule| rule.enabled()).map(|rule| rule.id()).collect()
}

/// The settings that are not of points.
fn settings(program: &Program) -> impl Iterator<Item = (&String, &String)> {
    let is_guideline = |id: &str| {
        let mut guidelines = program.rules_of(Folder::Guidelines);
        guidelines.any(|(_, rule)| rule.id() == id)
    };
    program.written.settings.iter().filter(move |(name, _)| {
        let mut parts = name.split('.');
        let (table, rule) = (parts.next().unwrap_or_default(), parts.next());
        match table {
            "rules" => rule.is_some_and(is_guideline),
            table => !OF_POINTS.contains(&table),
        }
    })
}

/// Whether a guideline asks what its author has earned, which the programs may not agree on.
fn judges_by_points(program: &Program) -> bool {
    program.rules_of(Folder::Guidelines).any(|(_, rule)| asks_points(rule))
}

/// Whether a rule asks what somebody has earned so far.
fn asks_points(rule: &Rule) -> bool {
    let points = [SoFarFact::Points, SoFarFact::PointsToday, SoFarFact::PointsThisWeek];
    points.iter().any(|fact| rule.asks(Object::SoFar, Some(*fact as u8)))
}
