// Single sign-on and logging out, in the real runtime: a second login that nobody sees, a silent check
// from a hidden frame, and applications that are told of a logout, one of them only at the second try.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { backAtApplication, logIn, startBrowser } from "./support/browser.mjs";
import { used } from "./support/http.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { register } from "./support/registration.mjs";
import { CALLBACK, NEMID, SPA, WEB, application, assertError } from "./support/relying_party.mjs";
import { configure, startSeededServer } from "./support/seeded_server.mjs";
import { Walker } from "./support/walker.mjs";

const SITE = "http://127.0.0.1:3000";
const AFTER = `${SITE}/`;
/** Looks for a session from a frame, and is told of logouts by both ways. */
const SILENT = { clientId: "urn:test:silent" };
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

/** The website of the applications: callbacks, a page with a frame, and where it is told of logouts. */
async function startSite() {
  const site = { frame: "", told: [], answers: [], cleared: [] };
  const listener = async (request, response) => {
    const url = new URL(request.url, SITE);
    let status = 200;
    let body = `<!doctype html><html lang=en><title>Site</title><p id=here>${url.pathname}</p>`;
    if (url.pathname === "/frame") body += `<iframe id=check src="${site.frame.replaceAll("&", "&amp;")}"></iframe>`;
    if (url.pathname === "/frontchannel") site.cleared.push(Object.fromEntries(url.searchParams));
    if (url.pathname === "/backchannel") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      site.told.push({ type: request.headers["content-type"], form: new URLSearchParams(String(Buffer.concat(chunks))) });
      status = site.answers.shift() ?? 200;
    }
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
    response.end(body);
  };
  const servers = [];
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer(listener).listen(3000, host);
    try {
      await once(server, "listening");
      servers.push(server);
    } catch (error) {
      if (host === "127.0.0.1" || error.code === "EADDRINUSE") throw error;
    }
  }
  site.close = async () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    }
  };
  return site;
}

let server, browser, site, web, spa, silent;
const secrets = new Set();
before(async () => {
  server = await startSeededServer({ vars: { SNAPSHOT_SECONDS: "0" } });
  await configure(server.port, ["tenants", "acme", "domains", `localhost:${server.port}`], { sso: true });
  await register(server, {
    ...SILENT,
    callbacks: [CALLBACK],
    settings: {
      silent_check: true,
      post_logout_redirect_uris: [AFTER],
      backchannel_logout_uri: `${SITE}/backchannel`,
      frontchannel_logout_uri: `${SITE}/frontchannel`,
    },
  });
  site = await startSite();
  browser = await startBrowser();
  web = await application(server.origin, WEB);
  spa = await application(server.origin, SPA);
  silent = await application(server.origin, SILENT);
});
after(async () => {
  await browser?.close();
  await site?.close();
  await server?.stop();
});

/** Logs in at NemID by a tab of this page, and redeems. */
async function logInAt(page, app) {
  const kept = await app.begin();
  return app.finish(await logIn(page, kept.url, "nemid"), kept);
}

/** Opens an authorization request that a session answers, and redeems. */
async function unseen(page, app, parameters = {}) {
  const kept = await app.begin(parameters);
  await page.goto(kept.url.href);
  return app.finish(await backAtApplication(page), kept);
}

/** What a hidden frame of the application's site is told. */
async function checkInFrame(page, app) {
  const kept = await app.begin({ prompt: "none" });
  site.frame = kept.url.href;
  await page.goto(`${SITE}/frame`);
  const frame = await (await page.waitForSelector("#check")).contentFrame();
  await frame.waitForURL(/:3000\/callback\?/);
  return { answer: new URL(frame.url()), kept };
}

async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("a second application logs in without a page, as of the first login", async () => {
  const page = await browser.open();
  const first = await logInAt(page, web);
  const second = await unseen(page, spa);
  assert.equal(second.claims.sub, first.claims.sub);
  assert.equal(second.claims.auth_time, first.claims.auth_time);
  assert.equal(second.claims.aud, SPA.clientId);
  assert.ok(first.claims.sid && second.claims.sid && first.claims.sid !== second.claims.sid);
  assert.notEqual(second.claims.sessionindex, first.claims.sessionindex);
  await page.context().close();
});

test("a login by the session costs one object request more, and opening one too", async () => {
  const walker = new Walker();
  const cost = (from) =>
    walker.visited.slice(from).reduce((sum, { headers, url }) => {
      const { objects, rows } = used(headers);
      return url.pathname.startsWith("/simulator/") ? sum : { objects: sum.objects + objects, rows: sum.rows + rows };
    }, { objects: 0, rows: 0 });
  await walker.logIn((await web.begin()).url, "nemid");
  const opening = cost(0);
  // One Login, born with its code, and one Session. Their alarms are billed as one row each.
  assert.equal(opening.objects, 2);
  assert.ok(opening.rows <= 6, `${opening.rows} rows`);
  const before = walker.visited.length;
  const kept = await spa.begin();
  const { url } = await walker.open(kept.url);
  const using = cost(before);
  assert.equal(using.objects, 2);
  assert.ok(using.rows <= 4, `${using.rows} rows`);
  await spa.finish(url, kept);
});

test("a hidden frame of another site finds the session only if the application looks for it that way", async () => {
  const everyday = await startBrowser({ thirdPartyCookies: true });
  const page = await everyday.open();
  await logInAt(page, web);
  const without = await checkInFrame(page, web);
  assertError(without.answer, "login_required", without.kept, server.origin);
  // The application that does uses the session, which from then on is sent from frames.
  await unseen(page, silent);
  const { answer, kept } = await checkInFrame(page, silent);
  const { claims } = await silent.finish(answer, kept);
  assert.equal(claims.aud, SILENT.clientId);
  await everyday.close();
});

test("prompt=login asks again, and max_age=0 too", async () => {
  const page = await browser.open();
  await logInAt(page, web);
  for (const parameters of [{ prompt: "login" }, { max_age: "0" }]) {
    const kept = await web.begin(parameters);
    await page.goto(kept.url.href);
    await page.locator('[data-eid="nemid"]').waitFor();
  }
  await page.context().close();
});

test("a third login within five seconds is refused with 429 until a moment has passed", async () => {
  const walker = new Walker();
  await walker.logIn((await web.begin()).url, "nemid");
  const statuses = [];
  for (let at = 0; at < 3; at++) statuses.push((await walker.open((await spa.begin()).url)).status);
  assert.deepEqual(statuses, [303, 303, 429]);
  await until(async () => (await walker.open((await spa.begin()).url)).status === 303);
});

test("a logout ends the session, returns, and is told by both channels, at the second try too", async () => {
  const page = await browser.open();
  site.answers = [503];
  const { idToken, claims } = await logInAt(page, silent);
  secrets.add(idToken);
  const state = "a state of 32 characters, at least";
  const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: AFTER, state });
  await page.goto(`${silent.metadata.end_session_endpoint}?${query}`);
  await page.waitForURL((url) => url.origin === SITE && url.pathname === "/");
  assert.equal(new URL(page.url()).searchParams.get("state"), state);
  assert.deepEqual(site.cleared, [{ iss: server.origin, sid: claims.sid }]);

  const kept = await web.begin({ prompt: "none" });
  await page.goto(kept.url.href);
  assertError(await backAtApplication(page), "login_required", kept, server.origin);

  // The first was answered by 503; the second comes some seconds later.
  await until(() => site.told.length === 2);
  const keys = createRemoteJWKSet(new URL(silent.metadata.jwks_uri));
  const tokens = [];
  for (const { type, form } of site.told) {
    assert.match(type, /^application\/x-www-form-urlencoded/);
    const token = form.get("logout_token");
    secrets.add(token);
    const { payload } = await jwtVerify(token, keys, {
      issuer: server.origin,
      audience: SILENT.clientId,
      typ: "logout+jwt",
      requiredClaims: ["jti", "iat", "exp"],
    });
    assert.equal(payload.sub, claims.sub);
    assert.equal(payload.sid, claims.sid);
    assert.deepEqual(payload.events, { [EVENT]: {} });
    assert.equal(payload.nonce, undefined);
    assert.ok(payload.exp - payload.iat <= 120);
    assert.equal(decodeProtectedHeader(token).kid, decodeProtectedHeader(idToken).kid);
    tokens.push(payload);
  }
  assert.notEqual(tokens[0].jti, tokens[1].jti);
  assert.ok(tokens[1].iat - tokens[0].iat >= 5);
  await page.context().close();
});

test("an address alone returns at once, and one that nobody registered stays here", async () => {
  const walker = new Walker();
  await walker.logIn((await web.begin()).url, "nemid");
  const logout = (uri) => walker.open(`${server.origin}/oauth2/logout?${new URLSearchParams({ post_logout_redirect_uri: uri })}`);
  const refused = await logout("http://127.0.0.1:3000/elsewhere");
  assert.equal(refused.status, 400);
  assert.ok(walker.cookies("localhost").has("__Host-sso.nemid"), "nothing is ended");
  assert.equal((await logout(CALLBACK)).url.href, CALLBACK);
  assert.ok(!walker.cookies("localhost").has("__Host-sso.nemid"));
});

test("where the domain asks first, the user says so by a button", async () => {
  const domain = ["tenants", "acme", "domains", `localhost:${server.port}`];
  await configure(server.port, domain, { confirm_logout: true });
  const page = await browser.open();
  await logInAt(page, web);
  await page.goto(`${server.origin}/oauth2/logout?${new URLSearchParams({ post_logout_redirect_uri: AFTER })}`);
  await page.locator("#log-out").click();
  await page.waitForURL((url) => url.origin === SITE && url.pathname === "/");
  const kept = await web.begin({ prompt: "none" });
  await page.goto(kept.url.href);
  assertError(await backAtApplication(page), "login_required", kept, server.origin);
  await page.context().close();
  await configure(server.port, domain, { confirm_logout: false });
});

// ---- the object itself ----

const now = () => Math.floor(Date.now() / 1_000);
const settings = { sso: true, idle_seconds: 600, absolute_seconds: 3_600, confirm_logout: false };
const host = "acme.example";

async function send(name, event, at = now()) {
  const { status, text, rows } = await server.object("SESSION", name, JSON.stringify([event, at]));
  assert.equal(status, 200, text);
  return { answer: JSON.parse(text), rows: Number(rows) };
}

const client = (client_id) => ({ client_id, sid: `sid of ${client_id}`, attempts: 0, tell_at: null });
const begin = (lifetimes = settings) => ({
  begin: { host, secret_hash: "secret", attempt: "A".repeat(22), identity: "c2VhbGVk", client: client("web"), settings: lifetimes },
});
const use = (secret_hash = "secret") => ({ use: { host, secret_hash, client: client("other"), settings } });

test("of many uses at once as many succeed as the guard allows", async () => {
  await send("acme/TEST/many", begin());
  const answers = await Promise.all(Array.from({ length: 20 }, () => send("acme/TEST/many", use())));
  assert.equal(answers.filter(({ answer }) => answer.living).length, 2);
  assert.equal(answers.filter(({ answer }) => answer.refused?.why === "too_many").length, 18);
});

test("what is refused writes nothing, nor does looking at a session that does not exist", async () => {
  assert.deepEqual(await send("acme/TEST/none", use()), { answer: { refused: { why: "unknown" } }, rows: 0 });
  await send("acme/TEST/guessed", begin());
  const guessed = await send("acme/TEST/guessed", use("guess"));
  assert.deepEqual(guessed, { answer: { refused: { why: "mismatch" } }, rows: 0 });
  for (const body of ["", "null", "[]", `[{"other":{}}, ${now()}]`]) {
    const { status } = await server.object("SESSION", "acme/TEST/guessed", body);
    assert.ok(status >= 400 && status < 500, `${body}: ${status}`);
  }
});

test("a session that is over deletes itself", async () => {
  const past = now() - 10_000;
  await send("acme/TEST/over", begin(), past);
  const fresh = { ...settings, idle_seconds: 100_000, absolute_seconds: 100_000 };
  // Only an object that holds nothing lets another secret begin.
  const stranger = begin(fresh);
  stranger.begin.secret_hash = "another";
  await until(async () => (await send("acme/TEST/over", stranger, past)).answer.living);
});

test("the log holds no secret of these sessions", async () => {
  for (const app of [web, spa, silent]) app.secrets.forEach((secret) => secrets.add(secret));
  await assertLogIsClean(server, [...secrets, ...Walker.secrets, ...browser.secrets]);
});
