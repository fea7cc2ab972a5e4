//! Ordering MitID: the tenant's pages, the operator's desk, and what comes of both.

#![allow(clippy::unwrap_used)]

mod support;

use edge_eid::dashboard::order_end;
use edge_eid::dashboard::order_form::TERMS_VERSION;
use edge_eid::dashboard::order_object::{Order, OrderAnswer, OrderCommand};
use edge_eid::dashboard::order_state::Step;
use edge_eid::dashboard::session::Employer;
use edge_eid::dashboard::team_object::{self, OPERATORS, TeamAnswer, TeamCommand};
use edge_eid::dashboard::{vies, webhook};
use edge_eid::model::url::WebUrl;
use edge_eid::model::{Environment, Role, UnixTime};
use serde_json::json;
use support::admin::domain_path;
use support::dashboard::{Got, Reader, World};

const ORDER: &str = "/t/acme/test/order";
const EDIT: &str = "/t/acme/test/order/edit";
const DESK: &str = "/orders/acme/test";
const PRODUCTION: &str = "/t/acme/production/order";
const PRODUCTION_DESK: &str = "/orders/acme/production";
const CVR: &str = "13585628";

const FORM: [(&str, &str); 9] = [
    ("company", "Acme A/S"),
    ("alias", "Acme"),
    ("prefix", "shop"),
    ("country", "DK"),
    ("vat", "13 58 56 28"),
    ("entity", "private"),
    ("contact_name", "Åse Ørn"),
    ("contact_email", "aase@acme.dk"),
    ("contact_phone", ""),
];

fn order_of(world: &World, tenant: &str, environment: Environment) -> Option<Order> {
    let look = TeamCommand::Order(OrderCommand::Look { environment });
    let TeamAnswer::Order(answer) = world.team(tenant, look) else { panic!() };
    let OrderAnswer::Order { order } = *answer else { panic!() };
    order
}

fn status(world: &World, environment: Environment) -> &'static str {
    order_of(world, "acme", environment).map_or("none", |order| order.state.word())
}

/// The form with some of it typed otherwise, for the version that its page shows.
fn save(reader: &Reader<'_>, edit: &str, changes: &[(&str, &str)]) -> Got {
    let page = reader.get(edit).expect(200);
    let mut pairs: Vec<(&str, &str)> = FORM.to_vec();
    for pair in &mut pairs {
        if let Some((_, value)) = changes.iter().find(|(name, _)| *name == pair.0) {
            pair.1 = value;
        }
    }
    let (version, base) = (page.input("version").unwrap().to_owned(), String::new());
    pairs.extend([("version", version.as_str()), ("base", base.as_str())]);
    reader.post(edit, &pairs)
}

/// Presses a button of a page, for the version that the page shows.
fn press(reader: &Reader<'_>, href: &str, act: &str, more: &[(&str, &str)]) -> Got {
    let page = reader.get(href).expect(200);
    let version = page.input("version").unwrap_or_default().to_owned();
    let mut pairs = vec![("version", version.as_str()), ("act", act)];
    pairs.extend(more);
    reader.post(href, &pairs)
}

fn accepted() -> [(&'static str, &'static str); 3] {
    [("terms_version", TERMS_VERSION), ("terms_general", "on"), ("terms_mitid", "on")]
}

/// A TEST order that was submitted.
fn submitted(world: &World) {
    let administrator = world.reader("acme", Role::Administrator);
    save(&administrator, EDIT, &[]).expect(303);
    press(&administrator, ORDER, "submit", &[]).expect(303);
}

fn log(world: &World, tenant: &str) -> Vec<String> {
    let command = TeamCommand::Events { after: None };
    let TeamAnswer::Events { events, .. } = world.team(tenant, command) else { panic!() };
    let orders = events.into_iter().filter(|event| event.what == "order");
    let mut said: Vec<String> =
        orders.map(|event| format!("{} {} {}>{}", event.by, event.about, event.from, event.to)).collect();
    said.reverse();
    said
}

#[test]
fn a_test_order_is_ready_to_complete_when_the_operator_has_approved_it() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let operator = world.reader("acme", Role::Operator);
    assert!(administrator.get(ORDER).expect(200).says("Begin an order"));
    save(&administrator, EDIT, &[("vat", "")]).expect(303);
    press(&administrator, ORDER, "submit", &[]).expect(303);

    let waiting = administrator.get(ORDER).expect(200);
    assert!(waiting.body.contains("disabled"), "Complete is not active yet");
    press(&administrator, ORDER, "complete", &[]).expect(409);
    assert!(operator.get("/orders").expect(200).says("Acme A/S"));
    press(&operator, DESK, "approve", &[]).expect(303);

    let domain = world.operator.get(&domain_path("acme", "shop.pp.mitid.dk")).expect(200).body;
    assert_eq!((&domain["enabled"], &domain["kind"]), (&json!(false), &json!("mitid")));
    assert_eq!((&domain["environment"], &domain["display_name"]), (&json!("TEST"), &json!("Acme")));
    let ready = administrator.get(ORDER).expect(200);
    assert!(ready.says("Domain ready") && !ready.body.contains(" disabled"), "{}", ready.body);

    press(&administrator, ORDER, "complete", &[]).expect(303);
    let domain = world.operator.get(&domain_path("acme", "shop.pp.mitid.dk")).expect(200).body;
    assert_eq!(domain["enabled"], true);
    let completed = administrator.get(ORDER).expect(200);
    assert!(completed.body.contains("/t/acme/test/domains/shop.pp.mitid.dk"), "{}", completed.body);
    assert!(operator.get("/orders").expect(200).says("No orders are waiting"));

    let (mine, theirs) = ("administrator-of-acme", "operator-of--");
    let expected = [
        format!("{mine} TEST >draft"),
        format!("{mine} TEST draft>submitted"),
        format!("{theirs} TEST submitted>verifying"),
        format!("{theirs} TEST verifying>at_operator"),
        format!("{theirs} TEST at_operator>domain_ready"),
        format!("{mine} TEST domain_ready>completed"),
    ];
    assert_eq!(log(&world, "acme"), expected);
}

fn production_domain(world: &World) {
    let body = json!({"environment": "PRODUCTION", "kind": "ordinary", "display_name": "Acme"});
    world.operator.put(&domain_path("acme", "login.acme.dk"), &body).expect(201);
}

#[test]
fn a_production_order_needs_a_domain_a_vat_number_and_the_terms() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let edit = format!("{PRODUCTION}/edit");
    save(&administrator, &edit, &[("vat", "")]).expect(303);
    let missing = press(&administrator, PRODUCTION, "submit", &accepted()).expect(422);
    assert!(missing.says("VAT number: This must be filled in."), "{}", missing.body);
    save(&administrator, &edit, &[]).expect(303);

    let none = press(&administrator, PRODUCTION, "submit", &accepted()).expect(409);
    assert!(none.says("ordinary domain in service in PRODUCTION"), "{}", none.body);
    production_domain(&world);

    let one = [("terms_version", TERMS_VERSION), ("terms_general", "on")];
    press(&administrator, PRODUCTION, "submit", &one).expect(422);
    let old = [("terms_version", "2020-01-01"), ("terms_general", "on"), ("terms_mitid", "on")];
    press(&administrator, PRODUCTION, "submit", &old).expect(409);
    assert_eq!(status(&world, Environment::Production), "draft");

    press(&administrator, PRODUCTION, "submit", &accepted()).expect(303);
    let terms = order_of(&world, "acme", Environment::Production).unwrap().terms.unwrap();
    assert_eq!((terms.version.as_str(), terms.by.as_str()), (TERMS_VERSION, "administrator-of-acme"));
    assert_eq!((terms.name.as_str(), terms.at), ("administrator-of-acme", world.now()));
    assert_eq!(status(&world, Environment::Test), "none", "the environments share nothing");
}

#[test]
fn a_production_order_goes_through_every_state() {
    let world = World::new();
    production_domain(&world);
    let administrator = world.reader("acme", Role::Administrator);
    let operator = world.reader("acme", Role::Operator);
    let is = |expected: &str| assert_eq!(status(&world, Environment::Production), expected);
    save(&administrator, &format!("{PRODUCTION}/edit"), &[]).expect(303);
    press(&administrator, PRODUCTION, "submit", &accepted()).expect(303);
    press(&operator, PRODUCTION_DESK, "ready", &[]).expect(409);
    press(&operator, PRODUCTION_DESK, "verify", &[]).expect(303);
    is("verifying");
    press(&operator, PRODUCTION_DESK, "approve", &[]).expect(303);
    is("at_operator");
    let host = domain_path("acme", "shop.mitid.dk");
    world.operator.get(&host).expect(404);
    press(&operator, PRODUCTION_DESK, "ready", &[]).expect(303);
    is("domain_ready");
    assert_eq!(world.operator.get(&host).expect(200).body["environment"], "PRODUCTION");
    press(&administrator, PRODUCTION, "withdraw", &[]).expect(409);
    press(&administrator, PRODUCTION, "complete", &[]).expect(303);
    is("completed");
}

#[test]
fn a_login_as_an_employee_of_the_company_is_proof_and_the_operator_sees_which() {
    for (cvr, vat, country, shown) in [
        (Some(CVR), CVR, "DK", "Employee login"),
        (Some("88146328"), CVR, "DK", "No employee login: the operator checks"),
        (None, CVR, "DK", "No employee login: the operator checks"),
        (Some("50223054"), "50223054", "SI", "No employee login: the operator checks"),
    ] {
        let world = World::new();
        let mut administrator = world.reader("acme", Role::Administrator);
        let asked_at = world.now();
        administrator.session.as_mut().unwrap().employer =
            cvr.map(|cvr| Employer { cvr: cvr.to_owned(), asked_at });
        save(&administrator, EDIT, &[("vat", vat), ("country", country)]).expect(303);
        press(&administrator, ORDER, "submit", &[]).expect(303);
        let page = world.reader("acme", Role::Operator).get(DESK).expect(200);
        assert!(page.says(shown), "{cvr:?} {vat}: {}", page.body);
    }
}

#[test]
fn an_order_says_the_country_of_its_vat_number_once_and_times_as_people_read_them() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    for (vat, shown) in [("13585628", "DK 13585628"), ("DK13585628", "DK13585628")] {
        save(&administrator, EDIT, &[("vat", vat), ("country", "DK")]).expect(303);
        let page = administrator.get(ORDER).expect(200);
        assert!(page.says(shown) && !page.says("DK DK"), "{}", page.body);
        assert!(page.says(" UTC") && !page.body.contains(".000Z"), "{}", page.body);
    }
}

#[test]
fn a_rejected_order_says_why_and_may_be_mended_and_submitted_again() {
    let world = World::new();
    submitted(&world);
    let operator = world.reader("acme", Role::Operator);
    let administrator = world.reader("acme", Role::Administrator);
    press(&operator, DESK, "reject", &[("reason", "  ")]).expect(422);
    let long = "x".repeat(501);
    let kept = press(&operator, DESK, "reject", &[("reason", &long)]).expect(422);
    assert!(kept.body.contains(&long), "what was typed is kept");
    press(&operator, DESK, "reject", &[("reason", "Who are <you>?")]).expect(303);
    assert!(operator.get("/orders").expect(200).says("No orders are waiting"));
    let rejected = administrator.get(ORDER).expect(200);
    assert!(rejected.body.contains("Who are &lt;you&gt;?"), "{}", rejected.body);
    save(&administrator, EDIT, &[("company", "Acme ApS")]).expect(303);
    press(&administrator, ORDER, "submit", &[]).expect(303);
    assert!(operator.get("/orders").expect(200).says("Acme ApS"));
}

#[test]
fn a_prefix_is_one_tenants_until_he_withdraws() {
    let world = World::new();
    submitted(&world);
    let other = world.reader("globex", Role::Administrator);
    let (order, edit) = ("/t/globex/test/order", "/t/globex/test/order/edit");
    save(&other, edit, &[]).expect(303);
    let taken = press(&other, order, "submit", &[]).expect(422);
    assert!(taken.says("Somebody else has this prefix already."), "{}", taken.body);
    assert!(taken.body.contains("value=\"shop\""), "what was typed is kept");
    press(&world.reader("acme", Role::Administrator), ORDER, "withdraw", &[]).expect(303);
    press(&other, order, "submit", &[]).expect(303);
    let desk = world.reader("globex", Role::Operator).get("/orders").expect(200);
    assert!(desk.body.contains("/orders/globex/test") && !desk.body.contains(DESK), "{}", desk.body);
}

#[test]
fn what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let long = "å".repeat(10_000);
    for (name, bad, said) in [
        ("company", long.as_str(), "The text is too long."),
        ("company", "Acme\u{202e}S/A", "The text has characters that cannot be seen."),
        ("alias", "a\u{0}b", "The text has characters that cannot be seen."),
        ("prefix", "admin", "This word is reserved."),
        ("prefix", "<b>", "Use letters a-z"),
        ("prefix", "søren", "Use letters a-z"),
        ("vat", "13585629", "A digit is wrong"),
        ("vat", "DE136695976", "The number belongs to another country."),
        ("contact_email", "aase", "Write an e-mail address"),
        ("contact_phone", "none", "Write a phone number."),
    ] {
        let again = save(&administrator, EDIT, &[(name, bad)]).expect(422);
        assert!(again.says(said), "{name}: {}", again.body.get(..4_000).unwrap_or(&again.body));
        assert!(again.body.contains(&format!("id=\"f-{name}-error\"")), "{name}");
        assert!(again.body.contains("value=\"aase@acme.dk\"") || name == "contact_email", "{name}");
        let escaped = bad.replace('<', "&lt;").replace('>', "&gt;");
        assert!(again.body.contains(&escaped), "{name} keeps what was typed");
    }
    assert_eq!(status(&world, Environment::Test), "none", "nothing was stored");
    // A draft may lack what is still to come.
    save(&administrator, EDIT, &[("company", ""), ("entity", ""), ("prefix", "")]).expect(303);
    let missing = press(&administrator, ORDER, "submit", &[]).expect(422);
    for field in ["Company name", "Domain prefix", "Public or private entity"] {
        assert!(missing.says(&format!("{field}: This must be filled in.")), "{field}");
    }
}

#[test]
fn the_second_of_two_administrators_is_told_what_changed_and_loses_nothing() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    save(&administrator, EDIT, &[]).expect(303);
    let page = administrator.get(EDIT).expect(200);
    let version = page.input("version").unwrap().to_owned();
    let base = page.input("base").unwrap().replace("&quot;", "\"").replace("&amp;", "&");
    save(&world.reader("acme", Role::Owner), EDIT, &[("alias", "Acme Shop")]).expect(303);
    let mut pairs = FORM.to_vec();
    pairs[0].1 = "Acme Holding A/S";
    pairs.extend([("version", version.as_str()), ("base", base.as_str())]);
    let again = administrator.post(EDIT, &pairs).expect(422);
    assert!(again.says("Somebody else has changed this"), "{}", again.body);
    assert!(again.body.contains("Acme Holding A/S") && again.says("Acme Shop"), "{}", again.body);
    // The order was submitted meanwhile: the button of the old page does nothing.
    let old = [("version", version.as_str()), ("act", "submit")];
    administrator.post(ORDER, &old).expect(409);
    assert_eq!(status(&world, Environment::Test), "draft");
}

#[test]
fn who_may_do_what() {
    let world = World::new();
    submitted(&world);
    let order = order_of(&world, "acme", Environment::Test).unwrap();
    let version = order.version.to_string();
    let acts = ["submit", "withdraw", "complete", "verify", "approve", "reject", "ready", "vies"];
    let pairs = |act: &'static str| [("version", version.clone()), ("act", act.to_owned())];
    let post = |reader: &Reader<'_>, href: &str, act: &'static str| {
        let pairs = pairs(act);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        (reader.post(href, &pairs).status, reader.post_exactly(href, &[], &pairs).status)
    };
    let viewer = world.reader("acme", Role::Viewer);
    let stranger = world.reader("globex", Role::Owner);
    let owner = world.reader("acme", Role::Owner);
    viewer.get(ORDER).expect(200);
    stranger.get(ORDER).expect(404);
    stranger.get(EDIT).expect(404);
    for act in acts {
        assert_eq!(post(&viewer, ORDER, act), (403, 403), "{act}");
        assert_eq!(post(&stranger, ORDER, act), (404, 404), "{act}");
        assert_eq!(post(&world.nobody(), ORDER, act), (401, 401), "{act}");
        for reader in [&viewer, &stranger, &owner] {
            assert_eq!(post(reader, DESK, act), (404, 404), "{act}");
        }
    }
    viewer.post(EDIT, &FORM).expect(403);
    stranger.post(EDIT, &FORM).expect(404);
    owner.post_exactly(EDIT, &[], &FORM).expect(403);
    for page in ["/orders", DESK] {
        owner.get(page).expect(404);
        world.nobody().get(page).expect(401);
    }
    // The operator's words mean nothing on the tenant's page.
    for act in ["verify", "approve", "reject", "ready", "vies"] {
        assert_eq!(post(&owner, ORDER, act), (400, 403), "{act}");
    }
    assert_eq!(order_of(&world, "acme", Environment::Test).unwrap(), order, "nobody changed anything");
    // Who decides is asked a moment before who he is.
    let operator = world.reader("acme", Role::Operator);
    world.later(3_000);
    let late = post(&operator, DESK, "approve");
    assert_eq!(late, (401, 401));
    operator.get(DESK).expect(401);
}

#[test]
fn a_queue_that_could_not_be_written_is_put_right_by_a_look_at_the_order() {
    for who in [Role::Administrator, Role::Operator] {
        let world = World::new();
        let administrator = world.reader("acme", Role::Administrator);
        let operator = world.reader("acme", Role::Operator);
        submitted(&world);
        world.breaks(OPERATORS, true);
        press(&administrator, ORDER, "withdraw", &[]).expect(303);
        world.breaks(OPERATORS, false);
        assert_eq!(status(&world, Environment::Test), "withdrawn", "the step counts all the same");
        assert!(operator.get("/orders").expect(200).says("Acme A/S"), "the queue does not know yet");
        match who {
            Role::Operator => operator.get(DESK).expect(200),
            _ => administrator.get(ORDER).expect(200),
        };
        assert!(operator.get("/orders").expect(200).says("No orders are waiting"), "{who:?}");
    }
}

#[test]
fn a_host_that_is_somebody_elses_leaves_the_order_with_the_operator() {
    let world = World::new();
    let body = json!({"environment": "TEST", "kind": "mitid", "display_name": "Globex"});
    world.operator.put(&domain_path("globex", "shop.pp.mitid.dk"), &body).expect(201);
    submitted(&world);
    let operator = world.reader("acme", Role::Operator);
    let taken = press(&operator, DESK, "approve", &[]).expect(409);
    assert!(taken.says("The domain is somebody else"), "{}", taken.body);
    assert_eq!(status(&world, Environment::Test), "submitted");
}

#[test]
fn an_approval_that_broke_off_after_the_domain_was_made_is_repeated() {
    let world = World::new();
    submitted(&world);
    let body = json!({"environment": "TEST", "kind": "mitid", "display_name": "Acme", "enabled": false});
    world.operator.put(&domain_path("acme", "shop.pp.mitid.dk"), &body).expect(201);
    press(&world.reader("acme", Role::Operator), DESK, "approve", &[]).expect(303);
    assert_eq!(status(&world, Environment::Test), "domain_ready");
}

#[test]
fn vies_says_valid_or_invalid_and_an_outage_stops_nobody() {
    let url = "https://vies.example/check";
    for (answer, said) in [
        (Some(json!({"valid": true, "name": "ACME A/S"})), "The number is in use. ACME A/S"),
        (Some(json!({"valid": false, "name": "---"})), "The number is not in use."),
        (
            Some(json!({"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]})),
            "No answer; to be checked.",
        ),
        (Some(json!({"valid": false, "errorWrappers": []})), "No answer; to be checked."),
        (Some(json!([])), "No answer; to be checked."),
        (None, "No answer; to be checked."),
    ] {
        let mut world = World::new();
        world.operator.ports.desk.orders.vies = Some(WebUrl::parse(url).unwrap());
        if let Some(answer) = &answer {
            let mut documents = world.operator.ports.upstreams.documents.borrow_mut();
            documents.insert(url.to_owned(), answer.to_string());
        }
        submitted(&world);
        let operator = world.reader("acme", Role::Operator);
        let page = operator.get(DESK).expect(200);
        assert!(page.says(said), "{answer:?}: {}", page.body);
        press(&operator, DESK, "vies", &[]).expect(303);
        press(&operator, DESK, "approve", &[]).expect(303);
    }
}

#[test]
fn vies_is_not_asked_unless_the_installation_says_so() {
    let world = World::new();
    submitted(&world);
    assert!(world.operator.ports.upstreams.fetched.borrow().is_empty());
    assert!(!world.reader("acme", Role::Operator).get(DESK).expect(200).says("VIES"));
}

#[test]
fn a_tenants_own_system_is_told_of_each_state_by_a_signed_request() {
    let world = World::new();
    let administrator = world.reader("acme", Role::Administrator);
    let page = "/t/acme/test/order/webhook";
    administrator.get(page).expect(200);
    for bad in ["http://hook.acme.dk/", "hook", "https://localhost/", "https://user@hook.acme.dk/"] {
        let again = administrator.post(page, &[("url", bad)]).expect(422);
        assert!(again.body.contains(&format!("value=\"{bad}\"")), "{bad} is kept");
    }
    world.reader("acme", Role::Viewer).post(page, &[("url", "https://hook.acme.dk/")]).expect(403);
    world.reader("globex", Role::Owner).get(page).expect(404);
    administrator.post_exactly(page, &[], &[("url", "https://hook.acme.dk/")]).expect(403);
    administrator.post(page, &[("url", "https://hook.acme.dk/orders")]).expect(303);
    submitted(&world);

    let teams = world.operator.ports.teams.borrow();
    let (hook, delivery) = webhook::next(&teams["acme"]).unwrap().unwrap();
    drop(teams);
    let shown = administrator.get(page).expect(200);
    assert!(shown.body.contains(&hook.secret(&[9; 32])), "whoever checks it needs the secret");
    let viewer = world.reader("acme", Role::Viewer).get(page).expect(200);
    assert!(!viewer.body.contains(&hook.secret(&[9; 32])));
    let body: serde_json::Value = serde_json::from_str(&delivery.body).unwrap();
    assert_eq!((&body["from"], &body["to"]), (&json!(""), &json!("draft")));
    assert_eq!((&body["tenant"], &body["environment"]), (&json!("acme"), &json!("TEST")));
    assert!(!delivery.body.contains("aase"), "no personal data leaves by it");

    let tell = || support::block_on(webhook::tell(&world.operator.ports, &hook, &delivery, world.now()));
    assert!(!tell(), "nobody answers");
    let mut documents = world.operator.ports.upstreams.documents.borrow_mut();
    documents.insert("https://hook.acme.dk/orders".to_owned(), String::new());
    drop(documents);
    assert!(tell());
    administrator.post(page, &[("url", "")]).expect(303);
    assert!(!administrator.get(page).expect(200).body.contains(&hook.secret(&[9; 32])));
}

#[test]
fn a_host_that_was_claimed_for_an_order_which_ended_meanwhile_is_taken_back() {
    let world = World::new();
    submitted(&world);
    let operator = world.reader("acme", Role::Operator);
    let seen = operator.get(DESK).expect(200);
    let version = seen.input("version").unwrap().to_owned();
    let order = order_of(&world, "acme", Environment::Test).unwrap();
    let withdraw = OrderCommand::Step {
        environment: Environment::Test,
        step: Step::Withdraw,
        version: order.version,
        by: "administrator-of-acme".to_owned(),
    };
    *world.operator.ports.meanwhile.borrow_mut() = Some(("acme".to_owned(), TeamCommand::Order(withdraw)));
    operator.post(DESK, &[("version", &version), ("act", "approve")]).expect(409);
    assert_eq!(status(&world, Environment::Test), "withdrawn");
    world.operator.get(&domain_path("acme", "shop.pp.mitid.dk")).expect(404);
}

// ---- what is kept, and for how long ----

/// What the object of a team does by its alarm; when it rings next.
fn ring(world: &World, team: &str) -> Option<UnixTime> {
    let mut teams = world.operator.ports.teams.borrow_mut();
    team_object::forget(teams.get_mut(team).unwrap(), world.now()).unwrap()
}

/// Whether a team's object keeps this anywhere.
fn keeps(world: &World, team: &str, text: &str) -> bool {
    format!("{:?}", world.operator.ports.teams.borrow()[team]).contains(text)
}

#[test]
fn five_years_after_its_end_an_order_says_nothing_of_anybody() {
    for end in ["complete", "reject", "withdraw", "leave it a draft"] {
        let world = World::new();
        let administrator = world.reader("acme", Role::Administrator);
        let operator = world.reader("acme", Role::Operator);
        save(&administrator, EDIT, &[]).expect(303);
        match end {
            "complete" => {
                press(&administrator, ORDER, "submit", &[]).expect(303);
                assert_eq!(ring(&world, "acme"), None, "one that waits for somebody is kept");
                press(&operator, DESK, "approve", &[]).expect(303);
                press(&administrator, ORDER, "complete", &[]).expect(303);
            }
            "reject" => {
                press(&administrator, ORDER, "submit", &[]).expect(303);
                press(&operator, DESK, "reject", &[("reason", "Ask Åse Ørn")]).expect(303);
            }
            "withdraw" => drop(press(&administrator, ORDER, "withdraw", &[]).expect(303)),
            _ => {}
        }
        let (ended, kept) = (world.now(), order_end::KEPT_SECONDS);
        assert_eq!(ring(&world, "acme"), Some(ended.plus(kept)), "{end}");
        world.later(kept - 1);
        assert_eq!(ring(&world, "acme"), Some(ended.plus(kept)), "{end}");
        assert!(keeps(&world, "acme", "Åse Ørn"), "{end}");

        world.later(1);
        let before = order_of(&world, "acme", Environment::Test).unwrap();
        assert_eq!(ring(&world, "acme"), None, "{end}");
        for said in ["Åse Ørn", "aase@acme.dk", CVR, "13 58 56 28", "Acme A/S"] {
            assert!(!keeps(&world, "acme", said), "{end}: {said}");
        }
        let after = order_of(&world, "acme", Environment::Test).unwrap();
        assert!(after.version > before.version, "{end}");
        let state = if end == "complete" { "completed" } else { "withdrawn" };
        assert_eq!((after.state.word(), after.at), (state, before.at), "{end}");
        let line = format!("schedule TEST {}>erased", before.state.word());
        assert_eq!(log(&world, "acme").pop(), Some(line), "the log says so");

        // Of one that came to something it is still known that it did; else another may be begun.
        let administrator = world.reader("acme", Role::Administrator);
        let page = administrator.get(ORDER).expect(200);
        assert_eq!(page.says("Erased five years after"), end == "complete", "{end}: {}", page.body);
        match end {
            "complete" => administrator.get(EDIT).expect(303),
            _ => save(&administrator, EDIT, &[]).expect(303),
        };
    }
}

#[test]
fn a_draft_is_kept_for_as_long_after_it_was_last_saved() {
    let world = World::new();
    save(&world.reader("acme", Role::Administrator), EDIT, &[]).expect(303);
    world.later(1_000);
    save(&world.reader("acme", Role::Administrator), EDIT, &[("alias", "Another")]).expect(303);
    assert_eq!(ring(&world, "acme"), Some(world.now().plus(order_end::KEPT_SECONDS)));
}

#[test]
fn what_vies_said_of_a_number_is_remembered_for_a_day_and_an_outage_is_not() {
    let url = "https://vies.example/check";
    let mut world = World::new();
    world.operator.ports.desk.orders.vies = Some(WebUrl::parse(url).unwrap());
    let asked = |world: &World| world.operator.ports.upstreams.fetched.borrow().len();
    let says = |world: &World, body: serde_json::Value| {
        world.operator.ports.upstreams.documents.borrow_mut().insert(url.to_owned(), body.to_string());
    };
    let ask = |world: &World| press(&world.reader("acme", Role::Operator), DESK, "vies", &[]).expect(303);
    says(&world, json!({"errorWrappers": [{"error": "MS_UNAVAILABLE"}]}));
    submitted(&world);
    ask(&world);
    assert_eq!(asked(&world), 2, "nobody answered, so it is asked again");

    says(&world, json!({"valid": true, "name": "ACME A/S"}));
    ask(&world);
    ask(&world);
    assert_eq!(asked(&world), 3);
    assert!(
        world.reader("acme", Role::Operator).get(DESK).expect(200).says("The number is in use. ACME A/S")
    );
    assert_eq!(ring(&world, OPERATORS), Some(world.now().plus(vies::KEPT_SECONDS)));

    world.later(vies::KEPT_SECONDS);
    ask(&world);
    assert_eq!(asked(&world), 4);
    world.later(vies::KEPT_SECONDS);
    ring(&world, OPERATORS);
    assert!(!keeps(&world, OPERATORS, CVR), "nothing is left");
}

#[test]
fn where_an_operator_begins_he_sees_how_many_orders_wait_for_him() {
    let world = World::new();
    let (operator, administrator) =
        (world.reader("acme", Role::Operator), world.reader("acme", Role::Administrator));
    let waiting = |reader: &Reader<'_>| {
        let page = reader.get("/tenants").expect(200);
        let link = page.body.split("<main").nth(1).unwrap().contains("href=\"/orders\"");
        assert_eq!(link, page.says("Orders that wait for the operator"));
        link && page.says("Orders that wait for the operator: 1")
    };
    assert!(!waiting(&operator));
    submitted(&world);
    assert!(waiting(&operator) && !waiting(&administrator));
    press(&operator, DESK, "approve", &[]).expect(303);
    assert!(!waiting(&operator), "it waits for the tenant");
}
