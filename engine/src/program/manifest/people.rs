//! People and their groups: languages, levels, skills, teams, learning, mentoring and privacy.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{each, need};
use crate::error::{Code, Problem, choose};
use crate::facts::PersonFact;
use crate::table::{Set, Table};
use crate::text;

/// A level that is held from so many lifetime points on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) name: Arc<str>,
    pub(crate) points: i64,
}

/// How long what was learned stays fresh, and how soon it is put to use, in days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Learning {
    pub(crate) refresher_days: i64,
    pub(crate) action_days: i64,
}

/// How long two people are a pair after one mentored the other, in days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mentoring {
    pub(crate) pair_days: i64,
}

/// What a wave of people must reach before the next one begins, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waves {
    /// The least participation of the last four weeks.
    pub(crate) participation: i64,
    /// How many of the early people must still be there at least.
    pub(crate) kept: i64,
    /// The most points that one person may have brought in the last four weeks.
    pub(crate) top_share: i64,
}

/// What figures about people may show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Privacy {
    /// A group with fewer members shows nothing.
    pub(crate) minimum_group: usize,
    /// Whether figures about single people are shown to themselves only.
    pub(crate) aggregate_only: bool,
}

/// The topics of a program that names none of its own.
const SKILLS: [&str; 3] = ["analytics", "ideas", "technical"];

/// The languages that people write in, the most usual one first; none where that is not said.
pub(super) fn languages(program: Option<&Table<'_, '_>>) -> Vec<String> {
    let Some(table) = program else { return Vec::new() };
    let mut languages: Vec<String> = Vec::new();
    for set in table.texts("languages") {
        if !text::is_language(set.value) {
            let message = format!("`{}` is not the code of a language", set.value);
            let help = "write codes of ISO 639-1, such as `languages = [\"de\", \"en\"]`";
            table.problem(Problem::new(Code::WrongValue, message).help(help), set.range);
        } else if languages.iter().any(|known| known == set.value) {
            let message = format!("`{}` is named twice", set.value);
            table.problem(Problem::new(Code::WrongValue, message), set.range);
        } else {
            languages.push(set.value.to_owned());
        }
    }
    languages
}

/// The levels, lowest first.
pub(super) fn levels(root: &Table<'_, '_>) -> Vec<Level> {
    let mut known: Vec<(Arc<str>, Set<i64>)> = each(root, "levels", |table, _| {
        let table = table.only(&["points", "description"]);
        table.text("description");
        need(&table, "points");
        table.number("points", 0)
    })
    .into_iter()
    .filter_map(|(name, points)| Some((name, points?)))
    .collect();
    known.sort_by_key(|(_, points)| (points.value, points.range.start));
    for pair in known.windows(2) {
        let [(first, lower), (second, upper)] = pair else { continue };
        if lower.value == upper.value {
            let message = format!("`{second}` has as many points as `{first}`");
            let problem = Problem::new(Code::Duplicate, message)
                .help("each level is held from points of its own");
            root.problem(problem, upper.range.clone());
        }
    }
    known.into_iter().map(|(name, points)| Level { name, points: points.value }).collect()
}

/// The topics that people need help in or can help with.
pub(super) fn skills(root: &Table<'_, '_>) -> BTreeSet<Arc<str>> {
    if root.table("skills").is_none() {
        return SKILLS.into_iter().map(Arc::from).collect();
    }
    each(root, "skills", |table, _| {
        table.only(&["description"]).text("description");
    })
    .into_keys()
    .collect()
}

/// What of a person makes a team; the first is the person's own team.
pub(super) fn teams(root: &Table<'_, '_>) -> Vec<PersonFact> {
    let Some(table) = root.table("teams").map(|table| table.only(&["by"])) else {
        return PersonFact::TEAMS.to_vec();
    };
    let name = |fact: PersonFact| PersonFact::FACTS[fact as usize].name;
    let mut teams = Vec::new();
    for Set { value, range } in table.distinct("by", table.texts("by")) {
        match PersonFact::TEAMS.iter().find(|fact| name(**fact) == value) {
            Some(fact) => teams.push(*fact),
            None => {
                let problem = Problem::new(Code::WrongValue, format!("`by` cannot have `{value}`"))
                    .maybe_help(choose(value, PersonFact::TEAMS.iter().map(|fact| name(*fact))));
                table.problem(problem, range);
            }
        }
    }
    if teams.is_empty() { PersonFact::TEAMS.to_vec() } else { teams }
}

pub(super) fn learning(root: &Table<'_, '_>) -> Learning {
    let table = root.table("learning").map(|table| table.only(&["refresher_days", "action_days"]));
    let days = |name: &str, usual: i64| days(table.as_ref(), name, usual);
    Learning { refresher_days: days("refresher_days", 180), action_days: days("action_days", 30) }
}

pub(super) fn mentoring(root: &Table<'_, '_>) -> Mentoring {
    let table = root.table("mentoring").map(|table| table.only(&["pair_days"]));
    Mentoring { pair_days: days(table.as_ref(), "pair_days", 90) }
}

fn days(table: Option<&Table<'_, '_>>, name: &str, usual: i64) -> i64 {
    table.and_then(|table| table.number(name, 1)).map_or(usual, |set| set.value)
}

pub(super) fn waves(root: &Table<'_, '_>) -> Waves {
    let names = ["participation_percent", "kept_percent", "top_share_percent"];
    let table = root.table("waves").map(|table| table.only(&names));
    let percent = |name: &str, usual: i64| {
        let set = table.as_ref().and_then(|table| Some((table, table.number(name, 0)?)));
        let Some((table, set)) = set else { return usual };
        if set.value > 100 {
            let message = format!("`{name}` is a percentage, and {} is more than all", set.value);
            let problem = Problem::new(Code::WrongValue, message).help("a number from 0 to 100");
            table.problem(problem, set.range);
        }
        set.value
    };
    Waves {
        participation: percent("participation_percent", 50),
        kept: percent("kept_percent", 50),
        top_share: percent("top_share_percent", 40),
    }
}

pub(super) fn privacy(root: &Table<'_, '_>) -> Privacy {
    let names = ["minimum_group", "aggregate_only", "retention"];
    let table = root.table("privacy").map(|table| table.only(&names));
    let group = table.and_then(|table| table.number("minimum_group", 1));
    Privacy {
        minimum_group: group.map_or(5, |set| usize::try_from(set.value).unwrap_or(usize::MAX)),
        aggregate_only: table.and_then(|table| table.flag("aggregate_only")).unwrap_or(false),
    }
}
