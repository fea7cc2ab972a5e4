//! Requests and KV by the platform's own interface.
//!
//! The `worker` crate would do the same, but its options for a request and for KV (image resizing,
//! caching, metadata) go through serde, and its bodies through a general streaming library: 25 kB
//! of the Worker (gzipped) for what we never use.

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
#[cfg(not(feature = "dashboard"))]
use worker::Env;

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
    let bound = Reflect::get(env.as_ref(), &"KV".into()).ok()?;
    bound.is_object().then(|| bound.unchecked_into())
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
    worker::Error::from(thrown).to_string()
}

/// A request with a text as its body, or a GET without one.
///
/// # Errors
/// The platform's reason.
pub fn request(url: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Result<web_sys::Request, String> {
    let init = web_sys::RequestInit::new();
    let of_request = web_sys::Headers::new().map_err(reason)?;
    for (name, value) in headers {
        of_request.set(name, value).map_err(reason)?;
    }
    init.set_headers(&of_request);
    // Followed redirects would carry a code or a secret to a place nobody configured.
    init.set_redirect(web_sys::RequestRedirect::Manual);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    web_sys::Request::new_with_str_and_init(url, &init).map_err(reason)
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
