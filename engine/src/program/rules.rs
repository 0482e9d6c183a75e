//! Reads rule files: which functions are rules, what their doc comments say, which of its lines
//! are examples.

use std::sync::Arc;

use crate::error::{Code, MOST_PROBLEMS, Place, Problem, Source, choose, did_you_mean};
use crate::facts::{Folder, Object};
use crate::script::{File, Function, Sandbox, constant_map, function_place};
use crate::severity::Severity;

/// What an example says its rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The rule gives nothing back: it does not apply, or all is well.
    Nothing,
    /// The gravest finding has this severity.
    Severity(Severity),
    /// The rule gives these points.
    Points(i64),
    /// The rule gives what has these ids, or topics, in this order.
    Gives(Vec<String>),
}

/// An example out of a doc comment.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) label: String,
    pub(crate) expected: Expected,
    pub(crate) input: Input,
    pub(crate) line: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The text of a post.
    Text(String),
    /// The objects that the rule is shown, as one map.
    Map(serde_json::Value),
}

/// A rule as its file has it.
#[derive(Clone, Debug)]
pub(crate) struct RuleText {
    pub(crate) id: Arc<str>,
    pub(crate) place: Place,
    pub(crate) title: Arc<str>,
    pub(crate) help: Arc<str>,
    /// What is written of it, up to the next rule.
    pub(crate) text: Arc<str>,
    pub(crate) function: Function,
    pub(crate) examples: Vec<Example>,
    /// Whether it takes only what there is; otherwise what follows from that would be told, too.
    pub(crate) sound: bool,
}

/// An example that goes on for longer was never closed, in bytes.
const LONGEST_EXAMPLE: usize = 4_096;
/// There are not that many objects that a rule may take.
const MOST_PARAMETERS: usize = 16;

/// The public functions of a file as rules.
pub(super) fn read(
    sandbox: &Sandbox,
    source: &Source<'_>,
    file: &File,
    folder: Folder,
    brand: &str,
    problems: &mut Vec<Problem>,
) -> Vec<RuleText> {
    let mut rules = Vec::new();
    for function in file.functions() {
        if !function.public || folder == Folder::Lib {
            continue;
        }
        let place = function_place(source, function);
        let known = problems.len();
        let parameters = parameters(source, place, folder, &function.parameters, problems);
        let sound = problems.len() == known;
        let doc = Doc::above(source, place.line);
        if doc.lines.is_empty() {
            let problem = Problem::new(
                Code::MissingDoc,
                format!("the rule `{}` has no doc comment", function.name),
            )
            .help("write `/// What to do, in a sentence.` above it: employees read it; a helper is a `private fn`");
            problems.push(problem.at(source, place));
        }
        let parts = doc.parts(sandbox, source, folder, brand, problems);
        if !doc.lines.is_empty() && parts.title.is_empty() {
            let problem = Problem::new(
                Code::MissingDoc,
                format!("the doc comment of `{}` does not begin with a title", function.name),
            )
            .help("its first line says what to do, in a sentence");
            problems.push(problem.at(source, place));
        }
        rules.push(RuleText {
            id: function.name.as_str().into(),
            place,
            title: parts.title.into(),
            help: parts.help.into(),
            text: Arc::default(),
            function: Function::new(file, &function.name, parameters),
            examples: parts.examples,
            sound,
        });
    }
    rules.sort_by_key(|rule| rule.place.line);
    keep_texts(source.text, &mut rules);
    rules
}

/// Gives rules, in the order of their lines, what is written of each: from its doc comment up to that
/// of the next one.
fn keep_texts(source: &str, rules: &mut [RuleText]) {
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    let begin = |rule: &RuleText| {
        let before = lines.iter().take(rule.place.line.saturating_sub(1)).rev();
        let comment = before.take_while(|line| line.trim_start().starts_with("///")).count();
        rule.place.line.saturating_sub(1 + comment)
    };
    let begins: Vec<usize> = rules.iter().map(begin).chain([lines.len()]).collect();
    for (rule, span) in rules.iter_mut().zip(begins.windows(2)) {
        let own = lines.get(span[0]..span[1]).unwrap_or_default().concat();
        rule.text = own.trim_end().into();
    }
}

fn parameters(
    source: &Source<'_>,
    place: Place,
    folder: Folder,
    names: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<Object> {
    let known = folder.parameters();
    let line = source.text.lines().nth(place.line - 1).unwrap_or_default();
    let mut objects = Vec::new();
    for name in names.iter().take(MOST_PARAMETERS) {
        match known.iter().find(|(known, _)| known == name) {
            Some((_, object)) => objects.push(*object),
            None => {
                let column = parameter_column(line, name).unwrap_or(place.column);
                let at = Place { line: place.line, column, length: name.chars().count() };
                let problem = Problem::new(
                    Code::UnknownParameter,
                    format!("a rule in `{}` cannot take `{name}`", folder.name()),
                )
                .maybe_help(choose(name, known.iter().map(|(name, _)| *name)));
                problems.push(problem.at(source, at));
            }
        }
    }
    if names.is_empty() {
        let problem = Problem::new(
            Code::UnknownParameter,
            "the rule takes nothing, so it can look at nothing",
        )
        .maybe_help(choose("", known.iter().map(|(name, _)| *name)));
        problems.push(problem.at(source, place));
    }
    let about = [Object::Standing, Object::Person, Object::Team];
    let nobody = !about.iter().any(|object| objects.contains(object));
    let of_people = matches!(folder, Folder::Recognition | Folder::Coaching);
    // A parameter that is not known may be one of them, misspelt.
    if of_people && nobody && !names.is_empty() && objects.len() == names.len() {
        let problem = Problem::new(Code::UnknownParameter, "the rule looks at nobody")
            .help("it takes at least one of `standing`, `person` and `team`; with `team` and neither of the others it runs once for each team");
        problems.push(problem.at(source, place));
    }
    objects
}

fn parameter_column(line: &str, name: &str) -> Option<usize> {
    let open = line.find('(')?;
    let at = line[open..].match_indices(name).map(|(at, _)| open + at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part(before) && !part(after)
    })?;
    Some(line[..at].chars().count() + 1)
}

/// The doc comment above a function: each line's number, column and text.
struct Doc<'a> {
    lines: Vec<(usize, usize, &'a str)>,
}

#[derive(Default)]
struct Parts {
    title: String,
    help: String,
    examples: Vec<Example>,
}

impl<'a> Doc<'a> {
    fn above(source: &Source<'a>, function_line: usize) -> Self {
        let all: Vec<&str> = source.text.lines().collect();
        let mut lines = Vec::new();
        for number in (1..function_line).rev() {
            let line = all.get(number - 1).copied().unwrap_or_default();
            let start = line.trim_start();
            let Some(text) = start.strip_prefix("///") else { break };
            let text = text.strip_prefix(' ').unwrap_or(text);
            let column = line.chars().count() - text.chars().count() + 1;
            lines.push((number, column, text));
        }
        lines.reverse();
        Self { lines }
    }

    /// Sorts the lines into title, explanation and examples.
    fn parts(
        &self,
        sandbox: &Sandbox,
        source: &Source<'_>,
        folder: Folder,
        brand: &str,
        problems: &mut Vec<Problem>,
    ) -> Parts {
        let mut parts = Parts::default();
        let mut paragraphs: Vec<String> = vec![String::new()];
        let mut lines = self.lines.iter().copied().peekable();
        if let Some((_, _, first)) = lines.peek()
            && label(first).is_none_or(|(word, rest)| expected(folder, word, rest).is_none())
        {
            parts.title = filled(first.trim(), brand);
            lines.next();
        }
        while let Some((number, column, text)) = lines.next() {
            if problems.len() >= 10 * MOST_PROBLEMS {
                break;
            }
            let Some((word, rest)) = label(text) else {
                add(&mut paragraphs, text);
                continue;
            };
            let Some(expected) = expected(folder, word, rest) else {
                if let Some(near) = near_label(folder, word) {
                    let at = Place { line: number, column, length: word.chars().count() };
                    let problem = Problem::new(
                        Code::MalformedExample,
                        format!("`{word}:` looks like an example but is read as explanation"),
                    )
                    .help(near);
                    problems.push(problem.warning().at(source, at));
                }
                add(&mut paragraphs, text);
                continue;
            };
            let mut input = rest.trim().to_owned();
            while input.starts_with("#{") && input.len() < LONGEST_EXAMPLE && !balanced(&input) {
                let Some((_, _, more)) = lines.next() else { break };
                input.push('\n');
                input.push_str(more.trim());
            }
            let at = Place { line: number, column, length: text.trim_end().chars().count().max(1) };
            match example(sandbox, folder, &input, brand) {
                Ok(input) => {
                    parts.examples.push(Example {
                        label: word.to_owned(),
                        expected,
                        input,
                        line: number,
                    });
                }
                Err(problem) => problems.push(problem.at(source, at)),
            }
        }
        let full: Vec<String> = paragraphs.into_iter().filter(|text| !text.is_empty()).collect();
        parts.help = filled(&full.join("\n\n"), brand);
        parts
    }
}

fn add(paragraphs: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        paragraphs.push(String::new());
    } else if let Some(last) = paragraphs.last_mut() {
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(text);
    }
}

/// Puts the brand's name where a text says `{brand}`.
pub(crate) fn filled(text: &str, brand: &str) -> String {
    text.replace("{brand}", brand)
}

/// A line that begins with one word and a colon; ids that are given together, and the level of a
/// badge, are part of it.
fn label(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.split_once(':')?;
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '/');
    let one_word = !word.is_empty() && word.chars().all(part);
    let spaced = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (one_word && spaced).then_some((word, rest))
}

fn expected(folder: Folder, word: &str, input: &str) -> Option<Expected> {
    match folder {
        Folder::Guidelines if word == "clear" => Some(Expected::Nothing),
        Folder::Guidelines => Severity::of(word).map(Expected::Severity),
        Folder::Scoring if word == "none" => Some(Expected::Nothing),
        Folder::Scoring if word.starts_with('+') => None,
        Folder::Scoring => {
            word.parse::<i64>().ok().filter(|points| *points >= 0).map(Expected::Points)
        }
        // Any word may be an id; without a map behind it, it is a word of the explanation.
        Folder::Recognition | Folder::Coaching if !input.trim_start().starts_with("#{") => None,
        Folder::Recognition | Folder::Coaching if word == "none" => Some(Expected::Nothing),
        Folder::Recognition | Folder::Coaching => {
            Some(Expected::Gives(word.split('+').map(str::to_owned).collect()))
        }
        Folder::Lib => None,
    }
}

/// Why a word is nearly a label, where it is.
fn near_label(folder: Folder, word: &str) -> Option<String> {
    let labels: &[&str] = match folder {
        Folder::Guidelines => &["clear", "advise", "revise", "review", "block"],
        Folder::Scoring => &["none"],
        Folder::Recognition | Folder::Coaching | Folder::Lib => &[],
    };
    if folder == Folder::Scoring && word.parse::<i64>().is_ok() {
        return Some(
            "points are never negative; write `none` where the rule does not apply".to_owned(),
        );
    }
    did_you_mean(word, labels.iter().copied())
}

fn example(sandbox: &Sandbox, folder: Folder, input: &str, brand: &str) -> Result<Input, Problem> {
    let wrong = |message: String| Problem::new(Code::MalformedExample, message);
    if input.is_empty() {
        return Err(wrong("the example is empty".to_owned()).help(match folder {
            Folder::Guidelines => "write the text of a post behind the label",
            _ => "write a map behind the label, such as `#{ activity: #{ kind: \"share\" } }`",
        }));
    }
    if !input.starts_with("#{") {
        return match folder {
            Folder::Guidelines => Ok(Input::Text(filled(input, brand))),
            _ => Err(wrong("an example of a scoring rule is a map".to_owned())
                .help("such as `#{ activity: #{ kind: \"share\" } }`")),
        };
    }
    let mut map = constant_map(sandbox, input).map_err(wrong)?;
    fill_texts(&mut map, brand);
    Ok(Input::Map(map))
}

/// Fills in the brand after the map is read, so that quotes in a name do no harm.
fn fill_texts(value: &mut serde_json::Value, brand: &str) {
    match value {
        serde_json::Value::String(text) => *text = filled(text, brand),
        serde_json::Value::Array(items) => {
            items.iter_mut().for_each(|item| fill_texts(item, brand))
        }
        serde_json::Value::Object(entries) => {
            entries.values_mut().for_each(|entry| fill_texts(entry, brand));
        }
        _ => {}
    }
}

/// Whether every brace is closed, texts in quotes left out.
fn balanced(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    depth == 0 && !quoted
}
