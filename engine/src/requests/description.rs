//! What a program is: its rules in their own words, and which facts about people they read.

use schemars::JsonSchema;
use serde::Serialize;

use crate::facts::Folder;
use crate::program::{Program, Rule};

/// What a program is.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "ProgramDescription", deny_unknown_fields, transform = crate::schema::written)]
pub struct Description<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its content hash.
    pub version: &'a str,
    /// Its rules, by id.
    pub rules: Vec<Described<'a>>,
    /// The channels that it declares.
    pub channels: Vec<&'a str>,
    /// The windows that figures look back over, such as `30_days`; shortest first.
    pub windows: Vec<&'a str>,
    /// A group of fewer people shows nothing.
    pub minimum_group: usize,
    /// Whether figures about single people are shown to themselves only.
    pub aggregate_only: bool,
}

/// What a rule is.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "RuleDescription", deny_unknown_fields, transform = crate::schema::written)]
pub struct Described<'a> {
    /// Its name.
    pub id: &'a str,
    /// The folder it stands in.
    #[schemars(extend("enum" = Folder::ALL.map(Folder::name)))]
    pub folder: &'static str,
    /// The first line of its doc comment.
    pub title: &'a str,
    /// The rest of its doc comment, without the examples.
    pub help: &'a str,
    /// Whether it is switched on.
    pub enabled: bool,
    /// The file that it stands in.
    pub file: &'a str,
    /// Its line there, from 1.
    pub line: usize,
    /// The facts that it may read, on any way through it.
    pub reads: Vec<Fact>,
    /// The ids of grants and suggestions, and the topics of mentoring, that it may give.
    pub gives: Vec<&'a str>,
}

/// A fact that a rule may read.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "ReadFact", deny_unknown_fields, transform = crate::schema::written)]
pub struct Fact {
    /// By the name that the rule uses.
    pub fact: String,
    /// Whether it tells something about a person.
    pub personal: bool,
}

impl Program {
    /// What the program is.
    pub fn describe(&self) -> Description<'_> {
        Description {
            name: self.name(),
            version: self.version(),
            rules: self.rules().iter().map(|rule| self.described(rule)).collect(),
            channels: self.channels().collect(),
            windows: self.windows().collect(),
            minimum_group: self.minimum_group(),
            aggregate_only: self.is_aggregate_only(),
        }
    }

    fn described<'a>(&'a self, rule: &'a Rule) -> Described<'a> {
        let (file, line) = self.place_of(rule);
        let reads = rule.data_use().into_iter().map(|(fact, personal)| Fact { fact, personal });
        Described {
            id: rule.id(),
            folder: Folder::name(rule.folder()),
            title: rule.title(),
            help: rule.help(),
            enabled: rule.enabled(),
            file,
            line,
            reads: reads.collect(),
            gives: rule.gives().iter().map(|id| &**id).collect(),
        }
    }
}
