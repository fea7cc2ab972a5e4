// @ts-check
// Signing keys in the real runtime: steps by the alarm of the tenant's object, orders, an emergency, and
// a server that slept when a step was due. What may be done when is tested on the host; here times are
// shortened (SERVING_SECONDS), and a day is a second.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { assertLogIsClean } from "./support/log_check.mjs";
import { WEB, application, startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";
import { freePort, startServer } from "./support/server.mjs";
import { Walker } from "./support/walker.mjs";

// max-age, stale-while-revalidate, stale-if-error, KV, isolate, reserve, token, skew, day
const SERVING_SECONDS = "1,1,0,0,1,1,4,0,1";
const GUARD_SECONDS = 4;
const VARS = { SNAPSHOT_SECONDS: "1", SERVING_SECONDS };
const KEYS = ["tenants", "acme", "environments", "TEST", "keys"];

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/** @type {Awaited<ReturnType<typeof startCallback>>} */
let callback;
before(async () => {
  callback = await startCallback();
});
after(() => callback?.close());

/** Names of the keys that a domain announces. @returns {Promise<string[]>} */
async function announced(/** @type {string} */ origin) {
  const { keys } = await (await fetch(`${origin}/.well-known/jwks`)).json();
  return keys.map((/** @type {any} */ key) => key.kid);
}

/** Waits until something is so. */
async function until(/** @type {() => Promise<unknown>} */ holds, /** @type {string} */ what, seconds = 30) {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; ) {
    if (await holds()) return;
    await sleep(100);
  }
  assert.fail(`${what}: not within ${seconds} s`);
}

const timetable = async (/** @type {Server} */ server) => (await admin(server.port, "GET", KEYS)).json;
const order = (/** @type {Server} */ server, /** @type {string[]} */ what, /** @type {object} */ body) =>
  admin(server.port, "POST", [...KEYS, ...what], body);
const ring = (/** @type {any} */ table, /** @type {string} */ eid) =>
  table.rings.find((/** @type {any} */ ring) => ring.eid === eid && ring.alg === "RS256");

/** The tenant's keys sign for seven days, which are seconds here: from then on all keys rotate. */
async function setDays(/** @type {Server} */ server, days = 7) {
  const { json, headers } = await admin(server.port, "GET", ["tenants", "acme"]);
  const changed = { ...json, key_rotation_days: days };
  const put = await admin(server.port, "PUT", ["tenants", "acme"], changed, { "if-match": String(headers.etag) });
  assert.equal(put.status, 200, put.body);
}

/** A login at the ordinary domain; its ID token. */
async function logIn(/** @type {any} */ server, /** @type {"nemid" | "mitid"} */ eid) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin();
  return (await app.finish(await new Walker().logIn(kept.url, eid), kept)).idToken;
}

test("keys rotate and go by the alarm of the tenant's object, and nobody has to ask", async () => {
  const server = await startSeededServer({ vars: VARS });
  try {
    const first = await timetable(server);
    const { signs, standby } = ring(first, "mitid");
    await setDays(server);
    // Only the domains are asked from here on: nothing but its alarm wakes the object.
    const isThere = async (/** @type {string} */ kid) => (await announced(server.origin)).includes(kid);
    await until(async () => (await announced(server.origin)).length === 6, "a fresh standby of each ring");
    assert.ok(await isThere(signs), "the old key is announced while its tokens live");
    await until(async () => !(await isThere(signs)), "the old key goes");
    assert.ok(await isThere(standby));
    const table = await timetable(server);
    assert.notEqual(ring(table, "mitid").signs, signs);
    const { json } = await admin(server.port, "GET", ["tenants", "acme", "audit"]);
    const actions = json.items.filter((/** @type {any} */ entry) => entry.actor === "schedule");
    assert.ok(actions.some((/** @type {any} */ entry) => entry.action === "ring.rotated"));
    assert.ok(actions.some((/** @type {any} */ entry) => entry.target === `key ${signs}` && entry.action === "key.removed"));
    assert.ok(server.logs().every(({ message }) => !message.includes("key_step_failed")));
  } finally {
    await server.stop();
  }
});

test("a step whose alarm nobody heard is done with the next request", async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-keys-"));
  const options = { stateDir, port: await freePort(), vars: VARS };
  const first = await startSeededServer(options);
  /** @type {Server | undefined} */
  let second;
  try {
    const { signs, standby } = ring(await timetable(first), "nemid");
    await setDays(first);
    await first.kill();
    await sleep(8_000);
    second = await startServer(options);
    const table = await timetable(second);
    assert.equal(ring(table, "nemid").signs, standby);
    assert.notEqual(ring(table, "nemid").signs, signs);
    const kids = await announced(first.origin);
    assert.ok([signs, standby, ring(table, "nemid").standby].every((kid) => kids.includes(kid)));
  } finally {
    await first.kill();
    await second?.stop();
    await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("in an emergency the standby signs within seconds, and the answer says until when what was before is known", async () => {
  // Tokens and the guard time of the schedule are not shortened: only what a standby waits for.
  const server = await startSeededServer({ vars: { ...VARS, SERVING_SECONDS: "1,1,0,0,1,1,1200,0,86400" } });
  try {
    await sleep(GUARD_SECONDS * 1_000);
    const old = await (await fetch(`${server.origin}/.well-known/jwks`)).json();
    const before = ring(await timetable(server), "mitid");
    assert.equal(decodeProtectedHeader(await logIn(server, "mitid")).kid, before.signs);

    const called = Date.now();
    const done = await order(server, [before.signs, "compromise"], { reason: "found in a log" });
    assert.equal(done.status, 200, done.body);
    /** @type {string} */
    let token;
    do token = await logIn(server, "mitid");
    while (decodeProtectedHeader(token).kid === before.signs);
    assert.ok(Date.now() - called < 5_000, "the standby signs within five seconds");
    assert.equal(decodeProtectedHeader(token).kid, before.standby);
    await jwtVerify(token, createLocalJWKSet(old), { issuer: server.origin });

    const { changes, published, everywhere_at, forgotten_at, rings } = done.json;
    const states = changes.map((/** @type {any} */ { kid, from, state }) => [kid, from, state]);
    const fresh = ring({ rings }, "mitid").standby;
    assert.deepEqual(states, [
      [before.standby, "standby", "active"],
      [fresh, null, "standby"],
      [before.signs, "active", "compromised"],
    ]);
    assert.equal(published, true);
    assert.equal(Date.parse(forgotten_at) - Date.parse(everywhere_at), 2_000, "max-age and stale-while-revalidate");
    await sleep(Math.max(0, Date.parse(everywhere_at) - Date.now()));
    for (const origin of [server.origin, server.mitidOrigin]) {
      const kids = await announced(origin);
      assert.ok(!kids.includes(before.signs) && kids.includes(fresh), origin);
    }

    const again = await order(server, [before.standby, "compromise"], { reason: "and this one" });
    if (again.status === 409) assert.ok(Date.parse(again.json.allowed_from) > called, again.body);
    else assert.fail("the new standby's guard time was over before it was asked for");
    const forced = await order(server, [before.standby, "compromise"], { reason: "and this one", force: true });
    assert.equal(ring(forced.json, "mitid").signs, fresh);
    await assertLogIsClean(server, [...Walker.secrets]);
  } finally {
    await server.stop();
  }
});

test("a rollover is rehearsed in TEST and put to another day", async () => {
  const server = await startSeededServer({ vars: { ...VARS, SERVING_SECONDS: "1,1,0,0,1,1,4,0,86400" } });
  try {
    const live = `live.localhost:${server.port}`;
    const body = { environment: "PRODUCTION", kind: "ordinary", display_name: "Live" };
    assert.equal((await admin(server.port, "PUT", ["tenants", "acme", "domains", live], body)).status, 201);
    const production = ["tenants", "acme", "environments", "PRODUCTION", "keys", "rehearse"];
    const refused = await admin(server.port, "POST", production, {});
    assert.equal(refused.json.type, "urn:edge-eid:problem:production", refused.body);

    await sleep(GUARD_SECONDS * 1_000);
    const before = await timetable(server);
    const rehearsed = await order(server, ["rehearse"], {});
    assert.equal(rehearsed.status, 200, rehearsed.body);
    for (const { eid, signs } of rehearsed.json.rings) assert.equal(signs, ring(before, eid).standby);

    const day = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 5_000);
    const postponed = await order(server, ["postpone"], { eid: "nemid", until: day.toISOString(), reason: "soon" });
    assert.equal(ring(postponed.json, "nemid").postponed_until, day.toISOString());
    const { signs } = ring(rehearsed.json, "nemid");
    await until(async () => ring(await timetable(server), "nemid").signs !== signs, "the day has come");
    assert.ok(Date.now() >= day.getTime());
  } finally {
    await server.stop();
  }
});
