//! What a curious colleague may tell from everything that is shown: no number of fewer people than
//! the minimum, and nothing at all of people who have opted out.

use std::collections::{BTreeMap, BTreeSet};

use plaudit_engine::standings::{Among, BoardQuestion, Span, TeamQuestion};
use plaudit_engine::{Program, Records, canonical};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{MANIFEST, events, people, sources, starter};

const MINIMUM: i64 = 3;
const AS_OF: &str = "2026-07-01T00:00:00Z";
const DEPARTMENTS: [&str; 5] = ["a", "b", "c", "d", ""];
const COUNTRIES: [&str; 3] = ["x", "y", "z"];

/// A program in which an activity is worth as many points as it took minutes.
fn program() -> Program {
    let manifest = format!(
        "{MANIFEST}\n[teams]\nby = [\"department\", \"country\"]\n[privacy]\nminimum_group = {MINIMUM}\n"
    );
    let rule = "/// Minutes.\nfn rule(activity) { activity.minutes }\n";
    Program::from_sources(&sources(&[("scoring/rule.rhai", rule)]).with("program.toml", manifest))
        .unwrap()
}

/// Somebody of a small population.
#[derive(Clone, Debug)]
struct Somebody {
    department: usize,
    country: usize,
    consents: bool,
    on_boards: bool,
    /// Minutes, and how many days ago.
    done: Vec<(i64, i64)>,
    /// Another department, held until 40 days ago.
    before: Option<usize>,
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let done = prop::collection::vec((0..9_i64, 0..120_i64), 0..4);
    let consents = prop::bool::weighted(0.9);
    let on_boards = prop::bool::weighted(0.7);
    let before = prop::option::weighted(0.15, 0..DEPARTMENTS.len());
    (0..DEPARTMENTS.len(), 0..COUNTRIES.len(), consents, on_boards, done, before).prop_map(
        |(department, country, consents, on_boards, done, before)| Somebody {
            department,
            country,
            consents,
            on_boards,
            done,
            before,
        },
    )
}

/// The population as files.
fn files(population: &[Somebody]) -> (String, String) {
    let (mut profiles, mut lines) = (Vec::new(), Vec::new());
    let as_of: jiff::Timestamp = AS_OF.parse().unwrap();
    let ago = |days: i64| as_of - jiff::SignedDuration::from_hours(24 * days + 12);
    for (index, one) in population.iter().enumerate() {
        let department = |number: usize| match DEPARTMENTS[number] {
            "" => "null".to_owned(),
            name => format!("\"{name}\""),
        };
        let (country, consents, on_boards) = (COUNTRIES[one.country], one.consents, one.on_boards);
        let first = department(one.before.unwrap_or(one.department));
        profiles.push(format!(
            r#"{{"id":"p{index}","consent":{consents},"leaderboard":{on_boards},"country":"{country}","department":{first}}}"#
        ));
        if one.before.is_some() {
            let (at, now) = (ago(40), department(one.department));
            profiles.push(format!(r#"{{"id":"p{index}","at":"{at}","department":{now}}}"#));
        }
        for (number, (minutes, days)) in one.done.iter().enumerate() {
            let at = ago(*days);
            lines.push(format!(
                r#"{{"id":"{index}-{number}","advocate":"p{index}","kind":"share","at":"{at}","minutes":{minutes}}}"#
            ));
        }
    }
    (profiles.join("\n"), lines.join("\n"))
}

fn json(document: &impl serde::Serialize) -> Value {
    serde_json::from_str(&canonical(document).unwrap()).unwrap()
}

fn number(team: &Value, figure: &str, argument: &str) -> i64 {
    let value = &team["figures"][figure];
    value.as_i64().or_else(|| value[argument].as_i64()).unwrap()
}

fn members(team: &Value) -> Vec<String> {
    let members = team["members"].as_array().into_iter().flatten();
    members.map(|member| member.as_str().unwrap().to_owned()).collect()
}

/// Of how many people each sum tells that can be made by adding and subtracting sums of groups.
fn sums_and_differences(groups: &[Vec<String>]) -> Vec<usize> {
    let everyone: BTreeSet<&String> = groups.iter().flatten().collect();
    let all = 0..3_usize.pow(u32::try_from(groups.len()).unwrap());
    all.map(|mut combination| {
        let mut factors = Vec::new();
        for group in groups {
            factors.push((group, i64::try_from(combination % 3).unwrap() - 1));
            combination /= 3;
        }
        let of = |person: &String| -> i64 {
            let theirs = factors.iter().filter(|(group, _)| group.contains(person));
            theirs.map(|(_, factor)| factor).sum()
        };
        everyone.iter().filter(|person| of(person) != 0).count()
    })
    .collect()
}

/// Figures of teams that add up to that of the whole program.
fn sums(program: &Program) -> Vec<(&'static str, String)> {
    let mut sums = vec![("enrolled", String::new()), ("points", String::new())];
    for window in program.windows() {
        sums.extend(
            ["points_in", "activities_in", "active_in"].map(|sum| (sum, window.to_owned())),
        );
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_withheld_cannot_be_found_by_subtraction(
        population in prop::collection::vec(somebody(), 1..16),
    ) {
        let program = program();
        let (profiles, lines) = files(&population);
        let (people, log) = (people(&profiles), events(&lines));
        let records =
            Records { log: &log, people: &people, as_of: AS_OF.parse().unwrap(), assume_consent: false };
        let whole = json(&program.teams(&records, &TeamQuestion::default()).unwrap());
        let whole = &whole["teams"][0];
        let shown = |team: &Value| team.get("withheld").is_none();
        let enrolled = population.iter().filter(|one| one.consents).count();
        prop_assert_eq!(shown(whole), i64::try_from(enrolled).unwrap() >= MINIMUM);
        let mut told: Vec<Vec<String>> = vec![members(whole)];
        for by in ["department", "country"] {
            let teams = json(&program.teams(&records, &TeamQuestion::by(by)).unwrap());
            let teams = teams["teams"].as_array().unwrap();
            for team in teams.iter().filter(|team| shown(team)) {
                prop_assert!(number(team, "enrolled", "") >= MINIMUM);
                told.push(members(team));
            }
            if !shown(whole) {
                prop_assert!(teams.iter().all(|team| !shown(team)));
                continue;
            }
            let rest: Vec<i64> = sums(&program)
                .iter()
                .map(|(figure, argument)| {
                    let of = |team: &Value| number(team, figure, argument);
                    of(whole) - teams.iter().filter(|team| shown(team)).map(of).sum::<i64>()
                })
                .collect();
            prop_assert!(rest[0] >= MINIMUM || rest.iter().all(|left| *left == 0), "{} {:?}", by, rest);
        }
        // Whatever is added and taken away of all that is shown, it never tells of few people.
        for people in sums_and_differences(&told) {
            prop_assert!(people == 0 || people >= usize::try_from(MINIMUM).unwrap(), "{told:?}");
        }
        // Boards of everyone and of teams, together with the totals.
        let standings = program.standings(&records).unwrap();
        let points = |span: &str| -> BTreeMap<String, i64> {
            standings.iter().map(|one| {
                let one = json(one);
                let points = match span {
                    "" => one["figures"]["points"].as_i64().unwrap(),
                    window => one["figures"]["points_in"][window].as_i64().unwrap(),
                };
                (one["advocate"].as_str().unwrap().to_owned(), points)
            }).collect()
        };
        for window in program.windows().map(str::to_owned).chain([String::new()]) {
            let points = points(&window);
            let span = match &*window { "" => Span::AllTime, name => Span::Window(name.into()) };
            let question = BoardQuestion { span, among: Among::Everyone, period: None };
            let board = json(&program.leaderboard(&records, &question).unwrap());
            let places = board["places"].as_array().unwrap();
            let listed: BTreeSet<&str> =
                places.iter().map(|place| place["name"].as_str().unwrap()).collect();
            for name in &listed {
                let one = &population[name[1..].parse::<usize>().unwrap()];
                prop_assert!(one.consents && one.on_boards);
            }
            let hidden =
                points.iter().filter(|(id, points)| **points != 0 && !listed.contains(&***id)).count();
            let hidden = i64::try_from(hidden).unwrap();
            // Where nobody is listed, the total is all that is told.
            prop_assert!(listed.is_empty() || hidden == 0 || hidden >= MINIMUM, "{} {:?}", window, board);
        }
    }

    #[test]
    fn who_has_opted_out_appears_nowhere(
        population in prop::collection::vec(somebody(), 1..10),
        ties in prop::collection::vec((0..10_usize, 0..10_usize, 0..2_usize), 0..12),
    ) {
        let (mut profiles, mut lines) = files(&population);
        let out: Vec<String> = population.iter().enumerate()
            .filter(|(_, one)| !one.consents).map(|(index, _)| format!("secret{index}")).collect();
        for (number, (from, to, kind)) in ties.iter().enumerate() {
            let kind = ["mentor", "kudos"][*kind];
            let at = "2026-06-20T12:00:00Z";
            lines.push_str(&format!(
                "\n{{\"id\":\"t{number}\",\"advocate\":\"p{from}\",\"counterpart\":\"p{to}\",\"kind\":\"{kind}\",\"at\":\"{at}\"}}"
            ));
            profiles.push_str(&format!(
                "\n{{\"id\":\"p{from}\",\"at\":\"2026-06-{:02}T00:00:00Z\",\"mentor\":\"p{to}\"}}", number + 1
            ));
        }
        for (index, one) in population.iter().enumerate() {
            if !one.consents {
                let (from, to) = (format!("\"p{index}\""), format!("\"secret{index}\""));
                (profiles, lines) = (profiles.replace(&from, &to), lines.replace(&from, &to));
            }
        }
        let (people, log) = (people(&profiles), events(&lines));
        let records =
            Records { log: &log, people: &people, as_of: AS_OF.parse().unwrap(), assume_consent: false };
        let program = starter();
        let mut said = vec![
            json(&program.standings(&records).unwrap()),
            json(&program.recognize(&records, None).unwrap()),
            json(&program.coach(&records, None).unwrap()),
            json(&program.pair(&records).unwrap()),
            json(&program.teams(&records, &TeamQuestion::default()).unwrap()),
            json(&program.teams(&records, &TeamQuestion::by("department")).unwrap()),
        ];
        for standing in program.standings(&records).unwrap() {
            for figure in [
                "mentees", "has_mentor", "kudos_from", "kudos_received", "mentoring_received", "mentoring_given",
            ] {
                said.push(json(&program.explain_figure(&records, &standing.advocate, figure, None).unwrap()));
            }
        }
        for document in said {
            let text = document.to_string();
            for name in &out {
                prop_assert!(!text.contains(&**name), "{} in {}", name, text);
            }
        }
        for name in &out {
            let error = program.standing(&records, &format!("{name}x")).unwrap_err().to_string();
            prop_assert!(!error.contains(&format!("`{name}`")), "{}", error);
        }
    }
}
