//! Writes texts.

use serde_json::{Number, Value};

/// JSON without white space, members in the order of their names.
pub fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write_number(number, text),
        Value::String(value) => write_string(value, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(name, text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
    }
}

/// JSON for people: a member or item a line, each level by two spaces further in.
pub fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write_lines(value, &mut "\n".to_owned(), &mut text);
    text
}

/// `line` begins a line as deep as `value` stands.
fn write_lines(value: &Value, line: &mut String, text: &mut String) {
    let (items, brackets): (Vec<(Option<&String>, &Value)>, _) = match value {
        Value::Array(items) => (items.iter().map(|item| (None, item)).collect(), ("[", "]")),
        Value::Object(members) => {
            (members.iter().map(|(name, value)| (Some(name), value)).collect(), ("{", "}"))
        }
        _ => (Vec::new(), ("", "")),
    };
    if items.is_empty() {
        return write(value, text);
    }
    text.push_str(brackets.0);
    line.push_str("  ");
    for (index, (name, item)) in items.into_iter().enumerate() {
        text.push_str(if index > 0 { "," } else { "" });
        text.push_str(line);
        if let Some(name) = name {
            write_string(name, text);
            text.push_str(": ");
        }
        write_lines(item, line, text);
    }
    line.truncate(line.len() - 2);
    text.push_str(line);
    text.push_str(brackets.1);
}

/// Escapes what RFC 8259 §7 demands and nothing else.
fn write_string(value: &str, text: &mut String) {
    text.push('"');
    for character in value.chars() {
        let short = match character {
            '"' | '\\' => character,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\0'..' ' => {
                let code = character as u32;
                text.push_str(if code < 16 { "\\u000" } else { "\\u001" });
                text.extend(char::from_digit(code % 16, 16));
                continue;
            }
            _ => {
                text.push(character);
                continue;
            }
        };
        text.push('\\');
        text.push(short);
    }
    text.push('"');
}

fn write_number(number: &Number, text: &mut String) {
    if let Some(natural) = number.as_u64() {
        text.push_str(&natural.to_string());
    } else if let Some(negative) = number.as_i64() {
        text.push_str(&negative.to_string());
    } else {
        write_fraction(number.as_f64().unwrap_or_default(), text);
    }
}

/// Fifteen digits and a power of ten. Nothing of ours has a fraction, and what others send with one
/// is read no better; the exact digits would take tables of several kilobytes.
fn write_fraction(number: f64, text: &mut String) {
    let (mut digits, mut exponent) = (number.abs(), 0);
    while digits >= 1e15 {
        (digits, exponent) = (digits / 10.0, exponent + 1);
    }
    while digits > 0.0 && digits < 1e14 {
        (digits, exponent) = (digits * 10.0, exponent - 1);
    }
    if number < 0.0 {
        text.push('-');
    }
    text.push_str(&((digits + 0.5) as u64).to_string());
    text.push('e');
    text.push_str(&exponent.to_string());
}
