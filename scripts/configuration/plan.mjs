// @ts-check
// What differs between a file and what is live, and what is to be done about it. Pure: it asks nobody.
import { isDeepStrictEqual } from "node:util";
import { pathOf, styleOf } from "./live.mjs";
import { member } from "./schema.mjs";

/** @typedef {Record<string, any>} Json */
/**
 * A thing of a tenant's configuration, with its own settings.
 * @typedef {object} Thing
 * @property {"Tenant" | "Environment" | "Domain" | "Upstream" | "Style" | "Application"} kind
 * @property {string} name as people would say it
 * @property {string} at its place in the file
 * @property {string} path its path at the API, below /api/v1
 * @property {Json} settings
 * @property {string} [environment]
 * @property {string} [host] of its domain
 */
/** @typedef {{ field: string, from: any, to: any }} Change */
/** @typedef {{ action: "add" | "change" | "remove", thing: Thing, changes: Change[] }} Step */
/**
 * @typedef {object} Plan
 * @property {string} tenant
 * @property {Step[]} steps
 * @property {Map<string, Thing>} live what there is, by path
 */

/** What a member of the file is that holds other things. */
const TABLES = ["environments", "domains", "upstreams", "applications", "style", "tenant", "$schema"];

function own(/** @type {Json} */ settings) {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !TABLES.includes(name)));
}

/**
 * The things that a file names, in an order in which they can be made.
 * @param {Json} file
 * @param {Json} schema
 * @returns {Thing[]}
 */
export function thingsOf(file, schema) {
  const { tenant } = file;
  /** @type {Thing[]} */
  const things = [
    { kind: "Tenant", name: `tenant ${tenant}`, at: "", path: pathOf("tenants", tenant), settings: own(file) },
  ];
  for (const [environment, { domains, ...settings }] of Object.entries(file.environments ?? {})) {
    const at = member("environments", environment);
    const path = pathOf("tenants", tenant, "environments", environment);
    things.push({ kind: "Environment", name: `environment ${environment}`, at, path, settings: own(settings), environment });
    for (const [host, domain] of Object.entries(domains ?? {})) {
      things.push(...thingsOfDomain(tenant, environment, host, domain, member(`${at}.domains`, host), schema));
    }
  }
  return things;
}

/**
 * @param {string} tenant
 * @param {string} environment
 * @param {string} host
 * @param {Json} domain
 * @param {string} at
 * @param {Json} schema
 * @returns {Thing[]}
 */
function thingsOfDomain(tenant, environment, host, domain, at, schema) {
  const where = { environment, host };
  const path = pathOf("tenants", tenant, "domains", host);
  const on = `on ${host} (${environment})`;
  /** @type {Thing[]} */
  const things = [{ kind: "Domain", name: `domain ${host} (${environment})`, at, path, settings: own(domain), ...where }];
  for (const [eid, settings] of Object.entries(domain.upstreams ?? {})) {
    const place = { at: member(`${at}.upstreams`, eid), path: `${path}${pathOf("upstreams", eid)}` };
    things.push({ kind: "Upstream", name: `upstream ${eid} ${on}`, ...place, settings, ...where });
  }
  if (domain.style) {
    const place = { at: `${at}.style`, path: `${path}/style` };
    things.push({ kind: "Style", name: `style ${on}`, ...place, settings: styleOf(schema, domain.style) ?? {}, ...where });
  }
  for (const [clientId, settings] of Object.entries(domain.applications ?? {})) {
    const place = { at: member(`${at}.applications`, clientId), path: `${path}${pathOf("applications", clientId)}` };
    things.push({ kind: "Application", name: `application ${clientId} ${on}`, ...place, settings, ...where });
  }
  return things;
}

/**
 * What differs. What the file says nothing of is as it is: a setting that is left out, and things of a
 * table that is left out; what a table does not name is to be removed.
 * @param {Json} file
 * @param {Json | null} live
 * @param {Json} schema
 * @returns {Plan}
 */
export function planOf(file, live, schema) {
  const found = live ? thingsOf(live, schema) : [];
  const there = new Map(found.map((thing) => [thing.path, thing]));
  /** @type {Step[]} */
  const steps = [];
  const named = new Set();
  for (const thing of thingsOf(file, schema)) {
    named.add(thing.path);
    const before = there.get(thing.path);
    if (!before) {
      const changes = Object.entries(thing.settings).map(([field, to]) => ({ field, from: undefined, to }));
      steps.push({ action: "add", thing, changes });
      continue;
    }
    if (before.environment !== thing.environment) {
      throw new Error(`${thing.at}: this domain is of ${before.environment}, for ever`);
    }
    const changes = changesOf(thing, before);
    if (changes.length > 0) steps.push({ action: "change", thing, changes });
  }
  for (const thing of found.reverse()) {
    if (!named.has(thing.path) && isManaged(file, thing)) steps.push({ action: "remove", thing, changes: [] });
  }
  return { tenant: file.tenant, steps, live: there };
}

/** A style is taken as a whole; of others, what the file names. */
function changesOf(/** @type {Thing} */ thing, /** @type {Thing} */ before) {
  const fields = Object.keys({ ...(thing.kind === "Style" ? before.settings : {}), ...thing.settings });
  const changes = fields.map((field) => ({ field, from: before.settings[field], to: thing.settings[field] }));
  const fixed = changes.find(({ field, from, to }) => thing.kind === "Domain" && field === "kind" && from !== to);
  if (fixed) throw new Error(`${thing.at}.kind: this domain is ${fixed.from}, for ever`);
  return changes.filter(({ from, to }) => !isDeepStrictEqual(from, to));
}

/** Whether the file speaks of the table that a thing stands in. */
function isManaged(/** @type {Json} */ file, /** @type {Thing} */ { kind, environment = "", host = "" }) {
  const domains = file.environments?.[environment]?.domains;
  const table = { Upstream: "upstreams", Application: "applications", Style: "style" }[String(kind)];
  if (kind === "Domain") return domains !== undefined;
  if (!table || domains === undefined) return false;
  return domains[host] === undefined || domains[host][table] !== undefined;
}

// --- In which order it is done -------------------------------------------------------------------

/**
 * One call: settings put over those that there are, or a thing removed.
 * @typedef {{ step: Step, thing: Thing, put?: Json }} Order
 */

/**
 * The calls that do what a plan says. Domains are made before anything refers to them; a MitID domain
 * may fall back only on a domain that leads to it; a domain is removed when nothing stands on it and no
 * other leads to it.
 * @param {Plan} plan
 * @param {boolean} removes whether things are removed too
 * @returns {Order[]}
 */
export function ordersOf(plan, removes) {
  const puts = plan.steps.filter(({ action }) => action !== "remove");
  const gone = removes ? plan.steps.filter(({ action }) => action === "remove") : [];
  return [...ordersOfPuts(plan, puts), ...ordersOfRemovals(gone)];
}

const isA = (/** @type {string} */ kind) => (/** @type {Step} */ { thing }) => thing.kind === kind;

/** @returns {Order[]} */
function putAll(/** @type {Step[]} */ steps, settings = (/** @type {Step} */ { thing }) => thing.settings) {
  return steps.map((step) => ({ step, thing: step.thing, put: settings(step) }));
}

/** @returns {Order[]} */
function removeAll(/** @type {Step[]} */ steps) {
  return steps.map((step) => ({ step, thing: step.thing }));
}

function ordersOfPuts(/** @type {Plan} */ { steps, live }, /** @type {Step[]} */ puts) {
  const domains = puts.filter(isA("Domain"));
  const isMitid = (/** @type {Step} */ { thing }) => thing.settings.kind === "mitid";
  const leads = ({ thing }) => thing.settings.mitid_domain || thing.settings.nemid_domain;
  const linked = domains.filter((step) => step.action === "change" || leads(step));
  return [
    ...putAll(puts.filter(isA("Tenant"))),
    ...putAll(domains.filter(({ action }) => action === "add"), ({ thing }) => withoutLinks(thing.settings)),
    ...putAll(puts.filter(isA("Environment"))),
    ...putAll(linked.filter(losesItsFallback(live, steps)), () => ({ nemid_domain: null })),
    ...putAll(linked.filter((step) => !isMitid(step))),
    ...putAll(linked.filter(isMitid)),
    ...["Upstream", "Style", "Application"].flatMap((kind) => putAll(puts.filter(isA(kind)))),
  ];
}

function ordersOfRemovals(/** @type {Step[]} */ gone) {
  const domains = gone.filter(isA("Domain"));
  const isMitid = (/** @type {Step} */ { thing }) => thing.settings.kind === "mitid";
  // What else a domain has goes with it.
  const stays = ({ thing }) => domains.every((step) => step.thing.host !== thing.host);
  return [
    ...removeAll(gone.filter(isA("Application"))),
    ...["Upstream", "Style"].flatMap((kind) => removeAll(gone.filter(isA(kind)).filter(stays))),
    ...putAll(domains.filter(({ thing }) => thing.settings.nemid_domain), () => ({ nemid_domain: null })),
    ...removeAll(domains.filter((step) => !isMitid(step))),
    ...removeAll(domains.filter(isMitid)),
  ];
}

function withoutLinks(/** @type {Json} */ { mitid_domain, nemid_domain, ...settings }) {
  return settings;
}

/** Whether a MitID domain falls back on a domain that is to lead elsewhere. */
function losesItsFallback(/** @type {Map<string, Thing>} */ live, /** @type {Step[]} */ steps) {
  return (/** @type {Step} */ { action, thing, changes }) => {
    const from = changes.find(({ field }) => field === "nemid_domain")?.from;
    const other = (/** @type {Step} */ step) => step.thing.kind === "Domain" && step.thing.host === from;
    const leadsElsewhere = steps.find(other)?.changes.some(({ field }) => field === "mitid_domain");
    return action === "change" && live.has(thing.path) && Boolean(from) && Boolean(leadsElsewhere);
  };
}

// --- What a plan says ----------------------------------------------------------------------------

/** Longest value that is shown in full, characters. */
const SHOWN_MAX = 160;
const SIGNS = { add: "+", change: "~", remove: "-" };

/** A plan as people read it. */
export function textOf(/** @type {Plan} */ { steps }, /** @type {boolean} */ removes) {
  const lines = steps.flatMap(({ action, thing, changes }) => [
    `${SIGNS[action]} ${visible(thing.name)}`,
    ...changes.map(({ field, from, to }) => {
      return `    ${visible(field)}: ${action === "add" ? value(to) : `${value(from)} → ${value(to)}`}`;
    }),
  ]);
  const count = (/** @type {string} */ action) => steps.filter((step) => step.action === action).length;
  const left = count("remove") > 0 && !removes ? " (left as it is without --remove)" : "";
  lines.push(`${count("add")} to add, ${count("change")} to change, ${count("remove")} to remove${left}`);
  return lines.join("\n");
}

/** A plan as programs read it; `from` is left out where there was nothing. */
export function jsonOf(/** @type {Plan} */ { tenant, steps }) {
  const shown = steps.map(({ action, thing: { kind, at, path }, changes }) => ({ action, kind, at, path, changes }));
  return { tenant, is_alike: steps.length === 0, steps: shown };
}

function value(/** @type {any} */ it) {
  const text = it === undefined ? "nothing" : visible(JSON.stringify(it));
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}… (${text.length} characters)`;
}

/** Nothing that moves a cursor or turns the writing around. */
function visible(/** @type {string} */ text) {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (it) => `\\u{${it.codePointAt(0)?.toString(16)}}`);
}

