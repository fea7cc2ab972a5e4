// @ts-check
// A TLS front before a test server, for clients that insist on https: a pair of domains with public
// names, an application of another site, and a Chromium that finds them.
import { X509Certificate, createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createPlainServer, request } from "node:http";
import { createServer } from "node:https";
import { change } from "./registration.mjs";

/** The pair. Their issuers are `https://` and this, since these names are no loopback names. */
export const LOGIN_HOST = "login.acme.example";
export const MITID_HOST = "mitid.acme.example";
/** An application's host, which is of another site. */
export const APP_HOST = "app.shop.example";
/** One of the same site as the pair, where browsers let a frame have its cookies. */
export const SAME_SITE_APP_HOST = "app.acme.example";

const pem = (/** @type {string} */ name) => readFile(new URL(`tls/${name}.pem`, import.meta.url), "utf8");

/** Makes the pair of domains for the demo tenant, with the simulated eIDs. */
export async function addHttpsDomains(/** @type {{ port: number }} */ { port }) {
  const domain = (/** @type {string} */ host, /** @type {object} */ settings) =>
    change(port, "PUT", ["tenants", "acme", "domains", host], {
      environment: "TEST",
      display_name: "Acme Bank",
      ...settings,
    });
  const upstream = (/** @type {string} */ host, /** @type {string} */ eid) =>
    change(port, "PUT", ["tenants", "acme", "domains", host, "upstreams", eid], {
      issuer: `http://localhost:${port}/simulator/${eid}`,
      client_id: "edge-eid",
      client_secret: "simulator-secret",
      scopes: ["openid"],
    });
  await domain(MITID_HOST, { kind: "mitid" });
  await domain(LOGIN_HOST, { kind: "ordinary", mitid_domain: MITID_HOST });
  await upstream(LOGIN_HOST, "nemid");
  await upstream(MITID_HOST, "mitid");
}

/**
 * Answers https for every name of the certificate: the application's hosts by `app`, all others
 * by the test server at `port`.
 * @param {number} port
 * @param {import("node:http").RequestListener} app
 */
export function startTlsFront(port, app) {
  return startFront((host) => ([APP_HOST, SAME_SITE_APP_HOST].includes(host) ? app : port));
}

/**
 * Answers https for all names: `chosen` says who answers to one, somebody in this process or who listens
 * at a port of this machine.
 * @param {(host: string) => import("node:http").RequestListener | number} chosen
 */
export async function startFront(chosen) {
  const [key, cert] = await Promise.all([pem("key"), pem("certificate")]);
  /** @type {import("node:http").RequestListener} */
  const passOn = (incoming, outgoing) => {
    const to = chosen(incoming.headers.host ?? "");
    if (typeof to === "function") return to(incoming, outgoing);
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, "x-forwarded-proto": "https" };
    const passedOn = request({ host: "127.0.0.1", port: to, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    passedOn.on("error", () => outgoing.destroy());
    incoming.pipe(passedOn);
  };
  const fronts = [createServer({ key, cert }, passOn), createPlainServer(passOn)];
  const [port, plainPort] = await Promise.all(
    fronts.map(async (front) => {
      await once(front.listen(0, "127.0.0.1"), "listening");
      return /** @type {import("node:net").AddressInfo} */ (front.address()).port;
    }),
  );
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  return {
    /** With these, Chromium finds the names here and accepts this certificate, and no other. */
    chromium: [
      `--host-resolver-rules=MAP *.example 127.0.0.1:${port}`,
      `--ignore-certificate-errors-spki-list=${createHash("sha256").update(spki).digest("base64")}`,
    ],
    /** The same without TLS: the world outside as the Workers of a test server may see it. */
    plainPort,
    async close() {
      for (const front of fronts) {
        front.close();
        front.closeAllConnections();
        await once(front, "close");
      }
    },
  };
}
