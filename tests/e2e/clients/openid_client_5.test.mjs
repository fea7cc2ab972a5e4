// openid-client 5, which most of today's Node applications still have, as confidential and as
// public application. Version 6 is in ../clients.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Issuer, generators } from "openid-client-5";
import { CALLBACK, NEMID, SPA, WEB } from "../support/relying_party.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { Walker } from "../support/walker.mjs";
import { assertPerson } from "../support/website.mjs";

let server;
before(async () => {
  server = await startSeededServer();
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
