//! What recognition and coaching rules give, and how they fail.

use std::sync::Arc;

use super::grants::GrantKind;
use super::host::{is_id, is_topic};
use super::{AdviceDraft, Failure, Given, GrantDraft};
use crate::error::Code;
use crate::facts::{Object, Value, World};
use crate::program::{Program, Sources, Subject};

const MANIFEST: &str = "[program]\nname = \"T\"\n[brand]\nname = \"Acme\"\n[channels.x]\n[kinds.share]\nstyle = \"curator\"\n";

fn program(file: &str, rules: &str) -> Program {
    let sources = Sources::new().with("program.toml", MANIFEST).with(file, rules);
    Program::from_sources(&sources).unwrap()
}

/// Runs the body of a rule in a world where these facts have these values, both ways.
fn run(folder: &str, body: &str, facts: &[(Object, &str, Value)]) -> Result<Given, Failure> {
    let rule = format!("/// A.\nfn rule(standing, person) {{\n{body}\n}}\n");
    let program = program(&format!("{folder}/a.rhai"), &rule);
    let mut world = World::new(Arc::clone(&program.view));
    for (object, name, value) in facts {
        let (slot, _) = object.fact(name).unwrap();
        world.stubs.insert((*object, slot, None), value.clone());
    }
    let world = Arc::new(world);
    let rule = &program.rules()[0];
    let (file, function) = (program.file_of(rule), program.function_of(rule));
    let fast = program.sandbox.run(file, function, 0, &world);
    assert_eq!(fast, program.sandbox.interpret(file, function, 0, &world), "{body}");
    fast.0
}

fn grants(body: &str) -> Vec<GrantDraft> {
    run("recognition", body, &[]).and_then(Given::grants).unwrap()
}

fn advice(body: &str) -> Vec<AdviceDraft> {
    run("coaching", body, &[]).and_then(Given::advice).unwrap()
}

fn fails(folder: &str, body: &str, facts: &[(Object, &str, Value)], code: Code, words: &str) {
    let given = run(folder, body, facts);
    let given = match folder {
        "recognition" => given.and_then(Given::grants).map(|_| ()),
        _ => given.and_then(Given::advice).map(|_| ()),
    };
    let failure = given.expect_err(body);
    assert_eq!(failure.code, code, "{body}: {failure:?}");
    assert!(failure.message.contains(words), "{body}: {failure:?}");
}

#[test]
fn a_recognition_rule_gives_what_it_made() {
    let badge = GrantDraft {
        kind: GrantKind::Badge,
        id: "steady".into(),
        level: None,
        amount: None,
        each_period: false,
        message: None,
    };
    assert_eq!(grants("badge(\"steady\")"), std::slice::from_ref(&badge));
    assert_eq!(
        grants("badge(\"steady\").level(3).each_period().because(`${standing.streak} at {brand}`)"),
        [GrantDraft {
            level: Some(3),
            each_period: true,
            message: Some("0 at {brand}".into()),
            ..badge.clone()
        }]
    );
    let reward = GrantDraft {
        kind: GrantKind::Reward,
        id: "lunch".into(),
        amount: Some(1_000_000_000),
        ..badge.clone()
    };
    let spotlight = GrantDraft { kind: GrantKind::Spotlight, ..badge };
    assert_eq!(
        grants("[reward(\"lunch\").amount(1000000000), spotlight(\"steady\")]"),
        [reward, spotlight]
    );
    for nothing in ["if standing.streak > 3 { badge(\"x\") }", "[]"] {
        assert_eq!(grants(nothing), [], "{nothing}");
    }
}

#[test]
fn a_coaching_rule_gives_what_it_made() {
    let suggestion = |with_content| AdviceDraft::Suggestion {
        id: "write".into(),
        message: "Write.".into(),
        with_content,
    };
    assert_eq!(advice("suggestion(\"write\", \"Write.\")"), [suggestion(false)]);
    assert_eq!(
        advice(
            "let all = [];\nall += suggestion(\"write\", \"Write.\").with_content();\nall.push(offers(\"sales talk\", 1000));\nall.push(seeks(\"sales talk\", 1));\nall"
        ),
        [
            suggestion(true),
            AdviceDraft::Offers { topic: "sales talk".into(), weight: 1_000 },
            AdviceDraft::Seeks { topic: "sales talk".into(), weight: 1 },
        ]
    );
    let function = (Object::Person, "function", Value::from("service"));
    let given = run("coaching", "seeks(person.function, 5)", &[function]).unwrap();
    assert_eq!(
        given,
        Given::Advice(vec![AdviceDraft::Seeks { topic: "service".into(), weight: 5 }])
    );
}

#[test]
fn values_out_of_their_limits_are_faults() {
    let streak = |number: i64| [(Object::Standing, "streak", Value::Number(number))];
    for (folder, body, number, words) in [
        ("recognition", "badge(\"x\").level(standing.streak)", 0, "from 1 to 100, not 0"),
        ("recognition", "badge(\"x\").level(standing.streak)", 101, "from 1 to 100, not 101"),
        ("recognition", "reward(\"x\").amount(standing.streak)", 0, "from 1 to 1000000000, not 0"),
        ("recognition", "reward(\"x\").amount(standing.streak)", 1_000_000_001, "not 1000000001"),
        ("coaching", "offers(\"x\", standing.streak)", 0, "`offers` takes a whole number"),
        ("coaching", "seeks(\"x\", standing.streak)", 1_001, "from 1 to 1000, not 1001"),
    ] {
        fails(folder, body, &streak(number), Code::ScriptError, words);
    }
    let function = |text: &str| [(Object::Person, "function", Value::from(text))];
    for (folder, body, text, words) in [
        ("recognition", "badge(\"x\").because(person.function)", " ", "must say something"),
        ("coaching", "suggestion(\"x\", person.function)", "", "must say something"),
        ("coaching", "offers(person.function, 1)", " ", "a topic of 1 to 200 bytes"),
        ("coaching", "seeks(person.function, 1)", &"é".repeat(101), "a topic of 1 to 200 bytes"),
    ] {
        fails(folder, body, &function(text), Code::ScriptError, words);
    }
    let seeks = "seeks(person.function, 1)";
    fails("coaching", seeks, &[], Code::ScriptError, "does not work with nothing and a number");
    // What the checker can no longer tell apart is refused when it runs.
    let of = |made: &str, then: &str| {
        format!(
            "let m = {made};\nwhile standing.streak > 0 {{ m = [m]; }}\nfor x in [m] {{ return x.{then}; }}"
        )
    };
    for (made, then, words) in [
        ("reward(\"x\")", "level(1)", "`level` is for a badge, not for a reward"),
        ("spotlight(\"x\")", "amount(1)", "`amount` is for a reward, not for a spotlight"),
    ] {
        fails("recognition", &of(made, then), &[], Code::ScriptError, words);
    }
    let content = of("offers(\"x\", 1)", "with_content()");
    fails("coaching", &content, &[], Code::ScriptError, "for a suggestion, not for `offers`");
}

#[test]
fn what_a_folder_has_no_use_for_is_a_fault() {
    let wrong = Code::WrongResult;
    for (folder, body, words) in [
        ("recognition", "[5]", "a list with something that is no result in it"),
        ("recognition", "[badge(\"x\"), 5]", "a list with something else than grants in it"),
        ("recognition", "[badge(\"x\"), suggestion(\"x\", \"y\")]", "something else than grants"),
        ("recognition", "[suggestion(\"x\", \"y\")]", "a recognition rule returned a suggestion"),
        ("recognition", "[advise(\"x\")]", "a recognition rule returned a finding"),
        ("recognition", "for x in [5] { return x + 1; }", "a recognition rule returned a number"),
        ("coaching", "[badge(\"x\")]", "a coaching rule returned a badge, reward or spotlight"),
        ("coaching", "[seeks(\"x\", 1), badge(\"x\")]", "something else than pieces of advice"),
        ("recognition", "[badge(\"x\"), badge(\"x\").because(\"y\")]", "gives the badge `x` twice"),
        (
            "recognition",
            "[reward(\"x\").amount(1), reward(\"x\").amount(2)]",
            "the reward `x` twice",
        ),
        (
            "coaching",
            "[suggestion(\"x\", \"a\"), suggestion(\"x\", \"b\")]",
            "`suggestion` of `x` twice",
        ),
        ("coaching", "[offers(\"x\", 1), offers(\"x\", 2)]", "`offers` of `x` twice"),
    ] {
        fails(folder, body, &[], wrong, words);
    }
    let apart =
        "[badge(\"x\"), badge(\"x\").each_period(), badge(\"x\").level(1), spotlight(\"x\")]";
    assert_eq!(grants(apart).len(), 4);
    let many = "let all = [];\nfor n in 1..18 { all.push(badge(\"x\").level(n)); }\nall";
    fails("recognition", many, &[], Code::LimitExceeded, "more than 16 grants");
    assert_eq!(grants(&many.replace("18", "17")).len(), 16);
}

/// A finding where points belong stays the fault that it was, and so does a grant.
#[test]
fn guidelines_and_scoring_have_no_use_for_grants() {
    let rule =
        "/// A.\nfn rule(activity) {\nwhile activity.likes == 0 { return badge(\"x\"); }\n}\n";
    let program = program("scoring/a.rhai", rule);
    let world = Arc::new(World::new(Arc::clone(&program.view)));
    let rule = &program.rules()[0];
    let (file, function) = (program.file_of(rule), program.function_of(rule));
    for result in [
        program.sandbox.run(file, function, 0, &world).0,
        program.sandbox.result(file, function, 0, &world),
    ] {
        let failure = result.and_then(Given::points).unwrap_err();
        assert_eq!(failure.code, Code::WrongResult);
        assert_eq!(failure.message, "a scoring rule returned a badge, reward or spotlight");
    }
}

#[test]
fn ids_and_topics_keep_to_their_form() {
    for id in ["x", "first_story", "top-10", "größe", &"x".repeat(64)] {
        assert!(is_id(id), "{id}");
    }
    for id in ["", "none", "two words", "a+b", "a.b", &"x".repeat(65)] {
        assert!(!is_id(id), "{id}");
    }
    assert!(is_topic("sales talk") && is_topic(&"x".repeat(200)));
    assert!(!is_topic("  ") && !is_topic(&"x".repeat(201)));
}

#[test]
fn a_level_is_read_and_given() {
    let body = "if standing.level == () { badge(\"x\").level(2) }";
    assert_eq!(grants(body)[0].level, Some(2));
}

#[test]
fn what_a_rule_may_give_and_whom_it_runs_for_is_known() {
    let rules = "/// A.\nfn a(team, period) { award(team) }\n/// B.\nfn b(team, person) { if person.leader { return [badge(\"b\"), reward(\"a\")]; } spotlight(\"c\") }\nprivate fn award(team) { if team.enrolled > 3 { spotlight(\"team\") } }";
    let recognition = program("recognition/a.rhai", rules);
    let [a, b] = recognition.rules() else { panic!("two rules") };
    assert_eq!((a.subject(), b.subject()), (Subject::Team, Subject::Person));
    let ids = |rule: &crate::program::Rule| rule.gives().join(" ");
    assert_eq!((ids(a).as_str(), ids(b).as_str()), ("team", "a b c"));
    let rules = "/// A.\nfn a(person) { [suggestion(\"s\", \"S.\"), seeks(\"t\", 1), offers(person.function ?? \"u\", 1)] }\n";
    let coaching = program("coaching/a.rhai", rules);
    let [rule] = coaching.rules() else { panic!("one rule") };
    assert_eq!((ids(rule).as_str(), rule.gives_others()), ("s t", true));
    assert!(!a.gives_others());
}
