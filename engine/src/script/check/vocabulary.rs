//! The names that a program's rules may use.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Code, Problem, choose};
use crate::facts::{Argument, Words};

/// The names that rules may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) lexicons: Vec<String>,
    pub(crate) patterns: Vec<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) channels: Vec<String>,
    pub(crate) levels: Vec<String>,
    pub(crate) windows: Vec<String>,
    pub(crate) skills: Vec<String>,
    /// The guidelines, where every rule file could be read.
    pub(crate) guidelines: Option<Vec<String>>,
}

/// The names that an argument may be.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    code: Code,
    /// What they are names of.
    what: &'static str,
    pub(crate) names: Vec<&'a str>,
}

impl Vocabulary {
    /// What a fact may be asked with, by a rule with these thresholds; nothing where that is not
    /// known.
    pub(crate) fn named<'a>(
        &'a self,
        argument: Argument,
        thresholds: Option<&'a BTreeMap<Arc<str>, i64>>,
    ) -> Option<Named<'a>> {
        let (code, what, names) = match argument {
            Argument::Lexicon => (Code::UnknownLexicon, "lexicon", strings(&self.lexicons)),
            Argument::Pattern => (Code::UnknownPattern, "pattern", strings(&self.patterns)),
            Argument::Expression => {
                let mut all = strings(&self.lexicons);
                all.extend(strings(&self.patterns));
                (Code::UnknownLexicon, "lexicon or pattern", all)
            }
            Argument::Kind => (Code::UnknownKind, "activity kind", strings(&self.kinds)),
            Argument::Threshold => {
                let names = thresholds?.keys().map(|name| &**name).collect();
                (Code::UnknownThreshold, "threshold of this rule", names)
            }
            Argument::Window => (Code::UnknownName, "window", strings(&self.windows)),
            Argument::Skill => (Code::UnknownName, "skill", strings(&self.skills)),
            Argument::Guideline => {
                (Code::UnknownRule, "guideline rule", strings(self.guidelines.as_ref()?))
            }
            Argument::Style
            | Argument::Format
            | Argument::Metric
            | Argument::Group
            | Argument::Motivator => (Code::UnknownName, argument.name(), fixed(argument)),
        };
        Some(Named { code, what, names })
    }

    /// The words of a closed list.
    pub(crate) fn words(&self, words: Words) -> Vec<&str> {
        match words {
            Words::Kinds => strings(&self.kinds),
            Words::Channels => strings(&self.channels),
            Words::Levels => strings(&self.levels),
            Words::Fixed(words) => words.to_vec(),
        }
    }
}

impl Named<'_> {
    /// What is wrong with a name, where it is none of them.
    pub(crate) fn problem(&self, name: &str) -> Option<Problem> {
        if self.names.contains(&name) {
            return None;
        }
        let problem = Problem::new(self.code, format!("there is no {} `{name}`", self.what))
            .maybe_help(choose(name, self.names.iter().copied()));
        if self.code == Code::UnknownThreshold && problem.help.is_none() {
            let help = format!("set it in `program.toml`: [rules.NAME.thresholds] {name} = 10");
            return Some(problem.help(help));
        }
        Some(problem)
    }
}

fn fixed(argument: Argument) -> Vec<&'static str> {
    argument.words().unwrap_or_default().to_vec()
}

pub(super) fn strings(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
