//! The Worker shell: everything that knows the platform. It converts, delegates and counts; it
//! decides nothing about a login or a tenant.

mod bindings;
mod call;
mod catalog;
mod convert;
pub mod crypto;
mod directory_object;
mod host_object;
mod log;
mod login_object;
mod objects;
mod once_object;
mod one_row;
mod outbound;
mod platform;
mod records;
mod session_object;
mod shell;
mod tenant_object;
mod trace_object;

use crate::routes;
use crate::web;
use convert::Read;
use shell::Shell;
use worker::{Context, Env, Request, Response, Result, event};

/// Answers every request that no static asset answered.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let shell = match Shell::new(&env) {
        Ok(shell) => shell,
        Err(missing) => return convert::misconfigured(missing),
    };
    match convert::request(request).await {
        Ok(Read { request, is_head }) => {
            let answer = routes::handle(&shell, &request, shell.now()).await;
            shell.keep_recording(&answer).await;
            log::request(&shell, &request.host, &answer);
            convert::response(&shell, answer, is_head)
        }
        Err(refused) => {
            let answer = web::Response::text(refused.status, refused.text);
            log::request(&shell, "", &answer);
            convert::response(&shell, answer, false)
        }
    }
}
