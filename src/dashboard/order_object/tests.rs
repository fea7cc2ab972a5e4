//! Orders in memory.

use super::*;
use crate::dashboard::order_form::{Entity, TERMS_VERSION};
use crate::dashboard::team_object::{self, TeamAnswer, TeamCommand};
use crate::dashboard::vat::VatId;
use crate::json;
use crate::model::Host;
use crate::rows::MemoryRows;

const NOW: UnixTime = UnixTime(1_795_000_000);
const TEST: Environment = Environment::Test;

fn told(rows: &mut MemoryRows, command: OrderCommand, now: UnixTime) -> OrderAnswer {
    // As it goes by the wire.
    let command = json::read(&json::write(&TeamCommand::Order(command))).unwrap();
    match team_object::apply(rows, &command, now).unwrap() {
        TeamAnswer::Order(answer) => json::read(&json::write(&*answer)).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

fn prefix(raw: &str) -> Prefix {
    Prefix::parse(raw).unwrap()
}

fn submission() -> Submission {
    Submission {
        details: Details {
            company: "Acme A/S".to_owned(),
            alias: "Acme".to_owned(),
            prefix: prefix("acme"),
            vat: Some(VatId::parse("DK13585628", None).unwrap()),
            entity: Entity::Private,
            contact_name: "Åse".to_owned(),
            contact_email: "aase@acme.example".to_owned(),
            contact_phone: None,
        },
        terms: Some(Terms {
            version: TERMS_VERSION.to_owned(),
            by: "me".to_owned(),
            name: "Åse".to_owned(),
            at: NOW,
        }),
        proof: Proof::EmployeeLogin { cvr: "13585628".to_owned(), asked_at: NOW },
        vies: None,
    }
}

fn look(rows: &mut MemoryRows) -> Option<Order> {
    match told(rows, OrderCommand::Look { environment: TEST }, NOW) {
        OrderAnswer::Order { order } => order,
        other => panic!("{other:?}"),
    }
}

fn version(rows: &mut MemoryRows) -> u64 {
    look(rows).map_or(0, |order| order.version)
}

fn save(rows: &mut MemoryRows, company: &str) -> OrderAnswer {
    let form = Form { company: company.to_owned(), ..Form::default() };
    let version = version(rows);
    told(rows, OrderCommand::Save { environment: TEST, form, version, by: "me".to_owned() }, NOW)
}

fn submit(rows: &mut MemoryRows, now: UnixTime) -> OrderAnswer {
    let (version, by) = (version(rows), "me".to_owned());
    told(rows, OrderCommand::Submit { environment: TEST, submission: submission(), version, by }, now)
}

fn take(rows: &mut MemoryRows, step: Step) -> OrderAnswer {
    let (version, by) = (version(rows), "operator".to_owned());
    told(rows, OrderCommand::Step { environment: TEST, step, version, by }, NOW)
}

fn host() -> Host {
    Host::parse("acme.pp.mitid.dk").unwrap()
}

fn events(rows: &mut MemoryRows) -> Vec<String> {
    let command = TeamCommand::Events { after: None };
    let TeamAnswer::Events { events, .. } = team_object::apply(rows, &command, NOW).unwrap() else {
        panic!()
    };
    let mut said: Vec<String> = events
        .into_iter()
        .map(|event| {
            assert_eq!((event.what.as_str(), event.about.as_str()), ("order", "TEST"));
            format!("{}: {} > {}", event.by, event.from, event.to)
        })
        .collect();
    said.reverse();
    said
}

#[test]
fn every_change_of_state_stands_in_the_log_with_who_did_it() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    save(&mut rows, "Acme A/S");
    submit(&mut rows, NOW);
    for step in [Step::Verify, Step::Approve, Step::Ready { host: host() }, Step::Complete] {
        assert!(matches!(take(&mut rows, step), OrderAnswer::Order { .. }));
    }
    let expected = [
        "me:  > draft",
        "me: draft > submitted",
        "operator: submitted > verifying",
        "operator: verifying > at_operator",
        "operator: at_operator > domain_ready",
        "operator: domain_ready > completed",
    ];
    assert_eq!(events(&mut rows), expected);
    assert_eq!(look(&mut rows).unwrap().state, State::Completed { host: host() });
}

#[test]
fn a_step_that_does_not_start_here_changes_nothing() {
    let mut rows = MemoryRows::default();
    for step in [Step::Submit, Step::Verify, Step::Complete, Step::Withdraw] {
        assert_eq!(take(&mut rows, step), OrderAnswer::Changed { order: None });
    }
    assert_eq!(rows, MemoryRows::default());
    save(&mut rows, "Acme");
    let before = rows.clone();
    assert!(matches!(take(&mut rows, Step::Approve), OrderAnswer::Changed { .. }));
    assert!(matches!(take(&mut rows, Step::Complete), OrderAnswer::Changed { .. }));
    assert_eq!(rows, before);
}

#[test]
fn whoever_has_seen_an_older_version_is_told_how_it_is_now() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    let seen = version(&mut rows);
    save(&mut rows, "Acme A/S");
    let form = Form { company: "Other".to_owned(), ..Form::default() };
    let late = OrderCommand::Save { environment: TEST, form, version: seen, by: "other".to_owned() };
    let OrderAnswer::Changed { order: Some(order) } = told(&mut rows, late, NOW) else { panic!() };
    assert_eq!(order.form.company, "Acme A/S");
}

#[test]
fn the_environments_have_an_order_each() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    let other = OrderCommand::Look { environment: Environment::Production };
    assert_eq!(told(&mut rows, other, NOW), OrderAnswer::Order { order: None });
}

#[test]
fn an_order_keeps_its_place_in_the_queue_when_it_is_submitted_again() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    submit(&mut rows, NOW);
    take(&mut rows, Step::Reject { reason: "the number".to_owned() });
    submit(&mut rows, NOW.plus(1_000));
    let order = look(&mut rows).unwrap();
    assert_eq!((order.state, order.queued_at), (State::Submitted, Some(NOW)));
}

#[test]
fn after_a_withdrawal_another_order_begins_with_nothing_of_the_first() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    submit(&mut rows, NOW);
    take(&mut rows, Step::Withdraw);
    let withdrawn = version(&mut rows);
    save(&mut rows, "Acme again");
    let order = look(&mut rows).unwrap();
    assert_eq!((order.terms, order.details, order.queued_at, order.proof), (None, None, None, None));
    assert!(order.version > withdrawn);
    assert_eq!(events(&mut rows).last().unwrap(), "me: withdrawn > draft");
}

#[test]
fn a_store_that_fails_changes_nothing() {
    let mut rows = MemoryRows::default();
    save(&mut rows, "Acme");
    let before = rows.clone();
    rows.broken = true;
    let (version, by) = (version(&mut rows), "me".to_owned());
    let command = OrderCommand::Submit { environment: TEST, submission: submission(), version, by };
    assert!(apply(&mut rows, &command, NOW).is_err());
    rows.broken = false;
    assert_eq!(rows, before);
}

// The operators' team.

fn row(tenant_id: &str, queued_at: UnixTime, version: u64) -> OpenOrder {
    OpenOrder {
        tenant: tenant(tenant_id),
        environment: TEST,
        status: "submitted".to_owned(),
        company: "Acme A/S".to_owned(),
        queued_at,
        at: queued_at,
        version,
    }
}

fn mirrored(rows: &mut MemoryRows, row: OpenOrder, is_open: bool, keeps_prefix: bool) {
    assert_eq!(told(rows, OrderCommand::Mirror { row, is_open, keeps_prefix }, NOW), OrderAnswer::Done);
}

fn reserved(rows: &mut MemoryRows, tenant_id: &str, raw: &str, version: u64) -> OrderAnswer {
    let (tenant, prefix) = (tenant(tenant_id), prefix(raw));
    told(rows, OrderCommand::Reserve { tenant, environment: TEST, prefix, version }, NOW)
}

fn queued(rows: &mut MemoryRows, after: Option<String>) -> (Vec<String>, Option<String>) {
    let OrderAnswer::Queue { rows, next } = told(rows, OrderCommand::Queue { after }, NOW) else { panic!() };
    (rows.iter().map(|row| row.tenant.to_string()).collect(), next)
}

#[test]
fn the_queue_has_the_oldest_first_and_an_order_once() {
    let mut rows = MemoryRows::default();
    mirrored(&mut rows, row("late", NOW.plus(9), 2), true, true);
    mirrored(&mut rows, row("early", NOW, 2), true, true);
    mirrored(&mut rows, row("early", NOW, 3), true, true);
    assert_eq!(queued(&mut rows, None), (vec!["early".to_owned(), "late".to_owned()], None));
    mirrored(&mut rows, row("early", NOW, 4), false, true);
    assert_eq!(queued(&mut rows, None).0, ["late"]);
}

#[test]
fn what_was_overtaken_changes_nothing_in_the_queue() {
    let mut rows = MemoryRows::default();
    mirrored(&mut rows, row("acme", NOW, 5), true, true);
    mirrored(&mut rows, row("acme", NOW, 4), false, true);
    assert_eq!(queued(&mut rows, None).0, ["acme"]);
    let before = rows.clone();
    rows.broken = true;
    mirrored(&mut rows, row("acme", NOW, 5), true, true);
    rows.broken = false;
    assert_eq!(rows, before, "the same again writes nothing");
}

#[test]
fn the_queue_has_pages() {
    let mut rows = MemoryRows::default();
    for n in 0..=QUEUE_PAGE {
        mirrored(&mut rows, row(&format!("t{n}"), NOW.plus(n as u64), 2), true, true);
    }
    let (first, next) = queued(&mut rows, None);
    assert_eq!(first.len(), QUEUE_PAGE);
    let (second, end) = queued(&mut rows, next);
    assert_eq!((second, end), (vec![format!("t{QUEUE_PAGE}")], None));
}

#[test]
fn a_prefix_is_one_tenants_until_he_takes_another_or_withdraws() {
    let mut rows = MemoryRows::default();
    assert_eq!(reserved(&mut rows, "acme", "shop", 1), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "acme", "shop", 1), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "globex", "shop", 1), OrderAnswer::Taken);
    assert_eq!(reserved(&mut rows, "acme", "store", 2), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "globex", "shop", 1), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "globex", "store", 1), OrderAnswer::Taken);
    mirrored(&mut rows, row("acme", NOW, 3), false, false);
    assert_eq!(reserved(&mut rows, "globex", "store", 1), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "initech", "shop", 1), OrderAnswer::Done, "globex has let it go");
}

#[test]
fn the_environments_have_prefixes_of_their_own() {
    let mut rows = MemoryRows::default();
    reserved(&mut rows, "acme", "shop", 1);
    let (tenant, prefix) = (tenant("globex"), prefix("shop"));
    let environment = Environment::Production;
    let command = OrderCommand::Reserve { tenant, environment, prefix, version: 1 };
    assert_eq!(told(&mut rows, command, NOW), OrderAnswer::Done);
}

#[test]
fn a_withdrawal_that_comes_late_lets_no_later_reservation_go() {
    let mut rows = MemoryRows::default();
    reserved(&mut rows, "acme", "shop", 6);
    mirrored(&mut rows, row("acme", NOW, 5), false, false);
    assert_eq!(reserved(&mut rows, "globex", "shop", 1), OrderAnswer::Taken);
}

#[test]
fn a_reservation_that_comes_late_takes_the_place_of_no_later_one() {
    let mut rows = MemoryRows::default();
    reserved(&mut rows, "acme", "store", 5);
    assert_eq!(reserved(&mut rows, "acme", "shop", 4), OrderAnswer::Taken);
    assert_eq!(reserved(&mut rows, "globex", "shop", 1), OrderAnswer::Done);
    assert_eq!(reserved(&mut rows, "globex", "store", 1), OrderAnswer::Taken);
}

#[test]
fn what_comes_after_a_withdrawal_and_was_sent_before_brings_nothing_back() {
    let mut rows = MemoryRows::default();
    reserved(&mut rows, "acme", "shop", 2);
    mirrored(&mut rows, row("acme", NOW, 3), true, true);
    mirrored(&mut rows, row("acme", NOW, 4), false, false);
    mirrored(&mut rows, row("acme", NOW, 3), true, true);
    assert_eq!(queued(&mut rows, None).0, [""; 0]);
    assert_eq!(reserved(&mut rows, "acme", "shop", 2), OrderAnswer::Taken);
    assert_eq!(reserved(&mut rows, "globex", "shop", 1), OrderAnswer::Done);
    // The next order of the same tenant counts on from there.
    assert_eq!(reserved(&mut rows, "acme", "store", 5), OrderAnswer::Done);
    mirrored(&mut rows, row("acme", NOW.plus(9), 6), true, true);
    assert_eq!(queued(&mut rows, None).0, ["acme"]);
}
