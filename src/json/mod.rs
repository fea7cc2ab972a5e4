//! Reads JSON into our types.
//!
//! The grammar is RFC 8259's and the types are serde's; the reader between them is ours. With
//! serde_json's, every type also gets code for being written as a list, which we never do, and for
//! wording what is wrong with it, which nobody is told: 31 of the Worker's 385 kB (gzipped).

mod text;
mod types;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Error, Expected, Unexpected};
use serde_json::{Map, Value};
use std::fmt;
use text::Reader;

/// Not JSON, or not of the wanted shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed JSON")
    }
}

impl std::error::Error for Malformed {}

/// The default methods would format a text each.
impl Error for Malformed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Malformed>;

/// Reads a whole text.
///
/// # Errors
/// Not JSON, or not of this type's shape: a struct is an object, an enum a name or an object of one
/// member, and the name of a member in a map is a text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// As [`read`], from bytes that should be UTF-8.
///
/// # Errors
/// As there.
pub fn read_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    read(std::str::from_utf8(bytes).map_err(|_| Malformed)?)
}

/// Reads an object of any members, none of them twice: where two parties may read different ones,
/// one can be deceived (RFC 8259 §4). Objects within it keep the last.
///
/// # Errors
/// As [`read`]; also a member that stands twice.
pub fn read_object(bytes: &[u8]) -> Result<Map<String, Value>> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed)?;
    let mut reader = Reader::new(text);
    let mut members = Map::new();
    reader.open(b'{')?;
    let mut first = true;
    while reader.has_next(&mut first, b'}')? {
        let name = reader.string()?.into_owned();
        reader.take(b':')?;
        if members.insert(name, Value::deserialize(&mut reader)?).is_some() {
            return Err(Malformed);
        }
    }
    reader.close(b'}')?;
    reader.end()?;
    Ok(members)
}

#[cfg(test)]
mod tests;
