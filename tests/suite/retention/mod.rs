//! What is past its age goes, nowhere to be found and not taken in again; points, levels and points of
//! each month stay what they were.
//!
//! - this file draws journals of some years, and has the program with its ages;
//! - `engine`: the property, in every kind of journal; `commands`: what the command line does and
//!   tells; `service`: the same over HTTP, and by the calendar.

mod commands;
mod engine;
mod service;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::events::{Event, read_record};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Program, Sources};
use serde_json::{Value, json};

use crate::support::top;

/// The time from which ages are counted back.
pub(crate) const AS_OF: &str = "2026-07-01T08:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The starter program with ages.
fn program(retention: &str) -> Arc<Program> {
    let sources = Sources::read(&top().join("rules")).unwrap();
    let manifest = std::fs::read_to_string(top().join("rules/program.toml")).unwrap();
    let manifest = format!("{manifest}\n[privacy.retention]\n{retention}\n");
    Arc::new(Program::from_sources(&sources.with("program.toml", manifest)).unwrap())
}

/// Numbers that look drawn by chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// An instant of the three years before.
    fn at(&mut self) -> String {
        let (year, month, day) = (2023 + self.roll(4), 1 + self.roll(12), 1 + self.roll(28));
        let month = if year == 2026 { 1 + month % 6 } else { month };
        format!("{year}-{month:02}-{day:02}T{:02}:{:02}:00Z", self.roll(24), self.roll(60))
    }
}

/// A time some days after another one.
fn later(time: &str, days: i64) -> String {
    (at(time) + jiff::SignedDuration::from_hours(24 * days)).to_string()
}

/// What happened to six people in three years: everything that can be on record, each with an id and
/// words that stand nowhere else.
pub(crate) fn records(seed: u64, activities: u64) -> Vec<Value> {
    let mut dice = Dice(seed);
    let mut records = Vec::new();
    for number in 0..6 {
        let who = format!("who{number}");
        for (nth, time) in ["2023-01-01T00:00:00Z", "2023-09-01T00:00:00Z", "2025-02-01T00:00:00Z"]
            .iter()
            .enumerate()
        {
            let department = ["Sales", "Legal", "Service"][usize::try_from(dice.roll(3)).unwrap()];
            let mut person = json!({
                "type": "person", "source": "hr", "id": format!("idp{number}x{nth}"), "at": time,
                "advocate": who, "name": format!("Called{number}x{nth} Name"), "department": department,
            });
            if nth == 0 {
                person["consent"] = true.into();
                person["aliases"] =
                    json!([format!("@handle{number}"), format!("mail{number}@northwind.example")]);
            }
            if nth == 1 && number == 5 {
                person["consent"] = false.into();
            }
            if nth == 2 && number == 5 {
                person["consent"] = dice.roll(2).eq(&0).into();
            }
            records.push(person);
        }
    }
    for number in 0..activities {
        let who = dice.roll(6);
        let time = dice.at();
        let kind = ["share", "create", "comment", "kudos", "read", "train", "mentor"]
            [usize::try_from(dice.roll(7)).unwrap()];
        let name = if dice.roll(3) == 0 { format!("@handle{who}") } else { format!("who{who}") };
        let id = format!("ida{number}x");
        let mut one = json!({
            "id": id, "advocate": name, "kind": kind, "at": time, "channel": "linkedin",
            "own_words": dice.roll(100),
        });
        if matches!(kind, "kudos" | "mentor") {
            one["counterpart"] = format!("who{}", (who + 1 + dice.roll(5)) % 6).into();
        }
        if matches!(kind, "share" | "create" | "comment") && dice.roll(4) > 0 {
            let praise =
                ["The best mixer ever!", "I work at Northwind and like it.", "What a day."];
            let praise = praise[usize::try_from(dice.roll(3)).unwrap()];
            one["post"] = json!({
                "text": format!("{praise} wordw{number}x @handle{}", dice.roll(6)), "channel": "linkedin",
                "media": [{ "kind": "image", "source": "own", "alt": format!("alta{number}x") }],
            });
            one["ext"] = json!({ "seen": format!("exte{number}x") });
        }
        records.push(one);
        if dice.roll(3) == 0 {
            let days = i64::try_from(dice.roll(40)).unwrap();
            records.push(json!({
                "type": "outcome", "id": format!("ido{number}x"), "target": id, "at": later(&time, days),
                "impressions": dice.roll(9_000), "likes": dice.roll(50), "clicks": dice.roll(30),
            }));
        }
        match dice.roll(12) {
            0 => records.push(json!({
                "type": "update", "id": format!("idu{number}x"), "target": id, "at": later(&time, 1),
                "set": { "post": { "text": format!("Edited wordu{number}x") }, "own_words": dice.roll(100) },
            })),
            1 => records.push(json!({
                "type": "retraction", "id": format!("idr{number}x"), "target": id, "at": later(&time, 2),
            })),
            2 => {
                let dispute = format!("idd{number}x");
                records.push(json!({
                    "type": "dispute", "id": dispute, "advocate": format!("who{who}"), "target": id,
                    "rule": "disclose_employer", "reason": format!("wordd{number}x"), "at": later(&time, 3),
                }));
                if dice.roll(3) > 0 {
                    let resolution = if dice.roll(2) == 0 { "upheld" } else { "dismissed" };
                    records.push(json!({
                        "type": "resolution", "id": format!("ide{number}x"), "target": dispute, "by": "grace",
                        "resolution": resolution, "reason": format!("worde{number}x"), "at": later(&time, 9),
                    }));
                }
            }
            3 => records.push(json!({
                "type": "adjustment", "id": format!("idj{number}x"), "advocate": name, "by": "grace",
                "points": i64::try_from(dice.roll(40)).unwrap() - 15 + i64::from(number == 15),
                "reason": format!("wordj{number}x"), "at": time,
            })),
            4 => records.push(json!({
                "type": "outcome", "id": format!("idw{number}x"), "target": "never-came", "at": time, "likes": 1,
            })),
            _ => {}
        }
    }
    records.retain(|record| record["points"] != 0);
    records
}

pub(crate) fn event(record: &Value) -> Event {
    read_record(&record.to_string(), "record").unwrap()
}

/// What must stay: each person's points, level, and points of each month.
type Figures = BTreeMap<String, (i64, Value, BTreeMap<String, i64>)>;

fn figures(ledger: &Ledger) -> Figures {
    let live = ledger.live().unwrap();
    let standings = live.standings(at(AS_OF)).unwrap();
    let figures = standings.iter().map(|standing| {
        let explained = live.explain(&standing.advocate, at(AS_OF)).unwrap();
        let zone = ledger.program().time_zone().clone();
        let month = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m").to_string();
        let mut months: BTreeMap<String, i64> = BTreeMap::new();
        for line in &explained.lines {
            *months.entry(month(line.at)).or_default() += line.points;
        }
        for line in &explained.adjustments {
            *months.entry(month(line.at)).or_default() += line.points;
        }
        months.retain(|_, points| *points != 0);
        let level = serde_json::to_value(&standing.figures["level"]).unwrap();
        (standing.advocate.to_string(), (explained.total.points, level, months))
    });
    figures.filter(|(_, (points, _, months))| *points != 0 || !months.is_empty()).collect()
}
