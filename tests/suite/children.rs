//! Other processes that use a journal: the suite's own binary, started again. A process says what
//! it has done in a file of its own, line by line, so that nothing of it is lost when it is killed.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use plaudit_engine::journal::Store;

use super::server::Place;
use super::{crash, disk, journal_shared};

/// Names the work in the environment of a process that was started for it.
const WORK: &str = "PLAUDIT_SUITE_WORK";

/// A process at work.
pub(crate) struct Process {
    child: Child,
    said: PathBuf,
}

impl Process {
    /// Starts this binary again for a piece of work in a folder.
    pub(crate) fn start(work: &str, folder: &Path, number: u64) -> Self {
        let command = Command::new(std::env::current_exe().unwrap());
        Self::run(command, work, folder, number)
    }

    /// The same for a process whose files may not grow beyond so many blocks of 512 bytes.
    pub(crate) fn start_limited(work: &str, folder: &Path, number: u64, blocks: u32) -> Self {
        let mut command = Command::new("sh");
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        command.args(["-c", &limit, "sh"]).arg(std::env::current_exe().unwrap());
        Self::run(command, work, folder, number)
    }

    fn run(mut command: Command, work: &str, folder: &Path, number: u64) -> Self {
        let task = format!("{work} {number} {}", folder.display());
        let child = command
            .args(["--exact", "children::child", "--nocapture", "--test-threads=1"])
            .env(WORK, task)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, said: said_by(folder, number) }
    }

    /// The lines it has said by now; one that is not whole yet is left out.
    pub(crate) fn said(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.said).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(str::to_owned).collect()
    }

    /// Waits until it has said something.
    pub(crate) fn begun(mut self) -> Self {
        while self.said().is_empty() {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended before it said anything");
            std::thread::sleep(Duration::from_millis(1));
        }
        self
    }

    /// Ends it at once (SIGKILL), wherever it is; what it has said until then.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said()
    }

    /// Waits for its end; what it has said.
    pub(crate) fn finish(mut self) -> Vec<String> {
        assert!(self.child.wait().unwrap().success());
        self.said()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn said_by(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("said-{number}"))
}

/// What a process was started for.
pub(crate) struct Task {
    pub(crate) folder: PathBuf,
    /// Tells it from the other processes in the folder.
    pub(crate) number: u64,
    said: Mutex<File>,
}

impl Task {
    /// Says a line: it is there from then on, whatever becomes of the process.
    pub(crate) fn say(&self, line: &str) {
        self.said.lock().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Opens a journal where those of the test are.
    pub(crate) fn open(&self, name: &str) -> Store {
        Place::of(&self.folder).open(name)
    }
}

/// Nothing, unless the binary was started again for a piece of work.
#[test]
fn child() {
    let Ok(task) = std::env::var(WORK) else { return };
    let mut parts = task.splitn(3, ' ');
    let (work, number) = (parts.next().unwrap(), parts.next().unwrap().parse().unwrap());
    let folder = PathBuf::from(parts.next().unwrap());
    let said = Mutex::new(File::create(said_by(&folder, number)).unwrap());
    let task = Task { folder, number, said };
    let known =
        crash::work(work, &task) || journal_shared::work(work, &task) || disk::work(work, &task);
    assert!(known, "nobody knows the work `{work}`");
}
