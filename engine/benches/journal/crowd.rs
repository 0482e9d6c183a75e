//! A made-up crowd, the same on every machine: people who join within a month, and a year of what
//! they do.
//!
//! - One person for fifty activities. Who does something is drawn as the product of two even draws,
//!   so that the busiest tenth does a third of it.
//! - Sixteen draws of kinds: shares and comments lead, kudos go to somebody else.
//! - One activity in five has a channel and results of its own; one in ten gets an outcome later.
//! - Ids are `a-` and a number without gaps, times are even over the year, and lines come in the
//!   order of their number: not in that of time.

use std::io::{BufWriter, Write};
use std::path::Path;

const KINDS: [&str; 8] =
    ["share", "share", "comment", "comment", "create", "read", "train", "kudos"];
const DEPARTMENTS: [&str; 7] =
    ["Sales", "Service", "Research", "Finance", "Marketing", "Logistics", "People"];
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// A small generator of numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn time(&mut self, from: i64, seconds: i64) -> jiff::Timestamp {
        let second = self.below(seconds.unsigned_abs()).cast_signed();
        jiff::Timestamp::from_second(START + from + second).unwrap()
    }
}

/// How many people there are for so many activities.
pub(crate) fn people(activities: u64) -> u64 {
    (activities / 50).max(1)
}

/// Writes the events of the crowd as JSON lines and says how many there are.
pub(crate) fn write(path: &Path, activities: u64) -> u64 {
    let mut dice = Dice(7);
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path).unwrap());
    let people = people(activities);
    for person in 0..people {
        let at = dice.time(-30 * DAY, 30 * DAY);
        let department = DEPARTMENTS[dice.below(7) as usize];
        writeln!(
            out,
            r#"{{"type":"person","source":"hr","id":"p-{person}","advocate":"person-{person}","at":"{at}","consent":true,"department":"{department}"}}"#
        )
        .unwrap();
    }
    let mut lines = people;
    for number in 0..activities {
        let person = dice.below(people) * dice.below(people) / people;
        let at = dice.time(0, 365 * DAY);
        let kind = KINDS[dice.below(8) as usize];
        write!(
            out,
            r#"{{"id":"a-{number}","advocate":"person-{person}","kind":"{kind}","at":"{at}""#
        )
        .unwrap();
        if kind == "kudos" {
            write!(
                out,
                r#","counterpart":"person-{}""#,
                (person + 1 + dice.below(people)) % people
            )
            .unwrap();
        }
        if dice.below(5) == 0 {
            let (own, clicks, likes) = (dice.below(101), dice.below(40), dice.below(200));
            write!(
                out,
                r#","channel":"linkedin","own_words":{own},"clicks":{clicks},"likes":{likes}"#
            )
            .unwrap();
        }
        writeln!(out, "}}").unwrap();
        lines += 1;
        if dice.below(10) == 0 {
            let at = dice.time(365 * DAY, 7 * DAY);
            let clicks = dice.below(100);
            writeln!(
                out,
                r#"{{"type":"outcome","id":"o-{number}","target":"a-{number}","at":"{at}","clicks":{clicks}}}"#
            )
            .unwrap();
            lines += 1;
        }
    }
    out.flush().unwrap();
    lines
}
