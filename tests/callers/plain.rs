//! Scoring by structs gives the points that scoring by JSON does.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char};

use plaudit::{
    PLAUDIT_STATES_MINUTES, PLAUDIT_STATES_OWN_WORDS, PLAUDIT_STATES_WORDS, PlauditActivity,
    PlauditPerson, PlauditPoints, PlauditProgram, PlauditStatus, PlauditText,
};
use serde_json::{Value, json};

use crate::corpus::top;

fn text(text: &str) -> PlauditText {
    PlauditText { data: text.as_ptr().cast(), length: text.len() }
}

/// A struct of zeroes, as C programs begin.
fn zeroed<T: Copy>() -> T {
    // SAFETY: the structs of the interface may have any bits.
    unsafe { std::mem::zeroed() }
}

/// The answer of a result, which is freed.
fn answer(result: *mut plaudit::PlauditResult) -> Value {
    // SAFETY: it was just given out.
    unsafe {
        let json = CStr::from_ptr(plaudit::plaudit_result_json(result, std::ptr::null_mut()));
        let json = json.to_str().unwrap().to_owned();
        assert_eq!(plaudit::plaudit_result_status(result), PlauditStatus::Ok, "{json}");
        plaudit::plaudit_result_free(result);
        serde_json::from_str(&json).unwrap()
    }
}

fn starter() -> *mut PlauditProgram {
    let rules = top().join("rules").display().to_string();
    let mut program = std::ptr::null_mut();
    // SAFETY: the path lives until the call has ended.
    answer(unsafe {
        plaudit::plaudit_program_load(
            rules.as_ptr().cast::<c_char>(),
            rules.len(),
            std::ptr::null(),
            &raw mut program,
        )
    });
    program
}

#[test]
fn structs_are_scored_as_records_are() {
    const COUNT: usize = 400;
    let program = starter();
    let kinds = ["share", "comment", "create", "read", "help", "mentor", "train", "sing"];
    let channels = ["", "linkedin", "x", "blog", "nowhere"];
    let people = ["ada", "bo", "cleo", "dana", "eve"];
    let ids: Vec<String> = (0..COUNT).map(|number| format!("{:03}", number * 7 % COUNT)).collect();
    let mut records = Vec::new();
    let mut structs = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let pick = |of: &[&'static str], by: usize| of[number / by % of.len()];
        let (kind, channel) = (pick(&kinds, 1), pick(&channels, 3));
        let (advocate, other) = (pick(&people, 2), pick(&people, 11));
        let words = i64::try_from(number % 90).unwrap();
        let seconds = 1_767_225_600 + i64::try_from(number * 5_000 % 977_000).unwrap();
        let at = jiff::Timestamp::new(seconds, 5).unwrap().to_string();
        let mut record = json!({
            "id": id, "advocate": advocate, "kind": kind, "at": at, "own_words": words,
            "words": 10, "minutes": words, "likes": words * 3, "clicks": words / 2, "leads": 1,
            "own_photo": number % 2 == 0, "customer": number % 3 == 0, "content": "c",
        });
        let mut plain = PlauditActivity {
            size: size_of::<PlauditActivity>(),
            id: text(id),
            advocate: text(advocate),
            kind: text(kind),
            content: text("c"),
            at_seconds: seconds,
            at_nanoseconds: 5,
            stated: PLAUDIT_STATES_MINUTES | PLAUDIT_STATES_OWN_WORDS | PLAUDIT_STATES_WORDS,
            own_words: words,
            words: 10,
            minutes: words,
            likes: words * 3,
            clicks: words / 2,
            leads: 1,
            own_photo: u32::from(number % 2 == 0),
            customer: u32::from(number % 3 == 0),
            ..zeroed()
        };
        if !channel.is_empty() {
            record["channel"] = channel.into();
            plain.channel = text(channel);
        }
        if ["help", "mentor"].contains(&kind) {
            record["counterpart"] = other.into();
            plain.counterpart = text(other);
        }
        records.push(record);
        structs.push(plain);
    }
    let person = |id: &'static str, consent: u32, active: u32| PlauditPerson {
        size: size_of::<PlauditPerson>(),
        id: text(id),
        department: text("Sales"),
        consent,
        active,
        ..zeroed()
    };
    let persons =
        [person("ada", 1, 0), person("bo", 1, 1), person("cleo", 2, 0), person("dana", 1, 2)];
    let people = json!([
        { "id": "ada", "department": "Sales", "consent": true },
        { "id": "bo", "department": "Sales", "consent": true, "active": true },
        { "id": "cleo", "department": "Sales", "consent": false },
        { "id": "dana", "department": "Sales", "consent": true, "active": false },
    ]);
    let as_of = 1_767_225_600 + 900_000;
    let mut points: Vec<PlauditPoints> = vec![zeroed(); COUNT];
    points[0].size = size_of::<PlauditPoints>();
    // SAFETY: everything lives until the call has ended.
    answer(unsafe {
        plaudit::plaudit_score_activities(
            program,
            structs.as_ptr(),
            COUNT,
            persons.as_ptr(),
            persons.len(),
            as_of,
            0,
            points.as_mut_ptr(),
        )
    });

    let at = jiff::Timestamp::from_second(as_of).unwrap().to_string();
    let mut expected: BTreeMap<String, (i64, String)> = BTreeMap::new();
    for advocate in ["ada", "bo", "dana"] {
        let request = json!({
            "advocate": advocate, "people": people, "events": records, "as_of": at,
        })
        .to_string();
        // SAFETY: the request lives until the call has ended.
        let explanation = answer(unsafe {
            plaudit::plaudit_explain(program, request.as_ptr().cast(), request.len())
        });
        for line in explanation["lines"].as_array().unwrap() {
            let why = line["not_counted"].as_str().unwrap_or("counts").to_owned();
            let id = line["id"].as_str().unwrap().to_owned();
            expected.insert(id, (line["points"].as_i64().unwrap(), why));
        }
    }
    let why = |number: u32| {
        [
            "counts",
            "not_on_record",
            "no_consent",
            "not_active",
            "undeclared_kind",
            "undeclared_channel",
            "own_counterpart",
            "later",
        ][number as usize]
    };
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (found, (plain, record)) in points.iter().zip(structs.iter().zip(&records)) {
        let told = why(found.not_counted);
        *reasons.entry(told).or_default() += 1;
        let expected = match record["advocate"].as_str().unwrap() {
            _ if plain.at_seconds >= as_of => (0, "later".to_owned()),
            "cleo" => (0, "no_consent".to_owned()),
            "eve" => (0, "not_on_record".to_owned()),
            _ => expected[record["id"].as_str().unwrap()].clone(),
        };
        assert_eq!((found.points, told.to_owned()), expected, "{record}");
        assert_eq!(found.faults, 0);
    }
    assert!(reasons.len() == 8 && points.iter().any(|points| points.points > 5), "{reasons:?}");

    // Two under one identity contradict each other, and nothing is written.
    structs[1].id = structs[0].id;
    points[0].points = -7;
    // SAFETY: as above.
    unsafe {
        let result = plaudit::plaudit_score_activities(
            program,
            structs.as_ptr(),
            COUNT,
            persons.as_ptr(),
            persons.len(),
            as_of,
            0,
            points.as_mut_ptr(),
        );
        assert_eq!(plaudit::plaudit_result_status(result), PlauditStatus::Conflict);
        plaudit::plaudit_result_free(result);
        plaudit::plaudit_program_free(program);
    }
    assert_eq!(points[0].points, -7);
}
