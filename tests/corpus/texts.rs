//! Texts that measure the starter program's guidelines, with what a reviewer would remark on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plaudit_engine::{Error, Program};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cases::{CheckCase, Files, checked, sources};
use super::top;

/// Both halves: one to learn from, and one that is only ever measured.
pub(crate) const HALVES: [&str; 2] = ["tuning", "held_out"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    pub(crate) id: String,
    pub(crate) language: String,
    check: Value,
    /// The families that ought to remark on something.
    pub(crate) expect: Vec<String>,
    pub(crate) because: String,
}

impl Text {
    /// The family that it was written for.
    pub(crate) fn family(&self) -> &str {
        self.id.split_once('-').map_or("", |(family, _)| family)
    }

    /// The request, which has a time of its own.
    pub(crate) fn question(&self) -> CheckCase {
        let mut check = self.check.clone();
        check.as_object_mut().unwrap().entry("at").or_insert(json!("2026-06-15T10:00:00Z"));
        serde_json::from_value(check).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }
}

fn folder() -> PathBuf {
    top().join("tests/cases/guidelines")
}

/// The texts of a half, family by family.
pub(crate) fn texts(half: &str) -> Vec<Text> {
    let entries = fs::read_dir(folder().join(half)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let of_file = |file: &PathBuf| -> Vec<Text> {
        let texts = serde_json::from_str(&fs::read_to_string(file).unwrap());
        texts.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    files.iter().flat_map(of_file).collect()
}

/// The rules of each family.
pub(crate) fn families() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(folder().join("families.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The starter program as the company of the texts has filled it in.
pub(crate) fn company() -> Files {
    let mut files = Files::new();
    for root in [top().join("rules"), folder().join("company")] {
        read(&root, &root, &mut files);
    }
    files
}

fn read(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else if path.extension().is_some_and(|ending| ending != "md") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Asks every text of a half through the Rust door, and shows each with its answer.
pub(crate) fn every_text(half: &str, mut show: impl FnMut(&Text, &Result<String, Error>)) {
    let program = Program::from_sources(&sources(&company())).unwrap();
    for text in texts(half) {
        show(&text, &checked(&program, &text.question()));
    }
}
