//! How the Worker and the objects of the management side talk: a command as JSON, an answer as JSON.

use crate::admin::rows::StoreFault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Error, Method, Request, RequestInit, Response, Result};

/// Binding of the objects that hold tenants' configuration, named by tenant id.
pub const TENANT: &str = "TENANT";
/// Binding of the objects that say whose a host is, named by host.
pub const HOST: &str = "HOST";
/// Binding of the directory.
pub const DIRECTORY: &str = "DIRECTORY";
/// Name of the one directory.
pub const DIRECTORY_NAME: &str = "directory";

/// Objects are not reached by address; the URL only has to be one.
const OBJECT_URL: &str = "https://object/";

/// Sends a command to an object and returns its answer.
///
/// # Errors
/// When the object can't be reached, its store failed, or its answer has another shape.
pub async fn ask<A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    command: &impl Serialize,
) -> Result<A> {
    let body = serde_json::to_string(command)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(JsValue::from_str(&body)));
    let request = Request::new_with_init(OBJECT_URL, &init)?;
    let stub = env.durable_object(binding)?.id_from_name(name)?.get_stub()?;
    let mut response = stub.fetch_with_request(request).await?;
    let text = response.text().await?;
    if response.status_code() != 200 {
        return Err(Error::RustError(format!("{binding} answered {}: {text}", response.status_code())));
    }
    Ok(serde_json::from_str(&text)?)
}

/// Reads the command of a request to an object.
///
/// # Errors
/// When it has another shape.
pub async fn command<C: DeserializeOwned>(request: &mut Request) -> Result<C> {
    Ok(serde_json::from_str(&request.text().await?)?)
}

/// The answer of an object: 200 with JSON, or 500 with the cause, for the Worker's log.
///
/// # Errors
/// When the runtime refuses to make a response.
pub fn answer<A: Serialize>(answer: std::result::Result<A, StoreFault>) -> Result<Response> {
    match answer {
        Ok(answer) => Response::ok(serde_json::to_string(&answer)?),
        Err(fault) => Response::error(fault.0, 500),
    }
}
