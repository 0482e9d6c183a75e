//! What X makes of a text, held against its own conformance cases and answers.

use std::ops::Range;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::{Entities, emoji, entities, links, weighted_length, weighted_length_with};

const EXTRACT: &str = include_str!("../../../../tests/data/x/extract.json");
const LENGTHS: &str = include_str!("../../../../tests/data/x/weighted_length.json");
const ANSWERS: &str = include_str!("../../../../tests/data/x/answers.json");

type Ranges = Vec<Range<usize>>;

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn words<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
    ranges.iter().map(|range| &text[range.clone()]).collect()
}

fn without_sign(word: &str) -> &str {
    word.trim_start_matches(['#', '＃', '@', '＠', '$'])
}

/// Compares one group of the conformance suite, by words and by ranges in code points.
fn conforms(group: &str, count: usize, find: fn(Entities) -> Ranges) {
    let groups: Value = serde_json::from_str(EXTRACT).expect("the data is JSON");
    assert_eq!(list(&groups[group]).len(), count, "cases in {group}");
    for case in list(&groups[group]) {
        let text = case["text"].as_str().expect("a text");
        let found = find(entities(text));
        let expected = list(&case["expected"]);
        if expected.iter().any(Value::is_object) {
            let code_points = |end: usize| text[..end].chars().count();
            let found =
                found.iter().map(|range| [code_points(range.start), code_points(range.end)]);
            let expected = expected.iter().map(|entity| entity["indices"].clone());
            assert!(found.map(|range| serde_json::json!(range)).eq(expected), "{case}");
        } else {
            let found = words(text, &found);
            let found: Vec<&str> = found.into_iter().map(without_sign).collect();
            assert_eq!(found, expected, "{case}");
        }
    }
}

#[test]
fn links_conform() {
    conforms("urls", 89, |found| found.links);
    conforms("urls_with_indices", 12, |found| found.links);
    conforms("tco_urls_with_params", 5, |found| found.links);
}

#[test]
fn hashtags_conform() {
    conforms("hashtags", 64, |found| found.hashtags);
    conforms("hashtags_with_indices", 8, |found| found.hashtags);
    conforms("hashtags_from_astral", 3, |found| found.hashtags);
}

#[test]
fn mentions_and_lists_conform() {
    conforms("mentions", 20, |found| found.mentions);
    conforms("mentions_with_indices", 3, |found| found.mentions);
    conforms("mentions_or_lists_with_indices", 5, |found| found.mentions);
}

#[test]
fn cashtags_conform() {
    conforms("cashtags", 8, |found| found.cashtags);
    conforms("cashtags_with_indices", 2, |found| found.cashtags);
}

#[test]
fn lengths_conform() {
    let cases: Value = serde_json::from_str(LENGTHS).expect("the data is JSON");
    assert_eq!(list(&cases).len(), 24);
    for case in list(&cases) {
        let text = case["text"].as_str().expect("a text");
        assert_eq!(weighted_length(text), case["weighted_length"], "{case}");
    }
}

#[test]
fn difficult_texts_get_the_answers_of_the_reference() {
    let ranges = |value: &Value| -> Ranges {
        let end = |pair: &Value, index: usize| pair[index].as_u64().expect("an offset") as usize;
        list(value).iter().map(|pair| end(pair, 0)..end(pair, 1)).collect()
    };
    let cases: Value = serde_json::from_str(ANSWERS).expect("the data is JSON");
    assert_eq!(list(&cases).len(), 400);
    for case in list(&cases) {
        let text = case["text"].as_str().expect("a text");
        let expected = Entities {
            links: ranges(&case["links"]),
            hashtags: ranges(&case["hashtags"]),
            mentions: ranges(&case["mentions"]),
            cashtags: ranges(&case["cashtags"]),
        };
        assert_eq!(entities(text), expected, "{case}");
        assert_eq!(weighted_length(text), case["weighted_length"], "{case}");
    }
}

#[test]
fn the_entity_that_starts_first_wins() {
    let text = "https://example.com/#tag #tag.com ＠user/list $TSLA";
    let found = entities(text);
    assert_eq!(words(text, &found.links), ["https://example.com/#tag"]);
    assert_eq!(words(text, &found.hashtags), ["#tag"]);
    assert_eq!(words(text, &found.mentions), ["＠user/list"]);
    assert_eq!(words(text, &found.cashtags), ["$TSLA"]);
}

#[test]
fn composed_and_decomposed_text_count_the_same() {
    assert_eq!(weighted_length("Gru\u{308}\u{DF}e"), 5);
    assert_eq!(weighted_length("Gr\u{FC}\u{DF}e"), 5);
}

#[test]
fn known_links_change_no_length_of_decomposed_text() {
    // The Hangul of the domain composes: its links are elsewhere once it is normalised.
    for text in ["https://acme.com/e\u{301} ok", "\u{1112}\u{1161}.acme.com/\u{1112}\u{1161}"] {
        assert_eq!(
            weighted_length_with(text, &links(text)),
            weighted_length(&text.nfc().collect::<String>())
        );
    }
}

#[test]
fn an_emoji_sequence_is_one_emoji() {
    let text = "1️⃣ a 👩🏽\u{200D}💻 b 🇩🇪 c ❤️\u{200D}🔥 d 🐦\u{200D}🔥 e ☺";
    let found = words(text, &emoji(text));
    assert_eq!(found, ["1️⃣", "👩🏽\u{200D}💻", "🇩🇪", "❤️\u{200D}🔥", "🐦\u{200D}🔥", "☺"]);
    assert_eq!(weighted_length(text), 6 * 2 + 5 * 2 + 5);
}

#[test]
fn text_that_only_resembles_emoji_is_none() {
    for text in [
        "",
        "1 # *",
        "©",
        "™",
        "☺\u{FE0E}",
        "⌚\u{FE0E}",
        "\u{FE0F}",
        "日本語",
        "\u{20E3}",
        "a\u{200D}",
    ] {
        assert!(emoji(text).is_empty(), "{text:?}");
    }
    assert_eq!(words("©\u{FE0F}", &emoji("©\u{FE0F}")), ["©\u{FE0F}"]);
}

/// Quadratic work would keep these busy for minutes.
#[test]
fn long_repetition_gets_its_answer() {
    // A part, and what each of them adds: links, cashtags, length.
    let parts = [
        ("a.", 0, 0, 2),
        ("日.", 0, 0, 3),
        ("a.com", 0, 0, 5),
        ("a.com日", 0, 0, 7),
        ("a.co/(", 1, 0, 24),
        ("@a", 0, 0, 2),
        ("#1", 0, 0, 2),
        ("$a ", 0, 1, 3),
        ("😀.com", 0, 0, 6),
        ("🇩", 0, 0, 2),
        ("1\u{FE0F}\u{20E3}", 0, 0, 2),
    ];
    for (part, links, cashtags, length) in parts {
        let times = 200_000 / part.len();
        let text = part.repeat(times);
        let found = entities(&text);
        assert_eq!(found.links.len(), links * times, "{part:?}");
        assert_eq!(found.cashtags.len(), cashtags * times, "{part:?}");
        assert!(found.hashtags.is_empty() && found.mentions.is_empty());
        assert_eq!(weighted_length(&text), length * times, "{part:?}");
    }
}
