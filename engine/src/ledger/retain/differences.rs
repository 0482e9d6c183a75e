//! What else changes once something is past its age: figures other than points, and what rules of
//! recognition give. It is counted, and nobody is named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::events::{Log, People};
use crate::program::Program;
use crate::recognition::Entitlement;
use crate::standings::{Census, Figure};
use crate::subjects::Who;
use crate::timeline::Records;

/// What a rule of recognition gives otherwise than before. Grants stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(rename = "RetainedRecognition", deny_unknown_fields, transform = crate::schema::written)]
pub struct Otherwise {
    /// The rule.
    pub rule: Arc<str>,
    /// How many entitlements do not hold any more.
    pub no_longer: usize,
    /// How many hold only now: the next award run grants them.
    pub only_now: usize,
}

/// Figures and entitlements as of a time.
struct Seen {
    figures: BTreeMap<Arc<str>, BTreeMap<&'static str, Figure>>,
    entitled: BTreeSet<(Arc<str>, String, Arc<str>)>,
}

impl Seen {
    fn of(
        program: &Program,
        log: &Log,
        as_of: Timestamp,
        assume_consent: bool,
    ) -> Result<Self, Error> {
        let people = People::new();
        let records = Records { log, people: &people, as_of, assume_consent };
        let census = Census::of(program, &records, None, true, |_, _| {})?;
        let figures = program.figures_of_all(&census);
        let (entitlements, _) = program.entitlements(&census, Who::All)?;
        let key = |it: Entitlement| (it.rule, it.subject.key(), it.key);
        Ok(Self { figures, entitled: entitlements.into_iter().map(key).collect() })
    }
}

/// For how many people each figure is another one, and what rules of recognition give otherwise.
pub(super) fn differences(
    program: &Program,
    (before, after): (&Log, &Log),
    as_of: Timestamp,
    assume_consent: bool,
) -> Result<(BTreeMap<&'static str, usize>, Vec<Otherwise>), Error> {
    let was = Seen::of(program, before, as_of, assume_consent)?;
    let is = Seen::of(program, after, as_of, assume_consent)?;
    let mut figures: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (advocate, was) in &was.figures {
        let is = is.figures.get(advocate);
        for (name, figure) in was {
            if is.and_then(|is| is.get(name)) != Some(figure) {
                *figures.entry(name).or_default() += 1;
            }
        }
    }
    let count = |rule: &Arc<str>, less: &Seen, more: &Seen| {
        more.entitled.difference(&less.entitled).filter(|(of, ..)| of == rule).count()
    };
    let changed = was.entitled.symmetric_difference(&is.entitled);
    let rules: BTreeSet<&Arc<str>> = changed.map(|(rule, ..)| rule).collect();
    let recognition = rules.into_iter().map(|rule| Otherwise {
        rule: Arc::clone(rule),
        no_longer: count(rule, &is, &was),
        only_now: count(rule, &was, &is),
    });
    Ok((figures, recognition.collect()))
}
