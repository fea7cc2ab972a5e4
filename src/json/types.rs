//! The types that ours are made of.

use super::Json;
use crate::table::Table;
use serde_json::{Map, Value};

impl Json for Value {
    fn write(&self) -> Value {
        self.clone()
    }

    fn read(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}

impl Json for String {
    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Json for bool {
    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

macro_rules! natural {
    ($($type:ident)*) => {$(
        impl Json for $type {
            fn write(&self) -> Value {
                Value::from(*self)
            }

            fn read(value: &Value) -> Option<Self> {
                value.as_u64()?.try_into().ok()
            }
        }
    )*};
}

natural!(u32 u64 usize);

impl<T: Json> Json for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Json> Json for Box<T> {
    fn write(&self) -> Value {
        T::write(self)
    }

    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Self::new)
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self) -> Value {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.write());
        }
        Value::Array(items)
    }

    fn read(value: &Value) -> Option<Self> {
        let items = value.as_array()?;
        let mut list = Self::with_capacity(items.len());
        for item in items {
            list.push(T::read(item)?);
        }
        Some(list)
    }
}

/// A list of two.
impl<A: Json, B: Json> Json for (A, B) {
    fn write(&self) -> Value {
        Value::Array(vec![self.0.write(), self.1.write()])
    }

    fn read(value: &Value) -> Option<Self> {
        let [first, second] = value.as_array()?.as_slice() else { return None };
        Some((A::read(first)?, B::read(second)?))
    }
}

/// An object; what names its members is written as a text.
impl<K: Json + Ord, V: Json> Json for Table<K, V> {
    fn write(&self) -> Value {
        let mut members = Map::new();
        for (name, value) in self.iter() {
            if let Value::String(name) = name.write() {
                members.insert(name, value.write());
            }
        }
        Value::Object(members)
    }

    fn read(value: &Value) -> Option<Self> {
        let mut table = Self::new();
        for (name, value) in value.as_object()? {
            table.insert(K::read(&Value::from(name.as_str()))?, V::read(value)?);
        }
        Some(table)
    }
}
