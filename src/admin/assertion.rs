//! What the dashboard tells the admin API of the person that it speaks for. Pure: both sides use it.
//!
//! ```text
//! eeid-person.<tenant, or nothing>.<role>.<person>.<end, seconds since 1970>.<HMAC-SHA256 of all before>
//! ```
//! Both Workers hold the key, `DASHBOARD_KEY`, and nobody else: an assertion goes by a service binding
//! and never through a browser. It lives a minute, so that whoever lost a role has lost it here too.

use crate::model::{Role, TenantId, UnixTime};
use crate::vault::{base64url, equal, from_base64url, hkdf_sha256, hmac_sha256};

/// What an assertion begins with; no token of a tenant does.
pub const ASSERTION_PREFIX: &str = "eeid-person";
/// How long one counts, seconds.
pub const ASSERTION_SECONDS: u64 = 60;
/// Longest assertion that is looked at, bytes.
const ASSERTION_MAX_BYTES: usize = 240;

/// Somebody whom the dashboard knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The tenant he acts in; `None` for the installation's operator, who acts in all.
    pub tenant: Option<TenantId>,
    /// His role there.
    pub role: Role,
    /// His pseudonym, letters, digits, `-` and `_`.
    pub person: String,
}

impl Assertion {
    /// Says so until a minute from `now`.
    pub fn say(&self, key: &[u8; 32], now: UnixTime) -> String {
        let tenant = self.tenant.as_ref().map(TenantId::as_str).unwrap_or_default();
        let ends = now.plus(ASSERTION_SECONDS).0;
        let said = format!("{ASSERTION_PREFIX}.{tenant}.{}.{}.{ends}", self.role.as_str(), self.person);
        let mac = mac(key, &said);
        format!("{said}.{}", base64url(&mac))
    }

    /// Believes one that the dashboard made and that is not over.
    pub fn hear(text: &str, key: &[u8; 32], now: UnixTime) -> Option<Self> {
        if text.len() > ASSERTION_MAX_BYTES {
            return None;
        }
        let (said, sent) = text.rsplit_once('.')?;
        if !equal(&from_base64url(sent)?, &mac(key, said)) {
            return None;
        }
        let [_, tenant, role, person, ends] = said.split('.').collect::<Vec<_>>().try_into().ok()?;
        if UnixTime(ends.parse().ok()?).is_over(now) {
            return None;
        }
        let role = Role::parse(role)?;
        let tenant = if tenant.is_empty() { None } else { Some(TenantId::parse(tenant).ok()?) };
        // Who acts in all tenants is an operator, and an operator acts in all.
        (tenant.is_none() == (role == Role::Operator)).then(|| Self {
            tenant,
            role,
            person: person.to_owned(),
        })
    }
}

fn mac(key: &[u8; 32], said: &str) -> [u8; 32] {
    let key = hkdf_sha256(key, b"", b"edge-eid person v1");
    hmac_sha256(&key, &[said.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const NOW: UnixTime = UnixTime(1_795_000_000);

    fn somebody() -> Assertion {
        let tenant = Some(TenantId::parse("acme").unwrap());
        Assertion { tenant, role: Role::Viewer, person: "p-1_x".to_owned() }
    }

    #[test]
    fn an_assertion_is_believed_for_a_minute_and_by_its_key_alone() {
        let said = somebody().say(&KEY, NOW);
        assert_eq!(Assertion::hear(&said, &KEY, NOW.plus(59)), Some(somebody()));
        assert_eq!(Assertion::hear(&said, &KEY, NOW.plus(60)), None);
        assert_eq!(Assertion::hear(&said, &[8; 32], NOW), None);
    }

    #[test]
    fn nothing_in_an_assertion_can_be_altered() {
        let said = somebody().say(&KEY, NOW);
        for (from, to) in [("acme", "globex"), ("viewer", "owner"), ("p-1_x", "p-2_x"), (".acme.", "..")] {
            assert_eq!(Assertion::hear(&said.replace(from, to), &KEY, NOW), None, "{from} as {to}");
        }
        for cut in 0..said.len() {
            assert_eq!(Assertion::hear(&said[..cut], &KEY, NOW), None);
        }
    }

    #[test]
    fn an_operator_acts_in_no_tenant_alone_and_nobody_else_in_all() {
        let tenant = somebody().tenant;
        for (tenant, role) in [(None, Role::Owner), (tenant, Role::Operator)] {
            let odd = Assertion { tenant, role, person: "p".to_owned() };
            assert_eq!(Assertion::hear(&odd.say(&KEY, NOW), &KEY, NOW), None);
        }
    }
}
