//! Which posts would be judged otherwise.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Change, Comparison, Pair, merged, numbers, shortened};
use crate::events::{Log, Place};
use crate::guidelines::Outcome as Verdict;
use crate::severity::Severity;
use crate::simulation::discretion::Discretion;
use crate::simulation::document::{Part, PostChanges, PostSample, Said, VerdictChange};
use crate::simulation::outcome::Post;

/// Posts that go from one verdict to another.
#[derive(Default)]
struct Cell {
    posts: usize,
    authors: BTreeSet<u32>,
}

impl Comparison<'_> {
    pub(super) fn posts(
        &self,
        log: &Log,
        changes: &mut [Change],
        discretion: &mut Discretion,
    ) -> Option<PostChanges> {
        let [before, after] = self.outcomes;
        let mut cells: BTreeMap<(Option<Verdict>, Option<Verdict>), Cell> = BTreeMap::new();
        let (mut stricter, mut milder, mut otherwise) = (0, 0, 0);
        let mut told: Vec<Pair<'_, Post>> = Vec::new();
        let rule = |(row, _): &(u32, Severity)| *row;
        for (was, is) in merged(&before.posts, &after.posts, |was, is| was.place.cmp(&is.place)) {
            let Some(post) = is.or(was) else { continue };
            let found = |post| Option::<&Post>::map_or(post, &[][..], |post| &post.found);
            let (were, are) = (found(was), found(is));
            for (side, [found, other]) in [[were, are], [are, were]].into_iter().enumerate() {
                for finding in found {
                    let change = &mut changes[finding.0 as usize];
                    match side {
                        0 => change.posts.before += 1,
                        _ => change.posts.after += 1,
                    }
                    change.given[side].insert(post.author);
                    // A finding that is only graver or milder is another one, too.
                    if !other.contains(finding) {
                        change.people.insert(post.author);
                    }
                }
            }
            let (verdict_was, verdict_is) =
                (was.map(|post| post.verdict), is.map(|post| post.verdict));
            // Where it is judged under one of the programs only, it is neither.
            if let (Some(before), Some(after)) = (verdict_was, verdict_is) {
                match after.cmp(&before) {
                    Ordering::Greater => stricter += 1,
                    Ordering::Less => milder += 1,
                    Ordering::Equal if !were.iter().map(rule).eq(are.iter().map(rule)) => {
                        otherwise += 1
                    }
                    Ordering::Equal => continue,
                }
            }
            let cell = cells.entry((verdict_was, verdict_is)).or_default();
            cell.posts += 1;
            cell.authors.insert(post.author);
            told.push((was, is));
        }
        if told.is_empty() {
            return None;
        }
        discretion.weigh(Part::Posts, cells.values().map(|cell| cell.authors.len()));
        let step = |(was, is): &Pair<'_, Post>| {
            let weight = |post: &Option<&Post>| post.map_or(0, |post| weight(post.verdict));
            let place: Place = is.or(*was).map_or(0, |post| post.place);
            (Reverse(weight(was).abs_diff(weight(is))), log.order(place))
        };
        told.sort_by(|one, other| step(one).cmp(&step(other)));
        let (told, more) = shortened(told, self.samples(discretion));
        let samples = told.into_iter().filter_map(|(was, is)| self.post(log, was, is)).collect();
        let verdicts = cells
            .into_iter()
            .map(|((before, after), cell)| VerdictChange { before, after, posts: cell.posts })
            .collect();
        let judged = numbers(before.posts.len(), after.posts.len());
        Some(PostChanges { judged, stricter, milder, otherwise, verdicts, samples, more })
    }

    pub(super) fn post(
        &self,
        log: &Log,
        was: Option<&Post>,
        is: Option<&Post>,
    ) -> Option<PostSample> {
        let post = is.or(was)?;
        let identity = log.identity(post.place);
        let said = |post: &Post| Said {
            verdict: post.verdict,
            rules: post.found.iter().map(|(row, _)| self.rows.rows[*row as usize].id()).collect(),
        };
        Some(PostSample {
            source: identity.source,
            id: identity.id,
            advocate: Arc::clone(self.everyone.get(post.author as usize)?),
            at: post.at,
            before: was.map(said),
            after: is.map(said),
        })
    }
}

/// How grave a verdict is.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Clear => 0,
        Verdict::Worst(severity) => severity as u8 + 1,
    }
}
