//! The guideline rules of the starter program by hand: one native pass over the post with the
//! program's own lists and patterns, then the conditions.
//!
//! Simpler than the engine's where the results on the benchmark's posts are the same: see `scan` and
//! `lists`; quotations are “…”, „…“ and "…" (no other marks, no quoted lines); a clause ends at
//! punctuation or a line end; history (near-duplicates) is not looked at; nothing is explained.

use std::borrow::Cow;
use std::fs;
use std::ops::Range;
use std::path::Path;

use jiff::Timestamp;
use regex::{Regex, RegexSet, SetMatches};

use super::lists::{Found, List, Lists, Place};
use super::records::{Post, Shared};
use super::scan::{Marks, length};
use super::text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Advise,
    Revise,
    Block,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: Cow<'static, str>,
    /// In bytes of the text.
    pub(crate) places: Vec<Range<usize>>,
}

pub(crate) struct Checker {
    lists: Lists,
    long_hashtag: Regex,
    shouted_marks: Regex,
    /// Both, in this order, without word boundaries: the automata of regex cannot follow those through
    /// text that is not ASCII. What matches is looked at again.
    patterns: RegexSet,
}

impl Checker {
    /// Reads the lists and patterns of the program directory.
    pub(crate) fn read(directory: &Path) -> Self {
        let patterns = fs::read_to_string(directory.join("patterns.toml")).unwrap();
        let pattern = |name: &str| {
            let line = patterns.lines().find(|line| line.starts_with(name)).unwrap();
            line.split('\'').nth(1).unwrap().to_owned()
        };
        let (long_hashtag, shouted_marks) = (pattern("long_hashtag"), pattern("shouted_marks"));
        Self {
            lists: Lists::read(&directory.join("lexicons"), "Acme"),
            patterns: RegexSet::new(
                [&long_hashtag, &shouted_marks].map(|text| text.replace(r"\b", "")),
            )
            .unwrap(),
            long_hashtag: Regex::new(&long_hashtag).unwrap(),
            shouted_marks: Regex::new(&shouted_marks).unwrap(),
        }
    }

    /// All findings, gravest first, then by rule.
    pub(crate) fn check(&self, post: &Post, author_is_leader: bool, at: Timestamp) -> Vec<Finding> {
        let marks = Marks::of(&post.text);
        let folded = folded(&post.text);
        let found = self.lists.find(&post.text, &folded, post.language.as_deref(), &marks.links);
        let matched = self.patterns.matches(&post.text);
        let seen = Seen { post, marks, found, matched, checker: self, author_is_leader, at };
        let is_protected = seen.mentions(List::Protected);
        let mut findings = Vec::new();
        add_value(&seen, &mut findings);
        disclose_employer(&seen, &mut findings);
        fit_the_channel(&seen, &mut findings);
        include_everyone(&seen, &mut findings);
        keep_confidential(&seen, is_protected, &mut findings);
        promise_only_what_holds(&seen, &mut findings);
        respect_copyright(&seen, &mut findings);
        respect_others(&seen, is_protected, &mut findings);
        serve_your_audience(&seen, &mut findings);
        speak_for_yourself(&seen, &mut findings);
        tell_opinion_from_fact(&seen, &mut findings);
        wait_for_the_date(&seen, &mut findings);
        if is_protected {
            findings.iter_mut().for_each(|finding| finding.severity = Severity::Advise);
        }
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.rule.cmp(b.rule)));
        findings
    }
}

/// Lower case of the same length: letters whose small form is longer or shorter stay as they are.
fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.len() == text.len() { lower } else { text.to_ascii_lowercase() }
}

/// What a channel takes: the most characters, the characters before “more”, the most hashtags.
fn limits(channel: Option<&str>) -> (Option<usize>, Option<usize>, Option<usize>) {
    match channel {
        Some("facebook") => (Some(63_206), None, None),
        Some("instagram") => (Some(2_200), Some(125), Some(5)),
        Some("linkedin") => (Some(3_000), Some(140), None),
        Some("threads") => (Some(500), None, Some(1)),
        Some("x") => (Some(280), None, None),
        _ => (None, None, None),
    }
}

struct Seen<'a> {
    post: &'a Post,
    marks: Marks,
    found: Found,
    matched: SetMatches,
    checker: &'a Checker,
    author_is_leader: bool,
    at: Timestamp,
}

impl Seen<'_> {
    fn mentions(&self, list: List) -> bool {
        !self.found.places(list).is_empty()
    }

    /// The places of a list, where one of them is neither quoted nor negated.
    fn asserted(&self, list: List) -> Option<Vec<Range<usize>>> {
        let places = self.found.places(list);
        if places.is_empty() {
            return None;
        }
        let quotations = quotations(&self.post.text);
        let negations = self.found.places(List::Negation);
        let contrasts = self.found.places(List::Contrast);
        let text = &self.post.text;
        let asserts = |place: &Place| {
            let quoted = quotations.iter().any(|quotation| {
                quotation.start <= place.range.start && place.range.end <= quotation.end
            });
            !quoted && !is_negated(text, &place.range, &negations, &contrasts)
        };
        places.iter().any(asserts).then(|| ranges(places))
    }

    fn discloses(&self) -> bool {
        if self.post.labelled {
            return true;
        }
        let places = self.found.places(List::Disclosure);
        if places.is_empty() {
            return false;
        }
        let (_, fold, _) = limits(self.post.channel.as_deref());
        let fold = fold.and_then(|fold| self.post.text.char_indices().nth(fold));
        let end = fold.map_or(usize::MAX, |(at, _)| at).min(self.tag_run().unwrap_or(usize::MAX));
        places.iter().any(|place| place.range.end <= end)
    }

    /// Where three and more hashtags in a row start.
    fn tag_run(&self) -> Option<usize> {
        let is_near = |pair: &[Range<usize>]| {
            !self.post.text[pair[0].end..pair[1].start].contains(char::is_alphanumeric)
        };
        let mut runs = self.marks.hashtags.windows(3);
        runs.find(|run| is_near(&run[..2]) && is_near(&run[1..])).map(|run| run[0].start)
    }

    fn own_words(&self) -> i64 {
        match &self.post.content {
            Some(Shared::Inline { copy: Some(copy), .. }) => text::own_words(&self.post.text, copy),
            _ => 100,
        }
    }
}

fn ranges(places: Vec<Place>) -> Vec<Range<usize>> {
    places.into_iter().map(|place| place.range).collect()
}

fn all(pattern: &Regex, text: &str) -> Vec<Range<usize>> {
    pattern.find_iter(text).map(|found| found.range()).collect()
}

fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, [char; 2])> = None;
    for (at, sign) in text.char_indices() {
        match (open, sign) {
            (Some((start, closing)), _) if closing.contains(&sign) => {
                found.push(start..at + sign.len_utf8());
                open = None;
            }
            (None, '“') => open = Some((at, ['”', '”'])),
            (None, '„') => open = Some((at, ['“', '”'])),
            (None, '"') => open = Some((at, ['"', '"'])),
            _ => {}
        }
    }
    found
}

fn is_negated(text: &str, place: &Range<usize>, negations: &[Place], contrasts: &[Place]) -> bool {
    let near = |between: Range<usize>, most: usize| {
        let words = text[between.clone()]
            .split_whitespace()
            .filter(|part| part.contains(char::is_alphanumeric));
        let contrasted = contrasts.iter().any(|contrast| {
            between.start <= contrast.range.start && contrast.range.end <= between.end
        });
        words.count() < most && !contrasted && !ends_clause(&text[between])
    };
    negations.iter().any(|negation| {
        let word = &negation.range;
        (word.end <= place.start && near(word.end..place.start, 3))
            || (negation.german && place.end <= word.start && near(place.end..word.start, 2))
    })
}

fn ends_clause(between: &str) -> bool {
    let mut signs = between.chars().peekable();
    while let Some(sign) = signs.next() {
        let before_space = signs.peek().is_none_or(|next| !next.is_alphanumeric());
        match sign {
            '!' | '?' | ';' | '…' | '—' | '–' | '(' | ')' | '\n' => return true,
            '.' | ',' | ':' if before_space => return true,
            _ => {}
        }
    }
    false
}

fn find(
    findings: &mut Vec<Finding>,
    rule: &'static str,
    severity: Severity,
    message: impl Into<Cow<'static, str>>,
    places: Vec<Range<usize>>,
) {
    findings.push(Finding { rule, severity, message: message.into(), places });
}

fn add_value(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let links = &seen.marks.links;
    if !links.is_empty() && seen.marks.words < 5 {
        let message = "A link alone gives few people a reason to open it. Say in a sentence what you took from it.";
        find(findings, "add_value", Severity::Advise, message, links.clone());
    } else if seen.own_words() < 30 {
        let message = "Most of this is the supplied text. Add a sentence of your own, such as why it matters to you.";
        find(findings, "add_value", Severity::Advise, message, Vec::new());
    }
}

fn disclose_employer(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let brand = seen.found.places(List::Brand);
    if !brand.is_empty() && seen.mentions(List::Praise) && !seen.discloses() {
        let message = "Add a few words such as “I work at Acme”, early in the post.";
        find(findings, "disclose_employer", Severity::Revise, message, ranges(brand));
    }
}

fn fit_the_channel(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let (limit, _, hashtags) = limits(seen.post.channel.as_deref());
    let length = length(&seen.post.text, &seen.marks, seen.post.channel.as_deref() == Some("x"));
    if let Some(over) = limit.and_then(|limit| length.checked_sub(limit)).filter(|over| *over > 0) {
        let message = format!(
            "This is {over} over what the channel takes. Shorten it, or make two posts of it."
        );
        find(findings, "fit_the_channel", Severity::Revise, message, Vec::new());
    }
    if hashtags.is_some_and(|most| seen.marks.hashtags.len() > most) {
        let message = "The channel takes fewer hashtags. Keep the ones that help people find you.";
        find(findings, "fit_the_channel", Severity::Revise, message, seen.marks.hashtags.clone());
    }
}

fn include_everyone(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let without_alt = seen.post.media.iter().any(|medium| {
        medium.kind != "document" && medium.alt.as_deref().is_none_or(|alt| alt.trim().is_empty())
    });
    if without_alt {
        let message = "Add alt text: a short sentence on what can be seen or heard.";
        find(findings, "include_everyone", Severity::Advise, message, Vec::new());
    }
    if !seen.marks.decorative.is_empty() {
        let message =
            "Screen readers spell these letters out or skip them. Plain letters work for everyone.";
        find(
            findings,
            "include_everyone",
            Severity::Advise,
            message,
            seen.marks.decorative.clone(),
        );
    }
    if seen.matched.matched(0) && seen.checker.long_hashtag.is_match(&seen.post.text) {
        let message =
            "Start each word of a long hashtag with a capital, so that it can be read aloud.";
        let places = all(&seen.checker.long_hashtag, &seen.post.text);
        find(findings, "include_everyone", Severity::Advise, message, places);
    }
}

fn keep_confidential(seen: &Seen<'_>, is_protected: bool, findings: &mut Vec<Finding>) {
    if is_protected {
        return;
    }
    if let Some(places) = seen.asserted(List::Confidential) {
        let message = "This may not be public yet. Ask the person it came from before you post it.";
        find(findings, "keep_confidential", Severity::Revise, message, places);
    }
}

fn promise_only_what_holds(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    if let Some(places) = seen.asserted(List::Promises) {
        let message = "Nobody can be sure of this. Say what you have seen yourself instead.";
        find(findings, "promise_only_what_holds", Severity::Revise, message, places);
    }
}

fn respect_copyright(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    let uncredited = seen.post.media.iter().any(|medium| {
        medium.source.as_deref() == Some("third_party")
            && (medium.licence.is_none() || medium.credit.is_none())
    });
    if uncredited {
        let message = "A picture, video or sound here was made by somebody else. Name its author and license, or use one of your own.";
        find(findings, "respect_copyright", Severity::Revise, message, Vec::new());
        return;
    }
    let places = seen.found.places(List::FoundOnWeb);
    if !places.is_empty() {
        let message = "Where did this come from? Name the person who made it and link to the source, or use something of your own.";
        find(findings, "respect_copyright", Severity::Advise, message, ranges(places));
    }
}

fn respect_others(seen: &Seen<'_>, is_protected: bool, findings: &mut Vec<Finding>) {
    if is_protected {
        return;
    }
    if let Some(places) = seen.asserted(List::Insults) {
        let message =
            "This could hurt somebody. Say what you disagree with, and leave the person out of it.";
        find(findings, "respect_others", Severity::Revise, message, places);
    }
}

fn serve_your_audience(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    const RULE: &str = "serve_your_audience";
    if let Some(places) = seen.asserted(List::EngagementBait) {
        let message =
            "Readers notice when they are asked for clicks. Ask them something you want to know.";
        find(findings, RULE, Severity::Advise, message, places);
    }
    let marks = &seen.marks;
    let capitals = (marks.capitals.len() * 100).checked_div(marks.long).unwrap_or(0);
    if marks.words > 5 && capitals > 40 {
        let message = "So many capitals read like shouting. Keep them for names.";
        find(findings, RULE, Severity::Advise, message, marks.capitals.clone());
    }
    if seen.matched.matched(1) {
        let places = all(&seen.checker.shouted_marks, &seen.post.text);
        find(findings, RULE, Severity::Advise, "One mark says it as well.", places);
    }
    if marks.emoji.len() > 6 {
        let message = "Screen readers read every emoji aloud. Keep the ones that matter.";
        find(findings, RULE, Severity::Advise, message, marks.emoji.clone());
    }
}

fn speak_for_yourself(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    const RULE: &str = "speak_for_yourself";
    if seen.post.ghostwritten {
        let message = "Somebody else wrote this for you. Put it in your own words: people follow you for your voice.";
        find(findings, RULE, Severity::Advise, message, Vec::new());
    } else if let Some(places) = seen.asserted(List::Official).filter(|_| !seen.author_is_leader) {
        let message =
            "This sounds as if Acme were speaking. Write as yourself, in the first person.";
        find(findings, RULE, Severity::Advise, message, places);
    }
}

fn tell_opinion_from_fact(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    if !seen.marks.links.is_empty() {
        return;
    }
    if let Some(places) = seen.asserted(List::Absolutes).filter(|_| !seen.mentions(List::Opinion)) {
        let message =
            "This reads as a settled fact. Say that it is your view, or link to a source.";
        find(findings, "tell_opinion_from_fact", Severity::Advise, message, places);
    }
}

fn wait_for_the_date(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    if let Some(Shared::Inline { embargo: Some(embargo), .. }) = &seen.post.content
        && seen.at < *embargo
    {
        let message =
            "This is not public yet. Keep your draft, and post it once the date has passed.";
        find(findings, "wait_for_the_date", Severity::Block, message, Vec::new());
    }
}
