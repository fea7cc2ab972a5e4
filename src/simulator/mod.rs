//! Stand-ins for MitID and NemID, and a demo application: TEST domains only, and only in builds
//! with the cargo feature `simulator`. A production build holds none of this.
//!
//! Each simulator is an OpenID provider on its own path, reached through the same connector as a
//! certified broker. It keeps nothing: requests, codes and tokens are sealed texts. Its signing
//! key stands in the repository, for it vouches for test people only.

mod demo;
mod made;
mod people;
mod provider;

use crate::eid::Eid;
use crate::login::Context;
use crate::model::Environment;
use crate::ports::Ports;
use crate::web::{Method, Response};

/// Answers a simulator's or the demo's path; `None` for any other, and on PRODUCTION domains.
pub async fn handle<P: Ports>(ctx: &Context<'_, P>, segments: &[&str]) -> Option<(&'static str, Response)> {
    use Method::{Get, Post};
    if ctx.domain.environment != Environment::Test {
        return None;
    }
    Some(match (ctx.request.method, segments) {
        (Get, [""]) => ("demo", demo::home(ctx).await),
        (Get, ["demo", "login"]) => ("demo_login", demo::login(ctx)),
        (Get, ["demo", "callback"]) => ("demo_callback", demo::callback(ctx).await),
        (method, ["simulator", eid, rest @ ..]) => {
            let eid = Eid::parse(eid)?;
            match (method, rest) {
                (Get, [".well-known", "openid-configuration"]) => {
                    ("simulator_discovery", provider::discovery(ctx, eid))
                }
                (Get, ["jwks"]) => ("simulator_jwks", provider::jwks()),
                (Get, ["authorize"]) => ("simulator_authorize", provider::authorize(ctx, eid).await),
                (Post, ["authorize"]) => ("simulator_answer", provider::answer(ctx, eid).await),
                (Post, ["cpr-match"]) => ("simulator_cpr_match", provider::cpr_match(ctx, eid).await),
                (Post, ["token"]) => ("simulator_token", provider::token(ctx, eid).await),
                (Get, ["userinfo"]) => ("simulator_userinfo", provider::userinfo(ctx, eid).await),
                _ => return None,
            }
        }
        _ => return None,
    })
}
