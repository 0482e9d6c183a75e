//! What a text cannot do without where a pattern matches: signs, and letters beside each other.
//!
//! Most patterns match in few texts: no phone number without digits, no `printer` without `pri`. A
//! text's [`Traits`] are gathered once, for all patterns, and most of these need not be searched for then.
//! They may let a pattern pass that matches nowhere, never hold back one that does.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};
use smallvec::SmallVec;

/// Something that a text has or has not: two or three letters beside each other, by hash, or one sign of
/// several, by its number among what any pattern asks for.
type Trait = u16;

/// How many traits there are of letters beside each other: a post of 300 signs has one in eight.
const GRAMS: usize = 1 << GRAM_BITS;
const GRAM_BITS: u32 = 12;

/// How many different sets of signs are asked for at most.
const MOST_SETS: usize = 256;

/// Signs: one bit for each of ASCII, and one for each of some blocks of others.
type Signs = [u64; 7];

/// Signs that nearly every text has; what any of them will do for tells nothing.
const USUAL: &str = " ,.aeinorst";

/// What a text has.
pub(super) struct Traits([u64; (GRAMS + MOST_SETS) / 64]);

impl Traits {
    fn set(&mut self, known: Trait) {
        self.0[usize::from(known) / 64] |= 1 << (known % 64);
    }

    fn set_grams(&mut self, text: &str) {
        let (mut first, mut second) = (None, None);
        for third in text.chars().map(folded) {
            if let Some(second) = second {
                self.set(gram(None, second, third));
                if first.is_some() {
                    self.set(gram(first, second, third));
                }
            }
            (first, second) = (second, Some(third));
        }
    }

    fn has(&self, known: Trait) -> bool {
        self.0[usize::from(known) / 64] & (1 << (known % 64)) != 0
    }
}

/// What patterns ask for.
#[derive(Debug, Default)]
pub(super) struct Sets {
    /// The sets of signs of which a text must have one.
    any: Vec<Signs>,
    /// Whether letters beside each other are asked for.
    grams: bool,
}

impl Sets {
    /// What a text has of what patterns ask for.
    pub(super) fn traits(&self, text: &str) -> Traits {
        let (mut traits, mut signs) = (Traits([0; _]), [0; 7]);
        text.chars().for_each(|sign| add(&mut signs, u32::from(sign)));
        if self.grams {
            traits.set_grams(text);
        }
        for (known, set) in (GRAMS as Trait..).zip(&self.any) {
            if set.iter().zip(signs).any(|(any, has)| any & has != 0) {
                traits.set(known);
            }
        }
        traits
    }

    /// As many as are looked at: what few texts have first.
    fn limited(&self, all: impl Iterator<Item = Trait>) -> All {
        let mut all: SmallVec<[Trait; 32]> = all.collect();
        all.sort_by_key(|known| {
            let set = usize::from(*known).checked_sub(GRAMS).and_then(|place| self.any.get(place));
            let signs = set.map(|set| set.iter().map(|signs| signs.count_ones()).sum());
            (signs.unwrap_or(u32::MAX), *known)
        });
        all.dedup();
        all.truncate(All::new().inline_size());
        all.into_iter().collect()
    }

    /// The trait of having one of some signs.
    fn known(&mut self, signs: Signs) -> Option<Trait> {
        let place = self.any.iter().position(|known| *known == signs).or_else(|| {
            (self.any.len() < MOST_SETS).then(|| {
                self.any.push(signs);
                self.any.len() - 1
            })
        });
        Trait::try_from(GRAMS + place?).ok()
    }
}

/// Some traits that a text must have, all of them. More than these few are not looked at.
type All = SmallVec<[Trait; 8]>;

/// What a pattern needs: all of some traits, and one of each choice. Nothing where nothing could be told.
#[derive(Debug, Default)]
pub(super) struct Needs {
    all: All,
    choices: Vec<Vec<Needs>>,
}

impl Needs {
    /// What a pattern needs, with new sets of signs where it asks for such.
    pub(super) fn of(pattern: &Hir, sets: &mut Sets) -> Self {
        match pattern.kind() {
            HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => Self::default(),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) if text.chars().nth(1).is_none() => Self::of_signs(text, sets),
                Ok(_) => Self::of_row(std::slice::from_ref(pattern), sets),
                Err(_) => Self::default(),
            },
            HirKind::Class(Class::Unicode(class)) => Self::of_class(class, sets),
            HirKind::Repetition(repetition) if repetition.min == 0 => Self::default(),
            HirKind::Repetition(repetition) => Self::of(&repetition.sub, sets),
            HirKind::Capture(capture) => Self::of(&capture.sub, sets),
            HirKind::Concat(parts) => Self::of_row(parts, sets),
            HirKind::Alternation(parts) => {
                let choice: Vec<Self> = parts.iter().map(|part| Self::of(part, sets)).collect();
                let is_any = choice.iter().any(Self::are_none);
                Self { all: All::new(), choices: if is_any { Vec::new() } else { vec![choice] } }
            }
        }
    }

    /// Whether a text has it.
    pub(super) fn are_met(&self, text: &Traits) -> bool {
        self.all.iter().all(|known| text.has(*known))
            && self.choices.iter().all(|choice| choice.iter().any(|way| way.are_met(text)))
    }

    fn are_none(&self) -> bool {
        self.all.is_empty() && self.choices.is_empty()
    }

    /// Of parts that follow each other: letters that are known stand beside each other.
    fn of_row(parts: &[Hir], sets: &mut Sets) -> Self {
        let (mut needs, mut run) = (Vec::new(), Vec::new());
        for part in parts.iter().filter(|part| !matches!(part.kind(), HirKind::Look(_))) {
            match letters(part) {
                Some(letters) => run.extend(letters),
                None => needs.push(Self::of_run(&std::mem::take(&mut run), sets)),
            }
            // One that has no other beside it.
            if run.len() < 2 {
                needs.push(Self::of(part, sets));
            }
        }
        needs.push(Self::of_run(&run, sets));
        let all = sets.limited(needs.iter().flat_map(|part| part.all.iter().copied()));
        let mut choices: Vec<_> = needs.into_iter().flat_map(|part| part.choices).collect();
        // Few ways are soon looked at.
        choices.sort_by_key(Vec::len);
        Self { all, choices }
    }

    fn of_run(run: &[char], sets: &mut Sets) -> Self {
        sets.grams |= run.len() > 1;
        let all = match run {
            [] | [_] => All::new(),
            [first, second] => All::from_slice(&[gram(None, *first, *second)]),
            longer => sets.limited(longer.windows(3).map(|it| gram(Some(it[0]), it[1], it[2]))),
        };
        Self { all, choices: Vec::new() }
    }

    fn of_class(class: &ClassUnicode, sets: &mut Sets) -> Self {
        let mut signs = [0; 7];
        for range in class.ranges() {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            (start..=end.min(0x7F)).for_each(|code| add(&mut signs, code));
            // After as many blocks as there are bits these begin anew.
            let near = (start.max(0x80) >> BLOCK)..=(end.min(0xFFFF) >> BLOCK);
            near.take(256).for_each(|block| add(&mut signs, block << BLOCK));
            let far = (start.max(0x1_0000) >> FAR_BLOCK)..=(end >> FAR_BLOCK);
            far.take(64).for_each(|block| add(&mut signs, block << FAR_BLOCK));
        }
        Self::of_any(signs, sets)
    }

    fn of_signs(signs: &str, sets: &mut Sets) -> Self {
        let mut any = [0; 7];
        signs.chars().for_each(|sign| add(&mut any, u32::from(sign)));
        Self::of_any(any, sets)
    }

    fn of_any(signs: Signs, sets: &mut Sets) -> Self {
        let mut usual = [0; 7];
        USUAL.chars().for_each(|sign| add(&mut usual, u32::from(sign)));
        let is_usual = signs.iter().zip(usual).any(|(any, usual)| any & usual != 0);
        let known = if is_usual { None } else { sets.known(signs) };
        Self { all: known.into_iter().collect(), choices: Vec::new() }
    }
}

/// How many signs of the first plane share a bit at least, as a power of two: the marks of punctuation that
/// all texts have and those that are emoji have different ones.
const BLOCK: u32 = 4;
/// The same of other planes.
const FAR_BLOCK: u32 = 8;

fn add(signs: &mut Signs, code: u32) {
    let bit = match code {
        0..0x80 => code,
        0x80..0x1_0000 => 0x80 + (code >> BLOCK & 0xFF),
        _ => 0x180 + (code >> FAR_BLOCK & 0x3F),
    };
    signs[bit as usize / 64] |= 1 << (bit % 64);
}

/// The letters that a part of a pattern consists of, without regard to case, where they are known.
fn letters(part: &Hir) -> Option<Vec<char>> {
    match part.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(text.chars().map(folded).collect())
        }
        HirKind::Class(Class::Unicode(class)) => only(class).map(|letter| vec![letter]),
        _ => None,
    }
}

/// The letter that a class stands for in either case.
fn only(class: &ClassUnicode) -> Option<char> {
    let mut signs = class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(folded);
    let first = signs.next()?;
    signs.all(|sign| sign == first).then_some(first)
}

fn folded(sign: char) -> char {
    match sign {
        'ſ' => 's',
        '\u{212A}' => 'k',
        _ if sign.is_ascii() => sign.to_ascii_lowercase(),
        _ => sign.to_lowercase().next().unwrap_or(sign),
    }
}

/// Two or three letters beside each other, by hash.
fn gram(first: Option<char>, second: char, third: char) -> Trait {
    const ODD: u32 = 0x9E37_79B1;
    let of = |before: u32, sign: char| (before ^ u32::from(sign)).wrapping_mul(ODD).rotate_left(15);
    let hash = of(of(first.map_or(0, |sign| of(1, sign)), second), third);
    (hash.wrapping_mul(ODD) >> (u32::BITS - GRAM_BITS)) as Trait
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn met(pattern: &str, text: &str) -> bool {
        let mut sets = Sets::default();
        let needs = Needs::of(&regex_syntax::parse(pattern).unwrap(), &mut sets);
        needs.are_met(&sets.traits(text))
    }

    #[test]
    fn a_text_without_what_a_pattern_needs_is_told() {
        for (pattern, text) in [
            (r"[0-9]{3}-[0-9]+", "no digits"),
            (r"\w+@\w+\.com", "an example.com without the sign"),
            (r"(?i)\b(?:printer|scanner)\b", "a rental, not a primer, nor a canner"),
            (r"[!?]{4,}", "calm."),
            (r"\p{Extended_Pictographic}{5,}", "café – “plain” text"),
            (r"(?i)größe", "groesse"),
        ] {
            assert!(!met(pattern, text), "{pattern}");
        }
    }

    #[test]
    fn what_may_be_missing_is_not_needed() {
        for (pattern, text) in [
            (r"(?:[0-9]+ )?apples", "apples"),
            (r"[0-9]|apples", "apples"),
            (r"(?i)STRAẞE|ſtop|5 k", "Straße STOP 5 \u{212A}"),
            (r"5 \x{212A}", "5 \u{212A}"),
            (r"\b\p{Lu}{4,}\b", "SALE"),
            (r"a\bb", "ab"),
            ("", ""),
        ] {
            assert!(met(pattern, text), "{pattern}");
        }
    }

    /// Patterns of all kinds of parts, over few letters.
    fn pattern() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "[abkK\u{212A}ſé!🎉]{1,4}",
            r"\[\^?[abk1é🎉]{1,3}\]",
            Just(r"\b".to_owned()),
            Just(r"\p{Lu}".to_owned()),
            Just(r"\d".to_owned()),
        ];
        part.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                prop::collection::vec(inner.clone(), 1..4)
                    .prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner.clone(), "[*+?]|\\{2\\}")
                    .prop_map(|(part, times)| format!("(?:{part}){times}")),
                inner.prop_map(|part| format!("(?i:{part})")),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_text_where_a_pattern_matches_has_what_it_needs(
            patterns in prop::collection::vec(pattern(), 1..6),
            text in "[abkABK\u{212A}ſséÉ1! 🎉🎊]{0,10}",
        ) {
            let mut sets = Sets::default();
            let parsed = patterns.iter().map(|pattern| regex_syntax::parse(pattern).unwrap());
            let needs: Vec<Needs> = parsed.map(|pattern| Needs::of(&pattern, &mut sets)).collect();
            let traits = sets.traits(&text);
            for (pattern, needs) in patterns.iter().zip(needs) {
                let is_in = regex::Regex::new(pattern).unwrap().is_match(&text);
                prop_assert!(!is_in || needs.are_met(&traits), "{}", pattern);
            }
        }
    }
}
