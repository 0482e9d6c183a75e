//! What stands in the files of a program beside its rules, so that two programs can be told apart.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use super::Sources;
use crate::error::Source;
use crate::table::{Report, parse};

/// What is written in a program beside its rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    /// The settings of `program.toml` by their dotted names, each as TOML writes it.
    pub(crate) settings: BTreeMap<String, String>,
    /// What rules make use of, word lists, patterns, libraries and translations: each file by its
    /// digest.
    pub(crate) files: BTreeMap<String, [u8; 32]>,
    /// The files of rules, each by its digest.
    pub(crate) rules: BTreeMap<String, [u8; 32]>,
}

impl Written {
    pub(super) fn of(sources: &Sources, manifest: Source<'_>) -> Self {
        let mut settings = BTreeMap::new();
        leaves("", &parse(&Report::new(manifest)), &mut settings);
        let folder = |path: &str| path.split_once('/').map_or("", |(folder, _)| folder).to_owned();
        let is_used = |path: &str| {
            path == "patterns.toml" || matches!(&*folder(path), "lexicons" | "lib" | "translations")
        };
        let has_rules = |path: &str| path != "program.toml" && !is_used(path);
        let digests = |is_meant: &dyn Fn(&str) -> bool| {
            let files = sources.program_files().filter(|(path, _)| is_meant(path));
            files.map(|(path, content)| (path.to_owned(), Sha256::digest(content).into())).collect()
        };
        Self { settings, files: digests(&is_used), rules: digests(&has_rules) }
    }
}

/// The settings of a table, and of those inside it. An empty table says something, too: that there
/// is such a kind or channel.
fn leaves(before: &str, table: &DeTable<'_>, all: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let name = key(name.get_ref());
        let name = if before.is_empty() { name } else { format!("{before}.{name}") };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => leaves(&name, inner, all),
            value => drop(all.insert(name, written(value))),
        }
    }
}

/// A name as TOML writes it in front of `=`.
fn key(name: &str) -> String {
    let bare = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

/// A value as TOML writes it; a number always in the same way.
fn written(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => {
            let plain = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
            plain.map_or_else(|_| number.to_string(), |number| number.to_string())
        }
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) if table.is_empty() => "{}".to_owned(),
        DeValue::Table(table) => {
            let all = table.iter();
            let all = all.map(|(name, value)| {
                format!("{} = {}", key(name.get_ref()), written(value.get_ref()))
            });
            format!("{{ {} }}", all.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text in quotation marks, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Writing to a text cannot fail.
            sign if sign.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(sign))),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_written_as_toml_writes_them_under_their_dotted_names() {
        let text = r#"
skills = ["a", 'b "c"']
[kpis.clicks]
goal = 1_500
[channels."my own"]
limit = 0x10
[kinds.share]
[rules.welcome]
since = 2026-01-31
thresholds = { days = 3 }
enabled = false
"#;
        let source = Source { file: "program.toml", text };
        let written = Written::of(&Sources::new().with("program.toml", text), source);
        let settings: Vec<String> =
            written.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let expected = [
            r#"channels."my own".limit = 16"#,
            "kinds.share = {}",
            "kpis.clicks.goal = 1500",
            "rules.welcome.enabled = false",
            "rules.welcome.since = 2026-01-31",
            "rules.welcome.thresholds.days = 3",
            r#"skills = ["a", "b \"c\""]"#,
        ];
        assert_eq!(settings, expected);
    }

    #[test]
    fn word_lists_patterns_and_libraries_are_known_by_what_stands_in_them() {
        let sources = Sources::new()
            .with("program.toml", "")
            .with("patterns.toml", "")
            .with("lexicons/praise.en.txt", "best")
            .with("lib/words.rhai", "")
            .with("scoring/share.rhai", "");
        let written = Written::of(&sources, Source { file: "program.toml", text: "" });
        let files: Vec<&str> = written.files.keys().map(String::as_str).collect();
        assert_eq!(files, ["lexicons/praise.en.txt", "lib/words.rhai", "patterns.toml"]);
    }
}
