//! Scoring many activities without JSON: structs in, structs out.

use jiff::Timestamp;
use plaudit_engine::events::{Log, People, Person, read_record};
use plaudit_engine::scoring::{PlainActivity, PlainReason};
use plaudit_engine::{NotCounted, Program, Roster};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Failure, result};
use crate::ledger::PlauditLedger;
use crate::program::PlauditProgram;
use crate::result::PlauditResult;
use crate::sized::{Measured, Row, all, stride};
use crate::text::PlauditText;

/// `own_words` of a plaudit_activity is stated.
pub const PLAUDIT_STATES_OWN_WORDS: u32 = 1;
/// `words` of a plaudit_activity is stated.
pub const PLAUDIT_STATES_WORDS: u32 = 2;
/// `minutes` of a plaudit_activity is stated.
pub const PLAUDIT_STATES_MINUTES: u32 = 4;

/// An activity without a post's text. Fill it with zeroes, then set what is known: an empty text, 0 and
/// no bit in `stated` are as a record that does not have the field. A number is from 0 to 2^53-1.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditActivity {
    /// sizeof(plaudit_activity), the same in all activities of a call.
    pub size: usize,
    /// The system that it comes from; "local" where it is empty.
    pub source: PlauditText,
    /// Its id within the source. No two of a call are the same.
    pub id: PlauditText,
    /// Who did it, by any of their names.
    pub advocate: PlauditText,
    /// What was done: a kind that the program declares.
    pub kind: PlauditText,
    /// Where: a channel that the program declares.
    pub channel: PlauditText,
    /// Who else took part.
    pub counterpart: PlauditText,
    /// The id of the content that was shared.
    pub content: PlauditText,
    /// The campaign that the content belongs to.
    pub campaign: PlauditText,
    /// Where the content comes from: "own", "company" or "third_party".
    pub origin: PlauditText,
    /// The format of what was published: "text", "image", "video", "story", "document" or "audio".
    pub format: PlauditText,
    /// When: seconds since 1970-01-01T00:00:00Z, below 0 before that …
    pub at_seconds: i64,
    /// … and nanoseconds after it, from 0 to 999999999.
    pub at_nanoseconds: u32,
    /// Which of own_words, words and minutes are stated: PLAUDIT_STATES_... added up.
    pub stated: u32,
    /// Percent of the words that are the advocate's own, from 0 to 100.
    pub own_words: i64,
    /// Words in the published text.
    pub words: i64,
    /// Minutes it took.
    pub minutes: i64,
    /// Times the published post was shown.
    pub impressions: i64,
    /// Likes.
    pub likes: i64,
    /// Comments received.
    pub comments: i64,
    /// Times others shared it on.
    pub shares: i64,
    /// Clicks on its links.
    pub clicks: i64,
    /// Leads it brought.
    pub leads: i64,
    /// Conversions it brought.
    pub conversions: i64,
    /// Value of the sales pipeline it brought, in whole units of the program's currency.
    pub pipeline_value: i64,
    /// Not 0: somebody else wrote it for the advocate.
    pub ghostwritten: u32,
    /// Not 0: it shows a picture that the advocate took.
    pub own_photo: u32,
    /// Not 0: it answers or serves a customer.
    pub customer: u32,
    /// Not used; 0.
    pub reserved: u32,
}

// SAFETY: it is `repr(C)` and begins with its size; pointers and numbers may have any bits.
unsafe impl Measured for PlauditActivity {
    const NAME: &'static str = "activities";
}

/// Whether something holds of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum PlauditAnswer {
    /// Nobody said.
    NotSaid = 0,
    /// Yes.
    Yes = 1,
    /// No.
    No = 2,
}

/// A person as known now, for plaudit_score_activities(). Fill it with zeroes, then set what is known.
/// Whatever changed with time, other names, skills and the like need a ledger.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditPerson {
    /// sizeof(plaudit_person), the same in all people of a call.
    pub size: usize,
    /// The advocate's id.
    pub id: PlauditText,
    /// The department the person works in.
    pub department: PlauditText,
    /// The function in the company.
    pub function: PlauditText,
    /// The country the person works in.
    pub country: PlauditText,
    /// The career level.
    pub level: PlauditText,
    /// The group the person joined the program with.
    pub cohort: PlauditText,
    /// The style of taking part that the person chose.
    pub style: PlauditText,
    /// The advocate who is the person's mentor.
    pub mentor: PlauditText,
    /// Whether the person has opted in, a plaudit_answer; where nobody said, no.
    pub consent: u32,
    /// Whether the person is an active employee, a plaudit_answer; where nobody said, yes.
    pub active: u32,
    /// Not 0: the person leads others or speaks for the company.
    pub leader: u32,
    /// Not used; 0.
    pub reserved: u32,
}

// SAFETY: as above.
unsafe impl Measured for PlauditPerson {
    const NAME: &'static str = "people";
}

/// Why an activity does not count. A later version may add reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum PlauditNotCounted {
    /// It counts.
    Counts = 0,
    /// The person is not on record, so there is no consent.
    NotOnRecord = 1,
    /// The person had not opted in.
    NoConsent = 2,
    /// The person was no active employee.
    NotActive = 3,
    /// The program does not declare the kind.
    UndeclaredKind = 4,
    /// The program does not declare the channel.
    UndeclaredChannel = 5,
    /// The advocate is their own counterpart.
    OwnCounterpart = 6,
    /// It is at as-of or later.
    Later = 7,
}

/// The points of an activity.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditPoints {
    /// sizeof(plaudit_points), set by the caller in the first of the array: how far they are apart.
    pub size: usize,
    /// The points; 0 where it does not count.
    pub points: i64,
    /// Why it does not count: a plaudit_not_counted, 0 where it does.
    pub not_counted: u32,
    /// How many rules failed on it, so that points may be missing.
    pub faults: u32,
}

/// Scores `count` activities, for `people_count` people, as of a time, and writes the points of each to
/// the member of `points` with the same number, as plaudit_score() would count them. The activities are
/// all that rules know of the past: give everything that people did since their caps and streaks began.
/// People whose consent nobody speaks of are out, unless `assume_consent` is not 0. On a failure nothing
/// is written.
///
///     plaudit_activity shared;
///     plaudit_points points;
///     memset(&shared, 0, sizeof shared);
///     shared.size = sizeof shared;
///     points.size = sizeof points;
///     shared.id.data = "1", shared.id.length = 1;
///     shared.advocate.data = "ada", shared.advocate.length = 3;
///     shared.kind.data = "share", shared.kind.length = 5;
///     shared.at_seconds = 1780304400;
///     plaudit_result *result =
///         plaudit_score_activities(program, &shared, 1, NULL, 0, 1782856800, 1, &points);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_score_activities(
    program: *const PlauditProgram,
    activities: *const PlauditActivity,
    count: usize,
    people: *const PlauditPerson,
    people_count: usize,
    as_of_seconds: i64,
    assume_consent: u32,
    points: *mut PlauditPoints,
) -> *mut PlauditResult {
    result("plaudit_score_activities", |call| {
        // SAFETY: the header asks for a program.
        let program = &unsafe { call.handle(program)? }.program;
        let as_of = instant(as_of_seconds, 0, "as_of_seconds")?;
        // SAFETY: the header asks for so many people with texts in them.
        let people = unsafe { everyone(&all(people, people_count)?)? };
        let roster = Roster::new(&people, &Log::new(), as_of, assume_consent != 0);
        // SAFETY: the header asks for so many activities, and as many places for points.
        unsafe { scored(program, activities, count, &roster, as_of, points) }
    })
}

/// The same for the people of a ledger, by all their names. The activities are still all that rules know
/// of the past: nothing is taken from the record, and nothing is put there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_score_activities(
    ledger: *const PlauditLedger,
    activities: *const PlauditActivity,
    count: usize,
    as_of_seconds: i64,
    points: *mut PlauditPoints,
) -> *mut PlauditResult {
    result("plaudit_ledger_score_activities", |call| {
        // SAFETY: the header asks for a ledger.
        let ledger = &unsafe { call.handle(ledger)? }.ledger;
        let as_of = instant(as_of_seconds, 0, "as_of_seconds")?;
        let roster = ledger.roster(as_of)?;
        // SAFETY: the header asks for so many activities, and as many places for points.
        unsafe { scored(ledger.program(), activities, count, &roster, as_of, points) }
    })
}

/// # Safety
///
/// There are `count` activities with texts in them and as many places for points.
unsafe fn scored(
    program: &Program,
    activities: *const PlauditActivity,
    count: usize,
    roster: &Roster,
    as_of: Timestamp,
    places: *mut PlauditPoints,
) -> Result<Answer, Failure> {
    if count == 0 {
        return Ok("null".to_owned().into());
    }
    // SAFETY: the caller vouches for them.
    let (row, apart) = unsafe { (all(activities, count)?, stride(places, count, "points")?) };
    let plain = row.iter().enumerate().map(|(index, activity)| {
        // SAFETY: the caller vouches for its texts.
        let read = unsafe { activity.plain() };
        read.map_err(|failure| failure.within(&format!("activities[{index}]")))
    });
    let scored = program.score_plain_each(plain, roster, as_of)?;
    for (index, points) in scored.into_iter().enumerate() {
        // SAFETY: there are `count` places, so many bytes apart, each at least as large as the struct;
        // the caller lets nobody else use them.
        unsafe {
            let place = places.cast::<u8>().add(index * apart).cast::<PlauditPoints>();
            (&raw mut (*place).points).write(points.points);
            (&raw mut (*place).not_counted).write(reason(points.not_counted) as u32);
            let faults = u32::try_from(points.faults).unwrap_or(u32::MAX);
            (&raw mut (*place).faults).write(faults);
        }
    }
    Ok("null".to_owned().into())
}

fn reason(why: Option<PlainReason>) -> PlauditNotCounted {
    match why {
        None => PlauditNotCounted::Counts,
        Some(PlainReason::Later) => PlauditNotCounted::Later,
        Some(PlainReason::NotCounted(why)) => match why {
            NotCounted::NotOnRecord => PlauditNotCounted::NotOnRecord,
            NotCounted::NoConsent => PlauditNotCounted::NoConsent,
            NotCounted::NotActive => PlauditNotCounted::NotActive,
            NotCounted::UndeclaredKind => PlauditNotCounted::UndeclaredKind,
            NotCounted::UndeclaredChannel => PlauditNotCounted::UndeclaredChannel,
            NotCounted::OwnCounterpart => PlauditNotCounted::OwnCounterpart,
        },
    }
}

fn instant(seconds: i64, nanoseconds: u32, what: &'static str) -> Result<Timestamp, Failure> {
    let wrong = || Failure::argument(what, "is no time from the year -9999 to 9999");
    let nanoseconds = i32::try_from(nanoseconds).map_err(|_| wrong())?;
    if nanoseconds > 999_999_999 {
        return Err(wrong());
    }
    if seconds >= 0 {
        return Timestamp::new(seconds, nanoseconds).map_err(|_| wrong());
    }
    // One duration from the epoch: whole seconds and nanoseconds may lie on either side of it.
    let whole = Timestamp::new(seconds, 0).map_err(|_| wrong())?;
    let rest = jiff::SignedDuration::from_nanos(nanoseconds.into());
    whole.checked_add(rest).map_err(|_| wrong())
}

impl PlauditActivity {
    /// # Safety
    ///
    /// Its texts are texts, which nobody changes as long as `'a` lasts.
    unsafe fn plain<'a>(&self) -> Result<PlainActivity<'a>, Failure> {
        let stated = |bit: u32, number: i64| (self.stated & bit != 0).then_some(number);
        // 0 says no more than silence does.
        let counted = |number: i64| (number != 0).then_some(number);
        let flag = |flag: u32| (flag != 0).then_some(true);
        // SAFETY: the caller vouches for its texts.
        unsafe {
            Ok(PlainActivity {
                source: self.source.read("source")?,
                id: self.id.read("id")?,
                advocate: self.advocate.read("advocate")?,
                kind: self.kind.read("kind")?,
                at: instant(self.at_seconds, self.at_nanoseconds, "at_seconds")?,
                counterpart: self.counterpart.read("counterpart")?,
                content: self.content.read("content")?,
                channel: self.channel.read("channel")?,
                campaign: self.campaign.read("campaign")?,
                origin: self.origin.read("origin")?,
                format: self.format.read("format")?,
                own_words: stated(PLAUDIT_STATES_OWN_WORDS, self.own_words),
                words: stated(PLAUDIT_STATES_WORDS, self.words),
                ghostwritten: flag(self.ghostwritten),
                own_photo: flag(self.own_photo),
                customer: flag(self.customer),
                minutes: stated(PLAUDIT_STATES_MINUTES, self.minutes),
                impressions: counted(self.impressions),
                likes: counted(self.likes),
                comments: counted(self.comments),
                shares: counted(self.shares),
                clicks: counted(self.clicks),
                leads: counted(self.leads),
                conversions: counted(self.conversions),
                pipeline_value: counted(self.pipeline_value),
            })
        }
    }
}

/// The people of a call.
///
/// # Safety
///
/// Their texts are texts.
unsafe fn everyone(row: &Row<'_, PlauditPerson>) -> Result<People, Failure> {
    let mut people = People::new();
    for (index, person) in row.iter().enumerate() {
        let within = |failure: Failure| failure.within(&format!("people[{index}]"));
        // SAFETY: the caller vouches for its texts.
        let person = unsafe { person.record() }.map_err(within)?;
        if people.add(person).is_err() {
            return Err(within(Failure::argument("id", "is that of another one, too")));
        }
    }
    Ok(people)
}

impl PlauditPerson {
    /// The person as a record is read, so that structs and files share every check.
    ///
    /// # Safety
    ///
    /// Its texts are texts.
    unsafe fn record(&self) -> Result<Person, Failure> {
        let mut record = Map::new();
        let texts = [
            ("id", self.id),
            ("department", self.department),
            ("function", self.function),
            ("country", self.country),
            ("level", self.level),
            ("cohort", self.cohort),
            ("style", self.style),
            ("mentor", self.mentor),
        ];
        for (name, given) in texts {
            // SAFETY: the caller vouches for it.
            let given = unsafe { given.read(name)? };
            if !given.is_empty() {
                record.insert(name.to_owned(), given.into());
            }
        }
        for (name, answer) in [("consent", self.consent), ("active", self.active)] {
            match answer {
                0 => {}
                1 => drop(record.insert(name.to_owned(), true.into())),
                2 => drop(record.insert(name.to_owned(), false.into())),
                other => return Err(Failure::argument(name, format!("cannot be {other}"))),
            }
        }
        if self.leader != 0 {
            record.insert("leader".to_owned(), json!(true));
        }
        let text = Value::Object(record).to_string();
        Ok(read_record(&text, "people")?)
    }
}
