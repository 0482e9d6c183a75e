//! Reads and compiles a program. Problems are collected, and what is wrong is left out, so that
//! the rest can be checked, too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::manifest::Pattern;
use super::rules::{self, RuleText};
use super::translations::{self, Translations};
use super::{Manifest, Program, Rule, Sources, Tests, Written, example, manifest};
use crate::error::{Code, Error, Level, MOST_PROBLEMS, Place, Problem, Source, did_you_mean};
use crate::facts::{Folder, Object, PLACES, ProgramView};
use crate::scoring::Plan;
use crate::script::{Checked, File, FileTree, Sandbox, Vocabulary, check_library, check_rule};
use crate::text::{Expression, Languages, Lexicon, ListId, PatternTrouble, Scanner, Trouble};
use crate::threads;

/// Compiles a program from its files.
pub(super) fn load(sources: &Sources) -> Result<Program, Error> {
    let (texts, problems) = sources.tests();
    let texts = texts.into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect();
    let loading = Loading::new(sources);
    let written = Written::of(sources, loading.source("program.toml"));
    let program = loading.finish(sources.version(), Tests { texts, problems })?;
    Ok(Program { written: Arc::new(written), plan: Plan::of(&program), ..program })
}

/// A program while it is read: problems are collected, and what is wrong is left out so that the
/// rest can be checked.
pub(super) struct Loading<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Loading<'a> {
    fn new(sources: &'a Sources) -> Self {
        let (texts, mut problems) = sources.texts();
        for name in sources.left_alone() {
            let folders: Vec<&str> = Folder::ALL.iter().map(|folder| folder.name()).collect();
            let problem = Problem::new(Code::Advice, format!("`{name}` is not read"))
                .help(format!("rules stand directly in one of the folders {}", folders.join(", ")));
            problems.push(problem.warning().file(name));
        }
        Self { texts, problems }
    }

    fn finish(mut self, version: String, tests: Tests) -> Result<Program, Error> {
        let manifest = self.manifest();
        let Some(scanner) = self.scanner(&manifest.brand) else {
            let unreadable =
                Problem::new(Code::Internal, "the patterns cannot be compiled together");
            return Err(Error::of(self.problems).unwrap_or_else(|| unreadable.into()));
        };
        let languages = manifest.languages.iter().map(String::as_str);
        let scanner = scanner.of_languages(Languages::of(languages));
        let mut sandbox = Sandbox::new();
        let (files, folders, all_compiled) = self.compile(&sandbox);
        let mut rules = self.rules(&sandbox, &files, &folders, &manifest);
        let mut vocabulary = vocabulary(&manifest, &scanner);
        if all_compiled {
            let guidelines = rules.iter().filter(|rule| rule.folder == Folder::Guidelines);
            vocabulary.guidelines = Some(guidelines.map(|rule| rule.id.to_string()).collect());
        }
        self.settings(&manifest, &rules, all_compiled);
        self.check(&sandbox, &files, &folders, &vocabulary, &mut rules);
        for rule in &mut rules {
            let of_posts = rule.uses.iter().filter(|known| known.object == Object::Post);
            let names = of_posts.filter_map(|known| known.argument.as_deref());
            let lists: BTreeSet<ListId> = names.filter_map(|name| scanner.list(name)).collect();
            rule.lists = lists.into_iter().collect();
        }
        self.gifts(&files, &rules);
        self.short_ages(&manifest, &rules);
        self.examples(&manifest, &vocabulary, &files, &rules);
        self.imports(&mut sandbox, &files);
        let translations = self.translations(&rules, &files, &manifest.brand);

        let view = Arc::new(ProgramView {
            name: Arc::clone(&manifest.name),
            brand: Arc::clone(&manifest.brand),
            rewards: manifest.rewards.given(),
            thresholds: rules.iter().map(|rule| rule.settings.thresholds.clone()).collect(),
        });
        let warnings =
            self.problems.iter().filter(|p| p.level == Level::Warning).cloned().collect();
        match Error::of(self.problems) {
            Some(error) => Err(error),
            None => Ok(Program {
                version,
                manifest,
                rules,
                files,
                sandbox: Arc::new(sandbox),
                scanner: Arc::new(scanner),
                view,
                plan: Plan::default(),
                calls: Arc::default(),
                translations: Arc::new(translations),
                vocabulary,
                warnings,
                tests,
                written: Arc::default(),
            }),
        }
    }

    pub(super) fn source(&self, file: &'a str) -> Source<'a> {
        Source { file, text: self.texts.get(file).copied().unwrap_or_default() }
    }

    fn manifest(&mut self) -> Manifest {
        const FILE: &str = "program.toml";
        let missing = !self.texts.contains_key(FILE);
        let (manifest, problems) = manifest::read(self.source(FILE));
        if missing {
            if !self.problems.iter().any(|problem| problem.file.as_deref() == Some(FILE)) {
                let problem = Problem::new(Code::Missing, "there is no `program.toml`")
                    .help("`plaudit new DIR` makes a program directory to start with");
                self.problems.push(problem.file(FILE));
            }
        } else {
            self.problems.extend(problems);
        }
        manifest
    }

    /// The lexicons and patterns, ready to be compiled when texts ask for them.
    fn scanner(&mut self, brand: &str) -> Option<Scanner> {
        let mut lexicons = Vec::new();
        let files: Vec<&'a str> =
            self.texts.keys().copied().filter(|file| file.starts_with("lexicons/")).collect();
        // A program may have tens of thousands of words.
        let parsed = threads::each_surely(&files, |file| {
            let stem = file.trim_start_matches("lexicons/").trim_end_matches(".txt");
            Lexicon::parse(stem, self.source(file).text, brand)
        });
        for (file, parsed) in files.into_iter().zip(parsed) {
            let source = self.source(file);
            match parsed {
                Ok(lexicon) => lexicons.push((file, lexicon)),
                Err(troubles) => {
                    for trouble in troubles.into_iter().take(MOST_PROBLEMS) {
                        self.problems.push(trouble_problem(&trouble, &source));
                    }
                }
            }
        }
        let source = self.source("patterns.toml");
        let (patterns, problems) = manifest::read_patterns(source, brand);
        self.problems.extend(problems);
        self.names_of_their_own(&lexicons, &patterns);
        self.company(&lexicons, &patterns);
        let lexicons: Vec<Lexicon> = lexicons.into_iter().map(|(_, lexicon)| lexicon).collect();
        let expressions = |bad: &[String]| {
            patterns
                .iter()
                .map(|pattern| &pattern.expression)
                .filter(|expression| !bad.contains(&expression.name))
                .cloned()
                .collect()
        };
        let troubles = match Scanner::new(&lexicons, expressions(&[])) {
            Ok(scanner) => return Some(scanner),
            Err(troubles) => troubles,
        };
        let too_many = troubles.len() > MOST_PROBLEMS;
        let mut bad = Vec::new();
        for PatternTrouble { pattern: name, of_exception, trouble } in
            troubles.into_iter().take(MOST_PROBLEMS)
        {
            let pattern = patterns.iter().find(|pattern| pattern.expression.name == name);
            let except =
                pattern.and_then(|pattern| pattern.except.clone()).filter(|_| of_exception);
            let range = except.or_else(|| Some(pattern?.range.clone())).unwrap_or_default();
            let problem = Problem::new(Code::Syntax, trouble.message).maybe_help(trouble.help);
            self.problems.push(problem.at(&source, source.place(range)));
            bad.push(name);
        }
        if too_many {
            return None;
        }
        Scanner::new(&lexicons, expressions(&bad)).ok()
    }

    /// Lexicons, patterns and the places in every text share their names: `.at()` takes any.
    fn names_of_their_own(&mut self, lexicons: &[(&'a str, Lexicon)], patterns: &[Pattern]) {
        let source = self.source("patterns.toml");
        for Pattern { expression: Expression { name, .. }, range, .. } in patterns {
            let taken = if PLACES.contains(&name.as_str()) {
                "a place in every text"
            } else if lexicons.iter().any(|(_, lexicon)| lexicon.name == *name) {
                "a lexicon"
            } else {
                continue;
            };
            let problem = Problem::new(Code::Duplicate, format!("`{name}` is the name of {taken}"))
                .help("give the pattern another name");
            self.problems.push(problem.at(&source, source.place(range.clone())));
        }
        for (file, lexicon) in lexicons {
            if PLACES.contains(&lexicon.name.as_str()) {
                let message = format!("`{}` is the name of a place in every text", lexicon.name);
                let problem =
                    Problem::new(Code::Duplicate, message).help("give the lexicon another name");
                self.problems.push(problem.file(*file));
            }
        }
    }

    /// What something should stand near must be a list that is there, and one that counts in any
    /// company.
    fn company(&mut self, lexicons: &[(&'a str, Lexicon)], patterns: &[Pattern]) {
        let names = || lexicons.iter().map(|(_, lexicon)| lexicon.name.as_str());
        let trouble = |list: &str| {
            if !names().any(|known| known == list) {
                let problem =
                    Problem::new(Code::UnknownLexicon, format!("there is no lexicon `{list}`"));
                return Some(problem.maybe_help(did_you_mean(list, names())));
            }
            let of_list = |(_, lexicon): &&(&str, Lexicon)| lexicon.name == list;
            let depends = lexicons
                .iter()
                .filter(of_list)
                .find(|(_, lexicon)| lexicon.company.lists().next().is_some());
            depends.map(|(file, _)| {
                let message =
                    format!("`{list}` counts only in a certain company itself, as {file} says");
                Problem::new(Code::WrongValue, message)
                    .help("name a list that has neither `%with` nor `%without`")
            })
        };
        for (file, lexicon) in lexicons {
            let source = self.source(file);
            for list in lexicon.company.lists() {
                let Some(problem) = trouble(list) else { continue };
                let says = |line: &&str| {
                    line.trim().starts_with("%with") && line.split_whitespace().nth(1) == Some(list)
                };
                let line = source.text.lines().find(says).unwrap_or_default();
                let start = source.text.find(line).unwrap_or_default();
                self.problems.push(problem.at(&source, source.place(start..start + line.len())));
            }
        }
        let source = self.source("patterns.toml");
        for pattern in patterns {
            for (list, range) in pattern.expression.company.lists().zip(&pattern.company) {
                let Some(problem) = trouble(list) else { continue };
                self.problems.push(problem.at(&source, source.place(range.clone())));
            }
        }
    }

    /// Compiles every rule file that can be; says whether all could.
    fn compile(&mut self, sandbox: &Sandbox) -> (Vec<File>, Vec<Folder>, bool) {
        let mut files = Vec::new();
        let mut folders = Vec::new();
        let mut all = true;
        for folder in Folder::ALL {
            let prefix = format!("{}/", folder.name());
            let names: Vec<&'a str> =
                self.texts.keys().copied().filter(|file| file.starts_with(&prefix)).collect();
            for name in names {
                match sandbox.compile(&self.source(name)) {
                    Ok(file) => {
                        files.push(file);
                        folders.push(folder);
                    }
                    Err(problem) => {
                        all = false;
                        self.problems.push(problem);
                    }
                }
            }
        }
        (files, folders, all)
    }

    pub(super) fn file_source(&self, file: &File) -> Source<'a> {
        let known = self.texts.get_key_value(&*file.name);
        known.map_or(Source { file: "", text: "" }, |(name, text)| Source { file: name, text })
    }

    fn rules(
        &mut self,
        sandbox: &Sandbox,
        files: &[File],
        folders: &[Folder],
        manifest: &Manifest,
    ) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for (index, (file, folder)) in files.iter().zip(folders).enumerate() {
            let source = self.file_source(file);
            let texts =
                rules::read(sandbox, &source, file, *folder, &manifest.brand, &mut self.problems);
            for text in texts {
                if let Some(first) = rules.iter().find(|rule| rule.id == text.id) {
                    let message = format!(
                        "there is another rule `{}` in {}:{}",
                        text.id, files[first.file].name, first.place.line
                    );
                    let problem = Problem::new(Code::Duplicate, message)
                        .help("a rule's name is its id: give one of them another name");
                    self.problems.push(problem.at(&source, text.place));
                    continue;
                }
                rules.push(rule(text, *folder, index, manifest));
            }
        }
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules
    }

    fn check(
        &mut self,
        sandbox: &Sandbox,
        files: &[File],
        folders: &[Folder],
        vocabulary: &Vocabulary,
        rules: &mut [Rule],
    ) {
        let sources = files.iter().map(|file| (file, self.file_source(file))).collect();
        let tree = FileTree::new(sandbox, sources);
        for rule in rules.iter_mut().filter(|rule| rule.sound) {
            let file = &files[rule.file].name;
            let thresholds = &rule.settings.thresholds;
            let Checked { uses, gives, gives_others, rivals, problems } =
                check_rule(&tree, vocabulary, thresholds, file, &rule.function, rule.folder);
            self.problems.extend(problems);
            rule.uses = uses.into_iter().collect();
            rule.gives = gives.into_iter().map(Arc::from).collect();
            rule.gives_others = gives_others;
            rule.rivals = rivals;
        }
        self.unused_thresholds(rules);
        for (file, folder) in files.iter().zip(folders) {
            let checked = check_library(&tree, vocabulary, &file.name, *folder);
            self.problems.extend(checked.problems);
        }
    }

    /// Examples must be readable, and their labels possible; whether they hold is for `plaudit
    /// test`.
    fn examples(
        &mut self,
        manifest: &Manifest,
        vocabulary: &Vocabulary,
        files: &[File],
        rules: &[Rule],
    ) {
        for rule in rules.iter().filter(|rule| rule.sound) {
            let source = self.file_source(&files[rule.file]);
            for example in &rule.examples {
                if self.problems.len() >= 10 * MOST_PROBLEMS {
                    return;
                }
                let line = source.text.lines().nth(example.line - 1).unwrap_or_default();
                let label = line.find(example.label.as_str()).unwrap_or_default();
                let indent = line[..label].chars().count();
                let mut place = Place { line: example.line, column: indent + 1, length: 1 };
                if let Err(problem) = example::prepare(rule, &example.input, manifest, vocabulary) {
                    place.length = line.trim_end().chars().count().saturating_sub(indent);
                    self.problems.push(problem.at(&source, place));
                }
                if let Some(problem) = example::check_label(rule, &example.expected) {
                    place.length = example.label.chars().count();
                    self.problems.push(problem.at(&source, place));
                }
            }
        }
    }

    /// What guidelines say in other languages.
    fn translations(&mut self, rules: &[Rule], files: &[File], brand: &str) -> Translations {
        let mut all = Translations::new();
        let texts = self.texts.clone();
        let scripts_of = |rule: &Rule| {
            let own = std::iter::once(&*files[rule.file].name);
            let libraries = texts.keys().copied().filter(|file| file.starts_with("lib/"));
            own.chain(libraries)
                .filter_map(|file| texts.get_key_value(file))
                .map(|(file, text)| (*file, *text))
                .collect()
        };
        let is_meant = |file: &&'a str| file.starts_with("translations/");
        let files: Vec<&'a str> = self.texts.keys().copied().filter(is_meant).collect();
        for file in files {
            let language = file.trim_start_matches("translations/").trim_end_matches(".toml");
            let (known, problems) =
                translations::read(language, self.source(file), rules, &scripts_of, brand);
            self.problems.extend(problems);
            all.insert(language.to_owned(), known);
        }
        all
    }

    /// Makes the libraries importable.
    fn imports(&mut self, sandbox: &mut Sandbox, files: &[File]) {
        let ordered = match library_order(files) {
            Ok(ordered) => ordered,
            Err(problem) => {
                let file = problem.file.clone().unwrap_or_default();
                let known = files.iter().find(|known| *known.name == *file);
                let source = known.map(|known| self.file_source(known));
                let import = source.and_then(|source| Some((source, source.text.find("import")?)));
                self.problems.push(match import {
                    Some((source, at)) => {
                        problem.at(&source, source.place(at..at + "import".len()))
                    }
                    None => problem,
                });
                return;
            }
        };
        if self.problems.iter().any(|problem| problem.level == Level::Error) {
            // Nothing of a program that is refused may run, not even its constants.
            return;
        }
        if let Err(problem) = sandbox.import_library(&ordered) {
            self.problems.push(problem);
        }
    }
}

/// The most files of `lib`: what they import each other costs time at every start.
const MOST_LIBRARIES: usize = 256;

/// Makes the library files importable, each after those that it imports itself.
pub(super) fn import_libraries(sandbox: &mut Sandbox, files: &[File]) -> Result<(), Problem> {
    sandbox.import_library(&library_order(files)?)
}

/// The library files, each after those that it imports.
fn library_order(files: &[File]) -> Result<Vec<File>, Problem> {
    let prefix = format!("{}/", Folder::Lib.name());
    let libraries: Vec<File> =
        files.iter().filter(|file| file.name.starts_with(&prefix)).cloned().collect();
    if libraries.len() > MOST_LIBRARIES {
        let message = format!("the program has more than {MOST_LIBRARIES} library files");
        return Err(Problem::new(Code::TooLarge, message));
    }
    let mut waiting = libraries;
    let mut ordered: Vec<File> = Vec::new();
    while !waiting.is_empty() {
        // An import of something that is not there is told elsewhere.
        let waits_for =
            |name: &String| waiting.iter().any(|file| *file.name == *format!("{name}.rhai"));
        match waiting.iter().position(|file| !file.imports().iter().any(waits_for)) {
            Some(index) => ordered.push(waiting.remove(index)),
            None => {
                let message = "the library imports itself, over others";
                return Err(Problem::new(Code::UnknownImport, message).file(&*waiting[0].name));
            }
        }
    }
    Ok(ordered)
}

fn rule(text: RuleText, folder: Folder, file: usize, manifest: &Manifest) -> Rule {
    Rule {
        settings: manifest.rules.get(&*text.id).cloned().unwrap_or_default(),
        id: text.id,
        folder,
        title: text.title,
        help: text.help,
        text: text.text,
        place: text.place,
        file,
        function: text.function,
        examples: text.examples,
        sound: text.sound,
        uses: Vec::new(),
        lists: Vec::new(),
        gives: Vec::new(),
        gives_others: false,
        rivals: None,
    }
}

/// The names that rules may use, but for those of rules.
fn vocabulary(manifest: &Manifest, scanner: &Scanner) -> Vocabulary {
    Vocabulary {
        lexicons: scanner.list_names().map(str::to_owned).collect(),
        patterns: scanner.pattern_names().map(str::to_owned).collect(),
        kinds: manifest.kinds.keys().map(ToString::to_string).collect(),
        channels: manifest.channels.keys().map(ToString::to_string).collect(),
        windows: manifest.windows.iter().map(|window| window.name.to_string()).collect(),
        levels: manifest.levels.iter().map(|level| level.name.to_string()).collect(),
        skills: manifest.skills.iter().map(ToString::to_string).collect(),
        guidelines: None,
    }
}

fn trouble_problem(trouble: &Trouble, source: &Source<'_>) -> Problem {
    let place = Place { line: trouble.line, column: trouble.column, length: trouble.length.max(1) };
    Problem::new(Code::Syntax, trouble.message.clone())
        .maybe_help(trouble.help.clone())
        .at(source, place)
}
