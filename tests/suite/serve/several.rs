//! Several services over one journal: any of them answers as any other, one program, one calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use plaudit_engine::journal::{Access, Address, Journal};
use serde_json::{Value, json};

use super::{Served, Setup, person, share, wait_for};
use crate::server::{Kind, Place};
use crate::support::{MANIFEST, rounds};

const AS_OF: &str = "2026-07-01";

fn points_for_sharing(points: u32) -> String {
    format!("/// Share.\nfn share(activity) {{ if activity.kind == \"share\" {{ {points} }} }}\n")
}

/// The files of a program.
fn program(points: u32) -> Value {
    json!({ "program.toml": MANIFEST, "scoring/share.rhai": points_for_sharing(points) })
}

/// A folder of a program.
fn folder(points: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in program(points).as_object().unwrap() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text.as_str().unwrap()).unwrap();
    }
    folder
}

fn points(served: &Served, advocate: &str) -> Option<i64> {
    let answer = served.get(&format!("/v1/standings/{advocate}?as_of={AS_OF}"));
    (answer.status == 200).then(|| answer.json()["figures"]["points"].as_i64().unwrap())
}

fn figure(served: &Served, name: &str) -> f64 {
    let metrics = served.get("/metrics").body;
    let line = metrics.lines().find(|line| line.starts_with(&format!("plaudit_{name} "))).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn setup(kind: Kind, place: &Place, rules: &Path) -> Setup {
    let setup = Setup::with_rules(rules);
    match kind {
        Kind::Database => setup.over(&place.journal("served")),
        Kind::File => setup,
    }
}

#[test]
fn a_program_that_is_published_through_one_service_is_served_by_all() {
    for kind in [Kind::File, Kind::Database] {
        let (rules, place) = (folder(5), tempfile::tempdir().unwrap());
        let setup = setup(kind, &Place::new(kind, place.path()), rules.path());
        let [one, other] = [setup.start(), setup.start()];
        one.post("/v1/events", &person("ada")).document();
        one.post("/v1/events", &shared("a", "ada")).document();
        assert_eq!(points(&one, "ada"), Some(5));
        let publish = |files: Value, upon: u32| {
            let asked = json!({ "files": files, "by": "grace", "note": "more", "upon": upon });
            one.post("/v1/program/publications", &asked.to_string())
        };
        let broken = json!({ "program.toml": MANIFEST, "scoring/share.rhai": "fn share(" });
        assert_eq!(publish(broken, 0).code(), "syntax");
        let published = publish(program(7), 0).json();
        assert_eq!((&published["number"], &published["by"]), (&json!(1), &json!("grace")));
        // Who publishes it is served at once, and the others within moments.
        assert_eq!(points(&one, "ada"), Some(7));
        assert!(wait_for(|| (points(&other, "ada") == Some(7)).then_some(())).is_some());
        assert_eq!(other.get("/v1/program/status").json()["publication"], 1);
        assert_eq!(figure(&other, "program_publication"), 1.0);
        assert_eq!(publish(program(9), 0).code(), "conflict");
        // The folder is a candidate now.
        std::fs::write(rules.path().join("scoring/share.rhai"), points_for_sharing(11)).unwrap();
        let back = json!({ "files": program(9), "by": "grace" });
        one.post("/v1/program/publications", &back.to_string()).document();
        let back = other.post("/v1/program/rollback", &json!({ "by": "ada" }).to_string()).json();
        assert_eq!((&back["number"], &back["restores"]), (&json!(3), &json!(1)));
        assert_eq!(points(&other, "ada"), Some(7));
        assert!(wait_for(|| (points(&one, "ada") == Some(7)).then_some(())).is_some());
        let listed = one.get("/v1/program/publications").json();
        assert_eq!(listed.as_array().unwrap().len(), 3);
        let second = one.get("/v1/program/publications/2").json();
        assert_eq!(second["files"], program(9));
        for none in ["9", "0", "last"] {
            let answer = one.get(&format!("/v1/program/publications/{none}"));
            assert_eq!(answer.code(), "wrong-value", "{none}");
        }
        // Whoever follows changes is told that there is another program, and not its rules.
        let changes = one.get("/v1/changes").body;
        assert!(changes.contains("\"publication\"") && !changes.contains("points("), "{changes}");
        // Who starts later serves it, too, whatever is in its folder.
        let later = setup.start();
        assert_eq!(points(&later, "ada"), Some(7));
        assert!(later.told().iter().any(|line| line.contains("program 3")), "{:?}", later.told());
    }
}

#[test]
fn who_may_not_publish_does_not() {
    let setup = Setup::new();
    let key = setup.key("coordinator");
    let mut served = setup.start();
    served.with_key(&key);
    let asked = json!({ "files": program(7) }).to_string();
    assert_eq!(served.post("/v1/program/publications", &asked).status, 403);
    assert_eq!(served.post("/v1/program/rollback", "{}").status, 403);
    assert_eq!(served.get("/v1/program/publications").document(), "[]");
}

/// Something that somebody shared, where the program has a channel for it.
fn shared(id: &str, advocate: &str) -> String {
    share(id, advocate).replace("linkedin", "blog")
}

/// What one of many callers brings: some of its own, and some that others bring, too.
fn activity(caller: usize, number: usize) -> (String, &'static str, String) {
    let id = match number % 3 {
        0 => format!("common-{number}"),
        _ => format!("{caller}-{number}"),
    };
    let advocate = ["ada", "grace", "mary", "joan"][number % 4];
    (shared(&id, advocate), advocate, id)
}

#[test]
fn over_one_database_nothing_is_lost_or_twice_where_one_of_them_is_killed() {
    let (rules, place) = (folder(1), tempfile::tempdir().unwrap());
    let place = Place::new(Kind::Database, place.path());
    // Both have the same calendar: every day.
    let setup = setup(Kind::Database, &place, rules.path()).set("AWARDS_EVERY", "day");
    let stays = setup.start();
    for name in ["ada", "grace", "mary", "joan"] {
        stays.post("/v1/events", &person(name)).document();
    }
    let each = rounds(60, 600) as usize;
    let mut acknowledged = BTreeSet::new();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..3)
            .map(|caller| {
                let (stays, setup) = (&stays, &setup);
                scope.spawn(move || {
                    let (mut acknowledged, mut own) = (BTreeSet::new(), BTreeMap::new());
                    // The last of them calls a service that is killed and started again and again.
                    let mut dies = (caller == 2).then(|| setup.start());
                    for number in 0..each {
                        if caller == 2 && number % 20 == 19 {
                            let mut killed = dies.take().unwrap();
                            killed.signal("KILL");
                            killed.wait();
                            dies = Some(setup.start());
                        }
                        let (event, advocate, id) = activity(caller, number);
                        let called = dies.as_ref().unwrap_or(stays);
                        let answer = called.post("/v1/events", &event).json();
                        let place = answer["position"].as_u64();
                        assert!(place.is_some(), "{answer}");
                        acknowledged.insert((id, place));
                        // What is acknowledged is in the next answer of who has acknowledged it.
                        *own.entry(advocate).or_insert(0) += 1;
                        let known = points(called, advocate).unwrap();
                        assert!(known >= own[advocate], "{known} {own:?}");
                    }
                    acknowledged
                })
            })
            .collect();
        for caller in callers {
            acknowledged.extend(caller.join().unwrap());
        }
    });
    // Everything that anybody was told is there, once, at the place that each was told.
    let journal = Address::of(place.journal("served")).open(Access::Read).unwrap();
    let mut found = BTreeSet::new();
    let mut runs = 0;
    journal
        .read(0, &mut |entry| {
            runs += usize::from(entry.event.type_name() == "close");
            if entry.event.type_name() == "activity" {
                found.insert((entry.event.identity.id.to_string(), Some(entry.position)));
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(found, acknowledged);
    assert_eq!(runs, 1, "award runs of one day");
    // Whoever was there all the time, whoever starts now and a rebuild answer the same bytes.
    let starts = setup.start();
    let alone = Setup::with_rules(rules.path());
    plaudit_engine::journal::copy(
        &journal,
        &Address::of(alone.journal()).open(Access::Create).unwrap(),
        &mut |_| {},
    )
    .unwrap();
    let rebuilt = alone.start();
    for path in ["/v1/standings/ada", "/v1/standings/joan", "/v1/leaderboards", "/v1/scores"] {
        let path = format!("{path}?as_of={AS_OF}");
        let [one, two, three] = [&stays, &starts, &rebuilt].map(|it| it.get(&path).document());
        assert_eq!(one, two, "{path}");
        assert_eq!(one, three, "{path}");
    }
    assert_eq!(figure(&stays, "journal_events_behind"), 0.0);
}

#[test]
fn a_service_tells_how_far_it_is_behind() {
    let (rules, place) = (folder(1), tempfile::tempdir().unwrap());
    let place = Place::new(Kind::Database, place.path());
    let setup = setup(Kind::Database, &place, rules.path());
    let [one, other] = [setup.start(), setup.start()];
    one.post("/v1/events", &person("ada")).document();
    let caught_up = wait_for(|| (figure(&other, "events_on_record") == 1.0).then_some(()));
    assert!(caught_up.is_some());
    // Nobody is asked anything, and still the age of what is known stays small.
    std::thread::sleep(Duration::from_millis(600));
    let seconds = figure(&other, "journal_seconds_behind");
    assert!((0.0..60.0).contains(&seconds), "{seconds}");
    assert_eq!(figure(&other, "journal_events_behind"), 0.0);
}
