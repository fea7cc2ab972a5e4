//! A look at somebody's JSON document over the net, and words for what goes wrong on the way.

use crate::model::url::WebUrl;
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::findings as texts;
use crate::ports::{FetchRequest, Upstreams};
use serde_json::Value;

/// Longest part of a foreign text that a page shows, characters.
const SHOWN_MAX_CHARS: usize = 120;

/// Whether this installation looks at an address for somebody: a public one; on loopback where the
/// simulators are. Whoever names the address is a tenant's, and what stands inside is not his (SSRF).
pub fn may_look(url: &WebUrl, simulators: bool) -> bool {
    url.is_public() || (simulators && url.as_str().starts_with("http://"))
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its name has no address.
    NotResolved,
    /// No certificate of its name.
    Tls,
    /// It leads elsewhere.
    Redirect,
    /// It is too long.
    TooLong,
    /// Nobody answers, or not in time.
    Silent,
    /// Another status than 200.
    Status(u16),
    /// It is no JSON object.
    NotJson,
}

impl Trouble {
    /// Of a status. Those from 520 on are the platform's own words for a host that it can't reach.
    fn of_status(status: u16) -> Self {
        match status {
            523 | 530 => Self::NotResolved,
            525 | 526 => Self::Tls,
            520..=524 | 527 => Self::Silent,
            other => Self::Status(other),
        }
    }

    /// Of what the adapter says, which has the platform's reason in it.
    fn of_cause(cause: &str) -> Self {
        let lower = cause.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&["redirect"]) {
            Self::Redirect
        } else if has(&["too long"]) {
            Self::TooLong
        } else if has(&["dns", "resolve", "lookup"]) {
            Self::NotResolved
        } else if has(&["tls", "ssl", "certificate"]) {
            Self::Tls
        } else {
            Self::Silent
        }
    }

    /// In words.
    pub fn text(self) -> Text {
        match self {
            Self::NotResolved => texts::NOT_RESOLVED.clone(),
            Self::Tls => texts::TLS.clone(),
            Self::Redirect => texts::REDIRECT.clone(),
            Self::TooLong => texts::TOO_LONG.clone(),
            Self::Silent => texts::SILENT.clone(),
            Self::Status(status) => texts::status(status),
            Self::NotJson => texts::NOT_JSON.clone(),
        }
    }
}

/// GETs a JSON object, from its place and no memory.
///
/// # Errors
/// [`Trouble`].
pub async fn look(ports: &impl Upstreams, url: &str) -> Result<Value, Trouble> {
    let request = FetchRequest { url: url.to_owned(), form: None, json: None, authorization: None };
    let answer = ports.send(request).await.map_err(|failed| Trouble::of_cause(&failed.cause))?;
    if answer.status != 200 {
        return Err(Trouble::of_status(answer.status));
    }
    match crate::json::read_object(answer.body.as_bytes()) {
        Ok(object) => Ok(Value::Object(object)),
        Err(_) => Err(Trouble::NotJson),
    }
}

/// A foreign text as a page shows it: its beginning, without what is no letter or sign.
pub fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_platform_says_of_a_host_that_it_cannot_reach_is_told_apart() {
        for (status, trouble) in [
            (530, Trouble::NotResolved),
            (526, Trouble::Tls),
            (522, Trouble::Silent),
            (404, Trouble::Status(404)),
            (500, Trouble::Status(500)),
        ] {
            assert_eq!(Trouble::of_status(status), trouble);
        }
        for (cause, trouble) in [
            ("DNS lookup failed.", Trouble::NotResolved),
            ("TLS peer's certificate is not trusted", Trouble::Tls),
            ("a redirect, which is refused", Trouble::Redirect),
            ("an answer that is too long", Trouble::TooLong),
            ("no answer in time", Trouble::Silent),
            ("Network connection lost.", Trouble::Silent),
        ] {
            assert_eq!(Trouble::of_cause(cause), trouble, "{cause}");
        }
    }

    #[test]
    fn nothing_inside_is_looked_at_for_a_tenant() {
        let may = |url: &str, simulators| may_look(&WebUrl::parse(url).unwrap(), simulators);
        assert!(may("https://eid.example/op", false));
        assert!(may("http://localhost:8787/simulator/mitid", true));
        for inside in [
            "http://localhost:8787/x",
            "https://10.0.0.1/x",
            "https://db.internal/x",
            "https://eid.example:8443",
        ] {
            assert!(!may(inside, false), "{inside}");
        }
        assert!(!may("https://db.internal/x", true));
    }
}
