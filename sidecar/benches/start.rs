//! How long it takes from the start of the process to the first verdict, beside a process that does
//! nothing.
//!
//! `cargo bench -p plaudit-sidecar --bench start`; `-- --quick` for a look.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by panicking, and prints what it found"
)]

use std::process::{Command, Stdio};
use std::time::Instant;

#[path = "../../engine/benches/told/mod.rs"]
mod told;

use told::Bound;

fn main() {
    // `cargo test --all-targets` runs benchmarks, too, and wants no figures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 5 } else { 41 };
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
    let plaudit = env!("CARGO_BIN_EXE_plaudit");
    let post = "I work at Acme, and today our new mixer left the building. #AcmeEmployee";
    let mut times: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        times[0].push(run(plaudit, &["--version"]));
        times[1].push(run(plaudit, &["check", "--rules", rules, "--json", "--text", post]));
    }
    let [nothing, verdict] = times.map(median);
    println!("{nothing:.1} ms for a process that says its version");
    println!("{verdict:.1} ms to the first verdict of the starter program (goal: 40 ms)");
    told::alone(7, "process start to first verdict", verdict, " ms", Bound::AtMost(40.0));
    told::alone(7, "process that says its version", nothing, " ms", Bound::None);
}

/// Milliseconds from start to end.
fn run(program: &str, arguments: &[&str]) -> f64 {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().unwrap();
    let took = start.elapsed().as_secs_f64() * 1e3;
    // 1 is a verdict that is not clear.
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    took
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
