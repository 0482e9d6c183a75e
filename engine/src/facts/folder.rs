//! The folders of rules: what the rules of each are given.

use super::Object;

/// A folder of rules: what they may take, and what their examples are labelled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// Rules that look at a post and find what could be better.
    Guidelines,
    /// Rules that give an activity points.
    Scoring,
    /// Rules that say what a person or a team is entitled to.
    Recognition,
    /// Rules that suggest a next step to a person or a team.
    Coaching,
    /// Helpers that rules import.
    Lib,
}

impl Folder {
    /// The folders, by name.
    pub const ALL: [Folder; 5] =
        [Folder::Guidelines, Folder::Scoring, Folder::Recognition, Folder::Coaching, Folder::Lib];

    /// The name of the folder.
    pub const fn name(self) -> &'static str {
        match self {
            Folder::Guidelines => "guidelines",
            Folder::Scoring => "scoring",
            Folder::Recognition => "recognition",
            Folder::Coaching => "coaching",
            Folder::Lib => "lib",
        }
    }

    /// The parameters that a rule of the folder may take.
    pub const fn parameters(self) -> &'static [(&'static str, Object)] {
        match self {
            Folder::Guidelines => &[
                ("post", Object::Post),
                ("author", Object::Person),
                ("so_far", Object::SoFar),
                ("program", Object::Program),
            ],
            Folder::Scoring => &[
                ("activity", Object::Activity),
                ("person", Object::Person),
                ("so_far", Object::SoFar),
                ("program", Object::Program),
            ],
            Folder::Recognition => &[
                ("standing", Object::Standing),
                ("person", Object::Person),
                ("team", Object::Team),
                ("period", Object::Period),
                ("program", Object::Program),
            ],
            Folder::Coaching => &[
                ("standing", Object::Standing),
                ("person", Object::Person),
                ("team", Object::Team),
                ("program", Object::Program),
            ],
            Folder::Lib => &[],
        }
    }

    /// The name under which rules of the folder see an object.
    pub(crate) fn parameter(self, object: Object) -> &'static str {
        let known = self.parameters().iter().find(|(_, known)| *known == object);
        known.map_or_else(|| Self::any_parameter(object), |(name, _)| name)
    }

    fn any_parameter(object: Object) -> &'static str {
        match object {
            Object::Post => "post",
            Object::Person => "person",
            Object::Activity => "activity",
            Object::SoFar => "so_far",
            Object::Program => "program",
            Object::Standing => "standing",
            Object::Team => "team",
            Object::Period => "period",
        }
    }

    /// The object that a parameter name stands for in any folder.
    pub(crate) fn object_of(name: &str) -> Option<Object> {
        Folder::ALL
            .iter()
            .flat_map(|folder| folder.parameters())
            .find(|(known, _)| *known == name)
            .map(|(_, object)| *object)
    }
}
