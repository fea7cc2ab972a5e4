// @ts-check
// Requests as they are on the wire: no redirects followed, any Host header, nothing tidied up.
import { request } from "node:http";

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {string} body
 */

/**
 * One request to a test server.
 * @param {number} port
 * @param {object} options
 * @param {string} [options.host] the Host header; the demo's ordinary domain unless given
 * @param {string} [options.method]
 * @param {string} options.path path and query, sent as it is
 * @param {Record<string, string | string[]>} [options.headers]
 * @param {string} [options.body]
 * @param {import("node:http").Agent} [options.agent]
 * @returns {Promise<Answer>}
 */
export function send(port, { host = `localhost:${port}`, method = "GET", path, headers = {}, body, agent }) {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, method, path, agent, headers: { host, ...length, ...headers } },
      (response) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (received += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A form POST. */
export function post(
  /** @type {number} */ port,
  /** @type {{ host?: string, path: string, headers?: Record<string, string> }} */ { headers, ...options },
  /** @type {Record<string, string>} */ fields,
) {
  return send(port, {
    ...options,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

/** The value of `Authorization` for client_secret_basic (RFC 6749 §2.3.1). */
export function basic(/** @type {string} */ id, /** @type {string} */ secret) {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;
}

/**
 * What a request used, from the header `Server-Timing`.
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
export function used(headers) {
  const text = String(headers["server-timing"] ?? "");
  const count = (/** @type {string} */ name) => {
    const found = text.match(new RegExp(`(?:^|, )${name};desc="(\\d+)"`));
    if (!found) throw new Error(`Server-Timing does not tell ${name}: '${text}'`);
    return Number(found[1]);
  };
  return { kv: count("kv"), objects: count("do"), rows: count("rows") };
}
