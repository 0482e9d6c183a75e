//! Reads what a scenario expects, each word of it checked against the program.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{About, Expectation, ExpectedFigure, Lined, MENTORS, Reading, UNKNOWN};
use crate::error::{Code, choose, did_you_mean};
use crate::facts::{Argument, Fact, Folder, Object, PersonFact, STYLES, Type, Value, Words};
use crate::standings::{Among, BoardQuestion, Span, arguments};
use crate::table::{Set, Table, whole};

/// What can be expected.
const EXPECTED: [&str; 6] =
    ["standing", "figures", "entitlements", "suggestions", "places", "withheld"];

impl Reading<'_, '_> {
    pub(super) fn expectation(&self, table: &Table<'_, '_>) -> Option<Expectation> {
        table.only(&[
            "as_of",
            "advocate",
            "team",
            "board",
            "pairs",
            "standing",
            "figures",
            "entitlements",
            "suggestions",
            "places",
            "withheld",
        ]);
        if table.get("as_of").is_none() {
            let message = "an expectation needs the time `as_of` which it holds".to_owned();
            self.problem(Code::Missing, message, None, table.range());
        }
        let as_of = table.instant("as_of");
        let subjects = ["advocate", "team", "board", "pairs"];
        let given: Vec<&str> =
            subjects.into_iter().filter(|name| table.get(name).is_some()).collect();
        let [subject] = given[..] else {
            let message = match given.is_empty() {
                true => "the expectation does not say whom or what it is about".to_owned(),
                false => format!("an expectation is about one thing, not {}", given.join(" and ")),
            };
            let help = "write one of `advocate`, `team`, `board` and `pairs`".to_owned();
            self.problem(Code::Missing, message, Some(help), table.range());
            return None;
        };
        let may: &[&str] = match subject {
            "advocate" => &["standing", "entitlements", "suggestions", "withheld"],
            "team" => &["figures", "entitlements", "suggestions", "withheld"],
            "board" => &["places", "withheld"],
            _ => &[],
        };
        for (name, range) in table.names() {
            let of_others = !may.contains(&name) && name != "as_of" && name != subject;
            if of_others && EXPECTED.contains(&name) {
                let message = format!("`{name}` cannot be expected of `{subject}`");
                let words: Vec<String> = may.iter().map(|name| format!("`{name}`")).collect();
                let help = (!may.is_empty()).then(|| format!("write {}", words.join(", ")));
                self.problem(Code::WrongValue, message, help, range);
            }
        }
        let withheld = self.withheld(table);
        let figures = match subject {
            "advocate" => self.figures(table, "standing", Object::Standing),
            "team" => self.figures(table, "figures", Object::Team),
            _ => Vec::new(),
        };
        let entitlements = self.list(table, "entitlements");
        self.given(table, "entitlements", Folder::Recognition);
        let suggestions = self.list(table, "suggestions");
        self.given(table, "suggestions", Folder::Coaching);
        let about = match subject {
            "advocate" => About::Advocate(self.advocate(table)?),
            "team" => About::Team(self.team(table, "team", true)?),
            "board" => About::Board(self.board(table)?, self.places(table)),
            _ => About::Pairs(self.pairs(table)?),
        };
        let named = |name: &&&str| **name != "withheld" && table.get(name).is_some();
        let expected = may.iter().find(named);
        if withheld.as_ref().is_some_and(|withheld| withheld.value)
            && let Some(name) = expected
            && let Some(value) = table.get(name)
        {
            let message = format!("nothing is known of `{name}` where it is withheld");
            self.problem(Code::WrongValue, message, None, value.span());
        }
        if subject != "pairs" && withheld.is_none() && expected.is_none() {
            let message = format!("nothing is expected of the {subject}");
            let words: Vec<String> = may.iter().map(|name| format!("`{name}`")).collect();
            let help = Some(format!("write at least one of {}", words.join(", ")));
            self.problem(Code::Missing, message, help, table.range());
        }
        let as_of = as_of?.value;
        Some(Expectation { as_of, about, withheld, figures, entitlements, suggestions })
    }

    fn withheld(&self, table: &Table<'_, '_>) -> Option<Lined<bool>> {
        let value = table.flag("withheld")?;
        let line = self.line(&table.get("withheld")?.span());
        Some(Lined { line, value })
    }

    fn advocate(&self, table: &Table<'_, '_>) -> Option<String> {
        let name = table.text("advocate")?;
        self.known(&name);
        Some(name.value.to_owned())
    }

    /// Refuses people who do not occur.
    fn known(&self, name: &Set<&str>) {
        if !self.names_known || self.names.contains(name.value) {
            return;
        }
        let message = format!("nobody in this scenario is called `{}`", name.value);
        let help = did_you_mean(name.value, self.names.iter().map(|name| &**name));
        self.problem(Code::UnknownAdvocate, message, help, name.range.clone());
    }

    /// What teams may be by.
    fn groups(&self) -> Vec<&'static str> {
        let teams = self.program.manifest.teams.iter();
        teams.map(|fact| PersonFact::FACTS[*fact as usize].name).collect()
    }

    fn group(&self, by: Set<&str>, others: &[&'static str]) -> Option<String> {
        let known: Vec<&str> = others.iter().copied().chain(self.groups()).collect();
        if known.contains(&by.value) {
            return Some(by.value.to_owned());
        }
        let message = format!("there are no teams by `{}`", by.value);
        self.problem(Code::UnknownName, message, choose(by.value, known), by.range);
        None
    }

    /// A team, or, where that may be, the whole program.
    fn team(
        &self,
        table: &Table<'_, '_>,
        name: &'static str,
        program: bool,
    ) -> Option<Option<(String, String)>> {
        let team = table.table(name)?.only(&["by", "name"]);
        let others: &[&str] = if program { &["program"] } else { &[] };
        let by = self.group(team.need_text("by")?, others)?;
        if by == "program" {
            if let Some(name) = team.text("name") {
                let message = "the whole program has no name here".to_owned();
                self.problem(Code::WrongValue, message, None, name.range);
            }
            return Some(None);
        }
        Some(Some((by, team.need_text("name")?.value.to_owned())))
    }

    fn board(&self, table: &Table<'_, '_>) -> Option<BoardQuestion> {
        const SPANS: [&str; 4] = ["all_time", "this_period", "period", "window"];
        const AMONG: [&str; 3] = ["style", "team", "teams"];
        let board = table.table("board")?;
        board.only(&[&SPANS[..], &AMONG[..]].concat());
        let one_of = |names: &[&'static str]| -> Result<Option<&'static str>, ()> {
            let given: Vec<&'static str> =
                names.iter().copied().filter(|name| board.get(name).is_some()).collect();
            if given.len() > 1 {
                let message = format!("a board has one of {}", given.join(" and "));
                self.problem(Code::WrongValue, message, None, board.range());
                return Err(());
            }
            Ok(given.first().copied())
        };
        let (spans, among) = (one_of(&SPANS).ok()?, one_of(&AMONG).ok()?);
        let mut period = None;
        let span = match spans {
            Some("window") => {
                let name = board.text("window")?;
                let known = arguments(self.program, Argument::Window);
                if !known.iter().any(|known| **known == *name.value) {
                    let message = format!("there is no window `{}`", name.value);
                    let help = choose(name.value, known.iter().map(|name| &**name));
                    self.problem(Code::UnknownName, message, help, name.range);
                    return None;
                }
                Span::Window(name.value.into())
            }
            Some("period") => {
                let name = board.text("period")?;
                if self.program.manifest.period_named(name.value).is_none() {
                    let message = format!("there is no period `{}`", name.value);
                    let help = "write its name, such as `2026-Q2`, or a date that it falls into";
                    self.problem(Code::UnknownName, message, Some(help.to_owned()), name.range);
                    return None;
                }
                period = Some(name.value.into());
                Span::Period
            }
            Some(name) => {
                if !board.flag(name)? {
                    let message = format!("`{name}` is `true` where it is meant");
                    self.problem(Code::WrongValue, message, None, board.get(name)?.span());
                    return None;
                }
                if name == "all_time" { Span::AllTime } else { Span::Period }
            }
            None => {
                let message = "a board is about some time".to_owned();
                let help =
                    "write `all_time = true`, `this_period = true`, `window = …` or `period = …`";
                self.problem(Code::Missing, message, Some(help.to_owned()), board.range());
                return None;
            }
        };
        let among = match among {
            Some("style") => Among::Style(board.word("style", STYLES)?.value.into()),
            Some("team") => {
                let (by, name) = self.team(&board, "team", false)??;
                Among::Team(by.into(), name.into())
            }
            Some(_) => {
                let by = board.text("teams")?;
                if !matches!(span, Span::Window(_)) {
                    let message = "teams are compared over a window of days".to_owned();
                    let help = "write `window = …`".to_owned();
                    self.problem(Code::WrongValue, message, Some(help), by.range);
                    return None;
                }
                Among::Teams(self.group(by, &[])?.into())
            }
            None => Among::Everyone,
        };
        Some(BoardQuestion { span, among, period })
    }

    /// A list of texts, with its line.
    fn list(&self, table: &Table<'_, '_>, name: &str) -> Option<Lined<Vec<String>>> {
        let line = self.line(&table.get(name)?.span());
        let value = table.texts(name).into_iter().map(|set| set.value.to_owned()).collect();
        Some(Lined { line, value })
    }

    /// Refuses ids that no rule gives.
    fn given(&self, table: &Table<'_, '_>, name: &str, folder: Folder) {
        let rules = self.program.rules_of(folder);
        let known: BTreeSet<&str> =
            rules.flat_map(|(_, rule)| rule.gives().iter().map(|id| &**id)).collect();
        if !table.get(name).is_some_and(|value| value.get_ref().is_array()) {
            return;
        }
        for item in table.texts(name) {
            let id = item.value.split(['/', '@']).next().unwrap_or_default();
            if !known.contains(id) {
                let message = format!("no rule gives `{id}`");
                let help = choose(id, known.iter().copied());
                self.problem(Code::UnknownName, message, help, item.range);
            }
        }
    }

    /// The places of a board, each a name and points, such as `ada 13` or `1. ada 13`.
    fn places(&self, table: &Table<'_, '_>) -> Option<Lined<Vec<String>>> {
        let list = self.list(table, "places")?;
        for item in table.texts("places") {
            let points = item.value.rsplit_once(' ').map(|(_, points)| points.parse::<i64>());
            if !matches!(points, Some(Ok(_))) {
                let message = format!("`{}` is not a place on a board", item.value);
                let help =
                    "write a name and points, such as `ada 13`, or with the rank: `1. ada 13`";
                self.problem(Code::WrongValue, message, Some(help.to_owned()), item.range);
            }
        }
        Some(list)
    }

    fn pairs(&self, table: &Table<'_, '_>) -> Option<Lined<Vec<String>>> {
        let list = self.list(table, "pairs")?;
        for item in table.texts("pairs") {
            let Some((mentor, mentee)) = item.value.split_once(MENTORS) else {
                let message = format!("`{}` is not a pair", item.value);
                let help = Some("write who mentors whom, such as `ada mentors bo`".to_owned());
                self.problem(Code::WrongValue, message, help, item.range);
                continue;
            };
            for name in [mentor, mentee] {
                self.known(&Set { value: name, range: item.range.clone() });
            }
        }
        Some(list)
    }

    fn figures(
        &self,
        table: &Table<'_, '_>,
        setting: &'static str,
        object: Object,
    ) -> Vec<ExpectedFigure> {
        let mut figures = Vec::new();
        let Some(expected) = table.table(setting) else { return figures };
        // What a team is by, and its name, are said beside its figures.
        let is_figure =
            |fact: &&Fact| object != Object::Team || !matches!(fact.name, "by" | "name");
        for (key, value) in expected.raw() {
            let name: &str = key.get_ref();
            let Some(fact) = object.facts().iter().filter(is_figure).find(|fact| fact.name == name)
            else {
                let known: Vec<&str> =
                    object.facts().iter().filter(is_figure).map(|fact| fact.name).collect();
                let message = format!("there is no figure `{name}`");
                self.problem(Code::UnknownName, message, choose(name, known), key.span());
                continue;
            };
            let mut add = |range: Range<usize>, argument: Option<Arc<str>>, value| {
                let line = self.line(&range);
                figures.push(ExpectedFigure { line, name: fact.name, argument, value });
            };
            match (fact.argument, value.get_ref().as_table()) {
                (None, None) => {
                    if let Some(value) = self.value(fact, value) {
                        add(key.span(), None, value);
                    }
                }
                (None, Some(_)) => {
                    let message = format!("`{name}` is one figure, not several");
                    self.problem(Code::WrongArguments, message, None, value.span());
                }
                (Some(argument), of) => {
                    let known = arguments(self.program, argument);
                    let names = || known.iter().map(|name| &**name);
                    let Some(of) = of else {
                        let message = format!("`{name}` is asked with something");
                        let example = names().next().unwrap_or_default();
                        let help = format!("write `{name} = {{ {example:?} = … }}`; known: {}", {
                            let names: Vec<&str> = names().collect();
                            names.join(", ")
                        });
                        self.problem(Code::WrongArguments, message, Some(help), value.span());
                        continue;
                    };
                    for (key, value) in of {
                        let asked: &str = key.get_ref();
                        if !names().any(|name| name == asked) {
                            let message = format!("there is no `{name}` of `{asked}`");
                            let known: Vec<&str> = names().collect();
                            self.problem(
                                Code::UnknownName,
                                message,
                                choose(asked, known),
                                key.span(),
                            );
                        } else if let Some(value) = self.value(fact, value) {
                            add(key.span(), Some(asked.into()), value);
                        }
                    }
                }
            }
        }
        figures
    }

    /// A value that a figure can have.
    fn value(&self, fact: &Fact, given: &Spanned<DeValue<'_>>) -> Option<Value> {
        let name = fact.name;
        let wrong = |wanted: &str, help: Option<String>| {
            let message = format!("`{name}` is {wanted}");
            self.problem(Code::WrongValue, message, help, given.span());
            None
        };
        let text = given.get_ref().as_str();
        if text == Some(UNKNOWN) {
            return match fact.optional {
                true => Some(Value::Unknown),
                false => wrong("always known", None),
            };
        }
        match fact.kind {
            Type::Flag => match given.get_ref().as_bool() {
                Some(flag) => Some(Value::Flag(flag)),
                None => wrong("`true` or `false`", None),
            },
            Type::Number(least, most) => match whole(given) {
                Some(number) if (least..=most).contains(&number) => Some(Value::Number(number)),
                _ if fact.optional => wrong("a whole number, or \"unknown\"", None),
                _ => wrong("a whole number", None),
            },
            Type::Text => match text {
                Some(text) => Some(text.into()),
                None => wrong("text in quotes", None),
            },
            Type::Word(words) => {
                let Some(text) = text else { return wrong("text in quotes", None) };
                let manifest = &self.program.manifest;
                let known: Vec<&str> = match words {
                    Words::Kinds => manifest.kinds.keys().map(|name| &**name).collect(),
                    Words::Channels => manifest.channels.keys().map(|name| &**name).collect(),
                    Words::Levels => manifest.levels.iter().map(|level| &*level.name).collect(),
                    Words::Fixed(words) => words.to_vec(),
                };
                match known.contains(&text) {
                    true => Some(text.into()),
                    false => wrong(&format!("never `{text}`"), choose(text, known)),
                }
            }
        }
    }
}
