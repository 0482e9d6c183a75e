//! How cost grows: with activities, rules, terms and threads; and what memory an activity takes.
//!
//! ```sh
//! cargo bench -p plaudit-engine --bench growth                # some minutes
//! cargo bench -p plaudit-engine --bench growth -- --quick     # a look: smaller and fewer
//! cargo bench -p plaudit-engine --bench growth -- terms       # only what has the word in its name
//! ```
//!
//! Each measurement is a process of its own, whose peak memory (`VmHWM`) is told beside its time; sizes
//! of one thing take turns, and medians are told. What counts is how the time for one grows from one
//! size to the next.
//!
//! - *activities*: made-up ones with outcomes and edits, one person for fifty, scored with the program of
//!   `tests/floor`. *bytes*: what the last size takes more than the first, by activity and by person.
//! - *rules*: so many scoring rules, each for one of ten kinds; so many guidelines, each with a
//!   condition of its own. An activity meets a tenth of the rules, a post all.
//! - *terms*: so many in one word list, on posts of 300 characters.
//! - *threads*: posts checked with one program by one thread, and by two: checks in all a second.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot measure stops, and prints what it measured"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use plaudit_engine::events::{Format, Log, People, read_events, read_people};
use plaudit_engine::{CheckContext, Post, Program, Records, Sources};

#[path = "../../tests/floor/mod.rs"]
mod floor;
#[path = "told/mod.rs"]
mod told;

use told::{Bound, time};

/// As in the program that is shipped.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Something that grows: its sizes, and what its one is.
struct Growth {
    what: &'static str,
    one: &'static str,
    sizes: &'static [usize],
    quick: &'static [usize],
    goal: u8,
}

const ALL: [Growth; 6] = [
    Growth {
        what: "activities",
        one: "activity",
        sizes: &[10_000, 100_000, 1_000_000],
        quick: &[2_000, 20_000],
        goal: 3,
    },
    Growth {
        what: "scoring rules",
        one: "activity",
        sizes: &[10, 100, 1_000],
        quick: &[10, 100],
        goal: 1,
    },
    Growth {
        what: "guidelines",
        one: "post",
        sizes: &[10, 100, 1_000],
        quick: &[10, 100],
        goal: 2,
    },
    Growth {
        what: "terms",
        one: "post",
        sizes: &[10, 100, 1_000, 10_000],
        quick: &[10, 1_000],
        goal: 2,
    },
    Growth {
        what: "terms, compiled",
        one: "program",
        sizes: &[10, 1_000, 10_000],
        quick: &[10, 1_000],
        goal: 7,
    },
    Growth { what: "threads", one: "post", sizes: &[1, 2], quick: &[1, 2], goal: 2 },
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` runs benchmarks, too, and wants no figures.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    if let Some(place) = arguments.iter().position(|argument| argument == "--phase") {
        let least = Duration::from_millis(if quick { 20 } else { 300 });
        let (what, size) = (&arguments[place + 1], arguments[place + 2].parse().unwrap());
        return println!("{} {}", measure(what, size, least), peak_memory());
    }
    let wanted: Vec<&String> =
        arguments.iter().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for growth in ALL.iter().filter(|it| wanted.iter().all(|word| it.what.contains(*word))) {
        let sizes = if quick { growth.quick } else { growth.sizes };
        table(growth, sizes, quick);
    }
}

fn table(growth: &Growth, sizes: &[usize], quick: bool) {
    let Growth { what, one, goal, .. } = growth;
    let rounds = if quick { 1 } else { 5 };
    let mut measured: Vec<(Vec<f64>, u64)> = vec![(Vec::new(), 0); sizes.len()];
    for _ in 0..rounds {
        for (size, (times, memory)) in sizes.iter().zip(&mut measured) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--bench", "--phase", what, &size.to_string()]);
            if quick {
                command.arg("--quick");
            }
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let told = String::from_utf8(output.stdout).unwrap();
            let (time, peak) = told.trim().split_once(' ').unwrap();
            times.push(time.parse().unwrap());
            *memory = (*memory).max(peak.parse().unwrap());
        }
    }
    let times: Vec<f64> = measured
        .iter()
        .map(|(times, _)| {
            let mut times = times.clone();
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect();
    println!("\n{what}");
    for (place, (size, median)) in sizes.iter().zip(&times).enumerate() {
        let memory = measured[place].1 as f64 / f64::from(1 << 20);
        let before = place.checked_sub(1).map(|before| median / times[before]);
        let grown = before.map_or(String::new(), |ratio| format!("{ratio:.2}× the one before"));
        println!("  {size:>9} {:>10} for one {one:<9} {memory:>7.1} MiB  {grown}", time(*median));
        if let (Some(ratio), Some(before)) = (before, place.checked_sub(1)) {
            let named = format!("time for one {one}, {what} {} → {size}", sizes[before]);
            let (floor, ours) = (time(times[before]), time(*median));
            told::ratio(*goal, &named, &floor, &ours, ratio, bound(what));
        }
    }
    if *what == "activities" {
        let (first, last) = (0, sizes.len() - 1);
        let bytes = measured[last].1.saturating_sub(measured[first].1) as f64;
        let by_activity = bytes / (sizes[last] - sizes[first]) as f64;
        println!("  {by_activity:.0} bytes an activity, {:.0} a person", by_activity * 50.0);
        told::alone(3, "peak memory for one activity more", by_activity, " bytes", Bound::None);
        told::alone(
            3,
            "peak memory for one person more",
            by_activity * 50.0,
            " bytes",
            Bound::None,
        );
    }
}

/// What is asked of the time for one when the size grows.
fn bound(what: &str) -> Bound {
    match what {
        // Ten times the activities may take eleven times the time.
        "activities" => Bound::AtMost(1.1),
        // Two threads do 1.7 times what one does.
        "threads" => Bound::AtMost(0.59),
        _ => Bound::None,
    }
}

/// The time for one, in nanoseconds.
fn measure(what: &str, size: usize, least: Duration) -> f64 {
    match what {
        "activities" => scored(&floor_program(), size, least),
        "scoring rules" => scored(&many_rules(size), 20_000, least),
        "guidelines" => checked(&many_guidelines(size), 1, least),
        "terms" => checked(&many_terms(size), 1, least),
        "terms, compiled" => repeated(least, 1, || many_terms(size).compile()),
        "threads" => checked(&starter(), size, least),
        other => panic!("nothing grows that is called {other}"),
    }
}

/// The time for one of so many things that `run` does at once, repeated until it can be measured.
fn repeated(least: Duration, things: usize, mut run: impl FnMut()) -> f64 {
    run();
    let (mut runs, start) = (0_u32, Instant::now());
    while start.elapsed() < least || runs == 0 {
        run();
        runs += 1;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(runs) / things as f64
}

fn scored(program: &Program, activities: usize, least: Duration) -> f64 {
    let (log, people) = records(activities);
    let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
    repeated(least, activities, || {
        let records = Records { log: &log, people: &people, as_of, assume_consent: true };
        black_box(program.score(&records).unwrap());
    })
}

/// So many activities, read; their text is gone when this returns.
fn records(activities: usize) -> (Log, People) {
    let people = (activities as u64 / 50).max(1);
    let made = floor::synthetic::synthetic(activities as u64, people, 1);
    let mut log = Log::new();
    read_events(made.activities.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
    (log, read_people(made.people.as_bytes(), "people", Format::JsonLines).unwrap())
}

/// Checks posts, by so many threads at once.
fn checked(program: &Program, threads: usize, least: Duration) -> f64 {
    let posts: Vec<Post> =
        floor::posts::POSTS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = "2026-06-30T12:00:00Z".parse().unwrap();
    let check = |times: usize| {
        for post in posts.iter().cycle().take(times * posts.len()) {
            black_box(program.check(post, &CheckContext::default(), at).unwrap());
        }
    };
    program.compile();
    const TIMES: usize = 20;
    repeated(least, threads * TIMES * posts.len(), || {
        std::thread::scope(|scope| {
            (0..threads).for_each(|_| drop(scope.spawn(|| check(TIMES))));
        });
    })
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn floor_program() -> Program {
    Program::load(folder("tests/floor/program")).unwrap()
}

fn starter() -> Program {
    Program::load(folder("rules")).unwrap()
}

/// The floor's settings, and nothing else of it.
fn sources() -> Sources {
    let manifest =
        std::fs::read_to_string(folder("tests/floor/program").join("program.toml")).unwrap();
    let own = ["\n[rules", "\n[caps", "\n[[caps"].iter().filter_map(|it| manifest.find(it)).min();
    Sources::new().with("program.toml", manifest[..own.unwrap_or(manifest.len())].to_owned())
}

fn many_rules(rules: usize) -> Program {
    const KINDS: [&str; 5] = ["read", "share", "comment", "create", "help"];
    let files = (0..rules.div_ceil(100)).fold(sources(), |sources, file| {
        let mut text = String::new();
        for number in file * 100..rules.min(file * 100 + 100) {
            let kind = KINDS[number % KINDS.len()];
            let channel = if number % 2 == 0 { "==" } else { "!=" };
            let _ = writeln!(
                text,
                "/// Rule.\nfn rule_{number}(activity) {{ if activity.kind == \"{kind}\" && activity.channel \
                 {channel} \"linkedin\" {{ min(activity.clicks, {number}) }} }}"
            );
        }
        sources.with(format!("scoring/rules_{file}.rhai"), text)
    });
    Program::from_sources(&files).unwrap()
}

fn many_guidelines(rules: usize) -> Program {
    let files = (0..rules.div_ceil(100)).fold(sources(), |sources, file| {
        let mut text = String::new();
        for number in file * 100..rules.min(file * 100 + 100) {
            let _ = writeln!(
                text,
                "/// Rule.\nfn rule_{number}(post) {{ if post.words > {} && post.capitals > 30 {{ \
                 advise(\"Well.\") }} }}",
                number + 40
            );
        }
        sources.with(format!("guidelines/rules_{file}.rhai"), text)
    });
    Program::from_sources(&files).unwrap()
}

fn many_terms(terms: usize) -> Program {
    const PARTS: [&str; 20] = [
        "ba", "ke", "mi", "xo", "fu", "la", "ne", "ro", "si", "tu", "ve", "wa", "ya", "zo", "bri",
        "cla", "dro", "fle", "gru", "pli",
    ];
    let word = |mut number: usize| {
        let mut word = String::new();
        for _ in 0..4 {
            word += PARTS[number % PARTS.len()];
            number /= PARTS.len();
        }
        word
    };
    let list: String = (0..terms).map(|number| word(number * 7 + 3) + "\n").collect();
    let rule =
        "/// Rule.\nfn listed(post) { if post.mentions(\"listed\") { advise(\"Well.\") } }\n";
    let sources = sources().with("lexicons/listed.txt", list).with("guidelines/listed.rhai", rule);
    Program::from_sources(&sources).unwrap()
}

/// The most memory that the process has had, in bytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1_024
}
