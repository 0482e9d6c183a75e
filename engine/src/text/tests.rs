//! What the analysis as a whole says of posts.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::*;

const FILES: &[(&str, &str)] = &[
    ("brand", "{brand}"),
    (
        "insult",
        "%obfuscated\nidiot*\nass\ncunt\npenis\nkill\nkiller\ncrush*\n- killer feature\n- crush the",
    ),
    ("promise.en", "guaranteed\nrisk free"),
    ("promise.de", "garantie*\nbrand"),
    ("promise.fr", "garanti"),
    ("disclosure", "I work at {brand}\n\\#ad\n\\#{brand}employee"),
    ("negation.en", "not\nno\n*n't\nnever\n- not only"),
    ("negation.de", "%window 3 3\nkein\nkeine\nnicht"),
    ("negation.fr", "pas\njamais"),
    ("contrast", "but\naber\nmais"),
    ("rival", "rival.com\nRival"),
];

const PATTERNS: &[(&str, &str)] =
    &[("percent", r"\b\d+ ?%"), ("empty", "x*"), ("word", r"(?i)\bmixer\b")];

static SCANNER: LazyLock<Arc<Scanner>> = LazyLock::new(|| {
    let lexicons = FILES.iter().map(|(stem, text)| Lexicon::parse(stem, text, "Acme").unwrap());
    let patterns = PATTERNS.iter().map(|(name, text)| Expression::new(name, text));
    Arc::new(Scanner::new(&lexicons.collect::<Vec<_>>(), patterns.collect()).unwrap())
});

fn scanner() -> Arc<Scanner> {
    Arc::clone(&SCANNER)
}

fn input(text: &str) -> Input {
    Input { text: text.into(), channel: None, x: false, language: None, supplied: None }
}

fn analysis(text: &str) -> Analysis {
    Analysis::new(scanner(), input(text))
}

fn in_language(text: &str, language: &str) -> Analysis {
    Analysis::new(scanner(), Input { language: Some(language.into()), ..input(text) })
}

impl Analysis {
    fn says(&self, list: &str) -> bool {
        self.asserts(scanner().list(list).unwrap())
    }

    fn has(&self, list: &str) -> bool {
        self.mentions(scanner().list(list).unwrap())
    }

    fn found(&self, list: &str) -> Vec<&str> {
        let hits = self.hits(scanner().list(list).unwrap());
        hits.into_iter().map(|hit| &self.text()[hit.range]).collect()
    }
}

#[test]
fn what_contains_a_word_by_chance_is_not_it() {
    for text in [
        "Greetings from Scunthorpe",
        "Penistone is lovely",
        "a classic, with class",
        "#ClassicCars",
        "skilled people",
        "Mr Kasse",
    ] {
        assert!(!analysis(text).has("insult"), "{text}");
    }
}

#[test]
fn what_is_said_kindly_is_excepted() {
    assert!(!analysis("What a killer feature!").has("insult"));
    assert!(!analysis("Time to crush the deadline").has("insult"));
    assert_eq!(analysis("A killer feature, you killer").found("insult"), ["killer"]);
}

#[test]
fn disguised_insults_are_found_and_prices_are_not() {
    assert_eq!(
        analysis("You 1d10t, you і d i o t, you a$$").found("insult"),
        ["1d10t", "і d i o t", "a$$"]
    );
    for text in ["only $5 or $455", "at 9 a.m. in A55", "mail me@4ss.com", "v1.55 of C++"] {
        assert!(!analysis(text).has("insult"), "{text}");
    }
}

#[test]
fn quoted_and_negated_words_are_mentioned_but_not_said() {
    for text in ["He called me an “idiot”.", "\"You idiot\", they wrote", "> idiot\nNo comment."]
    {
        let post = analysis(text);
        assert!(post.has("insult") && !post.says("insult"), "{text}");
    }
    assert!(analysis("He said \"fine\", the idiot").says("insult"));
    for text in [
        "satisfaction is not guaranteed",
        "it isn’t guaranteed",
        "never ever guaranteed",
        "NOT GUARANTEED",
    ] {
        let post = analysis(text);
        assert!(post.has("promise") && !post.says("promise"), "{text}");
    }
    for text in [
        "guaranteed",
        "Why not? Guaranteed.",
        "not only guaranteed",
        "not cheap but guaranteed",
        "we did not know that it is guaranteed",
    ] {
        assert!(analysis(text).says("promise"), "{text}");
    }
}

#[test]
fn negation_follows_the_language() {
    assert!(!in_language("Keine Garantie auf Erfolg", "de").says("promise"));
    assert!(!in_language("Das garantieren wir nicht", "de").says("promise"));
    assert!(!in_language("Ce n’est pas garanti", "fr-CA").says("promise"));
    assert!(in_language("Garantie! Nichts als Garantie", "de").says("promise"));
    // German words negate no English ones, and the English window reaches forwards only.
    assert!(in_language("kein guaranteed", "en").says("promise"));
    assert!(in_language("guaranteed, I kid you not", "en").says("promise"));
}

#[test]
fn entries_of_a_language_count_in_its_texts_and_in_unknown_ones() {
    let text = "I love this brand and the people who have made it for you.";
    assert_eq!(analysis(text).language(), "en");
    assert!(!analysis(text).has("promise"));
    assert!(in_language(text, "de").has("promise"));
    assert!(analysis("brand!").has("promise"), "too short to tell");
}

#[test]
fn words_within_links_are_not_the_authors() {
    assert!(!analysis("see https://news.example/ceo-is-an-idiot and ass@acme.com").has("insult"));
    assert!(!analysis("see https://acme.com/page#ad").has("disclosure"));
    assert!(analysis("see https://www.rival.com/x").has("rival"), "an address is looked for there");
}

#[test]
fn hashtags_and_handles_hold_words() {
    assert_eq!(analysis("#AcmeMixer by @acme, not #acmemixer").found("brand"), ["Acme", "acme"]);
    assert_eq!(analysis("#AcmeEmployee here").found("disclosure"), ["#AcmeEmployee"]);
}

#[test]
fn what_is_behind_the_fold_or_among_hashtags_is_not_shown() {
    let shows = |text: &str, fold| {
        let channel = Channel { count: Count::Graphemes, fold };
        let post = Analysis::new(scanner(), Input { channel: Some(channel), ..input(text) });
        post.shows(scanner().list("disclosure").unwrap())
    };
    assert!(shows("I work at Acme. 🎉", Some(14)));
    assert!(!shows("I work at Acme. 🎉", Some(13)));
    assert!(shows("I work at Acme. 🎉", None));
    assert!(shows("🎉 #ad #mixer then", Some(100)));
    assert!(!shows("#mixer #ad #kitchen", None));
    assert!(!shows("#a #b #c and I work at Acme", None));
    assert!(shows("#a #b and #c, I work at Acme", None));
}

#[test]
fn patterns_match_and_say_where() {
    let post = analysis("Up 5 % – the “MIXER” 🎉, 10%");
    let pattern = |name| scanner().pattern(name).unwrap();
    assert!(post.matches(pattern("percent")) && post.matches(pattern("empty")));
    let places = post.pattern_spans(pattern("percent"));
    assert_eq!(
        places.into_iter().map(|place| &post.text()[place]).collect::<Vec<_>>(),
        ["5 %", "10%"]
    );
    assert!(post.pattern_spans(pattern("empty")).is_empty());
    assert!(post.matches(pattern("word")) && !analysis("remixers").matches(pattern("word")));
}

#[test]
fn links_hashtags_and_handles_are_no_words() {
    let post = analysis("Two words #AndATag @handle https://acme.com/a/b");
    assert_eq!(
        (post.words(), post.hashtags().len(), post.handles().len(), post.links().len()),
        (2, 1, 1, 1)
    );
    assert_eq!(analysis("GREAT news, GREAT #NEWS4YOU").capitals(), 66);
    assert_eq!(analysis("").capitals(), 0);
}

#[test]
fn own_words_are_those_not_in_the_supplied_copy() {
    let own = |text: &str, supplied: Option<&str>| {
        Analysis::new(scanner(), Input { supplied: supplied.map(Into::into), ..input(text) })
            .own_words()
    };
    let copy = Some("Meet the new mixer! https://acme.com #mixer");
    assert_eq!(own("MEET the\nnew mixer #mixer", copy), 0);
    assert_eq!(own("Meet the new mixer, I had a hand in it", copy), 60);
    assert_eq!(own("https://acme.com", copy), 0);
    assert_eq!(own("anything", None), 100);
}

#[test]
fn length_is_counted_as_the_channel_does() {
    let length = |count: Option<Count>| {
        let channel = count.map(|count| Channel { count, fold: None });
        Analysis::new(scanner(), Input { channel, ..input("👍🏽 é https://acme.com/long") }).length()
    };
    assert_eq!(length(Some(Count::X)), 28);
    assert_eq!(length(Some(Count::CodePoints)), 26);
    assert_eq!(length(None), length(Some(Count::Graphemes)));
}

#[test]
fn one_analysis_is_shared_by_threads() {
    let post = analysis("I work at Acme, you idiot");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(post.has("brand") && post.says("insult")));
        }
    });
}

/// Asks everything; returns all ranges.
fn everything(post: &Analysis) -> Vec<std::ops::Range<usize>> {
    let scanner = scanner();
    let mut ranges = [
        post.links(),
        post.hashtags(),
        post.handles(),
        post.emoji(),
        post.decorative(),
        post.hidden(),
    ]
    .concat();
    ranges.extend(post.capital_spans());
    for list in scanner.list_names().filter_map(|name| scanner.list(name)) {
        ranges.extend(post.hits(list).into_iter().map(|hit| hit.range));
        assert_eq!(post.mentions(list), !post.hits(list).is_empty());
        assert!(post.mentions(list) || !(post.asserts(list) || post.shows(list)));
    }
    for pattern in scanner.pattern_names().filter_map(|name| scanner.pattern(name)) {
        ranges.extend(post.pattern_spans(pattern));
    }
    assert!(post.own_words() <= 100 && post.capitals() <= 100 && post.words() <= post.text().len());
    assert!(post.length() <= 2 * post.text().len() + 23 && !post.language().is_empty());
    post.fingerprint();
    ranges
}

/// Work that is not in proportion to the text would keep these busy for hours.
#[test]
fn long_repetitive_texts_get_their_answers() {
    const LENGTH: usize = 1 << 18;
    let parts = [
        "a",
        "\"",
        "#",
        "# ",
        "#a ",
        "@",
        "😀",
        "👨\u{200D}",
        "\u{301}",
        "\u{202E}",
        "\u{200B}",
        "“",
        "‘a ",
        "\n>",
        "not ",
        "ass ",
        "ass-",
        "a.",
        "a@b.co ",
        "https://",
        "x.com/",
        "idiot",
        "1d10t ",
        "s*t ",
        "#Ass",
        "是",
        "保证",
        "ﷺ",
        "İ",
        "กำ",
        "가",
        "\r\n",
        " ",
        "killer feature ",
        "AcmeAcme",
        "５％",
        "5%",
        "not guaranteed ",
        "crush ",
        "\u{1F1E6}",
    ];
    for part in parts {
        let text = part.repeat(LENGTH / part.len());
        for x in [false, true] {
            let supplied = Some(text.as_str().into());
            let post = Analysis::new(scanner(), Input { x, supplied, ..input(&text) });
            for range in everything(&post) {
                assert!(text.get(range.clone()).is_some(), "{part:?}, x: {x}: {range:?}");
            }
            assert_eq!(post.own_words(), 0, "{part:?}, x: {x}");
        }
    }
}

/// Texts made of what the analysis looks at, and of anything else.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "acme",
            "Acme",
            "idiot",
            "1d10t",
            "s h i t",
            "not",
            "isn’t",
            "guaranteed",
            "garantie",
            "\"",
            "“",
            "”",
            "‘",
            "’",
            "«",
            "»",
            "„",
            "#",
            "@",
            "#AcmeMixer",
            "https://x.com/a",
            "a@b.co",
            ".",
            ",",
            "\n",
            "\r\n",
            " ",
            "> ",
            "ß",
            "İ",
            "ﬃ",
            "é",
            "e\u{301}",
            "\u{301}",
            "\u{200B}",
            "\u{200D}",
            "\u{AD}",
            "\u{FE0F}",
            "👍🏽",
            "👨‍👩‍👧",
            "🇩🇪",
            "𝗔",
            "Ａ",
            "＃",
            "保证",
            "ที่",
            "か\u{3099}",
            "각",
            "ا",
            "\u{202E}",
            "`",
            "5%",
            "$5",
            "*",
            "killer feature",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_range_is_on_character_boundaries(text in texts(), x in any::<bool>(), supplied in prop::option::of(texts())) {
        let supplied = supplied.map(|copy| copy.as_str().into());
        let channel = Some(Channel { count: Count::Graphemes, fold: Some(10) });
        let post = Analysis::new(scanner(), Input { x, supplied, channel, ..input(&text) });
        let ranges = everything(&post);
        for range in &ranges {
            prop_assert!(range.start < range.end && text.get(range.clone()).is_some(), "{:?}", range);
        }
        prop_assert_eq!(spans(&text, &ranges).len(), ranges.len());
    }

    #[test]
    fn case_composition_and_spacing_change_no_finding(text in "[a-z éü#.“”]{0,40}") {
        use unicode_normalization::UnicodeNormalization;
        let decomposed: String = text.nfd().collect();
        let spaced = text.replace(' ', "\u{A0} ");
        for list in scanner().list_names() {
            prop_assert_eq!(analysis(&text).found(list).len(), analysis(&decomposed).found(list).len());
            prop_assert_eq!(analysis(&text).found(list).len(), analysis(&spaced).found(list).len());
        }
    }

    #[test]
    fn lexicons_of_any_text_are_read_or_refused(text in "([a-z*%#{}\\\\ -]|\\PC|\n){0,40}") {
        if let Ok(lexicon) = Lexicon::parse("list", &text, "Acme") {
            prop_assert!(Scanner::new(&[lexicon], Vec::new()).is_ok());
        }
    }
}

/// What a list has in a text, under the files and expressions given.
fn found(files: &[(&str, &str)], patterns: Vec<Expression>, name: &str, text: &str) -> Vec<String> {
    let lexicons = files.iter().map(|(stem, list)| Lexicon::parse(stem, list, "Acme").unwrap());
    let scanner = Arc::new(Scanner::new(&lexicons.collect::<Vec<_>>(), patterns).unwrap());
    let analysis = Analysis::new(Arc::clone(&scanner), input(text));
    let ranges = match (scanner.list(name), scanner.pattern(name)) {
        (Some(list), _) => {
            let hits = analysis.hits(list);
            assert_eq!(analysis.mentions(list), !hits.is_empty(), "{text}");
            hits.into_iter().map(|hit| hit.range).collect()
        }
        (_, Some(pattern)) => {
            let places = analysis.pattern_spans(pattern);
            assert_eq!(analysis.matches(pattern), !places.is_empty(), "{text}");
            places
        }
        _ => Vec::new(),
    };
    ranges.into_iter().map(|range| text[range].to_owned()).collect()
}

#[test]
fn exact_entries_are_found_with_their_capitals_only() {
    let files = [("brand", "%exact\n{brand}\nBloom\niPad*\n- In Bloom")];
    let found = |text: &str| found(&files, Vec::new(), "brand", text);
    assert_eq!(found("A Bloom from Acme, and iPads"), ["Bloom", "Acme", "iPads"]);
    assert!(found("in full bloom, at the acme, ACME, BLOOM, IPad").is_empty());
    assert_eq!(found("“In Bloom” is on, in Bloom"), ["Bloom"]);
}

#[test]
fn entries_count_in_the_company_that_their_file_asks_for() {
    let files = [
        ("illness.en", "%with family\n%without giving\ncancer\nflu"),
        ("illness", "plague"),
        ("family", "my mother\nhis wife"),
        ("giving", "donat*\nresearch"),
    ];
    let found = |text: &str| found(&files, Vec::new(), "illness", text);
    assert_eq!(found("My mother has cancer, and the flu."), ["cancer", "flu"]);
    // In another sentence it is about something else.
    assert!(found("My mother called. Cancer is a sign of the zodiac.").is_empty());
    assert!(found("My mother donates for cancer research.").is_empty());
    assert_eq!(found("My mother donates. His wife has cancer."), ["cancer"]);
    // A file of the same list that asks for no company has none of it.
    assert_eq!(found("The plague came, and cancer."), ["plague"]);
}

#[test]
fn the_parts_of_an_entry_stand_in_order_and_near_each_other() {
    let files =
        [("threat", "know where ... liv*\n- know where ... live music\nif you ... and ... you")];
    let found = |text: &str| found(&files, Vec::new(), "threat", text);
    assert_eq!(found("We know where you and your dog live."), ["know where you and your dog live"]);
    assert_eq!(found("I KNOW WHERE\u{00A0}he is living now"), ["KNOW WHERE\u{00A0}he is living"]);
    assert_eq!(found("If you lose and I win, you pay"), ["If you lose and I win, you"]);
    for text in [
        "They live where nobody knows.",
        "I know where it is. We live in Porto.",
        "I know where one, two, three, four, five and six live.",
        "I know where it is\nand live there",
        "We know where to find live music.",
        "know wherever you live",
        "If you lose, you pay",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
}

#[test]
fn patterns_have_exceptions_and_company() {
    let mail = Expression {
        except: Some("^(?:info|jobs)@".to_owned()),
        company: Company { with: Vec::new(), without: vec!["office".to_owned()] },
        ..Expression::new("mail", r"[a-z.]+@[a-z.]+[a-z]")
    };
    let files = [("office", "at work")];
    let found = |text: &str| found(&files, vec![mail.clone()], "mail", text);
    assert_eq!(found("info@a.example or bo@b.example"), ["bo@b.example"]);
    assert!(found("jobs@a.example").is_empty());
    assert!(found("At work: bo@b.example").is_empty());
    assert_eq!(found("At work! bo@b.example"), ["bo@b.example"]);
}

#[test]
fn a_list_that_is_not_there_stands_nowhere() {
    let files = [("a", "%with nothing\nword"), ("b", "%without nothing\nword")];
    assert!(found(&files, Vec::new(), "a", "word").is_empty());
    assert_eq!(found(&files, Vec::new(), "b", "word"), ["word"]);
}
