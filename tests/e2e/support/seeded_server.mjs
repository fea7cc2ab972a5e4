// @ts-check
// A test server with the demo on it, as `npm start` serves it.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ADMIN_TOKEN, startServer } from "./server.mjs";

const seed = fileURLToPath(new URL("../../../scripts/seed.mjs", import.meta.url));

/** @typedef {Awaited<ReturnType<typeof startSeededServer>>} SeededServer */

/** Configures the demo on a running server, through the admin API. */
export async function seedDemo(/** @type {number} */ port) {
  await promisify(execFile)(process.execPath, [seed, "--port", String(port), "--token", ADMIN_TOKEN]);
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
