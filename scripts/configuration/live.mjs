// @ts-check
// A tenant's configuration as it is, in the form of the file.
import { all, call, wanted } from "../admin_api.mjs";
import { sorted } from "./schema.mjs";

/** @typedef {import("../admin_api.mjs").Api} Api */
/** @typedef {Record<string, any>} Json */

/** How often reading begins again because somebody has changed something meanwhile. */
const BEGINNINGS = 10;
export const ENVIRONMENTS = ["TEST", "PRODUCTION"];

/** The path of a thing at the API, of names that are not encoded yet. */
export function pathOf(/** @type {string[]} */ ...names) {
  return `/${names.map(encodeURIComponent).join("/")}`;
}

/**
 * The settings of a thing: what the API shows of it, less what nobody sets.
 * @param {Json} schema the file's
 * @param {string} kind a definition of it
 * @param {Json} shown
 */
export function settingsOf(schema, kind, shown) {
  const names = Object.keys(kind === "Tenant" ? schema.properties : schema.$defs[kind].properties);
  return Object.fromEntries(names.filter((name) => name in shown).map((name) => [name, shown[name]]));
}

/** A style less what it leaves empty, which is the same as leaving it out; null where there is none. */
export function styleOf(/** @type {Json} */ schema, /** @type {Json | null} */ shown) {
  if (!shown) return null;
  const settings = Object.entries(settingsOf(schema, "Style", shown));
  return Object.fromEntries(settings.filter(([, value]) => !isEmpty(value)));
}

function isEmpty(/** @type {any} */ value) {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

/**
 * Everything that a tenant has configured, or null where there is no such tenant. It is of one moment:
 * where the log of changes has grown meanwhile, it is read again.
 * @param {Api} api
 * @param {Json} schema the file's
 * @param {string} tenant
 * @returns {Promise<Json | null>}
 */
export async function readLive(api, schema, tenant) {
  for (let beginnings = 1; ; beginnings++) {
    const before = await lastChange(api, tenant);
    if (before === null) return null;
    const found = await read(api, schema, tenant);
    if ((await lastChange(api, tenant)) === before) return sorted(found);
    if (beginnings === BEGINNINGS) throw new Error(`${tenant} is being changed all the time; try again later`);
  }
}

async function lastChange(/** @type {Api} */ api, /** @type {string} */ tenant) {
  const answer = await call(api, "GET", `${pathOf("tenants", tenant, "audit")}?limit=1`);
  if (answer.status === 404) return null;
  return wanted(answer).items[0]?.sequence ?? 0;
}

/** One thing, or null where there is none. */
async function one(/** @type {Api} */ api, /** @type {string} */ path) {
  const answer = await call(api, "GET", path);
  return answer.status === 404 ? null : wanted(answer);
}

async function read(/** @type {Api} */ api, /** @type {Json} */ schema, /** @type {string} */ tenant) {
  const at = pathOf("tenants", tenant);
  /** @type {Json} */
  const environments = {};
  for (const name of ENVIRONMENTS) {
    const shown = await one(api, `${at}/environments/${name}`);
    if (shown) environments[name] = { ...settingsOf(schema, "Environment", shown), domains: {} };
  }
  for (const domain of await all(api, `${at}/domains`)) {
    const here = pathOf("tenants", tenant, "domains", domain.host);
    const [upstreams, applications] = [await all(api, `${here}/upstreams`), await all(api, `${here}/applications`)];
    const table = (/** @type {string} */ kind, /** @type {string} */ name, /** @type {Json[]} */ items) =>
      Object.fromEntries(items.map((item) => [item[name], settingsOf(schema, kind, item)]));
    environments[domain.environment].domains[domain.host] = {
      ...settingsOf(schema, "Domain", domain),
      upstreams: table("Upstream", "eid", upstreams),
      style: styleOf(schema, (await one(api, `${here}/style`))?.live),
      applications: table("Application", "client_id", applications),
    };
  }
  const shown = wanted(await call(api, "GET", at));
  return { ...settingsOf(schema, "Tenant", shown), tenant, environments };
}
