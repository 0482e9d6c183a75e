//! Events as bytes: what most of them are takes some fifty bytes, with texts by number.
//!
//! ```text
//! tag, place in the side list                              an event that is kept whole
//! tag, seconds, [nanoseconds], source, id, then            a packed one:
//!     advocate, [content], [counterpart], facts            an activity
//!     target's source and id, facts                        an outcome
//!     target's source and id                               a retraction
//!     target's source and id, fields, what they say, facts an update
//! ```

use std::sync::Arc;

use jiff::Timestamp;

use super::bytes::{Reader, put, put_bytes, put_signed};
use super::symbols::Symbols;
use super::{Kind, Named};
use crate::events::{Activity, Body, Change, Event, Identity, Stated};
use crate::facts::{ActivityFact, Value};
use crate::post::Post;

/// The part of a tag that says what kind of event it is.
const KIND: u8 = 0b111;
/// The event is kept whole.
const WHOLE: u8 = 1 << 3;
/// The time has parts of a second.
const NANOSECONDS: u8 = 1 << 4;
const CONTENT: u8 = 1 << 5;
const COUNTERPART: u8 = 1 << 6;

/// Fields that an update names.
const AT: u8 = 1;
const ADVOCATE: u8 = 1 << 1;
const SET_CONTENT: u8 = 1 << 2;
const CLEARED_CONTENT: u8 = 1 << 3;
const SET_COUNTERPART: u8 = 1 << 4;
const CLEARED_COUNTERPART: u8 = 1 << 5;

/// Longer ids than records may have are for the side list: places within a chunk are 32 bits.
const LONGEST_ID: usize = 1_000;

/// Whether an event is packed; everything else is kept whole.
pub(super) fn fits(event: &Event) -> bool {
    let short = |identity: &Identity| identity.id.len() <= LONGEST_ID;
    let is_packed = match &event.body {
        Body::Activity(activity) => activity.post.is_none(),
        Body::Update { set, .. } => set.post.is_none(),
        Body::Outcome { .. } | Body::Retraction { .. } => true,
        _ => false,
    };
    is_packed && event.ext.is_none() && short(&event.identity) && event.target().is_none_or(short)
}

/// Writes that an event is kept whole, and where.
pub(super) fn put_whole(bytes: &mut Vec<u8>, body: &Body, place: usize) {
    bytes.push(Kind::of(body) as u8 | WHOLE);
    put(bytes, place as u64);
}

/// Writes an event that fits.
pub(super) fn put_event(bytes: &mut Vec<u8>, symbols: &mut Symbols, event: &Event) {
    let mut tag = Kind::of(&event.body) as u8;
    if let Body::Activity(activity) = &event.body {
        tag |= flag(CONTENT, activity.content.is_some());
        tag |= flag(COUNTERPART, activity.counterpart.is_some());
    }
    bytes.push(tag | flag(NANOSECONDS, event.at.subsec_nanosecond() != 0));
    put_signed(bytes, event.at.as_second());
    if event.at.subsec_nanosecond() != 0 {
        put_signed(bytes, event.at.subsec_nanosecond().into());
    }
    put_identity(bytes, symbols, &event.identity);
    match &event.body {
        Body::Activity(activity) => {
            put(bytes, symbols.number(&activity.advocate));
            for name in [&activity.content, &activity.counterpart].into_iter().flatten() {
                put(bytes, symbols.number(name));
            }
            put_stated(bytes, symbols, &activity.stated);
        }
        Body::Outcome { target, stated } => {
            put_identity(bytes, symbols, target);
            put_stated(bytes, symbols, stated);
        }
        Body::Retraction { target } => put_identity(bytes, symbols, target),
        Body::Update { target, set } => {
            put_identity(bytes, symbols, target);
            put_change(bytes, symbols, set);
        }
        _ => {}
    }
}

fn flag(flag: u8, is_set: bool) -> u8 {
    if is_set { flag } else { 0 }
}

fn put_identity(bytes: &mut Vec<u8>, symbols: &mut Symbols, identity: &Identity) {
    put(bytes, symbols.number(&identity.source));
    put_bytes(bytes, identity.id.as_bytes());
}

fn put_change(bytes: &mut Vec<u8>, symbols: &mut Symbols, set: &Change) {
    let fields = flag(AT, set.at.is_some())
        | flag(ADVOCATE, set.advocate.is_some())
        | flag(SET_CONTENT, matches!(set.content, Some(Some(_))))
        | flag(CLEARED_CONTENT, matches!(set.content, Some(None)))
        | flag(SET_COUNTERPART, matches!(set.counterpart, Some(Some(_))))
        | flag(CLEARED_COUNTERPART, matches!(set.counterpart, Some(None)));
    bytes.push(fields);
    if let Some(at) = set.at {
        put_signed(bytes, at.as_second());
        put_signed(bytes, at.subsec_nanosecond().into());
    }
    let names = [set.advocate.as_ref(), content(&set.content), content(&set.counterpart)];
    for name in names.into_iter().flatten() {
        put(bytes, symbols.number(name));
    }
    put_stated(bytes, symbols, &set.stated);
}

fn content(field: &Option<Option<Arc<str>>>) -> Option<&Arc<str>> {
    field.as_ref().and_then(Option::as_ref)
}

/// The types of values, beside the number of the fact.
const TYPES: u64 = 6;
const TEXT: u64 = 4;
/// The number of the first fact, what was done, with its type.
const KIND_AS_TEXT: u64 = ActivityFact::Kind as u64 * TYPES + TEXT;

fn put_stated(bytes: &mut Vec<u8>, symbols: &mut Symbols, stated: &Stated) {
    put(bytes, stated.len() as u64);
    for (slot, value) in stated {
        let kind = match value {
            Value::Unknown => 0,
            Value::Flag(false) => 1,
            Value::Flag(true) => 2,
            Value::Number(_) => 3,
            Value::Text(_) => TEXT,
            Value::Words(_) => 5,
        };
        put(bytes, u64::from(*slot) * TYPES + kind);
        match value {
            Value::Unknown | Value::Flag(_) => {}
            Value::Number(number) => put_signed(bytes, *number),
            Value::Text(text) => put(bytes, symbols.number(text)),
            Value::Words(words) => {
                put(bytes, words.len() as u64);
                words.iter().for_each(|word| put(bytes, symbols.number(word)));
            }
        }
    }
}

/// What stands at the beginning of an event's bytes.
pub(super) enum Head<'a> {
    /// It is kept whole, at a place of the side list.
    Whole(usize),
    Packed(Packed<'a>),
}

/// A packed event whose time is read, and the rest of it.
pub(super) struct Packed<'a> {
    tag: u8,
    pub(super) at: Timestamp,
    rest: Reader<'a>,
    symbols: &'a Symbols,
}

/// What kind of event the bytes are of.
pub(super) fn kind(bytes: &[u8]) -> Kind {
    let tag = Reader(bytes).byte() & KIND;
    Kind::PACKED.into_iter().find(|kind| *kind as u8 == tag).unwrap_or(Kind::Other)
}

impl<'a> Head<'a> {
    #[inline]
    pub(super) fn read(bytes: &'a [u8], symbols: &'a Symbols) -> Self {
        let mut rest = Reader(bytes);
        let tag = rest.byte();
        if tag & WHOLE != 0 {
            return Head::Whole(rest.size());
        }
        let second = rest.signed();
        let nanosecond = if tag & NANOSECONDS == 0 { 0 } else { rest.signed() };
        Head::Packed(Packed { tag, at: instant(second, nanosecond), rest, symbols })
    }
}

fn instant(second: i64, nanosecond: i64) -> Timestamp {
    Timestamp::new(second, i32::try_from(nanosecond).unwrap_or(0)).unwrap_or_default()
}

/// The names that an activity is recorded with.
pub(crate) struct Names<'a> {
    pub(crate) at: Timestamp,
    pub(crate) kind: Option<&'a Arc<str>>,
    pub(crate) advocate: &'a Arc<str>,
    pub(crate) content: Option<&'a Arc<str>>,
    pub(crate) counterpart: Option<&'a Arc<str>>,
    pub(crate) post: Option<&'a Post>,
}

/// The same, as far as they are names of people and content, by number.
pub(crate) struct Numbers {
    pub(crate) advocate: usize,
    pub(crate) content: Option<usize>,
    pub(crate) counterpart: Option<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(at: Timestamp, activity: &'a Activity) -> Self {
        let kind = activity.stated.iter().find(|(slot, _)| *slot == ActivityFact::Kind as u8);
        Self {
            at,
            kind: kind.and_then(|(_, value)| value.text()),
            advocate: &activity.advocate,
            content: activity.content.as_ref(),
            counterpart: activity.counterpart.as_ref(),
            post: activity.post.as_deref(),
        }
    }
}

impl<'a> Packed<'a> {
    /// Reads the event's identity, or that of its target behind it.
    #[inline]
    pub(super) fn named(&mut self) -> Named<'a> {
        let source = &**self.name();
        Named { source, id: self.rest.bytes() }
    }

    pub(super) fn identity(&mut self) -> Identity {
        let source = Arc::clone(self.name());
        Identity { source, id: String::from_utf8_lossy(self.rest.bytes()).into() }
    }

    #[inline]
    fn name(&mut self) -> &'a Arc<str> {
        self.symbols.text(self.rest.size())
    }

    fn name_if(&mut self, has: bool) -> Option<&'a Arc<str>> {
        has.then(|| self.name())
    }

    /// The numbers of an activity's names; its identity is read.
    pub(super) fn numbers(&mut self) -> Numbers {
        let advocate = self.rest.size();
        let mut size_if = |has: bool| has.then(|| self.rest.size());
        let content = size_if(self.tag & CONTENT != 0);
        let counterpart = size_if(self.tag & COUNTERPART != 0);
        Numbers { advocate, content, counterpart }
    }

    /// The names of an activity, whose identity is read.
    pub(super) fn names(&mut self) -> Names<'a> {
        let Numbers { advocate, content, counterpart } = self.numbers();
        let text = |number: usize| self.symbols.text(number);
        // The kind is the first of the facts.
        let mut facts = self.rest;
        let is_stated = facts.number() > 0 && facts.number() == KIND_AS_TEXT;
        let kind = is_stated.then(|| self.symbols.text(facts.size()));
        Names {
            at: self.at,
            kind,
            advocate: text(advocate),
            content: content.map(text),
            counterpart: counterpart.map(text),
            post: None,
        }
    }

    /// What happened; the identity is read.
    pub(super) fn body(mut self) -> Body {
        match self.tag & KIND {
            tag if tag == Kind::Activity as u8 => Body::Activity(self.activity()),
            tag if tag == Kind::Outcome as u8 => {
                let target = self.identity();
                Body::Outcome { target, stated: self.stated() }
            }
            tag if tag == Kind::Retraction as u8 => Body::Retraction { target: self.identity() },
            _ => {
                let target = self.identity();
                Body::Update { target, set: Box::new(self.change()) }
            }
        }
    }

    pub(super) fn activity(mut self) -> Activity {
        let names = self.names();
        Activity {
            advocate: Arc::clone(names.advocate),
            content: names.content.cloned(),
            counterpart: names.counterpart.cloned(),
            post: None,
            stated: self.stated(),
        }
    }

    fn change(&mut self) -> Change {
        let fields = self.rest.byte();
        let has = |field: u8| fields & field != 0;
        let at = has(AT).then(|| instant(self.rest.signed(), self.rest.signed()));
        let advocate = self.name_if(has(ADVOCATE)).cloned();
        let mut name = |set: u8, cleared: u8| {
            let name = self.name_if(has(set)).cloned();
            (name.is_some() || has(cleared)).then_some(name)
        };
        let content = name(SET_CONTENT, CLEARED_CONTENT);
        let counterpart = name(SET_COUNTERPART, CLEARED_COUNTERPART);
        Change { at, advocate, content, counterpart, post: None, stated: self.stated() }
    }

    fn stated(&mut self) -> Stated {
        let count = self.rest.size();
        // A fact takes a byte at least.
        let mut stated = Stated::with_capacity(count.min(self.rest.0.len()));
        for _ in 0..count {
            let head = self.rest.number();
            let value = match head % TYPES {
                0 => Value::Unknown,
                1 => Value::Flag(false),
                2 => Value::Flag(true),
                3 => Value::Number(self.rest.signed()),
                TEXT => Value::Text(Arc::clone(self.name())),
                _ => {
                    let count = self.rest.size();
                    Value::Words((0..count).map(|_| Arc::clone(self.name())).collect())
                }
            };
            stated.push((u8::try_from(head / TYPES).unwrap_or(u8::MAX), value));
        }
        stated
    }
}
