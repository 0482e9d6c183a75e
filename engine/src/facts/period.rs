//! Facts of the current period.

use super::{COUNT, Type, facts};

facts! {
    /// The period that the time falls into: a quarter, a season, whatever `program.toml` says.
    PeriodFact {
        /// Its name, such as `2026-Q2`; not known between seasons.
        Name = "name": Type::Text, optional;
        /// How many days it has; not known between seasons.
        Days = "days": COUNT, optional;
        /// The day of it that is looked at, from 1; not known between seasons.
        Day = "day": COUNT, optional;
        /// How many of its days are still to come; not known between seasons.
        DaysLeft = "days_left": COUNT, optional;
    }
}
