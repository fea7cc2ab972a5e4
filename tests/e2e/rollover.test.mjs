// @ts-check
// Keys change while people log in. Times are shortened (SERVING_SECONDS), the guards between them are
// the deployment's own sums.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { register } from "./support/registration.mjs";
import { CALLBACK, NEMID, startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";
import { startVerifiers } from "./support/verifiers.mjs";
import { Walker } from "./support/walker.mjs";

const ROTATIONS = 30;
// max-age, stale-while-revalidate, stale-if-error, KV, isolate, reserve, token, skew
const SERVING_SECONDS = "1,1,0,0,1,1,6,0";
const KEYS = ["tenants", "acme", "environments", "TEST", "keys"];
const CLIENTS = [
  { clientId: "urn:acme:rollover", secret: "acme-rollover-secret", alg: "RS256" },
  { clientId: "urn:acme:rollover-es256", secret: "acme-rollover-es256-secret", alg: "ES256" },
];
const EIDS = /** @type {const} */ (["nemid", "mitid"]);

/** A server on which an application of each algorithm is registered. */
async function start(/** @type {Record<string, string>} */ vars) {
  const server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "1", SERVING_SECONDS, ...vars } });
  for (const { clientId, secret, alg } of CLIENTS) {
    const settings = { id_token_signed_response_alg: alg };
    await register(server, { clientId, secret, callbacks: [CALLBACK], settings });
  }
  await sleep(2_000); // until every isolate knows of the ES256 keys
  return server;
}

/** @typedef {Awaited<ReturnType<typeof start>>} Server */

/** openid-client, which keeps its key set no longer than max-age and checks every signature. */
async function relyingParty(/** @type {Server} */ server, /** @type {typeof CLIENTS[number]} */ { clientId, secret, alg }) {
  const metadata = { client_secret: secret, id_token_signed_response_alg: alg };
  const configuration = await oidc.discovery(new URL(server.origin), clientId, metadata, undefined, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
  return { configuration, made: performance.now() };
}

/** One login by a tab, verified by openid-client; the ID token. */
async function logIn(/** @type {oidc.Configuration} */ configuration, /** @type {"nemid" | "mitid"} */ eid) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: NEMID,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const answer = await new Walker().logIn(url, eid);
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  assert.ok(tokens.id_token);
  return tokens.id_token;
}

const rings = async (/** @type {Server} */ server) => (await admin(server.port, "GET", KEYS)).json.rings;

/** Rotates each ring as soon as it may, until each has been rotated that often. */
async function rotateAll(/** @type {Server} */ server, /** @type {number} */ times, /** @type {() => boolean} */ goOn) {
  const rotated = new Map();
  while (goOn()) {
    let done = true;
    for (const { eid, alg } of await rings(server)) {
      const ring = `${eid} ${alg}`;
      if ((rotated.get(ring) ?? 0) >= times) continue;
      done = false;
      const { status, json } = await admin(server.port, "POST", [...KEYS, "rotate"], { eid, alg, reason: "test" });
      if (status === 200) rotated.set(ring, (rotated.get(ring) ?? 0) + 1);
      else assert.equal(status, 409, JSON.stringify(json));
    }
    if (done) return rotated;
    await sleep(100);
  }
  return rotated;
}

/**
 * Logs in without a pause while keys rotate. Every token is verified by every client when it is made
 * and once more just before it ends. Answers with the verifications that failed.
 */
async function drive(/** @type {Server} */ server, /** @type {number} */ times) {
  const { headers } = await fetch(`${server.origin}/.well-known/jwks`);
  const verifiers = await startVerifiers(String(headers.get("cache-control")));
  /** @type {string[]} */
  const failures = [];
  const kids = new Set();
  const verified = { new: 0, old: 0 };
  let running = true;
  const verify = (/** @type {string} */ token, /** @type {"new" | "old"} */ when) =>
    Promise.all(
      verifiers.map(async ({ name, verify }) => {
        try {
          await verify(server.origin, token);
          verified[when]++;
        } catch (error) {
          // A token that is over by now needs no key; on a busy machine some are verified too late.
          if (/** @type {any} */ (error).code === "ERR_JWT_EXPIRED") return;
          failures.push(`${name}, ${when}: ${error}`);
        }
      }),
    );
  /** @type {Promise<unknown>[]} */
  const later = [];
  const people = CLIENTS.flatMap((client) => EIDS.map((eid) => ({ client, eid }))).map(async ({ client, eid }) => {
    let party = await relyingParty(server, client);
    while (running) {
      if (performance.now() - party.made > 1_000) party = await relyingParty(server, client);
      let token;
      try {
        token = await logIn(party.configuration, eid);
      } catch (error) {
        if (!/JWKS|signature|key/i.test(String(/** @type {any} */ (error).cause?.message ?? error))) throw error;
        failures.push(`openid-client: ${error}`);
        continue;
      }
      verified.new++;
      assert.equal(decodeProtectedHeader(token).alg, client.alg);
      kids.add(decodeProtectedHeader(token).kid);
      await verify(token, "new");
      // Its last second is left out, for the time that verifying takes.
      later.push(sleep(5_000).then(() => verify(token, "old")));
      await sleep(50);
    }
  });
  try {
    const stopped = Promise.race(people);
    const rotated = await Promise.race([rotateAll(server, times, () => running), stopped]);
    running = false;
    await Promise.all(people);
    await Promise.all(later);
    return { failures, verified, kids, rotated };
  } finally {
    running = false;
    for (const verifier of verifiers) verifier.close?.();
  }
}

let callback;
before(async () => {
  callback = await startCallback();
});
after(() => callback?.close());

test(`${ROTATIONS} rotations of every key ring during logins: no client meets a token it can't verify`, async (t) => {
  const server = await start({});
  try {
    const { failures, verified, kids, rotated } = await drive(server, ROTATIONS);
    assert.deepEqual(failures, []);
    assert.deepEqual([...rotated.values()], [ROTATIONS, ROTATIONS, ROTATIONS, ROTATIONS]);
    // Every key of every ring signed something, or the run has shown little.
    assert.ok(kids.size > 3 * ROTATIONS, `only ${kids.size} keys were seen signing`);
    assert.ok(verified.old > ROTATIONS, "too few tokens were verified at the end of their lives");
    t.diagnostic(`${verified.new} verifications of new tokens, ${verified.old} of old ones, ${kids.size} keys`);
  } finally {
    await server.stop();
  }
});

test("without the guard the same clients meet tokens they can't verify", async (t) => {
  const server = await start({ KEY_GUARD: "off" });
  try {
    const { failures, verified } = await drive(server, 6);
    assert.ok(failures.length > 0, "the guard proves nothing");
    t.diagnostic(`${failures.length} verifications failed, ${verified.new + verified.old} did not`);
  } finally {
    await server.stop();
  }
});

test("after a disaster the standby signs at once, and who fetched the keys before verifies its tokens", async (t) => {
  // The deployment's own times: a cache may keep the key set for more than an hour.
  const server = await startSeededServer();
  try {
    const client = CLIENTS[0];
    await register(server, { clientId: client.clientId, secret: client.secret, callbacks: [CALLBACK] });
    const { configuration } = await relyingParty(server, client);
    const before = await (await fetch(`${server.origin}/.well-known/jwks`)).json();
    const set = createLocalJWKSet(before);
    // openid-client fetches the set with its first login, and keeps it.
    const bad = String(decodeProtectedHeader(await logIn(configuration, "mitid")).kid);
    // Old enough to be rotated to, as the standby of a deployment is.
    const [python] = (await startVerifiers("max-age=3600, stale-while-revalidate=0, stale-if-error=0")).slice(-1);
    await python.verify(server.origin, await logIn(configuration, "nemid"));

    const called = performance.now();
    const compromise = [...KEYS, bad, "compromise"];
    // The ring is as it was made: whoever knows the first key knows the standby.
    const done = await admin(server.port, "POST", compromise, { reason: "found on a laptop" });
    assert.equal(done.status, 200, done.body);

    let token;
    do token = await logIn(configuration, "mitid");
    while (decodeProtectedHeader(token).kid === bad);
    t.diagnostic(`${Math.round(performance.now() - called)} ms from the call to the first token of the standby`);
    const standby = before.keys.find((/** @type {any} */ key) => key.kid === decodeProtectedHeader(token).kid);
    assert.ok(standby, "the key was announced before it signed");
    await jwtVerify(token, set, { issuer: server.origin });
    await python.verify(server.origin, token);
    python.close?.();

    await sleep(2_500);
    for (const origin of [server.origin, server.mitidOrigin]) {
      const { keys } = await (await fetch(`${origin}/.well-known/jwks`)).json();
      const kids = keys.map((/** @type {any} */ key) => key.kid);
      assert.ok(!kids.includes(bad), `${origin} announces the bad key`);
      assert.ok(kids.includes(standby.kid) && kids.length === 4);
    }
    const again = [...KEYS, standby.kid, "compromise"];
    const refused = await admin(server.port, "POST", again, { reason: "and this one" });
    assert.equal(refused.json.type, "urn:edge-eid:problem:too-early", "clients with an older set can't know the new standby");
    assert.equal((await admin(server.port, "POST", again, { reason: "and this one", force: true })).status, 200);
  } finally {
    await server.stop();
  }
});
