//! A program: a directory of rules, read and compiled once.
//!
//! - `load` reads and compiles a program, collecting every problem;
//! - `sources` reads the files, `manifest` the `program.toml` through `table`, `rules` what stands
//!   in rule files beside the code, `example` the inputs of examples, `settings` looks whether
//!   settings fit the rules;
//! - `stats` tells how rules are run, and switches the fast way off;
//! - `translations` are what guidelines say in other languages;
//! - `view` shows a post under the program; `written` has what stands there beside rules, to tell two
//!   programs apart.

mod example;
mod load;
mod manifest;
mod rules;
mod settings;
mod sources;
mod stats;
mod translations;
mod view;
mod written;

use std::path::Path;
use std::sync::Arc;

pub(crate) use example::prepare;
pub use manifest::{Benchmark, Emv, Kpi};
pub(crate) use manifest::{
    Kind, Learning, Level, Manifest, Mentoring, Period, Privacy, Role, RuleSettings, Waves, Window,
};
pub(crate) use rules::{Example, Expected, Input, filled};
pub use sources::Sources;
pub use stats::Stats;
pub(crate) use translations::Translation;
use translations::Translations;
pub(crate) use written::Written;

use crate::error::{Code, Error, Place, Problem, choose};
use crate::facts::{Evidence, Folder, Object, ProgramView, Read, TeamFact};
use crate::scoring::Plan;
use crate::script::{FactUse, File, Function, Sandbox, Vocabulary};
use crate::text::{ListId, Scanner};

/// A rule, ready to run.
#[derive(Clone, Debug)]
pub struct Rule {
    id: Arc<str>,
    folder: Folder,
    title: Arc<str>,
    help: Arc<str>,
    text: Arc<str>,
    place: Place,
    file: usize,
    function: Function,
    settings: RuleSettings,
    examples: Vec<Example>,
    sound: bool,
    uses: Vec<FactUse>,
    lists: Vec<ListId>,
    gives: Vec<Arc<str>>,
    gives_others: bool,
    /// Two rewards that it gives one instead of the other, once each in a period.
    rivals: Option<(String, String)>,
}

/// What a recognition or coaching rule runs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// One person: it runs once for each.
    Person,
    /// One team: it runs once for each.
    Team,
}

impl Rule {
    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder it stands in.
    pub fn folder(&self) -> Folder {
        self.folder
    }

    /// The first line of its doc comment.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The rest of its doc comment, without the examples.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// What is written of it in its file: from its doc comment, examples included, up to the next rule
    /// of the file, so that helpers that stand behind it are there, too.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is switched on.
    pub fn enabled(&self) -> bool {
        self.settings.enabled
    }

    /// How many examples its doc comment has.
    pub fn example_count(&self) -> usize {
        self.examples.len()
    }

    /// The facts that it may read, on any way through it, by the names it uses; with each whether
    /// it tells something about a person.
    pub fn data_use(&self) -> Vec<(String, bool)> {
        self.uses
            .iter()
            .map(|fact_use| {
                let fact = &fact_use.object.facts()[usize::from(fact_use.slot)];
                let name = fact_name(
                    self.folder,
                    fact_use.object,
                    fact.name,
                    fact_use.argument.as_deref(),
                );
                (name, fact.personal)
            })
            .collect()
    }

    /// The ids of the grants and suggestions, and the topics of mentoring, that stand in the rule
    /// and that it may give, on any way through it; sorted.
    pub fn gives(&self) -> &[Arc<str>] {
        &self.gives
    }

    /// Whether it may also give topics of mentoring that it reads, such as `person.function`.
    pub fn gives_others(&self) -> bool {
        self.gives_others
    }

    /// What it runs for: a rule that takes `team` and neither `standing` nor `person` runs once
    /// for each team, any other once for each person.
    pub fn subject(&self) -> Subject {
        let takes = |object| self.function.parameters.contains(&object);
        if takes(Object::Team) && !takes(Object::Standing) && !takes(Object::Person) {
            Subject::Team
        } else {
            Subject::Person
        }
    }

    /// Whether the rule may ask for a fact of an object, or for any.
    pub(crate) fn asks(&self, object: Object, slot: Option<u8>) -> bool {
        self.uses
            .iter()
            .any(|known| known.object == object && slot.is_none_or(|slot| known.slot == slot))
    }

    /// The word lists that it may ask a post for.
    pub(crate) fn lists(&self) -> &[ListId] {
        &self.lists
    }

    /// Whether the checker knew that the rule may read this.
    #[cfg(test)]
    pub(crate) fn foresees(&self, read: &Read) -> bool {
        self.uses.iter().any(|known| {
            known.object == read.object
                && known.slot == read.slot
                && known.argument.as_deref() == read.argument.as_deref()
        })
    }

    pub(crate) fn settings(&self) -> &RuleSettings {
        &self.settings
    }

    pub(crate) fn examples(&self) -> &[Example] {
        &self.examples
    }

    pub(crate) fn shared_id(&self) -> &Arc<str> {
        &self.id
    }
}

/// A fact as a rule of a folder names it.
pub(crate) fn fact_name(
    folder: Folder,
    object: Object,
    fact: &str,
    argument: Option<&str>,
) -> String {
    let object = folder.parameter(object);
    match argument {
        Some(argument) => format!("{object}.{fact}({argument:?})"),
        None => format!("{object}.{fact}"),
    }
}

/// What a rule read, in its own words.
pub(crate) fn evidence(folder: Folder, reads: Vec<Read>) -> Vec<Evidence> {
    reads
        .into_iter()
        .map(|read| {
            let fact = &read.object.facts()[usize::from(read.slot)];
            let argument = read.argument.as_deref();
            Evidence {
                fact: fact_name(folder, read.object, fact.name, argument),
                value: read.value,
            }
        })
        .collect()
}

/// A program, compiled: immutable, and safe to use from any number of threads at once.
#[derive(Clone, Debug)]
pub struct Program {
    version: String,
    pub(crate) manifest: Manifest,
    pub(crate) rules: Vec<Rule>,
    files: Vec<File>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) scanner: Arc<Scanner>,
    pub(crate) view: Arc<ProgramView>,
    pub(crate) plan: Plan,
    calls: Arc<stats::Calls>,
    translations: Arc<Translations>,
    pub(crate) vocabulary: Vocabulary,
    warnings: Vec<Problem>,
    pub(crate) tests: Tests,
    pub(crate) written: Arc<Written>,
}

/// The scenarios of a program, by file; they are read when they are run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tests {
    pub(crate) texts: Vec<(String, String)>,
    /// What is wrong with files that have no text.
    pub(crate) problems: Vec<Problem>,
}

impl Program {
    /// Reads and compiles a program directory.
    ///
    /// # Errors
    ///
    /// Every problem of the program, each with its place and what would be right.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), plaudit_engine::Error> {
    /// let program = plaudit_engine::Program::load("../rules")?;
    /// assert!(program.rules().iter().any(|rule| rule.id() == "disclose_employer"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn load(directory: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_sources(&Sources::read(directory.as_ref())?)
    }

    /// Compiles a program from files in memory.
    ///
    /// # Errors
    ///
    /// Every problem of the program, each with its place and what would be right.
    pub fn from_sources(sources: &Sources) -> Result<Self, Error> {
        load::load(sources)
    }

    /// Compiles all that is otherwise compiled when posts ask for it, so that no post has to
    /// wait. For services, before a program takes the place of another one; it takes some ten
    /// milliseconds.
    pub fn compile(&self) {
        self.scanner.compile();
    }

    /// The same program with one of its rules switched off, under a version of its own.
    ///
    /// # Errors
    ///
    /// There is no such rule.
    pub fn without(&self, rule: &str) -> Result<Self, Error> {
        let place = self.rules.iter().position(|known| known.id() == rule).ok_or_else(|| {
            Problem::new(Code::UnknownRule, format!("there is no rule `{rule}`"))
                .maybe_help(choose(rule, self.rules.iter().map(Rule::id)))
        })?;
        let mut program = self.clone();
        program.rules[place].settings.enabled = false;
        program.version = crate::wire::decision_id(&self.version, &("without", rule))?;
        Ok(program)
    }

    /// The content hash: SHA-256 of the files in hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The program's name.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// The present name of a rule, which may have had another one.
    pub fn present_name<'a>(&'a self, rule: &'a str) -> &'a str {
        let formerly = |(_, settings): &(&String, &RuleSettings)| {
            settings.formerly.iter().any(|old| old == rule)
        };
        self.manifest.rules.iter().find(formerly).map_or(rule, |(name, _)| name)
    }

    /// The rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The channels that are declared.
    pub fn channels(&self) -> impl Iterator<Item = &str> + Clone {
        self.manifest.channels.keys().map(|name| &**name)
    }

    /// The key performance indicators with their goals, by name.
    pub fn kpis(&self) -> impl Iterator<Item = (&str, &Kpi)> {
        self.manifest.kpis.iter().map(|(name, kpi)| (name.as_str(), kpi))
    }

    /// What a KPI is counted in: `%`, or a currency where it is known; nothing where things are counted.
    pub fn unit_of(&self, kpi: &Kpi) -> Option<&str> {
        let rewards = self.manifest.rewards.currency.as_deref();
        match kpi.fact {
            TeamFact::EmvIn => self.manifest.emv.as_ref().map(|emv| &*emv.currency),
            TeamFact::PipelineValueIn => rewards,
            _ => kpi.is_percent().then_some("%"),
        }
    }

    /// The figures of the field to compare with, by name.
    pub fn benchmarks(&self) -> impl Iterator<Item = (&str, &Benchmark)> {
        self.manifest.benchmarks.iter().map(|(name, benchmark)| (&**name, benchmark))
    }

    /// An instant as a clock of the program's time zone shows it.
    pub fn local_time(&self, at: jiff::Timestamp) -> String {
        self.manifest.calendar.show(at)
    }

    /// The kinds of activities that are praise of somebody, by name.
    pub fn kudos_kinds(&self) -> impl Iterator<Item = &str> {
        let kinds = self.manifest.kinds.iter();
        kinds.filter(|(_, kind)| kind.role == Some(Role::Kudos)).map(|(name, _)| &**name)
    }

    /// How long what is on record stays: for each setting of `[privacy.retention]` its name, what it is
    /// about, and the age, such as `1 year`.
    pub fn retention(&self) -> impl Iterator<Item = (String, String, String)> {
        self.manifest.retention.all().map(|(name, about, age)| (name, about, age.show()))
    }

    /// The time zone that days, weeks and periods are of.
    pub fn time_zone(&self) -> &jiff::tz::TimeZone {
        self.manifest.calendar.zone()
    }

    /// The day that weeks begin on.
    pub fn week_start(&self) -> jiff::civil::Weekday {
        self.manifest.calendar.week_start()
    }

    /// The first instant of a date in the program's time zone.
    pub fn start_of(&self, date: jiff::civil::Date) -> jiff::Timestamp {
        self.manifest.calendar.start_of_day(crate::time::Day::of(date))
    }

    /// What works but should be looked at.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// What a rule says in a language, where it is not what its file says.
    pub(crate) fn translation(&self, rule: &Rule, language: &str) -> Option<&Translation> {
        self.translations.get(language)?.get(rule.id())
    }

    /// The file that a rule stands in, and its line.
    pub fn place_of(&self, rule: &Rule) -> (&str, usize) {
        (&self.files[rule.file].name, rule.place.line)
    }

    /// Makes the program's libraries importable in another sandbox.
    pub(crate) fn import_into(&self, sandbox: &mut Sandbox) -> Result<(), Error> {
        Ok(load::import_libraries(sandbox, &self.files)?)
    }

    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    pub(crate) fn file_of(&self, rule: &Rule) -> &File {
        &self.files[rule.file]
    }

    pub(crate) fn function_of<'a>(&self, rule: &'a Rule) -> &'a Function {
        &rule.function
    }

    /// The rules of a folder with their index in the program.
    pub(crate) fn rules_of(&self, folder: Folder) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.folder == folder)
    }
}
