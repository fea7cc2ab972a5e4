//! Guides for customers, the papers of `docs/`, with the reader's own values in their examples.
//!
//! Anybody may read them: they are pages of their own below `/guides/`, static files that `scripts/guides`
//! renders of the papers. Here they stand in the frame, for who is signed in.

use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::error::Fault;
use crate::pages::dashboard::docs as view;
use crate::web::{Method, Response};
use serde_json::Value;

/// The guides in the order of a move: their segment, and their title.
pub const GUIDES: [(&str, &str); 6] = [
    ("get-ready-for-mitid", "Get ready for MitID"),
    ("side-by-side", "Set up side by side"),
    ("metadata", "Work with metadata"),
    ("validate-signatures-through-a-rollover", "Validate signatures through a rollover"),
    ("mitid-ux-requirements", "MitID's UX requirements"),
    ("cut-over", "Cut over"),
];

/// What is before a guide's own part of its page, and behind it.
pub const GUIDE_BEGINS: &str = "<article class=\"guide\" lang=\"en\">";
/// See [`GUIDE_BEGINS`].
pub const GUIDE_ENDS: &str = "</article>";

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let base = within.href(&["docs"]);
    let frame = within.frame();
    match (within.visit.request.method, path) {
        (Method::Get, []) => {
            Ok(Response::page(200, view::list(&view::List { frame: &frame, base: &base, guides: &GUIDES })))
        }
        (Method::Get, [name]) => {
            let (name, title) = GUIDES.iter().find(|(known, _)| known == name).ok_or(Stop::NotFound)?;
            let page = within.visit.ports.guide(name).await?;
            let article = article_of(&page).ok_or_else(|| Fault::lasting("guide", *name))?;
            let html = filled(article, &values(within).await?);
            Ok(Response::page(200, view::guide(view::Guide { frame: &frame, base: &base, title, html })))
        }
        _ => Err(Stop::NotFound),
    }
}

/// A guide's own part of its page.
fn article_of(page: &str) -> Option<&str> {
    let (_, article) = page.split_once(GUIDE_BEGINS)?;
    article.split_once(GUIDE_ENDS).map(|(article, _)| article)
}

/// Values of the reader, by name. One that is not known is empty: the guide's example stays.
type Values = Vec<(&'static str, String)>;

/// What is before the example of a value, and behind it.
fn place(name: &str) -> (String, &'static str) {
    (format!("<var data-value=\"{name}\">"), "</var>")
}

/// A guide with the reader's values in the places of its examples.
fn filled(html: &str, values: &Values) -> String {
    values.iter().filter(|(_, value)| !value.is_empty()).fold(html.to_owned(), |html, (name, value)| {
        let (begins, ends) = place(name);
        let escaped = maud::html! { (value) }.into_string();
        let mut parts = html.split(&begins);
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            filled.push_str(&escaped);
            filled.push_str(part.split_once(ends).map_or(part, |(_, rest)| rest));
        }
        filled
    })
}

/// The reader's own: his first ordinary domain with its MitID domain, and its first application.
async fn values<P: Dashboard>(within: &Within<'_, P>) -> Result<Values, Stop> {
    let api = within.api();
    let (domains, _) = api.page(&within.resource(&["domains"]), None).await?;
    let here = |domain: &&Value| domain["environment"] == within.environment.as_str();
    let of_kind = |kind: &str| domains.iter().filter(here).find(|domain| domain["kind"] == kind);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ordinary = of_kind("ordinary").map(|domain| text(&domain["host"])).unwrap_or_default();
    let mitid = of_kind("mitid").map(|domain| text(&domain["host"])).unwrap_or_default();
    let host = if ordinary.is_empty() { &mitid } else { &ordinary };
    let mut application = Value::Null;
    if !host.is_empty() {
        let (found, _) = api.page(&within.resource(&["domains", host, "applications"]), None).await?;
        application = found.into_iter().next().unwrap_or(Value::Null);
    }
    Ok(vec![
        ("tenant", within.tenant.as_str().to_owned()),
        ("client_id", text(&application["client_id"])),
        ("callback", text(&application["redirect_uris"][0])),
        ("domain", ordinary),
        ("mitid_domain", mitid),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_in_a_guide_as_text_and_one_that_is_not_known_as_an_example() {
        let values = vec![("domain", "<script>".to_owned()), ("tenant", String::new())];
        let guide = "a <var data-value=\"domain\">b</var> c <var data-value=\"domain\">b</var>\
                     <var data-value=\"tenant\">d</var>";
        let filled = filled(guide, &values);
        assert_eq!(filled, "a &lt;script&gt; c &lt;script&gt;<var data-value=\"tenant\">d</var>");
    }
}
