//! Programs whose settings and files are wrong in one way each: what is said, where, and what would
//! be right.

use plaudit_engine::{Code, Sources};

use super::rules::{assert_problem, problems, says};
use crate::support::{MANIFEST, scoring, sources};

#[test]
fn settings_must_exist_and_have_values_that_make_sense() {
    let line = MANIFEST.lines().count() + 1;
    let zone =
        MANIFEST.replace("name = \"Test\"", "name = \"Test\"\ntime_zone = \"Europe/Berlon\"");
    assert_problem(
        &problems(&Sources::new().with("program.toml", zone)),
        "zone",
        "program.toml",
        ("", Code::WrongValue, 3, 13, "did you mean `Europe/Berlin`?"),
    );
    for case in [
        ("[kpi.clicks]\ngoal = 5", Code::UnknownSetting, line, 2, "did you mean `kpis`?"),
        ("[kpis.clicks]\nwindow = 5", Code::KpiWithoutGoal, line, 7, "add `goal"),
        ("[kpis.fun]\ngoal = 5", Code::Missing, line, 7, "add `metric`"),
        (
            "[caps.day]\nrules = [\"shrae\"]\nper = \"day\"\npoints = 5",
            Code::UnknownRule,
            line + 1,
            10,
            "did you mean `share`?",
        ),
        (
            "[caps.day]\nrules = [\"share\"]\nper = \"dya\"\npoints = 5",
            Code::WrongValue,
            line + 2,
            7,
            "did you mean `day`?",
        ),
        ("[rules.shrae]\nenabled = false", Code::UnknownRule, line, 8, "did you mean `share`?"),
        (
            "[rules.share]\nenabeld = false",
            Code::UnknownSetting,
            line + 1,
            1,
            "did you mean `enabled`?",
        ),
        ("[rules.share]\nseverity = \"advise\"", Code::UnknownSetting, line, 8, "has no severity"),
        ("[rules.share]\nsince = 2026-02-30", Code::Syntax, line + 1, 9, "not TOML"),
        (
            "[rules.share]\nsince = \"2026-02-30\"",
            Code::WrongValue,
            line + 1,
            9,
            "a date such as 2026-01-31",
        ),
        (
            "[rules.share]\nsince = 2026-03-01\nuntil = 2026-02-01",
            Code::WrongValue,
            line + 2,
            9,
            "no longer on `until`",
        ),
        ("[kinds.play]\nstyle = \"plyaer\"", Code::WrongValue, line + 1, 9, "known: `listener`"),
        ("[privacy]\nminimum_group = 0", Code::WrongValue, line + 1, 17, "a whole number from 1"),
        ("[channels.y]\nlimit = \"many\"", Code::WrongValue, line + 1, 9, "a whole number"),
        (
            "[kinds.play]\nstyle = \"creator\"\ncounts_as = \"trainin\"",
            Code::WrongValue,
            line + 2,
            13,
            "did you mean `training`?",
        ),
        ("[window]\ndays = [7]", Code::UnknownSetting, line, 2, "did you mean `windows`?"),
        (
            "[windows]\ndays = [7, 4000]",
            Code::WrongValue,
            line + 1,
            12,
            "whole numbers from 1 to 3660, not with 4000",
        ),
        ("[windows]\ndays = [7, 7]", Code::Duplicate, line + 1, 12, "`7` stands twice in `days`"),
        ("[windows]\ndays = []", Code::WrongValue, line + 1, 8, "leave the setting out"),
        ("[periods]\nevery = \"quater\"", Code::WrongValue, line + 1, 9, "did you mean `quarter`?"),
        ("[periods]\nevery = \"day\"", Code::WrongValue, line + 1, 9, "known: `week`, `month`"),
        (
            "[periods]\nevery = \"month\"\n[periods.seasons.a]\nfrom = 2026-01-01\nuntil = 2026-02-01",
            Code::WrongValue,
            line + 1,
            1,
            "does not go together with `seasons`",
        ),
        ("[periods.seasons]", Code::Missing, line, 10, "`[periods.seasons.spring]`"),
        ("[periods.seasons.a]\nfrom = 2026-01-01", Code::Missing, line, 18, "`until` is missing"),
        (
            "[periods.seasons.a]\nfrom = 2026-03-01\nuntil = 2026-03-01",
            Code::WrongValue,
            line + 2,
            9,
            "`until` is not after `from`",
        ),
        (
            "[periods.seasons.b]\nfrom = 2026-02-28\nuntil = 2026-04-01\n[periods.seasons.a]\nfrom = 2026-01-01\nuntil = 2026-03-01",
            Code::WrongValue,
            line + 1,
            8,
            "`b` begins before `a` is over",
        ),
        ("[levels.gold]", Code::Missing, line, 9, "`points` is missing"),
        (
            "[levels.gold]\npoints = 5\n[levels.best]\npoints = 5",
            Code::Duplicate,
            line + 3,
            10,
            "`best` has as many points as `gold`",
        ),
        (
            "[skills.video]\ndescripton = \"Film\"",
            Code::UnknownSetting,
            line + 1,
            1,
            "did you mean `description`?",
        ),
        ("[teams]\nby = [\"countri\"]", Code::WrongValue, line + 1, 7, "did you mean `country`?"),
        (
            "[learning]\nrefresher_days = 0",
            Code::WrongValue,
            line + 1,
            18,
            "a whole number from 1, not 0",
        ),
        ("[mentoring]\npair_days = 0", Code::WrongValue, line + 1, 13, "a whole number from 1"),
        ("[benchmarks.reach]", Code::Missing, line, 13, "`value` is missing"),
        ("[rewards]\nbudget = -1", Code::WrongValue, line + 1, 10, "a whole number from 0"),
    ] {
        let sources = sources(&[("scoring/a.rhai", "/// A.\nfn share(activity) { 1 }\n")])
            .with("program.toml", format!("{MANIFEST}{}\n", case.0));
        assert_problem(&problems(&sources), case.0, "program.toml", case);
    }
}

#[test]
fn files_must_be_there_and_be_text() {
    let without = Sources::new().with("scoring/a.rhai", "/// A.\nfn share(activity) { 1 }\n");
    let found = problems(&without);
    assert_eq!((found[0].code, found[0].file.as_deref()), (Code::Missing, Some("program.toml")));
    assert!(says(&found[0], "plaudit new"), "{found:?}");
    let binary = sources(&[]).with("scoring/a.rhai", b"/// \xc3\xa9\xff\n".to_vec());
    assert_problem(
        &problems(&binary),
        "binary",
        "scoring/a.rhai",
        ("", Code::NotUtf8, 1, 6, "save it as UTF-8"),
    );
    let found = problems(&sources(&[]).with("scoring/a.rhai", "x".repeat(5 << 20)));
    assert_eq!(found[0].code, Code::TooLarge);
    let found = problems(&sources(&[]).with("scoring/a.rhai", "\n".repeat(70_000)));
    assert_eq!(
        found[0].code,
        Code::TooLarge,
        "beyond line 65,535 rhai no longer tells lines apart"
    );
}

#[test]
fn ten_different_problems_are_reported_at_once() {
    let sources = sources(&[
        ("scoring/a.rhai", "fn first(activty) { activity.liks }\n"),
        ("scoring/b.rhai", "/// B.\n/// 5:\nfn second(activity) { if activity.kind == \"shrae\" { foo() } else { true } }\n"),
        ("scoring/c.rhai", "/// C.\nfn third(activity) {"),
        ("guidelines/d.rhai", "/// D.\nfn fourth(post) { if post.mentions(\"x\") { advise(\"x\").at(\"y\") } }\n"),
    ])
    .with("program.toml", format!("{MANIFEST}[kpis.clicks]\nwindow = 1\n[extra]\n"));
    let mut codes: Vec<Code> = problems(&sources).iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert!(codes.len() >= 10, "{codes:?}");
}

#[test]
fn a_rendered_problem_shows_the_line_with_a_caret_under_the_fault() {
    for (body, line, mark) in [
        ("activity.liks", "activity.liks", "         ^^^^"),
        (
            "/* ¿größer? */ activity.liks",
            "/* ¿größer? */ activity.liks",
            "                        ^^^^",
        ),
        (
            "if activity.kind == \"shrae\" { 1 }",
            "if activity.kind == \"shrae\" { 1 }",
            "                    ^^^^^^^",
        ),
    ] {
        let found = problems(&scoring(body));
        let shown = found.iter().find(|problem| problem.line == Some(3)).unwrap().render(false);
        let expected = format!("3 | {line}\n  | {mark}\n");
        assert!(shown.contains(&expected), "wanted\n{expected}\nin\n{shown}");
        assert!(shown.contains("scoring/rule.rhai:3:"), "{shown}");
    }
    let long = format!("{}activity.liks", "1; ".repeat(2_000));
    let shown = problems(&scoring(&long))[0].render(false);
    assert!(
        shown.len() < 1_000 && shown.contains("^^^^") && shown.contains("activity.liks"),
        "{shown}"
    );
}

#[test]
fn rules_in_places_that_are_not_read_are_noticed() {
    let rule = "/// X.\nfn rule(activity) { activity.likes }";
    let found = problems(&sources(&[("scoring/sub/rule.rhai", rule)]));
    assert!(
        found.iter().any(|problem| problem.message.contains("`scoring/sub/rule.rhai` is not read"))
    );
}

#[test]
fn an_import_cycle_is_told_beside_other_problems() {
    let found = problems(&sources(&[
        ("lib/a.rhai", "import \"lib/b\" as b;\nfn f(x) { b::g(x) }"),
        ("lib/b.rhai", "import \"lib/a\" as a;\nfn g(x) { a::f(x) }"),
        ("scoring/rule.rhai", "/// X.\nfn rule(activity) { activity.liks }"),
    ]));
    assert!(
        found.iter().any(|problem| problem.code == Code::UnknownImport && problem.line == Some(1))
    );
    assert!(found.iter().any(|problem| problem.code == Code::UnknownProperty));
}
