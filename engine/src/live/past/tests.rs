//! A check in a ledger says what a check does that looks through all events.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::events::{Event, Log, People, read_record};
use crate::history::History;
use crate::live::Live;
use crate::{CheckContext, Code, Post, Program, Roster, Sources, canonical};

const MANIFEST: &str = r#"
[program]
name = "Test"
[brand]
name = "Acme"
[channels.x]
[kinds.share]
style = "curator"
"#;

/// Rules that look back, each in its way; a decision's id covers all that they are shown.
const LOOKING: [(&str, &str); 3] = [
    (
        "guidelines/near.rhai",
        "/// Not the same again.\nfn near(post) { if post.near_duplicates > 1 { advise(\"Say it your way.\") } }\n",
    ),
    (
        "guidelines/often.rhai",
        "/// Not too often.\nfn often(so_far) { if so_far.activities > 2 { advise(\"Rest.\") } }\n",
    ),
    (
        "scoring/share.rhai",
        "/// Points.\nfn share(activity) { if activity.kind == \"share\" { 3 } }\n",
    ),
];

fn program() -> Arc<Program> {
    let mut sources = Sources::new().with("program.toml", MANIFEST);
    for (path, rule) in LOOKING {
        sources = sources.with(path, rule);
    }
    Arc::new(Program::from_sources(&sources).unwrap())
}

/// Some days apart, so that the thirty that count end within them.
fn day(number: u8) -> Timestamp {
    let second = 1_780_000_000 + i64::from(number) * 7 * 86_400;
    Timestamp::from_second(second).unwrap()
}

const NAMES: [&str; 5] = ["ada", "bo", "cleo", "@ada", "@bo"];
const TEXTS: [&str; 4] = [
    "our new mixer is here and it is quieter than ever so come and listen to it today",
    "our new mixer is here and it is quieter than ever so come and listen to it now",
    "i spent a year on the motor and my daughter slept through the first test of it",
    "bread",
];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn post() -> impl Strategy<Value = Value> {
    let content = prop::option::of(prop::sample::select(&["c0", "c1"][..]));
    (prop::sample::select(&TEXTS[..]), content).prop_map(|(text, content)| {
        content.map_or(json!({ "text": text }), |id| json!({ "text": text, "content": id }))
    })
}

/// What an edit sets: any of time, post and advocate.
fn change() -> impl Strategy<Value = Value> {
    let post = prop::option::of(prop_oneof![3 => post(), 1 => Just(Value::Null)]);
    (prop::option::of(0..9u8), post, prop::option::of(name())).prop_map(|(at, post, advocate)| {
        let mut set = json!({ "words": 7 });
        if let Some(at) = at {
            set["at"] = json!(day(at));
        }
        if let Some(post) = post {
            set["post"] = post;
        }
        if let Some(advocate) = advocate {
            set["advocate"] = json!(advocate);
        }
        set
    })
}

/// An event without its time and, most often, without its id.
fn body() -> impl Strategy<Value = Value> {
    let target = || (0..24u8).prop_map(|number| number.to_string());
    let activity = (name(), prop::option::weighted(0.8, post())).prop_map(|(advocate, post)| {
        let mut activity = json!({ "advocate": advocate, "kind": "share" });
        if let Some(post) = post {
            activity["post"] = post;
        }
        activity
    });
    let person = (prop::sample::select(&NAMES[..3]), any::<bool>(), any::<bool>());
    let person = person.prop_map(|(id, consent, known)| {
        let aliases = if known { vec![format!("@{id}")] } else { Vec::new() };
        json!({ "type": "person", "advocate": id, "consent": consent, "aliases": aliases })
    });
    let content = prop::sample::select(&["c0", "c1"][..]).prop_map(
        |id| json!({ "type": "content", "id": id, "copy": TEXTS[0], "origin": "company" }),
    );
    prop_oneof![
        8 => activity,
        3 => person,
        1 => content,
        3 => (target(), change())
            .prop_map(|(target, set)| json!({ "type": "update", "target": target, "set": set })),
        2 => target().prop_map(|target| json!({ "type": "retraction", "target": target })),
    ]
}

fn event(number: usize, day_of: u8, mut body: Value) -> Event {
    if body.get("id").is_none() {
        body["id"] = json!(number.to_string());
    }
    body["at"] = json!(day(day_of));
    read_record(&body.to_string(), "event").unwrap()
}

proptest! {
    #[test]
    fn a_check_on_record_is_one_of_all_events(
        bodies in prop::collection::vec((0..9u8, body()), 1..24),
        checks in prop::collection::vec((0..24usize, name(), 0..10u8, post()), 1..8),
        assume_consent: bool,
    ) {
        let program = program();
        let live = Live::new(Arc::clone(&program), People::new(), assume_consent);
        let mut log = Log::new();
        for (number, (day_of, body)) in bodies.into_iter().enumerate() {
            let event = event(number, day_of, body);
            // Content may come twice, and then differ in its time.
            prop_assert_eq!(live.record(event.clone()).is_ok(), log.add(event).is_ok());
            for (_, author, day_of, post) in checks.iter().filter(|check| check.0 == number) {
                let mut post = post.clone();
                post["author"] = json!(author);
                let post: Post = read_record(&post.to_string(), "post").unwrap();
                let at = day(*day_of);
                let people = People::new();
                let roster = Roster::new(&people, &log, Timestamp::MAX, assume_consent);
                let history = History::new(&program, &log, &people, assume_consent);
                let author = roster.person(author, at);
                let context = CheckContext { author: author.as_ref(), history: Some(&history) };
                let expected = program.check(&post, &context, at).unwrap();
                match live.check(&post, at) {
                    Ok(found) => prop_assert_eq!(
                        canonical(&found).unwrap(), canonical(&expected).unwrap()
                    ),
                    // Nothing is known of the author.
                    Err(error) => prop_assert_eq!(error.problems()[0].code, Code::UnknownAdvocate),
                }
            }
        }
    }
}
