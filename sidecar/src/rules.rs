//! Which program a command works by: the one that is named; or else the one that is published in the
//! journal; or else that of the folder `rules`.

use std::io::Write;
use std::path::Path;

use plaudit_engine::journal::Journal;
use plaudit_engine::publishing::Publications;
use plaudit_engine::{Error, Program};

use crate::output::on_one_line;

/// The folder where none is named.
pub(crate) const USUAL: &str = "rules";

/// Where a command's program comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    /// The folder that was named.
    pub(crate) named: Option<&'a Path>,
}

impl<'a> Rules<'a> {
    /// The folder, for what is done without a journal.
    pub(crate) fn folder(self) -> &'a Path {
        self.named.unwrap_or(Path::new(USUAL))
    }

    /// The program for work on a journal. Where the folder `rules` is there and another program is
    /// published, it is said which one it is.
    pub(crate) fn over(self, journal: &dyn Journal) -> Result<Program, Error> {
        if self.named.is_some() {
            return Program::load(self.folder());
        }
        match Publications::of(journal)?.program()? {
            Some((number, program)) => {
                if Path::new(USUAL).is_dir() {
                    let name = on_one_line(program.name());
                    let told = format!(
                        "by program {number}, which is published in the journal ({name}); `--rules \
                         {USUAL}` takes the folder"
                    );
                    // Nothing can be done where even standard error is closed.
                    let _ = writeln!(anstream::stderr(), "{told}");
                }
                Ok(program)
            }
            None => Program::load(self.folder()),
        }
    }
}
