//! Brings mentors and newcomers together. Pairs that exist stay; the others are matched one to one
//! so that all of them together fit best, by what coaching rules say that people offer and seek.

use std::collections::BTreeMap;
use std::sync::Arc;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Code, Error, Problem};
use crate::facts::{Evidence, Folder};
use crate::program::Program;
use crate::script::AdviceDraft;
use crate::standings::{Census, Origin, Withheld};
use crate::subjects::{Run, Subject, SubjectFault, Who};
use crate::timeline::Records;

/// The most people who are matched at once on either side: the time grows with the third power.
const MOST_PEOPLE: usize = 1_000;

/// What one side brings to a topic, and by which rules.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Wish {
    /// The rule's id.
    pub rule: Arc<str>,
    /// How much it weighs.
    pub weight: i64,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// What makes a pair fit in one topic.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Topic {
    /// The topic.
    pub topic: Arc<str>,
    /// What it adds to the fit: all that is offered × all that is sought.
    pub fit: i64,
    /// What the mentor offers.
    pub offered: Vec<Wish>,
    /// What the newcomer seeks.
    pub sought: Vec<Wish>,
}

/// A pair that fits.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Match {
    /// Who could be the mentor.
    pub mentor: Arc<str>,
    /// Who would gain from it.
    pub mentee: Arc<str>,
    /// How well they fit: the sum over topics.
    pub fit: i64,
    /// What makes them fit, by topic.
    pub topics: Vec<Topic>,
}

/// Two people who are a pair already.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Pair {
    /// The mentor.
    pub mentor: Arc<str>,
    /// The one who is mentored.
    pub mentee: Arc<str>,
}

/// Mentors and newcomers, paired.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Pairing {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// Pairs that exist, by mentee.
    pub existing: Vec<Pair>,
    /// Pairs that could be made, by mentee.
    pub proposed: Vec<Match>,
    /// The sum of what the proposed pairs fit: no other way to pair them has a larger one.
    pub fit: i64,
    /// People who seek a mentor and were left without one.
    pub seeking: Vec<Arc<str>>,
    /// People who offer to be a mentor and were left without anybody.
    pub offering: Vec<Arc<str>>,
    /// Why nobody is shown, where it is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Rules that failed.
    pub faults: Vec<SubjectFault>,
}

/// What somebody offers or seeks, by topic.
type Wishes = BTreeMap<Arc<str>, Vec<Wish>>;

impl Program {
    /// Pairs mentors and newcomers, as of a time.
    ///
    /// # Errors
    ///
    /// More than 1,000 people offer or seek mentoring without having it, or a rule ran out of time
    /// (retryable).
    pub fn pair(&self, records: &Records<'_>) -> Result<Pairing, Error> {
        let judge = self.asks_findings(Folder::Coaching);
        let census = Census::of(self, records, None, judge, |_, _| {})?;
        self.pairing(&census, records.assume_consent)
    }

    /// Pairs mentors and newcomers, out of a census that is at hand.
    pub(crate) fn pairing(&self, census: &Census, assumed_consent: bool) -> Result<Pairing, Error> {
        let mut pairing = Pairing {
            origin: Origin::of(self, &census.view, assumed_consent),
            existing: Vec::new(),
            proposed: Vec::new(),
            fit: 0,
            seeking: Vec::new(),
            offering: Vec::new(),
            withheld: None,
            faults: Vec::new(),
        };
        if self.manifest.privacy.aggregate_only {
            pairing.withheld = Some(Withheld::AggregateOnly);
            return Ok(pairing);
        }
        let (mut offers, mut seeks) = (BTreeMap::new(), BTreeMap::new());
        pairing.faults = Run::new(self, census, Folder::Coaching).run(Who::All, |gift| {
            for draft in gift.given.advice()? {
                let (side, topic, weight) = match &draft {
                    AdviceDraft::Offers { topic, weight } => (&mut offers, topic, *weight),
                    AdviceDraft::Seeks { topic, weight } => (&mut seeks, topic, *weight),
                    AdviceDraft::Suggestion { .. } => continue,
                };
                let Subject::Advocate { advocate } = gift.subject else { continue };
                let wishes: &mut Wishes = side.entry(Arc::clone(advocate)).or_default();
                let rule = Arc::clone(gift.rule.shared_id());
                let evidence = gift.evidence.clone();
                let wish = Wish { rule, weight, evidence };
                wishes.entry(topic.as_str().into()).or_default().push(wish);
            }
            Ok(())
        })?;
        for id in census.tallies.keys().filter(|id| census.roster.is_enrolled(id, census.view.last))
        {
            let Some(standing) = census.standing(id) else { continue };
            let pair = |mentor| Pair { mentor, mentee: Arc::clone(id) };
            let mentors = standing.mentors();
            if !mentors.is_empty() {
                seeks.remove(id);
            }
            pairing.existing.extend(mentors.into_iter().map(pair));
            if !standing.mentees().is_empty() {
                offers.remove(id);
            }
        }
        for side in [&offers, &seeks] {
            if side.len() > MOST_PEOPLE {
                let message =
                    format!("{} people are to be matched; at most {MOST_PEOPLE} are", side.len());
                return Err(Problem::new(Code::TooLarge, message)
                    .help("let the rules offer and seek mentoring for fewer people at a time")
                    .into());
            }
        }
        pairing.proposed = matched(&offers, &seeks);
        pairing.fit = pairing.proposed.iter().map(|pair| pair.fit).sum();
        offers.retain(|id, _| !pairing.proposed.iter().any(|pair| pair.mentor == *id));
        seeks.retain(|id, _| !pairing.proposed.iter().any(|pair| pair.mentee == *id));
        pairing.offering = offers.into_keys().collect();
        pairing.seeking = seeks.into_keys().collect();
        Ok(pairing)
    }
}

/// The one-to-one pairs whose fits have the largest sum, by mentee.
fn matched(offers: &BTreeMap<Arc<str>, Wishes>, seeks: &BTreeMap<Arc<str>, Wishes>) -> Vec<Match> {
    let mentors: Vec<(&Arc<str>, &Wishes)> = offers.iter().collect();
    let mentees: Vec<(&Arc<str>, &Wishes)> = seeks.iter().collect();
    // The algorithm wants no more rows than columns.
    let turned = mentors.len() > mentees.len();
    let (rows, columns) = if turned { (&mentees, &mentors) } else { (&mentors, &mentees) };
    if rows.is_empty() {
        return Vec::new();
    }
    let fits = Matrix::from_fn(rows.len(), columns.len(), |(row, column)| {
        let (mentor, mentee) =
            if turned { (columns[column], rows[row]) } else { (rows[row], columns[column]) };
        fit(mentor, mentee)
    });
    let (_, chosen) = kuhn_munkres(&fits);
    let mut found: Vec<Match> = chosen
        .into_iter()
        .enumerate()
        .map(|(row, column)| match turned {
            true => (columns[column], rows[row]),
            false => (rows[row], columns[column]),
        })
        .map(|(mentor, mentee)| Match {
            mentor: Arc::clone(mentor.0),
            mentee: Arc::clone(mentee.0),
            fit: fit(mentor, mentee),
            topics: topics(mentor, mentee),
        })
        .filter(|pair| pair.fit > 0)
        .collect();
    found.sort_by(|a, b| a.mentee.cmp(&b.mentee));
    found
}

fn weight(wishes: &[Wish]) -> i64 {
    wishes.iter().map(|wish| wish.weight).sum()
}

/// How well two people fit; nobody is their own mentor.
fn fit(mentor: (&Arc<str>, &Wishes), mentee: (&Arc<str>, &Wishes)) -> i64 {
    if mentor.0 == mentee.0 {
        return 0;
    }
    let shared = mentor
        .1
        .iter()
        .filter_map(|(topic, offered)| Some(weight(offered) * weight(mentee.1.get(topic)?)));
    shared.sum()
}

fn topics(mentor: (&Arc<str>, &Wishes), mentee: (&Arc<str>, &Wishes)) -> Vec<Topic> {
    let shared = mentor.1.iter().filter_map(|(topic, offered)| {
        let sought = mentee.1.get(topic)?;
        Some(Topic {
            topic: Arc::clone(topic),
            fit: weight(offered) * weight(sought),
            offered: offered.clone(),
            sought: sought.clone(),
        })
    });
    shared.collect()
}
