//! What the page of an upstream says, and what is found wrong with one.

use super::super::Text;

pub static CALLBACK: Text =
    Text::fixed("Callback, som registreres hos brokeren", "Callback to register at the broker");
pub static LOGOUT: Text = Text::fixed(
    "Adresse efter logout, som registreres, hvis der også logges ud hos brokeren",
    "Address after logging out, to register if users are logged out of the broker too",
);
pub static CLIENT_KEY: Text = Text::fixed(
    "Vores offentlige nøgle, som registreres hos brokeren",
    "Our public key, to register at the broker",
);
pub static NOT_YET: Text = Text::fixed(
    "Denne eID er ikke sat op på domænet endnu. Den, der sendes til den, får en fejl.",
    "This eID is not set up on the domain yet. Whoever is sent to it gets an error.",
);
pub static NEMID_ELSEWHERE: Text = Text::fixed(
    "Et MitID-domæne kører kun MitID. NemID sættes op på et almindeligt domæne.",
    "A MitID domain runs MitID only. NemID is set up on an ordinary domain.",
);
pub static SETTINGS: Text = Text::fixed("Indstillinger", "Settings");
pub static TEST: Text = Text::fixed("Test denne upstream", "Test this upstream");
pub static TEST_ABOUT: Text = Text::fixed(
    "Testen bruger det, der er gemt. Den henter brokerens metadata og nøgler og siger, hvad der er galt. Ingen logges ind.",
    "The test uses what is saved. It fetches the broker's metadata and keys and says what is wrong. Nobody is logged in.",
);
pub static TESTED: Text = Text::fixed("Test af upstream", "Test of the upstream");
pub static REMOVE: Text = Text::fixed("Fjern denne upstream", "Remove this upstream");
pub static REMOVE_TEXT: Text = Text::fixed(
    "Ingen kan logge ind med denne eID på domænet, og hemmeligheden eller nøglen hos brokeren slettes her. Logins, der er i gang, fejler.",
    "Nobody can log in with this eID on the domain, and the secret or key at the broker is deleted here. Logins that are under way fail.",
);
pub static BACK: Text = Text::fixed("Tilbage", "Back");

pub static NOT_PUBLIC: Text = Text::fixed(
    "Udstederen er ikke et offentligt navn på port 443, så den kan ikke testes herfra.",
    "The issuer is no public name on port 443, so it cannot be tested from here.",
);
pub static NO_CODE: Text = Text::fixed(
    "Den tilbyder ikke response_type code: ingen kan logge ind.",
    "It offers no response_type code: nobody can log in.",
);
pub static NO_S256: Text = Text::fixed("Den tilbyder PKCE uden S256.", "It offers PKCE without S256.");
pub static NO_PKCE: Text = Text::fixed(
    "Den siger ikke, at den understøtter PKCE. S256 sendes alligevel.",
    "It does not say that it supports PKCE. S256 is sent all the same.",
);
pub static NO_ISS: Text = Text::fixed(
    "Den sender ikke iss i sine svar (RFC 9207). Ingen anden end denne upstream bør bruge callbacken.",
    "It does not send iss in its answers (RFC 9207). Nobody but this upstream should use the callback.",
);
pub static NO_RS256: Text = Text::fixed(
    "Den tager ikke imod assertions underskrevet med RS256, som vores nøgle gør.",
    "It takes no assertions signed by RS256, as our key does.",
);
pub static NO_KEY: Text = Text::fixed(
    "Nøglesættet har ingen nøgle, som et login kan kontrolleres med.",
    "The key set has no key that a login can be verified with.",
);
pub static NO_KID: Text = Text::fixed(
    "Nøglesættet har flere nøgler, og en af dem har intet kid.",
    "The key set has several keys, and one without kid.",
);
pub static NOT_TRIED: Text = Text::fixed(
    "Client secret og callback blev ikke prøvet: det gør npm run check-upstream, og den første bruger.",
    "The client secret and the callback were not tried: npm run check-upstream does that, and the first user.",
);

pub fn metadata(issuer: &str) -> Text {
    Text::filled(format!("Metadata er fra {issuer}."), format!("The metadata is of {issuer}."))
}

pub fn other_issuer(stated: &str, only_slash: bool) -> Text {
    let (da, en) = if only_slash {
        (" Skråstregen til sidst tæller med.", " The slash at the end counts.")
    } else {
        ("", "")
    };
    Text::filled(
        format!("Metadata er fra udstederen \u{201d}{stated}\u{201d}. Skriv præcis det.{da}"),
        format!("The metadata is of the issuer \u{201c}{stated}\u{201d}. Set exactly that.{en}"),
    )
}

pub fn endpoint(name: &str) -> Text {
    Text::filled(
        format!("{name} mangler, er ingen https-adresse eller er ikke offentlig."),
        format!("{name} is missing, is no https address, or is not public."),
    )
}

pub fn algorithms(theirs: &str) -> Text {
    Text::filled(
        format!("Den underskriver med {theirs}; her kontrolleres RS256, PS256 og ES256."),
        format!("It signs by {theirs}; RS256, PS256 and ES256 are verified here."),
    )
}

pub fn methods(theirs: &str, ours: &str) -> Text {
    Text::filled(format!("Den tager imod {theirs}, ikke {ours}."), format!("It takes {theirs}, not {ours}."))
}

pub fn claim(names: &str) -> Text {
    Text::filled(
        format!("Den nævner ikke claimet {names}, og uden det lykkes intet login."),
        format!("It does not list the claim {names}, without which no login succeeds."),
    )
}

pub fn scopes(missing: &str) -> Text {
    Text::filled(
        format!(
            "Den nævner ikke scopet {missing}. Nogle brokere afviser hele login for ét scope, der ikke er tilladt."
        ),
        format!(
            "It does not list the scope {missing}. Some brokers fail a whole login for one scope that is not allowed."
        ),
    )
}

pub fn keys(count: usize) -> Text {
    Text::filled(
        format!("Nøglesættet kan læses; det har {count} brugbar(e) nøgle(r)."),
        format!("The key set can be read; it has {count} fitting key(s)."),
    )
}
