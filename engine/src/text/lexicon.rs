//! Word and phrase lists: one file a list and language, `praise.en.txt` or `brand.txt`.
//!
//! | line | meaning |
//! | --- | --- |
//! | `killer`, `game changer` | a word or phrase, found as whole words |
//! | `promis*` | every word that starts so |
//! | `*n't` | every word that ends so |
//! | `*garantie*` | every word that holds it |
//! | `know where ... live*` | these parts in this order, with up to five words between two of them, in one sentence |
//! | `- killer feature` | an exception: a find that overlaps it does not count |
//! | `{brand}` | the program's brand is filled in |
//! | `%obfuscated` | find the entries of this file in disguise too |
//! | `%exact` | find the entries of this file only with the capitals they are written with |
//! | `%with family` | an entry of this file counts only where one of the list `family` stands in the same sentence |
//! | `%without quotes` | it counts only where none of the list `quotes` stands there |
//! | `%window 3`, `%window 3 2` | how many words a negation reaches forwards, and backwards |
//! | `# note`, `#` | a comment |
//! | `\#ad`, `\*`, `\\` | a sign that would mean something else, as itself |
//!
//! The list `negation` says which words negate what stands near them in the same clause, the list
//! `contrast` which words end that (`but`). All other lists mean what the rules make of them.
//!
//! Upper and lower case, composed and decomposed letters, kinds of apostrophe and of white space
//! make no difference. A sentence ends where UAX 29 ends it. An entry written as an address (`rival.com`) is looked for within links too.

use std::ops::Range;

use super::fold::folded;
use super::language;

/// The most entries one file may have.
pub const LARGEST_LEXICON: usize = 20_000;

/// The most characters an entry may have.
pub const LONGEST_ENTRY: usize = 200;

/// The most words that a negation may reach.
pub const WIDEST_WINDOW: u8 = 20;

/// How far a word of the list `negation` reaches, in words, where its file doesn't say.
pub const USUAL_WINDOW: Window = Window { forwards: 3, backwards: 0 };

/// Something in a lexicon or pattern that is not right, and what would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Line, from 1.
    pub line: usize,
    /// Column, in characters, from 1.
    pub column: usize,
    /// Length of the stretch, in characters; 0 for a place between two.
    pub length: usize,
    /// What is not right.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

/// How far a negation reaches within its clause, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Over words that come after it: 1 reaches the next word only.
    pub forwards: u8,
    /// Over words that come before it, as in German “das garantieren wir nicht”.
    pub backwards: u8,
}

/// One file of a word or phrase list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexicon {
    /// The list that the file is part of.
    pub name: String,
    /// ISO 639-1 code of the language whose texts it is for; every text where there is none.
    pub language: Option<String>,
    /// Whether its entries are found in disguise too.
    pub obfuscated: bool,
    /// Whether its entries are found only with the capitals they are written with.
    pub exact: bool,
    /// How far its entries reach, where the list is `negation`.
    pub window: Window,
    /// What must and must not stand near its entries.
    pub company: Company,
    /// How many words and phrases it has.
    entries: usize,
    /// Their parts, in order.
    pub(crate) parts: Vec<Part>,
    /// The texts of the parts: there are too many for each to have memory of its own.
    texts: String,
}

/// What must and must not stand in the same sentence for something to count, each a list by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Company {
    /// A word of each of these must stand there.
    pub with: Vec<String>,
    /// No word of any of these may stand there.
    pub without: Vec<String>,
}

impl Company {
    /// All lists that it names.
    pub fn lists(&self) -> impl Iterator<Item = &String> {
        self.with.iter().chain(&self.without)
    }
}

/// A word or phrase to find, or one of several parts that stand in this order with a few words between
/// two of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where its text stands: folded; neither empty nor with white space around it.
    text: Range<usize>,
    /// Which of its letters are capitals.
    pub(crate) capitals: Capitals,
    /// Whether the word may have more before it.
    pub(crate) open_start: bool,
    /// Whether the word may have more after it.
    pub(crate) open_end: bool,
    /// Whether finds that overlap its entry do not count.
    pub(crate) exception: bool,
    /// Which part of its entry it is, from 0.
    pub(crate) index: u32,
    /// How many the entry has; hardly ever more than one.
    pub(crate) of: u32,
}

/// Which letters of a text are capitals, in order; nothing where none is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Capitals(Box<[bool]>);

impl Capitals {
    pub(crate) fn of(text: &str) -> Self {
        if !text.chars().any(char::is_uppercase) {
            return Self::default();
        }
        Self(text.chars().filter(|letter| letter.is_alphabetic()).map(char::is_uppercase).collect())
    }
}

/// After so many troubles a file is given up: the rest is likely of the same kind.
const MOST_TROUBLES: usize = 100;

impl Lexicon {
    /// Reads a file, from its name without `.txt` (`praise.en`) and its text.
    ///
    /// # Errors
    ///
    /// Everything that is not right, in the order of the file, up to a hundred.
    pub fn parse(file_stem: &str, text: &str, brand: &str) -> Result<Self, Vec<Trouble>> {
        let mut troubles = Vec::new();
        let (name, language) = match file_stem.split_once('.') {
            Some((name, language)) => (name, Some(language)),
            None => (file_stem, None),
        };
        if !is_name(name) {
            troubles.push(about_file(
                format!("`{name}` is not a name for a list"),
                "start with a letter and use small letters, digits, `_` and `-`, such as `praise.en.txt`",
            ));
        }
        if let Some(code) = language.filter(|code| !language::is_code(code)) {
            troubles.push(about_file(
                format!("`{code}` is not the code of a language"),
                "use a code of ISO 639-1, such as `en` or `de`, or none for every language",
            ));
        }
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
        let mut lexicon = Self {
            name: name.to_owned(),
            language: language.map(str::to_owned),
            obfuscated: false,
            exact: false,
            window: USUAL_WINDOW,
            company: Company::default(),
            entries: 0,
            // Most lines are an entry of one part, and have some letters.
            parts: Vec::with_capacity(lines.min(text.len() / 4).min(LARGEST_LEXICON)),
            texts: String::with_capacity(text.len()),
        };
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        for (line, number) in text.lines().zip(1..) {
            if let Err((part, message, help)) = lexicon.read(line, brand) {
                troubles.push(at(line, number, part, message, help));
                if troubles.len() >= MOST_TROUBLES {
                    break;
                }
            }
            if lexicon.entries > LARGEST_LEXICON {
                let message = format!("the list has more than {LARGEST_LEXICON} entries");
                troubles.push(at(
                    line,
                    number,
                    line,
                    message,
                    "split it into lists of their own".to_owned(),
                ));
                break;
            }
        }
        if troubles.is_empty() { Ok(lexicon) } else { Err(troubles) }
    }

    /// Reads a line. An error is the part of the line that is not right, why, and what would be.
    fn read<'line>(
        &mut self,
        line: &'line str,
        brand: &str,
    ) -> Result<(), (&'line str, String, String)> {
        let line = line.trim();
        if let Some(option) = line.strip_prefix('%') {
            return self.option(option).map_err(|(message, help)| (line, message, help));
        }
        if let Some(comment) = line.strip_prefix('#') {
            return if comment.starts_with(char::is_alphanumeric)
                && !comment.contains(char::is_whitespace)
            {
                let message = "this reads as a comment, but looks like a hashtag".to_owned();
                Err((
                    line,
                    message,
                    format!("write `\\#{comment}` for the hashtag, `# {comment}` for a comment"),
                ))
            } else {
                Ok(())
            };
        }
        if line.is_empty() {
            return Ok(());
        }
        let (written, exception) = match line.strip_prefix("- ") {
            Some(rest) => (rest.trim(), true),
            None => (line, false),
        };
        self.entry(written, exception, brand).map_err(|(message, help)| (written, message, help))
    }

    /// Reads an entry, or says why not and what would be right.
    fn entry(
        &mut self,
        written: &str,
        exception: bool,
        brand: &str,
    ) -> Result<(), (String, String)> {
        if written.len() > LONGEST_ENTRY && written.chars().count() > LONGEST_ENTRY {
            let message = format!("the entry has more than {LONGEST_ENTRY} characters");
            return Err((message, "use a shorter phrase that tells it apart".to_owned()));
        }
        let first = self.parts.len();
        if is_plain(written) {
            self.push(written, Capitals::default(), (false, false), exception);
        } else if is_in_parts(written) {
            for part in written.split(" ... ").flat_map(|part| part.split(" … ")) {
                self.part(part.trim(), exception, brand)?;
            }
        } else {
            self.part(written, exception, brand)?;
        }
        self.entries += 1;
        let of = (self.parts.len() - first) as u32;
        for (part, index) in self.parts[first..].iter_mut().zip(0..) {
            (part.index, part.of) = (index, of);
        }
        Ok(())
    }

    /// Reads a part of an entry, or all of it.
    fn part(
        &mut self,
        written: &str,
        exception: bool,
        brand: &str,
    ) -> Result<(), (String, String)> {
        let mut text = String::with_capacity(written.len());
        let (mut open_start, mut open_end) = (false, false);
        let mut rest = written;
        while let Some(character) = rest.chars().next() {
            let after = &rest[character.len_utf8()..];
            match character {
                '\\' => {
                    let Some(sign) = after.chars().next() else {
                        let message = "nothing follows `\\`".to_owned();
                        return Err((message, "write `\\\\` for the sign itself".to_owned()));
                    };
                    text.push(sign);
                    rest = &after[sign.len_utf8()..];
                    continue;
                }
                '*' if rest.len() == written.len() && !after.is_empty() => open_start = true,
                '*' if after.is_empty() && !text.is_empty() => open_end = true,
                '*' => {
                    let message = "`*` stands within the entry or alone".to_owned();
                    return Err((
                        message,
                        "put it at an end of a word, such as `promis*`, or write `\\*` for the sign"
                            .to_owned(),
                    ));
                }
                '{' => {
                    let Some(after) = rest.strip_prefix("{brand}") else {
                        let message =
                            "`{` starts something to fill in, and only `{brand}` can be filled in"
                                .to_owned();
                        return Err((message, "write `{brand}`, or `\\{` for the sign".to_owned()));
                    };
                    text.push_str(brand);
                    rest = after;
                    continue;
                }
                _ => text.push(character),
            }
            rest = after;
        }
        let capitals = Capitals::of(&text);
        let text = folded(&text);
        if text.is_empty() {
            let message =
                "the entry is empty once white space and invisible characters are gone".to_owned();
            return Err((message, "write a word or phrase, or remove the line".to_owned()));
        }
        self.push(&text, capitals, (open_start, open_end), exception);
        Ok(())
    }

    /// Takes a part of an entry, or all of it.
    fn push(&mut self, text: &str, capitals: Capitals, open: (bool, bool), exception: bool) {
        let start = self.texts.len();
        self.texts.push_str(text);
        let text = start..self.texts.len();
        let (open_start, open_end) = open;
        self.parts.push(Part { text, capitals, open_start, open_end, exception, index: 0, of: 1 });
    }

    /// How many bytes the texts of all parts have.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.len()
    }

    /// The text of a part.
    pub(crate) fn text(&self, part: &Part) -> &str {
        &self.texts[part.text.clone()]
    }

    fn option(&mut self, option: &str) -> Result<(), (String, String)> {
        let mut words = option.split_whitespace();
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("obfuscated"), None, ..) => {
                self.obfuscated = true;
                Ok(())
            }
            (Some("exact"), None, ..) => {
                self.exact = true;
                Ok(())
            }
            (Some(what @ ("with" | "without")), Some(list), None, _) if is_name(list) => {
                let lists = match what {
                    "with" => &mut self.company.with,
                    _ => &mut self.company.without,
                };
                lists.push(list.to_owned());
                Ok(())
            }
            (Some(what @ ("with" | "without")), ..) => Err((
                format!("`%{what}` takes the name of one list"),
                format!("write `%{what} family` for the list in `lexicons/family.en.txt`, and a line for each list"),
            )),
            (Some("exact"), ..) => {
                Err(("`%exact` takes nothing after it".to_owned(), "write `%exact` alone".to_owned()))
            }
            (Some("window"), Some(forwards), backwards, None) => {
                let reach = |word: &str| word.parse().ok().filter(|&reach: &u8| reach <= WIDEST_WINDOW);
                match (reach(forwards), backwards.map_or(Some(0), reach)) {
                    (Some(forwards), Some(backwards)) => {
                        self.window = Window { forwards, backwards };
                        Ok(())
                    }
                    _ => Err((
                        "a window is a number of words".to_owned(),
                        format!("use whole numbers from 0 to {WIDEST_WINDOW}, such as `%window 3` or `%window 3 2`"),
                    )),
                }
            }
            (Some("window"), ..) => Err((
                "a window takes one or two numbers".to_owned(),
                "write `%window 3`, or `%window 3 2` to reach backwards too".to_owned(),
            )),
            (Some("obfuscated"), ..) => {
                Err(("`%obfuscated` takes nothing after it".to_owned(), "write `%obfuscated` alone".to_owned()))
            }
            _ => Err((
                format!("`%{}` is not an option", option.trim()),
                "the options are `%obfuscated`, `%exact`, `%with`, `%without` and `%window`; for an entry that starts with `%`, write `\\%`".to_owned(),
            )),
        }
    }
}

/// Whether an entry is small letters of English with single spaces between: most are, and mean what
/// they are.
fn is_plain(written: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b' ';
    let is_wide = |pair: &[u8]| pair == b"  ";
    !written.is_empty()
        && written.bytes().all(letters)
        && !written.as_bytes().windows(2).any(is_wide)
}

/// Whether an entry has several parts.
fn is_in_parts(written: &str) -> bool {
    written.contains(" ... ") || written.contains(" … ")
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
        })
}

fn about_file(message: String, help: &str) -> Trouble {
    Trouble { line: 1, column: 1, length: 0, message, help: Some(help.to_owned()) }
}

/// Trouble with a part of a line.
fn at(line: &str, number: usize, part: &str, message: String, help: String) -> Trouble {
    let before = line.find(part).unwrap_or(0);
    Trouble {
        line: number,
        column: line[..before].chars().count() + 1,
        length: part.chars().count(),
        message,
        help: Some(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Lexicon {
        Lexicon::parse("praise.en", text, "Acme").unwrap()
    }

    fn trouble(text: &str) -> Trouble {
        let troubles = Lexicon::parse("praise", text, "Acme").unwrap_err();
        assert_eq!(troubles.len(), 1, "{troubles:?}");
        troubles.into_iter().next().unwrap()
    }

    #[test]
    fn a_file_is_a_list_in_a_language() {
        let lexicon = read("# good words\n\nBest\n  Game   Changer\n");
        assert_eq!((lexicon.name.as_str(), lexicon.language.as_deref()), ("praise", Some("en")));
        let texts: Vec<_> = lexicon.parts.iter().map(|part| lexicon.text(part)).collect();
        assert_eq!(texts, ["best", "game changer"]);
    }

    #[test]
    fn stars_open_an_end_and_a_dash_makes_an_exception() {
        let lexicon = read("promis*\n*n't\n*garantie*\n- killer feature\n-50%\n\\*\\#ad");
        let shape = |part: &Part| {
            (lexicon.text(part).to_owned(), part.open_start, part.open_end, part.exception)
        };
        let shapes: Vec<_> = lexicon.parts.iter().map(shape).collect();
        assert_eq!(
            shapes,
            [
                ("promis".to_owned(), false, true, false),
                ("n't".to_owned(), true, false, false),
                ("garantie".to_owned(), true, true, false),
                ("killer feature".to_owned(), false, false, true),
                ("-50%".to_owned(), false, false, false),
                ("*#ad".to_owned(), false, false, false),
            ]
        );
    }

    #[test]
    fn the_brand_is_filled_in() {
        assert_eq!(read("I work at {brand}").texts, "i work at acme");
    }

    #[test]
    fn dots_between_words_part_an_entry() {
        let lexicon = read("know where ... liv*\n*ly … a lie\nwell ...\n");
        let parts = lexicon.parts.iter().map(|part| (lexicon.text(part), part.index, part.of));
        let expected = [
            ("know where", 0, 2),
            ("liv", 1, 2),
            ("ly", 0, 2),
            ("a lie", 1, 2),
            ("well ...", 0, 1),
        ];
        assert_eq!(parts.collect::<Vec<_>>(), expected);
        assert!(lexicon.parts[1].open_end && lexicon.parts[2].open_start);
        assert_eq!(trouble("know ... \\").column, 1);
    }

    #[test]
    fn options_are_read() {
        let lexicon = read("%obfuscated\n%window 4 2\n");
        assert!(lexicon.obfuscated);
        assert_eq!(lexicon.window, Window { forwards: 4, backwards: 2 });
        assert_eq!(read("word").window, USUAL_WINDOW);
        let lexicon = read("%exact\n%with family\n%with health\n%without quotes\n");
        assert!(lexicon.exact && !read("word").exact);
        assert_eq!(lexicon.company.lists().collect::<Vec<_>>(), ["family", "health", "quotes"]);
    }

    #[test]
    fn trouble_says_where_and_what_would_be_right() {
        let found = trouble("fine\n  - kil*ler");
        assert_eq!((found.line, found.column, found.length), (2, 5, 7));
        assert!(found.help.unwrap().contains("promis*"));
    }

    #[test]
    fn malformed_lines_are_refused() {
        for line in [
            "%obfuscate",
            "%window",
            "%window x",
            "%window 99",
            "%exact now",
            "%with",
            "%with family health",
            "%without Family",
            "*",
            "**",
            "a*b",
            "\u{200B}",
            "{name}",
            "x\\",
            "#ad",
        ] {
            assert_eq!(trouble(line).line, 1, "{line}");
        }
        trouble(&"x".repeat(LONGEST_ENTRY + 1));
        let long = "word\n".repeat(LARGEST_LEXICON + 5);
        assert_eq!(trouble(&long).line, LARGEST_LEXICON + 1);
    }

    #[test]
    fn a_file_name_needs_a_name_and_a_language_that_exists() {
        for stem in ["Praise", "", "praise.english", "praise.xx", "a b"] {
            assert!(Lexicon::parse(stem, "word", "Acme").is_err(), "{stem}");
        }
    }

    #[test]
    fn several_troubles_come_together() {
        assert_eq!(Lexicon::parse("Bad", "a*b\nfine\n%no", "Acme").unwrap_err().len(), 3);
    }
}
