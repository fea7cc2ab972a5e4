// @ts-check
// What is particular to MitID and NemID, in a real browser: levels, employees, people named beforehand,
// coming back from an app, and hints that mean harm.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, startMitId, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { MITID, NEMID, WEB, application, assertError, startCallback } from "./support/relying_party.mjs";
import { configure, startSeededServer } from "./support/seeded_server.mjs";

const BUSINESS = "urn:grn:authn:dk:mitid:business";
const MITID_LOW = "urn:grn:authn:dk:mitid:low";
const HIGH = "urn:grn:authn:dk:mitid:high";
const DITLEV = "74ffcd31-fbaf-4c33-bdac-169f25c1e416";
const base64 = (/** @type {string} */ text) => Buffer.from(text).toString("base64");

/** @type {Awaited<ReturnType<typeof startSeededServer>>} */
let server;
/** @type {Awaited<ReturnType<typeof startCallback>>} */
let callback;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
/** @type {string[]} */
const secrets = [];
before(async () => {
  [server, callback, browser] = await Promise.all([
    startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } }),
    startCallback(),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

/** A login that has begun, in a browser of its own. */
async function begun(/** @type {Record<string, string>} */ parameters) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin(parameters);
  const page = await browser.open();
  await page.goto(kept.url.href);
  return { app, kept, page };
}

/** The claims of a whole login that starts at once. */
async function claimsOf(/** @type {Record<string, string>} */ parameters, /** @type {string} */ user) {
  const { app, kept, page } = await begun(parameters);
  if (!page.url().includes("/simulator/")) await page.locator("[data-eid], [data-start]").first().click();
  await answerSimulator(page, user);
  const { claims, userinfo } = await app.finish(await backAtApplication(page), kept);
  for (const name of ["cvrNumberIdentifier", "employee", "uuid"]) assert.equal(userinfo[name], claims[name], name);
  secrets.push(...app.secrets);
  await page.context().close();
  return claims;
}

test("a level that is too low is told, and a stronger login from there completes the same attempt", async () => {
  const { app, kept, page } = await begun({ acr_values: HIGH });
  await answerSimulator(page, "low");
  await page.waitForURL(/\/level$/);
  assert.equal(await page.locator("#level-asked").innerText(), "High");
  await page.locator(".language").click();
  assert.equal(await page.locator("#level-used").innerText(), "Lav");
  await page.locator("#again").click();
  await answerSimulator(page, "ditlev");
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.authenticationtype, HIGH);
  await page.context().close();
});

test("a session at a level that is too low is stepped up at MitID", async () => {
  const domain = ["tenants", "acme", "domains", `localhost:${server.port}`];
  await configure(server.port, domain, { sso: true });
  const { app, kept, page } = await begun({ acr_values: MITID_LOW });
  await answerSimulator(page, "ditlev");
  await app.finish(await backAtApplication(page), kept);
  const again = await app.begin({ acr_values: MITID_LOW });
  await page.goto(again.url.href);
  await app.finish(await backAtApplication(page), again);
  const higher = await app.begin({ acr_values: HIGH });
  await page.goto(higher.url.href);
  await answerSimulator(page, "ditlev");
  const { claims } = await app.finish(await backAtApplication(page), higher);
  assert.equal(claims.authenticationtype, HIGH);
  await configure(server.port, domain, { sso: false });
  await page.context().close();
});

test("an employee logs in by MitID Erhverv and is not the person", async () => {
  const employee = await claimsOf({ acr_values: BUSINESS }, "employee");
  assert.equal(employee.authenticationtype, BUSINESS);
  assert.equal(employee.employee, "true");
  assert.equal(employee.cvrNumberIdentifier, "13585628");
  assert.equal(employee["2.5.4.10"], "Testvirksomhed ApS");
  assert.equal(employee.birthdate, undefined);
  const person = await claimsOf({ acr_values: MITID }, "employee");
  assert.notEqual(employee.sub, person.sub);
  assert.notEqual(employee.uuid, person.uuid);
  assert.equal(person.employee, undefined);
  const chosen = { acr_values: MITID, login_hint: "business_optional" };
  assert.equal((await claimsOf(chosen, "employee")).authenticationtype, BUSINESS);
  assert.equal((await claimsOf(chosen, "ditlev")).authenticationtype, MITID);
  const { kept, page } = await begun({ acr_values: BUSINESS, login_hint: "vatid:DK88146328" });
  await answerSimulator(page, "employee");
  assertError(await backAtApplication(page), "access_denied", kept, server.origin);
  await page.context().close();
});

test("signatories, young people and protected names come through as the eID says", async () => {
  const signatory = await claimsOf({ acr_values: MITID }, "signatory");
  assert.equal(signatory.companySignatory, "true");
  assert.equal(signatory.cvrNumberIdentifier, "88146328");
  const youth = await claimsOf({ acr_values: NEMID }, "youth");
  assert.equal(youth.isYouthCert, "true");
  assert.equal((await claimsOf({ acr_values: MITID }, "protected")).name, "NAVNE & ADRESSEBESKYTTET");
});

test("somebody named by uuid is known at MitID, and nobody else passes", async () => {
  const { app, kept, page } = await begun({ acr_values: MITID, login_hint: `uuid:${DITLEV}` });
  assert.equal(await page.locator('input[name="user"]').inputValue(), "ditlev");
  await page.locator('button[value="approve"]').click();
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.uuid, DITLEV);
  const other = await app.begin({ acr_values: MITID, login_hint: `uuid:${DITLEV}` });
  await page.goto(other.url.href);
  await answerSimulator(page, "terne");
  assertError(await backAtApplication(page), "access_denied", other, server.origin);
  await page.context().close();
});

test("the text of the service is read at the eID, and the button says its action", async () => {
  const domain = ["tenants", "acme", "domains", `127.0.0.1:${server.port}`];
  await configure(server.port, domain, { show_start_block: true });
  const text = "<b>Køb</b> på 100 kr.";
  const { app, kept, page } = await begun({ acr_values: MITID, login_hint: `action:approve message:${base64(text)}` });
  // The box's shadow root is closed; beside it stands what browsers of old show.
  assert.match((await page.locator("#mitid-box").textContent()) ?? "", /Approve with MitID/);
  await startMitId(page);
  await page.waitForURL(/\/simulator\//);
  assert.match(await page.locator("#reference-text").innerText(), /<b>Køb<\/b> på 100 kr\./);
  await answerSimulator(page, "ditlev");
  await app.finish(await backAtApplication(page), kept);
  await configure(server.port, domain, { show_start_block: false });
  await page.context().close();
});

test("coming back from MitID's app, and loading the tab again, restart nothing", async () => {
  const hint = `appswitch:ios appswitch:resumeUrl:${server.origin}/resume`;
  const { app, kept, page } = await begun({ acr_values: NEMID, login_hint: hint });
  const shown = page.url();
  await chooseTab(page, "mitid");
  await page.waitForURL(/\/simulator\/mitid\//);
  // The app leads back to our page, in another tab of the same browser.
  const back = await page.context().newPage();
  await back.goto(`${server.origin}/resume`);
  assert.match(await back.locator("main").innerText(), /Go on where you began/);
  await back.goto(shown);
  await back.close();
  await page.reload();
  await answerSimulator(page, "ditlev");
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.identityscheme, "dkmitid");
  await page.context().close();
});

test("a hostile hint runs nothing, and the login can be started again", async () => {
  const script = "<script>alert(1)</script>";
  const page = await browser.open();
  const ran = [];
  page.on("dialog", (dialog) => (ran.push(dialog.message()), dialog.dismiss()));
  const app = await application(server.origin, WEB);
  const controls = "\u0000\u0007\u001b[31m\u202e\u2028\r\nset-cookie: a=b";
  const values = [`"'>${script}`, base64(script), base64(base64(script)), "javascript:alert(1)", "x".repeat(10_240), controls];
  const before = ["", "message:", "action:", "scope:", "css_path:", "sub:", "acr_values:", "uuid:", "vatid:"];
  for (const token of [...before, "appswitch:ios ", "appswitch:resumeUrl:", "business ", "business_optional "]) {
    for (const value of values) {
      const kept = await app.begin({ login_hint: token + value });
      await page.goto(kept.url.href);
      if (page.url().includes(":3000/callback")) assertError(new URL(page.url()), "invalid_request", kept, server.origin);
      else if (await page.locator('[data-eid="mitid"]').count()) {
        await chooseTab(page, "mitid");
        await page.waitForURL(/\/simulator\//);
      }
    }
  }
  assert.deepEqual(ran, []);
  const kept = await app.begin();
  await page.goto(kept.url.href);
  await chooseTab(page, "mitid");
  await answerSimulator(page, "ditlev");
  await app.finish(await backAtApplication(page), kept);
  await page.context().close();
});

test("none of it shows in the log", async () => {
  await assertLogIsClean(server, [...secrets, ...browser.secrets]);
});
