//! W1 in Rego, by regorus: its interpreter, and its virtual machine.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use super::Activity;

const POLICY: &str = r#"
package w1
import rego.v1

base := {"share": 2, "comment": 3, "create": 10}[input.kind]

default original := 0
original := 5 if input.own_words >= 50

default channel := 0
channel := {"linkedin": 3, "x": 1}[input.channel]

default parts := 1
parts := 2 if input.clicks * 2 > input.impressions

default points := 0
points := floor((base + original + min([input.likes, 20]) + 2 * min([input.comments, 10])
    + floor(min([input.clicks, 50]) / 5) + channel) / parts)
"#;

const RULE: &str = "data.w1.points";

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.add_policy("w1.rego".to_owned(), POLICY.to_owned()).unwrap();
    engine
}

fn input(it: &Activity) -> Value {
    let mut input = Value::new_object();
    let fields = input.as_object_mut().unwrap();
    let mut put = |name: &str, value: Value| drop(fields.insert(Value::from(name), value));
    put("kind", Value::from(it.kind.as_str()));
    if let Some(channel) = &it.channel {
        put("channel", Value::from(channel.as_str()));
    }
    if let Some(own) = it.own_words {
        put("own_words", Value::from(own));
    }
    put("likes", Value::from(it.likes));
    put("comments", Value::from(it.comments));
    put("clicks", Value::from(it.clicks));
    put("impressions", Value::from(it.impressions));
    input
}

pub(crate) fn machine() -> Box<dyn FnMut(&Activity) -> i64> {
    let policy = engine().compile_with_entrypoint(&RULE.into()).unwrap();
    let program = Compiler::compile_from_policy(&policy, &[RULE]).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(Arc::clone(&program));
    Box::new(move |it| {
        machine.set_input(input(it));
        machine.execute().unwrap().as_i64().unwrap()
    })
}

pub(crate) fn interpreter() -> Box<dyn FnMut(&Activity) -> i64> {
    let mut engine = engine();
    Box::new(move |it| {
        engine.set_input(input(it));
        engine.eval_rule(RULE.to_owned()).unwrap().as_i64().unwrap()
    })
}
