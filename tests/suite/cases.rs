//! Runs the shared corpus through every door.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use plaudit_engine::Post;
use plaudit_engine::events::{Format, Log, People, read_events, read_people, read_record};
use plaudit_engine::standings::{Among, BoardQuestion, Span};
use plaudit_engine::{CheckContext, Error, History, Program, Records, Roster, Sources, canonical};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{MANIFEST, plaudit, stderr, stdout, top};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    program: Value,
    check: Option<CheckCase>,
    score: Option<ScoreCase>,
    explain: Option<ScoreCase>,
    standing: Option<ScoreCase>,
    leaderboard: Option<ScoreCase>,
    team: Option<ScoreCase>,
    entitlements: Option<ScoreCase>,
    coach: Option<ScoreCase>,
    pair: Option<ScoreCase>,
    expect: Option<Value>,
    refused: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckCase {
    post: Value,
    #[serde(default)]
    people: Vec<Value>,
    #[serde(default)]
    events: Vec<Value>,
    at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScoreCase {
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    people: Vec<Value>,
    as_of: String,
    #[serde(default)]
    assume_consent: bool,
    advocate: Option<String>,
    // What is explained, where it is a figure.
    figure: Option<String>,
    argument: Option<String>,
    // Which board, by the options of the command line; which team.
    window: Option<String>,
    period: Option<String>,
    #[serde(default)]
    all_time: bool,
    style: Option<String>,
    team: Option<String>,
    teams: Option<String>,
}

impl ScoreCase {
    /// `department=Sales` in its two parts.
    fn team(&self) -> (Option<&str>, Option<&str>) {
        match self.team.as_deref().map(|team| team.split_once('=').ok_or(team)) {
            Some(Ok((by, name))) => (Some(by), Some(name)),
            Some(Err(by)) => (Some(by), None),
            None => (None, None),
        }
    }

    fn question(&self) -> BoardQuestion {
        let span = match &self.window {
            Some(window) => Span::Window(window.as_str().into()),
            None if self.all_time => Span::AllTime,
            None => Span::Period,
        };
        let among = match (self.team(), &self.style, &self.teams) {
            ((Some(by), Some(name)), ..) => Among::Team(by.into(), name.into()),
            (_, Some(style), _) => Among::Style(style.as_str().into()),
            (.., Some(by)) => Among::Teams(by.as_str().into()),
            _ => Among::Everyone,
        };
        BoardQuestion { span, among, period: self.period.as_deref().map(Into::into) }
    }

    /// The same for the command line.
    fn options(&self) -> Vec<String> {
        let options = [
            ("--window", &self.window),
            ("--period", &self.period),
            ("--style", &self.style),
            ("--team", &self.team),
            ("--teams", &self.teams),
        ];
        let given = options.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let given = given.flat_map(|(name, value)| [(*name).to_owned(), value.clone()]);
        given.chain(self.all_time.then(|| "--all-time".to_owned())).collect()
    }
}

impl Case {
    /// What is asked of events and people, and in which words.
    fn job(&self) -> (&'static str, &ScoreCase) {
        let jobs = [
            ("score", &self.score),
            ("explain", &self.explain),
            ("standing", &self.standing),
            ("leaderboard", &self.leaderboard),
            ("team", &self.team),
            ("entitlements", &self.entitlements),
            ("coach", &self.coach),
            ("pair", &self.pair),
        ];
        let mut given = jobs.into_iter().filter_map(|(name, job)| Some((name, job.as_ref()?)));
        given.next().expect("a case has a job")
    }
}

#[test]
fn every_case_gives_what_it_expects_and_the_same_bytes_through_every_door() {
    let folder = top().join("tests/cases");
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "json"))
    {
        let cases: Vec<Case> = serde_json::from_str(&fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in cases {
            count += 1;
            if let Err(why) = run(&case) {
                failures.push(format!(
                    "{}: {}\n{why}",
                    file.file_name().unwrap().display(),
                    case.case
                ));
            }
        }
    }
    assert!(count > 0, "there are no cases");
    assert!(
        failures.is_empty(),
        "{} of {count} cases fail\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn run(case: &Case) -> Result<(), String> {
    let files = files_of(&case.program);
    let folder = tempfile::tempdir().unwrap();
    let rules = match &files {
        Some(files) => {
            write(folder.path(), files);
            folder.path().join("rules").display().to_string()
        }
        None => "rules".to_owned(),
    };
    let rust = through_rust(case, files.as_ref());
    match (&rust, &case.refused) {
        (Err(error), Some(codes)) => {
            let found: Vec<&str> =
                error.problems().iter().map(|problem| problem.code.name()).collect();
            if found != codes.iter().map(String::as_str).collect::<Vec<_>>() {
                return Err(format!("refused with {found:?}, expected {codes:?}\n{error}"));
            }
        }
        (Err(error), None) => return Err(format!("refused: {error}")),
        (Ok(document), Some(_)) => {
            return Err(format!("accepted, expected to be refused: {document}"));
        }
        (Ok(document), None) => {
            let found: Vec<Value> =
                document.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            match &case.expect {
                Some(Value::Array(expected)) => {
                    contains("", &Value::from(expected.clone()), &found.into())?;
                }
                Some(expected) => contains("", expected, &found[0])?,
                None => {}
            }
        }
    }
    let command_line = through_command_line(case, &rules, folder.path());
    match (rust, command_line) {
        (Ok(rust), Ok(command_line)) if rust == command_line => Ok(()),
        (Err(_), Err(message)) if message.contains("error[") => Ok(()),
        (rust, command_line) => Err(format!(
            "the doors differ\n  Rust: {}\n  command line: {}",
            rust.unwrap_or_else(|error| error.to_string()),
            command_line.unwrap_or_else(|error| error)
        )),
    }
}

type Files = BTreeMap<String, String>;

fn files_of(program: &Value) -> Option<Files> {
    if program == "starter" {
        return None;
    }
    let mut files: Files = serde_json::from_value(program.clone()).unwrap();
    files.entry("program.toml".to_owned()).or_insert_with(|| MANIFEST.to_owned());
    Some(files)
}

fn write(folder: &Path, files: &Files) {
    for (path, text) in files {
        let path = folder.join("rules").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn through_rust(case: &Case, files: Option<&Files>) -> Result<String, Error> {
    let program = match files {
        Some(files) => {
            let sources = files
                .iter()
                .fold(Sources::new(), |all, (path, text)| all.with(path, text.as_str()));
            Program::from_sources(&sources)?
        }
        None => Program::load(top().join("rules"))?,
    };
    let read = |events: &[Value], who: &[Value]| -> Result<(Log, People), Error> {
        let mut log = Log::new();
        read_events(lines(events).as_bytes(), "events", Format::JsonLines, &mut log)?;
        Ok((log, read_people(lines(who).as_bytes(), "people", Format::JsonLines)?))
    };
    if let Some(check) = &case.check {
        let (log, people) = read(&check.events, &check.people)?;
        let post: Post = read_record(&check.post.to_string(), "post")?;
        let history = (!log.is_empty()).then(|| History::new(&program, &log, &people, false));
        let at = post.at.unwrap_or_else(|| check.at.parse().unwrap());
        let roster = Roster::new(&people, &log, Timestamp::MAX, false);
        let author = post.author.as_ref().and_then(|author| roster.person(author, at));
        let context = CheckContext { author: author.as_ref(), history: history.as_ref() };
        return canonical(&program.check(&post, &context, at)?);
    }
    let (name, job) = case.job();
    let (log, people) = read(&job.events, &job.people)?;
    let input = Records {
        log: &log,
        people: &people,
        as_of: job.as_of.parse().unwrap(),
        assume_consent: job.assume_consent,
    };
    match (name, &job.advocate, &job.figure) {
        ("explain", Some(advocate), Some(figure)) => {
            canonical(&program.explain_figure(&input, advocate, figure, job.argument.as_deref())?)
        }
        ("explain", Some(advocate), None) => canonical(&program.explain(&input, advocate)?),
        ("standing", Some(advocate), _) => canonical(&program.standing(&input, advocate)?),
        ("standing", None, _) => {
            let lines: Result<Vec<String>, Error> =
                program.standings(&input)?.iter().map(canonical).collect();
            Ok(lines?.join("\n"))
        }
        ("leaderboard", ..) => canonical(&program.leaderboard(&input, &job.question())?),
        ("team", ..) => {
            let (by, name) = job.team();
            canonical(&program.teams(&input, by, name)?)
        }
        ("entitlements", advocate, _) => {
            canonical(&program.recognize(&input, advocate.as_deref())?)
        }
        ("coach", advocate, _) => canonical(&program.coach(&input, advocate.as_deref())?),
        ("pair", ..) => canonical(&program.pair(&input)?),
        _ => canonical(&program.score(&input)?),
    }
}

/// The document, or standard error where there is none.
fn through_command_line(case: &Case, rules: &str, folder: &Path) -> Result<String, String> {
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mut arguments: Vec<String> = vec!["--rules".to_owned(), rules.to_owned()];
    let records = |events: &[Value], people: &[Value], arguments: &mut Vec<String>| {
        arguments.extend(["--activities".to_owned(), file("events.jsonl", lines(events))]);
        if !people.is_empty() {
            arguments.extend(["--people".to_owned(), file("people.jsonl", lines(people))]);
        }
    };
    if let Some(check) = &case.check {
        arguments.extend(["check".to_owned(), "--json".to_owned()]);
        records(&check.events, &check.people, &mut arguments);
        arguments.extend(["--at".to_owned(), check.at.clone()]);
        arguments.push(file("post.json", check.post.to_string()));
    } else {
        let (name, job) = case.job();
        arguments.push(name.to_owned());
        match (name, &job.advocate) {
            ("standing", None) => arguments.push("--everyone".to_owned()),
            ("team", _) => arguments.extend(job.team.clone()),
            ("leaderboard", _) => arguments.extend(job.options()),
            (_, advocate) => arguments.extend(advocate.clone()),
        }
        arguments.extend(job.figure.iter().chain(&job.argument).cloned());
        arguments.push("--json".to_owned());
        records(&job.events, &job.people, &mut arguments);
        arguments.extend(["--as-of".to_owned(), job.as_of.clone()]);
        if job.assume_consent {
            arguments.push("--assume-consent".to_owned());
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = plaudit(&arguments);
    match output.status.code() {
        Some(0 | 1) => Ok(stdout(&output).trim_end().to_owned()),
        _ => Err(stderr(&output)),
    }
}

/// Whether `found` has all that `expected` names.
pub(crate) fn contains(path: &str, expected: &Value, found: &Value) -> Result<(), String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (name, expected) in expected {
                let path = format!("{path}.{name}");
                let found = found.get(name).unwrap_or(&Value::Null);
                contains(&path, expected, found)?;
            }
            Ok(())
        }
        (Value::Array(expected), Value::Array(all)) => {
            if expected.len() != all.len() {
                return Err(format!(
                    "  {path}: {} items, expected {}: {found}",
                    all.len(),
                    expected.len()
                ));
            }
            for (index, (expected, found)) in expected.iter().zip(all).enumerate() {
                contains(&format!("{path}[{index}]"), expected, found)?;
            }
            Ok(())
        }
        (expected, found) if expected == found => Ok(()),
        (expected, found) => Err(format!("  {path}: {found}, expected {expected}")),
    }
}
