//! Runs the examples of doc comments, and tells what they cover.
//!
//! Examples are judged by what the script says: settings such as another severity, a switched-off
//! rule or its dates do not change them.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::facts::{Evidence, Folder, PersonFact, World};
use crate::guidelines::CheckContext;
use crate::program::{Example, Expected, Input, Program, Rule, evidence, prepare};
use crate::script::{Coverage, File, Returned, Sandbox, branches};

/// Examples are checked as if at this time, unless the post states another.
const AT: Timestamp = Timestamp::constant(1_767_268_800, 0);

/// What the examples of a program show.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TestReport {
    /// Examples that were run.
    pub examples: usize,
    /// Examples whose rule did something else than the label says.
    pub failures: Vec<ExampleFailure>,
    /// Rules that have no example.
    pub without_examples: Vec<Arc<str>>,
    /// Rules that no example makes fire.
    pub never_fired: Vec<Arc<str>>,
    /// Ways through rules and helpers.
    pub branches: usize,
    /// Ways that no example takes.
    pub uncovered: Vec<Uncovered>,
}

impl TestReport {
    /// Whether every example did what its label says.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// An example whose rule did something else.
#[derive(Clone, Debug, Serialize)]
pub struct ExampleFailure {
    /// The rule.
    pub rule: Arc<str>,
    /// The file.
    pub file: String,
    /// The line of the example.
    pub line: usize,
    /// What the label says.
    pub expected: String,
    /// What the rule did.
    pub got: String,
    /// The example's input.
    pub input: String,
    /// What the rule read.
    pub evidence: Vec<Evidence>,
}

/// A way that no example takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// The function.
    pub function: String,
    /// The file.
    pub file: String,
    /// The line of the choice.
    pub line: usize,
    /// The way.
    pub way: &'static str,
}

impl Program {
    /// Runs every example and tells what they cover.
    ///
    /// # Errors
    ///
    /// A rule ran out of time (retryable).
    pub fn test(&self) -> Result<TestReport, Error> {
        let mut sandbox = Sandbox::new();
        let coverage = Coverage::watch(&mut sandbox);
        self.import_into(&mut sandbox)?;
        let mut report = TestReport::default();
        for (index, rule) in self.rules.iter().enumerate() {
            let mut fired = false;
            for example in rule.examples() {
                report.examples += 1;
                fired |= self.run_example(&sandbox, index, rule, example, &mut report)?;
            }
            if rule.examples().is_empty() {
                report.without_examples.push(Arc::clone(rule.shared_id()));
            }
            if !fired {
                report.never_fired.push(Arc::clone(rule.shared_id()));
            }
        }
        for file in self.files() {
            self.cover(file, &coverage, &mut report);
        }
        Ok(report)
    }

    fn cover(&self, file: &File, coverage: &Coverage, report: &mut TestReport) {
        for function in file.functions() {
            for branch in branches(file, &function.name, function.parameters.len()) {
                report.branches += 1;
                if !coverage.took(&branch) {
                    report.uncovered.push(Uncovered {
                        function: function.name.clone(),
                        file: file.name.to_string(),
                        line: branch.line,
                        way: branch.what,
                    });
                }
            }
        }
        report.uncovered.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    }

    /// Runs one example; says whether the rule fired.
    fn run_example(
        &self,
        sandbox: &Sandbox,
        index: usize,
        rule: &Rule,
        example: &Example,
        report: &mut TestReport,
    ) -> Result<bool, Error> {
        let world = self.example_world(rule.folder(), example)?;
        // Only Rhai knows which ways it takes.
        let (result, reads) =
            sandbox.interpret(self.file_of(rule), self.function_of(rule), index, &world);
        let fits = match (&result, &example.expected) {
            (Ok(Returned::Nothing), Expected::Nothing) => true,
            (Ok(Returned::Points(points)), Expected::Points(expected)) => points == expected,
            (Ok(Returned::Findings(drafts)), Expected::Severity(expected)) => {
                drafts.iter().map(|draft| draft.severity).max() == Some(*expected)
            }
            _ => false,
        };
        if !fits {
            report.failures.push(ExampleFailure {
                rule: Arc::clone(rule.shared_id()),
                file: self.place_of(rule).0.to_owned(),
                line: example.line,
                expected: example.label.clone(),
                got: match &result {
                    Ok(returned) => told(rule.folder(), returned),
                    Err(failure) => match (&failure.file, failure.line) {
                        (Some(file), Some(line)) => {
                            format!("a fault: {} ({file}:{line})", failure.message)
                        }
                        _ => format!("a fault: {}", failure.message),
                    },
                },
                input: match &example.input {
                    Input::Text(text) => text.clone(),
                    Input::Map(map) => map.to_string(),
                },
                evidence: evidence(rule.folder(), reads),
            });
        }
        Ok(!matches!(result, Ok(Returned::Nothing)))
    }

    /// The world that an example shows its rule.
    pub(crate) fn example_world(
        &self,
        folder: Folder,
        example: &Example,
    ) -> Result<Arc<World>, Error> {
        let prepared = prepare(folder, &example.input, &self.manifest)?;
        let at = prepared.post.as_ref().and_then(|post| post.at).unwrap_or(AT);
        let mut world = match &prepared.post {
            Some(post) => {
                let (world, _) = self.world_of(post, &CheckContext::default(), at)?;
                Arc::into_inner(world).unwrap_or_else(|| World::new(Arc::clone(&self.view)))
            }
            None => World::new(Arc::clone(&self.view)),
        };
        world.person = PersonFact::nobody();
        world.stubs = prepared.stubs;
        Ok(Arc::new(world))
    }
}

/// What a rule did, in the words of labels.
fn told(folder: Folder, returned: &Returned) -> String {
    match returned {
        Returned::Nothing if folder == Folder::Guidelines => "clear".to_owned(),
        Returned::Nothing => "none".to_owned(),
        Returned::Points(points) => points.to_string(),
        Returned::Findings(drafts) => {
            let each: Vec<String> = drafts
                .iter()
                .map(|draft| format!("{}: {}", draft.severity.name(), draft.message))
                .collect();
            each.join("; ")
        }
    }
}
