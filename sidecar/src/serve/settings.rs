//! How the service is set up: a file, over it the environment, over that the command line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plaudit_engine::journal::Address;
use plaudit_engine::{Code, Error, Problem};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// What the names of settings in the environment begin with: `PLAUDIT_LIMITS_BODY_BYTES`.
const PREFIX: &str = "PLAUDIT_";
/// The largest file of settings, in bytes.
const LARGEST: u64 = 1 << 20;

/// All settings, each with what it is where nobody says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The address to listen on; port 0 takes any that is free.
    pub(crate) listen: SocketAddr,
    /// The program directory; where it is not said and there is no `rules`, the starter program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<PathBuf>,
    /// The journal, a file or the address of a database; it is made where it is not there.
    pub(crate) journal: Address,
    /// The file of keys.
    pub(crate) keys: PathBuf,
    /// Whether people without a word on consent are taken for willing.
    pub(crate) assume_consent: bool,
    /// Whether the program directory is watched, and a program that changes is taken up.
    pub(crate) watch: bool,
    /// Whether every rule is run by the interpreter alone: slower, and with the same results.
    pub(crate) interpret: bool,
    /// Threads that serve connections; 0 is one a core.
    pub(crate) threads: usize,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
    pub(crate) decisions: Decisions,
    pub(crate) awards: Awards,
    pub(crate) retention: Retention,
}

/// What is too much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// The longest body of a request, in bytes.
    pub(crate) body_bytes: usize,
    /// The most posts or events of a request.
    pub(crate) batch: usize,
    /// How long a request may take to arrive, in seconds.
    pub(crate) arrival_seconds: u64,
    /// How long an answer may take, in seconds.
    pub(crate) answer_seconds: u64,
    /// How many questions that take long are answered at once …
    pub(crate) questions: usize,
    /// … and how many may wait for their turn.
    pub(crate) waiting: usize,
    /// How many requests that record may wait for the disk.
    pub(crate) recording: usize,
    /// How many requests a caller may make in a minute; 0 is any number.
    pub(crate) per_minute: u32,
    /// How many connections there may be at once.
    pub(crate) connections: usize,
}

/// What is told of running.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// How much: `error`, `warn`, `info`, `debug`.
    pub(crate) level: Level,
    /// As text for people or JSON for programs.
    pub(crate) format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The log of checks: which rules spoke, never what somebody wrote nor who it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Decisions {
    /// The file; without one nothing is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<PathBuf>,
    /// How many may wait to be written.
    pub(crate) waiting: usize,
    /// What becomes of one for which there is no room.
    pub(crate) overflow: Overflow,
    /// How long the file gets before it makes way for a new one; one old file is kept.
    pub(crate) file_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Overflow {
    /// It is left out, and counted.
    Drop,
    /// The check waits until there is room.
    Wait,
}

/// Award runs by the calendar of the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Awards {
    /// How often; without it people run awards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<Every>,
    /// The hour of the day, from 0 to 23, in the program's time zone. The run looks at what happened
    /// before that day.
    pub(crate) hour: i8,
    /// Who is on record as having run it.
    pub(crate) by: String,
}

/// When what is past its age by the program goes, by the calendar of the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    /// How often; without it people have it done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<Every>,
    /// The hour of the day, from 0 to 23, in the program's time zone. Ages are counted back from the
    /// beginning of that day.
    pub(crate) hour: i8,
    /// Who is on record as having asked for it.
    pub(crate) by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Every {
    Day,
    Week,
    Month,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            rules: None,
            journal: Address::of("plaudit.db"),
            keys: "plaudit-keys.json".into(),
            assume_consent: false,
            watch: true,
            interpret: false,
            threads: 0,
            limits: Limits::default(),
            log: Log::default(),
            decisions: Decisions::default(),
            awards: Awards::default(),
            retention: Retention::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            batch: 10_000,
            arrival_seconds: 10,
            answer_seconds: 60,
            questions: 4,
            waiting: 64,
            recording: 4_096,
            per_minute: 0,
            connections: 10_000,
        }
    }
}

impl Limits {
    pub(crate) fn arrival(&self) -> Duration {
        Duration::from_secs(self.arrival_seconds)
    }

    pub(crate) fn answer(&self) -> Duration {
        Duration::from_secs(self.answer_seconds)
    }

    pub(crate) fn per_minute(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.per_minute)
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: Level::Info, format: LogFormat::Text }
    }
}

impl Default for Decisions {
    fn default() -> Self {
        Self { file: None, waiting: 10_000, overflow: Overflow::Drop, file_bytes: 100 << 20 }
    }
}

impl Default for Awards {
    fn default() -> Self {
        Self { every: None, hour: 6, by: "scheduled award run".to_owned() }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { every: None, hour: 5, by: "scheduled retention".to_owned() }
    }
}

/// An hour that no day has.
fn no_hour(name: &str, hour: i8) -> Option<Problem> {
    let message = format!("there is no hour {hour} of a day");
    let problem = || Problem::new(Code::WrongValue, message).field(name).help("from 0 to 23");
    (!(0..24).contains(&hour)).then(problem)
}

impl Settings {
    /// The settings of a file, where one is named, of the environment and of the command line; those
    /// of the command line come as a table with what was said there.
    pub(crate) fn of(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        said: Table,
    ) -> Result<Self, Error> {
        let mut all = match file {
            Some(path) => of_file(path)?,
            None => Table::new(),
        };
        merge(&mut all, of_environment(environment)?);
        merge(&mut all, said);
        let settings: Self = all.try_into().map_err(|error: toml::de::Error| {
            Problem::new(
                Code::WrongValue,
                format!("the settings cannot be used: {}", error.message()),
            )
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether they make sense together.
    fn check(&self) -> Result<(), Error> {
        let within = |name: &str, value: u64, least: u64, most: u64| {
            let message = format!("`{name}` is {value}, and should be from {least} to {most}");
            let wrong = !(least..=most).contains(&value);
            wrong.then(|| Problem::new(Code::WrongValue, message).field(name))
        };
        let Limits { body_bytes, batch, questions, waiting, recording, connections, .. } =
            self.limits;
        let problems = [
            within("threads", self.threads as u64, 0, 1_024),
            within("limits.body_bytes", body_bytes as u64, 1, 1 << 30),
            within("limits.batch", batch as u64, 1, 1_000_000),
            within("limits.arrival_seconds", self.limits.arrival_seconds, 1, 3_600),
            within("limits.answer_seconds", self.limits.answer_seconds, 1, 3_600),
            within("limits.questions", questions as u64, 1, 1_024),
            within("limits.waiting", waiting as u64, 0, 1_000_000),
            within("limits.recording", recording as u64, 1, 1_000_000),
            within("limits.connections", connections as u64, 1, 1_000_000),
            within("decisions.waiting", self.decisions.waiting as u64, 1, 1_000_000),
            within("decisions.file_bytes", self.decisions.file_bytes, 1, 1 << 50),
            no_hour("awards.hour", self.awards.hour),
            no_hour("retention.hour", self.retention.hour),
        ];
        match problems.into_iter().flatten().next() {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}

fn of_file(path: &Path) -> Result<Table, Error> {
    let name = path.display().to_string();
    let cannot = |error: std::io::Error| {
        Problem::new(Code::Unreadable, format!("`{name}` cannot be read: {error}")).file(&name)
    };
    if std::fs::metadata(path).map_err(cannot)?.len() > LARGEST {
        return Err(Problem::new(Code::TooLarge, format!("`{name}` is too large"))
            .file(&name)
            .into());
    }
    let text = std::fs::read_to_string(path).map_err(cannot)?;
    let placed = |code: Code, error: &toml::de::Error| {
        let problem = Problem::new(code, error.message().to_owned()).file(&name);
        let Some(span) = error.span() else { return problem };
        let source = plaudit_engine::error::Source { file: &name, text: &text };
        problem.at(&source, source.place(span))
    };
    // Read as settings, too, so that what is wrong is told with its line.
    toml::from_str::<Settings>(&text).map_err(|error| {
        let unknown = error.message().starts_with("unknown field");
        placed(if unknown { Code::UnknownSetting } else { Code::WrongValue }, &error)
    })?;
    Ok(text.parse::<Table>().map_err(|error| placed(Code::Syntax, &error))?)
}

/// The settings that the environment has. A variable with our prefix that is no setting is refused:
/// it is a slip of the pen.
fn of_environment(all: impl IntoIterator<Item = (String, String)>) -> Result<Table, Error> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let defaults = Table::try_from(Settings {
        rules: Some(PathBuf::new()),
        decisions: Decisions { file: Some(PathBuf::new()), ..Decisions::default() },
        awards: Awards { every: Some(Every::Day), ..Awards::default() },
        retention: Retention { every: Some(Every::Day), ..Retention::default() },
        ..Settings::default()
    })
    .unwrap_or_default();
    for (name, value) in &defaults {
        match value {
            Value::Table(section) => section.keys().for_each(|inner| {
                known.insert(variable(&[name, inner]), vec![name.clone(), inner.clone()]);
            }),
            _ => drop(known.insert(variable(&[name]), vec![name.clone()])),
        }
    }
    let mut table = Table::new();
    let all: BTreeMap<String, String> =
        all.into_iter().filter(|(name, _)| name.starts_with(PREFIX) && name != CONFIG).collect();
    for (name, text) in all {
        let Some(path) = known.get(&name) else {
            let problem =
                Problem::new(Code::UnknownSetting, format!("there is no setting `{name}`"));
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            return Err(problem.help(format!("known: {}", names.join(", "))).into());
        };
        let usual = path.iter().fold(None, |inside: Option<&Value>, part| match inside {
            None => defaults.get(part),
            Some(value) => value.get(part),
        });
        let value = match usual {
            Some(Value::Boolean(_)) => text.parse().map(Value::Boolean).ok(),
            Some(Value::Integer(_)) => text.parse().map(Value::Integer).ok(),
            _ => Some(Value::String(text.clone())),
        };
        let Some(value) = value else {
            let wanted =
                if matches!(usual, Some(Value::Boolean(_))) { "true or false" } else { "a number" };
            let message = format!("`{name}` is `{text}`, and should be {wanted}");
            return Err(Problem::new(Code::WrongValue, message).into());
        };
        put(&mut table, path, value);
    }
    Ok(table)
}

/// The variable that names the file of settings.
pub(crate) const CONFIG: &str = "PLAUDIT_CONFIG";

fn variable(path: &[&str]) -> String {
    format!("{PREFIX}{}", path.join("_").to_ascii_uppercase())
}

fn put(table: &mut Table, path: &[String], value: Value) {
    match path {
        [name] => drop(table.insert(name.clone(), value)),
        [section, name] => {
            let section = table.entry(section.clone()).or_insert_with(|| Table::new().into());
            if let Value::Table(section) = section {
                section.insert(name.clone(), value);
            }
        }
        _ => {}
    }
}

/// Puts one table over another.
fn merge(under: &mut Table, over: Table) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => drop(under.insert(name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str, environment: &[(&str, &str)]) -> Result<Settings, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plaudit.toml");
        std::fs::write(&path, file).unwrap();
        let environment =
            environment.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Settings::of(Some(&path), environment, Table::new())
    }

    #[test]
    fn the_environment_is_over_the_file_and_the_command_line_over_both() {
        let file = "journal = \"a.db\"\nkeys = \"a.json\"\n[limits]\nbatch = 5\nquestions = 3\n";
        let settings =
            of(file, &[("PLAUDIT_JOURNAL", "b.db"), ("PLAUDIT_LIMITS_BATCH", "6")]).unwrap();
        assert_eq!(settings.journal, Address::of("b.db"));
        assert_eq!(settings.keys, Path::new("a.json"));
        assert_eq!((settings.limits.batch, settings.limits.questions), (6, 3));
        let said: Table = "journal = \"c.db\"".parse().unwrap();
        let environment = [("PLAUDIT_JOURNAL".to_owned(), "b.db".to_owned())];
        assert_eq!(Settings::of(None, environment, said).unwrap().journal, Address::of("c.db"));
    }

    #[test]
    fn the_settings_that_the_guide_shows_are_those_that_hold() {
        let guide = include_str!("../../README.md");
        let shown = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(of(shown, &[]).unwrap(), Settings::default());
        // Those that are nothing by themselves are shown, too, each as it may be.
        let said: String =
            shown.lines().map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
        let settings = of(&said, &[]).unwrap();
        assert!(settings.rules.is_some() && settings.decisions.file.is_some());
        assert_eq!(settings.awards.every, Some(Every::Week));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told_with_its_line() {
        let error = of("journal = \"a.db\"\n\n[limits]\nbatsch = 5\n", &[]).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!((problem.code, problem.line), (Code::UnknownSetting, Some(4)));
        let error = of("watch = 3\n", &[]).unwrap_err();
        assert_eq!(
            (error.problems()[0].code, error.problems()[0].line),
            (Code::WrongValue, Some(1))
        );
    }

    #[test]
    fn a_slip_in_the_environment_is_refused() {
        for (name, value) in
            [("PLAUDIT_JURNAL", "a.db"), ("PLAUDIT_WATCH", "yes"), ("PLAUDIT_AWARDS_HOUR", "six")]
        {
            assert!(of("", &[(name, value)]).is_err(), "{name}");
        }
    }

    #[test]
    fn nothing_is_served_with_limits_that_make_no_sense() {
        assert!(of("[limits]\nbatch = 0\n", &[]).is_err());
        for name in ["ARRIVAL_SECONDS", "QUESTIONS", "RECORDING", "CONNECTIONS"] {
            let name = format!("PLAUDIT_LIMITS_{name}");
            assert!(of("", &[(&name, "9223372036854775807")]).is_err(), "{name}");
        }
        assert!(of("[awards]\nevery = \"week\"\nhour = 24\n", &[]).is_err());
    }
}
