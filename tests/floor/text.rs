//! Words by hand: enough for running text, not for every script.

use std::collections::HashSet;

/// Percent of the words that do not stand in three and more words in a row of the supplied copy.
///
/// Simpler than the engine's: words are what stands between signs, folding is lower case.
pub(crate) fn own_words(text: &str, copy: &str) -> i64 {
    let (words, copy) = (words(text), words(copy));
    let length = copy.len().min(3);
    let mut copied = vec![false; words.len()];
    if length > 0 {
        let runs: HashSet<&[String]> = copy.windows(length).collect();
        for (start, run) in words.windows(length).enumerate() {
            if runs.contains(run) {
                copied[start..start + length].fill(true);
            }
        }
    }
    let own = copied.iter().filter(|copied| !**copied).count();
    (own * 100).checked_div(words.len()).map_or(0, |percent| percent as i64)
}

fn words(text: &str) -> Vec<String> {
    let running = text
        .split_whitespace()
        .filter(|part| !part.contains("://") && !part.starts_with('#') && !part.starts_with('@'));
    running
        .flat_map(|part| {
            part.split(|sign: char| !sign.is_alphanumeric() && sign != '\'' && sign != '’')
        })
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
