//! The log of checks: when, by which program, which rules spoke. Never what somebody wrote, nor who it
//! was: drafts are private.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use plaudit_engine::{Code, Error, Problem, Verdict, canonical};
use prometheus_client::metrics::counter::Counter;
use serde::Serialize;

use super::settings::{Decisions, Overflow};

/// Keeps what was decided.
pub(crate) struct DecisionLog {
    lines: SyncSender<String>,
    overflow: Overflow,
    logged: Counter,
    dropped: Counter,
}

/// What is kept of a check.
#[derive(Serialize)]
struct Decision<'a> {
    id: &'a str,
    at: jiff::Timestamp,
    program: &'a str,
    verdict: &'static str,
    findings: Vec<Found<'a>>,
    faults: Vec<&'a str>,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'a str,
    severity: &'static str,
}

impl DecisionLog {
    /// Starts the thread that writes; it ends when the log is dropped and everything is written.
    pub(crate) fn start(
        settings: &Decisions,
        path: &Path,
        logged: Counter,
        dropped: Counter,
    ) -> Result<(Self, JoinHandle<()>), Error> {
        let cannot = |error: std::io::Error| {
            let message = format!("`{}` cannot be written: {error}", path.display());
            Problem::new(Code::Unwritable, message).field("decisions.file")
        };
        let file = Rotated::open(path.to_owned(), settings.file_bytes).map_err(cannot)?;
        let (lines, waiting) = sync_channel(settings.waiting);
        let write = move || write(&waiting, file);
        let thread = thread::Builder::new().name("decisions".to_owned()).spawn(write);
        let log = Self { lines, overflow: settings.overflow, logged, dropped };
        Ok((log, thread.map_err(cannot)?))
    }

    /// Keeps a verdict, as far as there is room.
    pub(crate) fn keep(&self, verdict: &Verdict) {
        let findings = verdict
            .findings
            .iter()
            .map(|finding| Found { rule: &finding.rule, severity: finding.severity.name() });
        let line = canonical(&Decision {
            id: &verdict.id,
            at: crate::input::now(),
            program: &verdict.program,
            verdict: verdict.verdict.name(),
            findings: findings.collect(),
            faults: verdict.faults.iter().map(|fault| &*fault.rule).collect(),
        });
        let Ok(line) = line else { return };
        let kept = match (self.lines.try_send(line), self.overflow) {
            (Err(TrySendError::Full(line)), Overflow::Wait) => self.lines.send(line).is_ok(),
            (sent, _) => sent.is_ok(),
        };
        if kept {
            self.logged.inc()
        } else {
            self.dropped.inc()
        };
    }
}

fn write(waiting: &Receiver<String>, mut file: Rotated) {
    while let Ok(line) = waiting.recv() {
        let mut written = file.line(&line);
        // Whatever waits goes along, then everything to the file.
        while let (Ok(()), Ok(line)) = (&written, waiting.try_recv()) {
            written = file.line(&line);
        }
        if let Err(error) = written.and_then(|()| file.flush()) {
            tracing::warn!(%error, "the decision log cannot be written");
        }
    }
}

/// A file that makes way for a new one when it is full; the one before is kept.
struct Rotated {
    path: PathBuf,
    file: BufWriter<File>,
    length: u64,
    most: u64,
}

impl Rotated {
    fn open(path: PathBuf, most: u64) -> std::io::Result<Self> {
        let file = appended(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { path, file: BufWriter::new(file), length, most })
    }

    fn line(&mut self, line: &str) -> std::io::Result<()> {
        let length = line.len() as u64 + 1;
        if self.length > 0 && self.length + length > self.most {
            self.flush()?;
            let mut old = self.path.clone().into_os_string();
            old.push(".1");
            std::fs::rename(&self.path, old)?;
            self.file = BufWriter::new(appended(&self.path)?);
            self.length = 0;
        }
        self.length += length;
        self.file.write_all(line.as_bytes())?;
        self.file.write_all(b"\n")
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn appended(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_makes_way_and_the_one_before_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let mut file = Rotated::open(path.clone(), 10).unwrap();
        for line in ["1234", "5678", "9012", "3456", "7890"] {
            file.line(line).unwrap();
        }
        file.flush().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "7890\n");
        let old = folder.path().join("decisions.jsonl.1");
        assert_eq!(std::fs::read_to_string(old).unwrap(), "9012\n3456\n");
    }
}
