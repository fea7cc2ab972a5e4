//! JSON and our types.
//!
//! A text becomes a [`Value`] and a `Value` becomes one of our types, and back. Both ways go through
//! `Value`, so that the code for texts exists once, and a type costs little more than the names of its
//! members: serde's derives made a reader and a writer for every type, 190 of the Worker's 780 kB.
//!
//! A new type says beside its definition how it is written:
//!
//! ```ignore
//! json_struct!(Peer { host, enabled, show_start_block: "s", again or false });
//! json_enum!(Event { Look = "look", Get(it) = "get", Use { host, client_id } = "use" });
//! json_text!(Host, as_str, |raw| Self::parse(raw).ok());
//! json_newtype!(UnixTime);
//! ```
//!
//! A member that is absent reads as `null`, and `null` is not written; an `Option` needs nothing else.
//! Members that nobody knows are ignored, so an older build reads what a newer one wrote.

#[macro_use]
mod macros;
mod text;
mod types;
mod write;

use serde_json::{Map, Value};
use std::fmt;
use text::Reader;

pub use macros::texts;
#[doc(hidden)]
pub use macros::{NULL, member, members, named, object, variant};
pub use write::{pretty, text};

/// Not JSON, or not of the wanted shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed JSON")
    }
}

impl std::error::Error for Malformed {}

type Result<T> = std::result::Result<T, Malformed>;

/// A type that stands in JSON.
pub trait Json {
    /// As JSON.
    fn write(&self) -> Value;

    /// Reads it; `None` for what is no such thing.
    fn read(value: &Value) -> Option<Self>
    where
        Self: Sized;
}

/// Reads a whole text.
///
/// # Errors
/// Not JSON, or not of this type's shape: a struct is an object, an enum a name or an object of one
/// member. Also an object that names a member twice: where two parties may read different ones, one
/// can be deceived (RFC 8259 §4).
pub fn read<T: Json>(text: &str) -> Result<T> {
    T::read(&parse(text)?).ok_or(Malformed)
}

/// As [`read`], from bytes that should be UTF-8.
///
/// # Errors
/// As there.
pub fn read_bytes<T: Json>(bytes: &[u8]) -> Result<T> {
    read(std::str::from_utf8(bytes).map_err(|_| Malformed)?)
}

/// Reads an object of any members.
///
/// # Errors
/// As [`read`].
pub fn read_object(bytes: &[u8]) -> Result<Map<String, Value>> {
    match parse(std::str::from_utf8(bytes).map_err(|_| Malformed)?)? {
        Value::Object(members) => Ok(members),
        _ => Err(Malformed),
    }
}

#[inline(never)]
fn parse(text: &str) -> Result<Value> {
    let mut reader = Reader::new(text);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Writes one of our types as a text, without white space.
pub fn write(value: &dyn Json) -> String {
    text(&value.write())
}

#[cfg(test)]
mod tests;
