//! Links, hashtags, words, capitals and emoji of a post, in one walk over it.
//!
//! Simpler than the engine's: a link has a scheme; a word is letters and digits in a row, with `'`, `’` or
//! `.` within; an emoji is a sign of the two large blocks with what is joined to it.

use std::ops::Range;

#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) links: Vec<Range<usize>>,
    pub(crate) hashtags: Vec<Range<usize>>,
    pub(crate) words: usize,
    /// Words of four and more letters.
    pub(crate) long: usize,
    /// Those of them that are all in capitals.
    pub(crate) capitals: Vec<Range<usize>>,
    pub(crate) emoji: Vec<Range<usize>>,
    pub(crate) decorative: Vec<Range<usize>>,
}

impl Marks {
    pub(crate) fn of(text: &str) -> Self {
        let mut marks = Self::default();
        let mut start = 0;
        for part in text.split([' ', '\n', '\t']) {
            marks.part(part, start);
            start += part.len() + 1;
        }
        if !text.is_ascii() {
            marks.signs(text);
        }
        marks
    }

    /// What stands between two spaces.
    fn part(&mut self, part: &str, start: usize) {
        match part.as_bytes().first() {
            None => {}
            Some(b'#' | b'@') => {
                let name =
                    part[1..].find(|sign| !is_word(sign) && sign != '_').unwrap_or(part.len() - 1);
                if name > 0 && part.starts_with('#') {
                    self.hashtags.push(start..start + 1 + name);
                }
            }
            Some(_) => match link_start(part) {
                Some(link) => {
                    let end =
                        part.trim_end_matches(['.', ',', '!', '?', ')', ':', ';', '”', '"']).len();
                    self.words_of(&part[..link], start);
                    self.links.push(start + link..start + end);
                }
                None => self.words_of(part, start),
            },
        }
    }

    fn words_of(&mut self, part: &str, start: usize) {
        let bytes = part.as_bytes();
        let mut at = 0;
        while at < part.len() {
            let length = word_length(part, at);
            if length == 0 {
                at += part[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            self.words += 1;
            let (mut capital, mut small) = (0, 0);
            let word = &part[at..at + length];
            if bytes[at..at + length].is_ascii() {
                for byte in word.bytes() {
                    capital += usize::from(byte.is_ascii_uppercase());
                    small += usize::from(byte.is_ascii_lowercase());
                }
            } else {
                for letter in word.chars() {
                    capital += usize::from(letter.is_uppercase());
                    small += usize::from(letter.is_lowercase());
                }
            }
            if capital + small >= 4 {
                self.long += 1;
                if small == 0 {
                    self.capitals.push(start + at..start + at + length);
                }
            }
            at += length;
        }
    }

    fn signs(&mut self, text: &str) {
        let mut joined = false;
        for (at, sign) in text.char_indices().filter(|(_, sign)| !sign.is_ascii()) {
            let end = at + sign.len_utf8();
            match sign {
                '\u{1D400}'..='\u{1D7FF}' | '\u{249C}'..='\u{24E9}' => {
                    match self.decorative.last_mut() {
                        Some(last) if last.end == at => last.end = end,
                        _ => self.decorative.push(at..end),
                    }
                }
                '\u{FE0F}' | '\u{200D}' | '\u{1F3FB}'..='\u{1F3FF}' => {
                    if let Some(last) = self.emoji.last_mut().filter(|last| last.end == at) {
                        last.end = end;
                        joined = sign == '\u{200D}';
                    }
                }
                '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}' => {
                    match self.emoji.last_mut() {
                        Some(last) if joined && last.end == at => last.end = end,
                        _ => self.emoji.push(at..end),
                    }
                    joined = false;
                }
                _ => {}
            }
        }
    }
}

fn link_start(part: &str) -> Option<usize> {
    // Few words have a colon within, and looking for a byte is cheap.
    part.bytes().any(|byte| byte == b':').then_some(())?;
    part.find("https://").or_else(|| part.find("http://"))
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric()
}

/// How long the word is that starts at an offset; 0 where none does.
fn word_length(part: &str, start: usize) -> usize {
    let plain =
        part.as_bytes()[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let mut end = start + plain;
    if end == part.len() {
        return plain;
    }
    let mut signs = part[end..].chars().peekable();
    while let Some(sign) = signs.next() {
        let within = matches!(sign, '\'' | '’' | '.')
            && end > start
            && signs.peek().is_some_and(|next| is_word(*next));
        if !is_word(sign) && !within {
            break;
        }
        end += sign.len_utf8();
    }
    end - start
}

/// The length as a channel counts: on X a link is 23 and an emoji 2, elsewhere characters count.
pub(crate) fn length(text: &str, marks: &Marks, on_x: bool) -> usize {
    let characters = if text.is_ascii() { text.len() } else { text.chars().count() };
    if !on_x {
        return characters;
    }
    let links: usize = marks.links.iter().map(Range::len).sum();
    characters + 23 * marks.links.len() - links + marks.emoji.len()
}
