//! What there is to be allowed, and which role is allowed what.

use serde::{Deserialize, Serialize};

/// Something that a caller may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// Check drafts.
    Check,
    /// Put activities, content, meetings and kudos on record.
    Record,
    /// Read and report who takes part.
    People,
    /// Read figures of people and teams, and grants.
    Read,
    /// Follow what is put on record.
    Changes,
    /// Mint tokens for advocates.
    Mint,
    /// Give points by hand, read and resolve disputes.
    Correct,
    /// Run awards, and decide about grants.
    Award,
    /// Read the program with its rules, and try out another one.
    Program,
    /// Publish another program, and roll back.
    Publish,
    /// Take everything on record away.
    Export,
    /// Erase what is on record of a person, or is past its age.
    Erase,
}

impl Scope {
    /// The name in documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scope::Check => "check",
            Scope::Record => "record",
            Scope::People => "people",
            Scope::Read => "read",
            Scope::Changes => "changes",
            Scope::Mint => "mint",
            Scope::Correct => "correct",
            Scope::Award => "award",
            Scope::Program => "program",
            Scope::Publish => "publish",
            Scope::Export => "export",
            Scope::Erase => "erase",
        }
    }
}

/// Whom a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    /// Leads the program: awards and decisions about grants, and all that coordinators may.
    Leader,
    /// Runs the program day by day: figures, coaching, kudos, points by hand, disputes.
    Coordinator,
    /// Looks after the installation: everything.
    Administrator,
    /// A machine that checks drafts and does nothing else.
    CheckOnly,
    /// A machine that puts activities and content on record.
    Recorder,
    /// An HR system: reads and reports people.
    Hr,
    /// A tool that advocates use: checks, records, follows changes, and mints tokens for advocates.
    Host,
}

impl Role {
    pub(crate) const ALL: [Role; 7] = [
        Role::Leader,
        Role::Coordinator,
        Role::Administrator,
        Role::CheckOnly,
        Role::Recorder,
        Role::Hr,
        Role::Host,
    ];

    /// The name in files and documents.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Leader => "leader",
            Role::Coordinator => "coordinator",
            Role::Administrator => "administrator",
            Role::CheckOnly => "check-only",
            Role::Recorder => "recorder",
            Role::Hr => "hr",
            Role::Host => "host",
        }
    }

    /// What the role may do.
    pub(crate) fn scopes(self) -> &'static [Scope] {
        use Scope::{
            Award, Changes, Check, Correct, Erase, Export, Mint, People, Program, Publish, Read,
            Record,
        };
        match self {
            Role::CheckOnly => &[Check],
            Role::Recorder => &[Record],
            Role::Hr => &[People],
            Role::Host => &[Check, Record, Changes, Mint],
            Role::Coordinator => &[Check, Record, Read, Changes, Correct, Program],
            Role::Leader => &[Check, Record, Read, Changes, Correct, Program, Award, Publish],
            Role::Administrator => &[
                Check, Record, People, Read, Changes, Mint, Correct, Award, Program, Publish,
                Export, Erase,
            ],
        }
    }

    /// Whether the role may do something.
    pub(crate) fn may(self, scope: Scope) -> bool {
        self.scopes().contains(&scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_program_leaders_and_administrators_award() {
        let may: Vec<Role> = Role::ALL.into_iter().filter(|role| role.may(Scope::Award)).collect();
        assert_eq!(may, [Role::Leader, Role::Administrator]);
    }

    #[test]
    fn only_program_leaders_and_administrators_publish() {
        let may = Role::ALL.into_iter().filter(|role| role.may(Scope::Publish));
        assert_eq!(may.collect::<Vec<_>>(), [Role::Leader, Role::Administrator]);
    }

    #[test]
    fn only_administrators_take_people_off_the_record_or_everything_away() {
        for scope in [Scope::Erase, Scope::Export] {
            let may: Vec<Role> = Role::ALL.into_iter().filter(|role| role.may(scope)).collect();
            assert_eq!(may, [Role::Administrator], "{}", scope.name());
        }
    }

    #[test]
    fn the_guide_says_what_each_role_may() {
        let guide = include_str!("../../../README.md");
        for role in Role::ALL {
            let scopes: Vec<&str> = role.scopes().iter().map(|scope| scope.name()).collect();
            let row = format!("| {} | {} |", role.name(), scopes.join(", "));
            assert!(guide.contains(&row), "{row}");
        }
    }

    #[test]
    fn machines_read_nobodys_figures() {
        for role in [Role::CheckOnly, Role::Recorder, Role::Hr, Role::Host] {
            assert!(!role.may(Scope::Read), "{}", role.name());
        }
    }
}
