// KV and the Host objects fail in every way we know of: who was served before is served on, who was
// not is served from the other store, and where both fail he is told quickly to come back.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import * as jose from "jose";
import { post, send, used } from "./support/http.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { CALLBACK, NEMID, WEB, application } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";
import { freePort, startServer } from "./support/server.mjs";
import { Walker } from "./support/walker.mjs";

/** How KV fails: it says so, it says nothing, it has old, half, mixed-up or forged values. */
const KV = ["fails", "hangs", "stale", "half", "foreign", "forged"];
const EIDS = /** @type {const} */ (["nemid", "mitid"]);
const JWKS = "/.well-known/jwks";
/** Longest that somebody waits who is not served, milliseconds. */
const WAIT_MAX = 3_000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const hosts = (server) => [`localhost:${server.port}`, `127.0.0.1:${server.port}`];

/** A whole login and the tokens of it, verified by the key set that is served at this moment. */
async function logIn(server, eid) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin();
  const walker = new Walker();
  const { idToken, claims } = await app.finish(await walker.logIn(kept.url, eid), kept);
  assert.equal(claims.identityscheme, `dk${eid}`);
  const { payload } = await jose.jwtVerify(idToken, jose.createLocalJWKSet(await keySet(server)), {
    issuer: server.origin,
    audience: WEB.clientId,
  });
  assert.equal(payload.sub, claims.sub);
  return { visited: walker.visited.filter(({ url }) => !url.pathname.startsWith("/simulator/")), secrets: app.secrets };
}

async function keySet(server, host) {
  const { status, body } = await send(server.port, { host, path: JWKS });
  assert.equal(status, 200);
  return JSON.parse(body);
}

/** What every domain serves of its metadata is what it served before. */
async function assertServed(server, expected) {
  for (const [at, host] of hosts(server).entries()) {
    assert.deepEqual(await keySet(server, host), expected.keys);
    const { status, body } = await send(server.port, { host, path: "/.well-known/openid-configuration" });
    assert.deepEqual([status, JSON.parse(body)], [200, expected.discovery[at]]);
  }
}

async function served(server) {
  const discovery = hosts(server).map((host) => send(server.port, { host, path: "/.well-known/openid-configuration" }));
  const keys = await keySet(server);
  assert.ok(keys.keys.length >= 4, "two keys of each ring");
  return { keys, discovery: (await Promise.all(discovery)).map(({ body }) => JSON.parse(body)) };
}

/** How often requests of a login had to ask KV before they were answered. */
const asked = (visited) => visited.map(({ headers }) => used(headers).kv).reduce((sum, kv) => sum + kv, 0);

let warm, expected;
before(async () => {
  warm = await startSeededServer({ storesCanFail: true });
  for (const eid of EIDS) await logIn(warm, eid);
  expected = await served(warm);
});
after(() => warm?.stop());

const SECRETS = [];

for (const host of ["works", "fails", "hangs"]) {
  for (const kv of KV) {
    // KV that is 60 s old serves all that is asked for here.
    if (kv === "stale" && host !== "works") continue;
    test(`warm logins go on while KV ${kv}, and the object of the host ${host}`, async () => {
      await warm.stores({ kv, host });
      await sleep(2_100); // what the isolate has read counts for two seconds
      for (let round = 0; round < 2; round++) {
        for (const eid of EIDS) {
          const { visited, secrets } = await logIn(warm, eid);
          SECRETS.push(...secrets);
          // One request has found out that KV does not answer; nobody else waits for it.
          if (round > 0 && (kv === "fails" || kv === "hangs")) assert.equal(asked(visited), 0);
        }
        await assertServed(warm, expected);
      }
    });
  }
}

test("a key set that is warm is answered without a look at any store, whatever they do", async () => {
  await warm.stores({ kv: "hangs", host: "hangs" });
  await sleep(2_100);
  await Promise.all(hosts(warm).map((host) => keySet(warm, host)));
  for (let times = 0; times < 20; times++) {
    const began = performance.now();
    const { headers } = await send(warm.port, { path: JWKS });
    assert.deepEqual(used(headers), { kv: 0, objects: 0, rows: 0 });
    assert.ok(performance.now() - began < 500);
    await sleep(50);
  }
});

test("a refresh that hangs lets nobody wait who is served all the time", async () => {
  await warm.stores({ kv: "works", host: "works" });
  await sleep(6_000); // KV is tried again, and found well
  await logIn(warm, "nemid");
  await logIn(warm, "nemid");
  await warm.stores({ kv: "hangs", host: "hangs" });
  // For the rest of its time the value serves, and somebody asks behind an answer.
  await sleep(1_100);
  for (let times = 0; times < 10; times++) {
    const began = performance.now();
    const { headers, status } = await send(warm.port, { path: JWKS });
    assert.deepEqual([status, used(headers).kv, used(headers).objects], [200, 0, 0]);
    assert.ok(performance.now() - began < 500);
    await sleep(300);
  }
});

test("once the stores are back a change arrives, and an older copy brings nothing back", async () => {
  await warm.stores({ kv: "stale", host: "works" });
  await warm.stores({ kv: "works" });
  const name = ["tenants", "acme", "domains", `localhost:${warm.port}`];
  const read = await admin(warm.port, "GET", name);
  const change = await admin(warm.port, "PUT", name, { ...read.json, enabled: false }, { "if-match": read.headers.etag });
  assert.equal(change.status, 200);
  const status = async () => (await send(warm.port, { path: JWKS })).status;
  for (let tries = 0; (await status()) !== 404; tries++) {
    assert.ok(tries < 60, "the domain is served on");
    await sleep(250);
  }
  await warm.stores({ kv: "older" });
  for (let times = 0; times < 10; times++) {
    assert.equal(await status(), 404);
    await sleep(300);
  }
  await warm.stores({ kv: "works" });
  const back = await admin(warm.port, "PUT", name, read.json, { "if-match": change.headers.etag });
  assert.equal(back.status, 200);
});

test("a change that was answered while KV hangs is kept, and published once KV is back", async () => {
  const name = ["tenants", "acme", "domains", `localhost:${warm.port}`];
  const read = await admin(warm.port, "GET", name);
  await warm.stores({ kv: "hangs" });
  const told = { ...read.json, display_name: "Changed in the dark" };
  const change = await admin(warm.port, "PUT", name, told, { "if-match": read.headers.etag });
  assert.deepEqual([change.status, change.json.published], [200, false]);
  assert.equal((await admin(warm.port, "GET", name)).json.display_name, "Changed in the dark");
  await warm.stores({ kv: "works" });
  const inKv = async () => new Map(await warm.kv()).get(`domain:localhost:${warm.port}`) ?? "";
  for (let tries = 0; !(await inKv()).includes("Changed in the dark"); tries++) {
    assert.ok(tries < 120, "the alarm did not publish it");
    await sleep(250);
  }
});

test("no secret and no name has got into the log of an outage", async () => {
  await assertLogIsClean(warm, [...SECRETS, ...Walker.secrets]);
  assert.ok(warm.logs().some(({ message }) => message.includes("kv_failed")), "an outage stands in the log");
});

/** Runs `use` with a server that has just started on the state of a seeded one, its stores failing. */
async function cold(stateDir, port, stores, use) {
  const server = await startServer({ stateDir, port, vars: { TEST_ONLY_STORES: stores }, storesCanFail: true });
  try {
    await use({ ...server, mitidOrigin: `http://127.0.0.1:${port}` });
  } finally {
    await server.stop();
  }
}

test("a cold isolate", async (t) => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-outage-"));
  const port = await freePort();
  const seeded = await startSeededServer({ stateDir, port });
  let kept;
  try {
    kept = await served(seeded);
  } finally {
    await seeded.stop();
  }
  try {
    for (const kv of KV.filter((kv) => kv !== "stale")) {
      await t.test(`serves everything from the objects of the hosts while KV ${kv}`, () =>
        cold(stateDir, port, `kv=${kv}`, async (server) => {
          for (const eid of EIDS) await logIn(server, eid);
          await assertServed(server, kept);
        }),
      );
    }
    await t.test("serves everything while KV is an older copy", () =>
      cold(stateDir, port, "", async (server) => {
        await server.stores({ kv: "stale" });
        for (const eid of EIDS) await logIn(server, eid);
        await assertServed(server, kept);
      }),
    );
    for (const [kv, host] of [["fails", "fails"], ["hangs", "hangs"], ["hangs", "fails"], ["half", "hangs"], ["foreign", "fails"], ["forged", "fails"]]) {
      await t.test(`tells quickly to come back while KV ${kv} and the object of the host ${host}`, () =>
        cold(stateDir, port, `kv=${kv} host=${host}`, assertToldToComeBack),
      );
    }
    await t.test("serves again once its stores are back", () =>
      cold(stateDir, port, "kv=fails host=fails", async (server) => {
        assert.equal((await send(port, { path: JWKS })).status, 503);
        await server.stores({ kv: "works", host: "works" });
        for (const eid of EIDS) await logIn(server, eid);
        await assertServed(server, kept);
      }),
    );
  } finally {
    await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Every kind of request is told the same in its own way, and within the time. */
async function assertToldToComeBack({ port, logs }) {
  const authorize = new URLSearchParams({
    response_type: "code",
    client_id: WEB.clientId,
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: NEMID,
    ui_locales: "en",
    state: "a-state-nobody-may-see",
  });
  const timed = async (request) => {
    const began = performance.now();
    const answer = await request;
    const took = performance.now() - began;
    assert.ok(took < WAIT_MAX, `it took ${took} ms`);
    assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "5"]);
    return answer;
  };
  const headers = { "accept-language": "en" };
  const page = await timed(send(port, { path: `/oauth2/authorize?${authorize}`, headers }));
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  assert.match(page.body, /<a [^>]*href=""[^>]*>Try again</);
  const reference = page.body.match(/id="reference">([0-9a-f]{32})</)?.[1];
  assert.ok(reference, "the page names its reference");
  assert.ok(!page.body.includes("a-state-nobody-may-see"));
  for (const path of ["/login/x/mitid", "/callback?code=x&state=y", "/continue?t=x", "/oauth2/logout"]) {
    assert.match((await timed(send(port, { path, headers }))).body, /Try again/);
  }
  for (const path of ["/oauth2/token", "/oauth2/par", "/oauth2/revoke", "/oauth2/introspect"]) {
    const answer = await timed(post(port, { path }, { code: "x", client_id: WEB.clientId }));
    assert.equal(JSON.parse(answer.body).error, "temporarily_unavailable");
  }
  for (const path of ["/oauth2/userinfo", JWKS, "/.well-known/openid-configuration"]) {
    const answer = await timed(send(port, { path }));
    assert.equal(JSON.parse(answer.body).error, "temporarily_unavailable");
  }
  for (let tries = 0; !logs().some(({ message }) => message.includes(reference) && message.includes("fault")); tries++) {
    assert.ok(tries < 40, "the fault stands in the log under its reference");
    await sleep(50);
  }
}
