//! The commands that publish programs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::journal::JournalFile;
use crate::values::{When, when};

#[derive(Debug, Subcommand)]
pub(crate) enum Program {
    /// Publish the program of a folder: everybody who works on the journal works by it from then on
    Publish(Publish),
    /// Show which programs were published, when, by whom and what for
    History(History),
    /// Publish an earlier program once more
    Rollback(Rollback),
    /// Write the files of a published program into a folder
    Save(Save),
}

/// Who publishes a program.
#[derive(Debug, Args)]
pub(crate) struct Publishes {
    /// Who publishes it.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: String,
    /// What it is about, for those who look at the history.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// The number of the program that it is to follow, 0 for none: where somebody has published another
    /// one by then, nothing is published.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) upon: Option<u64>,
    /// When it is; the clock's time where it is not given.
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) at: Option<When>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) publishes: Publishes,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// The number of the program; the one before the current one where it is not given.
    pub(crate) number: Option<u64>,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    #[command(flatten)]
    pub(crate) publishes: Publishes,
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    /// The directory to make; it must be empty or not exist.
    #[arg(value_hint = ValueHint::DirPath)]
    pub(crate) directory: PathBuf,
    #[command(flatten)]
    pub(crate) file: JournalFile,
    /// The number of the program; the current one where it is not given.
    #[arg(long)]
    pub(crate) number: Option<u64>,
}
