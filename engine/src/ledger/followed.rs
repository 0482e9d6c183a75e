//! How far a journal was followed, and what is decided upon everything up to its end.

use std::sync::Arc;

use crate::awards::{Choice, Decided, Register, SOURCE};
use crate::error::{Code, Error, Problem};
use crate::events::{Event, Log, Subject};
use crate::journal::{Entry, Journal, Receipt};
use crate::roster::Roster;
use crate::time::Calendar;

/// How far the journal was followed, and the grants up to there.
#[derive(Clone, Debug, Default)]
pub(super) struct Followed {
    pub(super) position: u64,
    pub(super) register: Register,
    /// How many erasures there are up to there.
    pub(super) erasures: usize,
    /// The number and the version of the program that is published there.
    pub(super) published: Option<(u64, Arc<str>)>,
}

/// Decides upon the grants on record and what came since; the events go on record.
type Decide<'a> = dyn FnMut(&Register, &[Entry]) -> Result<Vec<Event>, Error> + 'a;

impl Followed {
    /// Up to the end of a log.
    pub(super) fn of(log: &Log, position: u64) -> Self {
        let mut register = Register::default();
        log.others().for_each(|(_, event)| register.add(event));
        log.ids_of(SOURCE).for_each(|id| register.take(id));
        let mut followed = Self { position, register, ..Self::default() };
        log.others().for_each(|(_, event)| followed.count(event));
        followed
    }

    /// Remembers what is told of erasures and publications.
    pub(super) fn count(&mut self, event: &Event) {
        self.erasures += usize::from(event.erasure().is_some());
        if let Some((publication, _)) = event.publication() {
            self.published = Some((publication.number, Arc::clone(&publication.program)));
        }
    }

    /// Refuses what only the published program does, by another one than is published after so many
    /// entries more.
    pub(super) fn is_published(&self, program: &str, since: &[Entry]) -> Result<(), Problem> {
        let later = since.iter().filter_map(|entry| entry.event.publication()).next_back();
        let later = later.map(|(publication, _)| (publication.number, &publication.program));
        let known = self.published.as_ref().map(|(number, version)| (*number, version));
        match later.or(known) {
            Some((number, version)) if **version != *program => {
                let message = format!(
                    "program {number} is published in this journal, and this is another one"
                );
                let help = "a candidate grants nothing and takes nothing away: look at what it would do, \
                            or publish it first";
                Err(Problem::new(Code::NotAllowed, message).help(help))
            }
            _ => Ok(()),
        }
    }

    /// Puts on record what is decided upon everything that is on record by then: another run, a
    /// decision or a word on a dispute may have come since, and nobody comes in between. Gives the
    /// register as it is afterwards.
    pub(super) fn append(
        self,
        journal: &dyn Journal,
        decide: &mut Decide<'_>,
    ) -> Result<Register, Error> {
        let mut after = None;
        let receipts = journal.append_upon(self.position, &mut |since| {
            let mut register = self.register.clone();
            since.iter().for_each(|entry| register.add(&entry.event));
            let events = decide(&register, &since)?;
            events.iter().for_each(|event| register.add(event));
            after = Some(register);
            Ok(events)
        })?;
        all_taken(receipts)?;
        after.ok_or_else(|| Problem::new(Code::Internal, "nobody decided anything").into())
    }

    /// Decides about grants.
    pub(super) fn decide(
        self,
        journal: &dyn Journal,
        choice: &Choice<'_>,
        roster: &Roster,
    ) -> Result<Vec<Decided>, Error> {
        let last = Calendar::last_instant(choice.as_of);
        let hides = |subject: &Subject| {
            let person = subject.advocate().map(|name| roster.resolve(name, last));
            person.is_some_and(|id| roster.shows(id, choice.as_of).is_err())
        };
        let register = self.append(journal, &mut |register, _| choice.events(register, &hides))?;
        let chosen = choice.grants(&register).into_iter();
        Ok(chosen
            .map(|grant| {
                let hidden = hides(&grant.subject);
                Decided::of(grant, hidden)
            })
            .collect())
    }
}

/// What was decided is on record, or it is said why not.
fn all_taken(receipts: Vec<Receipt>) -> Result<(), Error> {
    let mut problems = receipts.into_iter().filter_map(|receipt| receipt.problem);
    problems.next().map_or(Ok(()), |problem| Err(problem.into()))
}
