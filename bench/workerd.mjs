// @ts-check
// workerd by itself, as the benchmarks run it: each Worker on a socket of its own, nothing between.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { freePort, startServer } from "../tests/e2e/support/server.mjs";
import { root, worker } from "../scripts/workers.mjs";

/** workerd's configuration is Cap'n Proto as text, whose strings are written as JSON's are. */
export const text = JSON.stringify;

/** Stands in for KV: answers what was published. */
const KV = `export default { fetch(request, env) {
  const value = env.VALUES[decodeURIComponent(new URL(request.url).pathname.slice(1))];
  return value === undefined ? new Response("", { status: 404 }) : new Response(value);
} };`;

/**
 * Lets the production build be configured through its admin API.
 * @template T
 * @param {(server: Awaited<ReturnType<typeof startServer>>, token: string) => Promise<T>} configure
 * @returns {Promise<{ vars: Record<string, string>, values: Record<string, string>, told: T }>} the
 *   variables that it is sealed for, what was published to KV, and what `configure` told
 */
export async function published(configure) {
  const port = await freePort();
  const vars = {
    ADMIN_TOKEN: randomBytes(24).toString("hex"),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SNAPSHOT_SECONDS: "20",
    BROKER_NAME: "edge-eid",
    MANAGEMENT_HOST: `manage.localhost:${port}`,
  };
  const server = await startServer({ env: "production", port, vars });
  try {
    const told = await configure(server, vars.ADMIN_TOKEN);
    return { vars, values: Object.fromEntries(await server.kv()), told };
  } finally {
    await server.stop();
  }
}

/** The broker's compatibility date and flags, as a configuration states them. */
export async function compatibility() {
  const { compatibilityDate, compatibilityFlags = [] } = /** @type {any} */ (await worker("broker", "production", {}));
  return { date: `compatibilityDate = ${text(compatibilityDate)}`, flags: `compatibilityFlags = ${text(compatibilityFlags)}` };
}

/** The modules of a built Worker, whose folder stands beside the configuration. */
export const modules = (/** @type {string} */ from) =>
  `modules = [(name = "index.js", esModule = embed "${from}/index.js"), (name = "index_bg.wasm", wasm = embed "${from}/index_bg.wasm")]`;

/**
 * The broker, `broker`, and what it needs, as services of a configuration.
 * @param {string} directory of the configuration
 * @param {{ vars: Record<string, string>, values: Record<string, string> }} configuration
 * @param {string} [state] the folder of its objects' state; in memory unless given
 */
export async function brokerServices(directory, { vars, values }, state) {
  const { durableObjects } = /** @type {any} */ (await worker("broker", "production", {}));
  const { date, flags } = await compatibility();
  const classes = Object.entries(durableObjects).map(([name, object]) => [name, object.className ?? object]);
  const bindings = [
    `(name = "KV", kvNamespace = "kv")`,
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...classes.map(([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`),
  ];
  await cp(path.join(root, "build/production/broker"), path.join(directory, "broker"), { recursive: true });
  await writeFile(path.join(directory, "kv.js"), KV);
  await writeFile(path.join(directory, "values.json"), text(values));
  return [
    `(name = "broker", worker = (${modules("broker")}, ${date}, ${flags},
      bindings = [${bindings.join(", ")}],
      durableObjectNamespaces = [${classes.map(([, name]) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`)}],
      durableObjectStorage = (${state ? `localDisk = "state"` : "inMemory = void"})))`,
    `(name = "kv", worker = (modules = [(name = "kv.js", esModule = embed "kv.js")], ${date},
      bindings = [(name = "VALUES", json = embed "values.json")]))`,
    ...(state ? [`(name = "state", disk = (path = ${text(state)}, writable = true))`] : []),
  ];
}

/** Where Workers may fetch from: this machine too. */
export const NETWORK = `(name = "internet", network = (allow = ["public", "private"]))`;

/**
 * Starts workerd.
 * @param {string} directory of its configuration
 * @param {string[]} services
 * @param {Record<string, number>} ports of the services that take requests, by their names
 */
export async function startWorkerd(directory, services, ports) {
  const sockets = Object.entries(ports).map(
    ([name, port]) => `(name = ${text(name)}, address = "127.0.0.1:${port}", http = (), service = ${text(name)})`,
  );
  const config = path.join(directory, "config.capnp");
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(",\n    ")},
  ],
  sockets = [${sockets.join(", ")}],
);
`,
  );
  // Log lines are written, and read by nobody: what reads them is not what is measured.
  const program = path.join(root, "node_modules/workerd/bin/workerd");
  const runtime = spawn(program, ["serve", "--experimental", config], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(runtime, "exit");
  const stop = async () => {
    // Whoever is held hears nothing.
    runtime.kill("SIGCONT");
    runtime.kill();
    await ended;
  };
  try {
    const failed = ended.then(() => Promise.reject(new Error("workerd ended")));
    failed.catch(() => undefined);
    for (const port of Object.values(ports)) await Promise.race([listening(port), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: runtime.pid ?? 0, stop };
}

/** Waits until somebody takes connections at a port. */
async function listening(/** @type {number} */ port) {
  for (let tries = 0; ; tries++) {
    const socket = connect({ port, host: "127.0.0.1" });
    try {
      await once(socket, "connect");
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
}
