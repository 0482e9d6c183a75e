//! What counts for one person: activities that were scored, points by hand, and what others did
//! for them. Every figure of a standing is worked out from it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;

use crate::error::Error;
use crate::events::{Log, Place};
use crate::facts::{ActivityFact, FORMATS, ORIGINS, Object, STYLES, Value, World};
use crate::findings::FindingCounts;
use crate::program::{Kind, Program, Role};
use crate::roster::Roster;
use crate::scoring::{FaultCount, Faults, Fold, admitted};
use crate::time::{Calendar, Day};
use crate::timeline::{Adjusted, Settled};

/// An activity that counts, with all that figures ask of it. There are millions of them.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) points: i64,
    /// The second of its time; below it, what is so of the activity.
    second_and_traits: i64,
    nanosecond: i32,
    /// Where the log has the activity.
    pub(crate) place: Place,
    pub(crate) day: Day,
    /// The kind, by its number among those that the program declares.
    pub(crate) kind: u32,
    more: Option<Box<More>>,
}

/// A trait of an activity: so many bits, from so many on. No time needs more than the 40 bits above
/// them all: seconds of ten thousand years.
#[derive(Clone, Copy)]
struct Trait {
    from: u32,
    bits: u32,
}

impl Trait {
    const GHOSTWRITTEN: Self = Self { from: 0, bits: 1 };
    const OWN_PHOTO: Self = Self::GHOSTWRITTEN.and(1);
    const CUSTOMER: Self = Self::OWN_PHOTO.and(1);
    const HAS_COUNTERPART: Self = Self::CUSTOMER.and(1);
    const STYLE: Self = Self::HAS_COUNTERPART.and(3);
    const FORMAT: Self = Self::STYLE.and(3);
    const ORIGIN: Self = Self::FORMAT.and(2);
    const ROLE: Self = Self::ORIGIN.and(3);
    /// In percent; beyond 100 where it is not known.
    const OWN_WORDS: Self = Self::ROLE.and(7);

    const ALL: u32 = Self::OWN_WORDS.from + Self::OWN_WORDS.bits;

    /// So many bits behind this one's.
    const fn and(self, bits: u32) -> Self {
        Self { from: self.from + self.bits, bits }
    }

    const fn most(self) -> i64 {
        (1 << self.bits) - 1
    }

    /// The bits of a value; all of them where it is beyond what they say, or not known.
    fn of(self, value: Option<i64>) -> i64 {
        let known = value.filter(|value| (0..self.most()).contains(value));
        known.unwrap_or(self.most()) << self.from
    }

    fn read(self, bits: i64) -> i64 {
        (bits >> self.from) & self.most()
    }
}

/// A bit says yes or no; the others have one value that says nothing.
const _: () = assert!(
    Trait::ALL <= 24
        && (STYLES.len() as i64) <= Trait::STYLE.most()
        && (FORMATS.len() as i64) <= Trait::FORMAT.most()
        && (ORIGINS.len() as i64) <= Trait::ORIGIN.most()
        && (Role::ALL.len() as i64) <= Trait::ROLE.most()
        && 100 < Trait::OWN_WORDS.most()
);

/// Results in the order of [`ActivityFact::OUTCOMES`].
type Results<N> = [N; ActivityFact::OUTCOMES.len()];

/// What few activities have.
#[derive(Clone, Debug)]
enum More {
    /// Results alone, and no large ones: that is what most of them have.
    Results(Results<u32>),
    Rare(Box<Rare>),
}

/// What hardly any activity has.
#[derive(Clone, Debug, Default)]
struct Rare {
    /// Who was mentored.
    mentee: Option<Arc<str>>,
    /// The latest results, where any is on record.
    results: Option<Results<i64>>,
    /// How much each guideline found in its post.
    findings: FindingCounts,
    /// The words of its post as a number: texts that say the same have the same.
    words: Option<u64>,
}

impl More {
    /// Nothing where there is nothing of it.
    fn of(rare: Rare) -> Option<Box<Self>> {
        let Rare { mentee, results, findings, words } = &rare;
        let has_results_alone = mentee.is_none() && findings.is_empty() && words.is_none();
        if has_results_alone {
            let small = results.as_ref()?.map(|result| u32::try_from(result).ok());
            if small.iter().all(Option::is_some) {
                return Some(Box::new(Self::Results(small.map(Option::unwrap_or_default))));
            }
        }
        Some(Box::new(Self::Rare(Box::new(rare))))
    }
}

impl Entry {
    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::new(self.second_and_traits >> Trait::ALL, self.nanosecond).unwrap_or_default()
    }

    fn read(&self, which: Trait) -> i64 {
        which.read(self.second_and_traits)
    }

    /// The word of a list that it has.
    fn word<T: Copy>(&self, which: Trait, words: &[T]) -> Option<T> {
        usize::try_from(self.read(which)).ok().and_then(|place| words.get(place)).copied()
    }

    /// What it counts as.
    pub(crate) fn role(&self) -> Option<Role> {
        self.word(Trait::ROLE, &Role::ALL)
    }

    /// Whether somebody else wrote it.
    pub(crate) fn is_ghostwritten(&self) -> bool {
        self.read(Trait::GHOSTWRITTEN) != 0
    }

    /// Whether it has a picture of the person's own.
    pub(crate) fn has_own_photo(&self) -> bool {
        self.read(Trait::OWN_PHOTO) != 0
    }

    /// Whether it answers or serves a customer.
    pub(crate) fn is_for_customer(&self) -> bool {
        self.read(Trait::CUSTOMER) != 0
    }

    pub(crate) fn has_counterpart(&self) -> bool {
        self.read(Trait::HAS_COUNTERPART) != 0
    }

    pub(crate) fn style(&self) -> &'static str {
        self.word(Trait::STYLE, STYLES).unwrap_or_default()
    }

    pub(crate) fn format(&self) -> Option<&'static str> {
        self.word(Trait::FORMAT, FORMATS)
    }

    pub(crate) fn origin(&self) -> Option<&'static str> {
        self.word(Trait::ORIGIN, ORIGINS)
    }

    pub(crate) fn own_words(&self) -> Option<i64> {
        Some(self.read(Trait::OWN_WORDS)).filter(|percent| *percent <= 100)
    }

    fn rare(&self) -> Option<&Rare> {
        match self.more.as_deref()? {
            More::Results(_) => None,
            More::Rare(rare) => Some(rare),
        }
    }

    /// Who was mentored, where it is mentoring.
    pub(crate) fn mentee(&self) -> Option<&Arc<str>> {
        self.rare()?.mentee.as_ref()
    }

    /// Whether any result is on record.
    pub(crate) fn has_results(&self) -> bool {
        self.result(0).is_some()
    }

    /// The latest of a result, by its place in [`ActivityFact::OUTCOMES`], where any is on record.
    pub(crate) fn result(&self, metric: usize) -> Option<i64> {
        match self.more.as_deref()? {
            More::Results(results) => Some(results[metric].into()),
            More::Rare(rare) => Some(rare.results.as_ref()?[metric]),
        }
    }

    /// The words of its post as a number: texts that say the same have the same.
    pub(crate) fn words(&self) -> Option<u64> {
        self.rare()?.words
    }

    /// How much each guideline found in its post.
    pub(crate) fn findings(&self) -> &[(Arc<str>, usize)] {
        self.rare().map_or(&[], |rare| &rare.findings)
    }
}

/// The words of a text as a number, whatever its case, white space and links, which suites make
/// anew for everyone who shares; nothing where no word is left.
fn words_of(text: &str) -> Option<u64> {
    let is_link = |word: &&str| {
        let begins_with_www = word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
        word.contains("://") || begins_with_www
    };
    let mut words = text.split_whitespace().filter(|word| !is_link(word)).peekable();
    words.peek()?;
    let mut hasher = DefaultHasher::new();
    words.for_each(|word| word.to_lowercase().hash(&mut hasher));
    Some(hasher.finish())
}

/// The place of a word in a list.
fn number_of<T: PartialEq>(words: &[T], word: Option<T>) -> Option<i64> {
    let place = words.iter().position(|known| word.as_ref() == Some(known));
    place.and_then(|place| i64::try_from(place).ok())
}

/// Points by hand, with the day they count for.
#[derive(Clone, Debug)]
pub(crate) struct ByHand {
    pub(crate) adjusted: Adjusted,
    pub(crate) day: Day,
}

/// What somebody else did for the person: mentoring or kudos.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) place: Place,
    pub(crate) at: Timestamp,
    pub(crate) day: Day,
    pub(crate) from: Arc<str>,
    pub(crate) role: Role,
}

/// What counts for one person.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) advocate: Arc<str>,
    /// When the first was done or given by hand, whether it counts or not.
    pub(crate) first: Option<Timestamp>,
    /// In the order of the fold.
    pub(crate) entries: Vec<Entry>,
    /// The content that they are about, with the date of the first.
    pub(crate) contents: BTreeMap<Arc<str>, Day>,
    pub(crate) by_hand: Vec<ByHand>,
    pub(crate) received: Vec<Received>,
    /// The sum of all points.
    pub(crate) points: i64,
    /// Whether a rule failed, so that points may be missing.
    pub(crate) incomplete: bool,
    pub(crate) faults: Vec<FaultCount>,
}

impl Tally {
    /// Folds one person's activities, which are in order.
    pub(crate) fn of(
        program: &Program,
        log: &Log,
        fold: &mut Fold<'_>,
        advocate: &Arc<str>,
        activities: &[Settled],
        adjustments: &[Adjusted],
        mut received: Vec<Received>,
    ) -> Result<Self, Error> {
        let calendar = &program.manifest.calendar;
        let mut entries = Vec::with_capacity(activities.len());
        let mut contents = BTreeMap::new();
        let mut faults = Faults::default();
        let mut total = fold.person(advocate, activities, |scored| {
            let Some(kind) = scored.kind else { return };
            let mut findings = std::mem::take(scored.findings);
            findings.retain(|(rule, _)| {
                let mut upheld = scored.activity.upheld.iter();
                !upheld.any(|(_, disputed)| program.present_name(disputed) == &**rule)
            });
            let mut entry = entry(program, scored.activity, kind, scored.world, findings);
            entry.points = scored.points;
            faults.add(log, scored.activity, scored.faults);
            if let Some(content) = &scored.activity.content
                && !contents.contains_key(content)
            {
                contents.insert(Arc::clone(content), entry.day);
            }
            entries.push(entry);
        })?;
        entries.shrink_to_fit();
        total.adjust(adjustments)?;
        let (done, given) =
            (activities.first().map(|it| it.at), adjustments.first().map(|it| it.at));
        let by_hand = adjustments
            .iter()
            .map(|adjusted| ByHand { adjusted: adjusted.clone(), day: calendar.day(adjusted.at) })
            .collect();
        received.sort_by(|a, b| {
            a.at.cmp(&b.at).then_with(|| log.named(a.place).cmp(&log.named(b.place)))
        });
        Ok(Self {
            advocate: Arc::clone(advocate),
            first: done.into_iter().chain(given).min(),
            entries,
            contents,
            by_hand,
            received,
            points: total.points,
            incomplete: total.incomplete,
            faults: faults.list,
        })
    }
}

/// What another program makes of a person of whom the same activities count, as far as it is not the
/// same.
pub(crate) struct Rescored {
    points: i64,
    incomplete: bool,
    faults: Vec<FaultCount>,
    /// Entries with other points, by their place.
    changed: Box<[(u32, i64)]>,
}

impl Rescored {
    /// Folds the same activities under the other program.
    pub(crate) fn of(
        log: &Log,
        fold: &mut Fold<'_>,
        activities: &[Settled],
        adjustments: &[Adjusted],
        tally: &Tally,
    ) -> Result<Self, Error> {
        let (mut changed, mut faults) = (Vec::new(), Faults::default());
        let mut entries = (0..).zip(&tally.entries);
        let mut total = fold.person(&tally.advocate, activities, |scored| {
            if scored.not_counted.is_some() {
                return;
            }
            faults.add(log, scored.activity, scored.faults);
            if let Some((place, entry)) = entries.next()
                && entry.points != scored.points
            {
                changed.push((place, scored.points));
            }
        })?;
        total.adjust(adjustments)?;
        let (points, incomplete) = (total.points, total.incomplete);
        Ok(Self { points, incomplete, faults: faults.list, changed: changed.into() })
    }

    pub(crate) fn points(&self) -> i64 {
        self.points
    }
}

impl Tally {
    /// Puts what another program makes of it in its place.
    pub(crate) fn rescore(&mut self, rescored: Rescored) {
        let Rescored { points, incomplete, faults, changed } = rescored;
        (self.points, self.incomplete, self.faults) = (points, incomplete, faults);
        for (place, points) in changed {
            self.entries[place as usize].points = points;
        }
    }
}

/// What figures ask of an activity that counts; its points are not there yet.
fn entry(
    program: &Program,
    activity: &Settled,
    kind: &Kind,
    world: &World,
    findings: FindingCounts,
) -> Entry {
    let fact = |fact: ActivityFact| match world.kept(Object::Activity, fact as u8) {
        Some(value) => Cow::Borrowed(value),
        None => Cow::Owned(world.value(0, Object::Activity, fact as u8, None)),
    };
    let is = |asked: ActivityFact| *fact(asked) == Value::Flag(true);
    let outcomes = ActivityFact::OUTCOMES;
    let stated = |fact: &ActivityFact| activity.stated.iter().any(|(slot, _)| *slot == *fact as u8);
    let results = outcomes
        .iter()
        .any(stated)
        .then(|| std::array::from_fn(|metric| fact(outcomes[metric]).number().unwrap_or(0)));
    let role = kind.role;
    let mentee = activity.counterpart.clone().filter(|_| role == Some(Role::Mentoring));
    let words = activity.post.as_ref().and_then(|post| words_of(&post.text));
    let place_of = |words: &[&str], asked: ActivityFact| {
        number_of(words, fact(asked).text().map(|word| &**word))
    };
    let flag = |is_so: bool| Some(i64::from(is_so));
    let traits = [
        (Trait::GHOSTWRITTEN, flag(is(ActivityFact::Ghostwritten))),
        (Trait::OWN_PHOTO, flag(is(ActivityFact::OwnPhoto))),
        (Trait::CUSTOMER, flag(is(ActivityFact::Customer))),
        (Trait::HAS_COUNTERPART, flag(activity.counterpart.is_some())),
        (Trait::STYLE, number_of(STYLES, Some(&kind.style))),
        (Trait::FORMAT, place_of(FORMATS, ActivityFact::Format)),
        (Trait::ORIGIN, place_of(ORIGINS, ActivityFact::Origin)),
        (Trait::ROLE, role.and_then(|role| number_of(&Role::ALL, Some(role)))),
        (Trait::OWN_WORDS, fact(ActivityFact::OwnWords).number()),
    ];
    let traits = traits.into_iter().fold(0, |all, (which, value)| all | which.of(value));
    Entry {
        points: 0,
        second_and_traits: (activity.at.as_second() << Trait::ALL) | traits,
        nanosecond: activity.at.subsec_nanosecond(),
        place: activity.place,
        day: program.manifest.calendar.day(activity.at),
        kind: kind.number,
        more: More::of(Rare { mentee, results, findings, words }),
    }
}

/// Whether activities of a kind count as something for their counterparts.
pub(crate) fn is_received(program: &Program, kind: &str) -> bool {
    matches!(program.manifest.role_of(kind), Some(Role::Mentoring | Role::Kudos))
}

/// What an activity is to its counterpart, where it counts.
pub(crate) fn received(program: &Program, roster: &Roster, activity: &Settled) -> Option<Received> {
    activity.counterpart.as_ref()?;
    let kind = activity.text(ActivityFact::Kind)?;
    let counts = is_received(program, kind) && {
        let giver = roster.member(&activity.advocate).map(|giver| &**giver);
        admitted(program, roster, giver, activity).is_ok()
    };
    let role = program.manifest.role_of(kind)?;
    let calendar: &Calendar = &program.manifest.calendar;
    counts.then(|| Received {
        place: activity.place,
        at: activity.at,
        day: calendar.day(activity.at),
        from: Arc::clone(&activity.advocate),
        role,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_traits_of_an_entry_leave_each_other_alone() {
        for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            for (role, percent) in [(None, None), (Some(Role::Kudos), Some(100))] {
                let traits = [
                    (Trait::OWN_PHOTO, Some(1)),
                    (Trait::STYLE, Some(4)),
                    (Trait::FORMAT, None),
                    (Trait::ORIGIN, Some(2)),
                    (Trait::ROLE, role.and_then(|role| number_of(&Role::ALL, Some(role)))),
                    (Trait::OWN_WORDS, percent),
                ];
                let traits = traits.into_iter().fold(0, |all, (which, it)| all | which.of(it));
                let entry = Entry {
                    second_and_traits: (at.as_second() << Trait::ALL) | traits,
                    nanosecond: at.subsec_nanosecond(),
                    ..an_entry()
                };
                assert_eq!((entry.at(), entry.role(), entry.own_words()), (at, role, percent));
                assert_eq!((entry.style(), entry.format()), (STYLES[4], None));
                assert_eq!(entry.origin(), Some(ORIGINS[2]));
                assert!(entry.has_own_photo() && !entry.is_ghostwritten());
                assert!(!entry.is_for_customer() && !entry.has_counterpart());
            }
        }
    }

    #[test]
    fn an_entry_stays_small() {
        assert!(size_of::<Entry>() <= 40, "{} bytes", size_of::<Entry>());
        assert!(size_of::<More>() <= 40, "{} bytes", size_of::<More>());
    }

    #[test]
    fn results_are_kept_however_large() {
        for largest in [0, 7, i64::from(u32::MAX), i64::from(u32::MAX) + 1, crate::facts::LARGEST] {
            let mut results = [3; ActivityFact::OUTCOMES.len()];
            results[5] = largest;
            for words in [None, Some(7)] {
                let rare = Rare { results: Some(results), words, ..Rare::default() };
                let entry = Entry { more: More::of(rare), ..an_entry() };
                assert_eq!((entry.result(4), entry.result(5)), (Some(3), Some(largest)));
                assert_eq!(entry.words(), words);
            }
        }
        assert!(More::of(Rare::default()).is_none());
        assert_eq!((an_entry().has_results(), an_entry().result(0)), (false, None));
    }

    fn an_entry() -> Entry {
        Entry {
            points: 0,
            second_and_traits: 0,
            nanosecond: 0,
            place: 0,
            day: Calendar::new(jiff::tz::TimeZone::UTC, jiff::civil::Weekday::Monday)
                .day(Timestamp::UNIX_EPOCH),
            kind: 0,
            more: None,
        }
    }
}
