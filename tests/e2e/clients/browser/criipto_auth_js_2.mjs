// A single-page application of 2021 on @criipto/auth-js 2.1.6, written as its documentation says.
// A popup comes back to a page of the application, which hands the answer to its opener.
import CriiptoAuth from "criipto-auth-js-2";

const auth = new CriiptoAuth({
  domain: "login.acme.example",
  clientID: "urn:acme:criipto-2",
  store: window.sessionStorage,
  redirectUri: `${window.location.origin}/callback`,
  acrValues: "urn:grn:authn:dk:nemid:poces",
});

window.app = {
  auth,
  popup: (parameters) =>
    auth.popup.authorize({ redirectUri: `${window.location.origin}/popup`, ...parameters }),
};

if (window.location.pathname === "/popup") auth.popup.callback(window.location.origin);
