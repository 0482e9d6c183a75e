use proptest::prelude::*;

use super::*;
use crate::events::{Format, read_events, read_people, read_snapshot};
use crate::facts::{PersonFact, Value};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const JULY: &str = "2026-07-01T00:00:00Z";
const AUGUST: &str = "2026-08-01T00:00:00Z";
const SEPTEMBER: &str = "2026-09-01T00:00:00Z";

/// A log of people with the snapshots of HR systems.
struct Past {
    people: People,
    log: Log,
}

impl Past {
    fn new(events: &str) -> Self {
        let mut log = Log::new();
        read_events(events.as_bytes(), "events", Format::JsonLines, &mut log).unwrap();
        Self { people: People::new(), log }
    }

    fn see(&self, lines: &str, taking: &Taking) -> Result<Snapshot, Error> {
        let format = if lines.starts_with('{') { Format::JsonLines } else { Format::Csv };
        let lines = read_snapshot(lines.as_bytes(), "people", format).unwrap();
        Snapshot::take(&self.people, &self.log, &lines, taking)
    }

    /// Takes a snapshot in, and sees that the same one again changes nothing.
    fn take(&mut self, source: &str, time: &str, lines: &str) -> Snapshot {
        let taking = Taking { at_most_leave_percent: 100, ..Taking::new(source, at(time)) };
        let snapshot = self.see(lines, &taking).unwrap();
        for event in &snapshot.events {
            assert_eq!((event.at, &*event.identity.source), (at(time), source));
            self.log.add(event.clone()).unwrap();
        }
        let again = self.see(lines, &taking).unwrap();
        assert_eq!(again.events, [], "{again:?}");
        snapshot
    }

    fn roster(&self) -> Roster {
        Roster::new(&self.people, &self.log, Timestamp::MAX, false)
    }

    fn active(&self, time: &str) -> Vec<String> {
        let roster = self.roster();
        let active = roster.ids().filter(|id| roster.is_active(id, at(time)));
        active.map(|id| id.to_string()).collect()
    }
}

fn who(list: &[SeenPerson]) -> Vec<&str> {
    list.iter().map(|one| &*one.advocate).collect()
}

fn wrong(result: Result<Snapshot, Error>) -> String {
    let error = result.unwrap_err();
    let problem = &error.problems()[0];
    format!("{} {}", problem.message, problem.help.as_deref().unwrap_or_default())
}

#[test]
fn people_join_change_leave_and_return() {
    let mut past = Past::new("");
    let first = past.take(
        "hr",
        JULY,
        "{\"id\":\"ann\",\"name\":\"Ann\",\"department\":\"Sales\"}\n{\"id\":\"bob\"}\n{\"id\":\"eve\",\"active\":false}",
    );
    assert_eq!((who(&first.joined), first.unchanged), (vec!["ann", "bob", "eve"], 0));
    assert_eq!(past.active(JULY), ["ann", "bob"]);
    let second =
        past.take("hr", AUGUST, "{\"id\":\"ann\",\"department\":\"Service\"}\n{\"id\":\"eve\"}");
    assert_eq!((who(&second.changed), who(&second.left)), (vec!["ann"], vec!["bob"]));
    assert_eq!(who(&second.returned), ["eve"]);
    let change =
        FieldChange { field: "department", before: "Sales".into(), after: "Service".into() };
    assert_eq!(second.changed[0].changes, [change]);
    assert_eq!(&*second.events[0].identity.id, "ann@2026-08-01T00:00:00Z");
    assert_eq!(past.active(AUGUST), ["ann", "eve"]);
    assert_eq!(past.active(JULY), ["ann", "bob"], "what was stays as it was");
    let third = past.take(
        "hr",
        SEPTEMBER,
        "{\"id\":\"ann\"}\n{\"id\":\"bob\",\"name\":\"Bob\"}\n{\"id\":\"eve\"}",
    );
    assert_eq!((who(&third.returned), third.unchanged), (vec!["bob"], 2));
    let json = serde_json::to_value(&third).unwrap();
    assert_eq!(
        json["returned"][0]["changes"][1],
        serde_json::json!({"field": "active", "before": false, "after": true})
    );
}

#[test]
fn an_empty_cell_clears_a_fact_and_what_has_no_column_stays() {
    let mut past = Past::new("");
    past.take(
        "hr",
        JULY,
        "id,name,department,level,needs,consent\nann,Ann,Sales,5,technical,yes\n",
    );
    let second = past.take("hr", AUGUST, "id,name,department,needs,consent\nann,,,,\n");
    let fields: Vec<&str> = second.changed[0].changes.iter().map(|change| change.field).collect();
    assert_eq!(fields, ["department", "needs"]);
    let roster = past.roster();
    let facts = roster.facts("ann", at(AUGUST));
    assert_eq!(facts[PersonFact::Department as usize], Value::Unknown);
    assert_eq!(facts[PersonFact::Level as usize], Value::from("5"));
    assert!(roster.is_enrolled("ann", at(AUGUST)), "consent is not cleared by an empty cell");
    assert_eq!(roster.name("ann").map(|name| &**name), Some("Ann"));
    let third = past.take("hr", SEPTEMBER, "{\"id\":\"ann\",\"level\":null}");
    assert_eq!(third.changed[0].changes[0].after, Json::Null);
    let null =
        read_snapshot(&b"{\"id\":\"ann\",\"consent\":null}"[..], "people", Format::JsonLines);
    assert!(null.unwrap_err().to_string().contains("cannot be cleared"));
    let dated = format!("{{\"id\":\"ann\",\"at\":\"{JULY}\"}}");
    let dated = read_snapshot(dated.as_bytes(), "people", Format::JsonLines);
    assert!(dated.unwrap_err().to_string().contains("holds from one time on"));
}

#[test]
fn consent_is_never_guessed() {
    let mut past = Past::new("");
    past.take("hr", JULY, "{\"id\":\"ann\"}\n{\"id\":\"bob\",\"consent\":true}");
    let roster = past.roster();
    assert_eq!(
        (roster.is_enrolled("ann", at(JULY)), roster.is_enrolled("bob", at(JULY))),
        (false, true)
    );
    let second = past.take("hr", AUGUST, "{\"id\":\"ann\"}\n{\"id\":\"bob\",\"consent\":false}");
    assert_eq!(who(&second.changed), ["bob"]);
}

#[test]
fn people_of_other_sources_are_not_touched_until_a_source_reports_them() {
    let manual = "{\"type\":\"person\",\"id\":\"p\",\"advocate\":\"zoe\",\"at\":\"2026-01-01T00:00:00Z\",\"department\":\"Board\"}\n{\"type\":\"person\",\"id\":\"q\",\"advocate\":\"ann\",\"at\":\"2026-01-01T00:00:00Z\"}";
    let mut past = Past::new(manual);
    past.people = read_people(&b"{\"id\":\"max\"}"[..], "people", Format::JsonLines).unwrap();
    let first = past.take("hr", JULY, "{\"id\":\"ann\"}\n{\"id\":\"bob\"}");
    assert_eq!((who(&first.adopted), who(&first.joined)), (vec!["ann"], vec!["bob"]));
    past.take("us", JULY, "{\"id\":\"sue\"}");
    let second = past.take("hr", AUGUST, "{\"id\":\"bob\"}");
    assert_eq!(who(&second.left), ["ann"], "reported by this source since July");
    assert_eq!(past.active(AUGUST), ["bob", "max", "sue", "zoe"]);
}

#[test]
fn who_moves_from_one_system_to_another_stays() {
    let mut past = Past::new("");
    past.take("de", JULY, "{\"id\":\"ann\"}\n{\"id\":\"bob\"}");
    past.take("us", "2026-07-15T00:00:00Z", "{\"id\":\"ann\"}");
    assert_eq!(who(&past.take("de", AUGUST, "{\"id\":\"bob\"}").left), [""; 0]);
    assert_eq!(past.active(AUGUST), ["ann", "bob"]);
    assert_eq!(who(&past.take("us", SEPTEMBER, "{\"id\":\"new\"}").left), ["ann"]);
}

#[test]
fn people_are_found_by_their_other_names() {
    let mut past = Past::new("");
    past.take("hr", JULY, "{\"id\":\"ann\",\"aliases\":[\"4711\",\"ann@example.com\"]}");
    let second = past.take(
        "hr",
        AUGUST,
        "{\"id\":\"4711\",\"department\":\"Sales\",\"aliases\":[\"ann@example.com\"]}",
    );
    assert_eq!((who(&second.changed), second.left.len()), (vec!["ann"], 0));
    assert_eq!(second.changed[0].changes.len(), 1);
    // A new number that names the old one as an alias is the same person.
    let third = past.take("hr", SEPTEMBER, "{\"id\":\"0815\",\"aliases\":[\"ann\",\"a2\"]}");
    assert_eq!((third.joined.len(), third.left.len(), who(&third.changed)), (0, 0, vec!["0815"]));
    let roster = past.roster();
    for name in ["ann", "4711", "a2"] {
        assert_eq!(&**roster.resolve(&name.into(), at(SEPTEMBER)), "0815", "{name}");
    }
    assert_eq!(past.active(SEPTEMBER), ["0815"]);
    let october = Taking::new("hr", at("2026-10-01T00:00:00Z"));
    let twice = past.see("{\"id\":\"ann\"}\n{\"id\":\"4711\"}", &october);
    assert!(wrong(twice).contains("lines 1 and 2 are about one person, `0815`"));
    let twice = past.see("{\"id\":\"x\",\"aliases\":[\"y\"]}\n{\"id\":\"y\"}", &october);
    assert!(wrong(twice).contains("about one person"));
    let alias = past
        .see("{\"id\":\"x\",\"aliases\":[\"z\"]}\n{\"id\":\"y\",\"aliases\":[\"z\"]}", &october);
    assert!(wrong(alias).contains("lines 1 and 2 claim the same alias `z`"));
}

#[test]
fn entry_and_exit_dates_are_intervals() {
    let mut past = Past::new("");
    let line = |until: &str| {
        format!("{{\"id\":\"ann\",\"active\":[{{\"from\":\"2020-01-01T00:00:00Z\"{until}}}]}}")
    };
    past.take("hr", JULY, &line(""));
    let ends = line(",\"until\":\"2026-08-15T00:00:00Z\"");
    assert_eq!(who(&past.take("hr", AUGUST, &ends).changed), ["ann"]);
    assert_eq!(past.active("2026-08-14T00:00:00Z"), ["ann"]);
    // Who is still on the list after the last day has left, and does not leave again.
    let third = past.take("hr", SEPTEMBER, &ends);
    assert_eq!((third.unchanged, past.active(SEPTEMBER).len()), (1, 0));
    // Somebody who has signed and is not there yet does not start when the list drops them.
    let mut past = Past::new("");
    let future =
        "{\"id\":\"new\",\"active\":[{\"from\":\"2026-10-01T00:00:00Z\"}]}\n{\"id\":\"bob\"}";
    assert_eq!(past.take("hr", JULY, future).joined.len(), 2);
    assert_eq!(who(&past.take("hr", AUGUST, "{\"id\":\"bob\"}").left), ["new"]);
    assert_eq!(past.active("2026-11-01T00:00:00Z"), ["bob"]);
}

#[test]
fn what_cannot_be_a_complete_list_is_refused() {
    let everyone: Vec<String> = (0..40).map(|one| format!("{{\"id\":\"p{one}\"}}")).collect();
    let mut past = Past::new("");
    past.take("hr", JULY, &everyone.join("\n"));
    let august = Taking::new("hr", at(AUGUST));
    assert!(wrong(past.see("", &august)).contains("everyone would leave"));
    assert_eq!(past.see(&everyone[8..].join("\n"), &august).unwrap().left.len(), 8);
    let nine = wrong(past.see(&everyone[9..].join("\n"), &august));
    assert!(
        nine.contains("9 of the 40 people whom `hr` reports") && nine.contains("allow 23 %"),
        "{nine}"
    );
    let allowed = Taking { at_most_leave_percent: 23, ..august.clone() };
    assert_eq!(past.see(&everyone[9..].join("\n"), &allowed).unwrap().left.len(), 9);
    let inactive = everyone.join("\n").replace('}', ",\"active\":false}");
    assert!(wrong(past.see(&inactive, &august)).contains("40 of the 40"));
    // Of few, all may leave.
    let mut few = Past::new("");
    few.take("hr", JULY, &everyone[..6].join("\n"));
    assert_eq!(few.see(&everyone[5..6].join("\n"), &august).unwrap().left.len(), 5);
    past.take("hr", AUGUST, &everyone[1..].join("\n"));
    let late = wrong(past.see(&everyone.join("\n"), &Taking::new("hr", at(JULY))));
    assert!(late.contains("one of `hr` of 2026-08-01T00:00:00Z was taken in"), "{late}");
    assert!(past.see(&everyone.join("\n"), &Taking::new("us", at(JULY))).is_ok());
    let other = past.see(&everyone.join("\n"), &august);
    assert!(wrong(other).contains("of this very time"));
}

/// A snapshot of some of eight people, with something said of each.
fn snapshots() -> impl Strategy<Value = Vec<Vec<(u8, u8, Option<u8>)>>> {
    let line = (0_u8..8, 0_u8..4, proptest::option::of(0_u8..3));
    proptest::collection::vec(proptest::collection::vec(line, 1..8), 1..6)
}

proptest! {
    #[test]
    fn after_each_snapshot_everyone_is_as_it_says_and_nobody_else_of_it_is_active(
        snapshots in snapshots(),
        noise in proptest::collection::vec((0_u8..8, 0_i64..40, any::<bool>()), 0..6),
    ) {
        let mut past = Past::new("");
        for (index, (who, day, active)) in noise.iter().enumerate() {
            let time = at("2026-06-20T12:00:00Z") + Span::new().hours(24 * day);
            let active = if *active { "" } else { ",\"active\":false" };
            let line = format!("{{\"type\":\"person\",\"id\":\"n{index}\",\"advocate\":\"p{who}\",\"at\":\"{time}\",\"department\":\"Noise\"{active}}}");
            let event: Event = crate::events::read_record(&line, "event").unwrap();
            past.log.add(event).unwrap();
        }
        for (index, lines) in snapshots.iter().enumerate() {
            let time = at(JULY) + Span::new().hours(24 * 7 * i64::try_from(index).unwrap());
            let mut said: BTreeMap<String, (Option<u8>, Option<u8>)> = BTreeMap::new();
            for (who, department, level) in lines {
                said.insert(format!("p{who}"), ((*department > 0).then_some(*department), *level));
            }
            let lines: Vec<String> = said.iter().map(|(id, (department, level))| {
                // No level: nothing said; no department: not known any more.
                let level = level.map_or(String::new(), |level| format!(",\"level\":\"{level}\""));
                let department = department.map_or("null".to_owned(), |name| format!("\"{name}\""));
                format!("{{\"id\":\"{id}\",\"department\":{department}{level}}}")
            }).collect();
            past.take("hr", &time.to_string(), &lines.join("\n"));
            let as_of = time + Span::new().nanoseconds(1);
            let roster = Roster::new(&past.people, &past.log, as_of, false);
            let reported: HashSet<&Arc<str>> = past.log.others().map(|(_, event)| event)
                .filter(|event| &*event.identity.source == "hr")
                .filter_map(|event| match &event.body { Body::Person(person) => Some(&person.id), _ => None })
                .collect();
            for id in roster.ids() {
                match said.get(&**id) {
                    Some((department, level)) => {
                        let facts = roster.facts(id, time);
                        let told = |fact: PersonFact| facts[fact as usize].text().map(|text| text.to_string());
                        prop_assert!(roster.is_active(id, time));
                        prop_assert_eq!(told(PersonFact::Department), department.map(|name| name.to_string()));
                        if let Some(level) = level {
                            prop_assert_eq!(told(PersonFact::Level), Some(level.to_string()));
                        }
                    }
                    None => prop_assert!(!reported.contains(id) || !roster.is_active(id, time)),
                }
            }
        }
    }
}
