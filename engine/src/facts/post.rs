//! Facts of a post, worked out from its text in one pass and only when a rule asks.

use std::ops::Range;
use std::sync::Arc;

use super::activity::{FORMATS, ORIGINS};
use super::{COUNT, PERCENT, Type, Value, Words, facts};
use crate::post::{Content, Media, MediaKind, MediaSource, Post};
use crate::text::{Analysis, ListId, Scanner};

/// The languages that are told apart, by ISO 639-1 code; `unknown` where the text is too short
/// or too mixed to tell.
pub(super) const LANGUAGES: &[&str] = &[
    "af", "ar", "az", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "eo", "es", "et", "fa",
    "fi", "fr", "gu", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "jv", "ka", "kn", "ko", "la",
    "lt", "lv", "mk", "ml", "mr", "my", "nb", "ne", "nl", "or", "pa", "pl", "pt", "ro", "ru", "si",
    "sk", "sl", "sn", "sr", "sv", "ta", "te", "th", "tk", "tl", "tr", "uk", "ur", "uz", "vi", "yi",
    "zh", "zu", "cy", "km", "am", "ak", "unknown",
];

facts! {
    /// A draft or published text with its channel, media and the content it shares.
    PostFact {
        /// Where it is to be published.
        Channel = "channel": Type::Word(Words::Channels), optional;
        /// The language it is written in: as stated, or as detected.
        Language = "language": Type::Word(Words::Fixed(LANGUAGES));
        /// What it is: text, or the most telling of its media.
        Format = "format": Type::Word(Words::Fixed(FORMATS));
        /// Where the shared content comes from; not known where it shares none.
        Origin = "origin": Type::Word(Words::Fixed(ORIGINS)), optional;
        /// Whether the shared content may not be published yet.
        Embargoed = "embargoed": Type::Flag;
        /// Whether the platform's own label for paid partnerships is set.
        Labelled = "labelled": Type::Flag;
        /// Whether the tie to the employer is plain: the platform's label, or words of the lexicon `disclosure` before the fold and not buried among hashtags.
        Discloses = "discloses": Type::Flag;
        /// Length as the channel counts it.
        Length = "length": COUNT;
        /// By how much it is longer than the channel allows; 0 where it fits.
        OverLimit = "over_limit": COUNT;
        /// Words, without links, hashtags and handles.
        Words = "words": COUNT;
        /// Percent of the words that are the author's own, not copied from the supplied text.
        OwnWords = "own_words": PERCENT;
        /// Hashtags.
        Hashtags = "hashtags": COUNT;
        /// Hashtags beyond what the channel allows; 0 where it sets no limit.
        OverHashtags = "over_hashtags": COUNT;
        /// Handles of other accounts.
        Handles = "handles": COUNT;
        /// Links.
        Links = "links": COUNT;
        /// Emoji.
        Emoji = "emoji": COUNT;
        /// Percent of the words of four and more letters that are all in capitals.
        Capitals = "capitals": PERCENT;
        /// Runs of decorative Unicode letters, which screen readers spell out or skip.
        Decorative = "decorative": COUNT;
        /// Runs of invisible characters that change nothing for the reader.
        Hidden = "hidden": COUNT;
        /// Attached media.
        Media = "media": COUNT;
        /// Attached pictures, videos and sound without a text alternative; the name of a file is none.
        WithoutAlt = "without_alt": COUNT;
        /// Attached stock media.
        Stock = "stock": COUNT;
        /// Attached media of others that lack a licence or a credit, and stock media that lack both.
        Uncredited = "uncredited": COUNT;
        /// Whether somebody else wrote it for the author.
        Ghostwritten = "ghostwritten": Type::Flag, personal;
        /// Posts of other people in the given history that say nearly the same.
        NearDuplicates = "near_duplicates": COUNT, personal;
        /// Whether a word or phrase of a lexicon stands in it.
        Mentions = "mentions": Type::Flag, asked(Lexicon);
        /// Whether it says so itself: a word of a lexicon that is neither quoted nor negated.
        Asserts = "asserts": Type::Flag, asked(Lexicon);
        /// Whether a word of a lexicon can be seen: before the fold and not buried among hashtags.
        Shows = "shows": Type::Flag, asked(Lexicon);
        /// Whether a pattern of `patterns.toml` matches.
        Matches = "matches": Type::Flag, asked(Pattern);
        /// How often a lexicon or pattern is found.
        Count = "count": COUNT, asked(Expression);
    }
}

/// A post as rules see it: its record, its channel's limits and its analysed text.
#[derive(Debug)]
pub(crate) struct PostView {
    pub(crate) analysis: Analysis,
    pub(crate) scanner: Arc<Scanner>,
    pub(crate) channel: Option<Arc<str>>,
    pub(crate) limit: Option<usize>,
    pub(crate) hashtag_limit: Option<usize>,
    pub(crate) post: Arc<Post>,
    pub(crate) content: Option<Content>,
    pub(crate) embargoed: bool,
    pub(crate) near_duplicates: usize,
}

/// The lexicon that says which words make the tie to the employer plain.
pub(crate) const DISCLOSURE: &str = "disclosure";

impl PostView {
    /// Whether there is supplied copy to compare the words with.
    pub(crate) fn has_supplied(&self) -> bool {
        self.content.as_ref().is_some_and(|content| content.copy.is_some())
    }

    /// Reads a fact; the argument names a lexicon or pattern where one is asked for.
    pub(crate) fn read(&self, fact: PostFact, argument: Option<&str>) -> Value {
        let text = &self.analysis;
        let list = |ask: &dyn Fn(ListId) -> bool| {
            argument.and_then(|name| self.scanner.list(name)).is_some_and(ask).into()
        };
        let media = |which: &dyn Fn(&Media) -> bool| {
            Value::from(self.post.media.iter().filter(|medium| which(medium)).count())
        };
        match fact {
            PostFact::Channel => self.channel.clone().into(),
            PostFact::Language => match text.language() {
                known if LANGUAGES.contains(&known) => known.into(),
                _ => "unknown".into(),
            },
            PostFact::Format => self.format(),
            PostFact::Origin => {
                self.content.as_ref().and_then(|content| Some(content.origin?.name())).into()
            }
            PostFact::Embargoed => self.embargoed.into(),
            PostFact::Labelled => self.post.labelled.into(),
            PostFact::Discloses => {
                let shown = self.scanner.list(DISCLOSURE).is_some_and(|list| text.shows(list));
                (self.post.labelled || shown).into()
            }
            PostFact::Length => text.length().into(),
            PostFact::OverLimit => over(text.length(), self.limit),
            PostFact::Words => text.words().into(),
            PostFact::OwnWords => text.own_words().into(),
            PostFact::Hashtags => text.hashtags().len().into(),
            PostFact::OverHashtags => over(text.hashtags().len(), self.hashtag_limit),
            PostFact::Handles => text.handles().len().into(),
            PostFact::Links => text.links().len().into(),
            PostFact::Emoji => text.emoji().len().into(),
            PostFact::Capitals => text.capitals().into(),
            PostFact::Decorative => text.decorative().len().into(),
            PostFact::Hidden => text.hidden().len().into(),
            PostFact::Media => media(&|_| true),
            PostFact::WithoutAlt => media(&|medium| {
                medium.kind != MediaKind::Document
                    && !medium.alt.as_deref().is_some_and(says_something)
            }),
            PostFact::Stock => media(&|medium| medium.source == Some(MediaSource::Stock)),
            PostFact::Uncredited => media(&|medium| match medium.source {
                Some(MediaSource::ThirdParty) => {
                    medium.licence.is_none() || medium.credit.is_none()
                }
                // Most licences of stock media ask for no credit.
                Some(MediaSource::Stock) => medium.licence.is_none() && medium.credit.is_none(),
                Some(MediaSource::Own | MediaSource::Company) | None => false,
            }),
            PostFact::Ghostwritten => self.post.ghostwritten.into(),
            PostFact::NearDuplicates => self.near_duplicates.into(),
            PostFact::Mentions => list(&|list| text.mentions(list)),
            PostFact::Asserts => list(&|list| text.asserts(list)),
            PostFact::Shows => list(&|list| text.shows(list)),
            PostFact::Matches => argument
                .and_then(|name| self.scanner.pattern(name))
                .is_some_and(|pattern| text.matches(pattern))
                .into(),
            PostFact::Count => argument.map_or(0, |name| self.places(name).len()).into(),
        }
    }

    /// The most telling medium: what moves tells more than what stands still.
    fn format(&self) -> Value {
        let rank = |kind: MediaKind| match kind {
            MediaKind::Story => 5,
            MediaKind::Video => 4,
            MediaKind::Audio => 3,
            MediaKind::Image => 2,
            MediaKind::Document => 1,
        };
        let telling =
            self.post.media.iter().map(|medium| medium.kind).max_by_key(|kind| rank(*kind));
        telling.map_or("text", MediaKind::name).into()
    }

    /// Where something is: the byte ranges that a finding can point at, by the name that
    /// `.at()` takes.
    pub(crate) fn places(&self, name: &str) -> Vec<Range<usize>> {
        let text = &self.analysis;
        match name {
            "links" => text.links().to_vec(),
            "hashtags" => text.hashtags().to_vec(),
            "handles" => text.handles().to_vec(),
            "emoji" => text.emoji().to_vec(),
            "capitals" => text.capital_spans(),
            "decorative" => text.decorative().to_vec(),
            "hidden" => text.hidden().to_vec(),
            _ => match (self.scanner.list(name), self.scanner.pattern(name)) {
                (Some(list), _) => text.hits(list).into_iter().map(|hit| hit.range).collect(),
                (None, Some(pattern)) => text.pattern_spans(pattern),
                (None, None) => Vec::new(),
            },
        }
    }
}

/// The places in a text that have a name of their own; no lexicon or pattern may take it.
pub(crate) const PLACES: &[&str] =
    &["links", "hashtags", "handles", "emoji", "capitals", "decorative", "hidden"];

/// Whether a text alternative says what there is: a name of a file does not, nor does a word such as
/// “photo”, which screen readers say anyway.
fn says_something(alt: &str) -> bool {
    const KINDS: &[&str] = &[
        "audio",
        "bild",
        "clip",
        "foto",
        "grafik",
        "graphic",
        "image",
        "imagen",
        "photo",
        "picture",
        "screenshot",
        "video",
        "vidéo",
    ];
    const ENDINGS: &[&str] = &[
        ".avif", ".gif", ".heic", ".jpeg", ".jpg", ".m4a", ".mov", ".mp3", ".mp4", ".pdf", ".png",
        ".svg", ".tif", ".tiff", ".wav", ".webm", ".webp",
    ];
    let alt = alt.trim().to_lowercase();
    let bare = alt.trim_end_matches(|sign: char| sign.is_ascii_digit() || " .-_()".contains(sign));
    let is_file = !alt.contains(' ') && ENDINGS.iter().any(|ending| alt.ends_with(ending));
    alt.chars().any(char::is_alphabetic) && !is_file && !KINDS.contains(&bare)
}

fn over(actual: usize, limit: Option<usize>) -> Value {
    limit.map_or(0, |limit| actual.saturating_sub(limit)).into()
}
