//! How a type says what it looks like in JSON, and the steps that all of them share.

use super::Json;
use serde_json::{Map, Value};

/// What an absent member reads as.
pub static NULL: Value = Value::Null;

/// A struct as an object. Every field is listed, in any order:
///
/// - `field` has its own name, `field: "f"` another one;
/// - `field or value`: the value where the member is absent;
/// - `field unless value`: also not written where it has this value;
/// - `field unwritten value`: never written, read as this value.
#[macro_export]
macro_rules! json_struct {
    ($type:ident { $($field:ident $(: $name:literal)? $($how:ident $value:expr)?),* $(,)? }) => {
        impl $crate::json::Json for $type {
            fn write(&self) -> serde_json::Value {
                let Self { $($field),* } = self;
                $crate::json_members!(@write $($field $(: $name)? $($how $value)?),*)
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                let members = $crate::json::members(value)?;
                Some(Self { $($field: $crate::json_members!(@read members $field $(: $name)? $($how $value)?)),* })
            }
        }
    };
}

/// An enum: a variant without content is its name, one with content an object of one member. A
/// variant's only value has any name here; fields are listed as in [`json_struct`].
#[macro_export]
macro_rules! json_enum {
    ($type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $crate::json::Json for $type {
            fn write(&self) -> serde_json::Value {
                serde_json::Value::from(match self { $(Self::$variant => $name),* })
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                Some(match value.as_str()? {
                    $($name => Self::$variant,)*
                    _ => return None,
                })
            }
        }
    };
    ($type:ident { $($variant:ident $(($inner:ident))?
        $({ $($field:ident $(: $member:literal)? $($how:ident $value:expr)?),* $(,)? })? = $name:literal),* $(,)? }) => {
        impl $crate::json::Json for $type {
            fn write(&self) -> serde_json::Value {
                match self {
                    $(Self::$variant $(($inner))? $({ $($field),* })? => $crate::json::variant($name, {
                        let content: Option<serde_json::Value> = None;
                        $(let content = content.or(Some($inner.write()));)?
                        $(let content = content.or(Some(
                            $crate::json_members!(@write $($field $(: $member)? $($how $value)?),*)
                        ));)?
                        content
                    }),)*
                }
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                let (name, content) = $crate::json::named(value)?;
                Some(match name {
                    $($name => $crate::json_members!(@variant content Self::$variant
                        $(($inner))? $({ $($field $(: $member)? $($how $value)?),* })?),)*
                    _ => return None,
                })
            }
        }
    };
}

/// A type that is a text: how it is written, and how it is read.
#[macro_export]
macro_rules! json_text {
    ($type:ident, $write:ident, $read:expr) => {
        impl $crate::json::Json for $type {
            fn write(&self) -> serde_json::Value {
                serde_json::Value::from(self.$write())
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                value.as_str().and_then($read)
            }
        }
    };
}

/// A type that is written as the only thing in it.
#[macro_export]
macro_rules! json_newtype {
    ($type:ident) => {
        impl $crate::json::Json for $type {
            fn write(&self) -> serde_json::Value {
                self.0.write()
            }

            fn read(value: &serde_json::Value) -> Option<Self> {
                $crate::json::Json::read(value).map(Self)
            }
        }
    };
}

/// What the others are made of.
#[doc(hidden)]
#[macro_export]
macro_rules! json_members {
    (@write $($field:ident $(: $name:literal)? $($how:ident $value:expr)?),*) => {
        $crate::json::object(
            &[$($crate::json_members!(@name $field $($name)?)),*],
            &[$($crate::json_members!(@value $field $($how $value)?)),*],
        )
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@value $field:ident) => { $field };
    (@value $field:ident or $value:expr) => { $field };
    (@value $field:ident unless $value:expr) => {
        if *$field == $value { &$crate::json::NULL as &dyn $crate::json::Json } else { $field }
    };
    (@value $field:ident unwritten $value:expr) => {{
        let _ = $field;
        &$crate::json::NULL
    }};
    (@read $members:ident $field:ident $(: $name:literal)?) => {
        $crate::json::Json::read($crate::json::member($members, $crate::json_members!(@name $field $($name)?)))?
    };
    (@read $members:ident $field:ident $(: $name:literal)? unwritten $value:expr) => { $value };
    (@read $members:ident $field:ident $(: $name:literal)? $how:ident $value:expr) => {
        match $crate::json::member($members, $crate::json_members!(@name $field $($name)?)) {
            serde_json::Value::Null => $value,
            value => $crate::json::Json::read(value)?,
        }
    };
    (@variant $content:ident $type:ident::$variant:ident) => {
        match $content {
            None => $type::$variant,
            Some(_) => return None,
        }
    };
    (@variant $content:ident $type:ident::$variant:ident ($inner:ident)) => {
        $type::$variant($crate::json::Json::read($content?)?)
    };
    (@variant $content:ident $type:ident::$variant:ident
        { $($field:ident $(: $name:literal)? $($how:ident $value:expr)?),* }) => {{
        let members = $crate::json::members($content?)?;
        $type::$variant { $($field: $crate::json_members!(@read members $field $(: $name)? $($how $value)?)),* }
    }};
}

/// An object of these members; those that are `null` are left out.
pub fn object(names: &[&str], values: &[&dyn Json]) -> Value {
    let mut members = Map::new();
    for (name, value) in names.iter().zip(values) {
        let value = value.write();
        if !value.is_null() {
            members.insert((*name).to_owned(), value);
        }
    }
    Value::Object(members)
}

/// The members of an object.
#[inline(never)]
pub fn members(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}

/// An object of texts.
pub fn texts(pairs: &[(&str, &str)]) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in pairs {
        members.insert((*name).to_owned(), Value::from(*value));
    }
    members
}

/// One member.
#[inline(never)]
pub fn member<'a>(members: &'a Map<String, Value>, name: &str) -> &'a Value {
    members.get(name).unwrap_or(&NULL)
}

/// A variant of this name.
#[inline(never)]
pub fn variant(name: &str, content: Option<Value>) -> Value {
    let Some(content) = content else { return Value::from(name) };
    let mut members = Map::new();
    members.insert(name.to_owned(), content);
    Value::Object(members)
}

/// The name of a variant, and its content.
#[inline(never)]
pub fn named(value: &Value) -> Option<(&str, Option<&Value>)> {
    match value {
        Value::String(name) => Some((name, None)),
        Value::Object(members) if members.len() == 1 => {
            members.iter().next().map(|(name, content)| (name.as_str(), Some(content)))
        }
        _ => None,
    }
}
