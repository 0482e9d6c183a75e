//! What guidelines say, in the language of the post: a file a language, with a table for each rule.
//!
//! ```toml
//! [disclose_employer]
//! title = "Sag, dass du hier arbeitest."
//! help = "Wer etwas empfiehlt, soll sagen, was ihn damit verbindet."
//! "Say that you work for {brand}." = "Sag dazu, dass du bei {brand} arbeitest."
//! ```
//!
//! On the left stands what the rule says, letter by letter. What is not there is said as the rule says it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Rule, filled};
use crate::error::{Code, Problem, Source, choose};
use crate::facts::Folder;
use crate::table::{Report, Table, parse};
use crate::text;

/// What rules say in other languages, by language and rule.
pub(super) type Translations = BTreeMap<String, BTreeMap<Arc<str>, Translation>>;

/// What a rule says in another language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Translation {
    pub(crate) title: Option<Arc<str>>,
    pub(crate) help: Option<Arc<str>>,
    /// By what the rule says; the brand is not filled in yet.
    said: BTreeMap<String, String>,
}

/// How much of a text must be left, of 1, for a changed text to be taken for it.
const ALIKE: f64 = 0.4;

impl Translation {
    /// What is said instead of something, where anything is.
    pub(crate) fn of(&self, said: &str) -> Option<&str> {
        self.said.get(said).map(String::as_str)
    }
}

/// Reads a file, from its name without `translations/` and `.toml` (`de`). `scripts_of` has the
/// names and texts of the scripts that what a rule says may stand in, its own first.
pub(super) fn read<'t>(
    language: &str,
    source: Source<'_>,
    rules: &[Rule],
    scripts_of: &dyn Fn(&Rule) -> Vec<(&'t str, &'t str)>,
    brand: &str,
) -> (BTreeMap<Arc<str>, Translation>, Vec<Problem>) {
    let report = Report::new(source);
    let document = parse(&report);
    let root = Table::named(&report, &document, "translations");
    if !text::is_language(language) {
        let message = format!("`{language}` is not the code of a language");
        let help = "call the file by a code of ISO 639-1, such as `translations/de.toml`";
        root.problem(Problem::new(Code::WrongValue, message).help(help), 0..0);
    }
    let guidelines = || rules.iter().filter(|rule| rule.folder() == Folder::Guidelines);
    let mut translations = BTreeMap::new();
    for (name, range) in root.names() {
        let Some(table) = root.need_table(name) else { continue };
        let Some(rule) = guidelines().find(|rule| rule.id() == name) else {
            let problem =
                Problem::new(Code::UnknownRule, format!("there is no guideline `{name}`"));
            let problem = problem.maybe_help(choose(name, guidelines().map(Rule::id)));
            root.problem(problem.warning(), range);
            continue;
        };
        let mut translation = Translation::default();
        for (said, range) in table.names() {
            let Some(words) = table.text(said) else { continue };
            match said {
                "title" => translation.title = Some(filled(words.value, brand).into()),
                "help" => translation.help = Some(filled(words.value, brand).into()),
                said => {
                    let (scripts, written) = (scripts_of(rule), as_written(said));
                    if !scripts.iter().any(|(_, script)| script.contains(&written)) {
                        let file = scripts.first().map_or("", |(file, _)| file);
                        table.problem(unsaid(rule, file, said).warning(), range);
                    }
                    translation.said.insert(said.to_owned(), words.value.to_owned());
                }
            }
        }
        translations.insert(Arc::clone(rule.shared_id()), translation);
    }
    (translations, report.into_problems())
}

/// How a text stands in a script.
fn as_written(said: &str) -> String {
    let written = said.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{written}\"")
}

/// What is translated, and a rule in this file does not say.
fn unsaid(rule: &Rule, file: &str, said: &str) -> Problem {
    let message = format!("`{}` in {file} does not say this, word by word", rule.id());
    // What it says now is the text most like it.
    let alike = |text: &String| strsim::normalized_levenshtein(said, text);
    let nearest = texts(rule.text()).into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let help = match nearest.filter(|text| alike(text) >= ALIKE) {
        Some(text) => {
            format!("it says “{text}”: put that on the left, and look at the translation")
        }
        None => "put on the left what stands in the rule, letter by letter".to_owned(),
    };
    Problem::new(Code::Advice, message).help(help)
}

/// The texts in quotes of a script, as they are written there but for their escapes.
fn texts(script: &str) -> Vec<String> {
    let code = script.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut texts = Vec::new();
    for line in code {
        let mut characters = line.chars();
        while characters.by_ref().any(|character| character == '"') {
            let mut text = String::new();
            while let Some(character) = characters.next().filter(|character| *character != '"') {
                text.extend(if character == '\\' { characters.next() } else { Some(character) });
            }
            texts.push(text);
        }
    }
    texts
}
