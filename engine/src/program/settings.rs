//! Looks whether the settings of `program.toml` fit the rules that are there.

use std::collections::BTreeMap;

use super::load::Loading;
use super::manifest::Periods;
use super::{Manifest, Rule, Subject};
use crate::error::{Code, MOST_PROBLEMS, Problem, did_you_mean};
use crate::facts::{Folder, Object, TeamFact};
use crate::script::File;

impl Loading<'_> {
    /// Settings must be those of rules that exist.
    pub(super) fn settings(&mut self, manifest: &Manifest, rules: &[Rule], all_compiled: bool) {
        // A rule in a file that does not compile is not unknown.
        if !all_compiled {
            return;
        }
        let source = self.source("program.toml");
        for (name, settings) in &manifest.rules {
            if self.problems.len() >= 10 * MOST_PROBLEMS {
                return;
            }
            let problem = match rules.iter().find(|rule| &*rule.id == name) {
                None => Problem::new(Code::UnknownRule, format!("there is no rule `{name}`"))
                    .maybe_help(did_you_mean(name, rules.iter().map(Rule::id))),
                Some(rule) if settings.severity.is_some() && rule.folder != Folder::Guidelines => {
                    let what = if rule.folder == Folder::Scoring {
                        "gives points"
                    } else {
                        "finds nothing in posts"
                    };
                    Problem::new(
                        Code::UnknownSetting,
                        format!("`{name}` {what} and has no severity"),
                    )
                }
                Some(_) => continue,
            };
            self.problems.push(problem.at(&source, source.place(settings.range.clone())));
        }
        for (name, settings) in &manifest.rules {
            for old in &settings.formerly {
                if rules.iter().any(|rule| &*rule.id == old) {
                    let message =
                        format!("`{name}` cannot have been `{old}`: that rule is still there");
                    let problem = Problem::new(Code::Duplicate, message);
                    self.problems.push(problem.at(&source, source.place(settings.range.clone())));
                }
            }
        }
        for cap in &manifest.caps {
            for (name, range) in &cap.rules {
                if self.problems.len() >= 10 * MOST_PROBLEMS {
                    return;
                }
                let known = rules.iter().find(|rule| &*rule.id == name);
                let problem = match known {
                    Some(rule) if rule.folder == Folder::Scoring => continue,
                    Some(_) => Problem::new(
                        Code::WrongValue,
                        format!("`{name}` gives no points that `{}` could cap", cap.name),
                    ),
                    None => {
                        let scoring = rules.iter().filter(|rule| rule.folder == Folder::Scoring);
                        Problem::new(Code::UnknownRule, format!("there is no rule `{name}`"))
                            .maybe_help(did_you_mean(name, scoring.map(Rule::id)))
                    }
                };
                self.problems.push(problem.at(&source, source.place(range.clone())));
            }
        }
    }

    /// A threshold that its rule never asks for is a knob that turns nothing.
    pub(super) fn unused_thresholds(&mut self, rules: &[Rule]) {
        let source = self.source("program.toml");
        for rule in rules.iter().filter(|rule| rule.sound) {
            for name in rule.settings.thresholds.keys() {
                if self.problems.len() >= 10 * MOST_PROBLEMS {
                    return;
                }
                let asked = rule.uses.iter().any(|known| {
                    known.object == Object::Program && known.argument.as_deref() == Some(name)
                });
                if !asked {
                    let message = format!("`{}` never asks for its threshold `{name}`", rule.id);
                    let problem = Problem::new(Code::Advice, message).help(format!(
                        "ask for it with `program.threshold({name:?})`, or take it out"
                    ));
                    let place = source.place(rule.settings.range.clone());
                    self.problems.push(problem.warning().at(&source, place));
                }
            }
        }
    }

    /// What goes before a rule, a board or a figure looks at it changes what they say.
    pub(super) fn short_ages(&mut self, manifest: &Manifest, rules: &[Rule]) {
        let source = self.source("program.toml");
        let scored = |name: &str| !matches!(name, "disputes" | "grants" | "profiles");
        for (name, _, age) in manifest.retention.all().filter(|(name, ..)| scored(name)) {
            let mut short = |message: String, help: &str| {
                let problem = Problem::new(Code::Advice, message).help(help).warning();
                self.problems.push(problem.at(&source, source.place(age.range.clone())));
            };
            // The longest window is the one that tells how long the age has to be.
            let window = manifest.windows.last().filter(|it| it.days > age.least_days());
            if let Some(window) = window {
                let reads = |rule: &&Rule| {
                    rule.uses.iter().any(|it| it.argument.as_deref() == Some(&*window.name))
                };
                let by = match rules.iter().find(reads) {
                    Some(rule) => format!("`{}` looks at", rule.id),
                    None => "boards and figures can be asked for".to_owned(),
                };
                short(
                    format!("`{name}` is {}, and {by} `{}`", age.show(), window.name),
                    "make it longer, or take the window out of `[windows]`: what is past its age is not \
                     looked at any more",
                );
            }
            let period = match &manifest.periods {
                Periods::Every(unit) => !age.covers(*unit),
                Periods::Seasons(seasons) => {
                    let days = seasons.iter().map(|season| season.until.minus(season.from)).max();
                    days.is_some_and(|days| days > age.least_days())
                }
            };
            if period {
                short(
                    format!("`{name}` is {}, which is shorter than a period", age.show()),
                    "make it as long as the periods of `[periods]` at least: what was done in a period \
                     counts until it is over",
                );
            }
        }
    }

    /// What recognition and coaching rules give should be what their author meant to give: to whom
    /// it goes is told by what a rule takes, and by its id.
    pub(super) fn gifts(&mut self, files: &[File], rules: &[Rule]) {
        let mut givers: BTreeMap<&str, &Rule> = BTreeMap::new();
        for rule in rules.iter().filter(|rule| rule.sound) {
            if self.problems.len() >= 10 * MOST_PROBLEMS {
                return;
            }
            let recognizes = rule.folder == Folder::Recognition;
            if !recognizes && rule.folder != Folder::Coaching {
                continue;
            }
            let mut advice = |message: String, help: &str| {
                let source = self.file_source(&files[rule.file]);
                let problem = Problem::new(Code::Advice, message).help(help).warning();
                self.problems.push(problem.at(&source, rule.place));
            };
            for object in &rule.function.parameters {
                if !rule.asks(*object, None) {
                    let name = rule.folder.parameter(*object);
                    advice(
                        format!("`{}` takes `{name}` and never looks at it", rule.id),
                        "take it out: what a rule takes says whom it is for",
                    );
                }
            }
            if !recognizes {
                continue;
            }
            if rule.subject() == Subject::Team && !rule.asks(Object::Team, Some(TeamFact::By as u8))
            {
                advice(
                    format!("`{}` gives to every kind of team, and people are in several", rule.id),
                    "look at what the team is by, such as `team.by == \"department\"`",
                );
            }
            if let Some((one, other)) = &rule.rivals {
                advice(
                    format!(
                        "`{}` gives the reward `{one}` or `{other}`, and whoever comes from one to \
                         the other gets both in a period",
                        rule.id
                    ),
                    "give them one id, which is had once a period, and say with `because` what it is",
                );
            }
            for id in rule.gives() {
                match givers.get(&**id) {
                    Some(first) => advice(
                        format!("`{id}` is given by the rule `{}`, too", first.id),
                        "whoever reads the list takes them for one: give one of them another id",
                    ),
                    None => {
                        givers.insert(id, rule);
                    }
                }
            }
        }
    }
}
