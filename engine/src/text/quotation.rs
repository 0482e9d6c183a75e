//! What a text quotes.

use std::ops::Range;

use super::characters::{is_unspaced, is_word};

/// The quoted stretches of a text, sorted, without overlaps, quotation marks included.
///
/// Quoted is what stands within “…”, "…", «…», »…«, „…“, ‘…’, ‚…‘, ‹…›, 「…」 or 『…』, and every
/// line that starts with `>` (unless a digit follows: `>50 %`). A quotation that is not closed
/// quotes nothing; ‘…’ ends with its line, since the closing mark is also the apostrophe. Straight
/// single quotes are always apostrophes.
pub(crate) fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = quoted_lines(text);
    let mut open: [Option<usize>; KINDS] = [None; KINDS];
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let after = characters.peek().map(|(_, after)| *after);
        let end = at + character.len_utf8();
        match step(character, before, after, &open) {
            Step::Open(kind) => open[kind as usize] = Some(at),
            Step::Close(kind) => {
                if let Some(start) = open[kind as usize].take() {
                    found.push(start..end);
                }
            }
            Step::EndOfLine => {
                open[Kind::Single as usize] = None;
                open[Kind::LowSingle as usize] = None;
            }
            Step::Nothing => {}
        }
        before = Some(character);
    }
    merged(found)
}

/// The pairs of quotation marks.
#[derive(Clone, Copy)]
enum Kind {
    Straight,
    Double,
    LowDouble,
    Guillemets,
    ReversedGuillemets,
    Single,
    LowSingle,
    SingleGuillemets,
    Corner,
    WhiteCorner,
}

const KINDS: usize = 10;

enum Step {
    Open(Kind),
    Close(Kind),
    EndOfLine,
    Nothing,
}

/// What a character does. The same mark opens in one language and closes in another: it closes
/// where something that it can close is open.
fn step(
    character: char,
    before: Option<char>,
    after: Option<char>,
    open: &[Option<usize>; KINDS],
) -> Step {
    let is_open = |kind: Kind| open[kind as usize].is_some();
    // Hardly any character is a mark: what stands around one is looked at only then.
    let is_space = |character: char| character.is_whitespace();
    let may_open = || !before.is_some_and(is_letter) && after.is_some_and(|it| !is_space(it));
    let may_close = || before.is_some_and(|it| !is_space(it)) && !after.is_some_and(is_letter);
    match character {
        '\n' => Step::EndOfLine,
        '"' if is_open(Kind::Straight) && may_close() => Step::Close(Kind::Straight),
        '"' if may_open() => Step::Open(Kind::Straight),
        '„' => Step::Open(Kind::LowDouble),
        '“' | '”' if is_open(Kind::LowDouble) => Step::Close(Kind::LowDouble),
        '”' if is_open(Kind::Double) => Step::Close(Kind::Double),
        // Swedish and Finnish open with the closing mark.
        '“' | '”' if may_open() => Step::Open(Kind::Double),
        '«' if is_open(Kind::ReversedGuillemets) => Step::Close(Kind::ReversedGuillemets),
        '«' => Step::Open(Kind::Guillemets),
        '»' if is_open(Kind::Guillemets) => Step::Close(Kind::Guillemets),
        '»' => Step::Open(Kind::ReversedGuillemets),
        '‹' => Step::Open(Kind::SingleGuillemets),
        '›' => Step::Close(Kind::SingleGuillemets),
        '「' => Step::Open(Kind::Corner),
        '」' => Step::Close(Kind::Corner),
        '『' => Step::Open(Kind::WhiteCorner),
        '』' => Step::Close(Kind::WhiteCorner),
        '‚' => Step::Open(Kind::LowSingle),
        '‘' | '’' if is_open(Kind::LowSingle) && may_close() => Step::Close(Kind::LowSingle),
        '‘' if may_open() => Step::Open(Kind::Single),
        '’' if may_close() => Step::Close(Kind::Single),
        _ => Step::Nothing,
    }
}

/// A letter or digit that quotation marks are kept apart from by spaces or punctuation.
fn is_letter(character: char) -> bool {
    is_word(character) && !is_unspaced(character)
}

fn quoted_lines(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let is_quoted = line
            .trim_start()
            .strip_prefix('>')
            .is_some_and(|rest| !rest.starts_with(char::is_numeric));
        if is_quoted {
            found.push(at..at + line.len());
        }
        at += line.len();
    }
    found
}

/// The ranges in order, those that overlap made one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        quotations(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn every_kind_of_mark_quotes() {
        for text in [
            "“a b”",
            "\"a b\"",
            "«a b»",
            "« a b »",
            "»a b«",
            "„a b“",
            "„a b”",
            "”a b”",
            "‘a b’",
            "‚a b‘",
            "‹a b›",
            "「a b」",
        ] {
            assert_eq!(quoted(&format!("He said {text}, twice.")), [text]);
        }
        assert_eq!(quoted("他说\"很好\"的"), ["\"很好\""]);
    }

    #[test]
    fn an_unclosed_mark_quotes_nothing() {
        for text in [
            "He said “never",
            "He said \"never",
            "never” he said",
            "a 5\" screen and a 6\" one",
            "„nie",
        ] {
            assert!(quoted(text).is_empty(), "{text}");
        }
        assert_eq!(quoted("He said \"never. Then: \"always\""), ["\"always\""]);
    }

    #[test]
    fn apostrophes_do_not_quote() {
        assert!(quoted("don’t and can’t, the teams’ own, ’tis").is_empty());
        assert!(quoted("the '90s and the dogs' own").is_empty());
        assert_eq!(quoted("‘I don’t know’ he said"), ["‘I don’t know’"]);
    }

    #[test]
    fn a_line_that_starts_with_an_angle_is_quoted() {
        assert_eq!(quoted("He wrote:\n> never\nWell.\n>50 % more\n"), ["> never\n"]);
    }

    #[test]
    fn quotations_within_quotations_are_one() {
        assert_eq!(quoted("“he said ‘never’ to me” and left"), ["“he said ‘never’ to me”"]);
    }
}
