//! Reads JSON into our types.
//!
//! The grammar is RFC 8259's and the types are serde's; the reader between them is ours. With
//! serde_json's, every type also gets code for being written as a list, which we never do, and for
//! wording what is wrong with it, which nobody is told: 31 of the Worker's 385 kB (gzipped).

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::fmt;

/// Deepest nesting that is read, as in serde_json: a document can't exhaust the stack.
const DEPTH_MAX: usize = 128;

/// Not JSON, or not of the wanted shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed JSON")
    }
}

impl std::error::Error for Malformed {}

/// The default methods would format a text each.
impl Error for Malformed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

type Result<T> = std::result::Result<T, Malformed>;

/// Reads a whole text.
///
/// # Errors
/// Not JSON, or not of this type's shape: a struct is an object, an enum a name or an object of one
/// member, and the name of a member in a map is a text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.peek() == END && reader.at == text.len() { Ok(value) } else { Err(Malformed) }
}

/// As [`read`], from bytes that should be UTF-8.
///
/// # Errors
/// As there.
pub fn read_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    read(std::str::from_utf8(bytes).map_err(|_| Malformed)?)
}

/// What [`Reader::peek`] sees behind the end: a byte that no JSON has outside its texts.
const END: u8 = 0;

struct Reader<'de> {
    text: &'de str,
    at: usize,
    depth: usize,
}

enum Number {
    Natural(u64),
    Negative(i64),
    Other(f64),
}

impl<'de> Reader<'de> {
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

    fn expect(&mut self, wanted: u8) -> Result<()> {
        if self.peek() != wanted {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Malformed) } else { self.expect(bracket) }
    }

    fn close(&mut self, bracket: u8) -> Result<()> {
        self.depth -= 1;
        self.expect(bracket)
    }

    /// Whether one more item follows before the closing bracket.
    fn has_next(&mut self, first: &mut bool, bracket: u8) -> Result<bool> {
        if self.peek() == bracket {
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.expect(b',')?;
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

    fn bool(&mut self) -> Result<bool> {
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

    fn string(&mut self) -> Result<Cow<'de, str>> {
        self.expect(b'"')?;
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

    fn number(&mut self) -> Result<Number> {
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
        text.parse().ok().filter(|other: &f64| other.is_finite()).map(Number::Other).ok_or(Malformed)
    }
}

/// One method for each of JSON's kinds, so that a type's code is made for its kind alone.
impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'"' => self.deserialize_string(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'{' => self.deserialize_map(visitor),
            _ => self.deserialize_u64(visitor),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.peek();
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.number()? {
            Number::Natural(value) => visitor.visit_u64(value),
            Number::Negative(value) => visitor.visit_i64(value),
            Number::Other(value) => visitor.visit_f64(value),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_string(self.string()?.into_owned())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.peek() != b'n' {
            return visitor.visit_some(self);
        }
        self.word("null")?;
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Items { reader: self, first: true })?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.open(b'{')?;
        let value = visitor.visit_map(Items { reader: self, first: true })?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let with_value = self.peek() == b'{';
        if with_value {
            self.open(b'{')?;
        }
        let value = visitor.visit_enum(Variant { reader: self, with_value })?;
        if with_value {
            self.close(b'}')?;
        }
        Ok(value)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 u8 u16 f32 f64 char str bytes byte_buf unit_struct tuple_struct ignored_any
    }
}

/// What stands between brackets.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let more = self.reader.has_next(&mut self.first, b']')?;
        if more { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.reader.has_next(&mut self.first, b'}')? {
            return Ok(None);
        }
        if self.reader.peek() != b'"' {
            return Err(Malformed);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant: `"name"`, or `{"name":value}`.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
    with_value: bool,
}

impl<'a, 'de> Variant<'a, 'de> {
    fn value(self) -> Result<&'a mut Reader<'de>> {
        if self.with_value { Ok(self.reader) } else { Err(Malformed) }
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let variant = seed.deserialize(&mut *self.reader)?;
        if self.with_value {
            self.reader.expect(b':')?;
        }
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;

    fn unit_variant(self) -> Result<()> {
        if self.with_value { Err(Malformed) } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.value()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.value()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.value()?.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::Value;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        flag: bool,
        number: u64,
        small: Option<u32>,
        signed: i64,
        text: String,
        list: Vec<Kind>,
        map: BTreeMap<String, Kind>,
        pair: (u32, String),
        nested: Option<Box<Everything>>,
        #[serde(default)]
        absent: Vec<u32>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Unit,
        New(u64),
        Pair(u32, String),
        Struct { name: String },
    }

    fn everything(nested: Option<Box<Everything>>) -> Everything {
        Everything {
            flag: true,
            number: u64::MAX,
            small: Some(u32::MAX),
            signed: i64::MIN,
            text: "æ\"\\\u{8}\u{c}\n\r\t\u{1f}😀".to_owned(),
            list: vec![Kind::Unit, Kind::New(0), Kind::Pair(1, String::new())],
            map: [("a".to_owned(), Kind::Struct { name: "b".to_owned() })].into(),
            pair: (7, "x".to_owned()),
            nested,
            absent: Vec::new(),
        }
    }

    #[test]
    fn what_serde_json_writes_reads_back_compact_or_spread_out() {
        let value = everything(Some(Box::new(everything(None))));
        for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            assert_eq!(read::<Everything>(&text).as_ref(), Ok(&value));
            assert_eq!(read_bytes::<Everything>(text.as_bytes()).as_ref(), Ok(&value));
        }
    }

    #[test]
    fn a_member_that_is_missing_doubled_or_of_another_kind_is_refused() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Small {
            a: u32,
            b: Option<String>,
        }
        assert_eq!(read(r#"{"a":1,"more":[{"x":null}]}"#), Ok(Small { a: 1, b: None }));
        assert_eq!(read(r#"{"b":null,"a":1}"#), Ok(Small { a: 1, b: None }));
        for text in [
            r#"{"b":"x"}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":-1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":4294967296}"#,
            r#"{"a":1,"b":2}"#,
            r#"[1,"x"]"#,
            "null",
        ] {
            assert_eq!(read::<Small>(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn a_variant_is_its_name_or_an_object_of_one_member() {
        assert_eq!(read(r#" "unit" "#), Ok(Kind::Unit));
        assert_eq!(read(r#" { "new" : 3 } "#), Ok(Kind::New(3)));
        for text in [r#""new""#, r#"{"unit":1}"#, r#"{"new":1,"unit":null}"#, "{}", r#""other""#, "3"] {
            assert_eq!(read::<Kind>(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_ends() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read::<Value>(&deep(DEPTH_MAX)).is_ok());
        assert_eq!(read::<Value>(&deep(DEPTH_MAX + 1)), Err(Malformed));
        assert_eq!(read::<Value>(&"{\"a\":".repeat(100_000)), Err(Malformed));
    }

    /// Both readers must judge alike; numbers with a fraction may differ in the last bit.
    fn as_serde_json(text: &str) {
        let theirs = serde_json::from_str::<Value>(text);
        let ours = read::<Value>(text);
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) if theirs.is_f64() || text == "-0" => {
                assert!(
                    (theirs.as_f64().unwrap() - ours.as_f64().unwrap()).abs()
                        <= 1e-9 * theirs.as_f64().unwrap().abs(),
                    "{text}"
                );
            }
            (Ok(theirs), Ok(ours)) => assert_eq!(theirs, ours, "{text}"),
            _ => assert_eq!(theirs.is_ok(), ours.is_ok(), "{text}: {theirs:?} {ours:?}"),
        }
    }

    #[test]
    fn the_edges_of_the_grammar_are_where_serde_json_has_them() {
        let texts = r#"|null|nul|nulll|true|tru|false|truefalse|"|""|"a|"\|"\"|"\x"|"\/\b\f\n\r\t\\"|"\u00e6"|"\u00E"|"\u+0e6"
            |"\ud83d\ude00"|"\ud83d"|"\ud83dx"|"\ud83d\u0041"|"\ude00"|"\ud83d\ud83d"|"\udbff\udfff"|"\u0000"
            |0|-|-0|00|01|-1|+1|1.|.5|1.5|-1.5e3|1e|1e+|1E+2|1e-2|1e400|-1e400|1e-400|0x1|1_0|1a|Infinity|NaN
            |18446744073709551615|18446744073709551616|-9223372036854775808|-9223372036854775809
            |[]|[|]|[,]|[1,]|[1 2]|[1,2]|[1,,2]|[[],{}]|{}|{|}|{,}|{"a"}|{"a":}|{"a":1,}|{"a":1 "b":2}|{a:1}|{1:2}
            |{"a":1,"a":2}|{"a":[{"b":null}]}|[]]|{}}|1 1|/**/1|'a'|{"a" : 1 , "b" : [ 1 , 2 ]}"#;
        for text in texts.split('|') {
            as_serde_json(text);
        }
        for text in
            ["\"\u{1f}\"", "\"\u{7f}\"", "\u{feff}1", "\u{a0}1", "1\0", "\0", "\"a\0", "\t\r\n 1\t\r\n "]
        {
            as_serde_json(text);
        }
        assert_eq!(read_bytes::<String>(b"\"\xff\""), Err(Malformed));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_document_reads_as_serde_json_reads_it(value in values()) {
            prop_assert_eq!(read::<Value>(&value.to_string()), Ok(value));
        }

        #[test]
        fn a_number_reads_as_serde_json_reads_it(number in any::<f64>()) {
            as_serde_json(&number.to_string());
            as_serde_json(&format!("{number:e}"));
        }

        #[test]
        fn a_damaged_document_is_judged_as_serde_json_judges_it(
            value in values(), at in any::<prop::sample::Index>(), put in "[\\[\\]{},:\"\\\\u0-9a-f .-]{0,3}",
        ) {
            let mut text = value.to_string();
            let at = (0..=at.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.insert_str(at, &put);
            // A number may have become a fraction: its last bit may differ, so compare the verdict only.
            prop_assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), read::<Value>(&text).is_ok(), "{}", text);
        }
    }
}
