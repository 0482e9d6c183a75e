//! What people can do: the channels, the kinds of activities, and the caps on what they bring.

use std::ops::Range;
use std::sync::Arc;

use super::need;
use crate::facts::STYLES;
use crate::severity::Severity;
use crate::table::{Set, Table};
use crate::text::Count;
use crate::time::Unit;

/// What a channel allows, and since when that is known.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) limit: Option<usize>,
    pub(crate) count: Count,
    pub(crate) fold: Option<usize>,
    pub(crate) hashtags: Option<usize>,
}

/// What people can do: the style it belongs to, and what it counts as in figures.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// Its place among the kinds that are declared, in the order of their names.
    pub(crate) number: u32,
    pub(crate) style: Arc<str>,
    pub(crate) role: Option<Role>,
}

/// What activities of a kind count as in the figures of a standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Publishing,
    Conversation,
    Training,
    Mentoring,
    Kudos,
}

impl Role {
    pub(crate) const ALL: [Role; 5] =
        [Role::Publishing, Role::Conversation, Role::Training, Role::Mentoring, Role::Kudos];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Publishing => "publishing",
            Role::Conversation => "conversation",
            Role::Training => "training",
            Role::Mentoring => "mentoring",
            Role::Kudos => "kudos",
        }
    }

    /// The role of a kind that does not say what it counts as.
    fn usual(kind: &str, style: &str) -> Option<Self> {
        match (kind, style) {
            ("train", _) => Some(Role::Training),
            ("mentor", _) => Some(Role::Mentoring),
            ("kudos", _) => Some(Role::Kudos),
            (_, "creator" | "curator") => Some(Role::Publishing),
            (_, "commenter") => Some(Role::Conversation),
            _ => None,
        }
    }
}

/// The word for a kind without a role.
const NO_ROLE: &str = "nothing";

/// A limit on the points of several rules together.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub(crate) name: Arc<str>,
    pub(crate) rules: Vec<(String, Range<usize>)>,
    pub(crate) per: Unit,
    pub(crate) points: i64,
}

const COUNTS: &[(&str, Count)] = &[
    ("x", Count::X),
    ("code_points", Count::CodePoints),
    ("utf16", Count::Utf16),
    ("graphemes", Count::Graphemes),
    ("bytes", Count::Bytes),
];

pub(super) fn channel(table: &Table<'_, '_>, _: &str) -> Channel {
    let table = table.only(&["limit", "count", "fold", "hashtags", "as_of", "source"]);
    // The date and source of the limits are for people; that they are well formed is all the
    // engine asks.
    table.date("as_of");
    table.text("source");
    let names: Vec<&str> = COUNTS.iter().map(|(name, _)| *name).collect();
    let count = table
        .word("count", &names)
        .and_then(|set| COUNTS.iter().find(|(name, _)| *name == set.value))
        .map_or(Count::Graphemes, |(_, count)| *count);
    let size = |name: &str| {
        table.number(name, 0).map(|set| usize::try_from(set.value).unwrap_or(usize::MAX))
    };
    Channel { limit: size("limit"), count, fold: size("fold"), hashtags: size("hashtags") }
}

pub(super) fn kind(table: &Table<'_, '_>, name: &str) -> Kind {
    let table = table.only(&["style", "counts_as", "description"]);
    table.text("description");
    let given = table.need_text("style").is_some();
    let style = given.then(|| table.word("style", STYLES)).flatten();
    let style = style.map_or(STYLES[0], |set| set.value);
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).chain([NO_ROLE]).collect();
    let role = match table.word("counts_as", &roles) {
        Some(set) => Role::ALL.into_iter().find(|role| role.name() == set.value),
        None => Role::usual(name, style),
    };
    Kind { number: 0, style: style.into(), role }
}

/// From which severity on guidelines hold points back.
pub(super) fn held_back_from(root: &Table<'_, '_>) -> Option<Severity> {
    const NEVER: &str = "never";
    let table = root.table("points")?.only(&["held_back_from"]);
    let names: Vec<&str> = Severity::ALL.iter().map(|it| it.name()).chain([NEVER]).collect();
    Severity::of(table.word("held_back_from", &names)?.value)
}

pub(super) fn cap(table: &Table<'_, '_>, name: &str) -> Cap {
    let table = table.only(&["rules", "per", "points"]);
    need(&table, "per");
    need(&table, "points");
    need(&table, "rules");
    Cap {
        name: name.into(),
        rules: table
            .texts("rules")
            .into_iter()
            .map(|Set { value, range }| (value.to_owned(), range))
            .collect(),
        per: table
            .word("per", Unit::NAMES)
            .and_then(|set| Unit::parse(set.value))
            .unwrap_or(Unit::Day),
        points: table.number("points", 0).map_or(0, |set| set.value),
    }
}
