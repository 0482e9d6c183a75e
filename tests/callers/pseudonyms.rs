//! Pseudonyms are the same through C as in Rust, and what goes on record under them has no names.

use std::ffi::{CStr, c_char};

use plaudit::{PlauditResult, PlauditStatus};
use plaudit_engine::Pseudonyms;
use serde_json::{Value, json};

/// Calls a function with two texts; gives status and answer.
fn asked(
    function: unsafe extern "C" fn(
        *const c_char,
        usize,
        *const c_char,
        usize,
    ) -> *mut PlauditResult,
    key: &str,
    text: &str,
) -> (PlauditStatus, Value) {
    // SAFETY: the texts live until the call has ended; the result was just given out, and is freed once.
    unsafe {
        let result = function(key.as_ptr().cast(), key.len(), text.as_ptr().cast(), text.len());
        let status = plaudit::plaudit_result_status(result);
        let json = CStr::from_ptr(plaudit::plaudit_result_json(result, std::ptr::null_mut()));
        let answer = serde_json::from_str(json.to_str().unwrap()).unwrap_or(Value::Null);
        plaudit::plaudit_result_free(result);
        (status, answer)
    }
}

#[test]
fn pseudonyms_are_the_same_through_c() {
    let key = Pseudonyms::random().unwrap();
    let ada = key.of("ada");
    let (status, answer) = asked(plaudit::plaudit_pseudonym, &key.text(), "ada");
    assert_eq!((status, answer), (PlauditStatus::Ok, json!(ada)));
    let events = r#"{"id": "1", "type": "person", "advocate": "ada", "name": "Ada L", "aliases": ["@ada"], "at": "2026-01-01T00:00:00Z"}
{"id": "2", "advocate": "bob", "kind": "create", "post": {"text": "Thanks, @ada!"}, "at": "2026-01-02T00:00:00Z"}"#;
    let (status, answer) = asked(plaudit::plaudit_pseudonymize, &key.text(), events);
    assert_eq!(status, PlauditStatus::Ok);
    assert_eq!(answer[0]["advocate"], json!(ada));
    assert_eq!(answer[1]["post"]["text"], format!("Thanks, @{}!", key.of("@ada")));
    let text = answer.to_string();
    assert!(["\"ada\"", "@ada", "Ada L", "bob"].iter().all(|name| !text.contains(name)), "{text}");
    for (key, text) in [("no key", events), (key.text().as_str(), "{\"id\": 1"), ("", "")] {
        let (status, _) = asked(plaudit::plaudit_pseudonymize, key, text);
        assert_ne!(status, PlauditStatus::Ok, "{text}");
    }
}
