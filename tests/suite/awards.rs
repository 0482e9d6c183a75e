//! Award runs over a journal: whatever comes in between, nothing is granted twice, the budget is
//! kept, the same run again does nothing, and a preview says what the run will do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use plaudit_engine::awards::{Choice, Closed, GrantDocument, Signed, State};
use plaudit_engine::events::{Event, Subject, Verb, read_record};
use plaudit_engine::journal::{Batch, Journal, Memory};
use plaudit_engine::ledger::Ledger;
use plaudit_engine::{Code, Program, Sources};
use proptest::prelude::*;

use super::journal::entries;
use super::server::{Place, over_both};
use super::support::{MANIFEST, rounds, run};

/// The names that the rule about gifts has had, or will have.
const NAMES: [&str; 3] = ["gift", "present", "token"];

/// A program with badges, spotlights and rewards of people and teams; `gift` is what the rule for
/// what comes each month is called now.
pub(crate) fn sources(per: &str, budget: i64, count: Option<i64>, gift: &str) -> Sources {
    let count = count.map_or_else(String::new, |count| format!("count = {count}"));
    let formerly: Vec<&str> = NAMES.into_iter().filter(|name| *name != gift).collect();
    let manifest = format!(
        "{MANIFEST}\n[periods]\nevery = \"month\"\n[windows]\ndays = [30]\n[privacy]\nminimum_group = 1\n[rewards]\nbudget = {budget}\n{count}\nper = \"{per}\"\n[rules.{gift}]\nformerly = {formerly:?}\n"
    );
    let rules = format!(
        r#"/// First.
fn first(standing) {{ if standing.activities > 0 {{ badge("first") }} }}
/// Many.
fn many(standing) {{ if standing.activities > 3 {{ spotlight("many") }} }}
/// Each month.
fn {gift}(standing) {{
    if standing.activities_this_period > 0 {{ reward("thanks").amount(30).each_period() }}
}}
/// Once for all.
fn weekend(standing) {{ if standing.activities > 1 {{ reward("weekend").amount(70) }} }}
/// Worth nothing but words.
fn card(standing) {{ if standing.activities > 2 {{ reward("card") }} }}
/// Everyone.
fn cake(team) {{
    if team.by == "program" && team.activities_in("30_days") > 2 {{ reward("cake").amount(50).each_period() }}
}}
"#
    );
    Sources::new().with("program.toml", manifest).with("recognition/all.rhai", rules)
}

fn program(per: &str, budget: i64, count: Option<i64>, gift: &str) -> Arc<Program> {
    Arc::new(Program::from_sources(&sources(per, budget, count, gift)).unwrap())
}

/// Midnight of a day of 2026, counted from 0.
pub(crate) fn day(number: u64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * i64::try_from(number).unwrap())
}

/// Somebody shares something at noon of a day.
pub(crate) fn activity(id: &str, who: &str, midnight: Timestamp) -> Event {
    let at = midnight + SignedDuration::from_hours(12);
    let line = format!(r#"{{"id": "{id}", "advocate": "{who}", "kind": "share", "at": "{at}"}}"#);
    read_record(&line, "event").unwrap()
}

/// Two people turn out to be one, who has a third name, from a day on.
fn merge(pair: u8, midnight: Timestamp) -> Event {
    let (one, other) = (2 * pair, 2 * pair + 1);
    let line = format!(
        r#"{{"type": "person", "id": "merge-{pair}", "advocate": "q{pair}", "consent": true, "aliases": ["p{one}", "p{other}"], "at": "{midnight}"}}"#
    );
    read_record(&line, "event").unwrap()
}

/// The month or year that a grant's money comes from.
fn purse(per: &str, as_of: Timestamp) -> (i16, i8) {
    let last = (as_of - SignedDuration::from_nanos(1)).to_zoned(TimeZone::UTC);
    match per {
        "month" => (last.year(), last.month()),
        "year" => (last.year(), 0),
        _ => (0, 0),
    }
}

/// No grant is there twice, and no budget is exceeded by what is given or reserved.
pub(crate) fn check_grants(grants: &[GrantDocument], per: &str, budget: i64, count: Option<i64>) {
    let mut keys = BTreeSet::new();
    let mut spent: BTreeMap<(i16, i8), (i64, i64)> = BTreeMap::new();
    for grant in grants {
        let rule = if NAMES.contains(&&*grant.what.rule) { "gift" } else { &*grant.what.rule };
        let key = (rule.to_owned(), grant.subject.clone(), grant.what.key.clone());
        assert!(keys.insert(key), "granted twice: {grant:?}");
        if &*grant.what.kind == "reward" && !matches!(grant.state, State::Declined | State::Revoked)
        {
            let purse = spent.entry(purse(per, grant.as_of)).or_default();
            *purse = (purse.0 + grant.what.amount.unwrap_or(0), purse.1 + 1);
        }
    }
    for (purse, (amount, rewards)) in spent {
        assert!(amount <= budget, "{amount} of {budget} in {purse:?}");
        assert!(count.is_none_or(|count| rewards <= count), "{rewards} rewards in {purse:?}");
    }
}

/// What is told of a run, but for whether it is a preview.
fn told(closed: &Closed) -> serde_json::Value {
    let mut told = serde_json::to_value(closed).unwrap();
    told.as_object_mut().unwrap().remove("preview");
    told
}

/// A story of award runs and what comes in between.
struct Story {
    per: &'static str,
    budget: i64,
    count: Option<i64>,
    journal: Arc<dyn Journal>,
    ledger: Ledger,
    /// The day from which each pair is one person.
    merged: BTreeMap<u8, Timestamp>,
    events: usize,
}

impl Story {
    fn new(per: &'static str, budget: i64, count: Option<i64>) -> Self {
        let journal: Arc<dyn Journal> = Arc::new(Memory::new());
        let program = program(per, budget, count, NAMES[0]);
        let ledger = Ledger::open(program, Arc::clone(&journal), true).unwrap();
        Self { per, budget, count, journal, ledger, merged: BTreeMap::new(), events: 0 }
    }

    fn step(&mut self, (what, which, number): (u8, u8, u64)) {
        match what {
            // Late ones and early ones: they come in any order.
            0..6 => {
                self.events += 1;
                let event =
                    activity(&self.events.to_string(), &format!("p{}", which % 9), day(number));
                self.ledger.record(vec![event], Batch::Each).unwrap();
            }
            6 => {
                let (pair, at) = (which % 3, day(number));
                self.merged.entry(pair).or_insert(at);
                self.ledger.record(vec![merge(pair, at)], Batch::Each).unwrap();
            }
            7 | 8 => self.decide(which),
            // The rule is called something else; who opens the ledger anew finds it all again.
            9 => {
                let gift = NAMES[usize::from(which) % NAMES.len()];
                let program = program(self.per, self.budget, self.count, gift);
                self.ledger = Ledger::open(program, Arc::clone(&self.journal), true).unwrap();
            }
            _ => self.close(day(number + 1)),
        }
    }

    fn decide(&self, which: u8) {
        let grants = self.ledger.grants(None, Timestamp::MAX).unwrap().grants;
        let Some(grant) = grants.get(usize::from(which) % grants.len().max(1)) else { return };
        let choice = Choice {
            grants: &[grant.grant.to_string()],
            verb: Verb::ALL[usize::from(which) % Verb::ALL.len()],
            signed: Signed { by: "jo", reason: "why not", at: day(100 + u64::from(which)) },
            as_of: Timestamp::MAX,
        };
        // What does not follow is refused.
        let _ = self.ledger.decide(&choice);
    }

    /// Whom a name stands for as of a time.
    fn person(&self, subject: &Subject, as_of: Timestamp) -> Subject {
        let Subject::Advocate { advocate } = subject else { return subject.clone() };
        let number = advocate.strip_prefix('p').and_then(|number| number.parse::<u8>().ok());
        let merged = number
            .map(|number| number / 2)
            .filter(|pair| self.merged.get(pair).is_some_and(|from| *from < as_of));
        match merged {
            Some(pair) => Subject::Advocate { advocate: format!("q{pair}").into() },
            None => subject.clone(),
        }
    }

    fn close(&self, as_of: Timestamp) {
        let (ledger, journal) = (&self.ledger, &self.journal);
        let (before, place) =
            (ledger.grants(None, Timestamp::MAX).unwrap().grants, journal.position().unwrap());
        let preview = ledger.close(&run(as_of, "jo", true)).unwrap();
        assert_eq!(
            (ledger.grants(None, Timestamp::MAX).unwrap().grants, journal.position().unwrap()),
            (before.clone(), place)
        );
        let closed = ledger.close(&run(as_of, "jo", false)).unwrap();
        assert_eq!(told(&preview), told(&closed));

        let grants = ledger.grants(None, Timestamp::MAX).unwrap().grants;
        check_grants(&grants, self.per, self.budget, self.count);
        assert_eq!(grants.len(), before.len() + closed.granted.len());
        let key = |rule: &str, subject: &Subject, key: &str| {
            let rule = if NAMES.contains(&rule) { "gift" } else { rule };
            (rule.to_owned(), self.person(subject, as_of), key.to_owned())
        };
        let mut known: BTreeSet<_> =
            before.iter().map(|it| key(&it.what.rule, &it.subject, &it.what.key)).collect();
        for award in &closed.granted {
            assert!(
                known.insert(key(&award.what.rule, &award.subject, &award.what.key)),
                "{award:?}"
            );
        }
        let place = journal.position().unwrap();
        let again = ledger.close(&run(as_of, "jo", false)).unwrap();
        assert_eq!((again.granted, journal.position().unwrap()), (vec![], place));
        assert_eq!((again.held, again.lapsed), (closed.held, closed.lapsed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rounds(24, 500)))]

    /// Runs at any times, backwards, too; with late events, a rule that is renamed back and forth,
    /// people who turn out to be one, and decisions in between.
    #[test]
    fn whatever_comes_between_award_runs_nothing_is_granted_twice_and_the_budget_is_kept(
        per in prop::sample::select(vec!["month", "year", "ever"]),
        budget in 0..400i64,
        count in prop::option::of(0..6i64),
        steps in prop::collection::vec((0..14u8, any::<u8>(), 0..100u64), 1..60),
    ) {
        let mut story = Story::new(per, budget, count);
        for step in steps {
            story.step(step);
        }
    }
}

/// A journal with activities of some people, and a ledger over it for each of several.
fn ledgers(place: &Place, number: usize) -> Vec<Ledger> {
    let events: Vec<Event> = (0..40)
        .map(|number| activity(&number.to_string(), &format!("p{}", number % 11), day(number)))
        .collect();
    place.open("journal").append(&events, Batch::Whole).unwrap();
    let program = program("year", 500, Some(7), "gift");
    let journal = |_| Arc::new(place.open("journal"));
    let ledger = |it| Ledger::open(Arc::clone(&program), journal(it), true).unwrap();
    (0..number).map(ledger).collect()
}

#[test]
fn of_several_who_close_at_once_each_award_is_granted_by_one() {
    over_both(|place| {
        let ledgers = ledgers(place, 4);
        let runs: Vec<Closed> = std::thread::scope(|scope| {
            let close = |ledger: &Ledger| -> Vec<Closed> {
                [35, 36, 41, 41].map(|at| ledger.close(&run(day(at), "jo", false)).unwrap()).into()
            };
            let threads: Vec<_> = ledgers.iter().map(|it| scope.spawn(move || close(it))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let granted: Vec<_> =
            runs.iter().flat_map(|run| &run.granted).map(|it| &it.grant).collect();
        let grants = ledgers[0].grants(None, Timestamp::MAX).unwrap().grants;
        check_grants(&grants, "year", 500, Some(7));
        let on_record: BTreeSet<_> = grants.iter().map(|grant| &grant.grant).collect();
        assert_eq!((granted.len(), on_record.len()), (grants.len(), grants.len()));
        assert_eq!(granted.into_iter().collect::<BTreeSet<_>>(), on_record);
        for ledger in &ledgers {
            assert_eq!(ledger.grants(None, Timestamp::MAX).unwrap().grants, grants);
        }
    });
}

#[test]
fn of_several_who_decide_at_once_one_is_heard() {
    over_both(|place| {
        let ledgers = ledgers(place, 4);
        ledgers[0].close(&run(day(41), "jo", false)).unwrap();
        let proposed = |grant: &&GrantDocument| grant.state == State::Proposed;
        let grants = ledgers[0].grants(None, Timestamp::MAX).unwrap().grants;
        for grant in grants.iter().filter(proposed) {
            let heard: usize = std::thread::scope(|scope| {
                let decide = |(number, ledger): (usize, &Ledger)| {
                    let choice = Choice {
                        grants: &[grant.grant.to_string()],
                        verb: Verb::ALL[number % 2],
                        signed: Signed { by: &number.to_string(), reason: "why not", at: day(50) },
                        as_of: Timestamp::MAX,
                    };
                    usize::from(ledger.decide(&choice).is_ok())
                };
                let threads: Vec<_> =
                    ledgers.iter().enumerate().map(|it| scope.spawn(move || decide(it))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(heard, 1, "{}", grant.grant);
        }
        assert!(
            ledgers[1]
                .grants(None, Timestamp::MAX)
                .unwrap()
                .grants
                .iter()
                .all(|grant| grant.decisions.len() <= 1)
        );
    });
}

#[test]
fn what_somebody_got_under_another_name_or_by_a_rule_of_another_name_is_not_granted_again() {
    let mut story = Story::new("ever", 1_000, None);
    story.ledger.record(vec![activity("1", "p0", day(31))], Batch::Each).unwrap();
    story.close(day(33));
    story.step((6, 0, 34));
    story.step((9, 1, 0));
    story.ledger.record(vec![activity("2", "p1", day(36))], Batch::Each).unwrap();
    let closed = story.ledger.close(&run(day(40), "jo", true)).unwrap();
    let of_q0 = Subject::Advocate { advocate: "q0".into() };
    let granted = closed.granted.iter().filter(|it| it.subject == of_q0).map(|it| &*it.what.rule);
    // Both have the badge and the present of the month already, as p0.
    assert_eq!(granted.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(closed.kept >= 2);
    story.close(day(40));
    assert_eq!(story.ledger.grants(None, Timestamp::MAX).unwrap().grants.len(), 2);
}

#[test]
fn the_tenth_run_as_of_a_time_is_compared_with_the_ninth() {
    let mut story = Story::new("ever", 0, None);
    for round in 0..12_u64 {
        let event = activity(&round.to_string(), &format!("p{}", round % 9), day(round));
        story.ledger.record(vec![event], Batch::Each).unwrap();
        let since = story.ledger.close(&run(day(60), "jo", true)).unwrap().since;
        assert_eq!(since.is_some(), round > 0);
        story.ledger.close(&run(day(60), &format!("run {round}"), false)).unwrap();
        let last = story.ledger.close(&run(day(60), "jo", true)).unwrap().since.unwrap();
        assert_eq!(*last.by, format!("run {round}"));
        let place = story.journal.position().unwrap();
        story.close(day(60));
        assert_eq!(story.journal.position().unwrap(), place, "after run {round}");
    }
    // The same of a time that is not the last one.
    story.close(day(30));
    story.step((9, 1, 0));
    story.close(day(30));
    let runs = entries(&*story.journal);
    let runs = runs.iter().filter(|entry| entry.event.identity.id.starts_with("close-"));
    assert_eq!(runs.count(), 14);
}

/// What somebody wrote into the journal itself, under the names that runs and grants will have.
#[test]
fn what_stands_under_the_name_of_a_grant_or_run_to_come_keeps_no_run_from_granting() {
    let story = Story::new("ever", 100, None);
    let activities = [activity("1", "p1", day(1)), activity("2", "p1", day(2))];
    story.ledger.record(activities.to_vec(), Batch::Each).unwrap();
    let taken = |id: &str, kind: &str, rest: &str| {
        let line = format!(
            r#"{{"source": "plaudit", "type": "{kind}", "id": "{id}", "at": "2026-01-01T00:00:00Z", {rest}}}"#
        );
        let event = read_record(&line, "event").unwrap();
        let receipts = story.journal.append(&[event], Batch::Each).unwrap();
        assert_eq!(receipts[0].problem, None);
    };
    let coming = story.ledger.close(&run(day(3), "jo", true)).unwrap();
    assert!(coming.granted.len() > 1, "{coming:?}");
    let by_hand = r#""advocate": "p1", "points": 1, "reason": "x""#;
    let other_rule = r#""advocate": "p1", "by": "eve", "grant": {"rule": "other", "kind": "badge", "id": "o", "key": "o", "title": "O", "program": "0"}"#;
    for award in &coming.granted[1..] {
        taken(&award.grant, "adjustment", by_hand);
    }
    taken(&coming.granted[0].grant, "grant", other_rule);
    taken("close-1", "adjustment", by_hand);
    taken("close-2", "dispute", r#""advocate": "p1", "rule": "first", "reason": "x""#);
    let line = r#"{"source": "plaudit", "id": "close-3", "advocate": "p1", "kind": "other", "at": "2026-01-01T00:00:00Z"}"#;
    story.journal.append(&[read_record(line, "event").unwrap()], Batch::Each).unwrap();

    let before = story.ledger.grants(None, Timestamp::MAX).unwrap().grants.len();
    story.close(day(3));
    let grants = story.ledger.grants(None, Timestamp::MAX).unwrap().grants;
    assert_eq!(grants.len(), before + coming.granted.len());
    // Whoever opens the ledger anew knows the same names to be taken.
    let ledger = Ledger::open(program("ever", 100, None, "gift"), story.journal, true).unwrap();
    let again = ledger.close(&run(day(3), "jo", false)).unwrap();
    assert_eq!(again.granted, vec![]);
    let of_another_time = ledger.close(&run(day(4), "jo", false)).unwrap();
    assert_eq!(of_another_time.since.unwrap().as_of, day(3));
}

#[test]
fn a_decision_that_cannot_go_on_record_is_an_error() {
    let story = Story::new("ever", 100, None);
    let activities = [activity("1", "p1", day(1)), activity("2", "p1", day(2))];
    story.ledger.record(activities.to_vec(), Batch::Each).unwrap();
    story.close(day(3));
    let grants = story.ledger.grants(None, Timestamp::MAX).unwrap().grants;
    let grant = grants.iter().find(|grant| grant.state == State::Proposed).unwrap();
    let line = format!(
        r#"{{"source": "plaudit", "type": "adjustment", "id": "{}:approved", "advocate": "p1", "points": 1, "reason": "x", "at": "2026-01-01T00:00:00Z"}}"#,
        grant.grant
    );
    story.journal.append(&[read_record(&line, "event").unwrap()], Batch::Each).unwrap();
    let choice = Choice {
        grants: &[grant.grant.to_string()],
        verb: Verb::Approved,
        signed: Signed { by: "jo", reason: "why not", at: day(5) },
        as_of: Timestamp::MAX,
    };
    let error = story.ledger.decide(&choice).unwrap_err();
    assert_eq!(error.problems()[0].code, Code::Conflict);
}

/// Nobody gets money back by a reward of less than nothing.
#[test]
fn a_budget_is_not_made_larger_by_what_stands_in_a_journal() {
    let story = Story::new("ever", 30, None);
    let grant = |id: &str, amount: i64| {
        let line = format!(
            r#"{{"source": "plaudit", "type": "grant", "id": "{id}", "at": "2026-01-01T00:00:00Z", "advocate": "p8", "by": "eve", "grant": {{"rule": "gift", "kind": "reward", "id": "{id}", "key": "{id}", "amount": {amount}, "title": "O", "program": "0"}}}}"#
        );
        story.journal.append(&[read_record(&line, "event").unwrap()], Batch::Each).unwrap();
    };
    grant("a", -1_000);
    let budget = story.ledger.close(&run(day(3), "jo", true)).unwrap().budget.unwrap();
    assert_eq!((budget.spent, budget.amount), (0, 30));
    grant("b", i64::MAX);
    grant("c", i64::MAX);
    let closed = story.ledger.close(&run(day(3), "jo", true)).unwrap();
    assert_eq!(closed.budget.as_ref().unwrap().spent, (1 << 53) - 1);
    plaudit_engine::canonical(&closed).unwrap();
}
