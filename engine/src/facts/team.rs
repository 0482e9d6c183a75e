//! Facts of a team.

use super::{COUNT, LARGEST, PERCENT, Type, Words, facts};

/// What a team may be a group by; `program` is everyone.
pub(crate) const GROUPS: &[&str] =
    &["program", "department", "function", "country", "level", "cohort"];

const POINTS: Type = Type::Number(-LARGEST, LARGEST);

facts! {
    /// A group of people as of a time: a department, function, country, level, cohort, or the whole program. Rules never see one that is too small to show.
    TeamFact {
        /// What the group is by.
        By = "by": Type::Word(Words::Fixed(GROUPS));
        /// The name of the group; not known for the whole program.
        Name = "name": Type::Text, optional;
        /// Active employees.
        Eligible = "eligible": COUNT;
        /// Active employees who have opted in.
        Enrolled = "enrolled": COUNT;
        /// Percent of eligible people who are enrolled; not known where there are none.
        Adoption = "adoption": PERCENT, optional;
        /// Enrolled people with an activity in a window.
        ActiveIn = "active_in": COUNT, asked(Window);
        /// Percent of enrolled people who are active; not known where there are none.
        ParticipationIn = "participation_in": PERCENT, asked(Window), optional;
        /// Points of all time that count for the team.
        Points = "points": POINTS;
        /// Points of a window.
        PointsIn = "points_in": POINTS, asked(Window);
        /// Points of the current period; 0 where there is none.
        PointsThisPeriod = "points_this_period": POINTS;
        /// Activities of a window.
        ActivitiesIn = "activities_in": COUNT, asked(Window);
        /// Points for each active person; not known where nobody is active.
        AverageIn = "average_in": POINTS, asked(Window), optional;
        /// Percent of a window's points that one person brought; not known where there are none.
        TopShareIn = "top_share_in": PERCENT, asked(Window), optional, personal;
        /// Percent of conversation in conversation and publishing together; not known where there is neither.
        ConversationIn = "conversation_in": PERCENT, asked(Window), optional;
        /// Percent of the last 180 days' activities that fall into the busiest 28; not known in the first 84 days or where there was nothing.
        Burst = "burst": PERCENT, optional;
        /// Whether there was much in the first 28 days and little is left of it.
        LaunchSpike = "launch_spike": Type::Flag;
        /// The groups of a kind, such as `"function"`, that have enough employees to be shown and too few who enrolled; not known where there is none, and of anything but the whole program.
        WithoutPart = "without_part": Type::Text, asked(Group), optional;
        /// Days since a meeting had advocacy on its agenda; not known where there was none.
        DaysSinceAgenda = "days_since_agenda": COUNT, optional;
    }
}
