//! The service beside a bare handler that parses the same JSON and answers as many bytes: on the same
//! machine, in turns, with the same clients.
//!
//! `cargo bench -p plaudit-sidecar --bench serve`; `-- --seconds 2` for a short run. Both are processes
//! of their own on loopback, and the clients share the cores with them, so that only ratios mean
//! something. The goals are 80 % of the bare handler's requests for checks and single activities, 60 %
//! for batches, a 99th percentile of at most twice the bare handler's at half of the load that both bear; and of events
//! that are recorded one by one from 64 clients half of its requests, or as many as the disk takes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement fails by panicking, and prints what it found"
)]

mod bare;
mod clients;
#[path = "../../../engine/benches/told/mod.rs"]
mod told;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use clients::{Load, Measured};
use told::Bound;

/// As in the program that is shipped.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A process that serves.
struct Server {
    child: Child,
    /// What it says later is left there; closed, it would have nobody to say it to.
    _output: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    /// Starts a command that says its address in its first line.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line}"));
        let address = address.trim().trim_end_matches('/').to_owned();
        Self { child, _output: output, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts of 300 characters, as people write them.
const POST: &str = "What a week! Our team shipped the new mixer, and I am proud to work at Acme. Thank \
    you to everyone who tested it in their own kitchens, told us what was wrong and came back for more. \
    If you want to see how it is made, the doors of our workshop are open on Friday: come by, bring a \
    friend and ask us anything. #BehindTheScenes";

fn activity(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","advocate":"ada","kind":"share","channel":"linkedin","at":"2026-06-01T09:00:00Z","own_words":40,"likes":12,"comments":3,"clicks":25}}"#
    )
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--bare") {
        return bare::serve();
    }
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let seconds = Duration::from_secs(after("--seconds").unwrap_or(5));

    let folder = tempfile::tempdir().unwrap();
    let top = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
    let ours = Server::start(
        Command::new(env!("CARGO_BIN_EXE_plaudit"))
            .args(["serve", "--listen", "127.0.0.1:0", "--rules", top, "--log", "error"])
            .current_dir(folder.path()),
    );
    let this = std::env::current_exe().unwrap();
    let bare = Server::start(Command::new(this).arg("--bare"));

    let check = serde_json::json!({ "post": { "text": POST, "channel": "linkedin" } }).to_string();
    let score = format!(
        r#"{{"people":[{{"id":"ada","consent":true}}],"events":[{}],"as_of":"2026-07-01"}}"#,
        activity("1")
    );
    println!("{} connections, {} s each, ours and bare in turns\n", 32, seconds.as_secs());
    println!("{:<34}{:>12}{:>12}{:>9}   goal", "", "ours /s", "bare /s", "ratio");
    let json = "application/json";
    let stateless =
        [("check of a post", "/v1/check", check), ("score of an activity", "/v1/ask/score", score)];
    for (name, path, body) in stateless {
        let fixed = move |_: u64| body.clone();
        pair(name, &ours, &bare, Load { path, media: json, clients: 32, seconds }, &fixed, 1, 0.8);
    }
    let batch = |number: u64| -> String {
        (0..1_000).map(|event| activity(&format!("b{number}-{event}")) + "\n").collect()
    };
    let lines = "application/x-ndjson";
    let load = Load { path: "/v1/events", media: lines, clients: 4, seconds };
    pair("events, in thousands", &ours, &bare, load, &batch, 1_000, 0.6);
    let single = |number: u64| activity(&format!("s{number}"));
    let load = Load { path: "/v1/events", media: json, clients: 64, seconds };
    pair("events one by one, 64 clients", &ours, &bare, load, &single, 1, 0.5);
    println!("\nthe disk takes {:.0} flushes a second", flushes(folder.path()));
}

/// Measures both in turns, three times, and prints the medians and their ratio.
fn pair(
    name: &str,
    ours: &Server,
    bare: &Server,
    load: Load<'_>,
    body: &(dyn Fn(u64) -> String + Sync),
    each: u64,
    goal: f64,
) {
    // What the bare handler answers is as long as our answer.
    let length = clients::answer(&ours.address, &load, &body(u64::MAX)).len();
    let bare_load = Load { path: &format!("{}?length={length}", load.path), ..load };
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for round in 0..3u64 {
        // No body comes twice.
        let offset = (round + 1) << 40;
        let numbered = |number: u64| body(offset + number);
        of_ours.push(clients::measure(&ours.address, &load, &numbered, None));
        of_bare.push(clients::measure(&bare.address, &bare_load, &numbered, None));
    }
    let rate = |all: &mut Vec<Measured>| {
        all.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        all[all.len() / 2].rate * each as f64
    };
    let (ours_rate, bare_rate) = (rate(&mut of_ours), rate(&mut of_bare));
    let ratio = ours_rate / bare_rate;
    let met = if ratio >= goal { "met" } else { "not met" };
    println!("{name:<34}{ours_rate:>12.0}{bare_rate:>12.0}{ratio:>9.2}   {goal:.2} {met}");
    let a_second = |rate: f64| format!("{rate:.0}/s");
    let bound = Bound::AtLeast(goal);
    told::ratio(5, name, &a_second(bare_rate), &a_second(ours_rate), ratio, bound);
    // At half of the load that both bear.
    let pace = Some(ours_rate.min(bare_rate) / each as f64 / 2.0);
    let offset = 9u64 << 40;
    let numbered = |number: u64| body(offset + number);
    let ours = clients::measure(&ours.address, &load, &numbered, pace);
    let bare = clients::measure(&bare.address, &bare_load, &numbered, pace);
    let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1_000.0);
    let ratio = ours.p99.as_secs_f64() / bare.p99.as_secs_f64();
    println!(
        "{:<34}{:>12}{:>12}{ratio:>9.2}   2.00 {}",
        "  p99 at half of what both bear",
        shown(ours.p99),
        shown(bare.p99),
        if ratio <= 2.0 { "met" } else { "not met" },
    );
    let what = format!("{name}, p99 at half load");
    told::ratio(5, &what, &shown(bare.p99), &shown(ours.p99), ratio, Bound::AtMost(2.0));
}

/// How often the disk makes a small write durable in a second.
fn flushes(folder: &std::path::Path) -> f64 {
    let mut file = File::create(folder.join("flushed")).unwrap();
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_secs(2) {
        file.write_all(&[0; 4_096]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
