//! Rounds in which everyone has a turn: what a busy machine does to one it does to its neighbours.

use std::time::{Duration, Instant};

/// How long and how often is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// The least time of one measurement.
    pub(crate) least: Duration,
}

/// Something that is measured.
pub(crate) struct Row<'a> {
    pub(crate) name: String,
    /// How many things one run does.
    things: usize,
    run: Box<dyn FnMut() + 'a>,
    /// Nanoseconds for one thing, by round.
    times: Vec<f64>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(name: &str, things: usize, run: impl FnMut() + 'a) -> Self {
        Self { name: name.to_owned(), things, run: Box::new(run), times: Vec::new() }
    }

    fn measure(&mut self, least: Duration) {
        let (mut runs, start) = (0_u32, Instant::now());
        while runs == 0 || start.elapsed() < least {
            (self.run)();
            runs += 1;
        }
        let nanoseconds = start.elapsed().as_secs_f64() * 1e9;
        self.times.push(nanoseconds / f64::from(runs) / self.things as f64);
    }

    /// The median time for one thing, in nanoseconds.
    pub(crate) fn time(&self) -> f64 {
        median(self.times.iter().copied())
    }

    /// The median, over rounds, of how many times the other's time it takes.
    pub(crate) fn times_of(&self, other: &Row<'_>) -> f64 {
        median(self.times.iter().zip(&other.times).map(|(own, other)| own / other))
    }
}

/// Measures all in turns, in the other order in every second round.
pub(crate) fn measure(rows: &mut [Row<'_>], effort: Effort) {
    for round in 0..effort.rounds {
        if round.is_multiple_of(2) {
            rows.iter_mut().for_each(|row| row.measure(effort.least));
        } else {
            rows.iter_mut().rev().for_each(|row| row.measure(effort.least));
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
