//! What is wrong, as C sees it.

use std::mem::offset_of;

use plaudit_engine::Problem;
use plaudit_engine::error::Level;

use crate::text::{Given, PlauditText};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum PlauditLevel {
    /// It was refused.
    Error = 0,
    /// It was accepted, but is worth a look.
    Warning = 1,
}

/// One thing that is wrong: what, where, and what would be right. The texts belong to the result that
/// the problem was taken from, end in NUL, and are empty where there is nothing to say.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditProblem {
    /// sizeof(plaudit_problem), set by the caller: no more than this is written.
    pub size: usize,
    /// Error or warning.
    pub level: PlauditLevel,
    /// The line in the file or text, from 1; 0 where there is none.
    pub line: u32,
    /// The column in characters, from 1; 0 where there is none.
    pub column: u32,
    /// How many characters it spans; 0 where that is not known.
    pub span: u32,
    /// A stable name of what is wrong, such as "unknown-field".
    pub code: PlauditText,
    /// What is wrong, in one sentence.
    pub message: PlauditText,
    /// What would be right.
    pub help: PlauditText,
    /// The file, relative to the program directory or as the caller named the text.
    pub file: PlauditText,
    /// The field of the record or request, such as "events[3].likes".
    pub field: PlauditText,
}

/// The size that the struct had when the interface was numbered 0: no caller says less.
pub(crate) const LEAST: usize = offset_of!(PlauditProblem, field) + size_of::<PlauditText>();

/// A problem with its texts as they are given back.
#[derive(Debug)]
pub(crate) struct Kept {
    level: PlauditLevel,
    line: u32,
    column: u32,
    span: u32,
    texts: [Given; 5],
}

impl Kept {
    pub(crate) fn of(problem: &Problem) -> Self {
        let number = |number: Option<usize>| {
            number.map_or(0, |number| u32::try_from(number).unwrap_or(u32::MAX))
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let texts = [
            problem.code.name().to_owned(),
            problem.message.clone(),
            text(&problem.help),
            text(&problem.file),
            text(&problem.field),
        ];
        Self {
            level: match problem.level {
                Level::Error => PlauditLevel::Error,
                Level::Warning => PlauditLevel::Warning,
            },
            line: number(problem.line),
            column: number(problem.column),
            span: number(problem.length),
            texts: texts.map(Given::new),
        }
    }

    pub(crate) fn shown(&self, size: usize) -> PlauditProblem {
        let [code, message, help, file, field] = self.texts.each_ref().map(Given::as_text);
        let Self { level, line, column, span, .. } = *self;
        PlauditProblem { size, level, line, column, span, code, message, help, file, field }
    }
}
