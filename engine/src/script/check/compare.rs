//! Comparisons with values that a fact can never have, and calculations with what is no number.

use rhai::Position;

use super::Checker;
use super::types::{Constant, Known, Origin, Sorts};
use super::walk::first_sort;
use crate::error::{Code, Problem, Source, choose};
use crate::facts::Type;

impl Checker<'_> {
    /// A binary operator between two values.
    pub(super) fn operator(
        &mut self,
        operator: &str,
        left: &Known,
        right: &Known,
        position: Position,
    ) -> Known {
        match operator {
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                self.compare(operator, left, right, position);
                self.compare(mirrored(operator), right, left, position);
                Known::of(Sorts::FLAG)
            }
            "contains" => {
                // `needle in list`: the list comes first.
                if let (
                    Known::Value { origin: Some(origin), .. },
                    Known::Value { elements: Some(elements), .. },
                ) = (right, left)
                {
                    for constant in elements {
                        self.possible("==", *origin, constant, position);
                    }
                }
                Known::of(Sorts::FLAG)
            }
            "+" | "-" | "*" | "/" | "%" | "**" => {
                let calculates = Sorts::NUMBER
                    .or(Sorts::FRACTION)
                    .or(Sorts::TEXT)
                    .or(Sorts::LIST)
                    .or(Sorts::MAP);
                for side in [left, right] {
                    if !side.sorts().may_be(calculates) && side.sorts() != Sorts::NEVER {
                        let problem = Problem::new(
                            Code::WrongArguments,
                            format!(
                                "`{operator}` cannot calculate with {}",
                                first_sort(side.sorts())
                            ),
                        );
                        self.report(problem, position, operator.len());
                    }
                }
                for side in [left, right] {
                    self.may_be_unknown(operator, side, position);
                }
                // Text, lists and maps only where one side is surely such; numbers otherwise.
                let surely = |sort: Sorts| left.sorts().within(sort) || right.sorts().within(sort);
                [Sorts::TEXT, Sorts::LIST, Sorts::MAP]
                    .into_iter()
                    .find(|sort| surely(*sort))
                    .map_or(Known::of(Sorts::NUMBER), Known::of)
            }
            ".." | "..=" => Known::of(Sorts::OTHER),
            _ => Known::of(Sorts::NUMBER.or(Sorts::FLAG)),
        }
    }

    /// A calculation with an unknown fact is a fault; comparisons are not.
    fn may_be_unknown(&mut self, operator: &str, side: &Known, position: Position) {
        let Known::Value { origin: Some(origin), sorts, .. } = side else { return };
        let fact = &origin.object.facts()[usize::from(origin.slot)];
        if fact.optional && sorts.may_be(Sorts::NOTHING) {
            let name = format!("{}.{}", self.object_name(origin.object), fact.name);
            let problem = Problem::new(
                Code::Advice,
                format!("`{operator}` fails where `{name}` is not known"),
            )
            .help(format!("say what to take instead, such as `({name} ?? 0)`"));
            self.report(problem.warning(), position, operator.len());
        }
    }

    fn compare(&mut self, operator: &str, fact: &Known, with: &Known, position: Position) {
        let Known::Value { origin: Some(origin), .. } = fact else { return };
        let Some(constants) = with.constants() else { return };
        for constant in constants.clone() {
            self.possible(operator, *origin, &constant, position);
        }
    }

    /// A case of a `switch` on a fact.
    pub(super) fn compare_case(
        &mut self,
        value: &Known,
        case: &Constant,
        switch: Position,
        way: Position,
    ) {
        let Known::Value { origin: Some(origin), .. } = value else { return };
        if self.impossible("==", *origin, case).is_some() && !self.is_full() {
            let position = case_position(self.source(), case, switch, way);
            self.possible("==", *origin, case, position);
        }
    }

    /// Refuses a comparison that comes out the same whatever the fact is.
    fn possible(
        &mut self,
        operator: &str,
        origin: Origin,
        constant: &Constant,
        position: Position,
    ) {
        if self.is_full() {
            return;
        }
        let Some((message, help)) = self.impossible(operator, origin, constant) else { return };
        let problem = Problem::new(Code::ImpossibleValue, message).maybe_help(help);
        let length = match constant {
            Constant::Text(text) => text.chars().count() + 2,
            _ => operator.len(),
        };
        let (position, length) = text_position(self.source(), constant, position)
            .map_or((position, operator.len().min(length)), |position| (position, length));
        self.report(problem, position, length);
    }

    /// Why a comparison comes out the same whatever the fact is, and what would be right.
    fn impossible(
        &self,
        operator: &str,
        origin: Origin,
        constant: &Constant,
    ) -> Option<(String, Option<String>)> {
        let fact = &origin.object.facts()[usize::from(origin.slot)];
        let name = format!("{}.{}", self.object_name(origin.object), fact.name);
        let (message, help) = match (fact.kind, constant) {
            (_, Constant::Nothing) if fact.optional => return None,
            (_, Constant::Nothing) => (format!("`{name}` is always known"), None),
            (Type::Flag, Constant::Flag(_)) => return None,
            (Type::Word(words), Constant::Text(text)) => {
                let known = self.vocabulary.words(words);
                if known.contains(&text.as_str()) {
                    return None;
                }
                (format!("`{name}` is never `{text}`"), choose(text, known.iter().copied()))
            }
            (Type::Text, Constant::Text(_)) => return None,
            (Type::Number(least, most), Constant::Number(number)) => {
                // Nothing compared with a number comes out as `!=` only.
                let of_unknown = fact.optional.then_some(operator == "!=");
                match settled(operator, *number, least, most) {
                    Some(always) if of_unknown.is_none_or(|unknown| unknown == always) => {}
                    _ => return None,
                }
                let range = if least == -crate::facts::LARGEST {
                    "it is any whole number".to_owned()
                } else if most == crate::facts::LARGEST {
                    format!("it is {least} or more")
                } else {
                    format!("it is {least} to {most}")
                };
                (format!("`{name} {operator} {number}` comes out the same always"), Some(range))
            }
            (kind, _) => {
                let is = match kind {
                    Type::Flag => "yes or no (`true` or `false`)",
                    Type::Number(..) => "a number",
                    Type::Word(_) | Type::Text => "text",
                };
                (format!("`{name}` is {is}; the comparison comes out the same always"), None)
            }
        };
        Some((message, help))
    }
}

fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// What `fact operator number` is for every fact from `least` to `most`, where that is the same.
fn settled(operator: &str, number: i64, least: i64, most: i64) -> Option<bool> {
    let (always, never) = match operator {
        "<" => (most < number, number <= least),
        "<=" => (most <= number, number < least),
        ">" => (number < least, most <= number),
        ">=" => (number <= least, most < number),
        "!=" => (number < least || most < number, false),
        _ => (false, number < least || most < number),
    };
    match (always, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Where a constant text stands on the line of a comparison; the tree has the operator's place
/// for it only.
fn text_position(source: &Source<'_>, constant: &Constant, near: Position) -> Option<Position> {
    let Constant::Text(text) = constant else { return None };
    let line_number = near.line()?;
    let line = source.text.lines().nth(line_number - 1)?;
    let quoted = format!("\"{text}\"");
    let at = line.find(&quoted)?;
    let column = line[..at].chars().count() + 1;
    Some(Position::new(u16::try_from(line_number).ok()?, u16::try_from(column).ok()?))
}

/// Where the literal of a case stands: before the way it leads to, behind its `switch`.
fn case_position(
    source: &Source<'_>,
    case: &Constant,
    switch: Position,
    way: Position,
) -> Position {
    let literal = match case {
        Constant::Text(text) => format!("\"{text}\""),
        Constant::Number(number) => number.to_string(),
        Constant::Flag(flag) => flag.to_string(),
        Constant::Nothing => "()".to_owned(),
    };
    let (Some(first), Some(last)) = (switch.line(), way.line()) else { return way };
    for number in (first..=last).rev() {
        let Some(line) = source.text.lines().nth(number - 1) else { continue };
        if let Some(at) = line.rfind(&literal) {
            let column = line[..at].chars().count() + 1;
            if let (Ok(number), Ok(column)) = (u16::try_from(number), u16::try_from(column)) {
                return Position::new(number, column);
            }
        }
    }
    way
}
