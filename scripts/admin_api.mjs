// @ts-check
// Calls to the admin API, for the programs beside this file.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** How often a call is made that fails by no fault of ours. */
export const ATTEMPTS = 30;
/** Wait before the next attempt where the answer names none, milliseconds. */
export const WAIT_MILLISECONDS = 1_000;

/** @typedef {{ at: string, token: string }} Api where the admin API is, and the caller's token */
/** @typedef {{ status: number, headers: import("node:http").IncomingHttpHeaders, body: any }} Answer */

/**
 * One call; again where the API says that it can't now, or did not answer: what was asked may then be
 * done already.
 * @param {Api} api
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Answer>}
 */
export async function call(api, method, path, body, headers = {}) {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(api, method, path, body, headers).catch((error) => error);
    const passing = answer instanceof Error || answer.status === 503;
    if (!passing) return answer;
    if (attempt === ATTEMPTS) throw answer instanceof Error ? answer : new Error(`${path}: ${answer.status}`);
    await pause(Number(answer.headers?.["retry-after"] ?? 0) * 1_000 || WAIT_MILLISECONDS);
  }
}

/**
 * @param {Api} api
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {Record<string, string>} headers
 * @returns {Promise<Answer>}
 */
function send({ at, token }, method, path, body, headers) {
  const url = new URL(`/api/v1${path}`, at);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = (url.protocol === "https:" ? requestHttps : requestHttp)({
    // Node's resolver knows no *.localhost.
    host: url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname,
    port: url.port,
    method,
    path: url.pathname + url.search,
    headers: {
      host: url.host,
      authorization: `Bearer ${token}`,
      ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...headers,
    },
  });
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      let received = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (received += chunk));
      response.on("error", reject);
      response.on("end", () => {
        const type = response.headers["content-type"] ?? "";
        const answer = type.includes("json") ? JSON.parse(received) : { title: received };
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer });
      });
    });
    sent.end(text);
  });
}

/** The body of an answer that did what was asked. */
export function wanted(/** @type {{ status: number, body: any }} */ { status, body }) {
  if (status === 200) return body;
  const fields = (body.errors ?? []).map((/** @type {any} */ { field, detail }) => `\n  ${field}: ${detail}`);
  throw new Error(`${status} ${body.title ?? ""} ${body.detail ?? ""}${fields.join("")}`);
}

/**
 * Every item of a list, page by page.
 * @param {Api} api
 * @param {string} path
 */
export async function all(api, path) {
  const items = [];
  for (let next; next !== null; ) {
    const page = wanted(await call(api, "GET", `${path}?limit=100${next ? `&after=${encodeURIComponent(next)}` : ""}`));
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

/** Waits until the login path has everything. */
export async function published(/** @type {Api} */ api, /** @type {string} */ tenant) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { body } = await call(api, "GET", `/tenants/${encodeURIComponent(tenant)}/publication`);
    if (body.published) return;
    await pause(WAIT_MILLISECONDS);
  }
  throw new Error("everything is stored, but not everything of it is published; see the log");
}

export function pause(/** @type {number} */ milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
