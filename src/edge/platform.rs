//! Requests and KV by the platform's own interface.
//!
//! The `worker` crate would do the same, but its options for a request and for KV (image resizing,
//! caching, metadata) go through serde: 23 kB of the Worker (gzipped) for options we never set.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

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

/// Our KV namespace, if it is bound.
pub fn kv(env: &Env) -> Option<KvNamespace> {
    let bound = js_sys::Reflect::get(env.as_ref(), &"KV".into()).ok()?;
    bound.is_object().then(|| bound.unchecked_into())
}

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
fn reason(thrown: JsValue) -> String {
    worker::Error::from(thrown).to_string()
}

/// A request with a text as its body, or a GET without one.
///
/// # Errors
/// The platform's reason.
pub fn request(url: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Result<worker::Request, String> {
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
    web_sys::Request::new_with_str_and_init(url, &init).map(Into::into).map_err(reason)
}
