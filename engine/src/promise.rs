//! The promise of evidence, as a property: a rule's result depends on the facts that it read and
//! on nothing else, and it reads no fact that the checker did not foresee. And the promise of the fast
//! way: it gives what Rhai gives, in rules that somebody wrote and in those that `drawn` draws.

mod drawn;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use proptest::prelude::*;

use crate::error::Code;
use crate::facts::{Argument, Fact, Object, Read, Stubs, Type, Value, Words, World};
use crate::program::{Program, Rule, Sources};
use crate::script::{Failure, Given};

/// Rules that take every road of the language that changes what is read.
const ROADS: &str = r#"
/// Loops until a limit that depends on what it read.
fn loops(activity, so_far) {
    let sum = 0;
    for step in 0..5 {
        if step > activity.minutes { break; }
        sum += if step % 2 == 0 { activity.likes % 7 } else { so_far.count("share") % 5 };
    }
    sum
}

/// Decides by a switch, with conditions and a default.
fn switches(activity, person) {
    switch activity.kind {
        "share" if activity.own_words >= 50 => 5,
        "share" | "create" => if person.leader { 2 } else { return 1; },
        _ => { if activity.channel == "x" { 3 } }
    }
}

/// Asks helpers, and again.
fn helpers(activity, so_far, program) {
    let first = worth(activity, 10);
    let again = worth(activity, 10);
    if first != again { return 1000; }
    first + max(0, min(so_far.points_today, 3)) + program.threshold("bonus") * 0
}

private fn worth(activity, most) { min(activity.clicks, most) }

/// Returns from within an argument, and changes what stands beside it.
fn orders(activity) {
    let x = 1;
    let y = worth(activity, if activity.likes > 30 { return 7; } else { 4 });
    let z = max(x, { x = activity.clicks % 5; 2 });
    x += { x = 3; activity.likes % 3 };
    x + y * 10 + z * 100
}

/// Changes its mind about a number that it knew.
fn minds(activity, program) {
    let worth = 1;
    let more = program.threshold("bonus");
    if activity.likes > 30 { worth = 5; }
    if activity.customer { more = worth + 2; worth += more; }
    worth * 10 + more
}

/// Takes what is known, or something else.
fn fallbacks(activity, person) {
    (activity.minutes ?? 7) + if (person.style ?? "none") == "none" { 1 } else { 0 }
}

/// Is done as soon as one part decides.
fn short_cuts(activity) {
    if activity.likes > 10 && activity.clicks > 10 || activity.customer { 1 } else { 0 }
}
"#;

/// Recognition with all that it can make.
const RECOGNITION: &str = r#"
/// Gives badges by what a standing says.
fn badges(standing, person, period, program) {
    let given = [];
    let streak = standing.streak;
    if streak >= program.threshold("weeks") {
        given.push(badge("steady").level(1 + streak % 5).because(`${streak} weeks with {brand}`));
    }
    if standing.level != () && standing.first_this_period("create") {
        given.push(badge("first_story").each_period());
    }
    if person.motivated_by("status") && standing.points_in("30_days") > 20 {
        given.push(spotlight("of_the_month").each_period().because("All of " + (period.name ?? "it") + "."));
    }
    given
}

/// Gives one reward, through a helper, or nothing.
fn rewards(standing, person) {
    if standing.incomplete || person.needs("ideas") { return; }
    worth(standing, standing.result("clicks"))
}

private fn worth(standing, clicks) {
    switch standing.main_style {
        "creator" if clicks > 10 => reward("lunch").amount(clicks),
        "creator" | "curator" => reward("book"),
        _ => if standing.found("no_shouting") == 0 { reward("card").because("Thanks.") }
    }
}

/// Runs once for each team.
fn teams(team) {
    if team.by == "department" && (team.participation_in("30_days") ?? 0) > 30 {
        spotlight("team").because(`${team.name ?? "You"} took part`)
    }
}
"#;

/// Coaching with all that it can make.
const COACHING: &str = r#"
/// Suggests a next step, with content where there is any.
fn steps(standing, person) {
    let next = suggestion("write", `Only ${standing.points_to_next ?? 0} points to go.`);
    if standing.unshared_content > 10 { next = next.with_content(); }
    if standing.in_chosen_style == () { return [next, suggestion("choose", "Choose a style.")]; }
    if standing.findings_in("90_days") > 30 { next }
}

/// Offers and seeks mentoring, in a topic that is read, too.
fn pairs(standing, person, team) {
    let wishes = [];
    if person.skilled_in("technical") { wishes.push(offers("technical", 1 + standing.trainings)); }
    if person.needs("analytics") { wishes += seeks("analytics", 3); }
    if person.function != () && team.adoption != 50 { wishes.push(seeks(person.function, 10)); }
    wishes
}
"#;

fn roads_manifest() -> &'static str {
    "[program]\nname = \"T\"\n[brand]\nname = \"Acme\"\n[channels.x]\n[kinds.share]\nstyle = \"curator\"\n[kinds.create]\nstyle = \"creator\"\n[kinds.read]\nstyle = \"listener\"\n"
}

fn roads() -> Program {
    let thresholds = "[rules.helpers.thresholds]\nbonus = 2\n[rules.minds.thresholds]\nbonus = 3\n[rules.badges.thresholds]\nweeks = 4\n";
    let sources = Sources::new()
        .with("program.toml", roads_manifest().to_owned() + thresholds)
        .with("guidelines/case.rhai", "/// Do not shout.\nfn no_shouting(post) { if post.capitals > 50 { advise(\"Use small letters.\") } }\n")
        .with("scoring/roads.rhai", ROADS)
        .with("recognition/roads.rhai", RECOGNITION)
        .with("coaching/roads.rhai", COACHING);
    Program::from_sources(&sources).unwrap()
}

fn starter() -> Program {
    Program::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../rules")).unwrap()
}

/// A value that a fact can have, drawn from a seed.
fn drawn(program: &Program, fact: &Fact, seed: u64) -> Value {
    if fact.optional && seed.is_multiple_of(5) {
        return Value::Unknown;
    }
    let pick =
        |words: &[&str]| Value::from(words[usize::try_from(seed % words.len() as u64).unwrap()]);
    match fact.kind {
        Type::Flag => Value::Flag(seed.is_multiple_of(2)),
        // Small numbers meet the conditions of rules; a few large ones meet their limits.
        Type::Number(least, most) => {
            let number = if seed.is_multiple_of(9) { seed % 1_000_000 } else { seed % 60 };
            Value::Number(i64::try_from(number).unwrap().clamp(least, most))
        }
        Type::Word(Words::Fixed(words)) => pick(words),
        Type::Word(Words::Kinds) => {
            pick(&program.manifest.kinds.keys().map(|name| &**name).collect::<Vec<_>>())
        }
        Type::Word(Words::Channels) => {
            pick(&program.manifest.channels.keys().map(|name| &**name).collect::<Vec<_>>())
        }
        Type::Word(Words::Levels) => pick(&["silver", "gold"]),
        Type::Text => pick(&["sales", "service", "board"]),
    }
}

fn seed_of(seed: u64, key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, key).hash(&mut hasher);
    hasher.finish()
}

/// A world in which every fact that any rule could read has a drawn value.
fn world(program: &Program, seed: u64, fixed: &[Read]) -> Arc<World> {
    let mut stubs = Stubs::new();
    for object in Object::ALL {
        for (slot, fact) in object.facts().iter().enumerate() {
            let slot = u8::try_from(slot).unwrap();
            let arguments: Vec<Option<Arc<str>>> = match fact.argument {
                None => vec![None],
                Some(Argument::Threshold) => continue,
                Some(asked) => {
                    let named = program.vocabulary.named(asked, None).unwrap();
                    named.names.iter().map(|name| Some(Arc::from(*name))).collect()
                }
            };
            for argument in arguments {
                let value = drawn(program, fact, seed_of(seed, (object, slot, &argument)));
                stubs.insert((object, slot, argument), value);
            }
        }
    }
    for read in fixed {
        stubs.insert((read.object, read.slot, read.argument.clone()), read.value.clone());
    }
    let mut world = World::new(Arc::clone(&program.view));
    world.stubs = stubs;
    Arc::new(world)
}

fn run(
    program: &Program,
    index: usize,
    rule: &Rule,
    world: &Arc<World>,
) -> (Result<Given, Failure>, Vec<Read>) {
    program.sandbox.run(program.file_of(rule), program.function_of(rule), index, world)
}

/// The fast way and Rhai agree on the result and on what was read.
fn both_ways_agree(program: &Program, seed: u64) -> Result<(), TestCaseError> {
    for (index, rule) in program.rules().iter().enumerate() {
        let world = world(program, seed, &[]);
        let function = program.function_of(rule);
        // Programs are kept from case to case: otherwise Rhai would be held against itself.
        function.try_again();
        let fast = program.sandbox.run(program.file_of(rule), function, index, &world);
        let reference = program.sandbox.interpret(program.file_of(rule), function, index, &world);
        let late = |given: &Result<Given, Failure>| {
            given.as_ref().is_err_and(|failure| failure.code == Code::DeadlineExceeded)
        };
        if late(&fast.0) || late(&reference.0) {
            // The clock is part of no result.
            continue;
        }
        prop_assert_eq!(&fast, &reference, "{}", rule.id());
        // Where some of the facts are known beforehand, what is left comes to the same.
        let knows = |object: Object, slot: u8, argument: Option<&str>| {
            let known = seed_of(seed, (object, slot, argument)).is_multiple_of(2);
            known.then(|| world.value(index, object, slot, argument))
        };
        let rest = function.rest(&knows);
        let left = program.sandbox.rest_of(&rest, (program.file_of(rule), function), index, &world);
        prop_assert_eq!(left, reference.0, "{}", rule.id());
    }
    Ok(())
}

fn holds(program: &Program, seed: u64, other: u64) -> Result<(), TestCaseError> {
    for (index, rule) in program.rules().iter().enumerate() {
        let (result, reads) = run(program, index, rule, &world(program, seed, &[]));
        // Another world that agrees on what was read, and on nothing else.
        let (again, read_again) = run(program, index, rule, &world(program, other, &reads));
        prop_assert_eq!(&result, &again, "{}", rule.id());
        prop_assert_eq!(&reads, &read_again, "{}", rule.id());
        for read in &reads {
            prop_assert!(
                rule.foresees(read),
                "{} reads what the checker did not see: {:?}",
                rule.id(),
                read
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn two_worlds_that_agree_on_what_a_rule_read_get_the_same_result(seed: u64, other: u64) {
        thread_local! {
            static PROGRAMS: [Program; 2] = [starter(), roads()];
        }
        PROGRAMS.with(|programs| {
            programs.iter().try_for_each(|program| {
                holds(program, seed, other)?;
                both_ways_agree(program, seed)
            })
        })?;
    }

    /// Whatever rules say, faults and limits included.
    #[test]
    fn drawn_rules_come_to_the_same_either_way(seed: u64) {
        thread_local! {
            static VOCABULARY: crate::script::Vocabulary = roads().vocabulary;
        }
        let drawn = VOCABULARY.with(|vocabulary| drawn::program(vocabulary, seed));
        // What the checker refuses never runs.
        if let Ok(program) = drawn {
            for world in 0..8 {
                both_ways_agree(&program, seed_of(seed, world))?;
            }
        }
    }
}

/// The property above says something only where programs are accepted, rules are lowered, some of their
/// calls end in Rhai, and some fail.
#[test]
fn drawn_rules_take_every_way() {
    let vocabulary = roads().vocabulary;
    let (mut accepted, mut lowered, mut calls, mut in_rhai, mut failed) = (0, 0, 0, 0, 0);
    let mut codes = std::collections::BTreeMap::new();
    for seed in 0..300 {
        let Ok(program) = drawn::program(&vocabulary, seed) else { continue };
        accepted += 1;
        for world_seed in 0..4 {
            for (index, rule) in program.rules().iter().enumerate() {
                let world = world(&program, seed_of(seed, world_seed), &[]);
                calls += 1;
                if let (Err(failure), _) = run(&program, index, rule, &world) {
                    failed += 1;
                    *codes.entry(failure.code.name()).or_insert(0) += 1;
                }
            }
        }
        let stats = program.stats();
        lowered += stats.lowered;
        in_rhai += stats.in_rhai;
    }
    let shares = format!("{accepted} {lowered} {calls} {in_rhai} {failed} {codes:?}");
    assert!(accepted > 100 && lowered > 100, "{shares}");
    assert!(in_rhai > 100 && calls > 2 * in_rhai, "{shares}");
    assert!(failed > 50 && codes.contains_key("limit-exceeded"), "{shares}");
}
