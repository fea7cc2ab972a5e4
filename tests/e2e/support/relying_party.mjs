// @ts-check
// An application, as a developer would write one: openid-client with its defaults and an address
// that browsers are sent back to.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import * as oidc from "openid-client";

/** Where the demo's applications have their callback. The broker at `localhost` is another site. */
export const CALLBACK = "http://127.0.0.1:3000/callback";
const PORT = 3000;

export const WEB = { clientId: "urn:acme:web", secret: "acme-web-secret" };
export const SPA = { clientId: "urn:acme:spa" };
export const CPR = { clientId: "urn:acme:cpr", secret: "acme-cpr-secret" };
export const NOSHADOW = { clientId: "urn:acme:noshadow", secret: "acme-noshadow-secret" };

export const NEMID = "urn:grn:authn:dk:nemid:poces";
export const NEMID_EMPLOYEE = "urn:grn:authn:dk:nemid:moces";
export const MITID = "urn:grn:authn:dk:mitid:substantial";
export const MITID_LOW = "urn:grn:authn:dk:mitid:low";

/** @typedef {{ clientId: string, secret?: string }} Client */

/** Listens where browsers are sent back to, on both addresses of `localhost`. */
export async function startCallback() {
  const servers = [];
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer((request, response) => {
      const status = request.url?.startsWith("/callback") ? 200 : 404;
      response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><html lang=en><title>Application</title><h1>Back at the application</h1>");
    }).listen(PORT, host);
    try {
      await once(server, "listening");
      servers.push(server);
    } catch (error) {
      // A machine without IPv6 has only the one.
      if (host === "127.0.0.1" || /** @type {any} */ (error).code === "EADDRINUSE") throw error;
    }
  }
  return {
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
        await once(server, "close");
      }
    },
  };
}

/**
 * One application at one issuer. Everything that it learns and that belongs into no log is kept in
 * `secrets`.
 * @param {string} origin the issuer
 * @param {Client} client
 */
export async function application(origin, { clientId, secret }) {
  const configuration = await oidc.discovery(new URL(origin), clientId, secret, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  /** @type {string[]} */
  const secrets = [];
  return {
    configuration,
    clientId,
    issuer: origin,
    metadata: configuration.serverMetadata(),
    secrets,

    /**
     * Begins a login: the URL to send the browser to, and what to keep until it comes back.
     * @param {Record<string, string>} [parameters] more or other ones; an empty one is left out
     */
    async begin(parameters = {}) {
      const verifier = oidc.randomPKCECodeVerifier();
      const state = oidc.randomState();
      const nonce = oidc.randomNonce();
      const wanted = {
        redirect_uri: CALLBACK,
        scope: "openid",
        acr_values: NEMID,
        ui_locales: "en",
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        ...parameters,
      };
      const sent = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
      secrets.push(state, nonce, verifier);
      return { url: oidc.buildAuthorizationUrl(configuration, sent), state, nonce, verifier };
    },

    /**
     * Redeems what came back, as the library does it: it checks `state`, `iss`, `nonce`, the ID
     * token's claims, and that userinfo is about the same person.
     * @param {URL} answer
     * @param {{ state: string, nonce: string, verifier: string }} kept
     */
    async finish(answer, { state, nonce, verifier }) {
      secrets.push(answer.searchParams.get("code") ?? "");
      const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      assert.ok(claims && tokens.id_token);
      secrets.push(tokens.access_token, tokens.id_token);
      const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { tokens, idToken: tokens.id_token, claims, userinfo };
    },
  };
}

/** Checks that a login ended with an error that the application can trust. */
export function assertError(
  /** @type {URL} */ answer,
  /** @type {string} */ error,
  /** @type {{ state: string }} */ kept,
  /** @type {string} */ issuer,
) {
  const told = Object.fromEntries(answer.searchParams);
  assert.equal(told.error, error, told.error_description);
  assert.equal(told.state, kept.state);
  assert.equal(told.iss, issuer);
  assert.ok(told.error_description, "an error has a description");
  assert.equal(told.code, undefined);
}
