// @ts-check
// Does what a plan says, call by call. Each call is made on what the plan has seen and nothing else;
// what is as wanted already, as after a first half that was done before, is passed over.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { call, published, wanted } from "../admin_api.mjs";
import { pathOf, readLive, settingsOf, styleOf } from "./live.mjs";
import { ordersOf } from "./plan.mjs";
import { member } from "./schema.mjs";

/** @typedef {import("../admin_api.mjs").Api} Api */
/** @typedef {import("../admin_api.mjs").Answer} Answer */
/** @typedef {import("./plan.mjs").Plan} Plan */
/** @typedef {import("./plan.mjs").Step} Step */
/** @typedef {import("./plan.mjs").Thing} Thing */
/** @typedef {import("./plan.mjs").Order} Order */
/** @typedef {Record<string, any>} Json */

/** The variable that holds the secret of an upstream, which the file does not. */
export function secretVariable(/** @type {Thing} */ { host, path }) {
  const name = `CLIENT_SECRET_${path.split("/").pop()}_${host}`;
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/**
 * The upstreams whose secret must be told: new ones, and those that are to be another issuer's.
 * @param {Plan} plan
 * @returns {Thing[]}
 */
export function withSecrets({ steps, live }) {
  const needed = ({ action, thing, changes }) => {
    if (thing.kind !== "Upstream" || action === "remove") return false;
    const { client_auth = "client_secret_basic" } = { ...live.get(thing.path)?.settings, ...thing.settings };
    const isOther = changes.some(({ field }) => ["issuer", "client_auth"].includes(field));
    return client_auth === "client_secret_basic" && (action === "add" || isOther);
  };
  return steps.filter(needed).map(({ thing }) => thing);
}

/** What a plan leaves to be done by hand, since the file holds no secret and no key. */
export function leftToDo(/** @type {Plan} */ { steps }) {
  return steps.flatMap(({ action, thing }) => {
    const { token_endpoint_auth_methods: methods = ["client_secret_basic"], client_auth } = thing.settings;
    const bySecret = methods.some((/** @type {string} */ it) => it.startsWith("client_secret"));
    if (thing.kind === "Application" && action === "add" && bySecret) {
      return [`${thing.name} has no secret yet: POST ${thing.path}/secrets, or make it as a shadow`];
    }
    if (thing.kind === "Upstream" && action !== "remove" && client_auth === "private_key_jwt") {
      return [`${thing.name}: register client_key of GET ${thing.path} there, unless it is already`];
    }
    return [];
  });
}

/** The styles that have a draft which is not published: what the file says takes its place. */
export async function draftsLost(/** @type {Api} */ api, /** @type {Plan} */ { steps }, /** @type {Json} */ schema) {
  const lost = [];
  for (const { thing } of steps.filter(({ action, thing }) => thing.kind === "Style" && action !== "remove")) {
    const { status, body } = await call(api, "GET", thing.path);
    const draft = status === 200 ? styleOf(schema, body.draft) : null;
    const isOther = draft && !isDeepStrictEqual(draft, thing.settings);
    if (isOther) lost.push(`${thing.name}: its draft, which is not published, is replaced`);
  }
  return lost;
}

/**
 * Applies a plan, and waits until the login path has it. Gives what is not as the file says all the
 * same, since the API takes it otherwise.
 * @param {Api} api
 * @param {Plan} plan
 * @param {Json} schema the file's
 * @param {{ removes: boolean, secrets: Record<string, string | undefined>, tell?: (what: string) => void }} how
 * @returns {Promise<string[]>}
 */
export async function applyPlan(api, plan, schema, { removes, secrets, tell = () => {} }) {
  const orders = ordersOf(plan, removes);
  const needSecrets = new Set(withSecrets(plan).map(({ path }) => path));
  const known = new Map([...plan.live].map(([path, { settings }]) => [path, settings]));
  const otherwise = [];
  let done = 0;
  for (const { thing, put, step } of orders) {
    try {
      if (put === undefined) {
        await remove(api, thing, known, schema);
        known.delete(thing.path);
      } else {
        const secret = needSecrets.has(thing.path) ? { client_secret: secrets[secretVariable(thing)] } : {};
        const now = await write(api, thing, put, secret, known, schema);
        known.set(thing.path, now);
        otherwise.push(...differing(thing, put, now));
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      throw new Error(`${why}\n${done} of ${orders.length} calls were made: apply the file again for the rest`);
    }
    done += 1;
    tell(`${put === undefined ? "removed" : step.action === "add" ? "added" : "changed"}: ${thing.name}`);
  }
  if (orders.length > 0) await published(api, plan.tenant);
  return otherwise;
}

/**
 * Leaves the mark that a file was applied, with the fingerprint of what is live now: the dashboard tells
 * what is changed from here on. Where the last entry of the log is such a mark, there is nothing to say.
 * Gives why there is none, where the token may not leave it.
 * @param {Api} api
 * @param {Json} schema the file's
 * @param {string} tenant
 * @returns {Promise<string | undefined>}
 */
export async function leaveMark(api, schema, tenant) {
  const mark = pathOf("tenants", tenant, "applied-file");
  const fingerprint = createHash("sha256").update(JSON.stringify(await readLive(api, schema, tenant))).digest("hex");
  const last = wanted(await call(api, "GET", `${pathOf("tenants", tenant, "audit")}?limit=1`)).items[0];
  const isMarked = last?.action.startsWith("applied.") && last.after.fingerprint === fingerprint;
  if (isMarked) return undefined;
  const { status, body } = await call(api, "PUT", mark, { fingerprint });
  return [200, 201].includes(status) ? undefined : `the dashboard does not learn of this file: ${body.detail ?? status}`;
}

/** What the API shows of a thing, as the file would say it. */
function shownAs(/** @type {Thing} */ { kind }, /** @type {Answer} */ { status, body }, /** @type {Json} */ schema) {
  if (status === 404) return undefined;
  const shown = wanted({ status, body });
  return kind === "Style" ? (styleOf(schema, shown.live) ?? undefined) : settingsOf(schema, kind, shown);
}

function differing(/** @type {Thing} */ thing, /** @type {Json} */ put, /** @type {Json} */ now) {
  const fields = Object.keys(put).filter((field) => !isDeepStrictEqual(put[field], now[field]));
  return fields.map((field) => `${member(thing.at, field)}: the API keeps ${JSON.stringify(now[field])}`);
}

/**
 * Puts settings over those that there are.
 * @param {Api} api
 * @param {Thing} thing
 * @param {Json} put
 * @param {Json} secret
 * @param {Map<string, Json>} known what each thing was when it was last seen
 * @param {Json} schema
 */
async function write(api, thing, put, secret, known, schema) {
  for (;;) {
    const found = await call(api, "GET", thing.path);
    const now = shownAs(thing, found, schema);
    const isDone = thing.kind === "Style" ? isDeepStrictEqual(now, put) : now && differing(thing, put, now).length === 0;
    if (now && isDone) return now;
    // An environment is made with its first domain.
    const isNew = thing.kind === "Environment" && !known.has(thing.path);
    if (!isNew && !isDeepStrictEqual(now, known.get(thing.path))) throw changedMeanwhile(thing);
    const condition = found.status === 404 ? { "if-none-match": "*" } : { "if-match": String(found.headers.etag) };
    const body = { ...over(thing, put, found), ...secret };
    let answer = await call(api, "PUT", thing.path, body, condition);
    // It was made by a call whose answer was lost, or by somebody else: see above.
    if (answer.status === 412) continue;
    if (thing.kind === "Style" && answer.status < 300) {
      answer = await call(api, "POST", `${thing.path}/publish`, {}, { "if-match": String(answer.headers.etag) });
    }
    return shownAs(thing, done(thing, answer), schema) ?? {};
  }
}

/**
 * What is put: the settings of the file over those that there are. A style is taken as a whole; an
 * upstream of another preset gets what the file leaves out from that one.
 * @param {Thing} thing
 * @param {Json} put
 * @param {Answer} found
 */
function over(thing, put, found) {
  if (found.status === 404 && thing.kind === "Domain") return { ...put, environment: thing.environment };
  if (found.status === 404 || thing.kind === "Style") return put;
  const isOther = thing.kind === "Upstream" && put.preset !== undefined && put.preset !== found.body.preset;
  return isOther ? put : { ...found.body, ...put };
}

/**
 * Removes a thing, where it is still as it was seen.
 * @param {Api} api
 * @param {Thing} thing
 * @param {Map<string, Json>} known
 * @param {Json} schema
 */
async function remove(api, thing, known, schema) {
  const found = await call(api, "GET", thing.path);
  const now = shownAs(thing, found, schema);
  if (now === undefined) return;
  if (!isDeepStrictEqual(now, known.get(thing.path))) throw changedMeanwhile(thing);
  const answer = await call(api, "DELETE", thing.path, undefined, { "if-match": String(found.headers.etag) });
  if (answer.status === 412) throw changedMeanwhile(thing);
  if (answer.status !== 404) done(thing, answer);
}

function changedMeanwhile(/** @type {Thing} */ { name }) {
  return new Error(`${name} was changed meanwhile: look at a new plan`);
}

/** The answer, where it did what was asked; else what is wrong beside its place in the file. */
function done(/** @type {Thing} */ thing, /** @type {Answer} */ answer) {
  if (answer.status === 200 || answer.status === 201) return { ...answer, status: 200 };
  const { title, detail: what, errors = [] } = answer.body;
  const at = thing.at === "" ? "" : `${thing.at}.`;
  const lines = errors.map((/** @type {any} */ { field, detail }) => `\n  ${at}${field}: ${detail}`);
  throw new Error(`${thing.name}: ${[title, what].filter(Boolean).join(". ")} (${answer.status})${lines.join("")}`);
}
