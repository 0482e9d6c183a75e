//! Writes statements and expressions, one draw after the other.

use std::fmt::Write as _;

use super::{Fact, Sort};
use crate::facts::Folder;

/// So deep are expressions within each other.
pub(super) const DEEPEST: usize = 4;

pub(super) struct Pen<'a> {
    pub(super) state: u64,
    pub(super) facts: &'a [Fact],
    pub(super) folder: Folder,
    /// Variables in scope, and whether they are read only.
    pub(super) scope: Vec<(String, Sort, bool)>,
    pub(super) names: usize,
    /// How many loops are around.
    pub(super) loops: usize,
    pub(super) has_helper: bool,
}

impl Pen<'_> {
    fn below(&mut self, sides: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    /// Once in so many times.
    pub(super) fn odds(&mut self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    /// What the rule comes to; nothing where it is what its folder is for.
    pub(super) fn result(&mut self) -> Option<Sort> {
        match self.folder {
            // The checker refuses other results where it sees them.
            Folder::Scoring => Some(Sort::Number),
            _ => None,
        }
    }

    fn sort(&mut self) -> Sort {
        [Sort::Number, Sort::Number, Sort::Flag, Sort::Text][self.below(4)]
    }

    /// Something that the folder's rules give.
    pub(super) fn gift(&mut self) -> String {
        let text = |pen: &mut Self| match pen.odds(3) {
            true => pen.expression(Sort::Text, 1),
            false => "\"Well.\"".to_owned(),
        };
        let number = |pen: &mut Self| match pen.odds(3) {
            true => pen.expression(Sort::Number, 1),
            false => pen.pick(&["1", "2", "50"]).to_owned(),
        };
        let one = match self.folder {
            Folder::Guidelines => {
                let severity = self.pick(&["advise", "revise", "review", "block"]);
                let said = text(self);
                let more = self.pick(&["", ".at(\"hashtags\")", ".suggest(\"So.\")"]);
                format!("{severity}({said}){more}")
            }
            Folder::Recognition => match self.below(3) {
                0 => format!("badge(\"b\").level({})", number(self)),
                1 => format!("reward(\"r\").amount({})", number(self)),
                _ => format!("spotlight(\"s\").each_period().because({})", text(self)),
            },
            _ => match self.below(3) {
                0 => format!("suggestion(\"s\", {})", text(self)),
                1 => format!("offers(\"t\", {})", number(self)),
                _ => format!("seeks(\"t\", {})", number(self)),
            },
        };
        match self.below(6) {
            0 => format!("[{one}]"),
            1 => format!("let all = [];\nall.push({one});\nall"),
            2 | 3 => format!("if {} {{ {one} }}", self.expression(Sort::Flag, 2)),
            _ => one,
        }
    }

    pub(super) fn statements(&mut self, deep: usize) -> String {
        (0..self.below(4)).map(|_| self.statement(deep) + "\n").collect()
    }

    /// A block, whose variables end with it.
    pub(super) fn block(&mut self, value: Option<Sort>, deep: usize) -> String {
        let outer = self.scope.len();
        let mut text = format!("{{\n{}", self.statements(deep.saturating_sub(1)));
        if let Some(sort) = value {
            text += &self.expression(sort, deep);
        }
        self.scope.truncate(outer);
        text + "\n}"
    }

    fn statement(&mut self, deep: usize) -> String {
        if deep == 0 || self.odds(3) {
            let sort = self.sort();
            let value = self.expression(sort, deep.min(2));
            self.names += 1;
            let name = format!("v{}", self.names);
            self.scope.push((name.clone(), sort, false));
            return format!("let {name} = {value};");
        }
        match self.below(7) {
            0 | 1 => {
                let Some((name, sort)) = self.variable(None, true) else { return String::new() };
                let value = self.expression(sort, deep);
                let how = match sort {
                    Sort::Number => self.pick(&["=", "+=", "-=", "*=", "/=", "%="]),
                    Sort::Text => self.pick(&["=", "+="]),
                    Sort::Flag => "=",
                };
                format!("{name} {how} {value};")
            }
            2 | 3 => {
                let condition = self.expression(Sort::Flag, deep - 1);
                let then = self.block(None, deep - 1);
                match self.odds(2) {
                    true => format!("if {condition} {then} else {};", self.block(None, deep - 1)),
                    false => format!("if {condition} {then};"),
                }
            }
            4 => {
                let condition = self.expression(Sort::Flag, 1);
                match self.folder {
                    Folder::Scoring => {
                        let value = self.expression(Sort::Number, deep - 1);
                        format!("if {condition} {{ return {value}; }}")
                    }
                    _ => format!("if {condition} {{ return; }}"),
                }
            }
            5 if self.loops == 0 => {
                self.loops += 1;
                self.names += 1;
                let name = format!("v{}", self.names);
                let most = self.pick(&["3", "7", "40"]).to_owned();
                self.scope.push((name.clone(), Sort::Number, true));
                let body = self.block(None, deep - 1);
                self.scope.pop();
                self.loops -= 1;
                format!("for {name} in 0..{most} {body}")
            }
            6 if self.loops == 0 => {
                self.loops += 1;
                let condition = self.expression(Sort::Flag, 1);
                let body = self.block(None, deep - 1);
                self.loops -= 1;
                // A loop without end is ended by the limit of operations.
                format!("while {condition} {body}")
            }
            _ => String::new(),
        }
    }

    fn variable(&mut self, sort: Option<Sort>, changes: bool) -> Option<(String, Sort)> {
        let fits = |(_, known, fixed): &&(String, Sort, bool)| {
            sort.is_none_or(|sort| sort == *known) && !(changes && *fixed)
        };
        let count = self.scope.iter().filter(fits).count();
        let chosen = (count > 0).then(|| self.below(count))?;
        self.scope.iter().filter(fits).nth(chosen).map(|(name, sort, _)| (name.clone(), *sort))
    }

    /// A fact of a sort.
    fn fact(&mut self, sort: Sort) -> Option<usize> {
        let fits = |fact: &&Fact| fact.sort == sort;
        let count = self.facts.iter().filter(fits).count();
        let chosen = (count > 0).then(|| self.below(count))?;
        self.facts.iter().enumerate().filter(|(_, fact)| fits(fact)).nth(chosen).map(|it| it.0)
    }

    pub(super) fn expression(&mut self, sort: Sort, deep: usize) -> String {
        // Now and then something else: a fault, or none where it is not reached.
        let sort = if self.odds(60) { self.sort() } else { sort };
        if deep == 0 || self.odds(4) {
            return self.leaf(sort);
        }
        let deep = deep - 1;
        match self.below(8) {
            0 => {
                let condition = self.expression(Sort::Flag, deep);
                let (then, other) =
                    (self.block(Some(sort), deep.min(1)), self.block(Some(sort), deep.min(1)));
                format!("(if {condition} {then} else {other})")
            }
            1 => format!("({})", self.block(Some(sort), deep)),
            2 => self.switch(sort, deep),
            _ => match sort {
                Sort::Number => self.number(deep),
                Sort::Flag => self.flag(deep),
                Sort::Text => self.text(deep),
            },
        }
    }

    fn leaf(&mut self, sort: Sort) -> String {
        if self.odds(3)
            && let Some((name, _)) = self.variable(Some(sort), false)
        {
            return name;
        }
        if !self.odds(3)
            && let Some(fact) = self.fact(sort)
        {
            return self.facts[fact].text.clone();
        }
        match sort {
            Sort::Number if self.odds(20) => self
                .pick(&["9223372036854775807", "(-9223372036854775807)", "4611686018427387904"])
                .to_owned(),
            Sort::Number => self.pick(&["0", "1", "2", "3", "10", "30", "(-1)"]).to_owned(),
            Sort::Flag => self.pick(&["true", "false"]).to_owned(),
            Sort::Text => self.pick(&["\"\"", "\"a\"", "\"Größe\"", "\"sales\""]).to_owned(),
        }
    }

    fn number(&mut self, deep: usize) -> String {
        let (left, right) =
            (self.expression(Sort::Number, deep), self.expression(Sort::Number, deep));
        match self.below(12) {
            0 => format!("min({left}, {right})"),
            1 => format!("max({left}, {right})"),
            2 => format!("(-{left})"),
            3 => format!("({left} ?? {right})"),
            4 if self.has_helper => format!("helper({left}, {right})"),
            5 => format!("({left} / {right})"),
            6 => format!("({left} % {right})"),
            _ => format!("({left} {} {right})", self.pick(&["+", "+", "-", "*"])),
        }
    }

    fn flag(&mut self, deep: usize) -> String {
        match self.below(9) {
            0 => format!("(!{})", self.expression(Sort::Flag, deep)),
            1 | 2 => {
                let (left, right) =
                    (self.expression(Sort::Flag, deep), self.expression(Sort::Flag, deep));
                format!("({left} {} {right})", self.pick(&["&&", "||"]))
            }
            3 | 4 => match self.fact(Sort::Text) {
                Some(fact) => {
                    let Fact { text, may_be, .. } = &self.facts[fact];
                    let (text, may_be) = (text.clone(), may_be.clone());
                    let Some(word) = (!may_be.is_empty()).then(|| self.below(may_be.len())) else {
                        return format!("({text} == ())");
                    };
                    let word = format!("{:?}", may_be[word]);
                    match self.below(4) {
                        0 => format!("({text} != {word})"),
                        1 => format!("({text} in [{word}, {:?}])", may_be[0]),
                        _ => format!("({text} == {word})"),
                    }
                }
                None => "true".to_owned(),
            },
            5 => match self.fact(Sort::Number) {
                Some(fact) => format!("({} != ())", self.facts[fact].text),
                None => "false".to_owned(),
            },
            _ => {
                let (left, right) =
                    (self.expression(Sort::Number, deep), self.expression(Sort::Number, deep));
                let how = self.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("({left} {how} {right})")
            }
        }
    }

    fn text(&mut self, deep: usize) -> String {
        let left = self.expression(Sort::Text, deep);
        match self.below(3) {
            0 => format!("({left} + {})", self.expression(Sort::Text, deep)),
            1 => {
                let number = self.expression(Sort::Number, deep.min(1));
                let mut text = String::from("`");
                let _ = write!(text, "{{{number}}} ${{{left}}}");
                text + "`"
            }
            _ => format!("({left} ?? \"none\")"),
        }
    }

    fn switch(&mut self, sort: Sort, deep: usize) -> String {
        let (on, cases) = match self.fact(Sort::Text) {
            Some(fact) if !self.facts[fact].may_be.is_empty() && self.odds(2) => {
                let Fact { text, may_be, .. } = &self.facts[fact];
                let cases: Vec<String> =
                    may_be.iter().take(3).map(|word| format!("{word:?}")).collect();
                (text.clone(), cases)
            }
            _ => {
                let cases = ["0", "1", "2"].map(str::to_owned).to_vec();
                (self.expression(Sort::Number, deep.min(1)), cases)
            }
        };
        let mut text = format!("(switch {on} {{\n");
        for case in cases {
            let condition = match self.odds(3) {
                true => format!(" if {}", self.expression(Sort::Flag, deep.min(1))),
                false => String::new(),
            };
            let way = self.expression(sort, deep.min(1));
            let _ = writeln!(text, "{case}{condition} => {way},");
        }
        let _ = write!(text, "_ => {}\n}})", self.expression(sort, deep.min(1)));
        text
    }
}
