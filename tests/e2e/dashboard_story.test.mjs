// A new customer gets ready for MitID, all of it at the dashboard: orders MitID, is approved, completes, sets
// it up, makes the shadows by one click, logs in by both tabs, rehearses NemID's closing and cuts over.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, chooseTab, startBrowser } from "./support/browser.mjs";
import { fill, join, open, origin, press, save, setUpLink } from "./support/dashboard.mjs";
import { startCallback } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, callback, browser, operator, owner;
before(async () => {
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
  operator = await browser.open();
  await join(operator, await setUpLink(server.port), "ditlev");
  owner = await browser.open();
  await join(owner, await setUpLink(server.port, "globex"), "terne");
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const ordinary = () => `globex.localhost:${server.port}`;
const mitid = () => `shop.pp.mitid.localhost:${server.port}`;
const at = (/** @type {string} */ path) => `${origin(server.port)}/t/globex/test${path}`;

const authorize = (host) => {
  const url = new URL(`http://${host}/oauth2/authorize`);
  url.search = String(
    new URLSearchParams({
      response_type: "code",
      client_id: "urn:globex:web",
      redirect_uri: "http://localhost:3000/callback",
      scope: "openid",
      acr_values: "urn:grn:authn:dk:nemid:poces",
      state: "s",
      ui_locales: "en",
    }),
  );
  return url;
};

test("MitID is ordered, approved by the operator, and completed", async () => {
  await open(owner, at("/order/edit"));
  const typed = {
    company: "Globex A/S",
    alias: "Globex",
    prefix: "shop",
    contact_name: "Kim Hansen",
    contact_email: "kim@globex.example",
  };
  await fill(owner, typed);
  await owner.locator('[name="entity"]').first().selectOption("private");
  await save(owner);
  await open(owner, at("/order"));
  await press(owner, "submit");

  await open(operator, `${origin(server.port)}/orders`);
  assert.match(await operator.locator("main").innerText(), /Globex A\/S/);
  await open(operator, `${origin(server.port)}/orders/globex/test`);
  await press(operator, "approve");

  await open(owner, at("/order"));
  await press(owner, "complete");
  await open(owner, at("/domains"));
  assert.match(await owner.locator("main").innerText(), new RegExp(mitid().replaceAll(".", "\\.")));
});

test("MitID is set up: its upstream, the pair of domains, the switches", async () => {
  await open(owner, at(`/eids/mitid/${encodeURIComponent(mitid())}`));
  const upstream = {
    issuer: `http://127.0.0.1:${server.port}/simulator/mitid`,
    client_id: "edge-eid",
    client_secret: "simulator-secret",
  };
  await fill(owner, upstream);
  await save(owner);
  await open(owner, at(`/domains/${encodeURIComponent(ordinary())}`));
  await owner.locator('[name="mitid_domain"]').fill(mitid());
  await save(owner);
  await open(owner, at("/eids/mitid"));
  assert.match(await owner.locator("main").innerText(), /Add CPR for personal logins[\s\S]*CPR Optional[\s\S]*Show alongside NemID logins/);
});

test("the shadows are made by one click, and then all are alike", async () => {
  await open(owner, at(""));
  assert.match(await owner.locator("main").innerText(), /applications without a shadow: 1/);
  await open(owner, at(`/shadows/${encodeURIComponent(ordinary())}`));
  await press(owner, "all");
  await open(owner, at("/shadows"));
  await open(owner, at(""));
  assert.match(await owner.locator("main").innerText(), /All is well/);
});

for (const eid of ["nemid", "mitid"]) {
  test(`a user of the application logs in by the ${eid} tab`, async () => {
    const page = await browser.open();
    await page.goto(String(authorize(ordinary())));
    await chooseTab(page, eid);
    await answerSimulator(page, "ditlev");
    await page.waitForURL(/:3000\/callback\?.*code=/);
    await page.context().close();
  });
}

test("NemID's closing is rehearsed in one browser, and nobody else meets it", async () => {
  await open(owner, at("/migration"));
  await owner.locator("#percent").fill("0");
  await owner.locator("#ends_at").fill(new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z/, "Z"));
  await save(owner);
  const rehearsing = await browser.open();
  const other = await browser.open();
  // The broker may remember the domain as it was for some seconds.
  for (;;) {
    const answer = await rehearsing.goto(`http://${ordinary()}/rehearse`);
    if (answer?.status() === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (const [page, shown] of [[rehearsing, 0], [other, 1]]) {
    await page.goto(String(authorize(ordinary())));
    assert.equal(await page.locator('[data-eid="nemid"]').count(), shown);
    await page.context().close();
  }
  await open(owner, at("/migration"));
  await owner.locator("#ends_at").fill("");
  await save(owner);
});

test("the developer is told the exact change, and the application logs in at the MitID domain", async () => {
  await open(owner, at(`/migration/change/${encodeURIComponent(ordinary())}/${encodeURIComponent("urn:globex:web")}`));
  const told = await owner.locator("#change").innerText();
  assert.match(told, new RegExp(`http://${ordinary()}\\s+->\\s+http://${mitid()}`));
  assert.match(told, /credentials {2}unchanged/);
  const page = await browser.open();
  const url = authorize(mitid());
  url.searchParams.set("acr_values", "urn:grn:authn:dk:mitid:substantial");
  await page.goto(String(url));
  await answerSimulator(page, "ditlev");
  await page.waitForURL(/:3000\/callback\?.*code=/);
  await page.context().close();
});

test("every section opens, for an owner and in PRODUCTION too", async () => {
  const sections = ["applications", "styles", "keys", "tools", "audit", "people", "tokens", "docs", "search?q=globex"];
  for (const section of sections) await open(owner, at(`/${section}`));
  for (const section of ["", "/domains", "/applications", "/shadows", "/eids", "/order", "/keys", "/migration"]) {
    await open(owner, at(section).replace("/test", "/production"));
  }
  const application = at(`/applications/${encodeURIComponent(ordinary())}/${encodeURIComponent("urn:globex:web")}`);
  for (const tab of ["", "/eids", "/openid", "/pages", "/advanced", "/secrets", "/code"]) await open(owner, application + tab);
});
