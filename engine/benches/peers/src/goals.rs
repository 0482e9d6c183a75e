//! The project's goals, in one table. Every figure is measured by a benchmark of its own package and
//! told as a line (`told` beside this package says how); here they are only collected.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The goals by number, in short; `SPEED` in words is in PERFORMANCE.md.
const GOALS: [&str; 7] =
    ["Scoring", "Checking", "Replay and simulation", "Recording", "HTTP", "C", "Start"];

/// A benchmark that tells of goals.
struct Bench {
    goals: &'static [u8],
    package: &'static str,
    name: &'static str,
    features: Option<&'static str>,
    full: &'static [&'static str],
    quick: &'static [&'static str],
}

/// What is measured of PostgreSQL is, where `BENCH_DATABASE` is the address of a database.
const BENCHES: [Bench; 6] = [
    Bench {
        goals: &[1, 2, 7],
        package: "plaudit-engine",
        name: "rules",
        features: None,
        full: &[],
        quick: &["--quick"],
    },
    Bench {
        goals: &[1, 2, 3, 7],
        package: "plaudit-engine",
        name: "growth",
        features: None,
        full: &[],
        quick: &["--quick"],
    },
    Bench {
        goals: &[3, 4],
        package: "plaudit-engine",
        name: "journal",
        features: Some("postgres"),
        full: &["--activities", "5000000"],
        quick: &["--activities", "20000"],
    },
    Bench {
        goals: &[5],
        package: "plaudit-sidecar",
        name: "serve",
        features: None,
        full: &[],
        quick: &["--seconds", "1"],
    },
    Bench {
        goals: &[6],
        package: "plaudit-ffi",
        name: "calls",
        features: None,
        full: &[],
        quick: &["--quick"],
    },
    Bench {
        goals: &[7],
        package: "plaudit-sidecar",
        name: "start",
        features: None,
        full: &[],
        quick: &["--quick"],
    },
];

/// What was measured for a goal: what, floor, ours, ratio, bound and whether it is met.
pub(crate) struct Line {
    goal: u8,
    cells: Vec<String>,
}

impl Line {
    pub(crate) fn new(goal: u8, cells: &[&str]) -> Self {
        Self { goal, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
    }

    /// A line as `told` writes it.
    fn read(line: &str) -> Option<Self> {
        let mut cells = line.strip_prefix("goal\t")?.split('\t').map(str::to_owned);
        Some(Self { goal: cells.next()?.parse().ok()?, cells: cells.collect() })
    }
}

/// Runs the benchmarks that tell of these goals, one after the other.
pub(crate) fn measured(goals: &[u8], quick: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    for bench in BENCHES.iter().filter(|bench| bench.goals.iter().any(|it| goals.contains(it))) {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or("cargo".to_owned()));
        let mut child = command
            .args(["bench", "-p", bench.package, "--bench", bench.name])
            .args(bench.features.map(|features| ["--features", features]).into_iter().flatten())
            .args(["--", "--lines"])
            .args(if quick { bench.quick } else { bench.full })
            .current_dir(top())
            // What cargo says of this package is nothing to build others by: libraries would be built anew.
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| !is_of_this_package(name)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        eprintln!("\n{} of {}", bench.name, bench.package);
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match Line::read(&line) {
                Some(told) => lines.push(told),
                None => eprintln!("{line}"),
            }
        }
        let status = child.wait().unwrap();
        if !status.success() {
            eprintln!("{} of {} FAILED", bench.name, bench.package);
            let what = format!("{}, which failed", bench.name);
            lines.push(Line::new(bench.goals[0], &[&what, "", "", "", "", "no"]));
        }
    }
    lines.retain(|line| goals.contains(&line.goal));
    lines.sort_by_key(|line| line.goal);
    lines
}

/// Whether a variable of the environment is one that cargo gives to what it runs.
fn is_of_this_package(name: &std::ffi::OsStr) -> bool {
    const FOR_ALL: [&str; 4] =
        ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "CARGO_NET_OFFLINE"];
    name.to_str().is_some_and(|name| name.starts_with("CARGO_") && !FOR_ALL.contains(&name))
}

/// The top of the project.
pub(crate) fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// The lines as a table.
pub(crate) fn table(lines: &[Line]) -> String {
    let mut table =
        "| goal | what | floor | ours | ratio | bound | met |\n| --- | --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for line in lines {
        let name = GOALS.get(usize::from(line.goal) - 1).copied().unwrap_or_default();
        let cells = line.cells.join(" | ");
        table += &format!("| {} {name} | {cells} |\n", line.goal);
    }
    table
}
