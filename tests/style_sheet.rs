//! What the checker of style sheets writes, refuses and tells.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

use cssparser::{Parser, Token};
use edge_eid::admin::style_sheet::{Checked, FINDINGS_MAX, Finding, check};
use edge_eid::model::url::{Origin, WebUrl};
use proptest::prelude::*;

fn origins() -> Vec<Origin> {
    vec![Origin::parse("https://cdn.acme.example").unwrap()]
}

fn base() -> WebUrl {
    WebUrl::parse("https://cdn.acme.example/css/login.css?v=2").unwrap()
}

fn read(text: &str) -> Result<Checked, Vec<Finding>> {
    check(text, Some(&base()), &origins())
}

fn served(text: &str) -> String {
    read(text).unwrap_or_else(|refused| panic!("{text}: {refused:?}")).text
}

fn refused(text: &str) -> Vec<String> {
    let refused = read(text).err().unwrap_or_else(|| panic!("{text} is served"));
    refused.into_iter().map(|it| format!("{}:{} {}: {}", it.line, it.column, it.about, it.detail)).collect()
}

fn report(text: &str) -> Vec<String> {
    read(text).unwrap().report.into_iter().map(|it| format!("{} {}", it.line, it.detail)).collect()
}

#[test]
fn an_ordinary_sheet_is_written_as_it_was_read() {
    assert_eq!(
        served(
            "/* brand */\n.dkmitid #headline > .lang-da .text { display: none }\n#header{color:#FFF;margin:0 auto!important}"
        ),
        ".dkmitid #headline > .lang-da .text{display: none;}#header{color:#FFF;margin:0 auto!important;}"
    );
    assert_eq!(
        served(
            "@charset \"utf-8\"; @media (min-width: 40rem) and (color) { a:hover::after { content: \"→\"; } }"
        ),
        "@media (min-width: 40rem) and (color){a:hover::after{content: \"→\";}}"
    );
    assert_eq!(
        served("#footer { width: calc(100% - 2 * var(--gap, 1px)); & a { color: red } --x: 1px }"),
        "#footer{width: calc(100% - 2 * var(--gap, 1px));& a{color: red;}--x: 1px;}"
    );
    assert_eq!(
        served("li:nth-child(2n+1),a[href$=\".pdf\"]{top:-.5em}"),
        "li:nth-child(2n/**/+1),a[href$=\".pdf\"]{top:-0.5em;}"
    );
    assert_eq!(
        served("@font-face{font-family:Acme;src:url(a.woff2);unicode-range:U+0000-00FF,U+4??}"),
        "@font-face{font-family:Acme;src:url(https://cdn.acme.example/css/a.woff2);unicode-range:U+0000-00FF,U+4??;}"
    );
    assert_eq!(
        served("@keyframes in{from{top:0}50%{top:1px}to{top:2px}}"),
        "@keyframes in{from{top:0;}50%{top:1px;}to{top:2px;}}"
    );
    assert_eq!(served("@layer a,b;@layer a{p{color:red}}"), "@layer a,b;@layer a{p{color:red;}}");
}

#[test]
fn what_is_written_reads_back_as_the_same() {
    for sheet in [
        "a{background:url(x.png)}@media print{b{c:d}}",
        ".\\31 0\\:x{margin:1e3px -0.25em;content:\"\\\"</style>\\a\"}",
        "a/**/b{c:d/**/e}p{margin:-1px -1px;width:calc(1px + -2px)}",
    ] {
        let once = served(sheet);
        assert_eq!(served(&once), once);
    }
}

#[test]
fn addresses_become_absolute_and_stay_within_the_allowed_origins() {
    for (address, absolute) in [
        ("logo.png", "https://cdn.acme.example/css/logo.png"),
        ("/img/logo.png", "https://cdn.acme.example/img/logo.png"),
        ("../img/logo.png", "https://cdn.acme.example/css/../img/logo.png"),
        ("//cdn.acme.example/a", "https://cdn.acme.example/a"),
        ("https://cdn.acme.example/a?b=c", "https://cdn.acme.example/a?b=c"),
    ] {
        for sheet in
            [format!("p{{background:url({address})}}"), format!("p{{background:URL( '{address}' )}}")]
        {
            assert!(served(&sheet).contains(absolute), "{sheet}");
        }
    }
    assert!(
        served("p{background:url(\"data:image/svg+xml;base64,AAAA\");filter:url(#f)}")
            .contains("data:image/svg")
    );
    for evil in [
        "p{background:url(https://evil.example/x)}",
        "p{background:url(//evil.example/x)}",
        "p{background:u\\72l(https://evil.example/x)}",
        "p{background:image-set(\"https://evil.example/x\" 1x)}",
        "p{background:-webkit-image-set(url(https://evil.example/x) 1x)}",
        "p{--x:url(https://evil.example/x);background:var(--x)}",
        "@font-face{font-family:A;src:local(A),url(https://evil.example/x)}",
        "@media (min-width:1px){p{& a{cursor:url(https://evil.example/x),auto}}}",
        "@supports (background:url(https://evil.example/x)){p{color:red}}",
    ] {
        assert!(
            refused(evil).join("").contains("https://evil.example is not among allowed_origins"),
            "{evil}"
        );
    }
    for evil in [
        "p{background:url(javascript:alert(1))}",
        "p{background:url('jav\\61script:alert(1)')}",
        "p{background:url(data:text/html,x)}",
        "p{background:url(http://cdn.acme.example/x)}",
        "p{background:url(https://cdn.acme.example@evil.example/)}",
        "p{background:url(https://CDN.acme.example.evil.example/)}",
    ] {
        refused(evil);
    }
    assert!(check("p{background:url(x.png)}", None, &origins()).is_err(), "a text has no place");
}

#[test]
fn what_loads_runs_or_reaches_into_the_box_is_refused_with_its_place() {
    assert_eq!(
        refused("p{color:red}\n  @import \"https://evil.example/x.css\";"),
        ["2:3 @import: @import is not followed: put the imported rules into this sheet"]
    );
    for evil in [
        "@\\69mport url(x.css);",
        "@namespace svg url(x);",
        "@property --x{syntax:\"*\";inherits:false}",
        "@view-transition{navigation:auto}",
        "@position-try --x{top:0}",
        "@unheard-of{p{color:red}}",
        "p{width:expression(alert(1))}",
        "p{behavior:url(x.htc)}",
        "p{-moz-binding:url(x.xml#a)}",
        "p{color:red;@import 'x';}",
        ":host{color:red}",
        "::view-transition-new(root){opacity:0}",
        "#mitid-box::part(x){color:red}",
        "@font-face{font-family:\"IBM  Plex Sans\";src:url(x.woff2)}",
        "@font-face{font-family:ARIAL;src:url(x.woff2)}",
        "@font-face{font-family:IBM/**/Plex/**/Sans;src:url(x.woff2)}",
        "@font-face{font-family:IBM Plex Sans;src:url(x.woff2)}",
        "@font-face{font-family:\"IBM Plex \\17f ans\";src:url(x.woff2)}",
        "p{--x:{a:b}}",
        "p{color:red}}",
        "p{content:\"never ends\n}",
        "</style><script>alert(1)</script>",
    ] {
        refused(evil);
    }
    let deep = format!("{}p{{color:red}}{}", "@media all{".repeat(40), "}".repeat(40));
    assert!(refused(&deep)[0].contains("twelve blocks"));
    refused(&format!("p{{width:{}1px{}}}", "calc(".repeat(3_000), ")".repeat(3_000)));
}

#[test]
fn rules_that_hide_cover_or_move_the_box_are_told() {
    for (sheet, told) in [
        ("body{display:none}", "may hide"),
        ("*{visibility:hidden}", "may hide"),
        ("body { visibility: hidden }", "may hide"),
        ("html body main{opacity:0}", "may hide"),
        ("#mitid-box{clip-path:inset(50%)}", "not to be styled"),
        ("section{transform:scale(.1)}", "may move"),
        ("body{margin-top:-900px}", "may move"),
        (":root{font-size:0}", "may move"),
        ("#header::before{position:fixed;inset:0;content:''}", "could lie over"),
        (".x{z-index:99}", "could lie over"),
        ("@media all{body{height:0;overflow:hidden}}", "may hide"),
        ("[class]{display:none}", "may hide"),
    ] {
        assert!(report(sheet).join(" ").contains(told), "{sheet}: {:?}", report(sheet));
    }
    for usual in [
        "body{margin:0;background:#fff}",
        "#header{display:none}",
        ".lang-en{display:none}",
        "h1{font-size:2rem}",
    ] {
        assert!(report(usual).is_empty(), "{usual}: {:?}", report(usual));
    }
    let many = "body{display:none}\n".repeat(200);
    assert_eq!(report(&many).len(), FINDINGS_MAX);
}

#[test]
fn any_text_is_read_to_its_end() {
    for text in [
        "", "{", "}", "a{", "@", "@media", "@media{", "a:b", "a{b:c", "url(", "\"", "/*", "\\", "a{:}",
        ";;;", "a{;}", "(((", "[", "\0",
    ] {
        let _ = read(text);
    }
}

/// Pieces that sheets are made of, and those by which readers of CSS were told different things.
const PIECES: [&str; 46] = [
    "a",
    "<",
    "!",
    ".b",
    "#c",
    "--d",
    "e:f",
    "g:1px",
    ";",
    "{",
    "}",
    "{h:i}",
    "(",
    ")",
    "[",
    "]",
    "calc(",
    " ",
    "\n",
    "\u{c}",
    "\u{a0}",
    "/**/",
    "/*",
    "*/",
    "\\",
    "\\31 ",
    "\\\"",
    "\"",
    "'",
    "\"j\"",
    "@media ",
    "@layer",
    "@font-face",
    "url(",
    "url(#k)",
    "U+",
    "-",
    "+",
    ".",
    "1",
    "%",
    "<!--",
    "-->",
    ",",
    "|",
    "\0",
];

/// What a browser reads, without white space and without what ends a declaration.
fn tokens(parser: &mut Parser<'_>, out: &mut Vec<String>) {
    while let Ok(token) = parser.next().cloned() {
        match token {
            Token::Semicolon | Token::CDO | Token::CDC => continue,
            // Addresses become absolute.
            Token::UnquotedUrl(_) => out.push("url".to_owned()),
            Token::QuotedString(_) if out.last().is_some_and(|it| it.starts_with("Function(\"url")) => {
                out.push("url".to_owned());
            }
            // Units are the same in capitals.
            Token::Dimension { .. } => out.push(format!("{token:?}").to_ascii_lowercase()),
            _ => out.push(format!("{token:?}")),
        }
        if matches!(
            token,
            Token::Function(_)
                | Token::ParenthesisBlock
                | Token::SquareBracketBlock
                | Token::CurlyBracketBlock
        ) {
            let _ = parser.parse_nested_block(|inner| {
                tokens(inner, out);
                Ok::<_, cssparser::ParseError<()>>(())
            });
            out.push("end".to_owned());
        }
    }
}

fn tokens_of(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    tokens(&mut Parser::new(text), &mut out);
    out
}

/// A browser reads the copy as the checker read the sheet, and so does the checker.
fn is_read_alike(css: &str) -> Result<(), TestCaseError> {
    if let Ok(once) = read(css) {
        prop_assert_eq!(tokens_of(&once.text), tokens_of(css), "{:?} became {:?}", css, &once.text);
        prop_assert_eq!(read(&once.text).map(|it| it.text), Ok(once.text), "{:?}", css);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_copy_says_what_the_sheet_says(pieces in prop::collection::vec(0..PIECES.len(), 0..14)) {
        is_read_alike(&pieces.iter().map(|at| PIECES[*at]).collect::<String>())?;
    }

    #[test]
    fn a_copy_of_any_text_says_what_the_text_says(css in ".{0,120}") {
        is_read_alike(&css)?;
    }
}
