//! W1 in plain Rhai, with `sync` and every limit set, as it must be where scripts are other people's.

use rhai::packages::{Package, StandardPackage};
use rhai::{AST, CallFnOptions, Dynamic, Engine, ImmutableString, Scope};

use super::Activity;

/// The text that Plaudit runs, too.
pub(super) const SCRIPT: &str = include_str!("script.rhai");

fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    StandardPackage::new().register_into_engine(&mut engine);
    engine.set_max_operations(100_000);
    engine.set_max_call_levels(12);
    engine.set_max_expr_depths(32, 32);
    engine.set_max_string_size(2_048);
    engine.set_max_array_size(512);
    engine.set_max_map_size(256);
    // Its lock would be all that threads do.
    engine.set_max_strings_interned(0);
    engine
}

/// A type with getters handed to the function: the script as Plaudit's users write it.
pub(crate) fn getters() -> Box<dyn FnMut(&Activity) -> i64> {
    let mut engine = engine();
    engine.register_type::<Activity>();
    let text = |text: &str| -> Dynamic { ImmutableString::from(text).into() };
    engine.register_get("kind", move |it: &mut Activity| text(&it.kind));
    engine.register_get("channel", move |it: &mut Activity| {
        it.channel.as_deref().map_or(Dynamic::UNIT, text)
    });
    engine.register_get("own_words", |it: &mut Activity| {
        it.own_words.map_or(Dynamic::UNIT, Dynamic::from_int)
    });
    engine.register_get("likes", |it: &mut Activity| it.likes);
    engine.register_get("comments", |it: &mut Activity| it.comments);
    engine.register_get("clicks", |it: &mut Activity| it.clicks);
    engine.register_get("impressions", |it: &mut Activity| it.impressions);
    let ast = engine.compile(SCRIPT).unwrap();
    let mut scope = Scope::new();
    Box::new(move |activity| {
        let options = CallFnOptions::new().eval_ast(false);
        let of = (activity.clone(),);
        engine.call_fn_with_options::<i64>(options, &mut scope, &ast, "w1", of).unwrap()
    })
}

/// The fastest way there is: no function, no type, variables that stay in one scope.
pub(crate) fn scope() -> Box<dyn FnMut(&Activity) -> i64> {
    const NAMES: [&str; 7] =
        ["kind", "channel", "own_words", "likes", "comments", "clicks", "impressions"];
    let body = SCRIPT.split_once("{\n").unwrap().1.trim_end().trim_end_matches('}');
    let body = body.replace("activity.", "");
    let engine = engine();
    let mut scope = Scope::new();
    for name in NAMES {
        scope.push_dynamic(name, Dynamic::UNIT);
    }
    let ast: AST = engine.compile_with_scope(&scope, body).unwrap();
    let text = |text: &str| -> Dynamic { ImmutableString::from(text).into() };
    Box::new(move |activity| {
        let values: [Dynamic; 7] = [
            text(&activity.kind),
            activity.channel.as_deref().map_or(Dynamic::UNIT, text),
            activity.own_words.map_or(Dynamic::UNIT, Dynamic::from_int),
            activity.likes.into(),
            activity.comments.into(),
            activity.clicks.into(),
            activity.impressions.into(),
        ];
        for (name, value) in NAMES.iter().zip(values) {
            scope.set_value(*name, value);
        }
        let points = engine.eval_ast_with_scope::<i64>(&mut scope, &ast).unwrap();
        scope.rewind(NAMES.len());
        points
    })
}
