//! Programs that are published in a journal: each is given back as it was, the last one is what everybody
//! works by, and only it grants.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::journal::{Batch, Journal, Memory, Taken, copy};
use plaudit_engine::ledger::{Erase, Export, Ledger, take_in};
use plaudit_engine::publishing::{
    Publications, Publish, Published, RollBack, Signed, publish, roll_back,
};
use plaudit_engine::{Code, Error, Program, Sources, canonical};
use proptest::prelude::*;

use super::journal::entries;
use super::server::over_both;
use super::support::{MANIFEST, plaudit, run, share, sources, stderr, stdout};

type Files = BTreeMap<String, String>;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A program of one rule that gives so many points, and one file more.
fn scoring(points: i64) -> Sources {
    let rule = format!(
        "/// Share.\nfn share(activity) {{ if activity.kind == \"share\" {{ {points} }} }}\n"
    );
    sources(&[("scoring/share.rhai", &rule), ("lexicons/friends.txt", "somebody\n")])
}

fn signed(upon: Option<u64>) -> Signed<'static> {
    Signed { by: "grace", note: Some("more for sharing"), at: at("2026-06-01T08:00:00Z"), upon }
}

fn put(journal: &dyn Journal, sources: &Sources, upon: Option<u64>) -> Result<Published, Error> {
    publish(journal, &Publish { sources, signed: signed(upon) }, &|| true)
}

fn files(sources: &Sources) -> Files {
    let text = |content: &[u8]| String::from_utf8(content.to_vec()).unwrap();
    sources.iter().map(|(path, content)| (path.to_owned(), text(content))).collect()
}

fn code(error: &Error) -> Code {
    error.problems()[0].code
}

#[test]
fn each_program_is_given_back_as_it_was_published_and_the_last_one_is_current() {
    over_both(|place| {
        let journal = place.open("journal");
        let none = Publications::of(&journal).unwrap();
        assert!(none.all().is_empty() && none.program().unwrap().is_none());
        journal.append(&[share("a", 1)], Batch::Each).unwrap();
        let first = put(&journal, &scoring(5), None).unwrap();
        let paths: Vec<&str> = first.changed.iter().map(|path| &**path).collect();
        assert_eq!(paths, ["lexicons/friends.txt", "program.toml", "scoring/share.rhai"]);
        let rule = "/// Share.\nfn share(activity) { if activity.kind == \"share\" { 7 } }\n";
        let second = sources(&[("scoring/share.rhai", rule)]);
        let published = put(&journal, &second, Some(1)).unwrap();
        assert_eq!((published.number, &*published.changed[0]), (2, "scoring/share.rhai"));
        assert_eq!((published.changed.len(), &*published.removed[0]), (1, "lexicons/friends.txt"));
        // The same once more is no other program.
        assert_eq!(put(&journal, &second, None).unwrap(), published);
        let back = RollBack { to: None, signed: signed(Some(2)) };
        let back = roll_back(&journal, &back, &|| true).unwrap();
        assert_eq!((back.number, back.restores, &back.program), (3, Some(1), &first.program));
        // Whoever opens the journal next, and whoever has a copy of it, sees the same.
        let other = Memory::new();
        copy(&place.open("journal"), &other, &mut |_| {}).unwrap();
        for journal in [&place.open("journal") as &dyn Journal, &other] {
            let known = Publications::of(journal).unwrap();
            assert_eq!(known.all().len(), 3);
            for (number, expected) in [(1, scoring(5)), (2, second.clone()), (3, scoring(5))] {
                assert_eq!(files(&known.sources(number).unwrap()), files(&expected), "{number}");
            }
            let (number, program) = known.program().unwrap().unwrap();
            assert_eq!((number, program.version()), (3, &*first.program));
            let refused = known.sources(4).unwrap_err();
            assert!(refused.to_string().contains("1 to 3"), "{refused}");
        }
        assert_eq!(place.open("journal").check().unwrap().damage, Vec::<String>::new());
    });
}

#[test]
fn what_does_not_hold_or_comes_too_late_is_not_published() {
    let journal = Memory::new();
    put(&journal, &scoring(5), Some(0)).unwrap();
    let unheld = "/// Share.\n///\n/// 6: #{ activity: #{ kind: \"share\" } }\nfn share(activity) { if activity.kind == \"share\" { 7 } }\n";
    let wrong = [
        (sources(&[("scoring/share.rhai", "fn share(activity) { points(")]), None, Code::Syntax),
        (sources(&[("scoring/share.rhai", unheld)]), None, Code::ExampleFailed),
        (scoring(9), Some(0), Code::Conflict),
        (scoring(9), Some(7), Code::Conflict),
    ];
    for (sources, upon, expected) in wrong {
        assert_eq!(code(&put(&journal, &sources, upon).unwrap_err()), expected);
    }
    for path in ["lib/a\0b.rhai", &format!("lib/{}.rhai", "a".repeat(300))] {
        let sources = sources(&[(path, "/// One.\nfn one() { 1 }\n")]);
        assert_eq!(code(&put(&journal, &sources, None).unwrap_err()), Code::WrongValue);
    }
    let nothing = Signed { by: " ", ..signed(None) };
    let asked = Publish { sources: &scoring(9), signed: nothing };
    assert_eq!(code(&publish(&journal, &asked, &|| true).unwrap_err()), Code::Missing);
    // Whoever is told to end while examples run publishes nothing.
    let asked = Publish { sources: &scoring(9), signed: signed(None) };
    assert!(publish(&journal, &asked, &|| false).is_err());
    for to in [Some(0), Some(2), None] {
        let asked = RollBack { to, signed: signed(None) };
        assert!(roll_back(&journal, &asked, &|| true).is_err(), "{to:?}");
    }
    assert_eq!(Publications::of(&journal).unwrap().all().len(), 1);
}

#[test]
fn of_several_who_publish_at_once_one_does_and_the_others_are_told() {
    over_both(|place| {
        let journal = place.open("journal");
        put(&journal, &scoring(1), None).unwrap();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (2..8)
                .map(|points| {
                    scope.spawn(move || put(&place.open("journal"), &scoring(points), Some(1)))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 5));
        assert!(lost.iter().all(|it| it.as_ref().is_err_and(|it| code(it) == Code::Conflict)));
        let current = Publications::of(&journal).unwrap().current().cloned();
        assert_eq!(current.as_ref(), won[0].as_ref().ok());
    });
}

#[test]
fn a_publication_comes_from_publishing_alone() {
    let journal = Memory::new();
    put(&journal, &scoring(5), None).unwrap();
    put(&journal, &scoring(6), None).unwrap();
    let [one, two] = entries(&journal).try_into().unwrap();
    let lines = [&one, &two].map(|entry| canonical(&entry.event).unwrap());
    let receipts = take_in(&Memory::new(), vec![one.event.clone()], Batch::Each).unwrap();
    assert_eq!(receipts[0].result, Taken::Refused);
    assert_eq!(receipts[0].problem.as_ref().unwrap().code, Code::Reserved);
    // An export gives them all, in their order; one that somebody has edited is refused where it is wrong.
    let read = |lines: &str| Export::read(lines.as_bytes(), "export.jsonl");
    let restored = Memory::new();
    read(&lines.join("\n")).unwrap().restore(&restored).unwrap();
    assert_eq!(entries(&restored), [one, two]);
    let late = read(&lines[1]).unwrap().restore(&Memory::new()).unwrap_err();
    assert_eq!((code(&late), late.problems()[0].line), (Code::JournalCorrupt, Some(1)));
    for (from, to) in [("\"program-1\"", "\"program-9\""), ("\"plaudit\"", "\"elsewhere\"")] {
        let edited = lines[0].replacen(from, to, 1);
        assert_ne!(edited, lines[0]);
        assert!(read(&edited).is_err(), "{edited}");
    }
    // Everybody works by the last program: it has to be the one whose hash stands on record.
    let edited = lines[1].replacen("{ 6 }", "{ 60 }", 1);
    assert_ne!(edited, lines[1]);
    let journal = Memory::new();
    let edited = read(&[&lines[0], &*edited].join("\n")).unwrap().restore(&journal).unwrap_err();
    let problem = &edited.problems()[0];
    assert_eq!((problem.code, problem.line), (Code::JournalCorrupt, Some(2)));
    assert!(entries(&journal).is_empty());
    let ahead = lines[1].replacen("\"program\":", "\"restores\":2,\"program\":", 1);
    assert!(read(&[&lines[0], &*ahead].join("\n")).unwrap().restore(&journal).is_err());
}

#[test]
fn only_the_program_that_is_published_grants() {
    let giving = |badge: &str| {
        let rule = format!(
            "/// First.\nfn first(standing) {{ if standing.activities > 0 {{ badge(\"{badge}\") }} }}\n"
        );
        sources(&[("recognition/first.rhai", &rule)])
    };
    let journal: Arc<dyn Journal> = Arc::new(Memory::new());
    let consent = r#"{"id": "1", "type": "person", "advocate": "ada", "consent": true, "at": "2026-01-01T00:00:00Z"}"#;
    let consent = plaudit_engine::events::read_record(consent, "event").unwrap();
    journal.append(&[consent, share("a", 1)], Batch::Each).unwrap();
    let [before, after] =
        ["before", "after"].map(|badge| Arc::new(Program::from_sources(&giving(badge)).unwrap()));
    let old = Ledger::open(before, Arc::clone(&journal), false).unwrap();
    put(&*journal, &giving("after"), None).unwrap();
    let as_of = at("2026-07-01T00:00:00Z");
    let refused = old.close(&run(as_of, "grace", false)).unwrap_err();
    assert_eq!(code(&refused), Code::NotAllowed);
    assert_eq!(old.close(&run(as_of, "grace", true)).unwrap().granted.len(), 1);
    let new = Ledger::open(after, Arc::clone(&journal), false).unwrap();
    assert_eq!(new.close(&run(as_of, "grace", false)).unwrap().granted.len(), 1);
    // A run that a calendar asks for is made once, whoever asks.
    assert!(new.close_once(&run(as_of, "calendar", false)).unwrap().is_none());
}

#[test]
fn of_many_processes_with_one_calendar_one_runs_awards() {
    over_both(|place| {
        let program = Arc::new(Program::from_sources(&scoring(1)).unwrap());
        place.open("journal").append(&[share("a", 1)], Batch::Each).unwrap();
        let ledgers: Vec<Ledger> = (0..6)
            .map(|_| {
                let journal = Arc::new(place.open("journal"));
                Ledger::open(Arc::clone(&program), journal, false).unwrap()
            })
            .collect();
        let as_of = at("2026-07-01T00:00:00Z");
        let ran: Vec<bool> = std::thread::scope(|scope| {
            let threads: Vec<_> = ledgers
                .iter()
                .map(|ledger| {
                    scope.spawn(move || ledger.close_once(&run(as_of, "calendar", false)))
                })
                .collect();
            threads.into_iter().map(|it| it.join().unwrap().unwrap().is_some()).collect()
        });
        assert_eq!(ran.iter().filter(|ran| **ran).count(), 1, "{ran:?}");
        let runs = entries(&place.open("journal"));
        assert_eq!(runs.iter().filter(|it| it.event.type_name() == "close").count(), 1);
    });
}

#[test]
fn a_name_that_is_erased_stays_in_no_program_and_the_current_one_has_to_be_without_it_first() {
    over_both(|place| {
        let journal = Arc::new(place.open("journal"));
        let person = r#"{"id": "1", "type": "person", "advocate": "u-77", "name": "Ada Pumpernickel", "consent": true, "at": "2026-01-01T00:00:00Z"}"#;
        let person = plaudit_engine::events::read_record(person, "event").unwrap();
        journal.append(&[person], Batch::Each).unwrap();
        let naming = |more: &str| {
            let credited = format!("Ada Pumpernickel\n{more}");
            sources(&[
                ("lexicons/credited.txt", &credited),
                ("lexicons/friends.txt", "Ada Pumpernickel\n"),
            ])
        };
        put(&*journal, &naming(""), None).unwrap();
        put(&*journal, &naming("Grace Hopper\n"), None).unwrap();
        let (_, program) = Publications::of(&*journal).unwrap().program().unwrap().unwrap();
        let ledger = Ledger::open(Arc::new(program), journal.clone(), false).unwrap();
        let now = at("2026-08-01T00:00:00Z");
        let erase = || ledger.erase(&Erase { advocate: "u-77", by: "hr", at: now });
        let refused = erase().unwrap_err();
        assert_eq!(code(&refused), Code::NotAllowed);
        for path in ["lexicons/friends.txt", "lexicons/credited.txt"] {
            assert!(refused.to_string().contains(path), "{refused}");
        }
        let without = sources(&[("lexicons/credited.txt", "Grace Hopper\n")]);
        put(&*journal, &without, None).unwrap();
        erase().unwrap();
        let known = Publications::of(&*journal).unwrap();
        assert_eq!(files(&known.sources(3).unwrap()), files(&without));
        let before = files(&known.sources(1).unwrap());
        assert_eq!(before["lexicons/credited.txt"], "erased\n");
        let left = entries(&*journal)
            .iter()
            .any(|it| canonical(&it.event).unwrap().contains("Pumpernickel"));
        assert!(!left);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is published one after the other, each program is given back file by file, and an
    /// earlier one is brought back whole.
    #[test]
    fn any_history_gives_back_each_program(
        programs in prop::collection::vec(
            prop::collection::btree_map("[a-c]", "[ -~äß\u{1F600}\n\"\\\\]{0,12}", 0..4),
            1..6,
        ),
        back in any::<prop::sample::Index>(),
    ) {
        let journal = Memory::new();
        let mut expected: Vec<Files> = Vec::new();
        for lists in &programs {
            let lists = lists.iter().map(|(name, text)| (format!("lexicons/{name}.txt"), format!("word\n# {}\n", text.replace('\n', " "))));
            let texts: Files = lists.chain([("program.toml".to_owned(), MANIFEST.to_owned())]).collect();
            let program = texts.iter().fold(Sources::new(), |all, (path, text)| all.with(path.as_str(), text.as_str()));
            let published = put(&journal, &program, None).unwrap();
            if expected.last() != Some(&texts) {
                expected.push(texts);
            }
            prop_assert_eq!(published.number, expected.len() as u64);
            let program = Program::from_sources(&program).unwrap();
            prop_assert_eq!(&*published.program, program.version());
        }
        let to = back.index(expected.len()) as u64 + 1;
        let asked = RollBack { to: Some(to), signed: signed(None) };
        roll_back(&journal, &asked, &|| true).unwrap();
        if expected.last() != Some(&expected[back.index(expected.len())]) {
            expected.push(expected[back.index(expected.len())].clone());
        }
        let known = Publications::of(&journal).unwrap();
        prop_assert_eq!(known.all().len(), expected.len());
        for (number, texts) in (1..).zip(&expected) {
            prop_assert_eq!(&files(&known.sources(number).unwrap()), texts);
        }
    }
}

fn write(folder: &Path, sources: &Sources) {
    for (path, content) in sources.iter() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[test]
fn commands_work_by_the_published_program_and_a_folder_is_a_candidate() {
    over_both(|place| {
        let [one, two] = [5, 7].map(|points| {
            let folder = place.folder().join(format!("rules-{points}"));
            write(&folder, &scoring(points));
            folder.display().to_string()
        });
        let journal = place.journal("journal");
        let ok = |arguments: &[&str]| {
            let output = plaudit(&[arguments, &["--journal", &journal]].concat());
            assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
            stdout(&output)
        };
        let publish = ["program", "publish", "--by", "grace", "--rules"];
        // What is refused leaves no journal behind.
        let nowhere = plaudit(&[&publish[..], &["nowhere", "--journal", &journal]].concat());
        assert_eq!(nowhere.status.code(), Some(3), "{}", stderr(&nowhere));
        let there = plaudit(&["journal", "check", &journal]);
        assert!(!there.status.success(), "{}", stdout(&there));
        let told = ok(&[&publish[..], &[&one, "--note", "the first"]].concat());
        assert!(told.starts_with("Program 1 is published: "), "{told}");
        assert!(ok(&[&publish[..], &[&one]].concat()).contains("is published already"));
        let event = r#"{"id": "p", "type": "person", "advocate": "ada", "consent": true, "at": "2026-01-01T00:00:00Z"}"#;
        ok(&["record", event]);
        ok(&["record", &canonical(&share("a", 1)).unwrap()]);
        let points = |more: &[&str]| {
            let score = ok(&[&["score", "--json", "--as-of", "2026-07-01"], more].concat());
            let score: serde_json::Value = serde_json::from_str(&score).unwrap();
            score["advocates"][0]["points"].as_i64().unwrap()
        };
        assert_eq!((points(&[]), points(&["--rules", &two])), (5, 7));
        // A candidate is compared with what is published, and gives nothing to anybody.
        let simulated = ok(&["simulate", "--as-of", "2026-07-01", "--rules", &two]);
        assert!(simulated.contains("share  scoring  changed"), "{simulated}");
        let run = ["close", "--as-of", "2026-07-01", "--by", "grace", "--rules", &two];
        let refused = plaudit(&[&run[..], &["--journal", &journal]].concat());
        assert!(stderr(&refused).contains("program 1 is published"), "{}", stderr(&refused));
        ok(&[&run[..], &["--preview"]].concat());

        ok(&[&publish[..], &[&two, "--upon", "1"]].concat());
        let late = [&publish[..], &[&one, "--upon", "1", "--journal", &journal]].concat();
        let late = plaudit(&late);
        assert!(stderr(&late).contains("program 2 is published"), "{}", stderr(&late));
        assert_eq!(points(&[]), 7);
        ok(&["program", "rollback", "--by", "ada", "--note", "too much"]);
        assert_eq!(points(&[]), 5);
        let history = ok(&["program", "history"]);
        let numbers: Vec<&str> = history
            .lines()
            .filter(|line| line.contains("T"))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(numbers, ["3", "2", "1"], "{history}");
        for line in ["program 1 again", "too much", "the first", "changed scoring/share.rhai"] {
            assert!(history.contains(line), "{history}");
        }
        let saved = place.folder().join("saved");
        ok(&["program", "save", saved.to_str().unwrap(), "--number", "2"]);
        assert_eq!(files(&Sources::read(&saved).unwrap()), files(&scoring(7)));
    });
}
