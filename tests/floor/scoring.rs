//! The scoring rules of the starter program by hand: each rule a function, caps and all.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::records::{Person, Record, Shared};
use super::text;
use super::timeline::{self, Standing};

const TIME_ZONE: &str = "Europe/Berlin";

/// The rules, in the order in which they share caps.
pub(crate) const RULES: [&str; 10] = [
    "comment", "create", "kudos", "learn", "listen", "reach", "refer", "share", "support",
    "welcome",
];

const LISTENING_PER_WEEK: i64 = 20;
const PUBLISHING_PER_DAY: i64 = 40;
const SHARING_PER_DAY: i64 = 15;

/// A person's points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) points: i64,
    pub(crate) activities: usize,
    /// By position in [`RULES`]; nothing where the rule never applied.
    by_rule: [Option<i64>; RULES.len()],
}

impl Total {
    /// The points of each rule that applied.
    pub(crate) fn rules(&self) -> BTreeMap<&'static str, i64> {
        let named = RULES.into_iter().zip(self.by_rule);
        named.filter_map(|(rule, points)| Some((rule, points?))).collect()
    }
}

/// What to score, and how.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) records: &'a [Record],
    pub(crate) people: &'a HashMap<String, Person>,
    pub(crate) as_of: Timestamp,
    pub(crate) assume_consent: bool,
}

/// Everyone's points, by advocate.
pub(crate) fn score(input: Input<'_>) -> BTreeMap<String, Total> {
    let zone = TimeZone::get(TIME_ZONE).unwrap();
    let contents = contents(input.records);
    let last = input.as_of - jiff::SignedDuration::from_nanos(1);
    let mut totals = BTreeMap::new();
    for (advocate, activities) in timeline::before(input.records, input.as_of) {
        let person = input.people.get(&advocate);
        let consents = |at| match person.map(|person| person.consent.as_ref()) {
            Some(Some(times)) => times.hold_at(at),
            Some(None) | None => input.assume_consent,
        };
        let is_active = |at| {
            person.and_then(|person| person.active.as_ref()).is_none_or(|times| times.hold_at(at))
        };
        if !consents(last) {
            continue;
        }
        let total = fold(&activities, &zone, &contents, |at| consents(at) && is_active(at));
        if total.activities > 0 {
            totals.insert(advocate, total);
        }
    }
    totals
}

/// The supplied copy of each content, the earliest of several.
fn contents(records: &[Record]) -> HashMap<&str, &Record> {
    let mut contents: HashMap<&str, &Record> = HashMap::new();
    for record in records.iter().filter(|record| record.what.as_deref() == Some("content")) {
        let known = contents.entry(&record.id).or_insert(record);
        if (record.at, record.identity()) < (known.at, known.identity()) {
            *known = record;
        }
    }
    contents
}

fn fold(
    activities: &[Standing<'_>],
    zone: &TimeZone,
    contents: &HashMap<&str, &Record>,
    counts: impl Fn(Timestamp) -> bool,
) -> Total {
    let mut total = Total::default();
    let mut so_far = SoFar::default();
    for activity in activities {
        if !is_declared(activity) || !counts(activity.at) {
            continue;
        }
        so_far.look_from(local_day(activity.at, zone));
        let seen = Seen { activity, so_far: &so_far, contents };
        let earned = [
            comment(&seen),
            create(&seen),
            kudos(&seen),
            learn(&seen),
            listen(&seen),
            reach(&seen),
            refer(&seen),
            share(&seen),
            support(&seen),
            welcome(&seen),
        ];
        total.activities += 1;
        for (rule, earned) in earned.into_iter().enumerate() {
            let Some(earned) = earned else { continue };
            let points = so_far.clip(RULES[rule], earned);
            total.points += points;
            *total.by_rule[rule].get_or_insert(0) += points;
        }
        so_far.add(activity);
    }
    total
}

/// Whether the program declares the activity's kind and channel.
fn is_declared(activity: &Record) -> bool {
    let kind = matches!(
        activity.kind.as_str(),
        "read"
            | "listen"
            | "train"
            | "share"
            | "comment"
            | "create"
            | "help"
            | "mentor"
            | "teach"
            | "refer"
            | "kudos"
    );
    let channel = matches!(
        activity.channel.as_deref(),
        None | Some("blog" | "facebook" | "instagram" | "linkedin" | "threads" | "x")
    );
    kind && channel
}

/// Days since 1970-01-01 in the program's time zone.
fn local_day(at: Timestamp, zone: &TimeZone) -> i64 {
    (at.as_second() + i64::from(zone.to_offset(at).seconds())).div_euclid(86_400)
}

/// What a person did before, and how much of the caps is used.
#[derive(Default)]
struct SoFar<'r> {
    day: i64,
    /// Weeks start on Monday; day 0 was a Thursday.
    week: i64,
    activities: u32,
    last_day: i64,
    comments_today: u32,
    created_today: u32,
    listened_today: u32,
    helped_today: u32,
    kudos_this_week: u32,
    /// By kind and content.
    by_content: HashMap<(&'r str, &'r str), u32>,
    published_points_today: i64,
    shared_points_today: i64,
    listened_points_this_week: i64,
}

impl<'r> SoFar<'r> {
    fn look_from(&mut self, day: i64) {
        if day != self.day {
            self.day = day;
            self.comments_today = 0;
            self.created_today = 0;
            self.listened_today = 0;
            self.helped_today = 0;
            self.published_points_today = 0;
            self.shared_points_today = 0;
        }
        let week = (day + 3).div_euclid(7);
        if week != self.week {
            self.week = week;
            self.kudos_this_week = 0;
            self.listened_points_this_week = 0;
        }
    }

    fn clip(&mut self, rule: &str, earned: i64) -> i64 {
        match rule {
            "learn" | "listen" => {
                let points = earned.min(LISTENING_PER_WEEK - self.listened_points_this_week);
                self.listened_points_this_week += points;
                points
            }
            "comment" | "create" => {
                let points = earned.min(PUBLISHING_PER_DAY - self.published_points_today);
                self.published_points_today += points;
                points
            }
            "share" => {
                let points = earned
                    .min(PUBLISHING_PER_DAY - self.published_points_today)
                    .min(SHARING_PER_DAY - self.shared_points_today);
                self.published_points_today += points;
                self.shared_points_today += points;
                points
            }
            _ => earned,
        }
    }

    fn add(&mut self, activity: &'r Record) {
        self.activities += 1;
        self.last_day = self.day;
        match activity.kind.as_str() {
            "comment" => self.comments_today += 1,
            "create" => self.created_today += 1,
            "read" | "listen" => self.listened_today += 1,
            "help" => self.helped_today += 1,
            "kudos" => self.kudos_this_week += 1,
            _ => {}
        }
        if let Some(content) = &activity.content {
            *self.by_content.entry((&activity.kind, content)).or_default() += 1;
        }
    }
}

/// What a rule looks at.
struct Seen<'a> {
    activity: &'a Standing<'a>,
    so_far: &'a SoFar<'a>,
    contents: &'a HashMap<&'a str, &'a Record>,
}

impl Seen<'_> {
    fn same_content(&self) -> u32 {
        let content = self.activity.content.as_deref();
        let kind = self.activity.kind.as_str();
        content.and_then(|id| self.so_far.by_content.get(&(kind, id))).copied().unwrap_or(0)
    }

    /// As stated, or worked out from the post and the supplied copy; unknown where one is missing.
    fn own_words(&self) -> Option<i64> {
        if self.activity.own_words.is_some() {
            return self.activity.own_words;
        }
        let post = self.activity.post.as_ref()?;
        let copy = match &post.content {
            Some(Shared::Inline { copy, .. }) => copy.as_deref(),
            Some(Shared::Id(id)) => self.contents.get(id.as_str())?.copy.as_deref(),
            None => self.contents.get(self.activity.content.as_deref()?)?.copy.as_deref(),
        }?;
        Some(text::own_words(&post.text, copy))
    }

    /// As stated, or the most telling medium of the post.
    fn format(&self) -> Option<&str> {
        if self.activity.format.is_some() {
            return self.activity.format.as_deref();
        }
        let post = self.activity.post.as_ref()?;
        let has = |kind: &&str| post.media.iter().any(|medium| medium.kind == *kind);
        ["story", "video", "audio", "image", "document"].into_iter().find(has).or(Some("text"))
    }
}

fn comment(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "comment" {
        return None;
    }
    let today = seen.so_far.comments_today;
    Some(match seen.activity.customer {
        _ if today >= 10 => 0,
        true => 5,
        false if today >= 3 => 1,
        false => 3,
    })
}

fn create(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "create" {
        return None;
    }
    if seen.activity.ghostwritten || seen.so_far.created_today >= 3 {
        return Some(2);
    }
    Some(match seen.format() {
        Some("video" | "story") => 12,
        Some("image" | "audio") => 10,
        _ => 8,
    })
}

fn kudos(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "kudos" {
        return None;
    }
    let counts = seen.activity.counterpart.is_some() && seen.so_far.kudos_this_week < 5;
    Some(if counts { 2 } else { 0 })
}

fn learn(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "train" {
        return None;
    }
    if seen.same_content() > 0 {
        return Some(1);
    }
    Some(3 + (seen.activity.minutes.unwrap_or(0) / 15).min(8))
}

fn listen(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "read" && seen.activity.kind != "listen" {
        return None;
    }
    let today = seen.so_far.listened_today;
    Some(if today < 5 { 1 } else { 0 })
}

fn reach(seen: &Seen<'_>) -> Option<i64> {
    let results = &seen.activity.results;
    let answers = results.comments + results.shares + results.clicks;
    let first = answers.min(20);
    (answers >= 4).then(|| first / 4 + ((answers - first) / 20).min(5))
}

fn refer(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "refer" {
        return None;
    }
    Some(5 + 10 * seen.activity.results.conversions.min(2))
}

fn share(seen: &Seen<'_>) -> Option<i64> {
    if seen.activity.kind != "share" {
        return None;
    }
    if seen.own_words().is_some_and(|percent| percent >= 30) {
        return Some(5);
    }
    Some(if seen.same_content() > 0 { 0 } else { 1 })
}

fn support(seen: &Seen<'_>) -> Option<i64> {
    match seen.activity.kind.as_str() {
        "help" if seen.so_far.helped_today < 3 => Some(4),
        "help" => Some(1),
        "mentor" => Some(8),
        "teach" => Some(10 + (seen.activity.minutes.unwrap_or(0) / 30).min(4)),
        _ => None,
    }
}

fn welcome(seen: &Seen<'_>) -> Option<i64> {
    if seen.so_far.activities == 0 {
        return Some(5);
    }
    (seen.so_far.day - seen.so_far.last_day >= 30).then_some(3)
}
