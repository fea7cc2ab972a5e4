// What is counted of logins, from a login to the migration board: by the alarms of the real runtime.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CALLBACK, NEMID, WEB, application, startCallback } from "./support/relying_party.mjs";
import { admin, startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

const BOARD = ["tenants", "acme", "environments", "TEST", "migration"];
/** A login is over by then, its code, its token and its attempt. */
const OVER_SECONDS = 60 * 60;

let server, callback;
before(async () => {
  [server, callback] = await Promise.all([startSeededServer({ clockMoves: true }), startCallback()]);
});
after(async () => {
  await callback?.close();
  await server?.stop();
});

async function finish(eid) {
  const app = await application(server.origin, WEB);
  const kept = await app.begin({ acr_values: NEMID });
  const answer = await new Walker().logIn(kept.url, eid);
  // By hand: to this process, whose clock did not move, the token is over.
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: answer.searchParams.get("code"),
    redirect_uri: CALLBACK,
    code_verifier: kept.verifier,
    client_id: WEB.clientId,
    client_secret: WEB.secret,
  });
  const redeemed = await fetch(app.metadata.token_endpoint, { method: "POST", body });
  assert.equal(redeemed.status, 200, await redeemed.text());
}

const board = async () => (await admin(server.port, "GET", BOARD)).json;
const web = ({ applications }) => applications.find(({ client_id }) => client_id === WEB.clientId);

test("a login is counted when it is over, and not before", async () => {
  await server.clock(-OVER_SECONDS);
  for (const eid of ["mitid", "mitid", "nemid"]) await finish(eid);
  await sleep(500);
  assert.deepEqual(web(await board()).days, []);
  await server.clock(0);
  let counted = await board();
  for (let tries = 0; tries < 300 && (web(counted).days[0]?.mitid ?? 0) + (web(counted).days[0]?.nemid ?? 0) < 3; tries++) {
    await sleep(200);
    counted = await board();
  }
  assert.deepEqual(web(counted).days.map(({ nemid, mitid }) => ({ nemid, mitid })), [{ nemid: 1, mitid: 2 }], JSON.stringify(server.logs()));
  assert.equal(counted.people_seen_with_mitid, 1);
  assert.ok(web(counted).reasons.includes("nemid-in-use"));
});
