//! What an award run has to say of grants on record that may cost money twice: nothing of it is
//! decided by the run, since only people know what they meant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::register::GrantDocument;
use super::run::{Award, Candidates, Key};
use crate::events::Subject;
use crate::facts::{PersonFact, Value};
use crate::time::Calendar;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Grants are on record of a rule that the program does not have.
    RuleGone,
    /// Somebody has the same grant more than once: people, or rules, turned out to be one.
    GrantedTwice,
    /// A team gets what a team had whose people it has now.
    TeamRenamed,
    /// Rewards on record are in other money than the budget.
    OtherCurrency,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Notice {
    /// What it is about.
    pub notice: NoticeKind,
    /// What there is to say.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// The ids of the grants that it is about.
    pub grants: Vec<Arc<str>>,
}

/// Teams with their people.
type Teams<'a> = BTreeMap<Arc<str>, Vec<&'a Arc<str>>>;

/// What takes a grant back.
const TAKE_BACK: &str = "`plaudit grants decline` or `plaudit grants revoke`";

impl Candidates<'_> {
    /// Everything that there is to say.
    pub(super) fn notices(&self, on_record: &[GrantDocument], granted: &[Award]) -> Vec<Notice> {
        let mut notices = self.rules_gone(on_record);
        notices.extend(self.granted_twice(on_record));
        notices.extend(self.teams_renamed(on_record, granted));
        notices.extend(self.other_money(on_record));
        notices
    }

    /// A rule that was renamed without `formerly` grants everything again.
    fn rules_gone(&self, on_record: &[GrantDocument]) -> Vec<Notice> {
        let rules: BTreeSet<&str> = self.program.rules().iter().map(|rule| rule.id()).collect();
        let mut gone: BTreeMap<&str, Vec<&GrantDocument>> = BTreeMap::new();
        let mut giving: BTreeSet<&str> = BTreeSet::new();
        for grant in on_record {
            match self.program.present_name(&grant.what.rule) {
                rule if rules.contains(rule) => {
                    giving.insert(rule);
                }
                rule => gone.entry(rule).or_default().push(grant),
            }
        }
        // What rules give that have given nothing yet: one of them may be the one that is gone.
        let mut given: BTreeMap<(String, &str), BTreeSet<&str>> = BTreeMap::new();
        for entitlement in self.entitlements.iter().filter(|_| !gone.is_empty()) {
            if !giving.contains(&*entitlement.rule) {
                let subject = self.latest(&entitlement.subject).key();
                given.entry((subject, &entitlement.key)).or_default().insert(&entitlement.rule);
            }
        }
        let notice = |(old, grants): (&str, Vec<&GrantDocument>)| {
            let mut again: BTreeMap<&str, usize> = BTreeMap::new();
            for grant in &grants {
                let subject = self.latest(&grant.subject).key();
                for rule in given.get(&(subject, &*grant.what.key)).into_iter().flatten() {
                    *again.entry(rule).or_default() += 1;
                }
            }
            let successor = again.into_iter().max_by_key(|(_, number)| *number);
            let (are, number) = (if grants.len() == 1 { "is" } else { "are" }, of(grants.len()));
            let mut message = format!(
                "{number} of the rule `{old}` {are} on record, and no rule goes by that name"
            );
            let help = match successor {
                Some((new, number)) => {
                    // Writing to a text does not fail.
                    let _ =
                        write!(message, "; `{new}` gives {number} of the same to the same again");
                    format!(
                        "if `{old}` is called `{new}` now, write `formerly = [{old:?}]` under \
                         `[rules.{new}]` in program.toml, and nothing is granted twice"
                    )
                }
                None => format!(
                    "if it has another name now, write `formerly = [{old:?}]` under `[rules.NAME]` \
                     in program.toml, or that one grants everything again; if it is gone for good, \
                     nothing needs to be done"
                ),
            };
            Notice { notice: NoticeKind::RuleGone, message, help, grants: ids(&grants) }
        };
        gone.into_iter().map(notice).collect()
    }

    /// Of people who turn out to be one, each may have got what is granted once.
    fn granted_twice(&self, on_record: &[GrantDocument]) -> Vec<Notice> {
        let mut held: BTreeMap<Key, Vec<&GrantDocument>> = BTreeMap::new();
        for grant in on_record.iter().filter(|grant| grant.state.reserves()) {
            held.entry(self.key_of_grant(grant)).or_default().push(grant);
        }
        let twice = held.into_iter().filter(|(_, grants)| grants.len() > 1);
        let notice = |((rule, _, key), grants): (Key, Vec<&GrantDocument>)| {
            let to = match self.latest(&grants[0].subject) {
                Subject::Advocate { advocate } => {
                    // Opting out hides everything while it lasts.
                    self.census.roster.shows(&advocate, self.census.view.as_of).ok()?;
                    advocate.to_string()
                }
                Subject::Team { by, team } => team.map_or(by.to_owned(), |team| team.to_string()),
            };
            let names: BTreeSet<String> = grants
                .iter()
                .map(|grant| match grant.subject.advocate() {
                    Some(name) => format!("`{}` to `{name}`", grant.what.rule),
                    None => format!("`{}`", grant.what.rule),
                })
                .collect();
            let names: Vec<String> = names.into_iter().collect();
            let message = format!(
                "`{to}` has `{key}` of the rule `{rule}` {} times: granted by {}",
                grants.len(),
                names.join(" and by ")
            );
            let help = format!("they stay unless somebody takes one back: {TAKE_BACK}");
            Some(Notice { notice: NoticeKind::GrantedTwice, message, help, grants: ids(&grants) })
        };
        twice.filter_map(notice).collect()
    }

    /// A team has no id but its name: one that is renamed gets everything again. It can be told where
    /// nobody is left in the one that has it and most of the other's people came from there.
    fn teams_renamed(&self, on_record: &[GrantDocument], granted: &[Award]) -> Vec<Notice> {
        // Who is in which team now, once for each kind of team that is asked for.
        let mut now: BTreeMap<&str, Teams<'_>> = BTreeMap::new();
        let mut notices = Vec::new();
        for award in granted {
            let Subject::Team { by, team: Some(new) } = &award.subject else { continue };
            let Some(fact) = PersonFact::TEAMS.iter().find(|fact| fact.name() == *by) else {
                continue;
            };
            let rule = self.program.present_name(&award.what.rule);
            for grant in on_record.iter().filter(|grant| grant.state.reserves()) {
                let Subject::Team { by: same, team: Some(old) } = &grant.subject else { continue };
                let again = same == by
                    && old != new
                    && grant.what.key == award.what.key
                    && self.program.present_name(&grant.what.rule) == rule;
                if !again {
                    continue;
                }
                let teams = now.entry(by).or_insert_with(|| self.teams(*fact));
                let people = teams.get(new).map_or(&[][..], Vec::as_slice);
                let then = Calendar::last_instant(grant.as_of);
                let came = |id: &&&Arc<str>| self.team_of(id, *fact, then).as_ref() == Some(old);
                if teams.contains_key(old) || people.iter().filter(came).count() * 2 <= people.len()
                {
                    continue;
                }
                let message = format!(
                    "`{new}` gets `{}` of the rule `{rule}`, which `{old}` has: nobody is in `{old}` \
                     any more, and most people of `{new}` were",
                    award.what.key
                );
                let help = format!("if it is the same team, one of them is enough: {TAKE_BACK}");
                let grants = vec![Arc::clone(&grant.grant), Arc::clone(&award.grant)];
                notices.push(Notice { notice: NoticeKind::TeamRenamed, message, help, grants });
            }
        }
        notices
    }

    /// The employees of each team now.
    fn teams(&self, by: PersonFact) -> Teams<'_> {
        let (roster, last) = (&self.census.roster, self.census.view.last);
        let mut teams = Teams::new();
        for id in roster.ids().filter(|id| roster.is_active(id, last)) {
            if let Some(team) = self.team_of(id, by, last) {
                teams.entry(team).or_default().push(id);
            }
        }
        teams
    }

    fn team_of(&self, id: &str, by: PersonFact, at: Timestamp) -> Option<Arc<str>> {
        match &self.census.roster.facts(id, at)[by as usize] {
            Value::Text(team) => Some(Arc::clone(team)),
            _ => None,
        }
    }

    /// Money of another currency is another budget: that may be a slip of the pen.
    fn other_money(&self, on_record: &[GrantDocument]) -> Option<Notice> {
        let grants: Vec<&GrantDocument> =
            self.program.in_other_money(self.census.view.as_of, on_record).collect();
        let theirs: BTreeSet<&str> =
            grants.iter().filter_map(|grant| grant.what.currency.as_deref()).collect();
        let theirs: Vec<String> = theirs.into_iter().map(|it| format!("`{it}`")).collect();
        let message = format!(
            "{} of this budget's time in {} and not taken from it: its money is `{}`",
            match grants.len() {
                0 => return None,
                1 => "1 reward is".to_owned(),
                more => format!("{more} rewards are"),
            },
            theirs.join(" and "),
            self.program.manifest.rewards.currency.as_deref().unwrap_or_default(),
        );
        let help =
            "money of another currency is a budget of its own; if only the word has changed, \
                    make the budget smaller by what they cost"
                .to_owned();
        Some(Notice { notice: NoticeKind::OtherCurrency, message, help, grants: ids(&grants) })
    }
}

fn of(number: usize) -> String {
    if number == 1 { "1 grant".to_owned() } else { format!("{number} grants") }
}

fn ids(grants: &[&GrantDocument]) -> Vec<Arc<str>> {
    grants.iter().map(|grant| Arc::clone(&grant.grant)).collect()
}
