//! W1 in the Common Expression Language. It has no variables of its own and no `min`.

use cel::{Context, Program, Value};

use super::Activity;

const EXPRESSION: &str = r#"
    !(kind in ["share", "comment", "create"]) ? 0 : (
        (kind == "share" ? 2 : kind == "comment" ? 3 : 10)
        + (own_words >= 50 ? 5 : 0)
        + (likes < 20 ? likes : 20) + 2 * (comments < 10 ? comments : 10)
        + (clicks < 50 ? clicks : 50) / 5
        + (channel == "linkedin" ? 3 : channel == "x" ? 1 : 0)
    ) / (clicks * 2 > impressions ? 2 : 1)
"#;

pub(crate) fn variables() -> Box<dyn FnMut(&Activity) -> i64> {
    let program = Program::compile(EXPRESSION).unwrap();
    let root = Context::default();
    Box::new(move |it| {
        let mut context = root.new_inner_scope();
        context.add_variable_from_value("kind", it.kind.as_str());
        context.add_variable_from_value("channel", it.channel.as_deref().unwrap_or_default());
        context.add_variable_from_value("own_words", it.own_words.unwrap_or(0));
        context.add_variable_from_value("likes", it.likes);
        context.add_variable_from_value("comments", it.comments);
        context.add_variable_from_value("clicks", it.clicks);
        context.add_variable_from_value("impressions", it.impressions);
        match program.execute(&context).unwrap() {
            Value::Int(points) => points,
            other => panic!("{other:?}"),
        }
    })
}
