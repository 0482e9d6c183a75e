//! However rules are run, by steps or by Rhai alone, answers are the same bytes; and it is told which
//! way they went.

use std::ops::ControlFlow;

use plaudit_engine::simulation::SimulationQuestion;
use plaudit_engine::{CheckContext, Post, Program, Records, canonical};

use super::rfcs::floor::{posts::POSTS, synthetic::synthetic};
use super::serve::Setup;
use super::support::{events, people, plaudit, rounds, sources, stderr, stdout, top};

/// Every answer that a program gives on made-up people and activities.
fn answers(program: &Program, seed: u64) -> Vec<String> {
    let made = synthetic(600, 12, seed);
    let (log, people) = (events(&made.activities), people(&made.people));
    let as_of = "2027-02-01T00:00:00Z".parse().unwrap();
    let records = Records { log: &log, people: &people, as_of, assume_consent: true };
    let scores = program.score(&records).unwrap();
    let mut all = vec![
        canonical(&scores).unwrap(),
        canonical(&program.recognize(&records, None).unwrap()).unwrap(),
        canonical(&program.coach(&records, None).unwrap()).unwrap(),
    ];
    for total in &scores.advocates {
        all.push(canonical(&program.explain(&records, &total.advocate).unwrap()).unwrap());
    }
    let other = program.without(program.rules()[0].id()).unwrap();
    let question = SimulationQuestion::default();
    let going_on = |_, _| ControlFlow::Continue(());
    let simulation = program.simulate(&other, &records, &question, going_on).unwrap();
    all.push(canonical(&simulation).unwrap());
    for line in POSTS.lines() {
        let post: Post = serde_json::from_str(line).unwrap();
        let verdict = program.check(&post, &CheckContext::default(), as_of).unwrap();
        all.push(canonical(&verdict).unwrap());
    }
    all
}

#[test]
fn answers_are_the_same_bytes_either_way() {
    // Programs of this test's own: their clones share one count, and others would count along.
    for folder in ["rules", "tests/floor/program"] {
        let program = Program::load(top().join(folder)).unwrap();
        let (fast, reference) = (program.clone(), program.clone().interpreted());
        assert_eq!(fast.version(), reference.version());
        for seed in 0..u64::from(rounds(2, 40)) {
            for (fast, reference) in answers(&fast, seed).into_iter().zip(answers(&reference, seed))
            {
                assert_eq!(fast, reference, "seed {seed}");
            }
        }
        let (fast, reference) = (fast.stats(), reference.stats());
        assert!(fast.calls > 1_000 && fast.in_rhai * 4 < fast.calls, "{fast:?}");
        assert_eq!((reference.lowered, reference.bytes), (0, 0), "{reference:?}");
        assert_eq!(reference.in_rhai, reference.calls, "{reference:?}");
        assert!(reference.calls > fast.calls / 2, "{reference:?}");
    }
}

/// What is counted is what happened: a rule that steps can answer, one that they cannot, and one that
/// they give up on where its sum is too large, each called once a post.
#[test]
fn calls_are_counted_and_steps_weighed() {
    let program = Program::from_sources(&sources(&[(
        "guidelines/ways.rhai",
        "/// A.\nfn by_steps(post) { if post.words > 100 { advise(\"A.\") } }\n\
         /// B.\nfn by_rhai(post) { for n in 0..3 { if post.words > n + 100 { return advise(\"B.\"); } } }\n\
         /// C.\nfn by_both(post) { if post.words == 2 { let n = 9223372036854775807 + post.words; if n > 0 { advise(\"C.\") } } }\n",
    )]))
    .unwrap();
    let stats = program.stats();
    assert_eq!((stats.rules, stats.lowered, stats.calls, stats.in_rhai), (3, 2, 0, 0));
    assert!((100..10_000).contains(&stats.bytes), "{stats:?}");
    for text in ["One.", "One two.", "One two three."] {
        let post: Post = serde_json::from_str(&format!(r#"{{"text":"{text}"}}"#)).unwrap();
        let at = "2026-06-30T00:00:00Z".parse().unwrap();
        let verdict = program.check(&post, &CheckContext::default(), at).unwrap();
        assert_eq!(verdict.faults.len(), usize::from(text == "One two."), "{verdict:?}");
    }
    let after = program.stats();
    assert_eq!((after.calls, after.in_rhai, after.bytes), (9, 4, stats.bytes));
    let by_rule: Vec<(&str, u64)> =
        after.in_rhai_by_rule.iter().map(|(rule, calls)| (&**rule, *calls)).collect();
    assert_eq!(by_rule, [("by_rhai", 3), ("by_both", 1)]);
}

/// A rule that steps give up on time and again is left to Rhai at once, until steps come to something
/// again; what it says is the same all the while.
#[test]
fn where_steps_come_to_nothing_they_are_not_taken_for_a_while() {
    let rule = "/// A.\nfn large(post) { let n = 9223372036854775807 - post.words; if n + 2 > 0 { advise(\"A.\") } }\n";
    let sources = sources(&[("guidelines/ways.rhai", rule)]);
    let program = Program::from_sources(&sources).unwrap();
    let at = "2026-06-30T00:00:00Z".parse().unwrap();
    let failed = |text: &str| {
        let post: Post = serde_json::from_str(&format!(r#"{{"text":"{text}"}}"#)).unwrap();
        program.check(&post, &CheckContext::default(), at).unwrap().faults.len()
    };
    assert_eq!((0..20).map(|_| failed("One.")).sum::<usize>(), 20);
    assert_eq!(program.stats().in_rhai, 20);
    assert_eq!((0..1_000).map(|_| failed("One two.")).sum::<usize>(), 0);
    let in_rhai = program.stats().in_rhai;
    assert!((21..200).contains(&in_rhai), "{in_rhai}");
}

const PAST: &[&str] = &[
    "--activities",
    "tests/data/rfcs/activities.jsonl",
    "--people",
    "tests/data/rfcs/people.jsonl",
    "--assume-consent",
    "--as-of",
    "2026-11-01T00:00:00Z",
    "--json",
];

#[test]
fn commands_tell_on_standard_error_only_and_answer_the_same() {
    let score: Vec<&str> = ["score"].iter().chain(PAST).copied().collect();
    let simulate: Vec<&str> = ["simulate", "--only", "share"].iter().chain(PAST).copied().collect();
    let check = vec!["check", "--json", "--at", "2026-11-01", "tests/data/sample/post.txt"];
    for command in [score, simulate, check] {
        let with =
            |more: &[&str]| plaudit(&command.iter().chain(more).copied().collect::<Vec<&str>>());
        let (plain, stats, reference) =
            (with(&[]), with(&["--stats"]), with(&["--stats", "--interpret"]));
        assert!(!plain.stdout.is_empty(), "{}", stderr(&plain));
        assert!(!stderr(&plain).contains("stats:"), "{}", stderr(&plain));
        for (told, share) in [(&stats, None), (&reference, Some("(100.0 %)"))] {
            assert_eq!(stdout(told), stdout(&plain));
            assert_eq!(told.status, plain.status);
            let told = stderr(told);
            assert!(told.contains("stats:") && told.contains(" of rules, "), "{told}");
            assert_eq!(told.contains("(100.0 %)"), share.is_some(), "{told}");
        }
        assert!(stderr(&reference).contains("\nstats: 0 of "), "{}", stderr(&reference));
    }
}

#[test]
fn the_service_tells_how_rules_were_run_and_can_be_switched() {
    let figure = |metrics: &str, name: &str| -> u64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name}: {metrics}")).parse().unwrap()
    };
    let post = r#"{"post":{"text":"The new Acme mixer is the best thing I ever bought!"},"at":"2026-06-30"}"#;
    let mut verdicts = Vec::new();
    for interpret in ["false", "true"] {
        let served = Setup::new().set("INTERPRET", interpret).start();
        let before = served.get("/metrics").body;
        verdicts.push(served.post("/v1/check", post).document());
        let after = served.get("/metrics").body;
        let more = |name: &str| figure(&after, name) - figure(&before, name);
        let (calls, in_rhai) = (more("plaudit_rule_calls"), more("plaudit_rule_calls_in_rhai"));
        assert!(calls > 10, "{after}");
        match interpret {
            "true" => assert_eq!(in_rhai, calls, "{after}"),
            _ => assert!(in_rhai < calls / 2, "{after}"),
        }
        let steps = figure(&after, "plaudit_rule_steps_bytes");
        assert_eq!(steps == 0, interpret == "true", "{after}");
    }
    assert_eq!(verdicts[0], verdicts[1]);
}
