//! Suggestions, entitlements and pairs: the command line says byte for byte what the library says,
//! its pages are kind and complete, and no other way to pair people fits better.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use plaudit_engine::events::Log;
use plaudit_engine::{Program, Records, Sources, canonical};
use proptest::prelude::*;

use crate::support::{events, people, plaudit, stderr, stdout};

const AS_OF: &str = "2026-06-30T00:00:00Z";

const MANIFEST: &str = r#"
[program]
name = "T"
[brand]
name = "Acme"
[kinds.create]
style = "creator"
[kinds.mentor]
style = "supporter"
[skills.technical]
[skills.ideas]
[skills.analytics]
[rewards]
budget = 100
currency = "EUR"
[privacy]
minimum_group = 2
"#;

const COACHING: &str = r#"/// Try a video.
///
/// People like to see you.
fn video(standing) {
    if standing.activities > 0 { suggestion("try_video", "Show {brand} in a video.").with_content() }
}

private fn weight(of) { switch of { "a" => 1, "b" => 3, "c" => 7, _ => 2 } }

/// Mentoring.
fn pairs(person) {
    let wishes = [];
    if person.skilled_in("technical") { wishes.push(offers("technical", weight(person.level))); }
    if person.skilled_in("ideas") { wishes.push(offers("ideas", weight(person.level))); }
    if person.skilled_in("analytics") { wishes.push(offers("analytics", weight(person.level))); }
    if person.needs("technical") { wishes.push(seeks("technical", weight(person.cohort))); }
    if person.needs("ideas") { wishes.push(seeks("ideas", weight(person.cohort))); }
    if person.needs("analytics") { wishes.push(seeks("analytics", weight(person.cohort))); }
    wishes
}

/// Meet.
fn meet(team) { if team.by == "department" { suggestion("meet", "Meet for lunch.") } }
"#;

const RECOGNITION: &str = r#"/// First steps.
fn first(standing) {
    if standing.activities > 1 { throw "too much"; }
    if standing.activities == 1 { badge("first_steps").level(1).because("Well begun with {brand}.") }
}

/// Lunch.
fn lunch(team) { if team.enrolled >= 2 { reward("team_lunch").amount(50).each_period() } }
"#;

const SCORING: &str = "/// Ten.\nfn create(activity) { if activity.kind == \"create\" { if activity.minutes == 13 { throw \"oh\" } 10 } }\n";

const EVENTS: &str = r#"{"type":"content","id":"c1","at":"2026-06-20T00:00:00Z","campaign":"summer"}
{"id":"1","advocate":"ada","kind":"create","minutes":13,"at":"2026-06-01T09:00:00Z"}
{"id":"2","advocate":"bo","kind":"create","at":"2026-06-01T09:00:00Z"}
{"id":"3","advocate":"bo","kind":"create","at":"2026-06-02T09:00:00Z"}
{"id":"4","advocate":"di","kind":"mentor","counterpart":"eve","at":"2026-06-02T09:00:00Z"}
"#;

const PEOPLE: &str = r#"{"id":"ada","name":"Ada L","consent":true,"department":"Sales","skilled_in":["technical"]}
{"id":"bo","consent":true,"department":"Sales","needs":["technical"]}
{"id":"cy","consent":true,"department":"Sales","needs":["technical"]}
{"id":"di","consent":true,"department":"Sales","skilled_in":["ideas"]}
{"id":"eve","consent":true,"department":"Sales","needs":["ideas"]}
"#;

fn files(manifest: &str) -> [(&str, &str); 4] {
    [
        ("program.toml", manifest),
        ("coaching/a.rhai", COACHING),
        ("recognition/a.rhai", RECOGNITION),
        ("scoring/a.rhai", SCORING),
    ]
}

fn program(manifest: &str) -> Program {
    let files = files(manifest);
    let sources =
        files.iter().fold(Sources::new(), |sources, (path, text)| sources.with(*path, *text));
    Program::from_sources(&sources).unwrap()
}

fn write(folder: &Path, manifest: &str) {
    for (path, text) in files(manifest) {
        let path = folder.join("rules").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.join("a.jsonl"), EVENTS).unwrap();
    fs::write(folder.join("p.jsonl"), PEOPLE).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let path = |name: &str| folder.join(name).display().to_string();
    let (rules, activities, people) = (path("rules"), path("a.jsonl"), path("p.jsonl"));
    let records =
        ["--rules", &rules, "--activities", &activities, "--people", &people, "--as-of", AS_OF];
    plaudit(&[arguments, &records].concat())
}

fn page(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn the_command_line_says_byte_for_byte_what_the_library_says() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MANIFEST);
    let (program, log, people) = (program(MANIFEST), events(EVENTS), people(PEOPLE));
    let as_of = AS_OF.parse().unwrap();
    let records = Records { log: &log, people: &people, as_of, assume_consent: false };
    for advocate in [None, Some("ada"), Some("bo")] {
        let arguments = |command: &'static str| -> Vec<&str> {
            std::iter::once(command).chain(advocate).chain(["--json"]).collect()
        };
        let coaching = canonical(&program.coach(&records, advocate).unwrap()).unwrap();
        assert_eq!(page(folder.path(), &arguments("coach")), format!("{coaching}\n"));
        let given = canonical(&program.recognize(&records, advocate).unwrap()).unwrap();
        assert_eq!(page(folder.path(), &arguments("entitlements")), format!("{given}\n"));
    }
    let pairing = canonical(&program.pair(&records).unwrap()).unwrap();
    assert_eq!(page(folder.path(), &["pair", "--json"]), format!("{pairing}\n"));
}

#[test]
fn the_pages_say_what_why_and_what_failed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MANIFEST);
    let contains = |page: &str, all: &[&str]| {
        for words in all {
            assert!(page.contains(words), "{words}:\n{page}");
        }
    };
    contains(
        &page(folder.path(), &["coach"]),
        &[
            "Ada L (ada)\n  Try a video. (try_video)\n      Show Acme in a video.\n      To share: c1, summer",
            "because standing.activities is 1",
            "department Sales\n  Meet. (meet)",
            "nobody has to follow them",
        ],
    );
    contains(
        &page(folder.path(), &["entitlements"]),
        &[
            "Ada L (ada) (incomplete: a rule failed, so nothing is awarded yet)\n  badge first_steps/1",
            "Well begun with Acme.",
            "department Sales\n  reward team_lunch@2026-Q2, 50 EUR",
            "everyone in T",
            "nothing is granted",
            "fault: the rule first failed 1 time, first for bo: the rule failed: too much at recognition/a.rhai:3",
        ],
    );
    contains(
        &page(folder.path(), &["pair"]),
        &[
            "Pairs already\n  di mentors eve",
            "Ada L (ada) could mentor bo, fit 4\n      technical: 4",
            "offered by ada (pairs, weight 2), because",
            "Still seeking a mentor: cy",
            "1 pair proposed, 1 already",
        ],
    );
}

#[test]
fn what_is_not_shown_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let manifest =
        MANIFEST.replace("minimum_group = 2", "minimum_group = 2\naggregate_only = true");
    write(folder.path(), &manifest);
    for command in ["coach", "entitlements", "pair"] {
        let page = page(folder.path(), &[command]);
        assert!(page.contains("for groups only (aggregate_only)"), "{page}");
        assert!(!page.contains("ada"), "{page}");
    }
    // Everyone sees their own.
    assert!(page(folder.path(), &["coach", "ada"]).contains("try_video"));
    let unknown = run(folder.path(), &["coach", "adda"]);
    assert_eq!(unknown.status.code(), Some(3));
    assert!(stderr(&unknown).contains("did you mean `ada`?"), "{}", stderr(&unknown));
    let bare = plaudit(&["pair"]);
    assert_eq!(bare.status.code(), Some(3));
    assert!(stderr(&bare).contains("--activities FILE"));
}

/// Somebody out of whom instances are made.
#[derive(Clone, Debug)]
struct Somebody {
    skilled: u8,
    needs: u8,
    level: usize,
    cohort: usize,
    mentor: Option<usize>,
    enrolled: bool,
}

const SKILLS: [&str; 3] = ["technical", "ideas", "analytics"];
const WORDS: [&str; 4] = ["a", "b", "c", "d"];
const WEIGHTS: [i64; 4] = [1, 3, 7, 2];

fn line(index: usize, somebody: &Somebody) -> String {
    let list = |mask: u8| -> Vec<&str> {
        (0..3).filter(|bit| mask & (1 << bit) != 0).map(|bit| SKILLS[bit]).collect()
    };
    let mut record = serde_json::json!({
        "id": format!("p{index}"),
        "consent": somebody.enrolled,
        "skilled_in": list(somebody.skilled),
        "needs": list(somebody.needs),
        "level": WORDS[somebody.level],
        "cohort": WORDS[somebody.cohort],
    });
    if let Some(mentor) = somebody.mentor {
        record["mentor"] = format!("p{mentor}").into();
    }
    record.to_string()
}

/// The fit of two people by the page of formulas alone.
fn fit(mentor: &Somebody, mentee: &Somebody) -> i64 {
    let shared = (mentor.skilled & mentee.needs).count_ones();
    i64::from(shared) * WEIGHTS[mentor.level] * WEIGHTS[mentee.cohort]
}

/// The largest sum of fits, over every way to pair.
fn best(all: &[Somebody], mentors: &[usize], mentees: &[usize]) -> i64 {
    let Some((&mentee, others)) = mentees.split_first() else { return 0 };
    let mut most = best(all, mentors, others);
    for (at, &mentor) in mentors.iter().enumerate() {
        let mut left = mentors.to_vec();
        left.remove(at);
        let own = if mentor == mentee { 0 } else { fit(&all[mentor], &all[mentee]) };
        most = most.max(own + best(all, &left, others));
    }
    most
}

fn anybody() -> impl Strategy<Value = Somebody> {
    let mentor = prop_oneof![4 => Just(None), 1 => (0..7_usize).prop_map(Some)];
    let enrolled = prop_oneof![6 => Just(true), 1 => Just(false)];
    (0..8_u8, 0..8_u8, 0..4_usize, 0..4_usize, mentor, enrolled).prop_map(
        |(skilled, needs, level, cohort, mentor, enrolled)| Somebody {
            skilled,
            needs,
            level,
            cohort,
            mentor,
            enrolled,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_other_way_to_pair_fits_better(all in prop::collection::vec(anybody(), 0..7)) {
        static PROGRAM: LazyLock<Program> = LazyLock::new(|| program(MANIFEST));
        let lines: Vec<String> =
            all.iter().enumerate().map(|(index, somebody)| line(index, somebody)).collect();
        let pair = |lines: &[&str]| {
            let (log, people) = (Log::new(), people(&lines.join("\n")));
            let as_of = AS_OF.parse().unwrap();
            let records = Records { log: &log, people: &people, as_of, assume_consent: false };
            PROGRAM.pair(&records).unwrap()
        };
        let in_order: Vec<&str> = lines.iter().map(String::as_str).collect();
        let reversed: Vec<&str> = in_order.iter().rev().copied().collect();
        let pairing = pair(&in_order);
        prop_assert_eq!(canonical(&pairing).unwrap(), canonical(&pair(&reversed)).unwrap());

        let is_enrolled = |index: usize| all.get(index).is_some_and(|somebody| somebody.enrolled);
        let existing: Vec<(usize, usize)> = all
            .iter()
            .enumerate()
            .filter_map(|(index, somebody)| Some((somebody.mentor?, index)))
            .filter(|(mentor, mentee)| {
                mentor != mentee && is_enrolled(*mentor) && is_enrolled(*mentee)
            })
            .collect();
        let names: Vec<(String, String)> =
            existing.iter().map(|(a, b)| (format!("p{a}"), format!("p{b}"))).collect();
        let kept: Vec<(String, String)> = pairing
            .existing
            .iter()
            .map(|pair| (pair.mentor.to_string(), pair.mentee.to_string()))
            .collect();
        prop_assert_eq!(kept, names);

        let is_free = |index: &usize, has: bool, mask: u8| is_enrolled(*index) && !has && mask != 0;
        // Whoever mentors somebody whose profile says so, enrolled themselves or not, has somebody.
        let mentors: Vec<usize> = (0..all.len())
            .filter(|index| {
                is_free(index, existing.iter().any(|pair| pair.0 == *index), all[*index].skilled)
            })
            .collect();
        let mentees: Vec<usize> = (0..all.len())
            .filter(|index| {
                is_free(index, existing.iter().any(|pair| pair.1 == *index), all[*index].needs)
            })
            .collect();
        prop_assert_eq!(pairing.fit, best(&all, &mentors, &mentees));
        let number = |name: &str| name[1..].parse::<usize>().unwrap();
        let mut taken = (BTreeSet::new(), BTreeSet::new());
        let mut sum = 0;
        for found in &pairing.proposed {
            let (mentor, mentee) = (number(&found.mentor), number(&found.mentee));
            prop_assert!(mentor != mentee && mentors.contains(&mentor) && mentees.contains(&mentee));
            prop_assert!(taken.0.insert(mentor) && taken.1.insert(mentee), "somebody twice");
            prop_assert_eq!(found.fit, fit(&all[mentor], &all[mentee]));
            prop_assert!(found.fit > 0);
            sum += found.fit;
        }
        prop_assert_eq!(pairing.fit, sum);
        let left = |list: &[std::sync::Arc<str>]| -> Vec<usize> {
            list.iter().map(|name| number(name)).collect()
        };
        let without = |all: &[usize], taken: &BTreeSet<usize>| -> Vec<usize> {
            all.iter().copied().filter(|index| !taken.contains(index)).collect()
        };
        prop_assert_eq!(left(&pairing.offering), without(&mentors, &taken.0));
        prop_assert_eq!(left(&pairing.seeking), without(&mentees, &taken.1));
    }
}

#[test]
fn scenarios_are_told_by_test_and_lint_and_stop_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), MANIFEST);
    let tests = folder.path().join("rules/tests");
    fs::create_dir(&tests).unwrap();
    let rules = folder.path().join("rules").display().to_string();
    let start = "title = \"Ada begins\"\n[[people]]\nid = \"ada\"\nconsent = true\n[[events]]\nid = \"1\"\nadvocate = \"ada\"\nkind = \"create\"\nat = 2026-06-01T09:00:00Z\n[[expect]]\nas_of = 2026-07-01T00:00:00Z\nadvocate = \"ada\"\n";
    let put = |text: &str| fs::write(tests.join("a.toml"), format!("{start}{text}\n")).unwrap();
    let command = |name: &'static str| plaudit(&[name, "--rules", &rules]);
    let version = program(MANIFEST).version().to_owned();

    put("standing = { points = 10 }");
    let output = command("test");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("1 scenario, 1 expectation: all as expected"));
    assert!(stdout(&command("lint")).contains(&version));

    put("standing = { points = 9 }");
    let output = command("test");
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    for words in [
        "fails Ada begins (tests/a.toml:13)",
        "points of ada as of 2026-07-01T00:00:00Z",
        "expected  9",
        "got       10",
        "because   1 create +10",
        "1 not as expected",
    ] {
        assert!(told.contains(words), "{words}:\n{told}");
    }
    assert_eq!(command("lint").status.code(), Some(0));

    put("standing = { pints = 9 }");
    for name in ["test", "lint"] {
        let output = command(name);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let page = stdout(&output);
        assert!(page.contains("tests/a.toml:13:14"), "{page}");
        assert!(page.contains("did you mean `points`?"), "{page}");
    }
    // The program itself is none the worse for it.
    assert!(page(folder.path(), &["pair", "--json"]).contains(&version));
}
