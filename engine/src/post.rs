//! A post as it comes in: text, channel, media and the content it shares.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A draft or published post.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// The caller's own name for it, repeated in the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
    /// The words, at most 1,000,000 bytes.
    #[serde(deserialize_with = "text")]
    #[schemars(length(max = Post::LONGEST))]
    pub text: Arc<str>,
    /// The channel it is written for, as declared in `program.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Arc<str>>,
    /// The language, as an ISO 639-1 code or a language tag; detected where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Arc<str>>,
    /// The advocate who writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Arc<str>>,
    /// The time that it is checked for; the door's own clock where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "instant")]
    pub at: Option<Timestamp>,
    /// The content that it shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Shared>,
    /// Pictures, videos and documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Whether the platform's own label for paid partnerships is set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub labelled: bool,
    /// Whether somebody else wrote it for the author.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ghostwritten: bool,
    /// Whatever the caller adds for itself; rules never see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<serde_json::Value>,
}

impl Post {
    /// The longest text that is checked, in bytes. The longest post of any known channel has
    /// some 64,000 characters; a blog article ten times that.
    pub const LONGEST: usize = 1_000_000;

    /// Whether it shows a picture that its author took.
    pub(crate) fn has_own_photo(&self) -> bool {
        self.media.iter().any(|medium| {
            medium.kind == MediaKind::Image && medium.source == Some(MediaSource::Own)
        })
    }

    /// A post of this text alone.
    pub fn of(text: &str) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// The content that a post shares: by its id, or itself.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
#[schemars(rename = "SharedContent")]
pub enum Shared {
    /// The id of content on record.
    Id(Arc<str>),
    /// The content itself.
    Inline(Content),
}

/// Something to share.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
    /// The supplied copy: the words that the program offers to share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<Arc<str>>,
    /// Where it comes from: `own`, `company` or `third_party`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The campaign it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Arc<str>>,
    /// When it may be published.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "instant")]
    pub embargo: Option<Timestamp>,
}

macro_rules! words {
    ($(#[$doc:meta])+ $name:ident $(as $outside:literal)? { $( $(#[$variant_doc:meta])+ $variant:ident = $word:literal, )+ }) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
        $(#[schemars(rename = $outside)])?
        pub enum $name { $( $(#[$variant_doc])+ #[serde(rename = $word)] $variant, )+ }

        impl $name {
            /// The word in records and rules.
            pub const fn name(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }

            /// What a word stands for.
            pub fn of(word: &str) -> Option<Self> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }
    };
}

words! {
    /// Where content comes from.
    Origin as "ContentOrigin" {
        /// The advocate made it.
        Own = "own",
        /// The company made it.
        Company = "company",
        /// Somebody else made it.
        ThirdParty = "third_party",
    }
}

words! {
    /// What a medium is.
    MediaKind {
        /// A picture.
        Image = "image",
        /// A moving picture.
        Video = "video",
        /// A story that disappears after a day.
        Story = "story",
        /// A document.
        Document = "document",
        /// Sound.
        Audio = "audio",
    }
}

words! {
    /// Where a medium comes from.
    MediaSource {
        /// The author made it.
        Own = "own",
        /// The company made it.
        Company = "company",
        /// A stock library.
        Stock = "stock",
        /// Somebody else.
        ThirdParty = "third_party",
    }
}

/// A picture, video, document or sound that goes with a post.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// The text alternative for people who cannot see or hear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Arc<str>>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<MediaSource>,
    /// The licence it is used under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Arc<str>>,
    /// Who is named for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<Arc<str>>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    if text.len() > Post::LONGEST {
        return Err(de::Error::custom(format!(
            "the text has {} bytes; at most {} are checked",
            text.len(),
            Post::LONGEST
        )));
    }
    Ok(text.into())
}

pub(crate) fn instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| crate::time::parse_instant(&text).map_err(de::Error::custom)).transpose()
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdOrContent;

        impl<'de> Visitor<'de> for IdOrContent {
            type Value = Shared;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of content, or the content as an object")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Shared, E> {
                Ok(Shared::Id(id.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Shared, A::Error> {
                Content::deserialize(de::value::MapAccessDeserializer::new(map)).map(Shared::Inline)
            }
        }

        deserializer.deserialize_any(IdOrContent)
    }
}
