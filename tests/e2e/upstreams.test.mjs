// Certified brokers as our upstreams, each played by an independent OpenID provider that answers as the
// real service does: whole logins by every preset, in the real runtime, with no simulator on the way.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { checkUpstream } from "../../scripts/check_upstream.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { change } from "./support/registration.mjs";
import { CPR, MITID, WEB, application, assertError } from "./support/relying_party.mjs";
import { admin, configure, startSeededServer } from "./support/seeded_server.mjs";
import { freePort } from "./support/server.mjs";
import { startUpstream } from "./support/upstream.mjs";
import { Walker } from "./support/walker.mjs";

const UUID = "8314ab25-bf71-49ff-aee6-15e7d084cec1";
const NUMBER = "0902322779";
const NAME = "Saga Poulsen";
const SECRET = "upstream-secret-of-the-tests";

/** Each broker: where it serves, the claims of its scopes, and what it says of Saga. */
const BROKERS = {
  neb: {
    path: "/op",
    scopes: {
      openid: [],
      mitid: ["mitid.uuid", "mitid.identity_name", "mitid.date_of_birth", "mitid.age", "mitid.has_cpr", "mitid.transaction_id"],
      ssn: ["dk.cpr"],
    },
    person: {
      sub: "6ff56a5d-7da0-4b9e-a1e4-5e7e2a3c9d01",
      idToken: {
        idp: "mitid",
        identity_type: "private",
        loa: "https://data.gov.dk/concept/core/nsis/Substantial",
        ial: "https://data.gov.dk/concept/core/nsis/Substantial",
        aal: "https://data.gov.dk/concept/core/nsis/Substantial",
        amr: ["code_app"],
        neb_sid: "c1f3",
        transaction_id: "b09eab99-85e0-41e4-beed-99e85520194d",
      },
      userinfo: {
        "mitid.uuid": UUID,
        "mitid.identity_name": NAME,
        "mitid.date_of_birth": "1932-02-09",
        "mitid.age": "94",
        "mitid.has_cpr": "true",
        "mitid.transaction_id": "b09eab99-85e0-41e4-beed-99e85520194d",
        "dk.cpr": NUMBER,
      },
    },
    asked({ idp_values, idp_params, language, acr_values }) {
      assert.equal(idp_values, "mitid");
      assert.deepEqual(JSON.parse(idp_params), {
        mitid: { loa_value: "substantial", reference_text: "SGVq", action_text: "SIGN" },
      });
      assert.deepEqual([language, acr_values], ["en", undefined]);
    },
  },
  signicat: {
    path: "/auth/open",
    scopes: {
      openid: [],
      profile: ["name", "given_name", "family_name", "birthdate"],
      "idp-id": ["idp_id"],
      nin: ["nin", "nin_type", "nin_issuing_country"],
      "mitid-extra": [
        "mitid_uuid", "mitid_has_cpr", "mitid_loa", "mitid_ial", "mitid_aal", "mitid_fal", "mitid_transaction_id",
        "mitid_reference_text_body", "mitid_cpr_source",
      ],
    },
    person: {
      sub: "raa2gRXppmWAK01yx6TDB4OExDK0oBQRjL-qR3MCx1E=",
      idToken: { idp: "mitid" },
      userinfo: {
        name: NAME,
        family_name: "Poulsen",
        given_name: "Saga",
        birthdate: "1932-02-09",
        idp_id: UUID,
        nin: NUMBER,
        nin_type: "PERSON",
        nin_issuing_country: "DK",
        mitid_has_cpr: "true",
        mitid_transaction_id: "b09eab99-85e0-41e4-beed-99e85520194d",
        mitid_reference_text_body: " ",
        mitid_cpr_source: "database",
        mitid_ial: "SUBSTANTIAL",
        mitid_loa: "SUBSTANTIAL",
        mitid_aal: "SUBSTANTIAL",
        mitid_fal: "HIGH",
        mitid_uuid: UUID,
      },
    },
    asked({ acr_values, ui_locales }) {
      assert.equal(acr_values, "idp:mitid mitid_reference_text:SGVq");
      assert.equal(ui_locales, "en");
    },
  },
  idura: {
    path: "",
    scopes: {
      openid: ["identityscheme", "authenticationtype", "uuid", "name", "birthdate", "age", "country", "sessionindex"],
      ssn: ["cprNumberIdentifier"],
    },
    person: {
      sub: "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}",
      idToken: {},
      userinfo: {
        identityscheme: "dkmitid",
        authenticationtype: MITID,
        uuid: UUID,
        name: NAME,
        birthdate: "1932-02-09",
        age: "94",
        country: "DK",
        cprNumberIdentifier: NUMBER,
        sessionindex: "5c0b3d1e",
      },
    },
    asked({ acr_values, login_hint, ui_locales }) {
      assert.equal(acr_values, MITID);
      assert.deepEqual([login_hint, ui_locales], ["action:sign message:SGVq", "en"]);
    },
  },
  generic: {
    path: "",
    scopes: { openid: ["loa", "name", "birthdate", "cpr"] },
    person: { sub: UUID, idToken: { loa: "substantial", name: NAME, birthdate: "1932-02-09" }, userinfo: { cpr: NUMBER } },
    settings: { cpr: "scope", cpr_scope: "openid" },
    asked({ acr_values, login_hint }) {
      assert.deepEqual([acr_values, login_hint], [MITID, "action:sign message:SGVq"]);
    },
  },
};

let server, web, cpr;
/** The upstream of the test that runs. */
let upstream;
before(async () => {
  // Every request looks at the published configuration, since these tests change it.
  server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } });
  web = await application(server.origin, WEB);
  cpr = await application(server.origin, CPR);
});
after(() => server?.stop());
afterEach(() => upstream?.close());

const callback = () => `${server.mitidOrigin}/callback`;
const path = () => ["tenants", "acme", "domains", `127.0.0.1:${server.port}`, "upstreams", "mitid"];

/** Sets the MitID domain's upstream and starts it; a client key is made first, so that it can be registered. */
async function connect(preset, { settings = {}, client = {} } = {}) {
  const broker = BROKERS[preset];
  const port = await freePort();
  const clientId = `edge-eid-at-${preset}`;
  const by = settings.client_auth === "private_key_jwt" ? {} : { client_secret: SECRET };
  const issuer = `http://127.0.0.1:${port}${broker.path}`;
  await configure(server.port, path(), { ...defaults(), preset, issuer, client_id: clientId, ...by, ...broker.settings, ...settings });
  const stored = (await admin(server.port, "GET", path())).json;
  const proof = stored.client_key
    ? { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "RS256", jwks: { keys: [stored.client_key] } }
    : { token_endpoint_auth_method: "client_secret_basic", client_secret: SECRET };
  upstream = await startUpstream({
    port,
    path: broker.path,
    scopes: broker.scopes,
    client: { client_id: clientId, redirect_uris: [callback()], scope: Object.keys(broker.scopes).join(" "), ...proof, ...client },
  });
  upstream.state.answer = broker.person;
  return stored;
}

/** `configure` merges into what is stored; these make it forget. */
function defaults() {
  const names = [
    "scopes", "employee_scopes", "dialect", "parameters", "claim_map", "level_map", "cpr", "cpr_scope", "cpr_match_url",
    "client_auth", "assertion_audience", "client_secret",
  ];
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** A login of an application; nobody sees a simulator on the way. */
async function logIn(relyingParty, parameters = {}) {
  const walker = new Walker();
  const kept = await relyingParty.begin({ acr_values: MITID, ui_locales: "en", ...parameters });
  const end = await walker.open(kept.url);
  assert.ok(walker.visited.every(({ url }) => !url.pathname.startsWith("/simulator")), "no simulator");
  return { end, kept, walker };
}

for (const [preset, broker] of Object.entries(BROKERS)) {
  test(`a login by ${preset}, from the wishes of the application to its claims`, async () => {
    await connect(preset);
    const { end, kept } = await logIn(cpr, { scope: "openid ssn", login_hint: "action:sign message:SGVq" });
    assert.equal(end.url.port, "3000", `${end.status} at ${end.url} ${end.body} ${upstream.state.errors}`);
    const { claims } = await cpr.finish(end.url, kept);
    assert.equal(claims.uuid, UUID);
    assert.equal(claims.name, NAME);
    assert.equal(claims.birthdate, "1932-02-09");
    assert.equal(claims.identityscheme, "dkmitid");
    assert.equal(claims.authenticationtype, MITID);
    assert.equal(claims.cprNumberIdentifier, NUMBER);
    broker.asked(upstream.state.asked.at(-1));
    assert.deepEqual(upstream.state.authenticated, ["Basic"]);
    const evidence = server.logs().map(({ message }) => message).findLast((message) => message.includes('"identified"'));
    assert.ok(evidence?.includes(upstream.issuer) && evidence.includes('"loa":"substantial"'), evidence);
    // Who does not ask for the number is told none, and the upstream is not asked for it.
    const plain = await logIn(web);
    const { claims: fewer } = await web.finish(plain.end.url, plain.kept);
    assert.equal(fewer.cprNumberIdentifier, undefined);
    assert.equal(fewer.sub, claims.sub);
  });
}

test("a key that management made proves us at an upstream, and a renewed one does not until it is registered", async () => {
  const stored = await connect("neb", { settings: { client_auth: "private_key_jwt" } });
  assert.equal(stored.client_key.d, undefined);
  const { end, kept } = await logIn(web);
  assert.equal(end.url.port, "3000", `${end.status} at ${end.url} ${upstream.state.errors}`);
  assert.equal((await web.finish(end.url, kept)).claims.name, NAME);
  assert.deepEqual(upstream.state.authenticated, ["none"]);
  for (const assertion_audience of ["token_endpoint", "issuer"]) {
    await configure(server.port, path(), { assertion_audience });
    const again = await logIn(web);
    assert.equal((await web.finish(again.end.url, again.kept)).claims.name, NAME, assertion_audience);
  }
  await configure(server.port, path(), { renew_client_key: true });
  const failed = await logIn(web);
  assertError(failed.end.url, "server_error", failed.kept, server.origin);
});

test("whoever gives up has cancelled, and an error of MitID's own client offers another try that completes the login", async () => {
  await connect("neb");
  upstream.state.answer = { error: "access_denied", error_description: "mitid_user_aborted" };
  const cancelled = await logIn(web);
  assertError(cancelled.end.url, "access_denied", cancelled.kept, server.origin);
  upstream.state.answer = { error: "access_denied", error_description: "mitid_core_client_error" };
  const { end, kept, walker } = await logIn(web);
  assert.equal(end.status, 400);
  assert.match(end.body, /Please try again/);
  upstream.state.answer = BROKERS.neb.person;
  const back = await walker.follow(end, 'id="start-again"');
  assert.equal((await web.finish(back.url, kept)).claims.name, NAME);
});

test("a level that the upstream did not reach is not passed on", async () => {
  await connect("signicat");
  const userinfo = { ...BROKERS.signicat.person.userinfo, mitid_loa: "LOW" };
  upstream.state.answer = { ...BROKERS.signicat.person, userinfo };
  const { end } = await logIn(web);
  assert.equal(end.status, 403);
});

/** A person of whom the upstream says something that nobody should. */
const hostile = (more) => ({ ...BROKERS.neb.person, userinfo: { ...BROKERS.neb.person.userinfo, ...more } });

test("hostile claims of an upstream run nowhere, show nothing, and leave the login to be started again", async () => {
  await connect("neb");
  const script = '<img src=x onerror="document.title=1"><script>alert(1)</script>';
  /** @type {[string, object, (claims: any) => void][]} */
  const harmless = [
    ["markup in a name", { "mitid.identity_name": script }, (claims) => assert.equal(claims.name, script)],
    ["a name of 100 kB", { "mitid.identity_name": "x".repeat(100_000) }, (claims) => assert.equal(claims.name, undefined)],
    ["a name that turns around", { "mitid.identity_name": "Saga \u202enesluoP" }, (claims) => assert.equal(claims.name, undefined)],
    ["a name with a line break", { "mitid.identity_name": "Saga\r\nset-cookie: a=b" }, (claims) => assert.equal(claims.name, undefined)],
    ["a name that is an object", { "mitid.identity_name": { a: [[[[1]]]] } }, (claims) => assert.equal(claims.name, undefined)],
    ["a date that is none", { "mitid.date_of_birth": "<b>" }, (claims) => assert.equal(claims.birthdate, undefined)],
    ["10,000 of everything", { "mitid.age": Array(10_000).fill("9") }, (claims) => assert.equal(claims.name, NAME)],
  ];
  for (const [what, more, judge] of harmless) {
    upstream.state.answer = hostile(more);
    const { end, kept } = await logIn(web);
    assert.equal(end.url.port, "3000", `${what}: ${end.status} at ${end.url}`);
    const { claims } = await web.finish(end.url, kept);
    assert.equal(claims.uuid, UUID, what);
    judge(claims);
  }
  const fatal = [
    ["a claim of a megabyte", { "mitid.identity_name": "x".repeat(1_000_000) }],
    ["an id with a control character", { "mitid.uuid": `${UUID}\u0000` }],
    ["an id that is an array", { "mitid.uuid": [UUID] }],
    ["an id of 10 kB", { "mitid.uuid": "x".repeat(10_000) }],
  ];
  for (const [what, more] of fatal) {
    upstream.state.answer = hostile(more);
    const { end, kept } = await logIn(web);
    assert.equal(end.url.port, "3000", `${what}: ${end.status} at ${end.url}`);
    assertError(end.url, "server_error", kept, server.origin);
    assert.ok(!end.url.href.includes("xxx") && end.url.href.length < 2_000, what);
  }
  upstream.state.answer = BROKERS.neb.person;
  const { end, kept } = await logIn(web);
  assert.equal((await web.finish(end.url, kept)).claims.name, NAME, "started again");
});

test("two logins at once fetch an upstream's metadata and keys once", async () => {
  await connect("neb");
  // While one request reads what was published, those beside it are served with what was there before.
  await fetch(`${server.mitidOrigin}/.well-known/openid-configuration`);
  const logins = await Promise.all(Array.from({ length: 8 }, () => logIn(web)));
  for (const { end, kept } of logins) assert.equal((await web.finish(end.url, kept)).claims.name, NAME);
  const fetched = (part) => upstream.state.requests.filter((path) => path.endsWith(part)).length;
  assert.equal(fetched("/openid-configuration"), 1);
  assert.equal(fetched("/jwks"), 1);
});

test("an upstream that is down is asked once for many logins, and again a moment later", async () => {
  await connect("neb");
  const { issuer } = upstream;
  await upstream.close();
  let asked = 0;
  const down = createServer((_, response) => {
    asked += 1;
    response.writeHead(503).end();
  });
  await new Promise((resolve) => down.listen(Number(new URL(issuer).port), "127.0.0.1", resolve));
  for (let login = 0; login < 4; login += 1) {
    const { end, kept } = await logIn(web);
    assertError(end.url, "server_error", kept, server.origin);
  }
  assert.equal(asked, 1);
  await setTimeout(3_500);
  await logIn(web);
  assert.equal(asked, 2);
  await new Promise((resolve) => down.close(resolve));
});

test("where the setting wants it, logging out leads through the upstream and comes back", async () => {
  const done = `${server.origin}/oauth2/logout/done`;
  await connect("neb", { settings: { upstream_logout: true }, client: { post_logout_redirect_uris: [done] } });
  const domain = ["tenants", "acme", "domains", `localhost:${server.port}`];
  await configure(server.port, domain, { sso: true });
  const out = `${server.origin}/oauth2/logout?${new URLSearchParams({ client_id: WEB.clientId, post_logout_redirect_uri: "http://127.0.0.1:3000/", state: "s" })}`;
  const loggedIn = await logIn(web);
  const { walker } = loggedIn;
  const asked = await walker.open(out);
  assert.equal(asked.url.origin, new URL(upstream.issuer).origin, `${asked.status} at ${asked.url}`);
  assert.ok(asked.url.searchParams.get("id_token_hint"));
  assert.match(asked.body, /<form/);
  // The session here has ended already.
  const silent = await walker.open((await web.begin({ acr_values: MITID, prompt: "none" })).url);
  assert.equal(silent.url.searchParams.get("error"), "login_required");
  const [, action] = asked.body.match(/action="([^"]*)"/) ?? [];
  const [, xsrf] = asked.body.match(/name="xsrf" value="([^"]*)"/) ?? [];
  const back = await walker.open(new URL(action, asked.url), { xsrf, logout: "yes" });
  assert.equal(back.url.href, "http://127.0.0.1:3000/?state=s");
  // An altered way back leads nowhere.
  const altered = await walker.open(`${done}?state=x`);
  assert.equal(altered.status, 200);
  // The ID token of a login that asked for a CPR number might hold it, and goes into no address.
  const withNumber = await logIn(cpr, { scope: "openid ssn" });
  assert.equal((await withNumber.walker.open(out)).url.href, "http://127.0.0.1:3000/?state=s");
  // Nor does one that states a number which nobody asked for, and the application is not told it.
  const { idToken } = BROKERS.neb.person;
  upstream.state.answer = { ...BROKERS.neb.person, idToken: { ...idToken, "dk.cpr": NUMBER } };
  const unasked = await logIn(web);
  assert.equal((await web.finish(unasked.end.url, unasked.kept)).claims.cprNumberIdentifier, undefined);
  assert.equal((await unasked.walker.open(out)).url.href, "http://127.0.0.1:3000/?state=s");
  upstream.state.answer = BROKERS.neb.person;
  // Off, nobody is led there.
  await configure(server.port, path(), { upstream_logout: false });
  const again = await logIn(web);
  assert.equal((await again.walker.open(out)).url.href, "http://127.0.0.1:3000/?state=s");
  await configure(server.port, domain, { sso: false });
});

test("the checker finds nothing wrong with a right setting, and each wrong one", async () => {
  const { client_key } = await connect("neb", { settings: { client_auth: "private_key_jwt" } });
  assert.ok(client_key);
  await upstream.close();
  await connect("neb");
  const right = {
    preset: "neb", issuer: upstream.issuer, clientId: "edge-eid-at-neb", clientSecret: SECRET, callback: callback(),
  };
  const said = async (changes) =>
    (await checkUpstream({ ...right, ...changes })).filter(({ level }) => level !== "ok").map(({ level, what }) => `${level}: ${what}`).join("\n");
  assert.doesNotMatch(await said({}), /wrong: /);
  assert.match(await said({ clientSecret: "another" }), /wrong: the client id or secret is refused/);
  assert.match(await said({ clientId: "another" }), /wrong: the client id or secret is refused/);
  assert.match(await said({ callback: `${callback()}/other` }), /wrong: .*byte for byte/);
  assert.match(await said({ scopes: ["openid", "mitid", "nemlogin"] }), /nemlogin/);
  assert.match(await said({ preset: "signicat" }), /mitid-extra/);
  assert.match(await said({ clientAuth: "private_key_jwt" }), /^warning: the key of the client/m);
});

test("no log line holds a person or a secret of these logins", async () => {
  await assertLogIsClean(server, [...web.secrets, ...cpr.secrets, ...Walker.secrets, SECRET, NUMBER, NAME, UUID]);
});
