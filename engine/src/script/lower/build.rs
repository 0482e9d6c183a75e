//! From a syntax tree to steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, Stmt, SwitchCasesCollection};

use super::maker::Maker;
use super::{Calculation, Case, Comparison, Constant, Lowered, Step};
use crate::facts::Object;
use crate::script::sandbox::{File, Function};

/// Helpers are taken into the rule that calls them, so deep.
const DEEPEST_HELPER: usize = 6;
/// Rules with more variables are left to Rhai, whose own limit is near.
const MOST_LOCALS: usize = 64;

/// Helpers that call helpers multiply; a rule that takes more steps is left to Rhai and its limits.
const MOST_STEPS: usize = 10_000;

/// What a name stands for.
#[derive(Clone, Copy)]
enum Name {
    Object(Object),
    Local(usize),
}

struct Builder<'a> {
    file: &'a File,
    /// Names in scope, innermost last.
    scope: Vec<(String, Name)>,
    locals: usize,
    depth: usize,
    steps: usize,
}

/// Lowers a rule; nothing where none of it can be.
pub(crate) fn lower(file: &File, function: &Function) -> Option<Lowered> {
    let definition = file.function(&function.name, function.parameters.len())?;
    let scope = definition
        .parameters
        .iter()
        .zip(&function.parameters)
        .map(|(name, object)| (name.clone(), Name::Object(*object)))
        .collect();
    let mut builder = Builder { file, scope, locals: 0, depth: 0, steps: 0 };
    let root = builder.block(&definition.statements);
    let usable = !matches!(root, Step::GiveUp)
        && builder.locals <= MOST_LOCALS
        && builder.steps <= MOST_STEPS;
    usable.then(|| Lowered::new(Step::Helper(Box::new(root)), builder.locals))
}

impl Builder<'_> {
    fn block(&mut self, statements: &[Stmt]) -> Step {
        let outer = self.scope.len();
        let steps: Vec<Step> =
            statements.iter().map(|statement| self.statement(statement)).collect();
        self.scope.truncate(outer);
        match steps.len() {
            0 => Step::Constant(Constant::Nothing),
            1 => steps.into_iter().next().unwrap_or(Step::GiveUp),
            _ => Step::Block(steps),
        }
    }

    fn statement(&mut self, statement: &Stmt) -> Step {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Step::GiveUp;
        }
        match statement {
            Stmt::Noop(_) => Step::Constant(Constant::Nothing),
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::If(choice, _) => Step::If {
                condition: Box::new(self.expression(&choice.expr)),
                then: Box::new(self.block(choice.body.statements())),
                otherwise: Box::new(self.block(choice.branch.statements())),
            },
            Stmt::Switch(choice, _) => self.switch(&choice.0, &choice.1),
            Stmt::Var(variable, ..) => {
                let value = Box::new(self.expression(&variable.1));
                let local = self.new_local();
                self.scope.push((variable.0.name.to_string(), Name::Local(local)));
                Step::Set { local, value }
            }
            Stmt::Assignment(assignment) => {
                let (operator, sides) = &**assignment;
                if operator.is_op_assignment() && acts(&sides.rhs) {
                    return Step::GiveUp;
                }
                let value = self.expression(&sides.rhs);
                let Some(local) = self.local(&sides.lhs) else { return Step::GiveUp };
                let value = if operator.is_op_assignment() {
                    let Some((.., symbol)) = operator.get_op_assignment_info() else {
                        return Step::GiveUp;
                    };
                    let Some(how) = calculation(symbol) else { return Step::GiveUp };
                    Step::Calculate {
                        how,
                        left: Box::new(Step::Local(local)),
                        right: Box::new(value),
                    }
                } else {
                    value
                };
                Step::Set { local, value: Box::new(value) }
            }
            Stmt::Return(value, flags, _) if !flags.contains(ASTFlags::BREAK) => {
                let value = value
                    .as_ref()
                    .map_or(Step::Constant(Constant::Nothing), |value| self.expression(value));
                Step::Return(Box::new(value))
            }
            _ => Step::GiveUp,
        }
    }

    fn new_local(&mut self) -> usize {
        self.locals += 1;
        self.locals - 1
    }

    fn local(&self, expression: &Expr) -> Option<usize> {
        match self.name(expression)? {
            Name::Local(local) => Some(local),
            Name::Object(_) => None,
        }
    }

    fn name(&self, expression: &Expr) -> Option<Name> {
        let Expr::Variable(variable, ..) = expression else { return None };
        if !variable.2.is_empty() {
            return None;
        }
        let known = self.scope.iter().rev().find(|(name, _)| *name == *variable.1)?;
        Some(known.1)
    }

    fn switch(&mut self, on: &Expr, switch: &SwitchCasesCollection) -> Step {
        if !switch.ranges.is_empty() {
            return Step::GiveUp;
        }
        let on = Box::new(self.expression(on));
        let mut ways: BTreeMap<usize, Arc<Step>> = BTreeMap::new();
        let mut cases = Vec::new();
        for case in switch.cases.values() {
            let Some(value) = constant(&case.value) else { return Step::GiveUp };
            for index in &case.blocks {
                let part = &switch.expressions[*index];
                let condition = match part.lhs {
                    Expr::BoolConstant(true, _) => None,
                    ref condition => Some(self.expression(condition)),
                };
                let way = match ways.get(index) {
                    Some(way) => Arc::clone(way),
                    None => Arc::new(self.expression(&part.rhs)),
                };
                ways.insert(*index, Arc::clone(&way));
                cases.push(Case { value: value.clone(), condition, way });
            }
        }
        let default = match switch.def_case {
            Some(index) => self.expression(&switch.expressions[index].rhs),
            None => Step::Constant(Constant::Nothing),
        };
        Step::Switch { on, cases, default: Box::new(default) }
    }

    fn expression(&mut self, expression: &Expr) -> Step {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Step::GiveUp;
        }
        match expression {
            Expr::BoolConstant(flag, _) => Step::Constant(Constant::Flag(*flag)),
            Expr::IntegerConstant(number, _) => Step::Constant(Constant::Number(*number)),
            Expr::StringConstant(text, _) => Step::Constant(Constant::Text(text.as_str().into())),
            Expr::Unit(_) => Step::Constant(Constant::Nothing),
            Expr::Array(items, _) if items.is_empty() => Step::Constant(Constant::EmptyList),
            Expr::Array(items, _) if !items.iter().any(acts) => {
                Step::List(items.iter().map(|item| self.expression(item)).collect())
            }
            Expr::Variable(..) => self.local(expression).map_or(Step::GiveUp, Step::Local),
            Expr::And(parts, _) => {
                Step::All(parts.iter().map(|part| self.expression(part)).collect())
            }
            Expr::Or(parts, _) => {
                Step::Any(parts.iter().map(|part| self.expression(part)).collect())
            }
            Expr::Coalesce(parts, _) => {
                Step::Known(parts.iter().map(|part| self.expression(part)).collect())
            }
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, _) => self.call(call),
            Expr::Dot(sides, _, _) => match &sides.lhs {
                Expr::FnCall(..) => self.made(&sides.lhs, &sides.rhs),
                _ => match self.local(&sides.lhs) {
                    Some(local) => self.push(local, &sides.rhs),
                    None => self.fact(&sides.lhs, &sides.rhs),
                },
            },
            _ => Step::GiveUp,
        }
    }

    /// `object.fact` and `object.fact("argument")`.
    fn fact(&self, object: &Expr, fact: &Expr) -> Step {
        let Some(Name::Object(object)) = self.name(object) else { return Step::GiveUp };
        let (name, argument) = match fact {
            Expr::Property(names, _) => (names.2.as_str(), None),
            Expr::MethodCall(call, _) => match &*call.args {
                [Expr::StringConstant(argument, _)] => (call.name.as_str(), Some(argument)),
                _ => return Step::GiveUp,
            },
            _ => return Step::GiveUp,
        };
        match object.fact(name) {
            Some((slot, known)) if known.argument.is_some() == argument.is_some() => {
                Step::Fact { object, slot, argument: argument.map(|text| text.as_str().into()) }
            }
            _ => Step::GiveUp,
        }
    }

    /// `badge("steady").level(2)`: what is made, and what more is said of it.
    fn made(&mut self, made: &Expr, more: &Expr) -> Step {
        let mut step = self.expression(made);
        let mut rest = more;
        loop {
            let (method, then) = match rest {
                Expr::Dot(sides, _, _) => (&sides.lhs, Some(&sides.rhs)),
                last => (last, None),
            };
            let Expr::MethodCall(call, _) = method else { return Step::GiveUp };
            let Some(maker) = Maker::method(&call.name) else { return Step::GiveUp };
            if !matches!(step, Step::Make { .. })
                || call.args.iter().any(acts)
                || self.is_redefined(&call.name)
            {
                return Step::GiveUp;
            }
            let mut arguments = vec![step];
            arguments.extend(call.args.iter().map(|argument| self.expression(argument)));
            step = Step::Make { maker, arguments };
            match then {
                Some(then) => rest = then,
                None => return step,
            }
        }
    }

    /// Whether the file has a function of this name itself.
    fn is_redefined(&self, name: &str) -> bool {
        self.file.functions().iter().any(|function| function.name == name)
    }

    /// `list.push(badge("steady"))`.
    fn push(&mut self, local: usize, method: &Expr) -> Step {
        match method {
            Expr::MethodCall(call, _) => match &*call.args {
                [item] if call.name == "push" && !acts(item) && !self.is_redefined("push") => {
                    let value = Box::new(self.expression(item));
                    Step::Push { local, value }
                }
                _ => Step::GiveUp,
            },
            _ => Step::GiveUp,
        }
    }

    fn call(&mut self, call: &FnCallExpr) -> Step {
        if call.is_qualified() || call.capture_parent_scope || call.args.iter().any(acts) {
            return Step::GiveUp;
        }
        let name = call.name.as_str();
        if let Some(step) = self.operator(call, name) {
            return step;
        }
        let own = self.file.function(name, call.args.len());
        match (own, &*call.args) {
            (Some(_), _) => self.helper(call),
            (None, [left, right]) if matches!(name, "min" | "max") => {
                let how = if name == "min" { Calculation::Smaller } else { Calculation::Larger };
                let left = Box::new(self.expression(left));
                Step::Calculate { how, left, right: Box::new(self.expression(right)) }
            }
            (None, arguments) => match Maker::function(name) {
                Some(maker) => {
                    let arguments = arguments.iter();
                    let arguments = arguments.map(|argument| self.expression(argument)).collect();
                    Step::Make { maker, arguments }
                }
                None => Step::GiveUp,
            },
        }
    }

    fn operator(&mut self, call: &FnCallExpr, name: &str) -> Option<Step> {
        if let ("contains", [Expr::Array(items, _), needle]) = (name, &*call.args) {
            let list: Option<Vec<Constant>> = items.iter().map(literal).collect();
            let needle = Box::new(self.expression(needle));
            return Some(list.map_or(Step::GiveUp, |list| Step::Among { needle, list }));
        }
        if !call.is_operator_call() {
            return None;
        }
        Some(match &*call.args {
            [one] => {
                let one = Box::new(self.expression(one));
                match name {
                    "!" => Step::Not(one),
                    "-" => Step::Negate(one),
                    _ => Step::GiveUp,
                }
            }
            [left, right] => {
                let left = Box::new(self.expression(left));
                let right = Box::new(self.expression(right));
                match (comparison(name), calculation(name)) {
                    (Some(how), _) => Step::Compare { how, left, right },
                    (None, Some(how)) => Step::Calculate { how, left, right },
                    (None, None) => Step::GiveUp,
                }
            }
            _ => Step::GiveUp,
        })
    }

    /// A helper's body, with its parameters in place of a call.
    fn helper(&mut self, call: &FnCallExpr) -> Step {
        let file = self.file;
        let Some(definition) = file.function(&call.name, call.args.len()) else {
            return Step::GiveUp;
        };
        if self.depth >= DEEPEST_HELPER {
            return Step::GiveUp;
        }
        let mut steps = Vec::new();
        let mut scope = Vec::new();
        for (name, argument) in definition.parameters.iter().zip(call.args.iter()) {
            let known = match self.name(argument) {
                Some(Name::Object(object)) => Name::Object(object),
                _ => {
                    let value = Box::new(self.expression(argument));
                    let local = self.new_local();
                    steps.push(Step::Set { local, value });
                    Name::Local(local)
                }
            };
            scope.push((name.clone(), known));
        }
        let outer = std::mem::replace(&mut self.scope, scope);
        self.depth += 1;
        let body = self.block(&definition.statements);
        self.depth -= 1;
        self.scope = outer;
        // A return within an argument is the caller's, so only the body is the helper.
        steps.push(Step::Helper(Box::new(body)));
        Step::Block(steps)
    }
}

/// Whether something is assigned, or returned, within an expression. Where that stands beside
/// other operands, the order in which Rhai looks at them matters, and is left to Rhai.
fn acts(expression: &Expr) -> bool {
    let mut found = false;
    expression.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        found |= matches!(
            path.last(),
            Some(ASTNode::Stmt(Stmt::Assignment(_) | Stmt::Return(..) | Stmt::BreakLoop(..)))
        );
        !found
    });
    found
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::Unequal,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

fn calculation(operator: &str) -> Option<Calculation> {
    Some(match operator {
        "+" => Calculation::Add,
        "-" => Calculation::Subtract,
        "*" => Calculation::Multiply,
        "/" => Calculation::Divide,
        "%" => Calculation::Remainder,
        _ => return None,
    })
}

fn literal(expression: &Expr) -> Option<Constant> {
    match expression {
        Expr::BoolConstant(flag, _) => Some(Constant::Flag(*flag)),
        Expr::IntegerConstant(number, _) => Some(Constant::Number(*number)),
        Expr::StringConstant(text, _) => Some(Constant::Text(text.as_str().into())),
        _ => None,
    }
}

fn constant(value: &rhai::Dynamic) -> Option<Constant> {
    if let Ok(flag) = value.as_bool() {
        return Some(Constant::Flag(flag));
    }
    if let Ok(number) = value.as_int() {
        return Some(Constant::Number(number));
    }
    let text = value.clone().into_immutable_string().ok()?;
    Some(Constant::Text(text.as_str().into()))
}
