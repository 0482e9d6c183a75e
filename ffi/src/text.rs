//! Text of the caller's: a pointer and a length in bytes.

use std::ffi::c_char;
use std::str::Utf8Error;

use plaudit_engine::{Code, Problem};

use crate::call::Failure;

/// A text in a struct: UTF-8, `length` bytes at `data`, which need not end in NUL. NULL with length 0 is
/// the empty text.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditText {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes there are, a NUL at the end not counted.
    pub length: usize,
}

impl Default for PlauditText {
    fn default() -> Self {
        Self { data: std::ptr::null(), length: 0 }
    }
}

impl PlauditText {
    /// The text, where it is one.
    ///
    /// # Safety
    ///
    /// `data` is NULL or points to `length` bytes that nobody changes as long as `'a` lasts.
    #[inline]
    pub(crate) unsafe fn read<'a>(self, what: &'static str) -> Result<&'a str, Failure> {
        // Of the texts of a struct, most are not set.
        if self.length == 0 {
            return Ok("");
        }
        // SAFETY: passed on to the caller.
        unsafe { text(what, self.data, self.length) }
    }
}

/// The bytes at a pointer.
///
/// # Safety
///
/// `data` is NULL or points to `length` bytes that nobody changes as long as `'a` lasts.
#[inline]
pub(crate) unsafe fn bytes<'a>(
    what: &'static str,
    data: *const c_char,
    length: usize,
) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return match length {
            0 => Ok(&[]),
            _ => Err(Failure::argument(what, format!("is NULL and has {length} bytes"))),
        };
    }
    if isize::try_from(length).is_err() {
        return Err(Failure::argument(what, format!("cannot have {length} bytes")));
    }
    // SAFETY: it is not NULL, a length in bytes of a `char` array cannot be misaligned, the length is
    // one that an object may have, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) })
}

/// The UTF-8 text at a pointer.
///
/// # Safety
///
/// As of `bytes`.
#[inline]
pub(crate) unsafe fn text<'a>(
    what: &'static str,
    data: *const c_char,
    length: usize,
) -> Result<&'a str, Failure> {
    // SAFETY: passed on to the caller.
    let bytes = unsafe { bytes(what, data, length)? };
    // ASCII is UTF-8, and is told apart in a fraction of the time.
    if bytes.is_ascii() {
        // SAFETY: as was just found.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(|error| no_utf8(what, bytes, error))
}

#[cold]
fn no_utf8(what: &'static str, bytes: &[u8], error: Utf8Error) -> Failure {
    let good = error.valid_up_to();
    let before = bytes.get(..good).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default());
    let problem = Problem::new(Code::NotUtf8, format!("`{what}` is not UTF-8 text"))
        .help(format!("the first wrong byte is number {}, counted from 0", good))
        .line(line, column.chars().count() + 1);
    Failure::utf8(problem)
}

/// Text that is given back: it ends in NUL, which is not counted.
#[derive(Debug)]
pub(crate) struct Given(String);

impl Given {
    pub(crate) fn new(mut text: String) -> Self {
        text.push('\0');
        Self(text)
    }

    pub(crate) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    pub(crate) fn as_text(&self) -> PlauditText {
        PlauditText { data: self.as_ptr(), length: self.len() }
    }
}
