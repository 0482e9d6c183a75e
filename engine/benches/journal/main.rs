//! What a durable journal costs, beside SQLite written to and read from by hand.
//!
//! ```sh
//! cargo bench -p plaudit-engine --bench journal                        # 200,000 activities
//! cargo bench -p plaudit-engine --bench journal -- --activities 5000000
//! cargo bench -p plaudit-engine --bench journal -- --folder /big/disk  # the system's own otherwise
//! cargo bench -p plaudit-engine --bench journal -- --keep              # leaves the files there
//! BENCH_DATABASE=postgres://… cargo bench -p plaudit-engine --features postgres --bench journal
//! ```
//!
//! It measures a tenth of the activities first, then all of them, so that growth shows. Each
//! measurement is a process of its own, whose peak memory (`VmHWM`) is told beside its time. The
//! crowd is made up by `crowd.rs`, which says how.
//!
//! - *bare insert*: the same rows into a table of the same kind, a thousand a commit, write-ahead
//!   log, `synchronous=FULL`. *append*: the same events through the journal, which finds those that
//!   are there already and keeps checksums; reading them from text is not counted in either.
//! - *bare COPY* and *PostgreSQL*: the same into a database, ten thousand a commit, as imports do; with
//!   `--features postgres`, where `BENCH_DATABASE` is the address of one.
//! - *import*: the whole way from JSON lines to the file.
//! - *one by one*: a commit for each event; *shared*: single events from 64 threads at once.
//! - *read and parse*: every row to an event on one core, by hand, and no more. *rebuild*: the same,
//!   up to a leaderboard of everyone, who are counted over all cores. *simulate*: the same, up to what
//!   a change of the program would do: everyone counted and recognised under both. *keep*: a checkpoint. *restart*: from the
//!   checkpoint to the same leaderboard. *next*: one more event, and the standing of its advocate.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a benchmark that cannot measure stops, and prints what it measured"
)]

mod crowd;
#[cfg(feature = "postgres")]
mod database;
#[path = "../told/mod.rs"]
mod told;

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use plaudit_engine::events::{Event, read_record};
use plaudit_engine::journal::{Access, Batch, Journal, Sqlite, Taken};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::simulation::SimulationQuestion;
use plaudit_engine::standings::{Among, BoardQuestion, Span};
use plaudit_engine::{Program, Sources};
use told::{Bound, time};

/// As in the program that is shipped.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Events a commit.
const COMMIT: usize = 1_000;
/// Threads that append single events at once.
const CLIENTS: usize = 64;
/// Single events that are appended.
const SINGLE: usize = 2_000;

/// What one process measured: seconds, and its peak memory in bytes.
#[derive(Clone, Copy)]
struct Measured {
    seconds: f64,
    memory: u64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` runs benchmarks, too, and wants no figures.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let after = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).cloned()
    };
    if let Some(phase) = after("--phase") {
        let folder = PathBuf::from(after("--folder").unwrap());
        let seconds = measure(&phase, &folder);
        println!("{seconds} {}", peak_memory());
        return;
    }
    let activities = after("--activities").map_or(200_000, |number| number.parse().unwrap());
    let folder = after("--folder").map_or_else(std::env::temp_dir, PathBuf::from);
    let keep = arguments.iter().any(|argument| argument == "--keep");
    let tenth = table(&folder, activities / 10, keep);
    let all = table(&folder, activities, keep);
    println!();
    for (what, tenth, all) in [("rebuild", tenth.0, all.0), ("simulate", tenth.1, all.1)] {
        let ratio = all.seconds / tenth.seconds;
        println!("  {what} of ten times as many: {ratio:.1}× the time (goal: 11×)");
        let what = format!("{what} of ten times as many, by the tenth");
        tell(3, &what, tenth, all, ratio, Bound::AtMost(11.0));
    }
}

/// The same for a program to read.
fn tell(goal: u8, what: &str, floor: Measured, ours: Measured, ratio: f64, bound: Bound) {
    told::ratio(goal, what, &time(floor.seconds * 1e9), &time(ours.seconds * 1e9), ratio, bound);
}

/// Measures everything once; gives a rebuild and a simulation.
fn table(folder: &Path, activities: u64, keep_files: bool) -> (Measured, Measured) {
    let folder = folder.join(format!("plaudit-journal-bench-{}-{activities}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let lines = crowd::write(&folder.join("events.jsonl"), activities) as f64;
    let people = crowd::people(activities);
    println!("\n{activities} activities of {people} people, {lines} events");
    let text = size(&folder.join("events.jsonl"));
    println!("  as JSON lines {:>29}", mebibytes(text));

    let run_by = |command: &mut Command, phase: &str| {
        let output =
            command.args(["--bench", "--phase", phase, "--folder"]).arg(&folder).output().unwrap();
        assert!(output.status.success(), "{phase}: {}", String::from_utf8_lossy(&output.stderr));
        let told = String::from_utf8(output.stdout).unwrap();
        let (seconds, memory) = told.trim().split_once(' ').unwrap();
        Measured { seconds: seconds.parse().unwrap(), memory: memory.parse().unwrap() }
    };
    let this = std::env::current_exe().unwrap();
    let run = |phase: &str| run_by(&mut Command::new(&this), phase);
    let of = |what: &str| format!("{what}, {activities} activities");
    let say = |what: &str, measured: Measured, events: f64, note: String| {
        let rate = events / measured.seconds;
        println!(
            "  {what:<16}{:>9.3} s {rate:>13.0} events/s {:>10}  {note}",
            measured.seconds,
            mebibytes(measured.memory),
        );
    };
    let bare = run("bare insert");
    say("bare insert", bare, lines, mebibytes(size(&folder.join("bare.db"))));
    let append = run("append");
    let ratio = bare.seconds / append.seconds;
    say("append", append, lines, format!("{:.0} % of the bare rate (goal: 50 %)", ratio * 100.0));
    tell(
        4,
        &of("append to SQLite, by the rate of a bare insert"),
        bare,
        append,
        ratio,
        Bound::AtLeast(0.5),
    );
    #[cfg(feature = "postgres")]
    if database::address().is_some() {
        let bare = run("bare COPY");
        say("bare COPY", bare, lines, String::new());
        let append = run("append to PostgreSQL");
        let ratio = bare.seconds / append.seconds;
        let note = format!("{:.0} % of a bare COPY (goal: 50 %)", ratio * 100.0);
        say("PostgreSQL", append, lines, note);
        let what = of("append to PostgreSQL, by the rate of a bare COPY");
        tell(4, &what, bare, append, ratio, Bound::AtLeast(0.5));
    }
    println!("  the file {:>34}", mebibytes(size(&folder.join("journal.db"))));
    std::fs::remove_file(folder.join("journal.db")).unwrap();
    say("import", run("import"), lines, String::new());
    let single = SINGLE as f64;
    let one = run("one by one");
    say("one by one", one, single, String::new());
    let shared = run("shared");
    let ratio = one.seconds / shared.seconds;
    say("shared", shared, single * 8.0, format!("{:.1}× one by one (goal: 20×)", ratio * 8.0));
    let shared_ratio = ratio * 8.0;
    tell(
        4,
        &of("64 clients sharing commits, by the rate of one"),
        one,
        shared,
        shared_ratio,
        Bound::AtLeast(20.0),
    );
    let parse = run("read and parse");
    say("read and parse", parse, lines, String::new());
    let rebuild = run("rebuild");
    let ratio = rebuild.seconds / parse.seconds;
    say("rebuild", rebuild, lines, format!("{ratio:.1}× reading and parsing (goal: 3×)"));
    tell(
        3,
        &of("rebuild, by reading and parsing alone"),
        parse,
        rebuild,
        ratio,
        Bound::AtMost(3.0),
    );
    // Whoever may use one core only has one thread.
    if cfg!(target_os = "linux") {
        let alone = run_by(Command::new("taskset").args(["-c", "0"]).arg(&this), "rebuild");
        let ratio = alone.seconds / rebuild.seconds;
        say("rebuild, 1 core", alone, lines, format!("{ratio:.2}× all cores (goal: 1.7× on two)"));
        tell(
            3,
            &of("rebuild on one core, by all cores"),
            rebuild,
            alone,
            ratio,
            Bound::AtLeast(1.7),
        );
    }
    let simulate = run("simulate");
    let ratio = simulate.seconds / rebuild.seconds;
    say("simulate", simulate, lines, format!("{ratio:.1}× a rebuild (goal: 2×)"));
    tell(3, &of("simulate, by a rebuild"), rebuild, simulate, ratio, Bound::AtMost(2.0));
    let gibibytes = simulate.memory.max(rebuild.memory) as f64 / f64::from(1 << 30);
    told::alone(3, &of("peak memory of both"), gibibytes, " GiB", Bound::AtMost(1.0));
    let keep = run("keep");
    say("keep", keep, lines, String::new());
    println!("  the file {:>34}", mebibytes(size(&folder.join("journal.db"))));
    let restart = run("restart");
    let ratio = restart.seconds / rebuild.seconds * 100.0;
    say("restart", restart, lines, format!("{ratio:.0} % of a rebuild"));
    let next = run("next");
    say("next", next, 100.0, format!("{:.3} ms an event", next.seconds * 10.0));
    if keep_files {
        println!("  left in {}", folder.display());
    } else {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    (rebuild, simulate)
}

/// Does one thing and says how many seconds what counts of it took.
fn measure(phase: &str, folder: &Path) -> f64 {
    let path = folder.join("journal.db");
    match phase {
        "bare insert" => {
            let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
            connection.pragma_update(None, "journal_mode", "WAL").unwrap();
            connection.pragma_update(None, "synchronous", "FULL").unwrap();
            connection
                .execute_batch("CREATE TABLE rows (place INTEGER PRIMARY KEY, event TEXT NOT NULL)")
                .unwrap();
            let mut seconds = 0.0;
            let mut place = 0_i64;
            batches(folder, COMMIT, |events| {
                let rows: Vec<String> =
                    events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
                let start = Instant::now();
                let transaction = connection.unchecked_transaction().unwrap();
                let sql = "INSERT INTO rows VALUES (?1, ?2)";
                for row in &rows {
                    place += 1;
                    transaction.prepare_cached(sql).unwrap().execute((place, row)).unwrap();
                }
                transaction.commit().unwrap();
                seconds += start.elapsed().as_secs_f64();
            });
            seconds
        }
        "append" => {
            let journal = Sqlite::open(&path, Access::Create).unwrap();
            let mut seconds = 0.0;
            batches(folder, COMMIT, |events| {
                let start = Instant::now();
                let receipts = journal.append(&events, Batch::Each).unwrap();
                seconds += start.elapsed().as_secs_f64();
                assert!(receipts.iter().all(|receipt| receipt.result == Taken::Recorded));
            });
            seconds
        }
        #[cfg(feature = "postgres")]
        "bare COPY" => database::bare_copy(folder),
        #[cfg(feature = "postgres")]
        "append to PostgreSQL" => database::append(folder),
        "import" => {
            let journal = Sqlite::open(&path, Access::Create).unwrap();
            timed(|| {
                batches(folder, COMMIT, |events| {
                    drop(journal.append(&events, Batch::Each).unwrap())
                })
            })
        }
        "one by one" => {
            let journal = Sqlite::open(&folder.join("single.db"), Access::Create).unwrap();
            let events = singles(SINGLE);
            timed(|| {
                for event in &events {
                    journal.append(std::slice::from_ref(event), Batch::Each).unwrap();
                }
            })
        }
        "shared" => {
            let journal = Sqlite::open(&folder.join("shared.db"), Access::Create).unwrap();
            let events = singles(SINGLE * 8);
            let next = AtomicUsize::new(0);
            timed(|| {
                std::thread::scope(|scope| {
                    for _ in 0..CLIENTS {
                        scope.spawn(|| {
                            while let Some(event) = events.get(next.fetch_add(1, Ordering::Relaxed))
                            {
                                journal.append(std::slice::from_ref(event), Batch::Each).unwrap();
                            }
                        });
                    }
                });
            })
        }
        "read and parse" => {
            let connection = rusqlite::Connection::open(&path).unwrap();
            let sql = "SELECT event FROM events ORDER BY position";
            let mut statement = connection.prepare(sql).unwrap();
            timed(|| {
                let mut rows = statement.query(()).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    let text = row.get_ref(0).unwrap().as_str().unwrap();
                    std::hint::black_box(read_record::<Event>(text, "journal").unwrap());
                }
            })
        }
        // A journal that may only be read keeps no checkpoint.
        "rebuild" => open_timed(&path, Access::Read, leaders),
        "simulate" => open_timed(&path, Access::Read, simulate),
        "keep" => {
            let ledger = ledger(&path, Access::Write);
            timed(|| ledger.checkpoint().unwrap())
        }
        "restart" => open_timed(&path, Access::Write, leaders),
        "next" => {
            let ledger = ledger(&path, Access::Write);
            leaders(&ledger);
            let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
            let next = |number: usize| {
                let event = format!(
                    r#"{{"id":"n-{number}","advocate":"person-{number}","kind":"share","at":"2027-01-05T00:00:00Z"}}"#
                );
                let event = read_record(&event, "event").unwrap();
                ledger.record(vec![event], Batch::Each).unwrap();
                let advocate = format!("person-{number}");
                ledger.live().unwrap().standing(&advocate, as_of).unwrap();
            };
            // The first event makes the journal learn which events it has.
            next(0);
            timed(|| (1..=100).for_each(next))
        }
        other => panic!("there is no phase {other}"),
    }
}

fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn starter() -> Arc<Program> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    Arc::new(Program::load(rules).unwrap())
}

fn ledger(path: &Path, access: Access) -> Ledger {
    open(starter(), path, access)
}

fn open(program: Arc<Program>, path: &Path, access: Access) -> Ledger {
    Ledger::open(program, Arc::new(Sqlite::open(path, access).unwrap()), false).unwrap()
}

/// How long it takes from a program at hand and a closed journal to an answer.
fn open_timed(path: &Path, access: Access, ask: fn(&Ledger)) -> f64 {
    let program = starter();
    let start = Instant::now();
    let ledger = open(program, path, access);
    ask(&ledger);
    start.elapsed().as_secs_f64()
}

fn leaders(ledger: &Ledger) {
    let question = BoardQuestion { span: Span::AllTime, among: Among::Everyone, period: None };
    let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
    std::hint::black_box(ledger.live().unwrap().leaderboard(&question, as_of).unwrap());
}

/// What the starter program would do with other numbers in it: comments and pieces of one's own bring
/// full points twice a day, and not three times.
fn simulate(ledger: &Ledger) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let sources = Sources::read(&rules).unwrap();
    let changed = sources.iter().fold(Sources::new(), |changed, (path, content)| {
        let text = String::from_utf8(content.to_vec()).unwrap();
        changed.with(path, text.replace("full_points_a_day = 3", "full_points_a_day = 2"))
    });
    let candidate = Program::from_sources(&changed).unwrap();
    let question = SimulationQuestion::default();
    let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
    let live = ledger.live().unwrap();
    let told = live.simulate(&candidate, &question, as_of, |_, _| ControlFlow::Continue(()));
    assert_eq!(told.unwrap().differs, Some(true));
}

/// Reads the events, a commit's worth at a time.
fn batches(folder: &Path, commit: usize, mut each: impl FnMut(Vec<Event>)) {
    let file = std::fs::File::open(folder.join("events.jsonl")).unwrap();
    let mut events = Vec::with_capacity(commit);
    for line in BufReader::with_capacity(1 << 20, file).lines() {
        events.push(read_record(&line.unwrap(), "events").unwrap());
        if events.len() == commit {
            each(std::mem::take(&mut events));
        }
    }
    each(events);
}

fn singles(number: usize) -> Vec<Event> {
    let event = |number| {
        format!(
            r#"{{"id":"s-{number}","advocate":"ada","kind":"share","at":"2026-01-05T00:00:00Z"}}"#
        )
    };
    (0..number).map(|number| read_record(&event(number), "event").unwrap()).collect()
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// The most memory that the process has had, in bytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1_024
}
