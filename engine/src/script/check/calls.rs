//! Follows calls: of operators, helpers, libraries and the language's own functions.

use rhai::{FnCallExpr, Position, Stmt};

use super::Checker;
use super::access::may_change;
use super::functions::Functions;
use super::made::made;
use super::types::{Known, Sorts};
use super::walk::first_sort;
use crate::error::{Code, Problem, did_you_mean};
use crate::script::sandbox::Definition;

impl Checker<'_> {
    /// A call of an operator, a function of the file, of a library, or of the language.
    pub(super) fn function(&mut self, call: &FnCallExpr, position: Position) -> Known {
        let name = call.name.as_str();
        if (call.is_operator_call() || name == "contains")
            && let [one, other] = &*call.args
        {
            let left = self.expression(one);
            let right = self.expression(other);
            return self.operator(name, &left, &right, position);
        }
        if call.is_operator_call() {
            let known: Vec<Known> = call.args.iter().map(|part| self.expression(part)).collect();
            return match (name, known.first()) {
                ("!", Some(known)) => {
                    if !known.sorts().may_be(Sorts::FLAG) {
                        let problem = Problem::new(
                            Code::NotAllowed,
                            format!("`!` turns yes into no; this is {}", first_sort(known.sorts())),
                        )
                        .help("compare it, such as `== 0`");
                        self.report(problem, position, 1);
                    }
                    Known::of(Sorts::FLAG)
                }
                _ => Known::of(Sorts::NUMBER),
            };
        }
        let arguments: Vec<Known> = call
            .args
            .iter()
            .map(|argument| match self.receiver(argument) {
                Some(known) => known,
                None => self.other_expression(argument),
            })
            .collect();
        let length = name.chars().count();
        let file = match call.namespace.path.first() {
            None => Some(self.file),
            Some(alias) => self.file_of_alias(&alias.name, position),
        };
        let Some(file) = file else { return Known::ANY };
        let own = call.namespace.path.is_empty();
        let tree = self.tree;
        if let Some(function) = tree.files[file].0.function(name, arguments.len()) {
            if !own && !function.public {
                let problem =
                    Problem::new(Code::NotAllowed, format!("`{name}` is private to its file"));
                self.report(problem, position, length);
            }
            return self.call(file, function, arguments);
        }
        let script = tree.files[file].0.functions();
        if let Some(function) = script.iter().find(|function| function.name == name) {
            self.wrong_arity(name, &[function.parameters.len()], arguments.len(), position);
            return Known::ANY;
        }
        // The language's own functions take values only.
        for (argument, known) in call.args.iter().zip(&arguments) {
            if let Known::Object(object) = known {
                let object_name = self.object_name(*object);
                let problem = Problem::new(
                    Code::NotAllowed,
                    format!("`{object_name}` can be handed to a helper of the program only"),
                )
                .help(format!("`{name}` is no function of this file or of a library it imports"));
                self.report(problem, argument.position(), object_name.len());
            }
        }
        if own && let Some(native) = self.tree.functions.get(name).cloned() {
            if !native.arities.contains(&arguments.len()) {
                self.wrong_arity(name, &native.arities, arguments.len(), position);
            } else if let Some(made) = made(name) {
                // A method may be called as a function, too, with what it is a method of first.
                let methods = usize::from(made.of.is_some());
                let (receiver, rest) = arguments.split_at(methods);
                let expressions = &call.args[methods..];
                return self.make(made, receiver.first(), expressions, rest, position);
            }
            if may_change(name)
                && let Some(first) = call.args.first()
            {
                self.forget(first);
            }
            // The smaller or larger of two values is one of them.
            if matches!(name, "min" | "max") {
                let sorts = arguments.iter().map(Known::sorts).reduce(Sorts::or);
                return sorts.map_or(Known::ANY, Known::of);
            }
            return Known::of(native.result);
        }
        if self.is_full() {
            return Known::ANY;
        }
        let problem = self.unknown_function(name, own, script);
        self.report(problem, position, length);
        Known::ANY
    }

    fn unknown_function(&self, name: &str, own: bool, script: &[Definition]) -> Problem {
        if Functions::is_printing(name) {
            return Problem::new(Code::NotAllowed, format!("rules cannot `{name}`"))
                .help("what a rule read is recorded as evidence; `plaudit explain` shows it");
        }
        if Functions::is_calling(name) || matches!(name, "Fn" | "call" | "curry" | "eval") {
            return Problem::new(
                Code::NotAllowed,
                format!("`{name}` calls code that cannot be followed"),
            )
            .help("write a loop, or a helper of its own");
        }
        let names: Vec<&str> = script
            .iter()
            .map(|function| function.name.as_str())
            .chain(own.then(|| self.tree.functions.names()).into_iter().flatten())
            .collect();
        Problem::new(Code::UnknownFunction, format!("there is no function `{name}`"))
            .maybe_help(did_you_mean(name, names.iter().copied()))
    }

    pub(super) fn wrong_arity(
        &mut self,
        name: &str,
        wanted: &[usize],
        given: usize,
        position: Position,
    ) {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let problem = Problem::new(
            Code::WrongArguments,
            format!("`{name}` takes {} argument(s), not {given}", wanted.join(" or ")),
        );
        self.report(problem, position, name.chars().count());
    }

    /// The library file behind an import's alias.
    pub(super) fn file_of_alias(&mut self, alias: &str, position: Position) -> Option<usize> {
        let imports: Vec<(String, Option<usize>)> = self.tree.files[self.file]
            .0
            .globals()
            .iter()
            .filter_map(|statement| match statement {
                Stmt::Import(import, _) => {
                    Some((import.1.name.to_string(), self.imported(&import.0)))
                }
                _ => None,
            })
            .collect();
        match imports.iter().find(|(known, _)| known == alias) {
            Some((_, file)) => *file,
            None => {
                let problem = Problem::new(
                    Code::UnknownImport,
                    format!("nothing is imported as `{alias}`"),
                )
                .help("import it at the top of the file, such as `import \"lib/words\" as words;`")
                .maybe_help(did_you_mean(alias, imports.iter().map(|(name, _)| name.as_str())));
                self.report(problem, position, alias.chars().count());
                None
            }
        }
    }
}
