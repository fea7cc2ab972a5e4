// @ts-check
// A peer: a broker made of npm `oidc-provider` on Node, state in its own memory adapter. Its interaction
// is a login at the upstream: `fetch` and `jose`, nothing in between.
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import Provider from "oidc-provider";
import { createMemoryAdapter } from "oidc-provider/lib/adapters/memory_adapter.js";
import { APPLICATION, CLIENT } from "./settings.mjs";

const [port, upstream] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const callback = `${issuer}/interaction/callback`;
const metadata = await (await fetch(`${upstream}/.well-known/openid-configuration`)).json();
const upstreamKeys = createRemoteJWKSet(new URL(metadata.jwks_uri));
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(issuer, {
  // Its default; named, it does not warn.
  adapter: createMemoryAdapter(),
  clients: [
    {
      client_id: APPLICATION.id,
      client_secret: APPLICATION.secret,
      token_endpoint_auth_method: "client_secret_post",
      redirect_uris: [APPLICATION.callback],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  jwks: { keys: [/** @type {any} */ ({ ...privateKey.export({ format: "jwk" }), kid: "first", alg: "RS256", use: "sig" })] },
  cookies: { keys: [randomBytes(32).toString("base64url")] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  // One path for all, so that its cookie reaches the callback: a redirect and a page fewer than its
  // own examples of federation have.
  interactions: { url: () => "/interaction" },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // Consent is nothing that a broker asks for.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
    grant.addOIDCScope("openid");
    await grant.save();
    return grant;
  },
});

/** What was drawn for each interaction. @type {Map<string, { state: string, nonce: string, verifier: string }>} */
const legs = new Map();
const draw = () => randomBytes(32).toString("base64url");

/** Sends the browser to the upstream. */
async function begin(/** @type {any} */ request, /** @type {any} */ response) {
  const { uid } = await provider.interactionDetails(request, response);
  const leg = { state: draw(), nonce: draw(), verifier: draw() };
  legs.set(uid, leg);
  const query = new URLSearchParams({
    response_type: "code",
    client_id: CLIENT.id,
    redirect_uri: callback,
    scope: "openid",
    state: leg.state,
    nonce: leg.nonce,
    code_challenge: createHash("sha256").update(leg.verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  response.writeHead(303, { location: `${metadata.authorization_endpoint}?${query}`, "content-length": 0 }).end();
}

/** The upstream's answer becomes a login. */
async function finish(/** @type {any} */ request, /** @type {any} */ response) {
  const { uid } = await provider.interactionDetails(request, response);
  const leg = legs.get(uid);
  legs.delete(uid);
  const answer = new URL(request.url, issuer).searchParams;
  if (!leg || answer.get("state") !== leg.state) throw new Error("another login's answer");
  const redeemed = await fetch(metadata.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: answer.get("code") ?? "",
      redirect_uri: callback,
      code_verifier: leg.verifier,
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
    }),
  });
  if (!redeemed.ok) throw new Error(`the upstream answered ${redeemed.status}`);
  const { id_token } = await redeemed.json();
  const { payload } = await jwtVerify(id_token, upstreamKeys, { issuer: upstream, audience: CLIENT.id });
  if (payload.nonce !== leg.nonce) throw new Error("another login's nonce");
  await provider.interactionFinished(request, response, { login: { accountId: payload.sub, remember: false } });
}

const protocol = provider.callback();
const server = createServer((request, response) => {
  const [path] = (request.url ?? "").split("?");
  const step = path === "/interaction" ? begin : path === "/interaction/callback" ? finish : protocol;
  Promise.resolve(step(request, response)).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(Number(port), "127.0.0.1", () => process.send?.("ready"));
process.on("disconnect", () => process.exit());
