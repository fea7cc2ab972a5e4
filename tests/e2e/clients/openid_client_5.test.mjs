// openid-client 5, which most of today's Node applications still have, as confidential and as
// public application. Version 6 is in ../clients.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Issuer, generators } from "openid-client-5";
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

async function application({ clientId, secret }) {
  const issuer = await Issuer.discover(server.origin);
  return new issuer.Client({
    client_id: clientId,
    redirect_uris: [CALLBACK],
    response_types: ["code"],
    ...(secret ? { client_secret: secret } : { token_endpoint_auth_method: "none" }),
  });
}

/** A login, from the authorization URL to the tokens; the library checks what comes back. */
async function logIn(client, eid, walker = new Walker()) {
  const verifier = generators.codeVerifier();
  const checks = { state: generators.state(), nonce: generators.nonce(), code_verifier: verifier };
  const url = client.authorizationUrl({
    scope: "openid",
    acr_values: NEMID,
    state: checks.state,
    nonce: checks.nonce,
    code_challenge: generators.codeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const answer = await walker.logIn(url, eid);
  return client.callback(CALLBACK, client.callbackParams(answer.href), checks);
}

for (const registered of [WEB, SPA]) {
  for (const eid of ["nemid", "mitid"]) {
    test(`openid-client 5 logs somebody in at ${registered.clientId} by the ${eid} tab`, async () => {
      const client = await application(registered);
      const tokens = await logIn(client, eid);
      assertPerson(tokens.claims(), eid);
      assertPerson(await client.userinfo(tokens), eid);
    });
  }
}

test("openid-client 5 logs somebody out, who is asked again afterwards", async () => {
  const client = await application(WEB);
  const walker = new Walker();
  const tokens = await logIn(client, "mitid", walker);
  const silent = async () => {
    const url = client.authorizationUrl({ prompt: "none", acr_values: NEMID, state: "s" });
    return client.callbackParams((await walker.open(url)).url.href);
  };
  assert.ok((await silent()).code, "there is a session");
  const parameters = { id_token_hint: tokens, post_logout_redirect_uri: CALLBACK, state: "of=the logout" };
  const { url } = await walker.open(client.endSessionUrl(parameters));
  assert.equal(url.origin + url.pathname, CALLBACK);
  assert.equal(url.searchParams.get("state"), "of=the logout");
  assert.equal((await silent()).error, "login_required");
});
