//! Custom HTML around the login: read strictly, written anew.
//!
//! The library that is known for cleaning HTML (`ammonia`, on `html5ever`) takes 275 kB of a Worker
//! gzipped, and `lol_html` 200 kB; there are 300 for all. So this reader takes a small part of HTML, in
//! which every text has one reading: elements of a list, closed in their order, in places where no
//! browser moves or closes them by itself. Whatever else comes is refused with its place, never
//! repaired. A test has `ammonia` clean what comes out of here: nothing is left for it to do.

use super::input::{Fields, parsed};
use crate::model::names::InvalidName;
use crate::model::style::Around;
use crate::model::url::{Origin, WebUrl};
use serde_json::{Map, Value};

/// Longest HTML, bytes.
pub const HTML_MAX_BYTES: usize = 16 * 1024;
/// Most elements within each other.
const DEPTH_MAX: usize = 20;
/// How much of the name of an element or attribute an error tells, characters.
const NAME_MAX_SHOWN: usize = 20;

/// What an element may hold, and so where it may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Anything, and the login too.
    Frame,
    /// Anything but the login.
    Flow,
    /// Only items.
    List,
    /// Stands in a list only.
    Item,
    /// A paragraph or heading: text and what stands in text.
    Paragraph,
    /// Stands in text, and holds text.
    Phrase,
    /// Stands in text and holds nothing.
    Void,
}

const ELEMENTS: [(&str, Kind); 35] = [
    ("div", Kind::Frame),
    ("section", Kind::Frame),
    ("header", Kind::Flow),
    ("footer", Kind::Flow),
    ("nav", Kind::Flow),
    ("aside", Kind::Flow),
    ("figure", Kind::Flow),
    ("figcaption", Kind::Flow),
    ("address", Kind::Flow),
    ("blockquote", Kind::Flow),
    ("ul", Kind::List),
    ("ol", Kind::List),
    ("li", Kind::Item),
    ("p", Kind::Paragraph),
    ("h2", Kind::Paragraph),
    ("h3", Kind::Paragraph),
    ("h4", Kind::Paragraph),
    ("h5", Kind::Paragraph),
    ("h6", Kind::Paragraph),
    ("a", Kind::Phrase),
    ("span", Kind::Phrase),
    ("strong", Kind::Phrase),
    ("em", Kind::Phrase),
    ("b", Kind::Phrase),
    ("i", Kind::Phrase),
    ("small", Kind::Phrase),
    ("sub", Kind::Phrase),
    ("sup", Kind::Phrase),
    ("abbr", Kind::Phrase),
    ("time", Kind::Phrase),
    ("img", Kind::Void),
    ("br", Kind::Void),
    ("i18n", Kind::Void),
    ("verify", Kind::Void),
    ("criipto-verify", Kind::Void),
];

/// Ids of our own pages.
const OUR_IDS: [&str; 20] = [
    "main",
    "headline",
    "description",
    "mitid-box",
    "panel-title",
    "reference",
    "cancel",
    "continue",
    "back",
    "start-again",
    "answer",
    "cpr",
    "cpr-hint",
    "cpr-error",
    "submit",
    "skip",
    "hinted",
    "not-you",
    "log-out",
    "user",
];

/// Takes `html` and compiles it, in Danish and English.
pub fn read(
    fields: &mut Fields,
    origins: &[Origin],
    source: &mut Map<String, Value>,
) -> Option<(Around, Around)> {
    let html = fields.optional("html", parsed(limited))?;
    source.insert("html".to_owned(), Value::from(html.as_str()));
    match compile(&html, origins) {
        Ok(around) => Some(around),
        Err(Refused { line, column, what, why }) => {
            fields.refuse("html", &format!("line {line} column {column}{what}: {why}"));
            None
        }
    }
}

fn limited(raw: &str) -> Result<String, InvalidName> {
    if raw.len() <= HTML_MAX_BYTES { Ok(raw.to_owned()) } else { Err(InvalidName("at most 16 kB")) }
}

/// Why HTML is not taken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// A comma and the element or attribute that it is about, where it is about one: `, onclick of <a>`.
    pub what: String,
    /// Why.
    pub why: &'static str,
}

/// Compiles HTML with one `<verify/>` in it.
///
/// # Errors
/// See [`Refused`].
pub fn compile(html: &str, origins: &[Origin]) -> Result<(Around, Around), Refused> {
    let mut reader =
        Reader { html, at: 0, origins, open: Vec::new(), what: String::new(), out: Out::default() };
    match reader.run() {
        Ok(()) => {
            let [da, en] = reader.out.after;
            let [before_da, before_en] = reader.out.before;
            Ok(((before_da, da), (before_en, en)))
        }
        Err(why) => {
            let read = html.get(..reader.at).unwrap_or(html);
            let line = read.matches('\n').count() + 1;
            let column = read.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Err(Refused { line, column, what: reader.what, why })
        }
    }
}

/// What is written, in Danish and English: before the login has been met, and after.
#[derive(Default)]
struct Out {
    before: [String; 2],
    after: [String; 2],
    met: bool,
}

impl Out {
    fn push(&mut self, text: &str) {
        self.push_each([text, text]);
    }

    fn push_each(&mut self, texts: [&str; 2]) {
        let to = if self.met { &mut self.after } else { &mut self.before };
        for (to, text) in to.iter_mut().zip(texts) {
            to.push_str(text);
        }
    }
}

struct Reader<'a> {
    html: &'a str,
    at: usize,
    origins: &'a [Origin],
    open: Vec<(&'static str, Kind)>,
    /// See [`Refused::what`].
    what: String,
    out: Out,
}

type Step<T> = Result<T, &'static str>;

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn run(&mut self) -> Step<()> {
        while !self.rest().is_empty() {
            self.what.clear();
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("<!--") {
                let end = comment.find("-->").ok_or("a comment that does not end")?;
                self.at += "<!---->".len() + end;
            } else if rest.starts_with("</") {
                self.end_tag()?;
            } else if rest.starts_with('<') {
                self.start_tag()?;
            } else {
                self.text()?;
            }
        }
        self.what.clear();
        if let Some((open, _)) = self.open.last() {
            self.what = format!(", <{open}>");
            return Err("an element is not closed");
        }
        if self.out.met { Ok(()) } else { Err("<verify/> is missing: the place of the login") }
    }

    fn text(&mut self) -> Step<()> {
        let rest = self.rest();
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        let holds_items_only = self.open.last().is_some_and(|(_, kind)| *kind == Kind::List);
        if holds_items_only && !text.trim().is_empty() {
            return Err("a list holds li and nothing else");
        }
        let decoded = decode(text)?;
        self.out.push(&encode(&decoded));
        self.at += text.len();
        Ok(())
    }

    fn end_tag(&mut self) -> Step<()> {
        let rest = self.rest();
        let end = rest.find('>').ok_or("a tag that does not end")?;
        let name = rest[2..end].trim_end().to_ascii_lowercase();
        match self.open.pop() {
            Some((open, _)) if open == name => {
                self.out.push(&format!("</{open}>"));
                self.at += end + 1;
                Ok(())
            }
            open => {
                self.what = open.map(|(open, _)| format!(", after <{open}>")).unwrap_or_default();
                Err("this closes an element that is not the last one opened")
            }
        }
    }

    fn start_tag(&mut self) -> Step<()> {
        let rest = self.rest();
        let length = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(0);
        let name = rest[1..=length].to_ascii_lowercase();
        self.what = format!(", <{}>", shown(&name));
        let known = ELEMENTS.iter().find(|(known, _)| *known == name);
        let (name, kind) = *known.ok_or("an element that is not on the list of those that are allowed")?;
        self.check_place(name, kind)?;
        let from = self.at;
        self.at += 1 + length;
        let (attributes, closed) = self.attributes(name)?;
        let here = self.at;
        self.at = from;
        self.element(name, kind, attributes, closed)?;
        self.at = here;
        if matches!(name, "verify" | "criipto-verify" | "i18n") && !closed {
            let close = format!("</{name}>");
            if !self.rest().trim_start().to_ascii_lowercase().starts_with(&close) {
                return Err("this element is empty: write it as <verify/> or <i18n da=\"\" en=\"\"/>");
            }
            self.at += self.rest().find('>').unwrap_or(0) + 1;
        }
        Ok(())
    }

    /// Whether a browser leaves an element where it stands.
    fn check_place(&self, name: &str, kind: Kind) -> Step<()> {
        if self.open.len() >= DEPTH_MAX {
            return Err("at most 20 elements within each other");
        }
        let within = self.open.last().map(|(_, kind)| *kind);
        let in_text = matches!(within, Some(Kind::Paragraph | Kind::Phrase));
        match (within, kind) {
            (Some(Kind::List), Kind::Item) => Ok(()),
            (Some(Kind::List), _) => Err("a list holds li and nothing else"),
            (_, Kind::Item) => Err("li stands in ul or ol only"),
            _ if matches!(name, "verify" | "criipto-verify") => {
                if self.out.met {
                    Err("<verify/> stands there twice")
                } else if self.open.iter().all(|(_, kind)| *kind == Kind::Frame) {
                    Ok(())
                } else {
                    Err("<verify/> stands in div and section only")
                }
            }
            (_, Kind::Phrase | Kind::Void) => {
                let link_in_link = name == "a" && self.open.iter().any(|(open, _)| *open == "a");
                if link_in_link { Err("no link within a link") } else { Ok(()) }
            }
            _ if in_text => Err("only text stands in paragraphs, headings and what stands in text"),
            _ => Ok(()),
        }
    }

    /// Name and decoded value of each, and whether the tag closes itself.
    fn attributes(&mut self, element: &str) -> Step<(Vec<(String, String)>, bool)> {
        let mut attributes: Vec<(String, String)> = Vec::new();
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            let spaced = trimmed.len() < rest.len();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('>') {
                self.at += 1;
                return Ok((attributes, false));
            }
            if trimmed.starts_with("/>") {
                self.at += 2;
                return Ok((attributes, true));
            }
            let end = trimmed.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(trimmed.len());
            let name = &trimmed[..end];
            self.what = of_element(name, element);
            let value = trimmed[end..].strip_prefix("=\"").and_then(|value| value.split_once('"'));
            let Some((value, _)) = value.filter(|_| spaced && !name.is_empty()) else {
                return Err("an attribute is written as name=\"value\"");
            };
            if attributes.iter().any(|(known, _)| known == name) {
                return Err("an attribute stands there twice");
            }
            attributes.push((name.to_owned(), decode(value)?));
            self.at += end + value.len() + "=\"\"".len();
        }
    }

    fn element(
        &mut self,
        name: &'static str,
        kind: Kind,
        attributes: Vec<(String, String)>,
        closed: bool,
    ) -> Step<()> {
        match name {
            "verify" | "criipto-verify" => {
                self.out.met = true;
                return if attributes.is_empty() { Ok(()) } else { Err("<verify/> has no attributes") };
            }
            "i18n" => return self.both_languages(&attributes),
            _ => {}
        }
        let mut tag = format!("<{name}");
        for (attribute, value) in &attributes {
            self.what = of_element(attribute, name);
            self.check_attribute(name, attribute, value)?;
            tag.push_str(&format!(" {attribute}=\"{}\"", encode(value)));
        }
        self.what = format!(", <{name}>");
        let has = |wanted: &str| attributes.iter().any(|(attribute, _)| attribute == wanted);
        if name == "img" && !(has("src") && has("alt")) {
            return Err("an image has src and alt (alt=\"\" where it says nothing)");
        }
        if name == "a" {
            // Nobody outside learns of the login from the link.
            tag.push_str(" rel=\"noopener noreferrer\"");
        }
        tag.push('>');
        self.out.push(&tag);
        if kind == Kind::Void {
            return Ok(());
        }
        if closed {
            return Err("only empty elements close themselves");
        }
        self.open.push((name, kind));
        Ok(())
    }

    fn both_languages(&mut self, attributes: &[(String, String)]) -> Step<()> {
        let text =
            |lang: &str| attributes.iter().find(|(name, _)| name == lang).map(|(_, text)| encode(text));
        let (Some(da), Some(en), 2) = (text("da"), text("en"), attributes.len()) else {
            return Err("i18n has da and en, the text in both languages");
        };
        let span = |lang: &str, text: &str, shown: bool| {
            let hidden = if shown { "" } else { " hidden" };
            format!(
                "<span class=\"lang lang-{lang}\" lang=\"{lang}\"{hidden}><span class=\"text\">{text}</span></span>"
            )
        };
        let in_danish = [span("da", &da, true), span("en", &en, false)].concat();
        let in_english = [span("da", &da, false), span("en", &en, true)].concat();
        self.out.push_each([&in_danish, &in_english]);
        Ok(())
    }

    fn check_attribute(&self, element: &str, name: &str, value: &str) -> Step<()> {
        match (element, name) {
            (_, "class") => {
                let is_ours = |class: &str| class.starts_with("mitid") || class.starts_with("lang");
                let is_ours = value.split_ascii_whitespace().any(is_ours);
                if is_ours { Err("classes that begin with mitid or lang are ours") } else { Ok(()) }
            }
            (_, "id") => {
                let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                let fits = plain && !value.is_empty() && !OUR_IDS.contains(&value);
                if fits {
                    Ok(())
                } else {
                    Err("an id of letters, digits, - and _, that our pages do not use")
                }
            }
            (_, "lang") if matches!(value, "da" | "en") => Ok(()),
            (_, "lang") => Err("lang is da or en"),
            (_, "title" | "aria-label") => Ok(()),
            ("a", "href") => {
                let is_web = value.starts_with("https://")
                    && WebUrl::parse(value.split('#').next().unwrap_or("")).is_ok();
                let is_call = ["mailto:", "tel:"].iter().any(|scheme| value.starts_with(scheme));
                if is_web || is_call { Ok(()) } else { Err("a link leads to https://, mailto: or tel:") }
            }
            ("a", "target") if value == "_blank" => Ok(()),
            ("img", "src") => {
                let origin = WebUrl::parse(value).map(|url| url.origin().to_owned());
                let allowed = origin.is_ok_and(|origin| self.origins.iter().any(|it| it.as_str() == origin));
                if allowed { Ok(()) } else { Err("an image comes from one of allowed_origins") }
            }
            ("img", "alt") => Ok(()),
            ("img", "width" | "height") if value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(())
            }
            ("time", "datetime") => Ok(()),
            _ => Err("an attribute that is not on the list of those that are allowed"),
        }
    }
}

/// Enough of a name to be recognised; it is of ASCII letters, digits and hyphens.
fn shown(name: &str) -> &str {
    name.get(..NAME_MAX_SHOWN).unwrap_or(name)
}

fn of_element(attribute: &str, element: &str) -> String {
    if attribute.is_empty() {
        format!(", <{element}>")
    } else {
        format!(", {} of <{element}>", shown(attribute))
    }
}

/// Character references that stand for what can't be written, and numbers.
fn decode(raw: &str) -> Step<String> {
    const NAMED: [(&str, char); 7] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("copy", '\u{a9}'),
    ];
    const RULE: &str = "& is written as &amp;, and characters as themselves or by number";
    let mut out = String::new();
    let mut parts = raw.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or(RULE)?;
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        });
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        out.push(named.or(number.and_then(char::from_u32)).ok_or(RULE)?);
        out.push_str(rest);
    }
    // A page is text: what is no text in it has no meaning that anybody would want.
    let is_text = |c: char| (!c.is_control() && c != '\u{feff}') || c == '\n' || c == '\t' || c == '\r';
    if out.chars().all(is_text) { Ok(out) } else { Err("a character that can't be shown") }
}

/// Text as it stands in a page or in the value of an attribute.
fn encode(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\r', "").replace('\u{a0}', "&nbsp;")
}
