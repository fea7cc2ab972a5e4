//! The operator's desk: orders of all tenants.

use super::api::{Condition, path};
use super::order::Kept;
use super::order::progress;
use super::order_calls::{self, Taken};
use super::order_object::{Order, OrderCommand};
use super::order_state::{State, Step};
use super::ports::Dashboard;
use super::settings;
use super::stop::{Page, Stop};
use super::vies::{self, ViesOutcome};
use super::visit::{Visit, environment_word};
use crate::error::Fault;
use crate::model::{Environment, Host, TenantId};
use crate::pages::dashboard::frame::{Notice, moment};
use crate::pages::dashboard::order as view;
use crate::pages::texts::dashboard::order as texts;
use crate::web::{Method, Parameters, Response, percent_encode};
use serde_json::json;

/// Longest reason of a rejection, characters.
const REASON_MAX_CHARS: usize = 500;

/// The pages of the desk; `path` is what follows its segment. For operators.
///
/// # Errors
/// [`Stop::NotFound`] for everybody else.
pub async fn route<P: Dashboard>(visit: &Visit<'_, P>, path: &[&str]) -> Page {
    visit.check_operator().await?;
    match (visit.request.method, path) {
        (Method::Get, []) => queue(visit).await,
        (Method::Get | Method::Post, [tenant, environment]) => {
            let tenant = TenantId::parse(tenant).map_err(|_| Stop::NotFound)?;
            let environment = Environment::ALL
                .into_iter()
                .find(|known| environment_word(*known) == *environment)
                .ok_or(Stop::NotFound)?;
            let desk = Desk { visit, href: href(&tenant, environment), tenant, environment };
            // What is decided here gives a host away for ever.
            visit.check_fresh()?;
            if visit.request.method == Method::Post { desk.decide().await } else { desk.show().await }
        }
        _ => Err(Stop::NotFound),
    }
}

fn href(tenant: &TenantId, environment: Environment) -> String {
    format!("/orders/{tenant}/{}", environment_word(environment))
}

async fn queue<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    let query = visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let (orders, next) = order_calls::queue(visit, query.get("after")).await?;
    let rows: Vec<view::Row<'_>> = orders
        .iter()
        .map(|order| view::Row {
            href: href(&order.tenant, order.environment),
            tenant: order.tenant.as_str(),
            environment: order.environment.as_str(),
            company: &order.company,
            status: &order.status,
            ordered_at: order.queued_at.iso8601(),
            since: order.at.iso8601(),
        })
        .collect();
    let next = next.map(|after| format!("/orders?after={}", percent_encode(&after)));
    let notice = Notice::of(query.get("saved"));
    let page = view::Queue { frame: &visit.frame(true), notice, rows: &rows, next };
    Ok(Response::page(200, view::queue(&page)))
}

/// An order at the desk.
struct Desk<'a, P> {
    visit: &'a Visit<'a, P>,
    href: String,
    tenant: TenantId,
    environment: Environment,
}

impl<P: Dashboard> Desk<'_, P> {
    /// The order as it is. A look puts right what the queue says of it, also where the order believes that
    /// it is right: writes may have overtaken each other.
    async fn look(&self) -> Result<Option<Order>, Stop> {
        let order = order_calls::look(self.visit, &self.tenant, self.environment).await?;
        if let Some(order) = &order {
            let told = order_calls::tell(self.visit, &self.tenant, self.environment, order).await;
            if let Err(unavailable) = told {
                Fault::from(unavailable).log(self.visit.ports);
            }
        }
        Ok(order)
    }

    async fn show(&self) -> Page {
        let query = self.visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
        let order = self.look().await?;
        self.page(order.as_ref(), Notice::of(query.get("saved")), "", None)
    }

    fn page(&self, order: Option<&Order>, notice: Option<Notice>, reason: &str, kept: Option<&Kept>) -> Page {
        let visit = self.visit;
        let since = order.map(|order| order.at.iso8601()).unwrap_or_default();
        let mut facts = order.map(|it| order_calls::facts(visit, self.environment, it)).unwrap_or_default();
        if let Some(order) = order {
            facts.extend(self.operators_facts(order));
        }
        let has_vat = order.is_some_and(|order| {
            order.state.is_open() && order.details.as_ref().is_some_and(|details| details.vat.is_some())
        });
        let page = view::AtDesk {
            frame: &visit.frame(true),
            notice,
            href: &self.href,
            tenant: self.tenant.as_str(),
            environment: self.environment.as_str(),
            is_production: self.environment == Environment::Production,
            progress: order.map(|order| progress(order, &since, &facts)),
            can_ask_vies: has_vat && visit.ports.desk().orders.vies.is_some(),
            reason,
            problem: kept.map(|kept| view::Problem { text: kept.text, detail: &kept.detail }),
        };
        let status = match (order, kept) {
            (_, Some(kept)) => kept.status,
            (None, None) => 404,
            _ => 200,
        };
        Ok(Response::page(status, view::at_desk(&page)))
    }

    /// What only the operator sees.
    fn operators_facts(&self, order: &Order) -> Vec<view::Fact> {
        let lang = self.visit.lang;
        let person = order.ordered_by.clone().unwrap_or_default();
        let mut facts = vec![view::Fact { label: &texts::PERSON, value: person }];
        if let Some(vies) = &order.vies {
            let outcome = match vies.outcome {
                ViesOutcome::Valid => &texts::VIES_VALID,
                ViesOutcome::Invalid => &texts::VIES_INVALID,
                ViesOutcome::Unknown => &texts::VIES_UNKNOWN,
            };
            let name = vies.name.as_deref().unwrap_or_default();
            let value = format!("{} {name} ({})", outcome.say(lang), moment(&vies.at.iso8601()));
            facts.push(view::Fact { label: &texts::VIES, value });
        }
        facts
    }

    async fn decide(&self) -> Page {
        let form = self.visit.form()?;
        let seen: Option<u64> = form.get("version").and_then(|text| text.parse().ok());
        let order = self.look().await?;
        let Some(order) = order.filter(|order| Some(order.version) == seen) else {
            return self.changed(self.look().await?.as_ref());
        };
        match form.get("act") {
            Some("verify") => self.steps(order, vec![Step::Verify], None).await,
            Some("approve") => self.approve(order).await,
            Some("ready") => self.ready(order).await,
            Some("reject") => self.reject(order, &form).await,
            Some("vies") => self.ask_vies(order).await,
            _ => Err(Stop::Malformed),
        }
    }

    fn changed(&self, order: Option<&Order>) -> Page {
        self.page(order, None, "", Some(&Kept::by(409, &texts::CHANGED)))
    }

    /// Takes these steps, each of which is a transition of its own in the log.
    /// `published` is whether a domain that was made for them is.
    async fn steps(&self, mut order: Order, steps: Vec<Step>, published: Option<bool>) -> Page {
        let made = steps.iter().find_map(|step| match step {
            Step::Ready { host } => Some(host.clone()),
            _ => None,
        });
        for step in steps {
            match order_calls::take(self.visit, &self.tenant, self.environment, step, order.version).await? {
                Taken::Done(next) => order = *next,
                Taken::Changed(now) => {
                    if let Some(host) = &made {
                        self.take_back(host, now.as_deref()).await?;
                    }
                    return self.changed(now.as_deref());
                }
            }
        }
        let done = |published| settings::saved(&self.href, published);
        Ok(published.map_or_else(|| settings::kept(&self.href), done))
    }

    /// Approves, and looks into it first where nobody has. In TEST the domain is ready with it.
    async fn approve(&self, order: Order) -> Page {
        let mut steps = vec![Step::Approve];
        if order.state == State::Submitted {
            steps.insert(0, Step::Verify);
        } else if !order.state.allows(&Step::Approve) {
            return self.changed(Some(&order));
        }
        let mut published = None;
        if self.environment == Environment::Test {
            match self.claim(&order).await? {
                Ok((host, done)) => {
                    steps.push(Step::Ready { host });
                    published = Some(done);
                }
                Err(kept) => return self.page(Some(&order), None, "", Some(&kept)),
            }
        }
        self.steps(order, steps, published).await
    }

    async fn ready(&self, order: Order) -> Page {
        if order.state != State::AtOperator {
            return self.changed(Some(&order));
        }
        match self.claim(&order).await? {
            Ok((host, published)) => self.steps(order, vec![Step::Ready { host }], Some(published)).await,
            Err(kept) => self.page(Some(&order), None, "", Some(&kept)),
        }
    }

    /// Makes the domain, which is off; whether that is published. Where it was made before, by an attempt
    /// that broke off, it is found again.
    async fn claim(&self, order: &Order) -> Result<Result<(Host, bool), Kept>, Stop> {
        let Some(details) = &order.details else { return Ok(Err(Kept::by(409, &texts::CHANGED))) };
        let suffix = self.visit.ports.desk().orders.suffix(self.environment);
        let Some(host) = details.prefix.host(suffix) else {
            return Ok(Err(Kept::by(422, &texts::HOST_IMPOSSIBLE)));
        };
        let api = self.visit.operator_api();
        let resource = path(&["tenants", self.tenant.as_str(), "domains", host.as_str()]);
        let body = json!({
            "environment": self.environment.as_str(),
            "kind": "mitid",
            "display_name": details.alias,
            "enabled": false,
        });
        Ok(match api.change(Method::Put, &resource, Condition::New, Some(&body)).await? {
            Ok(done) => Ok((host, done.published)),
            Err(refused) if refused.status == 412 => {
                let found = api.find(&resource).await?.map(|found| found.body).unwrap_or_default();
                let is_it = found["kind"] == "mitid" && found["environment"] == self.environment.as_str();
                if is_it { Ok((host, true)) } else { Err(Kept::by(409, &texts::HOST_TAKEN)) }
            }
            Err(refused) if refused.status == 409 => {
                Err(Kept { status: 409, text: &texts::HOST_TAKEN, detail: refused.text })
            }
            Err(refused) => Err(Kept { status: 422, text: &texts::HOST_IMPOSSIBLE, detail: refused.text }),
        })
    }

    /// A host that was claimed for an order which somebody ended meanwhile is the tenant's no more. It is off
    /// still: only "Complete" puts it into service.
    async fn take_back(&self, host: &Host, now: Option<&Order>) -> Result<(), Stop> {
        let is_over =
            now.is_none_or(|order| matches!(order.state.word(), "rejected" | "withdrawn" | "draft"));
        if is_over {
            let resource = path(&["tenants", self.tenant.as_str(), "domains", host.as_str()]);
            let api = self.visit.operator_api();
            if let Some(found) = api.find(&resource).await? {
                // Whoever has changed it in this moment keeps it, off as it is.
                let _ =
                    api.change(Method::Delete, &resource, Condition::Unchanged(&found.etag), None).await?;
            }
        }
        Ok(())
    }

    async fn reject(&self, order: Order, form: &Parameters) -> Page {
        let typed = form.get("reason").unwrap_or_default();
        let reason: String = typed.replace("\r\n", "\n").trim().to_owned();
        let is_shown = |c: char| !c.is_control() || c == '\n';
        if reason.is_empty() || reason.chars().count() > REASON_MAX_CHARS || !reason.chars().all(is_shown) {
            let kept = Kept::by(422, &texts::REASON_MISSING);
            return self.page(Some(&order), None, typed, Some(&kept));
        }
        self.steps(order, vec![Step::Reject { reason }], None).await
    }

    async fn ask_vies(&self, order: Order) -> Page {
        let vat = order.details.as_ref().and_then(|details| details.vat.as_ref());
        let Some(vies) = vies::ask(self.visit, vat).await else {
            return Ok(settings::kept(&self.href));
        };
        let (environment, version) = (self.environment, order.version);
        let command = OrderCommand::Note { environment, vies, version };
        match order_calls::change(self.visit, &self.tenant, environment, command).await? {
            Taken::Done(_) => Ok(settings::kept(&self.href)),
            Taken::Changed(now) => self.changed(now.as_deref()),
        }
    }
}
