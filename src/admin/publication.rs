//! Published values: their names in KV and the text that holds one.
//!
//! The tenant's object writes them, the login path reads them. A text is one line of JSON about the
//! value, a newline, and the value's JSON, so that a truncated or mixed-up text is detected before
//! it is believed:
//!
//! ```text
//! {"format":1,"version":7,"length":1423,"sha256":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}
//! {"version":7,"tenant":"acme",…}
//! ```
//!
//! A removed value is the text of `null`: a version to remember, so that an older publication that
//! arrives late cannot bring the value back.

use super::command::PublishedName;
use crate::json::{self, Json};
use crate::model::{ClientId, Host};
use crate::vault::{base64url, sha256};

/// The only format there is; a reader refuses others.
const FORMAT: u32 = 1;

/// KV key of a domain's snapshot: `domain:<host>`.
pub fn domain_key(host: &Host) -> String {
    format!("domain:{host}")
}

/// KV key of an application: `app:<host>:<base64url SHA-256 of client_id>`. Hashed, because KV keys
/// are limited to 512 bytes and a client id may hold any visible character.
pub fn application_key(host: &Host, client_id: &ClientId) -> String {
    format!("app:{host}:{}", base64url(&sha256(client_id.as_str().as_bytes())))
}

/// KV key of a value of a host.
pub fn published_key(host: &Host, name: &PublishedName) -> String {
    match name {
        PublishedName::Domain => domain_key(host),
        PublishedName::Application { client_id } => application_key(host, client_id),
    }
}

/// A published value as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published<T> {
    /// Version of the tenant's configuration. A reader ignores one older than it has seen.
    pub version: u64,
    /// `None` when the thing was removed.
    pub value: Option<T>,
}

/// A published text that is not what its first line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// No first line, or not ours.
    Header,
    /// Written by a newer build.
    Format,
    /// Another length or hash: truncated or mixed up.
    Damaged,
    /// The value is not of the wanted shape.
    Value,
}

impl Unreadable {
    /// For the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "its first line is not ours",
            Self::Format => "it has another format",
            Self::Damaged => "its length or hash is wrong",
            Self::Value => "its value has another shape",
        }
    }
}

struct Header {
    format: u32,
    version: u64,
    length: usize,
    sha256: String,
}

json_struct!(Header { format, version, length, sha256 });

/// Writes a value, or `None` for a removed one.
pub fn published_text(version: u64, value: &dyn Json) -> String {
    let body = json::write(value);
    let header =
        Header { format: FORMAT, version, length: body.len(), sha256: base64url(&sha256(body.as_bytes())) };
    format!("{}\n{body}", json::write(&header))
}

/// Reads what [`published_text`] wrote.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse_published<T: Json>(text: &str) -> Result<Published<T>, Unreadable> {
    let (header, body) = text.split_once('\n').ok_or(Unreadable::Header)?;
    let header: Header = json::read(header).map_err(|_| Unreadable::Header)?;
    if header.format != FORMAT {
        return Err(Unreadable::Format);
    }
    if header.length != body.len() || header.sha256 != base64url(&sha256(body.as_bytes())) {
        return Err(Unreadable::Damaged);
    }
    let value = json::read(body).map_err(|_| Unreadable::Value)?;
    Ok(Published { version: header.version, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_reads_back_and_a_removed_value_keeps_its_version() {
        let text = published_text(7, &Some("æ".to_owned()));
        assert_eq!(parse_published(&text), Ok(Published { version: 7, value: Some("æ".to_owned()) }));
        let removed = published_text(8, &None::<String>);
        assert_eq!(parse_published::<String>(&removed), Ok(Published { version: 8, value: None }));
    }

    #[test]
    fn a_truncated_altered_or_foreign_text_is_refused() {
        let text = published_text(7, &Some("value".to_owned()));
        assert_eq!(parse_published::<String>(&text[..text.len() - 1]), Err(Unreadable::Damaged));
        assert_eq!(parse_published::<String>(&text.replace("value", "eulav")), Err(Unreadable::Damaged));
        assert_eq!(parse_published::<u64>(&text), Err(Unreadable::Value));
        assert_eq!(parse_published::<String>("\"value\""), Err(Unreadable::Header));
        assert_eq!(parse_published::<String>(""), Err(Unreadable::Header));
        let newer = text.replace("\"format\":1", "\"format\":2");
        assert_eq!(parse_published::<String>(&newer), Err(Unreadable::Format));
    }

    #[test]
    fn keys_name_the_host_and_hide_what_a_client_id_may_contain() {
        let host = Host::parse("acme.example:8443").unwrap();
        assert_eq!(domain_key(&host), "domain:acme.example:8443");
        let key = application_key(&host, &ClientId::parse("urn:acme:web").unwrap());
        assert_eq!(key, "app:acme.example:8443:USkXVV_kh1gOjHOmr86Y3qmJcgdYgxGEvNBukcsvAjc");
    }
}
