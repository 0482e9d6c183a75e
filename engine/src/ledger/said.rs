//! What the rules say of a person's activities: what there is to object to.

use std::sync::Arc;

use jiff::Timestamp;

use super::Ledger;
use crate::error::{Code, Error, Problem, did_you_mean};
use crate::events::{Identity, People};
use crate::facts::Folder;
use crate::program::Rule;
use crate::scoring::Fold;
use crate::timeline::{Records, Timeline};

/// What rules said of an activity.
struct Said {
    activity: Identity,
    /// The rules that gave it a line, and the points of each.
    lines: Vec<(Arc<str>, i64)>,
    /// The guidelines that found something in its post.
    findings: Vec<Arc<str>>,
}

impl Ledger {
    /// The rule that somebody objects to, under its present name, where it said something of them
    /// that can be objected to.
    pub(super) fn objectionable(
        &self,
        advocate: &Arc<str>,
        activity: Option<&Identity>,
        name: &str,
        at: Timestamp,
    ) -> Result<Arc<str>, Error> {
        let present = self.program.present_name(name);
        let mut rules = self.program.rules().iter();
        let Some(rule) = rules.find(|rule| rule.id() == present) else {
            let known = self.program.rules().iter().map(Rule::id);
            return Err(Problem::new(Code::UnknownRule, format!("there is no rule `{name}`"))
                .maybe_help(did_you_mean(name, known))
                .into());
        };
        let id = Arc::clone(rule.shared_id());
        let refused = |message: String, help: &str| {
            Err(Problem::new(Code::NothingSaid, message).help(help).field("rule").into())
        };
        match (rule.folder(), activity) {
            // Nobody keeps drafts, and what somebody did not get has no activity.
            (Folder::Guidelines | Folder::Recognition, None) => Ok(id),
            (Folder::Guidelines | Folder::Scoring, activity) => {
                self.spoke_up(advocate, activity, &id, at).map(|()| id)
            }
            (Folder::Recognition, Some(_)) => refused(
                format!("`{name}` is for what somebody has become, not for one activity"),
                "name the rule alone",
            ),
            (Folder::Coaching | Folder::Lib, _) => refused(
                format!("`{name}` only suggests something, which nobody has to follow"),
                "one can object to an activity's points, to a line or finding of a rule, to what a \
                 guideline said of a draft, and to what a rule of recognition gives or does not give",
            ),
        }
    }

    /// Whether a rule has a line or a finding there; what there is, where it has none.
    fn spoke_up(
        &self,
        advocate: &Arc<str>,
        activity: Option<&Identity>,
        rule: &Arc<str>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut said = self.said_of(advocate, at)?;
        said.retain(|said| activity.is_none_or(|asked| said.activity == *asked));
        let lines = || said.iter().flat_map(|said| said.lines.iter().map(|(rule, _)| rule));
        let findings = || said.iter().flat_map(|said| &said.findings);
        if lines().chain(findings()).any(|known| known == rule) {
            return Ok(());
        }
        let Some(activity) = activity else {
            let message = format!("`{rule}` has given `{advocate}` no line of points");
            return Err(Problem::new(Code::NothingSaid, message)
                .help("name the activity that should have had one, without the rule")
                .field("rule")
                .into());
        };
        let points = said.iter().flat_map(|said| &said.lines);
        let mut there: Vec<String> =
            points.map(|(rule, points)| format!("`{rule}` gave {points}")).collect();
        there.extend(findings().map(|rule| format!("`{rule}` found something")));
        let there = match there.as_slice() {
            [] => "no rule said anything of it".to_owned(),
            some => some.join(", "),
        };
        let message = format!("`{rule}` said nothing of the activity `{}`", activity.id);
        Err(Problem::new(Code::NothingSaid, message)
            .help(format!("{there}; to object to what is missing, name the activity alone"))
            .field("rule")
            .into())
    }

    /// What rules said of somebody's activities before a time.
    fn said_of(&self, advocate: &Arc<str>, as_of: Timestamp) -> Result<Vec<Said>, Error> {
        let (people, assume_consent) = (People::new(), self.assume_consent);
        self.live()?.with_log(|log| {
            let records = Records { log, people: &people, as_of, assume_consent };
            let timeline = Timeline::of(&records);
            let activities = timeline.activities(log, advocate);
            let mut fold = Fold::new(&self.program, &timeline.contents, &timeline.roster);
            (fold.keep_lines, fold.judge) = (true, true);
            let mut said = Vec::with_capacity(activities.len());
            fold.person(advocate, &activities, |scored| {
                said.push(Said {
                    activity: log.identity(scored.activity.place),
                    lines: scored
                        .lines
                        .iter()
                        .map(|line| (Arc::clone(&line.rule), line.points))
                        .collect(),
                    findings: scored.findings.drain(..).map(|(rule, _)| rule).collect(),
                });
            })?;
            Ok(said)
        })
    }
}
