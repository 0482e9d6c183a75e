//! What is written in two programs beside their rules: settings, word lists, patterns, libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::document::{Became, FileChange, SettingChange};
use crate::program::Program;

/// The settings that are others.
pub(super) fn settings([before, after]: [&Program; 2]) -> Vec<SettingChange> {
    let changed = others(&before.written.settings, &after.written.settings);
    changed
        .map(|(name, was, is)| SettingChange {
            setting: Arc::from(name),
            before: was.map(|value| Arc::from(value.as_str())),
            after: is.map(|value| Arc::from(value.as_str())),
        })
        .collect()
}

/// The files that are others.
pub(super) fn files([before, after]: [&Program; 2]) -> Vec<FileChange> {
    let changed = others(&before.written.files, &after.written.files);
    changed
        .map(|(path, was, is)| FileChange {
            path: Arc::from(path),
            change: match (was, is) {
                (None, _) => Became::New,
                (_, None) => Became::Gone,
                _ => Became::Changed,
            },
        })
        .collect()
}

/// What is another in two maps, by name.
fn others<'a, T: PartialEq>(
    before: &'a BTreeMap<String, T>,
    after: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a str, Option<&'a T>, Option<&'a T>)> {
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    let both = names.into_iter().map(|name| (name, before.get(name), after.get(name)));
    both.filter(|(_, was, is)| was != is)
}
