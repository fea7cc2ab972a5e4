// @criipto/auth-js 2.1.6, the SDK of the NemID years, in Chromium. It knows https only. It has
// neither a silent check nor a logout.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { answerSimulator, chooseTab, startBrowser } from "../support/browser.mjs";
import { browserApp, leave } from "../support/browser_app.mjs";
import { register } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { APP_HOST, LOGIN_HOST, MITID_HOST, addHttpsDomains, startTlsFront } from "../support/tls_front.mjs";
import { assertPerson } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:criipto-2" };
const APP = `https://${APP_HOST}`;

let server, front, browser;
before(async () => {
  server = await startSeededServer();
  await addHttpsDomains(server);
  await register(server, { ...CLIENT, callbacks: [`${APP}/callback`, `${APP}/popup`] }, [LOGIN_HOST, MITID_HOST]);
  front = await startTlsFront(server.port, await browserApp("criipto_auth_js_2.mjs"));
  browser = await startBrowser({ args: front.chromium });
});
after(async () => {
  await browser?.close();
  await front?.close();
  await server?.stop();
});

/** The SDK verifies no ID token, so this does. */
async function assertIdToken(idToken, eid) {
  // The demo tenant's other domain announces the same keys, and Node finds it.
  const keys = createRemoteJWKSet(new URL(`${server.origin}/.well-known/jwks`));
  const options = { issuer: `https://${LOGIN_HOST}`, audience: CLIENT.clientId };
  const { payload } = await jwtVerify(idToken, keys, options);
  assertPerson(payload, eid);
}

for (const eid of ["nemid", "mitid"]) {
  test(`@criipto/auth-js 2.1.6 logs somebody in by redirect and the ${eid} tab`, async () => {
    const page = await browser.open();
    await page.goto(APP);
    await leave(page, () => window.app.auth.redirect.authorize({ state: "of=the application", uiLocales: "da" }));
    await chooseTab(page, eid);
    await answerSimulator(page, "ditlev");
    await page.waitForURL(`${APP}/callback?*`);
    const { id_token, state } = await page.evaluate(() => window.app.auth.redirect.match());
    await assertIdToken(id_token, eid);
    assert.equal(state, "of=the application");
    await page.context().close();
  });

  test(`@criipto/auth-js 2.1.6 logs somebody in by popup and the ${eid} tab`, async () => {
    const page = await browser.open();
    await page.goto(APP);
    const opened = page.context().waitForEvent("page");
    const answer = page.evaluate(() => window.app.popup({ state: "of=the popup" }));
    const popup = await opened;
    await chooseTab(popup, eid);
    await answerSimulator(popup, "ditlev");
    const { id_token, state } = await answer;
    await assertIdToken(id_token, eid);
    assert.equal(state, "of=the popup");
    await page.context().close();
  });
}

test("@criipto/auth-js 2.1.6 tells why somebody was not logged in", async () => {
  const page = await browser.open();
  await page.goto(APP);
  await leave(page, () => window.app.auth.redirect.authorize({}));
  await chooseTab(page, "nemid");
  await answerSimulator(page, "ditlev", "cancel");
  await page.waitForURL(`${APP}/callback?*`);
  const told = await page.evaluate(() =>
    window.app.auth.redirect.match().catch(({ name, error, message }) => ({ name, error, message })),
  );
  assert.equal(told.name, "OAuth2Error");
  assert.equal(told.error, "access_denied");
  assert.ok(!told.message.includes("+"), "its parser knows no plus for a space");
  await page.context().close();
});
