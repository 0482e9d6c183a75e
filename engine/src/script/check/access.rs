//! Follows chains of properties, methods and indices.

use rhai::{ASTFlags, BinaryExpr, Expr, FnCallExpr, Position};

use super::functions::Functions;
use super::made::{made, methods};
use super::types::{Constant, Known, Sorts};
use super::{Checker, FactUse};
use crate::error::{Code, Problem, choose, did_you_mean};
use crate::facts::{Argument, Fact, Object};

impl Checker<'_> {
    /// A chain from its start: `a.b.c` or `a[b].c`.
    pub(super) fn chain_start(&mut self, sides: &BinaryExpr, flags: ASTFlags, dot: bool) -> Known {
        let base = match self.receiver(&sides.lhs) {
            Some(known) => known,
            None => self.expression(&sides.lhs),
        };
        let known = self.chain(base, dot, &sides.rhs, flags);
        if changes(&sides.rhs) {
            self.forget(&sides.lhs);
        }
        known
    }

    /// The rest of a chain: the tree nests it to the right.
    fn chain(&mut self, base: Known, dot: bool, rest: &Expr, flags: ASTFlags) -> Known {
        let deeper = !flags.contains(ASTFlags::BREAK);
        match rest {
            Expr::Dot(sides, inner, _) if deeper => {
                let next = self.link(base, dot, &sides.lhs);
                self.chain(next, true, &sides.rhs, *inner)
            }
            Expr::Index(sides, inner, _) if deeper => {
                let next = self.link(base, dot, &sides.lhs);
                self.chain(next, false, &sides.rhs, *inner)
            }
            last => self.link(base, dot, last),
        }
    }

    fn link(&mut self, base: Known, dot: bool, link: &Expr) -> Known {
        if !dot {
            return self.element(&base, link);
        }
        match link {
            Expr::Property(names, position) => self.property(&base, names.2.as_str(), *position),
            Expr::MethodCall(call, position) => self.method(base, call, *position),
            other => {
                let problem = Problem::new(Code::NotAllowed, "this is not for rules");
                self.report(problem, other.position(), 1);
                Known::ANY
            }
        }
    }

    fn element(&mut self, base: &Known, index: &Expr) -> Known {
        self.expression(index);
        if let Known::Object(object) = base {
            let name = self.object_name(*object);
            let problem = Problem::new(Code::NotAllowed, format!("`{name}` has no elements")).help(
                format!("ask it for a fact by name, such as `{name}.{}`", object.facts()[0].name),
            );
            self.report(problem, index.position(), 1);
        }
        Known::ANY
    }

    fn property(&mut self, base: &Known, name: &str, position: Position) -> Known {
        let length = name.chars().count();
        let object = match base {
            Known::Object(object) => *object,
            Known::Value { sorts, .. } => {
                if sorts.may_be(Sorts::MAP) {
                    return Known::ANY;
                }
                if let Some(result) = self.tree.functions.property(name) {
                    return Known::of(result);
                }
                let what = super::walk::first_sort(*sorts);
                let problem =
                    Problem::new(Code::UnknownProperty, format!("{what} has no property `{name}`"));
                self.report(problem, position, length);
                return Known::ANY;
            }
        };
        match object.fact(name) {
            Some((slot, fact)) if fact.argument.is_none() => {
                self.uses.insert(FactUse { object, slot, argument: None });
                if object == Object::Post && name == "discloses" {
                    self.need_disclosure(position);
                }
                Known::fact(object, slot)
            }
            Some((_, fact)) => {
                let problem = Problem::new(
                    Code::WrongArguments,
                    format!("`{}.{name}` is asked with an argument", self.object_name(object)),
                )
                .help(format!(
                    "write `{}.{name}({})`",
                    self.object_name(object),
                    example(fact)
                ));
                self.report(problem, position, length);
                Known::ANY
            }
            None => {
                let names = object.facts().iter().map(|fact| fact.name);
                let problem = Problem::new(
                    Code::UnknownProperty,
                    format!("`{}` has no property `{name}`", self.object_name(object)),
                )
                .maybe_help(choose(name, names));
                self.report(problem, position, length);
                Known::ANY
            }
        }
    }

    /// The tie to the employer is made plain by the words of a lexicon that must be there.
    fn need_disclosure(&mut self, position: Position) {
        let lexicon = crate::facts::DISCLOSURE;
        if !self.vocabulary.lexicons.iter().any(|known| known == lexicon) {
            let problem = Problem::new(
                Code::UnknownLexicon,
                format!("`post.discloses` needs the lexicon `{lexicon}`"),
            )
            .help(format!("write the words that make the tie plain into `lexicons/{lexicon}.txt`"));
            self.report(problem, position, "discloses".len());
        }
    }

    fn method(&mut self, base: Known, call: &FnCallExpr, position: Position) -> Known {
        let name = call.name.as_str();
        let arguments: Vec<Known> = call.args.iter().map(|part| self.expression(part)).collect();
        match base {
            Known::Object(object) => self.ask(object, name, &call.args, &arguments, position),
            Known::Value { sorts, .. } => {
                let Some(native) = self.tree.functions.get(name).cloned() else {
                    let names: Vec<&str> = if sorts.within(Sorts::MADE.or(Sorts::NOTHING)) {
                        methods(sorts).collect()
                    } else {
                        self.tree.functions.names().collect()
                    };
                    let help = did_you_mean(name, names.iter().copied());
                    let problem = if Functions::is_calling(name) || name == "call" {
                        Problem::new(
                            Code::NotAllowed,
                            format!("`{name}` calls code that cannot be followed"),
                        )
                        .help("write a loop, or a helper of its own")
                    } else {
                        Problem::new(Code::UnknownFunction, format!("there is no method `{name}`"))
                            .maybe_help(help)
                    };
                    self.report(problem, position, name.chars().count());
                    return Known::ANY;
                };
                if !native.arities.contains(&(arguments.len() + 1)) {
                    let wanted: Vec<usize> =
                        native.arities.iter().filter_map(|arity| arity.checked_sub(1)).collect();
                    self.wrong_arity(name, &wanted, arguments.len(), position);
                    return Known::of(native.result);
                }
                if let Some(made) = made(name)
                    && made.of.is_some()
                {
                    return self.make(made, Some(&base), &call.args, &arguments, position);
                }
                if name == "contains"
                    && let [needle] = arguments.as_slice()
                {
                    let list = Known::Value {
                        sorts,
                        origin: None,
                        constants: None,
                        elements: elements(&base),
                    };
                    return self.operator("contains", &list, needle, position);
                }
                Known::of(native.result)
            }
        }
    }

    /// Asks a fact object with an argument.
    fn ask(
        &mut self,
        object: Object,
        name: &str,
        expressions: &[Expr],
        arguments: &[Known],
        position: Position,
    ) -> Known {
        let length = name.chars().count();
        let object_name = self.object_name(object);
        let Some((slot, fact)) = object.fact(name) else {
            let names = object.facts().iter().map(|fact| fact.name);
            let problem = Problem::new(
                Code::UnknownFunction,
                format!("`{object_name}` has no method `{name}`"),
            )
            .maybe_help(choose(name, names));
            self.report(problem, position, length);
            return Known::ANY;
        };
        let Some(argument) = fact.argument else {
            let problem =
                Problem::new(Code::WrongArguments, format!("`{object_name}.{name}` is a property"))
                    .help(format!("write `{object_name}.{name}` without parentheses"));
            self.report(problem, position, length);
            return Known::fact(object, slot);
        };
        let [given] = arguments else {
            self.wrong_arity(name, &[1], arguments.len(), position);
            return Known::fact(object, slot);
        };
        let at = expressions.first().map_or(position, Expr::position);
        match given.texts() {
            Some(texts) => {
                let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
                for text in texts {
                    self.named(argument, &text, at);
                    self.uses.insert(FactUse { object, slot, argument: Some(text) });
                }
            }
            None => {
                let problem = Problem::new(
                    Code::NotAllowed,
                    format!(
                        "`{object_name}.{name}` must be asked with a text that stands in the rule"
                    ),
                )
                .help(format!("such as `{object_name}.{name}({})`", example(fact)));
                self.report(problem, at, 1);
            }
        }
        Known::fact(object, slot)
    }

    /// A name that something in the program must have.
    fn named(&mut self, argument: Argument, name: &str, position: Position) {
        let named = self.vocabulary.named(argument, self.thresholds);
        if let Some(problem) = named.and_then(|named| named.problem(name)) {
            self.report(problem, position, name.chars().count() + 2);
        }
    }
}

/// Whether a method may change the list that it is called on.
fn changes(link: &Expr) -> bool {
    match link {
        Expr::MethodCall(call, _) => may_change(&call.name),
        _ => false,
    }
}

/// Whether a function of the language may change its first argument in place.
pub(super) fn may_change(name: &str) -> bool {
    made(name).is_none()
        && !matches!(name, "contains" | "len" | "is_empty" | "index_of" | "get" | "min" | "max")
}

fn elements(known: &Known) -> Option<std::collections::BTreeSet<Constant>> {
    match known {
        Known::Value { elements, .. } => elements.clone(),
        Known::Object(_) => None,
    }
}

fn example(fact: &Fact) -> String {
    fact.argument.map_or_else(String::new, |argument| format!("{:?}", argument.example()))
}
