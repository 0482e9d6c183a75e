//! The engine that rules run in: no clock, no input, no output, every limit set.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rhai::module_resolvers::StaticModuleResolver;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{
    AST, ASTNode, CallFnOptions, Dynamic, Engine, Expr, FnAccess, Module, OptimizationLevel,
    ParseError, Position, Scope, Stmt,
};

use super::host::{self, Handle};
use super::lower::{Knows, Lowered, lower};
use super::outcome::{failure, given};
use super::{Failure, Given};
use crate::error::{Code, Place, Problem, Source};
use crate::facts::{Object, Read, World};

/// The limits on one call of one rule. Rules are a screenful of conditions: a rule that comes
/// near one of these is wrong or hostile.
pub(crate) mod limits {
    use std::time::Duration;

    /// Operations as rhai counts them: some ten milliseconds.
    pub(crate) const OPERATIONS: u64 = 100_000;
    /// Functions that call each other.
    pub(crate) const CALL_DEPTH: usize = 12;
    /// Nesting of expressions and blocks.
    pub(crate) const EXPRESSION_DEPTH: usize = 32;
    /// Bytes of one text.
    pub(crate) const TEXT: usize = 2_048;
    /// Elements of an array with everything in it. Rhai counts them at each change, which makes
    /// building an array quadratic: the limit bounds that, too.
    pub(crate) const ARRAY: usize = 512;
    /// Entries of a map with everything in it.
    pub(crate) const MAP: usize = 256;
    /// Variables in scope.
    pub(crate) const VARIABLES: usize = 128;
    /// Functions of one file.
    pub(crate) const FUNCTIONS: usize = 256;
    /// Points that a rule may give at once. So few that their sum over everyone stays countable,
    /// whatever one rule does.
    pub(crate) const POINTS: i64 = 1_000_000_000;
    /// Findings that a rule may give at once: each comes with all its places and the evidence.
    pub(crate) const FINDINGS: usize = 16;
    /// Grants, or pieces of advice, that a rule may give at once.
    pub(crate) const GIVEN: usize = 16;
    /// Bytes of the id of a grant or a suggestion.
    pub(crate) const ID: usize = 64;
    /// Bytes of a topic of mentoring.
    pub(crate) const TOPIC: usize = 200;
    /// The highest level of a badge.
    pub(crate) const LEVEL: i64 = 100;
    /// The largest reward, in whole units of the program's currency.
    pub(crate) const AMOUNT: i64 = 1_000_000_000;
    /// The largest weight of an offer of mentoring, or of a wish for it.
    pub(crate) const WEIGHT: i64 = 1_000;
    /// Library files that one call may import.
    pub(crate) const MODULES: usize = 64;
    /// Time, on top of all of them. Not deterministic, so never part of a result.
    pub(crate) const DEADLINE: Duration = Duration::from_millis(500);
    /// The clock is looked at every so many operations.
    pub(super) const OPERATIONS_PER_LOOK: u64 = 1_024;
}

thread_local! {
    /// When the rule that runs on this thread must end.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A compiled file of rules or helpers.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: Arc<str>,
    ast: AST,
    definitions: Arc<[Definition]>,
    constants: Arc<[(String, Dynamic)]>,
    /// Whether it has imports or constants that must be there before a function of it runs.
    has_globals: bool,
}

/// A function as its file defines it.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) parameters: Vec<String>,
    /// Whether it is a rule (or may be imported); otherwise a helper of its own file.
    pub(crate) public: bool,
    /// Whether it is a method of a type (`fn int.name()`), which rules may not define.
    pub(super) is_method: bool,
    /// The line on which its body begins.
    line: usize,
    pub(super) statements: Vec<Stmt>,
}

impl File {
    fn new(name: &str, ast: AST) -> Self {
        Self {
            name: name.into(),
            has_globals: !ast.statements().is_empty(),
            definitions: definitions(&ast).into(),
            constants: ast
                .iter_literal_variables(true, false)
                .map(|(name, _, value)| (name.to_owned(), value))
                .collect(),
            ast,
        }
    }

    /// The functions of the file.
    pub(crate) fn functions(&self) -> &[Definition] {
        &self.definitions
    }

    pub(super) fn function(&self, name: &str, arity: usize) -> Option<&Definition> {
        self.definitions
            .iter()
            .find(|function| function.name == name && function.parameters.len() == arity)
    }

    /// The statements of the file outside its functions.
    pub(super) fn globals(&self) -> &[Stmt] {
        self.ast.statements()
    }

    /// The names that the file imports at its top.
    pub(crate) fn imports(&self) -> Vec<String> {
        self.globals()
            .iter()
            .filter_map(|statement| match statement {
                Stmt::Import(import, _) => match &import.0 {
                    Expr::StringConstant(name, _) => Some(name.to_string()),
                    _ => None,
                },
                _ => None,
            })
            .collect()
    }
}

/// Takes the functions out of a syntax tree. Rhai hands out their statements by a walk over the
/// whole tree only: each belongs to the function that it stands within.
fn definitions(ast: &AST) -> Vec<Definition> {
    let mut found: Vec<(Position, Position, Definition)> = ast
        .iter_functions()
        .filter_map(|function| {
            let body = ast.shared_lib().get_script_fn(function.name, function.params.len())?;
            let definition = Definition {
                name: function.name.to_owned(),
                parameters: function.params.iter().map(|name| (*name).to_owned()).collect(),
                public: function.access == FnAccess::Public,
                is_method: function.this_type.is_some(),
                line: body.body.start_position().line().unwrap_or(1),
                statements: Vec::new(),
            };
            Some((body.body.start_position(), body.body.end_position(), definition))
        })
        .collect();
    found.sort_by_key(|(start, ..)| *start);
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            let at = statement.position();
            let within = found.iter_mut().find(|(start, end, _)| *start <= at && at <= *end);
            if let Some((.., definition)) = within {
                definition.statements.push((*statement).clone());
            }
        }
        true
    });
    found.into_iter().map(|(.., definition)| definition).collect()
}

/// A public function of a file, as the engine calls it.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: Arc<str>,
    /// The objects it takes, in the order of its parameters.
    pub(crate) parameters: Vec<Object>,
    /// Its pure part, where there is one.
    lowered: Option<Arc<Lowered>>,
    /// How often Rhai was asked.
    in_rhai: Arc<AtomicU64>,
}

impl Function {
    pub(crate) fn new(file: &File, name: &str, parameters: Vec<Object>) -> Self {
        let mut function =
            Self { name: name.into(), parameters, lowered: None, in_rhai: Arc::default() };
        // Constants of the file are Rhai's to look up.
        if !file.has_globals {
            function.lowered = lower(file, &function).map(Arc::new);
        }
        function
    }

    /// Has its pure part be tried again, however often in a row it gave up.
    #[cfg(test)]
    pub(crate) fn try_again(&self) {
        self.lowered.iter().for_each(|lowered| lowered.ended(true));
    }

    /// The same for Rhai alone.
    pub(crate) fn interpreted(&self) -> Self {
        let (name, parameters) = (Arc::clone(&self.name), self.parameters.clone());
        Self { name, parameters, lowered: None, in_rhai: Arc::default() }
    }

    /// Whether some of it runs without the interpreter.
    pub(crate) fn is_lowered(&self) -> bool {
        self.lowered.is_some()
    }

    /// How often Rhai was asked.
    pub(crate) fn calls_in_rhai(&self) -> u64 {
        self.in_rhai.load(Ordering::Relaxed)
    }

    /// About how many bytes its steps take.
    pub(crate) fn bytes(&self) -> usize {
        self.lowered.as_ref().map_or(0, |lowered| lowered.bytes())
    }

    /// What is left of it where some facts are known, by slot and argument.
    pub(crate) fn rest(&self, knows: Knows<'_>) -> Rest {
        match self.lowered.as_ref().map(|lowered| lowered.knowing(knows)) {
            Some(rest) if rest.gives_nothing() => Rest::Nothing,
            Some(rest) if !rest.gives_up() => Rest::Steps(rest),
            _ => Rest::Whole,
        }
    }
}

/// What is left of a function where some facts are known.
#[derive(Debug)]
pub(crate) enum Rest {
    /// It gives nothing.
    Nothing,
    Steps(Lowered),
    /// All of it, for Rhai to run.
    Whole,
}

impl Rest {
    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Rest::Steps(steps) => steps.bytes(),
            Rest::Nothing | Rest::Whole => 0,
        }
    }
}

/// The engine with its limits, ready to compile and run.
#[derive(Debug)]
pub(crate) struct Sandbox {
    engine: Engine,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let mut engine = Engine::new_raw();
        ArithmeticPackage::new().register_into_engine(&mut engine);
        LogicPackage::new().register_into_engine(&mut engine);
        BasicStringPackage::new().register_into_engine(&mut engine);
        MoreStringPackage::new().register_into_engine(&mut engine);
        BasicIteratorPackage::new().register_into_engine(&mut engine);
        BasicArrayPackage::new().register_into_engine(&mut engine);
        BasicMapPackage::new().register_into_engine(&mut engine);
        host::register(&mut engine);

        engine.disable_symbol("eval");
        engine.set_allow_anonymous_fn(false);
        engine.set_fail_on_invalid_map_property(true);
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_fast_operators(true);
        // One interner for all threads would be a lock that every evaluation waits for.
        engine.set_max_strings_interned(0);
        engine.on_print(|_| {});
        engine.on_debug(|_, _, _| {});

        engine.set_max_operations(limits::OPERATIONS);
        engine.set_max_call_levels(limits::CALL_DEPTH);
        engine.set_max_expr_depths(limits::EXPRESSION_DEPTH, limits::EXPRESSION_DEPTH);
        engine.set_max_string_size(limits::TEXT);
        engine.set_max_array_size(limits::ARRAY);
        engine.set_max_map_size(limits::MAP);
        engine.set_max_variables(limits::VARIABLES);
        engine.set_max_functions(limits::FUNCTIONS);
        engine.set_max_modules(limits::MODULES);
        engine.set_module_resolver(StaticModuleResolver::new());
        engine.on_progress(|operations| {
            let look = operations % limits::OPERATIONS_PER_LOOK == 0;
            let over = look && DEADLINE.get().is_some_and(|deadline| Instant::now() > deadline);
            over.then_some(Dynamic::UNIT)
        });
        Self { engine }
    }

    /// The constants that a file names, and their values.
    pub(super) fn constants(file: &File) -> &[(String, Dynamic)] {
        &file.constants
    }

    /// The engine itself, for the checker and the coverage of examples.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Compiles a file; nothing of it runs.
    pub(crate) fn compile(&self, source: &Source<'_>) -> Result<File, Problem> {
        // Beyond that rhai no longer says where anything stands, and the checker goes by that.
        let countable = |count: usize| count < usize::from(u16::MAX);
        if !countable(source.text.split('\n').count())
            || !source.text.split('\n').all(|line| countable(line.len()))
        {
            let problem = Problem::new(
                Code::TooLarge,
                "the file has more than 65,534 lines, or bytes in a line",
            );
            return Err(problem.file(source.file));
        }
        match self.engine.compile(source.text) {
            Ok(mut ast) => {
                ast.set_source(source.file);
                let file = File::new(source.file, ast);
                if file.imports().len() > limits::MODULES {
                    let message = format!("the file imports more than {} others", limits::MODULES);
                    return Err(Problem::new(Code::TooLarge, message).file(source.file));
                }
                Ok(file)
            }
            Err(error) => Err(syntax_problem(&error, source)),
        }
    }

    /// Makes library files importable under their names (`lib/…`), in an order in which each
    /// finds those that it imports.
    pub(crate) fn import_library(&mut self, files: &[File]) -> Result<(), Problem> {
        let mut resolver = StaticModuleResolver::new();
        for file in files {
            let module = Module::eval_ast_as_new(Scope::new(), &file.ast, &self.engine)
                .map_err(|error| Problem::new(Code::Syntax, error.to_string()).file(&*file.name))?;
            let name = file.name.strip_suffix(".rhai").unwrap_or(&file.name);
            resolver.insert(name, module);
            self.engine.set_module_resolver(resolver.clone());
        }
        Ok(())
    }

    /// Runs a rule in a world and says what it gave and what it read.
    pub(crate) fn run(
        &self,
        file: &File,
        function: &Function,
        rule: usize,
        world: &Arc<World>,
    ) -> (Result<Given, Failure>, Vec<Read>) {
        match fast(function, rule, world) {
            Some((given, reads)) => (Ok(given), reads),
            None => self.fall_back(file, function, rule, world),
        }
    }

    /// Runs a rule and says what it gave, and of what gave something what it read: most give nothing.
    pub(crate) fn given(
        &self,
        file: &File,
        function: &Function,
        rule: usize,
        world: &Arc<World>,
    ) -> (Result<Given, Failure>, Vec<Read>) {
        match function.lowered.as_ref().and_then(|lowered| lowered.result(rule, world)) {
            Some(Given::Nothing) => (Ok(Given::Nothing), Vec::new()),
            Some(_) => self.run(file, function, rule, world),
            None => self.fall_back(file, function, rule, world),
        }
    }

    /// Runs a rule where only its result is asked for.
    pub(crate) fn result(
        &self,
        file: &File,
        function: &Function,
        rule: usize,
        world: &Arc<World>,
    ) -> Result<Given, Failure> {
        match function.lowered.as_ref().and_then(|lowered| lowered.result(rule, world)) {
            Some(given) => Ok(given),
            None => self.fall_back(file, function, rule, world).0,
        }
    }

    /// Runs what is left of a rule in a world of which what was known holds; only its result is asked
    /// for.
    pub(crate) fn rest_of(
        &self,
        rest: &Rest,
        (file, function): (&File, &Function),
        rule: usize,
        world: &Arc<World>,
    ) -> Result<Given, Failure> {
        let given = match rest {
            Rest::Nothing => Some(Given::Nothing),
            Rest::Steps(steps) => steps.result(rule, world),
            Rest::Whole => None,
        };
        given.map_or_else(|| self.fall_back(file, function, rule, world).0, Ok)
    }

    /// Runs a rule in Rhai, and counts it.
    fn fall_back(
        &self,
        file: &File,
        function: &Function,
        rule: usize,
        world: &Arc<World>,
    ) -> (Result<Given, Failure>, Vec<Read>) {
        function.in_rhai.fetch_add(1, Ordering::Relaxed);
        self.interpret(file, function, rule, world)
    }

    /// Runs a rule in Rhai: the reference for every other way.
    pub(crate) fn interpret(
        &self,
        file: &File,
        function: &Function,
        rule: usize,
        world: &Arc<World>,
    ) -> (Result<Given, Failure>, Vec<Read>) {
        let arguments: Vec<Dynamic> = function
            .parameters
            .iter()
            .map(|object| Dynamic::from(Handle { world: Arc::clone(world), object: *object }))
            .collect();
        world.begin(rule);
        DEADLINE.set(Some(Instant::now() + limits::DEADLINE));
        let options = CallFnOptions::new().eval_ast(file.has_globals);
        let result = self.engine.call_fn_with_options::<Dynamic>(
            options,
            &mut Scope::new(),
            &file.ast,
            &*function.name,
            arguments,
        );
        DEADLINE.set(None);
        let result = match result {
            Ok(value) => given(value),
            Err(error) => Err(failure(*error, &file.name)),
        };
        (result, world.end())
    }
}

/// What the pure part of a rule gives and reads; nothing where Rhai must say.
fn fast(function: &Function, rule: usize, world: &World) -> Option<(Given, Vec<Read>)> {
    let (returned, seen) = function.lowered.as_ref()?.run(rule, world)?;
    let reads = seen
        .into_iter()
        .map(|seen| {
            let argument = seen.argument.map(|text| &**text);
            Read {
                object: seen.object,
                slot: seen.slot,
                value: world.value(rule, seen.object, seen.slot, argument),
                argument: seen.argument.cloned(),
            }
        })
        .collect();
    Some((returned, reads))
}

fn syntax_problem(error: &ParseError, source: &Source<'_>) -> Problem {
    let mut message = error.err_type().to_string();
    if let Some(first) = message.get(..1) {
        // Rhai capitalises its messages; ours are parts of a sentence.
        message = format!("{}{}", first.to_lowercase(), &message[1..]);
    }
    let problem = Problem::new(Code::Syntax, message);
    problem.at(source, place(error.position(), source, 1))
}

/// Rhai's position as a place in the file; the end of the file where it has none.
pub(super) fn place(position: Position, source: &Source<'_>, length: usize) -> Place {
    match position.line() {
        Some(line) => Place { line, column: position.position().unwrap_or(1), length },
        None => source.place(source.text.len()..source.text.len()),
    }
}

/// The place of a function's name in its file: the last one before its body.
pub(crate) fn function_place(source: &Source<'_>, function: &Definition) -> Place {
    let lines: Vec<&str> = source.text.lines().take(function.line).collect();
    let named = lines.iter().enumerate().rev().find_map(|(index, line)| {
        line.match_indices("fn ").find_map(|(at, keyword)| {
            let name = line[at + keyword.len()..].trim_start();
            let after = name.strip_prefix(function.name.as_str())?;
            let column = line[..line.len() - name.len()].chars().count() + 1;
            let place = Place { line: index + 1, column, length: function.name.chars().count() };
            after.trim_start().starts_with('(').then_some(place)
        })
    });
    named.unwrap_or(Place { line: function.line, column: 1, length: 1 })
}
