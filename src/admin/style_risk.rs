//! Which rules of a style sheet look as if they hid, covered or moved the MitID box.
//!
//! They do nothing to it (`static/assets/lock.css`); their author is told all the same, who may wonder.
//! A selector is judged by its looks, so this errs on both sides.

/// Properties by which something vanishes.
const HIDES: [&str; 15] = [
    "display",
    "visibility",
    "opacity",
    "clip",
    "clip-path",
    "filter",
    "mask",
    "mask-image",
    "content-visibility",
    "overflow",
    "height",
    "max-height",
    "width",
    "max-width",
    "-webkit-mask-image",
];
/// Properties by which something goes elsewhere or gets another size.
const MOVES: [&str; 22] = [
    "position",
    "top",
    "right",
    "bottom",
    "left",
    "inset",
    "margin",
    "margin-top",
    "margin-left",
    "transform",
    "translate",
    "rotate",
    "scale",
    "zoom",
    "float",
    "direction",
    "writing-mode",
    "order",
    "offset-path",
    "font-size",
    "all",
    "columns",
];
/// What may select the box or something around it, at the end of a selector.
const AROUND_BOX: [&str; 14] = [
    "html",
    "body",
    "main",
    "section",
    "div",
    ":root",
    "#main",
    "#mitid-box",
    ".joined",
    ".broker",
    ".auth",
    ".dkmitid",
    "*",
    "",
];

/// What is to be said of a declaration; its value is in lower case.
pub fn risks(selector: &str, name: &str, value: &str) -> Vec<&'static str> {
    let mut risks = Vec::new();
    let is_around = selector.split(',').any(may_be_around_box);
    if is_around && !is_usual(name, value) {
        if HIDES.contains(&name) {
            risks.push("may hide the MitID box or cut it off; on its page the rule does nothing");
        } else if MOVES.contains(&name) {
            risks.push("may move or resize the MitID box; on its page the rule does nothing");
        }
    }
    let leaves_the_flow = name == "position" && (value.starts_with("fixed") || value.starts_with("absolute"));
    if name == "z-index" || (leaves_the_flow && !is_around) {
        risks.push("could lie over the MitID box: on its page it stays below");
    }
    risks
}

/// Whether one selector of a list may select the box or something that it stands in.
fn may_be_around_box(selector: &str) -> bool {
    let last = selector.trim().rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
    let plain = last.split("::").next().unwrap_or_default().to_ascii_lowercase();
    let plain = plain.split(":not").next().unwrap_or_default();
    let mut words = Vec::new();
    for c in plain.chars() {
        if matches!(c, '.' | '#' | ':' | '[') || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let mut names = words.iter().filter(|word| !word.starts_with([':', '[']) && *word != "*").peekable();
    let is_around = |word: &String| AROUND_BOX.contains(&word.as_str());
    names.peek().is_none() || words.iter().any(is_around)
}

/// What sheets say all the time of whole pages, and what changes nothing about what is shown.
fn is_usual(name: &str, value: &str) -> bool {
    let zero = ["0", "0px", "0 auto", "auto", "none", "visible", "100%", "static", "1"].contains(&value);
    match name {
        "display" => !value.starts_with("none"),
        "visibility" => value.starts_with("visible"),
        "margin" | "margin-top" | "margin-left" => zero,
        "width" | "height" | "max-width" | "max-height" | "font-size" => !value.starts_with('0'),
        "opacity" | "scale" | "zoom" => matches!(value, "1" | "none" | "normal"),
        _ => zero,
    }
}
