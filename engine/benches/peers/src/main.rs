//! Plaudit beside other rule engines, and its goals in one table.
//!
//! ```sh
//! cargo run --release --manifest-path engine/benches/peers/Cargo.toml              # everything: half an hour
//! cargo run --release --manifest-path engine/benches/peers/Cargo.toml -- --quick   # a look, not a figure
//! … -- --goal 1 --goal 2      # these goals only
//! … -- --peers                # only W1 beside other engines
//! … -- --write                # puts the tables into PERFORMANCE.md, too
//! ```
//!
//! A package and a workspace of its own: neither the product nor its tests build the peers.
//!
//! - `w1` has the peers and the work; `rounds` measures in turns;
//! - `goals` runs the project's benchmarks and collects what they tell;
//! - `page` is PERFORMANCE.md.

#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

mod goals;
mod page;
mod rounds;
mod w1;

use std::time::Duration;

use goals::Line;
use rounds::{Effort, Row};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = has("--quick");
    let effort = match quick {
        true => Effort { rounds: 3, least: Duration::from_millis(10) },
        false => Effort { rounds: 11, least: Duration::from_millis(100) },
    };
    let named: Vec<u8> = arguments
        .windows(2)
        .filter(|pair| pair[0] == "--goal")
        .map(|pair| pair[1].parse().ok().filter(|goal| (1..=7).contains(goal)))
        .map(|goal| goal.expect("a goal is a number from 1 to 7"))
        .collect();
    let only_peers = has("--peers");
    let wanted: Vec<u8> = if named.is_empty() { (1..=7).collect() } else { named };

    let machine = page::machine(quick);
    let (mut peers, mut of_peers) = (None, Vec::new());
    if only_peers || wanted.contains(&1) {
        let activities = w1::activities();
        let mut rows = w1::peers(&activities);
        rounds::measure(&mut rows, effort);
        peers = Some(peer_table(&rows));
        of_peers = peer_lines(&rows);
    }
    let mut lines = if only_peers { Vec::new() } else { goals::measured(&wanted, quick) };
    lines.splice(0..0, of_peers);
    let goals = goals::table(&lines);

    println!("{machine}");
    if let Some(peers) = &peers {
        println!("{peers}");
    }
    println!("{goals}");
    if has("--write") {
        let mut parts = vec![("machine", machine)];
        parts.extend(peers.map(|peers| ("peers", peers)));
        // A part of the goals does not take the place of all.
        if wanted.len() == 7 && !only_peers {
            parts.push(("goals", goals));
        }
        page::write(&parts);
    }
}

fn peer_table(rows: &[Row<'_>]) -> String {
    let mut table =
        "| W1, one activity | ns | by hand-written Rust |\n| --- | --- | --- |\n".to_owned();
    for row in rows {
        let ratio = row.times_of(&rows[0]);
        table += &format!("| {} | {:.0} | {ratio:.1}× |\n", row.name, row.time());
    }
    table
}

/// What W1 says of the first goal.
fn peer_lines(rows: &[Row<'_>]) -> Vec<Line> {
    let find = |name: &str| rows.iter().find(|row| row.name.starts_with(name)).unwrap();
    let ours = find("Plaudit as shipped, plain values, together");
    let line = |name: &str, most: f64| {
        let other = find(name);
        let ratio = ours.times_of(other);
        let cells = [
            format!("W1, plain values, beside {}", other.name),
            format!("{:.0} ns", other.time()),
            format!("{:.0} ns", ours.time()),
            format!("{ratio:.3}×"),
            format!("≤ {most}×"),
            if ratio <= most { "yes" } else { "no" }.to_owned(),
        ];
        Line::new(1, &cells.each_ref().map(String::as_str))
    };
    vec![line("LuaJIT", 1.0), line("Rhai", 0.05)]
}
