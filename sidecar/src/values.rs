//! The values of options: times, teams and figures as people write them.

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{PathBufValueParser, TypedValueParser};
use jiff::Timestamp;
use plaudit_engine::Problem;
use plaudit_engine::awards::SOURCE;
use plaudit_engine::journal::Address;
pub(crate) use plaudit_engine::requests::When;
use plaudit_engine::simulation::{Limit, MOST_SAMPLES};

/// A team by what it is a group by, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneTeam {
    pub(crate) by: Arc<str>,
    pub(crate) name: Arc<str>,
}

/// All teams by something, or one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SomeTeams {
    pub(crate) by: Arc<str>,
    pub(crate) name: Option<Arc<str>>,
}

/// A figure as rules spell it, or by its name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskedFigure {
    pub(crate) name: String,
    pub(crate) argument: Option<String>,
}

/// A time that no program is needed to understand.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let wrong = "not a time with an offset, such as 2026-06-30T14:00:00+02:00";
    text.parse().map_err(|_| wrong.to_owned())
}

/// A journal, a file or a database: it is used in place, so it cannot be a stream.
pub(crate) fn journal() -> impl TypedValueParser<Value = Address> {
    journal_file().map(Address::of)
}

/// The file of a journal.
pub(crate) fn journal_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.as_os_str() == "-" {
        true => {
            Err("a journal is a file, and `-` is standard input or output; a file of this name \
                     is written `./-`")
        }
        false => Ok(path),
    })
}

/// The name of a system that reports events.
pub(crate) fn source(text: &str) -> Result<String, String> {
    match text {
        SOURCE => Err("that is the name under which awards and decisions go on record; say which \
                       system it is, such as `hr`"
            .to_owned()),
        source => Ok(source.to_owned()),
    }
}

/// What a simulation must not exceed.
pub(crate) fn limit(text: &str) -> Result<Limit, String> {
    text.parse().map_err(|problem: Problem| match problem.help {
        Some(help) => format!("{}: {help}", problem.message),
        None => problem.message,
    })
}

/// How many people, entitlements and posts a simulation names.
pub(crate) fn samples(text: &str) -> Result<usize, String> {
    // One that is too large is refused by the engine, as through every door.
    text.parse().map_err(|_| format!("write a whole number from 0 to {MOST_SAMPLES}"))
}

pub(crate) fn when(text: &str) -> Result<When, String> {
    text.parse().map_err(str::to_owned)
}

/// `department` or `department=Sales`; what stands behind the first `=` is the name.
pub(crate) fn some_teams(text: &str) -> Result<SomeTeams, String> {
    let (by, name) = match text.split_once('=') {
        Some((by, name)) => (by.trim(), Some(name.trim())),
        None => (text.trim(), None),
    };
    if by.is_empty() || name == Some("") {
        return Err(
            "write what teams are by, such as department, or one team with its name, such \
                    as department=Sales"
                .to_owned(),
        );
    }
    Ok(SomeTeams { by: by.into(), name: name.map(Arc::from) })
}

pub(crate) fn one_team(text: &str) -> Result<OneTeam, String> {
    match some_teams(text) {
        Ok(SomeTeams { by, name: Some(name) }) => Ok(OneTeam { by, name }),
        Ok(_) => {
            Err("write what the team is by and its name, such as department=Sales; all teams \
                      are --teams, such as --teams department"
                .to_owned())
        }
        Err(_) => {
            Err("write what the team is by and its name, such as department=Sales".to_owned())
        }
    }
}

pub(crate) fn kind_of_team(text: &str) -> Result<Arc<str>, String> {
    match some_teams(text)? {
        SomeTeams { by, name: None } => Ok(by),
        SomeTeams { .. } => {
            Err(format!("write only what teams are by; the people of one team are --team {text}"))
        }
    }
}

/// `streak`, `points_in(30_days)`, `points_in("30_days")` or the same behind `standing.`.
pub(crate) fn figure(text: &str) -> Result<AskedFigure, String> {
    let text = text.trim();
    let text = text.strip_prefix("standing.").unwrap_or(text);
    let Some((name, rest)) = text.split_once('(') else {
        return Ok(AskedFigure { name: text.to_owned(), argument: None });
    };
    let inside = rest.strip_suffix(')').ok_or("the bracket is not closed")?.trim();
    let bare = ['"', '\'', '`']
        .iter()
        .find_map(|mark| inside.strip_prefix(*mark)?.strip_suffix(*mark))
        .unwrap_or(inside);
    let argument = (!bare.is_empty()).then(|| bare.to_owned());
    Ok(AskedFigure { name: name.trim().to_owned(), argument })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use plaudit_engine::Program;

    use super::*;

    #[test]
    fn a_time_is_an_instant_or_a_date_of_the_program() {
        assert_eq!(
            when("2026-06-30T14:00:00+02:00").unwrap(),
            When::Instant("2026-06-30T12:00:00Z".parse().unwrap())
        );
        assert_eq!(when("2026-07-01").unwrap(), When::Date(Date::constant(2026, 7, 1)));
        for wrong in ["2026-07-01T12:00:00", "2026-02-30", "20260701", "tomorrow", ""] {
            assert!(when(wrong).is_err(), "{wrong}");
        }
        let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
        let berlin = Program::load(rules).unwrap();
        let midnight = "2026-06-30T22:00:00Z".parse().unwrap();
        assert_eq!(when("2026-07-01").unwrap().instant(&berlin), midnight);
    }

    #[test]
    fn a_team_is_what_it_is_by_and_its_name() {
        let team = |by: &str, name: &str| OneTeam { by: by.into(), name: name.into() };
        assert_eq!(one_team("department=Sales").unwrap(), team("department", "Sales"));
        assert_eq!(one_team(" level = a=b ").unwrap(), team("level", "a=b"));
        for wrong in ["", "=", "=Sales", "department=", "department= "] {
            let said = one_team(wrong).unwrap_err();
            assert!(said.contains("such as department=Sales"), "{wrong}: {said}");
        }
        assert!(one_team("department").unwrap_err().contains("--teams department"));
        assert!(kind_of_team("department=Sales").unwrap_err().contains("--team department=Sales"));
        assert_eq!(&*kind_of_team("department").unwrap(), "department");
        assert_eq!(some_teams("level").unwrap(), SomeTeams { by: "level".into(), name: None });
    }

    #[test]
    fn a_figure_may_be_spelt_as_rules_spell_it() {
        let asked = |name: &str, argument: Option<&str>| AskedFigure {
            name: name.to_owned(),
            argument: argument.map(str::to_owned),
        };
        let window = asked("points_in", Some("30_days"));
        for text in [
            "points_in(30_days)",
            "points_in(\"30_days\")",
            "points_in('30_days')",
            "standing.points_in( \"30_days\" )",
            " points_in (30_days) ",
        ] {
            assert_eq!(figure(text).unwrap(), window, "{text}");
        }
        assert_eq!(figure("streak").unwrap(), asked("streak", None));
        assert_eq!(figure("streak()").unwrap(), asked("streak", None));
        assert_eq!(figure("count(\"a)b\")").unwrap(), asked("count", Some("a)b")));
        assert_eq!(figure("").unwrap(), asked("", None));
        assert!(figure("points_in(30_days").unwrap_err().contains("not closed"));
        assert_eq!(figure("points_in(\")").unwrap(), asked("points_in", Some("\"")));
    }
}
