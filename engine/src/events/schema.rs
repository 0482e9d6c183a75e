//! JSON Schemas of records, out of the declarations that they are read by: what one of them allows is
//! read, and what is written is one that it allows.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::event::MOST_POINTS;
use super::person::Person;
use super::value::{LONGEST_TEXT, MOST_WORDS};
use super::{
    Change, Closing, Erasure, Event, Grant, Market, Publication, Resolved, Statement, Verb,
};
use crate::facts::{ActivityFact, Argument, Fact, LARGEST, PersonFact};
use crate::post::Post;
use crate::schema::{Properties, or_null, words};

/// An id, a name, a reason.
fn short() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT })
}

fn list(items: &Json) -> Json {
    json!({ "type": "array", "items": items, "maxItems": MOST_WORDS })
}

/// A fact as records state it, where they do.
fn stated(fact: &Fact) -> Json {
    match (fact.is_list(), fact.argument.and_then(Argument::words)) {
        (false, _) => fact.kind.schema(short()),
        (true, None) => list(&short()),
        (true, Some(known)) => list(&words(known.iter().copied())),
    }
}

/// Points that are given or taken by hand.
pub(crate) struct ByHand;

impl JsonSchema for ByHand {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ByHand".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "format": "int64",
            "minimum": -MOST_POINTS,
            "maximum": MOST_POINTS,
            "not": { "const": 0 },
        })
    }
}

fn of_activity(fact: ActivityFact) -> &'static Fact {
    &ActivityFact::FACTS[fact as usize]
}

fn teams() -> impl Iterator<Item = &'static Fact> {
    PersonFact::TEAMS.iter().map(|fact| &PersonFact::FACTS[*fact as usize])
}

fn moment() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

fn flag() -> Json {
    json!({ "type": "boolean" })
}

fn ext() -> Json {
    json!({ "type": "object", "additionalProperties": true })
}

/// What is said of `ext`.
const EXT: &str = "Whatever the sender adds for itself; rules never see it.";

impl Properties {
    /// With facts that a record may state; one that is null is not known, or not known any more.
    fn facts(self, facts: impl IntoIterator<Item = &'static Fact>) -> Self {
        let given = facts.into_iter().filter(|fact| fact.given);
        given.fold(self, |all, fact| all.may(fact.name, or_null(stated(fact)), fact.doc))
    }

    /// With the team that something is about: one at most, so that null would say nothing.
    fn teams(self) -> Self {
        teams().fold(self, |all, fact| all.may(fact.name, stated(fact), fact.doc))
    }

    /// With the event that this one is about.
    fn target(self, doc: &str) -> Self {
        self.need("target", short(), doc).target_source()
    }

    fn target_source(self) -> Self {
        let doc = "The source of the event that is named; that of this event where it is not said.";
        self.may("target_source", or_null(short()), doc)
    }

    /// With who signs it.
    fn signed(self) -> Self {
        self.need("by", short(), "Who did it.").reason()
    }

    fn reason(self) -> Self {
        self.need("reason", short(), "Why, in words that the person may read.")
    }

    /// With what people files and events of people say alike.
    fn person(self) -> Self {
        self.may("name", or_null(short()), "What to call the person; rules never see it.")
            .may(
                "leaderboard",
                or_null(flag()),
                "Whether the person stands on boards; without a word on record, yes.",
            )
            .may(
                "aliases",
                list(&short()),
                "Other names that activities come under; another person's id makes the two one.",
            )
            .facts(PersonFact::FACTS)
    }
}

/// The facts of activities that are not null in a record.
fn but_kind() -> impl Iterator<Item = &'static Fact> {
    ActivityFact::FACTS.iter().filter(|fact| fact.name != KIND.name)
}

const KIND: &Fact = &ActivityFact::FACTS[ActivityFact::Kind as usize];

/// What is known of consent, employment and absence.
const STATEMENTS: &[(&str, &str)] = &[
    ("consent", "Whether the person has opted in; without a word on record there is no consent."),
    ("active", "Whether the person is an active employee; without a word on record, yes."),
    ("away", "Whether the person is away; nobody is told why."),
];

/// A type of event: its name outside, what it is, and its own fields.
struct Kind {
    name: &'static str,
    title: &'static str,
    doc: &'static str,
    fields: fn(Properties, &mut SchemaGenerator) -> Properties,
    /// What must hold of its fields together.
    together: fn() -> Json,
}

fn nothing() -> Json {
    Json::Null
}

/// At most one of these fields.
fn at_most_one<'a>(fields: impl Iterator<Item = &'a str>) -> Json {
    let each: Vec<Json> = fields.map(|name| json!({ "required": [name] })).collect();
    let none = json!({ "not": { "anyOf": each } });
    json!({ "oneOf": std::iter::once(none).chain(each).collect::<Vec<_>>() })
}

/// The types of events, in the order of their names.
const KINDS: &[Kind] = &[
    Kind {
        name: "activity",
        title: "ActivityEvent",
        doc: "Something an advocate did.",
        fields: |own, generator| {
            own.need("advocate", short(), "Who did it.")
                .need(KIND.name, stated(KIND), KIND.doc)
                .may("content", or_null(short()), "The id of the content that was shared.")
                .may(
                    "counterpart",
                    or_null(short()),
                    "The other person who took part: was helped, mentored, praised.",
                )
                .may("post", generator.subschema_for::<Option<Post>>(), "What was published.")
                .facts(but_kind())
        },
        together: nothing,
    },
    Kind {
        name: "outcome",
        title: "OutcomeEvent",
        doc: "A later snapshot of an activity's results.",
        fields: |own, _| {
            own.target("The activity.")
                .facts(ActivityFact::OUTCOMES.iter().copied().map(of_activity))
        },
        together: nothing,
    },
    Kind {
        name: "update",
        title: "UpdateEvent",
        doc: "An edit of an activity.",
        fields: |own, generator| {
            let change = generator.subschema_for::<Change>();
            own.target("The activity.").need("set", change, "What changes.")
        },
        together: nothing,
    },
    Kind {
        name: "retraction",
        title: "RetractionEvent",
        doc: "Takes another event back.",
        fields: |own, _| own.target("The event that is taken back."),
        together: nothing,
    },
    Kind {
        name: "person",
        title: "PersonEvent",
        doc: "What is known of a person from this time on.",
        fields: |own, generator| {
            let own = own.need("advocate", short(), "The person.").person();
            STATEMENTS.iter().fold(own, |own, (name, doc)| {
                own.may(name, generator.subschema_for::<Statement>(), doc)
            })
        },
        together: nothing,
    },
    Kind {
        name: "content",
        title: "ContentEvent",
        doc: "Something to share, under the id of the event.",
        fields: |own, _| {
            own.may(
                "copy",
                json!({ "type": ["string", "null"] }),
                "The supplied copy: the words that the program offers to share.",
            )
            .facts([ActivityFact::Origin, ActivityFact::Campaign].map(of_activity))
            .may("embargo", or_null(moment()), "When it may be published.")
        },
        together: nothing,
    },
    Kind {
        name: "meeting",
        title: "MeetingEvent",
        doc: "People came together: a team or, where none is named, everyone.",
        fields: |own, _| own.need("agenda", flag(), "Whether advocacy was on the agenda.").teams(),
        together: || at_most_one(teams().map(|fact| fact.name)),
    },
    Kind {
        name: "market",
        title: "MarketEvent",
        doc: "Figures of the company and its market, for the date of the event; at least one of them.",
        fields: |own, _| {
            let docs = [
                "Deals that were closed, as the CRM has them.",
                "Times the brand was mentioned.",
                "Times any brand of the market was mentioned, this one included.",
            ];
            let count = json!({ "type": "integer", "minimum": 0, "maximum": LARGEST });
            let figures = Market::FIGURES.into_iter().zip(docs);
            figures.fold(own, |own, (name, doc)| own.may(name, count.clone(), doc))
        },
        together: || json!({ "anyOf": Market::FIGURES.map(|name| json!({ "required": [name] })) }),
    },
    Kind {
        name: "adjustment",
        title: "AdjustmentEvent",
        doc: "Points that a person gave or took by hand.",
        fields: |own, generator| {
            own.need("advocate", short(), "Whose points.")
                .need(
                    "points",
                    generator.subschema_for::<ByHand>(),
                    "How many; below 0 where they are taken.",
                )
                .reason()
                .may("by", or_null(short()), "Who made it.")
        },
        together: nothing,
    },
    Kind {
        name: "grant",
        title: "GrantEvent",
        doc: "An award run made an entitlement real, for a person, a team or, where neither is named, \
              everyone. Only award runs write it.",
        fields: |own, generator| {
            own.may("advocate", short(), "The person whom it is for.")
                .teams()
                .need("grant", generator.subschema_for::<Grant>(), "What is granted.")
                .need("by", short(), "Who ran the award run.")
        },
        together: || at_most_one(std::iter::once("advocate").chain(teams().map(|fact| fact.name))),
    },
    Kind {
        name: "decision",
        title: "DecisionEvent",
        doc: "A person decided about a grant. Only decisions write it.",
        fields: |own, _| {
            let verbs = words(Verb::ALL.map(Verb::name));
            own.target("The grant.").need("decision", verbs, "What was decided.").signed()
        },
        together: nothing,
    },
    Kind {
        name: "close",
        title: "CloseEvent",
        doc: "An award run as of the time of the event. Only award runs write it.",
        fields: |own, generator| {
            let closing = generator.subschema_for::<Closing>();
            own.need("close", closing, "What it came to.").need("by", short(), "Who ran it.")
        },
        together: nothing,
    },
    Kind {
        name: "dispute",
        title: "DisputeEvent",
        doc: "An advocate objects: to an activity's points, to what a rule said, or both.",
        fields: |own, _| {
            own.need("advocate", short(), "Who objects.")
                .may("target", short(), "The activity.")
                .target_source()
                .may("rule", short(), "The rule whose line or finding it is about.")
                .reason()
        },
        together: || {
            json!({
                "anyOf": [{ "required": ["target"] }, { "required": ["rule"] }],
                "dependentRequired": { "target_source": ["target"] },
            })
        },
    },
    Kind {
        name: "resolution",
        title: "ResolutionEvent",
        doc: "How a dispute ends.",
        fields: |own, _| {
            let verbs = words(Resolved::ALL.map(Resolved::name));
            own.target("The dispute.").need("resolution", verbs, "How it ends.").signed()
        },
        together: nothing,
    },
    Kind {
        name: "erasure",
        title: "ErasureEvent",
        doc: "Events were erased: whoever follows forgets what is known and reads from the beginning. \
              Only erasures write it.",
        fields: |own, generator| {
            let erasure = generator.subschema_for::<Erasure>();
            own.need("erasure", erasure, "What was erased.").need("by", short(), "Who erased it.")
        },
        together: nothing,
    },
    Kind {
        name: "tombstone",
        title: "TombstoneEvent",
        doc: "What is left of an event that was erased: its place, and a hash under the journal's key \
              as its id. Only erasures write it.",
        fields: |own, _| own,
        together: nothing,
    },
    Kind {
        name: "publication",
        title: "PublicationEvent",
        doc: "A program was published: everything is worked out by it from then on. Only publishing and \
              rolling back write it.",
        fields: |own, generator| {
            let publication = generator.subschema_for::<Publication>();
            own.need("publication", publication, "Which program it is.").need(
                "by",
                short(),
                "Who published it.",
            )
        },
        together: nothing,
    },
];

/// The schema of one type of event.
struct OfKind<const INDEX: usize>;

impl<const INDEX: usize> JsonSchema for OfKind<INDEX> {
    fn schema_name() -> Cow<'static, str> {
        KINDS[INDEX].title.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let Kind { name, doc, fields, together, .. } = &KINDS[INDEX];
        let own = Properties::default();
        let kind = json!({ "type": "string", "const": name });
        // What says of no type is an activity.
        let own = match INDEX {
            0 => {
                own.may("type", kind, "What kind of event it is; an activity where it is not said.")
            }
            _ => own.need("type", kind, "What kind of event it is."),
        };
        let own = own
            .need(
                "id",
                short(),
                "Its name within its source: the same event again changes nothing.",
            )
            .may(
                "source",
                or_null(short()),
                "The system that it comes from; `local` where it is not said.",
            )
            .need("at", moment(), "When it happened.");
        let mut schema = fields(own, generator).may("ext", ext(), EXT).object(doc);
        if let (Some(object), Json::Object(together)) = (schema.as_object_mut(), together()) {
            object.extend(together);
        }
        schema
    }
}

impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = [
            generator.subschema_for::<OfKind<0>>(),
            generator.subschema_for::<OfKind<1>>(),
            generator.subschema_for::<OfKind<2>>(),
            generator.subschema_for::<OfKind<3>>(),
            generator.subschema_for::<OfKind<4>>(),
            generator.subschema_for::<OfKind<5>>(),
            generator.subschema_for::<OfKind<6>>(),
            generator.subschema_for::<OfKind<7>>(),
            generator.subschema_for::<OfKind<8>>(),
            generator.subschema_for::<OfKind<9>>(),
            generator.subschema_for::<OfKind<10>>(),
            generator.subschema_for::<OfKind<11>>(),
            generator.subschema_for::<OfKind<12>>(),
            generator.subschema_for::<OfKind<13>>(),
            generator.subschema_for::<OfKind<14>>(),
            generator.subschema_for::<OfKind<15>>(),
            generator.subschema_for::<OfKind<16>>(),
        ];
        json_schema!({
            "description": "One thing that happened; `type` says what, and is an activity where it is \
                            not said.",
            "oneOf": kinds,
        })
    }
}

impl JsonSchema for Person {
    fn schema_name() -> Cow<'static, str> {
        "Person".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let own = Properties::default()
            .need("id", short(), "The advocate's id.")
            .may("at", or_null(moment()), "Since when it holds; since ever where it is not said.")
            .person();
        let own = STATEMENTS.iter().fold(own, |own, (name, doc)| {
            own.may(name, generator.subschema_for::<Option<Statement>>(), doc)
        });
        let doc = "What is known of a person: as the HR system knows them now, or from a time on. What \
                   is not said stays as it was.";
        own.may("ext", ext(), EXT).object(doc)
    }
}

impl JsonSchema for Change {
    fn schema_name() -> Cow<'static, str> {
        "ActivityChange".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Properties::default()
            .may("at", moment(), "When it happened.")
            .may("advocate", short(), "Who did it.")
            .may("content", or_null(short()), "The id of the content that was shared.")
            .may("counterpart", or_null(short()), "The other person who took part.")
            .may("post", generator.subschema_for::<Option<Post>>(), "What was published.")
            .may(KIND.name, stated(KIND), KIND.doc)
            .facts(but_kind())
            .object("The fields of an activity that change; one that is null is cleared.")
    }
}

impl JsonSchema for Statement {
    fn schema_name() -> Cow<'static, str> {
        "Statement".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let interval = Properties::default()
            .may("from", or_null(moment()), "Its beginning; it has always held where none is said.")
            .may(
                "until",
                or_null(moment()),
                "Its end, the first instant behind it; none where none is said.",
            )
            .object("An interval in which it held.");
        json_schema!({
            "description": "Whether something holds from the time of the record on, or all intervals in \
                            which it held.",
            "anyOf": [{ "type": "boolean" }, { "type": "array", "items": interval }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::event::TYPES;

    #[test]
    fn every_type_of_event_has_its_schema() {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names, TYPES);
        let schema = schemars::schema_for!(Event);
        assert_eq!(schema.get("oneOf").and_then(Json::as_array).map(Vec::len), Some(TYPES.len()));
    }
}
