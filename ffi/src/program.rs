//! Programs: rules that were compiled once.

use std::ffi::{c_char, c_void};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use plaudit_engine::requests::facts;
use plaudit_engine::{Program, Sources, canonical};
use serde_json::json;

use crate::call::{Answer, Call, Failure, Handle, result};
use crate::log::{Logger, PlauditLogCallback, PlauditLogLevel};
use crate::result::PlauditResult;
use crate::sized::{Measured, all, options};
use crate::text::{Given, PlauditText, bytes, text};

/// A program: rules that were compiled once. It does not change; any number of threads may use it at
/// once, and no call waits for another.
#[derive(Debug)]
pub struct PlauditProgram {
    pub(crate) program: Arc<Program>,
    pub(crate) logger: Logger,
    version: Given,
    poisoned: AtomicBool,
}

impl Handle for PlauditProgram {
    const NAME: &'static str = "program";
    fn poisoned(&self) -> &AtomicBool {
        &self.poisoned
    }
    fn logger(&self) -> &Logger {
        &self.logger
    }
}

/// How a program is loaded. Fill it with zeroes, then set what matters.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditProgramOptions {
    /// sizeof(plaudit_program_options).
    pub size: usize,
    /// Where messages go; NULL for nowhere.
    pub log: PlauditLogCallback,
    /// Handed back to `log` with each message.
    pub log_user_data: *mut c_void,
    /// The least grave messages that are wanted, a plaudit_log_level; 0 is PLAUDIT_LOG_LEVEL_WARNING.
    pub log_level: u32,
}

// SAFETY: it is `repr(C)` and begins with its size; pointers and numbers may have any bits.
unsafe impl Measured for PlauditProgramOptions {
    const NAME: &'static str = "options";
}

/// A file of a program in memory.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PlauditFile {
    /// sizeof(plaudit_file).
    pub size: usize,
    /// Its path within the program directory, with "/", such as "scoring/share.rhai".
    pub path: PlauditText,
    /// What is in it.
    pub content: PlauditText,
}

// SAFETY: as above.
unsafe impl Measured for PlauditFile {
    const NAME: &'static str = "files";
}

/// Loads a program directory, whose path has `length` bytes. On success `*program` is a handle that the
/// caller frees with plaudit_program_free(), the answer is {"name":...,"version":...}, and the problems
/// are warnings; else it is NULL, and the problems are all that is wrong with the program. `options`
/// may be NULL.
///
///     plaudit_program *program = NULL;
///     plaudit_result *result = plaudit_program_load("rules", 5, NULL, &program);
///     if (program == NULL)
///         fprintf(stderr, "%s\n", plaudit_result_message(result));
///     plaudit_result_free(result);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_load(
    directory: *const c_char,
    length: usize,
    options: *const PlauditProgramOptions,
    program: *mut *mut PlauditProgram,
) -> *mut PlauditResult {
    result("plaudit_program_load", |_| {
        let load = || {
            // SAFETY: the header asks for a path of this length.
            let directory = unsafe { text("directory", directory, length)? };
            Ok(Program::load(Path::new(directory))?)
        };
        // SAFETY: the header asks for options or NULL, and for a place for a handle.
        unsafe { made(options, program, load) }
    })
}

/// The same of `count` files in memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_from_files(
    files: *const PlauditFile,
    count: usize,
    options: *const PlauditProgramOptions,
    program: *mut *mut PlauditProgram,
) -> *mut PlauditResult {
    result("plaudit_program_from_files", |_| {
        let load = || {
            let mut sources = Sources::new();
            // SAFETY: the header asks for so many files.
            for file in unsafe { all(files, count)? }.iter() {
                // SAFETY: the header asks for texts.
                let path = unsafe { file.path.read("files.path")? };
                // SAFETY: as above; a content that is no UTF-8 is told with its file, as on disk.
                let content =
                    unsafe { bytes("files.content", file.content.data, file.content.length)? };
                sources = sources.with(path, content);
            }
            Ok(Program::from_sources(&sources)?)
        };
        // SAFETY: the header asks for options or NULL, and for a place for a handle.
        unsafe { made(options, program, load) }
    })
}

/// Puts a program where the caller wants its handle.
///
/// # Safety
///
/// `given` is NULL or options; `place` is NULL or a place for a handle.
pub(crate) unsafe fn made(
    given: *const PlauditProgramOptions,
    place: *mut *mut PlauditProgram,
    load: impl FnOnce() -> Result<Program, Failure>,
) -> Result<Answer, Failure> {
    // SAFETY: the caller vouches for it.
    let place = unsafe { out("program", place)? };
    // SAFETY: the caller vouches for it.
    let given = unsafe { options(given)? };
    let logger = given.map_or_else(Logger::default, |given| {
        Logger::new(given.log, given.log_user_data, given.log_level)
    });
    let program = load()?;
    let warnings = program.warnings().to_vec();
    for warning in &warnings {
        logger.say(PlauditLogLevel::Warning, || warning.to_string());
    }
    logger.say(PlauditLogLevel::Info, || {
        let (rules, version) = (program.rules().len(), program.version());
        format!("loaded `{}`: {rules} rules, version {version}", program.name())
    });
    let document = json!({ "name": program.name(), "version": program.version() });
    let json = canonical(&document)?;
    let version = Given::new(program.version().to_owned());
    let (program, poisoned) = (Arc::new(program), AtomicBool::new(false));
    *place = Box::into_raw(Box::new(PlauditProgram { program, logger, version, poisoned }));
    Ok(Answer { json, warnings, ..Answer::default() })
}

/// The place for a handle, set to NULL until there is one.
///
/// # Safety
///
/// `place` is NULL or a place for a pointer that nobody else uses as long as `'a` lasts.
pub(crate) unsafe fn out<'a, T>(
    what: &'static str,
    place: *mut *mut T,
) -> Result<&'a mut *mut T, Failure> {
    if place.is_null() {
        return Err(Failure::argument(what, "is NULL; it is where the handle goes"));
    }
    // SAFETY: it is not NULL, and the caller vouches for the rest; what is there need not be set.
    unsafe {
        place.write(std::ptr::null_mut());
        Ok(&mut *place)
    }
}

/// Frees a program. Ledgers that were opened with it keep what they need. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_free(program: *mut PlauditProgram) {
    // SAFETY: the header asks for a program that was not freed and that no call is using.
    unsafe { crate::ledger::freed("plaudit_program_free", program) }
}

/// The content hash of a program: 64 hexadecimal digits, the same for the same rules. The text belongs
/// to the program and ends in NUL; it is empty of NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_version(program: *const PlauditProgram) -> *const c_char {
    // SAFETY: the header asks for a program.
    unsafe { program.as_ref() }.map_or(c"".as_ptr(), |program| program.version.as_ptr())
}

/// What a program is: name, version, rules in their own words, which facts each may read and which of
/// them are about people, channels, windows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_describe(
    program: *const PlauditProgram,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program.
    unsafe {
        of(
            "plaudit_program_describe",
            program,
            |program| Ok(canonical(&program.describe())?.into()),
        )
    }
}

/// What works in a program but should be looked at, as problems; the answer is a list of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_warnings(
    program: *const PlauditProgram,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program.
    unsafe {
        of("plaudit_program_warnings", program, |program| {
            let warnings = program.warnings().to_vec();
            Ok(Answer { json: canonical(&warnings)?, warnings, ..Answer::default() })
        })
    }
}

/// Runs the examples and scenarios of a program and tells what they cover. The call is well where some
/// of them fail, too: the answer says so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_program_test(
    program: *const PlauditProgram,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program.
    unsafe {
        of("plaudit_program_test", program, |program| Ok(canonical(&program.test()?)?.into()))
    }
}

/// What rules can see, whatever the program: a list of facts, each with its type, its meaning and whether
/// it tells something about people.
#[unsafe(no_mangle)]
pub extern "C" fn plaudit_facts() -> *mut PlauditResult {
    result("plaudit_facts", |_| Ok(canonical(&facts())?))
}

/// Asks a program.
///
/// # Safety
///
/// As `Call::handle`.
pub(crate) unsafe fn of(
    name: &'static str,
    program: *const PlauditProgram,
    ask: impl FnOnce(&Program) -> Result<Answer, Failure>,
) -> *mut PlauditResult {
    result(name, |call: &Call<'_>| {
        // SAFETY: the caller vouches for it.
        ask(&unsafe { call.handle(program)? }.program)
    })
}

/// Panics in a call with a program.
#[doc(hidden)]
#[expect(clippy::panic, reason = "that is what it is for")]
pub unsafe fn panic_in_program(program: *const PlauditProgram) -> *mut PlauditResult {
    // SAFETY: the caller vouches for it.
    unsafe { of("panic_in_program", program, |_| panic!("a test asked for it")) }
}
