// A single-page application on today's @criipto/auth-js, written as its documentation says. A popup
// and the silent check get their answers by message; no page of the application takes part.
import CriiptoAuth from "@criipto/auth-js";

window.app = {
  auth: new CriiptoAuth({
    domain: "login.acme.example",
    clientID: "urn:acme:criipto",
    store: window.sessionStorage,
    redirectUri: `${window.location.origin}/callback`,
    acrValues: "urn:grn:authn:dk:nemid:poces",
  }),
};
