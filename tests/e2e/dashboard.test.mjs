// The dashboard: signing in, who may come, and the way in after a deploy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, startBrowser } from "./support/browser.mjs";
import { join, openAs, origin, setUpLink } from "./support/dashboard.mjs";
import { send } from "./support/http.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("who deployed it comes in by a link that counts once, and signs in by the broker itself", async () => {
  const link = await setUpLink(server.port);
  const page = await browser.open();
  await join(page, link, "ditlev");
  assert.equal(page.url(), `${origin(server.port)}/tenants`);
  assert.match(await page.locator("main").innerText(), /acme[\s\S]*globex/i);

  const another = await browser.open();
  await openAs(another, link, "terne");
  assert.equal(await another.locator("h1").innerText(), "There is no such page");
  await another.goto(`${origin(server.port)}/t/acme/test`);
  assert.equal(await another.locator("h1").innerText(), "There is no such page");
  await page.context().close();
  await another.context().close();
});

test("nobody makes such a link without the operator's token", async () => {
  for (const authorization of ["", "Bearer wrong", "Bearer eeid.acme.x.y"]) {
    const headers = { authorization };
    const answer = await send(server.port, { host: `manage.localhost:${server.port}`, method: "POST", path: "/set-up", headers });
    assert.equal(answer.status, 401, authorization);
  }
});

test("an owner invites a viewer, who sees and changes nothing, and is removed", async () => {
  const owner = await browser.open();
  await join(owner, await setUpLink(server.port, "acme"), "terne");
  assert.equal(owner.url(), `${origin(server.port)}/t/acme/test`);
  await owner.goto(`${origin(server.port)}/t/acme/test/people`);
  await owner.locator("#label").fill("Ditlev");
  await owner.locator("#role").selectOption("viewer");
  await owner.locator("#role").locator("xpath=ancestor::form").locator("button").click();
  const link = await owner.locator("#link").innerText();

  const viewer = await browser.open();
  await join(viewer, link, "employee");
  assert.equal(viewer.url(), `${origin(server.port)}/t/acme/test`);
  assert.equal((await viewer.goto(`${origin(server.port)}/t/acme/test/people`))?.status(), 403);

  await owner.goto(`${origin(server.port)}/t/acme/test/people`);
  const row = owner.locator("tbody tr").filter({ has: owner.locator('option[value="viewer"][selected]') });
  await row.locator("form").last().locator("button").click();
  await owner.waitForURL(/saved=yes/);
  assert.equal((await viewer.goto(`${origin(server.port)}/t/acme/test`))?.status(), 404);
  await owner.context().close();
  await viewer.context().close();
});

test("anybody reads the guides, and who is signed in reads them with his own values", async () => {
  const page = await browser.open();
  await page.goto(`${origin(server.port)}/`);
  await page.locator('a[href="/guides/"]').click();
  assert.equal(await page.locator("h1").innerText(), "Guides");
  assert.equal(await page.locator("li a").count(), 6);
  await page.getByRole("link", { name: "Work with metadata" }).click();
  assert.equal(new URL(page.url()).pathname, "/guides/metadata");
  assert.match(await page.locator("article").innerText(), /login\.example\.com/);
  const { headers } = await send(server.port, { host: `manage.localhost:${server.port}`, path: "/guides/metadata" });
  assert.match(String(headers["content-security-policy"]), /^default-src 'none'; style-src 'self'/);
  await page.getByRole("link", { name: "All guides" }).click();
  assert.equal(await page.locator("h1").innerText(), "Guides");

  await join(page, await setUpLink(server.port, "acme"), "terne");
  await page.goto(`${origin(server.port)}/t/acme/test/docs/metadata`);
  const guide = await page.locator("article").innerText();
  assert.match(guide, /acme/);
  assert.doesNotMatch(guide, /login\.example\.com/);
  await page.context().close();
});

test("a test person of the tenant's own is made at the dashboard, and logs in", async () => {
  const owner = await browser.open();
  const people = `${origin(server.port)}/t/acme/test/tools/people`;
  await join(owner, await setUpLink(server.port, "acme"), "nocpr");
  await owner.goto(`${people}/new`);
  const typed = { user: "frida", name: "Frida Testperson", birthdate: "1985-05-06", cpr: "660585-0008" };
  for (const [name, value] of Object.entries(typed)) await owner.locator(`#f-${name}`).fill(value);
  await owner.locator("main form.settings button").click();
  await owner.waitForURL(/saved=yes/);
  assert.match(await owner.locator("tbody").innerText(), /frida\s+Frida Testperson\s+6605850008/);

  const user = await browser.open();
  const acr = "urn:grn:authn:dk:mitid:substantial";
  await user.goto(`http://localhost:${server.port}/demo/login?client_id=urn:acme:web&acr_values=${acr}`);
  await user.waitForURL(/simulator/);
  assert.equal(await user.locator('datalist option[value="frida"]').count(), 1);
  await answerSimulator(user, "frida");
  await user.waitForURL(/demo\/callback/);
  assert.match(await user.locator("main").innerText(), /Frida Testperson/);
  await owner.context().close();
  await user.context().close();
});

test("signing out everywhere ends the sessions of every browser", async () => {
  const link = await setUpLink(server.port, "globex");
  const here = await browser.open();
  const there = await browser.open();
  await join(here, link, "terne");
  await openAs(there, `${origin(server.port)}/t/globex/test`, "terne");
  await here.locator("#header summary").click();
  await here.locator('button[name="everywhere"]').click();
  await here.waitForURL(/signed-out/);
  assert.equal((await there.goto(`${origin(server.port)}/t/globex/test`))?.status(), 401);
  await here.context().close();
  await there.context().close();
});

test("another site can neither finish somebody's sign-in nor lead away from the dashboard", async () => {
  const page = await browser.open();
  const answer = await page.goto(`${origin(server.port)}/sign-in/callback?code=x&state=y`);
  assert.equal(answer?.status(), 401);
  await page.goto(`${origin(server.port)}/language/en?back=//evil.example/`);
  assert.equal(new URL(page.url()).host, `manage.localhost:${server.port}`);
  await page.context().close();
});
