//! The names things go by: host, tenant, environment, client.
//!
//! Each is a newtype that can only be made by parsing, so that a function which takes a `Host`
//! never meets a header nobody looked at.

use std::fmt;

/// A name that does not follow its rule; the text says the rule, never the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidName(pub &'static str);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// RFC 1035 §2.3.4 allows 253 characters for a name; six more hold `:` and a port.
pub const HOST_MAX_BYTES: usize = 253 + 6;
/// Longest tenant id, bytes.
pub const TENANT_ID_MAX_BYTES: usize = 40;
/// Longest client id, bytes. URNs of real installations are below 100.
pub const CLIENT_ID_MAX_BYTES: usize = 200;

macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            /// The name as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        json_text!($name, as_str, |raw| Self::parse(raw).ok());
    };
}

/// A domain's host name with its port when it has one: `acme.example`, `localhost:8787`.
/// Lower case; the key under which everything of a domain is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

text_newtype!(Host);

impl Host {
    /// Parses a host name or IPv4 address with an optional port, and folds upper case.
    ///
    /// # Errors
    /// Anything else: user info, paths, IPv6 literals, non-ASCII names (write them as punycode).
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName =
            InvalidName("a host name: letters, digits, hyphens, dots, and an optional port");
        if raw.is_empty() || raw.len() > HOST_MAX_BYTES {
            return Err(RULE);
        }
        let (name, port) = match raw.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (raw, None),
        };
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let port_ok = port.is_none_or(|port| {
            !port.is_empty()
                && !port.starts_with('0')
                && port.bytes().all(|b| b.is_ascii_digit())
                && port.parse::<u16>().is_ok()
        });
        if name.split('.').all(label_ok) && port_ok { Ok(Self(raw.to_ascii_lowercase())) } else { Err(RULE) }
    }

    /// The name without its port.
    pub fn name(&self) -> &str {
        self.0.split(':').next().unwrap_or(&self.0)
    }

    /// Whether this names the machine itself, where browsers accept secure cookies over http.
    pub fn is_loopback(&self) -> bool {
        let name = self.name();
        name == "localhost" || name == "127.0.0.1" || name.ends_with(".localhost")
    }

    /// Whether this is a name that public DNS can hold: two labels or more, no port, no IP literal in
    /// any notation (a last label that begins with a digit), none of the names kept for local use
    /// (RFC 6761, RFC 6762).
    pub fn is_public(&self) -> bool {
        const LOCAL: [&str; 7] = ["localhost", "local", "internal", "test", "invalid", "onion", "arpa"];
        let last = self.0.rsplit('.').next().unwrap_or(&self.0);
        self.0.contains('.')
            && !self.0.contains(':')
            && !LOCAL.contains(&last)
            && last.starts_with(|first: char| first.is_ascii_alphabetic())
    }

    /// The issuer of this domain: `https://host`, and `http://host` on loopback only.
    pub fn issuer(&self) -> String {
        if self.is_loopback() { format!("http://{}", self.0) } else { format!("https://{}", self.0) }
    }
}

/// A tenant's short id: `acme`. Lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(String);

text_newtype!(TenantId);

impl TenantId {
    /// # Errors
    /// When the id is empty, longer than [`TENANT_ID_MAX_BYTES`] or has other characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        let fits = !raw.is_empty()
            && raw.len() <= TENANT_ID_MAX_BYTES
            && !raw.starts_with('-')
            && !raw.ends_with('-')
            && raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(raw.to_owned()))
        } else {
            Err(InvalidName("1 to 40 lower-case letters, digits and inner hyphens"))
        }
    }
}

/// An application's `client_id`, also called its realm: `urn:acme:web`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

text_newtype!(ClientId);

impl ClientId {
    /// RFC 6749 appendix A.1 allows every visible ASCII character; we leave out the space, which
    /// real client ids do not have and log readers stumble over.
    ///
    /// # Errors
    /// When empty, longer than [`CLIENT_ID_MAX_BYTES`] or with other characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        let fits =
            !raw.is_empty() && raw.len() <= CLIENT_ID_MAX_BYTES && raw.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(raw.to_owned())) } else { Err(InvalidName("1 to 200 visible ASCII characters")) }
    }
}

/// TEST or PRODUCTION. They share nothing but the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// For trials: simulators and pre-production upstreams.
    Test,
    /// For real people.
    Production,
}

json_enum!(Environment { Test = "TEST", Production = "PRODUCTION" });

impl Environment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Test, Self::Production];

    /// `TEST` or `PRODUCTION`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "TEST",
            Self::Production => "PRODUCTION",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_folded_to_lower_case_and_keeps_its_port() {
        assert_eq!(Host::parse("ACME.example:8443").unwrap().as_str(), "acme.example:8443");
        assert_eq!(Host::parse("localhost:8787").unwrap().name(), "localhost");
    }

    #[test]
    fn what_is_not_a_plain_host_is_refused() {
        for raw in [
            "",
            "a b",
            "a/b",
            "user@acme.example",
            "[::1]",
            "acme..example",
            ".acme",
            "acme.",
            "-a.example",
            "a-.example",
            "acme:0",
            "acme:99999",
            "acme:",
            "acme:8:8",
            "æble.dk",
            "acme.example\n",
            "acme:08",
        ] {
            assert!(Host::parse(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn only_the_machine_itself_is_served_without_tls() {
        assert_eq!(Host::parse("localhost:8787").unwrap().issuer(), "http://localhost:8787");
        assert_eq!(Host::parse("x.localhost").unwrap().issuer(), "http://x.localhost");
        assert_eq!(Host::parse("localhost.example").unwrap().issuer(), "https://localhost.example");
        assert_eq!(Host::parse("127.0.0.1.example").unwrap().issuer(), "https://127.0.0.1.example");
    }

    #[test]
    fn public_names_are_no_addresses_in_any_notation_and_have_no_port() {
        assert!(Host::parse("pp.netseidbroker.dk").unwrap().is_public());
        assert!(Host::parse("acme.xn--p1ai").unwrap().is_public());
        for raw in [
            "localhost",
            "x.localhost",
            "10.0.0.1",
            "127.0.0x1",
            "169.254.169.0xfe",
            "0x7f.1",
            "acme.example:443",
            "intranet",
            "db.internal",
            "printer.local",
            "1.2",
        ] {
            assert!(!Host::parse(raw).unwrap().is_public(), "{raw}");
        }
    }

    #[test]
    fn a_client_id_is_a_urn_or_any_visible_ascii() {
        assert!(ClientId::parse("urn:acme:web").is_ok());
        for raw in ["", "a b", "æ", "a\u{0}", "a\n"] {
            assert!(ClientId::parse(raw).is_err(), "{raw:?}");
        }
        assert!(ClientId::parse(&"x".repeat(CLIENT_ID_MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn a_tenant_id_cannot_carry_a_separator_of_object_names() {
        for raw in ["", "a/b", "A", "-a", "a-", "a.b", "a:b"] {
            assert!(TenantId::parse(raw).is_err(), "{raw:?}");
        }
        assert!(TenantId::parse("acme-2").is_ok());
    }
}
