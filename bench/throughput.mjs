// @ts-check
// Discovery and JWKS of the production build, warm, against a bare Rust Worker that answers the same
// headers and bytes: both in one workerd, each on a socket of its own, nothing between.
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { send } from "../tests/e2e/support/http.mjs";
import { seedDemo } from "../tests/e2e/support/seeded_server.mjs";
import { freePort } from "../tests/e2e/support/server.mjs";
import { root } from "../scripts/workers.mjs";
import { load } from "./load.mjs";
import { brokerServices, compatibility, modules, published, startWorkerd, text } from "./workerd.mjs";

const CONNECTIONS = 16;
const ROUNDS = 9;
const REQUESTS_A_ROUND = 8_000;
const PATHS = ["/.well-known/openid-configuration", "/.well-known/jwks"];
/** The platform sets these, or Node's client did. */
const NOT_OURS = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];

const median = (/** @type {number[]} */ numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The demo's published configuration, and what is answered with it. */
async function configuration() {
  const { told, ...configured } = await published(async (server, token) => {
    await seedDemo(server.port, token);
    const host = `localhost:${server.port}`;
    /** @type {Record<string, { headers: object, body: string }>} */
    const answers = {};
    for (const at of PATHS) {
      const { status, headers, body } = await send(server.port, { host, path: at });
      if (status !== 200) throw new Error(`${at} answers ${status}`);
      answers[at] = { headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_OURS.includes(name))), body };
    }
    return { host, answers };
  });
  return { ...told, configured };
}

/** The Worker that answers what it is told. */
async function bareService(/** @type {string} */ directory, /** @type {object} */ answers) {
  await cp(path.join(root, "build/bare"), path.join(directory, "bare"), { recursive: true });
  await writeFile(path.join(directory, "answers.txt"), text(answers));
  const { date } = await compatibility();
  return `(name = "bare", worker = (${modules("bare")}, ${date}, bindings = [(name = "ANSWERS", text = embed "answers.txt")]))`;
}

/** Throughput of each path, ours and the bare Worker's, in requests a second. */
export async function measureThroughput() {
  const directory = await mkdtemp(path.join(tmpdir(), "edge-eid-bench-"));
  const { host, answers, configured } = await configuration();
  const [ours, bare] = [await freePort(), await freePort()];
  const services = [...(await brokerServices(directory, configured)), await bareService(directory, answers)];
  const runtime = await startWorkerd(directory, services, { broker: ours, bare });
  try {
    const results = [];
    for (const at of PATHS) {
      await assertSame(at, host, ours, bare);
      results.push({ path: at, ...(await compare({ host, path: at, ours, bare })) });
    }
    return results;
  } finally {
    await runtime.stop();
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
