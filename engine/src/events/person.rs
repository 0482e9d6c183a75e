//! What records say of people.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::record::Keys;
use super::value::{Flag, Instant, Names, Short};
use super::{ERASED, Stated, Statement};
use crate::facts::{Object, PersonFact, Value};

/// What a record says of a person: as the HR system knows them now, or from a time on. What it
/// does not say stays as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The advocate's id.
    pub id: Arc<str>,
    /// Since when it holds; since ever where the record does not say.
    pub at: Option<Timestamp>,
    /// What to call them; rules never see it.
    pub name: Option<Arc<str>>,
    /// Whether the person has opted in; without a word on record there is no consent.
    pub(crate) consent: Option<Statement>,
    /// Whether the person is an active employee; without a word on record, yes.
    pub(crate) active: Option<Statement>,
    /// Whether the person is away; nobody is told why.
    pub(crate) away: Option<Statement>,
    /// Whether the person stands on boards; without a word on record, yes.
    pub(crate) leaderboard: Option<bool>,
    /// Other names that activities come under; another person's id makes the two one.
    pub(crate) aliases: Vec<Arc<str>>,
    /// Facts; one that is not known any more is cleared.
    pub(crate) stated: Stated,
    pub(crate) ext: Option<serde_json::Value>,
}

/// People by id, with all that is on record about each, in order of time.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Boxed, since a map makes room for eleven and of most people there is one.
    by_id: BTreeMap<Arc<str>, BTreeMap<Option<Timestamp>, Box<Person>>>,
    pub(super) skipped: usize,
}

impl People {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what a record says.
    ///
    /// # Errors
    ///
    /// Another record says something else of the same person for the same time; that one stays
    /// and is given back.
    pub fn add(&mut self, person: Person) -> Result<(), &Person> {
        let records = self.by_id.entry(Arc::clone(&person.id)).or_default();
        match records.entry(person.at) {
            Entry::Vacant(place) => {
                place.insert(Box::new(person));
                Ok(())
            }
            Entry::Occupied(known) if **known.get() == person => Ok(()),
            Entry::Occupied(known) => Err(known.into_mut()),
        }
    }

    /// Rows of the mapped file they come from that its map has no person for.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// How many people are on record.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nobody is on record.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What is on record about a person, in order of time.
    pub fn get(&self, id: &str) -> impl Iterator<Item = &Person> {
        self.by_id.get(id).into_iter().flat_map(BTreeMap::values).map(|person| &**person)
    }

    /// Everything on record: by person, then in order of time.
    pub fn records(&self) -> impl Iterator<Item = &Person> {
        self.by_id.values().flat_map(BTreeMap::values).map(|person| &**person)
    }
}

pub(super) const PERSON: Keys = Keys {
    own: &["id", "name", "consent", "active", "at", "away", "leaderboard", "aliases", "ext"],
    object: Object::Person,
    others: &[],
    other: None,
    clears: true,
};

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfPerson { of_snapshot: false })
    }
}

/// The people of a full snapshot, each with its line; what a line does not say stays as it was,
/// what it sets to nothing is cleared.
#[derive(Clone, Debug)]
pub struct SnapshotLines {
    pub(crate) file: String,
    pub(crate) people: Vec<(usize, Person)>,
    /// Rows that the map has no record for.
    pub skipped: usize,
    /// Lines of people who were erased, which were left out.
    pub(crate) erased: usize,
}

impl SnapshotLines {
    /// Leaves out who was erased, as `is_erased` says it of names: an HR system may go on to name
    /// them, and nothing of them is taken in. Of others, what names them is forgotten.
    pub fn leave_out(&mut self, is_erased: impl Fn(&str) -> bool) {
        let all = self.people.len();
        self.people.retain(|(_, person)| {
            !is_erased(&person.id) && !person.aliases.iter().any(|alias| is_erased(alias))
        });
        self.erased += all - self.people.len();
        for (slot, value) in self.people.iter_mut().flat_map(|(_, person)| &mut person.stated) {
            if let Value::Text(name) = value
                && *slot == PersonFact::Mentor as u8
                && is_erased(name)
            {
                *value = ERASED.into();
            }
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

/// A line of a snapshot.
pub(super) struct SnapshotLine(pub(super) Person);

impl<'de> Deserialize<'de> for SnapshotLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfPerson { of_snapshot: true }).map(Self)
    }
}

struct OfPerson {
    /// Whether null clears although no time is said: the snapshot has one.
    of_snapshot: bool,
}

impl<'de> Visitor<'de> for OfPerson {
    type Value = Person;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a person as a JSON object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Person, A::Error> {
        let mut person = Person::default();
        let (mut id, mut cleared) = (None::<Short>, None);
        person.stated = PERSON.read(map, |name, map| {
            match name {
                "id" => id = Some(map.next_value()?),
                "at" => {
                    let at: Option<Instant> = map.next_value()?;
                    person.at = at.map(|instant| instant.0);
                }
                "ext" => {
                    person.ext = Some(map.next_value::<serde_json::Map<_, _>>()?.into());
                }
                name => cleared = person.field(name, map)?.or(cleared),
            }
            Ok(())
        })?;
        if self.of_snapshot && person.at.is_some() {
            return Err(de::Error::custom(
                "a line of a snapshot has no `at`; all of it holds from one time on",
            ));
        }
        if let Some(name) = cleared.filter(|_| self.of_snapshot || person.at.is_some()) {
            return Err(Person::not_cleared(name));
        }
        person.id = id.ok_or_else(|| de::Error::custom("the field `id` is missing"))?.0;
        if person.at.is_none() && !self.of_snapshot {
            // What is not known from the start was never known.
            person.stated.retain(|(_, value)| *value != crate::facts::Value::Unknown);
        }
        Ok(person)
    }
}

impl Person {
    /// Reads one of the fields that people files and person events share; gives back its name
    /// where it is null and that says nothing of a time.
    pub(super) fn field<'de, A: MapAccess<'de>>(
        &mut self,
        name: &'static str,
        map: &mut A,
    ) -> Result<Option<&'static str>, A::Error> {
        let statement = match name {
            "name" => {
                self.name = map.next_value::<Option<Short>>()?.map(|text| text.0);
                return Ok(None);
            }
            "leaderboard" => {
                self.leaderboard = map.next_value::<Option<Flag>>()?.map(|flag| flag.0);
                return Ok(None);
            }
            "aliases" => {
                self.aliases = map.next_value::<Names>()?.0;
                return Ok(None);
            }
            "consent" => &mut self.consent,
            "active" => &mut self.active,
            _ => &mut self.away,
        };
        *statement = map.next_value()?;
        Ok(statement.is_none().then_some(name))
    }

    /// The problem of a dated record that sets consent, employment or absence to nothing.
    pub(super) fn not_cleared<E: de::Error>(name: &str) -> E {
        E::custom(format!("`{name}` cannot be cleared; write `false` where it does not hold"))
    }
}
