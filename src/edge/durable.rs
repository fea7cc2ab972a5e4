//! Durable Objects by the platform's own interface: how ours are run, and what one keeps.
//!
//! The `worker` crate would do the same, with a future, a request, a response and an error of its own
//! for each object and method. Here all objects are run by the same code.

use super::platform::{self, Thrown};
use js_sys::{Array, Promise};
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

#[wasm_bindgen]
extern "C" {
    /// What the platform makes an object of.
    pub type State;

    #[wasm_bindgen(method, getter)]
    fn storage(this: &State) -> Storage;

    /// What an object keeps.
    #[derive(Clone)]
    pub type Storage;

    #[wasm_bindgen(method, getter)]
    fn sql(this: &Storage) -> Sql;
    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &Storage) -> Thrown<Promise>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &Storage, at: f64) -> Thrown<Promise>;
    #[cfg(feature = "management")]
    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    fn delete_alarm(this: &Storage) -> Thrown<Promise>;
    #[cfg(not(feature = "management"))]
    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &Storage) -> Thrown<Promise>;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &Storage, write: &JsValue) -> Thrown<JsValue>;

    type Sql;

    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &Sql, query: &str, bindings: &Array) -> Thrown<Cursor>;

    /// What came of a query.
    pub type Cursor;

    #[wasm_bindgen(method, catch)]
    fn raw(this: &Cursor) -> Thrown<JsValue>;
    #[wasm_bindgen(method, getter, js_name = rowsWritten)]
    fn written(this: &Cursor) -> f64;
}

/// A Durable Object of ours. What a method throws, its caller is told.
pub trait Durable: 'static {
    /// Answers a command.
    async fn answer(&self, command: String) -> Thrown<Answer>;

    /// Rings at the moment that the object has set.
    async fn alarm(&self) -> Thrown<()> {
        Ok(())
    }
}

/// An object's answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON, or with another status than 200 plain words.
    pub text: String,
    /// How many rows SQLite wrote, where that is counted.
    pub rows_written: u32,
}

impl Answer {
    /// Why there is none, for the log of whoever sent the command.
    pub fn refused(status: u16, why: &str) -> Self {
        Self { status, text: why.to_owned(), rows_written: 0 }
    }
}

/// The header in which an object tells how many rows SQLite wrote for a call.
pub const ROWS_HEADER: &str = "x-rows-written";

type Running<T> = Pin<Box<dyn Future<Output = Thrown<T>>>>;

/// A [`Durable`] whose futures are all of one type.
pub trait Object {
    /// [`Durable::answer`]
    fn answering(self: Rc<Self>, command: String) -> Running<Answer>;
    /// [`Durable::alarm`]
    fn ringing(self: Rc<Self>) -> Running<()>;
}

impl<T: Durable> Object for T {
    fn answering(self: Rc<Self>, command: String) -> Running<Answer> {
        Box::pin(async move { self.answer(command).await })
    }
    fn ringing(self: Rc<Self>) -> Running<()> {
        Box::pin(async move { self.alarm().await })
    }
}

/// Exports an object as a class of its name. `$new` makes it of what it keeps and what is bound.
macro_rules! durable_object {
    ($name:ident, $new:expr) => {
        const _: () = {
            use wasm_bindgen::prelude::wasm_bindgen;
            use $crate::edge::durable::{self, Object, State, Storage};
            use $crate::edge::platform::Env;

            #[wasm_bindgen(js_name = $name)]
            pub struct Class(std::rc::Rc<dyn Object>);

            #[wasm_bindgen(js_class = $name)]
            impl Class {
                #[wasm_bindgen(constructor)]
                pub fn new(state: State, env: Env) -> Self {
                    let new: fn(Storage, Env) -> $name = $new;
                    Self(std::rc::Rc::new(new(state.keeps(), env)))
                }
                pub fn fetch(&self, request: &web_sys::Request) -> js_sys::Promise {
                    durable::fetch(&self.0, request)
                }
                pub fn alarm(&self) -> js_sys::Promise {
                    durable::alarm(&self.0)
                }
            }
        };
    };
}
pub(super) use durable_object;

/// Runs an object's answer to a request.
pub fn fetch(object: &Rc<dyn Object>, request: &web_sys::Request) -> Promise {
    let (object, text) = (object.clone(), request.text());
    future_to_promise(async move {
        let command = JsFuture::from(text?).await?.as_string().unwrap_or_default();
        let answer = object.answering(command).await?;
        let headers = platform::headers(&[(ROWS_HEADER, &answer.rows_written.to_string())])?;
        platform::response(answer.status, &headers, Some(answer.text.into_bytes())).map(JsValue::from)
    })
}

/// Runs an object's alarm.
pub fn alarm(object: &Rc<dyn Object>) -> Promise {
    let ringing = object.clone().ringing();
    future_to_promise(async move { ringing.await.map(|()| JsValue::UNDEFINED) })
}

impl State {
    /// What the object keeps.
    pub fn keeps(&self) -> Storage {
        self.storage()
    }
}

impl Storage {
    /// Whether an alarm is set.
    #[cfg(not(feature = "management"))]
    pub async fn has_alarm(&self) -> Thrown<bool> {
        Ok(!JsFuture::from(self.get_alarm()?).await?.is_null())
    }

    /// Sets the alarm, which an object has one of, milliseconds since the epoch.
    pub async fn ring_at(&self, milliseconds: f64) -> Thrown<()> {
        JsFuture::from(self.set_alarm(milliseconds)?).await.map(drop)
    }

    /// Sets no alarm any more.
    #[cfg(feature = "management")]
    pub async fn never_ring(&self) -> Thrown<()> {
        JsFuture::from(self.delete_alarm()?).await.map(drop)
    }

    /// Deletes everything, and with it the object.
    #[cfg(not(feature = "management"))]
    pub async fn forget(&self) -> Thrown<()> {
        JsFuture::from(self.delete_all()?).await.map(drop)
    }

    /// Runs one statement of SQL.
    pub fn run(&self, query: &str, bindings: &[JsValue]) -> Thrown<Cursor> {
        self.sql().exec(query, &bindings.iter().collect())
    }

    /// Runs `write` as one transaction: where it throws half-way, what was written before is rolled back.
    pub fn in_transaction(&self, write: impl FnOnce() -> Thrown<()> + 'static) -> Thrown<()> {
        self.transaction_sync(&Closure::once_into_js(write)).map(drop)
    }
}

impl Cursor {
    /// Rows that SQLite wrote.
    pub fn rows_written(&self) -> u32 {
        self.written() as u32
    }

    /// The rows that were found, each with its columns.
    pub fn rows(&self) -> Thrown<Vec<Array>> {
        Ok(Array::from(&self.raw()?).iter().map(JsCast::unchecked_into).collect())
    }
}

/// A number as SQLite takes it by way of JavaScript.
pub fn integer(value: u64) -> Thrown<JsValue> {
    if value > js_sys::Number::MAX_SAFE_INTEGER as u64 {
        return Err("a number that SQLite's JavaScript side can't hold".into());
    }
    Ok((value as f64).into())
}

/// A column that [`integer`] has written.
pub fn whole(column: &JsValue) -> Option<u64> {
    column.as_f64().map(|number| number as u64)
}
