//! NemID's closing, rehearsed: for some, everything is as it will be once NemID has closed.
//!
//! `GET /rehearse` makes a browser one of them while the rehearsal lasts, `GET /rehearse?off` takes it
//! out. Anybody may call it: it takes NemID away from that browser alone, and no longer than the
//! rehearsal lasts. A pushed request knows no browser, so of these only the percentage counts.

use super::Context;
use super::attempt::AttemptId;
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

/// `GET /rehearse`: not found where nothing is rehearsed.
pub fn page<P: Ports>(ctx: &Context<'_, P>) -> Response {
    let Some(rehearsal) = ctx.domain.rehearsal.filter(|rehearsal| !rehearsal.ends.is_over(ctx.now)) else {
        return Response::text(404, "Not found");
    };
    let (value, seconds, text) = match ctx.request.query.as_str() {
        "off" => ("", 0, "NemID er \u{e5}ben i denne browser. NemID is open in this browser."),
        _ => (
            "1",
            rehearsal.ends.seconds_after(ctx.now),
            "NemID er lukket i denne browser, s\u{e5} l\u{e6}nge pr\u{f8}ven varer. NemID is closed in this \
             browser while the rehearsal lasts. /rehearse?off",
        ),
    };
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    Response::text(200, text).with_cookie(cookie)
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
