//! From a JSON object to an event: the type of event says which fields belong to it.

use std::fmt;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::person::Person;
use super::record::Keys;
use super::value::{Flag, Instant, Short, Whole, with_help};
use super::{
    Activity, Adjustment, Body, Change, Closing, Dispute, Erasure, Event, Grant, Granted, Identity,
    LOCAL, Market, Meeting, Publication, Resolution, Resolved, Stated, Subject, Verb,
};
use crate::error::choose;
use crate::facts::{ActivityFact, LARGEST, Object, PersonFact, Value};
use crate::post::{Content, Origin, Post};

static LOCAL_SOURCE: LazyLock<Arc<str>> = LazyLock::new(|| LOCAL.into());

pub(super) const EVENT: Keys = Keys {
    own: &[
        "type",
        "id",
        "source",
        "at",
        "advocate",
        "content",
        "counterpart",
        "post",
        "target",
        "target_source",
        "set",
        "copy",
        "embargo",
        "ext",
    ],
    object: Object::Activity,
    others: &[
        "name",
        "consent",
        "active",
        "away",
        "leaderboard",
        "aliases",
        "agenda",
        "closed_deals",
        "brand_mentions",
        "market_mentions",
        "points",
        "reason",
        "by",
        "grant",
        "decision",
        "close",
        "rule",
        "resolution",
        "erasure",
        "publication",
    ],
    other: Some(Object::Person),
    clears: false,
};

/// The kinds of events that a file may hold.
pub(super) const TYPES: &[&str] = &[
    "activity",
    "outcome",
    "update",
    "retraction",
    "person",
    "content",
    "meeting",
    "market",
    "adjustment",
    "grant",
    "decision",
    "close",
    "dispute",
    "resolution",
    "erasure",
    "tombstone",
    "publication",
];

/// The most points that one adjustment gives or takes.
pub(crate) const MOST_POINTS: i64 = 1_000_000_000;

#[derive(Default)]
struct RawEvent {
    kind: Option<String>,
    id: Option<Short>,
    source: Option<Short>,
    at: Option<Instant>,
    advocate: Option<Short>,
    content: Option<Short>,
    counterpart: Option<Short>,
    post: Option<Arc<Post>>,
    target: Option<Short>,
    target_source: Option<Short>,
    set: Option<Box<Change>>,
    copy: Option<Arc<str>>,
    embargo: Option<Instant>,
    ext: Option<serde_json::Value>,
    rare: Option<Box<Rare>>,
}

/// Fields of events that are few.
#[derive(Default)]
struct Rare {
    person: Person,
    /// The fields of a person that were given, and the one that was set to nothing.
    given: Option<&'static str>,
    cleared: Option<&'static str>,
    agenda: Option<bool>,
    market: Market,
    points: Option<i64>,
    reason: Option<Short>,
    by: Option<Short>,
    grant: Option<Box<Grant>>,
    decision: Option<Short>,
    close: Option<Box<Closing>>,
    rule: Option<Short>,
    resolution: Option<Short>,
    erasure: Option<Box<Erasure>>,
    publication: Option<Box<Publication>>,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfEvent;
        impl<'de> Visitor<'de> for OfEvent {
            type Value = Event;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event as a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Event, A::Error> {
                let mut raw = RawEvent::default();
                let (stated, of_person) = EVENT.read_both(map, |name, map| {
                    match name {
                        "type" => raw.kind = Some(map.next_value()?),
                        "id" => raw.id = Some(map.next_value()?),
                        "source" => raw.source = map.next_value()?,
                        "at" => raw.at = Some(map.next_value()?),
                        "advocate" => raw.advocate = Some(map.next_value()?),
                        "content" => raw.content = map.next_value()?,
                        "counterpart" => raw.counterpart = map.next_value()?,
                        "post" => raw.post = map.next_value()?,
                        "target" => raw.target = Some(map.next_value()?),
                        "target_source" => raw.target_source = map.next_value()?,
                        "set" => raw.set = Some(map.next_value()?),
                        "copy" => raw.copy = map.next_value()?,
                        "embargo" => raw.embargo = map.next_value()?,
                        "ext" => raw.ext = Some(map.next_value::<serde_json::Map<_, _>>()?.into()),
                        name => raw.rare.get_or_insert_default().field(name, map)?,
                    }
                    Ok(())
                })?;
                if !of_person.is_empty() {
                    raw.rare.get_or_insert_default().person.stated = of_person;
                }
                raw.event(stated).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_map(OfEvent)
    }
}

impl Rare {
    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        name: &'static str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "agenda" => self.agenda = map.next_value::<Option<Flag>>()?.map(|flag| flag.0),
            "closed_deals" => self.market.closed_deals = figure(map)?,
            "brand_mentions" => self.market.brand_mentions = figure(map)?,
            "market_mentions" => self.market.market_mentions = figure(map)?,
            "points" => self.points = figure(map)?,
            "reason" => self.reason = map.next_value()?,
            "by" => self.by = map.next_value()?,
            "grant" => self.grant = map.next_value()?,
            "decision" => self.decision = map.next_value()?,
            "close" => self.close = map.next_value()?,
            "rule" => self.rule = map.next_value()?,
            "resolution" => self.resolution = map.next_value()?,
            "erasure" => self.erasure = map.next_value()?,
            "publication" => self.publication = map.next_value()?,
            name => {
                self.given = Some(name);
                self.cleared = self.person.field(name, map)?.or(self.cleared);
            }
        }
        Ok(())
    }

    /// The one team that a meeting names.
    fn team(&mut self) -> Result<Option<(PersonFact, Arc<str>)>, String> {
        let is_team = |slot: u8| PersonFact::TEAMS.iter().find(|fact| **fact as u8 == slot);
        let stated = std::mem::take(&mut self.person.stated);
        let (teams, others): (Stated, Stated) =
            stated.into_iter().partition(|(slot, _)| is_team(*slot).is_some());
        self.person.stated = others;
        let mut teams = teams.into_iter().filter_map(|(slot, value)| match value {
            Value::Text(name) => Some((*is_team(slot)?, name)),
            _ => None,
        });
        match (teams.next(), teams.next()) {
            (team, None) => Ok(team),
            _ => Err("name one team, or none where it is about everyone".to_owned()),
        }
    }

    /// What is stated of the market.
    fn market(&mut self) -> Result<Market, String> {
        let market = std::mem::take(&mut self.market);
        let named = Market::FIGURES.into_iter().zip(market.figures());
        for (name, figure) in named {
            if figure.is_some_and(|figure| !(0..=LARGEST).contains(&figure)) {
                return Err(format!("`{name}` is a whole number from 0 to {LARGEST}"));
            }
        }
        if market == Market::default() {
            let one_of = Market::FIGURES.join("`, `");
            return Err(format!("a figure is missing: one of `{one_of}` at least"));
        }
        Ok(market)
    }

    /// Who did it.
    fn by(&mut self) -> Result<Arc<str>, String> {
        need(self.by.take(), "by")
    }

    /// Why, in words that those concerned may read.
    fn reason(&mut self) -> Result<Arc<str>, String> {
        let reason = self.reason.take().map(|text| text.0);
        reason.ok_or_else(|| {
            "the field `reason` is missing: why, in words that the person may read".to_owned()
        })
    }

    /// A field that nothing has taken.
    fn left_over(&self) -> Option<&'static str> {
        let own = [
            ("agenda", self.agenda.is_some()),
            ("closed_deals", self.market.closed_deals.is_some()),
            ("brand_mentions", self.market.brand_mentions.is_some()),
            ("market_mentions", self.market.market_mentions.is_some()),
            ("points", self.points.is_some()),
            ("reason", self.reason.is_some()),
            ("by", self.by.is_some()),
            ("grant", self.grant.is_some()),
            ("decision", self.decision.is_some()),
            ("close", self.close.is_some()),
            ("rule", self.rule.is_some()),
            ("resolution", self.resolution.is_some()),
            ("erasure", self.erasure.is_some()),
            ("publication", self.publication.is_some()),
        ];
        let fact = self.person.stated.first();
        own.iter()
            .find(|(_, given)| *given)
            .map(|(name, _)| *name)
            .or(self.given)
            .or_else(|| fact.map(|(slot, _)| PersonFact::FACTS[usize::from(*slot)].name))
    }
}

/// A number that may be null, which says nothing.
fn figure<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<i64>, A::Error> {
    Ok(map.next_value::<Option<Whole>>()?.map(|number| number.0))
}

/// A field that must be there.
fn need(field: Option<Short>, name: &str) -> Result<Arc<str>, String> {
    field.map(|text| text.0).ok_or_else(|| format!("the field `{name}` is missing"))
}

/// One of the words that a field may have.
fn word<T: Copy>(
    field: Option<Short>,
    name: &str,
    of: impl Fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<T, String> {
    let word = need(field, name)?;
    of(&word).ok_or_else(|| {
        with_help(
            format!("`{word}` is not one of the values"),
            choose(&word, names.iter().copied()),
        )
    })
}

impl RawEvent {
    /// Sorts the fields by what the event is; what does not belong to it is an error.
    fn event(&mut self, mut stated: Stated) -> Result<Event, String> {
        let kind = self.kind.take();
        let kind = kind.as_deref().unwrap_or("activity");
        let id = need(self.id.take(), "id")?;
        let source = self.source.take().map_or_else(|| Arc::clone(&LOCAL_SOURCE), |text| text.0);
        let at = self.at.take().ok_or("the field `at` is missing: when it happened")?.0;
        let ext = self.ext.take();
        let target = |raw: &mut Self, source: &Arc<str>| {
            Ok::<_, String>(Identity {
                id: need(raw.target.take(), "target")?,
                source: raw.target_source.take().map_or_else(|| Arc::clone(source), |text| text.0),
            })
        };
        let body = match kind {
            "activity" => {
                if !stated.iter().any(|(slot, _)| *slot == ActivityFact::Kind as u8) {
                    return Err("the field `kind` is missing: what was done".to_owned());
                }
                Body::Activity(Activity {
                    advocate: need(self.advocate.take(), "advocate")?,
                    content: self.content.take().map(|text| text.0),
                    counterpart: self.counterpart.take().map(|text| text.0),
                    post: self.post.take(),
                    stated: std::mem::take(&mut stated),
                })
            }
            "outcome" => {
                let outcomes = ActivityFact::OUTCOMES;
                let (results, others) = stated
                    .into_iter()
                    .partition(|(slot, _)| outcomes.iter().any(|fact| *fact as u8 == *slot));
                stated = others;
                Body::Outcome { target: target(self, &source)?, stated: results }
            }
            "update" => Body::Update {
                target: target(self, &source)?,
                set: self.set.take().ok_or("the field `set` is missing: what changes")?,
            },
            "retraction" => Body::Retraction { target: target(self, &source)? },
            "person" => {
                let mut rare = self.rare.take().unwrap_or_default();
                if let Some(name) = rare.cleared {
                    return Err(Person::not_cleared::<serde_json::Error>(name).to_string());
                }
                let mut person = std::mem::take(&mut rare.person);
                rare.given = None;
                person.id = need(self.advocate.take(), "advocate")?;
                person.at = Some(at);
                self.rare = Some(rare);
                Body::Person(Box::new(person))
            }
            "meeting" => {
                let rare = self.rare.get_or_insert_default();
                let agenda = rare.agenda.take();
                Body::Meeting(Meeting {
                    agenda: agenda.ok_or(
                        "the field `agenda` is missing: whether advocacy was on the agenda",
                    )?,
                    team: rare.team()?,
                })
            }
            "market" => Body::Market(self.rare.get_or_insert_default().market()?),
            "adjustment" => {
                let rare = self.rare.get_or_insert_default();
                let points = rare.points.take().ok_or("the field `points` is missing")?;
                if points == 0 || !(-MOST_POINTS..=MOST_POINTS).contains(&points) {
                    return Err(format!(
                        "`points` is a whole number up to {MOST_POINTS}, below or above 0"
                    ));
                }
                Body::Adjustment(Adjustment {
                    points,
                    reason: rare.reason()?,
                    by: rare.by.take().map(|text| text.0),
                    advocate: need(self.advocate.take(), "advocate")?,
                })
            }
            "grant" => {
                let rare = self.rare.get_or_insert_default();
                let grant = rare.grant.take().ok_or("the field `grant` is missing")?;
                let to = match (self.advocate.take(), rare.team()?) {
                    (Some(advocate), None) => Subject::Advocate { advocate: advocate.0 },
                    (None, team) => Subject::team(team),
                    (Some(_), Some(_)) => {
                        return Err("a grant is for a person or for a team".to_owned());
                    }
                };
                Body::Grant(Box::new(Granted { to, grant: *grant, by: rare.by()? }))
            }
            "decision" => {
                let target = target(self, &source)?;
                let rare = self.rare.get_or_insert_default();
                let names = Verb::ALL.map(Verb::name);
                let verb = word(rare.decision.take(), "decision", Verb::of, &names)?;
                Body::Decision { target, verb, by: rare.by()?, reason: rare.reason()? }
            }
            "close" => {
                let rare = self.rare.get_or_insert_default();
                let closing = rare.close.take().ok_or("the field `close` is missing")?;
                Body::Close { closing, by: rare.by()? }
            }
            "dispute" => {
                let activity = match self.target {
                    Some(_) => Some(target(self, &source)?),
                    None => None,
                };
                let rare = self.rare.get_or_insert_default();
                let rule = rare.rule.take().map(|text| text.0);
                if activity.is_none() && rule.is_none() {
                    return Err("a dispute is about an activity (`target`), about what a `rule` \
                                said, or both"
                        .to_owned());
                }
                let advocate = need(self.advocate.take(), "advocate")?;
                let reason = rare.reason()?;
                Body::Dispute(Box::new(Dispute { advocate, activity, rule, reason }))
            }
            "resolution" => {
                let target = target(self, &source)?;
                let rare = self.rare.get_or_insert_default();
                let names = Resolved::ALL.map(Resolved::name);
                let verb = word(rare.resolution.take(), "resolution", Resolved::of, &names)?;
                let (by, reason) = (rare.by()?, rare.reason()?);
                Body::Resolution(Resolution { target, verb, by, reason })
            }
            "erasure" => {
                let rare = self.rare.get_or_insert_default();
                let erasure = rare.erasure.take().ok_or("the field `erasure` is missing")?;
                Body::Erasure { erasure, by: rare.by()? }
            }
            "tombstone" => Body::Tombstone,
            "publication" => {
                let rare = self.rare.get_or_insert_default();
                let publication =
                    rare.publication.take().ok_or("the field `publication` is missing")?;
                Body::Publication { publication, by: rare.by()? }
            }
            "content" => {
                let mut word = |fact: ActivityFact| {
                    let at = stated.iter().position(|(slot, _)| *slot == fact as u8)?;
                    Some(stated.remove(at).1)
                };
                let origin = word(ActivityFact::Origin);
                let campaign = word(ActivityFact::Campaign);
                Body::Content(Content {
                    id: Some(Arc::clone(&id)),
                    copy: self.copy.take(),
                    origin: origin.and_then(|value| Origin::of(value.text()?)),
                    campaign: campaign.and_then(|value| match value {
                        Value::Text(text) => Some(text),
                        _ => None,
                    }),
                    embargo: self.embargo.take().map(|instant| instant.0),
                })
            }
            other => {
                let help = choose(other, TYPES.iter().copied());
                return Err(with_help(format!("there is no event type `{other}`"), help));
            }
        };
        match self.left_over(&stated) {
            Some(field) => {
                Err(format!("the field `{field}` does not belong to an event of type `{kind}`"))
            }
            None => Ok(Event { identity: Identity { source, id }, at, body, ext }),
        }
    }

    /// A field that nothing of this type took.
    fn left_over(&self, stated: &Stated) -> Option<&'static str> {
        let own = [
            ("advocate", self.advocate.is_some()),
            ("content", self.content.is_some()),
            ("counterpart", self.counterpart.is_some()),
            ("post", self.post.is_some()),
            ("target", self.target.is_some()),
            ("target_source", self.target_source.is_some()),
            ("set", self.set.is_some()),
            ("copy", self.copy.is_some()),
            ("embargo", self.embargo.is_some()),
        ];
        let fact = stated.first().map(|(slot, _)| ActivityFact::FACTS[usize::from(*slot)].name);
        own.iter()
            .find(|(_, given)| *given)
            .map(|(name, _)| *name)
            .or(fact)
            .or_else(|| self.rare.as_ref()?.left_over())
    }
}

const CHANGE: Keys = Keys {
    own: &["at", "advocate", "content", "counterpart", "post"],
    object: Object::Activity,
    others: &[],
    other: None,
    clears: true,
};

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfChange;
        impl<'de> Visitor<'de> for OfChange {
            type Value = Change;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the fields that change, as an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Change, A::Error> {
                let mut change = Change::default();
                let short = |text: Option<Short>| Some(text.map(|text| text.0));
                let stated = CHANGE.read(map, |name, map| {
                    match name {
                        "at" => change.at = Some(map.next_value::<Instant>()?.0),
                        "advocate" => change.advocate = Some(map.next_value::<Short>()?.0),
                        "content" => change.content = short(map.next_value()?),
                        "counterpart" => change.counterpart = short(map.next_value()?),
                        _ => change.post = Some(map.next_value::<Option<Post>>()?.map(Arc::new)),
                    }
                    Ok(())
                })?;
                if stated.iter().any(|(slot, value)| {
                    *slot == ActivityFact::Kind as u8 && *value == Value::Unknown
                }) {
                    return Err(de::Error::custom("`kind` cannot be cleared"));
                }
                change.stated = stated;
                Ok(change)
            }
        }
        deserializer.deserialize_map(OfChange)
    }
}
