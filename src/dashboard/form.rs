//! Between what is typed into a form and the JSON of the admin API.

use crate::pages::dashboard::field::{Field, Kind};
use crate::pages::texts::Text;
use crate::pages::texts::dashboard::common as texts;
use crate::pages::texts::dashboard::complaints::LINE;
use crate::web::Parameters;
use serde_json::{Map, Value};

/// Values as they stand in a form's fields, by the fields' names. Lists have an entry a line.
pub type Typed = Vec<(&'static str, String)>;

/// What is wrong, by the name of a field.
pub type Wrong = Vec<(String, Complaint)>;

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// In our words.
    Ours(&'static Text),
    /// In the API's, which speaks English.
    Api(String),
}

/// A member of an object, by a name that may lead into others: `colours.text`.
pub fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    name.split('.').fold(value, |value, part| &value[part])
}

/// Sets a member, and makes the objects on the way.
pub fn set_member(object: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                set_member(inner, rest, value);
            }
        }
    }
}

/// How a resource of the API stands in fields.
pub fn typed_of(fields: &'static [Field], body: &Value) -> Typed {
    fields.iter().map(|field| (field.name, text_of(&field.kind, member(body, field.name)))).collect()
}

fn text_of(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Secret, _) | (_, Value::Null) => String::new(),
        (Kind::Switch, Value::Bool(on)) => if *on { "on" } else { "" }.to_owned(),
        (Kind::Json, value) => crate::json::pretty(value),
        (Kind::Lines | Kind::Many(_), Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => crate::json::text(other),
    }
}

/// What a form's fields hold.
pub fn typed_in(fields: &'static [Field], form: &Parameters) -> Typed {
    let of = |field: &Field| match field.kind {
        Kind::Many(choices) => {
            let is_on = |word: &str| form.get(&format!("{}:{word}", field.name)).is_some();
            let chosen = choices.iter().map(|(word, _)| *word).filter(|word| is_on(word));
            chosen.collect::<Vec<_>>().join("\n")
        }
        _ => form.get(field.name).unwrap_or_default().to_owned(),
    };
    fields.iter().map(|field| (field.name, of(field))).collect()
}

/// A typed value.
pub fn typed<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}

/// Puts what was typed into a resource of the API.
///
/// # Errors
/// Every field that can't be read.
pub fn fill(body: &mut Map<String, Value>, fields: &'static [Field], typed_in: &Typed) -> Result<(), Wrong> {
    let mut wrong = Wrong::new();
    for field in fields {
        match value_of(&field.kind, typed(typed_in, field.name)) {
            Ok(Some(value)) => set_member(body, field.name, value),
            Ok(None) => {}
            Err(complaint) => wrong.push((field.name.to_owned(), Complaint::Ours(complaint))),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// `None` leaves the member as it is.
fn value_of(kind: &Kind, text: &str) -> Result<Option<Value>, &'static Text> {
    let trimmed = text.trim();
    Ok(Some(match kind {
        Kind::Secret if text.is_empty() => return Ok(None),
        Kind::Shown => return Ok(None),
        Kind::Switch => Value::Bool(!text.is_empty()),
        Kind::Many(_) | Kind::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            Value::Array(lines.map(Value::from).collect())
        }
        _ if trimmed.is_empty() => Value::Null,
        Kind::Number => match trimmed.parse::<u64>() {
            Ok(number) => Value::from(number),
            Err(_) => return Err(&texts::NOT_A_NUMBER),
        },
        Kind::Json => crate::json::read(trimmed).map_err(|_| &texts::NOT_JSON)?,
        Kind::Secret => Value::from(text),
        // A field where one line is typed has no others; browsers send none.
        Kind::Line | Kind::Time | Kind::One(_) => Value::from(trimmed),
        Kind::Text => Value::from(text.replace("\r\n", "\n")),
    }))
}

/// Which line of a field the API names by its place in the list, counted from one and without empty ones, as
/// words to stand before the complaint.
fn line_of(place: &str, kind: &Kind) -> String {
    let index = place.strip_prefix('[').and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    match (kind, index) {
        (Kind::Lines, Some(index)) => format!("{LINE}{}: ", index.saturating_add(1)),
        _ => String::new(),
    }
}

/// The API's complaints, by field; those about no field of this form come under the empty name.
pub fn complaints(fields: &'static [Field], errors: &[(String, String)]) -> Wrong {
    let belongs = |error: &str, name: &str| {
        error.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
    };
    let place = |(error, detail): &(String, String)| {
        let field = fields.iter().find(|field| belongs(error, field.name));
        match field {
            Some(field) => {
                let line = line_of(error.strip_prefix(field.name).unwrap_or_default(), &field.kind);
                (field.name.to_owned(), Complaint::Api(line + detail))
            }
            None => (String::new(), Complaint::Api(format!("{error}: {detail}"))),
        }
    };
    errors.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    static FIELDS: &[Field] = &[
        Field { name: "name", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Line },
        Field { name: "on", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Switch },
        Field { name: "uris", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Lines },
        Field { name: "days", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Number },
        Field { name: "deep.er", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Line },
        Field { name: "keys", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Json },
        Field { name: "secret", label: Text::fixed("", ""), help: Text::fixed("", ""), kind: Kind::Secret },
    ];

    #[test]
    fn what_a_resource_says_comes_back_as_it_was() {
        let body = json!({
            "name": "A & b", "on": true, "uris": ["https://a", "https://b"], "days": 7,
            "deep": { "er": "x" }, "keys": { "keys": [] },
        });
        let shown = typed_of(FIELDS, &body);
        let mut again = body.as_object().cloned().unwrap();
        fill(&mut again, FIELDS, &shown).unwrap();
        assert_eq!(Value::Object(again), body);
    }

    #[test]
    fn what_is_emptied_is_taken_away_but_a_secret_stays() {
        let mut body = json!({"name": "x", "on": true, "uris": ["y"], "days": 7, "keys": {}, "secret": "s"})
            .as_object()
            .cloned()
            .unwrap();
        let empty = FIELDS.iter().map(|field| (field.name, String::new())).collect();
        fill(&mut body, FIELDS, &empty).unwrap();
        let expected = json!({
            "name": null, "on": false, "uris": [], "days": null, "deep": {"er": null}, "keys": null,
            "secret": "s",
        });
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn every_field_that_cannot_be_read_is_told_of() {
        let mut typed_in = typed_of(FIELDS, &json!({}));
        for (name, text) in &mut typed_in {
            match *name {
                "days" => *text = "seven".to_owned(),
                "keys" => *text = "{".to_owned(),
                _ => {}
            }
        }
        let wrong = fill(&mut Map::new(), FIELDS, &typed_in).unwrap_err();
        let names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["days", "keys"]);
    }

    #[test]
    fn a_complaint_of_the_api_stands_beside_its_field() {
        let errors = [("uris[1]", "a"), ("deep.er", "b"), ("urisx", "c")]
            .map(|(field, detail)| (field.to_owned(), detail.to_owned()));
        let placed = complaints(FIELDS, &errors);
        let said = |text: &str| Complaint::Api(text.to_owned());
        let expected = [("uris", said("line 2: a")), ("deep.er", said("b")), ("", said("urisx: c"))];
        assert_eq!(placed, expected.map(|(name, complaint)| (name.to_owned(), complaint)));
    }
}
