// Which eIDs a request is offered, by the domain it is sent to and the acr it asks for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertLogIsClean } from "./support/log_check.mjs";
import { MITID, NEMID, WEB, application, assertError } from "./support/relying_party.mjs";
import { configure, startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

let server;
// Every request looks at the published configuration, since these tests change it.
before(async () => (server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } })));
after(() => server?.stop());

/** Opens an authorization request; tells what the user is shown. */
async function asked(origin, parameters) {
  const app = await application(origin, WEB);
  const kept = await app.begin(parameters);
  const walker = new Walker();
  const page = await walker.open(kept.url);
  const tabs = [...page.body.matchAll(/<a class="tab"[^>]*data-eid="(\w+)"([^>]*)>/g)];
  return {
    app,
    kept,
    walker,
    page,
    tabs: tabs.map(([, eid]) => eid),
    active: tabs.find(([, , rest]) => rest.includes("aria-current"))?.[1],
  };
}

/** Finishes at the simulator where the walker stands, and redeems. */
async function finish({ app, kept, walker }, simulator) {
  const { url } = await walker.simulator(simulator, "ditlev");
  return app.finish(url, kept);
}

test("a MitID request on the ordinary domain goes to MitID at once, on the MitID domain", async () => {
  const login = await asked(server.origin, { acr_values: MITID });
  assert.equal(login.page.url.origin, server.mitidOrigin);
  assert.equal(login.page.url.pathname, "/simulator/mitid/authorize");
  assert.deepEqual(login.tabs, []);
  const { claims } = await finish(login, login.page);
  assert.equal(claims.iss, server.origin);
  assert.equal(claims.identityscheme, "dkmitid");
});

test("a MitID request on a MitID domain with a fallback shows both tabs, MitID first", async () => {
  const login = await asked(server.mitidOrigin, { acr_values: MITID });
  assert.deepEqual(login.tabs, ["nemid", "mitid"]);
  assert.equal(login.active, "mitid");
  const simulator = await login.walker.follow(login.page, 'data-eid="mitid"');
  assert.equal(simulator.url.origin, server.mitidOrigin);
  const { claims } = await finish(login, simulator);
  assert.equal(claims.iss, server.mitidOrigin);
  assert.equal(claims.identityscheme, "dkmitid");
});

test("the NemID tab of a MitID domain goes to its fallback domain and back", async () => {
  const login = await asked(server.mitidOrigin, { acr_values: MITID });
  const simulator = await login.walker.follow(login.page, 'data-eid="nemid"');
  assert.equal(simulator.url.origin, server.origin);
  const { claims } = await finish(login, simulator);
  assert.equal(claims.iss, server.mitidOrigin);
  assert.equal(claims.identityscheme, "dknemid");
});

test("a NemID request on a MitID domain with a fallback shows both tabs, NemID first", async () => {
  const login = await asked(server.mitidOrigin, { acr_values: NEMID });
  assert.deepEqual(login.tabs, ["nemid", "mitid"]);
  assert.equal(login.active, "nemid");
  const simulator = await login.walker.follow(login.page, 'data-eid="nemid"');
  const { claims } = await finish(login, simulator);
  assert.equal(claims.iss, server.mitidOrigin);
  assert.equal(claims.authenticationtype, NEMID);
});

test("a request without acr shows both tabs on the ordinary domain, NemID first", async () => {
  const login = await asked(server.origin, { acr_values: "" });
  assert.deepEqual(login.tabs, ["nemid", "mitid"]);
  assert.equal(login.active, "nemid");
  const simulator = await login.walker.follow(login.page, 'data-eid="mitid"');
  const { claims } = await finish(login, simulator);
  assert.equal(claims.authenticationtype, MITID);
});

test("a request without acr shows both tabs on a MitID domain with a fallback, MitID first", async () => {
  const login = await asked(server.mitidOrigin, { acr_values: "" });
  assert.deepEqual(login.tabs, ["nemid", "mitid"]);
  assert.equal(login.active, "mitid");
});

test("the tab used last is active the next time", async () => {
  const login = await asked(server.origin);
  assert.equal(login.active, "nemid");
  const simulator = await login.walker.follow(login.page, 'data-eid="mitid"');
  await finish(login, simulator);
  const again = await login.app.begin();
  const page = await login.walker.open(again.url);
  assert.match(page.body, /data-eid="mitid" aria-current="true"/);
});

test("an acr that is unknown, and prompt=none, are told to the application", async () => {
  const unknown = await asked(server.origin, { acr_values: "urn:grn:authn:se:bankid" });
  assertError(unknown.page.url, "invalid_request", unknown.kept, server.origin);
  const silent = await asked(server.origin, { prompt: "none" });
  assertError(silent.page.url, "login_required", silent.kept, server.origin);
});

// From here on the configuration is changed; each test states all that it needs.

const mitidHost = () => `127.0.0.1:${server.port}`;
const domain = (host) => ["tenants", "acme", "domains", host];

test("without a fallback the MitID domain has MitID only, and refuses NemID at the callback", async () => {
  await configure(server.port, domain(mitidHost()), { nemid_domain: null });
  const mitid = await asked(server.mitidOrigin, { acr_values: MITID });
  assert.deepEqual(mitid.tabs, []);
  assert.equal(mitid.page.url.pathname, "/simulator/mitid/authorize");
  const { claims } = await finish(mitid, mitid.page);
  assert.equal(claims.iss, server.mitidOrigin);
  const nemid = await asked(server.mitidOrigin, { acr_values: NEMID });
  assertError(nemid.page.url, "invalid_request", nemid.kept, server.mitidOrigin);
});

test("with the side-by-side option off a NemID request shows no tabs", async () => {
  await configure(server.port, domain(mitidHost()), { show_alongside_nemid_logins: false });
  const login = await asked(server.origin);
  assert.deepEqual(login.tabs, []);
  const simulator = await login.walker.follow(login.page, 'data-start="nemid"');
  const { claims } = await finish(login, simulator);
  assert.equal(claims.identityscheme, "dknemid");
  await configure(server.port, domain(mitidHost()), { show_alongside_nemid_logins: true });
});

test("a shadow that is disabled, or lacks the callback, is like none", async () => {
  const shadow = [...domain(mitidHost()), "applications", WEB.clientId];
  const { redirect_uris: registered } = await configure(server.port, shadow, {});
  const others = registered.filter((uri) => !uri.startsWith("http://127.0.0.1:3000"));
  for (const change of [{ enabled: false }, { redirect_uris: others }]) {
    await configure(server.port, shadow, { enabled: true, redirect_uris: registered, ...change });
    const login = await asked(server.origin);
    const refused = await login.walker.follow(login.page, 'data-eid="mitid"');
    assert.equal(refused.url.origin, server.origin);
    assert.match(refused.body, /<dt>[^<]*<\/dt><dd><code>urn:acme:web<\/code>/);
    const simulator = await login.walker.follow(refused, 'data-eid="nemid"');
    const { claims } = await finish(login, simulator);
    assert.equal(claims.identityscheme, "dknemid");
  }
  await configure(server.port, shadow, { enabled: true, redirect_uris: registered });
});

test("a login whose cookie is lost offers to start again where the application registered it, at its issuer", async () => {
  const registered = [...domain(`localhost:${server.port}`), "applications", WEB.clientId];
  await configure(server.port, registered, { initiate_login_uri: "http://127.0.0.1:3000/start" });
  for (const eid of ["nemid", "mitid"]) {
    const login = await asked(server.origin);
    const simulator = await login.walker.follow(login.page, `data-eid="${eid}"`);
    for (const host of ["localhost", "127.0.0.1"]) login.walker.cookies(host).clear();
    const lost = await login.walker.simulator(simulator, "ditlev");
    assert.equal(lost.status, 400);
    const href = lost.body.match(/id="start-again"[^>]* href="([^"]*)"/)?.[1];
    assert.equal(href, `http://127.0.0.1:3000/start?iss=${encodeURIComponent(server.origin)}`);
  }
});

test("a shadow disabled while its user is on the way ends the login at the application", async () => {
  const shadow = [...domain(mitidHost()), "applications", WEB.clientId];
  const login = await asked(server.origin);
  const simulator = await login.walker.follow(login.page, 'data-eid="mitid"');
  await configure(server.port, shadow, { enabled: false });
  const { url } = await login.walker.simulator(simulator, "ditlev");
  assertError(url, "unauthorized_client", login.kept, server.origin);
  await configure(server.port, shadow, { enabled: true });
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, Walker.secrets);
});
