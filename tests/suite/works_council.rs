//! What a works council asks for: figures of groups alone, through every door, and rules that are
//! switched off one by one. Everybody's sums are numbers that stand nowhere else, and are looked for in
//! every answer that is not a person's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use plaudit_engine::Program;
use plaudit_engine::journal::{Access, Batch, Sqlite};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::requests::{self as ask, Question, Task};
use serde_json::{Value, json};

use crate::serve::{Setup, wait_for};
use crate::support::{MANIFEST, plaudit, stderr, stdout};

const AS_OF: &str = "2026-07-01T00:00:00Z";
const PEOPLE: i64 = 9;

/// What somebody's two activities are worth, and both together.
fn minutes(person: i64) -> [i64; 2] {
    [10_007 + 131 * person, 21_013 + 911 * person + 37 * person * person]
}

/// Everybody's points: the numbers that nobody else is to see.
fn sums() -> Vec<i64> {
    (1..=PEOPLE).map(|person| minutes(person).iter().sum()).collect()
}

/// The sums that a text tells, however they are grouped.
fn told(text: &str) -> Vec<i64> {
    let digits: String = text.chars().filter(|sign| !matches!(sign, ',' | '\u{202f}')).collect();
    let grouped = |sum: &i64| format!("{},{:03}", sum / 1_000, sum % 1_000);
    let stands = |text: &str, number: &str| {
        text.match_indices(number).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + number.len()..].chars().next();
            let is_digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
            !is_digit(before) && !is_digit(behind)
        })
    };
    let sums = sums().into_iter();
    sums.filter(|sum| {
        stands(text, &sum.to_string()) || stands(text, &grouped(sum)) || {
            // Nothing but the signs between thousands was taken away.
            text.contains(&grouped(sum)) && digits.contains(&sum.to_string())
        }
    })
    .collect()
}

/// A program of points by minutes, with an award and a word of coaching for everybody.
fn files(aggregate_only: bool) -> BTreeMap<String, String> {
    let manifest = format!(
        "{MANIFEST}\n[windows]\ndays = [90]\n[teams]\nby = [\"department\"]\n[privacy]\nminimum_group = 3\naggregate_only = {aggregate_only}\n[periods]\nevery = \"quarter\"\n"
    );
    let award = "/// Brought a lot.\n///\n/// For everybody who brings a lot.\nfn brought(standing) {\n    if standing.points > 100 { badge(\"brought\").because(`${standing.points} points`) }\n}\n";
    let coaching = "/// Go on like that.\n///\n/// For everybody.\nfn go_on(standing) {\n    if standing.points > 100 { suggestion(\"go_on\", `${standing.points} points`) }\n}\n";
    [
        ("program.toml", manifest.as_str()),
        ("scoring/minutes.rhai", "/// Minutes.\nfn by_minutes(activity) { activity.minutes }\n"),
        ("recognition/brought.rhai", award),
        ("coaching/go_on.rhai", coaching),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .collect()
}

fn written(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn events() -> Vec<Value> {
    let mut events = Vec::new();
    for person in 1..=PEOPLE {
        events.push(json!({
            "type": "person", "id": format!("r{person}"), "advocate": format!("p{person}"),
            "consent": true, "department": if person < 6 { "Sales" } else { "Legal" },
            "at": "2026-01-01T00:00:00Z",
        }));
        for (number, minutes) in minutes(person).into_iter().enumerate() {
            events.push(json!({
                "id": format!("{person}-{number}"), "advocate": format!("p{person}"), "kind": "share",
                "minutes": minutes, "at": format!("2026-06-{:02}T09:00:00Z", 3 + person),
            }));
        }
    }
    events
}

fn ledger(folder: &Path, aggregate_only: bool) -> Ledger {
    let rules = folder.join("rules");
    written(&rules, &files(aggregate_only));
    let program = Arc::new(Program::load(&rules).unwrap());
    let journal = Arc::new(Sqlite::open(&folder.join("journal.db"), Access::Create).unwrap());
    let ledger = Ledger::open(program, journal, false).unwrap();
    let text: Vec<String> = events().iter().map(Value::to_string).collect();
    ask::record(&ledger, &text.join("\n"), "events", Batch::Whole).unwrap();
    ledger
}

/// Whatever a ledger answers that names nobody: in Rust and, word for word, in C.
fn of_ledger(ledger: &Ledger) -> Vec<(&'static str, String)> {
    fn asked<Q: Question>(ledger: &Ledger, more: Value) -> String {
        let mut request = json!({ "as_of": AS_OF });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = ledger.answer::<Q>(&request.to_string());
        answer.unwrap_or_else(|error| error.to_string())
    }
    fn done<T: Task>(ledger: &Ledger, request: Value) -> String {
        let answer = ledger.perform::<T>(&request.to_string());
        answer.unwrap_or_else(|error| error.to_string())
    }
    let nothing = || json!({});
    vec![
        ("standing", asked::<ask::Standing>(ledger, nothing())),
        ("score", asked::<ask::Score>(ledger, nothing())),
        ("leaderboard", asked::<ask::Leaderboard>(ledger, json!({ "all_time": true }))),
        (
            "board of a team",
            asked::<ask::Leaderboard>(
                ledger,
                json!({ "all_time": true, "team": "department=Sales" }),
            ),
        ),
        ("board of teams", asked::<ask::Leaderboard>(ledger, json!({ "teams": "department" }))),
        ("team", asked::<ask::Team>(ledger, nothing())),
        ("teams", asked::<ask::Team>(ledger, json!({ "team": "department" }))),
        ("entitlements", asked::<ask::Entitlements>(ledger, nothing())),
        ("coach", asked::<ask::Coach>(ledger, nothing())),
        ("pair", asked::<ask::Pair>(ledger, nothing())),
        (
            "close",
            done::<ask::Close>(ledger, json!({ "as_of": AS_OF, "at": AS_OF, "by": "grace" })),
        ),
        ("grants", done::<ask::ListGrants>(ledger, json!({ "as_of": AS_OF }))),
        ("disputes", done::<ask::ListDisputes>(ledger, json!({ "as_of": AS_OF }))),
        ("people", done::<ask::ListPeople>(ledger, json!({ "as_of": AS_OF }))),
        ("content", done::<ask::ListContent>(ledger, json!({ "as_of": AS_OF }))),
        ("changes", done::<ask::Changes>(ledger, json!({ "as_of": AS_OF }))),
    ]
}

#[test]
fn a_ledger_tells_figures_of_groups_and_of_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let open = of_ledger(&ledger(&folder.path().join("open"), false));
    let of_people = |answers: &[(&str, String)]| -> Vec<String> {
        let telling = answers.iter().filter(|(_, text)| !told(text).is_empty());
        telling.map(|(name, _)| (*name).to_owned()).collect()
    };
    // The numbers are there to be found.
    for name in ["standing", "score", "leaderboard", "entitlements", "coach", "close", "grants"] {
        assert!(
            of_people(&open).iter().any(|known| known == name),
            "{name}: {:?}",
            of_people(&open)
        );
    }
    let closed = of_ledger(&ledger(&folder.path().join("closed"), true));
    for (name, text) in &closed {
        let of_awards = ["close", "grants"].contains(name);
        // Whoever decides about grants is told who is given what, in the rule's words; not what it read.
        assert!(told(text).is_empty() || of_awards, "{name} tells {:?}\n{text}", told(text));
        assert!(!text.contains("standing.points\",\"value"), "{name}: {text}");
    }
    let team = &closed.iter().find(|(name, _)| *name == "team").unwrap().1;
    assert!(team.contains(&sums().iter().sum::<i64>().to_string()), "{team}");
}

#[test]
fn no_command_tells_figures_of_anybody_who_is_not_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(ledger(folder.path(), true));
    let (rules, journal) = (folder.path().join("rules"), folder.path().join("journal.db"));
    let (rules, journal) = (rules.display().to_string(), journal.display().to_string());
    let page = folder.path().join("page.html").display().to_string();
    for command in [
        &["standing", "--everyone", "--all"][..],
        &["leaderboard", "--all-time", "--all"],
        &["leaderboard", "--team", "department=Sales"],
        &["leaderboard", "--teams", "department"],
        &["team", "--all"],
        &["team", "department", "--all"],
        &["score", "--all"],
        &["coach"],
        &["entitlements"],
        &["pair"],
        &["simulate", "--against", &rules, "--html", &page],
    ] {
        for json in [&[][..], &["--json"]] {
            let where_from = ["--rules", &rules, "--journal", &journal, "--as-of", AS_OF];
            let output = plaudit(&[command, &where_from, json].concat());
            let said = stdout(&output) + stderr(&output).as_str();
            assert!(told(&said).is_empty(), "{command:?} tells {:?}\n{said}", told(&said));
        }
    }
    let page = std::fs::read_to_string(page).unwrap();
    assert!(told(&page).is_empty(), "{page}");
}

#[test]
fn the_service_tells_figures_of_people_to_themselves_alone() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    written(&rules, &files(true));
    let setup = Setup::with_rules(&rules);
    let administrator = setup.key("administrator");
    let mut served = setup.start();
    served.with_key(&administrator);
    served.post("/v1/events", &json!(events()).to_string()).document();
    let simulation = json!({ "files": files(true), "as_of": AS_OF });
    let simulation = served.post("/v1/simulations", &simulation.to_string()).json();
    let simulation = simulation["id"].as_str().unwrap().to_owned();
    let job = format!("/v1/simulations/{simulation}");
    wait_for(|| (served.get(&job).json()["state"] != "running").then_some(())).unwrap();

    let description = served.get("/openapi.json").json();
    let mut asked = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        let Some(route) = methods.get("get") else { continue };
        let address = path.replace("{rule}", "by_minutes").replace("{simulation}", &simulation);
        let parameters = route["parameters"].as_array().cloned().unwrap_or_default();
        let takes =
            |name: &str| parameters.iter().any(|it| it["name"] == name && it["in"] == "query");
        let mut addresses = vec![address.replace("{advocate}", "p1")];
        if takes("advocate") {
            addresses.push(format!("{address}?advocate=p1"));
        }
        if takes("all_time") {
            addresses.push(format!("{address}?all_time=true"));
        }
        if takes("team") {
            addresses.push(format!("{address}?team=department"));
        }
        for address in addresses {
            let answer = served.get(&address);
            assert!(
                told(&answer.body).is_empty(),
                "{address} tells {:?}\n{}",
                told(&answer.body),
                answer.body
            );
            if path.contains("{advocate}") {
                assert_eq!(answer.code(), "forbidden", "{address}");
            }
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");

    let token = served.post("/v1/tokens", r#"{"advocate": "p1"}"#).json();
    served.with_key(token["token"].as_str().unwrap());
    for path in
        ["/v1/standings/p1", "/v1/explanations/p1", "/v1/people/p1/export", "/v1/entitlements"]
    {
        let own = served.get(path).document();
        assert_eq!(told(&own), [sums()[0]], "{path}: {own}");
    }
    for path in ["/v1/standings/p2", "/v1/explanations/p2", "/v1/people/p2/export"] {
        assert_eq!(served.get(path).code(), "forbidden", "{path}");
    }
}

#[test]
fn a_rule_that_is_switched_off_says_nothing_through_any_answer() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), false);
    let said = |ledger: &Ledger, rule: &str| -> Vec<&'static str> {
        let answers = of_ledger(ledger).into_iter();
        answers
            .filter(|(_, text)| text.contains(&format!("\"{rule}\"")))
            .map(|(name, _)| name)
            .collect()
    };
    for rule in ["brought", "go_on"] {
        assert!(!said(&ledger, rule).is_empty(), "{rule}");
    }
    drop(ledger);
    let mut files = files(false);
    let manifest = files.get_mut("program.toml").unwrap();
    manifest.push_str("[rules.brought]\nenabled = false\n[rules.go_on]\nenabled = false\n[rules.by_minutes]\nenabled = false\n");
    let other = folder.path().join("other");
    written(&other, &files);
    let program = Arc::new(Program::load(&other).unwrap());
    let journal = Arc::new(Sqlite::open(&other.join("journal.db"), Access::Create).unwrap());
    let ledger = Ledger::open(program, journal, false).unwrap();
    let text: Vec<String> = events().iter().map(Value::to_string).collect();
    ask::record(&ledger, &text.join("\n"), "events", Batch::Whole).unwrap();
    for rule in ["brought", "go_on", "by_minutes"] {
        assert_eq!(said(&ledger, rule), Vec::<&str>::new(), "{rule}");
    }
    for (name, text) in of_ledger(&ledger) {
        assert!(told(&text).is_empty(), "{name}: {text}");
    }
}

#[test]
fn the_record_of_processing_has_what_rules_read_and_nothing_of_those_that_are_off() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    let mut files = files(true);
    let record = |files: &BTreeMap<String, String>| -> (Value, String) {
        let _ = std::fs::remove_dir_all(&rules);
        written(&rules, files);
        let command = ["facts", "--record", "--rules", rules.to_str().unwrap()];
        let json = plaudit(&[&command[..], &["--json"]].concat());
        assert!(json.status.success(), "{}", stderr(&json));
        (serde_json::from_str(&stdout(&json)).unwrap(), stdout(&plaudit(&command)))
    };
    let (json, page) = record(&files);
    let facts = |json: &Value| -> Vec<String> {
        let purposes = json["purposes"].as_array().unwrap().iter();
        let facts = purposes.flat_map(|it| it["facts"].as_array().unwrap().clone());
        facts.map(|fact| fact.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(facts(&json), ["activity.minutes", "standing.points", "standing.points"]);
    assert!(page.contains("| go_on | Go on like that. | standing.points |"), "{page}");
    for words in ["shown to themselves alone", "fewer than 3 people", "erase", "| hr | people |"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    files.get_mut("program.toml").unwrap().push_str("[rules.by_minutes]\nenabled = false\n");
    let (json, page) = record(&files);
    assert_eq!(facts(&json), ["standing.points", "standing.points"]);
    assert!(
        !page.contains("activity.minutes") && page.contains("1 rule is switched off"),
        "{page}"
    );
}
