//! The log of checks: when, by which program, which rules spoke. Never what somebody wrote, nor who it
//! was: drafts are private.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use plaudit_engine::{Code, Error, Problem, Verdict, canonical};
use prometheus_client::metrics::counter::Counter;
use serde::Serialize;

use super::settings::{Decisions, Overflow};

/// After so many lines it is looked again whether the file is still there.
const AT_A_TIME: usize = 1_000;

/// Keeps what was decided.
pub(crate) struct DecisionLog {
    lines: SyncSender<String>,
    overflow: Overflow,
    kept: Kept,
}

/// What became of checks that were to be kept.
#[derive(Clone)]
pub(crate) struct Kept {
    /// Those that are in the file.
    pub(crate) logged: Counter,
    /// Those for which there was no room, or which could not be written.
    pub(crate) dropped: Counter,
    /// Whether the last one could not be written.
    pub(crate) fails: Arc<AtomicBool>,
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
        kept: Kept,
    ) -> Result<(Self, JoinHandle<()>), Error> {
        let cannot = |error: std::io::Error| {
            let message = format!("`{}` cannot be written: {error}", path.display());
            Problem::new(Code::Unwritable, message).field("decisions.file")
        };
        let file = Rotated::open(path.to_owned(), settings.file_bytes).map_err(cannot)?;
        let (lines, waiting) = sync_channel(settings.waiting);
        let log = Self { lines, overflow: settings.overflow, kept: kept.clone() };
        let write = move || write(&waiting, file, &kept);
        let thread = thread::Builder::new().name("decisions".to_owned()).spawn(write);
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
        if let Ok(line) = line {
            self.hand_over(line + "\n");
        }
    }

    /// Hands a line to the thread that writes.
    fn hand_over(&self, line: String) {
        let taken = match (self.lines.try_send(line), self.overflow) {
            (Err(TrySendError::Full(line)), Overflow::Wait) => self.lines.send(line).is_ok(),
            (sent, _) => sent.is_ok(),
        };
        if !taken {
            self.kept.dropped.inc();
        }
    }

    /// Whether checks are lost at present because the file cannot be written.
    pub(crate) fn fails(&self) -> bool {
        self.kept.fails.load(Ordering::Relaxed)
    }
}

fn write(waiting: &Receiver<String>, mut file: Rotated, kept: &Kept) {
    while let Ok(first) = waiting.recv() {
        file.look();
        for line in std::iter::once(first).chain(waiting.try_iter().take(AT_A_TIME)) {
            let written = file.line(&line);
            match &written {
                Ok(()) => kept.logged.inc(),
                Err(_) => kept.dropped.inc(),
            };
            // Told when it begins and when it is over, not of each line.
            if kept.fails.swap(written.is_err(), Ordering::Relaxed) != written.is_err() {
                match written {
                    Ok(()) => tracing::info!("the decision log is written again"),
                    Err(error) => tracing::warn!(%error, "the decision log cannot be written"),
                }
            }
        }
    }
}

/// A file that makes way for a new one when it is full; the one before is kept.
struct Rotated {
    path: PathBuf,
    most: u64,
    /// Nothing where the last line could not be written: the next one opens it anew.
    open: Option<Open>,
}

impl Rotated {
    fn open(path: PathBuf, most: u64) -> std::io::Result<Self> {
        let open = Some(Open::at(&path)?);
        Ok(Self { path, most, open })
    }

    /// Looks whether the file is still there: what goes to one that was taken away is lost.
    fn look(&mut self) {
        self.open.take_if(|open| !open.is_at(&self.path));
    }

    fn line(&mut self, line: &str) -> std::io::Result<()> {
        let length = line.len() as u64;
        let is_full = |open: &Open| open.length > 0 && open.length + length > self.most;
        if self.open.as_ref().is_some_and(is_full) {
            let mut old = self.path.clone().into_os_string();
            old.push(".1");
            fs::rename(&self.path, old)?;
            self.open = None;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => Open::at(&self.path)?,
        };
        open.file.write_all(line.as_bytes())?;
        open.length += length;
        self.open = Some(open);
        Ok(())
    }
}

/// A file to which lines are added.
struct Open {
    file: File,
    length: u64,
}

impl Open {
    fn at(path: &Path) -> std::io::Result<Self> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut length = file.metadata()?.len();
        let mut last = [b'\n'];
        if length > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        // A line that broke off, as where a disk is full, must not run into the next one.
        if last != [b'\n'] {
            file.write_all(b"\n")?;
            length += 1;
        }
        Ok(Self { file, length })
    }

    fn is_at(&self, path: &Path) -> bool {
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let there = fs::metadata(path).map(place);
        there.is_ok_and(|there| self.file.metadata().map(place).is_ok_and(|ours| ours == there))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn kept() -> Kept {
        Kept { logged: Counter::default(), dropped: Counter::default(), fails: Arc::default() }
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_full_file_makes_way_and_the_one_before_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let mut file = Rotated::open(path.clone(), 10).unwrap();
        for line in ["1234\n", "5678\n", "9012\n", "3456\n", "7890\n"] {
            file.line(line).unwrap();
        }
        assert_eq!(text(&path), "7890\n");
        assert_eq!(text(&folder.path().join("decisions.jsonl.1")), "9012\n3456\n");
    }

    #[test]
    fn a_line_that_broke_off_stays_one_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        fs::write(&path, "whole\nbroken o").unwrap();
        Rotated::open(path.clone(), 1_000).unwrap().line("next\n").unwrap();
        assert_eq!(text(&path), "whole\nbroken o\nnext\n");
    }

    #[test]
    fn what_has_no_room_is_dropped_and_counted_and_what_had_room_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let file = Rotated::open(path.clone(), 1_000).unwrap();
        let (lines, waiting) = sync_channel(2);
        let log = DecisionLog { lines, overflow: Overflow::Drop, kept: kept() };
        let kept = log.kept.clone();
        for line in ["1\n", "2\n", "3\n"] {
            log.hand_over(line.to_owned());
        }
        // Nothing is written yet, so nothing counts as that.
        assert_eq!((kept.logged.get(), kept.dropped.get()), (0, 1));
        drop(log);
        write(&waiting, file, &kept);
        assert_eq!((kept.logged.get(), kept.dropped.get()), (2, 1));
        assert_eq!(text(&path), "1\n2\n");
    }

    #[test]
    fn where_checks_wait_for_room_none_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let file = Rotated::open(path.clone(), 1_000).unwrap();
        let (lines, waiting) = sync_channel(1);
        let log = DecisionLog { lines, overflow: Overflow::Wait, kept: kept() };
        let kept = log.kept.clone();
        let checks = thread::spawn(move || {
            for line in ["1\n", "2\n", "3\n"] {
                log.hand_over(line.to_owned());
            }
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!checks.is_finished(), "there is room for one");
        write(&waiting, file, &kept);
        checks.join().unwrap();
        assert_eq!((kept.logged.get(), kept.dropped.get()), (3, 0));
        assert_eq!(text(&path), "1\n2\n3\n");
    }
}
