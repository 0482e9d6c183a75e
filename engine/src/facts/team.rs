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
        /// Of the whole program: percent of the groups of a kind, such as `"function"`, with enough employees to be shown that have as many enrolled people; not known where there is no such group, and of any other team.
        Covered = "covered": PERCENT, asked(Group), optional;
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
        /// Percent of a window's points that would be left without the person who brought most; not known where there are none.
        WithoutTopIn = "without_top_in": PERCENT, asked(Window), optional, personal;
        /// Points of a window that would be left without the person who brought most; not known where there are none, and where figures are shown of groups only.
        PointsWithoutTopIn = "points_without_top_in": COUNT, asked(Window), optional, personal;
        /// The fewest people who brought half of a window's points; not known where there are none.
        AbsenceFactorIn = "absence_factor_in": COUNT, asked(Window), optional;
        /// How unevenly a window's points are spread over enrolled people, in percent: 0 is evenly, near 100 is by one alone (Gini coefficient); not known where there are none.
        GiniIn = "gini_in": PERCENT, asked(Window), optional;
        /// Activities of a window that published something.
        PostsIn = "posts_in": COUNT, asked(Window);
        /// Percent of a window's published activities with results on record that got any engagement; not known without results.
        EngagedPostsIn = "engaged_posts_in": PERCENT, asked(Window), optional;
        /// Percent of the people who published in a window and took no part in any conversation; not known where nobody published.
        PushOnlyIn = "push_only_in": PERCENT, asked(Window), optional;
        /// Percent of a window's published posts that say the same as another person's; not known where no text is on record.
        CopiesIn = "copies_in": PERCENT, asked(Window), optional;
        /// Percent of the words in a window's published posts that are their authors' own, on average; not known where no post tells.
        OwnVoiceIn = "own_voice_in": PERCENT, asked(Window), optional;
        /// Percent of a window's published activities about content of one's own, of those of which the origin is known; not known where there are none.
        OwnContentIn = "own_content_in": PERCENT, asked(Window), optional;
        /// Percent of a window's published activities about the company's content; as `own_content_in`.
        CompanyContentIn = "company_content_in": PERCENT, asked(Window), optional;
        /// Percent of a window's published activities about what others made; as `own_content_in`.
        ThirdPartyContentIn = "third_party_content_in": PERCENT, asked(Window), optional;
        /// Content of a window that may be published and that nobody of the team has taken up.
        UnsharedContentIn = "unshared_content_in": COUNT, asked(Window);
        /// Times the posts of a window were shown, by their latest outcomes: the reach.
        ImpressionsIn = "impressions_in": COUNT, asked(Window);
        /// Likes of a window's activities.
        LikesIn = "likes_in": COUNT, asked(Window);
        /// Comments on a window's activities.
        CommentsIn = "comments_in": COUNT, asked(Window);
        /// Times others shared a window's activities on.
        SharesIn = "shares_in": COUNT, asked(Window);
        /// Clicks on the links of a window's activities.
        ClicksIn = "clicks_in": COUNT, asked(Window);
        /// Leads that a window's activities brought.
        LeadsIn = "leads_in": COUNT, asked(Window);
        /// Conversions that a window's activities brought.
        ConversionsIn = "conversions_in": COUNT, asked(Window);
        /// Value of the sales pipeline that a window's activities brought, in whole units of the program's currency.
        PipelineValueIn = "pipeline_value_in": COUNT, asked(Window);
        /// Of the whole program: the part of a window's impressions that went to people who do not follow the brand anyway; not known where the audiences of too few people are on record.
        ReachOutsideIn = "reach_outside_in": COUNT, asked(Window), optional;
        /// Earned media value of a window's activities by the formula of `[emv]`, in whole units of its currency; not known without a formula.
        EmvIn = "emv_in": COUNT, asked(Window), optional;
        /// Of the whole program: deals that were closed in a window; not known where no figures of the market say.
        ClosedDealsIn = "closed_deals_in": COUNT, asked(Window), optional;
        /// Of the whole program: impressions for each deal that was closed in a window; not known where there was none.
        ReachPerDealIn = "reach_per_deal_in": COUNT, asked(Window), optional;
        /// Of the whole program: percent of the mentions of all brands that are the brand's, in a window; not known where no figures of the market say.
        ShareOfVoiceIn = "share_of_voice_in": PERCENT, asked(Window), optional;
        /// Of the whole program: people who follow enrolled people or are connected with them, added up; not known where the audiences of too few people are on record.
        Audience = "audience": COUNT, optional;
        /// Of the whole program: how much the audiences of enrolled people grew in a window, where both ends are on record; not known for too few people.
        AudienceGrowthIn = "audience_growth_in": POINTS, asked(Window), optional;
        /// Of the whole program: percent of the leaders among employees who were active in a window; not known where they, or the others, are too few to show.
        LeadersActiveIn = "leaders_active_in": PERCENT, asked(Window), optional;
        /// Of the whole program: percent of the words in leaders' posts of a window that are their own, on average; not known as `leaders_active_in`, and where no post tells.
        LeadersOwnVoiceIn = "leaders_own_voice_in": PERCENT, asked(Window), optional;
        /// Trainings of a window.
        TrainingsIn = "trainings_in": COUNT, asked(Window);
        /// Percent of a window's trainings that an activity beyond listening followed in time; not known while it is too early to tell.
        AppliedIn = "applied_in": PERCENT, asked(Window), optional;
        /// Enrolled people who were mentored for the first time in a window, at least four weeks ago.
        MentoredIn = "mentored_in": COUNT, asked(Window);
        /// Of the whole program: how many activities more ten newly mentored people of a window had in the four weeks after than in those before; not known for too few people.
        MentoringLiftIn = "mentoring_lift_in": POINTS, asked(Window), optional;
        /// Percent of conversation and publishing together; not known where there is neither.
        ConversationIn = "conversation_in": PERCENT, asked(Window), optional;
        /// Percent of the last 180 days' activities that fall into the busiest 28; not known in the first 84 days or where there was nothing.
        Burst = "burst": PERCENT, optional;
        /// Whether there was much in the first 28 days and little is left of it.
        LaunchSpike = "launch_spike": Type::Flag;
        /// Days since the first activity that counts for the team; not known where there was none.
        DaysSinceFirst = "days_since_first": COUNT, optional;
        /// Percent of enrolled people who did something within four weeks of the first activity of all; not known before those are over.
        EarlyParticipation = "early_participation": PERCENT, optional;
        /// Percent of those early people who did something in the last four weeks; not known in the first 84 days or where there was nobody.
        Kept = "kept": PERCENT, optional;
        /// Whether the group does so well that the next one can begin, by `[waves]`; not known in the first 84 days.
        ReadyToWiden = "ready_to_widen": Type::Flag, optional;
        /// The groups of a kind, such as `"function"`, that have enough employees to be shown and too few who enrolled; not known where there is none, and of anything but the whole program.
        WithoutPart = "without_part": Type::Text, asked(Group), optional;
        /// Days since a meeting had advocacy on its agenda; not known where there was none.
        DaysSinceAgenda = "days_since_agenda": COUNT, optional;
    }
}
