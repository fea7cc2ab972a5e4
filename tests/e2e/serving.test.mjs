// Metadata on the wire: versions, answers without a body, what a warm answer costs, and who is noted
// to have fetched the keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { send, used } from "./support/http.mjs";
import { WEB } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

const JWKS = "/.well-known/jwks";
const DOCUMENTS = [
  JWKS,
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
  `/.well-known/openid-configuration?client_id=${WEB.clientId}`,
  `/.well-known/criipto-configuration?client_id=${WEB.clientId}`,
  "/dXJuOmdybjphdXRobjpkazptaXRpZDpsb3c=/.well-known/openid-configuration",
];

let server;
before(async () => (server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "20" } })));
after(() => server?.stop());

const get = (path, headers = {}, more = {}) => send(server.port, { path, headers, ...more });

test("who has a document already gets 304 without a body, by GET and by HEAD", async () => {
  for (const path of DOCUMENTS) {
    const whole = await get(path);
    const { etag } = whole.headers;
    assert.match(etag, /^"[\w-]{22}"$/);
    assert.equal(
      whole.headers["cache-control"],
      "public, max-age=300, stale-while-revalidate=300, stale-if-error=3600",
    );
    const head = await get(path, {}, { method: "HEAD" });
    assert.deepEqual([head.status, head.body, head.headers.etag], [200, "", etag]);
    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(path, { "if-none-match": condition }, { method });
        assert.deepEqual([answer.status, answer.body], [304, ""], `${method} ${path} ${condition}`);
        for (const name of ["etag", "cache-control", "access-control-allow-origin", "strict-transport-security"]) {
          assert.equal(answer.headers[name], whole.headers[name], name);
        }
      }
    }
    const other = await get(path, { "if-none-match": '"other"' });
    assert.deepEqual([other.status, other.body], [200, whole.body]);
  }
});

test("a warm document is answered without a look at any store, also for a new program and with 304", async () => {
  const { headers } = await get(JWKS);
  await get("/.well-known/openid-configuration");
  for (const [path, more] of [
    [JWKS, {}],
    [JWKS, { "user-agent": "never-seen-before/1.0" }],
    [JWKS, { "if-none-match": String(headers.etag) }],
    ["/.well-known/openid-configuration", {}],
  ]) {
    assert.deepEqual(used((await get(path, more)).headers), { kv: 0, objects: 0, rows: 0 });
  }
});

/** Who was seen at acme's TEST domains, by what he is called. */
async function seen() {
  const { text } = await server.object("TALLY", "acme/TEST", JSON.stringify([{ keys: "list" }, Math.floor(Date.now() / 1000)]));
  return new Map(JSON.parse(text).map(({ who, kids, last }) => [who.family ?? who.client_id, { kids, last }]));
}

async function until(name) {
  for (let tries = 0; tries < 40; tries++) {
    const all = await seen();
    if (all.has(name)) return all;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${name} was not seen`);
}

test("who fetches the key set is noted behind the answer, without a word about a person", async () => {
  const { keys } = JSON.parse((await get(JWKS, { "user-agent": "jose/v6.1.0 (ditlev@example.com)" })).body);
  const { kids, last } = (await until("jose")).get("jose");
  assert.deepEqual(kids.map(([kid]) => kid).sort(), keys.map(({ kid }) => kid).sort());
  assert.ok(Math.abs(last - Date.now() / 1000) < 30);
  await get(`${JWKS}?client_id=${WEB.clientId}`, { "user-agent": "jose/v6.1.0" });
  await until(WEB.clientId);
  await get(JWKS, { "user-agent": "Mozilla/5.0 (X11) 0707490071" });
  const all = await until("browser");
  await get(JWKS, { "user-agent": "0707490071/1.0" });
  await until("other");
  assert.doesNotMatch(JSON.stringify([...all.keys(), ...(await seen()).keys()]), /0707490071|ditlev/);
  // Who asks for the head, or for another document, has no keys.
  await get(JWKS, { "user-agent": "head-only/1" }, { method: "HEAD" });
  await get("/.well-known/openid-configuration", { "user-agent": "discovery-only/1" });
  await get(JWKS, { "user-agent": "the-last-one/1" });
  const names = [...(await until("the-last-one")).keys()];
  assert.ok(!names.includes("head-only") && !names.includes("discovery-only"));
});

test("a flood of made-up programs fills neither isolate nor object, and hides nobody seen before", async () => {
  const word = (n) => `flood-${String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26))}`;
  for (let n = 0; n < 120; n++) {
    const { headers } = await get(JWKS, { "user-agent": `${word(n)}/1.0` });
    assert.equal(used(headers).objects, 0);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const names = [...(await seen()).keys()];
  assert.ok(names.length <= 60, `${names.length} rows`);
  for (const name of ["jose", "browser", "other", WEB.clientId]) assert.ok(names.includes(name), name);
});
