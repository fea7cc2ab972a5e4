// The demo that `npm start` shows, as a newcomer clicks through it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, chooseTab, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startSeededServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const value = (page, row, name) => page.locator(`[data-row="${row}"][data-name="${name}"] td`).innerText();

for (const client of ["urn:acme:spa", "urn:acme:web"]) {
  for (const eid of ["nemid", "mitid"]) {
    test(`the demo logs in by the ${eid} tab as ${client} and shows what the application is told`, async () => {
      const page = await browser.open();
      await page.goto(server.origin);
      await page.locator(`[data-client="${client}"]`).click();
      await page.locator('[data-acr="urn:grn:authn:dk:nemid:poces"]').click();
      await chooseTab(page, eid);
      await answerSimulator(page, "ditlev");
      await page.waitForURL(`${server.origin}/demo/callback?**`);
      assert.equal(await value(page, "claim", "iss"), server.origin);
      assert.equal(await value(page, "claim", "aud"), client);
      assert.equal(await value(page, "claim", "identityscheme"), `dk${eid}`);
      assert.equal(await value(page, "userinfo", "identityscheme"), `dk${eid}`);
      assert.ok(await value(page, "header", "kid"));
      assert.equal((await page.locator("#id-token").textContent()).split(".").length, 3);
      await page.locator("#again").click();
      await page.waitForURL(/\/\?client_id=/);
      await page.context().close();
    });
  }
}

test("every way to log in that the demo offers leads to the eID it names", async () => {
  const page = await browser.open();
  await page.goto(server.origin);
  const acrs = await page.locator("[data-acr]").evaluateAll((links) => links.map((link) => link.dataset.acr));
  assert.ok(acrs.length >= 6);
  for (const acr of acrs) {
    await page.goto(server.origin);
    await page.locator(`[data-acr="${acr}"]`).click();
    const eid = acr.includes("mitid") ? "mitid" : "nemid";
    if (!page.url().includes("/simulator/")) {
      await page.locator(`[data-eid="${eid}"], [data-start="${eid}"]`).first().click();
    }
    await answerSimulator(page, "employee");
    await page.waitForURL(`${server.origin}/demo/callback?**`);
    if (acr) assert.equal(await value(page, "claim", "authenticationtype"), acr);
  }
  await page.context().close();
});

test("the demo's application with CPR numbers asks for one, and shows it", async () => {
  const page = await browser.open();
  await page.goto(server.origin);
  await page.locator('[data-client="urn:acme:cpr"]').click();
  await page.locator('[data-acr="urn:grn:authn:dk:mitid:substantial"]').click();
  await answerSimulator(page, "ditlev");
  await page.locator("#cpr").fill("210127-0087");
  await page.locator("#submit").click();
  await page.waitForURL(`${server.origin}/demo/callback?**`);
  assert.equal(await value(page, "claim", "cprNumberIdentifier"), "2101270087");
  await page.context().close();
});

test("the demo sends the prompt that is picked, whichever application and language come after it", async () => {
  const page = await browser.open();
  await page.goto(server.origin);
  await page.locator('[data-prompt="none"]').click();
  await page.locator('[data-client="urn:acme:web"]').click();
  await page.locator(".language").click();
  await page.locator('[data-acr="urn:grn:authn:dk:nemid:poces"]').click();
  await page.waitForURL(/\/demo\/callback\?/);
  assert.match(await page.locator("body").innerText(), /login_required/);
  await page.context().close();
});

test("a test person without the identity that is asked for is told so, and another one logs in", async () => {
  const page = await browser.open({ locale: "da-DK" });
  await page.goto(server.origin);
  await page.locator('[data-acr="urn:grn:authn:dk:nemid:moces"]').click();
  await page.locator('[data-start="nemid"]').click();
  await answerSimulator(page, "ditlev");
  assert.match(await page.locator("#user-error").innerText(), /har ikke den identitet, der bedes om/);
  assert.match(await page.locator('[data-row="person"][data-name="nocpr"]').innerText(), /har intet CPR-nummer/);
  await answerSimulator(page, "employee");
  await page.waitForURL(`${server.origin}/demo/callback?**`);
  assert.equal(await value(page, "claim", "cvrNumberIdentifier"), "13585628");
  await page.context().close();
});

test("the demo says so when a login is cancelled", async () => {
  const page = await browser.open();
  await page.goto(server.origin);
  await page.locator('[data-acr="urn:grn:authn:dk:nemid:poces"]').click();
  await page.locator("#cancel").click();
  await page.waitForURL(/\/demo\/callback\?/);
  assert.match(await page.locator("body").innerText(), /access_denied/);
  await page.context().close();
});

test("the pages load nothing from anywhere else, and all that they name is there", async () => {
  const page = await browser.open();
  const loaded = [];
  page.on("response", (response) => loaded.push([response.url(), response.status()]));
  await page.goto(server.origin);
  await page.locator('[data-acr="urn:grn:authn:dk:nemid:poces"]').click();
  await page.waitForLoadState("networkidle");
  assert.ok(loaded.some(([url]) => url.endsWith(".css")));
  for (const [url, status] of loaded) {
    assert.ok(url.startsWith(server.origin), url);
    assert.ok(status < 400, `${url}: ${status}`);
  }
  await page.context().close();
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, browser.secrets);
});
