//! Scores activities that are at hand as plain values: no records, no JSON, no evidence.
//!
//! The same activities as events of a log have the same points; a post's text is not among the
//! values, so that rules see of posts what the values say.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::Fold;
use crate::error::{Code, Error, Problem, choose};
use crate::events::{LOCAL, LONGEST_TEXT, Stated};
use crate::facts::{ActivityFact, Type, Value};
use crate::program::Program;
use crate::roster::{NotCounted, Roster};
use crate::timeline::{Contents, Settled};

/// An activity as plain values. A text that is empty is not stated, nor is a number or an answer that
/// is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainActivity<'a> {
    /// The system that it comes from; `local` where it does not say.
    pub source: &'a str,
    /// Its id within the source. No two of a call are the same.
    pub id: &'a str,
    /// Who did it, by any of their names.
    pub advocate: &'a str,
    /// What was done.
    pub kind: &'a str,
    /// When.
    pub at: Timestamp,
    /// Who else took part.
    pub counterpart: &'a str,
    /// The id of the content that was shared.
    pub content: &'a str,
    /// Where it was done.
    pub channel: &'a str,
    /// The campaign that the content belongs to.
    pub campaign: &'a str,
    /// Where the content comes from: `own`, `company` or `third_party`.
    pub origin: &'a str,
    /// The format of what was published.
    pub format: &'a str,
    /// Percent of the words that are the advocate's own.
    pub own_words: Option<i64>,
    /// Words in the published text.
    pub words: Option<i64>,
    /// Whether somebody else wrote it.
    pub ghostwritten: Option<bool>,
    /// Whether it shows a picture that the advocate took.
    pub own_photo: Option<bool>,
    /// Whether it answers or serves a customer.
    pub customer: Option<bool>,
    /// Minutes it took.
    pub minutes: Option<i64>,
    /// Times the published post was shown.
    pub impressions: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Comments received.
    pub comments: Option<i64>,
    /// Times others shared it on.
    pub shares: Option<i64>,
    /// Clicks on its links.
    pub clicks: Option<i64>,
    /// Leads it brought.
    pub leads: Option<i64>,
    /// Conversions it brought.
    pub conversions: Option<i64>,
    /// Value of the sales pipeline it brought, in whole units of the program's currency.
    pub pipeline_value: Option<i64>,
}

/// The points of an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlainPoints {
    /// The points; 0 where it does not count.
    pub points: i64,
    /// Why it does not count, where it does not.
    pub not_counted: Option<PlainReason>,
    /// How many rules failed on it, so that points may be missing.
    pub faults: usize,
}

/// Why an activity among plain values does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainReason {
    /// As of any activity.
    NotCounted(NotCounted),
    /// It is at as-of or later.
    Later,
}

impl Program {
    /// Scores activities that are at hand as plain values, for the people of a roster, as of a time:
    /// the points of each, in their order. What people did before is what these activities say.
    ///
    /// # Errors
    ///
    /// A value is out of range, two activities have the same identity, or a rule ran out of time
    /// (retryable).
    pub fn score_plain(
        &self,
        activities: &[PlainActivity<'_>],
        roster: &Roster,
        as_of: Timestamp,
    ) -> Result<Vec<PlainPoints>, Error> {
        self.score_plain_each(activities.iter().map(Ok), roster, as_of)
    }

    /// The same of activities that are put together one by one, each when it is its turn.
    ///
    /// # Errors
    ///
    /// As of [`Program::score_plain`]; and the first that putting them together ends in.
    pub fn score_plain_each<'a, A, E>(
        &self,
        activities: impl ExactSizeIterator<Item = Result<A, E>>,
        roster: &Roster,
        as_of: Timestamp,
    ) -> Result<Vec<PlainPoints>, E>
    where
        A: Borrow<PlainActivity<'a>>,
        E: From<Error>,
    {
        let count = activities.len();
        let mut points = vec![PlainPoints::default(); count];
        let mut names = Names::default();
        let mut by_advocate: HashMap<Arc<str>, Vec<Settled>, RandomState> = HashMap::default();
        let mut seen: HashMap<(&str, &str), usize, RandomState> = HashMap::default();
        seen.reserve(count);
        let mut identities = Vec::with_capacity(count);
        for (index, activity) in activities.enumerate() {
            let activity = activity?;
            let activity: &PlainActivity<'a> = activity.borrow();
            let wrong = |problem: Problem| {
                let field = problem.field.as_deref().unwrap_or_default();
                let field = format!("activities[{index}].{field}");
                Error::from(problem.field(field))
            };
            activity.check().map_err(wrong)?;
            let identity = activity.identity();
            if let Some(first) = seen.insert(identity, index) {
                let message = format!(
                    "`activities[{first}]` and `activities[{index}]` have the same source and id"
                );
                return Err(wrong(Problem::new(Code::Conflict, message).field("id")).into());
            }
            identities.push(identity);
            if activity.at >= as_of {
                points[index].not_counted = Some(PlainReason::Later);
                continue;
            }
            let mut settled = activity.settled(index, &mut names);
            settled.resolve(roster);
            match by_advocate.get_mut(&settled.advocate) {
                Some(own) => own.push(settled),
                None => drop(by_advocate.insert(Arc::clone(&settled.advocate), vec![settled])),
            }
        }
        let contents = Contents::default();
        let mut fold = Fold::new(self, &contents, roster);
        for (advocate, mut own) in by_advocate {
            if let Err(why) = roster.shows(&advocate, as_of) {
                for activity in &own {
                    let not_counted = Some(PlainReason::NotCounted(why));
                    points[activity.place as usize].not_counted = not_counted;
                }
                continue;
            }
            let order = |settled: &Settled| (settled.at, identities[settled.place as usize]);
            own.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
            fold.person(&advocate, &own, |scored| {
                points[scored.activity.place as usize] = PlainPoints {
                    points: scored.points,
                    not_counted: scored.not_counted.map(PlainReason::NotCounted),
                    faults: scored.faults.len(),
                };
            })?;
        }
        Ok(points)
    }
}

/// Texts that come again, each kept once for the length of a call.
#[derive(Default)]
struct Names<'a>(HashMap<&'a str, Arc<str>, RandomState>);

impl<'a> Names<'a> {
    fn shared(&mut self, text: &'a str) -> Arc<str> {
        Arc::clone(self.0.entry(text).or_insert_with(|| text.into()))
    }
}

impl<'a> PlainActivity<'a> {
    fn identity(&self) -> (&'a str, &'a str) {
        (if self.source.is_empty() { LOCAL } else { self.source }, self.id)
    }

    fn texts(&self) -> [(ActivityFact, &'a str); 5] {
        [
            (ActivityFact::Kind, self.kind),
            (ActivityFact::Channel, self.channel),
            (ActivityFact::Campaign, self.campaign),
            (ActivityFact::Origin, self.origin),
            (ActivityFact::Format, self.format),
        ]
    }

    fn numbers(&self) -> [(ActivityFact, Option<i64>); 11] {
        [
            (ActivityFact::OwnWords, self.own_words),
            (ActivityFact::Words, self.words),
            (ActivityFact::Minutes, self.minutes),
            (ActivityFact::Impressions, self.impressions),
            (ActivityFact::Likes, self.likes),
            (ActivityFact::Comments, self.comments),
            (ActivityFact::Shares, self.shares),
            (ActivityFact::Clicks, self.clicks),
            (ActivityFact::Leads, self.leads),
            (ActivityFact::Conversions, self.conversions),
            (ActivityFact::PipelineValue, self.pipeline_value),
        ]
    }

    fn flags(&self) -> [(ActivityFact, Option<bool>); 3] {
        [
            (ActivityFact::Ghostwritten, self.ghostwritten),
            (ActivityFact::OwnPhoto, self.own_photo),
            (ActivityFact::Customer, self.customer),
        ]
    }

    /// Whether a record could say the same.
    fn check(&self) -> Result<(), Problem> {
        let needed = [("id", self.id), ("advocate", self.advocate), ("kind", self.kind)];
        for (field, text) in needed {
            if text.is_empty() {
                let message = format!("the field `{field}` is missing");
                return Err(Problem::new(Code::Missing, message).field(field));
            }
        }
        let others = [
            ("source", self.source),
            ("counterpart", self.counterpart),
            ("content", self.content),
            ("channel", self.channel),
            ("campaign", self.campaign),
        ];
        for (field, text) in needed.into_iter().chain(others) {
            if text.len() > LONGEST_TEXT {
                let message = format!("the text is longer than {LONGEST_TEXT} bytes");
                return Err(Problem::new(Code::WrongValue, message).field(field));
            }
        }
        for (fact, text) in
            [(ActivityFact::Origin, self.origin), (ActivityFact::Format, self.format)]
        {
            let declared = &ActivityFact::FACTS[fact as usize];
            if let Type::Word(crate::facts::Words::Fixed(known)) = declared.kind
                && !text.is_empty()
                && !known.contains(&text)
            {
                return Err(Problem::new(Code::WrongValue, "it is not one of the values")
                    .maybe_help(choose(text, known.iter().copied()))
                    .field(declared.name));
            }
        }
        for (fact, number) in self.numbers() {
            let declared = &ActivityFact::FACTS[fact as usize];
            if let (Some(number), Type::Number(least, most)) = (number, declared.kind)
                && !(least..=most).contains(&number)
            {
                let message = format!("the number is out of range: {least} to {most}");
                return Err(Problem::new(Code::WrongValue, message).field(declared.name));
            }
        }
        Ok(())
    }

    /// What would be read from its record.
    fn settled(&self, place: usize, names: &mut Names<'a>) -> Settled {
        let mut optional = |text: &'a str| (!text.is_empty()).then(|| names.shared(text));
        let (content, counterpart) = (optional(self.content), optional(self.counterpart));
        let mut stated = Stated::with_capacity(8);
        for (fact, text) in self.texts() {
            stated.extend(optional(text).map(|text| (fact as u8, Value::Text(text))));
        }
        let numbers = self.numbers();
        let numbers = numbers
            .iter()
            .filter_map(|(fact, number)| Some((*fact as u8, Value::Number((*number)?))));
        stated.extend(numbers);
        let flags = self.flags();
        stated.extend(
            flags.iter().filter_map(|(fact, flag)| Some((*fact as u8, Value::Flag((*flag)?)))),
        );
        stated.sort_unstable_by_key(|(slot, _)| *slot);
        Settled {
            // A call has fewer activities than places have numbers: they would not fit into memory.
            place: u32::try_from(place).unwrap_or(u32::MAX),
            at: self.at,
            advocate: names.shared(self.advocate),
            content,
            counterpart,
            post: None,
            stated,
            upheld: Vec::new(),
        }
    }
}
