//! What a call of C costs beside the same question asked in Rust.
//!
//! ```sh
//! cargo bench -p plaudit-ffi              # some ten seconds
//! cargo bench -p plaudit-ffi -- --quick   # a look, not a figure
//! ```
//!
//! Both sides take turns within one run, and what counts is the ratio (or difference) of neighbours: the
//! times of a busy machine go up and down together. The table shows medians; of structs, the
//! shortest of many runs.
//!
//! - *JSON*: the Rust door reads the same records from text, asks the program and writes the document as
//!   canonical JSON; the C door reads the request, does the same, and gives a result that is freed, or
//!   writes into a buffer.
//! - *desk*: posts are checked one after the other, each for its own time, in a ledger with many posts; a
//!   check costs what was published lately, so that the two lines differ little.
//! - *structs*: the Rust door scores plain values that are at hand; the C door reads the caller's structs
//!   first and writes the points into others.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot measure stops, and prints what it measured; it calls C"
)]

use std::ffi::c_char;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plaudit::{
    PlauditActivity, PlauditLedgerOptions, PlauditPoints, PlauditProgram, PlauditResult,
    PlauditStatus, PlauditText,
};
use plaudit_engine::events::{Format, Log, People, read_events, read_people, read_record};
use plaudit_engine::journal::{Batch, Memory};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::requests::{Check, record};
use plaudit_engine::scoring::PlainActivity;
use plaudit_engine::{CheckContext, Post, Program, Records, Roster, canonical};

#[path = "../../engine/benches/told/mod.rs"]
mod told;

use told::{Bound, Told};

fn main() {
    // `cargo test --all-targets` runs benchmarks, too, and wants no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, least) = match quick {
        true => (3, Duration::from_millis(5)),
        false => (11, Duration::from_millis(60)),
    };
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let program = Program::load(&rules).unwrap();
    let handle = loaded(&rules.display().to_string());
    println!("{:<28} {:>12} {:>12} {:>10}   goal", "", "Rust", "C", "");
    check(&program, handle, rounds, least);
    score(&program, handle, rounds, least, 1);
    score(&program, handle, rounds, least, 1_000);
    structs(&program, handle, rounds);
    let program = Arc::new(program);
    for posts in [1_000, 30_000] {
        desk(&program, handle, rounds, least, posts);
    }
    // SAFETY: no call is using it.
    unsafe { plaudit::plaudit_program_free(handle) };
}

fn loaded(rules: &str) -> *mut PlauditProgram {
    let mut handle = std::ptr::null_mut();
    // SAFETY: the path lives until the call has ended.
    unsafe {
        plaudit::plaudit_result_free(plaudit::plaudit_program_load(
            rules.as_ptr().cast(),
            rules.len(),
            std::ptr::null(),
            &raw mut handle,
        ));
    }
    assert!(!handle.is_null());
    handle
}

/// The time for one call, in nanoseconds.
fn time<T>(least: Duration, mut run: impl FnMut() -> T) -> f64 {
    let (mut runs, start) = (0_u32, Instant::now());
    while start.elapsed() < least || runs == 0 {
        for _ in 0..8 {
            black_box(run());
        }
        runs += 8;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(runs)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Measures both, turn about, and gives the medians of each and of what `compare` says of neighbours.
fn measured(
    rounds: usize,
    mut rust: impl FnMut() -> f64,
    mut c: impl FnMut() -> f64,
    compare: impl Fn(f64, f64) -> f64,
) -> (f64, f64, f64) {
    let pairs: Vec<(f64, f64)> = (0..rounds)
        .map(|round| match round % 2 {
            0 => {
                let rust = rust();
                (rust, c())
            }
            _ => {
                let c = c();
                (rust(), c)
            }
        })
        .collect();
    (
        median(pairs.iter().map(|(rust, _)| *rust).collect()),
        median(pairs.iter().map(|(_, c)| *c).collect()),
        median(pairs.iter().map(|(rust, c)| compare(*rust, *c)).collect()),
    )
}

fn ratio(what: &str, (rust, c, ratio): (f64, f64, f64)) {
    println!("{what:<28} {rust:>9.0} ns {c:>9.0} ns {ratio:>8.2} x   at most 1.15 x");
    told::ratio(6, what, &told::time(rust), &told::time(c), ratio, Bound::AtMost(1.15));
}

/// Frees a result that is well.
fn freed(result: *mut PlauditResult) {
    // SAFETY: it was just given out.
    unsafe {
        assert_eq!(plaudit::plaudit_result_status(result), PlauditStatus::Ok);
        plaudit::plaudit_result_free(result);
    }
}

fn check(program: &Program, handle: *const PlauditProgram, rounds: usize, least: Duration) {
    let post = r#"{"id":"d-17","channel":"linkedin","text":"Two bakers from Porto explained to me why they knead at night, and I had it all wrong. Our new Acme mixer is the best thing for anyone who starts at four in the morning. What do you do while the dough rests? https://example.com/quiet #bread #mornings"}"#;
    let at: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
    let request = format!(r#"{{"post":{post},"at":"{at}"}}"#);
    let rust = || {
        let post: Post = read_record(black_box(post), "post").unwrap();
        canonical(&program.check(&post, &CheckContext::default(), at).unwrap()).unwrap()
    };
    let (data, length) = (request.as_ptr().cast::<c_char>(), request.len());
    // SAFETY: the request lives until the call has ended.
    let c = || freed(unsafe { plaudit::plaudit_check(handle, black_box(data), length) });
    let mut buffer = vec![0_u8; 1 << 16];
    // SAFETY: as above; the buffer has as many bytes as it says.
    let into = |buffer: &mut Vec<u8>| unsafe {
        let place = buffer.as_mut_ptr().cast();
        let (needed, capacity) = (std::ptr::null_mut(), buffer.len());
        plaudit::plaudit_check_into(handle, data, length, place, capacity, needed)
    };
    assert_eq!(into(&mut buffer), PlauditStatus::Ok);
    let told = buffer.split(|byte| *byte == 0).next().unwrap();
    assert_eq!(told, rust().as_bytes(), "two things that differ cannot be compared");
    let by = |rust: f64, c: f64| c / rust;
    ratio("check", measured(rounds, || time(least, rust), || time(least, c), by));
    let buffered = || time(least, || into(&mut buffer));
    ratio("check, into a buffer", measured(rounds, || time(least, rust), buffered, by));
}

/// Records of so many activities, as JSON objects.
fn records(activities: usize) -> (Vec<String>, Vec<String>) {
    let kinds = ["share", "comment", "create", "read", "help"];
    let people = activities.div_ceil(50);
    let person = |number| format!(r#"{{"id":"p{number:03}","consent":true,"department":"Sales"}}"#);
    let activity = |number: usize| {
        let kind = kinds[number % kinds.len()];
        let second = 1_767_225_600 + i64::try_from(number).unwrap() * 3_600;
        let at = Timestamp::from_second(second).unwrap();
        format!(
            r#"{{"id":"a{number:06}","advocate":"p{:03}","kind":"{kind}","at":"{at}","own_words":{},"likes":{},"clicks":{}}}"#,
            number % people,
            number * 7 % 100,
            number * 13 % 60,
            number * 5 % 9,
        )
    };
    ((0..people).map(person).collect(), (0..activities).map(activity).collect())
}

fn read(people: &str, events: &str) -> (People, Log) {
    let mut log = Log::new();
    read_events(events.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    (read_people(people.as_bytes(), "people", Format::JsonLines).unwrap(), log)
}

const AS_OF: &str = "2027-01-01T00:00:00Z";

fn score(
    program: &Program,
    handle: *const PlauditProgram,
    rounds: usize,
    least: Duration,
    activities: usize,
) {
    let (people, events) = records(activities);
    let request = format!(
        r#"{{"people":[{}],"events":[{}],"as_of":"{AS_OF}"}}"#,
        people.join(","),
        events.join(",")
    );
    let (people, events) = (people.join("\n"), events.join("\n"));
    let as_of = AS_OF.parse().unwrap();
    let rust = || {
        let (people, log) = read(black_box(&people), black_box(&events));
        let records = Records { log: &log, people: &people, as_of, assume_consent: false };
        canonical(&program.score(&records).unwrap()).unwrap()
    };
    let (data, length) = (request.as_ptr().cast::<c_char>(), request.len());
    // SAFETY: the request lives until the call has ended.
    let c = || freed(unsafe { plaudit::plaudit_score(handle, black_box(data), length) });
    let mut name = String::new();
    write!(name, "score, {activities} activities").unwrap();
    let by = |rust: f64, c: f64| c / rust;
    ratio(&name, measured(rounds, || time(least, rust), || time(least, c), by));
}

fn structs(program: &Program, handle: *const PlauditProgram, rounds: usize) {
    const COUNT: usize = 500;
    let kinds = ["share", "comment", "create", "read", "help"];
    let names: Vec<(String, String)> = (0..COUNT)
        .map(|number| (format!("a{number:06}"), format!("p{:03}", number % 400)))
        .collect();
    let of = |number: usize| i64::try_from(number).unwrap();
    let second = |number: usize| 1_767_225_600 + of(number) * 600;
    let plain: Vec<PlainActivity<'_>> = names
        .iter()
        .enumerate()
        .map(|(number, (id, advocate))| PlainActivity {
            id,
            advocate,
            kind: kinds[number % kinds.len()],
            at: Timestamp::from_second(second(number)).unwrap(),
            own_words: Some(of(number * 7 % 100)),
            likes: Some(of(number * 13 % 60 + 1)),
            clicks: Some(of(number * 5 % 9 + 1)),
            ..PlainActivity::default()
        })
        .collect();
    let text = |text: &str| PlauditText { data: text.as_ptr().cast(), length: text.len() };
    let given: Vec<PlauditActivity> = plain
        .iter()
        .enumerate()
        .map(|(number, plain)| PlauditActivity {
            size: size_of::<PlauditActivity>(),
            id: text(plain.id),
            advocate: text(plain.advocate),
            kind: text(plain.kind),
            at_seconds: second(number),
            stated: plaudit::PLAUDIT_STATES_OWN_WORDS,
            own_words: plain.own_words.unwrap(),
            likes: plain.likes.unwrap(),
            clicks: plain.clicks.unwrap(),
            // SAFETY: the struct may have any bits.
            ..unsafe { std::mem::zeroed() }
        })
        .collect();
    // SAFETY: the struct may have any bits.
    let mut points: Vec<PlauditPoints> = vec![unsafe { std::mem::zeroed() }; COUNT];
    points[0].size = size_of::<PlauditPoints>();
    let as_of: Timestamp = AS_OF.parse().unwrap();
    let roster = Roster::new(&People::new(), &Log::new(), as_of, true);
    let rust = || program.score_plain(black_box(&plain), &roster, as_of).unwrap();
    let mut c = || {
        // SAFETY: everything lives until the call has ended.
        freed(unsafe {
            plaudit::plaudit_score_activities(
                handle,
                black_box(given.as_ptr()),
                COUNT,
                std::ptr::null(),
                0,
                as_of.as_second(),
                1,
                points.as_mut_ptr(),
            )
        });
    };
    c();
    // A difference of nanoseconds drowns in what a busy machine does meanwhile: of many short runs, the
    // shortest of each side are those that nothing came between.
    let runs = rounds * 100;
    let mut shortest = (f64::MAX, f64::MAX);
    for _ in 0..runs {
        let once = |run: &mut dyn FnMut()| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e9 / COUNT as f64
        };
        shortest.0 = shortest.0.min(once(&mut || drop(black_box(rust()))));
        shortest.1 = shortest.1.min(once(&mut c));
    }
    let (ours, theirs) = shortest;
    let above = theirs - ours;
    let same = rust().iter().zip(&points).all(|(rust, c)| rust.points == c.points);
    assert!(same, "two things that differ cannot be compared");
    println!(
        "{:<28} {ours:>9.0} ns {theirs:>9.0} ns {above:>+7.0} ns   at most 50 ns above",
        "structs, one activity"
    );
    let told = Told {
        goal: 6,
        what: "structs, one activity",
        floor: &told::time(ours),
        ours: &told::time(theirs),
        shown: &format!("{above:+.0} ns"),
        figure: above,
        bound: Bound::AtMost(50.0),
    };
    told.tell(" ns");
}

/// Posts on record, one an hour, so that the days that a check looks back on have as many of any number.
fn desk(
    program: &Arc<Program>,
    handle: *const PlauditProgram,
    rounds: usize,
    least: Duration,
    posts: usize,
) {
    let mut events = String::new();
    for number in 0..posts {
        let at = Timestamp::from_second(1_767_225_600 + i64::try_from(number).unwrap() * 3_600);
        writeln!(
            events,
            r#"{{"id":"{number}","advocate":"p{:03}","kind":"share","at":"{}","post":{{"text":"What number {number} says of loaf {} is that bread number {number} was better."}}}}"#,
            number % 400,
            at.unwrap(),
            number * 7,
        )
        .unwrap();
    }
    let ledger = Ledger::open(Arc::clone(program), Arc::new(Memory::new()), true).unwrap();
    record(&ledger, &events, "events", Batch::Whole).unwrap();
    let mut opened = std::ptr::null_mut();
    // SAFETY: the struct may have any bits; everything lives until the calls have ended.
    unsafe {
        let mut options: PlauditLedgerOptions = std::mem::zeroed();
        options.size = size_of::<PlauditLedgerOptions>();
        options.assume_consent = 1;
        freed(plaudit::plaudit_ledger_open_memory(handle, &raw const options, &raw mut opened));
        let (data, length) = (events.as_ptr().cast(), events.len());
        freed(plaudit::plaudit_ledger_record(opened, data, length, std::ptr::null()));
    }
    let mut now = 1_767_225_600 + i64::try_from(posts).unwrap() * 3_600;
    let request = move || {
        now += 1;
        let at = Timestamp::from_second(now).unwrap();
        format!(
            r#"{{"post":{{"author":"p007","text":"Loaf number seven was better than any."}},"at":"{at}"}}"#
        )
    };
    let (mut rust_request, mut c_request) = (request, request);
    let rust = || time(least, || ledger.answer::<Check>(&rust_request()).unwrap());
    let c = || {
        time(least, || {
            let request = c_request();
            let (data, length) = (request.as_ptr().cast(), request.len());
            // SAFETY: the request lives until the call has ended.
            freed(unsafe { plaudit::plaudit_ledger_check(opened, data, length) });
        })
    };
    ratio(&format!("desk, {posts} posts"), measured(rounds, rust, c, |rust, c| c / rust));
    // SAFETY: no call is using it.
    unsafe { plaudit::plaudit_ledger_free(opened) };
}
