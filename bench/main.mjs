// @ts-check
// Prints what the Worker costs beside what it may cost. Fails where it costs more.
//
//   node bench/main.mjs [--only size|cost|pages|emergency|metadata|logins]
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { costOfLogin } from "../tests/e2e/support/cost.mjs";
import { MITID, NEMID } from "../tests/e2e/support/relying_party.mjs";
import { startSeededServer } from "../tests/e2e/support/seeded_server.mjs";
import { root } from "../scripts/workers.mjs";
import { measureEmergency } from "./emergency.mjs";
import { measureLogins } from "./logins.mjs";
import { measurePages } from "./pages.mjs";
import { measureThroughput } from "./throughput.mjs";

let over = 0;

async function withServer(
  /** @type {(server: import("../tests/e2e/support/seeded_server.mjs").SeededServer) => Promise<void>} */ use,
) {
  const server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "20" } });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

/** One line: a figure, its budget, and whether it holds. */
function line(/** @type {string} */ what, /** @type {number} */ figure, /** @type {string} */ unit, budget = {}) {
  const { most, least } = /** @type {{ most?: number, least?: number }} */ (budget);
  const holds = (most === undefined || figure <= most) && (least === undefined || figure >= least);
  if (!holds) over++;
  const limit = most !== undefined ? `at most ${most}` : least !== undefined ? `at least ${least}` : "";
  const verdict = limit === "" ? "" : holds ? "OK" : "OVER";
  const shown = Number.isInteger(figure) ? String(figure) : figure.toFixed(2);
  console.log(`  ${what.padEnd(44)} ${shown.padStart(8)} ${unit.padEnd(16)} ${limit.padEnd(18)} ${verdict}`);
}

async function size() {
  for (const worker of ["broker", "management"]) {
    console.log(`\nThe Worker "${worker}", production build, gzipped`);
    let bundle = 0;
    const uploaded = path.join(root, "build/bundle", worker);
    for (const name of (await readdir(uploaded)).filter((file) => /\.(js|wasm)$/.test(file))) {
      const size = gzipSync(await readFile(path.join(uploaded, name))).length;
      bundle += size;
      line(name, size, "bytes");
    }
    line("together", bundle, "bytes", { most: 300_000 });
  }
}

async function cost() {
  const ordinary = (/** @type {any} */ server) => server.origin;
  const mitid = (/** @type {any} */ server) => server.mitidOrigin;
  const kinds = /** @type {const} */ ([
    ["NemID, on the ordinary domain", ordinary, NEMID, "nemid", 2, 5],
    ["MitID, from the ordinary domain across", ordinary, NEMID, "mitid", 3, 6],
    ["MitID, directly on the MitID domain", mitid, MITID, "mitid", 2, 5],
  ]);
  for (const [name, origin, acr, eid, objects, rows] of kinds) {
    console.log(`\nOne login: ${name}`);
    // A server of its own, so that the first login finds an isolate that has read nothing.
    await withServer(async (server) => {
      const cold = (await costOfLogin(origin(server), acr, eid)).total;
      const { total, steps } = await costOfLogin(origin(server), acr, eid);
      line("KV reads, cold", cold.kv, "");
      line("KV reads, warm", total.kv, "", { most: 0 });
      line("Durable Object requests", total.objects, "", { most: objects });
      // Setting the clean-up's alarm is billed as one row more.
      line("rows written, with one for the alarm", total.rows + 1, "", { most: rows });
      line("opening the login page: objects and rows", steps[0].objects + steps[0].rows, "", { most: 0 });
    });
  }
}

async function pages() {
  console.log("\nPages, first visit: HTML and style sheet, compressed");
  await withServer(async (server) => {
    for (const { name, html, loaded, total } of await measurePages(server)) {
      line(`${name} (${html} + ${loaded})`, total, "bytes", { most: 14_000 });
    }
  });
}

async function emergency() {
  console.log("\nA signing key is compromised, at the local world's staleness of 2 s");
  const server = await startSeededServer();
  try {
    line("seconds to the first token of the standby", await measureEmergency(server), "s", { most: 5 });
  } finally {
    await server.stop();
  }
}

async function metadata() {
  console.log("\nMetadata, warm: requests a second, beside a bare Rust Worker answering the same bytes");
  for (const { path: at, ours, bare, ratio } of await measureThroughput()) {
    line(at, Math.round(ours), `of ${Math.round(bare)}`);
    line("ratio", ratio, "", { least: 0.85 });
  }
}

async function logins() {
  console.log("\nLogins a second, RS256, 16 connections, the same upstream before all; medians");
  const { speeds, ratios } = await measureLogins();
  line("edge-eid in workerd, state on tmpfs", Math.round(speeds.tmpfs), "");
  line("edge-eid in workerd, state on disk", Math.round(speeds.disk), "");
  line("oidc-provider on Node, in memory", Math.round(speeds.oidcProvider), "");
  line("openauth in workerd, in memory", Math.round(speeds.openauth), "signs ES256");
  line("on tmpfs, of oidc-provider's", ratios.tmpfs.oidcProvider, "(goal 1.25)", { least: 1 });
  line("on tmpfs, of openauth's", ratios.tmpfs.openauth, "(goal 1.8)", { least: 1.4 });
  line("on disk, of oidc-provider's", ratios.disk.oidcProvider, "", { least: 0.6 });
  line("on disk, of openauth's", ratios.disk.openauth, "", { least: 0.8 });
}

const parts = { size, cost, pages, emergency, metadata, logins };
const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
if (only && !(only in parts)) throw new Error(`--only takes ${Object.keys(parts).join(", ")}`);
for (const [name, measure] of Object.entries(parts)) if (!only || name === only) await measure();

console.log(over === 0 ? "\nAll budgets hold." : `\n${over} over budget.`);
process.exitCode = over === 0 ? 0 : 1;
