//! Both readers, ours and serde_json's, must judge alike, and so must the writers.

use super::text::DEPTH_MAX;
use super::*;
use crate::table::Table;
use proptest::prelude::*;

#[derive(Clone, Debug, PartialEq)]
struct Everything {
    flag: bool,
    number: u64,
    small: Option<u32>,
    text: String,
    list: Vec<Kind>,
    map: Table<String, Kind>,
    word: Word,
    wrapped: Wrapped,
    pair: (u32, String),
    nested: Option<Box<Everything>>,
    newer: Vec<u32>,
    usual: u32,
    elsewhere: u32,
}

json_struct!(Everything {
    flag: "f", number, small, text, list, map, word, wrapped, pair, nested, newer or Vec::new(),
    usual: "u" unless 7, elsewhere unwritten 0,
});

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Unit,
    New(u64),
    Struct { name: String, more: bool },
}

json_enum!(Kind { Unit = "unit", New(it) = "new", Struct { name, more: "m" or false } = "struct" });

#[derive(Clone, Debug, PartialEq)]
enum Word {
    One,
    Two,
}

json_enum!(Word { One = "one", Two = "two" });

#[derive(Clone, Debug, PartialEq)]
struct Wrapped(u32);

json_newtype!(Wrapped);

fn everything(nested: Option<Box<Everything>>) -> Everything {
    Everything {
        flag: true,
        number: u64::MAX,
        small: Some(u32::MAX),
        text: "æ\"\\\u{8}\u{c}\n\r\t\u{1f}😀".to_owned(),
        list: vec![Kind::Unit, Kind::New(0), Kind::Struct { name: String::new(), more: true }],
        map: [("a".to_owned(), Kind::Struct { name: "b".to_owned(), more: false })].into(),
        word: Word::Two,
        wrapped: Wrapped(3),
        pair: (4, "x".to_owned()),
        nested,
        newer: vec![1],
        usual: 8,
        elsewhere: 0,
    }
}

#[test]
fn what_is_written_reads_back_compact_or_spread_out() {
    let value = everything(Some(Box::new(everything(None))));
    for text in [write(&value), serde_json::to_string_pretty(&value.write()).unwrap()] {
        assert_eq!(read::<Everything>(&text).as_ref(), Ok(&value));
        assert_eq!(read_bytes::<Everything>(text.as_bytes()).as_ref(), Ok(&value));
    }
}

#[test]
fn a_type_is_written_as_it_says() {
    let value = Everything { small: None, newer: Vec::new(), usual: 7, elsewhere: 9, ..everything(None) };
    assert_eq!(
        value.write(),
        serde_json::json!({
            "f": true, "number": u64::MAX, "text": value.text, "word": "two", "wrapped": 3, "pair": [4, "x"], "newer": [],
            "list": ["unit", {"new": 0}, {"struct": {"name": "", "m": true}}],
            "map": {"a": {"struct": {"name": "b", "m": false}}},
        })
    );
}

#[test]
fn a_member_that_is_absent_or_null_reads_as_the_type_says() {
    let mut written = everything(None).write();
    for name in ["small", "newer", "u", "elsewhere", "nobody knows this"] {
        written[name] = Value::Null;
    }
    let expected = Everything { small: None, newer: Vec::new(), usual: 7, elsewhere: 0, ..everything(None) };
    assert_eq!(read(&text(&written)), Ok(expected));
}

#[test]
fn a_member_that_is_missing_doubled_or_of_another_kind_is_refused() {
    #[derive(Debug, PartialEq)]
    struct Small {
        a: u32,
        b: Option<String>,
    }
    json_struct!(Small { a, b });
    assert_eq!(read(r#"{"a":1,"more":[{"x":null}]}"#), Ok(Small { a: 1, b: None }));
    assert_eq!(read(r#"{"b":null,"a":1}"#), Ok(Small { a: 1, b: None }));
    for text in [
        r#"{"b":"x"}"#,
        r#"{"a":null}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"more":1,"more":1}"#,
        r#"{"a":1,"more":{"x":1,"x":1}}"#,
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
    let texts = [
        r#""new""#,
        r#"{"unit":1}"#,
        r#"{"unit":null}"#,
        r#"{"new":1,"unit":null}"#,
        "{}",
        r#""other""#,
        "3",
    ];
    for text in texts {
        assert_eq!(read::<Kind>(text), Err(Malformed), "{text}");
    }
    for text in [r#""One""#, r#"{"one":null}"#, "null"] {
        assert_eq!(read::<Word>(text), Err(Malformed), "{text}");
    }
}

#[test]
fn an_object_names_no_member_twice() {
    let members = read_object(br#" { "a" : 1 , "b" : {"c":[]} } "#).unwrap();
    assert_eq!(Value::Object(members), serde_json::json!({"a": 1, "b": {"c": []}}));
    assert_eq!(read_object(b"{}"), Ok(Map::new()));
    for text in
        [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"a":1,}"#, r#"{"a":1}{}"#, "[]", "1", "", "{1:2}"]
    {
        assert_eq!(read_object(text.as_bytes()), Err(Malformed), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_before_the_stack_ends() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read::<Value>(&deep(DEPTH_MAX)).is_ok());
    assert_eq!(read::<Value>(&deep(DEPTH_MAX + 1)), Err(Malformed));
    assert_eq!(read::<Value>(&"{\"a\":".repeat(100_000)), Err(Malformed));
}

/// Both readers must judge alike; numbers with a fraction may differ in their last digits, and by
/// more where a double itself has fewer.
fn as_serde_json(text: &str) {
    let theirs = serde_json::from_str::<Value>(text);
    let ours = read::<Value>(text);
    if let Ok(ours) = &ours {
        written_as_serde_json(ours);
    }
    match (&theirs, &ours) {
        (Ok(theirs), Ok(ours)) if theirs.is_f64() || text == "-0" => {
            let (theirs, ours) = (theirs.as_f64().unwrap(), ours.as_f64().unwrap());
            let error = (theirs - ours).abs();
            assert!(error <= 1e-12 * theirs.abs() + f64::MIN_POSITIVE, "{text}: {theirs} {ours}");
        }
        (Ok(theirs), Ok(ours)) => assert_eq!(theirs, ours, "{text}"),
        _ => assert_eq!(theirs.is_ok(), ours.is_ok(), "{text}: {theirs:?} {ours:?}"),
    }
}

/// What we write, both readers read as what it was, fractions to 13 digits.
fn written_as_serde_json(value: &Value) {
    let ours = text(value);
    if !value.is_f64() {
        assert_eq!(ours, serde_json::to_string(value).unwrap());
        return;
    }
    for read in [read::<Value>(&ours).unwrap(), serde_json::from_str(&ours).unwrap()] {
        let (was, is) = (value.as_f64().unwrap(), read.as_f64().unwrap());
        assert!((was - is).abs() <= 1e-12 * was.abs() + f64::MIN_POSITIVE, "{was} {is} {ours}");
    }
}

#[test]
fn the_edges_of_the_grammar_are_where_serde_json_has_them() {
    let texts = r#"|null|nul|nulll|true|tru|false|truefalse|"|""|"a|"\|"\"|"\x"|"\/\b\f\n\r\t\\"|"\u00e6"|"\u00E"|"\u+0e6"
        |"\ud83d\ude00"|"\ud83d"|"\ud83dx"|"\ud83d\u0041"|"\ude00"|"\ud83d\ud83d"|"\udbff\udfff"|"\u0000"
        |0|-|-0|00|01|-1|+1|1.|.5|1.5|-1.5e3|1e|1e+|1E+2|1e-2|1e400|-1e400|1e-400|1e-99999999999|1e99999999999|0e99999999999|123.456e2|0.00015e4|0x1|1_0|1a|Infinity|NaN
        |18446744073709551615|18446744073709551616|-9223372036854775808|-9223372036854775809
        |[]|[|]|[,]|[1,]|[1 2]|[1,2]|[1,,2]|[[],{}]|{}|{|}|{,}|{"a"}|{"a":}|{"a":1,}|{"a":1 "b":2}|{a:1}|{1:2}
        |{"a":[{"b":null}]}|[]]|{}}|1 1|/**/1|'a'|{"a" : 1 , "b" : [ 1 , 2 ]}"#;
    for text in texts.split('|') {
        as_serde_json(text);
    }
    for text in ["\"\u{1f}\"", "\"\u{7f}\"", "\u{feff}1", "\u{a0}1", "1\0", "\0", "\"a\0", "\t\r\n 1\t\r\n "]
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
    fn every_document_reads_and_is_written_as_with_serde_json(value in values()) {
        prop_assert_eq!(text(&value), value.to_string());
        prop_assert_eq!(pretty(&value), serde_json::to_string_pretty(&value).unwrap());
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
