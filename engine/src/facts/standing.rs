//! Facts of a standing: what an advocate has become.

use super::{COUNT, LARGEST, PERCENT, STYLES, Type, Words, facts};

/// Points, which adjustments may take below 0.
const POINTS: Type = Type::Number(-LARGEST, LARGEST);

facts! {
    /// An advocate as of a time: what all activities so far amount to. The page of formulas says how each figure is worked out.
    StandingFact {
        /// Points of all time, adjustments included.
        Points = "points": POINTS, personal;
        /// Points of a window, such as `"30_days"`.
        PointsIn = "points_in": POINTS, asked(Window), personal;
        /// Points of the current period; 0 where there is none.
        PointsThisPeriod = "points_this_period": POINTS, personal;
        /// Points of activities of a style.
        PointsInStyle = "points_in_style": COUNT, asked(Style), personal;
        /// The level that the points of all time reach; not known below the lowest.
        Level = "level": Type::Word(Words::Levels), optional, personal;
        /// The level above; not known at the top.
        NextLevel = "next_level": Type::Word(Words::Levels), optional, personal;
        /// Points missing to the level above; not known at the top.
        PointsToNext = "points_to_next": COUNT, optional, personal;
        /// Activities that count, of all time.
        Activities = "activities": COUNT, personal;
        /// Activities of a window.
        ActivitiesIn = "activities_in": COUNT, asked(Window), personal;
        /// Activities of the current period; 0 where there is none.
        ActivitiesThisPeriod = "activities_this_period": COUNT, personal;
        /// Activities of a kind, of all time.
        Count = "count": COUNT, asked(Kind), personal;
        /// Whether the first activity of a kind falls into the current period.
        FirstThisPeriod = "first_this_period": Type::Flag, asked(Kind), personal;
        /// Different days with an activity.
        ActiveDays = "active_days": COUNT, personal;
        /// Different weeks with an activity.
        ActiveWeeks = "active_weeks": COUNT, personal;
        /// Days since the first activity; not known where there was none.
        DaysSinceFirst = "days_since_first": COUNT, optional, personal;
        /// Days since the last activity; not known where there was none.
        DaysSinceLast = "days_since_last": COUNT, optional, personal;
        /// Weeks in a row with an activity, up to now; time away neither adds nor ends it.
        Streak = "streak": COUNT, personal;
        /// The longest streak of all time.
        LongestStreak = "longest_streak": COUNT, personal;
        /// Percent of the last 26 weeks that had an activity, time away left out; not known where no week counts.
        Consistency = "consistency": PERCENT, optional, personal;
        /// The most days without an activity between two active ones, time away left out.
        LongestGap = "longest_gap": COUNT, personal;
        /// Percent of the last 180 days' activities that fall into the busiest 28; not known in the first 84 days or where there was nothing.
        Burst = "burst": PERCENT, optional, personal;
        /// Whether there was much in the first 28 days and little is left of it.
        LaunchSpike = "launch_spike": Type::Flag, personal;
        /// Percent of activities of a style; not known where there is none.
        InStyle = "in_style": PERCENT, asked(Style), optional, personal;
        /// Percent of activities of the style that the person chose; not known where none is chosen.
        InChosenStyle = "in_chosen_style": PERCENT, optional, personal;
        /// The style with most activities; not known where there is none.
        MainStyle = "main_style": Type::Word(Words::Fixed(STYLES)), optional, personal;
        /// Activities that published something.
        Published = "published": COUNT, personal;
        /// Percent of the words in published posts that are the person's own, on average; not known where no post tells.
        OwnVoice = "own_voice": PERCENT, optional, personal;
        /// Published activities that somebody else wrote.
        Ghostwritten = "ghostwritten": COUNT, personal;
        /// Published activities of a format, such as `"story"`.
        OfFormat = "of_format": COUNT, asked(Format), personal;
        /// Published activities with a picture that the person took.
        OwnPhotos = "own_photos": COUNT, personal;
        /// Percent of conversation in conversation and publishing together; not known where there is neither.
        Conversation = "conversation": PERCENT, optional, personal;
        /// Activities that answered or served a customer.
        Customers = "customers": COUNT, personal;
        /// The sum of a result, such as `"clicks"`, over all activities.
        Result = "result": COUNT, asked(Metric), personal;
        /// Likes, comments, shares and clicks together.
        Engagements = "engagements": COUNT, personal;
        /// Engagements for each 1,000 impressions; not known without impressions.
        EngagementPer1000 = "engagement_per_1000": COUNT, optional, personal;
        /// Percent of published activities with results on record that got any engagement; not known without results.
        EngagedPosts = "engaged_posts": PERCENT, optional, personal;
        /// Trainings.
        Trainings = "trainings": COUNT, personal;
        /// Days since the last training; not known where there was none.
        DaysSinceTraining = "days_since_training": COUNT, optional, personal;
        /// Whether the last training is so long ago that a refresher is due.
        RefresherDue = "refresher_due": Type::Flag, personal;
        /// Trainings that an activity beyond listening followed in time.
        TrainingsApplied = "trainings_applied": COUNT, personal;
        /// Percent of trainings that were applied; not known while it is too early to tell.
        Applied = "applied": PERCENT, optional, personal;
        /// Activities in which the person mentored somebody.
        MentoringGiven = "mentoring_given": COUNT, personal;
        /// Activities in which somebody mentored the person.
        MentoringReceived = "mentoring_received": COUNT, personal;
        /// People whose mentor the person is.
        Mentees = "mentees": COUNT, personal;
        /// Whether the person has a mentor.
        HasMentor = "has_mentor": Type::Flag, personal;
        /// Thanks to others by name.
        KudosGiven = "kudos_given": COUNT, personal;
        /// Thanks from others.
        KudosReceived = "kudos_received": COUNT, personal;
        /// Thanks from others in the current period; 0 where there is none.
        KudosReceivedThisPeriod = "kudos_received_this_period": COUNT, personal;
        /// Different people who thanked the person.
        KudosFrom = "kudos_from": COUNT, personal;
        /// Different people who thanked the person in the current period; 0 where there is none.
        KudosFromThisPeriod = "kudos_from_this_period": COUNT, personal;
        /// Findings on published posts; protected talk has none.
        Findings = "findings": COUNT, personal;
        /// Findings on posts published in a window.
        FindingsIn = "findings_in": COUNT, asked(Window), personal;
        /// Published posts in which a guideline found something.
        Found = "found": COUNT, asked(Guideline), personal;
        /// Content of the last 30 days that may be published and that the person has not taken up.
        UnsharedContent = "unshared_content": COUNT, personal;
        /// Whether a rule failed on one of the activities, so that points may be missing.
        Incomplete = "incomplete": Type::Flag, personal;
    }
}
