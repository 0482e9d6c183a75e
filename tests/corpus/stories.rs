//! Stories: what is recorded, awarded, decided and put right over time, step by step.

use std::collections::BTreeMap;
use std::fs;

use plaudit_engine::awards::{AwardRun, Choice, Filter, Signed, State};
use plaudit_engine::events::{Event, Identity, LOCAL, Resolved, Verb, read_record};
use plaudit_engine::journal::Batch;
use plaudit_engine::ledger::{Erase, Export, Ledger, Objection, Retain, Ruling};
use plaudit_engine::publishing::{self, Publications, Publish, RollBack, publish, roll_back};
use plaudit_engine::{Error, Program, canonical};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cases::{Files, lines, sources};
use super::{MANIFEST, contains, top};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    pub(crate) story: String,
    pub(crate) steps: Vec<Step>,
}

/// One step: what is done, and what is expected of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(flatten)]
    pub(crate) act: Act,
    pub(crate) expect: Option<Value>,
    pub(crate) refused: Option<Vec<String>>,
    /// What a refusal says, among other things.
    #[serde(default)]
    pub(crate) says: Vec<String>,
    /// What no door tells, whether it answers or refuses.
    #[serde(default)]
    pub(crate) withholds: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// From here on the program is this; the short manifest where it has none.
    Program(BTreeMap<String, String>),
    Record(Vec<Value>),
    /// An export, as somebody may have edited it.
    Restore(Vec<Value>),
    Close {
        as_of: String,
        #[serde(default)]
        preview: bool,
    },
    Grants(Option<String>),
    GrantsWhere {
        team: Option<(String, String)>,
        rule: Option<String>,
        kind: Option<String>,
        state: Option<String>,
    },
    Decide {
        verb: Verb,
        grants: Vec<String>,
        at: String,
    },
    Adjust {
        advocate: String,
        points: i64,
        at: String,
    },
    Erase {
        advocate: String,
        at: String,
    },
    /// What is past its age goes.
    Retain {
        as_of: String,
        #[serde(default)]
        dry_run: bool,
    },
    /// What is on record of somebody, for them.
    Disclose {
        advocate: String,
        as_of: String,
    },
    Dispute {
        advocate: String,
        activity: Option<String>,
        rule: Option<String>,
        at: String,
    },
    Resolve {
        dispute: String,
        uphold: bool,
        points: Option<i64>,
        at: String,
    },
    Disputes(Option<String>),
    Explain {
        advocate: String,
        as_of: String,
    },
    Standing {
        advocate: String,
        as_of: String,
    },
    /// What another program would make of it.
    Simulate(Simulate),
    /// Publishes a program in the journal.
    Publish {
        program: BTreeMap<String, String>,
        at: String,
        upon: Option<u64>,
    },
    RollBack {
        to: Option<u64>,
        at: String,
    },
    /// What was published.
    Publications {},
}

/// A program beside the one of the story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Simulate {
    pub(crate) program: BTreeMap<String, String>,
    pub(crate) as_of: String,
    pub(crate) only: Option<String>,
    #[serde(default)]
    pub(crate) fail_if: Vec<String>,
    pub(crate) samples: Option<usize>,
}

impl Simulate {
    /// The request in JSON, without the program.
    pub(crate) fn request(&self) -> Value {
        let Self { as_of, only, fail_if, samples, .. } = self;
        json!({ "as_of": as_of, "only": only, "fail_if": fail_if, "samples": samples })
    }

    /// The files of the candidate.
    pub(crate) fn files(&self) -> Files {
        program_files(&self.program)
    }
}

pub(crate) const BY: &str = "grace";
pub(crate) const REASON: &str = "as we agreed";

fn signed(at: &str) -> Signed<'static> {
    Signed { by: BY, reason: REASON, at: at.parse().unwrap() }
}

fn publishes(at: &str, upon: Option<u64>) -> publishing::Signed<'_> {
    publishing::Signed { by: BY, note: Some(REASON), at: at.parse().unwrap(), upon }
}

impl Step {
    /// Whether what a door told has what it must say, and nothing that it must not.
    pub(crate) fn judge_words(&self, told: &str) -> Result<(), String> {
        // A long help is broken into lines on the way to a person.
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(missing) = self.says.iter().find(|text| !told.contains(*text)) {
            return Err(format!("it is not said that {missing}: {told}"));
        }
        match self.withholds.iter().find(|text| told.contains(*text)) {
            Some(found) => Err(format!("{found} is told: {told}")),
            None => Ok(()),
        }
    }

    /// Whether the Rust door's answer is what the step expects.
    pub(crate) fn judge(&self, rust: &Result<String, Error>) -> Result<(), String> {
        match (rust, &self.refused) {
            (Err(error), Some(codes)) => {
                let found: Vec<&str> =
                    error.problems().iter().map(|problem| problem.code.name()).collect();
                match found == codes.iter().map(String::as_str).collect::<Vec<_>>() {
                    true => Ok(()),
                    false => Err(format!("refused with {found:?}: {error}")),
                }
            }
            (Err(error), None) => Err(format!("refused: {error}")),
            (Ok(document), Some(_)) => Err(format!("not refused: {document}")),
            (Ok(document), None) => {
                let found: Vec<Value> =
                    document.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                let found = match &self.act {
                    Act::Record(_) => Value::from(found),
                    _ => found[0].clone(),
                };
                self.expect.as_ref().map_or(Ok(()), |expected| contains("", expected, &found))
            }
        }
    }
}

/// Runs every story and fails with all that do not go as they should.
pub(crate) fn every_story(run: impl Fn(&Story) -> Result<(), String>) {
    let folder = top().join("tests/cases/ledger");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for file in files {
        let stories: Vec<Story> = serde_json::from_str(&fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for story in stories {
            count += 1;
            if let Err(why) = run(&story) {
                let name = file.file_name().unwrap().display();
                failures.push(format!("{name}: {}\n{why}", story.story));
            }
        }
    }
    assert!(count > 0, "there are no stories");
    assert!(failures.is_empty(), "{} of {count} fail\n\n{}", failures.len(), failures.join("\n\n"));
}

/// The files of a story's program, which go on from the short manifest.
pub(crate) fn program_files(files: &BTreeMap<String, String>) -> Files {
    let mut files = files.clone();
    let more = files.remove("program.toml").unwrap_or_default();
    files.insert("program.toml".to_owned(), format!("{MANIFEST}\n{more}"));
    files
}

/// The Rust door's answer; what is recorded has a receipt a line.
pub(crate) fn done_in_rust(act: &Act, ledger: &Ledger) -> Result<String, Error> {
    let now = jiff::Timestamp::now();
    match act {
        Act::Program(_) => unreachable!("it is not asked of a door"),
        Act::Record(events) => {
            let mut answers = Vec::new();
            for event in events {
                answers.push(match read_record::<Event>(&event.to_string(), "event") {
                    Ok(event) => canonical(&ledger.record(vec![event], Batch::Each)?[0])?,
                    Err(error) => {
                        let problem = error.problems()[0].clone().file("standard input:1");
                        canonical(&json!({ "result": "refused", "problem": problem }))?
                    }
                });
            }
            Ok(answers.join("\n"))
        }
        Act::Restore(events) => {
            let export = Export::read(lines(events).as_bytes(), "export")?;
            canonical(&export.restore(&**ledger.journal())?)
        }
        Act::Close { as_of, preview } => {
            let as_of = as_of.parse().unwrap();
            canonical(&ledger.close(&AwardRun { as_of, at: now, by: BY, preview: *preview })?)
        }
        Act::Grants(advocate) => canonical(&ledger.grants(advocate.as_deref(), now)?),
        Act::GrantsWhere { team, rule, kind, state } => {
            let states =
                [State::Proposed, State::Approved, State::Declined, State::Issued, State::Revoked];
            let state = state.as_deref();
            let filter = Filter {
                team: team.as_ref().map(|(by, name)| (&**by, &**name)),
                rule: rule.as_deref(),
                kind: kind.as_deref(),
                state: states.into_iter().find(|it| Some(it.name()) == state),
            };
            canonical(&ledger.grants_where(None, filter, now)?)
        }
        Act::Decide { verb, grants, at } => {
            let choice = Choice { grants, verb: *verb, signed: signed(at), as_of: now };
            canonical(&json!({ "grants": ledger.decide(&choice)? }))
        }
        Act::Adjust { advocate, points, at } => {
            canonical(&ledger.adjust(advocate, *points, &signed(at))?)
        }
        Act::Erase { advocate, at } => {
            let at = at.parse().unwrap();
            canonical(&ledger.erase(&Erase { advocate, by: BY, at })?)
        }
        Act::Retain { as_of, dry_run } => {
            let as_of = as_of.parse().unwrap();
            canonical(&ledger.retain(&Retain { as_of, at: as_of, by: BY, dry_run: *dry_run })?)
        }
        Act::Disclose { advocate, as_of } => ledger.disclose(advocate, as_of.parse().unwrap()),
        Act::Dispute { advocate, activity, rule, at } => {
            let activity =
                activity.as_deref().map(|id| Identity { source: LOCAL.into(), id: id.into() });
            canonical(&ledger.dispute(&Objection {
                advocate,
                activity: activity.as_ref(),
                rule: rule.as_deref(),
                reason: REASON,
                at: at.parse().unwrap(),
            })?)
        }
        Act::Resolve { dispute, uphold, points, at } => {
            let verb = if *uphold { Resolved::Upheld } else { Resolved::Dismissed };
            let (points, signed, as_of) = (*points, signed(at), now);
            canonical(&ledger.resolve(&Ruling { dispute, verb, points, signed, as_of })?)
        }
        Act::Disputes(advocate) => {
            canonical(&json!({ "disputes": ledger.disputes(advocate.as_deref(), now)? }))
        }
        Act::Explain { advocate, as_of } => {
            canonical(&ledger.live()?.explain(advocate, as_of.parse().unwrap())?)
        }
        Act::Standing { advocate, as_of } => {
            canonical(&ledger.live()?.standing(advocate, as_of.parse().unwrap())?)
        }
        Act::Publish { program, at, upon } => {
            let sources = sources(&program_files(program));
            let signed = publishes(at, *upon);
            let asked = Publish { sources: &sources, signed };
            canonical(&publish(&**ledger.journal(), &asked, &|| true)?)
        }
        Act::RollBack { to, at } => {
            let asked = RollBack { to: *to, signed: publishes(at, None) };
            canonical(&roll_back(&**ledger.journal(), &asked, &|| true)?)
        }
        Act::Publications {} => canonical(&Publications::of(&**ledger.journal())?.all()),
        Act::Simulate(simulate) => {
            let candidate = Program::from_sources(&sources(&simulate.files()))?;
            ledger.simulate(&candidate, &simulate.request().to_string())
        }
    }
}
