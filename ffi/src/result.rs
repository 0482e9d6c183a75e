//! What a call gives back: one value that the caller owns.

use std::ffi::c_char;

use plaudit_engine::Problem;
use plaudit_engine::requests::{Item, refusal};

use crate::call::{Answer, Failure, ended};
use crate::problem::{Kept, LEAST, PlauditProblem};
use crate::status::PlauditStatus;
use crate::text::Given;

/// What a call gives back: a status, an answer in JSON, and problems. The caller owns it and frees it
/// with plaudit_result_free(). It does not change, and any number of threads may read it at once.
#[derive(Debug)]
pub struct PlauditResult {
    status: PlauditStatus,
    json: Given,
    /// The problems as text; made for failures only.
    message: Option<Given>,
    problems: Vec<Kept>,
    items: Vec<PlauditResult>,
}

impl PlauditResult {
    pub(crate) fn of(end: Result<Answer, Failure>) -> *mut Self {
        Box::into_raw(Box::new(match end {
            Ok(Answer { json, warnings, items }) => Self {
                items: items.into_iter().map(Self::item).collect(),
                ..Self::new(PlauditStatus::Ok, json, &warnings)
            },
            Err(Failure { status, problems }) => {
                // What cannot be written is told in words all the same.
                let json = refusal(&problems).unwrap_or_default();
                Self::new(status, json, &problems)
            }
        }))
    }

    fn item(item: Item) -> Self {
        Self::new(PlauditStatus::of(&item.problems), item.document, &item.problems)
    }

    fn new(status: PlauditStatus, json: String, problems: &[Problem]) -> Self {
        let message = (status != PlauditStatus::Ok).then(|| {
            let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
            Given::new(told.join("\n"))
        });
        let kept = problems.iter().map(Kept::of).collect();
        Self { status, json: Given::new(json), message, problems: kept, items: Vec::new() }
    }
}

/// Reads something of a result; NULL has nothing.
///
/// # Safety
///
/// The pointer is NULL or a result that was not freed, nor is as long as `'a` lasts.
unsafe fn of<'a, T>(
    result: *const PlauditResult,
    none: T,
    read: impl FnOnce(&'a PlauditResult) -> T,
) -> T {
    // SAFETY: the caller vouches for it.
    match unsafe { result.as_ref::<'a>() } {
        Some(result) => read(result),
        None => none,
    }
}

/// How the call ended: a plaudit_status. PLAUDIT_STATUS_INVALID_ARGUMENT of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_status(result: *const PlauditResult) -> PlauditStatus {
    // SAFETY: the header asks for a result.
    unsafe { of(result, PlauditStatus::InvalidArgument, |result| result.status) }
}

/// The answer: canonical JSON (RFC 8785). Of a failure it is {"problems":[...]}. The text belongs to the
/// result and ends in NUL; `length`, where it is not NULL, is set to its bytes without it. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_json(
    result: *const PlauditResult,
    length: *mut usize,
) -> *const c_char {
    // SAFETY: the header asks for a result and for NULL or a place for a number.
    unsafe {
        let (data, bytes) =
            of(result, (c"".as_ptr(), 0), |result| (result.json.as_ptr(), result.json.len()));
        if let Some(length) = length.as_mut() {
            *length = bytes;
        }
        data
    }
}

/// Why the call failed, in words, a line a problem; empty where it did not. The text belongs to the
/// result and ends in NUL. Never NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_message(result: *const PlauditResult) -> *const c_char {
    let none = c"".as_ptr();
    // SAFETY: the header asks for a result.
    unsafe { of(result, none, |result| result.message.as_ref().map_or(none, Given::as_ptr)) }
}

/// How many problems there are. A call that is well may have some, too: warnings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_problem_count(result: *const PlauditResult) -> usize {
    // SAFETY: the header asks for a result.
    unsafe { of(result, 0, |result| result.problems.len()) }
}

/// Fills in the problem of a number, counted from 0, as far as `problem->size` goes, which the caller
/// has set. The texts in it belong to the result.
///
///     plaudit_problem problem;
///     problem.size = sizeof problem;
///     for (size_t i = 0; plaudit_result_problem(result, i, &problem) == PLAUDIT_STATUS_OK; i++)
///         fprintf(stderr, "%s:%u: %s\n", problem.file.data, (unsigned)problem.line,
///                 problem.message.data);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_problem(
    result: *const PlauditResult,
    index: usize,
    problem: *mut PlauditProblem,
) -> PlauditStatus {
    let end = ended("plaudit_result_problem", |_| {
        if problem.is_null() {
            return Err(Failure::argument("problem", "is NULL"));
        }
        // SAFETY: it is not NULL, and its first member is set, as the header asks.
        let size = unsafe { (&raw const (*problem).size).read() };
        if size < LEAST {
            return Err(Failure::argument("problem->size", "is smaller than the struct"));
        }
        // SAFETY: the header asks for a result.
        let kept = unsafe { of(result, None, |result| result.problems.get(index)) };
        let Some(kept) = kept else {
            return Err(Failure::argument("index", "is of no problem"));
        };
        let shown = kept.shown(size);
        let bytes = size.min(size_of::<PlauditProblem>());
        // SAFETY: the caller has `size` bytes there, and no more than the struct has are copied; the
        // two do not overlap, for one is on our stack.
        unsafe {
            std::ptr::copy_nonoverlapping((&raw const shown).cast::<u8>(), problem.cast(), bytes);
        }
        Ok(())
    });
    end.map_or_else(|failure| failure.status, |()| PlauditStatus::Ok)
}

/// How many items there are: of calls that do several things at once, one for each, in order; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_item_count(result: *const PlauditResult) -> usize {
    // SAFETY: the header asks for a result.
    unsafe { of(result, 0, |result| result.items.len()) }
}

/// The item of a number, counted from 0, with a status, JSON and problems of its own; NULL where there
/// is none. It belongs to the result and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_item(
    result: *const PlauditResult,
    index: usize,
) -> *const PlauditResult {
    let item = |result: &PlauditResult| {
        result.items.get(index).map_or(std::ptr::null(), std::ptr::from_ref)
    };
    // SAFETY: the header asks for a result.
    unsafe { of(result, std::ptr::null(), item) }
}

/// Frees a result with everything that was read from it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_result_free(result: *mut PlauditResult) {
    if !result.is_null() {
        // SAFETY: the header asks for a result that was not freed; it came out of a box.
        drop(unsafe { Box::from_raw(result) });
    }
}
