// openid-client 6 beyond a plain login, which ../clients.test.mjs shows in a browser: pushed
// requests, ID tokens straight from the authorization endpoint, logout.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as oidc from "openid-client";
import { rememberUsers } from "../support/registration.mjs";
import { CALLBACK, NEMID, SPA, WEB } from "../support/relying_party.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Walker } from "../support/walker.mjs";
import { assertPerson } from "../support/website.mjs";

let server;
before(async () => {
  server = await startSeededServer();
  await rememberUsers(server);
});
after(() => server?.stop());

/** The library, set up for an application; `more` as `openid-client` takes it. */
function discover({ clientId, secret }, ...more) {
  const execute = [oidc.allowInsecureRequests, ...more];
  return oidc.discovery(new URL(server.origin), clientId, secret, undefined, { execute });
}

for (const client of [WEB, SPA]) {
  for (const eid of ["nemid", "mitid"]) {
    test(`openid-client 6 pushes the request of ${client.clientId} and logs somebody in by the ${eid} tab`, async () => {
      const configuration = await discover(client);
      const verifier = oidc.randomPKCECodeVerifier();
      const checks = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
      const url = await oidc.buildAuthorizationUrlWithPAR(configuration, {
        redirect_uri: CALLBACK,
        scope: "openid",
        acr_values: NEMID,
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
      const answer = await new Walker().logIn(url, eid);
      const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
        ...checks,
        pkceCodeVerifier: verifier,
      });
      assertPerson(tokens.claims(), eid);
    });
  }
}

for (const eid of ["nemid", "mitid"]) {
  test(`openid-client 6 gets an ID token without a code, in the fragment, by the ${eid} tab`, async () => {
    const configuration = await discover(SPA, oidc.useIdTokenResponseType);
    const nonce = oidc.randomNonce();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: CALLBACK,
      scope: "openid",
      acr_values: NEMID,
      state,
      nonce,
    });
    const answer = await new Walker().logIn(url, eid);
    assertPerson(await oidc.implicitAuthentication(configuration, answer, nonce, { expectedState: state }), eid);
  });
}

test("openid-client 6 logs somebody out, who is asked again afterwards", async () => {
  const configuration = await discover(WEB);
  const walker = new Walker();
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: NEMID,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  const answer = await walker.logIn(oidc.buildAuthorizationUrl(configuration, parameters), "nemid");
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const silent = async () => {
    const asked = oidc.buildAuthorizationUrl(configuration, { ...parameters, prompt: "none" });
    return (await walker.open(asked)).url.searchParams;
  };
  assert.ok((await silent()).get("code"), "there is a session");
  const { url } = await walker.open(
    oidc.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token ?? "",
      post_logout_redirect_uri: CALLBACK,
      state: "of=the logout",
    }),
  );
  assert.equal(url.origin + url.pathname, CALLBACK);
  assert.equal(url.searchParams.get("state"), "of=the logout");
  assert.equal((await silent()).get("error"), "login_required");
});
