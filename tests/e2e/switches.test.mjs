// The switches of an environment and its MitID domain, on and off, as somebody meets them who logs in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { MITID, NEMID, WEB, application, assertError, startCallback } from "./support/relying_party.mjs";
import { configure, startSeededServer } from "./support/seeded_server.mjs";

const NUMBER = "2101270087";
const ENVIRONMENT = ["tenants", "acme", "environments", "TEST"];

let server, callback, browser;
const secrets = [];
before(async () => {
  // Every request looks at the published configuration, since these tests change it.
  const options = { vars: { SNAPSHOT_SECONDS: "0" } };
  [server, callback, browser] = await Promise.all([startSeededServer(options), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const mitidDomain = () => ["tenants", "acme", "domains", `127.0.0.1:${server.port}`];

/** A login that has begun at an issuer, in a browser of its own. */
async function begun(acr_values, origin = server.origin) {
  const app = await application(origin, WEB);
  const kept = await app.begin({ acr_values });
  const page = await browser.open();
  await page.goto(kept.url.href);
  return {
    page,
    kept,
    /** Redeems what the browser brings to the application. */
    async finish() {
      const { claims } = await app.finish(await backAtApplication(page), kept);
      secrets.push(...app.secrets);
      await page.context().close();
      return claims;
    },
  };
}

/** The tabs of the page, the active one first. */
async function tabsOf(page) {
  const tabs = await page.locator(".tab").evaluateAll((all) => all.map((tab) => [tab.dataset.eid, tab.ariaCurrent]));
  return tabs.sort(([, one]) => (one === "true" ? -1 : 1)).map(([eid]) => eid);
}

for (const optional of [true, false]) {
  test(`Add CPR for personal logins is off: nobody is asked, CPR Optional ${optional ? "on" : "off"}`, async () => {
    await configure(server.port, ENVIRONMENT, { add_cpr_for_personal_logins: false, cpr_optional: optional });
    for (const user of ["ditlev", "nocpr"]) {
      const { page, finish } = await begun(MITID);
      await answerSimulator(page, user);
      assert.equal((await finish()).cprNumberIdentifier, undefined);
    }
  });

  test(`Add CPR for personal logins is on: the number is asked for, CPR Optional ${optional ? "on" : "off"}`, async () => {
    await configure(server.port, ENVIRONMENT, { add_cpr_for_personal_logins: true, cpr_optional: optional });
    const { page, finish } = await begun(MITID);
    await answerSimulator(page, "ditlev");
    await page.locator("#cpr").waitFor();
    assert.equal(await page.locator("#skip").count(), optional ? 1 : 0);
    await page.locator("#cpr").fill(NUMBER);
    await page.locator("#submit").click();
    assert.equal((await finish()).cprNumberIdentifier, NUMBER);

    const without = await begun(MITID);
    await answerSimulator(without.page, "nocpr");
    if (optional) {
      assert.equal((await without.finish()).cprNumberIdentifier, undefined);
    } else {
      await without.page.locator("#back").click();
      assertError(await backAtApplication(without.page), "access_denied", without.kept, server.origin);
      await without.page.context().close();
    }
  });
}

test("Show alongside NemID logins is on: two tabs, and the other one logs in", async () => {
  await configure(server.port, ENVIRONMENT, { add_cpr_for_personal_logins: false, cpr_optional: true });
  const { page, finish } = await begun(NEMID);
  assert.deepEqual(await tabsOf(page), ["nemid", "mitid"]);
  await chooseTab(page, "mitid");
  await answerSimulator(page, "ditlev");
  assert.equal((await finish()).identityscheme, "dkmitid");
});

test("Show alongside NemID logins is off: NemID alone where it is asked for, MitID alone likewise", async () => {
  await configure(server.port, mitidDomain(), { show_alongside_nemid_logins: false });
  const nemid = await begun(NEMID);
  assert.deepEqual(await tabsOf(nemid.page), []);
  await nemid.page.locator('[data-start="nemid"]').click();
  await answerSimulator(nemid.page, "ditlev");
  assert.equal((await nemid.finish()).identityscheme, "dknemid");
  const mitid = await begun(MITID);
  await answerSimulator(mitid.page, "ditlev");
  assert.equal((await mitid.finish()).identityscheme, "dkmitid");
  await configure(server.port, mitidDomain(), { show_alongside_nemid_logins: true });
});

test("a NemID domain is chosen: the MitID domain shows both, and its NemID tab leads there and back", async () => {
  const { page, finish } = await begun(MITID, server.mitidOrigin);
  assert.deepEqual(await tabsOf(page), ["mitid", "nemid"]);
  await chooseTab(page, "nemid");
  await page.waitForURL((url) => url.origin === server.origin && url.pathname.startsWith("/simulator/nemid"));
  await answerSimulator(page, "ditlev");
  const claims = await finish();
  assert.equal(claims.iss, server.mitidOrigin);
  assert.equal(claims.identityscheme, "dknemid");
});

test("no NemID domain is chosen: the MitID domain has MitID alone, and refuses NemID at the application", async () => {
  await configure(server.port, mitidDomain(), { nemid_domain: null });
  const mitid = await begun(MITID, server.mitidOrigin);
  assert.match(mitid.page.url(), /\/simulator\/mitid\//);
  await answerSimulator(mitid.page, "ditlev");
  assert.equal((await mitid.finish()).iss, server.mitidOrigin);
  const nemid = await begun(NEMID, server.mitidOrigin);
  assertError(await backAtApplication(nemid.page), "invalid_request", nemid.kept, server.mitidOrigin);
  await nemid.page.context().close();
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...secrets, ...browser.secrets, NUMBER]);
});
