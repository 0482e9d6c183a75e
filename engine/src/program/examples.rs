//! Runs the examples of doc comments, and tells what they cover.
//!
//! Examples are judged by what the script says: settings such as another severity, a switched-off
//! rule or its dates do not change them.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{Example, Expected, Folder, Input, Manifest, Program, Rule};
use crate::error::{Code, Error, Problem, choose, did_you_mean};
use crate::events::Post;
use crate::facts::{
    ActivityFact, Evidence, Fact, Object, PersonFact, Stubs, Type, Value, Words, World,
};
use crate::guidelines::CheckContext;
use crate::program::evidence;
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

/// An example's input, made ready: a post to look at and the facts that it states.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    post: Option<Post>,
    stubs: Stubs,
}

/// Reads an example's input; the problem has no place yet.
pub(super) fn prepare(folder: Folder, input: &Input, manifest: &Manifest) -> Result<Prepared, Problem> {
    let mut prepared = Prepared::default();
    let map = match input {
        Input::Text(text) => {
            prepared.post = Some(Post::of(text));
            return Ok(prepared);
        }
        Input::Map(Json::Object(map)) => map,
        Input::Map(_) => return Err(malformed("an example is a map of objects")),
    };
    for (name, value) in map {
        let known = folder.parameters();
        let Some((_, object)) = known.iter().find(|(known, _)| known == name) else {
            return Err(malformed(format!("there is no `{name}` in an example"))
                .maybe_help(choose(name, known.iter().map(|(name, _)| *name))));
        };
        match (object, value) {
            (Object::Post, Json::String(text)) => prepared.post = Some(Post::of(text)),
            (_, Json::Object(facts)) => prepared.object(*object, name, facts, manifest)?,
            _ => return Err(malformed(format!("`{name}` is a map of facts"))),
        }
    }
    if folder == Folder::Scoring {
        prepared.complete_activity(manifest)?;
    } else if prepared.post.is_none() {
        prepared.post = Some(Post::of(""));
    }
    if let Some(channel) = prepared.post.as_ref().and_then(|post| post.channel.clone()) {
        if !manifest.channels.contains_key(&channel) {
            let names = manifest.channels.keys().map(|name| &**name);
            return Err(Problem::new(Code::UnknownChannel, format!("there is no channel `{channel}`"))
                .maybe_help(choose(&channel, names)));
        }
    }
    Ok(prepared)
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(Code::MalformedExample, message)
}

/// The fields of a post's record; other names in an example are facts to state.
const POST_FIELDS: &[&str] = &[
    "text", "channel", "language", "author", "at", "content", "media", "labelled", "ghostwritten",
];

impl Prepared {
    fn object(
        &mut self,
        object: Object,
        name: &str,
        facts: &Map<String, Json>,
        manifest: &Manifest,
    ) -> Result<(), Problem> {
        let mut record = Map::new();
        for (fact, value) in facts {
            if object == Object::Post && POST_FIELDS.contains(&fact.as_str()) {
                record.insert(fact.clone(), value.clone());
            } else if object == Object::Activity && fact == "post" {
                let post = match value {
                    Json::String(text) => Post::of(text),
                    other => post_of(other.clone())?,
                };
                self.post = Some(post);
            } else {
                self.state(object, name, fact, value, manifest)?;
            }
        }
        if object == Object::Post {
            record.entry("text").or_insert_with(|| "".into());
            self.post = Some(post_of(record.into())?);
        }
        Ok(())
    }

    fn state(
        &mut self,
        object: Object,
        name: &str,
        fact_name: &str,
        value: &Json,
        manifest: &Manifest,
    ) -> Result<(), Problem> {
        let Some((slot, fact)) = object.fact(fact_name) else {
            let names = object.facts().iter().map(|fact| fact.name);
            return Err(malformed(format!("`{name}` has no fact `{fact_name}`"))
                .maybe_help(choose(fact_name, names)));
        };
        let full = format!("{name}.{fact_name}");
        match (fact.argument, value) {
            (None, value) => {
                self.stubs.insert((object, slot, None), stated(&full, fact, value, manifest)?);
            }
            (Some(_), Json::Object(answers)) => {
                for (argument, value) in answers {
                    let value = stated(&full, fact, value, manifest)?;
                    self.stubs.insert((object, slot, Some(argument.as_str().into())), value);
                }
            }
            (Some(_), _) => {
                return Err(malformed(format!("`{full}` is asked with an argument"))
                    .help(format!("state its answers, such as `{fact_name}: #{{ share: 3 }}`")));
            }
        }
        Ok(())
    }

    /// An activity has a kind, and the kind has a style.
    fn complete_activity(&mut self, manifest: &Manifest) -> Result<(), Problem> {
        let key = |fact: ActivityFact| (Object::Activity, fact as u8, None);
        let Some(Value::Text(kind)) = self.stubs.get(&key(ActivityFact::Kind)) else {
            return Err(malformed("the example does not say what was done")
                .help("begin with `#{ activity: #{ kind: \"share\" } }`"));
        };
        let style = manifest.kinds.get(kind).cloned();
        self.stubs.entry(key(ActivityFact::Style)).or_insert_with(|| style.into());
        Ok(())
    }
}

fn post_of(record: Json) -> Result<Post, Problem> {
    serde_json::from_value(record).map_err(|error| malformed(format!("the post cannot be read: {error}")))
}

/// A fact's value out of an example.
fn stated(name: &str, fact: &Fact, value: &Json, manifest: &Manifest) -> Result<Value, Problem> {
    let wrong = |wanted: &str| Err(malformed(format!("`{name}` is {wanted}, not `{value}`")));
    match (fact.kind, value) {
        (_, Json::Null) if fact.optional => Ok(Value::Unknown),
        (Type::Flag, Json::Bool(flag)) => Ok(Value::Flag(*flag)),
        (Type::Flag, _) => wrong("`true` or `false`"),
        (Type::Number(least, most), number) => match number.as_i64() {
            Some(number) if (least..=most).contains(&number) => Ok(Value::Number(number)),
            _ if most == crate::facts::LARGEST => wrong(&format!("a whole number from {least}")),
            _ => wrong(&format!("a whole number from {least} to {most}")),
        },
        (Type::Word(words), Json::String(text)) => {
            let known: Vec<&str> = match words {
                Words::Kinds => manifest.kinds.keys().map(|name| &**name).collect(),
                Words::Channels => manifest.channels.keys().map(|name| &**name).collect(),
                Words::Fixed(words) => words.to_vec(),
            };
            if known.contains(&text.as_str()) {
                return Ok(Value::from(text.as_str()));
            }
            Err(malformed(format!("`{name}` is never `{text}`"))
                .maybe_help(did_you_mean(text, known.iter().copied())))
        }
        (Type::Text, Json::String(text)) => Ok(Value::from(text.as_str())),
        (Type::Word(_) | Type::Text, _) => wrong("a text"),
    }
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
            for example in &rule.examples {
                report.examples += 1;
                fired |= self.run_example(&sandbox, index, rule, example, &mut report)?;
            }
            if rule.examples.is_empty() {
                report.without_examples.push(Arc::clone(&rule.id));
            }
            if !fired {
                report.never_fired.push(Arc::clone(&rule.id));
            }
        }
        for file in &self.files {
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
        let world = self.example_world(rule.folder, example)?;
        let (result, reads) = sandbox.run(self.file_of(rule), &rule.function, index, &world);
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
                rule: Arc::clone(&rule.id),
                file: self.files[rule.file].name.to_string(),
                line: example.line,
                expected: example.label.clone(),
                got: match &result {
                    Ok(returned) => told(rule.folder, returned),
                    Err(failure) => format!("a fault: {}", failure.message),
                },
                input: match &example.input {
                    Input::Text(text) => text.clone(),
                    Input::Map(map) => map.to_string(),
                },
                evidence: evidence(rule.folder, reads),
            });
        }
        Ok(!matches!(result, Ok(Returned::Nothing)))
    }

    /// The world that an example shows its rule.
    pub(crate) fn example_world(&self, folder: Folder, example: &Example) -> Result<Arc<World>, Error> {
        let prepared = prepare(folder, &example.input, &self.manifest)?;
        let at = prepared.post.as_ref().and_then(|post| post.at).unwrap_or(AT);
        let mut world = match &prepared.post {
            Some(post) => {
                let world = self.world_of(post, &CheckContext::default(), at)?;
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
