//! Published values: their names in KV and the text that holds one.
//!
//! The tenant's object writes them, the login path reads them. A text is one line of JSON about the
//! value, a newline, and the value's JSON, so that a truncated or mixed-up text is detected before
//! it is believed, and one that stands under another's name as well:
//!
//! ```text
//! {"format":1,"key":"domain:acme.example","version":7,"length":1423,"sha256":"n4bQgYhMfWWaL-qg…","mac":"…"}
//! {"version":7,"tenant":"acme",…}
//! ```
//! The MAC of key, version and hash, under a key derived from the master key, keeps whoever can write KV
//! and nothing else from being believed. A reader asks for it of what KV says; the object of the host has
//! the same text from its writer. (What an older text says under its own key was true once: a reader
//! that has seen a newer one ignores it.)
//!
//! A removed value is the text of `null`: a version to remember, so that an older publication that
//! arrives late cannot bring the value back.

use super::command::PublishedName;
use crate::json::{self, Json};
use crate::model::{Application, ClientId, DomainSnapshot, Host, Style};
use crate::vault::{base64url, equal, from_base64url, hkdf_sha256, hmac_sha256, sha256};

/// The only format there is; a reader refuses others.
const FORMAT: u32 = 1;

/// KV key of a domain's snapshot: `domain:<host>`.
pub fn domain_key(host: &Host) -> String {
    format!("domain:{host}")
}

/// KV key of an application: `app:<host>:<base64url SHA-256 of client_id>`. Hashed, because KV keys
/// are limited to 512 bytes and a client id may hold any visible character.
pub fn application_key(host: &Host, client_id: &ClientId) -> String {
    format!("app:{host}:{}", hash_of(client_id))
}

fn hash_of(client_id: &ClientId) -> String {
    base64url(&sha256(client_id.as_str().as_bytes()))
}

/// KV key of a style: `style:<host>:<digest>`.
pub fn style_key(host: &Host, digest: &str) -> String {
    format!("style:{host}:{digest}")
}

/// KV key of a value of a host.
pub fn published_key(host: &Host, name: &PublishedName) -> String {
    match name {
        PublishedName::Domain => domain_key(host),
        PublishedName::Application { client_id } => application_key(host, client_id),
        PublishedName::Style { digest } => style_key(host, digest),
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
    /// Written for another key, or about something else than its key says.
    Foreign,
    /// Written by somebody else.
    Forged,
    /// The value is not of the wanted shape.
    Value,
    /// The value lacks something that no login can do without.
    Partial,
}

impl Unreadable {
    /// For the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "its first line is not ours",
            Self::Format => "it has another format",
            Self::Damaged => "its length or hash is wrong",
            Self::Foreign => "it belongs to another key",
            Self::Forged => "its MAC is by none of our keys",
            Self::Value => "its value has another shape",
            Self::Partial => "its key set is not whole",
        }
    }
}

struct Header {
    format: u32,
    key: String,
    version: u64,
    length: usize,
    sha256: String,
    mac: String,
}

json_struct!(Header { format, key, version, length, sha256, mac or String::new() });

impl Header {
    fn mac_by(&self, master_key: &[u8; 32]) -> [u8; 32] {
        let key = hkdf_sha256(master_key, b"", b"edge-eid published v1");
        hmac_sha256(&key, &[format!("{} {} {}", self.key, self.version, self.sha256).as_bytes()])
    }
}

/// What is published, and read with less trust than it was written with.
pub trait Publishable: Json {
    /// Whether nothing is missing without which a reader had better keep what he has.
    fn is_whole(&self) -> bool;
    /// Whether it says of itself what this key says.
    fn belongs_to(&self, key: &str) -> bool;
}

impl Publishable for DomainSnapshot {
    fn is_whole(&self) -> bool {
        self.can_sign()
    }

    fn belongs_to(&self, key: &str) -> bool {
        key.strip_prefix("domain:") == Some(self.host.as_str())
    }
}

impl Publishable for Application {
    fn is_whole(&self) -> bool {
        true
    }

    fn belongs_to(&self, key: &str) -> bool {
        key.ends_with(&[":", &hash_of(&self.client_id)].concat())
    }
}

impl Publishable for Style {
    fn is_whole(&self) -> bool {
        true
    }

    // Its key is its digest.
    fn belongs_to(&self, _: &str) -> bool {
        true
    }
}

/// Writes the value of a key, or `None` for a removed one.
pub fn published_text(key: &str, version: u64, value: &dyn Json, master_key: &[u8; 32]) -> String {
    let body = json::write(value);
    let mut header = Header {
        mac: String::new(),
        format: FORMAT,
        key: key.to_owned(),
        version,
        length: body.len(),
        sha256: base64url(&sha256(body.as_bytes())),
    };
    header.mac = base64url(&header.mac_by(master_key));
    format!("{}\n{body}", json::write(&header))
}

/// Whether a text is of a value that was removed.
pub fn is_removed(text: &str) -> bool {
    text.ends_with("\nnull")
}

/// Whether we have written a text under one of these master keys; what it says is another question, for
/// [`parse_published`].
///
/// # Errors
/// See [`Unreadable`].
pub fn check_genuine<'a>(
    text: &str,
    master_keys: impl IntoIterator<Item = &'a [u8; 32]>,
) -> Result<(), Unreadable> {
    let (header, _) = text.split_once('\n').ok_or(Unreadable::Header)?;
    let header: Header = json::read(header).map_err(|_| Unreadable::Header)?;
    let mac = from_base64url(&header.mac).unwrap_or_default();
    let is_ours = master_keys.into_iter().any(|master_key| equal(&mac, &header.mac_by(master_key)));
    if is_ours { Ok(()) } else { Err(Unreadable::Forged) }
}

/// Reads what [`published_text`] wrote for this key.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse_published<T: Publishable>(key: &str, text: &str) -> Result<Published<T>, Unreadable> {
    let (of, published) = parse_kept::<T>(text)?;
    if of != key || published.value.as_ref().is_some_and(|value| !value.belongs_to(key)) {
        return Err(Unreadable::Foreign);
    }
    if published.value.as_ref().is_some_and(|value| !value.is_whole()) {
        return Err(Unreadable::Partial);
    }
    Ok(published)
}

/// As [`parse_published`], by whoever has it from its writer: whatever its key, which is told, and
/// however whole.
///
/// # Errors
/// Likewise.
pub fn parse_kept<T: Json>(text: &str) -> Result<(String, Published<T>), Unreadable> {
    let (header, body) = text.split_once('\n').ok_or(Unreadable::Header)?;
    let header: Header = json::read(header).map_err(|_| Unreadable::Header)?;
    if header.format != FORMAT {
        return Err(Unreadable::Format);
    }
    if header.length != body.len() || header.sha256 != base64url(&sha256(body.as_bytes())) {
        return Err(Unreadable::Damaged);
    }
    let value = json::read(body).map_err(|_| Unreadable::Value)?;
    Ok((header.key, Published { version: header.version, value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "domain:acme.example";

    impl Publishable for String {
        fn is_whole(&self) -> bool {
            self != "half"
        }

        fn belongs_to(&self, _: &str) -> bool {
            self != "elsewhere"
        }
    }

    const MASTER_KEY: [u8; 32] = [1; 32];

    fn published_text(key: &str, version: u64, value: &dyn Json) -> String {
        super::published_text(key, version, value, &MASTER_KEY)
    }

    fn read(text: &str) -> Result<Published<String>, Unreadable> {
        parse_published(KEY, text)
    }

    #[test]
    fn what_is_published_reads_back_and_a_removed_value_keeps_its_version() {
        let text = published_text(KEY, 7, &Some("æ".to_owned()));
        assert_eq!(read(&text), Ok(Published { version: 7, value: Some("æ".to_owned()) }));
        let removed = published_text(KEY, 8, &None::<String>);
        assert_eq!(read(&removed), Ok(Published { version: 8, value: None }));
    }

    #[test]
    fn a_truncated_altered_or_foreign_text_is_refused() {
        let text = published_text(KEY, 7, &Some("value".to_owned()));
        for end in 0..text.len() {
            assert!(read(&text[..end]).is_err(), "{end} bytes");
        }
        assert_eq!(read(&text[..text.len() - 1]), Err(Unreadable::Damaged));
        assert_eq!(read(&text.replace("value", "eulav")), Err(Unreadable::Damaged));
        assert_eq!(read(&published_text(KEY, 7, &Some(7_u64))), Err(Unreadable::Value));
        assert_eq!(read("\"value\""), Err(Unreadable::Header));
        assert_eq!(read(""), Err(Unreadable::Header));
        let first = text.replace("\"key\":\"domain:acme.example\",", "");
        assert_eq!(read(&first), Err(Unreadable::Header));
        let elsewhere = published_text(KEY, 7, &Some("elsewhere".to_owned()));
        assert_eq!(read(&elsewhere), Err(Unreadable::Foreign));
        let newer = text.replace("\"format\":1", "\"format\":2");
        assert_eq!(read(&newer), Err(Unreadable::Format));
        let removed_elsewhere = published_text("domain:other.example", 9, &None::<String>);
        assert_eq!(read(&removed_elsewhere), Err(Unreadable::Foreign));
        assert_eq!(read(&published_text(KEY, 7, &Some("half".to_owned()))), Err(Unreadable::Partial));
    }

    #[test]
    fn only_what_was_written_under_a_master_key_of_ours_is_genuine() {
        let text = published_text(KEY, 7, &Some("value".to_owned()));
        let genuine = |text: &str, keys: &[[u8; 32]]| check_genuine(text, keys);
        assert_eq!(genuine(&text, &[MASTER_KEY]), Ok(()));
        assert_eq!(genuine(&text, &[[2; 32], MASTER_KEY]), Ok(()), "the one before");
        assert_eq!(genuine(&text, &[[2; 32]]), Err(Unreadable::Forged));
        let unsigned = published_text(KEY, 7, &Some("other".to_owned()));
        let (header, body) = (text.split_once('\n').unwrap().0, unsigned.split_once('\n').unwrap().1);
        // What is signed is what parse_published compares the value with.
        let other = |from: &str, to: &str| genuine(&text.replace(from, to), &[MASTER_KEY]);
        assert_eq!(other("acme.example", "evil.example"), Err(Unreadable::Forged));
        assert_eq!(other("\"version\":7", "\"version\":8"), Err(Unreadable::Forged));
        let hash = |text: &str| text.split_once("sha256\":\"").unwrap().1[..43].to_owned();
        assert_eq!(other(&hash(&text), &hash(&unsigned)), Err(Unreadable::Forged));
        assert_eq!(other("\"mac\":\"", "\"mac\":\"A"), Err(Unreadable::Forged));
        assert_eq!(other("\"mac\"", "\"no\""), Err(Unreadable::Forged));
        assert_eq!(read(&format!("{header}\n{body}")), Err(Unreadable::Damaged));
        assert_eq!(genuine("null", &[MASTER_KEY]), Err(Unreadable::Header));
    }

    #[test]
    fn keys_name_the_host_and_hide_what_a_client_id_may_contain() {
        let host = Host::parse("acme.example:8443").unwrap();
        assert_eq!(domain_key(&host), "domain:acme.example:8443");
        let key = application_key(&host, &ClientId::parse("urn:acme:web").unwrap());
        assert_eq!(key, "app:acme.example:8443:USkXVV_kh1gOjHOmr86Y3qmJcgdYgxGEvNBukcsvAjc");
    }
}
