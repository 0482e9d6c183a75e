//! Reads the input of an example: the post and the facts that it states.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use std::collections::BTreeMap;

use super::{Expected, Input, Manifest, Rule};
use crate::error::{Code, Problem, choose, did_you_mean};
use crate::facts::{ActivityFact, Argument, Fact, Folder, LARGEST, Object, Stubs, Type, Value};
use crate::post::Post;
use crate::script::Vocabulary;

/// An example's input, made ready: a post to look at and the facts that it states.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) post: Option<Post>,
    pub(crate) stubs: Stubs,
}

/// What the names and words in an example are looked up in.
struct Known<'a> {
    vocabulary: &'a Vocabulary,
    thresholds: &'a BTreeMap<Arc<str>, i64>,
}

/// Reads an example's input; the problem has no place yet.
pub(crate) fn prepare(
    rule: &Rule,
    input: &Input,
    manifest: &Manifest,
    vocabulary: &Vocabulary,
) -> Result<Prepared, Problem> {
    let folder = rule.folder();
    let known_names = Known { vocabulary, thresholds: &rule.settings().thresholds };
    let mut prepared = Prepared::default();
    let map = match input {
        Input::Text(text) => {
            prepared.post = Some(Post::of(text));
            return Ok(prepared);
        }
        Input::Map(Json::Object(map)) => map,
        Input::Map(_) => return Err(malformed("an example is a map of objects")),
    };
    for (name, value) in map {
        let known = folder.parameters();
        let Some((_, object)) = known.iter().find(|(known, _)| known == name) else {
            return Err(malformed(format!("there is no `{name}` in an example"))
                .maybe_help(choose(name, known.iter().map(|(name, _)| *name))));
        };
        match (object, value) {
            (Object::Post, Json::String(text)) => prepared.post = Some(Post::of(text)),
            (_, Json::Object(facts)) => prepared.object(*object, name, facts, &known_names)?,
            _ => return Err(malformed(format!("`{name}` is a map of facts"))),
        }
    }
    match folder {
        Folder::Scoring => prepared.complete_activity(manifest)?,
        Folder::Guidelines => prepared.post = prepared.post.or_else(|| Some(Post::of(""))),
        Folder::Recognition | Folder::Coaching | Folder::Lib => {}
    }
    if let Some(channel) = prepared.post.as_ref().and_then(|post| post.channel.clone())
        && !manifest.channels.contains_key(&channel)
    {
        let names = manifest.channels.keys().map(|name| &**name);
        return Err(Problem::new(Code::UnknownChannel, format!("there is no channel `{channel}`"))
            .maybe_help(choose(&channel, names)));
    }
    Ok(prepared)
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(Code::MalformedExample, message)
}

/// The fields of a post's record; other names in an example are facts to state.
const POST_FIELDS: &[&str] = &[
    "text",
    "channel",
    "language",
    "author",
    "at",
    "content",
    "media",
    "labelled",
    "ghostwritten",
];

impl Prepared {
    fn object(
        &mut self,
        object: Object,
        name: &str,
        facts: &Map<String, Json>,
        known: &Known<'_>,
    ) -> Result<(), Problem> {
        let mut record = Map::new();
        for (fact, value) in facts {
            if object == Object::Post && POST_FIELDS.contains(&fact.as_str()) {
                record.insert(fact.clone(), value.clone());
            } else if object == Object::Activity && fact == "post" {
                let post = match value {
                    Json::String(text) => Post::of(text),
                    other => post_of(other.clone())?,
                };
                self.post = Some(post);
            } else {
                self.state(object, name, fact, value, known)?;
            }
        }
        if object == Object::Post {
            record.entry("text").or_insert_with(|| "".into());
            self.post = Some(post_of(record.into())?);
        }
        Ok(())
    }

    fn state(
        &mut self,
        object: Object,
        name: &str,
        fact_name: &str,
        value: &Json,
        known: &Known<'_>,
    ) -> Result<(), Problem> {
        let Some((slot, fact)) = object.fact(fact_name) else {
            let names = object.facts().iter().map(|fact| fact.name);
            return Err(malformed(format!("`{name}` has no fact `{fact_name}`"))
                .maybe_help(choose(fact_name, names)));
        };
        let full = format!("{name}.{fact_name}");
        match (fact.argument, value) {
            (None, value) => {
                self.stubs
                    .insert((object, slot, None), stated(&full, fact, value, known.vocabulary)?);
            }
            (Some(asked), Json::Object(answers)) => {
                let named = known.vocabulary.named(asked, Some(known.thresholds));
                for (argument, value) in answers {
                    let problem = named.as_ref().and_then(|named| named.problem(argument));
                    if let Some(mut problem) = problem {
                        problem.code = Code::MalformedExample;
                        return Err(problem);
                    }
                    let value = stated(&full, fact, value, known.vocabulary)?;
                    self.stubs.insert((object, slot, Some(argument.as_str().into())), value);
                }
            }
            (Some(asked), _) => {
                return Err(malformed(format!("`{full}` is asked with an argument")).help(
                    format!("state its answers, such as `{fact_name}: {}`", answer(fact, asked)),
                ));
            }
        }
        Ok(())
    }

    /// An activity has a kind, and the kind has a style.
    fn complete_activity(&mut self, manifest: &Manifest) -> Result<(), Problem> {
        let key = |fact: ActivityFact| (Object::Activity, fact as u8, None);
        let Some(Value::Text(kind)) = self.stubs.get(&key(ActivityFact::Kind)) else {
            return Err(malformed("the example does not say what was done")
                .help("begin with `#{ activity: #{ kind: \"share\" } }`"));
        };
        let style = manifest.kinds.get(kind).map(|kind| Arc::clone(&kind.style));
        self.stubs.entry(key(ActivityFact::Style)).or_insert_with(|| style.into());
        Ok(())
    }
}

fn post_of(record: Json) -> Result<Post, Problem> {
    serde_json::from_value(record)
        .map_err(|error| malformed(format!("the post cannot be read: {error}")))
}

/// What an answer to a question looks like in an example.
fn answer(fact: &Fact, asked: Argument) -> String {
    let value = match fact.kind {
        Type::Flag => "true",
        Type::Number(..) => "3",
        Type::Word(_) | Type::Text => "\"…\"",
    };
    let name = asked.example();
    match name.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("#{{ {name:?}: {value} }}"),
        false => format!("#{{ {name}: {value} }}"),
    }
}

/// A label must name what the rule can give; the problem has no place yet.
pub(super) fn check_label(rule: &Rule, expected: &Expected) -> Option<Problem> {
    let Expected::Gives(ids) = expected else { return None };
    let mut given = ids.iter().map(|id| id.split_once('/').map_or(id.as_str(), |(id, _)| id));
    let unknown = given.find(|id| !rule.gives().iter().any(|known| **known == **id))?;
    if unknown.is_empty() {
        return Some(
            malformed("there is no id beside a `+` of the label")
                .help("ids that are given together are joined, such as `first_story+ten_stories`"),
        );
    }
    if rule.gives_others() {
        return None;
    }
    let labels = rule.gives().iter().map(|id| &**id).chain(["none"]);
    Some(
        malformed(format!("the rule `{}` never gives `{unknown}`", rule.id()))
            .maybe_help(choose(unknown, labels)),
    )
}

/// A fact's value out of an example.
fn stated(
    name: &str,
    fact: &Fact,
    value: &Json,
    vocabulary: &Vocabulary,
) -> Result<Value, Problem> {
    let wrong = |wanted: &str| Err(malformed(format!("`{name}` is {wanted}, not `{value}`")));
    match (fact.kind, value) {
        (_, Json::Null) if fact.optional => Ok(Value::Unknown),
        (Type::Flag, Json::Bool(flag)) => Ok(Value::Flag(*flag)),
        (Type::Flag, _) => wrong("`true` or `false`"),
        (Type::Number(least, most), number) => match number.as_i64() {
            Some(number) if (least..=most).contains(&number) => Ok(Value::Number(number)),
            _ if least == -LARGEST => wrong("a whole number"),
            _ if most == LARGEST => wrong(&format!("a whole number from {least}")),
            _ => wrong(&format!("a whole number from {least} to {most}")),
        },
        (Type::Word(words), Json::String(text)) => {
            let known = vocabulary.words(words);
            if known.contains(&text.as_str()) {
                return Ok(Value::from(text.as_str()));
            }
            Err(malformed(format!("`{name}` is never `{text}`"))
                .maybe_help(did_you_mean(text, known.iter().copied())))
        }
        (Type::Text, Json::String(text)) => Ok(Value::from(text.as_str())),
        (Type::Word(_) | Type::Text, _) => wrong("a text"),
    }
}
