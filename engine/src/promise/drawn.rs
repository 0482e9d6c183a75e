//! Rules that nobody wrote: drawn from a seed, out of what the language has. Some do something
//! sensible, most do not, and many fail: with wrong types, numbers too large, divisions by zero,
//! loops and texts without end.
//!
//! Here is what a rule is made of; `pen` writes it.

mod pen;

use self::pen::{DEEPEST, Pen};
use super::roads_manifest;
use crate::facts::{Argument, Folder, Type, Words};
use crate::program::{Program, Sources};
use crate::script::Vocabulary;

/// What an expression comes to, as far as it is meant to.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Number,
    Flag,
    Text,
}

/// A fact as rules write it.
struct Fact {
    text: String,
    sort: Sort,
    /// Texts that it may be; others are refused by the checker.
    may_be: Vec<String>,
    parameter: &'static str,
}

/// A program of drawn rules, one of each folder; nothing where the checker refuses it.
pub(super) fn program(vocabulary: &Vocabulary, seed: u64) -> Result<Program, String> {
    let mut sources = Sources::new().with("program.toml", roads_manifest());
    let mut all = String::new();
    for (place, folder) in
        [Folder::Guidelines, Folder::Scoring, Folder::Recognition, Folder::Coaching]
            .into_iter()
            .enumerate()
    {
        let text = rule(vocabulary, folder, seed.wrapping_mul(4).wrapping_add(place as u64));
        all += &text;
        sources = sources.with(format!("{}/drawn.rhai", folder.name()), text);
    }
    Program::from_sources(&sources).map_err(|error| format!("{error}\n{all}"))
}

fn rule(vocabulary: &Vocabulary, folder: Folder, seed: u64) -> String {
    let facts = facts(vocabulary, folder);
    let mut pen = Pen {
        state: seed,
        facts: &facts,
        folder,
        scope: Vec::new(),
        names: 0,
        loops: 0,
        has_helper: false,
    };
    let mut helper = String::new();
    if pen.odds(2) {
        pen.scope = vec![("a".into(), Sort::Number, false), ("b".into(), Sort::Number, false)];
        pen.facts = &[];
        let body = pen.block(Some(Sort::Number), 2);
        helper = format!("private fn helper(a, b) {body}\n");
        (pen.facts, pen.has_helper) = (&facts, true);
        pen.scope.clear();
    }
    let result = pen.result();
    let statements = pen.statements(3);
    let last = match result {
        Some(sort) => pen.expression(sort, DEEPEST),
        None => pen.gift(),
    };
    // Nothing in scope at the end that the last expression could not see; blocks close themselves.
    let body = format!("{statements}{last}\n");
    let mut parameters: Vec<&str> = facts
        .iter()
        .map(|fact| fact.parameter)
        .filter(|name| body.contains(&format!("{name}.")))
        .collect();
    parameters.sort_unstable();
    parameters.dedup();
    if parameters.is_empty() {
        parameters.push(folder.parameters()[0].0);
    }
    format!(
        "/// Drawn.\nfn {}_drawn({}) {{\n{body}}}\n{helper}",
        folder.name(),
        parameters.join(", ")
    )
}

fn facts(vocabulary: &Vocabulary, folder: Folder) -> Vec<Fact> {
    let mut all = Vec::new();
    for (parameter, object) in folder.parameters() {
        for fact in object.facts() {
            let (sort, may_be) = match fact.kind {
                Type::Number(..) => (Sort::Number, Vec::new()),
                Type::Flag => (Sort::Flag, Vec::new()),
                Type::Word(words) => (Sort::Text, words_of(vocabulary, words)),
                Type::Text => (Sort::Text, vec!["sales".to_owned(), String::new()]),
            };
            let of = |name: &str, argument: Option<&str>| match argument {
                None => format!("{parameter}.{name}"),
                Some(argument) => format!("{parameter}.{name}({argument:?})"),
            };
            let texts = match fact.argument {
                None => vec![of(fact.name, None)],
                Some(Argument::Threshold) => Vec::new(),
                Some(asked) => {
                    let named = vocabulary.named(asked, None).unwrap().names;
                    named.iter().take(3).map(|name| of(fact.name, Some(name))).collect()
                }
            };
            all.extend(texts.into_iter().map(|text| Fact {
                text,
                sort,
                may_be: may_be.clone(),
                parameter,
            }));
        }
    }
    // A person's facts are many: without this the activity would hardly be looked at.
    let (mut rare, mut own): (Vec<Fact>, Vec<Fact>) =
        all.into_iter().partition(|fact| fact.parameter != folder.parameters()[0].0);
    rare.truncate(own.len());
    own.append(&mut rare);
    own
}

fn words_of(vocabulary: &Vocabulary, words: Words) -> Vec<String> {
    match words {
        Words::Fixed(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Words::Kinds => vocabulary.kinds.clone().into_iter().collect(),
        Words::Channels => vocabulary.channels.clone().into_iter().collect(),
        Words::Levels => vocabulary.levels.clone().into_iter().collect(),
    }
}
