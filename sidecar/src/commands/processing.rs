//! `plaudit facts --record`: a record of processing (Article 30 GDPR) out of what the program declares
//! and its rules read. Who is responsible, and why it is lawful, only its owner can add.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use plaudit_engine::facts::Folder;
use plaudit_engine::{Program, canonical};
use serde::Serialize;

use crate::input::{self, Failure};
use crate::output::{Exit, count};
use crate::serve::Role;

/// What is processed, why, and who learns of it.
#[derive(Serialize)]
struct Record<'a> {
    program: &'a str,
    version: &'a str,
    purposes: Vec<Purpose<'a>>,
    kept: Vec<Kept>,
    recipients: Vec<Recipient>,
    retention: Vec<Stays>,
    safeguards: Vec<String>,
}

/// What the rules of a folder are for, and what they read of people for that.
#[derive(Serialize)]
struct Purpose<'a> {
    folder: &'static str,
    purpose: &'static str,
    rules: Vec<Rule<'a>>,
    facts: BTreeSet<String>,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'a str,
    title: &'a str,
    facts: Vec<String>,
}

/// A kind of data that a journal holds.
#[derive(Serialize)]
struct Kept {
    data: &'static str,
    of: &'static str,
}

/// Somebody who may hold a key.
#[derive(Serialize)]
struct Recipient {
    role: &'static str,
    may: Vec<&'static str>,
}

/// How long something stays on record.
#[derive(Serialize)]
struct Stays {
    data: String,
    /// Without an age, until it is taken back or the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
}

/// What a journal holds, by the types of its events.
const KEPT: [Kept; 7] = [
    Kept {
        data: "what is known of people: names, aliases, consent, employment and absence with times, and the facts that HR systems report",
        of: "people on record",
    },
    Kept {
        data: "what people did: kind, time, channel, the other person, published posts with their text, results",
        of: "advocates, and the people whom they helped or praised",
    },
    Kept {
        data: "points by hand, with who gave them and why",
        of: "advocates, and those who look after the program",
    },
    Kept {
        data: "badges, rewards and spotlights with what rules read, and decisions about them with reasons",
        of: "advocates, and those who decide",
    },
    Kept {
        data: "what advocates object to, and how it ended",
        of: "advocates, and those who resolve it",
    },
    Kept {
        data: "programs that were published, with who published them and why",
        of: "those who look after the program, and people whom its lists name",
    },
    Kept {
        data: "hashes of the names of people who were erased, and of the ids of events that went, under a key that the journal keeps to itself",
        of: "people who were erased",
    },
];

/// What stays without an age, whatever the program says.
const REST: &str = "everything else: consent, employment and absence with their times, other names, that grants were given, and points that are carried forward";

/// Where there is no age.
const FOR_GOOD: &str = "until it is taken back or the person is erased";

pub(super) fn run(directory: &Path, json: bool) -> Result<Exit, Failure> {
    let program = input::program(directory)?;
    let record = Record::of(&program);
    let mut output = anstream::stdout();
    match json {
        true => writeln!(output, "{}", canonical(&record)?)?,
        false => write!(output, "{}", record.page())?,
    }
    Ok(Exit::Success)
}

/// What the rules of a folder are for.
fn purpose(folder: Folder) -> &'static str {
    match folder {
        Folder::Guidelines => {
            "to tell authors what their posts could do better; drafts are not kept"
        }
        Folder::Scoring => "to count participation in points",
        Folder::Recognition => "to recognise people with badges, rewards and spotlights",
        Folder::Coaching => "to suggest what could help people along, and who could mentor whom",
        Folder::Lib => "to help other rules",
    }
}

impl<'a> Record<'a> {
    fn of(program: &'a Program) -> Self {
        let on = |folder: Folder| {
            program.rules().iter().filter(move |rule| rule.enabled() && rule.folder() == folder)
        };
        let purposes = Folder::ALL.into_iter().filter(|folder| on(*folder).next().is_some());
        let purposes = purposes.map(|folder| {
            let rules: Vec<Rule<'_>> = on(folder)
                .map(|rule| {
                    let read = rule.data_use().into_iter();
                    let facts = read.filter(|(_, personal)| *personal).map(|(fact, _)| fact);
                    Rule { rule: rule.id(), title: rule.title(), facts: facts.collect() }
                })
                .filter(|rule| !rule.facts.is_empty())
                .collect();
            let facts = rules.iter().flat_map(|rule| rule.facts.iter().cloned()).collect();
            Purpose { folder: folder.name(), purpose: purpose(folder), rules, facts }
        });
        let recipients = Role::ALL.into_iter().map(|role| Recipient {
            role: role.name(),
            may: role.scopes().iter().map(|scope| scope.name()).collect(),
        });
        Self {
            program: program.name(),
            version: program.version(),
            purposes: purposes.filter(|purpose| !purpose.rules.is_empty()).collect(),
            kept: KEPT.into_iter().collect(),
            recipients: recipients.collect(),
            retention: retention(program),
            safeguards: safeguards(program),
        }
    }

    fn page(&self) -> String {
        let mut page = format!(
            "# Record of processing: {}\n\nMade by `plaudit facts --record` out of the program, version \
             {}. Add who is responsible, on what basis, and how this is secured.\n\n## Purposes, and what \
             is read of people for them\n",
            cell(self.program),
            self.version
        );
        for Purpose { folder, purpose, rules, facts } in &self.purposes {
            let facts: Vec<String> = facts.iter().map(|fact| format!("`{}`", cell(fact))).collect();
            let _ = write!(
                page,
                "\n### {purpose}\n\nRules in `{folder}/` read {}.\n\n| rule | what it is about | facts \
                 about people |\n| --- | --- | --- |\n",
                facts.join(", ")
            );
            for Rule { rule, title, facts } in rules {
                let facts = cell(&facts.join(", "));
                let _ = writeln!(page, "| {} | {} | {facts} |", cell(rule), cell(title));
            }
        }
        page.push_str("\n## What is kept\n\n| data | of |\n| --- | --- |\n");
        for Kept { data, of } in &self.kept {
            let _ = writeln!(page, "| {data} | {of} |");
        }
        page.push_str(
            "\n## Who may learn of it\n\nKeys have one of these roles, and a scope for each thing that \
             they may do. An advocate's own token sees that advocate's own data.\n\n| role | may |\n| --- | \
             --- |\n",
        );
        for Recipient { role, may } in &self.recipients {
            let _ = writeln!(page, "| {role} | {} |", may.join(", "));
        }
        page.push_str("\n## How long\n\n| data | stays |\n| --- | --- |\n");
        for Stays { data, age, setting } in &self.retention {
            let data = cell(data);
            let _ = match (age, setting) {
                (Some(age), Some(setting)) => writeln!(page, "| {data} | {age} (`{setting}`) |"),
                _ => writeln!(page, "| {data} | {FOR_GOOD} |"),
            };
        }
        page.push_str("\n## Safeguards\n\n");
        for safeguard in &self.safeguards {
            let _ = writeln!(page, "- {safeguard}");
        }
        page
    }
}

/// How long what is kept stays, by the manifest. What is past its age goes when `plaudit journal
/// retain` is run, or the service does so by its calendar.
fn retention(program: &Program) -> Vec<Stays> {
    let ages = program.retention().map(|(setting, data, age)| Stays {
        data,
        age: Some(age),
        setting: Some(format!("privacy.retention.{setting}")),
    });
    let mut all: Vec<Stays> = ages.collect();
    let data = if all.is_empty() { "everything: nothing goes by its age" } else { REST };
    all.push(Stays { data: data.to_owned(), age: None, setting: None });
    all
}

/// What holds under this program.
fn safeguards(program: &Program) -> Vec<String> {
    let figures = match program.is_aggregate_only() {
        true => "figures of single people are shown to themselves alone (`aggregate_only`)",
        false => "figures of single people are shown to whoever may `read`",
    };
    let off = program.rules().iter().filter(|rule| !rule.enabled()).count();
    let mut all = vec![
        "nobody takes part without consent on record; opting out hides everything while it lasts".to_owned(),
        format!("a group of fewer than {} people shows nothing", program.minimum_group()),
        figures.to_owned(),
        "rewards and spotlights are proposals until a person decides; no rule decides against anybody".to_owned(),
        "every point, finding and award names its rule and what the rule read; people can object".to_owned(),
        "a person gets all that is on record of them (`plaudit person export`), and can be erased (`plaudit person erase`)".to_owned(),
        "drafts are not kept, and logs have neither names nor words".to_owned(),
    ];
    if off > 0 {
        all.push(format!("{} switched off, and read nothing", count(off, "rule is", "rules are")));
    }
    all
}

/// A text as it stands in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "·").replace(['\n', '\r'], " ")
}
