//! Which file a path means: SQLite reads some names as addresses of its own (`file:…`, `:memory:`,
//! nothing at all), and would wait without end for whoever writes into a pipe.

use std::path::{Path, PathBuf};

use super::problem::no_journal;
use crate::error::{Code, Error, Problem};

/// The path in a form that SQLite takes for nothing but the name of a file.
pub(super) fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// Refuses what is there and no regular file.
pub(super) fn must_be_regular(path: &Path, file: &str, code: Code) -> Result<(), Error> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(()) };
    if metadata.is_file() {
        // SQLite takes a file of one byte for an empty one, and would write over it.
        return match metadata.len() {
            1 => Err(no_journal(file, "it has one byte").into()),
            _ => Ok(()),
        };
    }
    let what = if metadata.is_dir() { "a directory" } else { "a pipe or a device" };
    let problem = Problem::new(code, format!("`{file}` is {what}, and a journal is a file"))
        .help(
            "name the file of the journal; events come from pipes by `plaudit record` or `import`",
        )
        .file(file);
    Err(problem.into())
}
