//! The grammar of JSON (RFC 8259), byte by byte.

use super::{Malformed, Result};
use serde_json::{Map, Number, Value};

/// Deepest nesting that is read, as in serde_json: a document can't exhaust the stack.
pub const DEPTH_MAX: usize = 128;

/// What [`Reader::peek`] sees behind the end: a byte that no JSON has outside its texts.
const END: u8 = 0;

/// Where in a text we are.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// At the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte here, white space or not.
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(END)
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> u8 {
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
    fn take(&mut self, wanted: u8) -> Result<()> {
        if self.peek() != wanted {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// An opening bracket.
    fn open(&mut self, bracket: u8) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { self.take(bracket) }
    }

    /// The closing bracket of [`Reader::open`].
    fn close(&mut self, bracket: u8) -> Result<()> {
        self.depth -= 1;
        self.take(bracket)
    }

    /// Whether one more item follows before the closing bracket.
    fn has_next(&mut self, is_first: bool, bracket: u8) -> Result<bool> {
        if self.peek() == bracket {
            return Ok(false);
        }
        if !is_first {
            self.take(b',')?;
        }
        Ok(true)
    }

    /// A word right here.
    fn word(&mut self, word: &str) -> Result<()> {
        if !self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(Malformed);
        }
        self.at += word.len();
        Ok(())
    }

    /// Any value.
    pub fn value(&mut self) -> Result<Value> {
        match self.peek() {
            b'n' => self.word("null").map(|()| Value::Null),
            b't' => self.word("true").map(|()| Value::Bool(true)),
            b'f' => self.word("false").map(|()| Value::Bool(false)),
            b'"' => self.string().map(Value::String),
            b'[' => self.array(),
            b'{' => self.object(),
            _ => self.number(),
        }
    }

    fn array(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        self.open(b'[')?;
        while self.has_next(items.is_empty(), b']')? {
            items.push(self.value()?);
        }
        self.close(b']')?;
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Result<Value> {
        let mut members = Map::new();
        self.open(b'{')?;
        while self.has_next(members.is_empty(), b'}')? {
            let name = self.string()?;
            self.take(b':')?;
            if members.insert(name, self.value()?).is_some() {
                return Err(Malformed);
            }
        }
        self.close(b'}')?;
        Ok(Value::Object(members))
    }

    /// Skips bytes up to one that ends this run.
    fn skip_while(&mut self, belongs: fn(u8) -> bool) -> &'a str {
        let from = self.at;
        while self.at < self.text.len() && belongs(self.byte()) {
            self.at += 1;
        }
        // Runs end at ASCII bytes or at the end, so never within a character.
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// A text between quotes.
    fn string(&mut self) -> Result<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            text.push_str(self.skip_while(|byte| byte >= b' ' && byte != b'"' && byte != b'\\'));
            let byte = self.byte();
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => text.push(self.escape()?),
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
    fn number(&mut self) -> Result<Value> {
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
        let number = match (text.parse::<u64>(), text.parse::<i64>()) {
            (Ok(natural), _) => Some(natural.into()),
            (_, Ok(negative)) => Some(negative.into()),
            _ => fraction(text).and_then(Number::from_f64),
        };
        number.map(Value::Number).ok_or(Malformed)
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
