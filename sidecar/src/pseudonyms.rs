//! The file with a key of pseudonyms, and events under it on their way to a journal.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use plaudit_engine::events::Event;
use plaudit_engine::journal::Journal;
use plaudit_engine::{Code, KnownNames, Problem, Pseudonyms};

use crate::input::Failure;
use crate::output::{self, count, on_one_line};

/// No key is longer, in bytes.
const LARGEST: u64 = 1 << 10;

/// Makes a key in a file of its own, for its owner alone; one that is there is never written over, since
/// nobody finds back without it.
pub(crate) fn make(path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    let key = Pseudonyms::random()?;
    let mut file = private().open(path).map_err(|error| {
        let problem = Problem::new(Code::Unwritable, format!("`{name}` cannot be made: {error}"));
        match error.kind() {
            ErrorKind::AlreadyExists => {
                problem.help("a key that is there is never replaced: name another file")
            }
            _ => problem,
        }
    })?;
    let written = writeln!(file, "{}", key.text()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        Problem::new(Code::Unwritable, format!("`{name}` cannot be written: {error}")).into()
    })
}

/// The key in a file, which others must not be able to read.
pub(crate) fn read(path: &Path) -> Result<Pseudonyms, Failure> {
    let name = path.display().to_string();
    let cannot = |error: std::io::Error| {
        Problem::new(Code::Unreadable, format!("`{name}` cannot be read: {error}")).file(&name)
    };
    let metadata = std::fs::metadata(path).map_err(cannot)?;
    if open_to_others(&metadata) {
        let message = format!("the key of pseudonyms `{name}` can be read by others");
        let help = format!("keep it to yourself: chmod 600 {name}");
        return Err(Problem::new(Code::Unreadable, message).help(help).file(&name).into());
    }
    if metadata.len() > LARGEST {
        let message = format!("`{name}` is no key of pseudonyms: it is too large");
        return Err(Problem::new(Code::TooLarge, message).file(&name).into());
    }
    let text = std::fs::read_to_string(path).map_err(cannot)?;
    Pseudonyms::read(&text).map_err(|error| match error.problems().first() {
        Some(problem) => problem.clone().file(&name).into(),
        None => error.into(),
    })
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// Events under pseudonyms, on their way to a journal.
pub(crate) struct Under {
    key: Pseudonyms,
    known: KnownNames,
    /// How many events have ids that a name is left in.
    named: usize,
}

impl Under {
    /// Under the key in a file, where one is named; mentions of people whom the journal knows are found.
    pub(crate) fn of(path: Option<&Path>, journal: &dyn Journal) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let mut under = Self { key: read(path)?, known: KnownNames::default(), named: 0 };
        journal.read(0, &mut |entry| {
            under.known.learn(&entry.event);
            Ok(())
        })?;
        Ok(Some(under))
    }

    /// Puts pseudonyms into an event.
    pub(crate) fn put(&mut self, event: &mut Event) {
        let Self { key, known, .. } = self;
        let is_named = key.event(event, &|name| known.has(name));
        self.named += usize::from(is_named);
        self.known.learn(event);
    }

    /// Says whether names are left in ids of events.
    pub(crate) fn tell(&self) {
        if self.named == 0 {
            return;
        }
        let events = count(self.named, "event has", "events have");
        let message = format!("{events} the name of somebody in its id, which stays as it is");
        let help =
            "name events by numbers at their source: what is about them names them by their ids";
        output::report(
            &Problem::new(Code::Advice, on_one_line(&message)).warning().help(help).into(),
        );
    }
}
