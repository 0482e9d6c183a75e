//! From what the automaton found to what counts.

use std::ops::Range;

use super::scan::Find;

/// A place where a word or phrase of a list stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// In bytes of the text.
    pub range: Range<usize>,
    /// Whether it stands within a quotation.
    pub quoted: bool,
    /// Whether a word of the list `negation` negates it.
    pub negated: bool,
}

/// A find that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) range: Range<usize>,
    /// The file that its entry is in.
    pub(crate) source: usize,
}

/// Of the finds of one list that are for the language of the text, those that count: none that
/// overlaps an exception, none within another one. Sorted.
pub(crate) fn resolve(finds: impl Iterator<Item = Find>) -> Vec<Place> {
    let (exceptions, mut finds): (Vec<Find>, Vec<Find>) = finds.partition(|find| find.exception);
    let mut reach: Vec<Range<usize>> =
        exceptions.into_iter().map(|find| find.start..find.end).collect();
    reach.sort_unstable_by_key(|range| (range.start, range.end));
    // Where an exception lies within another, the outer one says it all: then ends rise with starts.
    reach.dedup_by(|next, last| {
        let extends = next.start < last.end;
        last.end = if extends { last.end.max(next.end) } else { last.end };
        extends
    });
    let is_excepted = |find: &Find| {
        let next = reach.partition_point(|exception| exception.end <= find.start);
        reach.get(next).is_some_and(|exception| exception.start < find.end)
    };
    finds.sort_unstable_by_key(|find| (find.start, std::cmp::Reverse(find.end), find.source));
    let mut places: Vec<Place> = Vec::new();
    for find in finds {
        let within = places.last().is_some_and(|last| find.end <= last.range.end);
        if !within && !is_excepted(&find) {
            places.push(Place { range: find.start..find.end, source: find.source });
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::fold::Folded;
    use super::super::lexicon::Lexicon;
    use super::super::scan::Scanner;
    use super::*;

    fn places<'text>(list: &str, text: &'text str) -> Vec<&'text str> {
        let scanner =
            Scanner::new(&[Lexicon::parse("list", list, "Acme").unwrap()], Vec::new()).unwrap();
        let finds = scanner.finds(text, &Folded::new(text), crate::text::UNKNOWN);
        resolve(finds.into_iter()).into_iter().map(|place| &text[place.range]).collect()
    }

    #[test]
    fn an_exception_takes_back_what_it_overlaps() {
        let list = "killer*\n- killer feature\n- serial killers in fiction";
        assert_eq!(places(list, "A killer feature, a killer."), ["killer"]);
        assert!(places(list, "serial killers in fiction").is_empty());
    }

    #[test]
    fn the_longest_of_several_counts() {
        assert_eq!(
            places("work\nwork at acme\nat", "I work at Acme at night"),
            ["work at Acme", "at"]
        );
    }

    #[test]
    fn overlapping_ones_both_count() {
        assert_eq!(
            places("game changer\nchanger of minds", "game changer of minds"),
            ["game changer", "changer of minds"]
        );
    }
}
