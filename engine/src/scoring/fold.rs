//! Folds a person's activities into points, in order, under the caps.

use std::sync::Arc;

use super::{Line, Total, add};
use crate::error::Error;
use crate::facts::{ActivityFact, Folder, Object, PersonFact, SoFar, Value, World, fill};
use crate::fault::{Fault, retryable};
use crate::findings::FindingCounts;
use crate::program::{Program, Rule, evidence};
use crate::roster::{Member, NotCounted, Roster};
use crate::script::Given;
use crate::time::Day;
use crate::timeline::{Contents, Settled};

/// How much of a cap is used, and in which of its periods.
#[derive(Clone, Copy, Debug)]
struct Used {
    period: Option<Day>,
    points: i64,
}

/// An activity that was just scored.
pub(crate) struct Scored<'s> {
    pub(crate) activity: &'s Settled,
    pub(crate) points: i64,
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
    rules: Vec<(usize, &'a Rule)>,
    /// For each rule, the caps that it counts under.
    caps_of: Vec<Vec<usize>>,
    world: Arc<World>,
    used: Vec<Used>,
    /// The person's points by rule, for rules that gave a line.
    rule_points: Vec<Option<i64>>,
    pub(crate) keep_lines: bool,
    /// Whether published posts are judged by the guidelines, too.
    pub(crate) judge: bool,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(program: &'a Program, contents: &'a Contents, roster: &'a Roster) -> Self {
        let rules: Vec<(usize, &Rule)> = program.rules_of(Folder::Scoring).collect();
        let caps = &program.manifest.caps;
        let caps_of = rules
            .iter()
            .map(|(_, rule)| {
                let covers =
                    |cap: &usize| caps[*cap].rules.iter().any(|(name, _)| name == rule.id());
                (0..caps.len()).filter(covers).collect()
            })
            .collect();
        Self {
            program,
            contents,
            roster,
            version: program.version().into(),
            rules,
            caps_of,
            world: Arc::new(World::new(Arc::clone(&program.view))),
            used: Vec::new(),
            rule_points: Vec::new(),
            keep_lines: false,
            judge: false,
        }
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
        self.rule_points.clear();
        self.rule_points.resize(self.rules.len(), None);
        let mut total = Total { advocate: Arc::clone(advocate), ..Total::default() };
        let (mut lines, mut faults, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let member = self.roster.member(advocate).map(|member| &**member);
        for activity in activities {
            lines.clear();
            faults.clear();
            findings.clear();
            let not_counted = refusal(self.program, self.roster, member, activity);
            let mut points = 0;
            if not_counted.is_none() {
                points = self.activity(member, activity, &mut lines, &mut faults)?;
                let missing = !faults.is_empty();
                if self.judge && activity.post.is_some() {
                    (findings, faults) = self.judged(activity, faults)?;
                }
                unique(&mut self.world).so_far.add(points);
                total.activities += 1;
                total.points = add(total.points, points)?;
                total.incomplete |= missing;
            }
            show(&mut Scored {
                activity,
                points,
                not_counted,
                lines: &mut lines,
                faults: &mut faults,
                findings: &mut findings,
                world: &self.world,
            });
        }
        total.rules = self
            .rules
            .iter()
            .zip(&self.rule_points)
            .filter_map(|((_, rule), points)| Some((Arc::clone(rule.shared_id()), (*points)?)))
            .collect();
        Ok(total)
    }

    /// The record of the person who was folded last.
    pub(crate) fn into_so_far(mut self) -> SoFar {
        std::mem::take(&mut unique(&mut self.world).so_far)
    }

    /// Scores one activity that counts, and takes it into the record.
    fn activity(
        &mut self,
        advocate: Option<&Member>,
        activity: &Settled,
        lines: &mut Vec<Line>,
        faults: &mut Vec<Fault>,
    ) -> Result<i64, Error> {
        let calendar = &self.program.manifest.calendar;
        let day = calendar.day(activity.at);
        let kind = activity.text(ActivityFact::Kind).cloned().unwrap_or_default();
        self.show_world(advocate, activity, &kind, day);
        let mut sum = 0;
        for index in 0..self.rules.len() {
            let (rule_index, rule) = self.rules[index];
            if !rule.settings().in_force(activity.at) {
                continue;
            }
            let program = self.program;
            let (file, function) = (program.file_of(rule), program.function_of(rule));
            let (result, reads) = if self.keep_lines {
                program.sandbox.run(file, function, rule_index, &self.world)
            } else {
                // Evidence is rebuilt when somebody asks for it.
                (program.sandbox.result(file, function, rule_index, &self.world), Vec::new())
            };
            let earned = match result.and_then(Given::points) {
                Ok(Some(earned)) => earned,
                Ok(None) => continue,
                Err(failure) => {
                    retryable(rule, &failure)?;
                    faults.push(Fault::new(rule, failure));
                    continue;
                }
            };
            let (points, capped_by) = self.clip(index, earned, day);
            sum = add(sum, points)?;
            let so_far = self.rule_points[index].unwrap_or(0);
            self.rule_points[index] = Some(add(so_far, points)?);
            if self.keep_lines {
                lines.push(Line {
                    rule: Arc::clone(rule.shared_id()),
                    title: rule.title().into(),
                    help: rule.help().into(),
                    program: Arc::clone(&self.version),
                    earned,
                    points,
                    capped_by,
                    evidence: evidence(rule.folder(), reads),
                });
            }
        }
        Ok(sum)
    }

    /// What the guidelines find in the post of an activity, by what its advocate did before, and
    /// the faults with those of guidelines that failed.
    fn judged(
        &mut self,
        activity: &Settled,
        mut faults: Vec<Fault>,
    ) -> Result<(FindingCounts, Vec<Fault>), Error> {
        // A post has no kind: what was done before with the same content counts whatever it was.
        self.look(activity, None);
        let (findings, failed) = self.program.findings_of(&self.world, activity.at)?;
        faults.extend(failed);
        self.look(activity, activity.text(ActivityFact::Kind).cloned());
        Ok((findings, faults))
    }

    /// Looks at the record so far from an activity.
    fn look(&mut self, activity: &Settled, kind: Option<Arc<str>>) {
        let calendar = &self.program.manifest.calendar;
        let day = calendar.day(activity.at);
        unique(&mut self.world).so_far.look_from(
            (day, calendar.week(day)),
            kind,
            activity.content.clone(),
            activity.counterpart.clone(),
        );
    }

    pub(crate) fn roster(&self) -> &'a Roster {
        self.roster
    }

    /// Fills the world with an activity.
    fn show_world(
        &mut self,
        advocate: Option<&Member>,
        activity: &Settled,
        kind: &Arc<str>,
        day: Day,
    ) {
        let manifest = &self.program.manifest;
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
        let person = person.map_or_else(PersonFact::nobody, Arc::clone);
        let world = unique(&mut self.world);
        world.person = person;
        fill(Object::Activity, &activity.stated, &mut world.activity);
        let mut set = |fact: ActivityFact, value: Value| world.activity[fact as usize] = value;
        let style = manifest.kinds.get(kind).map(|kind| Arc::clone(&kind.style));
        set(ActivityFact::Style, style.into());
        set(ActivityFact::Weekday, day.weekday().into());
        set(ActivityFact::HasCounterpart, activity.counterpart.is_some().into());
        if let Some(content) = content {
            for (fact, value) in [
                (ActivityFact::Origin, content.origin.map(crate::post::Origin::name).into()),
                (ActivityFact::Campaign, Value::from(content.campaign.clone())),
            ] {
                if world.activity[fact as usize] == Value::Unknown {
                    world.activity[fact as usize] = value;
                }
            }
        }
        let stated =
            |fact: ActivityFact| activity.stated.iter().any(|(slot, _)| *slot == fact as u8);
        if !stated(ActivityFact::Ghostwritten) {
            let by_post = post.as_ref().is_some_and(|post| post.post.ghostwritten);
            world.activity[ActivityFact::Ghostwritten as usize] = by_post.into();
        }
        if !stated(ActivityFact::OwnPhoto) {
            let by_post = post.as_ref().is_some_and(|post| post.post.has_own_photo());
            world.activity[ActivityFact::OwnPhoto as usize] = by_post.into();
        }
        world.post = post;
        self.look(activity, Some(Arc::clone(kind)));
    }

    /// What the caps leave of a rule's points; they clip exactly, in the order of rules.
    fn clip(&mut self, rule: usize, earned: i64, day: Day) -> (i64, Vec<Arc<str>>) {
        let manifest = &self.program.manifest;
        let mut points = earned;
        let mut capped_by = Vec::new();
        for cap in &self.caps_of[rule] {
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
        for cap in &self.caps_of[rule] {
            self.used[*cap].points += points;
        }
        (points, capped_by)
    }
}

/// Why an activity does not count, where it does not; `advocate` is who did it.
pub(crate) fn refusal(
    program: &Program,
    roster: &Roster,
    advocate: Option<&Member>,
    activity: &Settled,
) -> Option<NotCounted> {
    if let Err(why) = roster.admits_member(advocate, activity.at) {
        return Some(why);
    }
    let kind = activity.text(ActivityFact::Kind);
    if !kind.is_some_and(|kind| program.manifest.kinds.contains_key(kind)) {
        return Some(NotCounted::UndeclaredKind);
    }
    if undeclared_channel(program, activity).is_some() {
        return Some(NotCounted::UndeclaredChannel);
    }
    if activity.counterpart.as_ref() == Some(&activity.advocate) {
        return Some(NotCounted::OwnCounterpart);
    }
    None
}

/// The channel of an activity or of its post that the program does not declare.
pub(super) fn undeclared_channel(program: &Program, activity: &Settled) -> Option<Arc<str>> {
    let own = activity.text(ActivityFact::Channel).cloned();
    let of_post = activity.post.as_ref().and_then(|post| post.channel.clone());
    let declared = &program.manifest.channels;
    [own, of_post].into_iter().flatten().find(|channel| !declared.contains_key(channel))
}

/// The world between two evaluations, when no script holds it.
fn unique(world: &mut Arc<World>) -> &mut World {
    if Arc::get_mut(world).is_none() {
        // Only a script that kept a fact object could hold it, which the checker refuses.
        let mut fresh = World::new(Arc::clone(&world.program));
        fresh.person = Arc::clone(&world.person);
        fresh.so_far = world.so_far.clone();
        *world = Arc::new(fresh);
    }
    #[expect(clippy::expect_used, reason = "it was just made, or found to be held by nobody else")]
    Arc::get_mut(world).expect("held once")
}
