// @ts-check
// The three Workers as the local runtime wants to know them: bindings as the wrangler files tell them,
// code as scripts/build left it. Requests to the management host reach the management Worker below /api/
// and else the dashboard, all others the broker, as routes do it in a deployment.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

/** The repository. */
export const root = fileURLToPath(new URL("../", import.meta.url));

const CONFIGURATIONS = { broker: "wrangler.toml", management: "wrangler.management.toml", dashboard: "wrangler.dashboard.toml" };

/**
 * All of them, the broker first.
 *
 * @param {string} env which build: `local`, `staging` or `production`
 * @param {Record<string, string>} vars more or other variables and secrets, of all
 * @param {string} [wrapper] a module around each Worker, whose own is `./index.js` beside it; its
 *   function `object` makes the class to export for the name of a class of Durable Objects
 * @param {number} [world] port of this machine that answers for every `*.example` which a Worker fetches
 */
export async function workers(env, vars, wrapper, world) {
  const broker = await worker("broker", env, vars, wrapper);
  const management = await worker("management", env, vars, wrapper);
  const dashboard = await worker("dashboard", env, vars, wrapper);
  const [host] = String(management.bindings.MANAGEMENT_HOST).split(":");
  // The runtime's own routes lead past a Worker's assets; another Worker's binding does not.
  const front = {
    name: "front",
    modules: true,
    script: `
      const isApi = ({ pathname }) => pathname.startsWith("/api/") || pathname.startsWith("/test-only/");
      const to = (request, env) => (isApi(new URL(request.url)) ? env.MANAGEMENT : env.DASHBOARD);
      export default { fetch: (request, env) => to(request, env).fetch(request) };
    `,
    compatibilityDate: broker.compatibilityDate,
    serviceBindings: { MANAGEMENT: "management", DASHBOARD: "dashboard" },
    routes: [`${host}/*`],
  };
  // What the dashboard asks of the broker as its issuer: the runtime resolves no *.localhost.
  const outside = {
    name: "outside",
    modules: true,
    script: `
      const to = ({ hostname }, env) =>
        hostname.endsWith(".localhost") ? env.BROKER : (hostname.endsWith(".example") && env.WORLD) || globalThis;
      export default { fetch: (request, env) => to(new URL(request.url), env).fetch(request) };
    `,
    compatibilityDate: broker.compatibilityDate,
    serviceBindings: {
      BROKER: "broker",
      ...(world ? { WORLD: { external: { address: `127.0.0.1:${world}`, http: {} } } } : {}),
    },
  };
  const services = { serviceBindings: { MANAGEMENT: "management" }, outboundService: "outside" };
  const others = [broker, management].map((worker) => (world ? { ...worker, outboundService: "outside" } : worker));
  return [...others, { ...dashboard, ...services }, front, outside];
}

/**
 * One of them.
 *
 * @param {"broker" | "management" | "dashboard"} which
 * @param {string} env
 * @param {Record<string, string>} vars
 * @param {string} [wrapper]
 */
export async function worker(which, env, vars, wrapper) {
  const config = path.join(root, CONFIGURATIONS[which]);
  const { workerOptions, main } = unstable_getMiniflareWorkerOptions(config, env === "local" ? undefined : env);
  if (!main) throw new Error(`${CONFIGURATIONS[which]} names no main`);
  const directory = path.dirname(main);
  const files = await readdir(directory).catch(() => []);
  if (!files.includes("index.js")) throw new Error(`nothing is built in ${directory}; run scripts/build ${env}`);
  const options = /** @type {any} */ (workerOptions);
  const objects = Object.values(options.durableObjects);
  const classes = objects.filter(({ scriptName }) => !scriptName).map(({ className }) => className);
  const around = wrapper && {
    type: "ESModule",
    path: path.join(directory, "wrapper.js"),
    contents: (await readFile(wrapper, "utf8")) + classes.map((name) => `export const ${name} = object("${name}");\n`).join(""),
  };
  return {
    ...options,
    name: which,
    bindings: { ...options.bindings, ...vars },
    durableObjects: Object.fromEntries(
      Object.entries(options.durableObjects).map(([name, object]) => [
        name,
        // The only other script there is.
        { ...object, ...(object.scriptName ? { scriptName: "broker" } : {}) },
      ]),
    ),
    modulesRoot: directory,
    modules: [
      ...(around ? [around] : []),
      { type: "ESModule", path: main },
      { type: "CompiledWasm", path: path.join(directory, "index_bg.wasm") },
    ],
  };
}
