//! The broker: domains' hosts, and the objects of logins.

mod bindings;
mod catalog;
mod consent_object;
mod host_object;
mod login_object;
mod once_object;
mod session_object;
mod tally_object;
mod trace_object;

use super::call::{self, OBJECT_TIMEOUT_MILLISECONDS};
use super::convert::{self, Read};
use super::log;
use super::platform::{self, Context, Env, Thrown};
use super::shell::{self, Shell};
use crate::admin::command::{HostAnswer, HostCommand, PublishedName};
use crate::admin::login_tally::LoginCommand;
use crate::admin::tally_object::{Tally, TallyCommand};
use crate::login::consent;
use crate::login::once::Use;
use crate::login::session;
use crate::login::state::{Answer, Event};
use crate::login::trace;
use crate::model::login_count::{Gathered, object_name};
use crate::model::sighting::{Sight, Told, Who};
use crate::model::{Application, ClientId, DomainSnapshot, Host, Style, UnixTime};
use crate::ports::{
    Catalog, Consents, Logins, Once, Ports, Sessions, Settings, Traces, Unavailable, Witness,
};
use crate::routes;
use crate::web;
pub use bindings::Bindings;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response};

/// Answers every request to a domain that no static asset answered.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env, context: Context) -> js_sys::Promise {
    platform::answering(Box::pin(answer(request, env, context)))
}

async fn answer(request: Request, env: Env, context: Context) -> Thrown<Response> {
    let shell = match Shell::new(&env) {
        Ok(shell) => shell,
        Err(missing) => return convert::misconfigured(missing),
    };
    match convert::request(request, &|_| Some(web::BODY_MAX_BYTES)).await {
        Ok(Read { request, is_head }) => {
            let answer = routes::handle(&shell, &request, shell.now()).await;
            keep_recording(&shell, &answer).await;
            log::request(&shell, &request.host, &answer);
            // Who wants the head only does not get the keys.
            if let Some((domain, who)) = shell.seen.take().filter(|_| !is_head) {
                tell(&shell, &domain, who);
            }
            let response = convert::response(&shell, answer, is_head);
            for work in shell.undone.take() {
                context.wait_until(&future_to_promise(async move {
                    work.await;
                    Ok(JsValue::UNDEFINED)
                }));
            }
            response
        }
        Err(refused) => convert::refused(&shell, refused),
    }
}

/// Keeps what was noted of this request, if its application is recorded. A recording that fails must
/// not make a login fail.
async fn keep_recording(shell: &Shell, answer: &web::Response) {
    use crate::ports::Log;
    let Some(label) = shell.recorded_for.get() else { return };
    shell.counts.add_object();
    let name = trace::name(label, shell.trace_id());
    let step = trace::step(shell.now(), answer.route, answer.status, &shell.noted.borrow());
    let namespace = &shell.bindings.trace;
    let kept = call::object("trace object", namespace, &name, &step, OBJECT_TIMEOUT_MILLISECONDS).await;
    if let Err(unavailable) = kept {
        crate::error::Fault::from(unavailable).log(shell);
    }
}

thread_local! {
    /// Rehearsed requests that this isolate has not told of yet.
    static GATHERED: RefCell<Gathered> = const { RefCell::new(Gathered::EMPTY) };
    /// Who this isolate has told of lately.
    static TOLD: RefCell<Told> = const { RefCell::new(Told::EMPTY) };
}

/// Tells the environment's `Tally` who was seen with which keys, unless it was told lately. What
/// does not arrive is told an hour later.
fn tell(shell: &Shell, domain: &DomainSnapshot, who: Who) {
    let Some(written) = domain.written.key_set.get() else { return };
    let Some(who) = TOLD.with_borrow_mut(|told| told.news(&written.etag, who, shell.now())) else { return };
    let label = domain.label();
    let announced = domain.keys.iter().filter(|key| key.state.is_announced());
    let kids = announced.map(|key| key.kid.clone()).collect();
    let saw = TallyCommand::Saw(Sight { who, kids });
    let behind = shell.behind();
    shell.afterwards(async move {
        let command = (Tally::Keys(saw), behind.now());
        let told = behind.object("tally object", &behind.bindings.tally, &label, &command).await;
        if let Err(unavailable) = told {
            crate::error::Fault::from(unavailable).log(&behind);
        }
    });
}

impl Witness for Shell {
    fn saw(&self, domain: &Rc<DomainSnapshot>, who: Who) {
        self.seen.set(Some((domain.clone(), who)));
    }

    fn rehearsed(&self, domain: &DomainSnapshot, client_id: &ClientId) {
        let (host, client_id) = (domain.host.clone(), client_id.clone());
        let application = format!("{host} {client_id}");
        let gathered = GATHERED.with_borrow_mut(|gathered| gathered.one_more(&application, self.now()));
        let Some(times) = gathered else { return };
        let command = LoginCommand::Rehearsed { host, client_id, times };
        let (object, behind) = (object_name(&domain.label(), 0), self.behind());
        self.afterwards(async move {
            let command = (Tally::Logins(command), behind.now());
            let told = behind.object("tally object", &behind.bindings.tally, &object, &command).await;
            if let Err(unavailable) = told {
                crate::error::Fault::from(unavailable).log(&behind);
            }
        });
    }
}

impl Catalog for Shell {
    async fn domain(&self, host: &Host) -> Result<Option<Rc<DomainSnapshot>>, Unavailable> {
        let name = PublishedName::Domain;
        catalog::read(&catalog::DOMAINS, self, host, name).await
    }

    async fn application(
        &self,
        host: &Host,
        client_id: &ClientId,
    ) -> Result<Option<Rc<Application>>, Unavailable> {
        let name = PublishedName::Application { client_id: client_id.clone() };
        catalog::read(&catalog::APPLICATIONS, self, host, name).await
    }

    async fn style(&self, host: &Host, digest: &str) -> Result<Option<Rc<Style>>, Unavailable> {
        catalog::style(self, host, digest).await
    }

    async fn registers(&self, host: &Host, uri: &str) -> Result<bool, Unavailable> {
        let command = HostCommand::Registers { uri: uri.to_owned() };
        self.counts.add_object();
        let called = call::object(
            "host object",
            &self.bindings.host,
            host.as_str(),
            &command,
            catalog::HOST_TIMEOUT_MILLISECONDS,
        );
        match called.await?.answer()? {
            HostAnswer::Registered { known } => Ok(known),
            _ => Err(Unavailable { what: "host object", cause: "an answer that does not fit".to_owned() }),
        }
    }
}

/// An upstream may have taken its time since the request began: lifetimes count from here.
fn later(now: UnixTime) -> UnixTime {
    now.max(shell::now())
}

impl Logins for Shell {
    async fn advance(&self, name: &str, event: &Event, now: UnixTime) -> Result<Answer, Unavailable> {
        let sent = (event.clone(), later(now));
        self.object("login object", &self.bindings.login, name, &sent).await?.answer()
    }
}

impl Sessions for Shell {
    async fn session(
        &self,
        name: &str,
        event: &session::Event,
        now: UnixTime,
    ) -> Result<session::Answer, Unavailable> {
        let sent = (event.clone(), later(now));
        self.object("session object", &self.bindings.session, name, &sent).await?.answer()
    }
}

impl Consents for Shell {
    async fn consent(
        &self,
        name: &str,
        event: &consent::Event,
        now: UnixTime,
    ) -> Result<consent::Answer, Unavailable> {
        let sent = (event.clone(), later(now));
        self.object("consent object", &self.bindings.consent, name, &sent).await?.answer()
    }
}

impl Once for Shell {
    async fn is_first(&self, name: &str, used: &Use, now: UnixTime) -> Result<bool, Unavailable> {
        let sent = (used.clone(), later(now));
        self.object("once object", &self.bindings.once, name, &sent).await?.answer()
    }
}

impl Traces for Shell {
    fn note(&self, name: &'static str, value: &str) {
        self.noted.borrow_mut().push((name, value.to_owned()));
    }
    fn record_trace(&self, label: String) {
        let _ = self.recorded_for.set(label);
    }
}

impl Ports for Shell {
    fn settings(&self) -> &Settings {
        &self.bindings.settings
    }
}
