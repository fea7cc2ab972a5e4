//! Previews: every page of a domain as it would be sent, under an address that management signs.
//!
//! The address names the style, the host and when it ends; no upstream is asked, nothing is stored, no
//! cookie is set, and no link of a previewed page leads anywhere.

use super::Context;
use super::refusal::{frame, status};
use crate::error::Fault;
use crate::model::style::DIGEST_CHARACTERS;
use crate::model::{Host, UnixTime};
use crate::pages::choose::{Call, Choose, NoShadow, OtherEid, Pair, Panel};
use crate::pages::cpr::{CprPage, Problem};
use crate::pages::error::{ErrorKind, ErrorPage};
use crate::pages::form_post::FormPost;
use crate::pages::level::{Assurance, LevelPage};
use crate::pages::logout::{AskLogout, LoggedOut};
use crate::pages::moving_on::{Destination, MovingOn};
use crate::pages::{self, Eid, Frame, Lang};
use crate::ports::Ports;
use crate::vault::{EnvironmentKeys, Purpose, base64url, equal, hmac_sha256};
use crate::web::Response;
use maud::Markup;

/// Path before the token.
pub const PATH: &str = "/preview/";
/// How long an address leads to previews, seconds: a day, to show it around.
pub const PREVIEW_SECONDS: u64 = 24 * 60 * 60;

/// What an address shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The style; none for pages without one.
    pub digest: Option<String>,
    /// When it ends.
    pub until: UnixTime,
}

/// `<end>.<digest>.<MAC>`, for this host only.
pub fn token(keys: &EnvironmentKeys, host: &Host, digest: Option<&str>, until: UnixTime) -> String {
    let digest = digest.unwrap_or_default();
    format!("{}.{digest}.{}", until.0, base64url(&mac(keys, host, digest, until)))
}

/// Reads a token; `None` for one that is made up, of another host, or over.
pub fn open(keys: &EnvironmentKeys, host: &Host, token: &str, now: UnixTime) -> Option<Preview> {
    let mut parts = token.splitn(3, '.');
    let (until, digest, given) = (parts.next()?, parts.next()?, parts.next()?);
    let until = UnixTime(until.parse().ok()?);
    let expected = base64url(&mac(keys, host, digest, until));
    if digest.len() > DIGEST_CHARACTERS || !equal(given.as_bytes(), expected.as_bytes()) || until.is_over(now)
    {
        return None;
    }
    Some(Preview { digest: (!digest.is_empty()).then(|| digest.to_owned()), until })
}

fn mac(keys: &EnvironmentKeys, host: &Host, digest: &str, until: UnixTime) -> [u8; 32] {
    let key = keys.derive(Purpose::Preview, b"");
    let end = until.0.to_string();
    hmac_sha256(&key, &[host.as_str().as_bytes(), b"|", end.as_bytes(), b"|", digest.as_bytes()])
}

/// The pages, by the names in their addresses.
const PAGES: [(&str, Shown); 34] = [
    ("nemid-beside-mitid", Shown::Both(Eid::NemId)),
    ("mitid-beside-nemid", Shown::Both(Eid::MitId)),
    ("nemid", Shown::One(Eid::NemId)),
    ("mitid", Shown::One(Eid::MitId)),
    ("several-eids", Shown::Several),
    ("mitid-not-ready", Shown::NotReady),
    ("moving-on", Shown::MovingOn),
    ("cpr-nemid", Shown::Cpr(Eid::NemId, None)),
    ("cpr-mitid", Shown::Cpr(Eid::MitId, None)),
    ("cpr-wrong", Shown::Cpr(Eid::MitId, Some(Problem::Mismatch(2)))),
    ("cpr-malformed", Shown::Cpr(Eid::MitId, Some(Problem::Form))),
    ("cpr-mistyped", Shown::Cpr(Eid::MitId, Some(Problem::Mistyped(1)))),
    ("cpr-not-checked", Shown::Cpr(Eid::MitId, Some(Problem::Unavailable))),
    ("cpr-sent-along", Shown::CprHinted),
    ("level", Shown::Level),
    ("back-from-app", Shown::Resume),
    ("log-out", Shown::LogOut),
    ("logged-out", Shown::LoggedOut),
    ("answer", Shown::Answer),
    ("error-client", Shown::Error(ErrorKind::Client)),
    ("error-cookie", Shown::Error(ErrorKind::Cookie)),
    ("error-expired", Shown::Error(ErrorKind::Expired)),
    ("error-already-done", Shown::Error(ErrorKind::AlreadyDone)),
    ("error-nemid-closed", Shown::Error(ErrorKind::NemIdClosed)),
    ("error-not-ready", Shown::Error(ErrorKind::NoShadow)),
    ("error", Shown::Error(ErrorKind::Generic)),
    ("error-of-the-eid", Shown::Error(ErrorKind::TryAgain)),
    ("error-not-found", Shown::Error(ErrorKind::NotFound)),
    ("error-too-large", Shown::Error(ErrorKind::TooLarge)),
    ("error-too-many", Shown::Error(ErrorKind::TooMany)),
    ("error-unavailable", Shown::Error(ErrorKind::Unavailable)),
    ("error-no-cpr", Shown::Error(ErrorKind::NoCpr)),
    ("error-cpr-tries", Shown::Error(ErrorKind::CprTries)),
    ("error-cpr-too-late", Shown::Error(ErrorKind::CprTooLate)),
];

/// What is shown.
#[derive(Clone, Copy)]
enum Shown {
    Both(Eid),
    One(Eid),
    Several,
    NotReady,
    MovingOn,
    Cpr(Eid, Option<Problem>),
    CprHinted,
    Level,
    Resume,
    LogOut,
    LoggedOut,
    Answer,
    Error(ErrorKind),
}

/// A link that leads nowhere.
const NOWHERE: &str = "#main";
/// Stands where a page has a reference.
const REFERENCE: &str = "00000000000000000000000000000000";

/// `GET /preview/{token}` lists the pages, `GET /preview/{token}/{page}?lang=` shows one.
pub async fn preview<P: Ports>(ctx: &Context<'_, P>, token: &str, page: Option<&str>) -> Response {
    let Some(preview) = open(&ctx.keys, ctx.host(), token, ctx.now) else {
        return Response::text(404, "There is no such preview, or its day is over");
    };
    if let Some(digest) = &preview.digest {
        match ctx.ports.style(ctx.host(), digest).await {
            // The list of pages stays readable whatever a sheet does.
            Ok(Some(style)) if page.is_some() => ctx.dress.put_on(digest, style),
            Ok(Some(_)) => {}
            Ok(None) => return Response::text(404, "This style was replaced: make another preview"),
            Err(unavailable) => {
                Fault::from(unavailable).log(ctx.ports);
                return Response::text(503, "Try again later");
            }
        }
    }
    let lang = super::choose::chosen_language(ctx.request).unwrap_or_else(|| ctx.lang(None));
    let base = format!("{PATH}{token}");
    let Some(page) = page else {
        let names: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
        let listed =
            pages::preview::Listed { frame: frame(ctx, Some(lang.tag()), None), base: &base, names: &names };
        return Response::page(200, pages::preview::page(&listed));
    };
    let Some((name, shown)) = PAGES.iter().find(|(name, _)| *name == page) else {
        return Response::text(404, "Not found");
    };
    let language_href = format!("{base}/{name}?lang={}", lang.other().tag());
    let frame = Frame { app_class: Some("preview"), ..frame(ctx, Some(lang.tag()), Some(&language_href)) };
    let (status, markup) = render(frame, lang, *shown);
    reporting(ctx, Response::page(status, markup))
}

/// The page as it is, and a script of ours that tells what the policy has kept away: the one difference
/// from the headers of a real page. It runs first, to see all.
fn reporting<P: Ports>(ctx: &Context<'_, P>, mut page: Response) -> Response {
    let script = format!("{}/assets/preview.js", ctx.domain.issuer);
    page.body = page.body.replacen("<head>", "<head><script src=\"/assets/preview.js\"></script>", 1);
    // Their buttons are pressed by hand here.
    page.body = page.body.replace("<script src=\"/assets/form_post.js\" defer></script>", "");
    let policy = page.header("content-security-policy").unwrap_or_default();
    let policy = format!("script-src {script}; {policy}");
    page.with("content-security-policy", policy)
}

fn render(frame: Frame<'_>, lang: Lang, shown: Shown) -> (u16, Markup) {
    let (nemid_href, mitid_href) = (NOWHERE, NOWHERE);
    let side_by_side = |panel| Some(Pair::SideBySide { nemid_href, mitid_href, panel });
    let choose = |pair| (200, pages::choose::page(&choosing(frame, lang, pair)));
    let cpr = |eid, problem, hinted| {
        let view = CprPage { frame, eid, action: "", hinted, optional: true, problem, cancel_href: NOWHERE };
        (200, pages::cpr::page(&view))
    };
    match shown {
        Shown::Both(Eid::NemId) => choose(side_by_side(Panel::NemId)),
        Shown::Both(Eid::MitId) => choose(side_by_side(Panel::MitId)),
        Shown::One(Eid::NemId) => choose(Some(Pair::NemIdOnly { href: nemid_href })),
        Shown::One(Eid::MitId) => choose(Some(Pair::MitIdOnly { href: mitid_href })),
        Shown::Several => {
            let other = |eid, key| OtherEid { eid, for_employees: true, key, href: NOWHERE };
            let others = [other(Eid::NemId, "nemid"), other(Eid::MitId, "mitid")];
            let pair = side_by_side(Panel::NemId);
            (200, pages::choose::page(&Choose { others: &others, ..choosing(frame, lang, pair) }))
        }
        Shown::NotReady => {
            let to_register = ["https://app.example/callback"];
            let missing = NoShadow {
                client_id: "urn:example",
                mitid_domain: "mitid.example",
                to_register: &to_register,
            };
            choose(side_by_side(Panel::NoShadow(missing)))
        }
        Shown::Cpr(eid, problem) => cpr(eid, problem, None),
        Shown::CprHinted => cpr(Eid::MitId, None, Some(("210127-****", NOWHERE))),
        Shown::MovingOn => {
            (200, pages::moving_on::page(&MovingOn { frame, url: NOWHERE, to: Destination::MitId }))
        }
        Shown::Level => {
            let (asked, used) = (Assurance::High, Assurance::Substantial);
            let view = LevelPage {
                frame,
                eid: Eid::MitId,
                asked,
                used,
                reference: REFERENCE,
                again_href: NOWHERE,
                back_href: NOWHERE,
            };
            (403, pages::level::page(&view))
        }
        Shown::Resume => (200, pages::resume::page(frame)),
        Shown::LogOut => {
            let view = AskLogout { frame, problem: None, confirmation: Some(""), reference: REFERENCE };
            (200, pages::logout::ask(&view))
        }
        Shown::LoggedOut => (200, pages::logout::done(&LoggedOut { frame, frames: &[], next: None })),
        Shown::Answer => (200, pages::form_post::page(&FormPost { frame, action: "", fields: &[] })),
        Shown::Error(kind) => {
            let (start_again_href, back_href) = (Some(NOWHERE), Some(NOWHERE));
            let view = ErrorPage { frame, kind, reference: REFERENCE, start_again_href, back_href };
            (status(kind), pages::error::page(&view))
        }
    }
}

fn choosing<'a>(frame: Frame<'a>, lang: Lang, pair: Option<Pair<'a>>) -> Choose<'a> {
    Choose {
        frame,
        pair,
        others: &[],
        call: Call::LogOn,
        support_href: super::choose::SUPPORT,
        privacy_href: super::choose::privacy(lang),
        cancel_href: NOWHERE,
    }
}
