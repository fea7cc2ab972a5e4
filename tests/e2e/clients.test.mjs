// Unmodified clients: openid-client as confidential and as public application, jose as the verifier
// of its tokens, a real browser, both tabs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { logIn, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { MITID, SPA, WEB, application, startCallback } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, callback, browser;
const secrets = [];
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

/** A login in a fresh browser, from the authorization URL to userinfo. */
async function complete(client, eid, { origin = server.origin, user, ...parameters } = {}) {
  const app = await application(origin, client);
  const kept = await app.begin(parameters);
  const page = await browser.open();
  const answer = await logIn(page, kept.url, eid, user);
  await page.context().close();
  const result = await app.finish(answer, kept);
  secrets.push(...app.secrets);
  return { ...result, answer, kid: decodeProtectedHeader(result.idToken).kid };
}

const jwks = (origin) => `${origin}/.well-known/jwks`;

for (const client of [WEB, SPA]) {
  for (const eid of ["nemid", "mitid"]) {
    test(`${client.clientId} logs somebody in by the ${eid} tab, and either domain's keys verify the token`, async () => {
      const { answer, idToken, claims, userinfo, tokens } = await complete(client, eid);
      assert.equal(answer.searchParams.get("iss"), server.origin);
      assert.equal(claims.iss, server.origin);
      assert.equal(claims.aud, client.clientId);
      assert.equal(tokens.expires_in, 20 * 60);
      const { identityscheme, authenticationtype } = EXPECTED[eid];
      for (const told of [claims, userinfo]) {
        assert.equal(told.identityscheme, identityscheme);
        assert.equal(told.authenticationtype, authenticationtype);
        assert.equal(told.name, "Ditlev Testperson");
      }
      for (const origin of [server.origin, server.mitidOrigin]) {
        const keys = createRemoteJWKSet(new URL(jwks(origin)));
        const options = { issuer: server.origin, audience: client.clientId, algorithms: ["RS256"] };
        const { payload } = await jwtVerify(idToken, keys, options);
        assert.equal(payload.sub, claims.sub);
      }
    });
  }
}

test("NemID and MitID tokens are signed by different keys, which both domains announce", async () => {
  const nemid = await complete(WEB, "nemid");
  const mitid = await complete(WEB, "mitid");
  assert.notEqual(nemid.kid, mitid.kid);
  const sets = [];
  for (const origin of [server.origin, server.mitidOrigin]) {
    const { keys } = await (await fetch(jwks(origin))).json();
    for (const key of keys) assert.deepEqual(Object.keys(key).filter((name) => "dpq".includes(name)), []);
    sets.push(keys.map(({ kid }) => kid).sort());
  }
  assert.deepEqual(sets[0], sets[1]);
  assert.ok(sets[0].length >= 4, "two key rings, each with the key that signs and the next one");
  for (const { kid } of [nemid, mitid]) assert.ok(sets[0].includes(kid));
});

test("a person has the same sub at every domain and application of a tenant, and another for each eID", async () => {
  const byTab = await complete(WEB, "mitid");
  const direct = await complete(SPA, "mitid", { origin: server.mitidOrigin, acr_values: MITID });
  const byNemid = await complete(WEB, "nemid");
  const somebodyElse = await complete(WEB, "mitid", { user: "terne" });
  assert.equal(direct.claims.iss, server.mitidOrigin);
  assert.equal(direct.claims.sub, byTab.claims.sub);
  assert.match(byTab.claims.sub, /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/);
  assert.notEqual(byNemid.claims.sub, byTab.claims.sub);
  assert.notEqual(somebodyElse.claims.sub, byTab.claims.sub);
});

test("a script at the application's origin redeems its code and asks who it is", async () => {
  const app = await application(server.origin, SPA);
  const kept = await app.begin();
  const page = await browser.open();
  const answer = await logIn(page, kept.url, "nemid");
  const userinfo = await page.evaluate(
    async ({ token_endpoint, userinfo_endpoint, form }) => {
      const tokens = await (await fetch(token_endpoint, { method: "POST", body: new URLSearchParams(form) })).json();
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      return (await fetch(userinfo_endpoint, { headers })).json();
    },
    {
      ...app.metadata,
      form: {
        grant_type: "authorization_code",
        client_id: SPA.clientId,
        redirect_uri: kept.url.searchParams.get("redirect_uri"),
        code: answer.searchParams.get("code"),
        code_verifier: kept.verifier,
      },
    },
  );
  assert.equal(userinfo.identityscheme, "dknemid");
  await page.context().close();
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...secrets, ...browser.secrets]);
});
