//! W1: the points of one activity, by every peer in its own language.
//!
//! The rule, once and for all of them:
//!
//! 1. By kind: `share` brings 2 points, `comment` 3, `create` 10. Any other kind brings 0 in all.
//! 2. Original: own words of 50 percent or more bring 5. Where nothing is known of them, they bring none.
//! 3. Results, each capped: a point a like up to 20, two a comment up to 10 comments, one for five
//!    clicks up to 50 clicks, rounded down.
//! 4. Channel: `linkedin` brings 3, `x` brings 1, any other none.
//! 5. Robots: where clicks are more than half of impressions, half of all this, rounded down.
//!
//! Activities are made up and the same on every machine; no two are alike in everything. Peers get
//! what their users have at hand: the fields of a struct, strings and all. All must agree on every
//! activity before anything is measured.

pub(crate) mod cel;
pub(crate) mod lua;
pub(crate) mod plaudit;
pub(crate) mod rego;
pub(crate) mod rhai;
pub(crate) mod zen;

use std::hint::black_box;

use crate::rounds::Row;

/// So many activities are gone through at a time.
const ACTIVITIES: usize = 5_000;

#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) kind: String,
    pub(crate) channel: Option<String>,
    pub(crate) own_words: Option<i64>,
    pub(crate) likes: i64,
    pub(crate) comments: i64,
    pub(crate) clicks: i64,
    pub(crate) impressions: i64,
}

/// The floor: the rule by hand, on string fields.
pub(crate) fn by_hand(activity: &Activity) -> i64 {
    let base = match activity.kind.as_str() {
        "share" => 2,
        "comment" => 3,
        "create" => 10,
        _ => return 0,
    };
    let original = if activity.own_words.is_some_and(|own| own >= 50) { 5 } else { 0 };
    let results =
        activity.likes.min(20) + 2 * activity.comments.min(10) + activity.clicks.min(50) / 5;
    let channel = match activity.channel.as_deref() {
        Some("linkedin") => 3,
        Some("x") => 1,
        _ => 0,
    };
    let points = base + original + results + channel;
    if activity.clicks * 2 > activity.impressions { points / 2 } else { points }
}

pub(crate) fn activities() -> Vec<Activity> {
    let mut state = 7_u64;
    let mut below = |sides: u64| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) % sides).unwrap()
    };
    let kinds = ["share", "share", "comment", "comment", "create", "read"];
    let channels = [None, Some("linkedin"), Some("linkedin"), Some("x"), Some("blog")];
    let activity = |_| Activity {
        kind: kinds[below(6) as usize].to_owned(),
        channel: channels[below(5) as usize].map(str::to_owned),
        own_words: Some(below(140)).filter(|own| *own <= 100),
        likes: below(60),
        comments: below(25),
        clicks: below(120),
        impressions: below(900),
    };
    (0..ACTIVITIES).map(activity).collect()
}

/// Everyone, ready to be measured; each gives the time for one activity.
pub(crate) fn peers(activities: &[Activity]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut one_by_one = |name: &str, mut points: Box<dyn FnMut(&Activity) -> i64>| {
        for activity in activities {
            assert_eq!(points(activity), by_hand(activity), "{name}: {activity:?}");
        }
        let run = move || {
            for activity in activities {
                black_box(points(black_box(activity)));
            }
        };
        rows.push(Row::new(name, activities.len(), run));
    };
    one_by_one("hand-written Rust on string fields", Box::new(by_hand));
    one_by_one(&format!("LuaJIT, arguments passed (mlua {})", version("mlua")), lua::arguments());
    one_by_one("LuaJIT, table built", lua::table());
    one_by_one(&format!("Rhai {}, variables of a scope", version("rhai")), rhai::scope());
    one_by_one("Rhai, type with getters, the same script", rhai::getters());
    one_by_one(&format!("CEL, variables (cel {})", version("cel")), cel::variables());
    let zen = version("zen-engine");
    one_by_one(&format!("zen-expression {zen}, compiled"), zen::expression());
    one_by_one(&format!("zen-engine {zen}, decision with an expression node"), zen::decision());
    let regorus = version("regorus");
    one_by_one(&format!("regorus {regorus}, its virtual machine"), rego::machine());
    one_by_one(&format!("regorus {regorus}, interpreter"), rego::interpreter());
    rows.extend(plaudit::rows(activities));
    rows
}

/// The version of a peer, as it is locked.
fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"\nversion = \"");
    let locked = include_str!("../../Cargo.lock").split_once(&name);
    locked.and_then(|(_, rest)| rest.split('"').next()).unwrap_or("?")
}
