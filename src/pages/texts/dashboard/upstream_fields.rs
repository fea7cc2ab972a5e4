//! The settings of an upstream: what each is called, and what follows from it.

use super::super::Text;
use crate::pages::dashboard::field::{Choice, Field, Kind};

const AS_PRESET: Choice = ("", Text::fixed("Som forvalget", "As the preset"));

static PRESETS: &[Choice] = &[
    ("generic", Text::fixed("Anden OpenID-udsteder", "Another OpenID provider")),
    (
        "neb",
        Text::fixed("Signaturgruppen Broker (Nets eID Broker)", "Signaturgruppen Broker (Nets eID Broker)"),
    ),
    ("signicat", Text::fixed("Signicat", "Signicat")),
    ("idura", Text::fixed("Idura Verify (Criipto Verify)", "Idura Verify (Criipto Verify)")),
];
static CLIENT_AUTH: &[Choice] = &[
    ("client_secret_basic", Text::fixed("Med en hemmelighed", "By a secret")),
    ("private_key_jwt", Text::fixed("Med en nøgle, som laves her", "By a key that is made here")),
];
static AUDIENCES: &[Choice] = &[
    ("", Text::fixed("Som sædvanligt", "As usual")),
    ("issuer", Text::fixed("Udstederen", "The issuer")),
    ("token_endpoint", Text::fixed("Token-adressen (ældre brokere)", "The token endpoint (older brokers)")),
];
static DIALECTS: &[Choice] = &[
    AS_PRESET,
    ("tokens", Text::fixed("acr_values og login_hint", "acr_values and login_hint")),
    (
        "neb",
        Text::fixed(
            "Signaturgruppens: idp_values og idp_params",
            "Signaturgruppen's: idp_values and idp_params",
        ),
    ),
    ("signicat", Text::fixed("Signicats: ord i acr_values", "Signicat's: items in acr_values")),
];
static CPR_WAYS: &[Choice] = &[
    AS_PRESET,
    ("none", Text::fixed("Slet ikke", "Not at all")),
    (
        "scope",
        Text::fixed(
            "Brokeren oplyser det, når der bedes om et scope",
            "The broker states it when a scope is asked for",
        ),
    ),
    (
        "match",
        Text::fixed(
            "Brugeren skriver det, og brokeren bekræfter det",
            "The user types it, and the broker confirms it",
        ),
    ),
];

/// All of them.
pub static UPSTREAM: &[Field] = &[
    Field {
        name: "preset",
        label: Text::fixed("Forvalg", "Preset"),
        help: Text::fixed(
            "Udfylder det, der lades tomt herunder, som den valgte broker vil have det. Skifter du forvalg, så tøm felterne, hvis de skal følge med.",
            "Fills in what is left empty below as the chosen broker wants it. If you change the preset, empty the fields that should follow.",
        ),
        kind: Kind::One(PRESETS),
    },
    Field {
        name: "issuer",
        label: Text::fixed("Udsteder (issuer)", "Issuer"),
        help: Text::fixed(
            "Præcis som brokeren skriver den, uden skråstreg til sidst. Tom kun for Signaturgruppen, hvor miljøet bestemmer. En ny udsteder kræver en ny hemmelighed eller laver en ny nøgle.",
            "Exactly as the broker writes it, without a slash at its end. Empty only for Signaturgruppen, where the environment decides. A new issuer asks for a new secret, or makes a new key.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "client_id",
        label: Text::fixed("Client id", "Client id"),
        help: Text::fixed(
            "Denne installations id hos brokeren. Er det forkert, fejler alle logins.",
            "What this installation is called at the broker. If it is wrong, every login fails.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "client_auth",
        label: Text::fixed("Sådan beviser vi, hvem vi er", "How we prove who we are"),
        help: Text::fixed(
            "En nøgle er sikrere: kun dens offentlige halvdel forlader installationen, og den vises her, når der er gemt.",
            "A key is safer: only its public half leaves the installation, and it is shown here once this is saved.",
        ),
        kind: Kind::One(CLIENT_AUTH),
    },
    Field {
        name: "client_secret",
        label: Text::fixed("Client secret", "Client secret"),
        help: Text::fixed(
            "Gemmes krypteret og vises aldrig igen. Tom: den, der er gemt, bliver. En ny gælder fra næste login.",
            "It is stored encrypted and never shown again. Empty: the stored one stays. A new one counts from the next login on.",
        ),
        kind: Kind::Secret,
    },
    Field {
        name: "assertion_audience",
        label: Text::fixed("Hvem en assertion er til", "Whom an assertion is for"),
        help: Text::fixed(
            "Kun med nøgle. Som sædvanligt er det udstederen.",
            "Only with a key. Usually it is the issuer.",
        ),
        kind: Kind::One(AUDIENCES),
    },
    Field {
        name: "renew_client_key",
        label: Text::fixed("Lav en ny nøgle nu", "Make a new key now"),
        help: Text::fixed(
            "Kun med nøgle. Alle logins fejler, indtil brokeren kender den nye offentlige nøgle.",
            "Only with a key. Every login fails until the broker knows the new public key.",
        ),
        kind: Kind::Switch,
    },
    Field {
        name: "scopes",
        label: Text::fixed("Scopes", "Scopes"),
        help: Text::fixed(
            "Et pr. linje, openid først. Tom: som forvalget. Nogle brokere afviser hele login for ét scope, de ikke har tilladt.",
            "One a line, openid first. Empty: as the preset. Some brokers fail a whole login for one scope that they have not allowed.",
        ),
        kind: Kind::Lines,
    },
    Field {
        name: "employee_scopes",
        label: Text::fixed("Scopes for medarbejdere", "Scopes for employees"),
        help: Text::fixed(
            "Bedes der om desuden, når en applikation beder om en medarbejder. Tom, når der gemmes første gang: som forvalget; siden: ingen.",
            "Asked for besides, where an application asks for an employee. Empty when first saved: as the preset; later: none.",
        ),
        kind: Kind::Lines,
    },
    Field {
        name: "dialect",
        label: Text::fixed("Sådan får brokeren ønskerne at vide", "How the broker is told of wishes"),
        help: Text::fixed(
            "Niveau, sprog, referencetekst og app-skift skrives på brokerens egen måde.",
            "Level, language, reference text and app switch are written in the broker's own way.",
        ),
        kind: Kind::One(DIALECTS),
    },
    Field {
        name: "parameters",
        label: Text::fixed("Flere parametre", "Further parameters"),
        help: Text::fixed(
            "JSON-objekt med tekster, som føjes til hvert login, for eksempel {\"acr_values\": \"mitid\"}. De går forud for det, måden ovenfor ville skrive.",
            "JSON object of texts that are added to every login, such as {\"acr_values\": \"mitid\"}. They take the place of what the way above would write.",
        ),
        kind: Kind::Json,
    },
    Field {
        name: "claim_map",
        label: Text::fixed("Claims", "Claims"),
        help: Text::fixed(
            "JSON-objekt: vores navn → brokerens claim, eller flere med mellemrum, hvor det første, der findes, tæller. Et forkert claim i eid_id gør alle til nye brugere.",
            "JSON object: our name → the broker's claim, or several with a space between, of which the first that is there counts. A wrong claim in eid_id makes everybody a new user.",
        ),
        kind: Kind::Json,
    },
    Field {
        name: "level_map",
        label: Text::fixed("Niveauer", "Levels"),
        help: Text::fixed(
            "JSON-objekt: brokerens ord → low, substantial eller high. Lover I et højere niveau, end brokeren har set, får applikationerne en usand oplysning.",
            "JSON object: the broker's word → low, substantial or high. If you promise more than the broker has seen, applications are told an untruth.",
        ),
        kind: Kind::Json,
    },
    Field {
        name: "cpr",
        label: Text::fixed("Sådan fås CPR-nummeret", "How the CPR number is had"),
        help: Text::fixed(
            "Slet ikke: den, hvis applikation kræver et nummer, kan ikke logge ind her.",
            "Not at all: whoever's application demands a number cannot log in here.",
        ),
        kind: Kind::One(CPR_WAYS),
    },
    Field {
        name: "cpr_scope",
        label: Text::fixed("Scope, der giver CPR-nummeret", "Scope that brings the CPR number"),
        help: Text::fixed(
            "Kun når brokeren oplyser det. Tom: som forvalget.",
            "Only where the broker states it. Empty: as the preset.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "cpr_match_url",
        label: Text::fixed("Adresse, der bekræfter CPR-nummeret", "Address that confirms the CPR number"),
        help: Text::fixed(
            "Kun når brugeren skriver det. Adressen får nummeret at vide.",
            "Only where the user types it. The address is told the number.",
        ),
        kind: Kind::Line,
    },
    Field {
        name: "upstream_logout",
        label: Text::fixed("Log også ud hos brokeren", "Log out of the broker too"),
        help: Text::fixed(
            "Slået til fører logout af en session her gennem brokerens egen, hvis den har en. Adressen efter logout skal være registreret der.",
            "When on, logging out of a session here leads through the broker's own logout, if it has one. The address after logging out must be registered there.",
        ),
        kind: Kind::Switch,
    },
];
