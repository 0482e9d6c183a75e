//! Simulating is doing: what a simulation says of a program is what the program says itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::events::{Event, Format, Log, read_events, read_people, read_record};
use crate::guidelines::CheckContext;
use crate::history::History;
use crate::program::Sources;
use crate::roster::Roster;
use crate::standings::{Among, BoardQuestion, Figure, Span, Withheld};
use crate::wire::canonical;

const AS_OF: &str = "2026-07-01T00:00:00Z";

/// The settings that programs here differ in.
#[derive(Clone, Debug)]
struct Settings {
    share: i64,
    cap: i64,
    bronze: i64,
    reward: i64,
    minimum: usize,
    aggregate_only: bool,
    strict: bool,
    fails: bool,
    /// Posts of more words get a remark.
    words: usize,
    /// Whether days begin elsewhere, and whether another kind of activity counts: people cannot be
    /// counted at once under programs that do not agree on that.
    elsewhere: bool,
    dances: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            share: 5,
            cap: 20,
            bronze: 10,
            reward: 20,
            minimum: 2,
            aggregate_only: false,
            strict: false,
            fails: false,
            words: 4,
            elsewhere: false,
            dances: false,
        }
    }
}

fn program(settings: &Settings) -> Program {
    let Settings { share, cap, bronze, reward, minimum, aggregate_only, words, .. } = settings;
    let Settings { strict, fails, elsewhere, dances, .. } = settings;
    let zone = if *elsewhere { "Pacific/Auckland" } else { "UTC" };
    let dance = if *dances { "[kinds.dance]\nstyle = \"creator\"" } else { "" };
    let manifest = format!(
        r#"
[program]
name = "Test"
time_zone = "{zone}"
[brand]
name = "Acme"
[channels.linkedin]
limit = 3000
[kinds.share]
style = "curator"
[kinds.comment]
style = "commenter"
{dance}
[caps.daily]
points = {cap}
per = "day"
rules = ["comment", "share"]
[levels.bronze]
points = {bronze}
[levels.silver]
points = 40
[rewards]
budget = 100
currency = "EUR"
[privacy]
minimum_group = {minimum}
aggregate_only = {aggregate_only}
"#
    );
    let fault = match fails {
        true => "if activity.likes > 90 { return 1 / (activity.likes - activity.likes); }",
        false => "",
    };
    let severity = if *strict { "review" } else { "advise" };
    Program::from_sources(
        &Sources::new()
            .with("program.toml", manifest)
            .with(
                "scoring/points.rhai",
                format!(
                    "/// Share.\nfn share(activity, so_far) {{ {fault} if activity.kind == \"share\" {{ \
                     if so_far.today(\"share\") < 2 {{ {share} }} else {{ 1 }} }} }}\n\n\
                     /// Comment.\nfn comment(activity) {{ if activity.kind == \"comment\" {{ 4 }} }}\n"
                ),
            )
            .with(
                "guidelines/words.rhai",
                format!(
                    "/// Say less.\nfn say_less(post, so_far) {{ if post.words > {words} || so_far.activities > 6 \
                     {{ {severity}(\"Say less.\") }} }}\n\n\
                     /// Do not shout.\nfn shout(post) {{ if post.capitals > 40 {{ revise(\"Do not shout.\") }} }}\n"
                ),
            )
            .with(
                "recognition/gifts.rhai",
                format!(
                    "/// Words.\nfn heard(standing) {{ if standing.findings > 1 {{ badge(\"heard\") }} }}\n\n\
                     /// Days.\nfn days(standing) {{ if standing.active_days > 3 {{ badge(\"days\") }} }}\n\n\
                     /// A badge.\nfn regular(standing) {{ if standing.points >= {reward} {{ badge(\"regular\") }} }}\n\n\
                     /// A voucher.\nfn voucher(standing) {{ if standing.points >= {reward} \
                     {{ reward(\"voucher\").amount({reward}) }} }}\n\n\
                     /// A team.\nfn team_spirit(team) {{ if team.by == \"department\" && team.points > {reward} \
                     {{ badge(\"spirit\") }} }}\n"
                ),
            ),
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

fn settings() -> impl Strategy<Value = Settings> {
    let seldom = || prop::bool::weighted(0.2);
    let others = (seldom(), seldom(), seldom(), any::<bool>(), 4..6usize);
    (1..8i64, 4..30i64, 1..30i64, 1..50i64, others).prop_map(
        |(share, cap, bronze, reward, others)| {
            let (strict, elsewhere, dances, fails, words) = others;
            let usual = Settings::default();
            Settings {
                share,
                cap,
                bronze,
                reward,
                strict,
                fails,
                words,
                elsewhere,
                dances,
                ..usual
            }
        },
    )
}

/// People and what they did: enough of either that the whole may be shown.
#[derive(Clone, Debug)]
struct Past {
    events: Vec<String>,
    people: String,
}

fn past() -> impl Strategy<Value = Past> {
    let activity = (0..8usize, 0..3usize, 0..2_000i64, 0..100i64, 0..3usize);
    prop::collection::vec(activity, 0..60).prop_map(|activities| {
        let texts = ["Short.", "A text of five words, no more.", "LOUD WORDS"];
        let events = activities.iter().enumerate().map(|(index, (who, kind, hours, likes, text))| {
            let start: Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
            // No two at once: a check looks back on what was before it, and only on that.
            let at = start
                + SignedDuration::from_hours(*hours)
                + SignedDuration::from_secs(i64::try_from(index).unwrap());
            let kind = ["share", "comment", "dance"][*kind];
            let post = match index % 2 {
                0 => format!(r#","post":{{"text":"{}","channel":"linkedin"}}"#, texts[*text]),
                _ => String::new(),
            };
            format!(
                r#"{{"id":"{index}","advocate":"p{who}","kind":"{kind}","at":"{at}","likes":{likes}{post}}}"#
            )
        });
        let person = |number: usize| {
            let (team, on) = (["Sales", "Service"][number % 2], number != 6);
            format!(
                "{{\"id\":\"p{number}\",\"consent\":true,\"department\":\"{team}\",\"leaderboard\":{on}}}\n"
            )
        };
        Past { events: events.collect(), people: (0..8).map(person).collect() }
    })
}

impl Past {
    fn with<T>(&self, ask: impl FnOnce(&Records<'_>) -> T) -> T {
        let mut log = Log::new();
        let text = self.events.join("\n");
        read_events(text.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
        let people = read_people(self.people.as_bytes(), "people", Format::JsonLines).unwrap();
        let as_of = AS_OF.parse().unwrap();
        ask(&Records { log: &log, people: &people, as_of, assume_consent: false })
    }
}

fn all() -> SimulationQuestion {
    SimulationQuestion { samples: MOST_SAMPLES, ..SimulationQuestion::default() }
}

fn simulated(candidate: &Program, against: &Program, records: &Records<'_>) -> Simulation {
    candidate.simulate(against, records, &all(), |_, _| ControlFlow::Continue(())).unwrap()
}

/// What one program says by itself, in the words of a simulation.
#[derive(Debug, PartialEq)]
struct Asked {
    points: BTreeMap<Arc<str>, i64>,
    activities: BTreeMap<Arc<str>, usize>,
    rules: BTreeMap<Arc<str>, i64>,
    levels: BTreeMap<Arc<str>, Option<Arc<str>>>,
    ranks: BTreeMap<Arc<str>, usize>,
    grants: BTreeSet<(String, Arc<str>, Arc<str>)>,
    rewards: (usize, i64),
    verdicts: BTreeMap<Arc<str>, (&'static str, BTreeSet<Arc<str>>)>,
}

fn asked(program: &Program, records: &Records<'_>) -> Asked {
    let scores = program.score(records).unwrap();
    let mut rules = BTreeMap::new();
    for total in &scores.advocates {
        for (rule, points) in &total.rules {
            *rules.entry(Arc::clone(rule)).or_default() += points;
        }
    }
    let board = BoardQuestion { span: Span::Period, among: Among::Everyone, period: None };
    let board = program.leaderboard(records, &board).unwrap();
    let entitled = program.recognize(records, None).unwrap();
    let level = |figure: &Figure| match figure {
        Figure::One(crate::facts::Value::Text(name)) => Some(Arc::clone(name)),
        _ => None,
    };
    let subject = |subject: &crate::subjects::Subject| canonical(subject).unwrap();
    let counts = |total: &&crate::scoring::Total| total.activities > 0;
    Asked {
        points: scores
            .advocates
            .iter()
            .map(|total| (Arc::clone(&total.advocate), total.points))
            .collect(),
        activities: scores
            .advocates
            .iter()
            .filter(counts)
            .map(|total| (Arc::clone(&total.advocate), total.activities))
            .collect(),
        rules,
        levels: program
            .standings(records)
            .unwrap()
            .iter()
            .map(|standing| (Arc::clone(&standing.advocate), level(&standing.figures["level"])))
            .collect(),
        ranks: board.places.iter().map(|place| (Arc::clone(&place.name), place.rank)).collect(),
        grants: entitled
            .entitlements
            .iter()
            .map(|it| (subject(&it.subject), Arc::clone(&it.rule), Arc::clone(&it.key)))
            .collect(),
        rewards: entitled.rewards.map_or((0, 0), |sum| (sum.count, sum.amount)),
        verdicts: verdicts(program, records),
    }
}

/// What a check says of every published post that counts.
fn verdicts(
    program: &Program,
    records: &Records<'_>,
) -> BTreeMap<Arc<str>, (&'static str, BTreeSet<Arc<str>>)> {
    let roster = Roster::new(records.people, records.log, Timestamp::MAX, false);
    let history = History::new(program, records.log, records.people, false);
    let mut verdicts = BTreeMap::new();
    for place in records.log.places() {
        let Some((at, activity)) = records.log.activity(place) else { continue };
        let Some(post) = &activity.post else { continue };
        let kind = records.log.names(place).and_then(|names| names.kind);
        if !kind.is_some_and(|kind| program.manifest.kinds.contains_key(kind)) {
            continue;
        }
        let author = roster.person(&activity.advocate, at);
        let mut post = (**post).clone();
        post.author = Some(Arc::clone(&activity.advocate));
        let context = CheckContext { author: author.as_ref(), history: Some(&history) };
        let verdict = program.check(&post, &context, at).unwrap();
        let rules = verdict.findings.iter().map(|finding| Arc::clone(&finding.rule)).collect();
        let id = records.log.identity(place).id;
        verdicts.insert(id, (verdict.verdict.name(), rules));
    }
    verdicts
}

/// Everything that a simulation names must be so, and everything that is so must be named.
fn equals_doing(told: &Simulation, before: &Asked, after: &Asked) {
    let totals = told.totals.as_ref().unwrap();
    let points = |asked: &Asked| asked.points.values().sum::<i64>();
    assert_eq!((totals.before.points, totals.after.points), (points(before), points(after)));
    assert_eq!(totals.before.advocates, before.points.len());
    assert_eq!(totals.after.advocates, after.points.len());

    let of = |asked: &Asked, id: &str| asked.points.get(id).copied().unwrap_or(0);
    let everyone: BTreeSet<&Arc<str>> = before.points.keys().chain(after.points.keys()).collect();
    let wanted: BTreeMap<&str, (i64, i64)> = everyone
        .iter()
        .map(|id| (&***id, (of(before, id), of(after, id))))
        .filter(|(_, (was, is))| was != is)
        .collect();
    let people = told.people.as_ref().map_or(&[][..], |people| &people.samples);
    let found: BTreeMap<&str, (i64, i64)> = people
        .iter()
        .map(|person| (&*person.advocate, (person.points.before, person.points.after)))
        .collect();
    assert_eq!(found, wanted);
    for person in people {
        let by_rules: i64 = person.rules.values().sum();
        assert_eq!(by_rules, person.points.after - person.points.before, "{}", person.advocate);
    }
    for rule in told.rules.iter().filter(|rule| rule.folder == "scoring") {
        let points = rule.points.unwrap();
        let of = |asked: &Asked| asked.rules.get(&rule.rule).copied().unwrap_or(0);
        assert_eq!((points.before, points.after), (of(before), of(after)), "{}", rule.rule);
    }
    for (rule, points) in &before.rules {
        let named = told.rules.iter().any(|known| known.rule == *rule);
        assert!(named || after.rules.get(rule) == Some(points), "{rule}");
    }

    for level in told.levels.iter().flat_map(|levels| &levels.levels) {
        let of = |asked: &Asked| asked.levels.values().filter(|it| **it == level.level).count();
        let wanted = (of(before), of(after));
        assert_eq!((level.people.before as usize, level.people.after as usize), wanted);
    }
    let steps = told.levels.as_ref().map_or(0, |levels| levels.rise + levels.fall);
    let other = |(id, level): &(&Arc<str>, &Option<Arc<str>>)| after.levels[*id] != **level;
    assert_eq!(steps, before.levels.iter().filter(other).count());

    let ranked: BTreeSet<&Arc<str>> = before.ranks.keys().chain(after.ranks.keys()).collect();
    let moved = ranked.iter().filter(|id| before.ranks.get(**id) != after.ranks.get(**id)).count();
    assert_eq!(told.board.as_ref().map_or(0, |board| board.moved), moved);
    for place in told.board.iter().flat_map(|board| &board.top) {
        let id = place.advocate.as_ref().unwrap();
        let wanted = (before.ranks.get(id).copied(), after.ranks.get(id).copied());
        assert_eq!((place.before, place.after), wanted);
    }

    let changes = |change| -> BTreeSet<(String, Arc<str>, Arc<str>)> {
        let rules = told.entitlements.iter();
        rules
            .flat_map(|rule| rule.samples.iter().map(move |it| (&rule.rule, it)))
            .filter(|(_, it)| it.change == change)
            .map(|(rule, it)| {
                (canonical(&it.subject).unwrap(), Arc::clone(rule), Arc::clone(&it.key))
            })
            .collect()
    };
    assert_eq!(changes(GrantChange::Comes), &after.grants - &before.grants);
    assert_eq!(changes(GrantChange::Goes), &before.grants - &after.grants);
    let cost = |reward: &RewardCount| (reward.count, reward.amount);
    if let Some(told) = &told.cost {
        assert_eq!((cost(&told.before), cost(&told.after)), (before.rewards, after.rewards));
    } else {
        assert_eq!((before.rewards.0, after.rewards.0), (0, 0));
    }

    let said = |said: &Option<Said>| {
        said.as_ref().map(|said| (said.verdict.name(), said.rules.iter().cloned().collect()))
    };
    let posts = told.posts.as_ref().map_or(&[][..], |posts| &posts.samples);
    let found: BTreeMap<&str, _> =
        posts.iter().map(|post| (&*post.id, (said(&post.before), said(&post.after)))).collect();
    let ids: BTreeSet<&Arc<str>> = before.verdicts.keys().chain(after.verdicts.keys()).collect();
    let wanted: BTreeMap<&str, _> = ids
        .iter()
        .map(|id| (&***id, (before.verdicts.get(*id).cloned(), after.verdicts.get(*id).cloned())))
        .filter(|(_, (was, is))| was != is)
        .collect();
    assert_eq!(found, wanted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn simulating_equals_doing(one in settings(), other in settings(), past in past()) {
        let (before, after) = (program(&one), program(&other));
        past.with(|records| {
            let told = simulated(&after, &before, records);
            let (was, is) = (asked(&before, records), asked(&after, records));
            equals_doing(&told, &was, &is);
            let text = |asked: &Asked| format!("{asked:?}");
            assert_eq!(told.differs, Some(text(&was) != text(&is)));
        });
    }

    #[test]
    fn against_itself_nothing_is_different(settings in settings(), past in past()) {
        let program = program(&settings);
        past.with(|records| {
            let told = simulated(&program, &program, records);
            assert_eq!(told.differs, Some(false));
            let totals = told.totals.unwrap();
            assert_eq!(totals.before, totals.after);
            assert!(told.people.is_none() && told.levels.is_none() && told.board.is_none());
            assert!(told.rules.is_empty() && told.entitlements.is_empty() && told.posts.is_none());
            assert!(told.cost.is_none_or(|cost| cost.before == cost.after));
        });
    }

    #[test]
    fn order_and_duplicates_of_events_change_nothing(
        one in settings(),
        other in settings(),
        past in past(),
        keys in prop::collection::vec(any::<u32>(), 64),
    ) {
        let (before, after) = (program(&one), program(&other));
        let told = past.with(|records| canonical(&simulated(&after, &before, records)).unwrap());
        let mut keyed: Vec<(u32, String)> = keys
            .iter()
            .zip(past.events.iter().chain(past.events.iter().take(5)))
            .map(|(key, line)| (*key, line.clone()))
            .collect();
        keyed.extend(past.events.iter().map(|line| (7, line.clone())));
        keyed.sort();
        let shuffled = Past { events: keyed.into_iter().map(|(_, line)| line).collect(), ..past };
        let again = shuffled.with(|records| canonical(&simulated(&after, &before, records)).unwrap());
        assert_eq!(told, again);
    }

    #[test]
    fn what_is_on_record_gives_what_the_same_events_give(
        one in settings(),
        other in settings(),
        past in past(),
    ) {
        let (before, after) = (Arc::new(program(&one)), program(&other));
        let told = past.with(|records| canonical(&simulated(&after, &before, records)).unwrap());
        let people = read_people(past.people.as_bytes(), "people", Format::JsonLines).unwrap();
        let live = Live::new(before, people, false);
        for line in &past.events {
            live.record(read_record::<Event>(line, "event").unwrap()).unwrap();
        }
        let as_of = AS_OF.parse().unwrap();
        let live = live.simulate(&after, &all(), as_of, |_, _| ControlFlow::Continue(()));
        assert_eq!(told, canonical(&live.unwrap()).unwrap());
    }
}

/// Eight people; number `n` of them shared `n` times, each with a post.
fn crowd() -> Past {
    let person = |number: usize| {
        format!("{{\"id\":\"p{number}\",\"consent\":true,\"department\":\"Sales\"}}\n")
    };
    let share = |who: usize, day: usize| {
        let at = format!("2026-05-{:02}T09:00:00Z", day + 1);
        format!(
            r#"{{"id":"{who}-{day}","advocate":"p{who}","kind":"share","at":"{at}","post":{{"text":"A text of five words, no more.","channel":"linkedin"}}}}"#
        )
    };
    let events = (0..8).flat_map(|who| (0..who).map(move |day| share(who, day)));
    Past { events: events.collect(), people: (0..8).map(person).collect() }
}

#[test]
fn a_rule_alone_is_compared_with_the_program_without_it() {
    let program = program(&Settings::default());
    crowd().with(|records| {
        let ask = |only: &str| {
            let only = SimulationQuestion { only: Some(only.into()), ..all() };
            program.simulate(&program, records, &only, |_, _| ControlFlow::Continue(()))
        };
        let told = ask("share").unwrap();
        let gain = told.people.unwrap().gain;
        assert_eq!((gain.people, gain.points), (7, 28 * 5));
        let share = told.rules.iter().find(|rule| &*rule.rule == "share").unwrap();
        assert_eq!(share.change, RuleChange::New);
        let told = ask("say_less").unwrap();
        assert_eq!(told.posts.unwrap().stricter, 28);
        assert!(told.people.is_none());
        let problem = ask("shar").unwrap_err();
        assert!(problem.to_string().contains("did you mean `share`?"), "{problem}");
    });
}

#[test]
fn the_stricter_program_decides_what_is_told() {
    let usual = program(&Settings::default());
    let more = |settings| program(&Settings { share: 6, ..settings });
    crowd().with(|records| {
        // Eight people are too few for either of them.
        let small = Settings { minimum: 9, ..Settings::default() };
        for (candidate, against) in
            [(more(small.clone()), usual.clone()), (more(Settings::default()), program(&small))]
        {
            let told = simulated(&candidate, &against, records);
            assert_eq!(
                told.withheld,
                [WithheldPart { part: Part::All, why: Withheld::SmallGroup }]
            );
            assert!(told.totals.is_none() && told.people.is_none() && told.differs.is_none());
            assert!(told.rules.iter().all(|rule| rule.points.is_none() && rule.people.is_none()));
            assert_eq!(
                told.rules[0].change,
                RuleChange::Changed,
                "what the rules say is no secret"
            );
        }
        // Where figures are of groups only, nobody is named by either.
        let groups = Settings { aggregate_only: true, ..Settings::default() };
        for (candidate, against) in
            [(more(groups.clone()), usual.clone()), (more(Settings::default()), program(&groups))]
        {
            let text = canonical(&simulated(&candidate, &against, records)).unwrap();
            assert!(!text.contains("\"p1\"") && text.contains("aggregate_only"), "{text}");
        }
    });
}

#[test]
fn few_people_are_not_told_of_where_figures_are_of_groups_only() {
    let groups = Settings { aggregate_only: true, minimum: 3, ..Settings::default() };
    let before = program(&groups);
    crowd().with(|records| {
        // Seven of eight gain: the eighth would be known.
        let told = simulated(&program(&Settings { share: 6, ..groups.clone() }), &before, records);
        assert!(told.people.is_none() && told.totals.is_none(), "{told:?}");
        let points = WithheldPart { part: Part::Points, why: Withheld::SmallGroup };
        assert!(told.withheld.contains(&points), "{:?}", told.withheld);
        assert!(told.rules.iter().all(|rule| rule.points.is_none()));
        // What is not told exceeds every limit, so that no limit tells it.
        let limits = ["people_gaining > 100", "people_gaining > 3"];
        let fail_if = limits.iter().map(|limit| limit.parse().unwrap()).collect();
        let question = SimulationQuestion { fail_if, ..all() };
        let candidate = program(&Settings { share: 6, ..groups });
        let told = candidate
            .simulate(&before, records, &question, |_, _| ControlFlow::Continue(()))
            .unwrap();
        assert!(told.limits.iter().all(|limit| limit.exceeded && limit.value.is_none()));
    });
}

#[test]
fn limits_are_judged_by_what_is_different() {
    let before = program(&Settings::default());
    let after = program(&Settings { share: 2, bronze: 12, strict: true, ..Settings::default() });
    crowd().with(|records| {
        let ask = |limit: &str| {
            let fail_if = vec![limit.parse().unwrap()];
            let question = SimulationQuestion { fail_if, ..SimulationQuestion::default() };
            let told =
                after.simulate(&before, records, &question, |_, _| ControlFlow::Continue(()));
            let told = told.unwrap();
            assert_eq!(told.exceeded, told.limits[0].exceeded);
            told.exceeded
        };
        assert!(ask("people_losing > 6") && !ask("people_losing > 7"));
        assert!(ask("points_lost > 59%") && !ask("points_lost > 60%"));
        assert!(ask("levels_lost > 50%") && ask("verdicts_stricter >= 100%"));
        assert!(!ask("points_gained > 0") && !ask("faults > 0") && !ask("cost > budget"));
        assert!(ask("grants_lost > 0"));
    });
}

#[test]
fn progress_covers_both_programs_and_may_break_off() {
    let program = program(&Settings::default());
    crowd().with(|records| {
        let mut told = Vec::new();
        let run = |progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>| {
            program.simulate(&program, records, &all(), progress)
        };
        run(&mut |done, all| {
            told.push((done, all));
            ControlFlow::Continue(())
        })
        .unwrap();
        assert!(told.is_sorted(), "{told:?}");
        assert_eq!(told.last(), Some(&(32, 32)));
        for stop in 0..32 {
            let stopped = run(&mut |done, _| match done < stop {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            });
            let error = stopped.unwrap_err();
            assert_eq!(error.problems()[0].code, Code::Cancelled);
        }
    });
}

#[test]
fn a_rule_under_another_name_is_the_same_rule() {
    let renamed = |name: &str, settings: &str| {
        let manifest = format!(
            "[program]\nname = \"Test\"\n[brand]\nname = \"Acme\"\n[kinds.share]\nstyle = \"curator\"\n\
             [channels.linkedin]\nlimit = 3000\n[privacy]\nminimum_group = 2\n{settings}"
        );
        let sources = Sources::new()
            .with("program.toml", manifest)
            .with("scoring/a.rhai", format!("/// Share.\nfn {name}(activity) {{ 5 }}\n"))
            .with(
                "recognition/a.rhai",
                "/// Badge.\nfn once(standing) { if standing.points > 5 { badge(\"once\") } }\n",
            );
        Program::from_sources(&sources).unwrap_or_else(|error| panic!("{error}"))
    };
    let before = renamed("share", "");
    let after = renamed("shares", "[rules.shares]\nformerly = [\"share\"]\n");
    crowd().with(|records| {
        let told = simulated(&after, &before, records);
        assert_eq!(told.differs, Some(false));
        assert_eq!(told.rules.len(), 1);
        assert_eq!(told.rules[0].was.as_deref(), Some("share"));
        let points = told.rules[0].points.unwrap();
        assert_eq!(points.before, points.after);
    });
}

/// A program with this in its settings, and with these files.
fn with_settings(settings: &str, files: &[(&str, &str)]) -> Program {
    let manifest = format!(
        "[program]\nname = \"Test\"\n[brand]\nname = \"Acme\"\n[kinds.share]\nstyle = \"curator\"\n\
         [channels.linkedin]\nlimit = 3000\n[privacy]\nminimum_group = 2\n{settings}"
    );
    let sources = Sources::new().with("program.toml", manifest);
    let sources = files.iter().fold(sources, |all, (path, text)| all.with(*path, *text));
    Program::from_sources(&sources).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn settings_that_are_others_are_named_even_where_they_change_nothing_for_anybody() {
    let before = with_settings(
        "[kpis.clicks]\ngoal = 500\n[levels.b]\npoints = 1_000\n[kinds.talk]\nstyle = \"creator\"\n",
        &[("lexicons/praise.en.txt", "best\n"), ("lexicons/slang.en.txt", "dope\n")],
    );
    let after = with_settings(
        "[kpis.clicks]\ngoal = 600 # more\n[kpis.reach]\ngoal = 9\n[levels.b]\npoints = 1000\n",
        &[("lexicons/praise.en.txt", "great\n"), ("patterns.toml", "marks = '!!'\n")],
    );
    crowd().with(|records| {
        let told = simulated(&after, &before, records);
        assert_eq!(told.differs, Some(false));
        let settings: Vec<_> = told
            .settings
            .iter()
            .map(|it| (&*it.setting, it.before.as_deref(), it.after.as_deref()))
            .collect();
        let expected = [
            ("kinds.talk.style", Some("\"creator\""), None),
            ("kpis.clicks.goal", Some("500"), Some("600")),
            ("kpis.reach.goal", None, Some("9")),
        ];
        assert_eq!(settings, expected);
        let files: Vec<_> = told.files.iter().map(|file| (&*file.path, file.change)).collect();
        let expected = [
            ("lexicons/praise.en.txt", Became::Changed),
            ("lexicons/slang.en.txt", Became::Gone),
            ("patterns.toml", Became::New),
        ];
        assert_eq!(files, expected);
        let same = simulated(&before, &before, records);
        assert!(same.settings.is_empty() && same.files.is_empty());
    });
}

#[test]
fn a_guideline_that_is_only_graver_counts_those_whose_posts_it_judges_otherwise() {
    let rules = |severity: &str| {
        format!(
            "/// Say less.\nfn say_less(post) {{ if post.words > 4 {{ {severity}(\"Say less.\") }} }}\n\n\
             /// No more.\nfn no_more(post) {{ if post.words > 4 {{ block(\"No more.\") }} }}\n"
        )
    };
    let programs = ["advise", "review"]
        .map(|severity| with_settings("", &[("guidelines/words.rhai", &rules(severity))]));
    let by_settings = with_settings(
        "[rules.say_less]\nseverity = \"review\"\n",
        &[("guidelines/words.rhai", &rules("advise"))],
    );
    crowd().with(|records| {
        for candidate in [&programs[1], &by_settings] {
            let told = simulated(candidate, &programs[0], records);
            // Another rule is graver still: the verdicts are the same.
            assert!(told.posts.is_none() && told.differs == Some(true), "{told:?}");
            let [rule] = told.rules.as_slice() else { panic!("{:?}", told.rules) };
            assert_eq!((&*rule.rule, rule.change), ("say_less", RuleChange::Changed));
            assert_eq!((rule.people, rule.posts.unwrap().after), (Some(7), 28));
        }
    });
}
