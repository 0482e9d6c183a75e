//! The files of a program directory, read into memory before any of them is looked at.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Problem};
use crate::facts::Folder;

/// The largest word list of a program, in bytes. A long one has a few hundred thousand.
const LARGEST_LEXICON: u64 = 4 << 20;
/// The largest file of scenarios: it may tell of some ten thousand events.
const LARGEST_TEST: u64 = 4 << 20;
/// The largest other file. A rule file has a few thousand bytes.
const LARGEST_FILE: u64 = 256 << 10;
/// All files of a program together.
const LARGEST_PROGRAM: u64 = 32 << 20;
/// The most files of a program.
const MOST_FILES: usize = 2_000;

/// The files of a program: path within the program directory (with `/`) and content.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, Vec<u8>>,
    /// Scenarios: they tell whether a program does what it should, and are no part of it.
    tests: BTreeMap<String, Vec<u8>>,
    /// Scenarios that cannot be read; the program can be used all the same.
    test_problems: Vec<Problem>,
    /// What looks like a part of a program but is in no place where one is read.
    left_alone: Vec<String>,
}

impl Sources {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under its path within the program directory, such as `scoring/share.rhai`.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        let path = path.into();
        if is_test(&path) {
            self.tests.insert(path, content.into());
        } else if belongs(&path) {
            self.files.insert(path, content.into());
        } else {
            self.left_alone.push(path);
        }
        self
    }

    /// The files by path, then the scenarios by theirs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let tests = self.tests.iter();
        self.program_files().chain(tests.map(|(path, content)| (path.as_str(), content.as_slice())))
    }

    /// The files that decide something, by path.
    pub(super) fn program_files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Reads those files of a directory that make a program; others are left alone.
    ///
    /// # Errors
    ///
    /// The directory or one of its files cannot be read, or is too large.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let mut sources = Sources::new();
        let mut problems = Vec::new();
        if !directory.is_dir() {
            let message = format!("there is no directory `{}`", directory.display());
            return Err(Problem::new(Code::Unreadable, message)
                .help("`plaudit new DIR` makes a program directory to start with")
                .into());
        }
        for name in ["program.toml", "patterns.toml"] {
            let path = directory.join(name);
            if path.exists() {
                sources.take(&path, name.to_owned(), &mut problems);
            }
        }
        for (folder, ending) in folders() {
            let path = directory.join(folder);
            if !path.exists() {
                continue;
            }
            let entries = match std::fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(unreadable(folder, &error));
                    continue;
                }
            };
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        problems.push(unreadable(folder, &error));
                        break;
                    }
                };
                let name = entry.file_name().to_string_lossy().into_owned();
                let fits = Path::new(&name).extension().is_some_and(|found| found == ending);
                if !fits || name.starts_with('.') || !is_file(&entry) {
                    continue;
                }
                if sources.files.len() >= MOST_FILES {
                    let message = format!("a program has at most {MOST_FILES} files");
                    return Err(Problem::new(Code::TooLarge, message).into());
                }
                sources.take(&entry.path(), format!("{folder}/{name}"), &mut problems);
                if sources.files.values().map(Vec::len).sum::<usize>() as u64 > LARGEST_PROGRAM {
                    let message =
                        format!("the program is larger than {} MiB", LARGEST_PROGRAM >> 20);
                    return Err(Problem::new(Code::TooLarge, message).into());
                }
            }
        }
        sources.take_tests(directory);
        sources.notice_others(directory);
        Error::of(problems).map_or(Ok(sources), Err)
    }

    /// Reads the scenarios. What is wrong with them is told by tests, not by the program.
    fn take_tests(&mut self, directory: &Path) {
        let folder = directory.join(TESTS);
        if !folder.exists() {
            return;
        }
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.test_problems.push(unreadable(TESTS, &error));
                return;
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let file = format!("{TESTS}/{name}");
            if !is_test(&file) || name.starts_with('.') || !path.is_file() {
                continue;
            }
            let known: usize = self.tests.values().map(Vec::len).sum();
            if self.tests.len() >= MOST_FILES || known as u64 > LARGEST_PROGRAM {
                let message = format!(
                    "a program has at most {MOST_FILES} scenarios, of {} MiB together",
                    LARGEST_PROGRAM >> 20
                );
                self.test_problems.push(Problem::new(Code::TooLarge, message).file(TESTS));
                return;
            }
            match content_of(&path, LARGEST_TEST) {
                Ok(content) => {
                    self.tests.insert(file, content);
                }
                Err(error) => self.test_problems.push(unreadable(&file, &error)),
            }
        }
    }

    /// Rules in folders that are not read would be missed without a word.
    fn notice_others(&mut self, directory: &Path) {
        let known = |name: &String| folders().any(|(folder, _)| folder == name) || name == TESTS;
        let inside = |folder: &Path, prefix: &str| -> Vec<String> {
            let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
            let mut names: Vec<String> = entries
                .flatten()
                .filter(is_folder)
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| !name.starts_with('.') && (!prefix.is_empty() || !known(name)))
                .filter(|name| has_rules(&folder.join(name), 2))
                .map(|name| format!("{prefix}{name}"))
                .collect();
            names.sort();
            names
        };
        self.left_alone.extend(inside(directory, ""));
        for (folder, _) in folders() {
            self.left_alone.extend(inside(&directory.join(folder), &format!("{folder}/")));
        }
    }

    fn take(&mut self, path: &Path, name: String, problems: &mut Vec<Problem>) {
        match content_of(path, largest(&name)) {
            Ok(content) => {
                self.files.insert(name, content);
            }
            Err(error) => problems.push(unreadable(&name, &error)),
        }
    }

    /// Files and folders that are not read, although they look like rules.
    pub(super) fn left_alone(&self) -> &[String] {
        &self.left_alone
    }

    /// The texts of the files; those that are too large or not UTF-8 are reported.
    pub(super) fn texts(&self) -> (BTreeMap<&str, &str>, Vec<Problem>) {
        texts(&self.files)
    }

    /// The texts of the scenarios, and what is wrong with those that have none.
    pub(super) fn tests(&self) -> (BTreeMap<&str, &str>, Vec<Problem>) {
        let (texts, mut problems) = texts(&self.tests);
        problems.extend(self.test_problems.iter().cloned());
        (texts, problems)
    }

    /// The content hash: the same for the same files, whatever directory they are in. Scenarios
    /// decide nothing and do not change it.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (path, content) in &self.files {
            hash.update((path.len() as u64).to_be_bytes());
            hash.update(path.as_bytes());
            hash.update((content.len() as u64).to_be_bytes());
            hash.update(content);
        }
        crate::wire::hex(&hash.finalize())
    }
}

/// The texts of files; those that are too large or not UTF-8 are reported.
fn texts(files: &BTreeMap<String, Vec<u8>>) -> (BTreeMap<&str, &str>, Vec<Problem>) {
    let mut texts = BTreeMap::new();
    let mut problems = Vec::new();
    for (path, content) in files {
        if content.len() as u64 > largest(path) {
            let message = format!("the file is larger than {} KiB", largest(path) >> 10);
            problems.push(Problem::new(Code::TooLarge, message).file(path));
            continue;
        }
        match std::str::from_utf8(content) {
            Ok(text) => {
                texts.insert(path.as_str(), text.trim_start_matches('\u{feff}'));
            }
            Err(error) => {
                let good = String::from_utf8_lossy(&content[..error.valid_up_to()]);
                let line = good.matches('\n').count() + 1;
                let column = good.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
                let problem = Problem::new(Code::NotUtf8, "the file is not UTF-8 text")
                    .help("save it as UTF-8")
                    .file(path)
                    .line(line, column);
                problems.push(problem);
            }
        }
    }
    (texts, problems)
}

fn largest(name: &str) -> u64 {
    match name.split_once('/') {
        Some(("lexicons", _)) => LARGEST_LEXICON,
        Some((TESTS, _)) => LARGEST_TEST,
        _ => LARGEST_FILE,
    }
}

/// The folder of the scenarios.
const TESTS: &str = "tests";

/// Whether a file tells a scenario.
fn is_test(path: &str) -> bool {
    path.strip_prefix(TESTS).and_then(|rest| rest.strip_prefix('/')).is_some_and(|name| {
        !name.contains('/') && Path::new(name).extension().is_some_and(|found| found == "toml")
    })
}

/// The content of a file, up to a byte more than it may have.
fn content_of(path: &Path, largest: u64) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    // With room for all of it, it takes few reads.
    let length = file.metadata()?.len().min(largest) as usize;
    let mut content = Vec::with_capacity(length + 1);
    file.take(largest + 1).read_to_end(&mut content)?;
    Ok(content)
}

/// The folders that files are read from, with the ending that they must have.
fn folders() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = [("lexicons", "txt"), ("translations", "toml")];
    Folder::ALL.iter().map(|folder| (folder.name(), "rhai")).chain(others)
}

/// Whether a file is read: files stand directly in their folder.
fn belongs(path: &str) -> bool {
    if matches!(path, "program.toml" | "patterns.toml") {
        return true;
    }
    folders().any(|(folder, ending)| {
        path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).is_some_and(|name| {
            !name.contains('/') && Path::new(name).extension().is_some_and(|found| found == ending)
        })
    })
}

/// Whether it is a file, or leads to one. A folder says what most of its entries are.
fn is_file(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_file(),
        _ => entry.path().is_file(),
    }
}

/// Whether it is a folder, or leads to one.
fn is_folder(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => kind.is_dir(),
        _ => entry.path().is_dir(),
    }
}

/// Whether a folder holds rules, in itself or further down.
fn has_rules(folder: &Path, depth: usize) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let is_rule = path.extension().is_some_and(|found| found == "rhai") && is_file(&entry);
        is_rule || (depth > 0 && is_folder(&entry) && has_rules(&path, depth - 1))
    })
}

fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    Problem::new(Code::Unreadable, format!("it cannot be read: {error}")).file(name)
}
