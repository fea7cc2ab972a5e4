//! Custom HTML, judged by a library that is known for cleaning HTML: nothing is left for it to do.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

use edge_eid::admin::style_markup::compile;
use edge_eid::model::url::Origin;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

/// Pieces that somebody may write, and pieces that nobody should.
const PIECES: [&str; 44] = [
    "<div>",
    "</div>",
    "<div class=\"a b\">",
    "<section id=\"x\">",
    "</section>",
    "<p>",
    "</p>",
    "<h2>",
    "</h2>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<span>",
    "</span>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<strong>",
    "</strong>",
    "<a href=\"https://acme.example/?a=1&amp;b=2\">",
    "</a>",
    "<img src=\"https://cdn.acme.example/x.png\" alt=\"\">",
    "<br>",
    "<i18n da=\"Hej\" en=\"Hi\"/>",
    "text",
    " & ",
    "&amp;lt;script&gt;",
    "&#60;b&#62;",
    "&nbsp;",
    "\"",
    "'",
    "<!-- <script> -->",
    "<script>",
    "</script>",
    "<svg>",
    "<style>",
    "<table>",
    "<form>",
    "<plaintext>",
    "<a href=\"javascript:alert(1)\">",
];

fn judge() -> ammonia::Builder<'static> {
    let tags = [
        "div",
        "section",
        "header",
        "footer",
        "nav",
        "aside",
        "figure",
        "figcaption",
        "address",
        "blockquote",
        "ul",
        "ol",
        "li",
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "span",
        "strong",
        "em",
        "b",
        "i",
        "small",
        "sub",
        "sup",
        "abbr",
        "time",
        "img",
        "br",
    ];
    let attributes = HashMap::from([
        ("a", HashSet::from(["href", "target"])),
        ("img", HashSet::from(["src", "alt", "width", "height"])),
        ("time", HashSet::from(["datetime"])),
    ]);
    let mut judge = ammonia::Builder::empty();
    judge
        .tags(HashSet::from(tags))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["class", "id", "lang", "title", "aria-label", "hidden"]))
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer"));
    judge
}

/// What a browser makes of it, with our own part in its place.
fn is_left_alone(html: &str) -> Option<bool> {
    let origins = [Origin::parse("https://cdn.acme.example").unwrap()];
    let (danish, english) = compile(html, &origins).ok()?;
    let as_written = |(before, after): (String, String)| {
        let whole = format!("{before}<div class=\"main\">x</div>{after}");
        let cleaned = judge().clean(&whole).to_string();
        // A boolean attribute is written with a value or without one.
        cleaned.replace(" hidden=\"\"", " hidden") == whole
    };
    Some(as_written(danish) && as_written(english))
}

#[test]
fn ordinary_html_is_left_alone() {
    for html in [
        "<div class=\"hero\"><h2>Acme</h2><p>Hi <b>you</b> &amp; me &lt;3</p></div><verify/>",
        "<verify/><ul><li>a</li><li><a href=\"mailto:x@acme.example\">b</a></li></ul><footer>c&nbsp;d</footer>",
        "<section id=\"x\"><div><verify/></div></section><p><i18n da=\"&quot;Hej&quot;\" en=\"Hi\"/></p>",
        "<p><img src=\"https://cdn.acme.example/x.png\" alt=\"a &gt; b\"><br></p><verify/>",
    ] {
        assert_eq!(is_left_alone(html), Some(true), "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_is_taken_means_the_same_to_a_browser(
        before in prop::collection::vec(0..PIECES.len(), 0..8),
        after in prop::collection::vec(0..PIECES.len(), 0..8),
    ) {
        let write = |pieces: &[usize]| pieces.iter().map(|at| PIECES[*at]).collect::<String>();
        let html = format!("{}<verify/>{}", write(&before), write(&after));
        prop_assert_ne!(is_left_alone(&html), Some(false), "{}", html);
    }

    #[test]
    fn any_text_is_read_without_a_panic(html in ".{0,80}", css in ".{0,120}") {
        let _ = compile(&html, &[]);
        if let Ok(once) = edge_eid::admin::style_sheet::check(&css, None, &[]) {
            let twice = edge_eid::admin::style_sheet::check(&once.text, None, &[]);
            prop_assert_eq!(twice.map(|it| it.text), Ok(once.text));
        }
    }
}
