//! The grammar of JSON (RFC 8259), byte by byte.

use super::{Malformed, Result};
use std::borrow::Cow;

/// Deepest nesting that is read, as in serde_json: a document can't exhaust the stack.
pub const DEPTH_MAX: usize = 128;

/// What [`Reader::peek`] sees behind the end: a byte that no JSON has outside its texts.
const END: u8 = 0;

/// Where in a text we are.
pub struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: usize,
}

/// A number.
pub enum Number {
    /// 0, 1, 2 …
    Natural(u64),
    /// Below zero.
    Negative(i64),
    /// With a fraction or exponent, or too large.
    Other(f64),
}

impl<'de> Reader<'de> {
    /// At the beginning of a text.
    pub fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte here, white space or not.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(END)
    }

    /// The next byte that is no white space.
    pub fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    /// Nothing but white space is left.
    pub fn end(&mut self) -> Result<()> {
        self.peek();
        if self.at == self.text.len() { Ok(()) } else { Err(Malformed) }
    }

    /// One byte, after white space.
    pub fn take(&mut self, wanted: u8) -> Result<()> {
        if self.peek() != wanted {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// An opening bracket.
    pub fn open(&mut self, bracket: u8) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { self.take(bracket) }
    }

    /// The closing bracket of [`Reader::open`].
    pub fn close(&mut self, bracket: u8) -> Result<()> {
        self.depth -= 1;
        self.take(bracket)
    }

    /// Whether one more item follows before the closing bracket.
    pub fn has_next(&mut self, first: &mut bool, bracket: u8) -> Result<bool> {
        if self.peek() == bracket {
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.take(b',')?;
        }
        Ok(true)
    }

    /// A word right here.
    pub fn word(&mut self, word: &str) -> Result<()> {
        if !self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Result<bool> {
        let value = self.peek() == b't';
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    /// Skips bytes up to one that ends this run.
    fn skip_while(&mut self, belongs: fn(u8) -> bool) -> &'de str {
        let from = self.at;
        while self.at < self.text.len() && belongs(self.byte()) {
            self.at += 1;
        }
        // Runs end at ASCII bytes or at the end, so never within a character.
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// A text between quotes, borrowed if nothing in it is escaped.
    pub fn string(&mut self) -> Result<Cow<'de, str>> {
        self.take(b'"')?;
        let mut text = Cow::Borrowed("");
        loop {
            let run = self.skip_while(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
            if text.is_empty() {
                text = Cow::Borrowed(run)
            } else {
                text.to_mut().push_str(run)
            }
            let byte = self.byte();
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => text.to_mut().push(self.escape()?),
                _ => return Err(Malformed),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let byte = self.byte();
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => byte.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex4()?;
                // A character beyond the first 65,536 is written as two halves (RFC 8259 §7); half a
                // one is none.
                let code = match first {
                    0xD800..0xDC00 => {
                        self.word("\\u")?;
                        let second = self.hex4()?.checked_sub(0xDC00).filter(|low| *low < 0x400);
                        0x10000 + ((first - 0xD800) << 10) + second.ok_or(Malformed)?
                    }
                    code => code,
                };
                char::from_u32(code).ok_or(Malformed)?
            }
            _ => return Err(Malformed),
        })
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code << 4 | char::from(self.byte()).to_digit(16).ok_or(Malformed)?;
            self.at += 1;
        }
        Ok(code)
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<()> {
        let run = self.skip_while(|byte| byte.is_ascii_digit());
        if run.is_empty() { Err(Malformed) } else { Ok(()) }
    }

    /// A number.
    pub fn number(&mut self) -> Result<Number> {
        self.peek();
        let from = self.at;
        if self.byte() == b'-' {
            self.at += 1;
        }
        // A leading zero stands alone.
        if self.byte() == b'0' {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        if let Ok(natural) = text.parse() {
            return Ok(Number::Natural(natural));
        }
        if let Ok(negative) = text.parse() {
            return Ok(Number::Negative(negative));
        }
        fraction(text).map(Number::Other).ok_or(Malformed)
    }
}

/// A number with a fraction or exponent, of which no document of ours has any and upstreams' have
/// none that we use: good to about 13 digits. The standard library's exact reading takes 12 kB of
/// the Worker (gzipped), most of it tables.
fn fraction(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let number = |value: f64, digit: u8| value * 10.0 + f64::from(digit - b'0');
    let value = digits.bytes().filter(u8::is_ascii_digit).fold(0.0, number);
    let beyond = if exponent.starts_with('-') { i32::MIN } else { i32::MAX };
    let exponent = exponent.parse().unwrap_or(beyond).saturating_sub_unsigned(decimals as u32);
    // What is further than this from 1 is 0 or too large, however many digits say so.
    let exponent = exponent.clamp(-700, 700);
    let value = (0..exponent).fold(value, |value, _| value * 10.0);
    let value = (exponent..0).fold(value, |value, _| value / 10.0);
    let value = if text.starts_with('-') { -value } else { value };
    value.is_finite().then_some(value)
}
