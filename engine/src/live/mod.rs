//! Standings that follow events as they are accepted: the same answers as a rebuild from the
//! beginning, always, at the cost of those whom an event touches.
//!
//! A person's tally is kept until an event that may change it is recorded, or until as-of passes
//! one that was recorded for later. Any number of threads may record and ask at once.

mod index;
mod kept;
mod past;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use dashmap::DashMap;
use jiff::Timestamp;

use self::index::Index;
use self::kept::Kept;
use self::past::{OnRecord, Posts};
use crate::coaching::Coaching;
use crate::disputes::{DisputeDocument, disputes};
use crate::error::{Code, Error, Problem};
use crate::events::{Body, Event, Identity, Kind, Log, Market, Meeting, People};
use crate::facts::Folder;
use crate::guidelines::{CheckContext, Verdict};
use crate::history::History;
use crate::links::Links;
use crate::pairing::Pairing;
use crate::post::Post;
use crate::program::Program;
use crate::recognition::{Entitlement, Entitlements};
use crate::roster::Roster;
use crate::scoring::{Explanation, Fold, Scores};
use crate::standings::{
    BoardQuestion, Census, FigureExplanation, Leaderboard, StandingDocument, TeamQuestion,
    TeamsDocument, Ties, Viewpoint, kept_of,
};
use crate::subjects::{SubjectFault, Who};
use crate::threads::each;
use crate::timeline::{Contents, Records, Timeline, contents, market, meetings};

/// So many people are counted before others have their turn.
const AT_A_TIME: usize = 8;

/// Whether an event was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was taken in.
    New,
    /// It was there already and changed nothing.
    Known,
}

/// Standings that follow events as they are accepted.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), plaudit_engine::Error> {
/// use std::sync::Arc;
///
/// use plaudit_engine::Program;
/// use plaudit_engine::events::{Format, read_people, read_record};
/// use plaudit_engine::live::Live;
///
/// let people = r#"{"id": "ada", "consent": true, "aliases": ["@ada"]}"#;
/// let people = read_people(people.as_bytes(), "people", Format::JsonLines)?;
/// let live = Live::new(Arc::new(Program::load("../rules")?), people, false);
/// let share = r#"{"id": "1", "advocate": "@ada", "kind": "share", "at": "2026-06-01T09:00:00Z"}"#;
/// live.record(read_record(share, "event")?)?;
///
/// let as_of = "2026-07-01T00:00:00Z".parse().expect("a time");
/// let standing = live.standing("@ada", as_of)?;
/// assert_eq!(standing.advocate.as_ref(), "ada");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Live {
    program: Arc<Program>,
    people: People,
    assume_consent: bool,
    state: RwLock<State>,
    tallies: DashMap<Arc<str>, Arc<Kept>>,
    posts: RwLock<Posts>,
}

/// The accepted events, and where to find what.
#[derive(Debug)]
struct State {
    log: Log,
    links: Arc<Links>,
    index: Index,
    /// The times of what people, content, meetings and the market are worked out from, in order.
    times: Vec<Timestamp>,
    /// Of the times that were asked for last: a check asks for its own, and for all that is known.
    grounds: RwLock<[Option<Arc<Ground>>; 2]>,
}

impl State {
    fn over(people: &People, log: Log) -> Self {
        let (index, links) = std::thread::scope(|scope| {
            let links = scope.spawn(|| Links::of(&log));
            let index = Index::of(people, &log);
            (index, links.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let dated = people.records().filter_map(|person| person.at);
        let others = log.others().filter(|(_, event)| matters_to_all(&event.body));
        let mut times: Vec<Timestamp> = dated.chain(others.map(|(_, event)| event.at)).collect();
        let retractions = log.places().filter(|place| log.kind(*place) == Kind::Retraction);
        times.extend(retractions.map(|place| log.at(place)));
        times.sort_unstable();
        State { log, links: Arc::new(links), index, times, grounds: RwLock::default() }
    }

    /// Everyone who may be seen as of a time: who is on record and, of others, who did something.
    fn everyone(&self, roster: &Roster, as_of: Timestamp) -> Vec<Arc<str>> {
        let others = self.index.people().filter(|name| roster.member(name).is_none());
        let everyone: BTreeSet<&Arc<str>> = roster.ids().chain(others).collect();
        let shown = everyone.into_iter().filter(|id| roster.shows(id, as_of).is_ok());
        shown.cloned().collect()
    }
}

/// What everyone's tally is worked out upon.
#[derive(Debug)]
struct Ground {
    /// How many of the times were before as-of.
    seen: usize,
    roster: Arc<Roster>,
    ties: Arc<Ties>,
    contents: Arc<Contents>,
    meetings: Arc<[(Timestamp, Meeting)]>,
    market: Arc<[(Timestamp, Market)]>,
}

/// What everyone and every team is entitled to.
#[derive(Debug)]
pub(crate) struct Entitled {
    pub(crate) census: Census,
    /// Who is who by everything on record, whatever the as-of.
    pub(crate) names: Arc<Roster>,
    /// How many people took part as of then and have opted out since.
    pub(crate) opted_out: usize,
    pub(crate) entitlements: Vec<Entitlement>,
    pub(crate) faults: Vec<SubjectFault>,
}

impl Live {
    /// Standings without any event yet.
    pub fn new(program: Arc<Program>, people: People, assume_consent: bool) -> Self {
        Self::over(program, people, Log::new(), assume_consent)
    }

    /// Standings over events that are at hand.
    pub fn over(program: Arc<Program>, people: People, log: Log, assume_consent: bool) -> Self {
        let state = State::over(&people, log);
        Self {
            program,
            people,
            assume_consent,
            state: RwLock::new(state),
            tallies: DashMap::new(),
            posts: RwLock::default(),
        }
    }

    /// Forgets everything that was worked out, and goes on over other events.
    pub(crate) fn start_anew(&self, log: Log) {
        let next = State::over(&self.people, log);
        // Whoever works something out holds the state: nothing old is kept behind it.
        let mut state = self.write();
        *state = next;
        self.tallies.clear();
        *self.posts.write().unwrap_or_else(PoisonError::into_inner) = Posts::default();
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event in.
    ///
    /// # Errors
    ///
    /// Another event is there under the same identity: it stays, and nothing is changed.
    pub fn record(&self, event: Event) -> Result<Recorded, Error> {
        let mut state = self.write();
        let state = &mut *state;
        let (identity, at) = (event.identity.clone(), event.at);
        let matters_to_all = matters_to_all(&event.body);
        let place = state.log.places().end;
        if state.log.add(event).is_err() {
            let message = format!(
                "another event is on record under the id `{}` of `{}`",
                identity.id, identity.source
            );
            return Err(Problem::new(Code::Conflict, message).help(crate::events::EDITED).into());
        }
        if state.log.places().end == place {
            return Ok(Recorded::Known);
        }
        Arc::make_mut(&mut state.links).add(&state.log, place);
        state.index.add(&state.log, place);
        if matters_to_all {
            let next = state.times.partition_point(|time| *time <= at);
            state.times.insert(next, at);
            *state.grounds.get_mut().unwrap_or_else(PoisonError::into_inner) = [None, None];
        }
        if !self.tallies.is_empty() {
            for name in state.index.touched(&state.log, &state.links, place) {
                self.tallies.remove(&name);
            }
        }
        Ok(Recorded::New)
    }

    /// How many different events are on record.
    pub fn len(&self) -> usize {
        self.read().log.len()
    }

    /// Whether there is no event yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What an advocate has become, as [`Program::standing`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn standing(&self, advocate: &str, as_of: Timestamp) -> Result<StandingDocument, Error> {
        let census = self.census(as_of, Some(advocate), true)?;
        self.program.only_standing(&census, self.assume_consent)
    }

    /// What everyone has become, as [`Program::standings`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn standings(&self, as_of: Timestamp) -> Result<Vec<StandingDocument>, Error> {
        let census = self.census(as_of, None, true)?;
        Ok(self.program.standing_documents(&census, self.assume_consent))
    }

    /// Who brought how much, as [`Program::leaderboard`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn leaderboard(
        &self,
        question: &BoardQuestion,
        as_of: Timestamp,
    ) -> Result<Leaderboard, Error> {
        let census = self.census(as_of, None, false)?;
        self.program.board(&census, question, self.assume_consent)
    }

    /// The figures of teams, as [`Program::teams`] says them.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn teams(&self, question: &TeamQuestion, as_of: Timestamp) -> Result<TeamsDocument, Error> {
        let census = self.census(as_of, None, false)?;
        let kept = self.with_log(|log| kept_of(log, as_of));
        self.program.teams_document(&census, question, &kept, self.assume_consent)
    }

    /// What people and teams are entitled to, as [`Program::recognize`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn recognize(
        &self,
        advocate: Option<&str>,
        as_of: Timestamp,
    ) -> Result<Entitlements, Error> {
        let judge = self.program.asks_findings(Folder::Recognition);
        let census = self.census(as_of, None, judge)?;
        self.program.recognized(&census, advocate, self.assume_consent)
    }

    /// Who takes part as of a time, by all their names.
    pub fn roster(&self, as_of: Timestamp) -> Arc<Roster> {
        Arc::clone(&self.ground(&self.read(), as_of).roster)
    }

    /// The program that it is looked at with.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// Whether people are taken for willing where nothing is on record of their consent.
    pub(crate) fn assumes_consent(&self) -> bool {
        self.assume_consent
    }

    /// What holds as of a time, of what is on record by now.
    pub(crate) fn timeline(&self, as_of: Timestamp) -> Timeline {
        let state = self.read();
        let roster = Arc::clone(&self.ground(&state, as_of).roster);
        Timeline::before(&state.log, Arc::clone(&state.links), roster, as_of)
    }

    /// The content on record as of a time.
    pub(crate) fn contents(&self, as_of: Timestamp) -> Arc<Contents> {
        Arc::clone(&self.ground(&self.read(), as_of).contents)
    }

    /// Shows the events on record, and which belong to which.
    pub(crate) fn with_links<T>(&self, show: impl FnOnce(&Log, &Links) -> T) -> T {
        let state = self.read();
        show(&state.log, &state.links)
    }

    /// Shows the events on record.
    pub(crate) fn with_log<T>(&self, show: impl FnOnce(&Log) -> T) -> T {
        show(&self.read().log)
    }

    /// What people object to, and how it ended, in order of time.
    pub fn disputes(&self, as_of: Timestamp) -> Vec<DisputeDocument> {
        let state = self.read();
        let ground = self.ground(&state, as_of);
        disputes(&state.log, &state.links, &ground.roster, as_of)
    }

    /// One person's points, line by line, as [`Program::explain`] says them.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn explain(&self, advocate: &str, as_of: Timestamp) -> Result<Explanation, Error> {
        self.with_records(as_of, |records| self.program.explain(records, advocate))
    }

    /// Everyone's points, as [`Program::score`] says them.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn score(&self, as_of: Timestamp) -> Result<Scores, Error> {
        self.with_records(as_of, |records| self.program.score(records))
    }

    /// How one figure of an advocate comes about, as [`Program::explain_figure`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn explain_figure(
        &self,
        advocate: &str,
        figure: &str,
        argument: Option<&str>,
        as_of: Timestamp,
    ) -> Result<FigureExplanation, Error> {
        let explain = |records: &Records<'_>| {
            self.program.explain_figure(records, advocate, figure, argument)
        };
        self.with_records(as_of, explain)
    }

    /// Checks a post as [`Program::check`] does, with its author and the past as they are on record.
    ///
    /// # Errors
    ///
    /// As there; and nothing is known of the author.
    pub fn check(&self, post: &Post, at: Timestamp) -> Result<Verdict, Error> {
        let state = self.read();
        let roster = Arc::clone(&self.ground(&state, Timestamp::MAX).roster);
        let author = match &post.author {
            Some(author) => {
                // Where nobody has to be on record, whoever has done something is known by that.
                let has_done = || {
                    let names = state.index.kin_of([Arc::clone(author)]);
                    self.assume_consent && !state.index.own(&state.log, &names).is_empty()
                };
                roster.author(author, at, has_done)?
            }
            None => None,
        };
        let history = History::over(&self.program, OnRecord { live: self, state: &state });
        let context = CheckContext {
            author: author.as_ref(),
            history: (!state.log.is_empty()).then_some(&history),
        };
        self.program.check(post, &context, at)
    }

    /// Shows the records as of a time.
    fn with_records<T>(&self, as_of: Timestamp, show: impl FnOnce(&Records<'_>) -> T) -> T {
        let state = self.read();
        let (people, assume_consent) = (&self.people, self.assume_consent);
        show(&Records { log: &state.log, people, as_of, assume_consent })
    }

    /// Whose activity an identity is as of a time; nothing where there is no such activity.
    pub(crate) fn whose(&self, activity: &Identity, as_of: Timestamp) -> Option<Arc<str>> {
        let state = self.read();
        let ground = self.ground(&state, as_of);
        let place = state.log.position(activity.into())?;
        let mut settled = state.links.settle(&state.log, place, as_of)?;
        settled.resolve(&ground.roster);
        Some(settled.advocate)
    }

    /// What everyone and every team is entitled to, with those who count: for an award run, which
    /// grants whether or not figures of people may be shown. Rules do not run for people who have
    /// opted out between as-of and the time `at` of the run.
    pub(crate) fn all_entitled(&self, as_of: Timestamp, at: Timestamp) -> Result<Entitled, Error> {
        let judge = self.program.asks_findings(Folder::Recognition);
        let census = self.census(as_of, None, judge)?;
        let names = self.roster(Timestamp::MAX);
        let took_part =
            census.tallies.keys().filter(|id| census.roster.is_enrolled(id, census.view.last));
        let opted_out: BTreeSet<Arc<str>> = took_part
            .filter(|id| names.has_opted_out(names.resolve(id, Timestamp::MAX), at))
            .cloned()
            .collect();
        let (entitlements, faults) = self.program.entitlements(&census, Who::AllBut(&opted_out))?;
        Ok(Entitled { census, names, opted_out: opted_out.len(), entitlements, faults })
    }

    /// What could help people and teams along, as [`Program::coach`] says it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn coach(&self, advocate: Option<&str>, as_of: Timestamp) -> Result<Coaching, Error> {
        let judge = self.program.asks_findings(Folder::Coaching);
        let census = self.census(as_of, None, judge)?;
        self.program.coached(&census, advocate, self.assume_consent)
    }

    /// Mentors and newcomers, paired as [`Program::pair`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pair(&self, as_of: Timestamp) -> Result<Pairing, Error> {
        let judge = self.program.asks_findings(Folder::Coaching);
        let census = self.census(as_of, None, judge)?;
        self.program.pairing(&census, self.assume_consent)
    }

    /// Everyone who may be seen as of a time, or one advocate.
    fn census(&self, as_of: Timestamp, only: Option<&str>, judge: bool) -> Result<Census, Error> {
        if only.is_none() {
            self.count_ahead(as_of, judge, |_, _| {})?;
        }
        let state = self.read();
        let ground = self.ground(&state, as_of);
        let mut census = Census {
            view: Arc::new(Viewpoint::new(&self.program, as_of)),
            roster: Arc::clone(&ground.roster),
            contents: Arc::clone(&ground.contents),
            meetings: Arc::clone(&ground.meetings),
            market: Arc::clone(&ground.market),
            ties: Arc::clone(&ground.ties),
            tallies: BTreeMap::new(),
        };
        let fold = || {
            let mut fold = Fold::new(&self.program, &ground.contents, &ground.roster);
            fold.judge = judge;
            fold
        };
        if let Some(name) = only {
            if let Ok(id) = census.find_among(name, state.index.people()) {
                let kept = self.kept(&state, &mut fold(), &id, as_of)?;
                if kept.has_done || ground.roster.member(&id).is_some() {
                    census.tallies.insert(id, Arc::clone(&kept.tally));
                    return Ok(census);
                }
            }
            // Whoever did something before then is looked up to say why, or whose name is near.
            let roster = Arc::clone(&ground.roster);
            let links = Arc::clone(&state.links);
            Timeline::before(&state.log, links, roster, as_of).find(name, as_of)?;
            let message = "the advocate was not counted";
            return Err(Problem::new(Code::Internal, message).into());
        }
        let everyone = state.everyone(&ground.roster, as_of);
        let count = |fold: &mut Fold<'_>, id: &Arc<str>| self.kept(&state, fold, id, as_of);
        let kept = each(&everyone, fold, count, |_, _| {})?;
        census.tallies = everyone
            .into_iter()
            .zip(kept)
            .filter(|(id, kept)| kept.has_done || ground.roster.member(id).is_some())
            .map(|(id, kept)| (id, Arc::clone(&kept.tally)))
            .collect();
        Ok(census)
    }

    /// Counts everyone a few at a time, so that nobody waits long who has something to record or to
    /// ask meanwhile. What is recorded meanwhile is counted when all are put together. `progress` is
    /// told how many turns are over, and how many there are.
    fn count_ahead(
        &self,
        as_of: Timestamp,
        judge: bool,
        progress: impl FnMut(usize, usize),
    ) -> Result<(), Error> {
        let everyone = {
            let state = self.read();
            state.everyone(&self.ground(&state, as_of).roster, as_of)
        };
        let some: Vec<&[Arc<str>]> = everyone.chunks(AT_A_TIME).collect();
        let count = |(): &mut (), some: &&[Arc<str>]| {
            let state = self.read();
            let ground = self.ground(&state, as_of);
            let mut fold = Fold::new(&self.program, &ground.contents, &ground.roster);
            fold.judge = judge;
            some.iter().try_for_each(|id| self.kept(&state, &mut fold, id, as_of).map(drop))
        };
        each(&some, || (), count, progress).map(drop)
    }

    /// People, content, meetings and the market as of a time: kept until one of them changes.
    fn ground(&self, state: &State, as_of: Timestamp) -> Arc<Ground> {
        let seen = state.times.partition_point(|time| *time < as_of);
        {
            let known = state.grounds.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(ground) = known.iter().flatten().find(|ground| ground.seen == seen) {
                return Arc::clone(ground);
            }
        }
        let (log, links) = (&state.log, &state.links);
        let roster = Arc::new(Roster::linked(&self.people, log, links, as_of, self.assume_consent));
        let ground = Arc::new(Ground {
            seen,
            ties: Arc::new(Ties::of(&roster, as_of)),
            roster,
            contents: Arc::new(contents(log, links, as_of)),
            meetings: meetings(log, links, as_of),
            market: market(log, links, as_of),
        });
        let mut known = state.grounds.write().unwrap_or_else(PoisonError::into_inner);
        *known = [Some(Arc::clone(&ground)), known[0].take()];
        ground
    }

    /// What counts for a person: as it is kept, or worked out anew.
    fn kept(
        &self,
        state: &State,
        fold: &mut Fold<'_>,
        id: &Arc<str>,
        as_of: Timestamp,
    ) -> Result<Arc<Kept>, Error> {
        if let Some(kept) = self.tallies.get(id)
            && kept.holds(as_of)
            && (kept.judged || !fold.judge)
        {
            return Ok(Arc::clone(&kept));
        }
        let kept = Arc::new(Kept::of(self, state, fold, id, as_of)?);
        self.tallies.insert(Arc::clone(id), Arc::clone(&kept));
        Ok(kept)
    }
}

/// Whether something goes into what everyone's tally is worked out upon.
fn matters_to_all(body: &Body) -> bool {
    matches!(
        body,
        Body::Person(_)
            | Body::Content(_)
            | Body::Meeting(_)
            | Body::Market(_)
            | Body::Retraction { .. }
    )
}
