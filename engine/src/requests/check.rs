//! Checks of posts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::given::{Given, Listed};
use super::past::Past;
use super::sealed::Asked;
use super::{Answers, Item, Question, REQUEST, Refusal, When};
use crate::error::{Code, Error, Problem};
use crate::events::{Log, People, read_record};
use crate::guidelines::{CheckContext, Verdict};
use crate::history::History;
use crate::ledger::Ledger;
use crate::live::Live;
use crate::post::Post;
use crate::program::Program;
use crate::roster::Roster;
use crate::timeline::Records;
use crate::wire::canonical;

/// A post to check.
///
/// A program may be told `events` and `people` to look back on, with `assume_consent`; a ledger looks
/// back on what is on record.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CheckQuestion")]
pub struct Check {
    /// The post.
    pub post: Post,
    /// The time to check for, where the post does not say one itself.
    #[serde(default)]
    pub at: Option<When>,
    /// What is known of people, where a program is asked.
    #[serde(default)]
    people: Option<Listed<People>>,
    /// What happened, where a program is asked.
    #[serde(default)]
    events: Option<Listed<Log>>,
    /// Whether people are taken for willing where nothing is known of their consent.
    #[serde(default)]
    assume_consent: Option<bool>,
}

/// Posts to check, each for itself: what is wrong with one is told in its place.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CheckManyQuestion")]
pub struct CheckMany<'a> {
    /// The posts.
    #[serde(borrow)]
    #[schemars(with = "Vec<Post>")]
    posts: Vec<&'a RawValue>,
    /// The time to check for, where a post does not say one itself.
    #[serde(default)]
    at: Option<When>,
    /// What is known of people, where a program is asked.
    #[serde(default)]
    people: Option<Listed<People>>,
    /// What happened, where a program is asked.
    #[serde(default)]
    events: Option<Listed<Log>>,
    /// Whether people are taken for willing where nothing is known of their consent.
    #[serde(default)]
    assume_consent: Option<bool>,
}

/// What became of one of several posts.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(untagged)]
pub enum Checked {
    /// What the guidelines say of it.
    Verdict(Box<Verdict>),
    /// Why there is no verdict.
    Refused(Refusal),
}

impl Question for Check {}

impl Check {
    /// Reads a check that a ledger is to answer.
    ///
    /// # Errors
    ///
    /// The request is no check, or brings records along.
    pub fn read(request: &str) -> Result<Self, Error> {
        let check: Self = read_record(request, REQUEST)?;
        check.given().refuse()?;
        Ok(check)
    }

    /// What the guidelines say, by what is on record; `now` is the time where neither the request nor
    /// its post says one.
    ///
    /// # Errors
    ///
    /// As [`Live::check`].
    pub fn verdict(
        &self,
        live: &Live,
        program: &Program,
        now: Timestamp,
    ) -> Result<Verdict, Error> {
        let at = self.post.at.or_else(|| Some(self.at?.instant(program))).unwrap_or(now);
        live.check(&self.post, at).map_err(|error| under("post", error))
    }
}

impl Asked for Check {
    fn given(&self) -> Given<'_> {
        let Self { people, events, assume_consent, .. } = self;
        Given { people: people.as_ref(), events: events.as_ref(), assume_consent: *assume_consent }
    }

    fn needs_records(&self) -> bool {
        false
    }

    fn as_of(&self) -> Option<When> {
        None
    }

    fn answer(&self, past: &Past<'_>) -> Result<String, Error> {
        let at = time_of(&self.post, self.at, past.program())?;
        let verdict = match past {
            Past::Live(_, live, _) => live.check(&self.post, at),
            Past::Records(program, records) => {
                Looking::back(program, records, self.people.is_some()).check(&self.post, at)
            }
        };
        canonical(&verdict.map_err(|error| under("post", error))?)
    }
}

/// The time that a post is checked for.
fn time_of(post: &Post, at: Option<When>, program: &Program) -> Result<Timestamp, Problem> {
    post.at.or_else(|| Some(at?.instant(program))).ok_or_else(|| {
        Problem::new(Code::Missing, "there is no time to check for")
            .help("say when the post is to be published: `at`, or `at` of the post")
            .field("at")
    })
}

/// What a check looks back on, where records come along with it.
#[derive(Debug)]
pub struct Looking<'a> {
    program: &'a Program,
    history: Option<History<'a>>,
    roster: Roster,
    has_people: bool,
}

impl<'a> Looking<'a> {
    /// Looks back on records; where there are people among them, an author is one of these.
    pub fn back(program: &'a Program, records: &Records<'a>, has_people: bool) -> Self {
        let Records { log, people, assume_consent, .. } = *records;
        Self {
            program,
            history: (!log.is_empty()).then(|| History::new(program, log, people, assume_consent)),
            // Profiles are asked for by the time of each post.
            roster: match log.is_empty() && people.is_empty() {
                true => Roster::default(),
                false => Roster::new(people, log, Timestamp::MAX, assume_consent),
            },
            has_people,
        }
    }

    /// Checks a post as [`Program::check`] does, with its author and the past as the records say.
    ///
    /// # Errors
    ///
    /// As there; and nothing is known of the author.
    pub fn check(&self, post: &Post, at: Timestamp) -> Result<Verdict, Error> {
        let author = match &post.author {
            // Without anybody to look among, nothing can be said of a name.
            Some(id) => self.roster.author(id, at, || !self.has_people)?,
            None => None,
        };
        let context = CheckContext { author: author.as_ref(), history: self.history.as_ref() };
        self.program.check(post, &context, at)
    }
}

/// Problems of a part of the request, each named as a field of the whole.
fn under(part: &str, error: Error) -> Error {
    error.each(|problem| {
        let within = problem.field.take().map_or_else(String::new, |field| format!(".{field}"));
        problem.field = Some(format!("{part}{within}"));
        // Their line and column are those of the part.
        if problem.file.as_deref() == Some(REQUEST) {
            (problem.line, problem.column, problem.length) = (None, None, None);
        }
    })
}

/// Checks posts upon the people and events that the request brings along.
///
/// # Errors
///
/// The request cannot be read as a whole; what is wrong with a post is told in its place.
pub fn check_many(program: &Program, request: &str) -> Result<Answers, Error> {
    let many: CheckMany<'_> = read_many(request)?;
    let given = many.given();
    given.check(false)?;
    let records = Records {
        log: given.log(),
        people: given.people(),
        as_of: Timestamp::MAX,
        assume_consent: given.assumes_consent(),
    };
    let looking = Looking::back(program, &records, many.people.is_some());
    many.each(program, |post, at| looking.check(post, at))
}

/// Checks posts upon what is on record in a ledger.
///
/// # Errors
///
/// The request cannot be read as a whole, or the journal cannot be read; what is wrong with a post
/// is told in its place.
pub fn check_many_in(ledger: &Ledger, request: &str) -> Result<Answers, Error> {
    let many: CheckMany<'_> = read_many(request)?;
    many.given().refuse()?;
    let live: &Live = ledger.live()?;
    many.each(ledger.program(), |post, at| live.check(post, at))
}

fn read_many(request: &str) -> Result<CheckMany<'_>, Error> {
    read_record(request, REQUEST)
}

impl CheckMany<'_> {
    fn given(&self) -> Given<'_> {
        let Self { people, events, assume_consent, .. } = self;
        Given { people: people.as_ref(), events: events.as_ref(), assume_consent: *assume_consent }
    }

    fn each(
        &self,
        program: &Program,
        check: impl Fn(&Post, Timestamp) -> Result<Verdict, Error>,
    ) -> Result<Answers, Error> {
        let one = |post: &RawValue| -> Result<Verdict, Error> {
            let post: Post = read_record(post.get(), REQUEST)?;
            check(&post, time_of(&post, self.at, program)?)
        };
        let mut items = Vec::with_capacity(self.posts.len());
        for (index, post) in self.posts.iter().enumerate() {
            let part = format!("posts[{index}]");
            let (checked, problems) = match one(post).map_err(|error| under(&part, error)) {
                Ok(verdict) => (Checked::Verdict(Box::new(verdict)), Vec::new()),
                Err(error) => {
                    let problems = error.problems().to_vec();
                    (Checked::Refused(Refusal { problems: problems.clone() }), problems)
                }
            };
            items.push(Item { document: canonical(&checked)?, problems });
        }
        Ok(Answers::of(items))
    }
}
