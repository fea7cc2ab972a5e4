//! What the API says is wrong with a field, in Danish. It speaks English itself; a test reads its sources for
//! sentences that are missing here.

/// Each in English, as the API says it, and in Danish.
static SAID: &[(&str, &str)] = &[
    ("required", "skal udfyldes"),
    ("unknown field", "ukendt felt"),
    ("a text", "her skal stå en tekst"),
    ("true or false", "true eller false"),
    ("stands there twice", "står der to gange"),
    ("1 to 200 visible ASCII characters", "1 til 200 synlige ASCII-tegn"),
    ("1 to 300 visible ASCII characters", "1 til 300 synlige ASCII-tegn"),
    ("12 to 200 visible ASCII characters", "12 til 200 synlige ASCII-tegn"),
    ("at most 300 visible ASCII characters", "højst 300 synlige ASCII-tegn"),
    ("1 to 64 visible characters", "1 til 64 synlige tegn"),
    (
        "1 to 64 visible characters, without spaces around them",
        "1 til 64 synlige tegn, uden mellemrum før og efter",
    ),
    (
        "1 to 200 visible characters, without spaces around them",
        "1 til 200 synlige tegn, uden mellemrum før og efter",
    ),
    (
        "1 to 40 lower-case letters, digits and inner hyphens",
        "1 til 40 små bogstaver a-z, tal og bindestreger, der ikke står først eller sidst",
    ),
    ("at most 16 kB", "højst 16 kB"),
    ("at most 64 kB", "højst 64 kB"),
    ("eight digits", "otte cifre"),
    ("TEST or PRODUCTION", "TEST eller PRODUCTION"),
    ("ordinary or mitid", "ordinary eller mitid"),
    ("nemid or mitid", "nemid eller mitid"),
    ("low, substantial or high", "low, substantial eller high"),
    ("static or dynamic", "static eller dynamic"),
    ("code or id_token", "code eller id_token"),
    ("code, id_token or both", "code, id_token eller begge"),
    ("none, scope or match", "none, scope eller match"),
    ("tokens, neb or signicat", "tokens, neb eller signicat"),
    ("generic, neb, signicat or idura", "generic, neb, signicat eller idura"),
    ("plain_json, signed_jwt or from_token_endpoint", "plain_json, signed_jwt eller from_token_endpoint"),
    ("client_secret_basic or private_key_jwt", "client_secret_basic eller private_key_jwt"),
    (
        "client_secret_basic, client_secret_post, private_key_jwt or none",
        "client_secret_basic, client_secret_post, private_key_jwt eller none",
    ),
    (
        "read, applications, configuration, keys or access",
        "read, applications, configuration, keys eller access",
    ),
    ("a time to come", "et tidspunkt, der ikke er passeret"),
    ("a time to come, within 31 days", "et tidspunkt inden for de næste 31 dage"),
    ("a time to come, within 366 days", "et tidspunkt inden for de næste 366 dage"),
    ("at most 24 hours from now", "højst 24 timer fra nu"),
    (
        "a time as in RFC 3339, since 1970, such as 2023-10-31T22:59:59Z",
        "et tidspunkt som i RFC 3339, tidligst 1970, for eksempel 2023-10-31T22:59:59Z",
    ),
    ("a date that is past, such as 1985-05-06", "en dato, der er passeret, for eksempel 1985-05-06"),
    (
        "ten digits that begin with a date, such as 660585-0008",
        "ti cifre, der begynder med en dato, for eksempel 660585-0008",
    ),
    ("only a number of nobody: add 60 to its day", "kun et nummer, ingen har: læg 60 til dagen"),
    ("a SHA-256 in 64 hexadecimal digits", "en SHA-256 med 64 hexadecimale cifre"),
    (
        "a host name: letters, digits, hyphens, dots, and an optional port",
        "et værtsnavn: bogstaver a-z, tal, bindestreger, punktummer og eventuelt en port",
    ),
    ("the host name is written in lower case", "værtsnavnet skrives med små bogstaver"),
    ("http is allowed on localhost only", "http er kun tilladt på localhost"),
    (
        "an absolute https URL without user info, fragment or spaces",
        "en hel https-adresse uden bruger, fragment og mellemrum",
    ),
    (
        "an https URL without fragment, http on localhost, or a private scheme such as com.example.app:/callback",
        "en https-adresse uden fragment, http på localhost, eller et eget skema som com.example.app:/callback",
    ),
    (
        "an origin such as https://app.example, without path and slash",
        "en origin som https://app.example, uden sti og skråstreg",
    ),
    (
        "an https address on port 443 with a public host name",
        "en https-adresse på port 443 med et offentligt værtsnavn",
    ),
    (
        "in PRODUCTION an https URL on port 443 with a public host name",
        "i PRODUCTION en https-adresse på port 443 med et offentligt værtsnavn",
    ),
    (
        "in PRODUCTION an https origin on port 443 with a public host name",
        "i PRODUCTION en https-origin på port 443 med et offentligt værtsnavn",
    ),
    (
        "in PRODUCTION http on loopback is for public (native) applications",
        "i PRODUCTION er http på loopback kun for public clients (native applikationer)",
    ),
    ("in PRODUCTION no simulator", "i PRODUCTION ingen simulator"),
    (
        "in PRODUCTION no test environment of a broker: anybody can be anybody there",
        "i PRODUCTION ikke en brokers testmiljø: dér kan enhver være hvem som helst",
    ),
    (
        "a PRODUCTION domain has a public name and no port",
        "et domæne i PRODUCTION har et offentligt navn og ingen port",
    ),
    ("a path such as /b.css?x=1, at most 200 characters", "en sti som /b.css?x=1, højst 200 tegn"),
    ("fixed when the domain was created", "ligger fast, fra domænet er oprettet"),
    ("for MitID domains only", "kun for MitID-domæner"),
    ("for ordinary domains only", "kun for almindelige domæner"),
    ("a MitID domain runs MitID only", "et MitID-domæne kører kun MitID"),
    ("a MitID domain of the same tenant and environment", "et MitID-domæne i samme virksomhed og miljø"),
    (
        "an ordinary domain of this tenant whose mitid_domain is this one",
        "et almindeligt domæne i samme virksomhed, som fører til dette MitID-domæne",
    ),
    (
        "the MitID domain's nemid_domain is still this one; clear it first",
        "MitID-domænet fører stadig hertil; ret det dér først",
    ),
    ("no less than sso_idle_seconds", "ikke mindre end sso_idle_seconds"),
    ("at least one callback URL", "mindst én callback-URL"),
    ("at least one method, and none only by itself", "mindst én metode, og none kun alene"),
    ("an acr that discovery announces", "en acr, som discovery nævner"),
    ("jwks or jwks_uri, not both", "jwks eller jwks_uri, ikke begge"),
    (
        "private_key_jwt needs the public keys: jwks or jwks_uri",
        "private_key_jwt kræver de offentlige nøgler: jwks eller jwks_uri",
    ),
    (
        "scheme, host and port of one of the redirect_uris",
        "skema, vært og port som en af callback-adresserne",
    ),
    ("fapi2 takes private_key_jwt only", "fapi2 tager kun private_key_jwt"),
    ("fapi2 takes code only", "fapi2 tager kun code"),
    ("fapi2 takes https callbacks only", "fapi2 tager kun callbacks med https"),
    ("fapi2 takes ES256 only", "fapi2 tager kun ES256"),
    ("fapi2 takes the issuer only", "fapi2 tager kun issuer"),
    ("fapi2 demands it", "fapi2 kræver det"),
    ("a JWK set of 1 to 20 keys", "et JWK-sæt med 1 til 20 nøgler"),
    ("another key has this kid", "en anden nøgle har denne kid"),
    ("a JSON object", "et JSON-objekt"),
    (
        "a private or secret key; replace it, and register the public half only",
        "en privat eller hemmelig nøgle; udskift den, og registrér kun den offentlige halvdel",
    ),
    (
        "an RSA key of 2048 to 4096 bits, or one on P-256 or Ed25519",
        "en RSA-nøgle på 2048 til 4096 bit, eller en på P-256 eller Ed25519",
    ),
    ("a kid is a text of 1 to 200 bytes", "en kid er en tekst på 1 til 200 byte"),
    (
        "alg is RS256 or PS256 of an RSA key, ES256 of P-256, EdDSA of Ed25519",
        "alg er RS256 eller PS256 for en RSA-nøgle, ES256 for P-256, EdDSA for Ed25519",
    ),
    ("a key for signatures: use is sig, or left out", "en nøgle til signaturer: use er sig eller udeladt"),
    (
        "an issuer without query and without a slash at its end",
        "en issuer uden query og uden skråstreg til sidst",
    ),
    ("openid comes first", "openid står først"),
    (
        "a scope: visible ASCII without quotes and backslashes",
        "et scope: synlige ASCII-tegn uden anførselstegn og omvendt skråstreg",
    ),
    (
        "names of claims, visible ASCII, one space between",
        "navne på claims, synlige ASCII-tegn, ét mellemrum imellem",
    ),
    ("an object of texts, not too many", "et objekt med tekster, ikke for mange"),
    ("an unknown field of an identity", "et ukendt felt i en identitet"),
    (
        "an upstream's word for each of low, substantial and high",
        "identitetsudbyderens ord for hver af low, substantial og high",
    ),
    ("a parameter that the broker sets itself", "en parameter, som brokeren selv sætter"),
    ("only where client_auth is private_key_jwt", "kun hvor client_auth er private_key_jwt"),
    ("only where client_auth is client_secret_basic", "kun hvor client_auth er client_secret_basic"),
    ("only where cpr is scope", "kun hvor cpr er scope"),
    ("where cpr is match, and only there", "hvor cpr er match, og kun dér"),
    (
        "needed for a new upstream and for another issuer",
        "skal med, når opsætningen er ny, og når issuer ændres",
    ),
    ("the upstream was changed at the same time; try again", "opsætningen blev ændret samtidig; prøv igen"),
    ("the key that signs now, where it is forced", "den nøgle, der signerer nu, når det gennemtvinges"),
    ("why it is forced", "hvorfor det gennemtvinges"),
    ("cvr and organisation go together", "cvr og organisation hører sammen"),
    (
        "an SVG of at most 16 kB that begins with <svg, without scripts",
        "en SVG på højst 16 kB, der begynder med <svg, uden scripts",
    ),
    ("an object of names and colours", "et objekt med navne og farver"),
    (
        "ground, panel, text, link, button and button_text, each a colour such as #1b2836",
        "ground, panel, text, link, button og button_text, hver en farve som #1b2836",
    ),
    ("at most those of the token that makes it", "højst dem, som det udstedende token har"),
    ("at most the end of the token that makes it", "senest når det udstedende token udløber"),
    (
        "those of all its originals are more than an application may have",
        "originalernes adresser er tilsammen flere, end en applikation må have",
    ),
    ("an address at one of allowed_origins", "en adresse på en af de tilladte origins"),
    ("either this or logo", "enten dette eller logo"),
    ("either this or stylesheet_url", "enten dette eller stylesheet_url"),
    ("paths beside stylesheet_url, and only there", "stier ved siden af stylesheet_url, og kun dér"),
    ("issuer or token_endpoint", "issuer eller token_endpoint"),
    ("RS256 or ES256", "RS256 eller ES256"),
    (
        "1 to 32 of a to z, 0 to 9, full stop, underscore and hyphen",
        "1 til 32 tegn af a til z, 0 til 9, punktum, understregning og bindestreg",
    ),
    ("0 to 100", "0 til 100"),
    ("7 to 365", "7 til 365"),
    ("60 to 86400, at most a day", "60 til 86400, højst et døgn"),
    ("60 to 604800, at most a week", "60 til 604800, højst en uge"),
    ("a number from 1 to 100", "et tal fra 1 til 100"),
];

/// What stands before a number.
const LIST: &str = "a list of at most ";
/// What stands before the number of a line, and a colon.
pub const LINE: &str = "line ";

/// It in Danish; `None` where it is not known. Before the sentence there may be the line that it is about, or
/// the name of a field.
pub fn in_danish(said: &str) -> Option<String> {
    if let Some((_, danish)) = SAID.iter().find(|(english, _)| *english == said) {
        return Some((*danish).to_owned());
    }
    if let Some(most) = said.strip_prefix(LIST) {
        return Some(["højst ", most, " på listen"].concat());
    }
    let (place, rest) = said.split_once(": ")?;
    let place = match place.strip_prefix(LINE) {
        Some(number) => ["linje ", number].concat(),
        None if place.contains(' ') => return None,
        None => place.to_owned(),
    };
    Some([&place, ": ", &in_danish(rest)?].concat())
}

#[cfg(test)]
mod tests {
    use super::in_danish;

    #[test]
    fn a_complaint_is_said_in_danish_with_its_place() {
        let said = |text: &str| in_danish(text);
        assert_eq!(said("required").as_deref(), Some("skal udfyldes"));
        assert_eq!(said("a list of at most 20").as_deref(), Some("højst 20 på listen"));
        assert_eq!(said("line 3: stands there twice").as_deref(), Some("linje 3: står der to gange"));
        assert_eq!(said("environment: required").as_deref(), Some("environment: skal udfyldes"));
        assert_eq!(said("It is not as the precondition says"), None);
        assert_eq!(said("two words: required"), None);
    }
}
