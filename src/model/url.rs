//! The small part of URLs that registration needs: scheme, host, port, the rest.
//!
//! Not a browser's URL parser, on purpose: what this strict reading does not understand is
//! refused at registration, and after that redirect URIs are compared byte for byte, so no two
//! parsers can disagree about one. (The `url` crate would add 30 to 82 kB to the Worker.)

use super::names::{Host, InvalidName};
use std::fmt;

/// Longest URL of any setting, bytes.
pub const URL_MAX_BYTES: usize = 1_000;

/// An absolute `https` URL, or `http` on loopback, without user info or fragment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebUrl(String);

json_text!(WebUrl, as_str, |raw| Self::parse(raw).ok());

impl WebUrl {
    /// # Errors
    /// Another scheme, user info, a fragment, a character that would have to be escaped, or a host
    /// that is not plain ASCII.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName = InvalidName("an absolute https URL without user info, fragment or spaces");
        if raw.len() > URL_MAX_BYTES || !is_plain(raw) {
            return Err(RULE);
        }
        let (secure, rest) = match (raw.strip_prefix("https://"), raw.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(RULE),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let host = Host::parse(&rest[..end]).map_err(|_| RULE)?;
        if host.as_str() != &rest[..end] {
            return Err(InvalidName("the host name is written in lower case"));
        }
        if !secure && !host.is_loopback() {
            return Err(InvalidName("http is allowed on localhost only"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// The URL as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: `https://acme.example`.
    pub fn origin(&self) -> &str {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[start..].find(['/', '?']).map_or(self.0.len(), |at| start + at);
        &self.0[..end]
    }

    /// The host with its port.
    pub fn host(&self) -> &str {
        let origin = self.origin();
        origin.find("://").map_or(origin, |at| &origin[at + 3..])
    }

    /// Whether production may fetch it or send a browser there for a login: https on port 443,
    /// a name with a dot, no IP literal and no local name (SSRF; RFC 6761 and RFC 6762 names).
    pub fn is_public(&self) -> bool {
        self.0.starts_with("https://") && Host::parse(self.host()).is_ok_and(|host| host.is_public())
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Scheme, host and port, as browsers send it in `Origin` (RFC 6454 §6.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

json_text!(Origin, as_str, |raw| Self::parse(raw).ok());

impl Origin {
    /// # Errors
    /// Not an https URL (http on loopback), or with a path. A port that the scheme implies is left
    /// out, as browsers leave it out.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName =
            InvalidName("an origin such as https://app.example, without path and slash");
        let url = WebUrl::parse(raw).map_err(|_| RULE)?;
        let implied = if raw.starts_with("https://") { ":443" } else { ":80" };
        if url.origin() == raw && !raw.ends_with(implied) { Ok(Self(raw.to_owned())) } else { Err(RULE) }
    }

    /// As registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// See [`WebUrl::is_public`].
    pub fn is_public(&self) -> bool {
        WebUrl::parse(&self.0).is_ok_and(|url| url.is_public())
    }
}

/// A callback URL as registered. A request's `redirect_uri` must equal it byte for byte
/// (RFC 9700 §4.1.3); it may be a web URL or a native app's private scheme (RFC 8252 §7.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri(String);

json_text!(RedirectUri, as_str, |raw| Self::parse(raw).ok());

impl RedirectUri {
    /// # Errors
    /// Not an absolute web URL and not a private scheme with a dot (`com.example.app:/callback`).
    /// Schemes that run code or open files have no dot, so they can't be registered.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        const RULE: InvalidName = InvalidName(
            "an https URL without fragment, http on localhost, or a private scheme such as com.example.app:/callback",
        );
        if raw.starts_with("https:") || raw.starts_with("http:") {
            return WebUrl::parse(raw).map(|url| Self(url.0));
        }
        let (scheme, rest) = raw.split_once(':').ok_or(RULE)?;
        let scheme_ok = scheme.contains('.')
            && scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
        if raw.len() <= URL_MAX_BYTES && scheme_ok && rest.starts_with('/') && is_plain(raw) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(RULE)
        }
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port of a web URL; scheme and colon of a private one: what a content
    /// security policy calls its source.
    pub fn origin(&self) -> &str {
        let start = match self.0.find("://") {
            Some(at) if self.0.starts_with("https://") || self.0.starts_with("http://") => at + 3,
            _ => return self.0.find(':').map_or(&self.0, |at| &self.0[..=at]),
        };
        let end = self.0[start..].find(['/', '?']).map_or(self.0.len(), |at| start + at);
        &self.0[..end]
    }
}

/// Visible ASCII without the characters that mean something to HTML, headers or URL parsers
/// outside their place: RFC 3986 lists none of them as legal, browsers repair them silently.
fn is_plain(raw: &str) -> bool {
    raw.bytes().all(|b| {
        b.is_ascii_graphic()
            && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#' | b'@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_urls_are_https_or_loopback() {
        for raw in [
            "https://acme.example/cb?x=1",
            "http://localhost:3000/callback",
            "http://127.0.0.1:3000/",
            "https://a.example",
        ] {
            assert!(WebUrl::parse(raw).is_ok(), "{raw}");
        }
        for raw in [
            "http://acme.example/cb",
            "https://user@acme.example/",
            "https://acme.example/#f",
            "//acme.example/",
            "javascript:alert(1)",
            "https://ACME.example/",
            "https://acme.example\\@evil.example/",
            "https:///path",
            "https://acme.example/a b",
            "https://æ.example/",
            "https://",
            "ftp://acme.example",
            "https://acme.example/\"",
            "https://[::1]/",
        ] {
            assert!(WebUrl::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn an_origin_ends_before_path_and_query() {
        assert_eq!(WebUrl::parse("https://a.example?x=/").unwrap().origin(), "https://a.example");
        assert_eq!(WebUrl::parse("http://localhost:3000/cb").unwrap().host(), "localhost:3000");
    }

    #[test]
    fn production_upstreams_have_public_names_on_port_443() {
        assert!(WebUrl::parse("https://pp.netseidbroker.dk/op").unwrap().is_public());
        for raw in [
            "http://localhost/x",
            "https://10.0.0.1/x",
            "https://acme.example:8443/",
            "https://intranet/x",
            "https://db.internal/",
            "https://printer.local/",
        ] {
            assert!(!WebUrl::parse(raw).unwrap().is_public(), "{raw}");
        }
    }

    #[test]
    fn the_origin_of_a_callback_is_what_a_content_security_policy_names() {
        for (raw, origin) in [
            ("https://acme.example/cb?x=1", "https://acme.example"),
            ("http://localhost:3000/callback", "http://localhost:3000"),
            ("com.example.app:/callback", "com.example.app:"),
            ("http.example://x;y/", "http.example:"),
        ] {
            assert_eq!(RedirectUri::parse(raw).unwrap().origin(), origin);
        }
    }

    #[test]
    fn native_apps_may_register_a_private_scheme_but_no_scheme_that_runs_code() {
        assert!(RedirectUri::parse("com.example.app:/callback").is_ok());
        for raw in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "myapp:/cb",
            "com.example.app:callback",
            "com.example.app:/cb#x",
        ] {
            assert!(RedirectUri::parse(raw).is_err(), "{raw}");
        }
    }
}
