//! What benchmarks tell of the project's goals, for a program to read: with `--lines` one line for each
//! figure, beside the tables that people read. `peers` collects them.
//!
//! A line is `goal`, the goal's number, what was measured, the floor, ours, what one is to the other, the
//! bound, and whether it is met; a tabulator stands between.

// Each target that includes this uses a part of it.
#![allow(dead_code)]

/// A figure of a goal.
pub(crate) struct Told<'a> {
    pub(crate) goal: u8,
    pub(crate) what: &'a str,
    /// What it is measured by; empty where there is nothing.
    pub(crate) floor: &'a str,
    pub(crate) ours: &'a str,
    /// What counts, as it is shown, and how much it is.
    pub(crate) shown: &'a str,
    pub(crate) figure: f64,
    pub(crate) bound: Bound,
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// Nothing is asked of it.
    None,
}

impl Told<'_> {
    pub(crate) fn tell(&self, unit: &str) {
        if !std::env::args().any(|argument| argument == "--lines") {
            return;
        }
        let (bound, met) = match self.bound {
            Bound::AtMost(most) => (format!("≤ {most}{unit}"), Some(self.figure <= most)),
            Bound::AtLeast(least) => (format!("≥ {least}{unit}"), Some(self.figure >= least)),
            Bound::None => (String::new(), None),
        };
        let met = met.map_or("", |met| if met { "yes" } else { "no" });
        let Self { goal, what, floor, ours, shown, .. } = self;
        println!("goal\t{goal}\t{what}\t{floor}\t{ours}\t{shown}\t{bound}\t{met}");
    }
}

/// A ratio of ours to the floor.
pub(crate) fn ratio(goal: u8, what: &str, floor: &str, ours: &str, ratio: f64, bound: Bound) {
    let shown = match ratio {
        small if small < 0.1 => format!("{small:.3}×"),
        ratio => format!("{ratio:.2}×"),
    };
    Told { goal, what, floor, ours, shown: &shown, figure: ratio, bound }.tell("×");
}

/// A figure by itself.
pub(crate) fn alone(goal: u8, what: &str, figure: f64, unit: &str, bound: Bound) {
    let shown = format!("{figure:.1}{unit}");
    Told { goal, what, floor: "", ours: &shown, shown: &shown, figure, bound }.tell(unit);
}

/// A time in nanoseconds, to three digits.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        time if time < 1e4 => return format!("{time:.0} ns"),
        time if time < 1e6 => (time / 1e3, "µs"),
        time if time < 1e9 => (time / 1e6, "ms"),
        time => (time / 1e9, "s"),
    };
    format!("{value:.1} {unit}")
}
