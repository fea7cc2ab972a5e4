// @ts-check
// A tenant's configuration as a file: written from what is live, and applied to it, by the admin API.
//
//   npm run export -- TENANT FILE --at https://manage.example.com
//   npm run apply -- FILE --at https://manage.example.com [--plan [--json] | --yes] [--remove]
//
// `export` without FILE prints it (then with npm's --silent). `apply` shows what it would add, change
// and remove, and does it after a yes. `--yes` asks nobody, `--plan` does nothing, `--json` tells the
// plan to programs. What the file does not name is removed with `--remove` only.
//
// ADMIN_TOKEN is read from the environment: the operator's, or a tenant's with the scopes
// `configuration` and `applications`. So are the secrets of new upstreams, which no file holds: the plan
// says the names of the variables. `apply` ends with 0 when live is as the file says or has been made
// so, 1 when it is not or was called wrongly, and 2 when `--plan` finds a difference.
import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { applyPlan, draftsLost, leaveMark, leftToDo, secretVariable, withSecrets } from "./configuration/apply.mjs";
import { readLive } from "./configuration/live.mjs";
import { jsonOf, planOf, textOf } from "./configuration/plan.mjs";
import { configurationSchema, wrongs } from "./configuration/schema.mjs";

/** @typedef {import("./admin_api.mjs").Api} Api */
/** @typedef {Record<string, any>} Json */

/** Where the schema is published, below the management host. */
const SCHEMA_PATH = "/api/configuration.schema.json";
const DESCRIPTION = new URL("../static/api/openapi.json", import.meta.url);
const SCHEMA = new URL(`../static${SCHEMA_PATH}`, import.meta.url);

const readJson = async (/** @type {URL} */ url) => JSON.parse(await readFile(url, "utf8"));
const written = (/** @type {Json} */ json) => `${JSON.stringify(json, undefined, 1)}\n`;

/** The schema of a file, as it follows from the API's description; `schema` of the command line prints it. */
export async function derivedSchema() {
  return configurationSchema(await readJson(DESCRIPTION));
}

/**
 * The text of a tenant's file.
 * @param {Api} api
 * @param {string} tenant
 */
export async function exportConfiguration(api, tenant) {
  const live = await readLive(api, await readJson(SCHEMA), tenant);
  if (!live) throw new Error(`there is no tenant ${tenant}, or the token is not one of it`);
  return written({ $schema: new URL(SCHEMA_PATH, api.at).href, ...live });
}

/**
 * A file's text as a configuration.
 * @param {string} text
 * @param {Json} schema
 * @returns {Json}
 */
export function parseConfiguration(text, schema) {
  const file = JSON.parse(text);
  const found = wrongs(schema, schema, file);
  if (found.length > 0) throw new Error(found.map(({ at, rule }) => `${at || "the file"}: ${rule}`).join("\n"));
  return file;
}

/**
 * What is to be done to make live as a file says.
 * @param {Api} api
 * @param {string} text of the file
 */
export async function plan(api, text) {
  const schema = await readJson(SCHEMA);
  const file = parseConfiguration(text, schema);
  return { schema, plan: planOf(file, await readLive(api, schema, file.tenant), schema) };
}

async function runExport(/** @type {Api} */ api, /** @type {string} */ tenant, /** @type {string | undefined} */ name) {
  const text = await exportConfiguration(api, tenant);
  if (name) await writeFile(name, text);
  else process.stdout.write(text);
}

/**
 * @param {Api} api
 * @param {string} name of the file
 * @param {{ plan?: boolean, json?: boolean, yes?: boolean, remove?: boolean }} how
 */
async function runApply(api, name, how) {
  const { schema, plan: found } = await plan(api, await readFile(name, "utf8"));
  if (how.json) {
    process.exitCode = found.steps.length === 0 ? 0 : 2;
    return process.stdout.write(written(jsonOf(found)));
  }
  if (found.steps.length === 0) {
    if (!how.plan) await mark(api, schema, found.tenant);
    return console.log("Live is as the file says.");
  }
  const removes = how.remove === true;
  console.log(textOf(found, removes));
  for (const note of await draftsLost(api, found, schema)) console.log(`Note: ${note}`);
  const missing = withSecrets(found).filter((thing) => !process.env[secretVariable(thing)]);
  for (const thing of missing) console.log(`Needed: ${secretVariable(thing)}, the secret of ${thing.name}`);
  if (how.plan) {
    process.exitCode = 2;
    return;
  }
  if (!removes && found.steps.every(({ action }) => action === "remove")) return;
  if (missing.length > 0) throw new Error("nothing was done: secrets are missing from the environment");
  if (!how.yes && !(await isWanted())) throw new Error("nothing was done: nobody said yes (--yes asks nobody)");
  const options = { removes, secrets: process.env, tell: (/** @type {string} */ what) => console.log(what) };
  const otherwise = await applyPlan(api, found, schema, options);
  for (const what of leftToDo(found)) console.log(`To do: ${what}`);
  if (otherwise.length > 0) throw new Error(`not everything is as the file says:\n${otherwise.join("\n")}`);
  await mark(api, schema, found.tenant);
  console.log("Done: it is stored and published.");
}

async function mark(/** @type {Api} */ api, /** @type {Json} */ schema, /** @type {string} */ tenant) {
  const why = await leaveMark(api, schema, tenant);
  if (why) console.log(`Note: ${why}`);
}

async function isWanted() {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Do this? (yes or no) ");
  terminal.close();
  return ["y", "yes"].includes(answer.trim().toLowerCase());
}

const USAGE = `usage: npm run export -- TENANT [FILE] --at URL
       npm run apply -- FILE --at URL [--plan [--json] | --yes] [--remove]`;

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      at: { type: "string" },
      plan: { type: "boolean" },
      json: { type: "boolean" },
      yes: { type: "boolean" },
      remove: { type: "boolean" },
    },
    allowPositionals: true,
  });
  const [what, first, second] = positionals;
  if (what === "schema") return process.stdout.write(written(await derivedSchema()));
  const most = { export: 3, apply: 2 }[what] ?? 0;
  const fits = (!values.plan || !values.yes) && (!values.json || values.plan);
  if (!first || positionals.length > most || !values.at || !fits) throw new Error(USAGE);
  const { ADMIN_TOKEN: token } = process.env;
  if (!token) throw new Error("ADMIN_TOKEN is not set");
  const api = { at: values.at, token };
  if (what === "export") await runExport(api, first, second);
  else await runApply(api, first, values);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  });
}
