//! W1 in the expressions of ZEN, alone and as a decision of its engine, which computes with decimals.

use std::sync::Arc;

use serde_json::json;
use zen_engine::DecisionEngine;
use zen_engine::model::DecisionContent;
use zen_expression::variable::Variable;
use zen_expression::vm::VM;

use super::Activity;

const EXPRESSION: &str = "kind not in ['share', 'comment', 'create'] ? 0 : floor((\
    (kind == 'share' ? 2 : kind == 'comment' ? 3 : 10) \
    + (own_words >= 50 ? 5 : 0) \
    + min([likes, 20]) + 2 * min([comments, 10]) + floor(min([clicks, 50]) / 5) \
    + (channel == 'linkedin' ? 3 : channel == 'x' ? 1 : 0)\
    ) / (clicks * 2 > impressions ? 2 : 1))";

fn context(it: &Activity) -> Variable {
    json!({
        "kind": it.kind,
        "channel": it.channel.as_deref().unwrap_or_default(),
        "own_words": it.own_words.unwrap_or(0),
        "likes": it.likes,
        "comments": it.comments,
        "clicks": it.clicks,
        "impressions": it.impressions,
    })
    .into()
}

fn whole(number: &Variable) -> i64 {
    let number = number.as_number().unwrap().normalize();
    assert_eq!(number.scale(), 0);
    i64::try_from(number.mantissa()).unwrap()
}

pub(crate) fn expression() -> Box<dyn FnMut(&Activity) -> i64> {
    let expression = zen_expression::compile_expression(EXPRESSION).unwrap();
    let mut vm = VM::new();
    Box::new(move |it| whole(&expression.evaluate_with(context(it), &mut vm).unwrap()))
}

pub(crate) fn decision() -> Box<dyn FnMut(&Activity) -> i64> {
    let content: DecisionContent = serde_json::from_value(json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode" },
            { "id": "w1", "name": "w1", "type": "expressionNode", "content": {
                "expressions": [{ "id": "points", "key": "points", "value": EXPRESSION }]
            } },
            { "id": "out", "name": "out", "type": "outputNode" },
        ],
        "edges": [
            { "id": "1", "sourceId": "in", "targetId": "w1", "type": "edge" },
            { "id": "2", "sourceId": "w1", "targetId": "out", "type": "edge" },
        ],
    }))
    .unwrap();
    let mut decision = DecisionEngine::default().create_decision(Arc::new(content)).unwrap();
    decision.compile();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    Box::new(move |it| {
        let response = runtime.block_on(decision.evaluate(context(it))).unwrap();
        whole(&response.result.dot("points").unwrap())
    })
}
