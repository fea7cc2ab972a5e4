// @ts-check
// Serves the local world until it is told to stop: the Workers in workerd, their state on disk, their
// log lines on standard output.
//
//   node scripts/serve.mjs PORT STATE_DIRECTORY
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { workers } from "./workers.mjs";

const [port, state] = process.argv.slice(2);

const local = {
  MANAGEMENT_HOST: `manage.localhost:${port}`,
  SIGN_IN_ISSUER: `http://id.localhost:${port}`,
  MITID_SUFFIX_TEST: `.pp.mitid.localhost:${port}`,
  MITID_SUFFIX_PRODUCTION: `.mitid.localhost:${port}`,
};

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    workers: /** @type {any} */ (await workers("local", local)),
    host: "127.0.0.1",
    port: Number(port),
    resourcePersistencePath: state,
    cf: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.WARN),
    handleStructuredLogs: ({ message }) => console.log(message),
  }),
);

async function stop() {
  await miniflare.dispose();
  process.exit();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

try {
  await miniflare.ready;
} catch (error) {
  console.error(`error: the Workers did not start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
