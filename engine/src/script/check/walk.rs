//! Follows statements and expressions.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Expr, Position, Stmt};

use super::Checker;
use super::types::{Constant, Known, Sorts};
use crate::error::{Code, Problem, choose};
use crate::script::sandbox::{Sandbox, limits};

impl Checker<'_> {
    /// Follows a block and gives back what is known of its value.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Known {
        let (outer, way) = (self.scope.len(), self.rewards.way());
        let mut value = Known::NOTHING;
        for statement in statements {
            value = self.statement(statement);
        }
        self.scope.truncate(outer);
        self.rewards.back_to(way);
        value
    }

    fn statement(&mut self, statement: &Stmt) -> Known {
        if !self.may_go_on(statement.position()) {
            return Known::ANY;
        }
        match statement {
            Stmt::Noop(_) => Known::NOTHING,
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, position) => self.function(call, *position),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::If(choice, position) => {
                self.condition(&choice.expr);
                let way = self.rewards.turn(*position, 0);
                let then = self.block(choice.body.statements());
                self.rewards.back_to(way);
                self.rewards.turn(*position, 1);
                let otherwise = self.block(choice.branch.statements());
                if then.sorts() != Sorts::NEVER {
                    self.rewards.back_to(way);
                }
                // Otherwise what follows in the block is the other branch.
                then.or(otherwise)
            }
            Stmt::Switch(choice, position) => self.switch(&choice.0, &choice.1, *position),
            Stmt::While(cycle, _) => {
                self.again_and_again(|checker| {
                    if !matches!(cycle.expr, Expr::Unit(_)) {
                        checker.condition(&cycle.expr);
                    }
                    checker.block(cycle.body.statements());
                });
                Known::ANY
            }
            Stmt::Do(cycle, ..) => {
                self.again_and_again(|checker| {
                    checker.block(cycle.body.statements());
                    checker.condition(&cycle.expr);
                });
                Known::ANY
            }
            Stmt::For(cycle, _) => {
                let over = self.expression(&cycle.2.expr);
                let element = match over {
                    Known::Value { elements: Some(elements), .. } => elements
                        .into_iter()
                        .map(Known::constant)
                        .reduce(Known::or)
                        .unwrap_or(Known::ANY),
                    _ => Known::ANY,
                };
                let outer = self.scope.len();
                self.scope.push((cycle.0.name.to_string(), element));
                if let Some(counter) = &cycle.1 {
                    self.scope.push((counter.name.to_string(), Known::of(Sorts::NUMBER)));
                }
                self.again_and_again(|checker| {
                    checker.block(cycle.2.body.statements());
                });
                self.scope.truncate(outer);
                Known::ANY
            }
            Stmt::Var(variable, ..) => {
                let value = self.expression(&variable.1);
                if self.scope.len() == limits::VARIABLES {
                    let message = format!("more than {} variables", limits::VARIABLES);
                    self.report(Problem::new(Code::TooLarge, message), variable.1.position(), 1);
                }
                self.scope.push((variable.0.name.to_string(), value));
                Known::NOTHING
            }
            Stmt::Assignment(assignment) => {
                let (operator, sides) = &**assignment;
                let value = self.expression(&sides.rhs);
                self.assign(&sides.lhs, operator.is_op_assignment(), value, operator.position());
                Known::NOTHING
            }
            Stmt::TryCatch(attempt, _) => {
                let tried = self.block(attempt.body.statements());
                let outer = self.scope.len();
                if let Expr::Variable(name, ..) = &attempt.expr {
                    self.scope.push((name.1.to_string(), Known::ANY));
                }
                let caught = self.block(attempt.branch.statements());
                self.scope.truncate(outer);
                tried.or(caught)
            }
            Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.expression(value);
                }
                Known::NEVER
            }
            Stmt::Return(value, flags, _) => {
                let value = value.as_ref().map_or(Known::NOTHING, |value| self.expression(value));
                if !flags.contains(ASTFlags::BREAK) {
                    let before = std::mem::replace(&mut self.returns, Known::NEVER);
                    self.returns = before.or(value);
                }
                Known::NEVER
            }
            other => {
                let problem = Problem::new(Code::NotAllowed, "this statement is not for rules")
                    .help("imports and constants stand at the top of the file");
                self.report(problem, other.position(), 1);
                Known::ANY
            }
        }
    }

    /// Follows what a loop repeats until it no longer changes what is known of the variables; of
    /// those that still change after a few rounds nothing is known.
    fn again_and_again(&mut self, mut round: impl FnMut(&mut Self)) {
        for rounds in 0.. {
            let before = self.scope.clone();
            self.rewards.loops += 1;
            round(self);
            self.rewards.loops -= 1;
            if self.scope == before || self.is_full() || !self.may_go_on(Position::NONE) {
                return;
            }
            if rounds >= 2 {
                for (variable, (_, known)) in self.scope.iter_mut().zip(&before) {
                    if variable.1 != *known {
                        variable.1 = Known::ANY;
                    }
                }
            }
        }
    }

    fn switch(
        &mut self,
        on: &Expr,
        cases: &rhai::SwitchCasesCollection,
        position: Position,
    ) -> Known {
        let value = self.expression(on);
        let mut listed: Vec<_> = cases
            .cases
            .values()
            .flat_map(|case| case.blocks.iter().map(move |block| (*block, &case.value)))
            .collect();
        listed.sort_by_key(|(block, _)| *block);
        for (block, case) in listed {
            if let Some(constant) = constant_of(case) {
                let way = cases.expressions[block].rhs.position();
                self.compare_case(&value, &constant, position, way);
            }
        }
        let mut result = Known::NEVER;
        for (arm, way) in cases.expressions.iter().enumerate() {
            if !matches!(way.lhs, Expr::BoolConstant(..)) {
                self.condition(&way.lhs);
            }
            let before = self.rewards.turn(position, arm);
            result = result.or(self.expression(&way.rhs));
            self.rewards.back_to(before);
        }
        if cases.def_case.is_none() {
            result = result.or(Known::NOTHING);
        }
        result
    }

    /// A condition must be able to be yes or no: Rhai takes nothing else for true.
    fn condition(&mut self, expression: &Expr) {
        let known = self.expression(expression);
        if !known.sorts().may_be(Sorts::FLAG) && known.sorts() != Sorts::NEVER {
            let problem = Problem::new(
                Code::NotAllowed,
                format!("a condition is yes or no; this is {}", first_sort(known.sorts())),
            )
            .help("compare it, such as `> 0`");
            self.report(problem, expression.start_position(), 1);
        }
    }

    fn assign(&mut self, target: &Expr, is_operation: bool, value: Known, position: Position) {
        match target {
            Expr::Variable(variable, ..) => {
                let name = variable.1.as_str();
                let value = match value.sorts() {
                    _ if !is_operation => value,
                    // What rules make is put into a list; nothing else takes it.
                    made if made != Sorts::NEVER && made.within(Sorts::MADE) => {
                        Known::of(Sorts::LIST)
                    }
                    sorts => Known::of(sorts.or(Sorts::NUMBER)),
                };
                match self.scope.iter().rposition(|(known, _)| known == name) {
                    Some(at) if matches!(self.scope[at].1, Known::Object(_)) => {
                        let problem =
                            Problem::new(Code::NotAllowed, format!("`{name}` cannot be changed"))
                                .help("facts are read, never written");
                        self.report(problem, target.position(), name.chars().count());
                    }
                    Some(at) => {
                        let before = std::mem::replace(&mut self.scope[at].1, Known::NEVER);
                        // Either may hold where the ways meet again.
                        self.scope[at].1 = before.or(value);
                    }
                    None => self.unknown_variable(name, target.position()),
                }
            }
            Expr::Dot(sides, ..) | Expr::Index(sides, ..) => {
                if let Some(Known::Object(object)) = self.receiver(&sides.lhs) {
                    let name = self.object_name(object);
                    let problem =
                        Problem::new(Code::NotAllowed, format!("`{name}` cannot be changed"))
                            .help("facts are read, never written");
                    self.report(problem, sides.lhs.position(), name.len());
                } else {
                    self.expression(target);
                    self.forget(&sides.lhs);
                }
            }
            _ => {
                let problem = Problem::new(Code::NotAllowed, "this cannot be assigned to");
                self.report(problem, position, 1);
            }
        }
    }

    /// What was changed in place may be anything of its sort.
    pub(super) fn forget(&mut self, changed: &Expr) {
        let Expr::Variable(variable, ..) = changed else { return };
        let known = self.scope.iter_mut().rev().find(|(known, _)| known == variable.1.as_str());
        if let Some((_, known @ Known::Value { .. })) = known {
            *known = Known::of(known.sorts());
        }
    }

    /// What is known of an expression that is used as a value. A fact object is none.
    pub(super) fn expression(&mut self, expression: &Expr) -> Known {
        match self.receiver(expression) {
            Some(Known::Object(object)) => {
                let name = self.object_name(object);
                let facts = object.facts();
                let problem = Problem::new(
                    Code::NotAllowed,
                    format!("`{name}` cannot be stored, compared or returned"),
                )
                .help(format!(
                    "ask it for a fact, such as `{name}.{}`, or hand it to a helper as it is",
                    facts.first().map_or("name", |fact| fact.name)
                ));
                self.report(problem, expression.position(), name.len());
                Known::ANY
            }
            Some(known) => known,
            None => self.other_expression(expression),
        }
    }

    /// What is known of an expression that may be a fact object: a variable. Nothing for others.
    pub(super) fn receiver(&mut self, expression: &Expr) -> Option<Known> {
        let Expr::Variable(variable, _, position) = expression else { return None };
        let name = variable.1.as_str();
        if !variable.2.is_empty() {
            return Some(self.global_constant(
                variable.2.path.first().map(|part| part.as_str()),
                name,
                *position,
            ));
        }
        if let Some((_, known)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Some(known.clone());
        }
        self.unknown_variable(name, *position);
        Some(Known::ANY)
    }

    /// `global::NAME` is a constant of this file. Those of imported files cannot be reached.
    fn global_constant(
        &mut self,
        namespace: Option<&str>,
        name: &str,
        position: Position,
    ) -> Known {
        if namespace != Some("global") {
            let problem =
                Problem::new(Code::NotAllowed, "constants of another file cannot be reached")
                    .help("write a function in the library that returns it");
            self.report(problem, position, name.chars().count());
            return Known::ANY;
        }
        let file = self.file;
        let constants = Sandbox::constants(self.tree.files[file].0);
        match constants.iter().find(|(known, _)| known == name) {
            Some((_, value)) => constant_of(value).map_or(Known::ANY, Known::constant),
            None => {
                let help = choose(name, constants.iter().map(|(name, _)| name.as_str()));
                let problem =
                    Problem::new(Code::UnknownVariable, format!("there is no constant `{name}`"))
                        .maybe_help(help);
                self.report(problem, position, name.chars().count());
                Known::ANY
            }
        }
    }

    fn unknown_variable(&mut self, name: &str, position: Position) {
        if self.is_full() {
            return;
        }
        let constants = Sandbox::constants(self.tree.files[self.file].0);
        let in_file = constants.iter().any(|(known, _)| known == name);
        let names: Vec<String> = self.scope.iter().map(|(name, _)| name.clone()).collect();
        let is_object = super::Folder::object_of(name).is_some();
        let help = if in_file {
            Some(format!("write `global::{name}` for a constant of the file"))
        } else if is_object {
            Some(format!("take it as a parameter: `fn rule({name})`"))
        } else {
            choose(name, names.iter().map(String::as_str))
        };
        let problem = Problem::new(Code::UnknownVariable, format!("there is no variable `{name}`"))
            .maybe_help(help);
        self.report(problem, position, name.chars().count());
    }

    pub(super) fn other_expression(&mut self, expression: &Expr) -> Known {
        if !self.may_go_on(expression.position()) {
            return Known::ANY;
        }
        match expression {
            Expr::BoolConstant(flag, _) => Known::constant(Constant::Flag(*flag)),
            Expr::IntegerConstant(number, _) => Known::constant(Constant::Number(*number)),
            Expr::StringConstant(text, _) => Known::constant(Constant::Text(text.to_string())),
            Expr::CharConstant(character, _) => {
                Known::constant(Constant::Text(character.to_string()))
            }
            Expr::Unit(_) => Known::constant(Constant::Nothing),
            Expr::FloatConstant(_, position) => {
                let problem = Problem::new(Code::NotAllowed, "numbers with fractions are not for rules")
                    .help("points and percentages are whole numbers; write `x * 3 / 2` for one and a half times x");
                self.report(problem, *position, 1);
                Known::of(Sorts::FRACTION)
            }
            Expr::DynamicConstant(value, _) => Known::of(sorts_of(value)),
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
                Known::of(Sorts::TEXT)
            }
            Expr::Array(items, _) => {
                let known: Vec<Known> = items.iter().map(|item| self.expression(item)).collect();
                let elements: Option<BTreeSet<Constant>> =
                    known.iter().try_fold(BTreeSet::new(), |mut all, item| {
                        all.extend(item.constants()?.iter().cloned());
                        Some(all)
                    });
                Known::list(elements)
            }
            Expr::Map(entries, _) => {
                for (_, value) in &entries.0 {
                    self.expression(value);
                }
                Known::of(Sorts::MAP)
            }
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, position) => self.function(call, *position),
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in parts.iter() {
                    self.condition(part);
                }
                Known::of(Sorts::FLAG)
            }
            Expr::Coalesce(parts, _) => parts
                .iter()
                .map(|part| self.expression(part))
                .collect::<Vec<_>>()
                .into_iter()
                .reduce(Known::or)
                .unwrap_or(Known::ANY),
            Expr::Dot(sides, flags, _) => self.chain_start(sides, *flags, true),
            Expr::Index(sides, flags, _) => self.chain_start(sides, *flags, false),
            Expr::ThisPtr(position) => {
                let problem = Problem::new(Code::NotAllowed, "`this` is not for rules")
                    .help("hand the value to the helper as an argument");
                self.report(problem, *position, 4);
                Known::ANY
            }
            other => {
                let problem = Problem::new(Code::NotAllowed, "this is not for rules");
                self.report(problem, other.position(), 1);
                Known::ANY
            }
        }
    }
}

/// A constant value of the language, where it is one that facts can have.
pub(super) fn constant_of(value: &rhai::Dynamic) -> Option<Constant> {
    if value.is_unit() {
        return Some(Constant::Nothing);
    }
    if let Ok(flag) = value.as_bool() {
        return Some(Constant::Flag(flag));
    }
    if let Ok(number) = value.as_int() {
        return Some(Constant::Number(number));
    }
    value.clone().into_immutable_string().ok().map(|text| Constant::Text(text.to_string()))
}

fn sorts_of(value: &rhai::Dynamic) -> Sorts {
    if value.is_array() {
        Sorts::LIST
    } else if value.is_map() {
        Sorts::MAP
    } else {
        Sorts::OTHER
    }
}

/// The name of the first sort that a value may be.
pub(super) fn first_sort(sorts: Sorts) -> &'static str {
    [
        Sorts::NUMBER,
        Sorts::TEXT,
        Sorts::FLAG,
        Sorts::FINDING,
        Sorts::BADGE,
        Sorts::REWARD,
        Sorts::SPOTLIGHT,
        Sorts::SUGGESTION,
        Sorts::MENTORING,
        Sorts::LIST,
        Sorts::MAP,
        Sorts::FRACTION,
        Sorts::NOTHING,
    ]
    .into_iter()
    .find(|sort| sorts.may_be(*sort))
    .unwrap_or(Sorts::OTHER)
    .name()
}
