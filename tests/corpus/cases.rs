//! Cases: one question each, and what it must be answered with.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use plaudit_engine::Post;
use plaudit_engine::events::{Format, Log, People, read_events, read_people, read_record};
use plaudit_engine::simulation::{SimulationQuestion, USUAL_SAMPLES};
use plaudit_engine::standings::{Among, BoardQuestion, Span, TeamQuestion};
use plaudit_engine::{CheckContext, Error, History, Program, Records, Roster, Sources, canonical};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MANIFEST, contains, top};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) case: String,
    pub(crate) program: Value,
    pub(crate) check: Option<CheckCase>,
    pub(crate) score: Option<ScoreCase>,
    pub(crate) explain: Option<ScoreCase>,
    pub(crate) standing: Option<ScoreCase>,
    pub(crate) leaderboard: Option<ScoreCase>,
    pub(crate) team: Option<ScoreCase>,
    pub(crate) entitlements: Option<ScoreCase>,
    pub(crate) coach: Option<ScoreCase>,
    pub(crate) pair: Option<ScoreCase>,
    pub(crate) simulate: Option<ScoreCase>,
    /// The program that is simulated beside the one of the case, as that one is written.
    pub(crate) candidate: Option<Value>,
    pub(crate) expect: Option<Value>,
    pub(crate) refused: Option<Vec<String>>,
}

/// The words of a request, which is asked as it stands here where a door takes JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckCase {
    pub(crate) post: Value,
    #[serde(default)]
    pub(crate) people: Vec<Value>,
    #[serde(default)]
    pub(crate) events: Vec<Value>,
    pub(crate) at: String,
}

/// The words of a request, which is asked as it stands here where a door takes JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreCase {
    #[serde(default)]
    pub(crate) events: Vec<Value>,
    #[serde(default)]
    pub(crate) people: Vec<Value>,
    pub(crate) as_of: String,
    #[serde(default)]
    pub(crate) assume_consent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advocate: Option<String>,
    // What is explained, where it is a figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) figure: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) argument: Option<String>,
    // Which board, by the options of the command line; which team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) all_time: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) style: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) team: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) teams: Option<String>,
    // How it is simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) only: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fail_if: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) samples: Option<usize>,
}

impl ScoreCase {
    /// `department=Sales` in its two parts.
    pub(crate) fn team(&self) -> (Option<&str>, Option<&str>) {
        match self.team.as_deref().map(|team| team.split_once('=').ok_or(team)) {
            Some(Ok((by, name))) => (Some(by), Some(name)),
            Some(Err(by)) => (Some(by), None),
            None => (None, None),
        }
    }

    fn simulation(&self) -> SimulationQuestion {
        SimulationQuestion {
            only: self.only.as_deref().map(Into::into),
            fail_if: self.fail_if.iter().map(|limit| limit.parse().unwrap()).collect(),
            samples: self.samples.unwrap_or(USUAL_SAMPLES),
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
}

impl Case {
    /// What is asked of events and people, and in which words.
    pub(crate) fn job(&self) -> (&'static str, &ScoreCase) {
        let jobs = [
            ("score", &self.score),
            ("explain", &self.explain),
            ("standing", &self.standing),
            ("leaderboard", &self.leaderboard),
            ("team", &self.team),
            ("entitlements", &self.entitlements),
            ("coach", &self.coach),
            ("pair", &self.pair),
            ("simulate", &self.simulate),
        ];
        let mut given = jobs.into_iter().filter_map(|(name, job)| Some((name, job.as_ref()?)));
        given.next().expect("a case has a job")
    }

    /// Whether the Rust door's answer is what the case expects.
    pub(crate) fn judge(&self, rust: &Result<String, Error>) -> Result<(), String> {
        match (rust, &self.refused) {
            (Err(error), Some(codes)) => {
                let found: Vec<&str> =
                    error.problems().iter().map(|problem| problem.code.name()).collect();
                if found != codes.iter().map(String::as_str).collect::<Vec<_>>() {
                    return Err(format!("refused with {found:?}, expected {codes:?}\n{error}"));
                }
                Ok(())
            }
            (Err(error), None) => Err(format!("refused: {error}")),
            (Ok(document), Some(_)) => Err(format!("accepted, expected to be refused: {document}")),
            (Ok(document), None) => {
                let found: Vec<Value> =
                    document.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                match &self.expect {
                    Some(Value::Array(expected)) => {
                        contains("", &Value::from(expected.clone()), &found.into())
                    }
                    Some(expected) => contains("", expected, &found[0]),
                    None => Ok(()),
                }
            }
        }
    }

    /// The files of its program; nothing for the starter program.
    pub(crate) fn files(&self) -> Option<Files> {
        files_of(&self.program)
    }

    /// The files of the candidate; nothing where there is none.
    pub(crate) fn candidate(&self) -> Option<Files> {
        self.candidate.as_ref().and_then(files_of)
    }
}

/// Runs every case and fails with all that do not go as they should.
pub(crate) fn every_case(run: impl Fn(&Case) -> Result<(), String>) {
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
                let name = file.file_name().unwrap().display();
                failures.push(format!("{name}: {}\n{why}", case.case));
            }
        }
    }
    assert!(count > 0, "there are no cases");
    let all = failures.join("\n\n");
    assert!(failures.is_empty(), "{} of {count} cases fail\n\n{all}", failures.len());
}

pub(crate) type Files = BTreeMap<String, String>;

fn files_of(program: &Value) -> Option<Files> {
    if program == "starter" {
        return None;
    }
    let mut files: Files = serde_json::from_value(program.clone()).unwrap();
    files.entry("program.toml".to_owned()).or_insert_with(|| MANIFEST.to_owned());
    Some(files)
}

/// Puts the files of a program into `rules` of a folder.
pub(crate) fn write(folder: &Path, files: &Files) {
    for (path, text) in files {
        let path = folder.join("rules").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// A program's files for the Rust door.
pub(crate) fn sources(files: &Files) -> Sources {
    files.iter().fold(Sources::new(), |all, (path, text)| all.with(path, text.as_str()))
}

fn read(events: &[Value], who: &[Value]) -> Result<(Log, People), Error> {
    let mut log = Log::new();
    read_events(lines(events).as_bytes(), "events", Format::JsonLines, &mut log)?;
    Ok((log, read_people(lines(who).as_bytes(), "people", Format::JsonLines)?))
}

/// The Rust door's answer to a check.
pub(crate) fn checked(program: &Program, check: &CheckCase) -> Result<String, Error> {
    let (log, people) = read(&check.events, &check.people)?;
    let post: Post = read_record(&check.post.to_string(), "post")?;
    let history = (!log.is_empty()).then(|| History::new(program, &log, &people, false));
    let at = post.at.unwrap_or_else(|| check.at.parse().unwrap());
    let roster = Roster::new(&people, &log, Timestamp::MAX, false);
    let author = post.author.as_ref().and_then(|author| roster.person(author, at));
    let context = CheckContext { author: author.as_ref(), history: history.as_ref() };
    canonical(&program.check(&post, &context, at)?)
}

/// The Rust door's answer; a list is a document a line.
pub(crate) fn through_rust(case: &Case, files: Option<&Files>) -> Result<String, Error> {
    let program = match files {
        Some(files) => Program::from_sources(&sources(files))?,
        None => Program::load(top().join("rules"))?,
    };
    if let Some(check) = &case.check {
        return checked(&program, check);
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
            let (by, name) = (by.map(Into::into), name.map(Into::into));
            let window = job.window.as_deref().map(Into::into);
            canonical(&program.teams(&input, &TeamQuestion { by, name, window })?)
        }
        ("entitlements", advocate, _) => {
            canonical(&program.recognize(&input, advocate.as_deref())?)
        }
        ("coach", advocate, _) => canonical(&program.coach(&input, advocate.as_deref())?),
        ("pair", ..) => canonical(&program.pair(&input)?),
        ("simulate", ..) => {
            let files = case.candidate().expect("a simulation has a candidate");
            let candidate = Program::from_sources(&sources(&files))?;
            let goes_on = |_, _| ControlFlow::Continue(());
            canonical(&candidate.simulate(&program, &input, &job.simulation(), goes_on)?)
        }
        _ => canonical(&program.score(&input)?),
    }
}
