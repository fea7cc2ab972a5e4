// Today's @criipto/auth-js in Chromium: it pushes its requests, and verifies the ID token itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, chooseTab, startBrowser } from "../support/browser.mjs";
import { browserApp, leave } from "../support/browser_app.mjs";
import { assertLogIsClean } from "../support/log_check.mjs";
import { register, rememberUsers } from "../support/registration.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import {
  APP_HOST,
  LOGIN_HOST,
  MITID_HOST,
  SAME_SITE_APP_HOST,
  addHttpsDomains,
  startTlsFront,
} from "../support/tls_front.mjs";
import { assertPerson } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:criipto" };
const APP = `https://${APP_HOST}`;
const SAME_SITE_APP = `https://${SAME_SITE_APP_HOST}`;
/** Of the pushed request, as error pages and log lines show it. */
const TRACE_ID = /^[0-9a-f]{32}$/;

let server, front, browser, strictBrowser;
before(async () => {
  server = await startSeededServer();
  await addHttpsDomains(server);
  await rememberUsers(server, LOGIN_HOST);
  await register(
    server,
    {
      ...CLIENT,
      callbacks: [APP, SAME_SITE_APP].map((origin) => `${origin}/callback`),
      settings: {
        post_logout_redirect_uris: [APP, SAME_SITE_APP].map((origin) => `${origin}/logged-out`),
        silent_check: true,
      },
    },
    [LOGIN_HOST, MITID_HOST],
  );
  front = await startTlsFront(server.port, await browserApp("criipto_auth_js.mjs"));
  browser = await startBrowser({ args: front.chromium, thirdPartyCookies: true });
  strictBrowser = await startBrowser({ args: front.chromium });
});
after(async () => {
  await browser?.close();
  await strictBrowser?.close();
  await front?.close();
  await server?.stop();
});

/** The application in a fresh browser. */
async function open(app = APP, within = browser) {
  const page = await within.open();
  await page.goto(app);
  return page;
}

/** What the SDK told, without what cannot leave the browser. */
const told = (/** @type {any} */ { claims, state, traceId }) => ({ claims, state, traceId });

async function logInByRedirect(page, eid, parameters = {}) {
  await leave(page, (parameters) => window.app.auth.redirect.authorize(parameters), parameters);
  await chooseTab(page, eid);
  await answerSimulator(page, "ditlev");
  await page.waitForURL(/^https:\/\/app\.[^/]*\/callback\?/);
  return told(await page.evaluate(() => window.app.auth.redirect.match()));
}

for (const eid of ["nemid", "mitid"]) {
  test(`@criipto/auth-js logs somebody in by redirect and the ${eid} tab`, async () => {
    const page = await open();
    const { claims, state, traceId } = await logInByRedirect(page, eid, { state: "of=the application" });
    assertPerson(claims, eid);
    assert.equal(state, "of=the application");
    assert.match(traceId, TRACE_ID);
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
    const { claims, state, traceId } = told(await answer);
    assertPerson(claims, eid);
    assert.equal(state, "of=the popup");
    assert.match(traceId, TRACE_ID);
    await closed;
    await page.context().close();
  });
}

test("@criipto/auth-js tells why somebody was not logged in, by redirect and by popup", async () => {
  const page = await open();
  const opened = page.context().waitForEvent("page");
  const answer = page.evaluate(() =>
    window.app.auth.popup.authorize({ state: "s" }).catch(({ name, error, state }) => [name, error, state]),
  );
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

// Where a browser blocks cookies of other sites, only an application of the broker's site can look.
const SILENT = [
  ["nemid", "another site", APP, () => browser],
  ["mitid", "another site", APP, () => browser],
  ["mitid", "the same site, though foreign cookies are blocked", SAME_SITE_APP, () => strictBrowser],
];
for (const [eid, where, app, within] of SILENT) {
  test(`@criipto/auth-js finds a login by the ${eid} tab by a silent check from ${where}, until the logout`, async () => {
    const page = await open(app, within());
    const nobody = { name: "OAuth2Error", error: "login_required", state: "s" };
    assert.deepEqual(await checkSession(page), nobody);
    const { claims } = await logInByRedirect(page, eid);
    const found = await checkSession(page);
    assertPerson(found.claims, eid);
    assert.equal(found.claims.sub, claims.sub);
    // It sends no id_token_hint.
    const redirectUri = `${app}/logged-out`;
    await leave(page, (options) => window.app.auth.logout(options), { redirectUri, state: "of the logout" });
    await page.waitForURL(`${redirectUri}?*`);
    assert.equal(new URL(page.url()).searchParams.get("state"), "of the logout");
    assert.deepEqual(await checkSession(page), nobody);
    await page.context().close();
  });
}

test("@criipto/auth-js reads the configuration that is not OpenID Connect's", async () => {
  const page = await open();
  const { client } = await page.evaluate(() => window.app.auth.fetchCriiptoConfiguration());
  assert.equal(client.client_id, CLIENT.clientId);
  assert.equal(client.qr_enabled, false);
  await page.context().close();
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...browser.secrets, ...strictBrowser.secrets]);
});
