// CPR numbers end to end: the page in a real browser, by both ways a login can go, and everything at
// rest searched for them.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, startBrowser } from "./support/browser.mjs";
import { used } from "./support/http.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { MITID, NEMID_EMPLOYEE, WEB, application, assertError, startCallback } from "./support/relying_party.mjs";
import { admin, configure, startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

const DITLEV = "2101270087";
/** Right in form, and nobody's here. */
const SOMEBODY_ELSE = "2712589100";
const TERNE = "0707490071";
const ENVIRONMENT = ["tenants", "acme", "environments", "TEST"];

let server, callback, browser, axe, stateDir;
/** Everything that the broker sent to the browsers: each must hold no number. */
const answered = [];
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-cpr-"));
  // Every request looks at the published configuration, since these tests change it.
  const options = { stateDir, vars: { SNAPSHOT_SECONDS: "0" } };
  [server, callback, browser] = await Promise.all([startSeededServer(options), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
  await rm(stateDir, { recursive: true, force: true });
});

/** A browser of its own, of which everything that it is answered is kept. */
async function open(options) {
  const page = await browser.open(options);
  page.context().on("response", (response) => {
    const url = new URL(response.url());
    if (url.port === String(server.port)) answered.push(told(response, url));
  });
  return page;
}

/** An answer as a text. What the application sent in its own URL, and the simulators' table of people, are theirs. */
async function told(response, url) {
  const headers = await response.allHeaders().catch(() => ({}));
  const isTheirs = url.pathname.startsWith("/simulator/") || url.pathname.startsWith("/assets/");
  const body = isTheirs ? "" : await response.text().catch(() => "");
  return JSON.stringify([url.pathname === "/oauth2/authorize" ? "" : url.href, headers, body]);
}

/** The switches of the environment. */
function switches(add, optional) {
  return configure(server.port, ENVIRONMENT, { add_cpr_for_personal_logins: add, cpr_optional: optional });
}

/** A login up to the page that asks: by MitID across the domains, or by NemID on this one. */
async function atThePage(eid, parameters = {}) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin(parameters);
  const page = await open();
  await page.goto(kept.url.href);
  await chooseTab(page, eid);
  await answerSimulator(page, "ditlev");
  await page.waitForURL(/^http:\/\/localhost:\d+\/login\/[\w-]+\/cpr$/);
  return { app, kept, page };
}

async function give(page, number) {
  await page.getByRole("textbox").fill(number);
  await page.locator("#submit").click();
}

async function assertAccessible(page, what) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    if (!(await page.evaluate("typeof axe !== 'undefined'"))) await page.evaluate(axe);
    const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
    assert.deepEqual(found.violations.map(({ id, help }) => `${id}: ${help}`), [], `${what}, ${colorScheme}`);
  }
  await page.setViewportSize({ width: 320, height: 568 });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, `${what} scrolls sideways`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

for (const eid of ["mitid", "nemid"]) {
  test(`a right number comes in the token of a ${eid} login`, async () => {
    await switches(true, true);
    const { app, kept, page } = await atThePage(eid);
    await assertAccessible(page, "the page");
    await give(page, "210127-0087");
    const { claims, userinfo } = await app.finish(await backAtApplication(page), kept);
    assert.equal(claims.cprNumberIdentifier, DITLEV);
    assert.equal(userinfo.cprNumberIdentifier, DITLEV);
    assert.equal(claims.identityscheme, `dk${eid}`);
    await page.context().close();
  });
}

test("what is wrong with a number is told, and three wrong ones end the login", async () => {
  await switches(true, true);
  const { kept, page } = await atThePage("mitid");
  await give(page, "12345");
  await page.locator("#cpr-error").waitFor();
  assert.match(await page.locator("#cpr-error").innerText(), /10 digits/);
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.getByRole("textbox").inputValue(), "", "nothing that was typed is repeated");
  await assertAccessible(page, "the page with an error");
  for (const left of ["2 attempts", "1 attempt"]) {
    await give(page, SOMEBODY_ELSE);
    await page.getByText(`You have ${left} left`).first().waitFor();
  }
  await give(page, SOMEBODY_ELSE);
  await page.locator("#back").waitFor();
  assert.match(await page.locator("main").innerText(), /used all attempts/);
  await assertAccessible(page, "the end of all tries");
  await page.locator("#back").click();
  assertError(await backAtApplication(page), "access_denied", kept, server.origin);
  await page.context().close();
});

test("the number can be left out where it is optional, and the login cancelled where it is not", async () => {
  await switches(true, true);
  const without = await atThePage("mitid");
  await without.page.locator("#skip").click();
  const { claims } = await without.app.finish(await backAtApplication(without.page), without.kept);
  assert.equal(claims.cprNumberIdentifier, undefined);
  await without.page.context().close();
  await switches(true, false);
  const cancelled = await atThePage("nemid");
  assert.equal(await cancelled.page.locator("#skip").count(), 0);
  await cancelled.page.locator("#cancel").click();
  assertError(await backAtApplication(cancelled.page), "access_denied", cancelled.kept, server.origin);
  await cancelled.page.context().close();
});

test("somebody without a number is told so where one is required", async () => {
  await switches(true, false);
  const app = await application(server.origin, WEB);
  const kept = await app.begin({ acr_values: MITID });
  const page = await open();
  await page.goto(kept.url.href);
  await answerSimulator(page, "nocpr");
  await page.locator("#back").waitFor();
  assert.match(await page.locator("main").innerText(), /has no CPR number/);
  await assertAccessible(page, "no CPR number");
  await page.locator("#back").click();
  assertError(await backAtApplication(page), "access_denied", kept, server.origin);
  await page.context().close();
});

test("an employee is never asked", async () => {
  await switches(true, false);
  const app = await application(server.origin, WEB);
  const kept = await app.begin({ acr_values: NEMID_EMPLOYEE });
  const page = await open();
  await page.goto(kept.url.href);
  await page.locator('[data-start="nemid"]').click();
  await answerSimulator(page, "employee");
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.cprNumberIdentifier, undefined);
  assert.equal(claims.cvrNumberIdentifier, "13585628");
  await page.context().close();
});

test("a number sent along is shown masked, and can be put away", async () => {
  await switches(true, true);
  const { app, kept, page } = await atThePage("mitid", { login_hint: `sub:${DITLEV}` });
  assert.equal(await page.locator("#hinted").innerText(), "210127-****");
  await assertAccessible(page, "the page with a number sent along");
  await page.locator("#submit").click();
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.cprNumberIdentifier, DITLEV);
  await page.context().close();
  const other = await atThePage("mitid", { login_hint: `sub:${SOMEBODY_ELSE}` });
  await other.page.locator("#not-you").click();
  await give(other.page, DITLEV);
  await backAtApplication(other.page);
  await other.page.context().close();
});

test("the page works without script and in Danish", async () => {
  await switches(true, true);
  const app = await application(server.origin, WEB);
  const kept = await app.begin({ ui_locales: "da" });
  const page = await open({ javaScriptEnabled: false });
  await page.goto(kept.url.href);
  await chooseTab(page, "mitid");
  await answerSimulator(page, "ditlev");
  await page.getByText("Indtast dit CPR-nummer").first().waitFor();
  await give(page, DITLEV);
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.cprNumberIdentifier, DITLEV);
  await page.context().close();
});

test("a right first try costs two object requests more than a login without, a wrong one adds one", async () => {
  await switches(true, true);
  for (const [wrong, expected] of [
    [0, 2],
    [1, 3],
  ]) {
    const app = await application(server.origin, WEB);
    const kept = await app.begin();
    const walker = new Walker();
    const simulator = await walker.follow(await walker.open(kept.url), 'data-eid="nemid"');
    let page = await walker.simulator(simulator, "ditlev");
    const url = page.url;
    for (let tries = 0; tries < wrong; tries++) page = await walker.open(url, { answer: "number", cpr: SOMEBODY_ELSE });
    await walker.open(url, { answer: "number", cpr: DITLEV });
    const objects = walker.visited.reduce((sum, answer) => sum + used(answer.headers).objects, 0);
    // Without the page it would be one: identified. The redemption is the application's. One more looks
    // whether the number is remembered.
    assert.equal(objects, 1 + expected + 1);
  }
});

test("a number is remembered by choice, asked for again by prompt=consent, and deleted by consent_revoke", async () => {
  await switches(true, true);
  const app = await application(server.origin, WEB);
  /** A login as terne; with a number where the page asks for one. */
  const logIn = async (parameters, fill) => {
    const kept = await app.begin({ acr_values: MITID, ...parameters });
    const page = await open();
    await page.goto(kept.url.href);
    await answerSimulator(page, "terne");
    await page.waitForURL(/\/cpr$|:3000\/callback/);
    const asked = page.url().endsWith("/cpr");
    if (asked) await fill?.(page);
    const { claims } = asked && !fill ? { claims: {} } : await app.finish(await backAtApplication(page), kept);
    await page.context().close();
    return { asked, claims };
  };
  const consents = async () => (await admin(server.port, "GET", [...ENVIRONMENT, "consents"])).json.items;
  const before = (await consents()).length;
  const forgetful = await logIn({}, (page) => give(page, TERNE));
  assert.ok(forgetful.asked);
  assert.ok((await logIn({})).asked, "nothing is remembered unasked");
  await logIn({}, async (page) => {
    assert.equal(await page.locator("#remember").isChecked(), false);
    await page.locator("#remember").check();
    await give(page, TERNE);
  });
  const remembered = await logIn({});
  assert.equal(remembered.asked, false);
  assert.equal(remembered.claims.cprNumberIdentifier, TERNE);
  assert.ok((await logIn({ prompt: "consent" })).asked);
  const ledger = await consents();
  assert.equal(ledger.length, before + 1);
  const of = (entries) => entries.find(({ pseudonym }) => pseudonym === remembered.claims.sub);
  assert.equal(of(ledger).deleted_at, null);
  assert.equal(Date.parse(of(ledger).until) - Date.parse(of(ledger).since), 365 * 86_400_000);
  const revoked = await logIn({ prompt: "consent_revoke" });
  assert.equal(revoked.asked, false);
  assert.equal(revoked.claims.cprNumberIdentifier, undefined);
  assert.ok((await logIn({})).asked, "it is gone");
  assert.ok(of(await consents()).deleted_at);
});

test("no CPR number lies anywhere in the clear: not in the log, not in any address, not at rest", async () => {
  await assertLogIsClean(server, [...browser.secrets, ...Walker.secrets, SOMEBODY_ELSE]);
  const numbers = [DITLEV, "210127-0087", TERNE, SOMEBODY_ELSE];
  const texts = await Promise.all(answered);
  assert.ok(texts.length > 50 && texts.some((text) => text.includes("210127-****")), "answers were kept");
  for (const number of numbers) assert.deepEqual(texts.filter((text) => text.includes(number)), []);
  const found = [];
  let searched = false;
  for (const entry of await readdir(stateDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(path.join(entry.parentPath, entry.name));
    searched ||= bytes.includes("urn:acme:web");
    for (const number of numbers) {
      if (bytes.includes(number)) found.push(`${entry.name}: ${number}`);
    }
  }
  assert.ok(searched, "what is stored can be read");
  assert.deepEqual(found, []);
});
