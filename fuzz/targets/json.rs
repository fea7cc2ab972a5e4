//! Our reader and writer of JSON, beside serde_json; and the types that are read with them.

#![no_main]

use edge_eid::json::{Json, read_bytes, read_object, text};
use edge_eid::login::pending::Pending;
use edge_eid::login::{session, state};
use edge_eid::model::{Application, DomainSnapshot, PublicKey};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Longest run of digits of which both readers make the same number: ours knows no exponent while it
/// adds digits up.
const DIGITS: usize = 300;

fuzz_target!(|data: &[u8]| {
    let ours = read_bytes::<Value>(data).ok();
    let theirs = serde_json::from_slice::<Value>(data).ok();
    match (&ours, &theirs) {
        (Some(ours), Some(theirs)) => {
            assert!(is_alike(ours, theirs));
            check_written(ours);
        }
        // Of a member that stands twice they take the last, and we none.
        (None, Some(theirs)) => assert!(names_twice(data, theirs) || has_long_number(data)),
        (Some(_), None) => panic!("read by us alone"),
        (None, None) => {}
    }
    assert_eq!(read_object(data).ok(), ours.as_ref().and_then(Value::as_object).cloned());
    if let Some(value) = ours {
        reads_back::<Application>(&value);
        reads_back::<DomainSnapshot>(&value);
        reads_back::<Pending>(&value);
        reads_back::<PublicKey>(&value);
        reads_back::<state::Login>(&value);
        reads_back::<state::Event>(&value);
        reads_back::<session::Session>(&value);
        reads_back::<session::Event>(&value);
    }
});

/// Equal, but for the last digits of fractions.
fn is_alike(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_alike(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.keys().eq(theirs.keys())
                && ours.values().zip(theirs.values()).all(|(ours, theirs)| is_alike(ours, theirs))
        }
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() || theirs.is_f64() => {
            let (Some(ours), Some(theirs)) = (ours.as_f64(), theirs.as_f64()) else { return false };
            (ours - theirs).abs() <= 1e-12 * theirs.abs() + f64::MIN_POSITIVE
        }
        _ => ours == theirs,
    }
}

/// What we write both readers read as what it was.
fn check_written(value: &Value) {
    let written = text(value);
    let ours = read_bytes::<Value>(written.as_bytes()).expect("what we write, we read");
    let theirs: Value = serde_json::from_str(&written).expect("what we write, others read");
    assert!(is_alike(&ours, value) && is_alike(value, &theirs));
    if !has_fraction(value) {
        assert_eq!(written, value.to_string());
        assert_eq!(&ours, value);
    }
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        other => other.is_f64(),
    }
}

/// What is one of our types reads back from its own text.
fn reads_back<T: Json + PartialEq>(value: &Value) {
    if let Some(read) = T::read(value) {
        assert!(read_bytes::<T>(text(&read.write()).as_bytes()).is_ok_and(|again| again == read));
    }
}

/// Whether a text has more members than what was read of it: colons outside its strings.
fn names_twice(data: &[u8], value: &Value) -> bool {
    let (mut colons, mut quoted, mut escaped) = (0, false, false);
    for byte in data {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b':' if !quoted => colons += 1,
            _ => {}
        }
    }
    colons > count_members(value)
}

fn count_members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count_members).sum(),
        Value::Object(members) => members.len() + members.values().map(count_members).sum::<usize>(),
        _ => 0,
    }
}

fn has_long_number(data: &[u8]) -> bool {
    data.split(|byte| !byte.is_ascii_digit() && *byte != b'.').any(|run| run.len() > DIGITS)
}
