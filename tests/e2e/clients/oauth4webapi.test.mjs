// oauth4webapi, every step by hand, with each way of authenticating that it knows and we have.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { importJWK } from "jose";
import * as oauth from "oauth4webapi";
import { CALLBACK, NEMID, SPA, WEB } from "../support/relying_party.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Walker } from "../support/walker.mjs";
import { assertPerson } from "../support/website.mjs";

let server;
before(async () => {
  server = await startSeededServer();
});
after(() => server?.stop());

const plain = { [oauth.allowInsecureRequests]: true };

async function discover() {
  const issuer = new URL(server.origin);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
}

/** A private key of the demo's application that has keys, for one algorithm. */
async function privateKey(alg) {
  const file = new URL("../../contract/keys/acme-jwt.private.json", import.meta.url);
  const { keys } = JSON.parse(await readFile(file, "utf8"));
  const jwk = keys.find(({ kty }) => kty === (alg === "ES256" ? "EC" : "RSA"));
  return { key: await importJWK(jwk, alg), kid: jwk.kid };
}

/** What the request has to be: in the address, or pushed beforehand, signed. */
const inTheAddress = async (as, client, parameters) => parameters;
async function pushedAndSigned(as, client, parameters, authentication) {
  const request = await oauth.issueRequestObject(as, client, parameters, await privateKey("ES256"));
  const response = await oauth.pushedAuthorizationRequest(as, client, authentication, { request }, plain);
  const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, response);
  return { client_id: client.client_id, request_uri };
}

/** A login, from the authorization URL to the tokens; the library checks what comes back. */
async function logIn(as, client, authentication, eid, request = inTheAddress, more = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(as.authorization_endpoint);
  const parameters = {
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "openid",
    acr_values: NEMID,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  };
  url.search = new URLSearchParams(await request(as, client, parameters, authentication)).toString();
  const answer = oauth.validateAuthResponse(as, client, await new Walker().logIn(url, eid), state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    answer,
    CALLBACK,
    verifier,
    { ...plain, ...more },
  );
  // The signature too, which the library leaves to TLS unless asked.
  const result = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, plain);
  return result;
}

const WAYS = [
  ["a secret in the header", WEB.clientId, oauth.ClientSecretBasic(WEB.secret)],
  ["a secret in the body", WEB.clientId, oauth.ClientSecretPost(WEB.secret)],
  ["no secret", SPA.clientId, oauth.None()],
  ["an RS256 signature", "urn:acme:jwt", oauth.PrivateKeyJwt(await privateKey("RS256"))],
  ["a PS256 signature", "urn:acme:jwt", oauth.PrivateKeyJwt(await privateKey("PS256"))],
  ["an ES256 signature", "urn:acme:jwt", oauth.PrivateKeyJwt(await privateKey("ES256"))],
  ["a request pushed and signed", "urn:acme:jwt", oauth.PrivateKeyJwt(await privateKey("ES256")), pushedAndSigned],
];
for (const [way, client_id, authentication, request] of WAYS) {
  for (const eid of ["nemid", "mitid"]) {
    test(`oauth4webapi, with ${way}, logs somebody in by the ${eid} tab`, async () => {
      const as = await discover();
      const client = { client_id };
      const tokens = await logIn(as, client, authentication, eid, request);
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      assertPerson(claims, eid);
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, plain);
      assertPerson(await oauth.processUserInfoResponse(as, client, claims.sub, response), eid);
    });
  }
}

for (const eid of ["nemid", "mitid"]) {
  test(`oauth4webapi binds the access token of a login by the ${eid} tab to its key`, async () => {
    const as = await discover();
    const client = { client_id: SPA.clientId };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
    const tokens = await logIn(as, client, oauth.None(), eid, inTheAddress, { DPoP });
    assert.equal(tokens.token_type, "dpop");
    const { sub } = oauth.getValidatedIdTokenClaims(tokens);
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, { ...plain, DPoP });
    assertPerson(await oauth.processUserInfoResponse(as, client, sub, response), eid);
    // Without its key it opens nothing.
    const stolen = await oauth.userInfoRequest(as, client, tokens.access_token, plain);
    await assert.rejects(oauth.processUserInfoResponse(as, client, sub, stolen), { status: 401 });
  });
}

test("oauth4webapi asks about its access token, and gives it back", async () => {
  const as = await discover();
  const client = { client_id: WEB.clientId };
  const authentication = oauth.ClientSecretBasic(WEB.secret);
  const { access_token } = await logIn(as, client, authentication, "mitid");
  const introspect = async () => {
    const response = await oauth.introspectionRequest(as, client, authentication, access_token, plain);
    return oauth.processIntrospectionResponse(as, client, response);
  };
  const known = await introspect();
  assert.deepEqual([known.active, known.client_id], [true, WEB.clientId]);
  const revoked = await oauth.revocationRequest(as, client, authentication, access_token, plain);
  await oauth.processRevocationResponse(revoked);
  assert.deepEqual(await introspect(), { active: false });
});
