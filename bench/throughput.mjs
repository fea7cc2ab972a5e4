// @ts-check
// Discovery and JWKS of the production build, warm, against a bare Rust Worker that answers the same
// headers and bytes: both in one workerd, each on a socket of its own, nothing between.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { send } from "../tests/e2e/support/http.mjs";
import { seedDemo } from "../tests/e2e/support/seeded_server.mjs";
import { freePort, startServer } from "../tests/e2e/support/server.mjs";
import { root, worker } from "../scripts/workers.mjs";
import { load } from "./load.mjs";

const CONNECTIONS = 16;
const ROUNDS = 9;
const REQUESTS_A_ROUND = 8_000;
const PATHS = ["/.well-known/openid-configuration", "/.well-known/jwks"];
/** The platform sets these, or Node's client did. */
const NOT_OURS = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];

/** Stands in for KV: answers what the demo's configuration is. */
const KV = `export default { fetch(request, env) {
  const value = env.VALUES[decodeURIComponent(new URL(request.url).pathname.slice(1))];
  return value === undefined ? new Response("", { status: 404 }) : new Response(value);
} };`;

const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The demo's published configuration, the variables it is sealed for, and what is answered with it. */
async function configuration() {
  const vars = {
    ADMIN_TOKEN: randomBytes(24).toString("hex"),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SNAPSHOT_SECONDS: "20",
    BROKER_NAME: "edge-eid",
    MANAGEMENT_HOST: "",
  };
  const port = await freePort();
  vars.MANAGEMENT_HOST = `manage.localhost:${port}`;
  const server = await startServer({ env: "production", port, vars });
  try {
    await seedDemo(server.port, vars.ADMIN_TOKEN);
    const host = `localhost:${server.port}`;
    /** @type {Record<string, { headers: object, body: string }>} */
    const answers = {};
    for (const at of PATHS) {
      const { status, headers, body } = await send(server.port, { host, path: at });
      if (status !== 200) throw new Error(`${at} answers ${status}`);
      answers[at] = { headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_OURS.includes(name))), body };
    }
    return { host, answers, values: Object.fromEntries(await server.kv()), vars };
  } finally {
    await server.stop();
  }
}

/** workerd's configuration: Cap'n Proto as text, whose strings are written as JSON's are. */
async function writeConfiguration(/** @type {string} */ directory, /** @type {any} */ { ours, bare, values, vars, answers }) {
  const { compatibilityDate, compatibilityFlags, durableObjects } = /** @type {any} */ (await worker("broker", "production", {}));
  const text = JSON.stringify;
  const file = async (/** @type {string} */ name, /** @type {unknown} */ value) => writeFile(path.join(directory, name), text(value));
  const modules = (/** @type {string} */ from) =>
    `modules = [(name = "index.js", esModule = embed "${from}/index.js"), (name = "index_bg.wasm", wasm = embed "${from}/index_bg.wasm")]`;
  const classes = Object.entries(durableObjects).map(([name, object]) => [name, object.className ?? object]);
  const bindings = [
    `(name = "KV", kvNamespace = "kv")`,
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...classes.map(([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`),
  ];
  const date = `compatibilityDate = ${text(compatibilityDate)}`;
  await cp(path.join(root, "build/production/broker"), path.join(directory, "broker"), { recursive: true });
  await cp(path.join(root, "build/bare"), path.join(directory, "bare"), { recursive: true });
  await writeFile(path.join(directory, "kv.js"), KV);
  await file("values.json", values);
  await writeFile(path.join(directory, "answers.txt"), text(answers));
  const config = path.join(directory, "config.capnp");
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "broker", worker = (${modules("broker")}, ${date}, compatibilityFlags = ${text(compatibilityFlags ?? [])},
      bindings = [${bindings.join(", ")}],
      durableObjectNamespaces = [${classes.map(([, name]) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`)}],
      durableObjectStorage = (inMemory = void))),
    (name = "kv", worker = (modules = [(name = "kv.js", esModule = embed "kv.js")], ${date},
      bindings = [(name = "VALUES", json = embed "values.json")])),
    (name = "bare", worker = (${modules("bare")}, ${date}, bindings = [(name = "ANSWERS", text = embed "answers.txt")])),
  ],
  sockets = [
    (name = "ours", address = "127.0.0.1:${ours}", http = (), service = "broker"),
    (name = "bare", address = "127.0.0.1:${bare}", http = (), service = "bare"),
  ],
);
`,
  );
  return config;
}

async function answering(/** @type {number} */ port, /** @type {string} */ host) {
  for (let tries = 0; ; tries++) {
    try {
      return await send(port, { host, path: PATHS[0] });
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Throughput of each path, ours and the bare Worker's, in requests a second. */
export async function measureThroughput() {
  const directory = await mkdtemp(path.join(tmpdir(), "edge-eid-bench-"));
  const { host, answers, values, vars } = await configuration();
  const [ours, bare] = [await freePort(), await freePort()];
  const config = await writeConfiguration(directory, { ours, bare, values, vars, answers });
  const workerd = path.join(root, "node_modules/workerd/bin/workerd");
  // Log lines are written, and read by nobody: what reads them is not what is measured.
  const runtime = spawn(workerd, ["serve", config], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(runtime, "exit");
  try {
    await Promise.all([answering(ours, host), answering(bare, host)]);
    const results = [];
    for (const at of PATHS) {
      await assertSame(at, host, ours, bare);
      results.push({ path: at, ...(await compare({ host, path: at, ours, bare })) });
    }
    return results;
  } finally {
    runtime.kill();
    await ended;
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function assertSame(
  /** @type {string} */ at,
  /** @type {string} */ host,
  /** @type {number} */ ours,
  /** @type {number} */ bare,
) {
  const [one, other] = [await send(ours, { host, path: at }), await send(bare, { host, path: at })];
  const names = ({ headers }) => Object.keys(headers).sort().join();
  if (one.status !== 200 || one.body !== other.body) throw new Error(`${at}: the answers differ`);
  if (names(one) !== names(other)) throw new Error(`${at}: the headers differ: ${names(one)}; ${names(other)}`);
}

/** Several rounds of both, taking turns at being first; medians, so that a busy moment does not count. */
async function compare({ host, path, ours, bare }) {
  const measure = (/** @type {number} */ port) =>
    load({ host, path, port, connections: CONNECTIONS, total: REQUESTS_A_ROUND });
  await measure(ours);
  await measure(bare);
  /** @type {{ ours: number, bare: number, ratio: number }[]} */
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const speed = new Map();
    for (const port of round % 2 === 0 ? [ours, bare] : [bare, ours]) speed.set(port, await measure(port));
    rounds.push({ ours: speed.get(ours), bare: speed.get(bare), ratio: speed.get(ours) / speed.get(bare) });
  }
  const of = (/** @type {"ours" | "bare" | "ratio"} */ name) => median(rounds.map((round) => round[name]));
  return { ours: of("ours"), bare: of("bare"), ratio: of("ratio") };
}
