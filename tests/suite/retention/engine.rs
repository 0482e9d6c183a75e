//! The property, in every kind of journal.

use std::sync::Arc;

use plaudit_engine::events::{Log, People};
use plaudit_engine::journal::{Batch, Journal, Memory, Taken};
use plaudit_engine::ledger::{Erase, Ledger, Retain, RetainedDocument};
use plaudit_engine::live::Live;
use plaudit_engine::{Code, Program, canonical};
use proptest::prelude::*;
use serde_json::Value;

use super::{AS_OF, at, event, figures, program, records};
use crate::journal::entries;
use crate::server::over_both;
use crate::support::run;

const ALL: &str = "posts = \"1 year\"\nactivities = \"2 years\"\ncorrections = \"18 months\"\n\
                   disputes = \"1 year\"\ngrants = \"1 year\"\nprofiles = \"400 days\"\n\
                   [privacy.retention.kinds]\nkudos = \"1 year\"\n";

fn ledger(program: &Arc<Program>, journal: Arc<dyn Journal>) -> Ledger {
    Ledger::open(Arc::clone(program), journal, false).unwrap()
}

/// A ledger over records, with the awards of two runs.
fn filled(program: &Arc<Program>, journal: Arc<dyn Journal>, records: &[Value]) -> Ledger {
    let ledger = ledger(program, journal);
    let receipts = ledger.record(records.iter().map(event).collect(), Batch::Whole).unwrap();
    assert!(receipts.iter().all(|receipt| receipt.result == Taken::Recorded), "{receipts:?}");
    for as_of in ["2024-07-01T00:00:00Z", "2026-04-01T00:00:00Z"] {
        ledger.close(&run(at(as_of), "grace", false)).unwrap();
    }
    ledger
}

fn retain(ledger: &Ledger, dry_run: bool) -> RetainedDocument {
    ledger.retain(&Retain { as_of: at(AS_OF), at: at(AS_OF), by: "grace", dry_run }).unwrap()
}

fn lines(journal: &dyn Journal) -> Vec<Value> {
    let entries = entries(journal);
    entries.iter().map(|entry| serde_json::to_value(&entry.event).unwrap()).collect()
}

/// Whatever of the words and ids that only one record has is in some bytes.
fn marks(bytes: &[u8]) -> std::collections::BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let is_mark = |word: &&str| {
        let marked = [
            "ida", "ido", "idu", "idr", "idd", "ide", "idj", "idw", "word", "alta", "exte",
            "called",
        ];
        marked.iter().any(|mark| word.to_lowercase().starts_with(mark))
            && word.ends_with(char::is_alphanumeric)
            && word.contains(|sign: char| sign.is_ascii_digit())
    };
    text.split(|sign: char| !sign.is_alphanumeric()).filter(is_mark).map(str::to_owned).collect()
}

/// The grants on record, and where each stands.
fn granted_by(ledger: &Ledger) -> Vec<[Value; 4]> {
    let grants = ledger.grants(None, at(AS_OF)).unwrap().grants;
    let document = |grant| serde_json::to_value(grant).unwrap();
    grants
        .iter()
        .map(document)
        .map(|it| ["grant", "key", "state", "amount"].map(|field| it[field].clone()))
        .collect()
}

/// Everything that holds of a retention.
fn holds(
    program: &Arc<Program>,
    journal: &Arc<dyn Journal>,
    records: &[Value],
    mut files: impl FnMut() -> Vec<u8>,
) -> RetainedDocument {
    let ledger = filled(program, Arc::clone(journal), records);
    let follower = self::ledger(program, Arc::clone(journal));
    let (before, were) = (figures(&ledger), lines(&**journal));
    assert_eq!(figures(&follower), before);
    let granted = granted_by(&ledger);
    let marked = marks(serde_json::to_string(&were).unwrap().as_bytes());

    let dry = retain(&ledger, true);
    assert!(dry.dry_run && lines(&**journal) == were);
    let told = retain(&ledger, false);
    assert_eq!(RetainedDocument { dry_run: true, erasure: None, ..told.clone() }, dry);
    assert!(told.clean);

    // Whoever retained, whoever followed, and whoever reads anew agree, and all is as it was.
    let anew = self::ledger(program, Arc::clone(journal));
    for ledger in [&ledger, &follower, &anew] {
        assert_eq!(figures(ledger), before);
        assert_eq!(granted_by(ledger), granted);
    }
    // The order of events and duplicates do not matter.
    let mut log = Log::new();
    let entries = entries(&**journal);
    for entry in entries.iter().rev().chain(entries.iter().step_by(3)) {
        log.add(entry.event.clone()).unwrap();
    }
    let live = Live::over(Arc::clone(program), People::new(), log, false);
    let standings = |live: &Live| canonical(&live.standings(at(AS_OF)).unwrap()).unwrap();
    assert_eq!(standings(&live), standings(anew.live().unwrap()));

    // Again, nothing changes.
    let are = lines(&**journal);
    let again = retain(&anew, false);
    assert_eq!((again.events, again.changed, again.carried_points, again.erasure), (0, 0, 0, None));
    assert_eq!(lines(&**journal), are);

    // What went stands nowhere, and does not come again.
    let left = marks(serde_json::to_string(&are).unwrap().as_bytes());
    let gone: Vec<&String> = marked.difference(&left).collect();
    let here = marks(&files());
    assert!(gone.iter().all(|mark| !here.contains(*mark)), "{gone:?}");
    let (mut tombstones, mut wordless, mut less) = (0, 0, 0);
    for (was, is) in were.iter().zip(&are).take(records.len()) {
        let words = |it: &Value| !it["post"].is_null() || !it["set"]["post"].is_null();
        let expected = match () {
            () if is["type"] == "tombstone" => {
                tombstones += 1;
                assert!(!left.contains(was["id"].as_str().unwrap()), "{was}");
                (Taken::Refused, Some(Code::Erased))
            }
            () if words(was) && !words(is) => {
                wordless += 1;
                assert!(
                    marks(was.to_string().as_bytes())
                        .iter()
                        .all(|mark| mark.starts_with("id") || !left.contains(mark)),
                    "{was}"
                );
                (Taken::Refused, Some(Code::Erased))
            }
            () if was != is => {
                less += 1;
                (Taken::Refused, Some(Code::Conflict))
            }
            () => (Taken::Known, None),
        };
        let again = plaudit_engine::events::read_record(&was.to_string(), "again").unwrap();
        let receipt = anew.record(vec![again], Batch::Each).unwrap().remove(0);
        let code = receipt.problem.as_ref().map(|problem| problem.code);
        assert_eq!((receipt.result, code), expected, "{was}\n{is}");
    }
    let of_awards = are.iter().zip(&were).skip(records.len()).filter(|(is, was)| is != was).count();
    assert_eq!((tombstones, wordless + less + of_awards), (told.events, told.changed));
    // What was given is not given again.
    let run = anew.close(&run(at("2026-04-01T00:00:00Z"), "grace", false)).unwrap();
    let twice = run.granted.iter().filter(|award| granted.iter().any(|it| it[0] == *award.grant));
    assert_eq!(twice.count(), 0);
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn points_levels_and_months_stay_whatever_goes(
        seed: u64,
        activities in 20..120u64,
        ages in prop::collection::vec(prop::option::of(30..1_300u32), 6),
        kinds in prop::collection::vec(prop::option::of(30..1_300u32), 3),
    ) {
        let age = |(name, days): (&str, &Option<u32>)| days.map(|days| format!("{name} = \"{days} days\"\n"));
        let names = ["posts", "activities", "corrections", "disputes", "grants", "profiles"];
        let own = ["kudos", "share", "create"].into_iter().zip(&kinds);
        let mut retention: String = names.into_iter().zip(&ages).filter_map(age).collect();
        retention.push_str("[privacy.retention.kinds]\ntrain = \"36000 days\"\n");
        retention.extend(own.filter_map(age));
        let journal: Arc<dyn Journal> = Arc::new(Memory::new());
        holds(&program(&retention), &journal, &records(seed, activities), Vec::new);
    }
}

#[test]
fn files_and_databases_keep_nothing_of_what_is_past_its_age() {
    let program = program(ALL);
    over_both(|place| {
        let journal: Arc<dyn Journal> = Arc::new(place.open("journal"));
        let told = holds(&program, &journal, &records(7, 150), || {
            let files =
                std::fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().path());
            files
                .filter(|path| path.is_file())
                .flat_map(|path| std::fs::read(path).unwrap())
                .collect()
        });
        let settings: Vec<&str> = told.aged.iter().map(|aged| &*aged.setting).collect();
        let all =
            ["posts", "activities", "corrections", "disputes", "grants", "profiles", "kinds.kudos"];
        assert_eq!(settings, all);
        assert!(told.carried_people >= 5 && told.carried_points > 100, "{told:?}");
        assert!(told.figures.contains_key("activities") && !told.figures.contains_key("points"));
    });
}

#[test]
fn month_after_month_one_sum_a_person_and_month_is_carried() {
    let program = program("activities = \"1 year\"\nposts = \"30 days\"");
    let ledger = filled(&program, Arc::new(Memory::new()), &records(11, 200));
    let before = figures(&ledger);
    for day in 1..=28 {
        let as_of = at(&format!("2026-07-{day:02}T08:00:00Z"));
        ledger.retain(&Retain { as_of, at: as_of, by: "grace", dry_run: false }).unwrap();
        assert_eq!(figures(&ledger), before);
    }
    let sums: Vec<(String, String)> = lines(&**ledger.journal())
        .iter()
        .filter(|event| event["type"] == "adjustment" && event["source"] == "plaudit")
        .map(|event| {
            (
                event["advocate"].as_str().unwrap().to_owned(),
                event["at"].as_str().unwrap()[..7].to_owned(),
            )
        })
        .collect();
    let different: std::collections::BTreeSet<_> = sums.iter().collect();
    assert!(sums.len() > 20 && sums.len() == different.len(), "{sums:?}");
}

#[test]
fn carried_points_are_explained_and_belong_to_the_person() {
    let program = program(ALL);
    let ledger = filled(&program, Arc::new(Memory::new()), &records(7, 150));
    retain(&ledger, false);
    let explained = ledger.live().unwrap().explain("who1", at(AS_OF)).unwrap();
    let carried: Vec<_> =
        explained.adjustments.iter().filter(|it| it.identity.id.starts_with("carried-")).collect();
    assert!(carried.len() > 2 && carried.iter().all(|it| it.by.is_none()));
    assert_eq!(&*carried[0].reason, "carried forward: what earned them is past its retention");
    let shown = ledger.disclose("who1", at(AS_OF)).unwrap();
    assert!(carried.iter().all(|it| shown.contains(&*it.identity.id)));
    // Nobody records such a sum from outside.
    let line = r#"{"type": "adjustment", "source": "plaudit", "id": "carried-1", "advocate": "who1", "points": 5, "reason": "mine", "at": "2024-01-01T00:00:00Z"}"#;
    let own = plaudit_engine::events::read_record(line, "own").unwrap();
    let receipt = ledger.record(vec![own], Batch::Each).unwrap().remove(0);
    assert_eq!(receipt.problem.unwrap().code, Code::Reserved);

    ledger.erase(&Erase { advocate: "who1", by: "grace", at: at(AS_OF) }).unwrap();
    let left = serde_json::to_string(&lines(&**ledger.journal())).unwrap();
    assert!(
        !left.contains("\"who1\"")
            && carried.iter().all(|it| !left.contains(&format!("\"{}\"", it.identity.id)))
    );
    // And nothing comes back with the next run.
    assert_eq!(retain(&ledger, false).erasure, None);
}

#[test]
fn what_is_objected_to_stays_until_it_has_ended() {
    let program = program("activities = \"30 days\"\ndisputes = \"30 days\"\nposts = \"30 days\"");
    let ledger = ledger(&program, Arc::new(Memory::new()));
    let read = |line: &str| plaudit_engine::events::read_record(line, "line").unwrap();
    let lines = [
        r#"{"type": "person", "id": "1", "advocate": "ada", "consent": true, "at": "2025-01-01T00:00:00Z"}"#,
        r#"{"id": "a", "advocate": "ada", "kind": "create", "post": {"text": "The best!"}, "at": "2025-02-01T00:00:00Z"}"#,
        r#"{"id": "b", "advocate": "ada", "kind": "create", "at": "2025-02-02T00:00:00Z"}"#,
        r#"{"type": "dispute", "id": "d", "advocate": "ada", "target": "a", "reason": "no", "at": "2025-02-03T00:00:00Z"}"#,
    ];
    ledger.record(lines.iter().map(|line| read(line)).collect(), Batch::Whole).unwrap();
    assert_eq!(retain(&ledger, false).events, 1);
    let answer = r#"{"type": "resolution", "id": "r", "target": "d", "resolution": "dismissed", "by": "grace", "reason": "yes", "at": "2026-06-30T00:00:00Z"}"#;
    ledger.record(vec![read(answer)], Batch::Whole).unwrap();
    // The activity is past its age, and all about it goes with it.
    assert_eq!(retain(&ledger, false).events, 3);
}

#[test]
fn without_an_age_nothing_goes_and_it_is_said() {
    let program = Arc::new(Program::load(crate::support::top().join("rules")).unwrap());
    let ledger = filled(&program, Arc::new(Memory::new()), &records(3, 20));
    let asked = Retain { as_of: at(AS_OF), at: at(AS_OF), by: "grace", dry_run: false };
    let error = ledger.retain(&asked).unwrap_err();
    assert_eq!(error.problems()[0].code, Code::Missing);
    assert!(error.to_string().contains("[privacy.retention]"), "{error}");
    let ages = self::program("posts = \"1 year\"");
    let ledger = self::ledger(&ages, Arc::clone(ledger.journal()));
    let nobody = ledger.retain(&Retain { by: " ", ..asked }).unwrap_err();
    assert_eq!(nobody.problems()[0].field.as_deref(), Some("by"));
}
