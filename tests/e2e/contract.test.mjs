// The real stores against what the tests in memory hold: the Login object event by event, and the
// values in KV.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startSeededServer } from "./support/seeded_server.mjs";

/** The moment `at: 0` in the file; see tests/support/store_contract.rs. */
const BEGINNING = 1_000_000;

let server;
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

const now = () => Math.floor(Date.now() / 1_000);

/** Sends an event to a login's object, as the Worker does. */
async function send(name, event, at) {
  const answer = await server.object("LOGIN", name, JSON.stringify([event, at]));
  assert.equal(answer.status, 200, answer.text);
  return { answer: JSON.parse(answer.text), rows: Number(answer.rows) };
}

/** The same event some time later. The object's clean-up goes by the real clock, so real moments are needed. */
function moved(value, seconds) {
  if (Array.isArray(value)) return value.map((item) => moved(item, seconds));
  if (value === null || typeof value !== "object") return value;
  const move = ([name, inner]) => [name, name === "ends" ? inner + seconds : moved(inner, seconds)];
  return Object.fromEntries(Object.entries(value).map(move));
}

const REQUEST = {
  host: "acme.example",
  client_id: "urn:acme:web",
  redirect_uri: "https://app.example/callback",
  scope: "openid",
  nonce: null,
  code_challenge: null,
};

function identified(ends) {
  const way = { here: { code_hash: "code", request: REQUEST } };
  return { identified: { acr: "urn:grn:authn:dk:nemid:poces", identity: "c2VhbGVk", ends, way } };
}

function redeem(code_hash = "code") {
  const { host, client_id, redirect_uri } = REQUEST;
  return { redeem: { host, client_id, redirect_uri, code_verifier: null, code_hash, access_hash: "access" } };
}

test("the Login object answers every case as memory does", async () => {
  const file = new URL("../contract/logins.json", import.meta.url);
  const cases = JSON.parse(await readFile(file, "utf8"));
  assert.ok(cases.length > 0, "there are cases");
  const base = now();
  for (const [number, { name, steps }] of cases.entries()) {
    for (const [index, { at, event, answer }] of steps.entries()) {
      const sent = await send(`acme/TEST/contract-${number}`, moved(event, base - BEGINNING), base + at);
      assert.deepEqual(sent.answer, moved(answer, base - BEGINNING), `${name}: step ${index}`);
    }
  }
});

test("of many births of one login one wins, and of many redemptions", async () => {
  const births = await Promise.all(
    Array.from({ length: 20 }, () => send("acme/TEST/births", identified(now() + 600), now())),
  );
  assert.equal(births.filter(({ answer }) => answer.code_issued).length, 1);
  const redemptions = await Promise.all(Array.from({ length: 20 }, () => send("acme/TEST/births", redeem(), now())));
  assert.equal(redemptions.filter(({ answer }) => answer.redeemed).length, 1);
});

test("what is refused writes nothing, nor does looking at a login that does not exist", async () => {
  const unborn = await send("acme/TEST/unborn", redeem(), now());
  assert.deepEqual(unborn, { answer: { refused: { why: "unknown" } }, rows: 0 });
  await send("acme/TEST/guessed", identified(now() + 600), now());
  const guessed = await send("acme/TEST/guessed", redeem("guess"), now());
  assert.deepEqual(guessed, { answer: { refused: { why: "mismatch" } }, rows: 0 });
});

test("a login that is over deletes itself", async () => {
  const name = "acme/TEST/forgotten";
  // All of it lies in the past by the real clock, so that it is over at once.
  const past = now() - 10_000;
  await send(name, identified(past + 600), past);
  for (;;) {
    const { answer } = await send(name, { userinfo: { host: REQUEST.host, access_hash: "x" } }, past);
    if (answer.refused.why === "unknown") break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test("the alarm deletes a remembered CPR number when its year is over, and its row a year later", async () => {
  const year = 365 * 86_400;
  /** What the ledger of a shard said at a moment before all of it was over: only the alarm changes that. */
  const ledger = async (name) => {
    const list = { list: { after: null, limit: 10 } };
    const { status, text } = await server.object("CONSENT", name, JSON.stringify([list, now() - 3 * year]));
    assert.equal(status, 200, text);
    return JSON.parse(text).ledger.entries;
  };
  const until = async (name, holds) => {
    for (let tries = 0; !holds(await ledger(name)); tries++) {
      assert.ok(tries < 200, `${name}: the alarm did nothing`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const remember = async (name, since) => {
    const event = { remember: { key: "person", pseudonym: "{pseudonym}", cpr: "c2VhbGVk" } };
    const { status, text } = await server.object("CONSENT", name, JSON.stringify([event, since]));
    assert.equal(status, 200, text);
    return text;
  };
  const recalled = async (name, at) =>
    (await server.object("CONSENT", name, JSON.stringify([{ recall: { key: "person" } }, at]))).text;
  const over = now() - year - 60;
  await remember("contract/TEST/1", over);
  await until("contract/TEST/1", ([entry]) => entry?.deleted_at === over + year);
  assert.equal(await recalled("contract/TEST/1", over + 1), '"nothing"', "the number itself is gone");
  await remember("contract/TEST/2", now() - 2 * year - 60);
  await until("contract/TEST/2", (entries) => entries.length === 0);
  await remember("contract/TEST/3", now());
  assert.match(await recalled("contract/TEST/3", now()), /c2VhbGVk/);
  assert.equal((await ledger("contract/TEST/3"))[0].deleted_at, undefined);
});

test("an object refuses what is no event of a login, and lives on", async () => {
  const name = "acme/TEST/nonsense";
  await send(name, identified(now() + 600), now());
  for (const body of ["", "null", "[]", '["redeem", 1]', `[{"other":{}}, ${now()}]`]) {
    const { status } = await server.object("LOGIN", name, body);
    assert.ok(status >= 400 && status < 500, `${body}: ${status}`);
  }
  assert.ok((await send(name, redeem(), now())).answer.redeemed);
});

test("every value in KV is a checked text under the name of its host", async () => {
  const entries = await server.kv();
  const hash = (text) => createHash("sha256").update(text).digest("base64url");
  const seen = { domain: [], app: [] };
  for (const [key, text] of entries) {
    const newline = text.indexOf("\n");
    const header = JSON.parse(text.slice(0, newline));
    const body = text.slice(newline + 1);
    assert.equal(header.format, 1);
    assert.equal(header.length, Buffer.byteLength(body));
    assert.equal(header.sha256, hash(body));
    const value = JSON.parse(body);
    const [, kind, rest] = /^(domain|app):(.*)$/.exec(key) ?? [];
    if (kind === "domain") {
      assert.equal(value.host, rest);
      assert.equal(value.issuer, `http://${rest}`);
      assert.ok(value.keys.length >= 4);
    } else {
      assert.ok(rest.endsWith(`:${hash(value.client_id)}`));
    }
    seen[kind].push(value.client_id ?? value.host);
  }
  const hosts = ["127.0.0.1", "globex.localhost", "id.localhost", "localhost"].map((name) => `${name}:${server.port}`);
  assert.deepEqual(seen.domain.sort(), hosts);
  assert.equal(seen.app.length, 11);
});

test("nothing in KV is secret in clear: no client or upstream secret, no private key", async () => {
  const secrets = ["acme-web-secret", "acme-cpr-secret", "acme-noshadow-secret", "globex-web-secret", "simulator-secret"];
  for (const [key, text] of await server.kv()) {
    for (const secret of secrets) {
      const forms = [secret, Buffer.from(secret).toString("base64url"), Buffer.from(secret).toString("hex")];
      for (const form of forms) assert.ok(!text.includes(form), `${key} holds ${secret}`);
    }
    // A key in PKCS #8 begins with this, in base64 of either alphabet; a JWK has a member "d".
    assert.doesNotMatch(text, /"MII[A-Z]|"d":/, key);
  }
});
