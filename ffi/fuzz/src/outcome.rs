//! What must hold of every result, whatever was asked.

use std::ffi::{CStr, c_char};

use plaudit::*;

/// Reads a result as far as there is something to read, and frees it.
///
/// # Safety
///
/// It is a result that was not freed.
pub(crate) unsafe fn ended(result: *mut PlauditResult) -> i32 {
    // SAFETY: the caller vouches for it; nothing of it is kept.
    unsafe {
        let status = holds(result);
        for index in 0..plaudit_result_item_count(result) {
            holds(plaudit_result_item(result, index));
        }
        plaudit_result_free(result);
        status
    }
}

/// # Safety
///
/// As of `ended`.
unsafe fn holds(result: *const PlauditResult) -> i32 {
    assert!(!result.is_null());
    // SAFETY: the caller vouches for the result, and what is read from it lives as long.
    unsafe {
        let status = plaudit_result_status(result) as i32;
        let mut length = usize::MAX;
        let json = text(plaudit_result_json(result, &raw mut length), None);
        assert_eq!(json.len(), length);
        let told = plaudit_result_message(result);
        let count = plaudit_result_problem_count(result);
        for index in 0..count {
            let mut problem: PlauditProblem = std::mem::zeroed();
            problem.size = size_of::<PlauditProblem>();
            assert_eq!(plaudit_result_problem(result, index, &raw mut problem) as i32, 0);
            for part in [problem.code, problem.message, problem.help, problem.file, problem.field] {
                text(part.data, Some(part.length));
            }
            assert!(problem.code.length > 0 && problem.message.length > 0);
        }
        // A mistake of the library, which no input may bring about.
        assert!(!(8..=10).contains(&status), "status {status}: {json}");
        assert_eq!(status == 0, *told == 0, "status {status}: {json}");
        assert!(status == 0 || count > 0, "status {status}: {json}");
        if let Err(error) = serde_json::from_str::<serde_json::Value>(json) {
            // Numbers that no double holds are the one thing that a reader may take offence at.
            assert!(error.to_string().contains("number"), "{error}: {json}");
        }
        status
    }
}

/// A text of the library's: UTF-8, with a NUL where its length says.
///
/// # Safety
///
/// It points to a text that ends in NUL.
pub(crate) unsafe fn text<'a>(data: *const c_char, length: Option<usize>) -> &'a str {
    // SAFETY: the caller vouches for it.
    unsafe {
        let bytes = match length {
            Some(length) => {
                assert_eq!(*data.add(length), 0);
                std::slice::from_raw_parts(data.cast::<u8>(), length)
            }
            None => CStr::from_ptr(data).to_bytes(),
        };
        std::str::from_utf8(bytes).expect("text that is given back is UTF-8")
    }
}
