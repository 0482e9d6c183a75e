//! Events and people that come as text.

use std::ffi::c_char;

use jiff::Timestamp;
use plaudit_engine::canonical;
use plaudit_engine::events::{ColumnMap, Format};
use plaudit_engine::journal::Batch;
use plaudit_engine::requests::{self, Layout};

use crate::call::Failure;
use crate::ledger::{self, PlauditLedger};
use crate::result::PlauditResult;
use crate::sized::{Measured, options};
use crate::text::{PlauditText, bytes, text};

/// How a text of records is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum PlauditFormat {
    /// One JSON object a line; among events, one that has "specversion" is a CloudEvent.
    JsonLines = 0,
    /// A table with a line of column names; with a map, the columns are named by another system.
    Csv = 1,
    /// CloudEvents: one JSON object a line, or all of them as one JSON list.
    CloudEvents = 2,
}

/// How a text of records is to be read. Fill it with zeroes, then set what matters.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditInput {
    /// sizeof(plaudit_input).
    pub size: usize,
    /// What the text is called where its problems are placed, such as the name of its file.
    pub name: PlauditText,
    /// The map of columns (TOML), for tables of another system.
    pub map: PlauditText,
    /// The time of a mapped table in which no column tells when something happened, such as
    /// "2026-06-30T12:00:00Z".
    pub exported_at: PlauditText,
    /// A plaudit_format.
    pub format: u32,
    /// Not 0: all records are taken in or, where one is refused, none.
    pub whole: u32,
}

// SAFETY: it is `repr(C)` and begins with its size; pointers and numbers may have any bits.
unsafe impl Measured for PlauditInput {
    const NAME: &'static str = "input";
}

/// How a text is to be read.
struct Reading {
    name: String,
    format: u32,
    map: Option<ColumnMap>,
    batch: Batch,
}

impl Reading {
    /// # Safety
    ///
    /// `input` is NULL or a struct with texts in it.
    unsafe fn of(input: *const PlauditInput, name: &str) -> Result<Self, Failure> {
        // SAFETY: the caller vouches for it.
        let Some(input) = (unsafe { options(input)? }) else {
            return Ok(Self { name: name.into(), format: 0, map: None, batch: Batch::Each });
        };
        // SAFETY: the caller vouches for its texts.
        let (given, map, exported_at) = unsafe {
            let exported_at = input.exported_at.read("input.exported_at")?;
            (input.name.read("input.name")?, input.map.read("input.map")?, exported_at)
        };
        let mut map = match map {
            "" => None,
            map => Some(ColumnMap::read(map, "map")?),
        };
        if !exported_at.is_empty() {
            let at: Timestamp = exported_at.parse().map_err(|_| {
                let wrong = "is not a time with an offset, such as 2026-06-30T14:00:00+02:00";
                Failure::argument("input.exported_at", wrong)
            })?;
            map = map.map(|map| map.exported_at(at));
        }
        if input.format > PlauditFormat::CloudEvents as u32 {
            let wrong = format!("cannot be {}", input.format);
            return Err(Failure::argument("input.format", wrong));
        }
        if map.is_some() && input.format != PlauditFormat::Csv as u32 {
            return Err(Failure::argument("input.map", "goes with PLAUDIT_FORMAT_CSV"));
        }
        Ok(Self {
            name: if given.is_empty() { name } else { given }.to_owned(),
            format: input.format,
            map,
            batch: if input.whole != 0 { Batch::Whole } else { Batch::Each },
        })
    }

    fn layout(&self) -> Layout<'_> {
        let format = match (self.format, &self.map) {
            (1, Some(map)) => Format::Mapped(map),
            (1, None) => Format::Csv,
            (2, _) => Format::CloudEvents,
            _ => Format::JsonLines,
        };
        Layout { name: &self.name, format }
    }
}

/// Puts events on record: one JSON object a line or, where the text begins with "[", a JSON list of them.
/// The answer is a list of receipts, one for each event in their order, blank lines left out, and each is
/// an item of the result with a status of its own: a call whose events were all refused is well, too. One
/// that is refused does not keep the others out, unless `input->whole` is set. The same event again is
/// acknowledged and changes nothing, so that a call that may have failed can be made again. Of `input`,
/// which may be NULL, name and whole count.
///
///     const char *event = "{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}";
///     plaudit_result *result = plaudit_ledger_record(ledger, event, strlen(event), NULL);
///     if (plaudit_result_status(plaudit_result_item(result, 0)) != PLAUDIT_STATUS_OK)
///         fprintf(stderr, "%s\n", plaudit_result_message(plaudit_result_item(result, 0)));
///     plaudit_result_free(result);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_record(
    ledger: *const PlauditLedger,
    events: *const c_char,
    length: usize,
    input: *const PlauditInput,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger, a text and an input.
    unsafe {
        ledger::of("plaudit_ledger_record", ledger, |it| {
            let reading = Reading::of(input, "events")?;
            let events = text("events", events, length)?;
            Ok(requests::record(&it.ledger, events, &reading.name, reading.batch)?)
        })
    }
}

/// Puts the events of a file on record, in its format: the lines that can be used, and the answer says
/// how many and what is wrong with others, {"recorded":...,"known":...,"left_out":...,"skipped":...,
/// "refused":[...]}; with `input->whole` all or, where one line is wrong, none. `input` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_import(
    ledger: *const PlauditLedger,
    file: *const c_char,
    length: usize,
    input: *const PlauditInput,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger, a file in memory and an input.
    unsafe {
        ledger::of("plaudit_ledger_import", ledger, |it| {
            let reading = Reading::of(input, "events")?;
            let file = bytes("file", file, length)?;
            let layout = reading.layout();
            Ok(canonical(&requests::import(&it.ledger, file, &layout, reading.batch)?)?)
        })
    }
}

/// Brings the people on record in line with the complete list of them in a file: whoever is named is
/// there, whom the same source reported before and does not name any more has left. The request is
/// {"source":...,"at":...}, with "dry_run", and "at_most_leave_percent" (20 where it is not said), beyond
/// which a list that more than five would leave by is refused. The answer says who joins, changes,
/// returns and leaves. `input` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_sync(
    ledger: *const PlauditLedger,
    request: *const c_char,
    request_length: usize,
    people: *const c_char,
    people_length: usize,
    input: *const PlauditInput,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger, a text, a file in memory and an input.
    unsafe {
        ledger::of("plaudit_ledger_sync", ledger, |it| {
            let reading = Reading::of(input, "people")?;
            let request = text("request", request, request_length)?;
            let people = bytes("people", people, people_length)?;
            Ok(requests::sync(&it.ledger, request, people, &reading.layout())?)
        })
    }
}

/// Puts an export on record again as it is, grants and decisions included: one JSON object a line; all
/// of it or nothing. The answer is {"recorded":...,"known":...}. Of `input`, which may be NULL, the name
/// counts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_restore(
    ledger: *const PlauditLedger,
    exported: *const c_char,
    length: usize,
    input: *const PlauditInput,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger, a file in memory and an input.
    unsafe {
        ledger::of("plaudit_ledger_restore", ledger, |it| {
            let reading = Reading::of(input, "export")?;
            let exported = bytes("exported", exported, length)?;
            Ok(canonical(&requests::restore(&it.ledger, exported, &reading.name)?)?)
        })
    }
}
