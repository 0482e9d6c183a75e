//! What the pages of figures share: values in words, windows in their order, rows in groups.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use plaudit_engine::Program;
use plaudit_engine::facts::Value;
use plaudit_engine::standings::{Dates, Figure, Origin, Withheld};
use unicode_width::UnicodeWidthStr;

use crate::output::{BOLD, DIM, grouped, note_assumed, on_one_line, styled};

/// Figures by name, as documents have them.
pub(super) type Named = BTreeMap<&'static str, Figure>;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Things,
    Percent,
    Days,
    Weeks,
    Ago,
}

/// A value in words; nothing where it is not known, or is 0 or no.
pub(super) fn notable(value: &Value, of: Of) -> Option<String> {
    match value {
        Value::Unknown | Value::Flag(false) => None,
        Value::Number(0) if of != Of::Ago => None,
        value => Some(words(value, of)),
    }
}

/// A value in words.
pub(super) fn words(value: &Value, of: Of) -> String {
    let Value::Number(number) = value else {
        return match value {
            Value::Text(text) => on_one_line(text),
            other => other.to_string(),
        };
    };
    let many = |one: &str, more: &str| {
        let unit = if *number == 1 { one } else { more };
        format!("{} {unit}", grouped(*number))
    };
    match of {
        Of::Things => grouped(*number),
        Of::Percent => format!("{} %", grouped(*number)),
        Of::Days => many("day", "days"),
        Of::Weeks => many("week", "weeks"),
        Of::Ago if *number == 0 => "today".to_owned(),
        Of::Ago => format!("{} ago", many("day", "days")),
    }
}

/// Stands in a table for what is not told.
pub(super) const GAP: &str = "–";

/// Says under a table what a dash in it means; nothing where there is none.
pub(super) fn dashes(
    output: &mut impl Write,
    rows: &[Vec<String>],
    meaning: &str,
) -> std::io::Result<()> {
    if rows.iter().flatten().all(|cell| cell != GAP) {
        return Ok(());
    }
    writeln!(output, "  {}", styled(DIM, format!("{GAP}: {meaning}")))
}

/// The value of a figure that is asked with nothing.
pub(super) fn one<'a>(figures: &'a Named, name: &str) -> &'a Value {
    match figures.get(name) {
        Some(Figure::One(value)) => value,
        _ => &Value::Unknown,
    }
}

/// The value of a figure for what it is asked with.
pub(super) fn of<'a>(figures: &'a Named, name: &str, argument: &str) -> &'a Value {
    match figures.get(name) {
        Some(Figure::Each(values)) => values.get(argument).unwrap_or(&Value::Unknown),
        _ => &Value::Unknown,
    }
}

/// A figure in words. Of one that has many values, those that are not known, 0 or no are left
/// out, and a longer window that adds nothing, unless `all` are wanted; nothing where none is left.
pub(super) fn shown(program: &Program, figure: &Figure, of: Of, all: bool) -> Option<String> {
    let values = match figure {
        Figure::One(value) if all => return Some(words(value, of)),
        Figure::One(value) => return notable(value, of),
        Figure::Each(values) => values,
    };
    let is_by_window = program.windows().all(|window| values.contains_key(window));
    let mut before = None;
    let mut parts = Vec::new();
    for (name, value) in in_order(program, values) {
        if all {
            parts.push(part(name, value, of, is_by_window));
        } else if notable(value, of).is_some() && !(is_by_window && before == Some(value)) {
            before = Some(value);
            parts.push(part(name, value, of, is_by_window));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn part(name: &str, value: &Value, of: Of, is_by_window: bool) -> String {
    match value {
        Value::Flag(true) => on_one_line(name),
        value if is_by_window => format!("{} in {}", words(value, of), window_name(name)),
        value => format!("{} {}", on_one_line(name), words(value, of)),
    }
}

/// Windows from the shortest on; anything else by its value, the largest first.
fn in_order<'a>(
    program: &'a Program,
    values: &'a BTreeMap<Arc<str>, Value>,
) -> Vec<(&'a str, &'a Value)> {
    let mut ordered: Vec<(&str, &Value)> =
        values.iter().map(|(name, value)| (&**name, value)).collect();
    let place = |name: &str| program.windows().position(|window| window == name);
    ordered.sort_by(|(a, value), (b, other)| {
        place(a).cmp(&place(b)).then_with(|| other.cmp(value)).then_with(|| a.cmp(b))
    });
    ordered
}

/// `30_days` as people say it.
pub(super) fn window_name(name: &str) -> String {
    on_one_line(&name.replace('_', " "))
}

/// The window that a page looks at where none is asked for: the wanted one where the program
/// declares it, or else the first one from the shortest, or the longest, on.
pub(super) fn usual_window(program: &Program, wanted: &str, or_at: Option<usize>) -> String {
    let windows = program.windows();
    windows
        .clone()
        .find(|window| *window == wanted)
        .or_else(|| windows.clone().nth(or_at?))
        .or_else(|| windows.last())
        .unwrap_or(wanted)
        .to_owned()
}

/// A row of a page: what it is, the value in words, and the figure's own name.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) figure: &'static str,
}

/// Rows under a heading; nothing where there is none.
pub(super) fn group(
    output: &mut impl Write,
    title: &str,
    rows: &[Row],
    with_names: bool,
) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(output, "\n{}", styled(BOLD, title))?;
    let widest = |cell: fn(&Row) -> &'static str| {
        rows.iter().map(|row| cell(row).width()).max().unwrap_or(0)
    };
    let padded = |text: &str, width: usize| {
        format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
    };
    let (labels, names) = (widest(|row| row.label), widest(|row| row.figure));
    for row in rows {
        let label = padded(row.label, labels);
        let name = match with_names {
            true => format!("{}  ", styled(DIM, padded(row.figure, names))),
            false => String::new(),
        };
        writeln!(output, "  {label}  {name}{}", row.value)?;
    }
    Ok(())
}

/// Where figures come from, under the heading of a page.
pub(super) fn origin(output: &mut impl Write, origin: &Origin) -> std::io::Result<()> {
    if let Some(period) = &origin.period {
        writeln!(output, "{}", styled(DIM, format!("The period is {}.", dates(period))))?;
    }
    note_assumed(output, origin.assumed_consent)
}

/// A period in words.
pub(super) fn dates(period: &Dates) -> String {
    format!("{}, from {} up to {}", on_one_line(&period.name), period.from, period.until)
}

/// Why nothing is shown, in a sentence.
pub(super) fn why(program: &Program, withheld: Withheld) -> String {
    match withheld {
        Withheld::SmallGroup => format!(
            "Nothing is shown: fewer than {} people take part, or the figures would tell of a \
             group that small (minimum_group).",
            program.minimum_group()
        ),
        Withheld::AggregateOnly => {
            "Nobody is shown: this program shows figures for groups only (aggregate_only)."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Program {
        Program::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../rules")).unwrap()
    }

    fn each(values: &[(&str, Value)]) -> Figure {
        Figure::Each(values.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
    }

    #[test]
    fn a_longer_window_that_adds_nothing_is_left_out() {
        let program = program();
        let values: Vec<(&str, Value)> = program
            .windows()
            .zip([0, 5, 5, 1_200, 1_200])
            .map(|(name, points)| (name, Value::Number(points)))
            .collect();
        let figure = each(&values);
        let brief = shown(&program, &figure, Of::Things, false);
        assert_eq!(brief.as_deref(), Some("5 in 30 days, 1,200 in 180 days"));
        let all = shown(&program, &figure, Of::Things, true).unwrap();
        assert!(all.starts_with("0 in 7 days, 5 in 30 days, 5 in 90 days"), "{all}");
    }

    #[test]
    fn what_is_not_known_or_nothing_is_no_news() {
        let program = program();
        let figure = each(&[("share", Value::Flag(false)), ("create", Value::Flag(true))]);
        assert_eq!(shown(&program, &figure, Of::Things, false).as_deref(), Some("create"));
        let nothing = each(&[("share", Value::Unknown), ("create", Value::Number(0))]);
        assert_eq!(shown(&program, &nothing, Of::Things, false), None);
        assert_eq!(notable(&Value::Number(0), Of::Ago).as_deref(), Some("today"));
        assert_eq!(notable(&Value::Number(0), Of::Days), None);
        assert_eq!(words(&Value::Number(1), Of::Ago), "1 day ago");
        assert_eq!(words(&Value::Number(-1_234), Of::Things), "-1,234");
        assert_eq!(words(&Value::from("a\u{1b}[31m"), Of::Things), "a<U+001B>[31m");
    }

    #[test]
    fn the_usual_window_is_one_that_is_declared() {
        let program = program();
        assert_eq!(usual_window(&program, "90_days", None), "90_days");
        assert_eq!(usual_window(&program, "31_days", Some(1)), "30_days");
        assert_eq!(usual_window(&program, "31_days", Some(9)), "365_days");
        assert_eq!(usual_window(&program, "31_days", None), "365_days");
    }
}
