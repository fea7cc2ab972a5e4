//! The pages below `/guides/`: the papers of `docs/` as anybody may read them, rendered here and kept in
//! `static/guides`. `scripts/guides` writes them anew.

#![allow(clippy::unwrap_used)]

use edge_eid::dashboard::docs::{GUIDE_BEGINS, GUIDE_ENDS, GUIDES};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::fs;
use std::path::PathBuf;

/// What stands in the places of a reader's values where nobody is signed in.
const EXAMPLES: [(&str, &str); 5] = [
    ("domain", "login.example.com"),
    ("mitid_domain", "example.mitid.dk"),
    ("client_id", "urn:example:web"),
    ("callback", "https://app.example.com/callback"),
    ("tenant", "example"),
];

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn paper(name: &str) -> String {
    fs::read_to_string(file(&format!("docs/{name}.md"))).unwrap()
}

/// A paper as HTML, without its first heading, which the page has. Links to other papers lead to their pages.
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
        // None of the papers has any.
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

/// A paper with examples in the places of a reader's values.
fn guide(name: &str) -> String {
    EXAMPLES.iter().fold(rendered(&paper(name)), |html, (value, example)| {
        let place = format!("<var data-value=\"{value}\">{example}</var>");
        html.replace(&format!("{{{{{value}}}}}"), &place)
    })
}

/// A page for who is not signed in. The installation's name is not known here.
fn page(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="/assets/dashboard.css";
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            }
            body.desk.reading {
                main {
                    h1 { (title) }
                    (content)
                    p.actions { a.quiet href="/" { "Sign in" } }
                }
            }
        }
    };
    page.into_string() + "\n"
}

/// All pages: their file, and what stands in it.
fn pages() -> Vec<(String, String)> {
    let list = html! {
        p { "How a company moves from NemID to MitID. Sign in to read them with your own values in the examples." }
        ul.list role="list" { @for (name, title) in GUIDES { li { a href=(name) { (title) } } } }
    };
    let mut pages = vec![("index".to_owned(), page("Guides", &list))];
    pages.extend(GUIDES.map(|(name, title)| {
        let article = [GUIDE_BEGINS, &guide(name), GUIDE_ENDS].concat();
        let content = html! { (PreEscaped(article)) p { a href="./" { "All guides" } } };
        (name.to_owned(), page(title, &content))
    }));
    pages
}

#[test]
fn the_pages_are_those_of_the_papers() {
    let folder = file("static/guides");
    let writes = std::env::var_os("WRITE_GUIDES").is_some();
    for (name, page) in pages() {
        let path = folder.join(format!("{name}.html"));
        if writes {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &page).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == page, "{name}.html is not what its paper says: run scripts/guides");
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), GUIDES.len() + 1, "a page of no paper");
}

#[test]
fn a_guide_is_called_as_its_paper() {
    for (name, title) in GUIDES {
        assert_eq!(paper(name).lines().next(), Some(format!("# {title}").as_str()));
    }
}

#[test]
fn every_guide_renders_without_its_title_open_places_and_dead_links() {
    for (name, _) in GUIDES {
        let html = guide(name);
        assert!(!html.contains("<h1") && !html.contains("{{") && !html.contains(GUIDE_ENDS), "{name}");
        for link in html.split("<a href=\"").skip(1) {
            let to = link.split('"').next().unwrap();
            let known = to.starts_with("https://") || GUIDES.iter().any(|(guide, _)| *guide == to);
            assert!(known, "{name} leads to {to}");
        }
    }
}

#[test]
fn html_in_a_paper_is_left_out() {
    assert_eq!(rendered("# T\n\na <script>x</script> b"), "<p>a x b</p>\n");
}
