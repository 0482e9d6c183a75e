//! Which branches the examples take.
//!
//! A second sandbox runs the examples with rhai's debugger watching: it calls back at every node
//! of the syntax tree, and a branch was taken when its first node was visited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::debugger::DebuggerCommand;
use rhai::{ASTNode, Expr, Position, Stmt, StmtBlock};

use super::sandbox::{File, Sandbox};

/// A node of a syntax tree: file, position and whether it is a statement. An `if` and its
/// condition can begin at the same place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    file: Arc<str>,
    line: usize,
    column: usize,
    statement: bool,
}

impl Node {
    fn new(file: &Arc<str>, position: Position, statement: bool) -> Self {
        Self {
            file: Arc::clone(file),
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            statement,
        }
    }
}

/// How often each node was visited.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    visits: Arc<Mutex<HashMap<Node, u64>>>,
}

impl Coverage {
    /// Watches everything that runs in this sandbox from now on.
    pub(crate) fn watch(sandbox: &mut Sandbox) -> Self {
        let coverage = Coverage::default();
        let visits = Arc::clone(&coverage.visits);
        #[expect(
            deprecated,
            reason = "rhai marks it so because it may change; the version is pinned"
        )]
        sandbox.engine_mut().register_debugger(
            |_, debugger| debugger,
            move |_, _, node, file, position| {
                let file: Arc<str> = file.unwrap_or_default().into();
                let node = Node::new(&file, position, matches!(node, ASTNode::Stmt(_)));
                let mut visits = visits.lock().unwrap_or_else(PoisonError::into_inner);
                *visits.entry(node).or_default() += 1;
                Ok(DebuggerCommand::StepInto)
            },
        );
        coverage
    }

    fn visits(&self, node: &Node) -> u64 {
        let visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.get(node).copied().unwrap_or(0)
    }

    /// Whether the branch was taken at least once.
    pub(crate) fn took(&self, branch: &Branch) -> bool {
        match &branch.entry {
            Entry::First(node) => self.visits(node) > 0,
            Entry::Past { choice, taken } => {
                let elsewhere: u64 = taken.iter().map(|node| self.visits(node)).sum();
                self.visits(choice) > elsewhere
            }
        }
    }
}

/// One way that a rule can go.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The line of the `if` or `switch`.
    pub(crate) line: usize,
    /// Which of its ways, such as “the `else` branch”.
    pub(crate) what: &'static str,
    entry: Entry,
}

#[derive(Clone, Debug)]
enum Entry {
    /// Taken when this node was visited.
    First(Node),
    /// A missing `else` or default: taken when the choice was made and no written way followed.
    Past { choice: Node, taken: Vec<Node> },
}

/// All branches of a function.
pub(crate) fn branches(file: &File, function: &str, parameters: usize) -> Vec<Branch> {
    let mut found = Vec::new();
    let Some(definition) = file.function(function, parameters) else { return found };
    let name = Arc::clone(&file.name);
    for statement in &definition.statements {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
            if let Some(ASTNode::Stmt(statement)) = path.last() {
                of_statement(statement, &name, &mut found);
            }
            true
        });
    }
    found.sort_by_key(|branch| branch.line);
    found
}

fn of_statement(statement: &Stmt, file: &Arc<str>, found: &mut Vec<Branch>) {
    let line = statement.position().line().unwrap_or(0);
    let mut ways: Vec<(&'static str, Option<Node>)> = Vec::new();
    let complete = match statement {
        Stmt::If(choice, _) => {
            ways.push(("the `if` branch", first(&choice.body, file)));
            if choice.branch.is_empty() {
                false
            } else {
                ways.push(("the `else` branch", first(&choice.branch, file)));
                true
            }
        }
        Stmt::Switch(choice, _) => {
            for (index, way) in choice.1.expressions.iter().enumerate() {
                let what = if choice.1.def_case == Some(index) {
                    "the default of the `switch`"
                } else {
                    "a case of the `switch`"
                };
                ways.push((what, first_of(&way.rhs, file)));
            }
            choice.1.def_case.is_some()
        }
        _ => return,
    };
    let choice = Node::new(file, statement.position(), true);
    let taken: Vec<Node> = ways.iter().filter_map(|(_, node)| node.clone()).collect();
    let all_visible = taken.len() == ways.len();
    for (what, node) in ways {
        if let Some(node) = node {
            let line = if matches!(statement, Stmt::Switch(..)) { node.line } else { line };
            found.push(Branch { line, what, entry: Entry::First(node) });
        }
    }
    if !complete && all_visible {
        let what = match statement {
            Stmt::If(..) => "the way past the `if`",
            _ => "the way past the `switch`",
        };
        found.push(Branch { line, what, entry: Entry::Past { choice, taken } });
    }
}

/// The first node that is visited when a block runs; nothing for an empty block.
fn first(block: &StmtBlock, file: &Arc<str>) -> Option<Node> {
    match block.statements().first()? {
        Stmt::Expr(expression) => first_of(expression, file),
        Stmt::Noop(_) => None,
        Stmt::Block(inner) if inner.is_empty() => None,
        statement => Some(Node::new(file, statement.position(), true)),
    }
}

fn first_of(expression: &Expr, file: &Arc<str>) -> Option<Node> {
    match expression {
        Expr::Stmt(block) => first(block, file),
        expression => Some(Node::new(file, expression.position(), false)),
    }
}
