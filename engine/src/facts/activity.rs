//! Facts of an activity.

use super::{COUNT, PERCENT, STYLES, Type, Words, facts};

/// The media formats of a post or story.
pub(crate) const FORMATS: &[&str] = &["text", "image", "video", "story", "document", "audio"];

/// The results that outcomes tell of.
pub(super) const METRICS: &[&str] = &[
    "impressions",
    "likes",
    "comments",
    "shares",
    "clicks",
    "leads",
    "conversions",
    "pipeline_value",
];

/// Where the content that is shared comes from.
pub(crate) const ORIGINS: &[&str] = &["own", "company", "third_party"];

facts! {
    /// Something an advocate did at a time.
    ActivityFact {
        /// What was done: a kind that `program.toml` declares.
        Kind = "kind": Type::Word(Words::Kinds), given, personal;
        /// The style that the kind belongs to.
        Style = "style": Type::Word(Words::Fixed(STYLES)), personal;
        /// Where it was done: a channel that `program.toml` declares.
        Channel = "channel": Type::Word(Words::Channels), given, optional, personal;
        /// Day of the week in the program's time zone: 1 is Monday, 7 is Sunday.
        Weekday = "weekday": Type::Number(1, 7), personal;
        /// The campaign that the content belongs to.
        Campaign = "campaign": Type::Text, given, optional, personal;
        /// Where the shared content comes from.
        Origin = "origin": Type::Word(Words::Fixed(ORIGINS)), given, optional, personal;
        /// The format of what was published.
        Format = "format": Type::Word(Words::Fixed(FORMATS)), given, optional, personal;
        /// Percent of the words that are the advocate's own, not copied from the supplied text; worked out where post and supplied text are at hand.
        OwnWords = "own_words": PERCENT, given, optional, personal;
        /// Words in the published text; worked out where the post is at hand.
        Words = "words": COUNT, given, optional, personal;
        /// Whether somebody else wrote it for the advocate.
        Ghostwritten = "ghostwritten": Type::Flag, given, personal;
        /// Whether it shows a picture that the advocate took; told by the post's media where the record does not say.
        OwnPhoto = "own_photo": Type::Flag, given, personal;
        /// Whether it answers or serves a customer.
        Customer = "customer": Type::Flag, given, personal;
        /// Whether another person took part: helped, mentored, praised.
        HasCounterpart = "has_counterpart": Type::Flag, personal;
        /// Minutes it took, for reading, training and teaching.
        Minutes = "minutes": COUNT, given, optional, personal;
        /// Times the published post was shown, by the latest outcome.
        Impressions = "impressions": COUNT, given, personal;
        /// Likes, by the latest outcome.
        Likes = "likes": COUNT, given, personal;
        /// Comments received, by the latest outcome.
        Comments = "comments": COUNT, given, personal;
        /// Times others shared it on, by the latest outcome.
        Shares = "shares": COUNT, given, personal;
        /// Clicks on its links, by the latest outcome.
        Clicks = "clicks": COUNT, given, personal;
        /// Leads it brought, by the latest outcome.
        Leads = "leads": COUNT, given, personal;
        /// Conversions it brought, by the latest outcome.
        Conversions = "conversions": COUNT, given, personal;
        /// Value of the sales pipeline it brought, in the program's currency, whole units, by the latest outcome.
        PipelineValue = "pipeline_value": COUNT, given, personal;
    }
}

impl ActivityFact {
    /// The facts that an outcome may state: what came of the activity.
    pub(crate) const OUTCOMES: &'static [ActivityFact] = &[
        ActivityFact::Impressions,
        ActivityFact::Likes,
        ActivityFact::Comments,
        ActivityFact::Shares,
        ActivityFact::Clicks,
        ActivityFact::Leads,
        ActivityFact::Conversions,
        ActivityFact::PipelineValue,
    ];
}
