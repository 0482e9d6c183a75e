use crate::error::{Code, Level, Problem};
use crate::program::{Program, Sources};
use crate::scenarios::{ScenarioFailure, ScenarioReport};

const MANIFEST: &str = r#"
[program]
name = "T"
[brand]
name = "Acme"
[channels.blog]
[kinds.create]
style = "creator"
[kinds.mentor]
style = "supporter"
[skills.technical]
[levels.newcomer]
points = 0
[levels.regular]
points = 20
[periods]
every = "quarter"
[privacy]
minimum_group = 2
"#;

const SCORING: &str = "/// Ten.\nfn create(activity) { if activity.kind == \"create\" { if activity.minutes == 13 { throw \"oh\" } 10 } }\n";

const RECOGNITION: &str = r#"/// First steps.
fn first(standing) {
    if standing.activities >= 9 { throw "too much"; }
    if standing.activities > 0 { badge("first_steps") }
}

/// Lunch for a team.
fn lunch(team) { if team.enrolled >= 2 { reward("team_lunch").amount(50).each_period() } }
"#;

const COACHING: &str = r#"/// Video.
fn video(standing) { if standing.activities > 0 { suggestion("try_video", "Try a video.") } }

/// Mentoring.
fn pairs(standing, person) {
    if person.skilled_in("technical") { return offers("technical", 2); }
    if person.needs("technical") { seeks("technical", 3) }
}

/// Together.
fn meet(team) { if team.by == "department" { suggestion("meet", "Meet.") } }
"#;

const START: &str = r#"title = "T"
[[people]]
id = "ada"
consent = true
department = "Sales"
skilled_in = ["technical"]
[[people]]
id = "bo"
consent = true
department = "Sales"
needs = ["technical"]
[[people]]
id = "cy"
consent = false
department = "Cellar"
[[events]]
id = "1"
advocate = "ada"
kind = "create"
at = 2026-06-01T09:00:00Z
[[events]]
id = "2"
advocate = "bo"
kind = "create"
at = "2026-06-02T09:00:00Z"
"#;

fn sources(scenario: &str) -> Sources {
    Sources::new()
        .with("program.toml", MANIFEST)
        .with("scoring/a.rhai", SCORING)
        .with("recognition/a.rhai", RECOGNITION)
        .with("coaching/a.rhai", COACHING)
        .with("tests/a.toml", scenario)
}

fn program(scenario: &str) -> Program {
    Program::from_sources(&sources(scenario)).unwrap()
}

fn run(expect: &str) -> ScenarioReport {
    run_of(&format!("{START}{expect}"))
}

fn run_of(scenario: &str) -> ScenarioReport {
    let mut reports = program(scenario).run_scenarios().unwrap();
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

/// The failures of one expectation, all at the usual time.
fn failures(expect: &str) -> Vec<ScenarioFailure> {
    run(&format!("[[expect]]\nas_of = 2026-06-30T00:00:00Z\n{expect}\n")).failures
}

fn failure(expect: &str) -> (String, String, String, String) {
    let mut failures = failures(expect);
    assert_eq!(failures.len(), 1, "{expect}: {failures:#?}");
    let failure = failures.remove(0);
    assert!(failure.line > 24, "{failure:?}");
    (failure.what, failure.expected, failure.got, failure.because.unwrap_or_default())
}

fn told(what: &str, expected: &str, got: &str, because: &str) -> (String, String, String, String) {
    (what.to_owned(), expected.to_owned(), got.to_owned(), because.to_owned())
}

#[test]
fn what_comes_as_expected_passes() {
    for expect in [
        "advocate = \"ada\"\nstanding = { points = 10, streak = 0, level = \"newcomer\", own_voice = \"unknown\", has_mentor = false, points_in = { \"30_days\" = 10 }, count = { create = 1 } }",
        "advocate = \"ada\"\nentitlements = [\"first_steps\"]\nsuggestions = [\"try_video\"]",
        "advocate = \"cy\"\nwithheld = true",
        "advocate = \"ada\"\nwithheld = false",
        "team = { by = \"department\", name = \"Sales\" }\nfigures = { enrolled = 2, points = 20, participation_in = { \"90_days\" = 100 } }\nentitlements = [\"team_lunch@2026-Q2\"]\nsuggestions = [\"meet\"]",
        "team = { by = \"program\" }\nfigures = { eligible = 3 }\nentitlements = [\"team_lunch@2026-Q2\"]\nsuggestions = []",
        "team = { by = \"department\", name = \"Cellar\" }\nwithheld = true",
        "board = { all_time = true }\nplaces = [\"ada 10\", \"1. bo 10\"]",
        "board = { this_period = true, team = { by = \"department\", name = \"Sales\" } }\nplaces = [\"ada 10\", \"bo 10\"]",
        "board = { period = \"2026-Q1\" }\nplaces = []",
        "board = { window = \"90_days\", style = \"supporter\" }\nplaces = []",
        "pairs = [\"ada mentors bo\"]",
    ] {
        assert_eq!(failures(expect), [], "{expect}");
    }
    let report = run(
        "[[expect]]\nas_of = 2026-06-02T00:00:00Z\nadvocate = \"bo\"\nstanding = { points = 0 }\n",
    );
    assert_eq!((report.people, report.events, report.expectations), (3, 2, 1));
    assert_eq!(report.failures, []);
}

#[test]
fn what_comes_otherwise_says_what_was_expected_and_what_came() {
    let ada = |rest: &str| failure(&format!("advocate = \"ada\"\n{rest}"));
    assert_eq!(ada("standing = { points = 9 }"), told("points", "9", "10", "1 create +10"));
    assert_eq!(
        ada("standing = { points_in = { \"30_days\" = 1 } }"),
        told("points_in(\"30_days\")", "1", "10", "1 create +10")
    );
    assert_eq!(ada("standing = { level = \"regular\" }").2, "newcomer");
    assert_eq!(ada("standing = { own_voice = 3 }").2, "unknown");
    assert_eq!(ada("standing = { has_mentor = true }").2, "false");
    assert_eq!(
        ada("entitlements = []"),
        told("entitlements", "nothing", "first_steps", "too many: first_steps")
    );
    assert_eq!(
        ada("suggestions = [\"meet\"]"),
        told("suggestions", "meet", "try_video", "missing: meet; too many: try_video")
    );
    assert_eq!(ada("withheld = true"), told("withheld", "withheld", "shown", ""));
    let (_, _, got, _) = failure("advocate = \"cy\"\nstanding = { points = 0 }");
    assert!(got.starts_with("nothing is shown about `cy`"), "{got}");
    let sales = |rest: &str| {
        failure(&format!("team = {{ by = \"department\", name = \"Sales\" }}\n{rest}"))
    };
    assert_eq!(sales("figures = { enrolled = 3 }"), told("enrolled", "3", "2", ""));
    assert_eq!(sales("entitlements = []").3, "too many: team_lunch@2026-Q2");
    assert_eq!(sales("withheld = true").2, "shown");
    let (_, _, got, _) =
        failure("team = { by = \"department\", name = \"Cellar\" }\nfigures = { enrolled = 0 }");
    assert!(got.starts_with("withheld"), "{got}");
    let (_, _, got, _) =
        failure("team = { by = \"department\", name = \"Sale\" }\nentitlements = []");
    assert_eq!(got, "there is no department `Sale` (did you mean `Sales`?)");
    assert_eq!(
        failure("board = { all_time = true }\nplaces = [\"ada 10\"]"),
        told("places", "ada 10", "1. ada 10, 1. bo 10", "")
    );
    assert_eq!(
        failure("board = { all_time = true }\nplaces = [\"bo 10\", \"ada 10\"]").0,
        "places"
    );
    assert_eq!(
        failure("board = { all_time = true }\nplaces = [\"ada 10\", \"2. bo 10\"]").0,
        "places"
    );
    assert_eq!(failure("board = { all_time = true }\nwithheld = true").2, "shown");
    assert_eq!(
        failure("pairs = [\"bo mentors ada\"]"),
        told(
            "pairs",
            "bo mentors ada",
            "ada mentors bo",
            "missing: bo mentors ada; too many: ada mentors bo"
        )
    );
}

#[test]
fn a_failure_names_the_line_of_what_is_expected() {
    let report = run(
        "[[expect]]\nas_of = 2026-06-30T00:00:00Z\nadvocate = \"ada\"\n[expect.standing]\npoints = 10\nstreak = 7\n",
    );
    let lines = START.lines().count();
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].line, lines + 6);
    assert_eq!((report.failures[0].about.as_str(), report.file.as_str()), ("ada", "tests/a.toml"));
}

#[test]
fn a_rule_that_fails_never_passes_for_one_that_gives_nothing() {
    let events: String = (0..9)
        .map(|n| format!("[[events]]\nid = \"x{n}\"\nadvocate = \"bo\"\nkind = \"create\"\nminutes = 13\nat = 2026-06-05T0{n}:00:00Z\n"))
        .collect();
    let report = run_of(&format!(
        "{START}{events}[[expect]]\nas_of = 2026-06-30T00:00:00Z\nadvocate = \"bo\"\nentitlements = []\nstanding = {{ points = 100 }}\n"
    ));
    let because: Vec<&str> =
        report.failures.iter().filter_map(|failure| failure.because.as_deref()).collect();
    assert_eq!(because.len(), 2, "{report:#?}");
    assert!(because[0].contains("the rule create failed"), "{because:?}");
    assert!(because[1].contains("the rule first failed"), "{because:?}");
}

fn problems(scenario: &str) -> Vec<Problem> {
    let program = program(scenario);
    let problems = program.scenario_problems();
    if problems.iter().any(|problem| problem.level == Level::Error) {
        assert!(program.run_scenarios().is_err());
        assert!(!program.test().unwrap().passed());
    }
    problems
}

/// The one problem of an expectation: its code, line after the start, column, and words.
fn problem(rest: &str) -> (Code, usize, usize, String) {
    let mut found = problems(&format!("{START}{rest}"));
    assert_eq!(found.len(), 1, "{rest}: {found:#?}");
    let problem = found.remove(0);
    assert_eq!(problem.file.as_deref(), Some("tests/a.toml"));
    let line = problem.line.unwrap().saturating_sub(START.lines().count());
    let words = format!("{} {}", problem.message, problem.help.unwrap_or_default());
    (problem.code, line, problem.column.unwrap(), words)
}

#[test]
fn every_problem_has_its_place_and_what_would_be_right() {
    let ada = "[[expect]]\nas_of = 2026-06-30T00:00:00Z\nadvocate = \"ada\"\n";
    let team = "[[expect]]\nas_of = 2026-06-30T00:00:00Z\nteam = { by = \"program\" }\n";
    let at = "[[expect]]\nas_of = 2026-06-30T00:00:00Z\n";
    let good = format!("{ada}withheld = false\n");
    let cases: &[(String, Code, usize, usize, &str)] = &[
        (
            format!("{ada}standing = {{ pints = 1 }}"),
            Code::UnknownName,
            4,
            14,
            "did you mean `points`?",
        ),
        (
            format!("{ada}standing = {{ points = \"1\" }}"),
            Code::WrongValue,
            4,
            23,
            "a whole number",
        ),
        (
            format!("{ada}standing = {{ points = \"unknown\" }}"),
            Code::WrongValue,
            4,
            23,
            "always known",
        ),
        (
            format!("{ada}standing = {{ level = \"regula\" }}"),
            Code::WrongValue,
            4,
            22,
            "did you mean `regular`?",
        ),
        (
            format!("{ada}standing = {{ points_in = 3 }}"),
            Code::WrongArguments,
            4,
            26,
            "asked with something",
        ),
        (
            format!("{ada}standing = {{ points_in = {{ \"31_days\" = 3 }} }}"),
            Code::UnknownName,
            4,
            28,
            "`30_days`",
        ),
        (
            format!("{ada}standing = {{ points = {{ a = 3 }} }}"),
            Code::WrongArguments,
            4,
            23,
            "one figure",
        ),
        (format!("{ada}standing = 3"), Code::WrongValue, 4, 12, "a table"),
        (
            format!("{team}figures = {{ name = \"x\" }}"),
            Code::UnknownName,
            4,
            13,
            "no figure `name`",
        ),
        (
            format!("{team}withheld = true\nfigures = {{ points = 3 }}"),
            Code::WrongValue,
            5,
            11,
            "withheld",
        ),
        (
            format!("{ada}entitlements = [\"first_step\"]"),
            Code::UnknownName,
            4,
            17,
            "did you mean `first_steps`?",
        ),
        (
            format!("{ada}suggestions = [\"try_vidio\"]"),
            Code::UnknownName,
            4,
            16,
            "did you mean `try_video`?",
        ),
        (
            format!("{ada}wittheld = true\nwithheld = false"),
            Code::UnknownSetting,
            4,
            1,
            "did you mean `withheld`?",
        ),
        (ada.to_owned(), Code::Missing, 1, 1, "nothing is expected of the advocate"),
        (
            format!("{ada}figures = {{ points = 3 }}\nwithheld = false"),
            Code::WrongValue,
            4,
            1,
            "`standing`",
        ),
        (
            format!("{at}advocate = \"adda\"\nwithheld = true"),
            Code::UnknownAdvocate,
            3,
            12,
            "did you mean `ada`?",
        ),
        (format!("{at}places = []"), Code::Missing, 1, 1, "whom or what"),
        (
            format!("{ada}board = {{ all_time = true }}\nwithheld = false"),
            Code::Missing,
            1,
            1,
            "advocate and board",
        ),
        (
            "[[expect]]\nadvocate = \"ada\"\nwithheld = false".to_owned(),
            Code::Missing,
            1,
            1,
            "`as_of`",
        ),
        (
            "[[expect]]\nas_of = 2026-06-30T00:00:00\nadvocate = \"ada\"\nwithheld = false"
                .to_owned(),
            Code::WrongValue,
            2,
            9,
            "offset",
        ),
        (
            format!("{at}team = {{ by = \"departement\", name = \"Sales\" }}\nwithheld = true"),
            Code::UnknownName,
            3,
            15,
            "did you mean `department`?",
        ),
        (
            format!("{at}team = {{ by = \"department\" }}\nwithheld = true"),
            Code::Missing,
            3,
            1,
            "`name`",
        ),
        (format!("{at}board = {{}}\nplaces = []"), Code::Missing, 3, 1, "all_time = true"),
        (
            format!("{at}board = {{ all_time = false }}\nplaces = []"),
            Code::WrongValue,
            3,
            22,
            "`true`",
        ),
        (
            format!("{at}board = {{ window = \"9_days\" }}\nplaces = []"),
            Code::UnknownName,
            3,
            20,
            "`7_days`",
        ),
        (
            format!("{at}board = {{ period = \"spring\" }}\nplaces = []"),
            Code::UnknownName,
            3,
            20,
            "`2026-Q2`",
        ),
        (
            format!("{at}board = {{ all_time = true, style = \"maker\" }}\nplaces = []"),
            Code::WrongValue,
            3,
            36,
            "creator",
        ),
        (
            format!("{at}board = {{ all_time = true, teams = \"department\" }}\nplaces = []"),
            Code::WrongValue,
            3,
            36,
            "window",
        ),
        (
            format!("{at}board = {{ all_time = true, this_period = true }}\nplaces = []"),
            Code::WrongValue,
            3,
            1,
            "one of",
        ),
        (
            format!("{at}board = {{ all_time = true }}\nplaces = [\"ada\"]"),
            Code::WrongValue,
            4,
            11,
            "`ada 13`",
        ),
        (format!("{at}pairs = [\"ada and bo\"]"), Code::WrongValue, 3, 10, "mentors"),
        (
            format!("{at}pairs = [\"ada mentors boo\"]"),
            Code::UnknownAdvocate,
            3,
            10,
            "did you mean `bo`?",
        ),
        (
            format!("{good}[[people]]\nid = \"di\"\nconsnt = true"),
            Code::UnknownField,
            7,
            1,
            "did you mean `consent`?",
        ),
        (
            format!("{good}[[people]]\nid = \"ada\"\nconsent = false"),
            Code::Conflict,
            6,
            6,
            "lines 2 and",
        ),
        (
            format!("{good}[[events]]\nid = \"9\"\nkind = \"create\"\nat = 2026-06-01T09:00:00Z"),
            Code::Missing,
            5,
            1,
            "`advocate`",
        ),
        (
            format!(
                "{good}[[events]]\nid = \"9\"\nadvocate = \"ada\"\nkind = \"create\"\nat = 2026-06-01"
            ),
            Code::WrongValue,
            9,
            6,
            "offset",
        ),
        (
            format!(
                "{good}[[events]]\nid = \"9\"\nadvocate = \"ada\"\nkind = 7\nat = 2026-06-01T09:00:00Z"
            ),
            Code::WrongValue,
            8,
            8,
            "text",
        ),
        (
            format!(
                "{good}[[events]]\nid = \"9\"\nadvocate = \"ada\"\nkind = \"creat\"\nat = 2026-06-01T09:00:00Z"
            ),
            Code::UnknownKind,
            8,
            8,
            "did you mean `create`?",
        ),
        (
            format!(
                "{good}[[events]]\nid = \"1\"\nadvocate = \"bo\"\nkind = \"create\"\nat = 2026-06-01T09:00:00Z"
            ),
            Code::Conflict,
            6,
            6,
            "say different things",
        ),
        (format!("{good}[events.x]\n"), Code::UnknownField, 5, 9, "`x`"),
    ];
    let mut wrong = Vec::new();
    for (rest, code, line, column, words) in cases {
        let found = problem(rest);
        if (found.0, found.1, found.2) != (*code, *line, *column) || !found.3.contains(words) {
            wrong.push(format!(
                "{rest}\n  wanted {code} {line}:{column} {words}\n  found {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_scenario_that_expects_nothing_or_has_no_title_is_told() {
    let codes =
        |text: &str| -> Vec<Code> { problems(text).iter().map(|problem| problem.code).collect() };
    assert_eq!(codes(START), [Code::Missing]);
    assert_eq!(codes(""), [Code::Missing, Code::Missing]);
    assert!(codes("title = \"x\"\nexpect = 3\n").contains(&Code::WrongValue));
    assert!(codes("title = \"x\"\n[expect]\n").contains(&Code::WrongValue));
    assert!(codes("title = \"x\"\npeople = [1]\nexpect = []\n").contains(&Code::WrongValue));
    assert!(codes("\0").contains(&Code::Syntax));
}

#[test]
fn scenarios_never_change_the_program() {
    let with = program(START);
    let without = Program::from_sources(
        &Sources::new()
            .with("program.toml", MANIFEST)
            .with("scoring/a.rhai", SCORING)
            .with("recognition/a.rhai", RECOGNITION)
            .with("coaching/a.rhai", COACHING),
    )
    .unwrap();
    assert_eq!(with.version(), without.version());
    let bytes = Program::from_sources(&sources("").with("tests/b.toml", vec![0xff])).unwrap();
    assert_eq!(bytes.version(), without.version());
    assert_eq!(bytes.warnings(), without.warnings());
    let problems = bytes.scenario_problems();
    assert!(problems.iter().any(|problem| problem.code == Code::NotUtf8));
    let large = "#".repeat((4 << 20) + 1);
    let large = Program::from_sources(&sources(&large)).unwrap();
    assert_eq!(large.scenario_problems()[0].code, Code::TooLarge);
    let elsewhere = Program::from_sources(&sources(START).with("tests/sub/b.toml", "")).unwrap();
    assert_eq!(elsewhere.warnings().len(), without.warnings().len() + 1);
}

#[test]
fn ten_thousand_events_are_told_in_time() {
    let events: String = (0..10_000)
        .map(|n| format!("[[events]]\nid = \"e{n}\"\nadvocate = \"ada\"\nkind = \"create\"\nat = 2026-05-{:02}T{:02}:{:02}:00Z\n", n % 28 + 1, n % 24, n % 60))
        .collect();
    let scenario = format!(
        "{START}{events}[[expect]]\nas_of = 2026-06-30T00:00:00Z\nadvocate = \"ada\"\nstanding = {{ activities = 10001, points = 1 }}\n"
    );
    let report = run_of(&scenario);
    assert_eq!((report.events, report.failures.len()), (10_002, 1));
    let because = report.failures[0].because.as_deref().unwrap();
    assert!(because.ends_with("and 9993 more"), "{because}");
}

#[test]
fn consent_can_be_assumed_and_other_names_are_known() {
    let report = run_of(
        "title = \"T\"\nassume_consent = true\n[[people]]\nid = \"ada\"\naliases = [\"@ada\"]\n[[events]]\nid = \"1\"\nadvocate = \"@ada\"\nkind = \"create\"\nat = 2026-06-01T09:00:00Z\n[[expect]]\nas_of = 2026-06-30T00:00:00Z\nadvocate = \"@ada\"\nstanding = { points = 10 }\n",
    );
    assert_eq!(report.failures, []);
}

#[test]
fn the_scenarios_of_the_starter_program_hold() {
    let program = Program::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../rules")).unwrap();
    assert_eq!(program.scenario_problems(), []);
    let reports = program.run_scenarios().unwrap();
    assert!(!reports.is_empty());
    for report in reports {
        assert_eq!(report.failures, [], "{}", report.title);
    }
}

/// A scenario with everything in it that can be.
const EVERYTHING: &str = r#"
[[expect]]
as_of = 2026-06-30T00:00:00Z
advocate = "ada"
standing = { points = 10, points_in = { "30_days" = 10 }, level = "newcomer" }
entitlements = ["first_steps"]
suggestions = ["try_video"]
[[expect]]
as_of = 2026-06-30T00:00:00Z
team = { by = "department", name = "Sales" }
figures = { points = 20 }
[[expect]]
as_of = 2026-06-30T00:00:00Z
board = { window = "90_days", style = "creator" }
places = ["ada 10", "bo 10"]
[[expect]]
as_of = 2026-06-30T00:00:00Z
pairs = ["ada mentors bo"]
"#;

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]
    #[test]
    fn no_scenario_however_wrong_ends_in_a_panic(
        changes in proptest::collection::vec((0..60_usize, 0..16_usize), 1..4),
    ) {
        const VALUES: [&str; 16] = [
            "\"\"", "\"x\"", "0", "-1", "99999999999999999999", "1.5", "nan", "true", "[]", "{}",
            "[1]", "{ a = 1 }", "2026-06-01", "9999-12-31T23:59:59Z", "\"unknown\"", "[[[[]]]]",
        ];
        let text = format!("{START}{EVERYTHING}");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (line, value) in changes {
            let line = line % lines.len();
            lines[line] = match lines[line].split_once('=') {
                Some((name, _)) => format!("{name}= {}", VALUES[value]),
                None => String::new(),
            };
        }
        let program = program(&lines.join("\n"));
        for problem in program.scenario_problems() {
            proptest::prop_assert!(problem.line.is_some() && problem.file.is_some(), "{problem}");
        }
        proptest::prop_assert!(program.test().is_ok());
    }
}
