//! What X sees in a post: its length, links, hashtags, mentions, cashtags and emoji.
//!
//! Every rule here is the behaviour of X's own library, twitter-text 3.x with config v3
//! (<https://github.com/twitter/twitter-text>). That library works on UTF-16 with patterns that
//! scan left to right and never look again at what a match has used up; several odd-looking
//! conditions below exist only because its answers depend on that.
//!
//! ```text
//! links ── domain ── suffixes, punycode     links: from their dots, to their domains
//!       └─ path                             and what follows the domain
//! tags                                      hashtags, mentions, cashtags
//! emoji                                     emoji, sequences as one
//! length                                    how long a post counts
//! characters                                what all of them share
//! ```

mod characters;
mod domain;
mod emoji;
mod length;
mod links;
mod path;
mod punycode;
mod suffixes;
mod tags;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use emoji::emoji;
pub use length::weighted_length;
pub(crate) use length::weighted_length_with;
pub(crate) use links::{Link, links};
use tags::{cashtags, hashtags, mentions};

/// Byte ranges of everything X turns into a link (twitter-text 3.x, entity extraction).
///
/// Each list is in text order, and no two ranges of any list overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entities {
    /// Links, with or without a scheme.
    pub links: Vec<Range<usize>>,
    /// Hashtags, with their `#` or `＃`.
    pub hashtags: Vec<Range<usize>>,
    /// Mentions with their `@` or `＠`; a list is one range, `@user/list`.
    pub mentions: Vec<Range<usize>>,
    /// Cashtags, with their `$`.
    pub cashtags: Vec<Range<usize>>,
}

enum Kind {
    Link,
    Mention,
    Hashtag,
    Cashtag,
}

/// The links, hashtags, mentions and cashtags of a post (twitter-text 3.x, entity extraction).
///
/// Where two overlap the one that starts first stays.
pub fn entities(text: &str) -> Entities {
    entities_with(text, &links(text))
}

/// The same, where the links of the text are known.
pub(crate) fn entities_with(text: &str, links: &[Link]) -> Entities {
    let mut all: Vec<(Kind, Range<usize>)> = Vec::new();
    all.extend(links.iter().map(|link| (Kind::Link, link.range.clone())));
    all.extend(mentions(text).into_iter().map(|range| (Kind::Mention, range)));
    all.extend(hashtags(text).into_iter().map(|range| (Kind::Hashtag, range)));
    all.extend(cashtags(text).into_iter().map(|range| (Kind::Cashtag, range)));
    all.sort_by_key(|(_, range)| range.start);
    let (mut entities, mut end) = (Entities::default(), 0);
    for (kind, range) in all {
        if range.start < end {
            continue;
        }
        end = range.end;
        match kind {
            Kind::Link => entities.links.push(range),
            Kind::Mention => entities.mentions.push(range),
            Kind::Hashtag => entities.hashtags.push(range),
            Kind::Cashtag => entities.cashtags.push(range),
        }
    }
    entities
}
