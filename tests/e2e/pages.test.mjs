// The pages in a real browser: what users see and do, and what may go wrong on the way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerSimulator, backAtApplication, chooseTab, logIn, startBrowser } from "./support/browser.mjs";
import { assertLogIsClean } from "./support/log_check.mjs";
import {
  MITID,
  NEMID,
  NEMID_EMPLOYEE,
  NOSHADOW,
  WEB,
  application,
  assertError,
  startCallback,
} from "./support/relying_party.mjs";
import { startSeededServer } from "./support/seeded_server.mjs";

let server, callback, browser;
const secrets = [];
before(async () => {
  [server, callback, browser] = await Promise.all([startSeededServer(), startCallback(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await callback?.close();
  await server?.stop();
});

/** A login that has begun: application, what it keeps, and a fresh browser. */
async function begun({ client = WEB, context, ...parameters } = {}) {
  const app = await application(server.origin, client);
  const kept = await app.begin(parameters);
  const page = await browser.open(context);
  return {
    app,
    kept,
    page,
    async finish(answer) {
      const result = await app.finish(answer, kept);
      secrets.push(...app.secrets);
      return result;
    },
  };
}

/** Checks that the browser is on our error page, and not at the application. */
async function assertErrorPage(page, status, response) {
  assert.equal(response.status(), status);
  const url = new URL(page.url());
  assert.equal(url.port, String(server.port), "the browser stays with us");
  assert.match(await page.locator("#reference").innerText(), /^[0-9a-f]{32}$/);
}

/** Waits for the answer to a navigation below a path. */
function answerOf(page, path) {
  return page.waitForResponse((response) => {
    const request = response.request();
    return request.isNavigationRequest() && new URL(response.url()).pathname === path;
  });
}

test("an application without a shadow is told so on the MitID tab, and NemID still works", async () => {
  const { kept, page, finish } = await begun({ client: NOSHADOW });
  await page.goto(kept.url.href);
  await chooseTab(page, "mitid");
  assert.equal(new URL(page.url()).origin, server.origin);
  assert.match(await page.locator(".message .lang-en").innerText(), /NemID/);
  await page.locator("summary").click();
  const details = await page.locator("details").innerText();
  for (const fact of ["urn:acme:noshadow", `127.0.0.1:${server.port}`, kept.url.searchParams.get("redirect_uri")]) {
    assert.ok(details.includes(fact), `the details name ${fact}`);
  }
  await chooseTab(page, "nemid");
  await answerSimulator(page, "ditlev");
  const { claims } = await finish(await backAtApplication(page));
  assert.equal(claims.identityscheme, "dknemid");
  await page.context().close();
});

for (const eid of ["nemid", "mitid"]) {
  test(`cancelling at ${eid} ends at the application with access_denied`, async () => {
    const { kept, page } = await begun();
    await page.goto(kept.url.href);
    await chooseTab(page, eid);
    await answerSimulator(page, "", "cancel");
    assertError(await backAtApplication(page), "access_denied", kept, server.origin);
    await page.context().close();
  });

  test(`without JavaScript the ${eid} tab works`, async () => {
    const { kept, page, finish } = await begun({ context: { javaScriptEnabled: false } });
    const answer = await logIn(page, kept.url, eid);
    const { claims } = await finish(answer);
    assert.equal(claims.identityscheme, `dk${eid}`);
    await page.context().close();
  });

  test(`a login whose cookies are lost at ${eid} ends on our error page, not at the application`, async () => {
    const { kept, page } = await begun();
    await page.goto(kept.url.href);
    await chooseTab(page, eid);
    await page.waitForURL(/\/simulator\//);
    await page.context().clearCookies();
    const answer = answerOf(page, "/callback");
    await answerSimulator(page, "ditlev");
    await page.waitForURL(/\/callback\?/);
    await assertErrorPage(page, 400, await answer);
    await page.context().close();
  });
}

test("the login page's own Cancel ends at the application with access_denied", async () => {
  const { kept, page } = await begun();
  await page.goto(kept.url.href);
  await page.locator("#cancel").click();
  assertError(await backAtApplication(page), "access_denied", kept, server.origin);
  await page.context().close();
});

test("somebody who reaches level low only is told so, and may log on again or go back", async () => {
  const { app, kept, page } = await begun();
  await page.goto(kept.url.href);
  await chooseTab(page, "mitid");
  await answerSimulator(page, "low");
  await page.waitForURL(/\/level$/);
  assert.equal(await page.locator("#level-asked").innerText(), "Substantial");
  assert.equal(await page.locator("#level-used").innerText(), "Low");
  await page.reload();
  await page.locator("#again").click();
  await answerSimulator(page, "ditlev");
  const { claims } = await app.finish(await backAtApplication(page), kept);
  assert.equal(claims.authenticationtype, MITID);
  const second = await app.begin();
  await page.goto(second.url.href);
  await chooseTab(page, "mitid");
  await answerSimulator(page, "low");
  await page.locator("#back").click();
  assertError(await backAtApplication(page), "access_denied", second, server.origin);
  await page.context().close();
});

test("an eID that fails is told to the application as server_error, on either tab", async () => {
  for (const eid of ["nemid", "mitid"]) {
    const { kept, page } = await begun();
    assertError(await logIn(page, kept.url, eid, "fails"), "server_error", kept, server.origin);
    await page.context().close();
  }
});

test("an employee logs in with NemID and brings the company's numbers, but no personal ones", async () => {
  const { kept, page, finish } = await begun({ acr_values: NEMID_EMPLOYEE });
  await page.goto(kept.url.href);
  await page.locator('[data-eid="nemid"], [data-start="nemid"]').first().click();
  await answerSimulator(page, "employee");
  const { claims } = await finish(await backAtApplication(page));
  assert.equal(claims.authenticationtype, NEMID_EMPLOYEE);
  assert.equal(claims.cvrNumberIdentifier, "13585628");
  assert.equal(claims.ridNumberIdentifier, "1203670452");
  assert.equal(claims.pidNumberIdentifier, undefined);
  await page.context().close();
});

test("an unknown test person can be corrected", async () => {
  const { kept, page, finish } = await begun();
  await page.goto(kept.url.href);
  await chooseTab(page, "nemid");
  await answerSimulator(page, "nobody");
  await page.locator(".summary").waitFor();
  await answerSimulator(page, "terne");
  const { claims } = await finish(await backAtApplication(page));
  assert.equal(claims.pidNumberIdentifier, "9208-2002-2-294247448400");
  await page.context().close();
});

test("the pages speak the language that the application asked for, and the user's when he changes it", async () => {
  const { kept, page, finish } = await begun({ ui_locales: "da" });
  await page.goto(kept.url.href);
  assert.equal(await page.locator("html").getAttribute("lang"), "da");
  assert.equal(await page.locator("#cancel").innerText(), "Afbryd");
  await page.locator("a.language").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("#cancel").innerText(), "Cancel");
  // The choice lasts, across the domains too.
  await chooseTab(page, "mitid");
  await page.waitForURL(/\/simulator\//);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await answerSimulator(page, "ditlev");
  await finish(await backAtApplication(page));
  await page.context().close();
});

test("without ui_locales the browser's language decides", async () => {
  for (const [locale, lang] of [["da-DK", "da"], ["en-GB", "en"]]) {
    const { kept, page } = await begun({ ui_locales: "", context: { locale } });
    await page.goto(kept.url.href);
    assert.equal(await page.locator("html").getAttribute("lang"), lang);
    await page.context().close();
  }
});

test("changing the language keeps the active tab", async () => {
  for (const [origin, acr_values, eid] of [
    [server.origin, NEMID, "nemid"],
    [server.mitidOrigin, MITID, "mitid"],
  ]) {
    const app = await application(origin, WEB);
    const kept = await app.begin({ acr_values });
    const page = await browser.open();
    await page.goto(kept.url.href);
    await page.locator("a.language").click();
    await page.waitForURL(/lang=da/);
    assert.equal(await page.locator(`[data-eid="${eid}"]`).getAttribute("aria-current"), "true");
    await page.context().close();
  }
});

test("going back after a login and approving again brings no second code", async () => {
  const { kept, page, finish } = await begun();
  const answer = await logIn(page, kept.url, "nemid");
  // A refresh at once takes its page's place in the history, so the form is one step back.
  await page.goBack();
  await page.locator('button[value="approve"]').waitFor();
  const refused = answerOf(page, "/callback");
  await answerSimulator(page, "ditlev");
  await page.waitForURL(/\/callback\?/);
  await assertErrorPage(page, 400, await refused);
  // The first code is still good: nothing was spent by the second try.
  await finish(answer);
  await page.context().close();
});

test("one attempt in two tabs, one at each eID, yields one code", async () => {
  const { kept, page, finish } = await begun();
  await page.goto(kept.url.href);
  const second = await page.context().newPage();
  await second.goto(new URL(await page.locator('[data-eid="mitid"]').getAttribute("href"), server.origin).href);
  await second.waitForURL(/\/simulator\/mitid/);
  await chooseTab(page, "nemid");
  await answerSimulator(page, "ditlev");
  const answer = await backAtApplication(page);
  const refused = answerOf(second, "/callback");
  await answerSimulator(second, "ditlev");
  await assertErrorPage(second, 400, await refused);
  assert.equal((await finish(answer)).claims.identityscheme, "dknemid");
  await page.context().close();
});

test("an eID started twice answers for the start that was last", async () => {
  const { kept, page, finish } = await begun();
  await page.goto(kept.url.href);
  const second = await page.context().newPage();
  const href = new URL(await page.locator('[data-eid="nemid"]').getAttribute("href"), server.origin).href;
  await chooseTab(page, "nemid");
  await page.waitForURL(/\/simulator\//);
  await second.goto(href);
  const refused = answerOf(page, "/callback");
  await answerSimulator(page, "ditlev");
  await assertErrorPage(page, 400, await refused);
  await answerSimulator(second, "ditlev");
  await finish(await backAtApplication(second));
  await page.context().close();
});

test("two logins side by side in one browser both finish", async () => {
  const first = await begun();
  const app = await application(server.origin, WEB);
  const kept = await app.begin();
  const second = await first.page.context().newPage();
  await first.page.goto(first.kept.url.href);
  await second.goto(kept.url.href);
  await chooseTab(first.page, "mitid");
  await chooseTab(second, "mitid");
  await answerSimulator(first.page, "ditlev");
  await answerSimulator(second, "terne");
  const [one, two] = [
    await first.finish(await backAtApplication(first.page)),
    await app.finish(await backAtApplication(second), kept),
  ];
  assert.notEqual(one.claims.sub, two.claims.sub);
  await first.page.context().close();
});

/** Logs in by MitID up to the return ticket, which is kept from arriving. */
async function heldTicket(page, url) {
  let ticket = "";
  await page.route(
    (address) => address.hostname === "127.0.0.1" && address.pathname === "/callback" && address.port !== "3000",
    async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      ticket = answer.headers().location ?? "";
      await route.fulfill({ status: 200, contentType: "text/plain", body: "held" });
    },
  );
  await page.goto(String(url));
  await chooseTab(page, "mitid");
  await answerSimulator(page, "ditlev");
  await page.getByText("held").waitFor();
  assert.ok(ticket.startsWith(`${server.origin}/continue?t=`), "the MitID domain sends the browser home");
  secrets.push(new URL(ticket).searchParams.get("t"));
  return ticket;
}

test("a return ticket brings its own browser a code", async () => {
  const { kept, page, finish } = await begun();
  const ticket = await heldTicket(page, kept.url);
  await page.goto(ticket);
  await finish(await backAtApplication(page));
  // And nothing a second time.
  await assertErrorPage(page, 400, await page.goto(ticket));
  await page.context().close();
});

test("a return ticket opened in another browser is dead, there and at home", async () => {
  const { kept, page } = await begun();
  const ticket = await heldTicket(page, kept.url);
  const thief = await browser.open();
  await assertErrorPage(thief, 400, await thief.goto(ticket));
  await assertErrorPage(page, 400, await page.goto(ticket));
  await thief.context().close();
  await page.context().close();
});

test("a return ticket presented with another attempt's cookie is dead", async () => {
  const { kept, page } = await begun();
  const ticket = await heldTicket(page, kept.url);
  const other = await begun();
  await other.page.goto(other.kept.url.href);
  await assertErrorPage(other.page, 400, await other.page.goto(ticket));
  await assertErrorPage(page, 400, await page.goto(ticket));
  await other.page.context().close();
  await page.context().close();
});

test("a hand-over opened in another browser logs nobody in there", async () => {
  const { kept, page } = await begun({ acr_values: MITID });
  const handOver = page.waitForRequest((request) => new URL(request.url()).searchParams.has("h"));
  await page.goto(kept.url.href);
  if (page.url().startsWith(server.origin)) await chooseTab(page, "mitid");
  const url = (await handOver).url();
  const victim = await browser.open();
  await victim.goto(url);
  const refused = answerOf(victim, "/continue");
  await answerSimulator(victim, "terne");
  // The victim's way home ends at the originating domain, which has set no cookie in this browser.
  await victim.waitForURL(/\/continue\?t=/);
  assert.equal((await refused).status() >= 300, true);
  await victim.locator("#reference").waitFor();
  await victim.context().close();
  await page.context().close();
});

test("a page of ours refuses to be framed", async () => {
  const { kept, page } = await begun();
  await page.goto("http://127.0.0.1:3000/callback?frame");
  await page.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    document.body.append(frame);
  }, kept.url.href);
  await page.locator("iframe").waitFor();
  await page.waitForLoadState("networkidle");
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  assert.match(frames[0].url(), /^chrome-error:/);
  await page.context().close();
});

test("no log line holds anything of these logins", async () => {
  await assertLogIsClean(server, [...secrets, ...browser.secrets]);
});
