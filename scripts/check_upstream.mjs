// @ts-check
// Says what is wrong with the setting of an upstream (a certified broker, as an OpenID provider) before
// users meet it. It logs nobody in: it reads metadata and keys, presents a made-up code with the client's
// credentials, and asks whether our callback is accepted without showing a page.
//
//   npm run check-upstream -- [--preset neb|signicat|idura|generic] --issuer https://pp.netseidbroker.dk/op \
//     --client-id ID [--callback https://login.acme.example/callback] [--scope "openid mitid"] \
//     [--client-auth private_key_jwt]
//
// The client secret is read from the environment variable CLIENT_SECRET, so that it stands in no list of
// processes. A key of ours (private_key_jwt) never leaves the management Worker, so that with it only what
// the metadata says is checked. Ends with 0 when nothing is wrong, 1 when something is, 2 when it was called wrongly.
import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Longest wait for one answer, milliseconds; the broker waits as long. */
const PATIENCE_MILLISECONDS = 10_000;
/** Largest document that the broker reads, bytes. */
const DOCUMENT_MAX_BYTES = 256 * 1024;
/** How much of an upstream's own page is shown, characters. */
const SHOWN_MAX_CHARACTERS = 200;
/** What the broker verifies, by the kind of key that each takes. */
const ALGORITHMS = { RS256: "RSA", PS256: "RSA", ES256: "EC" };

/**
 * What the presets of the admin API ask for, as far as it can be checked without a user. `choice` is how MitID is
 * chosen, `also` the scopes that only some logins ask for, `claims` what no login can do without, each by one of
 * several names.
 * @type {Record<string, { scopes: string[], also: Record<string, string>, choice: Record<string, string>, claims: string[][] }>}
 */
export const PRESETS = {
  generic: { scopes: ["openid"], also: {}, choice: {}, claims: [] },
  neb: {
    scopes: ["openid", "mitid"],
    also: { ssn: "CPR numbers", nemlogin: "employees" },
    choice: { idp_values: "mitid" },
    claims: [["mitid.uuid"], ["loa"]],
  },
  signicat: {
    scopes: ["openid", "profile", "idp-id", "mitid-extra"],
    also: { nin: "CPR numbers" },
    choice: { acr_values: "idp:mitid" },
    claims: [["mitid_uuid", "idp_id"], ["mitid_loa"]],
  },
  idura: {
    scopes: ["openid"],
    also: { ssn: "CPR numbers" },
    choice: { acr_values: "urn:grn:authn:dk:mitid:substantial" },
    claims: [["uuid"], ["authenticationtype"]],
  },
};

/** @typedef {{ level: "ok" | "warning" | "wrong", what: string }} Finding */
/**
 * @typedef {object} Setting
 * @property {string} issuer
 * @property {string} clientId
 * @property {string} [clientSecret]
 * @property {string} [clientAuth] `client_secret_basic` unless given
 * @property {string} [callback]
 * @property {string} [preset] `generic` unless given
 * @property {string[]} [scopes] the preset's unless given
 */

/**
 * Checks a setting.
 * @param {Setting} given
 * @param {{ fetch?: typeof fetch }} [outside]
 * @returns {Promise<Finding[]>}
 */
export async function checkUpstream(given, outside = {}) {
  const preset = PRESETS[given.preset ?? "generic"];
  const setting = { clientAuth: "client_secret_basic", ...given, preset, scopes: given.scopes ?? preset.scopes };
  /** @type {Finding[]} */
  const findings = [];
  const say = (/** @type {Finding["level"]} */ level, /** @type {string} */ what) => findings.push({ level, what });
  const get = getter(outside.fetch ?? fetch);
  const metadata = await checkMetadata(setting, get, say);
  if (metadata) {
    await checkKeys(metadata, get, say);
    await checkClient(setting, metadata, get, say);
    await checkCallback(setting, metadata, get, say);
  }
  return findings;
}

/** Requests as the broker makes them: no redirects, limits on time and size. */
function getter(/** @type {typeof fetch} */ fetch) {
  return async (/** @type {string} */ url, /** @type {RequestInit} */ init = {}) => {
    try {
      const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS), ...init });
      const text = await answer.text();
      if (Buffer.byteLength(text) > DOCUMENT_MAX_BYTES) return { failed: `is larger than ${DOCUMENT_MAX_BYTES} bytes` };
      return { status: answer.status, text, location: answer.headers.get("location") ?? undefined };
    } catch (error) {
      const cause = /** @type {any} */ (error).cause;
      return { failed: `can't be reached: ${cause?.code ?? cause?.message ?? /** @type {Error} */ (error).message}` };
    }
  };
}

const json = (/** @type {string | undefined} */ text) => {
  try {
    const value = JSON.parse(text ?? "");
    return value && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What the broker demands of a URL of a public upstream. */
function reachable(/** @type {unknown} */ text, /** @type {boolean} */ isPublic) {
  if (typeof text !== "string" || !URL.canParse(text)) return "is no URL";
  const { protocol, port, hostname, username, hash } = new URL(text);
  if (username || hash) return "carries a user or a fragment";
  if (!isPublic) return undefined;
  if (protocol !== "https:") return "is not https";
  if (port !== "") return "has a port of its own";
  if (!hostname.includes(".") || /^[\d.]+$|^\[|\.(internal|local|localhost)$/.test(hostname)) return "is not public";
  return undefined;
}

const isLocal = (/** @type {string} */ issuer) => /^http:\/\/(localhost|127\.0\.0\.1|[a-z0-9-]+\.localhost)(:\d+)?(\/|$)/.test(issuer);

/** @typedef {Omit<Setting, "preset" | "scopes"> & { preset: typeof PRESETS[string], scopes: string[] }} Resolved */

async function checkMetadata(/** @type {Resolved} */ setting, /** @type {any} */ get, /** @type {any} */ say) {
  const { issuer } = setting;
  const isPublic = !isLocal(issuer);
  const bad = reachable(issuer, isPublic);
  if (bad) return void say("wrong", `the issuer ${bad}`);
  const { status, text, failed } = await get(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (failed) return void say("wrong", `the metadata ${failed}`);
  if (status !== 200) return void say("wrong", `the metadata answers ${status}; is the issuer written as the upstream writes it?`);
  const metadata = json(text);
  if (!metadata) return void say("wrong", "the metadata is no JSON object");
  if (metadata.issuer !== issuer) {
    const hint = String(metadata.issuer).replace(/\/$/, "") === issuer.replace(/\/$/, "") ? " (a slash at the end counts)" : "";
    return void say("wrong", `the metadata is of issuer ${metadata.issuer}: set exactly that${hint}`);
  }
  say("ok", `the metadata is of ${issuer}`);
  for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
    const fault = reachable(metadata[name], isPublic);
    if (fault) return void say("wrong", `${name} ${fault}`);
  }
  const fault = metadata.userinfo_endpoint !== undefined && reachable(metadata.userinfo_endpoint, isPublic);
  if (fault) return void say("wrong", `userinfo_endpoint ${fault}`);
  checkOffers(metadata, setting, say);
  return metadata;
}

/** What the metadata says that it can do. What it leaves out has a default in OIDC Discovery §3. */
function checkOffers(/** @type {any} */ metadata, /** @type {Resolved} */ { scopes, preset, clientAuth }, /** @type {any} */ say) {
  const offers = (/** @type {string} */ name, /** @type {string[] | undefined} */ otherwise) => metadata[name] ?? otherwise;
  if (!offers("response_types_supported", ["code"])?.includes("code")) say("wrong", "it offers no response_type code");
  const challenges = offers("code_challenge_methods_supported", undefined);
  if (challenges && !challenges.includes("S256")) say("wrong", "it offers PKCE without S256");
  if (!challenges) say("warning", "it does not say that it supports PKCE; the broker sends S256 all the same");
  const algorithms = offers("id_token_signing_alg_values_supported", ["RS256"]);
  if (!algorithms.some((/** @type {string} */ alg) => alg in ALGORITHMS)) {
    say("wrong", `it signs by ${algorithms.join(", ")}; the broker verifies ${Object.keys(ALGORITHMS).join(", ")}`);
  }
  const methods = offers("token_endpoint_auth_methods_supported", ["client_secret_basic"]);
  if (!methods.includes(clientAuth)) say("wrong", `it takes ${methods.join(", ")}, not ${clientAuth}`);
  const signed = offers("token_endpoint_auth_signing_alg_values_supported", ["RS256"]);
  if (clientAuth === "private_key_jwt" && !signed.includes("RS256")) say("wrong", `it takes assertions signed by ${signed.join(", ")}, not RS256`);
  const { claims_supported: claims } = metadata;
  for (const names of claims ? preset.claims : []) {
    if (!names.some((name) => claims.includes(name))) say("warning", `it does not list the claim ${names.join(" or ")}, without which no login succeeds`);
  }
  const missing = scopes.filter((scope) => metadata.scopes_supported && !metadata.scopes_supported.includes(scope));
  if (missing.length > 0) say("warning", `it does not list the scope ${missing.join(", ")}; one that is not allowed fails every login at some upstreams`);
  if (!metadata.authorization_response_iss_parameter_supported) {
    say("warning", "it does not send iss in its answers (RFC 9207); nobody but this upstream should use the callback");
  }
}

async function checkKeys(/** @type {any} */ metadata, /** @type {any} */ get, /** @type {any} */ say) {
  const { status, text, failed } = await get(metadata.jwks_uri);
  if (failed) return say("wrong", `the key set ${failed}`);
  const keys = status === 200 ? json(text)?.keys : undefined;
  if (!Array.isArray(keys)) return say("wrong", `the key set answers ${status}, or is none`);
  const kinds = new Set(Object.values(ALGORITHMS));
  const fitting = keys.filter((key) => (key.use ?? "sig") === "sig" && kinds.has(key.kty) && (key.kty !== "EC" || key.crv === "P-256"));
  if (fitting.length === 0) return say("wrong", "the key set has no key that the broker can verify with");
  if (fitting.length > 1 && fitting.some((key) => !key.kid)) say("wrong", "the key set has several keys, and one without kid");
  say("ok", `the key set has ${fitting.length} fitting key(s)`);
}

/** A made-up code tells the client's credentials apart: `invalid_grant` means that they are right. */
async function checkClient(/** @type {Resolved} */ { clientId, clientSecret, clientAuth, callback }, /** @type {any} */ metadata, /** @type {any} */ get, /** @type {any} */ say) {
  if (clientAuth === "private_key_jwt") return say("warning", "the key of the client is the management Worker's, so it was not tried: is client_key of the admin API registered there?");
  if (!clientSecret) return say("warning", "CLIENT_SECRET is not set, so the client's secret was not tried");
  const encoded = [clientId, clientSecret].map(encodeURIComponent).join(":");
  const { status, text, failed } = await get(metadata.token_endpoint, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(encoded).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: randomBytes(24).toString("base64url"),
      redirect_uri: callback ?? "https://callback.example/callback",
      code_verifier: randomBytes(32).toString("base64url"),
    }).toString(),
  });
  if (failed) return say("wrong", `the token endpoint ${failed}`);
  const { error } = json(text) ?? {};
  if (error === "invalid_grant") return say("ok", "the client id and secret are accepted");
  if (error === "invalid_client" || status === 401) return say("wrong", "the client id or secret is refused");
  if (error === "unauthorized_client") return say("wrong", "the client may not use the authorization code flow");
  say("warning", `the token endpoint answers ${status}${error ? ` with ${error}` : ""} to a made-up code; the secret may be right or not`);
}

/** The start of a page's words, for a terminal. */
function words(/** @type {string} */ page) {
  const text = page.replace(/<(script|style|head)\b[\s\S]*?<\/\1>|<[^>]*>/gi, " ");
  const shown = [...text.replace(/[\s\p{C}]+/gu, " ").trim()];
  return shown.slice(0, SHOWN_MAX_CHARACTERS).join("") + (shown.length > SHOWN_MAX_CHARACTERS ? " …" : "");
}

/** Asks for these scopes with prompt=none, so that nobody sees a page. */
async function ask(/** @type {Resolved} */ { clientId, callback, preset }, /** @type {any} */ metadata, /** @type {any} */ get, /** @type {string[]} */ scopes) {
  const url = new URL(metadata.authorization_endpoint);
  const state = randomBytes(16).toString("base64url");
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: String(callback),
    scope: scopes.join(" "),
    state,
    nonce: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(randomBytes(32)).digest("base64url"),
    code_challenge_method: "S256",
    prompt: "none",
    ...preset.choice,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const { status, text, location, failed } = await get(url.href);
  const to = location && URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  const isBack = to !== undefined && to.origin + to.pathname === callback;
  return { failed, status, text, to, isBack, keepsState: to?.searchParams.get("state") === state, error: to?.searchParams.get("error") ?? undefined };
}

/** An error at the callback means that the callback is registered, and which error, whether the scopes are allowed. */
async function checkCallback(/** @type {Resolved} */ setting, /** @type {any} */ metadata, /** @type {any} */ get, /** @type {any} */ say) {
  const { callback, scopes, preset } = setting;
  if (!callback) return say("warning", "no --callback was given, so whether ours is registered was not tried");
  const isRefused = async (/** @type {string} */ scope) => (await ask(setting, metadata, get, ["openid", scope])).error === "invalid_scope";
  const { failed, status, text, to, isBack, keepsState, error } = await ask(setting, metadata, get, scopes);
  if (failed) return say("wrong", `the authorization endpoint ${failed}`);
  if (!isBack) {
    const said = to ? `; it leads to ${to.origin}${to.pathname}` : text?.trim() ? `; it says: ${words(text)}` : "";
    const level = status >= 400 && status < 500 ? "wrong" : "warning";
    return say(level, `the authorization endpoint answers ${status} and does not come back to ${callback}: is it registered there, byte for byte?${said}`);
  }
  if (!keepsState) say("wrong", "state does not come back as it was sent");
  if (error === "unauthorized_client") return say("wrong", "the client may not use the authorization code flow");
  if (error === "invalid_scope") {
    const refused = [];
    for (const scope of scopes) if (scope !== "openid" && (await isRefused(scope))) refused.push(scope);
    return say("wrong", `the client may not ask for ${refused.length > 0 ? refused.join(", ") : scopes.join(" ")}: every login fails`);
  }
  for (const [scope, whose] of Object.entries(preset.also)) {
    if (!scopes.includes(scope) && (await isRefused(scope))) say("warning", `the client may not ask for ${scope}: logins that need it (${whose}) fail`);
  }
  say("ok", `the callback is registered (prompt=none answers ${error ?? "a code"})`);
}

async function main() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        issuer: { type: "string" },
        "client-id": { type: "string" },
        callback: { type: "string" },
        scope: { type: "string" },
        preset: { type: "string", default: "generic" },
        "client-auth": { type: "string", default: "client_secret_basic" },
      },
    }));
  } catch (error) {
    console.error(`error: ${/** @type {Error} */ (error).message}`);
    process.exit(2);
  }
  const { issuer, "client-id": clientId, callback, scope, preset, "client-auth": clientAuth } = values;
  const knows = preset in PRESETS && ["client_secret_basic", "private_key_jwt"].includes(clientAuth);
  if (!issuer || !clientId || !knows) {
    const options = [`[--preset ${Object.keys(PRESETS).join("|")}]`, "--issuer URL --client-id ID [--callback URL]"];
    console.error(`usage: npm run check-upstream -- ${options.join(" ")} [--scope SCOPES] [--client-auth private_key_jwt]`);
    process.exit(2);
  }
  const scopes = scope?.split(" ").filter(Boolean);
  const clientSecret = process.env.CLIENT_SECRET;
  const findings = await checkUpstream({ preset, issuer, clientId, clientSecret, clientAuth, callback, scopes });
  for (const { level, what } of findings) console.log(`${level.padEnd(8)} ${what}`);
  process.exitCode = findings.some(({ level }) => level === "wrong") ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
