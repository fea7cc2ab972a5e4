//! Reads what callers of the admin API send: JSON fields, preconditions, pages.
//!
//! Every field that is wrong is named in one answer, and so is every field we don't know: a
//! misspelt setting must not count as left out.

use super::command::{FieldError, Precondition};
use super::problem::Problem;
use super::rules::field;
use crate::model::UnixTime;
use crate::model::names::InvalidName;
use crate::web::{BODY_MAX_BYTES, Request};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Most items of a page.
pub const PAGE_MAX: usize = 100;
/// Items of a page when nobody asks for another number.
pub const PAGE_DEFAULT: usize = 50;
/// Longest display name, characters.
pub const DISPLAY_NAME_MAX_CHARACTERS: usize = 64;

/// Reads a body of at most so many bytes.
///
/// # Errors
/// As [`Fields::of`].
pub fn object(request: &Request, max_bytes: usize) -> Result<Map<String, Value>, Problem> {
    if request.body.len() > max_bytes {
        return Err(Problem::too_large());
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::unsupported_media_type());
    }
    match crate::json::read_bytes(&request.body) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Problem::malformed("The body must be a JSON object.")),
    }
}

/// The fields of a JSON object, taken out one by one.
pub struct Fields {
    /// Those that nobody has taken yet.
    left: Vec<(String, Value)>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads the body.
    ///
    /// # Errors
    /// Too large, no JSON by its content type, or not a JSON object.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let map = object(request, BODY_MAX_BYTES)?;
        Ok(Self { left: map.into_iter().collect(), errors: Vec::new() })
    }

    /// The fields of something that we have shown.
    pub fn from(shown: Value) -> Self {
        let left = match shown {
            Value::Object(map) => map.into_iter().collect(),
            _ => Vec::new(),
        };
        Self { left, errors: Vec::new() }
    }

    /// As [`Fields::of`], where no body at all means no fields.
    ///
    /// # Errors
    /// As there.
    pub fn of_optional_body(request: &Request) -> Result<Self, Problem> {
        if request.body.is_empty() {
            return Ok(Self { left: Vec::new(), errors: Vec::new() });
        }
        Self::of(request)
    }

    /// What was wrong with the fields.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Whether something was wrong with a field, or with an item of it.
    pub fn has_error(&self, name: &str) -> bool {
        self.errors.iter().any(|error| {
            error.field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
        })
    }

    /// Leaves out fields that an answer has and a request doesn't need, so that what was read can be
    /// sent back changed.
    pub fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.take(name);
        }
    }

    /// Takes a field that must be there. `None` means that an error was noted.
    pub fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&Value) -> Result<T, InvalidName>,
    ) -> Option<T> {
        match self.take(name) {
            Some(value) => self.note(name, parse(&value)),
            None => {
                self.refuse(name, "required");
                None
            }
        }
    }

    /// Takes a field that may be left out or `null`.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&Value) -> Result<T, InvalidName>,
    ) -> Option<T> {
        match self.take(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.note(name, parse(&value)),
        }
    }

    /// Takes a switch; left out, it is as `default`.
    pub fn switch(&mut self, name: &str, default: bool) -> bool {
        self.optional(name, boolean).unwrap_or(default)
    }

    /// Takes a list in which nothing stands twice; each element that is wrong is named by its place.
    pub fn list<T>(
        &mut self,
        name: &str,
        limit: usize,
        parse: impl Fn(&Value) -> Result<T, InvalidName>,
    ) -> Option<Vec<T>> {
        let values = match self.take(name)? {
            Value::Array(values) if values.len() <= limit => values,
            _ => {
                self.refuse(name, &format!("a list of at most {limit}"));
                return None;
            }
        };
        let mut parsed = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let is_twin = values.iter().take(index).any(|earlier| earlier == value);
            let item = if is_twin { Err(InvalidName("stands there twice")) } else { parse(value) };
            parsed.extend(self.note(&format!("{name}[{index}]"), item));
        }
        Some(parsed)
    }

    /// Notes an error where a rule between fields is broken, unless the field is wrong already.
    pub fn demand(&mut self, name: &str, holds: bool, detail: &str) {
        if !holds && !self.has_error(name) {
            self.refuse(name, detail);
        }
    }

    /// Notes an error.
    pub fn refuse(&mut self, name: &str, detail: &str) {
        self.errors.push(field(name, detail));
    }

    /// Everything was read: fields still there are unknown.
    ///
    /// # Errors
    /// 422 with everything that was noted.
    pub fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in self.left {
            // A name of any length may have been sent; enough of it to be recognised.
            let shown: String = name.chars().take(DISPLAY_NAME_MAX_CHARACTERS).collect();
            self.errors.push(field(&shown, "unknown field"));
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    /// As [`Fields::finish`], for callers that already know that something is missing.
    pub fn refusal(self) -> Problem {
        self.finish().err().unwrap_or_else(|| Problem::malformed("A required field is missing."))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.left.iter().position(|(known, _)| known == name)?;
        Some(self.left.remove(at).1)
    }

    fn note<T>(&mut self, name: &str, parsed: Result<T, InvalidName>) -> Option<T> {
        parsed.map_err(|rule| self.refuse(name, rule.0)).ok()
    }
}

/// A text.
///
/// # Errors
/// Anything else.
pub fn text(value: &Value) -> Result<&str, InvalidName> {
    value.as_str().ok_or(InvalidName("a text"))
}

/// A text that `parse` reads.
pub fn parsed<T>(
    parse: impl Fn(&str) -> Result<T, InvalidName>,
) -> impl Fn(&Value) -> Result<T, InvalidName> {
    move |value| parse(text(value)?)
}

/// `true` or `false`.
///
/// # Errors
/// Anything else.
pub fn boolean(value: &Value) -> Result<bool, InvalidName> {
    value.as_bool().ok_or(InvalidName("true or false"))
}

/// A whole number of a range; `rule` names the range.
pub fn number(range: RangeInclusive<u64>, rule: &'static str) -> impl Fn(&Value) -> Result<u64, InvalidName> {
    move |value| value.as_u64().filter(|number| range.contains(number)).ok_or(InvalidName(rule))
}

/// One of some words; `rule` names them.
pub fn word<T: Copy>(
    words: &'static [(&'static str, T)],
    rule: &'static str,
) -> impl Fn(&Value) -> Result<T, InvalidName> {
    move |value| {
        let found = words.iter().find(|(word, _)| value.as_str() == Some(*word));
        found.map(|(_, meaning)| *meaning).ok_or(InvalidName(rule))
    }
}

/// A name shown to people: 1 to [`DISPLAY_NAME_MAX_CHARACTERS`] characters, none of them invisible.
///
/// # Errors
/// Another length, control characters, or spaces around it.
pub fn display_name(raw: &str) -> Result<String, InvalidName> {
    if is_visible(raw, DISPLAY_NAME_MAX_CHARACTERS) {
        Ok(raw.to_owned())
    } else {
        Err(InvalidName("1 to 64 visible characters, without spaces around them"))
    }
}

/// Whether a text has 1 to `most` characters, none of them invisible, and no spaces around them.
pub fn is_visible(raw: &str, most: usize) -> bool {
    let length = raw.chars().count();
    // Direction marks would let a name rewrite the text around it (Unicode TR 36 §2.5).
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    (1..=most).contains(&length) && raw.trim() == raw && !raw.chars().any(is_hidden)
}

/// A point in time as RFC 3339 §5.6 writes it.
///
/// # Errors
/// Another form, or a moment before 1970.
pub fn time(raw: &str) -> Result<UnixTime, InvalidName> {
    super::rfc3339::parse(raw)
        .ok_or(InvalidName("a time as in RFC 3339, since 1970, such as 2023-10-31T22:59:59Z"))
}

/// The preconditions of RFC 9110 §13.1 that the API knows. A tag that was never given, and a weak
/// one, match nothing, as version 0 does.
///
/// # Errors
/// 400 for both headers at once, a list of tags, or `If-None-Match` with anything but `*`.
pub fn precondition(request: &Request) -> Result<Precondition, Problem> {
    match (request.header("if-match"), request.header("if-none-match")) {
        (None, None) => Ok(Precondition::None),
        (None, Some("*")) => Ok(Precondition::Absent),
        (Some("*"), None) => Ok(Precondition::Present),
        (Some(tag), None) if !tag.contains(',') => {
            let quoted = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let version = quoted.and_then(|text| text.parse().ok()).unwrap_or(0);
            Ok(Precondition::Version(version))
        }
        _ => Err(Problem::malformed("Send If-Match with one ETag or *, or If-None-Match: *.")),
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `next` of the page before.
    pub after: Option<String>,
    /// At most [`PAGE_MAX`].
    pub limit: usize,
}

/// Reads `?limit=&after=`.
///
/// # Errors
/// 422 for another number, another parameter, or a query that can't be read.
pub fn page(request: &Request) -> Result<Page, Problem> {
    let query = request.query_parameters().map_err(|_| Problem::malformed("The query cannot be read."))?;
    let mut page = Page { after: None, limit: PAGE_DEFAULT };
    let mut errors = Vec::new();
    for (name, value) in query.iter() {
        match name {
            "after" => page.after = Some(value.to_owned()),
            "limit" => match value.parse() {
                Ok(limit) if (1..=PAGE_MAX).contains(&limit) => page.limit = limit,
                _ => errors.push(field(name, "a number from 1 to 100")),
            },
            _ => errors.push(field("query", "limit and after are the parameters of a list")),
        }
    }
    if errors.is_empty() { Ok(page) } else { Err(Problem::invalid(errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_cannot_hide_or_turn_around_what_stands_beside_it() {
        assert_eq!(display_name("Ærø & Søn A/S").unwrap(), "Ærø & Søn A/S");
        for raw in ["", " Acme", "Acme ", "Acme\nBank", "Acme\u{202e}knaB", "\u{200b}", &"x".repeat(65)] {
            assert!(display_name(raw).is_err(), "{raw:?}");
        }
    }
}
