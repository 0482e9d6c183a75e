//! Rules that are wrong in one way each: what is said, where, and what would be right.

use std::fs;

use plaudit_engine::error::Level;
use plaudit_engine::facts::Folder;
use plaudit_engine::{Code, Problem, Program, Sources};
use regex::Regex;

use crate::support::{scoring, sources, top};

/// Everything that is wrong with a program.
pub(crate) fn problems(sources: &Sources) -> Vec<Problem> {
    match Program::from_sources(sources) {
        Ok(program) => program.warnings().to_vec(),
        Err(error) => error.problems().to_vec(),
    }
}

/// What a problem must be: its code, line and column, and words of its help (or of its message
/// where there is no help).
pub(crate) type Wrong<'a> = (&'a str, Code, usize, usize, &'a str);

pub(crate) fn says(problem: &Problem, words: &str) -> bool {
    problem.help.as_deref().unwrap_or(&problem.message).contains(words)
        || problem.message.contains(words)
}

pub(crate) fn assert_problem(found: &[Problem], case: &str, file: &str, wrong: Wrong<'_>) {
    let (_, code, line, column, words) = wrong;
    let fits = found.iter().any(|problem| {
        problem.code == code
            && problem.file.as_deref() == Some(file)
            && problem.line == Some(line)
            && problem.column == Some(column)
            && says(problem, words)
    });
    assert!(
        fits,
        "{case}\nwanted {code} at {file}:{line}:{column} with “{words}”, found {found:#?}"
    );
}

/// Each body stands in a scoring rule, from line 3 on.
pub(crate) fn bodies_are_refused(cases: &[Wrong<'_>]) {
    for case in cases {
        assert_problem(&problems(&scoring(case.0)), case.0, "scoring/rule.rhai", *case);
    }
}

#[test]
fn names_that_do_not_exist_are_refused_with_the_nearest_that_does() {
    bodies_are_refused(&[
        ("activity.liks", Code::UnknownProperty, 3, 10, "did you mean `likes`?"),
        ("so_far.cuont(\"share\")", Code::UnknownFunction, 3, 8, "did you mean `count`?"),
        ("mni(1, 2)", Code::UnknownFunction, 3, 1, "did you mean `min`?"),
        ("let points = 1;\npoinst", Code::UnknownVariable, 4, 1, "did you mean `points`?"),
        ("post.words", Code::UnknownVariable, 3, 1, "take it as a parameter"),
        ("so_far.count(\"shrae\")", Code::UnknownKind, 3, 14, "did you mean `share`?"),
        ("program.threshold(\"most\")", Code::UnknownThreshold, 3, 19, "set it in `program.toml`"),
        ("words::count()", Code::UnknownImport, 3, 8, "import it at the top"),
        ("global::MOST", Code::UnknownVariable, 3, 9, "there is no constant `MOST`"),
    ]);
}

#[test]
fn calls_with_the_wrong_arguments_are_refused() {
    bodies_are_refused(&[
        ("so_far.count()", Code::WrongArguments, 3, 8, "takes 1 argument(s), not 0"),
        ("so_far.count", Code::WrongArguments, 3, 8, "write `so_far.count("),
        ("activity.likes()", Code::WrongArguments, 3, 10, "without parentheses"),
        ("abs(1, 2)", Code::WrongArguments, 3, 1, "`abs` takes"),
    ]);
}

#[test]
fn values_that_a_fact_can_never_have_are_refused() {
    bodies_are_refused(&[
        (
            "if activity.kind == \"shrae\" { 1 }",
            Code::ImpossibleValue,
            3,
            21,
            "did you mean `share`?",
        ),
        (
            "switch activity.kind { \"craete\" => 1 }",
            Code::ImpossibleValue,
            3,
            24,
            "did you mean `create`?",
        ),
        (
            "if activity.kind in [\"share\", \"crate\"] { 1 }",
            Code::ImpossibleValue,
            3,
            31,
            "did you mean `create`?",
        ),
        (
            "if activity.channel == \"blgo\" { 1 }",
            Code::ImpossibleValue,
            3,
            24,
            "did you mean `blog`?",
        ),
        ("if activity.likes < 0 { 1 }", Code::ImpossibleValue, 3, 19, "it is 0 or more"),
        ("if activity.weekday == 8 { 1 }", Code::ImpossibleValue, 3, 21, "it is 1 to 7"),
        ("if activity.customer == 1 { 1 }", Code::ImpossibleValue, 3, 22, "`true` or `false`"),
    ]);
}

#[test]
fn a_fact_object_is_asked_or_handed_on_and_nothing_else() {
    for body in [
        "let kept = activity; 1",
        "if activity == activity { 1 }",
        "activity",
        "let list = [activity]; 1",
        "let map = #{ a: activity }; 1",
        "let text = `${activity}`; 1",
        "return activity;",
        "throw activity;",
        "let x = if activity.likes > 1 { activity } else { 1 }; 1",
        "abs(activity)",
        "activity.likes = 5; 1",
        "activity = 5; 1",
    ] {
        let found = problems(&scoring(body));
        assert!(found.iter().any(|problem| problem.code == Code::NotAllowed), "{body}: {found:#?}");
    }
}

#[test]
fn a_rule_must_return_what_its_folder_has_use_for() {
    bodies_are_refused(&[
        ("true", Code::WrongResult, 2, 4, "can return yes or no"),
        ("\"five\"", Code::WrongResult, 2, 4, "can return text"),
        ("[5]", Code::WrongResult, 2, 4, "can return a list"),
        ("#{}", Code::WrongResult, 2, 4, "can return a map"),
        ("advise(\"x\")", Code::WrongResult, 2, 4, "can return a finding"),
        ("1.5", Code::NotAllowed, 3, 1, "whole numbers"),
        ("let x = 1;", Code::WrongResult, 2, 4, "never returns anything"),
    ]);
}

#[test]
fn guidelines_name_lexicons_patterns_and_places_that_exist() {
    let start = "/// Title.\nfn guide(post) {\n";
    for case in [
        (
            "if post.mentions(\"brnad\") { advise(\"x\") }",
            Code::UnknownLexicon,
            3,
            18,
            "did you mean `brand`?",
        ),
        (
            "if post.matches(\"emial\") { advise(\"x\") }",
            Code::UnknownPattern,
            3,
            17,
            "did you mean `email`?",
        ),
        ("advise(\"x\").at(\"link\")", Code::UnknownPlace, 3, 16, "did you mean `links`?"),
        (
            "if post.discloses { advise(\"x\") }",
            Code::UnknownLexicon,
            3,
            9,
            "lexicons/disclosure.txt",
        ),
        ("advise(\" \")", Code::WrongArguments, 3, 8, "must say something"),
        ("5", Code::WrongResult, 2, 4, "can return a number"),
        (
            "let w = \"brand\";\nfor i in 0..2 {\nif post.mentions(w) { return advise(\"x\"); }\nw = \"other\"; }",
            Code::UnknownLexicon,
            5,
            18,
            "there is no lexicon `other`",
        ),
    ] {
        let rule = format!("{start}{}\n}}\n", case.0);
        let files = [
            ("guidelines/guide.rhai", rule.as_str()),
            ("lexicons/brand.txt", "{brand}\n"),
            ("patterns.toml", "email = '\\w@\\w'\n"),
        ];
        assert_problem(&problems(&sources(&files)), case.0, "guidelines/guide.rhai", case);
    }
}

#[test]
fn lists_and_patterns_count_in_company_that_is_there_and_counts_in_any() {
    const LIST: &str = "lexicons/illness.en.txt";
    const PATTERN: &str = "patterns.toml";
    let find = "[mail]\nfind = 'x'\n";
    for (file, text, code, line, column, words) in [
        (
            LIST,
            "# Note.\n%with famly\ncancer",
            Code::UnknownLexicon,
            2,
            1,
            "did you mean `family`?",
        ),
        (
            LIST,
            "cancer\n%without quotes",
            Code::UnknownLexicon,
            2,
            1,
            "there is no lexicon `quotes`",
        ),
        (LIST, "%with giving\ncancer", Code::WrongValue, 1, 1, "neither `%with` nor `%without`"),
        (LIST, "%with family giving\ncancer", Code::Syntax, 1, 1, "one list"),
        (LIST, "%near family\ncancer", Code::Syntax, 1, 1, "`%with`"),
        (PATTERN, &format!("{find}with = [\"famly\"]"), Code::UnknownLexicon, 3, 9, "`family`"),
        (PATTERN, &format!("{find}without = [\"giving\"]"), Code::WrongValue, 3, 12, "neither"),
        (PATTERN, &format!("{find}unless = 'y'"), Code::UnknownSetting, 3, 1, "`except`"),
        (PATTERN, &format!("{find}except = '('"), Code::Syntax, 3, 10, "unclosed group"),
        (PATTERN, "[mail]\nexcept = 'y'\n", Code::Missing, 1, 2, "`find`"),
    ] {
        let plain = [
            ("lexicons/family.txt", "my mother"),
            ("lexicons/giving.txt", "%with family\ndonat*"),
            (file, text),
        ];
        assert_problem(&problems(&sources(&plain)), text, file, (text, code, line, column, words));
    }
}

#[test]
fn translations_are_of_a_language_and_of_what_rules_say() {
    const RULE: &str =
        "/// Be brief.\nfn brief(post) { if post.words > 3 { advise(\"Say \\\"less\\\".\") } }\n";
    let with = |file: &str, text: &str| {
        let files = [("guidelines/g.rhai", RULE), (file, text)];
        Program::from_sources(&sources(&files))
    };
    let fine = "[brief]\ntitle = \"Kurz.\"\n'Say \"less\".' = \"Sag weniger.\"\n";
    assert_eq!(with("translations/de.toml", fine).unwrap().warnings(), []);
    // What is wrong is refused.
    for (file, text, code, line, column, words) in [
        ("translations/de.toml", "[brief]\ntitle = 5\n", Code::WrongValue, 2, 9, "text in quotes"),
        ("translations/de.toml", "brief = \"x\"\n", Code::WrongValue, 1, 9, "a table"),
        ("translations/de.toml", "[brief\n", Code::Syntax, 1, 7, "unclosed table"),
        ("translations/german.toml", fine, Code::WrongValue, 1, 1, "ISO 639-1"),
    ] {
        let error = with(file, text).unwrap_err();
        assert_problem(error.problems(), text, file, (text, code, line, column, words));
    }
    // What says nothing any more is told.
    for (text, code, line, column, words) in [
        ("[brif]\ntitle = \"Kurz.\"\n", Code::UnknownRule, 1, 2, "did you mean `brief`?"),
        ("[brief]\n\"Say more.\" = \"Sag mehr.\"\n", Code::Advice, 2, 1, "it says “Say \"less\".”"),
        ("[brief]\nOh = \"Oh\"\n", Code::Advice, 2, 1, "letter by letter"),
    ] {
        let program = with("translations/de.toml", text).unwrap();
        let file = "translations/de.toml";
        assert_problem(program.warnings(), text, file, (text, code, line, column, words));
    }
}

#[test]
fn a_translation_of_what_a_helper_says_is_one_of_what_the_rule_says() {
    let translated = "[brief]\n\"Above.\" = \"Oben.\"\n\"Far away.\" = \"Weit weg.\"\n";
    let files = [
        ("lib/words.rhai", "fn far() { \"Far away.\" }\n"),
        (
            "guidelines/g.rhai",
            "import \"lib/words\" as words;\nprivate fn above() { \"Above.\" }\n/// Be brief.\n\
             fn brief(post) { if post.words > 3 { advise(above()).suggest(words::far()) } }\n",
        ),
        ("translations/de.toml", translated),
    ];
    let program = Program::from_sources(&sources(&files)).unwrap();
    assert_eq!(program.warnings(), []);
}

/// Whoever reads German is told in German, whatever it is about.
#[test]
fn the_starter_program_says_all_that_it_says_of_german_posts_in_german() {
    let program = Program::load(top().join("rules")).unwrap();
    let german = fs::read_to_string(top().join("rules/translations/de.toml")).unwrap();
    let said =
        Regex::new("(?:advise|revise|review|block|suggest)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"")
            .unwrap();
    let guidelines = program.rules().iter().filter(|rule| rule.folder() == Folder::Guidelines);
    for rule in guidelines {
        assert!(german.contains(&format!("[{}]\ntitle = \"", rule.id())), "{}", rule.id());
        let body = rule.text().lines().filter(|line| !line.trim_start().starts_with("///"));
        let body: Vec<&str> = body.collect();
        for found in said.captures_iter(&body.join("\n")) {
            let words = found[1].replace("\\\"", "\"");
            let quoted = serde_json::to_string(&words).unwrap();
            let is_said = german.contains(&format!("\n{quoted} = "));
            assert!(is_said || !words.contains(char::is_alphabetic), "{}: {words}", rule.id());
        }
    }
}

#[test]
fn what_stands_around_a_rule_must_be_right() {
    const RULE: &str = "fn share(activity) { 1 }\n";
    for case in [
        ("fn share(activity) { if }\n", Code::Syntax, 1, 25, "unexpected"),
        (RULE, Code::MissingDoc, 1, 4, "write `/// What to do"),
        (
            "/// A.\nfn share(activty) { 1 }\n",
            Code::UnknownParameter,
            2,
            10,
            "did you mean `activity`?",
        ),
        ("/// A.\nfn share(post) { 1 }\n", Code::UnknownParameter, 2, 10, "known: `activity`"),
        ("/// A.\nfn share() { 1 }\n", Code::UnknownParameter, 2, 4, "known: `activity`"),
        (
            "import \"lib/wrds\" as words;\n/// A.\nfn share(activity) { 1 }\n",
            Code::UnknownImport,
            1,
            8,
            "did you mean `lib/words`?",
        ),
        ("loop { }\n", Code::NotAllowed, 1, 1, "only functions, imports and constants"),
        (
            "/// A.\nfn max(activity) { 1 }\n",
            Code::Duplicate,
            2,
            4,
            "name of a function that rules are given",
        ),
    ] {
        let files = [("scoring/a.rhai", case.0), ("lib/words.rhai", "fn count() { 1 }\n")];
        assert_problem(&problems(&sources(&files)), case.0, "scoring/a.rhai", case);
    }
    let twice = [
        ("scoring/a.rhai", "/// A.\nfn one(activity) { 1 }\n"),
        ("scoring/b.rhai", "\n/// B.\nfn one(activity) { 2 }\n"),
    ];
    let wrong = ("", Code::Duplicate, 3, 4, "give one of them another name");
    assert_problem(&problems(&sources(&twice)), "twice", "scoring/b.rhai", wrong);
}

#[test]
fn an_example_must_be_readable_and_a_near_miss_is_a_warning() {
    for case in [
        ("5:", Code::MalformedExample, 2, 5, "write a map behind the label"),
        ("5: some text", Code::MalformedExample, 2, 5, "such as `#{ activity:"),
        ("5: #{ activity: #{ kind: \"share\" }", Code::MalformedExample, 2, 5, "this is not a map"),
        ("5: #{ activity: #{ kind: 1 + 1 } }", Code::MalformedExample, 2, 5, "constants"),
        (
            "5: #{ activity: #{ likes: 1 } }",
            Code::MalformedExample,
            2,
            5,
            "begin with `#{ activity",
        ),
        (
            "5: #{ activity: #{ kind: \"shrae\" } }",
            Code::MalformedExample,
            2,
            5,
            "did you mean `share`?",
        ),
        (
            "5: #{ activity: #{ kind: \"share\", liks: 1 } }",
            Code::MalformedExample,
            2,
            5,
            "did you mean `likes`?",
        ),
        (
            "5: #{ activity: #{ kind: \"share\", likes: -1 } }",
            Code::MalformedExample,
            2,
            5,
            "a whole number from 0",
        ),
        (
            "5: #{ activty: #{ kind: \"share\" } }",
            Code::MalformedExample,
            2,
            5,
            "did you mean `activity`?",
        ),
        (
            "5: #{ activity: #{ kind: \"share\" }, so_far: #{ count: 3 } }",
            Code::MalformedExample,
            2,
            5,
            "is asked with an argument",
        ),
    ] {
        let rule = format!("/// A.\n/// {}\nfn rule(activity) {{ 1 }}\n", case.0);
        assert_problem(
            &problems(&sources(&[("scoring/a.rhai", &rule)])),
            case.0,
            "scoring/a.rhai",
            case,
        );
    }
    for (label, help) in
        [("nome: x", "did you mean `none`?"), ("-5: x", "points are never negative")]
    {
        let rule = format!("/// A.\n/// {label}\nfn rule(activity) {{ 1 }}\n");
        let program = Program::from_sources(&sources(&[("scoring/a.rhai", &rule)])).unwrap();
        let warning = program.warnings().first().unwrap();
        assert_eq!(
            (warning.level, warning.line, warning.column),
            (Level::Warning, Some(2), Some(5)),
            "{label}"
        );
        assert!(says(warning, help), "{warning:?}");
    }
}

/// The data-use report is complete: what could be read unseen is refused.
#[test]
fn names_that_change_on_the_way_are_refused() {
    for body in [
        "let k = \"share\"; k.replace(\"share\", \"create\"); so_far.today(k)",
        "for k in [\"share\"] { k.replace(\"share\", \"nosuchkind\"); if so_far.today(k) > 0 { return 1; } }",
        "let l = [\"share\"]; push(l, \"create\"); for k in l { if so_far.today(k) > 0 { return 1; } }",
    ] {
        let found = problems(&scoring(body));
        assert!(found.iter().any(|problem| problem.code == Code::NotAllowed), "{body}: {found:?}");
    }
}

#[test]
fn names_in_a_file_are_unique_and_reach_no_other_file() {
    let lib = "const K = \"share\";\nfn f(activity) { activity.likes }";
    let doc = "/// X.\nfn rule(activity, so_far)";
    for (head, body, code) in [
        ("import \"lib/a\" as w;\nimport \"lib/b\" as w;", "w::f(activity)", Code::Duplicate),
        ("import \"lib/a\" as global;", "global::f(activity)", Code::Duplicate),
        ("const K = \"share\";\nconst K = \"create\";", "so_far.today(global::K)", Code::Duplicate),
        ("import \"lib/a\" as w;", "so_far.today(w::K)", Code::NotAllowed),
    ] {
        let rule = format!("{head}\n{doc} {{ {body} }}");
        let files =
            [("lib/a.rhai", lib), ("lib/b.rhai", lib), ("scoring/rule.rhai", rule.as_str())];
        let found = problems(&sources(&files));
        assert!(found.iter().any(|problem| problem.code == code), "{head}: {found:?}");
    }
}

#[test]
fn methods_of_a_type_are_refused() {
    let rule = "/// X.\nfn rule(activity) { pay(activity.likes, 1) }\nprivate fn int.pay(a, b) { 0 }\nprivate fn pay(a, b) { a }";
    let found = problems(&sources(&[("scoring/rule.rhai", rule)]));
    assert!(found.iter().any(|problem| problem.message.contains("method of a type")), "{found:?}");
}

#[test]
fn a_calculation_with_a_fact_that_may_be_unknown_is_warned_of() {
    let found = problems(&scoring("activity.minutes / 15"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].level, found[0].code), (Level::Warning, Code::Advice));
    assert!(found[0].help.as_deref().unwrap().contains("(activity.minutes ?? 0)"));
    assert!(problems(&scoring("(activity.minutes ?? 0) / 15")).is_empty());
}
