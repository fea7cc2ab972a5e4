// @ts-check
// An application that is a script in a browser: one module, bundled as a developer would, on every
// path of an origin of its own.
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Answers with a module of `tests/e2e/clients/browser/`. What it puts on `window` is there once
 * `load` has fired.
 * @param {string} module
 * @returns {Promise<import("node:http").RequestListener>}
 */
export async function browserApp(module) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../clients/browser/${module}`, import.meta.url))],
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
  });
  const script = outputFiles[0].text;
  return (request, response) => {
    if (request.url === "/app.js") {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(script);
    } else if (request.url === "/favicon.ico") {
      response.writeHead(204).end();
    } else {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!doctype html><html lang=en><title>Application</title><body><script src=/app.js></script>");
    }
  };
}

/** Serves such an application, on a host name of its own. */
export async function serveBrowserApp(/** @type {string} */ module) {
  const server = createServer(await browserApp(module)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://app.localhost:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * Calls something in the page that takes the browser away from it. A failure of its own is thrown.
 * @param {import("./browser.mjs").Page} page
 * @param {(argument: any) => unknown} action
 * @param {unknown} [argument]
 */
export async function leave(page, action, argument) {
  try {
    await page.evaluate(action, argument);
  } catch (error) {
    if (!/navigation/.test(String(error))) throw error;
  }
}
