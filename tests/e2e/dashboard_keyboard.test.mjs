// The dashboard without a mouse: a customer's whole way with Tab, Enter and Space, and every place of every page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "./support/browser.mjs";
import { join, origin, press, setUpLink } from "./support/dashboard.mjs";
import { assertWalk, follow, tabTo, typeInto } from "./support/keyboard.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, browser, operator, owner;
before(async () => {
  [server, browser] = await Promise.all([startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } }), startBrowser()]);
  operator = await browser.open();
  await join(operator, await setUpLink(server.port), "ditlev");
  owner = await browser.open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const at = (/** @type {string} */ path, environment = "test") => `${origin(server.port)}/t/globex/${environment}${path}`;
const host = () => `globex.localhost:${server.port}`;
const mitid = () => `shop.pp.mitid.localhost:${server.port}`;
const section = (name) => follow(owner, `nav.sections a[href$="/${name}"]`);
/** The button of the form that does this. */
const act = (name) => `form:has(input[name="act"][value="${name}"]) button`;
const saveButton = "main form.settings button[type=submit]";

test("somebody signs in, takes the invitation and gets past what is the same on every page", async () => {
  await owner.goto(await setUpLink(server.port, "globex"));
  await follow(owner, 'a[href^="/sign-in"]');
  await owner.waitForURL(/\/simulator\/mitid\/authorize/);
  await tabTo(owner, 'input[name="user"]');
  await owner.keyboard.type("terne");
  await Promise.all([owner.waitForURL(/\/invitations\//), owner.keyboard.press("Enter")]);
  await follow(owner, "main form button", "Space");
  assert.equal(owner.url(), at(""));

  await section("domains");
  await tabTo(owner, ".skip");
  await owner.keyboard.press("Enter");
  assert.ok(await owner.evaluate("document.activeElement === document.querySelector('main')"));
  await owner.keyboard.press("Tab");
  assert.ok(await owner.evaluate("document.querySelector('main').contains(document.activeElement)"));
});

test("he orders MitID, and completes it when the operator has approved", async () => {
  await section("order");
  await follow(owner, 'main a[href$="/order/edit"]');
  await typeInto(owner, { company: "Globex A/S", alias: "Globex", prefix: "shop" });
  await tabTo(owner, '[name="entity"]');
  await owner.keyboard.type("Pri");
  await typeInto(owner, { contact_name: "Kim Hansen", contact_email: "kim@globex.example" });
  await follow(owner, saveButton);
  assert.match(await owner.locator("main").innerText(), /Private company/);
  await follow(owner, act("submit"), "Space");

  await operator.goto(`${origin(server.port)}/orders/globex/test`);
  await press(operator, "approve");
  await owner.reload();
  await follow(owner, act("complete"));
  assert.match(await owner.locator("main h2").first().innerText(), /Completed/);
});

test("he sets it up: its upstream, the pair of domains, the switches", async () => {
  await section("eids");
  await owner.goto(at(`/eids/mitid/${encodeURIComponent(mitid())}`));
  const issuer = `http://127.0.0.1:${server.port}/simulator/mitid`;
  await typeInto(owner, { issuer, client_id: "edge-eid", client_secret: "simulator-secret" });
  await follow(owner, saveButton);
  await section("domains");
  await follow(owner, `main a[href$="/domains/${encodeURIComponent(host())}"]`);
  await typeInto(owner, { mitid_domain: mitid() });
  await follow(owner, saveButton);
  await section("eids");
  await follow(owner, 'main a[href$="/eids/mitid"]');
  for (const name of ["show_alongside_nemid_logins", "cpr_optional"]) {
    const before = await owner.locator(`[name="${name}"]`).isChecked();
    await tabTo(owner, `[name="${name}"]`);
    await owner.keyboard.press("Space");
    await follow(owner, saveButton);
    assert.match(owner.url(), /saved=/);
    assert.equal(await owner.locator(`[name="${name}"]`).isChecked(), !before);
    // As it was.
    await tabTo(owner, `[name="${name}"]`);
    await owner.keyboard.press("Space");
    await follow(owner, saveButton);
  }
});

test("he makes the shadow by one press, and begins and ends a rehearsal", async () => {
  await section("shadows");
  await follow(owner, `main a[href*="/shadows/${encodeURIComponent(host())}"]`);
  await follow(owner, act("all"));
  assert.match(owner.url(), /saved=/);
  await section("migration");
  const ends_at = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z/, "Z");
  await typeInto(owner, { percent: "0", ends_at });
  await follow(owner, saveButton);
  assert.match(await owner.locator("main").innerText(), /\/rehearse/);
  await tabTo(owner, '[name="ends_at"]');
  await owner.keyboard.press("Control+A");
  await owner.keyboard.press("Delete");
  await follow(owner, saveButton);
  assert.doesNotMatch(await owner.locator("main").innerText(), /\/rehearse/);
});

test("Tab gets to every place of every page in the order of the page, and each has a name", async () => {
  const application = `/applications/${encodeURIComponent(host())}/${encodeURIComponent("urn:globex:web")}`;
  const tabs = ["", "/eids", "/openid", "/pages", "/advanced", "/secrets", "/secrets/new", "/code", "/copy", "/remove"];
  const pages = [
    "", "/applications", "/domains", "/domains/new", "/eids", "/eids/mitid", "/eids/nemid", "/shadows", "/order",
    "/order/webhook", "/styles", "/keys", "/migration", "/tools", "/audit", "/audit/team", "/people", "/tokens", "/docs",
    "/docs/cut-over", "/search?q=globex", `/shadows/${encodeURIComponent(host())}`,
    `/eids/mitid/${encodeURIComponent(mitid())}`, `/styles/${encodeURIComponent(host())}`,
    ...["", "/closing", "/remove"].map((page) => `/domains/${encodeURIComponent(host())}${page}`),
    ...["change", "sunset"].map((page) => `/migration/${page}/${encodeURIComponent(host())}/${encodeURIComponent("urn:globex:web")}`),
    ...tabs.map((tab) => application + tab),
  ];
  for (const page of pages) await assertWalk(owner, at(page));
  for (const page of ["/order/edit", "/domains"]) await assertWalk(owner, at(page, "production"));
  for (const page of ["/tenants", "/tenants/new", "/orders", "/orders/globex/test", "/operators", "/t/globex/test/domains/new"]) {
    await assertWalk(operator, origin(server.port) + page);
  }
  await owner.setViewportSize({ width: 390, height: 844 });
  for (const page of ["", "/order", "/keys", application]) await assertWalk(owner, at(page));
});
