//! Whether two programs look at people alike, so that people can be counted under both at once.

use crate::facts::{Folder, Object, SoFarFact};
use crate::program::Program;

/// Tables of `program.toml` that change what activities bring and what follows from it, and neither
/// which activities count nor what else figures ask of them.
const OF_POINTS: [&str; 7] = ["benchmarks", "caps", "emv", "kpis", "levels", "points", "rewards"];

/// Whether the same activities count under both programs, and all that figures ask of them is the
/// same but for their points.
pub(super) fn are_alike(one: &Program, other: &Program) -> bool {
    one.written.files == other.written.files
        && one.written.guidelines == other.written.guidelines
        && judging(one) == judging(other)
        && settings(one).eq(settings(other))
        && ![one, other].into_iter().any(judges_by_points)
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
    let points = [SoFarFact::Points, SoFarFact::PointsToday, SoFarFact::PointsThisWeek];
    points.iter().any(|fact| program.guidelines_ask(Object::SoFar, Some(*fact as u8)))
}
