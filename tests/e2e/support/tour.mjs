// @ts-check
// A visit to every page there is, in one language, for checks that hold for all of them.
import { answerSimulator, chooseTab } from "./browser.mjs";
import { CPR, MITID, NOSHADOW, WEB, application } from "./relying_party.mjs";

/**
 * Goes to every page and calls `check` on each.
 * @param {Awaited<ReturnType<import("./browser.mjs").startBrowser>>} browser
 * @param {import("./seeded_server.mjs").SeededServer} server
 * @param {"da" | "en"} lang
 * @param {(name: string, page: import("./browser.mjs").Page) => Promise<void>} check
 */
export async function visitEveryPage(browser, server, lang, check) {
  const page = await browser.open({ locale: lang === "da" ? "da-DK" : "en-GB" });
  const begin = async (/** @type {any} */ client = WEB, /** @type {any} */ parameters = {}, origin = server.origin) => {
    const app = await application(origin, client);
    return (await app.begin({ ui_locales: lang, ...parameters })).url.href;
  };

  await page.goto(await begin());
  await check("choose, NemID active", page);
  await chooseTab(page, "nemid");
  await page.waitForURL(/\/simulator\//);
  await check("NemID simulator", page);
  await answerSimulator(page, "nobody");
  await page.locator(".summary").waitFor();
  await check("simulator, unknown user", page);
  await checkMovingOn(page, check);

  await page.goto(await begin(WEB, { acr_values: MITID }, server.mitidOrigin));
  await check("choose, MitID active", page);
  await chooseTab(page, "mitid");
  await page.waitForURL(/\/simulator\//);
  await check("MitID simulator", page);

  await page.goto(await begin(WEB, { acr_values: MITID }));
  await answerSimulator(page, "low");
  await page.locator("#level-used").waitFor();
  await check("level too low", page);

  await page.goto(await begin(CPR, { scope: "openid ssn", acr_values: MITID, login_hint: "sub:2101270087" }));
  await answerSimulator(page, "ditlev");
  await page.locator("#hinted").waitFor();
  await check("CPR number, sent along", page);
  await page.locator("#not-you").click();
  await check("CPR number", page);
  for (const [number, name] of [
    ["12345", "CPR number, malformed"],
    ["2712589100", "CPR number, not this person's"],
  ]) {
    await page.locator("#cpr").fill(number);
    await page.locator("#submit").click();
    await page.locator(".summary").waitFor();
    await check(name, page);
  }
  for (let tries = 0; tries < 2; tries++) {
    await page.locator("#cpr").fill("2712589100");
    await page.locator("#submit").click();
  }
  await page.locator("#back").waitFor();
  await check("error: no tries left", page);

  await page.goto(await begin(NOSHADOW));
  await chooseTab(page, "mitid");
  await page.locator("summary").click();
  await check("no shadow, details open", page);

  await page.goto(await begin(NOSHADOW, { acr_values: MITID }));
  await check("error: no shadow, and nothing else to choose", page);
  const globex = new URL(await begin());
  globex.hostname = "globex.localhost";
  globex.searchParams.set("client_id", "urn:globex:web");
  await page.goto(globex.href);
  await check("choose, NemID alone", page);

  await page.goto(await begin(WEB, { redirect_uri: "https://elsewhere.example/" }));
  await check("error: unregistered callback", page);
  await page.goto(`${server.origin}/resume?lang=${lang}`);
  await check("back from MitID's app", page);
  await page.goto(await begin(WEB, { acr_values: MITID, login_hint: "message:S8O4YiBww6UgMTAwIGtyLg==" }));
  await check("MitID simulator with a text", page);
  await page.goto(`${server.origin}/continue?t=x`);
  await check("error: ticket", page);
  await page.goto(`${server.origin}/login/AAAAAAAAAAAAAAAAAAAAAA`);
  await check("error: no cookie", page);
  await page.goto(`${server.origin}/oauth2/authorize?${"&x=".repeat(200)}`);
  await check("error: too large", page);

  // The carriers go on by script at once; without it they wait for the user.
  await page.route("**/assets/*.js", (route) => route.abort());
  for (const mode of ["form_post", "post_message"]) {
    await page.goto(await begin(WEB, { prompt: "none", response_mode: mode }));
    await check(`carrier of ${mode}`, page);
  }
  await page.unroute("**/assets/*.js");

  await page.goto(`${server.origin}/?lang=${lang}`);
  await check("demo home", page);
  await page.locator('[data-acr="urn:grn:authn:dk:nemid:poces"]').click();
  await page.locator('[data-eid="nemid"]').click();
  await answerSimulator(page, "ditlev");
  await page.waitForURL(/\/demo\/callback/);
  await check("demo result", page);
  await page.context().close();
}

/** The page that moves on at once: held by taking its refresh out. */
async function checkMovingOn(
  /** @type {import("./browser.mjs").Page} */ page,
  /** @type {(name: string, page: import("./browser.mjs").Page) => Promise<void>} */ check,
) {
  const pattern = /\/simulator\/nemid\/authorize$/;
  await page.route(pattern, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, "");
    await route.fulfill({ response, body });
  });
  await answerSimulator(page, "ditlev");
  await page.locator("#continue").waitFor();
  await check("moving on", page);
  await page.unroute(pattern);
}
