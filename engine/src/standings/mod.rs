//! What a person and a team have become.
//!
//! - `viewpoint` is the time that figures are looked at from, and the settings they need;
//! - `tally` is what counts for one person, `census` everyone with what counts for each;
//! - `rhythm` knows weeks, gaps and bursts; `workings` say how a figure comes about, `formulas`
//!   quotes the page that says why;
//! - `standing` has the figures of a person, `team` those of a group, `kpi` holds them to the goals,
//!   `board` puts in order;
//! - `question` and `teams` have what can be asked, `document` what is answered.

mod board;
mod census;
mod document;
mod formulas;
mod kpi;
mod question;
mod rhythm;
mod standing;
mod tally;
mod team;
mod teams;
mod viewpoint;
mod workings;

pub use board::{Place, Span};
pub(crate) use census::{Census, Ties, gifts};
pub(crate) use document::arguments;
pub use document::{
    Dates, EmvFormula, ErasedLine, Figure, FigureExplanation, Leaderboard, Origin,
    StandingDocument, TeamDocument, TeamsDocument, WindowDates, Withheld,
};
pub use kpi::{KpiFigure, TooEarly, Trend};
pub use question::{Among, BoardQuestion};
pub(crate) use tally::{Rescored, Tally, received};
pub(crate) use team::{Group, Team};
pub use teams::TeamQuestion;
pub(crate) use teams::kept_of;
pub(crate) use viewpoint::Viewpoint;
pub use workings::Part;
