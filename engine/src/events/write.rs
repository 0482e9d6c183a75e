//! Events as JSON, the way they are read: what is written and read again is equal.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{
    Activity, Body, Change, Event, Identity, LOCAL, Market, Meeting, Person, Stated, Statement,
    Subject, Times, read_record,
};
use crate::error::{Code, Error, Problem};
use crate::facts::{ActivityFact, Fact, PersonFact};
use crate::post::Content;

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = self.body.name();
        if kind != "activity" {
            map.serialize_entry("type", kind)?;
        }
        if *self.identity.source != *LOCAL {
            map.serialize_entry("source", &self.identity.source)?;
        }
        map.serialize_entry("id", &self.identity.id)?;
        map.serialize_entry("at", &self.at)?;
        self.fields(&mut map)?;
        option(&mut map, "ext", self.ext.as_ref())?;
        map.end()
    }
}

impl Event {
    /// Whether it can be read again as it is: what the engine makes of people's words is held to the
    /// same rules as what comes from files.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let text = serde_json::to_string(self).map_err(|error| {
            Problem::new(Code::Internal, format!("the event cannot be written: {error}"))
        })?;
        let again: Event = read_record(&text, "the event")?;
        match again == *self {
            true => Ok(()),
            false => {
                let message = "the event would not be read again as it is";
                Err(Problem::new(Code::Internal, message).into())
            }
        }
    }
}

impl Body {
    /// The type of event, as records name it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Body::Activity(_) => "activity",
            Body::Outcome { .. } => "outcome",
            Body::Update { .. } => "update",
            Body::Retraction { .. } => "retraction",
            Body::Person(_) => "person",
            Body::Content(_) => "content",
            Body::Meeting(_) => "meeting",
            Body::Market(_) => "market",
            Body::Adjustment(_) => "adjustment",
            Body::Grant(_) => "grant",
            Body::Decision { .. } => "decision",
            Body::Close { .. } => "close",
            Body::Dispute(_) => "dispute",
            Body::Resolution(_) => "resolution",
            Body::Erasure { .. } => "erasure",
            Body::Tombstone => "tombstone",
            Body::Publication { .. } => "publication",
        }
    }
}

impl Event {
    /// The fields that belong to the type of event.
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match &self.body {
            Body::Activity(Activity { advocate, content, counterpart, post, stated: said }) => {
                map.serialize_entry("advocate", advocate)?;
                stated(map, ActivityFact::FACTS, said)?;
                option(map, "content", content.as_ref())?;
                option(map, "counterpart", counterpart.as_ref())?;
                option(map, "post", post.as_ref())
            }
            Body::Outcome { target, stated: said } => {
                self.target_fields(map, target)?;
                stated(map, ActivityFact::FACTS, said)
            }
            Body::Update { target, set } => {
                self.target_fields(map, target)?;
                map.serialize_entry("set", set)
            }
            Body::Retraction { target } => self.target_fields(map, target),
            Body::Person(person) => {
                map.serialize_entry("advocate", &person.id)?;
                person.fields(map)
            }
            Body::Content(Content { id: _, copy, origin, campaign, embargo }) => {
                option(map, "copy", copy.as_ref())?;
                option(map, "origin", origin.as_ref())?;
                option(map, "campaign", campaign.as_ref())?;
                option(map, "embargo", embargo.as_ref())
            }
            Body::Meeting(Meeting { agenda, team }) => {
                map.serialize_entry("agenda", agenda)?;
                match team {
                    Some((by, name)) => map.serialize_entry(by.name(), name),
                    None => Ok(()),
                }
            }
            Body::Market(market) => {
                let figures = Market::FIGURES.into_iter().zip(market.figures());
                figures
                    .into_iter()
                    .try_for_each(|(name, figure)| option(map, name, figure.as_ref()))
            }
            Body::Adjustment(adjustment) => {
                map.serialize_entry("advocate", &adjustment.advocate)?;
                map.serialize_entry("points", &adjustment.points)?;
                map.serialize_entry("reason", &adjustment.reason)?;
                option(map, "by", adjustment.by.as_ref())
            }
            Body::Grant(granted) => {
                match &granted.to {
                    Subject::Advocate { advocate } => map.serialize_entry("advocate", advocate)?,
                    Subject::Team { by, team: Some(name) } => map.serialize_entry(*by, name)?,
                    Subject::Team { team: None, .. } => {}
                }
                map.serialize_entry("grant", &granted.grant)?;
                map.serialize_entry("by", &granted.by)
            }
            Body::Decision { target, verb, by, reason } => {
                self.target_fields(map, target)?;
                map.serialize_entry("decision", verb.name())?;
                map.serialize_entry("by", by)?;
                map.serialize_entry("reason", reason)
            }
            Body::Close { closing, by } => {
                map.serialize_entry("close", closing)?;
                map.serialize_entry("by", by)
            }
            Body::Dispute(dispute) => {
                map.serialize_entry("advocate", &dispute.advocate)?;
                if let Some(activity) = &dispute.activity {
                    self.target_fields(map, activity)?;
                }
                option(map, "rule", dispute.rule.as_ref())?;
                map.serialize_entry("reason", &dispute.reason)
            }
            Body::Resolution(resolution) => {
                self.target_fields(map, &resolution.target)?;
                map.serialize_entry("resolution", resolution.verb.name())?;
                map.serialize_entry("by", &resolution.by)?;
                map.serialize_entry("reason", &resolution.reason)
            }
            Body::Erasure { erasure, by } => {
                map.serialize_entry("erasure", erasure)?;
                map.serialize_entry("by", by)
            }
            Body::Tombstone => Ok(()),
            Body::Publication { publication, by } => {
                map.serialize_entry("publication", publication)?;
                map.serialize_entry("by", by)
            }
        }
    }

    /// The event that this one names; its source is said where it is another.
    fn target_fields<M: SerializeMap>(
        &self,
        map: &mut M,
        target: &Identity,
    ) -> Result<(), M::Error> {
        map.serialize_entry("target", &target.id)?;
        match target.source == self.identity.source {
            true => Ok(()),
            false => map.serialize_entry("target_source", &target.source),
        }
    }
}

/// A line of a people file.
impl Serialize for Person {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        option(&mut map, "at", self.at.as_ref())?;
        self.fields(&mut map)?;
        option(&mut map, "ext", self.ext.as_ref())?;
        map.end()
    }
}

impl Person {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        option(map, "name", self.name.as_ref())?;
        option(map, "consent", self.consent.as_ref())?;
        option(map, "active", self.active.as_ref())?;
        option(map, "away", self.away.as_ref())?;
        option(map, "leaderboard", self.leaderboard.as_ref())?;
        if !self.aliases.is_empty() {
            map.serialize_entry("aliases", &self.aliases)?;
        }
        stated(map, PersonFact::FACTS, &self.stated)
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        option(&mut map, "at", self.at.as_ref())?;
        option(&mut map, "advocate", self.advocate.as_ref())?;
        option(&mut map, "content", self.content.as_ref())?;
        option(&mut map, "counterpart", self.counterpart.as_ref())?;
        option(&mut map, "post", self.post.as_ref())?;
        stated(&mut map, ActivityFact::FACTS, &self.stated)?;
        map.end()
    }
}

/// `true`, `false`, or the intervals; an end that is never reached is left out.
impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Statement::From(holds) => serializer.serialize_bool(*holds),
            Statement::Intervals(times) => times.serialize(serializer),
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Interval {
            #[serde(skip_serializing_if = "Option::is_none")]
            from: Option<Timestamp>,
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<Timestamp>,
        }
        let mut list = serializer.serialize_seq(None)?;
        for (from, until) in self.intervals() {
            list.serialize_element(&Interval {
                from: (from > Timestamp::MIN).then_some(from),
                until: (until < Timestamp::MAX).then_some(until),
            })?;
        }
        list.end()
    }
}

fn option<M: SerializeMap, T: Serialize>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

/// Facts that the record states; one that is cleared is null.
fn stated<M: SerializeMap>(map: &mut M, facts: &[Fact], said: &Stated) -> Result<(), M::Error> {
    said.iter()
        .try_for_each(|(slot, value)| map.serialize_entry(facts[usize::from(*slot)].name, value))
}

#[cfg(test)]
mod tests;
