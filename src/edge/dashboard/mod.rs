//! The dashboard: pages at the management host, and the objects of the people who use them.

mod api;
mod bindings;
mod files;
mod person_object;
mod team_object;

use super::convert::{self, Read};
use super::log;
use super::platform::{self, Env, Thrown};
use super::shell::Shell;
use crate::dashboard;
use crate::dashboard::person_object::{PersonAnswer, PersonCommand};
use crate::dashboard::ports::{Dashboard, Desk, People};
use crate::dashboard::team_object::{TeamAnswer, TeamCommand};
use crate::model::UnixTime;
use crate::ports::Unavailable;
pub use bindings::Bindings;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

/// Answers every request to the management host that no static asset and no route of the API answered.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env) -> js_sys::Promise {
    platform::answering(Box::pin(answer(request, env)))
}

async fn answer(request: Request, env: Env) -> Thrown<Response> {
    let shell = match Shell::new(&env) {
        Ok(shell) => shell,
        Err(missing) => return convert::misconfigured(missing),
    };
    match convert::request(request, &|_| Some(dashboard::BODY_MAX_BYTES)).await {
        Ok(Read { request, is_head }) => {
            let answer = dashboard::handle(&shell, &request, shell.now()).await;
            log::request(&shell, &request.host, &answer);
            convert::response(&shell, answer, is_head)
        }
        Err(refused) => convert::refused(&shell, refused),
    }
}

impl People for Shell {
    async fn person(
        &self,
        person: &str,
        command: &PersonCommand,
        now: UnixTime,
    ) -> Result<PersonAnswer, Unavailable> {
        let sent = (command.clone(), now);
        self.object("person object", &self.bindings.person, person, &sent).await?.answer()
    }

    async fn team(
        &self,
        team: &str,
        command: &TeamCommand,
        now: UnixTime,
    ) -> Result<TeamAnswer, Unavailable> {
        let sent = (command.clone(), now);
        self.object("team object", &self.bindings.team, team, &sent).await?.answer()
    }
}

impl Dashboard for Shell {
    fn desk(&self) -> &Desk {
        &self.bindings.desk
    }
}
