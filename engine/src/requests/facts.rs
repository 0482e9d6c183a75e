//! What rules can see, as a list.

use schemars::JsonSchema;
use serde::Serialize;

use crate::facts::{Fact, LARGEST, Object, Type, Words};
use crate::script::{language_functions, made_functions};

/// A fact that rules can see, or a question that they can ask.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields)]
pub struct ListedFact {
    /// As rules write it, such as `post.links`; a question with what it is asked with in brackets,
    /// such as `post.mentions(lexicon)`.
    pub fact: String,
    /// What it may be, in words; with a `?` where it may be unknown.
    pub r#type: String,
    /// Whether it may be unknown: it then reads as `()`.
    pub optional: bool,
    /// Whether records state it; else it is worked out.
    pub given: bool,
    /// Whether it tells something about a person.
    pub personal: bool,
    /// What it means.
    pub doc: &'static str,
}

/// All that rules can see, object by object: the same whatever the program.
pub fn facts() -> Vec<ListedFact> {
    OBJECTS.iter().flat_map(|(name, object)| facts_of(name, *object)).collect()
}

/// The functions with which rules make what they give, each as it is called and with what it does.
pub fn functions() -> impl Iterator<Item = (String, &'static str)> {
    made_functions()
}

/// The names of the language's own functions that rules may call, sorted.
pub fn language() -> Vec<String> {
    language_functions()
}

/// Those of one object, by the name that rules know it by.
pub fn facts_of(name: &str, object: Object) -> impl Iterator<Item = ListedFact> {
    object.facts().iter().map(move |fact| listed(name, fact))
}

/// The objects that rules see, each by the name that rules know it by.
pub const OBJECTS: [(&str, Object); 8] = [
    ("post", Object::Post),
    ("activity", Object::Activity),
    ("person", Object::Person),
    ("so_far", Object::SoFar),
    ("program", Object::Program),
    ("standing", Object::Standing),
    ("team", Object::Team),
    ("period", Object::Period),
];

fn listed(object: &str, fact: &Fact) -> ListedFact {
    let argument = fact.argument.map_or_else(String::new, |it| format!("({})", it.name()));
    let kind = match fact.kind {
        Type::Flag => "yes or no".to_owned(),
        Type::Number(least, LARGEST) if least == -LARGEST => "whole number".to_owned(),
        Type::Number(least, LARGEST) => format!("number from {least}"),
        Type::Number(least, most) => format!("number {least} to {most}"),
        Type::Word(Words::Kinds) => "a declared kind".to_owned(),
        Type::Word(Words::Channels) => "a declared channel".to_owned(),
        Type::Word(Words::Levels) => "a declared level".to_owned(),
        Type::Word(Words::Fixed(words)) if words.len() > 8 => "a language code".to_owned(),
        Type::Word(Words::Fixed(words)) => words.join(" | "),
        Type::Text => "text".to_owned(),
    };
    ListedFact {
        fact: format!("{object}.{}{argument}", fact.name),
        r#type: if fact.optional { kind + "?" } else { kind },
        optional: fact.optional,
        given: fact.given,
        personal: fact.personal,
        doc: fact.doc,
    }
}
