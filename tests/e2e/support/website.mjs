// @ts-check
// Websites that log their users in, each by another library, and a visitor who does not care by
// which. A website answers `/login` with a redirect to the broker, `/` with what it knows of its
// user (`{ claims, userinfo }`, or null), and, where its library can, `/logout`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { freePort } from "./server.mjs";
import { Walker } from "./walker.mjs";

/** @typedef {{ origin: string, close: () => Promise<void>, said?: () => string }} Website */
/** @typedef {{ command: string, args: string[], env?: Record<string, string> }} Program */

/** What every application reads of a login by each tab. */
export const EXPECTED = {
  nemid: { identityscheme: "dknemid", authenticationtype: "urn:grn:authn:dk:nemid:poces", name: "Ditlev Testperson" },
  mitid: {
    identityscheme: "dkmitid",
    authenticationtype: "urn:grn:authn:dk:mitid:substantial",
    name: "Ditlev Testperson",
  },
};

/** Checks that claims, of an ID token or of userinfo, are of Ditlev's login by that tab. */
export function assertPerson(/** @type {any} */ claims, /** @type {"nemid" | "mitid"} */ eid) {
  const told = Object.fromEntries(Object.keys(EXPECTED[eid]).map((name) => [name, claims?.[name]]));
  assert.deepEqual(told, EXPECTED[eid]);
  assert.match(claims.sub, /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/);
}

/**
 * Serves a website from this process, on a host name of its own.
 * @param {import("node:http").RequestListener} listener
 * @returns {Promise<Website>}
 */
export async function serveWebsite(listener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://website.localhost:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * Starts a website as a program of its own and resolves once it takes requests.
 * @param {(port: number, origin: string) => Promise<Program>} prepare what to start, for a port and origin
 * @returns {Promise<Website>}
 */
export async function startWebsite(prepare) {
  const port = await freePort();
  const origin = `http://website.localhost:${port}`;
  const { command, args, env = {} } = await prepare(port, origin);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const exited = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  let running = true;
  exited.then(() => (running = false));
  // Tests that end early leave no program behind.
  process.once("exit", () => child.kill());
  for (;;) {
    if (!running) throw new Error(`${command} did not start: ${said}`);
    if (await takesRequests(port)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin,
    /** What it wrote, to explain a failure. */
    said: () => said,
    async close() {
      child.kill();
      await exited;
    },
  };
}

async function takesRequests(/** @type {number} */ port) {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Somebody with a browser at a website. */
export class Visitor extends Walker {
  /** @param {Website} website */
  constructor(website) {
    super(() => false);
    this.website = website;
    this.origin = website.origin;
  }

  /** What the website knows of its user. */
  async account() {
    return JSON.parse(this.page(await this.open(`${this.origin}/`)).body);
  }

  /**
   * Logs in as Ditlev by a tab; ends at the website.
   * @param {"nemid" | "mitid"} eid
   * @param {import("./walker.mjs").Visited} [page] the login page, where it takes more than a link to get there
   */
  async logInBy(eid, page) {
    page = this.page(page ?? (await this.open(`${this.origin}/login`)));
    const simulator = await this.follow(page, `data-eid="${eid}"`);
    const home = this.page(await this.simulator(simulator, "ditlev"));
    assert.equal(home.url.origin, this.origin);
    return home;
  }

  /** Logs in again, which asks nothing while the broker's session lasts. */
  async isLoggedInWithoutBeingAsked() {
    const { url } = this.page(await this.open(`${this.origin}/login`));
    return url.origin === this.origin;
  }

  /** Logs out of the website and of the broker; ends at the website. */
  async logOut(path = "/logout") {
    const home = this.page(await this.open(`${this.origin}${path}`));
    assert.equal(home.url.origin, this.origin, `ended at ${home.url.origin}${home.url.pathname}`);
    assert.equal(await this.account(), null);
  }

  /** A page that is no error page. */
  page(/** @type {import("./walker.mjs").Visited} */ visited) {
    const { url, status, body } = visited;
    assert.equal(status, 200, `${url.origin}${url.pathname}: ${status} ${body}\n${this.website.said?.() ?? ""}`);
    return visited;
  }
}
