//! What the settings of an application are called, and what follows from them. Constants, since the tables
//! of fields hold them by value.

use super::super::Text;

pub const CLIENT_ID: Text = Text::fixed("Client ID", "Client ID");
pub const CLIENT_ID_HELP: Text = Text::fixed(
    "1 til 200 synlige ASCII-tegn, fx urn:acme:web. Står i applikationens opsætning og kan ikke ændres siden. Brug det samme i TEST og PRODUCTION.",
    "1 to 200 visible ASCII characters, such as urn:acme:web. It stands in the application's own configuration and cannot be changed later. Use the same in TEST and PRODUCTION.",
);
pub const NAME: Text = Text::fixed("Navn", "Name");
pub const NAME_HELP: Text = Text::fixed(
    "Det, brugerne og I selv kender applikationen som. Højst 64 tegn.",
    "What users and you yourselves know the application by. At most 64 characters.",
);
pub const ENABLED: Text = Text::fixed("Applikationen er slået til", "The application is enabled");
pub const ENABLED_HELP: Text = Text::fixed(
    "Slået fra kan ingen logge ind gennem den. Opsætning og hemmeligheder bliver, så den kan slås til igen.",
    "Disabled, nobody can log in through it. Its settings and secrets stay, so it can be enabled again.",
);
pub const REDIRECT_URIS: Text = Text::fixed("Callback-adresser", "Callback URLs");
pub const REDIRECT_URIS_HELP: Text = Text::fixed(
    "En pr. linje. Hertil sendes svaret på et login, og kun hertil: adresserne sammenlignes tegn for tegn. https, http på loopback eller et privat skema med punktum. I PRODUCTION er http kun for offentlige applikationer.",
    "One a line. The answer of a login is sent here and nowhere else: they are compared character by character. https, http on loopback, or a private scheme with a dot. In PRODUCTION http is for public applications only.",
);
pub const POST_LOGOUT: Text = Text::fixed("Adresser efter log ud", "Addresses after a logout");
pub const POST_LOGOUT_HELP: Text = Text::fixed(
    "En pr. linje. Hertil kan et log ud føre, ud over callback-adresserne.",
    "One a line. Where a logout may lead, besides the callback URLs.",
);
pub const ACR_VALUES: Text = Text::fixed("eID’er", "eIDs");
pub const ACR_VALUES_HELP: Text = Text::fixed(
    "Hvad applikationen må bede om og får tilbudt. Ingen valgt betyder alle, som domænet har. Fjerner du et, fejler logins, der beder om netop det.",
    "What the application may ask for and is offered. None chosen means all that its domain has. If you take one away, logins that ask for just that one fail.",
);
pub const NEMID_POCES: Text =
    Text::fixed("NemID (urn:grn:authn:dk:nemid:poces)", "NemID (urn:grn:authn:dk:nemid:poces)");
pub const NEMID_MOCES: Text = Text::fixed(
    "NemID medarbejdersignatur (urn:grn:authn:dk:nemid:moces)",
    "NemID employee signature (urn:grn:authn:dk:nemid:moces)",
);
pub const NEMID_CODEFILE: Text = Text::fixed(
    "NemID nøglefil (urn:grn:authn:dk:nemid:moces:codefile)",
    "NemID key file (urn:grn:authn:dk:nemid:moces:codefile)",
);
pub const MITID_LOW: Text =
    Text::fixed("MitID, lav (urn:grn:authn:dk:mitid:low)", "MitID, low (urn:grn:authn:dk:mitid:low)");
pub const MITID_SUBSTANTIAL: Text = Text::fixed(
    "MitID, betydelig (urn:grn:authn:dk:mitid:substantial)",
    "MitID, substantial (urn:grn:authn:dk:mitid:substantial)",
);
pub const MITID_HIGH: Text =
    Text::fixed("MitID, høj (urn:grn:authn:dk:mitid:high)", "MitID, high (urn:grn:authn:dk:mitid:high)");
pub const MITID_BUSINESS: Text = Text::fixed(
    "MitID Erhverv (urn:grn:authn:dk:mitid:business)",
    "MitID Erhverv (urn:grn:authn:dk:mitid:business)",
);
pub const AUTH_METHODS: Text =
    Text::fixed("Sådan beviser applikationen, hvem den er", "How the application proves who it is");
pub const AUTH_METHODS_HELP: Text = Text::fixed(
    "Ved token-endpointet. none står alene og er for applikationer, der ikke kan holde på en hemmelighed; de skal bruge PKCE. private_key_jwt kræver nøgler herunder.",
    "At the token endpoint. none stands alone and is for applications that cannot keep a secret; they must use PKCE. private_key_jwt needs keys below.",
);
pub const AUTH_BASIC: Text = Text::fixed(
    "Hemmelighed i Authorization (client_secret_basic)",
    "Secret in Authorization (client_secret_basic)",
);
pub const AUTH_POST: Text =
    Text::fixed("Hemmelighed i formularen (client_secret_post)", "Secret in the form (client_secret_post)");
pub const AUTH_JWT: Text = Text::fixed("Egen nøgle (private_key_jwt)", "Its own key (private_key_jwt)");
pub const AUTH_NONE: Text = Text::fixed("Intet bevis (none)", "No proof (none)");
pub const JWKS: Text = Text::fixed("Offentlige nøgler (JWK Set)", "Public keys (JWK Set)");
pub const JWKS_HELP: Text = Text::fixed(
    "JSON med applikationens offentlige nøgler, højst 16 kB. Bruges til private_key_jwt og signerede forespørgsler. Kun offentlige nøgler hører til her. Ikke sammen med en adresse.",
    "JSON with the application's public keys, at most 16 kB. For private_key_jwt and signed requests. Only public keys belong here. Not together with an address.",
);
pub const JWKS_URI: Text = Text::fixed("Adresse med offentlige nøgler", "Address of public keys");
pub const JWKS_URI_HELP: Text = Text::fixed(
    "Vi henter nøglerne her, så applikationen selv kan skifte dem. I PRODUCTION en offentlig https-adresse.",
    "We fetch the keys here, so the application can change them by itself. In PRODUCTION a public https address.",
);
pub const RESPONSE_TYPES: Text = Text::fixed("Svar på et login", "Answer of a login");
pub const RESPONSE_TYPES_HELP: Text = Text::fixed(
    "Med code hentes ID-tokenet bag om browseren. id_token sender det gennem browseren; det frarådes (RFC 9700) og er for ældre applikationer.",
    "With code the ID token is fetched behind the browser's back. id_token sends it through the browser; that is advised against (RFC 9700) and is for older applications.",
);
pub const CODE: Text = Text::fixed("Kode (code)", "Code (code)");
pub const ID_TOKEN: Text = Text::fixed("ID-token (id_token)", "ID token (id_token)");
pub const SCOPE_STRATEGY: Text = Text::fixed("Hvem vælger oplysningerne?", "Who chooses the claims?");
pub const SCOPE_STRATEGY_HELP: Text = Text::fixed(
    "Fast: miljøets og domænets indstillinger. Dynamisk: hvert login beder om det, det skal bruge, med scope og claims; uden ssn kommer der intet CPR-nummer.",
    "Static: the settings of environment and domain. Dynamic: each login asks for what it needs by scope and claims; without ssn there is no CPR number.",
);
pub const STATIC: Text = Text::fixed("Indstillingerne (static)", "The settings (static)");
pub const DYNAMIC: Text = Text::fixed("Hvert login (dynamic)", "Each login (dynamic)");
pub const USERINFO: Text = Text::fixed("Userinfo-endpointets svar", "Answer of the userinfo endpoint");
pub const USERINFO_HELP: Text = Text::fixed(
    "from_token_endpoint betyder, at endpointet ikke svarer, fordi ID-tokenet har det hele.",
    "from_token_endpoint means that the endpoint does not answer, since the ID token has everything.",
);
pub const PLAIN_JSON: Text = Text::fixed("JSON (plain_json)", "JSON (plain_json)");
pub const SIGNED_JWT: Text = Text::fixed("Signeret (signed_jwt)", "Signed (signed_jwt)");
pub const FROM_TOKEN: Text =
    Text::fixed("Alt i ID-tokenet (from_token_endpoint)", "All in the ID token (from_token_endpoint)");
pub const ALGORITHM: Text = Text::fixed("ID-tokenets signatur", "Signature of the ID token");
pub const ALGORITHM_HELP: Text = Text::fixed(
    "Applikationens bibliotek skal kunne den valgte. Skift først her, når det kan; ellers afvises alle logins.",
    "The application's library must know the one chosen. Change it here only when it does, or it refuses all logins.",
);
pub const RS256: Text = Text::fixed("RSA (RS256)", "RSA (RS256)");
pub const ES256: Text = Text::fixed("Elliptisk kurve (ES256)", "Elliptic curve (ES256)");
pub const FAPI2: Text = Text::fixed("Kræv FAPI 2.0", "Demand FAPI 2.0");
pub const FAPI2_HELP: Text = Text::fixed(
    "Alt, hvad FAPI 2.0 Security Profile kræver, bliver krævet: private_key_jwt, code, ES256, pushed requests, bundne access-tokens, https i alle callback-adresser og issuer som audience. Sæt de andre felter tilsvarende; ellers bliver det afvist.",
    "Everything that the FAPI 2.0 Security Profile demands is demanded: private_key_jwt, code, ES256, pushed requests, bound access tokens, https in all callback URLs, and the issuer as audience. Set the other fields accordingly, or it is refused.",
);
pub const PUSHED: Text = Text::fixed("Tag kun imod pushed requests", "Take pushed requests only");
pub const PUSHED_HELP: Text = Text::fixed(
    "Forespørgsler skal først lægges hos os (RFC 9126). Slå først til, når applikationen gør det.",
    "Requests must be left with us first (RFC 9126). Switch it on only when the application does so.",
);
pub const DPOP: Text = Text::fixed("Bind access-tokens til en nøgle", "Bind access tokens to a key");
pub const DPOP_HELP: Text = Text::fixed(
    "Et access-token virker kun sammen med applikationens DPoP-nøgle (RFC 9449). Applikationer uden DPoP får ingen tokens.",
    "An access token works only together with the application's DPoP key (RFC 9449). Applications without DPoP get no tokens.",
);
pub const AUDIENCE: Text = Text::fixed("Godtag et endpoint som audience", "Accept an endpoint as audience");
pub const AUDIENCE_HELP: Text = Text::fixed(
    "For ældre biblioteker med private_key_jwt, der skriver token-endpointet i stedet for issuer.",
    "For older libraries with private_key_jwt that write the token endpoint instead of the issuer.",
);
pub const INITIATE: Text = Text::fixed("Adresse, hvor et login begynder", "Address where a login begins");
pub const INITIATE_HELP: Text = Text::fixed(
    "Hertil fører »Begynd forfra« på vores fejlsider. Uden den kan brugeren kun gå tilbage selv.",
    "Where \"start again\" on our error pages leads. Without it users can only go back by themselves.",
);
pub const FRONTCHANNEL: Text = Text::fixed("Log ud i browseren", "Logout in the browser");
pub const FRONTCHANNEL_HELP: Text = Text::fixed(
    "En side hos applikationen, som vores log ud-side henter i en ramme, så applikationen også logger ud. Samme skema, vært og port som en callback-adresse.",
    "A page of the application that our logout page loads in a frame, so that the application signs out too. Scheme, host and port of one of the callback URLs.",
);
pub const BACKCHANNEL: Text = Text::fixed("Log ud fra server til server", "Logout from server to server");
pub const BACKCHANNEL_HELP: Text = Text::fixed(
    "Hertil sender vi et logout-token, når brugeren logger ud et andet sted.",
    "Where we post a logout token when the user signs out elsewhere.",
);
pub const RESUME_URLS: Text = Text::fixed("Tilbage fra MitID-appen", "Back from MitID's app");
pub const RESUME_URLS_HELP: Text = Text::fixed(
    "En pr. linje: universal links til jeres egne apps. En adresse, der ikke står her, bliver set bort fra, og login fortsætter uden.",
    "One a line: universal links of your own apps. One that is not listed is ignored, and the login goes on without it.",
);
pub const ORIGINS: Text = Text::fixed("Origins, der må kalde os", "Origins that may call us");
pub const ORIGINS_HELP: Text = Text::fixed(
    "En pr. linje, fx https://app.example. Kun for kode i browseren, og ud over callback-adressernes egne.",
    "One a line, such as https://app.example. Only for code in browsers, and besides those of the callback URLs.",
);
pub const SILENT: Text =
    Text::fixed("Se efter en session i en skjult ramme", "Look for a session in a hidden frame");
pub const SILENT_HELP: Text = Text::fixed(
    "Kræver en cookie, som browsere sender på tværs af websteder; nogle browsere gør det aldrig. Lad den være slået fra, hvis applikationen ikke bruger prompt=none i en ramme.",
    "Needs a cookie that browsers send across sites; some never do. Leave it off unless the application uses prompt=none in a frame.",
);
pub const RECORDING: Text = Text::fixed("Optag logins indtil", "Record logins until");
pub const RECORDING_HELP: Text = Text::fixed(
    "Tid i UTC, højst 24 timer frem. Hvert login kan så forklares trin for trin under Værktøjer i en uge. Tomt: der optages ikke.",
    "A time in UTC, at most 24 hours ahead. Each login can then be explained step by step under Tools for a week. Empty: nothing is recorded.",
);
pub const NEMID_CLOSED_AT: Text =
    Text::fixed("NemID lukker for applikationen", "NemID closes for the application");
pub const NEMID_CLOSED_AT_SHOWN: Text = Text::fixed(
    "Sættes under Flytning. Står der intet, gælder domænets dag alene.",
    "Set under Migration. Where nothing stands, the domain's day counts alone.",
);
pub const NEMID_CLOSED_AT_HELP: Text = Text::fixed(
    "Tid i UTC. Tomt: dagen trækkes tilbage, og domænets dag gælder alene.",
    "A time in UTC. Empty: the day is withdrawn, and the domain's day counts alone.",
);
pub const SECRET: Text = Text::fixed("En hemmelighed, I har i forvejen", "A secret that you have already");
pub const SECRET_HELP: Text = Text::fixed(
    "Kun hvis applikationen flytter hertil med den: 12 til 200 synlige ASCII-tegn. Tomt: vi laver en stærk.",
    "Only if the application moves here with it: 12 to 200 visible ASCII characters. Empty: we make a strong one.",
);
pub const ENDS: Text = Text::fixed("Gælder indtil", "Counts until");
pub const SECRET_ENDS_HELP: Text = Text::fixed(
    "Tid i UTC, fx 2027-01-31T12:00:00Z. Tomt: den udløber ikke. Når den er udløbet, afvises applikationen.",
    "A time in UTC, such as 2027-01-31T12:00:00Z. Empty: it does not end. Once it is over, the application is refused.",
);
