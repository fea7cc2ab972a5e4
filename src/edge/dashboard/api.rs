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
    /// Another Worker, or static files.
    #[derive(Clone)]
    pub type Fetcher;

    #[wasm_bindgen(method, catch, js_name = fetch)]
    fn send(this: &Fetcher, request: &web_sys::Request) -> Result<Promise, JsValue>;
}

impl Fetcher {
    /// What is bound by this name.
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
    let (response, bytes) =
        read(&shell.bindings.management, &request, ANSWER_MAX_BYTES).await.map_err(failed)?;
    let etag = response.headers().get("etag").ok().flatten();
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        crate::json::read_bytes(&bytes).map_err(|_| failed("an answer that is no JSON"))?
    };
    Ok(ApiAnswer { status: response.status(), etag, body })
}

/// What a binding answers, and the bytes of its body; else why there is no answer.
pub(super) async fn read(
    fetcher: &Fetcher,
    request: &web_sys::Request,
    max_bytes: usize,
) -> Result<(web_sys::Response, Vec<u8>), String> {
    let promise = fetcher.send(request).map_err(reason)?;
    let response: web_sys::Response = JsFuture::from(promise).await.map_err(reason)?.unchecked_into();
    match platform::read_limited(response.body(), max_bytes).await {
        Ok(bytes) => Ok((response, bytes)),
        Err(_) => Err("an answer that broke off, or is too long".to_owned()),
    }
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
