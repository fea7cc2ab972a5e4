//! `…/environments/TEST/test-people`: a tenant's own test people of the simulators. They are published with
//! its TEST domains; a broker without simulators has no use for them.

use super::call::{Answer, Call, item_json, path, written_json};
use super::change::{Plan, Stop, put as plan, touched_by_keys};
use super::command::{Action, Conflict, Precondition};
use super::configuration::Configuration;
use super::input::{self, Fields, display_name, parsed, word};
use super::problem::{Failure, Problem};
use super::record::{Record, Scope, Target};
use super::rfc3339;
use super::rules::check_precondition;
use crate::eid::{Cpr, Level};
use crate::json::Json;
use crate::model::names::InvalidName;
use crate::model::test_person::{TEST_PEOPLE_MAX, TestPerson};
use crate::model::{Environment, UnixTime};
use crate::ports::Management;
use crate::rows::Rows;
use serde_json::{Value, json};

/// Most characters of the name that is typed.
const USER_MAX_CHARACTERS: usize = 32;
/// Digits of a CVR number.
const CVR_DIGITS: usize = 8;
const LEVELS: [(&str, Level); 3] =
    [("low", Level::Low), ("substantial", Level::Substantial), ("high", Level::High)];

/// `GET …/test-people`
pub async fn list<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str) -> Answer {
    check_environment(environment)?;
    call.list(&call.tenant_id(tenant)?, Scope::TestPeople, show).await
}

/// `GET …/test-people/{user}`
pub async fn get<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str, user: &str) -> Answer {
    check_environment(environment)?;
    let item = call.get(&call.tenant_id(tenant)?, Target::TestPerson { user: user.to_owned() }).await?;
    Ok(item_json(item.version, &show(&item.record)))
}

/// `DELETE …/test-people/{user}`
pub async fn delete<P: Management>(
    call: &Call<'_, P>,
    tenant: &str,
    environment: &str,
    user: &str,
) -> Answer {
    check_environment(environment)?;
    call.remove(&call.tenant_id(tenant)?, Target::TestPerson { user: user.to_owned() }).await
}

/// `PUT …/test-people/{user}`
pub async fn put<P: Management>(call: &Call<'_, P>, tenant: &str, environment: &str, user: &str) -> Answer {
    check_environment(environment)?;
    let tenant = call.tenant_id(tenant)?;
    let precondition = input::precondition(call.request)?;
    let person = read(Fields::of(call.request)?, user, call.now)?;
    let at = path(&["tenants", tenant.as_str(), "environments", environment, "test-people", user]);
    let done = call.write(&tenant, call.change(precondition, Action::PutTestPerson(person))).await?;
    Ok(written_json(&done, &at, show))
}

/// There are none in PRODUCTION.
fn check_environment(raw: &str) -> Result<(), Failure> {
    if raw == Environment::Test.as_str() { Ok(()) } else { Err(Problem::not_found().into()) }
}

fn read(mut fields: Fields, user: &str, now: UnixTime) -> Result<TestPerson, Problem> {
    fields.ignore(&["user", "warnings", "published"]);
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let fits = (1..=USER_MAX_CHARACTERS).contains(&user.len()) && user.chars().all(is_name);
    fields.demand("user", fits, "1 to 32 of a to z, 0 to 9, full stop, underscore and hyphen");
    let name = fields.required("name", parsed(display_name));
    let birthdate = fields.required("birthdate", parsed(|raw| date(raw, now)));
    let cpr = fields.optional("cpr", parsed(|raw| cpr(raw, now)));
    let reaches = fields.optional("reaches", word(&LEVELS, "low, substantial or high"));
    let cvr = fields.optional("cvr", parsed(cvr));
    let organisation = fields.optional("organisation", parsed(display_name));
    let is_whole = cvr.is_some() == organisation.is_some()
        || fields.has_error("cvr")
        || fields.has_error("organisation");
    fields.demand("organisation", is_whole, "cvr and organisation go together");
    let Some((name, birthdate)) = name.zip(birthdate) else { return Err(fields.refusal()) };
    fields.finish()?;
    let (user, reaches) = (user.to_owned(), reaches.unwrap_or(Level::High));
    Ok(TestPerson { user, name, birthdate, cpr, reaches, cvr, organisation })
}

fn date(raw: &str, now: UnixTime) -> Result<String, InvalidName> {
    // What our clock can't say is before 1970, where people are born as well.
    let rest = raw.get(4..).unwrap_or_default();
    let year = raw.get(..4).and_then(|year| year.parse::<u64>().ok()).unwrap_or_default();
    let exists = |year: u64| rfc3339::parse(&format!("{year}{rest}T00:00:00Z"));
    // The calendar repeats itself every 400 years.
    let is_past = exists(year).is_none_or(|born| born.is_over(now));
    let fits = raw.len() == 10 && (1850..2400).contains(&year) && is_past && exists(year + 400).is_some();
    if fits { Ok(raw.to_owned()) } else { Err(InvalidName("a date that is past, such as 1985-05-06")) }
}

fn cpr(raw: &str, now: UnixTime) -> Result<Cpr, InvalidName> {
    let cpr = Cpr::parse(raw, Environment::Test, now)
        .map_err(|_| InvalidName("ten digits that begin with a date, such as 660585-0008"))?;
    // Whoever opens the simulator reads it, and it lies in KV and in backups.
    if cpr.is_nobodys() { Ok(cpr) } else { Err(InvalidName("only a number of nobody: add 60 to its day")) }
}

fn cvr(raw: &str) -> Result<String, InvalidName> {
    let fits = raw.len() == CVR_DIGITS && raw.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(raw.to_owned()) } else { Err(InvalidName("eight digits")) }
}

/// Makes or replaces a test person; pure, for the tenant's object.
///
/// # Errors
/// [`Stop::Absent`] before TEST has a domain, and a conflict where there are as many as there may be.
pub fn decide<R: Rows>(
    stored: &Configuration<'_, R>,
    precondition: &Precondition,
    wanted: &TestPerson,
) -> Result<Plan, Stop> {
    stored.environment(Environment::Test)?.ok_or(Stop::Absent)?;
    let old = stored.get(&Target::TestPerson { user: wanted.user.clone() })?;
    check_precondition(precondition, old.as_ref())?;
    if old.is_none() && stored.count(&Scope::TestPeople, TEST_PEOPLE_MAX)? >= TEST_PEOPLE_MAX {
        return Err(Conflict::LimitReached.into());
    }
    let touched = touched_by_keys(stored, Environment::Test)?;
    plan(old, Record::TestPerson(wanted.clone()), touched)
}

/// A test person as the API shows it, with a warning where the CPR number may be somebody's: such a one is
/// taken from a backup only.
pub fn show(record: &Record) -> Value {
    shown(record, |cpr| cpr.digits().to_owned())
}

/// For the log of changes, which holds no CPR number, whoever's it is.
pub fn redacted(record: &Record) -> Value {
    shown(record, Cpr::masked)
}

fn shown(record: &Record, say: fn(&Cpr) -> String) -> Value {
    let Record::TestPerson(person) = record else { return Value::Null };
    let may_be_real = person.cpr.as_ref().is_some_and(|cpr| !cpr.is_nobodys());
    let warning = json!({
        "code": "cpr_may_be_real",
        "detail": "this CPR number may be a real person's; add 60 to its day",
    });
    json!({
        "user": person.user,
        "name": person.name,
        "birthdate": person.birthdate,
        "cpr": person.cpr.as_ref().map(say),
        "reaches": person.reaches.write(),
        "cvr": person.cvr,
        "organisation": person.organisation,
        "warnings": if may_be_real { vec![warning] } else { Vec::new() },
    })
}
