//! One text and everything that can be asked about it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use unicode_segmentation::UnicodeSegmentation;

use super::context::{Negation, Negations};
use super::entities::Entities;
use super::fold::Folded;
use super::hits::{Hit, Place, resolve};
use super::measure::{self, Count};
use super::own_words::{Fingerprint, own_words};
use super::patterns::PatternId;
use super::quotation::quotations;
use super::scan::{Find, ListId, Near, Scanner};
use super::{characters, language, x};

/// How a channel shows and counts text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channel {
    /// What it counts as one.
    pub count: Count,
    /// How many user-visible characters it shows before “more”; all of them where there is none.
    pub fold: Option<usize>,
}

/// A text to analyse and what is known about it.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The text.
    pub text: Arc<str>,
    /// The channel that it is for.
    pub channel: Option<Channel>,
    /// Whether links, hashtags and handles are what X makes of the text.
    pub x: bool,
    /// The language that its author says it is in, as a code such as `en` or `en-GB`.
    pub language: Option<Arc<str>>,
    /// The supplied copy of the content that is shared.
    pub supplied: Option<Arc<str>>,
}

/// An analysed text. What is asked is worked out on first use and kept; any number of threads may
/// ask at once.
pub struct Analysis {
    scanner: Arc<Scanner>,
    input: Input,
    folded: OnceLock<Folded>,
    finds: OnceLock<Vec<Find>>,
    disguised: OnceLock<Vec<Find>>,
    matches: OnceLock<Box<[bool]>>,
    language: OnceLock<String>,
    length: OnceLock<usize>,
    x_links: OnceLock<Vec<x::Link>>,
    entities: OnceLock<Entities>,
    emoji: OnceLock<Vec<Range<usize>>>,
    words: OnceLock<Vec<Range<usize>>>,
    capitals: OnceLock<(usize, Vec<Range<usize>>)>,
    decorative: OnceLock<Vec<Range<usize>>>,
    hidden: OnceLock<Vec<Range<usize>>>,
    quotations: OnceLock<Vec<Range<usize>>>,
    negations: OnceLock<Negations>,
    sentence_ends: OnceLock<Vec<usize>>,
    own_words: OnceLock<u8>,
}

impl Analysis {
    /// Takes a text; nothing is worked out yet.
    pub fn new(scanner: Arc<Scanner>, input: Input) -> Self {
        Self {
            scanner,
            input,
            folded: OnceLock::new(),
            finds: OnceLock::new(),
            disguised: OnceLock::new(),
            matches: OnceLock::new(),
            language: OnceLock::new(),
            length: OnceLock::new(),
            x_links: OnceLock::new(),
            entities: OnceLock::new(),
            emoji: OnceLock::new(),
            words: OnceLock::new(),
            capitals: OnceLock::new(),
            decorative: OnceLock::new(),
            hidden: OnceLock::new(),
            quotations: OnceLock::new(),
            negations: OnceLock::new(),
            sentence_ends: OnceLock::new(),
            own_words: OnceLock::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.input.text
    }

    /// The language, by its ISO 639-1 code: as stated, otherwise as detected; `unknown` where the
    /// text is too short or too mixed to tell.
    pub fn language(&self) -> &str {
        self.language.get_or_init(|| match &self.input.language {
            Some(stated) => language::stated(stated).into_owned(),
            None => self.scanner.languages().detect(&self.running_text()).to_owned(),
        })
    }

    /// The length, as the channel counts; in user-visible characters where there is no channel.
    pub fn length(&self) -> usize {
        let count = self.input.channel.map_or(Count::Graphemes, |channel| channel.count);
        *self.length.get_or_init(|| match count {
            Count::X => x::weighted_length_with(self.text(), self.x_links()),
            _ => measure::length(self.text(), count),
        })
    }

    /// How many words there are, without links, e-mail addresses, hashtags and handles (words as in
    /// UAX 29; in scripts without spaces nearly every character is one).
    pub fn words(&self) -> usize {
        self.word_ranges().len()
    }

    /// Percent of the words, rounded down, that are not copied from the supplied copy: from 0 to
    /// 100. A word is copied where it stands in three and more words in a row that also stand in the
    /// copy (in the whole copy, where that is shorter). 100 without supplied copy; with one, 0 for
    /// a text without words.
    pub fn own_words(&self) -> u8 {
        let Some(copy) = &self.input.supplied else { return 100 };
        *self.own_words.get_or_init(|| {
            let entities = if self.input.x {
                Entities::of_x(copy, &x::links(copy))
            } else {
                Entities::of_other(copy)
            };
            let copy_words = measure::words(copy, &entities.gaps(copy));
            own_words(self.text(), self.word_ranges(), copy, &copy_words)
        })
    }

    /// Links.
    pub fn links(&self) -> &[Range<usize>] {
        &self.entities().links
    }

    /// Hashtags, with their sign.
    pub fn hashtags(&self) -> &[Range<usize>] {
        &self.entities().hashtags
    }

    /// Handles of accounts, with their sign.
    pub fn handles(&self) -> &[Range<usize>] {
        &self.entities().handles
    }

    /// Emoji; a sequence that shows as one picture is one.
    pub fn emoji(&self) -> &[Range<usize>] {
        self.emoji
            .get_or_init(|| if self.text().is_ascii() { Vec::new() } else { x::emoji(self.text()) })
    }

    /// Percent of the words of four and more letters, rounded down, that are all in capitals; 0
    /// where there are none. Letters without upper and lower case don't count.
    pub fn capitals(&self) -> u8 {
        let (long, shouted) = self.shouted();
        measure::percent(shouted.len(), *long, 0)
    }

    /// The words of four and more letters that are all in capitals.
    pub fn capital_spans(&self) -> Vec<Range<usize>> {
        self.shouted().1.clone()
    }

    /// Runs of letters that only look like letters (`𝗯𝗼𝗹𝗱`, `Ⓒⓘⓡⓒⓛⓔ`).
    pub fn decorative(&self) -> &[Range<usize>] {
        self.decorative.get_or_init(|| characters::decorative(self.text()))
    }

    /// Runs of invisible characters that do nothing for the reader.
    pub fn hidden(&self) -> &[Range<usize>] {
        self.hidden.get_or_init(|| characters::hidden(self.text()))
    }

    /// Whether a word or phrase of a list stands in the text.
    pub fn mentions(&self, list: ListId) -> bool {
        let (plain, disguised) = self.finds(list);
        if self.scanner.has_company(list) || plain.iter().any(|find| find.exception) {
            return !self.places(list).is_empty();
        }
        plain.iter().chain(disguised).any(|find| self.counts(find))
    }

    /// Whether a word or phrase of a list stands in the text neither quoted nor negated.
    pub fn asserts(&self, list: ListId) -> bool {
        self.places(list)
            .iter()
            .any(|place| !self.is_quoted(&place.range) && !self.is_negated(&place.range))
    }

    /// Whether a word or phrase of a list can be seen: all of it before the fold, and neither among
    /// three and more hashtags in a row nor after them.
    pub fn shows(&self, list: ListId) -> bool {
        let places = self.places(list);
        if places.is_empty() {
            return false;
        }
        let fold = self.input.channel.and_then(|channel| channel.fold);
        let fold = fold.map_or(usize::MAX, |graphemes| measure::fold_at(self.text(), graphemes));
        let end = self.entities().first_tag_run(self.text()).map_or(fold, |run| run.min(fold));
        places.iter().any(|place| place.range.end <= end)
    }

    /// Whether a pattern matches somewhere where it counts.
    pub fn matches(&self, pattern: PatternId) -> bool {
        match self.scanner.patterns().depends_on_places(pattern) {
            true => !self.pattern_spans(pattern).is_empty(),
            false => self.may_match(pattern),
        }
    }

    /// Whether a pattern matches anywhere.
    fn may_match(&self, pattern: PatternId) -> bool {
        let matches = self.matches.get_or_init(|| self.scanner.patterns().matches(self.text()));
        matches.get(pattern.index()).is_some_and(|matched| *matched)
    }

    /// Where the words and phrases of a list stand, in order. Of several that start or end within
    /// each other the longest is given.
    pub fn hits(&self, list: ListId) -> Vec<Hit> {
        let hit = |place: Place| Hit {
            quoted: self.is_quoted(&place.range),
            negated: self.is_negated(&place.range),
            range: place.range,
        };
        self.places(list).into_iter().map(hit).collect()
    }

    /// Where a pattern matches, at most the first 100 places; empty ones are left out.
    pub fn pattern_spans(&self, pattern: PatternId) -> Vec<Range<usize>> {
        if !self.may_match(pattern) {
            return Vec::new();
        }
        let patterns = self.scanner.patterns();
        let mut places = patterns.places(pattern, self.text());
        if let Some(company) = patterns.company(pattern).filter(|company| company.is_any()) {
            places.retain(|place| self.is_in_company(company, place));
        }
        places
    }

    /// A short form of the text that tells how alike two texts are.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(self.text(), self.word_ranges())
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.text()))
    }

    fn entities(&self) -> &Entities {
        self.entities.get_or_init(|| {
            if self.input.x {
                Entities::of_x(self.text(), self.x_links())
            } else {
                Entities::of_other(self.text())
            }
        })
    }

    /// What X takes for links, which both its entities and its length start from.
    fn x_links(&self) -> &[x::Link] {
        self.x_links.get_or_init(|| x::links(self.text()))
    }

    fn word_ranges(&self) -> &[Range<usize>] {
        self.words.get_or_init(|| measure::words(self.text(), &self.entities().gaps(self.text())))
    }

    fn shouted(&self) -> &(usize, Vec<Range<usize>>) {
        self.capitals.get_or_init(|| measure::capitals(self.text(), self.word_ranges()))
    }

    /// The start of the text without links, hashtags and handles, to detect its language.
    fn running_text(&self) -> String {
        let mut running = String::new();
        for gap in self.entities().gaps(self.text()) {
            running.push_str(&self.text()[gap]);
            running.push(' ');
            if running.len() >= language::SAMPLE {
                break;
            }
        }
        running.truncate(running.floor_char_boundary(language::SAMPLE));
        running
    }

    /// What was found of a list, plainly and in disguise, whether it counts or not.
    fn finds(&self, list: ListId) -> (&[Find], &[Find]) {
        let plain = self
            .finds
            .get_or_init(|| self.scanner.finds(self.text(), self.folded(), self.language()));
        let disguised: &[Find] = if self.scanner.is_obfuscated(list) {
            self.disguised.get_or_init(|| self.scanner.disguised(self.text(), self.folded()))
        } else {
            &[]
        };
        (of_list(plain, list), of_list(disguised, list))
    }

    /// Whether a find is for the language of the text, and not within a link.
    fn counts(&self, find: &Find) -> bool {
        let for_language = !self.scanner.has_language(find.source)
            || self.scanner.applies(find.source, self.language());
        for_language && (find.address || !self.entities().in_address(&(find.start..find.end)))
    }

    /// Where the entries of a list stand that count in any company.
    fn all_places(&self, list: ListId) -> Vec<Place> {
        let (plain, disguised) = self.finds(list);
        resolve(plain.iter().chain(disguised).filter(|find| self.counts(find)).cloned())
    }

    /// Where the entries of a list stand that count.
    fn places(&self, list: ListId) -> Vec<Place> {
        let mut places = self.all_places(list);
        if self.scanner.has_company(list) {
            places.retain(|place| {
                self.is_in_company(self.scanner.company(place.source), &place.range)
            });
        }
        places
    }

    /// Whether what must stand in the same sentence does, and what must not does not.
    fn is_in_company(&self, company: &Near, place: &Range<usize>) -> bool {
        let sentence = self.sentence_of(place);
        let stands = |list: &ListId| {
            let mut places = self.all_places(*list).into_iter();
            places
                .any(|other| sentence.start <= other.range.start && other.range.end <= sentence.end)
        };
        company.with.iter().all(stands) && !company.without.iter().any(stands)
    }

    /// The sentences that a place reaches into.
    fn sentence_of(&self, place: &Range<usize>) -> Range<usize> {
        let ends = self.sentence_ends.get_or_init(|| {
            let sentences = self.text().split_sentence_bound_indices();
            sentences.map(|(start, sentence)| start + sentence.len()).collect()
        });
        let first = ends.partition_point(|end| *end <= place.start);
        let last = ends.partition_point(|end| *end < place.end);
        let start = first.checked_sub(1).and_then(|before| ends.get(before));
        start.copied().unwrap_or(0)..ends.get(last).copied().unwrap_or(self.text().len())
    }

    fn is_quoted(&self, range: &Range<usize>) -> bool {
        let quotations = self.quotations.get_or_init(|| quotations(self.text()));
        let next = quotations.partition_point(|quotation| quotation.end < range.end);
        quotations.get(next).is_some_and(|quotation| quotation.start <= range.start)
    }

    fn is_negated(&self, range: &Range<usize>) -> bool {
        let negations = self.negations.get_or_init(|| {
            let of = |list: Option<ListId>| list.map_or_else(Vec::new, |list| self.places(list));
            let negation = |place: Place| Negation {
                window: self.scanner.window(place.source),
                range: place.range,
            };
            Negations {
                words: of(self.scanner.negation()).into_iter().map(negation).collect(),
                contrasts: of(self.scanner.contrast())
                    .into_iter()
                    .map(|place| place.range)
                    .collect(),
            }
        });
        negations.negates(self.text(), range)
    }
}

impl fmt::Debug for Analysis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Analysis").field("input", &self.input).finish_non_exhaustive()
    }
}

/// The finds of one list, of finds that are sorted by list.
fn of_list(finds: &[Find], list: ListId) -> &[Find] {
    let start = finds.partition_point(|find| find.list < list);
    let length = finds[start..].partition_point(|find| find.list == list);
    &finds[start..start + length]
}
