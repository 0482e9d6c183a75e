//! Questions, of programs and of ledgers, in JSON. Written out one by one, since the header is made from
//! the text of these functions.

use std::ffi::c_char;

use plaudit_engine::requests::{
    Coach, Entitlements, Explain, Leaderboard, Pair, Question, Score, Standing, Team, simulate,
};

use crate::call::result;
use crate::ledger::{self, PlauditLedger};
use crate::program::{self, PlauditProgram};
use crate::result::PlauditResult;
use crate::text::text;

/// Asks a program.
///
/// # Safety
///
/// `program` is as `Call::handle` asks, the request as `text` does.
unsafe fn of_program<Q: Question>(
    name: &'static str,
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the caller vouches for both.
    unsafe {
        program::of(name, program, |program| {
            Ok(program.answer::<Q>(text("request", request, length)?)?.into())
        })
    }
}

/// Asks a ledger.
///
/// # Safety
///
/// `ledger` is as `Call::handle` asks, the request as `text` does.
unsafe fn of_ledger<Q: Question>(
    name: &'static str,
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the caller vouches for both.
    unsafe {
        ledger::of(name, ledger, |it| {
            Ok(it.ledger.answer::<Q>(text("request", request, length)?)?)
        })
    }
}

/// Everyone's points: per person, with what was left out and why.
///
///     const char *request = "{\"as_of\":\"2026-07-01\",\"people\":[{\"id\":\"ada\",\"consent\":true}],"
///         "\"events\":[{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}]}";
///     plaudit_result *result = plaudit_score(program, request, strlen(request));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_score(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Score>("plaudit_score", program, request, length) }
}

/// One person's points line by line, each with its rule and the facts it read: {"advocate":...}; with a
/// "figure" and, where it is asked with something, its "argument": how that figure comes about.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_explain(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Explain>("plaudit_explain", program, request, length) }
}

/// What a person has become, every figure: {"advocate":...}; without one, everyone, as a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_standing(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Standing>("plaudit_standing", program, request, length) }
}

/// Who brought how much, in order. One of "window", "period" and "all_time", else the current period; one
/// of "style", "team" ("department=Sales") and "teams" ("department"), else everyone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_leaderboard(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Leaderboard>("plaudit_leaderboard", program, request, length) }
}

/// How everyone, all teams by something ("team": "department") or one team ("department=Sales") take part;
/// with a "window" such as "30_days", in that one and against the window before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_team(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Team>("plaudit_team", program, request, length) }
}

/// What people and teams are entitled to, or one "advocate". Nothing is granted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_entitlements(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Entitlements>("plaudit_entitlements", program, request, length) }
}

/// What could help people and teams along, or one "advocate".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_coach(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Coach>("plaudit_coach", program, request, length) }
}

/// Mentors and newcomers, paired.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_pair(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a program and a text.
    unsafe { of_program::<Pair>("plaudit_pair", program, request, length) }
}

/// What a change of the program would do: who gains and loses, what levels, boards, entitlements and
/// rewards become, and which posts would be judged otherwise. `candidate` is compared with `against`, by
/// the records of the request; with "only": RULE it is compared with itself without that rule, and
/// `against` may be the same. "fail_if" lists what must not be: the answer's "exceeded" says whether it is.
/// It may take long: have a thread of its own wait for it.
///
///     const char *request = "{\"as_of\":\"2026-07-01\",\"fail_if\":[\"levels_lost > 5%\"],"
///         "\"people\":[{\"id\":\"ada\",\"consent\":true}],"
///         "\"events\":[{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}]}";
///     plaudit_result *result = plaudit_simulate(program, program, request, strlen(request));
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_simulate(
    against: *const PlauditProgram,
    candidate: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    result("plaudit_simulate", |call| {
        // SAFETY: the header asks for two programs and a text.
        let (against, candidate, request) = unsafe {
            let against = call.handle(against)?;
            (against, call.handle(candidate)?, text("request", request, length)?)
        };
        Ok(simulate(&candidate.program, &against.program, request)?)
    })
}

/// As plaudit_simulate(), upon what is on record, beside the program of the ledger. Others may record
/// meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_simulate(
    ledger: *const PlauditLedger,
    candidate: *const PlauditProgram,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    result("plaudit_ledger_simulate", |call| {
        // SAFETY: the header asks for a ledger, a program and a text.
        let (ledger, candidate, request) = unsafe {
            let ledger = call.handle(ledger)?;
            (ledger, call.handle(candidate)?, text("request", request, length)?)
        };
        Ok(ledger.ledger.simulate(&candidate.program, request)?)
    })
}

/// As plaudit_score(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_score(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Score>("plaudit_ledger_score", ledger, request, length) }
}

/// As plaudit_explain(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_explain(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Explain>("plaudit_ledger_explain", ledger, request, length) }
}

/// As plaudit_standing(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_standing(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Standing>("plaudit_ledger_standing", ledger, request, length) }
}

/// As plaudit_leaderboard(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_leaderboard(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Leaderboard>("plaudit_ledger_leaderboard", ledger, request, length) }
}

/// As plaudit_team(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_team(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Team>("plaudit_ledger_team", ledger, request, length) }
}

/// As plaudit_entitlements(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_entitlements(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Entitlements>("plaudit_ledger_entitlements", ledger, request, length) }
}

/// As plaudit_coach(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_coach(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Coach>("plaudit_ledger_coach", ledger, request, length) }
}

/// As plaudit_pair(), upon what is on record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_ledger_pair(
    ledger: *const PlauditLedger,
    request: *const c_char,
    length: usize,
) -> *mut PlauditResult {
    // SAFETY: the header asks for a ledger and a text.
    unsafe { of_ledger::<Pair>("plaudit_ledger_pair", ledger, request, length) }
}

/// Everyone's points as plaudit_score() answers them, into a buffer of the caller's: for calls so
/// frequent that freeing a result matters. As plaudit_check_into().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plaudit_score_into(
    program: *const PlauditProgram,
    request: *const c_char,
    length: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> crate::PlauditStatus {
    // SAFETY: the header asks for a program, a text, a buffer and a place for a number.
    unsafe {
        crate::check::into::<Score>(
            "plaudit_score_into",
            program,
            (request, length),
            (buffer, capacity, needed),
        )
    }
}
