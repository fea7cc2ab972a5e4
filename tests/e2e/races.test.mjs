// The same answer many times at once, as from an impatient user, a prefetching browser or an attacker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { send } from "./support/http.mjs";
import { WEB, application } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

const TIMES = 20;

let server;
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

/** A login up to an address on its way, which is not opened. */
async function heldAt(eid, pathname) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin();
  const walker = new Walker();
  const request = walker.request.bind(walker);
  let held;
  walker.request = async (address, form) => {
    const url = new URL(address);
    const isThere = url.pathname === pathname && (pathname !== "/continue" || url.searchParams.has("t"));
    if (!isThere) return request(address, form);
    held = url;
    return { status: 200, headers: {}, body: "", url };
  };
  const page = await walker.open(kept.url);
  const simulator = await walker.follow(page, `data-eid="${eid}"`);
  await walker.simulator(simulator, "ditlev");
  assert.ok(held, `the login passes ${pathname}`);
  return { app, kept, walker, held };
}

/** Opens an address many times at once with the same cookies. */
function storm(url, walker) {
  const cookie = [...walker.cookies(url.hostname)].map(([name, value]) => `${name}=${value}`).join("; ");
  const options = { host: url.host, path: url.pathname + url.search, headers: { cookie } };
  return Promise.all(Array.from({ length: TIMES }, () => send(server.port, options)));
}

function assertOneAnswer(answers, isOne) {
  const redirected = answers.filter(({ headers }) => headers.location);
  assert.equal(redirected.length, 1);
  assert.ok(isOne(new URL(redirected[0].headers.location)));
  for (const answer of answers) {
    if (answer !== redirected[0]) assert.equal(answer.status, 400);
  }
  return new URL(redirected[0].headers.location);
}

test("of many returns from the eID at the same time one gets a code", async () => {
  const { app, kept, walker, held } = await heldAt("nemid", "/callback");
  const answer = assertOneAnswer(await storm(held, walker), (url) => url.searchParams.has("code"));
  await app.finish(answer, kept);
});

test("of many returns from the eID on the other domain one gets a return ticket", async () => {
  const { app, kept, walker, held } = await heldAt("mitid", "/callback");
  assert.equal(held.origin, server.mitidOrigin);
  const ticket = assertOneAnswer(await storm(held, walker), (url) => url.searchParams.has("t"));
  const answer = assertOneAnswer(await storm(ticket, walker), (url) => url.searchParams.has("code"));
  await app.finish(answer, kept);
});

test("of many presentations of a return ticket one gets a code", async () => {
  const { app, kept, walker, held } = await heldAt("mitid", "/continue");
  const answer = assertOneAnswer(await storm(held, walker), (url) => url.searchParams.has("code"));
  await app.finish(answer, kept);
});

test("of many presentations of a return ticket without the cookie none gets a code, nor does its owner", async () => {
  const { walker, held } = await heldAt("mitid", "/continue");
  for (const { status, headers } of await storm(held, new Walker())) {
    assert.equal(status, 400);
    assert.equal(headers.location, undefined);
  }
  for (const { status } of await storm(held, walker)) assert.equal(status, 400);
});
