//! Pseudonyms in the place of people's ids, so that a journal has no name of anybody: the system that
//! knows people keeps the key, and whoever has the journal alone cannot tell who is who.
//!
//! A pseudonym is HMAC-SHA-256 of the id under the key, cut to 80 bits: the same id is the same pseudonym
//! wherever the key is the same, so that separate imports of a person meet.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Code, Error, Problem};
use crate::events::{Body, Change, ERASED, Event, Identity, Person, SnapshotLines};
use crate::facts::{PersonFact, Value};
use crate::post::Post;
use crate::wire::hex;

/// So many random bytes are a key.
const LENGTH: usize = 32;
/// A block of the hash, in bytes.
const BLOCK: usize = 64;
/// What a key begins with as text, so that a leaked one is recognised for what it is.
const KEY: &str = "plaudit-pseudonyms-";
/// What pseudonyms of people and of events begin with.
const PERSON: &str = "p-";
const EVENT: &str = "e-";
/// So many signs follow, of five bits each.
const SIGNS: usize = 16;
/// Digits and letters that are not taken for each other (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A key under which people's ids become pseudonyms, and back where the ids are known.
#[derive(Clone, PartialEq, Eq)]
pub struct Pseudonyms([u8; LENGTH]);

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

impl Pseudonyms {
    /// A key that nobody knows.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| {
            Problem::new(Code::Internal, format!("there is no randomness: {error}"))
        })?;
        Ok(Self(bytes))
    }

    /// The key that a text is; what [`Pseudonyms::text`] gives.
    ///
    /// # Errors
    ///
    /// The text is no such key. It is not repeated in the error.
    pub fn read(text: &str) -> Result<Self, Error> {
        let digits = text.trim().strip_prefix(KEY).filter(|digits| digits.len() == 2 * LENGTH);
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok().filter(|it| !it.starts_with('+'))?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> =
            digits.and_then(|digits| digits.as_bytes().chunks(2).map(byte).collect());
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| {
            let message = "this is no key of pseudonyms";
            let help = "`plaudit pseudonym --new FILE` makes one";
            Problem::new(Code::WrongValue, message).help(help).into()
        })
    }

    /// The key as text, for a file that nobody else reads.
    pub fn text(&self) -> String {
        format!("{KEY}{}", hex(&self.0))
    }

    /// The pseudonym of a person's id, alias, address or handle, to the letter: `Ada` and `ada` are two.
    /// What is a pseudonym already stays.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), plaudit_engine::Error> {
    /// use plaudit_engine::Pseudonyms;
    ///
    /// let key = Pseudonyms::random()?;
    /// let ada = key.of("ada@example.com");
    /// assert_eq!(ada.len(), "p-7k2m9x4qwa3f5h6j".len());
    /// assert_eq!(Pseudonyms::read(&key.text())?.of("ada@example.com"), ada);
    /// assert_eq!(key.of(&ada), ada);
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(&self, id: &str) -> String {
        if is_pseudonym(PERSON, id) || id == ERASED {
            return id.to_owned();
        }
        self.hash(PERSON, id)
    }

    fn hash(&self, prefix: &str, text: &str) -> String {
        // As long as a block of the hash, as HMAC fills shorter keys.
        let mut block = [0; BLOCK];
        block[..LENGTH].copy_from_slice(&self.0);
        let mut hash = <Hmac<Sha256> as KeyInit>::new((&block).into());
        hash.update(prefix.as_bytes());
        hash.update(text.as_bytes());
        let bits = hash.finalize().into_bytes();
        let bit = |place: usize| usize::from(bits[place / 8] >> (7 - place % 8) & 1);
        let sign = |place: usize| {
            let number = (0..5).fold(0, |number, more| number * 2 + bit(place * 5 + more));
            char::from(ALPHABET[number])
        };
        prefix.chars().chain((0..SIGNS).map(sign)).collect()
    }

    /// Puts pseudonyms in the place of everybody whom an event names: in its fields, in its id as far as
    /// one can be told there, and where its texts mention or address somebody whom `is_known` knows by
    /// pseudonym. What people are called goes, and so does what the sender added for itself, which may
    /// have anything in it. Gives whether the id of the event still has a name in it: name events by
    /// numbers.
    pub fn event(&self, event: &mut Event, is_known: &dyn Fn(&str) -> bool) -> bool {
        let mut names: Vec<Arc<str>> = Vec::new();
        event.people(|name| names.push(Arc::clone(name)));
        event.ext = None;
        let text = |text: &mut Arc<str>| self.words(text, is_known);
        match &mut event.body {
            Body::Activity(activity) => {
                self.name(&mut activity.advocate);
                activity.counterpart.iter_mut().for_each(|name| self.name(name));
                activity.post.iter_mut().for_each(|it| self.post(Arc::make_mut(it), &text));
            }
            Body::Update { target, set } => {
                self.identity(target);
                let Change { advocate, counterpart, post, .. } = &mut **set;
                advocate.iter_mut().for_each(|name| self.name(name));
                counterpart.iter_mut().flatten().for_each(|name| self.name(name));
                post.iter_mut().flatten().for_each(|it| self.post(Arc::make_mut(it), &text));
            }
            Body::Outcome { target, .. } | Body::Retraction { target } => self.identity(target),
            Body::Person(person) => {
                let has_name = names.iter().any(|name| event.identity.id.contains(&**name));
                if has_name && !is_pseudonym(EVENT, &event.identity.id) {
                    event.identity.id = self.hash(EVENT, &event.identity.id).into();
                }
                self.person(person);
            }
            Body::Adjustment(adjustment) => {
                self.name(&mut adjustment.advocate);
                adjustment.by.iter_mut().for_each(|name| self.name(name));
                text(&mut adjustment.reason);
            }
            Body::Dispute(dispute) => {
                self.name(&mut dispute.advocate);
                dispute.activity.iter_mut().for_each(|target| self.identity(target));
                text(&mut dispute.reason);
            }
            Body::Resolution(resolution) => {
                self.identity(&mut resolution.target);
                self.name(&mut resolution.by);
                text(&mut resolution.reason);
            }
            Body::Decision { target, by, reason, .. } => {
                self.identity(target);
                self.name(by);
                text(reason);
            }
            Body::Content(_)
            | Body::Meeting(_)
            | Body::Market(_)
            | Body::Grant(_)
            | Body::Close { .. }
            | Body::Erasure { .. }
            | Body::Publication { .. }
            | Body::Tombstone => {}
        }
        self.identity(&mut event.identity);
        names.iter().any(|name| event.identity.id.contains(&**name) && !is_pseudonym(PERSON, name))
    }

    /// Puts pseudonyms in the place of everybody whom a record of a person names; what they are called
    /// goes, and so does what the sender added for itself.
    pub fn person(&self, person: &mut Person) {
        self.name(&mut person.id);
        person.aliases.iter_mut().for_each(|alias| self.name(alias));
        // As records are read: in order, and each once.
        person.aliases.sort_unstable();
        person.aliases.dedup();
        person.name = None;
        person.ext = None;
        for (slot, value) in &mut person.stated {
            if let Value::Text(name) = value
                && *slot == PersonFact::Mentor as u8
            {
                self.name(name);
            }
        }
    }

    /// The same for a complete list of people.
    pub fn people(&self, lines: &mut SnapshotLines) {
        lines.people.iter_mut().for_each(|(_, person)| self.person(person));
    }

    fn name(&self, name: &mut Arc<str>) {
        *name = self.of(name).into();
    }

    /// An id with an address or handle in it; the same wherever the event is named.
    fn identity(&self, identity: &mut Identity) {
        if identity.id.contains('@') {
            identity.id = self.hash(EVENT, &identity.id).into();
        }
    }

    fn post(&self, post: &mut Post, text: &dyn Fn(&mut Arc<str>)) {
        post.ext = None;
        post.author.iter_mut().for_each(|name| self.name(name));
        text(&mut post.text);
        for medium in &mut post.media {
            medium.alt.iter_mut().chain(&mut medium.credit).for_each(text);
        }
    }

    /// Mentions and addresses of people who are known, in what somebody wrote.
    fn words(&self, text: &mut Arc<str>, is_known: &dyn Fn(&str) -> bool) {
        if !text.contains('@') {
            return;
        }
        let is_part =
            |sign: char| sign.is_alphanumeric() || matches!(sign, '@' | '_' | '.' | '-' | '+');
        let mut other = String::with_capacity(text.len());
        let mut rest: &str = text;
        while let Some(start) = rest.find(is_part) {
            other.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
            let word = rest[..end].trim_end_matches(['.', '-', '+']);
            match self.mention(word, is_known) {
                Some(pseudonym) => other.push_str(&pseudonym),
                None => other.push_str(word),
            }
            other.push_str(&rest[word.len()..end]);
            rest = &rest[end..];
        }
        other.push_str(rest);
        if *other != **text {
            *text = other.into();
        }
    }

    /// What stands in the place of a mention (`@ada`) or an address, where it is somebody's.
    fn mention(&self, word: &str, is_known: &dyn Fn(&str) -> bool) -> Option<String> {
        let bare = word.strip_prefix('@');
        if !word.contains('@') {
            return None;
        }
        let lower = word.to_lowercase();
        let names = [Some(word), Some(&*lower), bare, lower.strip_prefix('@')];
        let mut pseudonyms = names.into_iter().flatten().map(|name| self.of(name));
        let pseudonym = pseudonyms.find(|pseudonym| is_known(pseudonym))?;
        Some(if bare.is_some() { format!("@{pseudonym}") } else { pseudonym })
    }
}

/// Whether a text is a pseudonym as they are made here.
fn is_pseudonym(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|signs| {
        signs.len() == SIGNS && signs.bytes().all(|sign| ALPHABET.contains(&sign))
    })
}

/// The names that events speak of, by which mentions of people are told from others.
#[derive(Clone, Debug, Default)]
pub struct KnownNames(HashSet<Arc<str>>);

impl KnownNames {
    /// Takes in the names that a record of a person has; other events name nobody whom they introduce.
    pub fn learn(&mut self, event: &Event) {
        if let Body::Person(person) = &event.body {
            self.0.insert(Arc::clone(&person.id));
            self.0.extend(person.aliases.iter().cloned());
        }
    }

    /// Whether somebody has a name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::read_record;

    fn key(byte: u8) -> Pseudonyms {
        Pseudonyms([byte; LENGTH])
    }

    fn event(line: &str) -> Event {
        read_record(line, "event").unwrap()
    }

    #[test]
    fn the_same_key_gives_the_same_and_another_key_another() {
        let (one, other) = (key(1), key(2));
        assert_eq!(one.of("ada"), Pseudonyms::read(&one.text()).unwrap().of("ada"));
        assert_ne!(one.of("ada"), other.of("ada"));
        assert_ne!(one.of("ada"), one.of("Ada"));
        // As another implementation of HMAC has it: journals are full of them.
        assert_eq!(one.of("ada"), "p-k8vmdgz90kscqwvk");
        assert_eq!(one.of(&one.of("ada")), one.of("ada"));
        assert!(!format!("{one:?}").contains('1'));
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        let good = key(7).text();
        for text in [
            "",
            "secret-words",
            &good[1..],
            &good[..good.len() - 1],
            &format!("{good}0"),
            &good.replace('7', "x"),
        ] {
            let error = Pseudonyms::read(text).unwrap_err();
            assert!(text.is_empty() || !error.to_string().contains(text), "{error}");
        }
        assert!(Pseudonyms::read(&format!("{good}\n")).is_ok());
    }

    #[test]
    fn mentions_of_people_who_are_known_become_pseudonyms_and_others_stay() {
        let key = key(3);
        let known = [key.of("@ada"), key.of("bob@x.example")];
        let is_known = |name: &str| known.iter().any(|known| known == name);
        let mut post = event(
            r#"{"id": "1", "advocate": "ada", "kind": "create", "at": "2026-06-01T09:00:00Z",
                "post": {"text": "Hi @Ada, @northwind. Ask bob@x.example, or me@ada."}}"#,
        );
        key.event(&mut post, &is_known);
        let written = serde_json::to_string(&post).unwrap();
        let expected = format!(
            "Hi @{}, @northwind. Ask {}, or me@ada.",
            key.of("@ada"),
            key.of("bob@x.example")
        );
        assert!(written.contains(&expected), "{written}");
    }

    #[test]
    fn ids_of_events_with_addresses_in_them_are_the_same_wherever_they_are_named() {
        let (key, nobody) = (key(3), |_: &str| false);
        let mut kudos = event(
            r#"{"id": "for-bob@x.example", "advocate": "ada", "kind": "kudos", "at": "2026-06-01T09:00:00Z"}"#,
        );
        let mut seen = event(
            r#"{"type": "outcome", "id": "s", "target": "for-bob@x.example", "likes": 1, "at": "2026-06-01T09:00:00Z"}"#,
        );
        assert!(!key.event(&mut kudos, &nobody));
        assert!(!key.event(&mut seen, &nobody));
        assert_eq!(seen.target(), Some(&kudos.identity));
        assert!(kudos.identity.id.starts_with(EVENT));
        // What cannot be told from a number is told to whoever imports it.
        let mut named = event(
            r#"{"id": "ada-17", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#,
        );
        assert!(key.event(&mut named, &nobody));
        let mut person = event(
            r#"{"type": "person", "id": "ada@hr", "advocate": "ada", "name": "Ada L", "ext": {"mail": "a@x"}, "at": "2026-06-01T09:00:00Z"}"#,
        );
        assert!(!key.event(&mut person, &nobody));
        assert!(!serde_json::to_string(&person).unwrap().contains("ada"));
    }

    #[test]
    fn what_has_pseudonyms_is_read_again_as_it_is() {
        let aliases: Vec<String> = (0..40).map(|number| format!("@ada{number}")).collect();
        let line = serde_json::json!({
            "id": "1", "type": "person", "advocate": "ada", "aliases": aliases, "mentor": "bob",
            "at": "2026-06-01T09:00:00Z",
        });
        let mut person = event(&line.to_string());
        key(5).event(&mut person, &|_| false);
        person.check().unwrap();
    }
}
