// The token and userinfo endpoints as attackers and careless clients use them.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, before, test } from "node:test";
import { basic, post, send } from "./support/http.mjs";
import { assertLogIsClean, secretsOf } from "./support/log_check.mjs";
import { CALLBACK, MITID, NEMID, NOSHADOW, SPA, WEB, application } from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

let server;
const secrets = new Set();
before(async () => (server = await startSeededServer()));
after(() => server?.stop());

/** A login up to its code: the fields of the token request that would redeem it. */
async function code(client = WEB, eid = "nemid", origin = server.origin) {
  const app = await application(origin, client);
  const kept = await app.begin({ acr_values: eid === "mitid" && origin !== server.origin ? MITID : NEMID });
  const answer = await new Walker().logIn(kept.url, eid);
  for (const secret of [...app.secrets, ...secretsOf(answer)]) secrets.add(secret);
  return {
    grant_type: "authorization_code",
    code: answer.searchParams.get("code"),
    redirect_uri: CALLBACK,
    code_verifier: kept.verifier,
    client_id: client.clientId,
    ...(client.secret ? { client_secret: client.secret } : {}),
  };
}

async function token(fields, { origin = server.origin, ...options } = {}) {
  const answer = await post(server.port, { path: "/oauth2/token", host: new URL(origin).host, ...options }, fields);
  assert.match(answer.headers["cache-control"], /no-store/);
  assert.match(answer.headers["content-type"], /^application\/json/);
  const json = JSON.parse(answer.body);
  for (const name of ["access_token", "id_token"]) if (json[name]) secrets.add(json[name]);
  return { ...answer, json };
}

function userinfo(accessToken, origin = server.origin) {
  const headers = { authorization: `Bearer ${accessToken}` };
  return send(server.port, { path: "/oauth2/userinfo", host: new URL(origin).host, headers });
}

function assertRefused(answer, status, error) {
  assert.equal(answer.json.error, error, answer.body);
  assert.equal(answer.status, status);
  assert.equal(answer.json.id_token, undefined);
}

test("a wrong secret gets 401, with a challenge for Basic, and does not spend the code", async () => {
  const fields = await code();
  const { client_secret, client_id, ...rest } = fields;
  for (const secret of ["wrong", `${client_secret} `, "acme-noshadow-secret", "x".repeat(500)]) {
    const authorization = basic(client_id, secret);
    const byBasic = await token(rest, { headers: { authorization } });
    assertRefused(byBasic, 401, "invalid_client");
    assert.match(byBasic.headers["www-authenticate"], /^Basic /);
    assertRefused(await token({ ...fields, client_secret: secret }), 401, "invalid_client");
  }
  assertRefused(await token({ ...rest, client_id }), 401, "invalid_client");
  assertRefused(await token(rest), 401, "invalid_client");
  assert.equal((await token(rest, { headers: { authorization: basic(client_id, client_secret) } })).status, 200);
});

test("Basic is taken form-encoded, as the RFC says, and as most clients send it", async () => {
  const authorizations = [
    basic(WEB.clientId, WEB.secret),
    `Basic ${Buffer.from(`${WEB.clientId}:${WEB.secret}`).toString("base64")}`,
  ];
  for (const authorization of authorizations) {
    const { client_secret, client_id, ...rest } = await code();
    assert.equal((await token(rest, { headers: { authorization } })).status, 200);
  }
});

test("two ways to authenticate at once are refused", async () => {
  const fields = await code();
  const headers = { authorization: basic(WEB.clientId, WEB.secret) };
  assertRefused(await token(fields, { headers }), 400, "invalid_request");
});

test("wrong guesses are invalid_grant and do not burn the rightful client's code", async () => {
  const fields = await code();
  const verifier = "v".repeat(43);
  const guesses = {
    "another client's": { ...fields, client_id: NOSHADOW.clientId, client_secret: NOSHADOW.secret },
    "a wrong verifier": { ...fields, code_verifier: verifier },
    "no verifier": { ...fields, code_verifier: "" },
    "a wrong callback": { ...fields, redirect_uri: "http://localhost:3000/callback" },
    "an altered code": { ...fields, code: `${fields.code.slice(0, -1)}${fields.code.endsWith("A") ? "B" : "A"}` },
    "a longer code": { ...fields, code: `${fields.code}AAAA` },
    "an invented code": { ...fields, code: "A".repeat(fields.code.length) },
  };
  for (const [what, guess] of Object.entries(guesses)) {
    const answer = await token(guess);
    assert.equal(answer.json.error, "invalid_grant", what);
    assert.equal(answer.status, 400, what);
  }
  assert.equal((await token(fields)).status, 200);
});

test("a public client's code is not redeemed by another public or confidential client", async () => {
  const fields = await code(SPA);
  assertRefused(await token({ ...fields, client_id: WEB.clientId, client_secret: WEB.secret }), 400, "invalid_grant");
  assertRefused(await token({ ...fields, client_secret: "anything-at-all" }), 401, "invalid_client");
  assert.equal((await token(fields)).status, 200);
});

test("a code used twice is invalid_grant, and the first access token is revoked", async () => {
  for (const eid of ["nemid", "mitid"]) {
    const fields = await code(WEB, eid);
    const first = await token(fields);
    assert.equal(first.status, 200);
    assert.equal((await userinfo(first.json.access_token)).status, 200);
    assertRefused(await token(fields), 400, "invalid_grant");
    const revoked = await userinfo(first.json.access_token);
    assert.equal(revoked.status, 401);
    assert.match(revoked.headers["www-authenticate"], /^Bearer .*error="invalid_token"/);
    assertRefused(await token(fields), 400, "invalid_grant");
  }
});

test("of fifty redemptions at the same time exactly one wins", async () => {
  const fields = await code(WEB, "mitid");
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const answers = await Promise.all(Array.from({ length: 50 }, () => token(fields, { agent })));
  agent.destroy();
  const won = answers.filter(({ status }) => status === 200);
  assert.equal(won.length, 1);
  for (const answer of answers) if (answer !== won[0]) assertRefused(answer, 400, "invalid_grant");
  assert.equal((await userinfo(won[0].json.access_token)).status, 401);
});

test("a code of one domain counts at no other, though the same client exists there", async () => {
  for (const [from, at] of [
    [server.origin, server.mitidOrigin],
    [server.mitidOrigin, server.origin],
  ]) {
    const fields = await code(WEB, "mitid", from);
    assertRefused(await token(fields, { origin: at }), 400, "invalid_grant");
    const redeemed = await token(fields, { origin: from });
    assert.equal(redeemed.status, 200);
    assert.equal((await userinfo(redeemed.json.access_token, at)).status, 401);
    assert.equal((await userinfo(redeemed.json.access_token, from)).status, 200);
  }
});

test("a code is no access token, and an access token no code", async () => {
  const fields = await code();
  assert.equal((await userinfo(fields.code)).status, 401);
  const { json } = await token(fields);
  assertRefused(await token({ ...fields, code: json.access_token }), 400, "invalid_grant");
  assert.equal((await userinfo(json.id_token)).status, 401);
  assert.equal((await userinfo(json.access_token)).status, 200);
});

test("malformed token requests get RFC 6749's errors", async () => {
  const fields = await code();
  const { grant_type, ...withoutType } = fields;
  assertRefused(await token({ ...fields, grant_type: "password" }), 400, "unsupported_grant_type");
  assertRefused(await token(withoutType), 400, "invalid_request");
  assertRefused(await token({ ...fields, code: "" }), 400, "invalid_request");
  const twice = await send(server.port, {
    method: "POST",
    path: "/oauth2/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: `${new URLSearchParams(fields)}&code=other`,
  });
  assert.equal(JSON.parse(twice.body).error, "invalid_request");
  const json = { "content-type": "application/json" };
  const asJson = await send(server.port, { method: "POST", path: "/oauth2/token", headers: json, body: "{}" });
  assert.equal(JSON.parse(asJson.body).error, "invalid_request");
  assert.equal((await token(fields)).status, 200);
});

test("userinfo takes the token from the Authorization header only, and tells what is wrong", async () => {
  const { json } = await token(await code());
  const path = "/oauth2/userinfo";
  assert.equal((await send(server.port, { path: `${path}?access_token=${json.access_token}` })).status, 401);
  const byForm = await post(server.port, { path }, { access_token: json.access_token });
  assert.equal(byForm.status, 401);
  const without = await send(server.port, { path });
  assert.equal(without.status, 401);
  assert.match(without.headers["www-authenticate"], /^Bearer/);
  assert.doesNotMatch(without.headers["www-authenticate"], /error=/);
  const told = await userinfo(json.access_token);
  assert.equal(told.status, 200);
  assert.match(told.headers["cache-control"], /no-store/);
  assert.equal(JSON.parse(told.body).identityscheme, "dknemid");
  const headers = { authorization: `Bearer ${json.access_token}` };
  assert.equal((await send(server.port, { path, method: "POST", headers })).status, 200);
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...secrets, ...Walker.secrets]);
});
