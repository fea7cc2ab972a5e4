// @ts-check
// A test server with the demo on it, as `npm start` serves it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { send } from "./http.mjs";
import { ADMIN_TOKEN, startServer } from "./server.mjs";

const seed = fileURLToPath(new URL("../../../scripts/seed.mjs", import.meta.url));

/** @typedef {Awaited<ReturnType<typeof startSeededServer>>} SeededServer */

/** Configures the demo on a running server, through the admin API. */
export async function seedDemo(/** @type {number} */ port, token = ADMIN_TOKEN) {
  await promisify(execFile)(process.execPath, [seed, "--port", String(port), "--token", token]);
}

/**
 * Starts a server and configures the demo on it.
 * @param {Parameters<typeof startServer>[0]} [options]
 */
export async function startSeededServer(options) {
  const server = await startServer(options);
  try {
    await seedDemo(server.port);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return {
    ...server,
    /** The MitID domain of the pair. */
    mitidOrigin: `http://127.0.0.1:${server.port}`,
  };
}

/**
 * One request to the admin API.
 * @param {number} port
 * @param {string} method
 * @param {string[]} path below /api/v1, not encoded
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 */
export async function admin(port, method, path, body, headers = {}) {
  const answer = await send(port, {
    host: `manage.localhost:${port}`,
    method,
    path: `/api/v1/${path.map(encodeURIComponent).join("/")}`,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { ...answer, json: answer.body === "" ? undefined : JSON.parse(answer.body) };
}

/**
 * Changes settings of one thing and waits until the login path has them. Answers with all of them.
 * @param {number} port
 * @param {string[]} path
 * @param {object} settings
 */
export async function configure(port, path, settings) {
  const found = await admin(port, "GET", path);
  assert.equal(found.status, 200, found.body);
  const wanted = { ...found.json, ...settings };
  const changed = await admin(port, "PUT", path, wanted, { "if-match": String(found.headers.etag) });
  assert.equal(changed.status, 200, changed.body);
  for (;;) {
    const { json } = await admin(port, "GET", ["tenants", path[1], "publication"]);
    if (json.published) return changed.json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
