//! The management side: the admin API, and the objects that hold configuration. It reaches the
//! broker's objects; the broker binds nothing of it.

mod bindings;
mod directory_object;
mod sheets;
mod tenant_object;

use super::convert::{self, Read};
use super::log;
use super::platform::{self, Env, Thrown};
use super::shell::Shell;
use crate::admin;
use crate::admin::command::{
    DirectoryAnswer, DirectoryCommand, HostAnswer, HostCommand, TenantAnswer, TenantCommand,
};
use crate::admin::login_tally::{Counted, LoginCommand};
use crate::admin::tally_object::{Tally, TallyCommand};
use crate::login::consent;
use crate::model::sighting::Sighting;
use crate::model::{ClientId, Host, TenantId, UnixTime};
use crate::ports::{
    Consents, Installation, LoginTallies, Management, Recordings, Sheets, Sightings, Tenants, Unavailable,
};
pub use bindings::Bindings;
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

/// Name of the one directory.
const DIRECTORY: &str = "directory";

/// Answers every request to the management host that no static asset answered.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env) -> js_sys::Promise {
    platform::answering(Box::pin(answer(request, env)))
}

async fn answer(request: Request, env: Env) -> Thrown<Response> {
    let shell = match Shell::new(&env) {
        Ok(shell) => shell,
        Err(missing) => return convert::misconfigured(missing),
    };
    match convert::request(request, &|head| admin::body_max_bytes(&shell, head, shell.now())).await {
        Ok(Read { request, is_head }) => {
            let answer = admin::handle(&shell, &request, shell.now()).await;
            log::request(&shell, &request.host, &answer);
            convert::response(&shell, answer, is_head)
        }
        Err(refused) => convert::refused(&shell, refused),
    }
}

impl Tenants for Shell {
    async fn tenant(&self, tenant: &TenantId, command: &TenantCommand) -> Result<TenantAnswer, Unavailable> {
        self.object("tenant object", &self.bindings.tenant, tenant.as_str(), command).await?.answer()
    }

    async fn host(&self, host: &Host, command: &HostCommand) -> Result<HostAnswer, Unavailable> {
        self.object("host object", &self.bindings.host, host.as_str(), command).await?.answer()
    }

    async fn directory(&self, command: &DirectoryCommand) -> Result<DirectoryAnswer, Unavailable> {
        self.object("directory object", &self.bindings.directory, DIRECTORY, command).await?.answer()
    }
}

impl Recordings for Shell {
    async fn recorded(&self, name: &str) -> Result<Value, Unavailable> {
        self.object("trace object", &self.bindings.trace, name, &Value::Null).await?.answer()
    }
}

impl Sightings for Shell {
    async fn sightings(&self, label: &str) -> Result<Vec<Sighting>, Unavailable> {
        let command = (Tally::Keys(TallyCommand::List), self.now());
        self.object("tally object", &self.bindings.tally, label, &command).await?.answer()
    }
}

impl LoginTallies for Shell {
    async fn counted(&self, object: &str, of: &[(Host, ClientId)]) -> Result<Counted, Unavailable> {
        let command = (Tally::Logins(LoginCommand::Look { of: of.to_vec() }), self.now());
        self.object("tally object", &self.bindings.tally, object, &command).await?.answer()
    }
}

impl Consents for Shell {
    async fn consent(
        &self,
        name: &str,
        event: &consent::Event,
        now: UnixTime,
    ) -> Result<consent::Answer, Unavailable> {
        let sent = (event.clone(), now);
        self.object("consent object", &self.bindings.consent, name, &sent).await?.answer()
    }
}

impl Sheets for Shell {
    async fn fetch_sheet(&self, url: &str, max_bytes: usize) -> Result<String, &'static str> {
        sheets::fetch(url, max_bytes).await
    }
}

impl Management for Shell {
    fn installation(&self) -> &Installation {
        &self.bindings.installation
    }
}
