// @ts-check
// Runs the built Workers in the real runtime, workerd, for tests.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { send } from "./http.mjs";

/** The secrets of every test server. Fixed, so that a second server can read the first one's state. */
export const ADMIN_TOKEN = "test-admin-token";
const KEY_ENCRYPTION_KEY = Buffer.alloc(32, "test only ").toString("base64");
const DASHBOARD_KEY = Buffer.alloc(32, "only test ").toString("base64");

/** @typedef {{ level: string, message: string }} LogLine */

/**
 * Starts a server and resolves once it takes requests. Answers under `localhost`, `127.0.0.1` and
 * every `*.localhost`, each of which reaches the Worker as its request's host.
 *
 * @param {object} [options]
 * @param {number} [options.port] a free one unless given
 * @param {string} [options.stateDir] where KV and Durable Objects live; the caller's to remove.
 *   Unless given: an own temporary one, removed by `stop` and `kill`
 * @param {Record<string, string>} [options.vars] more or other Worker variables and secrets
 * @param {"local" | "staging" | "production"} [options.env] which build to run, `local` unless given
 * @param {boolean} [options.storesCanFail] whether `stores` will be used
 * @param {boolean} [options.clockMoves] whether `clock` will be used; not together with the former
 * @param {number} [options.world] who answers on this machine for every `*.example` that the Workers fetch
 */
export async function startServer({ port, stateDir, vars = {}, env = "local", storesCanFail, clockMoves, world } = {}) {
  const listenPort = port ?? (await freePort());
  const scratch = await mkdtemp(path.join(tmpdir(), "edge-eid-test-"));
  await mkdir(path.join(scratch, "tmp"));

  // A process of its own, in a group of its own, so that `kill` can end all of it at once.
  const child = fork(new URL("runtime.mjs", import.meta.url), {
    detached: true,
    env: { ...process.env, TMPDIR: path.join(scratch, "tmp"), WRANGLER_LOG: "error" },
  });
  const exited = once(child, "exit");

  /** @type {LogLine[]} */
  const lines = [];
  /** @type {Map<number, (message: any) => void>} */
  const asked = new Map();
  const ready = new Promise((resolve, reject) => {
    child.on("message", (/** @type {any} */ message) => {
      if (message.type === "log") lines.push({ level: message.level, message: message.message });
      if (message.type === "answer") asked.get(message.id)?.(message);
      if (message.type === "ready") resolve(undefined);
      if (message.type === "failed") reject(new Error(`the Worker did not start: ${message.reason}`));
    });
    exited.then(([code]) => reject(new Error(`the runtime ended while starting, with code ${code}`)));
  });

  child.send({
    env,
    port: listenPort,
    stateDir: stateDir ?? path.join(scratch, "state"),
    vars: {
      ADMIN_TOKEN,
      KEY_ENCRYPTION_KEY,
      DASHBOARD_KEY,
      SIGN_IN_CLIENT_SECRET: "dashboard-secret",
      MANAGEMENT_HOST: `manage.localhost:${listenPort}`,
      SIGN_IN_ISSUER: `http://id.localhost:${listenPort}`,
      MITID_SUFFIX_TEST: `.pp.mitid.localhost:${listenPort}`,
      MITID_SUFFIX_PRODUCTION: `.mitid.localhost:${listenPort}`,
      ...vars,
    },
    world,
    around: storesCanFail ? "failing_stores" : clockMoves ? "moved_clock" : undefined,
  });

  /** Asks the runtime itself; see runtime.mjs for the questions. */
  async function ask(/** @type {string} */ question, /** @type {object} */ options = {}) {
    const id = asked.size;
    const { value, error } = await new Promise((resolve, reject) => {
      asked.set(id, resolve);
      exited.then(() => reject(new Error("the runtime has ended")));
      child.send({ type: "ask", id, question, options });
    });
    if (error) throw new Error(error);
    return value;
  }

  async function ended() {
    await exited;
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  const server = {
    port: listenPort,
    /** The origin of the demo tenant's ordinary domain. */
    origin: `http://localhost:${listenPort}`,
    /** What the Worker wrote to its console so far. Lines arrive shortly after their response. */
    logs: () => [...lines],
    /**
     * Sends a command to a Durable Object, which no request from outside can.
     * @param {string} binding
     * @param {string} name
     * @param {string} body
     * @returns {Promise<{ status: number, text: string, rows: string | null }>}
     */
    object: (binding, name, body) => ask("object", { binding, name, body }),
    /** Everything in KV. @returns {Promise<[string, string][]>} */
    kv: () => ask("kv"),
    /**
     * Says how KV, the `Host` and the `Login` objects answer the Workers and their objects from now on; see
     * failing_stores.mjs. Servers that were not started with `storesCanFail` refuse it.
     * @param {{ kv?: string, host?: string, login?: string }} modes
     */
    async stores(modes) {
      const text = Object.entries(modes).map(([store, how]) => `${store}=${how}`);
      for (const host of [`127.0.0.1:${listenPort}`, `manage.localhost:${listenPort}`]) {
        const answer = await send(listenPort, { host, path: `/test-only/stores?${text.join("&")}` });
        if (!storesCanFail || answer.status !== 200) throw new Error("start the server with storesCanFail");
      }
    },
    /**
     * Puts the clock of the Workers and their objects ahead of the real one; see moved_clock.mjs.
     * @param {number} seconds
     */
    async clock(seconds) {
      for (const host of [`127.0.0.1:${listenPort}`, `manage.localhost:${listenPort}`]) {
        const answer = await send(listenPort, { host, path: `/test-only/clock?ahead=${seconds}` });
        if (!clockMoves || answer.status !== 200) throw new Error("start the server with clockMoves");
      }
    },
    /** Ends the runtime in good order. */
    async stop() {
      if (child.connected) child.send("stop");
      await ended();
    },
    /** Ends the runtime at once, as a crash would. */
    async kill() {
      if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, "SIGKILL");
      await ended();
    },
  };

  try {
    await ready;
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** @returns {Promise<number>} */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, "close");
  return port;
}
