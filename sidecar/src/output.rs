//! Writes for people and for programs, and says how a command ended.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use plaudit_engine::facts::Evidence;
use unicode_width::UnicodeWidthStr;

use crate::input::Failure;

/// How a command ended. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All well.
    Success,
    /// The work was done, and the answer is no.
    No,
    /// A file, a record or a program could not be used.
    Unusable,
    /// It may work when it is tried again.
    TryAgain,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        // 2 is clap's own code for a command that was called wrongly.
        ExitCode::from(match exit {
            Exit::Success => 0,
            Exit::No => 1,
            Exit::Unusable => 3,
            Exit::TryAgain => 4,
        })
    }
}

/// Tells on standard error why a command failed.
pub(crate) fn report(failure: &Failure) -> Exit {
    let mut error_output = anstream::stderr();
    match failure {
        Failure::Engine(error) => {
            let styled = std::io::stderr().is_terminal();
            for problem in error.problems() {
                // Nothing can be done where even standard error is closed.
                let _ = writeln!(error_output, "{}", problem.render(styled));
            }
            if error.problems().len() > 1 {
                let _ = writeln!(error_output, "{} problems", error.problems().len());
            }
            if error.is_retryable() { Exit::TryAgain } else { Exit::Unusable }
        }
        // The reader has gone away, as `head` does: that is no failure.
        Failure::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Success,
        Failure::Output(error) => {
            let _ = writeln!(error_output, "error: the output cannot be written: {error}");
            Exit::Unusable
        }
    }
}

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default();

/// A text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Text from outside, safe on a terminal: control and bidi characters are shown by name, so that
/// they can neither move the cursor nor turn what is read around.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => "\n".to_owned(),
            '\t' => "    ".to_owned(),
            '\u{061c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => {
                format!("<U+{:04X}>", u32::from(character))
            }
            other if other.is_control() => format!("<U+{:04X}>", u32::from(other)),
            other => other.to_string(),
        })
        .collect()
}

/// The same on one line, for names, ids and the cells of tables.
pub(crate) fn on_one_line(text: &str) -> String {
    safe(text).replace('\n', "<U+000A>")
}

/// What a rule read, as a sentence.
pub(crate) fn because(evidence: &[Evidence]) -> String {
    let facts: Vec<String> =
        evidence.iter().map(|read| format!("{} is {}", read.fact, read.value)).collect();
    safe(&facts.join(", "))
}

/// A table with columns as wide as they need to be; numbers stand to the right.
pub(crate) fn table(
    output: &mut impl Write,
    header: &[&str],
    rows: &[Vec<String>],
    right: &[bool],
) -> std::io::Result<()> {
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].width());
            cells.chain([header[column].width()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: Vec<String>, style: Style| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let space = " ".repeat(widths[column].saturating_sub(cell.width()));
                if right[column] { format!("{space}{cell}") } else { format!("{cell}{space}") }
            })
            .collect();
        let joined = padded.join("  ");
        format!("  {style}{}{style:#}", joined.trim_end())
    };
    writeln!(output, "{}", line(header.iter().map(|&name| name.to_owned()).collect(), DIM))?;
    for row in rows {
        writeln!(output, "{}", line(row.clone(), Style::new()))?;
    }
    Ok(())
}

/// Says where people were taken for willing.
pub(crate) fn note_assumed(output: &mut impl Write, assumed: bool) -> std::io::Result<()> {
    if !assumed {
        return Ok(());
    }
    let note = "People without a consent on record are taken for willing (--assume-consent).";
    writeln!(output, "{}", styled(DIM, note))
}

/// A number of things, in words.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        more => format!("{} {many}", grouped(i64::try_from(more).unwrap_or(i64::MAX))),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
