//! A new journal that is there whole, or not at all.

use std::path::{Path, PathBuf};

use super::path::{must_be_regular, plain};
use super::{Access, Sqlite};
use crate::error::{Code, Error, Problem};

impl Sqlite {
    /// Makes a journal that is not there yet and fills it: it gets its name when all of it is on the
    /// disk. Where something fails on the way, nothing is left.
    ///
    /// # Errors
    ///
    /// The file is there already or cannot be made, or what `fill` fails with.
    pub fn make<T>(path: &Path, fill: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        let (file, name) = (plain(path), path.display().to_string());
        let partial = part_of(&file, &name)?;
        let made = Self::open(&partial, Access::Create)
            // The connections are closed by then, and everything stands in the one file.
            .and_then(|journal| fill(&journal))
            .and_then(|made| {
                keep_as(&partial, &file, &name)?;
                Ok(made)
            });
        if made.is_err() {
            // Nothing of it is of use; what is in the way of removing it has been told already.
            for end in ["", "-wal", "-shm"] {
                let mut left = partial.as_os_str().to_owned();
                left.push(end);
                let _ = std::fs::remove_file(left);
            }
        }
        made
    }
}

/// Where a file grows that must not look whole before it is; the target must not be there yet.
pub(super) fn part_of(file: &Path, name: &str) -> Result<PathBuf, Problem> {
    let refused = |message: String| Problem::new(Code::Unwritable, message).file(name);
    if file.exists() {
        let problem = refused(format!("`{name}` is there already"));
        return Err(problem.help("name a file that is not there"));
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(".part");
    let partial = PathBuf::from(partial);
    must_be_regular(&partial, &partial.display().to_string(), Code::Unwritable)
        .map_err(|_| refused(format!("`{}` is in the way", partial.display())))?;
    if partial.exists() {
        let removed = std::fs::remove_file(&partial);
        removed.map_err(|error| refused(format!("`{name}` cannot be written: {error}")))?;
    }
    Ok(partial)
}

/// Gives a file that is complete its name, durably.
pub(super) fn keep_as(partial: &Path, file: &Path, name: &str) -> Result<(), Problem> {
    let io = |error: std::io::Error| {
        Problem::new(Code::Unwritable, format!("`{name}` cannot be written: {error}")).file(name)
    };
    std::fs::File::open(partial).and_then(|copy| copy.sync_all()).map_err(io)?;
    std::fs::rename(partial, file).map_err(io)?;
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = std::fs::File::open(directory.unwrap_or(Path::new("."))).map_err(io)?;
    directory.sync_all().map_err(io)
}
