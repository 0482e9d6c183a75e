//! An award run: which entitlements become grants, which are held back, and what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::budget::Budget;
use super::notices::Notice;
use super::register::{GrantDocument, Register, State};
use super::{AwardRun, SOURCE, short_id};
use crate::error::Error;
use crate::events::{Body, Closing, Event, Grant, Granted, Identity, Subject};
use crate::facts::LARGEST;
use crate::program::Program;
use crate::recognition::Entitlement;
use crate::roster::Roster;
use crate::standings::{Census, Origin, Withheld};
use crate::subjects::SubjectFault;

/// Why an entitlement was not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldBack {
    /// A rule failed on one of the person's activities: first it is mended.
    Incomplete,
    /// The budget does not have the money.
    OverBudget,
    /// The budget has no more rewards to give, whatever they cost.
    OverCount,
    /// The budget is for each period, and there is none between seasons.
    BetweenPeriods,
}

/// What an award run grants.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Award {
    /// The id of the grant.
    pub grant: Arc<str>,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// Where it stands.
    pub state: State,
    /// What it is, and why.
    #[serde(flatten)]
    pub what: Grant,
}

/// An entitlement that was held back.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Held {
    /// Why.
    pub why: HeldBack,
    /// What it would be.
    #[serde(flatten)]
    pub award: Award,
}

/// A grant by name: whom it is for, by which rule, and what makes it one of its own.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct NamedGrant {
    /// Its id.
    pub grant: Arc<str>,
    /// Whom it is for.
    #[serde(flatten)]
    pub subject: Subject,
    /// The rule that gives it.
    pub rule: Arc<str>,
    /// Its key.
    pub key: Arc<str>,
}

impl NamedGrant {
    fn of(grant: &Arc<str>, subject: &Subject, what: &Grant) -> Self {
        Self {
            grant: Arc::clone(grant),
            subject: subject.clone(),
            rule: Arc::clone(&what.rule),
            key: Arc::clone(&what.key),
        }
    }
}

/// What has changed since the last award run.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(rename = "SinceLastRun", deny_unknown_fields, transform = crate::schema::written)]
pub struct Since {
    /// The time as of which it was.
    pub as_of: Timestamp,
    /// Who ran it.
    pub by: Arc<str>,
    /// Whether the program has changed.
    pub program_changed: bool,
    /// Grants whose entitlement held then and does not now.
    pub lapsed: Vec<NamedGrant>,
    /// Grants whose entitlement did not hold then and does now.
    pub regained: Vec<NamedGrant>,
    /// What was held back then and is granted now.
    pub released: Vec<NamedGrant>,
}

/// What an award run did, or would do.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Closed {
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// Whether nothing was granted, because only a preview was asked for.
    pub preview: bool,
    /// Who ran it.
    pub by: Arc<str>,
    /// What is granted now.
    pub granted: Vec<Award>,
    /// How many entitlements have been granted before.
    pub kept: usize,
    /// What is held back, and why.
    pub held: Vec<Held>,
    /// How many people took part as of then and have opted out since: they are passed over, and
    /// nobody is told their names.
    pub opted_out: usize,
    /// Grants on record whose entitlement does not hold any more, by rules that are still in force.
    /// They stay; whether one is revoked is for a person to decide.
    pub lapsed: Vec<GrantDocument>,
    /// What the budget comes to after it; nothing between seasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// What has changed since the last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What somebody should look at before money is spent twice.
    pub notices: Vec<Notice>,
    /// Why what rules read of people is not shown, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Rules that failed.
    pub faults: Vec<SubjectFault>,
}

/// Everything that could be granted as of a time.
pub(crate) struct Candidates<'a> {
    pub(crate) program: &'a Program,
    pub(crate) census: &'a Census,
    /// Who is who by everything that is on record, whatever the as-of: a person who got another id
    /// later is the same person.
    pub(crate) names: &'a Roster,
    /// How many people have opted out since.
    pub(crate) opted_out: usize,
    pub(crate) entitlements: &'a [Entitlement],
    pub(crate) faults: &'a [SubjectFault],
    pub(crate) assumed_consent: bool,
    pub(crate) asked: &'a AwardRun<'a>,
}

/// What makes a grant one of its own.
pub(super) type Key = (String, String, Arc<str>);

impl Candidates<'_> {
    /// Decides, upon the grants on record, and gives what goes on record and what is told of it.
    pub(crate) fn close(&self, register: &Register) -> Result<(Vec<Event>, Closed), Error> {
        let (program, view) = (self.program, &self.census.view);
        let on_record = register.grants();
        let known: BTreeMap<Key, &GrantDocument> =
            on_record.iter().map(|grant| (self.key_of_grant(grant), grant)).collect();
        let mut budget = program.budget(view.as_of, &on_record, register.spent());

        let mut entitled: BTreeSet<Key> = BTreeSet::new();
        let mut due: Vec<&Entitlement> = Vec::new();
        for entitlement in self.entitlements {
            let key = self.key(entitlement);
            if entitled.insert(key.clone()) && !known.contains_key(&key) {
                due.push(entitlement);
            }
        }
        let kept = entitled.len() - due.len();

        let rewards: Vec<&Entitlement> = due
            .iter()
            .copied()
            .filter(|entitlement| entitlement.kind == "reward" && !entitlement.incomplete)
            .collect();
        let period = view.period.as_ref().map_or("", |period| &period.name);
        let unpaid: BTreeMap<Key, HeldBack> = match &mut budget {
            Some(budget) => budget
                .share_out(&rewards, &on_record, view.as_of, period, |subject| self.latest(subject))
                .into_iter()
                .map(|(place, why)| (self.key(rewards[place]), why))
                .collect(),
            None => {
                let all = rewards.iter().map(|it| (self.key(it), HeldBack::BetweenPeriods));
                all.collect()
            }
        };

        let (mut granted, mut held) = (Vec::new(), Vec::new());
        for entitlement in due {
            let award = self.award(register, entitlement);
            let why = match entitlement.incomplete {
                true => Some(HeldBack::Incomplete),
                false => unpaid.get(&self.key(entitlement)).copied(),
            };
            match why {
                None => granted.push(award),
                Some(why) => held.push(Held { why, award }),
            }
        }
        let levels = self.levels();
        let lapsed: Vec<GrantDocument> = on_record
            .iter()
            .filter(|grant| !entitled.contains(&self.key_of_grant(grant)))
            .filter(|grant| {
                let (rule, subject, _) = self.key_of_grant(grant);
                let now = levels.get(&(rule, subject, &grant.what.id));
                // A higher level of the same takes the place of a lower one.
                now.is_none_or(|level| *level <= grant.what.level) && self.lapses(grant)
            })
            .cloned()
            .collect();

        let ids = |list: &mut dyn Iterator<Item = &Arc<str>>| -> Vec<Arc<str>> {
            let ids: BTreeSet<Arc<str>> = list.cloned().collect();
            ids.into_iter().collect()
        };
        let closing = Closing {
            program: program.version().into(),
            granted: ids(&mut granted.iter().map(|award| &award.grant)),
            held: ids(&mut held.iter().map(|held| &held.award.grant)),
            lapsed: ids(&mut lapsed.iter().map(|grant| &grant.grant)),
        };
        let backed = known.iter().filter(|(key, _)| entitled.contains(*key)).map(|(_, it)| *it);
        let since = since(register, &closing, &granted, &lapsed, backed);
        let notices = self.notices(&on_record, &granted);
        let events = match self.asked.preview {
            true => Vec::new(),
            false => self.events(register, &granted, closing),
        };
        let mut closed = Closed {
            origin: Origin::of(program, view, self.assumed_consent),
            preview: self.asked.preview,
            by: self.asked.by.into(),
            granted,
            kept,
            held,
            opted_out: self.opted_out,
            lapsed,
            budget,
            since,
            notices,
            withheld: None,
            faults: self.faults.to_vec(),
        };
        if program.manifest.privacy.aggregate_only {
            closed.without_figures_of_people();
        }
        Ok((events, closed))
    }

    /// The rule under its present name, the person under theirs, and the key.
    pub(super) fn key(&self, entitlement: &Entitlement) -> Key {
        let rule = self.program.present_name(&entitlement.rule).to_owned();
        (rule, self.latest(&entitlement.subject).key(), Arc::clone(&entitlement.key))
    }

    pub(super) fn key_of_grant(&self, grant: &GrantDocument) -> Key {
        let rule = self.program.present_name(&grant.what.rule).to_owned();
        (rule, self.latest(&grant.subject).key(), Arc::clone(&grant.what.key))
    }

    /// A person by the id that they have by now.
    pub(super) fn latest(&self, subject: &Subject) -> Subject {
        match subject {
            Subject::Advocate { advocate } => {
                let advocate = Arc::clone(self.names.resolve(advocate, Timestamp::MAX));
                Subject::Advocate { advocate }
            }
            team @ Subject::Team { .. } => team.clone(),
        }
    }

    fn award(&self, register: &Register, entitlement: &Entitlement) -> Award {
        let period = self.census.view.period.as_ref();
        let (rule, subject, key) = self.key(entitlement);
        Award {
            grant: register.free(short_id(&[&rule, &subject, &key])).into(),
            subject: entitlement.subject.clone(),
            state: State::first(entitlement.kind),
            what: Grant {
                rule: Arc::clone(&entitlement.rule),
                kind: entitlement.kind.into(),
                id: Arc::clone(&entitlement.id),
                key: Arc::clone(&entitlement.key),
                period: period.map(|period| Arc::clone(&period.name)),
                level: entitlement.level,
                amount: entitlement.amount.map(|amount| amount.min(LARGEST)),
                currency: entitlement.currency.clone(),
                title: Arc::clone(&entitlement.title),
                message: entitlement.message.as_deref().map(Into::into),
                program: self.program.version().into(),
                evidence: entitlement.evidence.clone(),
            },
        }
    }

    /// Whether it says something that a grant is not backed by an entitlement: not where it was for
    /// a period that is over, where the rule is gone, or where the person is not seen.
    fn lapses(&self, grant: &GrantDocument) -> bool {
        let view = &self.census.view;
        let rule = self.program.present_name(&grant.what.rule);
        let in_force = self
            .program
            .rules()
            .iter()
            .any(|known| known.id() == rule && known.settings().in_force(view.last));
        let period = view.period.as_ref().map(|period| &period.name);
        let of_period = grant.what.period.as_ref().is_some_and(|period| {
            grant.what.key.strip_suffix(&**period).is_some_and(|rest| rest.ends_with('@'))
        });
        // What somebody was shown for is told of its time, too.
        let of_period = of_period || *grant.what.kind == *"spotlight";
        let over = of_period && grant.what.period.as_ref() != period;
        let seen = match &grant.subject {
            Subject::Advocate { advocate } => {
                let advocate = self.census.roster.resolve(advocate, view.last);
                let now = self.names.resolve(advocate, Timestamp::MAX);
                self.census.roster.is_enrolled(advocate, view.last)
                    && !self.names.has_opted_out(now, self.asked.at)
            }
            Subject::Team { .. } => true,
        };
        grant.state.reserves() && in_force && !over && seen
    }

    /// The highest level of each badge that somebody is entitled to, by rule, subject and id.
    fn levels(&self) -> BTreeMap<(String, String, &Arc<str>), Option<i64>> {
        let mut levels = BTreeMap::new();
        for entitlement in self.entitlements {
            let (rule, subject, _) = self.key(entitlement);
            let level = levels.entry((rule, subject, &entitlement.id)).or_default();
            *level = entitlement.level.max(*level);
        }
        levels
    }

    /// What goes on record; nothing where the last run said the same as of the same time.
    fn events(&self, register: &Register, granted: &[Award], closing: Closing) -> Vec<Event> {
        let as_of = self.census.view.as_of;
        let said = register.last_run_as_of(as_of).is_some_and(|last| {
            let before = &last.closing;
            (&before.program, &before.held, &before.lapsed)
                == (&closing.program, &closing.held, &closing.lapsed)
        });
        if granted.is_empty() && said {
            return Vec::new();
        }
        let event = |id: String, body: Body| Event {
            identity: Identity { source: SOURCE.into(), id: id.into() },
            at: as_of,
            body,
            ext: None,
        };
        let mut events: Vec<Event> = granted
            .iter()
            .map(|award| {
                let granted = Granted {
                    to: award.subject.clone(),
                    grant: award.what.clone(),
                    by: self.asked.by.into(),
                };
                event(award.grant.to_string(), Body::Grant(Box::new(granted)))
            })
            .collect();
        let body = Body::Close { closing: Box::new(closing), by: self.asked.by.into() };
        events.push(event(register.next_run(), body));
        events
    }
}

/// What has changed since the last award run; `backed` are the grants that an entitlement backs now.
fn since<'a>(
    register: &Register,
    closing: &Closing,
    granted: &[Award],
    lapsed: &[GrantDocument],
    backed: impl Iterator<Item = &'a GrantDocument>,
) -> Option<Since> {
    let last = register.last_run()?;
    let lapsed_then: BTreeSet<&Arc<str>> = last.closing.lapsed.iter().collect();
    let held_then: BTreeSet<&Arc<str>> = last.closing.held.iter().collect();
    let document = |it: &GrantDocument| NamedGrant::of(&it.grant, &it.subject, &it.what);
    let mut lapsed: Vec<NamedGrant> =
        lapsed.iter().filter(|it| !lapsed_then.contains(&it.grant)).map(document).collect();
    let mut regained: Vec<NamedGrant> =
        backed.filter(|it| lapsed_then.contains(&it.grant)).map(document).collect();
    let mut released: Vec<NamedGrant> = granted
        .iter()
        .filter(|it| held_then.contains(&it.grant))
        .map(|it| NamedGrant::of(&it.grant, &it.subject, &it.what))
        .collect();
    for list in [&mut lapsed, &mut regained, &mut released] {
        list.sort_by(|a, b| a.grant.cmp(&b.grant));
    }
    Some(Since {
        as_of: last.as_of,
        by: Arc::clone(&last.by),
        program_changed: last.closing.program != closing.program,
        lapsed,
        regained,
        released,
    })
}

impl Closed {
    /// Who gets what has to be known to whoever hands it over; what rules read of people is not
    /// for them where figures of people are not shown.
    fn without_figures_of_people(&mut self) {
        self.withheld = Some(Withheld::AggregateOnly);
        let awards =
            self.granted.iter_mut().chain(self.held.iter_mut().map(|held| &mut held.award));
        let awards = awards.map(|award| (&award.subject, &mut award.what));
        let lapsed = self.lapsed.iter_mut().map(|grant| (&grant.subject, &mut grant.what));
        for (subject, what) in awards.chain(lapsed) {
            if matches!(subject, Subject::Advocate { .. }) {
                what.evidence.clear();
            }
        }
    }
}
