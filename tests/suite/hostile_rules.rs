//! Hostile rules: each ends in a clear refusal or in a fault, within limits of time and memory,
//! and leaves the other rules of its program alone.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::MANIFEST;

/// A rule of the same program that does its work whatever its neighbour does.
const INNOCENT: &str = "/// Good.\nfn innocent(activity) { if activity.kind == \"share\" { 3 } }\n";
const INNOCENT_GUIDE: &str =
    "/// Fine.\nfn innocent_guide(post) { if post.words > 0 { advise(\"Well done.\") } }\n";
const ACTIVITY: &str = r#"{"id":"1","advocate":"ann","kind":"share","at":"2026-01-01T00:00:00Z"}"#;
/// A command that takes longer hangs.
const WATCHDOG: Duration = Duration::from_secs(20);
/// What a command may take, in KiB of address space: 256 MiB.
const MEMORY: &str = "262144";

struct Ended {
    code: i32,
    output: String,
    errors: String,
}

/// Runs a command on a program of these files, under limits of time and memory.
fn run(files: &[(&str, &str)], command: &[&str], post: &str) -> Ended {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let program = [
        ("program.toml", MANIFEST),
        ("scoring/innocent.rhai", INNOCENT),
        ("guidelines/innocent.rhai", INNOCENT_GUIDE),
        ("lexicons/brand.txt", "{brand}\n"),
        ("activities.jsonl", ACTIVITY),
        ("post.txt", post),
    ];
    for (name, text) in program.iter().chain(files) {
        let path = place.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let limited = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_plaudit"), "--rules", "."])
        .args(command)
        .current_dir(place)
        .stdin(Stdio::null())
        .stdout(File::create(place.join("output")).unwrap())
        .stderr(File::create(place.join("errors")).unwrap())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > WATCHDOG {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{command:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read =
        |name: &str| String::from_utf8_lossy(&fs::read(place.join(name)).unwrap()).into_owned();
    let ended =
        Ended { code: status.code().unwrap_or(-1), output: read("output"), errors: read("errors") };
    assert!(!ended.errors.contains("panicked"), "{}", ended.errors);
    assert!(!ended.errors.contains("memory allocation"), "{}", ended.errors);
    ended
}

const SCORE: &[&str] = &[
    "score",
    "--activities",
    "activities.jsonl",
    "--assume-consent",
    "--as-of",
    "2026-06-30T00:00:00Z",
    "--json",
];
const CHECK: &[&str] =
    &["check", "post.txt", "--at", "2026-01-01T00:00:00Z", "--fail-on", "never", "--json"];

fn scoring(body: &str) -> String {
    format!("/// Bad.\nfn hostile(activity) {{\n{body}\n}}\n")
}

/// The rule is loaded and fails when it runs; its neighbour gives its points.
fn fails_alone(body: &str, codes: &[&str]) {
    let shown: String = body.chars().take(120).collect();
    let ended = run(&[("scoring/hostile.rhai", &scoring(body))], SCORE, "");
    if ended.code == 4 && codes.contains(&"deadline-exceeded") {
        return;
    }
    assert_eq!(ended.code, 0, "{shown}: {}{}", ended.output, ended.errors);
    let scores: Value = serde_json::from_str(&ended.output).unwrap();
    let fault = &scores["faults"][0];
    assert_eq!(fault["rule"], "hostile", "{shown}: {scores}");
    assert!(codes.iter().any(|code| fault["code"] == *code), "{shown}: {fault}");
    assert!(fault["message"].as_str().unwrap().len() > 10, "{fault}");
    assert_eq!(scores["advocates"][0]["rules"]["innocent"], 3, "{shown}: {scores}");
    assert_eq!(scores["advocates"][0]["incomplete"], true, "{shown}");
}

/// The program is refused with a clear problem in this file.
fn is_refused(files: &[(&str, &str)], code: &str, words: &str) {
    let ended = run(files, &["lint", "--json"], "");
    let shown: String = files[0].1.chars().take(120).collect();
    assert_eq!(ended.code, 1, "{shown}: {}{}", ended.output, ended.errors);
    let report: Value = serde_json::from_str(&ended.output).unwrap();
    let problems = report["problems"].as_array().unwrap();
    let fits = |problem: &&Value| {
        problem["code"] == code && problem["message"].as_str().unwrap().contains(words)
    };
    assert!(
        problems.iter().any(|problem| fits(&problem)),
        "{shown}: wanted {code} “{words}” in {report:.2000}"
    );
    assert!(problems.len() <= 1_000, "{}", problems.len());
}

fn body_is_refused(body: &str, code: &str, words: &str) {
    is_refused(&[("scoring/hostile.rhai", &scoring(body))], code, words);
}

#[test]
fn endless_work_ends_at_the_limit_of_operations() {
    for body in [
        "loop { }",
        "let x = 0; while true { x += 1; }",
        "do { } while true; 1",
        "for i in 0..9223372036854775807 { } 1",
        "loop { try { loop { } } catch (e) { } }",
        "let m = #{}; let i = 0; loop { let k = \"\" + i; m[k] = i; i += 1; }",
        "let m = #{}; let i = 0; let s = \"\"; s.pad(2000, \"x\"); loop { let k = s + i; m[k] = s + i; i += 1; }",
        "let a = [#{}]; let i = 0; loop { let k = \"\" + i; a[0][k] = 1; i += 1; }",
    ] {
        fails_alone(body, &["limit-exceeded", "deadline-exceeded"]);
    }
}

#[test]
fn slow_work_on_large_lists_ends_at_a_limit() {
    for body in [
        "let a = []; a.pad(500, 1); loop { a.sort(); }",
        "let a = []; a.pad(500, \"zzzz\"); let n = 0; loop { if \"x\" in a { n += 1; } }",
        "let a = []; a.pad(500, 1); loop { let b = a; b.dedup(); }",
        "let s = \"\"; s.pad(1000, \"a\"); let t = \"\"; t.pad(499, \"a\"); t += \"b\"; loop { let c = s.index_of(t); }",
    ] {
        fails_alone(body, &["limit-exceeded", "deadline-exceeded"]);
    }
}

#[test]
fn what_grows_ends_at_the_limit_of_sizes() {
    for body in [
        "let s = \"xxxxxxxx\"; loop { s += s; }",
        "let s = \"xxxxxxxx\"; loop { s = s + s; }",
        "let s = \"xxxxxxxx\"; loop { s = `${s}${s}`; }",
        "let s = \"x\"; s.pad(1000000000, \"x\"); 1",
        "let s = \"\"; s.pad(2048, \"x\"); let t = s; loop { let u = s; u.replace(\"x\", t); }",
        "let a = []; a.pad(1000000000, 1); 1",
        "let a = []; loop { a.push(1); }",
        "let a = [1]; loop { a.push(a); }",
        "let a = [1]; loop { a = [a, a]; }",
        "let a = [1]; loop { a = a + a; }",
        "let a = [1]; loop { a += a; }",
        "let a = [1]; loop { a.append(a); }",
        "let a = [1]; loop { a.insert(0, a); }",
        "let a = [1]; loop { a.splice(0..0, a); }",
        "let a = [1, 1]; loop { a[0] = a; a[1] = a; }",
        "let m = #{}; let i = 0; loop { let k = \"\" + i; m[k] = m; i += 1; }",
        "let m = #{ a: 1, b: 1 }; loop { m.a = m; m.b = m; }",
        "let m = #{}; let i = 0; loop { let n = #{}; n[\"\" + i] = 1; m.mixin(n); i += 1; }",
        "let s = \"\"; s.pad(2048, \"x\"); let a = s.split(\"\"); 1",
        "let a = []; a.pad(500, \"xxxxxxxxxxxx\"); loop { let x = `${a}`; }",
        "let a = []; a.pad(500, \"xxxxxxxxxxxx\"); let b = a.to_string(); 1",
    ] {
        fails_alone(body, &["limit-exceeded"]);
    }
}

#[test]
fn functions_that_call_themselves_end_at_the_limit_of_depth() {
    let one = "}\nprivate fn down(n) { down(n + 1)";
    let two = "}\nprivate fn ping(n) { pong(n + 1) }\nprivate fn pong(n) { ping(n)";
    for body in
        [format!("down(1)\n{one}"), format!("ping(1)\n{two}"), "hostile(activity)".to_owned()]
    {
        fails_alone(&body, &["limit-exceeded"]);
    }
}

#[test]
fn errors_of_calculation_and_wrong_points_are_faults() {
    for body in [
        "9223372036854775807 + 1",
        "1 / (1 - 1)",
        "5 % 0",
        "-9223372036854775808 / -1",
        "2 ** 10000",
        "2 ** -1",
        "activity.likes - 9223372036854775807 - 2",
        "throw \"boom\"",
        "throw",
    ] {
        fails_alone(body, &["script-error"]);
    }
    let wrong = [
        "-5",
        "9007199254740991",
        "9223372036854775807",
        "let x = [\"five\"]; x[0]",
        "let x = #{ a: [1] }; x.a",
    ];
    for body in wrong {
        fails_alone(body, &["wrong-result"]);
    }
}

#[test]
fn what_reaches_out_of_the_sandbox_is_refused() {
    for (body, code, words) in [
        ("eval(\"1\")", "syntax", "eval"),
        ("print(\"x\"); 1", "not-allowed", "cannot `print`"),
        ("debug(1); 1", "not-allowed", "cannot `debug`"),
        ("sleep(10); 1", "unknown-function", "`sleep`"),
        ("exit(1)", "unknown-function", "`exit`"),
        ("timestamp()", "unknown-function", "`timestamp`"),
        ("rand()", "unknown-function", "`rand`"),
        ("open_file(\"/etc/passwd\")", "unknown-function", "`open_file`"),
        ("let f = Fn(\"hostile\"); f.call(activity)", "not-allowed", "cannot be followed"),
        ("call(Fn(\"hostile\"))", "not-allowed", "cannot be followed"),
        ("let f = |x| x; f.call(1)", "syntax", "|"),
        ("[1].map(|x| x)", "syntax", "|"),
        ("this", "not-allowed", "`this`"),
        ("import \"lib/x\" as x; 1", "not-allowed", "not for rules"),
        ("export let x = 1; 1", "syntax", "export"),
    ] {
        body_is_refused(body, code, words);
    }
    for import in ["/etc/passwd", "../x", "lib/../../x", "http://example.com/x", "scoring/innocent"]
    {
        let rule =
            format!("import \"{import}\" as x;\n/// Bad.\nfn hostile(activity) {{ x::y() }}\n");
        is_refused(&[("scoring/hostile.rhai", &rule)], "unknown-import", "nothing to import");
    }
}

#[test]
fn nothing_runs_when_a_program_is_loaded() {
    const RULE: (&str, &str) =
        ("scoring/a.rhai", "import \"lib/x\" as x;\n/// A.\nfn a(activity) { x::y() }\n");
    for library in [
        "loop { }\nfn y() { 1 }\n",
        "const A = { let s = 0; loop { s += 1; } };\nfn y() { 1 }\n",
        "const A = y();\nfn y() { loop { } }\n",
        "throw 1;\nfn y() { 1 }\n",
    ] {
        is_refused(
            &[("lib/x.rhai", library), RULE],
            "not-allowed",
            "only functions, imports and constants",
        );
    }
    is_refused(&[("scoring/hostile.rhai", "loop { }\n")], "not-allowed", "only functions");
    let circle = [
        ("lib/x.rhai", "import \"lib/y\" as y;\nfn y() { y::x() }\n"),
        ("lib/y.rhai", "import \"lib/x\" as x;\nfn x() { x::y() }\n"),
        RULE,
    ];
    is_refused(&circle, "unknown-import", "imports itself");
}

#[test]
fn no_function_takes_the_place_of_one_that_rules_are_given() {
    for (rule, name) in [
        (
            "/// Bad.\nfn hostile(post) { advise(\"x\").at(\"links\") }\nprivate fn at(x) { 5 }\n",
            "at",
        ),
        (
            "/// Bad.\nfn hostile(post) { if post.mentions(\"brand\") { advise(\"x\") } }\nprivate fn mentions(x) { true }\n",
            "mentions",
        ),
        (
            "/// Bad.\nfn hostile(post) { advise(\"x\") }\nprivate fn advise(x) { block(x) }\n",
            "advise",
        ),
        ("/// Bad.\nfn review(post) { advise(\"x\") }\n", "review"),
        (
            "/// Bad.\nfn hostile(post) { if \"abc\".len() == 3 { advise(\"x\") } }\nprivate fn len() { 3 }\n",
            "len",
        ),
    ] {
        is_refused(&[("guidelines/hostile.rhai", rule)], "duplicate", &format!("`{name}`"));
    }
    for name in ["if", "fn", "eval", "print", "call", "this"] {
        let rule = format!("/// Bad.\nfn {name}(activity) {{ 1 }}\n");
        is_refused(&[("scoring/hostile.rhai", &rule)], "syntax", "");
    }
}

#[test]
fn giant_sources_are_refused() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(5_000), close.repeat(5_000))
    };
    for body in [
        format!("let s = \"{}\"; 1", "x".repeat(60_000)),
        format!("let a = [{}]; 1", "1,".repeat(30_000)),
        format!("let a = [{}]; 1", "1,\n".repeat(60_000)),
        deep("[", "", "]"),
        deep("(", "1", ")"),
        deep("{", "1", "}"),
        deep("if true {", "1", "}"),
        deep("abs(", "1", ")"),
        deep("`${", "1", "}`"),
        format!("if true {{ 1 }}{}", " else if true { 1 }".repeat(3_000)),
        format!("1{}", "+1".repeat(30_000)),
        format!("let x = true{}; 1", " && true".repeat(7_000)),
        format!("1{}", " ?? 1".repeat(10_000)),
        format!("\"x\"{}; 1", ".to_upper()".repeat(5_000)),
        format!("let x = #{{}}; x{}; 1", ".a".repeat(30_000)),
        format!("let x = []; x{}; 1", "[0]".repeat(20_000)),
        format!("0x{}", "f".repeat(60_000)),
    ] {
        body_is_refused(&body, "syntax", "");
    }
    body_is_refused(&"x".repeat(1_000_000), "too-large", "256 KiB");
    body_is_refused(&"x".repeat(70_000), "too-large", "in a line");
    body_is_refused(&"9".repeat(60_000), "not-allowed", "fractions");
    let functions: String = (0..5_000).map(|n| format!("private fn f{n}() {{ 1 }}\n")).collect();
    is_refused(&[("scoring/hostile.rhai", &functions)], "syntax", "functions");
    body_is_refused(
        &(0..9_000).map(|n| format!("let v{n} = {n};\n")).collect::<String>(),
        "too-large",
        "128 variables",
    );
}

#[test]
fn many_problems_take_neither_long_nor_much_memory() {
    for (body, code) in [
        ("x;\n".repeat(60_000), "unknown-variable"),
        ("x;".repeat(30_000), "unknown-variable"),
        ("foo();\n".repeat(30_000), "unknown-function"),
        ("activity.liks;\n".repeat(16_000), "unknown-property"),
    ] {
        body_is_refused(&body, code, " no ");
    }
    let cases: String = (0..15_000).map(|n| format!("\"k{n}\" => 1,\n")).collect();
    body_is_refused(
        &format!("switch activity.kind {{\n{cases} _ => 2 }}"),
        "impossible-value",
        "is never",
    );
    let parameters = (0..2_000).map(|n| format!("a{n}")).collect::<Vec<_>>().join(",\n");
    is_refused(
        &[("scoring/hostile.rhai", &format!("/// X.\nfn h({parameters}) {{ 1 }}\n"))],
        "unknown-parameter",
        "cannot take",
    );
    let examples = "/// 1: #{ activity: #{ kind: \"shre\" } }\n".repeat(6_000);
    is_refused(
        &[("scoring/hostile.rhai", &format!("/// X.\n{examples}fn h(activity) {{ 1 }}\n"))],
        "malformed-example",
        "",
    );
    let open = "/// 1: #{\n".repeat(20_000);
    is_refused(
        &[("scoring/hostile.rhai", &format!("/// X.\n{open}fn h(activity) {{ 1 }}\n"))],
        "malformed-example",
        "",
    );
    for (settings, code) in [
        ((0..15_000).map(|n| format!("x{n} = 1\n")).collect::<String>(), "unknown-setting"),
        ((0..10_000).map(|n| format!("[rules.r{n}]\n")).collect(), "unknown-rule"),
        (
            format!("[caps.x]\nper = \"day\"\npoints = 1\nrules = [{}]\n", "\"r\",".repeat(40_000)),
            "unknown-rule",
        ),
    ] {
        is_refused(&[("program.toml", &format!("{MANIFEST}{settings}"))], code, "there is no");
    }
    let patterns: String = (0..10_000).map(|n| format!("p{n} = \"(\"\n")).collect();
    is_refused(&[("patterns.toml", &patterns)], "syntax", "unclosed group");
}

#[test]
fn a_lexicon_of_troubles_takes_little_memory() {
    is_refused(&[("lexicons/bad.txt", &"*\n".repeat(2_000_000))], "syntax", "`*`");
}

#[test]
fn helpers_that_are_called_in_ever_other_ways_are_not_followed_for_ever() {
    let calls: String = (0..6_000).map(|n| format!("g({n});\n")).collect();
    let work = "1;\n".repeat(10_000);
    let rule = format!("/// X.\nfn h(activity) {{ {calls} 1 }}\nprivate fn g(x) {{ {work} x }}\n");
    is_refused(&[("scoring/hostile.rhai", &rule)], "too-large", "too many ways");
    let unions: String = (0..3_900).map(|n| format!("x = {n}; g(x);\n")).collect();
    let rule =
        format!("/// X.\nfn h(activity) {{ let x = 0; {unions} 1 }}\nprivate fn g(x) {{ x }}\n");
    let ended = run(&[("scoring/hostile.rhai", &rule)], &["lint"], "");
    assert_eq!(ended.code, 0, "{}", ended.output);
    let chain: String = (0..200)
        .map(|n| format!("private fn f{n}(a) {{ f{m}(a) + f{m}(a) }}\n", m = n + 1))
        .collect();
    let rule =
        format!("/// X.\nfn h(activity) {{ f0(activity) }}\n{chain}private fn f200(a) {{ 1 }}\n");
    let ended = run(&[("scoring/hostile.rhai", &rule)], SCORE, "");
    assert_eq!(ended.code, 0, "{}{}", ended.output, ended.errors);
    assert!(ended.output.contains("\"innocent\":3"), "{}", ended.output);
}

#[test]
fn findings_without_end_end_at_a_limit_and_the_neighbour_still_speaks() {
    let post = "acme ".repeat(10_000);
    for (body, fault) in [
        ("let f = advise(\"x\"); for i in 0..8000 { f = f.at(\"brand\"); } f", None),
        (
            "let a = []; for i in 0..500 { a.push(advise(\"x\").at(\"brand\")); } a",
            Some("limit-exceeded"),
        ),
        ("let a = []; loop { a.push(advise(\"x\")); }", Some("limit-exceeded")),
        ("let x = [5]; x[0]", Some("wrong-result")),
        ("[5]", Some("wrong-result")),
        ("[[advise(\"x\")]]", Some("wrong-result")),
        ("loop { }", Some("limit-exceeded")),
    ] {
        let rule = format!("/// Bad.\nfn hostile(post) {{\n{body}\n}}\n");
        let ended = run(&[("guidelines/hostile.rhai", &rule)], CHECK, &post);
        assert_eq!(ended.code, 0, "{body}: {}", ended.errors);
        let verdict: Value = serde_json::from_str(&ended.output).unwrap();
        assert_eq!(verdict["faults"][0]["code"].as_str(), fault, "{body}");
        let findings = verdict["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["rule"] == "innocent_guide"), "{body}");
        if fault.is_some() {
            assert_eq!(
                verdict["verdict"], "review",
                "{body}: a rule that fails sends the post to a person"
            );
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_and_controls_do_no_harm() {
    is_refused(
        &[("scoring/hostile.rhai", "/// Bad.\nfn hostile(activity) {\0 1 }\n")],
        "syntax",
        "",
    );
    let named = MANIFEST.replace("\"Test\"", "\"\\u001b[31m\\u202eTest\"");
    let ended = run(&[("program.toml", &named)], &["lint"], "");
    assert!(ended.output.contains("<U+001B>[31m<U+202E>Test"), "{:?}", ended.output);
}
