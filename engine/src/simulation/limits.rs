//! What an owner does not want a change to exceed: `levels_lost > 5%`, `cost > budget`.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::document::Part;
use crate::error::{Code, Problem, choose};

/// The table of figures: meaning, variant, name, what a percentage is of, and the part it is of.
macro_rules! figures {
    ($( #[doc = $doc:literal] $variant:ident = $name:literal of $whole:literal in $part:ident, )+) => {
        /// A figure that a limit can be set for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Figure { $( #[doc = $doc] $variant, )+ }

        impl Figure {
            const ALL: &'static [Figure] = &[$( Figure::$variant, )+];

            /// The name in a limit.
            pub(super) const fn name(self) -> &'static str {
                match self { $( Figure::$variant => $name, )+ }
            }

            /// What a percentage is of.
            const fn whole(self) -> &'static str {
                match self { $( Figure::$variant => $whole, )+ }
            }

            /// The part of the document that would tell it.
            pub(super) const fn part(self) -> Part {
                match self { $( Figure::$variant => Part::$part, )+ }
            }
        }
    };
}

impl Figure {
    /// Whether it is never more than what a percentage is of.
    const fn is_part(self) -> bool {
        use Figure::{GrantsLost, LevelsLost, VerdictsMilder, VerdictsStricter};
        matches!(self, LevelsLost | GrantsLost | VerdictsStricter | VerdictsMilder)
    }
}

figures! {
    /// People who would have fewer points.
    PeopleLosing = "people_losing" of "people with anything that counts" in Points,
    /// People who would have more points.
    PeopleGaining = "people_gaining" of "people with anything that counts" in Points,
    /// Points that people would have fewer, all who lose together.
    PointsLost = "points_lost" of "points" in Points,
    /// Points that people would have more, all who gain together.
    PointsGained = "points_gained" of "points" in Points,
    /// People who would have a lower level, or none.
    LevelsLost = "levels_lost" of "people with a level" in Levels,
    /// People who would have a higher level.
    LevelsGained = "levels_gained" of "people with a level" in Levels,
    /// People who would no longer be among the top ten.
    LeaveTop = "leave_top" of "the top ten" in Board,
    /// Entitlements that would go.
    GrantsLost = "grants_lost" of "entitlements" in Entitlements,
    /// Entitlements that would come.
    GrantsGained = "grants_gained" of "entitlements" in Entitlements,
    /// What all rewards would come to, in whole units of the currency.
    Cost = "cost" of "the budget" in Cost,
    /// Published posts that would have a graver verdict.
    VerdictsStricter = "verdicts_stricter" of "posts that are judged" in Posts,
    /// Published posts that would have a milder verdict.
    VerdictsMilder = "verdicts_milder" of "posts that are judged" in Posts,
    /// Failures of the candidate's rules.
    Faults = "faults" of "activities" in Points,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Over,
    From,
    Under,
    UpTo,
}

impl Compare {
    const ALL: [(&'static str, Compare); 4] =
        [(">=", Compare::From), ("<=", Compare::UpTo), (">", Compare::Over), ("<", Compare::Under)];

    fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(_, compare)| *compare == self).map_or(">", |(sign, _)| sign)
    }

    fn holds(self, value: i128, bound: i128) -> bool {
        match self {
            Compare::Over => value > bound,
            Compare::From => value >= bound,
            Compare::Under => value < bound,
            Compare::UpTo => value <= bound,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Number(i64),
    Percent(i64),
    /// All of what a percentage would be of, which is the budget.
    Budget,
}

/// What must not be: a figure of a simulation, a comparison, and a number, a percentage, or for
/// `cost` the word `budget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    figure: Figure,
    compare: Compare,
    bound: Bound,
}

/// The largest number of a limit.
const LARGEST: i64 = crate::facts::LARGEST;

impl FromStr for Limit {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let shown: String = text.chars().take(100).collect();
        let wrong = |message: String| Problem::new(Code::WrongValue, message).field("fail_if");
        let Some(start) = text.find(is_sign) else {
            return Err(wrong(format!("`{shown}` compares nothing"))
                .help("write a figure, >, >=, < or <=, and a number: levels_lost > 5%"));
        };
        let end = text[start..].find(|sign| !is_sign(sign)).map_or(text.len(), |end| start + end);
        let (name, sign, bound) = (text[..start].trim(), &text[start..end], text[end..].trim());
        let Some((_, compare)) = Compare::ALL.iter().find(|(known, _)| *known == sign) else {
            let help = match sign {
                "=>" | "≥" => "write >=, which is exceeded from the number on",
                "=<" | "≤" => "write <=, which is exceeded up to the number",
                _ => {
                    "write what is too much: > is exceeded beyond the number, >= from the number on"
                }
            };
            return Err(wrong(format!("`{shown}` compares by no sign of limits")).help(help));
        };
        let names = Figure::ALL.iter().map(|figure| figure.name());
        let figure = Figure::ALL.iter().find(|figure| figure.name() == name).ok_or_else(|| {
            let named: String = name.chars().take(100).collect();
            wrong(format!("there is no figure `{named}`")).maybe_help(choose(name, names))
        })?;
        let number = |text: &str| {
            let number = text.trim().replace([',', '_'], "").parse::<i64>().ok();
            number.filter(|number| (0..=LARGEST).contains(number))
        };
        let bound = match (bound, bound.strip_suffix('%')) {
            ("budget", _) if *figure == Figure::Cost => Some(Bound::Budget),
            (_, Some(percent)) => number(percent).map(Bound::Percent),
            (bound, None) => number(bound).map(Bound::Number),
        };
        let bound = bound.ok_or_else(|| {
            let budget = if *figure == Figure::Cost { ", or `budget`" } else { "" };
            wrong(format!("`{shown}` does not say how much"))
                .help(format!("a whole number, or a percentage such as 5%{budget}"))
        })?;
        let limit = Self { figure: *figure, compare: *compare, bound };
        match limit.pointless() {
            Some(problem) => Err(problem.field("fail_if")),
            None => Ok(limit),
        }
    }
}

fn is_sign(sign: char) -> bool {
    "<>=!≤≥".contains(sign)
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.figure.name(), self.compare.sign())?;
        match self.bound {
            Bound::Number(number) => write!(f, "{number}"),
            Bound::Percent(percent) => write!(f, "{percent}%"),
            Bound::Budget => f.write_str("budget"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|problem: Problem| {
            let help = problem.help.map_or_else(String::new, |help| format!(" ({help})"));
            de::Error::custom(format!("{}{help}", problem.message))
        })
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SimulationLimit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Figure::ALL.iter().map(|figure| figure.name()).collect();
        json_schema!({
            "description": "What must not be: a figure, a comparison, and a number, a percentage, or for `cost` the word `budget`.",
            "type": "string",
            "pattern": format!(
                r"^\s*(({})\s*(>=|<=|>|<)\s*[0-9][0-9,_]*\s*%?|cost\s*(>=|<=|>|<)\s*budget)\s*$",
                names.join("|")
            ),
            "examples": ["levels_lost > 5%", "cost > budget", "people_losing > 3"],
        })
    }
}

/// A limit, and whether it is exceeded.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct LimitOutcome {
    /// The limit.
    pub limit: String,
    /// The figure; nothing where it is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// What a percentage is of, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<&'static str>,
    /// How much that is; nothing where it is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<i64>,
    /// Whether it is exceeded. What is withheld counts as exceeded: nobody can say that it is not.
    pub exceeded: bool,
}

impl Limit {
    /// What is wrong with a limit that nothing can exceed, or that everything does.
    fn pointless(self) -> Option<Problem> {
        let (number, is_percent) = match self.bound {
            Bound::Number(number) => (number, false),
            Bound::Percent(percent) => (percent, true),
            Bound::Budget => return None,
        };
        let over_all = is_percent && self.figure.is_part();
        let always = match self.compare {
            // No figure is below 0.
            Compare::Under if number == 0 => false,
            Compare::From if number == 0 => true,
            Compare::Over if over_all && number >= 100 => false,
            Compare::From if over_all && number > 100 => false,
            Compare::Under if over_all && number > 100 => true,
            Compare::UpTo if over_all && number >= 100 => true,
            _ => return None,
        };
        let name = self.figure.name();
        let (message, most) = match always {
            true => (format!("`{self}` is always exceeded"), "0"),
            false => (format!("`{self}` is never exceeded"), "5%"),
        };
        let help = match number {
            0 => format!("no figure is below 0; to allow none of it, write {name} > 0"),
            _ => {
                let whole = self.figure.whole();
                format!("`{name}` is a part of {whole}, at most 100%: write {name} > {most}")
            }
        };
        Some(Problem::new(Code::WrongValue, message).help(help))
    }

    pub(super) fn figure(self) -> Figure {
        self.figure
    }

    /// Whether it is exceeded by a figure, of a whole.
    pub(super) fn judge(self, told: Option<(i64, i64)>) -> LimitOutcome {
        let of = !matches!(self.bound, Bound::Number(_));
        let exceeded = told.is_none_or(|(value, whole)| {
            let (value, whole) = (i128::from(value), i128::from(whole));
            match self.bound {
                Bound::Number(number) => self.compare.holds(value, number.into()),
                Bound::Percent(percent) => {
                    self.compare.holds(value * 100, whole * i128::from(percent))
                }
                Bound::Budget => self.compare.holds(value, whole),
            }
        });
        LimitOutcome {
            limit: self.to_string(),
            value: told.map(|(value, _)| value),
            of: of.then(|| self.figure.whole()),
            whole: told.map(|(_, whole)| whole).filter(|_| of),
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeded(limit: &str, value: i64, whole: i64) -> bool {
        limit.parse::<Limit>().unwrap().judge(Some((value, whole))).exceeded
    }

    #[test]
    fn a_limit_is_exceeded_beyond_its_number_or_share() {
        assert!(!exceeded("people_losing > 3", 3, 100));
        assert!(exceeded("people_losing > 3", 4, 100));
        assert!(exceeded("people_losing>=3", 3, 100));
        assert!(!exceeded("levels_lost > 5%", 5, 100));
        assert!(exceeded("levels_lost > 5 %", 6, 100));
        assert!(exceeded("cost > budget", 501, 500));
        assert!(!exceeded("cost > budget", 500, 500));
        assert!(exceeded("cost > 1,000", 1_001, 0));
        assert!(exceeded("grants_gained < 1", 0, 0));
        // Of nothing, anything is more than any share.
        assert!(exceeded("points_lost > 10%", 1, 0));
        assert!(!exceeded("points_lost > 10%", 0, 0));
    }

    #[test]
    fn what_is_withheld_counts_as_exceeded() {
        let outcome = "levels_lost > 5%".parse::<Limit>().unwrap().judge(None);
        assert!(outcome.exceeded);
        assert_eq!((outcome.value, outcome.whole), (None, None));
    }

    #[test]
    fn a_limit_that_cannot_be_read_says_what_would_be_right() {
        for (text, help) in [
            ("levels_lost", "levels_lost > 5%"),
            ("level_lost > 5%", "did you mean `levels_lost`?"),
            ("money > 5", "known: `people_losing`"),
            ("levels_lost > some", "a whole number, or a percentage such as 5%"),
            ("levels_lost > budget", "a whole number"),
            ("cost > 2.5%", "or `budget`"),
            ("cost > -1", "or `budget`"),
            ("> 5", "known: "),
            ("", "write a figure"),
            ("levels_lost = 5", "> is exceeded beyond the number"),
            ("levels_lost == 5", "> is exceeded beyond the number"),
            ("levels_lost != 5", "> is exceeded beyond the number"),
            ("levels_lost => 5%", "write >="),
            ("levels_lost ≥ 5%", "write >="),
            ("levels_lost =< 5%", "write <="),
        ] {
            let problem = text.parse::<Limit>().unwrap_err();
            let told = problem.help.clone().unwrap_or_default();
            assert!(told.contains(help), "{text}: {told}");
        }
    }

    #[test]
    fn a_limit_that_decides_nothing_is_refused() {
        for (text, message, help) in [
            ("levels_lost < 0", "never exceeded", "levels_lost > 0"),
            ("points_lost < 0%", "never exceeded", "points_lost > 0"),
            ("cost >= 0", "always exceeded", "cost > 0"),
            ("levels_lost > 200%", "never exceeded", "a part of people with a level"),
            ("levels_lost > 100%", "never exceeded", "at most 100%"),
            ("grants_lost >= 101%", "never exceeded", "a part of entitlements"),
            ("verdicts_milder <= 100%", "always exceeded", "a part of posts that are judged"),
        ] {
            let problem = text.parse::<Limit>().unwrap_err();
            let told = problem.help.clone().unwrap_or_default();
            assert!(problem.message.contains(message) && told.contains(help), "{text}: {problem}");
        }
        // More can come than there was; and all of it may be too much.
        for text in ["points_gained > 200%", "levels_lost >= 100%", "points_gained <= 0"] {
            assert!(text.parse::<Limit>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_limit_is_written_as_it_is_read() {
        for text in ["levels_lost > 5%", "cost > budget", "faults >= 1", "points_gained <= 0"] {
            assert_eq!(text.parse::<Limit>().unwrap().to_string(), text);
        }
    }
}
