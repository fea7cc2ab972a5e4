// @ts-check
// The runtime dies in the middle of rotating, publishing and sealing, again and again, and starts on
// the same state. Never is a key set empty, never do two keys of one ring sign, never is there a token
// without its key, and no change that was answered is lost.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, jwtVerify } from "jose";
import { register } from "./support/registration.mjs";
import { CALLBACK, WEB, application, startCallback } from "./support/relying_party.mjs";
import { admin, seedDemo } from "./support/seeded_server.mjs";
import { freePort, startServer } from "./support/server.mjs";
import { Walker } from "./support/walker.mjs";

// KILLS makes it shorter, while something is being mended.
const KILLS = Number(process.env.KILLS ?? 100);
/** Every so many starts somebody logs in by both tabs. */
const LOGIN_EVERY = 10;
const KEYS = ["tenants", "acme", "environments", "TEST", "keys"];
const ES256 = { clientId: "urn:acme:kills", secret: "acme-kills-secret", alg: "ES256" };

const jwks = async (/** @type {string} */ origin) => (await fetch(`${origin}/.well-known/jwks`)).json();

/** What everybody sees: both domains announce an active and a standby key for every ring. */
async function assertKeys(/** @type {Awaited<ReturnType<typeof startServer>>} */ server) {
  const report = await admin(server.port, "GET", KEYS);
  assert.equal(report.status, 200, report.body);
  const of = (/** @type {string} */ state) => report.json.items.filter((/** @type {any} */ key) => key.state === state);
  const ring = (/** @type {any} */ { eid, alg }) => `${eid} ${alg}`;
  const wanted = ["mitid ES256", "mitid RS256", "nemid ES256", "nemid RS256"];
  for (const state of ["active", "standby"]) assert.deepEqual(of(state).map(ring).sort(), wanted, `one ${state} key a ring`);
  for (const origin of [server.origin, `http://127.0.0.1:${server.port}`]) {
    const { keys } = await jwks(origin);
    // What was published last, or what is being published just now.
    assert.ok(keys.length >= wanted.length * 2, `${origin} announces ${keys.length} keys`);
  }
}

/** Changes that are under way when the runtime dies; those that were answered must be found again. */
function busy(/** @type {Awaited<ReturnType<typeof startServer>>} */ server, /** @type {Map<string, string>} */ answered) {
  let going = true;
  let life = 0;
  const repeat = async (/** @type {() => Promise<void>} */ act) => {
    while (going) {
      try {
        await act();
      } catch {
        // It died.
        await sleep(10);
      }
    }
  };
  const rotate = (/** @type {string} */ eid, /** @type {string} */ alg) =>
    repeat(async () => {
      const { json } = await admin(server.port, "GET", KEYS);
      const { signs } = json.rings.find((/** @type {any} */ ring) => ring.eid === eid && ring.alg === alg);
      const order = { eid, alg, kid: signs, reason: "killed on the way", force: true };
      await admin(server.port, "POST", [...KEYS, "rotate"], order);
    });
  const rename = (/** @type {string} */ clientId) => {
    const thing = ["tenants", "acme", "domains", `localhost:${server.port}`, "applications", clientId];
    return repeat(async () => {
      const { json, headers } = await admin(server.port, "GET", thing);
      const name = `${clientId} ${++life} ${Math.random()}`;
      // Sent and not answered: it may have been stored, or not.
      answered.delete(clientId);
      const done = await admin(server.port, "PUT", thing, { ...json, name }, { "if-match": String(headers.etag) });
      if (done.status === 200) answered.set(clientId, name);
    });
  };
  const all = [
    ...["nemid", "mitid"].flatMap((eid) => ["RS256", "ES256"].map((alg) => rotate(eid, alg))),
    rename(WEB.clientId),
    rename(ES256.clientId),
  ];
  return async () => {
    going = false;
    await Promise.all(all);
  };
}

let callback;
before(async () => {
  callback = await startCallback();
});
after(() => callback?.close());

test(`${KILLS} deaths during rotation, publication and sealing lose nothing`, async (t) => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-kills-"));
  const options = { stateDir, port: await freePort(), vars: { SNAPSHOT_SECONDS: "0", SERVING_SECONDS: "1,1,0,0,0,0,600,0" } };
  /** @type {Map<string, string>} */
  const answered = new Map();
  let server = await startServer(options);
  let rotations = 0;
  try {
    await seedDemo(server.port);
    const settings = { id_token_signed_response_alg: ES256.alg };
    await register(server, { ...ES256, callbacks: [CALLBACK], settings });
    for (let kill = 1; kill <= KILLS; kill++) {
      const stop = busy(server, answered);
      await sleep(Math.random() * 500);
      await server.kill();
      await stop();
      server = await startServer(options);
      await assertKeys(server);
      for (const [clientId, name] of answered) {
        const thing = ["tenants", "acme", "domains", `localhost:${server.port}`, "applications", clientId];
        assert.equal((await admin(server.port, "GET", thing)).json.name, name, "an answered change is kept");
      }
      if (kill % LOGIN_EVERY === 0) await assertLogins(server);
    }
    const { json } = await admin(server.port, "GET", KEYS);
    rotations = json.items.length;
    t.diagnostic(`${rotations} keys were made`);
    assert.ok(rotations > 8 + KILLS / 10, "too few rotations came through to show anything");
  } finally {
    await server.kill();
    await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Somebody logs in by both tabs, and every token has its key. */
async function assertLogins(/** @type {Awaited<ReturnType<typeof startServer>>} */ server) {
  for (const client of [WEB, ES256]) {
    const app = await application(server.origin, client);
    for (const eid of /** @type {const} */ (["nemid", "mitid"])) {
      const kept = await app.begin();
      const { idToken } = await app.finish(await new Walker().logIn(kept.url, eid), kept);
      await jwtVerify(idToken, createLocalJWKSet(await jwks(server.origin)));
    }
  }
}
