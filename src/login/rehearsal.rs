//! NemID's closing, rehearsed: for some, everything is as it will be once NemID has closed.
//!
//! `GET /rehearse` makes a browser one of them while the rehearsal lasts, `GET /rehearse?off` takes it
//! out. Anybody may call it: it takes NemID away from that browser alone, and no longer than the
//! rehearsal lasts. A pushed request knows no browser, so of these only the percentage counts.

use super::Context;
use super::attempt::AttemptId;
use super::refusal;
use crate::pages::rehearsal as view;
use crate::ports::Ports;
use crate::web::Response;

const COOKIE: &str = "__Host-rehearse";

/// Whether this attempt is one that rehearses.
pub fn is_chosen<P: Ports>(ctx: &Context<'_, P>, attempt: AttemptId) -> bool {
    let Some(rehearsal) = ctx.domain.rehearsal.filter(|rehearsal| !rehearsal.ends.is_over(ctx.now)) else {
        return false;
    };
    is_drawn(rehearsal.percent, attempt.0[0]) || ctx.request.cookie(COOKIE).is_some()
}

/// Whether a drawn byte is among so many of a hundred.
fn is_drawn(percent: u64, byte: u8) -> bool {
    u64::from(byte) * 100 < percent * 256
}

/// `GET /rehearse`: not found where nothing is rehearsed, and refused in frames and to scripts.
pub fn page<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let Some(rehearsal) = ctx.domain.rehearsal.filter(|rehearsal| !rehearsal.ends.is_over(ctx.now)) else {
        return Response::text(404, "Not found");
    };
    // What another site's page loads by itself, nobody asked for.
    if !ctx.request.is_top_level() {
        return Response::text(403, "This page stands by itself");
    }
    let is_closed = ctx.request.query != "off";
    let (value, seconds) = if is_closed { ("1", rehearsal.ends.seconds_after(ctx.now)) } else { ("", 0) };
    let view = view::Rehearsal {
        frame: refusal::frame(ctx, None, None),
        is_closed,
        other_href: if is_closed { "/rehearse?off" } else { "/rehearse" },
    };
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    Response::page(200, view::page(&view)).with_cookie(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_a_hundred_are_drawn_nobody_at_none_and_everybody_at_all() {
        for (percent, of_256) in [(0, 0), (1, 3), (25, 64), (50, 128), (100, 256)] {
            assert_eq!((0..=255).filter(|byte| is_drawn(percent, *byte)).count(), of_256, "{percent} %");
        }
    }
}
