//! `plaudit program`: publishes programs in a journal, and shows what was published.

use std::fs;
use std::io::Write;
use std::path::Path;

use plaudit_engine::journal::Access;
use plaudit_engine::publishing::{self, Publications, Published, Signed};
use plaudit_engine::{Code, Error, Problem, Program as Compiled, Sources, canonical};

use super::new::must_be_free;
use crate::cli::{History, Program, Publish, Publishes, Rollback, Save};
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, count, on_one_line, safe, styled};
use crate::rules::Rules;
use crate::upcoming::Upcoming;
use crate::values::When;

pub(super) fn run(rules: Rules<'_>, options: &Program) -> Result<Exit, Failure> {
    match options {
        Program::Publish(options) => publish(rules, options),
        Program::History(options) => history(options),
        Program::Rollback(options) => rollback(options),
        Program::Save(options) => save(options),
    }
}

fn publish(rules: Rules<'_>, options: &Publish) -> Result<Exit, Failure> {
    let sources = Sources::read(rules.folder())?;
    // What is not published makes no journal.
    let journal = Upcoming::open(&options.file.journal)?;
    let signed = options.publishes.signed(&|| Compiled::from_sources(&sources))?;
    let known = Publications::of(&journal)?.all().len();
    let asked = publishing::Publish { sources: &sources, signed };
    let published = publishing::publish(&journal, &asked, &|| true)?;
    options.publishes.tell(&published, known)
}

fn rollback(options: &Rollback) -> Result<Exit, Failure> {
    let journal = options.file.journal.open(Access::Write)?;
    let known = Publications::of(&journal)?;
    let current = || match known.program()? {
        Some((_, program)) => Ok(program),
        None => Err(none_published().into()),
    };
    let signed = options.publishes.signed(&current)?;
    let asked = publishing::RollBack { to: options.number, signed };
    let published = publishing::roll_back(&journal, &asked, &|| true)?;
    options.publishes.tell(&published, known.all().len())
}

impl Publishes {
    /// Who publishes, and when: a date is one of the program's calendar.
    fn signed(&self, program: &dyn Fn() -> Result<Compiled, Error>) -> Result<Signed<'_>, Failure> {
        let at = match self.at {
            None => input::now(),
            Some(When::Instant(instant)) => instant,
            Some(date) => date.instant(&program()?),
        };
        let at = input::not_later(at)?;
        Ok(Signed { by: &self.by, note: self.note.as_deref(), at, upon: self.upon })
    }

    /// Says what was published, where there were so many programs before.
    fn tell(&self, published: &Published, known: usize) -> Result<Exit, Failure> {
        let mut output = anstream::stdout();
        if self.json {
            writeln!(output, "{}", canonical(published)?)?;
            return Ok(Exit::Success);
        }
        let number = styled(BOLD, format!("Program {}", published.number));
        if published.number <= known as u64 {
            writeln!(output, "{number} is published already, and has the same files")?;
            return Ok(Exit::Success);
        }
        let version = styled(DIM, version(published));
        writeln!(output, "{number} is published: {} {version}", safe(&published.name))?;
        let restores = published.restores.map(|number| format!("program {number} again; "));
        writeln!(output, "  {}{}", restores.unwrap_or_default(), files(published))?;
        Ok(Exit::Success)
    }
}

fn version(published: &Published) -> &str {
    published.program.get(..12).unwrap_or(&published.program)
}

/// What differs from the program before: by name, where they are few.
fn files(published: &Published) -> String {
    const NAMED: usize = 5;
    let names = |what: &str, paths: &[std::sync::Arc<str>]| match paths.len() {
        0 => None,
        few if few <= NAMED => Some(format!("{what} {}", safe(&paths.join(", ")))),
        many => Some(format!("{what} {}", count(many, "file", "files"))),
    };
    let changed = names("changed", &published.changed);
    let removed = names("removed", &published.removed);
    changed.into_iter().chain(removed).collect::<Vec<_>>().join("; ")
}

fn history(options: &History) -> Result<Exit, Failure> {
    let known = Publications::of(&options.file.journal.open(Access::Read)?)?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&known.all())?)?;
        return Ok(Exit::Success);
    }
    if known.all().is_empty() {
        writeln!(output, "No program is published here: each command takes its folder.")?;
    }
    for published in known.all().iter().rev() {
        let number = styled(BOLD, format!("{:>3}", published.number));
        let version = styled(DIM, version(published));
        writeln!(output, "{number}  {}  {}  {version}", published.at, on_one_line(&published.by))?;
        let restores = published.restores.map(|number| format!("program {number} again"));
        let note = published.note.as_ref().map(|note| on_one_line(note));
        for line in restores.into_iter().chain(note).chain(Some(files(published))) {
            writeln!(output, "     {line}")?;
        }
    }
    Ok(Exit::Success)
}

fn save(options: &Save) -> Result<Exit, Failure> {
    let known = Publications::of(&options.file.journal.open(Access::Read)?)?;
    let number = options.number.or_else(|| known.current().map(|current| current.number));
    let (published, sources) = known.published(number.ok_or_else(none_published)?)?;
    must_be_free(&options.directory)?;
    write_all(&sources, &options.directory).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", options.directory.display());
        Problem::new(Code::Unwritable, message)
    })?;
    let mut output = anstream::stdout();
    let number = styled(BOLD, format!("Program {}", published.number));
    writeln!(output, "{number} is in {}", safe(&options.directory.display().to_string()))?;
    Ok(Exit::Success)
}

fn none_published() -> Problem {
    Problem::new(Code::NotAllowed, "no program is published in this journal")
        .help("`plaudit program publish` publishes one")
}

fn write_all(sources: &Sources, directory: &Path) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    for (path, content) in sources.iter() {
        let path = directory.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}
