//! Recognition and coaching rules that are wrong in one way each, and what is looked at in those that
//! could mean something else.

use plaudit_engine::error::Level;
use plaudit_engine::{Code, Program};

use super::rules::{Wrong, assert_problem, bodies_are_refused, problems};
use crate::support::{MANIFEST, sources, starter};

/// A folder, the rule from line 1 on, and what is wrong with it.
type WrongRule<'a> = (&'a str, Wrong<'a>);

#[test]
fn recognition_and_coaching_rules_make_what_their_folder_has_use_for() {
    let head = "/// A.\nfn a(standing, person) {\n";
    for (folder, case) in [
        ("recognition", ("5", Code::WrongResult, 2, 4, "badges, rewards and spotlights")),
        ("recognition", ("advise(\"x\")", Code::WrongResult, 2, 4, "can return a finding")),
        ("recognition", ("offers(\"x\", 1)", Code::WrongResult, 2, 4, "can return mentoring")),
        ("recognition", ("suggestion(\"x\", \"y\")", Code::WrongResult, 2, 4, "a suggestion")),
        (
            "recognition",
            ("let x = badge(\"x\");", Code::WrongResult, 2, 4, "never returns anything"),
        ),
        ("coaching", ("badge(\"x\")", Code::WrongResult, 2, 4, "can return a badge")),
        (
            "coaching",
            (
                "if person.leader { reward(\"x\") } else { suggestion(\"x\", \"y\") }",
                Code::WrongResult,
                2,
                4,
                "can return a reward",
            ),
        ),
        (
            "recognition",
            ("badge(person.function)", Code::NotAllowed, 3, 13, "an id that stands in the rule"),
        ),
        (
            "recognition",
            ("badge(\"two words\")", Code::WrongArguments, 3, 7, "one word of letters"),
        ),
        ("recognition", ("reward(\"none\")", Code::WrongArguments, 3, 8, "not `none`")),
        ("recognition", ("badge()", Code::WrongArguments, 3, 1, "takes 1 argument(s), not 0")),
        ("recognition", ("bagde(\"x\")", Code::UnknownFunction, 3, 1, "did you mean `badge`?")),
        (
            "recognition",
            ("badge(\"x\").level(0)", Code::WrongArguments, 3, 18, "from 1 to 100, not 0"),
        ),
        (
            "recognition",
            ("badge(\"x\").level(\"2\")", Code::WrongArguments, 3, 18, "takes a number, not text"),
        ),
        (
            "recognition",
            ("badge(\"x\").levle(2)", Code::UnknownFunction, 3, 12, "did you mean `level`?"),
        ),
        ("recognition", ("badge(\"x\").amount(2)", Code::UnknownFunction, 3, 12, "known: `level`")),
        (
            "recognition",
            ("reward(\"x\").level(2)", Code::UnknownFunction, 3, 13, "a reward has no method"),
        ),
        (
            "recognition",
            (
                "reward(\"x\").amount(1000000001)",
                Code::WrongArguments,
                3,
                20,
                "from 1 to 1000000000",
            ),
        ),
        (
            "recognition",
            (
                "reward(\"x\").each_period(1)",
                Code::WrongArguments,
                3,
                13,
                "takes 0 argument(s), not 1",
            ),
        ),
        (
            "recognition",
            ("spotlight(\"x\").because(\" \")", Code::WrongArguments, 3, 24, "must say something"),
        ),
        (
            "recognition",
            (
                "if standing.level(2) { badge(\"x\") }",
                Code::WrongArguments,
                3,
                13,
                "without parentheses",
            ),
        ),
        (
            "recognition",
            (
                "if standing.points_in(\"30_dasy\") > 1 { badge(\"x\") }",
                Code::UnknownName,
                3,
                23,
                "did you mean `30_days`?",
            ),
        ),
        (
            "recognition",
            (
                "if person.needs(\"tehcnical\") { badge(\"x\") }",
                Code::UnknownName,
                3,
                17,
                "did you mean `technical`?",
            ),
        ),
        (
            "recognition",
            (
                "if standing.found(\"shuot\") > 1 { badge(\"x\") }",
                Code::UnknownRule,
                3,
                19,
                "did you mean `shout`?",
            ),
        ),
        (
            "coaching",
            ("suggestion(\"x\", \"\")", Code::WrongArguments, 3, 17, "must say something"),
        ),
        ("coaching", ("suggestion(\"x\", 5)", Code::WrongArguments, 3, 17, "takes a text")),
        (
            "coaching",
            (
                "seeks(\"x\", 1).with_content()",
                Code::UnknownFunction,
                3,
                15,
                "mentoring has no method",
            ),
        ),
        ("coaching", ("offers(\" \", 1)", Code::WrongArguments, 3, 8, "1 to 200 bytes")),
        (
            "coaching",
            ("offers(\"x\", 1001)", Code::WrongArguments, 3, 13, "from 1 to 1000, not 1001"),
        ),
        ("coaching", ("seeks(\"x\")", Code::WrongArguments, 3, 1, "takes 2 argument(s), not 1")),
    ] as [WrongRule<'_>; 30]
    {
        let rule = format!("{head}{}\n}}\n", case.0);
        let file = format!("{folder}/a.rhai");
        let shout = "/// B.\nfn shout(post) { advise(\"x\") }\n";
        let files = [(file.as_str(), rule.as_str()), ("guidelines/b.rhai", shout)];
        assert_problem(&problems(&sources(&files)), case.0, &file, case);
    }
    bodies_are_refused(&[
        ("badge(\"x\")", Code::WrongResult, 2, 4, "can return a badge"),
        ("seeks(\"x\", 1)", Code::WrongResult, 2, 4, "can return mentoring"),
        ("5.at(\"text\")", Code::UnknownFunction, 3, 3, "a number has no method `at`"),
    ]);
}

#[test]
fn recognition_and_coaching_rules_look_at_somebody_and_have_labels_that_they_can_give() {
    for (folder, case) in [
        (
            "recognition",
            (
                "/// A.\nfn a(period, program) { badge(\"x\") }\n",
                Code::UnknownParameter,
                2,
                4,
                "at least one of `standing`",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\nfn a(standng) { badge(\"x\") }\n",
                Code::UnknownParameter,
                2,
                6,
                "did you mean `standing`?",
            ),
        ),
        (
            "coaching",
            (
                "/// A.\nfn a(team, period) { suggestion(\"x\", \"y\") }\n",
                Code::UnknownParameter,
                2,
                12,
                "cannot take `period`",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\nfn a(person) { level(person) }\nprivate fn level(person) { badge(\"x\") }\n",
                Code::Duplicate,
                3,
                12,
                "give yours another name",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// frist: #{ person: #{} }\nfn a(person) { badge(\"first\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `first`?",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// first+nome: #{ person: #{} }\nfn a(person) { badge(\"first\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `none`?",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// first+: #{ person: #{} }\nfn a(person) { badge(\"first\") }\n",
                Code::MalformedExample,
                2,
                5,
                "joined, such as",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// x: #{ standing: #{ points_in: #{ \"3_days\": 1 } } }\nfn a(standing) { badge(\"x\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `30_days`?",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// x: #{ standing: #{ points_in: 1 } }\nfn a(standing) { badge(\"x\") }\n",
                Code::MalformedExample,
                2,
                5,
                "`points_in: #{ \"30_days\": 3 }`",
            ),
        ),
        (
            "recognition",
            (
                "/// A.\n/// x: #{ standing: #{ count: #{ shrae: 1 } } }\nfn a(standing) { badge(\"x\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `share`?",
            ),
        ),
        (
            "coaching",
            (
                "/// A.\n/// x: #{ person: #{ needs: #{ ideass: true } } }\nfn a(person) { seeks(\"x\", 1) }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `ideas`?",
            ),
        ),
        (
            "coaching",
            (
                "/// A.\n/// x: #{ person: #{ motivated_by: #{ givng: true } } }\nfn a(person) { seeks(\"x\", 1) }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `giving`?",
            ),
        ),
        (
            "coaching",
            (
                "/// A.\n/// x: #{ team: #{ by: \"departmnt\" } }\nfn a(team) { suggestion(\"x\", \"y\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `department`?",
            ),
        ),
        (
            "coaching",
            (
                "/// A.\n/// x: #{ period: #{ day: 1 } }\nfn a(team) { suggestion(\"x\", \"y\") }\n",
                Code::MalformedExample,
                2,
                5,
                "there is no `period`",
            ),
        ),
        (
            "scoring",
            (
                "/// A.\n/// 5: #{ activity: #{ kind: \"share\" }, so_far: #{ count: #{ shrae: 1 } } }\nfn a(activity) { 1 }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `share`?",
            ),
        ),
        (
            "guidelines",
            (
                "/// A.\n/// clear: #{ post: #{ text: \"x\", mentions: #{ brnad: true } } }\nfn a(post) { advise(\"x\") }\n",
                Code::MalformedExample,
                2,
                5,
                "did you mean `brand`?",
            ),
        ),
    ] as [WrongRule<'_>; 16]
    {
        let file = format!("{folder}/a.rhai");
        let files = [(file.as_str(), case.0), ("lexicons/brand.txt", "{brand}\n")];
        assert_problem(&problems(&sources(&files)), case.0, &file, case);
    }
    let line = MANIFEST.lines().count() + 1;
    for case in [
        (
            "[rules.a]\nseverity = \"advise\"",
            Code::UnknownSetting,
            line,
            8,
            "finds nothing in posts",
        ),
        (
            "[caps.day]\nrules = [\"a\"]\nper = \"day\"\npoints = 5",
            Code::WrongValue,
            line + 1,
            10,
            "gives no points",
        ),
    ] {
        let sources = sources(&[("recognition/a.rhai", "/// A.\nfn a(person) { badge(\"x\") }\n")])
            .with("program.toml", format!("{MANIFEST}{}\n", case.0));
        assert_problem(&problems(&sources), case.0, "program.toml", case);
    }
}

#[test]
fn what_a_gift_goes_to_and_is_called_by_is_looked_at() {
    for (recognition, line, column, words) in [
        (
            "/// A.\nfn a(team) { if team.enrolled > 2 { badge(\"x\") } }",
            2,
            4,
            "`a` gives to every kind of team",
        ),
        (
            "/// A.\nfn a(team, standing) { if team.by == \"department\" { badge(\"x\") } }",
            2,
            4,
            "`a` takes `standing` and never looks at it",
        ),
        (
            "/// A.\nfn a(standing) { if standing.streak > 2 { badge(\"x\") } }\n/// B.\nfn b(standing) { if standing.streak > 3 { reward(\"x\") } }",
            4,
            4,
            "`x` is given by the rule `a`, too",
        ),
    ] {
        let found = problems(&sources(&[("recognition/a.rhai", recognition)]));
        let wrong = (recognition, Code::Advice, line, column, words);
        assert_problem(&found, recognition, "recognition/a.rhai", wrong);
        assert!(found.iter().all(|problem| problem.level == Level::Warning), "{found:#?}");
    }
    let right = "/// A.\nfn a(team) { if team.by == \"function\" { badge(\"x\") } }";
    assert!(problems(&sources(&[("recognition/a.rhai", right)])).is_empty());
}

/// A recognition rule with this body, and a helper for it.
fn rule(body: &str) -> String {
    let pick = "fn pick(person) { if person.motivated_by(\"giving\") { reward(\"x\") } else { reward(\"y\") } }";
    format!(
        "/// A.\nfn a(standing, person) {{ if standing.streak > 1 && person.motivated_by(\"giving\") {{ {body} }} }}\nprivate {pick}"
    )
}

#[test]
fn rewards_of_which_a_period_may_see_two_are_looked_at() {
    for body in [
        r#"if standing.streak > 4 { reward("x").each_period() } else { reward("y").each_period() }"#,
        r#"if standing.streak > 4 { reward("x").amount(5).each_period() } else if standing.streak > 3 { badge("z") } else { reward("y").each_period().because("Y.") }"#,
        r#"if standing.streak > 4 { return reward("x").each_period(); } reward("y").each_period()"#,
        r#"let it = if standing.streak > 4 { reward("x") } else { reward("y") }; it.each_period()"#,
        r#"let id = if standing.streak > 4 { "x" } else { "y" }; reward(id).each_period()"#,
        r#"switch standing.streak { 1 => reward("x").each_period(), _ => reward("y").each_period() }"#,
        r#"pick(person).each_period()"#,
        r#"let all = []; if standing.streak > 4 { all.push(reward("x").each_period()); } else { all.push(reward("y").each_period()); } all"#,
        // Once for all, and then each period another one.
        r#"if standing.activities < 5 { reward("x") } else { reward("y").each_period() }"#,
    ] {
        let found = problems(&sources(&[("recognition/a.rhai", &rule(body))]));
        let [problem] = found.as_slice() else { panic!("{body}: {found:#?}") };
        assert_eq!((problem.code, problem.level), (Code::Advice, Level::Warning), "{problem}");
        assert!(problem.message.contains("the reward `x` or `y`"), "{body}: {problem}");
    }
}

#[test]
fn rewards_that_are_one_or_are_given_together_are_well() {
    for body in [
        r#"if standing.streak > 4 { reward("x").amount(9).each_period() } else { reward("x").amount(5).each_period() }"#,
        r#"[reward("x").each_period(), reward("y").each_period()]"#,
        r#"let all = []; if standing.streak > 4 { all.push(reward("x").each_period()); } if standing.activities > 4 { all.push(reward("y").each_period()); } all"#,
        r#"let all = []; if standing.streak > 4 { all += reward("x").each_period(); } all += reward("y").each_period(); all"#,
        r#"let all = []; for k in ["x", "y"] { if k == "x" { all.push(reward("x").each_period()); } else { all.push(reward("y").each_period()); } } all"#,
        // Once for all is once for all.
        r#"if standing.streak > 4 { reward("x") } else { reward("y") }"#,
        r#"if standing.streak > 4 { badge("x").each_period() } else { badge("y").each_period() }"#,
        r#"if standing.streak > 4 { spotlight("x").each_period() } else { reward("y").each_period() }"#,
    ] {
        let found = problems(&sources(&[("recognition/a.rhai", &rule(body))]));
        let told = found.iter().find(|it| it.message.contains(" or `"));
        assert!(told.is_none(), "{body}: {found:#?}");
        let wrong = found.iter().find(|problem| problem.level != Level::Warning);
        assert!(wrong.is_none(), "{body}: {found:#?}");
    }
    assert_eq!(starter().warnings(), []);
}

#[test]
fn a_label_may_name_the_level_of_a_badge() {
    let rule = |label: &str| {
        let text = format!(
            "/// A.\n///\n/// {label}: #{{ standing: #{{ streak: 5 }} }}\nfn a(standing) {{ if standing.streak > 2 {{ badge(\"x\").level(2) }} }}"
        );
        Program::from_sources(&sources(&[("recognition/a.rhai", &text)])).unwrap()
    };
    for (label, holds) in [("x", true), ("x/2", true), ("x/1", false)] {
        assert_eq!(rule(label).test().unwrap().passed(), holds, "{label}");
    }
}

#[test]
fn a_misspelt_parameter_is_told_alone() {
    let text = "/// A.\n///\n/// x: #{ standing: #{ streak: 5 } }\nfn a(standings, program) { if standings.streak > program.threshold(\"weeks\") { badge(\"x\") } }";
    let manifest = format!("{MANIFEST}[rules.a.thresholds]\nweeks = 2\n");
    let files = [("program.toml", manifest.as_str()), ("recognition/a.rhai", text)];
    let found = problems(&sources(&files));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_problem(
        &found,
        text,
        "recognition/a.rhai",
        (text, Code::UnknownParameter, 4, 6, "did you mean `standing`?"),
    );
}
