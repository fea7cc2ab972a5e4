// oidc-client-ts in a single-page application, in Chromium: all of it happens in the browser, so
// metadata, keys, tokens and userinfo are asked across origins.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, chooseTab, startBrowser } from "../support/browser.mjs";
import { leave, serveBrowserApp } from "../support/browser_app.mjs";
import { register, rememberUsers } from "../support/registration.mjs";
import { NEMID } from "../support/relying_party.mjs";
import { startSeededServer } from "../support/seeded_server.mjs";
import { assertPerson } from "../support/website.mjs";

const CLIENT = { clientId: "urn:acme:oidc-client-ts" };

let server, app, browser;
before(async () => {
  [server, app, browser] = await Promise.all([
    startSeededServer(),
    serveBrowserApp("oidc_client_ts.mjs"),
    startBrowser({ thirdPartyCookies: true }),
  ]);
  await rememberUsers(server);
  await register(server, {
    ...CLIENT,
    callbacks: ["/callback", "/popup", "/silent"].map((path) => app.origin + path),
    settings: { post_logout_redirect_uris: [`${app.origin}/logged-out`], silent_check: true },
  });
});
after(async () => {
  await browser?.close();
  await app?.close();
  await server?.stop();
});

/** The application in a fresh browser. */
async function open() {
  const page = await browser.open();
  await page.goto(app.origin);
  const settings = { authority: server.origin, client_id: CLIENT.clientId, acr_values: NEMID };
  await page.evaluate((settings) => window.app.configure(settings), settings);
  return page;
}

async function logIn(page, eid) {
  await leave(page, () => window.app.manager.signinRedirect());
  await chooseTab(page, eid);
  await answerSimulator(page, "ditlev");
  await page.waitForURL(`${app.origin}/callback?*`);
  // It checks the state, redeems the code, checks the ID token and asks userinfo.
  await page.evaluate(() => window.app.manager.signinCallback());
}

for (const eid of ["nemid", "mitid"]) {
  test(`oidc-client-ts logs somebody in by the ${eid} tab`, async () => {
    const page = await open();
    await logIn(page, eid);
    assertPerson(await page.evaluate(() => window.app.claims()), eid);
    await page.context().close();
  });

  test(`oidc-client-ts logs somebody in by the ${eid} tab of a popup`, async () => {
    const page = await open();
    const opened = page.context().waitForEvent("page");
    const claims = page.evaluate(async () => (await window.app.manager.signinPopup()).profile);
    const popup = await opened;
    await chooseTab(popup, eid);
    await answerSimulator(popup, "ditlev");
    assertPerson(await claims, eid);
    await page.context().close();
  });
}

/** The answer in an iframe: the person's id, or the error. */
const signinSilent = (page) =>
  page.evaluate(() => window.app.manager.signinSilent().then((user) => user.profile.sub, ({ error }) => error));

test("oidc-client-ts finds a login by an iframe, until the logout", async () => {
  const page = await open();
  assert.equal(await signinSilent(page), "login_required");
  await logIn(page, "nemid");
  const { sub } = await page.evaluate(() => window.app.claims());
  assert.equal(await signinSilent(page), sub);

  await leave(page, () => window.app.manager.signoutRedirect({ state: "of the logout" }));
  await page.waitForURL(`${app.origin}/logged-out?*`);
  // It finds its own state by the one that came back.
  const { userState } = await page.evaluate(() => window.app.manager.signoutCallback());
  assert.equal(userState, "of the logout");
  assert.equal(await page.evaluate(() => window.app.claims()), null);
  assert.equal(await signinSilent(page), "login_required");
  await page.context().close();
});
