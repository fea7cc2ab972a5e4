//! Our small HTTP request and response, and the security headers of every answer.
//!
//! The core speaks these, the shell converts them. A header that is not asked for by name is never
//! seen: nothing here reads `Forwarded` or `X-Forwarded-*`, so they can change nothing.

use std::fmt;

/// Longest body we read, bytes: a PAR request (16 kB) and an admin document fit.
pub const BODY_MAX_BYTES: usize = 64 * 1024;
/// Longest query string, bytes. Longer requests belong into PAR.
pub const QUERY_MAX_BYTES: usize = 16 * 1024;
/// Most parameters of one query or form.
pub const PARAMETERS_MAX: usize = 100;
/// White space of header fields (RFC 9110 §5.6.3).
const WHITE: [char; 2] = [' ', '\t'];

/// HTTP methods that some route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET; HEAD is answered as GET with the body left out by the shell.
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
    /// OPTIONS
    Options,
    /// Anything else: answered 405.
    Other,
}

/// A request as the core sees it.
pub struct Request {
    /// Method.
    pub method: Method,
    /// Value of the `Host` header, unparsed.
    pub host: String,
    /// Path as sent, percent-encoding kept: a segment may be base64 or an encoded URN.
    pub path: String,
    /// Query without `?`, as sent.
    pub query: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, at most [`BODY_MAX_BYTES`], or a part of a backup; the shell refuses longer ones with 413.
    pub body: Vec<u8>,
}

impl fmt::Debug for Request {
    /// Method and host only: paths, queries, cookies and bodies carry secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?} {})", self.method, self.host)
    }
}

impl Request {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the client wants to be told the trace id, to quote it to whoever runs the broker
    /// (RFC 7240 §2, by the preference that existing clients send).
    pub fn wants_trace_id(&self) -> bool {
        self.header("prefer").is_some_and(|preference| preference.contains("return-trace-id"))
    }

    /// Path segments, percent-encoding kept.
    pub fn segments(&self) -> Vec<&str> {
        self.path.strip_prefix('/').unwrap_or(&self.path).split('/').collect()
    }

    /// Parameters of the query.
    ///
    /// # Errors
    /// See [`Parameters::parse`].
    pub fn query_parameters(&self) -> Result<Parameters, BadParameters> {
        if self.query.len() > QUERY_MAX_BYTES {
            return Err(BadParameters::TooMany);
        }
        Parameters::parse(self.query.as_bytes())
    }

    /// As [`Request::query_parameters`], naming repeated parameters instead of refusing them.
    ///
    /// # Errors
    /// See [`Parameters::parse_lenient`].
    pub fn query_parameters_lenient(&self) -> Result<(Parameters, Vec<String>), BadParameters> {
        if self.query.len() > QUERY_MAX_BYTES {
            return Err(BadParameters::TooMany);
        }
        Parameters::parse_lenient(self.query.as_bytes())
    }

    /// As [`Request::form_parameters`], naming repeated parameters instead of refusing them.
    ///
    /// # Errors
    /// See [`Parameters::parse_lenient`]; also another content type.
    pub fn form_parameters_lenient(&self) -> Result<(Parameters, Vec<String>), BadParameters> {
        if self.is_form() { Parameters::parse_lenient(&self.body) } else { Err(BadParameters::NotAForm) }
    }

    fn is_form(&self) -> bool {
        let content_type = self.header("content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// Parameters of a form body.
    ///
    /// # Errors
    /// See [`Parameters::parse`]; also when the content type is not
    /// `application/x-www-form-urlencoded` (RFC 6749 appendix B).
    pub fn form_parameters(&self) -> Result<Parameters, BadParameters> {
        if self.is_form() { Parameters::parse(&self.body) } else { Err(BadParameters::NotAForm) }
    }

    /// Cookies as (name, value) in the order sent. Only space and tab are trimmed (RFC 6265 §5.2):
    /// Unicode's other white space is part of a name, or a cookie that a browser does not hold to
    /// the rules of `__Host-` would pass for one.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .filter(|(name, _)| name == "cookie")
            .flat_map(|(_, value)| value.split(';'))
            .filter_map(|pair| pair.trim_matches(WHITE).split_once('='))
    }

    /// The value of the first cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether the sender has this version already: `If-None-Match` (RFC 9110 §13.1.2), where `*` is
    /// any version. Compared weakly, as it says: what compresses on the way makes validators weak.
    /// What can't be read names no version.
    pub fn has_version(&self, etag: &str) -> bool {
        let mut rest = self.header("if-none-match").unwrap_or_default().trim_matches(WHITE);
        if rest == "*" {
            return true;
        }
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            rest = rest.strip_prefix("W/").unwrap_or(rest);
            let end = rest.strip_prefix('"').and_then(|tag| tag.find('"')).map(|at| at + 2);
            let Some((tag, others)) = end.and_then(|end| rest.split_at_checked(end)) else { return false };
            if tag == etag {
                return true;
            }
            rest = others;
        }
    }

    /// Whether the browser says that this is the whole page of a tab. Browsers that say nothing
    /// (no `Sec-Fetch-Dest`) are believed; frames and scripts that say so are not.
    pub fn is_top_level(&self) -> bool {
        // Nobody has come yet: what a prefetch drives, nobody asked for.
        let ahead = self.header("sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"));
        !ahead && self.header("sec-fetch-dest").is_none_or(|dest| dest == "document")
    }
}

/// Why a query or form could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadParameters {
    /// Over [`PARAMETERS_MAX`] or [`QUERY_MAX_BYTES`].
    TooMany,
    /// A parameter stands twice (RFC 6749 §3.1 forbids it).
    Duplicate,
    /// Not UTF-8 after decoding.
    NotUtf8,
    /// Another content type.
    NotAForm,
}

/// Decoded parameters, each name at most once, empty values left out (RFC 6749 §3.1: a parameter
/// sent without a value is treated as if it were omitted).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Parameters(Vec<(String, String)>);

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameters({})", self.0.len())
    }
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// Too many, a duplicate, or not UTF-8.
    pub fn parse(raw: &[u8]) -> Result<Self, BadParameters> {
        let (parameters, repeated) = Self::parse_lenient(raw)?;
        if repeated.is_empty() { Ok(parameters) } else { Err(BadParameters::Duplicate) }
    }

    /// As [`Parameters::parse`], but keeps the first of a repeated parameter and names it, so that
    /// an authorize fault can still go back to a callback that is not itself in doubt.
    ///
    /// # Errors
    /// Too many, or not UTF-8.
    pub fn parse_lenient(raw: &[u8]) -> Result<(Self, Vec<String>), BadParameters> {
        let mut list: Vec<(String, String)> = Vec::new();
        let mut repeated = Vec::new();
        for (count, pair) in raw.split(|&b| b == b'&').filter(|pair| !pair.is_empty()).enumerate() {
            if count >= PARAMETERS_MAX {
                return Err(BadParameters::TooMany);
            }
            let at = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
            let name = decode(&pair[..at]).ok_or(BadParameters::NotUtf8)?;
            let value = decode(pair.get(at + 1..).unwrap_or_default()).ok_or(BadParameters::NotUtf8)?;
            if list.iter().any(|(known, _)| *known == name) {
                repeated.push(name);
            } else {
                list.push((name, value));
            }
        }
        list.retain(|(_, value)| !value.is_empty());
        Ok((Self(list), repeated))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Parameters that came another way than by a form. Empty values are left out here too.
    pub fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The same parameters and one more, whose name is not among them.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Every pair, in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// Decodes `+` and `%XX`; `None` where the result is no UTF-8.
fn decode(raw: &[u8]) -> Option<String> {
    let plus: Vec<u8> = raw.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    percent_decode(&plus)
}

/// Decodes `%XX` only, as in a path segment; a stray `%` stands for itself.
pub fn percent_decode(raw: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = after;
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit.to_ascii_lowercase() - b'a') + 10,
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters: a space is `%20`, never `+`, and `=`
/// is encoded, because old client SDKs cut values at it and decode no plus.
pub fn percent_encode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `name=value&…` with [`percent_encode`].
pub fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&percent_encode(name));
        out.push('=');
        out.push_str(&percent_encode(value));
    }
    out
}

/// An address with more parameters, as [`encode_pairs`] writes them. It may have a query of its own
/// (RFC 6749 §3.1.2); a fragment it has not.
pub fn with_query(uri: &str, query: &str) -> String {
    let joint = if uri.contains('?') { "&" } else { "?" };
    [uri, joint, query].concat()
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers in order; `set-cookie` may stand more than once.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: String,
    /// Which route answered, for the log line: a constant, never a path.
    pub route: &'static str,
}

impl Response {
    fn with_type(status: u16, content_type: &str, body: String) -> Self {
        let mut response = Self { status, headers: Vec::new(), body, route: "" };
        response.set("content-type", content_type.to_owned());
        response.set("x-content-type-options", "nosniff".to_owned());
        // Paths and queries of a login are secrets of the browser they were made for.
        response.set("referrer-policy", "no-referrer".to_owned());
        response.set("cache-control", "no-store".to_owned());
        if !content_type.starts_with("text/html") {
            response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'".to_owned());
        }
        response
    }

    /// A plain text answer.
    pub fn text(status: u16, body: &str) -> Self {
        Self::with_type(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// A JSON answer, not to be stored.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::json_text(status, crate::json::text(value))
    }

    /// As [`Response::json`], of JSON that is already text.
    pub fn json_text(status: u16, text: String) -> Self {
        Self::with_type(status, "application/json", text)
    }

    /// The same answer for whoever has it already: 304 with the headers that stand for it (RFC 9110
    /// §15.4.5) and without what describes a body.
    pub fn not_modified(mut self) -> Self {
        self.status = 304;
        self.body = String::new();
        self.remove("content-type");
        self
    }

    /// A signed answer (RFC 7519 §10.3.1), not to be stored.
    pub fn jwt(token: String) -> Self {
        Self::with_type(200, "application/jwt", token)
    }

    /// A page under our policy: no script, styles from our origin, forms to our origin, no frames.
    pub fn page(status: u16, markup: maud::Markup) -> Self {
        let mut response = Self::with_type(status, "text/html; charset=utf-8", markup.into_string());
        response.set(
            "content-security-policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
                .to_owned(),
        );
        response.set("x-frame-options", "DENY".to_owned());
        response
    }

    /// A file that never changes under its name. Opened by itself it may do nothing.
    pub fn file(content_type: &str, text: String) -> Self {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";
        Self::with_type(200, content_type, text)
            .with("content-security-policy", policy)
            .with("cross-origin-resource-policy", "same-origin")
            .with("cache-control", "public, max-age=31536000, immutable")
    }

    /// 303 See Other: the browser follows with GET whatever it sent (RFC 9700 §4.12 forbids 307).
    pub fn see_other(location: &str) -> Self {
        let mut response = Self::with_type(303, "text/plain; charset=utf-8", String::new());
        response.set("location", location.to_owned());
        response
    }

    /// Where a redirect leads.
    pub fn redirect(&self) -> Option<&str> {
        self.header("location").filter(|_| self.status == 303)
    }

    /// Replaces or adds a header that stands once.
    pub fn set(&mut self, name: &'static str, value: String) {
        match self.headers.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name, value)),
        }
    }

    /// The same answer with a header set.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, value.into());
        self
    }

    /// The same answer with one more cookie.
    pub fn with_cookie(mut self, cookie: String) -> Self {
        self.headers.push(("set-cookie", cookie));
        self
    }

    /// Takes a header away.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(key, _)| *key != name);
    }

    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_and_percent_are_decoded_and_empty_values_count_as_absent() {
        let parameters = Parameters::parse(b"a=x+y%20z&b=&c=%C3%A6&d").unwrap();
        assert_eq!(parameters.get("a"), Some("x y z"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), Some("æ"));
        assert_eq!(parameters.get("d"), None);
    }

    #[test]
    fn a_parameter_sent_twice_is_refused_even_when_one_is_empty() {
        assert_eq!(Parameters::parse(b"a=1&a=2"), Err(BadParameters::Duplicate));
        assert_eq!(Parameters::parse(b"a=&a=2"), Err(BadParameters::Duplicate));
        assert_eq!(Parameters::parse(b"a=1&%61=2"), Err(BadParameters::Duplicate));
    }

    #[test]
    fn bytes_that_are_no_utf8_and_floods_are_refused() {
        assert_eq!(Parameters::parse(b"a=%FF"), Err(BadParameters::NotUtf8));
        let flood: String = (0..=PARAMETERS_MAX).map(|i| format!("p{i}=1&")).collect();
        assert_eq!(Parameters::parse(flood.as_bytes()), Err(BadParameters::TooMany));
    }

    #[test]
    fn what_is_encoded_reads_back() {
        let encoded = encode_pairs([("state", "a=b&c +%/ø")]);
        assert_eq!(encoded, "state=a%3Db%26c%20%2B%25%2F%C3%B8");
        assert_eq!(Parameters::parse(encoded.as_bytes()).unwrap().get("state"), Some("a=b&c +%/ø"));
    }

    #[test]
    fn a_name_behind_unicode_white_space_is_another_cookie() {
        for white in ['\u{2000}', '\u{a0}', '\u{3000}', '\u{b}'] {
            let request = Request {
                method: Method::Get,
                host: String::new(),
                path: "/".to_owned(),
                query: String::new(),
                headers: vec![("cookie".to_owned(), format!("{white}__Host-x=evil; \t__Host-x=ours"))],
                body: Vec::new(),
            };
            assert_eq!(request.cookie("__Host-x"), Some("ours"));
        }
    }

    #[test]
    fn a_version_is_named_alone_in_a_list_weakly_or_by_a_star() {
        let names = |field: &str| {
            let request = Request {
                method: Method::Get,
                host: String::new(),
                path: "/".to_owned(),
                query: String::new(),
                headers: vec![("if-none-match".to_owned(), field.to_owned())],
                body: Vec::new(),
            };
            request.has_version("\"a-b\"")
        };
        for field in [
            "\"a-b\"",
            "W/\"a-b\"",
            " \t\"a-b\" ",
            "\"x\", \"a-b\"",
            "W/\"x\",\t,W/\"a-b\"",
            "\"with, comma\",\"a-b\", \"z\"",
            "\"\", \"a-b\"",
            "*",
            " * ",
        ] {
            assert!(names(field), "{field}");
        }
        for field in [
            "",
            ",",
            "a-b",
            "\"a-b",
            "a-b\"",
            "\"a\"",
            "\"A-B\"",
            "w/\"a-b\"",
            "W\"a-b\"",
            "W/",
            "\"*\"",
            "*, \"x\"",
            "x, \"a-b\"",
            "\"a-b, a\"",
            "\"æ\"æ",
        ] {
            assert!(!names(field), "{field}");
        }
    }

    #[test]
    fn a_stray_percent_sign_stands_for_itself() {
        assert_eq!(percent_decode(b"100%").as_deref(), Some("100%"));
        assert_eq!(percent_decode(b"%zz%4").as_deref(), Some("%zz%4"));
    }
}
