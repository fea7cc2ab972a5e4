// The admin API on the real objects and KV: what memory can't show. Its rules are tested on the host.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { send } from "./support/http.mjs";
import { Description } from "./support/openapi.mjs";
import { admin, seedDemo, startSeededServer } from "./support/seeded_server.mjs";
import { ADMIN_TOKEN, startServer } from "./support/server.mjs";

let server, api;
before(async () => {
  server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" }, storesCanFail: true });
  const described = await send(server.port, { host: `manage.localhost:${server.port}`, path: "/api/openapi.json" });
  api = new Description(JSON.parse(described.body));
});
after(() => server?.stop());

/** One request, its answer held against the description. */
async function call(method, segments, body, headers) {
  const answer = await admin(server.port, method, segments, body, headers);
  api.check(method, `/api/v1/${segments.map(encodeURIComponent).join("/")}`, answer);
  return answer;
}

const TEST_DOMAIN = { environment: "TEST", kind: "ordinary", display_name: "Test" };
const WEB = { name: "Web", redirect_uris: ["http://localhost:3000/callback"] };
const host = (name) => `${name}.localhost:${server.port}`;

/** A tenant with one domain, for a test of its own. */
async function newTenant(id) {
  assert.equal((await call("PUT", ["tenants", id], { name: id })).status, 201);
  const domain = ["tenants", id, "domains", host(id)];
  const made = await call("PUT", domain, TEST_DOMAIN);
  assert.equal(made.status, 201, made.body);
  assert.equal(made.json.published, true);
  return domain;
}

const discovery = (name) => send(server.port, { host: host(name), path: "/.well-known/openid-configuration" });

test("seeding the demo again changes nothing", async () => {
  const audit = async () => (await call("GET", ["tenants", "acme", "audit"])).json.items.length;
  const before = await audit();
  await seedDemo(server.port);
  assert.equal(await audit(), before);
  const secrets = ["tenants", "acme", "domains", `localhost:${server.port}`, "applications", "urn:acme:web", "secrets"];
  assert.equal((await call("GET", secrets)).json.items.length, 1);
});

test("every operation answers on the real runtime as it is described", async () => {
  const domain = await newTenant("described");
  const application = [...domain, "applications", "urn:described:web"];
  const upstream = [...domain, "upstreams", "nemid"];
  const made = { issuer: `http://${host("described")}/simulator/nemid`, client_id: "edge-eid", client_secret: "s" };
  await call("PUT", application, WEB);
  await call("PUT", upstream, made);
  const secret = await call("POST", [...application, "secrets"]);
  assert.equal(Buffer.from(secret.json.secret, "base64url").length, 32);
  const oneSecret = [...application, "secrets", secret.json.id];
  const twins = ["tenants", "acme", "domains", `localhost:${server.port}`];
  assert.equal((await call("GET", [...twins, "shadow-drift"])).json.is_alike, false, "urn:acme:noshadow has none");
  assert.equal((await call("POST", [...twins, "applications", "urn:acme:web", "shadow"])).status, 200);
  const token = await call("POST", ["tenants", "described", "tokens"], { name: "Pipeline", scopes: ["applications"] });
  const pipeline = { authorization: `Bearer ${token.json.token}` };
  const renamed = { "if-match": "*", ...pipeline };
  assert.equal((await call("PUT", application, { ...WEB, name: "Shop" }, renamed)).status, 200);
  assert.equal((await call("DELETE", domain, undefined, renamed)).status, 403);
  assert.equal((await call("GET", ["tenants", "acme"], undefined, pipeline)).status, 404);
  const oneToken = ["tenants", "described", "tokens", token.json.id];
  assert.ok((await call("GET", ["tenants", "described", "tokens"])).json.items[0].last_used_at);
  for (const list of ["domains", "audit"]) await call("GET", ["tenants", "described", list]);
  for (const list of ["upstreams", "applications"]) await call("GET", [...domain, list]);
  await call("GET", [...application, "secrets"]);
  await call("GET", ["tenants"]);
  await call("GET", ["tenants", "described"]);
  await call("GET", ["tenants", "described", "publication"]);
  const keys = await call("GET", ["tenants", "described", "environments", "TEST", "keys"]);
  assert.equal(keys.json.items.length, 4);
  const order = (what, body) => call("POST", ["tenants", "described", "environments", "TEST", "keys", ...what], body);
  const [{ eid, standby: signs }] = keys.json.rings;
  assert.equal((await order(["rehearse"])).status, 200, "who knows the first keys knows their standbys");
  assert.equal((await order(["rotate"], { eid })).json.type, "urn:edge-eid:problem:too-early");
  const early = await order(["rehearse"]);
  assert.ok(early.status === 409 && !early.json.detail.includes("force"), early.body);
  const putOff = (/** @type {string | null} */ until) => order(["postpone"], { eid, until, reason: "described" });
  assert.equal((await putOff(new Date(Date.now() + 1e9).toISOString())).status, 200);
  assert.equal((await putOff(null)).status, 200);
  assert.equal((await putOff(new Date(Date.now() + 60_000).toISOString())).status, 422);
  const rotate = { eid, kid: signs, force: true, reason: "described" };
  const forced = await order(["rotate"], rotate);
  assert.equal(forced.json.changes.length, 3, forced.body);
  assert.equal((await order(["rotate"], rotate)).json.type, "urn:edge-eid:problem:another-signs");
  assert.equal((await order([signs, "compromise"], { reason: "described" })).status, 200);
  const environment = await call("GET", ["tenants", "described", "environments", "TEST"]);
  const again = { "if-match": String(environment.headers.etag) };
  const put = await call("PUT", ["tenants", "described", "environments", "TEST"], environment.json, again);
  assert.equal(put.status, 200, put.body);
  const checked = await call("POST", [...application, "check-secret"], { secret: secret.json.secret });
  assert.equal(checked.status, 200, checked.body);
  const rehearsal = ["tenants", "described", "environments", "TEST", "rehearsal"];
  const ends_at = new Date(Date.now() + 86_400_000).toISOString();
  assert.equal((await call("PUT", rehearsal, { ends_at, percent: 1 })).json.rehearsal.percent, 1);
  const migration = await call("GET", ["tenants", "described", "environments", "TEST", "migration"]);
  assert.equal(migration.json.applications.length, 1, migration.body);
  assert.equal((await call("PUT", rehearsal, { ends_at: null })).json.rehearsal, null);
  const consents = await call("GET", ["tenants", "described", "environments", "TEST", "consents"]);
  assert.deepEqual(consents.json, { items: [], next: null });
  const people = ["tenants", "described", "environments", "TEST", "test-people"];
  const person = [...people, "frida"];
  const frida = { name: "Frida Testperson", birthdate: "1985-05-06", cpr: "660585-0008" };
  assert.equal((await call("PUT", person, frida)).status, 201);
  assert.equal((await call("GET", people)).json.items[0].user, "frida");
  const fingerprint = "0123456789abcdef".repeat(4);
  assert.equal((await call("PUT", ["tenants", "described", "applied-file"], { fingerprint })).status, 201);
  assert.equal((await call("GET", ["tenants", "described", "applied-file"])).json.applied_by, "operator");
  const unknown = ["tenants", "described", "environments", "TEST", "traces", "0".repeat(32)];
  assert.equal((await call("GET", unknown)).status, 404);
  const masterKey = await call("GET", ["master-key"]);
  assert.equal(masterKey.json.previous, null);
  assert.deepEqual((await call("POST", ["master-key", "rewrap"])).json, { rewrapped: 0, remaining: 0, failed: [], next: null });
  const recovery = { "recovery-key": Buffer.alloc(32, 1).toString("base64") };
  const backup = await call("POST", ["tenants", "described", "export"], undefined, recovery);
  assert.equal(backup.status, 200, backup.body);
  assert.equal((await call("PUT", ["tenants", "described", "import"], backup.json, recovery)).status, 409);
  const style = [...domain, "style"];
  assert.equal((await call("PUT", style, { stylesheet: "#headline { color: #123456 }" })).status, 201);
  assert.equal((await call("POST", [...style, "publish"])).status, 200);
  assert.equal((await call("POST", [...style, "preview"])).status, 200);
  assert.equal((await call("POST", [...style, "roll-back"])).status, 404, "there is one version only");
  assert.equal((await call("POST", [...style, "fetch"])).status, 200);
  for (const item of [person, style, oneToken, oneSecret, application, upstream, domain]) {
    const { headers } = await call("GET", item);
    assert.equal((await call("DELETE", item, undefined, { "if-match": '"0"' })).status, 412);
    assert.equal((await call("DELETE", item, undefined, { "if-match": headers.etag })).status, 200);
    assert.equal((await call("GET", item)).status, 404);
  }
  const described = Object.values(api.document.paths).flatMap((methods) => Object.values(methods));
  const operations = described.map(({ operationId }) => operationId).filter((id) => id && id !== "getDescription");
  assert.deepEqual(operations.filter((id) => !api.seen.has(id)), []);
});

test("the description is a static file that any viewer may read", async () => {
  const path = "/api/openapi.json";
  const { status, headers } = await send(server.port, { host: `manage.localhost:${server.port}`, path });
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["access-control-allow-origin"], "*");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.match(headers["strict-transport-security"], /max-age=\d+/);
  assert.equal(headers["server-timing"], undefined, "the Worker was not asked");
  assert.equal((await send(server.port, { host: `manage.localhost:${server.port}`, method: "PUT", path })).status, 405);
});

test("the first application that wants ES256 gets keys, and its domain announces them", async () => {
  const domain = await newTenant("es256");
  const application = [...domain, "applications", "urn:es256:web"];
  assert.equal((await call("PUT", application, { ...WEB, id_token_signed_response_alg: "ES256" })).status, 201);
  const listed = await call("GET", ["tenants", "es256", "environments", "TEST", "keys"]);
  const made = listed.json.items.filter(({ alg }) => alg === "ES256").map(({ kid }) => kid);
  assert.equal(made.length, 4);
  const { keys } = JSON.parse((await send(server.port, { host: host("es256"), path: "/.well-known/jwks" })).body);
  const announced = keys.filter(({ kty, crv }) => kty === "EC" && crv === "P-256").map(({ kid }) => kid);
  assert.deepEqual(announced.sort(), made.sort());
});

test("only the management host has the API, and only for the token's holder", async () => {
  const wrong = await admin(server.port, "GET", ["tenants"], undefined, { authorization: "Bearer wrong" });
  assert.equal(wrong.status, 401);
  const elsewhere = await send(server.port, { path: "/api/v1/tenants", headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  assert.equal(elsewhere.status, 404);
  const forwarded = await send(server.port, {
    path: "/api/v1/tenants",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "x-forwarded-host": `manage.localhost:${server.port}` },
  });
  assert.equal(forwarded.status, 404);
});

test("of twenty changes at once under one ETag, one is made", async () => {
  const domain = await newTenant("race");
  const { json, headers } = await call("GET", domain);
  const changes = Array.from({ length: 20 }, (_, i) =>
    call("PUT", domain, { ...json, display_name: `Change ${i}` }, { "if-match": headers.etag }),
  );
  const answers = await Promise.all(changes);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(412)]);
  const winner = answers.find(({ status }) => status === 200);
  assert.equal((await call("GET", domain)).json.display_name, winner.json.display_name);
});

test("things made at once are all stored and all published", async () => {
  const domain = await newTenant("many");
  const ids = Array.from({ length: 15 }, (_, i) => `urn:many:${i}`);
  const answers = await Promise.all(ids.map((id) => call("PUT", [...domain, "applications", id], WEB)));
  assert.ok(answers.every(({ status }) => status === 201));
  const list = (await call("GET", [...domain, "applications"])).json.items.map(({ client_id }) => client_id);
  assert.deepEqual(list.sort(), ids.sort());
  assert.equal((await call("GET", ["tenants", "many", "publication"])).json.published, true);
});

test("of two tenants that claim a host at once, one gets it", async () => {
  await Promise.all([newTenant("first"), newTenant("second")]);
  const claims = ["first", "second"].map((id) => call("PUT", ["tenants", id, "domains", host("wanted")], TEST_DOMAIN));
  const statuses = (await Promise.all(claims)).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [201, 409]);
});

test("a change is on the login path as soon as it is answered as published", async () => {
  const domain = await newTenant("live");
  assert.equal((await discovery("live")).status, 200);
  const { json, headers } = await call("GET", domain);
  const off = await call("PUT", domain, { ...json, enabled: false }, { "if-match": headers.etag });
  assert.equal(off.json.published, true);
  assert.equal((await discovery("live")).status, 404);
  const on = await call("PUT", domain, { ...json, enabled: true }, { "if-match": off.headers.etag });
  assert.equal((await discovery("live")).status, 200);
  await call("DELETE", domain, undefined, { "if-match": on.headers.etag });
  assert.equal((await discovery("live")).status, 404);
});

test("a body that is too large is refused before it is read", async () => {
  const answer = await send(server.port, {
    host: `manage.localhost:${server.port}`,
    method: "PUT",
    path: "/api/v1/tenants/large",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "x".repeat(70_000) }),
  });
  assert.equal(answer.status, 413);
  api.check("PUT", "/api/v1/tenants/large", answer);
});

test("without the operator's token no body is read, however large", async () => {
  const answer = await send(server.port, {
    host: `manage.localhost:${server.port}`,
    method: "PUT",
    path: "/api/v1/tenants/large/import",
    headers: { "content-type": "application/json" },
    body: "x".repeat(3_000_000),
  });
  assert.equal(answer.status, 401);
  api.check("PUT", "/api/v1/tenants/large/import", answer);
});

test("a change made while KV is down is kept, told, and published by alarm once KV is back", async () => {
  const domain = await newTenant("outage");
  const { json, headers } = await call("GET", domain);
  await server.stores({ kv: "fails" });
  const changed = await call("PUT", domain, { ...json, enabled: false }, { "if-match": headers.etag });
  assert.deepEqual([changed.status, changed.json.published], [200, false]);
  const [due] = (await call("GET", ["tenants", "outage", "publication"])).json.due;
  assert.deepEqual([due.item, due.attempts], [`domain ${host("outage")}`, 1]);
  await server.stores({ kv: "works" });
  assert.equal((await discovery("outage")).status, 200, "KV still has the older one");
  for (let tries = 0; !(await call("GET", ["tenants", "outage", "publication"])).json.published; tries++) {
    assert.ok(tries < 100, "the alarm did not publish it");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await discovery("outage")).status, 404);
});

test("the host's object serves what KV can't", async () => {
  await newTenant("fallback");
  await server.stores({ kv: "fails" });
  try {
    const answer = await discovery("fallback");
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.body).issuer, `http://${host("fallback")}`);
    assert.equal((await discovery("nobody")).status, 404);
  } finally {
    await server.stores({ kv: "works" });
  }
});

test("what was answered survives a crash", async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-admin-"));
  const crashing = await startServer({ stateDir });
  const segments = ["tenants", "durable"];
  const made = await admin(crashing.port, "PUT", segments, { name: "Durable" });
  assert.equal(made.status, 201);
  await crashing.kill();
  const again = await startServer({ stateDir });
  try {
    const read = await admin(again.port, "GET", segments);
    assert.deepEqual([read.status, read.json.name, read.headers.etag], [200, "Durable", made.headers.etag]);
  } finally {
    await again.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
});
