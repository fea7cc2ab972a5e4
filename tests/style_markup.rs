//! Custom HTML: what is taken, what is refused, and that a library which is known for cleaning HTML finds
//! nothing left to do.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

use edge_eid::admin::style_markup::{Refused, compile};
use edge_eid::model::style::Around;
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
        // A boolean attribute is written with a value or without one, and so are quotes in a text.
        cleaned.replace(" hidden=\"\"", " hidden").replace("&quot;", "\"") == whole.replace("&quot;", "\"")
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
    fn any_text_is_read_without_a_panic(html in ".{0,80}") {
        let _ = compile(&html, &[]);
    }
}

fn origins() -> Vec<Origin> {
    vec![Origin::parse("https://cdn.acme.example").unwrap()]
}

fn english(html: &str) -> Around {
    compile(html, &origins()).unwrap_or_else(|refused| panic!("{html}: {refused:?}")).1
}

fn why(html: &str) -> Refused {
    compile(html, &origins()).err().unwrap_or_else(|| panic!("{html} is taken"))
}

#[test]
fn what_is_refused_is_named_with_its_element_or_attribute() {
    let named = [
        ("<p onclick=\"x()\">a</p><verify/>", ", onclick of <p>"),
        ("<p class=\"a\" style=\"x\">a</p><verify/>", ", style of <p>"),
        ("<a href=\"javascript:x\">a</a><verify/>", ", href of <a>"),
        ("<p id=x>a</p><verify/>", ", id of <p>"),
        ("<p \"x\">a</p><verify/>", ", <p>"),
        ("<p>a</p><SCRIPT>x</SCRIPT><verify/>", ", <script>"),
        ("<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>", ", <aaaaaaaaaaaaaaaaaaaa>"),
        ("<img alt=\"x\"><verify/>", ", <img>"),
        ("<p><div></div></p><verify/>", ", <div>"),
        ("<p>a</b></p><verify/>", ", after <p>"),
        ("<div><verify/>", ", <div>"),
        ("<p>a & b</p><verify/>", ""),
        ("<p>a</p>", ""),
    ];
    for (html, what) in named {
        assert_eq!(why(html).what, what, "{html}");
    }
}

#[test]
fn html_around_the_login_is_written_anew() {
    let (before, after) =
        english("<!-- Acme --><div class=\"hero\"><H2>A &amp; B</H2>\n<verify /></div><p>Bye &#248;</p>");
    assert_eq!(before, "<div class=\"hero\"><h2>A &amp; B</h2>\n");
    assert_eq!(after, "</div><p>Bye ø</p>");
    assert_eq!(english("a<criipto-verify></criipto-verify>b"), ("a".to_owned(), "b".to_owned()));
    let link = "<a href=\"https://acme.example/a?b=1&amp;c=2\" target=\"_blank\">x</a><verify/>";
    assert_eq!(
        english(link).0,
        "<a href=\"https://acme.example/a?b=1&amp;c=2\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>"
    );
    let image = "<img src=\"https://cdn.acme.example/l.png\" alt=\"Acme\" width=\"20\"><verify/>";
    assert_eq!(english(image).0, image.replace("<verify/>", ""));
}

#[test]
fn a_text_stands_there_in_both_languages_and_the_pages_own_is_shown() {
    let (da, en) = compile("<p><i18n da=\"Hej &lt;du&gt;\" en=\"Hi\"/></p><verify/>", &[]).unwrap();
    let span = |lang: &str, hidden: &str, text: &str| {
        format!(
            "<span class=\"lang lang-{lang}\" lang=\"{lang}\"{hidden}><span class=\"text\">{text}</span></span>"
        )
    };
    assert_eq!(da.0, format!("<p>{}{}</p>", span("da", "", "Hej &lt;du&gt;"), span("en", " hidden", "Hi")));
    assert_eq!(en.0, format!("<p>{}{}</p>", span("da", " hidden", "Hej &lt;du&gt;"), span("en", "", "Hi")));
}

#[test]
fn what_is_not_taken_is_told_with_its_place() {
    let refused = why("<div>\n  <p>x</p>\n  <script>alert(1)</script></div>");
    assert_eq!((refused.line, refused.column), (3, 3));
    for html in [
        "<verify/><verify/>",
        "no place",
        "<p><verify/></p>",
        "<ul><li><verify/></li></ul>",
        "<a href=\"https://a.example/\"><verify/></a>",
        "<verify/><script src=\"https://evil.example/x.js\"></script>",
        "<verify/><div onclick=\"x\">y</div>",
        "<verify/><div style=\"position:fixed\">y</div>",
        "<verify/><div hidden=\"\">y</div>",
        "<verify/><div popover=\"auto\">y</div>",
        "<verify/><a href=\"javascript:alert(1)\">y</a>",
        "<verify/><a href=\"java&#115;cript:alert(1)\">y</a>",
        "<verify/><a href=\" javascript:alert(1)\">y</a>",
        "<verify/><a href=\"http://a.example/\">y</a>",
        "<verify/><img src=\"https://evil.example/x.png\" alt=\"\">",
        "<verify/><img src=\"https://cdn.acme.example.evil.example/x.png\" alt=\"\">",
        "<verify/><img src=\"https://cdn.acme.example/x.png\">",
        "<verify/><img src=\"https://cdn.acme.example/x.png\" alt=\"\" onerror=\"alert(1)\">",
        "<verify/><svg><style><img src=x onerror=alert(1)></style></svg>",
        "<verify/><math><mi></mi></math>",
        "<verify/><template><p></p></template>",
        "<verify/><iframe src=\"https://a.example\"></iframe>",
        "<verify/><form action=\"https://evil.example\"></form>",
        "<verify/><input name=\"cpr\">",
        "<verify/><base href=\"https://evil.example/\">",
        "<verify/><meta http-equiv=\"refresh\" content=\"0\">",
        "<verify/><link rel=\"stylesheet\" href=\"https://evil.example\">",
        "<verify/><h1>x</h1>",
        "<verify/><div id=\"mitid-box\"></div>",
        "<verify/><div id=\"main\"></div>",
        "<verify/><div class=\"mitid-footer\"></div>",
        "<verify/><div class=x></div>",
        "<verify/><div class='x'></div>",
        "<verify/><div class=\"a\"class=\"b\"></div>",
        "<verify/><div class=\"a\" class=\"b\"></div>",
        "<verify/><p><div></div></p>",
        "<verify/><p><p></p></p>",
        "<verify/><b><i></b></i>",
        "<verify/><div>",
        "<verify/></div>",
        "<verify/><li>x</li>",
        "<verify/><ul>x</ul>",
        "<verify/><a href=\"https://a.example/\"><b><a href=\"https://a.example/\">x</a></b></a>",
        "<verify/>a & b",
        "<verify/>&unknown;",
        "<verify/>&#0;",
        "<verify/>&#xD800;",
        "<verify/><!-- x",
        "<verify/><![CDATA[x]]>",
        "<verify/><!DOCTYPE html>",
        "<verify/><",
        "<verify/>< div>",
        "<verify/><div\u{0}>",
        "<verify/><i18n da=\"x\"/>",
        "<verify/><i18n da=\"x\" en=\"y\">z</i18n>",
        "<verify x=\"y\"/>",
        "<div/><verify/>",
    ] {
        why(html);
    }
    let deep = format!("{}<verify/>{}", "<div>".repeat(30), "</div>".repeat(30));
    assert_eq!(why(&deep).why, "at most 20 elements within each other");
}
