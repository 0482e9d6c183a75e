//! The service, started as users start it.
//!
//! - `shared` runs the corpus through it; `records` and `changes` are what goes in and comes out;
//! - `access`: who may do what; `limits`: what is turned away; `described`: it does what it says;
//! - `database`: over a database, also one that goes away;
//! - `reload`: rules that change while it serves; `durable`: what was acknowledged is there;
//! - `several` of them over one journal;
//! - `running`: what it does by itself, and that it stays small.

mod access;
mod changes;
mod database;
mod described;
mod durable;
mod limits;
mod records;
mod reload;
mod running;
mod several;
mod shared;
mod simulations;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;

use crate::support::top;

/// How long the service may take to start, end or notice something: far longer than it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running service, which ends with this.
pub(crate) struct Served {
    child: Child,
    /// What it said when it had started.
    greeting: Vec<String>,
    /// What stands in it is used as long as this lives.
    _folder: Arc<TempDir>,
    agent: Agent,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    key: Option<String>,
    // What it says goes on being read, or it would wait for somebody who reads.
    _told: BufReader<ChildStdout>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The document of a good answer.
    pub(crate) fn document(&self) -> String {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body.clone()
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.media, "application/problem+json", "{self:?}");
        let document = self.json();
        assert_eq!(document["status"], self.status, "{self:?}");
        document["code"].as_str().unwrap().to_owned()
    }
}

/// How a service is started.
pub(crate) struct Setup {
    /// The folder of its journal and keys.
    pub(crate) folder: Arc<TempDir>,
    pub(crate) rules: PathBuf,
    settings: Vec<(String, String)>,
    /// The address of its journal, where that is a database.
    database: Option<String>,
}

impl Setup {
    /// The starter program over a journal without events.
    pub(crate) fn new() -> Self {
        Self::with_rules(&top().join("rules"))
    }

    pub(crate) fn with_rules(rules: &Path) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self { folder, rules: rules.to_owned(), settings: Vec::new(), database: None }
    }

    /// Over a journal in a database.
    pub(crate) fn over(mut self, address: &str) -> Self {
        self.database = Some(address.to_owned());
        self
    }

    /// With a setting, by the name of its variable without the prefix.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((format!("PLAUDIT_{name}"), value.to_owned()));
        self
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys.json")
    }

    /// A key for a role.
    pub(crate) fn key(&self, role: &str) -> String {
        self.bound_key(role, &[])
    }

    /// A key for a role that speaks for these sources only.
    pub(crate) fn bound_key(&self, role: &str, sources: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_plaudit"))
            .args(["keys", "new", role, "--role", role, "--keys"])
            .arg(self.keys())
            .args(sources.iter().flat_map(|source| ["--source", source]))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn command(&self) -> Command {
        self.command_at("127.0.0.1:0")
    }

    /// The command that serves at an address.
    pub(crate) fn command_at(&self, address: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plaudit"));
        command.args(["serve", "--listen", address, "--rules"]).arg(&self.rules);
        match &self.database {
            // As it is said where everybody could see a command line.
            Some(address) => command.env("PLAUDIT_JOURNAL", address),
            None => command.arg("--journal").arg(self.journal()),
        };
        command.arg("--keys").arg(self.keys());
        command.current_dir(self.folder.path()).env("PLAUDIT_THREADS", "1");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn start(&self) -> Served {
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        self.start_as(command)
    }

    /// Starts a command whose output is ours.
    pub(crate) fn start_as(&self, mut command: Command) -> Served {
        let mut child = command.spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut greeting: Vec<String> = Vec::new();
        // The last line says where to read on.
        while greeting.last().is_none_or(|line| !line.contains("/docs")) {
            let mut line = String::new();
            told.read_line(&mut line).unwrap();
            assert!(!line.is_empty(), "it did not start: {greeting:?}");
            greeting.push(line.trim_end().to_owned());
        }
        let url = greeting[0].split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap().trim_end_matches('/').to_owned();
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        let _folder = Arc::clone(&self.folder);
        Served { child, greeting, _folder, agent, url, key: None, _told: told }
    }
}

impl Served {
    /// What it said when it had started.
    pub(crate) fn told(&self) -> &[String] {
        &self.greeting
    }

    /// Calls with a key from now on.
    pub(crate) fn with_key(&mut self, key: &str) {
        self.key = Some(key.to_owned());
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "")
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.call("POST", path, &[("content-type", "application/json")], body)
    }

    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.called(method, path, headers, body).unwrap()
    }

    /// The same without a key.
    pub(crate) fn called_without_key(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let key = self.key.take();
        let answer = self.call(method, path, headers, body);
        self.key = key;
        answer
    }

    /// The same, which fails where the service goes away.
    pub(crate) fn called(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, ureq::Error> {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut response = match body {
            "" => self.agent.run(request.body(()).unwrap())?,
            body => self.agent.run(request.body(body).unwrap())?,
        };
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        Ok(Answer {
            status: response.status().as_u16(),
            media: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            body: response.body_mut().with_config().limit(64 << 20).read_to_string()?,
        })
    }

    /// How much memory it holds, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has ended, however.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.signal("TERM");
        let ended = wait_for(|| self.child.try_wait().unwrap());
        ended.expect("it does not end")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes about within the time that we are patient, if it does.
pub(crate) fn wait_for<T>(mut come: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(come) = come() {
            return Some(come);
        }
        if Instant::now() > until {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Somebody who takes part, on record.
pub(crate) fn person(id: &str) -> String {
    format!(
        r#"{{"type": "person", "source": "hr", "id": "{id}@2025", "advocate": "{id}", "consent": true, "at": "2025-01-01T00:00:00Z"}}"#
    )
}

/// Something that somebody shared.
pub(crate) fn share(id: &str, advocate: &str) -> String {
    format!(
        r#"{{"id": "{id}", "advocate": "{advocate}", "kind": "share", "channel": "linkedin", "at": "2026-06-01T09:00:00Z"}}"#
    )
}
