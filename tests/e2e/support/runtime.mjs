// @ts-check
// The process behind a test server (see server.mjs): holds workerd and passes on its log lines.
import { once } from "node:events";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { fileURLToPath } from "node:url";
import { workers } from "../../../scripts/workers.mjs";

const [{ env, port, stateDir, vars, around, world }] = await once(process, "message");

/** Around each Worker, where a test wants to take its stores away or to move its clock. */
const wrapper = around && fileURLToPath(new URL(`${around}.mjs`, import.meta.url));

/** @type {Miniflare | undefined} */
let miniflare;
async function stop() {
  await miniflare?.dispose();
  process.exit();
}
process.on("message", (/** @type {any} */ message) => {
  if (message === "stop") stop();
  if (message.type === "ask") answer(message);
});

/** What a test may ask for beside HTTP: a store behind the Worker, without the Worker. */
const questions = /** @type {Record<string, (options: any) => Promise<unknown>>} */ ({
  /** Sends a command to a Durable Object, as the Worker does. */
  async object({ binding, name, body }) {
    const of = ["TENANT", "DIRECTORY"].includes(binding) ? "management" : "broker";
    const namespace = await miniflare?.getDurableObjectNamespace(binding, of);
    const response = await namespace?.get(namespace.idFromName(name)).fetch("https://object/", { method: "POST", body });
    return { status: response?.status, text: await response?.text(), rows: response?.headers.get("x-rows-written") };
  },
  /** Every key of the KV namespace with its value. */
  async kv() {
    const namespace = await miniflare?.getKVNamespace("KV", "broker");
    const { keys = [] } = (await namespace?.list()) ?? {};
    return Promise.all(keys.map(async ({ name }) => [name, await namespace?.get(name)]));
  },
});

async function answer(/** @type {any} */ { id, question, options }) {
  try {
    process.send?.({ type: "answer", id, value: await questions[question](options) });
  } catch (error) {
    process.send?.({ type: "answer", id, error: String(error) });
  }
}

// The tests ended without stopping us.
process.on("disconnect", stop);

try {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: /** @type {any} */ (await workers(env, vars, wrapper, world)),
      host: "127.0.0.1",
      port,
      resourcePersistencePath: stateDir,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ level, message }) => process.send?.({ type: "log", level, message }),
    }),
  );
  await miniflare.ready;
  process.send?.({ type: "ready" });
} catch (error) {
  process.send?.({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
}
