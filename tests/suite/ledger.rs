//! Answers over a journal are those over a plain log of the same events: in whatever order they
//! came, however they were batched, through several handles on one file, opened anew in between.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use plaudit_engine::events::{Event, Log, People, read_record};
use plaudit_engine::journal::Batch;
use plaudit_engine::ledger::Ledger;
use plaudit_engine::standings::{Among, BoardQuestion, Span, TeamQuestion};
use plaudit_engine::{Program, Records, canonical};
use proptest::prelude::*;

use super::journal::{entries, open};
use super::support::{rounds, run, top};

/// The sample with its people as events, too.
fn sample() -> &'static [Event] {
    static SAMPLE: LazyLock<Vec<Event>> = LazyLock::new(|| {
        let file = |name: &str| {
            std::fs::read_to_string(top().join("tests/data/sample").join(name)).unwrap()
        };
        let people = file("people.jsonl");
        let people = people.lines().filter(|line| !line.is_empty()).map(|line| {
            let mut person: serde_json::Value = serde_json::from_str(line).unwrap();
            let id = person["id"].as_str().unwrap().to_owned();
            person["type"] = "person".into();
            person["id"] = format!("person {id}").into();
            person["advocate"] = id.into();
            if person.get("at").is_none() {
                person["at"] = "2020-01-01T00:00:00Z".into();
            }
            person.to_string()
        });
        let done = file("activities.jsonl");
        let done = done.lines().filter(|line| !line.is_empty()).map(str::to_owned);
        people.chain(done).map(|line| read_record(&line, "sample").unwrap()).collect()
    });
    &SAMPLE
}

fn program() -> Arc<Program> {
    static PROGRAM: LazyLock<Arc<Program>> =
        LazyLock::new(|| Arc::new(Program::load(top().join("rules")).unwrap()));
    Arc::clone(&PROGRAM)
}

fn ledger(path: &Path) -> Ledger {
    Ledger::open(program(), Arc::new(open(path)), false).unwrap()
}

fn question(among: Among) -> BoardQuestion {
    BoardQuestion { span: Span::Window("90_days".into()), among, period: None }
}

/// What a ledger says.
fn told(ledger: &Ledger, as_of: Timestamp) -> [String; 6] {
    let live = ledger.live().unwrap();
    let board = |among| canonical(&live.leaderboard(&question(among), as_of).unwrap());
    [
        canonical(&live.standings(as_of).unwrap()),
        board(Among::Everyone),
        board(Among::Teams("department".into())),
        canonical(&live.teams(&TeamQuestion::by("department"), as_of).unwrap()),
        canonical(&live.teams(&TeamQuestion::default(), as_of).unwrap()),
        canonical(&live.recognize(None, as_of).unwrap()),
    ]
    .map(Result::unwrap)
}

/// What the program says of a plain log.
fn expected(log: &Log, as_of: Timestamp) -> [String; 6] {
    let (program, people) = (program(), People::new());
    let records = Records { log, people: &people, as_of, assume_consent: false };
    let board = |among| canonical(&program.leaderboard(&records, &question(among)).unwrap());
    [
        canonical(&program.standings(&records).unwrap()),
        board(Among::Everyone),
        board(Among::Teams("department".into())),
        canonical(&program.teams(&records, &TeamQuestion::by("department")).unwrap()),
        canonical(&program.teams(&records, &TeamQuestion::default()).unwrap()),
        canonical(&program.recognize(&records, None).unwrap()),
    ]
    .map(Result::unwrap)
}

fn log<'e>(events: impl Iterator<Item = &'e Event>) -> Log {
    let mut log = Log::new();
    events.for_each(|event| log.add(event.clone()).unwrap());
    log
}

const TIMES: [&str; 4] = [
    "2026-04-16T09:20:00Z",
    "2026-05-08T06:00:01Z",
    "2026-06-16T12:00:01Z",
    "2026-07-01T00:00:00Z",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds(12, 200)))]

    #[test]
    fn answers_over_a_file_with_several_handles_are_those_over_a_plain_log(
        keys in prop::collection::vec(any::<u32>(), 200),
        doubled in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
        batches in prop::collection::vec((1..30usize, 0..2usize, any::<bool>(), any::<bool>(), 0..4usize), 1..12),
        closed in prop::option::of(0..4usize),
    ) {
        let mut events: Vec<(u32, &Event)> = sample()
            .iter()
            .chain(doubled.iter().map(|index| index.get(sample())))
            .enumerate()
            .map(|(place, event)| (keys[place % keys.len()].wrapping_add(u32::try_from(place).unwrap()), event))
            .collect();
        events.sort_by_key(|(key, _)| *key);
        let mut events = events.into_iter().map(|(_, event)| event);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut handles = [ledger(&path), ledger(&path)];
        let mut recorded: Vec<&Event> = Vec::new();
        for (size, handle, whole, reopen, time) in batches {
            let batch: Vec<&Event> = events.by_ref().take(size).collect();
            recorded.extend(&batch);
            let kind = if whole { Batch::Whole } else { Batch::Each };
            handles[handle].record(batch.into_iter().cloned().collect(), kind).unwrap();
            let as_of = TIMES[time].parse().unwrap();
            if let Some(closed) = closed {
                handles[1 - handle].close(&run(TIMES[closed].parse().unwrap(), "jo", false)).unwrap();
            }
            // The one that did not record it knows it as well.
            prop_assert_eq!(told(&handles[1 - handle], as_of), expected(&log(recorded.iter().copied()), as_of));
            if reopen {
                handles[handle].checkpoint().unwrap();
                handles[handle] = ledger(&path);
            }
        }
        let rest: Vec<Event> = events.cloned().collect();
        handles[0].record(rest, Batch::Whole).unwrap();
        let on_record = entries(&**handles[0].journal());
        for as_of in TIMES.map(|time| time.parse().unwrap()) {
            let expected = expected(&log(sample().iter().rev()), as_of);
            prop_assert_eq!(&told(&handles[0], as_of), &expected);
            prop_assert_eq!(told(&handles[1], as_of), expected.clone());
            prop_assert_eq!(told(&ledger(&path), as_of), expected.clone());
            // Grants and award runs among the events change no answer.
            prop_assert_eq!(self::expected(&log(on_record.iter().map(|it| &it.event)), as_of), expected);
        }
    }
}

/// A checkpoint that is damaged, or of another version, is as if there were none.
#[test]
fn a_checkpoint_is_never_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let as_of = TIMES[3].parse().unwrap();
    let (first, rest) = sample().split_at(30);
    let recorder = ledger(&path);
    recorder.record(first.to_vec(), Batch::Whole).unwrap();
    recorder.checkpoint().unwrap();
    recorder.record(rest.to_vec(), Batch::Whole).unwrap();
    let expected = expected(&log(sample().iter()), as_of);
    assert_eq!(told(&ledger(&path), as_of), expected, "from the checkpoint on");

    let change = |sql: &str| {
        let changed = rusqlite::Connection::open(&path).unwrap().execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    for damage in [
        "UPDATE checkpoints SET data = zeroblob(length(data)) WHERE name LIKE 'log%'",
        "UPDATE checkpoints SET data = substr(data, 1, length(data) - 1) WHERE name LIKE 'log%'",
        "UPDATE checkpoints SET position = position + 1 WHERE name = 'current'",
        "UPDATE checkpoints SET data = x'00' WHERE name = 'current'",
        "DELETE FROM checkpoints WHERE name LIKE 'log%'",
    ] {
        recorder.checkpoint().unwrap();
        change(damage);
        assert_eq!(told(&ledger(&path), as_of), expected, "{damage}");
        assert_eq!(recorder.journal().position().unwrap(), sample().len() as u64);
    }
}

/// What a checkpoint holds is used: without it, everything would be read again.
#[test]
fn a_start_reads_only_what_came_after_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let recorder = ledger(&path);
    recorder.record(sample().to_vec(), Batch::Whole).unwrap();
    recorder.checkpoint().unwrap();
    drop(recorder);
    // Nobody reads the events up to there.
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute("UPDATE events SET event = 'no event' WHERE position <= 40", []).unwrap();
    drop(connection);
    let as_of = TIMES[3].parse().unwrap();
    assert_eq!(told(&ledger(&path), as_of), expected(&log(sample().iter()), as_of));
}
