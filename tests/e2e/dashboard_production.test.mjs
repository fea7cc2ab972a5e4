// The same customer in PRODUCTION: MitID is ordered with a VAT number and terms, its logins go by independent
// OpenID providers, since no simulator answers there, and NemID ends on the day that the operator sets.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { decodeJwt } from "jose";
import { answerSimulator, chooseTab, startBrowser } from "./support/browser.mjs";
import { fill, join, open, origin, press, save, setUpLink } from "./support/dashboard.mjs";
import { send } from "./support/http.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { freePort } from "./support/server.mjs";
import { startFront } from "./support/tls_front.mjs";
import { startUpstream } from "./support/upstream.mjs";

const LOGIN = "login.globex.example";
const MITID = "shop.mitid.broker.example";
const APP = "app.globex.example";
const CALLBACK = `https://${APP}/callback`;
const CLIENT = "urn:globex:web";
const PID = "9208-2002-2-316380939372";
const UUID = "8314ab25-bf71-49ff-aee6-15e7d084cec1";
const NEMID_ACR = "urn:grn:authn:dk:nemid:poces";
const DAY_MILLISECONDS = 86_400_000;

let server, front, browser, operator, owner, secret;
/** Who answers instead of a simulator, by eID. @type {Record<string, Awaited<ReturnType<typeof startUpstream>>>} */
const upstreams = {};
const UPSTREAM_SECRET = "secret-of-the-tests-at-an-upstream";

before(async () => {
  const ports = { server: await freePort(), nemid: await freePort(), mitid: await freePort() };
  const app = (_, response) => response.end("<!doctype html><html lang=en><title>Application</title><h1>Back at the application</h1>");
  front = await startFront((host) => (host === APP ? app : ports[host.replace(".upstream.example", "")] ?? ports.server));
  for (const [eid, host] of [["nemid", LOGIN], ["mitid", MITID]]) {
    upstreams[eid] = await startUpstream({
      port: ports[eid],
      origin: `https://${eid}.upstream.example`,
      scopes: { openid: ["loa", "name"] },
      client: {
        client_id: "edge-eid",
        client_secret: UPSTREAM_SECRET,
        redirect_uris: [`https://${host}/callback`],
        token_endpoint_auth_method: "client_secret_basic",
        scope: "openid",
      },
    });
    upstreams[eid].state.answer = {
      sub: eid === "nemid" ? PID : UUID,
      idToken: { loa: "substantial", name: "Saga Poulsen" },
      userinfo: {},
    };
  }
  const vars = { MITID_SUFFIX_PRODUCTION: ".mitid.broker.example", SNAPSHOT_SECONDS: "0" };
  [server, browser] = await Promise.all([
    startSeededServer({ port: ports.server, vars, world: front.plainPort }),
    startBrowser({ args: front.chromium }),
  ]);
  operator = await browser.open();
  await join(operator, await setUpLink(server.port), "ditlev");
  owner = await browser.open();
  await join(owner, await setUpLink(server.port, "globex"), "terne");
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await front?.close();
  for (const upstream of Object.values(upstreams)) await upstream.close();
});

const at = (/** @type {string} */ path, environment = "production") => `${origin(server.port)}/t/globex/${environment}${path}`;
const encoded = encodeURIComponent(CLIENT);

/** Begins a login of the application, as its user would. */
async function begin(page, parameters = {}) {
  const url = new URL(`https://${LOGIN}/oauth2/authorize`);
  url.search = String(
    new URLSearchParams({
      response_type: "code",
      client_id: CLIENT,
      redirect_uri: CALLBACK,
      scope: "openid",
      acr_values: NEMID_ACR,
      state: "s",
      nonce: "n",
      ui_locales: "en",
      ...parameters,
    }),
  );
  return page.goto(String(url));
}

/** What the application learns of who has come back to it. */
async function claims(page) {
  await page.waitForURL(/app\.globex\.example\/callback\?/);
  const back = new URL(page.url()).searchParams;
  const answer = await send(server.port, {
    host: LOGIN,
    method: "POST",
    path: "/oauth2/token",
    headers: {
      authorization: `Basic ${Buffer.from(`${encoded}:${encodeURIComponent(secret)}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: String(new URLSearchParams({ grant_type: "authorization_code", code: String(back.get("code")), redirect_uri: CALLBACK })),
  });
  assert.equal(answer.status, 200, `${back} ${answer.body}`);
  return decodeJwt(JSON.parse(answer.body).id_token);
}

/** The operator moves the day on which NemID closes. */
async function moveClosing(/** @type {number} */ days) {
  const day = new Date(Date.now() + days * DAY_MILLISECONDS).toISOString().replace(/\.\d+Z/, "Z");
  await open(operator, at(`/domains/${LOGIN}/closing`));
  await fill(operator, { nemid_closed_at: day });
  await save(operator);
  return day.replace("Z", ".000Z");
}

test("the operator adds the customer's own domain, and the application is copied from TEST", async () => {
  await open(operator, at("/domains/new"));
  await fill(operator, { host: LOGIN, display_name: "Globex" });
  await operator.locator('[name="kind"]').selectOption("ordinary");
  await save(operator);
  await open(owner, at(`/eids/nemid/${LOGIN}`));
  await fill(owner, { issuer: upstreams.nemid.issuer, client_id: "edge-eid", client_secret: UPSTREAM_SECRET });
  await save(owner);

  const original = `/applications/${encodeURIComponent(`globex.localhost:${server.port}`)}/${encoded}`;
  await open(owner, at(original, "test"));
  await fill(owner, { redirect_uris: `http://localhost:3000/callback\n${CALLBACK}` });
  await save(owner, "redirect_uris");
  await open(owner, `${at(`${original}/copy`, "test")}?to=${LOGIN}`);
  assert.match(await owner.locator("main").innerText(), /http:\/\/localhost:3000\/callback/, "what PRODUCTION does not take is told");
  await Promise.all([owner.waitForNavigation(), owner.locator("main form[method=post] button").click()]);
  await open(owner, at(`/applications/${LOGIN}/${encoded}/secrets/new`));
  await Promise.all([owner.waitForNavigation(), owner.locator("main form[method=post] button[type=submit]").last().click()]);
  secret = await owner.locator("#once").innerText();
});

test("MitID is ordered with VAT number and terms, looked into by the operator, and completed", async () => {
  await open(owner, at("/order/edit"));
  await fill(owner, {
    company: "Globex A/S",
    alias: "Globex",
    prefix: "shop",
    vat: "DK 13585628",
    contact_name: "Kim Hansen",
    contact_email: "kim@globex.example",
  });
  await owner.locator('[name="entity"]').selectOption("private");
  await owner.locator('[name="country"]').selectOption("DK");
  await save(owner);
  await open(owner, at("/order"));
  assert.match(await owner.locator("main").innerText(), /The operator therefore checks who you are/);
  await owner.locator('a[href^="/sign-in?as=employee"]').click();
  await answerSimulator(owner, "employee");
  await owner.waitForURL(at("/order"));
  assert.match(await owner.locator("main").innerText(), /You are signed in as an employee of the company/);
  assert.match(await owner.locator("header").innerText(), /Terne|Owner/i, "and is who he was");
  await owner.locator("#terms_general").check();
  await press(owner, "submit");
  assert.match(await owner.locator("main").innerText(), /Both terms must be accepted/, "no order without both terms");
  for (const terms of ["general", "mitid"]) await owner.locator(`#terms_${terms}`).check();
  await press(owner, "submit");
  await open(owner, at("/order"));
  assert.match(await owner.locator("main").innerText(), /Employee login: the CVR number of the login is the company's/);
  assert.ok(await owner.locator("main button", { hasText: "Complete" }).isDisabled());

  for (const [act, status] of [["verify", "Verifying"], ["approve", "With the operator"], ["ready", "Domain ready"]]) {
    await open(operator, `${origin(server.port)}/orders/globex/production`);
    await press(operator, act);
    assert.match(await operator.locator("main h2").first().innerText(), new RegExp(status));
  }
  await open(owner, at("/order"));
  await press(owner, "complete");
  await open(owner, at("/domains"));
  assert.match(await owner.locator("main").innerText(), new RegExp(`${MITID}[\\s\\S]*In service`));
  await open(owner, at("/audit/team"));
  const log = await owner.locator("main").innerText();
  for (const step of ["verifying", "at_operator", "domain_ready", "completed"]) assert.match(log, new RegExp(step));
});

test("its upstream is checked, the pair is made and the switches are set", async () => {
  await open(owner, at(`/eids/mitid/${MITID}`));
  await fill(owner, { issuer: upstreams.mitid.issuer, client_id: "edge-eid", client_secret: UPSTREAM_SECRET });
  await save(owner);
  await owner.locator('main form[action$="/test"] button').click();
  await owner.waitForURL(/\/test$/);
  assert.ok(upstreams.mitid.state.requests.includes("/.well-known/openid-configuration"), "it was fetched");
  assert.doesNotMatch(await owner.locator("main").innerText(), /Nobody answers/);

  await open(owner, at(`/domains/${LOGIN}`));
  await fill(owner, { mitid_domain: MITID });
  await save(owner);
  await open(owner, at("/eids/mitid"));
  await owner.locator('[name="show_alongside_nemid_logins"]').check();
  await fill(owner, { nemid_domain: LOGIN });
  await save(owner, "nemid_domain");
  await open(owner, at("/eids/mitid"));
  await owner.locator('[name="cpr_optional"]').check();
  await save(owner, "cpr_optional");
});

test("the shadow is made by one click, and the new secret goes with it", async () => {
  await open(owner, at(`/shadows/${LOGIN}`));
  await press(owner, "all");
  await open(owner, at("/shadows"));
  await open(owner, at(`/applications/${MITID}/${encoded}/secrets`));
  assert.match(await owner.locator("main table").innerText(), /\d{4}-\d\d-\d\d/);
});

test("NemID closed for all in 2023; who asks for it is led to MitID at once", async () => {
  const page = await browser.open();
  await begin(page);
  assert.equal((await claims(page)).identityscheme, "dkmitid");
  await page.context().close();
});

let opened;
test("the operator moves that day ahead, and users of the application log in by both tabs", async () => {
  opened = await moveClosing(30);
  for (const [eid, id] of /** @type {const} */ ([["nemid", PID], ["mitid", UUID]])) {
    const page = await browser.open();
    await begin(page);
    await chooseTab(page, eid);
    const told = await claims(page);
    assert.deepEqual([told.identityscheme, told.iss], [`dk${eid}`, `https://${LOGIN}`]);
    assert.equal(eid === "nemid" ? told.pidNumberIdentifier : told.uuid, id);
    assert.equal(upstreams[eid].state.asked.length, eid === "nemid" ? 1 : 2, "nobody else answered");
    await page.context().close();
  }
});

test("NemID's closing is rehearsed in one browser, and nobody else meets it", async () => {
  await open(owner, at("/migration"));
  await owner.locator("#percent").fill("0");
  await owner.locator("#ends_at").fill(new Date(Date.now() + DAY_MILLISECONDS).toISOString().replace(/\.\d+Z/, "Z"));
  await save(owner);
  const rehearsing = await browser.open();
  const other = await browser.open();
  // The broker may remember the domain as it was for some seconds.
  while ((await rehearsing.goto(`https://${LOGIN}/rehearse`))?.status() !== 200) await rehearsing.waitForTimeout(200);
  await begin(rehearsing);
  assert.equal((await claims(rehearsing)).identityscheme, "dkmitid", "as after the cut-over");
  await begin(other);
  assert.equal(await other.locator('[data-eid="nemid"]').count(), 1);
  for (const page of [rehearsing, other]) await page.context().close();
  await open(owner, at("/migration"));
  await owner.locator("#ends_at").fill("");
  await save(owner);
});

test("on the day that the operator sets NemID is closed, and the application goes on with MitID", async () => {
  const closed = await moveClosing(-1);
  const page = await browser.open();
  await begin(page);
  const told = await claims(page);
  assert.deepEqual([told.identityscheme, told.uuid], ["dkmitid", UUID]);
  await page.context().close();

  await open(owner, at(`/audit?filter=${LOGIN}`));
  const moves = await owner.locator("tbody tr").filter({ hasText: "nemid_closed_at" }).allInnerTexts();
  const expected = [`nemid_closed_at: ${opened} → ${closed}`, `nemid_closed_at: nothing → ${opened}`];
  assert.equal(moves.length, expected.length);
  for (const [index, move] of expected.entries()) {
    assert.ok(moves[index].includes(move), `${moves[index]} has not: ${move}`);
    assert.match(moves[index], /operator [\w-]{10,}/, "who it was");
  }
});

test("the developer is told the exact change, and the application logs in at the MitID domain", async () => {
  await open(owner, at(`/migration/change/${LOGIN}/${encoded}`));
  const told = await owner.locator("#change").innerText();
  assert.match(told, new RegExp(`https://${LOGIN}\\s+->\\s+https://${MITID}`));
  assert.match(told, /credentials {2}unchanged/);
});
