// What a login costs, counted: KV reads, Durable Object requests, rows written.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { costOfLogin } from "./support/cost.mjs";
import { send, used } from "./support/http.mjs";
import { MITID, NEMID, WEB, application } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

/** Setting the alarm of a login's clean-up is billed as one row; SQLite does not count it. */
const ALARM_ROWS = 1;

let server;
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

test("a login on one domain costs at most two object requests and five rows", async () => {
  for (const [origin, acr, eid] of [
    [server.origin, NEMID, "nemid"],
    [server.mitidOrigin, MITID, "mitid"],
  ]) {
    const { total } = await costOfLogin(origin, acr, eid);
    assert.equal(total.objects, 2);
    assert.ok(total.rows + ALARM_ROWS <= 5, `${total.rows} rows`);
  }
});

test("a login across domains costs at most three object requests and six rows", async () => {
  for (const [origin, acr, eid] of [
    [server.origin, NEMID, "mitid"],
    [server.mitidOrigin, MITID, "nemid"],
  ]) {
    const { total } = await costOfLogin(origin, acr, eid);
    assert.equal(total.objects, 3);
    assert.ok(total.rows + ALARM_ROWS <= 6, `${total.rows} rows`);
  }
});

test("nothing is written before somebody has been identified", async () => {
  for (const eid of ["nemid", "mitid"]) {
    const app = await application(server.origin, WEB);
    const { url } = await app.begin();
    const walker = new Walker();
    const page = await walker.open(url);
    const simulator = await walker.follow(page, `data-eid="${eid}"`);
    await walker.simulator(simulator, "ditlev", "cancel");
    assert.ok(walker.visited.length >= 4);
    for (const answer of walker.visited) {
      const { objects, rows } = used(answer.headers);
      assert.deepEqual({ path: answer.url.pathname, objects, rows }, { path: answer.url.pathname, objects: 0, rows: 0 });
    }
  }
});

test("a cold authorize reads KV twice at most, a warm one and the metadata not at all", async () => {
  // A server of its own, whose isolate has seen nothing but the seed's requests to the admin API.
  const cold = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "20" } });
  try {
    const app = { client_id: WEB.clientId, redirect_uri: "http://127.0.0.1:3000/callback" };
    const query = new URLSearchParams({ ...app, response_type: "code", scope: "openid", acr_values: NEMID });
    const path = `/oauth2/authorize?${query}`;
    const first = await send(cold.port, { path });
    assert.equal(first.status, 200);
    assert.deepEqual(used(first.headers), { kv: 2, objects: 0, rows: 0 });
    for (const warm of [path, "/.well-known/openid-configuration", "/.well-known/jwks"]) {
      assert.deepEqual(used((await send(cold.port, { path: warm })).headers), { kv: 0, objects: 0, rows: 0 });
    }
  } finally {
    await cold.stop();
  }
});

test("made-up codes, access tokens and tickets wake no object", async () => {
  const made = "A".repeat(64);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const fields = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: WEB.clientId,
    client_secret: WEB.secret,
    redirect_uri: "http://127.0.0.1:3000/callback",
    code: made,
  });
  const answers = [
    await send(server.port, { method: "POST", path: "/oauth2/token", headers: form, body: String(fields) }),
    await send(server.port, { path: "/oauth2/userinfo", headers: { authorization: `Bearer ${made}` } }),
    await send(server.port, { path: `/continue?t=${made}` }),
    await send(server.port, { path: `/continue?o=${made}` }),
    await send(server.port, { path: `/continue?h=${made}` }),
    await send(server.port, { path: `/callback?state=${made}&code=x` }),
  ];
  for (const answer of answers) {
    assert.ok(answer.status >= 400 && answer.status < 500);
    assert.equal(used(answer.headers).objects, 0);
  }
});
