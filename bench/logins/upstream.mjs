// @ts-check
// What stands in for an eID before every peer: an OpenID provider that identifies somebody at once.
// A process of its own, cheap, and the same for all: code, PKCE, client secret, and one RS256 signature
// a login. It has no userinfo endpoint; what it knows is in the ID token.
import { createHash, createPrivateKey, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { CLIENT } from "./settings.mjs";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
const encode = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encode({ alg: "RS256", typ: "JWT", kid: "upstream" });
const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "upstream", alg: "RS256", use: "sig" }] };

/** What each code was given for. @type {Map<string, { redirect: string, nonce: string | null, challenge: string | null }>} */
const codes = new Map();
let issuer = "";

/** @type {Record<string, (url: URL, request: import("node:http").IncomingMessage, body: string) => [number, object | string]>} */
const routes = {
  "/.well-known/openid-configuration": () => [
    200,
    {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
  ],
  "/jwks": () => [200, jwks],
  "/authorize"({ searchParams: asked }) {
    if (asked.get("client_id") !== CLIENT.id) return [400, { error: "invalid_client" }];
    const code = randomUUID();
    const redirect = asked.get("redirect_uri") ?? "";
    codes.set(code, { redirect, nonce: asked.get("nonce"), challenge: asked.get("code_challenge") });
    return [302, `${redirect}?${new URLSearchParams({ code, state: asked.get("state") ?? "" })}`];
  },
  "/token"(_, { headers }, body) {
    const form = new URLSearchParams(body);
    const code = form.get("code") ?? "";
    const given = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const fits = given?.redirect === form.get("redirect_uri") && given?.challenge === challenge;
    if (!given || !fits) return [400, { error: "invalid_grant" }];
    if (!isClient(headers.authorization, form)) return [401, { error: "invalid_client" }];
    const now = Math.floor(Date.now() / 1000);
    const nonce = given.nonce === null ? {} : { nonce: given.nonce };
    const who = { iss: issuer, sub: randomUUID(), aud: CLIENT.id, loa: "substantial" };
    const input = `${header}.${encode({ ...who, iat: now, exp: now + 300, ...nonce })}`;
    const id_token = `${input}.${createSign("sha256").update(input).sign(key, "base64url")}`;
    return [200, { access_token: randomUUID(), token_type: "Bearer", expires_in: 300, id_token }];
  },
};

/** The client's secret, in the header or in the body. */
function isClient(/** @type {string | undefined} */ authorization, /** @type {URLSearchParams} */ form) {
  const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64")}`;
  return authorization === basic || (form.get("client_id") === CLIENT.id && form.get("client_secret") === CLIENT.secret);
}

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const url = new URL(request.url ?? "/", issuer);
    const [status, answer] = routes[url.pathname]?.(url, request, body) ?? [404, {}];
    if (typeof answer === "string") return response.writeHead(status, { location: answer, "content-length": 0 }).end();
    const json = JSON.stringify(answer);
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(json) }).end(json);
  });
});
// A peer that is held between its rounds finds its connections as it left them.
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${process.argv[2]}`;
  process.send?.("ready");
});
process.on("disconnect", () => process.exit());
