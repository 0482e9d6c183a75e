//! Facts of an activity.

use super::{COUNT, PERCENT, STYLES, Type, Words, facts};

/// The media formats of a post or story.
pub(super) const FORMATS: &[&str] = &["text", "image", "video", "story", "document", "audio"];

/// Where the content that is shared comes from.
pub(super) const ORIGINS: &[&str] = &["own", "company", "third_party"];

facts! {
    /// Something an advocate did at a time.
    ActivityFact {
        /// What was done: a kind that `program.toml` declares.
        Kind = "kind": Type::Word(Words::Kinds), given;
        /// The style that the kind belongs to.
        Style = "style": Type::Word(Words::Fixed(STYLES));
        /// Where it was done: a channel that `program.toml` declares.
        Channel = "channel": Type::Word(Words::Channels), given, optional;
        /// Day of the week in the program's time zone: 1 is Monday, 7 is Sunday.
        Weekday = "weekday": Type::Number(1, 7);
        /// The campaign that the content belongs to.
        Campaign = "campaign": Type::Text, given, optional;
        /// Where the shared content comes from.
        Origin = "origin": Type::Word(Words::Fixed(ORIGINS)), given, optional;
        /// The format of what was published.
        Format = "format": Type::Word(Words::Fixed(FORMATS)), given, optional;
        /// Percent of the words that are the advocate's own, not copied from the supplied text; worked out where post and supplied text are at hand.
        OwnWords = "own_words": PERCENT, given, optional;
        /// Words in the published text; worked out where the post is at hand.
        Words = "words": COUNT, given, optional;
        /// Whether somebody else wrote it for the advocate.
        Ghostwritten = "ghostwritten": Type::Flag, given;
        /// Whether it answers or serves a customer.
        Customer = "customer": Type::Flag, given;
        /// Whether another person took part: helped, mentored, praised.
        HasCounterpart = "has_counterpart": Type::Flag;
        /// Minutes it took, for reading, training and teaching.
        Minutes = "minutes": COUNT, given, optional;
        /// Times the published post was shown, by the latest outcome.
        Impressions = "impressions": COUNT, given;
        /// Likes, by the latest outcome.
        Likes = "likes": COUNT, given;
        /// Comments received, by the latest outcome.
        Comments = "comments": COUNT, given;
        /// Times others shared it on, by the latest outcome.
        Shares = "shares": COUNT, given;
        /// Clicks on its links, by the latest outcome.
        Clicks = "clicks": COUNT, given;
        /// Leads it brought, by the latest outcome.
        Leads = "leads": COUNT, given;
        /// Conversions it brought, by the latest outcome.
        Conversions = "conversions": COUNT, given;
        /// Value of the sales pipeline it brought, in the program's currency, whole units, by the latest outcome.
        PipelineValue = "pipeline_value": COUNT, given;
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
