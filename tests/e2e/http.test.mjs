// The broker on the wire: strangers' requests, wrong hosts, methods and sizes, and the headers of
// every answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { post, send, used } from "./support/http.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { CALLBACK, NEMID, WEB, application } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

let server;
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

const get = (path, options = {}) => send(server.port, { path, ...options });

/** The path of an authorization request. */
function authorize(parameters = {}) {
  const all = {
    response_type: "code",
    client_id: WEB.clientId,
    redirect_uri: CALLBACK,
    scope: "openid",
    acr_values: NEMID,
    state: "some-state",
    nonce: "some-nonce",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...parameters,
  };
  return `/oauth2/authorize?${new URLSearchParams(all)}`;
}

const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function assertPage(answer, status) {
  assert.equal(answer.status, status);
  assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(answer.headers["content-security-policy"], CSP);
  assert.equal(answer.headers["x-frame-options"], "DENY");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.equal(answer.headers["referrer-policy"], "no-referrer");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.doesNotMatch(answer.body, /<script|\son\w+=|style=/);
}

test("an unknown host gets 404 in plain text that names nothing", async () => {
  for (const host of ["nobody.localhost", `nobody.localhost:${server.port}`, "acme.example", `localhost:1`]) {
    for (const path of ["/", authorize(), "/.well-known/openid-configuration", "/api/v1/tenants"]) {
      const answer = await get(path, { host });
      assert.equal(answer.status, 404);
      assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
      assert.equal(answer.body, "Not found");
    }
  }
});

test("an unknown client and an unregistered callback get our page with 400, and no redirect", async () => {
  const requests = [
    { client_id: "urn:acme:nobody" },
    { client_id: "urn:globex:web" },
    { client_id: "" },
    { redirect_uri: "" },
    { redirect_uri: "https://evil.example/callback" },
    { redirect_uri: `${CALLBACK}/` },
    { redirect_uri: `${CALLBACK}?x=1` },
    { redirect_uri: "http://127.0.0.1:3001/callback" },
    { redirect_uri: "HTTP://127.0.0.1:3000/callback" },
    { redirect_uri: "http://127.0.0.1:3000/Callback" },
    { redirect_uri: "http://127.0.0.1:3000/x/../callback" },
    { client_id: "<script>alert(1)</script>", redirect_uri: '"><img src=x>' },
  ];
  for (const parameters of requests) {
    for (const more of [{}, { prompt: "none" }, { response_type: "token" }]) {
      const answer = await get(authorize({ ...parameters, ...more }));
      assertPage(answer, 400);
      assert.equal(answer.headers.location, undefined);
      assert.equal(answer.headers["set-cookie"], undefined);
      for (const text of ["alert(1)", "<img src", "evil.example", "some-state"]) {
        assert.ok(!answer.body.includes(text), `the page repeats '${text}'`);
      }
    }
  }
});

test("a repeated client_id or redirect_uri is not answered by a redirect", async () => {
  for (const repeated of ["client_id=urn:acme:web", `redirect_uri=${encodeURIComponent(CALLBACK)}`]) {
    const answer = await get(`${authorize()}&${repeated}`);
    assertPage(answer, 400);
    assert.equal(answer.headers.location, undefined);
  }
});

test("any other fault goes to the callback with error, description, state and iss", async () => {
  const faults = {
    unsupported_response_type: { response_type: "token" },
    invalid_scope: { scope: "profile" },
    invalid_request: { code_challenge_method: "plain" },
    login_required: { prompt: "none" },
  };
  for (const [error, parameters] of Object.entries(faults)) {
    const answer = await get(authorize(parameters));
    assert.equal(answer.status, 303);
    const url = new URL(answer.headers.location);
    assert.equal(url.origin + url.pathname, CALLBACK);
    assert.equal(url.searchParams.get("error"), error);
    assert.equal(url.searchParams.get("state"), "some-state");
    assert.equal(url.searchParams.get("iss"), server.origin);
    assert.ok(url.searchParams.get("error_description"));
    assert.doesNotMatch(url.search, /\+/, "spaces are %20: old clients decode no plus");
  }
});

test("forwarded headers change nothing", async () => {
  const forged = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443",
    "x-original-url": "/evil",
    forwarded: "host=evil.example;proto=https",
  };
  const paths = ["/.well-known/openid-configuration", "/.well-known/jwks", authorize({ prompt: "none" })];
  for (const path of paths) {
    const plain = await get(path);
    const answer = await get(path, { headers: forged });
    assert.equal(answer.status, plain.status);
    // The reference in a description is drawn anew for each request.
    const withoutReference = (text) => text?.replace(/reference%20\w+/, "");
    assert.equal(answer.body, plain.body);
    assert.equal(withoutReference(answer.headers.location), withoutReference(plain.headers.location));
  }
  assert.equal((await get("/", { host: "nobody.localhost", headers: { "x-forwarded-host": "localhost" } })).status, 404);
});

test("discovery tells the issuer of the host it was asked at", async () => {
  for (const issuer of [server.origin, server.mitidOrigin]) {
    const { host } = new URL(issuer);
    const answer = await get("/.well-known/openid-configuration", { host });
    const document = JSON.parse(answer.body);
    assert.equal(document.issuer, issuer);
    for (const name of ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]) {
      assert.ok(document[name].startsWith(`${issuer}/`), `${name} is at the issuer`);
    }
    assert.equal(document.authorization_response_iss_parameter_supported, true);
    assert.deepEqual(document.code_challenge_methods_supported, ["S256"]);
  }
});

test("what is too large is refused with a 4xx, never a 5xx", async () => {
  const long = (length) => "x".repeat(length);
  const answers = {
    "a state of 20 kB": await get(authorize({ state: long(20_000) })),
    "a query of 40 kB": await get(`/oauth2/authorize?x=${long(40_000)}`),
    "a path of 40 kB": await get(`/${long(40_000)}`),
    "a URL of 100 kB": await get(`/${long(100_000)}`),
    "200 parameters": await get(`/oauth2/authorize?${Array.from({ length: 200 }, (_, i) => `p${i}=1`).join("&")}`),
    "a cookie of 60 kB": await get(`/login/${long(22)}`, { headers: { cookie: `__Host-login.${long(22)}=${long(60_000)}` } }),
    "a cookie of 10 kB": await get(`/login/${long(22)}`, { headers: { cookie: `__Host-login.${long(22)}=${long(10_000)}` } }),
    "a hand-over of 10 kB": await get(`/continue?h=${long(10_000)}`),
    "a body of 100 kB": await post(server.port, { path: "/oauth2/token" }, { code: long(100_000) }),
    "an authorize body of 100 kB": await post(server.port, { path: "/oauth2/authorize" }, { state: long(100_000) }),
    "a client id of 3 kB": await get(authorize({ client_id: long(3_000) })),
    "a code of 10 kB": await post(server.port, { path: "/oauth2/token" }, {
      grant_type: "authorization_code",
      client_id: "urn:acme:spa",
      redirect_uri: CALLBACK,
      code: long(10_000),
    }),
    "an Authorization header of 10 kB": await get("/oauth2/userinfo", { headers: { authorization: `Bearer ${long(10_000)}` } }),
  };
  for (const [what, { status }] of Object.entries(answers)) {
    assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
  }
});

test("a body that is not declared, and longer than allowed, is refused while it arrives", async () => {
  const answer = await send(server.port, {
    path: "/oauth2/token",
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "transfer-encoding": "chunked" },
    body: `code=${"x".repeat(200_000)}`,
  });
  assert.equal(answer.status, 413);
});

test("a state of 2,000 characters comes back whole, a longer one is refused at the callback", async () => {
  const state = "s".repeat(2_000);
  const walker = new Walker();
  const answer = await walker.logIn(`${server.origin}${authorize({ state })}`, "mitid");
  assert.equal(answer.searchParams.get("state"), state);
  assert.ok(answer.searchParams.get("code"));
  const refused = await get(authorize({ state: "s".repeat(2_001) }));
  assert.equal(refused.status, 303);
  assert.equal(new URL(refused.headers.location).searchParams.get("error"), "invalid_request");
});

test("a request that no cookie holds is told what to shorten", async () => {
  // JSON writes each of these as six characters.
  const refused = await get(authorize({ state: "\u0001".repeat(600) }));
  assert.equal(refused.status, 303);
  assert.match(new URL(refused.headers.location).searchParams.get("error_description"), /shorter state/);
});

test("malformed input gets a 4xx, never a 5xx", async () => {
  const paths = [
    "/login",
    "/login/",
    "/login/x",
    "/login/AAAAAAAAAAAAAAAAAAAAAA",
    "/login/AAAAAAAAAAAAAAAAAAAAAA/nemid",
    "/login/AAAAAAAAAAAAAAAAAAAAAA/bankid",
    "/login/AAAAAAAAAAAAAAAAAAAAAA/nemid/x",
    "/continue",
    "/continue?t=x&h=y",
    "/continue?o=%FF",
    "/callback",
    "/callback?state=x",
    "/callback?code=1&code=2",
    "/oauth2/authorize",
    "/oauth2/authorize?%FF=%FF",
    "/%FF",
    "/%00",
    "//",
    "//oauth2/authorize",
    "/oauth2/authorize/../token",
    "/oauth2/userinfo",
    "/simulator/nemid/authorize",
    "/demo/callback",
  ];
  for (const path of paths) {
    const { status } = await get(path);
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
  }
  for (const cookie of ["", "=", ";;;", "__Host-login.x", "__Host-login.AAAAAAAAAAAAAAAAAAAAAA=%%%"]) {
    const { status } = await get("/login/AAAAAAAAAAAAAAAAAAAAAA", { headers: { cookie } });
    assert.equal(status, 400, cookie);
  }
});

test("HEAD answers as GET does, without a body and without any effect", async () => {
  for (const path of ["/.well-known/openid-configuration", "/.well-known/jwks", authorize(), "/nowhere"]) {
    const head = await get(path, { method: "HEAD" });
    const full = await get(path);
    assert.equal(head.status, full.status);
    assert.equal(head.headers["content-type"], full.headers["content-type"]);
    assert.equal(head.body, "");
  }
});

test("a wrong method gets 405 with the right ones", async () => {
  const wrong = [
    ["POST", "/.well-known/openid-configuration", "GET"],
    ["DELETE", "/.well-known/jwks", "GET"],
    ["GET", "/oauth2/token", "POST, OPTIONS"],
    ["PUT", "/oauth2/token", "POST, OPTIONS"],
    ["PUT", "/oauth2/authorize", "GET, POST"],
    ["PATCH", "/oauth2/userinfo", "GET, POST, OPTIONS"],
    ["POST", "/continue", "GET"],
    ["POST", "/callback", "GET"],
    ["POST", "/login/AAAAAAAAAAAAAAAAAAAAAA", "GET"],
    ["POST", "/login/AAAAAAAAAAAAAAAAAAAAAA/nemid", "GET"],
  ];
  for (const [method, path, allow] of wrong) {
    const answer = await get(path, { method });
    assert.equal(answer.status, 405, `${method} ${path}`);
    assert.equal(answer.headers.allow, allow, `${method} ${path}`);
  }
});

test("every answer tells what it used, and keeps browsers to https", async () => {
  const walker = new Walker();
  await walker.logIn(`${server.origin}${authorize()}`, "mitid");
  const others = [await get("/nowhere"), await get("/", { host: "nobody.localhost" }), await get("/.well-known/jwks")];
  for (const { headers } of [...walker.visited, ...others]) {
    used(headers);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["strict-transport-security"], /max-age=\d+/);
  }
});

test("every page has the security headers", async () => {
  const walker = new Walker();
  const page = await walker.open(`${server.origin}${authorize({ client_id: "urn:acme:noshadow" })}`);
  const noshadow = await walker.follow(page, 'data-eid="mitid"');
  const simulator = await walker.follow(noshadow, 'data-eid="nemid"');
  const request = simulator.body.match(/name="request" value="([^"]*)"/)[1];
  const form = { request, user: "ditlev", answer: "approve" };
  const movingOn = await walker.open(`${server.origin}/simulator/nemid/authorize`, form);
  for (const answer of [page, noshadow, simulator, movingOn]) assertPage(answer, 200);
  assertPage(await walker.open(`${server.origin}/simulator/nemid/authorize`, { ...form, user: "nobody" }), 422);
  assertPage(await walker.open(`${server.origin}/`), 200);
  assertPage(await get("/continue?t=x"), 400);
});

test("our cookies are bound to the host, unreadable for scripts, and go to https only", async () => {
  const walker = new Walker();
  await walker.logIn(`${server.origin}${authorize()}`, "mitid");
  const cookies = walker.visited.flatMap(({ headers }) => headers["set-cookie"] ?? []);
  assert.ok(cookies.length >= 4);
  for (const cookie of cookies) {
    assert.match(cookie, /^__Host-/);
    for (const attribute of ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]) {
      assert.ok(cookie.split("; ").includes(attribute), `${cookie.split("=")[0]} lacks ${attribute}`);
    }
    assert.doesNotMatch(cookie, /domain=/i);
  }
  // A finished login leaves nothing but the tab it used.
  for (const host of ["localhost", "127.0.0.1"]) {
    const left = [...walker.cookies(host).keys()];
    assert.deepEqual(left.filter((name) => name !== "__Host-tab"), []);
  }
});

test("a browser keeps at most three attempts of at most 8 kB, the oldest goes", async () => {
  for (const acr_values of [NEMID, "urn:grn:authn:dk:mitid:substantial"]) {
    const walker = new Walker();
    for (let attempt = 0; attempt < 6; attempt++) {
      await walker.open(`${server.origin}${authorize({ acr_values, state: "s".repeat(1_500) })}`);
      for (const host of ["localhost", "127.0.0.1"]) {
        const attempts = [...walker.cookies(host)].filter(([name]) => name.startsWith("__Host-login."));
        assert.ok(attempts.length <= 3, `${attempts.length} attempts at ${host}`);
        const bytes = attempts.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
        assert.ok(bytes <= 8 * 1024, `${bytes} bytes at ${host}`);
      }
    }
  }
});

test("authorize takes a form POST as well", async () => {
  const [path, query] = authorize().split("?");
  const walker = new Walker();
  const page = await walker.open(`${server.origin}${path}`, Object.fromEntries(new URLSearchParams(query)));
  const simulator = await walker.follow(page, 'data-eid="mitid"');
  const { url } = await walker.simulator(simulator, "ditlev");
  assert.ok(url.searchParams.get("code"));
});

test("one tenant's application does not exist on another's domain", async () => {
  const host = `globex.localhost:${server.port}`;
  assertPage(await get(authorize(), { host }), 400);
  const globex = await get(authorize({ client_id: "urn:globex:web" }), { host });
  assertPage(globex, 200);
  const own = JSON.parse((await get("/.well-known/jwks")).body).keys.map(({ kid }) => kid);
  const theirs = JSON.parse((await get("/.well-known/jwks", { host })).body).keys.map(({ kid }) => kid);
  assert.ok(theirs.length > 0);
  assert.deepEqual(theirs.filter((kid) => own.includes(kid)), []);
});

test("a public client's token answer can be read by a script of its origin", async () => {
  const app = await application(server.origin, { clientId: "urn:acme:spa" });
  const { protocol, host } = new URL(CALLBACK);
  const origin = `${protocol}//${host}`;
  for (const endpoint of [app.metadata.token_endpoint, app.metadata.userinfo_endpoint]) {
    const path = new URL(endpoint).pathname;
    const headers = { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
    const preflight = await get(path, { method: "OPTIONS", headers });
    assert.ok(preflight.status === 204 || preflight.status === 200, `${path}: ${preflight.status}`);
    assert.equal(preflight.headers["access-control-allow-origin"], origin);
  }
  for (const path of ["/oauth2/token", "/oauth2/par"]) {
    const asked = (from) => post(server.port, { path, headers: { origin: from } }, { client_id: "urn:acme:spa" });
    const answer = await asked(origin);
    assert.equal(answer.headers["access-control-allow-origin"], origin, path);
    assert.equal((await asked("https://evil.example")).headers["access-control-allow-origin"], undefined, path);
    assert.equal(answer.headers["access-control-allow-credentials"], undefined);
  }
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, Walker.secrets);
});
