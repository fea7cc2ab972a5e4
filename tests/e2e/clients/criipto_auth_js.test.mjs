// Today's @criipto/auth-js in Chromium: it pushes its requests, and verifies the ID token itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, chooseTab, startBrowser } from "../support/browser.mjs";
import { browserApp, leave } from "../support/browser_app.mjs";
import { register } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { APP_HOST, LOGIN_HOST, MITID_HOST, addHttpsDomains, startTlsFront } from "../support/tls_front.mjs";
import { assertPerson } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:criipto" };
const APP = `https://${APP_HOST}`;

let server, front, browser;
before(async () => {
  server = await startSeededServer();
  await addHttpsDomains(server);
  await register(
    server,
    {
      ...CLIENT,
      callbacks: [`${APP}/callback`],
      settings: { silent_check: true },
    },
    [LOGIN_HOST, MITID_HOST],
  );
  front = await startTlsFront(server.port, await browserApp("criipto_auth_js.mjs"));
  browser = await startBrowser(front.chromium);
});
after(async () => {
  await browser?.close();
  await front?.close();
  await server?.stop();
});

/** The application in a fresh browser. */
async function open() {
  const page = await browser.open();
  await page.goto(APP);
  return page;
}

/** What the SDK told, without what cannot leave the browser. */
const told = (/** @type {any} */ { claims, state }) => ({ claims, state });

async function logInByRedirect(page, eid, parameters = {}) {
  await leave(page, (parameters) => window.app.auth.redirect.authorize(parameters), parameters);
  await chooseTab(page, eid);
  await answerSimulator(page, "ditlev");
  await page.waitForURL(`${APP}/callback?*`);
  return told(await page.evaluate(() => window.app.auth.redirect.match()));
}

for (const eid of ["nemid", "mitid"]) {
  test(`@criipto/auth-js logs somebody in by redirect and the ${eid} tab`, async () => {
    const page = await open();
    const { claims, state } = await logInByRedirect(page, eid, { state: "of=the application" });
    assertPerson(claims, eid);
    assert.equal(state, "of=the application");
    await page.context().close();
  });

  test(`@criipto/auth-js logs somebody in by popup and the ${eid} tab`, async () => {
    const page = await open();
    const opened = page.context().waitForEvent("page");
    const answer = page.evaluate(() => window.app.auth.popup.authorize({ state: "of=the popup" }));
    const popup = await opened;
    await chooseTab(popup, eid);
    const closed = popup.waitForEvent("close");
    await answerSimulator(popup, "ditlev");
    const { claims, state } = told(await answer);
    assertPerson(claims, eid);
    assert.equal(state, "of=the popup");
    await closed;
    await page.context().close();
  });
}

test("@criipto/auth-js tells why somebody was not logged in, by redirect and by popup", async () => {
  const page = await open();
  const opened = page.context().waitForEvent("page");
  const answer = page.evaluate(() => window.app.auth.popup.authorize({ state: "s" }).catch(({ name, error, state }) => [name, error, state]));
  const popup = await opened;
  await chooseTab(popup, "mitid");
  await answerSimulator(popup, "ditlev", "cancel");
  assert.deepEqual(await answer, ["OAuth2Error", "access_denied", "s"]);

  await leave(page, () => window.app.auth.redirect.authorize({ state: "s" }));
  await chooseTab(page, "nemid");
  await answerSimulator(page, "ditlev", "cancel");
  await page.waitForURL(`${APP}/callback?*`);
  const caught = await page.evaluate(() =>
    window.app.auth.redirect.match().catch(({ name, error, message }) => [name, error, message]),
  );
  assert.deepEqual(caught.slice(0, 2), ["OAuth2Error", "access_denied"]);
  assert.ok(!caught[2].includes("+"), "its parser knows no plus for a space");
  await page.context().close();
});

/** The answer of the silent check, in an iframe. */
const checkSession = (page) =>
  page.evaluate(() =>
    window.app.auth.checkSession({ state: "s" }).catch(({ name, error, state }) => ({ name, error, state })),
  );

test("@criipto/auth-js finds nobody logged in by a silent check", async () => {
  const page = await open();
  assert.deepEqual(await checkSession(page), { name: "OAuth2Error", error: "login_required", state: "s" });
  await page.context().close();
});
