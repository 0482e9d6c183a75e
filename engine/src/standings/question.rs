//! The questions that can be asked of standings, and their answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::board::{Place, Places, Span, board_of_teams};
use super::census::Census;
use super::document::{
    Figure, FigureExplanation, Leaderboard, Origin, StandingDocument, Withheld, arguments, figures,
};
use super::formulas::formula;
use super::standing::Standing;
use super::team::Team;
use super::viewpoint::Viewpoint;
use crate::error::{Code, Error, Problem, choose};
use crate::facts::{Object, PersonFact, STYLES, StandingFact};
use crate::program::{Program, Window};
use crate::timeline::Records;

/// Which board is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardQuestion {
    /// Which dates it is about.
    pub span: Span,
    /// Who stands on it.
    pub among: Among,
    /// The name of a period to look at, instead of the one of as-of.
    pub period: Option<Arc<str>>,
}

/// Who stands on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Among {
    /// Everyone.
    Everyone,
    /// Everyone, by what activities of a style brought.
    Style(Arc<str>),
    /// The people of a team: what it is by, and its name.
    Team(Arc<str>, Arc<str>),
    /// The teams by something, such as `department`, by points for each active person.
    Teams(Arc<str>),
}

impl Program {
    /// The windows that figures look back over, such as `30_days`; shortest first.
    pub fn windows(&self) -> impl Iterator<Item = &str> + Clone {
        self.manifest.windows.iter().map(|window| &*window.name)
    }

    /// A group of fewer people shows nothing.
    pub fn minimum_group(&self) -> usize {
        self.manifest.privacy.minimum_group
    }

    /// Whether figures about single people are shown to themselves only.
    pub fn is_aggregate_only(&self) -> bool {
        self.manifest.privacy.aggregate_only
    }

    /// What an advocate has become, every figure of it.
    ///
    /// # Errors
    ///
    /// The person is not in the records or is not to be shown, or a rule ran out of time
    /// (retryable).
    pub fn standing(
        &self,
        records: &Records<'_>,
        advocate: &str,
    ) -> Result<StandingDocument, Error> {
        let census = Census::of(self, records, Some(advocate), true, |_, _| {})?;
        self.only_standing(&census, records.assume_consent)
    }

    pub(crate) fn only_standing(
        &self,
        census: &Census,
        assumed_consent: bool,
    ) -> Result<StandingDocument, Error> {
        Ok(self.standing_document(census, &*census.only()?, assumed_consent))
    }

    /// What everyone has become. Nobody is shown in aggregate-only mode.
    ///
    /// # Errors
    ///
    /// A rule ran out of time (retryable).
    pub fn standings(&self, records: &Records<'_>) -> Result<Vec<StandingDocument>, Error> {
        let census = Census::of(self, records, None, true, |_, _| {})?;
        Ok(self.standing_documents(&census, records.assume_consent))
    }

    pub(crate) fn standing_documents(
        &self,
        census: &Census,
        assumed_consent: bool,
    ) -> Vec<StandingDocument> {
        if self.manifest.privacy.aggregate_only {
            return Vec::new();
        }
        census
            .tallies
            .values()
            .map(|tally| Standing::new(census, Arc::clone(tally)))
            .map(|standing| self.standing_document(census, &standing, assumed_consent))
            .collect()
    }

    /// Every figure of everyone, also where figures of people are not to be shown: for what counts them
    /// and names nobody.
    pub(crate) fn figures_of_all(
        &self,
        census: &Census,
    ) -> BTreeMap<Arc<str>, BTreeMap<&'static str, Figure>> {
        let standings =
            census.tallies.values().map(|tally| Standing::new(census, Arc::clone(tally)));
        standings
            .map(|standing| {
                let figures = figures(self, Object::Standing, &standing, None);
                (Arc::clone(&standing.tally.advocate), figures)
            })
            .collect()
    }

    fn standing_document(
        &self,
        census: &Census,
        standing: &Standing,
        assumed_consent: bool,
    ) -> StandingDocument {
        StandingDocument {
            origin: Origin::of(self, &census.view, assumed_consent),
            advocate: Arc::clone(&standing.tally.advocate),
            enrolled: census.roster.is_enrolled(&standing.tally.advocate, census.view.last),
            figures: figures(self, Object::Standing, standing, None),
            faults: standing.tally.faults.clone(),
        }
    }

    /// How one figure of an advocate comes about: `figure` is its name, `argument` what it is
    /// asked with.
    ///
    /// # Errors
    ///
    /// There is no such figure, the person is not in the records or is not to be shown, or a rule
    /// ran out of time (retryable).
    pub fn explain_figure(
        &self,
        records: &Records<'_>,
        advocate: &str,
        figure: &str,
        argument: Option<&str>,
    ) -> Result<FigureExplanation, Error> {
        let (fact, name) = self.figure_named(figure, argument)?;
        let census = Census::of(self, records, Some(advocate), true, |_, _| {})?;
        let standing = census.only()?;
        let workings = standing.workings(fact, argument.unwrap_or_default());
        Ok(FigureExplanation {
            origin: Origin::of(self, &census.view, records.assume_consent),
            advocate: Arc::clone(&standing.tally.advocate),
            figure: name,
            value: workings.value(),
            meaning: StandingFact::FACTS[fact as usize].doc,
            formula: formula(StandingFact::FACTS[fact as usize].name).unwrap_or_default(),
            numbers: workings.numbers(),
            parts: workings.parts(records.log, &census.view),
        })
    }

    fn figure_named(
        &self,
        figure: &str,
        argument: Option<&str>,
    ) -> Result<(StandingFact, String), Error> {
        let names = || StandingFact::FACTS.iter().map(|fact| fact.name);
        let unknown = |what: &str, name: &str, known: &mut dyn Iterator<Item = &str>| {
            let known: Vec<&str> = known.collect();
            Problem::new(Code::UnknownName, format!("there is no {what} `{name}`"))
                .maybe_help(choose(name, known.iter().copied()))
        };
        let Some((slot, declared)) = Object::Standing.fact(figure) else {
            return Err(unknown("figure", figure, &mut names()).into());
        };
        let fact = StandingFact::ALL[usize::from(slot)];
        match (declared.argument, argument) {
            (None, None) => Ok((fact, figure.to_owned())),
            (Some(kind), Some(given)) => {
                let known = arguments(self, kind);
                if known.iter().any(|name| **name == *given) {
                    return Ok((fact, format!("{figure}({given:?})")));
                }
                let what = format!("`{figure}` of");
                Err(unknown(&what, given, &mut known.iter().map(|name| &**name)).into())
            }
            (Some(kind), None) => {
                let known = arguments(self, kind);
                let names: Vec<&str> = known.iter().map(|name| &**name).collect();
                let message = format!("`{figure}` is asked with something");
                Err(Problem::new(Code::WrongArguments, message)
                    .help(format!("one of {}", names.join(", ")))
                    .into())
            }
            (None, Some(given)) => {
                let message = format!("`{figure}` is asked with nothing, not with `{given}`");
                Err(Problem::new(Code::WrongArguments, message).into())
            }
        }
    }

    /// Who brought how much, in order.
    ///
    /// # Errors
    ///
    /// The question names a window, period, style or team that there is not, or a rule ran out of
    /// time (retryable).
    pub fn leaderboard(
        &self,
        records: &Records<'_>,
        question: &BoardQuestion,
    ) -> Result<Leaderboard, Error> {
        self.leaderboard_with(records, question, |_, _| {})
    }

    /// The same, and says how far it is: people done and people in all.
    ///
    /// # Errors
    ///
    /// As [`Program::leaderboard`].
    pub fn leaderboard_with(
        &self,
        records: &Records<'_>,
        question: &BoardQuestion,
        progress: impl FnMut(usize, usize),
    ) -> Result<Leaderboard, Error> {
        let census = Census::of(self, records, None, false, progress)?;
        self.board(&census, question, records.assume_consent)
    }

    pub(crate) fn board(
        &self,
        census: &Census,
        question: &BoardQuestion,
        assumed_consent: bool,
    ) -> Result<Leaderboard, Error> {
        let census = match &question.period {
            None => census.clone(),
            Some(name) => {
                let period = self.manifest.period_named(name).ok_or_else(|| {
                    Problem::new(Code::UnknownName, format!("there is no period `{name}`")).help(
                        "write its name, such as `2026-Q2`, or a date that it falls into, such as `2026-06-30`",
                    )
                })?;
                let view = Viewpoint::new(self, census.view.as_of).with_period(period);
                Census { view: Arc::new(view), ..census.clone() }
            }
        };
        if let Span::Window(name) = &question.span {
            self.window_named(name)?;
        }
        let places = self.places(&census, question)?;
        let (places, withheld) = match places {
            Ok(places) => (places, None),
            Err(why) => (Places::default(), Some(why)),
        };
        Ok(Leaderboard {
            origin: Origin::of(self, &census.view, assumed_consent),
            board: question.words(),
            places: places.places,
            shortened: places.shortened,
            withheld,
        })
    }

    fn places(
        &self,
        census: &Census,
        question: &BoardQuestion,
    ) -> Result<Result<Places, Withheld>, Error> {
        let privacy = self.manifest.privacy;
        let minimum = privacy.minimum_group;
        let span = &question.span;
        if let Among::Teams(by) = &question.among {
            let Span::Window(window) = span else {
                let message = "teams are compared over a window of days";
                let windows: Vec<&str> =
                    self.manifest.windows.iter().map(|known| &*known.name).collect();
                return Err(Problem::new(Code::WrongValue, message)
                    .help(format!("ask for one of {}", windows.join(", ")))
                    .into());
            };
            let teams = census.teams(self.team_by(by)?);
            return Ok(Ok(board_of_teams(teams.shown().map(|(_, team)| team), window)));
        }
        // What there is not is refused, whether or not the rest may be shown.
        let team = match &question.among {
            Among::Style(style) if !STYLES.contains(&&**style) => {
                let message = format!("there is no style `{style}`");
                return Err(Problem::new(Code::UnknownName, message)
                    .maybe_help(choose(style, STYLES.iter().copied()))
                    .into());
            }
            Among::Team(by, name) => Some(self.team_of(census, by, name)?),
            _ => None,
        };
        let everyone = census.everyone();
        let places = match (&question.among, everyone, team) {
            _ if privacy.aggregate_only => Err(Withheld::AggregateOnly),
            (_, None, _) => Err(Withheld::SmallGroup),
            (Among::Style(style), ..) => Ok(census.board_of_style(style, span, minimum)),
            (_, _, Some(team)) => team.map(|team| census.board_of_team(&team, span, minimum)),
            (_, Some(everyone), None) => Ok(census.board_of_team(&everyone, span, minimum)),
        };
        Ok(places)
    }

    /// The fact of people that teams are by.
    pub(crate) fn team_by(&self, by: &str) -> Result<PersonFact, Error> {
        let known = || {
            self.manifest.teams.iter().map(|fact| (PersonFact::FACTS[*fact as usize].name, *fact))
        };
        known().find(|(name, _)| *name == by).map(|(_, fact)| fact).ok_or_else(|| {
            Problem::new(Code::UnknownName, format!("there are no teams by `{by}`"))
                .maybe_help(choose(by, known().map(|(name, _)| name)))
                .into()
        })
    }

    /// A team, or why it is not to be shown.
    pub(super) fn team_of(
        &self,
        census: &Census,
        by: &str,
        name: &str,
    ) -> Result<Result<Arc<Team>, Withheld>, Error> {
        let teams = census.teams(self.team_by(by)?);
        if teams.withheld.contains(name) {
            return Ok(Err(Withheld::SmallGroup));
        }
        match teams.teams.get(name) {
            Some(team) => Ok(Ok(Arc::clone(team))),
            None => {
                let names = teams.teams.keys().map(|name| &**name);
                Err(Problem::new(Code::UnknownName, format!("there is no {by} `{name}`"))
                    .maybe_help(choose(name, names))
                    .into())
            }
        }
    }

    pub(super) fn window_named(&self, name: &str) -> Result<&Window, Error> {
        self.manifest.windows.iter().find(|known| *known.name == *name).ok_or_else(|| {
            let names = self.manifest.windows.iter().map(|known| &*known.name);
            Problem::new(Code::UnknownName, format!("there is no window `{name}`"))
                .maybe_help(choose(name, names))
                .into()
        })
    }
}

impl Census {
    /// The standing of the one advocate who was asked for.
    fn only(&self) -> Result<Arc<Standing>, Error> {
        let one = self.tallies.keys().next().and_then(|id| self.standing(id));
        one.ok_or_else(|| Problem::new(Code::Internal, "the advocate was not counted").into())
    }
}

impl BoardQuestion {
    /// The question in words, for the document.
    fn words(&self) -> BTreeMap<&'static str, Arc<str>> {
        let mut words = BTreeMap::new();
        words.insert(
            "span",
            match &self.span {
                Span::AllTime => "all_time".into(),
                Span::Period => "period".into(),
                Span::Window(name) => Arc::clone(name),
            },
        );
        match &self.among {
            Among::Everyone => {}
            Among::Style(style) => {
                words.insert("style", Arc::clone(style));
            }
            Among::Team(by, name) => {
                words.insert("by", Arc::clone(by));
                words.insert("team", Arc::clone(name));
            }
            Among::Teams(by) => {
                words.insert("teams", Arc::clone(by));
            }
        }
        words
    }
}

/// The rank of one place, for a person who looks for themselves.
impl Leaderboard {
    /// The place of an advocate or a team, where it is listed.
    pub fn place_of(&self, name: &str) -> Option<&Place> {
        self.places.iter().find(|place| *place.name == *name)
    }
}
