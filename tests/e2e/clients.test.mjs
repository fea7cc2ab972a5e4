// Unmodified clients: openid-client as confidential and as public application, jose as the verifier
// of its tokens, a real browser, both tabs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { logIn, startBrowser } from "./support/browser.mjs";
import { SPA, WEB, application, startCallback } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, callback, browser;
before(async () => {
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const EXPECTED = {
  nemid: { identityscheme: "dknemid", authenticationtype: "urn:grn:authn:dk:nemid:poces" },
  mitid: { identityscheme: "dkmitid", authenticationtype: "urn:grn:authn:dk:mitid:substantial" },
};

async function verifiesAgainst(jwksUri, idToken, clientId, issuer) {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const { payload } = await jwtVerify(idToken, keys, { issuer, audience: clientId, algorithms: ["RS256"] });
  return payload;
}

for (const client of [WEB, SPA]) {
  for (const eid of ["nemid", "mitid"]) {
    test(`${client.clientId} logs somebody in by the ${eid} tab`, async () => {
      const app = await application(server.origin, client);
      const kept = await app.begin();
      const page = await browser.open();
      const answer = await logIn(page, kept.url, eid);
      assert.equal(answer.searchParams.get("iss"), server.origin);
      const { idToken, claims, userinfo } = await app.finish(answer, kept);
      await page.context().close();
      assert.equal(claims.iss, server.origin);
      for (const [name, value] of Object.entries(EXPECTED[eid])) {
        assert.equal(claims[name], value);
        assert.equal(userinfo[name], value);
      }
      for (const origin of [server.origin, server.mitidOrigin]) {
        await verifiesAgainst(`${origin}/.well-known/jwks`, idToken, client.clientId, server.origin);
      }
    });
  }
}
