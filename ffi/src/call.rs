//! The one way in: every call of C goes through here. A panic ends here, and the handles that the call
//! had are not used again.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use plaudit_engine::requests::{Answers, Item};
use plaudit_engine::{Code, Error, Problem};

use crate::log::{Logger, PlauditLogLevel};
use crate::result::PlauditResult;
use crate::status::PlauditStatus;

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: PlauditStatus,
    pub(crate) problems: Vec<Problem>,
}

impl Failure {
    /// An argument that the calling program must not give.
    pub(crate) fn argument(what: &str, why: impl Into<String>) -> Self {
        let message = format!("`{what}` {}", why.into());
        Self {
            status: PlauditStatus::InvalidArgument,
            problems: vec![Problem::new(Code::WrongArguments, message).field(what)],
        }
    }

    /// The same of a part of something, whose fields are named within it.
    pub(crate) fn within(mut self, part: &str) -> Self {
        for problem in &mut self.problems {
            let field = problem.field.take().unwrap_or_default();
            problem.field = Some(format!("{part}.{field}"));
        }
        self
    }

    pub(crate) fn utf8(problem: Problem) -> Self {
        Self { status: PlauditStatus::InvalidUtf8, problems: vec![problem] }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let problems = error.problems().to_vec();
        Self { status: PlauditStatus::of(&problems), problems }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Error::from(problem).into()
    }
}

/// What a call answers.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) json: String,
    /// What works but should be looked at.
    pub(crate) warnings: Vec<Problem>,
    /// What became of each of several things.
    pub(crate) items: Vec<Item>,
}

impl From<String> for Answer {
    fn from(json: String) -> Self {
        Self { json, ..Self::default() }
    }
}

impl From<Answers> for Answer {
    fn from(answers: Answers) -> Self {
        Self { json: answers.document, items: answers.items, ..Self::default() }
    }
}

/// Something that C holds a pointer to.
pub(crate) trait Handle {
    /// What it is called in messages.
    const NAME: &'static str;
    /// Set once a call with it has panicked.
    fn poisoned(&self) -> &AtomicBool;
    fn logger(&self) -> &Logger;
}

/// A call that is going on, with the handles that it has: at most two.
pub(crate) struct Call<'a> {
    name: &'static str,
    handles: [Cell<Option<&'a AtomicBool>>; 2],
    logger: Cell<Option<&'a Logger>>,
}

impl<'a> Call<'a> {
    /// The thing behind a handle, for as long as the call lasts.
    ///
    /// # Safety
    ///
    /// The pointer is NULL or one that the library gave out and that was not freed, nor is before the
    /// call has ended.
    pub(crate) unsafe fn handle<H: Handle>(&self, handle: *const H) -> Result<&'a H, Failure> {
        // SAFETY: what the library gives out is a valid object until it is freed.
        let Some(handle) = (unsafe { handle.as_ref::<'a>() }) else {
            return Err(Failure::argument(H::NAME, "is NULL"));
        };
        if handle.poisoned().load(Ordering::Acquire) {
            let message = format!("an earlier call with this {} ended in a panic", H::NAME);
            let problem = Problem::new(Code::Internal, message).help("free it and make another");
            return Err(Failure { status: PlauditStatus::Poisoned, problems: vec![problem] });
        }
        let free = self.handles.iter().find(|place| place.get().is_none());
        if let Some(place) = free {
            place.set(Some(handle.poisoned()));
        }
        if self.logger.get().is_none() {
            self.logger.set(Some(handle.logger()));
        }
        Ok(handle)
    }

    fn log(&self, level: PlauditLogLevel, message: impl FnOnce() -> String) {
        if let Some(logger) = self.logger.get() {
            logger.say(level, || format!("{}: {}", self.name, message()));
        }
    }
}

/// Makes a call and gives its end, whatever it is: the only place where a panic is caught.
pub(crate) fn ended<'a, T>(
    name: &'static str,
    run: impl FnOnce(&Call<'a>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let call = Call { name, handles: Default::default(), logger: Cell::new(None) };
    // What a panic leaves half done is behind handles that are not used again.
    let end = catch_unwind(AssertUnwindSafe(|| run(&call)));
    match end {
        Ok(Ok(answer)) => {
            call.log(PlauditLogLevel::Debug, || "ok".to_owned());
            Ok(answer)
        }
        Ok(Err(failure)) => {
            call.log(PlauditLogLevel::Debug, || {
                let told: Vec<String> = failure.problems.iter().map(Problem::to_string).collect();
                told.join("; ")
            });
            Err(failure)
        }
        Err(panic) => {
            for poisoned in call.handles.iter().filter_map(Cell::get) {
                poisoned.store(true, Ordering::Release);
            }
            let message = format!("the call ended in a panic: {}", said(&*panic));
            // Dropping what somebody panicked with might panic again, but for a text.
            if !panic.is::<&str>() && !panic.is::<String>() {
                std::mem::forget(panic);
            }
            call.log(PlauditLogLevel::Error, || message.clone());
            let help = "please report it; the handles of this call cannot be used any more";
            let problem = Problem::new(Code::Internal, message).help(help);
            Err(Failure { status: PlauditStatus::Panicked, problems: vec![problem] })
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "it does not say why",
    }
}

/// Makes a call whose answer is a result.
pub(crate) fn result<'a, A: Into<Answer>>(
    name: &'static str,
    run: impl FnOnce(&Call<'a>) -> Result<A, Failure>,
) -> *mut PlauditResult {
    PlauditResult::of(ended(name, run).map(Into::into))
}
