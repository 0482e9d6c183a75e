//! Reads the syntax tree of a rule before it ever runs, and refuses what could only fail later:
//! unknown properties, functions and names, wrong arguments, values that a fact can never have.
//!
//! It follows every value through the rule and the helpers it calls. What it cannot follow is
//! refused: a fact object is asked or handed to a helper, never stored, compared or returned.
//!
//! - `types` says what is known of a value;
//! - `functions` lists what a script may call; `made` knows those that make results;
//! - `walk` follows statements and expressions, `calls` functions, `access` property and method
//!   chains; `compare` looks at comparisons; `rivals` knows rewards that stand in each other's place.

mod access;
mod calls;
mod compare;
mod functions;
mod made;
mod rivals;
mod types;
mod vocabulary;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rhai::{Expr, Position, Stmt};

use self::functions::Functions;
pub(crate) use self::functions::{language_functions, made_functions};
use self::rivals::Rewards;
use self::types::{Known, Sorts};
pub(crate) use self::vocabulary::Vocabulary;
use super::sandbox::{Definition, File, Function, Sandbox, function_place, place};
use crate::error::{Code, MOST_PROBLEMS, Problem, Source, choose};
use crate::facts::{Folder, Object};

/// The compiled files of a program with their texts.
#[derive(Debug)]
pub(crate) struct FileTree<'a> {
    files: Vec<(&'a File, Source<'a>)>,
    positions: HashMap<&'a str, usize>,
    functions: Functions,
}

impl<'a> FileTree<'a> {
    pub(crate) fn new(sandbox: &Sandbox, files: Vec<(&'a File, Source<'a>)>) -> Self {
        let positions = files.iter().enumerate().map(|(at, (file, _))| (&*file.name, at)).collect();
        Self { files, positions, functions: Functions::of(sandbox) }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }
}

/// A fact that a rule may read, with the argument it is asked with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FactUse {
    pub(crate) object: Object,
    pub(crate) slot: u8,
    pub(crate) argument: Option<String>,
}

/// What the checker found out about a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checked {
    /// Every fact that the rule may read, on any way through it.
    pub(crate) uses: BTreeSet<FactUse>,
    /// The ids of all grants and suggestions that it may give, and the topics of mentoring.
    pub(crate) gives: BTreeSet<String>,
    /// Whether it may give topics that do not stand in it.
    pub(crate) gives_others: bool,
    /// Two rewards that it gives one instead of the other, once each in a period.
    pub(crate) rivals: Option<(String, String)>,
    pub(crate) problems: Vec<Problem>,
}

/// Checks a rule with all helpers that it calls.
pub(crate) fn check_rule(
    tree: &FileTree<'_>,
    vocabulary: &Vocabulary,
    thresholds: &BTreeMap<std::sync::Arc<str>, i64>,
    file: &str,
    function: &Function,
    folder: Folder,
) -> Checked {
    let mut checker = Checker::new(tree, vocabulary, Some(thresholds), folder);
    if let Some(index) = tree.position(file) {
        let arguments = function.parameters.iter().map(|object| Known::Object(*object)).collect();
        let definition = tree.files[index].0.function(&function.name, function.parameters.len());
        if let Some(definition) = definition {
            let result = checker.call(index, definition, arguments);
            checker.check_result(index, definition, &result);
        }
    }
    checker.finish()
}

/// Checks what stands outside functions, and the helpers that no rule calls.
pub(crate) fn check_library(
    tree: &FileTree<'_>,
    vocabulary: &Vocabulary,
    file: &str,
    folder: Folder,
) -> Checked {
    let mut checker = Checker::new(tree, vocabulary, None, folder);
    if let Some(index) = tree.position(file) {
        checker.check_globals(index);
        for definition in tree.files[index].0.functions() {
            checker.check_name(index, definition);
            if definition.is_method {
                let problem = Problem::new(
                    Code::NotAllowed,
                    format!("`{}` is a method of a type, which is not for rules", definition.name),
                )
                .help("write a helper that takes the value as an argument");
                checker.file = index;
                checker.report_function(problem, definition);
            }
            let is_rule = folder != Folder::Lib && definition.public;
            if !is_rule {
                checker.check_apart(index, definition);
            }
        }
    }
    checker.finish()
}

/// The most ways in which helpers may be called with different knowledge; a real program has a
/// few dozen.
const MOST_CALLS: usize = 4_000;
/// The most statements and expressions that are looked at for one rule; a real rule has a few
/// hundred, with its helpers.
const MOST_STEPS: usize = 200_000;

/// A call of a function with what is known of its arguments.
type Call = (usize, String, Vec<Known>);

struct Checker<'a> {
    tree: &'a FileTree<'a>,
    vocabulary: &'a Vocabulary,
    thresholds: Option<&'a BTreeMap<std::sync::Arc<str>, i64>>,
    folder: Folder,
    /// The file that the walk is in.
    file: usize,
    /// Results of calls that were followed already.
    known: HashMap<Call, Known>,
    /// Calls that are being followed, to notice recursion.
    open: Vec<Call>,
    /// Variables in scope, innermost last.
    scope: Vec<(String, Known)>,
    /// What the function that is followed may return.
    returns: Known,
    uses: BTreeSet<FactUse>,
    gives: BTreeSet<String>,
    gives_others: bool,
    rewards: Rewards,
    problems: Vec<Problem>,
    /// Statements and expressions looked at.
    steps: usize,
}

impl<'a> Checker<'a> {
    fn new(
        tree: &'a FileTree<'a>,
        vocabulary: &'a Vocabulary,
        thresholds: Option<&'a BTreeMap<std::sync::Arc<str>, i64>>,
        folder: Folder,
    ) -> Self {
        Self {
            tree,
            vocabulary,
            thresholds,
            folder,
            file: 0,
            known: HashMap::new(),
            open: Vec::new(),
            scope: Vec::new(),
            returns: Known::NEVER,
            uses: BTreeSet::new(),
            gives: BTreeSet::new(),
            gives_others: false,
            rewards: Rewards::default(),
            problems: Vec::new(),
            steps: 0,
        }
    }

    fn finish(mut self) -> Checked {
        self.problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.problems.dedup();
        let (gives, gives_others) = (self.gives, self.gives_others);
        let rivals = self.rewards.rivals();
        Checked { uses: self.uses, gives, gives_others, rivals, problems: self.problems }
    }

    fn source(&self) -> &Source<'a> {
        &self.tree.files[self.file].1
    }

    /// Whether so many problems were found that more would help nobody.
    fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    /// Counts a step of the walk; false where there were too many.
    fn may_go_on(&mut self, position: Position) -> bool {
        self.steps += 1;
        if self.steps == MOST_STEPS {
            let message = "the rule and its helpers have too many ways to be followed";
            let problem = Problem::new(Code::TooLarge, message).help("make them simpler");
            let place = place(position, self.source(), 1);
            let problem = problem.at(self.source(), place);
            self.problems.push(problem);
        }
        self.steps < MOST_STEPS
    }

    /// Reports a problem at a position, with a caret under `length` characters.
    fn report(&mut self, problem: Problem, position: Position, length: usize) {
        if self.is_full() {
            return;
        }
        let place = place(position, self.source(), length);
        let problem = problem.at(self.source(), place);
        self.problems.push(problem);
    }

    /// The name of the parameter through which this folder's rules see an object.
    fn object_name(&self, object: Object) -> &'static str {
        self.folder.parameter(object)
    }

    /// Follows a call of a script function and gives back what is known of its result.
    fn call(&mut self, file: usize, function: &Definition, arguments: Vec<Known>) -> Known {
        let call: Call = (file, function.name.clone(), arguments);
        if let Some(result) = self.known.get(&call) {
            return result.clone();
        }
        if self.open.contains(&call) || self.open.len() >= 32 {
            return Known::ANY;
        }
        if self.known.len() >= MOST_CALLS {
            let message = "the helpers call each other in too many ways to be followed";
            self.report(Problem::new(Code::TooLarge, message), Position::NONE, 1);
            return Known::ANY;
        }
        let scope = function.parameters.iter().cloned().zip(call.2.iter().cloned()).collect();
        let outer_scope = std::mem::replace(&mut self.scope, scope);
        let outer_returns = std::mem::replace(&mut self.returns, Known::NEVER);
        let outer_file = std::mem::replace(&mut self.file, file);
        self.open.push(call);
        let caller = self.rewards.enter();
        let value = self.block(&function.statements);
        self.rewards.leave(caller);
        let result = value.or(std::mem::replace(&mut self.returns, outer_returns));
        self.file = outer_file;
        self.scope = outer_scope;
        if let Some(call) = self.open.pop() {
            self.known.insert(call, result.clone());
        }
        result
    }

    /// A function of the name of a fact or of a function that rules are given would take its
    /// place: `x.at("brand")` would run the helper `at`, whatever the checker believes.
    fn check_name(&mut self, file: usize, function: &Definition) {
        let name = function.name.as_str();
        let fact = Object::ALL
            .iter()
            .any(|object| object.fact(name).is_some_and(|(_, fact)| fact.argument.is_some()));
        if fact || self.tree.functions.get(name).is_some() {
            self.file = file;
            let message = format!("`{name}` is the name of a function that rules are given");
            let problem = Problem::new(Code::Duplicate, message).help("give yours another name");
            self.report_function(problem, function);
        }
    }

    /// A helper that no rule has called is followed with its parameters taken by name.
    fn check_apart(&mut self, file: usize, function: &Definition) {
        let arguments = function
            .parameters
            .iter()
            .map(|name| Folder::object_of(name).map_or(Known::ANY, Known::Object))
            .collect();
        self.call(file, function, arguments);
    }

    /// A rule must be able to give back what its folder has use for.
    fn check_result(&mut self, file: usize, function: &Definition, result: &Known) {
        let (fits, wanted) = match self.folder {
            Folder::Scoring => (Sorts::NUMBER, "whole points, or nothing where it does not apply"),
            Folder::Guidelines => {
                (Sorts::FINDING.or(Sorts::LIST), "findings, or nothing where all is well")
            }
            Folder::Recognition => (
                Sorts::GRANT.or(Sorts::LIST),
                "badges, rewards and spotlights, or nothing where there is nothing to give",
            ),
            Folder::Coaching => (
                Sorts::ADVICE.or(Sorts::LIST),
                "suggestions, `offers` and `seeks`, or nothing where there is nothing to say",
            ),
            Folder::Lib => return,
        };
        let sorts = result.sorts();
        if sorts.within(fits.or(Sorts::NOTHING)) || sorts == Sorts::ANY {
            let only_nothing = sorts.within(Sorts::NOTHING) && sorts != Sorts::NEVER;
            if only_nothing {
                self.file = file;
                let problem = Problem::new(
                    Code::WrongResult,
                    format!("the rule `{}` never returns anything", function.name),
                )
                .help(format!("a rule in `{}` returns {wanted}", self.folder.name()));
                self.report_function(problem, function);
            }
            return;
        }
        let wrong = [
            Sorts::FLAG,
            Sorts::NUMBER,
            Sorts::FRACTION,
            Sorts::TEXT,
            Sorts::LIST,
            Sorts::MAP,
            Sorts::FINDING,
            Sorts::BADGE,
            Sorts::REWARD,
            Sorts::SPOTLIGHT,
            Sorts::SUGGESTION,
            Sorts::MENTORING,
        ]
        .into_iter()
        .find(|sort| sorts.may_be(*sort) && !sort.within(fits))
        .unwrap_or(Sorts::OTHER);
        self.file = file;
        let problem = Problem::new(
            Code::WrongResult,
            format!("the rule `{}` can return {}", function.name, wrong.name()),
        )
        .help(format!("a rule in `{}` returns {wanted}", self.folder.name()));
        self.report_function(problem, function);
    }

    fn report_function(&mut self, problem: Problem, function: &Definition) {
        let source = self.source();
        let at = function_place(source, function);
        let problem = problem.at(source, at);
        self.problems.push(problem);
    }

    /// Outside functions a file may import helpers and name constants.
    fn check_globals(&mut self, file: usize) {
        self.file = file;
        let mut names: BTreeSet<String> = ["global".to_owned()].into();
        for statement in self.tree.files[file].0.globals() {
            let name = match statement {
                Stmt::Import(import, _) => Some(&import.1),
                Stmt::Var(variable, ..) => Some(&variable.0),
                _ => None,
            };
            if let Some(name) = name
                && !names.insert(name.name.to_string())
            {
                let problem =
                    Problem::new(Code::Duplicate, format!("`{}` is taken already", name.name))
                        .help("give each import and each constant of a file a name of its own");
                self.report(problem, name.pos, name.name.chars().count());
            }
            match statement {
                Stmt::Import(import, _) => {
                    if self.imported(&import.0).is_none() {
                        let position = import.0.position();
                        let names = self.library_names();
                        let shown = match &import.0 {
                            Expr::StringConstant(name, _) => format!("`{name}`"),
                            _ => "this".to_owned(),
                        };
                        let problem = Problem::new(
                            Code::UnknownImport,
                            format!("there is nothing to import as {shown}"),
                        )
                        .help("rules import files of the program's own `lib` folder, such as `import \"lib/words\" as words;`")
                        .maybe_help(choose(shown.trim_matches('`'), names.iter().map(String::as_str)));
                        let length = shown.chars().count();
                        self.report(problem, position, length);
                    }
                }
                Stmt::Var(variable, flags, _)
                    if flags.contains(rhai::ASTFlags::CONSTANT) && variable.1.is_constant() =>
                {
                    self.expression(&variable.1);
                }
                Stmt::Noop(_) => {}
                other => {
                    let problem = Problem::new(Code::NotAllowed, "only functions, imports and constants stand in a file")
                        .help("put the statement into a function; a constant is written `const NAME = 5;`");
                    self.report(problem, other.position(), 1);
                }
            }
        }
    }

    /// The library file that an import names.
    fn imported(&self, name: &Expr) -> Option<usize> {
        let Expr::StringConstant(name, _) = name else { return None };
        let file = format!("{name}.rhai");
        file.starts_with("lib/").then(|| self.tree.position(&file)).flatten()
    }

    fn library_names(&self) -> Vec<String> {
        self.tree
            .files
            .iter()
            .filter_map(|(file, _)| file.name.strip_suffix(".rhai"))
            .filter(|name| name.starts_with("lib/"))
            .map(str::to_owned)
            .collect()
    }
}
