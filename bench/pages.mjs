// @ts-check
// What a first visit to each page takes over the wire.
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { MITID, NEMID, NOSHADOW, WEB, application } from "../tests/e2e/support/relying_party.mjs";
import { Walker } from "../tests/e2e/support/walker.mjs";

/**
 * Bytes of one answer's body as a browser would get it. The platform compresses HTML on its way out;
 * the local runtime does not, so there it is gzip that counts.
 * @returns {Promise<number>}
 */
function bytes(/** @type {URL} */ url, /** @type {string} */ cookie) {
  return new Promise((resolve, reject) => {
    const headers = { host: url.host, "accept-encoding": "br, gzip", ...(cookie ? { cookie } : {}) };
    const path = url.pathname + url.search;
    request({ host: "127.0.0.1", port: url.port, path, headers }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        const encoded = response.headers["content-encoding"];
        resolve(encoded && encoded !== "identity" ? body.length : gzipSync(body).length);
      });
    })
      .on("error", reject)
      .end();
  });
}

/** Every page with the bytes of its HTML and of what the HTML loads. */
export async function measurePages(/** @type {import("../tests/e2e/support/seeded_server.mjs").SeededServer} */ server) {
  /** @type {[string, Walker, import("../tests/e2e/support/walker.mjs").Visited][]} */
  const pages = [];
  const visit = async (
    /** @type {string} */ name,
    /** @type {(walker: Walker) => Promise<import("../tests/e2e/support/walker.mjs").Visited>} */ go,
  ) => {
    const walker = new Walker();
    pages.push([name, walker, await go(walker)]);
  };
  const url = async (/** @type {string} */ origin, /** @type {any} */ client, /** @type {string} */ acr) =>
    (await (await application(origin, client)).begin({ acr_values: acr })).url;

  const nemid = await url(server.origin, WEB, NEMID);
  await visit("login page, NemID tab", (walker) => walker.open(nemid));
  const mitid = await url(server.mitidOrigin, WEB, MITID);
  await visit("login page, MitID tab", (walker) => walker.open(mitid));
  const noshadow = await url(server.origin, NOSHADOW, NEMID);
  await visit("login page, no shadow", async (walker) =>
    walker.follow(await walker.open(noshadow), 'data-eid="mitid"'),
  );
  await visit("simulator", async (walker) => walker.follow(await walker.open(nemid), 'data-eid="nemid"'));
  await visit("error page", (walker) => walker.open(`${server.origin}/continue?t=x`));
  await visit("demo", (walker) => walker.open(`${server.origin}/`));

  const results = [];
  for (const [name, walker, { url: at, body }] of pages) {
    const cookie = [...walker.cookies(at.hostname)].map(([key, value]) => `${key}=${value}`).join("; ");
    const html = await bytes(at, cookie);
    let loaded = 0;
    for (const [, href] of body.matchAll(/<(?:link rel="stylesheet"|script|img)[^>]*(?:href|src)="([^"]+)"/g)) {
      loaded += await bytes(new URL(href, at), "");
    }
    results.push({ name, html, loaded, total: html + loaded });
  }
  return results;
}
