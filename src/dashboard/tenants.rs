//! The tenants that somebody may open, and making one.

use super::api::{Condition, path};
use super::order_calls;
use super::ports::Dashboard;
use super::set_up;
use super::stop::{Page, Stop};
use super::visit::Visit;
use crate::model::names::TENANT_ID_MAX_BYTES;
use crate::model::{Role, TenantId};
use crate::pages::dashboard::tenants as view;
use crate::pages::letters::lower;
use crate::web::{Method, Response, encode_pairs, with_query};
use serde_json::json;

/// Most characters of a search that are looked at.
const SEARCH_MAX_CHARS: usize = 64;

/// Where somebody begins: in his only tenant, or at their list.
///
/// # Errors
/// [`Stop`].
pub async fn start<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    match visit.tenants.as_slice() {
        [only] if !visit.is_operator().await? => Ok(Response::see_other(&format!("/t/{only}/test"))),
        _ => Ok(Response::see_other("/tenants")),
    }
}

/// His tenants; for an operator all of them, a page at a time.
///
/// # Errors
/// [`Stop`].
pub async fn list<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    let query = visit.request.query_parameters().map_err(|_| Stop::Malformed)?;
    let is_operator = visit.is_operator().await?;
    let searched: String = query.get("q").unwrap_or_default().chars().take(SEARCH_MAX_CHARS).collect();
    let (rows, next) = if is_operator {
        // Ids begin as what is searched for: the directory reads from there, and no page reads them all.
        let wanted = lower(&searched);
        let after = query.get("after").map(str::to_owned).or_else(|| just_before(&wanted));
        let (items, next) = visit.operator_api().page(&path(&["tenants"]), after.as_deref()).await?;
        let text = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let rows: Vec<(String, String)> = items
            .iter()
            .map(|item| (text(item, "id"), text(item, "name")))
            .filter(|(id, _)| id.starts_with(&wanted))
            .collect();
        let more = rows.len() == items.len();
        (rows, next.filter(|_| more))
    } else {
        (visit.tenants.iter().map(|id| (id.to_string(), id.to_string())).collect(), None)
    };
    let next = next
        .map(|after| with_query("/tenants", &encode_pairs([("q", searched.as_str()), ("after", &after)])));
    let waiting = if is_operator { order_calls::waiting(visit).await? } else { (0, false) };
    let frame = visit.frame(is_operator);
    let next = next.as_deref();
    let page = view::List { frame: &frame, rows: &rows, next, searched: &searched, waiting };
    Ok(Response::page(200, view::list(&page)))
}

/// An id that comes before all that begin with `wanted`, and after nearly all others before them: the list
/// goes on after it. Ids are made of `-`, digits and letters, in this order.
fn just_before(wanted: &str) -> Option<String> {
    let last = wanted.bytes().last()?;
    let rest = wanted.get(..wanted.len() - 1)?;
    let before = match last {
        b'-' => return Some(rest.to_owned()).filter(|rest| !rest.is_empty()),
        b'0' => '-',
        b'a' => '9',
        b'1'..=b'9' | b'b'..=b'z' => char::from(last - 1),
        _ => return None,
    };
    let mut id = format!("{rest}{before}");
    id.extend(std::iter::repeat_n('z', TENANT_ID_MAX_BYTES.saturating_sub(id.len())));
    TenantId::parse(&id).ok().map(|id| id.as_str().to_owned())
}

/// Makes a tenant, and the link for its first owner.
///
/// # Errors
/// [`Stop::NotFound`] for whoever is no operator.
pub async fn make<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    visit.check_operator().await?;
    // It shows a link that makes an owner.
    visit.check_fresh()?;
    let frame = visit.frame(true);
    let mut page = view::Make { frame: &frame, id: "", name: "", problem: None, link: None };
    if visit.request.method == Method::Get {
        return Ok(Response::page(200, view::make(&page)));
    }
    let form = visit.form()?;
    page.id = form.get("id").unwrap_or_default();
    page.name = form.get("name").unwrap_or_default();
    let body = json!({ "name": page.name.trim() });
    let resource = path(&["tenants", page.id.trim()]);
    let made = match TenantId::parse(page.id.trim()) {
        Ok(_) => visit.operator_api().change(Method::Put, &resource, Condition::New, Some(&body)).await?,
        Err(rule) => {
            page.problem = Some(view::Problem::Said(rule.0));
            return Ok(Response::page(422, view::make(&page)));
        }
    };
    let told;
    match made {
        Ok(_) => {
            let by = &visit.session.person;
            let team = page.id.trim();
            let link = set_up::invite(visit.ports, team, page.name, Role::Owner, by, visit.now).await?;
            page.link = link.as_deref();
            Ok(Response::page(201, view::make(&page)))
        }
        Err(refused) if refused.status == 412 => {
            page.problem = Some(view::Problem::Taken);
            Ok(Response::page(422, view::make(&page)))
        }
        Err(refused) => {
            told = refused.errors.first().map_or(refused.text.clone(), |(_, detail)| detail.clone());
            page.problem = Some(view::Problem::Said(&told));
            Ok(Response::page(422, view::make(&page)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::just_before;

    #[test]
    fn a_search_begins_right_before_what_it_looks_for() {
        for (wanted, skipped, found) in
            [("ini", "inhzz", "ini"), ("a", "9zz", "a"), ("b0", "b-zz", "b0"), ("ab-", "aaz", "ab-c")]
        {
            let after = just_before(wanted).unwrap();
            assert!(after.as_str() > skipped || wanted.starts_with(&after), "{after}");
            assert!(after.as_str() < found, "{after}");
        }
        for nowhere in ["", "0", "-", "Æ", "%"] {
            assert_eq!(just_before(nowhere), None, "{nowhere}");
        }
    }
}
