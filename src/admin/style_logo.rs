//! A logo without a style sheet: an SVG of which we serve a copy, or an image at an allowed origin.
//!
//! Pages show it as an image, and images run nothing. Whoever opens the copy's own address gets it
//! under a policy that lets it run nothing there either.

use super::input::{Fields, parsed};
use crate::model::names::InvalidName;
use crate::model::url::{Origin, WebUrl};
use serde_json::{Map, Value};

/// Longest SVG, bytes.
pub const LOGO_MAX_BYTES: usize = 16 * 1024;

/// Takes `logo` and `logo_url`.
pub fn read(
    fields: &mut Fields,
    origins: &[Origin],
    source: &mut Map<String, Value>,
) -> (Option<String>, Option<String>) {
    let logo = fields.optional("logo", parsed(svg));
    let url = fields.optional("logo_url", parsed(WebUrl::parse));
    let is_allowed = url.as_ref().is_none_or(|url| origins.iter().any(|it| it.as_str() == url.origin()));
    fields.demand("logo_url", is_allowed, "an address at one of allowed_origins");
    fields.demand("logo_url", url.is_none() || logo.is_none(), "either this or logo");
    let url = url.map(|url| url.as_str().to_owned());
    for (name, value) in [("logo", &logo), ("logo_url", &url)] {
        source.insert(name.to_owned(), value.clone().map_or(Value::Null, Value::from));
    }
    (logo, url)
}

/// An SVG that carries everything it shows.
fn svg(raw: &str) -> Result<String, InvalidName> {
    const RULE: InvalidName = InvalidName("an SVG of at most 16 kB that begins with <svg, without scripts");
    let text = raw.trim();
    let lower = text.to_ascii_lowercase();
    let runs = ["<script", "javascript:", "<foreignobject", "<!", "<?"].iter().any(|it| lower.contains(it));
    let fits =
        text.len() <= LOGO_MAX_BYTES && lower.starts_with("<svg") && lower.ends_with("</svg>") && !runs;
    if fits { Ok(text.to_owned()) } else { Err(RULE) }
}
