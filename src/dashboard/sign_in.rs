//! Signing in: the dashboard is a client of any OpenID provider that the deployer names, by the code flow
//! with PKCE, a nonce and a state that one cookie holds.

use super::person_object::PersonCommand;
use super::ports::Dashboard;
use super::seal::{self, Purpose};
use super::session::{self, Employer, FRESH_SECONDS, Session};
use super::stop::{Page, Stop};
use super::visit::{Visit, local_path};
use crate::eid::provider::{self, Metadata};
use crate::model::UnixTime;
use crate::oauth::jwt::Expected;
use crate::oauth::pkce::CodeChallenge;
use crate::pages::Lang;
use crate::pages::dashboard::message::{Message, page};
use crate::pages::texts::dashboard::common as texts;
use crate::ports::FetchRequest;
use crate::vault::{self, base64, base64url, sha256};
use crate::web::{Request, Response, encode_pairs, percent_encode, with_query};
use serde_json::{Map, Value};

/// The cookie of a sign-in that is under way.
const SIGN_IN_COOKIE: &str = "__Host-manage-sign-in";
/// How long one may take, seconds.
const SIGN_IN_SECONDS: u64 = 15 * 60;
/// Characters of a person's pseudonym: 132 bits.
const PERSON_CHARS: usize = 22;
/// Longest name that is kept, characters.
const NAME_MAX_CHARS: usize = 100;
/// How old a login at the issuer may be that a session begins with, seconds: as long as a session lasts.
const MAX_AGE: &str = "28800";
/// Longest code of the issuer, bytes.
const CODE_MAX_BYTES: usize = 8 * 1024;

/// What whoever shows that he is an employee logs in by.
const EMPLOYEE_ACR: &str = "urn:grn:authn:dk:mitid:business";

/// A sign-in that is under way.
struct SignIn {
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    /// Whether somebody who is signed in shows that he is an employee too.
    as_employee: bool,
}

json_struct!(SignIn { state, nonce, verifier, back, as_employee });

fn callback_url<P: Dashboard>(ports: &P) -> String {
    format!("{}/sign-in/callback", ports.desk().management_host.issuer())
}

/// Sends the browser to the issuer: to sign in, with `afresh` to be asked again, with `as=employee` to show
/// that whoever is signed in is an employee.
///
/// # Errors
/// [`Stop::SignInFailed`] where it can't be reached.
pub async fn start<P: Dashboard>(ports: &P, request: &Request, lang: Lang, now: UnixTime) -> Page {
    let query = request.query_parameters().map_err(|_| Stop::Malformed)?;
    let as_employee = query.get("as") == Some("employee");
    let afresh = query.get("afresh").is_some() || as_employee;
    let secret = |ports: &P| base64url(&vault::random::<32>(ports));
    let sign_in = SignIn {
        state: secret(ports),
        nonce: secret(ports),
        verifier: secret(ports),
        back: local_path(query.get("back")).to_owned(),
        as_employee,
    };
    let desk = ports.desk();
    let metadata = provider::metadata(ports, &desk.issuer, now).await.map_err(Stop::SignInFailed)?;
    let challenge = CodeChallenge::of(&sign_in.verifier);
    let callback = callback_url(ports);
    let acr_values = if as_employee { Some(EMPLOYEE_ACR) } else { desk.acr_values.as_deref() };
    let pairs = [
        ("response_type", "code"),
        ("client_id", desk.client_id.as_str()),
        ("redirect_uri", &callback),
        ("scope", "openid profile"),
        ("state", &sign_in.state),
        ("nonce", &sign_in.nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("ui_locales", lang.tag()),
        ("acr_values", acr_values.unwrap_or_default()),
        ("prompt", if afresh { "login" } else { "" }),
        // Asked for so that the token says when somebody was asked (OpenID Connect Core §3.1.2.1).
        ("max_age", if afresh { "0" } else { MAX_AGE }),
    ];
    let query = encode_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    let sealed = seal::seal(ports, Purpose::SignIn, now.plus(SIGN_IN_SECONDS), &sign_in).await?;
    let cookie = format!(
        "{SIGN_IN_COOKIE}={sealed}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={SIGN_IN_SECONDS}"
    );
    Ok(Response::see_other(&with_query(metadata.authorization_endpoint.as_str(), &query)).with_cookie(cookie))
}

fn no_sign_in() -> String {
    format!("{SIGN_IN_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// Takes the issuer's answer.
///
/// # Errors
/// [`Stop::SignInFailed`], [`Stop::SignIn`] where this browser began no sign-in.
pub async fn callback<P: Dashboard>(ports: &P, request: &Request, lang: Lang, now: UnixTime) -> Page {
    let answer = request.query_parameters().map_err(|_| Stop::Malformed)?;
    let nobody = Stop::SignIn { afresh: false };
    let Some(text) = request.cookie(SIGN_IN_COOKIE) else { return Err(nobody) };
    let sign_in: Option<SignIn> = seal::open(ports, Purpose::SignIn, text, now).await;
    let Some(sign_in) = sign_in.filter(|begun| answer.get("state") == Some(&begun.state)) else {
        return Err(nobody);
    };
    if answer.get("error").is_some() {
        return Ok(not_signed_in(ports, lang, &sign_in.back).with_cookie(no_sign_in()));
    }
    let failed = |cause: &str| Stop::SignInFailed(cause.to_owned());
    let metadata = provider::metadata(ports, &ports.desk().issuer, now).await.map_err(Stop::SignInFailed)?;
    match answer.get("iss") {
        Some(iss) if iss != metadata.issuer => return Err(failed("iss of the answer is of another issuer")),
        None if metadata.authorization_response_iss_parameter_supported => {
            return Err(failed("iss of the answer is missing"));
        }
        _ => {}
    }
    let code = answer.get("code").filter(|code| code.len() <= CODE_MAX_BYTES).ok_or(failed("no code"))?;
    let id_token = redeem(ports, &metadata, code, &sign_in.verifier).await.map_err(Stop::SignInFailed)?;
    let desk = ports.desk();
    let expected = Expected { issuer: &metadata.issuer, audience: &desk.client_id, nonce: &sign_in.nonce };
    let claims =
        provider::verify(ports, &metadata, &expected, &id_token, now).await.map_err(Stop::SignInFailed)?;
    if sign_in.as_employee {
        return shown_as_employee(ports, request, lang, now, &claims, &sign_in.back).await;
    }
    if !is_as_asked(desk.acr_values.as_deref(), &claims) {
        return Err(failed("the login is of another acr than SIGN_IN_ACR_VALUES asks for"));
    }
    let before = Session::of(ports, request, now).await;
    let session = begin(ports, &metadata.issuer, &claims, before, now).await?;
    let cookie = session.cookie(ports, now).await?;
    Ok(Response::see_other(&sign_in.back).with_cookie(cookie).with_cookie(no_sign_in()))
}

/// Notes in the session of whoever is signed in that he is an employee of a company. An employee's identity is
/// another one than the person's, and no account here: he stays who he was, and was asked when he was. It must
/// have been asked for now: an older login, or one of another kind, may be somebody else's at this browser.
async fn shown_as_employee<P: Dashboard>(
    ports: &P,
    request: &Request,
    lang: Lang,
    now: UnixTime,
    claims: &Map<String, Value>,
    back: &str,
) -> Page {
    let mut session = Visit::of(ports, request, lang, now).await?.session;
    let is_now = |it: &Employer| !it.asked_at.plus(FRESH_SECONDS).is_over(now);
    let shown = employer(claims, now).filter(|it| is_now(it) && is_as_asked(Some(EMPLOYEE_ACR), claims));
    if shown.is_none() {
        let view = Message {
            lang,
            title: &texts::NO_EMPLOYEE_TITLE,
            text: &texts::NO_EMPLOYEE,
            reference: None,
            button: Some((&texts::GO_BACK, back)),
            broker: &ports.desk().broker_name,
        };
        return Ok(Response::page(400, page(&view)).with_cookie(no_sign_in()));
    }
    session.employer = shown;
    let cookie = session.cookie(ports, now).await?;
    Ok(Response::see_other(back).with_cookie(cookie).with_cookie(no_sign_in()))
}

/// Whether somebody signed in by a way that the deployer asks for. What was asked went through the browser,
/// which may have asked for less.
fn is_as_asked(acr_values: Option<&str>, claims: &Map<String, Value>) -> bool {
    let acr = claims.get("acr").and_then(Value::as_str).unwrap_or_default();
    acr_values.is_none_or(|asked| asked.split(' ').any(|asked| asked == acr))
}

/// When the issuer asked somebody who he is. Not what this browser asked for counts, which may have been
/// altered; an issuer that does not say so asked nobody lately.
fn asked_at(claims: &Map<String, Value>, now: UnixTime) -> UnixTime {
    UnixTime(claims.get("auth_time").and_then(Value::as_u64).unwrap_or(0)).min(now)
}

/// The session of whoever the issuer named. Where the browser has one of his already, it goes on by its
/// name: what he has typed elsewhere can still be sent, and who signs out ends every copy.
async fn begin<P: Dashboard>(
    ports: &P,
    issuer: &str,
    claims: &Map<String, Value>,
    before: Option<Session>,
    now: UnixTime,
) -> Result<Session, Stop> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let sub = text("sub").ok_or(Stop::SignInFailed("a token without sub".to_owned()))?;
    let mut person = base64url(&sha256(format!("{issuer}|{sub}").as_bytes()));
    person.truncate(PERSON_CHARS);
    let name =
        text("name").unwrap_or(&person).chars().filter(|c| !c.is_control()).take(NAME_MAX_CHARS).collect();
    let known = ports.person(&person, &PersonCommand::Look, now).await?;
    let before = before.filter(|it| it.person == person && known.counts(it.generation, &it.id));
    Ok(Session {
        name,
        employer: employer(claims, now).or_else(|| before.as_ref()?.employer.clone()),
        generation: known.generation,
        began: now,
        asked_at: asked_at(claims, now),
        written_at: now,
        id: before.map_or_else(|| base64url(&vault::random::<16>(ports)), |before| before.id),
        person,
    })
}

/// The CVR number of the company that somebody signed in as an employee of: MitID Erhverv says `employee`,
/// NemID by its class of certificates. Whoever signed in as a person has none, though his token may name a
/// company that he signs for.
fn employer(claims: &Map<String, Value>, now: UnixTime) -> Option<Employer> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let by_nemid = text("authenticationtype").starts_with("urn:grn:authn:dk:nemid:moces");
    let is_employee = text("employee") == "true" || by_nemid;
    let cvr = text("cvrNumberIdentifier");
    let is_one = is_employee && cvr.len() == 8 && cvr.bytes().all(|b| b.is_ascii_digit());
    is_one.then(|| Employer { cvr: cvr.to_owned(), asked_at: asked_at(claims, now) })
}

struct Tokens {
    id_token: String,
}

json_struct!(Tokens { id_token });

async fn redeem<P: Dashboard>(
    ports: &P,
    metadata: &Metadata,
    code: &str,
    verifier: &str,
) -> Result<String, String> {
    let desk = ports.desk();
    let callback = callback_url(ports);
    let form = encode_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", callback.as_str()),
        ("code_verifier", verifier),
    ]);
    // RFC 6749 §2.3.1: both are encoded before they are joined.
    let proof = [percent_encode(&desk.client_id), percent_encode(&desk.client_secret)].join(":");
    let response = ports
        .send(FetchRequest {
            url: metadata.token_endpoint.to_string(),
            form: Some(form),
            json: None,
            authorization: Some(format!("Basic {}", base64(proof.as_bytes()))),
        })
        .await
        .map_err(|failed| format!("token endpoint: {}", failed.cause))?;
    if response.status != 200 {
        return Err(format!("token endpoint answered {}", response.status));
    }
    let tokens: Tokens =
        crate::json::read(&response.body).map_err(|_| "the token answer is malformed".to_owned())?;
    Ok(tokens.id_token)
}

/// The page of who came back without having signed in.
fn not_signed_in<P: Dashboard>(ports: &P, lang: Lang, back: &str) -> Response {
    let again = with_query("/sign-in", &encode_pairs([("back", back)]));
    let view = Message {
        lang,
        title: &texts::NOT_SIGNED_IN_TITLE,
        text: &texts::NOT_SIGNED_IN,
        reference: None,
        button: Some((&texts::TRY_AGAIN, &again)),
        broker: &ports.desk().broker_name,
    };
    Response::page(400, page(&view))
}

/// Ends this session, or all of them: not only here, but for every copy of the cookie.
///
/// # Errors
/// [`Stop::Forged`] and its like.
pub async fn sign_out<P: Dashboard>(visit: &Visit<'_, P>) -> Page {
    let form = visit.form()?;
    let command = match form.get("everywhere") {
        Some(_) => PersonCommand::SignOutEverywhere,
        None => PersonCommand::SignOut(visit.session.id.clone()),
    };
    visit.ports.person(&visit.session.person, &command, visit.now).await?;
    Ok(Response::see_other("/signed-out").with_cookie(session::no_cookie()))
}

/// The page after that.
///
/// # Errors
/// None.
pub fn signed_out(lang: Lang) -> Page {
    let view = Message {
        lang,
        title: &texts::SIGNED_OUT_TITLE,
        text: &texts::SIGNED_OUT,
        reference: None,
        button: Some((&texts::SIGN_IN, "/")),
        broker: "",
    };
    Ok(Response::page(200, page(&view)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_employee_stands_for_his_company() {
        let cvr = |claims: Value| employer(claims.as_object().unwrap(), UnixTime(0)).map(|it| it.cvr);
        let ours = Some("13585628".to_owned());
        assert_eq!(cvr(json!({"cvrNumberIdentifier": "13585628", "employee": "true"})), ours);
        let moces = "urn:grn:authn:dk:nemid:moces:codefile";
        assert_eq!(cvr(json!({"cvrNumberIdentifier": "13585628", "authenticationtype": moces})), ours);
        let signatory = json!({
            "cvrNumberIdentifier": "13585628", "companySignatory": "true",
            "authenticationtype": "urn:grn:authn:dk:mitid:substantial",
        });
        assert_eq!(cvr(signatory), None);
        assert_eq!(cvr(json!({"cvrNumberIdentifier": "1358562", "employee": "true"})), None);
        assert_eq!(cvr(json!({"employee": "true"})), None);
        assert_eq!(cvr(json!({})), None);
    }

    #[test]
    fn who_was_asked_long_ago_is_not_taken_for_somebody_asked_now() {
        let claims = |auth_time: Value| Map::from_iter([("auth_time".to_owned(), auth_time)]);
        let now = UnixTime(1_000_000);
        for (auth_time, expected) in [(999_000, 999_000), (1_000_000, 1_000_000), (2_000_000, 1_000_000)] {
            assert_eq!(asked_at(&claims(auth_time.into()), now), UnixTime(expected));
        }
        assert_eq!(asked_at(&claims("999000".into()), now), UnixTime(0));
        assert_eq!(asked_at(&Map::new(), now), UnixTime(0));
    }

    #[test]
    fn a_login_by_a_weaker_way_than_asked_for_is_none() {
        let claims = |acr: &str| Map::from_iter([("acr".to_owned(), Value::from(acr))]);
        for (asked, acr, expected) in [
            (None, "low", true),
            (Some("a b"), "b", true),
            (Some("a b"), "low", false),
            (Some("a b"), "", false),
        ] {
            assert_eq!(is_as_asked(asked, &claims(acr)), expected, "{acr}");
        }
    }
}
