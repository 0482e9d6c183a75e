//! Live standings equal a rebuild from the beginning, always: whatever the order of events, however
//! they are batched, whenever they are asked for, and however many threads record and ask.

use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::events::{Event, Log, People, read_record};
use plaudit_engine::live::{Live, Recorded};
use plaudit_engine::standings::{Among, BoardQuestion, Span, TeamQuestion};
use plaudit_engine::{Code, Program, Records, canonical};

use super::independent::{Case, python};
use super::support::{people, top};

/// A small generator of numbers (splitmix64), so that a seed says all.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}

/// What is recorded, for whom, and when it is asked for.
struct Story {
    program: Arc<Program>,
    people: People,
    events: Vec<Event>,
    times: Vec<Timestamp>,
    assume_consent: bool,
}

impl Story {
    /// Made-up events on the edges of time.
    fn made_up(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (out, number) = (folder.path().display().to_string(), seed.to_string());
        let times = python("generate.py", &["--seed", &number, "--contested", "--out", &out]);
        let assume_consent = seed.is_multiple_of(3);
        let case = Case::read(folder.path(), assume_consent);
        let file = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        Self {
            program: Arc::new(case.program),
            people: people(&file("people.jsonl")),
            events: events(&file("activities.jsonl")),
            times: times.lines().map(|time| time.parse().unwrap()).collect(),
            assume_consent,
        }
    }

    /// The sample under the starter program: posts, findings, recognition and coaching.
    fn sample() -> Self {
        let file = |name: &str| {
            std::fs::read_to_string(top().join("tests/data/sample").join(name)).unwrap()
        };
        let times = ["2026-04-16T09:20:00Z", "2026-04-23T10:00:01Z", "2026-05-08T06:00:01Z"];
        Self {
            program: Arc::new(Program::load(top().join("rules")).unwrap()),
            people: people(&file("people.jsonl")),
            events: events(&file("activities.jsonl")),
            times: times
                .into_iter()
                .chain(["2026-06-16T12:00:01Z", "2026-07-01T00:00:00Z"])
                .map(|time| time.parse().unwrap())
                .collect(),
            assume_consent: false,
        }
    }

    fn live(&self) -> Live {
        Live::new(Arc::clone(&self.program), self.people.clone(), self.assume_consent)
    }

    /// Everything that can be asked, worked out from the beginning.
    fn rebuilt(&self, log: &Log, as_of: Timestamp) -> Vec<String> {
        let (program, people) = (&self.program, &self.people);
        let records = Records { log, people, as_of, assume_consent: self.assume_consent };
        let mut answers = Vec::new();
        for standing in program.standings(&records).unwrap() {
            // Asked one by one, everyone gives the same as all together.
            let one = program.standing(&records, &standing.advocate).unwrap();
            assert_eq!(canonical(&one).unwrap(), canonical(&standing).unwrap());
            answers.push(canonical(&standing).unwrap());
        }
        for question in questions() {
            answers.push(canonical(&program.leaderboard(&records, &question).unwrap()).unwrap());
        }
        for question in questions_of_teams() {
            answers.push(canonical(&program.teams(&records, &question).unwrap()).unwrap());
        }
        answers.push(canonical(&program.recognize(&records, None).unwrap()).unwrap());
        answers.push(canonical(&program.coach(&records, None).unwrap()).unwrap());
        answers.push(canonical(&program.pair(&records).unwrap()).unwrap());
        answers
    }

    /// The same, as live standings say it; `order` is whom or what is asked first.
    fn asked(&self, live: &Live, as_of: Timestamp, dice: &mut Dice) -> Vec<String> {
        // A question about one thing must not change the answer about another.
        if dice.roll(2) == 0 {
            live.leaderboard(&questions()[0], as_of).unwrap();
        }
        let standings = live.standings(as_of).unwrap();
        let mut answers = Vec::new();
        for standing in &standings {
            let one = live.standing(&standing.advocate, as_of).unwrap();
            assert_eq!(canonical(&one).unwrap(), canonical(standing).unwrap());
            answers.push(canonical(standing).unwrap());
        }
        for question in questions() {
            answers.push(canonical(&live.leaderboard(&question, as_of).unwrap()).unwrap());
        }
        for question in questions_of_teams() {
            answers.push(canonical(&live.teams(&question, as_of).unwrap()).unwrap());
        }
        answers.push(canonical(&live.recognize(None, as_of).unwrap()).unwrap());
        answers.push(canonical(&live.coach(None, as_of).unwrap()).unwrap());
        answers.push(canonical(&live.pair(as_of).unwrap()).unwrap());
        answers
    }
}

/// The whole program and its departments, in all windows and in one against that before.
fn questions_of_teams() -> [TeamQuestion; 3] {
    let lately = TeamQuestion { window: Some("30_days".into()), ..TeamQuestion::default() };
    [TeamQuestion::default(), TeamQuestion::by("department"), lately]
}

fn questions() -> [BoardQuestion; 3] {
    let question = |span, among| BoardQuestion { span, among, period: None };
    [
        question(Span::AllTime, Among::Everyone),
        question(Span::Period, Among::Style("creator".into())),
        question(Span::Window("90_days".into()), Among::Teams("department".into())),
    ]
}

fn events(lines: &str) -> Vec<Event> {
    lines.lines().map(|line| read_record(line, "events").unwrap()).collect()
}

/// The first difference between two lists of answers.
fn difference(live: &[String], rebuilt: &[String]) -> Option<String> {
    if live.len() != rebuilt.len() {
        return Some(format!("{} answers live, {} rebuilt", live.len(), rebuilt.len()));
    }
    let differing = live.iter().zip(rebuilt).find(|(live, rebuilt)| live != rebuilt);
    differing.map(|(live, rebuilt)| format!("live    {live}\nrebuilt {rebuilt}"))
}

/// Records a story in a random order and in random batches, and asks between them.
fn batches(story: &Story, seed: u64, questions: usize) {
    let mut dice = Dice(seed);
    let mut events = story.events.clone();
    dice.shuffle(&mut events);
    let live = story.live();
    let mut log = Log::new();
    let batch = events.len() / questions + 1;
    for batch in events.chunks(batch) {
        for event in batch {
            live.record(event.clone()).unwrap();
            log.add(event.clone()).unwrap();
            // Every now and then it comes again.
            if dice.roll(10) == 0 {
                assert_eq!(live.record(event.clone()).unwrap(), Recorded::Known);
            }
        }
        let as_of = story.times[dice.roll(story.times.len())];
        let answers = story.asked(&live, as_of, &mut dice);
        if let Some(difference) = difference(&answers, &story.rebuilt(&log, as_of)) {
            panic!("seed {seed}, {} events, as of {as_of}\n{difference}", log.len());
        }
    }
    assert_eq!(live.len(), log.len());
}

/// How many seeds: a few, or many in the full tier.
fn seeds() -> u64 {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse::<u64>().ok());
    if cases.is_some_and(|cases| cases > 1_000) { 64 } else { 6 }
}

#[test]
fn live_standings_equal_a_rebuild_after_every_batch() {
    for seed in 0..seeds() {
        batches(&Story::made_up(seed), seed, 12);
    }
    for seed in 0..3 {
        batches(&Story::sample(), seed, 8);
    }
}

#[test]
fn event_by_event_each_answer_is_right() {
    // So few events between two questions that one forgotten person would show.
    let mut story = Story::made_up(7);
    story.events.truncate(120);
    let questions = story.events.len();
    batches(&story, 7, questions);
}

#[test]
fn as_of_may_go_back_and_forth() {
    let story = Story::made_up(5);
    let live = story.live();
    let mut log = Log::new();
    for event in &story.events {
        live.record(event.clone()).unwrap();
        log.add(event.clone()).unwrap();
    }
    let mut dice = Dice(5);
    for _ in 0..12 {
        let as_of = story.times[dice.roll(story.times.len())];
        let answers = story.asked(&live, as_of, &mut dice);
        assert_eq!(difference(&answers, &story.rebuilt(&log, as_of)), None, "as of {as_of}");
    }
}

#[test]
fn four_threads_that_record_and_ask_end_where_one_does() {
    for seed in [1, 6] {
        let story = Story::made_up(seed);
        let live = story.live();
        let as_of = *story.times.last().unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (story, live) = (&story, &live);
                scope.spawn(move || {
                    // The threads overlap: each event comes from two of them.
                    for (index, event) in story.events.iter().enumerate() {
                        if index % 4 == thread || index % 4 == (thread + 1) % 4 {
                            live.record(event.clone()).unwrap();
                        }
                        if index % 50 == thread {
                            live.leaderboard(&questions()[0], as_of).unwrap();
                        }
                    }
                });
            }
        });
        let mut log = Log::new();
        for event in &story.events {
            log.add(event.clone()).unwrap();
        }
        assert_eq!(live.len(), log.len());
        let answers = story.asked(&live, as_of, &mut Dice(seed));
        assert_eq!(difference(&answers, &story.rebuilt(&log, as_of)), None, "seed {seed}");
    }
}

#[test]
fn another_event_under_a_known_identity_is_refused_and_changes_nothing() {
    let program = Arc::new(Program::load(top().join("rules")).unwrap());
    let live = Live::new(program, people(r#"{"id": "ada", "consent": true}"#), false);
    let share = |words: i64| -> Event {
        let line = format!(
            r#"{{"id": "1", "advocate": "ada", "kind": "share", "at": "2026-06-01T09:00:00Z", "own_words": {words}}}"#
        );
        read_record(&line, "event").unwrap()
    };
    let as_of: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
    assert_eq!(live.record(share(80)).unwrap(), Recorded::New);
    let before = canonical(&live.standing("ada", as_of).unwrap()).unwrap();
    let refused = live.record(share(0)).unwrap_err();
    assert_eq!(refused.problems()[0].code, Code::Conflict);
    assert_eq!(live.record(share(80)).unwrap(), Recorded::Known);
    assert_eq!(canonical(&live.standing("ada", as_of).unwrap()).unwrap(), before);
    assert_eq!(live.len(), 1);
}

/// A story by hand: what is said late, moves from one to another, or passes without an event.
fn by_hand(events: &[&str]) -> Story {
    let profiles = r#"{"id":"ann","consent":true,"department":"sales"}
{"id":"bob","consent":true,"department":"sales"}
{"id":"cleo","consent":[{"from":"2026-01-01T00:00:00Z","until":"2026-03-10T00:00:00Z"},{"from":"2026-03-12T00:00:00Z"}],"department":"sales"}
{"id":"dan","consent":true,"department":"ops"}
{"id":"dan","at":"2026-03-05T00:00:00Z","department":"sales","mentor":"ann"}
{"id":"dan","at":"2026-03-11T00:00:00Z","active":false,"aliases":["daniel"]}
{"id":"eve","consent":true,"department":"sales","mentor":"bobby"}
{"id":"fay","at":"2026-03-04T00:00:00Z","consent":true,"department":"sales"}"#;
    Story {
        program: Arc::new(Program::load(top().join("rules")).unwrap()),
        people: people(profiles),
        events: self::events(&events.join("\n")),
        times: (1..=18).map(|day| format!("2026-03-{day:02}T12:00:00Z").parse().unwrap()).collect(),
        assume_consent: false,
    }
}

/// Records event by event, in the order of the story, the other way round and in random orders, and
/// asks as of several times after each.
fn step_by_step(name: &str, story: &Story) {
    for order in 0..6 {
        let mut dice = Dice(order);
        let mut events = story.events.clone();
        match order {
            0 => {}
            1 => events.reverse(),
            _ => dice.shuffle(&mut events),
        }
        let live = story.live();
        let mut log = Log::new();
        for event in &events {
            live.record(event.clone()).unwrap();
            log.add(event.clone()).unwrap();
            let last = *story.times.last().unwrap();
            let any = |dice: &mut Dice| story.times[dice.roll(story.times.len())];
            for as_of in [any(&mut dice), last, any(&mut dice), last] {
                let answers = story.asked(&live, as_of, &mut dice);
                if let Some(difference) = difference(&answers, &story.rebuilt(&log, as_of)) {
                    panic!(
                        "{name}, order {order}, {} events, as of {as_of}\n{difference}",
                        log.len()
                    );
                }
            }
        }
        for turn in 0..2 * story.times.len() {
            let place = if turn < story.times.len() { turn } else { dice.roll(story.times.len()) };
            let as_of = story.times[place];
            let answers = story.asked(&live, as_of, &mut dice);
            if let Some(difference) = difference(&answers, &story.rebuilt(&log, as_of)) {
                panic!("{name}, order {order}, all events, as of {as_of}\n{difference}");
            }
        }
    }
}

#[test]
fn whom_a_name_stands_for_may_be_said_late() {
    step_by_step(
        "names",
        &by_hand(&[
            r#"{"id":"1","advocate":"ann","kind":"mentor","counterpart":"bobby","at":"2026-03-01T09:00:00Z"}"#,
            r#"{"id":"2","advocate":"robert","kind":"share","at":"2026-03-02T09:00:00Z","own_words":80}"#,
            r#"{"id":"3","advocate":"cleo","kind":"kudos","counterpart":"robert","at":"2026-03-03T09:00:00Z"}"#,
            r#"{"type":"person","id":"4","advocate":"bob","at":"2026-03-06T09:00:00Z","aliases":["bobby"]}"#,
            r#"{"type":"person","id":"5","advocate":"bob","at":"2026-03-07T09:00:00Z","aliases":["robert"]}"#,
            r#"{"type":"adjustment","id":"6","advocate":"robert","at":"2026-03-08T09:00:00Z","points":7,"reason":"x"}"#,
            r#"{"type":"retraction","id":"7","target":"4","at":"2026-03-10T09:00:00Z"}"#,
            r#"{"type":"retraction","id":"8","target":"7","at":"2026-03-12T09:00:00Z"}"#,
            r#"{"type":"person","id":"9","advocate":"eve","at":"2026-03-14T09:00:00Z","aliases":["bob"]}"#,
        ]),
    );
}

#[test]
fn an_edit_may_move_an_activity_between_people() {
    step_by_step(
        "edits",
        &by_hand(&[
            r#"{"id":"1","advocate":"ann","kind":"mentor","counterpart":"bob","at":"2026-03-01T09:00:00Z"}"#,
            r#"{"id":"2","advocate":"bob","kind":"share","at":"2026-03-02T09:00:00Z","own_words":80}"#,
            r#"{"type":"update","id":"3","target":"1","at":"2026-03-04T09:00:00Z","set":{"counterpart":"eve"}}"#,
            r#"{"type":"update","id":"4","target":"1","at":"2026-03-06T09:00:00Z","set":{"advocate":"daniel"}}"#,
            r#"{"type":"update","id":"5","target":"2","at":"2026-03-07T09:00:00Z","set":{"kind":"kudos","counterpart":"cleo"}}"#,
            r#"{"type":"update","id":"6","target":"2","at":"2026-03-08T09:00:00Z","set":{"advocate":"fay","at":"2026-03-05T09:00:00Z"}}"#,
            r#"{"type":"retraction","id":"7","target":"4","at":"2026-03-09T09:00:00Z"}"#,
            r#"{"type":"retraction","id":"8","target":"3","at":"2026-03-10T09:00:00Z"}"#,
            r#"{"type":"person","id":"9","advocate":"fay","at":"2026-03-11T09:00:00Z","consent":false}"#,
            r#"{"type":"retraction","id":"10","target":"1","at":"2026-03-13T09:00:00Z"}"#,
            r#"{"type":"retraction","id":"11","target":"10","at":"2026-03-14T09:00:00Z"}"#,
        ]),
    );
}

#[test]
fn what_is_said_of_a_giver_late_changes_what_others_received() {
    step_by_step(
        "givers",
        &by_hand(&[
            r#"{"id":"12","advocate":"fay","kind":"kudos","counterpart":"ann","at":"2026-03-07T09:00:00Z"}"#,
            r#"{"type":"person","id":"13","advocate":"fay","at":"2026-03-06T09:00:00Z","active":false}"#,
            r#"{"type":"person","id":"14","advocate":"fay","at":"2026-03-08T09:00:00Z","active":true}"#,
            r#"{"id":"15","advocate":"daniel","kind":"mentor","counterpart":"eve","at":"2026-03-09T09:00:00Z"}"#,
            r#"{"type":"person","id":"16","advocate":"dan","at":"2026-03-08T09:00:00Z","consent":false}"#,
            r#"{"type":"person","id":"17","advocate":"dan","at":"2026-03-10T09:00:00Z","consent":true}"#,
            r#"{"type":"meeting","id":"18","at":"2026-03-17T09:00:00Z","agenda":true}"#,
        ]),
    );
}

#[test]
fn content_and_meetings_may_come_late() {
    step_by_step(
        "content",
        &by_hand(&[
            r#"{"id":"1","advocate":"ann","kind":"share","at":"2026-03-03T09:00:00Z","post":{"text":"We are glad to say that the new mixer is here","channel":"linkedin","content":"c1"}}"#,
            r#"{"id":"2","advocate":"bob","kind":"share","at":"2026-03-03T09:00:00Z","post":{"text":"We are glad to say that the new mixer is here","channel":"linkedin"}}"#,
            r#"{"type":"update","id":"3","target":"2","at":"2026-03-04T09:00:00Z","set":{"content":"c1"}}"#,
            r#"{"type":"update","id":"4","target":"1","at":"2026-03-07T09:00:00Z","set":{"post":{"text":"The blender is out","channel":"linkedin","content":"c2"}}}"#,
            r#"{"type":"content","id":"c1","at":"2026-03-02T09:00:00Z","copy":"We are glad to say that the new mixer is here","campaign":"mixer","origin":"company"}"#,
            r#"{"type":"content","id":"c2","at":"2026-03-08T09:00:00Z","copy":"The blender is out","embargo":"2026-03-12T00:00:00Z","origin":"company"}"#,
            r#"{"type":"meeting","id":"5","at":"2026-03-05T09:00:00Z","agenda":true,"department":"sales"}"#,
            r#"{"type":"meeting","id":"6","at":"2026-03-09T09:00:00Z","agenda":true}"#,
            r#"{"type":"retraction","id":"7","target":"6","at":"2026-03-11T09:00:00Z"}"#,
            r#"{"type":"retraction","id":"8","target":"c1","at":"2026-03-13T09:00:00Z"}"#,
            r#"{"type":"outcome","id":"9","target":"1","at":"2026-03-14T09:00:00Z","impressions":100,"likes":4}"#,
        ]),
    );
}

#[test]
fn a_name_that_is_not_there_is_answered_in_the_same_words() {
    let story = by_hand(&[
        r#"{"id":"1","advocate":"gus","kind":"share","at":"2026-03-03T09:00:00Z"}"#,
        r#"{"id":"2","advocate":"later","kind":"share","at":"2026-03-16T09:00:00Z"}"#,
        r#"{"type":"person","id":"3","advocate":"bob","at":"2026-03-06T09:00:00Z","aliases":["robert"]}"#,
        r#"{"type":"person","id":"4","advocate":"hidden","at":"2026-03-06T09:00:00Z","consent":false}"#,
    ]);
    for assume_consent in [false, true] {
        let story = Story {
            assume_consent,
            program: Arc::clone(&story.program),
            people: story.people.clone(),
            events: story.events.clone(),
            times: story.times.clone(),
        };
        let live = story.live();
        let mut log = Log::new();
        for event in &story.events {
            live.record(event.clone()).unwrap();
            log.add(event.clone()).unwrap();
        }
        for as_of in [story.times[4], story.times[11]] {
            let records = Records { log: &log, people: &story.people, as_of, assume_consent };
            for name in [
                "gus", "gut", "later", "laters", "robert", "roberta", "hidden", "hiddn", "cleo",
                "cleos", "", "zz",
            ] {
                let said = |result: Result<_, plaudit_engine::Error>| match result {
                    Ok(standing) => canonical(&standing).unwrap(),
                    Err(error) => error.to_string(),
                };
                let rebuilt = said(story.program.standing(&records, name));
                assert_eq!(said(live.standing(name, as_of)), rebuilt, "{name} as of {as_of}");
            }
        }
    }
}
