//! Links, hashtags and handles of a post.
//!
//! On X they are what X makes of a text (`x`). Elsewhere, where every platform has rules of its
//! own and publishes none: links as linkify finds them (without a scheme only where the name ends
//! in a top-level domain); `#` or `@` with the letters, digits and underscores after it, at least one
//! of them not a digit, and not within a word, a link or an e-mail address.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use memchr::memchr3;
use unicode_normalization::UnicodeNormalization;

use super::characters::is_word;
use super::x;

/// What a platform links in a text; byte ranges in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entities {
    /// Links, without e-mail addresses.
    pub(crate) links: Vec<Range<usize>>,
    /// Hashtags with their sign.
    pub(crate) hashtags: Vec<Range<usize>>,
    /// Handles with their sign.
    pub(crate) handles: Vec<Range<usize>>,
    /// Links and e-mail addresses: what is not running text.
    pub(crate) addresses: Vec<Range<usize>>,
}

impl Entities {
    /// What X links, where its links are known.
    pub(crate) fn of_x(text: &str, links: &[x::Link]) -> Self {
        let found = x::entities_with(text, links);
        let addresses = found.links.clone();
        Self { links: found.links, hashtags: found.hashtags, handles: found.mentions, addresses }
    }

    /// What other platforms link.
    pub(crate) fn of_other(text: &str) -> Self {
        let mut entities = Self::default();
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        for link in finder.links(text) {
            let place = link.start()..link.end();
            match link.kind() {
                LinkKind::Email => entities.addresses.push(place),
                _ if link.as_str().contains("://") || is_bare_link(link.as_str()) => {
                    entities.links.push(place.clone());
                    entities.addresses.push(place);
                }
                _ => {}
            }
        }
        entities.find_signs(text);
        entities
    }

    fn find_signs(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut addresses = self.addresses.iter().peekable();
        let mut at = 0;
        // 0xEF is how the full-width signs start.
        while let Some(offset) = memchr3(b'#', b'@', 0xEF, &bytes[at..]) {
            let start = at + offset;
            let Some(sign) = text[start..].chars().next() else { break };
            let after_sign = start + sign.len_utf8();
            at = after_sign;
            if !matches!(sign, '#' | '@' | '＃' | '＠') {
                continue;
            }
            while addresses.next_if(|address| address.end <= start).is_some() {}
            let in_address = addresses.peek().is_some_and(|address| address.start <= start);
            let in_word = text[..start]
                .chars()
                .next_back()
                .is_some_and(|before| in_name(before) || before == '&');
            if in_address || in_word {
                continue;
            }
            let name = &text[after_sign..];
            let length = name.find(|character| !in_name(character)).unwrap_or(name.len());
            let name = &name[..length];
            if name.chars().any(|character| !character.is_numeric()) {
                at = after_sign + length;
                let found = if matches!(sign, '#' | '＃') {
                    &mut self.hashtags
                } else {
                    &mut self.handles
                };
                found.push(start..at);
            }
        }
    }

    /// Whether a range is within a link or an e-mail address.
    pub(crate) fn in_address(&self, range: &Range<usize>) -> bool {
        let next = self.addresses.partition_point(|address| address.end <= range.start);
        self.addresses.get(next).is_some_and(|address| address.start < range.end)
    }

    /// The stretches between links, e-mail addresses, hashtags and handles.
    pub(crate) fn gaps(&self, text: &str) -> Vec<Range<usize>> {
        let mut taken: Vec<&Range<usize>> =
            self.addresses.iter().chain(&self.hashtags).chain(&self.handles).collect();
        taken.sort_unstable_by_key(|range| range.start);
        let (mut gaps, mut at) = (Vec::with_capacity(taken.len() + 1), 0);
        for range in taken {
            if range.start > at {
                gaps.push(at..range.start);
            }
            at = at.max(range.end);
        }
        if at < text.len() {
            gaps.push(at..text.len());
        }
        gaps
    }

    /// Where the first run of hashtags starts that is long enough to bury what stands in or after
    /// it: hashtags with only spaces and punctuation between them.
    pub(crate) fn first_tag_run(&self, text: &str) -> Option<usize> {
        let mut length = 1;
        for (index, pair) in self.hashtags.windows(2).enumerate() {
            let between = &text[pair[0].end..pair[1].start];
            length = if between.chars().any(in_name) { 1 } else { length + 1 };
            if length == SHORTEST_TAG_RUN {
                return self.hashtags.get(index + 2 - SHORTEST_TAG_RUN).map(|first| first.start);
            }
        }
        None
    }
}

/// The fewest hashtags in a row that bury what stands among them.
const SHORTEST_TAG_RUN: usize = 3;

fn in_name(character: char) -> bool {
    character == '_' || is_word(character)
}

/// Whether something without a scheme is a link, and not a full stop without a space after it.
fn is_bare_link(text: &str) -> bool {
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let sentence_starts = host.rsplit('.').next().is_some_and(|last| {
        let mut characters = last.chars();
        characters.next().is_some_and(char::is_uppercase) && characters.any(char::is_lowercase)
    });
    // Composed, so that a letter with its accent is not taken for the end of a domain.
    let composed: String = host.nfc().collect();
    !sentence_starts && x::entities(&composed).links.first().is_some_and(|link| link.start == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, part: fn(&Entities) -> &Vec<Range<usize>>) -> Vec<&str> {
        part(&Entities::of_other(text)).iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn links_are_found_with_and_without_a_scheme() {
        let text = "See https://acme.example/x, acme.com/y. and www.acme.de!";
        assert_eq!(
            of(text, |all| &all.links),
            ["https://acme.example/x", "acme.com/y", "www.acme.de"]
        );
    }

    #[test]
    fn a_missing_space_makes_no_link() {
        assert!(
            of("Great.Love it. e.g.this, 3.5 or v1.2, me@acme.com", |all| &all.links).is_empty()
        );
    }

    #[test]
    fn hashtags_and_handles_have_a_name() {
        let text = "#Acme @jane_doe #2026goals ＃ですね #Ünï #1 # a#b &#39; @ @7 #_x";
        assert_eq!(
            of(text, |all| &all.hashtags),
            ["#Acme", "#2026goals", "＃ですね", "#Ünï", "#_x"]
        );
        assert_eq!(of(text, |all| &all.handles), ["@jane_doe"]);
    }

    #[test]
    fn addresses_hold_no_hashtags_or_handles() {
        let text = "https://a.example/x/@jane/#top me@acme.com #real";
        assert_eq!(of(text, |all| &all.hashtags), ["#real"]);
        assert!(of(text, |all| &all.handles).is_empty());
    }

    #[test]
    fn what_is_left_is_running_text() {
        let text = "so #good @jane see https://a.example now";
        let gaps = Entities::of_other(text).gaps(text);
        assert_eq!(
            gaps.into_iter().map(|gap| text[gap].trim()).collect::<Vec<_>>(),
            ["so", "", "see", "now"]
        );
    }

    #[test]
    fn three_hashtags_in_a_row_are_a_run() {
        let run = |text: &str| Entities::of_other(text).first_tag_run(text);
        assert_eq!(run("#a then #b #c, #d 🎉 #e"), Some(8));
        assert_eq!(run("#a #b then #c #d"), None);
        assert_eq!(run("no tags"), None);
    }

    #[test]
    fn on_x_the_rules_of_x_hold() {
        let text = "#acme see acme.com @jane";
        let found = Entities::of_x(text, &x::links(text));
        let found = [found.hashtags, found.links, found.handles].concat();
        assert_eq!(
            found.into_iter().map(|range| &text[range]).collect::<Vec<_>>(),
            ["#acme", "acme.com", "@jane"]
        );
    }
}
