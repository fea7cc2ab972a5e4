//! A request whose sender is known: what every handler receives.

use super::api::Client;
use super::person_object::PersonCommand;
use super::ports::Dashboard;
use super::session::Session;
use super::stop::{Page, Stop};
use super::team_object::{OPERATORS, TeamAnswer, TeamCommand};
use crate::admin::assertion::Assertion;
use crate::model::{Environment, Role, TenantId, UnixTime};
use crate::pages::Lang;
use crate::pages::dashboard::frame::{Frame, Place};
use crate::web::{Parameters, Request, Response, percent_encode};

/// Pages hang on the language that the browser asks for.
pub const VARY: &str = "accept-language, cookie";
/// The cookie of the language that somebody chose.
const LANGUAGE_COOKIE: &str = "__Host-manage-lang";
/// How long it is kept, seconds.
const LANGUAGE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// The language: what somebody chose, else what his browser asks for.
pub fn language(request: &Request) -> Lang {
    Lang::choose(request.cookie(LANGUAGE_COOKIE), request.header("accept-language"))
}

/// Chooses the language, and goes back.
///
/// # Errors
/// [`Stop::NotFound`] for a language that there is not.
pub fn set_language(request: &Request, tag: &str) -> Page {
    let tag =
        [Lang::Da.tag(), Lang::En.tag()].into_iter().find(|known| *known == tag).ok_or(Stop::NotFound)?;
    let query = request.query_parameters().map_err(|_| Stop::Malformed)?;
    let cookie = format!(
        "{LANGUAGE_COOKIE}={tag}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LANGUAGE_SECONDS}"
    );
    Ok(Response::see_other(local_path(query.get("back"))).with_cookie(cookie))
}

/// Longest path that is come back to, bytes: it goes into a cookie.
const BACK_MAX_BYTES: usize = 1_000;

/// A path of ours to go to. Anything that a browser could take for another host, or that is no path,
/// leads to the start.
pub fn local_path(raw: Option<&str>) -> &str {
    let fits = |path: &&str| {
        path.len() <= BACK_MAX_BYTES
            && path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    raw.filter(fits).unwrap_or("/")
}

/// A request of somebody who is signed in.
pub struct Visit<'a, P> {
    /// Everything outside.
    pub ports: &'a P,
    /// The request.
    pub request: &'a Request,
    /// When it came.
    pub now: UnixTime,
    /// The language of its page.
    pub lang: Lang,
    /// Who sent it.
    pub session: Session,
    /// The tenants that he belongs to, as he knows them; each says itself whether that is so.
    pub tenants: Vec<TenantId>,
    /// What tells the API of him as of an operator; nobody says it who is none.
    operator: Assertion,
    /// The cookie to be written again.
    cookie: Option<String>,
}

impl<'a, P: Dashboard> Visit<'a, P> {
    /// Finds out who sent a request.
    ///
    /// # Errors
    /// [`Stop::SignIn`] where nobody is signed in, or was signed out everywhere.
    pub async fn of(ports: &'a P, request: &'a Request, lang: Lang, now: UnixTime) -> Result<Self, Stop> {
        let nobody = Stop::SignIn { afresh: false };
        let Some(session) = Session::of(ports, request, now).await else { return Err(nobody) };
        let person = ports.person(&session.person, &PersonCommand::Look, now).await?;
        if !person.counts(session.generation, &session.id) {
            return Err(nobody);
        }
        let cookie = match session.wants_writing(now) {
            true => Some(session.cookie(ports, now).await?),
            false => None,
        };
        let operator = Assertion { tenant: None, role: Role::Operator, person: session.person.clone() };
        Ok(Self { ports, request, now, lang, session, tenants: person.tenants, operator, cookie })
    }

    /// The answer with what keeps the session alive.
    pub fn keep(&self, page: Response) -> Response {
        let page = page.with("vary", VARY);
        match &self.cookie {
            Some(cookie) if page.headers.iter().all(|(name, _)| *name != "set-cookie") => {
                page.with_cookie(cookie.clone())
            }
            _ => page,
        }
    }

    /// What was typed into a form of this session.
    ///
    /// # Errors
    /// [`Stop::Forged`] without its token or from another origin; [`Stop::Malformed`].
    pub fn form(&self) -> Result<Parameters, Stop> {
        let own = self.ports.desk().management_host.issuer();
        if self.request.header("origin").is_some_and(|origin| origin != own && origin != "null") {
            return Err(Stop::Forged);
        }
        let form = self.request.form_parameters().map_err(|_| Stop::Malformed)?;
        let token = form.get("form_token").unwrap_or_default();
        if self.session.is_form_token(self.ports, token) { Ok(form) } else { Err(Stop::Forged) }
    }

    /// Goes on only if he was asked a moment ago who he is.
    ///
    /// # Errors
    /// [`Stop::SignIn`], to be asked again.
    pub fn check_fresh(&self) -> Result<(), Stop> {
        if self.session.is_fresh(self.now) { Ok(()) } else { Err(Stop::SignIn { afresh: true }) }
    }

    /// His role in a team.
    ///
    /// # Errors
    /// When the team does not answer.
    pub async fn role_in(&self, team: &str) -> Result<Option<Role>, Stop> {
        let command = TeamCommand::Role { person: self.session.person.clone() };
        match self.ports.team(team, &command, self.now).await? {
            TeamAnswer::Role { role } => Ok(role),
            _ => Ok(None),
        }
    }

    /// Whether he runs the installation.
    ///
    /// # Errors
    /// When the team does not answer.
    pub async fn is_operator(&self) -> Result<bool, Stop> {
        Ok(self.role_in(OPERATORS).await? == Some(Role::Operator))
    }

    /// Goes on for the installation's operators only.
    ///
    /// # Errors
    /// [`Stop::NotFound`] for everybody else, as if there were nothing.
    pub async fn check_operator(&self) -> Result<(), Stop> {
        if self.is_operator().await? { Ok(()) } else { Err(Stop::NotFound) }
    }

    /// Calls the admin API as an operator; [`Visit::check_operator`] comes first.
    pub fn operator_api(&self) -> Client<'_, P> {
        Client { ports: self.ports, now: self.now, speaks_for: &self.operator }
    }

    /// The frame of a page outside tenants.
    pub fn frame(&self, is_operator: bool) -> Frame<'_> {
        Frame {
            lang: self.lang,
            broker: &self.ports.desk().broker_name,
            name: &self.session.name,
            form_token: self.session.form_token(self.ports),
            path: &self.request.path,
            back: percent_encode(&self.request.path),
            place: None,
            is_operator,
            tenants: self.tenants.len(),
        }
    }
}

/// A request within a tenant and environment, by somebody who belongs there.
pub struct Within<'a, P> {
    /// The request.
    pub visit: &'a Visit<'a, P>,
    /// The tenant.
    pub tenant: TenantId,
    /// The environment.
    pub environment: Environment,
    /// His role there.
    pub role: Role,
    /// What tells the API of him.
    speaks_for: Assertion,
}

/// The word of an environment in an address.
pub fn environment_word(environment: Environment) -> &'static str {
    match environment {
        Environment::Test => "test",
        Environment::Production => "production",
    }
}

impl<'a, P: Dashboard> Within<'a, P> {
    /// Finds out his role.
    ///
    /// # Errors
    /// [`Stop::NotFound`] where he has none, whether or not there is such a tenant.
    pub async fn of(visit: &'a Visit<'a, P>, tenant: &str, environment: &str) -> Result<Self, Stop> {
        let tenant = TenantId::parse(tenant).map_err(|_| Stop::NotFound)?;
        let environment = Environment::ALL
            .into_iter()
            .find(|known| environment_word(*known) == environment)
            .ok_or(Stop::NotFound)?;
        let role = match visit.role_in(tenant.as_str()).await? {
            Some(role) => role,
            None if visit.is_operator().await? => Role::Operator,
            None => return Err(Stop::NotFound),
        };
        let own = (role != Role::Operator).then(|| tenant.clone());
        let speaks_for = Assertion { tenant: own, role, person: visit.session.person.clone() };
        Ok(Self { visit, tenant, environment, role, speaks_for })
    }

    /// The same tenant in another environment, where he has the same role.
    pub fn in_environment(&self, environment: Environment) -> Self {
        let (tenant, speaks_for) = (self.tenant.clone(), self.speaks_for.clone());
        Self { visit: self.visit, tenant, environment, role: self.role, speaks_for }
    }

    /// Goes on for this role and those above it.
    ///
    /// # Errors
    /// [`Stop::Forbidden`].
    pub fn check_role(&self, needed: Role) -> Result<(), Stop> {
        if self.role >= needed { Ok(()) } else { Err(Stop::Forbidden) }
    }

    /// Whether he may change the configuration on the page that is asked for.
    pub fn may_change(&self) -> bool {
        self.role >= Role::Administrator && !self.asks_again()
    }

    /// Whether he is to say who he is before he may change anything: in PRODUCTION, where a change can lead
    /// codes astray or alter who proves people, and nobody asked him lately. Until then he sees everything.
    fn asks_again(&self) -> bool {
        self.environment == Environment::Production && !self.visit.session.is_fresh(self.visit.now)
    }

    /// Goes on with a form of an administrator. In PRODUCTION it counts only if it was opened a moment after
    /// he was asked who he is.
    ///
    /// # Errors
    /// [`Stop::Forbidden`] for a lesser role; [`Stop::SignIn`], to be asked again.
    pub fn check_change(&self) -> Result<(), Stop> {
        self.check_role(Role::Administrator)?;
        self.check_asked()
    }

    /// As [`Within::check_change`], whatever his role is.
    ///
    /// # Errors
    /// [`Stop::SignIn`].
    pub fn check_asked(&self) -> Result<(), Stop> {
        let may = self.environment == Environment::Test || self.visit.session.may_send(self.visit.now);
        if may { Ok(()) } else { Err(Stop::SignIn { afresh: true }) }
    }

    /// Calls the admin API in his name, below `/api/v1/tenants/<tenant>`.
    pub fn api(&self) -> Client<'_, P> {
        Client { ports: self.visit.ports, now: self.visit.now, speaks_for: &self.speaks_for }
    }

    /// A path of the API within the tenant. Each segment is encoded.
    pub fn resource(&self, segments: &[&str]) -> String {
        super::api::path(&[&["tenants", self.tenant.as_str()], segments].concat())
    }

    /// The address of a page of this tenant and environment. Each segment is encoded.
    pub fn href(&self, segments: &[&str]) -> String {
        let mut href = format!("/t/{}/{}", self.tenant, environment_word(self.environment));
        for segment in segments {
            href.push('/');
            href.push_str(&crate::web::percent_encode(segment));
        }
        href
    }

    /// The frame of a page here.
    pub fn frame(&self) -> Frame<'_> {
        Frame {
            place: Some(Place {
                tenant: self.tenant.as_str(),
                environment: environment_word(self.environment),
                is_production: self.environment == Environment::Production,
                role: self.role.as_str(),
                asks_again: self.role >= Role::Administrator && self.asks_again(),
            }),
            ..self.visit.frame(self.role == Role::Operator)
        }
    }

    /// The pseudonym that the log of changes knows him by.
    pub fn person(&self) -> &str {
        &self.visit.session.person
    }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn nothing_leads_away_from_the_dashboard() {
        for away in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "evil", "", "/ø", "\\/x"]
        {
            assert_eq!(local_path(Some(away)), "/", "{away}");
        }
        assert_eq!(local_path(None), "/");
        assert_eq!(local_path(Some("/t/acme/test/keys")), "/t/acme/test/keys");
    }
}
