//! What is too much, too slow or broken is turned away, and the service goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{Served, Setup, share};

/// A connection of our own, to say what no client would.
fn connection(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// What comes back until the service hangs up.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // Hanging up in the middle of what we send may reset the connection.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn goes_on(served: &Served) {
    assert_eq!(served.get("/health/live").status, 200);
    assert_eq!(served.post("/v1/check", r#"{"post": {"text": "Good morning."}}"#).status, 200);
}

#[test]
fn a_body_that_is_too_long_is_turned_away() {
    let setup = Setup::new().set("LIMITS_BODY_BYTES", "1000");
    let served = setup.start();
    let long = format!(r#"{{"post": {{"text": "{}"}}}}"#, "x".repeat(1_000));
    let answer = served.post("/v1/check", &long);
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
    // Whoever says beforehand that it will be too long is told so before sending it.
    let mut stream = connection(&served);
    let head = "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    assert!(rest(stream).contains(" 413 "));
    goes_on(&served);
}

#[test]
fn heads_are_answered_and_compressed_bodies_are_not_read() {
    let served = Setup::new().start();
    for path in ["/health/live", "/v1/program"] {
        let head = served.call("HEAD", path, &[], "");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let answer = served.call("POST", "/v1/check", &headers, "x");
    assert_eq!((answer.status, answer.code().as_str()), (415, "unknown-format"));
}

#[test]
fn a_program_that_takes_long_to_try_out_holds_nobody_up() {
    let setup = Setup::new().set("LIMITS_ANSWER_SECONDS", "2");
    let served = std::sync::Arc::new(setup.start());
    let example = "/// 1: #{ activity: #{ kind: \"share\" } }\n".repeat(1_000);
    let rule = |name: usize| {
        format!(
            "/// Long.\n///\n{example}fn w{name}(activity) {{ let x = 0; while true {{ x += 1; }} 1 }}\n"
        )
    };
    let mut files: std::collections::BTreeMap<String, String> =
        (0..10).map(|name| (format!("scoring/w{name}.rhai"), rule(name))).collect();
    files.insert("program.toml".to_owned(), crate::support::MANIFEST.to_owned());
    let candidate = serde_json::json!({ "files": files }).to_string();
    let tries: Vec<_> = (0..3)
        .map(|_| {
            let (served, candidate) = (std::sync::Arc::clone(&served), candidate.clone());
            std::thread::spawn(move || served.post("/v1/program/validation", &candidate).status)
        })
        .collect();
    goes_on(&served);
    assert_eq!(served.get("/health/ready").status, 200);
    assert!(tries.into_iter().all(|tried| tried.join().unwrap() == 503));
    assert_eq!(served.get("/v1/leaderboards").status, 200);
    let mut served = std::sync::Arc::into_inner(served).unwrap();
    assert!(served.end().success());
}

#[test]
fn more_at_once_than_there_may_be_is_turned_away_and_nothing_is_recorded() {
    let setup = Setup::new().set("LIMITS_BATCH", "2");
    let served = setup.start();
    let events: Vec<String> = (0..3).map(|id| share(&id.to_string(), "ada")).collect();
    let answer = served.post("/v1/events", &format!("[{}]", events.join(",")));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
    assert_eq!(served.get("/health/ready").json()["events"], 0);
    let items = r#"{"items": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}"#;
    assert_eq!(served.post("/v1/check/batch", items).status, 413);
}

#[test]
fn json_that_is_nested_without_end_is_turned_away() {
    let served = Setup::new().start();
    let deep = "[".repeat(200_000);
    for body in
        [deep.clone(), format!(r#"{{"post": {deep}"#), format!(r#"{{"post": {{"ext": {deep}"#)]
    {
        for path in ["/v1/check", "/v1/events", "/v1/ask/score", "/v1/program/validation"] {
            let answer = served.post(path, &body);
            assert!(matches!(answer.status, 400 | 422), "{path}: {answer:?}");
        }
    }
    goes_on(&served);
}

#[test]
fn what_is_no_request_is_told_so() {
    let served = Setup::new().start();
    let cases = [
        ("POST", "/v1/check", "", 400),
        ("POST", "/v1/check", "{", 400),
        ("POST", "/v1/check", "null", 422),
        ("POST", "/v1/check", "{}", 422),
        ("POST", "/v1/check", r#"{"post": {"text": 1}}"#, 422),
        ("POST", "/v1/check", r#"{"post": {"text": "x"}, "people": []}"#, 422),
        ("POST", "/v1/check?x=1", r#"{"post": {"text": "x"}}"#, 422),
        ("GET", "/v1/leaderboards?window=30_days&window=90_days", "", 422),
        ("GET", "/v1/leaderboards?all_time=perhaps", "", 422),
        ("GET", "/v1/standings/nobody", "", 404),
        ("GET", "/v1/standings/%FF", "", 404),
        ("GET", "/v1/changes?after=-1", "", 422),
        ("GET", "/v1/changes?wait=31", "", 422),
        ("POST", "/v1/disputes/nothing/resolution", r#"{"uphold": true, "reason": "x"}"#, 404),
        (
            "POST",
            "/v1/grants/decisions",
            r#"{"grants": ["x"], "verb": "issued", "reason": "x"}"#,
            422,
        ),
        ("PUT", "/v1/people?source=hr", "{", 400),
        ("DELETE", "/v1/check", "", 405),
        ("GET", "/v1", "", 404),
    ];
    for (method, path, body, status) in cases {
        let answer = served.call(method, path, &[("content-type", "application/json")], body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        assert!(!answer.code().is_empty());
    }
    goes_on(&served);
}

#[test]
fn what_is_not_http_or_breaks_off_harms_nobody() {
    let served = Setup::new().set("LIMITS_ARRIVAL_SECONDS", "1").start();
    let broken = [
        "\0\0\0\0\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\n{}",
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}",
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "GET /v1/standings/\u{7f}\u{1} HTTP/1.1\r\n\r\n",
    ];
    for request in broken {
        let mut stream = connection(&served);
        stream.write_all(request.as_bytes()).unwrap();
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let answer = rest(stream);
        assert!(!answer.contains(" 200 ") && !answer.contains(" 50"), "{request:?}: {answer}");
    }
    // Hung up in the middle of a body.
    for _ in 0..50 {
        let mut stream = connection(&served);
        stream
            .write_all(
                b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{\"id",
            )
            .unwrap();
    }
    assert_eq!(served.get("/health/ready").json()["events"], 0);
    goes_on(&served);
}

/// The status of an answer, and whether it explains itself.
fn told(served: &Served, request: &[u8]) -> (String, bool) {
    let mut stream = connection(served);
    // It may hang up before it has heard everything.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let answer = rest(stream);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let explains = head.contains("content-type: application/problem+json");
    assert_eq!(explains, body.contains("\"code\":"), "{answer}");
    assert!(explains || (body.is_empty() && head.contains("connection: close")), "{answer}");
    (status, explains)
}

#[test]
fn what_becomes_a_request_is_refused_with_a_problem_and_what_does_not_with_a_status() {
    let served = Setup::new().start();
    let check = |more: &str| format!("POST /v1/check HTTP/1.1\r\nhost: localhost\r\n{more}");
    let chunked = |body: &str| check(&format!("transfer-encoding: chunked\r\n\r\n{body}"));
    let requests = [
        (chunked("zz\r\n"), "400"),
        (chunked("2\r\n{}\r\nzz\r\n"), "400"),
        (chunked("FFFFFFFFFFFFFFFFFF\r\n"), "400"),
        (check("content-length: 9\r\n\r\n{"), "400"),
        (check("content-length: 99999999\r\n\r\n"), "413"),
        ("OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), "404"),
        ("CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), "404"),
        ("BREW /v1/check HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), "405"),
        ("GET /v1/standings/%FF HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), "404"),
    ];
    for (request, status) in requests {
        let answer = told(&served, request.as_bytes());
        assert_eq!(answer, (status.to_owned(), true), "{request:?}");
    }
    // The HTTP library answers these: where one of them explains itself, the guide should say so.
    let heads = [
        ("GET / HTTP/9.9\r\nhost: localhost\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (check("content-length: -5\r\n\r\n{}"), "400"),
        (check("content-length: 5\r\ncontent-length: 6\r\n\r\n{}"), "400"),
        (check("transfer-encoding: gzip\r\n\r\n"), "400"),
        (format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(200_000)), "431"),
    ];
    for (head, status) in heads {
        let answer = told(&served, head.as_bytes());
        assert_eq!(answer, (status.to_owned(), false), "{:?}", &head[..40]);
    }
}

#[test]
fn whoever_sends_slowly_is_not_waited_for_for_ever() {
    let served = Setup::new().set("LIMITS_ARRIVAL_SECONDS", "1").start();
    let starts = [
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\n",
        "POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    ];
    for start in starts {
        let mut stream = connection(&served);
        stream.write_all(start.as_bytes()).unwrap();
        let answer = rest(stream);
        assert!(answer.contains("408") || answer.is_empty(), "{answer}");
    }
    goes_on(&served);
}

#[test]
fn connections_that_say_nothing_keep_nobody_out() {
    let served = Setup::new().start();
    let silent: Vec<TcpStream> = (0..200).map(|_| connection(&served)).collect();
    goes_on(&served);
    drop(silent);
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let setup = Setup::new().set("LIMITS_PER_MINUTE", "5");
    let (one, other) = (setup.key("host"), setup.key("leader"));
    let mut served = setup.start();
    served.with_key(&one);
    let answers: Vec<_> = (0..6).map(|_| served.get("/metrics")).collect();
    assert!(answers[..5].iter().all(|answer| answer.status == 200));
    assert_eq!((answers[5].status, answers[5].code().as_str()), (429, "too-many-requests"));
    let wait: u64 = answers[5].retry_after.as_ref().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Somebody else has a pace of their own, and whoever looks whether it runs has none.
    served.with_key(&other);
    assert_eq!(served.get("/metrics").status, 200);
    assert!((0..20).all(|_| served.get("/health/live").status == 200));
}
