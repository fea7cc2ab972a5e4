//! Checks a tenant's style sheet and writes the copy that is served.
//!
//! The sheet is read token by token (`cssparser`, CSS Syntax 3) and written anew, so that every
//! browser reads the same. What could load from elsewhere, run, or reach into the MitID box is refused
//! with its place in the sheet; what only seems to hide, cover or move the box is reported, since
//! `static/assets/lock.css` keeps the box as it is whatever a sheet says. Old sheets of customers
//! have many such rules for reasons of their own.

use super::style_risk::risks;
use crate::model::url::{Origin, WebUrl};
use cssparser::{Parser, SourceLocation, ToCss, Token, TokenSerializationType};
use std::borrow::Cow;

/// Longest sheet, bytes.
pub const SHEET_MAX_BYTES: usize = 64 * 1024;
/// Most findings that are told of one sheet.
pub const FINDINGS_MAX: usize = 50;
/// Most blocks within each other.
const DEPTH_MAX: usize = 12;
/// Longest piece of a sheet that is quoted in a finding, characters.
const QUOTE_MAX_CHARACTERS: usize = 60;
/// At-rules with rules in them. `@import` and `@namespace` load or rename, `@property` and
/// `@view-transition` reach across shadow roots or over the whole page, and of unknown ones nobody
/// knows.
const WITH_RULES: [&str; 4] = ["media", "supports", "container", "layer"];
/// At-rules with declarations in them, or with rules whose selectors select nothing of the page.
const OTHERS: [&str; 4] = ["font-face", "keyframes", "-webkit-keyframes", "page"];
/// The families of the MitID box: a `@font-face` of such a name would be used there.
const BOX_FONTS: [&str; 3] = ["ibm plex sans", "helvetica", "arial"];
/// Functions whose texts are addresses.
const LOADERS: [&str; 7] =
    ["url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade"];
/// Functions and properties that ran code in browsers of old.
const ACTIVE: [&str; 4] = ["expression", "behavior", "-moz-binding", "-ms-behavior"];
/// Something to know about a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// The rule or the address it is about, as far as fits.
    pub about: String,
    /// What is to be known.
    pub detail: String,
}

json_struct!(Finding { line, column, about, detail });

/// A sheet that may be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What is served.
    pub text: String,
    /// Rules that do nothing to the MitID box though they may want to.
    pub report: Vec<Finding>,
}

/// Checks a sheet.
///
/// `base` is the address it was fetched from, which its relative addresses refer to; `origins` is where
/// images and fonts may come from.
///
/// # Errors
/// Everything that must be changed first.
pub fn check(text: &str, base: Option<&WebUrl>, origins: &[Origin]) -> Result<Checked, Vec<Finding>> {
    let mut reader = Reader { base, origins, refused: Vec::new(), report: Vec::new() };
    let mut out = Out::default();
    let mut parser = Parser::new(text);
    reader.items(&mut parser, &mut out, &Place { selector: "", depth: 0, holds: Holds::Rules });
    if reader.refused.is_empty() {
        Ok(Checked { text: out.text, report: reader.report })
    } else {
        Err(reader.refused)
    }
}

/// The written copy.
#[derive(Default)]
struct Out {
    text: String,
    last: TokenSerializationType,
    /// Bytes up to the white space at the end, which may be parted from a name's own by tokens only.
    solid: usize,
}

impl Out {
    fn token(&mut self, token: &Token<'_>) {
        let this = token.serialization_type();
        // The name `--` and `>`, or `<` and `!`, would be read as an end or a beginning of HTML's comments.
        let is_comment = match token {
            Token::Delim('>') => self.text.ends_with("--"),
            Token::Delim('!') => self.text.ends_with('<'),
            _ => false,
        };
        if is_comment || self.last.needs_separator_when_before(this) {
            self.text.push_str("/**/");
        }
        self.last = this;
        // Writing to a String does not fail.
        let _ = token.to_css(&mut self.text);
        if !matches!(token, Token::WhiteSpace(_)) {
            self.solid = self.text.len();
        }
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
        self.last = TokenSerializationType::Nothing;
        self.solid = self.text.len();
    }

    /// What was written, without white space at the end.
    fn solid(&self) -> &str {
        &self.text[..self.solid]
    }
}

/// What a block is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Rules only.
    Rules,
    /// Declarations, and rules within a rule.
    Declarations,
    /// Declarations of a font.
    Font,
    /// Steps of an animation, or a page to print.
    Steps,
}

/// Where the reader is.
struct Place<'a> {
    selector: &'a str,
    depth: usize,
    holds: Holds,
}

struct Reader<'a> {
    base: Option<&'a WebUrl>,
    origins: &'a [Origin],
    refused: Vec<Finding>,
    report: Vec<Finding>,
}

impl Reader<'_> {
    /// Reads rules and declarations up to the end of their block.
    fn items(&mut self, parser: &mut Parser<'_>, out: &mut Out, place: &Place<'_>) {
        loop {
            parser.skip_whitespace();
            let start = parser.state();
            let at = start.source_location();
            let Ok(token) = parser.next().cloned() else { return };
            match token {
                Token::Semicolon | Token::CDO | Token::CDC => {}
                Token::AtKeyword(name) => self.at_rule(parser, out, place, &name.to_ascii_lowercase(), at),
                _ => {
                    parser.reset(&start);
                    self.item(parser, out, place, at);
                }
            }
        }
    }

    fn at_rule(
        &mut self,
        parser: &mut Parser<'_>,
        out: &mut Out,
        place: &Place<'_>,
        name: &str,
        at: SourceLocation,
    ) {
        // The name stands before it: a comment between them must go on parting them.
        let mut head = Out { last: Token::AtKeyword(name.into()).serialization_type(), ..Out::default() };
        let has_block = self.head(parser, &mut head, "");
        if name == "charset" && !has_block {
            return;
        }
        if !WITH_RULES.contains(&name) && !OTHERS.contains(&name) {
            let detail = match name {
                "import" => "@import is not followed: put the imported rules into this sheet",
                _ => "this at-rule is not allowed here",
            };
            self.refuse(at, &format!("@{name}"), detail);
            if has_block {
                skip(parser);
            }
            return;
        }
        out.raw(&format!("@{name}{}", head.solid()));
        if !has_block {
            if name != "layer" {
                self.refuse(at, &format!("@{name}"), "a rule without its block");
            }
            out.raw(";");
            return;
        }
        let holds = match name {
            "font-face" => Holds::Font,
            "page" | "keyframes" | "-webkit-keyframes" => Holds::Steps,
            _ if place.holds == Holds::Declarations => Holds::Declarations,
            _ => Holds::Rules,
        };
        self.block(parser, out, &Place { selector: place.selector, depth: place.depth + 1, holds }, at);
    }

    /// A rule or a declaration: which one is known when its head has been read.
    fn item(&mut self, parser: &mut Parser<'_>, out: &mut Out, place: &Place<'_>, at: SourceLocation) {
        let from = parser.position();
        let mut head = Out::default();
        let name = property(parser);
        let is_rule = self.head(parser, &mut head, &name);
        let text = head.solid();
        if is_rule {
            if name.starts_with("--") {
                self.refuse(at, text, "a custom property without braces");
            }
            self.check_selector(text, at);
            out.raw(text);
            let holds = if place.holds == Holds::Steps { Holds::Steps } else { Holds::Declarations };
            self.block(parser, out, &Place { selector: text, depth: place.depth + 1, holds }, at);
        } else if place.holds == Holds::Rules || name.is_empty() {
            self.refuse(at, text, "neither a rule nor a declaration");
        } else {
            let value = text.split_once(':').map_or("", |(_, value)| value.trim());
            self.check_declaration(place, &name, value, at);
            // Numbers of characters are no numbers: they would not be written as they were read.
            match name.as_str() {
                "unicode-range" => out.raw(&characters(parser.slice_from(from))),
                _ => out.raw(text),
            }
            out.raw(";");
        }
    }

    fn block(&mut self, parser: &mut Parser<'_>, out: &mut Out, place: &Place<'_>, at: SourceLocation) {
        out.raw("{");
        if place.depth > DEPTH_MAX {
            self.refuse(at, "{", "at most twelve blocks within each other");
            skip(parser);
        } else {
            let _ = parser.parse_nested_block(|inner| {
                self.items(inner, out, place);
                Ok::<_, cssparser::ParseError<()>>(())
            });
        }
        out.raw("}");
    }

    /// Copies tokens up to a semicolon or the end (`false`), or up to a block (`true`), which is the
    /// next thing to be read.
    fn head(&mut self, parser: &mut Parser<'_>, out: &mut Out, property: &str) -> bool {
        loop {
            let at = parser.current_source_location();
            let Ok(token) = parser.next_including_whitespace().cloned() else { return false };
            match token {
                Token::Semicolon => return false,
                Token::CurlyBracketBlock => return true,
                other => self.value(parser, out, other, property, at),
            }
        }
    }

    /// Copies a token and, if it opens one, its block of any brackets but braces.
    fn value(
        &mut self,
        parser: &mut Parser<'_>,
        out: &mut Out,
        token: Token<'_>,
        within: &str,
        at: SourceLocation,
    ) {
        let (name, close) = match &token {
            Token::UnquotedUrl(url) => {
                let url = self.address(url, at);
                return out.token(&Token::UnquotedUrl(url.into_owned().into()));
            }
            Token::QuotedString(text) if LOADERS.contains(&within) => {
                let url = self.address(text, at);
                return out.token(&Token::QuotedString(url.into_owned().into()));
            }
            Token::BadUrl(_) | Token::BadString(_) => {
                return self.refuse(at, "", "a text or address that does not end");
            }
            Token::CloseParenthesis | Token::CloseSquareBracket | Token::CloseCurlyBracket => {
                return self.refuse(at, "", "a bracket that nothing opens");
            }
            Token::AtKeyword(_) | Token::CDO | Token::CDC => {
                return self.refuse(at, "", "this does not belong here");
            }
            // At the end of a line it means nothing; elsewhere it would begin an escape.
            Token::Delim('\\') => {
                return self.refuse(at, "", "a backslash that escapes nothing");
            }
            Token::Function(name) => (name.to_ascii_lowercase(), ")"),
            Token::ParenthesisBlock => (within.to_owned(), ")"),
            Token::SquareBracketBlock => (within.to_owned(), "]"),
            Token::CurlyBracketBlock => {
                self.refuse(at, "{", "braces do not belong here");
                return skip(parser);
            }
            plain => return out.token(plain),
        };
        if ACTIVE.contains(&name.as_str()) {
            self.refuse(at, &name, "code does not belong into a style sheet");
        }
        out.token(&token);
        let nested = parser.parse_nested_block(|inner| {
            loop {
                let at = inner.current_source_location();
                let Ok(token) = inner.next_including_whitespace().cloned() else { break };
                match token {
                    Token::Semicolon => out.token(&Token::Semicolon),
                    token => self.value(inner, out, token, &name, at),
                }
            }
            Ok::<_, cssparser::ParseError<()>>(())
        });
        if nested.is_err() {
            self.refuse(at, &name, "too many brackets within each other");
        }
        out.raw(close);
        out.last = TokenSerializationType::Nothing;
    }

    /// An address as it is served: absolute, and of an allowed origin.
    fn address<'u>(&mut self, raw: &'u str, at: SourceLocation) -> Cow<'u, str> {
        let url = raw.trim();
        if url.starts_with('#') || is_data(url) {
            return Cow::Borrowed(raw);
        }
        let Some(absolute) = absolute(url, self.base) else {
            let detail = match self.base {
                Some(_) => "not an address that is understood: https, without spaces and quotes",
                None => "an absolute https address: the text of a sheet has no place of its own",
            };
            self.refuse(at, url, detail);
            return Cow::Borrowed(raw);
        };
        if !self.origins.iter().any(|origin| origin.as_str() == absolute.origin()) {
            self.refuse(at, url, &format!("{} is not among allowed_origins", absolute.origin()));
        }
        Cow::Owned(absolute.as_str().to_owned())
    }

    fn check_selector(&mut self, selector: &str, at: SourceLocation) {
        let lower = selector.to_ascii_lowercase();
        for inside in [":host", "::part", "::slotted", "::view-transition", "::backdrop"] {
            if lower.contains(inside) {
                self.refuse(at, selector, "a page has nothing that this could select");
                return;
            }
        }
        if lower.contains("mitid-box") || lower.contains(".mitid") {
            self.tell(at, selector, "the MitID box is not to be styled: this rule does nothing to it");
        }
    }

    fn check_declaration(&mut self, place: &Place<'_>, name: &str, value: &str, at: SourceLocation) {
        let lower = value.to_ascii_lowercase();
        if ACTIVE.contains(&name) || lower.contains("javascript:") || lower.contains("vbscript:") {
            return self.refuse(at, name, "code does not belong into a style sheet");
        }
        if place.holds == Holds::Font {
            // Words may be parted by comments, and browsers compare names by all of Unicode's letters.
            let words = lower.replace("/**/", " ");
            let family =
                words.trim_matches(['"', '\'']).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            if name == "font-family" && (BOX_FONTS.contains(&family.as_str()) || !value.is_ascii()) {
                self.refuse(at, value, "the MitID box uses a font of this name: give yours another one");
            }
            return;
        }
        if place.holds == Holds::Steps {
            return;
        }
        for detail in risks(place.selector, name, &lower) {
            self.tell(at, place.selector, detail);
        }
    }

    fn refuse(&mut self, at: SourceLocation, about: &str, detail: &str) {
        if self.refused.len() < FINDINGS_MAX {
            self.refused.push(finding(at, about, detail));
        }
    }

    fn tell(&mut self, at: SourceLocation, about: &str, detail: &str) {
        // One finding a line says enough.
        let is_told =
            self.report.last().is_some_and(|last| last.line == at.line + 1 && last.detail == detail);
        if self.report.len() < FINDINGS_MAX && !is_told {
            self.report.push(finding(at, about, detail));
        }
    }
}

fn finding(at: SourceLocation, about: &str, detail: &str) -> Finding {
    Finding {
        line: at.line + 1,
        column: at.column,
        about: about.chars().take(QUOTE_MAX_CHARACTERS).collect(),
        detail: detail.to_owned(),
    }
}

/// The name of the declaration that may come next; nothing is taken.
fn property(parser: &mut Parser<'_>) -> String {
    let start = parser.state();
    let name = match parser.next() {
        Ok(Token::Ident(name)) => name.to_ascii_lowercase(),
        _ => String::new(),
    };
    let has_colon = matches!(parser.next(), Ok(Token::Colon));
    parser.reset(&start);
    if has_colon { name } else { String::new() }
}

/// Goes over the block that comes next.
fn skip(parser: &mut Parser<'_>) {
    let _ = parser.parse_nested_block(|inner| {
        while inner.next().is_ok() {}
        Ok::<_, cssparser::ParseError<()>>(())
    });
}

/// A list of ranges of characters, as CSS writes it and nothing else.
fn characters(raw: &str) -> String {
    let is_range = |c: &char| c.is_ascii_hexdigit() || matches!(c, 'u' | 'U' | '+' | '-' | '?' | ',' | ' ');
    let value = raw.split_once(':').map_or("", |(_, value)| value);
    format!("unicode-range:{}", value.chars().filter(is_range).collect::<String>())
}

/// Pictures and fonts that stand in the sheet itself. They run nothing, not even an SVG.
fn is_data(url: &str) -> bool {
    const KINDS: [&str; 8] = [
        "data:image/png",
        "data:image/jpeg",
        "data:image/gif",
        "data:image/webp",
        "data:image/svg+xml",
        "data:font/woff2",
        "data:font/woff",
        "data:application/font-woff",
    ];
    let lower = url.get(..url.len().min(40)).unwrap_or_default().to_ascii_lowercase();
    KINDS.iter().any(|kind| lower.strip_prefix(kind).is_some_and(|rest| rest.starts_with([';', ','])))
}

/// An address, absolute: relative ones refer to the place of the sheet.
fn absolute(url: &str, base: Option<&WebUrl>) -> Option<WebUrl> {
    let without_fragment = url.split('#').next().unwrap_or_default();
    if without_fragment.contains("://") && !without_fragment.starts_with('/') {
        return WebUrl::parse(without_fragment).ok();
    }
    let base = base?;
    if let Some(rest) = without_fragment.strip_prefix("//") {
        return WebUrl::parse(&format!("https://{rest}")).ok();
    }
    // Before the path begins, a colon would be one of a scheme.
    if without_fragment.split('/').next().is_some_and(|first| first.contains(':')) {
        return None;
    }
    let path = &base.as_str()[base.origin().len()..];
    let end = path.split('?').next().and_then(|path| path.rfind('/'));
    let folder = end.map_or("/", |end| &path[..=end]);
    let joined = match without_fragment.strip_prefix('/') {
        Some(rest) => format!("{}/{rest}", base.origin()),
        None => format!("{}{folder}{without_fragment}", base.origin()),
    };
    WebUrl::parse(&joined).ok()
}
