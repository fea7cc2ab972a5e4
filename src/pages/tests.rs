//! What holds for every page in both languages, whatever strings go in.

use maud::Markup;

use super::choose::{Call, Choose, NoShadow, OtherEid, Pair, Panel};
use super::demo::{DemoEnded, DemoHome, DemoMethod, DemoPick, DemoResult};
use super::error::{ErrorKind, ErrorPage};
use super::form_post::{self, FormPost};
use super::level::{Assurance, LevelPage};
use super::logout::{AskLogout, LoggedOut, Problem};
use super::moving_on::{Destination, MovingOn};
use super::simulator::Simulator;
use super::{Eid, Frame, Lang, choose, demo, error, level, logout, moving_on, rehearsal, resume, simulator};

/// Would be a script, an attribute or a second class wherever it is not escaped.
const HOSTILE: &str = r#"zq"><script>alert('1')</script> onclick=" style='"#;

const ERROR_KINDS: [ErrorKind; 15] = [
    ErrorKind::Unavailable,
    ErrorKind::Client,
    ErrorKind::Cookie,
    ErrorKind::Expired,
    ErrorKind::AlreadyDone,
    ErrorKind::NemIdClosed,
    ErrorKind::NoShadow,
    ErrorKind::Generic,
    ErrorKind::NotFound,
    ErrorKind::TooLarge,
    ErrorKind::TooMany,
    ErrorKind::TryAgain,
    ErrorKind::NoCpr,
    ErrorKind::CprTries,
    ErrorKind::CprTooLate,
];

fn frame<'a>(lang: Lang, s: &'a str) -> Frame<'a> {
    Frame {
        lang,
        service: Some(s),
        broker: s,
        host: s,
        app_class: Some(s),
        language_href: Some(s),
        look: None,
    }
}

fn log_on<'a>(lang: Lang, s: &'a str, pair: Option<Pair<'a>>, others: &'a [OtherEid<'a>]) -> String {
    let view = Choose {
        frame: frame(lang, s),
        pair,
        others,
        call: Call::LogOn,
        support_href: s,
        privacy_href: s,
        cancel_href: s,
    };
    choose::page(&view).into_string()
}

fn side_by_side<'a>(s: &'a str, panel: Panel<'a>) -> Option<Pair<'a>> {
    Some(Pair::SideBySide { nemid_href: s, mitid_href: s, panel })
}

fn choose_pages(lang: Lang, s: &str) -> Vec<String> {
    let others = [OtherEid { eid: Eid::NemId, for_employees: true, key: s, href: s }];
    let missing = NoShadow { client_id: s, mitid_domain: s, to_register: &[s, s] };
    vec![
        log_on(lang, s, side_by_side(s, Panel::NemId), &[]),
        log_on(lang, s, side_by_side(s, Panel::MitId), &others),
        log_on(lang, s, side_by_side(s, Panel::NoShadow(missing)), &[]),
        log_on(lang, s, Some(Pair::NemIdOnly { href: s }), &[]),
        log_on(lang, s, Some(Pair::MitIdOnly { href: s }), &[]),
        log_on(lang, s, None, &others),
    ]
}

fn error_page(lang: Lang, s: &str, kind: ErrorKind) -> String {
    let view = ErrorPage {
        frame: frame(lang, s),
        kind,
        reference: s,
        start_again_href: Some(s),
        back_href: Some(s),
    };
    error::page(&view).into_string()
}

fn simulated(lang: Lang, s: &str, eid: Eid, problem: Option<simulator::Problem>) -> String {
    let view = Simulator {
        frame: frame(lang, s),
        eid,
        action: s,
        request: s,
        people: &[(s, s)],
        message: Some(s),
        user: s,
        problem,
    };
    simulator::page(&view).into_string()
}

fn demo_pages(lang: Lang, s: &str) -> [Markup; 3] {
    let home = DemoHome {
        frame: frame(lang, s),
        clients: &[DemoPick { name: s, href: s, current: true }],
        prompts: &[
            DemoPick { name: "", href: s, current: true },
            DemoPick { name: s, href: s, current: false },
        ],
        methods: &[DemoMethod { acr: Some(s), href: s }, DemoMethod { acr: None, href: s }],
    };
    let result = DemoResult {
        frame: frame(lang, s),
        eid_used: s,
        kid: s,
        header: &[(s, s)],
        claims: &[(s, s)],
        userinfo: &[(s, s)],
        raw_token: s,
        again_href: s,
        logout_href: Some(s),
    };
    let ended = DemoEnded { frame: frame(lang, s), answer: &[(s, s)], again_href: s };
    [demo::home(&home), demo::result(&result), demo::ended(&ended)]
}

fn logout_pages(lang: Lang, s: &str) -> Vec<String> {
    let ask = |problem, confirmation| {
        let view = AskLogout { frame: frame(lang, s), problem, confirmation, reference: s };
        logout::ask(&view).into_string()
    };
    let done = |next| logout::done(&LoggedOut { frame: frame(lang, s), frames: &[], next }).into_string();
    vec![
        ask(None, Some(s)),
        ask(Some(Problem::Request), Some(s)),
        ask(Some(Problem::Address), None),
        done(None),
        done(Some(s)),
    ]
}

/// Every page, with one string in every gap.
fn pages(lang: Lang, s: &str) -> Vec<String> {
    let mut all = choose_pages(lang, s);
    all.extend(ERROR_KINDS.map(|kind| error_page(lang, s, kind)));
    for to in [Destination::MitId, Destination::Service, Destination::Named(s)] {
        all.push(moving_on::page(&MovingOn { frame: frame(lang, s), url: s, to }).into_string());
    }
    for eid in [Eid::NemId, Eid::MitId] {
        let problems = [None, Some(simulator::Problem::Unknown), Some(simulator::Problem::LacksIdentity)];
        all.extend(problems.map(|problem| simulated(lang, s, eid, problem)));
    }
    all.extend(demo_pages(lang, s).map(Markup::into_string));
    all.extend(logout_pages(lang, s));
    all.push(resume::page(frame(lang, s)).into_string());
    for is_closed in [true, false] {
        let view = rehearsal::Rehearsal { frame: frame(lang, s), is_closed, other_href: s };
        all.push(rehearsal::page(&view).into_string());
    }
    for (eid, asked) in
        [(Eid::MitId, Assurance::High), (Eid::MitId, Assurance::Substantial), (Eid::NemId, Assurance::Low)]
    {
        let (frame, used) = (frame(lang, s), Assurance::Low);
        let view = LevelPage { frame, eid, asked, used, reference: s, again_href: s, back_href: s };
        all.push(level::page(&view).into_string());
    }
    all
}

fn every_page(s: &str) -> impl Iterator<Item = (Lang, String)> {
    [Lang::Da, Lang::En]
        .into_iter()
        .flat_map(move |lang| pages(lang, s).into_iter().map(move |html| (lang, html)).collect::<Vec<_>>())
}

fn count(html: &str, part: &str) -> usize {
    html.matches(part).count()
}

/// The values of an attribute, wherever it stands.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_page_has_the_document_that_screen_readers_and_style_sheets_expect() {
    for (lang, html) in every_page("plain") {
        assert!(html.starts_with("<!DOCTYPE html><html lang=\""), "{html}");
        assert!(html.contains(&format!("<html lang=\"{}\">", lang.tag())), "{html}");
        assert!(html.contains("<meta name=\"viewport\""), "{html}");
        for once in ["<h1 ", "<main id=\"main\"", "<title>", "href=\"#main\""] {
            assert_eq!(count(&html, once), 1, "{once}: {html}");
        }
        for id in ["id=\"header\"", "id=\"headline\"", "id=\"description\"", "id=\"footer\""] {
            assert_eq!(count(&html, id), 1, "{id}: {html}");
        }
        assert!(html.contains("broker auth host-plain plain page-"), "{html}");
    }
}

#[test]
fn an_id_is_used_once_and_every_reference_has_its_target() {
    for (_, html) in every_page("plain") {
        let ids = values(&html, "id");
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}: {html}");
        }
        for attribute in ["for", "aria-labelledby", "aria-describedby", "list"] {
            for id in values(&html, attribute).iter().flat_map(|list| list.split(' ')) {
                assert!(ids.contains(&id), "{attribute}={id}: {html}");
            }
        }
    }
}

#[test]
fn every_visible_input_has_a_label() {
    for (_, html) in every_page("plain") {
        for input in html.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()) {
            if !input.contains("type=\"hidden\"") {
                let id = values(&format!(" {input}"), "id")[0].to_owned();
                assert_eq!(count(&html, &format!("<label for=\"{id}\"")), 1, "{input}");
            }
        }
    }
}

#[test]
fn each_text_is_there_in_both_languages_and_one_is_hidden() {
    for (lang, html) in every_page("plain") {
        let (shown, hidden) = (lang.tag(), lang.other().tag());
        let spans = count(&html, "class=\"lang lang-");
        assert_eq!(count(&html, &format!("class=\"lang lang-{shown}\" lang=\"{shown}\"><span")), spans / 2);
        let hidden = format!("class=\"lang lang-{hidden}\" lang=\"{hidden}\" hidden><span");
        assert_eq!(count(&html, &hidden), spans / 2);
    }
}

#[test]
fn nothing_is_inline_and_nothing_is_fetched_from_elsewhere() {
    for (_, html) in every_page("plain").chain(every_page(HOSTILE)) {
        for forbidden in
            ["<script", "<style", " style=\"", " onclick=\"", "<iframe", "<img", " src=\"", "@import"]
        {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
        let links: Vec<_> = html.split("<link ").skip(1).collect();
        // The MitID box has a sheet of its own, and so has the page for browsers that know no box.
        assert_eq!(links.len(), if html.contains("id=\"mitid-box\"") { 4 } else { 2 });
        assert!(links.iter().all(|link| link.contains("href=\"/assets/")), "{html}");
    }
}

#[test]
fn hostile_strings_stay_text() {
    for (_, html) in every_page(HOSTILE) {
        assert!(!html.contains("zq\""), "{html}");
        assert!(html.contains("zq&quot;&gt;&lt;script&gt;"), "{html}");
        assert!(html.contains(" host-zq---script-alert"), "{html}");
    }
}

#[test]
fn each_eid_on_offer_has_one_link_that_is_named_by_data_eid() {
    for lang in [Lang::Da, Lang::En] {
        let expected = [(1, 1), (1, 1), (1, 1), (1, 0), (0, 1), (0, 0)];
        for (html, (nemid, mitid)) in choose_pages(lang, "/go").iter().zip(expected) {
            assert_eq!(count(html, "data-eid=\"nemid\""), nemid, "{html}");
            assert_eq!(count(html, "data-eid=\"mitid\""), mitid, "{html}");
            assert_eq!(count(html, "data-eid="), nemid + mitid, "{html}");
            assert_eq!(count(html, "aria-current=\"true\""), nemid * mitid, "{html}");
        }
    }
}

#[test]
fn without_a_twin_nemid_can_be_used_and_mitid_has_no_start_button() {
    let html = &choose_pages(Lang::En, "plain")[2];
    assert!(html.contains("MitID is not ready at plain yet. Use NemID, or contact plain."));
    assert!(html.contains("data-eid=\"mitid\" aria-current=\"true\""));
    assert!(!html.contains("data-start="));
    assert!(html.contains("<details>"));
}

/// The MitID box as browsers show it, and what stands beside it for those that know no shadow roots.
fn box_of(html: &str) -> Option<(&str, &str)> {
    let (_, rest) = html.split_once("<div id=\"mitid-box\"><template shadowrootmode=\"closed\"")?;
    let (inside, rest) = rest.split_once("</template>")?;
    Some((inside, rest.split_once("<p class=\"ways-out\">")?.0))
}

#[test]
fn the_mitid_box_always_has_its_required_footer_and_wording() {
    let required = ["Log on with MitID</a>", "Powered by plain", ">MitID Support<", ">Privacy Policy<"];
    let boxes = choose_pages(Lang::En, "plain");
    let boxes: Vec<_> = boxes.iter().filter_map(|html| Some((html, box_of(html)?))).collect();
    assert_eq!(boxes.len(), 2, "beside NemID, and alone");
    for (html, (inside, beside)) in boxes {
        for part in required {
            assert_eq!((count(inside, part), count(beside, part)), (1, 1), "{part}: {html}");
            assert_eq!(count(html, part), 2, "{part}: {html}");
        }
        let start = "data-start=\"mitid\"";
        assert_eq!((count(inside, start), count(beside, start)), (1, 0), "{html}");
        assert!(!inside.contains("class=\"lang"), "its wording can't be replaced: {html}");
    }
}

#[test]
fn the_error_page_says_nothing_but_its_kind_and_the_reference() {
    for kind in ERROR_KINDS {
        let unknown = Frame { lang: Lang::En, broker: "edge-eid", host: "a.example", ..Frame::default() };
        let view =
            ErrorPage { frame: unknown, kind, reference: "R-1", start_again_href: None, back_href: None };
        let html = error::page(&view).into_string();
        assert_eq!(count(&html, "<code id=\"reference\">R-1</code>"), 1);
        assert_eq!(count(&html, "<a "), 1, "only the skip link: {html}");
    }
}

#[test]
fn the_refresh_stands_on_no_page_but_those_that_move_on() {
    for (_, html) in every_page("https://a.example/cb?x=';\"\u{e5} y") {
        let goes_on = html.contains("page-logged-out") && html.contains("id=\"continue\"");
        let moves = html.contains("page-moving-on") || goes_on;
        assert_eq!(count(&html, "http-equiv=\"refresh\""), usize::from(moves));
        let safe = "content=\"0; url=https://a.example/cb?x=%27%3B%22%C3%A5%20y\"";
        assert_eq!(count(&html, safe), usize::from(moves), "{html}");
    }
}

#[test]
fn an_ampersand_in_the_refresh_is_escaped_once() {
    let frame = Frame::default();
    let view = MovingOn { frame, url: "https://a.example/?a=1&b=2", to: Destination::Service };
    let html = moving_on::page(&view).into_string();
    assert!(html.contains("content=\"0; url=https://a.example/?a=1&amp;b=2\""), "{html}");
    assert!(html.contains("href=\"https://a.example/?a=1&amp;b=2\""), "{html}");
}

#[test]
fn an_unknown_test_person_is_told_at_the_top_and_at_the_field() {
    let html = simulated(Lang::En, "plain", Eid::MitId, Some(simulator::Problem::Unknown));
    assert!(html.contains("<title>Error: "));
    assert!(html.contains("<a href=\"#user\">There is no such test person."));
    assert!(html.contains("aria-describedby=\"user-hint user-error\" aria-invalid=\"true\""));
    assert!(!simulated(Lang::En, "plain", Eid::MitId, None).contains("aria-invalid"));
}

#[test]
fn the_simulator_says_that_it_is_one() {
    assert!(simulated(Lang::Da, "x", Eid::MitId, None).contains("ikke et rigtigt MitID"));
    assert!(simulated(Lang::En, "x", Eid::NemId, None).contains("not a real NemID"));
    assert!(!simulated(Lang::En, "x", Eid::NemId, None).contains("type=\"password\""));
}

/// The one page with a script, so it is not among "every page".
#[test]
fn the_carrier_of_a_posted_answer_escapes_it_and_works_without_its_script() {
    for lang in [Lang::Da, Lang::En] {
        let fields = [("state", HOSTILE), ("code", "plain")];
        let view =
            FormPost { frame: frame(lang, "plain"), action: "https://app.example/cb", fields: &fields };
        let html = form_post::page(&view).into_string();
        assert!(!html.contains("<script>") && !html.contains("zq\""), "{html}");
        assert!(html.contains("zq&quot;&gt;&lt;script&gt;"), "{html}");
        assert_eq!(count(&html, "<script src=\"/assets/form_post.js\" defer></script>"), 1, "{html}");
        assert_eq!(count(&html, "<script"), 1, "{html}");
        assert_eq!(count(&html, "type=\"submit\""), 1, "{html}");
        assert_eq!(count(&html, "<h1 "), 1, "{html}");
    }
}

#[test]
fn the_end_of_a_logout_loads_the_applications_frames_escaped_and_waits_for_them() {
    let frames = ["https://a.example/?iss=x&sid=y".to_owned(), format!("https://b.example/{HOSTILE}")];
    let view =
        LoggedOut { frame: frame(Lang::En, "plain"), frames: &frames, next: Some("https://c.example/") };
    let html = logout::done(&view).into_string();
    assert_eq!(count(&html, "<iframe hidden title=\"\" src=\"https://"), 2);
    assert!(html.contains("src=\"https://a.example/?iss=x&amp;sid=y\"") && !html.contains("<script>"));
    assert!(html.contains("content=\"3; url=https://c.example/\""));
}
