//! Something that floor and engine both do: measuring it, and telling what came of it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::told::{self, Bound, time as shown};

/// How long and how often is measured.
pub(super) struct Effort {
    pub(super) rounds: usize,
    /// The least time of one measurement.
    pub(super) least: Duration,
}

/// Something that both do; each closure gives the time for one of `unit`.
pub(super) struct Case<'a> {
    pub(super) what: &'static str,
    unit: &'static str,
    floor: Option<Box<dyn FnMut() -> f64 + 'a>>,
    ours: Box<dyn FnMut() -> f64 + 'a>,
    goal: Goal,
    times: Vec<(Option<f64>, f64)>,
}

#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// At most so many times the floor.
    Ratio(f64),
    /// At most so many nanoseconds.
    Time(f64),
    None,
}

/// The time for one of so many things that `run` does at once, repeated until it can be measured.
pub(super) fn time<T>(least: Duration, things: usize, mut run: impl FnMut() -> T) -> f64 {
    let (mut runs, start) = (0_u32, Instant::now());
    while start.elapsed() < least || runs == 0 {
        black_box(run());
        runs += 1;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(runs) / things as f64
}

impl<'a> Case<'a> {
    pub(super) fn new(
        what: &'static str,
        unit: &'static str,
        goal: Goal,
        floor: impl FnMut() -> f64 + 'a,
        ours: impl FnMut() -> f64 + 'a,
    ) -> Self {
        let (floor, ours) = (Some(Box::new(floor) as Box<_>), Box::new(ours));
        Self { what, unit, floor, ours, goal, times: Vec::new() }
    }

    /// Something that there is no floor for.
    pub(super) fn alone(
        what: &'static str,
        unit: &'static str,
        goal: Goal,
        ours: impl FnMut() -> f64 + 'a,
    ) -> Self {
        Self { what, unit, floor: None, ours: Box::new(ours), goal, times: Vec::new() }
    }

    /// Measures both, in turns first and second.
    pub(super) fn measure(&mut self, round: usize) {
        let mut floor = || self.floor.as_mut().map(|floor| floor());
        let times = if round.is_multiple_of(2) {
            let floor = floor();
            (floor, (self.ours)())
        } else {
            let ours = (self.ours)();
            (floor(), ours)
        };
        self.times.push(times);
    }
}

/// Median, least and most.
fn spread(values: impl Iterator<Item = f64>) -> Option<[f64; 3]> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    Some([*values.get(values.len() / 2)?, *values.first()?, *values.last()?])
}

pub(super) fn print(cases: &[Case<'_>], effort: &Effort) {
    println!("medians of {} rounds (least – most)", effort.rounds);
    println!();
    println!("| what | one | floor | ours | ratio | goal | met |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for case in cases {
        let floor = spread(case.times.iter().filter_map(|(floor, _)| *floor));
        let ours = spread(case.times.iter().map(|(_, ours)| *ours));
        let ratio = spread(case.times.iter().filter_map(|(floor, ours)| Some(ours / (*floor)?)));
        let (goal, met) = match case.goal {
            Goal::Ratio(most) => (format!("≤ {most}×"), ratio.map(|[median, ..]| median <= most)),
            Goal::Time(most) => {
                (format!("≤ {}", shown(most)), ours.map(|[median, ..]| median <= most))
            }
            Goal::None => ("–".to_owned(), None),
        };
        println!(
            "| {} | {} | {} | {} | {} | {goal} | {} |",
            case.what,
            case.unit,
            cell(floor, shown),
            cell(ours, shown),
            cell(ratio, |ratio| format!("{ratio:.2}×")),
            met.map_or("–", |met| if met { "yes" } else { "no" }),
        );
        tell(case, [floor, ours, ratio].map(|spread| spread.map(|[median, ..]| median)));
    }
}

/// The same for a program to read.
fn tell(case: &Case<'_>, [floor, ours, ratio]: [Option<f64>; 3]) {
    let Some(ours) = ours else { return };
    let goal = match case.what.split([',', ' ']).next() {
        Some("check") => 2,
        Some("load") => 7,
        _ => 1,
    };
    match (case.goal, floor.zip(ratio)) {
        (Goal::Time(most), _) => {
            told::alone(goal, case.what, ours / 1e6, " ms", Bound::AtMost(most / 1e6));
        }
        (Goal::Ratio(most), Some((floor, ratio))) => {
            let bound = Bound::AtMost(most);
            told::ratio(goal, case.what, &shown(floor), &shown(ours), ratio, bound);
        }
        (_, Some((floor, ratio))) => {
            told::ratio(goal, case.what, &shown(floor), &shown(ours), ratio, Bound::None);
        }
        (_, None) => told::alone(goal, case.what, ours / 1e3, " µs", Bound::None),
    }
}

fn cell(spread: Option<[f64; 3]>, show: impl Fn(f64) -> String) -> String {
    spread.map_or("–".to_owned(), |[median, least, most]| {
        format!("{} ({} – {})", show(median), show(least), show(most))
    })
}
