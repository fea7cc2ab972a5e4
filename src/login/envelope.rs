//! Sealed envelopes: all that a login keeps in a browser.
//!
//! The key is derived for one attempt from the environment's data key, and the associated data
//! names the purpose, the environment and both hosts. So an envelope opens only for its own
//! purpose, at the host it was sealed for, for its own tenant and environment; altered, moved or
//! renamed it is noise.

use super::attempt::{ATTEMPT_BYTES, AttemptId};
use crate::json::{self, Json};
use crate::model::{Host, UnixTime};
use crate::ports::{Crypto, CryptoError, Random};
use crate::vault::{self, EnvironmentKeys, IV_BYTES, base64url, from_base64url};

const FORMAT: u8 = 1;
/// Longest envelope that is looked at, characters.
pub const ENVELOPE_MAX_BYTES: usize = 8 * 1024;

/// What an envelope is for. Part of the associated data: one never passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A checked request waiting in its browser's cookie.
    Pending,
    /// A checked request on its way to the other domain of the pair.
    HandOver,
    /// The result of a crossing that identified nobody.
    Outcome,
    /// The way back of somebody identified: names the attempt, holds the one-time secret.
    Ticket,
    /// `state` at an upstream.
    State,
    /// What a browser holds of a session.
    Session,
    /// The button of the page that asks whether to log out.
    Logout,
    /// Where to go on when an upstream has logged somebody out.
    LoggedOut,
    /// A checked request that its client pushed.
    Pushed,
    /// A checked request in a link that a script is to open.
    Link,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::HandOver => "hand-over",
            Self::Outcome => "outcome",
            Self::Ticket => "ticket",
            Self::State => "state",
            Self::Session => "session",
            Self::Logout => "logout",
            Self::LoggedOut => "logged out",
            Self::Pushed => "pushed",
            Self::Link => "link",
        }
    }
}

/// Why an envelope was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened {
    /// Not an envelope, altered, or sealed for something else. Which of these is not told apart.
    Invalid,
    /// Genuine, but past its end.
    Expired,
}

/// The readable part of an envelope; believed only after opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Whose attempt.
    pub attempt: AttemptId,
    /// When it ends.
    pub ends: UnixTime,
    /// The host that sealed it.
    pub from: Host,
}

/// An opened envelope.
#[derive(Debug)]
pub struct Opened<T> {
    /// Its label, now believed.
    pub label: Label,
    /// Its content.
    pub value: T,
}

/// Seals `value` at `label.from` for `to`.
///
/// # Errors
/// When the platform's cryptography fails.
pub async fn seal(
    ports: &(impl Crypto + Random),
    keys: &EnvironmentKeys,
    purpose: Purpose,
    label: &Label,
    to: &Host,
    value: &dyn Json,
) -> Result<String, CryptoError> {
    let plain = json::write(value);
    let head = write_head(label);
    let iv: [u8; IV_BYTES] = vault::random(ports);
    let key = keys.derive(vault::Purpose::Envelope, &label.attempt.0);
    let cipher = ports.seal(&key, &iv, &associated(keys, purpose, &head, to), plain.as_bytes()).await?;
    Ok(base64url(&[head.as_slice(), &iv, &cipher].concat()))
}

/// Opens an envelope that was sealed for `to`.
///
/// # Errors
/// [`Unopened`].
pub async fn open<T: Json>(
    ports: &impl Crypto,
    keys: &EnvironmentKeys,
    purpose: Purpose,
    to: &Host,
    text: &str,
    now: UnixTime,
) -> Result<Opened<T>, Unopened> {
    let bytes = decode(text)?;
    let (label, rest) = read_head(&bytes).ok_or(Unopened::Invalid)?;
    let head = &bytes[..bytes.len() - rest.len()];
    let (iv, cipher) = rest.split_first_chunk::<IV_BYTES>().ok_or(Unopened::Invalid)?;
    let key = keys.derive(vault::Purpose::Envelope, &label.attempt.0);
    let plain = ports
        .open(&key, iv, &associated(keys, purpose, head, to), cipher)
        .await
        .map_err(|CryptoError| Unopened::Invalid)?;
    // Only a genuine envelope may say that it is too late.
    if label.ends.is_over(now) {
        return Err(Unopened::Expired);
    }
    let value = json::read_bytes(&plain).map_err(|_| Unopened::Invalid)?;
    Ok(Opened { label, value })
}

/// Reads the label without opening: to find a cookie by its attempt, and to know the oldest.
pub fn peek(text: &str) -> Option<Label> {
    let bytes = decode(text).ok()?;
    read_head(&bytes).map(|(label, _)| label)
}

fn decode(text: &str) -> Result<Vec<u8>, Unopened> {
    if text.len() > ENVELOPE_MAX_BYTES {
        return Err(Unopened::Invalid);
    }
    from_base64url(text).ok_or(Unopened::Invalid)
}

/// format (1) | attempt (16) | end, Unix seconds big-endian (8) | length (2) and text of the host.
fn write_head(label: &Label) -> Vec<u8> {
    let host = label.from.as_str().as_bytes();
    let mut head = vec![FORMAT];
    head.extend(label.attempt.0);
    head.extend(label.ends.0.to_be_bytes());
    head.extend((host.len() as u16).to_be_bytes());
    head.extend(host);
    head
}

fn read_head(bytes: &[u8]) -> Option<(Label, &[u8])> {
    let (&[format], rest) = bytes.split_first_chunk::<1>()?;
    let (attempt, rest) = rest.split_first_chunk::<ATTEMPT_BYTES>()?;
    let (ends, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (host, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    if format != FORMAT {
        return None;
    }
    let from = Host::parse(std::str::from_utf8(host).ok()?).ok()?;
    let label = Label { attempt: AttemptId(*attempt), ends: UnixTime(u64::from_be_bytes(*ends)), from };
    Some((label, rest))
}

fn associated(keys: &EnvironmentKeys, purpose: Purpose, head: &[u8], to: &Host) -> Vec<u8> {
    let mut data = format!("{}|{}|{to}|", purpose.word(), keys.label()).into_bytes();
    data.extend(head);
    data
}
