//! Made-up activities that exercise every scoring rule and cap, the same on every machine.

use std::fmt::Write;

/// Activities and people as JSON lines.
pub(crate) struct Synthetic {
    pub(crate) activities: String,
    pub(crate) people: String,
}

/// The first instant of the made-up year: 2026-01-01T00:00:00Z.
const START: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

/// So many activities of so many people within a year, and what is said about them later: outcomes,
/// edits and retractions. Lines are in no order of time.
pub(crate) fn synthetic(activities: u64, people: u64, seed: u64) -> Synthetic {
    let mut random = Random(seed);
    let mut made = Synthetic { activities: String::new(), people: String::new() };
    for person in 0..people {
        made.person(&mut random, person);
    }
    for number in 0..activities {
        // A few people do most of it.
        let person = random.below(people) * random.below(people) / people;
        made.activity(&mut random, number, person, people);
    }
    made
}

impl Synthetic {
    fn person(&mut self, random: &mut Random, person: u64) {
        let consent = match random.below(20) {
            0 => ",\"consent\":false".to_owned(),
            1 => String::new(),
            2 => format!(",\"consent\":[{{\"from\":\"{}\"}}]", instant(START + 100 * DAY, false)),
            _ => ",\"consent\":true".to_owned(),
        };
        let active = match random.below(20) {
            0 => format!(",\"active\":[{{\"until\":\"{}\"}}]", instant(START + 200 * DAY, false)),
            _ => String::new(),
        };
        let leader = random.below(10) == 0;
        writeln!(
            self.people,
            r#"{{"id":"person-{person:03}"{consent}{active},"leader":{leader}}}"#
        )
        .unwrap();
    }

    fn activity(&mut self, random: &mut Random, number: u64, person: u64, people: u64) {
        const KINDS: [&str; 16] = [
            "share", "share", "share", "comment", "comment", "comment", "create", "create", "read",
            "read", "listen", "train", "help", "kudos", "refer", "",
        ];
        let kind = match KINDS[random.below(16) as usize] {
            // The rarer ones, and one that the program does not declare.
            "" => ["mentor", "teach", "teach", "dance"][random.below(4) as usize],
            kind => kind,
        };
        // Some days are full of activities, so that daily caps bite.
        let day = match random.below(3) {
            0 => random.below(12) * 30 + person % 5,
            _ => random.below(365),
        };
        let at = START + day * DAY + random.below(DAY);
        let written = instant(at, random.below(2) == 0);
        let mut line = format!(
            r#"{{"id":"a-{number}","advocate":"person-{person:03}","kind":"{kind}","at":"{written}""#
        );
        let mut field = |text: String| {
            line.push(',');
            line.push_str(&text);
        };
        if random.below(4) > 0 {
            const CHANNELS: [&str; 8] =
                ["blog", "facebook", "instagram", "linkedin", "linkedin", "threads", "x", "x"];
            let channel = CHANNELS[random.below(8) as usize];
            let channel = if random.below(200) == 0 { "fax" } else { channel };
            field(format!(r#""channel":"{channel}""#));
        }
        if random.below(3) > 0 {
            field(format!(r#""content":"content-{}""#, random.below(60)));
        }
        if random.below(2) == 0 {
            let colleague = (person + 1 + random.below(people - 1)) % people;
            field(format!(r#""counterpart":"person-{colleague:03}""#));
        }
        for (name, below) in [("own_words", 101), ("minutes", 500), ("conversions", 4)] {
            if random.below(2) == 0 {
                field(format!(r#""{name}":{}"#, random.below(below)));
            }
        }
        for name in ["customer", "ghostwritten"] {
            if random.below(4) == 0 {
                field(format!(r#""{name}":{}"#, random.below(3) > 0));
            }
        }
        if random.below(2) == 0 {
            const FORMATS: [&str; 6] = ["text", "image", "video", "story", "document", "audio"];
            field(format!(r#""format":"{}""#, FORMATS[random.below(6) as usize]));
        }
        line.push_str("}\n");
        self.activities.push_str(&line);
        for snapshot in 0..random.below(3) {
            let (likes, comments) = (random.below(400), random.below(9));
            let (shares, clicks) = (random.below(5), random.below(60));
            // Some outcomes tell one figure only, and the others stay as they were.
            let others = match random.below(2) {
                0 => format!(r#","likes":{likes},"comments":{comments},"shares":{shares}"#),
                _ => String::new(),
            };
            self.later(
                "outcome",
                number,
                snapshot,
                at + random.below(30 * DAY),
                &format!(r#"{others},"clicks":{clicks}"#),
            );
        }
        let later = at + DAY;
        match random.below(100) {
            0 => self.later("retraction", number, 7, later, ""),
            1 => self.later(
                "update",
                number,
                8,
                later,
                r#","set":{"ghostwritten":true,"own_words":null}"#,
            ),
            2 => self.later(
                "update",
                number,
                8,
                later,
                r#","set":{"kind":"create","format":"video"}"#,
            ),
            3 => {
                let moved = instant(at - random.below(20 * DAY), false);
                self.later("update", number, 8, later, &format!(r#","set":{{"at":"{moved}"}}"#));
            }
            _ => {}
        }
    }

    /// A line that says something about an activity.
    fn later(&mut self, what: &str, number: u64, part: u64, at: u64, more: &str) {
        let at = instant(at, false);
        let line = format!(
            r#"{{"type":"{what}","id":"l-{number}-{part}","at":"{at}","target":"a-{number}"{more}}}"#
        );
        self.activities.push_str(&line);
        self.activities.push('\n');
    }
}

/// An instant as a clock of UTC shows it, or one that is two hours ahead.
fn instant(seconds: u64, ahead: bool) -> String {
    let hours = if ahead { 2 } else { 0 };
    let at = jiff::Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap();
    let offset = jiff::tz::Offset::constant(hours);
    let local = offset.to_datetime(at);
    if ahead { format!("{local}+02:00") } else { format!("{local}Z") }
}

/// Numbers that look random: splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below the limit.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
