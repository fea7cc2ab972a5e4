//! Requests, responses, KV, bindings and the console by the platform's own interface.
//!
//! The `worker` crate would do the same, but its options for a request and for KV (image resizing,
//! caching, metadata) go through serde, and its bodies through a general streaming library: 25 kB
//! of the Worker (gzipped) for what we never use. What is used of it is how a Worker comes back after
//! a panic, and [`worker::Delay`].

use js_sys::{Array, Promise, Reflect, Uint8Array};
use std::pin::Pin;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// What came of a call out of wasm, or what was thrown.
pub type Thrown<T> = Result<T, JsValue>;

#[wasm_bindgen]
extern "C" {
    /// What is bound to a Worker.
    pub type Env;

    /// What goes on around a request.
    pub type Context;

    /// Lets work go on behind the answer.
    #[wasm_bindgen(method, js_name = waitUntil)]
    pub fn wait_until(this: &Context, work: &Promise);

    /// A line for the deployer's sink.
    #[wasm_bindgen(js_namespace = console)]
    pub fn log(line: &str);

    /// A line for it that is a fault of the installation.
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub fn log_error(line: &str);
}

impl Env {
    /// What is bound by this name.
    pub fn bound(&self, name: &str) -> Option<JsValue> {
        Reflect::get(self.as_ref(), &name.into()).ok().filter(|bound| !bound.is_undefined())
    }
}

#[wasm_bindgen]
extern "C" {
    /// A namespace of Durable Objects.
    #[derive(Clone)]
    pub type ObjectNamespace;

    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn by_name(this: &ObjectNamespace, name: &str) -> Thrown<Stub>;

    type Stub;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Stub, request: &web_sys::Request) -> Thrown<Promise>;
}

impl ObjectNamespace {
    /// Sends a request to the object of this name.
    pub async fn send(&self, name: &str, request: &web_sys::Request) -> Thrown<web_sys::Response> {
        Ok(JsFuture::from(self.by_name(name)?.fetch(request)?).await?.unchecked_into())
    }
}

#[cfg(not(feature = "dashboard"))]
#[wasm_bindgen]
extern "C" {
    /// A KV namespace.
    #[derive(Clone)]
    pub type KvNamespace;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn get_text(this: &KvNamespace, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn put_text(this: &KvNamespace, key: &str, text: &str) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// Headers, asked by names that are JavaScript's already.
    type NamedHeaders;

    #[wasm_bindgen(method, js_name = get)]
    fn named(this: &NamedHeaders, name: &JsValue) -> JsValue;
}

/// Headers that are read of every request for metadata: their names are no calls out of wasm.
pub struct Names([(&'static str, JsValue); 2]);

impl Names {
    /// The names in lower case.
    pub fn new(names: [&'static str; 2]) -> Self {
        Self(names.map(|name| (name, JsValue::from_str(name))))
    }

    /// Those of them that a request has, with their values.
    pub fn of(&self, request: &web_sys::Request) -> Vec<(String, String)> {
        let headers: NamedHeaders = request.headers().unchecked_into();
        let value =
            |(name, js): &(&'static str, JsValue)| Some(((*name).to_owned(), headers.named(js).as_string()?));
        self.0.iter().filter_map(value).collect()
    }
}

/// Our KV namespace, if it is bound.
#[cfg(not(feature = "dashboard"))]
pub fn kv(env: &Env) -> Option<KvNamespace> {
    env.bound("KV").filter(JsValue::is_object).map(JsCast::unchecked_into)
}

#[cfg(not(feature = "dashboard"))]
impl KvNamespace {
    /// The text of a key.
    ///
    /// # Errors
    /// The platform's reason.
    pub async fn read(&self, key: &str) -> Result<Option<String>, String> {
        let promise = self.get_text(key).map_err(reason)?;
        Ok(JsFuture::from(promise).await.map_err(reason)?.as_string())
    }

    /// Writes the text of a key.
    ///
    /// # Errors
    /// The platform's reason.
    pub async fn write(&self, key: &str, text: &str) -> Result<(), String> {
        let promise = self.put_text(key, text).map_err(reason)?;
        JsFuture::from(promise).await.map(drop).map_err(reason)
    }
}

/// What JavaScript threw, as a text for the log.
pub fn reason(thrown: JsValue) -> String {
    let message = Reflect::get(&thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "no reason given".to_owned())
}

/// Headers of these names and values.
pub fn headers(list: &[(&str, &str)]) -> Thrown<web_sys::Headers> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in list {
        headers.append(name, value)?;
    }
    Ok(headers)
}

/// The headers that a request has.
pub fn headers_of(request: &web_sys::Request) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Array::from(&request.headers()).iter().filter_map(pair).collect()
}

/// A response, with no body where there is none.
pub fn response(status: u16, headers: &web_sys::Headers, body: Option<Vec<u8>>) -> Thrown<web_sys::Response> {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    init.set_headers_headers(headers);
    let mut body = body;
    web_sys::Response::new_with_opt_u8_array_and_init(body.as_deref_mut(), &init)
}

/// A request with a text as its body, or a GET without one.
///
/// # Errors
/// The platform's reason.
pub fn request(url: &str, body: Option<&str>, list: &[(&str, &str)]) -> Result<web_sys::Request, String> {
    let init = web_sys::RequestInit::new();
    init.set_headers_headers(&headers(list).map_err(reason)?);
    // Followed redirects would carry a code or a secret to a place nobody configured.
    init.set_redirect(web_sys::RequestRedirect::Manual);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    web_sys::Request::new_with_str_and_init(url, &init).map_err(reason)
}

/// Runs the answer to a request. What is thrown is logged, and whoever asked is told no more than that.
pub fn answering(answer: Pin<Box<dyn Future<Output = Thrown<web_sys::Response>>>>) -> Promise {
    future_to_promise(async move {
        let answer = answer.await.or_else(|thrown| {
            log_error(&reason(thrown));
            response(500, &headers(&[])?, Some(b"INTERNAL SERVER ERROR".to_vec()))
        });
        answer.map(JsValue::from)
    })
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than the limit.
    TooLong,
    /// It broke off.
    Broken,
}

/// Reads a body chunk by chunk, so that one longer than `max` bytes is never held. No body is an
/// empty one.
///
/// # Errors
/// [`Unread`]; the rest of the body is then cancelled.
pub async fn read_limited(body: Option<web_sys::ReadableStream>, max: usize) -> Result<Vec<u8>, Unread> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(|_| Unread::Broken)?;
        let part = |name: &str| Reflect::get(&step, &name.into()).map_err(|_| Unread::Broken);
        if part("done")?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = part("value")?.dyn_into().map_err(|_| Unread::Broken)?;
        if bytes.len() + chunk.length() as usize > max {
            // Whether the sender hears of it makes no difference to us.
            let _ = reader.cancel();
            return Err(Unread::TooLong);
        }
        bytes.extend(chunk.to_vec());
    }
}
