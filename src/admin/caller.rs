//! Who calls the admin API: the installation's operator by its one token, whoever holds a token of a
//! tenant, or somebody who is signed in at the dashboard.
//!
//! A tenant's token names its tenant and itself, so that the one object is found that knows it:
//!
//! ```text
//! eeid.<tenant>.<id>.<secret>
//! ```
//! Its secret is 32 random bytes, so its plain SHA-256 is what is kept.

use super::assertion::{ASSERTION_PREFIX, Assertion};
use super::command::{TenantAnswer, TenantCommand};
use super::permission::{Permission, needed};
use super::problem::{Failure, Problem};
use crate::model::{TenantId, UnixTime};
use crate::ports::Management;
use crate::vault::{base64url, equal, sha256};
use crate::web::{Method, Request};

/// What a tenant's token begins with, so that scanners for leaked secrets can know it.
pub const TOKEN_PREFIX: &str = "eeid";
/// Longest token that is looked at, bytes.
const TOKEN_MAX_BYTES: usize = 160;
/// Who the operator is in the log of changes.
const OPERATOR: &str = "operator";

/// Somebody who may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The installation's operator.
    Operator,
    /// The holder of a tenant's token.
    Token {
        /// The tenant; any other one does not exist for him.
        tenant: TenantId,
        /// The token's id.
        id: String,
        /// What it may do.
        permissions: Vec<Permission>,
        /// From when on it counts no more.
        expires_at: UnixTime,
    },
    /// Somebody at the dashboard.
    Person {
        /// His tenant; `None` where he is an operator of the installation.
        tenant: Option<TenantId>,
        /// His pseudonym.
        person: String,
        /// What he may do there.
        permissions: Vec<Permission>,
    },
}

/// A tenant's token as it was sent, not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    /// The tenant it names.
    pub tenant: TenantId,
    /// Its id.
    pub id: String,
    /// Digest of its secret, see [`digest`].
    pub digest: String,
}

/// What a request shows of its caller before anything is asked.
pub enum Bearer {
    /// The operator's token.
    Operator,
    /// What may be a tenant's token.
    Claim(TokenClaim),
    /// Whom the dashboard speaks for.
    Person(Assertion),
}

/// What is kept of a token's secret.
pub fn digest(secret: &str) -> String {
    base64url(&sha256(secret.as_bytes()))
}

/// Reads `Authorization` (RFC 6750 §2.1). The operator's token is compared by its digest: no time tells
/// how much of it was right.
///
/// # Errors
/// 401.
pub fn bearer<P: Management>(ports: &P, request: &Request, now: UnixTime) -> Result<Bearer, Problem> {
    let header = request.header("authorization").unwrap_or_default();
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(Problem::unauthorized("Bearer realm=\"edge-eid\"")),
    };
    if equal(&sha256(token.as_bytes()), &ports.installation().admin_token_sha256) {
        return Ok(Bearer::Operator);
    }
    if token.starts_with(ASSERTION_PREFIX) {
        let key = ports.installation().dashboard_key.as_ref();
        let person = key.and_then(|key| Assertion::hear(token, key, now));
        return person.map(Bearer::Person).ok_or_else(invalid_token);
    }
    claim(token).map(Bearer::Claim).ok_or_else(invalid_token)
}

fn invalid_token() -> Problem {
    Problem::unauthorized("Bearer realm=\"edge-eid\", error=\"invalid_token\"")
}

fn claim(token: &str) -> Option<TokenClaim> {
    let mut parts = token.split('.');
    let (prefix, tenant, id, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let fits = prefix == TOKEN_PREFIX
        && parts.next().is_none()
        && token.len() <= TOKEN_MAX_BYTES
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let tenant = TenantId::parse(tenant).ok()?;
    fits.then(|| TokenClaim { tenant, id: id.to_owned(), digest: digest(secret) })
}

/// Asks the tenant's object whether a token is its own.
///
/// # Errors
/// 401 for a made-up token, one that was removed and one that is over: nobody learns which; or the
/// object did not answer.
pub async fn identify<P: Management>(ports: &P, bearer: Bearer, now: UnixTime) -> Result<Caller, Failure> {
    let claim = match bearer {
        Bearer::Operator => return Ok(Caller::Operator),
        Bearer::Person(Assertion { tenant, role, person }) => {
            return Ok(Caller::Person { tenant, person, permissions: Permission::of(role) });
        }
        Bearer::Claim(claim) => claim,
    };
    let TokenClaim { tenant, id, digest } = claim;
    let command = TenantCommand::Admit { id: id.clone(), digest, at: now };
    match ports.tenant(&tenant, &command).await? {
        TenantAnswer::Admitted { permissions, expires_at } => {
            Ok(Caller::Token { tenant, id, permissions, expires_at })
        }
        _ => Err(invalid_token().into()),
    }
}

/// What a token is called in the log of changes, and as the maker of others.
pub fn token_name(id: &str) -> String {
    format!("token {id}")
}

impl Caller {
    /// Who, for the log of changes.
    pub fn name(&self) -> String {
        match self {
            Self::Operator => OPERATOR.to_owned(),
            Self::Token { id, .. } => token_name(id),
            Self::Person { tenant: None, person, .. } => format!("{OPERATOR} {person}"),
            Self::Person { person, .. } => format!("person {person}"),
        }
    }

    /// Whether this is the installation's operator.
    pub fn is_operator(&self) -> bool {
        matches!(self, Self::Operator | Self::Person { tenant: None, .. })
    }

    /// Whether this call may be made; `path` is what follows `/api/v1`.
    ///
    /// # Errors
    /// 404 outside the caller's own tenant, as if there were nothing; 403 within it.
    pub fn check(&self, method: Method, path: &[&str]) -> Result<(), Problem> {
        let (tenant, permissions) = match self {
            Self::Operator | Self::Person { tenant: None, .. } => return Ok(()),
            Self::Token { tenant, permissions, .. }
            | Self::Person { tenant: Some(tenant), permissions, .. } => (tenant, permissions),
        };
        let within = match path {
            ["tenants", named, within @ ..] if *named == tenant.as_str() => within,
            _ => return Err(Problem::not_found()),
        };
        match needed(method, within) {
            Some(Permission::Read) => Ok(()),
            Some(needed) if permissions.contains(&needed) => Ok(()),
            Some(needed) => Err(Problem::forbidden(needed.lacking())),
            None => Err(Problem::forbidden("This takes the operator's token.")),
        }
    }
}
