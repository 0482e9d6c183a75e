//! Facts of a person.

use super::{COUNT, STYLES, Type, Words, facts};

facts! {
    /// The person who did the activity or wrote the post, as the people file has them.
    PersonFact {
        /// The department the person works in.
        Department = "department": Type::Text, given, optional, personal;
        /// The function in the company, such as `sales` or `service`.
        Function = "function": Type::Text, given, optional, personal;
        /// The country the person works in, as the HR system writes it.
        Country = "country": Type::Text, given, optional, personal;
        /// The career level, as the HR system writes it.
        Level = "level": Type::Text, given, optional, personal;
        /// The group the person joined the program with.
        Cohort = "cohort": Type::Text, given, optional, personal;
        /// Whether the person leads others or speaks for the company.
        Leader = "leader": Type::Flag, given, personal;
        /// The style of taking part that the person chose.
        Style = "style": Type::Word(Words::Fixed(STYLES)), given, optional, personal;
        /// Whether something moves the person to take part: status, recognition, learning or giving.
        MotivatedBy = "motivated_by": Type::Flag, given, asked(Motivator), personal;
        /// Whether the person would like help with a skill.
        Needs = "needs": Type::Flag, given, asked(Skill), personal;
        /// Whether the person could help others with a skill.
        SkilledIn = "skilled_in": Type::Flag, given, asked(Skill), personal;
        /// People who follow the person or are connected with them, on all channels together.
        Audience = "audience": COUNT, given, optional, personal;
        /// Of the audience, those who do not follow the brand's own accounts.
        AudienceOutside = "audience_outside": COUNT, given, optional, personal;
        /// The advocate who is the person's mentor.
        Mentor = "mentor": Type::Text, given, optional, personal;
    }
}

impl PersonFact {
    /// The facts that make people a team.
    pub(crate) const TEAMS: &'static [PersonFact] = &[
        PersonFact::Department,
        PersonFact::Function,
        PersonFact::Country,
        PersonFact::Level,
        PersonFact::Cohort,
    ];

    /// The name in records.
    pub(crate) fn name(self) -> &'static str {
        Self::FACTS[self as usize].name
    }
}
