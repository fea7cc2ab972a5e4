// "Explain this login" on the real objects: one trace id a login, told by the admin API.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { post } from "./support/http.mjs";
import { MITID, SPA, WEB, application } from "./support/relying_party.mjs";
import { admin, configure, startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

let server;
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

const at = (trace) => ["tenants", "acme", "environments", "TEST", "traces", trace];

async function record(clientId, until) {
  for (const host of [`localhost:${server.port}`, `127.0.0.1:${server.port}`]) {
    const path = ["tenants", "acme", "domains", host, "applications", clientId];
    await configure(server.port, path, { recording_until: until });
  }
}

/** The trace ids of the log lines of a route, in order. */
async function traces(route) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const lines = server.logs().flatMap(({ message }) => (message.startsWith("{") ? [JSON.parse(message)] : []));
  return lines.filter((line) => line.route === route).map((line) => line.trace);
}

test("a recorded login is explained from authorize to token, under one trace id", async () => {
  await record(WEB.clientId, new Date(Date.now() + 3_600_000).toISOString());
  const app = await application(server.origin, WEB);
  const kept = await app.begin();
  const answer = await new Walker().logIn(kept.url, "mitid");
  await app.finish(answer, kept);
  const [trace] = (await traces("authorize")).slice(-1);
  const [ofToken] = (await traces("token")).slice(-1);
  assert.equal(ofToken, trace, "the token request belongs to the same login");
  const read = await admin(server.port, "GET", at(trace));
  assert.equal(read.status, 200);
  const routes = read.json.steps.map((step) => step.route);
  assert.deepEqual([routes[0], ...routes.slice(-2)], ["authorize", "token", "userinfo"]);
  const facts = new Map(read.json.steps.flatMap((step) => step.facts));
  assert.equal(facts.get("identified_by"), MITID);
  assert.equal(facts.get("application"), "the shadow on this domain");
  assert.match(facts.get("signed_by"), /^[\w-]{43}$/);
  assert.doesNotMatch(read.body, /Ditlev|2101270087/);
});

test("nothing is recorded without the switch", async () => {
  const app = await application(server.origin, SPA);
  const kept = await app.begin();
  await app.finish(await new Walker().logIn(kept.url, "nemid"), kept);
  const [trace] = (await traces("authorize")).slice(-1);
  const read = await admin(server.port, "GET", at(trace));
  assert.equal(read.status, 404);
});

test("a client that prefers it is told the trace id", async () => {
  const form = { client_id: "urn:acme:spa", response_type: "token" };
  const headers = { prefer: "return-trace-id" };
  const answer = await post(server.port, { path: "/oauth2/par", headers }, form);
  assert.match(answer.headers["trace-id"], /^[0-9a-f]{32}$/);
  const plain = await post(server.port, { path: "/oauth2/par" }, form);
  assert.equal(plain.headers["trace-id"], undefined);
});
