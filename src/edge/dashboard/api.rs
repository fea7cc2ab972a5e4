//! Calls to the admin API, by a service binding: they never leave the platform.

use crate::dashboard::ports::{Api, ApiAnswer, ApiRequest};
use crate::edge::call::{OBJECT_TIMEOUT_MILLISECONDS, within};
use crate::edge::platform::{self, Env, reason};
use crate::edge::shell::Shell;
use crate::ports::Unavailable;
use crate::web::Method;
use js_sys::Promise;
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Longest answer that is read, bytes: a page of a hundred applications.
const ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;

#[wasm_bindgen]
extern "C" {
    /// Another Worker.
    #[derive(Clone)]
    pub type Fetcher;

    #[wasm_bindgen(method, catch, js_name = fetch)]
    fn send(this: &Fetcher, request: &web_sys::Request) -> Result<Promise, JsValue>;
}

impl Fetcher {
    /// The Worker bound by this name.
    pub fn of(env: &Env, name: &str) -> Option<Self> {
        env.bound(name).filter(JsValue::is_object).map(JsCast::unchecked_into)
    }
}

fn failed(cause: impl Into<String>) -> Unavailable {
    Unavailable { what: "admin API", cause: cause.into() }
}

impl Api for Shell {
    async fn api(&self, request: ApiRequest<'_>) -> Result<ApiAnswer, Unavailable> {
        let sent = within(OBJECT_TIMEOUT_MILLISECONDS, exchange(self, request));
        sent.await.ok_or_else(|| failed("no answer in time"))?
    }
}

async fn exchange(shell: &Shell, asked: ApiRequest<'_>) -> Result<ApiAnswer, Unavailable> {
    let url = format!("{}{}", shell.bindings.desk.management_host.issuer(), asked.path);
    let request = written(&url, &asked).map_err(failed)?;
    let promise = shell.bindings.management.send(&request).map_err(|error| failed(reason(error)))?;
    let response = JsFuture::from(promise).await.map_err(|error| failed(reason(error)))?;
    let response: web_sys::Response = response.unchecked_into();
    let etag = response.headers().get("etag").ok().flatten();
    let bytes = platform::read_limited(response.body(), ANSWER_MAX_BYTES)
        .await
        .map_err(|_| failed("an answer that broke off, or is too long"))?;
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        crate::json::read_bytes(&bytes).map_err(|_| failed("an answer that is no JSON"))?
    };
    Ok(ApiAnswer { status: response.status(), etag, body })
}

fn written(url: &str, asked: &ApiRequest<'_>) -> Result<web_sys::Request, String> {
    let init = web_sys::RequestInit::new();
    init.set_method(match asked.method {
        Method::Put => "PUT",
        Method::Post => "POST",
        Method::Delete => "DELETE",
        _ => "GET",
    });
    let headers = web_sys::Headers::new().map_err(reason)?;
    headers.set("authorization", &format!("Bearer {}", asked.bearer)).map_err(reason)?;
    if let Some(etag) = asked.if_match {
        headers.set("if-match", etag).map_err(reason)?;
    }
    if asked.only_new {
        headers.set("if-none-match", "*").map_err(reason)?;
    }
    if let Some(body) = &asked.body {
        headers.set("content-type", "application/json").map_err(reason)?;
        init.set_body(&body.as_str().into());
    }
    init.set_headers(&headers);
    web_sys::Request::new_with_str_and_init(url, &init).map_err(reason)
}
