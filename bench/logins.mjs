// @ts-check
// Whole logins a second, beside two published OpenID providers as brokers before the same upstream.
//
// Each login is what a browser and an application do: authorize, the upstream, back, a code, redeemed
// with PKCE and secret, a signed token. Every peer's state is new; those that keep it in memory by their
// nature are compared with ours on tmpfs, and once more with ours on disk.
import { build } from "esbuild";
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { MITID } from "../tests/e2e/support/relying_party.mjs";
import { admin } from "../tests/e2e/support/seeded_server.mjs";
import { freePort } from "../tests/e2e/support/server.mjs";
import { root } from "../scripts/workers.mjs";
import { APPLICATION, CLIENT } from "./logins/settings.mjs";
import { NETWORK, brokerServices, compatibility, published, startWorkerd, text } from "./workerd.mjs";

const CONNECTIONS = 16;
const ROUNDS = 5;
const ROUND_SECONDS = 4;
/** Until just-in-time compilers and caches have seen enough. */
const WARM_UP_SECONDS = 10;
/** A file system in memory, on Linux. */
const TMPFS = "/dev/shm";
/** What `statfs` calls it. */
const TMPFS_MAGIC = 0x01021994;
/** Room there for the objects of all rounds. */
const TMPFS_BYTES = 1 << 29;

/** @typedef {import("./logins/driver.mjs").Peer & { name: string, pid: number, stop: () => Promise<void> }} Running */

const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** A program of `logins/` in a process of its own, once it is ready. */
async function start(/** @type {string} */ program, /** @type {string[]} */ ...args) {
  const child = fork(fileURLToPath(new URL(`logins/${program}.mjs`, import.meta.url)), args, {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const failed = exited.then(() => Promise.reject(new Error(`${program} ended while starting`)));
  await Promise.race([once(child, "message"), failed]);
  failed.catch(() => undefined);
  const stop = async () => {
    child.kill("SIGCONT");
    child.kill();
    await exited;
  };
  return { child, exited, pid: child.pid ?? 0, stop };
}

/** A domain with the upstream as its only eID, and the application, published to KV. */
function configured(/** @type {string} */ upstream) {
  return published(async (server, token) => {
    const host = `127.0.0.1:${server.port}`;
    const headers = { authorization: `Bearer ${token}` };
    const change = async (/** @type {string} */ method, /** @type {string[]} */ at, /** @type {object} */ body) => {
      const answer = await admin(server.port, method, ["tenants", "bench", ...at], body, headers);
      if (answer.status > 201) throw new Error(`${at.join("/")}: ${answer.status} ${answer.body}`);
    };
    await change("PUT", [], { name: "Benchmark" });
    await change("PUT", ["domains", host], { environment: "TEST", kind: "mitid", display_name: "Benchmark" });
    const settings = { preset: "generic", issuer: upstream, client_id: CLIENT.id, client_secret: CLIENT.secret, scopes: ["openid"] };
    await change("PUT", ["domains", host, "upstreams", "mitid"], settings);
    const application = ["domains", host, "applications", APPLICATION.id];
    await change("PUT", application, {
      name: "Application",
      redirect_uris: [APPLICATION.callback],
      token_endpoint_auth_methods: ["client_secret_post"],
    });
    await change("POST", [...application, "secrets"], { secret: APPLICATION.secret });
    while (!(await admin(server.port, "GET", ["tenants", "bench", "publication"], undefined, headers)).json.published);
    return `http://${host}`;
  });
}

/**
 * Ours, in workerd, with its objects' state in a folder.
 * @returns {Promise<Running>}
 */
async function edgeEid(
  /** @type {string} */ name,
  /** @type {string} */ directory,
  /** @type {string} */ state,
  /** @type {Awaited<ReturnType<typeof configured>>} */ { told: issuer, ...configuration },
) {
  const port = await freePort();
  await mkdir(directory);
  const services = [...(await brokerServices(directory, configuration, state)), NETWORK];
  const running = await startWorkerd(directory, services, { broker: port });
  const paths = { authorize: "/oauth2/authorize", token: "/oauth2/token", keys: "/.well-known/jwks" };
  return { name, ...running, port, issuer, ...paths, parameters: { acr_values: MITID }, answer: "id_token", alg: "RS256" };
}

/** @returns {Promise<Running>} */
async function oidcProvider(/** @type {string} */ upstream) {
  const port = await freePort();
  const { pid, stop } = await start("oidc_provider", String(port), upstream);
  const paths = { authorize: "/auth", token: "/token", keys: "/jwks" };
  const issuer = `http://127.0.0.1:${port}`;
  return { name: "oidc-provider", pid, stop, port, issuer, ...paths, parameters: {}, answer: "id_token", alg: "RS256" };
}

/** @returns {Promise<Running>} */
async function openauth(/** @type {string} */ directory, /** @type {string} */ upstream) {
  const port = await freePort();
  await build({
    entryPoints: [path.join(root, "bench/logins/openauth.mjs")],
    outfile: path.join(directory, "index.js"),
    bundle: true,
    minify: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "error",
  });
  const { date } = await compatibility();
  const worker = `(name = "openauth", worker = (modules = [(name = "index.js", esModule = embed "index.js")], ${date},
      bindings = [(name = "UPSTREAM", text = ${text(upstream)})]))`;
  const running = await startWorkerd(directory, [worker, NETWORK], { openauth: port });
  const paths = { authorize: "/authorize", token: "/token", keys: "/.well-known/jwks.json" };
  const issuer = `http://127.0.0.1:${port}`;
  return { name: "openauth", ...running, port, issuer, ...paths, parameters: {}, answer: "access_token", alg: "ES256" };
}

/** Logins a second of every peer, the medians of some rounds, and those of the ratios between ours and the others. */
export async function measureLogins() {
  const { type, bavail, bsize } = await statfs(TMPFS);
  if (type !== TMPFS_MAGIC || bavail * bsize < TMPFS_BYTES) throw new Error(`${TMPFS} is no tmpfs with half a gigabyte free`);
  if ((await statfs(root)).type === TMPFS_MAGIC) throw new Error(`${root} is no disk`);
  const directory = await mkdtemp(path.join(tmpdir(), "edge-eid-logins-"));
  const tmpfs = await mkdtemp(path.join(TMPFS, "edge-eid-logins-"));
  const disk = await mkdtemp(path.join(root, "build/logins-"));
  /** @type {{ pid: number, stop: () => Promise<void> }[]} */
  const running = [];
  const started = (/** @type {any} */ child) => {
    running.push(child);
    return child;
  };
  // An interruption must not leave processes that are held, nor their state in memory.
  const abandon = () => {
    for (const { pid } of running) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has heard of the interruption itself.
      }
    }
    for (const folder of [directory, tmpfs, disk]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(1);
  };
  process.once("SIGINT", abandon).once("SIGTERM", abandon);
  try {
    const upstreamPort = await freePort();
    const upstream = `http://127.0.0.1:${upstreamPort}`;
    started(await start("upstream", String(upstreamPort)));
    const driver = started(await start("driver"));
    const configuration = await configured(upstream);
    /** @type {Record<string, Running>} */
    const peers = {
      tmpfs: started(await edgeEid("edge-eid, state on tmpfs", path.join(directory, "tmpfs"), tmpfs, configuration)),
      disk: started(await edgeEid("edge-eid, state on disk", path.join(directory, "disk"), disk, configuration)),
      oidcProvider: started(await oidcProvider(upstream)),
      openauth: started(await openauth(path.join(directory, "openauth"), upstream)),
    };
    return summary(await rounds(driver, peers, upstream));
  } finally {
    process.off("SIGINT", abandon).off("SIGTERM", abandon);
    await Promise.all(running.map(({ stop }) => stop()));
    for (const folder of [directory, tmpfs, disk]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Some rounds of all peers, taking turns at being first, so that a busy moment does not count. Who is
 * not measured is held: what a peer puts off (closing objects, collecting garbage), it does in its own
 * next round. The first, which does not count, leaves that to the second.
 */
async function rounds(
  /** @type {{ child: import("node:child_process").ChildProcess, exited: Promise<unknown> }} */ { child, exited },
  /** @type {Record<string, Running>} */ peers,
  /** @type {string} */ upstream,
) {
  const measure = async (/** @type {Running} */ { stop, ...peer }, connections = CONNECTIONS, seconds = ROUND_SECONDS) => {
    process.kill(peer.pid, "SIGCONT");
    child.send({ peer, upstream, connections, seconds });
    const ended = exited.then(() => [{ error: "the driver ended" }]);
    const [{ result, error }] = await Promise.race([once(child, "message"), ended]);
    if (error) throw new Error(`${peer.name}: ${error}`);
    process.kill(peer.pid, "SIGSTOP");
    return result.speed;
  };
  const order = Object.entries(peers);
  for (const [, peer] of order) {
    // Keys are made and fetched by one login before others want them.
    await measure(peer, 1, 0);
    await measure(peer, CONNECTIONS, WARM_UP_SECONDS);
  }
  /** @type {Record<string, number>[]} */
  const speeds = [];
  for (let round = 0; round < ROUNDS; round++) {
    /** @type {Record<string, number>} */
    const speed = {};
    for (const [name, peer] of round % 2 === 0 ? order : order.toReversed()) speed[name] = await measure(peer);
    speeds.push(speed);
  }
  return speeds;
}

/** Medians. A ratio is one of the same round. */
function summary(/** @type {Record<string, number>[]} */ rounds) {
  const speed = (/** @type {string} */ of) => median(rounds.map((round) => round[of]));
  const ratio = (/** @type {string} */ ours, /** @type {string} */ to) => median(rounds.map((round) => round[ours] / round[to]));
  const beside = (/** @type {string} */ ours) => ({
    oidcProvider: ratio(ours, "oidcProvider"),
    openauth: ratio(ours, "openauth"),
  });
  return {
    speeds: {
      tmpfs: speed("tmpfs"),
      disk: speed("disk"),
      oidcProvider: speed("oidcProvider"),
      openauth: speed("openauth"),
    },
    ratios: { tmpfs: beside("tmpfs"), disk: beside("disk") },
  };
}
