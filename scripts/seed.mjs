// @ts-check
// Configures the demo through the admin API. Read it as an example: everything a tenant owns is
// written with plain PUTs, and running it again changes nothing.
//
//   node scripts/seed.mjs [--port 8787] [--token dev-admin-token]
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { isDeepStrictEqual, parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { port: { type: "string", default: "8787" }, token: { type: "string", default: "dev-admin-token" } },
});
const { port, token } = options;

// --- What the demo consists of ------------------------------------------------------------------

const ordinary = `localhost:${port}`;
const mitid = `127.0.0.1:${port}`;
const callbacks = [
  "http://localhost:3000/callback",
  "http://127.0.0.1:3000/callback",
  `http://localhost:${port}/demo/callback`,
];
// Where a logout may lead, besides the callbacks.
const post_logout_redirect_uris = ["http://localhost:3000/", "http://127.0.0.1:3000/"];
const web = { id: "urn:acme:web", name: "Acme web", secret: "acme-web-secret", more: { post_logout_redirect_uris } };
const spa = { id: "urn:acme:spa", name: "Acme single-page app", more: { post_logout_redirect_uris } };
// It proves itself by a key of its own. The private halves are in the repository, so they prove nothing.
const keys = new URL("../tests/contract/keys/acme-jwt.public.json", import.meta.url);
const jwt = {
  id: "urn:acme:jwt",
  name: "Acme with keys of its own",
  more: {
    token_endpoint_auth_methods: ["private_key_jwt"],
    jwks: JSON.parse(await readFile(keys, "utf8")),
    post_logout_redirect_uris,
  },
};
// Its scopes decide what it is told: with ssn its users are asked for their CPR number.
const cpr = {
  id: "urn:acme:cpr",
  name: "Acme with CPR numbers",
  secret: "acme-cpr-secret",
  more: { scope_strategy: "dynamic", post_logout_redirect_uris },
};
const noshadow = { id: "urn:acme:noshadow", name: "Acme without a shadow", secret: "acme-noshadow-secret" };

// A tenant with a pair of domains: NemID on the ordinary one, MitID on the other.
await tenant("acme", "Acme");
await domain("acme", mitid, { kind: "mitid", display_name: "Acme Bank" });
await domain("acme", ordinary, { kind: "ordinary", display_name: "Acme Bank", mitid_domain: mitid });
// Only now, since a MitID domain may fall back only on a domain that leads to it.
await domain("acme", mitid, { kind: "mitid", display_name: "Acme Bank", nemid_domain: ordinary });
await upstream("acme", ordinary, "nemid", `http://localhost:${port}/simulator/nemid`);
await upstream("acme", mitid, "mitid", `http://127.0.0.1:${port}/simulator/mitid`);
// Applications stand on both domains, so that a login can cross over: that on the MitID domain is
// the shadow, made by one call. One has none, to show what its users see.
for (const it of [web, spa, jwt, cpr]) {
  await application("acme", ordinary, it);
  await shadow("acme", ordinary, it.id);
}
await application("acme", ordinary, noshadow);

// Another tenant, which neither sees the first nor is seen by it.
const globex = `globex.localhost:${port}`;
await tenant("globex", "Globex");
await domain("globex", globex, { kind: "ordinary", display_name: "Globex" });
// The same stand-in: workerd resolves no *.localhost, so it could not reach one on this host.
await upstream("globex", globex, "nemid", `http://localhost:${port}/simulator/nemid`);
await application("globex", globex, { id: "urn:globex:web", name: "Globex web", secret: "globex-web-secret" });

// The installation's own tenant: whoever uses the dashboard signs in there, as a person or an employee.
const id = `id.localhost:${port}`;
await tenant("installation", "edge-eid");
await domain("installation", id, { kind: "mitid", display_name: "edge-eid" });
await upstream("installation", id, "mitid", `http://127.0.0.1:${port}/simulator/mitid`);
await application("installation", id, {
  id: "urn:edge-eid:dashboard",
  name: "Dashboard",
  secret: "dashboard-secret",
  callbacks: [`http://manage.localhost:${port}/sign-in/callback`],
});

await published("acme");
await published("globex");
await published("installation");
console.log(`The demo is configured: http://${ordinary}/`);

// --- One function for each kind of thing --------------------------------------------------------

/** A company. */
function tenant(/** @type {string} */ id, /** @type {string} */ name) {
  return ensure(["tenants", id], { name });
}

/** A host that is an OIDC issuer. */
function domain(/** @type {string} */ of, /** @type {string} */ host, /** @type {object} */ settings) {
  return ensure(["tenants", of, "domains", host], { environment: "TEST", ...settings });
}

/** How an eID is reached from a domain. The secret is sent when it is made, and stays afterwards. */
function upstream(
  /** @type {string} */ of,
  /** @type {string} */ host,
  /** @type {string} */ eid,
  /** @type {string} */ issuer,
) {
  // It does not pass CPR numbers on, but says whether one is right, as eIDs do for private services.
  const numbers = { cpr: "match", cpr_match_url: `${issuer}/cpr-match` };
  const settings = { issuer, client_id: "edge-eid", scopes: ["openid"], ...numbers };
  const secret = { client_secret: "simulator-secret" };
  return ensure(["tenants", of, "domains", host, "upstreams", eid], settings, secret);
}

/** A relying party; without a secret, and unless more is said, it is a public client. */
async function application(
  /** @type {string} */ of,
  /** @type {string} */ host,
  /** @type {{ id: string, name: string, secret?: string, callbacks?: string[], more?: object }} */ app,
) {
  const { id, name, secret, callbacks: redirect_uris = callbacks, more } = app;
  const path = ["tenants", of, "domains", host, "applications", id];
  const methods = secret ? ["client_secret_basic", "client_secret_post"] : ["none"];
  await ensure(path, { name, redirect_uris, token_endpoint_auth_methods: methods, ...more });
  if (!secret) return;
  // Only its hash is kept, so there is nothing to compare with: the API says when it knows it.
  const answer = await call("POST", [...path, "secrets"], { secret });
  if (answer.status !== 201 && answer.body.type !== "urn:edge-eid:problem:secret-exists") fail(path, answer);
}

/** An application's twin on the MitID domain, credentials included. */
async function shadow(/** @type {string} */ of, /** @type {string} */ host, /** @type {string} */ id) {
  const path = ["tenants", of, "domains", host, "applications", id, "shadow"];
  const answer = await call("POST", path, {});
  if (answer.status !== 200 && answer.status !== 201) fail(path, answer);
}

/**
 * Makes a thing, or changes it where it differs; leaves it alone where it is as wanted.
 * @param {string[]} path
 * @param {Record<string, unknown>} settings
 * @param {Record<string, unknown>} [onlyWhenMadeOrChanged] what the API never shows again
 */
async function ensure(path, settings, onlyWhenMadeOrChanged = {}) {
  const found = await call("GET", path);
  if (found.status === 200 && isLike(found.body, settings)) return;
  // If-Match: nobody has changed it since we looked. If-None-Match: nobody has made it.
  const condition = found.status === 200 ? { "if-match": found.etag } : { "if-none-match": "*" };
  const answer = await call("PUT", path, { ...found.body, ...settings, ...onlyWhenMadeOrChanged }, condition);
  if (answer.status !== 200 && answer.status !== 201) fail(path, answer);
}

/** Whether every setting is as wanted. */
function isLike(/** @type {Record<string, unknown>} */ body, /** @type {Record<string, unknown>} */ settings) {
  return Object.entries(settings).every(([name, value]) => isDeepStrictEqual(body[name], value));
}

/** Waits until the login path has everything. */
async function published(/** @type {string} */ id) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { body } = await call("GET", ["tenants", id, "publication"]);
    if (body.published) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the configuration of ${id} is stored but not published; see the server's log`);
}

/**
 * One request to the admin API. Node's resolver knows no *.localhost, so the management host is
 * named in the Host header only.
 * @param {string} method
 * @param {string[]} path
 * @param {object} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number, etag: string, body: any }>}
 */
function call(method, path, body, headers = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path: `/api/v1/${path.map(encodeURIComponent).join("/")}`,
        headers: {
          host: `manage.localhost:${port}`,
          authorization: `Bearer ${token}`,
          ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (received += chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers: { etag = "", "content-type": type = "" } } = response;
          const answer = type.includes("json") ? JSON.parse(received) : {};
          // What a GET did not find is no start for a PUT.
          resolve({ status, etag, body: method === "GET" && status !== 200 ? {} : answer });
        });
      },
    );
    sent.on("error", reject);
    sent.end(text);
  });
}

/** @returns {never} */
function fail(/** @type {string[]} */ path, /** @type {{ status: number, body: any }} */ { status, body }) {
  throw new Error(`${path.join("/")}: ${status} ${JSON.stringify(body)}`);
}
