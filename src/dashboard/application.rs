//! One application: its settings in tabs, its shadow, and its end.

use super::api::{Condition, Found};
use super::applications::domain_here;
use super::ports::Dashboard;
use super::settings::{self, Saved, Shown};
use super::stop::{Opening, Page, Stop};
use super::visit::Within;
use super::{application_code, application_copy, application_secrets};
use crate::model::{Environment, Role};
use crate::pages::dashboard::application::{self as view, Head, Name, Shadow};
use crate::pages::dashboard::application_fields::{TABS, of_tab, setting};
use crate::pages::dashboard::frame::Notice;
use crate::pages::dashboard::settings::Said;
use crate::pages::texts::dashboard::{applications as texts, common};
use crate::web::{Method, Response};
use maud::{Markup, html};
use serde_json::Value;

/// An application of this environment, with its domain.
pub(super) struct Application<'a, P> {
    /// Where it was opened.
    pub within: &'a Within<'a, P>,
    /// Its domain's host.
    pub host: &'a str,
    /// `client_id`
    pub client_id: &'a str,
    /// Its domain.
    pub domain: Value,
    /// Itself.
    pub found: Found,
}

/// The pages of an application; `path` is what follows its `client_id`.
///
/// # Errors
/// [`Stop`].
pub async fn route<P: Dashboard>(within: &Within<'_, P>, host: &str, client_id: &str, path: &[&str]) -> Page {
    use Method::{Get, Post};
    let method = within.visit.request.method;
    let form = match method {
        Post => {
            let form = within.visit.form()?;
            within.check_change()?;
            Some(form)
        }
        _ => None,
    };
    let domain = domain_here(within, host).await?.body;
    let found = within.api().get(&within.resource(&["domains", host, "applications", client_id])).await?;
    let it = &Application { within, host, client_id, domain, found };
    let page: Opening<'_> = match (method, path, form) {
        (Get, ["code"], _) => return application_code::page(it),
        (_, ["secrets", rest @ ..], form) => Box::pin(application_secrets::route(it, rest, form)),
        (_, ["copy"], form) => Box::pin(application_copy::route(it, form)),
        (Get, ["remove"], _) => return it.ask_removal(None),
        (Post, ["remove"], Some(form)) => {
            Box::pin(async move { it.remove(form.get("version").unwrap_or_default()).await })
        }
        (Post, ["shadow"], Some(_)) => Box::pin(it.make_shadow()),
        (Get, [], _) => Box::pin(it.tab("")),
        (Get, [tab], _) if !tab.is_empty() => Box::pin(it.tab(tab)),
        (Post, [], Some(form)) => Box::pin(async move { it.save("", &form).await }),
        (Post, [tab], Some(form)) if !tab.is_empty() => Box::pin(async move { it.save(tab, &form).await }),
        _ => return Err(Stop::NotFound),
    };
    page.await
}

impl<P: Dashboard> Application<'_, P> {
    /// The address of one of its pages.
    pub fn href(&self, more: &[&str]) -> String {
        self.within.href(&[&["applications", self.host, self.client_id], more].concat())
    }

    /// Its path in the API, and below.
    pub fn resource(&self, more: &[&str]) -> String {
        let own = ["domains", self.host, "applications", self.client_id];
        self.within.resource(&[&own, more].concat())
    }

    /// One of its settings that is a text.
    pub fn text(&self, name: &str) -> &str {
        self.found.body[name].as_str().unwrap_or_default()
    }

    /// A list of its settings.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.found.body[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The MitID domain that its domain leads to.
    pub fn mitid_domain(&self) -> Option<&str> {
        self.domain["mitid_domain"].as_str()
    }

    /// A page below its tabs.
    pub fn page(
        &self,
        status: u16,
        tab: &str,
        notice: Option<Notice>,
        problem: Option<Said<'_>>,
        content: &Markup,
    ) -> Response {
        self.with_head(tab, problem, |head| {
            Response::page(status, view::page(&Head { notice, ..*head }, content))
        })
    }

    /// What a page shows of it above the tabs.
    pub fn with_head(
        &self,
        tab: &str,
        problem: Option<Said<'_>>,
        page: impl FnOnce(&Head<'_>) -> Response,
    ) -> Response {
        let (frame, tabs) = (self.within.frame(), self.tabs());
        let domain_href = self.within.href(&["applications", self.host]);
        page(&Head {
            frame: &frame,
            name: self.text("name"),
            client_id: self.client_id,
            enabled: self.found.body["enabled"] == Value::Bool(true),
            host: (self.host, &domain_href),
            tabs: &tabs,
            tab,
            notice: None,
            problem,
        })
    }

    fn tabs(&self) -> Vec<(&'static str, String)> {
        let settings = TABS.iter().map(|(segment, _)| *segment);
        let all = settings.chain(["secrets", "code"]);
        all.map(|segment| match segment {
            "" => (segment, self.href(&[])),
            _ => (segment, self.href(&[segment])),
        })
        .collect()
    }

    async fn tab(&self, tab: &str) -> Page {
        let fields = of_tab(tab).ok_or(Stop::NotFound)?;
        let query = self.within.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
        let shown = settings::opened(fields, &self.found);
        self.settings(tab, &shown, Notice::of(query.get("saved")), None).await
    }

    async fn settings(
        &self,
        tab: &str,
        shown: &Shown,
        notice: Option<Notice>,
        problem: Option<Said<'_>>,
    ) -> Page {
        let fields = of_tab(tab).ok_or(Stop::NotFound)?;
        let action = if tab.is_empty() { self.href(&[]) } else { self.href(&[tab]) };
        let form = settings::markup(self.within, fields, shown, &action, &common::SAVE);
        let shadow = self.shadow_panel().await?;
        let may_change = self.within.may_change();
        let copy = self.within.environment == Environment::Test;
        let copy = copy.then(|| self.href(&["copy"]));
        let content = html! {
            (shadow)
            (form)
            @if tab.is_empty() && may_change {
                (view::acts(self.within.visit.lang, copy.as_deref(), &self.href(&["remove"])))
            }
        };
        let status = if problem.is_some() { 409 } else { settings::status(shown) };
        Ok(self.page(status, tab, notice, problem, &content))
    }

    async fn save(&self, tab: &str, form: &crate::web::Parameters) -> Page {
        let fields = of_tab(tab).ok_or(Stop::NotFound)?;
        match settings::save(self.within, &self.resource(&[]), fields, form, &[]).await? {
            Saved::Done(done) => {
                let href = if tab.is_empty() { self.href(&[]) } else { self.href(&[tab]) };
                Ok(settings::saved(&href, done.published))
            }
            Saved::Again(shown) => self.settings(tab, &shown, None, None).await,
        }
    }

    /// What is said of its shadow, with the button that makes it alike for whoever may.
    pub async fn shadow_panel(&self) -> Result<Markup, Stop> {
        let make = self.href(&["shadow"]);
        let action = self.within.may_change().then_some(make.as_str());
        let shadow = self.shadow().await?;
        let frame = self.within.frame();
        Ok(shadow.map_or_else(Markup::default, |shadow| view::shadow(&frame, &shadow, action)))
    }

    /// How its shadow stands; `None` where its domain leads to no MitID domain.
    async fn shadow(&self) -> Result<Option<Shadow<'static>>, Stop> {
        if self.mitid_domain().is_none() {
            return Ok(None);
        }
        let path = self.within.resource(&["domains", self.host, "shadow-drift"]);
        // Without it the page still shows what there is.
        let Some(drift) = self.within.api().find(&path).await? else { return Ok(None) };
        let mut missing = drift.body["missing"].as_array().into_iter().flatten();
        if missing.any(|it| it == self.client_id) {
            return Ok(Some(Shadow::Missing));
        }
        let mut differing = drift.body["differing"].as_array().into_iter().flatten();
        let Some(own) = differing.find(|it| it["client_id"] == self.client_id) else {
            return Ok(Some(Shadow::Alike));
        };
        let fields = own["fields"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(Some(Shadow::Differs(fields.filter_map(name_of).collect())))
    }

    async fn make_shadow(&self) -> Page {
        let (api, path) = (self.within.api(), self.resource(&["shadow"]));
        match api.change(Method::Post, &path, Condition::None, None).await? {
            Ok(done) => Ok(settings::saved(&self.href(&[]), done.published)),
            Err(refused) => {
                let text = refusal_text(&refused);
                let fields = of_tab("").ok_or(Stop::NotFound)?;
                let shown = settings::opened(fields, &self.found);
                self.settings("", &shown, None, Some(Said::Api(&text))).await
            }
        }
    }

    fn ask_removal(&self, problem: Option<Said<'_>>) -> Page {
        self.within.check_role(Role::Administrator)?;
        self.within.visit.check_fresh()?;
        let mut consequences = vec![&texts::REMOVE_ABOUT];
        if self.mitid_domain().is_some() {
            consequences.push(&texts::REMOVE_SHADOW_STAYS);
        }
        let asked = view::Confirm {
            title: &texts::REMOVE,
            texts: &consequences,
            what: self.client_id,
            action: &self.href(&["remove"]),
            version: &self.found.etag,
            back: &self.href(&[]),
        };
        let status = if problem.is_some() { 409 } else { 200 };
        Ok(self.with_head("", problem, |head| Response::page(status, view::confirm(head, &asked))))
    }

    async fn remove(&self, version: &str) -> Page {
        self.within.visit.check_fresh()?;
        let condition = Condition::Unchanged(version);
        match self.within.api().change(Method::Delete, &self.resource(&[]), condition, None).await? {
            Ok(done) => Ok(settings::saved(&self.within.href(&["applications", self.host]), done.published)),
            Err(refused) if refused.status == 412 => {
                self.ask_removal(Some(Said::Ours(&texts::CHANGED_MEANWHILE)))
            }
            Err(refused) => self.ask_removal(Some(Said::Api(&refusal_text(&refused)))),
        }
    }
}

/// What a refusal says, in one sentence or more.
pub(super) fn refusal_text(refused: &super::api::Refused) -> String {
    let errors: Vec<String> =
        refused.errors.iter().map(|(field, detail)| format!("{field}: {detail}")).collect();
    if errors.is_empty() { refused.text.clone() } else { errors.join("; ") }
}

/// What a setting is called on its tab.
pub(super) fn name_of(name: &str) -> Option<Name<'static>> {
    if name == "secrets" {
        return Some(Name::Ours(&texts::SECRETS));
    }
    setting(name).map(|field| Name::Ours(&field.label))
}
