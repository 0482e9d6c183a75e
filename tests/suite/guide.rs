//! The program owner's guide: its recipes work as they stand, and what it lists is what there is.
//!
//! With `UPDATE_README=1` the page of facts is written instead of compared.

use std::fs;
use std::path::Path;

use crate::support::{copy, plaudit, starter, stdout, top};

fn guide() -> String {
    fs::read_to_string(top().join("rules/README.md")).unwrap()
}

/// A block of the guide that says in its first line where it belongs, such as `# patterns.toml`.
struct Block {
    path: String,
    text: String,
}

/// The sections with blocks that belong somewhere, by their titles.
fn recipes(guide: &str) -> Vec<(String, Vec<Block>)> {
    let mut recipes: Vec<(String, Vec<Block>)> = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            recipes.push((line.trim_start_matches(['#', ' ']).to_owned(), Vec::new()));
        }
        if !line.starts_with("```") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let path = block[0].strip_prefix("// ").or_else(|| block[0].strip_prefix("# "));
        if let Some(path) = path.filter(|path| path.contains('.')) {
            let text = block[1..].join("\n") + "\n";
            recipes.last_mut().unwrap().1.push(Block { path: path.to_owned(), text });
        }
    }
    recipes.retain(|(_, blocks)| !blocks.is_empty());
    recipes
}

/// Puts a block where it says: a file of its own, or tables and keys that join a file.
fn paste(block: &Block, rules: &Path) {
    let path = rules.join(&block.path);
    if !path.exists() {
        return fs::write(path, &block.text).unwrap();
    }
    assert!(block.path.ends_with(".toml"), "{} is there already", block.path);
    let mut file = fs::read_to_string(&path).unwrap();
    // What stands before the first table belongs before the file's own tables.
    let (keys, tables) = match block.text.find("\n[") {
        _ if block.text.starts_with('[') => ("", &*block.text),
        Some(at) => block.text.split_at(at + 1),
        None => (&*block.text, ""),
    };
    file.insert_str(0, keys);
    for table in tables.split_inclusive("\n\n") {
        let (header, body) = table.split_once('\n').unwrap();
        let Some(at) = file.find(&format!("\n{header}\n")) else {
            file.push_str(&format!("\n{table}"));
            continue;
        };
        let at = at + header.len() + 2;
        let end = file[at..].find("\n[").map_or(file.len(), |end| at + end);
        let keys = body.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
        let keys: Vec<String> = keys.map(|key| format!("{key} = ")).collect();
        let is_kept = |line: &&str| !keys.iter().any(|key| line.starts_with(key.as_str()));
        let kept: Vec<&str> = file[at..end].lines().filter(is_kept).collect();
        let merged = format!("{}\n{}\n", body.trim_end(), kept.join("\n"));
        file.replace_range(at..end, &merged);
    }
    fs::write(path, file).unwrap();
}

/// What a page has in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_recipe_of_the_guide_works_as_it_stands() {
    let recipes = recipes(&guide());
    assert!(recipes.len() >= 11, "ten recipes and how a rule is written");
    for (title, blocks) in &recipes {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        copy(&top().join("rules"), &rules);
        blocks.iter().for_each(|block| paste(block, &rules));
        let rules = rules.display().to_string();
        for command in ["lint", "test"] {
            let output = plaudit(&[command, "--strict", "--rules", &rules]);
            assert!(output.status.success(), "{title}: {command}\n{}", stdout(&output));
        }
    }
}

#[test]
fn recipes_can_be_used_together() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    copy(&top().join("rules"), &rules);
    recipes(&guide()).iter().flat_map(|(_, blocks)| blocks).for_each(|block| paste(block, &rules));
    let rules = rules.display().to_string();
    let output = plaudit(&["test", "--strict", "--rules", &rules]);
    assert!(output.status.success(), "{}", stdout(&output));
    let output = plaudit(&["lint", "--strict", "--rules", &rules]);
    let said = stdout(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("switched off: leave_healing_to_medicine"), "{said}");
}

/// The lists that the guide asks to fill in, and what somebody may write there.
const OWN_NAMES: [(&str, &str); 7] = [
    ("brand.txt", "{brand}\nZetka*\nThe Tin Bear\n"),
    ("products.txt", "Wirbel*\nSirocco 3\n- Sirocco wind\n"),
    ("secret_names.txt", "%exact\nFalcon*\nFALCON*\n- Falcon Street\n"),
    ("secret_clients.txt", "Globex*\n"),
    ("internal_sites.txt", "intra.example.com\n"),
    ("rivals.txt", "Whiskaway\nMölders & Sohn\n"),
    ("credited.txt", "Jana Meier\nStudio Nord\n"),
];

#[test]
fn no_example_depends_on_the_names_that_an_owner_fills_in() {
    let mut lists = quoted(&guide()).into_iter().filter_map(|name| {
        Some(name.strip_prefix("lexicons/")?.to_owned())
            .filter(|list| list.ends_with(".txt") && !list.contains('*'))
    });
    assert!(lists.all(|list| OWN_NAMES.iter().any(|(known, _)| *known == list)));
    for brand in ["Zetka", "Müller & Söhne", "Leuchtturm"] {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        copy(&top().join("rules"), &rules);
        for (list, names) in OWN_NAMES {
            fs::write(rules.join("lexicons").join(list), names).unwrap();
        }
        let settings = rules.join("program.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("name = \"Acme\"", &format!("name = \"{brand}\"")))
            .unwrap();
        let output = plaudit(&["test", "--strict", "--rules", &rules.display().to_string()]);
        assert!(output.status.success(), "{brand}\n{}", stdout(&output));
    }
}

#[test]
fn the_page_of_facts_is_what_the_program_declares() {
    let path = top().join("rules/FACTS.md");
    let printed = stdout(&plaudit(&["facts", "--markdown"]));
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path, printed).unwrap();
    } else {
        let stands = fs::read_to_string(path).unwrap();
        assert!(stands == printed, "run with UPDATE_README=1 and read the difference");
    }
}

#[test]
fn the_guide_and_the_page_on_law_name_what_there_is() {
    let law = fs::read_to_string(top().join("rules/LAW.md")).unwrap();
    let rules: Vec<String> = starter().rules().iter().map(|rule| rule.id().to_owned()).collect();
    for name in quoted(&law) {
        let is_rule =
            name.contains('_') && name.chars().all(|sign| sign.is_lowercase() || sign == '_');
        let is_setting = ["aggregate_only", "minimum_group", "as_of"].contains(&&*name);
        assert!(!is_rule || is_setting || rules.contains(&name), "the law names `{name}`");
    }
    for name in quoted(&guide()).iter().chain(&quoted(&law)) {
        let Some(list) = name.strip_prefix("lexicons/") else { continue };
        let start = list.trim_end_matches(".txt").trim_end_matches('*');
        let known = fs::read_dir(top().join("rules/lexicons"))
            .unwrap()
            .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(start));
        assert!(known, "there is no list {name}");
    }
}
