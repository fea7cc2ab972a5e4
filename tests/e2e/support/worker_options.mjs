// @ts-check
// What miniflare needs to know of the Worker.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

/** The repository. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The bindings as wrangler.toml tells them, and the code as scripts/build left it. */
export async function workerOptions(
  /** @type {string} */ env,
  /** @type {Record<string, string>} */ vars,
  kvCanFail = false,
) {
  const config = path.join(root, "wrangler.toml");
  const { workerOptions, main } = unstable_getMiniflareWorkerOptions(config, env === "local" ? undefined : env);
  if (!main) throw new Error("wrangler.toml names no main");
  const directory = path.dirname(main);
  const files = await readdir(directory).catch(() => []);
  if (!files.includes("index.js")) throw new Error(`nothing is built in ${directory}; run scripts/build ${env}`);
  // Around the Worker, where a test wants to take its KV away.
  const wrapper = {
    type: "ESModule",
    path: path.join(directory, "failing_kv.js"),
    contents: await readFile(new URL("failing_kv.mjs", import.meta.url), "utf8"),
  };
  return {
    ...workerOptions,
    bindings: { ...workerOptions.bindings, ...vars },
    modulesRoot: directory,
    modules: [
      ...(kvCanFail ? [wrapper] : []),
      { type: "ESModule", path: main },
      { type: "CompiledWasm", path: path.join(directory, "index_bg.wasm") },
    ],
  };
}
