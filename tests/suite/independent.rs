//! Standings, teams and boards against an independent calculation in Python (`tests/independent`),
//! which was written from the page of formulas alone: on real data, and on made-up data that lives
//! on the edges (changes of clocks, leap days, week 53, period boundaries to the nanosecond, late
//! and retracted events, aliases, merges, time away).

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use plaudit_engine::events::{Log, People};
use plaudit_engine::standings::{
    Among, BoardQuestion, Leaderboard, Place, Span, TeamDocument, TeamQuestion,
};
use plaudit_engine::{Program, Records, Sources};
use serde_json::{Map, Value, json};

use super::support::{events, people, top};

/// Runs one of the Python programs and gives back what it prints.
pub(crate) fn python(program: &str, arguments: &[&str]) -> String {
    let output = Command::new("python3")
        .arg(top().join("tests/independent").join(program))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3, 3.9 or newer, works out standings a second time");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Made-up or real data with settings, in a folder.
pub(crate) struct Case {
    folder: PathBuf,
    settings: Value,
    pub(crate) program: Program,
    log: Log,
    people: People,
    assume_consent: bool,
}

impl Case {
    pub(crate) fn read(folder: &Path, assume_consent: bool) -> Self {
        let file = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let settings: Value = serde_json::from_str(&file("settings.json")).unwrap();
        Self {
            program: program(&settings),
            settings,
            log: events(&file("activities.jsonl")),
            people: people(&file("people.jsonl")),
            folder: folder.to_owned(),
            assume_consent,
        }
    }

    fn independent(&self, as_of: &str, before: i64) -> Value {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let (settings, activities, people) =
            (path("settings.json"), path("activities.jsonl"), path("people.jsonl"));
        let mut arguments = vec!["--settings", &settings, "--activities", &activities];
        let before = before.to_string();
        arguments.extend(["--people", &people, "--as-of", as_of, "--before", &before, "--kpis"]);
        if self.assume_consent {
            arguments.push("--assume-consent");
        }
        serde_json::from_str(&python("standings.py", &arguments)).unwrap()
    }

    /// Every difference between the two, in words. Which window is held against the one before it
    /// goes by a number.
    fn differences(&self, as_of: &str, number: usize) -> Vec<String> {
        let windows = self.settings["windows"].as_array().unwrap();
        let before = windows[number % windows.len()].as_i64().unwrap();
        let wanted = self.independent(as_of, before);
        let records = Records {
            log: &self.log,
            people: &self.people,
            as_of: as_of.parse().unwrap(),
            assume_consent: self.assume_consent,
        };
        let mut found = Vec::new();
        self.standings(&records, &wanted["standings"], &mut found);
        self.teams(&records, &wanted["teams"], before, &mut found);
        self.boards(&records, &wanted["boards"], &mut found);
        found.iter().map(|difference| format!("as of {as_of}: {difference}")).collect()
    }

    fn standings(&self, records: &Records<'_>, wanted: &Value, found: &mut Vec<String>) {
        let standings = self.program.standings(records).unwrap();
        let names: Vec<&str> = standings.iter().map(|standing| &*standing.advocate).collect();
        let wanted = wanted.as_object().unwrap();
        let more: Vec<&&str> = names.iter().filter(|name| !wanted.contains_key(**name)).collect();
        let fewer: Vec<&String> =
            wanted.keys().filter(|name| !names.contains(&name.as_str())).collect();
        if !more.is_empty() || !fewer.is_empty() {
            found.push(format!("people: {more:?} more and {fewer:?} fewer than independently"));
        }
        for standing in &standings {
            let Some(wanted) = wanted.get(&*standing.advocate) else { continue };
            let figures = serde_json::to_value(&standing.figures).unwrap();
            compare(&standing.advocate, &figures, wanted, found);
        }
    }

    fn teams(&self, records: &Records<'_>, wanted: &Value, before: i64, found: &mut Vec<String>) {
        let fields = self.settings["teams"].as_array().unwrap();
        let kinds = fields.iter().map(|field| field.as_str()).chain([None]);
        let (mut teams, mut looking_back) = (Vec::new(), Vec::new());
        for by in kinds {
            let question = by.map_or_else(TeamQuestion::default, TeamQuestion::by);
            teams.extend(self.program.teams(records, &question).unwrap().teams);
            let question =
                TeamQuestion { window: Some(format!("{before}_days").into()), ..question };
            looking_back.extend(self.program.teams(records, &question).unwrap().teams);
        }
        let wanted = wanted.as_array().unwrap();
        let key = |team: &Value| format!("{} {}", team["by"], team["name"]);
        let ours: Vec<String> =
            teams.iter().map(|team| format!("{} {}", json!(team.by), json!(team.name))).collect();
        let theirs: Vec<String> = wanted.iter().map(key).collect();
        if ours != theirs {
            found.push(format!("teams: {ours:?}, independently {theirs:?}"));
            return;
        }
        let mut kinds_with_kpis = Vec::new();
        for ((team, looking_back), wanted) in teams.iter().zip(&looking_back).zip(wanted) {
            let name = key(wanted);
            if team.withheld.is_some() != wanted["withheld"].as_bool().unwrap() {
                found.push(format!("{name}: withheld {:?}", team.withheld));
                continue;
            }
            assert_eq!(team.withheld, looking_back.withheld);
            if team.withheld.is_some() {
                assert_eq!((team.figures.len(), looking_back.before.as_ref()), (0, None));
                continue;
            }
            let mut wanted = wanted.as_object().unwrap().clone();
            let (then, kpis) = (wanted.remove("before"), wanted.remove("kpis"));
            for other in ["by", "name", "withheld"] {
                wanted.remove(other);
            }
            compare(&name, &serde_json::to_value(&team.figures).unwrap(), &wanted.into(), found);

            let name_before = format!("{name}, {before} days before");
            let ours = looking_back.before.as_ref().unwrap();
            match then.unwrap() {
                Value::Null if ours.is_empty() => {}
                wanted if wanted.is_null() || ours.is_empty() => {
                    found.push(format!("{name_before}: {ours:?}, independently {wanted}"));
                }
                wanted => {
                    compare(&name_before, &serde_json::to_value(ours).unwrap(), &wanted, found);
                }
            }

            // KPIs are told of one team at a time: of the program, and of one team of each kind.
            if !kinds_with_kpis.contains(&team.by) {
                kinds_with_kpis.push(team.by);
                self.kpis(records, team, &kpis.unwrap(), found);
            }
        }
    }

    fn kpis(
        &self,
        records: &Records<'_>,
        team: &TeamDocument,
        wanted: &Value,
        found: &mut Vec<String>,
    ) {
        let question = team
            .name
            .as_ref()
            .map_or_else(TeamQuestion::default, |name| TeamQuestion::one(team.by, name));
        let told = &self.program.teams(records, &question).unwrap().teams[0];
        let wanted = wanted.as_object().unwrap();
        assert_eq!(told.kpis.len(), wanted.len());
        for (kpi, wanted) in wanted {
            // What is false, empty or not known is left out.
            let mut ours = serde_json::to_value(&told.kpis[kpi.as_str()]).unwrap();
            for (name, usual) in [("at_most", json!(false)), ("too_early", json!([]))] {
                ours.as_object_mut().unwrap().entry(name).or_insert(usual);
            }
            for name in wanted.as_object().unwrap().keys() {
                ours.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
            }
            let whose = format!("{} {}, KPI {kpi} {wanted}", team.by, json!(team.name));
            compare(&whose, &ours, wanted, found);
        }
    }

    fn boards(&self, records: &Records<'_>, wanted: &Value, found: &mut Vec<String>) {
        let ask = |span: Span, among: Among| {
            let question = BoardQuestion { span, among, period: None };
            self.program.leaderboard(records, &question).unwrap()
        };
        let mut check = |name: String, board: Leaderboard, wanted: &Value| {
            let places: Vec<Value> = board.places.iter().map(place).collect();
            let ours = if board.withheld.is_some() { Value::Null } else { places.into() };
            if ours != *wanted {
                found.push(format!("board {name}: {ours}, independently {wanted}"));
            }
        };
        let of_people = &wanted["people"];
        for (window, wanted) in of_people["windows"].as_object().unwrap() {
            let board = ask(Span::Window(window.as_str().into()), Among::Everyone);
            check(window.clone(), board, wanted);
        }
        check("period".into(), ask(Span::Period, Among::Everyone), &of_people["period"]);
        check("all time".into(), ask(Span::AllTime, Among::Everyone), &of_people["all_time"]);
        for (style, wanted) in of_people["by_style"].as_object().unwrap() {
            let board = ask(Span::AllTime, Among::Style(style.as_str().into()));
            check(style.clone(), board, wanted);
        }
        let first = self.settings["teams"][0].as_str().unwrap();
        // A few of many teams: each board counts everyone again.
        let teams = of_people["by_team"].as_object().unwrap();
        for (team, wanted) in teams.iter().step_by(1 + teams.len() / 12) {
            let board = ask(Span::AllTime, Among::Team(first.into(), team.as_str().into()));
            check(team.clone(), board, wanted);
        }
        for (field, windows) in wanted["teams"].as_object().unwrap() {
            for (window, wanted) in windows.as_object().unwrap() {
                let span = Span::Window(window.as_str().into());
                check(
                    format!("of teams by {field}, {window}"),
                    ask(span, Among::Teams(field.as_str().into())),
                    wanted,
                );
            }
        }
    }
}

fn place(place: &Place) -> Value {
    json!([place.rank, place.name, place.points])
}

/// Compares every figure that was worked out independently.
fn compare(whose: &str, ours: &Value, wanted: &Value, found: &mut Vec<String>) {
    for (name, wanted) in wanted.as_object().unwrap() {
        let ours = ours.get(name).unwrap_or_else(|| panic!("{whose} has no figure {name}"));
        if ours != wanted {
            found.push(format!("{whose}: {name} is {ours}, independently {wanted}"));
        }
    }
}

/// The program that settings stand for: so many points for each activity of a kind.
fn program(settings: &Value) -> Program {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let object = |name: &str| settings[name].as_object().cloned().unwrap_or_else(Map::new);
    let mut toml = format!(
        "[program]\nname = \"Independent\"\ntime_zone = {}\nweek_start = {}\n[brand]\nname = \"Acme\"\n",
        settings["time_zone"], settings["week_start"]
    );
    for channel in settings["channels"].as_array().unwrap() {
        writeln!(toml, "[channels.{}]", text(channel)).unwrap();
    }
    for (kind, declared) in object("kinds") {
        writeln!(toml, "[kinds.{kind}]\nstyle = {}", declared["style"]).unwrap();
        if !declared["role"].is_null() {
            writeln!(toml, "counts_as = {}", declared["role"]).unwrap();
        }
    }
    for (level, points) in object("levels") {
        writeln!(toml, "[levels.{level}]\npoints = {points}").unwrap();
    }
    if settings["seasons"].is_null() {
        writeln!(toml, "[periods]\nevery = {}", settings["period"]).unwrap();
    }
    for (season, dates) in object("seasons") {
        let dates = (text(&dates[0]), text(&dates[1]));
        writeln!(toml, "[periods.seasons.{season}]\nfrom = {}\nuntil = {}", dates.0, dates.1)
            .unwrap();
    }
    write!(
        toml,
        "[windows]\ndays = {}\n[teams]\nby = {}\n[privacy]\nminimum_group = {}\naggregate_only = {}\n[learning]\nrefresher_days = {}\naction_days = {}\n[mentoring]\npair_days = {}\n",
        settings["windows"],
        settings["teams"],
        settings["minimum_group"],
        settings["aggregate_only"].as_bool().unwrap_or(false),
        settings["refresher_days"],
        settings["action_days"],
        settings["pair_days"],
    )
    .unwrap();
    for (kpi, stated) in object("kpis") {
        writeln!(toml, "[kpis.{kpi}]\ngoal = {}\nwindow = {}", stated["goal"], stated["window"])
            .unwrap();
        if let Some(metric) = stated.get("metric") {
            writeln!(toml, "metric = {metric}").unwrap();
        }
    }
    if settings["cents_per_1000"].is_object() {
        toml.push_str(
            "[emv]\nformula = \"ours\"\nversion = \"1\"\ncurrency = \"EUR\"\n[emv.cents_per_1000]\n",
        );
    }
    for (result, cents) in object("cents_per_1000") {
        writeln!(toml, "{result} = {cents}").unwrap();
    }
    if settings["waves"].is_object() {
        toml.push_str("[waves]\n");
    }
    for (name, percent) in object("waves") {
        writeln!(toml, "{name} = {percent}").unwrap();
    }
    let cases: String = object("points")
        .iter()
        .map(|(kind, points)| format!("        \"{kind}\" => {points},\n"))
        .collect();
    let rule = format!(
        "/// So many points for each activity of a kind.\nfn points(activity) {{\n    switch activity.kind {{\n{cases}    }}\n}}\n"
    );
    let sources = Sources::new().with("program.toml", toml).with("scoring/points.rhai", rule);
    Program::from_sources(&sources).unwrap()
}

/// Seeds cover the variants of settings (seed % 8) and eras (seed / 8 % 4).
fn edge_cases(seeds: impl Iterator<Item = u64>, every: usize) {
    let mut found = Vec::new();
    let mut asked = 0;
    for seed in seeds {
        let folder = tempfile::tempdir().unwrap();
        let (out, number) = (folder.path().display().to_string(), seed.to_string());
        let mut arguments = vec!["--seed", &number, "--out", &out];
        // Every other seed adds what is rare: merges, names that change hands, edited times.
        if seed % 2 == 1 {
            arguments.push("--contested");
        }
        let times = python("generate.py", &arguments);
        let case = Case::read(folder.path(), seed % 3 == 0);
        let first = usize::try_from(seed).unwrap() % every;
        for (number, as_of) in times.lines().enumerate().skip(first).step_by(every) {
            asked += 1;
            let differences = case.differences(as_of, number / every);
            found.extend(differences.into_iter().map(|text| format!("seed {seed}, {text}")));
        }
    }
    assert!(asked > 0, "nothing was asked");
    let shown = found.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} differences of {asked} questions\n{shown}", found.len());
}

#[test]
fn edges_of_time_give_the_figures_of_the_independent_calculation() {
    match std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse::<u64>().ok()) {
        // The full tier asks everything.
        Some(cases) if cases > 1_000 => edge_cases(0..96, 1),
        _ => edge_cases([0, 1, 2, 5, 11, 12, 22, 31].into_iter(), 4),
    }
}

#[test]
fn real_data_gives_the_figures_of_the_independent_calculation() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["activities.jsonl", "people.jsonl"] {
        let from = top().join("tests/data/rfcs").join(name);
        std::fs::copy(from, folder.path().join(name)).unwrap();
    }
    let settings = json!({
        "time_zone": "Europe/Berlin", "week_start": "monday", "period": "quarter",
        "windows": [7, 30, 90, 180, 365],
        "levels": {"newcomer": 0, "regular": 50, "advocate": 200, "ambassador": 600},
        "kinds": {
            "create": {"style": "creator", "role": null},
            "comment": {"style": "commenter", "role": null},
            "share": {"style": "curator", "role": null},
            "help": {"style": "supporter", "role": null},
            "mentor": {"style": "supporter", "role": null},
        },
        "points": {"create": 8, "comment": 3, "share": 5, "help": 4, "mentor": 8},
        "teams": ["department"], "minimum_group": 5,
        "refresher_days": 180, "action_days": 30, "pair_days": 90,
        "channels": ["blog"],
        "kpis": {
            "participants": {"goal": 40, "window": 90},
            "top_share": {"goal": 20, "window": 365},
            "gini": {"goal": 60, "window": 180},
            "authors": {"metric": "posts", "goal": 100, "window": 30},
            "mentoring_lift": {"goal": 1, "window": 365},
            "reach": {"goal": 1000, "window": 90},
        },
    });
    std::fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
    let case = Case::read(folder.path(), true);
    let mut found = Vec::new();
    // A leap day before and after midnight in Berlin, a change of clocks, and after the last event.
    let times = ["2020-02-29T22:59:59Z", "2020-10-25T01:00:00Z", "2026-11-01T00:00:00Z"];
    for (as_of, window) in times.into_iter().zip([4, 2, 3]) {
        found.extend(case.differences(as_of, window));
    }
    let shown = found.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} differences\n{shown}", found.len());
}
