//! Pages of standings, boards and teams, for people: what they show, and what they never print.

use std::fs;
use std::process::Output;

use crate::support::{plaudit, stderr, stdout};

const SAMPLE: [&str; 4] = [
    "--activities",
    "tests/data/sample/activities.jsonl",
    "--people",
    "tests/data/sample/people.jsonl",
];

/// The pages, each by its arguments; `NOBODY` stands for an advocate.
const PAGES: &[&[&str]] = &[
    &["standing", "NOBODY"],
    &["standing", "NOBODY", "--all"],
    &["standing", "--everyone"],
    &["leaderboard"],
    &["leaderboard", "--all-time"],
    &["leaderboard", "--all-time", "--top", "0"],
    &["leaderboard", "--window", "30_days", "--top", "18446744073709551615"],
    &["leaderboard", "--all-time", "--style", "creator"],
    &["leaderboard", "--teams", "department"],
    &["team"],
    &["team", "--all"],
    &["team", "department"],
    &["explain", "NOBODY"],
    &["explain", "NOBODY", "--summary"],
    &["explain", "NOBODY", "points"],
    &["explain", "NOBODY", "kudos_from", "--all"],
    &["explain", "NOBODY", "points_in(\"30_days\")"],
];

fn run(page: &[&str], advocate: &str, more: &[&str]) -> Output {
    let of = |argument: &&str| {
        if *argument == "NOBODY" { advocate.to_owned() } else { (*argument).to_owned() }
    };
    let arguments: Vec<String> =
        page.iter().map(of).chain(more.iter().map(|&text| text.to_owned())).collect();
    plaudit(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn sample(page: &[&str]) -> String {
    let output = run(page, "amara", &[&SAMPLE[..], &["--as-of", "2026-06-30T00:00:00Z"]].concat());
    assert_eq!(output.status.code(), Some(0), "{page:?}: {}", stderr(&output));
    stdout(&output)
}

#[test]
fn the_board_of_the_design_is_one_document() {
    let line = "leaderboard --activities tests/data/sample/activities.jsonl --people \
                tests/data/sample/people.jsonl --assume-consent --as-of 2026-06-30T00:00:00Z --json";
    let output = plaudit(&line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(document["board"]["span"], "period");
    assert_eq!(document["period"]["name"], "2026-Q2");
    assert_eq!(document["places"][0]["name"], "emil");
}

#[test]
fn a_page_leaves_out_what_is_no_news_and_shows_it_where_all_is_asked_for() {
    let (page, all) = (sample(&["standing", "NOBODY"]), sample(&["standing", "NOBODY", "--all"]));
    assert!(page.contains("Amara Osei (amara)") && page.contains("advocate, 134 to go"), "{page}");
    assert!(!page.contains("launch_spike") && !page.contains("  not known"), "{page}");
    assert!(!page.contains("Learning") && page.contains("--all"), "{page}");
    assert!(all.contains("launch_spike") && all.contains("  not known"), "{all}");
    assert!(all.contains("Learning"), "{all}");
}

#[test]
fn a_cut_board_says_so_and_json_is_never_cut() {
    let cut = sample(&["leaderboard", "--all-time", "--top", "2"]);
    assert!(
        cut.contains("amara") && !cut.contains("bjorn") && cut.contains("… and 8 more"),
        "{cut}"
    );
    let json = |top| sample(&["leaderboard", "--all-time", "--json", "--top", top]);
    assert_eq!(json("1"), json("100"));
}

#[test]
fn a_figure_is_told_with_its_formula_and_parts() {
    let spelt = sample(&["explain", "NOBODY", "standing.points_in('30_days')"]);
    assert_eq!(spelt, sample(&["explain", "NOBODY", "points_in", "30_days"]));
    assert!(spelt.contains("formula:") && spelt.contains("2026-06-24 18:00  create"), "{spelt}");
    let twice = run(&["explain", "NOBODY", "points_in(30_days)", "7_days"], "amara", &SAMPLE);
    assert_eq!(twice.status.code(), Some(3));
    assert!(stderr(&twice).contains("once"), "{}", stderr(&twice));
}

#[test]
fn a_team_in_the_wrong_form_is_a_wrong_call_that_says_what_is_right() {
    for page in [["leaderboard", "--team", "department"], ["leaderboard", "--teams", "a=b"]] {
        let output = run(&page, "", &SAMPLE);
        assert_eq!(output.status.code(), Some(2), "{page:?}");
        assert!(stderr(&output).contains("--team"), "{}", stderr(&output));
    }
    let output = run(&["team", "=Sales"], "", &SAMPLE);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("department=Sales"), "{}", stderr(&output));
    let output = run(&["team", "departmnt"], "", &SAMPLE);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("did you mean `department`?"), "{}", stderr(&output));
}

#[test]
fn a_team_by_its_name_alone_is_asked_back_by_what_it_is() {
    let output = run(&["team", "Sales"], "", &SAMPLE);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("did you mean `department=Sales` or "), "{}", stderr(&output));
    let output = run(&["team", "Nowhere"], "", &SAMPLE);
    assert!(stderr(&output).contains("known: "), "{}", stderr(&output));
}

#[test]
fn columns_say_as_of_when_and_dashes_say_why() {
    let page = sample(&["team", "--window", "30_days", "--all"]);
    let header = |title: &str| page.lines().find(|line| line.trim().starts_with(title)).unwrap();
    for (title, columns) in [
        ("People ", ["now", "30 days ago"]),
        ("Points ", ["now", "30 days ago"]),
        ("Taking part ", ["30 days", "the same before"]),
        ("Results ", ["30 days", "the same before"]),
    ] {
        let mut line = header(title).split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        assert_eq!(line.next(), Some(title.trim()), "{page}");
        assert_eq!(line.collect::<Vec<_>>(), columns, "{page}");
    }
    // A line under each table that has a dash, and none under others.
    for table in page.split("\n\n") {
        let cells = table.lines().skip(1).filter(|line| !line.trim().starts_with("–:"));
        let has_dash = cells.flat_map(str::split_whitespace).any(|cell| cell == "–");
        assert_eq!(has_dash, table.contains("–: "), "{table}");
    }
}

#[test]
fn goals_have_their_units_and_descriptions() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    fs::create_dir_all(rules.join("scoring")).unwrap();
    fs::write(rules.join("scoring/a.rhai"), "/// A.\nfn share(activity) { 5 }\n").unwrap();
    let settings = "[program]\nname = \"Test\"\ntime_zone = \"UTC\"\n[brand]\nname = \"Acme\"\n\
                    [kinds.share]\nstyle = \"curator\"\n[rewards]\nbudget = 10\ncurrency = \"EUR\"\n\
                    [emv]\nformula = \"House\"\nversion = \"1\"\ncurrency = \"USD\"\n\
                    [emv.cents_per_1000]\nimpressions = 650\n\
                    [kpis.adoption]\ngoal = 40\ndescription = \"Employees who have opted in.\"\n\
                    [kpis.emv]\ngoal = 900\n[kpis.pipeline_value]\ngoal = 5000\n[kpis.reach]\ngoal = 70\n";
    fs::write(rules.join("program.toml"), settings).unwrap();
    let rules = rules.display().to_string();
    let page = sample(&["team", "--rules", &rules]);
    for cell in ["40 %", "900 USD", "5,000 EUR", "adoption: Employees who have opted in."] {
        assert!(page.contains(cell), "{cell}: {page}");
    }
    let reach = page.lines().find(|line| line.trim().starts_with("reach ")).unwrap();
    assert!(reach.contains(" 70  "), "{reach}");
}

#[test]
fn names_cannot_steer_the_terminal_or_break_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let wild = "ev\u{1b}[31mil\n\u{202e}\t\u{7}";
    let mut lines = vec![
        serde_json::json!({"type": "adjustment", "id": wild, "advocate": wild, "points": -1_000_000_000, "reason": wild, "at": "2026-06-02T00:00:00Z"}),
    ];
    for (index, advocate) in [wild, "b", "c", "d", "e"].iter().enumerate() {
        lines.push(serde_json::json!({"type": "person", "id": format!("p{index}"), "advocate": advocate, "name": wild, "department": wild, "consent": true, "at": "2026-01-01T00:00:00Z"}));
        lines.push(serde_json::json!({"id": format!("{index}{wild}"), "advocate": advocate, "kind": "create", "at": "2026-06-01T10:00:00Z", "likes": 9_007_199_254_740_991_i64, "impressions": 1}));
        lines.push(serde_json::json!({"id": format!("k{index}"), "advocate": advocate, "kind": "kudos", "counterpart": if *advocate == wild { "b" } else { wild }, "at": "2026-06-01T10:00:00Z"}));
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let file = folder.path().join("events.jsonl");
    fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    for page in PAGES {
        let more = ["--activities", &file, "--assume-consent", "--as-of", "2026-06-30T00:00:00Z"];
        let output = run(page, wild, &more);
        let shown = stdout(&output) + stderr(&output).as_str();
        assert_eq!(output.status.code(), Some(0), "{page:?}: {shown}");
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(steers), "{page:?}: {shown:?}");
        // The rest of a name that was broken up would begin a line.
        assert!(!shown.contains("\n<U+202E>") || page[0] == "explain", "{page:?}: {shown}");
    }
}

#[test]
fn nothing_on_record_gives_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    fs::write(&file, "").unwrap();
    let file = file.display().to_string();
    for page in PAGES {
        let output = run(page, "nobody", &["--activities", &file, "--assume-consent"]);
        let shown = stdout(&output) + stderr(&output).as_str();
        let expected = if page.contains(&"NOBODY") { 3 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{page:?}: {shown}");
        assert!(
            shown.contains(". ") || shown.contains(".\n") || shown.contains("there is no advocate"),
            "{page:?}: {shown}"
        );
    }
}
