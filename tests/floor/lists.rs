//! The program's word lists in one automaton, and what it finds in a post.
//!
//! Simpler than the engine's: folding is lower case, so composed and decomposed letters, kinds of
//! apostrophe and runs of white space are told apart; a text is English, German, or either.

use std::fs;
use std::ops::Range;
use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Small words that tell English and German apart; found in the same pass as all others.
const SMALL_WORDS: [(Language, &str); 2] = [
    (
        Language::English,
        "the and with this that have from they you your our are what when how because been than",
    ),
    (
        Language::German,
        "und ist nicht ein eine einen wir mit auf für von zu zum auch sich dem ich wie oder sind",
    ),
];
/// So many of them decide.
const FEWEST_SMALL_WORDS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Either,
    English,
    German,
}

/// The lists that the rules ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    SmallWords,
    Absolutes,
    Brand,
    Confidential,
    Contrast,
    Disclosure,
    EngagementBait,
    FoundOnWeb,
    Insults,
    Negation,
    Official,
    Opinion,
    Praise,
    Promises,
    Protected,
}

impl List {
    fn of(name: &str) -> Self {
        match name {
            "absolutes" => List::Absolutes,
            "brand" => List::Brand,
            "confidential" => List::Confidential,
            "contrast" => List::Contrast,
            "disclosure" => List::Disclosure,
            "engagement_bait" => List::EngagementBait,
            "found_on_web" => List::FoundOnWeb,
            "insults" => List::Insults,
            "negation" => List::Negation,
            "official" => List::Official,
            "opinion" => List::Opinion,
            "praise" => List::Praise,
            "promises" => List::Promises,
            "protected" => List::Protected,
            other => panic!("the floor does not know the list `{other}`"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    list: List,
    language: Language,
    open_start: bool,
    open_end: bool,
    exception: bool,
}

pub(crate) struct Lists {
    automaton: AhoCorasick,
    /// By pattern of the automaton.
    entries: Vec<Vec<Entry>>,
    insults: Vec<(String, bool)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Find {
    list: List,
    start: usize,
    end: usize,
    exception: bool,
    german: bool,
}

/// Where entries of a list stand; German negations also reach backwards.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) range: Range<usize>,
    pub(crate) german: bool,
}

/// All that was found in a post, by list and place.
pub(crate) struct Found {
    finds: Vec<Find>,
}

impl Lists {
    pub(crate) fn read(directory: &Path, brand: &str) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut lists = Vec::new();
        let mut insults = Vec::new();
        let mut add = |text: &str, entry: Entry| {
            let text = text.to_lowercase();
            if entry.list == List::Insults && !entry.exception {
                insults.push((text.clone(), entry.open_end));
            }
            match texts.iter().position(|known| *known == text) {
                Some(at) => {
                    let known: &mut Vec<Entry> = &mut lists[at];
                    known.push(entry);
                }
                None => {
                    texts.push(text);
                    lists.push(vec![entry]);
                }
            }
        };
        let whole = Entry {
            list: List::SmallWords,
            language: Language::Either,
            open_start: false,
            open_end: false,
            exception: false,
        };
        for (language, words) in SMALL_WORDS {
            words.split(' ').for_each(|word| add(word, Entry { language, ..whole }));
        }
        let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
        for path in files.filter(|path| path.extension().is_some_and(|end| end == "txt")) {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let (name, language) = stem.split_once('.').unwrap_or((stem, ""));
            let language = match language {
                "en" => Language::English,
                "de" => Language::German,
                _ => Language::Either,
            };
            for line in fs::read_to_string(&path).unwrap().lines().map(str::trim) {
                if line.is_empty() || line.starts_with(['#', '%']) {
                    continue;
                }
                let exception = line.starts_with("- ");
                let text = line.trim_start_matches("- ").replace("{brand}", brand);
                let (open_start, open_end) = (text.starts_with('*'), text.ends_with('*'));
                let entry =
                    Entry { list: List::of(name), language, open_start, open_end, exception };
                add(text.trim_matches('*'), entry);
            }
        }
        let automaton =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&texts).unwrap();
        Self { automaton, entries: lists, insults }
    }

    /// Finds everything; `folded` is the post in lower case, of the same length.
    pub(crate) fn find(
        &self,
        text: &str,
        folded: &str,
        stated: Option<&str>,
        links: &[Range<usize>],
    ) -> Found {
        let mut finds: Vec<(Find, Language)> = Vec::new();
        let (mut english, mut german) = (0, 0);
        for found in self.automaton.find_overlapping_iter(folded) {
            let starts = may_break(text, folded, found.start());
            let ends =
                may_break(text, folded, found.end()) && !is_contraction(&folded[found.end()..]);
            for entry in &self.entries[found.pattern().as_usize()] {
                if (!starts && !entry.open_start) || (!ends && !entry.open_end) {
                    continue;
                }
                let is_german = entry.language == Language::German;
                if entry.list == List::SmallWords {
                    if is_german {
                        german += 1
                    } else {
                        english += 1
                    }
                    continue;
                }
                let before = &folded[..found.start()];
                let after = &folded[found.end()..];
                let is_word = |sign: char| sign.is_alphanumeric();
                let start =
                    if starts { found.start() } else { before.trim_end_matches(is_word).len() };
                let end = match ends {
                    true => found.end(),
                    false => folded.len() - after.trim_start_matches(is_word).len(),
                };
                if links.iter().any(|link| link.start < end && start < link.end) {
                    continue;
                }
                let find = Find {
                    list: entry.list,
                    start,
                    end,
                    exception: entry.exception,
                    german: is_german,
                };
                finds.push((find, entry.language));
            }
        }
        let language = match stated {
            Some(stated) if stated.starts_with("en") => Language::English,
            Some(stated) if stated.starts_with("de") => Language::German,
            _ if english >= FEWEST_SMALL_WORDS && german * 4 <= english => Language::English,
            _ if german >= FEWEST_SMALL_WORDS && english * 4 <= german => Language::German,
            _ => Language::Either,
        };
        let applies =
            |of: Language| of == Language::Either || language == Language::Either || of == language;
        let mut finds: Vec<Find> =
            finds.into_iter().filter(|(_, of)| applies(*of)).map(|(find, _)| find).collect();
        self.disguised(folded, &mut finds);
        finds.sort_unstable_by(|a, b| (a.list, a.start, b.end).cmp(&(b.list, b.start, a.end)));
        Found { finds }
    }

    /// Insults with digits or signs for letters (`m0r0n`). The other disguises are not looked for.
    fn disguised(&self, folded: &str, finds: &mut Vec<Find>) {
        let mut next = 0;
        let is_sign = |byte: &u8| matches!(byte, b'0'..=b'9' | b'@' | b'$' | b'!');
        for part in folded.split([' ', '\n']) {
            let start = next;
            next += part.len() + 1;
            if !part.as_bytes().iter().any(is_sign) {
                continue;
            }
            let word = part
                .trim_matches(|sign: char| !sign.is_alphanumeric() && !matches!(sign, '@' | '$'));
            let inner = word.as_bytes().get(1..word.len().saturating_sub(1)).unwrap_or_default();
            let disguised = inner.iter().any(is_sign) && word.as_bytes()[0].is_ascii_alphabetic();
            if disguised {
                let plain: String = word
                    .chars()
                    .map(|sign| match sign {
                        '0' => 'o',
                        '1' | '!' => 'i',
                        '3' => 'e',
                        '4' | '@' => 'a',
                        '5' | '$' => 's',
                        '7' => 't',
                        '8' => 'b',
                        '9' => 'g',
                        other => other,
                    })
                    .collect();
                let is_insult = |(text, open): &(String, bool)| {
                    if *open { plain.starts_with(text.as_str()) } else { *text == plain }
                };
                if self.insults.iter().any(is_insult) {
                    let start = start + (word.as_ptr() as usize - part.as_ptr() as usize);
                    let end = start + word.len();
                    finds.push(Find {
                        list: List::Insults,
                        start,
                        end,
                        exception: false,
                        german: false,
                    });
                }
            }
        }
    }
}

impl Found {
    /// Where entries of a list stand: none that overlaps an exception, none within another.
    pub(crate) fn places(&self, list: List) -> Vec<Place> {
        let of_list = || {
            self.finds
                .iter()
                .skip_while(|find| find.list < list)
                .take_while(|find| find.list == list)
        };
        let is_excepted = |find: &Find| {
            of_list()
                .any(|other| other.exception && other.start < find.end && find.start < other.end)
        };
        let mut places: Vec<Place> = Vec::new();
        for find in of_list() {
            let within = places.last().is_some_and(|last| find.end <= last.range.end);
            if !find.exception && !within && !is_excepted(find) {
                places.push(Place { range: find.start..find.end, german: find.german });
            }
        }
        places
    }
}

/// Whether a word may start or end at an offset: next to a sign, or at a capital within a hashtag.
fn may_break(text: &str, folded: &str, at: usize) -> bool {
    let bytes = folded.as_bytes();
    let (Some(before), Some(after)) =
        (at.checked_sub(1).map(|before| bytes[before]), bytes.get(at))
    else {
        return true;
    };
    let is_word = |byte: u8, sign: fn(&str) -> Option<char>, part: &str| {
        if byte.is_ascii() {
            byte.is_ascii_alphanumeric()
        } else {
            sign(part).is_some_and(char::is_alphanumeric)
        }
    };
    if !is_word(before, |part| part.chars().next_back(), &folded[..at])
        || !is_word(*after, |part| part.chars().next(), &folded[at..])
    {
        return true;
    }
    let original = text.as_bytes();
    original[at].is_ascii_uppercase()
        && original[at - 1].is_ascii_lowercase()
        && text[..at]
            .trim_end_matches(|sign: char| sign.is_alphanumeric() || sign == '_')
            .ends_with('#')
}

/// `won` is no word of `won't`.
fn is_contraction(after: &str) -> bool {
    after.starts_with("'t")
}
