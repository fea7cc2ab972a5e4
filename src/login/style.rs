//! How the pages of a domain look: the published style is put around them, and its files are served.
//!
//! A login must not fail for want of a style: what can't be read is left out, and logged. The pages'
//! policy names the origins that the style may load images and fonts from, and no others; so even a
//! sheet that the checker should have refused leads nowhere else.

use super::Context;
use super::pending::Pending;
use crate::error::Fault;
use crate::model::Style;
use crate::model::style::DIGEST_CHARACTERS;
use crate::pages::Lang;
use crate::pages::layout::Look;
use crate::ports::Ports;
use crate::web::Response;
use std::cell::OnceCell;
use std::rc::Rc;

/// The style of the page that is being made, and what of it the request chose.
#[derive(Default)]
pub struct Dress {
    style: OnceCell<(String, Rc<Style>)>,
    login: OnceCell<Login>,
}

/// What pages need to know of the login that they belong to.
struct Login {
    client_id: String,
    css_path: Option<String>,
    ui_locales: Option<String>,
}

impl Dress {
    /// The page belongs to this login.
    pub fn of(&self, pending: &Pending) {
        let _ = self.login.set(Login {
            client_id: pending.client_id.as_str().to_owned(),
            css_path: pending.css_path.clone(),
            ui_locales: pending.ui_locales.clone(),
        });
    }

    /// The class of the application, made of its id.
    pub fn app_class(&self) -> Option<&str> {
        self.login.get().map(|login| login.client_id.as_str())
    }

    /// The languages that the application asked for.
    pub fn ui_locales(&self) -> Option<&str> {
        self.login.get().and_then(|login| login.ui_locales.as_deref())
    }

    /// Takes a style on.
    pub fn put_on(&self, digest: &str, style: Rc<Style>) {
        let _ = self.style.set((digest.to_owned(), style));
    }

    /// The style that is worn.
    pub fn worn(&self) -> Option<&Style> {
        self.style.get().map(|(_, style)| &**style)
    }

    /// What a page in this language needs to know of it.
    pub fn look(&self, lang: Lang) -> Option<Look<'_>> {
        let (digest, style) = self.style.get()?;
        let css_path = self.login.get().and_then(|login| login.css_path.as_deref());
        let around = style.around.as_ref().map(|(da, en)| if lang == Lang::Da { da } else { en });
        Some(Look {
            digest,
            sheet: style.sheet_of(css_path),
            logo: style.logo.is_some(),
            logo_url: style.logo_url.as_deref(),
            around: around.map(|(before, after)| (before.as_str(), after.as_str())),
        })
    }

    /// The policy of a page that wears the style.
    pub fn allow(&self, mut answer: Response) -> Response {
        let Some(style) = self.worn() else { return answer };
        let Some(policy) = answer.header("content-security-policy") else { return answer };
        let mut allowed = "'self' data:".to_owned();
        for origin in &style.origins {
            allowed.push(' ');
            allowed.push_str(origin.as_str());
        }
        let allowed = format!("img-src {allowed}; font-src {allowed};");
        let policy = policy.replace("img-src 'self';", &allowed);
        answer.set("content-security-policy", policy);
        answer
    }
}

/// Reads the domain's style, for requests whose answer may be a page.
pub async fn dress<P: Ports>(ctx: &Context<'_, P>) {
    let Some(digest) = &ctx.domain.style else { return };
    match ctx.ports.style(ctx.host(), digest).await {
        Ok(Some(style)) => ctx.dress.put_on(digest, style),
        Ok(None) => Fault::lasting("style", "a published style is missing").log(ctx.ports),
        Err(unavailable) => Fault::from(unavailable).log(ctx.ports),
    }
}

fn is_digest(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == DIGEST_CHARACTERS && text.bytes().all(fits)
}

/// `GET /style/{digest}/{file}`: a sheet by its number, or the logo. What is named by its digest never
/// changes.
pub async fn file<P: Ports>(ctx: &Context<'_, P>, digest: &str, file: &str) -> Response {
    // Whatever else stands there names no style, and asks no store: KV refuses long names, and a
    // refusal would count as a failure of KV.
    if !is_digest(digest) {
        return Response::text(404, "Not found");
    }
    let style = match ctx.ports.style(ctx.host(), digest).await {
        Ok(style) => style,
        Err(unavailable) => {
            Fault::from(unavailable).log(ctx.ports);
            return Response::text(503, "Try again later");
        }
    };
    let found = style.as_ref().and_then(|style| match file.strip_suffix(".css") {
        Some(number) => {
            let (_, sheet) = style.sheets.get(number.parse::<usize>().ok()?)?;
            Some(("text/css; charset=utf-8", sheet))
        }
        None if file == "logo.svg" => Some(("image/svg+xml", style.logo.as_ref()?)),
        None => None,
    });
    let Some((content_type, text)) = found else { return Response::text(404, "Not found") };
    Response::file(content_type, text.clone())
}
