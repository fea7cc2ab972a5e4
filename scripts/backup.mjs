// @ts-check
// What an operator does with keys and backups, by the admin API: a tenant's backup into a file, a file
// into a deployment that does not have the tenant, and everything wrapped by the current master key.
//
//   npm run backup -- export TENANT FILE --at https://manage.example.com
//   npm run backup -- import TENANT FILE --at https://manage.example.com
//   npm run backup -- rewrap --at https://manage.example.com
//
// ADMIN_TOKEN and, for the first two, RECOVERY_KEY (32 random bytes in base64: `openssl rand -base64 32`)
// are read from the environment, so that they stand in no list of processes. A file holds a part of the
// backup a line. Ends with 0 when it is done, 1 when it is not, 2 when it was called wrongly.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ATTEMPTS, WAIT_MILLISECONDS, call, pause, published, wanted } from "./admin_api.mjs";

/** How often it is looked whether everything is published anew: every application is, 40 a second. */
const REWRAP_ATTEMPTS = 900;

/** @typedef {import("./admin_api.mjs").Api} Api */
/** @typedef {Record<string, any>} Part */

/**
 * Every part of a tenant's backup.
 * @param {Api} api
 * @param {string} tenant
 * @param {string} recoveryKey
 * @returns {Promise<Part[]>}
 */
export async function exportTenant(api, tenant, recoveryKey) {
  const path = `/tenants/${encodeURIComponent(tenant)}/export`;
  const headers = { "recovery-key": recoveryKey };
  /** @type {Part[]} */
  let parts = [];
  for (let beginnings = 1; ; ) {
    const next = parts.at(-1)?.next;
    const query = next ? `?after=${encodeURIComponent(next)}` : "";
    const answer = await call(api, "POST", path + query, undefined, headers);
    if (answer.status === 409 && beginnings < ATTEMPTS) {
      // Somebody has changed the configuration meanwhile.
      beginnings += 1;
      parts = [];
      continue;
    }
    parts.push(wanted(answer));
    if (!answer.body.next) return parts;
  }
}

/**
 * Imports a backup. Gives the moment from which on the tenant is there again.
 * @param {Api} api
 * @param {string} tenant
 * @param {Part[]} parts
 * @param {string} recoveryKey
 * @returns {Promise<string>}
 */
export async function importTenant(api, tenant, parts, recoveryKey) {
  const path = `/tenants/${encodeURIComponent(tenant)}/import`;
  let restored;
  for (const part of parts) {
    restored = wanted(await call(api, "PUT", path, part, { "recovery-key": recoveryKey })).restored_at;
  }
  if (!restored) throw new Error("the file lacks the last part of the backup");
  await published(api, tenant);
  return restored;
}

/**
 * Wraps the keys of every environment by the current master key, and says how many were not before.
 * @param {Api} api
 * @param {(page: { rewrapped: number, remaining: number }) => void} [tell] after each page of tenants
 */
export async function rewrapAll(api, tell = () => {}) {
  let rewrapped = 0;
  for (let attempt = 1; ; attempt++) {
    let page;
    do {
      const query = page?.next ? `?after=${encodeURIComponent(page.next)}` : "";
      page = wanted(await call(api, "POST", `/master-key/rewrap${query}`));
      rewrapped += page.rewrapped;
      tell(page);
      for (const { tenant, environment } of page.failed) {
        throw new Error(`neither master key opens the keys of ${tenant}/${environment}`);
      }
    } while (page.next);
    if (page.remaining === 0) return rewrapped;
    // What is wrapped counts once it has been published.
    if (attempt === REWRAP_ATTEMPTS) throw new Error(`${page.remaining} environments are not published; see the log`);
    await pause(WAIT_MILLISECONDS);
  }
}

/** What is to be done once everything is wrapped by the current master key. */
export async function whatIsLeft(/** @type {Api} */ api) {
  const { previous } = wanted(await call(api, "GET", "/master-key"));
  if (previous === null) return "Nothing else is to be done: there is no previous master key.";
  return "Withdraw the previous master key in 90 seconds at the earliest.";
}

const USAGE = "usage: npm run backup -- export TENANT FILE | import TENANT FILE | rewrap, each with --at URL";

async function main() {
  const { values, positionals } = parseArgs({ options: { at: { type: "string" } }, allowPositionals: true });
  const [what, tenant, file] = positionals;
  const { ADMIN_TOKEN: token, RECOVERY_KEY: recoveryKey } = process.env;
  const isComplete = what === "rewrap" ? positionals.length === 1 : positionals.length === 3;
  if (!["export", "import", "rewrap"].includes(what) || !isComplete || !values.at) return called(USAGE);
  if (!token) return called("ADMIN_TOKEN is not set");
  const api = { at: values.at, token };
  if (what === "rewrap") {
    const count = await rewrapAll(api, ({ rewrapped, remaining }) => {
      console.log(`${rewrapped} environments wrapped, ${remaining} to go`);
    });
    console.log(`Done: ${count} environments. ${await whatIsLeft(api)}`);
    return;
  }
  if (!recoveryKey) return called("RECOVERY_KEY is not set");
  if (what === "export") {
    const parts = await exportTenant(api, tenant, recoveryKey);
    const lines = parts.map((part) => `${JSON.stringify(part)}\n`);
    // Never over another file: the older backup may be the one that is needed.
    await writeFile(file, lines.join(""), { flag: "wx", mode: 0o600 });
    console.log(`${tenant}: version ${parts[0].version} in ${parts.length} parts, recovery key ${parts[0].recovery_key}`);
  } else {
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.trim() !== "");
    const restored = await importTenant(api, tenant, lines.map((line) => JSON.parse(line)), recoveryKey);
    console.log(`${tenant}: restored at ${restored}`);
  }
}

function called(/** @type {string} */ wrongly) {
  console.error(wrongly);
  process.exitCode = 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  });
}
