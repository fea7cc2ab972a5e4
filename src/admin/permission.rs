//! What a caller of the admin API may do, and what each call asks for.

use crate::model::Role;
use crate::web::Method;

/// One thing that may be allowed within a tenant. Whoever has any of them may also read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// To see the tenant's configuration, its keys' timetable and its log of changes.
    Read,
    /// To make, change and remove applications and their secrets.
    Applications,
    /// To change domains, environments, upstreams, styles, test people and the tenant's own settings; to see who
    /// consented and what was recorded.
    Configuration,
    /// To rotate keys, postpone it, and take a stolen one out.
    Keys,
    /// To make and remove API tokens.
    Access,
}

json_enum!(Permission {
    Read = "read", Applications = "applications", Configuration = "configuration", Keys = "keys",
    Access = "access",
});

impl Permission {
    /// Those that a token can have; [`Permission::Read`] goes without saying.
    pub const ALL: [Self; 5] =
        [Self::Read, Self::Applications, Self::Configuration, Self::Keys, Self::Access];

    /// What whoever lacks it is told.
    pub fn lacking(self) -> &'static str {
        match self {
            Self::Read => "This takes a token of the tenant.",
            Self::Applications => "This takes the scope applications.",
            Self::Configuration => "This takes the scope configuration.",
            Self::Keys => "This takes the scope keys.",
            Self::Access => "This takes the scope access.",
        }
    }

    /// What a role includes within its tenant.
    pub fn of(role: Role) -> Vec<Self> {
        let all = Self::ALL.into_iter();
        match role {
            Role::Viewer => vec![Self::Read],
            Role::Administrator => all.filter(|permission| *permission != Self::Access).collect(),
            Role::Owner | Role::Operator => all.collect(),
        }
    }
}

/// What a call within a tenant asks for; `path` is what follows the tenant's id. `None` is for the
/// installation's operator alone: backups, which hold private keys under a key that the caller chooses,
/// and whatever nobody has thought of.
pub fn needed(method: Method, path: &[&str]) -> Option<Permission> {
    use Method::{Delete, Get, Post, Put};
    Some(match (method, path) {
        (_, ["tokens", ..]) => Permission::Access,
        (Get, ["environments", _, "consents"] | ["environments", _, "traces", _]) => {
            Permission::Configuration
        }
        (Get, _) => Permission::Read,
        (Post, ["environments", _, "keys", ..]) => Permission::Keys,
        (Put | Delete | Post, ["domains", _, "applications", ..]) => Permission::Applications,
        (Put, [] | ["environments", _] | ["environments", _, "rehearsal"] | ["applied-file"])
        | (Put | Delete, ["environments", _, "test-people", _])
        | (Put | Delete | Post, ["domains", _, ..]) => Permission::Configuration,
        _ => return None,
    })
}
