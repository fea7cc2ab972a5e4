// Applications with keys of their own, in the real runtime: client assertions by keys registered or
// published, access tokens bound to a key, given back and asked about. By openid-client 6 unchanged,
// and by hand where an attacker would.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { SignJWT, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { post, send, used } from "./support/http.mjs";
import { assertLogIsClean, secretsOf } from "./support/log_check.mjs";
import { register } from "./support/registration.mjs";
import { CALLBACK, NEMID, SPA, WEB } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let server;
/** What an application publishes, by path. */
const published = new Map();
let website;
const secrets = new Set();
before(async () => {
  server = await startSeededServer();
  website = createServer((request, response) => {
    const document = published.get(request.url);
    response.writeHead(document ? 200 : 404, { "content-type": "application/jwk-set+json" });
    response.end(JSON.stringify(document ?? {}));
  }).listen(0, "127.0.0.1");
  await once(website, "listening");
});
after(async () => {
  website?.close();
  website?.closeAllConnections();
  await server?.stop();
});

/** A key pair, its public half as it stands in a set. */
async function newKey(alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `${alg}-${secrets.size}-${published.size}`;
  return { alg, kid, key: privateKey, set: { keys: [{ ...(await exportJWK(publicKey)), kid, use: "sig" }] } };
}

/** Registers an application that signs. */
async function signing(clientId, settings, callback = CALLBACK) {
  const methods = { token_endpoint_auth_methods: ["private_key_jwt"] };
  await register(server, { clientId, callbacks: [callback], settings: { ...methods, ...settings } });
}

/** Waits until the domain announces keys for an algorithm, which its first application brings. */
async function announced(algorithm) {
  for (let algorithms = []; !algorithms.includes(algorithm); ) {
    const { body } = await send(server.port, { path: "/.well-known/openid-configuration" });
    algorithms = JSON.parse(body).id_token_signing_alg_values_supported;
  }
}

async function configured(clientId, authentication, metadata) {
  const options = { execute: [oidc.allowInsecureRequests] };
  return oidc.discovery(new URL(server.origin), clientId, metadata, authentication, options);
}

/** A login by openid-client, up to its tokens. */
async function logIn(configuration, options, parameters = {}, pushed = false) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const wanted = {
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: NEMID,
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...parameters,
  };
  const url = pushed
    ? await oidc.buildAuthorizationUrlWithPAR(configuration, wanted, options)
    : oidc.buildAuthorizationUrl(configuration, wanted);
  const answer = await new Walker().logIn(url, "nemid");
  for (const secret of [...secretsOf(answer), verifier, nonce, state]) secrets.add(secret);
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, checks, undefined, options);
  for (const secret of [tokens.access_token, tokens.id_token]) secrets.add(secret);
  return tokens;
}

for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
  for (const way of ["jwks", "jwks_uri"]) {
    test(`openid-client authenticates by ${alg}, its key in ${way}`, async () => {
      const key = await newKey(alg);
      const clientId = `urn:acme:keys:${alg}:${way}`;
      const path = `/${alg}/keys`;
      published.set(path, key.set);
      const settings = { jwks: { jwks: key.set }, jwks_uri: { jwks_uri: `http://127.0.0.1:${website.address().port}${path}` } };
      await signing(clientId, settings[way]);
      const configuration = await configured(clientId, oidc.PrivateKeyJwt({ key: key.key, kid: key.kid }));
      for (let logins = 0; logins < 2; logins++) {
        const tokens = await logIn(configuration);
        const { sub } = tokens.claims();
        assert.equal((await oidc.fetchUserInfo(configuration, tokens.access_token, sub)).sub, sub);
      }
    });
  }
}

test("an ID token signed by ES256 verifies by the domain's keys", async () => {
  const key = await newKey("ES256");
  const clientId = "urn:acme:keys:es256-tokens";
  await signing(clientId, { jwks: key.set, id_token_signed_response_alg: "ES256" });
  await announced("ES256");
  const authentication = oidc.PrivateKeyJwt({ key: key.key, kid: key.kid });
  const configuration = await configured(clientId, authentication, { id_token_signed_response_alg: "ES256" });
  const { id_token } = await logIn(configuration);
  const keys = createRemoteJWKSet(new URL(`${server.origin}/.well-known/jwks`));
  const verified = await jwtVerify(id_token, keys, { issuer: server.origin, audience: clientId });
  assert.equal(verified.protectedHeader.alg, "ES256");
});

/** An assertion as a careful client makes it. */
async function assertion(clientId, { alg, kid, key }, claims = {}) {
  const now = Math.floor(Date.now() / 1_000);
  const said = { iss: clientId, sub: clientId, aud: server.origin, iat: now, exp: now + 60, jti: crypto.randomUUID() };
  const signed = await new SignJWT({ ...said, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
  secrets.add(signed);
  return signed;
}

/** Presents an assertion with a made-up code: `invalid_grant` once the client is known. */
async function present(client_assertion) {
  const answer = await post(server.port, { path: "/oauth2/token" }, {
    grant_type: "authorization_code",
    code: "made-up",
    redirect_uri: CALLBACK,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
  });
  return { ...answer, json: JSON.parse(answer.body) };
}

test("an assertion counts once, also if fifty come at the same time", async () => {
  const key = await newKey("ES256");
  const clientId = "urn:acme:keys:once";
  await signing(clientId, { jwks: key.set });
  const one = await assertion(clientId, key);
  const first = await present(one);
  assert.equal(first.json.error, "invalid_grant");
  const { objects, rows } = used(first.headers);
  assert.equal(objects, 1, "one object request");
  assert.ok(rows <= 3, `${rows} rows: the id, and once the table`);
  const again = await present(one);
  assert.deepEqual([again.status, again.json.error], [401, "invalid_client"]);
  assert.match(again.json.error_description, /used before/);
  assert.equal(used(again.headers).rows, 0, "a replay writes nothing");
  assert.equal(used((await present(await assertion(clientId, key))).headers).rows, 1);

  const raced = await assertion(clientId, key);
  const answers = await Promise.all(Array.from({ length: 50 }, () => present(raced)));
  const errors = answers.map(({ json }) => json.error);
  assert.equal(errors.filter((error) => error === "invalid_grant").length, 1);
  assert.equal(errors.filter((error) => error === "invalid_client").length, 49);
});

test("an assertion by another key, for somebody else or out of time is refused", async () => {
  const [key, other] = [await newKey("EdDSA"), await newKey("EdDSA")];
  const clientId = "urn:acme:keys:refused";
  await signing(clientId, { jwks: key.set });
  const now = Math.floor(Date.now() / 1_000);
  const refused = [
    assertion(clientId, { ...other, kid: key.kid }),
    assertion(clientId, { ...key, kid: "unknown" }),
    assertion("urn:acme:jwt", key),
    assertion(clientId, key, { aud: `${server.origin}/oauth2/token` }),
    assertion(clientId, key, { aud: [server.origin, "https://evil.example"] }),
    assertion(clientId, key, { iat: now + 60 }),
    assertion(clientId, key, { exp: now - 60 }),
    assertion(clientId, key, { jti: undefined }),
  ];
  for (const [index, made] of (await Promise.all(refused)).entries()) {
    const { status, json } = await present(made);
    assert.deepEqual([status, json.error], [401, "invalid_client"], `case ${index}`);
  }
  const ahead = await assertion(clientId, key, { iat: now + 8, nbf: now + 8 });
  assert.equal((await present(ahead)).json.error, "invalid_grant");
});

for (const [kind, { clientId, secret }] of Object.entries({ public: SPA, confidential: WEB })) {
  for (const alg of ["ES256", "Ed25519", "PS256", "RS256"]) {
    test(`a ${kind} application binds its access token to a key (${alg})`, async () => {
      const configuration = await configured(clientId, undefined, secret ? { client_secret: secret } : undefined);
      const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair(alg));
      const tokens = await logIn(configuration, { DPoP }, { dpop_jkt: await DPoP.calculateThumbprint() });
      assert.equal(tokens.token_type, "dpop");
      const { sub } = tokens.claims();
      const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP });
      assert.equal(userinfo.sub, sub);
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      const bearer = await send(server.port, { path: "/oauth2/userinfo", headers });
      assert.equal(bearer.status, 401);
      assert.match(String(bearer.headers["www-authenticate"]), /error="invalid_token".*DPoP algs="[^"]*ES256/);
      const stranger = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair(alg));
      const stolen = oidc.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP: stranger });
      await assert.rejects(stolen, (/** @type {any} */ error) => error.cause?.[0]?.parameters?.error === "invalid_token");
    });
  }
}

test("under the FAPI 2.0 profile a login is pushed, signed and bound, and nothing less will do", async () => {
  const key = await newKey("PS256");
  const clientId = "urn:acme:keys:fapi2";
  // An address of https, which nobody opens.
  const redirect_uri = "https://app.example:3000/callback";
  await signing(clientId, { jwks: key.set, fapi2: true }, redirect_uri);
  await announced("ES256");
  const authentication = oidc.PrivateKeyJwt({ key: key.key, kid: key.kid });
  const configuration = await configured(clientId, authentication, { id_token_signed_response_alg: "ES256" });
  const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256"));
  const tokens = await logIn(configuration, { DPoP }, { redirect_uri }, true);
  const { sub } = tokens.claims();
  assert.equal((await oidc.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP })).sub, sub);
  await assert.rejects(
    logIn(configuration, {}, { redirect_uri }, true),
    (/** @type {any} */ error) => error.error === "invalid_request" && error.error_description.includes("DPoP"),
  );
  const unpushed = oidc.buildAuthorizationUrl(configuration, { redirect_uri, scope: "openid" });
  const refused = await new Walker().open(unpushed);
  assert.equal(refused.url.searchParams.get("error"), "invalid_request");
});

test("a proof sent again, or twice at once, is refused", async () => {
  const configuration = await configured(SPA.clientId);
  const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256"));
  /** @type {string[]} */
  const proofs = [];
  configuration[oidc.customFetch] = (url, options) => {
    proofs.push(new Headers(options.headers).get("dpop") ?? "");
    return fetch(url, options);
  };
  const tokens = await logIn(configuration, { DPoP });
  await oidc.fetchUserInfo(configuration, tokens.access_token, tokens.claims().sub, { DPoP });
  for (const dpop of [proofs[1], [proofs[1], proofs[1]], `${proofs[0]}, ${proofs[1]}`, proofs[0], "", "x.y.z"]) {
    const headers = { authorization: `DPoP ${tokens.access_token}`, dpop };
    const { status, body } = await send(server.port, { path: "/oauth2/userinfo", headers });
    assert.deepEqual([status, JSON.parse(body).error], [401, "invalid_dpop_proof"]);
  }
  for (const proof of proofs) secrets.add(proof);
});

test("openid-client asks about its token, gives it back, and it is worth nothing", async () => {
  const configuration = await configured(WEB.clientId, undefined, { client_secret: WEB.secret });
  const plain = await logIn(configuration);
  const active = await oidc.tokenIntrospection(configuration, plain.access_token);
  assert.equal(active.active, true);
  assert.equal(active.sub, plain.claims().sub);
  assert.equal(active.exp - active.iat, 1_200);
  assert.deepEqual([active.client_id, active.iss, active.token_type], [WEB.clientId, server.origin, "Bearer"]);

  const DPoP = oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair("ES256"));
  const bound = await logIn(configuration, { DPoP });
  const facts = await oidc.tokenIntrospection(configuration, bound.access_token);
  assert.deepEqual(facts.cnf, { jkt: await DPoP.calculateThumbprint() });

  await oidc.tokenRevocation(configuration, plain.access_token);
  assert.deepEqual(await oidc.tokenIntrospection(configuration, plain.access_token), { active: false });
  await assert.rejects(oidc.fetchUserInfo(configuration, plain.access_token, plain.claims().sub));
  await oidc.tokenRevocation(configuration, "made-up");

  const spa = await configured(SPA.clientId);
  const own = await logIn(spa);
  await oidc.tokenRevocation(spa, own.access_token);
  await assert.rejects(oidc.fetchUserInfo(spa, own.access_token, own.claims().sub));
});

test("the object that remembers ids forgets them when they are over, and refuses nonsense", async () => {
  const now = Math.floor(Date.now() / 1_000);
  const use = async (name, key, ends, at = now) => {
    const { status, text } = await server.object("ONCE", name, JSON.stringify([{ key, ends }, at]));
    assert.equal(status, 200, text);
    return JSON.parse(text);
  };
  assert.equal(await use("acme/TEST/x/one", "a", now + 60), true);
  assert.equal(await use("acme/TEST/x/one", "a", now + 60), false);
  assert.equal(await use("acme/TEST/x/one", "b", now + 60), true);
  assert.equal(await use("acme/TEST/x/two", "a", now + 60), true, "another application's");
  assert.equal(await use("acme/TEST/x/one", "a", now + 120, now + 60), true, "past its end");
  for (const body of ["", "null", "[]", '[{"key":"x"}, 1]', '[{"key":"x","ends":-1}, 1]']) {
    const { status } = await server.object("ONCE", "acme/TEST/x/one", body);
    assert.equal(status, 400, body);
  }
  // Long over by the real clock: cleared away by the alarm, at once.
  const past = now - 10_000;
  assert.equal(await use("acme/TEST/x/past", "a", past + 60, past), true);
  for (;;) {
    if (await use("acme/TEST/x/past", "a", past + 60, past)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test("no line of the log holds a token, a proof, a code or a name", async () => {
  await assertLogIsClean(server, [...secrets, ...Walker.secrets]);
});
