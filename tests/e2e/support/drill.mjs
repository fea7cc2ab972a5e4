// @ts-check
// The parts of a disaster drill: a deployment that is lost and one that takes its place, what people
// and applications hold of the first, and whether it counts at the second. `npm run drill` does all of
// it and shows a timetable; a test does the same.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SignJWT, createLocalJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { exportTenant, importTenant, rewrapAll, whatIsLeft } from "../../../scripts/backup.mjs";
import { post, send } from "./http.mjs";
import { assertLogIsClean } from "./log_check.mjs";
import { SPA, WEB, application } from "./relying_party.mjs";
import { configure, seedDemo } from "./seeded_server.mjs";
import { ADMIN_TOKEN, freePort, startServer } from "./server.mjs";
import { Walker } from "./walker.mjs";

/** How far clocks may be ahead: so long after a restore nothing that clients sign counts, seconds. */
export const SKEW_SECONDS = 10;
/** The signing application of the demo. */
const SIGNING = "urn:acme:jwt";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** 32 random bytes, as secrets are given to Workers. */
export const newKey = () => randomBytes(32).toString("base64");

/**
 * A deployment on a port of its own: its state, and the Workers that run on it with their secrets.
 * @param {number} [port] that of the deployment whose place it takes
 */
export async function deploy(port) {
  const listenPort = port ?? (await freePort());
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-drill-"));
  /** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
  let server;
  const deployment = {
    port: listenPort,
    origin: `http://localhost:${listenPort}`,
    /** For scripts/backup.mjs. */
    api: { at: `http://manage.localhost:${listenPort}`, token: ADMIN_TOKEN },
    /** Starts both Workers, or starts them anew with other master keys. */
    async start(/** @type {string} */ master, /** @type {string} */ previous = "") {
      await server?.stop();
      await deployment.begin(master, previous);
    },
    /** Starts both Workers on the state that is there. */
    async begin(/** @type {string} */ master, /** @type {string} */ previous = "") {
      const vars = { KEY_ENCRYPTION_KEY: master, KEY_ENCRYPTION_KEY_PREVIOUS: previous, SNAPSHOT_SECONDS: "0" };
      server = await startServer({ port: listenPort, stateDir, vars });
    },
    /** Configures the demo, with single sign-on. */
    async seed() {
      await seedDemo(listenPort);
      for (const host of [`localhost:${listenPort}`, `127.0.0.1:${listenPort}`]) {
        await configure(listenPort, ["tenants", "acme", "domains", host], { sso: true });
      }
    },
    /** Ends both Workers at once, and starts them on what they have stored. */
    async crash(/** @type {string} */ master) {
      await server?.kill();
      await deployment.begin(master);
    },
    logs: () => server?.logs() ?? [],
    /** The Workers end, and their state is thrown away. */
    async lose() {
      await server?.stop();
      server = undefined;
      await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return deployment;
}

/** @typedef {Awaited<ReturnType<typeof deploy>>} Deployment */

/** The key set of the ordinary domain. */
export async function keySet(/** @type {Deployment} */ { origin }) {
  const answer = await fetch(`${origin}/.well-known/jwks`);
  assert.equal(answer.status, 200);
  return /** @type {import("jose").JSONWebKeySet} */ (await answer.json());
}

/**
 * A person logs in by each tab at an application made with openid-client, which verifies the ID token
 * by the domain's key set and reads userinfo.
 * @param {Deployment} deployment
 * @returns {Promise<Record<"nemid" | "mitid", { sub: string, idToken: string }>>}
 */
export async function logInByBothTabs(deployment) {
  const app = await application(deployment.origin, WEB);
  const keys = await keySet(deployment);
  const logIn = async (/** @type {"nemid" | "mitid"} */ eid) => {
    const kept = await app.begin();
    const { idToken, claims } = await app.finish(await new Walker().logIn(kept.url, eid), kept);
    assert.equal(claims.identityscheme, `dk${eid}`);
    assert.equal(claims.name, "Ditlev Testperson");
    await verify(idToken, keys, deployment);
    return { sub: claims.sub, idToken };
  };
  return { nemid: await logIn("nemid"), mitid: await logIn("mitid") };
}

/** Verifies an ID token as a client does that has this key set, and fetches none. */
export async function verify(
  /** @type {string} */ idToken,
  /** @type {import("jose").JSONWebKeySet} */ keys,
  /** @type {Deployment} */ { origin },
) {
  return jwtVerify(idToken, createLocalJWKSet(keys), { issuer: origin, audience: WEB.clientId });
}

// --- What counts once, or for a while -----------------------------------------------------------

/**
 * Whatever a deployment has handed out that is good for once or for a while: takes one, and gives the
 * way to present it, which says whether it counted.
 * @type {Record<string, (deployment: Deployment) => Promise<() => Promise<boolean>>>}
 */
export const ITEMS = {
  async "a code"({ origin }) {
    const app = await application(origin, WEB);
    const kept = await app.begin();
    const answer = await new Walker().logIn(kept.url, "nemid");
    return () => app.finish(answer, kept).then(() => true, () => false);
  },

  async "an access token"({ origin }) {
    const app = await application(origin, WEB);
    const kept = await app.begin();
    const { tokens } = await app.finish(await new Walker().logIn(kept.url, "nemid"), kept);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    return async () => (await fetch(`${origin}/oauth2/userinfo`, { headers })).status === 200;
  },

  async "a pushed request"({ origin }) {
    const app = await application(origin, WEB);
    const { url } = await app.begin();
    const pushed = await oidc.buildAuthorizationUrlWithPAR(app.configuration, url.searchParams);
    return async () => (await new Walker().open(pushed)).status === 200;
  },

  async "the cookie of a login page"({ origin }) {
    const { walker, page } = await loginPage(origin);
    return async () => isSimulator(await walker.follow(page, 'data-eid="nemid"'));
  },

  async "the answer of an eID"({ origin }) {
    const { walker, page } = await loginPage(origin);
    const url = await walker.simulated(await walker.follow(page, 'data-eid="nemid"'), "ditlev");
    return async () => hasCode(await walker.request(url, undefined));
  },

  async "a hand-over to the other domain"({ origin }) {
    const { walker, page } = await loginPage(origin, (url) => url.searchParams.has("h"));
    const { url } = await walker.follow(page, 'data-eid="mitid"');
    assert.equal(url.hostname, "127.0.0.1");
    return async () => isSimulator(await new Walker().open(url));
  },

  async "a ticket of the way back"({ origin }) {
    const { walker, page } = await loginPage(origin, (url) => url.searchParams.has("t"));
    const { url } = await walker.simulator(await walker.follow(page, 'data-eid="mitid"'), "ditlev");
    assert.equal(url.hostname, "localhost");
    return async () => hasCode(await walker.request(url, undefined));
  },

  async "the cookie of a session"({ origin }) {
    const app = await application(origin, WEB);
    const walker = new Walker();
    await walker.logIn((await app.begin()).url, "nemid");
    return async () => {
      const { url } = await walker.open((await app.begin({ prompt: "none" })).url);
      return url.searchParams.has("code");
    };
  },

  async "a client assertion"({ port, origin }) {
    const assertion = await signedAssertion(origin);
    // With a made-up code: whoever is told that it is wrong has been recognised.
    return async () => {
      const form = { ...made(), client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
      return JSON.parse((await post(port, { path: "/oauth2/token" }, form)).body).error === "invalid_grant";
    };
  },

  async "a proof of a key"({ port, origin }) {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = await exportJWK(publicKey);
    const said = { htm: "POST", htu: `${origin}/oauth2/token`, iat: seconds(), jti: crypto.randomUUID() };
    const dpop = await new SignJWT(said).setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk }).sign(privateKey);
    return async () => {
      const app = await application(origin, SPA);
      const kept = await app.begin();
      const answer = await new Walker().logIn(kept.url, "nemid");
      const form = { ...made(), code: String(answer.searchParams.get("code")), code_verifier: kept.verifier, client_id: SPA.clientId };
      return (await post(port, { path: "/oauth2/token", headers: { dpop } }, form)).status === 200;
    };
  },
};

/** Takes two of each item: one to present at once, which must count, and one to present later. */
export async function takeItems(/** @type {Deployment} */ deployment) {
  const later = new Map();
  for (const [name, take] of Object.entries(ITEMS)) {
    const now = await take(deployment);
    assert.ok(await now(), `${name} counts while nothing has happened`);
    later.set(name, await take(deployment));
  }
  const taken = Date.now();
  return {
    /** Presents the ones that were kept: none may count, though all would, were it not for the disaster. */
    async assertVoid() {
      const age = (Date.now() - taken) / 1_000;
      assert.ok(age < 45, `the items are ${age} s old: some would be over by themselves`);
      for (const [name, present] of later) {
        assert.equal(await present(), false, `${name} of before counts no more`);
      }
    },
  };
}

/** An item of each kind, taken after a restore, counts. */
export async function assertItemsCount(/** @type {Deployment} */ deployment) {
  for (const [name, take] of Object.entries(ITEMS)) {
    assert.ok(await (await take(deployment))(), `${name} of after counts`);
  }
}

async function loginPage(/** @type {string} */ origin, /** @type {((url: URL) => boolean) | undefined} */ isEnd = undefined) {
  const app = await application(origin, WEB);
  const walker = new Walker(isEnd && ((url) => url.port === "3000" || isEnd(url)));
  return { walker, page: await walker.open((await app.begin()).url) };
}

const isSimulator = (/** @type {import("./walker.mjs").Visited} */ { url }) => url.pathname.startsWith("/simulator/");

/** Whether an answer sends the browser to the application with a code. */
function hasCode(/** @type {import("./walker.mjs").Visited} */ { headers, url }) {
  if (!headers.location) return false;
  const next = new URL(headers.location, url);
  return next.port === "3000" && next.searchParams.has("code");
}

async function signedAssertion(/** @type {string} */ origin) {
  const file = new URL("../../contract/keys/acme-jwt.private.json", import.meta.url);
  const { keys } = JSON.parse(await readFile(file, "utf8"));
  const jwk = keys.find((/** @type {any} */ { kty }) => kty === "EC");
  const said = { iss: SIGNING, sub: SIGNING, aud: origin, iat: seconds(), exp: seconds() + 60, jti: crypto.randomUUID() };
  return new SignJWT(said).setProtectedHeader({ alg: "ES256", kid: jwk.kid }).sign(await importJWK(jwk, "ES256"));
}

const seconds = () => Math.floor(Date.now() / 1_000);
const made = () => ({ grant_type: "authorization_code", code: "made-up", redirect_uri: "http://127.0.0.1:3000/callback" });

// --- The drill ----------------------------------------------------------------------------------

/**
 * All of it, from an empty state. Says what it has done.
 * @param {(what: string) => void} say
 */
export async function disasters(say) {
  const [firstMaster, secondMaster, thirdMaster, recoveryKey] = [newKey(), newKey(), newKey(), newKey()];
  /** @type {Deployment[]} */
  const deployments = [];
  try {
    const lost = await deploy();
    deployments.push(lost);
    await lost.start(firstMaster);
    await lost.seed();
    const before = await logInByBothTabs(lost);
    say(`a deployment on port ${lost.port} serves the demo; a person has logged in by both tabs`);

    await rotateMasterKey(lost, firstMaster, secondMaster, say);
    assertSamePeople(await logInByBothTabs(lost), before);
    say("the master key of before is withdrawn: the same person has the same sub");

    const secrets = [firstMaster, secondMaster, thirdMaster, recoveryKey];
    const parts = await exportTenant(lost.api, "acme", recoveryKey);
    say(`a backup is taken: ${JSON.stringify(parts).length} bytes in ${parts.length} part(s)`);
    const keys = await keySet(lost);
    const items = await takeItems(lost);
    say(`${Object.keys(ITEMS).length} kinds of things that count once are taken: ${Object.keys(ITEMS).join(", ")}`);
    await assertLogIsClean(lost, [...Walker.secrets, ...secrets]);
    await lost.lose();
    say("the state and the master key are thrown away");

    const found = await deploy(lost.port);
    deployments.push(found);
    await found.start(thirdMaster);
    assert.equal((await fetch(`${found.origin}/.well-known/jwks`)).status, 404, "nothing is served yet");
    const restored = Date.parse(await importTenant(found.api, "acme", parts, recoveryKey));
    say("the backup is imported into an empty deployment with another master key");
    await items.assertVoid();
    say("none of those things counts any more");

    const after = await logInByBothTabs(found);
    assertSamePeople(after, before);
    const keysNow = await keySet(found);
    for (const eid of /** @type {const} */ (["nemid", "mitid"])) {
      await verify(before[eid].idToken, keysNow, found);
      await verify(after[eid].idToken, keys, found);
    }
    say("a login by both tabs: the same sub; tokens of before and after verify with either key set");
    await pause(restored + (SKEW_SECONDS + 1) * 1_000 - Date.now());
    await assertItemsCount(found);
    say("things of after count, those that clients sign 10 s after the restore");
    await assertLogIsClean(found, [...Walker.secrets, ...secrets]);
    await found.lose();

    const anew = await deploy(lost.port);
    deployments.push(anew);
    await anew.start(newKey());
    await anew.seed();
    const strangers = await logInByBothTabs(anew);
    for (const eid of /** @type {const} */ (["nemid", "mitid"])) {
      assert.notEqual(strangers[eid].sub, before[eid].sub, "without a backup every sub changes");
      await assert.rejects(verify(strangers[eid].idToken, keys, anew), "and so does every key");
    }
    say("a disaster without a backup: everybody has another sub");
  } finally {
    for (const deployment of deployments) await deployment.lose();
  }
}

/** Rotates the master key of a deployment in the order of the README. */
export async function rotateMasterKey(
  /** @type {Deployment} */ deployment,
  /** @type {string} */ from,
  /** @type {string} */ to,
  /** @type {(what: string) => void} */ say = () => {},
) {
  const wrapped = async () => {
    const headers = { authorization: `Bearer ${deployment.api.token}` };
    const { body } = await send(deployment.port, { host: `manage.localhost:${deployment.port}`, path: "/api/v1/master-key", headers });
    return JSON.parse(body);
  };
  const { current: old } = await wrapped();
  await deployment.start(to, from);
  const both = await wrapped();
  assert.equal(both.previous, old);
  assert.deepEqual(both.environments.map((/** @type {any} */ { wrapped_by }) => wrapped_by), [old]);
  const people = await logInByBothTabs(deployment);
  say("both Workers take two master keys; logins go on");
  const count = await rewrapAll(deployment.api);
  assert.match(await whatIsLeft(deployment.api), /^Withdraw the previous master key/);
  assert.deepEqual((await wrapped()).environments, [{ wrapped_by: both.current, count }]);
  assertSamePeople(await logInByBothTabs(deployment), people);
  say(`the keys of ${count} environments are wrapped by the new one`);
  await deployment.start(to);
}

/** The same person has the same `sub`, by each tab. */
export function assertSamePeople(
  /** @type {Record<string, { sub: string }>} */ now,
  /** @type {Record<string, { sub: string }>} */ before,
) {
  const subs = (/** @type {Record<string, { sub: string }>} */ people) => Object.values(people).map(({ sub }) => sub);
  assert.deepEqual(subs(now), subs(before));
}

function pause(/** @type {number} */ milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
