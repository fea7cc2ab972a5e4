// What `npm run check-upstream` says of right and wrong settings.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { checkUpstream } from "../../scripts/check_upstream.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { freePort } from "./support/server.mjs";

const KEY = { kty: "RSA", kid: "a", use: "sig", n: "x", e: "AQAB" };

let server, issuer, broken;
before(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url, issuer);
    const { status = 200, body, location } = broken(url, request) ?? right(url, request);
    response.writeHead(status, location ? { location } : { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://localhost:${server.address().port}`;
});
after(() => server.close());

function metadata(more = {}) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ["openid", "mitid"],
    ...more,
  };
}

/** An upstream with which nothing is wrong. */
function right(url, request) {
  switch (url.pathname) {
    case "/.well-known/openid-configuration":
      return { body: metadata() };
    case "/jwks":
      return { body: { keys: [KEY] } };
    case "/token": {
      const sent = Buffer.from(request.headers.authorization.replace("Basic ", ""), "base64").toString();
      return { status: 400, body: { error: sent === "urn%3Aus:secret%3A1" ? "invalid_grant" : "invalid_client" } };
    }
    case "/authorize": {
      const to = new URL(url.searchParams.get("redirect_uri"));
      if (to.href !== CALLBACK) return { status: 400, body: "unknown callback" };
      to.searchParams.set("error", "login_required");
      to.searchParams.set("state", url.searchParams.get("state"));
      return { status: 302, location: to.href, body: "" };
    }
    default:
      return { status: 404, body: "" };
  }
}

const CALLBACK = "https://login.acme.example/callback";
const setting = () => ({ issuer, clientId: "urn:us", clientSecret: "secret:1", callback: CALLBACK, scopes: ["openid", "mitid"] });

/** What is said when one path answers otherwise. */
async function said(changes, answers = () => undefined) {
  broken = answers;
  return (await checkUpstream({ ...setting(), ...changes })).filter(({ level }) => level !== "ok");
}

const at = (path, answer) => (url) => (url.pathname === path ? answer() : undefined);
const discovery = (more) => at("/.well-known/openid-configuration", () => ({ body: metadata(more) }));

test("nothing is said against an upstream that is set up rightly", async () => {
  assert.deepEqual(await said({}), []);
});

test("each mistake is named, and only it", async () => {
  /** @type {[object, ((url: URL) => object | undefined) | undefined, "wrong" | "warning", RegExp][]} */
  const mistakes = [
    [{ issuer: `${issuer}/` }, undefined, "wrong", /set exactly that \(a slash at the end counts\)/],
    [{ issuer: `${issuer}/other` }, undefined, "wrong", /metadata answers 404/],
    [{ issuer: "http://eid.example" }, undefined, "wrong", /issuer is not https/],
    [{ issuer: "https://10.0.0.1" }, undefined, "wrong", /issuer is not public/],
    [{}, at("/.well-known/openid-configuration", () => ({ body: "<html>" })), "wrong", /no JSON object/],
    [{}, discovery({ issuer: "https://another.example" }), "wrong", /of issuer https:\/\/another\.example/],
    [{}, discovery({ token_endpoint: "nowhere" }), "wrong", /token_endpoint is no URL/],
    [{}, discovery({ response_types_supported: ["id_token"] }), "wrong", /no response_type code/],
    [{}, discovery({ code_challenge_methods_supported: ["plain"] }), "wrong", /without S256/],
    [{}, discovery({ id_token_signing_alg_values_supported: ["HS256"] }), "wrong", /signs by HS256/],
    [{}, discovery({ token_endpoint_auth_methods_supported: ["private_key_jwt"] }), "wrong", /not client_secret_basic/],
    [{}, discovery({ authorization_response_iss_parameter_supported: false }), "warning", /RFC 9207/],
    [{ scopes: ["openid", "ssn"] }, undefined, "warning", /does not list the scope ssn/],
    [{}, at("/jwks", () => ({ body: { keys: [{ ...KEY, use: "enc" }] } })), "wrong", /no key that the broker can verify/],
    [{}, at("/jwks", () => ({ body: { keys: [KEY, { ...KEY, kid: undefined }] } })), "wrong", /one without kid/],
    [{ clientSecret: "wrong" }, undefined, "wrong", /client id or secret is refused/],
    [{ clientSecret: undefined }, undefined, "warning", /secret was not tried/],
    [{ callback: `${CALLBACK}/` }, undefined, "wrong", /byte for byte/],
    [{}, at("/token", () => ({ status: 503, body: "" })), "warning", /answers 503/],
  ];
  for (const [changes, answers, level, words] of mistakes) {
    const found = await said(changes, answers);
    assert.equal(found.length, 1, `${words}: ${JSON.stringify(found)}`);
    assert.equal(found[0].level, level, found[0].what);
    assert.match(found[0].what, words);
  }
});

test("an upstream that does not answer, or sends too much, is named", async () => {
  assert.match((await said({ issuer: `http://localhost:${await freePort()}` }))[0].what, /can't be reached: ECONNREFUSED/);
  const large = at("/.well-known/openid-configuration", () => ({ body: " ".repeat(300_000) }));
  assert.match((await said({}, large))[0].what, /larger than/);
});

test("what the upstream's own page says is shown, without its markup", async () => {
  const page = `<html><head><title>x</title><style>p{}</style></head><p>Unknown <b>redirect_uri</b>\u001b[31m</p>${" word".repeat(99)}`;
  const [{ what }] = await said({}, at("/authorize", () => ({ status: 400, body: page })));
  assert.match(what, /it says: Unknown redirect_uri \[31m word/);
  assert.ok(what.endsWith(" …") && what.length < 400 && !what.includes("\u001b"), what);
  const [{ what: led }] = await said({}, at("/authorize", () => ({ status: 302, location: `${issuer}/login?x=1`, body: "" })));
  assert.ok(led.endsWith(`it leads to ${issuer}/login`), led);
});

test("of the simulators a right callback is confirmed, and a wrong one is told by their own words", async () => {
  const local = await startSeededServer();
  try {
    for (const [eid, origin] of [["mitid", local.mitidOrigin], ["nemid", local.origin]]) {
      const setting = { issuer: `${origin}/simulator/${eid}`, clientId: "edge-eid", clientSecret: "simulator-secret" };
      const right = await checkUpstream({ ...setting, callback: `${origin}/callback` });
      assert.deepEqual(right.filter(({ level }) => level !== "ok"), []);
      assert.ok(right.some(({ what }) => what.startsWith("the callback is registered")), JSON.stringify(right));
      const [wrong, ...more] = (await checkUpstream({ ...setting, callback: `${origin}/other` })).filter(({ level }) => level !== "ok");
      assert.deepEqual([wrong.level, more], ["wrong", []]);
      assert.match(wrong.what, /it says: Simulator: redirect_uri is not the callback of a TEST domain$/);
    }
  } finally {
    await local.stop();
  }
});
