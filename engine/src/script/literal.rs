//! The constant maps of examples: `#{ activity: #{ kind: "share" } }`.

use rhai::{Engine, Expr, Stmt};

use super::sandbox::Sandbox;

/// Reads a constant map as JSON. The error says what is wrong with it.
pub(crate) fn constant_map(sandbox: &Sandbox, text: &str) -> Result<serde_json::Value, String> {
    let engine: &Engine = sandbox.engine();
    let ast = engine.compile_expression(text).map_err(|error| {
        let message = error.err_type().to_string();
        format!("this is not a map: {}", message.to_lowercase())
    })?;
    let not_constant = || "an example is one map of constants".to_owned();
    let value = match ast.statements() {
        [Stmt::Expr(expression)]
            if matches!(**expression, Expr::Map(..) | Expr::DynamicConstant(..)) =>
        {
            expression.get_literal_value(None).ok_or_else(not_constant)?
        }
        _ => return Err(not_constant()),
    };
    rhai::serde::from_dynamic::<serde_json::Value>(&value).map_err(|_| not_constant())
}
