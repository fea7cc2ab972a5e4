//! Whatever is typed into a form of the dashboard: it is saved, or the page says beside the field what is
//! wrong and keeps everything as it was typed. Nothing of it becomes markup, and nothing is our fault.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::model::Role;
use serde_json::json;
use support::admin::path;
use support::dashboard::{Got, Reader, World};

/// The pages with forms, and whether an operator opens them.
const PAGES: &[(&str, bool)] = &[
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/eids", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/openid", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/pages", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/advanced", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/secrets", false),
    ("/t/acme/test/applications/acme.example/urn%3Aacme%3Aweb/secrets/new", false),
    ("/t/acme/test/applications/new/acme.example", false),
    ("/t/acme/test/domains/acme.example", false),
    ("/t/acme/test/domains/acme.example/closing", false),
    ("/t/acme/test/domains/mitid.example", false),
    ("/t/acme/test/domains/new", true),
    ("/t/acme/test/eids/mitid", false),
    ("/t/acme/test/eids/nemid/acme.example", false),
    ("/t/acme/test/styles/acme.example", false),
    ("/t/acme/test/keys", false),
    ("/t/acme/test/keys/postpone?eid=NemID&alg=RS256", false),
    ("/t/acme/test/order/edit", false),
    ("/t/acme/test/order/webhook", false),
    ("/t/acme/test/migration", false),
    ("/t/acme/test/migration/sunset/acme.example/urn%3Aacme%3Aweb", false),
    ("/t/acme/test/people", false),
    ("/t/acme/test/tokens/new", false),
    ("/t/acme/test/tools/link", false),
    ("/t/acme/test/tools/login", false),
    ("/t/acme/test/audit/team", false),
    ("/tenants/new", true),
];

/// A field as a browser has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Input {
    name: String,
    value: String,
    is_hidden: bool,
    /// Never shown again.
    is_secret: bool,
    /// Sent by whoever presses it.
    is_button: bool,
}

#[derive(Clone, Debug)]
struct Form {
    action: String,
    inputs: Vec<Input>,
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?;
    Some(unescaped(value.split('"').next()?))
}

/// The forms of a page that are sent by POST, but for the one that signs out. Boxes that are not ticked, and
/// radio buttons, are left out, as browsers leave them.
fn forms(body: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for part in body.split("<form").skip(1) {
        let (tag, rest) = part.split_once('>').unwrap();
        let inside = rest.split("</form>").next().unwrap();
        let action = attribute(tag, "action").unwrap_or_default();
        if attribute(tag, "method").as_deref() == Some("post") && action != "/sign-out" {
            forms.push(Form { action, inputs: inputs(inside) });
        }
    }
    forms
}

fn inputs(inside: &str) -> Vec<Input> {
    let mut all = Vec::new();
    for part in inside.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        let (Some(name), kind) = (attribute(tag, "name"), attribute(tag, "type").unwrap_or_default()) else {
            continue;
        };
        let is_ticked = tag.contains(" checked");
        let value = if tag.starts_with("textarea") {
            unescaped(after.strip_prefix('\n').unwrap_or(after))
        } else if tag.starts_with("select") {
            let from = inside.split(&format!("name=\"{name}\"")).nth(1).unwrap();
            let options = from.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected"));
            attribute(chosen.or(options.split("<option").nth(1)).unwrap_or_default(), "value")
                .unwrap_or_default()
        } else if kind == "checkbox" && !is_ticked {
            continue;
        } else {
            attribute(tag, "value").unwrap_or_default()
        };
        all.push(Input {
            name,
            value,
            is_hidden: kind == "hidden",
            is_secret: kind == "password",
            is_button: tag.starts_with("button"),
        });
    }
    all
}

/// Names of all fields, ticked or not.
fn names(body: &str, form: &Form) -> Vec<String> {
    let own =
        body.split(&format!("action=\"{}\"", form.action.replace('&', "&amp;"))).nth(1).unwrap_or_default();
    let own = own.split("</form>").next().unwrap();
    let tags = own.split('<').filter(|tag| !tag.starts_with("button") && !tag.contains("type=\"hidden\""));
    let mut names: Vec<String> = tags.filter_map(|tag| attribute(tag, "name")).collect();
    names.dedup();
    names
}

fn bad_values() -> Vec<(&'static str, String)> {
    let of = str::to_owned;
    vec![
        ("10 kB", "x".repeat(10_240)),
        ("NUL", of("a\u{0}b")),
        ("line ends", of("a\r\nset-cookie: b")),
        ("escape", of("\u{1b}[31mred")),
        ("markup", of("\"'><script>alert(1)</script><b>")),
        ("right to left", of("\u{202e}elpmaxe\u{2066}")),
        ("Greek", of("Ελληνικά")),
        ("Arabic", of("عربى")),
        ("Chinese", of("漢字")),
        ("emoji", of("👩‍🚀🔑")),
        ("negative", of("-1")),
        ("large", of("99999999999999999999999999")),
        ("JSON", of("{\"a\":[1,null,{}]}")),
        ("open JSON", of("[{")),
        ("address", of("javascript:alert(1)")),
        ("empty", String::new()),
    ]
}

/// What a browser makes of line ends in a text.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Everything that is wrong with an answer.
fn complaints(form: &Form, sent: &[(String, String)], name: &str, got: &Got) -> Vec<String> {
    let mut wrong = Vec::new();
    if !matches!(got.status, 200 | 201 | 303 | 409 | 422) {
        wrong.push(format!("status {}", got.status));
        return wrong;
    }
    for markup in ["<script>alert", "<b>", "'><"] {
        if got.body.contains(markup) {
            wrong.push(format!("unescaped {markup}"));
        }
    }
    if !got.response.headers.iter().all(|(_, value)| !value.contains(['\r', '\n', '\0'])) {
        wrong.push("a header".to_owned());
    }
    let again = forms(&got.body).into_iter().find(|again| again.action == form.action);
    if matches!(got.status, 409 | 422) {
        if !got.body.contains("role=\"alert\"") {
            wrong.push("no message".to_owned());
        }
        let Some(again) = &again else {
            wrong.push("the form is gone".to_owned());
            return wrong;
        };
        let is_settings = form.inputs.iter().any(|input| input.name == "base");
        // What is wrong may be what another field lacks, and with what can't be made at all it is no field.
        let own = format!("id=\"f-{}-error\"", name.split(':').next().unwrap().replace('.', "-"));
        let is_about_all = ["/new", "/new/acme.example"].iter().any(|end| form.action.ends_with(end));
        let another = is_about_all || name.contains(':') || name == "fapi2";
        if is_settings && !got.body.contains(&own) && !another {
            wrong.push("the message is not beside the field".to_owned());
        }
        for (name, value) in sent {
            let known = form.inputs.iter().find(|input| input.name == *name);
            if known.is_some_and(|input| input.is_hidden || input.is_secret || input.is_button) {
                continue;
            }
            let kept = again.inputs.iter().find(|input| input.name == *name);
            let is_secret = kept.is_some_and(|input| input.is_secret);
            let kept = kept.map_or(String::new(), |input| lines(&input.value));
            // A box that somebody ticked is on, whatever was sent for it.
            // A role that there is not is none to choose again.
            if kept != lines(value) && kept != "on" && name != "role" && !is_secret {
                let cut = |text: &str| text.chars().take(40).collect::<String>();
                wrong.push(format!("{name} is lost: {:?} for {:?}", cut(&kept), cut(value)));
            }
        }
    }
    wrong
}

fn pairs(sent: &[(String, String)]) -> Vec<(&str, &str)> {
    sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Types one value into one field of a form as it stands, and sends it.
fn typed(reader: &Reader<'_>, page: &str, at: usize, name: &str, value: &str) -> Vec<String> {
    let got = reader.get(page).expect(200);
    let Some(form) = forms(&got.body).into_iter().nth(at) else { return Vec::new() };
    let kept = form.inputs.iter().filter(|input| !input.is_button && input.name != name);
    let mut sent: Vec<(String, String)> = kept
        .filter(|input| input.name != "form_token")
        .map(|it| (it.name.clone(), it.value.clone()))
        .collect();
    sent.extend(form.inputs.iter().find(|it| it.is_button).map(|it| (it.name.clone(), it.value.clone())));
    for (known, usual) in [("client_id", "shop"), ("host", "shop.example"), ("display_name", "Shop")] {
        let empty = sent.iter_mut().find(|(name, value)| name == known && value.is_empty());
        if let Some((_, value)) = empty {
            usual.clone_into(value);
        }
    }
    sent.push((name.to_owned(), value.to_owned()));
    let got = reader.post(&form.action, &pairs(&sent));
    complaints(&form, &sent, name, &got)
}

fn furnished() -> World {
    let world = World::new();
    world.operator.upstream("acme", "acme.example", "nemid");
    let style = path(&["tenants", "acme", "domains", "acme.example", "style"]);
    world.operator.put(&style, &json!({ "stylesheet": "p { color: red }" })).expect(201);
    world
}

#[test]
fn whatever_is_typed_into_any_field_is_saved_or_complained_about_and_kept() {
    let mut all = Vec::new();
    let mut fields = 0;
    for (page, is_operators) in PAGES {
        // What is saved of one page is not what another is tried with.
        let world = furnished();
        let (owner, operator) = (world.reader("acme", Role::Owner), world.reader("", Role::Operator));
        let reader = if *is_operators { operator } else { owner };
        let got = reader.get(page).expect(200);
        let forms = forms(&got.body);
        assert!(!forms.is_empty(), "{page} has no form");
        for (at, form) in forms.iter().enumerate() {
            for name in names(&got.body, form) {
                fields += 1;
                for (what, value) in bad_values() {
                    let wrong = typed(&reader, page, at, &name, &value);
                    all.extend(wrong.into_iter().map(|wrong| format!("{page} {name} {what}: {wrong}")));
                }
            }
        }
    }
    assert!(all.is_empty(), "{}: {:#?}", all.len(), all);
    assert!(fields > 100, "{fields}");
}

#[test]
fn what_an_application_can_not_be_made_with_is_told_beside_the_field() {
    let world = World::new();
    let owner = world.reader("acme", Role::Owner);
    let new = "/t/acme/test/applications/new/acme.example";
    let usual = [("client_id", "shop"), ("name", "Shop"), ("redirect_uris", "https://shop.example/cb")];
    for (name, value) in
        [("client_id", "\u{202e}shop"), ("name", ""), ("redirect_uris", "javascript:alert(1)")]
    {
        let sent: Vec<(&str, &str)> =
            usual.map(|pair| if pair.0 == name { (name, value) } else { pair }).to_vec();
        let got = owner.post(new, &sent);
        assert_eq!(got.status, 422, "{name} {value:?}");
        assert!(got.body.contains(&format!("id=\"f-{name}-error\"")), "{name} {value:?}: {}", got.body);
    }
    owner.post(new, &usual).expect(303);
}

#[test]
fn a_colour_that_is_none_is_told_beside_it() {
    let world = furnished();
    let owner = world.reader("acme", Role::Owner);
    let page = "/t/acme/test/styles/acme.example";
    for (name, value) in
        [("colours.panel", "red"), ("colours_dark.link", "#12345g"), ("colours.text", "#ffffff")]
    {
        let found = owner.get(page).expect(200);
        let version = unescaped(found.input("version").unwrap());
        let got = owner.post(page, &[("version", &version), (name, value)]).expect(422);
        let beside = format!("id=\"f-{}-error\"", name.replace('.', "-"));
        assert!(got.body.contains(&beside), "{name}: {}", got.body);
    }
}

#[test]
fn a_form_with_a_field_too_few_or_twice_is_no_fault_of_ours() {
    for (page, is_operators) in PAGES {
        let world = furnished();
        let (owner, operator) = (world.reader("acme", Role::Owner), world.reader("", Role::Operator));
        let reader = if *is_operators { operator } else { owner };
        let got = reader.get(page).expect(200);
        for form in forms(&got.body) {
            for left_out in &form.inputs {
                let sent =
                    form.inputs.iter().filter(|it| it.name != left_out.name && it.name != "form_token");
                let sent: Vec<(&str, &str)> =
                    sent.map(|input| (input.name.as_str(), input.value.as_str())).collect();
                let less = reader.post(&form.action, &sent);
                let open = matches!(less.status, 200 | 201 | 303 | 400 | 409 | 422);
                assert!(open, "{page} without {}: {}", left_out.name, less.status);
                let twice =
                    [sent.as_slice(), &[(left_out.name.as_str(), "a"), (left_out.name.as_str(), "b")]];
                assert_eq!(
                    reader.post(&form.action, &twice.concat()).status,
                    400,
                    "{page} {}",
                    left_out.name
                );
            }
        }
    }
}
