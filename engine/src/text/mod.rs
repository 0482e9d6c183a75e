//! One-pass text analysis: what the facts of a post are worked out from.
//!
//! ```text
//! lexicon ── automata ── scan ── boundary ── hits
//!                                         what is found of the lists, and what of it counts
//! token ── reading ── obfuscation         the same for words in disguise
//! quotation   context   language          whether it is quoted, negated, in the right language
//! search ── needs ── patterns             regular expressions, and what a text must have for one
//! entities    x                           links, hashtags, handles; the rules of X
//! measure     own_words   characters      length, words, capitals; copies; odd characters
//! fold        span                        the folded text and the way back; UTF-16
//! analysis                                all of it for one text, on demand
//! ```
//!
//! [`Scanner`] is the compiled lists and patterns of a program, [`Analysis`] one text. Nothing is
//! worked out before it is asked for, and nothing twice. Every range is in bytes of the original
//! text and lies on character boundaries. Time is in proportion to the length of the text, or
//! bounded.

mod analysis;
mod automata;
mod boundary;
mod characters;
mod context;
mod entities;
mod fold;
mod hits;
mod language;
mod lexicon;
mod measure;
mod needs;
mod obfuscation;
mod own_words;
mod patterns;
mod quotation;
mod reading;
mod scan;
mod search;
mod span;
#[cfg(test)]
mod tests;
mod token;
pub mod x;

pub use analysis::{Analysis, Channel, Input};
pub use hits::Hit;
pub use language::Languages;
pub(crate) use language::{UNKNOWN, is_code as is_language};
pub use lexicon::{
    Company, LARGEST_LEXICON, LONGEST_ENTRY, Lexicon, Trouble, USUAL_WINDOW, WIDEST_WINDOW, Window,
};
pub use measure::Count;
pub use own_words::Fingerprint;
pub use patterns::{Expression, PatternId, PatternTrouble};
pub use scan::{ListId, Scanner};
pub use span::{Span, spans};
