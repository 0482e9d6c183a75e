//! A journal under pseudonyms has nobody's name, and says the same under other names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Access, Batch, Journal, Memory, Sqlite};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{KnownNames, Program, Pseudonyms};
use proptest::prelude::*;
use serde_json::Value;

use crate::journal::entries;
use crate::retention::{AS_OF, at, event, records};
use crate::support::{plaudit, plaudit_with, stderr, stdout, top};

fn program() -> Arc<Program> {
    Arc::new(Program::load(top().join("rules")).unwrap())
}

fn ledger(program: &Arc<Program>, events: Vec<Event>) -> Ledger {
    let ledger = Ledger::open(Arc::clone(program), Arc::new(Memory::new()), false).unwrap();
    let receipts = ledger.record(events, Batch::Whole).unwrap();
    assert!(receipts.iter().all(|receipt| receipt.problem.is_none()), "{receipts:?}");
    ledger
}

fn under(key: &Pseudonyms, events: &[Event]) -> Vec<Event> {
    let mut known = KnownNames::default();
    let put = |event: &Event| {
        let mut event = event.clone();
        assert!(!key.event(&mut event, &|name| known.has(name)));
        known.learn(&event);
        let again = serde_json::to_string(&event).unwrap();
        assert_eq!(plaudit_engine::events::read_record::<Event>(&again, "again").unwrap(), event);
        event
    };
    events.iter().map(put).collect()
}

/// Everyone's standing, by the name that a person has under pseudonyms.
fn standings(ledger: &Ledger, name: impl Fn(&str) -> String) -> BTreeMap<String, Value> {
    let all = ledger.live().unwrap().standings(at(AS_OF)).unwrap();
    all.iter()
        .map(|standing| {
            let mut document = serde_json::to_value(standing).unwrap();
            let name = name(&standing.advocate);
            document["advocate"] = name.as_str().into();
            (name, document)
        })
        .collect()
}

/// What everyone is entitled to.
fn entitled(ledger: &Ledger, name: impl Fn(&str) -> String) -> BTreeSet<(String, String)> {
    let all = ledger.live().unwrap().recognize(None, at(AS_OF)).unwrap();
    let given = all.entitlements.iter().map(|it| {
        let document = serde_json::to_value(it).unwrap();
        let whom = document["advocate"].as_str().map_or_else(|| "a team".to_owned(), &name);
        (whom, format!("{} {}", it.rule, it.key))
    });
    given.collect()
}

fn plain(text: &str) -> Vec<&str> {
    let is_name = |word: &&str| {
        ["who", "handle", "called", "mail"].iter().any(|name| {
            let rest = word.to_lowercase();
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
        }) || *word == "grace"
    };
    text.split(|sign: char| !sign.is_alphanumeric()).filter(is_name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn standings_under_pseudonyms_are_those_of_plain_ids_under_other_names(seed: u64, activities in 20..150u64) {
        let (program, key, other) = (program(), Pseudonyms::random().unwrap(), Pseudonyms::random().unwrap());
        let events: Vec<Event> = records(seed, activities).iter().map(event).collect();
        let hidden = under(&key, &events);
        let text = serde_json::to_string(&hidden).unwrap();
        prop_assert_eq!(plain(&text), Vec::<&str>::new());
        prop_assert!(plain(&serde_json::to_string(&events).unwrap()).len() > 30);
        // The same key gives the same, also where it comes again; another key gives others.
        prop_assert_eq!(&under(&key, &events), &hidden);
        prop_assert_eq!(&under(&key, &hidden), &hidden);
        prop_assert_ne!(&under(&other, &events), &hidden);

        let (known, hidden) = (ledger(&program, events), ledger(&program, hidden));
        let renamed = |name: &str| key.of(name);
        let same = |name: &str| name.to_owned();
        prop_assert_eq!(standings(&known, renamed), standings(&hidden, same));
        prop_assert_eq!(entitled(&known, renamed), entitled(&hidden, same));
    }
}

fn key_in(folder: &Path) -> String {
    let path = folder.join("pseudonyms.key").display().to_string();
    let made = plaudit(&["pseudonym", "--new", &path]);
    assert!(made.status.success(), "{}", stderr(&made));
    path
}

#[test]
fn a_key_is_for_its_owner_alone_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_in(folder.path());
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&key).unwrap();
    let again = plaudit(&["pseudonym", "--new", &key]);
    assert_eq!(again.status.code(), Some(3));
    assert_eq!(fs::read_to_string(&key).unwrap(), text);
    let one = stdout(&plaudit(&["pseudonym", &key, "ada", "bob@x.example"]));
    let lines: Vec<&str> = one.lines().collect();
    assert!(
        lines.len() == 2 && lines.iter().all(|line| line.starts_with("p-") && line.len() == 18),
        "{one}"
    );
    // There and back, by a list of ids.
    let find = |pseudonym: &str, ids: &str| {
        plaudit_with(&["pseudonym", &key, "--find", pseudonym], ids.as_bytes())
    };
    assert_eq!(stdout(&find(lines[1], "ada\nbob@x.example\n\n")), "bob@x.example\n");
    assert_eq!(find(lines[1], "ada\n").status.code(), Some(1));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    for command in [
        &["pseudonym", &key, "ada"][..],
        &["record", "--pseudonyms", &key, "--journal", "never.db", "{}"],
    ] {
        let open = plaudit(command);
        assert_eq!(open.status.code(), Some(3), "{command:?}");
        assert!(
            stderr(&open).contains("can be read by others") && stderr(&open).contains("chmod 600")
        );
        assert!(!stderr(&open).contains(text.trim()));
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "something else").unwrap();
    let none = plaudit(&["pseudonym", &key, "ada"]);
    assert!(
        none.status.code() == Some(3) && stderr(&none).contains("no key of pseudonyms"),
        "{}",
        stderr(&none)
    );
}

#[test]
fn whoever_is_imported_synced_and_recorded_is_one_person_without_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let key = key_in(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let journal = path("journal.db");
    let with = |arguments: &[&str]| {
        let output = plaudit(&[arguments, &["--pseudonyms", &key, "--journal", &journal]].concat());
        assert!(output.status.success(), "{arguments:?} {}", stderr(&output));
        output
    };
    fs::write(
        path("people.csv"),
        "id,name,consent,aliases,mentor,department\nadalove,Ada Lovelace,true,@adalove;ada@northwind.example,,Sales\nbobross,Bob Ross,true,@bobross,adalove,Legal\n",
    ).unwrap();
    with(&["sync", &path("people.csv"), "--at", "2026-01-01"]);
    let activities = [
        r#"{"id": "1", "advocate": "@adalove", "kind": "create", "at": "2026-02-01T09:00:00Z", "post": {"text": "With @BobRoss at work, ask ada@northwind.example."}, "ext": {"who": "adalove"}}"#,
        r#"{"id": "2", "advocate": "ada@northwind.example", "kind": "kudos", "counterpart": "bobross", "at": "2026-02-02T09:00:00Z"}"#,
        r#"{"id": "adalove-3", "advocate": "adalove", "kind": "share", "at": "2026-02-03T09:00:00Z"}"#,
    ];
    fs::write(path("activities.jsonl"), activities.join("\n")).unwrap();
    let imported = with(&["import", &path("activities.jsonl")]);
    // The one id with a name in it that cannot be told from a number is told.
    assert!(
        stderr(&imported).contains("1 event has the name of somebody in its id"),
        "{}",
        stderr(&imported)
    );
    // Again, nothing is new.
    assert!(
        stdout(&with(&["import", &path("activities.jsonl")]))
            .contains("no events recorded, 3 events on record already")
    );
    with(&[
        "record",
        r#"{"id": "4", "advocate": "adalove", "kind": "share", "at": "2026-02-04T09:00:00Z"}"#,
    ]);

    let ada = stdout(&plaudit(&["pseudonym", &key, "adalove"])).trim().to_owned();
    let explained = stdout(&plaudit(&[
        "explain",
        &ada,
        "--journal",
        &journal,
        "--as-of",
        "2026-07-01",
        "--json",
    ]));
    let explained: Value = serde_json::from_str(&explained).unwrap();
    assert_eq!(explained["lines"].as_array().map(Vec::len), Some(4), "{explained}");
    let opened = Sqlite::open(Path::new(&journal), Access::Read).unwrap();
    assert_eq!(entries(&opened).len(), 6);
    assert_eq!(opened.position().unwrap(), 6);
    drop(opened);
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("journal") {
            bytes.extend(fs::read(path).unwrap());
        }
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase().replace("adalove-3", "");
    for name in ["adalove", "lovelace", "bobross", "ross", "northwind.example"] {
        assert!(!text.contains(name), "{name}");
    }
}
