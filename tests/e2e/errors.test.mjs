// Every error page that a browser can reach: each stays here, says something of its own, and shows the
// reference under which the log has the cause.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, logIn, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import { CPR, MITID, NEMID, NOSHADOW, WEB, application, assertError, startCallback } from "./support/relying_party.mjs";
import { admin, configure, startSeededServer } from "./support/seeded_server.mjs";
import { startServer } from "./support/server.mjs";

const SOMEBODY_ELSE = "2712589100";
/** As brokers say that MitID's own client failed. */
const CLIENT_ERROR = "mitid_core_client_error";
const ENVIRONMENT = ["tenants", "acme", "environments", "TEST"];
const PENDING_SECONDS = 30 * 60;
const CPR_SECONDS = 15 * 60;

let server, callback, browser;
const secrets = [];
before(async () => {
  // Every request looks at the published configuration, since these tests change it.
  const options = { clockMoves: true, vars: { SNAPSHOT_SECONDS: "0" } };
  [server, callback, browser] = await Promise.all([startSeededServer(options), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

const domain = (host) => ["tenants", "acme", "domains", host];
const ordinary = () => domain(`localhost:${server.port}`);

/** A login that has begun, in a browser of its own, and is opened. */
async function begun({ client = WEB, ...parameters } = {}) {
  const app = await application(server.origin, client);
  const kept = await app.begin(parameters);
  secrets.push(...app.secrets);
  const page = await browser.open();
  await page.goto(kept.url.href);
  return { app, kept, page };
}

/** Finds the log lines of a trace; they arrive shortly after their response. */
async function linesOf(of, trace) {
  for (let tries = 0; tries < 100; tries++) {
    const lines = of.logs().flatMap(({ message }) => (message.startsWith("{") ? [JSON.parse(message)] : []));
    const found = lines.filter((line) => line.trace === trace);
    if (found.some(({ event }) => event === "request")) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [];
}

/**
 * Checks that this is an error page with these words, of which the log knows the reference, and closes
 * the browser. Answers with the log's lines.
 */
async function assertTold(page, words, of = server) {
  await page.locator("#reference").waitFor();
  assert.equal(new URL(page.url()).port, String(of.port), "the browser stays with us");
  assert.match(await page.locator("body").getAttribute("class"), /\berror\b|\blevel\b/);
  assert.match(await page.locator("main").innerText(), words);
  const reference = await page.locator("#reference").innerText();
  assert.match(reference, /^[0-9a-f]{32}$/);
  const lines = await linesOf(of, reference);
  assert.ok(lines.length > 0, `the log knows ${reference}`);
  await page.context().close();
  return lines;
}

/** Whether the log says why. */
function assertWhy(lines, why) {
  assert.ok(lines.some((line) => line.event === "refused" && line.why === why), JSON.stringify(lines));
}

test("an application that nobody registered, and a callback that it did not register", async () => {
  for (const [parameters, why] of [
    [{ client_id: "urn:acme:nobody" }, "client_id is not registered on this domain"],
    [{ redirect_uri: "https://elsewhere.example/" }, "redirect_uri is not registered"],
  ]) {
    const { page } = await begun(parameters);
    assertWhy(await assertTold(page, /opened from an unknown service/), why);
  }
});

test("a login that this browser has not begun", async () => {
  const page = await browser.open();
  await page.goto(`${server.origin}/login/AAAAAAAAAAAAAAAAAAAAAA`);
  assertWhy(await assertTold(page, /blocks cookies/), "the browser does not have this attempt's cookie");
});

test("a ticket that was made up", async () => {
  const page = await browser.open();
  await page.goto(`${server.origin}/continue?t=x`);
  await assertTold(page, /The login has expired/);
});

test("a login that has given its code already, from a tab that has not noticed", async () => {
  const { page } = await begun();
  // The cookie is put back, as a browser does that restores its tabs.
  await chooseTab(page, "nemid");
  await page.waitForURL(/\/simulator\//);
  const cookies = await page.context().cookies();
  await answerSimulator(page, "ditlev");
  await backAtApplication(page);
  await page.context().addCookies(cookies);
  await page.goBack();
  await page.locator('button[value="approve"]').waitFor();
  await answerSimulator(page, "ditlev");
  assertWhy(await assertTold(page, /A login can be used only once/), "the attempt was completed before");
});

test("MitID alone, at an application without a shadow", async () => {
  await assertReturned(await begun({ client: NOSHADOW, acr_values: MITID }), /MitID is not ready at Acme Bank yet/);
});

test("an error of the eID's own client, which a second try heals", async () => {
  const { app, kept, page } = await begun();
  // Our simulator has no such answer.
  await page.route(/\/callback\?(?=.*error=)/, (route) => {
    const url = new URL(route.request().url());
    if (url.searchParams.get("error_description") === CLIENT_ERROR) return route.continue();
    url.searchParams.set("error_description", CLIENT_ERROR);
    return route.fulfill({ status: 303, headers: { location: url.href } });
  });
  await chooseTab(page, "nemid");
  await answerSimulator(page, "", "cancel");
  await page.locator("#start-again").waitFor();
  const trace = await page.locator("#reference").innerText();
  assert.ok((await linesOf(server, trace)).some(({ why }) => why === "the eID's client failed"));
  await page.locator("#start-again").click();
  await answerSimulator(page, "ditlev");
  await app.finish(await backAtApplication(page), kept);
  secrets.push(...app.secrets);
  await page.context().close();
});

test("an eID that is not offered, asked for by hand", async () => {
  const mitid = domain(`127.0.0.1:${server.port}`);
  await configure(server.port, mitid, { show_alongside_nemid_logins: false });
  const { page } = await begun();
  const href = await page.locator('[data-start="nemid"]').getAttribute("href");
  await page.goto(new URL(href.replace(/nemid$/, "mitid"), server.origin).href);
  assertWhy(await assertTold(page, /Check the address/), "this eID is not offered to this request");
  await configure(server.port, mitid, { show_alongside_nemid_logins: true });
});

test("more than is taken", async () => {
  const page = await browser.open();
  await page.goto(`${server.origin}/oauth2/authorize?${"&x=".repeat(200)}`);
  assertWhy(await assertTold(page, /Go back to the service and try again/), "too many or too long parameters");
});

test("a session that is used again and again within a moment", async () => {
  await configure(server.port, ordinary(), { sso: true });
  const { app, kept, page } = await begun();
  await logIn(page, kept.url, "nemid");
  // By hand nobody is as quick.
  for (let tries = 0; tries < 20 && !(await page.locator("#reference").count()); tries++) {
    const urls = await Promise.all(Array.from({ length: 4 }, async () => (await app.begin()).url.href));
    await Promise.all(urls.slice(1).map((url) => page.request.get(url, { maxRedirects: 0 })));
    await page.goto(urls[0]);
  }
  secrets.push(...app.secrets);
  await assertTold(page, /You are still logged on/);
  await configure(server.port, ordinary(), { sso: false });
});

test("a level that is too low", async () => {
  const login = await begun({ acr_values: MITID });
  await answerSimulator(login.page, "low");
  await assertReturned(login, /requires a higher assurance level/);
});

// From here on the clock moves: what an isolate has read by a clock that was ahead counts as fresh afterwards,
// so nothing is configured that was read before.

/** A login up to the page that asks for the number, which is recorded. */
async function atTheNumber(user = "ditlev") {
  await configure(server.port, ENVIRONMENT, { cpr_optional: false });
  const login = await begun({ client: CPR, scope: "openid ssn", acr_values: MITID });
  await answerSimulator(login.page, user);
  return login;
}

/** Checks a page that ends a login here, and that Back tells the application, with the same reference. */
async function assertReturned({ kept, page }, words) {
  await page.locator("#back").waitFor();
  assert.match(await page.locator("main").innerText(), words);
  const reference = await page.locator("#reference").innerText();
  assert.ok((await linesOf(server, reference)).length > 0, `the log knows ${reference}`);
  await page.locator("#back").click();
  const told = await backAtApplication(page);
  assertError(told, "access_denied", kept, server.origin);
  assert.ok(told.searchParams.get("error_description").includes(reference), told.href);
  await page.context().close();
}

test("nobody's CPR number, three wrong ones, and one that comes too late", async () => {
  const none = await atTheNumber("nocpr");
  await assertReturned(none, /has no CPR number/);

  const wrong = await atTheNumber();
  for (const told of ["You have 2 attempts left", "You have 1 attempt left", "used all attempts"]) {
    await wrong.page.locator("#cpr").fill(SOMEBODY_ELSE);
    await wrong.page.locator("#submit").click();
    await wrong.page.getByText(told).first().waitFor();
  }
  await assertReturned(wrong, /used all attempts/);

  const late = await atTheNumber();
  await late.page.locator("#cpr").waitFor();
  await server.clock(CPR_SECONDS - 60);
  await late.page.locator("#cpr").fill("12345");
  await late.page.locator("#submit").click();
  await late.page.locator("#cpr-error").waitFor();
  await server.clock(CPR_SECONDS + 1);
  await late.page.locator("#cpr").fill("2101270087");
  await late.page.locator("#submit").click();
  await assertReturned(late, /Too much time has passed/);
  await server.clock(0);
});

test("a choice that was left for longer than a login may take", async () => {
  const { page } = await begun();
  await server.clock(PENDING_SECONDS + 1);
  await chooseTab(page, "nemid");
  const lines = await assertTold(page, /The login has expired/);
  assertWhy(lines, "an envelope is past its end");
  await server.clock(0);
});

test("NemID that closes while somebody chooses it", async () => {
  // In TEST the simulator keeps NemID open.
  const host = `closing.localhost:${server.port}`;
  const upstream = { issuer: "https://nemid.example", client_id: "edge-eid", client_secret: "secret", scopes: ["openid"] };
  const client = { name: "Closing", redirect_uris: ["https://app.example/callback"], token_endpoint_auth_methods: ["none"] };
  const settings = {
    environment: "PRODUCTION",
    kind: "ordinary",
    display_name: "Closing",
    nemid_closed_at: new Date(Date.now() + 600_000).toISOString().replace(/\.\d+/, ""),
  };
  for (const [below, body] of [
    [[], settings],
    [["upstreams", "nemid"], upstream],
    [["applications", "urn:closing:web"], client],
  ]) {
    const made = await admin(server.port, "PUT", [...domain(host), ...below], body, { "if-none-match": "*" });
    assert.equal(made.status, 201, made.body);
  }
  await configure(server.port, domain(host), {});
  const query = new URLSearchParams({
    client_id: "urn:closing:web",
    redirect_uri: client.redirect_uris[0],
    response_type: "code",
    scope: "openid",
    state: "a-state-of-closing",
    nonce: "a-nonce-of-closing",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    acr_values: NEMID,
    ui_locales: "en",
  });
  const page = await browser.open();
  await page.goto(`http://${host}/oauth2/authorize?${query}`);
  await server.clock(601);
  await page.locator('[data-start="nemid"]').click();
  assertWhy(await assertTold(page, /NemID has closed. Use MitID/), "NemID has closed since its tab was shown");
  await server.clock(0);
});

test("a fault of ours: a server whose master key is another one", async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "edge-eid-errors-"));
  const seeded = await startSeededServer({ stateDir });
  await seeded.stop();
  const KEY_ENCRYPTION_KEY = Buffer.alloc(32, "another ").toString("base64");
  const broken = await startServer({ stateDir, port: seeded.port, vars: { KEY_ENCRYPTION_KEY } });
  try {
    const page = await browser.open();
    const response = await page.goto(`${broken.origin}/login/AAAAAAAAAAAAAAAAAAAAAA`);
    assert.equal(response.status(), 500);
    // Nothing of the domain can be read, so there is no page to show.
    const [, reference] = /^Something went wrong\. Reference: ([0-9a-f]{32})$/.exec(await response.text()) ?? [];
    assert.ok((await linesOf(broken, reference)).some(({ event }) => event === "fault"), reference);
    await page.context().close();
  } finally {
    await broken.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
});

test("a fault of ours in the midst of a login, which no second try of the same address heals", async () => {
  const broken = await startSeededServer({ storesCanFail: true });
  try {
    const app = await application(broken.origin, WEB);
    const page = await browser.open();
    await page.goto((await app.begin()).url.href);
    secrets.push(...app.secrets);
    await broken.stores({ login: "strays" });
    await chooseTab(page, "nemid");
    const answered = page.waitForResponse(/\/callback\?/);
    await answerSimulator(page, "ditlev");
    assert.equal((await answered).status(), 500);
    const lines = await assertTold(page, /We could not complete the login/, broken);
    assert.ok(lines.some(({ event, what }) => event === "fault" && what === "login object"), JSON.stringify(lines));
    await assertLogIsClean(broken, [...secrets, ...browser.secrets]);
  } finally {
    await broken.stop();
  }
});

test("stores that do not answer, and the same address tried again", async () => {
  const broken = await startServer({ storesCanFail: true, vars: { TEST_ONLY_STORES: "kv=fails host=fails" } });
  try {
    const page = await browser.open();
    const response = await page.goto(`${broken.origin}/login/AAAAAAAAAAAAAAAAAAAAAA`);
    assert.equal(response.status(), 503);
    await page.locator("#start-again").click();
    await assertTold(page, /You have done nothing wrong/, broken);
  } finally {
    await broken.stop();
  }
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...secrets, ...browser.secrets, SOMEBODY_ELSE]);
});
