// @ts-check
// Clients that verify ID tokens, each with a key set of its own that it keeps as long as our
// Cache-Control allows and not a moment longer. None of them fetches because a key is unknown: that
// would hide a key that signs too early.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from "jose";
import { root } from "../../../scripts/workers.mjs";

/** @typedef {{ name: string, verify: (issuer: string, token: string) => Promise<void>, close?: () => unknown }} Verifier */

/** Seconds that a Cache-Control header allows a cache to answer without us, or while we don't. */
export function allowed(/** @type {string} */ header) {
  const seconds = (/** @type {string} */ name) => Number(new RegExp(`${name}=(\\d+)`).exec(header)?.[1]);
  const maxAge = seconds("max-age");
  const all = maxAge + seconds("stale-while-revalidate") + seconds("stale-if-error");
  assert.ok(Number.isFinite(all), `incomplete: ${header}`);
  return { maxAge, all };
}

const jwksOf = (/** @type {string} */ issuer) => new URL(`${issuer}/.well-known/jwks`);

/** jose's cache of a remote key set, by max-age; it waits an hour before it asks about an unknown key. */
function joseRemote(/** @type {number} */ maxAge) {
  /** @type {Map<string, ReturnType<typeof createRemoteJWKSet>>} */
  const sets = new Map();
  return {
    name: "jose, remote key set",
    async verify(/** @type {string} */ issuer, /** @type {string} */ token) {
      let set = sets.get(issuer);
      if (!set) {
        set = createRemoteJWKSet(jwksOf(issuer), { cacheMaxAge: maxAge * 1000, cooldownDuration: 3_600_000 });
        sets.set(issuer, set);
      }
      await jwtVerify(token, set, { issuer });
    },
  };
}

/** Fetches again only when nothing allows the old key set any longer. */
function asLongAsAllowed(/** @type {number} */ seconds) {
  /** @type {Map<string, { set: ReturnType<typeof createLocalJWKSet>, fetched: number }>} */
  const kept = new Map();
  return {
    name: "a cache that keeps what it may",
    async verify(/** @type {string} */ issuer, /** @type {string} */ token) {
      let known = kept.get(issuer);
      if (!known || performance.now() - known.fetched > seconds * 1000) {
        const keys = await (await fetch(jwksOf(issuer))).json();
        known = { set: createLocalJWKSet(keys), fetched: performance.now() };
        kept.set(issuer, known);
      }
      await jwtVerify(token, known.set, { issuer });
    },
  };
}

/** Python's Authlib, by max-age. */
async function authlib(/** @type {number} */ maxAge) {
  const program = fileURLToPath(new URL("authlib_verifier.py", import.meta.url));
  const child = spawn("python3", ["-W", "ignore", program, String(maxAge)], {
    env: { ...process.env, PYTHONPATH: path.join(root, ".tools/python") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child, "spawn");
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  let last = Promise.resolve();
  return {
    name: "Authlib",
    /** One after another, as the answers come. */
    verify(/** @type {string} */ issuer, /** @type {string} */ token) {
      const verified = last.then(async () => {
        child.stdin.write(`${issuer} ${token}\n`);
        const { value } = await answers.next();
        if (value !== "ok") throw new Error(value ?? "Authlib has ended");
      });
      last = verified.catch(() => {});
      return verified;
    },
    close: () => child.kill(),
  };
}

/**
 * One of each.
 * @param {string} cacheControl what our key sets are served with
 * @returns {Promise<Verifier[]>}
 */
export async function startVerifiers(cacheControl) {
  const { maxAge, all } = allowed(cacheControl);
  return [joseRemote(maxAge), asLongAsAllowed(all), await authlib(maxAge)];
}
