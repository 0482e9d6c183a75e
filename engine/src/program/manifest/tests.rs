use super::*;
use crate::time::Unit;

const START: &str =
    "[program]\nname = \"Test\"\ntime_zone = \"Europe/Berlin\"\n[brand]\nname = \"Acme\"\n";

fn manifest(text: &str) -> Manifest {
    let text = format!("{START}{text}");
    let (manifest, problems) = read(Source { file: "program.toml", text: &text });
    assert!(problems.is_empty(), "{problems:?}");
    manifest
}

/// The code and the text under the caret of every problem.
fn problems(text: &str) -> Vec<(Code, String)> {
    let whole = format!("{START}{text}");
    let (_, problems) = read(Source { file: "program.toml", text: &whole });
    problems
        .into_iter()
        .map(|problem| {
            let line = whole.lines().nth(problem.line.unwrap() - 1).unwrap();
            let from = problem.column.unwrap() - 1;
            (problem.code, line.chars().skip(from).take(problem.length.unwrap()).collect())
        })
        .collect()
}

fn on(date: &str) -> Day {
    Day::of(date.parse().unwrap())
}

/// A period as text: its name, first day, and the day on which it is over.
fn shown(period: Option<Period>) -> String {
    let Some(period) = period else { return "none".to_owned() };
    format!("{} {} {}", period.name, period.from.show(), period.until.show())
}

#[test]
fn what_is_not_set_has_its_usual_value() {
    let manifest = manifest("");
    let windows: Vec<(&str, i64)> =
        manifest.windows.iter().map(|window| (&*window.name, window.days)).collect();
    assert_eq!(
        windows,
        [("7_days", 7), ("30_days", 30), ("90_days", 90), ("180_days", 180), ("365_days", 365)]
    );
    assert!(matches!(manifest.periods, Periods::Every(Unit::Quarter)));
    assert_eq!(manifest.levels, []);
    let skills: Vec<&str> = manifest.skills.iter().map(|skill| &**skill).collect();
    assert_eq!(skills, ["analytics", "ideas", "technical"]);
    let teams = [
        PersonFact::Department,
        PersonFact::Function,
        PersonFact::Country,
        PersonFact::Level,
        PersonFact::Cohort,
    ];
    assert_eq!(manifest.teams, teams);
    assert_eq!((manifest.learning.refresher_days, manifest.learning.action_days), (180, 30));
    assert_eq!(manifest.mentoring.pair_days, 90);
    assert!(manifest.benchmarks.is_empty());
    assert_eq!((manifest.rewards.given(), manifest.rewards.budget), (false, 0));
    assert_eq!(manifest.rewards.currency, None);
}

#[test]
fn what_is_set_is_what_holds() {
    let manifest = manifest(
        r#"
[windows]
days = [3660, 1, 28]
[levels.gold]
points = 500
description = "Half a thousand"
[levels.bronze]
points = 0
[levels.silver]
points = 50
[skills.video]
description = "Pictures that move"
[skills.audio]
[teams]
by = ["country", "cohort"]
[learning]
refresher_days = 90
action_days = 14
[mentoring]
pair_days = 60
[rewards]
budget = 1_000
currency = "EUR"
[benchmarks.engaged_posts]
value = 8
unit = "percent"
source = "a survey"
as_of = 2026-05-01
description = "Posts that anybody reacted to"
[benchmarks.reach]
value = 0
"#,
    );
    let windows: Vec<&str> = manifest.windows.iter().map(|window| &*window.name).collect();
    assert_eq!(windows, ["1_days", "28_days", "3660_days"]);
    let levels: Vec<(&str, i64)> =
        manifest.levels.iter().map(|level| (&*level.name, level.points)).collect();
    assert_eq!(levels, [("bronze", 0), ("silver", 50), ("gold", 500)]);
    let skills: Vec<&str> = manifest.skills.iter().map(|skill| &**skill).collect();
    assert_eq!(skills, ["audio", "video"]);
    assert_eq!(manifest.teams, [PersonFact::Country, PersonFact::Cohort]);
    assert_eq!((manifest.learning.refresher_days, manifest.learning.action_days), (90, 14));
    assert_eq!(manifest.mentoring.pair_days, 60);
    assert!(manifest.rewards.given());
    assert_eq!(manifest.rewards.currency.as_deref(), Some("EUR"));
    let benchmark = &manifest.benchmarks["engaged_posts"];
    assert_eq!((benchmark.value, benchmark.unit.as_deref()), (8, Some("percent")));
    assert_eq!(benchmark.as_of, Some(jiff::civil::date(2026, 5, 1)));
    assert_eq!(
        (manifest.benchmarks["reach"].value, &manifest.benchmarks["reach"].source),
        (0, &None)
    );
}

#[test]
fn a_kind_counts_as_what_it_says_or_what_its_name_and_style_say() {
    let manifest = manifest(
        r#"
[kinds.train]
style = "creator"
[kinds.mentor]
style = "supporter"
[kinds.kudos]
style = "supporter"
[kinds.share]
style = "curator"
[kinds.write]
style = "creator"
[kinds.answer]
style = "commenter"
[kinds.read]
style = "listener"
[kinds.help]
style = "supporter"
[kinds.workshop]
style = "listener"
counts_as = "training"
[kinds.comment]
style = "commenter"
counts_as = "nothing"
"#,
    );
    for (kind, style, role) in [
        ("train", "creator", Some("training")),
        ("mentor", "supporter", Some("mentoring")),
        ("kudos", "supporter", Some("kudos")),
        ("share", "curator", Some("publishing")),
        ("write", "creator", Some("publishing")),
        ("answer", "commenter", Some("conversation")),
        ("read", "listener", None),
        ("help", "supporter", None),
        ("workshop", "listener", Some("training")),
        ("comment", "commenter", None),
    ] {
        let found = &manifest.kinds[kind];
        assert_eq!((&*found.style, found.role.map(Role::name)), (style, role), "{kind}");
        assert_eq!(manifest.role_of(kind), found.role);
    }
    assert_eq!(manifest.role_of("like"), None);
}

#[test]
fn a_day_falls_into_one_period_of_the_calendar() {
    for (every, day, period) in [
        ("year", "2026-06-01", "2026 2026-01-01 2027-01-01"),
        ("year", "1969-12-31", "1969 1969-01-01 1970-01-01"),
        ("quarter", "2026-06-30", "2026-Q2 2026-04-01 2026-07-01"),
        ("quarter", "2026-12-31", "2026-Q4 2026-10-01 2027-01-01"),
        ("month", "2024-02-29", "2024-02 2024-02-01 2024-03-01"),
        ("week", "2026-06-07", "2026-06-01 2026-06-01 2026-06-08"),
        ("week", "2027-01-01", "2026-12-28 2026-12-28 2027-01-04"),
    ] {
        let manifest = manifest(&format!("[periods]\nevery = \"{every}\"\n"));
        let found = manifest.period_of(on(day));
        assert_eq!(shown(found.clone()), period, "{every} {day}");
        let name = found.clone().unwrap().name;
        assert_eq!(manifest.period_named(&name), found, "{name}");
        assert_eq!(manifest.period_named(day), found, "{day}");
    }
}

#[test]
fn a_period_is_found_by_its_own_name_only() {
    for (every, wrong) in [
        ("year", "26 02026 +2026 2026-Q1 2026-06 10000 99999999999 2026-02-30 - year"),
        ("quarter", "2026 2026-Q0 2026-Q5 2026-Q01 2026-q1 2026-Q 2026-Q127 2026-Q-1 -Q1 2026-06"),
        ("month", "2026 2026-13 2026-0 2026-6 2026-006 2026--6 -06 2026-Q1 20260601"),
        ("week", "2026 2026-06 2026-W23 20260601 2026-6-1 2026-06-01T00:00"),
    ] {
        let manifest = manifest(&format!("[periods]\nevery = \"{every}\"\n"));
        for name in wrong.split(' ').chain([""]) {
            assert_eq!(shown(manifest.period_named(name)), "none", "{every} {name}");
        }
    }
    let sunday = "[periods]\nevery = \"week\"\n";
    let text = START.replace("[brand]", "week_start = \"sunday\"\n[brand]");
    let text = format!("{text}{sunday}");
    let (manifest, _) = read(Source { file: "program.toml", text: &text });
    let week = manifest.period_of(on("2026-06-03"));
    assert_eq!(shown(week), "2026-05-31 2026-05-31 2026-06-07");
}

#[test]
fn seasons_have_their_own_dates() {
    let manifest = manifest(
        r#"
[periods.seasons.summer]
from = 2026-06-01
until = "2026-09-01"
[periods.seasons.spring]
from = 2026-03-01
until = 2026-06-01
description = "The launch"
[periods.seasons.2026-Q4]
from = 2026-10-05
until = 2026-10-06
"#,
    );
    for (day, period) in [
        ("2026-02-28", "none"),
        ("2026-03-01", "spring 2026-03-01 2026-06-01"),
        ("2026-05-31", "spring 2026-03-01 2026-06-01"),
        ("2026-06-01", "summer 2026-06-01 2026-09-01"),
        ("2026-09-01", "none"),
        ("2026-10-05", "2026-Q4 2026-10-05 2026-10-06"),
    ] {
        assert_eq!(shown(manifest.period_of(on(day))), period, "{day}");
        assert_eq!(shown(manifest.period_named(day)), period, "{day}");
    }
    let named = |name| shown(manifest.period_named(name));
    assert_eq!(named("summer"), "summer 2026-06-01 2026-09-01");
    assert_eq!(named("2026-Q4"), "2026-Q4 2026-10-05 2026-10-06");
    assert_eq!((named("2026-Q2"), named("Summer")), ("none".to_owned(), "none".to_owned()));
    assert!(
        matches!(&manifest.periods, Periods::Seasons(seasons) if &*seasons[0].name == "spring")
    );
}

#[test]
fn problems_stand_where_they_are() {
    use Code::{Duplicate, Missing, UnknownSetting, WrongValue};
    for (text, expected) in [
        ("[windows]\ndays = []", &[(WrongValue, "[]")] as &[(Code, &str)]),
        ("[windows]\ndays = 30", &[(WrongValue, "30")]),
        (
            "[windows]\ndays = [0, 3661, 30, -1, \"x\", 7, 30, 1.5]",
            &[
                (WrongValue, "0"),
                (WrongValue, "3661"),
                (WrongValue, "-1"),
                (WrongValue, "\"x\""),
                (WrongValue, "1.5"),
                (Duplicate, "30"),
            ],
        ),
        ("[windows]\nday = 3", &[(UnknownSetting, "day")]),
        ("[periods]\nevery = \"day\"", &[(WrongValue, "\"day\"")]),
        ("[periods]\nevery = \"ever\"", &[(WrongValue, "\"ever\"")]),
        ("[periods]\nevry = \"week\"", &[(UnknownSetting, "evry")]),
        ("[periods.seasons]", &[(Missing, "seasons")]),
        (
            "[periods]\nevery = \"week\"\n[periods.seasons.a]\nfrom = 2026-01-01\nuntil = 2026-01-02",
            &[(WrongValue, "every")],
        ),
        ("[periods.seasons.a]", &[(Missing, "a"), (Missing, "a")]),
        (
            "[periods.seasons.\"a\\nb\"]\nfrom = 2026-01-01\nuntil = 2026-01-02",
            &[(WrongValue, "\"a\\nb\"")],
        ),
        (
            "[periods.seasons.a]\nfrom = 2026-01-01\nuntil = 2026-01-01",
            &[(WrongValue, "2026-01-01")],
        ),
        (
            "[periods.seasons.a]\nfrom = 2026-01-01\nuntil = 2026-12-01\n\
             [periods.seasons.b]\nfrom = 2026-02-01\nuntil = 2026-03-01\n\
             [periods.seasons.c]\nfrom = 2026-04-01\nuntil = 2026-05-01",
            &[(WrongValue, "2026-02-01"), (WrongValue, "2026-04-01")],
        ),
        ("[levels.a]", &[(Missing, "a")]),
        ("[levels.a]\npoints = -1", &[(WrongValue, "-1")]),
        (
            "[levels.b]\npoints = 1_0\n[levels.a]\npoints = 10\n[levels.c]\npoints = 0xA",
            &[(Duplicate, "10"), (Duplicate, "0xA")],
        ),
        ("[skills.a]\npoints = 1", &[(UnknownSetting, "points")]),
        ("[skills]\na = \"b\"", &[(WrongValue, "\"b\"")]),
        ("[teams]\nby = []", &[(WrongValue, "[]")]),
        (
            "[teams]\nby = [\"country\", \"cuntry\", \"leader\", 1, \"country\"]",
            &[
                (WrongValue, "1"),
                (Duplicate, "\"country\""),
                (WrongValue, "\"cuntry\""),
                (WrongValue, "\"leader\""),
            ],
        ),
        ("[learning]\nrefresher_days = 0", &[(WrongValue, "0")]),
        ("[learning]\naction_days = 1.0", &[(WrongValue, "1.0")]),
        ("[mentoring]\npair_days = 0\ndays = 1", &[(UnknownSetting, "days"), (WrongValue, "0")]),
        ("[kinds.a]\nstyle = \"creator\"\ncounts_as = \"none\"", &[(WrongValue, "\"none\"")]),
        ("[benchmarks.a]\nsource = \"\"", &[(Missing, "a"), (WrongValue, "\"\"")]),
        (
            "[benchmarks.a]\nvalue = -8\nas_of = \"May\"",
            &[(WrongValue, "-8"), (WrongValue, "\"May\"")],
        ),
        ("[rewards]\nbudget = \"much\"", &[(WrongValue, "\"much\"")]),
    ] {
        let expected: Vec<(Code, String)> =
            expected.iter().map(|(code, text)| (*code, (*text).to_owned())).collect();
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn a_currency_is_three_capital_letters() {
    for (currency, right) in [
        ("eur", "EUR"),
        ("Usd", "USD"),
        ("€", "EUR"),
        ("Euro", "EUR"),
        ("$", "USD"),
        ("EURO", "EUR"),
        (" EUR", "EUR"),
        ("points", "EUR"),
        ("E R", "EUR"),
        ("ÉUR", "EUR"),
    ] {
        let text = format!("{START}[rewards]\nbudget = 1\ncurrency = \"{currency}\"\n");
        let (_, problems) = read(Source { file: "program.toml", text: &text });
        let [problem] = problems.as_slice() else { panic!("{currency}: {problems:?}") };
        assert_eq!((problem.code, problem.line), (Code::WrongValue, Some(8)));
        let help = problem.help.as_deref().unwrap();
        assert!(help.contains(&format!("such as `{right}`")), "{currency}: {help}");
    }
}

#[test]
fn a_goal_of_earned_media_value_needs_its_formula() {
    let goal = "[kpis.value]\nmetric = \"emv\"\ngoal = 500\n";
    assert_eq!(problems(goal), [(Code::Missing, "value".to_owned())]);
    let formula = "[emv]\nformula = \"views\"\nversion = \"1\"\ncurrency = \"EUR\"\n\
                   [emv.cents_per_1000]\nimpressions = 650\n";
    let emv = manifest(&format!("{goal}{formula}")).emv.unwrap();
    assert_eq!((&*emv.formula, &*emv.version, &*emv.currency), ("views", "1", "EUR"));
    assert_eq!(
        problems(
            "[emv]\nformula = \"views\"\nversion = \"1\"\ncurrency = \"EUR\"\n\
                         [emv.cents_per_1000]\nimpresions = 1\n"
        )[0]
        .0,
        Code::UnknownSetting
    );
}

#[test]
fn a_goal_in_percent_is_at_most_all_of_it() {
    for metric in ["adoption", "participation", "share_of_voice", "gini"] {
        let goal = format!("[kpis.it]\nmetric = \"{metric}\"\ngoal = 140\n");
        assert_eq!(problems(&goal), [(Code::WrongValue, "140".to_owned())], "{metric}");
        assert!(problems(&goal.replace("140", "100")).is_empty(), "{metric}");
    }
    assert!(problems("[kpis.reach]\ngoal = 140\n").is_empty());
}

#[test]
fn what_a_kpi_cannot_measure_is_told_with_all_that_it_can() {
    let text = format!("{START}[kpis.it]\nmetric = \"sentiment of journalists\"\ngoal = 5\n");
    let (_, found) = read(Source { file: "program.toml", text: &text });
    let [problem] = found.as_slice() else { panic!("{found:?}") };
    let help = problem.help.as_deref().unwrap();
    assert!(Kpi::metrics().all(|metric| help.contains(metric)), "{help}");
    let near = problems("[kpis.it]\nmetric = \"adoptoin\"\ngoal = 5\n");
    assert_eq!(near, [(Code::WrongValue, "\"adoptoin\"".to_owned())]);
}
