//! Folds a person's activities into points, in order, under the caps.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::plan::Planned;
use super::{Line, Total, add};
use crate::error::Error;
use crate::events::Place;
use crate::facts::{ActivityFact, PersonFact, PostView, SoFar, Step, World};
use crate::fault::{Fault, retryable};
use crate::findings::{FindingCounts, Judged};
use crate::guidelines::Outcome;
use crate::program::{Kind, Program, Role, evidence};
use crate::roster::{Member, NotCounted, Roster};
use crate::script;
use crate::severity::Severity;
use crate::time::Day;
use crate::timeline::{Contents, Settled};

/// How much of a cap is used, and in which of its periods.
#[derive(Clone, Copy, Debug)]
struct Used {
    period: Option<Day>,
    points: i64,
}

/// What a rule gave one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) points: i64,
    /// Activities for which it gave a line, of 0 points, too.
    pub(crate) activities: u32,
}

/// What came of a rule for an activity, for a fold that can do with it.
#[derive(Clone, Copy, Debug)]
enum Told {
    Gave(Option<i64>),
    /// How it failed, the other one finds out itself.
    Failed,
}

/// What a check says of a published post, by what its author did before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PostVerdict {
    /// Where the log has its activity.
    pub(crate) place: Place,
    pub(crate) at: Timestamp,
    pub(crate) verdict: Outcome,
    /// The guidelines that found something, and how grave it is.
    pub(crate) rules: Vec<(Arc<str>, Severity)>,
}

/// An activity that was just scored.
pub(crate) struct Scored<'s> {
    pub(crate) activity: &'s Settled,
    pub(crate) points: i64,
    /// What the program declares of its kind, where it counts.
    pub(crate) kind: Option<&'s Kind>,
    pub(crate) not_counted: Option<NotCounted>,
    /// Empty unless lines are kept.
    pub(crate) lines: &'s mut Vec<Line>,
    pub(crate) faults: &'s mut Vec<Fault>,
    /// How much each guideline found in the post; empty unless posts are judged.
    pub(crate) findings: &'s mut FindingCounts,
    /// What rules saw of the activity, where it counts.
    pub(crate) world: &'s World,
}

/// Folds people's activities into points, one person after the other.
pub(crate) struct Fold<'a> {
    program: &'a Program,
    contents: &'a Contents,
    roster: &'a Roster,
    version: Arc<str>,
    /// The scoring rules, by their index in the program.
    rules: &'a [usize],
    world: Arc<World>,
    used: Vec<Used>,
    /// What each rule gave the person.
    by_rule: Vec<Given>,
    /// What a check says of the posts of the person who was folded last, where posts are judged.
    pub(crate) verdicts: Vec<PostVerdict>,
    /// Room for a person's activities, taken and given back, so that the memory that is made for
    /// their tallies meanwhile has no gaps in between.
    pub(crate) room: Vec<Settled>,
    pub(crate) keep_lines: bool,
    /// The rules, by their place, whose results another fold of the same activities can do with.
    shared: Vec<bool>,
    /// What these gave the person, in order: told by this fold, or heard from the other one.
    told: Vec<Told>,
    /// The next to be heard; nothing where this fold is the one that tells.
    next_told: Option<usize>,
    /// Whether published posts are judged by the guidelines, too.
    pub(crate) judge: bool,
    /// Calls of rules for the person at hand.
    calls: u64,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(program: &'a Program, contents: &'a Contents, roster: &'a Roster) -> Self {
        Self {
            program,
            contents,
            roster,
            version: program.version().into(),
            rules: &program.plan.rules,
            world: Arc::new(World::new(Arc::clone(&program.view))),
            used: Vec::new(),
            by_rule: Vec::new(),
            verdicts: Vec::new(),
            room: Vec::new(),
            shared: Vec::new(),
            told: Vec::new(),
            next_told: None,
            keep_lines: false,
            judge: false,
            calls: 0,
        }
    }

    /// Shares the results of rules, by their ids, with another fold of the same activities.
    pub(crate) fn share(&mut self, rules: &HashSet<&str>) {
        let is_shared = |rule: &usize| rules.contains(self.program.rules[*rule].id());
        self.shared = self.rules.iter().map(is_shared).collect();
    }

    /// Hears what another fold told of the person whom it folded last.
    pub(crate) fn hear(&mut self, other: &mut Fold<'_>) {
        self.told.clear();
        std::mem::swap(&mut self.told, &mut other.told);
        self.next_told = Some(0);
    }

    /// Folds one person's activities, which are in order, and shows each as it is scored.
    pub(crate) fn person(
        &mut self,
        advocate: &Arc<str>,
        activities: &[Settled],
        mut show: impl FnMut(&mut Scored<'_>),
    ) -> Result<Total, Error> {
        let world = unique(&mut self.world);
        world.so_far = SoFar::default();
        self.used.clear();
        self.used.resize(self.program.manifest.caps.len(), Used { period: None, points: 0 });
        self.verdicts.clear();
        if self.next_told.is_none() {
            self.told.clear();
        }
        self.by_rule.clear();
        self.by_rule.resize(self.rules.len(), Given::default());
        let mut total = Total { advocate: Arc::clone(advocate), ..Total::default() };
        let (mut lines, mut faults, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let member = self.roster.member(advocate).map(|member| &**member);
        for activity in activities {
            lines.clear();
            faults.clear();
            findings.clear();
            let admitted = admitted(self.program, self.roster, member, activity);
            let mut points = 0;
            if let Ok(kind) = admitted {
                let judged;
                (points, judged) =
                    self.activity(member, activity, kind, &mut lines, &mut faults)?;
                let missing = !faults.is_empty();
                if let Some(judged) = judged.filter(|_| self.judge) {
                    // A check looks back, and says where points may be missing.
                    let missing_before = total.incomplete && self.program.plan.looks_back;
                    let least = if missing_before { Outcome::FAULT } else { Outcome::Clear };
                    let found = judged.findings.iter().zip(&judged.severities);
                    let found = found.map(|((rule, _), severity)| (Arc::clone(rule), *severity));
                    self.verdicts.push(PostVerdict {
                        place: activity.place,
                        at: activity.at,
                        verdict: judged.verdict.max(least),
                        rules: found.collect(),
                    });
                    let failed;
                    (findings, failed) = judged.counted();
                    faults.extend(failed);
                }
                unique(&mut self.world).so_far.add(points);
                total.activities += 1;
                total.points = add(total.points, points)?;
                total.incomplete |= missing;
            }
            show(&mut Scored {
                activity,
                points,
                kind: admitted.ok().map(|(_, kind)| kind),
                not_counted: admitted.err(),
                lines: &mut lines,
                faults: &mut faults,
                findings: &mut findings,
                world: &self.world,
            });
        }
        self.program.called(std::mem::take(&mut self.calls));
        total.rules = self
            .by_rule()
            .map(|(rule, given)| (Arc::clone(self.program.rules[rule].shared_id()), given.points))
            .collect();
        Ok(total)
    }

    /// What each rule gave the person who was folded last, by its index in the program; rules that
    /// gave no line are left out.
    pub(crate) fn by_rule(&self) -> impl Iterator<Item = (usize, Given)> {
        let rules = self.rules.iter().copied();
        rules.zip(self.by_rule.iter().copied()).filter(|(_, given)| given.activities > 0)
    }

    /// The record of the person who was folded last.
    pub(crate) fn into_so_far(mut self) -> SoFar {
        std::mem::take(&mut unique(&mut self.world).so_far)
    }

    /// Scores one activity that counts, and takes it into the record; with what the guidelines say of
    /// its post, where that was asked.
    fn activity(
        &mut self,
        advocate: Option<&Member>,
        activity: &Settled,
        kind: (&'a Arc<str>, &'a Kind),
        lines: &mut Vec<Line>,
        faults: &mut Vec<Fault>,
    ) -> Result<(i64, Option<Judged>), Error> {
        let manifest = &self.program.manifest;
        let day = manifest.calendar.day(activity.at);
        self.show_world(advocate, activity, kind, day);
        let held_back_from = manifest.held_back_from;
        let is_judged = activity.post.is_some() && (self.judge || held_back_from.is_some());
        let judged = is_judged.then(|| self.judged(activity, kind)).transpose()?;
        let held_back_by = self.held_back_by(activity, judged.as_ref());
        let mut sum = 0;
        let program = self.program;
        for Planned { rule: index, rest } in program.plan.of_kind(kind.1) {
            let rule_index = self.rules[*index];
            let rule = &program.rules[rule_index];
            if !rule.settings().in_force(activity.at) {
                continue;
            }
            let (file, function) = (program.file_of(rule), program.function_of(rule));
            let run = || {
                let all = (file, function);
                let result = program.sandbox.rest_of(rest, all, rule_index, &self.world);
                result.and_then(script::Given::points)
            };
            let is_shared = self.shared.get(*index).is_some_and(|shared| *shared);
            let heard = self.next_told.filter(|_| is_shared).and_then(|next| {
                self.next_told = Some(next + 1);
                self.told.get(next).copied()
            });
            self.calls += u64::from(!matches!(heard, Some(Told::Gave(_))));
            let earned = match heard {
                Some(Told::Gave(earned)) => Ok(earned),
                Some(Told::Failed) | None => run(),
            };
            if is_shared && self.next_told.is_none() {
                self.told.push(earned.as_ref().map_or(Told::Failed, |earned| Told::Gave(*earned)));
            }
            let earned = match earned {
                Ok(Some(earned)) => earned,
                Ok(None) => continue,
                Err(failure) => {
                    retryable(rule, &failure)?;
                    faults.push(Fault::new(rule, failure));
                    continue;
                }
            };
            let (points, capped_by) = match held_back_by.is_empty() {
                true => self.clip(*index, earned, day),
                false => (0, Vec::new()),
            };
            sum = add(sum, points)?;
            let given = &mut self.by_rule[*index];
            *given = Given {
                points: add(given.points, points)?,
                activities: given.activities.saturating_add(1),
            };
            if self.keep_lines {
                // Only what gave something has to say why.
                self.calls += 1;
                let (_, reads) = program.sandbox.run(file, function, rule_index, &self.world);
                lines.push(Line {
                    rule: Arc::clone(rule.shared_id()),
                    title: rule.title().into(),
                    help: rule.help().into(),
                    program: Arc::clone(&self.version),
                    earned,
                    points,
                    capped_by,
                    held_back_by: held_back_by.clone(),
                    evidence: evidence(rule.folder(), reads),
                });
            }
        }
        Ok((sum, judged))
    }

    /// The guidelines that hold the points of an activity back: what is grave in its post, unless
    /// somebody objected to it and was right.
    fn held_back_by(&self, activity: &Settled, judged: Option<&Judged>) -> Vec<Arc<str>> {
        let (Some(judged), Some(severity)) = (judged, self.program.manifest.held_back_from) else {
            return Vec::new();
        };
        let upheld = |rule: &str| {
            let mut upheld = activity.upheld.iter();
            upheld.any(|(_, disputed)| self.program.present_name(disputed) == rule)
        };
        judged.at_least(severity).filter(|rule| !upheld(rule)).cloned().collect()
    }

    /// What the guidelines say of the post of an activity, by what its advocate did before.
    fn judged(&mut self, activity: &Settled, kind: (&Arc<str>, &Kind)) -> Result<Judged, Error> {
        // A post has no kind: what was done before with the same content counts whatever it was.
        let day = self.program.manifest.calendar.day(activity.at);
        let look = |kind, world: &mut Arc<World>| {
            look(self.program, &mut unique(world).so_far, activity, kind, day);
        };
        look(None, &mut self.world);
        let judged = self.program.judged(&self.world, activity.at);
        look(Some(kind), &mut self.world);
        judged
    }

    pub(crate) fn roster(&self) -> &'a Roster {
        self.roster
    }

    /// Fills the world with an activity.
    fn show_world(
        &mut self,
        advocate: Option<&Member>,
        activity: &Settled,
        kind: (&Arc<str>, &Kind),
        day: Day,
    ) {
        let post = activity.post.as_ref().and_then(|post| {
            let mut post = Arc::clone(post);
            if post.channel.is_none() {
                Arc::make_mut(&mut post).channel = activity.text(ActivityFact::Channel).cloned();
            }
            if post.content.is_none()
                && let Some(content) = &activity.content
            {
                Arc::make_mut(&mut post).content =
                    Some(crate::post::Shared::Id(Arc::clone(content)));
            }
            let content_of = |id: &str| self.contents.get(id).map(|known| known.content.clone());
            self.program.post_view(post, &content_of, activity.at).ok()
        });
        let content = activity.content.as_ref().and_then(|id| self.contents.get(id));
        let content = content.map(|known| &known.content);
        let person = advocate.and_then(|advocate| advocate.facts(activity.at));
        let person = person.unwrap_or_else(|| PersonFact::nobody());
        let world = unique(&mut self.world);
        // Counting who holds it takes longer than to look whether it is the same.
        if !Arc::ptr_eq(&world.person, person) {
            world.person = Arc::clone(person);
        }
        world.show_activity(&activity.stated);
        world.lay(ActivityFact::Style, Arc::clone(&kind.1.style));
        world.lay(ActivityFact::Weekday, day.weekday());
        world.lay(ActivityFact::HasCounterpart, activity.counterpart.is_some());
        if let Some(content) = content {
            world.lay(ActivityFact::Origin, content.origin.map(crate::post::Origin::name));
            world.lay(ActivityFact::Campaign, content.campaign.clone());
        }
        if let Some(PostView { post, .. }) = &post {
            world.lay(ActivityFact::Ghostwritten, post.ghostwritten);
            world.lay(ActivityFact::OwnPhoto, post.has_own_photo());
        }
        world.post = post;
        look(self.program, &mut world.so_far, activity, Some(kind), day);
    }

    /// What the caps leave of a rule's points; they clip exactly, in the order of rules.
    fn clip(&mut self, rule: usize, earned: i64, day: Day) -> (i64, Vec<Arc<str>>) {
        let Program { manifest, plan, .. } = self.program;
        let mut points = earned;
        let mut capped_by = Vec::new();
        for cap in plan.caps_of(rule) {
            let limit = &manifest.caps[*cap];
            let period = manifest.calendar.start_of(limit.per, day);
            let used = &mut self.used[*cap];
            if used.period != Some(period) {
                *used = Used { period: Some(period), points: 0 };
            }
            let room = limit.points - used.points;
            if earned > room {
                capped_by.push(Arc::clone(&limit.name));
            }
            points = points.min(room);
        }
        for cap in plan.caps_of(rule) {
            self.used[*cap].points += points;
        }
        (points, capped_by)
    }
}

/// Looks at the record so far from an activity.
fn look(
    program: &Program,
    so_far: &mut SoFar,
    activity: &Settled,
    kind: Option<(&Arc<str>, &Kind)>,
    day: Day,
) {
    let manifest = &program.manifest;
    let step = kind.map(|(_, kind)| kind).map_or(Step::Other, |kind| match kind.role {
        Some(Role::Training) => Step::Training(day.plus(manifest.learning.action_days)),
        _ if &*kind.style == "listener" => Step::Other,
        _ => Step::Action,
    });
    so_far.look_from(
        (day, manifest.calendar.week(day)),
        kind.map(|(name, _)| Arc::clone(name)),
        activity.content.clone(),
        activity.counterpart.clone(),
        step,
    );
}

/// The kind of an activity, with what the program declares of it; where the activity does not count,
/// why. `advocate` is who did it.
pub(crate) fn admitted<'p>(
    program: &'p Program,
    roster: &Roster,
    advocate: Option<&Member>,
    activity: &Settled,
) -> Result<(&'p Arc<str>, &'p Kind), NotCounted> {
    roster.admits_member(advocate, activity.at)?;
    let kind = activity.text(ActivityFact::Kind);
    let declared = kind.and_then(|kind| program.manifest.kinds.get_key_value(kind));
    let kind = declared.ok_or(NotCounted::UndeclaredKind)?;
    if undeclared_channel(program, activity).is_some() {
        return Err(NotCounted::UndeclaredChannel);
    }
    if activity.counterpart.as_ref() == Some(&activity.advocate) {
        return Err(NotCounted::OwnCounterpart);
    }
    Ok(kind)
}

/// The channel of an activity or of its post that the program does not declare.
pub(super) fn undeclared_channel<'a>(
    program: &Program,
    activity: &'a Settled,
) -> Option<&'a Arc<str>> {
    let own = activity.text(ActivityFact::Channel);
    let of_post = activity.post.as_ref().and_then(|post| post.channel.as_ref());
    let declared = &program.manifest.channels;
    own.into_iter().chain(of_post).find(|channel| !declared.contains_key(*channel))
}

/// The world between two evaluations, when no script holds it.
fn unique(world: &mut Arc<World>) -> &mut World {
    // Nobody has a weak one.
    if Arc::strong_count(world) > 1 {
        // Only a script that kept a fact object could hold it, which the checker refuses.
        let mut fresh = World::new(Arc::clone(&world.program));
        fresh.person = Arc::clone(&world.person);
        fresh.so_far = world.so_far.clone();
        *world = Arc::new(fresh);
    }
    #[expect(clippy::expect_used, reason = "it was just made, or found to be held by nobody else")]
    Arc::get_mut(world).expect("held once")
}
