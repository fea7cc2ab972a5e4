//! Guides for customers, the papers of `docs/`, with the reader's own values in their examples.

use super::ports::Dashboard;
use super::stop::{Page, Stop};
use super::visit::Within;
use crate::pages::dashboard::docs as view;
use crate::web::{Method, Response};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde_json::Value;

/// The guides in the order of a move: their segment, and their text.
pub const GUIDES: [(&str, &str); 6] = [
    ("get-ready-for-mitid", include_str!("../../docs/get-ready-for-mitid.md")),
    ("side-by-side", include_str!("../../docs/side-by-side.md")),
    ("metadata", include_str!("../../docs/metadata.md")),
    (
        "validate-signatures-through-a-rollover",
        include_str!("../../docs/validate-signatures-through-a-rollover.md"),
    ),
    ("mitid-ux-requirements", include_str!("../../docs/mitid-ux-requirements.md")),
    ("cut-over", include_str!("../../docs/cut-over.md")),
];

/// The pages of this section; `path` is what follows its segment.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, path: &[&str]) -> Page {
    let base = within.href(&["docs"]);
    let frame = within.frame();
    match (within.visit.request.method, path) {
        (Method::Get, []) => {
            let guides = GUIDES.map(|(name, text)| (name, title_of(text)));
            Ok(Response::page(200, view::list(&view::List { frame: &frame, base: &base, guides: &guides })))
        }
        (Method::Get, [name]) => {
            let (_, text) = GUIDES.iter().find(|(known, _)| known == name).ok_or(Stop::NotFound)?;
            let html = filled(&rendered(text), &values(within).await?);
            let guide = view::Guide { frame: &frame, base: &base, title: title_of(text), html };
            Ok(Response::page(200, view::guide(guide)))
        }
        _ => Err(Stop::NotFound),
    }
}

/// The first heading.
pub fn title_of(text: &'static str) -> &'static str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

/// A guide as HTML, without its first heading, which the page has. Links to other guides lead to their
/// pages here.
fn rendered(text: &str) -> String {
    let mut in_title = false;
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
            in_title = true;
            None
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            in_title = false;
            None
        }
        _ if in_title => None,
        // None of the guides has any.
        Event::Html(_) | Event::InlineHtml(_) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = match dest_url.strip_suffix(".md") {
                Some(guide) if !dest_url.contains(':') => CowStr::from(guide.to_owned()),
                _ => dest_url,
            };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        event => Some(event),
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    html
}

/// Values for the places of a guide; one that is not known stays a place.
type Values = Vec<(&'static str, String)>;

fn filled(html: &str, values: &Values) -> String {
    values.iter().fold(html.to_owned(), |html, (name, value)| {
        if value.is_empty() {
            return html;
        }
        let escaped = maud::html! { (value) }.into_string();
        html.replace(&format!("{{{{{name}}}}}"), &escaped)
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
    fn every_guide_has_a_title_and_renders_without_it_and_without_dead_links() {
        for (name, text) in GUIDES {
            assert!(!title_of(text).is_empty(), "{name}");
            let html = rendered(text);
            assert!(!html.contains("<h1"), "{name}");
            assert!(!html.contains(".md\""), "{name}");
            for link in html.split("<a href=\"").skip(1) {
                let to = link.split('"').next().unwrap_or_default();
                let known = to.starts_with("https://") || GUIDES.iter().any(|(guide, _)| *guide == to);
                assert!(known, "{name} leads to {to}");
            }
        }
    }

    #[test]
    fn a_value_stands_in_a_guide_as_text() {
        let values = vec![("domain", "<script>".to_owned()), ("tenant", String::new())];
        assert_eq!(filled("a {{domain}} {{tenant}}", &values), "a &lt;script&gt; {{tenant}}");
    }

    #[test]
    fn html_in_a_guide_is_left_out() {
        assert_eq!(rendered("# T\n\na <script>x</script> b"), "<p>a x b</p>\n");
    }
}
