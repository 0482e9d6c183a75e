//! The functions with which rules make what they give: findings, grants, advice. Each is listed
//! once, with what it takes and what it is a method of.

use rhai::{Expr, Position};

use super::Checker;
use super::types::{Constant, Known, Sorts};
use super::vocabulary::strings;
use super::walk::first_sort;
use crate::error::{Code, Problem, choose};
use crate::script::host::{WHAT_AN_ID_IS, is_id, is_topic};
use crate::script::sandbox::limits;

/// A function that makes a result, or says more of one.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) name: &'static str,
    /// For a method: what it is a method of.
    pub(super) of: Option<Sorts>,
    pub(super) takes: &'static [Takes],
    pub(super) gives: Sorts,
    /// What it does, for those who write rules.
    pub(super) doc: &'static str,
}

impl Made {
    /// How it is called.
    pub(super) fn call(&self) -> String {
        let takes = self.takes.iter().map(|takes| match takes {
            Takes::Words => "\"words\"",
            Takes::Place => "\"place\"",
            Takes::Id => "\"id\"",
            Takes::Topic => "\"topic\"",
            Takes::Number(_) => "number",
        });
        let dot = if self.of.is_some() { "." } else { "" };
        format!("{dot}{}({})", self.name, takes.collect::<Vec<_>>().join(", "))
    }
}

/// What an argument is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// Words for people.
    Words,
    /// A lexicon, a pattern or a place in every text.
    Place,
    /// The id of a grant or a suggestion.
    Id,
    /// A topic of mentoring.
    Topic,
    /// A whole number from 1 to this.
    Number(i64),
}

const fn maker(
    name: &'static str,
    takes: &'static [Takes],
    gives: Sorts,
    doc: &'static str,
) -> Made {
    Made { name, of: None, takes, gives, doc }
}

const fn method(name: &'static str, of: Sorts, takes: &'static [Takes], doc: &'static str) -> Made {
    Made { name, of: Some(of), takes, gives: of, doc }
}

/// All of them.
pub(super) const ALL: &[Made] = &[
    maker("advise", &[Takes::Words], Sorts::FINDING, "A finding: good advice; the author decides."),
    maker(
        "revise",
        &[Takes::Words],
        Sorts::FINDING,
        "A finding: something to change before it is published.",
    ),
    maker(
        "review",
        &[Takes::Words],
        Sorts::FINDING,
        "A finding: a person of the program team should look at it.",
    ),
    maker(
        "block",
        &[Takes::Words],
        Sorts::FINDING,
        "A finding: it must not be published as it is.",
    ),
    method(
        "at",
        Sorts::FINDING,
        &[Takes::Place],
        "Points a finding at what a lexicon or pattern found, or at links, hashtags, handles, emoji, capitals, decorative or hidden.",
    ),
    method(
        "suggest",
        Sorts::FINDING,
        &[Takes::Words],
        "Adds words to a finding that would help, ready to use.",
    ),
    maker("badge", &[Takes::Id], Sorts::BADGE, "Something that stays."),
    maker(
        "reward",
        &[Takes::Id],
        Sorts::REWARD,
        "Something that is worth something, and is approved by a person.",
    ),
    maker(
        "spotlight",
        &[Takes::Id],
        Sorts::SPOTLIGHT,
        "Shows somebody to the others; ask them first.",
    ),
    method(
        "level",
        Sorts::BADGE,
        &[Takes::Number(limits::LEVEL)],
        "The level of a badge that grows, from 1 to 100.",
    ),
    method(
        "amount",
        Sorts::REWARD,
        &[Takes::Number(limits::AMOUNT)],
        "What a reward is worth, in whole units of the program's currency.",
    ),
    method(
        "each_period",
        Sorts::GRANT,
        &[],
        "It can be had again in each period; otherwise it is once for all.",
    ),
    method("because", Sorts::GRANT, &[Takes::Words], "Words to those who get it."),
    maker(
        "suggestion",
        &[Takes::Id, Takes::Words],
        Sorts::SUGGESTION,
        "One small thing to do next.",
    ),
    method(
        "with_content",
        Sorts::SUGGESTION,
        &[],
        "Brings along content that the person could share.",
    ),
    maker(
        "offers",
        &[Takes::Topic, Takes::Number(limits::WEIGHT)],
        Sorts::MENTORING,
        "Somebody who could mentor others in a topic, and how much it counts.",
    ),
    maker(
        "seeks",
        &[Takes::Topic, Takes::Number(limits::WEIGHT)],
        Sorts::MENTORING,
        "Somebody who would like a mentor in a topic, and how much it counts.",
    ),
];

/// The function of this name.
pub(super) fn made(name: &str) -> Option<&'static Made> {
    ALL.iter().find(|made| made.name == name)
}

/// The methods of what a value may be.
pub(super) fn methods(sorts: Sorts) -> impl Iterator<Item = &'static str> + Clone {
    ALL.iter().filter(move |made| made.of.is_some_and(|of| of.may_be(sorts))).map(|made| made.name)
}

impl Checker<'_> {
    /// A call of one of them, with its receiver first where it is a method: what comes of it.
    pub(super) fn make(
        &mut self,
        made: &'static Made,
        receiver: Option<&Known>,
        expressions: &[Expr],
        arguments: &[Known],
        position: Position,
    ) -> Known {
        for ((takes, known), expression) in made.takes.iter().zip(arguments).zip(expressions) {
            let at = expression.position();
            match takes {
                Takes::Words => self.check_words(made.name, known, at),
                Takes::Place => self.check_place(known, at),
                Takes::Id => self.check_id(made.name, known, at),
                Takes::Topic => self.check_topic(made.name, known, at),
                Takes::Number(most) => self.check_number(made.name, *most, known, at),
            }
        }
        let (Some(of), Some(receiver)) = (made.of, receiver) else { return Known::of(made.gives) };
        let sorts = receiver.sorts();
        if made.name == "each_period" && sorts.may_be(Sorts::REWARD) {
            self.rewards.each_period();
        }
        if !sorts.may_be(of) && sorts != Sorts::NEVER {
            let what = first_sort(sorts);
            let problem = Problem::new(
                Code::UnknownFunction,
                format!("{what} has no method `{}`", made.name),
            )
            .maybe_help(choose(made.name, methods(sorts)));
            self.report(problem, position, made.name.len());
            return Known::of(of);
        }
        Known::of(sorts.and(of))
    }

    /// A message must be text and say something.
    fn check_words(&mut self, name: &str, known: &Known, position: Position) {
        let blank = |constant: &Constant| match constant {
            Constant::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        if !self.check_text(name, known, position) {
            return;
        }
        if known.constants().is_some_and(|all| all.iter().any(blank)) {
            let problem =
                Problem::new(Code::WrongArguments, format!("`{name}` must say something"));
            self.report(problem, position, 2);
        }
    }

    fn check_text(&mut self, name: &str, known: &Known, position: Position) -> bool {
        let may = known.sorts().may_be(Sorts::TEXT) || known.sorts() == Sorts::NEVER;
        if !may {
            let problem = Problem::new(Code::WrongArguments, format!("`{name}` takes a text"));
            self.report(problem, position, 1);
        }
        may
    }

    /// Findings point at places that exist.
    fn check_place(&mut self, known: &Known, position: Position) {
        let Some(texts) = known.texts() else {
            let problem =
                Problem::new(Code::NotAllowed, "`.at()` takes a name that stands in the rule");
            return self.report(problem, position, 1);
        };
        let vocabulary = self.vocabulary;
        let places: Vec<&str> = crate::facts::PLACES
            .iter()
            .copied()
            .chain(strings(&vocabulary.lexicons))
            .chain(strings(&vocabulary.patterns))
            .collect();
        for text in texts {
            if !places.contains(&text) {
                let problem = Problem::new(
                    Code::UnknownPlace,
                    format!("there is no lexicon, pattern or place `{text}`"),
                )
                .maybe_help(choose(text, places.iter().copied()));
                self.report(problem, position, text.chars().count() + 2);
            }
        }
    }

    /// What a rule can give is known before it runs.
    fn check_id(&mut self, name: &str, known: &Known, position: Position) {
        let Some(texts) = known.texts() else {
            self.gives_others = true;
            let problem = Problem::new(
                Code::NotAllowed,
                format!("`{name}` takes an id that stands in the rule"),
            )
            .help(format!("such as `{name}(\"first_story\"…)`: grants are known by their ids"));
            return self.report(problem, position, 1);
        };
        if made(name).is_some_and(|made| made.gives == Sorts::REWARD) {
            self.rewards.add(&texts);
        }
        for text in texts {
            if !is_id(text) {
                let problem = Problem::new(Code::WrongArguments, format!("`{text}` is no id"))
                    .help(WHAT_AN_ID_IS);
                self.report(problem, position, text.chars().count() + 2);
            }
            self.gives.insert(text.to_owned());
        }
    }

    /// A topic may be read, such as a function in the company.
    fn check_topic(&mut self, name: &str, known: &Known, position: Position) {
        if !self.check_text(name, known, position) {
            return;
        }
        let Some(texts) = known.texts() else {
            self.gives_others = true;
            return;
        };
        for text in texts {
            if !is_topic(text) {
                let message = format!("`{name}` takes a topic of 1 to {} bytes", limits::TOPIC);
                let problem = Problem::new(Code::WrongArguments, message);
                self.report(problem, position, text.chars().count() + 2);
            }
            self.gives.insert(text.to_owned());
        }
    }

    fn check_number(&mut self, name: &str, most: i64, known: &Known, position: Position) {
        let sorts = known.sorts();
        if !sorts.may_be(Sorts::NUMBER) && sorts != Sorts::NEVER {
            let message = format!("`{name}` takes a number, not {}", first_sort(sorts));
            self.report(Problem::new(Code::WrongArguments, message), position, 1);
        }
        for constant in known.constants().into_iter().flatten() {
            if let Constant::Number(number) = constant
                && !(1..=most).contains(number)
            {
                let message =
                    format!("`{name}` takes a whole number from 1 to {most}, not {number}");
                let length = number.to_string().len();
                self.report(Problem::new(Code::WrongArguments, message), position, length);
            }
        }
    }
}
