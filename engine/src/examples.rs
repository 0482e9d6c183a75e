//! Runs the examples of doc comments, and tells what they cover.
//!
//! Examples are judged by what the script says: settings such as another severity, a switched-off
//! rule or its dates do not change them.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Code, Error, Level, Problem};
use crate::facts::{Evidence, Folder, PersonFact, World};
use crate::guidelines::CheckContext;
use crate::program::{Example, Expected, Input, Program, Rule, evidence, prepare};
use crate::scenarios::ScenarioReport;
use crate::script::{AdviceDraft, Coverage, Failure, File, Given, GrantDraft, Sandbox, branches};

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
    /// The scenarios that were run.
    pub scenarios: Vec<ScenarioReport>,
    /// What is wrong with scenarios; one with an error is not run.
    pub problems: Vec<Problem>,
}

impl TestReport {
    /// Whether every example did what its label says, and every scenario came as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
            && self.scenarios.iter().all(|scenario| scenario.failures.is_empty())
            && self.problems.iter().all(|problem| problem.level != Level::Error)
    }

    /// What does not hold, each as a problem with its place.
    pub fn failed(&self) -> Vec<Problem> {
        let examples = self.failures.iter().map(|failure| {
            let message = format!(
                "the example of `{}` gives {}, and its label says {}",
                failure.rule, failure.got, failure.expected
            );
            Problem::new(Code::ExampleFailed, message).file(&*failure.file).line(failure.line, 1)
        });
        let scenarios = self.scenarios.iter().flat_map(|scenario| {
            scenario.failures.iter().map(|failure| {
                let message = format!(
                    "in `{}`, {} of {} is {}, and {} was expected",
                    scenario.title, failure.what, failure.about, failure.got, failure.expected
                );
                let problem = Problem::new(Code::ExampleFailed, message).file(&*scenario.file);
                problem.line(failure.line, 1)
            })
        });
        let refused = self.problems.iter().filter(|problem| problem.level == Level::Error);
        examples.chain(scenarios).chain(refused.cloned()).collect()
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
    /// Runs every example and tells what they cover, and runs the scenarios.
    ///
    /// # Errors
    ///
    /// A rule ran out of time (retryable).
    pub fn test(&self) -> Result<TestReport, Error> {
        self.test_while(&|| true)
    }

    /// The same for as long as somebody wants to wait: it is asked before each example and scenario.
    ///
    /// # Errors
    ///
    /// As there; and nobody waits any more (retryable).
    pub fn test_while(&self, go_on: &dyn Fn() -> bool) -> Result<TestReport, Error> {
        let waited_for = || match go_on() {
            true => Ok(()),
            false => {
                let message = "the examples and scenarios take too long";
                let problem = Problem::new(Code::DeadlineExceeded, message);
                Err(problem.help("`plaudit test` runs them, however long they take"))
            }
        };
        let mut sandbox = Sandbox::new();
        let coverage = Coverage::watch(&mut sandbox);
        self.import_into(&mut sandbox)?;
        let mut report = TestReport::default();
        for (index, rule) in self.rules.iter().enumerate() {
            let mut fired = false;
            for example in rule.examples() {
                waited_for()?;
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
        waited_for()?;
        (report.scenarios, report.problems) = self.try_scenarios(&waited_for)?;
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
        let world = self.example_world(rule, example)?;
        // Only Rhai knows which ways it takes.
        let (result, reads) =
            sandbox.interpret(self.file_of(rule), self.function_of(rule), index, &world);
        let result = result.and_then(|given| in_place(rule.folder(), given));
        let fits = match (&result, &example.expected) {
            (Ok(Given::Nothing), Expected::Nothing) => true,
            (Ok(Given::Points(points)), Expected::Points(expected)) => points == expected,
            (Ok(Given::Findings(drafts)), Expected::Severity(expected)) => {
                drafts.iter().map(|draft| draft.severity).max() == Some(*expected)
            }
            (Ok(Given::Grants(grants)), Expected::Gives(ids)) => {
                // A level is compared where the label names one.
                grants.len() == ids.len()
                    && grants.iter().zip(ids).all(|(grant, label)| {
                        let level = grant.level.map(|level| format!("{}/{level}", grant.id));
                        grant.id == label.as_str() || level.as_ref() == Some(label)
                    })
            }
            (Ok(Given::Advice(advice)), Expected::Gives(ids)) => {
                advice.iter().map(AdviceDraft::label).eq(ids.iter().map(String::as_str))
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
                    Ok(given) => told(rule.folder(), given),
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
        Ok(!matches!(result, Ok(Given::Nothing)))
    }

    /// The world that an example shows its rule.
    pub(crate) fn example_world(
        &self,
        rule: &Rule,
        example: &Example,
    ) -> Result<Arc<World>, Error> {
        let prepared = prepare(rule, &example.input, &self.manifest, &self.vocabulary)?;
        let at = prepared.post.as_ref().and_then(|post| post.at).unwrap_or(AT);
        let mut world = match &prepared.post {
            Some(post) => {
                let (world, _) = self.world_of(post, &CheckContext::default(), at)?;
                Arc::into_inner(world).unwrap_or_else(|| World::new(Arc::clone(&self.view)))
            }
            None => World::new(Arc::clone(&self.view)),
        };
        world.person = Arc::clone(PersonFact::nobody());
        world.stubs = prepared.stubs;
        Ok(Arc::new(world))
    }
}

/// What a rule gave, where its folder has use for it.
fn in_place(folder: Folder, given: Given) -> Result<Given, Failure> {
    let some = |nothing: bool, given: Given| if nothing { Given::Nothing } else { given };
    match folder {
        Folder::Recognition => {
            given.grants().map(|grants| some(grants.is_empty(), Given::Grants(grants)))
        }
        Folder::Coaching => {
            given.advice().map(|advice| some(advice.is_empty(), Given::Advice(advice)))
        }
        Folder::Guidelines | Folder::Scoring | Folder::Lib => Ok(given),
    }
}

/// What a rule did, in the words of labels.
fn told(folder: Folder, given: &Given) -> String {
    let joined = |each: Vec<String>| each.join("; ");
    match given {
        Given::Nothing if folder == Folder::Guidelines => "clear".to_owned(),
        Given::Nothing => "none".to_owned(),
        Given::Points(points) => points.to_string(),
        Given::Findings(drafts) => joined(
            drafts
                .iter()
                .map(|draft| format!("{}: {}", draft.severity.name(), draft.message))
                .collect(),
        ),
        Given::Grants(grants) => joined(grants.iter().map(told_grant).collect()),
        Given::Advice(advice) => joined(advice.iter().map(told_advice).collect()),
    }
}

fn told_grant(grant: &GrantDraft) -> String {
    let mut told = format!("{} ({}", grant.id, grant.kind.name());
    if let Some(level) = grant.level {
        told.push_str(&format!(", level {level}"));
    }
    if let Some(amount) = grant.amount {
        told.push_str(&format!(", amount {amount}"));
    }
    if grant.each_period {
        told.push_str(", each period");
    }
    told.push(')');
    if let Some(message) = &grant.message {
        told.push_str(&format!(": {message}"));
    }
    told
}

fn told_advice(advice: &AdviceDraft) -> String {
    match advice {
        AdviceDraft::Suggestion { id, message, with_content: false } => format!("{id}: {message}"),
        AdviceDraft::Suggestion { id, message, with_content: true } => {
            format!("{id} (with content): {message}")
        }
        AdviceDraft::Offers { topic, weight } | AdviceDraft::Seeks { topic, weight } => {
            format!("{topic} ({}, weight {weight})", advice.name())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::program::{Program, Sources};

    /// Runs the examples of a rule; each failure as what was expected and what came.
    fn failures(file: &str, rule: &str) -> (usize, Vec<(String, String)>) {
        let manifest = "[program]\nname = \"T\"\n[brand]\nname = \"Acme\"\n[channels.x]\n[kinds.share]\nstyle = \"curator\"\n[rules.a.thresholds]\nweeks = 4\n";
        let sources = Sources::new().with("program.toml", manifest).with(file, rule);
        let report = Program::from_sources(&sources).unwrap().test().unwrap();
        let failures = report.failures.into_iter().map(|failure| (failure.expected, failure.got));
        (report.examples, failures.collect())
    }

    #[test]
    fn examples_of_recognition_name_what_is_given() {
        let rule = r#"/// Keep going.
///
/// Note: words before a colon stay words.
/// none: and so does this.
///
/// steady: #{ standing: #{ streak: 4, points_in: #{ "30_days": 20 } } }
/// steady+lunch: #{ standing: #{ streak: 4 }, person: #{ style: "creator", needs: #{ technical: true } } }
/// none: #{ standing: #{ streak: 3 }, team: #{ by: "department", enrolled: 9 } }
/// none: #{ standing: #{ streak: 4 } }
/// lunch+steady: #{ standing: #{ streak: 4 }, person: #{ needs: #{ technical: true } },
///   period: #{ name: "2026-Q2" } }
/// steady: #{ standing: #{ streak: 1 } }
/// steady: #{ standing: #{ streak: 200 } }
fn a(standing, person, period, program) {
    let given = [];
    if standing.streak >= program.threshold("weeks") {
        given.push(badge("steady").level(standing.streak).because("Go on with {brand}."));
    }
    if person.needs("technical") { given.push(reward("lunch").amount(20).each_period()); }
    given
}
"#;
        let (examples, failures) = failures("recognition/a.rhai", rule);
        assert_eq!(examples, 7);
        let failures: Vec<(&str, &str)> =
            failures.iter().map(|(expected, got)| (expected.as_str(), got.as_str())).collect();
        assert_eq!(
            failures,
            [
                ("none", "steady (badge, level 4): Go on with {brand}."),
                (
                    "lunch+steady",
                    "steady (badge, level 4): Go on with {brand}.; lunch (reward, amount 20, each period)"
                ),
                ("steady", "none"),
                (
                    "steady",
                    "a fault: the rule failed: `level` takes a whole number from 1 to 100, not 200 (recognition/a.rhai:17)"
                ),
            ]
        );
    }

    #[test]
    fn examples_of_coaching_name_suggestions_and_topics() {
        let rule = r#"/// Next steps.
///
/// write+technical: #{ person: #{ skilled_in: #{ technical: true } } }
/// write+service: #{ person: #{ function: "service" } }
/// service: #{ person: #{ function: "service" } }
/// none: #{ person: #{ leader: true } }
/// write: #{ team: #{ launch_spike: true } }
fn a(person, team, program) {
    if person.leader { return; }
    let all = [suggestion("write", "Write.").with_content()];
    if person.skilled_in("technical") { all.push(offers("technical", program.threshold("weeks"))); }
    if person.function != () { all.push(seeks(person.function, 2)); }
    if team.launch_spike { return [badge("wrong")]; }
    all
}
"#;
        let (examples, failures) = failures("coaching/a.rhai", rule);
        assert_eq!(examples, 5);
        let told = |expected: &str, got: &str| (expected.to_owned(), got.to_owned());
        assert_eq!(
            failures,
            [
                told("service", "write (with content): Write.; service (seeks, weight 2)"),
                told("write", "a fault: a coaching rule returned a badge, reward or spotlight"),
            ]
        );
    }
}
