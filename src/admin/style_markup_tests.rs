use super::*;

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
