//! Tasks that publish programs, and tell what was published.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::Done;
use super::{Task, When};
use crate::error::Error;
use crate::events::LONGEST_TEXT;
use crate::ledger::Ledger;
use crate::program::Sources;
use crate::publishing::{self, Publications, Signed};
use crate::wire::canonical;

/// A program that is to be published: everybody who follows the journal works by it from then on. It has
/// to compile, and its examples and scenarios to hold.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PublishTask")]
pub struct Publish {
    /// The text of each file, by its path within the program directory, such as `scoring/share.rhai`.
    pub files: BTreeMap<String, String>,
    /// Who publishes it.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// When.
    pub at: When,
    /// What it is about, for those who look at the history.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub note: Option<String>,
    /// The number of the program that it is to follow, 0 where none was published: where another one is
    /// published by then, this one is not (`conflict`).
    pub upon: Option<u64>,
}

/// An earlier program that is to be published once more.
#[derive(Debug, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RollBackTask")]
pub struct RollBack {
    /// Its number; the one before the current one where it is not said.
    #[schemars(range(min = 1))]
    pub to: Option<u64>,
    /// Who brings it back.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub by: String,
    /// When.
    pub at: When,
    /// Why, for those who look at the history.
    #[schemars(length(min = 1, max = LONGEST_TEXT), regex(pattern = r"\S"))]
    pub note: Option<String>,
    /// The number of the program that it is to follow, as for publishing.
    pub upon: Option<u64>,
}

/// Every program that was published, in order.
#[derive(Debug, Default, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "ListPublicationsTask")]
pub struct ListPublications {}

/// A program that was published, with its files.
#[derive(Debug, Default, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PublicationTask")]
pub struct Publication {
    /// Its number; the current one where it is not said.
    #[schemars(range(min = 1))]
    pub number: Option<u64>,
}

/// The files of a program that was published.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct PublishedFiles {
    /// What was published.
    #[serde(flatten)]
    pub published: publishing::Published,
    /// The text of each of its files, by path.
    pub files: BTreeMap<String, String>,
}

impl Task for Publish {}
impl Task for RollBack {}
impl Task for ListPublications {}
impl Task for Publication {}

impl Done for Publish {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let files = self.files.iter();
        let sources = files.fold(Sources::new(), |sources, (path, text)| {
            sources.with(path.as_str(), text.as_bytes())
        });
        let at = self.at.instant(ledger.program());
        let signed = Signed { by: &self.by, note: self.note.as_deref(), at, upon: self.upon };
        let asked = publishing::Publish { sources: &sources, signed };
        canonical(&publishing::publish(&**ledger.journal(), &asked, &|| true)?)
    }
}

impl Done for RollBack {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let at = self.at.instant(ledger.program());
        let signed = Signed { by: &self.by, note: self.note.as_deref(), at, upon: self.upon };
        let asked = publishing::RollBack { to: self.to, signed };
        canonical(&publishing::roll_back(&**ledger.journal(), &asked, &|| true)?)
    }
}

impl Done for ListPublications {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        canonical(&Publications::of(&**ledger.journal())?.all())
    }
}

impl Done for Publication {
    fn answer(&self, ledger: &Ledger) -> Result<String, Error> {
        let known = Publications::of(&**ledger.journal())?;
        let current = known.current().map_or(1, |current| current.number);
        let (published, sources) = known.published(self.number.unwrap_or(current))?;
        let file = |(path, content): (&str, &[u8])| {
            (path.to_owned(), String::from_utf8_lossy(content).into_owned())
        };
        let files = sources.iter().map(file).collect();
        canonical(&PublishedFiles { published: published.clone(), files })
    }
}
