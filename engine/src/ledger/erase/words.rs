//! Takes a person's names out of events that are about others: out of the fields that name people, and
//! out of free words where they stand as a word of their own. A first name is nobody's alone, and stays.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::somebody::Somebody;
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Dispute, ERASED, Event, Identity, Place, Resolution, read_record};
use crate::journal::Key;

/// The fields that name a person, wherever in a record they stand.
pub(in super::super) const NAMES: [&str; 6] =
    ["advocate", "counterpart", "author", "by", "mentor", "aliases"];
/// The fields that name an event or tell it from others, and are looked at as such.
const IDENTITY: [&str; 6] = ["type", "id", "source", "target", "target_source", "at"];
/// A shorter id is likely to be a word.
const SHORTEST_ID: usize = 4;
/// In the id of an event a shorter one is likely to be a number of something else.
const SHORTEST_IN_ID: usize = 3;

/// A person's names, as they are looked for in events of others.
pub(in super::super) struct Words<'a> {
    person: &'a Somebody<'a>,
    /// Hashes identities that name the person; without it they stay.
    key: Option<&'a Key>,
    /// Whatever an event must have in it to be looked at more closely.
    any: AhoCorasick,
    /// What is replaced in free words, and the name that each of them is; nothing for full names, which
    /// are not handed on.
    words: AhoCorasick,
    of_words: Vec<Option<Arc<str>>>,
    /// The same for ids of events.
    ids: AhoCorasick,
    of_ids: Vec<Option<Arc<str>>>,
    /// The ids of grants that are gone: award runs list them.
    grants: BTreeSet<Arc<str>>,
}

impl<'a> Words<'a> {
    /// The names of a person whose events are gone.
    pub(in super::super) fn of(
        person: &'a Somebody<'a>,
        gone: &BTreeSet<Place>,
        key: Option<&'a Key>,
    ) -> Result<Self, Error> {
        let mut words: BTreeMap<String, Option<Arc<str>>> = person
            .called(gone)
            .iter()
            .filter(|name| name.split_whitespace().nth(1).is_some())
            .map(|name| (name.to_string(), None))
            .collect();
        for name in person.ever() {
            let has = |is: fn(char) -> bool| name.chars().any(is);
            let is_mixed = has(char::is_alphabetic) && has(|sign| !sign.is_alphabetic());
            if name.contains('@') || (is_mixed && name.len() >= SHORTEST_ID) {
                words.insert(name.to_string(), Some(Arc::clone(name)));
            }
            // As others write it who mention somebody.
            if !name.contains('@') && !name.contains(char::is_whitespace) {
                words.insert(format!("@{name}"), Some(Arc::clone(name)));
            }
        }
        let long = person.ever().filter(|name| name.len() >= SHORTEST_IN_ID);
        let mut in_ids = words.clone();
        in_ids.extend(long.map(|name| (name.to_string(), Some(Arc::clone(name)))));
        let of_grant = |place: &Place| {
            matches!(*person.log.body(*place), Body::Grant(_))
                .then(|| person.log.identity(*place).id)
        };
        let written = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let bare = |text: &String| text.trim_matches('"').to_owned();
        let names = person.ever().map(|name| written(name));
        let any = names.chain(words.keys().map(|word| written(word))).map(|text| bare(&text));
        let found = |patterns: Vec<String>| {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .build(patterns)
                .map_err(|error| Problem::new(Code::TooLarge, format!("so many names: {error}")))
        };
        Ok(Self {
            person,
            key,
            any: found(any.collect())?,
            words: found(words.keys().cloned().collect())?,
            of_words: words.into_values().collect(),
            ids: found(in_ids.keys().cloned().collect())?,
            of_ids: in_ids.into_values().collect(),
            grants: gone.iter().filter_map(of_grant).collect(),
        })
    }

    /// An event of others without the person, where it names them.
    pub(in super::super) fn without(&self, event: &Event) -> Result<Option<Event>, Error> {
        let wrong = |error: serde_json::Error| {
            Problem::new(Code::Internal, format!("an event cannot be written: {error}"))
        };
        let text = serde_json::to_string(event).map_err(wrong)?;
        let mut other = event.clone();
        if self.any.is_match(&text) {
            let mut json: Value = serde_json::from_str(&text).map_err(wrong)?;
            self.object(&mut json, event.at);
            other = read_record(&json.to_string(), "the journal")?;
            self.identities(&mut other);
        }
        if let Body::Close { closing, .. } = &mut other.body {
            for ids in [&mut closing.granted, &mut closing.held, &mut closing.lapsed] {
                ids.retain(|id| !self.grants.contains(id));
            }
            // What was held back is listed by hashes of names that only an award run can tell apart.
            closing.held.clear();
        }
        Ok((other != *event).then_some(other))
    }

    /// The fields of an event.
    fn object(&self, event: &mut Value, at: Timestamp) {
        let Value::Object(fields) = event else { return };
        for (name, value) in fields.iter_mut().filter(|(name, _)| !IDENTITY.contains(&&***name)) {
            self.value(name, value, name == "ext", at);
        }
    }

    fn value(&self, field: &str, value: &mut Value, is_theirs: bool, at: Timestamp) {
        match value {
            Value::String(text) => {
                let names = is_theirs || field == "value" || NAMES.contains(&field);
                if names && self.person.is(&text.as_str().into(), at) {
                    ERASED.clone_into(text);
                } else if let Cow::Owned(other) = self.free(text, at) {
                    *text = other;
                }
            }
            Value::Array(values) => {
                values.iter_mut().for_each(|value| self.value(field, value, is_theirs, at));
            }
            Value::Object(fields) => {
                let is_theirs = |name: &str| is_theirs || name == "ext";
                for (name, value) in fields.iter_mut() {
                    self.value(name, value, is_theirs(name), at);
                }
                if fields.keys().any(|name| matches!(self.free(name, at), Cow::Owned(_))) {
                    let all = std::mem::take(fields).into_iter();
                    *fields = all
                        .map(|(name, value)| (self.free(&name, at).into_owned(), value))
                        .collect::<Map<_, _>>();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Free words without the person's names, where these stand as words of their own.
    fn free<'t>(&self, text: &'t str, at: Timestamp) -> Cow<'t, str> {
        let mut other = String::new();
        let mut end = 0;
        for found in self.words.find_iter(text) {
            let name = &self.of_words[found.pattern().as_usize()];
            if self.is_theirs(name.as_ref(), at) && stands_alone(text, found.start(), found.end()) {
                other.push_str(&text[end..found.start()]);
                other.push_str(ERASED);
                end = found.end();
            }
        }
        match end {
            0 => Cow::Borrowed(text),
            _ => Cow::Owned(other + &text[end..]),
        }
    }

    /// Whether a word is theirs: a name may have been handed on.
    fn is_theirs(&self, name: Option<&Arc<str>>, at: Timestamp) -> bool {
        name.is_none_or(|name| self.person.is(name, at))
    }

    /// Whether an id has a name in it: between whatever signs, since ids are put together of names.
    fn is_in_id(&self, text: &str, at: Timestamp) -> bool {
        self.ids.find_iter(text).any(|found| {
            let is_inner = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            let (before, behind) = (&text[..found.start()], &text[found.end()..]);
            let name = &self.of_ids[found.pattern().as_usize()];
            self.is_theirs(name.as_ref(), at)
                && !is_inner(before.chars().next_back())
                && !is_inner(behind.chars().next())
        })
    }

    /// Ids may name somebody, too: such an event is known by a hash from now on, and so it is to
    /// those that are about it.
    fn identities(&self, event: &mut Event) {
        let at = event.at;
        let known = |identity: &Identity| {
            self.is_in_id(&identity.id, at) || self.is_in_id(&identity.source, at)
        };
        let Some(key) = self.key else { return };
        let hashed = |identity: &mut Identity| {
            if known(identity) {
                *identity = key.tombstone(identity);
            }
        };
        hashed(&mut event.identity);
        match &mut event.body {
            Body::Outcome { target, .. }
            | Body::Update { target, .. }
            | Body::Retraction { target }
            | Body::Decision { target, .. }
            | Body::Resolution(Resolution { target, .. }) => hashed(target),
            Body::Dispute(dispute) => {
                let Dispute { activity, .. } = &mut **dispute;
                activity.iter_mut().for_each(hashed);
            }
            _ => {}
        }
    }
}

/// Whether a part of a text is a word of its own, and not part of a longer name or address.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let is_inner = |sign: char| sign.is_alphanumeric() || sign == '_';
    let joins = |sign: char| matches!(sign, '.' | '-' | '+');
    let before = |mut signs: std::iter::Rev<std::str::Chars<'_>>| match signs.next() {
        Some(sign) if joins(sign) => signs.next().is_some_and(is_inner),
        Some(sign) => is_inner(sign),
        None => false,
    };
    let mut behind = text[end..].chars();
    let goes_on = match behind.next() {
        Some(sign) if joins(sign) => behind.next().is_some_and(is_inner),
        Some('@') => true,
        Some(sign) => is_inner(sign),
        None => false,
    };
    !goes_on && !before(text[..start].chars().rev())
}

#[cfg(test)]
mod tests {
    use super::stands_alone;

    #[test]
    fn a_name_is_a_word_of_its_own_or_part_of_another() {
        let alone = |text: &str, name: &str| {
            let start = text.find(name).unwrap();
            stands_alone(text, start, start + name.len())
        };
        for text in
            ["@ada", "(@ada)", "cc @ada.", "see https://x.example/@ada", "@ada, thanks", "@ada's"]
        {
            assert!(alone(text, "@ada"), "{text}");
        }
        for text in [
            "me@ada.example",
            "@adam",
            "@ada_b",
            "@ada-b",
            "@ada.lovelace",
            "@ada@mastodon.example",
        ] {
            assert!(!alone(text, "@ada"), "{text}");
        }
        assert!(alone("mailto:ada@x.example?", "ada@x.example"));
        assert!(!alone("lady.ada@x.example", "ada@x.example"));
        assert!(!alone("ada@x.example.org", "ada@x.example"));
    }
}
