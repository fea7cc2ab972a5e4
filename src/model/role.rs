//! What somebody may do in a tenant, as people speak of it.

/// A role. They are ordered: each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees the configuration, and changes nothing.
    Viewer,
    /// Changes the configuration.
    Administrator,
    /// Also says who else may, and gives out API tokens.
    Owner,
    /// Runs the installation: makes tenants, claims hosts, approves orders.
    Operator,
}

json_enum!(Role {
    Viewer = "viewer", Administrator = "administrator", Owner = "owner", Operator = "operator",
});

impl Role {
    /// The roles that somebody can have in a tenant.
    pub const IN_TENANT: [Self; 3] = [Self::Viewer, Self::Administrator, Self::Owner];

    /// Its word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Administrator => "administrator",
            Self::Owner => "owner",
            Self::Operator => "operator",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Administrator, Self::Owner, Self::Operator]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}
