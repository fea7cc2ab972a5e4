//! Colours without a style sheet: a handful of names, checked for contrast, written as the variables
//! that the pages' own sheet is made of.

use super::input::Fields;
use crate::model::names::InvalidName;
use serde_json::{Map, Value};

/// Colours by the names of the API, and the variable of `broker.css` that each sets.
const COLOURS: [(&str, &str); 6] = [
    ("ground", "--ground"),
    ("panel", "--panel"),
    ("text", "--ink"),
    ("link", "--link"),
    ("button", "--strong"),
    ("button_text", "--on-strong"),
];
/// What must be readable on what.
const PAIRS: [(&str, &str); 5] =
    [("text", "ground"), ("text", "panel"), ("link", "panel"), ("link", "ground"), ("button_text", "button")];
/// WCAG 1.4.3, for text of any size.
const CONTRAST_MIN: f64 = 4.5;

/// A theme: the scheme of the reader that it is for, and the colours that stand where none is given.
struct Theme {
    field: &'static str,
    scheme: &'static str,
    defaults: [(&'static str, &'static str); 6],
}

const THEMES: [Theme; 2] = [
    Theme {
        field: "colours",
        scheme: "light",
        defaults: [
            ("ground", "#f4f5f7"),
            ("panel", "#ffffff"),
            ("text", "#16202c"),
            ("link", "#174ea6"),
            ("button", "#1b2836"),
            ("button_text", "#ffffff"),
        ],
    },
    Theme {
        field: "colours_dark",
        scheme: "dark",
        defaults: [
            ("ground", "#0e1217"),
            ("panel", "#171d25"),
            ("text", "#eef1f5"),
            ("link", "#9fc3ff"),
            ("button", "#e6ebf1"),
            ("button_text", "#10161d"),
        ],
    },
];

/// Takes `colours` and `colours_dark` and writes them as a sheet; notes what can't be read or not be
/// told apart.
pub fn read(fields: &mut Fields, source: &mut Map<String, Value>) -> String {
    let mut sheet = String::new();
    for theme in &THEMES {
        let given = fields.optional(theme.field, |value| {
            value.as_object().cloned().ok_or(InvalidName("an object of names and colours"))
        });
        let Some(given) = given else { continue };
        for (name, colour) in &given {
            let is_known = COLOURS.iter().any(|(known, _)| known == name);
            if !is_known || luminance(colour.as_str().unwrap_or_default()).is_none() {
                fields.refuse(
                    theme.field,
                    "ground, panel, text, link, button and button_text, each a colour such as #1b2836",
                );
                return sheet;
            }
        }
        for (text, ground) in PAIRS {
            if contrast(theme, &given, text, ground) < CONTRAST_MIN {
                fields.refuse(theme.field, &format!("{text} on {ground} has less contrast than 4.5 to 1"));
            }
        }
        sheet.push_str(&format!("@media (prefers-color-scheme:{}){{:root{{", theme.scheme));
        for (name, variable) in COLOURS {
            if let Some(colour) = given.get(name).and_then(Value::as_str) {
                sheet.push_str(&format!("{variable}:{colour};"));
            }
        }
        sheet.push_str("}}");
        source.insert(theme.field.to_owned(), Value::Object(given));
    }
    sheet
}

/// WCAG 2.2, "contrast ratio".
fn contrast(theme: &Theme, given: &Map<String, Value>, one: &str, other: &str) -> f64 {
    let of = |name: &str| {
        let default =
            theme.defaults.iter().find(|(known, _)| *known == name).map_or("", |(_, colour)| colour);
        luminance(given.get(name).and_then(Value::as_str).unwrap_or(default)).unwrap_or(0.0)
    };
    let (one, other) = (of(one), of(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance"; `None` for anything but `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let digits =
        colour.strip_prefix('#').filter(|it| it.len() == 6 && it.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |one: &str, other: &str| {
            let given = serde_json::json!({"text": one, "ground": other});
            contrast(&THEMES[0], given.as_object().unwrap(), "text", "ground")
        };
        assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 0.01);
        // The lightest grey that passes on white, and the next.
        assert!(ratio("#767676", "#ffffff") >= CONTRAST_MIN && ratio("#777777", "#ffffff") < CONTRAST_MIN);
        assert!(
            luminance("#12345").is_none() && luminance("red").is_none() && luminance("#12345g").is_none()
        );
    }
}
